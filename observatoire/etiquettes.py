"""Les noms sur une carte à imprimer : du plus important au moins important, sans qu'aucun en recouvre un autre.

Chaque nom a plusieurs places possibles ; il prend, parmi les libres, celle qui se lit le mieux : sur ce qu'il nomme ou
tout contre, hors des disques et des quartiers, et sans traverser une limite épaisse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.carte import POIDS_CONCERNEE, POIDS_QUARTIER, RAYON_REPERE, Couche
from observatoire.mise_en_page import CORPS
from observatoire.traces import Vue

#: Une étiquette pour cette surface (unités carrées), entre ces bornes : une petite carte nomme moins.
_SURFACE, _ETIQUETTES = 6500, (12, 45)
#: Écart permis entre une commune et le centre de son étiquette (unités du dessin) ; au-delà, le nom tromperait.
_FROLE = 7.0
#: Ce que coûte une place : chaque quartier ou cercle couvert, chaque unité de limite traversée (par unité d'épaisseur),
#: chaque unité loin du cœur de la commune, chaque unité hors d'elle, un nom à cheval sur son quartier, ou qui le cache.
_COUVRIR, _TRAVERSER, _LOIN, _DEHORS, _A_CHEVAL, _CACHER = 15.0, 0.4, 0.15, 0.8, 16.0, 20.0
#: Un nom secondaire se tait plutôt que de traverser une limite épaisse ; une commune à quartiers, d'en couvrir plus de
#: deux.
_TRAVERSABLE, _COUVRABLES = 9.6, 2
_GENE_AUTRE = 0.3
#: Quartiers que le trait d'un nom mis à l'écart peut survoler, le sien compris.
_SURVOLABLES = 3
#: Couches dont le trait épais gêne la lecture.
_EPAISSES = frozenset({"territoire", "departements", "intercommunalites"})
#: Lettres de Source Sans nettement plus étroites ou plus larges que les autres.
_ETROITES, _LARGES = frozenset("iljtfrI'.,-: ()"), frozenset("mwMW")
_DIRECTIONS = np.array([(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)])
_ANGLES, _DISTANCES = np.linspace(0, 2 * np.pi, 24, endpoint=False), np.arange(22, 73, 10)
#: Places à l'écart d'une commune, tout autour d'elle.
_ROSE = np.concatenate([np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)]) * d for d in _DISTANCES])


def _grille(colonnes: int, lignes: int) -> np.ndarray:
    return np.stack(np.meshgrid(np.linspace(0, 1, colonnes), np.linspace(0, 1, lignes)), axis=-1).reshape(-1, 2)


#: Places à essayer dans une commune, en fractions de son étendue ; plus serrées dans une commune à quartiers.
_GRILLE, _GRILLE_SERREE = _grille(8, 10), _grille(13, 16)

Boite = tuple[float, float, float, float]
Trait = tuple[float, float, float, float]


@dataclass(frozen=True)
class Etiquette:
    """Un nom et sa place : le milieu de sa ligne de base, et sa sorte (« quartier », « communes », « voisines »).

    ``rappel`` est le trait qui mène du nom à sa commune, quand il n'y avait plus de place sur elle.
    """

    x: float
    y: float
    texte: str
    classe: str
    rappel: Trait | None = None


@dataclass(frozen=True)
class _Candidate:
    poids: float
    nom: str
    couche: Couche
    trace: BaseGeometry

    @property
    def concernee(self) -> bool:
        """Est-ce un quartier, ou une commune qui en a ?"""
        return self.poids >= POIDS_CONCERNEE

    @property
    def classe(self) -> str:
        return "quartier" if self.couche.prioritaire or self.poids >= POIDS_QUARTIER else self.couche.style


class _Obstacles:
    """Ce qu'un nom évite : quartiers et cercles d'une part, limites épaisses de l'autre."""

    def __init__(self, traces: Sequence[tuple[Couche, np.ndarray]]) -> None:
        pleins = [(_pleins(couche, places), couche.style) for couche, places in traces if _pleine(couche)]
        self._pleins = shapely.STRtree(np.concatenate([places for places, _ in pleins]) if pleins else [])
        self._genes = np.concatenate(
            [np.full(len(p), _GENE_AUTRE if s == "autre" else 1.0) for p, s in pleins] or [np.empty(0)]
        )
        limites = [
            (_segments(places), couche.dessin.epaisseur) for couche, places in traces if couche.style in _EPAISSES
        ]
        self._limites = shapely.STRtree(np.concatenate([segments for segments, _ in limites]) if limites else [])
        self._poids = np.concatenate([*(shapely.length(segments) * gras for segments, gras in limites), np.empty(0)])
        sols = [places for couche, places in traces if couche.style == "communes"]
        self._sols = shapely.STRtree(np.concatenate(sols) if sols else [])

    def couverts(self, boites: np.ndarray, sauf: BaseGeometry | None = None) -> np.ndarray:
        """Combien de quartiers et de cercles couvre chaque boîte, sans le sien ; un quartier d'à côté compte peu."""
        rangs, touches = self._pleins.query(boites, predicate="intersects")
        genes = self._genes[touches]
        if sauf is not None:
            genes[shapely.equals_exact(self._pleins.geometries[touches], sauf, 0)] = 0
        couverts: np.ndarray = np.bincount(rangs, weights=genes, minlength=len(boites))
        return couverts

    def dedans(self, boites: np.ndarray) -> np.ndarray:
        """Lesquelles mordent sur les communes du territoire ?"""
        rangs, _ = self._sols.query(boites, predicate="intersects")
        return np.bincount(rangs, minlength=len(boites)) > 0

    def traverses(self, boites: np.ndarray) -> np.ndarray:
        """Longueur de limite sous chaque boîte, pesée par son épaisseur."""
        rangs, touches = self._limites.query(boites, predicate="intersects")
        poids: np.ndarray = np.bincount(rangs, weights=self._poids[touches], minlength=len(boites))
        return poids


