"""Les nombres, les codes de secret et les codes de territoire tels que les producteurs les écrivent.

Rien n'est deviné : ce qui n'est ni un nombre, ni une cellule vide, ni un code connu est dit illisible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

#: Pourquoi une valeur est là, ou n'y est pas.
STATUTS: Final = ("diffuse", "secret", "non_diffuse", "hors_champ", "indisponible")

# \s comprend les espaces insécables (U+00A0) et fines (U+202F) dont les tableurs séparent les milliers.
_NOMBRE = re.compile(r"([-+−])?\s?(\d+|\d{1,3}(?:\s\d{3})+)(?:[.,](\d+))?(?:[eE]([-+]?\d{1,3}))?", re.ASCII)
# La plupart des cellules : ni espaces, ni exposant.
_NOMBRE_SIMPLE = re.compile(r"-?\d{1,15}(?:[.,]\d+)?", re.ASCII)
_ESPACES = re.compile(r"\s+")
_FIN_DE_TABLEUR = re.compile(r"\.0+$")
_INSECABLES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\ufeff": ""})


class Lecture(NamedTuple):
    """Ce qu'une cellule dit : une valeur diffusée, ou la raison de son absence."""

    valeur: float
    statut: str


def lire_nombre(texte: str) -> float | None:
    """Lit un nombre écrit à la française ou à l'anglaise ; ``None`` s'il n'en est pas un.

    Virgule et point séparent tous deux les décimales, jamais les milliers ; ceux-ci se séparent par une
    espace (ordinaire, insécable ou fine), tous les trois chiffres exactement.

    Examples
    --------
    >>> lire_nombre("5 019 573"), lire_nombre("-9,4"), lire_nombre("15.95")
    (5019573.0, -9.4, 15.95)
    >>> lire_nombre("12 34") is None, lire_nombre("1,234.5") is None, lire_nombre("s") is None
    (True, True, True)
    """
    trouve = _NOMBRE.fullmatch(texte.translate(_INSECABLES).strip())
    if trouve is None:
        return None
    signe, entier, decimales, exposant = trouve.groups()
    moins = "-" if signe in ("-", "−") else ""
    valeur = float(f"{moins}{entier.replace(' ', '')}.{decimales or '0'}e{exposant or '0'}")
    return valeur if math.isfinite(valeur) else None


def lire_cellule(texte: str, codes: Mapping[str, str], vide: str = "non_diffuse") -> Lecture | None:
    """Lit une cellule d'une colonne de nombres ; ``None`` si elle est illisible.

    Parameters
    ----------
    texte : str
        La cellule telle qu'elle est dans le fichier.
    codes : mapping of str to str
        Les codes d'absence en minuscules (``"s"``, ``"nd"``...) et le statut que chacun signifie.
    vide : str
        Le statut d'une cellule vide.

    Examples
    --------
    >>> lire_cellule("28,0", {"s": "secret"})
    Lecture(valeur=28.0, statut='diffuse')
    >>> lire_cellule(" s ", {"s": "secret"})
    Lecture(valeur=nan, statut='secret')
    """
    if _NOMBRE_SIMPLE.fullmatch(texte) and texte not in codes:
        return Lecture(float(texte.replace(",", ".")), "diffuse")
    propre = texte.strip()  # toutes les espaces d'Unicode
    if not propre:
        return Lecture(math.nan, vide)
    statut = codes.get(propre.casefold())
    if statut is not None:
        return Lecture(math.nan, statut)
    valeur = lire_nombre(propre)
    return None if valeur is None else Lecture(valeur, "diffuse")


def nettoyer_code(texte: str) -> str:
    """Ôte d'un code les espaces, les minuscules et le « .0 » qu'y ajoutent les tableurs.

    Examples
    --------
    >>> nettoyer_code(" qn07801m "), nettoyer_code("92036.0")
    ('QN07801M', '92036')
    """
    return _FIN_DE_TABLEUR.sub("", _ESPACES.sub("", texte.translate(_INSECABLES))).upper()


def rendre_zero(codes: Iterable[str], longueur: int) -> dict[str, str]:
    """Donne, pour les codes que le tableur a privés de leur zéro initial, le code entier.

    Le zéro n'est rendu que s'il a été ôté partout : un fichier qui porte aussi des codes en « 0 » a été bien
    enregistré, un code trop court y est une faute de frappe.

    Examples
    --------
    >>> rendre_zero(["1001", "92036"], 5)
    {'1001': '01001'}
    >>> rendre_zero(["1001", "01002"], 5)
    {}
    """
    connus = set(codes)
    if any(code.startswith("0") and len(code) == longueur for code in connus):
        return {}
    return {code: f"0{code}" for code in sorted(connus) if code.isdecimal() and len(code) == longueur - 1}
