from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import observatoire as obs
from observatoire.erreurs import Candidat
from observatoire.referentiel import normaliser
from observatoire.schemas import NIVEAUX


@pytest.fixture(scope="module")
def repertoire(o):
    return o.repertoire


@pytest.fixture(scope="module")
def ouest(repertoire):
    # Les noms à imprimer de l'ouest francilien, sauf ceux que deux territoires portent.
    liste = repertoire.lister().reset_index()
    noms = [repertoire.nommer(niveau, code) for niveau, code in zip(liste.niveau, liste.code, strict=True)]
    liste["imprime"] = noms
    return liste[~liste.imprime.duplicated(keep=False)].reset_index(drop=True)


def designe(candidat):
    return candidat.niveau, candidat.code


def candidats(repertoire, recherche, niveau=None):
    with pytest.raises(obs.TerritoireAmbigu) as erreur:
        repertoire.chercher(recherche, niveau)
    return {designe(candidat) for candidat in erreur.value.candidats}


def inconnu(repertoire, recherche, niveau=None):
    with pytest.raises(obs.TerritoireInconnu) as erreur:
        repertoire.chercher(recherche, niveau)
    return erreur.value


def issue(chercher, *arguments):
    # Le territoire trouvé, ou l'erreur levée ; toute autre exception remonte.
    try:
        return chercher(*arguments)
    except (obs.TerritoireInconnu, obs.TerritoireAmbigu) as erreur:
        return erreur


# --- par le code ---


@pytest.mark.parametrize(
    ("niveau", "nombre"), [("commune", 34_969), ("epci", 1_255), ("ept", 11), ("departement", 109), ("qpv", 83)]
)
def test_tout_territoire_se_trouve_par_son_code(repertoire, niveau, nombre):
    codes = list(repertoire.table(niveau).index)
    assert len(codes) == nombre
    assert [designe(repertoire.chercher(code)) for code in codes] == [(niveau, code) for code in codes]


@pytest.mark.parametrize(
    ("recherche", "attendu"),
    [
        (" 92036 ", ("commune", "92036")),
        ("2a004", ("commune", "2A004")),
        ("2b", ("departement", "2B")),
        ("qn09201m", ("qpv", "QN09201M")),
        ("971", ("departement", "971")),
        ("ouest-francilien", ("perimetre", "ouest-francilien")),
        ("Ouest-Francilien", ("perimetre", "ouest-francilien")),
    ],
)
def test_un_code_se_lit_sans_casse_ni_espaces_autour(repertoire, recherche, attendu):
    assert designe(repertoire.chercher(recherche)) == attendu


def test_un_code_d_un_autre_niveau_est_inconnu_et_dit_lequel(repertoire):
    erreur = inconnu(repertoire, "92036", "epci")
    assert "celui d'un autre niveau que « epci » : Gennevilliers (commune 92036)" in str(erreur)


def test_un_quartier_de_2015_est_inconnu_et_dit_sa_suite(repertoire):
    assert "Ce quartier de 2015 (Val Fourré) est devenu QN07801M en 2024." in str(inconnu(repertoire, "QP078001"))
    assert "QN09511M" in str(inconnu(repertoire, "qp095011"))


@pytest.mark.parametrize("ancien", ["QP078004", "QP092017"])
def test_un_quartier_de_2015_sans_suite_est_inconnu(repertoire, ancien):
    assert ancien in str(inconnu(repertoire, ancien))


@pytest.mark.parametrize(
    ("ancien", "actuel"),
    [("78524", "78158 (Le Chesnay-Rocquencourt)"), ("78251", "78551 (Saint-Germain-en-Laye)"), ("95259", "95040")],
)
def test_un_ancien_code_de_commune_est_inconnu_et_dit_l_actuel(repertoire, ancien, actuel):
    assert f"Ce code ancien est devenu {actuel}" in str(inconnu(repertoire, ancien))


@pytest.mark.parametrize("recherche", ["1", "9", "2", "4", "100", "9203", "92230", "00000"])
def test_un_nombre_qui_n_est_pas_un_code_est_inconnu_et_parle_des_zeros(repertoire, recherche):
    # « 1 » est le département de l'Ain dont un tableur a mangé le zéro, pas la CC des 1000 étangs.
    assert "Vérifiez les zéros du début" in str(inconnu(repertoire, recherche))


# --- par le nom ---


