"""Les indicateurs : une valeur, son unité, son millésime, sa source, et la raison quand elle manque.

Une valeur manquante garde sa raison (secret statistique, non diffusée, hors champ, indisponible) partout où elle va :
elle n'est jamais remplacée par un nombre.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd
from rapidfuzz import process

from observatoire.erreurs import ErreurArgument, exiger
from observatoire.origines import Case, Origine
from observatoire.typographie import FINE, INSECABLE, nombre, pourcentage

#: Ce qu'on imprime à la place d'une valeur, et ce que cela veut dire.
SIGNES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "secret": ("s.", "secret statistique"),
        "non_diffuse": ("n.d.", "non diffusé"),
        "hors_champ": ("-", "sans objet à ce niveau"),
        "indisponible": ("ind.", "non disponible"),
    }
)
DIFFUSE = "diffuse"


@dataclass(frozen=True)
class Couverture:
    """Sur quoi porte une estimation : territoires publiés sur l'ensemble, et part de leurs habitants (0 à 100)."""

    publies: int
    total: int
    part_habitants: float | None

    def __str__(self) -> str:
        texte = f"{nombre(self.publies)} territoires publiés sur {nombre(self.total)}"
        return texte if self.part_habitants is None else f"{texte}, {pourcentage(self.part_habitants)} des habitants"


@dataclass(frozen=True, repr=False)
class Valeur:
    """La valeur d'un indicateur quelque part, avec tout ce qu'il faut pour l'imprimer sans se tromper.

    Attributes
    ----------
    indicateur, libelle : str
        Identifiant du catalogue et nom à imprimer.
    niveau, code : str
        Le territoire.
    valeur : float
        NaN si et seulement si ``statut`` n'est pas « diffuse ».
    statut : str
        « diffuse », « secret », « non_diffuse », « hors_champ » ou « indisponible ».
    unite : str
        Unité (« % », « habitants », « € »...), vide pour un indice.
    millesime : int or None
        Année ; None quand le producteur ne la dit pas.
    source : str
        Producteur et opération.
    decimales : int
        Décimales à l'affichage ; la valeur n'est jamais arrondie.
    estimation : bool
        La valeur est une estimation, non un chiffre publié.
    couverture : Couverture or None
        Sur quoi porte l'estimation.
    minimum : bool
        Somme des seules parties publiées : l'ensemble compte au moins cela.
    origine : Origine
        Les cases de ``o.indicateurs`` dont elle vient, et le calcul.
    """

    indicateur: str
    libelle: str
    niveau: str
    code: str
    valeur: float
    statut: str
    unite: str
    millesime: int | None
    source: str
    decimales: int = 0
    estimation: bool = False
    couverture: Couverture | None = None
    minimum: bool = False
    origine: Origine = field(default=Origine(), compare=False)

    def __post_init__(self) -> None:
        if math.isnan(self.valeur) == (self.statut == DIFFUSE):
            raise ErreurArgument(f"{self.indicateur} {self.code} : valeur {self.valeur} et statut « {self.statut} ».")

    @property
    def affichage(self) -> str:
        """La valeur et son unité, ou le signe de son absence : « 45,0 % », « s. »."""
        if self.statut != DIFFUSE:
            return SIGNES[self.statut][0]
        return self._au_moins + ecrire_valeur(self.valeur, self.unite, self.decimales)

    @property
    def nombre_affiche(self) -> str:
        """La valeur sans son unité, ou le signe de son absence : « 45,0 », « s. »."""
        return (
            SIGNES[self.statut][0] if self.statut != DIFFUSE else self._au_moins + nombre(self.valeur, self.decimales)
        )

    @property
    def _au_moins(self) -> str:
        return "au moins " if self.minimum else ""

    @property
    def reference(self) -> str:
        """Source et millésime, tels qu'on les imprime en note."""
        if self.millesime is None and self.statut not in {"indisponible", "hors_champ"}:
            return f"{self.source}, millésime non documenté"
        return self.source

    def __repr__(self) -> str:
        return f"Valeur({self})"

    def __str__(self) -> str:
        precisions = [] if self.statut == DIFFUSE else [SIGNES[self.statut][1]]
        if self.estimation:
            precisions.append("somme partielle" if self.minimum else "estimation")
        if self.couverture is not None:
            precisions.append(str(self.couverture))
        return f"{self.affichage} ({f'{INSECABLE}; '.join([*precisions, self.reference])})"


def ecrire_valeur(valeur: float, unite: str, decimales: int) -> str:
    """« 45,0 % », « 20 724 habitants », « 22 940 € », « 1,8 »."""
    texte = nombre(valeur, decimales)
    if not unite:
        return texte
    return f"{texte}{FINE if unite == '%' else INSECABLE}{unite}"


