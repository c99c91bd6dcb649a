"""Rendu SVG d'une ``Carte``, à imprimer : étiquettes, légende, échelle, nord, situation, sources.

Projeté en Lambert-93. PNG et PDF viennent du même SVG, par Typst.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from observatoire.carte import (
    COTE_VISIBLE,
    GROUPES,
    LAMBERT,
    RAYON_REPERE,
    STYLES,
    Carte,
    Couche,
    Style,
)
from observatoire.dessin import Dessin
from observatoire.erreurs import ErreurArgument
from observatoire.etiquettes import Boite, etiqueter
from observatoire.gabarits import environnement
from observatoire.mise_en_page import CORPS, CORPS_NOTE, FORMATS, SITUATION, Vue, graduation, mettre_en_page

#: Détail gardé : en deçà d'un tiers de pixel, l'œil ne voit rien.
_TOLERANCE_PX = 0.35
#: Deux points plus proches n'en font qu'un, qui dit leur somme (unités du dessin).
_GRAPPE = 16.0
#: Un tracé déborde peu du cadre : ses coordonnées, en dixièmes, tiennent entre ces bornes.
_DEBORD_DIXIEMES, _ETENDUE_DIXIEMES = 100, 12_000


@dataclass(frozen=True)
class CarteStatique(Dessin):
    """Une carte à imprimer : un dessin, et ``carte``, ce qu'il montre."""

    carte: Carte = field(repr=False, kw_only=True)

    def __repr__(self) -> str:
        return f"CarteStatique({self.titre})"


def dessiner(
    carte: Carte,
    *,
    titre: bool = True,
    hauteur_max: float | None = None,
    format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
) -> CarteStatique:
    """Dessine une carte en SVG.

    Parameters
    ----------
    carte : Carte
        Ce qu'il faut montrer.
    titre : bool
        Imprime titre, notes et sources dans le dessin ; une fiche les compose elle-même autour.
    hauteur_max : float, optional
        Hauteur du cadre à ne pas dépasser, en unités du dessin.
    format : {"a4-portrait", "a4-paysage", "16:9", "carre"}, optional
        Taille de la page ; par défaut, 760 de large et la hauteur qu'il faut au territoire.

    Raises
    ------
    ErreurArgument
        Le format demandé n'existe pas.
    """
    if format not in {None, *FORMATS}:
        raise ErreurArgument(f"Le format {format!r} n'existe pas. Que faire : choisissez parmi {', '.join(FORMATS)}.")
    bornes = gpd.GeoSeries([shapely.box(*carte.emprise)], crs=4326).to_crs(LAMBERT).total_bounds
    mise = mettre_en_page(carte, bornes, format, titre=titre, hauteur_max=hauteur_max)
    vue = Vue.cadrer(bornes, mise.cadre[0], (mise.cadre[1], mise.cadre[1]))
    traces = [(couche, _tracer(couche, vue)) for couche in carte.couches if couche.entites]
    grappes = [g for couche, places in traces if couche.style == "points" for g in _regrouper(couche, places)]
    svg = (
        environnement()
        .get_template("carte.svg")
        .render(
            carte=carte,
            mise=mise,
            vue=vue,
            cle=zlib.crc32(f"{carte.titre}{carte.emprise}{mise.largeur}{mise.hauteur}".encode()),
            hachures=any(couche.dessin.hachures for couche in carte.couches),
            couches=[
                (couche.dessin, *_dessins(couche, places)) for couche, places in traces if couche.style != "points"
            ],
            grappes=grappes,
            point=STYLES["points"],
            etiquettes=list(etiqueter(traces, vue, [_boite_echelle(vue), *map(_boite_point, grappes)])),
            echelle=graduation(vue),
            situation=list(_situer(carte)),
            corps=CORPS,
            corps_note=CORPS_NOTE,
        )
    )
    return CarteStatique(carte.titre, svg, carte.texte_alternatif, mise.largeur, mise.hauteur, carte.date, carte=carte)


Cercle = tuple[float, float, float]


def _dessins(couche: Couche, places: np.ndarray) -> tuple[list[str], list[Cercle]]:
    """Chemins et cercles d'une couche."""
    if couche.reperee:
        petits = _invisibles(places)
        points = shapely.point_on_surface(places[petits])
        return _chemins(places[~petits]), [(p.x, p.y, RAYON_REPERE) for p in points if not p.is_empty]
    if not couche.ponctuelle:
        return _chemins(places), []
    return [], [(g.x, g.y, e.rayon) for e, g in zip(couche.entites, places, strict=True) if not g.is_empty]


def _invisibles(contours: np.ndarray, echelle: float = 1.0) -> np.ndarray:
    """Quels contours sont trop petits pour se voir, une fois à l'échelle ?"""
    ouest, bas, est, haut = shapely.bounds(contours).T
    petits: np.ndarray = np.maximum(est - ouest, haut - bas) * echelle < COTE_VISIBLE
    return petits


