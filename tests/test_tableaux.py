"""Les tableaux d'une fiche et ce qui s'y écrit : colonnes, dates, signes, notes, calculs, et graphique."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import JOUR

from observatoire.blocs import (
    Chiffre,
    Faits,
    Figure,
    Phrase,
    Recit,
    Recits,
    Texte,
    chiffres_de,
    ecrire_sans_unite,
    phrase,
)
from observatoire.calculs import compter, ecarter, mesurer_surface, rapporter
from observatoire.ensembles import presentes, quartiers_de_reference, sans_ponderation, ses_quartiers
from observatoire.fiche import rediger, soigner_tout
from observatoire.indicateurs import Valeur
from observatoire.origines import Case, Origine
from observatoire.remarques import remarques
from observatoire.table_quartiers import evolution
from observatoire.tableaux import Ligne, Vue, tabuler, tracer_barres

FINE, INSECABLE = "\u202f", "\u00a0"
VUES = (Vue("Quartier", "Le Quartier", sujet=True), Vue("Commune", "La Commune"), Vue("France", "France"))


def valeur(nombre, millesime=2020, *, statut="diffuse", source="Insee, RP 2020", unite="%", **autres):
    reelle = nombre if statut == "diffuse" else math.nan
    base = Valeur("taux", "Taux", "qpv", "X", reelle, statut, unite, millesime, source, decimales=1)
    return dataclasses.replace(base, **autres)


def absente(statut="secret", millesime=2020):
    return valeur(0, millesime, statut=statut)


def ligne(*valeurs, indicateur="taux", libelle="Taux"):
    return Ligne(indicateur, libelle, valeurs, valeurs[0])


# --- ce qui s'écrit ---


@pytest.mark.parametrize(
    ("v", "ecrit"),
    [
        (valeur(12.345), "12,3"),
        (valeur(1234.5, unite=""), f"1{FINE}234,5"),
        (valeur(12, estimation=True), f"≈{INSECABLE}12,0"),
        (valeur(12, estimation=True, minimum=True), f"≥{INSECABLE}12,0"),
        (absente("secret"), "s."),
        (absente("non_diffuse"), "n.d."),
        (absente("hors_champ"), "-"),
        (absente("indisponible"), "ind."),
        (None, "-"),
    ],
)
def test_une_case_s_ecrit_avec_sa_reserve(v, ecrit):
    assert str(ecrire_sans_unite(v)) == ecrit


def test_une_case_garde_la_valeur_dont_elle_vient():
    for v in (valeur(12), absente()):
        assert ecrire_sans_unite(v).valeur is v
    assert not isinstance(ecrire_sans_unite(None), Chiffre)


def test_une_phrase_se_lit_et_garde_ses_chiffres():
    premier, second = (Chiffre(texte, valeur(12)) for texte in ("12,0", "13,0"))
    citee = phrase("de ", premier, phrase(" à ", second), " points")
    assert str(citee) == "de 12,0 à 13,0 points"
    assert all(not isinstance(morceau, Phrase) for morceau in citee.morceaux)
    assert list(chiffres_de(citee)) == [premier, second]


@given(st.lists(st.sampled_from(["texte", "chiffre", "phrase"]), max_size=8))
def test_une_phrase_de_phrases_ne_perd_ni_texte_ni_chiffre(genres):
    chiffre = Chiffre("7", valeur(7))
    morceaux = {"texte": "a", "chiffre": chiffre, "phrase": phrase("b", chiffre)}
    faite = phrase(*(morceaux[genre] for genre in genres))
    assert str(faite) == "".join(str(morceaux[genre]) for genre in genres)
    assert len(list(chiffres_de(faite))) == sum(genre != "texte" for genre in genres)


def test_tous_les_chiffres_d_un_bloc_se_lisent_dans_l_ordre():
    chiffres = [Chiffre(str(rang), valeur(rang)) for rang in range(4)]
    blocs = (
        Texte("T", ("a", phrase("b ", chiffres[0])), notes=(chiffres[1],)),
        Faits("F", (("libellé", chiffres[2]),)),
        Figure("G", "<svg/>", "texte", chiffres=(chiffres[3],)),
        Recits("R", (Recit("7", "8", "9", "", "2024", "", "p. 3"),), 1),
    )
    assert list(chiffres_de(blocs)) == chiffres


def test_soigner_pose_les_insecables_partout_sauf_dans_un_dessin():
    chiffre = Chiffre("12 %", valeur(12))
    bloc = Texte("Titre : a", (phrase("soit ", chiffre, " ; b"),), notes=("« c »",))
    soigne = soigner_tout(bloc)
    assert soigne.titre == f"Titre{INSECABLE}: a"
    assert str(soigne.paragraphes[0]) == f"soit 12{FINE}%{FINE}; b"
    assert soigne.notes == (f"«{INSECABLE}c{INSECABLE}»",)
    assert next(chiffres_de(soigne)).valeur is chiffre.valeur
    figure = Figure("F", "<svg><text>a : b</text></svg>", "a : b")
    assert soigner_tout(figure).svg == figure.svg


# --- les tableaux ---


def cases(tableau):
    return [[str(case) for case in ligne] for ligne in tableau.lignes]


def test_un_tableau_a_une_colonne_par_vue_et_une_ligne_par_indicateur():
    tableau = tabuler("Titre", [ligne(valeur(10), valeur(20), valeur(30))], VUES)
    assert [colonne.titre for colonne in tableau.colonnes] == ["Indicateur", "Quartier", "Commune", "France"]
    assert [colonne.nombre for colonne in tableau.colonnes] == [False, True, True, True]
    assert cases(tableau) == [["Taux (%)", "10,0", "20,0", "30,0"]]
    assert [str(note) for note in tableau.notes] == ["Source : Insee, RP 2020."]


def test_une_colonne_ou_rien_n_est_dans_les_donnees_disparait():
    lignes = [ligne(valeur(10), absente("indisponible"), absente("secret")), ligne(valeur(1), None, valeur(3))]
    tableau = tabuler("Titre", lignes, VUES)
    assert [colonne.titre for colonne in tableau.colonnes] == ["Indicateur", "Quartier", "France"]
    assert cases(tableau) == [["Taux (%)", "10,0", "s."], ["Taux (%)", "1,0", "3,0"]]


def test_une_colonne_toute_d_une_autre_annee_porte_sa_date():
    autre = {"millesime": 2019, "source": "Insee, RP 2019"}
    tableau = tabuler("Titre", [ligne(valeur(10), valeur(20), valeur(30, **autre))], VUES)
    assert [colonne.titre for colonne in tableau.colonnes][-1] == "France (2019)"
    assert cases(tableau)[0][-1] == "30,0"
    assert "Valeurs de 2019 : Insee, RP 2019, à comparer avec prudence." in str(tableau.notes[0])


def test_une_seule_valeur_d_une_autre_annee_porte_la_sienne():
    lignes = [ligne(valeur(10), valeur(20, 2019), valeur(30)), ligne(valeur(1), valeur(2), valeur(3))]
    tableau = tabuler("Titre", lignes, VUES)
    assert [colonne.titre for colonne in tableau.colonnes][2] == "Commune"
    assert [rang[2] for rang in cases(tableau)] == ["20,0 (2019)", "2,0"]


def test_une_valeur_absente_d_une_autre_annee_ne_porte_que_son_signe():
    tableau = tabuler("Titre", [ligne(valeur(10), absente("secret", 2019), valeur(30))], VUES)
    assert cases(tableau)[0][2] == "s."


def test_deux_sources_se_distinguent_par_un_exposant():
    lignes = [ligne(valeur(10), valeur(20)), ligne(valeur(1, source="Cnaf"), valeur(2, source="Cnaf"))]
    tableau = tabuler("Titre", lignes, VUES[:2])
    assert [rang[0] for rang in cases(tableau)] == [f"Taux (%){INSECABLE}¹", f"Taux (%){INSECABLE}²"]
    assert str(tableau.notes[0]) == f"¹{INSECABLE}Insee, RP 2020. ²{INSECABLE}Cnaf."


def test_les_signes_d_un_tableau_s_expliquent_sous_lui():
    pesee = "Insee, RP 2020, pondéré par : ménages 2020"
    estimee = valeur(10, estimation=True, source=pesee)
    plancher = valeur(5, estimation=True, minimum=True)
    (_, signes) = tabuler("Titre", [ligne(estimee, plancher)], VUES[:2]).notes
    assert "pondérée par : ménages 2020" in str(signes)
    assert f"≥{INSECABLE}somme des seuls quartiers publiés" in str(signes)
    assert len(tabuler("Titre", [ligne(valeur(10), valeur(5))], VUES[:2]).notes) == 1
    complement = phrase("dont ", Chiffre("3", valeur(3)))
    assert str(tabuler("Titre", [ligne(valeur(10))], VUES[:1], complements=[complement]).notes[1]) == "dont 3"


def test_un_graphique_ne_montre_que_le_meme_millesime():
    dessin = tracer_barres(ligne(valeur(10), valeur(20), valeur(30, 2019)), VUES)
    assert dessin is not None
    assert "Taux (%), 2020" in dessin.titre
    assert {str(chiffre) for chiffre in dessin.chiffres} == {"10,0", "20,0"}


@pytest.mark.parametrize(
    "valeurs",
    [
        (valeur(10), valeur(20, 2019), absente("indisponible")),
        (valeur(10), absente("secret"), None),
        (absente("secret"), absente("secret"), valeur(3)),
    ],
)
def test_pas_de_graphique_sans_deux_valeurs_a_comparer(valeurs):
    assert tracer_barres(Ligne("taux", "Taux", valeurs, valeurs[0]), VUES) is None


# --- les calculs ---


def test_compter_cite_chaque_ligne_comptee():
    compte = compter("qpv", ["A", "B"], "Quartiers", "ANCT", 2024)
    assert (compte.valeur, compte.statut, compte.millesime) == (2.0, "diffuse", 2024)
    assert compte.origine == Origine("compte", (Case("qpv", "A", "nom"), Case("qpv", "B", "nom")))
    assert compter("qpv", [], "Quartiers", "ANCT", 2024).valeur == 0


def test_rapporter_donne_une_part_ou_un_rapport_simple():
    haut = valeur(25, unite="habitants", source="A", origine=Origine("somme", (Case("t", 1, "valeur"),)))
    bas = valeur(200, unite="habitants", source="B", origine=Origine("somme", (Case("t", 2, "valeur"),)))
    part = rapporter(haut, bas, "Part", "%")
    assert part.valeur == pytest.approx(12.5)
    assert part.affichage == f"12,5{FINE}%"
    assert part.source == "A ; B"
    assert part.origine == Origine("rapport", haut.origine.cases, bas.origine.cases, 100)
    assert rapporter(haut, bas, "Densité", "habitants par hectare", 0).valeur == pytest.approx(0.125)


@pytest.mark.parametrize(
    ("haut", "bas", "statut"),
    [
        (absente("secret"), valeur(2), "secret"),
        (valeur(2), absente("non_diffuse"), "non_diffuse"),
        (valeur(2), valeur(0), "hors_champ"),
    ],
)
def test_rapporter_ne_rend_jamais_zero_pour_une_absence(haut, bas, statut):
    part = rapporter(haut, bas, "Part", "%")
    assert part.statut == statut
    assert math.isnan(part.valeur)


@pytest.mark.parametrize(
    ("nature", "attendu", "unite"),
    [("part", -5.0, "points"), ("mediane", -25.0, "%"), ("indice", -5.0, "")],
)
def test_un_ecart_se_dit_dans_l_unite_de_sa_nature(nature, attendu, unite):
    ecart = ecarter(valeur(15), valeur(20), nature)
    assert ecart.valeur == pytest.approx(attendu)
    assert ecart.unite == unite
    assert len(ecart.origine.termes) == 2


@pytest.mark.parametrize(
    ("sujet", "autre", "nature"),
    [
        (valeur(15), valeur(20, 2019), "part"),
        (valeur(15), absente(), "part"),
        (valeur(15), valeur(20), "effectif"),
        (valeur(15), valeur(0), "mediane"),
    ],
)
def test_pas_d_ecart_entre_ce_qui_ne_se_compare_pas(sujet, autre, nature):
    assert ecarter(sujet, autre, nature) is None


def test_un_ecart_a_une_estimation_est_une_estimation():
    assert ecarter(valeur(15), valeur(20, estimation=True), "part").estimation
    assert not ecarter(valeur(15), valeur(20), "part").estimation


def test_la_surface_vient_du_contour(o):
    surface = mesurer_surface("QN07801M", float(o.qpv.surface_ha["QN07801M"]), "ANCT")
    assert surface.affichage == f"189,0{INSECABLE}ha"
    assert surface.origine.cases == (Case("qpv", "QN07801M", "surface_ha"),)


# --- les ensembles auxquels on compare ---


@pytest.mark.parametrize(
    ("recherche", "siens", "references"),
    [
        ("QN09219N", None, ["QPV du 92"]),
        ("92036", "Ses QPV", ["QPV du 92"]),
        ("78165", "Son QPV", ["QPV du 78"]),
        ("78646", None, []),
        ("95", "Ses QPV", ["QPV de l'ouest francilien"]),
        ("ouest francilien", "Ses QPV", ["QPV du 78", "QPV du 92", "QPV du 95"]),
    ],
)
def test_on_compare_ses_quartiers_a_ceux_qui_les_englobent(o, recherche, siens, references):
    t = o.territoire(recherche)
    ensemble = ses_quartiers(t)
    assert (ensemble.titre if ensemble else None) == siens
    assert [e.titre.replace(INSECABLE, " ") for e in quartiers_de_reference(t)] == references
    if ensemble:
        assert ensemble.codes == tuple(t.qpv.index)


def test_un_ensemble_n_agrege_que_ce_qui_s_agrege(o):
    siens = ses_quartiers(o.territoire("92036"))
    assert siens.valeur("population", 2020).valeur == 13_771
    assert siens.valeur("niveau_vie_median") is None


def test_ce_qui_n_est_pas_dans_les_donnees_n_est_pas_present():
    dites = [valeur(1), absente("secret"), absente("non_diffuse")]
    assert presentes([*dites, absente("indisponible"), absente("hors_champ"), None]) == dites
    assert sans_ponderation(valeur(1, source="Insee, pondéré par : ménages")) == "Insee"


def textes_d_evolution(o, recherche):
    (bloc,) = evolution(o.territoire(recherche))
    return [str(paragraphe) for paragraphe in bloc.paragraphes]


def test_les_comptes_de_2015_et_de_2024_se_suivent(o):
    # 84 quartiers en 2015, 5 sortis, deux fois deux réunis en un, 6 entrés : 83 en 2024.
    textes = textes_d_evolution(o, "ouest francilien")
    assert textes[0].replace("\u00a0", " ").startswith("En 2024 : 6 quartiers entrés, 65 quartiers modifiés, 12 ")
    (reunis,) = (texte for texte in textes if texte.startswith("Réunis"))
    assert reunis.count(" en ") == 2
    assert not any(texte.startswith("Partis") for texte in textes)


def test_un_quartier_qui_ne_s_etend_plus_sur_la_commune_est_dit_parti(o):
    (partis,) = (texte for texte in textes_d_evolution(o, "92004") if texte.startswith("Partis"))
    assert partis.count("dont la suite est dans Gennevilliers") == 2


def test_une_filiation_douteuse_est_signalee(o):
    assert any("QP095018" in remarque for remarque in remarques(["QN09517M"]))
    blocs = rediger(o.territoire("95572"), JOUR).contenu.blocs
    notes = [str(note) for bloc in blocs for note in getattr(bloc, "notes", ())]
    assert any("table de passage de l'ANCT fait de Clos Du Roi" in note for note in notes)
