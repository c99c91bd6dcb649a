"""À quel titre une expérience ou une action d'un territoire en concerne un autre : sur place, au-dessus, dedans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from observatoire import qpv as geographie
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, Repertoire

#: D'où vient un résultat quand on cherche sur un territoire, du plus proche au plus lointain.
PORTEES = (
    "sur place",
    "quartier",
    "commune",
    "dans le territoire",
    "intercommunalité",
    "département",
    "métropole",
    "ouest francilien",
)
# Ce que contient chaque genre de territoire : le reste de ce qui s'y rattache l'englobe.
_DEDANS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "quartier": frozenset(),
        "commune": frozenset({"quartier"}),
        "intercommunalité": frozenset({"quartier", "commune"}),
        "département": frozenset({"quartier", "commune", "intercommunalité"}),
        "métropole": frozenset({"quartier", "commune", "intercommunalité"}),
        "ouest francilien": frozenset({"quartier", "commune", "intercommunalité", "département"}),
    }
)


def eloignement(portee: str) -> int:
    """Rang d'une portée, de la plus proche à la plus lointaine."""
    return PORTEES.index(portee) if portee in PORTEES else len(PORTEES)


def portees(niveau: str, code: str, repertoire: Repertoire) -> dict[str, str]:
    """Les territoires dont les expériences et actions intéressent un territoire, et à quel titre.

    Parameters
    ----------
    niveau, code : str
        Un territoire connu.
    repertoire : Repertoire
        Le référentiel.

    Returns
    -------
    dict
        Pour chaque code, sa portée : le territoire lui-même (« sur place »), ce qu'il contient (« quartier » pour une
        commune, « dans le territoire » pour un plus grand), ce qui l'englobe (« commune », « intercommunalité »,
        « département », « métropole », « ouest francilien »). L'intercommunalité est l'EPT dans la Métropole du Grand
        Paris, qui est alors la « métropole ». Une intercommunalité à cheval est dans chacun de ses départements.
    """
    lies = dict(_lies(niveau, code, repertoire))
    dedans = _DEDANS[lies[code]]
    contenu = "quartier" if niveau == "commune" else "dans le territoire"
    return {lie: "sur place" if lie == code else contenu if genre in dedans else genre for lie, genre in lies.items()}


def _lies(niveau: str, code: str, repertoire: Repertoire) -> Iterator[tuple[str, str]]:
    """Code et genre de tous les territoires qui contiennent, portent ou composent celui-ci."""
    communes = repertoire.communes.loc[sorted(repertoire.membres(niveau, code))]
    siens = [code] if niveau == "qpv" else geographie.dans(repertoire.qpv, communes.index).index
    yield from ((quartier, "quartier") for quartier in siens)
    yield from ((commune, "commune") for commune in communes.index)
    yield from ((departement, "département") for departement in communes.code_departement.unique())
    en_metropole = communes.code_ept.notna()
    yield from ((epci, "intercommunalité") for epci in communes.code_epci[~en_metropole].dropna().unique())
    yield from ((ept, "intercommunalité") for ept in communes.code_ept[en_metropole].unique())
    yield from ((metropole, "métropole") for metropole in communes.code_epci[en_metropole].unique())
    if communes.code_departement.isin(DEPARTEMENTS_PERIMETRE).any():
        yield CODE_PERIMETRE, "ouest francilien"