def etiqueter(
    traces: Sequence[tuple[Couche, np.ndarray]], vue: Vue, reservees: Sequence[Boite], corps: float = CORPS
) -> Iterator[Etiquette]:
    """Place les noms par poids décroissant, hors des boîtes ``reservees``, sans qu'aucun en recouvre un autre.

    Un nom ne couvre ni quartier ni cercle, sauf celui d'un quartier ou d'une commune qui en a : mieux vaut mordre que
    ne rien dire, à moins que la couleur du quartier ne soit tout le propos.
    """
    candidates = _candidates(traces)
    if not candidates:
        return
    obstacles = _Obstacles(traces)
    mordre = not any(couche.style == "classe" and couche.prioritaire for couche, _ in traces)
    prises = np.array(reservees, dtype=float).reshape(-1, 4)
    posees, maximum = 0, np.clip(vue.largeur * vue.hauteur / _SURFACE, *_ETIQUETTES)
    for candidate in candidates:
        boites = _libres(_dans_le_cadre(_positions(candidate, corps), vue), prises)
        boite, rappel = _meilleure(boites, candidate, obstacles, mordre=mordre), None
        if boite is None and candidate.concernee:
            boites = _libres(_dans_le_cadre(_au_loin(candidate, corps), vue), prises)
            boite, rappel = _rappeler(boites, candidate, obstacles, prises)
        if boite is not None:
            prises = np.vstack([prises, boite, *([] if rappel is None else [_sous_le_trait(rappel)])])
            posees += 1
            gauche, _, droite, bas = boite.tolist()
            yield Etiquette((gauche + droite) / 2, bas - corps * 0.25, candidate.nom, candidate.classe, rappel)
        if posees >= maximum:
            return


def _candidates(traces: Sequence[tuple[Couche, np.ndarray]]) -> list[_Candidate]:
    candidates = [
        _Candidate(entite.poids, entite.nom, couche, trace)
        for couche, places in traces
        if any(entite.poids for entite in couche.entites)
        for entite, trace in zip(couche.entites, _pleins(couche, places) if couche.prioritaire else places, strict=True)
        if entite.poids and not trace.is_empty
    ]
    return sorted(candidates, key=lambda c: (-c.poids, c.nom))


