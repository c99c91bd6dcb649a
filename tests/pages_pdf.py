"""Les défauts de mise en page d'un PDF : titre seul, texte hors des marges ou par-dessus un autre, page vide."""

from __future__ import annotations

import ctypes
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

_MM = 72 / 25.4
#: Marges du gabarit, et ce qu'une marque (filet d'un encadré, jambage) peut y prendre.
GAUCHE, DROITE, HAUT, BAS = 17 * _MM, 17 * _MM, 12 * _MM, 15 * _MM
_TOLERANCE = 4.0
#: Une capitale accentuée dépasse du haut de sa ligne.
_ACCENT = 8.0
#: Sous un titre dont la suite est à la page suivante, il faut au moins cette hauteur de contenu.
_SOUS_UN_TITRE = 70.0
#: Le titre lui-même tient dans cette hauteur.
_LIGNE = 14.0
_REMPLISSAGE = 0.15
#: Part du plus petit de deux textes que l'autre peut couvrir.
_RECOUVREMENT = 0.4


class Boite(NamedTuple):
    """Un rectangle d'une page, en points depuis le bas à gauche."""

    gauche: float
    bas: float
    droite: float
    haut: float

    @property
    def aire(self) -> float:
        return (self.droite - self.gauche) * (self.haut - self.bas)


class Titre(NamedTuple):
    """Un titre : sa page (depuis 1), sa place, son texte."""

    page: int
    haut: float
    gauche: float
    texte: str


@dataclass
class Page:
    """Une page ouverte : ses morceaux de texte, ses caractères et ses images."""

    numero: int
    page: pypdfium2.PdfPage
    largeur: float = field(init=False)
    hauteur: float = field(init=False)

    def __post_init__(self) -> None:
        self.largeur, self.hauteur = self.page.get_size()
        self._lecteur = self.page.get_textpage()
        self.textes = [Boite(*self._lecteur.get_rect(rang)) for rang in range(self._lecteur.count_rects())]
        images = self.page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=1)
        self.images = [Boite(*objet.get_bounds()) for objet in images]

    def lire(self, boite: Boite) -> str:
        """Le texte d'un rectangle."""
        return str(self._lecteur.get_text_bounded(*boite)).strip() or "une image"

    @property
    def corps(self) -> list[Boite]:
        """Ce qui n'est pas dans le pied de page."""
        return [b for b in (*self.textes, *self.images) if b.haut > BAS + _TOLERANCE]

    def pied(self) -> Counter[str]:
        """Les textes du pied de page, sans la pagination."""
        textes = [self.lire(b) for b in self.textes if b.haut <= BAS]
        return Counter(texte for texte in textes if not texte.replace("/", "").replace(" ", "").isdigit())

    def caracteres(self) -> Iterator[tuple[int, int, Boite]]:
        """Rang, code et place de chaque caractère imprimé ; sa hauteur est celle de la police, donc de la ligne."""
        cadre = raw.FS_RECTF()
        for rang in range(raw.FPDFText_CountChars(self._lecteur)):
            code = raw.FPDFText_GetUnicode(self._lecteur, rang)
            if code > ord(" ") and raw.FPDFText_GetLooseCharBox(self._lecteur, rang, ctypes.byref(cadre)):
                yield rang, code, Boite(cadre.left, cadre.bottom, cadre.right, cadre.top)


def controler(document: bytes) -> list[str]:
    """Les défauts de mise en page d'un PDF, en clair ; aucun quand tout va bien.

    Parameters
    ----------
    document : bytes
        Un PDF de fiche, aux marges du gabarit.
    """
    with pypdfium2.PdfDocument(document) as pdf:
        pages = [Page(rang + 1, pdf[rang]) for rang in range(len(pdf))]
        titres = [_titre(signet) for signet in pdf.get_toc()]
        problemes = [p for page in pages for trouve in (_hors_marges, _superposes, _serres) for p in trouve(page)]
        return [*problemes, *_pieds(pages), *_titres_seuls(pages, titres), *_page_vide(pages)]


def _titre(signet: pypdfium2.PdfBookmark) -> Titre:
    cible = signet.get_dest()
    gauche, haut = cible.get_view()[1][:2]
    return Titre(cible.get_index() + 1, haut, gauche, signet.get_title())


