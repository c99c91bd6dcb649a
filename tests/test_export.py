"""Exporter : ce que reçoivent QGIS et la bureautique, et ce qui s'y relit à l'identique."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire import export, geopackage
from observatoire.couches import TABLES
from observatoire.erreurs import ErreurArgument, ErreurEcriture, ErreurType, TerritoireInconnu
from observatoire.indicateurs import Releve
from observatoire.observatoire import Observatoire
from observatoire.schemas import NIVEAUX_INDICATEURS, STATUTS

JOUR = dt.date(2026, 10, 1)
CLE = ["niveau", "code", "indicateur", "millesime", "valeur", "statut", "source"]
COUCHES = ["qpv", "communes", "epci", "ept", "departements"]
SIGNES = {"s.", "n.d.", "-", "ind."}


def lire_gpkg(fichier: Path, table: str) -> pd.DataFrame:
    return pyogrio.read_dataframe(fichier, layer=table)


def lire_parquet(fichier: Path, _: str) -> pd.DataFrame:
    return pd.read_parquet(fichier)


def lire_xlsx(fichier: Path, table: str) -> pd.DataFrame:
    return pd.read_excel(
        fichier, sheet_name=table, engine="calamine", keep_default_na=False, na_values=[""], dtype=object
    )


def feuilles(fichier: Path) -> list[Any]:
    with pd.ExcelFile(fichier, engine="calamine") as classeur:
        return list(classeur.sheet_names)


LECTEURS: dict[str, Callable[[Path, str], pd.DataFrame]] = {
    ".gpkg": lire_gpkg,
    ".parquet": lire_parquet,
    ".xlsx": lire_xlsx,
}


@pytest.fixture(scope="module")
def fichiers(o: Observatoire, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    dossier = tmp_path_factory.mktemp("export")
    return {
        ".gpkg": o.exporter(dossier / "donnees.gpkg", date=JOUR),
        ".xlsx": o.exporter(dossier / "donnees.xlsx", date=JOUR),
        ".parquet": o.exporter(dossier / "indicateurs.parquet", table="indicateurs", date=JOUR),
    }


def verifier_identite(lue: pd.DataFrame, table: pd.DataFrame) -> None:
    typee = lue[CLE].astype({"millesime": "Int64", "valeur": float}).astype(table.dtypes.to_dict())
    pd.testing.assert_frame_equal(typee, table[CLE].reset_index(drop=True), check_exact=True)


# --- la table longue se relit à l'identique ---


@pytest.mark.parametrize("forme", LECTEURS)
def test_toutes_les_valeurs_se_relisent_a_l_identique(o: Observatoire, fichiers: dict[str, Path], forme: str) -> None:
    verifier_identite(LECTEURS[forme](fichiers[forme], "indicateurs"), o.indicateurs)


TEXTES = st.text(st.sampled_from("abéœÇ0129 ='\"+-@<&;|,.%«»…"), min_size=1, max_size=12).filter(str.strip)


@st.composite
def tables_longues(tirer: st.DrawFn) -> pd.DataFrame:
    cles = st.tuples(
        st.sampled_from(NIVEAUX_INDICATEURS),
        st.sampled_from(["01", "01001", "92036", "2A004", "QN09201M", "200057990", "1"]),
        st.sampled_from(["taux_pauvrete", "population", "niveau_vie_median"]),
        st.one_of(st.none(), st.integers(1990, 2030)),
    )
    lignes = []
    for cle in tirer(st.lists(cles, min_size=1, max_size=6, unique=True)):
        statut = tirer(st.sampled_from(STATUTS))
        nombres = st.floats(allow_nan=False, allow_infinity=False)
        lignes.append((*cle, tirer(nombres) if statut == "diffuse" else math.nan, statut, tirer(TEXTES)))
    return pd.DataFrame(lignes, columns=CLE).astype({"millesime": "Int64", "valeur": float})


@pytest.mark.parametrize("forme", LECTEURS)
@given(table=tables_longues())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exporter_puis_relire_ne_change_rien(
    o: Observatoire, tmp_path_factory: pytest.TempPathFactory, forme: str, table: pd.DataFrame
) -> None:
    base: Any = SimpleNamespace(releve=Releve(table, o.catalogue), sources=o.sources)
    fichier = tmp_path_factory.mktemp("x") / f"x{forme}"
    export.exporter(base, fichier, JOUR, table="indicateurs")
    verifier_identite(LECTEURS[forme](fichier, "indicateurs"), table)


# --- les couches ---


def test_un_geopackage_a_une_couche_par_niveau(fichiers: dict[str, Path]) -> None:
    couches = dict(pyogrio.list_layers(fichiers[".gpkg"]))
    assert list(couches) == [*TABLES, "lisez_moi"]
    assert [nom for nom, genre in couches.items() if genre == "MultiPolygon"] == COUCHES
    tailles = {nom: pyogrio.read_info(fichiers[".gpkg"], layer=nom)["features"] for nom in COUCHES}
    assert tailles == {"qpv": 83, "communes": 478, "epci": 21, "ept": 4, "departements": 3}
    assert pyogrio.read_info(fichiers[".gpkg"], layer="qpv")["crs"] == "EPSG:4326"


def test_les_contours_sont_ceux_de_l_observatoire(o: Observatoire, fichiers: dict[str, Path]) -> None:
    lue = lire_gpkg(fichiers[".gpkg"], "qpv").set_index("code")
    assert gpd.GeoSeries(lue.geometry).geom_equals_exact(o.qpv.loc[lue.index].geometry, 1e-12).all()


def test_une_ligne_porte_la_valeur_son_statut_et_son_millesime(fichiers: dict[str, Path]) -> None:
    qpv = lire_gpkg(fichiers[".gpkg"], "qpv").set_index("code")
    colonnes = ["taux_pauvrete", "taux_pauvrete_statut", "taux_pauvrete_millesime"]
    assert qpv.loc["QN07801M", colonnes].to_list() == [45.0, "diffuse", 2021]
    assert qpv.loc["QN07801M", ["noms_communes", "codes_2015"]].to_list() == ["Mantes-la-Jolie", "QP078001"]
    communes = lire_gpkg(fichiers[".gpkg"], "communes").set_index("code")
    assert communes.at["92036", "population"] == 50_979
    assert communes.at["78006", "taux_pauvrete_statut"] == "secret"
    assert math.isnan(communes.at["78006", "taux_pauvrete"])


@pytest.mark.parametrize("couche", COUCHES)
def test_une_valeur_manque_exactement_quand_son_statut_le_dit(fichiers: dict[str, Path], couche: str) -> None:
    table = lire_gpkg(fichiers[".gpkg"], couche)
    statuts = [c for c in table if c.endswith("_statut")]
    assert statuts
    for colonne in statuts:
        assert set(table[colonne]) <= set(STATUTS)
        assert (table[colonne.removesuffix("_statut")].isna() == table[colonne].ne("diffuse")).all(), colonne


def test_une_colonne_n_a_qu_un_millesime_le_dernier(o: Observatoire, fichiers: dict[str, Path]) -> None:
    for couche, niveau in zip(COUCHES, ["qpv", "commune", "epci", "ept", "departement"], strict=True):
        table = lire_gpkg(fichiers[".gpkg"], couche).set_index("code")
        for indicateur in o.catalogue.index.intersection(table.columns):
            (annee,) = set(table[f"{indicateur}_millesime"].astype("Int64").fillna(0))
            valeurs = [o.releve.exactement(niveau, code, indicateur, annee or None) for code in table.index]
            assert table[f"{indicateur}_statut"].to_list() == [v.statut for v in valeurs]
            assert table[indicateur].fillna(-1).to_list() == [-1 if math.isnan(v.valeur) else v.valeur for v in valeurs]


def test_qgis_montre_le_libelle_l_unite_et_le_millesime(fichiers: dict[str, Path]) -> None:
    with sqlite3.connect(fichiers[".gpkg"]) as base:
        alias = {
            (table, colonne): (nom, sens)
            for table, colonne, nom, sens in base.execute(
                "SELECT table_name, column_name, name, description FROM gpkg_data_columns"
            )
        }
        colonnes = {(t, c) for t in COUCHES for _, c, *_ in base.execute(f"PRAGMA table_info({t})")}
        (verdict,) = base.execute("PRAGMA integrity_check").fetchone()
    assert alias["qpv", "taux_pauvrete"][0] == "Taux de pauvreté (%, 2021)"
    assert alias["qpv", "taux_pauvrete"][1].endswith("Source : Insee, Filosofi 2021.")
    assert alias["qpv", "rsa_socle"][0].endswith("(allocataires, millésime non documenté)")
    assert set(alias) <= colonnes
    assert colonnes - set(alias) == {(t, c) for t in COUCHES for c in ("fid", "geom")}
    assert verdict == "ok"


def test_un_parquet_porte_une_table_les_quartiers_par_defaut(o: Observatoire, tmp_path: Path) -> None:
    qpv = gpd.read_parquet(o.exporter(tmp_path / "qpv.parquet"))
    assert qpv.crs.to_epsg() == 4326
    assert qpv.index.to_list() == o.qpv.index.to_list()
    assert qpv.at["QN09517M", "codes_communes"].tolist() == ["95323", "95637"]
    catalogue = pd.read_parquet(o.exporter(tmp_path / "catalogue.parquet", table="catalogue"))
    assert catalogue.at["taux_pauvrete", "unite"] == "%"
    assert sorted(catalogue.index) == sorted(o.catalogue.index)


def test_une_seule_table_peut_etre_demandee_partout(o: Observatoire, tmp_path: Path) -> None:
    fichier = o.exporter(tmp_path / "communes.gpkg", table="communes")
    assert [nom for nom, _ in pyogrio.list_layers(fichier)] == ["communes", "lisez_moi"]
    classeur = o.exporter(tmp_path / "epci.xlsx", table="epci")
    assert feuilles(classeur) == ["lisez-moi", "epci"]


def test_les_experiences_s_exportent_avec_leurs_listes(o: Observatoire, tmp_path: Path) -> None:
    experiences = pd.DataFrame(
        {
            "titre": ["=Titre", "Deux"],
            "annee": pd.array([2024, pd.NA], dtype="Int64"),
            "porteur": [None, "Ville"],
            "themes": [["santé", "logement"], []],
            "territoires": [["92036"], ["95127", "01053"]],
        },
        index=pd.Index(["un", "deux"], name="id"),
    )
    base: Any = SimpleNamespace(experiences=experiences, sources=o.sources)
    lues = {
        forme: lire(export.exporter(base, tmp_path / f"x{forme}", JOUR, table="experiences"), "experiences")
        for forme, lire in LECTEURS.items()
    }
    for forme in (".gpkg", ".xlsx"):
        assert lues[forme].titre.to_list() == ["=Titre", "Deux"]
        assert lues[forme].territoires.to_list() == ["92036", "95127|01053"]
        assert lues[forme].themes.to_list()[0] == "santé|logement"
        vides = lues[forme].isna().sum()
        assert vides[vides > 0].to_dict() == {"annee": 1, "porteur": 1, "themes": 1}
    assert [v.tolist() for v in lues[".parquet"].territoires] == [["92036"], ["95127", "01053"]]


# --- le classeur ---


def test_le_classeur_a_une_feuille_par_table(fichiers: dict[str, Path]) -> None:
    assert feuilles(fichiers[".xlsx"]) == ["lisez-moi", *TABLES]


@pytest.mark.parametrize("feuille", COUCHES)
def test_aucune_cellule_d_indicateur_n_est_vide(fichiers: dict[str, Path], feuille: str) -> None:
    table = lire_xlsx(fichiers[".xlsx"], feuille)
    indicateurs = [c for c in table if c.endswith(")") and not c.startswith("Surface")]
    assert indicateurs
    for cellule in itertools.chain.from_iterable(table[c] for c in indicateurs):
        assert isinstance(cellule, (int, float)) or cellule in SIGNES, cellule
        assert not pd.isna(cellule)


def test_les_signes_et_les_nombres_du_classeur(fichiers: dict[str, Path]) -> None:
    qpv = lire_xlsx(fichiers[".xlsx"], "qpv").set_index("Code")
    assert qpv.at["QN07801M", "Taux de pauvreté (%, 2021)"] == 45
    assert qpv.at["QN09541N", "Indice de jeunesse (2020)"] == "n.d."
    communes = lire_xlsx(fichiers[".xlsx"], "communes").set_index("Code")
    assert communes.at["78006", "Taux de pauvreté (%, 2021)"] == "s."
    epci = lire_xlsx(fichiers[".xlsx"], "epci").set_index("Code")
    assert epci.at["200054781", "Habitants en quartier prioritaire (habitants, 2020)"] == "ind."


def test_un_code_garde_son_zero_et_reste_un_texte(o: Observatoire, tmp_path: Path) -> None:
    table = lire_xlsx(o.exporter(tmp_path / "ain.xlsx", territoire="Ain"), "departements")
    assert table.Code.to_list() == ["01"]
    longue = lire_xlsx(tmp_path / "ain.xlsx", "indicateurs")
    assert "01001" in set(longue.code)


def test_un_texte_ne_devient_jamais_une_formule_ni_un_lien(o: Observatoire, tmp_path: Path) -> None:
    table = pd.DataFrame({"code": ["92036"], "valeur": [1.0], "millesime": 2025, "source": ["=1+1"]})
    fiche = {"indicateur": "essai", "libelle": "http://exemple.fr", "nature": "effectif", "unite": "=2+2"}
    o2 = o.ajouter_indicateur(table, fiche)
    fichier = o2.exporter(tmp_path / "essai.xlsx", territoire="Gennevilliers")
    longue = lire_xlsx(fichier, "indicateurs").set_index("indicateur")
    assert longue.at["essai", "source"] == "=1+1"
    communes = lire_xlsx(fichier, "communes").set_index("Code")
    assert communes.at["92036", "http://exemple.fr (=2+2, 2025)"] == 1


def test_le_lisez_moi_dit_la_date_la_licence_et_les_signes(fichiers: dict[str, Path]) -> None:
    feuille = pd.read_excel(fichiers[".xlsx"], sheet_name="lisez-moi", engine="calamine", header=None)
    lignes = {r.replace("\u00a0", " "): t.replace("\u00a0", " ") for r, t in zip(feuille[0], feuille[1], strict=True)}
    assert lignes["Produit le"].startswith("1er octobre 2026")
    assert lignes["Licence"].startswith("Licence Ouverte 2.0 :")
    assert lignes["Signe « s. »"] == "secret statistique (statut secret)"
    assert lignes["Table « communes »"].endswith("(478 lignes)")
    assert lignes["Producteurs"].startswith("Insee")
    couche = lire_gpkg(fichiers[".gpkg"], "lisez_moi")
    assert couche.texte.to_list() == feuille[1].to_list()


# --- l'étendue ---


def test_restreindre_a_un_territoire(o: Observatoire, tmp_path: Path) -> None:
    fichier = o.exporter(tmp_path / "g.gpkg", territoire=o.territoire("Gennevilliers"))
    codes = {c: set(lire_gpkg(fichier, c).code) for c in COUCHES}
    assert codes["communes"] == {"92036"}
    assert codes["qpv"] == set(o.territoire("Gennevilliers").qpv.index)
    assert (codes["epci"], codes["ept"], codes["departements"]) == ({"200054781"}, {"200057990"}, {"92"})
    longue = lire_gpkg(fichier, "indicateurs")
    assert set(longue.niveau) == {*NIVEAUX_INDICATEURS}
    assert set(longue[longue.niveau == "commune"].code) == {"92036"}
    assert set(lire_gpkg(fichier, "catalogue").indicateur) == set(longue.indicateur)


def test_un_territoire_sans_quartier_ni_contour_s_exporte(o: Observatoire, tmp_path: Path) -> None:
    fichier = o.exporter(tmp_path / "lyon.gpkg", territoire="69123")
    assert len(lire_gpkg(fichier, "qpv")) == 0
    lyon = lire_gpkg(fichier, "communes").set_index("code")
    assert lyon.at["69123", "geometry"] is None
    assert lyon.at["69123", "population_statut"] == "diffuse"
    assert set(lire_gpkg(fichier, "indicateurs").niveau) == {"commune", "epci", "departement", "france"}
    classeur = o.exporter(tmp_path / "lyon.xlsx", territoire="69123")
    assert lire_xlsx(classeur, "qpv").empty


def test_un_indicateur_ajoute_ne_remplace_aucune_colonne(o: Observatoire, tmp_path: Path) -> None:
    for nom, valeur in (("statut", 3), ("nom", 4), ("nom_statut", 5)):
        table = pd.DataFrame({"code": ["QN07801M"], "valeur": [valeur], "millesime": 2025})
        o = o.ajouter_indicateur(table, {"indicateur": nom, "libelle": nom, "nature": "effectif"})
    qpv = lire_gpkg(o.exporter(tmp_path / "x.gpkg", table="qpv"), "qpv").set_index("code").loc["QN07801M"]
    assert (qpv["statut"], qpv["nom"]) == ("modifie", "Val Fourré")
    assert (qpv["statut_"], qpv["nom_"], qpv["nom_statut"]) == (3, 4, 5)
    assert qpv["nom__statut"] == "diffuse"


# --- écrire ---


@pytest.mark.parametrize("nom", ["a.gpkg", "a.xlsx", "a.parquet"])
def test_les_memes_donnees_donnent_les_memes_octets(o: Observatoire, tmp_path: Path, nom: str) -> None:
    premier = o.exporter(tmp_path / nom, territoire="CACP", date=JOUR).read_bytes()
    assert o.exporter(tmp_path / nom, territoire="CACP", date=JOUR).read_bytes() == premier
    assert [f.name for f in tmp_path.iterdir()] == [nom]


def test_une_extension_inconnue_est_refusee(o: Observatoire, tmp_path: Path) -> None:
    with pytest.raises(ErreurArgument, match=r"« \.shp » n'est pas connue\. Que faire : prenez « \.gpkg »"):
        o.exporter(tmp_path / "x.shp")
    assert list(tmp_path.iterdir()) == []


def test_une_table_inconnue_est_refusee(o: Observatoire, tmp_path: Path) -> None:
    with pytest.raises(ErreurArgument, match=r"« commune » n'est pas une table.*« communes »"):
        o.exporter(tmp_path / "x.parquet", table="commune")


def test_des_arguments_d_un_autre_genre_sont_refuses(o: Observatoire, tmp_path: Path) -> None:
    with pytest.raises(ErreurType):
        o.exporter(3)  # type: ignore[arg-type]
    with pytest.raises(TerritoireInconnu):
        o.exporter(tmp_path / "x.gpkg", territoire="Atlantide")


def test_un_dossier_impossible_est_dit(o: Observatoire, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("x")
    with pytest.raises(ErreurEcriture, match="fichier"):
        o.exporter(tmp_path / "fichier" / "x.gpkg")
    (tmp_path / "dossier.gpkg").mkdir()
    with pytest.raises(ErreurEcriture, match="est un dossier"):
        o.exporter(tmp_path / "dossier.gpkg")


@pytest.fixture
def protege(tmp_path: Path) -> Iterator[Path]:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("les droits des fichiers ne s'appliquent pas à root")
    tmp_path.chmod(0o500)
    yield tmp_path
    tmp_path.chmod(0o700)


def test_un_dossier_protege_est_dit(o: Observatoire, protege: Path) -> None:
    with pytest.raises(ErreurEcriture, match="l'écriture y est refusée"):
        o.exporter(protege / "x.gpkg")


def test_un_disque_plein_laisse_l_ancien_fichier(
    o: Observatoire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = tmp_path / "x.gpkg"
    fichier.write_text("ancien")

    def plein(*_: object, **__: object) -> None:
        raise pyogrio.errors.DataSourceError("disk is full")

    monkeypatch.setattr(geopackage.pyogrio, "write_dataframe", plein)
    with pytest.raises(ErreurEcriture, match=r"disk is full.*libérez de la place"):
        o.exporter(fichier)
    assert fichier.read_text() == "ancien"
