"""Le bilan d'une année : ce qui est imprimé s'additionne, ce qui ne l'est pas est dit."""

from __future__ import annotations

import catalogue_essai as essai
import pandas as pd
import pytest
from catalogue_essai import BOUCLE_NORD, CARPF, GENNEVILLIERS, LILLE, OUEST
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.bilan import AXES, COLONNES, NATURES_HORS_ACTIVITE, dresser
from observatoire.erreurs import ErreurArgument, ErreurType
from observatoire.schemas import NATURES_ACTIONS


@pytest.fixture(scope="module")
def r(o):
    return o.repertoire


@pytest.fixture(scope="module")
def bilan(r):
    return dresser(essai.actions(), 2023, r)


def ligne(bilan, axe, modalite):
    lues = bilan[(bilan.axe == axe) & (bilan.modalite == modalite)]
    assert len(lues) == 1
    return lues.iloc[0]


def modalites(bilan, axe):
    return dict(zip(bilan.modalite[bilan.axe == axe], bilan.actions[bilan.axe == axe], strict=True))


def d_une(r, **colonnes):
    action = {"intitule": "t", "nature": "rencontre", "theme": "santé", "annee": 2023, **colonnes}
    return dresser(essai.tabler_actions({"une": action}), 2023, r)


def test_les_colonnes_et_leurs_types(bilan):
    assert list(bilan.columns) == list(COLONNES)
    assert list(bilan.axe.unique()) == list(AXES)
    entiers = bilan[["actions", "partagees", "participations", "participations_renseignees", "seances"]]
    assert (entiers.dtypes == "Int64").all()


def test_l_ensemble_compte_chaque_action_une_fois(bilan):
    tout = ligne(bilan, "ensemble", "ensemble")
    assert tout.actions == 10
    assert (tout.participations, tout.participations_renseignees) == (120 + 80 + 45 + 14 + 60 + 9 + 70, 7)
    assert (tout.seances, tout.seances_renseignees) == (6 + 1 + 2 + 3 + 1, 5)
    assert (tout.statut_participations, tout.statut_seances) == ("partiel", "partiel")


def test_une_action_en_deux_departements_compte_dans_chacun(bilan):
    yvelines, val_d_oise = ligne(bilan, "département", "Yvelines"), ligne(bilan, "département", "Val-d'Oise")
    assert (yvelines.code, yvelines.actions, yvelines.partagees, yvelines.participations) == ("78", 3, 2, 80 + 9)
    assert (val_d_oise.code, val_d_oise.actions, val_d_oise.partagees) == ("95", 5, 4)
    assert val_d_oise.participations == 120 + 80 + 60 + 70
    departements = bilan[bilan.axe == "département"]
    assert departements.actions.sum() == 14 > ligne(bilan, "ensemble", "ensemble").actions


def test_l_ouest_francilien_entier_et_l_absence_de_lieu_ont_leur_ligne(bilan):
    ouest = ligne(bilan, "département", "Ouest francilien")
    assert (ouest.code, ouest.actions, ouest.partagees) == (OUEST, 2, 0)
    sans = ligne(bilan, "département", "territoire non imprimé")
    assert (sans.code, sans.actions) == (None, 1)


def test_themes_et_natures_partagent_l_ensemble(bilan):
    assert modalites(bilan, "nature") == {"accompagnement": 5, "rencontre": 3, "formation": 1, "publication": 1}
    assert modalites(bilan, "thème")["éducation"] == 2
    assert modalites(bilan, "thème")["participation"] == 1  # act-03 a « santé » pour thème principal
    for axe in ("thème", "nature"):
        assert sum(modalites(bilan, axe).values()) == 10
        assert (bilan.partagees[bilan.axe == axe] == 0).all()


def test_ce_qui_n_est_pas_imprime_reste_vide_et_se_dit(bilan):
    publication = ligne(bilan, "nature", "publication")
    assert pd.isna(publication.participations)
    assert pd.isna(publication.seances)
    assert (publication.participations_renseignees, publication.statut_participations) == (0, "non imprimé")
    rencontre = ligne(bilan, "nature", "rencontre")
    assert (rencontre.participations, rencontre.statut_participations) == (175, "complet")
    assert (rencontre.seances, rencontre.seances_renseignees, rencontre.statut_seances) == (2, 2, "partiel")


def test_un_zero_imprime_est_un_zero(r):
    tout = ligne(d_une(r, participations=0), "ensemble", "ensemble")
    assert (tout.participations, tout.statut_participations, tout.statut_seances) == (0, "complet", "non imprimé")


