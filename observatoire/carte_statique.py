"""Rendu SVG d'une ``Carte``, à imprimer : étiquettes, légende, échelle, nord, situation, sources.

Projeté en Lambert-93. PNG et PDF viennent du même SVG, par Typst.
"""

from __future__ import annotations

import itertools
import math
import os
import textwrap
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.carte import (
    COTE_VISIBLE,
    GROUPES,
    LAMBERT,
    POIDS_CONCERNEE,
    POIDS_QUARTIER,
    RAYON_REPERE,
    STYLES,
    Carte,
    Couche,
    Style,
)
from observatoire.composition import composer
from observatoire.ecriture import ecrire, extension
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import environnement
from observatoire.typographie import FINE, nombre

LARGEUR = 760
#: Pages, en points (1/72 de pouce) : largeur, hauteur, légende à droite (sinon dessous).
FORMATS: Mapping[str, tuple[int, int, bool]] = MappingProxyType(
    {
        "a4-portrait": (595, 842, False),
        "a4-paysage": (842, 595, True),
        "16:9": (960, 540, True),
        "carre": (720, 720, False),
    }
)
_MARGE_PAGE = 26
_COLONNE = 205
_HAUTEURS = (360, 600)
_SITUATION = (190, 150)
#: Détail gardé : en deçà d'un tiers de pixel, l'œil ne voit rien.
_TOLERANCE_PX = 0.35
_CORPS = 10.0
_CORPS_NOTE = 9.0
_CORPS_TITRE, _CORPS_SOUS_TITRE = 18.0, 13.0
#: Largeur moyenne d'un caractère de Source Sans, en fraction du corps ; un peu plus en gras.
_CHASSE = 0.5
_CHASSE_NOTE = 0.44
_CHASSE_LEGENDE = 0.46
_LIGNE_LEGENDE = 17
_ETIQUETTES = 45
#: Écart permis entre une commune et le centre de son étiquette (unités du dessin).
_FROLE = 7.0
#: Deux points plus proches n'en font qu'un, qui dit leur somme (unités du dessin).
_GRAPPE = 16.0
#: Un tracé déborde peu du cadre : ses coordonnées, en dixièmes, tiennent entre ces bornes.
_DEBORD_DIXIEMES, _ETENDUE_DIXIEMES = 100, 12_000
_GRADUATIONS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class CarteStatique:
    """Une carte à imprimer.

    Attributes
    ----------
    carte : Carte
        Ce qu'elle montre.
    svg : str
        Son dessin, complet et autonome.
    hauteur, largeur : int
        Taille du dessin, en unités du SVG (des points à l'impression).
    """

    carte: Carte = field(repr=False)
    svg: str = field(repr=False)
    hauteur: int = field(repr=False)
    largeur: int = field(default=LARGEUR, repr=False)

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
            "largeur": self.largeur,
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


@dataclass(frozen=True)
class _Ligne:
    """Une entrée de légende, sa place, son libellé coupé s'il est long."""

    style: Style
    textes: list[str]
    x: float
    y: float


@dataclass(frozen=True)
class _Mise:
    """Où tout se pose : page, titres, cadre de la carte, légende, notes."""

    largeur: int
    hauteur: int
    marge: int
    titres: list[str]
    sous_titres: list[str]
    notes: list[str]
    haut: float
    cadre: tuple[float, float]
    a_droite: bool
    legende: list[_Ligne]

    @property
    def interieur(self) -> float:
        """Largeur entre les marges."""
        return self.largeur - 2 * self.marge

    @property
    def colonne(self) -> tuple[float, float]:
        """Origine du bloc de situation, de nord et de légende."""
        return (self.cadre[0] + 14, self.haut) if self.a_droite else (0, self.haut + self.cadre[1] + 12)

    @property
    def origine_legende(self) -> tuple[float, float]:
        """Origine de la légende dans ce bloc."""
        return (0, 172) if self.a_droite else (_SITUATION[0] + 34, 8)

    @property
    def bas(self) -> float:
        """Ordonnée de la première ligne de notes."""
        sous = 0 if self.a_droite else max(_SITUATION[1], _fin(self.legende) + 8) + 14
        return self.haut + self.cadre[1] + 14 + sous


