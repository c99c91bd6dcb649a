"""La description d'une carte et son rendu Leaflet."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import re
import xml.etree.ElementTree as ET
import zlib

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pages import (
    HOSTILE,
    HOSTILE_COURT,
    JOUR,
    aplatir,
    attributs_svg,
    contours_de,
    donnees_de_carte,
    lire,
    programme_de_carte,
    rendre_hostile,
    requetes,
)

from observatoire import carte_interactive, carte_statique
from observatoire.carte import LAMBERT, STYLES, decrire
from observatoire.donnees import dossier_embarque
from observatoire.emballage import SIGNES, emballer, en_base_85, resserrer
from observatoire.erreurs import ErreurArgument

SVG = "{http://www.w3.org/2000/svg}"
STATUTS = ("inchange", "modifie", "nouveau")
TERRITOIRES = {
    "qpv": ("QN09219N", None),
    "commune": ("Gennevilliers", "commune"),
    "epci": ("CARPF", None),
    "ept": ("200057990", None),
    "departement": ("95", None),
    "perimetre": ("ouest francilien", None),
}
TOUS = pytest.mark.parametrize("niveau", TERRITOIRES)


@pytest.fixture(scope="module")
def territoires(o):
    return {niveau: o.territoire(*recherche) for niveau, recherche in TERRITOIRES.items()}


@pytest.fixture(scope="module")
def cartes(territoires):
    return {niveau: decrire(t, JOUR) for niveau, t in territoires.items()}


@pytest.fixture(scope="module")
def interactives(cartes):
    return {niveau: carte_interactive.dessiner(carte) for niveau, carte in cartes.items()}


@pytest.fixture(scope="module")
def page(interactives):
    return interactives["commune"].html


@pytest.fixture(scope="module")
def hostile(cartes):
    return rendre_hostile(cartes["qpv"])


@pytest.fixture(scope="module")
def qpv():
    return gpd.read_parquet(dossier_embarque() / "qpv_2024.parquet").set_index("code")


@pytest.fixture(scope="module")
def communes():
    return gpd.read_parquet(dossier_embarque() / "communes.parquet").set_index("code")


def composantes(communes, t):
    """Codes des communes d'un territoire, lus dans le référentiel sans passer par la bibliothèque."""
    if t.niveau == "commune":
        return {t.code}
    if t.niveau == "perimetre":
        return set(communes.index[communes.code_departement.isin(["78", "92", "95"])])
    return set(communes.index[communes[f"code_{t.niveau}"] == t.code])


def codes(carte, *styles):
    return [entite.code for couche in carte.couches if couche.style in styles for entite in couche.entites]


# --- la description ---


@pytest.mark.parametrize("niveau", [n for n in TERRITOIRES if n != "qpv"])
def test_la_carte_montre_chaque_qpv_et_chaque_commune_du_territoire_une_fois(
    niveau, territoires, cartes, qpv, communes
):
    siennes = composantes(communes, territoires[niveau])
    siens = qpv[[not siennes.isdisjoint(c) for c in qpv.codes_communes]]
    for statut in STATUTS:
        assert sorted(codes(cartes[niveau], statut)) == sorted(siens.index[siens.statut == statut])
    assert sorted(codes(cartes[niveau], "communes")) == sorted(siennes)
    assert len(siens) > 0


def test_la_carte_du_perimetre_compte_83_qpv_478_communes_et_3_departements(cartes):
    carte = cartes["perimetre"]
    assert len(codes(carte, *STATUTS)) == 83
    assert len(codes(carte, "nouveau")) == 6
    assert len(codes(carte, "communes")) == 478
    assert sorted(codes(carte, "departements")) == ["78", "92", "95"]
    assert codes(carte, "autre") == []


def test_la_carte_d_un_qpv_ne_met_que_lui_en_avant(cartes):
    carte = cartes["qpv"]
    assert codes(carte, *STATUTS) == ["QN09219N"]
    assert sorted(codes(carte, "communes")) == ["92007", "92014", "92032", "92071"]


