"""La couverture : qui a quoi, thème par thème, et où il n'y a rien ; sa figure."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

import catalogue_essai as essai
import pandas as pd
import pypdf
import pytest
from catalogue_essai import (
    ARGENTEUIL,
    BAGNEUX,
    BEZONS,
    BOUCLE_NORD,
    CACP,
    CARPF,
    GARGES,
    GENNEVILLIERS,
    GPSEO,
    JUSTICE,
    LILLE,
    METROPOLE,
    MITRY,
    OUEST,
    SARCELLES,
    SEINE_BOUCLES,
    SQY,
    THEMES,
    VAL_FOURRE,
    VERSAILLES,
    VERSAILLES_GRAND_PARC,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire import figure_couverture
from observatoire.couverture import COLONNES, MOTIFS, couvrir, couvrir_larges, hors_couverture
from observatoire.erreurs import ErreurArgument, ErreurEcriture
from observatoire.figure_couverture import Dessin, dessiner

SVG = "{http://www.w3.org/2000/svg}"
reglages = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def r(o):
    return o.repertoire


@pytest.fixture(scope="module")
def arguments(r):
    return essai.experiences(), essai.actions(), r, THEMES


@pytest.fixture(scope="module")
def couverture(arguments):
    return couvrir(*arguments)


@pytest.fixture(scope="module")
def larges(arguments):
    return couvrir_larges(*arguments)


def case(table, code, theme):
    lignes = table[(table.code == code) & (table.theme == theme)]
    assert len(lignes) == 1
    return lignes.iloc[0]


def une_experience(r, *territoires, themes=("santé",), **reste):
    table = essai.tabler_experiences(
        {"une": {"titre": "t", "themes": list(themes), "territoires": [*territoires], **reste}}
    )
    return table, essai.tabler_actions({}), r, THEMES


# --- le tableau ---


def test_une_ligne_par_intercommunalite_en_qpv_et_par_theme(o, couverture):
    codes = {code for liste in o.qpv.codes_intercommunalites for code in liste}
    assert len(codes) == 11
    assert set(zip(couverture.code, couverture.theme, strict=True)) == {(c, t) for c in codes for t in THEMES}
    assert len(couverture) == 11 * len(THEMES)
    assert list(couverture.columns) == list(COLONNES)
    assert METROPOLE not in codes


def test_le_tableau_est_trie_par_departement_nom_et_theme(couverture):
    assert list(couverture.theme[: len(THEMES)]) == list(THEMES)
    noms = list(couverture.nom.unique())
    assert noms[:3] == [
        "Communauté d'agglomération Saint-Germain Boucles de Seine",
        "Communauté d'agglomération de Saint-Quentin-en-Yvelines",
        "Communauté urbaine Grand Paris Seine et Oise",
    ]
    assert noms[3:6] == ["Boucle Nord de Seine", "Paris Ouest La Défense", "Vallée Sud - Grand Paris"]
    assert len(couverture.groupby(["code", "nom", "niveau"])) == 11


def test_les_types_sont_stables_meme_sans_rien(r, couverture):
    vide = couvrir(essai.tabler_experiences({}), essai.tabler_actions({}), r, THEMES)
    pd.testing.assert_series_equal(vide.dtypes, couverture.dtypes)
    assert vide.blanc.all()
    assert (vide.experiences + vide.actions + vide.departementales + vide.habitants_qpv == 0).all()
    assert vide.derniere_annee.isna().all()
    assert (vide.part_habitants_qpv == 0).all()


def test_une_commune_et_un_qpv_comptent_pour_leur_intercommunalite(couverture):
    sante = case(couverture, BOUCLE_NORD, "santé")
    assert (sante.experiences, sante.actions, sante.derniere_annee, sante.blanc) == (1, 0, 2024, False)
    assert sante.territoires == [GENNEVILLIERS]
    emploi = case(couverture, BOUCLE_NORD, "emploi-insertion")
    assert (emploi.experiences, emploi.derniere_annee) == (2, 2023)
    assert emploi.territoires == [BOUCLE_NORD, JUSTICE]


def test_deux_communes_d_une_intercommunalite_ne_comptent_qu_une_fois(couverture):
    cadre = case(couverture, CARPF, "cadre de vie")
    assert (cadre.experiences, cadre.actions) == (1, 0)
    assert cadre.territoires == [GARGES, SARCELLES]


def test_un_qpv_a_cheval_compte_dans_ses_deux_intercommunalites(couverture):
    for code in (BOUCLE_NORD, SEINE_BOUCLES):
        assert case(couverture, code, "économie sociale et solidaire").experiences == 1


def test_un_blanc_est_un_zero_pas_une_absence(couverture):
    sport = case(couverture, BOUCLE_NORD, "sport")
    assert (sport.experiences, sport.actions, sport.habitants_qpv, sport.part_habitants_qpv) == (0, 0, 0, 0.0)
    assert sport.blanc
    assert sport.territoires == []
    assert pd.isna(sport.derniere_annee)
    assert sport.communes_sans == ["92004", "92025", GENNEVILLIERS, "92078", ARGENTEUIL]


def test_les_habitants_sont_ceux_des_qpv_des_communes_nommees_chacun_une_fois(o, r):
    def habitants(*communes):
        return int(o.qpv[[not set(communes).isdisjoint(codes) for codes in o.qpv.codes_communes]].population.sum())

    une = case(couvrir(*une_experience(r, GARGES, SARCELLES)), CARPF, "santé")
    assert une.habitants_qpv == habitants(GARGES, SARCELLES)
    assert une.part_habitants_qpv == pytest.approx(100 * une.habitants_qpv / 124_659)
    assert une.habitants_qpv_total == 124_659
    entiere = case(couvrir(*une_experience(r, CARPF, SARCELLES)), CARPF, "santé")
    assert (entiere.habitants_qpv, entiere.part_habitants_qpv, entiere.communes_sans) == (124_659, 100.0, [])
    # Un QPV nommé ne vaut que pour lui ; un quartier à cheval y est entier, et une seule fois.
    a_cheval = couvrir(*une_experience(r, JUSTICE, BEZONS))
    assert case(a_cheval, BOUCLE_NORD, "santé").habitants_qpv == o.qpv.population[JUSTICE]
    assert case(a_cheval, SEINE_BOUCLES, "santé").habitants_qpv == habitants(BEZONS)


def test_une_commune_sans_qpv_ne_concerne_aucun_habitant_de_qpv_mais_compte(couverture):
    culture = case(couverture, CARPF, "culture")
    assert (culture.experiences, culture.habitants_qpv, culture.blanc) == (1, 0, False)
    assert culture.territoires == [MITRY]


def test_ce_qui_porte_sur_un_departement_ou_plus_n_est_pas_local(couverture, larges):
    education = case(couverture, CARPF, "éducation")
    assert (education.experiences, education.actions, education.departementales, education.blanc) == (0, 0, 2, True)
    assert case(couverture, GPSEO, "éducation").departementales == 1
    assert case(couverture, CACP, "éducation").departementales == 2  # Val-d'Oise et Yvelines
    assert case(couverture, BOUCLE_NORD, "développement économique").departementales == 1  # la métropole
    assert case(couverture, SQY, "participation").departementales == 2  # tout l'ouest francilien
    assert list(larges.code.unique()) == ["78", "92", "95", OUEST]
    assert case(larges, "95", "éducation").actions == 2
    assert case(larges, "78", "éducation").actions == 1
    assert case(larges, OUEST, "participation").actions == 2
    assert case(larges, "95", "participation").departementales == 2
    assert case(larges, "95", "santé").experiences == 0


def test_local_et_departemental_a_la_fois_n_est_compte_qu_une_fois(r):
    ligne = case(couvrir(*une_experience(r, GENNEVILLIERS, "92", OUEST)), BOUCLE_NORD, "santé")
    assert (ligne.experiences, ligne.departementales) == (1, 0)
    voisine = case(couvrir(*une_experience(r, GENNEVILLIERS, "92", OUEST)), "200057982", "santé")
    assert (voisine.experiences, voisine.departementales) == (0, 1)


def test_la_region_n_est_pas_l_aude(r):
    de_region = une_experience(r, "11", niveau="region")
    assert case(couvrir(*de_region), SQY, "santé").departementales == 1
    assert hors_couverture(*de_region).motif["une"] == MOTIFS["large"]
    de_l_aude = une_experience(r, "11", niveau="departement")
    assert case(couvrir(*de_l_aude), SQY, "santé").departementales == 0
    assert hors_couverture(*de_l_aude).motif["une"] == MOTIFS["dehors"]


def test_les_besoins_projets_et_lectures_ne_comptent_pas_sauf_demande(arguments, couverture):
    assert case(couverture, SQY, "sport").blanc
    toutes = couvrir(*arguments, natures_exclues=())
    assert case(toutes, SQY, "sport").actions == 1
    assert toutes.actions.sum() == couverture.actions.sum() + 4  # défi, atout, proposition, mouvement


def test_ce_qui_n_est_compte_nulle_part_est_dit_avec_sa_raison(arguments):
    hors = hors_couverture(*arguments)
    assert dict(hors.motif) == {
        "exp-10": "sans territoire, ou national",
        "exp-12": "intercommunalité sans quartier prioritaire",
        "act-05": "sans territoire, ou national",
        "act-09": "nature qui n'est pas comptée",
        "act-10": "nature qui n'est pas comptée",
        "act-11": "nature qui n'est pas comptée",
        "act-12": "hors de l'ouest francilien",
        "act-15": "nature qui n'est pas comptée",
        "act-16": "nature qui n'est pas comptée",
        "act-17": "nature qui n'est pas comptée",
        "act-18": "intercommunalité sans quartier prioritaire",
        "act-19": "plus large que l'ouest francilien",
    }
    assert hors.titre["act-12"] == "Des médiatrices santé au marché"
    assert set(hors.genre) == {"experience", "action"}


def test_un_theme_hors_de_la_liste_est_dit(r):
    experiences, actions, _, _ = une_experience(r, GENNEVILLIERS, themes=("astronomie",))
    assert hors_couverture(experiences, actions, r, THEMES).motif["une"] == MOTIFS["theme"]
    assert case(couvrir(experiences, actions, r, ["astronomie"]), BOUCLE_NORD, "astronomie").experiences == 1


def test_les_tables_recues_ne_changent_pas(r):
    experiences, actions = essai.experiences(), essai.actions()
    couvrir(experiences, actions, r, THEMES)
    pd.testing.assert_frame_equal(experiences, essai.experiences())
    pd.testing.assert_frame_equal(actions, essai.actions())


# --- contre un compte à la main ---

CODES = (
    *(GENNEVILLIERS, ARGENTEUIL, BEZONS, SARCELLES, MITRY, BAGNEUX, VERSAILLES, LILLE),
    *(JUSTICE, VAL_FOURRE, BOUCLE_NORD, CARPF, CACP, METROPOLE, VERSAILLES_GRAND_PARC),
    *("78", "92", "95", "77", OUEST, "99999"),
)
enregistrements = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(st.sampled_from(CODES), max_size=3, unique=True),
        st.lists(st.sampled_from(["santé", "sport", "culture", "inconnu"]), max_size=3, unique=True),
        st.none() | st.integers(2019, 2025),
    ),
    max_size=8,
)


def en_tables(tires):
    lignes = [
        {
            "titre": "t",
            "intitule": "t",
            "nature": "rencontre",
            "territoires": codes,
            "theme": next(iter(themes), None),
            "themes": themes,
            **({"annee": annee} if annee else {}),
        }
        for _, codes, themes, annee in tires
    ]
    genres = [genre for genre, *_ in tires]
    une = {f"e{i}": ligne for i, (ligne, genre) in enumerate(zip(lignes, genres, strict=True)) if genre}
    autre = {f"a{i}": ligne for i, (ligne, genre) in enumerate(zip(lignes, genres, strict=True)) if not genre}
    return essai.tabler_experiences(une), essai.tabler_actions(autre)


def intercommunalites_a_la_main(o, code):
    """Les intercommunalités d'un territoire local, relues dans les tables sans passer par le module essayé."""
    if code in o.qpv.index:
        return set(o.qpv.codes_intercommunalites[code])
    if code in o.communes.index:
        commune = o.communes.loc[code]
        return {commune.code_ept or commune.code_epci}
    return {code}


