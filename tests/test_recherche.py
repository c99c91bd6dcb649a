"""La recherche en texte intégral, sur un petit catalogue inventé."""

from __future__ import annotations

import gc
import pickle
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import catalogue_essai as essai
import pandas as pd
import pytest
from catalogue_essai import BOUCLE_NORD, CARPF, GENNEVILLIERS, JUSTICE, LUTH, METROPOLE, OUEST
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire import recherche
from observatoire.erreurs import DependanceAbsente, ErreurArgument, ErreurType
from observatoire.extraits import Champ, decouper, extraire
from observatoire.portees import PORTEES, portees
from observatoire.racines import raciner
from observatoire.recherche import COLONNES, TOUS_LES_MOTS, UNE_PARTIE, Document, Index

reglages = settings(max_examples=150, deadline=None)

ETUDE = Document(
    "Étude sur les mobilités",
    (
        "Le vélo gagne du terrain.\nLes **stationnements** manquent.",
        "   ",
        "Page trois : le vélo, le vélo encore, et la santé des enfants.",
    ),
    annee=2020,
    themes=("transition écologique",),
    territoires=("78",),
)


def nommer(repertoire):
    def nom(code):
        niveau = repertoire.niveau_du_code(code)
        return repertoire.nommer(niveau, code) if niveau else ""

    return nom


@pytest.fixture(scope="module")
def index(o):
    return Index.construire(
        essai.experiences(), essai.actions(), [ETUDE], nommer(o.repertoire), themes=[*essai.THEMES, "handicap"]
    )


def trouves(index, texte, **filtres):
    return set(index.chercher(texte, **filtres).index)


def d_une(**colonnes):
    """Un index d'une seule expérience."""
    return Index.construire(essai.tabler_experiences({"une": colonnes}), essai.tabler_actions({}))


# --- ce qui se trouve ---


@pytest.mark.parametrize(
    "texte",
    [
        "santé mentale",
        "sante mentale",
        "SANTÉ MENTALES",
        "mentale santé",
        "la santé mentale",
        '"santé mentale"',
        "« sante mentale »",
        "“santé mentale”",
    ],
)
def test_accents_casse_accords_et_ordre_ne_comptent_pas(index, texte):
    assert trouves(index, texte) == {"exp-01", "exp-11", "act-03"}


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("habitants malades", "exp-01"),  # habitant·es
        ("acteurs de l'enfance", "act-01"),  # acteur.rice.s
        ("actrices de l'enfance", "act-01"),
        ("professionnelles journées", "exp-08"),  # professionnel-le-s
        ("coordinatrice réussite", "act-01"),
        ("coordinateurs réussite", "act-01"),
        ("coeur cordes", "exp-09"),  # cœur
        ("cœur cordes", "exp-09"),
        ("l'embauche", "exp-03"),  # jusqu'à l'embauche
        ("embauches d’équipe", "exp-03"),
    ],
)
def test_ecriture_inclusive_ligatures_et_elisions(index, texte, attendu):
    assert trouves(index, texte) == {attendu}


def test_l_ecriture_inclusive_se_cherche_aussi(index):
    assert trouves(index, "habitant-e-s") == trouves(index, "habitants") == trouves(index, "HABITANT·ES")


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("DEMOS", {"exp-09"}),
        ("PRIJ", {"exp-03"}),
        ("Régie Justice", {"exp-07"}),
        ("mission locale", {"exp-03"}),
        ("Luth-Fossé", {"exp-01", "act-06"}),  # nom d'un QPV connu par son code
        ("Les Mureaux", {"act-08"}),  # nom d'une commune connue par son code
        ("protection de l'enfance", {"act-01"}),  # perspectives
        ("CAF des Yvelines", {"act-02"}),  # partenaires
    ],
)
def test_on_trouve_aussi_par_dispositif_porteur_lieu_partenaire_perspective(index, texte, attendu):
    assert trouves(index, texte) == attendu


def test_une_expression_veut_ses_mots_de_suite_et_dans_un_meme_element(index):
    assert trouves(index, '"mentale santé"') == set()
    assert trouves(index, "éducation cité") == {"exp-02"}
    assert trouves(index, '"cité éducative"') == {"exp-02"}
    # « Val Fourré » suit « Mantes-la-Jolie » dans deux éléments différents : ce n'est pas une expression.
    sans_rupture = d_une(titre="t", themes=["santé", "mentale"])
    assert trouves(sans_rupture, "santé mentale") == {"une"}
    assert trouves(sans_rupture, '"santé mentale"') == set()


