"""Un nombre se relit le même, quelle que soit son écriture ; un secret n'en devient jamais un."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.lecture import lire_source
from observatoire.nombres import STATUTS, lire_cellule, lire_nombre
from observatoire.typographie import nombre

CODES = {"s": "secret", "ns": "non_diffuse", "nd": "non_diffuse", "so": "hors_champ"}
decimaux = st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False)
espaces = st.sampled_from([" ", "\u00a0", "\u202f"])
blancs = st.text(" \t\u00a0\u202f", max_size=3)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_un_flottant_se_relit_exactement(valeur: float) -> None:
    assert lire_nombre(repr(valeur)) == valeur
    assert lire_nombre(repr(valeur).replace(".", ",")) == valeur


@given(decimaux, espaces, st.sampled_from([",", "."]))
def test_un_nombre_francais_se_relit(valeur: object, espace: str, virgule: str) -> None:
    texte = f"{valeur:,.3f}".replace(",", espace).replace(".", virgule)
    assert lire_nombre(texte) == float(str(valeur))


@given(st.integers(-(10**12), 10**12))
def test_ce_que_la_bibliotheque_imprime_se_relit(valeur: int) -> None:
    assert lire_nombre(nombre(valeur)) == valeur


@given(st.text(max_size=12))
def test_un_texte_est_un_nombre_fini_ou_rien(texte: str) -> None:
    valeur = lire_nombre(texte)
    assert valeur is None or (math.isfinite(valeur) and any(c in "0123456789" for c in texte))


@given(st.sampled_from(sorted(CODES)), blancs, blancs, st.booleans())
def test_un_code_de_secret_n_est_jamais_un_nombre(code: str, avant: str, apres: str, majuscule: bool) -> None:
    lue = lire_cellule(avant + (code.upper() if majuscule else code) + apres, CODES)
    assert lue is not None
    assert math.isnan(lue.valeur)
    assert lue.statut == CODES[code]


@given(st.text(max_size=8))
def test_la_valeur_est_absente_exactement_quand_elle_n_est_pas_diffusee(texte: str) -> None:
    lue = lire_cellule(texte, CODES)
    if lue is not None:
        assert lue.statut in STATUTS
        assert math.isnan(lue.valeur) == (lue.statut != "diffuse")


cellules = st.one_of(
    decimaux.map(lambda v: str(v).replace(".", ",")),
    st.integers(0, 10**7).map(lambda v: f"{v:,}".replace(",", "\u202f")),
    st.sampled_from(["s", "S", "ns", "nd", "so", "", " "]),
)
codes = st.integers(1000, 95999).map("{:05d}".format).filter(lambda c: c[:2] not in ("00", "20"))
lignes = st.lists(
    st.tuples(codes, cellules, cellules, cellules, cellules),
    min_size=1,
    max_size=12,
    unique_by=lambda ligne: ligne[0],
)
ENTETE = "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021"


def lire_texte(texte: str, source: str | None = "insee-filosofi-communes") -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as dossier:
        fichier = Path(dossier, "fichier.csv")
        fichier.write_text(texte, encoding="utf-8")
        return lire_source(fichier, source)


@settings(max_examples=25, deadline=None)
@given(lignes, st.sampled_from([(";", ","), (",", "."), ("\t", ",")]), st.booleans())
def test_lire_exporter_relire_est_l_identite(
    contenu: list[tuple[str, ...]], forme: tuple[str, str], reconnaitre: bool
) -> None:
    table = lire_texte("\n".join([ENTETE, *map(";".join, contenu)]) + "\n")
    separateur, virgule = forme
    export = table.to_csv(sep=separateur, decimal=virgule)
    relue = lire_texte(export, None if reconnaitre else "insee-filosofi-communes")
    pd.testing.assert_frame_equal(relue, table)


@settings(max_examples=25, deadline=None)
@given(lignes)
def test_aucun_secret_ne_devient_un_nombre(contenu: list[tuple[str, ...]]) -> None:
    table = lire_texte("\n".join([ENTETE, *map(";".join, contenu)]) + "\n")
    colonnes = ENTETE.split(";")[1:]
    for code, *cellules_lues in contenu:
        for colonne, texte in zip(colonnes, cellules_lues, strict=True):
            secret = not any(c.isdigit() for c in texte)
            assert math.isnan(table.at[code, colonne]) == secret
            if secret:
                assert table.at[code, f"{colonne}_statut"] == CODES.get(texte.strip().lower(), "non_diffuse")


def test_un_statut_qui_contredit_sa_valeur_est_refuse() -> None:
    entete = "code;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021;TP6021_statut"
    export = f"{entete}\n92036;1;2;3;28;secret\n92050;1;2;3;;oublié\n"
    with pytest.raises(ValueError, match="contredit la valeur") as erreur:
        lire_texte(export)
    assert "statut inconnu « oublié » (ligne 3)" in str(erreur.value)
