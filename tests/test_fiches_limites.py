"""Les fiches des cas limites : douze quartiers, des noms de quatre-vingts lettres, aucune valeur, aucun récit."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pypdfium2
import pytest
from pages import JOUR, lire
from pages_pdf import controler
from test_donnees import TABLES, lire_brut, parquet, remplacer

import observatoire as obs
from observatoire.blocs import Chiffre, Phrase, Recits, Tableau, Texte
from observatoire.donnees import dossier_embarque
from observatoire.fiche import rediger
from observatoire.rendu import compter_pages
from observatoire.territoire import (
    annee_des_communes,
    annee_des_quartiers,
    dire_habitants_quartiers,
    habitants_de,
)
from observatoire.typographie import FINE, INSECABLE

ARGENTEUIL = "95018"
GENNEVILLIERS, LUTH, BOUCLE_NORD = "92036", "QN09208M", "200057990"
LONG = "Quartier du Faubourg-Saint-Germain-en-Haut - L'Épinette-Prolongée - Les Œillets "
#: Un mot qui ne se coupe pas, et que rien ne peut couper.
D_UN_BLOC = "Chargoggagoggmanchauggagoggchaubunagungamaugg"


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    """De quoi faire un dossier de données où des tables sont remplacées."""

    def _dossier(**tables):
        copie = tmp_path_factory.mktemp("donnees")
        for nom in (*TABLES.values(), "datapackage.json"):
            if nom == "datapackage.json" or nom in {TABLES[t] for t in tables}:
                (copie / nom).write_bytes((dossier_embarque() / nom).read_bytes())
            else:
                (copie / nom).symlink_to(dossier_embarque() / nom)
        for nom, table in tables.items():
            remplacer(copie, nom, parquet(table))
        return obs.ouvrir(copie)

    return _dossier


def douze_quartiers():
    """Argenteuil et douze quartiers, tous au nom interminable."""
    qpv = lire_brut("qpv")
    siens = qpv.code_departement.eq("95") & qpv.codes_communes.map(lambda codes: len(codes) == 1)
    choisis = qpv.index[siens & qpv.codes_communes.map(lambda codes: ARGENTEUIL in codes)].tolist()
    choisis += [rang for rang in qpv.index[siens] if rang not in choisis][: 12 - len(choisis)]
    for numero, rang in enumerate(choisis):
        qpv.at[rang, "codes_communes"] = [ARGENTEUIL]
        qpv.at[rang, "noms_communes"] = "Argenteuil"
        qpv.at[rang, "codes_intercommunalites"] = ["200057990"]
        qpv.loc[rang, ["nom", "nom_affiche"]] = LONG + (D_UN_BLOC if numero == 3 else str(numero))
    # Plus aucun quartier à cheval sur Argenteuil : il y en a douze, pas un de plus.
    a_cheval = qpv.codes_communes.map(lambda codes: ARGENTEUIL in codes) & ~qpv.index.isin(choisis)
    return qpv[~a_cheval], qpv.code[choisis].tolist()


@pytest.fixture(scope="module")
def nombreux(dossier):
    qpv, codes = douze_quartiers()
    communes = lire_brut("communes")
    communes.loc[communes.code == ARGENTEUIL, "nom"] = LONG + "Argenteuil"
    return dossier(qpv=qpv, communes=communes), codes


@pytest.fixture(scope="module")
def muet(dossier):
    """Aucune valeur hors les populations, et rien au catalogue."""
    indicateurs = pd.read_parquet(dossier_embarque() / TABLES["indicateurs"])
    tues = indicateurs.indicateur != "population"
    indicateurs.loc[tues, "valeur"] = np.nan
    indicateurs.loc[tues, "statut"] = "secret"
    vides = {nom: pd.read_parquet(dossier_embarque() / TABLES[nom]).iloc[:0] for nom in ("experiences", "actions")}
    liens = pd.read_parquet(dossier_embarque() / TABLES["liens"]).iloc[:0]
    return dossier(indicateurs=indicateurs, liens=liens, **vides)


def verifier(fiche):
    """Deux pages, rien qui sorte, se recouvre ou reste seul ; la page HTML se lit."""
    assert compter_pages(fiche.pdf) <= 2
    assert controler(fiche.pdf) == []
    assert lire(fiche.html).un("h1").texte == fiche.contenu.titre


def test_une_commune_de_douze_quartiers_aux_noms_interminables(nombreux):
    o, codes = nombreux
    t = o.territoire(ARGENTEUIL)
    fiche = rediger(t, JOUR)
    assert len(t.qpv) == len(codes) == 12
    assert len(t.nom) >= 80
    verifier(fiche)
    with pypdfium2.PdfDocument(fiche.pdf) as document:
        texte = " ".join(page.get_textpage().get_text_range() for page in document)
    assert [code for code in codes if code not in texte] == []


def test_un_quartier_au_nom_interminable(nombreux):
    o, codes = nombreux
    verifier(rediger(o.territoire(codes[3]), JOUR))


@pytest.mark.parametrize("recherche", [ARGENTEUIL, "QN09219N", "QN09502I", "78646"])
def test_une_fiche_ou_tout_manque_le_dit(muet, recherche):
    fiche = rediger(muet.territoire(recherche), JOUR)
    verifier(fiche)
    blocs = {bloc.titre: bloc for bloc in fiche.contenu.blocs}
    assert isinstance(blocs["Expériences et actions"], Texte)
    assert not any(isinstance(bloc, Recits) for bloc in blocs.values())
    cases = [str(case) for bloc in blocs.values() if isinstance(bloc, Tableau) for li in bloc.lignes for case in li[1:]]
    assert "s." in cases
    assert "" not in cases
    # Rien de secret ne devient un zéro.
    assert "0" not in cases
    assert "0,0" not in cases


# --- une population qui manque, des données plus récentes ---


@pytest.fixture(scope="module")
def ouest():
    """Les indicateurs de l'ouest francilien : ce qu'il faut à ses fiches, en une table plus courte."""
    table = pd.read_parquet(dossier_embarque() / TABLES["indicateurs"])
    return table[(table.niveau != "commune") | table.code.str[:2].isin(["75", "77", "78", "92", "93", "95"])]


@pytest.fixture(scope="module")
def sans_le_luth(dossier, ouest):
    """La population d'un quartier de Gennevilliers n'est pas diffusée."""
    table = ouest.copy()
    tue = (table.code == LUTH) & (table.indicateur == "population")
    table.loc[tue, "valeur"], table.loc[tue, "statut"] = np.nan, "non_diffuse"
    return dossier(indicateurs=table)


@pytest.fixture(scope="module")
def sans_commune(dossier, ouest):
    """La population de Gennevilliers en 2020 n'est pas dans les données."""
    ote = (ouest.code == GENNEVILLIERS) & (ouest.indicateur == "population") & (ouest.millesime == 2020)
    return dossier(indicateurs=ouest[~ote])


