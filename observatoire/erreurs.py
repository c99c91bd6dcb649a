"""Les erreurs d'``observatoire`` : chacune dit ce qui ne va pas, où, et que faire.

Toutes héritent d'``ErreurObservatoire`` et de l'exception native qui convient : un appelant peut donc attraper
l'une ou l'autre. La ligne de commande les affiche sans trace d'appels et sort avec le code 2. Celles qui ont plusieurs
arguments savent se refaire (``__reduce__``) : elles passent ainsi d'un processus à l'autre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class ErreurObservatoire(Exception):
    """Racine de toutes les erreurs que la bibliothèque lève volontairement."""


class ErreurArgument(ErreurObservatoire, ValueError):
    """Un argument n'a pas une valeur permise (niveau inexistant, format inconnu...)."""


class ErreurType(ErreurObservatoire, TypeError):
    """Un argument n'est pas du type attendu (un nombre au lieu d'un texte...)."""


def exiger(valeur: object, attendu: type | tuple[type, ...], quoi: str, exemple: str) -> None:
    """Refuse un argument d'un autre type que celui attendu.

    Parameters
    ----------
    valeur : object
        L'argument reçu.
    attendu : type or tuple of type
        Ce qu'il doit être.
    quoi : str
        Ce qu'est l'argument : « Un chemin », « Un territoire »...
    exemple : str
        Une valeur correcte, à imiter.

    Raises
    ------
    ErreurType
        Il est d'un autre type.
    """
    if not isinstance(valeur, attendu):
        raise ErreurType(
            f"{quoi} : on lit {valeur!r}, de type {type(valeur).__name__}. Que faire : écrivez par exemple {exemple}."
        )


class ErreurSource(ErreurObservatoire, OSError):
    """Un fichier de données est absent, endommagé ou illisible."""


class ErreurEcriture(ErreurObservatoire, OSError):
    """Un résultat n'a pas pu être écrit ; rien n'est resté à moitié écrit."""


class DependanceAbsente(ErreurObservatoire, ImportError):
    """Une bibliothèque nécessaire à cette fonction n'est pas installée."""


class AgregationInterdite(ErreurObservatoire, ValueError):
    """Un total demandé serait faux : le message dit pourquoi et ce qui est possible."""


class ErreurSchema(ErreurObservatoire, ValueError):
    """Une table n'a pas la forme attendue.

    Parameters
    ----------
    origine : str
        Le fichier ou la table en cause.
    problemes : iterable of str
        Tous les problèmes trouvés, pas seulement le premier.
    remede : str
        Ce que l'utilisateur peut faire.
    """

    def __init__(self, origine: str, problemes: Iterable[str], remede: str) -> None:
        self.origine = origine
        self.problemes: Sequence[str] = tuple(problemes)
        self.remede = remede
        pluriel = "s" if len(self.problemes) > 1 else ""
        lignes = [f"{origine} : {len(self.problemes)} problème{pluriel}.", *(f"  - {p}" for p in self.problemes)]
        super().__init__("\n".join([*lignes, f"Que faire : {remede}"]))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.origine, self.problemes, self.remede)


class Candidat(NamedTuple):
    """Un territoire proposé à qui s'est trompé de nom ou n'a pas assez précisé."""

    niveau: str
    code: str
    nom: str

    def __str__(self) -> str:
        return f"{self.nom} ({self.niveau} {self.code})"


class TerritoireInconnu(ErreurObservatoire, LookupError):
    """Aucun territoire ne porte ce nom ou ce code.

    Attributes
    ----------
    recherche : str
        Ce qui a été cherché.
    proches : tuple of Candidat
        Les territoires aux noms les plus proches.
    """

    def __init__(self, recherche: str, proches: Iterable[Candidat] = (), indication: str = "") -> None:
        self.recherche = recherche
        self.proches = tuple(proches)
        self._indication = indication
        message = (
            f"Aucun territoire ne correspond à « {recherche} »."
            if recherche
            else ("Aucun territoire ne correspond à une recherche vide.")
        )
        if indication:
            message += f" {indication}"
        if self.proches:
            message += " Noms les plus proches : " + " ; ".join(map(str, self.proches)) + "."
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.recherche, self.proches, self._indication)


class TerritoireAmbigu(ErreurObservatoire, LookupError):
    """Plusieurs territoires conviennent : la liste est dans le message et dans ``candidats``.

    Attributes
    ----------
    recherche : str
        Ce qui a été cherché.
    candidats : tuple of Candidat
        Les territoires qui conviennent.
    """

    # Au-delà, une liste ne se lit plus : « Saint » en donnerait des milliers.
    AFFICHES = 12
    REMEDE = (
        'donnez le code, un nom plus complet, ou le niveau (niveau="commune" en Python, --niveau commune en ligne de '
        "commande)."
    )

    def __init__(self, recherche: str, candidats: Iterable[Candidat], remede: str = REMEDE) -> None:
        self.recherche = recherche
        self.candidats = tuple(candidats)
        self._remede = remede
        montres = [f"  - {c}" for c in self.candidats[: self.AFFICHES]]
        autres = len(self.candidats) - self.AFFICHES
        if autres > 0:
            montres.append(f"  - et {autres} autre{'s' if autres > 1 else ''}")
        tete = f"« {recherche} » désigne {len(self.candidats)} territoires :"
        super().__init__("\n".join([tete, *montres, f"Que faire : {remede}"]))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.recherche, self.candidats, self._remede)
