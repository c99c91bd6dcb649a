"""Les pages dans un vrai navigateur, réseau coupé."""

from __future__ import annotations

import itertools
import re
import zlib
from dataclasses import replace

import folium
import pandas as pd
import pypdf
import pytest
from pages import HOSTILE, HOSTILE_COURT, JOUR, aplatir, rendre_hostile

from observatoire import carte_interactive, carte_statique, choroplethe, points, production
from observatoire.carte import Diptyque, decrire
from observatoire.emballage import emballer, en_base_85
from observatoire.gabarits import lire_gabarit

playwright = pytest.importorskip("playwright.sync_api", reason="playwright n'est pas installé")

DELAI_MS = 10_000
BUREAU, TELEPHONE = {"width": 1200, "height": 800}, {"width": 375, "height": 720}


class Onglet:
    """Une page ouverte sans réseau, et tout ce qu'elle a demandé ou signalé."""

    def __init__(self, contexte):
        self.demandes, self.messages, self.alertes = [], [], []
        contexte.route("**/*", self._filtrer)
        self.page = contexte.new_page()
        self.page.set_default_timeout(DELAI_MS)
        self.page.on("console", lambda m: self.messages.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda erreur: self.messages.append(str(erreur)))
        self.page.on("dialog", self._fermer)

    def _filtrer(self, route):
        self.demandes.append(route.request.url)
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            route.abort()

    def _fermer(self, dialogue):
        self.alertes.append(dialogue.message)
        dialogue.dismiss()

    def ouvrir(self, chemin):
        self.page.goto(chemin.as_uri())
        return self.page

    def est_reste_seul(self, chemin):
        """Rien n'a été demandé hors de la page, rien n'a été signalé."""
        assert self.demandes == [chemin.as_uri()]
        assert self.messages == []
        assert self.alertes == []
        return True


@pytest.fixture
def onglet(navigateur, request):
    contexte = navigateur.new_context(
        viewport=getattr(request, "param", BUREAU), locale="fr-FR", reduced_motion="reduce"
    )
    yield Onglet(contexte)
    contexte.close()


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def gennevilliers(o):
    return o.territoire("92036")


@pytest.fixture(scope="module")
def carte(gennevilliers, dossier):
    """La carte d'une commune : sa description, et son fichier."""
    description = decrire(gennevilliers, JOUR)
    return description, carte_interactive.dessiner(description).enregistrer(dossier / "carte.html")


@pytest.fixture(scope="module")
def index(o, dossier):
    """L'index complet du mini-site, sans les fiches."""
    commande = production.preparer(o, JOUR)
    fichiers = [fichier for t in commande.territoires for fichier in commande.chemins(t).values()]
    chemin = dossier / "index.html"
    chemin.write_text(production._index(commande, fichiers), "utf-8")
    return chemin


def debordement(page):
    """De combien la page dépasse en largeur."""
    return page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")


# --- la carte ---


def test_la_carte_dessine_ses_contours_sans_rien_demander(onglet, carte):
    description, chemin = carte
    page = onglet.ouvrir(chemin)
    traces = page.locator(".leaflet-overlay-pane path")
    assert traces.count() == sum(len(couche.entites) for couche in description.couches)
    qpv = [couche for couche in description.couches if couche.style == "modifie"]
    assert page.locator(f'path[fill="{qpv[0].dessin.remplissage}"]').count() == len(qpv[0].entites) == 3
    boites = [b for b in (trace.bounding_box() for trace in traces.all()[-3:]) if b]
    assert len(boites) == 3
    assert all(b["width"] > 20 and b["height"] > 20 for b in boites)
    assert onglet.est_reste_seul(chemin)


def test_la_carte_du_perimetre_dessine_83_quartiers(onglet, o, dossier):
    description = decrire(o.territoire("ouest francilien"), JOUR)
    chemin = carte_interactive.dessiner(description).enregistrer(dossier / "perimetre.html")
    page = onglet.ouvrir(chemin)
    couleurs = [couche.dessin.remplissage for couche in description.couches if couche.prioritaire]
    contours = [page.locator(f'.leaflet-overlay-pane path[fill="{c}"]:not(.carte-repere)') for c in couleurs]
    assert sum(contour.count() for contour in contours) == 83
    # À ce zoom, les plus petits sont des disques, à la place de leur contour.
    reperes = page.locator(".carte-repere").count()
    assert 20 < reperes < 83
    assert sum(contour.locator("visible=true").count() for contour in contours) == 83 - reperes
    assert onglet.est_reste_seul(chemin)


def test_une_bulle_nomme_le_quartier_survole(onglet, carte, gennevilliers):
    page = onglet.ouvrir(carte[1])
    vus = set()
    for trace in page.locator('path[fill="#0072b2"]').all():
        trace.dispatch_event("mouseover", {"bubbles": True, "clientX": 600, "clientY": 400})
        bulle = aplatir(page.locator(".leaflet-tooltip").inner_text())
        assert "habitants" in bulle
        assert "modifié" in bulle
        vus |= {nom for nom in gennevilliers.qpv.nom_affiche if f"{nom} (QN" in bulle}
        trace.dispatch_event("mouseout", {"bubbles": True})
        page.wait_for_function("document.querySelector('.leaflet-tooltip') === null")
    assert vus == set(gennevilliers.qpv.nom_affiche)
    assert onglet.est_reste_seul(carte[1])


