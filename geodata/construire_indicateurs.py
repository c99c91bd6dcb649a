"""Construit la table des indicateurs embarqués, à partir des transcriptions et du référentiel déjà construit.

Les colonnes lues et leur indicateur sont dans ``transcriptions/correspondances.csv`` ; ce que vaut chacun est dans
``transcriptions/catalogue.csv``. Une case vide est « non diffusée », un « s » est un secret statistique.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from observatoire.qpv import synthetiser
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, REGION

TRANSCRIPTIONS = Path(__file__).parent / "transcriptions"
COLONNES = ["niveau", "code", "indicateur", "millesime", "valeur", "statut", "source"]
_STATUTS = {"": "non_diffuse", "s": "secret", "ns": "secret", "nd": "non_diffuse"}
_NIVEAUX_FILOSOFI = {"EPCI": "epci", "DEP": "departement", "REG": "region", "FRM": "france"}
_CODE_METROPOLE = "metropole"
#: Rapports calculés ici, quartier par quartier : numérateur, dénominateur, source.
_RAPPORTS = {
    "logements_sociaux_pour_100_menages": ("logements_sociaux", "nombre_menages", "SDES, RPLS ; Insee, RP 2020"),
    "part_couverts_caf": ("personnes_couvertes_caf", "population", "Cnaf ; Insee, RP 2020"),
}

Tables = Mapping[str, pd.DataFrame]


def table_indicateurs(tables: Tables) -> pd.DataFrame:
    """Tous les indicateurs embarqués, en table longue (une ligne par niveau, code, indicateur et millésime)."""
    transcrits = pd.concat(_transcrits(), ignore_index=True)
    morceaux = [transcrits, _rapports(transcrits), _populations(tables), _geographie(tables)]
    table = pd.concat(morceaux, ignore_index=True)[COLONNES]
    table["millesime"] = table["millesime"].astype("Int64")
    return table.sort_values(COLONNES[:4], ignore_index=True)


def table_catalogue() -> pd.DataFrame:
    """Le catalogue des indicateurs, tel qu'il est transcrit."""
    brut = pd.read_csv(TRANSCRIPTIONS / "catalogue.csv", dtype=str, keep_default_na=False)
    listes = {nom: [texte.split("|") if texte else [] for texte in brut[nom]] for nom in ("ponderation", "niveaux")}
    return brut.assign(**listes, decimales=brut.decimales.astype(int))


def _transcrits() -> Iterator[pd.DataFrame]:
    correspondances = pd.read_csv(TRANSCRIPTIONS / "correspondances.csv", dtype=str, keep_default_na=False)
    for fichier, colonnes in correspondances.groupby("fichier"):
        brut = _lire(str(fichier))
        for colonne in colonnes.itertuples():
            statut = brut[colonne.colonne].map(lambda v: _STATUTS.get(v, "diffuse"))
            valeur = brut[colonne.colonne].where(statut.eq("diffuse")).str.replace(",", ".").astype(float)
            yield pd.DataFrame(
                {
                    "niveau": brut["niveau"],
                    "code": brut["code"],
                    "indicateur": colonne.indicateur,
                    "millesime": int(str(colonne.millesime)) if colonne.millesime else None,
                    "valeur": valeur,
                    "statut": statut,
                    "source": colonne.source,
                }
            )


def _lire(fichier: str) -> pd.DataFrame:
    """Un fichier transcrit, tout en texte, avec ``niveau`` et ``code``."""
    separateur = "," if fichier.startswith("indicateurs_qpv") else ";"
    brut = pd.read_csv(TRANSCRIPTIONS / fichier, sep=separateur, dtype=str, keep_default_na=False)
    if "code_qp" in brut:
        return brut.assign(niveau="qpv", code=brut.code_qp)
    if "NIVEAU" in brut:
        france = brut.NIVEAU.eq("FRM")
        return brut.assign(niveau=brut.NIVEAU.map(_NIVEAUX_FILOSOFI), code=brut.CODGEO.mask(france, _CODE_METROPOLE))
    return brut.assign(niveau="commune", code=brut.CODGEO)


