"""Du fichier aux lignes : markdown, texte ou PDF, encodages réparés, en-têtes et pieds de page retirés."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from observatoire import fichiers
from observatoire.documents import pdf
from observatoire.erreurs import ErreurSource, exiger
from observatoire.notices import Anomalie

Forme = Literal["markdown", "texte", "pdf"]

_ATTENDU = "un document en markdown, en texte ou en PDF"
_SIGNATURE_PDF = b"%PDF-"
#: Suites que laisse un texte UTF-8 lu comme du Windows-1252 (« Ã© » pour « é »).
_MAL_DECODE = re.compile(r"Ã[\x80-\xbf©ªè§´¨«®¢¹»‰]|â€[™œ“”¦]|Å“|Â[«»°\xa0]")
_INVISIBLES = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufffc\ufffe"))
_ESPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
#: Un mot coupé en fin de ligne d'un PDF, et un mot composé.
_COUPE = re.compile(rf"(\w+){pdf.COUPE}(\w*)")
_COMPOSE = re.compile(r"\b\w+-\w+\b")
#: Ce à quoi se reconnaît une adresse, dont le trait d'union n'est pas une césure.
_ADRESSE = re.compile(r"@|://|\bwww\.|\w\.(?:fr|com|org|net|eu)\b", re.IGNORECASE)
#: Une ligne revenant sur tant de pages, en haut ou en bas, est un en-tête ou un pied de page.
_PAGES_REPETEES = 3
_BORD = 2
#: Un pied de page répété dans un texte sans pages : il porte une adresse, un site ou un numéro.
_COORDONNEES = re.compile(r"\b\d{5}\b|@|\bwww\.|https?://|(?:\d\d[ .]){4}\d\d|^\W*page \d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une ligne du document.

    Attributes
    ----------
    numero : int
        Rang dans le fichier, à partir de 1.
    texte : str
        Son texte, espaces et ligatures unifiées.
    page : int, optional
        Page du PDF.
    corps : float
        Corps des caractères en points ; 0 hors d'un PDF.
    vides : int
        Lignes vides qui la précèdent ; dans un PDF, 1 si un blanc la sépare de la précédente.
    gras : bool
        Tout entière en gras dans un PDF, quand le reste du texte ne l'est pas.
    """

    numero: int
    texte: str
    page: int | None = None
    corps: float = 0.0
    vides: int = 0
    gras: bool = False


@dataclass(frozen=True)
class Texte:
    """Un document ouvert : ses lignes non vides, et ce qui a gêné sa lecture."""

    fichier: str
    forme: Forme
    lignes: tuple[Ligne, ...]
    anomalies: tuple[Anomalie, ...] = ()


def lire_texte(chemin: str | os.PathLike[str]) -> Texte:
    """Ouvre un document et en rend les lignes.

    Raises
    ------
    ErreurSource
        Fichier absent, vide, illisible, ou qui n'est pas un document lisible.
    """
    exiger(chemin, (str, os.PathLike), "Le chemin d'un document", '"recueil-2024.pdf"')
    fichier = Path(chemin).expanduser()
    octets = fichiers.lire_octets(fichier)
    if not octets.strip():
        raise ErreurSource(f"Le document « {fichier} » est vide. Que faire : téléchargez-le de nouveau.")
    texte = _lire_pdf(fichier, octets) if octets.startswith(_SIGNATURE_PDF) else _lire_lignes(fichier, octets)
    if not texte.lignes:
        raise ErreurSource(
            f"Le document « {fichier} » n'a pas de texte : c'est sans doute une image numérisée. "
            "Que faire : passez-le d'abord dans un logiciel de reconnaissance de caractères."
        )
    return texte


def nettoyer(texte: str) -> str:
    """Espaces unifiées, caractères invisibles retirés, ligatures ouvertes, accents composés.

    Examples
    --------
    >>> nettoyer("ef\ufb01cace\u00a0: l\u2019action")
    "efficace : l'action"
    """
    texte = unicodedata.normalize("NFC", texte).translate(_INVISIBLES).translate(_LIGATURES)
    return _ESPACES.sub(" ", texte).replace("\u2019", "'").rstrip()


def _lire_lignes(fichier: Path, octets: bytes) -> Texte:
    brut, anomalies = _reparer(fichiers.decoder(fichier, octets, _ATTENDU))
    forme: Forme = "markdown" if fichier.suffix.lower() in {".md", ".markdown"} else "texte"
    lignes = _sans_repetitions(list(_numeroter(brut)))
    return Texte(fichier.name, forme, tuple(lignes), tuple(anomalies))


def _reparer(brut: str) -> tuple[str, list[Anomalie]]:
    """Défait un double encodage, et signale les caractères perdus."""
    anomalies = []
    if len(_MAL_DECODE.findall(brut)) > 3:
        brut = "\n".join(_redecoder(ligne) for ligne in brut.split("\n"))
        anomalies.append(Anomalie("doute", "texte encodé deux fois : les accents ont été rétablis"))
    perdus = brut.count("\ufffd")
    if perdus:
        rang = brut[: brut.index("\ufffd")].count("\n") + 1
        anomalies.append(Anomalie("perte", f"caractères illisibles dans le fichier : {perdus}", ligne=rang))
    return brut, anomalies