def test_la_souris_fait_paraitre_et_disparaitre_la_bulle(onglet, carte, gennevilliers):
    page = onglet.ouvrir(carte[1])
    x, y = page.evaluate(
        """() => {
            // Un point du premier quartier que rien ne couvre.
            for (const trace of document.querySelectorAll('path[fill="#0072b2"]')) {
                const b = trace.getBoundingClientRect();
                for (let i = 1; i < 20; i++) for (let j = 1; j < 20; j++) {
                    const x = b.left + b.width * i / 20, y = b.top + b.height * j / 20;
                    if (document.elementFromPoint(x, y) === trace) return [x, y];
                }
            }
        }"""
    )
    assert page.locator(".leaflet-tooltip").count() == 0
    page.mouse.move(x, y)
    bulle = page.locator(".leaflet-tooltip", has_text="Quartier prioritaire")
    bulle.wait_for()
    assert any(nom in bulle.inner_text() for nom in gennevilliers.qpv.nom_affiche)
    page.mouse.move(5, 5)
    bulle.wait_for(state="detached")


def test_la_carte_se_lit_en_francais(onglet, carte):
    description, chemin = carte
    page = onglet.ouvrir(chemin)
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.title() == description.titre
    assert page.locator(".carte-legende h2").inner_text() == "Légende"
    attendues = [s.libelle + ("" if n is None else f" ({n})") for s, n in description.legende]
    assert page.locator(".carte-legende li").all_inner_texts() == attendues
    assert page.locator(".carte-legende li svg").count() == len(attendues)
    assert page.locator(".carte-titre h1").inner_text() == description.titre
    assert aplatir(page.locator(".leaflet-control-attribution").inner_text()) == aplatir(description.credit)
    assert page.locator(".leaflet-control-zoom-in").get_attribute("title") == "Zoomer"
    assert page.locator(".leaflet-control-zoom-out").get_attribute("title") == "Dézoomer"
    assert re.fullmatch(r"\d+ k?m", page.locator(".leaflet-control-scale").inner_text())
    visibles = page.locator("body").inner_text()
    assert not re.search(r"\b(zoom (in|out)|undefined|null|NaN|object)\b", visibles, re.IGNORECASE)


@pytest.mark.parametrize("onglet", [BUREAU, TELEPHONE], indirect=True, ids=["bureau", "telephone"])
def test_le_territoire_est_entier_a_l_ecran(onglet, carte):
    page = onglet.ouvrir(carte[1])
    boite = page.locator('path[stroke="#1d1b18"]').bounding_box()
    assert boite["width"] > 100
    assert boite["x"] >= 0
    assert boite["y"] >= 0
    assert boite["x"] + boite["width"] <= page.viewport_size["width"]
    assert boite["y"] + boite["height"] <= page.viewport_size["height"]
    assert debordement(page) <= 0


def test_on_peut_zoomer_au_clavier(onglet, carte):
    page = onglet.ouvrir(carte[1])
    largeur = page.locator('path[stroke="#1d1b18"]').bounding_box()["width"]
    page.locator(".leaflet-container").focus()
    page.keyboard.press("+")
    page.wait_for_function(
        "avant => document.querySelector('path[stroke=\"#1d1b18\"]').getBoundingClientRect().width > 1.5 * avant",
        arg=largeur,
    )
    assert onglet.messages == []


def test_le_plan_ign_est_demande_et_la_carte_reste_complete_sans_lui(onglet, gennevilliers, dossier):
    description = decrire(gennevilliers, JOUR)
    chemin = carte_interactive.dessiner(description, "plan-ign").enregistrer(dossier / "plan.html")
    page = onglet.ouvrir(chemin)
    assert page.locator(".leaflet-overlay-pane path").count() == sum(len(c.entites) for c in description.couches)
    page.wait_for_function("document.querySelectorAll('img.leaflet-tile').length > 0")
    tuiles = set(onglet.demandes) - {chemin.as_uri()}
    assert tuiles
    assert all(re.match(r"https://data\.geopf\.fr/wmts\?.*TILECOL=\d+", tuile) for tuile in tuiles)
    assert "Plan IGN" in page.locator(".leaflet-control-attribution").inner_text()


def test_des_textes_hostiles_sont_montres_comme_du_texte(onglet, o, dossier):
    hostile = rendre_hostile(decrire(o.territoire("QN09502I"), JOUR))
    chemin = carte_interactive.dessiner(hostile).enregistrer(dossier / "hostile.html")
    page = onglet.ouvrir(chemin)
    assert page.title() == HOSTILE
    assert page.locator(".carte-titre h1").text_content() == HOSTILE
    assert HOSTILE in page.locator(".leaflet-control-attribution").text_content()
    trace = page.locator('path[fill="#cc79a7"]')
    trace.dispatch_event("mouseover", {"bubbles": True, "clientX": 600, "clientY": 400})
    assert page.locator(".leaflet-tooltip dd").text_content() == HOSTILE
    assert page.locator("b").count() == 0
    assert onglet.est_reste_seul(chemin)


