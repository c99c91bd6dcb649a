"""D'un territoire à une table : ses quartiers prioritaires, et son carton d'identité dans un notebook."""

from __future__ import annotations

import pandas as pd

from observatoire.gabarits import environnement
from observatoire.qpv import debordants
from observatoire.referentiel import Repertoire
from observatoire.territoire import Territoire
from observatoire.typographie import accorder, nombre


def tableau_qpv(t: Territoire) -> pd.DataFrame:
    """Quartiers prioritaires d'un territoire, du plus peuplé au moins peuplé.

    Returns
    -------
    pandas.DataFrame
        Indexée par ``code`` ; colonnes ``nom``, ``communes``, ``population`` (2020, quartier entier), ``statut``,
        ``deborde`` (s'étend aussi hors du territoire), ``part`` (part, de 0 à 100, des habitants de sa ou de ses
        communes qui y vivent, en 2020 ; NaN si leur population n'est pas publiée), ``taux_pauvrete`` (texte à
        imprimer : « 45,0 % », « n.d. »).
    """
    dehors = set(debordants(t.qpv, t.communes.index))
    table = pd.DataFrame(
        {
            "nom": t.qpv.nom_affiche,
            "communes": t.qpv.noms_communes,
            "population": t.qpv.population,
            "statut": t.qpv.statut,
            "deborde": t.qpv.index.isin(dehors),
        }
    )
    communes = t.base.repertoire.communes.population_2020
    habitants = [communes.loc[codes].sum(skipna=False) for codes in t.qpv.codes_communes]
    table["part"] = (100 * table.population / pd.array(habitants, "Float64")).astype(float)
    table["taux_pauvrete"] = [t.base.releve.valeur("qpv", code, "taux_pauvrete").affichage for code in table.index]
    return table.sort_values(["population", "nom"], ascending=[False, True])


def carton(t: Territoire) -> str:
    """Carton d'identité en HTML, pour l'affichage d'un territoire dans un notebook."""
    lignes = [
        ("Niveau", f"{t.libelle_niveau} · {t.code}"),
        ("Population", "non publiée" if t.population is None else accorder(t.population, "habitant")),
        ("Communes", ", ".join(t.communes.nom) if len(t.communes) <= 4 else nombre(len(t.communes))),
        ("Quartiers prioritaires", _quartiers(t)),
        ("Fait partie de", ", ".join(parent.nom for parent in t.parents) or "—"),
    ]
    dessin = t.carte_statique().svg if t.geometrie is not None else ""
    return environnement().get_template("carton.html").render(nom=t.nom, lignes=lignes, dessin=dessin)


def _quartiers(t: Territoire) -> str:
    if t.synthese_qpv.departements_absents and not t.synthese_qpv.nombre:
        return "non embarqués pour ce département"
    table = tableau_qpv(t)
    noms = [f"{nom} ({nombre(n)} hab.)" for nom, n in zip(table.nom, table.population, strict=True)]
    if not noms:
        return "aucun"
    return ", ".join(noms) if len(noms) <= 6 else f"{nombre(len(noms))}, dont {', '.join(noms[:3])}"


def presentation(repertoire: Repertoire, sources: pd.DataFrame) -> str:
    """Ce que contient l'observatoire, en HTML, pour l'affichage dans un notebook."""
    tables = {
        "communes": repertoire.communes,
        "epci": repertoire.epci,
        "ept": repertoire.ept,
        "departements": repertoire.departements,
        "qpv": repertoire.qpv,
    }
    lignes = [
        (f"o.{nom}", nombre(len(table)), sources.at[nom, "titre"], sources.at[nom, "millesime"])
        for nom, table in tables.items()
    ]
    return environnement().get_template("presentation.html").render(lignes=lignes)
