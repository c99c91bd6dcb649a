"""Le rapport d'activité : de petits rapports inventés, leurs variantes, leurs dégâts, et le vrai s'il est là."""

from __future__ import annotations

import csv
import random
import re
import textwrap
from collections import Counter
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.documents import rapport
from observatoire.documents.adherents import lire_adherents, type_adherent
from observatoire.documents.blocs import Bloc, decouper
from observatoire.documents.encadres import lire_encadres, lire_mesures, mesures_d_encadre, mesures_de_bloc, separer
from observatoire.documents.etiquetage import etiqueter
from observatoire.documents.mentions import nature, participations, seances
from observatoire.documents.partenariats import Contexte, partenaires, publics
from observatoire.documents.plan import lire_plan
from observatoire.documents.table_des_matieres import lire_sommaire
from observatoire.documents.texte import Texte, lire_texte
from observatoire.racines import plier

GOLD = Path(__file__).parent / "extraction"

CAPITALES = """\
RAPPORT D'ACTIVITÉ

2025

LE MOT DE LA PRÉSIDENTE

Cette année, 38 actions ont été menées et 2 114 présences enregistrées.

SOMMAIRE

Vie associative p. 4
Réussir : éducation et jeunesse p. 6
Habiter : logement et cadre de vie p. 12

VIE ASSOCIATIVE

1. Notre projet

L'association agit depuis 2003 auprès de 11 communes.

NOTRE ÉQUIPE

Ana Dupin
Directrice

Jean-Marc Le Goff
Chargé de mission

NOS ADHÉRENT·ES

Les adhérents soutiennent le projet associatif et participent à ses instances tout au long de l'année.

Associations

Les Jardins du Port, Bondy ; Terre d'accueil ; École ouverte, Bobigny.

Individuels

Paul Morin ; Lina Castel, Zoé Petit.

Villes : Bobigny ; Bondy ; Pantin.

RÉUSSIR : ÉDUCATION ET JEUNESSE

L'éducation reste la première préoccupation des habitants que rencontre l'association.

LE CLUB DES COORDINATEURS DE LA RÉUSSITE ÉDUCATIVE

Le club réunit les coordinateurs de la Seine-Saint-Denis. Il a été animé avec la ville de Bobigny.

Seine-Saint-Denis
64
participations

5

rencontres

LES ATELIERS DU MERCREDI

Portés par la maison de quartier Vallès, huit ateliers ont été organisés entre février et juin 2025 pour les enfants.

RÉUSSIR : ÉDUCATION ET JEUNESSE

Les familles sont venues à chaque fois plus nombreuses.

Perspectives 2026

- Étendre le club des coordinateurs aux référents de parcours,
- Doubler les ateliers du mercredi.

HABITER : LOGEMENT ET CADRE DE VIE

Le logement appelle des réponses partagées entre bailleurs, villes et habitants.

DES VISITES DE QUARTIER

Visites en marchant

Quatre visites de quartiers ont été menées à Bondy, à l'initiative de la préfecture de la Seine-Saint-Denis.

[LIVRET] MARCHER SON QUARTIER

Un livret à destination des bailleurs sociaux rassemble les enseignements de la démarche.

www.exemple.org/livret

Association Rives et Quartiers

12 rue des Ormes, 93000 Bobigny

01 44 55 66 77
"""

MINUSCULES = """\
Bilan d'activité 2024

Éditorial

L'année 2024 a été celle de la reprise.

Chiffres clés

- 34 actions menées en 2024 (29 en 2023)
- 1 250 participations, dont 40 % en Essonne et 60 % dans le Val-de-Marne

Le réseau des programmes de réussite éducative

Le réseau réunit chaque trimestre les coordinatrices de l'Essonne et de la Seine-et-Marne.

Participations : 45
Nombre de séances : 3
Publics : coordinatrices, référents de parcours
Partenaires : Caisse d'allocations familiales, rectorat et ville de Grigny
Territoires : Grigny, Évry-Courcouronnes
Date : mars 2024

Perspectives 2025

- Ouvrir le réseau aux enseignants ;
- Publier un guide des parcours.

Café de l'emploi

À Vitry-sur-Seine, le Café de l'emploi a accueilli 120 personnes au cours de 6 rencontres. Il est porté par la mission \
locale Bièvre.

Objectifs

Rapprocher les habitants des employeurs de la zone d'activité.

Résultats

Trente personnes ont trouvé une formation à deux pas de chez elles.

Et demain ?

Étendre le Café à Choisy-le-Roi.
"""

DECLARES = """\
# Rapport d'activité 2022

## Sommaire

1. Gouvernance ........ 3
2. Cohésion sociale ........ 5
3. Cadre de vie ........ 9

## 1) Gouvernance

L'association est gouvernée par un conseil de douze membres.

### Adhésions 2022

**Bailleurs** : Habitat Sud ; Logis du Parc

**Villes :** Trappes ; Plaisir

## 2) Cohésion sociale

En 2022, la cohésion sociale a structuré l'action du centre.

### 2.1 Réseau des médiateurs

Le réseau s'est réuni 5 fois. Il est animé en partenariat avec la préfecture des Yvelines et l'association Médiation 78.

**85**
**participants**

### 2.2 Formation « Valeurs de la République »

Deux journées de formation à destination des agents d'accueil ont été organisées à Trappes et à Plaisir.

52 participations

#### Perspectives

Une troisième session de formation est prévue à Guyancourt.

## 3) Cadre de vie

### 3.1 Visites de quartiers

Les visites ont permis de découvrir trois quartiers en rénovation. Le centre a réalisé :

- un guide de la visite apprenante ;
- une exposition photographique (voir page 12) ;
- un atelier cartographique avec les habitants de Plaisir.

Contact : Léa Roux, chargée de mission, l.roux@exemple.fr

### 3.2 Lettre « Horizons »

Publiée chaque mois, la lettre compte 1 800 abonnés.

https://exemple.fr/lettre
"""