@reglages
@given(enregistrements)
def test_chaque_case_egale_un_compte_a_la_main(o, r, tires):
    themes = ["santé", "sport", "culture"]
    table = couvrir(*en_tables(tires), r, themes)
    for ligne in table.itertuples():
        siens = [
            (genre, codes, annee)
            for genre, codes, les_siens, annee in tires
            if ligne.theme in les_siens and any(ligne.code in intercommunalites_a_la_main(o, code) for code in codes)
        ]
        assert ligne.experiences == sum(genre for genre, _, _ in siens)
        assert ligne.actions == sum(not genre for genre, _, _ in siens)
        assert ligne.blanc == (not siens)
        annees = [annee for *_, annee in siens if annee]
        assert (ligne.derniere_annee == max(annees)) if annees else pd.isna(ligne.derniere_annee)
        nommes = {c for _, codes, _ in siens for c in codes if ligne.code in intercommunalites_a_la_main(o, c)}
        quartiers = [
            code
            for code, qpv in o.qpv.iterrows()
            if ligne.code in qpv.codes_intercommunalites and nommes & {code, ligne.code, *qpv.codes_communes}
        ]
        assert ligne.habitants_qpv == o.qpv.population[quartiers].sum()
        assert set(ligne.territoires) == nommes


@reglages
@given(enregistrements)
def test_rien_n_est_perdu_local_large_ou_dit_hors_couverture(r, tires):
    # Un thème par enregistrement : chacun se retrouve alors seul dans ses cases.
    themes = [f"thème {rang}" for rang in range(len(tires))]
    seuls = [(genre, codes, [theme], annee) for (genre, codes, _, annee), theme in zip(tires, themes, strict=True)]
    arguments = *en_tables(seuls), r, themes
    comptes = pd.concat([couvrir(*arguments), couvrir_larges(*arguments)])
    hors = {int(identifiant[1:]) for identifiant in hors_couverture(*arguments).index}
    for rang, theme in enumerate(themes):
        cases = comptes[(comptes.theme == theme) & ~comptes.blanc]
        assert cases.empty == (rang in hors)