def test_une_expression_et_un_mot_se_combinent(index):
    assert trouves(index, '"santé mentale" élus') == {"exp-11", "act-03"}


def test_un_guillemet_seul_n_est_qu_un_signe(index):
    assert trouves(index, '"santé mentale') == trouves(index, "santé mentale")


def test_les_mots_vides_ne_sont_exiges_qu_entre_guillemets_ou_seuls(index):
    assert trouves(index, "un conseil local de santé mentale") == {"exp-11"}
    assert trouves(index, "marches avec des femmes") == {"exp-05"}
    assert trouves(index, '"conseil de santé"') == set()
    assert {"act-08", "act-09"} <= trouves(index, "les")


def test_a_defaut_de_tous_les_mots_une_partie_est_rendue_et_c_est_dit(index):
    tous = index.chercher("potager écoles")
    assert (list(tous.index), set(tous.correspondance)) == (["exp-02"], {TOUS_LES_MOTS})
    partie = index.chercher("potager trottinette")
    assert (list(partie.index), set(partie.correspondance)) == (["exp-02"], {UNE_PARTIE})
    assert index.chercher("trottinette électrique").empty


def test_tous_les_mots_s_entend_parmi_ce_qui_passe_les_filtres(index):
    assert set(index.chercher("santé mentale", annee=2022).correspondance) == {UNE_PARTIE}
    assert trouves(index, "santé mentale", annee=2022) == {"act-12", "act-13"}


def test_le_titre_pese_plus_que_le_resume_et_le_resume_plus_que_le_texte():
    lignes = {
        "resume": {"titre": "Un", "resume": "Le tramway arrive bientôt ici."},
        "theme": {"titre": "Un", "themes": ["tramway"], "resume": "Cela arrive bientôt ici."},
        "titre": {"titre": "Tramway", "resume": "Cela arrive bientôt ici."},
        **{f"autre-{rang}": {"titre": "Autre", "resume": "Rien à dire ici."} for rang in range(9)},
    }
    document = Document("Document", ["Le tramway arrive bientôt ici."])
    index = Index.construire(essai.tabler_experiences(lignes), essai.tabler_actions({}), [document])
    resultats = index.chercher("tramway")
    assert list(resultats.index) == ["titre", "theme", "resume", "Document"]
    assert resultats.score.is_monotonic_decreasing
    assert (resultats.score > 0).all()


def test_un_mot_d_une_autre_ecriture_se_trouve():
    index = d_une(titre="Привет и добро пожаловать", resume="日本 et le reste")
    assert index.chercher("привет").extrait["une"] == "**Привет** и добро пожаловать"
    assert trouves(index, "日本") == {"une"}
    assert trouves(index, "中国") == set()


# --- ce qui est rendu ---


def test_les_colonnes_et_leurs_types(index):
    resultats = index.chercher("gestion urbaine")
    assert resultats.index.name == "id"
    assert list(resultats.columns) == list(COLONNES)
    une = resultats.loc["act-06"]
    assert (une.genre, une.nature, une.titre, une.annee) == (
        "action",
        "accompagnement",
        "Gestion urbaine au Luth",
        2023,
    )
    assert (une.themes, une.territoires) == (["cadre de vie"], [GENNEVILLIERS])
    assert (une.portee, une.document, une.url) == (None, "Document inventé", None)
    assert resultats.page.isna().all()
    assert (str(resultats.annee.dtype), str(resultats.page.dtype), resultats.score.dtype) == ("Int64", "Int64", float)


def test_rien_trouve_garde_les_colonnes_et_leurs_types(index):
    vide, pleine = index.chercher("trottinette"), index.chercher("santé")
    assert vide.empty
    pd.testing.assert_series_equal(vide.dtypes, pleine.dtypes)
    assert vide.index.name == "id"


def test_sans_texte_tout_est_liste_du_plus_recent_au_plus_ancien(index):
    resultats = index.chercher("  ")
    assert len(resultats) == 12 + 20 + 1
    assert list(resultats.index[:3]) == ["exp-06", "exp-01", "exp-02"]  # juin, mars, janvier-février 2024
    assert resultats.annee.is_monotonic_decreasing
    assert resultats.correspondance.isna().all()
    assert (resultats.score == 0).all()
    assert not resultats.extrait.str.contains("*", regex=False).any()


