from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from origines_essai import recalculer

from observatoire.blocs import Chiffre
from observatoire.grammaire import en_lettres, sur
from observatoire.indicateurs import DIFFUSE
from observatoire.phrases import phrases
from observatoire.production import territoires_concernes
from observatoire.qpv import compter_statuts
from observatoire.typographie import FINE, INSECABLE

NIVEAUX = ("perimetre", "departement", "epci", "ept", "commune", "qpv")
# Des communes sans quartier : à article, en h, en voyelle, sous secret, sorties de la géographie prioritaire.
SANS_QUARTIER = (
    "78481",
    "78343",
    "95313",
    "78311",
    "78310",
    "95304",
    "78208",
    "92024",
    "95144",
    "92009",
    "78686",
    "95637",
)
MOTS_PERMIS = 45
COMPARAISONS = ("contre", "soit", "comme", "rang", "le plus élevé", "où vivent", "cette part va", "réuni", "; dans ")
RAISONS = ("publié", "dans les données", "inconnue", "prioritaire en 2015", "prioritaires en 2015")


def dire(t):
    """Les phrases d'un territoire, espaces insécables rendues ordinaires."""
    return [str(p).replace(FINE, " ").replace(INSECABLE, " ") for p in phrases(t)]


@pytest.fixture(scope="module")
def territoires(o):
    """Tous ceux qui ont une fiche, et des communes et intercommunalités sans quartier."""
    communes = o.communes[o.communes.code_departement.isin(["78", "92", "95"])]
    epci = [o.territoire(code, niveau="epci") for code in sorted(communes.code_epci.unique())]
    ept = [o.territoire(code, niveau="ept") for code in sorted(communes.code_ept.dropna().unique())]
    autres = [o.territoire(code, niveau="commune") for code in SANS_QUARTIER]
    return list({(t.niveau, t.code): t for t in (*territoires_concernes(o), *epci, *ept, *autres)}.values())


@pytest.fixture(scope="module")
def ecrites(territoires):
    """Les phrases de chaque territoire."""
    return [(t, phrases(t)) for t in territoires]


@pytest.fixture(scope="module")
def toutes(ecrites):
    """Chaque phrase, et le territoire dont elle parle."""
    return [(t, p) for t, siennes in ecrites for p in siennes]


# --- les règles, sur tous les territoires ---


def test_deux_ou_trois_phrases_partout(o, ecrites):
    assert len(territoires_concernes(o)) == 153
    assert {t.niveau for t, _ in ecrites} == set(NIVEAUX)
    assert {len(siennes) for t, siennes in ecrites if not t.qpv.empty} == {3}
    assert {len(siennes) for t, siennes in ecrites if t.qpv.empty} == {2, 3}


def test_le_meme_territoire_a_toujours_les_memes_phrases(o):
    t = o.territoire("Gennevilliers")
    assert phrases(t) == phrases(o.territoire("92036"))


@pytest.fixture(scope="module")
def textes(toutes):
    """Chaque phrase sans les noms de quartiers : ce sont ceux du décret, avec leurs majuscules et leurs espaces."""
    return [sans_noms(t, str(p)) for t, p in toutes]


@pytest.mark.parametrize(
    "interdit",
    [
        r"\b[Dd]e [Ll]es?\b",
        r"\bà [Ll]es?\b",
        r"\b[Dd]e d'",
        r"\b(de|que|le|la|ne|se|ce) [aeiouyéèêàâîôùAEIOUYÉÈÊÀÂÎÔÙ]",
        r"\b(de|que|le|la) (Herblay|Hérouville|Hédouville|habitant)",
        r"\bd'(Houilles|Houdan|Haute)",
        r"\bdu (la|les|l')",
        r"\s\s",
        r"\s[.,)]",
        r"\(\s",
        r"\.\.",
        r"[’`]",
        r"\d\.\d",
        r"\d %",
        r"\d{4}\d",
        r"[^\S\u00a0]»|«[^\S\u00a0]",
        r"\b(1|un) (quartiers|habitants|communes)\b",
        r"\b([2-9]|\d\d|deux|trois|quatre) (quartier|habitant|commune)\b",
        r"\b(nan|None|inf)\b",
        r"\ben en\b",
        r"\b(malgré|seulement|hélas|grâce|à cause|en raison|car|donc)\b",
        r"\bmoyenne\b",
    ],
)
def test_ce_qu_aucune_phrase_ne_contient(textes, interdit):
    assert [texte for texte in textes if re.search(interdit, texte)] == []


