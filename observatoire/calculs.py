"""Des valeurs tirées d'autres valeurs ou tables : un compte, un rapport, un écart. Chacune garde son origine."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from observatoire.comparaison import ecart_entre
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.origines import Calcul, Case, Origine


def compter(table: str, codes: Iterable[str], libelle: str, source: str, millesime: int | None) -> Valeur:
    """Nombre de lignes d'une table de l'observatoire : des quartiers, des communes.

    Parameters
    ----------
    table : str
        Nom de la table (« qpv », « communes »...).
    codes : iterable of str
        Les lignes comptées.
    libelle, source, millesime
        Ce qui est compté, d'après qui, en quelle année.
    """
    return compter_cases(f"nombre_{table}", [Case(table, code, "nom") for code in codes], libelle, source, millesime)


def compter_cases(
    indicateur: str, cases: Iterable[Case], libelle: str, source: str, millesime: int | None = None
) -> Valeur:
    """Nombre de ces cases, qui peuvent être de plusieurs tables."""
    comptees = tuple(cases)
    return Valeur(
        indicateur=indicateur,
        libelle=libelle,
        niveau="ensemble",
        code="",
        valeur=float(len(comptees)),
        statut=DIFFUSE,
        unite="",
        millesime=millesime,
        source=source,
        origine=Origine("compte", comptees),
    )


def mesurer_surface(code: str, hectares: float, source: str) -> Valeur:
    """Surface d'un quartier, en hectares, mesurée en Lambert-93 (colonne ``surface_ha`` de ``o.qpv``)."""
    return Valeur(
        indicateur="surface_ha",
        libelle="Surface",
        niveau="qpv",
        code=code,
        valeur=hectares,
        statut=DIFFUSE,
        unite="ha",
        millesime=2024,
        source=source,
        decimales=1,
        origine=Origine("valeur", (Case("qpv", code, "surface_ha"),)),
    )


def rapporter(haut: Valeur, bas: Valeur, libelle: str, unite: str, decimales: int = 1) -> Valeur:
    """Le premier rapporté au second, pour cent si l'unité est « % » ; indisponible si l'un des deux manque."""
    calculable = haut.statut == bas.statut == DIFFUSE and bas.valeur > 0
    echelle = 100 if unite == "%" else 1
    sources = dict.fromkeys((haut.source, bas.source))
    return replace(
        haut,
        indicateur=f"{haut.indicateur}_par_{bas.indicateur}",
        libelle=libelle,
        valeur=echelle * haut.valeur / bas.valeur if calculable else math.nan,
        statut=DIFFUSE if calculable else _raison(haut, bas),
        unite=unite,
        source=" ; ".join(sources),
        decimales=decimales,
        origine=Origine("rapport", haut.origine.cases, bas.origine.cases, echelle),
    )


def _raison(haut: Valeur, bas: Valeur) -> str:
    return next((v.statut for v in (haut, bas) if v.statut != DIFFUSE), "hors_champ")


def ecarter(sujet: Valeur, autre: Valeur, nature: str) -> Valeur | None:
    """Écart du sujet à une autre valeur : en points, en %, ou brut ; None si les deux ne se comparent pas."""
    ecart, unite = ecart_entre(sujet, autre, nature)
    if math.isnan(ecart):
        return None
    calcul: Calcul = "ecart_relatif" if unite == "%" else "difference"
    return replace(
        sujet,
        libelle=f"{sujet.libelle}, écart",
        valeur=ecart,
        unite=unite,
        decimales=0 if unite == "%" else sujet.decimales,
        source=" ; ".join(dict.fromkeys((sujet.source, autre.source))),
        estimation=sujet.estimation or autre.estimation,
        couverture=None,
        origine=Origine(calcul, termes=(sujet.origine, autre.origine)),
    )
