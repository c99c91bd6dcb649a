"""Les mots d'un texte français et leurs racines, pour chercher et reconnaître sans accent, casse ni accord.

``plier`` retire accents, casse et ligatures ; ``raciner`` découpe, retire les élisions, ramène l'écriture inclusive à
sa forme de base (« habitant·es », « acteur.rice.s », « usagè-res ») et donne la racine de chaque mot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from snowballstemmer.french_stemmer import FrenchStemmer

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "ʼ": "'", "′": "'", "‘": "'"})
_INVISIBLES = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")

# Une lettre peut être suivie d'accents séparés (texte décomposé) ou de signes invisibles (césure, liant).
_LETTRE = "[^\\W_][\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]*"
_APOSTROPHE = "['’ʼ′‘]"
_ELISION = rf"(?:[ldjmnstc]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu){_APOSTROPHE}\s?"
_MOT = rf"(?:{_LETTRE})+(?:{_APOSTROPHE}(?:{_LETTRE})+)*"

_E_GRAVE = "(?:è|e\u0300?)"
# Les marques du féminin et du pluriel qu'accepte chaque fin de mot. Le point, le trait d'union et la barre servent
# aussi à autre chose (« donne-les », « dit-elle », « fin.Les ») : la marque doit convenir au mot plié qu'elle suit.
_MARQUES = (
    ("", "s"),
    ("[bcdefghijklmnpqrtuvwz]s?", "es?"),
    ("e", "res?"),
    ("ers?", f"i?{_E_GRAVE}res?|res?"),
    ("eurs?", "t?rices?|ices?|s?euses?|ses?|eures?"),
    ("eux", "euses?|ses?"),
    ("ifs?", "i?ves?"),
    ("(?:e|ei|u)ls?", "les?|elles?"),
    ("[eio]ns?", "i?[eo]?n?nes?"),
    ("e[fc]s?", "fes?|ves?"),
    ("(?:al|aux)s?", "ales?"),
    ("eaux?", "elles?"),
    ("[oe]t", "tes?"),
    ("tou", "tes?"),
)
_TIRETS = "‐‑-"
_POINTS = "·•‧∙⋅"
_ANNONCES = frozenset(f"./({_TIRETS}{_POINTS}")
_LIAISON = f"[./{_TIRETS}]"
_SUITE = rf"(?:[./{_POINTS}{_TIRETS}](?:e?s|x))?"
_FIN = rf"(?![^\W_]|[\u0300-\u036f]|{_APOSTROPHE}|[./{_TIRETS}][^\W\d_])"
# Le point médian ne sert qu'à l'écriture inclusive : toute marque courte convient.
_MEDIANE = re.compile(rf"(?:[{_POINTS}](?:[^\W\d_][\u0300-\u036f]*){{1,6}}){{1,2}}{_FIN}")
_PARENTHESE = re.compile(rf"\((?:s|es?|[nlsvt]es?|t?rices?|e?uses?|{_E_GRAVE}res?)\)s?(?![^\W_])", re.IGNORECASE)
_AUTRES = tuple(
    (re.compile(f".*{fin}"), re.compile(rf"{_LIAISON}(?:{marque}){_SUITE}{_FIN}", re.IGNORECASE))
    for fin, marque in _MARQUES
)

_PONCTUATION = re.compile(r"[\W_]+")
_PIECE = re.compile(rf"(?P<elision>\b{_ELISION}(?=[^\W_]))?(?P<mot>{_MOT})", re.IGNORECASE)

# Ce que l'algorithme Snowball laisse distinct, ramené à une même forme avant lui.
_ACCORDS = (
    (re.compile(r"(?<=[^s])s$"), ""),
    (re.compile(r"(?<=..)ee$"), "e"),
    (re.compile(r"(?<=..t)rice$"), "eur"),
    (re.compile(r"(?<=..)(i|g|ch|ll)ere$"), r"\1er"),
    (re.compile(r"(?<=.)(aill|rt|ch|nd|ns|ou)euse$"), r"\1eur"),
)


_VIDES = """
a ai au aux avec ce ces cet cette chez comme d dans de des donc du elle elles en entre es est et etre eux il ils je l
la le les leur leurs lui ma mais me meme mes mon ne nos notre nous on ont ou par pas plus pour qu que quel quelle
quelles quels qui sa sans se ses si son sont sous sur ta te tes ton tous tout toute toutes tu un une vers vos votre
vous y
"""
#: Mots pliés trop communs pour dire de quoi parle un texte, ou pour être exigés d'une recherche.
MOTS_VIDES = frozenset(_VIDES.split())


@dataclass(frozen=True, slots=True)
class Racine:
    """Un mot d'un texte : sa place ``[debut, fin[``, sa forme pliée et sa racine."""

    debut: int
    fin: int
    mot: str
    racine: str