@pytest.mark.parametrize("texte", ["***", "?", '""', "«»", "( ) - + ^ :"])
def test_un_texte_sans_mot_ne_trouve_rien(index, texte):
    assert index.chercher(texte).empty


def test_la_limite_garde_les_meilleurs(index):
    tous = index.chercher("santé")
    assert list(index.chercher("santé", limite=2).index) == list(tous.index[:2])
    assert len(index.chercher("santé", limite=1000)) == len(tous)


# --- les extraits ---


def test_un_extrait_marque_les_mots_tels_qu_ils_sont_ecrits(index):
    assert index.chercher("HABITANTS malade").extrait["exp-01"].startswith("Les **habitant·es** qui soutiennent")
    assert index.chercher("sante mentale").extrait["exp-11"] == "Un conseil local de **santé mentale**"
    assert index.chercher("acteurs enfance").extrait["act-01"] == (
        "Six rencontres entre pairs. · Ouvrir le réseau aux **acteur.rice.s** de la protection de l'**enfance**."
    )


def test_une_expression_n_est_marquee_que_la_ou_elle_se_lit():
    index = d_une(titre="t", resume="La santé passe par le soin ; la santé mentale aussi.")
    assert index.chercher('"santé mentale"').extrait["une"] == (
        "La santé passe par le soin ; la **santé mentale** aussi."
    )
    assert index.chercher("santé").extrait["une"] == "La **santé** passe par le soin ; la **santé** mentale aussi."


def test_un_extrait_long_se_resserre_sur_les_mots_trouves_sans_en_couper():
    texte = f"{'avant ' * 100}un jardin partagé près du collège {'après ' * 100}".strip()
    extrait = d_une(titre="t", resume=texte).chercher("jardin collège").extrait["une"]
    assert re.fullmatch(r"… (avant )+un \*\*jardin\*\* partagé près du \*\*collège\*\* (après )+…", extrait)
    assert 150 < len(extrait.replace("*", "")) < 210


def test_un_extrait_va_la_ou_le_plus_de_mots_se_lisent():
    texte = f"le jardin. {'loin ' * 100}le jardin du collège {'loin ' * 100}"
    assert "**jardin** du **collège**" in d_une(titre="t", resume=texte).chercher("jardin collège").extrait["une"]


def test_un_extrait_prefere_les_mots_au_plus_pres_l_un_de_l_autre():
    texte = f"la santé physique et, parfois, mentale. {'loin ' * 100}la santé mentale {'loin ' * 100}"
    assert "la **santé mentale** loin" in d_une(titre="t", resume=texte).chercher("mentale santé").extrait["une"]


def test_les_asterisques_d_un_document_ne_se_confondent_pas_avec_les_marques(index):
    extrait = index.chercher("vélo terrain").extrait["Étude sur les mobilités"]
    assert extrait == "Le **vélo** gagne du **terrain**. Les stationnements manquent."


mots = st.sampled_from(["santé", "mentale", "l'école", "habitant·es", "·", "**", "_", "x" * 300, "(cœur)", "\n"])


@reglages
@given(st.lists(mots, max_size=90).map(" ".join), st.sampled_from(["santé mentale", '"santé mentale"', "école coeur"]))
def test_un_extrait_est_un_passage_du_texte(texte, cherche):
    propre = " ".join(re.sub(r"\*{2,}", "", texte).split())
    extrait = extraire([Champ(propre, raciner(propre))], decouper(cherche))
    assert extrait.removeprefix("… ").removesuffix(" …").replace("**", "") in propre
    marques = re.findall(r"\*\*(.+?)\*\*", extrait)
    attendus = {racine for terme in decouper(cherche) for racine in terme}
    assert all(attendus & {r.racine for r in raciner(marque)} for marque in marques)
    if extrait:
        assert len(extrait.replace("**", "")) <= 200 + 300 + len("…  …")


# --- les documents ajoutés ---


def test_un_document_n_est_rendu_qu_une_fois_a_sa_meilleure_page(index):
    resultats = index.chercher("vélo")
    assert list(resultats.index) == ["Étude sur les mobilités"]
    un = resultats.iloc[0]
    assert (un.genre, un.nature, un.page, un.annee, un.document) == (
        "document",
        "document",
        3,
        2020,
        "Étude sur les mobilités",
    )
    assert un.extrait.count("**vélo**") == 2


def test_tous_les_mots_se_cherchent_dans_une_meme_page(index):
    assert index.chercher("stationnements vélo").page.to_list() == [1]
    assert set(index.chercher("stationnements enfants trois").correspondance) == {UNE_PARTIE}


