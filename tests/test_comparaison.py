"""Comparer sans mélanger : mêmes dates, écarts, rangs, hors quartiers, séries, évolution depuis 2015."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from ajouts import augmenter
from transcriptions import COMMUNES, DISP, QPV, lignes, serie

from observatoire.erreurs import AgregationInterdite, ErreurArgument
from observatoire.typographie import FINE

COLONNES = {
    *("indicateur", "libelle", "niveau", "code", "nom", "valeur", "statut", "unite", "millesime", "source"),
    *("affichage", "comparable", "ecart", "unite_ecart"),
}
SGBS, BNS, GPSEO, CARPF, MGP = "200058519", "200057990", "200059889", "200055655", "200054781"
REGION, FRANCE = ("region", "11"), ("france", "metropole")
OUEST = ("perimetre", "ouest-francilien")


def cles(table):
    return list(zip(table.niveau, table.code, strict=True))


def ligne(table, niveau, code, indicateur=None):
    retenues = table[(table.niveau == niveau) & (table.code == code)]
    if indicateur:
        retenues = retenues[retenues.indicateur == indicateur]
    assert len(retenues) == 1
    return retenues.iloc[0]


# --- qui est comparé à qui ---


@pytest.mark.parametrize(
    ("recherche", "attendus"),
    [
        (
            "QN07801M",
            [("qpv", "QN07801M"), ("commune", "78361"), ("epci", GPSEO), ("departement", "78"), OUEST, REGION, FRANCE],
        ),
        (
            "QN09502I",
            [
                *[("qpv", "QN09502I"), ("commune", "95018"), ("commune", "95063"), ("ept", BNS), ("epci", SGBS)],
                *[("departement", "95"), OUEST, REGION, FRANCE],
            ],
        ),
        ("92036", [("commune", "92036"), ("ept", BNS), ("departement", "92"), OUEST, REGION, FRANCE]),
        (SGBS, [("epci", SGBS), ("departement", "78"), ("departement", "95"), OUEST, REGION, FRANCE]),
        (BNS, [("ept", BNS), ("epci", MGP), ("departement", "92"), ("departement", "95"), OUEST, REGION, FRANCE]),
        ("95", [("departement", "95"), OUEST, REGION, FRANCE]),
        ("ouest francilien", [OUEST, REGION, FRANCE]),
    ],
)
def test_un_territoire_est_compare_a_ceux_qui_le_portent_puis_a_la_region_et_a_la_france(o, recherche, attendus):
    table = o.territoire(recherche).comparer(["population", "niveau_vie_median"])
    assert set(table.columns) >= COLONNES
    assert cles(table) == attendus * 2
    assert list(table.indicateur) == ["population"] * len(attendus) + ["niveau_vie_median"] * len(attendus)
    noms = dict(zip(table.code, table.nom, strict=True))
    assert (noms["11"], noms["metropole"]) == ("Île-de-France", "France métropolitaine")
    assert noms[attendus[0][1]] == o.territoire(recherche).nom


def test_hors_d_ile_de_france_on_ne_compare_pas_a_l_ile_de_france(o):
    table = o.territoire("Lyon", "commune").comparer("population")
    assert ("region", "11") not in cles(table)
    assert table.valeur.notna().any()


def test_un_seul_indicateur_s_ecrit_comme_une_liste_d_un(o):
    t = o.territoire("92036")
    pd.testing.assert_frame_equal(t.comparer("taux_pauvrete"), t.comparer(["taux_pauvrete"]))
    assert t.comparer([]).empty
    assert set(t.comparer([]).columns) >= COLONNES


def test_un_indicateur_ou_un_millesime_faux_est_refuse(o):
    with pytest.raises(ErreurArgument, match="taux_pauvrete"):
        o.territoire("92036").comparer(["population", "taux_pauvret"])
    with pytest.raises(ErreurArgument, match="année"):
        o.territoire("92036").comparer("population", millesime="2021-2022")


# --- les mêmes dates ---


def test_le_dernier_millesime_partage_est_pris_pour_tous(o):
    table = o.territoire("QN07801M").comparer("population")
    renseignees = table[table.code != "metropole"]
    assert renseignees.millesime.eq(2020).all()
    assert renseignees.comparable.all()
    assert o.territoire("92036").comparer("population").millesime.dropna().eq(2023).all()
    assert o.territoire("92036").comparer("population", millesime=2020).iloc[0].valeur == 49_880


def test_chaque_valeur_d_un_tableau_est_celle_du_territoire(o):
    t = o.territoire("QN09502I")
    table = t.comparer(["population", "taux_pauvrete", "taux_emploi", "part_population_qpv", "niveau_vie_median"])
    comparees = 0
    for rang in table.itertuples():
        if rang.niveau in {"region", "france"}:
            continue
        millesime = None if pd.isna(rang.millesime) else rang.millesime
        seule = o.territoire(rang.code, rang.niveau).indicateur(rang.indicateur, millesime)
        assert (rang.statut, rang.affichage, rang.source) == (seule.statut, seule.affichage, seule.source)
        assert rang.valeur == seule.valeur or (math.isnan(rang.valeur) and math.isnan(seule.valeur))
        comparees += 1
    assert comparees == 7 * 5


def test_des_millesimes_differents_se_lisent_cote_a_cote_chacun_avec_sa_date_sans_ecart(o):
    table = o.territoire("92036").comparer("niveau_vie_median")
    commune, departement = ligne(table, "commune", "92036"), ligne(table, "departement", "92")
    assert (commune.valeur, commune.millesime) == (18_380, 2021)
    assert (departement.valeur, departement.millesime) == (28_310, 2019)
    assert not departement.comparable
    for autre in table[table.code != "92036"].itertuples():
        assert not autre.comparable
        assert math.isnan(autre.ecart)
        assert autre.unite_ecart == ""
    assert "2019" in departement.source


def test_le_millesime_exige_ne_se_remplace_pas(o):
    table = o.territoire("92036").comparer("niveau_vie_median", millesime=2021)
    departement = ligne(table, "departement", "92")
    assert (departement.statut, departement.affichage) == ("indisponible", "ind.")
    assert math.isnan(departement.valeur)
    assert math.isnan(departement.ecart)


def test_ce_qui_manque_n_est_jamais_rempli(o):
    quartier = o.territoire("QN09502I").comparer("taux_pauvrete")
    assert (quartier.iloc[0].statut, quartier.iloc[0].affichage) == ("non_diffuse", "n.d.")
    assert math.isnan(quartier.iloc[0].valeur)
    assert quartier.ecart.isna().all()
    assert ligne(quartier, "commune", "95018").valeur == 27.0
    secrete = o.territoire("78006").comparer("taux_pauvrete")
    assert (secrete.iloc[0].statut, secrete.iloc[0].affichage) == ("secret", "s.")
    for table in (quartier, secrete):
        assert table.valeur.isna().equals(table.statut.ne("diffuse"))


def test_une_ligne_sans_valeur_n_est_pas_dite_comparable(o):
    # Les logements sociaux n'ont pas de date : « pas de date » et « pas de valeur » ne sont pas la même chose.
    table = o.territoire("QN07801M").comparer("logements_sociaux")
    autres = table[table.statut != "diffuse"]
    assert len(autres) == 6
    assert not autres.comparable.any()


# --- les écarts ---


def test_l_ecart_d_une_part_est_en_points(o):
    table = o.territoire("QN07801M").comparer("taux_pauvrete")
    commune = ligne(table, "commune", "78361")
    assert commune.ecart == pytest.approx(45.0 - serie(COMMUNES, "taux_pauvrete")["78361"])
    assert commune.unite_ecart == "points"
    assert math.isnan(table.iloc[0].ecart)


def test_l_ecart_d_un_montant_est_en_pour_cent(o):
    table = o.territoire(SGBS).comparer("niveau_vie_median")
    medianes = serie(DISP, "niveau_vie_median")
    for niveau, code in (("departement", "78"), ("departement", "95"), REGION, FRANCE):
        autre = ligne(table, niveau, code)
        assert autre.ecart == pytest.approx(100 * (29_500 / medianes[code] - 1)), code
        assert (autre.unite_ecart, autre.comparable, autre.millesime) == ("%", True, 2019)
    assert ligne(table, *FRANCE).valeur == 21_930


def test_l_ecart_d_un_indice_est_brut(o):
    table = o.territoire("95").comparer(["indice_gini", "rapport_interdecile"])
    assert ligne(table, *REGION, "indice_gini").ecart == pytest.approx(0.287 - 0.352)
    assert ligne(table, *FRANCE, "rapport_interdecile").ecart == pytest.approx(3.6 - 3.4)
    assert set(table.unite_ecart) == {""}


def test_un_effectif_n_a_pas_d_ecart(o):
    table = o.territoire("92036").comparer(["population", "nombre_qpv"])
    assert ligne(table, "departement", "92", "population").comparable
    assert table.ecart.isna().all()
    assert set(table.unite_ecart) == {""}


def test_aucun_ecart_sans_deux_valeurs_diffusees_du_meme_millesime(o):
    indicateurs = list(o.catalogue.index)
    vus = 0
    for recherche in ("QN09502I", "QN07801M", "78006", "92036", SGBS, BNS, "95"):
        table = o.territoire(recherche).comparer(indicateurs)
        for _, bloc in table.groupby("indicateur", sort=False):
            sujet = bloc.iloc[0]
            autres = bloc.iloc[1:]
            ecartees = autres[autres.ecart.notna()]
            vus += len(ecartees)
            assert ecartees.empty or sujet.statut == "diffuse"
            assert ecartees.statut.eq("diffuse").all()
            assert ecartees.millesime.eq(sujet.millesime).all()
    assert vus > 40


# --- les rangs ---


def test_gennevilliers_a_le_taux_de_pauvrete_le_plus_haut_du_92(o):
    rang = o.territoire("92036").rang("taux_pauvrete")
    assert (rang.rang, rang.sur, rang.ex_aequo, rang.non_classes) == (1, 35, 0, 1)
    assert rang.valeur.valeur == 28.0
    assert str(rang) == f"1er sur 35 (1 sans valeur publiée) : 28,0{FINE}% (Insee, Filosofi 2021)"
    taux = {c: v for c, v in serie(COMMUNES, "taux_pauvrete").items() if c.startswith("92")}
    assert max((v, c) for c, v in taux.items() if not math.isnan(v)) == (28.0, "92036")


@pytest.mark.parametrize(
    ("departement", "indicateur"),
    [("78", "taux_pauvrete"), ("92", "part_menages_imposes"), ("95", "taux_pauvrete"), ("95", "niveau_vie_median")],
)
def test_chaque_rang_se_recompte_avec_ses_ex_aequo(o, departement, indicateur):
    pairs = {c: v for c, v in serie(COMMUNES, indicateur).items() if c.startswith(departement)}
    publies = [v for v in pairs.values() if not math.isnan(v)]
    classees = [(c, v) for c, v in pairs.items() if not math.isnan(v)][::5]
    ex_aequo = 0
    for code, valeur in classees:
        rang = o.territoire(code).rang(indicateur)
        assert rang.rang == 1 + sum(v > valeur for v in publies), code
        assert rang.ex_aequo == publies.count(valeur) - 1, code
        assert (rang.sur, rang.non_classes) == (len(publies), len(pairs) - len(publies)), code
        ex_aequo += rang.ex_aequo > 0
    assert len(classees) >= 7
    assert ex_aequo > 0


def test_deux_ex_aequo_ont_le_meme_rang_et_le_disent(o):
    rangs = [o.territoire(code).rang("taux_pauvrete") for code in ("QN07801M", "QN07802M")]
    assert [r.valeur.valeur for r in rangs] == [45.0, 45.0]
    assert [(r.rang, r.sur, r.ex_aequo) for r in rangs] == [(2, 22, 1)] * 2
    assert "2e sur 22, à égalité avec 1 autre :" in str(rangs[0])


def test_le_rang_parmi_un_ensemble_plus_large(o):
    rang = o.territoire("QN07801M").rang("taux_pauvrete", parmi=o.territoire("ouest francilien"))
    assert (rang.rang, rang.sur, rang.non_classes) == (3, 77, 6)
    intercommunalite = o.territoire(SGBS).rang("niveau_vie_median")
    assert (intercommunalite.rang, intercommunalite.sur) == (5, 21)
    assert [o.territoire(d).rang("niveau_vie_median").rang for d in ("92", "78", "95")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("recherche", "indicateur"),
    [("78006", "taux_pauvrete"), ("QN09502I", "taux_pauvrete"), ("95018", "population_qpv"), ("95", "taux_emploi")],
)
def test_ce_qui_n_est_pas_publie_n_a_pas_de_rang(o, recherche, indicateur):
    with pytest.raises(ErreurArgument, match=r"n'a pas de rang.*Que faire"):
        o.territoire(recherche).rang(indicateur)


# --- hors quartiers prioritaires ---


@pytest.mark.parametrize(
    ("recherche", "quartiers"),
    [
        ("78", 106_524),
        ("92", 99_350),
        ("95", 231_521),
        ("ouest francilien", 437_395),
        ("92036", 13_771),
        (GPSEO, 61_818),
    ],
)
def test_les_habitants_hors_quartiers_sont_exacts(o, recherche, quartiers):
    t = o.territoire(recherche)
    hors = t.hors_qpv()
    assert hors.valeur == t.indicateur("population", 2020).valeur - quartiers
    assert hors.millesime == 2020
    assert not hors.estimation
    assert hors.libelle == "Population municipale hors QPV"
    assert "RP 2020" in hors.source


def test_sans_quartier_tous_les_habitants_sont_hors_quartier(o):
    t = o.territoire("78003")
    assert t.qpv.empty
    assert t.hors_qpv().valeur == t.indicateur("population").valeur


@pytest.mark.parametrize("recherche", ["95018", "95063", SGBS, BNS, CARPF, MGP])
def test_hors_quartiers_est_refuse_quand_un_quartier_deborde_ou_manque(o, recherche):
    with pytest.raises(AgregationInterdite, match=r"(?s)hors QPV ne se calcule pas exactement.*Que faire"):
        o.territoire(recherche).hors_qpv()


@pytest.mark.parametrize(
    "indicateur", ["taux_pauvrete", "niveau_vie_median", "part_population_qpv", "logements_sociaux", "menages_fiscaux"]
)
def test_hors_quartiers_est_refuse_sans_effectif_publie_des_deux_cotes(o, indicateur):
    with pytest.raises(AgregationInterdite, match="Que faire"):
        o.territoire("92036").hors_qpv(indicateur)


# --- les séries ---


def test_la_serie_d_une_commune(o):
    serie_ = o.territoire("92036").serie("population")
    assert list(serie_.columns) == ["millesime", "code", "valeur", "statut", "source", "affichage", "contour_modifie"]
    assert list(zip(serie_.millesime, serie_.valeur, strict=True)) == [(2020, 49_880), (2023, 50_979)]
    assert not serie_.contour_modifie.any()


def test_la_serie_d_un_secret_le_garde(o):
    serie_ = o.territoire("78006").serie("taux_pauvrete")
    assert list(serie_.affichage) == ["s."]
    assert serie_.valeur.isna().all()


def test_la_serie_de_ce_qui_n_existe_pas_est_vide(o):
    assert o.territoire("QN07801M").serie("nombre_qpv").empty


@pytest.fixture(scope="module")
def augmente(o):
    return augmenter(o)


@pytest.mark.parametrize(("code", "anciens"), [("QN07801M", "QP078001"), ("QN09511M", "QP095011, QP095012")])
def test_la_serie_d_un_quartier_modifie_est_refusee(augmente, code, anciens):
    with pytest.raises(AgregationInterdite, match=r"contour.*a changé en 2024.*meme_si_contour_modifie=True") as erreur:
        augmente.territoire(code).serie("taux_suivi")
    assert anciens in str(erreur.value)
    assert "40" not in str(erreur.value).replace("QP0", "")


def test_la_serie_d_un_quartier_modifie_s_accepte_et_se_marque(augmente):
    serie_ = augmente.territoire("QN07801M").serie("taux_suivi", meme_si_contour_modifie=True)
    assert list(serie_.code) == ["QP078001", "QP078001", "QN07801M"]
    assert list(serie_.millesime) == [2015, 2018, 2024]
    assert list(serie_.contour_modifie) == [True, True, False]
    assert list(serie_.affichage) == [f"40,0{FINE}%", "s.", f"45,0{FINE}%"]
    assert math.isnan(serie_.valeur[1])


def test_la_serie_d_un_quartier_issu_de_deux_montre_les_deux(augmente):
    serie_ = augmente.territoire("QN09511M").serie("taux_suivi", meme_si_contour_modifie=True)
    assert set(serie_.code) == {"QP095011", "QP095012", "QN09511M"}
    assert serie_.set_index("code").contour_modifie.to_dict() == {
        "QP095011": True,
        "QP095012": True,
        "QN09511M": False,
    }


def test_la_serie_d_un_quartier_inchange_se_suit(augmente):
    serie_ = augmente.territoire("QN09502I").serie("taux_suivi")
    assert list(zip(serie_.millesime, serie_.code, serie_.valeur, strict=True)) == [
        (2015, "QP095002", 31.0),
        (2024, "QN09502I", 33.0),
    ]
    assert not serie_.contour_modifie.any()


def test_la_lettre_du_code_ne_dit_pas_le_statut(o):
    # QN09219N finit par N (nouveau), la table de passage le dit modifié.
    assert o.qpv.statut["QN09219N"] == "modifie"


def test_une_valeur_sans_date_garde_sa_valeur_dans_une_serie(augmente):
    serie_ = augmente.territoire("92036").serie("essai")
    lues = {(None if pd.isna(m) else int(m), v) for m, v in zip(serie_.millesime, serie_.valeur, strict=True)}
    assert lues == {(2020, 1.0), (None, 2.0)}


# --- 2015-2024 ---


@pytest.mark.parametrize(
    ("recherche", "attendu"),
    [
        ("78", {"nouveau": 2, "sorti": 2}),
        ("95", {"nouveau": 3, "sorti": 0}),
        ("ouest francilien", {"nouveau": 6, "sorti": 5, "inchange": 12}),
    ],
)
def test_l_evolution_compte_entres_et_sortis(o, recherche, attendu):
    t = o.territoire(recherche)
    evolution = t.evolution_qpv
    comptes = evolution.statut.value_counts()
    assert {statut: int(comptes.get(statut, 0)) for statut in attendu} == attendu
    assert int(evolution.statut.ne("sorti").sum()) == len(t.qpv)
    assert evolution.index.is_unique


def test_les_sortis_sont_ceux_de_la_table_de_passage(o):
    evolution = o.territoire("ouest francilien").evolution_qpv
    sortis = evolution[evolution.statut == "sorti"]
    assert set(sortis.index) == {"QP078004", "QP078016", "QP092001", "QP092014", "QP092017"}
    assert [list(codes) for codes in sortis.codes_2015] == [[code] for code in sortis.index]


def test_l_evolution_de_chaque_quartier_est_celle_de_la_table_de_passage(o):
    passage = {}
    for rang in lignes("passage_qp2015_qp2024.csv"):
        passage.setdefault(rang["qp2024"], (rang["statut"].lower(), set()))[1].update(filter(None, [rang["qp2015"]]))
    evolution = o.territoire("ouest francilien").evolution_qpv
    presents = evolution[evolution.statut != "sorti"]
    assert len(presents) == len(serie(QPV, "population"))
    for code in presents.index:
        assert passage[code] == (presents.statut[code], set(presents.codes_2015[code])), code
    assert list(o.territoire("QN09511M").evolution_qpv.codes_2015) == [["QP095011", "QP095012"]]


def test_l_evolution_de_chaque_territoire_est_celle_de_ses_communes(o):
    perimetre = o.territoire("ouest francilien").evolution_qpv
    par_departement = pd.concat([o.territoire(d).evolution_qpv for d in ("78", "92", "95")])
    assert sorted(par_departement.index) == sorted(perimetre.index)
    gennevilliers = o.territoire("Gennevilliers").evolution_qpv
    assert gennevilliers.noms_communes.str.contains("Gennevilliers").all()
    assert set(o.territoire("Gennevilliers").qpv.index) <= set(gennevilliers.index)
    assert o.territoire("78003").evolution_qpv.empty
