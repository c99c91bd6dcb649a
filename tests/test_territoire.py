from __future__ import annotations

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest
import shapely

import observatoire as obs
from observatoire.schemas import NIVEAUX

BNS, POLD, MGP = ("ept", "200057990"), ("ept", "200057982"), ("epci", "200054781")
GPSEO, CARPF, SGBS = ("epci", "200059889"), ("epci", "200055655"), ("epci", "200058519")
YVELINES, HAUTS_DE_SEINE, VAL_D_OISE = ("departement", "78"), ("departement", "92"), ("departement", "95")
OUEST = ("perimetre", "ouest-francilien")
UN_PAR_NIVEAU = ["QN09502I", "92036", "200059889", "200057990", "95", "ouest francilien"]


def designe(territoire):
    return territoire.niveau, territoire.code


def tous(territoires):
    return [designe(territoire) for territoire in territoires]


# --- une valeur immuable ---


@pytest.mark.parametrize("recherche", UN_PAR_NIVEAU)
def test_un_territoire_ne_se_modifie_pas(o, recherche):
    t = o.territoire(recherche)
    for attribut in ("niveau", "code", "nom", "base", "geometrie", "population", "nouveau"):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(t, attribut, "autre")
    with pytest.raises((FrozenInstanceError, AttributeError)):
        del t.code


@pytest.mark.parametrize(
    "graphies",
    [("Gennevilliers", "92036", "GENNEVILLIERS"), ("BNS", "200057990", "Boucle Nord de Seine"), ("95", "Val-d'Oise")],
)
def test_un_meme_territoire_cherche_autrement_est_egal(o, graphies):
    premier, *autres = [o.territoire(graphie) for graphie in graphies]
    assert all(autre == premier and hash(autre) == hash(premier) for autre in autres)
    assert len({premier, *autres}) == 1


def test_deux_territoires_differents_ne_sont_pas_egaux(o):
    paris, departement = o.territoire("Paris", "commune"), o.territoire("Paris", "departement")
    assert paris.nom == departement.nom
    assert paris != departement
    assert o.territoire("92036") != "92036"


def test_l_egalite_ne_depend_pas_de_l_observatoire_qui_l_a_ouvert(o):
    assert obs.ouvrir().territoire("92036") == o.territoire("92036")


@pytest.mark.parametrize("recherche", UN_PAR_NIVEAU)
def test_son_affichage_dit_niveau_code_et_nom(o, recherche):
    t = o.territoire(recherche)
    assert repr(t) == f"Territoire({t.niveau} {t.code} : {t.nom})"


def test_il_y_a_un_territoire_d_essai_par_niveau(o):
    assert tuple(o.territoire(recherche).niveau for recherche in UN_PAR_NIVEAU) == (
        "qpv",
        "commune",
        "epci",
        "ept",
        "departement",
        "perimetre",
    )
    assert len(UN_PAR_NIVEAU) == len(NIVEAUX)


# --- identité ---


@pytest.mark.parametrize(
    ("recherche", "nom", "officiel", "sigle", "population"),
    [
        ("92036", "Gennevilliers", "Gennevilliers", None, 50_979),
        ("GPS&O", "Communauté urbaine Grand Paris Seine et Oise", "CU Grand Paris Seine et Oise", "GPS&O", 438_076),
        ("BNS", "Boucle Nord de Seine", "Boucle Nord de Seine", "BNS", 461_443),
        ("QN09214M", "Les Grésillons", "Les Grésilllons", None, None),
        ("95", "Val-d'Oise", "Val-d'Oise", None, 1_281_653),
        ("périmètre", "Ouest francilien", "Ouest francilien", None, None),
    ],
)
def test_son_identite(o, recherche, nom, officiel, sigle, population):
    t = o.territoire(recherche)
    assert (t.nom, t.nom_officiel, t.sigle) == (nom, officiel, sigle)
    if population is not None:
        assert t.population == population
    assert type(t.population) is int


def test_la_population_d_un_qpv_est_celle_du_quartier_en_2020(o):
    assert o.territoire("QN07801M").population == 20_724
    assert o.territoire("QN09502I").population == 827


def test_la_population_du_perimetre_est_la_somme_des_departements(o):
    departements = [o.territoire(code).population for code in ("78", "92", "95")]
    assert o.territoire("périmètre").population == sum(departements) == 4_421_451


def test_une_population_non_publiee_est_none(o):
    (code, *_) = o.communes.index[o.communes.population.isna()]
    assert o.territoire(code).population is None


# --- ce qui le compose ---


