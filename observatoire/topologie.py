"""Contours sur une grille entière, limites communes écrites une seule fois, en texte compact pour une page.

Deux communes voisines, leur intercommunalité et leur département partagent leurs limites : chaque tronçon entre deux
carrefours n'est gardé qu'une fois, et une forme est une suite de tronçons, à l'endroit ou à l'envers.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

#: Six bits par signe : cinq de nombre, un qui dit qu'il continue. Aucun de ces signes ne s'échappe dans une page.
SIGNES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_OCTETS = np.frombuffer(SIGNES.encode(), dtype=np.uint8)
_BITS, _SUITE = 5, 32

Forme = list[list[list[int]]]


@dataclass
class Topologie:
    """Des tronçons, et des formes qui les citent.

    Attributes
    ----------
    troncons : list of str
        Écarts entiers (latitude, longitude) d'un point au suivant, en texte compact ; le premier part de la fin du
        tronçon d'avant (de zéro pour le tout premier), qui le touche souvent.
    formes : list
        Par géométrie : ses polygones, leurs anneaux, leurs tronçons ; ``~i`` pour le tronçon ``i`` à l'envers.
    """

    troncons: list[str] = field(default_factory=list)
    formes: list[Forme] = field(default_factory=list)


def encoder(geometries: Sequence[shapely.Geometry] | np.ndarray, precision: int) -> Topologie:
    """Polygones posés sur une grille de ``1 / precision`` degré, limites communes partagées.

    Parameters
    ----------
    geometries : sequence of shapely.Geometry
        Polygones ou multipolygones (EPSG:4326).
    precision : int
        Pas de la grille : 100 000 pour un cent-millième de degré, soit un mètre.
    """
    polygones, rangs = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    anneaux, parents = shapely.get_rings(polygones, return_index=True)
    points, proprietaires = shapely.get_coordinates(anneaux, return_index=True)
    grille = np.rint(points[:, ::-1] * precision).astype(np.int64)
    (numeros, sommets), bornes = _sommets(grille, proprietaires, len(anneaux))
    uniques, suites = _decouper(numeros, _carrefours(numeros, bornes), bornes)
    return Topologie(_ecrire(uniques, sommets), _assembler(suites, parents, rangs, len(geometries)))


def _sommets(
    grille: np.ndarray, proprietaires: np.ndarray, nombre: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Numéro de chaque sommet, sans répétition ni point de fermeture ; les points numérotés ; le début des anneaux."""
    cles = (grille[:, 0] << 32) + (grille[:, 1] + (1 << 31))
    suivant_identique = (cles[:-1] == cles[1:]) & (proprietaires[:-1] == proprietaires[1:])
    # Le dernier point d'un anneau est le premier : il part avec les répétitions.
    garde = np.append(~suivant_identique, True)[: len(cles)]
    garde[np.flatnonzero(np.diff(proprietaires, append=nombre) > 0)] = False
    bornes = np.searchsorted(proprietaires[garde], np.arange(nombre + 1))
    _, premiers, numeros = np.unique(cles[garde], return_index=True, return_inverse=True)
    return (numeros, grille[garde][premiers]), bornes


def _carrefours(numeros: np.ndarray, bornes: np.ndarray) -> np.ndarray:
    """Vrai pour chaque sommet (par position) où des anneaux se rejoignent ou se séparent."""
    avant, apres = np.roll(numeros, 1), np.roll(numeros, -1)
    pleins = bornes[1:] > bornes[:-1]
    debuts, fins = bornes[:-1][pleins], bornes[1:][pleins] - 1
    avant[debuts], apres[fins] = numeros[fins], numeros[debuts]
    voisins = (np.minimum(avant, apres) << 32) + np.maximum(avant, apres)
    total = int(numeros.max(initial=-1)) + 1
    modele = np.zeros(total, dtype=np.int64)
    modele[numeros] = voisins
    divergent = np.zeros(total, dtype=bool)
    divergent[numeros[voisins != modele[numeros]]] = True
    resultat: np.ndarray = divergent[numeros]
    return resultat