# --- la figure ---


@pytest.fixture(scope="module")
def figure(couverture, larges):
    return dessiner(couverture, larges, date=dt.date(2026, 3, 1))


@pytest.fixture(scope="module")
def arbre(figure):
    return ET.fromstring(figure.svg)


def textes(arbre):
    return [noeud.text for noeud in arbre.iter(f"{SVG}text")]


def test_la_figure_ecrit_le_compte_de_chaque_case_et_hachure_les_autres(couverture, larges, arbre):
    effectifs = [int(e) for table in (couverture, larges) for e in table.experiences + table.actions]
    cases = [noeud for noeud in arbre.iter(f"{SVG}rect") if noeud.get("y") == "1"]
    hachurees = [noeud for noeud in cases if noeud.get("fill").startswith("url(#vide-")]
    assert len(cases) == len(effectifs) == 15 * len(THEMES)
    assert len(hachurees) == effectifs.count(0)
    comptes = [
        noeud.text for noeud in arbre.iter(f"{SVG}text") if noeud.get("font-weight") == "600" and noeud.get("fill")
    ]
    assert comptes == [str(e) for e in effectifs if e]


def test_la_figure_nomme_themes_et_intercommunalites_sans_leur_nature(arbre):
    lus = textes(arbre)
    assert {"Éducation", "Santé", "Cergy-Pontoise", "Haut Val d'Oise", "Vallée Sud - Grand Paris", "Yvelines"} <= set(
        lus
    )
    assert {"Laïcité et lutte contre", "les discriminations"} <= set(lus)
    assert not any(texte.startswith("Communauté") for texte in lus)


