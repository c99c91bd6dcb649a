from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from observatoire import qpv as geographie

ARGENTEUIL, BEZONS, GENNEVILLIERS = "95018", "95063", "92036"


@pytest.fixture
def quartiers():
    return gpd.GeoDataFrame(
        {
            "nom": ["A", "B", "C"],
            "noms_communes": ["Un", "Un, Deux", "Trois"],
            "codes_communes": [["78001"], ["78001", "78002"], ["92003"]],
            "population": [100, 50, 30],
            "statut": ["nouveau", "modifie", "inchange"],
            "codes_2015": [[], ["QP078001"], ["QP092003"]],
        },
        index=pd.Index(["QN07801N", "QN07802M", "QN09203I"], name="code"),
        geometry=[Point(0, 0)] * 3,
        crs=4326,
    )


@pytest.fixture
def quartiers_2015():
    return pd.DataFrame(
        {
            "nom": ["b", "c", "d"],
            "noms_communes": ["Un, Deux", "Trois", "Deux"],
            "codes_communes": [["78001", "78002"], ["92003"], ["78002"]],
            "codes_2024": [["QN07802M"], ["QN09203I"], []],
        },
        index=pd.Index(["QP078001", "QP092003", "QP078004"], name="code"),
    )


@pytest.fixture
def communes():
    return gpd.GeoDataFrame(
        {
            "nom": ["Un", "Deux", "Trois", "Quatre"],
            "code_departement": ["78", "78", "92", "77"],
            "population_2020": pd.array([1000, 500, 300, 200], dtype="Int64"),
        },
        index=pd.Index(["78001", "78002", "92003", "77004"], name="code"),
        geometry=[Point(0, 0)] * 4,
        crs=4326,
    )


# --- sur de petites tables ---


@pytest.mark.parametrize(
    ("codes", "attendus"),
    [
        (["78001"], ["QN07801N", "QN07802M"]),
        (["78002"], ["QN07802M"]),
        (["78002", "78001"], ["QN07801N", "QN07802M"]),
        (["77004"], []),
        ([], []),
    ],
)
def test_dans_rend_chaque_quartier_une_fois_dans_l_ordre_de_la_table(quartiers, codes, attendus):
    trouves = geographie.dans(quartiers, codes)
    assert list(trouves.index) == attendus
    assert isinstance(trouves, gpd.GeoDataFrame)
    assert list(trouves.columns) == list(quartiers.columns)


@pytest.mark.parametrize(
    ("codes", "attendus"),
    [(["78001"], ("QN07802M", "QN09203I")), (["78001", "78002", "92003"], ()), (["78001", "92003"], ("QN07802M",))],
)
def test_debordants_nomme_les_quartiers_qui_sortent_des_communes(quartiers, codes, attendus):
    assert geographie.debordants(quartiers, codes) == attendus


def test_departements_absents_nomme_ceux_dont_les_qpv_ne_sont_pas_la(communes):
    assert geographie.departements_absents(communes) == ("77",)
    assert geographie.departements_absents(communes.drop("77004")) == ()


def test_la_synthese_d_un_territoire_entier_donne_une_part(quartiers, communes):
    assert geographie.synthetiser(quartiers, communes.loc[["78001", "78002"]]) == geographie.Synthese(
        nombre=2,
        population=150,
        debordants=(),
        population_territoire=1500,
        part=10.0,
        departements_absents=(),
        codes=("QN07801N", "QN07802M"),
    )


def test_la_synthese_compte_un_quartier_a_cheval_une_fois(quartiers, communes):
    ensemble = geographie.synthetiser(quartiers, communes.loc[["78001", "78002"]])
    separees = [geographie.synthetiser(quartiers, communes.loc[[code]]) for code in ("78001", "78002")]
    assert ensemble.nombre == 2 < sum(s.nombre for s in separees) == 3
    assert ensemble.population == sum(s.population for s in separees) - 50


def test_pas_de_part_quand_un_quartier_deborde(quartiers, communes):
    synthese = geographie.synthetiser(quartiers, communes.loc[["78001"]])
    assert (synthese.debordants, synthese.part) == (("QN07802M",), None)
    assert synthese.population_territoire == 1000


def test_pas_de_part_quand_des_qpv_peuvent_manquer(quartiers, communes):
    synthese = geographie.synthetiser(quartiers, communes.loc[["92003", "77004"]])
    assert (synthese.departements_absents, synthese.part) == (("77",), None)
    assert (synthese.nombre, synthese.population, synthese.population_territoire) == (1, 30, 500)


def test_pas_de_part_quand_une_population_manque(quartiers, communes):
    communes.loc["78002", "population_2020"] = pd.NA
    synthese = geographie.synthetiser(quartiers, communes.loc[["78001", "78002"]])
    assert (synthese.population_territoire, synthese.part) == (None, None)


def test_un_territoire_sans_quartier_a_une_part_nulle(quartiers, communes):
    synthese = geographie.synthetiser(quartiers.drop("QN09203I"), communes.loc[["92003"]])
    assert (synthese.nombre, synthese.population, synthese.part) == (0, 0, 0.0)