@pytest.fixture(scope="module")
def plus_recent(dossier, ouest):
    """Tout avance d'un an : populations des quartiers et des communes, pauvreté."""
    table = ouest.copy()
    avance = table.indicateur.isin(["population", "population_qpv", "part_population_qpv", "taux_pauvrete"])
    table.loc[avance, "millesime"] += 1
    for ancienne, nouvelle in (("2023", "2024"), ("2021", "2022"), ("2020", "2021")):
        table.loc[avance, "source"] = table.source[avance].str.replace(rf"\b{ancienne}\b", nouvelle, regex=True)
    return dossier(indicateurs=table)


@pytest.fixture(scope="module")
def quartiers_seuls(dossier, ouest):
    """La population des quartiers est d'une année que les communes n'ont pas."""
    table = ouest.copy()
    table.loc[(table.niveau == "qpv") & (table.indicateur == "population"), "millesime"] = 2021
    return dossier(indicateurs=table)


def lire_textes(o, recherche, modele="repere", avec=()):
    """Tout ce qu'écrit une fiche, hors dessins : un texte par ligne."""
    autres = tuple(o.territoire(autre) for autre in avec)
    contenu = rediger(o.territoire(recherche), JOUR, modele, autres).contenu
    lus = [texte for bloc in contenu.blocs for texte in ecrits(bloc)]
    assert [t for t in lus if re.search(r"\bnan\b|\bNone\b", t)] == []
    return "\n".join(lus)


def ecrits(bloc):
    if isinstance(bloc, str | Chiffre | Phrase):
        yield str(bloc).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    elif isinstance(bloc, tuple):
        yield from (texte for element in bloc for texte in ecrits(element))
    elif is_dataclass(bloc):
        yield from (
            texte for champ in fields(bloc) if champ.name != "svg" for texte in ecrits(getattr(bloc, champ.name))
        )


MANQUES = {
    LUTH: ("Le nombre d'habitants du quartier Luth-Fossé n'est pas publié en 2020 (non diffusé).", "\nn.d.\n"),
    GENNEVILLIERS: ("soit au moins 6 513 personnes, contre 6,1 % dans les Hauts-de-Seine", "\n≥ 6 513\n"),
    BOUCLE_NORD: ("au moins 18,2 % de la population vit en quartier prioritaire en 2020", "\n≥ 85 349\n"),
    "92": ("6,1 % de la population vit dans les 19 quartiers prioritaires en 2020, soit au moins 92 092 personnes",),
    "Ouest francilien": ("soit au moins 430 137 personnes", "n'est pas connu en 2020", "\n≥ 430 137\n"),
}


@pytest.mark.parametrize("recherche", MANQUES)
def test_la_population_d_un_quartier_manque(sans_le_luth, recherche):
    textes = lire_textes(sans_le_luth, recherche)
    assert [attendu for attendu in MANQUES[recherche] if attendu not in textes] == []


