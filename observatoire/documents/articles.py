"""Un article de recueil ou de lettre : son texte, ses intertitres, son contact, ses adresses, son encadré.

Un compte dit à quoi chaque bloc a servi : ce qui n'a servi à rien devient une anomalie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from observatoire.documents.adresses_web import adresses, legende, recoller_adresses
from observatoire.documents.blocs import Bloc
from observatoire.documents.contacts import lire_contacts
from observatoire.documents.mise_en_page import EN_SUSPENS, Role, lire_champ
from observatoire.notices import Anomalie, Contact, Section

#: Une ligne presque aussi longue que la plus longue, dans une colonne, a été coupée par la largeur de la page.
_LARGEUR_DE_COLONNE = 45
_PART_PLEINE = 0.75
#: Un texte dont les noms et les adresses sont une moindre part n'est pas qu'un contact : il reste au texte.
_PART_DE_CONTACT = 0.3
_MOTS_D_UNE_ETIQUETTE = 2


@dataclass(frozen=True)
class Corps:
    """Le texte d'un article, ses parties, et ce qu'il imprime à part.

    Attributes
    ----------
    texte : str
        Son texte entier, intertitres compris.
    champs : mapping
        Ce que le document étiquette : « porteur », « lieux », « periode », « publics », « partenaires ».
    adresses : tuple of str
        Adresses de pages, dans l'ordre.
    """

    texte: str
    sections: tuple[Section, ...]
    contacts: tuple[Contact, ...]
    adresses: tuple[str, ...]
    champs: Mapping[str, str]


class Compte:
    """À quoi chaque bloc a servi ; ce qui reste devient des anomalies."""

    def __init__(self, blocs: Sequence[Bloc]) -> None:
        self._blocs = blocs
        self.emplois: list[str | None] = [None] * len(blocs)

    def prendre(self, rangs: Iterable[int], emploi: str) -> None:
        """Note l'emploi de ces blocs ; le premier emploi d'un bloc est le bon."""
        for rang in rangs:
            self.emplois[rang] = self.emplois[rang] or emploi

    def restes(self) -> Iterator[Anomalie]:
        """Une anomalie par suite de blocs que rien n'a employés."""
        for libre, groupe in groupby(range(len(self._blocs)), key=lambda rang: self.emplois[rang] is None):
            rangs = list(groupe)
            if libre:
                premier = self._blocs[rangs[0]]
                extrait = " / ".join(self._blocs[rang].texte for rang in rangs)
                nombre = f" ({len(rangs)} blocs)" if len(rangs) > 1 else ""
                yield Anomalie("perte", f"texte non rattaché{nombre}", premier.ligne, premier.page, extrait[:200])


def tetes(roles: Sequence[Role]) -> Iterator[tuple[int, int]]:
    """Suites de titres que suit autre chose : ``[debut, fin[``, crédits et folios compris entre deux titres."""
    debut: int | None = None
    for rang, role in enumerate(roles):
        if role == "titre":
            debut = rang if debut is None else debut
        elif role != "mobilier" and debut is not None:
            yield debut, rang
            debut = None


def lire_corps(
    blocs: Sequence[Bloc], roles: Sequence[Role], rangs: Sequence[int], compte: Compte, bruts: Sequence[str]
) -> Corps:
    """Le texte d'un article, d'après ses blocs ; les titres qu'aucun texte ne suit ne sont pas employés."""
    lecture = _Corps()
    dernier = max((rang for rang in rangs if roles[rang] == "texte"), default=-1)
    for rang in rangs:
        if roles[rang] != "titre" or rang < dernier:
            compte.prendre([rang], roles[rang])
            lecture.lire(blocs[rang], roles[rang], bruts[rang])
    return lecture.corps()


class _Corps:
    """Un article en cours de lecture."""

    def __init__(self) -> None:
        self._parties: list[tuple[str, list[str]]] = [("", [])]
        self._contacts: list[str] = []
        self._liens: list[str] = []
        self._champs: dict[str, str] = {}

    def lire(self, bloc: Bloc, role: Role, brut: str) -> None:
        if role == "titre":
            self._parties.append((bloc.texte, []))
        elif role == "contact":
            self._contacts.append(lignes_de_contact(bloc))
        elif role == "texte":
            _ajouter(self._parties[-1][1], bloc.texte)
            self._champs |= lire_champ(bloc.texte, self._champs)
        elif role == "adresse" and (gardee := recoller_adresses(bloc) if self._liens else legende(bloc)):
            self._parties[-1][1].append(gardee)  # une notice n'a qu'une adresse : les suivantes restent au texte
        if role != "mobilier":
            self._liens.extend(adresses(bloc, brut))

    def corps(self) -> Corps:
        contacts, reste = lire_contacts_et_reste(self._contacts)
        self._parties[-1][1].extend(reste)
        sections = tuple(Section(titre, "\n".join(textes)) for titre, textes in self._parties if titre or textes)
        texte = "\n".join(ligne for section in sections for ligne in (section.titre, section.texte) if ligne)
        return Corps(texte, sections, contacts, tuple(dict.fromkeys(self._liens)), self._champs)


def lire_contacts_et_reste(textes: Iterable[str]) -> tuple[tuple[Contact, ...], list[str]]:
    """Les contacts de ces textes, et ceux des textes qui disent bien davantage que des contacts."""
    gardes = list(textes)
    reste = []
    for texte in gardes:
        lus = [champ or "" for contact in lire_contacts(texte) for champ in vars(contact).values()]
        if sum(map(len, lus)) < _PART_DE_CONTACT * len(texte.strip()) and len(texte.split()) > _MOTS_D_UNE_ETIQUETTE:
            reste.append(" ".join(texte.split()))
    return lire_contacts("\n".join(gardes)), reste


def lignes_de_contact(bloc: Bloc) -> str:
    """Ses lignes, sans les retours que la largeur de la page a imposés."""
    largeur = max(map(len, bloc.lignes), default=0)
    pleine = largeur * _PART_PLEINE if largeur >= _LARGEUR_DE_COLONNE else largeur + 1
    return "".join(f"{ligne} " if len(ligne) >= pleine else f"{ligne}\n" for ligne in bloc.lignes)


def _ajouter(textes: list[str], texte: str) -> None:
    """À la ligne, ou à la suite d'une phrase que la page a coupée."""
    if textes and EN_SUSPENS.search(textes[-1]) and re.match(r"[a-zà-ÿ]", texte):
        textes[-1] = f"{textes[-1]} {texte}"
    else:
        textes.append(texte)
