"""Ce qu'une table officielle dit et que la géographie dément : on garde la table, et on le signale à qui la lit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Remarque(NamedTuple):
    """Un texte à imprimer avec les quartiers qu'il concerne."""

    quartiers: frozenset[str]
    texte: str


#: Constats faits en superposant les contours de 2015 et de 2024 de l'ANCT.
REMARQUES = (
    Remarque(
        frozenset({"QN09516M", "QN09517M"}),
        "La table de passage de l'ANCT fait de Clos Du Roi (QP095018, Saint-Ouen-l'Aumône) un ancêtre du quartier "
        "QN09517M (Les Toupets - Côte Des Carrières), dans une autre commune ; d'après les contours, il se retrouve "
        "dans QN09516M (Chennevières - Parc Le Nôtre).",
    ),
    Remarque(
        frozenset({"QN09502I"}),
        "Justice - Butte Blanche (QN09502I) est inchangé d'après la table de passage de l'ANCT ; son contour de 2024 "
        "est pourtant un peu plus étendu que celui de 2015.",
    ),
)


def remarques(quartiers: Iterable[str]) -> tuple[str, ...]:
    """Les remarques qui concernent l'un au moins de ces quartiers.

    Examples
    --------
    >>> remarques(["QN09201M"])
    ()
    >>> len(remarques(["QN09516M", "QN09502I"]))
    2
    """
    codes = set(quartiers)
    return tuple(remarque.texte for remarque in REMARQUES if not codes.isdisjoint(remarque.quartiers))
