"""Ce qui se fait sur un territoire : le bloc « Expériences et actions » d'une fiche."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from observatoire.blocs import Bloc, Colonne, Tableau, Texte
from observatoire.portees import eloignement
from observatoire.schemas import NATURES_RACONTEES
from observatoire.territoire import Territoire
from observatoire.typographie import accorder, date_imprimee, enumerer

TITRE = "Expériences et actions"
#: Lignes montrées : une fiche de quartier ou de commune tient en deux pages.
_LIGNES = {"qpv": 2, "commune": 2, "epci": 8, "ept": 8, "departement": 15, "perimetre": 20}
#: Une commune de tant de quartiers en a déjà de longs tableaux.
_QUARTIERS_NOMBREUX = 5
_COLONNES = (
    Colonne("Intitulé et résumé", large=7),
    Colonne("Porteur et thèmes", large=3),
    Colonne("Date et portée", large=2),
)


def experiences_et_actions(t: Territoire) -> Bloc:
    """Les expériences et actions recensées, les plus proches d'abord, et les thèmes où rien ne l'est."""
    recensees = pd.concat([_preparer(t.experiences, "titre"), _preparer(_racontees(t.actions), "intitule")])
    recensees = recensees.sort_values("portee", key=lambda portees: portees.map(eloignement), kind="stable")
    if recensees.empty:
        return Texte(TITRE, ("Aucune expérience ni action n’est recensée ici ni alentour dans le catalogue.",))
    charge = t.niveau == "commune" and len(t.qpv) >= _QUARTIERS_NOMBREUX
    montrees = recensees.head(1 if charge else _LIGNES[t.niveau])
    notes = tuple(_notes(t, recensees, len(montrees)))
    return Tableau(TITRE, _COLONNES, tuple(_ligne(ligne) for ligne in montrees.itertuples()), notes=notes)


def _racontees(actions: pd.DataFrame) -> pd.DataFrame:
    return actions[actions.nature.isin(NATURES_RACONTEES)]


def _preparer(table: pd.DataFrame, titre: str) -> pd.DataFrame:
    colonnes = ["titre", "resume", "date", "annee", "porteur", "themes", "portee", "document", "page"]
    return table.rename(columns={titre: "titre"}).reindex(columns=colonnes).astype(object)


def _ligne(ligne: Any) -> tuple[str, ...]:
    porteur = "Pôle ressources" if pd.isna(ligne.porteur) else str(ligne.porteur)
    date = date_imprimee(ligne.date, None if pd.isna(ligne.annee) else int(ligne.annee))
    return (
        _phrase(ligne.titre, ligne.resume),
        " · ".join(filter(None, (porteur, enumerer(ligne.themes[:2])))),
        f"{date} · {ligne.portee}",
    )


def _phrase(titre: str, resume: str | None) -> str:
    """Un titre qui finit par « ? » ou « ! » n'a pas besoin d'un point de plus."""
    return " ".join(filter(None, (titre if titre.endswith(("?", "!", "…", ".")) else f"{titre}.", resume)))


def _notes(t: Territoire, recensees: pd.DataFrame, montrees: int) -> Iterator[str]:
    reste = len(recensees) - montrees
    if reste:
        yield f"Et {accorder(reste, 'autre')}, ici ou alentour, dans le catalogue des expériences et actions."
    couverts = {theme for themes in recensees.themes for theme in themes}
    blancs = [theme for theme in t.base.themes if theme not in couverts]
    if blancs:
        yield f"Thèmes sans rien de recensé : {enumerer(blancs)}. Le catalogue ne dit pas que rien n’y est fait."
    documents = recensees.head(montrees)
    references = (_reference(*ligne) for ligne in zip(documents.document, documents.page, strict=True))
    yield f"Sources : {' ; '.join(dict.fromkeys(references))}."


def _reference(document: str, page: Any) -> str:
    return document if pd.isna(page) else f"{document}, p. {int(page)}"
