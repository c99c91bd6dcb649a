"""Les cartes coloriées : des classes qui couvrent tout, des absences hachurées, jamais d'effectif en surface."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire import carte_interactive, carte_statique
from observatoire.carte import decrire
from observatoire.choroplethe import PALETTE, colorier, decouper, ranger
from observatoire.erreurs import ErreurArgument

JOUR = dt.date(2026, 11, 22)
SOMBRE, CLAIR = PALETTE[-1], PALETTE[0]


def carte(o, recherche, indicateur, **options):
    t = o.territoire(recherche)
    return colorier(decrire(t, JOUR), t, indicateur, **options)


def couches(carte_, style):
    return [couche for couche in carte_.couches if couche.style == style]


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60), st.integers(-1, 2))
def test_chaque_valeur_tombe_dans_une_classe_et_aucune_classe_n_est_vide(valeurs, decimales):
    classes = decouper(valeurs, decimales)
    assert 1 <= len(classes) <= len(PALETTE)
    rangs = [ranger(v, classes) for v in valeurs]
    assert set(rangs) == set(range(len(classes)))
    marge = 1e-6 * max(1, *map(abs, valeurs))
    for valeur, rang in zip(valeurs, rangs, strict=True):
        bas, haut = classes[rang]
        assert bas - marge <= valeur <= haut + marge
    for valeur, rang in zip(valeurs, rangs, strict=True):
        assert all(rang >= autre for v, autre in zip(valeurs, rangs, strict=True) if v < valeur)


def test_les_taux_de_pauvrete_du_val_d_oise_sont_tous_classes_ou_hachures(o):
    c = carte(o, "95", "taux_pauvrete")
    lus = o.indicateurs[
        (o.indicateurs.indicateur == "taux_pauvrete") & o.indicateurs.code.isin(o.territoire("95").qpv.index)
    ]
    classees = {e.code for couche in couches(c, "classe") for e in couche.entites}
    hachurees = {e.code for couche in couches(c, "absente") for e in couche.entites}
    assert classees == set(lus.code[lus.statut == "diffuse"])
    assert hachurees == set(lus.code[lus.statut == "non_diffuse"])
    assert (len(classees), len(hachurees)) == (36, 6)
    assert sum(n or 0 for style, n in c.legende if style.remplissage in PALETTE) == 36


def test_une_valeur_plus_haute_n_est_jamais_plus_claire(o):
    lus = o.indicateurs[(o.indicateurs.niveau == "qpv") & (o.indicateurs.indicateur == "taux_emploi")]
    valeurs = dict(zip(lus.code, lus.valeur, strict=True))
    rangs = [
        (PALETTE.index(couche.dessin.remplissage), [valeurs[e.code] for e in couche.entites])
        for couche in couches(carte(o, "ouest francilien", "taux_emploi"), "classe")
    ]
    for (bas, basses), (haut, hautes) in zip(sorted(rangs), sorted(rangs)[1:], strict=False):
        assert bas < haut
        assert max(basses) < min(hautes) or np.isclose(max(basses), min(hautes))


def test_un_secret_et_une_absence_n_ont_pas_le_meme_motif(o):
    c = carte(o, "CARPF", "niveau_vie_median")
    motifs = {couche.dessin.hachures: len(couche.entites) for couche in couches(c, "absente")}
    assert motifs == {"secret": 1, "indisponible": 17}
    svg = carte_statique.dessiner(c).svg
    page = carte_interactive.dessiner(c).html
    for statut in motifs:
        for rendu in (svg, page):
            assert f'id="hachures-{statut}"' in rendu
            assert f"url(#hachures-{statut})" in rendu


def test_un_effectif_ne_se_colorie_pas(o):
    with pytest.raises(ErreurArgument, match=r"est un effectif.*Que faire"):
        carte(o, "95", "population")


@pytest.mark.parametrize(("recherche", "indicateur"), [("95", "indice_gini"), ("QN09502I", "taux_pauvrete")])
def test_ce_qui_n_est_publie_nulle_part_sur_la_carte_se_refuse(o, recherche, indicateur):
    with pytest.raises(ErreurArgument, match="Que faire"):
        carte(o, recherche, indicateur)


def test_par_commune_les_quartiers_ne_sont_plus_qu_un_contour(o):
    c = carte(o, "92", "niveau_vie_median")
    quartiers = [couche for couche in c.couches if couche.style in {"inchange", "modifie", "nouveau"}]
    assert quartiers
    assert all(couche.dessin.remplissage is None for couche in quartiers)
    assert sum(len(couche.entites) for couche in couches(c, "classe")) == 36
    assert "Insee, Filosofi 2021" in c.sous_titre
    assert "Insee, Filosofi 2021" in c.sources


def test_zero_habitant_en_quartier_a_sa_propre_classe(o):
    libelles = [style.libelle for style, _ in carte(o, "ouest francilien", "part_population_qpv").legende]
    assert any(re.fullmatch(r"0,0\u202f%", libelle) for libelle in libelles)


def test_le_texte_alternatif_dit_les_extremes_et_les_absences(o):
    texte = carte(o, "95", "taux_pauvrete").texte_alternatif
    assert "28,0\u202f%, Louvrais" in texte
    assert "43,0\u202f%" in texte
    assert "6\u00a0valeurs absentes" in texte


def test_une_carte_coloriee_s_enregistre_dans_tous_les_formats(o, tmp_path):
    t = o.territoire("Sarcelles")
    for forme in ("svg", "png", "pdf"):
        assert t.carte_statique("taux_pauvrete").enregistrer(tmp_path / f"c.{forme}").stat().st_size > 1000
    assert "Taux de pauvreté" in t.carte("taux_pauvrete").enregistrer(tmp_path / "c.html").read_text("utf-8")