def _hors_marges(page: Page) -> Iterator[str]:
    droite, haut = page.largeur - DROITE + _TOLERANCE, page.hauteur - HAUT + _ACCENT
    for b in (*page.textes, *page.images):
        if b.gauche < GAUCHE - _TOLERANCE or b.droite > droite or b.haut > haut or b.bas < _TOLERANCE:
            yield f"page {page.numero} : hors des marges : {page.lire(b)!r}"


def _superposes(page: Page) -> Iterator[str]:
    """Deux morceaux de texte l'un sur l'autre : un bloc trop haut pour sa place."""
    # De haut en bas : un texte qui commence sous le bas d'un autre ne le touche pas, ni les suivants.
    textes = sorted((b for b in page.textes if b.aire > 0), key=lambda b: -b.haut)
    for rang, premier in enumerate(textes):
        for second in textes[rang + 1 :]:
            if second.haut <= premier.bas:
                break
            if _recouvre(premier, second) and page.lire(premier) != page.lire(second):
                yield f"page {page.numero} : {page.lire(premier)!r} et {page.lire(second)!r} se recouvrent"


def _serres(page: Page) -> Iterator[str]:
    """Deux caractères d'une ligne l'un sur l'autre : un mot trop long pour sa colonne."""
    places = sorted(page.caracteres(), key=lambda place: (round(place[2].bas), place[2].gauche))
    for (rang, code, premier), (suivant, autre, second) in pairwise(places):
        # Deux lettres qui se suivent peuvent se serrer ; une étiquette se dessine deux fois, pour son liseré.
        if abs(rang - suivant) == 1 or code == autre or round(premier.bas) != round(second.bas):
            continue
        if _recouvre(premier, second):
            autour = Boite(premier.gauche - 40, premier.bas, second.droite + 40, premier.haut)
            yield f"page {page.numero} : deux textes se recouvrent en {page.lire(autour)!r}"
            return


def _recouvre(a: Boite, b: Boite) -> bool:
    largeur = min(a.droite, b.droite) - max(a.gauche, b.gauche)
    hauteur = min(a.haut, b.haut) - max(a.bas, b.bas)
    return largeur > 0 and hauteur > 0 and largeur * hauteur > _RECOUVREMENT * min(a.aire, b.aire)


def _pieds(pages: list[Page]) -> Iterator[str]:
    """Un pied de page se répète : ce qui y coule du corps ne s'y trouve que sur une page."""
    pieds = [page.pied() for page in pages]
    for rang, page in enumerate(pages):
        for texte in pieds[rang] - pieds[rang - 1]:
            yield f"page {page.numero} : {texte!r} déborde dans le pied de page"


def _titres_seuls(pages: list[Page], titres: list[Titre]) -> Iterator[str]:
    for rang, titre in enumerate(titres):
        suivant = next(iter(titres[rang + 1 :]), None)
        if titre.page == len(pages) or (suivant is not None and suivant.page == titre.page):
            continue
        dessous = [
            b.bas for b in pages[titre.page - 1].corps if b.bas < titre.haut - _LIGNE and b.droite > titre.gauche
        ]
        place = titre.haut - min(dessous, default=titre.haut)
        if place == 0 or (place < _SOUS_UN_TITRE and _continue(pages[titre.page], suivant)):
            yield f"page {titre.page} : le titre {titre.texte!r} est seul au pied de la page"


def _continue(page: Page, suivant: Titre | None) -> bool:
    """La page commence par la suite d'une section, avant tout titre."""
    plafond = suivant.haut if suivant is not None and suivant.page == page.numero else 0.0
    return any(b.bas > plafond for b in page.corps)


def _page_vide(pages: list[Page]) -> Iterator[str]:
    derniere = pages[-1]
    plafond = derniere.hauteur - HAUT
    rempli = (plafond - min((b.bas for b in derniere.corps), default=plafond)) / (plafond - BAS)
    if len(pages) > 1 and rempli < _REMPLISSAGE:
        yield f"page {derniere.numero} : presque vide ({100 * rempli:.0f} % de sa hauteur)"


def main(dossier: Path) -> int:
    """Contrôle chaque PDF d'un site produit, à la main ou dans l'intégration continue ; rend le code de sortie."""
    problemes = {chemin.name: controler(chemin.read_bytes()) for chemin in sorted(dossier.glob("*.pdf"))}
    for nom, trouves in problemes.items():
        for probleme in trouves:
            print(f"{nom}, {probleme}")
    print(f"{len(problemes)} PDF contrôlés, {sum(map(bool, problemes.values()))} à revoir")
    return int(not problemes or any(problemes.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
