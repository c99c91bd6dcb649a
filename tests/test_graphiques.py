"""Les petits graphiques : des longueurs justes, rien de dessiné pour ce qui manque, rien par la seule couleur."""

from __future__ import annotations

import io
import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from importlib.resources import as_file, files

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import HOSTILE, aplatir, lire, requetes

from observatoire.composition import composer
from observatoire.erreurs import ErreurArgument
from observatoire.graphiques import CORPS, LARGEUR, TEINTES, Barre, barres, composition, mesurer, serie
from observatoire.indicateurs import SIGNES, Valeur

SVG = "{http://www.w3.org/2000/svg}"
reglages = settings(max_examples=60, deadline=None)


def valeur(nombre=math.nan, statut="diffuse", unite="%", millesime=2021, source="Insee, Filosofi 2021", **autres):
    return Valeur("i", "I", "qpv", "QN", nombre, statut, unite, millesime, source, **{"decimales": 1, **autres})


def absente(statut, **autres):
    return valeur(statut=statut, **autres)


GRESILLONS = [
    Barre("Les Grésillons", valeur(37.0), sujet=True),
    Barre("QPV des Hauts-de-Seine", valeur(31.2, estimation=True)),
    Barre("Gennevilliers", valeur(28.0, millesime=2019, source="Insee, Filosofi 2019")),
    Barre("Hauts-de-Seine", absente("secret")),
    Barre("Île-de-France", valeur(15.6)),
]
TAILLES = ("1 personne", "2 personnes", "3 personnes", "4 ou 5 personnes", "6 personnes ou plus")


def parts(*nombres, **autres):
    """Une barre par taille de ménage ; un texte à la place d'un nombre est la raison de son absence."""
    return [
        Barre(libelle, absente(n, **autres) if isinstance(n, str) else valeur(n, **autres))
        for libelle, n in zip(TAILLES, nombres, strict=True)
    ]


MENAGES = composition(
    "Ménages selon leur taille",
    parts(32.1, 24.3, "secret", 20.0, 6.6),
    parts(30.2, 25.5, 18.0, 41.3, "non_diffuse", millesime=2019),
    nom="Les Grésillons",
    nom_reference="QPV des Hauts-de-Seine",
)


@pytest.fixture(scope="module")
def pauvrete():
    return barres("Taux de pauvreté", GRESILLONS)


# --- lire un graphique ---


@dataclass
class Texte:
    contenu: str
    x: float
    y: float
    gras: bool
    ancre: str

    @property
    def boite(self):
        largeur = mesurer(self.contenu, gras=self.gras)
        gauche = self.x - largeur if self.ancre == "end" else self.x
        return (gauche, self.y - 0.75 * CORPS, gauche + largeur, self.y + 0.22 * CORPS)


def textes(noeud):
    return [
        Texte(
            t.text, float(t.get("x")), float(t.get("y")), t.get("font-weight") == "600", t.get("text-anchor", "start")
        )
        for t in noeud.iter(f"{SVG}text")
        if t.text
    ]


def nombres(element, *noms):
    return [float(element.get(nom)) for nom in noms]


@dataclass
class Rang:
    """Ce qu'une ligne du graphique montre."""

    noeud: ET.Element

    @property
    def barre(self):
        """Bords gauche et droit, ou None."""
        rect = self.noeud.find(f"{SVG}rect")
        if rect is None:
            return None
        x, largeur = nombres(rect, "x", "width")
        return x, x + largeur

    @property
    def repere(self):
        """Abscisse du milieu du losange, ou None."""
        losange = self.noeud.find(f"{SVG}path")
        if losange is None:
            return None
        x, cote = re.match(r"M([-\d.]+) [-\d.]+l([\d.]+)", losange.get("d")).groups()
        return float(x) + float(cote)

    @property
    def boites(self):
        """Ce que couvrent la barre (avec son trait) et le repère."""
        y = [float(t.get("y")) for t in self.noeud.findall(f"{SVG}rect")]
        if self.barre:
            yield (self.barre[0] - 0.5, y[0] - 0.5, self.barre[1] + 0.5, y[0] + 11.5)
        if self.repere is not None:
            milieu = float(re.match(r"M[-\d.]+ ([-\d.]+)", self.noeud.find(f"{SVG}path").get("d"))[1])
            yield (self.repere - 4.5, milieu - 4.5, self.repere + 4.5, milieu + 4.5)

    @property
    def ecrits(self):
        return [t.contenu for t in textes(self.noeud)]


