"""Ouvrir un fichier de l'utilisateur : ses octets, puis son texte, quel qu'en soit l'encodage."""

from __future__ import annotations

from pathlib import Path

from observatoire.erreurs import ErreurSource

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: Une page a parfois des caractères de commande ; un fichier binaire en est plein.
_PART_DE_COMMANDE = 0.05


def lire_octets(chemin: Path) -> bytes:
    """Octets d'un fichier.

    Raises
    ------
    ErreurSource
        Fichier absent ou illisible, ou dossier.
    """
    if chemin.is_dir():
        raise ErreurSource(f"« {chemin} » est un dossier : donnez le chemin d'un fichier.")
    try:
        return chemin.read_bytes()
    except FileNotFoundError as cause:
        raise ErreurSource(f"Le fichier « {chemin} » n'existe pas : vérifiez son chemin.") from cause
    except OSError as cause:
        raise ErreurSource(
            f"Le fichier « {chemin} » ne peut pas être lu ({cause.strerror}) : vérifiez vos droits."
        ) from cause


def decoder(chemin: Path, octets: bytes, attendu: str) -> str:
    """Texte d'un fichier : UTF-8, UTF-16 ou Windows-1252.

    Parameters
    ----------
    chemin : pathlib.Path
        Le fichier, pour le nommer dans une erreur.
    octets : bytes
        Son contenu.
    attendu : str
        Ce qu'il devrait être, pour l'erreur : « un fichier CSV, un classeur ou des contours ».

    Raises
    ------
    ErreurSource
        Page web, ou fichier binaire.
    """
    if octets.startswith(_UTF16):
        return octets.decode("utf-16", errors="replace")
    debut = octets[:200].lstrip().lower()
    if debut.startswith((b"<!doctype", b"<html")):
        raise ErreurSource(
            f"« {chemin} » est une page web, et non {attendu} : téléchargez le fichier que cette page propose."
        )
    if b"\x00" in octets or _part_de_commande(octets) > _PART_DE_COMMANDE:
        raise ErreurSource(
            f"« {chemin} » n'est pas {attendu} : vérifiez que c'est le bon fichier, et téléchargez-le de nouveau s'il "
            "est endommagé."
        )
    for encodage in ("utf-8-sig", "cp1252"):
        try:
            return octets.decode(encodage)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def _part_de_commande(octets: bytes) -> float:
    debut = octets[:10_000]
    return sum(octet < 32 and octet not in b"\t\r\n\x0c" for octet in debut) / max(len(debut), 1)