def test_un_document_se_filtre_comme_le_reste(index):
    assert trouves(index, "vélo", theme="transition écologique", annee=2020, nature="document") == {
        "Étude sur les mobilités"
    }
    assert trouves(index, "vélo", territoires={"78": "sur place"}) == {"Étude sur les mobilités"}
    assert trouves(index, "vélo", territoires={"92": "sur place"}) == set()


def test_un_document_sans_pages_n_a_pas_de_numero_de_page():
    vide = essai.tabler_experiences({}), essai.tabler_actions({})
    resultats = Index.construire(*vide, [Document("Note", ["Le vélo."], code="note-1")]).chercher("vélo")
    assert list(resultats.index) == ["note-1"]
    assert resultats.page.isna().all()


# --- les filtres ---


@pytest.mark.parametrize("theme", ["égalité femmes-hommes", "EGALITE FEMMES HOMMES", "égalité Femmes-Hommes"])
def test_le_theme_se_donne_sans_accents_ni_casse(index, theme):
    assert trouves(index, "", theme=theme) == {"exp-05"}


def test_le_theme_peut_n_etre_pas_le_principal(index):
    assert "act-03" in trouves(index, "", theme="participation")
    assert trouves(index, "", theme="handicap") == set()


@pytest.mark.parametrize(
    ("nature", "attendus"),
    [
        ("defi", {"act-09"}),
        ("Défi", {"act-09"}),
        ("action inspirante", {"act-12", "act-13"}),
        ("expérience", {f"exp-{rang:02}" for rang in range(1, 13)}),
    ],
)
def test_la_nature_se_donne_sans_accents_ni_casse(index, nature, attendus):
    assert trouves(index, "", nature=nature) == attendus


def test_l_annee_filtre(index):
    assert trouves(index, "", annee=2024) == {"exp-01", "exp-02", "exp-06", "act-08", "act-09", "act-10", "act-11"}
    assert trouves(index, "", annee=1999) == set()


def test_un_theme_ou_une_nature_inconnus_disent_lesquels_existent(index):
    with pytest.raises(ErreurArgument, match=r"« astrologie » n'existe pas comme thème.*éducation.*handicap"):
        index.chercher("santé", theme="astrologie")
    with pytest.raises(ErreurArgument, match=r"« sortie » n'existe pas comme nature.*experience.*rencontre"):
        index.chercher("santé", nature="sortie")
    with pytest.raises(ErreurArgument, match="le catalogue est vide"):
        Index.construire(essai.tabler_experiences({}), essai.tabler_actions({})).chercher("", theme="santé")


@pytest.mark.parametrize(
    ("arguments", "erreur"),
    [
        ({"texte": 12}, ErreurType),
        ({"texte": None}, ErreurType),
        ({"texte": "x", "annee": "2023"}, ErreurType),
        ({"texte": "x", "limite": "3"}, ErreurType),
        ({"texte": "x", "limite": 0}, ErreurArgument),
        ({"texte": "x", "theme": 3}, ErreurType),
    ],
)
def test_un_argument_d_un_autre_type_est_refuse(index, arguments, erreur):
    with pytest.raises(erreur, match="Que faire"):
        index.chercher(**arguments)


def test_une_annee_tiree_d_une_table_convient(index):
    annee = essai.actions().annee.max()
    assert trouves(index, "rixes", annee=annee) == {"act-08"}


# --- le territoire ---


def test_sur_un_territoire_la_portee_la_plus_proche_est_dite(index):
    resultats = index.chercher("", territoires={GENNEVILLIERS: "sur place", BOUCLE_NORD: "intercommunalité"})
    assert dict(resultats.portee) == {
        "exp-01": "sur place",
        "act-06": "sur place",
        "exp-03": "intercommunalité",
        "act-07": "intercommunalité",
    }
    plusieurs = d_une(titre="t", territoires=["95", GENNEVILLIERS])
    assert plusieurs.chercher("", territoires={"95": "département", GENNEVILLIERS: "sur place"}).portee["une"] == (
        "sur place"
    )


def test_une_commune_trouve_ce_qui_l_englobe_mais_pas_ses_voisines_ni_le_national(o, index):
    resultats = index.chercher("", territoires=portees("commune", GENNEVILLIERS, o.repertoire))
    assert dict(resultats.portee) == {
        "exp-01": "sur place",
        "act-06": "sur place",
        "exp-03": "intercommunalité",
        "act-07": "intercommunalité",
        "act-19": "métropole",
        "exp-08": "ouest francilien",
        "act-03": "ouest francilien",
        "act-04": "ouest francilien",
    }


