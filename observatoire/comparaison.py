"""Comparer : un territoire à côté de ceux qui le contiennent, son rang parmi ses pairs, son évolution.

Deux valeurs ne se comparent qu'au même millésime ; d'autres peuvent se lire côte à côte, chacune avec sa date.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from observatoire.erreurs import AgregationInterdite, ErreurArgument
from observatoire.indicateurs import DIFFUSE, Releve, Valeur, lire_millesime
from observatoire.origines import Origine

#: Territoires hors du référentiel embarqué avec lesquels tout se compare.
ENGLOBANTS = (("region", "11", "Île-de-France"), ("france", "metropole", "France métropolitaine"))

Cible = tuple[str, str, str]
_ABSENTS = {"indisponible", "hors_champ"}


@dataclass(frozen=True)
class Regard:
    """Une valeur vue depuis un territoire : la sienne, ou celle d'un territoire auquel on le compare.

    Attributes
    ----------
    nom : str
        Nom du territoire de la valeur.
    valeur : Valeur
        La valeur, avec son millésime.
    comparable : bool
        Est-elle dans les données, au même millésime que celle du territoire ?
    ecart : float
        Territoire moins celui-ci ; NaN pour le territoire lui-même, ou si rien ne se compare.
    unite_ecart : str
        « points » pour une part, « % » pour un montant, vide pour un indice ou un ratio.
    """

    nom: str
    valeur: Valeur
    comparable: bool
    ecart: float
    unite_ecart: str


def confronter(releve: Releve, cibles: Sequence[Cible], indicateur: str, millesime: int | None = None) -> list[Regard]:
    """La valeur d'un territoire (la première cible), puis celles des autres, avec leurs écarts."""
    annee = millesime if millesime is not None else _annee_commune(releve, cibles, indicateur)
    valeurs = [_valeur(releve, cible, indicateur, annee, millesime) for cible in cibles]
    nature = str(releve.fiche(indicateur).nature)
    ecarts = [(math.nan, ""), *(ecart_entre(valeurs[0], autre, nature) for autre in valeurs[1:])]
    return [
        Regard(nom, valeur, valeur.statut not in _ABSENTS and valeur.millesime == valeurs[0].millesime, *ecart)
        for (_, _, nom), valeur, ecart in zip(cibles, valeurs, ecarts, strict=True)
    ]


def comparer(
    releve: Releve, cibles: Sequence[Cible], indicateurs: Iterable[str], millesime: int | str | None = None
) -> pd.DataFrame:
    """Un territoire (la première cible) à côté des autres, indicateur par indicateur.

    Parameters
    ----------
    releve : Releve
        Indicateurs et catalogue.
    cibles : sequence of (niveau, code, nom)
        Le territoire, puis ceux auxquels on le compare.
    indicateurs : iterable of str
        Identifiants du catalogue.
    millesime : int, optional
        Année ; par défaut la dernière que partagent toutes les cibles qui ont l'indicateur.

    Returns
    -------
    pandas.DataFrame
        Une ligne par indicateur et par cible : ``indicateur``, ``libelle``, ``niveau``, ``code``, ``nom``, ``valeur``,
        ``statut``, ``unite``, ``millesime``, ``source``, ``affichage``, ``comparable`` (même millésime que le
        territoire), ``ecart`` (territoire moins cible ; NaN si rien ne se compare) et ``unite_ecart`` (« points »,
        « % », ou vide pour un indice ou un ratio).
    """
    voulu = lire_millesime(millesime)
    regards = [regard for indicateur in indicateurs for regard in confronter(releve, cibles, indicateur, voulu)]
    lignes = [
        {**{nom: getattr(r.valeur, nom) for nom in _COLONNES}, "nom": r.nom}
        | {"comparable": r.comparable, "ecart": r.ecart, "unite_ecart": r.unite_ecart}
        for r in regards
    ]
    ordre = [*_COLONNES[:4], "nom", *_COLONNES[4:], "comparable", "ecart", "unite_ecart"]
    return pd.DataFrame(lignes, columns=ordre).astype({"millesime": "Int64", "valeur": float, "ecart": float})


_COLONNES = (
    "indicateur",
    "libelle",
    "niveau",
    "code",
    "valeur",
    "statut",
    "unite",
    "millesime",
    "source",
    "affichage",
)


def _annee_commune(releve: Releve, cibles: Sequence[Cible], indicateur: str) -> int | None:
    """Dernier millésime que partagent les cibles renseignées, à défaut le dernier du territoire."""
    renseignees = [(n, c) for n, c, _ in cibles if releve.millesimes(n, c, indicateur)]
    communs = releve.millesimes_communs(renseignees, indicateur)
    if communs:
        return communs[0]
    siens = releve.millesimes(cibles[0][0], cibles[0][1], indicateur)
    return siens[0] if siens else None


def _valeur(releve: Releve, cible: Cible, indicateur: str, annee: int | None, voulu: int | None) -> Valeur:
    """Valeur à l'année retenue ; si la cible ne l'a pas et qu'aucune n'est exigée, sa dernière, avec sa date."""
    niveau, code, _ = cible
    if voulu is not None or annee in releve.millesimes(niveau, code, indicateur):
        return releve.exactement(niveau, code, indicateur, annee)
    return releve.valeur(niveau, code, indicateur)


