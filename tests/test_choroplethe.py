"""Les cartes coloriées : des classes qui couvrent tout, des absences hachurées, un effectif en cercles."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import HOSTILE, aplatir, attributs_svg, donnees_de_carte, rendre_hostile, requetes

from observatoire import carte_interactive, carte_statique
from observatoire.carte import decrire
from observatoire.cercles import RAYON_ABSENT, RAYON_MIN, rayon
from observatoire.choroplethe import colorier
from observatoire.classes import (
    CENTRE,
    METHODES,
    PALETTE,
    SANS,
    SANS_ECART,
    SOUS,
    SUR,
    decouper,
    decouper_ecarts,
    encadrer,
    ranger,
    teinter_ecarts,
)
from observatoire.erreurs import ErreurArgument

JOUR = dt.date(2026, 11, 22)
SOMBRE, CLAIR = PALETTE[-1], PALETTE[0]


def carte(o, recherche, indicateur, **options):
    t = o.territoire(recherche)
    return colorier(decrire(t, JOUR), t, indicateur, **options)


def couches(carte_, style):
    return [couche for couche in carte_.couches if couche.style == style]


VALEURS = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60)


@settings(deadline=None)
@given(VALEURS, st.integers(-1, 2), st.integers(2, 7), st.sampled_from(sorted(METHODES)))
def test_chaque_valeur_tombe_dans_une_classe_et_aucune_classe_n_est_vide(valeurs, decimales, voulues, methode):
    classes = decouper(valeurs, decimales, voulues, methode)
    assert 1 <= len(classes) <= voulues
    rangs = [ranger(v, classes) for v in valeurs]
    assert set(rangs) == set(range(len(classes))) or methode == "egales"
    marge = 1e-6 * max(1, *map(abs, valeurs))
    for valeur, rang in zip(valeurs, rangs, strict=True):
        bas, haut = classes[rang]
        assert bas - marge <= valeur <= haut + marge
    for valeur, rang in zip(valeurs, rangs, strict=True):
        assert all(rang >= autre for v, autre in zip(valeurs, rangs, strict=True) if v < valeur)


@settings(deadline=None)
@given(VALEURS, st.integers(-1, 2), st.sampled_from([2, 3, 5, 6]), st.sampled_from(sorted(METHODES)))
def test_les_classes_d_ecarts_couvrent_tout_et_ne_melent_les_signes_qu_au_milieu(ecarts, decimales, voulues, methode):
    classes = decouper_ecarts(ecarts, decimales, voulues, methode)
    assert classes[0][0] == -np.inf
    assert classes[-1][1] == np.inf
    assert [haut for _, haut in classes[:-1]] == [bas for bas, _ in classes[1:]]
    assert len(classes) <= voulues
    teintes = teinter_ecarts(classes)
    assert len(teintes) == len(classes)
    for (bas, haut), teinte in zip(classes, teintes, strict=True):
        if haut <= 0:
            assert teinte in sum(SOUS.values(), ())
        elif bas >= 0:
            assert teinte in sum(SUR.values(), ())
        else:
            assert teinte == CENTRE
    assert teintes.count(CENTRE) <= voulues % 2 or len(classes) == 1


def test_chaque_cote_de_zero_se_decoupe_selon_ses_seules_valeurs():
    # Dix petits écarts au-dessous, trois grands au-dessus : les grands n'écrasent pas les petits.
    ecarts = [-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, 20, 40, 60]
    assert decouper_ecarts(ecarts, 0, 5) == encadrer([-7, -4, 33, 47])
    assert decouper_ecarts(ecarts, 0, 4) == encadrer([-6, 0, 40])
    assert decouper_ecarts(ecarts, 0, 2) == encadrer([0])


def test_un_seul_ecart_d_un_cote_n_est_pas_noye_dans_le_milieu():
    classes = decouper_ecarts([-1, -2, -3, -4, -5, -6, 59], 0, 5)
    assert ranger(59, classes) == len(classes) - 1
    assert teinter_ecarts(classes)[-1] in sum(SUR.values(), ())
    assert classes[-1] == (59, np.inf)


def test_jenks_separe_les_groupes_naturels():
    assert decouper([1, 2, 3, 50, 51, 52, 90, 91], 0, 3, "jenks") == [(1, 27), (27, 71), (71, 91)]


def test_les_classes_egales_ont_la_meme_largeur():
    assert decouper([0, 3, 10, 40, 77, 100], 0, 4, "egales") == [(0, 25), (25, 50), (50, 75), (75, 100)]


def test_les_quantiles_se_partagent_les_valeurs():
    classes = decouper(list(range(100)), 0, 4, "quantiles")
    effectifs = np.bincount([ranger(v, classes) for v in range(100)])
    assert max(effectifs) - min(effectifs) <= 2


@pytest.mark.parametrize("bornes", [[], [30, 20], [20, 20], [float("nan")], [float("inf")], range(7)])
def test_des_bornes_impossibles_sont_refusees(bornes):
    with pytest.raises(ErreurArgument, match="Que faire"):
        encadrer(bornes)


@pytest.mark.parametrize(
    "reglages",
    [
        {"methode": "kmeans"},
        {"classes": 1},
        {"classes": 8},
        {"classes": True},
        {"echelle": "iris"},
        {"figure": "tarte"},
        {"figure": "cercles"},
        {"ecart": True},
        {"echelle": "intercommunalite"},
    ],
)
def test_un_reglage_impossible_est_explique(o, reglages):
    with pytest.raises(ErreurArgument, match="Que faire"):
        carte(o, "95", "taux_pauvrete", **reglages)


def test_un_reglage_sans_indicateur_est_refuse(o):
    with pytest.raises(ErreurArgument, match=r"echelle ne sert qu'avec un indicateur.*Que faire"):
        o.territoire("95").carte(echelle="commune")


def test_les_bornes_de_l_analyste_sont_celles_de_la_legende(o):
    c = carte(o, "95", "taux_pauvrete", bornes=[20, 35, 40])
    lus = o.indicateurs[
        (o.indicateurs.indicateur == "taux_pauvrete") & o.indicateurs.code.isin(o.territoire("95").qpv.index)
    ].valeur.dropna()
    attendus = [
        ("40 et plus", int((lus >= 40).sum())),
        ("de 35 à moins de 40", int(((lus >= 35) & (lus < 40)).sum())),
        ("de 20 à moins de 35", int(((lus >= 20) & (lus < 35)).sum())),
        ("moins de 20", 0),
    ]
    assert [(s.libelle, n) for s, n in c.legende if s.remplissage in PALETTE] == attendus
    assert c.titre_legende == "Taux de pauvreté (%)".replace(" %", "\u202f%")


@pytest.mark.parametrize(
    ("indicateur", "reglages", "titre", "tete"),
    [
        ("taux_pauvrete", {}, "Taux de pauvreté (%) : Val-d'Oise", "Taux de pauvreté (%)"),
        (
            "niveau_vie_median",
            {"echelle": "commune"},
            "Niveau de vie médian (€) : Val-d'Oise",
            "Niveau de vie médian (€)",
        ),
        ("indice_jeunesse", {}, "Indice de jeunesse : Val-d'Oise", "Indice de jeunesse"),
        # L'unité n'est pas redite quand le libellé la porte.
        ("population_qpv", {}, "Habitants en quartier prioritaire : Val-d'Oise", "Habitants en quartier prioritaire"),
        (
            "logements_sociaux_pour_100_menages",
            {},
            "Logements sociaux pour 100 ménages : Val-d'Oise",
            "Logements sociaux pour 100 ménages",
        ),
        ("population", {}, "Population municipale (habitants) : Val-d'Oise", "Population municipale (habitants)"),
        (
            "part_population_qpv",
            {"ecart": True},
            "Part des habitants en quartier prioritaire, écart au département (points) : Val-d'Oise",
            "Écart au département (points)",
        ),
    ],
)
def test_l_unite_est_dite_une_fois_en_tete_de_legende(o, indicateur, reglages, titre, tete):
    c = carte(o, "95", indicateur, **reglages)
    assert aplatir(c.titre) == titre
    assert c.titre_legende == tete
    unites = ("%", "€", "habitants", "points", "ménages")
    assert not [s.libelle for s, _ in c.legende if s.libelle.endswith(unites)]
    arbre = ET.fromstring(carte_statique.dessiner(c).svg)
    assert tete in aplatir(" ".join(arbre.itertext()))


def test_une_carte_par_intercommunalite_colorie_chacune_et_dit_sa_valeur_entiere(o):
    c = carte(o, "95", "niveau_vie_median", echelle="intercommunalite")
    lus = o.indicateurs[(o.indicateurs.indicateur == "niveau_vie_median") & (o.indicateurs.niveau == "epci")]
    valeurs = lus.set_index("code").valeur
    siennes = {e.code: dict(e.infos) for couche in couches(c, "classe") for e in couche.entites}
    assert set(siennes) == {t.code for t in o.territoire("95").intercommunalites if t.code in valeurs.index}
    for code, infos in siennes.items():
        chiffres = re.sub(r"\s", "", infos["Niveau de vie médian"])
        assert chiffres.startswith(str(round(valeurs[code])))
    assert "Par intercommunalité" in c.sous_titre
    assert any("tout entière" in note for note in c.notes)
    # Les communes ne sont plus qu'un trait, sans bulle ni nom.
    assert all(not couche.interactive for couche in couches(c, "communes"))


def test_l_ecart_au_departement_est_divergent_et_signe(o):
    c = carte(o, "95", "part_population_qpv", echelle="commune", ecart=True)
    departement = o.territoire("95").indicateur("part_population_qpv").valeur
    lus = o.indicateurs[(o.indicateurs.indicateur == "part_population_qpv") & (o.indicateurs.niveau == "commune")]
    ecarts = lus.set_index("code").valeur - departement
    froides, chaudes = set(sum(SOUS.values(), ())), set(sum(SUR.values(), ()))
    for couche in couches(c, "classe"):
        siens = [ecarts[e.code] for e in couche.entites]
        if couche.dessin.remplissage in chaudes:
            assert min(siens) > 0
        elif couche.dessin.remplissage in froides:
            assert max(siens) < 0
        else:
            assert couche.dessin.remplissage == CENTRE
    assert "écart au département (points)" in c.titre
    assert any("département 95" in note and "18,5" in note for note in c.notes)
    infos = [dict(e.infos) for couche in couches(c, "classe") for e in couche.entites if e.nom == "Garges-lès-Gonesse"]
    assert infos[0]["Écart"].startswith("+")


def test_l_ecart_ne_melange_pas_deux_millesimes(o):
    # Niveau de vie : 2021 par commune, 2019 par département.
    with pytest.raises(ErreurArgument, match=r"même millésime.*Que faire"):
        carte(o, "95", "niveau_vie_median", echelle="commune", ecart=True)
    assert "écart" in carte(o, "95", "niveau_vie_median", echelle="intercommunalite", ecart=True).titre


def test_un_effectif_n_a_pas_d_ecart_sur_une_carte(o):
    with pytest.raises(ErreurArgument, match=r"est un effectif.*Que faire"):
        carte(o, "95", "population", ecart=True)


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
    styles = {
        couche["style"]["fillColor"] for couche in donnees_de_carte(carte_interactive.dessiner(c).html)["couches"]
    }
    for statut in motifs:
        assert f'id="hachures-{statut}"' in svg
        assert f"url(#hachures-{statut})" in svg
        assert f"url(#hachures-{statut})" in styles


def test_un_effectif_se_dessine_en_cercles_proportionnels(o):
    c = carte(o, "95", "population")
    assert couches(c, "classe") == []
    (cercles,) = couches(c, "cercles")
    habitants = o.qpv.population
    for entite in cercles.entites:
        assert entite.geometrie.geom_type == "Point"
        assert o.qpv.geometry[entite.code].contains(entite.geometrie)
        attendu = 22 * (habitants[entite.code] / max(habitants[e.code] for e in cercles.entites)) ** 0.5
        assert entite.rayon == pytest.approx(attendu, abs=0.01)
    assert [e.rayon for e in cercles.entites] == sorted((e.rayon for e in cercles.entites), reverse=True)
    assert {e.code for e in cercles.entites} == set(o.territoire("95").qpv.index)
    # La légende montre des tailles rondes, à la même échelle que la carte.
    (grand, *_), _ = zip(*c.legende, strict=True)
    assert re.fullmatch(r"[125]0*\u202f?0*", grand.libelle)
    assert c.titre_legende == "Population municipale (habitants)"
    assert grand.rayon <= 22
    assert any("proportionnelle" in note for note in c.notes)


def test_demander_des_aplats_pour_un_effectif_avertit_et_fait_des_cercles(o):
    with pytest.warns(UserWarning, match="est un effectif.*cercles proportionnels"):
        c = carte(o, "95", "population", figure="aplats")
    assert couches(c, "cercles")
    assert not couches(c, "classe")


def test_un_effectif_nul_n_a_pas_de_cercle_et_un_absent_en_a_un_hachure(o):
    c = carte(o, "78", "population_qpv", echelle="commune")
    (cercles,) = couches(c, "cercles")
    assert min(e.rayon for e in cercles.entites) >= RAYON_MIN
    absentes = couches(c, "absente")
    for couche in absentes:
        assert couche.dessin.hachures
        assert {e.rayon for e in couche.entites} == {RAYON_ABSENT}
    communes = o.territoire("78").communes
    avec_quartier = {code for codes in o.territoire("78").qpv.codes_communes for code in codes}
    assert {e.code for e in cercles.entites} <= avec_quartier
    nuls = len(communes) - len(cercles.entites) - sum(len(a.entites) for a in absentes)
    assert any(f"{nuls}\u00a0communes n'ont pas de quartier prioritaire, donc pas de cercle" in n for n in c.notes)


@pytest.mark.parametrize("maximum", [0, 1, 3, 7, 12345])
def test_un_rayon_a_toujours_un_sens(maximum):
    assert rayon(0, maximum) == RAYON_MIN
    assert rayon(maximum, maximum) == (22 if maximum else RAYON_MIN)


@pytest.mark.parametrize(("recherche", "indicateur"), [("78646", "taux_emploi"), ("QN09502I", "taux_pauvrete")])
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


@pytest.mark.parametrize("reglages", [{}, {"ecart": True}, {"bornes": [10, 20]}])
def test_une_commune_sans_quartier_est_grise_et_non_basse(o, reglages):
    c = carte(o, "95", "part_population_qpv", echelle="commune", **reglages)
    lus = o.indicateurs[(o.indicateurs.indicateur == "part_population_qpv") & (o.indicateurs.niveau == "commune")]
    siens = lus[lus.code.isin(o.territoire("95").communes.index)]
    (sans,) = couches(c, "sans")
    assert {e.code for e in sans.entites} == set(siens.code[siens.valeur == 0])
    assert {e.code for couche in couches(c, "classe") for e in couche.entites} == set(siens.code[siens.valeur > 0])
    assert (len(sans.entites), len(siens)) == (156, 183)
    assert sans.dessin.remplissage == (SANS_ECART if "ecart" in reglages else SANS)
    # En légende après les classes, avant les absences.
    libelles = [s.libelle for s, _ in c.legende]
    rang = libelles.index("sans quartier prioritaire")
    assert c.legende[rang][1] == 156
    assert rang == len(couches(c, "classe"))


def test_l_ecart_par_commune_a_des_couleurs_des_deux_cotes(o):
    c = carte(o, "95", "part_population_qpv", echelle="commune", ecart=True)
    comptes = {couche.dessin.remplissage: len(couche.entites) for couche in couches(c, "classe")}
    assert sum(comptes.values()) == 17
    assert max(comptes.values()) < 9
    assert {SOUS[2][0], SOUS[2][1], CENTRE, SUR[2][0], SUR[2][1]} == set(comptes)


def test_une_carte_sans_aucun_quartier_se_dit(o):
    c = carte(o, "78646", "part_population_qpv", echelle="commune")
    assert couches(c, "classe") == []
    assert aplatir(c.texte_alternatif).endswith("1 commune sans quartier prioritaire.")


def test_le_texte_alternatif_dit_les_extremes_et_les_absences(o):
    assert aplatir(carte(o, "95", "taux_pauvrete").texte_alternatif) == (
        "Carte, Val-d'Oise (département 95) : Taux de pauvreté (%), Insee, Filosofi 2021, en 5 classes de couleur. "
        "36 quartiers prioritaires : au plus bas 28,0 % (Louvrais), au plus haut 43,0 % (Boyenval, Champagne et "
        "3 autres quartiers prioritaires, à égalité). Sans valeur, 6 quartiers prioritaires (non diffusé)."
    )
    assert aplatir(carte(o, "95", "part_population_qpv", echelle="commune", ecart=True).texte_alternatif).endswith(
        "17 communes : au plus bas −13,7 points (Herblay-sur-Seine), au plus haut +59,6 points (Garges-lès-Gonesse). "
        "156 communes sans quartier prioritaire. Sans valeur, 10 communes (non diffusé)."
    )
    assert aplatir(carte(o, "95", "nombre_qpv").texte_alternatif).endswith(
        "en cercles de surface proportionnelle. 27 communes : au plus bas 1 quartier (Beaumont-sur-Oise, "
        "Garges-lès-Gonesse et 12 autres communes, à égalité), au plus haut 8 quartiers (Argenteuil). "
        "156 communes sans quartier prioritaire."
    )
    assert "1 quartier prioritaire : 32,0 % (Les Blagis)" in aplatir(
        carte(o, "QN09219N", "taux_pauvrete").texte_alternatif
    )


def test_une_carte_coloriee_s_enregistre_dans_tous_les_formats(o, tmp_path):
    t = o.territoire("Sarcelles")
    for forme in ("svg", "png", "pdf"):
        assert t.carte_statique("taux_pauvrete").enregistrer(tmp_path / f"c.{forme}").stat().st_size > 1000
    assert "Taux de pauvreté" in t.carte("taux_pauvrete").enregistrer(tmp_path / "c.html").read_text("utf-8")


# --- une description, deux rendus ---

SVG = "{http://www.w3.org/2000/svg}"
VARIANTES = {
    "qpv": ("95", "taux_pauvrete", {}),
    "commune": ("92", "niveau_vie_median", {"methode": "jenks", "classes": 7}),
    "intercommunalite": ("ouest francilien", "niveau_vie_median", {"echelle": "intercommunalite"}),
    "bornes": ("95", "taux_pauvrete", {"bornes": [20, 35, 40]}),
    "ecart": ("95", "part_population_qpv", {"echelle": "commune", "ecart": True}),
    "cercles": ("CARPF", "population", {}),
    "cercles_par_commune": ("78", "population_qpv", {"echelle": "commune"}),
    "quartier": ("QN09219N", "taux_pauvrete", {}),
}
VARIEES = pytest.mark.parametrize("variante", VARIANTES)


@pytest.fixture(scope="module")
def rendus(o):
    faits = {}
    for nom, (recherche, indicateur, reglages) in VARIANTES.items():
        c = carte(o, recherche, indicateur, **reglages)
        arbre = ET.fromstring(carte_statique.dessiner(c).svg)
        faits[nom] = c, donnees_de_carte(carte_interactive.dessiner(c).html), arbre
    return faits


@VARIEES
def test_les_deux_rendus_ont_les_memes_classes_et_les_memes_couleurs(variante, rendus):
    c, donnees, arbre = rendus[variante]
    dessin = arbre.find(f".//{SVG}g[@clip-path]")
    groupes = [g for g in dessin.findall(f"{SVG}g") if g.get("stroke")]
    montrees = [couche for couche in donnees["couches"] if couche["entites"]]
    assert len(groupes) == len(montrees)
    for groupe, couche in zip(groupes, montrees, strict=True):
        style = {cle: valeur for cle, valeur in couche["style"].items() if cle != "rayon"}
        assert attributs_svg(groupe) == style
    for decrite, couche in zip(c.couches, donnees["couches"], strict=True):
        assert [e.code for e in decrite.entites] == [e["code"] for e in couche["entites"]]
        assert [e.rayon for e in decrite.entites if e.rayon] == [e["rayon"] for e in couche["entites"] if "rayon" in e]


@VARIEES
def test_les_deux_rendus_ont_la_meme_legende(variante, rendus):
    c, donnees, arbre = rendus[variante]
    titres = {g: "".join(t.text for t in g.findall(f"{SVG}text")) for g in arbre.iter(f"{SVG}g")}
    (bloc,) = (g for g, titre in titres.items() if titre.replace(" ", "") == c.titre_legende.replace(" ", ""))
    lignes = bloc.findall(f"{SVG}g")
    attendus = [e["libelle"] + ("" if e["nombre"] is None else f" ({e['nombre']})") for e in donnees["legende"]]
    assert [aplatir(" ".join(t.text for t in ligne.findall(f"{SVG}text"))) for ligne in lignes] == [
        *map(aplatir, attendus)
    ]
    for ligne, entree in zip(lignes, donnees["legende"], strict=True):
        symbole = next(e for e in ligne if e.tag != f"{SVG}text")
        assert attributs_svg(symbole)["fillColor"] == entree["style"]["fillColor"]
        assert attributs_svg(symbole)["color"] == entree["style"]["color"]
        assert float(symbole.get("r", 0)) == entree["style"].get("rayon", 0)
    assert len(c.legende) == len(attendus)
    # Deux entrées de légende ne se ressemblent jamais tout à fait.
    dessins = [(s.trait, s.epaisseur, s.fond, s.tirets, s.rayon) for s, _ in c.legende]
    assert len(set(dessins)) == len(dessins)


@VARIEES
def test_chaque_classe_dit_son_nombre_de_territoires(variante, rendus):
    c, _, _ = rendus[variante]
    comptees = [couche for couche in c.couches if couche.style in {"classe", "absente"}]
    nombres = {style.libelle: n for style, n in c.legende}
    assert all(nombres[couche.dessin.libelle] == len(couche.entites) for couche in comptees)


def test_une_carte_coloriee_n_interprete_aucun_texte(o):
    hostile = rendre_hostile(carte(o, "95", "taux_pauvrete"))
    html = carte_interactive.dessiner(hostile).html
    assert "<script>alert" not in html
    assert requetes(html) == []
    assert ET.fromstring(carte_statique.dessiner(hostile).svg).find(f"{SVG}title").text == HOSTILE