def rangs(figure):
    return [Rang(g) for g in ET.fromstring(figure.svg).findall(f"{SVG}g")]


def zero(figure):
    (axe,) = (p for p in ET.fromstring(figure.svg).findall(f"{SVG}path") if p.get("class") == "axe")
    return float(re.match(r"M([-\d.]+) ", axe.get("d"))[1])


def taille(figure):
    return nombres(ET.fromstring(figure.svg), "width", "height")


def se_couvrent(a, b):
    return a[0] < b[2] - 0.02 and b[0] < a[2] - 0.02 and a[1] < b[3] - 0.02 and b[1] < a[3] - 0.02


def verifier_la_mise_en_page(figure):
    """Tout est dans l'image ; aucun texte n'en couvre un autre, ni une barre, ni un repère."""
    largeur, hauteur = taille(figure)
    ecrits = [t.boite for t in textes(ET.fromstring(figure.svg))]
    marques = [boite for rang in rangs(figure) for boite in rang.boites]
    for gauche, haut, droite, bas in (*ecrits, *marques):
        assert gauche >= -0.02
        assert haut >= 0
        assert droite <= largeur + 0.02
        assert bas <= hauteur
    assert not [(a, b) for a, b in itertools.combinations(ecrits, 2) if se_couvrent(a, b)]
    assert not [(a, b) for a, b in itertools.product(ecrits, marques) if se_couvrent(a, b)]


# --- des longueurs justes ---


def test_les_longueurs_sont_proportionnelles_aux_valeurs(pauvrete):
    gresillons, qpv, commune, _, region = rangs(pauvrete)
    assert {rang.barre[0] for rang in (gresillons, qpv, commune, region)} == {zero(pauvrete)}
    longueurs = [rang.barre[1] - rang.barre[0] for rang in (gresillons, qpv, commune, region)]
    assert [longueur / longueurs[0] for longueur in longueurs] == pytest.approx(
        [1, 31.2 / 37, 28 / 37, 15.6 / 37], abs=1e-3
    )
    assert longueurs[0] > 80


def test_une_valeur_absente_n_a_pas_de_barre_et_dit_sa_raison(pauvrete):
    assert rangs(pauvrete)[3].barre is None
    assert rangs(pauvrete)[3].ecrits == ["Hauts-de-Seine", "s. (secret statistique)"]


@pytest.mark.parametrize("statut", SIGNES)
def test_chaque_raison_s_ecrit_en_entier(statut):
    figure = barres("Taux", [Barre("Ici", absente(statut), sujet=True), Barre("Là", valeur(3.0))])
    signe, raison = SIGNES[statut]
    assert " ".join(rangs(figure)[0].ecrits) == f"Ici {signe} ({raison})"
    assert rangs(figure)[0].barre is None
    assert f"{raison}\u00a0: Ici." in figure.alternatif


def test_rien_n_est_dessine_quand_tout_manque():
    figure = barres("Taux", [Barre(nom, absente("non_diffuse")) for nom in ("A", "B")])
    assert [rang.barre for rang in rangs(figure)] == [None, None]
    verifier_la_mise_en_page(figure)


def test_zero_est_une_valeur():
    nul, un = rangs(barres("Taux", [Barre("Nul", valeur(0.0)), Barre("Un", valeur(1.0))]))
    assert nul.barre[0] == nul.barre[1] == un.barre[0]
    assert nul.ecrits == ["Nul", "0,0"]


