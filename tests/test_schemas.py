from __future__ import annotations

import pickle

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from observatoire.erreurs import ErreurSchema
from observatoire.schemas import NIVEAUX, SCHEMAS, Champ, Schema, valider

SCHEMA = Schema(
    "essai",
    ("code",),
    (
        Champ("code", "string", "Code", motif=r"\d{2}"),
        Champ("statut", "string", "Statut", valeurs=("nouveau", "inchange")),
        Champ("sigle", "string", "Sigle", obligatoire=False),
        Champ("population", "integer", "Habitants", minimum=0),
        Champ("surface", "number", "Hectares", minimum=0),
        Champ("communes", "list", "Communes"),
        Champ("entier", "boolean", "Quartier entier"),
        Champ("geometry", "geometry", "Contour"),
    ),
)


def table(**colonnes):
    juste = {
        "code": ["01", "02", "03"],
        "statut": ["nouveau", "inchange", "inchange"],
        "sigle": ["A", None, None],
        "population": [0, 12, 7],
        "surface": [1.5, 0.0, 3],
        "communes": [["01001"], [], ["01002", "01003"]],
        "entier": [True, False, True],
        "geometry": [Point(0, 0), Point(1, 1), Point(2, 2)],
    }
    return gpd.GeoDataFrame(juste | colonnes, geometry="geometry", crs=4326)


def problemes(fautive, schema=SCHEMA):
    with pytest.raises(ErreurSchema) as erreur:
        valider(fautive, schema, "essai.csv")
    return erreur.value.problemes


def test_une_table_juste_est_rendue_telle_quelle():
    juste = table()
    copie = juste.copy(deep=True)
    assert valider(juste, SCHEMA, "essai.csv") is juste
    pd.testing.assert_frame_equal(pd.DataFrame(juste), pd.DataFrame(copie))


def test_une_colonne_de_plus_est_permise():
    assert "note" in valider(table(note=[1, 2, 3]), SCHEMA, "essai.csv").columns


@pytest.mark.parametrize("nom", SCHEMA.colonnes())
def test_une_colonne_absente_est_nommee_avec_celles_qu_on_a_lues(nom):
    fautive = pd.DataFrame(table()).drop(columns=nom)
    (probleme,) = problemes(fautive)
    assert probleme.startswith(f"colonne « {nom} » absente (colonnes lues : ")
    assert ", ".join(fautive.columns) in probleme


@pytest.mark.parametrize(
    ("colonne", "valeurs", "extrait"),
    [
        ("code", ["01", "2", "03"], r"« code » : on attend la forme \d{2}, or on lit « 2 » [rangs 2]"),
        ("code", ["01", "022", "03"], "« 022 » [rangs 2]"),
        ("code", ["01", None, "03"], "« code » vide [rangs 2]"),
        ("code", ["01", "01", "03"], "clé code en double : « 01 »"),
        ("statut", ["nouveau", "sorti", "perdu"], "on attend nouveau, inchange, or on lit « sorti », « perdu »"),
        ("sigle", ["A", 3, None], "« sigle » : on attend un texte, or on lit « 3 » [rangs 2]"),
        ("population", [0, -1, 7], "« population » : on attend au moins 0, or on lit « -1 » [rangs 2]"),
        ("population", [0, 1.5, 7], "« population » : on attend un nombre entier"),
        ("population", ["0", "1", "7"], "« population » : on attend un nombre entier"),
        ("population", [0, None, 7], "« population » vide [rangs 2]"),
        ("surface", ["1,5", 2.0, 3.0], "« surface » : on attend un nombre, or on lit « 1,5 » [rangs 1]"),
        ("surface", [1.5, float("nan"), 3.0], "« surface » vide [rangs 2]"),
        ("communes", ["01001", [], []], "« communes » : on attend une liste, or on lit « 01001 » [rangs 1]"),
        ("communes", [[], ("01001",), []], "« communes » : on attend une liste"),
        ("entier", [True, "oui", False], "« entier » : on attend vrai ou faux, or on lit « oui » [rangs 2]"),
        ("geometry", [Point(0, 0), None, Point(2, 2)], "« geometry » vide [rangs 2]"),
    ],
)
def test_une_faute_est_decrite_avec_sa_colonne_sa_valeur_et_son_rang(colonne, valeurs, extrait):
    trouves = problemes(table(**{colonne: valeurs}))
    assert any(extrait in probleme for probleme in trouves), trouves
    assert all(colonne in probleme for probleme in trouves)


def test_tous_les_problemes_sont_dits_a_la_fois():
    fautive = table(code=["01", "01", "x"], statut=["nouveau", "sorti", None], population=[-1, 2, 3])
    fautive = pd.DataFrame(fautive).drop(columns="surface")
    with pytest.raises(ErreurSchema) as erreur:
        valider(fautive, SCHEMA, "essai.csv")
    message = str(erreur.value)
    assert message.startswith("essai.csv : 6 problèmes.\n")
    for attendu in ("« surface » absente", "en double", "la forme", "« statut » vide", "« sorti »", "au moins 0"):
        assert attendu in message
    assert message.count("\n  - ") == len(erreur.value.problemes) == 6
    assert message.splitlines()[-1].startswith("Que faire : corrigez le fichier")


