"""Comparer : un territoire à côté de ceux qui le contiennent, son rang parmi ses pairs, son évolution.

Deux valeurs ne se comparent qu'au même millésime ; d'autres peuvent se lire côte à côte, chacune avec sa date.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from observatoire.erreurs import AgregationInterdite, ErreurArgument
from observatoire.indicateurs import DIFFUSE, Releve, Valeur, lire_millesime

_COLONNES = ["indicateur", "libelle", "niveau", "code", "nom", "valeur", "statut", "unite", "millesime", "source"]
#: Territoires hors du référentiel embarqué avec lesquels tout se compare.
ENGLOBANTS = (("region", "11", "Île-de-France"), ("france", "metropole", "France métropolitaine"))

Cible = tuple[str, str, str]


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
    lignes = [ligne for indicateur in indicateurs for ligne in _lignes(releve, cibles, indicateur, voulu)]
    table = pd.DataFrame(lignes, columns=[*_COLONNES, "affichage", "comparable", "ecart", "unite_ecart"])
    return table.astype({"millesime": "Int64", "valeur": float, "ecart": float})


def _lignes(releve: Releve, cibles: Sequence[Cible], indicateur: str, voulu: int | None) -> list[dict[str, object]]:
    annee = voulu if voulu is not None else _annee_commune(releve, cibles, indicateur)
    valeurs = [_valeur(releve, cible, indicateur, annee, voulu) for cible in cibles]
    nature = str(releve.fiche(indicateur).nature)
    lignes = []
    for (_, _, nom), valeur in zip(cibles, valeurs, strict=True):
        ecart, unite = _ecart(valeurs[0], valeur, nature) if valeur is not valeurs[0] else (math.nan, "")
        detail = asdict(replace(valeur, couverture=None))
        lignes.append(
            {cle: detail[cle] for cle in _COLONNES if cle in detail}
            | {"nom": nom, "affichage": valeur.affichage, "comparable": valeur.millesime == valeurs[0].millesime}
            | {"ecart": ecart, "unite_ecart": unite}
        )
    return lignes


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
    a_cette_date = annee in releve.millesimes(niveau, code, indicateur)
    return releve.valeur(niveau, code, indicateur, annee if a_cette_date or voulu is not None else None)


def _ecart(sujet: Valeur, autre: Valeur, nature: str) -> tuple[float, str]:
    """Écart du sujet à l'autre : en points pour une part, en % pour un montant, brut pour un indice ou un ratio."""
    comparables = sujet.statut == autre.statut == DIFFUSE and sujet.millesime == autre.millesime
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
    valeurs = [releve.valeur(niveau, code, indicateur, millesime) for code in dict.fromkeys(codes)]
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
            v = releve.valeur(niveau, code, indicateur, millesime)
            lignes.append((v.millesime, code, v.valeur, v.statut, v.source, v.affichage, contour_modifie))
    colonnes = ["millesime", "code", "valeur", "statut", "source", "affichage", "contour_modifie"]
    return (
        pd.DataFrame(lignes, columns=colonnes)
        .astype({"millesime": "Int64"})
        .sort_values("millesime", ignore_index=True)
    )