def test_un_departement_trouve_ce_qui_le_compose(o, index):
    portee = index.chercher("", territoires=portees("departement", "95", o.repertoire)).portee
    assert portee["exp-04"] == "sur place"
    assert portee["act-02"] == "sur place"  # Yvelines et Val-d'Oise
    assert portee["exp-05"] == portee["exp-07"] == portee["act-20"] == "dans le territoire"
    assert portee["exp-08"] == "ouest francilien"
    assert not {"exp-01", "exp-02", "exp-09", "exp-10", "act-12", "act-15"} & set(portee.index)


def test_aucun_territoire_retenu_ne_trouve_rien(index):
    assert index.chercher("", territoires={}).empty


@pytest.mark.parametrize(
    ("niveau", "code", "attendues"),
    [
        (
            "commune",
            GENNEVILLIERS,
            {
                GENNEVILLIERS: "sur place",
                LUTH: "quartier",
                "QN09211M": "quartier",
                "QN09214M": "quartier",
                BOUCLE_NORD: "intercommunalité",
                "92": "département",
                METROPOLE: "métropole",
                OUEST: "ouest francilien",
            },
        ),
        (
            "qpv",
            JUSTICE,
            {
                JUSTICE: "sur place",
                "95018": "commune",
                "95063": "commune",
                BOUCLE_NORD: "intercommunalité",
                "200058519": "intercommunalité",
                "95": "département",
                METROPOLE: "métropole",
                OUEST: "ouest francilien",
            },
        ),
        ("commune", "59350", {"59350": "sur place", "200093201": "intercommunalité", "59": "département"}),
    ],
)
def test_les_portees_d_un_petit_territoire(o, niveau, code, attendues):
    assert portees(niveau, code, o.repertoire) == attendues


def test_les_portees_d_un_grand_territoire(o):
    val_d_oise = portees("departement", "95", o.repertoire)
    assert (val_d_oise["95"], val_d_oise[CARPF], val_d_oise[BOUCLE_NORD]) == (
        "sur place",
        "dans le territoire",
        "dans le territoire",
    )
    assert "92" not in val_d_oise
    assert GENNEVILLIERS not in val_d_oise
    boucle = portees("ept", BOUCLE_NORD, o.repertoire)
    assert {boucle[GENNEVILLIERS], boucle[LUTH], boucle[JUSTICE]} == {"dans le territoire"}
    assert {boucle["92"], boucle["95"]} == {"département"}
    assert boucle[METROPOLE] == "métropole"
    ouest = portees("perimetre", OUEST, o.repertoire)
    assert ouest[OUEST] == "sur place"
    assert {ouest["78"], ouest["92"], ouest["95"], ouest[CARPF]} == {"dans le territoire"}
    assert ouest[METROPOLE] == "métropole"


def test_toute_portee_est_connue_et_tout_territoire_est_sur_place_chez_lui(o):
    codes = [
        *o.qpv.index[:20],
        *o.communes.index[o.communes.code_departement == "92"],
        *o.ept.index,
        *o.epci.index[:50],
    ]
    for code in (*codes, "78", "92", "95", "75", "59", OUEST):
        siennes = portees(o.repertoire.niveau_du_code(code), code, o.repertoire)
        assert siennes[code] == "sur place"
        assert list(siennes.values()).count("sur place") == 1
        assert set(siennes.values()) <= set(PORTEES)


# --- le texte tapé ne commande rien ---

PIEGES = (
    '"',
    "AND OR NOT",
    "titre: santé",
    "santé*",
    "-santé",
    "(santé",
    "NEAR(santé mentale, 3)",
    "^santé",
    "santé + mentale",
    "'; DROP TABLE fiches; --",
    "fiches MATCH 1",
    "{titre resume} : santé",
    "a" * 5000,
    "santé\x00mentale",
    "_",
    "\ud800 santé",
)


@pytest.mark.parametrize("texte", PIEGES)
def test_la_syntaxe_de_sqlite_n_en_est_pas(index, texte):
    avant = list(index.chercher("santé").index)
    assert isinstance(index.chercher(texte), pd.DataFrame)
    assert list(index.chercher("santé").index) == avant


