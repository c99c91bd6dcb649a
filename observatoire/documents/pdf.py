"""Les lignes d'un PDF, colonne après colonne, avec leur corps et leur place."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from observatoire.erreurs import ErreurSource

#: Ce que PDFium met à la place du trait d'union qui coupe un mot en fin de ligne, et laisse dans le texte.
COUPE = "\ufffe"
#: Un blanc plus large que tant de fois le corps sépare deux colonnes.
_GOUTTIERE = 1.2
#: Un interligne courant ne dépasse pas tant de fois le corps.
_INTERLIGNE_MAXIMAL = 1.45
#: Deux lignes sont sur la même ligne de base à tant de points près.
_MEME_LIGNE = 2.0


@dataclass(frozen=True, slots=True)
class LignePdf:
    """Une ligne imprimée : son texte, sa page, son corps en points, sa place (points, origine en bas à gauche)."""

    texte: str
    page: int
    corps: float
    gauche: float
    droite: float
    base: float


def lire_lignes(chemin: Path, octets: bytes) -> list[LignePdf]:
    """Toutes les lignes du PDF, dans l'ordre de lecture.

    Raises
    ------
    ErreurSource
        PDF endommagé ou protégé par un mot de passe.
    """
    try:
        document = pdfium.PdfDocument(octets)
    except pdfium.PdfiumError as cause:
        protege = "password" in str(cause).lower()
        raison = "protégé par un mot de passe" if protege else "endommagé"
        remede = "enregistrez-en une copie sans mot de passe" if protege else "téléchargez-le de nouveau"
        raise ErreurSource(f"Le PDF « {chemin} » est {raison}. Que faire : {remede}.") from cause
    try:
        return [ligne for numero in range(len(document)) for ligne in _lignes_de_page(document, numero)]
    finally:
        document.close()


def nombre_pages(octets: bytes) -> int:
    """Nombre de pages d'un PDF lisible."""
    document = pdfium.PdfDocument(octets)
    try:
        return len(document)
    finally:
        document.close()


def _lignes_de_page(document: pdfium.PdfDocument, numero: int) -> list[LignePdf]:
    page = document[numero]
    texte = page.get_textpage()
    try:
        return _en_colonnes(list(_fragments(texte, numero + 1)))
    finally:
        texte.close()
        page.close()


def _fragments(texte: pdfium.PdfTextPage, page: int) -> Iterator[LignePdf]:
    """Chaque ligne, coupée là où un blanc large la traverse."""
    contenu = texte.get_text_range()
    debut = 0
    for ligne in contenu.split("\r\n"):
        yield from _couper(texte, ligne, debut, page)
        debut += len(ligne) + 2


def _couper(texte: pdfium.PdfTextPage, ligne: str, debut: int, page: int) -> Iterator[LignePdf]:
    if not ligne.strip():
        return
    corps = float(pdfium_c.FPDFText_GetFontSize(texte.raw, debut + len(ligne) - len(ligne.lstrip()))) or 1.0
    depart = 0
    for rang, caractere in enumerate(ligne):
        if caractere == " " and 0 < rang < len(ligne) - 1 and _blanc(texte, debut + rang) > _GOUTTIERE * corps:
            yield from _fragment(texte, ligne[depart:rang], debut + depart, page, corps)
            depart = rang + 1
    yield from _fragment(texte, ligne[depart:], debut + depart, page, corps)


def _blanc(texte: pdfium.PdfTextPage, rang: int) -> float:
    """Largeur du blanc autour d'une espace, négative si la ligne revient vers la gauche."""
    return _bords(texte, rang + 1)[0] - _bords(texte, rang - 1)[1]


def _fragment(texte: pdfium.PdfTextPage, brut: str, debut: int, page: int, corps: float) -> Iterator[LignePdf]:
    propre = brut.strip()
    if not propre:
        return
    premier = debut + len(brut) - len(brut.lstrip())
    gauche, _ = _bords(texte, premier)
    _, droite = _bords(texte, premier + len(propre) - 1)
    yield LignePdf(propre, page, corps, gauche, droite, _base(texte, premier))


def _bords(texte: pdfium.PdfTextPage, rang: int) -> tuple[float, float]:
    """Bords gauche et droit d'un caractère."""
    gauche, droite, bas, haut = (ctypes.c_double() for _ in range(4))
    pdfium_c.FPDFText_GetCharBox(texte.raw, rang, gauche, droite, bas, haut)
    return gauche.value, droite.value


def _base(texte: pdfium.PdfTextPage, rang: int) -> float:
    """Hauteur de la ligne de base d'un caractère."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDFText_GetCharOrigin(texte.raw, rang, x, y)
    return y.value


def _en_colonnes(lignes: list[LignePdf]) -> list[LignePdf]:
    """Remet colonne après colonne une page écrite ligne à ligne à travers ses colonnes."""
    frontiere = _frontiere(lignes)
    if frontiere is None:
        return lignes
    rangees: list[LignePdf] = []
    bande: list[LignePdf] = []
    for ligne in lignes:
        if ligne.gauche < frontiere < ligne.droite:  # un titre sur toute la largeur ferme la bande
            rangees += [*_ranger(bande, frontiere), ligne]
            bande = []
        else:
            bande.append(ligne)
    return rangees + _ranger(bande, frontiere)


def _ranger(bande: list[LignePdf], frontiere: float) -> list[LignePdf]:
    return sorted(bande, key=lambda ligne: ligne.gauche >= frontiere)


def _frontiere(lignes: list[LignePdf]) -> float | None:
    """Bord gauche de la seconde colonne, si la page alterne entre deux colonnes sur les mêmes lignes de base."""
    voisines = [
        (a, b) for a, b in pairwise(lignes) if abs(a.base - b.base) < _MEME_LIGNE + a.corps / 4 and b.gauche > a.droite
    ]
    if len(voisines) < 3 or 3 * len(voisines) < len(lignes):
        return None
    return min(b.gauche for _, b in voisines) - 1


def espacer(lignes: list[LignePdf]) -> list[bool]:
    """Pour chaque ligne, si un blanc (ou un saut de page, ou un autre corps) la sépare de la précédente."""
    interligne = _interligne(lignes)
    separees = [True]
    for avant, apres in pairwise(lignes):
        saut = avant.base - apres.base
        meme_suite = avant.page == apres.page and 0 <= saut <= 1.35 * interligne.get(round(apres.corps), apres.corps)
        separees.append(not meme_suite or abs(avant.corps - apres.corps) > 0.4)
    return separees[: len(lignes)]


def _interligne(lignes: list[LignePdf]) -> dict[int, float]:
    """Interligne courant de chaque corps."""
    sauts: dict[int, list[float]] = {}
    for avant, apres in pairwise(lignes):
        saut = avant.base - apres.base
        if avant.page == apres.page and abs(avant.corps - apres.corps) < 0.4 and 0.5 * apres.corps < saut:
            sauts.setdefault(round(apres.corps), []).append(saut)
    # Un corps rare n'a parfois que des blancs entre paragraphes : son interligne ne peut pas dépasser l'usage.
    return {
        corps: min(sorted(valeurs)[len(valeurs) // 3], _INTERLIGNE_MAXIMAL * corps) for corps, valeurs in sauts.items()
    }
