"""Les mots et leurs racines : accords, élisions, écriture inclusive, et rien de joint à tort."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from observatoire.racines import plier, raciner


def mots(texte: str) -> list[str]:
    return [r.mot for r in raciner(texte)]


def racine(mot: str) -> str:
    (unique,) = raciner(mot)
    return unique.racine


@pytest.mark.parametrize(
    ("texte", "plie"),
    [
        ("ÉTÉ", "ete"),
        ("Cœur d’Œuvre", "coeur d'oeuvre"),
        ("ﬁche eﬀet", "fiche effet"),
        ("e\u0301te\u0301", "ete"),
        ("insti\u00adtution", "institution"),
        ("Île\u00a0de\u202fFrance", "ile de france"),
        ("Straße", "strasse"),
        ("Iñtërnâtiônàl, déjà !", "international, deja !"),
        ("", ""),
    ],
)
def test_plier(texte: str, plie: str) -> None:
    assert plier(texte) == plie


@pytest.mark.parametrize(
    ("ecrit", "base"),
    [
        ("habitant·es", "habitant"),
        ("habitant.e.s", "habitant"),
        ("habitant-es", "habitant"),
        ("habitant·e·s", "habitant"),
        ("habitant•es", "habitant"),
        ("habitant(e)s", "habitant"),
        ("jeune(s)", "jeune"),
        ("HABITANT·ES", "habitant"),
        ("HABITANT-ES", "habitant"),
        ("acteur·rices", "acteur"),
        ("acteur.rice.s", "acteur"),
        ("acteur-ices", "acteur"),
        ("acteur·trice", "acteur"),
        ("professionnel-le-s", "professionnel"),
        ("professionnel·les", "professionnel"),
        ("élu.e.s", "elu"),
        ("employé-es", "employe"),
        ("usagè-res", "usager"),
        ("usager·ère·s", "usager"),
        ("conseiller-ères", "conseiller"),
        ("joueur·euses", "joueur"),
        ("porteur.euse.s", "porteur"),
        ("citoyen/ne/s", "citoyen"),
        ("associatif·ves", "associatif"),
        ("chef·fes", "chef"),
        ("sociaux-ales", "sociaux"),
        ("nouveaux·elles", "nouveaux"),
        ("tou·tes", "tous"),
        ("tou-te-s", "tous"),
        ("tous·tes", "tous"),
        ("chacun·e", "chacun"),
        ("un·e", "un"),
    ],
)
def test_l_ecriture_inclusive_est_un_seul_mot_dans_sa_forme_de_base(ecrit: str, base: str) -> None:
    for forme in (ecrit, unicodedata.normalize("NFD", ecrit)):
        (lu,) = raciner(forme)
        assert (lu.mot, lu.racine) == (base, racine(base))
        assert forme[lu.debut : lu.fin] == forme


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("donne-les", ["donne", "les"]),
        ("dit-elle", ["dit", "elle"]),
        ("vont-elles", ["vont", "elles"]),
        ("peut-on", ["peut", "on"]),
        ("est-ce", ["est", "ce"]),
        ("rendez-vous", ["rendez", "vous"]),
        ("celles-ci", ["celles", "ci"]),
        ("la fin.Les suites", ["la", "fin", "les", "suites"]),
        ("Chanteloup-les-Vignes", ["chanteloup", "les", "vignes"]),
        ("Villiers-le-Bel", ["villiers", "le", "bel"]),
        ("Créteil-les-Bains", ["creteil", "les", "bains"]),
        ("femmes-hommes", ["femmes", "hommes"]),
        ("un mot (elles)", ["un", "mot", "elles"]),
        ("appel()", ["appel"]),
        ("ville.fr", ["ville", "fr"]),
        ("habitant · es", ["habitant", "es"]),
    ],
)
def test_ce_qui_ressemble_a_l_ecriture_inclusive_reste_deux_mots(texte: str, attendus: list[str]) -> None:
    assert mots(texte) == attendus


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("l'accès d’un élu jusqu'à Cergy", ["acces", "un", "elu", "a", "cergy"]),
        ("L’Île-Saint-Denis", ["ile", "saint", "denis"]),
        ("l' école", ["ecole"]),
        ("Saint-Ouen-l'Aumône", ["saint", "ouen", "aumone"]),
        ("aujourd'hui", ["aujourdhui"]),
        ("Quartiers 2030 : 3e année", ["quartiers", "2030", "3e", "annee"]),
        ("GPS&O", ["gps", "o"]),
        ("", []),
        ("... — !", []),
    ],
)
def test_les_mots(texte: str, attendus: list[str]) -> None:
    assert mots(texte) == attendus


@pytest.mark.parametrize(
    "famille",
    [
        "habitant habitants habitante habitantes",
        "emploi emplois",
        "élu élus élue élues ELU",
        "formé formée formées forme former",
        "acteur acteurs actrice actrices",
        "médiateur médiatrice MÉDIATRICES",
        "usager usagers usagère usagères",
        "travailleur travailleuses",
        "éducation éducatif éducative éducateur éducatrice",
        "numérique numériques",
        "local locaux locale locales",
    ],
)
def test_les_accords_d_un_mot_ont_la_meme_racine(famille: str) -> None:
    assert len({racine(mot) for mot in famille.split()}) == 1


@pytest.mark.parametrize(
    ("un", "autre"), [("sport", "transport"), ("habitat", "habitant"), ("santé", "sans"), ("public", "publicité")]
)
def test_des_mots_differents_ont_des_racines_differentes(un: str, autre: str) -> None:
    assert racine(un) != racine(autre)


ecritures = st.lists(
    st.sampled_from(
        [*"aeéèrsntluxE1'’.-·•/() _\n", *("e\u0301", "l'", "qu’", "eur", "œ", "ﬁ", "\u00ad", "·es", "½", "ŉ")]
    ),
    max_size=40,
).map("".join)
latins = st.one_of(st.text(st.characters(max_codepoint=0x24F), max_size=60), ecritures)
textes = st.one_of(st.text(max_size=60), ecritures)


@given(textes)
@example("İ’ŉ·es")
def test_plier_deux_fois_ne_change_plus_rien(texte: str) -> None:
    assert plier(plier(texte)) == plier(texte)


def test_plier_est_stable_pour_tout_caractere() -> None:
    tous = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    assert [c for c in tous if plier(plier(c)) != plier(c)] == []


@given(textes)
def test_les_places_sont_justes_et_dans_l_ordre(texte: str) -> None:
    lues = raciner(texte)
    assert all(0 <= r.debut < r.fin <= len(texte) for r in lues)
    assert all(avant.fin <= apres.debut for avant, apres in pairwise(lues))
    for r in lues:
        imprime = texte[r.debut : r.fin]
        assert imprime[0].isalnum()
        assert r.mot.isalnum()
        assert r.racine
        assert r.mot == plier(r.mot)
        # Un mot commence comme il est imprimé.
        assert r.mot[0] in plier(imprime)


@given(textes)
def test_hors_elision_aucune_lettre_n_est_perdue(texte: str) -> None:
    sans_apostrophe = texte.replace("'", " ").replace("’", " ").replace("ŉ", " ")
    lues = raciner(sans_apostrophe)
    couvert = {i for r in lues for i in range(r.debut, r.fin)}
    perdues = [c for i, c in enumerate(sans_apostrophe) if i not in couvert and c.isascii() and c.isalnum()]
    assert perdues == []


@given(latins)
def test_un_texte_decompose_donne_les_memes_racines(texte: str) -> None:
    compose = unicodedata.normalize("NFC", texte)
    decompose = unicodedata.normalize("NFD", texte)
    assert [r.racine for r in raciner(decompose)] == [r.racine for r in raciner(compose)]


@pytest.mark.parametrize("bloc", ["a", "é·", "ab-e", "l'", "e\u0301", "(e)s", "-", "'a"])
def test_un_long_texte_se_lit_vite(bloc: str) -> None:
    assert len(raciner(bloc * 50_000)) <= 100_000
