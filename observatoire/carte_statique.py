"""Rendu SVG d'une ``Carte``, à imprimer : étiquettes, légende, échelle, nord, situation, sources.

Projeté en Lambert-93. PNG et PDF viennent du même SVG, par Typst.
"""

from __future__ import annotations

import os
import textwrap
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.carte import LAMBERT, POIDS_CONCERNEE, POIDS_QUARTIER, Carte, Couche, Style
from observatoire.composition import composer
from observatoire.ecriture import ecrire, extension
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import environnement
from observatoire.typographie import FINE, nombre

LARGEUR = 760
_COLONNE = 205
_CADRE = LARGEUR - _COLONNE - 10
_HAUTEURS = (360, 600)
_SITUATION = (190, 150)
#: Détail gardé : en deçà d'un tiers de pixel, l'œil ne voit rien.
_TOLERANCE_PX = 0.35
_CORPS = 10.0
_CORPS_NOTE = 9.0
#: Largeur moyenne d'un caractère de Source Sans, en fraction du corps.
_CHASSE = 0.5
_ETIQUETTES = 45
#: Écart permis entre une commune et le centre de son étiquette (unités du dessin).
_FROLE = 7.0
_GRADUATIONS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class CarteStatique:
    """Une carte à imprimer.

    Attributes
    ----------
    carte : Carte
        Ce qu'elle montre.
    svg : str
        Son dessin, complet et autonome.
    hauteur : int
        Hauteur du dessin, en unités du SVG (la largeur vaut 760).
    """

    carte: Carte = field(repr=False)
    svg: str = field(repr=False)
    hauteur: int = field(repr=False)

    def __repr__(self) -> str:
        return f"CarteStatique({self.carte.titre})"

    @property
    def texte_alternatif(self) -> str:
        """Description pour qui ne voit pas la carte."""
        return self.carte.texte_alternatif

    def _repr_svg_(self) -> str:
        return self.svg

    def enregistrer(self, chemin: str | os.PathLike[str]) -> Path:
        """Écrit la carte en SVG, PNG ou PDF selon l'extension.

        Raises
        ------
        ErreurArgument
            Extension inconnue.
        ErreurEcriture
            Le fichier ne peut être écrit.
        """
        forme = extension(chemin)
        if forme == ".svg":
            return ecrire(chemin, self.svg)
        if forme in {".png", ".pdf"}:
            return ecrire(chemin, self._composer(forme))
        raise ErreurArgument(f"Format {forme!r} inconnu pour une carte. Que faire : choisissez .svg, .png ou .pdf.")

    def _composer(self, forme: str) -> bytes:
        donnees = {
            "titre": self.carte.titre,
            "svg": self.svg,
            "alt": self.texte_alternatif,
            "largeur": LARGEUR,
            "hauteur": self.hauteur,
        }
        return composer("carte.typ", donnees, "png" if forme == ".png" else "pdf", self.carte.date)


@dataclass(frozen=True)
class _Vue:
    """Passage du Lambert-93 aux unités du dessin."""

    ouest: float
    nord: float
    echelle: float
    largeur: float
    hauteur: float

    @classmethod
    def cadrer(cls, bornes: Sequence[float], largeur: float, hauteurs: tuple[float, float]) -> _Vue:
        """La vue qui montre ``bornes`` en entier, centrées, dans une largeur donnée."""
        ouest, sud, est, nord = bornes
        hauteur = min(max(largeur * (nord - sud) / (est - ouest), hauteurs[0]), hauteurs[1])
        echelle = min(largeur / (est - ouest), hauteur / (nord - sud))
        marge_x = (largeur / echelle - (est - ouest)) / 2
        marge_y = (hauteur / echelle - (nord - sud)) / 2
        return cls(ouest - marge_x, nord + marge_y, echelle, largeur, hauteur)

    def placer(self, geometries: np.ndarray) -> np.ndarray:
        """Géométries en unités du dessin, rognées un peu au-delà du cadre."""
        origine = np.array([self.ouest, self.nord])
        sens = np.array([self.echelle, -self.echelle])
        placees = shapely.transform(geometries, lambda points: (points - origine) * sens)
        rognees: np.ndarray = shapely.clip_by_rect(placees, -6, -6, self.largeur + 6, self.hauteur + 6)
        return rognees


Boite = tuple[float, float, float, float]