def test_le_cadre_de_jupyter_dessine_la_carte(onglet, carte, dossier):
    description, _ = carte
    chemin = dossier / "cahier.html"
    chemin.write_text(f"<!DOCTYPE html>{carte_interactive.dessiner(description)._repr_html_()}", "utf-8")
    page = onglet.ouvrir(chemin)
    cadre = page.frame_locator("iframe")
    cadre.locator(".carte-legende").wait_for()
    assert cadre.locator(".leaflet-overlay-pane path").count() == sum(len(c.entites) for c in description.couches)
    assert [d for d in onglet.demandes if not d.startswith(("file:", "about:"))] == []
    assert onglet.messages == []


# --- explorer la carte, sur un ordinateur et sur un téléphone ---

LARGE, ETROIT = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
ECRANS = pytest.mark.parametrize("onglet", [LARGE, ETROIT], indirect=True, ids=["1280", "390"])


@pytest.fixture(scope="module")
def perimetre(o, dossier):
    liens = {"92036": "../fiches/commune-92036-gennevilliers.html"}
    description = decrire(o.territoire("ouest francilien"), JOUR)
    return carte_interactive.dessiner(description, liens=liens).enregistrer(dossier / "exploration.html")


def chercher(page, texte):
    page.fill(".carte-recherche input", texte)
    return page.locator(".carte-recherche li")


PLAN = "(rang) => window[document.querySelectorAll('.folium-map')[rang || 0].id]"


def echelle(page):
    """Largeur au sol d'un pixel (m)."""
    return page.evaluate(f"(() => {{ const p = ({PLAN})(); return 0.703125 * 111319 / 2 ** p.getZoom(); }})()")


def deplier(page):
    if page.locator(".carte-couches[open]").count() == 0:
        page.click(".carte-couches summary")


