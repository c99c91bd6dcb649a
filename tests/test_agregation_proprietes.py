"""Agréger égale compter à la main, sur n'importe quel découpage ; et aucun secret ne devient un nombre."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transcriptions import COMMUNES, DISP, QPV, Case, cases, communes_du_qpv, serie

from observatoire.erreurs import AgregationInterdite, ErreurArgument, ErreurObservatoire

reglages = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DES_COMMUNES, DES_QPV = sorted(serie(COMMUNES, "menages_fiscaux")), sorted(serie(QPV, "population"))
DE_L_OUEST = [code for code in DES_COMMUNES if code[:2] in {"78", "92", "95"}]
#: Les communes que touchent des quartiers : les autres ne disent rien sur la géographie prioritaire.
AVEC_QPV = sorted(frozenset[str]().union(*map(communes_du_qpv, DES_QPV)))
ABSENTES = [case for fichier in (COMMUNES, QPV) for case in cases(fichier) if case.statut != "diffuse"]
EFFECTIFS_QPV = ("population", "personnes_couvertes_caf", "allocataires_caf", "rsa_socle", "nombre_menages")
EFFECTIFS_COMMUNES = ("menages_fiscaux", "personnes_menages_fiscaux")
RAPPORTS = {
    "part_couverts_caf": ("personnes_couvertes_caf", "population"),
    "logements_sociaux_pour_100_menages": ("logements_sociaux", "nombre_menages"),
}
#: Part -> (fichier, effectif qui la pondère).
MOYENNES = {
    ("taux_pauvrete", COMMUNES): "personnes_menages_fiscaux",
    ("part_menages_imposes", COMMUNES): "menages_fiscaux",
    ("taux_pauvrete", QPV): "population",
    ("taux_emploi", QPV): "population",
}


def ensembles(codes, minimum=2, maximum=14):
    return st.lists(st.sampled_from(codes), unique=True, min_size=minimum, max_size=maximum)


@st.composite
def partitions(draw, codes, maximum=14):
    """Un ensemble de codes découpé en blocs non vides."""
    etiquettes = draw(
        st.lists(
            st.tuples(st.sampled_from(codes), st.integers(0, 3)),
            unique_by=lambda paire: paire[0],
            min_size=2,
            max_size=maximum,
        )
    )
    blocs = {}
    for code, bloc in etiquettes:
        blocs.setdefault(bloc, []).append(code)
    return list(blocs.values())


@cache
def territoire(o, code):
    return o.territoire(code)


def agreger(o, indicateur, codes, **options):
    return o.agreger(indicateur, [territoire(o, code) for code in codes], **options)


def tous(blocs):
    return [code for bloc in blocs for code in bloc]


def publies(valeurs, codes):
    return [code for code in codes if not math.isnan(valeurs[code])]


# --- les effectifs ---


@reglages
@given(partitions(DES_QPV), st.sampled_from(EFFECTIFS_QPV))
def test_un_effectif_de_quartiers_egale_la_somme_a_la_main_et_celle_de_ses_blocs(o, blocs, indicateur):
    valeurs, codes = serie(QPV, indicateur), tous(blocs)
    if len(publies(valeurs, codes)) < len(codes):
        with pytest.raises(AgregationInterdite):
            agreger(o, indicateur, codes)
        return
    total = agreger(o, indicateur, codes)
    assert total.valeur == math.fsum(valeurs[code] for code in codes)
    assert total.valeur == pytest.approx(sum(agreger(o, indicateur, bloc).valeur for bloc in blocs), rel=1e-12)
    assert not total.estimation


@reglages
@given(partitions(DES_COMMUNES), st.sampled_from(EFFECTIFS_COMMUNES))
def test_un_effectif_de_communes_egale_la_somme_du_publie_ou_se_refuse(o, blocs, indicateur):
    valeurs, codes = serie(COMMUNES, indicateur), tous(blocs)
    connus = publies(valeurs, codes)
    if len(connus) < len(codes):
        with pytest.raises(AgregationInterdite, match="secret statistique"):
            agreger(o, indicateur, codes)
    else:
        total = agreger(o, indicateur, codes)
        assert total.valeur == sum(agreger(o, indicateur, bloc).valeur for bloc in blocs)
    if connus:
        partiel = agreger(o, indicateur, codes, partiel=True)
        assert partiel.valeur == math.fsum(valeurs[code] for code in connus)
        assert partiel.estimation == (len(connus) < len(codes))
        if partiel.estimation:
            assert (partiel.couverture.publies, partiel.couverture.total) == (len(connus), len(codes))
            assert 0 <= partiel.couverture.part_habitants <= 100


@reglages
@given(partitions(DE_L_OUEST, maximum=20), st.sampled_from([2020, 2023]))
def test_la_population_d_un_decoupage_egale_celle_de_ses_blocs(o, blocs, millesime):
    colonne = o.communes["population" if millesime == 2023 else "population_2020"]
    total = agreger(o, "population", tous(blocs), millesime=millesime)
    assert total.valeur == sum(int(colonne[code]) for code in tous(blocs))
    assert total.valeur == sum(agreger(o, "population", bloc, millesime=millesime).valeur for bloc in blocs)


# --- les rapports et les moyennes ---


@reglages
@given(ensembles(DES_QPV), st.sampled_from(sorted(RAPPORTS)))
def test_un_rapport_egale_le_rapport_des_sommes(o, codes, indicateur):
    numerateurs, denominateurs = (serie(QPV, nom) for nom in RAPPORTS[indicateur])
    complets = [c for c in codes if not math.isnan(numerateurs[c] + denominateurs[c])]
    if not complets:
        with pytest.raises(AgregationInterdite):
            agreger(o, indicateur, codes, partiel=True)
        return
    attendu = 100 * math.fsum(numerateurs[c] for c in complets) / math.fsum(denominateurs[c] for c in complets)
    if len(complets) < len(codes):
        with pytest.raises(AgregationInterdite):
            agreger(o, indicateur, codes)
    else:
        assert agreger(o, indicateur, codes).valeur == pytest.approx(attendu, rel=1e-12)
    partiel = agreger(o, indicateur, codes, partiel=True)
    assert partiel.valeur == pytest.approx(attendu, rel=1e-12)
    assert partiel.estimation == (len(complets) < len(codes))
    rapports = [100 * numerateurs[c] / denominateurs[c] for c in complets]
    assert min(rapports) * (1 - 1e-12) <= partiel.valeur <= max(rapports) * (1 + 1e-12)


@pytest.mark.parametrize("cle", sorted(MOYENNES))
@settings(reglages, max_examples=25)
@given(st.data())
def test_une_moyenne_ponderee_egale_la_main_et_reste_entre_ses_bornes(o, cle, data):
    indicateur, fichier = cle
    taux, poids = serie(fichier, indicateur), serie(fichier, MOYENNES[cle])
    blocs = data.draw(partitions(publies(taux, sorted(taux))))
    codes = tous(blocs)
    valeur = agreger(o, indicateur, codes)
    attendu = math.fsum(taux[c] * poids[c] for c in codes) / math.fsum(poids[c] for c in codes)
    assert valeur.valeur == pytest.approx(attendu, rel=1e-12)
    bornes = [taux[c] for c in codes]
    assert min(bornes) * (1 - 1e-12) <= valeur.valeur <= max(bornes) * (1 + 1e-12)
    assert valeur.estimation
    # La moyenne des blocs, pondérée par leurs poids, est celle de l'ensemble.
    poids_des_blocs = [math.fsum(poids[c] for c in bloc) for bloc in blocs]
    moyennes = [agreger(o, indicateur, bloc).valeur for bloc in blocs]
    recomposee = math.fsum(m * p for m, p in zip(moyennes, poids_des_blocs, strict=True)) / math.fsum(poids_des_blocs)
    assert valeur.valeur == pytest.approx(recomposee, rel=1e-12)


@settings(reglages, max_examples=25)
@given(st.data(), st.sampled_from(["population", "taux_pauvrete", "part_couverts_caf", "nombre_menages"]))
def test_ni_l_ordre_ni_les_repetitions_ne_changent_rien(o, data, indicateur):
    codes = data.draw(ensembles(DES_QPV))
    melanges = data.draw(st.permutations(codes)) + data.draw(st.lists(st.sampled_from(codes), max_size=3))
    resultats = []
    for liste in (codes, melanges):
        try:
            v = agreger(o, indicateur, liste, partiel=True)
        except AgregationInterdite:
            resultats.append(None)
        else:
            resultats.append((v.valeur, v.statut, v.millesime, v.estimation, v.couverture))
    assert resultats[0] == resultats[1]
    assert resultats[0] is not None or not publies(serie(QPV, indicateur), codes)


# --- la géographie prioritaire ---


@settings(reglages, max_examples=60)
@given(partitions(AVEC_QPV, maximum=20))
def test_les_quartiers_d_un_ensemble_de_communes_se_recomptent(o, blocs):
    codes, populations = tous(blocs), serie(QPV, "population")
    touchants = [q for q in DES_QPV if communes_du_qpv(q) & set(codes)]
    assert agreger(o, "nombre_qpv", codes).valeur == len(touchants)
    deborde = any(not communes_du_qpv(q) <= set(codes) for q in touchants)
    try:
        habitants = agreger(o, "population_qpv", codes)
    except AgregationInterdite:
        assert deborde
    else:
        assert habitants.statut == ("non_diffuse" if deborde else "diffuse")
        if not deborde:
            assert habitants.valeur == sum(populations[q] for q in touchants)
    nombres = [agreger(o, "nombre_qpv", bloc).valeur for bloc in blocs]
    a_cheval = sum(sum(bool(communes_du_qpv(q) & set(bloc)) for bloc in blocs) - 1 for q in touchants)
    assert sum(nombres) - a_cheval == len(touchants)


@settings(reglages, max_examples=60)
@given(ensembles(AVEC_QPV, 2, 20))
def test_la_part_en_quartier_est_celle_des_sommes_ou_rien(o, codes):
    touchants = [q for q in DES_QPV if communes_du_qpv(q) & set(codes)]
    deborde = any(not communes_du_qpv(q) <= set(codes) for q in touchants)
    try:
        part = agreger(o, "part_population_qpv", codes)
    except AgregationInterdite:
        assert deborde
        return
    assert part.statut == ("non_diffuse" if deborde else "diffuse")
    if not deborde:
        habitants = sum(int(o.communes.population_2020[c]) for c in codes)
        attendu = 100 * sum(serie(QPV, "population")[q] for q in touchants) / habitants
        assert part.valeur == pytest.approx(attendu, rel=1e-12)


# --- aucun secret ne devient un nombre ---


def ou_refus(appel):
    """Ce que rend l'appel, ou None s'il est refusé par une erreur de la bibliothèque qui dit pourquoi."""
    try:
        return appel()
    except (AgregationInterdite, ErreurArgument) as erreur:
        assert len(str(erreur)) > 20  # noqa: PT017
        return None


@settings(reglages, max_examples=80)
@given(st.sampled_from(ABSENTES))
def test_aucun_appel_sur_un_territoire_ne_donne_de_nombre_a_la_place_d_un_secret(o, case: Case):
    t = territoire(o, case.code)
    signe = {"secret": "s. (secret statistique", "non_diffuse": "n.d. (non diffusé"}[case.statut]
    valeur = t.indicateur(case.indicateur)
    assert math.isnan(valeur.valeur)
    assert str(valeur).startswith(signe)
    assert math.isnan(t.indicateur(case.indicateur, case.millesime).valeur)

    lignes = t.indicateurs[t.indicateurs.indicateur == case.indicateur]
    assert list(lignes.statut) == [case.statut]
    assert lignes.valeur.isna().all()

    tableau = t.comparer(case.indicateur)
    assert math.isnan(tableau.valeur[0])
    assert tableau.affichage[0] == valeur.affichage
    assert tableau.ecart.isna().all()

    chronique = t.serie(case.indicateur)
    assert chronique.valeur.isna().all()
    assert set(chronique.affichage) == {valeur.affichage}

    with pytest.raises(ErreurArgument, match="n'a pas de rang"):
        t.rang(case.indicateur)
    for partiel in (False, True):
        seul = o.agreger(case.indicateur, case.code, partiel=partiel)
        assert (seul.statut, math.isnan(seul.valeur)) == (case.statut, True)


@settings(reglages, max_examples=30)
@given(st.sampled_from(ABSENTES))
def test_hors_quartiers_ne_sert_pas_a_retrouver_un_secret(o, case: Case):
    hors = ou_refus(lambda: territoire(o, case.code).hors_qpv(case.indicateur))
    assert hors is None or math.isnan(hors.valeur)


@settings(reglages, max_examples=80)
@given(st.sampled_from(ABSENTES), st.data())
def test_aucun_total_ne_contient_un_secret(o, case: Case, data):
    fichier = QPV if case.niveau == "qpv" else COMMUNES
    voisins = [
        code for code in data.draw(ensembles(DES_QPV if fichier == QPV else DES_COMMUNES, 1, 6)) if code != case.code
    ]
    if not voisins:
        voisins = ["QN07801M" if fichier == QPV else "92036"]
    with pytest.raises(AgregationInterdite):
        agreger(o, case.indicateur, [case.code, *voisins])

    avec = ou_refus(lambda: agreger(o, case.indicateur, [case.code, *voisins], partiel=True))
    connus = publies(serie(fichier, case.indicateur), voisins)
    fiche = o.catalogue.loc[case.indicateur]
    poids = serie(QPV, "nombre_menages") if "nombre_menages" in fiche.ponderation else {}
    pesables = [code for code in connus if not math.isnan(poids.get(code, 0))]
    if avec is None:
        assert len(pesables) < max(1, len(connus)) or fiche.nature in {"mediane", "indice"}
        return
    # Le total vaut ce qu'il vaudrait sans ce territoire, et le dit.
    sans = agreger(o, case.indicateur, connus, partiel=True)
    assert avec.valeur == pytest.approx(sans.valeur, rel=1e-12)
    assert avec.estimation
    assert avec.couverture.publies == len(pesables)
    assert avec.couverture.total == len(voisins) + 1


@settings(reglages, max_examples=30)
@given(st.sampled_from([c for c in cases(QPV) if c.indicateur in {"logements_sociaux", "nombre_menages"}]))
def test_un_rapport_dont_un_terme_manque_manque_aussi(o, case: Case):
    derive = territoire(o, case.code).indicateur("logements_sociaux_pour_100_menages")
    termes = [serie(QPV, nom)[case.code] for nom in ("logements_sociaux", "nombre_menages")]
    assert math.isnan(derive.valeur) == math.isnan(sum(termes))
    assert (derive.statut == "diffuse") == (not math.isnan(sum(termes)))


@reglages
@given(st.sampled_from([c for c in cases(COMMUNES) if c.statut == "diffuse" and c.code in DE_L_OUEST]))
def test_le_rang_d_un_pair_ne_dit_rien_d_un_secret(o, case: Case):
    valeurs = {c: v for c, v in serie(COMMUNES, case.indicateur).items() if c[:2] == case.code[:2]}
    connus = [v for v in valeurs.values() if not math.isnan(v)]
    rang = territoire(o, case.code).rang(case.indicateur)
    assert (rang.rang, rang.sur) == (1 + sum(v > case.valeur for v in connus), len(connus))
    assert rang.non_classes == len(valeurs) - len(connus)


# --- n'importe quelle question ---


TERRITOIRES = [
    *(DES_COMMUNES[::5] + DES_QPV[::2]),
    *dict.fromkeys(case.code for case in cases(DISP) if case.niveau in {"epci", "departement"}),
    *("200057990", "ouest-francilien", "75056", "01001", "2A"),
]
INDICATEURS = sorted({case.indicateur for fichier in (COMMUNES, DISP, QPV) for case in cases(fichier)})
INDICATEURS += ["nombre_qpv", "population_qpv", "part_population_qpv", "part_couverts_caf", "inconnu", "", "Population"]
MILLESIMES = st.one_of(
    st.none(), st.sampled_from([2019, 2020, 2021, 2023, 2024, "2021", 1999, "hier", 2021.0, -1]), st.text(max_size=3)
)


@settings(reglages, max_examples=150)
@given(st.sampled_from(TERRITOIRES), st.sampled_from(INDICATEURS), MILLESIMES)
def test_toute_question_recoit_une_valeur_coherente_ou_une_erreur_de_la_bibliotheque(o, code, indicateur, millesime):
    t = territoire(o, code)
    try:
        valeur = t.indicateur(indicateur, millesime)
    except ErreurObservatoire as erreur:
        faux_indicateur = indicateur not in o.catalogue.index
        assert faux_indicateur or not str(millesime).isdecimal()
        assert "Que faire" in str(erreur)  # noqa: PT017
        return
    assert math.isnan(valeur.valeur) == (valeur.statut != "diffuse")
    assert (valeur.niveau, valeur.code, valeur.indicateur) == (t.niveau, t.code, indicateur)
    if millesime is not None:
        assert valeur.millesime == int(millesime)
    if valeur.statut == "diffuse":
        ligne = t.indicateurs[t.indicateurs.indicateur == indicateur]
        assert valeur.valeur in set(ligne.valeur)
        assert valeur.affichage[0].isdigit()
    else:
        assert valeur.affichage in {"s.", "n.d.", "-", "ind."}
    assert valeur.source


@settings(reglages, max_examples=40)
@given(st.sampled_from(TERRITOIRES), st.lists(st.sampled_from(INDICATEURS), max_size=4), MILLESIMES)
def test_tout_tableau_ne_montre_que_des_valeurs_publiees(o, code, indicateurs, millesime):
    try:
        tableau = territoire(o, code).comparer(indicateurs, millesime)
    except ErreurObservatoire as erreur:
        assert "Que faire" in str(erreur)  # noqa: PT017
        return
    assert tableau.valeur.isna().equals(tableau.statut.ne("diffuse"))
    assert tableau.affichage[tableau.statut.ne("diffuse")].isin(["s.", "n.d.", "-", "ind."]).all()
    assert tableau.ecart.notna().sum() <= tableau.valeur.notna().sum()
    if millesime is not None:
        assert (tableau.millesime == int(millesime)).all()


@settings(reglages, max_examples=60)
@given(ensembles(TERRITOIRES, 1, 5), st.sampled_from(INDICATEURS), MILLESIMES, st.booleans())
def test_tout_total_est_coherent_ou_refuse(o, codes, indicateur, millesime, partiel):
    try:
        valeur = agreger(o, indicateur, codes, millesime=millesime, partiel=partiel)
    except ErreurObservatoire as erreur:
        assert len(str(erreur)) > 20  # noqa: PT017
        return
    assert math.isnan(valeur.valeur) == (valeur.statut != "diffuse")
    assert valeur.estimation == (valeur.couverture is not None)
    if millesime is not None and valeur.statut == "diffuse":
        assert valeur.millesime == int(millesime)
