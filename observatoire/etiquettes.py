"""Les noms sur une carte à imprimer : du plus important au moins important, sans qu'aucun en recouvre un autre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.carte import COTE_VISIBLE, POIDS_CONCERNEE, POIDS_QUARTIER, RAYON_REPERE, Couche
from observatoire.mise_en_page import CHASSE, CORPS, Vue

_ETIQUETTES = 45
#: Écart permis entre une commune et le centre de son étiquette (unités du dessin).
_FROLE = 7.0

Boite = tuple[float, float, float, float]


@dataclass(frozen=True)
class Etiquette:
    """Un nom et sa place : le milieu de sa ligne de base, et sa sorte (« quartier », « communes », « voisines »)."""

    x: float
    y: float
    texte: str
    classe: str


def etiqueter(traces: Sequence[tuple[Couche, np.ndarray]], vue: Vue, reservees: Sequence[Boite]) -> Iterator[Etiquette]:
    """Place les noms par poids décroissant, hors des boîtes ``reservees``, sans qu'aucun en recouvre un autre.

    Un nom évite aussi les QPV, sauf celui d'une commune qui en a : mieux vaut mordre sur un quartier que ne rien dire,
    à moins que la couleur du quartier ne soit tout le propos.
    """
    quartiers = [
        _boite_quartier(g, couche) for couche, traits in traces if couche.prioritaire for g in traits if not g.is_empty
    ]
    mordre = not any(couche.style == "classe" and couche.prioritaire for couche, _ in traces)
    prises = np.array(reservees, dtype=float)
    evitees = np.array(quartiers, dtype=float).reshape(-1, 4)
    posees = 0
    for poids, nom, couche, trace in _candidates(traces):
        boites = _dans_le_cadre(_positions(nom, trace, couche), vue)
        boite = _premiere_libre(boites, np.concatenate([prises, evitees]))
        if boite is None and mordre and poids >= POIDS_CONCERNEE:
            boite = _premiere_libre(boites, prises)
        if boite is not None:
            prises = np.vstack([prises, boite])
            posees += 1
            classe = "quartier" if couche.prioritaire or poids >= POIDS_QUARTIER else couche.style
            gauche, _, droite, bas = boite.tolist()
            yield Etiquette((gauche + droite) / 2, bas - CORPS * 0.25, nom, classe)
        if posees >= _ETIQUETTES:
            return


def _candidates(traces: Sequence[tuple[Couche, np.ndarray]]) -> list[tuple[float, str, Couche, BaseGeometry]]:
    candidates = [
        (entite.poids, entite.nom, couche, trace)
        for couche, geometries in traces
        for entite, trace in zip(couche.entites, geometries, strict=True)
        if entite.poids and not trace.is_empty
    ]
    return sorted(candidates, key=lambda c: (-c[0], c[1]))


def _positions(nom: str, trace: BaseGeometry, couche: Couche) -> np.ndarray:
    """Boîtes possibles d'une étiquette : autour d'un quartier ; dans une commune, du cœur vers les bords."""
    demi_l, demi_h = len(nom) * CORPS * CHASSE / 2 + 2.5, CORPS * 0.6
    demi = np.array([demi_l, demi_h])
    centres = np.array(_autour(trace, demi_l, demi_h)) if couche.prioritaire else _dedans(trace)
    return np.column_stack([centres - demi, centres + demi])


def _autour(trace: BaseGeometry, demi_l: float, demi_h: float) -> list[tuple[float, float]]:
    ouest, nord, est, sud = trace.bounds
    x, y = (ouest + est) / 2, (nord + sud) / 2
    return [(x, sud + demi_h + 2), (x, nord - demi_h - 2), (est + demi_l + 2, y), (ouest - demi_l - 2, y)]


def _dedans(trace: BaseGeometry) -> np.ndarray:
    """Points d'une grille qui tombent dans la commune ou la frôlent : au-delà, le nom tromperait."""
    ouest, nord, est, sud = trace.bounds
    coeur = shapely.point_on_surface(trace)
    x, y = np.meshgrid(np.linspace(ouest, est, 7), np.linspace(nord - _FROLE, sud + _FROLE, 9))
    points = shapely.points(np.append(x, coeur.x), np.append(y, coeur.y))
    proches = points[shapely.distance(points, trace) <= _FROLE]
    rangs = np.argsort(shapely.distance(proches, coeur), kind="stable")
    places: np.ndarray = shapely.get_coordinates(proches[rangs])
    return places


def _dans_le_cadre(boites: np.ndarray, vue: Vue) -> np.ndarray:
    """Celles qui ne touchent pas le bord de la carte."""
    dedans = (boites[:, :2] > 3).all(axis=1) & (boites[:, 2:] < (vue.largeur - 3, vue.hauteur - 3)).all(axis=1)
    gardees: np.ndarray = boites[dedans]
    return gardees


def _premiere_libre(boites: np.ndarray, prises: np.ndarray) -> np.ndarray | None:
    """La première qui n'en couvre aucune de celles déjà prises."""
    une, autre = boites[:, None], prises[None]
    couvre = (une[..., 0] < autre[..., 2]) & (autre[..., 0] < une[..., 2])
    couvre &= (une[..., 1] < autre[..., 3]) & (autre[..., 1] < une[..., 3])
    libres = np.flatnonzero(~couvre.any(axis=1))
    return boites[libres[0]] if len(libres) else None


def _boite_quartier(trace: BaseGeometry, couche: Couche) -> Boite:
    """Ce qu'occupe un quartier, ou son repère."""
    ouest, haut, est, bas = trace.bounds
    if not couche.reperee or max(est - ouest, bas - haut) >= COTE_VISIBLE:
        return (ouest, haut, est, bas)
    x, y, r = (ouest + est) / 2, (haut + bas) / 2, RAYON_REPERE + 0.5
    return (x - r, y - r, x + r, y + r)
