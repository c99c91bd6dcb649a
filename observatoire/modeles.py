"""Les modèles de fiche : ce qui se dit, à quels niveaux, en combien de pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from observatoire.blocs import Bloc
from observatoire.comparatif import TERRITOIRES_MAX, comparatif
from observatoire.contrat import contrat
from observatoire.erreurs import ErreurArgument
from observatoire.recueil import recueil
from observatoire.reperes import niveau_imprime, repere
from observatoire.territoire import Territoire
from observatoire.typographie import enumerer

Autres = tuple[Territoire, ...]


@dataclass(frozen=True)
class Modele:
    """Un modèle de fiche.

    Attributes
    ----------
    nom : str
        Ce que tape l'analyste.
    genre : str
        Ce qu'est le document, tel qu'imprimé.
    composer : callable
        Les blocs, d'un territoire, d'une date et des autres territoires.
    niveaux : frozenset of str
        Niveaux où il vaut ; tous s'il est vide.
    pages_locales : int or None
        Pages A4 à ne pas dépasser pour un quartier ou une commune.
    compare : bool
        Met plusieurs territoires côte à côte.
    """

    nom: str
    genre: str
    composer: Callable[[Territoire, dt.date, Autres], Iterator[Bloc]]
    niveaux: frozenset[str] = frozenset()
    pages_locales: int | None = None
    compare: bool = False

    def titre(self, t: Territoire, avec: Autres = ()) -> str:
        """Titre de la fiche : ses territoires."""
        return enumerer([f"QPV {autre.nom}" if autre.niveau == "qpv" else autre.nom for autre in (t, *avec)])

    def sous_titre(self, t: Territoire, avec: Autres = ()) -> str:
        """Sous-titre : genre, niveau et code de chaque territoire."""
        qui = [f"{niveau_imprime(autre)} {autre.code}" for autre in (t, *avec)]
        return " · ".join([f"{self.genre[0].upper()}{self.genre[1:]}", *qui])

    def pages(self, t: Territoire) -> int | None:
        """Pages A4 à ne pas dépasser ; None s'il en faut autant que de matière."""
        return self.pages_locales if t.niveau in {"qpv", "commune"} else None


MODELES: Mapping[str, Modele] = MappingProxyType(
    {
        modele.nom: modele
        for modele in (
            Modele("repere", "fiche repère", lambda t, date, _: repere(t, date), pages_locales=2),
            Modele("comparatif", "fiche comparative", comparatif, compare=True),
            Modele("experiences", "recueil d'expériences", lambda t, date, _: recueil(t, date)),
            Modele("contrat", "fiche de contrat", lambda t, date, _: contrat(t, date), frozenset({"epci", "ept"})),
        )
    }
)


def choisir_modele(nom: str, t: Territoire, avec: Autres) -> Modele:
    """Le modèle demandé, s'il vaut pour ce territoire.

    Raises
    ------
    ErreurArgument
        Il n'existe pas, ne vaut pas à ce niveau, demande d'autres territoires ou n'en veut pas.
    """
    if nom not in MODELES:
        raise ErreurArgument(
            f"Le modèle {nom!r} n'existe pas. Que faire : choisissez parmi {', '.join(MODELES)}, "
            "ou donnez un dossier de gabarits."
        )
    modele = MODELES[nom]
    if modele.niveaux and t.niveau not in modele.niveaux:
        raise ErreurArgument(
            f"Le modèle {nom!r} ne vaut que pour {' ou '.join(sorted(modele.niveaux))}, et {t.nom} est de niveau "
            f"{t.niveau}. Que faire : prenez l'un de ses territoires t.intercommunalites."
        )
    if not modele.compare and avec:
        raise ErreurArgument(
            f"Le modèle {nom!r} ne montre qu'un territoire. Que faire : retirez avec=, ou demandez "
            'modele="comparatif".'
        )
    if modele.compare:
        _verifier_comparaison(t, avec)
    return modele


def _verifier_comparaison(t: Territoire, avec: Autres) -> None:
    tous = [t, *avec]
    if len(tous) < 2 or len(set(tous)) < len(tous) or len(tous) > TERRITOIRES_MAX:
        raise ErreurArgument(
            f"Une fiche comparative réunit de 2 à {TERRITOIRES_MAX} territoires différents ; on lit "
            f"{', '.join(f'{autre.nom} ({autre.code})' for autre in tous)}. "
            'Que faire : écrivez par exemple t.fiche(modele="comparatif", avec=["Colombes", "Nanterre"]).'
        )