def lire(tmp_path, contenu, nom="rapport.md"):
    fichier = tmp_path / nom
    fichier.write_text(contenu, encoding="utf-8")
    texte = lire_texte(fichier)
    return rapport.depouiller(texte, decouper(texte))


def bloc(texte, genre="paragraphe", ligne=1, **reste):
    return Bloc(genre, texte.replace("\n", " "), tuple(texte.split("\n")), ligne, **reste)


def paragraphes(*textes):
    return [bloc(texte, ligne=rang) for rang, texte in enumerate(textes, start=1)]


def titres(depouillement):
    return [notice.titre for notice in depouillement.notices]


def par_titre(depouillement):
    return {notice.titre: notice for notice in depouillement.notices}


# --- un rapport en capitales, avec sommaire ---


@pytest.fixture
def capitales(tmp_path):
    return lire(tmp_path, CAPITALES)


def test_les_titres_suivis_d_un_texte_sont_des_actions_et_eux_seuls(capitales):
    assert titres(capitales) == [
        "LE CLUB DES COORDINATEURS DE LA RÉUSSITE ÉDUCATIVE",
        "LES ATELIERS DU MERCREDI",
        "Visites en marchant",
        "[LIVRET] MARCHER SON QUARTIER",
    ]
    assert [notice.nature for notice in capitales.notices] == ["rencontre", "rencontre", "rencontre", "publication"]
    assert (capitales.famille, capitales.titre, capitales.annee) == ("rapport", "Rapport d'activité 2025", 2025)


def test_la_rubrique_est_le_titre_qui_range_l_action(capitales):
    assert [notice.rubrique for notice in capitales.notices] == [
        "RÉUSSIR : ÉDUCATION ET JEUNESSE",
        "RÉUSSIR : ÉDUCATION ET JEUNESSE",
        "DES VISITES DE QUARTIER",
        "HABITER : LOGEMENT ET CADRE DE VIE",
    ]


def test_un_titre_courant_rend_le_texte_qui_le_suit_a_l_action_d_avant(capitales):
    ateliers = par_titre(capitales)["LES ATELIERS DU MERCREDI"]
    assert ateliers.texte.endswith("Les familles sont venues à chaque fois plus nombreuses.")


def test_les_encadres_donnent_participations_seances_et_lieu(capitales):
    club, ateliers, visites, livret = capitales.notices
    assert (club.participations, club.seances, club.lieux) == (64, 5, ("Seine-Saint-Denis",))
    assert (ateliers.participations, ateliers.seances, ateliers.date) == (None, 8, "2025-02/2025-06")
    assert visites.partenaires == ("préfecture de la Seine-Saint-Denis",)
    assert (livret.url, livret.publics) == ("www.exemple.org/livret", ("bailleurs sociaux",))


def test_chaque_perspective_va_a_l_action_dont_elle_parle(capitales):
    club, ateliers, *_ = capitales.notices
    assert club.perspectives == ("Étendre le club des coordinateurs aux référents de parcours",)
    assert ateliers.perspectives == ("Doubler les ateliers du mercredi",)


def test_les_adherents_sont_lus_et_les_personnes_seulement_comptees(capitales):
    assert [(a.nom, a.type, a.commune, a.nombre) for a in capitales.adherents] == [
        ("Les Jardins du Port", "association", "Bondy", 1),
        ("Terre d'accueil", "association", None, 1),
        ("École ouverte", "association", "Bobigny", 1),
        (None, "individuel", None, 3),
        ("Bobigny", "commune", "Bobigny", 1),
        ("Bondy", "commune", "Bondy", 1),
        ("Pantin", "commune", "Pantin", 1),
    ]


def test_les_chiffres_d_ensemble_viennent_de_l_edito_et_de_la_presentation(capitales):
    assert [(c.valeur, c.libelle) for c in capitales.chiffres] == [
        (38, "actions menées"),
        (2114, "présences enregistrées"),
        (11, "communes"),
        (2, "personnes de l'équipe"),
    ]


def test_aucun_nom_de_personne_ne_sort_de_l_equipe_ni_des_adherents(capitales):
    dit = repr((capitales.notices, capitales.chiffres, capitales.adherents, capitales.anomalies))
    assert not re.search("Dupin|Le Goff|Morin|Castel|Petit", dit)
    assert capitales.anomalies == ()


# --- les mêmes choses, imprimées autrement ---


def test_titres_en_minuscules_sans_sommaire_et_lignes_etiquetees(tmp_path):
    lu = lire(tmp_path, MINUSCULES, "bilan.txt")
    reseau, cafe = lu.notices
    assert titres(lu) == ["Le réseau des programmes de réussite éducative", "Café de l'emploi"]
    assert (reseau.participations, reseau.seances, reseau.date) == (45, 3, "2024-03")
    assert reseau.lieux == ("Grigny", "Évry-Courcouronnes")
    assert reseau.publics == ("coordinatrices", "référents de parcours")
    assert reseau.partenaires == ("Caisse d'allocations familiales", "rectorat", "ville de Grigny")
    assert reseau.perspectives == ("Ouvrir le réseau aux enseignants", "Publier un guide des parcours")
    assert (cafe.participations, cafe.seances, cafe.partenaires) == (120, 6, ("mission locale Bièvre",))
    assert cafe.perspectives == ("Étendre le Café à Choisy-le-Roi",)


