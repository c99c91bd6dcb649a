"""Ce qu'une fiche et une carte disent des expériences et actions."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from pages import JOUR, aplatir, donnees_de_carte

from observatoire.activites import TITRE, experiences_et_actions, raconter, recenser_recits
from observatoire.blocs import Recits, Texte
from observatoire.points import recenser


def bloc(o, recherche, niveau=None):
    return experiences_et_actions(o.territoire(recherche, niveau))


def test_une_commune_montre_d_abord_ce_qui_s_y_fait(o):
    recits = bloc(o, "92036")
    assert isinstance(recits, Recits)
    premier = recits.recits[0]
    assert premier.titre.startswith("Permettre aux habitant·es des quartiers populaires l'accès à une alimentation")
    assert "Gennevilliers" in premier.porteur
    assert "alimentation" in premier.themes
    assert (premier.date, premier.portee) == ("juin-juil. 2024", "sur place")
    assert premier.reference == "Recueil des fiches expériences 2024, p. 14"
    assert premier.resume.startswith("Gennevilliers, Nanterre")
    assert all(recit.reference and recit.date and recit.portee for recit in recits.recits)


def test_le_plus_proche_passe_avant_le_plus_recent(o):
    # Argenteuil n'a pas de fiche expérience à elle : son action passe avant la fiche de tout le département.
    portees = [recit.portee for recit in bloc(o, "95018").recits]
    assert portees[0] == "sur place"


def test_les_themes_sans_rien_de_recense_sont_dits_sans_conclure(o):
    (blancs,) = (note for note in bloc(o, "92036").notes if note.startswith("Thèmes sans rien"))
    assert "numérique" in blancs
    assert "alimentation" not in blancs
    assert "ne dit pas que rien" in blancs


def test_rien_de_recense_se_dit(o):
    # Fontainebleau : ni elle, ni son intercommunalité, ni son département n'ont d'action racontée au catalogue.
    texte = bloc(o, "77186")
    assert isinstance(texte, Texte)
    assert "Aucune expérience" in texte.paragraphes[0]


def test_le_bloc_est_dans_la_fiche_html_et_pdf(o):
    fiche = o.territoire("92036").fiche(date=JOUR)
    assert TITRE in fiche.html
    assert "VRAC Seine Ouest" in fiche.html
    with pypdfium2.PdfDocument(fiche.pdf) as document:
        texte = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "VRAC Seine Ouest" in aplatir(texte)


# --- sur la carte ---


def test_la_carte_place_chaque_notice_une_fois_par_lieu(o):
    places = recenser(o.territoire("92036"))
    vrac = places[places.titre.str.startswith("Permettre")]
    # Nommée au Luth, elle n'est pas en plus au milieu de la commune ; les quartiers où elle n'est qu'envisagée, non.
    assert vrac.code.tolist() == ["QN09208M"]
    assert not places.duplicated(["id", "code"]).any()
    assert set(places.code) <= set(o.territoire("92036").portees)


def test_ce_que_fait_le_departement_n_est_pas_place_dans_la_commune(o):
    assert set(recenser(o.territoire("Nanterre")).niveau) <= {"commune", "qpv"}


@pytest.mark.parametrize(("experiences", "attendu"), [(True, True), (False, False)])
def test_la_carte_montre_ou_tait_les_experiences(o, experiences, attendu):
    carte = o.territoire("92036").carte(experiences=experiences)
    assert ("accès à une alimentation" in json.dumps(donnees_de_carte(carte.html), ensure_ascii=False)) is attendu


def test_une_carte_imprimee_d_indicateur_garde_ses_couleurs_visibles(o):
    perimetre = o.territoire("ouest francilien")
    assert "expériences" not in perimetre.carte_statique("taux_pauvrete").texte_alternatif
    assert "expériences" in perimetre.carte_statique("taux_pauvrete", experiences=True).texte_alternatif
    assert "expériences" in perimetre.carte_statique().texte_alternatif


@pytest.mark.parametrize(
    "adresse", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "//exemple.fr", "x"]
)
def test_une_adresse_qui_n_est_pas_du_web_n_est_un_lien_dans_aucun_rendu(o, adresse):
    ligne = recenser_recits(o.territoire("92036")).iloc[0].copy()
    ligne["url"] = adresse
    assert raconter(ligne).url == ""


def test_une_adresse_du_web_est_un_lien(o):
    ligne = recenser_recits(o.territoire("92036")).iloc[0].copy()
    ligne["url"] = "https://exemple.fr/a b"
    assert raconter(ligne).url == "https://exemple.fr/a%20b"
