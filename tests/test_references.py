"""Les chiffres publiés que la bibliothèque doit retrouver, chacun par un appel public, sa source à côté."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import pytest

from observatoire.observatoire import Observatoire

REPERES = "references.csv"


class Reference(NamedTuple):
    """Un chiffre publié, et comment l'obtenir."""

    objet: str
    territoire: str
    valeur: str
    unite: str
    source: str
    obtenir: Callable[[Observatoire], object]

    @property
    def publie(self) -> tuple[str, str, str, str, str]:
        return self[:5]


def nombre_2024(code):
    return lambda o: o.agreger("nombre_qpv", [code]).valeur


def nombre_2015(code):
    def compter(o):
        return o.territoire(code).evolution_qpv.codes_2015.explode().dropna().nunique()

    return compter


def noms(code, statut):
    def lister(o):
        evolution = o.territoire(code).evolution_qpv
        return set(evolution.nom[evolution.statut == statut])

    return lister


def nouveaux(o):
    return int(o.territoire("ouest francilien").evolution_qpv.statut.eq("nouveau").sum())


def population_qpv(code):
    return lambda o: o.agreger("population", o.territoire(code).qpv.index).valeur


def indicateur(code, nom, millesime):
    return lambda o: o.territoire(code).indicateur(nom, millesime).valeur


def communes(code):
    return lambda o: len(o.territoire(code).communes)


def departements(code):
    def lister(o):
        t = o.territoire(code)
        table = o.ept if t.niveau == "ept" else o.epci
        assert {d.code for d in t.departements} == set(table.codes_departements[code])
        return set(table.codes_departements[code])

    return lister


MEDIANE, FILOSOFI_2019 = "médiane du niveau de vie 2019", "Insee, Filosofi 2019"
A_CHEVAL, POPULATION_QPV = "intercommunalités à cheval", "population des QPV 2024"
REFERENCE_2024 = "Insee, population de référence des QPV 2024"
YVELINES, VAL_D_OISE = "préfecture des Yvelines", "préfecture du Val-d'Oise"

REFERENCES = [
    Reference(
        "nombre de QPV 2024",
        *("78", "22", "QPV", "préfecture des Yvelines (2 entrants, 2 sortants)"),
        nombre_2024("78"),
    ),
    Reference("nombre de QPV 2024", "95", "42", "QPV", "Insee Analyses Île-de-France n° 189", nombre_2024("95")),
    Reference("nombre de QPV 2015", "95", "41", "QPV", VAL_D_OISE, nombre_2015("95")),
    Reference("nombre de QPV 2015", "78", "22", "QPV", YVELINES, nombre_2015("78")),
    Reference("QPV nouveaux en 2024", "78", "Les Acacias; L'Avre", "nom", YVELINES, noms("78", "nouveau")),
    Reference("QPV sortis en 2024", "78", "Petits Prés; Vieux Pays", "nom", YVELINES, noms("78", "sorti")),
    Reference(
        "QPV nouveaux dans l'ouest francilien",
        *("perimetre", "6", "QPV", "table de passage ANCT ; rapport d'activité 2023 (6 villes entrantes)"),
        nouveaux,
    ),
    Reference(POPULATION_QPV, "78", "106524", "habitants", REFERENCE_2024, population_qpv("78")),
    Reference(POPULATION_QPV, "92", "99350", "habitants", REFERENCE_2024, population_qpv("92")),
    Reference(POPULATION_QPV, "95", "231521", "habitants", REFERENCE_2024, population_qpv("95")),
    Reference(MEDIANE, "78", "26970", "euros", FILOSOFI_2019, indicateur("78", "niveau_vie_median", 2019)),
    Reference(MEDIANE, "92", "28310", "euros", FILOSOFI_2019, indicateur("92", "niveau_vie_median", 2019)),
    Reference(MEDIANE, "95", "22220", "euros", FILOSOFI_2019, indicateur("95", "niveau_vie_median", 2019)),
    Reference(
        "taux de pauvreté 2021 de Gennevilliers (le plus haut du 92)",
        *("92036", "28", "%", "Insee, Filosofi 2021"),
        indicateur("92036", "taux_pauvrete", 2021),
    ),
    Reference("communes", "78", "259", "communes", "COG 2026", communes("78")),
    Reference("communes", "92", "36", "communes", "COG 2026", communes("92")),
    Reference("communes", "95", "183", "communes", "COG 2026", communes("95")),
    Reference(A_CHEVAL, "200058519", "78 et 95 (Bezons)", "départements", "COG", departements("200058519")),
    Reference(A_CHEVAL, "200057990", "92 et 95 (Argenteuil)", "départements", "COG", departements("200057990")),
    Reference(A_CHEVAL, "200055655", "95 et 77", "départements", "COG", departements("200055655")),
]