def test_les_intertitres_d_une_action_restent_en_elle(tmp_path):
    cafe = lire(tmp_path, MINUSCULES, "bilan.txt").notices[1]
    assert [section.titre for section in cafe.sections] == ["", "Objectifs", "Résultats"]
    assert "Objectifs\nRapprocher les habitants" in cafe.texte


def test_les_chiffres_cles_gardent_l_annee_d_avant_et_les_territoires(tmp_path):
    lu = lire(tmp_path, MINUSCULES, "bilan.txt")
    assert [(c.valeur, c.unite, c.libelle, c.territoire) for c in lu.chiffres] == [
        (34, "actions", "actions menées", None),
        (29, "actions", "actions en 2023", None),
        (1250, "participations", "participations", None),
        (40, "%", "part des participations", "Essonne"),
        (60, "%", "part des participations", "Val-de-Marne"),
    ]


def test_titres_declares_numerotes_et_actions_en_puces(tmp_path):
    lu = lire(tmp_path, DECLARES)
    assert titres(lu) == [
        "Réseau des médiateurs",
        "Formation « Valeurs de la République »",
        "Visites de quartiers",
        "un guide de la visite apprenante",
        "un atelier cartographique avec les habitants de Plaisir",
        "Lettre « Horizons »",
    ]
    mediateurs, formation, visites, guide, *_, lettre = lu.notices
    assert (mediateurs.participations, mediateurs.seances) == (85, 5)
    assert mediateurs.partenaires == ("préfecture des Yvelines", "Médiation 78")
    assert (formation.participations, formation.seances, formation.nature) == (52, 2, "formation")
    assert formation.perspectives == ("Une troisième session de formation est prévue à Guyancourt",)
    assert (guide.nature, guide.rubrique, lettre.url) == (
        "publication",
        "Visites de quartiers",
        "https://exemple.fr/lettre",
    )
    assert [(c.personne, c.adresse) for c in visites.contacts] == [("Léa Roux", "l.roux@exemple.fr")]
    assert Counter(a.type for a in lu.adherents) == {"bailleur social": 2, "commune": 2}


@pytest.mark.parametrize("numero", ["{}.", "{})", "{} -", "{}-", "{} –"])
def test_un_numero_s_ecrit_de_plusieurs_facons(tmp_path, numero):
    contenu = re.sub(r"^1\. ", f"{numero.format(1)} ", CAPITALES, flags=re.MULTILINE)
    assert titres(lire(tmp_path, contenu)) == titres(lire(tmp_path, CAPITALES))


@pytest.mark.parametrize("page", [" P 4", " page 4", " ....... 4", " … 4", "\tp. 4", " | 4"])
def test_un_sommaire_s_ecrit_de_plusieurs_facons(page):
    blocs = paragraphes(
        "SOMMAIRE", f"Vie associative{page}", f"Réussir ensemble{page}", "VIE ASSOCIATIVE", "Du texte. " * 9
    )
    sommaire = lire_sommaire(blocs)
    assert sommaire.rangs == {0, 1, 2}
    assert set(sommaire.pages.values()) == {4}


def test_un_sommaire_sans_pages_finit_ou_ses_titres_se_repetent():
    blocs = paragraphes("Sommaire", "Vie associative", "Réussir ensemble", "Vie associative", "Du texte. " * 9)
    assert lire_sommaire(blocs).rangs == {0, 1, 2}


def test_un_sommaire_qui_liste_les_actions_n_en_fait_pas_des_chapitres(tmp_path):
    texte = "Le réseau s'est réuni à plusieurs reprises dans l'année pour échanger ses pratiques."
    actions = ["RÉSEAU DES MÉDIATEURS", "CLUB DU LOGEMENT", "ATELIERS D'ÉTÉ"]
    sommaire = "\n".join(f"{action} p. {page}" for page, action in enumerate(actions, start=4))
    contenu = "\n\n".join(["RAPPORT D'ACTIVITÉ 2024", "SOMMAIRE", sommaire, *(f"{a}\n\n{texte}" for a in actions)])
    lu = lire(tmp_path, contenu)
    assert [(notice.titre, notice.page) for notice in lu.notices] == list(zip(actions, [4, 5, 6], strict=True))


def test_un_titre_sans_ligne_vide_est_detache_de_son_texte(tmp_path):
    texte = "Le réseau s'est réuni à plusieurs reprises dans l'année\npour échanger ses pratiques."
    lu = lire(
        tmp_path, f"RAPPORT D'ACTIVITÉ 2024\n\nRÉSEAU DES MÉDIATEURS\n{texte}\n\nCLUB DU LOGEMENT\n{texte}\n", "r.txt"
    )
    assert titres(lu) == ["RÉSEAU DES MÉDIATEURS", "CLUB DU LOGEMENT"]


def test_un_paragraphe_par_territoire_fait_une_action_par_territoire(tmp_path):
    lu = lire(
        tmp_path,
        "RAPPORT D'ACTIVITÉ 2024\n\nUN ACCOMPAGNEMENT DES CONTRATS DE VILLE\n\nTrois démarches ont été conduites.\n\n"
        "Dans les Yvelines, les 73 participant·es ont débattu du logement.\n\n"
        "Dans le Val d'Oise, un séminaire a suivi.",
    )
    assert [(n.lieux, n.participations, n.ligne) for n in lu.notices] == [
        (("Yvelines",), 73, 7),
        (("Val d'Oise",), None, 9),
    ]


def test_un_encart_est_une_action_a_cote_de_celle_qui_le_precede(tmp_path):
    texte = "Une journée a réuni les équipes éducatives autour du climat scolaire."
    lu = lire(
        tmp_path, f"RAPPORT D'ACTIVITÉ 2024\n\nLE RÉSEAU JEUNESSE\n\n{texte}\n\nZoom sur ☺ Journée du climat\n\n{texte}"
    )
    assert titres(lu) == ["LE RÉSEAU JEUNESSE", "Journée du climat"]


