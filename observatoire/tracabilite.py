"""Tous les chiffres qu'imprime une fiche, et d'où vient chacun : fichier, lignes, indicateur, calcul."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from observatoire import __version__
from observatoire.blocs import Chiffre, Contenu, chiffres_de
from observatoire.indicateurs import DIFFUSE, SIGNES
from observatoire.origines import Case, Origine

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_COLONNES = (
    "bloc",
    "texte",
    "libelle",
    "niveau",
    "code",
    "indicateur",
    "millesime",
    "valeur",
    "unite",
    "statut",
    "estimation",
    "source",
    "calcul",
    "fichier",
    "lignes",
    "references",
)


def tracer(contenu: Contenu) -> pd.DataFrame:
    """Une ligne par chiffre imprimé, dans l'ordre de lecture.

    Returns
    -------
    pandas.DataFrame
        ``bloc`` (titre du bloc), ``texte`` (tel qu'imprimé), ``libelle``, ``niveau`` et ``code`` du territoire de la
        valeur, ``indicateur``, ``millesime`` (Int64), ``valeur`` (NaN si elle manque), ``unite``, ``statut``,
        ``estimation``, ``source`` (producteur et opération), ``calcul`` (voir ``origines``), ``fichier`` (ceux de
        ``o.sources``), ``lignes`` et ``references`` (étiquettes de ligne, par table, séparées par des espaces).
    """
    fichiers = dict(contenu.fichiers)
    lignes = [_ligne(bloc.titre, chiffre, fichiers) for bloc in contenu.blocs for chiffre in chiffres_de(bloc)]
    return pd.DataFrame(lignes, columns=list(_COLONNES)).astype({"millesime": "Int64", "valeur": float})


def _ligne(bloc: str, chiffre: Chiffre, fichiers: Mapping[str, str]) -> dict[str, Any]:
    v = chiffre.valeur
    cases, references = _cases(v.origine), _references(v.origine)
    tables = dict.fromkeys(case.table for case in (*cases, *references))
    return {
        "bloc": bloc,
        "texte": chiffre.texte,
        **{nom: getattr(v, nom) for nom in _COLONNES[2:11]},
        "source": v.reference,
        "calcul": v.origine.calcul,
        "fichier": " ; ".join(fichiers.get(table, table) for table in tables),
        "lignes": " ".join(str(case.ligne) for case in cases),
        "references": " ".join(str(case.ligne) for case in references),
    }


def _cases(origine: Origine) -> tuple[Case, ...]:
    """Les cases lues ; pour une différence, celles de son premier terme."""
    return _toutes(origine.termes[0]) if origine.termes else origine.cases


def _references(origine: Origine) -> tuple[Case, ...]:
    return _toutes(origine.termes[1]) if origine.termes else origine.references


def _toutes(origine: Origine) -> tuple[Case, ...]:
    return (*origine.cases, *origine.references)


def en_csv(chiffres: pd.DataFrame) -> bytes:
    """Les chiffres d'une fiche en CSV que le tableur français ouvre tel quel."""
    return chiffres.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n").encode("utf-8-sig")


def en_jsonld(contenu: Contenu, chiffres: pd.DataFrame, date: dt.date, editeur: str) -> dict[str, Any]:
    """Les données d'une fiche, décrites selon schema.org (``Dataset``)."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{contenu.titre} ({contenu.code}), {contenu.genre}",
        "description": f"Chiffres imprimés ({contenu.genre}) : {contenu.sous_titre}.",
        "inLanguage": "fr",
        "dateModified": date.isoformat(),
        "version": __version__,
        "license": LICENCE,
        "creator": {"@type": "Organization", "name": editeur},
        "spatialCoverage": {"@type": "Place", "name": contenu.nom, "identifier": contenu.code},
        "isBasedOn": list(dict.fromkeys(chiffres.source)),
        "variableMeasured": [_variable(ligne) for ligne in chiffres.itertuples()],
    }


def _variable(ligne: Any) -> dict[str, Any]:
    """Une valeur ; celle qui manque dit sa raison à sa place."""
    publiee = ligne.statut == DIFFUSE
    variable = {
        "@type": "PropertyValue",
        "propertyID": ligne.indicateur,
        "name": ligne.libelle,
        "value": ligne.valeur if publiee else SIGNES[ligne.statut][1],
        "description": ligne.source,
    }
    precisions = {"unitText": ligne.unite, "observationAbout": ligne.code}
    return variable | {cle: valeur for cle, valeur in precisions.items() if valeur}
