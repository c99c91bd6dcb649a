"""Le texte qui remplace une carte : jamais vide, aucun chiffre sans unité, les ex æquo nommés."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import JOUR, aplatir

from observatoire.alternatif import absences, assembler, extremes
from observatoire.carte import decrire
from observatoire.choroplethe import colorier
from observatoire.erreurs import ErreurArgument
from observatoire.points import avec_experiences, recenser

NOMS = ("quartier", "quartiers")
TERRITOIRES = ("QN09219N", "92036", "78646", "93048", "CARPF", "200057990", "95", "ouest francilien")
#: Un nombre suivi de son unité, collée par une espace insécable ; une année ; un code, un « pour 100 » ou un indice.
AVEC_UNITE = re.compile(
    r"(?<![\w,])[−+]?\d[\d\u202f]*(?:,\d+)?[\u202f\xa0](?:pour 100 (?:ménages|habitants)|[%€a-zà-ÿ])"
    r"|\b20[12]\d\b"
    r"|\((?:quartier prioritaire|commune|EPCI|EPT|département|périmètre) [\w-]+\)"
    r"|(?:du département|des départements) [\d, et]+"
    r"|(?:un indice|un écart d'indice) de [−+]?\d+,\d+"
)


def chiffres_nus(carte, texte):
    """Les chiffres d'un texte qui n'ont ni unité ni emploi connu, une fois ôtés les noms venus des données."""
    noms = {e.nom for couche in carte.couches for e in couche.entites}
    for nom in sorted({n for n in noms if re.search(r"\d", n)}, key=len, reverse=True):
        texte = texte.replace(nom, "")
    return re.findall(r"\d+", AVEC_UNITE.sub("", texte))


@pytest.mark.parametrize("recherche", TERRITOIRES)
def test_une_carte_se_dit_sans_chiffre_nu(o, recherche):
    t = o.territoire(recherche)
    carte = avec_experiences(decrire(t, JOUR), t, recenser(t))
    assert carte.texte_alternatif.startswith(f"Carte, {t.nom} ({t.libelle_niveau} {t.code})")
    assert "géographie prioritaire 2024" in carte.texte_alternatif
    assert chiffres_nus(carte, carte.texte_alternatif) == []
    assert carte.texte_alternatif.endswith(".")


def test_chaque_indicateur_se_dit_sans_chiffre_nu(o):
    t = o.territoire("95")
    base = decrire(t, JOUR)
    dits = 0
    for indicateur, fiche in o.catalogue.iterrows():
        for ecart in {False, fiche.nature != "effectif"}:
            try:
                carte = colorier(base, t, indicateur, ecart=ecart)
            except ErreurArgument:  # un écart sans millésime commun
                assert ecart
                continue
            texte = carte.texte_alternatif.replace(fiche.libelle, "")
            assert chiffres_nus(carte, texte) == [], carte.texte_alternatif
            assert ("écart au département" in aplatir(texte)) is ecart
            assert "au plus bas" in texte
            dits += 1
    assert dits > 35


def test_la_carte_du_perimetre_se_dit(o):
    assert aplatir(decrire(o.territoire("ouest francilien"), JOUR).texte_alternatif) == (
        "Carte, Ouest francilien (périmètre ouest-francilien) : quartiers prioritaires, géographie prioritaire 2024, "
        "sur 478 communes. 83 quartiers prioritaires : 12 inchangés, 65 modifiés et 6 nouveaux depuis 2015. Population "
        "de 2020 : au plus bas 815 habitants (Université I, Nanterre), au plus haut 37 146 habitants (Lochères, "
        "Sarcelles)."
    )


def test_un_seul_quartier_n_a_pas_d_extremes(o):
    texte = aplatir(decrire(o.territoire("95268"), JOUR).texte_alternatif)
    assert "1 quartier prioritaire, modifié depuis 2015" in texte
    assert texte.endswith("Population de 2020 : 33 768 habitants (Terres de Garges, Garges-lès-Gonesse).")


def test_des_quartiers_tous_de_meme_statut_se_disent_ensemble(o):
    texte = aplatir(decrire(o.territoire("92036"), JOUR).texte_alternatif)
    assert "3 quartiers prioritaires, tous modifiés depuis 2015." in texte


# --- les extrêmes ---


def dites(*valeurs):
    return [(v, f"{v} points", f"Q{rang}") for rang, v in enumerate(valeurs)]


@pytest.mark.parametrize(
    ("valeurs", "attendu"),
    [
        ([3], "3 points (Q0)"),
        ([3, 5], "au plus bas 3 points (Q0), au plus haut 5 points (Q1)"),
        ([3, 5, 5], "au plus bas 3 points (Q0), au plus haut 5 points (Q1 et Q2, à égalité)"),
        ([5, 5, 5], "5 points (Q0, Q1 et Q2, à égalité)"),
        ([1, 1, 1, 1, 9], "au plus bas 1 points (Q0, Q1 et 2 autres quartiers, à égalité), au plus haut 9 points (Q4)"),
    ],
)
def test_les_ex_aequo_sont_nommes(valeurs, attendu):
    assert aplatir(extremes(dites(*valeurs), NOMS)) == attendu


def test_deux_territoires_de_meme_nom_ne_font_pas_un():
    memes = [(1, "1 %", "Village"), (1, "1 %", "Village"), (2, "2 %", "Autre")]
    assert (
        aplatir(extremes(memes, NOMS))
        == "au plus bas 1 % (Village et 1 autre quartier, à égalité), au plus haut 2 % (Autre)"
    )


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40))
def test_les_extremes_sont_les_bons(valeurs):
    texte = aplatir(extremes(dites(*valeurs), NOMS))
    assert f"{min(valeurs)} points" in texte
    assert f"{max(valeurs)} points" in texte
    ex_aequo = valeurs.count(min(valeurs)) > 1 or valeurs.count(max(valeurs)) > 1
    assert ("à égalité" in texte) is ex_aequo
    assert ("au plus bas" in texte) is (len(set(valeurs)) > 1)


def test_les_absences_ont_leur_raison():
    assert absences({}, NOMS) == ""
    assert absences({"secret": 0}, NOMS) == ""
    assert aplatir(absences({"secret": 1, "non_diffuse": 3}, NOMS)) == (
        "Sans valeur, 1 quartier (secret statistique) et 3 quartiers (non diffusé)"
    )


def test_les_phrases_vides_ne_laissent_pas_de_point():
    assert assembler("Une carte", "", "Rien ne manque") == "Une carte. Rien ne manque."
