"""La mise en page d'une carte à imprimer : formats, cadres, légende, notes, échelle ; on place, on ne dessine pas."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from observatoire.carte import FORMES, Carte, Diptyque, Style
from observatoire.traces import Vue
from observatoire.typographie import FINE, INSECABLE, nombre

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
#: Blanc autour d'une page, et autour d'un dessin enregistré seul.
_MARGE_PAGE, _MARGE_SEULE = 26, 18
_COLONNE = 205
_HAUTEURS = (360, 600)
SITUATION = (190, 150)
#: Corps des textes ; dans une fiche, qui réduit le dessin aux deux tiers, ils s'impriment encore à 7 points.
CORPS, CORPS_FICHE = 10.0, 11.0
CORPS_NOTE = 9.0
_CORPS_TITRE, _CORPS_SOUS_TITRE, _CORPS_PANNEAU = 18.0, 13.0, 12.0
#: Largeur moyenne d'un caractère de Source Sans, en fraction du corps ; un peu plus en gras.
CHASSE = 0.5
_CHASSE_NOTE = 0.44
_CHASSE_LEGENDE = 0.46
_LIGNE_LEGENDE = 17
#: Sous cette largeur, une colonne de légende couperait presque tous ses libellés.
_COLONNE_MINIMALE = 150
_ENTRE_PANNEAUX = 12
_TETE_PANNEAU = 18
#: Place de la légende sous le cartouche de situation, ou à sa droite.
_SOUS_SITUATION, _APRES_SITUATION = 163, SITUATION[0] + 34
_GRADUATIONS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Ligne:
    """Une entrée de légende, ou son titre (sans style) : sa place, son libellé coupé s'il est long."""

    style: Style | None
    textes: list[str]
    x: float
    y: float


@dataclass(frozen=True)
class Panneau:
    """Le cadre d'une carte, et le titre qu'on imprime au-dessus quand il y en a deux."""

    x: float
    y: float
    largeur: float
    hauteur: float
    titre: str = ""


@dataclass(frozen=True)
class Mise:
    """Où tout se pose : page, titres, cadres, légende, notes."""

    largeur: int
    hauteur: int
    marge: int
    corps: float
    titres: list[str]
    sous_titres: list[str]
    notes: list[str]
    panneaux: list[Panneau]
    a_droite: bool
    legende: list[Ligne]

    @property
    def bords(self) -> tuple[float, float]:
        """Bord droit et bord bas des cadres."""
        return max(p.x + p.largeur for p in self.panneaux), max(p.y + p.hauteur for p in self.panneaux)

    @property
    def colonne(self) -> tuple[float, float]:
        """Origine du bloc de situation, de nord et de légende."""
        droite, bas = self.bords
        return (droite + 13, min(p.y for p in self.panneaux)) if self.a_droite else (0, bas + 12)

    @property
    def origine_legende(self) -> tuple[float, float]:
        """Origine de la légende dans ce bloc."""
        return (0, _SOUS_SITUATION) if self.a_droite else (_APRES_SITUATION, 8)

    @property
    def bas(self) -> float:
        """Ordonnée de la première ligne de notes."""
        return self.bords[1] + 14 + (0 if self.a_droite else _sous_la_carte(self.legende))


@dataclass(frozen=True)
class _Page:
    """Ce qui est déjà fixé quand on cherche où mettre les cadres : ``hauteur`` est None si elle s'adapte."""

    largeur: float
    hauteur: float | None
    haut: float
    proportion: float
    hauteur_max: float | None

    def cadre(self, legende: Sequence[Ligne], *, a_droite: bool) -> tuple[float, float]:
        """Largeur et hauteur qui restent pour la carte, ou les deux."""
        large = self.largeur - _COLONNE - 10 if a_droite else self.largeur - 2
        sous = 0 if a_droite else _sous_la_carte(legende)
        if self.hauteur is not None:
            return large, self.hauteur - self.haut - 14 - sous
        plafond = self.hauteur_max or _HAUTEURS[1]
        voulue = _HAUTEURS[0] if self.hauteur_max is None else min(_HAUTEURS[0], self.hauteur_max)
        minimum = max(voulue, _SOUS_SITUATION + _fin(legende) if a_droite else 0)  # la légende ne se coupe jamais
        return large, round(min(max(large * self.proportion, minimum), max(plafond, minimum)), 1)


