"""La mise en page d'une carte à imprimer : formats, cadre, légende, notes, échelle ; on place, on ne dessine pas."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely

from observatoire.carte import Carte, Style
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
SITUATION = (190, 150)
CORPS = 10.0
CORPS_NOTE = 9.0
_CORPS_TITRE, _CORPS_SOUS_TITRE = 18.0, 13.0
#: Largeur moyenne d'un caractère de Source Sans, en fraction du corps ; un peu plus en gras.
CHASSE = 0.5
_CHASSE_NOTE = 0.44
_CHASSE_LEGENDE = 0.46
_LIGNE_LEGENDE = 17
_GRADUATIONS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Vue:
    """Passage du Lambert-93 aux unités du dessin."""

    ouest: float
    nord: float
    echelle: float
    largeur: float
    hauteur: float

    @classmethod
    def cadrer(cls, bornes: Sequence[float], largeur: float, hauteurs: tuple[float, float]) -> Vue:
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


@dataclass(frozen=True)
class Ligne:
    """Une entrée de légende, sa place, son libellé coupé s'il est long."""

    style: Style
    textes: list[str]
    x: float
    y: float


@dataclass(frozen=True)
class Mise:
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
    legende: list[Ligne]

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
        return (0, 172) if self.a_droite else (SITUATION[0] + 34, 8)

    @property
    def bas(self) -> float:
        """Ordonnée de la première ligne de notes."""
        sous = 0 if self.a_droite else max(SITUATION[1], _fin(self.legende) + 8) + 14
        return self.haut + self.cadre[1] + 14 + sous


def mettre_en_page(
    carte: Carte,
    bornes: Sequence[float],
    page: str | None,
    *,
    titre: bool,
    hauteur_max: float | None,
) -> Mise:
    """Place tout sur une page d'un format, ou sur une page à la hauteur du territoire (bornes en Lambert-93)."""
    largeur, fixe, a_droite = (LARGEUR, 0, True) if page is None else FORMATS[page]
    marge = 0 if page is None else _MARGE_PAGE
    interieur = largeur - 2 * marge
    titres = _plier(carte.titre, interieur, _CORPS_TITRE, CHASSE) if titre else []
    sous_titres = _plier(carte.sous_titre, interieur, _CORPS_SOUS_TITRE, CHASSE) if titre else []
    notes = [
        ligne
        for note in (*carte.notes, carte.credit)
        for ligne in _plier(note, interieur, CORPS_NOTE, _CHASSE_NOTE)
        if titre
    ]
    haut = 8 + 22 * len(titres) + 19 * len(sous_titres) + 1 if titre else 2
    legende = _composer_legende(carte, interieur, a_droite=a_droite)
    cadre_l = interieur - _COLONNE - 10 if a_droite else interieur - 2
    if fixe:
        sous = 0 if a_droite else max(SITUATION[1], _fin(legende) + 8) + 14
        cadre_h = fixe - 2 * marge - haut - 14 - sous - 12 * len(notes)
    else:
        plafond = hauteur_max or _HAUTEURS[1]
        voulue = _HAUTEURS[0] if hauteur_max is None else min(_HAUTEURS[0], hauteur_max)
        minimum = max(voulue, 172 + _fin(legende))  # la légende ne se coupe jamais
        cadre_h = min(max(cadre_l * (bornes[3] - bornes[1]) / (bornes[2] - bornes[0]), minimum), max(plafond, minimum))
    hauteur = fixe or round(haut + cadre_h + 14 + 12 * len(notes))
    return Mise(largeur, hauteur, marge, titres, sous_titres, notes, haut, (cadre_l, cadre_h), a_droite, legende)


def _plier(texte: str, largeur: float, corps: float, chasse: float) -> list[str]:
    """Coupe un texte en lignes qui tiennent dans une largeur ; une espace insécable ne se coupe pas."""
    return textwrap.wrap(texte, int(largeur / (corps * chasse)), break_long_words=True, break_on_hyphens=False) or [""]


def _composer_legende(carte: Carte, interieur: float, *, a_droite: bool) -> list[Ligne]:
    """La légende en une colonne à droite, ou en deux sous la carte."""
    colonnes = 1 if a_droite else 2
    pas = _COLONNE if a_droite else (interieur - SITUATION[0] - 34) / colonnes
    entrees = []
    for style, effectif in carte.legende:
        decalage = max(28.0, 2 * style.rayon + 8)
        libelle = style.libelle + ("" if effectif is None else f" ({effectif})")
        entrees.append((style, _plier(libelle, pas - decalage - 4, CORPS, _CHASSE_LEGENDE)))
    par_colonne = math.ceil(len(entrees) / colonnes)
    lignes, y = [], 0.0
    for rang, (style, textes) in enumerate(entrees):
        y = 0.0 if rang % par_colonne == 0 else y
        hauteur = max(_LIGNE_LEGENDE + 11 * (len(textes) - 1), 2 * style.rayon + 5)
        lignes.append(Ligne(style, textes, (rang // par_colonne) * pas, y + max(_LIGNE_LEGENDE, hauteur / 2 + 4)))
        y += hauteur
    return lignes


def _fin(legende: Sequence[Ligne]) -> float:
    """Ordonnée du bas de la légende."""
    return max((ligne.y + max(8, ligne.style.rayon, 11 * len(ligne.textes) - 6) for ligne in legende), default=0)


def graduation(vue: Vue) -> tuple[float, str]:
    """Longueur (unités du dessin) et texte de la barre d'échelle : le plus grand compte rond sous un quart du cadre."""
    metres = vue.largeur / vue.echelle / 4
    km = max((g for g in _GRADUATIONS_KM if g * 1000 <= metres), default=_GRADUATIONS_KM[0])
    texte = f"{nombre(km)}{FINE}km" if km >= 1 else f"{nombre(km * 1000)}{FINE}m"
    return km * 1000 * vue.echelle, texte