def test_toute_commune_du_perimetre_se_trouve_par_son_nom(repertoire, o):
    ouest = o.communes[o.communes.code_departement.isin(["78", "92", "95"])]
    assert len(ouest) == 478
    trouves = {code: designe(repertoire.chercher(nom)) for code, nom in ouest.nom.items()}
    assert trouves == {code: ("commune", code) for code in ouest.index}


def test_toute_intercommunalite_du_perimetre_se_trouve_par_ses_noms_et_sigle(repertoire):
    proches = repertoire.lister().query("niveau in ['epci', 'ept']")
    assert len(proches) == 25
    for code, niveau in proches.niveau.items():
        ligne = repertoire.table(niveau).loc[code]
        for nom in {ligne.nom, ligne.nom_affiche, ligne.sigle} - {None}:
            assert designe(repertoire.chercher(nom)) == (niveau, code), nom


def test_tout_qpv_se_trouve_par_ses_noms_ou_figure_parmi_les_homonymes(repertoire, o):
    homonymes = set()
    for code, nom, affiche in zip(o.qpv.index, o.qpv.nom, o.qpv.nom_affiche, strict=True):
        for cherche in {nom, affiche}:
            trouve = issue(repertoire.chercher, cherche)
            if isinstance(trouve, obs.TerritoireAmbigu):
                homonymes.add(code)
                assert ("qpv", code) in map(designe, trouve.candidats)
            else:
                assert designe(trouve) == ("qpv", code)
    assert homonymes == {"QN09509M", "QN09519M"}


def test_tout_departement_se_trouve_par_son_nom(repertoire, o):
    trouves = {code: designe(repertoire.chercher(nom, "departement")) for code, nom in o.departements.nom.items()}
    assert trouves == {code: ("departement", code) for code in o.departements.index}


@pytest.mark.parametrize(
    ("recherche", "niveau", "code"),
    [
        ("SQY", "epci", "200058782"),
        ("GPS&O", "epci", "200059889"),
        ("GPSEO", "epci", "200059889"),
        ("gps & o", "epci", "200059889"),
        ("CASGBS", "epci", "200058519"),
        ("CACP", "epci", "249500109"),
        ("CARPF", "epci", "200055655"),
        ("Val Parisis", "epci", "200058485"),
        ("Plaine Vallée", "epci", "200056380"),
        ("CCHVO", "epci", "249500489"),
        ("VGP", "epci", "247800584"),
        ("MGP", "epci", "200054781"),
        ("POLD", "ept", "200057982"),
        ("GPSO", "ept", "200057974"),
        ("VSGP", "ept", "200057966"),
        ("BNS", "ept", "200057990"),
        ("bns", "ept", "200057990"),
        ("Boucle Nord de Seine", "ept", "200057990"),
        ("Roissy Pays de France", "epci", "200055655"),
        ("CA Roissy Pays de France", "epci", "200055655"),
        ("communauté d'agglomération Roissy Pays de France", "epci", "200055655"),
        ("agglomération de Cergy-Pontoise", "epci", "249500109"),
        ("Pays Houdanais", "epci", "247800550"),
        ("Métropole du Grand Paris", "epci", "200054781"),
        ("Val-d'Oise", "departement", "95"),
        ("département des Yvelines", "departement", "78"),
        ("Hauts de Seine", "departement", "92"),
        ("ouest francilien", "perimetre", "ouest-francilien"),
        ("l'ouest francilien", "perimetre", "ouest-francilien"),
        ("périmètre", "perimetre", "ouest-francilien"),
        ("commune de Gennevilliers", "commune", "92036"),
        ("ville de Versailles", "commune", "78646"),
        ("quartier Val Fourré", "qpv", "QN07801M"),
        ("Val Fourré", "qpv", "QN07801M"),
        ("Les Grésilllons", "qpv", "QN09214M"),
        ("Les Grésillons", "qpv", "QN09214M"),
        ("L’Avre", "qpv", "QN07822N"),
        ("Courdimanche", "commune", "95183"),
        ("St-Ouen-l'Aumône", "commune", "95572"),
        ("SAINT OUEN L AUMONE", "commune", "95572"),
        ("Ste Mesme", "commune", "78569"),
        ("Lyon", "commune", "69123"),
        ("le havre", "commune", "76351"),
    ],
)
def test_les_noms_et_sigles_que_les_gens_emploient(repertoire, recherche, niveau, code):
    assert designe(repertoire.chercher(recherche)) == (niveau, code)


def test_une_ligature_se_cherche_en_deux_lettres(repertoire):
    # Deux communes de France s'appellent Œuilly, aucune dans l'ouest francilien.
    assert (
        candidats(repertoire, "Oeuilly")
        == candidats(repertoire, "ŒUILLY")
        == {("commune", "02565"), ("commune", "51410")}
    )


