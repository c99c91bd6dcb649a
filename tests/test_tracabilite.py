"""Chaque chiffre imprimé d'une fiche se refait à partir des tables ; aucun autre ne s'imprime."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import fields, is_dataclass, replace

import pandas as pd
import pytest
from origines_essai import recalculer
from pages import JOUR, aplatir

from observatoire.blocs import Chiffre, Figure, Phrase, Recits, Texte, chiffres_de, phrase
from observatoire.fiche import rediger
from observatoire.indicateurs import SIGNES
from observatoire.production import territoires_concernes
from observatoire.tracabilite import en_csv, en_jsonld, tracer

#: Les 153 territoires du site, en lots que les processus se partagent.
LOTS = 18
NOMBRES = [
    "aucun",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
#: Ce qui s'écrit en chiffres sans être une valeur : années, codes, tranches d'âge, unités, départements.
ECRITURES = re.compile(
    r"\b(19|20)\d\d\b|\bQ[NP]\w{6}\b|\b\d{5}\b|\b\d{9}\b|15-64|pour 100|\((7[578]|9[1-5])\)|(?<=du )(7[578]|9[1-5])\b"
    r"|Lambert-93|[Dd]épartements? (7[578]|9[1-5])\b|1er décile|9e décile|[13]e?r? quartile|S80/S20|(?<=Quartiers )2030"
)


def contenus(o, lot):
    for t in territoires_concernes(o)[lot::LOTS]:
        yield t, rediger(t, JOUR).contenu


def lire_nombre(texte):
    """Le nombre d'un texte imprimé, et ses décimales ; None s'il est en toutes lettres."""
    trouve = re.search(r"[−+]?\d[\d\u202f]*(?:,(\d+))?", texte)
    if trouve is None:
        return None
    decimales = len(trouve[1] or "")
    return float(trouve[0].replace("\u202f", "").replace("−", "-").replace(",", ".")), decimales


def verifier(o, chiffre):
    v = chiffre.valeur
    refait = recalculer(o, v.origine, v.unite)
    if v.statut != "diffuse":
        assert math.isnan(refait), chiffre
        assert chiffre.texte in {SIGNES[v.statut][0], "n.d."}, chiffre
        return
    assert refait == pytest.approx(v.valeur, rel=1e-9, abs=1e-9), chiffre
    imprime = lire_nombre(chiffre.texte)
    if imprime is not None:
        nombre, decimales = imprime
        assert abs(nombre - v.valeur) <= 0.5 * 10**-decimales + 1e-9, chiffre
    else:
        verifier_en_lettres(aplatir(chiffre.texte.lower()), v.valeur)


def verifier_en_lettres(texte, valeur):
    """« trois », « près d'un habitant sur cinq », « le taux le plus élevé »."""
    mots = re.findall(r"[a-zéèê]+", texte)
    if texte == "nul":
        assert abs(valeur) < 0.5, texte
        return
    fraction = re.search(rf"\b({'|'.join(NOMBRES)}|une) (?:\w+ )?sur (\w+)$", texte)
    if fraction:
        haut, bas = (NOMBRES.index({"une": "un"}.get(mot, mot)) for mot in fraction.groups())
        ecart = valeur - 100 * haut / bas
        assert abs(ecart) <= 0.065 * valeur, texte
        assert (ecart > 0) == texte.startswith("plus") or not texte.startswith(("plus", "près")), texte
    elif "plus" in mots:
        assert valeur == 1, texte
    elif "moitié" in mots:
        assert abs(valeur - 50) <= 3.3, texte
    else:
        assert [NOMBRES.index(mot) for mot in mots if mot in NOMBRES] == [valeur], texte


def textes_nus(valeur):
    """Ce qui s'imprime hors des chiffres : libellés, morceaux de phrase, titres."""
    if isinstance(valeur, (Chiffre, Figure)):
        return  # ce que la carte compte, elle le dit d'elle-même ; un graphique n'imprime que ses chiffres
    if isinstance(valeur, str):
        yield valeur
    elif isinstance(valeur, tuple):
        for element in valeur:
            yield from textes_nus(element)
    elif is_dataclass(valeur):
        for champ in fields(valeur):
            yield from textes_nus(getattr(valeur, champ.name))


@pytest.fixture(scope="module")
def noms(o):
    """Noms officiels où il y a un chiffre : « Pont Du Routoir 2 »."""
    tous = {*o.qpv.nom, *o.qpv.nom_affiche, *o.qpv_2015.nom}
    return sorted((aplatir(nom) for nom in tous if re.search(r"\d", nom)), key=len, reverse=True)


def sans_ecritures(texte, noms):
    texte = aplatir(texte)
    for nom in noms:
        texte = texte.replace(nom, "")
    return ECRITURES.sub("", texte)


def verifier_contenu(o, contenu, noms):
    chiffres = list(chiffres_de(contenu.blocs))
    for chiffre in chiffres:
        verifier(o, chiffre)
    # Un récit cite son document ; le mode d'emploi, les définitions et les sources sont des textes fixes.
    for bloc in contenu.blocs:
        if isinstance(bloc, Recits) or (isinstance(bloc, Texte) and bloc.petit):
            continue
        nus = [sans_ecritures(texte, noms) for texte in textes_nus(bloc)]
        assert [texte for texte in nus if re.search(r"\d", texte)] == [], contenu.nom
    return len(chiffres)