@dataclass(frozen=True)
class _Grappe:
    x: float
    y: float
    rayon: float
    nombre: int


def _regrouper(couche: Couche, places: np.ndarray) -> list[_Grappe]:
    """Points assez proches pour se toucher, réunis sur le plus fourni, avec leur total."""
    poses = [(len(e.articles), g.x, g.y) for e, g in zip(couche.entites, places, strict=True) if not g.is_empty]
    paquets: list[list[tuple[int, float, float]]] = []
    for point in sorted(poses, reverse=True):
        hote = next((p for p in paquets if math.dist(p[0][1:], point[1:]) < _GRAPPE), None)
        if hote is None:
            paquets.append([point])
        else:
            hote.append(point)
    return [
        _Grappe(p[0][1], p[0][2], 7 + min(3, math.log10(total)), total)
        for p in paquets
        if (total := sum(n for n, _, _ in p))
    ]


def _lambert(entites: Iterable[Any]) -> np.ndarray:
    geometries = gpd.GeoSeries([e.geometrie for e in entites], crs=4326).to_crs(LAMBERT)
    tableau: np.ndarray = geometries.to_numpy()
    return tableau


def _tracer(couche: Couche, vue: Vue) -> np.ndarray:
    """Géométries d'une couche en unités du dessin, simplifiées ensemble pour rester jointives."""
    geometries = _lambert(couche.entites)
    tolerance = _TOLERANCE_PX / vue.echelle
    if couche.ponctuelle:
        return vue.placer(geometries)
    if couche.prioritaire or couche.tiroir == GROUPES["qpv2015"]:
        vus = ~_invisibles(geometries, vue.echelle)
        geometries[vus] = shapely.simplify(geometries[vus], tolerance)
        return vue.placer(geometries)
    return vue.placer(shapely.coverage_simplify(geometries, tolerance))


def _chemins(geometries: np.ndarray, pas: int = 1) -> list[str]:
    """Attribut ``d`` du ``<path>`` de chaque géométrie, au dixième d'unité ou à ``pas`` dixièmes ; vide si rien."""
    parties, rangs = shapely.get_parts(geometries, return_index=True)
    surfaces = shapely.get_type_id(parties) == shapely.GeometryType.POLYGON
    anneaux, parents = shapely.get_rings(parties[surfaces], return_index=True)
    morceaux: list[list[str]] = [[] for _ in geometries]
    for rang, points in zip(rangs[surfaces][parents].tolist(), _points(anneaux, pas), strict=True):
        if len(points) > 2:
            morceaux[rang].append(f"M{'L'.join(points)}Z")
    return ["".join(siens) for siens in morceaux]


@cache
def _ecritures() -> tuple[str, ...]:
    """Chaque coordonnée possible, au dixième d'unité, déjà écrite : dix mille points se lisent dans une table."""
    return tuple(f"{rang / 10:g}" for rang in range(-_DEBORD_DIXIEMES, _ETENDUE_DIXIEMES))


def _points(anneaux: np.ndarray, pas: int) -> list[list[str]]:
    """Points de chaque anneau, sans ceux que l'arrondi confond avec le suivant : sa fermeture part avec eux."""
    textes = _ecritures()
    coordonnees, proprietaires = shapely.get_coordinates(anneaux, return_index=True)
    grille = np.rint(coordonnees * (10 / pas)).astype(int) * pas + _DEBORD_DIXIEMES
    distincts = np.append((grille[1:] != grille[:-1]).any(axis=1) & (proprietaires[1:] == proprietaires[:-1]), False)
    ecrits = [f"{textes[x]} {textes[y]}" for x, y in grille[distincts[: len(grille)]].tolist()]
    bornes = np.searchsorted(proprietaires[distincts[: len(grille)]], np.arange(len(anneaux) + 1)).tolist()
    return [ecrits[debut:fin] for debut, fin in itertools.pairwise(bornes)]


# --- habillage ---


def _boite_echelle(vue: Vue) -> Boite:
    return (0, vue.hauteur - 30, graduation(vue)[0] + 24, vue.hauteur)


def _boite_point(grappe: _Grappe) -> Boite:
    return (grappe.x - grappe.rayon, grappe.y - grappe.rayon, grappe.x + grappe.rayon, grappe.y + grappe.rayon)


def _situer(carte: Carte) -> Iterator[tuple[Style, list[str], list[tuple[float, float]]]]:
    """Cartouche de situation : chemins, et un repère rond pour une cible trop petite pour se voir."""
    bornes = shapely.total_bounds(_lambert(carte.situation[0].entites))
    vue = Vue.cadrer(bornes, SITUATION[0], (0, SITUATION[1]))
    for couche in carte.situation:
        # Poser les points sur une grille d'une demi-unité garde les contours jointifs, et suffit à un si petit dessin.
        traces = vue.placer(_lambert(couche.entites))
        petites = [g.centroid for g in traces if couche.style == "cible" and shapely.area(g) < 60]
        yield couche.dessin, _chemins(traces, 5), [(p.x, p.y) for p in petites]
