"""Le français des noms de lieux et des nombres dans une phrase : « des Mureaux », « du Val-d'Oise », « un sur trois ».

Un lieu est tout ce qui a un niveau, un code et un nom : un ``Territoire``, un ``Candidat``.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from observatoire.typographie import nombre


class Lieu(Protocol):
    """Ce qu'il faut savoir d'un lieu pour le nommer."""

    @property
    def niveau(self) -> str:
        """« qpv », « commune », « epci », « ept », « departement », « perimetre », « region » ou « france »."""

    @property
    def code(self) -> str:
        """Code officiel."""

    @property
    def nom(self) -> str:
        """Nom à imprimer."""


#: Communes dont le h initial est aspiré : « de Houdan » d'après le code officiel géographique (type de nom en clair),
#: « de Houilles » d'après l'usage local. Les noms en « Haut- », « Haute- » le sont aussi, comme l'adjectif ; les autres
#: noms en H de l'ouest francilien s'élident : « d'Herblay-sur-Seine », « d'Hérouville-en-Vexin », « d'Hardricourt ».
H_ASPIRES = frozenset({"Houdan", "Houilles"})
_HAUT = re.compile(r"Haut(?:e|s|es)?\b")
_VOYELLES = frozenset("AEIOUYŒÆ")

# L'article des départements, d'après le même code ; les absents n'en prennent pas : « de Paris ».
_ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        code: article
        for article, codes in (
            ("le", "14 15 18 25 29 30 32 39 41 45 46 47 56 59 62 63 67 68 69 81 82 83 84 90 94 95"),
            ("la", "16 17 19 21 23 24 26 2A 2B 31 33 42 43 44 48 50 51 52 53 55 57 58 70 72 73 74 76 80 85 86 87 93"),
            ("la", "971 972 973"),
            ("l'", "01 02 03 07 09 10 11 12 27 34 36 38 60 61 89 91"),
            ("les", "04 05 06 08 13 22 40 64 65 66 78 79 88 92"),
        )
        for code in codes.split()
    }
)
_ARTICLE_DE_COMMUNE = re.compile(r"(Les? |La |L')(.+)")

_LETTRES = (
    *("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize"),
)
#: Le plus grand effectif écrit en toutes lettres.
EN_LETTRES = len(_LETTRES) - 1
# Fractions que l'on dit couramment, et l'écart relatif sous lequel on les dit sans nuance, puis avec.
_FRACTIONS = (*((1, n) for n in (2, 3, 4, 5, 6, 8, 10)), (2, 3), (3, 4), (9, 10))
_JUSTE, _PROCHE = 0.015, 0.065


def le(lieu: Lieu) -> str:
    """Le lieu dans une phrase, son article compris.

    Examples
    --------
    >>> from observatoire.erreurs import Candidat
    >>> le(Candidat("departement", "95", "Val-d'Oise")), le(Candidat("commune", "78440", "Les Mureaux"))
    ("le Val-d'Oise", 'Les Mureaux')
    """
    return _joindre(*_decomposer(lieu))


def de(lieu: Lieu) -> str:
    """Le lieu précédé de « de », contracté ou élidé.

    Examples
    --------
    >>> from observatoire.erreurs import Candidat
    >>> de(Candidat("commune", "78440", "Les Mureaux")), de(Candidat("commune", "95018", "Argenteuil"))
    ('des Mureaux', "d'Argenteuil")
    >>> de(Candidat("departement", "95", "Val-d'Oise")), de(Candidat("commune", "95313", "L'Isle-Adam"))
    ("du Val-d'Oise", "de L'Isle-Adam")
    """
    article, nom = _decomposer(lieu)
    contracte = {"le": "du", "les": "des"}.get(article.lower())
    if contracte:
        return f"{contracte} {nom}"
    return f"de {_joindre(article, nom)}" if article or not s_elide(nom) else f"d'{nom}"


def a(lieu: Lieu) -> str:
    """Où l'on est quand on y est : « à Cergy », « aux Mureaux », « dans le Val-d'Oise », « en Seine-et-Marne ».

    Examples
    --------
    >>> from observatoire.erreurs import Candidat
    >>> a(Candidat("commune", "78481", "Le Pecq")), a(Candidat("departement", "77", "Seine-et-Marne"))
    ('au Pecq', 'en Seine-et-Marne')
    >>> a(Candidat("qpv", "QN09214M", "Les Grésillons"))
    'dans le quartier Les Grésillons'
    """
    article, nom = _decomposer(lieu)
    if lieu.niveau == "commune":
        contracte = {"Le": "au", "Les": "aux"}.get(article)
        return f"{contracte} {nom}" if contracte else f"à {_joindre(article, nom)}"
    if lieu.niveau == "departement" and not article:
        return f"à {nom}" if lieu.code == "75" or lieu.code.startswith("97") else f"en {nom}"
    feminin = lieu.niveau in {"region", "france"} or (lieu.niveau == "departement" and article == "la")
    return f"en {nom}" if feminin else f"dans {_joindre(article, nom)}"


def s_elide(nom: str) -> bool:
    """Vrai si « de » s'élide devant ce nom : voyelle, y ou h muet."""
    initiale = unicodedata.normalize("NFD", nom)[0].upper()
    if initiale == "H":
        return nom not in H_ASPIRES and not _HAUT.match(nom)
    return initiale in _VOYELLES


