"""Découper des valeurs en classes peu nombreuses, aux bornes rondes, et choisir leurs couleurs.

Les méthodes sont celles de mapclassify. Une borne appartient à la classe qui commence : « de 20 à moins de 30 ».
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from observatoire.erreurs import ErreurArgument

Classe = tuple[float, float]

#: Nos noms, et ceux de mapclassify.
METHODES: Mapping[str, str] = MappingProxyType(
    {"quantiles": "Quantiles", "jenks": "FisherJenks", "fisher": "FisherJenks", "egales": "EqualInterval"}
)
#: Au-delà de sept teintes, l'œil ne les retrouve plus dans la légende.
CLASSES_MIN, CLASSES_MAX = 2, 7
#: Du clair au sombre, d'une seule teinte (ColorBrewer YlGnBu) : l'ordre se lit aussi en noir et blanc.
PALETTE = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
_PALETTES_LONGUES: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        # Des bords plus éloignés que ceux de ColorBrewer, où un protanope confondrait les deux plus claires.
        6: ("#ffffd9", "#c7e9b4", "#7fcdbb", "#1d91c0", "#225ea8", "#081d58"),
        7: ("#ffffd9", "#c7e9b4", "#7fcdbb", "#41a7c4", "#1d7fb5", "#225399", "#081d58"),
    }
)
#: Du centre vers les bords (ColorBrewer PuOr, lisible par les daltoniens) : sous la référence, au-dessus.
SOUS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {0: (), 1: ("#998ec3",), 2: ("#b2abd2", "#5e3c99"), 3: ("#d8daeb", "#998ec3", "#542788")}
)
SUR: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {0: (), 1: ("#f1a340",), 2: ("#fdb863", "#e66101"), 3: ("#fee0b6", "#f1a340", "#b35806")}
)
CENTRE = "#f7f7f7"
#: Qui n'est pas concerné : un gris, pas une classe ; aucun ne se distingue des deux palettes pour tous les daltoniens.
SANS, SANS_ECART = "#ded4de", "#d0c6be"
#: Part des valeurs rondes à partir de laquelle les bornes le sont aussi.
_RONDES = 0.9


def grain(valeurs: Sequence[float], decimales: int) -> int:
    """Décimales des bornes : celles des données, souvent publiées à l'unité ou à la dizaine."""
    # Zéro est rond à toute échelle : il ne dit rien de la finesse des autres valeurs.
    parlantes = [v for v in valeurs if v] or list(valeurs)
    for rang in range(-2, decimales):
        rondes = sum(abs(v * 10.0**rang - round(v * 10.0**rang)) < 1e-9 for v in parlantes)
        if rondes >= _RONDES * len(parlantes):
            return rang
    return decimales


def verifier(classes: int, methode: str) -> None:
    """Refuse un nombre de classes illisible ou une méthode inconnue.

    Raises
    ------
    ErreurArgument
        L'un ou l'autre.
    """
    if methode not in METHODES:
        raise ErreurArgument(
            f"La méthode {methode!r} n'existe pas. Que faire : choisissez parmi {', '.join(METHODES)}."
        )
    if isinstance(classes, bool) or classes not in range(CLASSES_MIN, CLASSES_MAX + 1):
        raise ErreurArgument(
            f"{classes!r} classes ne se lisent pas sur une carte. "
            f"Que faire : demandez-en de {CLASSES_MIN} à {CLASSES_MAX}."
        )


def decouper(
    valeurs: Sequence[float], decimales: int, classes: int = len(PALETTE), methode: str = "quantiles"
) -> list[Classe]:
    """Classes aux bornes rondes à ``decimales`` près, sans classe vide, sauf à largeurs égales.

    Une valeur la plus basse très répandue (zéro habitant en QPV) a sa propre classe, bornes égales.

    Parameters
    ----------
    valeurs : sequence of float
        Valeurs publiées.
    decimales : int
        Décimales des bornes (négatif : à la dizaine).
    classes : int
        Nombre de classes, au plus.
    methode : {"quantiles", "jenks", "egales"}
        Effectifs voisins, groupes naturels (Fisher et Jenks) ou largeurs égales.

    Returns
    -------
    list of (bas, haut)
        La borne haute d'une classe est la basse de la suivante, qui la comprend ; la dernière comprend les deux.
    """
    minimum = min(valeurs)
    autres = [v for v in valeurs if v > minimum]
    if not autres or (methode != "egales" and len(valeurs) - len(autres) > len(valeurs) / classes):
        return [(minimum, minimum), *(decouper(autres, decimales, classes - 1, methode) if autres else [])]
    pas = 10.0**-decimales
    coupures = np.array(_couper(valeurs, classes, methode, pas)) / pas
    bornes = [math.floor(minimum / pas + 1e-9), *np.rint(coupures), math.ceil(max(valeurs) / pas - 1e-9)]
    uniques = [round(float(borne) * pas, decimales) for borne in dict.fromkeys(sorted(bornes))]
    paires = list(itertools.pairwise(uniques)) or [(uniques[0], uniques[0])]
    if methode == "egales":
        return paires
    pleines = [paires[rang] for rang in sorted({ranger(v, paires) for v in valeurs})]
    # Une classe vide retirée laisse sa place à la précédente.
    suites = [*(bas for bas, _ in pleines[1:]), pleines[-1][1]]
    return [(bas, haut) for (bas, _), haut in zip(pleines, suites, strict=True)]