def test_un_texte_apres_des_perspectives_rejoint_le_titre_numerote_reste_vide(tmp_path):
    texte = "Une démarche a été conduite avec les services de toutes les villes concernées."
    lu = lire(
        tmp_path,
        f"RAPPORT D'ACTIVITÉ 2024\n\n1. Santé\n\nRÉSEAU SANTÉ\n\n{texte}\n\n2. Habitat\n\n12\nparticipations\n\n"
        f"Perspectives\n\n- Poursuivre le réseau santé\n\n{texte} Un bilan a suivi.",
    )
    assert titres(lu) == ["RÉSEAU SANTÉ", "Habitat"]
    assert ["loin de son texte" in anomalie.probleme for anomalie in lu.anomalies] == [True]


def test_une_perspective_etiquetee_va_a_l_action_de_ce_lieu(tmp_path):
    texte = "Le réseau des chargés de coopération s'est réuni dans l'année."
    lu = lire(
        tmp_path,
        f"RAPPORT D'ACTIVITÉ 2024\n\nL'APPUI AU VAL D'OISE\n\n{texte}\n\nL'APPUI AUX YVELINES\n\n{texte}\n\n"
        "Perspectives\n\n"
        "Val d'Oise :\n\n- Tenir un séminaire\n\nYvelines :\n\n- Ouvrir un cycle",
    )
    assert [notice.perspectives for notice in lu.notices] == [("Tenir un séminaire",), ("Ouvrir un cycle",)]


# --- ce qui manque se voit ---


def test_un_texte_egare_apres_des_perspectives_est_signale(tmp_path):
    texte = "Le réseau s'est réuni à plusieurs reprises dans l'année pour échanger."
    lu = lire(
        tmp_path, f"RAPPORT D'ACTIVITÉ 2024\n\nLE RÉSEAU\n\n{texte}\n\nPerspectives\n\n- Continuer\n\nPerdu. {texte}"
    )
    assert [(a.gravite, a.ligne, a.extrait[:6]) for a in lu.anomalies] == [("perte", 11, "Perdu.")]


def test_un_titre_sans_texte_est_signale(tmp_path):
    texte = "Le réseau s'est réuni à plusieurs reprises dans l'année pour échanger."
    lu = lire(tmp_path, f"RAPPORT D'ACTIVITÉ 2024\n\nLE RÉSEAU\n\n{texte}\n\nLE CLUB OUBLIÉ\n\nLES ATELIERS\n\n{texte}")
    assert [(a.gravite, a.extrait) for a in lu.anomalies] == [("perte", "LE CLUB OUBLIÉ")]


def test_l_introduction_d_une_rubrique_est_signalee(tmp_path):
    texte = "Le réseau s'est réuni à plusieurs reprises dans l'année pour échanger."
    lu = lire(tmp_path, f"RAPPORT D'ACTIVITÉ 2024\n\nUN CYCLE\n\n{texte}\n\nTemps 1\n\n{texte}\n\nTemps 2\n\n{texte}")
    assert titres(lu) == ["Temps 1", "Temps 2"]
    assert [(a.gravite, a.ligne) for a in lu.anomalies] == [("doute", 5)]


def test_un_document_sans_action_le_dit(tmp_path):
    lu = lire(tmp_path, "Un paragraphe seul, sans titre ni rubrique, qui ne dit rien de ce qui a été fait.")
    assert lu.notices == ()
    assert "aucune action reconnue" in lu.anomalies[0].probleme


# --- encadrés et phrases ---


@pytest.mark.parametrize(
    ("textes", "attendu"),
    [
        (["268\nparticipations"], (268, "participations", None)),
        (["Val d'Oise\n268\nparticipations"], (268, "participations", "Val d'Oise")),
        (["4 693", "participations en cumulé"], (4693, "participations", None)),
        (["687", "c'est le nombre de followers en décembre"], (687, "followers", None)),
        (["15", "nouvelles personnes rejoignent le réseau"], (15, "personnes", None)),
    ],
)
def test_un_encadre_est_un_nombre_et_ce_qu_il_compte(textes, attendu):
    (encadre,) = lire_encadres(paragraphes(*textes))
    assert (encadre.valeur, encadre.unite, encadre.lieu) == attendu


@pytest.mark.parametrize(
    "textes",
    [
        ["39 rue des Ormes, 95600 Eaubonne"],
        ["2023"],
        ["2023", "Une année record"],
        ["12 mars 2024"],
        ["8ème regroupement national"],
        ["Le réseau a réuni 12 villes."],
        ["14 h - 17 h"],
    ],
)
def test_une_adresse_une_date_ou_une_phrase_ne_sont_pas_des_encadres(textes):
    assert list(lire_encadres(paragraphes(*textes))) == []


@pytest.mark.parametrize("vide", ["", "\n"], ids=["colle", "detache"])
@pytest.mark.parametrize(
    ("ligne", "participations", "seances"),
    [
        ("5 séances - 72 participations", 72, 5),
        ("72 participations, 5 séances", 72, 5),
        ("1 séance | 1 240 participants", 1240, 1),
        ("9 rencontres", None, 9),
        ("72 participations", 72, None),
        ("5 demi-journées\n72 participations", 72, 5),
    ],
)
def test_une_ligne_qui_compte_est_un_encadre(tmp_path, ligne, participations, seances, vide):
    recit = "Les équipes de quartier ont comparé leurs façons de faire, puis les ont écrites.\n"
    suite = "Partenaires : ville de Grigny, rectorat\n"
    rapport_lu = f"# Rapport d'activité 2025\n\n## Agir\n\n### Club des équipes\n\n{recit}{vide}{ligne}\n{vide}{suite}"
    (club,) = lire(tmp_path, rapport_lu).notices
    assert (club.titre, club.participations, club.seances) == ("Club des équipes", participations, seances)
    assert club.partenaires == ("ville de Grigny", "rectorat")