def dessiner(carte: Carte, *, titre: bool = True, hauteur_max: float | None = None) -> CarteStatique:
    """Dessine une carte en SVG.

    Parameters
    ----------
    carte : Carte
        Ce qu'il faut montrer.
    titre : bool
        Imprime titre, notes et sources dans le dessin ; une fiche les compose elle-même autour.
    hauteur_max : float, optional
        Hauteur du cadre à ne pas dépasser, en unités du dessin.
    """
    bornes = gpd.GeoSeries([shapely.box(*carte.emprise)], crs=4326).to_crs(LAMBERT).total_bounds
    plafond = hauteur_max or _HAUTEURS[1]
    vue = _Vue.cadrer(bornes, _CADRE, (min(_HAUTEURS[0], plafond), plafond))
    traces = [(couche, _tracer(couche, vue)) for couche in carte.couches]
    haut = 50 if titre else 2
    notes = [ligne for note in (*carte.notes, carte.credit) for ligne in textwrap.wrap(note, 175)] if titre else []
    hauteur = round(haut + vue.hauteur + 14 + 12 * len(notes))
    svg = (
        environnement()
        .get_template("carte.svg")
        .render(
            carte=carte,
            cle=zlib.crc32(f"{carte.titre}{carte.emprise}{hauteur}".encode()),
            hachures=any(couche.dessin.hachures for couche in carte.couches),
            titre=titre,
            largeur=LARGEUR,
            hauteur=hauteur,
            haut=haut,
            vue=vue,
            colonne=_CADRE + 14,
            couches=[(couche.dessin, [_chemin(g) for g in traces_]) for couche, traces_ in traces],
            etiquettes=list(_etiqueter(traces, vue)),
            echelle=_graduation(vue),
            situation=list(_situer(carte)),
            legende=carte.legende,
            notes=notes,
            corps=_CORPS,
            corps_note=_CORPS_NOTE,
        )
    )
    return CarteStatique(carte, svg, hauteur)


def _lambert(entites: Iterable[Any]) -> np.ndarray:
    geometries = gpd.GeoSeries([e.geometrie for e in entites], crs=4326).to_crs(LAMBERT)
    tableau: np.ndarray = geometries.to_numpy()
    return tableau


def _tracer(couche: Couche, vue: _Vue) -> np.ndarray:
    """Géométries d'une couche en unités du dessin, simplifiées ensemble pour rester jointives."""
    geometries = _lambert(couche.entites)
    tolerance = _TOLERANCE_PX / vue.echelle
    if couche.prioritaire:
        return vue.placer(shapely.simplify(geometries, tolerance))
    return vue.placer(shapely.coverage_simplify(geometries, tolerance))


def _chemin(geometrie: BaseGeometry) -> str:
    """Attribut ``d`` d'un ``<path>`` : tous les anneaux, à la demi-unité de pixel."""
    anneaux = [
        anneau
        for polygone in shapely.get_parts(geometrie)
        if polygone.geom_type == "Polygon"
        for anneau in (polygone.exterior, *polygone.interiors)
    ]
    return "".join(f"M{'L'.join(_points(anneau))}Z" for anneau in anneaux)


def _points(anneau: BaseGeometry) -> list[str]:
    return [f"{x:.4g} {y:.4g}" for x, y in shapely.get_coordinates(anneau)[:-1].tolist()]


# --- étiquettes ---


@dataclass(frozen=True)
class _Etiquette:
    x: float
    y: float
    texte: str
    classe: str


def _etiqueter(traces: Sequence[tuple[Couche, np.ndarray]], vue: _Vue) -> Iterator[_Etiquette]:
    """Place les noms par poids décroissant, sans qu'aucun en recouvre un autre.

    Un nom évite aussi les QPV, sauf celui d'une commune qui en a : mieux vaut mordre sur un quartier que ne rien dire.
    """
    quartiers = [tuple(g.bounds) for couche, traits in traces if couche.prioritaire for g in traits if not g.is_empty]
    prises: list[Boite] = [_boite_echelle(vue)]
    for poids, nom, couche, trace in _candidates(traces):
        boites = list(_positions(nom, trace, couche))
        boite = next((b for b in boites if _libre(b, [*prises, *quartiers], vue)), None)
        if boite is None and poids >= POIDS_CONCERNEE:
            boite = next((b for b in boites if _libre(b, prises, vue)), None)
        if boite is not None:
            prises.append(boite)
            classe = "quartier" if couche.prioritaire or poids >= POIDS_QUARTIER else couche.style
            yield _Etiquette((boite[0] + boite[2]) / 2, boite[3] - _CORPS * 0.25, nom, classe)
        if len(prises) > _ETIQUETTES:
            return


