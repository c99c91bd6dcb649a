"""D'où vient un chiffre : les cases des tables de l'observatoire, et le calcul qui les a réunies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

#: ``valeur`` : la case telle quelle. ``somme`` : toutes les cases ajoutées. ``rapport`` : somme des cases sur somme des
#: cases de référence, multipliée par l'échelle. ``moyenne`` : chaque case pondérée par celle de même rang en référence.
#: ``difference`` : le premier terme moins le second. ``ecart_relatif`` : écart du premier terme au second, en pour cent
#: de celui-ci. ``compte`` : nombre de cases. ``rang`` : place de la case parmi elle et les références, de la plus haute
#: valeur à la plus basse, sans arrondi.
Calcul = Literal["valeur", "somme", "rapport", "moyenne", "difference", "ecart_relatif", "compte", "rang"]


class Case(NamedTuple):
    """Une case d'une table de l'observatoire : ``getattr(o, table).at[ligne, colonne]``."""

    table: str
    ligne: int | str
    colonne: str


@dataclass(frozen=True)
class Origine:
    """Ce dont une valeur est tirée.

    Attributes
    ----------
    calcul : str
        Un des calculs ci-dessus.
    cases, references : tuple of Case
        Les cases lues ; aucune quand la valeur n'est pas dans les données.
    echelle : float
        Ce qui multiplie un rapport : 100 pour une part.
    termes : tuple of Origine
        Les deux termes d'une différence ou d'un écart relatif.
    """

    calcul: Calcul = "valeur"
    cases: tuple[Case, ...] = ()
    references: tuple[Case, ...] = ()
    echelle: float = 1
    termes: tuple[Origine, ...] = ()