def mettre_en_page(
    carte: Carte | Diptyque,
    bornes: Sequence[float],
    page: str | None,
    *,
    titre: bool,
    hauteur_max: float | None,
) -> Mise:
    """Place tout sur une page d'un format, ou sur une page à la hauteur du territoire (bornes en Lambert-93)."""
    largeur, fixe, a_droite = (LARGEUR, 0, True) if page is None else FORMATS[page]
    marge = _MARGE_PAGE if page else _MARGE_SEULE if titre else 0
    interieur = largeur - 2 * marge
    titres = _plier(carte.titre, interieur, _CORPS_TITRE, CHASSE) if titre else []
    sous_titres = _plier(carte.sous_titre, interieur, _CORPS_SOUS_TITRE, CHASSE) if titre else []
    textes = (*carte.notes, carte.credit) if titre else ()
    notes = [ligne for note in textes for ligne in _plier(note, interieur, CORPS_NOTE, _CHASSE_NOTE)]
    haut = 8 + 22 * len(titres) + 19 * len(sous_titres) + 1 if titre else 2
    reste = fixe - 2 * marge - 12 * len(notes) if fixe else None
    proportion = (bornes[3] - bornes[1]) / (bornes[2] - bornes[0])
    place = _Page(interieur, reste, haut, proportion, hauteur_max)
    choisir = _un_cadre if isinstance(carte, Carte) else _deux_cadres
    droite, legende, panneaux = choisir(carte, place, CORPS if titre else CORPS_FICHE, a_droite)
    mise = Mise(
        largeur, fixe, marge, CORPS if titre else CORPS_FICHE, titres, sous_titres, notes, panneaux, droite, legende
    )
    # Sans notes, rien ne vient sous le cadre.
    sous = 12 * len(notes) - 8 if titre else -14
    return mise if fixe else replace(mise, hauteur=round(mise.bas + sous) + 2 * marge)


_Choix = tuple[bool, list[Ligne], list[Panneau]]


def _un_cadre(carte: Carte | Diptyque, page: _Page, corps: float, a_droite: bool) -> _Choix:
    legende = _composer_legende(carte, page.largeur, corps, a_droite=a_droite)
    cadre = page.cadre(legende, a_droite=a_droite)
    if a_droite and _SOUS_SITUATION + _fin(legende) > cadre[1]:
        return _un_cadre(carte, page, corps, False)  # trop longue pour la hauteur de la page : dessous
    return a_droite, legende, [Panneau(1, page.haut, *cadre)]


def _deux_cadres(carte: Carte | Diptyque, page: _Page, corps: float, _: bool) -> _Choix:
    """Légende à droite ou dessous, cartes côte à côte ou l'une sous l'autre : là où le territoire est le plus grand."""
    possibles = []
    for a_droite in (True, False):
        legende = _composer_legende(carte, page.largeur, corps, a_droite=a_droite)
        large, grand = page.cadre(legende, a_droite=a_droite)
        tient = not a_droite or _SOUS_SITUATION + _fin(legende) <= grand
        for empile in (False, True):
            cote = (large, (grand - _ENTRE_PANNEAUX) / 2) if empile else ((large - _ENTRE_PANNEAUX) / 2, grand)
            echelle = min(cote[0], (cote[1] - _TETE_PANNEAU) / page.proportion)
            possibles.append((tient, echelle, a_droite, empile, legende, cote))
    _, echelle, a_droite, empile, legende, (large, grand) = max(possibles, key=lambda p: p[:2])
    if page.hauteur is None and not empile:
        grand = round(min(grand, max(echelle * page.proportion, _SOUS_SITUATION + _fin(legende) if a_droite else 0)), 1)
    x, y = (0.0, grand + _ENTRE_PANNEAUX) if empile else (large + _ENTRE_PANNEAUX, 0.0)
    gauche, droite = (c.titre if not c.sous_titre else f"{c.titre}, {c.sous_titre}" for c in carte.cartes)
    cadre = (large, grand - _TETE_PANNEAU)
    haut = page.haut + _TETE_PANNEAU
    return a_droite, legende, [Panneau(1, haut, *cadre, gauche), Panneau(1 + x, haut + y, *cadre, droite)]


def _sous_la_carte(legende: Sequence[Ligne]) -> float:
    """Hauteur du bloc de situation et de légende posé sous la carte."""
    return max(SITUATION[1], _fin(legende) + 8) + 14


