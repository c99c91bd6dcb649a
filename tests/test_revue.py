"""La relecture : un CSV qu'on corrige dans un tableur, et que la lecture suivante respecte."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire import revue
from observatoire.erreurs import ErreurArgument, ErreurSchema
from observatoire.experiences import COLONNES_LECTURE, aux_types
from observatoire.schemas import SCHEMAS

NIVEAUX = {"92036": "commune", "92050": "commune", "95": "departement", "QN09208M": "qpv", "200055655": "epci"}


def experiences(**champs) -> pd.DataFrame:
    ligne = {
        "id": "recueil-2024-un-titre",
        "titre": "UN TITRE",
        "date": "2024-01",
        "periode": "janvier 2024",
        "annee": 2024,
        "porteur": "Ville de Gennevilliers",
        "type_porteur": "commune",
        "themes": ["alimentation", "santé"],
        "dispositifs": ["PAT"],
        "territoires": ["92036"],
        "lieux": "Gennevilliers",
        "niveau": "commune",
        "qpv": ["QN09208M"],
        "resume": "Une première phrase.",
        "contact": "Ville de Gennevilliers",
        "document": "Recueil 2024",
        "page": 14,
        "url": None,
        "ligne": 10,
        "extrait": "Une première phrase. Une autre.",
        **champs,
    }
    table = pd.DataFrame([ligne], columns=[*SCHEMAS["experiences"].colonnes(), *COLONNES_LECTURE])
    return aux_types(table, "experiences").set_index("id")


def actions() -> pd.DataFrame:
    ligne = {
        "id": "rapport-2023-une-formation",
        "intitule": "Une formation",
        "annee": 2023,
        "theme": "participation",
        "nature": "formation",
        "participations": 78,
        **{nom: [] for nom in ("themes", "publics", "partenaires", "perspectives", "dispositifs", "qpv")},
        "territoires": ["95"],
        "document": "Rapport 2023",
        "ligne": 20,
    }
    table = pd.DataFrame([ligne], columns=[*SCHEMAS["actions"].colonnes(), *COLONNES_LECTURE])
    return aux_types(table, "actions").set_index("id")


def liens() -> pd.DataFrame:
    lignes = [
        ("recueil-2024-un-titre", "experience", "92036", "commune", "Gennevilliers", "titre", 1.0, None),
        ("recueil-2024-un-titre", "experience", "QN09208M", "qpv", "Luth", "texte", 0.8, None),
        ("recueil-2024-un-titre", "experience", "92050", "commune", "Nanterre", "texte", 0.9, None),
        ("rapport-2023-une-formation", "action", "95", "departement", "Est Val d'Oise", "titre", 1.0, "est"),
    ]
    return pd.DataFrame(lignes, columns=SCHEMAS["liens"].colonnes())


@pytest.fixture
def table() -> pd.DataFrame:
    return revue.preparer(experiences(), actions(), liens())


def relire(table: pd.DataFrame) -> pd.DataFrame:
    return revue.lire(revue.ecrire(table), "essai.csv")


def test_une_relecture_suit_l_ordre_du_document_et_se_relit_a_l_identique(table):
    assert list(table["id"]) == ["recueil-2024-un-titre", "rapport-2023-une-formation"]
    assert list(table.columns) == list(revue.COLONNES)
    pd.testing.assert_frame_equal(relire(table), table, check_dtype=False)


def test_rien_n_est_corrige_tant_que_personne_n_a_rien_change(table):
    assert not revue.corrections(relire(table)).any(axis=None)


def test_sans_extraits_rien_du_document_mot_pour_mot_ne_sort():
    publiable = revue.preparer(experiences(), actions(), liens(), extraits=False)
    assert (publiable[list(revue.VERBATIM)] == "").all(axis=None)


def test_une_correction_survit_a_une_nouvelle_lecture(table):
    corrigee = relire(table)
    corrigee.loc[0, ["titre", "resume", "etat", "remarque"]] = ["Un titre", "Écrit à la main.", "relu", "vu"]
    nouvelle = revue.preparer(experiences(titre="UN AUTRE TITRE", porteur="CCAS"), actions(), liens())
    fondue = revue.fusionner(corrigee, nouvelle)
    ligne = fondue.iloc[0]
    assert (ligne.titre, ligne.resume, ligne.porteur) == ("Un titre", "Écrit à la main.", "CCAS")
    assert (ligne.etat, ligne.remarque) == ("relu", "vu")
    assert revue.corrections(fondue).iloc[0].loc[["titre", "resume", "porteur"]].tolist() == [True, True, False]
    pd.testing.assert_frame_equal(revue.fusionner(relire(fondue), nouvelle), fondue, check_dtype=False)


def test_une_case_videe_a_la_main_reste_vide(table):
    corrigee = relire(table)
    corrigee.loc[0, "qpv"] = ""
    assert revue.fusionner(corrigee, table).loc[0, "qpv"] == ""


def test_une_ligne_que_la_lecture_ne_trouve_plus_reste_et_le_dit(table):
    ancienne = relire(table).assign(etat="relu")
    fondue = revue.fusionner(ancienne, table.iloc[[1]]).set_index("id")
    assert fondue.remarque.to_dict() == {"rapport-2023-une-formation": "", "recueil-2024-un-titre": revue.DISPARUE}
    assert set(fondue.etat) == {"relu"}
    # Retrouvée, elle garde son état et perd sa remarque.
    retrouvee = revue.fusionner(fondue.reset_index()[list(revue.COLONNES)], table)
    assert (set(retrouvee.etat), set(retrouvee.remarque)) == ({"relu"}, {""})


def test_la_relecture_d_un_autre_document_est_refusee(table):
    with pytest.raises(ErreurArgument, match="autre document"):
        revue.fusionner(table.assign(id=["lettre-x", "lettre-y"]), table)


@pytest.mark.parametrize(
    ("case", "date"),
    [
        ("janv-24", "2024-01"),
        ("févr.-24", "2024-02"),
        ("août-23", "2023-08"),
        ("11/05/2021", "2021-05-11"),
        ("2024", "2024"),
    ],
)
def test_une_date_que_le_tableur_a_recrite_se_relit(table, case, date):
    assert relire(table.assign(date=[case, ""])).date.tolist() == [date, ""]


def test_un_mois_recrit_par_le_tableur_n_est_pas_une_correction(table):
    relue = relire(table.assign(date=["janv-24", ""]))
    assert not revue.corrections(relue).any(axis=None)


@pytest.mark.parametrize("date", ["vélo-23", "2024/3", "hier"])
def test_une_date_illisible_nomme_sa_ligne(table, date):
    with pytest.raises(ErreurSchema, match=r"« date ».*\[lignes 2\]"):
        relire(table.assign(date=[date, ""]))


@pytest.mark.parametrize(("ecrit", "lu"), [("RELU", "relu"), ("ecarte", "écarté"), ("A relire", "à relire")])
def test_un_etat_se_lit_sans_accents_ni_casse(table, ecrit, lu):
    assert set(relire(table.assign(etat=ecrit)).etat) == {lu}


def test_un_theme_inconnu_est_refuse_avec_sa_ligne(table):
    with pytest.raises(ErreurSchema, match=r"« themes » : « vélo » inconnu \[lignes 3\]"):
        revue.cataloguer(table.assign(themes=["santé", "vélo"]), NIVEAUX.get, "essai.csv", ["santé"])


def test_le_catalogue_garde_les_liens_lus_et_ceux_que_la_relecture_ajoute(table):
    corrigee = relire(table)
    corrigee.loc[0, "territoires"] = "92036 | 200055655"
    relues = revue.cataloguer(corrigee, NIVEAUX.get, "essai.csv")
    liens_lus = {
        (x.code, x.niveau, x.origine, x.confiance) for x in relues.liens.itertuples() if x.genre == "experience"
    }
    assert liens_lus == {
        ("92036", "commune", "titre", 1.0),
        ("200055655", "epci", "titre", 1.0),
        ("QN09208M", "qpv", "texte", 0.8),
        ("92050", "commune", "texte", 0.9),
    }
    assert relues.liens.set_index("code").partie["95"] == "est"
    (experience,) = relues.experiences.itertuples()
    assert (experience.territoires, experience.niveau, experience.themes) == (
        ["92036", "200055655"],
        "epci",
        ["alimentation", "santé"],
    )
    (action,) = relues.actions.itertuples()
    assert (action.intitule, action.participations, action.nature) == ("Une formation", 78, "formation")


def test_une_ligne_ecartee_ne_va_pas_au_catalogue(table):
    corrigee = relire(table)
    corrigee.loc[0, "etat"] = "écarté"
    assert revue.cataloguer(corrigee, NIVEAUX.get, "essai.csv").experiences.empty


def test_un_tableur_peut_changer_le_separateur_et_l_encodage(table):
    texte = table.to_csv(index=False, sep=",")
    pd.testing.assert_frame_equal(revue.lire(texte, "essai.csv"), table, check_dtype=False)


def test_toutes_les_fautes_sont_dites_a_la_fois(table):
    fautive = table.assign(etat=["vu", "relu"], annee=["2024", "l'an dernier"], nature=["experience", "fête"])
    fautive = pd.concat([fautive, fautive.iloc[[0]]])
    with pytest.raises(ErreurSchema) as erreur:
        relire(fautive)
    message = str(erreur.value)
    for attendu in ("« id »", "répété", "« vu »", "« fête »", "« l'an dernier »", "[lignes 3]", "Que faire"):
        assert attendu in message


def test_un_code_inconnu_est_refuse(table):
    with pytest.raises(ErreurSchema, match="99999"):
        revue.cataloguer(table.assign(territoires="99999"), NIVEAUX.get, "essai.csv")


def test_un_autre_csv_est_refuse():
    with pytest.raises(ErreurSchema, match="colonnes absentes : id"):
        revue.lire("code;nom\n92036;Gennevilliers\n", "autre.csv")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30), min_size=3, max_size=3))
def test_ecrire_puis_lire_est_l_identite(textes):
    propres = [" ".join(texte.split()) for texte in textes]
    table = revue.preparer(
        experiences(titre=propres[0] or "x", porteur=propres[1], resume=propres[2]), actions(), liens()
    )
    pd.testing.assert_frame_equal(relire(table), table, check_dtype=False)
    assert not revue.corrections(relire(table)).any(axis=None)