def test_un_departement_sans_action_est_la_avec_zero_action_et_sans_chiffre(r):
    yvelines = ligne(d_une(r, territoires=[GENNEVILLIERS], participations=5), "département", "Yvelines")
    assert yvelines.actions == 0
    assert pd.isna(yvelines.participations)
    assert yvelines.statut_participations == "non imprimé"


@pytest.mark.parametrize(
    ("territoires", "niveau", "attendues"),
    [
        ([GENNEVILLIERS], "commune", {"Hauts-de-Seine"}),
        (["QN07801M"], "qpv", {"Yvelines"}),
        ([BOUCLE_NORD], "ept", {"Hauts-de-Seine", "Val-d'Oise"}),
        ([CARPF], "epci", {"Val-d'Oise"}),
        ([GENNEVILLIERS, "92"], "departement", {"Hauts-de-Seine"}),
        ([LILLE], "commune", {"autre territoire"}),
        (["11"], "region", {"autre territoire"}),
        ([], "france", {"autre territoire"}),
        (["77", "95"], "departement", {"Val-d'Oise", "autre territoire"}),
        ([], None, {"territoire non imprimé"}),
        (["99999"], "commune", {"autre territoire"}),
    ],
)
def test_le_departement_d_une_action(r, territoires, niveau, attendues):
    comptes = modalites(d_une(r, territoires=territoires, niveau=niveau), "département")
    assert {modalite for modalite, nombre in comptes.items() if nombre} == attendues


def test_seule_l_activite_compte(r, bilan):
    assert set(NATURES_ACTIONS) - NATURES_HORS_ACTIVITE == {"accompagnement", "rencontre", "formation", "publication"}
    assert set(NATURES_ACTIONS) >= NATURES_HORS_ACTIVITE
    assert modalites(dresser(essai.actions(), 2024, r), "nature") == {"accompagnement": 1}


def test_theme_ou_nature_non_precises_se_disent(r):
    bilan = d_une(r, theme=None, nature=None)
    assert modalites(bilan, "thème") == modalites(bilan, "nature") == {"non précisé": 1}


def test_une_annee_sans_action_dit_lesquelles_en_ont(r):
    with pytest.raises(ErreurArgument, match=r"datée de 2021.*Que faire.*\(2023 et 2024\)"):
        dresser(essai.actions(), 2021, r)
    with pytest.raises(ErreurArgument, match="aucune"):
        dresser(essai.tabler_actions({}), 2021, r)
    with pytest.raises(ErreurType, match="Que faire"):
        dresser(essai.actions(), "2023", r)


def test_la_table_recue_ne_change_pas(r):
    actions = essai.actions()
    dresser(actions, 2023, r)
    pd.testing.assert_frame_equal(actions, essai.actions())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(NATURES_ACTIONS),
            st.sampled_from(["santé", "sport"]),
            st.lists(st.sampled_from([GENNEVILLIERS, BOUCLE_NORD, "78", OUEST, LILLE]), max_size=2, unique=True),
            st.none() | st.integers(0, 200),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_aucun_chiffre_imprime_ne_se_perd(r, tirees):
    lignes = {
        f"a{rang}": {
            "intitule": "t",
            "nature": nature,
            "theme": theme,
            "territoires": codes,
            "annee": 2023,
            **({} if participations is None else {"participations": participations}),
        }
        for rang, (nature, theme, codes, participations) in enumerate(tirees)
    }
    comptees = [tiree for tiree in tirees if tiree[0] not in NATURES_HORS_ACTIVITE]
    if not comptees:
        with pytest.raises(ErreurArgument):
            dresser(essai.tabler_actions(lignes), 2023, r)
        return
    bilan = dresser(essai.tabler_actions(lignes), 2023, r)
    imprimes = [participations for *_, participations in comptees if participations is not None]
    for axe in ("ensemble", "thème", "nature"):
        de_l_axe = bilan[bilan.axe == axe]
        assert de_l_axe.actions.sum() == len(comptees)
        assert de_l_axe.participations.sum() == sum(imprimes)
        assert de_l_axe.participations_renseignees.sum() == len(imprimes)
    departements = bilan[bilan.axe == "département"]
    assert departements.actions.sum() - departements.partagees.sum() <= len(comptees) <= departements.actions.sum()
    vides = bilan.participations.isna()
    assert (vides == (bilan.participations_renseignees == 0)).all()
    assert (vides == (bilan.statut_participations == "non imprimé")).all()
