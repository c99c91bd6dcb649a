"""Le registre d'une production : ce qui est déjà fait, et de quel contenu chaque fichier est fait.

Un fichier est à jour s'il est intact et que les entrées de toute la production n'ont pas changé. Si elles ont changé,
son contenu est recomposé, ce qui coûte peu, et le fichier n'est rendu de nouveau que si ce contenu diffère : corriger
une valeur d'une commune ne refait que les fiches qui la montrent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

from observatoire.ecriture import ecrire

_NOM = "production.json"


class Trace(NamedTuple):
    """D'où vient un fichier produit.

    Attributes
    ----------
    entrees : str
        Empreinte de tout ce qui entrait dans la production où il a été fait, ou reconnu bon.
    contenu : str
        Empreinte de ce qu'il montre.
    fichier : str
        Empreinte de ses octets.
    """

    entrees: str
    contenu: str
    fichier: str


@dataclass(frozen=True)
class Piece:
    """Un fichier à tenir à jour.

    Attributes
    ----------
    chemin : str
        Relatif au dossier de sortie.
    entrees : str
        Empreinte de tout ce dont il peut dépendre.
    contenu : callable
        Empreinte de ce qu'il montre vraiment ; n'est demandée que si les entrées ont changé.
    rendre : callable
        Ses octets, vérifiés.
    """

    chemin: str
    entrees: str
    contenu: Callable[[], str]
    rendre: Callable[[], bytes]


@dataclass
class Registre:
    """Les traces des fichiers d'un dossier, gardées à côté d'eux."""

    racine: Path
    traces: dict[str, Trace] = field(default_factory=dict)

    @classmethod
    def ouvrir(cls, racine: Path) -> Registre:
        """Reprend le registre du dossier."""
        # Registre absent ou abîmé : on refait tout, ce qui est toujours juste.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            lues = dict(json.loads((racine / _NOM).read_text("utf-8"))["fichiers"])
            return cls(racine, {chemin: Trace(*trace) for chemin, trace in lues.items()})
        return cls(racine)

    def tenir(self, piece: Piece) -> tuple[bool, int, Trace]:
        """Écrit un fichier s'il n'est pas déjà là, intact, avec le même contenu.

        Returns
        -------
        tuple
            S'il a été écrit, sa taille, sa trace ; le registre lui-même ne change pas.
        """
        trace, octets = self.traces.get(piece.chemin), self._lire(piece.chemin)
        intact = trace is not None and octets is not None and empreinte([octets]) == trace.fichier
        if trace and octets and intact and trace.entrees == piece.entrees:
            return False, len(octets), trace
        contenu = piece.contenu()
        if trace and octets and intact and trace.contenu == contenu:
            return False, len(octets), trace._replace(entrees=piece.entrees)
        rendu = piece.rendre()
        ecrire(self.racine / piece.chemin, rendu)
        return True, len(rendu), Trace(piece.entrees, contenu, empreinte([rendu]))

    def a_faire(self, chemin: str, entrees: str) -> bool:
        """Faudra-t-il au moins recomposer le contenu de ce fichier ?"""
        trace = self.traces.get(chemin)
        return trace is None or trace.entrees != entrees or not (self.racine / chemin).is_file()

    def noter(self, traces: Iterable[tuple[str, Trace]]) -> None:
        """Inscrit des fichiers : dès lors, une interruption ne les fera pas refaire."""
        self.traces.update(traces)
        ecrire(self.racine / _NOM, json.dumps({"fichiers": self.traces}, ensure_ascii=False, indent=0))

    def _lire(self, chemin: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            return (self.racine / chemin).read_bytes()
        return None


def empreinte(morceaux: Iterable[str | bytes]) -> str:
    """Une empreinte de morceaux, dans leur ordre ; « ab » et « a », « b » n'ont pas la même."""
    somme = hashlib.blake2b(digest_size=16)
    for morceau in morceaux:
        octets = morceau.encode() if isinstance(morceau, str) else morceau
        somme.update(len(octets).to_bytes(8, "big") + octets)
    return somme.hexdigest()


def deplier(valeur: Any) -> Any:
    """Une valeur immuable, en listes : tous ses champs y sont, même ceux que tait son ``repr()``."""
    if isinstance(valeur, tuple):
        return [deplier(element) for element in valeur]
    if is_dataclass(valeur):
        return [type(valeur).__name__, *(deplier(getattr(valeur, nom)) for nom in valeur.__dataclass_fields__)]
    return valeur


def nettoyer(dossiers: Iterable[Path]) -> None:
    """Retire les fichiers temporaires qu'un arrêt brutal aurait laissés."""
    for dossier in dossiers:
        for reste in dossier.glob(".*.tmp"):
            reste.unlink(missing_ok=True)
