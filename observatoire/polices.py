"""Les polices d'un document composé : celle d'un paquet, celles de Typst, celles qu'une structure apporte.

Jamais celles de la machine : le même document a partout les mêmes octets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import typst

#: La police des fiches ; son paquet en livre les fichiers.
POLICE = "Source Sans Pro"
_PAQUET = "font_source_sans_pro"
#: Ce qui, dans un dossier, est une police.
EXTENSIONS = frozenset({".ttf", ".otf", ".ttc", ".otc"})

_Signature = tuple[tuple[str, int, int], ...]


def polices(*dossiers: Path | None) -> typst.Fonts:
    """Polices du paquet et de Typst, et celles des ``dossiers`` ; None ne compte pas.

    Un dossier est relu dès que ses fichiers changent.
    """
    donnes = tuple(dossier for dossier in dossiers if dossier is not None)
    return _charger(donnes, signature(chemin for dossier in donnes for chemin in fichiers_de_police(dossier)))


def familles(*dossiers: Path | None) -> tuple[str, ...]:
    """Noms des polices dont un document dispose, dans l'ordre alphabétique."""
    return tuple(sorted(polices(*dossiers).families()))


def fichiers_de_police(dossier: Path) -> Iterator[Path]:
    """Les fichiers de police d'un dossier et de ses sous-dossiers, toujours dans le même ordre."""
    return (chemin for chemin in sorted(dossier.rglob("*")) if chemin.suffix.lower() in EXTENSIONS)


def signature(fichiers: Iterable[Path]) -> _Signature:
    """Ce qui change quand un fichier change : de quoi garder en mémoire ce qu'on en a tiré, sans le relire."""
    etats = ((chemin, chemin.stat()) for chemin in fichiers if chemin.is_file())
    return tuple((str(chemin), etat.st_mtime_ns, etat.st_size) for chemin, etat in etats)


@lru_cache(maxsize=4)
def _charger(dossiers: tuple[Path, ...], etat: _Signature) -> typst.Fonts:  # noqa: ARG001 - l'état date le cache
    with as_file(files(_PAQUET) / "files") as paquet:
        chemins = [str(paquet), *map(str, dossiers)]
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=chemins)
