"""Des contours au tracé SVG, tous d'un coup : projetés, posés, allégés, écrits, sans boucle sur les points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from pyproj import Transformer

from observatoire.carte import COTE_VISIBLE, GROUPES, LAMBERT, Couche

#: Détail gardé (unités du dessin) : en deçà d'un tiers de pixel, l'œil ne voit rien.
_TOLERANCE = 0.35
#: Des points plus espacés que cela en moyenne n'ont rien à perdre : les simplifier ne ferait que prendre du temps.
_ESPACEMENT = 1.5
#: Ce qui dépasse du cadre, en unités du dessin : assez pour cacher un trait et son halo.
_DEBORD = 6.0
#: Les coordonnées, en dixièmes, et leurs écarts tiennent entre ces bornes.
_PORTEE = 12_000


@dataclass(frozen=True)
class Vue:
    """Passage du Lambert-93 aux unités du dessin."""

    ouest: float
    nord: float
    echelle: float
    largeur: float
    hauteur: float

    @classmethod
    def cadrer(cls, bornes: Sequence[float], largeur: float, hauteur: float) -> Vue:
        """La vue qui montre ``bornes`` en entier, centrées, dans un cadre donné."""
        ouest, sud, est, nord = bornes
        echelle = min(largeur / (est - ouest), hauteur / (nord - sud))
        marge_x = (largeur / echelle - (est - ouest)) / 2
        marge_y = (hauteur / echelle - (nord - sud)) / 2
        return cls(ouest - marge_x, nord + marge_y, echelle, largeur, hauteur)

    def poser(self, lambert: np.ndarray) -> np.ndarray:
        """Points en unités du dessin."""
        places: np.ndarray = (lambert - (self.ouest, self.nord)) * (self.echelle, -self.echelle)
        return places

    def rogner(self, geometries: np.ndarray) -> np.ndarray:
        """Géométries coupées un peu au-delà du cadre."""
        ouest, haut, est, bas = shapely.bounds(geometries).T
        large, grand = self.largeur + _DEBORD, self.hauteur + _DEBORD
        dehors = (ouest < -_DEBORD) | (haut < -_DEBORD) | (est > large) | (bas > grand)
        rognees = geometries.copy()
        rognees[dehors] = shapely.clip_by_rect(geometries[dehors], -_DEBORD, -_DEBORD, large, grand)
        return rognees


@cache
def _passage() -> Transformer:
    return Transformer.from_crs(4326, LAMBERT, always_xy=True)


def _projeter(degres: np.ndarray) -> np.ndarray:
    """Points (longitude, latitude) en Lambert-93."""
    return np.column_stack(_passage().transform(*degres.T))


def projeter(geometries: Sequence[shapely.Geometry]) -> np.ndarray:
    """Géométries en Lambert-93."""
    projetees: np.ndarray = shapely.transform(np.array(geometries, dtype=object), _projeter)
    return projetees


def tracer(couches: Sequence[Couche], vue: Vue) -> list[np.ndarray]:
    """Géométries de chaque couche en unités du dessin ; un quartier trop petit pour se voir n'y est plus qu'un point.

    Les communes restent jointives ; les quartiers, qui ne se touchent pas, se simplifient un à un.
    """
    contours = np.array([e.geometrie for couche in couches for e in couche.entites], dtype=object)
    effectifs = [len(couche.entites) for couche in couches]
    reperes = np.repeat(np.array([couche.reperee for couche in couches], dtype=bool), effectifs)
    reperes[reperes] = _invisibles(contours[reperes], vue)
    contours[reperes] = shapely.point_on_surface(contours[reperes])
    places = shapely.transform(contours, lambda degres: vue.poser(_projeter(degres)))
    parts = np.split(places, np.cumsum(effectifs)[:-1])[: len(couches)]
    return [vue.rogner(_alleger(couche, siens)) for couche, siens in zip(couches, parts, strict=True)]


def _invisibles(contours: np.ndarray, vue: Vue) -> np.ndarray:
    """Quels contours (en degrés) sont trop petits pour se voir ? On n'en projette que deux coins opposés."""
    coins = _projeter(shapely.bounds(contours).reshape(-1, 2)).reshape(-1, 2, 2)
    cotes: np.ndarray = np.abs(coins[:, 1] - coins[:, 0]).max(axis=1) * vue.echelle
    return cotes < COTE_VISIBLE