def ecart_entre(sujet: Valeur, autre: Valeur, nature: str) -> tuple[float, str]:
    """Écart du sujet à l'autre : en points pour une part, en % pour un montant, brut pour un indice ou un ratio."""
    comparables = sujet.statut == autre.statut == DIFFUSE and sujet.millesime == autre.millesime
    # Deux années inconnues ne sont la même que dans un même fichier.
    comparables &= sujet.millesime is not None or autre.source.startswith(sujet.source)
    if not comparables or nature == "effectif":
        return math.nan, ""
    if nature == "mediane":
        return (100 * (sujet.valeur / autre.valeur - 1), "%") if autre.valeur else (math.nan, "")
    return sujet.valeur - autre.valeur, "points" if nature == "part" else ""


@dataclass(frozen=True)
class Rang:
    """Place d'un territoire parmi ses pairs, de la plus haute valeur à la plus basse.

    Attributes
    ----------
    rang : int
        1 pour la valeur la plus haute ; les ex aequo ont le même rang.
    sur : int
        Nombre de pairs classés.
    ex_aequo : int
        Nombre d'autres territoires au même rang.
    non_classes : int
        Pairs sans valeur publiée, qu'on ne peut pas classer.
    valeur : Valeur
        La valeur classée.
    """

    rang: int
    sur: int
    ex_aequo: int
    non_classes: int
    valeur: Valeur

    def __str__(self) -> str:
        place = "1er" if self.rang == 1 else f"{self.rang}e"
        egalite = f", à égalité avec {self.ex_aequo} autre{'s' if self.ex_aequo > 1 else ''}" if self.ex_aequo else ""
        absents = f" ({self.non_classes} sans valeur publiée)" if self.non_classes else ""
        return f"{place} sur {self.sur}{egalite}{absents} : {self.valeur}"


def classer(releve: Releve, niveau: str, codes: Iterable[str], indicateur: str, millesime: int | None) -> pd.DataFrame:
    """Pairs classés de la plus haute valeur à la plus basse.

    Returns
    -------
    pandas.DataFrame
        Indexée par ``code`` : ``valeur``, ``statut``, ``rang`` (vide sans valeur publiée ; ex aequo au même rang).
    """
    valeurs = [releve.exactement(niveau, code, indicateur, millesime) for code in dict.fromkeys(codes)]
    table = pd.DataFrame(
        {"valeur": [v.valeur for v in valeurs], "statut": [v.statut for v in valeurs]},
        index=pd.Index([v.code for v in valeurs], name="code"),
    )
    table["rang"] = table.valeur.rank(method="min", ascending=False).astype("Int64")
    return table.sort_values(["rang", "code"], na_position="last")


def situer_rang(releve: Releve, valeur: Valeur, pairs: Iterable[str]) -> Rang:
    """Rang d'une valeur parmi ses pairs.

    Raises
    ------
    ErreurArgument
        La valeur n'est pas publiée : elle n'a pas de rang.
    """
    if valeur.statut != DIFFUSE:
        raise ErreurArgument(
            f"« {valeur.libelle} » n'a pas de rang pour {valeur.code} : {valeur}. "
            "Que faire : choisissez un indicateur publié pour ce territoire."
        )
    table = classer(releve, valeur.niveau, [valeur.code, *pairs], valeur.indicateur, valeur.millesime)
    rang: int = table.rang.to_dict()[valeur.code]
    classes = int(table.rang.notna().sum())
    return Rang(rang, classes, int(table.rang.eq(rang).sum()) - 1, len(table) - classes, valeur)


def hors_quartiers(ensemble: Valeur, quartiers: Valeur) -> Valeur:
    """Effectif du territoire hors de ses quartiers prioritaires, quand il se calcule exactement.

    Raises
    ------
    AgregationInterdite
        L'un des deux n'est pas publié, ou leurs millésimes diffèrent.
    """
    if not ensemble.statut == quartiers.statut == DIFFUSE or ensemble.millesime != quartiers.millesime:
        raise AgregationInterdite(
            f"« {ensemble.libelle} » hors QPV ne se calcule pas exactement : territoire {ensemble}, quartiers "
            f"{quartiers}. Que faire : choisissez un effectif publié des deux côtés au même millésime."
        )
    return replace(
        ensemble,
        libelle=f"{ensemble.libelle} hors QPV",
        valeur=ensemble.valeur - quartiers.valeur,
        source=f"{ensemble.source} ; {quartiers.source}",
        origine=Origine("difference", termes=(ensemble.origine, quartiers.origine)),
    )


def serie(releve: Releve, niveau: str, etapes: Sequence[tuple[str, bool]], indicateur: str) -> pd.DataFrame:
    """Valeurs d'un indicateur au fil des millésimes.

    Parameters
    ----------
    releve : Releve
        Indicateurs et catalogue.
    niveau : str
        Niveau du territoire.
    etapes : sequence of (code, contour_modifie)
        Codes successifs du territoire ; ``contour_modifie`` dit que ce code ne couvre pas le contour actuel.
    indicateur : str
        Identifiant du catalogue.

    Returns
    -------
    pandas.DataFrame
        ``millesime``, ``code``, ``valeur``, ``statut``, ``source``, ``affichage``, ``contour_modifie``.
    """
    lignes = []
    for code, contour_modifie in etapes:
        for millesime in releve.millesimes(niveau, code, indicateur):
            v = releve.exactement(niveau, code, indicateur, millesime)
            lignes.append((v.millesime, code, v.valeur, v.statut, v.source, v.affichage, contour_modifie))
    colonnes = ["millesime", "code", "valeur", "statut", "source", "affichage", "contour_modifie"]
    return (
        pd.DataFrame(lignes, columns=colonnes)
        .astype({"millesime": "Int64"})
        .sort_values("millesime", ignore_index=True)
    )