@pytest.mark.parametrize(
    ("recherche", "communes", "qpv"),
    [
        ("QN09502I", 2, 1),
        ("QN09219N", 4, 1),
        ("92036", 1, 3),
        ("95018", 1, 8),
        ("GPS&O", 73, 12),
        ("BNS", 7, 16),
        ("CARPF", 42, 9),
        ("Pays Houdanais", 36, 0),
        ("Versailles Grand Parc", 18, 0),
        ("MGP", 130, 27),
        ("78", 259, 22),
        ("92", 36, 19),
        ("95", 183, 42),
        ("périmètre", 478, 83),
    ],
)
def test_ses_communes_et_ses_qpv(o, recherche, communes, qpv):
    t = o.territoire(recherche)
    assert len(t.communes) == communes
    assert len(t.qpv) == qpv
    assert t.communes.index.is_unique
    assert t.qpv.index.is_unique
    assert t.communes.crs.to_epsg() == t.qpv.crs.to_epsg() == 4326


def test_un_qpv_a_cheval_appartient_aux_deux_intercommunalites(o):
    for sigle in ("BNS", "CASGBS"):
        assert {"QN09502I", "QN09504I"} <= set(o.territoire(sigle).qpv.index)


def test_les_intercommunalites_du_perimetre_couvrent_ses_83_qpv(o):
    membres = [set(t.qpv.index) for t in o.territoire("périmètre").intercommunalites]
    assert len(membres) == 24
    assert sum(map(len, membres)) == 83 + 2
    assert set().union(*membres) == set(o.qpv.index)
    assert sum(1 for codes in membres if codes) == 11


@pytest.mark.parametrize(
    ("recherche", "departements"),
    [
        ("CARPF", {"95", "77"}),
        ("Versailles Grand Parc", {"78", "91"}),
        ("Pays Houdanais", {"78", "28"}),
        ("CASGBS", {"78", "95"}),
        ("BNS", {"92", "95"}),
    ],
)
def test_une_intercommunalite_garde_ses_communes_hors_de_l_ouest_francilien(o, recherche, departements):
    t = o.territoire(recherche)
    assert set(t.communes.code_departement) == departements
    assert {d.code for d in t.departements} == departements


@pytest.mark.parametrize("recherche", UN_PAR_NIVEAU)
def test_sa_geometrie_est_un_contour_valide(o, recherche):
    geometrie = o.territoire(recherche).geometrie
    assert geometrie.is_valid
    assert geometrie.geom_type in {"Polygon", "MultiPolygon"}
    assert geometrie.area > 0


def test_le_contour_du_perimetre_est_l_union_de_ses_communes(o):
    t = o.territoire("périmètre")
    assert shapely.union_all(t.communes.geometry.values).symmetric_difference(t.geometrie).area == 0


@pytest.mark.parametrize("recherche", ["13055", "200034882", "971"])
def test_hors_d_ile_de_france_une_commune_ou_un_epci_n_a_pas_de_contour(o, recherche):
    assert o.territoire(recherche).geometrie is None


# --- à quoi il appartient ---


@pytest.mark.parametrize(
    ("recherche", "parents"),
    [
        ("QN07801M", [("commune", "78361"), GPSEO, YVELINES, OUEST]),
        ("QN09502I", [("commune", "95018"), ("commune", "95063"), BNS, SGBS, VAL_D_OISE, OUEST]),
        ("QN09201M", [("commune", "92050"), POLD, HAUTS_DE_SEINE, OUEST]),
        ("92036", [BNS, HAUTS_DE_SEINE, OUEST]),
        ("95018", [BNS, VAL_D_OISE, OUEST]),
        ("95063", [SGBS, VAL_D_OISE, OUEST]),
        ("78361", [GPSEO, YVELINES, OUEST]),
        ("BNS", [MGP, HAUTS_DE_SEINE, VAL_D_OISE, OUEST]),
        ("GPS&O", [YVELINES, OUEST]),
        ("CARPF", [VAL_D_OISE, ("departement", "77"), OUEST]),
        ("95", [OUEST]),
        ("périmètre", []),
        ("75056", [MGP, ("departement", "75")]),
        ("13055", [("epci", "200054807"), ("departement", "13")]),
        ("22016", [("departement", "22")]),
        ("971", []),
    ],
)
def test_ses_parents_du_plus_proche_au_plus_large(o, recherche, parents):
    assert tous(o.territoire(recherche).parents) == parents


@pytest.mark.parametrize(
    ("recherche", "attendue"),
    [
        ("92036", BNS),
        ("95018", BNS),
        ("92050", POLD),
        ("75056", MGP),
        ("95063", SGBS),
        ("78361", GPSEO),
        ("95585", CARPF),
        ("QN09201M", POLD),
        ("QN09532M", CARPF),
        ("BNS", BNS),
        ("MGP", MGP),
        ("13055", ("epci", "200054807")),
    ],
)
def test_son_intercommunalite_est_l_ept_dans_la_metropole_et_l_epci_ailleurs(o, recherche, attendue):
    assert designe(o.territoire(recherche).intercommunalite) == attendue


@pytest.mark.parametrize("recherche", ["78", "périmètre", "22016"])
def test_un_departement_le_perimetre_ou_une_ile_n_ont_pas_d_intercommunalite(o, recherche):
    assert o.territoire(recherche).intercommunalite is None