def test_une_valeur_negative_va_de_l_autre_cote_de_zero():
    figure = barres("Évolution", [Barre("A", valeur(-3.0)), Barre("B", valeur(6.0))])
    a, b = rangs(figure)
    assert a.barre[1] == b.barre[0] == zero(figure)
    assert b.barre[1] - b.barre[0] == pytest.approx(2 * (a.barre[1] - a.barre[0]), abs=0.02)
    assert a.ecrits == ["A", "−3,0"]
    verifier_la_mise_en_page(figure)


# --- ce qui s'écrit ---


def test_l_unite_se_dit_une_fois_dans_le_titre(pauvrete):
    assert pauvrete.titre == "Taux de pauvreté (%)"
    ecrits = [t.contenu for t in textes(ET.fromstring(pauvrete.svg))]
    assert ecrits[0] == pauvrete.titre
    assert [t for t in ecrits if "%" in t] == [pauvrete.titre]


@pytest.mark.parametrize(
    ("titre", "unite", "attendu"),
    [
        ("Niveau de vie médian", "€", "Niveau de vie médian (€)"),
        ("Logements sociaux pour 100 ménages", "pour 100 ménages", "Logements sociaux pour 100 ménages"),
        ("Rapport interdécile", "", "Rapport interdécile"),
        ("Taux de pauvreté (%), 2021", "%", "Taux de pauvreté (%), 2021"),
    ],
)
def test_une_unite_deja_dite_n_est_pas_repetee(titre, unite, attendu):
    assert barres(titre, [Barre("Ici", valeur(1.0, unite=unite))]).titre == attendu


def test_les_valeurs_s_ecrivent_en_francais_avec_leurs_reserves(pauvrete):
    assert [rang.ecrits[-1] for rang in rangs(pauvrete)] == [
        "37,0",
        "≈\u00a031,2",
        "28,0 (2019)",
        "s. (secret statistique)",
        "15,6",
    ]
    grand = barres("Population", [Barre("Ici", valeur(1234567.0, unite="habitants", decimales=0))])
    assert rangs(grand)[0].ecrits[-1] == "1\u202f234\u202f567"


def test_une_somme_partielle_a_son_signe():
    figure = barres(
        "RSA", [Barre("Ses QPV", valeur(1250.0, unite="allocataires", decimales=0, minimum=True, estimation=True))]
    )
    assert rangs(figure)[0].ecrits == ["Ses QPV", "≥\u00a01\u202f250"]
    assert aplatir(figure.alternatif) == "RSA (allocataires) : Ses QPV au moins 1 250."
    assert aplatir(figure.legende) == "≥ : somme partielle. Source : Insee, Filosofi 2021."


@pytest.mark.parametrize(
    ("annees", "attendu"),
    [
        ((2021, 2021, None), ["5,0", "6,0", "7,0 (année inconnue)"]),
        ((None, 2021, None), ["5,0", "6,0 (2021)", "7,0"]),
    ],
)
def test_seul_un_autre_millesime_que_celui_du_territoire_se_dit(annees, attendu):
    donnees = [Barre(nom, valeur(x, millesime=a)) for nom, x, a in zip("ABC", (5.0, 6.0, 7.0), annees, strict=True)]
    figure = barres("Taux", [Barre("Sujet", valeur(4.0, millesime=annees[0]), sujet=True), *donnees])
    assert [aplatir(" ".join(rang.ecrits[1:])) for rang in rangs(figure)] == ["4,0", *attendu]


def test_sans_valeur_du_territoire_le_millesime_est_celui_du_premier_publie():
    sujet = Barre("Sujet", absente("indisponible", millesime=None), sujet=True)
    figure = barres("Taux", [sujet, Barre("A", valeur(1.0, millesime=2019)), Barre("B", valeur(2.0))])
    assert [rang.ecrits[-1] for rang in rangs(figure)] == ["ind. (non disponible)", "1,0", "2,0 (2021)"]


