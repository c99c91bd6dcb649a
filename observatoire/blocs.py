"""Les blocs dont une fiche est faite : des valeurs immuables, que chaque rendu traduit sans rien calculer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Faits:
    """Des couples libellé, valeur : l'identité d'un territoire."""

    genre: ClassVar[str] = "faits"
    titre: str
    faits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre clé : sa valeur imprimée, ce qu'il compte, sa source, à quoi il se compare."""

    valeur: str
    libelle: str
    source: str
    comparaison: str = ""


@dataclass(frozen=True)
class Chiffres:
    """Quelques chiffres clés, côte à côte."""

    genre: ClassVar[str] = "chiffres"
    titre: str
    chiffres: tuple[Chiffre, ...]


@dataclass(frozen=True)
class Figure:
    """Un dessin SVG, sa légende et son équivalent en texte."""

    genre: ClassVar[str] = "figure"
    titre: str
    svg: str
    alternatif: str
    legende: str


@dataclass(frozen=True)
class Colonne:
    """Une colonne de tableau : ``nombre`` s'aligne à droite, ``large`` est sa part de la place qui reste."""

    titre: str
    nombre: bool = False
    large: int = 0


@dataclass(frozen=True)
class Tableau:
    """Un tableau de textes déjà mis en forme ; ``total`` est sa dernière ligne, s'il y en a une."""

    genre: ClassVar[str] = "tableau"
    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Texte:
    """Des paragraphes ; ``puces`` quand ils forment une liste, ``petit`` pour ce qu'on consulte sans le lire."""

    genre: ClassVar[str] = "texte"
    titre: str
    paragraphes: tuple[str, ...]
    puces: bool = False
    petit: bool = False


Bloc = Faits | Chiffres | Figure | Tableau | Texte


@dataclass(frozen=True)
class Contenu:
    """Une fiche entière, avant tout rendu.

    Attributes
    ----------
    titre, sous_titre : str
        Nom du territoire ; niveau et code.
    niveau, code, nom : str
        Le territoire, pour vérifier que la fiche est bien la sienne.
    blocs : tuple of Bloc
        Dans l'ordre de lecture.
    date : str
        Date de production, en toutes lettres.
    pied : str
        Ligne de bas de page.
    """

    titre: str
    sous_titre: str
    niveau: str
    code: str
    nom: str
    blocs: tuple[Bloc, ...]
    date: str
    pied: str
