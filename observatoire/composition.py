"""Composer un document avec Typst : PDF balisé (PDF/UA-1) et PNG, sans bibliothèque système.

Les données passent au gabarit en JSON : aucun texte n'est interprété comme du code. Les polices sont celles d'un
paquet, jamais celles de la machine : le même document a partout les mêmes octets.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

from observatoire.erreurs import ErreurObservatoire
from observatoire.gabarits import lire_gabarit
from observatoire.polices import polices

_PPP_ECRAN = 192


def _compilateur(apportees: Path | None) -> typst.Compiler:
    """Un compilateur qui ne peut lire que ``gabarits/`` ; seules les polices sont longues à charger."""
    racine = str(Path(__file__).parent / "gabarits")
    return typst.Compiler(root=racine, font_paths=polices(apportees), ignore_system_fonts=True)


def composer(
    gabarit: str,
    donnees: Mapping[str, Any],
    forme: Literal["pdf", "png"],
    date: dt.date | None = None,
    polices_apportees: Path | None = None,
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
    polices_apportees : pathlib.Path, optional
        Dossier de polices, en plus de la nôtre.

    Raises
    ------
    ErreurObservatoire
        Typst a refusé le document : le message est le sien.
    """
    options: dict[str, Any] = {"pdf_standards": "ua-1"} if forme == "pdf" else {"ppi": _PPP_ECRAN}
    if date is not None:
        options["timestamp"] = dt.datetime.combine(date, dt.time(), dt.UTC)
    return _compiler(gabarit, donnees, polices_apportees, format=forme, **options)[0]


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
    return _compiler(gabarit, donnees, None, format="png", ppi=ppp)


def _compiler(gabarit: str, donnees: Mapping[str, Any], polices_apportees: Path | None, **options: Any) -> list[bytes]:
    entrees = {"donnees": json.dumps(donnees, ensure_ascii=False)}
    try:
        compilateur = _compilateur(polices_apportees)
        resultat = compilateur.compile(lire_gabarit(gabarit).encode(), sys_inputs=entrees, **options)
    except typst.TypstError as cause:
        raise ErreurObservatoire(f"La mise en page ({gabarit}) a échoué : {cause.diagnostic}") from cause
    return resultat if isinstance(resultat, list) else [bytes(resultat or b"")]
