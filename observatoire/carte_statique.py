"""Rendu SVG d'une ``Carte`` ou d'un ``Diptyque``, à imprimer : étiquettes, légende, échelle, nord, situation, sources.

Projeté en Lambert-93. PNG et PDF viennent du même SVG, par Typst.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from observatoire.carte import FORMES, STYLES, Carte, Couche, Diptyque, Style
from observatoire.dessin import Dessin
from observatoire.erreurs import ErreurArgument
from observatoire.etiquettes import Boite, Etiquette, etiqueter
from observatoire.gabarits import environnement
from observatoire.mise_en_page import CORPS_NOTE, FORMATS, SITUATION, Mise, Panneau, graduation, mettre_en_page, retrait
from observatoire.traces import Vue, ecrire, projeter, tracer

#: Deux points plus proches n'en font qu'un, qui dit leur somme (unités du dessin).
_GRAPPE = 16.0
#: Une cible plus petite (unités carrées du cartouche de situation) s'y montre par un cercle.
_CIBLE_VISIBLE = 60


@dataclass(frozen=True)
class CarteStatique(Dessin):
    """Une carte à imprimer : un dessin, et ``carte``, ce qu'il montre."""

    carte: Carte | Diptyque = field(repr=False, kw_only=True)

    def __repr__(self) -> str:
        return f"CarteStatique({self.titre})"


def dessiner(
    carte: Carte | Diptyque,
    *,
    titre: bool = True,
    hauteur_max: float | None = None,
    format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
) -> CarteStatique:
    """Dessine une carte en SVG, ou deux côte à côte.

    Parameters
    ----------
    carte : Carte or Diptyque
        Ce qu'il faut montrer.
    titre : bool
        Imprime titre, notes et sources dans le dessin, avec une marge autour ; une fiche les compose elle-même.
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
    bornes = shapely.total_bounds(projeter([shapely.box(*carte.emprise)]))
    mise = mettre_en_page(carte, bornes, format, titre=titre, hauteur_max=hauteur_max)
    cadres = zip(carte.cartes, mise.panneaux, strict=True)
    svg = (
        environnement()
        .get_template("carte.svg")
        .render(
            carte=carte,
            mise=mise,
            cle=zlib.crc32(f"{carte.titre}{carte.emprise}{mise.largeur}{mise.hauteur}".encode()),
            hachures=any(couche.dessin.hachures for c in carte.cartes for couche in c.couches),
            cadres=[_encadrer(c, panneau, bornes, mise) for c, panneau in cadres],
            point=STYLES["points"],
            epingle=FORMES[STYLES["points"].forme],
            formes=FORMES,
            situation=list(_situer(carte.situation)),
            retrait=retrait,
            corps_note=CORPS_NOTE,
        )
    )
    return CarteStatique(carte.titre, svg, carte.texte_alternatif, mise.largeur, mise.hauteur, carte.date, carte=carte)


Rond = tuple[str, str, float]


@dataclass(frozen=True)
class _Cadre:
    """Une carte prête à imprimer dans son cadre : traits, ronds, noms, épingles, barre d'échelle."""

    panneau: Panneau
    couches: list[tuple[Style, list[str], list[Rond]]]
    etiquettes: list[Etiquette]
    grappes: list[_Grappe]
    echelle: tuple[float, str]


def _encadrer(carte: Carte, panneau: Panneau, bornes: Sequence[float], mise: Mise) -> _Cadre:
    vue = Vue.cadrer(bornes, panneau.largeur, panneau.hauteur)
    couches = [couche for couche in carte.couches if couche.entites]
    traces = list(zip(couches, tracer(couches, vue), strict=True))
    grappes = [g for couche, places in traces if couche.style == "points" for g in _regrouper(couche, places)]
    return _Cadre(
        panneau,
        [(couche.dessin, *_dessins(couche, places)) for couche, places in traces if couche.style != "points"],
        list(etiqueter(traces, vue, [_boite_echelle(vue), *map(_boite_epingle, grappes)], mise.corps)),
        grappes,
        graduation(vue),
    )


def _dessins(couche: Couche, places: np.ndarray) -> tuple[list[str], list[Rond]]:
    """Chemins et ronds d'une couche : ses cercles, ou le repère de chaque quartier réduit à un point."""
    ronds = (shapely.get_type_id(places) == shapely.GeometryType.POINT) & ~shapely.is_empty(places)
    xy = [(f"{x:.1f}", f"{y:.1f}") for x, y in shapely.get_coordinates(places[ronds]).tolist()]
    rayons = [e.rayon or couche.rayon_repere for e, rond in zip(couche.entites, ronds.tolist(), strict=True) if rond]
    return ecrire(places[~ronds]), [(x, y, r) for (x, y), r in zip(xy, rayons, strict=True)]


@dataclass(frozen=True)
class _Grappe:
    x: float
    y: float
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
    # Du nord au sud : une épingle cache la pointe de celle qui est derrière elle, jamais son nombre.
    return sorted((_Grappe(p[0][1], p[0][2], sum(n for n, _, _ in p)) for p in paquets), key=lambda g: g.y)


# --- habillage ---


def _boite_echelle(vue: Vue) -> Boite:
    return (0, vue.hauteur - 30, graduation(vue)[0] + 24, vue.hauteur)


def _boite_epingle(grappe: _Grappe) -> Boite:
    gauche, haut, droite, bas = FORMES[STYLES["points"].forme].boite
    return (grappe.x + gauche, grappe.y + haut, grappe.x + droite, grappe.y + bas)


def _situer(situation: Sequence[Couche]) -> Iterator[tuple[Style, list[str], list[tuple[float, float]]]]:
    """Cartouche de situation : chemins, et un repère rond pour une cible trop petite pour se voir."""
    contours = [projeter([e.geometrie for e in couche.entites]) for couche in situation]
    ouest, sud, est, nord = shapely.total_bounds(contours[0])
    hauteur = min(SITUATION[0] * (nord - sud) / (est - ouest), SITUATION[1])
    vue = Vue.cadrer((ouest, sud, est, nord), SITUATION[0], hauteur)
    for couche, lambert in zip(situation, contours, strict=True):
        # Poser les points sur une grille d'une demi-unité garde les contours jointifs, et suffit à un si petit dessin.
        traces = vue.rogner(shapely.transform(lambert, vue.poser))
        petites = [g.centroid for g in traces if couche.style == "cible" and shapely.area(g) < _CIBLE_VISIBLE]
        yield couche.dessin, ecrire(traces, 5), [(p.x, p.y) for p in petites]