def _mettre_en_page(
    carte: Carte,
    bornes: Sequence[float],
    page: str | None,
    *,
    titre: bool,
    hauteur_max: float | None,
) -> _Mise:
    largeur, fixe, a_droite = (LARGEUR, 0, True) if page is None else FORMATS[page]
    marge = 0 if page is None else _MARGE_PAGE
    interieur = largeur - 2 * marge
    titres = _plier(carte.titre, interieur, _CORPS_TITRE, _CHASSE) if titre else []
    sous_titres = _plier(carte.sous_titre, interieur, _CORPS_SOUS_TITRE, _CHASSE) if titre else []
    notes = [
        ligne
        for note in (*carte.notes, carte.credit)
        for ligne in _plier(note, interieur, _CORPS_NOTE, _CHASSE_NOTE)
        if titre
    ]
    haut = 8 + 22 * len(titres) + 19 * len(sous_titres) + 1 if titre else 2
    legende = _composer_legende(carte, interieur, a_droite=a_droite)
    cadre_l = interieur - _COLONNE - 10 if a_droite else interieur - 2
    if fixe:
        sous = 0 if a_droite else max(_SITUATION[1], _fin(legende) + 8) + 14
        cadre_h = fixe - 2 * marge - haut - 14 - sous - 12 * len(notes)
    else:
        plafond = hauteur_max or _HAUTEURS[1]
        minimum = max(_HAUTEURS[0], 172 + _fin(legende)) if hauteur_max is None else min(_HAUTEURS[0], hauteur_max)
        cadre_h = min(max(cadre_l * (bornes[3] - bornes[1]) / (bornes[2] - bornes[0]), minimum), max(plafond, minimum))
    hauteur = fixe or round(haut + cadre_h + 14 + 12 * len(notes))
    return _Mise(largeur, hauteur, marge, titres, sous_titres, notes, haut, (cadre_l, cadre_h), a_droite, legende)


def _plier(texte: str, largeur: float, corps: float, chasse: float) -> list[str]:
    """Coupe un texte en lignes qui tiennent dans une largeur ; une espace insécable ne se coupe pas."""
    return textwrap.wrap(texte, int(largeur / (corps * chasse)), break_long_words=True, break_on_hyphens=False) or [""]