def _redecoder(ligne: str) -> str:
    try:
        return ligne.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ligne


def _numeroter(brut: str) -> Iterator[Ligne]:
    vides = 0
    for numero, ligne in enumerate(re.split(r"\r\n|\r|\n|\f|\u2028", brut), start=1):
        propre = nettoyer(ligne)
        if propre.strip():
            yield Ligne(numero, propre, vides=vides)
            vides = 0
        else:
            vides += 1


def _sans_repetitions(lignes: list[Ligne]) -> list[Ligne]:
    """Retire les pieds de page : les lignes qui reviennent à l'identique et portent des coordonnées."""
    comptes = Counter(ligne.texte for ligne in lignes)
    repetees = {texte for texte, n in comptes.items() if n > 1 and _COORDONNEES.search(texte) and not _lien(texte)}
    return list(_retirer(lignes, repetees))


def _lien(texte: str) -> bool:
    """Une adresse seule sur sa ligne appartient à ce qui la précède, même répétée."""
    return re.fullmatch(r"[<\[]?(?:https?://|www\.)\S+", texte.strip()) is not None


def _retirer(lignes: Iterable[Ligne], a_retirer: Container[str]) -> Iterator[Ligne]:
    """Les autres lignes ; le blanc qui précédait une ligne retirée passe à la suivante."""
    vides = 0
    for ligne in lignes:
        if ligne.texte in a_retirer:
            vides = max(vides, ligne.vides, 1)
        else:
            yield replace(ligne, vides=max(vides, ligne.vides))
            vides = 0


def _lire_pdf(fichier: Path, octets: bytes) -> Texte:
    brutes, pages = pdf.lire_lignes(fichier, octets)
    lues = [replace(ligne, texte=nettoyer(ligne.texte)) for ligne in _sans_coupes(brutes)]
    lues = [ligne for ligne in lues if ligne.texte.strip()]
    reperes = _reperes(lues)
    gardees = [ligne for ligne in lues if _repere(ligne) not in reperes]
    separees = pdf.espacer(gardees)
    lignes = [
        Ligne(rang, ligne.texte, ligne.page, ligne.corps, int(separee), ligne.gras)
        for rang, (ligne, separee) in enumerate(zip(gardees, separees, strict=True), start=1)
    ]
    muettes = sorted(set(range(1, pages + 1)) - {ligne.page for ligne in lues})
    return Texte(fichier.name, "pdf", tuple(lignes), tuple(_pages_muettes(muettes)) if lignes else ())


def _sans_coupes(lignes: Sequence[pdf.LignePdf]) -> Iterator[pdf.LignePdf]:
    """Recolle les mots coupés en fin de ligne, sauf un mot composé que le document écrit ailleurs."""
    composes = {mot.casefold() for ligne in lignes for mot in _COMPOSE.findall(ligne.texte)}

    def recoller(coupe: re.Match[str]) -> str:
        compose = f"{coupe[1]}-{coupe[2]}"
        nom_propre = coupe[2][:1].isupper() and not coupe[1].isupper()
        garde = nom_propre or compose.casefold() in composes or dans_une_adresse(coupe.string, coupe.start(2))
        return compose if garde else coupe[1] + coupe[2]

    yield from (replace(ligne, texte=_COUPE.sub(recoller, ligne.texte)) for ligne in lignes)


def dans_une_adresse(texte: str, place: int) -> bool:
    """Vrai si le mot qui passe à cette place est une adresse électronique ou celle d'une page.

    Examples
    --------
    >>> dans_une_adresse("Écrire à maison-quartier@exemple.fr", 16), dans_une_adresse("un savoir-faire", 10)
    (True, False)
    """
    debut, fin = re.search(r"\S*$", texte[:place]), re.match(r"\S*", texte[place:])
    return _ADRESSE.search((debut[0] if debut else "") + (fin[0] if fin else "")) is not None


def _repere(ligne: pdf.LignePdf) -> tuple[str, int]:
    """Ce à quoi se reconnaît une ligne qui revient de page en page : son texte sans numéro, sa hauteur."""
    return re.sub(r"\d+", "#", ligne.texte.strip()), round(ligne.base / 3)


def _reperes(lignes: Iterable[pdf.LignePdf]) -> set[tuple[str, int]]:
    """En-têtes et pieds de page : au bord d'au moins trois pages, au même endroit."""
    pages: dict[int, list[pdf.LignePdf]] = {}
    for ligne in lignes:
        pages.setdefault(ligne.page, []).append(ligne)
    bords: Counter[tuple[str, int]] = Counter()
    for page in pages.values():
        tries = sorted(page, key=lambda ligne: ligne.base)
        bords.update({_repere(ligne) for ligne in (*tries[:_BORD], *tries[-_BORD:])})
    return {repere for repere, n in bords.items() if n >= _PAGES_REPETEES}


def _pages_muettes(pages: list[int]) -> Iterator[Anomalie]:
    """Une anomalie par suite de pages sans texte."""
    for debut in (page for page in pages if page - 1 not in pages):
        fin = next(page for page in range(debut, debut + len(pages) + 1) if page + 1 not in pages)
        intervalle = f"la page {debut} n'a" if debut == fin else f"les pages {debut} à {fin} n'ont"
        yield Anomalie("perte", f"{intervalle} pas de texte : image, ou page blanche", page=debut)