def _meilleure(boites: np.ndarray, candidate: _Candidate, obstacles: _Obstacles, *, mordre: bool) -> np.ndarray | None:
    """La boîte qui se lit le mieux ; None si aucune n'est acceptable."""
    if not len(boites):
        return None
    formes = shapely.box(*boites.T)
    couverts = obstacles.couverts(formes, candidate.trace if candidate.couche.prioritaire else None)
    if candidate.classe != "quartier":
        lisibles = couverts <= (_COUVRABLES if mordre and candidate.concernee else 0)
        boites, formes, couverts = boites[lisibles], formes[lisibles], couverts[lisibles]
    traverses = _TRAVERSER * obstacles.traverses(formes)
    couts = _ecarts(formes, candidate) + _COUVRIR * couverts + traverses
    if not candidate.concernee:
        couts[traverses > _TRAVERSABLE] = np.inf
    return _moindre(boites, couts)


def _moindre(boites: np.ndarray, couts: np.ndarray) -> np.ndarray | None:
    """La boîte la moins coûteuse, si son coût n'est pas infini."""
    choix = int(np.argmin(couts)) if len(couts) else -1
    return boites[choix] if len(couts) and np.isfinite(couts[choix]) else None


def _ecarts(formes: np.ndarray, candidate: _Candidate) -> np.ndarray:
    """Ce que coûte l'éloignement : un quartier se nomme dessus ou tout contre, une commune près de son cœur."""
    trace = candidate.trace
    if candidate.couche.prioritaire:
        communs = shapely.area(shapely.intersection(formes, trace))
        part, cache = communs / shapely.area(formes), communs / max(trace.area, 1)
        return np.asarray(shapely.distance(formes, trace) + _A_CHEVAL * np.minimum(part, 1 - part) + _CACHER * cache)
    centres = shapely.centroid(formes)
    coeur = shapely.point_on_surface(trace)
    return np.asarray(_LOIN * shapely.distance(centres, coeur) + _DEHORS * shapely.distance(centres, trace))


def _rappeler(
    boites: np.ndarray, candidate: _Candidate, obstacles: _Obstacles, prises: np.ndarray
) -> tuple[np.ndarray, Trait] | tuple[None, None]:
    """Une place libre hors du territoire, et le trait qui la relie à sa commune sans passer sous un autre nom."""
    if not len(boites):
        return None, None
    coeur = shapely.get_coordinates(shapely.point_on_surface(candidate.trace))[0]
    traits = np.column_stack([np.clip(coeur, boites[:, :2], boites[:, 2:]), np.broadcast_to(coeur, (len(boites), 2))])
    lignes, formes = shapely.linestrings(traits.reshape(-1, 2, 2)), shapely.box(*boites.T)
    genes = shapely.intersects(lignes[:, None], shapely.box(*prises.T)[None]).any(axis=1)
    survoles = obstacles.couverts(lignes)
    genes |= obstacles.dedans(formes) | (obstacles.couverts(formes) >= 1) | (survoles > _SURVOLABLES)
    couts = shapely.length(lignes) + _COUVRIR * survoles
    couts[genes] = np.inf
    choisi = _moindre(np.hstack([boites, traits]), couts)
    return (None, None) if choisi is None else (choisi[:4], tuple(choisi[4:].tolist()))


def _sous_le_trait(trait: Trait) -> np.ndarray:
    """Petites boîtes le long d'un trait : aucun autre nom ne s'y posera."""
    debut, fin = np.array(trait[:2]), np.array(trait[2:])
    parts = np.linspace(0, 1, 2 + int(np.hypot(*(fin - debut)) / 4))[:, None]
    points = debut + (fin - debut) * parts
    return np.column_stack([points - 1, points + 1])


# --- les places possibles ---


def _demi(candidate: _Candidate, corps: float) -> np.ndarray:
    """Demi-largeur et demi-hauteur d'un nom, espace autour compris ; le gras d'un quartier est plus large."""
    chasse = sum(
        0.28 if c in _ETROITES else 0.88 if c in _LARGES else 0.63 if c.isupper() else 0.53 for c in candidate.nom
    )
    return np.array([chasse * corps * (1.06 if candidate.classe == "quartier" else 1) / 2 + 2.5, corps * 0.6])


def _au_loin(candidate: _Candidate, corps: float) -> np.ndarray:
    """Boîtes tout autour d'une commune, assez près pour qu'un trait l'y relie."""
    centres = shapely.get_coordinates(shapely.point_on_surface(candidate.trace)) + _ROSE
    demi = _demi(candidate, corps)
    return np.column_stack([centres - demi, centres + demi])