def sans_accents(texte):
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))


def sans_article(texte):
    for article in ("Les ", "Le ", "La ", "L'", "L’"):
        if texte.startswith(article):
            return texte.removeprefix(article)
    return texte


REECRITURES = {
    "majuscules": str.upper,
    "minuscules": str.lower,
    "sans accents": sans_accents,
    "sans tirets": lambda texte: texte.replace("-", " "),
    "tirets": lambda texte: texte.replace(" ", "-"),
    "tirets insécables": lambda texte: texte.replace("-", "\u2011"),
    "espaces insécables": lambda texte: texte.replace(" ", "\u00a0"),
    "espaces autour": lambda texte: f"  {texte}\n",
    "St": lambda texte: texte.replace("Sainte", "Ste").replace("Saint", "St"),
    "St.": lambda texte: texte.replace("Saint-", "St. "),
    "apostrophe courbe": lambda texte: texte.replace("'", "’"),
    "sans apostrophe": lambda texte: texte.replace("'", " "),
    "ligature développée": lambda texte: texte.replace("œ", "oe").replace("Œ", "Oe"),
    "sans article": sans_article,
}


@settings(max_examples=100, deadline=None)
@given(donnees=st.data())
def test_une_autre_graphie_designe_le_meme_territoire(repertoire, ouest, donnees):
    rang = donnees.draw(st.integers(0, len(ouest) - 1))
    gestes = donnees.draw(st.lists(st.sampled_from(sorted(REECRITURES)), min_size=1, max_size=5, unique=True))
    texte = ouest.imprime[rang]
    for geste in gestes:
        texte = REECRITURES[geste](texte)
    assert designe(repertoire.chercher(texte)) == (ouest.niveau[rang], ouest.code[rang])


@pytest.mark.parametrize("geste", sorted(REECRITURES))
def test_chaque_reecriture_change_au_moins_un_nom(ouest, geste):
    assert any(REECRITURES[geste](nom) != nom for nom in ouest.imprime)


@pytest.mark.parametrize(
    "nom", ["Méry-sur-Oise", "Élancourt", "Communauté d'agglomération Plaine Vallée", "Val Fourré"]
)
def test_des_accents_decomposes_designent_le_meme_territoire(repertoire, nom):
    # macOS décompose les accents des noms de fichiers, que l'on recopie ensuite.
    assert repertoire.chercher(unicodedata.normalize("NFD", nom)) == repertoire.chercher(nom)


@pytest.mark.parametrize("forme", ["NFC", "NFD", "NFKC", "NFKD"])
@given(texte=st.text(alphabet="éèÉçôœÆ&-' aZ1st", max_size=12))
def test_normaliser_ne_depend_pas_de_la_forme_unicode(forme, texte):
    assert normaliser(unicodedata.normalize(forme, texte)) == normaliser(texte)


@given(st.text(max_size=20))
def test_normaliser_est_stable_et_ne_rend_que_des_mots(texte):
    cle = normaliser(texte)
    assert normaliser(cle) == cle
    assert cle == " ".join(cle.split())
    assert all("a" <= c <= "z" or c.isdigit() or c == " " for c in cle)


# --- priorités ---


@pytest.mark.parametrize(
    ("recherche", "attendu"),
    [
        ("Cergy", ("commune", "95127")),
        ("Versailles", ("commune", "78646")),
        ("Nanterre", ("commune", "92050")),
        ("Saint-Germain-en-Laye", ("commune", "78551")),
        ("Mantes-la-Jolie", ("commune", "78361")),
        ("Trappes", ("commune", "78621")),
    ],
)
def test_un_nom_exact_l_emporte_sur_un_nom_partiel(repertoire, recherche, attendu):
    assert designe(repertoire.chercher(recherche)) == attendu


@pytest.mark.parametrize(
    ("recherche", "code", "homonyme"),
    [
        ("Goussainville", "95280", "28185"),
        ("Vernouillet", "78643", "28404"),
        ("Orgeval", "78466", "02573"),
        ("Bagneux", "92007", "02043"),
        ("Châtillon", "92020", "03069"),
        ("Thoiry", "78616", "01419"),
    ],
)
def test_le_perimetre_l_emporte_sur_un_homonyme_du_reste_de_la_france(repertoire, o, recherche, code, homonyme):
    assert o.communes.nom[homonyme] == recherche
    assert designe(repertoire.chercher(recherche)) == ("commune", code)