def sans_noms(t, texte):
    for nom in sorted({*t.qpv.nom_affiche, *t.evolution_qpv.nom}, key=len, reverse=True):
        texte = texte.replace(nom, "X")
    return texte


def test_chaque_phrase_a_une_capitale_un_point_et_se_lit_d_un_souffle(textes):
    for texte in textes:
        assert texte[0].isupper()
        assert texte.endswith(".")
        assert not texte.endswith("..")
        mots = re.findall(r"[^\W_](?:[\w'-]*\w)?", texte.replace(FINE, ""))
        assert len(mots) <= MOTS_PERMIS, texte


def test_chaque_phrase_compare_ou_dit_pourquoi(toutes):
    for _, p in toutes:
        texte = str(p).replace(INSECABLE, " ")
        assert any(mot in texte for mot in (*COMPARAISONS, *RAISONS)), texte
        taux = [m for m in p.morceaux if isinstance(m, Chiffre) and m.texte.endswith("%")]
        # Un taux n'est jamais seul : il en suit un autre, un rang, l'effectif dont il est la part, ou une raison.
        assert len(taux) != 1 or any(mot in texte for mot in ("soit", "rang", "élevé", "où vivent", "Aucun", *RAISONS))


def test_tout_nombre_imprime_est_un_chiffre_une_annee_ou_un_nom(toutes):
    for t, p in toutes:
        texte = "".join(m for m in p.morceaux if isinstance(m, str))
        reste = sans_noms(t, texte).replace("15-64 ans", "")
        assert set(re.findall(r"\d+", reste)) <= {"2015", "2019", "2020", "2021", "2023", "2024"}


def test_les_nombres_ont_la_forme_francaise(toutes):
    forme = re.compile(rf"(au moins )?\d{{1,3}}({FINE}\d{{3}})*(,\d)?({FINE}%|{INSECABLE}€)?")
    for _, p in toutes:
        for chiffre in p.morceaux:
            if isinstance(chiffre, Chiffre) and re.search(r"\d", chiffre.texte):
                nu = re.sub(rf"(le )?(\d+)(er|e)({INSECABLE}taux le plus élevé)?", r"\2", chiffre.texte)
                assert forme.fullmatch(nu), chiffre.texte


def test_un_nombre_ne_se_separe_pas_du_mot_qu_il_compte(toutes):
    for _, p in toutes:
        assert not re.search(r"\d (habitants|personnes|quartiers|communes|nouveaux|au contour|inchangés|taux)", str(p))


# --- les chiffres ---


def test_chaque_chiffre_se_refait_a_partir_des_tables(o, toutes):
    for _, p in toutes:
        for chiffre in p.morceaux:
            if isinstance(chiffre, Chiffre):
                v = chiffre.valeur
                assert v.statut == DIFFUSE
                assert v.origine.cases
                assert math.isclose(recalculer(o, v.origine, v.unite), v.valeur, rel_tol=1e-12), chiffre


def test_chaque_texte_imprime_est_celui_de_sa_valeur(toutes):
    for _, p in toutes:
        for chiffre in p.morceaux:
            if isinstance(chiffre, Chiffre):
                assert chiffre.texte.lower() in ecritures(chiffre.valeur), chiffre


def ecritures(v):
    """Les façons permises d'écrire une valeur."""
    nu = f"{int(v.valeur)}" if v.valeur < 1000 else ""
    rangs = ("le taux le plus élevé",) if v.valeur == 1 else (f"le {nu}e{INSECABLE}taux le plus élevé", f"{nu}e")
    fractions = {sur(v.valeur), sur(v.valeur, "habitant")} if v.unite == "%" else set()
    entier = {en_lettres(int(v.valeur)), nu, "1er"} if v.unite == "" else set()
    return {v.affichage, v.nombre_affiche, *fractions, *entier, *(rangs if v.origine.calcul == "rang" else ())}


def test_deux_taux_compares_ont_le_meme_millesime(toutes):
    """Sauf la géographie prioritaire, comptée en 2024, et celle de 2015 qu'on lui compare."""
    for _, p in toutes:
        valeurs = [m.valeur for m in p.morceaux if isinstance(m, Chiffre)]
        millesimes = {v.millesime for v in valeurs if v.origine.calcul != "compte"}
        assert len(millesimes) <= 1
        assert None not in millesimes


def test_une_estimation_se_dit(toutes):
    for _, p in toutes:
        texte = str(p)
        estimees = [m for m in p.morceaux if isinstance(m, Chiffre) and m.valeur.estimation]
        assert len(estimees) == texte.count("estimation")


# --- ce qu'elles disent ---


