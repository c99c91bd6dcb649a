"""Une fiche : le contenu d'un modèle pour un territoire, prêt à être affiché ou enregistré."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from observatoire import __version__, rendu, rendu_docx
from observatoire.blocs import Chiffre, Contenu
from observatoire.charte import Charte
from observatoire.ecriture import ecrire, extension
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.gabarits import cadre
from observatoire.modele_utilisateur import ModeleUtilisateur, ouvrir_modele
from observatoire.modeles import MODELES, choisir_modele
from observatoire.territoire import Territoire
from observatoire.tracabilite import tracer
from observatoire.typographie import date_longue, soigner


@dataclass(frozen=True)
class Fiche:
    """Une fiche, prête à être affichée ou enregistrée.

    Attributes
    ----------
    contenu : Contenu
        Ses blocs, indépendants de tout rendu.
    date : datetime.date
        Date de production.
    charte : Charte
        Couleurs, police, logo et pied de page de la structure.
    gabarits : ModeleUtilisateur or None
        Les gabarits d'un dossier de l'analyste, à la place des nôtres.
    """

    contenu: Contenu
    date: dt.date
    charte: Charte = field(default_factory=Charte)
    gabarits: ModeleUtilisateur | None = None

    def chiffres(self) -> pd.DataFrame:
        """Tous les chiffres imprimés, et l'origine de chacun ; voir ``tracabilite.tracer``."""
        return tracer(self.contenu)

    @cached_property
    def html(self) -> str:
        """La fiche en une page HTML autonome."""
        return self.en_html(())

    def en_html(self, liens: tuple[tuple[str, str], ...]) -> str:
        """La même page, précédée de liens (libellé, adresse) vers ses voisines d'un site."""
        contexte = rendu.contexte_html(self.contenu, self.date, self.charte, liens)
        if self.gabarits and "html" in self.gabarits.formes:
            return self.gabarits.rendre_html(contexte)
        return rendu.en_html(contexte)

    @cached_property
    def pdf(self) -> bytes:
        """La fiche en PDF/UA-1, ses chiffres en pièce jointe."""
        if self.gabarits and "pdf" in self.gabarits.formes:
            donnees = rendu.donnees_pdf(self.contenu, self.charte)
            return self.gabarits.composer_pdf(donnees, self.date, self.charte.polices)
        return rendu.en_pdf(self.contenu, self.date, self.charte)

    @cached_property
    def docx(self) -> bytes:
        """La fiche en document Word, à corriger et compléter."""
        return rendu_docx.en_docx(self.contenu, self.date, self.charte)

    def enregistrer(self, chemin: str | os.PathLike[str]) -> Path:
        """Écrit la fiche en HTML, en PDF ou en DOCX selon l'extension.

        Returns
        -------
        pathlib.Path
            Le fichier écrit.

        Raises
        ------
        ErreurArgument
            Extension inconnue.
        ErreurEcriture
            Le fichier ne peut être écrit.
        """
        forme = extension(chemin)
        if forme not in FORMES:
            raise ErreurArgument(
                f"Format {forme!r} inconnu pour une fiche. Que faire : choisissez .html, .pdf ou .docx."
            )
        return ecrire(chemin, FORMES[forme](self))

    def _repr_html_(self) -> str:
        return cadre(self.html, self.contenu.titre, 720)

    def __repr__(self) -> str:
        c = self.contenu
        return f"Fiche({c.niveau} {c.code} : {c.nom}, {len(c.blocs)} blocs)"


#: De l'extension au rendu.
FORMES: Mapping[str, Callable[[Fiche], str | bytes]] = MappingProxyType(
    {
        ".html": lambda fiche: fiche.html,
        ".htm": lambda fiche: fiche.html,
        ".pdf": lambda fiche: fiche.pdf,
        ".docx": lambda fiche: fiche.docx,
    }
)


def rediger(
    territoire: Territoire,
    date: dt.date,
    modele: str = "repere",
    avec: tuple[Territoire, ...] = (),
    charte: Charte | None = None,
) -> Fiche:
    """Fiche d'un territoire de tout niveau.

    Parameters
    ----------
    territoire : Territoire
        Le territoire.
    date : datetime.date
        Date de production imprimée.
    modele : str
        Un des ``MODELES``, ou un dossier de gabarits : le contenu est alors celui d'une fiche repère.
    avec : tuple of Territoire
        Les autres territoires d'une fiche comparative.
    charte : Charte, optional
        Celle de la bibliothèque par défaut.

    Raises
    ------
    ErreurArgument
        Modèle inconnu, ou qui ne vaut pas pour ce territoire ; territoire sans contour dans les données (hors
        d'Île-de-France).
    """
    exiger(date, dt.date, "Une date", "datetime.date(2026, 11, 22)")
    exiger(modele, str, "Un modèle", '"comparatif", ou le chemin d\'un dossier de gabarits')
    gabarits = ouvrir_modele(modele) if modele and modele not in MODELES and Path(modele).is_dir() else None
    choisi = choisir_modele("repere" if gabarits else modele, territoire, avec)
    t = territoire
    contenu = Contenu(
        titre=choisi.titre(t, avec),
        sous_titre=choisi.sous_titre(t, avec),
        niveau=t.niveau,
        code=t.code,
        nom=t.nom,
        blocs=tuple(soigner_tout(bloc) for bloc in choisi.composer(t, date, avec)),
        date=date_longue(date),
        pied=f"{t.nom} ({t.code}) · {choisi.genre} du {date_longue(date)} · observatoire {__version__}",
        genre=choisi.genre,
        pages=choisi.pages(t),
        fichiers=tuple((str(table), str(fichier)) for table, fichier in t.base.sources.fichier.items()),
    )
    return Fiche(contenu, date, charte or Charte(), gabarits)


def soigner_tout(valeur: Any) -> Any:
    """La même valeur, espaces insécables posées dans tous ses textes ; un dessin n'est pas un texte."""
    if isinstance(valeur, str):
        return valeur if valeur.startswith("<svg") else soigner(valeur)
    if isinstance(valeur, tuple):
        return tuple(map(soigner_tout, valeur))
    if isinstance(valeur, Chiffre):
        return replace(valeur, texte=soigner(valeur.texte))
    if is_dataclass(valeur) and not isinstance(valeur, type):
        return replace(valeur, **{champ.name: soigner_tout(getattr(valeur, champ.name)) for champ in fields(valeur)})
    return valeur