def test_un_taux_publie_que_l_on_ne_sait_pas_ponderer(sans_le_luth):
    # Les trois taux sont publiés ; c'est la population du Luth-Fossé qui manque à la moyenne.
    textes = lire_textes(sans_le_luth, GENNEVILLIERS)
    assert "38,6 % en 2021 (estimation sur deux des trois, seuls que l'on sache pondérer), contre 28,0 %" in textes


def test_un_quartier_sans_population_dans_un_contrat_et_un_comparatif(sans_le_luth):
    assert "\nGennevilliers\n3\n≥ 6 513\n" in lire_textes(sans_le_luth, BOUCLE_NORD, "contrat")
    comparees = lire_textes(sans_le_luth, GENNEVILLIERS, "comparatif", [LUTH, "Hauts-de-Seine"])
    assert "\nHabitants en QPV (2020)\n≥ 6 513\n-\n≥ 92 092\n" in comparees
    assert "\nHabitants (2023 ; 2020 pour un QPV)\n50 979\nn.d.\n" in comparees


def test_la_carte_et_l_accueil_disent_au_moins(sans_le_luth):
    t = sans_le_luth.territoire(GENNEVILLIERS)
    assert dire_habitants_quartiers(t) == f"au moins 6{FINE}513{INSECABLE}habitants"
    assert dire_habitants_quartiers(sans_le_luth.territoire(LUTH)) == "nombre d'habitants non publié"
    assert (t.habitants_quartiers, sans_le_luth.territoire(LUTH).habitants_quartiers) == (6513, 0)


SANS_COMMUNE = {
    LUTH: "7 258 habitants en 2020 ; leur part parmi ceux de Gennevilliers n'est pas connue",
    GENNEVILLIERS: "13 771 personnes vivent dans les trois quartiers prioritaires en 2020",
    "92": "des habitants des quartiers prioritaires du département ; leur part de la population n'est pas publiée",
}


@pytest.mark.parametrize("recherche", SANS_COMMUNE)
def test_la_population_d_une_commune_manque(sans_commune, recherche):
    textes = lire_textes(sans_commune, recherche)
    assert SANS_COMMUNE[recherche] in textes
    assert "un sur deux" not in textes
    assert "ind. de" not in textes


@pytest.mark.parametrize("recherche", [LUTH, GENNEVILLIERS])
def test_des_donnees_plus_recentes_portent_leur_annee(plus_recent, recherche):
    textes = lire_textes(plus_recent, recherche)
    assert "La population des QPV est celle du recensement de 2021 ;" in textes
    assert "Les autres populations sont celles de 2024, les dernières publiées." in textes
    premiere = textes.split("\n")[1]
    assert " en 2021, soit " in premiere
    assert "2020" not in premiere
    assert "Insee, populations municipales 2021 ; IGN" in textes
    assert "Filosofi 2021 (pauvreté)" not in textes


def test_les_titres_et_les_sources_portent_l_annee_des_donnees(plus_recent):
    fiche = lire_textes(plus_recent, GENNEVILLIERS)
    assert "\nHabitants (2021)\n" in fiche
    assert " ; Insee, population municipale 2021 ; Insee, Filosofi 2022 (pauvreté) ; " in fiche
    contrat = lire_textes(plus_recent, BOUCLE_NORD, "contrat")
    assert "\nHabitants en QPV (2021)\n" in contrat
    assert "Sources : Insee, populations 2021 ; Insee, Filosofi 2022 ; ANCT, géographie prioritaire 2024." in contrat
    compare = lire_textes(plus_recent, GENNEVILLIERS, "comparatif", [LUTH])
    assert "\nHabitants (2024 ; 2021 pour un QPV)\n50 979\n7 258\n" in compare


def test_une_annee_que_les_communes_n_ont_pas(quartiers_seuls):
    assert annee_des_quartiers(quartiers_seuls) == 2021
    assert annee_des_communes(quartiers_seuls) == 2023
    textes = lire_textes(quartiers_seuls, GENNEVILLIERS)
    assert "la part de la population en quartier prioritaire est inconnue en 2021" in textes
    assert "leur part parmi ceux de Gennevilliers n'est pas connue" in lire_textes(quartiers_seuls, LUTH)


def test_l_annee_des_donnees_embarquees(o):
    assert (annee_des_quartiers(o), annee_des_communes(o)) == (2020, 2023)


def test_les_habitants_d_un_ensemble(sans_le_luth):
    siens = list(sans_le_luth.territoire(GENNEVILLIERS).qpv.index)
    partiels = habitants_de(sans_le_luth, siens)
    assert (partiels.valeur, partiels.minimum, partiels.millesime) == (6513, True, 2020)
    entiers = habitants_de(sans_le_luth, siens, entiers=True)
    assert (entiers.statut, entiers.affichage) == ("non_diffuse", "n.d.")
    assert habitants_de(sans_le_luth, [LUTH]).statut == "non_diffuse"
