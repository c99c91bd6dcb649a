"""Ce qui se fait sur un territoire : le bloc « Expériences et actions » d'une fiche."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from observatoire.adresses import adresse_web
from observatoire.blocs import Bloc, Recit, Recits, Texte
from observatoire.portees import eloignement
from observatoire.schemas import NATURES_RACONTEES
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, accorder, date_imprimee, enumerer

TITRE = "Expériences et actions"
#: Récits donnés, et ceux d'entre eux qui s'impriment quand la place est comptée.
_DONNES = {"qpv": 6, "commune": 8, "epci": 12, "ept": 12, "departement": 20, "perimetre": 25}
_COLONNES = [
    "titre",
    "resume",
    "date",
    "annee",
    "porteur",
    "themes",
    "dispositifs",
    "portee",
    "document",
    "page",
    "url",
]
_IMPRIMES = {**_DONNES, "qpv": 3, "commune": 3}


def experiences_et_actions(t: Territoire) -> Bloc:
    """Les expériences et actions recensées, les plus proches d'abord, et les thèmes où rien ne l'est."""
    recensees = recenser_recits(t)
    if recensees.empty:
        return Texte(TITRE, ("Aucune expérience ni action n’est recensée ici ni alentour dans le catalogue.",))
    donnees = recensees.head(_DONNES[t.niveau])
    recits = tuple(raconter(ligne) for ligne in donnees.itertuples())
    return Recits(TITRE, recits, _IMPRIMES[t.niveau], tuple(_notes(t, recensees, len(donnees))))


def recenser_recits(t: Territoire) -> pd.DataFrame:
    """Expériences et actions racontées qui concernent le territoire, les plus proches d'abord.

    Returns
    -------
    pandas.DataFrame
        Indexée par ``id`` : ``titre``, ``resume``, ``date``, ``annee``, ``porteur``, ``themes``, ``dispositifs``
        (listes), ``portee``, ``document``, ``page``, ``url``, ``table`` (experiences, actions).
    """
    actions = t.actions[t.actions.nature.isin(NATURES_RACONTEES)]
    experiences = _preparer(t.experiences, "titre").assign(table="experiences")
    recensees = pd.concat([experiences, _preparer(actions, "intitule").assign(table="actions")])
    return recensees.sort_values("portee", key=lambda portees: portees.map(eloignement), kind="stable")


def _preparer(table: pd.DataFrame, titre: str) -> pd.DataFrame:
    return table.rename(columns={titre: "titre"}).reindex(columns=_COLONNES).astype(object)


def raconter(ligne: Any, themes: int | None = 2) -> Recit:
    """Une ligne de ``recenser_recits``, prête à être imprimée avec ses premiers thèmes, ou tous (None)."""
    return Recit(
        titre=str(ligne.titre),
        resume="" if pd.isna(ligne.resume) else str(ligne.resume),
        porteur="Pôle ressources" if pd.isna(ligne.porteur) else str(ligne.porteur),
        themes=enumerer(ligne.themes[:themes]),
        date=date_imprimee(ligne.date, None if pd.isna(ligne.annee) else int(ligne.annee)),
        portee=str(ligne.portee),
        reference=str(ligne.document) if pd.isna(ligne.page) else f"{ligne.document}, p.{INSECABLE}{int(ligne.page)}",
        url="" if pd.isna(ligne.url) else adresse_web(str(ligne.url)),
    )


def _notes(t: Territoire, recensees: pd.DataFrame, donnes: int) -> Iterator[str]:
    reste = len(recensees) - donnes
    if reste:
        yield f"Et {accorder(reste, 'autre')}, ici ou alentour, dans le catalogue des expériences et actions."
    couverts = {theme for themes in recensees.themes for theme in themes}
    blancs = [theme for theme in t.base.themes if theme not in couverts]
    if blancs:
        yield f"Thèmes sans rien de recensé : {enumerer(blancs)}. Le catalogue ne dit pas que rien n’y est fait."
