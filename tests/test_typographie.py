from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.typographie import (
    FINE,
    INSECABLE,
    accorder,
    date_longue,
    enumerer,
    nombre,
    pourcentage,
)

FINIS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
DECIMALES = st.integers(0, 6)


def relire(texte):
    return Decimal(texte.replace(FINE, "").replace("−", "-").replace(",", "."))


@given(FINIS, DECIMALES)
def test_nombre_se_relit_a_une_demi_unite_pres(valeur, decimales):
    ecart = abs(relire(nombre(valeur, decimales)) - Decimal(str(valeur)))
    assert ecart <= Decimal(5).scaleb(-decimales - 1)


@given(st.integers(-(10**15), 10**15))
def test_nombre_rend_un_entier_exactement(valeur):
    assert relire(nombre(valeur)) == valeur


@given(FINIS, DECIMALES)
def test_nombre_groupe_les_chiffres_par_trois(valeur, decimales):
    fin = rf",\d{{{decimales}}}" if decimales else ""
    assert re.fullmatch(rf"−?\d{{1,3}}({FINE}\d{{3}})*{fin}", nombre(valeur, decimales))


@given(FINIS, DECIMALES)
def test_nombre_n_ecrit_jamais_moins_zero(valeur, decimales):
    texte = nombre(valeur, decimales)
    assert texte.startswith("−") == (relire(texte) < 0)
    assert relire(texte) == 0 or (relire(texte) < 0) == (valeur < 0)


@pytest.mark.parametrize(
    ("valeur", "decimales", "texte"),
    [
        (0, 0, "0"),
        (-0.0, 1, "0,0"),
        (-0.04, 1, "0,0"),
        (999, 0, "999"),
        (1000, 0, f"1{FINE}000"),
        (-1234.5, 1, f"−1{FINE}234,5"),
        (437_395, 0, f"437{FINE}395"),
        (4_421_451, 0, f"4{FINE}421{FINE}451"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (2.675, 2, "2,68"),
        (1.005, 2, "1,01"),
        (999.95, 1, f"1{FINE}000,0"),
    ],
)
def test_nombre_arrondit_comme_a_l_ecole(valeur, decimales, texte):
    assert nombre(valeur, decimales) == texte


@pytest.mark.parametrize("absente", [math.nan, math.inf, -math.inf])
def test_nombre_refuse_une_valeur_absente(absente):
    with pytest.raises(ValueError, match="valeurs finies"):
        nombre(absente)


@pytest.mark.parametrize(
    ("part", "decimales", "texte"),
    [(45, 1, f"45,0{FINE}%"), (37.64, 1, f"37,6{FINE}%"), (-0.25, 1, f"−0,3{FINE}%"), (100, 0, f"100{FINE}%")],
)
def test_pourcentage(part, decimales, texte):
    assert pourcentage(part, decimales) == texte


@pytest.mark.parametrize(
    ("effectif", "texte"),
    [
        (0, f"0{INSECABLE}commune"),
        (1, f"1{INSECABLE}commune"),
        (2, f"2{INSECABLE}communes"),
        (1266, f"1{FINE}266{INSECABLE}communes"),
    ],
)
def test_accorder_met_le_pluriel_a_partir_de_deux(effectif, texte):
    assert accorder(effectif, "commune") == texte


def test_accorder_accepte_un_pluriel_irregulier():
    assert accorder(3, "QPV", "QPV") == f"3{INSECABLE}QPV"
    assert accorder(1, "tuyau", "tuyaux") == f"1{INSECABLE}tuyau"
    assert accorder(2, "tuyau", "tuyaux") == f"2{INSECABLE}tuyaux"


@given(st.integers(0, 10**9), st.sampled_from(["commune", "quartier prioritaire"]))
def test_accorder_n_a_ni_double_espace_ni_espace_secable_apres_le_nombre(effectif, nom):
    texte = accorder(effectif, nom)
    assert not re.search(r"\s\s", texte)
    avant, apres = texte.split(INSECABLE)
    assert relire(avant) == effectif
    assert apres.startswith(nom)


@pytest.mark.parametrize(
    ("noms", "texte"),
    [([], ""), (["A"], "A"), (["A", "B"], "A et B"), (["A", "B", "C"], "A, B et C"), (("A", "B"), "A et B")],
)
def test_enumerer(noms, texte):
    assert enumerer(noms) == texte


def test_enumerer_ne_change_pas_la_liste():
    noms = ["A", "B", "C"]
    enumerer(noms)
    assert noms == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("jour", "texte"),
    [
        (dt.date(2026, 3, 1), f"1er{INSECABLE}mars 2026"),
        (dt.date(2026, 11, 22), f"22{INSECABLE}novembre 2026"),
        (dt.date(2024, 2, 29), f"29{INSECABLE}février 2024"),
        (dt.date(2024, 8, 11), f"11{INSECABLE}août 2024"),
        (dt.date(2024, 12, 31), f"31{INSECABLE}décembre 2024"),
    ],
)
def test_date_longue(jour, texte):
    assert date_longue(jour) == texte


def test_date_longue_connait_douze_mois_differents():
    mois = {date_longue(dt.date(2026, numero, 2)).split(INSECABLE)[1] for numero in range(1, 13)}
    assert len(mois) == 12