@ECRANS
def test_on_explore_la_carte_sans_reseau(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    # Les contours sont là : 478 communes, 83 QPV (contour ou disque), et le reste.
    assert page.locator(".leaflet-overlay-pane path:not(.carte-repere)").count() > 561
    # Survoler un quartier ouvre sa bulle.
    assert page.locator(".leaflet-tooltip").count() == 0
    quartier = page.locator('.leaflet-overlay-pane path[fill="#0072b2"] >> visible=true').last.bounding_box()
    page.mouse.move(quartier["x"] + quartier["width"] / 2, quartier["y"] + quartier["height"] / 2)
    assert "habitants" in page.locator(".leaflet-tooltip").inner_text()
    # La recherche trouve Gennevilliers et y mène.
    avant = echelle(page)
    propositions = chercher(page, "gennevill")
    assert "Gennevilliers" in propositions.first.inner_text()
    page.keyboard.press("Enter")
    bulle = page.locator(".leaflet-popup")
    assert "Gennevilliers (92036)" in bulle.inner_text()
    assert echelle(page) < avant / 4
    boite = bulle.bounding_box()
    assert 0 <= boite["x"] <= boite["x"] + boite["width"] <= page.viewport_size["width"]
    assert page.url.endswith("#92036")
    page.click(".leaflet-popup-close-button")
    assert "#" not in page.url
    # Cacher les quartiers les cache tous.
    deplier(page)
    page.get_by_role("checkbox", name="Quartiers prioritaires").uncheck()
    for couleur in ("#0072b2", "#cc79a7", "#e69f00"):
        assert page.locator(f'.leaflet-overlay-pane path[fill="{couleur}"] >> visible=true').count() == 0
    page.get_by_role("checkbox", name="Quartiers prioritaires").check()
    assert page.locator('.leaflet-overlay-pane path[fill="#0072b2"] >> visible=true').count() > 0
    assert debordement(page) <= 0
    assert onglet.est_reste_seul(perimetre)


@ECRANS
@pytest.mark.parametrize("code", ["92036", "QN09208M", "QN09502I"])
def test_un_lien_permanent_ouvre_la_carte_sur_son_lieu(onglet, perimetre, code):
    onglet.page.goto(f"{perimetre.as_uri()}#{code}")
    assert f"({code})" in onglet.page.locator(".leaflet-popup").inner_text()
    assert echelle(onglet.page) < 60
    assert onglet.messages == []


@pytest.mark.parametrize("cible", ["inconnu", "%", "%E0%A4%A", "<script>"])
def test_un_lien_permanent_inconnu_montre_la_carte_entiere(onglet, perimetre, cible):
    onglet.page.goto(f"{perimetre.as_uri()}#{cible}")
    assert onglet.page.locator(".carte-legende").count() == 1
    assert onglet.page.locator(".leaflet-popup").count() == 0
    assert onglet.messages == []


def test_changer_de_lien_change_de_lieu(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    page.evaluate("location.hash = '95018'")
    page.wait_for_function("document.querySelector('.leaflet-popup')?.innerText.includes('Argenteuil')")
    page.evaluate("location.hash = 'QN07801M'")
    page.wait_for_function("document.querySelector('.leaflet-popup')?.innerText.includes('QN07801M')")


TROUVAILLES = {
    "St-Ouen l'aumone": "Saint-Ouen-l'Aumône",
    "ARGENTEUIL": "Argenteuil",
    "luth": "Luth",
    "qn09208m": "Luth",
    "l'isle adam": "L'Isle-Adam",
}


def test_la_recherche_ignore_accents_casse_et_tirets(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    rates = {}
    for saisie, attendu in TROUVAILLES.items():
        trouves = chercher(page, saisie).all_inner_texts()
        if not trouves or attendu not in trouves[0]:
            rates[saisie] = trouves
    assert rates == {}
    assert chercher(page, "zzz").all_inner_texts() == ["Aucun lieu de ce nom sur la carte"]
    page.keyboard.press("Escape")
    assert page.locator(".carte-recherche ul").is_hidden()


def test_la_recherche_se_fait_toute_au_clavier(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    page.locator(".carte-recherche input").focus()
    page.keyboard.type("mantes")
    champ = page.locator(".carte-recherche input")
    assert champ.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    (choisi,) = page.locator('.carte-recherche li[aria-selected="true"]').all()
    assert champ.get_attribute("aria-activedescendant") == choisi.get_attribute("id")
    nom = choisi.inner_text().splitlines()[0]
    page.keyboard.press("Enter")
    assert nom in page.locator(".leaflet-popup").inner_text()
    assert champ.get_attribute("aria-expanded") == "false"


def test_un_quartier_s_ouvre_au_clavier(onglet, carte):
    page = onglet.ouvrir(carte[1])
    quartier = page.get_by_role("button", name="Agnettes")
    quartier.focus()
    assert "Agnettes" in page.locator(".leaflet-tooltip").inner_text()
    page.keyboard.press("Enter")
    assert "Agnettes" in page.locator(".leaflet-popup").inner_text()
    # La touche Tab va droit aux liens de la bulle ; Échap la ferme et rend sa place au clavier.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Lien vers ce lieu"
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('.leaflet-popup').length === 0")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Agnettes"
    assert onglet.messages == []


def test_la_bulle_ouvre_la_fiche_du_meme_dossier(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    chercher(page, "gennevilliers")
    page.keyboard.press("Enter")
    lien = page.get_by_role("link", name="Ouvrir la fiche")
    assert lien.get_attribute("href") == "../fiches/commune-92036-gennevilliers.html"
    chercher(page, "argenteuil")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.leaflet-popup')?.innerText.includes('95018')")
    assert page.get_by_role("link", name="Ouvrir la fiche").count() == 0
    assert page.get_by_role("link", name="Lien vers ce lieu").get_attribute("href") == "#95018"


def test_tout_ce_que_dit_leaflet_est_en_francais(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    chercher(page, "gennevilliers")
    page.keyboard.press("Enter")
    dits = page.evaluate(
        "[...document.querySelectorAll('[title],[aria-label],[alt]')].flatMap("
        "n => ['title', 'aria-label', 'alt'].map(a => n.getAttribute(a)).filter(Boolean))"
    )
    assert "Fermer" in dits
    assert not [d for d in dits if re.search(r"\b(close|zoom in|zoom out|marker|layers|popup)\b", d, re.IGNORECASE)]


@pytest.fixture(scope="module")
def peuplee(o, dossier):
    """Une carte avec des expériences, dont un titre hostile."""
    t = o.territoire("95")
    lignes = [(f"e{i}", "action", HOSTILE, 2024, "Pôle", "x.html", code, "qpv") for i, code in enumerate(t.qpv.index)]
    description = points.avec_experiences(decrire(t, JOUR), t, pd.DataFrame(lignes, columns=list(points.COLONNES)))
    return carte_interactive.dessiner(description).enregistrer(dossier / "experiences.html")


@ECRANS
def test_les_experiences_se_regroupent_puis_se_detaillent(onglet, peuplee):
    page = onglet.ouvrir(peuplee)
    marqueurs = page.locator(".carte-point")
    comptes = [int(texte) for texte in marqueurs.all_inner_texts()]
    assert sum(comptes) == 42
    assert len(comptes) < 42
    # Cliquer un groupe l'ouvre ; cliquer un point seul dit ce qui s'y passe.
    page.locator(".carte-grappe").first.click()
    page.wait_for_function(f"document.querySelectorAll('.carte-point').length > {len(comptes)}")
    seul = page.locator(".carte-point:not(.carte-grappe)")
    assert seul.count() > 0
    seul.first.dispatch_event("click", {"bubbles": True})
    article = page.locator(".carte-articles li").first
    assert article.locator("a").inner_text() == " ".join(HOSTILE.split())
    assert article.locator("a").get_attribute("href") == "x.html"
    assert article.locator("small").inner_text() == "action, 2024, Pôle"
    deplier(page)
    page.get_by_role("checkbox", name="Expériences et actions").uncheck()
    assert marqueurs.count() == 0
    assert onglet.est_reste_seul(peuplee)


SE_COUVRENT = """() => {
  const b = [...document.querySelectorAll('.carte-nom span')].map(n => [n.textContent, n.getBoundingClientRect()]);
  return b.flatMap(([x, p], i) => b.slice(0, i).filter(([, q]) =>
    p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom).map(([y]) => [x, y]));
}"""


@ECRANS
def test_les_noms_de_la_carte_ne_se_couvrent_pas(onglet, perimetre):
    page = onglet.ouvrir(perimetre)
    noms = page.locator(".carte-nom")
    for code in (None, "95018", "QN07801M"):
        if code:
            page.evaluate("code => { location.hash = code; }", code)
            page.wait_for_function(
                "code => document.querySelector('.leaflet-popup')?.innerText.includes(code)", arg=code
            )
        assert noms.count() >= 1
        assert page.evaluate(SE_COUVRENT) == []
    deplier(page)
    page.get_by_role("checkbox", name="Noms").uncheck()
    assert noms.count() == 0


# --- les noms, les panneaux ---


@pytest.fixture(scope="module")
def pauvrete(o, dossier):
    """Le Val-d'Oise coloré par quartier ; ses communes, de celle dont les QPV ont le plus d'habitants à la dernière."""
    t = o.territoire("95")
    description = choroplethe.colorier(decrire(t, JOUR), t, "taux_pauvrete")
    habitants = t.qpv.explode("codes_communes").groupby("codes_communes").population.sum()
    classees = [o.communes.nom[code] for code in habitants.sort_values(ascending=False).index]
    return carte_interactive.dessiner(description).enregistrer(dossier / "pauvrete.html"), classees


def noms(page):
    return page.locator(".carte-nom span").all_inner_texts()


@ECRANS
def test_les_communes_aux_qpv_les_plus_peuples_sont_nommees(onglet, pauvrete):
    chemin, classees = pauvrete
    page = onglet.ouvrir(chemin)
    larges = page.viewport_size["width"] > 700
    assert set(classees[: 12 if larges else 5]) <= set(noms(page))
    assert page.evaluate(SE_COUVRENT) == []
    # Un village sans quartier ne prend la place de personne : sur un téléphone, aucun n'est nommé.
    if not larges:
        assert set(noms(page)) <= set(classees)
    # Aucun quartier n'est nommé tant qu'il n'est qu'un disque ; en s'approchant, les siens le sont.
    assert page.locator(".carte-nom-quartier").count() == 0
    page.evaluate("location.hash = '95018'")
    page.wait_for_function("document.querySelector('.leaflet-popup')?.innerText.includes('Argenteuil')")
    page.wait_for_function("document.querySelectorAll('.carte-nom-quartier').length >= 3")
    assert onglet.est_reste_seul(chemin)


COUPENT = """couleur => {
  const trace = document.querySelector(`.leaflet-overlay-pane path[stroke="${couleur}"]`), m = trace.getScreenCTM();
  const points = [];
  for (let i = 0; i < trace.getTotalLength(); i += 2) points.push(trace.getPointAtLength(i).matrixTransform(m));
  return [...document.querySelectorAll('.carte-nom span')].filter(n => {
    const b = n.getBoundingClientRect();
    return points.some(p => b.left < p.x && p.x < b.right && b.top < p.y && p.y < b.bottom);
  }).map(n => n.textContent);
}"""


@ECRANS
def test_aucun_nom_ne_coupe_la_limite_du_territoire(onglet, carte):
    page = onglet.ouvrir(carte[1])
    assert {"Gennevilliers", "Luth-Fossé", "Agnettes", "Les Grésillons"} <= set(noms(page))
    assert page.evaluate(COUPENT, "#1d1b18") == []


SOUS_UN_PANNEAU = """couleur => {
  const panneaux = [...document.querySelectorAll('.leaflet-control')]
    .map(n => [n.className, n.getBoundingClientRect()]).filter(([, p]) => p.width);
  return [...document.querySelectorAll(`.leaflet-overlay-pane path[stroke="${couleur}"]`)].flatMap(trace => {
    const t = trace.getBoundingClientRect();
    const couvre = ([, p]) => t.left < p.right && p.left < t.right && t.top < p.bottom && p.top < t.bottom;
    return panneaux.filter(couvre).map(([nom]) => nom);
  });
}"""


@ECRANS
def test_aucun_panneau_ne_couvre_le_territoire(onglet, carte, pauvrete, perimetre):
    for chemin, couleur in ((carte[1], "#1d1b18"), (pauvrete[0], "#1d1b18"), (perimetre, "#2f2c28")):
        page = onglet.ouvrir(chemin)
        limites = page.locator(f'.leaflet-overlay-pane path[stroke="{couleur}"]')
        assert limites.count() >= 1
        assert page.evaluate(SOUS_UN_PANNEAU, couleur) == []
        # Il occupe pourtant bien l'écran.
        assert limites.first.bounding_box()["width"] > page.viewport_size["width"] / 4
        page.goto("about:blank")
    assert onglet.messages == []


def test_sur_un_telephone_la_legende_s_ouvre_au_clavier(onglet, pauvrete):
    onglet.page.set_viewport_size(ETROIT)
    page = onglet.ouvrir(pauvrete[0])
    lignes_ = page.locator(".carte-legende li")
    assert not lignes_.first.is_visible()
    page.locator(".carte-legende summary").focus()
    page.keyboard.press("Enter")
    assert lignes_.first.is_visible()
    assert page.locator(".carte-legende h3").inner_text() == "Taux de pauvreté (%)"
    assert page.locator(".leaflet-control-scale, .carte-situation").count() == 0
    champ = page.locator(".carte-recherche input").bounding_box()
    assert champ["width"] > 200
    # Le volet des couches prend sa place plutôt que de la couvrir.
    page.locator(".carte-couches summary").click()
    page.wait_for_function("!document.querySelector('.carte-legende').open")


def test_le_cartouche_de_situation_montre_le_territoire(onglet, carte):
    page = onglet.ouvrir(carte[1])
    cartouche = page.get_by_role("img", name="Situation du territoire")
    assert cartouche.bounding_box()["height"] > 100
    assert cartouche.locator("path").count() >= 8  # les départements de la région, et la commune
    assert page.locator('.carte-situation g[fill="#b3261e"] :is(path, circle)').count() == 1


def test_la_carte_se_decrit_a_qui_ne_la_voit_pas(onglet, carte):
    description, chemin = carte
    page = onglet.ouvrir(chemin)
    region = page.get_by_role("region", name=f"Carte : {description.titre}")
    decrit = page.locator(f"#{region.get_attribute('aria-describedby')}")
    assert decrit.text_content() == description.texte_alternatif
    assert carte_interactive.dessiner(description).texte_alternatif == description.texte_alternatif


def test_sans_javascript_la_page_dit_ce_que_montre_la_carte(navigateur, carte):
    description, chemin = carte
    contexte = navigateur.new_context(java_script_enabled=False)
    page = contexte.new_page()
    page.goto(chemin.as_uri())
    visible = page.inner_text("body")
    assert aplatir(description.texte_alternatif) in aplatir(visible)
    assert "Cette carte se dessine avec JavaScript" in visible
    contexte.close()


# --- deux cartes côte à côte ---


@pytest.fixture(scope="module")
def diptyque(o, dossier):
    c = decrire(o.territoire("95"), JOUR)
    gauche = replace(c, titre="2015", couches=tuple(couche for couche in c.couches if couche.style != "nouveau"))
    ensemble = Diptyque(
        "Deux dates",
        "2015 et 2024",
        gauche,
        replace(c, titre="2024"),
        ("Une réserve.",),
        c.sources,
        c.date,
        "Deux cartes.",
    )
    return carte_interactive.dessiner(ensemble).enregistrer(dossier / "diptyque.html")


def vues(page):
    """Centre et zoom de chaque carte, arrondis à ce qui se voit."""
    centre = "[p.getCenter().lat.toFixed(3), p.getCenter().lng.toFixed(3), p.getZoom()]"
    return [page.evaluate(f"rang => {{ const p = ({PLAN})(rang); return {centre}; }}", rang) for rang in (0, 1)]


@ECRANS
def test_deux_cartes_montrent_toujours_le_meme_endroit(onglet, diptyque):
    page = onglet.ouvrir(diptyque)
    cadres = [plan.bounding_box() for plan in page.locator(".folium-map").all()]
    cote = "x" if page.viewport_size["width"] > 700 else "y"
    assert cadres[0][cote] + cadres[0]["width" if cote == "x" else "height"] <= cadres[1][cote]
    assert page.locator(".carte-date").all_inner_texts() == ["2015", "2024"]
    # Les quartiers nouveaux ne sont que sur la seconde ; la légende le dit.
    nouveaux = page.locator('.leaflet-overlay-pane path[fill="#e69f00"]:not(.carte-repere)')
    assert nouveaux.count() == page.locator('[id$=_droite] path[fill="#e69f00"]:not(.carte-repere)').count() == 3
    assert page.locator(".carte-legende h3").all_text_contents() == ["2024", "Sur les deux cartes"]
    gauche, droite = vues(page)
    assert gauche == droite
    # Zoomer l'une, déplacer l'autre, chercher : elles se suivent.
    page.click(".leaflet-control-zoom-in")
    page.evaluate(f"() => {{ ({PLAN})(1).panBy([120, 40], {{ animate: false }}); }}")
    apres = vues(page)
    assert apres[0] == apres[1] != gauche
    chercher(page, "argenteuil")
    page.keyboard.press("Enter")
    assert "Argenteuil" in page.locator(".leaflet-popup").inner_text()
    assert vues(page)[0] == vues(page)[1]
    assert page.locator(".carte-legende").count() == 1
    assert debordement(page) <= 0
    assert onglet.est_reste_seul(diptyque)


# --- ce que l'analyste y ajoute, ce qu'un navigateur sait faire ---


def test_un_calque_ajoute_par_folium_se_voit_sans_rien_demander(onglet, gennevilliers, dossier):
    page_folium = carte_interactive.dessiner(decrire(gennevilliers, JOUR))
    lieu = [48.925, 2.29]
    folium.Marker(lieu, tooltip="Maison de projet", popup="Ouverte le mardi").add_to(page_folium)
    folium.Marker([48.93, 2.3], icon=folium.Icon(color="green")).add_to(page_folium)
    folium.CircleMarker(lieu, radius=12, color="#ff00ff").add_to(page_folium)
    folium.LayerControl().add_to(page_folium)
    page_folium.save(dossier / "ajouts.html")
    page = onglet.ouvrir(dossier / "ajouts.html")
    reperes = page.locator("img.leaflet-marker-icon")
    assert reperes.count() == 2
    assert reperes.evaluate_all("images => images.every(i => i.complete && i.naturalWidth > 0)")
    assert "green" in reperes.nth(1).get_attribute("src")
    reperes.first.click()
    assert page.locator(".leaflet-popup").inner_text().startswith("Ouverte le mardi")
    assert page.locator('path[stroke="#ff00ff"]').bounding_box()["width"] > 20
    assert page.locator(".carte-legende").is_visible()
    assert onglet.est_reste_seul(dossier / "ajouts.html")


TEXTES = ("", "a", "é ü … 😀" * 40, "abc" * 5000, "".join(chr(32 + i * i % 90) for i in range(9000)))


def test_la_page_decomprime_ce_que_zlib_comprime(onglet):
    onglet.page.set_content(f"<script>{lire_gabarit('degonfler.js')}</script>")
    strategies = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_FIXED)
    for texte, niveau, strategie in itertools.product(TEXTES, (0, 1, 9), strategies):
        octets = texte.encode()
        flux = zlib.compressobj(niveau, zlib.DEFLATED, -15, 9, strategie)
        paquet = en_base_85(flux.compress(octets) + flux.flush())
        rendu = onglet.page.evaluate("([p, n]) => observatoire.degonfler(p, n)", [paquet, len(octets)])
        assert rendu == texte


def test_une_page_abimee_le_dit(onglet):
    onglet.page.set_content(f"<script>{lire_gabarit('degonfler.js')}</script>")
    for paquet in ("", "~~~~~", "00", "abcde", emballer("abc" * 50).texte[:-6]):
        with pytest.raises(playwright.Error, match="cette page est abîmée"):
            onglet.page.evaluate("p => observatoire.degonfler(p, 10)", paquet)


@pytest.mark.parametrize("reste", [0.1, 0.99])
def test_une_page_tronquee_dit_que_la_carte_ne_s_affiche_pas(onglet, carte, dossier, reste):
    texte = carte[1].read_text("utf-8")
    trou = int(len(texte) * reste)
    chemin = dossier / "tronquee.html"
    chemin.write_text(texte[:trou] + texte[trou + 400 :], "utf-8")
    page = onglet.ouvrir(chemin)
    assert page.get_by_role("alert").inner_text().startswith("La carte ne s'affiche pas (")
    assert "Que faire" in page.get_by_role("alert").inner_text()


@ECRANS
def test_une_longue_liste_d_experiences_defile_dans_sa_bulle(onglet, gennevilliers, dossier):
    titre = "Un titre si long qu'il ne tient sur aucune ligne : " + "accompagnement " * 12
    lignes_ = [(f"e{i}", "experience", titre, 2020, "Ville", "fiche.html", "QN09208M", "qpv") for i in range(40)]
    description = points.avec_experiences(
        decrire(gennevilliers, JOUR), gennevilliers, pd.DataFrame(lignes_, columns=list(points.COLONNES))
    )
    chemin = carte_interactive.dessiner(description).enregistrer(dossier / "longue.html")
    page = onglet.ouvrir(chemin)
    assert page.locator(".carte-point text").text_content() == "40"
    page.locator(".carte-point").click()
    bulle = page.locator(".leaflet-popup-content")
    assert page.locator(".carte-articles li").count() == 40
    boite = bulle.bounding_box()
    assert boite["height"] <= 300
    assert 0 <= boite["x"] <= boite["x"] + boite["width"] <= page.viewport_size["width"]
    assert bulle.evaluate("n => n.scrollHeight > n.clientHeight && n.scrollWidth <= n.clientWidth")
    assert page.locator(".carte-articles a").last.get_attribute("href") == "fiche.html"
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('.leaflet-popup').length === 0")
    assert onglet.est_reste_seul(chemin)


def test_le_plan_ign_se_voit_sous_les_communes_et_se_cache(onglet, gennevilliers, dossier):
    t = gennevilliers
    chemin = carte_interactive.dessiner(decrire(t, JOUR), "plan-ign").enregistrer(dossier / "voile.html")
    page = onglet.ouvrir(chemin)
    communes = page.locator('.leaflet-overlay-pane path[fill="#fbf9f4"]')
    assert {c.get_attribute("fill-opacity") for c in communes.all()} == {"0"}
    assert page.locator('path[fill="#0072b2"]').first.get_attribute("fill-opacity") != "0"
    assert page.locator("img.leaflet-tile").count() > 0
    page.get_by_role("checkbox", name="Plan IGN").uncheck()
    assert page.locator("img.leaflet-tile").count() == 0
    assert "Plan IGN" not in page.locator(".leaflet-control-attribution").inner_text()


def test_une_carte_d_effectif_dessine_ses_cercles(onglet, o, dossier):
    t = o.territoire("CARPF")
    description = choroplethe.colorier(decrire(t, JOUR), t, "population")
    chemin = carte_interactive.dessiner(description).enregistrer(dossier / "cercles.html")
    page = onglet.ouvrir(chemin)
    (couche,) = (c for c in description.couches if c.style == "cercles")
    traces = page.locator(f'.leaflet-overlay-pane path[fill="{couche.dessin.remplissage}"]')
    assert traces.count() == len(couche.entites)
    largeurs = [t.bounding_box()["width"] for t in traces.all()]
    for largeur, entite in zip(largeurs, couche.entites, strict=True):
        assert largeur == pytest.approx(2 * entite.rayon, abs=2)
    assert onglet.est_reste_seul(chemin)


def test_la_carte_s_imprime_sur_une_page_sans_ses_commandes(onglet, perimetre, dossier):
    page = onglet.ouvrir(perimetre)
    page.pdf(path=dossier / "imprimee.pdf", prefer_css_page_size=True, print_background=True)
    with pypdf.PdfReader(dossier / "imprimee.pdf") as lecteur:
        (feuille,) = lecteur.pages
        assert (round(feuille.mediabox.width), round(feuille.mediabox.height)) == (842, 595)
        imprime = aplatir(feuille.extract_text())
    assert "Les quartiers prioritaires" in imprime
    assert "Légende" in imprime
    assert "Sources" in imprime
    assert "Couches" not in imprime
    assert "Chercher un lieu" not in imprime


# --- le SVG ---


def test_le_svg_s_ouvre_seul_et_montre_ses_textes(onglet, o, dossier):
    hostile = rendre_hostile(decrire(o.territoire("QN09502I"), JOUR))
    chemin = carte_statique.dessiner(hostile).enregistrer(dossier / "hostile.svg")
    page = onglet.ouvrir(chemin)
    assert page.evaluate("document.querySelector('title').textContent") == HOSTILE
    assert HOSTILE_COURT in page.evaluate("[...document.querySelectorAll('text')].map(t => t.textContent)")
    assert onglet.est_reste_seul(chemin)


# --- l'index ---


def lignes(page):
    return page.locator("li[data-cle]:visible")


def test_l_index_liste_tout_puis_filtre(onglet, index):
    page = onglet.ouvrir(index)
    assert lignes(page).count() == 153
    assert page.locator("h2:visible").count() == 5
    page.fill("#filtre", "gennev")
    restants = lignes(page).all_inner_texts()
    assert len(restants) >= 4  # la commune et ses trois quartiers
    assert all("gennevilliers" in texte.lower() for texte in restants)
    assert any("92036" in texte for texte in restants)
    assert page.locator("#compte").inner_text() == f"{len(restants)} territoires"
    assert page.locator("h2:visible").all_inner_texts() == ["Communes", "Quartiers prioritaires"]
    page.fill("#filtre", "")
    assert lignes(page).count() == 153
    assert page.locator("#compte").inner_text() == ""
    assert onglet.est_reste_seul(index)


RECHERCHES = {
    "st-ouen l'aumone": "95572",
    "St Ouen": "95572",
    "SAINT-OUEN-L’AUMÔNE": "95572",
    "sqy": "200058782",
    "GPS&O": "200059889",
    "gps et o": "200059889",
    "  92036 ": "92036",
    "qn09502i": "QN09502I",
    "bezons justice": "QN09502I",
    "Val d'Oise": "95",
}


def test_l_index_trouve_malgre_casse_accents_sigles_et_saints(onglet, index):
    page = onglet.ouvrir(index)
    rates = {}
    for saisie, code in RECHERCHES.items():
        page.fill("#filtre", saisie)
        trouves = lignes(page).all_inner_texts()
        if not any(re.search(rf"\b{code}\)", texte) for texte in trouves) or len(trouves) >= 60:
            rates[saisie] = trouves
    assert rates == {}


def test_l_index_dit_quand_rien_ne_correspond(onglet, index):
    page = onglet.ouvrir(index)
    page.fill("#filtre", "zzz")
    assert lignes(page).count() == 0
    assert page.locator("h2:visible").count() == 0
    assert page.locator("#compte").inner_text() == "0 territoire"


# --- aucune page ne déborde ---


def test_l_index_s_affiche_sans_erreur_ni_debordement(onglet, index):
    page = onglet.ouvrir(index)
    for ecran in (BUREAU, TELEPHONE):
        page.set_viewport_size(ecran)
        assert page.evaluate("window.innerWidth") == ecran["width"]
        assert debordement(page) <= 0
    assert onglet.est_reste_seul(index)
