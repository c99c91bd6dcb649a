"""Ce qu'un document ajoute à un observatoire : ses notices, et son texte à chercher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from observatoire.recherche import Document


@dataclass(frozen=True)
class Versement:
    """Un document versé.

    Attributes
    ----------
    experiences, actions, liens : pandas.DataFrame
        Aux colonnes des tables du catalogue.
    texte : recherche.Document, optional
        Son texte entier, page par page ; None pour une relecture.
    """

    experiences: pd.DataFrame
    actions: pd.DataFrame
    liens: pd.DataFrame
    texte: Document | None = None


def joindre(catalogue: pd.DataFrame, verses: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Une table du catalogue et celles des documents versés ; le dernier versé l'emporte sur le même identifiant."""
    if not verses:
        return catalogue
    tables = [catalogue, *(verse[catalogue.columns] for verse in verses)]
    jointe = pd.concat(tables, ignore_index=catalogue.index.name is None)
    if catalogue.index.name is None:
        return jointe.drop_duplicates(["id", "code"], keep="last", ignore_index=True)
    return jointe[~jointe.index.duplicated(keep="last")]