def _alleger(couche: Couche, places: np.ndarray) -> np.ndarray:
    """Sans les points que l'œil ne verrait pas."""
    points = int(shapely.get_num_coordinates(places).sum())
    if couche.ponctuelle or shapely.length(places).sum() > _ESPACEMENT * points:
        return places
    if couche.prioritaire or couche.tiroir == GROUPES["qpv2015"]:
        return np.asarray(shapely.simplify(places, _TOLERANCE))
    return np.asarray(shapely.coverage_simplify(places, _TOLERANCE))


def ecrire(geometries: np.ndarray, pas: int = 1) -> list[str]:
    """Attribut ``d`` du ``<path>`` de chaque géométrie qui a une surface, au dixième d'unité ou à ``pas`` dixièmes.

    Chaque anneau part d'un point absolu et va d'écart en écart, deux fois plus courts à écrire ; un point que
    l'arrondi confond avec le précédent disparaît.
    """
    parties, rangs = shapely.get_parts(geometries, return_index=True)
    surfaces = shapely.get_type_id(parties) == shapely.GeometryType.POLYGON
    anneaux, parents = shapely.get_rings(parties[surfaces], return_index=True)
    points, anneau = shapely.get_coordinates(anneaux, return_index=True)
    grille = np.rint(points * (10 / pas)).astype(np.int64) * pas
    gardes = _distincts(grille, anneau)
    grille, anneau = grille[gardes], anneau[gardes]
    if not len(grille):
        return []
    entites = rangs[surfaces][parents][anneau]
    debuts = _change(anneau)
    sauts = np.diff(grille, axis=0, prepend=grille[:1])
    sauts[debuts] = grille[debuts]
    return _assembler(sauts, debuts, _change(entites))


def _distincts(grille: np.ndarray, anneau: np.ndarray) -> np.ndarray:
    """Points à garder : ni ceux que répète le suivant (la fermeture avec eux), ni ceux d'un anneau réduit à rien."""
    gardes = np.append((grille[1:] != grille[:-1]).any(axis=1) & (anneau[1:] == anneau[:-1]), False)[: len(grille)]
    if len(anneau):
        gardes &= (np.bincount(anneau, weights=gardes) > 2)[anneau]
    return gardes


def _change(rangs: np.ndarray) -> np.ndarray:
    """Où commence chaque suite de rangs égaux ?"""
    return np.append(True, rangs[1:] != rangs[:-1])


#: Ce qui précède chaque point : rien, une suite d'écarts, un nouvel anneau, une nouvelle entité.
_PREFIXES = np.array([b"", b"l", b"zM", b"z\nM"])


@cache
def _ecritures() -> np.ndarray:
    """Chaque nombre possible, au dixième d'unité, déjà écrit : dix mille points se lisent dans une table."""
    entiers, dixiemes = zip(*(divmod(rang, 10) for rang in range(_PORTEE)), strict=True)
    textes = [f"{e or ''}.{d}" if d else str(e) for e, d in zip(entiers, dixiemes, strict=True)]
    return np.array([*(f"-{t}" for t in reversed(textes[1:])), *(f" {t}" for t in textes)], dtype="S8")


def _assembler(sauts: np.ndarray, debuts: np.ndarray, nouvelles: np.ndarray) -> list[str]:
    """Les textes des points mis bout à bout dans un tampon, puis coupés par entité."""
    suite = np.append(False, debuts[:-1])
    prefixes = _PREFIXES[np.where(nouvelles, 3, np.where(debuts, 2, suite))]
    cases = np.empty(len(sauts), dtype=[("prefixe", prefixes.dtype), ("x", "S8"), ("y", "S8")])
    cases["prefixe"] = prefixes
    cases["x"], cases["y"] = _ecritures()[sauts.T + _PORTEE - 1]
    texte = cases.tobytes().translate(None, b"\0").decode("ascii")
    return [f"{chemin}z" for chemin in texte.split("z\n")[1:]]