def _decouper(
    numeros: np.ndarray, carrefours: np.ndarray, bornes: np.ndarray
) -> tuple[list[np.ndarray], list[list[int]]]:
    """Tronçons uniques, et pour chaque anneau ceux qu'il suit, reconnus dans un sens ou dans l'autre."""
    tailles = np.diff(bornes)
    if not len(numeros):
        return [], [[] for _ in tailles]
    anneaux = np.repeat(np.arange(len(tailles)), tailles)
    departs = _departs(numeros, carrefours, anneaux, bornes)
    ordre = bornes[anneaux] + (np.arange(len(numeros)) - bornes[anneaux] + departs[anneaux]) % tailles[anneaux]
    # Chaque anneau tourné, puis refermé sur son premier point.
    fermes, coupes = numeros[ordre], carrefours[ordre].copy()
    pleins = tailles > 0
    coupes[bornes[:-1][pleins]] = True
    fermes = np.insert(fermes, bornes[1:][pleins], fermes[bornes[:-1][pleins]])
    debuts = np.flatnonzero(coupes)
    siens = anneaux[debuts]
    rangs_pleins = np.cumsum(pleins) - 1
    debuts = debuts + rangs_pleins[siens]
    fins = np.append(debuts[1:], len(fermes) - 1)
    fins[:-1] -= siens[1:] != siens[:-1]
    return _reconnaitre(fermes, debuts.tolist(), fins.tolist(), siens.tolist(), len(tailles))


def _departs(numeros: np.ndarray, carrefours: np.ndarray, anneaux: np.ndarray, bornes: np.ndarray) -> np.ndarray:
    """Où commence chaque anneau : à un carrefour, ou au plus petit numéro (deux contours égaux se reconnaissent)."""
    cles = numeros - carrefours * (int(numeros.max(initial=0)) + 1)
    departs = np.zeros(len(bornes) - 1, dtype=np.int64)
    tailles = np.diff(bornes)
    pleins = tailles > 0
    minima = np.minimum.reduceat(cles, bornes[:-1][pleins])
    candidats = np.flatnonzero(cles == np.repeat(minima, tailles[pleins]))
    _, premiers = np.unique(anneaux[candidats], return_index=True)
    departs[pleins] = candidats[premiers] - bornes[:-1][pleins]
    return departs


def _reconnaitre(
    fermes: np.ndarray, debuts: list[int], fins: list[int], siens: list[int], nombre: int
) -> tuple[list[np.ndarray], list[list[int]]]:
    uniques: list[np.ndarray] = []
    connus: dict[bytes, int] = {}
    suites: list[list[int]] = [[] for _ in range(nombre)]
    for debut, fin, anneau in zip(debuts, fins, siens, strict=True):
        troncon = fermes[debut : fin + 1]
        cle = troncon.tobytes()
        rang = connus.get(cle)
        if rang is None:
            rang = len(uniques)
            uniques.append(troncon)
            # À l'envers d'abord : un tronçon qui se lit pareil dans les deux sens reste à l'endroit.
            connus[troncon[::-1].tobytes()] = ~rang
            connus[cle] = rang
        suites[anneau].append(rang)
    return uniques, suites


def _assembler(suites: list[list[int]], parents: np.ndarray, rangs: np.ndarray, nombre: int) -> list[Forme]:
    """Remet les anneaux dans leurs polygones, et les polygones dans leurs géométries."""
    polygones: list[list[list[int]]] = [[] for _ in rangs]
    for suite, parent in zip(suites, parents.tolist(), strict=True):
        polygones[parent].append(suite)
    formes: list[Forme] = [[] for _ in range(nombre)]
    for polygone, rang in zip(polygones, rangs.tolist(), strict=True):
        formes[rang].append(polygone)
    return formes


def _ecrire(troncons: list[np.ndarray], sommets: np.ndarray) -> list[str]:
    """Chaque tronçon en texte : écarts, signe au bit de poids faible, par groupes de cinq bits."""
    if not troncons:
        return []
    longueurs = np.array([len(t) for t in troncons])
    points = sommets[np.concatenate(troncons)]
    ecarts = np.diff(points, axis=0, prepend=0)
    debuts = np.append(0, np.cumsum(longueurs)[:-1])
    valeurs = ecarts.ravel()
    entiers = np.where(valeurs < 0, ~(valeurs << 1), valeurs << 1)
    texte, tailles = _en_signes(entiers)
    bornes = np.append(0, np.cumsum(tailles))[np.append(debuts, len(points)) * 2].tolist()
    return [texte[i:j] for i, j in itertools.pairwise(bornes)]


def _en_signes(entiers: np.ndarray) -> tuple[str, np.ndarray]:
    """Entiers positifs en signes, et le nombre de signes de chacun."""
    longueur = max(1, -(-int(entiers.max(initial=0)).bit_length() // _BITS))
    decalages = np.arange(longueur) * _BITS
    groupes = entiers[:, None] >> decalages
    restes = groupes[:, 1:] > 0
    utiles = np.column_stack([np.ones(len(entiers), dtype=bool), restes])
    suites = np.column_stack([restes, np.zeros(len(entiers), dtype=bool)])
    signes = _OCTETS[(groupes & (_SUITE - 1)) | np.where(suites, _SUITE, 0)]
    return signes[utiles].tobytes().decode("ascii"), utiles.sum(axis=1)