def test_un_nombre_pris_dans_une_phrase_n_est_pas_un_encadre():
    phrase = bloc("Le réseau a tenu\n12 séances\net reçu chaque fois\n40 personnes")
    assert list(separer([phrase])) == [phrase]


def test_une_liste_de_chiffres_se_lit_ligne_par_ligne():
    liste = bloc("31 actions\n40 demi-journées\nRépartition : Essonne 60 %, Yvelines 30 %, autres 10 %\n9 numéros")
    assert list(separer([liste])) == [liste]
    assert [(m.valeur, m.libelle, m.territoire) for m in mesures_de_bloc(liste)] == [
        (31, "actions", None),
        (40, "demi-journées", None),
        (60, "part des demi-journées : Essonne", "Essonne"),
        (30, "part des demi-journées : Yvelines", "Yvelines"),
        (10, "part des demi-journées : autres", None),
        (9, "numéros", None),
    ]


def test_les_perspectives_dites_dans_l_action_sont_les_siennes(tmp_path):
    recit = "Quatre matinées ont réuni les gardiens d'immeuble et les médiateurs du quartier."
    action = f"### Réseau des gardiens\n\n{recit}\n\n**Perspectives** : écrire un guide ; inviter les bailleurs.\n"
    (reseau,) = lire(tmp_path, f"# Rapport d'activité 2025\n\n## Agir\n\n{action}").notices
    assert reseau.perspectives == ("écrire un guide", "inviter les bailleurs")
    assert "Perspectives : écrire un guide" in reseau.texte


def test_une_commune_parmi_des_collectivites_est_sa_propre_commune():
    noms = "Collectivités : Pantin ; Les Lilas ; CA Val Parisis ; Conseil départemental du Val-d'Oise ; Essonne"
    lus = lire_adherents([bloc(noms)]).adherents
    assert [(lu.nom, lu.commune) for lu in lus] == [
        ("Pantin", "Pantin"),
        ("Les Lilas", "Les Lilas"),
        ("CA Val Parisis", None),
        ("Conseil départemental du Val-d'Oise", None),
        ("Essonne", None),
    ]


def test_un_encadre_rappelle_une_autre_annee():
    (encadre,) = lire_encadres(paragraphes("11", "publications", "(7 en 2022)"))
    assert [(m.valeur, m.libelle) for m in mesures_d_encadre(encadre, "")] == [
        (11, "publications"),
        (7, "publications en 2022"),
    ]


@pytest.mark.parametrize(
    ("phrase", "attendus"),
    [
        ("Les associations concentrent 13 % des demandes.", [(13, "part des demandes : associations", None)]),
        (
            "Cette année, les demandes d'institutions (préfectures...) sont en hausse, avec 19 % des demandes contre"
            " 10 % en 2022.",
            [
                (19, "part des demandes : demandes d'institutions", None),
                (10, "part des demandes : demandes d'institutions en 2022", None),
            ],
        ),
        (
            "Ce sont la Communauté d'agglomération du Lac (8,1%) et la Ville de Port (près de 10%) qui sollicitent.",
            [
                (8.1, "part des demandes : Communauté d'agglomération du Lac", "Communauté d'agglomération du Lac"),
                (10, "part des demandes : Ville de Port (environ)", "Ville de Port"),
            ],
        ),
        ("Au sein du Val d'Oise, 80 territoires sont alors concernés.", [(80, "territoires concernés", "Val d'Oise")]),
        ("On compte 2 villes sortantes, 6 entrantes.", [(2, "villes sortantes", None), (6, "villes entrantes", None)]),
        ("Plus d'une cinquantaine de demi-journées ont suivi.", [(50, "demi-journées (environ)", None)]),
        (
            "Les participations baissent (soit - 5 % par rapport à 2022).",
            [(-5, "évolution : participations par rapport à 2022", None)],
        ),
        ("Entre 4 et 6 % des demandes ; rendez-vous page 12, en 2024.", []),
    ],
)
def test_les_chiffres_d_une_phrase_se_comprennent_seuls(phrase, attendus):
    assert [(m.valeur, m.libelle, m.territoire) for m in lire_mesures(phrase, "demandes")] == attendus


# --- ce que dit le texte d'une action ---


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Entre mars et mai, 12 ateliers avec les partenaires ont été menés.", 12),
        ("Le groupe a conçu un cycle de quatre webinaires.", 4),
        ("Les chargés de projet se sont vus au cours de 4 rencontres.", 4),
        ("Ces deux journées de formation outillent les équipes.", 2),
        ("L'après-midi s'est conclue au travers de quatre ateliers.", None),
        ("Deux autres ateliers ont été organisés.", None),
        ("Le comité permettra de proposer 2 ateliers.", None),
    ],
)
def test_seules_les_seances_de_l_action_sont_comptees(texte, attendu):
    assert seances(texte) == attendu


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Les 73 participant-es ont échangé.", 73),
        ("L'atelier s'est tenu à Bondy, rassemblant 20 femmes du quartier.", 20),
        ("104 personnes dont 53 parents, de 9 villes, ont pu contribuer.", 104),
        ("Plus de 200 acteur·rices ont participé.", None),
        ("Le rapport est le fruit de l'écoute de 230 habitant·es, réuni·es par 19 centres.", None),
        ("Près de 70 professionnel·les ont préparé la journée.", None),
    ],
)
def test_un_ordre_de_grandeur_n_est_pas_une_participation(texte, attendu):
    assert participations(texte) == attendu