def _couper(valeurs: Sequence[float], classes: int, methode: str, pas: float) -> list[float]:
    """Bornes intérieures selon mapclassify, qui met chaque borne dans la classe du bas : Jenks est à décaler."""
    import mapclassify  # une seconde d'import, que seules les cartes coloriées paient

    tableau = np.asarray(valeurs, dtype=float)
    nombre = min(classes, len(np.unique(tableau)))
    if nombre < CLASSES_MIN:
        return []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed|Not enough unique values")
        hauts = getattr(mapclassify, METHODES[methode])(tableau, k=nombre).bins[:-1]
    if METHODES[methode] != "FisherJenks":
        return [float(h) for h in hauts]
    milieux = [(h + tableau[tableau > h].min()) / 2 for h in hauts if h < tableau.max()]
    return [math.ceil(milieu / pas - 1e-9) * pas for milieu in milieux]


def decouper_ecarts(
    ecarts: Sequence[float], decimales: int, classes: int = len(PALETTE), methode: str = "quantiles"
) -> list[Classe]:
    """Classes de part et d'autre de zéro, chaque côté découpé selon ses seules valeurs, ouvertes aux deux bouts.

    Un nombre impair de classes en garde une au milieu, pour les écarts les plus faibles des deux côtés ; un nombre pair
    sépare au-dessus et au-dessous.
    """
    milieu = classes % 2 == 1
    sous, sur = (_seuils(tailles, decimales, classes, methode) for tailles in _cotes(ecarts))
    bornes = [*(-s for s in reversed(sous)), *([] if milieu else [0.0]), *sur]
    return encadrer(bornes) if bornes else [(-math.inf, math.inf)]


def _cotes(ecarts: Sequence[float]) -> tuple[list[float], list[float]]:
    """Tailles des écarts sous zéro, au-dessus ; chacune compte une fois : cent fois le même ne fait pas cent bornes."""
    return sorted({-e for e in ecarts if e < 0}), sorted({e for e in ecarts if e > 0})


def _seuils(tailles: Sequence[float], decimales: int, classes: int, methode: str) -> list[float]:
    """D'un côté de zéro, ce qui sépare les groupes ; un groupe seul se détache du milieu par sa plus petite valeur."""
    milieu = classes % 2
    groupes = classes // 2 + milieu
    if not tailles or groupes < CLASSES_MIN:
        return []
    bas, *hauts = [bas for bas, _ in decouper(tailles, decimales, groupes, methode)]
    return sorted({haut for haut in hauts or [bas] * milieu if haut > 0})


def encadrer(bornes: Sequence[float]) -> list[Classe]:
    """Classes de l'analyste : « moins de » la première borne, entre deux bornes, la dernière « et plus ».

    Raises
    ------
    ErreurArgument
        Les bornes ne croissent pas, ou sont trop nombreuses pour une légende.
    """
    croissantes = all(a < b for a, b in itertools.pairwise(bornes)) and all(math.isfinite(b) for b in bornes)
    if not croissantes or not 1 <= len(bornes) < CLASSES_MAX:
        raise ErreurArgument(
            f"Les bornes {list(bornes)} ne font pas des classes. Que faire : donnez de 1 à {CLASSES_MAX - 1} nombres "
            "croissants ; [20, 30] fait « moins de 20 », « de 20 à moins de 30 », « 30 et plus »."
        )
    return list(itertools.pairwise([-math.inf, *map(float, bornes), math.inf]))


def ranger(valeur: float, classes: Sequence[Classe]) -> int:
    """Rang de la classe d'une valeur : celle d'une valeur unique, ou la dernière dont elle atteint la borne basse."""
    uniques = [rang for rang, (bas, haut) in enumerate(classes) if bas == haut == valeur]
    larges = [rang for rang, (bas, haut) in enumerate(classes) if bas < haut] or [0]
    return uniques[0] if uniques else max((r for r in larges if classes[r][0] <= valeur), default=larges[0])


def teinter(nombre_de_classes: int) -> list[str]:
    """Couleurs du clair au sombre ; sur peu de classes, les extrêmes exagéreraient l'écart."""
    if nombre_de_classes in _PALETTES_LONGUES:
        return list(_PALETTES_LONGUES[nombre_de_classes])
    bords = {1: (2, 2), 2: (1, 3)}.get(nombre_de_classes, (0, len(PALETTE) - 1))
    return [PALETTE[round(rang)] for rang in np.linspace(*bords, nombre_de_classes)]


def teinter_ecarts(classes: Sequence[Classe]) -> list[str]:
    """Couleurs de part et d'autre de zéro, de plus en plus fortes en s'en éloignant.

    Raises
    ------
    ErreurArgument
        Plus de trois classes d'un même côté.
    """
    sous = sum(haut <= 0 for _, haut in classes)
    sur = sum(bas >= 0 for bas, _ in classes)
    if max(sous, sur) > max(SOUS):
        raise ErreurArgument(
            f"{max(sous, sur)} classes d'un même côté de zéro ne se distinguent plus. "
            f"Que faire : gardez-en {max(SOUS)} au plus."
        )
    return [*reversed(SOUS[sous]), *[CENTRE] * (len(classes) - sous - sur), *SUR[sur]]