@TOUS
def test_les_autres_qpv_sont_ceux_du_cadre_qui_ne_sont_pas_du_territoire(niveau, cartes, qpv):
    carte = cartes[niveau]
    siens = set(codes(carte, *STATUTS))
    visibles = set(qpv.index[qpv.intersects(shapely.box(*carte.emprise))])
    assert set(codes(carte, "autre")) == visibles - siens
    assert siens <= visibles


@TOUS
def test_la_legende_compte_les_qpv_dessines_et_eux_seuls(niveau, cartes):
    carte = cartes[niveau]
    attendue = {
        STYLES[c.style].libelle: len(c.entites) if c.prioritaire else None for c in carte.couches if c.en_legende
    }
    assert {style.libelle: nombre for style, nombre in carte.legende} == attendue
    assert sum(nombre or 0 for _, nombre in carte.legende) == len(codes(carte, *STATUTS, "autre"))
    assert len(carte.legende) == len(attendue) >= 3


@TOUS
def test_aucune_couche_n_est_vide(niveau, cartes):
    assert all(couche.entites for couche in cartes[niveau].couches)
    assert all(not entite.geometrie.is_empty for couche in cartes[niveau].couches for entite in couche.entites)


def test_les_statuts_se_distinguent_autrement_que_par_la_couleur():
    dessins = {statut: (STYLES[statut].tirets, STYLES[statut].epaisseur) for statut in (*STATUTS, "autre")}
    assert len(set(dessins.values())) == len(dessins), dessins


@TOUS
def test_l_emprise_contient_le_territoire(niveau, territoires, cartes):
    ouest, sud, est, nord = cartes[niveau].emprise
    o_, s_, e_, n_ = territoires[niveau].geometrie.bounds
    assert ouest < o_ < e_ < est
    assert sud < s_ < n_ < nord


def test_l_emprise_d_un_qpv_laisse_voir_ce_qui_l_entoure(territoires, cartes):
    cadre, quartier = (
        gpd.GeoSeries([forme], crs=4326).to_crs(LAMBERT).total_bounds
        for forme in (shapely.box(*cartes["qpv"].emprise), territoires["qpv"].geometrie)
    )
    assert cadre[2] - cadre[0] > 2 * (quartier[2] - quartier[0])
    assert cadre[3] - cadre[1] > 2 * (quartier[3] - quartier[1])


def test_le_plus_petit_quartier_a_un_cadre_de_700_metres_au_moins(o):
    code = o.qpv.surface_ha.idxmin()
    emprise = decrire(o.territoire(code), JOUR).emprise
    ouest, sud, est, nord = gpd.GeoSeries([shapely.box(*emprise)], crs=4326).to_crs(LAMBERT).total_bounds
    assert max(est - ouest, nord - sud) >= 700


@pytest.mark.parametrize("recherche", ["CARPF", "200055655"])
def test_une_note_dit_que_les_qpv_du_77_manquent(o, recherche):
    (note,) = (n for n in decrire(o.territoire(recherche), JOUR).notes if "77" in n)
    assert "absents" in note
    assert "département 77" in note


def test_un_territoire_des_trois_departements_n_annonce_aucune_absence(cartes):
    assert not [n for n in (*cartes["perimetre"].notes, *cartes["commune"].notes) if "absents" in n]


@pytest.mark.parametrize("recherche", ["200057990", "95018", "Bagneux"])
def test_une_note_compte_les_qpv_qui_debordent(o, communes, qpv, recherche):
    t = o.territoire(recherche)
    siennes = composantes(communes, t)
    debordants = [c for c in qpv.codes_communes if not siennes.isdisjoint(c) and not siennes.issuperset(c)]
    (note,) = (aplatir(n) for n in decrire(t, JOUR).notes if "hors du territoire" in n)
    assert debordants
    assert note.startswith(f"{len(debordants)} QPV s'éten{'d ' if len(debordants) == 1 else 'dent '}")


