"""Les contours d'une page : justes au mètre, et chaque limite commune écrite une seule fois."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pages import JOUR, lire_entiers, refaire

from observatoire.carte import decrire
from observatoire.topologie import SIGNES, encoder

PRECISION = 100_000
RAYONS = st.lists(st.floats(1e-4, 0.5), min_size=3, max_size=25)
CENTRES = st.tuples(st.floats(-5, 10), st.floats(41, 52))


def etoile(centre, rayons, echelle=1.0):
    angles = np.linspace(0, 2 * np.pi, len(rayons), endpoint=False)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(rayons)[:, None] * echelle + centre


@st.composite
def polygones(tirer):
    centre, rayons = tirer(CENTRES), tirer(RAYONS)
    trous = [etoile(centre, rayons, 0.3)] if tirer(st.booleans()) else []
    return shapely.Polygon(etoile(centre, rayons), trous)


def relire(topologie, rang):
    return refaire(topologie.troncons, topologie.formes[rang], PRECISION)


def reconstruire(topologie, rang):
    return shapely.MultiPolygon([shapely.Polygon(p[0], p[1:]) for p in relire(topologie, rang)])


@given(st.lists(polygones(), min_size=1, max_size=3))
def test_un_contour_encode_se_relit_au_metre(formes):
    encodes = relire(encoder([shapely.MultiPolygon(formes)], PRECISION), 0)
    assert [len(anneaux) for anneaux in encodes] == [1 + len(forme.interiors) for forme in formes]
    for forme, anneaux in zip(formes, encodes, strict=True):
        for anneau, relu in zip((forme.exterior, *forme.interiors), anneaux, strict=True):
            sommets, relus = shapely.get_coordinates(anneau), np.array(relu)
            distances = np.abs(sommets[:, None] - relus[None]).max(axis=2)
            assert distances.min(axis=1).max() <= 1e-5
            assert distances.min(axis=0).max() <= 1e-5


def test_un_sommet_repete_n_est_ecrit_qu_une_fois():
    topologie = encoder([shapely.Polygon([(2, 48), (2.000001, 48), (2.1, 48), (2.1, 48.1)])], PRECISION)
    ((anneau,),) = relire(topologie, 0)
    assert sorted(anneau) == [(2, 48), (2.1, 48), (2.1, 48.1)]


def test_deux_voisins_et_leur_union_partagent_leurs_troncons():
    ouest, est = shapely.box(2, 48, 2.1, 48.1), shapely.box(2.1, 48, 2.2, 48.1)
    topologie = encoder([ouest, est, shapely.coverage_union_all([ouest, est])], PRECISION)
    # La limite commune, et les deux moitiés du tour : l'union n'ajoute rien.
    assert len(topologie.troncons) == 3
    for rang, forme in enumerate((ouest, est, shapely.box(2, 48, 2.2, 48.1))):
        assert reconstruire(topologie, rang).symmetric_difference(forme).area < 1e-9


def test_le_meme_contour_dans_l_autre_sens_ou_depuis_un_autre_point_n_est_pas_recrit():
    points = [(2, 48), (2.1, 48), (2.1, 48.1), (2.05, 48.2)]
    formes = [shapely.Polygon(points), shapely.Polygon(points[::-1]), shapely.Polygon(points[2:] + points[:2])]
    topologie = encoder(formes, PRECISION)
    assert len(topologie.troncons) == 1
    assert [np.sign(f[0][0][0] + 0.5) for f in topologie.formes].count(-1) == 1


@given(st.lists(st.integers(-(2**31), 2**31), min_size=2, max_size=20).map(lambda xs: xs[: len(xs) // 2 * 2]))
def test_les_entiers_se_relisent_tous(valeurs):
    from observatoire.topologie import _en_signes

    entiers = np.array(valeurs, dtype=np.int64)
    texte, tailles = _en_signes(np.where(entiers < 0, ~(entiers << 1), entiers << 1))
    assert lire_entiers(texte) == valeurs
    assert tailles.sum() == len(texte)


def test_le_texte_des_troncons_ne_s_echappe_jamais_dans_une_page():
    assert len(set(SIGNES)) == 64
    assert not set(SIGNES) & set("<>&\"'\\{}%#`$")


def test_les_communes_du_perimetre_ne_repetent_aucune_limite(o):
    carte = decrire(o.territoire("ouest francilien"), JOUR)
    (communes,) = (c for c in carte.couches if c.style == "communes")
    contours = [e.geometrie for e in communes.entites]
    topologie = encoder(contours, PRECISION)
    ecrits = sum(len(lire_entiers(t)) // 2 for t in topologie.troncons)
    assert ecrits < 0.75 * shapely.get_num_coordinates(contours).sum()
    relus = gpd.GeoSeries([reconstruire(topologie, rang) for rang in range(len(contours))])
    assert shapely.coverage_is_valid(relus.values)
    assert (shapely.hausdorff_distance(relus.values, np.array(contours)) < 1e-5).all()


def test_rien_donne_rien():
    topologie = encoder([], PRECISION)
    assert (topologie.troncons, topologie.formes) == ([], [])
    assert encoder([shapely.MultiPolygon()], PRECISION).formes == [[]]
