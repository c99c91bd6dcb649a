"""Les nombres, dates et pluriels tels qu'on les imprime en français.

Les espaces insécables sont celles de l'Imprimerie nationale : fine (U+202F) entre les milliers et avant ``;:!?%``.
Arrondir n'a lieu qu'ici, à l'affichage.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

FINE = "\u202f"
INSECABLE = "\u00a0"

_CALCUL = Context(prec=400)

_MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_MOIS_COURTS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def nombre(valeur: float, decimales: int = 0) -> str:
    r"""Écrit un nombre : ``1234.5`` devient « 1 234,5 » ; l'arrondi est celui de l'école (0,5 monte).

    Examples
    --------
    >>> nombre(1234.5, 1).replace("\u202f", " ")
    '1 234,5'
    """
    if not math.isfinite(valeur):
        raise ValueError("nombre() n'écrit que des valeurs finies : une valeur absente s'écrit avec sa raison")
    # str() rend la plus courte écriture exacte : 2,675 s'arrondit comme on le lit, pas comme il est codé.
    arrondi = Decimal(str(valeur)).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP, _CALCUL)
    texte = f"{abs(arrondi):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"−{texte}" if arrondi < 0 else texte


def pourcentage(part: float, decimales: int = 1) -> str:
    """Écrit une part de 0 à 100 : ``37.6`` devient « 37,6 % »."""
    return f"{nombre(part, decimales)}{FINE}%"


def accorder(effectif: int, singulier: str, pluriel: str | None = None) -> str:
    r"""Écrit un effectif suivi du nom accordé : « 1 commune », « 12 communes », « 0 commune ».

    Examples
    --------
    >>> accorder(2, "commune").replace("\u00a0", " ")
    '2 communes'
    """
    nom = singulier if abs(effectif) < 2 else (pluriel or f"{singulier}s")
    return f"{nombre(effectif)}{INSECABLE}{nom}"


def enumerer(elements: Sequence[str]) -> str:
    """Joint des noms : « A », « A et B », « A, B et C »."""
    *debut, fin = elements or [""]
    return f"{', '.join(debut)} et {fin}" if debut else fin


def date_longue(jour: dt.date) -> str:
    """Écrit une date : « 1er mars 2026 », « 22 novembre 2026 »."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{_MOIS[jour.month - 1]} {jour.year}"


def soigner(texte: str) -> str:
    """Rend insécable l'espace qui précède « ; : ! ? % » ou un guillemet fermant, ou suit un guillemet ouvrant.

    L'apostrophe est partout la droite, celle des noms officiels.
    """
    texte = texte.replace("’", "'")
    texte = re.sub(r" (?=[;!?%](?:\W|$))", FINE, texte)
    return re.sub(r" (?=[:»](?:\W|$))|(?<=«) ", INSECABLE, texte)


def date_imprimee(iso: str | None, annee: int | None) -> str:
    r"""Écrit une date ISO 8601, mois, jour ou intervalle ; à défaut l'année ; à défaut « n.d. ».

    Examples
    --------
    >>> date_imprimee("2024-01/2024-02", 2024)
    'janv.-févr. 2024'
    >>> date_imprimee("2021-05-11", None), date_imprimee(None, 2023), date_imprimee(None, None)
    ('11 mai 2021', '2023', 'n.d.')
    """
    if not iso:
        return "n.d." if annee is None else str(annee)
    debut, _, fin = iso.partition("/")
    if not fin:
        return _date_courte(debut)
    avec_annee = debut[:4] != fin[:4]
    return f"{_date_courte(debut, avec_annee=avec_annee)}-{_date_courte(fin)}"


def _date_courte(iso: str, *, avec_annee: bool = True) -> str:
    annee, mois, jour = [*iso.split("-"), "", ""][:3]
    parties = [str(int(jour)) if jour else "", _MOIS_COURTS[int(mois) - 1] if mois else "", annee if avec_annee else ""]
    return " ".join(partie for partie in parties if partie)


def en_capitales(texte: str) -> bool:
    """Vrai si le texte est imprimé en capitales (écriture inclusive et sigles compris)."""
    lettres = [c for c in texte if c.isalpha()]
    return len(lettres) > 2 and sum(c.isupper() for c in lettres) >= 0.85 * len(lettres)