def test_un_nom_partiel_unique_suffit(repertoire):
    assert designe(repertoire.chercher("Chesnay")) == ("commune", "78158")
    assert designe(repertoire.chercher("Gennevill")) == ("commune", "92036")


def test_le_niveau_departage(repertoire):
    assert {("commune", "75056"), ("departement", "75")} <= candidats(repertoire, "Paris")
    assert designe(repertoire.chercher("Paris", "commune")) == ("commune", "75056")
    assert designe(repertoire.chercher("Paris", "departement")) == ("departement", "75")
    assert designe(repertoire.chercher("Saint-Germain", "epci")) == ("epci", "200058519")
    assert candidats(repertoire, "Vexin", "epci") == {("epci", "200035970"), ("epci", "249500513")}


@pytest.mark.parametrize("niveau", NIVEAUX)
def test_le_niveau_est_toujours_respecte(repertoire, niveau):
    for recherche in ("Gennevilliers", "Yvelines", "BNS", "SQY", "Val Fourré", "ouest francilien"):
        trouve = issue(repertoire.chercher, recherche, niveau)
        if isinstance(trouve, obs.TerritoireInconnu):
            assert {candidat.niveau for candidat in trouve.proches} <= {niveau}
        elif isinstance(trouve, obs.TerritoireAmbigu):
            assert {candidat.niveau for candidat in trouve.candidats} == {niveau}
        else:
            assert trouve.niveau == niveau


# --- ambiguïtés ---


def test_centre_ville_est_a_argenteuil_et_a_montmagny(repertoire):
    with pytest.raises(obs.TerritoireAmbigu) as erreur:
        repertoire.chercher("centre-ville")
    assert erreur.value.recherche == "centre-ville"
    assert erreur.value.candidats == (
        Candidat("qpv", "QN09509M", "Centre Ville, Argenteuil"),
        Candidat("qpv", "QN09519M", "Centre Ville, Montmagny"),
    )
    message = str(erreur.value)
    assert "« centre-ville » désigne 2 territoires :" in message
    assert "Centre Ville, Argenteuil (qpv QN09509M)" in message
    assert "Que faire : donnez le code" in message


def test_mantes_est_ambigu(repertoire):
    assert {("commune", "78361"), ("commune", "78362")} <= candidats(repertoire, "Mantes")


def test_saint_germain_propose_d_abord_l_ouest_francilien(repertoire):
    with pytest.raises(obs.TerritoireAmbigu) as erreur:
        repertoire.chercher("Saint-Germain")
    codes = [candidat.code for candidat in erreur.value.candidats]
    assert set(codes[:3]) == {"200058519", "78551", "78550"}
    assert "10340" in codes[3:]


def test_vexin_est_ambigu_et_la_longue_liste_est_abregee(repertoire):
    with pytest.raises(obs.TerritoireAmbigu) as erreur:
        repertoire.chercher("Vexin")
    codes = {candidat.code for candidat in erreur.value.candidats}
    assert {"200035970", "249500513", "95355", "95177"} <= codes
    lignes = [ligne for ligne in str(erreur.value).splitlines() if ligne.startswith("  - ")]
    assert len(lignes) == 13
    assert lignes[-1] == "  - et 1 autre"


# --- inconnus ---


@pytest.mark.parametrize(
    ("recherche", "attendu"),
    [
        ("Genevilliers", "92036"),
        ("Argenteuille", "95018"),
        ("Mante la Jollie", "78361"),
        ("Garge les Gonnesse", "95268"),
        ("Val Fouré", "QN07801M"),
        ("Yvelynes", "78"),
    ],
)
def test_un_nom_mal_ecrit_propose_le_bon_en_premier(repertoire, recherche, attendu):
    erreur = inconnu(repertoire, recherche)
    assert erreur.recherche == recherche
    assert erreur.proches[0].code == attendu
    assert f"Aucun territoire ne correspond à « {recherche} »." in str(erreur)
    assert str(erreur.proches[0]) in str(erreur)


def test_les_propositions_sont_au_plus_cinq_et_distinctes(repertoire):
    proches = inconnu(repertoire, "Genevilliers").proches
    assert 1 <= len(proches) <= 5
    assert len(set(proches)) == len(proches)


def test_un_nom_sans_rien_d_approchant_ne_propose_rien(repertoire):
    erreur = inconnu(repertoire, "zzzzqqqq")
    assert erreur.proches == ()
    assert str(erreur) == "Aucun territoire ne correspond à « zzzzqqqq »."