@pytest.mark.parametrize("lot", range(LOTS))
def test_chaque_chiffre_se_refait_et_aucun_autre_ne_s_imprime(o, lot, noms):
    for t, contenu in contenus(o, lot):
        assert verifier_contenu(o, contenu, noms) > 30, t


@pytest.mark.parametrize(
    ("modele", "recherche", "autres"),
    [
        ("comparatif", "92036", ("92025", "92050")),
        ("comparatif", "QN09219N", ("95018", "CACP", "95")),
        ("experiences", "95", ()),
        ("experiences", "QN09201M", ()),
        *(("contrat", code, ()) for code in ("CACP", "CARPF", "200057990", "SQY")),
    ],
)
def test_les_autres_modeles_se_refont_aussi(o, noms, modele, recherche, autres):
    avec = tuple(map(o.territoire, autres))
    contenu = rediger(o.territoire(recherche), JOUR, modele, avec).contenu
    assert verifier_contenu(o, contenu, noms) >= (5 if modele == "experiences" else 30)


@pytest.fixture(scope="module")
def gennevilliers(o):
    return rediger(o.territoire("92036"), JOUR)


def test_la_table_des_chiffres_dit_d_ou_vient_chacun(o, gennevilliers):
    table = gennevilliers.chiffres()
    pauvrete = table[(table.indicateur == "taux_pauvrete") & (table.code == "92036")].iloc[0]
    assert pauvrete.fichier == "indicateurs.parquet"
    assert pauvrete.calcul == "valeur"
    assert pauvrete.source == "Insee, Filosofi 2021"
    table_lue, ligne = pauvrete.lignes.split(":")
    assert table_lue == "indicateurs"
    ligne = o.indicateurs.loc[int(ligne)]
    assert (ligne.code, ligne.indicateur, ligne.valeur) == ("92036", "taux_pauvrete", pauvrete.valeur)
    assert set(" ; ".join(table.fichier).split(" ; ")) <= {*o.sources.fichier, ""}
    assert table.source.str.len().gt(0).all()
    assert (table.valeur.notna() == table.statut.eq("diffuse")).all()


def test_une_somme_cite_toutes_ses_lignes(o, gennevilliers):
    table = gennevilliers.chiffres()
    somme = table[(table.indicateur == "population") & (table.calcul == "somme")].iloc[0]
    lignes = o.indicateurs.loc[[int(etiquette.partition(":")[2]) for etiquette in somme.lignes.split()]]
    assert sorted(lignes.code) == ["QN09208M", "QN09211M", "QN09214M"]
    assert lignes.valeur.sum() == somme.valeur == 13_771


def test_un_ecart_cite_ses_deux_termes(gennevilliers):
    table = gennevilliers.chiffres()
    ecart = table[table.calcul == "difference : valeur - moyenne"].iloc[0]
    assert len(ecart.lignes.split()) == 1
    taux, _, poids = ecart.references.partition(" / ")
    assert len(taux.split()) == len(poids.split()) > 1
    assert ecart.unite == "points"


def test_une_valeur_fausse_est_vue(o, gennevilliers):
    chiffre = next(c for c in chiffres_de(gennevilliers.contenu.blocs) if c.valeur.unite == "%")
    with pytest.raises(AssertionError):
        verifier(o, replace(chiffre, texte="99,9 %"))
    with pytest.raises(AssertionError):
        verifier(o, replace(chiffre, valeur=replace(chiffre.valeur, valeur=99.9)))


def test_un_chiffre_sans_origine_est_vu(noms):
    assert re.search(r"\d", sans_ecritures("Le taux est de 12,5 % en 2021.", noms))
    assert not re.search(r"\d", sans_ecritures("Les QPV du 92 en 2021, QN09208M (92).", noms))


def test_les_chiffres_s_ouvrent_dans_un_tableur(gennevilliers):
    table = gennevilliers.chiffres()
    lue = pd.read_csv(io.BytesIO(en_csv(table)), sep=";", decimal=",", encoding="utf-8-sig", dtype={"code": str})
    assert lue.texte.str.removeprefix("'").tolist() == table.texte.tolist()
    assert not lue.texte.str.startswith(("=", "+", "-", "@")).any()
    assert lue.valeur.to_numpy() == pytest.approx(table.valeur.to_numpy(), nan_ok=True)


def test_les_donnees_de_la_page_sont_un_jeu_de_donnees(gennevilliers):
    donnees = en_jsonld(gennevilliers.contenu, gennevilliers.chiffres(), JOUR, "Pôle")
    assert json.loads(json.dumps(donnees)) == donnees
    assert donnees["@type"] == "Dataset"
    assert donnees["dateModified"] == "2026-03-01"
    assert donnees["creator"] == {"@type": "Organization", "name": "Pôle"}
    assert len(donnees["variableMeasured"]) == len(gennevilliers.chiffres())
    absentes = [v["value"] for v in donnees["variableMeasured"] if isinstance(v["value"], str)]
    assert set(absentes) <= {raison for _, raison in SIGNES.values()}


def test_une_phrase_garde_ses_chiffres_dans_l_ordre(gennevilliers):
    premier, second = list(chiffres_de(gennevilliers.contenu.blocs))[:2]
    citee = phrase("de ", premier, phrase(" à ", second), ".")
    assert isinstance(citee, Phrase)
    assert str(citee) == f"de {premier} à {second}."
    assert list(chiffres_de(citee)) == [premier, second]
    assert tracer(replace(gennevilliers.contenu, blocs=(Texte("Essai", (citee,)),))).bloc.tolist() == ["Essai"] * 2