def test_un_quartier_de_gennevilliers(o):
    assert dire(o.territoire("QN09211M")) == [
        "Le quartier Agnettes compte 5 461 habitants en 2020, soit 10,9 % de ceux de Gennevilliers.",
        "Le taux de pauvreté y est de 37,0 % en 2021, contre 28,0 % dans la commune et 34,2 % (estimation) dans les "
        "quartiers prioritaires des Hauts-de-Seine.",
        "Le taux d'emploi des 15-64 ans y est de 53,4 % en 2020, contre 54,5 % (estimation) dans les quartiers "
        "prioritaires des Hauts-de-Seine.",
    ]


def test_le_rang_ne_se_dit_que_parmi_les_premiers_et_sans_ex_aequo(o):
    _, pauvrete, _ = dire(o.territoire("QN09214M"))
    assert pauvrete == (
        "Le taux de pauvreté y est de 47,0 % en 2021, contre 28,0 % dans la commune : c'est le taux le plus élevé des "
        "19 quartiers prioritaires des Hauts-de-Seine où il est publié."
    )
    ex_aequo = o.territoire("QN07801M")
    assert ex_aequo.rang("taux_pauvrete").rang == 2
    assert ex_aequo.rang("taux_pauvrete").ex_aequo == 1
    assert "élevé" not in dire(ex_aequo)[1]


def test_un_quartier_sur_quatre_communes(o):
    habitants, pauvrete, _ = dire(o.territoire("QN09219N"))
    assert habitants == (
        "Le quartier Les Blagis compte 2 515 habitants en 2020, soit 2,3 % de ceux des quatre communes où il s'étend "
        "(Bagneux, Bourg-la-Reine, Fontenay-aux-Roses et Sceaux) ; leur répartition entre elles n'est pas publiée."
    )
    assert "dans la commune" not in pauvrete


def test_une_commune_dont_le_seul_quartier_n_est_pas_publie(o):
    assert dire(o.territoire("Persan", niveau="commune"))[1] == (
        "Le taux de pauvreté n'est pas publié dans son quartier prioritaire (non diffusé) ; en 2021, il est de 23,0 % "
        "dans l'ensemble de la commune et de 38,2 % (estimation) dans les quartiers prioritaires du Val-d'Oise."
    )


def test_un_taux_qui_manque_dit_pourquoi_et_ce_qu_il_est_autour(o):
    assert dire(o.territoire("QN09506M"))[1] == (
        "Le taux de pauvreté n'y est pas publié (non diffusé) ; en 2021, il est de 27,0 % dans la commune et de 38,2 % "
        "(estimation) dans les quartiers prioritaires du Val-d'Oise."
    )
    assert dire(o.territoire("QN09502I"))[1] == (
        "Le taux de pauvreté n'y est pas publié (non diffusé) ; en 2021, il est de 38,2 % (estimation) dans les "
        "quartiers prioritaires du Val-d'Oise."
    )


def test_deux_valeurs_egales_a_l_affichage_ne_s_opposent_pas(o):
    assert dire(o.territoire("QN09518I"))[2] == (
        "Le taux d'emploi des 15-64 ans y est de 54,2 % en 2020, comme dans les quartiers prioritaires du Val-d'Oise "
        "(54,2 %, estimation)."
    )


def test_une_commune_a_plusieurs_quartiers(o):
    assert dire(o.territoire("Gennevilliers", niveau="commune")) == [
        "À Gennevilliers, 13 771 personnes vivent dans les trois quartiers prioritaires en 2020, soit 27,6 % de la "
        "population, contre 6,1 % dans les Hauts-de-Seine.",
        "Dans ses quartiers prioritaires, le taux de pauvreté est de 35,7 % en 2021 (estimation), contre 28,0 % dans "
        "l'ensemble de la commune.",
        "La commune compte trois quartiers prioritaires en 2024, contre quatre en 2015 : tous ont changé de contour ; "
        "un quartier de 2015 est sorti de la géographie prioritaire.",
    ]


def test_une_commune_a_article_et_un_seul_quartier(o):
    part, pauvrete, evolution = dire(o.territoire("78165"))
    assert part.startswith("Aux Clayes-sous-Bois, 1 215 personnes vivent dans le quartier prioritaire L'Avre en 2020, ")
    assert pauvrete.startswith(
        "Dans son quartier prioritaire, le taux de pauvreté est de 33,0 % en 2021, contre 11,0 %"
    )
    assert evolution == "La commune compte un quartier prioritaire en 2024, contre aucun en 2015 : il est nouveau."


