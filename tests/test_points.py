"""Les expériences et actions sur une carte : un point par territoire, un compte juste, aucun lien dangereux."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from pages import HOSTILE, JOUR, aplatir, donnees_de_carte, lire, requetes

from observatoire import carte_interactive, carte_statique
from observatoire.carte import decrire
from observatoire.erreurs import ErreurArgument
from observatoire.points import COLONNES, avec_experiences

SVG = "{http://www.w3.org/2000/svg}"


def table(*lignes):
    return pd.DataFrame(lignes, columns=list(COLONNES))


LIGNES = table(
    ("e1", "experience", "Un café des parents", 2022, "Ville", "fiches/e1.html", "QN09208M", "qpv"),
    ("e2", "action", "Une rencontre", 2024, "Pôle", "https://exemple.fr/e2", "QN09208M", "qpv"),
    ("e3", "experience", "Un forum", None, None, None, "92036", "commune"),
    ("e4", "action", "Une formation", 2023, "Pôle", "", "95", "departement"),
)


@pytest.fixture(scope="module")
def gennevilliers(o):
    return o.territoire("92036")


@pytest.fixture(scope="module")
def carte(gennevilliers):
    return avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, LIGNES)


def comptes(arbre):
    """Les nombres que portent les épingles d'un SVG."""
    epingles = [g for g in arbre.iter(f"{SVG}g") if g.get("transform") and len(g.findall(f"{SVG}text")) == 1]
    textes = [t for g in epingles for t in g.findall(f"{SVG}text") if t.get("fill") == "#ffffff"]
    return [int(t.text) for t in textes]


def points(carte_):
    return [e for couche in carte_.couches if couche.style == "points" for e in couche.entites]


def test_un_point_par_territoire_a_l_interieur_de_son_contour(o, carte):
    poses = {e.code: e for e in points(carte)}
    assert sorted(poses) == ["92036", "QN09208M"]
    assert o.qpv.geometry["QN09208M"].contains(poses["QN09208M"].geometrie)
    assert o.communes.geometry["92036"].contains(poses["92036"].geometrie)
    assert [a.titre for a in poses["QN09208M"].articles] == ["Une rencontre", "Un café des parents"]
    assert [a.precisions for a in poses["QN09208M"].articles] == ["action, 2024, Pôle", "expérience, 2022, Ville"]
    assert [a.lien for a in poses["QN09208M"].articles] == ["https://exemple.fr/e2", "fiches/e1.html"]
    (forum,) = poses["92036"].articles
    assert (forum.titre, forum.precisions, forum.lien) == ("Un forum", "expérience", None)


def test_ce_qui_n_a_pas_de_place_se_dit(carte):
    (note,) = (aplatir(n) for n in carte.notes if "placée" in n)
    assert note.startswith("1 expérience ou action n'est pas placée")
    assert "3 expériences ou actions y sont placées, en 2 lieux." in aplatir(carte.texte_alternatif)


def test_une_experience_de_deux_lieux_ne_compte_qu_une_fois(gennevilliers):
    deux = table(
        ("e1", "experience", "Un café", 2022, "Ville", "", "QN09208M", "qpv"),
        ("e1", "experience", "Un café", 2022, "Ville", "", "92036", "commune"),
    )
    carte_ = avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, deux)
    assert len(points(carte_)) == 2
    assert "1 expérience ou action y est placée, en 2 lieux." in aplatir(carte_.texte_alternatif)
    assert not [n for n in carte_.notes if "placée" in n]


def test_sans_rien_la_carte_le_dit_et_n_a_pas_de_couche(gennevilliers):
    carte_ = avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, table())
    assert points(carte_) == []
    assert carte_.texte_alternatif.endswith("Aucune expérience ni action n'y est placée.")


@pytest.mark.parametrize(
    "adresse", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "data:text/html,x"]
)
def test_une_adresse_qui_serait_un_programme_n_est_pas_un_lien(gennevilliers, adresse):
    carte_ = avec_experiences(
        decrire(gennevilliers, JOUR), gennevilliers, table(("e", "action", "A", 2024, "P", adresse, "92036", "commune"))
    )
    assert points(carte_)[0].articles[0].lien is None


@pytest.mark.parametrize("colonne", COLONNES)
def test_une_colonne_absente_est_nommee(gennevilliers, colonne):
    with pytest.raises(ErreurArgument, match=rf"absentes : {colonne}\..*Que faire"):
        avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, LIGNES.drop(columns=colonne))


def test_un_genre_inconnu_est_refuse(gennevilliers):
    with pytest.raises(ErreurArgument, match=r"genres inconnus.*fete.*Que faire"):
        avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, LIGNES.assign(genre="fete"))


def test_un_code_inconnu_ne_casse_rien(gennevilliers):
    inconnu = table(
        ("e", "action", "A", 2024, "P", "", "99999", "commune"), ("f", "action", "B", 2024, "P", "", "x", "iris")
    )
    carte_ = avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, inconnu)
    assert points(carte_) == []
    assert any("2 expériences ou actions ne sont pas placées" in aplatir(n) for n in carte_.notes)


def test_la_table_donnee_ne_change_pas(gennevilliers):
    avant = LIGNES.copy()
    avec_experiences(decrire(gennevilliers, JOUR), gennevilliers, LIGNES)
    pd.testing.assert_frame_equal(LIGNES, avant)


def test_les_deux_rendus_montrent_les_memes_points(carte):
    html = carte_interactive.dessiner(carte).html
    (couche,) = (c for c in donnees_de_carte(html)["couches"] if "forme" in c["style"])
    assert [e["code"] for e in couche["entites"]] == [e.code for e in points(carte)]
    assert [[a["titre"] for a in e["articles"]] for e in couche["entites"]] == [
        [a.titre for a in e.articles] for e in points(carte)
    ]
    assert requetes(html) == []
    arbre = ET.fromstring(carte_statique.dessiner(carte).svg)
    assert sorted(comptes(arbre)) == [1, 2]


def test_sur_papier_les_points_qui_se_touchent_s_additionnent(o):
    t = o.territoire("ouest francilien")
    tous = table(*((f"e{i}", "action", "A", 2024, "P", "", code, "qpv") for i, code in enumerate(t.qpv.index)))
    svg = carte_statique.dessiner(avec_experiences(decrire(t, JOUR), t, tous)).svg
    arbre = ET.fromstring(svg)
    assert sum(comptes(arbre)) == 83
    assert 5 < len(comptes(arbre)) < 60


def test_des_textes_hostiles_restent_des_textes(gennevilliers):
    carte_ = avec_experiences(
        decrire(gennevilliers, JOUR),
        gennevilliers,
        table(("e", "action", HOSTILE, 2024, HOSTILE, "", "92036", "commune")),
    )
    html = carte_interactive.dessiner(carte_).html
    assert "<script>alert" not in html
    assert len(lire(html).tous("script")) == len(
        lire(carte_interactive.dessiner(decrire(gennevilliers, JOUR)).html).tous("script")
    )
    (couche,) = (c for c in donnees_de_carte(html)["couches"] if "forme" in c["style"])
    assert couche["entites"][0]["articles"][0]["titre"] == HOSTILE
    assert not re.search("<script", carte_statique.dessiner(carte_).svg)
