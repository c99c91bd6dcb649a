"""Composer un document avec Typst : PDF balisé (PDF/UA-1) et PNG, sans bibliothèque système.

Les données passent au gabarit en JSON : aucun texte n'est interprété comme du code. Les polices sont celles d'un
paquet, jamais celles de la machine : le même document a partout les mêmes octets.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import typst

from observatoire.erreurs import ErreurObservatoire
from observatoire.gabarits import lire_gabarit

_PAQUET_POLICE = "font_source_sans_pro"
_PPP_ECRAN = 192


@cache
def _polices() -> typst.Fonts:
    with as_file(files(_PAQUET_POLICE) / "files") as dossier:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(dossier)])


def _compilateur() -> typst.Compiler:
    """Un compilateur qui ne peut lire que ``gabarits/`` ; seules les polices sont longues à charger."""
    return typst.Compiler(root=str(Path(__file__).parent / "gabarits"), font_paths=_polices(), ignore_system_fonts=True)


def composer(
    gabarit: str, donnees: Mapping[str, Any], forme: Literal["pdf", "png"], date: dt.date | None = None
) -> bytes:
    """Met ``donnees`` en page.

    Parameters
    ----------
    gabarit : str
        Nom d'un fichier ``.typ`` de ``gabarits/``, qui lit ``json(bytes(sys.inputs.donnees))``.
    donnees : mapping
        Valeurs simples, représentables en JSON.
    forme : {"pdf", "png"}
        PDF/UA-1, ou image de la première page à 192 points par pouce.
    date : datetime.date, optional
        Date inscrite dans les métadonnées du PDF.

    Raises
    ------
    ErreurObservatoire
        Typst a refusé le document : le message est le sien.
    """
    options: dict[str, Any] = {"pdf_standards": "ua-1"} if forme == "pdf" else {"ppi": _PPP_ECRAN}
    if date is not None:
        options["timestamp"] = dt.datetime.combine(date, dt.time(), dt.UTC)
    return _compiler(gabarit, donnees, format=forme, **options)[0]


def peindre(gabarit: str, donnees: Mapping[str, Any], ppp: float) -> list[bytes]:
    """Une image PNG par page du gabarit : composer tous les dessins d'un document d'un coup coûte moins.

    Parameters
    ----------
    gabarit, donnees
        Comme pour ``composer``.
    ppp : float
        Points par pouce.

    Raises
    ------
    ErreurObservatoire
        Typst a refusé le document : le message est le sien.
    """
    return _compiler(gabarit, donnees, format="png", ppi=ppp)


def _compiler(gabarit: str, donnees: Mapping[str, Any], **options: Any) -> list[bytes]:
    entrees = {"donnees": json.dumps(donnees, ensure_ascii=False)}
    try:
        resultat = _compilateur().compile(lire_gabarit(gabarit).encode(), sys_inputs=entrees, **options)
    except typst.TypstError as cause:
        raise ErreurObservatoire(f"La mise en page ({gabarit}) a échoué : {cause.diagnostic}") from cause
    return resultat if isinstance(resultat, list) else [bytes(resultat or b"")]
