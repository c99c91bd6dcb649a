"""Écrire un fichier tout entier ou pas du tout : d'abord à côté, puis déplacé."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from observatoire.erreurs import ErreurEcriture, exiger

_CAUSES = {
    errno.ENOSPC: "le disque est plein ; libérez de la place puis relancez",
    errno.EDQUOT: "votre quota de disque est atteint ; libérez de la place puis relancez",
    errno.EACCES: "l'écriture y est refusée ; fermez le fichier s'il est ouvert ailleurs, ou choisissez un dossier qui "
    "vous appartient",
    errno.EPERM: "l'écriture y est refusée ; fermez le fichier s'il est ouvert ailleurs",
    errno.EROFS: "ce support est en lecture seule ; choisissez un autre dossier",
    errno.ENOTDIR: "une partie du chemin est un fichier, pas un dossier ; choisissez un autre chemin",
    errno.EEXIST: "un fichier porte déjà ce nom là où il faut un dossier ; choisissez un autre chemin",
    errno.EISDIR: "ce chemin est un dossier ; donnez un nom de fichier",
    errno.ENOENT: "ce dossier n'existe pas et ne peut être créé ; vérifiez le chemin",
    errno.ENAMETOOLONG: "le chemin est trop long ; choisissez un nom plus court",
}


def _erreur(chemin: Path, cause: OSError) -> ErreurEcriture:
    explication = _CAUSES.get(cause.errno or 0, cause.strerror or str(cause))
    return ErreurEcriture(f"Impossible d'écrire « {chemin} » : {explication}.")


def preparer_dossier(dossier: str | os.PathLike[str]) -> Path:
    """Crée ``dossier`` s'il manque et vérifie qu'on peut y écrire.

    Raises
    ------
    ErreurEcriture
        Le chemin est un fichier, ou l'écriture y est refusée.
    """
    exiger(dossier, (str, os.PathLike), "Un dossier", '"sortie"')
    chemin = Path(dossier).expanduser()
    try:
        chemin.mkdir(parents=True, exist_ok=True)
        # os.access() se trompe sous Windows et sur les partages réseau : seul un essai dit vrai.
        with tempfile.TemporaryFile(dir=chemin):
            pass
    except OSError as cause:
        raise _erreur(chemin, cause) from cause
    return chemin


def ecrire(chemin: str | os.PathLike[str], contenu: str | bytes) -> Path:
    """Écrit ``contenu`` (texte en UTF-8, ou octets) dans ``chemin`` d'un seul geste.

    Le contenu va d'abord dans un fichier temporaire du même dossier, qui remplace ensuite l'ancien : une panne,
    un disque plein ou une interruption laissent l'ancien fichier intact.

    Returns
    -------
    pathlib.Path
        Le fichier écrit.

    Raises
    ------
    ErreurEcriture
        Disque plein, droits insuffisants, chemin impossible.
    """
    exiger(chemin, (str, os.PathLike), "Un nom de fichier", '"fiche.pdf"')
    cible = Path(chemin).expanduser()
    octets = contenu.encode("utf-8") if isinstance(contenu, str) else contenu
    try:
        if cible.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        cible.parent.mkdir(parents=True, exist_ok=True)
        _remplacer(cible, octets)
    except OSError as cause:
        raise _erreur(cible, cause) from cause
    except ValueError as cause:  # un caractère nul dans le chemin
        raise ErreurEcriture(f"Impossible d'écrire « {cible} » : ce n'est pas un nom de fichier.") from cause
    return cible


def extension(chemin: str | os.PathLike[str]) -> str:
    """Extension en minuscules, point compris, qui dit dans quel format écrire."""
    exiger(chemin, (str, os.PathLike), "Un nom de fichier", '"fiche.pdf"')
    return Path(chemin).suffix.lower()


def _remplacer(cible: Path, octets: bytes) -> None:
    descripteur, nom = tempfile.mkstemp(dir=cible.parent, prefix=f".{cible.name[:40]}.", suffix=".tmp")
    temporaire = Path(nom)
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(octets)
        temporaire.chmod(0o644)
        temporaire.replace(cible)
    finally:
        temporaire.unlink(missing_ok=True)
