"""Reconnaître dans un texte les mots d'un vocabulaire, par leurs racines ou par leurs sigles.

Accents, casse, accords, articles et prépositions ne comptent pas ; une expression n'enjambe pas une ponctuation. Un
sigle se lit tel quel, en mot entier : PRE n'est pas « pré », ni CLS dans CLSPD.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from observatoire.racines import MOTS_VIDES, raciner

_POIDS_SIGLE = 3.0
# Un mot compte chaque fois, mais pas sans fin : cinq « école » ne font pas oublier le reste du texte.
_REPETITIONS = 5

# Ce qui entoure un thème dans un intertitre ; sans le pluriel.
_MOTS_D_ETIQUETTE = frozenset(
    {"theme", "thematique", "axe", "volet", "pilier", "enjeu", "atelier", "table", "groupe", "fiche"}
)
_RUPTURE = re.compile(r"[.,;:!?()\[\]{}…|•«»\"“”→<>/+]|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Expression:
    """Des mots qui disent un terme, et ce qu'ils pèsent.

    Ses ``racines`` sont celles de ses mots pleins. Écrite « =commune », elle ne vaut que pour ce mot, au pluriel près :
    « commune » a la même racine que « commun » ; ses ``racines`` sont alors ses mots, précédés d'un « = ».
    """

    texte: str
    racines: tuple[str, ...]
    poids: float

    @classmethod
    def lire(cls, texte: str, poids: float) -> Expression:
        """L'expression telle qu'un fichier de vocabulaire l'écrit."""
        mots = Lecture(texte).mots
        return cls(texte, tuple(m.exact if texte.startswith("=") else m.racine for m in mots), poids)


@dataclass(frozen=True)
class Terme:
    """Un libellé du vocabulaire, et ce à quoi on le reconnaît.

    Attributes
    ----------
    libelle, definition : str
        Le nom imprimé dans les tables ; ce qu'il couvre.
    expressions : tuple of Expression
        Les mots qui le disent.
    sigles : tuple of str
        Reconnus tels qu'écrits, majuscules et accents compris, en mots entiers.
    sauf : tuple of Expression
        Les tournures où ces mots ne le disent pas.
    themes : tuple of str
        Pour un dispositif : les thèmes qu'il dit.
    par_defaut : bool
        Un thème de méthode, retenu seulement s'il est imprimé en rubrique ou plus sûr que tout autre.
    """

    libelle: str
    definition: str
    expressions: tuple[Expression, ...]
    sigles: tuple[str, ...] = ()
    sauf: tuple[Expression, ...] = ()
    themes: tuple[str, ...] = ()
    par_defaut: bool = False


@dataclass(frozen=True, slots=True)
class Mot:
    """Un mot plein ; ``suite`` : seuls des espaces, des traits ou des mots vides le séparent du précédent."""

    debut: int
    fin: int
    racine: str
    exact: str
    suite: bool

    def est(self, cherche: str) -> bool:
        """Ce mot est-il celui que cherche une expression (une racine, ou « =mot ») ?"""
        return cherche in (self.racine, self.exact)


@dataclass(frozen=True, slots=True)
class Trouve:
    """Un terme reconnu dans un texte, à la place ``[debut, fin[``."""

    libelle: str
    debut: int
    fin: int
    poids: float
    cle: str


class Lecture:
    """Un texte et ses mots pleins, découpés une seule fois."""

    def __init__(self, texte: str) -> None:
        pleins = [r for r in raciner(texte) if r.mot not in MOTS_VIDES]
        suites = (False, *(not _RUPTURE.search(texte, un.fin, autre.debut) for un, autre in pairwise(pleins)))
        self.texte = texte
        self.mots = [
            Mot(r.debut, r.fin, r.racine, f"={r.mot.removesuffix('s')}", suite)
            for r, suite in zip(pleins, suites, strict=False)
        ]

    def suit(self, place: int, racines: Sequence[str]) -> bool:
        """Ces racines se suivent-elles à partir du mot de cette place ?"""
        mots = self.mots[place : place + len(racines)]
        suivis = len(mots) == len(racines) and all(m.suite for m in mots[1:])
        return suivis and all(m.est(cherche) for m, cherche in zip(mots, racines, strict=True))