def _composer_legende(carte: Carte, interieur: float, *, a_droite: bool) -> list[_Ligne]:
    """La légende en une colonne à droite, ou en deux sous la carte."""
    colonnes = 1 if a_droite else 2
    pas = _COLONNE if a_droite else (interieur - _SITUATION[0] - 34) / colonnes
    entrees = []
    for style, effectif in carte.legende:
        decalage = max(28.0, 2 * style.rayon + 8)
        libelle = style.libelle + ("" if effectif is None else f" ({effectif})")
        entrees.append((style, _plier(libelle, pas - decalage - 4, _CORPS, _CHASSE_LEGENDE)))
    par_colonne = math.ceil(len(entrees) / colonnes)
    lignes, y = [], 0.0
    for rang, (style, textes) in enumerate(entrees):
        y = 0.0 if rang % par_colonne == 0 else y
        hauteur = max(_LIGNE_LEGENDE + 11 * (len(textes) - 1), 2 * style.rayon + 5)
        lignes.append(_Ligne(style, textes, (rang // par_colonne) * pas, y + max(_LIGNE_LEGENDE, hauteur / 2 + 4)))
        y += hauteur
    return lignes


def _fin(legende: Sequence[_Ligne]) -> float:
    """Ordonnée du bas de la légende."""
    return max((ligne.y + max(8, ligne.style.rayon, 11 * len(ligne.textes) - 6) for ligne in legende), default=0)


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
    mise = _mettre_en_page(carte, bornes, format, titre=titre, hauteur_max=hauteur_max)
    vue = _Vue.cadrer(bornes, mise.cadre[0], (mise.cadre[1], mise.cadre[1]))
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
            etiquettes=list(_etiqueter(traces, vue, grappes)),
            echelle=_graduation(vue),
            situation=list(_situer(carte)),
            corps=_CORPS,
            corps_note=_CORPS_NOTE,
        )
    )
    return CarteStatique(carte, svg, mise.hauteur, mise.largeur)


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


def _tracer(couche: Couche, vue: _Vue) -> np.ndarray:
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


# --- étiquettes ---


@dataclass(frozen=True)
class _Etiquette:
    x: float
    y: float
    texte: str
    classe: str


def _etiqueter(
    traces: Sequence[tuple[Couche, np.ndarray]], vue: _Vue, grappes: Sequence[_Grappe] = ()
) -> Iterator[_Etiquette]:
    """Place les noms par poids décroissant, sans qu'aucun en recouvre un autre.

    Un nom évite aussi les QPV, sauf celui d'une commune qui en a : mieux vaut mordre sur un quartier que ne rien dire,
    à moins que la couleur du quartier ne soit tout le propos.
    """
    quartiers = [
        _boite_quartier(g, couche) for couche, traits in traces if couche.prioritaire for g in traits if not g.is_empty
    ]
    mordre = not any(couche.style == "classe" and couche.prioritaire for couche, _ in traces)
    prises = np.array([_boite_echelle(vue), *(_boite_point(g) for g in grappes)], dtype=float)
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
            yield _Etiquette((gauche + droite) / 2, bas - _CORPS * 0.25, nom, classe)
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
    demi_l, demi_h = len(nom) * _CORPS * _CHASSE / 2 + 2.5, _CORPS * 0.6
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


def _dans_le_cadre(boites: np.ndarray, vue: _Vue) -> np.ndarray:
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


# --- habillage ---


def _graduation(vue: _Vue) -> tuple[float, str]:
    """Longueur (unités du dessin) et texte de la barre d'échelle : le plus grand compte rond sous un quart du cadre."""
    metres = vue.largeur / vue.echelle / 4
    km = max((g for g in _GRADUATIONS_KM if g * 1000 <= metres), default=_GRADUATIONS_KM[0])
    texte = f"{nombre(km)}{FINE}km" if km >= 1 else f"{nombre(km * 1000)}{FINE}m"
    return km * 1000 * vue.echelle, texte


def _boite_echelle(vue: _Vue) -> Boite:
    return (0, vue.hauteur - 30, _graduation(vue)[0] + 24, vue.hauteur)


def _boite_quartier(trace: BaseGeometry, couche: Couche) -> Boite:
    """Ce qu'occupe un quartier, ou son repère."""
    ouest, haut, est, bas = trace.bounds
    if not couche.reperee or max(est - ouest, bas - haut) >= COTE_VISIBLE:
        return (ouest, haut, est, bas)
    x, y, r = (ouest + est) / 2, (haut + bas) / 2, RAYON_REPERE + 0.5
    return (x - r, y - r, x + r, y + r)


def _boite_point(grappe: _Grappe) -> Boite:
    return (grappe.x - grappe.rayon, grappe.y - grappe.rayon, grappe.x + grappe.rayon, grappe.y + grappe.rayon)


def _situer(carte: Carte) -> Iterator[tuple[Style, list[str], list[tuple[float, float]]]]:
    """Cartouche de situation : chemins, et un repère rond pour une cible trop petite pour se voir."""
    bornes = shapely.total_bounds(_lambert(carte.situation[0].entites))
    vue = _Vue.cadrer(bornes, _SITUATION[0], (0, _SITUATION[1]))
    for couche in carte.situation:
        # Poser les points sur une grille d'une demi-unité garde les contours jointifs, et suffit à un si petit dessin.
        traces = vue.placer(_lambert(couche.entites))
        petites = [g.centroid for g in traces if couche.style == "cible" and shapely.area(g) < 60]
        yield couche.dessin, _chemins(traces, 5), [(p.x, p.y) for p in petites]
