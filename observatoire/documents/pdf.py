"""Les lignes d'un PDF, colonne après colonne, avec leur corps et leur place."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
#: Un texte courant va, sur tant de lignes au moins, d'un bord à l'autre, à tant près.
_LIGNES_COURANTES = 8
_PLEINE = 0.85
#: Un saut plus grand que tant d'interlignes sépare deux paragraphes.
_SAUT = 1.25
#: Un saut courant revient au moins deux fois, et compte pour un dixième des sauts de son corps.
_PART_COURANTE = 10
#: Une police grasse le dit dans son nom, ou a au moins cette graisse.
_NOM_GRAS = re.compile(rb"bold|black|heavy|gras(?![a-z])|demi(?![a-z])", re.IGNORECASE)
_GRAISSE = 680
_LONGUEUR_NOM = 128
#: Deux lignes sont sur la même ligne de base à tant de points près.
_MEME_LIGNE = 2.0


@dataclass(frozen=True, slots=True)
class LignePdf:
    """Une ligne imprimée : son texte, sa page, son corps en points, sa place (points, origine en bas à gauche).

    ``gras`` : elle est en gras d'un bout à l'autre, et le document ne l'est pas.
    """

    texte: str
    page: int
    corps: float
    gauche: float
    droite: float
    base: float
    gras: bool = False


def lire_lignes(chemin: Path, octets: bytes) -> tuple[list[LignePdf], int]:
    """Toutes les lignes du PDF, dans l'ordre de lecture, et son nombre de pages.

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
        pages = len(document)
        return _contraster([ligne for numero in range(pages) for ligne in _lignes_de_page(document, numero)]), pages
    finally:
        document.close()


def _contraster(lignes: list[LignePdf]) -> list[LignePdf]:
    """Les mêmes lignes ; dans un document tout en gras, le gras ne distingue rien."""
    gras = sum(len(ligne.texte) for ligne in lignes if ligne.gras)
    domine = 2 * gras > sum(len(ligne.texte) for ligne in lignes)
    return [replace(ligne, gras=False) for ligne in lignes] if domine else lignes


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
    yield LignePdf(propre, page, corps, gauche, droite, _base(texte, premier), _gras(texte, propre, premier))


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


def _gras(texte: pdfium.PdfTextPage, propre: str, premier: int) -> bool:
    """Vrai si chaque mot commence en gras."""
    debuts = [lue.start() for lue in re.finditer(r"(?<!\w)\w", propre)]
    return bool(debuts) and all(_lettre_grasse(texte, premier + debut) for debut in debuts)


def _lettre_grasse(texte: pdfium.PdfTextPage, rang: int) -> bool:
    nom, drapeaux = ctypes.create_string_buffer(_LONGUEUR_NOM), ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(texte.raw, rang, nom, _LONGUEUR_NOM, drapeaux)
    if _NOM_GRAS.search(nom.value) is not None:
        return True
    return bool(pdfium_c.FPDFText_GetFontWeight(texte.raw, rang) >= _GRAISSE)


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
    """Pour chaque ligne, si un blanc, un saut de page, un autre corps ou le gras la sépare de la précédente."""
    interligne = _interligne(lignes)
    separees = [True]
    for avant, apres in pairwise(lignes):
        saut = avant.base - apres.base
        meme_suite = avant.page == apres.page and 0 <= saut <= _SAUT * interligne.get(round(apres.corps), apres.corps)
        separees.append(not meme_suite or abs(avant.corps - apres.corps) > 0.4 or avant.gras != apres.gras)
    return separees[: len(lignes)]


def _interligne(lignes: list[LignePdf]) -> dict[int, float]:
    """Interligne courant de chaque corps."""
    sauts: dict[int, list[float]] = {}
    for avant, apres in pairwise(lignes):
        saut = avant.base - apres.base
        if avant.page == apres.page and abs(avant.corps - apres.corps) < 0.4 and 0.5 * apres.corps < saut:
            sauts.setdefault(round(apres.corps), []).append(saut)
    # Un corps rare n'a parfois que des blancs entre paragraphes : son interligne ne peut pas dépasser l'usage,
    # à moins que ses lignes soient pleines, comme dans un texte à double interligne.
    pleins = _corps_pleins(lignes)
    return {
        corps: _courant(valeurs) if corps in pleins else min(_courant(valeurs), _INTERLIGNE_MAXIMAL * corps)
        for corps, valeurs in sauts.items()
    }


def _corps_pleins(lignes: list[LignePdf]) -> set[int]:
    """Corps dont la ligne médiane est presque aussi large que les plus larges."""
    largeurs: dict[int, list[float]] = {}
    for ligne in sorted(lignes, key=lambda ligne: ligne.droite - ligne.gauche):
        largeurs.setdefault(round(ligne.corps), []).append(ligne.droite - ligne.gauche)
    return {
        corps
        for corps, tries in largeurs.items()
        if len(tries) >= _LIGNES_COURANTES and tries[len(tries) // 2] >= _PLEINE * tries[9 * len(tries) // 10]
    }


def _courant(sauts: list[float]) -> float:
    """Le plus petit saut fréquent, au demi-point près : des paragraphes courts ont plus de blancs que d'interlignes."""
    comptes = Counter(round(2 * saut) / 2 for saut in sauts)
    frequents = [saut for saut, n in comptes.items() if n > 1 and _PART_COURANTE * n >= len(sauts)]
    return min(frequents or sauts)