def _rapports(transcrits: pd.DataFrame) -> pd.DataFrame:
    qpv = transcrits[transcrits.niveau == "qpv"].pivot(index="code", columns="indicateur", values="valeur")
    return pd.concat(
        [
            _lignes("qpv", 100 * qpv[numerateur] / qpv[denominateur], indicateur, None, source)
            for indicateur, (numerateur, denominateur, source) in _RAPPORTS.items()
        ]
    )


def _lignes(niveau: str, valeurs: pd.Series, indicateur: str, millesime: int | None, source: str) -> pd.DataFrame:
    """Lignes d'un indicateur ; ce qui manque n'est pas diffusé."""
    return pd.DataFrame(
        {
            "niveau": niveau,
            "code": valeurs.index,
            "indicateur": indicateur,
            "millesime": millesime,
            "valeur": valeurs.astype(float).to_numpy(),
            "statut": ["non_diffuse" if vide else "diffuse" for vide in valeurs.isna()],
            "source": source,
        }
    )


def _populations(tables: Tables) -> pd.DataFrame:
    """Populations municipales 2020 et 2023, de la commune à la région."""
    communes = tables["communes"].set_index("code")
    perimetre = communes[communes.code_departement.isin(DEPARTEMENTS_PERIMETRE)]
    niveaux = {
        "commune": communes,
        **{niveau: tables[nom].set_index("code") for niveau, nom in _TABLES.items()},
        "perimetre": _ensemble(perimetre, CODE_PERIMETRE),
        "region": _ensemble(communes[communes.code_region == REGION], REGION),
    }
    return pd.concat(
        [
            _lignes(niveau, table[colonne], "population", annee, f"Insee, population municipale {annee}")
            for niveau, table in niveaux.items()
            for annee, colonne in ((2023, "population"), (2020, "population_2020"))
        ]
    )


_TABLES = {"epci": "epci", "ept": "ept", "departement": "departements"}


def _ensemble(communes: pd.DataFrame, code: str) -> pd.DataFrame:
    sommes = {colonne: [communes[colonne].sum(skipna=False)] for colonne in ("population", "population_2020")}
    return pd.DataFrame(sommes, index=[code])


def _geographie(tables: Tables) -> pd.DataFrame:
    """Nombre, habitants et part des QPV, de la commune au périmètre, là où les QPV sont embarqués."""
    communes, qpv = (gpd.GeoDataFrame(tables[nom].set_index("code")) for nom in ("communes", "qpv"))
    lignes = [
        ligne
        for niveau, code, membres in _territoires(communes)
        for ligne in _lignes_qpv(niveau, code, synthetiser(qpv, membres))
    ]
    return pd.DataFrame(lignes)


def _territoires(communes: gpd.GeoDataFrame) -> Iterator[tuple[str, str, gpd.GeoDataFrame]]:
    proches = communes[communes.code_departement.isin(DEPARTEMENTS_PERIMETRE)]
    for code in proches.index:
        yield "commune", code, proches.loc[[code]]
    for niveau, colonne in (("epci", "code_epci"), ("ept", "code_ept"), ("departement", "code_departement")):
        for code in sorted(proches[colonne].dropna().unique()):
            yield niveau, code, communes[communes[colonne] == code]
    yield "perimetre", CODE_PERIMETRE, proches


def _lignes_qpv(niveau: str, code: str, synthese: Any) -> Iterator[dict[str, Any]]:
    """Indisponible quand des QPV ne sont pas embarqués, non diffusé quand un quartier déborde."""
    absents, deborde = bool(synthese.departements_absents), bool(synthese.debordants)
    statut = "indisponible" if absents else "non_diffuse" if deborde else "diffuse"
    source = "Insee, populations de référence des QPV 2024 (RP 2020)"
    valeurs = (
        ("nombre_qpv", 2024, synthese.nombre, "indisponible" if absents else "diffuse", "ANCT, géographie 2024"),
        ("population_qpv", 2020, synthese.population, statut, source),
        ("part_population_qpv", 2020, synthese.part, statut, f"{source} ; Insee, population municipale 2020"),
    )
    for indicateur, millesime, valeur, etat, origine in valeurs:
        yield {
            "niveau": niveau,
            "code": code,
            "indicateur": indicateur,
            "millesime": millesime,
            "valeur": float(valeur) if etat == "diffuse" else float("nan"),
            "statut": etat,
            "source": origine,
        }
