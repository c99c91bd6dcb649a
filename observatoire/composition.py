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


@cache
def _compilateur() -> typst.Compiler:
    """Un seul compilateur : charger les polices à chaque document coûterait plus que de le composer."""
    return typst.Compiler(font_paths=_polices(), ignore_system_fonts=True)


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
    entrees = {"donnees": json.dumps(donnees, ensure_ascii=False)}
    try:
        resultat = _compilateur().compile(lire_gabarit(gabarit).encode(), format=forme, sys_inputs=entrees, **options)
    except typst.TypstError as cause:
        raise ErreurObservatoire(f"La mise en page ({gabarit}) a échoué : {cause.diagnostic}") from cause
    return resultat[0] if isinstance(resultat, list) else bytes(resultat or b"")
