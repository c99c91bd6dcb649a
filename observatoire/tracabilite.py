"""Tous les chiffres qu'imprime une fiche, et d'où vient chacun : fichier, lignes, indicateur, calcul."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
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
        ``o.sources``), ``lignes`` et ``references`` (« table:ligne », séparées par des espaces ; pour une différence,
        ses deux termes, « / » entre numérateur et dénominateur, ou entre valeurs et poids).
    """
    fichiers = dict(contenu.fichiers)
    lignes = [_ligne(bloc.titre, chiffre, fichiers) for bloc in contenu.blocs for chiffre in chiffres_de(bloc)]
    return pd.DataFrame(lignes, columns=list(_COLONNES)).astype({"millesime": "Int64", "valeur": float})


def _ligne(bloc: str, chiffre: Chiffre, fichiers: Mapping[str, str]) -> dict[str, Any]:
    v = chiffre.valeur
    return {
        "bloc": bloc,
        "texte": chiffre.texte,
        **{nom: getattr(v, nom) for nom in _COLONNES[2:11]},
        "source": v.reference,
        "calcul": _dire_calcul(v.origine),
        "fichier": " ; ".join(fichiers.get(table, table) for table in dict.fromkeys(_tables(v.origine))),
        "lignes": _cases(v.origine),
        "references": _references(v.origine),
    }


def _dire_calcul(origine: Origine) -> str:
    """« rapport », ou « difference : valeur - moyenne » quand les deux termes se calculent aussi."""
    if not origine.termes:
        return origine.calcul
    return f"{origine.calcul} : {' - '.join(map(_dire_calcul, origine.termes))}"


def _cases(origine: Origine) -> str:
    """Les cases lues ; pour une différence, tout son premier terme."""
    return _terme(origine.termes[0]) if origine.termes else _etiqueter(origine.cases)


def _references(origine: Origine) -> str:
    return _terme(origine.termes[1]) if origine.termes else _etiqueter(origine.references)


def _terme(origine: Origine) -> str:
    return " / ".join(filter(None, (_cases(origine), _references(origine))))


def _etiqueter(cases: Iterable[Case]) -> str:
    return " ".join(f"{case.table}:{case.ligne}" for case in cases)


def _tables(origine: Origine) -> Iterator[str]:
    yield from (case.table for case in (*origine.cases, *origine.references))
    for terme in origine.termes:
        yield from _tables(terme)


def en_csv(chiffres: pd.DataFrame) -> bytes:
    """Les chiffres d'une fiche en CSV que le tableur français ouvre tel quel ; aucun texte n'y est une formule."""
    textes = chiffres.select_dtypes(exclude="number").columns
    surs = chiffres.assign(**{nom: chiffres[nom].map(_sans_formule) for nom in textes})
    return surs.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n").encode("utf-8-sig")


def _sans_formule(texte: Any) -> Any:
    return f"'{texte}" if isinstance(texte, str) and texte.startswith(("=", "+", "-", "@", "\t")) else texte


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
