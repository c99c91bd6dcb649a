from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from observatoire.donnees import Paquet, dossier_embarque
from observatoire.schemas import SCHEMAS, valider

MGP = "200054781"
PARIS = "75056"
OUEST = ["78", "92", "95"]
LAMBERT = 2154
GEOGRAPHIQUES = ("communes", "epci", "ept", "departements", "qpv", "contours_departements")
# Ce qui n'est pas une table : la description, le constructeur et la licence.
HORS_TABLES = {".json", ".py", ".md"}


@pytest.fixture(scope="module")
def description():
    return json.loads((dossier_embarque() / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def franciliennes(o):
    return o.communes[o.communes.code_region == "11"]


@pytest.fixture(scope="module")
def inclusion(o, franciliennes):
    communes = franciliennes.geometry.to_crs(LAMBERT)
    mesures = {}
    for code, contour in o.qpv.geometry.to_crs(LAMBERT).items():
        siennes = shapely.union_all(communes.loc[o.qpv.codes_communes[code]].values)
        sommets = shapely.points(shapely.get_coordinates(contour))
        mesures[code] = {
            "aire": contour.area,
            "part": contour.intersection(siennes).area / contour.area,
            "ecart_m": shapely.distance(sommets, siennes).max(),
        }
    return pd.DataFrame.from_dict(mesures, orient="index")


# --- les nombres publiés ---


def test_les_qpv_sont_22_19_et_42(o):
    # Préfecture des Yvelines ; Insee Analyses Île-de-France n° 189 (Val-d'Oise).
    assert o.qpv.groupby("code_departement").size().to_dict() == {"78": 22, "92": 19, "95": 42}
    assert len(o.qpv) == 83


def test_les_populations_des_qpv_sont_celles_de_l_insee(o):
    # Insee, population de référence des QPV 2024.
    populations = o.qpv.groupby("code_departement").population.sum().to_dict()
    assert populations == {"78": 106_524, "92": 99_350, "95": 231_521}


def test_les_qpv_2015_sont_22_et_41_dans_les_yvelines_et_le_val_d_oise(o):
    # Préfecture des Yvelines ; préfecture du Val-d'Oise.
    comptes = o.qpv_2015.groupby("code_departement").size()
    assert (comptes["78"], comptes["95"]) == (22, 41)


def test_les_communes_sont_259_36_et_183(o):
    # COG 2026.
    comptes = o.communes.groupby("code_departement").size()
    assert comptes[OUEST].to_dict() == {"78": 259, "92": 36, "95": 183}
    assert comptes[OUEST].sum() == 478


def test_six_qpv_sont_nouveaux(o):
    # Préfecture des Yvelines (Les Acacias, L'Avre) ; table de passage de l'ANCT (les quatre autres).
    nouveaux = o.qpv[o.qpv.statut == "nouveau"]
    assert set(nouveaux.nom[nouveaux.code_departement == "78"]) == {"Les Acacias", "L'Avre"}
    assert set(nouveaux.index) == {"QN07821N", "QN07822N", "QN09218N", "QN09540N", "QN09541N", "QN09542N"}
    assert all(codes == [] for codes in nouveaux.codes_2015)


def test_cinq_qpv_2015_sont_sans_suite(o):
    # Table de passage de l'ANCT ; la préfecture des Yvelines nomme Petits Prés et Vieux Pays.
    sortis = o.qpv_2015[o.qpv_2015.codes_2024.map(len) == 0]
    assert set(sortis.index) == {"QP078004", "QP078016", "QP092001", "QP092014", "QP092017"}
    assert list(sortis.nom[sortis.code_departement == "78"]) == ["Petits Prés Sept Mares", "Vieux Pays"]


def test_les_deux_tables_de_qpv_racontent_le_meme_passage(o):
    vers_2024 = {(ancien, n) for ancien, suites in o.qpv_2015.codes_2024.items() for n in suites}
    vers_2015 = {(ancien, n) for n, ancetres in o.qpv.codes_2015.items() for ancien in ancetres}
    assert vers_2024 == vers_2015
    assert len(vers_2015) == 79


def test_le_statut_suit_la_table_de_passage_et_non_la_lettre_du_code(o):
    assert o.qpv.statut["QN09219N"] == "modifie"
    assert o.qpv.codes_2015["QN09219N"] == ["QP092009"]


def test_deux_qpv_ont_deux_ancetres(o):
    doubles = o.qpv.codes_2015[o.qpv.codes_2015.map(len) > 1].to_dict()
    assert doubles == {"QN09511M": ["QP095011", "QP095012"], "QN09517M": ["QP095018", "QP095019"]}


def test_huit_qpv_sont_a_cheval_sur_plusieurs_communes(o):
    a_cheval = set(o.qpv.index[o.qpv.codes_communes.map(len) > 1])
    assert a_cheval == {
        "QN09219N",
        "QN09502I",
        "QN09504I",
        "QN09517M",
        "QN09520I",
        "QN09525M",
        "QN09532M",
        "QN09533M",
    }
    sur_deux_intercommunalites = set(o.qpv.index[o.qpv.codes_intercommunalites.map(len) > 1])
    assert sur_deux_intercommunalites == {"QN09502I", "QN09504I"}


def test_55_communes_et_11_intercommunalites_sont_concernees(o):
    assert o.qpv.codes_communes.explode().nunique() == 55
    assert o.qpv.codes_intercommunalites.explode().nunique() == 11


@pytest.mark.parametrize(
    ("code", "niveau", "departements"),
    [("200058519", "epci", ["78", "95"]), ("200057990", "ept", ["92", "95"]), ("200055655", "epci", ["95", "77"])],
)
def test_trois_intercommunalites_sont_a_cheval_sur_deux_departements(o, code, niveau, departements):
    # COG : Saint-Germain Boucles de Seine (Bezons), Boucle Nord de Seine (Argenteuil), Roissy Pays de France.
    assert getattr(o, niveau).codes_departements[code] == departements


@pytest.mark.parametrize(
    ("commune", "colonne", "code"), [("95063", "epci", "200058519"), ("95018", "ept", "200057990")]
)
def test_bezons_et_argenteuil_sont_dans_une_intercommunalite_d_un_autre_departement(o, commune, colonne, code):
    assert o.communes.at[commune, f"code_{colonne}"] == code


# --- les populations ---


@pytest.mark.parametrize("annee", ["population", "population_2020"])
@pytest.mark.parametrize("niveau", ["epci", "ept", "departement"])
def test_une_population_est_la_somme_de_celles_des_communes(o, niveau, annee):
    table = {"epci": o.epci, "ept": o.ept, "departement": o.departements}[niveau]
    parts = o.communes.groupby(f"code_{niveau}")[annee]
    attendue = parts.sum().where(parts.count() == parts.size()).reindex(table.index)
    pd.testing.assert_series_equal(table[annee], attendue, check_names=False)


@pytest.mark.parametrize(
    ("niveau", "code", "population_2020"),
    [
        # DGCL, populations municipales 2020 des groupements (epci.json et ept.json de decoupage-administratif 3.1.1).
        ("epci", MGP, 7_086_619),
        ("epci", "200055655", 357_929),
        ("epci", "200056380", 183_428),
        ("epci", "200058485", 284_254),
        ("epci", "200058519", 336_128),
        ("epci", "200058782", 228_500),
        ("epci", "200059889", 424_510),
        ("epci", "247800550", 29_907),
        ("epci", "247800584", 267_395),
        ("epci", "249500109", 213_763),
        ("epci", "249500489", 39_774),
        ("ept", "200057966", 404_033),
        ("ept", "200057974", 318_815),
        ("ept", "200057982", 561_626),
        ("ept", "200057990", 450_306),
    ],
)
def test_les_populations_2020_sont_celles_de_la_dgcl(o, niveau, code, population_2020):
    assert getattr(o, niveau).population_2020[code] == population_2020


@pytest.mark.parametrize(
    ("code", "population"),
    [
        # DGCL, populations municipales 2023 des EPT (ept.json de decoupage-administratif 6.0.0).
        ("200057867", 453_671),
        ("200057875", 447_969),
        ("200057941", 517_705),
        ("200057966", 411_643),
        ("200057974", 317_382),
        ("200057982", 570_374),
        ("200057990", 461_443),
        ("200058006", 325_348),
        ("200058014", 730_551),
        ("200058097", 382_343),
        ("200058790", 420_333),
    ],
)
def test_les_populations_2023_des_ept_sont_celles_de_la_dgcl(o, code, population):
    assert o.ept.population[code] == population


def test_la_population_est_celle_de_2023_et_non_de_2022(o):
    # Insee, populations légales de Paris : 2 145 906 en 2020, 2 113 705 en 2022, 2 103 778 en 2023.
    assert o.communes.population[PARIS] == 2_103_778
    assert o.communes.population_2020[PARIS] == 2_145_906


def test_toute_commune_du_perimetre_a_ses_deux_populations(o):
    perimetre = o.communes[o.communes.code_departement.isin(OUEST)]
    assert perimetre[["population", "population_2020"]].notna().all(axis=None)


# --- les contours ---


def test_toutes_les_communes_d_ile_de_france_ont_un_contour_et_elles_seules(o, franciliennes):
    assert len(franciliennes) == 1266
    assert o.communes.index[o.communes.geometry.notna()].equals(franciliennes.index)


def test_les_communes_d_ile_de_france_forment_une_couverture(franciliennes):
    assert shapely.coverage_is_valid(franciliennes.geometry.values)
    assert franciliennes.geometry.is_valid.all()


def test_l_ile_de_france_est_d_un_seul_tenant_et_sans_trou(franciliennes):
    region = shapely.union_all(franciliennes.geometry.values)
    assert region.geom_type == "Polygon"
    assert len(region.interiors) == 0


@pytest.mark.parametrize(
    ("table", "nombre"), [("epci", 52), ("ept", 11), ("departements", 96), ("contours_departements", 96)]
)
def test_les_contours_d_un_niveau_forment_une_couverture(o, table, nombre):
    contours = getattr(o, table).geometry.dropna()
    assert len(contours) == nombre
    assert shapely.coverage_is_valid(contours.values)
    assert contours.is_valid.all()


def test_les_epci_ont_un_contour_des_qu_ils_touchent_l_ile_de_france(o, franciliennes):
    assert set(o.epci.index[o.epci.geometry.notna()]) == set(franciliennes.code_epci)
    assert o.ept.geometry.notna().all()


def test_le_contour_d_un_epci_est_exactement_l_union_de_ses_communes(o):
    verifies = []
    for code, contour in o.epci.geometry.dropna().items():
        membres = o.communes.geometry[o.communes.code_epci == code]
        if membres.notna().all():
            assert shapely.union_all(membres.values).symmetric_difference(contour).area == 0, code
            verifies.append(code)
    assert {MGP, "200055655", "200059889", "247800584"} <= set(verifies)
    assert len(verifies) == 51


def test_le_pays_houdanais_comprend_ses_quatre_communes_d_eure_et_loir(o):
    membres = o.communes[o.communes.code_epci == "247800550"]
    assert membres.code_departement.value_counts().to_dict() == {"78": 32, "28": 4}
    yvelines = shapely.union_all(membres.geometry.dropna().values)
    contour = o.epci.geometry["247800550"]
    assert yvelines.difference(contour).area == 0
    assert contour.area > 1.05 * yvelines.area


@pytest.mark.parametrize("code", ["75", "77", "78", "91", "92", "93", "94", "95"])
def test_le_contour_d_un_departement_est_exactement_l_union_de_ses_communes(o, franciliennes, code):
    communes = franciliennes.geometry[franciliennes.code_departement == code]
    assert shapely.union_all(communes.values).symmetric_difference(o.departements.geometry[code]).area == 0


def test_les_ept_partagent_la_metropole_moins_paris(o):
    metropole = o.communes[o.communes.code_epci == MGP]
    assert list(metropole.index[metropole.code_ept.isna()]) == [PARIS]
    assert set(metropole.code_ept.drop(PARIS)) == set(o.ept.index)
    sans_paris = o.epci.geometry[MGP].difference(o.communes.geometry[PARIS])
    assert shapely.union_all(o.ept.geometry.values).symmetric_difference(sans_paris).area == 0
    assert o.ept.geometry.to_crs(LAMBERT).area.sum() == pytest.approx(
        gpd.GeoSeries([sans_paris], crs=4326).to_crs(LAMBERT).area.sum(), rel=1e-9
    )


def test_les_contours_legers_restent_pres_des_vrais(o):
    vrais = o.departements.geometry.loc[o.contours_departements.index].to_crs(LAMBERT)
    legers = o.contours_departements.geometry.to_crs(LAMBERT)
    assert (legers.area / vrais.area).between(0.94, 1.06).all()
    assert shapely.get_num_coordinates(legers.values).sum() < 0.2 * shapely.get_num_coordinates(vrais.values).sum()


def test_un_qpv_ne_sort_de_ses_communes_que_de_la_tolerance_des_contours(inclusion):
    # Les contours des communes sont généralisés à 100 m environ, ceux des QPV ne le sont pas : un QPV qui longe une
    # limite la déborde un peu (69 m au plus ; 6 % de l'aire du plus petit, QN09210M).
    assert inclusion.ecart_m.max() <= 100
    assert inclusion.part.min() >= 0.93
    assert (inclusion.part >= 0.99).sum() >= 75
    assert (inclusion.part * inclusion.aire).sum() / inclusion.aire.sum() >= 0.995


def test_chaque_qpv_touche_chacune_de_ses_communes(o, franciliennes):
    communes = franciliennes.geometry.to_crs(LAMBERT)
    contours = o.qpv.geometry.to_crs(LAMBERT)
    distances = [contours[code].distance(communes[c]) for code, codes in o.qpv.codes_communes.items() for c in codes]
    assert len(distances) == 94
    assert max(distances) <= 100


def test_les_surfaces_sont_celles_des_contours_en_lambert_93(o):
    mesurees = o.qpv.geometry.to_crs(LAMBERT).area / 10_000
    assert (o.qpv.surface_ha - mesurees).abs().max() <= 0.0051
    assert o.qpv.surface_ha.between(1, 200).all()


# --- les colonnes ---


@pytest.mark.parametrize("table", GEOGRAPHIQUES)
def test_les_tables_geographiques_sont_en_wgs84_indexees_par_code(o, table):
    lue = getattr(o, table)
    assert isinstance(lue, gpd.GeoDataFrame)
    assert lue.crs.to_epsg() == 4326
    assert lue.index.name == "code"
    assert lue.index.is_unique
    assert all(type(code) is str for code in lue.index)
    ouest, sud, est, nord = lue.geometry.dropna().total_bounds
    assert (ouest, sud) >= (-6, 41)
    assert -6 < ouest < est < 10
    assert 41 < sud < nord < 52


@pytest.mark.parametrize("nom", sorted(SCHEMAS))
def test_chaque_table_suit_son_schema(nom):
    table = Paquet.ouvrir().lire(nom)
    if table.index.name is not None:
        table = table.reset_index()
    assert valider(table, SCHEMAS[nom], nom) is table
    assert list(table.columns) == SCHEMAS[nom].colonnes()


@pytest.mark.parametrize(
    ("table", "colonne"),
    [
        ("communes", "codes_anciens"),
        ("epci", "codes_departements"),
        ("ept", "codes_departements"),
        ("qpv", "codes_communes"),
        ("qpv", "codes_intercommunalites"),
        ("qpv", "codes_2015"),
        ("qpv_2015", "codes_communes"),
        ("qpv_2015", "codes_2024"),
    ],
)
def test_les_listes_sont_des_listes_de_textes(o, table, colonne):
    listes = getattr(o, table)[colonne]
    assert all(type(liste) is list for liste in listes)
    elements = [element for liste in listes for element in liste]
    assert elements
    assert all(type(element) is str for element in elements)


def test_code_ept_est_none_hors_de_la_metropole_du_grand_paris(o):
    hors = o.communes.code_ept[o.communes.code_epci != MGP]
    assert len(hors) > 34_000
    assert all(code is None for code in hors)


def test_les_absents_facultatifs_sont_none(o):
    assert o.communes.code_epci["22016"] is None
    assert o.ept.sigle["200057867"] is None
    assert o.departements.sigle["95"] is None


def test_les_zeros_du_debut_sont_gardes(o):
    assert o.communes.nom["01001"] == "L'Abergement-Clémenciat"
    assert o.departements.nom["01"] == "Ain"
    assert set(o.communes.index.str.len()) == {5}
    assert "01" in set(o.regions.index)


def test_les_populations_sont_des_entiers(o):
    assert str(o.communes.population.dtype) == "Int64"
    assert str(o.qpv.population.dtype) == "int64"


def test_les_noms_officiels_sont_gardes_et_corriges_a_cote(o):
    assert o.qpv.loc["QN09214M", ["nom", "nom_affiche"]].tolist() == ["Les Grésilllons", "Les Grésillons"]


# --- la description ---


def test_chaque_fichier_decrit_est_present_et_intact(description):
    for ressource in description["resources"]:
        octets = (dossier_embarque() / ressource["path"]).read_bytes()
        assert ressource["hash"] == f"sha256:{hashlib.sha256(octets).hexdigest()}", ressource["path"]
        assert ressource["bytes"] == len(octets)


def test_chaque_fichier_present_est_decrit(description):
    presents = {f.name for f in dossier_embarque().iterdir() if f.is_file() and f.suffix not in HORS_TABLES}
    assert presents == {ressource["path"] for ressource in description["resources"]}


def test_les_champs_decrits_sont_ceux_des_schemas(description):
    assert {ressource["name"] for ressource in description["resources"]} == set(SCHEMAS)
    types = {"list": "array", "geometry": "any"}
    for ressource in description["resources"]:
        schema = SCHEMAS[ressource["name"]]
        decrits = [(c["name"], c["type"], c["description"]) for c in ressource["schema"]["fields"]]
        assert decrits == [(c.nom, types.get(c.type, c.type), c.sens) for c in schema.champs]
        obligatoires = [c["name"] for c in ressource["schema"]["fields"] if c["constraints"].get("required")]
        assert obligatoires == [c.nom for c in schema.champs if c.obligatoire]
        assert ressource["schema"]["primaryKey"] == list(schema.cle)


def test_la_source_de_chaque_table_est_dite(o, description):
    sources = o.sources
    assert list(sources.index) == [ressource["name"] for ressource in description["resources"]]
    assert sources.notna().all(axis=None)
    assert (sources.astype(str).map(len) > 0).all(axis=None)
    assert set(sources.licence) == {"Licence Ouverte 2.0"}
    assert sources.empreinte.str.fullmatch(r"sha256:[0-9a-f]{64}").all()
    assert "IGN" in sources.producteur["communes"]
    assert "ANCT" in sources.producteur["qpv"]
    assert sources.millesime["qpv"].startswith("géographie prioritaire 2024")


def test_les_donnees_embarquees_pesent_au_plus_huit_megaoctets():
    poids = sum(fichier.stat().st_size for fichier in dossier_embarque().iterdir() if fichier.is_file())
    assert 1_000_000 < poids <= 8_000_000


# --- contre les fichiers des producteurs ---


def test_les_transcriptions_sont_celles_fournies(shared):
    fournies = sorted((shared / "geodata").iterdir())
    assert len(fournies) == 5
    for fichier in fournies:
        copie = Path(__file__).parents[1] / "geodata" / "transcriptions" / fichier.name
        assert copie.read_bytes() == fichier.read_bytes(), fichier.name


def test_les_qpv_2024_sont_ceux_du_fichier_national(o, shared):
    national = gpd.read_file(shared / "sources/anct/qpv2024_national_simplifie.geojson", ignore_geometry=True)
    ouest = national[national.insee_dep.isin(OUEST)].set_index("code_qp").sort_index()
    assert list(ouest.index) == list(o.qpv.index)
    assert ouest.insee_dep.tolist() == o.qpv.code_departement.tolist()
    assert [sorted(c.strip() for c in codes.split(",")) for codes in ouest.insee_com] == [
        sorted(codes) for codes in o.qpv.codes_communes
    ]


def test_les_qpv_2015_sont_ceux_du_fichier_national(o, shared):
    national = gpd.read_file(shared / "sources/anct/QP_METROPOLE_LB93.dbf", ignore_geometry=True)
    ouest = national[national.CODE_QP.str[3:5].isin(OUEST)].set_index("CODE_QP").sort_index()
    assert list(ouest.index) == list(o.qpv_2015.index)
    assert ouest.NOM_QP.str.split().str.join(" ").tolist() == o.qpv_2015.nom.tolist()