def lire(texte, unite):
    """Ce que veut dire une valeur publiée : un nombre, des noms ou des codes de départements."""
    if unite == "nom":
        return set(texte.split("; "))
    if unite == "départements":
        return set(texte.split(" (")[0].split(" et "))
    return float(texte)


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda r: f"{r.objet} {r.territoire} ({r.source})")
def test_le_chiffre_publie_sort_d_un_appel_public(o, reference):
    obtenu, publie = reference.obtenir(o), lire(reference.valeur, reference.unite)
    if reference.unite == "nom":
        # La préfecture abrège : « Petits Prés » y est « Petits Prés Sept Mares », son nom officiel de 2015.
        assert len(obtenu) == len(publie)
        assert {nom for nom in publie if any(officiel.startswith(nom) for officiel in obtenu)} == publie
    else:
        assert obtenu == publie


def test_les_chiffres_attendus_sont_ceux_du_fichier_partage(shared):
    with (shared / REPERES).open(encoding="utf-8", newline="") as flux:
        lues = [tuple(ligne.values()) for ligne in csv.DictReader(flux)]
    assert len(lues) == 20
    assert [reference.publie for reference in REFERENCES] == lues


# --- les mêmes, par d'autres chemins : la bibliothèque est d'accord avec elle-même ---


@pytest.mark.parametrize(
    ("code", "nombre", "habitants"), [("78", 22, 106_524), ("92", 19, 99_350), ("95", 42, 231_521)]
)
def test_les_quartiers_d_un_departement_sont_les_memes_par_tous_les_chemins(o, code, nombre, habitants):
    t = o.territoire(code)
    siens = o.qpv[o.qpv.code_departement == code]
    assert len(siens) == len(t.qpv) == t.synthese_qpv.nombre == nombre
    assert siens.population.sum() == t.synthese_qpv.population == habitants
    assert t.indicateur("nombre_qpv").valeur == nombre
    assert t.indicateur("population_qpv").valeur == o.agreger("population_qpv", [code]).valeur == habitants
    assert o.agreger("population_qpv", t.communes.index).valeur == habitants


def test_gennevilliers_a_bien_le_taux_le_plus_haut_du_92(o):
    rang = o.territoire("92036").rang("taux_pauvrete")
    assert (rang.rang, rang.ex_aequo, rang.valeur.valeur) == (1, 0, 28.0)


def test_les_communes_des_trois_departements_sont_celles_de_la_table(o):
    comptes = pd.Series(o.communes.code_departement).value_counts()
    assert {code: int(comptes[code]) for code in ("78", "92", "95")} == {"78": 259, "92": 36, "95": 183}


@pytest.mark.parametrize(("intercommunalite", "commune"), [("200058519", "95063"), ("200057990", "95018")])
def test_la_commune_qui_met_l_intercommunalite_a_cheval_en_est(o, intercommunalite, commune):
    t = o.territoire(intercommunalite)
    assert t.communes.index[t.communes.code_departement == "95"].tolist() == [commune]
    assert o.territoire(commune).intercommunalite == t