@pytest.mark.parametrize("vide", ["", "   ", "\n\t"])
def test_un_texte_vide_est_inconnu_et_demande_un_nom(repertoire, vide):
    erreur = inconnu(repertoire, vide)
    assert "Donnez un nom ou un code, par exemple « Gennevilliers »" in str(erreur)
    assert erreur.proches == ()


@pytest.mark.parametrize("symbole", ["-", "?!", "🎉", "\x00", "中文"])
def test_un_texte_sans_lettre_latine_ni_chiffre_est_inconnu(repertoire, symbole):
    assert inconnu(repertoire, symbole).proches == ()


@pytest.mark.parametrize("valeur", [92036, None, b"92036", 95.0, ["92036"], ("95",), True])
def test_une_recherche_qui_n_est_pas_un_texte_est_une_erreur_de_type(o, valeur):
    with pytest.raises(obs.ErreurType, match="Un territoire se désigne par un texte") as erreur:
        o.territoire(valeur)
    assert type(valeur).__name__ in str(erreur.value)
    assert "Que faire : " in str(erreur.value)
    assert isinstance(erreur.value, TypeError)


@pytest.mark.parametrize("niveau", ["region", "", "QPV", 3, ["qpv"], "communes"])
def test_un_niveau_inexistant_est_une_erreur_d_argument_qui_les_liste(o, niveau):
    with pytest.raises(obs.ErreurArgument, match=r"Le niveau .* n'existe pas") as erreur:
        o.territoire("Gennevilliers", niveau=niveau)
    assert ", ".join(NIVEAUX) in str(erreur.value)
    assert isinstance(erreur.value, ValueError)


MORCEAUX = [
    "Saint",
    "St",
    "Mantes",
    "la",
    "Paris",
    "CC",
    "de",
    "95",
    "QN",
    "ville",
    "Oise",
    "l'",
    "-",
    "é",
    "Val",
    "&",
    "0",
]


@settings(max_examples=40, deadline=None)
@given(
    recherche=st.one_of(
        st.text(st.characters(), max_size=30),
        st.lists(st.sampled_from(MORCEAUX), max_size=5).map(" ".join),
        st.from_regex(r"[0-9A-B]{1,9}|Q[NP][0-9]{5,6}[NMI]?", fullmatch=True),
    ),
    niveau=st.sampled_from([None, None, *NIVEAUX]),
)
def test_tout_texte_trouve_un_territoire_ou_leve_une_erreur_claire(o, recherche, niveau):
    trouve = issue(o.territoire, recherche, niveau)
    if isinstance(trouve, obs.TerritoireAmbigu):
        assert len(trouve.candidats) >= 2
    elif isinstance(trouve, obs.TerritoireInconnu):
        assert "Aucun territoire ne correspond" in str(trouve)
    else:
        assert trouve == o.territoire(trouve.code, trouve.niveau)
        assert niveau in {None, trouve.niveau}


@pytest.mark.parametrize(
    "erreur",
    [
        obs.TerritoireInconnu("x", [Candidat("qpv", "QN09201M", "Université I")], "Un indice."),
        obs.TerritoireAmbigu("x", [Candidat("qpv", "QN09509M", "A"), Candidat("qpv", "QN09519M", "B")]),
    ],
)
def test_une_erreur_de_recherche_traverse_un_autre_processus(erreur):
    relue = pickle.loads(pickle.dumps(erreur))
    assert str(relue) == str(erreur)
    assert relue.recherche == "x"


# --- la liste ---


def test_la_liste_est_celle_de_l_ouest_francilien(o):
    liste = o.territoires()
    assert liste.niveau.value_counts().to_dict() == {
        "commune": 478,
        "qpv": 83,
        "epci": 21,
        "ept": 4,
        "departement": 3,
        "perimetre": 1,
    }
    assert liste.index.is_unique
    assert liste.nom["QN09214M"] == "Les Grésillons, Gennevilliers"


def test_la_liste_se_filtre_par_motif_dans_toute_la_france(o):
    assert {"78361", "78362", "78020"} <= set(o.territoires("mantes").index)
    assert {"76351", "44003"}.isdisjoint(o.territoires("mantes").index)
    assert "76351" in o.territoires("HAVRE").index
    assert list(o.territoires("92036").index) == ["92036"]
    rien = o.territoires("zzzzqqqq")
    assert len(rien) == 0
    assert list(rien.columns) == ["niveau", "nom"]