@pytest.mark.parametrize("code", ["QN09502I", "QN09504I"])
def test_l_intercommunalite_d_un_qpv_sur_deux_est_ambigue(o, code):
    t = o.territoire(code)
    with pytest.raises(obs.TerritoireAmbigu, match="intercommunalité de") as erreur:
        t.intercommunalite  # noqa: B018
    assert {designe(candidat) for candidat in erreur.value.candidats} == {BNS, SGBS}
    assert set(tous(t.intercommunalites)) == {BNS, SGBS}


def test_les_intercommunalites_d_un_qpv_sont_celles_de_l_anct(o):
    for code, attendues in o.qpv.codes_intercommunalites.items():
        trouvees = [t.code for t in o.territoire(code).intercommunalites]
        assert sorted(trouvees) == sorted(attendues), code


# --- ses QPV en nombres ---


@pytest.mark.parametrize(
    ("recherche", "nombre", "population"),
    [
        # Insee, population de référence des QPV 2024.
        ("78", 22, 106_524),
        ("92", 19, 99_350),
        ("95", 42, 231_521),
        ("périmètre", 83, 437_395),
        ("92036", 3, 13_771),
    ],
)
def test_les_totaux_comptent_chaque_qpv_une_fois(o, recherche, nombre, population):
    synthese = o.territoire(recherche).synthese_qpv
    assert (synthese.nombre, synthese.population) == (nombre, population)
    assert synthese.part == pytest.approx(100 * population / synthese.population_territoire)


def test_la_metropole_compte_une_fois_les_qpv_de_ses_ept(o):
    metropole = o.territoire("MGP").synthese_qpv
    ept = [o.territoire(code).synthese_qpv for code in o.ept.index]
    assert metropole.nombre == sum(s.nombre for s in ept) == 27
    assert metropole.population == sum(s.population for s in ept)


@pytest.mark.parametrize(
    ("recherche", "absents"),
    [
        ("CARPF", ("77",)),
        ("Versailles Grand Parc", ("91",)),
        ("MGP", ("75", "91", "93", "94")),
        ("BNS", ()),
        ("GPS&O", ()),
        ("Marseille", ("13",)),
    ],
)
def test_un_territoire_dit_les_departements_dont_les_qpv_manquent(o, recherche, absents):
    synthese = o.territoire(recherche).synthese_qpv
    assert synthese.departements_absents == absents
    if absents:
        assert synthese.part is None


def test_l_evolution_d_un_qpv_ne_parle_que_de_lui(o):
    evolution = o.territoire("QN09511M").evolution_qpv
    assert evolution.index.tolist() == ["QN09511M"]
    assert evolution.codes_2015["QN09511M"] == ["QP095011", "QP095012"]


def test_l_evolution_du_perimetre(o):
    comptes = o.territoire("périmètre").evolution_qpv.statut.value_counts().to_dict()
    assert comptes == {"modifie": 65, "inchange": 12, "nouveau": 6, "sorti": 5}


# --- les tables de l'observatoire restent intactes ---


def test_interroger_un_territoire_ne_modifie_aucune_table(o):
    noms = ("communes", "epci", "ept", "departements", "qpv", "qpv_2015")
    copies = {nom: pd.DataFrame(getattr(o, nom)).copy(deep=True) for nom in noms}
    for recherche in (*UN_PAR_NIVEAU, "CARPF", "13055"):
        t = o.territoire(recherche)
        for attribut in ("communes", "geometrie", "parents", "departements", "intercommunalites", "synthese_qpv"):
            getattr(t, attribut)
        # Ce que l'analyste ajoute à ce qu'on lui rend ne remonte pas dans l'observatoire.
        evolution, qpv = t.evolution_qpv, t.qpv
        evolution["nom"] = qpv["population"] = 0
    for nom, copie in copies.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(o, nom)), copie)


@pytest.mark.parametrize("niveau", ["commune", "epci", "ept", "departement", "qpv"])
def test_tout_territoire_concerne_se_decrit_sans_erreur(o, niveau):
    liste = o.territoires()
    codes = list(liste.index[liste.niveau == niveau])
    if niveau == "commune":
        codes = sorted(o.qpv.codes_communes.explode().unique())
    assert len(codes) == {"commune": 55, "epci": 21, "ept": 4, "departement": 3, "qpv": 83}[niveau]
    for code in codes:
        t = o.territoire(code)
        assert t.nom
        assert t.communes.population.sum() > 0
        assert designe(t.parents[-1]) == OUEST
        # Les habitants d'un quartier débordant vivent aussi chez les voisins : pas de part, elle dépasserait 100 %.
        synthese = t.synthese_qpv
        sans_part = niveau == "qpv" or bool(synthese.debordants or synthese.departements_absents)
        assert (synthese.part is None) == sans_part
        assert synthese.part is None or 0 <= synthese.part <= 100
        assert t.evolution_qpv.index.is_unique