def _joindre(article: str, nom: str) -> str:
    return f"{article}{nom}" if article.endswith("'") else f"{article} {nom}".lstrip()


def _decomposer(lieu: Lieu) -> tuple[str, str]:
    """L'article d'un lieu (« » s'il n'en prend pas) et le reste de son nom ; une commune garde sa capitale."""
    nom = lieu.nom
    if lieu.niveau == "commune":
        trouve = _ARTICLE_DE_COMMUNE.fullmatch(nom)
        return (trouve[1].strip(), trouve[2]) if trouve else ("", nom)
    if lieu.niveau == "epci":
        return _decomposer_epci(nom)
    if lieu.niveau == "departement":
        return _ARTICLES.get(lieu.code, ""), nom
    return {
        "qpv": ("le", f"quartier {nom}"),
        "ept": ("l'", f"établissement public territorial {nom}"),
        "perimetre": ("l'", minuscule(nom)),
        "region": ("l'", nom) if s_elide(nom) else ("la", nom),
        "france": ("la", nom),
    }[lieu.niveau]


def _decomposer_epci(nom: str) -> tuple[str, str]:
    """« la communauté d'agglomération... », « la Métropole du Grand Paris », « Bordeaux Métropole »."""
    if nom.startswith("Communauté"):
        return "la", minuscule(nom)
    return ("la" if nom.startswith("Métropole") else ""), nom


def majuscule(texte: str) -> str:
    """Le texte, sa première lettre en capitale."""
    return texte[:1].upper() + texte[1:]


def minuscule(texte: str) -> str:
    """Le texte, sa première lettre en minuscule."""
    return texte[:1].lower() + texte[1:]


def en_lettres(effectif: int) -> str:
    """Un petit effectif en toutes lettres (au masculin), un grand en chiffres : « un », « seize », « 22 »."""
    return _LETTRES[effectif] if effectif <= EN_LETTRES else nombre(effectif)


def ordinal(rang: int) -> str:
    """Un rang au masculin : « 1er », « 2e », « 1 000e »."""
    return f"{nombre(rang)}{'er' if rang == 1 else 'e'}"


def sur(part: float, nom: str = "") -> str | None:
    """Une part de 0 à 100 dite en fraction : « un habitant sur trois », « près d'un sur quatre » ; None à défaut.

    Une part qui manque (NaN) ne se dit pas.

    Parameters
    ----------
    part : float
        Part, de 0 à 100.
    nom : str
        Ce que l'on compte, au masculin singulier ; rien pour « un sur trois ».

    Examples
    --------
    >>> sur(33.4, "habitant"), sur(24.1, "habitant"), sur(64.0, "habitant"), sur(28.0)
    ('un habitant sur trois', "près d'un habitant sur quatre", 'près de deux habitants sur trois', None)
    """
    if math.isnan(part):
        return None
    haut, bas = min(_FRACTIONS, key=lambda f: abs(part * f[1] / (100 * f[0]) - 1))
    ecart = part * bas / (100 * haut) - 1
    if abs(ecart) > _PROCHE:
        return None
    compte = f"{_LETTRES[haut]} {nom}{'s' if nom and haut > 1 else ''}".strip()
    nuance = "" if abs(ecart) <= _JUSTE else "près " if ecart < 0 else "plus "
    liaison = "" if not nuance else "d'" if haut == 1 else "de "
    return f"{nuance}{liaison}{compte} sur {_LETTRES[bas]}"