def _positions(candidate: _Candidate, corps: float) -> np.ndarray:
    """Boîtes possibles d'une étiquette : sur un quartier ou contre lui ; dans une commune, ou la frôlant."""
    demi = _demi(candidate, corps)
    if candidate.couche.prioritaire:
        centres = _autour(candidate.trace, demi)
    else:
        centres = _dedans(candidate.trace, _GRILLE_SERREE if candidate.concernee else _GRILLE)
    return np.column_stack([centres - demi, centres + demi])


def _autour(trace: BaseGeometry, demi: np.ndarray) -> np.ndarray:
    """Contre le point le plus avancé dans chaque direction, contre chaque côté, et au cœur."""
    points = shapely.get_coordinates(trace)
    pointes = points[np.argmax(points @ _DIRECTIONS.T, axis=0)]
    gauche, haut, droite, bas = trace.bounds
    milieu, ecart = np.array([gauche + droite, haut + bas]) / 2, np.array([droite - gauche, bas - haut]) / 2
    cotes = milieu + _DIRECTIONS[:4] * ecart
    decalages = _DIRECTIONS * (demi + 2)
    coeur = shapely.get_coordinates(shapely.point_on_surface(trace))
    places: np.ndarray = np.concatenate([cotes + decalages[:4], pointes + decalages, coeur])
    return places


def _dedans(trace: BaseGeometry, fractions: np.ndarray) -> np.ndarray:
    """Points d'une grille qui tombent dans la commune ou la frôlent, et son cœur."""
    ouest, haut, est, bas = trace.bounds
    coeur = shapely.get_coordinates(shapely.point_on_surface(trace))
    grille = fractions * (est - ouest + 2 * _FROLE, bas - haut + 2 * _FROLE) + (ouest - _FROLE, haut - _FROLE)
    proches = shapely.dwithin(shapely.points(grille), trace, _FROLE)
    places: np.ndarray = np.concatenate([coeur, grille[proches]])
    return places


def _dans_le_cadre(boites: np.ndarray, vue: Vue) -> np.ndarray:
    """Celles qui ne touchent pas le bord de la carte."""
    dedans = (boites[:, :2] > 3).all(axis=1) & (boites[:, 2:] < (vue.largeur - 3, vue.hauteur - 3)).all(axis=1)
    gardees: np.ndarray = boites[dedans]
    return gardees


def _libres(boites: np.ndarray, prises: np.ndarray) -> np.ndarray:
    """Celles qui n'en couvrent aucune de celles déjà prises."""
    une, autre = boites[:, None], prises[None]
    couvre = (une[..., 0] < autre[..., 2]) & (autre[..., 0] < une[..., 2])
    couvre &= (une[..., 1] < autre[..., 3]) & (autre[..., 1] < une[..., 3])
    libres: np.ndarray = boites[~couvre.any(axis=1)]
    return libres


# --- les obstacles ---


def _pleine(couche: Couche) -> bool:
    return couche.prioritaire or (couche.ponctuelle and couche.style != "points")


def _pleins(couche: Couche, places: np.ndarray) -> np.ndarray:
    """Ce qu'occupe chaque entité : son contour, son cercle, ou le repère rond d'un quartier réduit à un point."""
    rayons = np.array([e.rayon for e in couche.entites])
    ronds = shapely.get_type_id(places) == shapely.GeometryType.POINT
    rayons[ronds & (rayons == 0)] = RAYON_REPERE + 0.5
    occupes = places.copy()
    occupes[ronds] = shapely.buffer(places[ronds], rayons[ronds], quad_segs=4)
    return occupes


def _segments(contours: np.ndarray) -> np.ndarray:
    """Les traits de ces contours, coupés courts."""
    lignes = shapely.segmentize(shapely.get_parts(shapely.boundary(contours)), 4)
    points, ligne = shapely.get_coordinates(lignes, return_index=True)
    suivis = ligne[1:] == ligne[:-1]
    segments: np.ndarray = shapely.linestrings(np.stack([points[:-1][suivis], points[1:][suivis]], axis=1))
    return segments