@dataclass(frozen=True)
class Releve:
    """Les indicateurs et leur catalogue, prêts à être interrogés.

    Parameters
    ----------
    table : pandas.DataFrame
        Table longue des indicateurs (colonnes de ``o.indicateurs``).
    catalogue : pandas.DataFrame
        Catalogue, indexé par ``indicateur``.
    """

    table: pd.DataFrame = field(repr=False)
    catalogue: pd.DataFrame = field(repr=False)

    @cached_property
    def _cases(self) -> dict[tuple[str, str, str], dict[int | None, tuple[float, str, str, int]]]:
        cases: dict[tuple[str, str, str], dict[int | None, tuple[float, str, str, int]]] = {}
        t = self.table
        millesimes = [None if pd.isna(m) else int(m) for m in t.millesime]
        colonnes = (t.niveau, t.code, t.indicateur, millesimes, t.valeur, t.statut, t.source, t.index)
        for niveau, code, indicateur, millesime, *case in zip(*colonnes, strict=True):
            cases.setdefault((niveau, code, indicateur), {})[millesime] = tuple(case)
        return cases

    @cached_property
    def _fiches(self) -> dict[str, Any]:
        """Lignes du catalogue : ``catalogue.loc[...]`` à chaque valeur d'une fiche coûterait plus que le reste."""
        return {str(ligne.Index): ligne for ligne in self.catalogue.itertuples()}

    def fiche(self, indicateur: str) -> Any:
        """Ligne du catalogue d'un indicateur.

        Raises
        ------
        ErreurArgument, ErreurType
            L'indicateur n'existe pas (les identifiants proches sont proposés), ou n'est pas un texte.
        """
        exiger(indicateur, str, "Un indicateur se désigne par son identifiant", '"taux_pauvrete"')
        if indicateur not in self._fiches:
            proches = [trouve for trouve, *_ in process.extract(str(indicateur), self.catalogue.index, limit=3)]
            raise ErreurArgument(
                f"L'indicateur {indicateur!r} n'existe pas. Que faire : essayez {', '.join(proches)} ; "
                "la liste est dans o.catalogue."
            )
        return self._fiches[indicateur]

    def millesimes(self, niveau: str, code: str, indicateur: str) -> tuple[int | None, ...]:
        """Millésimes présents, du plus récent au plus ancien ; un millésime non documenté vient en dernier."""
        presents = self._cases.get((niveau, code, indicateur), {})
        return tuple(sorted(presents, key=lambda m: (m is None, -(m or 0))))

    def valeur(self, niveau: str, code: str, indicateur: str, millesime: int | str | None = None) -> Valeur:
        """Valeur d'un indicateur pour un territoire, au millésime demandé ou au dernier présent.

        Ce qui n'a pas de sens à ce niveau est « hors_champ » ; ce qui n'est pas dans les données, « indisponible ».
        """
        self.fiche(indicateur)
        voulu = lire_millesime(millesime)
        presents = self.millesimes(niveau, code, indicateur)
        return self.exactement(niveau, code, indicateur, presents[0] if voulu is None and presents else voulu)

    def exactement(self, niveau: str, code: str, indicateur: str, annee: int | None) -> Valeur:
        """Valeur à ce millésime et à nul autre ; None est ici le millésime non documenté, non le dernier."""
        fiche = self.fiche(indicateur)
        cases = self._cases.get((niveau, code, indicateur), {})
        if annee in cases:
            nombre_, statut, source, ligne = cases[annee]
            origine = Origine("valeur", (Case("indicateurs", ligne, "valeur"),))
        else:
            origine = Origine()
            statut = "indisponible" if niveau in fiche.niveaux else "hors_champ"
            nombre_, source = math.nan, str(fiche.producteur)
        return Valeur(
            indicateur=indicateur,
            libelle=str(fiche.libelle),
            niveau=niveau,
            code=code,
            valeur=nombre_,
            statut=statut,
            unite=str(fiche.unite),
            millesime=annee,
            source=source,
            decimales=int(fiche.decimales),
            origine=origine,
        )

    def millesimes_communs(self, cibles: Iterable[tuple[str, str]], indicateur: str) -> tuple[int | None, ...]:
        """Millésimes que toutes les cibles (niveau, code) partagent, du plus récent au plus ancien."""
        listes = [self.millesimes(niveau, code, indicateur) for niveau, code in cibles]
        return tuple(m for m in listes[0] if all(m in liste for liste in listes[1:])) if listes else ()


def lire_millesime(millesime: float | str | None) -> int | None:
    """Un millésime donné en nombre ou en texte.

    Raises
    ------
    ErreurArgument
        Ce n'est pas une année.
    """
    if millesime is None:
        return None
    if isinstance(millesime, float) and millesime.is_integer():  # pandas rend souvent 2021.0
        millesime = int(millesime)
    if not str(millesime).isdecimal():
        raise ErreurArgument(f"Le millésime {millesime!r} n'est pas une année. Que faire : écrivez 2021, par exemple.")
    return int(millesime)
