"""Un dessin SVG que l'on montre dans un notebook ou que l'on enregistre en SVG, PNG ou PDF."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path

from observatoire.composition import composer
from observatoire.ecriture import ecrire, extension
from observatoire.erreurs import ErreurArgument


@dataclass(frozen=True)
class Dessin:
    """Un dessin complet et autonome.

    Attributes
    ----------
    titre : str
        Son titre.
    svg : str
        Le dessin.
    texte_alternatif : str
        Description pour qui ne le voit pas.
    largeur, hauteur : int
        Sa taille, en unités du SVG (des points à l'impression).
    date : datetime.date, optional
        Date inscrite dans les métadonnées du PDF.
    """

    titre: str
    svg: str = field(repr=False)
    texte_alternatif: str = field(repr=False)
    largeur: int = field(repr=False)
    hauteur: int = field(repr=False)
    date: dt.date | None = field(repr=False, default=None)

    def _repr_svg_(self) -> str:
        return self.svg

    def enregistrer(self, chemin: str | os.PathLike[str]) -> Path:
        """Écrit le dessin en SVG, PNG ou PDF selon l'extension.

        Raises
        ------
        ErreurArgument
            Extension inconnue.
        ErreurEcriture
            Le fichier ne peut être écrit.
        """
        forme = extension(chemin)
        if forme == ".svg":
            return ecrire(chemin, self.svg)
        if forme in {".png", ".pdf"}:
            return ecrire(chemin, self._composer(forme))
        raise ErreurArgument(f"Format {forme!r} inconnu pour un dessin. Que faire : choisissez .svg, .png ou .pdf.")

    def _composer(self, forme: str) -> bytes:
        donnees = {
            "titre": self.titre,
            "svg": self.svg,
            "alt": self.texte_alternatif,
            "largeur": self.largeur,
            "hauteur": self.hauteur,
        }
        return composer("carte.typ", donnees, "png" if forme == ".png" else "pdf", self.date)