@pytest.mark.parametrize("texte", ["santé*", "-santé", "(santé", "^santé", "santé)", "santé AND", "NOT santé OR"])
def test_un_signe_n_est_rien_et_un_operateur_n_est_qu_un_mot(index, texte):
    resultats = index.chercher(texte)
    assert set(resultats.index) == trouves(index, "santé")
    assert (resultats.correspondance == UNE_PARTIE).all() == (re.search(r"AND|NOT", texte) is not None)


def a_la_main(index, texte):
    """Ce qui contient tous les mots d'un texte sans guillemet, ou à défaut l'un d'eux, sans passer par SQLite."""
    mots = {racine for terme in decouper(texte) for racine in terme}
    pages = [(e.code, mots & {r.racine for champ in e.textes for r in raciner(champ)}) for e in index.entrees]
    tous = {code for code, racines in pages if mots and mots == racines}
    return tous or {code for code, racines in pages if racines}


signes = ["AND", "OR", "NOT", "NEAR(", "*", "-", "^", "{", ":", "'"]
sans_guillemet = st.text(st.characters(exclude_characters='"«»“”'), max_size=12)


@reglages
@given(
    st.lists(
        st.sampled_from(["santé", "ville", "jeunes", "quartiers", *signes]) | sans_guillemet, min_size=1, max_size=6
    )
)
def test_tout_texte_trouve_ce_qu_on_trouverait_a_la_main(index, morceaux):
    texte = " ".join(morceaux)
    if texte.strip():
        assert trouves(index, texte) == a_la_main(index, texte)


@reglages
@given(st.text(max_size=80) | st.lists(st.sampled_from([*PIEGES, "santé", "ville"]), max_size=6).map(" ".join))
def test_aucun_texte_ne_fait_echouer_la_recherche(index, texte):
    resultats = index.chercher(texte)
    if texte.strip():
        assert all("**" in extrait for extrait in resultats.extrait)
        assert (resultats.score > 0).all()


@reglages
@given(
    st.lists(st.sampled_from(["santé", "jeunes", "lycée", "habitant·es", "cœur", "d'équipe"]), min_size=1, max_size=4)
)
def test_retirer_les_accents_ne_change_rien(index, choisis):
    texte = " ".join(choisis)
    nu = texte.replace("é", "e").replace("œ", "oe").replace("·", "-").upper()
    pd.testing.assert_frame_equal(index.chercher(texte), index.chercher(nu))


def test_un_document_entier_colle_dans_la_recherche_est_accepte(index):
    assert set(index.chercher(" ".join(f"mot{rang}" for rang in range(3000)) + " potager").index) == {"exp-02"}


# --- l'index ---


def test_construire_ne_modifie_pas_les_tables_et_accepte_des_tables_relues_d_un_fichier(o, tmp_path):
    experiences, actions = essai.experiences(), essai.actions()
    Index.construire(experiences, actions, (), nommer(o.repertoire)).chercher("santé")
    pd.testing.assert_frame_equal(experiences, essai.experiences())
    pd.testing.assert_frame_equal(actions, essai.actions())
    experiences.to_parquet(tmp_path / "e.parquet")  # les listes y deviennent des tableaux
    relues = Index.construire(pd.read_parquet(tmp_path / "e.parquet"), actions, (), nommer(o.repertoire))
    directes = Index.construire(experiences, actions, (), nommer(o.repertoire))
    pd.testing.assert_frame_equal(relues.chercher("santé"), directes.chercher("santé"))


def test_l_index_passe_d_un_processus_a_l_autre_et_d_un_fil_a_l_autre(index):
    attendu = index.chercher("santé mentale")
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(index)).chercher("santé mentale"), attendu)
    with ThreadPoolExecutor(4) as fils:
        for resultat in fils.map(index.chercher, ["santé mentale"] * 12):
            pd.testing.assert_frame_equal(resultat, attendu)


def test_l_index_abandonne_ferme_sa_base():
    index = d_une(titre="Tramway")
    index.chercher("tramway")
    base = index._base
    del index
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        base.execute("SELECT 1")


def test_un_sqlite_sans_texte_integral_est_dit_avec_son_remede(monkeypatch):
    class SansFts5(sqlite3.Connection):
        def execute(self, *_):
            raise sqlite3.OperationalError("no such module: fts5")

    connecter = sqlite3.connect
    monkeypatch.setattr(
        recherche.sqlite3, "connect", lambda *args, **options: connecter(*args, factory=SansFts5, **options)
    )
    with pytest.raises(DependanceAbsente, match=r"fts5.*Que faire"):
        d_une(titre="Tramway").chercher("tramway")