def test_la_figure_dit_ce_qu_un_blanc_veut_dire_et_ses_sources(arbre):
    tout = " ".join(textes(arbre)).replace("\u202f", " ").replace("\u00a0", " ")
    assert "rien d'enregistré" in tout
    assert "elle ne veut pas dire que rien n'y existe" in tout
    assert "Sources : catalogue des expériences et des actions" in tout


def test_la_figure_compte_les_themes_et_les_intercommunalites_sans_rien(couverture, arbre):
    lus = textes(arbre)
    assert f"{int((~couverture[couverture.code == BOUCLE_NORD].blanc).sum())} sur 21" in lus
    debut = lus.index("Intercommunalités sans rien d'enregistré") + 1
    blancs = couverture.groupby("theme").blanc.sum()
    assert lus[debut : debut + 21] == [str(blancs[theme]) for theme in THEMES]


def test_la_figure_a_un_texte_alternatif(couverture, figure, arbre):
    assert arbre.find(f"{SVG}title").text == figure.titre
    assert arbre.find(f"{SVG}desc").text == figure.texte_alternatif
    lisible = re.sub("[\u202f\u00a0]", " ", figure.texte_alternatif)
    assert f"Rien n'est enregistré dans {int(couverture.blanc.sum())} cases sur 231." in lisible
    assert "Tableau de 11 intercommunalités et de 21 thèmes." in lisible
    assert "Boucle Nord de Seine : 7 ;" in lisible
    assert figure._repr_svg_() == figure.svg


