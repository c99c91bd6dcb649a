"""Ce qu'un document dit, avant tout rattachement : des valeurs immuables, que rien n'a encore jointes au référentiel.

Les lecteurs de documents les produisent ; ``experiences`` les rattache aux territoires et aux thèmes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Familles de documents que la bibliothèque sait lire.
FAMILLES: Mapping[str, str] = {
    "recueil": "recueil de fiches expériences",
    "rapport": "rapport d'activité",
    "lettre": "lettre d'information",
    "concertation": "compte rendu de concertation",
    "guide": "guide d'actions inspirantes",
    "autre": "autre document, dont seul le texte est gardé",
}

Genre = Literal["experience", "action"]

#: « perte » : une information du document n'est dans aucune table ; « doute » : elle y est, mais demande un regard.
Gravite = Literal["perte", "doute"]


@dataclass(frozen=True)
class Section:
    """Une partie d'une notice : son intertitre (vide pour le début) et son texte.

    ``canon`` : ce qu'elle dit, sous un nom commun à toutes les notices d'une famille (« contexte », « objectifs »),
    quand la famille en a ; vide sinon.
    """

    titre: str
    texte: str
    canon: str = ""


@dataclass(frozen=True)
class Contact:
    """Un contact imprimé. ``structure`` peut être montrée ; ``personne`` et ``adresse`` ne sortent que sur demande."""

    structure: str | None = None
    personne: str | None = None
    adresse: str | None = None


@dataclass(frozen=True)
class Notice:
    """Une expérience ou une action, telle que le document l'imprime.

    Attributes
    ----------
    genre : {"experience", "action"}
        Table où elle ira.
    nature : str
        « experience », ou la nature de l'action (« accompagnement », « defi »...).
    titre : str
        Titre ou intitulé imprimé, sur une ligne.
    ligne, page : int
        Où elle commence ; ``page`` est None si le document ne la dit pas.
    texte : str
        Son texte entier, sans le titre.
    lieux : tuple of str
        Territoires imprimés en tête ou au sommaire, un par entrée (« Est Val d'Oise »).
    rubrique : str
        Intertitre du document sous lequel elle est rangée (« Sport / Santé »).
    numero : str, optional
        Son numéro imprimé.
    date, periode, annee
        « 2024-01/2024-02 », « janvier/février », 2024 ; None si le document ne les dit pas.
    porteur : str, optional
        Structure qui porte l'action, telle qu'imprimée.
    participations, seances : int, optional
        Chiffres imprimés pour elle.
    publics, partenaires, perspectives : tuple of str
        Tels qu'imprimés.
    sections : tuple of Section
        Ses intertitres et leurs textes, dans l'ordre.
    contacts : tuple of Contact
        Contacts imprimés.
    url : str, optional
        Adresse imprimée.
    rubriques : mapping of str to str
        Ses parties sous des noms communs à la famille (« contexte », « transformations_elus »), quand elle en a.
    """

    genre: Genre
    nature: str
    titre: str
    ligne: int
    page: int | None = None
    texte: str = ""
    lieux: tuple[str, ...] = ()
    rubrique: str = ""
    numero: str | None = None
    date: str | None = None
    periode: str | None = None
    annee: int | None = None
    porteur: str | None = None
    participations: int | None = None
    seances: int | None = None
    publics: tuple[str, ...] = ()
    partenaires: tuple[str, ...] = ()
    perspectives: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    contacts: tuple[Contact, ...] = ()
    url: str | None = None
    rubriques: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre d'ensemble que le document imprime (« 4 693 participations »)."""

    libelle: str
    valeur: float
    unite: str
    ligne: int
    page: int | None = None
    territoire: str | None = None
    theme: str | None = None
    extrait: str = ""


@dataclass(frozen=True)
class Adherent:
    """Un adhérent, ou ``nombre`` adhérents quand ce sont des personnes : leurs noms restent dans le document."""

    nom: str | None
    type: str
    ligne: int
    commune: str | None = None
    nombre: int = 1


@dataclass(frozen=True)
class Anomalie:
    """Ce que la lecture n'a pas su placer, ou a placé sans certitude."""

    gravite: Gravite
    probleme: str
    ligne: int | None = None
    page: int | None = None
    extrait: str = ""


@dataclass(frozen=True)
class Depouillement:
    """Tout ce qu'un document dit.

    Attributes
    ----------
    fichier, titre : str
        Nom du fichier ; titre imprimé du document.
    famille : str
        L'une de ``FAMILLES``.
    annee : int, optional
        Année du document.
    lieux : tuple of str
        Territoires du document entier (« Agglomération de Paris-Saclay »).
    pages : tuple of str
        Texte entier, page par page ; une seule page si le document n'en a pas.
    """

    fichier: str
    famille: str
    titre: str
    annee: int | None = None
    lieux: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    chiffres: tuple[Chiffre, ...] = ()
    adherents: tuple[Adherent, ...] = ()
    anomalies: tuple[Anomalie, ...] = ()
    pages: tuple[str, ...] = ()
