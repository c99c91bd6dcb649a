"""Les palettes vues par un daltonien : deux teintes voisines en légende se distinguent encore, et l'ordre se lit.

Simulations de Machado, Oliveira et Fernandes, « A Physiologically-based Model for Simulation of Color Vision
Deficiency » (IEEE Transactions on Visualization and Computer Graphics 15(6), 2009), sévérité 1, en RVB linéaire.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from observatoire.carte import STYLES
from observatoire.cercles import _ENCRE
from observatoire.classes import CENTRE, SANS, SANS_ECART, SOUS, SUR, teinter

VISIONS = {
    "usuelle": np.eye(3),
    "protanopie": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopie": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopie": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TOUTES = pytest.mark.parametrize("vision", VISIONS)
#: Écart CIE76 sous lequel deux plages voisines d'une légende se confondent ; 2,3 est le juste discernable côte à côte.
DISTINCTES = 10


def lineaire(couleur):
    rvb = np.array([int(couleur[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rvb <= 0.04045, rvb / 12.92, ((rvb + 0.055) / 1.055) ** 2.4)


def lab(couleur, vision):
    """CIELAB (D65) d'une couleur telle qu'elle est vue."""
    vu = np.clip(VISIONS[vision] @ lineaire(couleur), 0, 1)
    xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    relatif = xyz @ vu / np.array([0.95047, 1.0, 1.08883])
    f = np.where(relatif > (6 / 29) ** 3, np.cbrt(relatif), relatif / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ecart(une, autre, vision):
    return float(np.linalg.norm(lab(une, vision) - lab(autre, vision)))


def divergente(cote):
    return [*reversed(SOUS[cote]), CENTRE, *SUR[cote]]


def test_les_reperes_du_calcul_sont_justes():
    assert lab("#ffffff", "usuelle") == pytest.approx([100, 0, 0], abs=0.01)
    assert lab("#ff0000", "usuelle") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    # Rouge et vert purs : opposés pour l'œil usuel, bien plus proches pour un deutéranope.
    assert ecart("#ff0000", "#00ff00", "deuteranopie") < 0.6 * ecart("#ff0000", "#00ff00", "usuelle")
    # Un gris reste gris pour tous.
    for vision in VISIONS:
        assert np.abs(lab("#808080", vision)[1:]).max() < 1.5


@TOUTES
@pytest.mark.parametrize("nombre", range(1, 8))
def test_les_classes_voisines_se_distinguent_et_vont_du_clair_au_sombre(vision, nombre):
    teintes = teinter(nombre)
    assert len(set(teintes)) == nombre
    assert all(ecart(a, b, vision) >= DISTINCTES for a, b in itertools.combinations(teintes, 2))
    clartes = [lab(t, vision)[0] for t in teintes]
    assert clartes == sorted(clartes, reverse=True)


@TOUTES
@pytest.mark.parametrize("cote", [1, 2, 3])
def test_les_deux_cotes_d_un_ecart_ne_se_confondent_pas(vision, cote):
    teintes = divergente(cote)
    assert all(ecart(a, b, vision) >= DISTINCTES for a, b in itertools.combinations(teintes, 2))
    clartes = [lab(t, vision)[0] for t in teintes]
    assert clartes[: cote + 1] == sorted(clartes[: cote + 1])
    assert clartes[cote:] == sorted(clartes[cote:], reverse=True)


@TOUTES
def test_les_statuts_des_qpv_ne_se_confondent_pas(vision):
    teintes = [STYLES[statut].remplissage for statut in ("inchange", "modifie", "nouveau", "communes")]
    assert all(ecart(a, b, vision) >= DISTINCTES for a, b in itertools.combinations(teintes, 2))


@TOUTES
def test_les_points_tranchent_sur_les_quartiers(vision):
    point = STYLES["points"].remplissage
    for statut in ("inchange", "modifie", "nouveau", "communes"):
        assert ecart(point, STYLES[statut].remplissage, vision) >= DISTINCTES


@TOUTES
def test_le_gris_des_communes_sans_quartier_n_est_celui_d_aucune_classe(vision):
    suites = {t for nombre in range(1, 8) for t in teinter(nombre)}
    ecarts = {t for cote in (1, 2, 3) for t in divergente(cote)}
    for gris, teintes in ((SANS, suites), (SANS_ECART, ecarts)):
        assert min(ecart(gris, teinte, vision) for teinte in teintes) >= DISTINCTES
        # Des voisins, qu'une limite épaisse sépare, un peu moins suffit.
        assert ecart(gris, STYLES["fond"].remplissage, vision) >= 8


@TOUTES
def test_ce_que_devient_un_quartier_de_2015_se_distingue(vision):
    teintes = [STYLES[s].remplissage for s in ("maintenu2015", "modifie2015", "sorti2015", "communes", "fond")]
    assert all(ecart(a, b, vision) >= DISTINCTES for a, b in itertools.combinations(teintes[:4], 2))
    assert ecart(STYLES["sorti"].remplissage, STYLES["modifie"].remplissage, vision) >= DISTINCTES


@TOUTES
def test_les_epingles_ne_sont_ni_un_cercle_ni_une_classe(vision):
    epingle = STYLES["points"].remplissage
    assert ecart(epingle, _ENCRE, vision) >= DISTINCTES
    assert STYLES["points"].forme == "epingle"
