"""De quelle famille est un document, et ce qu'il dit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType, ModuleType
from typing import cast

from observatoire.documents import concertation, guide, lettre, rapport, recueil
from observatoire.documents.blocs import Bloc, decouper
from observatoire.documents.dates import lire_annee
from observatoire.documents.texte import Texte, lire_texte
from observatoire.erreurs import ErreurArgument, ErreurSource
from observatoire.notices import FAMILLES, Depouillement

_LECTEURS: Mapping[str, ModuleType] = MappingProxyType(
    {"recueil": recueil, "rapport": rapport, "lettre": lettre, "concertation": concertation, "guide": guide}
)
#: Au-dessous, rien dans le document ne dit sa famille.
_RESSEMBLANCE_MINIMALE = 0.3


def depouiller(chemin: str | os.PathLike[str], famille: str | None = None) -> Depouillement:
    """Lit un document et en tire les notices, les chiffres et les adhérents.

    Parameters
    ----------
    chemin : path
        Document en markdown, en texte ou en PDF.
    famille : str, optional
        L'une de ``notices.FAMILLES`` ; reconnue à la structure par défaut.

    Raises
    ------
    ErreurSource
        Fichier illisible, vide, ou d'aucune famille connue.
    ErreurArgument
        Famille inexistante.
    """
    if famille is not None and famille not in FAMILLES:
        raise ErreurArgument(
            f"La famille {famille!r} n'existe pas. Que faire : choisissez parmi {', '.join(FAMILLES)}."
        )
    texte = lire_texte(chemin)
    blocs = decouper(texte)
    lu = _lire(texte, blocs, famille or _reconnaitre(blocs, texte.fichier))
    return replace(lu, anomalies=(*texte.anomalies, *lu.anomalies), pages=tuple(_pages(blocs)))


def _lire(texte: Texte, blocs: Sequence[Bloc], famille: str) -> Depouillement:
    if famille not in _LECTEURS:
        titre = next((bloc.texte for bloc in blocs), texte.fichier)
        return Depouillement(texte.fichier, famille, titre, lire_annee(texte.fichier))
    return cast(Depouillement, _LECTEURS[famille].depouiller(texte, blocs))


def _pages(blocs: Sequence[Bloc]) -> Iterator[str]:
    """Le texte de chaque page, celles qui n'en ont pas comprises."""
    textes: dict[int, list[str]] = {}
    for bloc in blocs:
        textes.setdefault(bloc.page or 1, []).append(bloc.texte)
    yield from ("\n".join(textes.get(page, [])) for page in range(1, max(textes, default=0) + 1))


def _reconnaitre(blocs: Sequence[Bloc], fichier: str) -> str:
    notes = {nom: float(lecteur.ressemblance(blocs)) for nom, lecteur in _LECTEURS.items()}
    meilleure = max(notes, key=lambda nom: notes[nom])
    if notes[meilleure] < _RESSEMBLANCE_MINIMALE:
        connues = " ; ".join(f'famille="{nom}" ({libelle})' for nom, libelle in FAMILLES.items())
        raise ErreurSource(
            f"« {fichier} » ne ressemble à aucune famille de documents connue. Que faire : si c'en est une, dites "
            f"laquelle : {connues}."
        )
    return meilleure