def test_une_commune_dont_des_quartiers_debordent_a_une_part_encadree(o):
    argenteuil = o.territoire("Argenteuil", niveau="commune")
    part, pauvrete, _ = phrases(argenteuil)
    assert str(part).replace(FINE, " ") == (
        "À Argenteuil, entre 31,5 % et 34,6 % de la population vit en quartier prioritaire en 2020, contre 18,5 % dans "
        "le Val-d'Oise : deux des huit quartiers débordent de la commune, et la répartition de leurs habitants n'est "
        "pas publiée."
    ).replace(" : ", f"{INSECABLE}: ")
    bas, haut, *_ = (m.valeur.valeur for m in part.morceaux if isinstance(m, Chiffre))
    entiers = o.qpv[o.qpv.codes_communes.map(lambda codes: codes == ["95018"])].population.sum()
    assert bas == pytest.approx(100 * entiers / argenteuil.synthese_qpv.population_territoire)
    assert haut == pytest.approx(
        100 * argenteuil.synthese_qpv.population / argenteuil.synthese_qpv.population_territoire
    )
    assert "(estimation sur six des huit, seuls publiés)" in str(pauvrete)


@pytest.mark.parametrize(
    ("commune", "debut"),
    [
        ("Sceaux", "À Sceaux, au plus 12,4 % de la population vit en quartier prioritaire en 2020, contre 6,1 % dans"),
        (
            "Villiers-le-Bel",
            "À Villiers-le-Bel, au moins 61,0 % de la population vit en quartier prioritaire en 2020, ",
        ),
        (
            "Arnouville",
            "À Arnouville, la part de la population en quartier prioritaire est inconnue en 2020 (18,5 % dans le "
            "Val-d'Oise) : les deux quartiers débordent de la commune, et la répartition de leurs habitants n'est pas "
            "publiée.",
        ),
    ],
)
def test_un_encadrement_ne_se_dit_que_s_il_apprend(o, commune, debut):
    assert dire(o.territoire(commune, niveau="commune"))[0].startswith(debut)


def test_un_quartier_modifie_qui_n_etait_pas_dans_la_commune(o):
    assert dire(o.territoire("Sceaux", niveau="commune"))[2] == (
        "La commune compte un quartier prioritaire en 2024, contre aucun en 2015 : le quartier, au contour modifié "
        "depuis, ne s'y étendait pas."
    )


def test_une_commune_sans_quartier(o):
    assert dire(o.territoire("Houilles", niveau="commune")) == [
        "Aucun quartier prioritaire ne touche Houilles dans la géographie de 2024 ; dans les Yvelines, 7,3 % des "
        "habitants vivent en quartier prioritaire (2020).",
        "Le taux de pauvreté y est de 9,0 % en 2021, contre 37,6 % (estimation) dans les quartiers prioritaires des "
        "Yvelines.",
        "Le niveau de vie médian y est de 30 390 € par an en 2021, au 116e rang (du plus élevé au plus "
        "bas) des 256 communes des Yvelines où il "
        "est publié.",
    ]


def test_une_commune_sous_secret_le_dit(o):
    assert dire(o.territoire("95144"))[1:] == [
        "Le taux de pauvreté n'y est pas publié (secret statistique).",
        "Le niveau de vie médian n'y est pas publié (secret statistique).",
    ]


def test_une_commune_sortie_de_la_geographie_prioritaire(o):
    assert dire(o.territoire("78208"))[2] == (
        "Le quartier « Petits Prés Sept Mares », prioritaire en 2015, ne l'est plus en 2024."
    )
    assert dire(o.territoire("92024"))[2].endswith("prioritaires en 2015, ne le sont plus en 2024.")


def test_une_intercommunalite_sur_un_departement_absent_dit_sa_reserve(o):
    habitants, concentration, evolution = dire(o.territoire("Roissy Pays de France"))
    assert habitants == (
        "La communauté d'agglomération Roissy Pays de France compte, hors Seine-et-Marne, dont les quartiers ne sont "
        "pas dans les données, neuf quartiers prioritaires, où vivent 124 659 habitants en 2020, soit 53,8 % des "
        "habitants des quartiers prioritaires du Val-d'Oise."
    )
    assert "(hors Seine-et-Marne)" in concentration
    assert "(hors Seine-et-Marne)" in evolution


def test_une_intercommunalite_dont_les_quartiers_sont_dans_une_seule_commune(o):
    assert dire(o.territoire("Paris Ouest La Défense"))[1] == (
        "Ces quartiers se trouvent tous à Nanterre, où vivent 17,1 % des habitants de l'intercommunalité."
    )


