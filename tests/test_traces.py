"""Des contours au tracé : rien ne bouge de plus d'un demi-dixième, rien ne se décolle, le trop petit est un point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import JOUR
from traces_svg import anneaux

from observatoire.carte import COTE_VISIBLE, Couche, Entite, decrire
from observatoire.traces import Vue, ecrire, projeter, tracer

COORDONNEES = st.tuples(st.floats(-5, 900), st.floats(-5, 900))
CARRE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def arrondis(points):
    """Les points d'un anneau ouvert, au dixième, sans ceux qui répètent leur voisin."""
    grille = [tuple(p) for p in np.rint(np.array(points) * 10).astype(int).tolist()]
    suites = [point for point, _ in itertools.groupby([*grille, grille[0]])]
    return suites[:-1] if suites[0] == suites[-1] else suites


def relus(chemin):
    return [[tuple(p) for p in np.rint(a * 10).astype(int).tolist()] for a in anneaux(chemin)]


@settings(deadline=None)
@given(st.lists(st.lists(COORDONNEES, min_size=3, max_size=12), min_size=1, max_size=6))
def test_un_trace_relu_est_le_contour_au_dixieme(contours):
    ecrits = ecrire(np.array([shapely.Polygon(c) for c in contours], dtype=object))
    attendus = [[a] for c in contours if len(a := arrondis(c)) > 2]
    trouves = [relus(chemin) for chemin in ecrits]
    # Un anneau peut commencer ailleurs : ses côtés, eux, sont les mêmes.
    assert [[cotes(a) for a in t] for t in trouves] == [[cotes(a) for a in t] for t in attendus]


def cotes(anneau):
    return sorted(itertools.pairwise([*anneau, anneau[0]]))


def test_un_trou_et_les_parties_d_une_meme_entite_restent_ensemble():
    troue = shapely.Polygon(CARRE, [[(2, 2), (4, 2), (4, 4)]])
    double = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    assert [len(relus(chemin)) for chemin in ecrire(np.array([troue, double], dtype=object))] == [2, 2]


def test_l_ecriture_est_la_plus_courte():
    (chemin,) = ecrire(np.array([shapely.Polygon([(0, 0), (0.5, 0), (10.5, -3), (0, 2.25)])], dtype=object))
    assert chemin == "M 0 0l .5 0 10-3-10.5 5.2z"


@pytest.mark.parametrize(
    "vide",
    [shapely.Point(1, 2), shapely.LineString([(0, 0), (5, 5)]), shapely.Polygon(), shapely.box(0, 0, 0.01, 0.01)],
)
def test_ce_qui_n_a_pas_de_surface_n_a_pas_de_trace(vide):
    assert ecrire(np.array([vide, shapely.box(0, 0, 1, 1)], dtype=object)) == ["M 1 0l 0 1-1 0 0-1z"]


def test_rien_ne_s_ecrit_de_rien():
    assert ecrire(np.array([], dtype=object)) == []


def test_une_vue_montre_ses_bornes_en_entier_et_au_centre():
    vue = Vue.cadrer((0, 0, 1000, 500), 200, 200)
    assert vue.poser(np.array([[0, 0], [1000, 500]])).tolist() == [[0, 150], [200, 50]]


def test_rogner_ne_touche_pas_ce_qui_est_dedans():
    vue = Vue(0, 0, 1, 100, 100)
    dedans, dehors = shapely.box(10, 10, 90, 90), shapely.box(-50, -50, 50, 50)
    un, autre = vue.rogner(np.array([dedans, dehors], dtype=object))
    assert un is dedans
    assert autre.bounds == (-6, -6, 50, 50)


@pytest.fixture(scope="module")
def perimetre(o):
    carte = decrire(o.territoire("ouest francilien"), JOUR)
    bornes = shapely.total_bounds(projeter([shapely.box(*carte.emprise)]))
    return carte.couches, Vue.cadrer(bornes, 520, 580)


def test_un_quartier_trop_petit_pour_se_voir_est_un_point_dans_son_contour(perimetre):
    couches, vue = perimetre
    for couche, places in zip(couches, tracer(couches, vue), strict=True):
        entiers = shapely.transform(projeter([e.geometrie for e in couche.entites]), vue.poser)
        cotes_ = np.ptp(shapely.bounds(entiers).reshape(-1, 2, 2), axis=1).max(axis=1)
        points = shapely.get_type_id(places) == shapely.GeometryType.POINT
        assert not points.any() or couche.reperee
        if couche.reperee:
            assert (cotes_[points] < COTE_VISIBLE * 1.1).all()
            assert (cotes_[~points] > COTE_VISIBLE * 0.9).all()
            assert shapely.dwithin(places[points], entiers[points], 0.2).all()


def test_les_communes_restent_jointives(perimetre):
    couches, vue = perimetre
    rang = [couche.style for couche in couches].index("communes")
    anneaux_ = [[tuple(p) for p in a] for chemin in ecrire(tracer(couches, vue)[rang]) for a in relus(chemin)]
    comptes: dict[tuple[tuple[int, int], ...], int] = {}
    for anneau in anneaux_:
        for cote in itertools.pairwise([*anneau, anneau[0]]):
            cle = tuple(sorted(cote))
            comptes[cle] = comptes.get(cle, 0) + 1
    # Un côté est à deux communes, ou au bord du territoire : s'il en restait d'ouverts dedans, ils seraient bien plus.
    bord = sum(n == 1 for n in comptes.values())
    assert set(comptes.values()) == {1, 2}
    assert bord < 0.25 * len(comptes)


def test_une_couche_serree_s_allege_sans_se_decoller():
    x = np.linspace(0, 0.1, 400)
    dents = np.column_stack([x, 49 + 1e-5 * (np.arange(400) % 2)])
    haut = shapely.Polygon([*dents, (0.1, 49.05), (0, 49.05)])
    bas = shapely.Polygon([*dents, (0.1, 48.95), (0, 48.95)])
    couche = Couche("communes", (Entite("a", "A", haut), Entite("b", "B", bas)))
    bornes = shapely.total_bounds(projeter([haut, bas]))
    (places,) = tracer([couche], Vue.cadrer(bornes, 100, 100))
    assert shapely.get_num_coordinates(places).max() < 50
    assert shapely.area(shapely.intersection(*places)) < 1e-6
    assert shapely.union_all(places).geom_type == "Polygon"


def test_sans_couche_rien_n_est_trace():
    assert tracer([], Vue(0, 0, 1, 1, 1)) == []