def test_l_evolution_ajoute_les_quartiers_sortis(quartiers, quartiers_2015):
    evolution = geographie.evolution(quartiers, quartiers_2015, ["78001", "78002"])
    assert evolution.index.name == "code"
    assert evolution.statut.to_dict() == {"QN07801N": "nouveau", "QN07802M": "modifie", "QP078004": "sorti"}
    assert evolution.codes_2015.to_dict() == {"QN07801N": [], "QN07802M": ["QP078001"], "QP078004": ["QP078004"]}
    assert list(evolution.columns) == ["nom", "noms_communes", "statut", "codes_2015"]
    assert not isinstance(evolution, gpd.GeoDataFrame)


@pytest.mark.parametrize(
    ("codes", "statuts"), [(["92003"], ["inchange"]), (["77004"], []), (["78002"], ["modifie", "sorti"])]
)
def test_l_evolution_d_un_territoire_ne_regarde_que_ses_communes(quartiers, quartiers_2015, codes, statuts):
    assert list(geographie.evolution(quartiers, quartiers_2015, codes).statut) == statuts


def test_compter_les_statuts_garde_l_ordre_et_les_absents():
    comptes = geographie.compter_statuts(iter(["modifie", "nouveau", "modifie"]))
    assert list(comptes.items()) == [("nouveau", 1), ("modifie", 2), ("inchange", 0), ("sorti", 0)]


def test_les_tables_donnees_ne_sont_pas_modifiees(quartiers, quartiers_2015, communes):
    donnees = (quartiers, quartiers_2015, communes)
    copies = [pd.DataFrame(table).copy(deep=True) for table in donnees]
    siens = geographie.dans(quartiers, communes.index)
    siens["population"] = 0
    geographie.debordants(quartiers, communes.index)
    geographie.synthetiser(quartiers, communes)
    evolution = geographie.evolution(quartiers, quartiers_2015, communes.index)
    evolution["nom"] = "x"
    for table, copie in zip(donnees, copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(table), copie)


# --- sur les données réelles ---


@pytest.mark.parametrize("commune", [ARGENTEUIL, BEZONS])
def test_un_qpv_a_cheval_appartient_aux_deux_communes(o, commune):
    assert {"QN09502I", "QN09504I"} <= set(geographie.dans(o.qpv, [commune]).index)
    assert geographie.debordants(geographie.dans(o.qpv, [commune]), [commune]) == ("QN09502I", "QN09504I")


def test_argenteuil_et_bezons_ensemble_comptent_leurs_qpv_communs_une_fois(o):
    # Insee, population de référence des QPV 2024 : QN09502I 827 habitants, QN09504I 2 600.
    ensemble = geographie.synthetiser(o.qpv, o.communes.loc[[ARGENTEUIL, BEZONS]])
    separees = [geographie.synthetiser(o.qpv, o.communes.loc[[code]]) for code in (ARGENTEUIL, BEZONS)]
    assert ensemble.nombre == sum(s.nombre for s in separees) - 2 == 9
    assert ensemble.population == sum(s.population for s in separees) - 827 - 2600 == 39_589


@pytest.mark.parametrize(
    ("departement", "comptes"),
    [
        ("78", {"nouveau": 2, "modifie": 20, "inchange": 0, "sorti": 2}),
        ("92", {"nouveau": 1, "modifie": 14, "inchange": 4, "sorti": 3}),
        ("95", {"nouveau": 3, "modifie": 31, "inchange": 8, "sorti": 0}),
    ],
)
def test_les_entrees_et_sorties_par_departement(o, departement, comptes):
    # Table de passage de l'ANCT ; préfecture des Yvelines : 2 entrants, 2 sortants.
    communes = o.communes.index[o.communes.code_departement == departement]
    evolution = geographie.evolution(o.qpv, o.qpv_2015, communes)
    assert geographie.compter_statuts(evolution.statut) == comptes


def test_un_quartier_sorti_sur_deux_communes_est_sorti_des_deux(o):
    for commune in ("92004", GENNEVILLIERS):
        assert geographie.evolution(o.qpv, o.qpv_2015, [commune]).statut["QP092017"] == "sorti"


def test_l_evolution_de_tout_territoire_d_ile_de_france_se_calcule(o):
    franciliennes = o.communes[o.communes.code_region == "11"]
    total = 0
    for _, communes in franciliennes.groupby("code_epci"):
        evolution = geographie.evolution(o.qpv, o.qpv_2015, communes.index)
        assert evolution.index.is_unique
        assert evolution.statut.isin(list(geographie.LIBELLES_STATUTS)).all()
        total += len(evolution)
    # 83 quartiers et 5 sortis, dont deux quartiers sur deux EPCI comptés chez chacun.
    assert total == 83 + 5 + 2


@pytest.mark.parametrize(
    ("codes", "part"),
    [
        # Insee : 13 771 habitants en QPV sur 49 880 en 2020 ; 20 724 sur 43 945.
        ([GENNEVILLIERS], 100 * 13_771 / 49_880),
        (["78361"], 100 * 20_724 / 43_945),
    ],
)
def test_la_part_rapporte_deux_populations_de_2020(o, codes, part):
    assert geographie.synthetiser(o.qpv, o.communes.loc[codes]).part == pytest.approx(part, rel=1e-12)
