"""Ce que tape l'analyste : ``obs.lire_document``, ``obs.lire_experiences``, ``obs.lire_actions``."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import pandas as pd

from observatoire.extraction import Document
from observatoire.observatoire import Observatoire, ouvrir


class TableLue(pd.DataFrame):
    """Une table tirée d'un document : un DataFrame, et le document d'où elle vient.

    Toute opération rend un DataFrame ordinaire : une table filtrée ou jointe ne prétend plus dire le document entier.

    Attributes
    ----------
    document : Document
        Le document lu ; ses autres tables sont aussi ``.liens``, ``.chiffres``, ``.adherents``.
    table : pandas.DataFrame
        La même table, sans le document.
    anomalies : pandas.DataFrame
        Ce que la lecture n'a pas placé.
    """

    _metadata: ClassVar[list[str]] = ["document"]
    document: Document

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """La table, en DataFrame ordinaire."""
        return pd.DataFrame(self)

    @property
    def anomalies(self) -> pd.DataFrame:
        """Voir ``Document.anomalies``."""
        return self.document.anomalies

    @property
    def liens(self) -> pd.DataFrame:
        """Voir ``Document.liens`` ; ceux de cette table."""
        liens = self.document.liens
        return liens[liens.id.isin(self.index)]

    @property
    def chiffres(self) -> pd.DataFrame:
        """Voir ``Document.chiffres``."""
        return self.document.chiffres

    @property
    def adherents(self) -> pd.DataFrame:
        """Voir ``Document.adherents``."""
        return self.document.adherents


def lire_document(
    chemin: str | os.PathLike[str],
    *,
    famille: str | None = None,
    contacts: bool = False,
    observatoire: Observatoire | None = None,
) -> Document:
    """Lit un document du champ : recueil, rapport d'activité, lettre, concertation ou guide.

    Parameters
    ----------
    chemin : path
        Document en markdown, en texte ou en PDF.
    famille : {"recueil", "rapport", "lettre", "concertation", "guide"}, optional
        Reconnue à la structure par défaut.
    contacts : bool
        Lit aussi les noms, téléphones et adresses des personnes (colonne ``contacts``).
    observatoire : Observatoire, optional
        Celui dont on prend le référentiel ; les données embarquées par défaut.

    Returns
    -------
    Document
        Ses tables, et ses anomalies : rien n'est perdu en silence.

    Raises
    ------
    ErreurSource
        Fichier absent, vide, illisible, sans texte, ou d'aucune famille connue.
    ErreurArgument
        Famille inexistante.
    """
    return (observatoire or ouvrir()).lecteur.lire(chemin, famille=famille, contacts=contacts)


def lire_experiences(
    chemin: str | os.PathLike[str],
    *,
    famille: str | None = None,
    contacts: bool = False,
    observatoire: Observatoire | None = None,
) -> TableLue:
    """Les fiches expériences d'un document ; mêmes arguments et erreurs que ``lire_document``.

    Returns
    -------
    TableLue
        Un DataFrame aux colonnes d'``o.experiences``, plus ``ligne``, ``extrait``, ``sections``, ``contacts`` ; et
        ``.anomalies``, ``.liens``, ``.document``.
    """
    lu = lire_document(chemin, famille=famille, contacts=contacts, observatoire=observatoire)
    return _lue(lu.experiences, lu)


def lire_actions(
    chemin: str | os.PathLike[str],
    *,
    famille: str | None = None,
    contacts: bool = False,
    observatoire: Observatoire | None = None,
) -> TableLue:
    """Les actions, publications, défis, atouts et propositions d'un document ; voir ``lire_document``.

    Returns
    -------
    TableLue
        Un DataFrame aux colonnes d'``o.actions``, plus ``ligne``, ``extrait``, ``sections``, ``contacts`` ; et
        ``.anomalies``, ``.liens``, ``.chiffres``, ``.adherents``, ``.document``.
    """
    lu = lire_document(chemin, famille=famille, contacts=contacts, observatoire=observatoire)
    return _lue(lu.actions, lu)


def _lue(table: pd.DataFrame, document: Document) -> TableLue:
    lue = TableLue(table)
    lue.document = document
    return lue
