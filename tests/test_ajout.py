"""Ajouter son indicateur en un appel : tout est contrôlé avant, l'ancien observatoire ne change pas."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from ajouts import ABLIS, ADAINVILLE, AJOUTS, GENNEVILLIERS, NANTERRE, augmenter

from observatoire.erreurs import AgregationInterdite, ErreurArgument, ErreurObservatoire, ErreurSchema
from observatoire.typographie import FINE

FICHE = {"indicateur": "nouveau", "libelle": "Nouveau", "nature": "effectif"}


@pytest.fixture(scope="module")
def augmente(o):
    return augmenter(o)


def table(codes=(GENNEVILLIERS,), valeurs=(1.0,), **colonnes):
    return pd.DataFrame({"code": list(codes), "valeur": list(valeurs), **colonnes})


def refus(o, donnees, fiche=FICHE):
    with pytest.raises(ErreurSchema, match=r"(?s)problèmes?.*Que faire : ") as erreur:
        o.ajouter_indicateur(donnees, fiche)
    assert isinstance(erreur.value, ValueError)
    return "\n".join(erreur.value.problemes)


# --- un nouvel observatoire, l'ancien intact ---


def test_l_ajout_rend_un_autre_observatoire_et_l_ancien_ne_change_pas(o):
    lignes, indicateurs = len(o.indicateurs), list(o.catalogue.index)
    plus = o.ajouter_indicateur(table(), FICHE)
    assert plus is not o
    assert type(plus) is type(o)
    assert len(plus.indicateurs) == lignes + 1
    assert list(plus.catalogue.index) == [*indicateurs, "nouveau"]
    assert len(o.indicateurs) == lignes
    assert list(o.catalogue.index) == indicateurs
    with pytest.raises(ErreurArgument, match="nouveau"):
        o.territoire(GENNEVILLIERS).indicateur("nouveau")
    pd.testing.assert_frame_equal(plus.indicateurs.iloc[:lignes], o.indicateurs, check_dtype=False)


def test_la_table_et_la_fiche_de_l_analyste_ne_changent_pas(o):
    donnees = pd.DataFrame({"valeur": [1, None]}, index=pd.Index([GENNEVILLIERS, NANTERRE], name="insee"))
    fiche = {**FICHE, "ponderation": ["population"]}
    copie = donnees.copy(deep=True)
    o.ajouter_indicateur(donnees, fiche)
    pd.testing.assert_frame_equal(donnees, copie)
    assert fiche == {**FICHE, "ponderation": ["population"]}


def test_ajouter_l_un_apres_l_autre_garde_tout(o, augmente):
    ajoutes = [fiche["indicateur"] for _, fiche in AJOUTS]
    assert list(augmente.catalogue.index) == [*o.catalogue.index, *ajoutes]
    attendues = len(o.indicateurs) + sum(len(donnees) for donnees, _ in AJOUTS)
    assert len(augmente.indicateurs) == attendues
    assert not augmente.indicateurs.duplicated(["niveau", "code", "indicateur", "millesime"]).any()
    for colonne in ("millesime", "valeur"):
        assert augmente.indicateurs[colonne].dtype == o.indicateurs[colonne].dtype
    assert augmente.territoire(GENNEVILLIERS).indicateur("taux_pauvrete").valeur == 28.0


def test_ajouter_deux_fois_le_meme_est_refuse(augmente):
    assert "« permanences » existe déjà" in refus(augmente, table(), {**FICHE, "indicateur": "permanences"})


def test_les_listes_du_catalogue_sont_gardees(o, augmente):
    catalogue = augmente.catalogue
    assert catalogue.ponderation["taux_accueil"] == ["population"]
    assert catalogue.ponderation["permanences"] == []
    assert catalogue.millesimes["taux_suivi"] == [2015, 2018, 2024]
    assert catalogue.millesimes["permanences"] == []
    assert catalogue.millesime_documente[["taux_suivi", "permanences"]].tolist() == ["oui", "non"]
    for colonne in ("niveaux", "ponderation", "millesimes"):
        assert all(isinstance(v, list) for v in catalogue[colonne]), colonne
        assert catalogue[colonne].loc[o.catalogue.index].tolist() == o.catalogue[colonne].tolist()


# --- ce qu'on en fait ensuite ---


def test_l_indicateur_ajoute_se_lit_avec_sa_source_et_son_unite(augmente):
    t = augmente.territoire(GENNEVILLIERS)
    valeur = t.indicateur("taux_accueil")
    assert (valeur.valeur, valeur.unite, valeur.affichage) == (30.0, "%", f"30,0{FINE}%")
    assert str(t.indicateur("permanences")) == "3 (enquête, millésime non documenté)"
    assert set(t.indicateurs.indicateur) >= {"permanences", "taux_accueil", "taux_pauvrete"}
    assert augmente.territoire("95018").indicateur("permanences").statut == "indisponible"


def test_un_secret_ajoute_reste_un_secret(augmente):
    t = augmente.territoire(ADAINVILLE)
    valeur = t.indicateur("taux_accueil")
    assert (valeur.statut, valeur.affichage) == ("secret", "s.")
    assert math.isnan(valeur.valeur)
    assert t.comparer("taux_accueil").iloc[0].affichage == "s."
    with pytest.raises(ErreurArgument, match="secret statistique"):
        t.rang("taux_accueil")
    with pytest.raises(AgregationInterdite, match="secret statistique"):
        augmente.agreger("taux_accueil", [ADAINVILLE, NANTERRE])


def test_l_indicateur_ajoute_se_compare_s_agrege_et_se_classe(augmente):
    comparaison = augmente.territoire(GENNEVILLIERS).comparer("taux_accueil")
    assert comparaison.iloc[0].valeur == 30.0
    assert comparaison.iloc[1:].statut.eq("indisponible").all()
    assert augmente.agreger("permanences", [GENNEVILLIERS, NANTERRE]).valeur == 10
    rang = augmente.territoire(NANTERRE).rang("permanences")
    assert (rang.rang, rang.sur, rang.ex_aequo, rang.non_classes) == (1, 2, 0, 34)
    rang = augmente.territoire(GENNEVILLIERS).rang("taux_accueil", parmi=augmente.territoire("ouest francilien"))
    assert (rang.rang, rang.sur, rang.ex_aequo) == (2, 3, 1)
    assert augmente.territoire(ABLIS).rang("taux_accueil").non_classes == 258


def test_les_codes_de_2015_s_ajoutent_aussi(augmente):
    ajoutes = augmente.indicateurs[augmente.indicateurs.indicateur == "taux_suivi"]
    assert set(ajoutes.niveau) == {"qpv"}
    assert {"QP078001", "QP095002"} <= set(ajoutes.code)


# --- les façons d'écrire une table ---


def test_le_code_se_lit_dans_une_colonne_ou_dans_l_index_et_le_niveau_s_en_deduit(o):
    codes = ["QN07801M", "QP078001", GENNEVILLIERS, "200059889", "200057990", "01001", "95", "ouest-francilien"]
    niveaux = ["qpv", "qpv", "commune", "epci", "ept", "commune", "departement", "perimetre"]
    donnees = table(codes, range(8), millesime=2024)
    ajoutees = o.ajouter_indicateur(donnees, FICHE).indicateurs.tail(8)
    assert list(ajoutees.code) == codes
    assert list(ajoutees.niveau) == niveaux
    assert list(ajoutees.valeur) == list(range(8))
    assert ajoutees.statut.eq("diffuse").all()
    assert ajoutees.millesime.eq(2024).all()
    par_index = o.ajouter_indicateur(donnees.set_index("code"), FICHE).indicateurs.tail(8)
    pd.testing.assert_frame_equal(par_index, ajoutees)


def test_le_zero_initial_est_garde_et_son_absence_signalee(o):
    problemes = refus(o, table([1001, 92036], [1, 2]))
    assert "zéro initial perdu ?" in problemes
    assert "1001 [rang 1]" in problemes
    assert "92036" not in problemes


def test_une_case_vide_est_non_diffusee(o):
    ajoutees = o.ajouter_indicateur(table([GENNEVILLIERS, NANTERRE], [None, 2]), FICHE).indicateurs.tail(2)
    assert list(ajoutees.statut) == ["non_diffuse", "diffuse"]


# --- tous les problèmes à la fois ---


def test_tous_les_problemes_d_une_table_sont_dits_ensemble(o):
    donnees = pd.DataFrame(
        {
            "code": ["99999", GENNEVILLIERS, GENNEVILLIERS, NANTERRE, ADAINVILLE, ABLIS, "95018"],
            "valeur": [1, 2, 3, "beaucoup", 5, None, 7],
            "statut": [None, None, None, None, "secret", "diffuse", "cache"],
        }
    )
    problemes = refus(o, donnees)
    for attendu in (
        "code inconnu du référentiel (zéro initial perdu ?) : 99999 [rang 1]",
        f"ligne répétée (même code, même millésime) : {GENNEVILLIERS} [rang 2], {GENNEVILLIERS} [rang 3]",
        f"« valeur » n'est pas un nombre fini : {NANTERRE} [rang 4]",
        f"malgré un statut qui dit qu'elle manque : {ADAINVILLE} [rang 5]",
        f"statut « diffuse » sans valeur : {ABLIS} [rang 6]",
        "statut inconnu",
        "95018 [rang 7]",
    ):
        assert attendu in problemes


def test_tous_les_problemes_d_une_fiche_sont_dits_ensemble(o):
    fiche = {"indicateur": "taux_pauvrete", "nature": "moyenne", "numerateur": "inconnu", "couleur": "bleu"}
    problemes = refus(o, table(), fiche)
    for attendu in (
        "« libelle » manque",
        "« taux_pauvrete » existe déjà",
        "la nature « moyenne » n'existe pas",
        "« inconnu » n'est pas dans le catalogue",
        "« couleur » n'est pas une colonne du catalogue",
    ):
        assert attendu in problemes


def test_les_problemes_de_la_table_et_de_la_fiche_sont_dits_ensemble(o):
    problemes = refus(o, table(["99999"], ["x"]), {"indicateur": "population", "nature": "moyenne"})
    for attendu in ("99999", "n'est pas un nombre", "« libelle » manque", "« population » existe déjà", "« moyenne »"):
        assert attendu in problemes


def test_les_colonnes_absentes_sont_nommees(o):
    assert "colonne « valeur » absente" in refus(o, pd.DataFrame({"code": [GENNEVILLIERS]}))


def test_au_dela_de_cinq_exemples_on_compte(o):
    problemes = refus(o, table([f"{n:05d}" for n in range(99990, 100000)], range(10)))
    assert "99990 [rang 1]" in problemes
    assert "et 5 autres" in problemes


def test_une_meme_commune_a_deux_dates_n_est_pas_une_repetition(o):
    donnees = table([GENNEVILLIERS] * 2, [1, 2], millesime=[2020, 2021])
    assert list(o.ajouter_indicateur(donnees, FICHE).indicateurs.tail(2).valeur) == [1, 2]


def test_rien_n_est_ajoute_apres_un_refus(o):
    lignes = len(o.indicateurs)
    refus(o, table(["99999"]))
    assert len(o.indicateurs) == lignes
    assert "nouveau" not in o.catalogue.index


# --- ce qui doit être refusé en clair, jamais perdu en silence ---


def test_une_fiche_sans_identifiant_le_dit(o):
    assert "« indicateur » manque" in refus(o, table(), {"libelle": "Nouveau", "nature": "effectif"})


@pytest.mark.parametrize("millesime", [2021.5, "2021-2022", "hier"])
def test_un_millesime_qui_n_est_pas_une_annee_est_refuse(o, millesime):
    assert "mill" in refus(o, table(millesime=[millesime]))


@pytest.mark.parametrize("valeur", [math.inf, -math.inf])
def test_une_valeur_infinie_est_refusee(o, valeur):
    assert GENNEVILLIERS in refus(o, table(valeurs=[valeur]))


def test_un_code_inconnu_est_refuse_meme_quand_le_niveau_est_donne(o):
    assert "1001" in refus(o, table(["1001"], niveau=["commune"]))
    assert GENNEVILLIERS in refus(o, table([GENNEVILLIERS], niveau=["epci"]))


def test_la_region_et_la_france_s_ajoutent_avec_leur_niveau(o):
    donnees = table(["11", "metropole"], [1, 2], niveau=["region", "france"])
    plus = o.ajouter_indicateur(donnees, FICHE)
    comparaison = plus.territoire(GENNEVILLIERS).comparer("nouveau").set_index("niveau").valeur
    assert (comparaison["region"], comparaison["france"]) == (1, 2)


def test_un_code_en_minuscules_est_retrouve_ou_refuse(o):
    try:
        plus = o.ajouter_indicateur(table(["qn07801m"]), FICHE)
    except ErreurObservatoire as erreur:
        assert "qn07801m" in str(erreur)  # noqa: PT017
        return
    assert plus.territoire("QN07801M").indicateur("nouveau").valeur == 1


def test_une_ponderation_inconnue_est_refusee(o):
    assert "inconnue" in refus(o, table(), {**FICHE, "ponderation": ["inconnue"]})