def _candidates(traces: Sequence[tuple[Couche, np.ndarray]]) -> list[tuple[float, str, Couche, BaseGeometry]]:
    candidates = [
        (entite.poids, entite.nom, couche, trace)
        for couche, geometries in traces
        for entite, trace in zip(couche.entites, geometries, strict=True)
        if entite.poids and not trace.is_empty
    ]
    return sorted(candidates, key=lambda c: (-c[0], c[1]))


def _positions(nom: str, trace: BaseGeometry, couche: Couche) -> Iterator[Boite]:
    """Boîtes possibles d'une étiquette : autour d'un quartier ; dans une commune, du cœur vers les bords."""
    demi_l, demi_h = len(nom) * _CORPS * _CHASSE / 2 + 1, _CORPS * 0.6
    centres = _autour(trace, demi_l, demi_h) if couche.prioritaire else _dedans(trace)
    for x, y in centres:
        yield (x - demi_l, y - demi_h, x + demi_l, y + demi_h)


def _autour(trace: BaseGeometry, demi_l: float, demi_h: float) -> list[tuple[float, float]]:
    ouest, nord, est, sud = trace.bounds
    x, y = (ouest + est) / 2, (nord + sud) / 2
    return [(x, sud + demi_h + 2), (x, nord - demi_h - 2), (est + demi_l + 2, y), (ouest - demi_l - 2, y)]


def _dedans(trace: BaseGeometry) -> list[tuple[float, float]]:
    """Points d'une grille qui tombent dans la commune ou la frôlent : au-delà, le nom tromperait."""
    ouest, nord, est, sud = trace.bounds
    coeur = shapely.point_on_surface(trace)
    x, y = np.meshgrid(np.linspace(ouest, est, 7), np.linspace(nord - _FROLE, sud + _FROLE, 9))
    points = shapely.points(np.append(x, coeur.x), np.append(y, coeur.y))
    proches = points[shapely.distance(points, trace) <= _FROLE]
    rangs = np.argsort(shapely.distance(proches, coeur), kind="stable")
    return [(float(p.x), float(p.y)) for p in proches[rangs]]


def _libre(boite: Boite, prises: Sequence[Boite], vue: _Vue) -> bool:
    dans_le_cadre = boite[0] > 3 and boite[1] > 3 and boite[2] < vue.largeur - 3 and boite[3] < vue.hauteur - 3
    return dans_le_cadre and not any(
        boite[0] < p[2] and p[0] < boite[2] and boite[1] < p[3] and p[1] < boite[3] for p in prises
    )


# --- habillage ---


def _graduation(vue: _Vue) -> tuple[float, str]:
    """Longueur (unités du dessin) et texte de la barre d'échelle : le plus grand compte rond sous un quart du cadre."""
    metres = vue.largeur / vue.echelle / 4
    km = max((g for g in _GRADUATIONS_KM if g * 1000 <= metres), default=_GRADUATIONS_KM[0])
    texte = f"{nombre(km)}{FINE}km" if km >= 1 else f"{nombre(km * 1000)}{FINE}m"
    return km * 1000 * vue.echelle, texte


def _boite_echelle(vue: _Vue) -> Boite:
    return (0, vue.hauteur - 30, _graduation(vue)[0] + 24, vue.hauteur)


def _situer(carte: Carte) -> Iterator[tuple[Style, list[str], list[tuple[float, float]]]]:
    """Cartouche de situation : chemins, et un repère rond pour une cible trop petite pour se voir."""
    bornes = shapely.total_bounds(_lambert(carte.situation[0].entites))
    vue = _Vue.cadrer(bornes, _SITUATION[0], (0, _SITUATION[1]))
    for couche in carte.situation:
        traces = vue.placer(shapely.coverage_simplify(_lambert(couche.entites), _TOLERANCE_PX / vue.echelle))
        petites = [g.centroid for g in traces if couche.style == "cible" and shapely.area(g) < 60]
        yield couche.dessin, [_chemin(g) for g in traces], [(p.x, p.y) for p in petites]
