"""D'un fichier à ses tables : le document est dépouillé, ses notices rattachées, puis écrites ou versées."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from observatoire import experiences, fichiers, revue
from observatoire.discretion import masquer, personnes
from observatoire.documents.familles import depouiller
from observatoire.ecriture import ecrire
from observatoire.erreurs import exiger
from observatoire.lieux import Gazetier
from observatoire.notices import Adherent, Anomalie, Chiffre, Depouillement
from observatoire.recherche import Document as TexteCherchable
from observatoire.versement import Versement
from observatoire.vocabulaire import Vocabulaire


@dataclass(frozen=True)
class Document:
    """Ce qu'un document dit, en tables.

    Attributes
    ----------
    fichier, titre, famille : str
        Nom du fichier ; titre imprimé ; famille (voir ``notices.FAMILLES``).
    annee : int, optional
        Année du document.
    experiences, actions : pandas.DataFrame
        Colonnes d'``o.experiences`` et d'``o.actions``, plus ``ligne``, ``extrait`` (verbatim), ``sections``
        (intertitre -> texte), ``rubriques`` (les mêmes sous des noms communs, pour un guide : ``contexte``,
        ``transformations_elus``...) et ``contacts`` (personnes, vide sans ``contacts=True``).
    liens : pandas.DataFrame
        Territoires de chaque notice : ``id``, ``genre``, ``code``, ``niveau``, ``nom``, ``origine``, ``confiance``,
        ``partie``.
    chiffres : pandas.DataFrame
        Chiffres d'ensemble : ``libelle``, ``valeur``, ``unite``, ``territoire``, ``theme``, ``page``, ``ligne``,
        ``extrait``.
    adherents : pandas.DataFrame
        ``nom``, ``type``, ``commune``, ``code_commune``, ``nombre``, ``ligne``.
    anomalies : pandas.DataFrame
        Ce qui n'a pas été placé : ``gravite`` (« perte », « doute »), ``probleme``, ``ligne``, ``page``, ``extrait``.
    pages : tuple of str
        Texte entier, page par page.
    """

    fichier: str
    titre: str
    famille: str
    annee: int | None
    experiences: pd.DataFrame
    actions: pd.DataFrame
    liens: pd.DataFrame
    chiffres: pd.DataFrame
    adherents: pd.DataFrame
    anomalies: pd.DataFrame
    pages: tuple[str, ...] = ()

    def __repr__(self) -> str:
        comptes = f"{len(self.experiences)} expériences, {len(self.actions)} actions, {len(self.anomalies)} anomalies"
        return f"Document({self.famille} « {self.titre} » : {comptes})"


@dataclass(frozen=True)
class Lecteur:
    """Ce qu'il faut pour lire un document : qui reconnaît les territoires, et qui reconnaît les thèmes."""

    gazetier: Gazetier
    vocabulaire: Vocabulaire

    def lire(self, chemin: str | os.PathLike[str], *, famille: str | None = None, contacts: bool = False) -> Document:
        """Lit un document ; voir ``obs.lire_document``."""
        depouillement = depouiller(chemin, famille)
        tables = experiences.rattacher(depouillement, self.gazetier, self.vocabulaire, contacts=contacts)
        tues = None if contacts else personnes(c for notice in depouillement.notices for c in notice.contacts)
        return Document(
            fichier=depouillement.fichier,
            titre=depouillement.titre,
            famille=depouillement.famille,
            annee=depouillement.annee,
            experiences=tables.experiences,
            actions=tables.actions,
            liens=tables.liens,
            chiffres=_discrete(_en_table(depouillement.chiffres, Chiffre, ("page", "ligne")), tues),
            adherents=_table_adherents(depouillement, self.gazetier),
            anomalies=_discrete(
                _en_table((*depouillement.anomalies, *tables.anomalies), Anomalie, ("page", "ligne")), tues
            ),
            pages=depouillement.pages if tues is None else tuple(masquer(page, tues) for page in depouillement.pages),
        )


