"""Les QPV de 2015 par-dessus ceux de 2024, avec le fichier de l'ANCT."""

from __future__ import annotations

import pandas as pd
import pytest
from pages import JOUR, aplatir

import observatoire as obs
from observatoire.ancetres import superposer
from observatoire.carte import decrire
from observatoire.erreurs import ErreurArgument, ErreurType


@pytest.fixture(scope="module")
def contours(shared):
    fichier = shared / "sources" / "anct" / "QP_METROPOLE_LB93.shp"
    if not fichier.is_file():
        pytest.skip("le fichier des QPV de 2015 est absent")
    return obs.lire_source(fichier, source="anct-qpv-2015")


def anciens(carte, style):
    return {e.code: e for couche in carte.couches if couche.style == style for e in couche.entites}


@pytest.mark.parametrize(("recherche", "restes", "sortis"), [("ouest francilien", 79, 5), ("Gennevilliers", None, 1)])
def test_chaque_quartier_de_2015_est_dessine_une_fois_avec_son_devenir(o, contours, recherche, restes, sortis):
    t = o.territoire(recherche, "commune" if recherche == "Gennevilliers" else None)
    carte = superposer(decrire(t, JOUR), t, contours)
    communes = set(t.communes.index)
    siens = o.qpv_2015[[not communes.isdisjoint(c) for c in o.qpv_2015.codes_communes]]
    dessines, partis = anciens(carte, "qpv2015"), anciens(carte, "sorti")
    assert set(dessines) == set(siens.index[siens.codes_2024.map(len) > 0])
    assert set(partis) == set(siens.index[siens.codes_2024.map(len) == 0])
    assert len(partis) == sortis
    assert restes is None or len(dessines) == restes
    assert {style.libelle: n for style, n in carte.legende}["QPV de 2015 sorti en 2024"] == sortis
    assert "géographie prioritaire 2015" in carte.sources
    assert f"dont {sortis} sorti" in aplatir(carte.texte_alternatif)


def test_une_bulle_dit_ce_qu_est_devenu_un_quartier(o, contours):
    t = o.territoire("78")
    carte = superposer(decrire(t, JOUR), t, contours)
    infos = dict(anciens(carte, "qpv2015")["QP078001"].infos)
    assert infos["Quartier de 2015"] == "Val Fourré (QP078001)"
    assert "(QN07801M), modifié" in infos["En 2024"]
    for entite in anciens(carte, "sorti").values():
        assert dict(entite.infos)["En 2024"] == "sorti de la géographie prioritaire"


def test_la_carte_d_un_quartier_ne_montre_que_ses_ancetres(o, contours):
    t = o.territoire("QN07801M")
    assert set(anciens(superposer(decrire(t, JOUR), t, contours), "qpv2015")) == {"QP078001"}


def test_les_cartes_acceptent_les_contours(o, contours, tmp_path):
    page = o.territoire("92036").carte(contours_2015=contours).html
    svg = o.territoire("92036").carte_statique(contours_2015=contours).svg
    for rendu in (page, svg):
        assert "QPV de 2015 sorti en 2024" in rendu


def test_une_table_sans_le_territoire_ou_sans_contour_est_refusee(o, contours):
    t = o.territoire("92036")
    with pytest.raises(ErreurArgument, match=r"Aucun des 4 QPV de 2015.*Que faire"):
        superposer(decrire(t, JOUR), t, contours[contours.index.str.startswith("QP0780")])
    with pytest.raises(ErreurType, match=r"lire_source"):
        superposer(decrire(t, JOUR), t, pd.DataFrame())


def test_un_contour_manquant_se_dit(o, contours):
    t = o.territoire("92036")
    complete = superposer(decrire(t, JOUR), t, contours)
    assert not [n for n in complete.notes if "sans contour" in n]
    reduite = superposer(decrire(t, JOUR), t, contours.drop(index=next(iter(anciens(complete, "qpv2015")))))
    assert any("1 QPV de 2015 est sans contour" in aplatir(n) for n in reduite.notes)


def test_un_territoire_sans_quartier_de_2015_le_dit(o, contours):
    t = o.territoire("78646")
    assert "Aucun quartier prioritaire de 2015 dans ce territoire." in superposer(decrire(t, JOUR), t, contours).notes
