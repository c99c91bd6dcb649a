"""Les QPV de 2015 par-dessus ceux de 2024, avec le fichier de l'ANCT."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
import shapely
from pages import JOUR, aplatir, donnees_de_carte

import observatoire as obs
from observatoire import carte_statique
from observatoire.ancetres import juxtaposer, superposer
from observatoire.carte import Diptyque, decrire
from observatoire.cli import main
from observatoire.erreurs import ErreurArgument, ErreurType
from observatoire.mise_en_page import mettre_en_page
from observatoire.traces import projeter

SVG = "{http://www.w3.org/2000/svg}"


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
    fin = aplatir(carte.texte_alternatif).partition("En tirets, ")[2]
    assert fin.startswith(f"{len(siens)} quartiers de 2015 : ")
    assert f"et {sortis} sorti{'s' if sortis > 1 else ''} en 2024" in fin


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
    donnees = donnees_de_carte(o.territoire("92036").carte(contours_2015=contours).html)
    assert "QPV de 2015 sorti en 2024" in [e["libelle"] for e in donnees["legende"]]
    assert "QPV de 2015 sorti en 2024" in o.territoire("92036").carte_statique(contours_2015=contours).svg


def test_les_contours_de_2015_ont_un_lisere_blanc_sous_leur_trait(o, contours):
    t = o.territoire("92036")
    carte = superposer(decrire(t, JOUR), t, contours)
    arbre = ET.fromstring(carte_statique.dessiner(carte).svg)
    groupes = [g for g in arbre.find(f".//{SVG}g[@clip-path]").findall(f"{SVG}g") if g.get("stroke")]
    rangs = {couche.style: rang for rang, couche in enumerate(c for c in carte.couches if c.style != "points")}
    for style in ("qpv2015", "sorti"):
        groupe = groupes[rangs[style]]
        halo, traits = groupe.find(f"{SVG}g"), groupe.findall(f"{SVG}path")
        assert (halo.get("stroke"), halo.get("fill"), halo.get("stroke-dasharray")) == ("#ffffff", "none", "none")
        assert float(halo.get("stroke-width")) > float(groupe.get("stroke-width")) + 2
        assert [p.get("d") for p in halo.findall(f"{SVG}path")] == [p.get("d") for p in traits]
    # Au-dessus de tout le reste : les derniers dessinés.
    assert sorted(rangs.values())[-2:] == sorted(rangs[s] for s in ("qpv2015", "sorti"))


def test_un_contour_de_2015_trop_petit_pour_se_voir_entoure_le_disque_de_2024(o, contours):
    t = o.territoire("95")
    carte = superposer(decrire(t, JOUR), t, contours)
    arbre = ET.fromstring(carte_statique.dessiner(carte).svg)
    rayons = {c.get("r") for c in arbre.find(f".//{SVG}g[@clip-path]").iter(f"{SVG}circle")}
    assert rayons == {"4.0", "6.5"}


# --- côte à côte ---


@pytest.fixture(scope="module")
def diptyques(o, contours):
    territoires = {r: o.territoire(r) for r in ("92036", "95", "ouest francilien", "QN07801M", "78646")}
    return {r: juxtaposer(decrire(t, JOUR), t, contours) for r, t in territoires.items()}


@pytest.mark.parametrize(
    ("recherche", "avant", "apres"),
    [
        ("92036", {"modifie2015": 3, "sorti2015": 1}, {"modifie": 3}),
        ("95", {"maintenu2015": 8, "modifie2015": 33}, {"inchange": 8, "modifie": 31, "nouveau": 3}),
        (
            "ouest francilien",
            {"maintenu2015": 12, "modifie2015": 67, "sorti2015": 5},
            {"inchange": 12, "modifie": 65, "nouveau": 6},
        ),
        ("QN07801M", {"modifie2015": 1}, {"modifie": 1}),
        ("78646", {}, {}),
    ],
)
def test_a_gauche_2015_selon_ce_qu_il_devient_a_droite_2024(recherche, avant, apres, diptyques):
    d = diptyques[recherche]
    gauche, droite = (
        {c.style: len(c.entites) for c in carte.couches if c.prioritaire and c.style != "autre"} for carte in d.cartes
    )
    assert (gauche, droite) == (avant, apres)
    assert d.gauche.emprise == d.droite.emprise == d.emprise
    assert [c.titre for c in d.cartes] == ["2015", "2024"]
    assert d.gauche.notes == d.droite.notes == ()
    assert "géographie prioritaire 2015" in d.credit
    assert "géographie prioritaire 2024" in d.credit


def test_chaque_quartier_de_2015_est_a_sa_place(o, diptyques):
    statuts = o.qpv.statut
    for couche in diptyques["ouest francilien"].gauche.couches:
        for entite in couche.entites if couche.prioritaire else ():
            suites = {statuts[code] for code in o.qpv_2015.codes_2024[entite.code]}
            attendu = "sorti2015" if not suites else "maintenu2015" if "inchange" in suites else "modifie2015"
            assert couche.style == attendu


def test_la_legende_commune_ne_se_repete_pas(diptyques):
    d = diptyques["ouest francilien"]
    assert [titre for titre, _ in d.legendes] == ["2015", "2024", "Sur les deux cartes"]
    styles = [style for _, entrees in d.legendes for style, _ in entrees]
    assert len(styles) == len(set(styles))
    assert set(styles) == {s for carte in d.cartes for s, _ in carte.legende}
    ((_, gauche), (_, droite), (_, communs)) = d.legendes
    assert sum(n for _, n in gauche) == 84
    assert sum(n for _, n in droite) == 83
    assert {n for _, n in communs} == {None}


def test_le_texte_alternatif_dit_les_deux_cartes(diptyques):
    texte = aplatir(diptyques["92036"].texte_alternatif)
    assert texte.startswith("Deux cartes côte à côte, Gennevilliers :")
    assert (
        "À gauche, 4 quartiers de 2015 : 3 modifiés et 1 sorti en 2024 (Grésillons Voltaire I - Gabriel Péri)." in texte
    )
    assert "À droite : Carte, Gennevilliers (commune 92036) :" in texte
    assert "3 quartiers prioritaires, tous modifiés depuis 2015" in texte


FORMATS = (None, "a4-portrait", "a4-paysage", "16:9", "carre")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("recherche", ["92036", "95", "ouest francilien"])
def test_les_deux_cartes_ont_la_meme_echelle_et_tiennent_dans_la_page(recherche, format_, diptyques):
    dessin = carte_statique.dessiner(diptyques[recherche], format=format_)
    arbre = ET.fromstring(dessin.svg)
    gauche, haut, large, grand = map(float, arbre.get("viewBox").split())
    assert (large, grand) == (dessin.largeur, dessin.hauteur)
    cadres = []
    for groupe in (g for g in arbre.findall(f"{SVG}g") if g.find(f"{SVG}clipPath") is not None):
        x, y = map(float, re.findall(r"[-\d.]+", groupe.get("transform")))
        fenetre = groupe.find(f"{SVG}clipPath/{SVG}rect")
        cadres.append((x, y, x + float(fenetre.get("width")), y + float(fenetre.get("height"))))
    un, autre = cadres
    assert (un[2] - un[0], un[3] - un[1]) == pytest.approx((autre[2] - autre[0], autre[3] - autre[1]))
    assert min(un[2] - un[0], un[3] - un[1]) > 180
    # Elles ne se couvrent pas, et rien ne sort de la page.
    assert un[2] < autre[0] or un[3] < autre[1]
    textes = [t for t in arbre.iter(f"{SVG}text") if t.text in {"2015, 4 QPV", "2015, 41 QPV", "2015, 84 QPV"}]
    assert len(textes) == 1
    assert max(c[2] for c in cadres) <= gauche + large
    assert max(c[3] for c in cadres) <= haut + grand
    barres = [p.get("d") for p in arbre.iter(f"{SVG}path") if (p.get("d") or "").startswith("M0 -4V0H")]
    assert len(barres) == 2
    assert len(set(barres)) == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_la_legende_d_un_diptyque_ne_descend_pas_sur_les_notes(format_, diptyques):
    d = diptyques["ouest francilien"]
    bornes = shapely.total_bounds(projeter([shapely.box(*d.emprise)]))
    mise = mettre_en_page(d, bornes, format_, titre=True, hauteur_max=None)
    x, y = (a + b for a, b in zip(mise.colonne, mise.origine_legende, strict=True))
    assert max(ligne.y + 11 * (len(ligne.textes) - 1) for ligne in mise.legende) + y < mise.bas - 9
    assert max(ligne.x for ligne in mise.legende) + x < mise.largeur - 2 * mise.marge - 100
    assert mise.bas + 12 * (len(mise.notes) - 1) <= mise.hauteur - mise.marge


def test_la_facade_donne_les_deux_cartes(o, contours, tmp_path):
    t = o.territoire("92036")
    dessin = t.carte_statique(contours_2015=contours, cote_a_cote=True)
    assert isinstance(dessin.carte, Diptyque)
    assert not [c for c in dessin.carte.droite.couches if c.style == "points"]
    for forme in ("svg", "png", "pdf"):
        assert dessin.enregistrer(tmp_path / f"d.{forme}").stat().st_size > 5000
    avec = t.carte_statique(contours_2015=contours, cote_a_cote=True, experiences=True).carte
    assert [carte.couches[-1].style == "points" for carte in avec.cartes] == [False, True]


@pytest.mark.parametrize("reglages", [{}, {"indicateur": "taux_pauvrete"}])
def test_cote_a_cote_demande_les_contours_et_pas_d_indicateur(o, contours, reglages):
    options = {"contours_2015": contours} if reglages else {}
    with pytest.raises(ErreurArgument, match=r"cote_a_cote.*Que faire"):
        o.territoire("92036").carte_statique(cote_a_cote=True, **options, **reglages)


def test_la_commande_pose_les_cartes_cote_a_cote(shared, tmp_path, capsys):
    fichier = shared / "sources" / "anct" / "QP_METROPOLE_LB93.shp"
    if not fichier.is_file():
        pytest.skip("le fichier des QPV de 2015 est absent")
    sortie = tmp_path / "d.svg"
    assert main(["carte", "92036", "-o", str(sortie), "--contours-2015", str(fichier), "--cote-a-cote"]) == 0
    assert "2024, 3 QPV" in sortie.read_text("utf-8")
    assert main(["carte", "92036", "-o", str(sortie), "--cote-a-cote"]) == 2
    assert "--contours-2015" in capsys.readouterr().err


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