def test_le_texte_dit_tout_ce_que_montre_le_dessin(pauvrete):
    assert aplatir(pauvrete.alternatif) == (
        "Taux de pauvreté (%) : Les Grésillons 37,0 ; QPV des Hauts-de-Seine 31,2 (estimation) ; Gennevilliers 28,0 "
        "(2019) ; Île-de-France 15,6 ; secret statistique : Hauts-de-Seine."
    )
    assert aplatir(pauvrete.legende) == "≈ : estimation. Sources : Insee, Filosofi 2021 ; Insee, Filosofi 2019."
    assert "\u202f; " in pauvrete.alternatif
    racine = ET.fromstring(pauvrete.svg)
    assert racine.get("role") == "img"
    assert [e.tag.removeprefix(SVG) for e in racine][:2] == ["title", "desc"]
    assert racine.find(f"{SVG}title").text == pauvrete.titre
    assert racine.find(f"{SVG}desc").text == racine.get("aria-label") == pauvrete.alternatif


def test_chaque_chiffre_imprime_est_rendu_avec_sa_valeur(pauvrete):
    assert [c.valeur for c in pauvrete.chiffres] == [barre.valeur for barre in GRESILLONS]
    for chiffre, rang in zip(pauvrete.chiffres, rangs(pauvrete), strict=True):
        assert rang.ecrits[-1].startswith(chiffre.texte)


def test_un_long_nom_tient_en_deux_lignes_et_se_lit_en_entier_dans_le_texte():
    nom = "Village - Le Puits La Marlière - Derrière Les Murs De Monseigneur"
    figure = barres("Taux", [Barre(nom, valeur(30.0), sujet=True), Barre("Saint-Quentin-en-Yvelines", valeur(20.0))])
    quartier, ville = rangs(figure)
    assert quartier.ecrits == ["Village - Le Puits", "La Marlière - De…", "30,0"]
    assert ville.ecrits == ["Saint-Quentin-en-", "Yvelines", "20,0"]
    assert nom in figure.alternatif
    assert quartier.barre[1] - quartier.barre[0] > 60


def test_un_long_titre_se_coupe_sans_rien_perdre():
    titre = "Personnes couvertes par la Caisse d'allocations familiales pour 100 habitants du quartier"
    figure = barres(titre, [Barre("Ici", valeur(3.0, unite="pour 100 habitants"))])
    lignes = [t.contenu for t in textes(ET.fromstring(figure.svg)) if t.x == 0 and t.gras]
    assert len(lignes) > 1
    assert " ".join(lignes) == titre
    verifier_la_mise_en_page(figure)


@pytest.mark.parametrize("tracer", [barres, composition, lambda titre, b: serie(titre, [x.valeur for x in b])])
def test_des_unites_differentes_ou_aucune_valeur_se_refusent(tracer):
    with pytest.raises(ErreurArgument, match=r"« Taux » : des unités différentes .*%, €.* Que faire"):
        tracer("Taux", [Barre("A", valeur(1.0)), Barre("B", valeur(1.0, unite="€"))])
    with pytest.raises(ErreurArgument, match=r"« Taux » : aucune valeur à dessiner\. Que faire"):
        tracer("Taux", [])


# --- la composition ---


def test_le_repere_est_a_la_valeur_de_la_reference():
    lignes, origine = rangs(MENAGES), zero(MENAGES)
    unite = (lignes[0].barre[1] - origine) / 32.1
    assert [rang.barre and rang.barre[1] - origine for rang in lignes] == [
        pytest.approx(unite * x, abs=0.02) if x else None for x in (32.1, 24.3, None, 20.0, 6.6)
    ]
    assert [rang.repere and rang.repere - origine for rang in lignes] == [
        pytest.approx(unite * x, abs=0.02) if x else None for x in (30.2, 25.5, 18.0, 41.3, None)
    ]
    verifier_la_mise_en_page(MENAGES)


