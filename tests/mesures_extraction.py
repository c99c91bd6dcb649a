"""Précision et rappel de la lecture des documents, contre des tables établies en les lisant à l'œil.

``tests/extraction/<document>_<table>.csv`` dit ce qu'un lecteur trouve ; ``mesurer`` le compare à ce qui est lu.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz

import observatoire as obs
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, normaliser

ETALONS = Path(__file__).parent / "extraction"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
DOCUMENTS = {
    "recueil-fiches-experiences-2024": "recueil-fiches-experiences-2024.md",
    "rapport-activite-2023": "rapport-activite-2023.md",
    "resonances-2021": "resonances-2021.md",
    "concertation-quartiers-2030-paris-saclay": "concertation-quartiers-2030-paris-saclay.txt",
    "guide-hcts-annexe3-actions-inspirantes": "guide-hcts-annexe3-actions-inspirantes.md",
}
#: Deux titres sont les mêmes s'ils se ressemblent à tant pour cent.
_MEME_TITRE = 90


@dataclass(frozen=True)
class Mesure:
    """Ce qui est trouvé, ce qui est juste, ce qui est attendu."""

    document: str
    quoi: str
    justes: int
    trouves: int
    attendus: int

    @property
    def precision(self) -> float:
        return self.justes / self.trouves if self.trouves else 1.0

    @property
    def rappel(self) -> float:
        return self.justes / self.attendus if self.attendus else 1.0

    def __str__(self) -> str:
        return (
            f"{self.document[:34]:<34} {self.quoi:<30} précision {self.precision:6.1%}  rappel {self.rappel:6.1%}  "
            f"({self.justes} justes, {self.trouves} trouvés, {self.attendus} attendus)"
        )


def etalon(document: str, table: str) -> pd.DataFrame:
    """Une table établie à l'œil, tout en texte ; vide s'il n'y en a pas."""
    chemin = ETALONS / f"{document}_{table}.csv"
    return pd.read_csv(chemin, dtype=str, keep_default_na=False) if chemin.exists() else pd.DataFrame()


def lire(document: str) -> obs.Document:
    return obs.lire_document(CORPUS / DOCUMENTS[document])


def apparier(attendues: pd.DataFrame, trouvees: pd.DataFrame, titre: str) -> list[tuple[int, int]]:
    """Rangs (attendue, trouvée) des lignes qui parlent de la même chose : même ligne du document, ou même titre."""
    libres = dict(enumerate(zip(trouvees.ligne, trouvees[titre], strict=True)))
    paires = []
    colonne = "titre" if "titre" in attendues else "intitule"
    for rang, (ligne, attendu) in enumerate(zip(attendues.ligne, attendues[colonne], strict=True)):
        candidats = [(_accord(int(ligne), attendu, *lu), place) for place, lu in libres.items()]
        note, place = max(candidats, default=(0.0, -1))
        if note >= _MEME_TITRE:
            paires.append((rang, place))
            del libres[place]
    return paires


def _accord(ligne: int, attendu: str, ligne_lue: int, lu: str) -> float:
    un, autre = normaliser(attendu), normaliser(lu)
    ecart = abs(ligne - int(ligne_lue))
    debut = ecart <= 1 and (autre.startswith(un) or fuzz.partial_ratio(un, autre) >= _MEME_TITRE)
    return 100.0 - ecart if debut else fuzz.ratio(un, autre) - min(5, ecart / 10)


def _egaux(
    document: str, quoi: str, paires: list[tuple[str, str]], trouves: int | None = None, attendus: int | None = None
) -> Mesure:
    justes = sum(attendu == lu for attendu, lu in paires if attendu)
    lus = sum(bool(lu) for _, lu in paires) if trouves is None else trouves
    return Mesure(document, quoi, justes, lus, sum(bool(a) for a, _ in paires) if attendus is None else attendus)


def _ensembles(document: str, quoi: str, paires: Iterable[tuple[set[str], set[str]]]) -> Mesure:
    paires = list(paires)
    justes = sum(len(attendus & lus) for attendus, lus in paires)
    return Mesure(document, quoi, justes, sum(len(lus) for _, lus in paires), sum(len(a) for a, _ in paires))


def _texte(valeur: object) -> str:
    return "" if valeur is None or pd.isna(valeur) else str(valeur)


def _liste(texte: str) -> set[str]:
    return {element for element in texte.split("|") if element}


def _deplier(codes: Iterable[str]) -> set[str]:
    """Le périmètre est écrit par ses trois départements dans les tables établies à l'œil."""
    lus = set(codes)
    return lus - {CODE_PERIMETRE} | set(DEPARTEMENTS_PERIMETRE if CODE_PERIMETRE in lus else ())


def mesurer_table(document: str, lue: pd.DataFrame, attendue: pd.DataFrame, titre: str) -> list[Mesure]:
    """Mesures d'une table : notices, puis leurs territoires, dates, pages, chiffres."""
    paires = apparier(attendue, lue, titre)
    nom = "fiches" if titre == "titre" else "actions"
    mesures = [Mesure(document, nom, len(paires), len(lue), len(attendue))]
    cote_a_cote = [(attendue.iloc[a], lue.iloc[b]) for a, b in paires]
    egales: dict[str, Callable[[object], str]] = {"date": _texte, "page": _texte, "numero": _texte, "nature": _texte}
    egales |= {"participations": _texte, "seances": _texte, "url": _texte, "theme": _texte}
    for colonne, ecrire in egales.items():
        if colonne in attendue and colonne in lue and attendue[colonne].ne("").any():
            valeurs = [(str(x[colonne]), ecrire(y[colonne])) for x, y in cote_a_cote]
            mesures.append(_egaux(document, f"{nom} : {colonne}", valeurs))
    for colonne, lues in {
        "codes": "territoires",
        "qpv": "qpv",
        "dispositifs": "dispositifs",
        "themes": "themes",
    }.items():
        if colonne in attendue and attendue[colonne].ne("").any():
            ensembles = ((_deplier(_liste(x[colonne])), _deplier(y[lues])) for x, y in cote_a_cote)
            mesures.append(_ensembles(document, f"{nom} : {lues}", ensembles))
    return mesures


def mesurer(document: str) -> list[Mesure]:
    """Toutes les mesures d'un document."""
    lu = lire(document)
    mesures = []
    for table, titre in (("experiences", "titre"), ("actions", "intitule")):
        attendue = etalon(document, table)
        if len(attendue):
            mesures += mesurer_table(document, getattr(lu, table), attendue, titre)
    chiffres = etalon(document, "chiffres")
    if len(chiffres):
        lus = {(int(c.ligne), float(c.valeur)) for c in lu.chiffres.itertuples()}
        dits = {(int(c.ligne), float(c.valeur)) for c in chiffres.itertuples()}
        mesures.append(Mesure(document, "chiffres", len(lus & dits), len(lus), len(dits)))
    adherents = etalon(document, "adherents")
    if len(adherents):
        siens = {(a.nom or "", a.type) for a in lu.adherents.itertuples()}
        attendus = {(a.nom, a.type) for a in adherents.itertuples()}
        mesures.append(Mesure(document, "adhérents", len(siens & attendus), len(siens), len(attendus)))
    return mesures