def lire_relecture(chemin: str | os.PathLike[str]) -> pd.DataFrame:
    """Table d'une relecture, telle que l'a enregistrée un tableur ; voir ``revue.lire``.

    Raises
    ------
    ErreurSource, ErreurSchema
        Fichier illisible ; colonnes absentes, ou cases fautives, toutes à la fois.
    """
    fichier = Path(chemin).expanduser()
    texte = fichiers.decoder(fichier, fichiers.lire_octets(fichier), "une relecture en CSV")
    return revue.lire(texte, fichier.name)


def extraire(document: Document, sortie: str | os.PathLike[str], *, extraits: bool = True) -> pd.DataFrame:
    """Écrit la relecture d'un document : un CSV à corriger dans un tableur.

    Si le fichier existe déjà, ses corrections sont gardées : seules les cases que personne n'a touchées suivent la
    nouvelle lecture.

    Parameters
    ----------
    document : Document
        Le document lu.
    sortie : path
        Le CSV à écrire ou à mettre à jour.
    extraits : bool
        Garde ce que le document dit mot pour mot ; False pour une relecture destinée à être publiée.

    Returns
    -------
    pandas.DataFrame
        La table écrite, colonnes ``revue.COLONNES``.

    Raises
    ------
    ErreurSchema
        La relecture existante n'est pas lisible ; elle est laissée telle quelle.
    ErreurEcriture
        Le fichier ne peut être écrit.
    """
    table = revue.preparer(document.experiences, document.actions, document.liens, extraits=extraits)
    if Path(sortie).expanduser().exists():
        table = revue.fusionner(lire_relecture(sortie), table)
    ecrire(sortie, revue.ecrire(table))
    return table


def verser(
    document: str | os.PathLike[str] | Document,
    lecteur: Lecteur,
    niveau_du_code: Callable[[str], str | None],
    famille: str | None = None,
) -> Versement:
    """Ce qu'un document, ou sa relecture, ajoute à un observatoire ; voir ``Observatoire.ajouter_document``."""
    exiger(document, (str, os.PathLike, Document), "Un document", '"recueil-2024.pdf"')
    if isinstance(document, Document):
        return _verse(document)
    if Path(document).suffix.lower() == ".csv":
        themes = [theme.libelle for theme in lecteur.vocabulaire.themes]
        relues = revue.cataloguer(lire_relecture(document), niveau_du_code, Path(document).name, themes)
        return Versement(relues.experiences.set_index("id"), relues.actions.set_index("id"), relues.liens)
    return _verse(lecteur.lire(document, famille=famille))


def _verse(document: Document) -> Versement:
    territoires = sorted({code for codes in document.experiences.territoires for code in codes})
    texte = TexteCherchable(document.titre, document.pages, annee=document.annee, territoires=territoires)
    return Versement(document.experiences, document.actions, document.liens, texte)


def _en_table(valeurs: Sequence[Any], classe: type, entiers: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame([asdict(valeur) for valeur in valeurs], columns=[champ.name for champ in fields(classe)])
    textes = table.columns.difference([*entiers, "valeur", "nombre"])
    typees = {nom: table[nom].astype(object).where(table[nom].notna(), None) for nom in textes}
    return table.assign(**typees, **{nom: table[nom].astype("Int64") for nom in entiers})


def _discrete(table: pd.DataFrame, tues: Collection[str] | None) -> pd.DataFrame:
    """La même table, les personnes tues dans ses extraits (None : rien n'est à taire)."""
    if tues is None:
        return table
    return table.assign(extrait=[masquer(texte or "", tues) for texte in table.extrait])


def _table_adherents(depouillement: Depouillement, gazetier: Gazetier) -> pd.DataFrame:
    table = _en_table(depouillement.adherents, Adherent, ("ligne",))
    codes = [_code(adherent, gazetier) for adherent in depouillement.adherents]
    return table.assign(code_commune=pd.Series(codes, table.index, dtype=object))


def _code(adherent: Adherent, gazetier: Gazetier) -> str | None:
    """Code du territoire d'un adhérent : sa commune imprimée, ou lui-même s'il en est un."""
    lieu = adherent.commune or (adherent.nom if adherent.type in {"commune", "epci"} else None)
    mentions = gazetier.resoudre(lieu) if lieu else []
    return mentions[0].code if mentions else None
