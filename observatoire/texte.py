"""Un texte découpé en mots : où sont-ils, comment sont-ils écrits, qu'est-ce qui les sépare ?

Les courriels et les adresses de pages n'y sont pas des mots. L'emphase du Markdown et les guillemets ne séparent rien.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise

from observatoire.referentiel import normaliser

#: Articles et prépositions qu'un nom peut perdre, gagner ou écrire en minuscules.
LIAISONS = frozenset({"d", "de", "des", "du", "l", "la", "le", "les"})
_PETITS_MOTS = LIAISONS | {"a", "au", "aux", "dit", "en", "et", "lez", "sous", "sur", "sans", "y"}

_JETON = re.compile(
    # Adresses : une commune nommée dans un courriel ou une page n'est pas un lieu du texte.
    r"(?P<adresse>(?<![\w.+-])[\w.+-]{1,64}@[^\s]+|(?:https?://|www\.)\S+"
    r"|(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:fr|com|org|net|eu|info|io)(?![\w-])\S*)"
    r"|(?P<mot>(?:[^\W_][\u0300-\u036f]*)+|&)",
    re.IGNORECASE,
)
_DECOR = re.compile(r'[*_«»"“”„]')
_BLANCS = "[ \u00a0\u202f]"  # pas la tabulation, qui sépare des cellules
_TIRETS = "‐‑–—-"  # le trait d'union en dernier : il se lit tel quel entre crochets
_SOUPLE = re.compile(rf"{_BLANCS}*(?:\r?\n{_BLANCS}*)?['’ʼ]?{_BLANCS}*")
_SERRE = re.compile(rf"{_BLANCS}{{1,2}}")
_INTERNE = re.compile(rf"{_BLANCS}*(?:\r?\n{_BLANCS}*)?(?:['’ʼ{_TIRETS}]{_BLANCS}*(?:\r?\n{_BLANCS}*)?)?")
_FIN_DE_PHRASE = re.compile(r"[.!?;:…|•]|\n|^\s*[-–—]|\s[-–—]\s")
_COUPURE = re.compile(r"[\n.!?;:|]")
_PART_DE_CAPITALES = 0.6


class Texte:
    """Un texte découpé en mots : leur clé normalisée, leur place, ce qui les sépare et comment ils sont écrits."""

    def __init__(self, brut: str) -> None:
        self.brut = brut
        self.mots: list[str] = []
        self.debuts: list[int] = []
        self.fins: list[int] = []
        connus: dict[str, str] = {}
        for jeton in _JETON.finditer(brut):
            mot = jeton["mot"]
            if mot is None:
                continue
            if mot not in connus:
                connus[mot] = normaliser(mot)
            self.mots.append(connus[mot])
            self.debuts.append(jeton.start())
            self.fins.append(jeton.end())

    def __len__(self) -> int:
        return len(self.mots)

    def extrait(self, debut: int, fin: int) -> str:
        """Le texte du mot ``debut`` au mot ``fin`` exclu, tel qu'imprimé."""
        return self.brut[self.debuts[debut] : self.fins[fin - 1]]

    def avant(self, rang: int) -> str:
        """Ce qui sépare un mot du précédent, sans guillemets ni marques d'emphase."""
        debut = self.fins[rang - 1] if rang else 0
        fin = self.debuts[rang] if rang < len(self) else len(self.brut)
        return _DECOR.sub("", self.brut[debut:fin])

    def souple(self, rang: int) -> bool:
        """Le mot suit le précédent dans le même groupe de mots (espace, apostrophe ou retour à la ligne)."""
        return 0 < rang < len(self) and _SOUPLE.fullmatch(self.avant(rang)) is not None

    def serre(self, rang: int) -> bool:
        """Une simple espace le sépare du précédent."""
        return 0 < rang < len(self) and _SERRE.fullmatch(self.avant(rang)) is not None

    def d_un_tenant(self, rang: int, taille: int) -> bool:
        """Ces mots peuvent former un seul nom : rien que des espaces, tirets et apostrophes entre eux."""
        return rang + taille <= len(self) and all(self._interne(mot) for mot in range(rang + 1, rang + taille))

    def _interne(self, rang: int) -> bool:
        entre = self.brut[self.fins[rang - 1] : self.debuts[rang]]
        if entre.startswith(".") and self.extrait(rang - 1, rang).casefold() in {"st", "ste"}:
            entre = entre[1:]
        return _INTERNE.fullmatch(entre) is not None

    def initiale(self, rang: int) -> bool:
        """Le mot commence par une capitale."""
        return self.brut[self.debuts[rang]].isupper()

    def en_majuscules(self, rang: int) -> bool:
        """Le mot, de deux lettres au moins, est tout en majuscules."""
        mot = self.extrait(rang, rang + 1)
        return len(mot) > 1 and mot.isupper()

    def nom_propre(self, rang: int, taille: int, *, souple: bool = False) -> bool:
        """Ces mots portent les capitales d'un nom propre (« les Mureaux » compris, et si ``souple`` « Val fourré »)."""
        pleins = [mot for mot in range(rang, rang + taille) if self.mots[mot] not in _PETITS_MOTS]
        if not pleins or not (self.initiale(pleins[0]) or self.mots[pleins[0]].isdigit()):
            return False
        return souple or all(self._capitale_ou_liee(mot) for mot in pleins[1:])

    def _capitale_ou_liee(self, rang: int) -> bool:
        liee = self.brut[self.debuts[rang] - 1] in _TIRETS
        return liee or self.initiale(rang) or self.mots[rang].isdigit()

    def tiret_avant(self, rang: int) -> bool:
        """Un tiret lie le mot au précédent : il n'est que la fin d'un mot composé."""
        debut = self.debuts[rang]
        return debut > 1 and self.brut[debut - 1] in _TIRETS and self.brut[debut - 2].isalnum()

    def tiret_apres(self, rang: int) -> bool:
        """Un tiret lie le mot au suivant."""
        fin = self.fins[rang]
        return fin + 1 < len(self.brut) and self.brut[fin] in _TIRETS and self.brut[fin + 1].isalnum()

    def debut_de_phrase(self, rang: int) -> bool:
        """Le mot ouvre une phrase, une ligne ou un élément de liste : sa capitale ne dit rien."""
        return rang == 0 or _FIN_DE_PHRASE.search(self.avant(rang)) is not None

    def en_capitales(self, rang: int) -> bool:
        """La phrase ou la ligne entière est en capitales : celles du mot ne disent rien."""
        return self._segments_en_capitales[bisect_right(self._coupures, self.debuts[rang])]

    @cached_property
    def _coupures(self) -> list[int]:
        return [coupure.start() for coupure in _COUPURE.finditer(self.brut)]

    @cached_property
    def _segments_en_capitales(self) -> list[bool]:
        bornes = [0, *self._coupures, len(self.brut)]
        return [_capitales(self.brut[debut:fin]) for debut, fin in pairwise(bornes)]


def _capitales(segment: str) -> bool:
    hautes = sum(map(str.isupper, segment))
    return hautes > _PART_DE_CAPITALES * sum(map(str.isalpha, segment))