def test_la_composition_imprime_les_deux_nombres_et_dit_ce_qui_manque():
    assert [rang.ecrits[1:] for rang in rangs(MENAGES)] == [
        ["32,1", "30,2"],
        ["24,3", "25,5"],
        ["s.", "18,0"],
        ["20,0", "41,3"],
        ["6,6", "n.d."],
    ]
    assert aplatir(MENAGES.legende) == "s. : secret statistique ; n.d. : non diffusé. Source : Insee, Filosofi 2021."
    assert aplatir(MENAGES.alternatif) == (
        "Ménages selon leur taille (%) : Les Grésillons : 1 personne 32,1 ; 2 personnes 24,3 ; 4 ou 5 personnes 20,0 ; "
        "6 personnes ou plus 6,6 ; secret statistique : 3 personnes. QPV des Hauts-de-Seine (2019) : 1 personne 30,2 ; "
        "2 personnes 25,5 ; 3 personnes 18,0 ; 4 ou 5 personnes 41,3 ; non diffusé : 6 personnes ou plus."
    )
    assert [c.texte for c in MENAGES.chiffres] == [
        *("32,1", "24,3", "s.", "20,0", "6,6"),
        *("30,2", "25,5", "18,0", "41,3", "n.d."),
    ]


def test_la_cle_nomme_les_deux_territoires_et_leurs_marques():
    ecrits = [t.contenu for t in textes(ET.fromstring(MENAGES.svg))]
    assert ecrits[1:3] == ["Les Grésillons", "QPV des Hauts-de-Seine (2019)"]
    courte = composition("Ménages", parts(1.0, 2.0, 3.0, 4.0, 5.0), parts(1.0, 2.0, 3.0, 4.0, 5.0), nom="Ici")
    cle = textes(ET.fromstring(courte.svg))[1:3]
    assert [t.contenu for t in cle] == ["Ici", "référence"]
    assert cle[0].y == cle[1].y
    assert taille(courte)[1] < taille(MENAGES)[1]


@pytest.mark.parametrize("reference", [None, []])
def test_sans_reference_il_n_y_a_ni_repere_ni_cle(reference):
    figure = composition("Ménages", parts(1.0, 2.0, 3.0, 4.0, 5.0), reference, nom="Gennevilliers")
    assert [rang.repere for rang in rangs(figure)] == [None] * 5
    assert [t.contenu for t in textes(ET.fromstring(figure.svg))][:2] == ["Ménages (%)", "1 personne"]
    assert aplatir(figure.alternatif).startswith("Ménages (%) : Gennevilliers : 1 personne 1,0 ; ")


def test_la_reference_se_rapproche_par_les_libelles():
    droite = composition("Ménages", parts(1.0, 2.0, 3.0, 4.0, 5.0), parts(5.0, 4.0, 3.0, 2.0, 1.0))
    retournee = composition("Ménages", parts(1.0, 2.0, 3.0, 4.0, 5.0), parts(5.0, 4.0, 3.0, 2.0, 1.0)[::-1])
    assert droite == retournee
    with pytest.raises(ErreurArgument, match=r"catégories de la référence \(1 personne\) ne sont pas .* Que faire"):
        composition("Ménages", parts(1.0, 2.0, 3.0, 4.0, 5.0), parts(1.0, 2.0, 3.0, 4.0, 5.0)[:1])


# --- la série ---


def test_une_serie_va_du_plus_ancien_au_plus_recent_et_garde_les_annees_tues():
    valeurs = [valeur(35.0), valeur(28.0, millesime=2017), absente("secret", millesime=2019)]
    figure = serie("Taux de pauvreté", valeurs)
    assert [rang.ecrits for rang in rangs(figure)] == [
        ["2017", "28,0"],
        ["2019", "s. (secret statistique)"],
        ["2021", "35,0"],
    ]
    assert [rang.noeud.find(f"{SVG}text").get("font-weight") for rang in rangs(figure)] == [None, None, "600"]
    assert rangs(figure)[1].barre is None
    assert aplatir(figure.alternatif) == "Taux de pauvreté (%) : 2017 28,0 ; 2021 35,0 ; secret statistique : 2019."
    assert [c.valeur for c in figure.chiffres] == [valeurs[1], valeurs[2], valeurs[0]]


