"""D'un document à ses tables, à sa relecture et à l'observatoire : un recueil écrit pour ces tests, et les vrais."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from conftest import RACINE
from mesures_extraction import CORPUS, DOCUMENTS, mesurer

import observatoire as obs
from observatoire import revue
from observatoire.erreurs import ErreurArgument, ErreurSchema, ErreurSource
from observatoire.extraction import extraire, lire_relecture
from observatoire.schemas import SCHEMAS

RECUEIL = RACINE / "tests" / "fixtures" / "documents" / "recueil-2025.md"
CERGY, SARCELLES, VILLIERS = "95127", "95585", "95680"


@pytest.fixture(scope="module")
def document() -> obs.Document:
    return obs.lire_document(RECUEIL)


def test_les_fiches_ont_titre_mois_porteur_territoires_themes_et_page(document):
    velo, cafes = document.experiences.itertuples()
    assert velo.titre == "UN ATELIER DE RÉPARATION DE VÉLOS OUVERT AUX HABITANT·ES"
    assert (velo.date, velo.periode, velo.annee, velo.page) == ("2025-01", "janvier 2025", 2025, 4)
    assert (velo.porteur, velo.type_porteur) == ("Association La Roue libre", "association")
    assert (velo.territoires, velo.lieux, velo.niveau, velo.qpv) == ([CERGY], "Cergy", "commune", ["QN09511M"])
    assert velo.dispositifs == ["PRIJ"]
    assert (cafes.date, cafes.page) == ("2025-02/2025-03", 6)
    assert cafes.territoires == [SARCELLES, VILLIERS]
    assert set(cafes.themes[:2]) == {"parentalité", "éducation"}
    assert set(cafes.dispositifs) == {"Cité éducative", "PRE"}
    assert list(velo.sections) == ["", "Une idée née au pied des immeubles", "Apprendre plutôt que faire à la place"]


def test_la_table_lue_est_un_dataframe_qui_porte_son_document():
    lue = obs.lire_experiences(RECUEIL)
    assert isinstance(lue, pd.DataFrame)
    assert set(SCHEMAS["experiences"].colonnes()) - {"id"} <= set(lue.columns)
    assert type(lue.table) is pd.DataFrame
    assert type(lue[lue.annee == 2025]) is pd.DataFrame
    assert lue.document.famille == "recueil"
    assert set(lue.liens.id) == set(lue.index)
    assert list(lue.anomalies.columns) == ["gravite", "probleme", "ligne", "page", "extrait"]
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(lue)).table, lue.table)


def test_les_liens_disent_comment_chaque_territoire_a_ete_trouve(document):
    liens = document.liens.set_index("code")
    assert liens.loc[CERGY, ["origine", "confiance"]].tolist() == ["titre", 1.0]
    assert liens.loc["QN09511M", "origine"] == "texte"
    assert 0.5 <= liens.loc["QN09511M", "confiance"] < 1


def test_les_personnes_ne_sortent_que_sur_demande(tmp_path):
    fichier = tmp_path / "recueil.md"
    texte = RECUEIL.read_text(encoding="utf-8")
    fichier.write_text(
        texte.replace(
            "- Contact : association", "- Contact : Aline Derval, animatrice, a.derval@laroue.fr, association"
        ),
        encoding="utf-8",
    )
    discret, complet = (obs.lire_document(fichier, contacts=demande).experiences.iloc[0] for demande in (False, True))
    visible = discret.drop("extrait").astype(str).str.cat(sep=" ")
    assert "Derval" not in visible
    assert "@" not in visible
    assert discret.contacts is None
    assert "Aline Derval" in complet.contacts
    assert "a.derval@laroue.fr" in complet.contacts
    assert "Derval" not in str(complet.contact)


def test_une_famille_inconnue_ou_imposee(tmp_path):
    fichier = tmp_path / "courses.txt"
    fichier.write_text("Du pain, du beurre.\nUn kilo de pommes.\n", encoding="utf-8")
    with pytest.raises(ErreurSource, match=r'aucune famille.*famille="recueil"'):
        obs.lire_document(fichier)
    with pytest.raises(ErreurArgument, match="bulletin"):
        obs.lire_document(fichier, famille="bulletin")
    autre = obs.lire_document(fichier, famille="autre")
    assert autre.experiences.empty
    assert autre.pages == ("Du pain, du beurre.\nUn kilo de pommes.",)


# --- la relecture ---


def test_extraire_deux_fois_garde_la_correction(tmp_path, document):
    chemin = tmp_path / "relecture.csv"
    extraire(document, chemin)
    table = lire_relecture(chemin)
    table.loc[0, ["resume", "etat"]] = ["À Cergy, une association apprend à réparer les vélos.", "relu"]
    # Tel que l'enregistre un tableur : autre encodage, autres fins de ligne.
    chemin.write_bytes(table.to_csv(index=False, sep=";").encode("cp1252", errors="replace"))
    extraire(document, chemin)
    relue = lire_relecture(chemin)
    assert relue.loc[0, ["resume", "etat"]].tolist() == [
        "À Cergy, une association apprend à réparer les vélos.",
        "relu",
    ]
    assert relue.loc[1, "etat"] == "à relire"


def test_une_relecture_abimee_est_laissee_telle_quelle(tmp_path, document):
    chemin = tmp_path / "relecture.csv"
    chemin.write_text("n'importe;quoi\n1;2\n", encoding="utf-8")
    with pytest.raises(ErreurSchema, match=r"relecture\.csv"):
        extraire(document, chemin)
    assert chemin.read_text(encoding="utf-8") == "n'importe;quoi\n1;2\n"


# --- verser dans l'observatoire ---


def test_un_document_ajoute_se_voit_se_cherche_et_laisse_l_autre_intact(o):
    avec = o.ajouter_document(RECUEIL)
    assert len(avec.experiences) == len(o.experiences) + 2
    assert avec.experiences.columns.equals(o.experiences.columns)
    cergy = avec.territoire("Cergy", niveau="commune")
    assert "UN ATELIER DE RÉPARATION DE VÉLOS OUVERT AUX HABITANT·ES" in cergy.experiences.titre.tolist()
    assert o.territoire("Cergy", niveau="commune").experiences.titre.str.contains("VÉLOS").sum() == 0
    trouves = avec.rechercher("réparation vélo")
    assert trouves.iloc[0].titre.startswith("UN ATELIER")
    assert "document" in set(avec.rechercher("caisse d'outils").genre)
    assert o.rechercher("caisse d'outils").empty or "document" not in set(o.rechercher("caisse d'outils").genre)


def test_une_relecture_s_ajoute_aussi_et_remplace_la_lecture(o, tmp_path, document):
    chemin = tmp_path / "relecture.csv"
    extraire(document, chemin)
    table = lire_relecture(chemin)
    table.loc[0, "titre"] = "Un atelier vélo"
    table.loc[1, "etat"] = "écarté"
    chemin.write_text(revue.ecrire(table), encoding="utf-8")
    avec = o.ajouter_document(RECUEIL).ajouter_document(chemin)
    ajoutees = avec.experiences.loc[avec.experiences.document.eq(document.titre)]
    assert ajoutees.titre.tolist().count("Un atelier vélo") == 1
    assert len(ajoutees) == 2
    assert len(o.ajouter_document(chemin).experiences) == len(o.experiences) + 1


def test_un_observatoire_enrichi_passe_d_un_processus_a_l_autre(o):
    avec = o.ajouter_document(RECUEIL)
    assert len(pickle.loads(pickle.dumps(avec)).experiences) == len(avec.experiences)


# --- le catalogue livré ---


def test_le_catalogue_n_a_ni_personne_ni_adresse(o):
    textes = pd.concat([o.experiences.astype(str).stack(), o.actions.drop(columns="url").astype(str).stack()])
    assert textes[textes.str.contains("@")].empty
    assert textes[textes.str.contains(r"\b0\d(?:[ .]\d\d){4}\b")].empty


def test_chaque_notice_du_catalogue_est_relue_et_resumee(o):
    assert o.experiences.resume.notna().all()
    racontees = o.actions[~o.actions.nature.isin(["defi", "atout", "proposition"])]
    assert racontees.resume.notna().all()
    assert o.experiences.resume.str.split().str.len().between(15, 45).all()


def test_les_codes_du_catalogue_sont_ceux_du_referentiel(o):
    codes = {code for codes in [*o.experiences.territoires, *o.actions.territoires, *o.actions.qpv] for code in codes}
    assert {code for code in codes if o.repertoire.niveau_du_code(code) is None} == set()
    assert set(o.liens.code) >= codes


def test_le_catalogue_ne_reprend_aucune_phrase_des_documents(o):
    if not CORPUS.is_dir():
        pytest.skip("le dossier ../shared (documents) est absent")
    corpus = " ".join(
        " ".join((CORPUS / nom).read_text(encoding="utf-8").replace("’", "'").split()) for nom in DOCUMENTS.values()
    ).casefold()
    resumes = pd.concat([o.experiences.resume, o.actions.resume]).dropna()
    copies = [
        r
        for r in resumes
        if any(" ".join(r.split()[i : i + 12]).casefold() in corpus for i in range(len(r.split()) - 11))
    ]
    assert copies == []


def test_une_commune_connait_ce_qui_s_y_fait_et_alentour(o):
    gennevilliers = o.territoire("92036")
    # La conciergerie d'Asnières se dit voisine des Grésillons : ce lien n'est que déduit, il ne compte pas.
    assert gennevilliers.experiences.portee.tolist() == ["sur place"]
    assert "QN09214M" in o.experiences.set_index("lieux").qpv["Asnières-sur-Seine"]
    assert gennevilliers.experiences.lieux.iloc[0].startswith("Gennevilliers, Nanterre")
    les_mureaux = o.territoire("Les Mureaux")
    assert les_mureaux.experiences.iloc[0].dispositifs
    nanterre = o.territoire("Nanterre").experiences
    assert nanterre.portee.eq("sur place").sum() == 2


# --- les vrais documents ---

#: Précision et rappel exigés, document par document (« fiches » et « actions » : les notices elles-mêmes).
EXIGENCES = {
    "fiches": 1.0,
    "fiches : territoires": 1.0,
    "fiches : date": 1.0,
    "fiches : page": 1.0,
    "fiches : qpv": 1.0,
    "actions": 0.95,
    "actions : nature": 0.95,
    "actions : numero": 0.95,
    "actions : page": 1.0,
    "actions : participations": 1.0,
    "actions : url": 0.95,
    "adhérents": 1.0,
}


@pytest.mark.parametrize("nom", DOCUMENTS)
def test_la_lecture_des_documents_du_champ_tient_ses_promesses(nom, shared):
    mesures = {mesure.quoi: mesure for mesure in mesurer(nom)}
    manquees = [
        str(mesure)
        for quoi, seuil in EXIGENCES.items()
        if (mesure := mesures.get(quoi)) and min(mesure.precision, mesure.rappel) < seuil
    ]
    assert manquees == []
    assert {"actions"} <= set(mesures)