@pytest.mark.parametrize(
    ("titre", "texte", "attendue"),
    [
        ("Une journée régionale de formation à la laïcité", "", "formation"),
        ("APPUI-ACCOMPAGNEMENT : UNE JOURNÉE DES MÉTIERS", "", "accompagnement"),
        ("Renouveler et accompagner le projet de santé", "Cette rencontre a réuni les villes.", "rencontre"),
        ("Accompagner le schéma départemental", "Des ateliers ont suivi.", "accompagnement"),
        ("RENCONTRE : LES TERRITOIRES ÉDUCATIFS", "", "rencontre"),
        ("[ACTES] LA PARTICIPATION", "", "publication"),
        ("Le site portail", "", "ressource"),
        ("Officialisation du réseau", "", "actualite"),
    ],
)
def test_la_nature_vient_du_titre_puis_du_texte(titre, texte, attendue):
    assert nature(titre, (), texte, adresse=False, participations=False) == attendue


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("en partenariat avec la CAF du Lac et de leur présenter l'association", ("CAF du Lac",)),
        ("à la demande de la Direction du travail, de l'emploi et des solidarités (DDE) du Lac, une journée", None),
        ("Portée par la Fédération des centres sociaux et socioculturels, la démarche", None),
        (
            "en partenariat avec les associations Du Bon Côté et Théâtre Ami, visant à agir",
            ("Du Bon Côté", "Théâtre Ami"),
        ),
        ("en lien avec les habitant·es et les professionnel·les du quartier", ()),
        ("Avec l'Observatoire du Mal Logement 92, l'objectif est de comprendre", ("Observatoire du Mal Logement 92",)),
    ],
)
def test_un_partenaire_est_un_groupe_de_noms_entier(texte, attendus):
    entiers = {
        "Direction": ("Direction du travail, de l'emploi et des solidarités (DDE) du Lac",),
        "Fédération": ("Fédération des centres sociaux et socioculturels",),
    }
    if attendus is None:
        attendus = next(noms for mot, noms in entiers.items() if mot in texte)
    assert partenaires(texte, Contexte(None, frozenset({"theatre"}))) == attendus


@pytest.mark.parametrize(
    "texte",
    [
        "en partenariat avec Ana Dupin, doctorante à l'université",
        "une recherche portée par Jeanne Delorme, au sein d'un collectif",
        "un atelier animé par Rose Petit et Paul Morin",
        "conçu par Zoé Ben Salem.",
    ],
)
def test_une_personne_n_est_jamais_un_partenaire(texte):
    contexte = Contexte.du_document([bloc("Une rose et un petit atelier, une recherche, un collectif.")])
    assert partenaires(texte, contexte) == ()


def test_un_nom_propre_fait_d_un_nom_commun_est_une_structure():
    contexte = Contexte.du_document([bloc("Des ressources et des professionnels.")])
    texte = "piloté par Profession Banlieue et Ressources Urbaines."
    assert partenaires(texte, contexte) == ("Profession Banlieue", "Ressources Urbaines")


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("à destination des habitant·es qui arrivent", ("habitant·es",)),
        ("à destination de l'ensemble des acteur·rices de la ville, permettant d'agir", ("acteur·rices de la ville",)),
        (
            "à destination des agents des villes, bailleurs sociaux, associations",
            ("agents des villes", "bailleurs sociaux", "associations"),
        ),
        ("auprès des différents cercles", ()),
    ],
)
def test_un_public_est_un_groupe_de_noms_de_personnes(texte, attendus):
    assert publics(texte, Contexte(None, frozenset())) == attendus


def test_l_organisme_du_rapport_n_est_pas_son_propre_partenaire():
    blocs = [
        bloc("Le Relais anime un réseau. Le Relais a publié. Le Relais participe. Le Relais est là. Le Relais propose.")
    ]
    contexte = Contexte.du_document(blocs)
    assert contexte.organisme == "Relais"
    assert partenaires("Le Relais et la Fédération du Lac ont ouvert un cycle.", contexte) == ("Fédération du Lac",)
    assert partenaires("en lien avec le Relais et la ville de Port.", contexte) == ("ville de Port",)


# --- adhérents ---


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Nos villes adhérentes (12)", "commune"),
        ("EPCI", "epci"),
        ("Personnes physiques", "individuel"),
        ("Le bilan", None),
    ],
)
def test_un_type_d_adherents_s_annonce_de_plusieurs_facons(texte, attendu):
    assert type_adherent(texte) == attendu


def test_une_liste_d_adherents_coupee_par_la_colonne_est_recollee():
    liste = lire_adherents([bloc("Villes : Cergy ; Osny ; Les"), bloc("Mureaux ; Persan.")])
    assert [a.nom for a in liste.adherents] == ["Cergy", "Osny", "Les Mureaux", "Persan"]


def test_les_puces_et_les_parentheses_se_lisent_et_un_departement_n_est_pas_une_commune():
    blocs = [
        bloc("Associations"),
        bloc("Les Amis (Cergy)", "puce"),
        bloc("Relais – Osny", "puce"),
        bloc("Les Francs, Val d'Oise", "puce"),
    ]
    assert [(a.nom, a.commune) for a in lire_adherents(blocs).adherents] == [
        ("Les Amis", "Cergy"),
        ("Relais", "Osny"),
        ("Les Francs", None),
    ]


def test_une_liste_sans_type_est_signalee():
    liste = lire_adherents([bloc("Terre d'accueil ; Les Jardins")])
    assert (liste.adherents, len(liste.inconnus)) == ([], 1)


# --- tout bloc est quelque part ---