# --- rien par la seule couleur, rien de trop pâle ---


def luminance(couleur):
    rvb = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, v, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rvb)
    return 0.2126 * r + 0.7152 * v + 0.0722 * b


def contraste(une, autre="#ffffff"):
    claire, sombre = sorted((luminance(une), luminance(autre)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


def test_le_contraste_se_calcule_comme_le_demandent_les_wcag():
    assert contraste("#000000") == pytest.approx(21)
    assert contraste("#767676") == pytest.approx(4.54, abs=0.01)


def test_textes_et_marques_se_voient_sur_le_blanc(pauvrete):
    for figure in (pauvrete, MENAGES):
        elements = list(ET.fromstring(figure.svg).iter())
        encres = [e.get("fill", TEINTES["encre"]) for e in elements if e.tag == f"{SVG}text"]
        assert min(map(contraste, encres)) >= 4.5
        formes = [e for e in elements if e.tag in {f"{SVG}rect", f"{SVG}path"}][1:]
        traits = [e.get("stroke") or e.get("fill") for e in formes]
        assert len(traits) >= 5
        assert min(map(contraste, traits)) >= 3


def test_la_barre_du_territoire_se_distingue_sans_la_couleur(pauvrete):
    sujet, autre = (rang.noeud for rang in rangs(pauvrete)[:2])
    pleine, cernee = (noeud.find(f"{SVG}rect") for noeud in (sujet, autre))
    assert pleine.get("fill") == pleine.get("stroke")
    assert contraste(cernee.get("fill"), cernee.get("stroke")) >= 3
    assert contraste(pleine.get("fill"), cernee.get("fill")) >= 4.5
    assert [{t.get("font-weight") for t in noeud.iter(f"{SVG}text")} for noeud in (sujet, autre)] == [{"600"}, {None}]


def test_un_repere_se_voit_aussi_sur_une_barre_sombre():
    losange = rangs(MENAGES)[0].noeud.find(f"{SVG}path")
    assert contraste(losange.get("fill"), TEINTES["sombre"]) >= 3


# --- un SVG que tous les rendus acceptent ---


def test_un_nom_hostile_reste_un_texte():
    figure = composition(HOSTILE, [Barre(HOSTILE, valeur(3.0))], [Barre(HOSTILE, valeur(2.0))], nom=HOSTILE)
    balises = [n.balise for n in lire(figure.svg)]
    assert set(balises) <= {"#page", "svg", "title", "desc", "rect", "text", "g", "path"}
    assert HOSTILE.split(" ")[0] in "".join(t.contenu for t in textes(ET.fromstring(figure.svg)))
    assert requetes(figure.svg) == []
    verifier_la_mise_en_page(figure)


def test_le_dessin_se_pose_tel_quel_dans_une_page(pauvrete):
    for figure in (pauvrete, MENAGES):
        assert figure.svg.startswith("<svg ")
        assert figure.svg.endswith("</svg>")
        elements = list(ET.fromstring(figure.svg).iter())
        assert not [e for e in elements if e.get("id") or e.get("style")]
        assert "url(" not in figure.svg
        largeur, hauteur = taille(figure)
        assert largeur == LARGEUR
        assert elements[0].get("viewBox") == f"0 0 {largeur:.0f} {hauteur:.0f}"


def test_les_memes_valeurs_donnent_les_memes_octets(pauvrete):
    assert barres("Taux de pauvreté", list(GRESILLONS)) == pauvrete


def test_typst_compose_le_dessin_et_ses_textes(pauvrete):
    largeur, hauteur = taille(pauvrete)
    donnees = {"titre": "x", "svg": pauvrete.svg, "alt": "x", "largeur": largeur, "hauteur": hauteur}
    page = pypdf.PdfReader(io.BytesIO(composer("carte.typ", donnees, "pdf"))).pages[0]
    imprime = aplatir(page.extract_text())
    for texte in ("Taux de pauvreté (%)", "Les Grésillons", "37,0", "≈ 31,2", "28,0 (2019)", "s. (secret statistique)"):
        assert texte in imprime


# --- la mesure des textes ---

MESURER = """
#let textes = json(bytes(sys.inputs.textes))
#let largeur(t, graisse) = measure(text(font: "Source Sans Pro", size: 11pt, weight: graisse, t)).width.pt()
#context [#metadata(textes.map(t => (largeur(t, 400), largeur(t, 600)))) <largeurs>]
"""


def test_aucun_nom_n_est_plus_large_que_mesure(o):
    noms = [*o.qpv.nom_affiche, *o.ept.nom, *o.epci.nom, *o.departements.nom, "s. (secret statistique)", "≥ 1 234,5"]
    with as_file(files("font_source_sans_pro") / "files") as dossier:
        compilateur = typst.Compiler(
            MESURER.encode(),
            font_paths=[str(dossier)],
            ignore_system_fonts=True,
            sys_inputs={"textes": json.dumps(noms)},
        )
        largeurs = json.loads(compilateur.query("<largeurs>", field="value", one=True))
    assert len(noms) > 1000
    for nom, (maigre, gras) in zip(noms, largeurs, strict=True):
        assert maigre <= mesurer(nom) <= 1.4 * maigre
        assert gras <= mesurer(nom, gras=True) <= 1.5 * gras


# --- n'importe quelles valeurs, n'importe quels noms ---

NOMS = st.text(st.sampled_from("abcdéèçlimWMQ OÎ-'&<>\"./()0159 \u00a0œ…東"), min_size=1, max_size=70)


@st.composite
def valeurs_quelconques(draw, mini, maxi):
    autres = {
        "millesime": draw(st.sampled_from([2019, 2021, None])),
        "decimales": draw(st.integers(0, 1)),
        "estimation": draw(st.booleans()),
    }
    statut = draw(st.sampled_from(["diffuse", "diffuse", "diffuse", *SIGNES]))
    return absente(statut, **autres) if statut != "diffuse" else valeur(draw(st.floats(mini, maxi)), **autres)


@reglages
@given(st.lists(st.builds(Barre, NOMS, valeurs_quelconques(-1e8, 1e8), st.booleans()), min_size=1, max_size=7), NOMS)
def test_rien_ne_se_couvre_ni_ne_sort(donnees, titre):
    figure = barres(titre, donnees)
    verifier_la_mise_en_page(figure)
    verifier_les_barres(figure, [barre.valeur for barre in donnees])


@reglages
@given(
    st.lists(st.tuples(NOMS, valeurs_quelconques(0, 100), valeurs_quelconques(0, 100)), min_size=1, max_size=6,
             unique_by=lambda ligne: ligne[0]),
    NOMS,
    NOMS,
)  # fmt: skip
def test_rien_ne_se_couvre_dans_une_composition(lignes, nom, nom_reference):
    siennes, autres = ([Barre(ligne[0], ligne[i]) for ligne in lignes] for i in (1, 2))
    figure = composition("Ménages", siennes, autres, nom=nom, nom_reference=nom_reference)
    verifier_la_mise_en_page(figure)
    verifier_les_barres(figure, [barre.valeur for barre in siennes])
    assert [rang.repere is None for rang in rangs(figure)] == [b.valeur.statut != "diffuse" for b in autres]


def verifier_les_barres(figure, valeurs):
    """Une barre par valeur publiée, et aucune autre ; leurs longueurs gardent les rapports des valeurs."""
    traces = rangs(figure)
    assert [rang.barre is None for rang in traces] == [v.statut != "diffuse" for v in valeurs]
    publiees = [
        (v.valeur, rang.barre[1] - rang.barre[0]) for v, rang in zip(valeurs, traces, strict=True) if rang.barre
    ]
    if publiees and (plus_grande := max(publiees, key=lambda couple: abs(couple[0])))[0]:
        for nombre, longueur in publiees:
            attendue = abs(nombre / plus_grande[0]) * plus_grande[1]
            assert longueur == pytest.approx(attendue, abs=0.03)