def test_tout_le_texte_tient_dans_le_dessin(figure, arbre):
    for noeud in arbre.iter(f"{SVG}text"):
        assert float(noeud.get("y")) < figure.hauteur
    marge = figure_couverture.MARGE
    assert arbre.get("viewBox") == f"{-marge} {-marge} {figure_couverture.LARGEUR + 2 * marge} {figure.hauteur}"


def test_l_encre_se_lit_sur_chaque_fond():
    def luminance(couleur):
        canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lineaires = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]
        return 0.2126 * lineaires[0] + 0.7152 * lineaires[1] + 0.0722 * lineaires[2]

    for _, fond, encre in figure_couverture.CLASSES:
        clair, sombre = sorted((luminance(fond), luminance(encre)), reverse=True)
        assert (clair + 0.05) / (sombre + 0.05) >= 4.5
    luminances = [luminance(fond) for _, fond, _ in figure_couverture.CLASSES]
    assert luminances == sorted(luminances, reverse=True)


def test_un_texte_hostile_n_est_jamais_du_code(couverture):
    piege = '<script>alert("x")</script> & #eval("1")'
    figure = dessiner(couverture.assign(nom=piege), titre=piege, source=piege)
    arbre = ET.fromstring(figure.svg)
    assert not list(arbre.iter(f"{SVG}script"))
    assert arbre.find(f"{SVG}title").text == piege


def test_la_figure_s_enregistre_en_svg_png_et_pdf(figure, tmp_path):
    assert figure.enregistrer(tmp_path / "c.svg").read_text("utf-8") == figure.svg
    assert figure.enregistrer(tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    lu = pypdf.PdfReader(figure.enregistrer(tmp_path / "c.pdf"))
    assert len(lu.pages) == 1
    assert lu.metadata.title == figure.titre
    assert "Cergy-Pontoise" in lu.pages[0].extract_text()
    assert (figure._composer(".pdf"), "2026" in str(lu.metadata.creation_date)) == (figure._composer(".pdf"), True)


def test_un_format_inconnu_ou_un_dossier_impossible_est_refuse(figure, tmp_path):
    with pytest.raises(ErreurArgument, match=r"\.docx.*Que faire"):
        figure.enregistrer(tmp_path / "c.docx")
    (tmp_path / "dossier.svg").mkdir()
    with pytest.raises(ErreurEcriture):
        figure.enregistrer(tmp_path / "dossier.svg")


def test_une_couverture_vide_ou_courte(r, couverture):
    with pytest.raises(ErreurArgument, match="Que faire"):
        dessiner(couvrir(essai.experiences(), essai.actions(), r, []))
    courte = dessiner(couvrir(essai.experiences(), essai.actions(), r, ["santé"]))
    assert isinstance(courte, Dessin)
    assert "1 sur 1" in courte.svg
    assert repr(courte).startswith("Dessin(titre=")
