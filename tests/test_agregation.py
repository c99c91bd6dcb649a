"""Agréger sans mentir, sur les vrais chiffres : ce qui s'ajoute, ce qui se recalcule, ce qui se refuse."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from ajouts import augmenter
from transcriptions import COMMUNES, QPV, cases, communes_du_qpv, lignes, serie, somme_publiee

from observatoire.erreurs import AgregationInterdite, ErreurArgument, ErreurObservatoire, TerritoireInconnu

ARGENTEUIL, BEZONS, GENNEVILLIERS, NANTERRE = "95018", "95063", "92036", "92050"
ABLIS, ADAINVILLE = "78003", "78006"  # revenus publiés ; revenus sous secret, sauf la médiane
CARPF, SGBS, BNS, MGP, POLD = "200055655", "200058519", "200057990", "200054781", "200057982"
INTERCOMMUNALITES_DES_QPV = [
    *("200059889", "200058782", SGBS, POLD, "200057966", BNS),
    *("200056380", "249500109", "200058485", CARPF, "249500489"),
]
MESSAGE_UTILE = r"(?s)Que faire : .*\.$"


@pytest.fixture(scope="module")
def quartiers_du_95():
    return [ligne["code_qp"] for ligne in lignes(QPV) if ligne["code_qp"].startswith("QN095")]


def refus(o, indicateur, codes, **options):
    with pytest.raises(AgregationInterdite, match=MESSAGE_UTILE) as erreur:
        o.agreger(indicateur, codes, **options)
    assert isinstance(erreur.value, ValueError)
    return str(erreur.value)


# --- les effectifs s'ajoutent ---


def test_les_effectifs_s_ajoutent(o):
    valeur = o.agreger("population", codes=[GENNEVILLIERS, NANTERRE], millesime=2020)
    assert valeur.valeur == 49_880 + 95_782
    assert (valeur.statut, valeur.millesime, valeur.unite) == ("diffuse", 2020, "habitants")
    assert (valeur.niveau, valeur.code) == ("ensemble", f"{GENNEVILLIERS}+{NANTERRE}")
    assert not valeur.estimation
    assert valeur.couverture is None
    assert str(valeur).endswith("habitants (Insee, population municipale 2020)")


def test_sans_millesime_le_dernier_que_toutes_les_parties_partagent_est_pris_et_dit(o):
    assert o.agreger("population", [GENNEVILLIERS, NANTERRE]).millesime == 2023
    # Un QPV n'a que 2020 : la commune d'à côté est prise à la même date.
    mele = o.agreger("population", ["QN07801M", GENNEVILLIERS])
    assert (mele.millesime, mele.valeur) == (2020, 20_724 + 49_880)


@pytest.mark.parametrize("indicateur", ["population", "personnes_couvertes_caf", "allocataires_caf", "rsa_socle"])
def test_les_83_quartiers_s_ajoutent_a_l_unite_pres(o, indicateur):
    attendu = math.fsum(serie(QPV, indicateur).values())
    assert o.agreger(indicateur, o.qpv.index).valeur == attendu
    assert attendu > 0


def test_les_communes_d_un_departement_refont_le_departement(o):
    for code, nombre in (("78", 259), ("92", 36), ("95", 183)):
        codes = o.communes.index[o.communes.code_departement == code]
        assert len(codes) == nombre
        for millesime in (2020, 2023):
            assert (
                o.agreger("population", codes, millesime=millesime).valeur
                == o.territoire(code).indicateur("population", millesime).valeur
            )


def test_les_trois_departements_refont_le_perimetre(o):
    ensemble = o.agreger("population", ["78", "92", "95"])
    assert ensemble.valeur == o.territoire("ouest francilien").indicateur("population").valeur


def test_rien_n_est_arrondi(o):
    codes = ["QN07801M", "QN07802M"]
    assert o.agreger("nombre_menages", codes).valeur == math.fsum([6741.7, 1095.5])
    taux = o.agreger("taux_emploi", codes).valeur
    assert taux == pytest.approx((42.0 * 20724 + 47.3 * 3150) / 23874, rel=1e-12)
    assert taux != round(taux, 6)


# --- ce que l'on donne comme codes ---


def test_un_texte_seul_est_un_territoire_et_non_une_liste_de_lettres(o):
    seul = o.agreger("population", GENNEVILLIERS)
    assert seul == o.territoire(GENNEVILLIERS).indicateur("population")
    assert o.agreger("population", "Val-d'Oise") == o.agreger("population", ["95"])


def test_noms_codes_territoires_series_et_generateurs_conviennent(o):
    attendu = o.agreger("population", [GENNEVILLIERS, NANTERRE])
    territoires = [o.territoire("Gennevilliers"), o.territoire("Nanterre")]
    for codes in (territoires, pd.Series([GENNEVILLIERS, NANTERRE]), iter(["Gennevilliers", "nanterre"])):
        assert o.agreger("population", codes) == attendu


def test_un_territoire_repete_n_est_compte_qu_une_fois(o):
    attendu = o.agreger("population", [GENNEVILLIERS, NANTERRE])
    assert o.agreger("population", [GENNEVILLIERS, NANTERRE, "Gennevilliers", GENNEVILLIERS]) == attendu
    assert o.agreger("population", ["95", "Val-d'Oise"]).valeur == o.agreger("population", ["95"]).valeur
    assert o.agreger("nombre_qpv", ["95", "95"]).valeur == 42
    repete = o.agreger("taux_pauvrete", ["QN07801M", "QN07802M", "QN07803M", "QN07801M"])
    assert repete == o.agreger("taux_pauvrete", ["QN07801M", "QN07802M", "QN07803M"])


def test_aucun_territoire_n_est_pas_zero(o):
    with pytest.raises(ErreurArgument, match="au moins un code"):
        o.agreger("population", [])


def test_un_code_ou_un_indicateur_inconnu_est_refuse(o):
    with pytest.raises(TerritoireInconnu):
        o.agreger("population", [GENNEVILLIERS, "99999"])
    with pytest.raises(ErreurArgument, match="taux_pauvrete"):
        o.agreger("taux_pauvret", [GENNEVILLIERS, NANTERRE])
    with pytest.raises(ErreurArgument, match="année"):
        o.agreger("population", [GENNEVILLIERS, NANTERRE], millesime="hier")


# --- les recouvrements sont refusés ---


@pytest.mark.parametrize(
    ("codes", "fautifs"),
    [
        ([GENNEVILLIERS, "92"], ["commune 92036", "departement 92"]),
        (["QN09208M", GENNEVILLIERS], ["qpv QN09208M", "commune 92036"]),
        (["QN09502I", BEZONS], ["qpv QN09502I", "commune 95063"]),
        (["QN09502I", BNS], ["qpv QN09502I", "ept 200057990"]),
        ([MGP, BNS], ["epci 200054781", "ept 200057990"]),
        ([SGBS, "78"], ["epci 200058519", "departement 78"]),
        (["ouest-francilien", "95"], ["perimetre ouest-francilien", "departement 95"]),
        ([NANTERRE, "QN09208M", GENNEVILLIERS], ["qpv QN09208M", "commune 92036"]),
    ],
)
@pytest.mark.parametrize("partiel", [False, True])
def test_deux_territoires_qui_se_recouvrent_sont_refuses(o, codes, fautifs, partiel):
    for indicateur in ("population", "nombre_qpv", "taux_pauvrete"):
        message = refus(o, indicateur, codes, partiel=partiel)
        assert "se recouvrent" in message
        assert all(fautif in message for fautif in fautifs)
        assert "commune 92050" not in message


def test_deux_quartiers_d_une_meme_commune_ne_se_recouvrent_pas(o):
    codes = ["QN09208M", "QN09211M", "QN09214M"]
    assert o.agreger("population", codes).valeur == 7258 + 5461 + 1052
    assert o.agreger("population", ["QN09502I", "QN09504I"]).valeur == 827 + 2600


def test_des_niveaux_differents_mais_disjoints_s_ajoutent(o):
    valeur = o.agreger("population", ["78", POLD, ARGENTEUIL], millesime=2020).valeur
    attendu = [o.territoire(code).indicateur("population", 2020).valeur for code in ("78", POLD, ARGENTEUIL)]
    assert valeur == sum(attendu)


# --- les parts et ratios se recalculent ---


@pytest.mark.parametrize(
    ("indicateur", "numerateur", "denominateur"),
    [
        ("part_couverts_caf", "personnes_couvertes_caf", "population"),
        ("logements_sociaux_pour_100_menages", "logements_sociaux", "nombre_menages"),
    ],
)
def test_un_rapport_se_recalcule_de_son_numerateur_et_de_son_denominateur(o, indicateur, numerateur, denominateur):
    codes = ["QN07801M", "QN07802M", "QN07803M", "QN07804M"]
    valeur = o.agreger(indicateur, codes)
    hauts, bas = serie(QPV, numerateur), serie(QPV, denominateur)
    attendu = 100 * math.fsum(hauts[c] for c in codes) / math.fsum(bas[c] for c in codes)
    assert valeur.valeur == pytest.approx(attendu, rel=1e-12)
    moyenne_simple = sum(100 * hauts[c] / bas[c] for c in codes) / len(codes)
    assert abs(valeur.valeur - moyenne_simple) > 0.1
    assert not valeur.estimation


def test_un_rapport_partiel_ne_prend_que_les_quartiers_ou_les_deux_sont_publies(o):
    indicateur = "logements_sociaux_pour_100_menages"
    codes = [ligne["code_qp"] for ligne in lignes(QPV)]
    assert "territoire" in refus(o, indicateur, codes)
    assert "sur 83" in refus(o, indicateur, codes)
    hauts, bas = serie(QPV, "logements_sociaux"), serie(QPV, "nombre_menages")
    complets = [c for c in codes if not math.isnan(hauts[c] + bas[c])]
    valeur = o.agreger(indicateur, codes, partiel=True)
    assert len(complets) == 78
    assert (valeur.couverture.publies, valeur.couverture.total) == (78, 83)
    attendu = 100 * math.fsum(hauts[c] for c in complets) / math.fsum(bas[c] for c in complets)
    assert valeur.valeur == pytest.approx(attendu, rel=1e-12)
    assert valeur.estimation


def test_un_rapport_sans_aucun_quartier_complet_dit_ce_qui_manque(o):
    # À l'un manquent les logements, à l'autre les ménages : rien n'est « nul », tout est incomplet.
    message = refus(o, "logements_sociaux_pour_100_menages", ["QN07813M", "QN09201M"], partiel=True)
    assert "nul" not in message
    assert "numérateur" in message or "manque" in message


def test_la_part_des_habitants_en_quartier_du_78_92_95(o):
    valeur = o.agreger("part_population_qpv", ["78", "92", "95"])
    assert valeur.valeur == pytest.approx(100 * (106_524 + 99_350 + 231_521) / 4_327_740, rel=1e-12)
    assert valeur.valeur == pytest.approx(o.territoire("ouest francilien").indicateur("part_population_qpv").valeur)
    assert valeur.affichage == "10,1\u202f%"
    assert not valeur.estimation
    moyenne = sum(o.territoire(d).indicateur("part_population_qpv").valeur for d in ("78", "92", "95")) / 3
    assert abs(valeur.valeur - moyenne) > 0.5


# --- à défaut, une moyenne pondérée, qui se dit estimation ---


def test_la_pauvrete_des_quartiers_du_95_est_refusee_sans_partiel(o, quartiers_du_95):
    message = refus(o, "taux_pauvrete", quartiers_du_95).replace("\u00a0", " ")
    assert "6 territoires sur 42" in message
    assert "non diffusé" in message
    assert "partiel=True" in message
    assert "QN09502I" in message


def test_la_pauvrete_des_quartiers_du_95_est_une_estimation_avec_sa_couverture(o, quartiers_du_95):
    table = pd.DataFrame(lignes(QPV)).set_index("code_qp").loc[quartiers_du_95]
    taux, habitants = pd.to_numeric(table.taux_pauvrete), table.population.astype(int)
    publies = taux.notna()
    assert (int(publies.sum()), len(table)) == (36, 42)

    valeur = o.agreger("taux_pauvrete", quartiers_du_95, partiel=True)
    assert valeur.valeur == pytest.approx((taux * habitants).sum() / habitants[publies].sum(), rel=1e-12)
    assert valeur.valeur == pytest.approx(38.207, abs=5e-4)
    assert valeur.estimation
    assert (valeur.couverture.publies, valeur.couverture.total) == (36, 42)
    assert valeur.couverture.part_habitants == pytest.approx(100 * habitants[publies].sum() / habitants.sum())
    texte = str(valeur).replace("\u202f", " ").replace("\u00a0", " ")
    assert texte.startswith("38,2 % (estimation ; 36 territoires publiés sur 42, 89,9 % des habitants ; Insee")
    assert "pondéré par : population municipale" in texte


def test_meme_toutes_publiees_une_moyenne_ponderee_se_dit_estimation(o):
    codes = ["QN07801M", "QN07802M"]
    valeur = o.agreger("taux_pauvrete", codes)
    assert valeur.estimation
    assert (valeur.couverture.publies, valeur.couverture.total, valeur.couverture.part_habitants) == (2, 2, 100)
    assert valeur.valeur == 45.0  # 45,0 et 45,0


def test_la_pauvrete_des_communes_est_ponderee_par_les_personnes_des_menages_fiscaux(o):
    taux, personnes = serie(COMMUNES, "taux_pauvrete"), serie(COMMUNES, "personnes_menages_fiscaux")
    codes = [GENNEVILLIERS, NANTERRE, ARGENTEUIL, BEZONS]
    attendu = sum(taux[c] * personnes[c] for c in codes) / sum(personnes[c] for c in codes)
    valeur = o.agreger("taux_pauvrete", codes)
    assert valeur.valeur == pytest.approx(attendu, rel=1e-12)
    assert re.search("pondéré par : personnes des ménages fiscaux.*2021", valeur.source)
    assert valeur.estimation


def test_les_menages_imposes_sont_ponderes_par_les_menages_fiscaux(o):
    parts, menages = serie(COMMUNES, "part_menages_imposes"), serie(COMMUNES, "menages_fiscaux")
    codes = [c for c in parts if c.startswith("92") and not math.isnan(parts[c])]
    attendu = math.fsum(parts[c] * menages[c] for c in codes) / math.fsum(menages[c] for c in codes)
    valeur = o.agreger("part_menages_imposes", codes)
    assert len(codes) >= 30
    assert valeur.valeur == pytest.approx(attendu, rel=1e-12)
    assert "ménages fiscaux" in valeur.source


def test_la_taille_des_menages_est_ponderee_par_les_menages(o):
    codes = ["QN07801M", "QN07803M"]
    valeur = o.agreger("part_menages_1p", codes)
    assert valeur.valeur == pytest.approx((23.9 * 6741.7 + 34.5 * 409.1) / (6741.7 + 409.1), rel=1e-12)
    assert "nombre de ménages" in valeur.source


def test_une_part_que_rien_ne_pondere_est_refusee(o):
    message = refus(o, "part_minima_sociaux", ["78", "92"])
    assert "ne s'agrège pas" in message


# --- médianes, indices, quantiles ---


@pytest.mark.parametrize(
    ("indicateur", "codes"),
    [
        ("niveau_vie_median", [GENNEVILLIERS, NANTERRE]),
        ("premier_decile", [GENNEVILLIERS, NANTERRE]),
        ("neuvieme_decile", [GENNEVILLIERS, NANTERRE]),
        ("rapport_interdecile", [GENNEVILLIERS, NANTERRE]),
        ("indice_jeunesse", ["QN07801M", "QN07802M"]),
        ("niveau_vie_median", ["78", "92", "95"]),
        ("troisieme_quartile", ["78", "95"]),
        ("indice_gini", ["78", "95"]),
        ("rapport_s80_s20", ["78", "95"]),
    ],
)
@pytest.mark.parametrize("partiel", [False, True])
def test_une_mediane_un_quantile_un_indice_ne_s_agregent_pas(o, indicateur, codes, partiel):
    message = refus(o, indicateur, codes, partiel=partiel)
    assert "ne s'agrège pas" in message
    assert "médiane" in message or "un indice" in message
    assert f'indicateur("{indicateur}")' in message


def test_un_seul_territoire_rend_sa_valeur_publiee(o):
    for recherche, indicateur, attendu in (
        ("92", "niveau_vie_median", 28_310),
        ("95", "indice_gini", 0.287),
        ("QN07801M", "indice_jeunesse", 1.8),
    ):
        valeur = o.agreger(indicateur, [recherche, recherche])
        assert valeur == o.territoire(recherche).indicateur(indicateur)
        assert valeur.valeur == attendu
        assert not valeur.estimation


# --- millésimes ---


def test_des_millesimes_differents_ne_se_melent_pas(o):
    for partiel in (False, True):
        message = refus(o, "menages_fiscaux", [ABLIS, "92"], partiel=partiel)
        assert "2021" in message
        assert "2019" in message
        assert "millésime" in message


def test_un_millesime_que_personne_n_a_est_refuse(o):
    assert "78" in refus(o, "population", ["78", "92"], millesime=1990)
    refus(o, "taux_pauvrete", [GENNEVILLIERS, NANTERRE], millesime=2019)


@pytest.mark.parametrize("indicateur", ["nombre_qpv", "population_qpv", "part_population_qpv"])
def test_la_geographie_prioritaire_d_une_autre_annee_n_est_pas_celle_de_2024(o, indicateur):
    """Un millésime absent est refusé ou indisponible : le chiffre d'une autre année n'en tient pas lieu."""
    try:
        valeur = o.agreger(indicateur, ["78", "92"], millesime=2015)
    except AgregationInterdite:
        return
    assert valeur.statut == "indisponible"
    assert valeur.millesime == 2015


def test_une_annee_inconnue_ne_s_ajoute_pas_a_une_annee_connue(o):
    # Gennevilliers : 1 en 2020, 2 sans date ; Nanterre : 10 sans date. Le 1 de 2020 ne s'ajoute jamais à 10.
    try:
        valeur = augmenter(o).agreger("essai", [GENNEVILLIERS, NANTERRE])
    except AgregationInterdite:
        return
    assert valeur.millesime is None
    assert valeur.valeur == 12


# --- secrets ---


def test_un_secret_interdit_le_total_et_le_message_dit_pourquoi_et_quoi_faire(o):
    message = refus(o, "taux_pauvrete", [GENNEVILLIERS, ADAINVILLE])
    assert "secret statistique" in message
    assert "Adainville (78006)" in message
    assert "partiel=True" in message
    assert "valeur officielle" in message


def test_avec_partiel_le_secret_reste_dehors_et_l_estimation_le_dit(o):
    valeur = o.agreger("taux_pauvrete", [GENNEVILLIERS, ADAINVILLE], partiel=True)
    assert valeur.valeur == 28.0
    assert valeur.estimation
    assert (valeur.couverture.publies, valeur.couverture.total) == (1, 2)
    assert 98 < valeur.couverture.part_habitants < 100


def test_la_somme_partielle_d_un_effectif_ne_compte_que_le_publie(o):
    codes = [case.code for case in cases(COMMUNES) if case.indicateur == "menages_fiscaux" and case.code[:2] == "95"]
    secrets = [
        c for c in cases(COMMUNES) if c.indicateur == "menages_fiscaux" and c.code in codes and c.statut == "secret"
    ]
    assert secrets
    assert f"sur {len(codes)}" in refus(o, "menages_fiscaux", codes)
    valeur = o.agreger("menages_fiscaux", codes, partiel=True)
    assert valeur.valeur == somme_publiee(COMMUNES, "menages_fiscaux", codes)
    assert valeur.estimation
    assert (valeur.couverture.publies, valeur.couverture.total) == (len(codes) - len(secrets), len(codes))


def test_rien_que_des_secrets_reste_refuse_meme_avec_partiel(o):
    message = refus(o, "taux_pauvrete", [ADAINVILLE, "78007"], partiel=True)
    assert "partiel=True" not in message
    assert "valeur officielle" in message


def test_un_secret_seul_ou_repete_reste_un_secret(o):
    for codes in ([ADAINVILLE], [ADAINVILLE, "Adainville"]):
        valeur = o.agreger("taux_pauvrete", codes, partiel=True)
        assert valeur.statut == "secret"
        assert math.isnan(valeur.valeur)


def test_une_source_absente_et_un_hors_champ_se_refusent_aussi(o):
    assert "non disponible" in refus(o, "taux_pauvrete", ["78", "95"])
    assert "sans objet à ce niveau" in refus(o, "menages_fiscaux", ["QN07801M", "QN07802M"])
    assert "sans objet à ce niveau" in refus(o, "nombre_qpv", ["QN07801M", "QN07802M"], partiel=True)


def test_le_message_accorde_ses_mots(o):
    un = refus(o, "taux_pauvrete", [GENNEVILLIERS, ADAINVILLE])
    assert not re.search(r"\b1\s(territoires|territoire\spubliés)", un)
    six = refus(o, "taux_pauvrete", [GENNEVILLIERS, NANTERRE, ADAINVILLE, "78007"])
    assert re.search(r"2\sterritoires", six)


# --- la géographie prioritaire se recompte ---


def test_argenteuil_et_bezons_ensemble_ont_9_quartiers_et_39589_habitants(o):
    touchants = [q for q in serie(QPV, "population") if communes_du_qpv(q) & {ARGENTEUIL, BEZONS}]
    assert all(communes_du_qpv(q) <= {ARGENTEUIL, BEZONS} for q in touchants)
    nombre = o.agreger("nombre_qpv", [ARGENTEUIL, BEZONS])
    habitants = o.agreger("population_qpv", [ARGENTEUIL, BEZONS])
    assert nombre.valeur == len(touchants) == 9
    assert habitants.valeur == sum(serie(QPV, "population")[q] for q in touchants) == 39_589
    assert not nombre.estimation
    assert not habitants.estimation
    assert str(nombre).replace("\u00a0", " ") == "9 quartiers (ANCT, géographie 2024)"


def test_argenteuil_seule_n_est_pas_devinee(o):
    assert o.agreger("nombre_qpv", [ARGENTEUIL]).valeur == 8
    assert o.agreger("nombre_qpv", [BEZONS]).valeur == 3  # 8 + 3 = 11 : deux quartiers sont à cheval
    for indicateur in ("population_qpv", "part_population_qpv"):
        assert o.agreger(indicateur, [ARGENTEUIL]).statut == "non_diffuse"


def test_argenteuil_avec_une_autre_que_bezons_n_est_pas_devinee_non_plus(o):
    assert o.agreger("nombre_qpv", [ARGENTEUIL, GENNEVILLIERS]).valeur == 11
    for indicateur in ("population_qpv", "part_population_qpv"):
        for partiel in (False, True):
            try:
                valeur = o.agreger(indicateur, [ARGENTEUIL, GENNEVILLIERS], partiel=partiel)
            except AgregationInterdite:
                continue
            publie = o.territoire(GENNEVILLIERS).indicateur(indicateur).valeur
            assert valeur.statut == "non_diffuse" or (partiel and valeur.estimation and valeur.valeur == publie)


def test_un_quartier_a_cheval_sur_deux_intercommunalites_est_compte_une_fois(o):
    sans_carpf = [code for code in INTERCOMMUNALITES_DES_QPV if code != CARPF]
    assert set(INTERCOMMUNALITES_DES_QPV) == set(o.qpv.codes_intercommunalites.explode())
    nombres = [o.territoire(code).indicateur("nombre_qpv").valeur for code in sans_carpf]
    assert (sum(nombres), len(nombres)) == (76, 10)
    a_roissy = [q for q in o.qpv.index if o.qpv.codes_intercommunalites[q] == [CARPF]]
    assert o.agreger("nombre_qpv", sans_carpf).valeur == 83 - len(a_roissy) == 74
    attendu = sum(v for q, v in serie(QPV, "population").items() if q not in a_roissy)
    assert o.agreger("population_qpv", sans_carpf).valeur == attendu


def test_les_onze_intercommunalites_avec_roissy_restent_indisponibles(o):
    # Roissy Pays de France s'étend en Seine-et-Marne, dont les quartiers ne sont pas embarqués.
    for indicateur in ("nombre_qpv", "population_qpv", "part_population_qpv"):
        try:
            valeur = o.agreger(indicateur, INTERCOMMUNALITES_DES_QPV)
        except AgregationInterdite:
            continue
        assert valeur.statut == "indisponible"
        assert math.isnan(valeur.valeur)


def test_les_deux_intercommunalites_d_un_quartier_a_cheval_redeviennent_exactes_ensemble(o):
    assert o.territoire(SGBS).indicateur("population_qpv").statut == "non_diffuse"
    assert o.territoire(BNS).indicateur("population_qpv").statut == "non_diffuse"
    ensemble = o.agreger("population_qpv", [SGBS, BNS])
    siens = [q for q in o.qpv.index if {SGBS, BNS} & set(o.qpv.codes_intercommunalites[q])]
    assert ensemble.valeur == sum(serie(QPV, "population")[q] for q in siens)
    assert o.agreger("nombre_qpv", [SGBS, BNS]).valeur == len(siens) == 19


def test_toutes_les_communes_du_perimetre_refont_les_83_quartiers(o):
    communes = o.territoire("ouest francilien").communes.index
    assert o.agreger("nombre_qpv", communes).valeur == 83
    assert o.agreger("population_qpv", communes).valeur == 106_524 + 99_350 + 231_521


# --- un indicateur de l'analyste suit les mêmes règles ---


@pytest.fixture(scope="module")
def augmente(o):
    return augmenter(o)


def test_un_effectif_ajoute_s_ajoute(augmente):
    valeur = augmente.agreger("permanences", [GENNEVILLIERS, NANTERRE])
    assert valeur.valeur == 10
    assert valeur.source == "enquête"


def test_une_part_ajoutee_est_ponderee_par_ce_que_nomme_sa_fiche(augmente):
    valeur = augmente.agreger("taux_accueil", [GENNEVILLIERS, NANTERRE])
    habitants = [augmente.territoire(c).indicateur("population").valeur for c in (GENNEVILLIERS, NANTERRE)]
    assert valeur.valeur == pytest.approx((30 * habitants[0] + 70 * habitants[1]) / sum(habitants), rel=1e-12)
    assert valeur.estimation


def test_un_secret_ajoute_reste_secret_et_une_mediane_ajoutee_se_refuse(augmente):
    assert "secret statistique" in refus(augmente, "permanences", [GENNEVILLIERS, ADAINVILLE])
    assert augmente.agreger("permanences", [GENNEVILLIERS, ADAINVILLE], partiel=True).valeur == 3
    assert "médiane" in refus(augmente, "age_median", [GENNEVILLIERS, NANTERRE])
    assert augmente.agreger("age_median", NANTERRE).valeur == 7


def test_un_ratio_ajoute_garde_son_echelle(augmente):
    """Le ratio de l'analyste est en « par personne », non pour cent : l'agréger ne le multiplie pas par 100."""
    parts = [augmente.territoire(c).indicateur("menages_par_personne").valeur for c in (GENNEVILLIERS, NANTERRE)]
    assert max(parts) < 1
    try:
        valeur = augmente.agreger("menages_par_personne", [GENNEVILLIERS, NANTERRE])
    except ErreurObservatoire:
        return
    assert min(parts) <= valeur.valeur <= max(parts)