def test_aucune_note_de_debordement_quand_tout_est_dedans(cartes):
    assert not [n for n in cartes["perimetre"].notes if "hors du territoire" in n]


@TOUS
def test_le_credit_nomme_les_producteurs_et_date_la_carte(niveau, cartes):
    credit = aplatir(cartes[niveau].credit)
    assert {"ANCT", "Insee", "IGN"} <= set(re.findall(r"\w+", credit))
    assert "2024" in credit
    assert credit.endswith("1er mars 2026.")


@TOUS
def test_le_texte_alternatif_nomme_le_territoire_et_donne_un_ordre_de_grandeur(niveau, territoires, cartes, qpv):
    t, texte = territoires[niveau], cartes[niveau].texte_alternatif
    assert t.nom in texte
    assert t.code in texte
    siens = qpv.loc[codes(cartes[niveau], *STATUTS)]
    plus_peuple = siens.loc[siens.population.idxmax()]
    assert f"{plus_peuple.population:,}".replace(",", "\u202f") in texte
    if niveau != "qpv":
        assert f"{len(siens)} quartiers prioritaires" in aplatir(texte)
        assert plus_peuple.nom_affiche in texte


def test_une_commune_sans_quartier_le_dit(o):
    carte = decrire(o.territoire("Versailles", "commune"), JOUR)
    assert codes(carte, *STATUTS) == []
    assert "aucun quartier prioritaire" in carte.texte_alternatif
    assert "aucun quartier prioritaire" in carte.titre


def test_une_commune_hors_des_trois_departements_ne_pretend_pas_n_avoir_aucun_quartier(o):
    carte = decrire(o.territoire("93048"), JOUR)
    assert "aucun quartier" not in carte.titre
    assert "aucun quartier" not in carte.texte_alternatif
    assert any("département 93" in note for note in carte.notes)


def test_pas_de_carte_sans_contour(o):
    with pytest.raises(ErreurArgument, match=r"Lyon \(69123\)") as capture:
        o.territoire("Lyon", "commune").carte()
    assert "Que faire" in str(capture.value)
    assert "Île-de-France" in str(capture.value)


def test_la_description_ne_change_pas(cartes):
    with pytest.raises(dataclasses.FrozenInstanceError):
        cartes["qpv"].titre = "autre"


def test_decrire_ne_modifie_pas_les_tables(o):
    avant = o.qpv.copy(), o.communes.geometry.copy()
    decrire(o.territoire("CARPF"), JOUR)
    assert avant[0].equals(o.qpv)
    assert avant[1].equals(o.communes.geometry)


def test_la_page_porte_les_contours_officiels(page, qpv):
    donnees = donnees_de_carte(page)
    (luth,) = (e for c in donnees["couches"] for e in c["entites"] if e["nom"] == qpv.nom_affiche["QN09208M"])
    relus = [anneau for polygone in contours_de(donnees, luth) for anneau in polygone]
    officiels = shapely.get_coordinates(qpv.geometry["QN09208M"])
    ecarts = np.abs(officiels[:, None] - np.concatenate(relus)[None]).max(axis=2).min(axis=1)
    assert len(officiels) > 10
    assert ecarts.max() <= 1e-5


# --- deux rendus d'une même description ---


@TOUS
def test_les_deux_rendus_ont_les_memes_couches_dans_le_meme_ordre(niveau, cartes, interactives):
    donnees = donnees_de_carte(interactives[niveau].html)
    racine = ET.fromstring(carte_statique.dessiner(cartes[niveau]).svg)
    dessin = racine.find(f".//{SVG}g[@clip-path]")
    groupes = [g for g in dessin.findall(f"{SVG}g") if g.get("stroke")]
    assert [attributs_svg(g) for g in groupes] == [c["style"] for c in donnees["couches"]]
    for groupe, couche, decrite in zip(groupes, donnees["couches"], cartes[niveau].couches, strict=True):
        assert [e["nom"] for e in couche["entites"]] == [e.nom for e in decrite.entites]
        # Un quartier trop petit pour se voir est un disque.
        traces = len(groupe.findall(f"{SVG}path")) + len(groupe.findall(f"{SVG}circle"))
        assert traces <= len(decrite.entites)
        if decrite.style in {*STATUTS, "territoire"} or (decrite.style == "communes" and niveau != "qpv"):
            assert traces == len(decrite.entites)


