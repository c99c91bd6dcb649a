"""Ce que montre un notebook quand on y tape ``o`` ou ``t``."""

from __future__ import annotations

import pytest
from pages import lire, requetes

FINE, INSECABLE = "\u202f", "\u00a0"


@pytest.fixture(scope="module")
def cartons(o):
    recherches = ("QN09502I", "92036", "CARPF", "95", "ouest francilien", "Lyon", "Montreuil")
    return {recherche: lire(o.territoire(recherche, None)._repr_html_()) for recherche in recherches[:5]} | {
        "Lyon": lire(o.territoire("69123")._repr_html_()),
        "Montreuil": lire(o.territoire("93048")._repr_html_()),
    }


def lignes(arbre):
    return {ligne.un("th").texte: ligne.un("td").texte for ligne in arbre.tous("tr")}


def test_un_territoire_se_presente_avec_ses_habitants_et_ses_parents(cartons):
    carton = lignes(cartons["92036"])
    assert carton["Population"] == f"50{FINE}979{INSECABLE}habitants"
    assert carton["Fait partie de"] == "Boucle Nord de Seine, Hauts-de-Seine, Ouest francilien"
    assert carton["Quartiers prioritaires"].startswith(f"Luth-Fossé (7{FINE}258 hab.)")


def test_un_quartier_a_cheval_nomme_ses_deux_intercommunalites(cartons):
    parents = lignes(cartons["QN09502I"])["Fait partie de"]
    assert "Boucle Nord de Seine" in parents
    assert "Saint-Germain Boucles de Seine" in parents


def test_un_grand_territoire_ne_deroule_pas_ses_communes(cartons):
    assert lignes(cartons["ouest francilien"])["Communes"] == "478"
    assert lignes(cartons["95"])["Quartiers prioritaires"].startswith("42, dont Lochères")


def test_hors_des_trois_departements_les_quartiers_ne_sont_pas_dits_absents(cartons):
    for recherche in ("Lyon", "Montreuil"):
        assert lignes(cartons[recherche])["Quartiers prioritaires"] == "non embarqués pour ce département"
    assert cartons["Lyon"].tous("svg") == []
    assert len(cartons["Montreuil"].tous("svg")) == 1


def test_aucun_affichage_ne_demande_le_reseau(o):
    for page in (o._repr_html_(), o.territoire("92036")._repr_html_()):
        assert requetes(page) == []


def test_l_observatoire_montre_ses_tables(o):
    tables = {ligne.un("th").texte: ligne.tous("td")[0].texte for ligne in lire(o._repr_html_()).tous("tr")[1:]}
    assert tables["o.qpv"] == "83"
    assert tables["o.communes"] == f"34{FINE}969"
    assert repr(o.territoire("SQY")).startswith("Territoire(epci 200058782")
