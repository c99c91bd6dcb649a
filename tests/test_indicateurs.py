"""Les indicateurs embarqués : chaque case transcrite se retrouve, chaque absence garde sa raison."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest
from transcriptions import COLONNES, COMMUNES, DISP, QPV, cases, communes_du_qpv, lignes, serie

from observatoire.erreurs import ErreurArgument, ErreurObservatoire
from observatoire.indicateurs import Couverture, Valeur
from observatoire.schemas import NATURES, NIVEAUX_INDICATEURS, STATUTS

FINE, INSECABLE = "\u202f", "\u00a0"
DU_CONTRAT = [
    "population",
    "indice_jeunesse",
    "nombre_menages",
    "part_menages_1p",
    "part_menages_2p",
    "part_menages_3p",
    "part_menages_45p",
    "part_menages_6pp",
    "logements_sociaux",
    "logements_sociaux_pour_100_menages",
    "taux_emploi",
    "taux_pauvrete",
    "personnes_couvertes_caf",
    "part_couverts_caf",
    "allocataires_caf",
    "rsa_socle",
    "niveau_vie_median",
    "rapport_interdecile",
    "indice_gini",
    "part_menages_imposes",
    "population_qpv",
    "part_population_qpv",
    "nombre_qpv",
]
NON_DATES = {
    "logements_sociaux",
    "logements_sociaux_pour_100_menages",
    "personnes_couvertes_caf",
    "part_couverts_caf",
    "allocataires_caf",
    "rsa_socle",
}
GEOGRAPHIE = ("nombre_qpv", "population_qpv", "part_population_qpv")
CARPF, VGP, HOUDANAIS, MGP = "200055655", "247800584", "247800550", "200054781"
SGBS, BNS = "200058519", "200057990"
ARGENTEUIL, BEZONS = "95018", "95063"


@pytest.fixture(scope="module")
def table(o):
    """La table longue, par clé."""
    t = o.indicateurs
    millesimes = [None if pd.isna(m) else int(m) for m in t.millesime]
    cles = zip(t.niveau, t.code, t.indicateur, millesimes, strict=True)
    return dict(zip(cles, zip(t.valeur, t.statut, t.source, strict=True), strict=True))


def egales(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


# --- les cases transcrites ---


@pytest.mark.parametrize(("fichier", "nombre_lignes"), [(QPV, 83), (COMMUNES, 478), (DISP, 31)])
def test_chaque_case_transcrite_est_dans_la_table(table, fichier, nombre_lignes):
    attendues = cases(fichier)
    assert len(attendues) == nombre_lignes * len(COLONNES[fichier])
    fautes = [c for c in attendues if not egales(table[c.cle][0], c.valeur) or table[c.cle][1] != c.statut]
    assert fautes == []


@pytest.mark.parametrize("fichier", [QPV, COMMUNES, DISP])
def test_chaque_case_transcrite_sort_du_territoire(o, fichier):
    territoires = {c.code: o.territoire(c.code) for c in cases(fichier) if c.niveau not in {"region", "france"}}
    assert len(territoires) >= 29
    fautes = []
    for case in cases(fichier):
        if case.code in territoires:
            t = territoires[case.code]
            valeur = t.indicateur(case.indicateur, case.millesime)
            identite = (valeur.niveau, valeur.code, valeur.indicateur, valeur.millesime)
            if identite != case.cle or not egales(valeur.valeur, case.valeur) or valeur.statut != case.statut:
                fautes.append((case, valeur))
    assert fautes == []


def test_rien_d_autre_n_est_dans_la_table_que_les_transcriptions_et_ce_qui_s_en_deduit(table):
    transcrites = {case.cle for fichier in (QPV, COMMUNES, DISP) for case in cases(fichier)}
    reste = {(niveau, indicateur) for niveau, code, indicateur, m in table.keys() - transcrites}
    niveaux = {"commune", "epci", "ept", "departement", "perimetre"}
    assert reste == {(niveau, i) for niveau in niveaux for i in ("population", *GEOGRAPHIE)} | {
        ("region", "population"),
        ("qpv", "logements_sociaux_pour_100_menages"),
        ("qpv", "part_couverts_caf"),
    }


@pytest.mark.parametrize(
    ("recherche", "indicateur", "attendu"),
    [
        ("QN07801M", "taux_pauvrete", 45.0),
        ("QN07801M", "nombre_menages", 6741.7),
        ("QN07801M", "logements_sociaux", 5412.0),
        ("QN09532M", "taux_pauvrete", 35.0),
        ("92036", "taux_pauvrete", 28.0),
        ("78003", "niveau_vie_median", 26630.0),
        ("78006", "niveau_vie_median", 30450.0),
        ("95", "indice_gini", 0.287),
        ("200054781", "rapport_interdecile", 5.1),
        ("92", "part_minima_sociaux", 1.2),
    ],
)
def test_quelques_chiffres_publies(o, recherche, indicateur, attendu):
    assert o.territoire(recherche).indicateur(indicateur).valeur == attendu


def test_une_case_vide_est_non_diffusee_et_un_s_est_un_secret(o):
    assert o.territoire("QN09502I").indicateur("taux_pauvrete").statut == "non_diffuse"
    assert o.territoire("78006").indicateur("taux_pauvrete").statut == "secret"
    statuts = o.indicateurs.groupby("niveau").statut.agg(set)
    assert statuts["qpv"] == {"diffuse", "non_diffuse"}
    secrets = sum(case.statut == "secret" for case in cases(COMMUNES))
    assert secrets == sum(ligne[colonne] == "s" for ligne in lignes(COMMUNES) for colonne in COLONNES[COMMUNES])
    assert int(o.indicateurs.statut.eq("secret").sum()) == secrets > 1000


# --- la table et le catalogue ---


def test_la_table_a_les_colonnes_et_les_types_du_contrat(o):
    types = {"niveau", "code", "indicateur", "statut", "source"}
    assert list(o.indicateurs.columns) == ["niveau", "code", "indicateur", "millesime", "valeur", "statut", "source"]
    assert all(pd.api.types.is_string_dtype(o.indicateurs[colonne]) for colonne in types)
    assert pd.api.types.is_float_dtype(o.indicateurs.valeur)
    assert str(o.indicateurs.millesime.dtype) == "Int64"


def test_la_valeur_manque_exactement_quand_le_statut_le_dit(o):
    t = o.indicateurs
    assert t.valeur.isna().equals(t.statut.ne("diffuse"))
    assert set(t.statut) <= set(STATUTS)
    assert set(t.niveau) <= set(NIVEAUX_INDICATEURS)
    assert math.isfinite(t.valeur.sum())


def test_la_cle_est_unique_et_la_source_toujours_dite(o):
    t = o.indicateurs
    assert not t.duplicated(["niveau", "code", "indicateur", "millesime"]).any()
    assert t.source.str.strip().str.len().min() > 0


def test_chaque_indicateur_du_contrat_est_au_catalogue_et_a_des_valeurs(o):
    assert len(DU_CONTRAT) == 23
    assert set(DU_CONTRAT) <= set(o.catalogue.index)
    assert set(o.indicateurs.indicateur) == set(o.catalogue.index)
    diffuses = o.indicateurs[o.indicateurs.statut == "diffuse"]
    assert set(diffuses.indicateur) == set(o.catalogue.index)


def test_le_catalogue_est_unique_et_complet(o):
    c = o.catalogue
    assert c.index.is_unique
    assert set(c.nature) == set(NATURES)
    for colonne in ("libelle", "theme", "definition", "producteur", "licence"):
        assert c[colonne].str.strip().str.len().min() > 0, colonne
    assert c.licence.eq("Licence Ouverte 2.0").all()
    assert c.decimales.between(0, 3).all()


def test_chaque_definition_est_une_phrase_qui_finit_par_un_point(o):
    for indicateur, definition in o.catalogue.definition.items():
        assert definition[0].isupper(), indicateur
        assert definition.endswith("."), indicateur
        assert definition.count(". ") == 0, indicateur
        assert "\n" not in definition, indicateur
        assert len(definition.split()) >= 6, indicateur


def test_chaque_page_est_une_adresse(o):
    assert o.catalogue.page.str.fullmatch(r"https://[a-z.]+/\S+").all()


def test_ce_qui_divise_et_ce_qui_pondere_existe_et_est_un_effectif(o):
    c = o.catalogue
    cites = [c.numerateur.dropna(), c.denominateur.dropna(), c.ponderation.explode().dropna()]
    noms = {nom for serie_ in cites for nom in serie_ if nom}
    assert {"population", "nombre_menages", "personnes_menages_fiscaux", "population_qpv"} <= noms <= set(c.index)
    assert c.nature[list(noms)].eq("effectif").all()
    rapports = c[c.numerateur.fillna("").ne("")]
    assert set(rapports.nature) == {"part", "ratio"}
    assert rapports.denominateur.ne("").all()


def test_seuls_les_effectifs_les_parts_et_les_ratios_ont_de_quoi_s_agreger(o):
    figes = o.catalogue[o.catalogue.nature.isin(["mediane", "indice"])]
    assert {"niveau_vie_median", "indice_gini", "indice_jeunesse", "rapport_interdecile"} <= set(figes.index)
    assert figes.ponderation.map(len).eq(0).all()
    assert figes.numerateur.fillna("").eq("").all()


def test_les_niveaux_du_catalogue_sont_ceux_de_la_table(o):
    c = o.catalogue
    assert set(c.niveaux.explode()) <= set(NIVEAUX_INDICATEURS)
    presents = o.indicateurs.groupby("indicateur").niveau.agg(set)
    assert [i for i in c.index if not presents[i] <= set(c.niveaux[i])] == []
    assert all("qpv" not in c.niveaux[i] for i in GEOGRAPHIE)


def test_une_part_s_ecrit_en_pourcentage_et_reste_entre_0_et_100(o):
    c = o.catalogue
    parts = c[c.nature.eq("part") & c.unite.eq("%")].index
    assert {"taux_pauvrete", "taux_emploi", "part_population_qpv", "part_menages_imposes"} <= set(parts)
    valeurs = o.indicateurs[o.indicateurs.indicateur.isin(parts)].valeur.dropna()
    assert valeurs.between(0, 100).all()
    effectifs = o.indicateurs[o.indicateurs.indicateur.isin(c.index[c.nature == "effectif"])].valeur.dropna()
    assert effectifs.min() >= 0


def test_les_logements_sociaux_pour_100_menages_sont_un_ratio_qui_depasse_100_dans_18_quartiers(o):
    assert o.catalogue.nature["logements_sociaux_pour_100_menages"] == "ratio"
    t = o.indicateurs[o.indicateurs.indicateur == "logements_sociaux_pour_100_menages"]
    assert int((t.valeur > 100).sum()) == 18


def test_les_millesimes_non_documentes_sont_dits(o):
    c = o.catalogue
    assert set(c.index[c.millesime_documente == "non"]) == NON_DATES
    assert set(c.millesime_documente) == {"oui", "non"}
    vides = o.indicateurs[o.indicateurs.millesime.isna()]
    assert set(vides.indicateur) == NON_DATES
    for indicateur in NON_DATES:
        assert c.millesimes[indicateur] == []
        valeur = o.territoire("QN07801M").indicateur(indicateur)
        assert valeur.millesime is None
        assert "millésime non documenté" in str(valeur)


def test_les_millesimes_du_catalogue_sont_ceux_de_la_table(o):
    assert o.catalogue.millesimes["population"] == [2020, 2023]
    assert o.catalogue.millesimes["niveau_vie_median"] == [2019, 2021]
    assert o.catalogue.millesimes["nombre_qpv"] == [2024]
    assert o.catalogue.millesimes["population_qpv"] == o.catalogue.millesimes["part_population_qpv"] == [2020]


@pytest.mark.parametrize(
    ("indicateur", "numerateur", "denominateur"),
    [
        ("logements_sociaux_pour_100_menages", "logements_sociaux", "nombre_menages"),
        ("part_couverts_caf", "personnes_couvertes_caf", "population"),
    ],
)
def test_les_rapports_des_quartiers_se_recalculent(table, indicateur, numerateur, denominateur):
    hauts, bas = serie(QPV, numerateur), serie(QPV, denominateur)
    assert len(hauts) == 83
    for code, haut in hauts.items():
        valeur, statut, _ = table["qpv", code, indicateur, None]
        attendu = 100 * haut / bas[code]
        if math.isnan(attendu):
            assert statut == "non_diffuse", code
            assert math.isnan(valeur), code
        else:
            assert valeur == pytest.approx(attendu, rel=1e-12), code


# --- populations ---


@pytest.mark.parametrize(("millesime", "colonne"), [(2020, "population_2020"), (2023, "population")])
def test_les_populations_d_un_ensemble_sont_la_somme_de_ses_communes(o, table, millesime, colonne):
    communes = pd.DataFrame(o.communes).drop(columns="geometry")
    idf = communes[communes.code_region == "11"]
    for niveau in ("epci", "ept", "departement"):
        sommes = communes.groupby(f"code_{niveau}")[colonne].sum()
        codes = set(idf[f"code_{niveau}"].dropna())
        assert len(codes) >= 8
        for code in codes:
            assert table[niveau, code, "population", millesime][:2] == (float(sommes[code]), "diffuse"), code
    assert table["region", "11", "population", millesime][0] == float(idf[colonne].sum())
    ouest = idf[idf.code_departement.isin(["78", "92", "95"])]
    assert table["perimetre", "ouest-francilien", "population", millesime][0] == float(ouest[colonne].sum())


def test_sans_millesime_la_derniere_population_est_rendue(o):
    g = o.territoire("92036")
    assert g.indicateur("population").millesime == 2023
    assert g.indicateur("population").valeur == o.communes.population["92036"]
    assert g.indicateur("population", 2020).valeur == g.indicateur("population", "2020").valeur == 49880
    assert g.indicateur("population", 2020).source == "Insee, population municipale 2020"


# --- la géographie prioritaire, recomptée quartier par quartier ---


def territoires_de_l_ouest(o):
    communes = pd.DataFrame(o.communes)
    proches = communes[communes.code_departement.isin(["78", "92", "95"])]
    for code in proches.index:
        yield "commune", code, frozenset([code])
    for niveau in ("epci", "ept", "departement"):
        colonne = f"code_{niveau}"
        membres = communes[communes[colonne].isin(proches[colonne].dropna())].groupby(colonne).groups
        for code, codes in membres.items():
            yield niveau, code, frozenset(codes)
    yield "perimetre", "ouest-francilien", frozenset(proches.index)


def test_la_geographie_prioritaire_se_recompte_pour_chaque_territoire(o, table):
    populations = serie(QPV, "population")
    etendues = {code: communes_du_qpv(code) for code in populations}
    habitants_2020 = o.communes.population_2020.to_dict()
    departements = o.communes.code_departement.to_dict()
    vus = {"diffuse": 0, "non_diffuse": 0, "indisponible": 0}
    for niveau, code, membres in territoires_de_l_ouest(o):
        nombre, population, part = (
            table[niveau, code, i, m] for i, m in zip(GEOGRAPHIE, (2024, 2020, 2020), strict=True)
        )
        touchants = [q for q, communes in etendues.items() if communes & membres]
        if {departements[c] for c in membres} - {"78", "92", "95"}:
            assert [v[1] for v in (nombre, population, part)] == ["indisponible"] * 3, code
        elif any(not etendues[q] <= membres for q in touchants):
            assert nombre[:2] == (len(touchants), "diffuse"), code
            assert [population[1], part[1]] == ["non_diffuse"] * 2, code
        else:
            total = math.fsum(populations[q] for q in touchants)
            assert nombre[:2] == (len(touchants), "diffuse"), code
            assert population[:2] == (total, "diffuse"), code
            assert part[0] == pytest.approx(100 * total / sum(habitants_2020[c] for c in membres), rel=1e-12), code
        vus[part[1]] += 1
    assert vus == {"diffuse": 464 + 16 + 3 + 3 + 1, "non_diffuse": 14 + 1 + 1, "indisponible": 4}


def test_une_commune_ou_un_quartier_deborde_ne_recoit_pas_de_part_devinee(o):
    for code in (ARGENTEUIL, BEZONS, SGBS, BNS):
        t = o.territoire(code)
        assert t.indicateur("nombre_qpv").statut == "diffuse"
        for indicateur in ("population_qpv", "part_population_qpv"):
            valeur = t.indicateur(indicateur)
            assert (valeur.statut, valeur.affichage) == ("non_diffuse", "n.d.")
            assert math.isnan(valeur.valeur)


def test_la_valeur_est_exacte_au_niveau_qui_contient_le_quartier(o):
    # « Les Toupets - Côte des Carrières » : deux communes, une intercommunalité.
    assert o.territoire("Jouy-le-Moutier").indicateur("population_qpv").statut == "non_diffuse"
    assert o.territoire("CACP").indicateur("population_qpv").valeur == 32_379
    assert o.territoire("95").indicateur("population_qpv").valeur == 231_521


@pytest.mark.parametrize("code", [CARPF, VGP, HOUDANAIS, MGP])
def test_une_intercommunalite_hors_des_trois_departements_est_indisponible(o, code):
    for indicateur in GEOGRAPHIE:
        valeur = o.territoire(code).indicateur(indicateur)
        assert (valeur.statut, valeur.affichage) == ("indisponible", "ind.")
        assert math.isnan(valeur.valeur)


@pytest.mark.parametrize("recherche", ["75056", "77", "200058790"])
def test_hors_des_trois_departements_les_quartiers_sont_indisponibles_et_non_absents(o, recherche):
    for indicateur in GEOGRAPHIE:
        assert o.territoire(recherche).indicateur(indicateur).statut == "indisponible"


def test_une_commune_sans_quartier_en_a_zero(o):
    t = o.territoire("78003")
    assert [t.indicateur(i).valeur for i in GEOGRAPHIE] == [0, 0, 0]


# --- Valeur ---


def valeur_de(**autres):
    base = {
        "indicateur": "taux_pauvrete",
        "libelle": "Taux de pauvreté",
        "niveau": "qpv",
        "code": "QN07801M",
        "valeur": 45.0,
        "statut": "diffuse",
        "unite": "%",
        "millesime": 2021,
        "source": "Insee, Filosofi 2021",
        "decimales": 1,
    }
    return Valeur(**{**base, **autres})


def test_une_valeur_est_immuable_et_comparable(o):
    valeur = o.territoire("QN07801M").indicateur("taux_pauvrete")
    for champ in dataclasses.fields(valeur):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(valeur, champ.name, 0)
    assert valeur == valeur_de()
    assert hash(valeur) == hash(valeur_de())


@pytest.mark.parametrize("statut", ["secret", "non_diffuse", "hors_champ", "indisponible"])
def test_une_valeur_absente_ne_peut_pas_porter_de_nombre(statut):
    with pytest.raises(ErreurArgument, match=statut):
        valeur_de(statut=statut)
    assert math.isnan(valeur_de(statut=statut, valeur=math.nan).valeur)


def test_une_valeur_diffusee_porte_un_nombre():
    with pytest.raises(ErreurArgument, match="nan"):
        valeur_de(valeur=math.nan)
    assert valeur_de(valeur=0.0).affichage == f"0,0{FINE}%"


@pytest.mark.parametrize(
    ("recherche", "indicateur", "texte"),
    [
        ("QN07801M", "taux_pauvrete", f"45,0{FINE}% (Insee, Filosofi 2021)"),
        ("92036", "taux_pauvrete", f"28,0{FINE}% (Insee, Filosofi 2021)"),
        (
            "QN07801M",
            "population",
            f"20{FINE}724{INSECABLE}habitants (Insee, populations de référence des QPV 2024 (RP 2020))",
        ),
        ("92", "niveau_vie_median", f"28{FINE}310{INSECABLE}€ (Insee, Filosofi 2019)"),
        ("95", "indice_gini", "0,287 (Insee, Filosofi 2019)"),
        ("QN07801M", "indice_jeunesse", "1,8 (Insee, RP 2020)"),
        ("QN07801M", "rsa_socle", f"1{FINE}231{INSECABLE}allocataires (Cnaf, millésime non documenté)"),
        ("78006", "taux_pauvrete", f"s. (secret statistique{INSECABLE}; Insee, Filosofi 2021)"),
        ("QN09502I", "taux_pauvrete", f"n.d. (non diffusé{INSECABLE}; Insee, Filosofi 2021)"),
        ("95", "taux_pauvrete", f"ind. (non disponible{INSECABLE}; Insee)"),
    ],
)
def test_une_valeur_s_ecrit_en_entier(o, recherche, indicateur, texte):
    assert str(o.territoire(recherche).indicateur(indicateur)) == texte


def test_ce_qui_est_hors_champ_s_ecrit_d_un_tiret_sans_inventer_un_defaut_de_millesime(o):
    valeur = o.territoire("QN07801M").indicateur("nombre_qpv")
    assert valeur.affichage == "-"
    assert str(valeur) == f"- (sans objet à ce niveau{INSECABLE}; ANCT, calcul observatoire)"


def test_une_estimation_dit_qu_elle_en_est_une_et_sur_quoi_elle_porte():
    valeur = valeur_de(estimation=True, couverture=Couverture(36, 42, 89.92))
    assert str(valeur) == (
        f"45,0{FINE}% (estimation{INSECABLE}; 36 territoires publiés sur 42, 89,9{FINE}% des habitants{INSECABLE}; "
        "Insee, Filosofi 2021)"
    )
    assert str(Couverture(1234, 2000, None)) == f"1{FINE}234 territoires publiés sur 2{FINE}000"


@pytest.mark.parametrize(
    ("statut", "signe"), [("secret", "s."), ("non_diffuse", "n.d."), ("hors_champ", "-"), ("indisponible", "ind.")]
)
def test_chaque_absence_a_son_signe_et_aucun_chiffre(statut, signe):
    valeur = valeur_de(statut=statut, valeur=math.nan)
    assert valeur.affichage == signe
    assert "45" not in str(valeur)


def test_l_arrondi_n_a_lieu_qu_a_l_affichage(o):
    valeur = o.territoire("92036").indicateur("part_population_qpv")
    assert valeur.affichage == f"27,6{FINE}%"
    assert valeur.valeur == pytest.approx(100 * 13771 / 49880, rel=1e-12)
    assert valeur.valeur != round(valeur.valeur, 6)


# --- ce qui manque, et pourquoi ---


def test_ce_qui_n_a_pas_de_sens_est_hors_champ_et_ce_qui_manque_est_indisponible(o):
    quartier, departement = o.territoire("QN07801M"), o.territoire("95")
    for indicateur in (*GEOGRAPHIE, "menages_fiscaux", "indice_gini"):
        assert quartier.indicateur(indicateur).statut == "hors_champ", indicateur
    for indicateur in ("taux_pauvrete", "taux_emploi", "rsa_socle"):
        assert departement.indicateur(indicateur).statut == "indisponible", indicateur
    assert quartier.indicateur("niveau_vie_median").statut == "indisponible"


def test_un_millesime_absent_est_indisponible_et_garde_son_annee(o):
    valeur = o.territoire("92036").indicateur("taux_pauvrete", 1999)
    assert (valeur.statut, valeur.millesime) == ("indisponible", 1999)
    assert math.isnan(valeur.valeur)
    assert o.territoire("QN07801M").indicateur("rsa_socle", 2020).statut == "indisponible"


@pytest.mark.parametrize("millesime", ["x", "2021-2022", 2021.5, -2021, "", True])
def test_un_millesime_qui_n_est_pas_une_annee_est_refuse(o, millesime):
    with pytest.raises(ErreurArgument, match=r"n'est pas une année.*2021"):
        o.territoire("92036").indicateur("taux_pauvrete", millesime)


@pytest.mark.parametrize(
    ("faux", "proche"),
    [("taux_pauvret", "taux_pauvrete"), ("Population", "population"), ("mediane_niveau_vie", "niveau_vie_median")],
)
def test_un_indicateur_inconnu_propose_les_plus_proches(o, faux, proche):
    with pytest.raises(ErreurArgument, match=proche) as erreur:
        o.territoire("92036").indicateur(faux)
    assert isinstance(erreur.value, ErreurObservatoire)
    assert faux in str(erreur.value)
    assert "o.catalogue" in str(erreur.value)


def test_t_indicateurs_rend_les_lignes_du_territoire(o):
    t = o.territoire("QN07801M")
    assert set(t.indicateurs.niveau) == {"qpv"}
    assert set(t.indicateurs.code) == {"QN07801M"}
    assert len(t.indicateurs) == len(COLONNES[QPV]) + 2
    attendues = {case.indicateur: case.valeur for case in cases(QPV) if case.code == "QN07801M"}
    obtenues = t.indicateurs.set_index("indicateur").valeur
    assert {i: obtenues[i] for i in attendues} == attendues


def test_t_indicateurs_de_chaque_niveau_porte_ses_cases(o):
    for recherche, fichier in (("78006", COMMUNES), ("CACP", DISP), ("95", DISP)):
        t = o.territoire(recherche)
        attendues = {case[2:4]: case[5] for case in cases(fichier) if case[:2] == (t.niveau, t.code)}
        assert len(attendues) == len(COLONNES[fichier])
        lues = t.indicateurs
        obtenues = dict(zip(zip(lues.indicateur, lues.millesime, strict=True), lues.statut, strict=True))
        assert {cle: obtenues[cle] for cle in attendues} == attendues
