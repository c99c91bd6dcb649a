"""Les blocs dont une fiche est faite : des valeurs immuables, que chaque rendu traduit sans rien calculer.

Un chiffre imprimé est un ``Chiffre`` : son texte, et la valeur dont il vient. Une phrase qui cite des chiffres est une
``Phrase`` : des morceaux de texte et des chiffres. ``str()`` rend l'un et l'autre tels qu'ils s'impriment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from observatoire.indicateurs import DIFFUSE, SIGNES, Valeur
from observatoire.typographie import INSECABLE, nombre


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre imprimé, ou le signe de son absence, et la valeur dont il vient."""

    texte: str
    valeur: Valeur

    def __str__(self) -> str:
        return self.texte


@dataclass(frozen=True)
class Phrase:
    """Une phrase et les chiffres qu'elle cite, dans l'ordre."""

    morceaux: tuple[str | Chiffre, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.morceaux))


#: Ce que porte une case, un paragraphe ou une note.
Ecrit = str | Chiffre | Phrase


def phrase(*morceaux: Ecrit) -> Phrase:
    """Une phrase faite de textes, de chiffres et d'autres phrases, bout à bout."""
    return Phrase(tuple(m for morceau in morceaux for m in _aplatir(morceau)))


def _aplatir(morceau: Ecrit) -> tuple[str | Chiffre, ...]:
    return morceau.morceaux if isinstance(morceau, Phrase) else (morceau,)


def ecrire_sans_unite(v: Valeur | None) -> Chiffre | str:
    """La valeur : ``≈`` devant une estimation, ``≥`` devant une somme partielle, ou le signe d'une absence."""
    if v is None:
        return SIGNES["hors_champ"][0]
    if v.statut != DIFFUSE:
        return Chiffre(SIGNES[v.statut][0], v)
    marque = f"≥{INSECABLE}" if v.minimum else f"≈{INSECABLE}" if v.estimation else ""
    return Chiffre(marque + nombre(v.valeur, v.decimales), v)


@dataclass(frozen=True)
class Faits:
    """Des couples libellé, valeur : l'identité d'un territoire."""

    genre: ClassVar[str] = "faits"
    titre: str
    faits: tuple[tuple[str, Ecrit], ...]
    notes: tuple[Ecrit, ...] = ()


@dataclass(frozen=True)
class ChiffreCle:
    """Un chiffre clé : sa valeur imprimée, ce qu'il compte, sa source, à quoi il se compare."""

    valeur: Ecrit
    libelle: str
    source: str
    comparaison: Ecrit = ""


@dataclass(frozen=True)
class ChiffresCles:
    """Quelques chiffres clés, côte à côte."""

    genre: ClassVar[str] = "chiffres"
    titre: str
    chiffres: tuple[ChiffreCle, ...]


@dataclass(frozen=True)
class Figure:
    """Un dessin SVG, sa légende, son équivalent en texte, et les chiffres qu'il imprime."""

    genre: ClassVar[str] = "figure"
    titre: str
    svg: str
    alternatif: str
    legende: str = ""
    chiffres: tuple[Chiffre, ...] = ()


@dataclass(frozen=True)
class Colonne:
    """Une colonne de tableau : ``nombre`` s'aligne à droite, ``large`` est sa part de la place qui reste."""

    titre: str
    nombre: bool = False
    large: int = 0


@dataclass(frozen=True)
class Tableau:
    """Un tableau déjà mis en forme ; ``total`` est sa dernière ligne, ``graphique`` le dessin qui l'accompagne."""

    genre: ClassVar[str] = "tableau"
    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[tuple[Ecrit, ...], ...]
    total: tuple[Ecrit, ...] = ()
    notes: tuple[Ecrit, ...] = ()
    graphique: Figure | None = None


@dataclass(frozen=True)
class Recit:
    """Une expérience ou une action : ce qu'elle est, qui la porte, où et quand, où la lire.

    ``url`` est vide quand le document n'en donne pas ; ``reference`` dit le document et la page.
    """

    titre: str
    resume: str
    porteur: str
    themes: str
    date: str
    portee: str
    reference: str
    url: str = ""


@dataclass(frozen=True)
class Recits:
    """Des expériences et des actions ; ``imprimes`` est leur nombre quand la place est comptée (PDF)."""

    genre: ClassVar[str] = "recits"
    titre: str
    recits: tuple[Recit, ...]
    imprimes: int
    notes: tuple[Ecrit, ...] = ()


@dataclass(frozen=True)
class Texte:
    """Des paragraphes ; ``petit`` pour ce qu'on consulte sans le lire."""

    genre: ClassVar[str] = "texte"
    titre: str
    paragraphes: tuple[Ecrit, ...]
    petit: bool = False
    notes: tuple[Ecrit, ...] = ()


Bloc = Faits | ChiffresCles | Figure | Tableau | Recits | Texte


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
    genre : str
        Ce qu'est le document : « fiche repère », « fiche comparative »...
    pages : int or None
        Pages A4 qu'il ne doit pas dépasser ; None s'il en prend autant qu'il faut.
    fichiers : tuple of (table, fichier)
        Le fichier de données de chaque table de l'observatoire.
    """

    titre: str
    sous_titre: str
    niveau: str
    code: str
    nom: str
    blocs: tuple[Bloc, ...]
    date: str
    pied: str
    genre: str = "fiche repère"
    pages: int | None = None
    fichiers: tuple[tuple[str, str], ...] = ()


def chiffres_de(bloc: Any) -> Iterator[Chiffre]:
    """Tous les chiffres qu'imprime un bloc (ou un écrit), dans l'ordre de lecture."""
    if isinstance(bloc, Chiffre):
        yield bloc
    elif isinstance(bloc, tuple):
        for element in bloc:
            yield from chiffres_de(element)
    elif is_dataclass(bloc):
        for champ in fields(bloc):
            yield from chiffres_de(getattr(bloc, champ.name))