_MORCEAUX = st.sampled_from(
    [
        *(
            "RAPPORT D'ACTIVITÉ",
            "SOMMAIRE",
            "Habiter p. 4",
            "Habiter",
            "HABITER",
            "1. Notre projet",
            "2. Agir",
            "Zoom sur",
        ),
        *(
            "NOTRE ÉQUIPE",
            "Ana Dupin",
            "NOS ADHÉRENTS",
            "Villes : Cergy ; Osny",
            "Associations",
            "Perspectives 2026",
            "Yvelines",
        ),
        *("Yvelines :", "12", "participations", "46 %", "268 participations", "Objectifs", "Chiffres clés", "Podcasts"),
        *("www.exemple.org/a", "(voir page 4)", "01 44 55 66 77", "« UN TITRE COUPÉ", "LA SUITE »", "Le réseau :"),
        "Dans les Yvelines, les équipes ont réuni 40 personnes autour d'un cycle de quatre ateliers de quartier.",
        "Le centre a organisé :",
        "un atelier avec la ville de Cergy ;",
        "",
        "☺",
        "...",
    ]
)
_BLOCS = st.lists(
    st.builds(
        lambda texte, genre, niveau: Bloc(
            genre, texte, tuple(texte.split("\n")), 1, niveau=niveau if genre == "titre" else 0
        ),
        st.one_of(_MORCEAUX, st.text(max_size=60)),
        st.sampled_from(["titre", "paragraphe", "puce", "rangee"]),
        st.integers(1, 6),
    ),
    max_size=40,
)


def _mots(blocs):
    return Counter(mot for bloc in blocs for mot in bloc.texte.split())


@settings(deadline=None, max_examples=300)
@given(_BLOCS)
def test_tout_bloc_est_dans_une_partie_ou_dans_le_mobilier(blocs):
    plan = lire_plan(blocs)
    ranges = [*plan.mobilier, *(bloc for partie in plan.parties for bloc in partie.blocs)]
    assert _mots(ranges) == _mots(blocs)


@settings(deadline=None, max_examples=300)
@given(_BLOCS)
def test_toute_suite_de_blocs_se_depouille_et_rien_n_est_perdu_en_silence(blocs):
    blocs = [Bloc(b.genre, b.texte, b.lignes, rang, niveau=b.niveau) for rang, b in enumerate(blocs, start=1)]
    lu = rapport.depouiller(Texte("essai.txt", "texte", ()), blocs)
    textes = "\n".join(f"{notice.titre}\n{notice.texte}" for notice in lu.notices)
    signales = {anomalie.ligne for anomalie in lu.anomalies}
    for partie in lire_plan(blocs).parties:
        if partie.action:
            assert all(b.texte in textes for b in partie.corps if "\n" not in b.texte and len(b.lignes) == 1)
        elif (
            partie.sorte == "action" and partie.corps and not partie.chapitre and partie.titre and not partie.titre.vide
        ):
            assert signales & {b.ligne for b in partie.blocs}
        elif partie.sorte == "perspectives" and partie.corps:
            dites = sum(len(notice.perspectives) for notice in lu.notices)
            assert (
                dites or signales & {b.ligne for b in partie.blocs} or all(b.texte.endswith(":") for b in partie.corps)
            )


@pytest.mark.parametrize("graine", range(8))
def test_un_rapport_abime_donne_un_resultat_partiel(tmp_path, graine):
    hasard = random.Random(graine)
    lignes = CAPITALES.splitlines()
    abimees = {
        0: lignes[: len(lignes) // 2],
        1: hasard.sample(lignes, len(lignes)),
        2: [ligne for ligne in lignes if not ligne.isupper()],
        3: [ligne for ligne in lignes if len(ligne) < 60],
        4: [x for ligne in lignes for x in (ligne, "�#@§ " * 5)],
        5: lignes[::-1],
        6: [ligne[: hasard.randrange(1, 40)] for ligne in lignes],
        7: [ligne for ligne in lignes if ligne],
    }[graine]
    lu = lire(tmp_path, "\n".join(abimees), "abime.txt")
    assert lu.famille == "rapport"
    assert lu.notices or lu.anomalies


def test_un_tres_long_rapport_se_lit_en_entier(tmp_path):
    fichier = tmp_path / "long.md"
    fichier.write_text("\n\n".join([CAPITALES] * 60), encoding="utf-8")
    texte = lire_texte(fichier)
    lu = rapport.depouiller(texte, decouper(texte))
    assert len(lu.notices) >= 4 * 60 - 10


# --- reconnaître la famille ---


def test_un_rapport_ressemble_a_un_rapport(tmp_path):
    for contenu in (CAPITALES, MINUSCULES, DECLARES):
        fichier = tmp_path / "r.md"
        fichier.write_text(contenu, encoding="utf-8")
        assert rapport.ressemblance(decouper(lire_texte(fichier))) >= 0.7
    assert rapport.ressemblance(paragraphes("Lettre n° 231", "Agenda", "Le 12 mars, une rencontre.")) < 0.3
    assert rapport.ressemblance([]) == 0


# --- le rapport de 2023 ---


@pytest.fixture(scope="module")
def source(shared):
    fichier = shared / "corpus" / "rapport-activite-2023.md"
    if not fichier.is_file():
        pytest.skip("le rapport d'activité 2023 est absent de ../shared")
    return fichier


def _depouiller(fichier):
    texte = lire_texte(fichier)
    return rapport.depouiller(texte, decouper(texte))


@pytest.fixture(scope="module")
def vrai(source):
    return _depouiller(source)


def _gold(table):
    with (GOLD / f"rapport-activite-2023_{table}.csv").open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier))


def _cle(texte):
    return re.sub(r"\W+", "", plier(texte))