def _plier(texte: str, largeur: float, corps: float, chasse: float) -> list[str]:
    """Coupe un texte en lignes qui tiennent dans une largeur ; une espace insécable ne se coupe pas."""
    return textwrap.wrap(texte, int(largeur / (corps * chasse)), break_long_words=True, break_on_hyphens=False) or [""]


# --- légende ---


@dataclass(frozen=True)
class _Entree:
    """Une entrée ou un titre, avant d'avoir sa place."""

    style: Style | None
    textes: list[str]
    hauteur: float

    @property
    def base(self) -> float:
        """De son haut à sa première ligne de texte."""
        return 11 if self.style is None else max(_LIGNE_LEGENDE, self.hauteur / 2 + 4)


def _composer_legende(carte: Carte | Diptyque, interieur: float, corps: float, *, a_droite: bool) -> list[Ligne]:
    """La légende en une colonne à droite, ou en plusieurs sous la carte ; un titre seul les domine toutes."""
    place = _COLONNE if a_droite else interieur - _APRES_SITUATION
    minimale = _COLONNE_MINIMALE if len(carte.legendes) > 1 else _COLONNE
    colonnes = 1 if a_droite else max(2, int(place // minimale))
    pas = place / colonnes
    (titre, entrees), *autres = carte.legendes
    if not autres:
        tete = _intituler(titre, place, corps)
        suite = [[_entree(*entree, pas, corps)] for entree in entrees]
        return [Ligne(None, tete.textes, 0, 0), *_ranger(suite, colonnes, pas, tete.hauteur - 15)]
    groupes = [[_intituler(t, pas, corps), *(_entree(*entree, pas, corps) for entree in e)] for t, e in carte.legendes]
    return list(_ranger(groupes, colonnes, pas, -11))


def _intituler(titre: str, pas: float, corps: float) -> _Entree:
    textes = _plier(titre, pas - 4, corps + 1, CHASSE)
    return _Entree(None, textes, 15 + 13 * (len(textes) - 1))


def _entree(style: Style, effectif: int | None, pas: float, corps: float) -> _Entree:
    libelle = style.libelle + ("" if effectif is None else f"{INSECABLE}({effectif})")
    textes = _plier(libelle, pas - retrait(style) - 4, corps, _CHASSE_LEGENDE)
    _, haut, _, bas = FORMES[style.forme].boite if style.forme else (0, 0, 0, 2 * style.rayon)
    return _Entree(style, textes, max(_LIGNE_LEGENDE + 11 * (len(textes) - 1), bas - haut + (2 if style.forme else 5)))


def retrait(style: Style) -> float:
    """De la gauche d'une entrée à son texte : la place de son symbole."""
    return max(28.0, 2 * style.rayon + 8)


def _ranger(groupes: Sequence[Sequence[_Entree]], colonnes: int, pas: float, haut: float) -> Iterator[Ligne]:
    """Remplit les colonnes l'une après l'autre, à hauteurs voisines, sans couper un groupe."""
    hauteurs = [sum(entree.hauteur for entree in groupe) for groupe in groupes]
    cible = sum(hauteurs) / min(colonnes, len(groupes))
    colonne, y = 0, haut
    for rang, (groupe, hauteur) in enumerate(zip(groupes, hauteurs, strict=True)):
        if rang and colonne + 1 < colonnes and y - haut + hauteur / 2 > cible:
            colonne, y = colonne + 1, haut
        elif rang and groupe[0].style is None:
            y += 8
        for entree in groupe:
            yield Ligne(entree.style, entree.textes, colonne * pas, y + entree.base)
            y += entree.hauteur


def _fin(legende: Sequence[Ligne]) -> float:
    """Ordonnée du bas de la légende."""
    return max(
        (ligne.y + max(8, ligne.style.rayon if ligne.style else 0, 11 * len(ligne.textes) - 6) for ligne in legende),
        default=0,
    )


def graduation(vue: Vue) -> tuple[float, str]:
    """Longueur (unités du dessin) et texte de la barre d'échelle : le plus grand compte rond sous un quart du cadre."""
    metres = vue.largeur / vue.echelle / 4
    km = max((g for g in _GRADUATIONS_KM if g * 1000 <= metres), default=_GRADUATIONS_KM[0])
    texte = f"{nombre(km)}{FINE}km" if km >= 1 else f"{nombre(km * 1000)}{FINE}m"
    return km * 1000 * vue.echelle, texte