class Lexique:
    """Un jeu de termes, prêt à être cherché dans un texte."""

    def __init__(self, termes: Iterable[Terme]) -> None:
        self._inclus: dict[str, list[tuple[str, Expression]]] = defaultdict(list)
        self._exclus: dict[str, list[tuple[str, Expression]]] = defaultdict(list)
        self._sigles: dict[str, list[str]] = defaultdict(list)
        for terme in termes:
            for expressions, index in ((terme.expressions, self._inclus), (terme.sauf, self._exclus)):
                for expression in expressions:
                    index[expression.racines[0]].append((terme.libelle, expression))
            for sigle in terme.sigles:
                self._sigles[sigle].append(terme.libelle)
        formes = "|".join(re.escape(s) for s in sorted(self._sigles, key=len, reverse=True))
        self._motif = re.compile(rf"(?<![^\W_])(?:{formes})(?![^\W_])" if formes else r"(?!)")

    def trouver(self, lecture: Lecture) -> list[Trouve]:
        """Tout ce que le texte dit, dans l'ordre ; un même endroit ne dit qu'une fois un même terme."""
        exclus = defaultdict(list)
        for exclu in _correspondances(lecture, self._exclus):
            exclus[exclu.libelle].append(exclu)
        candidats = [*self._trouver_sigles(lecture.texte), *_correspondances(lecture, self._inclus)]
        fins: dict[str, int] = defaultdict(int)
        retenus = []
        for candidat in sorted(candidats, key=lambda c: (c.debut, -c.fin, -c.poids)):
            libre = candidat.debut >= fins[candidat.libelle]
            if libre and not any(e.debut <= candidat.debut and candidat.fin <= e.fin for e in exclus[candidat.libelle]):
                fins[candidat.libelle] = candidat.fin
                retenus.append(candidat)
        return retenus

    def couvre(self, lecture: Lecture) -> bool:
        """Le texte ne dit-il que des termes, aux mots d'étiquette près (« Axe 2 : santé et sport ») ?"""
        trouves = self.trouver(lecture)
        reste = [m for m in lecture.mots if not any(t.debut <= m.debut and m.fin <= t.fin for t in trouves)]
        return bool(trouves) and all(m.exact[1:].isdecimal() or m.exact[1:] in _MOTS_D_ETIQUETTE for m in reste)

    def peser(self, lecture: Lecture) -> dict[str, float]:
        """Le poids de chaque terme que dit le texte, dans l'ordre où ils apparaissent."""
        comptes = Counter((t.libelle, t.cle, t.poids) for t in self.trouver(lecture))
        poids: dict[str, float] = defaultdict(float)
        for (libelle, _, un), nombre in comptes.items():
            poids[libelle] += un * min(nombre, _REPETITIONS)
        return dict(poids)

    def _trouver_sigles(self, texte: str) -> Iterator[Trouve]:
        for lu in self._motif.finditer(texte):
            for libelle in self._sigles[lu[0]]:
                yield Trouve(libelle, *lu.span(), _POIDS_SIGLE, lu[0])


def _correspondances(lecture: Lecture, index: Mapping[str, list[tuple[str, Expression]]]) -> Iterator[Trouve]:
    for place, mot in enumerate(lecture.mots):
        for libelle, expression in (*index.get(mot.racine, ()), *index.get(mot.exact, ())):
            if lecture.suit(place, expression.racines):
                fin = lecture.mots[place + len(expression.racines) - 1].fin
                yield Trouve(libelle, mot.debut, fin, expression.poids, expression.texte)
