"""Taire les personnes : leurs noms, téléphones et adresses ne sortent que sur demande."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from observatoire.notices import Contact

#: Ce qui remplace ce qu'on tait : on voit qu'il manque quelque chose.
TU = "[…]"
_COURRIEL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)*")
_TELEPHONE = re.compile(r"(?<![\d/])(?:\+33\s?|0)[1-9](?:[\s.\u00a0-]?\d{2}){4}(?!\d)")
#: Un prénom seul ou une initiale ne désigne personne, et se confondrait avec un mot.
_LONGUEUR_NOM = 5


def masquer(texte: str, personnes: Collection[str] = ()) -> str:
    """Le même texte, courriels, téléphones et noms de ces personnes remplacés par « […] ».

    Examples
    --------
    >>> masquer("Contact : Ana Dupin, 01 23 45 67 89, a.dupin@ville.fr", ["Ana Dupin"])
    'Contact : […], […], […]'
    """
    for nom in sorted(personnes, key=len, reverse=True):
        texte = re.sub(rf"(?<!\w){re.escape(nom)}(?!\w)", TU, texte, flags=re.IGNORECASE)
    return _TELEPHONE.sub(TU, _COURRIEL.sub(TU, texte))


def personnes(contacts: Iterable[Contact]) -> frozenset[str]:
    """Noms entiers des personnes de ces contacts."""
    return frozenset(c.personne for c in contacts if c.personne and len(c.personne) >= _LONGUEUR_NOM)