@TOUS
def test_les_deux_rendus_ont_la_meme_legende(niveau, cartes, interactives):
    entrees = donnees_de_carte(interactives[niveau].html)["legende"]
    racine = ET.fromstring(carte_statique.dessiner(cartes[niveau]).svg)
    (legende,) = (g for g in racine.iter(f"{SVG}g") if (t := g.find(f"{SVG}text")) is not None and t.text == "Légende")
    lignes = legende.findall(f"{SVG}g")
    assert [aplatir(" ".join(t.text for t in ligne.findall(f"{SVG}text"))) for ligne in lignes] == [
        e["libelle"] + ("" if e["nombre"] is None else f" ({e['nombre']})") for e in entrees
    ]
    symboles = [next(e for e in ligne if e.tag != f"{SVG}text") for ligne in lignes]
    for symbole, entree in zip(symboles, entrees, strict=True):
        assert attributs_svg(symbole)["color"] == entree["style"]["color"]
        assert attributs_svg(symbole)["fillColor"] == entree["style"]["fillColor"]
        assert attributs_svg(symbole)["dashArray"] == entree["style"]["dashArray"]


@TOUS
def test_les_deux_rendus_ont_les_memes_textes(niveau, cartes, interactives):
    carte = cartes[niveau]
    donnees = donnees_de_carte(interactives[niveau].html)
    svg = aplatir(" ".join(ET.fromstring(carte_statique.dessiner(carte).svg).itertext()))
    assert [donnees["titre"], donnees["sousTitre"], donnees["credit"]] == [carte.titre, carte.sous_titre, carte.credit]
    assert donnees["notes"] == list(carte.notes)
    for texte in (carte.titre, carte.sous_titre, carte.credit, *carte.notes):
        assert aplatir(texte) in svg


# --- la page ---


def test_une_bulle_dit_nom_communes_population_et_statut(page, qpv):
    entites = [e for c in donnees_de_carte(page)["couches"] for e in c["entites"]]
    (luth,) = (e for e in entites if e["nom"] == qpv.nom_affiche["QN09208M"])
    ligne = qpv.loc["QN09208M"]
    libelles, valeurs = zip(*luth["infos"], strict=True)
    assert libelles[0] == "Quartier prioritaire"
    assert valeurs[0] == f"{ligne.nom_affiche} (QN09208M)"
    assert valeurs[1] == ligne.noms_communes
    assert aplatir(valeurs[2]) == f"{ligne.population:,}".replace(",", " ") + " habitants"
    assert valeurs[3] == "modifié"


def test_la_bulle_d_un_qpv_a_cheval_nomme_toutes_ses_communes(interactives):
    couches = donnees_de_carte(interactives["qpv"].html)["couches"]
    (blagis,) = (e for c in couches for e in c["entites"] if e["nom"] == "Les Blagis")
    assert dict(blagis["infos"])["Communes"] == "Bagneux, Bourg-la-Reine, Fontenay-aux-Roses, Sceaux"


@TOUS
def test_la_page_ne_fait_aucune_requete(niveau, interactives):
    assert requetes(interactives[niveau].html) == []


def test_la_feuille_de_style_porte_ses_images(page):
    style, _ = programme_de_carte(page)
    images = re.findall(r"""url\(["']?([^)"']+)""", style)
    assert len(images) == 1  # le bouton des calques que l'analyste ajouterait
    assert images[0].startswith("data:image/svg+xml,")
    assert "@import" not in style


