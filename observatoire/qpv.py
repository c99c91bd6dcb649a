"""La géographie prioritaire : quels quartiers touchent un territoire, combien d'habitants, quoi de neuf depuis 2015."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from observatoire.referentiel import DEPARTEMENTS_PERIMETRE
from observatoire.typographie import enumerer

#: Statuts d'un quartier en 2024, tels qu'on les imprime (« sorti » ne vaut que pour un quartier de 2015).
LIBELLES_STATUTS = {"nouveau": "nouveau", "modifie": "modifié", "inchange": "inchangé", "sorti": "sorti"}


@dataclass(frozen=True)
class Synthese:
    """Les QPV d'un territoire en quelques nombres.

    Attributes
    ----------
    nombre : int
        QPV qui touchent le territoire, chacun compté une fois.
    population : int
        Leurs habitants (2020), quartiers entiers, chacun compté une fois.
    debordants : tuple of str
        Codes des QPV qui s'étendent aussi hors du territoire : leur population n'y est pas tout entière.
    population_territoire : int or None
        Habitants du territoire (2020), ou None si ce n'est pas publié.
    part : float or None
        Part des habitants du territoire vivant en QPV (0 à 100) ; None quand elle n'est pas calculable exactement :
        quartiers débordants, ou population du territoire inconnue.
    departements_absents : tuple of str
        Départements du territoire dont les QPV ne sont pas dans les données : les nombres ci-dessus les ignorent.
    codes : tuple of str
        Codes des QPV comptés.
    """

    nombre: int
    population: int
    debordants: tuple[str, ...]
    population_territoire: int | None
    part: float | None
    departements_absents: tuple[str, ...]
    codes: tuple[str, ...]


def dans(qpv: gpd.GeoDataFrame, codes_communes: Collection[str]) -> gpd.GeoDataFrame:
    """QPV dont une commune au moins est dans ``codes_communes``, chacun une fois."""
    communes = set(codes_communes)
    return qpv[[not communes.isdisjoint(codes) for codes in qpv.codes_communes]]


def debordants(qpv: gpd.GeoDataFrame, codes_communes: Collection[str]) -> tuple[str, ...]:
    """Codes des QPV qui s'étendent aussi sur des communes hors de ``codes_communes``."""
    communes = set(codes_communes)
    return tuple(code for code, siennes in qpv.codes_communes.items() if not communes.issuperset(siennes))


def departements_absents(communes: pd.DataFrame) -> tuple[str, ...]:
    """Départements de ces communes dont les QPV ne sont pas embarqués."""
    return tuple(sorted(set(communes.code_departement) - set(DEPARTEMENTS_PERIMETRE)))


def citer_departements(codes: Sequence[str], singulier: str = "département", pluriel: str = "départements") -> str:
    """Cite des départements, accordés : « département 77 », « des départements 75 et 93 »."""
    return f"{singulier if len(codes) == 1 else pluriel} {enumerer(codes)}"


def synthetiser(qpv: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Synthese:
    """Résume les QPV d'un ensemble de communes.

    Parameters
    ----------
    qpv : geopandas.GeoDataFrame
        Table des QPV ; ceux qui ne touchent pas ``communes`` sont ignorés.
    communes : geopandas.GeoDataFrame
        Communes du territoire.
    """
    siens = dans(qpv, communes.index)
    dehors = debordants(siens, communes.index)
    absents = departements_absents(communes)
    habitants = int(siens.population.sum())
    total = None if communes.population_2020.isna().any() else int(communes.population_2020.sum())
    exacte = total and not dehors and not absents
    part = 100 * habitants / total if exacte and total else None
    return Synthese(len(siens), habitants, dehors, total, part, absents, tuple(siens.index))


def evolution(qpv: gpd.GeoDataFrame, qpv_2015: pd.DataFrame, codes_communes: Collection[str]) -> pd.DataFrame:
    """Ce que sont devenus les quartiers d'un territoire entre 2015 et 2024.

    Returns
    -------
    pandas.DataFrame
        Une ligne par quartier de 2024 et par quartier de 2015 sans suite, indexée par ``code`` ; colonnes ``nom``,
        ``noms_communes``, ``statut`` (nouveau, modifie, inchange, sorti), ``codes_2015`` (liste).
    """
    communes = set(codes_communes)
    presents = dans(qpv, communes)[["nom", "noms_communes", "statut", "codes_2015"]]
    ici = qpv_2015.codes_communes.map(lambda codes: not communes.isdisjoint(codes))
    sortis = qpv_2015[ici & qpv_2015.codes_2024.map(len).eq(0)]
    departs = pd.DataFrame(
        {"nom": sortis.nom, "noms_communes": sortis.noms_communes, "statut": "sorti"}, index=sortis.index
    )
    departs["codes_2015"] = [[code] for code in sortis.index]
    return pd.concat([pd.DataFrame(presents), departs]).rename_axis("code")


def compter_statuts(statuts: Iterable[str]) -> dict[str, int]:
    """Nombre de quartiers par statut, dans l'ordre de ``LIBELLES_STATUTS`` ; les absents valent 0."""
    liste = list(statuts)
    return {statut: liste.count(statut) for statut in LIBELLES_STATUTS}