def test_les_quartiers_a_cheval_ne_comptent_pas_dans_la_concentration(o):
    _, concentration, _ = phrases(o.territoire("Boucle Nord de Seine"))
    part, _ = (m for m in concentration.morceaux if isinstance(m, Chiffre))
    assert part.texte.startswith("au moins ")
    assert part.valeur.minimum
    assert "(sans ceux des quartiers à cheval)" in str(concentration)


def test_une_intercommunalite_sans_quartier(o):
    rambouillet = dire(o.territoire("200073344"))
    assert rambouillet[1] == (
        "La communauté d'agglomération Rambouillet Territoires compte 80 722 habitants en 2023, soit 5,4 % de ceux des "
        "Yvelines."
    )
    assert (
        rambouillet[2] == "Le niveau de vie médian y est de 28 400 € par an en 2019, contre 26 970 € dans les Yvelines."
    )


def test_les_departements_se_comparent_au_perimetre_et_entre_eux(o):
    assert dire(o.territoire("78"))[0] == (
        "Dans les Yvelines, 106 524 personnes vivent dans les 22 quartiers prioritaires en 2020, soit 7,3 % de la "
        "population, contre 10,1 % dans l'ouest francilien."
    )
    assert dire(o.territoire("ouest francilien"))[0] == (
        "Dans l'ouest francilien, 437 395 personnes vivent dans les 83 quartiers prioritaires en 2020, soit 10,1 % de "
        "la population (un habitant sur dix) ; cette part va de 6,1 % dans les Hauts-de-Seine à 18,5 % dans le "
        "Val-d'Oise."
    )


def test_l_evolution_compte_chaque_quartier_une_fois(ecrites):
    for t, siennes in ecrites:
        if t.niveau == "qpv" or t.qpv.empty:
            continue
        comptes = compter_statuts(t.evolution_qpv.statut)
        chiffres = [m.valeur for m in siennes[2].morceaux if isinstance(m, Chiffre)]
        assert chiffres[0].valeur == len(t.qpv) == comptes["nouveau"] + comptes["modifie"] + comptes["inchange"]
        sortis = [v.valeur for v in chiffres if "sortis" in v.libelle]
        assert sortis == ([comptes["sorti"]] if comptes["sorti"] else [])


# --- d'autres données ---


def test_hors_de_la_region_les_quartiers_ne_sont_pas_dans_les_donnees(o):
    assert dire(o.territoire("01001"))[0] == "Les quartiers prioritaires de l'Ain ne sont pas dans les données."
    assert dire(o.territoire("Versailles Grand Parc"))[0] == (
        "Aucun quartier prioritaire ne touche la communauté d'agglomération Versailles Grand Parc dans la géographie "
        "de 2024, hors Essonne, dont les quartiers ne sont pas dans les données."
    )


def test_une_valeur_sans_millesime_le_dit_et_ne_se_compare_pas(o):
    table = o.releve.table.copy()
    table.loc[table.indicateur == "taux_emploi", "millesime"] = None
    assert dire(sur_d_autres_donnees(o, "QN09211M", table))[2] == (
        "Le taux d'emploi des 15-64 ans y est de 53,4 % (millésime non documenté) ; aucune valeur de même millésime "
        "n'est publiée pour comparer."
    )


def test_une_population_qui_manque_laisse_la_part_inconnue_et_un_taux_d_emploi_qui_manque_le_dit(o):
    table = o.releve.table.copy()
    manquent = (table.code == "92036") & table.indicateur.isin(["population", "part_population_qpv"])
    manquent |= table.indicateur == "taux_emploi"
    table.loc[manquent, ["valeur", "statut"]] = [math.nan, "non_diffuse"]
    assert dire(sur_d_autres_donnees(o, "92036", table))[0] == (
        "À Gennevilliers, la part de la population en quartier prioritaire est inconnue en 2020 (6,1 % dans les "
        "Hauts-de-Seine) : le nombre d'habitants de la commune n'est pas publié."
    )
    assert dire(sur_d_autres_donnees(o, "QN09211M", table))[2] == (
        "Le taux d'emploi des 15-64 ans n'y est pas publié (non diffusé)."
    )


def sur_d_autres_donnees(o, recherche, table):
    """Le territoire, ses indicateurs lus dans une autre table."""
    return replace(o.territoire(recherche), base=_Double(o, replace(o.releve, table=table)))


class _Double:
    """L'observatoire, avec un autre relevé d'indicateurs."""

    def __init__(self, o, releve):
        self._o, self.releve = o, releve

    def __getattr__(self, nom):
        return getattr(self._o, nom)
