"""Trouver de quelle source vient un fichier, à ses colonnes et à la forme de ses codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from observatoire.descriptions import Format, normaliser_entete
from observatoire.erreurs import ErreurSchema
from observatoire.grilles import Grille, Tableau, poser_entete
from observatoire.nombres import nettoyer_code, rendre_zero
from observatoire.typographie import enumerer

_PROCHES_MONTRES = 3
_COLONNES_MONTREES = 12
# En dessous, ce n'est pas un fichier abîmé : c'est un autre niveau de territoire.
_PART_DE_CODES_VALIDES = 0.5
_LIGNES_EXAMINEES = 1000


class Choix(NamedTuple):
    """Un tableau et la description selon laquelle le lire."""

    tableau: Tableau
    format: Format


def noms_de_cle(formats: Sequence[Format]) -> frozenset[str]:
    """Les entêtes, normalisés, qui peuvent être celui de la colonne des codes."""
    return frozenset(normaliser_entete(nom) for f in formats for nom in f.cle.noms)


def choisir(grilles: Sequence[Grille], format_: Format) -> Choix:
    """Dans un classeur, la feuille qui porte cette source ; ailleurs, l'unique tableau."""
    tableaux = [poser_entete(grille, noms_de_cle([format_])) for grille in grilles]
    return Choix(min(tableaux, key=lambda t: _eloignement(t, format_)), format_)


def _eloignement(tableau: Tableau, format_: Format) -> tuple[int, bool]:
    return len(format_.manquantes(list(tableau.entetes))), tableau.feuille not in format_.feuilles


def reconnaitre(grilles: Sequence[Grille], formats: Sequence[Format], origine: str) -> Choix:
    """Trouve la seule source connue que ce fichier puisse être.

    Raises
    ------
    ErreurSchema
        Aucune source ne convient (les plus proches sont nommées, avec ce qui leur manque), ou plusieurs.
    """
    cles = noms_de_cle(formats)
    tableaux = [poser_entete(grille, cles) for grille in grilles]
    choix = _plus_precis([Choix(t, f) for t in tableaux for f in formats if _ecart(t, f) is None])
    if not choix:
        raise _aucune(tableaux, formats, origine)
    if len(choix) > 1:
        noms = [f"« {c.format.identifiant} »{f' ({c.tableau.origine})' * bool(c.tableau.feuille)}" for c in choix]
        remede = f'dites laquelle, par exemple lire_source(..., source="{choix[0].format.identifiant}").'
        raise ErreurSchema(origine, [f"ce fichier peut être aussi bien {enumerer(noms)}"], remede)
    return choix[0]


def _plus_precis(choix: list[Choix]) -> list[Choix]:
    if not choix:
        return []
    meilleur = max(map(_precision, choix))
    precis = [c for c in choix if _precision(c) == meilleur]
    attendus = [c for c in precis if c.tableau.feuille in c.format.feuilles]
    return attendus if len(attendus) == 1 else precis


def _precision(choix: Choix) -> int:
    """Poids de ce à quoi la source se reconnaît : un nom exact dit plus qu'une famille, une famille plus que tout."""
    return sum(2 if colonne.motif else 4 for colonne in choix.format.signature()) - choix.format.generique


def _ecart(tableau: Tableau, format_: Format) -> str | None:
    """Ce qui empêche ce tableau d'être de cette source ; ``None`` si rien."""
    manquantes = format_.manquantes(list(tableau.entetes))
    if manquantes:
        return f"il manque {_colonnes(manquantes)}"
    if (format_.forme == "contours") != (tableau.geometrie is not None):
        return "on attend des contours" if tableau.geometrie is None else "on attend un tableau, non des contours"
    debut = replace(tableau, donnees=tableau.donnees.head(_LIGNES_EXAMINEES))
    codes = codes_de(debut, format_)
    if len(codes) and codes.str.fullmatch(format_.cle.motif).mean() < _PART_DE_CODES_VALIDES:
        return f"on attend des codes comme « {format_.cle.exemple} », or on lit « {codes.iloc[0]} »"
    if temoins_contraires(debut, format_):
        return "les noms des territoires sont ceux d'un autre niveau"
    return None


def colonne_cle(tableau: Tableau, format_: Format) -> str | None:
    """L'entête de la colonne des codes, selon l'ordre de préférence de la description."""
    lus = {normaliser_entete(entete): entete for entete in reversed(tableau.entetes)}
    return next((lus[nom] for nom in map(normaliser_entete, format_.cle.noms) if nom in lus), None)


def codes_de(tableau: Tableau, format_: Format) -> pd.Series[str]:
    """Les codes de territoire, nettoyés, leur zéro rendu, sans les lignes vides ni celles d'un total."""
    nom = colonne_cle(tableau, format_)
    if nom is None:
        return pd.Series(dtype=str)
    codes = tableau.donnees[nom].map(nettoyer_code)
    codes = codes[codes.ne("") & ~codes.isin(format_.hors_territoire)]
    longueur = format_.cle.longueur
    return codes if longueur is None else codes.replace(rendre_zero(codes, longueur))


def temoins_contraires(tableau: Tableau, format_: Format) -> list[str]:
    """Les codes dont le nom, dans le fichier, n'est pas celui que porte ce code à ce niveau."""
    if format_.libelle_de is None or format_.libelle_de not in tableau.donnees.columns:
        return []
    codes = codes_de(tableau, format_)
    noms = tableau.donnees.loc[codes.index, format_.libelle_de].str.strip().str.casefold()
    attendus = codes.map(format_.temoins).dropna().str.casefold()
    return sorted(set(codes[attendus.index[noms[attendus.index].ne(attendus)]]))


def _colonnes(noms: Sequence[str]) -> str:
    libelle = "la colonne" if len(noms) == 1 else "les colonnes"
    return f"{libelle} {enumerer([f'« {nom} »' for nom in noms])}"


def _aucune(tableaux: Sequence[Tableau], formats: Sequence[Format], origine: str) -> ErreurSchema:
    tries = sorted(
        ((t, f) for t in tableaux for f in formats if not f.generique),
        key=lambda p: (-_part_reconnue(*p), _part_manquante(*p), len(p[0].problemes), -len(p[1].signature())),
    )
    problemes = [f"plus proche : « {f.identifiant} », mais {_ecart(t, f)}" for t, f in tries[:_PROCHES_MONTRES]]
    lues = [f"« {entete} »" for entete in tries[0][0].entetes]
    suite = f" et {len(lues) - _COLONNES_MONTREES} autres" if len(lues) > _COLONNES_MONTREES else ""
    montrees = ", ".join(lues[:_COLONNES_MONTREES]) or "aucune"
    return ErreurSchema(
        origine,
        [f"aucune source connue n'a ces colonnes : {montrees}{suite}", *problemes],
        "voyez sources_connues() et précisez source=..., ou ajoutez une description à observatoire/formats/.",
    )


def _part_reconnue(tableau: Tableau, format_: Format) -> float:
    """Part des colonnes du fichier que cette source connaît."""
    connues = sum(format_.cle.convient(e) or format_.colonne(e) is not None for e in tableau.entetes)
    return connues / max(len(tableau.entetes), 1)


def _part_manquante(tableau: Tableau, format_: Format) -> float:
    return len(format_.manquantes(list(tableau.entetes))) / (len(format_.signature()) + 1)
