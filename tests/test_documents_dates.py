"""Les dates et les contacts qu'impriment les documents."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.documents.contacts import lire_contacts, lire_noms
from observatoire.documents.dates import (
    annee_du_document,
    detacher_periode,
    est_periode,
    lire_annee,
    lire_periode,
)
from observatoire.notices import Contact

# --- périodes ---


@pytest.mark.parametrize(
    ("texte", "annee", "iso", "imprimee"),
    [
        ("JANVIER/FÉVRIER", 2024, "2024-01/2024-02", "janvier/février 2024"),
        ("mars", 2024, "2024-03", "mars 2024"),
        ("NOVEMBRE/DÉCEMBRE", 2024, "2024-11/2024-12", "novembre/décembre 2024"),
        ("FEVRIER 2023", None, "2023-02", "fevrier 2023"),
        ("Séminaire, 11 mai, 17h-19h, visioconférence", 2021, "2021-05-11", "11 mai 2021"),
        ("18 et 20 mai, 10h-12h30", 2021, "2021-05-18/2021-05-20", "18 et 20 mai 2021"),
        ("du 3 au 5 juin 2024", None, "2024-06-03/2024-06-05", "du 3 au 5 juin 2024"),
        ("du 28 mai au 3 juin", 2024, "2024-05-28/2024-06-03", "du 28 mai au 3 juin 2024"),
        ("les 12 mars, 4 avril et 6 juin 2023", None, "2023-03-12/2023-06-06", "les 12 mars, 4 avril et 6 juin 2023"),
        ("lundi 3 et mardi 4 mars", 2025, "2025-03-03/2025-03-04", "lundi 3 et mardi 4 mars 2025"),
        ("mardi 1er octobre", 2024, "2024-10-01", "mardi 1er octobre 2024"),
        ("28 déc. 2023 au 2 janv. 2024", None, "2023-12-28/2024-01-02", "28 déc. 2023 au 2 janv. 2024"),
        ("décembre/janvier 2024", None, "2023-12/2024-01", "décembre/janvier 2024"),
        ("décembre/janvier", 2024, "2024-12/2025-01", "décembre/janvier 2025"),
        ("De janvier à mars 2024", None, "2024-01/2024-03", "de janvier à mars 2024"),
        ("12/03/2021", None, "2021-03-12", "12/03/2021"),
        ("le 12.03.2021 à Nanterre", None, "2021-03-12", "12.03.2021"),
        ("2021-05-11", None, "2021-05-11", "2021-05-11"),
        ("03/2021", None, "2021-03", "03/2021"),
        ("1er trimestre 2024", None, "2024-01/2024-03", "1er trimestre 2024"),
        ("second semestre", 2023, "2023-07/2023-12", "second semestre 2023"),
        ("rentrée 2021", None, "2021-09", "rentrée 2021"),
        ("hiver 2023-2024", None, "2023-12/2024-02", "hiver 2023-2024"),
        ("année scolaire 2023-2024", None, "2023-09/2024-06", "année scolaire 2023-2024"),
        ("2024", None, "2024", "2024"),
        ("2023-24", None, "2023/2024", "2023-24"),
        ("31 février 2020", None, "2020-02", "31 février 2020"),
        ("n° 12 avril 2021", None, "2021-04", "avril 2021"),
        ("rue du 8 mai 1945, le 3 juin 2024", None, "2024-06-03", "3 juin 2024"),
    ],
)
def test_une_periode_se_lit(texte, annee, iso, imprimee):
    lue = lire_periode(texte, annee)
    assert (lue.iso, lue.texte) == (iso, imprimee)


@pytest.mark.parametrize(
    "texte",
    ["", "sept jeunes et un adulte", "L'action a été menée", "01.34.05.17.17", "rue du 8 mai 1945", "95600 Eaubonne"],
)
def test_ce_qui_n_est_pas_une_date_n_en_donne_pas(texte):
    assert lire_periode(texte, 2024) is None


def test_un_mois_sans_annee_n_est_pas_date():
    assert lire_periode("mars") is None


@pytest.mark.parametrize(
    ("texte", "reste", "periode"),
    [
        ("DES JARDINS, SARCELLES - NOVEMBRE/DÉCEMBRE", "DES JARDINS, SARCELLES", "NOVEMBRE/DÉCEMBRE"),
        ("MARS - DES JARDINS, SARCELLES", "DES JARDINS, SARCELLES", "MARS"),
        ("DES JARDINS - MARS - VILLE DE SARCELLES", "DES JARDINS, VILLE DE SARCELLES", "MARS"),
        ("Des jardins (mars 2024)", "Des jardins", "mars 2024"),
        ("Des jardins, Sarcelles, OCTOBRE - NOVEMBRE", "Des jardins, Sarcelles", "OCTOBRE - NOVEMBRE"),
        ("Une fête en mai", "Une fête en mai", ""),
        ("Marche blanche, place du 8 mai 1945", "Marche blanche, place du 8 mai 1945", ""),
    ],
)
def test_la_periode_se_detache_de_sa_ligne(texte, reste, periode):
    assert detacher_periode(texte) == (reste, periode)


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [("n° 231, avril 2021", True), ("Mars/avril", True), ("Lettre n° 4 - mai 2024", True), ("Projet mars", False)],
)
def test_une_ligne_de_date_n_est_que_cela(texte, attendu):
    assert est_periode(texte) is attendu


@given(
    st.integers(1, 28),
    st.sampled_from(["janvier", "février", "mars", "avril", "juin", "août", "décembre"]),
    st.integers(1960, 2060),
)
def test_un_jour_ecrit_en_lettres_se_retrouve(jour, mois, annee):
    lue = lire_periode(f"Rencontre du {jour} {mois} {annee}, salle des fêtes")
    assert lue.iso.startswith(f"{annee}-")
    assert lue.iso.endswith(f"-{jour:02}")


@given(st.text("0123456789 /.-,duaumrsijnetv°é", max_size=60), st.none() | st.integers(1990, 2040))
def test_aucun_texte_ne_fait_echouer_la_lecture(texte, annee):
    lue = lire_periode(texte, annee)
    assert lue is None or re.fullmatch(r"\d{4}(-\d\d){0,2}(/\d{4}(-\d\d){0,2})?", lue.iso)


# --- années ---


@pytest.mark.parametrize(
    ("texte", "annee"),
    [
        ("RAPPORT D'ACTIVITÉ 2023", 2023),
        ("RAPPORT D'ACTIVITÉ\n\n2023", 2023),
        ("RECUEIL DES FICHES EXPÉRIENCES\n2024", 2024),
        ("n° 231, avril 2021", 2021),
        ("Lettre n°12 - Mars/Avril 2019", 2019),
        ("bilan 2022-2023", 2023),
        ("resonances-2021.md", 2021),
        ("rapport_activite_2023_v2.pdf", 2023),
        ("Rapport d'activité, politique de la ville, 2022", 2022),
        ("Construisons ensemble Quartiers 2030", None),
        ("concertation-quartiers-2030.txt", None),
        ("Contrat de ville 2024-2030", None),
        ("95600 Eaubonne", None),
        ("copie du 20240312.pdf", None),
    ],
)
def test_l_annee_d_un_document(texte, annee):
    assert lire_annee(texte) == annee


def test_le_nom_du_fichier_ne_sert_qu_a_defaut():
    assert annee_du_document(["Résonances", "n° 3, mai 2022"], "lettre-2021.md") == 2022
    assert annee_du_document(["Résonances", "Centre de ressources"], "lettre-2021.md") == 2021
    assert annee_du_document(["Une phrase longue " * 10 + "de 2019."], "lettre.md") is None


# --- contacts ---


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        (
            "Contact : Ana Dupin, déléguée, fédération des centres sociaux du Val d'Oise :\nana@fede.fr@fede.fr",
            [Contact("fédération des centres sociaux du Val d'Oise", "Ana Dupin", "ana@fede.fr@fede.fr")],
        ),
        ("- Contact : accueil@mission.example.org", [Contact(None, None, "accueil@mission.example.org")]),
        (
            "Contacts : Ana Dupin a.dupin@x.fr et Léa Roux l.roux@x.fr, responsables de la\nConciergerie Neuve",
            [
                Contact("Conciergerie Neuve", "Ana Dupin", "a.dupin@x.fr"),
                Contact("Conciergerie Neuve", "Léa Roux", "l.roux@x.fr"),
            ],
        ),
        (
            "Ana Dupin, responsable de l'IPS : a@x.fr ; Paul Le Goff, chargé de mission santé à la CA SQY : p@x.fr;",
            [Contact("IPS", "Ana Dupin", "a@x.fr"), Contact("CA SQY", "Paul Le Goff", "p@x.fr")],
        ),
        (
            "Ana Dupin, cheffe de projet alimentation, ville de Gennevilliers,\nana@ville.fr",
            [Contact("ville de Gennevilliers", "Ana Dupin", "ana@ville.fr")],
        ),
        (
            "Ana Dupin, Cheffe de Projet Opérationnel Cité Éducative : a@x.fr Paul Roux, Adjoint au Maire : p@x.fr",
            [Contact(None, "Ana Dupin", "a@x.fr"), Contact(None, "Paul Roux", "p@x.fr")],
        ),
        ("Éric Bernard Tél : 05 53 97 15 20\ne@x.fr", [Contact(None, "Éric Bernard", "05 53 97 15 20, e@x.fr")]),
        (
            "Ana Dupin et Léa Roux\nTél : 05.49.43.86.94/01.41.63.74.73",
            [Contact(None, "Ana Dupin", "05.49.43.86.94"), Contact(None, "Léa Roux", "01.41.63.74.73")],
        ),
        (
            "Centre social Les Rives - CAF de la Gironde\nNadia Petit\nTél : 0556435119",
            [Contact("Centre social Les Rives - CAF de la Gironde", "Nadia Petit", "0556435119")],
        ),
        (
            "Mairie du Bourg\nJim Rou et Zoé Lam, élus\n- Conseil départemental\nIda Sol, animatrice",
            [
                Contact("Mairie du Bourg", "Jim Rou"),
                Contact("Mairie du Bourg", "Zoé Lam"),
                Contact("Conseil départemental", "Ida Sol"),
            ],
        ),
        ("Mme Ana DUPIN (association Les Amis)", [Contact("association Les Amis", "Ana DUPIN")]),
        ("a@x.fr, b@x.fr", [Contact(None, None, "a@x.fr"), Contact(None, None, "b@x.fr")]),
        (
            "ANA DUPIN, DIRECTRICE, VILLE DE PERSAN, ana@ville-\npersan.fr",
            [Contact("VILLE DE PERSAN", "ANA DUPIN", "ana@ville-persan.fr")],
        ),
        ("Contact : ana(at)ville.fr - www.ville.fr", [Contact(None, None, "ana(at)ville.fr")]),
        (
            "Ana Dupin, responsable de la cohésion sociale, Rives Métropole",
            [Contact("Rives Métropole", "Ana Dupin")],
        ),
        ("", []),
        ("39 rue des Lilas - 95600 Eaubonne", []),
    ],
)
def test_les_contacts_se_lisent(texte, attendus):
    assert list(lire_contacts(texte)) == attendus


def test_un_nom_apres_une_fonction_ne_devient_jamais_une_structure():
    contacts = lire_contacts("Ana Dupin, cheffe de projet, Paul Martin, a@x.fr")
    assert all(contact.structure is None for contact in contacts)
    assert contacts[0].adresse == "a@x.fr"


@pytest.mark.parametrize(
    ("texte", "noms"),
    [
        ("Ana Dupin, déléguée du préfet, Limay", ("Ana Dupin",)),
        ("Ana Dupin et Paul Roux, chargés de mission", ("Ana Dupin", "Paul Roux")),
        ("Ana Dupin rejoint la ville de Persan", ("Ana Dupin",)),
        ("Jean-Marc El Fassi Directeur du CCAS", ("Jean-Marc El Fassi",)),
        ("Les Mureaux : un nouveau service", ()),
        ("Ville de Nanterre, service jeunesse", ()),
        ("déléguée du préfet", ()),
    ],
)
def test_les_noms_en_tete(texte, noms):
    assert lire_noms(texte) == noms


@given(st.text(max_size=200))
def test_aucun_texte_ne_fait_echouer_les_contacts(texte):
    for contact in lire_contacts(texte):
        assert contact.structure or contact.personne or contact.adresse


@given(
    st.lists(
        st.sampled_from(["Ana Dupin", "directrice", "ville de Persan", "a@x.fr", ",", ";", "\n", "et", "CCAS", ":"]),
        max_size=15,
    )
)
def test_chaque_adresse_imprimee_se_retrouve(mots):
    texte = " ".join(mots)
    lues = ", ".join(contact.adresse or "" for contact in lire_contacts(texte))
    assert lues.count("a@x.fr") >= min(1, mots.count("a@x.fr"))
