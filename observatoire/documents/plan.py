"""Le plan d'un rapport d'activité : les parties que ses titres ouvrent, et celles qui sont des actions.

Une partie va d'un titre au suivant. Ses titres internes (« Objectifs »), l'équipe ou les adhérents restent en elle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from observatoire.documents.adherents import type_adherent
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.encadres import Encadre, separer
from observatoire.documents.etiquetage import Element, adresse, etiqueter
from observatoire.documents.titres import MINUSCULES, Sorte, Titre, preparer

#: Chapitre dont les titres numérotés présentent la structure, et ne disent pas ce qu'elle a fait.
_PRESENTATION = re.compile(
    r"\bstructure\b|\bassociation\b|vie associative|gouvernance|qui sommes|\bprésentation\b|fonctionnement"
    r"|\b(?:notre|le) centre de ressources\b",
    re.IGNORECASE,
)
#: Un nom de personne en tête d'une ligne.
PERSONNE = re.compile(
    r"^(?:M\.|Mme|Dr)?\s*[A-ZÀ-Þ][\w'.-]+(?:\s+(?:d[eu]s?|la|le|el|ben|[A-ZÀ-Þ][\w'.-]+)){1,3}(?=\s*$|\s*[,:–(-]|\s+[A-ZÀ-Þ])"
)
#: Sous ces titres, un texte ne parle d'aucune action.
ETRANGERES: frozenset[Sorte] = frozenset({"couverture", "liminaire", "equipe", "gouvernance", "adherents"})
#: Au-dessous, un titre n'est suivi que d'une légende.
_LONGUEUR_ACTION = 40


@dataclass
class Partie:
    """Un titre et ce qui le suit.

    Attributes
    ----------
    titre : Titre, optional
        None pour ce qui précède le premier titre.
    chemin : tuple of Titre
        Titres sous lesquels elle est rangée, du plus fort au plus proche.
    sections : list
        Ses titres internes (None pour le début) et leurs blocs de texte.
    adresses : list of str
        Adresses de pages, dans l'ordre.
    blocs : list of Bloc
        Tous ses blocs, titre et encadrés compris.
    action : bool
        Dit ce qui a été fait ; sinon, rubrique, présentation, perspectives...
    """

    titre: Titre | None
    sorte: Sorte
    chemin: tuple[Titre, ...] = ()
    sections: list[tuple[Titre | None, list[Bloc]]] = field(default_factory=lambda: [(None, [])])
    encadres: list[Encadre] = field(default_factory=list)
    adresses: list[str] = field(default_factory=list)
    blocs: list[Bloc] = field(default_factory=list)
    action: bool = False

    @property
    def corps(self) -> list[Bloc]:
        """Ses blocs de texte."""
        return [bloc for _, blocs in self.sections for bloc in blocs]

    @property
    def nom(self) -> str:
        """Son titre, vide s'il n'y en a pas."""
        return self.titre.texte if self.titre else ""

    @property
    def rubriques(self) -> tuple[str, ...]:
        """Titres sous lesquels elle est rangée, du plus fort au plus proche."""
        return tuple(titre.texte for titre in self.chemin)

    @property
    def chapitre(self) -> bool:
        """Vrai pour un titre de premier rang : ce qui le suit n'est qu'une introduction."""
        return self.titre is not None and self.titre.chapitre


@dataclass(frozen=True)
class Plan:
    """Les parties d'un document, ce qui n'est que mise en page, et les titres que la page avait mêlés à d'autres."""

    parties: tuple[Partie, ...]
    mobilier: tuple[Bloc, ...]
    deplaces: tuple[Titre, ...]


def lire_plan(blocs: Sequence[Bloc]) -> Plan:
    """Range tous les blocs d'un rapport : chacun est dans une partie et une seule, ou dans le mobilier."""
    elements, deplaces = _remettre_a_leur_place(etiqueter(preparer([*separer(blocs)])))
    pliage = _Pliage()
    for element in elements:
        pliage.ranger(element)
    for partie, suivante in zip_longest(pliage.parties, pliage.parties[1:]):
        partie.action = _est_action(partie) and not (suivante and _range_sous(partie, suivante))
    return Plan(tuple(pliage.parties), tuple(pliage.mobilier), tuple(deplaces))


# --- les titres que la page a mêlés ---


def _remettre_a_leur_place(elements: Sequence[Element]) -> tuple[list[Element], list[Titre]]:
    """Un texte qui suit des perspectives est celui du dernier titre numéroté resté sans texte : ce titre le rejoint."""
    cibles = dict(_titres_a_deplacer(elements))
    arrivees = {cible: origine for origine, cible in cibles.items()}
    ranges: list[Element] = []
    for rang, element in enumerate(elements):
        titre = elements[arrivees[rang]].titre if rang in arrivees else None
        if titre:
            ranges.append(replace(elements[arrivees[rang]], titre=replace(titre, vide=False)))
        if rang not in cibles:
            ranges.append(element)
    return ranges, [titre for origine in cibles if (titre := elements[origine].titre)]