def plier(texte: str) -> str:
    """Retire accents, casse et ligatures ; plier deux fois ne change plus rien.

    Examples
    --------
    >>> plier("Cœur d’Îlot, ÉTÉ")
    "coeur d'ilot, ete"
    """
    if texte.isascii():
        return texte.lower()
    # Plier la casse peut faire naître un accent séparé (« İ »), décomposer peut faire naître une capitale.
    texte = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", texte).casefold()).casefold()
    sans_accent = "".join(c for c in texte if not unicodedata.combining(c))
    return _INVISIBLES.sub("", sans_accent).translate(_LIGATURES)


def raciner(texte: str) -> list[Racine]:
    """Découpe un texte en mots, dans l'ordre, et donne la racine de chacun.

    Les élisions (« l' », « d' », « qu' », « jusqu' »...) sont retirées ; un mot écrit en inclusif est un seul mot, lu
    dans sa forme de base.

    Parameters
    ----------
    texte : str
        Un texte, dans n'importe quelle écriture.

    Returns
    -------
    list of Racine
        Les mots ; ``texte[r.debut:r.fin]`` est le mot tel qu'imprimé.

    Examples
    --------
    >>> [(r.mot, r.racine) for r in raciner("l'accueil d'habitant·es")]
    [('accueil', 'accueil'), ('habitant', 'habit')]
    """
    stemmer = FrenchStemmer()
    connues: dict[str, str] = {}
    trouvees = []
    for debut, fin, mot in _mots(texte):
        if mot not in connues:
            connues[mot] = _accorder_puis_raciner(mot, stemmer)
        trouvees.append(Racine(debut, fin, mot, connues[mot]))
    return trouvees


def _mots(texte: str) -> Iterator[tuple[int, int, str]]:
    position = 0
    while piece := _PIECE.search(texte, position):
        debut, position = piece.span("mot")
        base = texte[debut:position]
        marque = _marque(texte, position, base)
        position += len(marque)
        if mot := _forme_de_base(_PONCTUATION.sub("", plier(base)), plier(marque)):
            yield debut, position, mot


def _marque(texte: str, position: int, base: str) -> str:
    """Ce qui, juste après un mot, dit son féminin ou son pluriel ; vide s'il n'y a rien."""
    if texte[position : position + 1] not in _ANNONCES or len(plier(base)) < 2:
        return ""
    return next((m for m in _marques_possibles(texte, position, base) if _meme_casse(base, m)), "")


def _marques_possibles(texte: str, position: int, base: str) -> Iterator[str]:
    plie = plier(base)
    for motif in (_MEDIANE, _PARENTHESE):
        if lue := motif.match(texte, position):
            yield lue[0]
    for fin, motif in _AUTRES:
        if (lue := motif.match(texte, position)) and fin.fullmatch(plie):
            yield lue[0]


def _meme_casse(base: str, marque: str) -> bool:
    """« fin.Les » est une autre phrase ; « HABITANT·ES » est bien un seul mot."""
    return not any(c.isupper() for c in marque) or base.isupper()


def _forme_de_base(mot: str, marque: str) -> str:
    if not marque:
        return mot
    if mot == "tou":
        return "tous"
    return f"{mot}r" if re.match(r"\Wre", marque) and not mot.endswith("r") else mot


def _accorder_puis_raciner(mot: str, stemmer: FrenchStemmer) -> str:
    if len(mot) > 3:
        for motif, base in _ACCORDS:
            mot = motif.sub(base, mot)
    return str(stemmer.stemWord(mot)) or mot
