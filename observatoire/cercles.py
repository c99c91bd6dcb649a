"""Un effectif sur une carte : des cercles dont la surface lui est proportionnelle, du plus grand au plus petit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import shapely

from observatoire.carte import Carte, Couche, Entite, Style
from observatoire.indicateurs import SIGNES
from observatoire.typographie import INSECABLE, nombre, soigner

#: Rayon du plus grand cercle et du plus petit qui se survole, en unités du dessin.
RAYON_MAX, RAYON_MIN = 22.0, 1.5
RAYON_ABSENT = 5.0
_TRAIT, _ENCRE, _OPACITE = "#ffffff", "#b5432a", 0.78
_NOTE = "Effectif : la surface d'un cercle est proportionnelle au nombre qu'il montre."


def rayon(valeur: float, maximum: float) -> float:
    """Rayon d'un cercle de surface proportionnelle ; le plus petit effectif garde un point visible."""
    return max(RAYON_MIN, RAYON_MAX * math.sqrt(max(valeur, 0) / maximum)) if maximum > 0 else RAYON_MIN


def encercler(carte: Carte, mesures: Sequence[tuple[Entite, float | None, str]], groupe: str, note: str = "") -> Carte:
    """Pose un cercle par entité, et un petit cercle hachuré par valeur absente.

    Parameters
    ----------
    carte : Carte
        La carte à couvrir.
    mesures : sequence of (Entite, float or None, str)
        Chaque entité, son effectif (None s'il manque), son statut.
    groupe : str
        Nom sous lequel on montre ou cache les cercles.
    note : str
        Ce qu'il faut savoir de ceux qui n'ont pas de cercle.
    """
    connus = [valeur for _, valeur, _ in mesures if valeur is not None]
    maximum = max(connus, default=0.0)
    couches = [
        *_absents(mesures, groupe),
        Couche("cercles", _cercles(mesures, maximum), False, _style(), groupe=groupe),
    ]
    return replace(
        carte,
        couches=(*carte.couches, *couches),
        cles=tuple(_cles(maximum)),
        notes=(*carte.notes, soigner(f"{_NOTE} {note}".rstrip())),
    )


def _style(libelle: str = "Cercles", taille: float = RAYON_MAX) -> Style:
    return Style(libelle, _TRAIT, 0.9, _ENCRE, _OPACITE, rayon=taille)


def _cercles(mesures: Sequence[tuple[Entite, float | None, str]], maximum: float) -> tuple[Entite, ...]:
    """Les grands d'abord : un petit cercle reste visible et survolable sur un grand. Zéro n'a pas de cercle."""
    connus = sorted(((valeur, e) for e, valeur, _ in mesures if valeur), key=lambda c: (-c[0], c[1].code))
    return tuple(_ponctuer(entite, rayon(valeur, maximum)) for valeur, entite in connus)


def _absents(mesures: Sequence[tuple[Entite, float | None, str]], groupe: str) -> Iterator[Couche]:
    for statut, (signe, raison) in SIGNES.items():
        siens = tuple(_ponctuer(e, RAYON_ABSENT) for e, _, sien in mesures if sien == statut)
        if siens:
            style = Style(f"{signe}{INSECABLE}: {raison}", "#3b3a36", 0.8, hachures=statut, rayon=RAYON_ABSENT)
            yield Couche("absente", siens, propre=style, groupe=groupe)


def _ponctuer(entite: Entite, taille: float) -> Entite:
    return replace(entite, geometrie=shapely.point_on_surface(entite.geometrie), rayon=round(taille, 2), poids=0)


def _cles(maximum: float) -> Iterator[Style]:
    """Trois tailles en légende, aux comptes ronds ; leur unité est celle de son titre."""
    ronds = dict.fromkeys(_arrondir(maximum / part) for part in (1, 4, 20) if maximum >= part)
    for rond in ronds:
        yield _style(nombre(rond), round(rayon(rond, maximum), 2))


def _arrondir(valeur: float) -> float:
    """Le plus grand 1, 2 ou 5 suivi de zéros qui ne dépasse pas ``valeur``."""
    puissance = 10.0 ** math.floor(math.log10(valeur))
    return max(float(m * puissance) for m in (1, 2, 5) if m * puissance <= valeur * (1 + 1e-9))
