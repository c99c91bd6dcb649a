"""Le sommaire d'un rapport d'activité : les blocs qu'il occupe, ses titres et leurs pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from observatoire.documents.blocs import Bloc
from observatoire.documents.titres import mots_pleins, sans_numero

_TITRE_DE_SOMMAIRE = re.compile(r"^\W*(?:au )?(?:sommaire|table des mati[èe]res)\b.{0,25}$", re.IGNORECASE)
_ENTREE = re.compile(
    r"^(?P<titre>.{4,200}?)(?:[\s.…|_]*(?:\b[Pp](?:age|\.)?|[.…_|]{3,}|…|\|)\s*\.?\s*)(?P<page>\d{1,3})\s*$"
)
_PAGE_SEULE = re.compile(r"^(?:[Pp](?:age|\.)?\s*)?(?P<page>\d{1,3})$")
_LONGUEUR_ENTREE = 200
#: Sans titre, tant d'entrées paginées font un sommaire.
_ENTREES = 3


@dataclass(frozen=True)
class Sommaire:
    """Les rangs qu'un sommaire occupe, et ses entrées : leurs mots, leur page."""

    rangs: frozenset[int]
    pages: Mapping[frozenset[str], int | None]
    index: Mapping[str, Sequence[frozenset[str]]]

    def entree(self, titre: str, seuil: float) -> tuple[float, frozenset[str]] | None:
        """L'entrée qui partage avec un titre la plus grande part de leurs mots, si elle dépasse ``seuil``."""
        mots = mots_pleins(titre)
        proches = {entree for mot in mots for entree in self.index.get(mot, ())}
        notes = [(_part_commune(mots, entree), sorted(entree)) for entree in proches]
        note, entree = max(notes, default=(0.0, []))
        return (note, frozenset(entree)) if note >= seuil else None


def _part_commune(un: frozenset[str], autre: frozenset[str]) -> float:
    return len(un & autre) / len(un | autre) if un and autre else 0.0


def lire_sommaire(blocs: Sequence[Bloc]) -> Sommaire:
    """Les sommaires d'un document : sous leur titre, ou à défaut toute suite d'entrées paginées."""
    rangs: set[int] = set()
    pages: dict[frozenset[str], int | None] = {}
    rang = 0
    while rang < len(blocs):
        fin = _fin_de_sommaire(blocs, rang)
        if fin > rang:
            rangs.update(range(rang, fin))
            titre_seul = _TITRE_DE_SOMMAIRE.match(blocs[rang].texte) is not None
            for titre, page in _entrees_de(blocs[rang + titre_seul : fin]):
                pages.setdefault(mots_pleins(titre), page)
        rang = max(fin, rang + 1)
    pages.pop(frozenset(), None)
    return Sommaire(frozenset(rangs), pages, _index(pages))


def _index(entrees: Iterable[frozenset[str]]) -> dict[str, list[frozenset[str]]]:
    index: dict[str, list[frozenset[str]]] = defaultdict(list)
    for entree in entrees:
        for mot in entree:
            index[mot].append(entree)
    return index


def _fin_de_sommaire(blocs: Sequence[Bloc], debut: int) -> int:
    """Rang où finit le sommaire qui commence à ``debut`` ; ``debut`` s'il n'y en a pas."""
    titre = _TITRE_DE_SOMMAIRE.match(blocs[debut].texte) is not None
    if not titre and not _lignes_paginees(blocs[debut]):
        return debut
    vus: set[frozenset[str]] = set()
    fin, paginees, courtes = debut + titre, 0, 0
    for rang in range(debut + titre, len(blocs)):
        bloc, mots = blocs[rang], mots_pleins(_sans_page(blocs[rang].texte))
        if not _tient_au_sommaire(bloc) or (mots and mots in vus) or (not titre and rang - fin > 1):
            break
        vus.add(mots)
        courtes = rang + 1
        if _lignes_paginees(bloc) or _PAGE_SEULE.match(bloc.texte):
            fin, paginees = rang + 1, paginees + 1
    if titre:
        return fin if paginees else _fin_sans_pages(blocs, debut, courtes)
    return fin if paginees >= _ENTREES else debut


def _fin_sans_pages(blocs: Sequence[Bloc], debut: int, courtes: int) -> int:
    """Sans page imprimée, le dernier bloc court avant un paragraphe est le titre de ce paragraphe."""
    coupe = courtes < len(blocs) and not _tient_au_sommaire(blocs[courtes])
    return max(debut + 1, courtes - coupe)


def _tient_au_sommaire(bloc: Bloc) -> bool:
    return len(bloc.texte) / max(len(bloc.lignes), 1) <= _LONGUEUR_ENTREE and not re.search(r"[^.]\.$", bloc.texte)


def _lignes_paginees(bloc: Bloc) -> bool:
    lignes = (bloc.texte,) if bloc.genre == "rangee" else bloc.lignes
    return any(_ENTREE.match(ligne) for ligne in lignes)


def _sans_page(texte: str) -> str:
    lue = _ENTREE.match(texte)
    return lue["titre"] if lue else texte


def _entrees_de(blocs: Sequence[Bloc]) -> Iterator[tuple[str, int | None]]:
    """Titres et pages d'un sommaire ; une page seule sur sa ligne est celle du titre qui la précède."""
    attente: str | None = None
    for bloc in blocs:
        for ligne in (bloc.texte,) if bloc.genre == "rangee" else bloc.lignes:
            seule, lue = _PAGE_SEULE.match(ligne), _ENTREE.match(ligne)
            if attente is not None:
                yield sans_numero(attente), int(seule["page"]) if seule else None
            attente = None if seule or lue else ligne
            if lue:
                yield sans_numero(lue["titre"].strip(" .|…_")), int(lue["page"])
    if attente is not None:
        yield sans_numero(attente), None