def _titres_a_deplacer(elements: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """Rang de chaque titre à déplacer, et rang du texte qu'il doit précéder."""
    orphelin: int | None = None
    etat = ""  # « ouvertes » dans des perspectives, « listees » après leur première puce
    for rang, element in enumerate(elements):
        if element.titre:
            etat = "ouvertes" if element.titre.sorte == "perspectives" else ""
            orphelin = _orphelin(element.titre, rang, orphelin)
        elif etat == "listees" and element.role == "texte" and _est_egare(element.bloc):
            if orphelin is not None:
                yield orphelin, rang
            orphelin, etat = None, ""
        elif etat and element.bloc.genre == "puce":
            etat = "listees"


def _orphelin(titre: Titre, rang: int, precedent: int | None) -> int | None:
    if titre.numero is not None and titre.vide and titre.sorte == "action":
        return rang
    return None if titre.chapitre or titre.numero is not None else precedent


def _est_egare(bloc: Bloc) -> bool:
    """Un paragraphe qui n'annonce pas de perspectives."""
    return bloc.genre == "paragraphe" and not bloc.texte.endswith(":")


def perspectives_et_egares(partie: Partie) -> tuple[list[Bloc], list[Bloc]]:
    """Les perspectives d'une partie ; et, après leurs puces, le texte qu'aucun titre ne précède plus."""
    corps = partie.corps
    puces = next((rang for rang, bloc in enumerate(corps) if bloc.genre == "puce"), len(corps))
    egare = next((rang for rang in range(puces, len(corps)) if _est_egare(corps[rang])), len(corps))
    return corps[:egare], corps[egare:]


# --- plier ---


class _Pliage:
    """Les parties faites, et les titres ouverts."""

    def __init__(self) -> None:
        self.parties: list[Partie] = []
        self.mobilier: list[Bloc] = []
        self._ouverts: list[Titre] = []

    def ranger(self, element: Element) -> None:
        if element.role in {"mobilier", "sommaire"}:
            self.mobilier.append(element.bloc)
        elif element.titre and not self._garder(element.titre):
            self._ouvrir(element.titre)
        else:
            self._ajouter(element)

    def _ajouter(self, element: Element) -> None:
        if not self.parties:
            self.parties.append(Partie(None, "couverture"))
        partie = self.parties[-1]
        partie.blocs.append(element.bloc)
        if element.encadre:
            partie.encadres.append(element.encadre)
        elif element.role == "adresse":
            partie.adresses.append(adresse(element.bloc) or "")
        elif element.titre and element.titre.sorte in {"interne", "statistiques"}:
            partie.sections.append((element.titre, []))
        elif element.role in {"texte", "titre"}:
            partie.sections[-1][1].append(element.bloc)

    def _ouvrir(self, titre: Titre) -> None:
        titre = self._a_cote(titre) if titre.aparte else titre
        if titre.sorte == "perspectives":
            chemin = [ouvert for ouvert in self._ouverts if ouvert.force > titre.force]
        else:
            while self._ouverts and self._ouverts[-1].force <= titre.force:
                self._ouverts.pop()
            chemin = list(self._ouverts)
        sorte = _sorte_sous(titre, chemin)
        self.parties.append(Partie(titre, sorte, tuple(chemin), blocs=[titre.bloc]))
        if sorte not in {"perspectives", "couverture"}:
            self._ouverts.append(titre)

    def _a_cote(self, titre: Titre) -> Titre:
        """Un encart est rangé à côté de l'action qui le précède, non dessous."""
        voisine = self.parties[-1].titre if self.parties and self.parties[-1].sorte == "action" else None
        return titre if voisine is None or voisine.vide or voisine.chapitre else replace(titre, force=voisine.force)

    def _garder(self, titre: Titre) -> bool:
        """Vrai si la partie en cours garde ce titre en elle."""
        partie = self.parties[-1] if self.parties else None
        if partie is None or partie.titre is None:
            return False
        plus_faible = titre.force < partie.titre.brute
        if titre.sorte in {"interne", "statistiques"}:
            simple = titre.sorte == "interne" or titre.force == MINUSCULES
            return partie.sorte == "action" and (plus_faible or (simple and titre.force == partie.titre.brute))
        return titre.sorte == "action" and titre.numero is None and _garde(partie, titre, plus_faible)


def _garde(partie: Partie, titre: Titre, plus_faible: bool) -> bool:
    """Vrai si un titre quelconque appartient à la couverture, à l'édito, à l'équipe ou aux adhérents."""
    if partie.sorte == "equipe":
        return plus_faible or PERSONNE.match(titre.texte) is not None
    if partie.sorte == "adherents":
        return plus_faible or type_adherent(titre.texte) is not None
    if partie.sorte == "couverture":
        return titre.vide and not titre.chapitre
    return partie.sorte in {"liminaire", "gouvernance"} and (plus_faible or not partie.corps)


def _sorte_sous(titre: Titre, chemin: Sequence[Titre]) -> Sorte:
    """Un titre numéroté du chapitre qui présente la structure la présente aussi."""
    presente = titre.numero is not None and any(_PRESENTATION.search(parent.texte) for parent in chemin)
    return "presentation" if presente and titre.sorte == "action" else titre.sorte


# --- reconnaître une action ---


def _est_action(partie: Partie) -> bool:
    if partie.titre is None or partie.sorte != "action" or partie.titre.vide or partie.chapitre:
        return False
    return bool(partie.adresses) or sum(len(bloc.texte) for bloc in partie.corps) >= _LONGUEUR_ACTION


def _range_sous(partie: Partie, suivante: Partie) -> bool:
    """Vrai si la partie suivante est rangée sous celle-ci, qui n'en est alors que l'introduction.

    Un titre numéroté suivi d'un texte n'est pas l'introduction d'un titre en capitales : ils se valent.
    """
    if partie.titre is None or suivante.titre is None or suivante.sorte != "action":
        return False
    egaux = partie.titre.numero is not None and en_capitales(suivante.titre.texte)
    return partie.titre in suivante.chemin and not egaux