def _apparier(notices):
    """Chaque action lue à l'œil, et la notice de sa ligne."""
    par_ligne = {notice.ligne: notice for notice in notices}
    return [(ligne, par_ligne.get(int(ligne["ligne"]))) for ligne in _gold("actions")]


def test_les_actions_lues_a_l_oeil_sont_trouvees(vrai):
    paires = _apparier(vrai.notices)
    trouvees = [(gold, notice) for gold, notice in paires if notice and _cle(gold["intitule"]) in _cle(notice.titre)]
    assert len(trouvees) >= 0.95 * len(paires)
    assert len(trouvees) >= 0.95 * len(vrai.notices)


@pytest.mark.parametrize("champ", ["nature", "participations", "seances", "page", "url"])
def test_leurs_champs_sont_ceux_lus_a_l_oeil(vrai, champ):
    paires = [(gold, notice) for gold, notice in _apparier(vrai.notices) if notice]
    assert [(g["ligne"], str(getattr(n, champ) or "")) for g, n in paires] == [
        (g["ligne"], g[champ]) for g, _ in paires
    ]


def test_tous_les_adherents_sont_trouves(vrai):
    lus = Counter((a.nom or "", a.type, a.commune or "", a.nombre) for a in vrai.adherents)
    assert lus == Counter((g["nom"], g["type"], g["commune"], int(g["nombre"])) for g in _gold("adherents"))


def test_tous_les_chiffres_sont_trouves(vrai):
    def lignes(gold):
        return [int(n) for n in (gold["ligne"], *gold["lignes_aussi"].split("|")) if n]

    manquent = [
        gold
        for gold in _gold("chiffres")
        if not any(
            chiffre.valeur == float(gold["valeur"]) and min(abs(chiffre.ligne - n) for n in lignes(gold)) <= 3
            for chiffre in vrai.chiffres
        )
    ]
    assert manquent == []


def test_les_perspectives_sont_toutes_rangees_et_presque_toutes_a_leur_action(vrai):
    gold = _gold("perspectives")
    assert sum(len(notice.perspectives) for notice in vrai.notices) == len(gold)
    titres_lus = {int(g["ligne"]): g["intitule"] for g in _gold("actions")}
    attendues = [(g["texte_debut"].rstrip(","), titres_lus[int(g["ligne_action"])]) for g in gold if g["ligne_action"]]
    justes = sum(
        any(_cle(titre) == _cle(n.titre) and any(p.startswith(debut) for p in n.perspectives) for n in vrai.notices)
        for debut, titre in attendues
    )
    assert justes >= 0.95 * len(attendues)


def _lignes(element):
    """Un bloc, tel qu'un texte l'écrirait."""
    if element.bloc.genre == "rangee":
        return ["   ".join(element.bloc.lignes)]
    if element.role in {"encadre", "lieu"} or (len(element.bloc.lignes) > 1 and len(element.bloc.texte) < 160):
        return list(element.bloc.lignes)
    puce = element.bloc.genre == "puce" and not element.bloc.texte[0].isdigit()
    return [f"- {element.bloc.texte}" if puce else element.bloc.texte]


def _en_texte_replie(elements):
    replies = (
        textwrap.wrap(x, 90, break_long_words=False, break_on_hyphens=False) for e in elements for x in _lignes(e)
    )
    return "\n\n".join("\n".join(lignes) for lignes in replies if lignes)


def _en_lignes(elements):
    return "\n".join(ligne for element in elements for ligne in _lignes(element))


def _en_markdown(elements):
    def ecrire(element):
        if element.titre is None:
            return "\n".join(_lignes(element))
        rang = 1 + sum(element.titre.force < seuil for seuil in (4, 3, 2, 1))
        return f"{'#' * rang} {element.bloc.texte}"

    return "\n\n".join(ecrire(element) for element in elements)


def _resume(lu):
    return {(_cle(n.titre), n.lieux, n.nature, n.participations, n.seances, len(n.perspectives)) for n in lu.notices}


@pytest.mark.parametrize(
    ("nom", "ecrire"),
    [("replie.txt", _en_texte_replie), ("lignes.txt", _en_lignes), ("titres.md", _en_markdown)],
)
def test_le_meme_rapport_se_lit_pareil_en_texte_et_en_markdown(source, vrai, tmp_path, nom, ecrire):
    fichier = tmp_path / nom
    fichier.write_text(ecrire(etiqueter(decouper(lire_texte(source)))), encoding="utf-8")
    assert _resume(_depouiller(fichier)) == _resume(vrai)


def _en_typst(elements, colonnes):
    def echapper(texte):
        return re.sub(r"([\\#$*_`<>@\[\]~/=\"'+-])", r"\\\1", texte)

    paves = (r" \ ".join(echapper(ligne) for ligne in _lignes(element)) for element in elements)
    page = f"#set page(width: 210mm, height: 297mm, margin: 20mm, columns: {colonnes})\n"
    page += "#set text(size: 10pt, hyphenate: false)\n"
    return page + "\n\n".join(f"#block(above: 1.4em, below: 1.4em)[{pave}]" for pave in paves)


@pytest.mark.parametrize("colonnes", [1, 2])
def test_le_meme_rapport_se_lit_pareil_en_pdf(source, vrai, tmp_path, colonnes):
    typ, fichier = tmp_path / "rapport.typ", tmp_path / "rapport-2023.pdf"
    typ.write_text(_en_typst(etiqueter(decouper(lire_texte(source))), colonnes), encoding="utf-8")
    typst.compile(str(typ), output=str(fichier))
    lu = _depouiller(fichier)
    assert len(_resume(lu) & _resume(vrai)) >= 0.95 * len(vrai.notices)
    assert all(notice.page for notice in lu.notices)
    assert len(lu.adherents) == len(vrai.adherents)
