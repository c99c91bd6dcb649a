"""Mener un travail sur une suite de territoires, à un ou plusieurs processus, dans l'ordre et sans rien accumuler."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from observatoire.erreurs import ErreurEcriture, ErreurObservatoire

Cle = TypeVar("Cle")
Fruit = TypeVar("Fruit")
#: Tâches confiées d'avance à chaque processus : assez pour qu'il n'attende pas, assez peu pour ne rien accumuler.
_AVANCE = 4
#: Ce qui n'empêche d'écrire qu'un fichier : ouvert ailleurs, ou remplacé par un dossier. Le reste arrête tout.
_LOCALES = (PermissionError, IsADirectoryError)


class Essai:
    """Un geste qui peut échouer sans priver des autres : ce qui l'a fait échouer est gardé pour être dit.

    Passent au travers l'interruption, le manque de mémoire, un disque plein ou disparu : rien d'autre n'y aboutirait.

    Attributes
    ----------
    echec : str
        Ce qui a échoué, en français ; vide si tout va bien.
    """

    def __init__(self) -> None:
        self.echec = ""

    def __enter__(self) -> Essai:
        return self

    def __exit__(self, _: type[BaseException] | None, erreur: BaseException | None, __: TracebackType | None) -> bool:
        if not isinstance(erreur, Exception) or _arrete_tout(erreur):
            return False
        self.echec = _expliquer(erreur)
        return True


def _arrete_tout(erreur: Exception) -> bool:
    ecriture = isinstance(erreur, ErreurEcriture) and not isinstance(erreur.__cause__, _LOCALES)
    return ecriture or isinstance(erreur, MemoryError)


def _expliquer(erreur: Exception) -> str:
    """Le message d'une erreur prévue ; pour un défaut, sa nature et l'endroit où il est né."""
    if isinstance(erreur, ErreurObservatoire):
        return str(erreur)
    lieu = traceback.extract_tb(erreur.__traceback__)[-1]
    return (
        f"Défaut du programme : {type(erreur).__name__} : {erreur} ({Path(lieu.filename).name}, ligne {lieu.lineno}, "
        f"{lieu.name}). Que faire : signalez-le."
    )


def mener(travail: Callable[[Cle], Fruit], cles: Iterable[Cle], ouvriers: int) -> Generator[Fruit, None, None]:
    """Rend le fruit du travail sur chaque clé, dans l'ordre.

    Parameters
    ----------
    travail : callable
        Envoyé une fois à chaque processus, qui le garde d'une clé à l'autre.
    cles : iterable
        De petites valeurs, qui passent d'un processus à l'autre.
    ouvriers : int
        Nombre de processus ; à un seul, tout se fait ici.

    Raises
    ------
    ErreurObservatoire
        Un processus s'est arrêté net.
    """
    if ouvriers == 1:
        yield from map(travail, cles)
        return
    # « spawn » partout : c'est le seul mode de Windows, et le seul sûr avec des bibliothèques à fils d'exécution.
    contexte = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(ouvriers, contexte, _installer, (travail,)) as groupe:
        try:
            yield from _distribuer(groupe, cles, ouvriers * _AVANCE)
        finally:
            groupe.shutdown(cancel_futures=True)


def _distribuer(groupe: ProcessPoolExecutor, cles: Iterable[Any], avance: int) -> Iterator[Any]:
    attente: deque[tuple[object, Future[Any]]] = deque()
    for cle in cles:
        attente.append((cle, _confier(groupe, cle)))
        if len(attente) > avance:
            yield _recevoir(*attente.popleft())
    while attente:
        yield _recevoir(*attente.popleft())


def _confier(groupe: ProcessPoolExecutor, cle: object) -> Future[Any]:
    try:
        with _sans_script():
            return groupe.submit(_travailler, cle)
    except BrokenProcessPool as cause:
        raise _arret_net(cle) from cause


def _recevoir(cle: object, futur: Future[Any]) -> Any:
    try:
        return futur.result()
    except BrokenProcessPool as cause:
        raise _arret_net(cle) from cause


def _arret_net(cle: object) -> ErreurObservatoire:
    lieu = " ".join(map(str, cle)) if isinstance(cle, tuple) else cle
    return ErreurObservatoire(
        f"Un processus s'est arrêté net pendant la production de « {lieu} » ou de l'un des suivants, sans doute faute "
        "de mémoire. Que faire : relancez, ce qui est fait ne sera pas refait ; si cela recommence, n'en lancez qu'un "
        "(processus=1 en Python, --processus 1 en ligne de commande)."
    )


#: Le travail que fait un processus ouvrier ; vide dans le processus principal.
_ici: list[Callable[[Any], Any]] = []


def _installer(travail: Callable[[Any], Any]) -> None:
    """Prépare un processus ouvrier ; l'interruption au clavier ne regarde que le processus principal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_suivre_le_parent, daemon=True).start()
    _ici.append(travail)


def _travailler(cle: Any) -> Any:
    return _ici[0](cle)


def _suivre_le_parent() -> None:
    """Finit avec le processus principal, même tué net : un orphelin écrirait sous les pieds de la reprise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _sans_script() -> Iterator[None]:
    """Cache le script de l'utilisateur aux ouvriers qui démarrent : ils le rejoueraient du début, exports compris."""
    principal = sys.modules["__main__"]
    fichier = principal.__dict__.pop("__file__", None)
    description, principal.__spec__ = principal.__spec__, None
    try:
        yield
    finally:
        principal.__spec__ = description
        if fichier is not None:
            principal.__file__ = fichier