def test_une_longue_liste_de_fautes_est_abregee():
    codes = [f"x{rang}" for rang in range(20)]
    schema = Schema("essai", ("code",), (Champ("code", "string", "Code", motif=r"\d+"),))
    (probleme,) = problemes(pd.DataFrame({"code": codes}), schema)
    assert "« x0 », « x1 », « x2 », « x3 », « x4 » (et 15 autres)" in probleme
    assert "[rangs 1, 2, 3, 4, 5 (et 15 autres)]" in probleme


def test_une_cle_de_deux_colonnes_n_est_en_double_que_sur_les_deux():
    schema = SCHEMAS["noms"]
    distincts = pd.DataFrame({"code": ["1", "1"], "nom": ["A", "B"], "nature": ["sigle", "autre"]})
    assert valider(distincts, schema, "noms.csv") is distincts
    (probleme,) = problemes(distincts.assign(nom="A"), schema)
    assert "clé code + nom en double : « 1 A »" in probleme


def test_un_booleen_n_est_pas_un_nombre_entier():
    assert any("on attend un nombre entier" in p for p in problemes(table(population=[True, False, True])))


@given(st.lists(st.integers(0, 99).map("{:02d}".format), min_size=1, max_size=20, unique=True))
def test_des_codes_justes_et_uniques_passent_toujours(codes):
    schema = Schema("essai", ("code",), (Champ("code", "string", "Code", motif=r"\d{2}"),))
    juste = pd.DataFrame({"code": codes})
    assert valider(juste, schema, "essai") is juste


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.text()), min_size=1, max_size=8))
def test_n_importe_quelles_valeurs_passent_ou_levent_une_erreur_de_schema(valeurs):
    lue = pd.DataFrame({"code": range(len(valeurs)), "x": pd.Series(valeurs, dtype=object)})
    schema = Schema("essai", ("code",), (Champ("x", "integer", "X", minimum=0),))
    justes = all(isinstance(v, int) and v >= 0 for v in valeurs)
    try:
        valider(lue, schema, "essai")
    except ErreurSchema:
        assert not justes
    else:
        assert justes


def test_une_erreur_de_schema_traverse_un_autre_processus():
    erreur = ErreurSchema("essai.csv", ["un problème", "un autre"], "corrigez")
    relue = pickle.loads(pickle.dumps(erreur))
    assert str(relue) == str(erreur)
    assert relue.problemes == ("un problème", "un autre")


# --- les schémas du projet ---


def test_les_niveaux_vont_du_quartier_au_perimetre():
    assert NIVEAUX == ("qpv", "commune", "epci", "ept", "departement", "perimetre")


@pytest.mark.parametrize("nom", sorted(SCHEMAS))
def test_chaque_colonne_est_decrite_une_fois_et_la_cle_en_est(nom):
    schema = SCHEMAS[nom]
    assert schema.nom == nom
    assert len(set(schema.colonnes())) == len(schema.champs)
    assert set(schema.cle) <= set(schema.colonnes())
    assert all(len(champ.sens) > 3 for champ in schema.champs)


def test_une_table_geographique_se_reconnait():
    geographiques = {nom for nom, schema in SCHEMAS.items() if schema.colonnes("geometry")}
    assert geographiques == {"communes", "epci", "ept", "departements", "contours_departements", "qpv"}
    assert SCHEMAS["qpv"].colonnes("list") == ["codes_communes", "codes_intercommunalites", "codes_2015"]
    assert SCHEMAS["qpv"].colonnes("integer", "number") == ["population", "surface_ha"]


@pytest.mark.parametrize(
    ("table", "juste", "faux"),
    [
        ("communes", ["01001", "2A004", "97502"], ["1001", "2C004", "01001 ", "010010", "2a004"]),
        ("epci", ["200059889"], ["20005988", "200 059 889", "2000598899"]),
        ("departements", ["01", "2A", "971", "989"], ["1", "2C", "0001", "961"]),
        ("qpv", ["QN09201M", "QN07822N", "QN09502I"], ["QP092001", "QN0920M", "QN09201X", "qn09201m"]),
        ("qpv_2015", ["QP092001"], ["QN09201M", "QP92001"]),
    ],
)
def test_les_codes_ont_la_forme_de_leur_producteur(table, juste, faux):
    champ = next(champ for champ in SCHEMAS[table].champs if champ.nom == "code")
    schema = Schema(table, ("code",), (champ,))
    bonne = pd.DataFrame({"code": juste})
    assert valider(bonne, schema, table) is bonne
    for code in faux:
        assert problemes(pd.DataFrame({"code": [code]}), schema), code


def test_un_schema_ne_se_modifie_pas():
    with pytest.raises(TypeError):
        SCHEMAS["essai"] = SCHEMA
    with pytest.raises(AttributeError):
        SCHEMAS["qpv"].nom = "autre"
