"""Lire une à une les lignes des tables d'expériences et d'actions : textes, listes et entiers, jamais de NaN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observatoire.referentiel import REGION

#: L'Île-de-France parmi des codes de territoires, où « 11 » serait pris pour un département.
CODE_REGION = f"region-{REGION}"


@dataclass(frozen=True)
class Ligne:
    """Une expérience ou une action : son identifiant et ses cellules. Une colonne absente se lit comme vide."""

    id: str
    cellules: Mapping[str, Any]

    def texte(self, nom: str) -> str:
        """Le texte d'une cellule, vide s'il manque."""
        return _texte(self.cellules.get(nom))

    def entier(self, nom: str) -> int | None:
        """L'entier d'une cellule, None s'il manque."""
        valeur = self.cellules.get(nom)
        return None if valeur is None or pd.isna(valeur) else int(valeur)

    def liste(self, nom: str) -> tuple[str, ...]:
        """Les textes d'une cellule : liste, tableau relu d'un fichier, ou rien."""
        valeur: Any = self.cellules.get(nom)
        if isinstance(valeur, str) or not hasattr(valeur, "__iter__"):
            return ()
        return tuple(filter(None, map(_texte, valeur)))

    @property
    def au_dela(self) -> bool:
        """Elle porte sur une région ou sur la France."""
        return self.texte("niveau") in {"region", "france"}

    @property
    def territoires(self) -> tuple[str, ...]:
        """Codes de ses territoires ; la région, « 11 » comme l'Aude, y est ``CODE_REGION``."""
        codes = self.liste("territoires")
        return tuple(CODE_REGION if code == REGION else code for code in codes) if self.au_dela else codes

    @property
    def themes(self) -> tuple[str, ...]:
        """Ses thèmes, chacun une fois, le principal d'abord."""
        return tuple(dict.fromkeys(filter(None, (self.texte("theme"), *self.liste("themes")))))


def lire_lignes(table: pd.DataFrame) -> Iterator[Ligne]:
    """Les lignes d'une table indexée par ``id``, dans l'ordre."""
    noms = [str(nom) for nom in table]
    for code, *valeurs in zip(table.index, *(list(table[nom]) for nom in table), strict=True):
        yield Ligne(str(code), dict(zip(noms, valeurs, strict=True)))


def _texte(valeur: object) -> str:
    return valeur.strip() if isinstance(valeur, str) else ""
