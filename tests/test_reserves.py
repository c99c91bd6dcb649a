"""Ce qu'un chiffre ne dit pas tout seul : il est imprimé avec sa réserve."""

from __future__ import annotations

import datetime as dt

import pytest
from pages import aplatir, lire

import observatoire as obs
from observatoire import accueil
from observatoire.blocs import ChiffresCles
from observatoire.carte import decrire
from observatoire.erreurs import ErreurType
from observatoire.fiche import rediger

JOUR = dt.date(2026, 11, 22)


def test_roissy_pays_de_france_dit_partout_qu_il_manque_la_seine_et_marne(o):
    t = o.territoire("CARPF")
    fiche = aplatir(lire(rediger(t, JOUR).html).un("main").texte)
    assert fiche.count("hors département 77") >= 3
    assert "hors département 77" in decrire(t, JOUR).sous_titre
    assert "hors département 77" in accueil.presenter(t, "", ()).detail
    assert o.territoire("95").reserve_qpv == ""


def test_une_somme_partielle_se_dit_au_moins(o):
    somme = o.agreger("nombre_menages", o.territoire("95").qpv.index, partiel=True)
    assert somme.minimum
    assert str(somme).startswith("au moins 81\u202f824\u00a0ménages (somme partielle")
    assert not o.agreger("population", o.territoire("95").qpv.index).minimum


def test_un_quartier_sur_plusieurs_communes_ne_se_compare_a_aucune_en_particulier(o):
    t = o.territoire("QN09219N")
    (cles,) = (bloc for bloc in rediger(t, JOUR).contenu.blocs if isinstance(bloc, ChiffresCles))
    comparaisons = {cle.libelle: aplatir(str(cle.comparaison)) for cle in cles.chiffres}
    assert comparaisons["taux de pauvreté"] == "de 8,0 à 20,0 % dans ses 4 communes"
    assert comparaisons["habitants"] == "sur 4 communes"
    # Les autres se comparent aux quartiers du département : aucune commune n'est citée.
    noms = [nom for texte in comparaisons.values() for nom in t.communes.nom if nom in texte]
    assert noms == []


def test_une_fiche_definit_ses_indicateurs(o):
    textes = aplatir(lire(rediger(o.territoire("QN07801M"), JOUR).html).un("main").texte)
    assert "ce n'est pas une part" in textes
    assert "niveau de vie est inférieur à 60 %" in textes


def test_une_fiche_refaite_avec_un_indicateur_de_plus_est_recrite(o, tmp_path):
    demande = {"territoires": "QN09502I", "formats": "html", "date": JOUR, "processus": 1, "progression": False}
    assert set(o.fiches(tmp_path, **demande).etat) == {"écrit"}
    table = o.qpv[["population"]].rename(columns={"population": "valeur"})
    fiche = {"indicateur": "projets", "libelle": "Projets soutenus", "nature": "effectif", "producteur": "Pôle"}
    plus = o.ajouter_indicateur(table.assign(millesime=2024), fiche)
    bilan = plus.fiches(tmp_path, **demande)
    assert set(bilan.etat) == {"écrit"}
    assert "Projets soutenus" in (tmp_path / bilan.fichier.iloc[0]).read_text("utf-8")


@pytest.mark.parametrize(
    "appel",
    [
        lambda o: o.territoires(3),
        lambda o: o.agreger("population", codes=3),
        lambda o: o.territoire("92036").comparer(None),
        lambda o: o.territoire("92036").indicateur(["taux_pauvrete"]),
        lambda o: o.territoire("92036").fiche(date="2026"),
        lambda o: o.territoire("92036").fiche().enregistrer(3),
        lambda o: o.ajouter_indicateur(None, {}),
        lambda _: obs.ouvrir(3),
        lambda _: obs.lire_source(None),
        lambda o: o.produire(3),
    ],
)
def test_un_argument_d_un_autre_type_est_refuse_en_francais(o, appel):
    with pytest.raises(ErreurType, match="Que faire : écrivez par exemple"):
        appel(o)


def test_une_region_n_est_pas_un_territoire_mais_le_dit(o):
    with pytest.raises(obs.TerritoireInconnu, match="Île-de-France est une région"):
        o.territoire("ile de france")
    assert o.territoire("Martinique").niveau == "departement"


def test_un_millesime_lu_par_pandas_comme_un_reel_est_accepte(o):
    assert o.territoire("92036").indicateur("population", 2020.0).millesime == 2020
