"""Le rendu SVG d'une carte, et le PNG et le PDF qui en viennent."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import as_file, files

import geopandas as gpd
import numpy as np
import pypdf
import pytest
import shapely
import typst
from pages import HOSTILE, JOUR, aplatir, rendre_hostile
from traces_svg import anneaux

from observatoire import carte_statique, choroplethe, points
from observatoire.carte import LAMBERT, decrire
from observatoire.erreurs import ErreurArgument, ErreurEcriture
from observatoire.mise_en_page import LARGEUR
from observatoire.traces import Vue

SVG = "{http://www.w3.org/2000/svg}"
POLICE = "Source Sans Pro"

#: Un territoire par niveau, et ceux dont le nom est long, le contour étroit ou les communes serrées.
RECHERCHES = (
    "QN09219N",
    "QN09536M",
    "92036",
    "95018",
    "200055655",
    "200058519",
    "247800584",
    "200057990",
    "200059889",
    "92",
    "95",
    "ouest francilien",
)
TOUTES = pytest.mark.parametrize("recherche", RECHERCHES)


@pytest.fixture(scope="module")
def statiques(o):
    return {recherche: carte_statique.dessiner(decrire(o.territoire(recherche), JOUR)) for recherche in RECHERCHES}


@pytest.fixture(scope="module")
def arbres(statiques):
    return {recherche: ET.fromstring(statique.svg) for recherche, statique in statiques.items()}


# --- mesurer les textes avec la police qui les imprimera ---

MESURER = """
#let textes = json(bytes(sys.inputs.textes))
#let largeur((contenu, corps, graisse)) = measure(
  text(font: sys.inputs.police, size: corps * 1pt, weight: int(graisse), contenu)
).width.pt()
#context [#metadata(textes.map(largeur)) <largeurs>]
"""


@dataclass
class Texte:
    """Un texte du dessin : sa place (unités du SVG), son corps, sa largeur imprimée."""

    contenu: str
    x: float
    y: float
    corps: float
    graisse: str
    ancre: str
    etiquette: bool
    largeur: float = 0.0

    @property
    def boite(self):
        gauche = self.x - self.largeur / 2 if self.ancre == "middle" else self.x
        return (gauche, self.y - 0.68 * self.corps, gauche + self.largeur, self.y + 0.2 * self.corps)


def textes(noeud, x=0.0, y=0.0, herites=(10.0, "400", "start"), dans_le_cadre=False) -> Iterator[Texte]:
    """Les textes d'un SVG, translations et héritages appliqués, sans les halos."""
    if translation := re.fullmatch(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", noeud.get("transform", "")):
        x, y = x + float(translation[1]), y + float(translation[2])
    corps, graisse, ancre = (
        noeud.get(nom, herite) for nom, herite in zip(("font-size", "font-weight", "text-anchor"), herites, strict=True)
    )
    if noeud.tag == f"{SVG}text" and not noeud.get("stroke"):
        place = x + float(noeud.get("x", 0)), y + float(noeud.get("y", 0))
        yield Texte(noeud.text, *place, float(corps), graisse, ancre, dans_le_cadre)
    for enfant in noeud:
        yield from textes(enfant, x, y, (corps, graisse, ancre), dans_le_cadre or bool(noeud.get("clip-path")))


@pytest.fixture(scope="module")
def mesures(arbres):
    """Les textes de chaque carte, mesurés par Typst avec la police du PDF."""
    trouves = {recherche: list(textes(arbre)) for recherche, arbre in arbres.items()}
    mesurer([texte for liste in trouves.values() for texte in liste])
    return trouves


def mesurer(a_plat):
    """Donne à chaque texte la largeur qu'il aura une fois imprimé."""
    with as_file(files("font_source_sans_pro") / "files") as dossier:
        compilateur = typst.Compiler(
            MESURER.encode(),
            font_paths=[str(dossier)],
            ignore_system_fonts=True,
            sys_inputs={
                "police": POLICE,
                "textes": json.dumps([(t.contenu, t.corps, t.graisse) for t in a_plat]),
            },
        )
        largeurs = json.loads(compilateur.query("<largeurs>", field="value", one=True))
    for texte, largeur in zip(a_plat, largeurs, strict=True):
        texte.largeur = largeur


def cadre(arbre):
    """Largeur et hauteur du cadre de la carte, et ordonnée de son bord haut."""
    groupe = next(g for g in arbre.findall(f"{SVG}g") if g.find(f"{SVG}clipPath") is not None)
    fenetre = groupe.find(f"{SVG}clipPath/{SVG}rect")
    gauche, haut = map(float, re.findall(r"[-\d.]+", groupe.get("transform")))
    return gauche, haut, float(fenetre.get("width")), float(fenetre.get("height"))


def se_couvrent(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# --- le dessin ---


@TOUTES
def test_le_svg_est_accessible(recherche, statiques, arbres):
    arbre, carte = arbres[recherche], statiques[recherche].carte
    assert arbre.tag == f"{SVG}svg"
    assert arbre.get("role") == "img"
    assert [e.tag.removeprefix(SVG) for e in arbre if e.tag != f"{SVG}defs"][:2] == ["title", "desc"]
    assert arbre.find(f"{SVG}title").text == carte.titre
    assert arbre.find(f"{SVG}desc").text == arbre.get("aria-label") == carte.texte_alternatif
    assert carte.texte_alternatif == statiques[recherche].texte_alternatif


@TOUTES
def test_le_svg_est_autonome(recherche, statiques, arbres):
    adresses = [v for n in arbres[recherche].iter() for nom, v in n.attrib.items() if nom.endswith("href")]
    adresses += re.findall(r"url\(([^)]*)\)", statiques[recherche].svg)
    identifiants = [n.get("id") for n in arbres[recherche].iter() if n.get("id")]
    assert adresses
    assert set(adresses) <= {f"#{identifiant}" for identifiant in identifiants}
    assert len(identifiants) == len(set(identifiants))
    assert set(re.findall(r"https?://[^\"'\s]+", statiques[recherche].svg)) == {"http://www.w3.org/2000/svg"}
    assert not {"script", "image", "foreignObject", "style"} & {
        n.tag.removeprefix(SVG) for n in arbres[recherche].iter()
    }


@TOUTES
def test_la_hauteur_annoncee_est_celle_du_dessin(recherche, statiques, arbres):
    statique, arbre = statiques[recherche], arbres[recherche]
    assert (arbre.get("width"), arbre.get("height")) == (str(LARGEUR), str(statique.hauteur))
    gauche, sommet, large, grand = page(arbre)
    assert (large, grand) == (LARGEUR, statique.hauteur)
    _, haut, largeur, hauteur = cadre(arbre)
    assert haut + hauteur <= sommet + grand
    assert largeur < gauche + large


def page(arbre):
    """Gauche, haut, largeur, hauteur de la page."""
    return tuple(map(float, arbre.get("viewBox").split()))


@TOUTES
def test_un_dessin_seul_a_une_marge_blanche_tout_autour(recherche, arbres, mesures):
    gauche, haut, large, grand = page(arbres[recherche])
    x, y, l_cadre, h_cadre = cadre(arbres[recherche])
    boites = [t.boite for t in mesures[recherche]] + [(x, y, x + l_cadre, y + h_cadre)]
    assert min(b[0] for b in boites) >= gauche + 16
    assert min(b[1] for b in boites) >= haut + 16
    assert max(b[2] for b in boites) <= gauche + large - 16
    assert max(b[3] for b in boites) <= haut + grand - 16


def test_dans_une_fiche_le_dessin_va_d_un_bord_a_l_autre(o):
    arbre = ET.fromstring(carte_statique.dessiner(decrire(o.territoire("95"), JOUR), titre=False).svg)
    assert page(arbre)[:2] == (0, 0)
    x, y, _, _ = cadre(arbre)
    assert max(x, y) <= 2


@pytest.mark.parametrize("recherche", ["95", "ouest francilien"])
def test_dans_une_fiche_a4_aucun_texte_n_est_plus_petit_que_7_points(o, recherche):
    t = o.territoire(recherche)
    carte = points.avec_experiences(decrire(t, JOUR), t, points.recenser(t))
    arbre = ET.fromstring(carte_statique.dessiner(carte, titre=False).svg)
    corps = [t.corps for t in textes(arbre)]
    largeur_de_colonne = (210 - 2 * 18) / 25.4 * 72
    assert len(corps) > 30
    assert min(corps) * largeur_de_colonne / float(arbre.get("width")) >= 7


@TOUTES
def test_les_etiquettes_ne_se_couvrent_pas(recherche, mesures):
    boites = [(t.boite, t.contenu) for t in mesures[recherche] if t.etiquette]
    assert boites
    couvertes = [(a, b) for i, (x, a) in enumerate(boites) for y, b in boites[:i] if se_couvrent(x, y)]
    assert couvertes == []


@TOUTES
def test_les_etiquettes_restent_dans_le_cadre(recherche, arbres, mesures):
    gauche, haut, largeur, hauteur = cadre(arbres[recherche])
    dehors = [
        t.contenu
        for t in mesures[recherche]
        if t.etiquette
        and not (
            gauche <= t.boite[0]
            and haut <= t.boite[1]
            and t.boite[2] <= gauche + largeur
            and t.boite[3] <= haut + hauteur
        )
    ]
    assert dehors == []


@TOUTES
def test_aucun_texte_ne_sort_de_l_image(recherche, arbres, mesures):
    gauche, haut, large, grand = page(arbres[recherche])
    dehors = [
        (t.contenu, t.boite)
        for t in mesures[recherche]
        if t.boite[0] < gauche or t.boite[1] < haut or t.boite[2] > gauche + large or t.boite[3] > haut + grand
    ]
    assert dehors == []


@TOUTES
def test_aucune_etiquette_ne_couvre_l_echelle(recherche, mesures):
    (echelle,) = (t for t in mesures[recherche] if re.fullmatch(r"[\d,]+\s(km|m)", t.contenu))
    assert [t.contenu for t in mesures[recherche] if t.etiquette and se_couvrent(t.boite, echelle.boite)] == []


@TOUTES
def test_chaque_etiquette_nomme_une_entite_et_une_seule_fois(recherche, statiques, mesures):
    noms = [t.contenu for t in mesures[recherche] if t.etiquette]
    assert set(noms) <= {e.nom for couche in statiques[recherche].carte.couches for e in couche.entites if e.poids}
    assert len(noms) == len(set(noms))


@pytest.mark.parametrize("recherche", ["QN09219N", "QN09536M", "92036"])
def test_la_carte_d_une_commune_ou_d_un_quartier_nomme_ses_quartiers(o, recherche, mesures):
    noms = {t.contenu for t in mesures[recherche] if t.etiquette}
    assert set(o.territoire(recherche).qpv.nom_affiche) <= noms


def test_une_etiquette_est_posee_sur_sa_commune(arbres, statiques, mesures):
    recherche = "200055655"
    unites = etalonner(arbres[recherche], statiques[recherche].carte)
    contours = {
        e.nom: e.geometrie for c in statiques[recherche].carte.couches for e in c.entites if c.style == "communes"
    }
    gauche, haut, _, _ = cadre(arbres[recherche])
    ecartees = rappels(arbres[recherche])
    posees = [t for t in mesures[recherche] if t.etiquette and t.contenu in contours and t.contenu not in ecartees]
    projetes = gpd.GeoSeries([contours[t.contenu] for t in posees], crs=4326).to_crs(LAMBERT)
    ecarts = [
        contour.distance(shapely.Point(unites.vers_lambert(t.x - gauche, t.y - haut - 0.25 * t.corps))) * unites.echelle
        for t, contour in zip(posees, projetes, strict=True)
    ]
    assert len(ecarts) > 10
    assert max(ecarts) < 12


def rappels(arbre):
    """Les noms mis à l'écart, et les deux bouts du trait qui les relie à leur commune (dans le cadre de la carte)."""
    elements = list(arbre.find(f".//{SVG}g[@clip-path]"))
    return {
        suivant.text: tuple(map(float, re.findall(r"[-\d.]+", trait.get("d"))))
        for trait, suivant in itertools.pairwise(elements)
        if trait.tag == f"{SVG}path"
    }


@pytest.mark.parametrize(("recherche", "nombre"), [("92036", 0), ("95", 1), ("ouest francilien", 2)])
def test_un_nom_mis_a_l_ecart_est_hors_du_territoire_et_relie_a_sa_commune(
    recherche, nombre, arbres, statiques, mesures
):
    carte = statiques[recherche].carte
    unites = etalonner(arbres[recherche], carte)
    contours = {e.nom: e.geometrie for c in carte.couches for e in c.entites if c.style == "communes"}
    lambert = dict(zip(contours, gpd.GeoSeries(list(contours.values()), crs=4326).to_crs(LAMBERT), strict=True))
    gauche, haut, _, _ = cadre(arbres[recherche])
    trouves = rappels(arbres[recherche])
    assert len(trouves) >= nombre
    for nom, (x, y, x_bout, y_bout) in trouves.items():
        (texte,) = (t for t in mesures[recherche] if t.etiquette and t.contenu == nom)
        # Le trait part du nom et finit dans sa commune ; le nom n'est posé sur aucune.
        assert abs(x + gauche - texte.x) <= texte.largeur / 2 + 16
        assert abs(y + haut - texte.y) <= 12
        assert lambert[nom].buffer(100).contains(shapely.Point(unites.vers_lambert(x_bout, y_bout)))
        milieu = shapely.Point(unites.vers_lambert(texte.x - gauche, texte.y - haut - 0.25 * texte.corps))
        assert not any(contour.contains(milieu) for contour in lambert.values())


@pytest.mark.parametrize(("recherche", "nombre"), [("78", 4), ("92", 4), ("95", 3), ("ouest francilien", 3)])
def test_les_communes_aux_quartiers_les_plus_peuples_sont_nommees(o, recherche, nombre, mesures):
    t = o.territoire(recherche)
    habitants = t.qpv.explode("codes_communes").groupby("codes_communes").population.sum()
    habitants = habitants[habitants.index.isin(t.communes.index)].nlargest(nombre)
    if recherche in mesures:
        noms = {texte.contenu for texte in mesures[recherche] if texte.etiquette}
    else:
        svg = ET.fromstring(carte_statique.dessiner(decrire(t, JOUR)).svg)
        noms = {texte.contenu for texte in textes(svg) if texte.etiquette}
    assert set(habitants.index.map(t.communes.nom)) <= noms


@pytest.mark.parametrize("recherche", ["92036", "95018", "QN09219N", "QN09536M"])
def test_un_quartier_est_nomme_sur_lui_ou_tout_contre(o, recherche, arbres, statiques, mesures):
    carte = statiques[recherche].carte
    siens = {
        e.nom: e.geometrie for c in carte.couches for e in c.entites if c.style in {"modifie", "inchange", "nouveau"}
    }
    places = dict(zip(siens, gpd.GeoSeries(list(siens.values()), crs=4326).to_crs(LAMBERT), strict=True))
    gauche, haut, large, grand = cadre(arbres[recherche])
    bornes = gpd.GeoSeries([shapely.box(*carte.emprise)], crs=4326).to_crs(LAMBERT).total_bounds
    vue = Vue.cadrer(bornes, large, grand)
    nommes = [t for t in mesures[recherche] if t.etiquette and t.contenu in places]
    assert nommes
    for texte in nommes:
        trace = shapely.transform(places[texte.contenu], vue.poser)
        x0, y0, x1, y1 = texte.boite
        assert shapely.distance(shapely.box(x0 - gauche, y0 - haut, x1 - gauche, y1 - haut), trace) <= 12


@pytest.mark.parametrize("recherche", ["95", "200057990", "ouest francilien"])
def test_un_nom_secondaire_ne_traverse_pas_le_contour_du_territoire(o, recherche, arbres, statiques, mesures):
    carte = statiques[recherche].carte
    gauche, haut, large, grand = cadre(arbres[recherche])
    bornes = gpd.GeoSeries([shapely.box(*carte.emprise)], crs=4326).to_crs(LAMBERT).total_bounds
    vue = Vue.cadrer(bornes, large, grand)
    epais = [e.geometrie for c in carte.couches for e in c.entites if c.style in {"territoire", "departements"}]
    contour = shapely.union_all(
        shapely.transform(gpd.GeoSeries(epais, crs=4326).to_crs(LAMBERT).boundary.to_numpy(), vue.poser)
    )
    secondaires = {
        e.nom for c in carte.couches for e in c.entites if c.style in {"communes", "voisines"} and 0 < e.poids < 1e9
    }
    traverses = {
        t.contenu: contour.intersection(
            shapely.box(t.boite[0] - gauche, t.boite[1] - haut, t.boite[2] - gauche, t.boite[3] - haut)
        ).length
        for t in mesures[recherche]
        if t.etiquette and t.contenu in secondaires
    }
    assert len(traverses) > 5
    assert {nom: round(longueur) for nom, longueur in traverses.items() if longueur > 14} == {}


# --- l'échelle ---


@dataclass
class Etalon:
    """Le passage du Lambert-93 au dessin, retrouvé en comparant des contours connus à leur tracé."""

    echelle: float
    decalage: tuple[float, float]

    def vers_lambert(self, x, y):
        return (x - self.decalage[0]) / self.echelle, (self.decalage[1] - y) / self.echelle


def etalonner(arbre, carte) -> Etalon:
    """Compare les limites des communes (toutes dans le cadre) à leur dessin."""
    rang = [couche.style for couche in carte.couches].index("communes")
    dessin = arbre.find(f".//{SVG}g[@clip-path]")
    groupe = [g for g in dessin.findall(f"{SVG}g") if g.get("stroke")][rang]
    sommets = np.concatenate([s for p in groupe.findall(f"{SVG}path") for s in anneaux(p.get("d"))])
    contours = gpd.GeoSeries([e.geometrie for e in carte.couches[rang].entites], crs=4326).to_crs(LAMBERT)
    ouest, sud, est, nord = contours.total_bounds
    (x0, y0), (x1, y1) = sommets.min(axis=0), sommets.max(axis=0)
    horizontale, verticale = (x1 - x0) / (est - ouest), (y1 - y0) / (nord - sud)
    assert horizontale == pytest.approx(verticale, rel=0.01), "la carte est étirée"
    # Une seule échelle des deux côtés : sinon l'arrondi du dessin, multiplié par l'ordonnée, décalerait tout.
    echelle = (horizontale + verticale) / 2
    return Etalon(echelle, (x0 - ouest * echelle, y0 + nord * echelle))


@pytest.mark.parametrize("recherche", [r for r in RECHERCHES if not r.startswith("QN")])
def test_la_barre_d_echelle_a_la_longueur_qu_elle_annonce(recherche, arbres, statiques):
    arbre = arbres[recherche]
    groupe = next(
        g for g in arbre.iter(f"{SVG}g") if re.search(r"\s(km|m)$", getattr(g.find(f"{SVG}text"), "text", ""))
    )
    longueur = float(re.fullmatch(r"M0 -4V0H([\d.]+)V-4", groupe.find(f"{SVG}path").get("d"))[1])
    valeur, unite = re.fullmatch(r"([\d,]+)\s(km|m)", groupe.find(f"{SVG}text").text).groups()
    metres = float(valeur.replace(",", ".")) * (1000 if unite == "km" else 1)
    assert longueur / etalonner(arbre, statiques[recherche].carte).echelle == pytest.approx(metres, rel=0.01)
    assert 30 < longueur < cadre(arbre)[2] / 4 + 1


@pytest.mark.parametrize("recherche", ["QN09219N", "QN09536M"])
def test_la_barre_d_echelle_d_un_quartier_aussi(recherche, arbres, statiques):
    # Les communes d'un quartier dépassent du cadre : on étalonne sur le quartier lui-même.
    carte = statiques[recherche].carte
    (couche,) = (c for c in carte.couches if c.entites[0].code == recherche)
    seule = replace(carte, couches=(replace(couche, style="communes"),))
    dessin = arbres[recherche].find(f".//{SVG}g[@clip-path]")
    groupes = [g for g in dessin.findall(f"{SVG}g") if g.get("stroke")]
    for groupe in groupes:
        if groupe is not groupes[carte.couches.index(couche)]:
            dessin.remove(groupe)
    etalon = etalonner(arbres[recherche], seule)
    groupe = next(
        g
        for g in arbres[recherche].iter(f"{SVG}g")
        if re.search(r"\s(km|m)$", getattr(g.find(f"{SVG}text"), "text", ""))
    )
    longueur = float(re.fullmatch(r"M0 -4V0H([\d.]+)V-4", groupe.find(f"{SVG}path").get("d"))[1])
    valeur, unite = re.fullmatch(r"([\d,]+)\s(km|m)", groupe.find(f"{SVG}text").text).groups()
    metres = float(valeur.replace(",", ".")) * (1000 if unite == "km" else 1)
    assert longueur / etalon.echelle == pytest.approx(metres, rel=0.02)


def test_le_nord_et_la_situation_sont_dessines(arbres):
    arbre = arbres["92036"]
    assert [t.text for t in arbre.iter(f"{SVG}text")].count("N") == 1
    # Le repère rond montre une commune trop petite pour se voir dans la région.
    assert [c.get("r") for c in arbre.iter(f"{SVG}circle")] == ["5"]
    assert "5" not in [c.get("r") for c in arbres["ouest francilien"].iter(f"{SVG}circle")]


def test_sans_titre_le_dessin_laisse_titre_et_sources_a_la_fiche(o):
    carte = decrire(o.territoire("92036"), JOUR)
    avec, sans = carte_statique.dessiner(carte), carte_statique.dessiner(carte, titre=False)
    textes_avec, textes_sans = ([t.text for t in ET.fromstring(s.svg).iter(f"{SVG}text")] for s in (avec, sans))
    assert carte.titre in textes_avec
    assert carte.titre not in textes_sans
    assert carte.sous_titre not in textes_sans
    assert not [t for t in textes_sans if "Sources" in t]
    assert ET.fromstring(sans.svg).find(f"{SVG}title").text == carte.titre
    assert sans.hauteur < avec.hauteur


# --- les formats de page ---

TAILLES = {"a4-portrait": (595, 842), "a4-paysage": (842, 595), "16:9": (960, 540), "carre": (720, 720)}


@pytest.fixture(scope="module")
def pages(o):
    """Chaque format, pour une carte simple et pour la légende la plus longue."""
    simple = decrire(o.territoire("200055655"), JOUR)
    t = o.territoire("95")
    longue = choroplethe.colorier(decrire(t, JOUR), t, "part_population_qpv", echelle="commune", ecart=True, classes=7)
    return {
        (f, n): carte_statique.dessiner(c, format=f)
        for f in TAILLES
        for n, c in (("simple", simple), ("longue", longue))
    }


@pytest.mark.parametrize("contenu", ["simple", "longue"])
@pytest.mark.parametrize("format_", TAILLES)
def test_une_page_a_sa_taille_et_tout_y_tient(format_, contenu, pages):
    statique = pages[format_, contenu]
    arbre = ET.fromstring(statique.svg)
    largeur, hauteur = TAILLES[format_]
    assert (statique.largeur, statique.hauteur) == (largeur, hauteur)
    gauche, haut, large, grand = map(float, arbre.get("viewBox").split())
    assert (large, grand) == (largeur, hauteur)
    places = list(textes(arbre))
    mesurer(places)
    dehors = [
        (t.contenu, t.boite)
        for t in places
        if t.boite[0] < gauche or t.boite[1] < haut or t.boite[2] > gauche + large or t.boite[3] > haut + grand
    ]
    assert dehors == []
    # Ni la carte ni sa légende ne descendent sur les notes ; les titres ne se recouvrent pas.
    hors_carte = [t for t in places if not t.etiquette]
    couverts = [
        (a.contenu, b.contenu)
        for i, a in enumerate(hors_carte)
        for b in hors_carte[:i]
        if se_couvrent(a.boite, b.boite)
    ]
    assert couverts == []
    _, y, large, h = cadre(arbre)
    assert large > 300
    assert h > 200
    assert [t.contenu for t in hors_carte if "Sources" in t.contenu and t.y < y + h] == []


@pytest.mark.parametrize("format_", TAILLES)
def test_le_pdf_d_une_page_a_sa_taille(format_, pages, tmp_path):
    chemin = pages[format_, "simple"].enregistrer(tmp_path / "page.pdf")
    with pypdf.PdfReader(chemin) as lecteur:
        (page,) = lecteur.pages
        assert (round(page.mediabox.width), round(page.mediabox.height)) == TAILLES[format_]


def test_un_format_inconnu_est_refuse(o):
    with pytest.raises(ErreurArgument, match=r"a4-portrait, a4-paysage, 16:9, carre"):
        o.territoire("92036").carte_statique(format="a3")


def test_un_titre_trop_long_passe_a_la_ligne(o):
    carte = replace(decrire(o.territoire("92036"), JOUR), titre="Un titre " * 30)
    places = list(textes(ET.fromstring(carte_statique.dessiner(carte).svg)))
    mesurer(places)
    assert sum(t.corps == 18 for t in places) > 2
    assert max(t.boite[2] for t in places) <= LARGEUR - 16


# --- les fichiers ---


@pytest.fixture(scope="module")
def statique(statiques):
    return statiques["92036"]


def test_le_svg_enregistre_est_celui_qu_affiche_jupyter(statique, tmp_path):
    chemin = statique.enregistrer(tmp_path / "carte.svg")
    assert chemin == tmp_path / "carte.svg"
    assert chemin.read_text("utf-8") == statique.svg == statique._repr_svg_()


@pytest.mark.parametrize("nom", ["carte.png", "CARTE.PNG"])
def test_le_png_a_les_proportions_du_dessin_a_192_points_par_pouce(statique, tmp_path, nom):
    octets = statique.enregistrer(tmp_path / nom).read_bytes()
    assert octets.startswith(b"\x89PNG\r\n\x1a\n")
    assert octets.rstrip().endswith(b"IEND\xaeB`\x82")
    largeur, hauteur = struct.unpack(">II", octets[16:24])
    assert largeur == pytest.approx(LARGEUR * 192 / 72, abs=1)
    assert hauteur == pytest.approx(statique.hauteur * 192 / 72, abs=1)
    assert len(octets) > 50_000


def test_le_pdf_est_balise_en_francais_et_garde_ses_textes(statique, tmp_path):
    chemin = statique.enregistrer(tmp_path / "carte.pdf")
    assert chemin.read_bytes().startswith(b"%PDF-")
    with pypdf.PdfReader(chemin) as lecteur:
        (page,) = lecteur.pages
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (LARGEUR, statique.hauteur)
        assert lecteur.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert lecteur.trailer["/Root"]["/Lang"].startswith("fr")
        assert lecteur.metadata.title == statique.carte.titre
        assert statique.texte_alternatif in alternatifs(lecteur.trailer["/Root"]["/StructTreeRoot"])
        imprime = aplatir(page.extract_text())
    assert aplatir(statique.carte.titre) in imprime
    assert "Luth-Fossé" in imprime
    assert "1er mars 2026" in imprime


def alternatifs(noeud):
    """Équivalents en texte de l'arbre de structure d'un PDF."""
    noeud = noeud.get_object()
    if isinstance(noeud, list):
        return [a for enfant in noeud for a in alternatifs(enfant)]
    if not isinstance(noeud, dict):
        return []
    siens = [noeud["/Alt"]] if "/Alt" in noeud else []
    return siens + (alternatifs(noeud["/K"]) if "/K" in noeud else [])


def test_deux_dessins_de_la_meme_carte_ont_les_memes_octets(o, statique, tmp_path):
    autre = carte_statique.dessiner(decrire(o.territoire("92036"), JOUR))
    assert autre.svg == statique.svg
    for forme in ("png", "pdf"):
        premier = statique.enregistrer(tmp_path / f"a.{forme}").read_bytes()
        assert autre.enregistrer(tmp_path / f"b.{forme}").read_bytes() == premier


@pytest.mark.parametrize("nom", ["carte.bmp", "carte", "carte.svg.txt", "carte.html"])
def test_une_extension_inconnue_est_refusee_sans_rien_ecrire(statique, tmp_path, nom):
    with pytest.raises(ErreurArgument, match=r"\.svg, \.png ou \.pdf"):
        statique.enregistrer(tmp_path / nom)
    assert list(tmp_path.iterdir()) == []


def test_un_chemin_impossible_est_explique(statique, tmp_path):
    (tmp_path / "fichier").write_text("à garder", "utf-8")
    with pytest.raises(ErreurEcriture, match=r"pas un dossier|porte déjà ce nom"):
        statique.enregistrer(tmp_path / "fichier" / "carte.svg")
    assert (tmp_path / "fichier").read_text("utf-8") == "à garder"


def test_des_textes_hostiles_sont_imprimes_tels_quels(o, tmp_path):
    carte = rendre_hostile(decrire(o.territoire("QN09502I"), JOUR))
    chemin = carte_statique.dessiner(carte).enregistrer(tmp_path / "carte.pdf")
    with pypdf.PdfReader(chemin) as lecteur:
        assert lecteur.metadata.title == HOSTILE
        assert "<script>alert(1)</script>" in aplatir(lecteur.pages[0].extract_text())


def test_la_carte_d_un_territoire_est_datee_du_jour(o):
    carte = o.territoire("QN09502I").carte_statique().carte
    assert carte.date in {dt.date.today(), dt.date.today() - dt.timedelta(days=1)}