def test_le_script_ne_connait_aucune_adresse_a_charger(page):
    _, programme = programme_de_carte(page)
    scripts = "".join([programme, *(n.texte for n in lire(page).tous("script"))])
    # Un espace de noms XML, et le lien du crédit de Leaflet, que la carte retire : rien qui soit demandé au réseau.
    assert set(re.findall(r"https?://([\w.-]+)", scripts)) <= {"www.w3.org", "leafletjs.com"}
    assert "setPrefix(false)" in scripts
    assert "sourceMappingURL" not in scripts


def test_leaflet_est_incorpore_tel_qu_il_est_publie(page):
    from importlib.resources import files

    publie = (files("js_lib_leaflet") / "static" / "js_lib_leaflet" / "leaflet.js").read_text("utf-8")
    code = publie.replace("//# sourceMappingURL=leaflet.js.map", "").strip()
    assert programme_de_carte(page)[1].startswith(code)
    # La licence de Leaflet demande que son auteur soit nommé, en clair.
    assert "Vladimir Agafonkin" in page


@given(st.binary(max_size=40))
def test_la_base_85_est_celle_de_git_sans_ce_qui_s_echappe(octets):
    assert en_base_85(octets) == base64.b85encode(octets).decode().translate(str.maketrans("&<>", ",./"))


def test_un_paquet_ne_s_echappe_ni_dans_une_page_ni_dans_un_attribut():
    assert len(set(SIGNES)) == 85
    assert not set(SIGNES) & set("&<>\"'\\")


@given(st.text(max_size=80), st.text("AZ09-_,", max_size=80))
def test_un_paquet_se_decomprime_tel_qu_il_fut(texte, nombres):
    paquet = emballer(texte, nombres)
    octets = base64.b85decode(paquet.texte.translate(str.maketrans(",./", "&<>")))
    assert zlib.decompress(octets, -zlib.MAX_WBITS).decode() == texte + nombres
    assert paquet.taille == len((texte + nombres).encode())


def test_un_programme_se_resserre_sans_perdre_une_instruction():
    assert (
        resserrer("  // dit pourquoi\nvar a = 1;\n\n    var b = 'x//y'; // reste\n")
        == "var a = 1;\nvar b = 'x//y'; // reste\n"
    )


def test_deux_fois_la_meme_carte_donnent_les_memes_octets(cartes):
    assert carte_interactive.dessiner(cartes["commune"]).html == carte_interactive.dessiner(cartes["commune"]).html


def test_le_plan_ign_ne_vient_que_si_on_le_demande(cartes, page):
    avec = carte_interactive.dessiner(cartes["qpv"], fond="plan-ign").html
    fond = donnees_de_carte(avec)["fond"]
    assert fond["adresse"].startswith("https://data.geopf.fr/wmts?")
    assert fond["nom"] == "Plan IGN"
    assert requetes(avec) == []
    assert donnees_de_carte(page)["fond"] is None
    assert donnees_de_carte(avec)["titre"] == cartes["qpv"].titre


@pytest.mark.parametrize("fond", ["inconnu", "", "PLAN-IGN"])
def test_un_fondinconnu_est_refuse(o, fond):
    with pytest.raises(ErreurArgument, match="plan-ign") as capture:
        o.territoire("QN09201M").carte(fond=fond)
    assert repr(fond) in str(capture.value)


def test_la_carte_du_perimetre_pese_moins_d_un_megaoctet(interactives):
    assert len(interactives["perimetre"].html.encode()) < 1_000_000


@pytest.mark.parametrize("code", ["92036", "95018", "78551", "95585"])
def test_la_carte_d_une_commune_pese_moins_de_400_kilooctets(o, code):
    assert len(o.territoire(code).carte().html.encode()) < 400_000


def test_la_carte_est_une_folium_map(interactives, tmp_path):
    carte = interactives["commune"]
    assert isinstance(carte, folium.Map)
    carte.save(tmp_path / "folium.html")
    assert carte.enregistrer(tmp_path / "nous.html") == tmp_path / "nous.html"
    assert (tmp_path / "folium.html").read_text("utf-8") == carte.html
    assert (tmp_path / "nous.html").read_text("utf-8") == carte.html
    assert carte.html.startswith("<!DOCTYPE html>")


def test_on_peut_y_ajouter_un_objet_de_folium(cartes):
    carte = carte_interactive.dessiner(cartes["qpv"])
    folium.CircleMarker([48.78, 2.3], tooltip="Maison de projet").add_to(carte)
    scripts = lire(carte.html).tous("script")[-1].texte
    assert "L.circleMarker(" in scripts
    assert "Maison de projet" in scripts
    assert requetes(carte.html) == []


def test_la_page_se_lit_et_se_dit_en_francais(page, cartes):
    arbre = lire(page)
    assert arbre.un("html").attributs.get("lang") == "fr"
    assert arbre.un("title").texte == cartes["commune"].titre
    assert arbre.un("p", classe="alternatif").texte == cartes["commune"].texte_alternatif


def test_jupyter_recoit_la_page_entiere_dans_un_cadre(interactives):
    (cadre,) = lire(interactives["commune"]._repr_html_()).enfants
    assert cadre.balise == "iframe"
    assert cadre.attributs["srcdoc"] == interactives["commune"].html
    assert cadre.attributs["title"] == interactives["commune"].titre
    assert "src" not in cadre.attributs


def test_la_carte_est_datee_du_jour(o):
    credit = donnees_de_carte(o.territoire("QN09201M").carte().html)["credit"]
    assert str(dt.date.today().year) in credit


# --- textes hostiles ---


def test_la_page_n_interprete_aucun_texte(hostile, interactives):
    html = carte_interactive.dessiner(hostile).html
    arbre, temoin = lire(html), lire(interactives["qpv"].html)
    assert [n.balise for n in arbre] == [n.balise for n in temoin]
    assert arbre.un("title").texte == HOSTILE
    assert arbre.un("p", classe="alternatif").texte == HOSTILE
    assert "<script>alert" not in html
    assert "<b>" not in html


def test_le_json_de_la_page_rend_les_textes_tels_quels(hostile):
    donnees = donnees_de_carte(carte_interactive.dessiner(hostile).html)
    assert [donnees["titre"], donnees["sousTitre"], *donnees["notes"]] == [HOSTILE] * 3
    assert HOSTILE in donnees["credit"]
    entites = [e for c in donnees["couches"] for e in c["entites"]]
    assert {e["nom"] for e in entites} == {HOSTILE_COURT}
    assert [[HOSTILE, HOSTILE]] in [e["infos"] for e in entites]


def test_le_cadre_de_jupyter_n_interprete_aucun_texte(hostile):
    carte = carte_interactive.dessiner(hostile)
    (cadre,) = lire(carte._repr_html_()).enfants
    assert cadre.attributs["srcdoc"] == carte.html
    assert cadre.attributs["title"] == HOSTILE
    assert not {nom for nom in cadre.attributs if nom.startswith("on")}


def test_le_svg_n_interprete_aucun_texte(hostile, cartes):
    arbre = ET.fromstring(carte_statique.dessiner(hostile).svg)
    permises = {n.tag for n in ET.fromstring(carte_statique.dessiner(cartes["commune"]).svg).iter()}
    assert {n.tag for n in arbre.iter()} <= permises
    assert arbre.find(f"{SVG}title").text == HOSTILE
    assert arbre.find(f"{SVG}desc").text == HOSTILE
    assert arbre.get("aria-label") == HOSTILE
    textes = [t.text for t in arbre.iter(f"{SVG}text")]
    assert HOSTILE_COURT in textes
    # Titre, sous-titre, note et crédit, coupés en lignes s'il le faut.
    assert aplatir(" ".join(textes)).count(HOSTILE) == 4
