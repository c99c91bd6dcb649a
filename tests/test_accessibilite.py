"""Les fiches HTML dans un vrai navigateur, réseau coupé : axe-core n'y trouve rien, rien ne déborde."""

from __future__ import annotations

import pytest
from pages import JOUR
from test_navigateur import Onglet, debordement

from observatoire.charte import Charte
from observatoire.fiche import Fiche, rediger

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python n'est pas installé")

#: WCAG 2.2 AA, et les bonnes pratiques d'axe-core.
REGLES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BUREAU, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LIENS = (("Tous les territoires", "../index.html"), ("Carte interactive", "x.html"), ("PDF", "x.pdf"))
SOMBRE = Charte(nom="Une structure", accent="#7a1f2b", fond="#f2f2f2", pied="Une structure, 1 rue du Quai")
#: Une page par niveau, une commune sans quartier, chaque modèle, et une autre charte : territoire, modèle, autres.
PAGES = {
    "quartier": ("QN09219N", "repere", ()),
    "commune": ("92036", "repere", ()),
    "commune sans quartier": ("78646", "repere", ()),
    "epci": ("200055655", "repere", ()),
    "ept": ("200057990", "repere", ()),
    "departement": ("95", "repere", ()),
    "perimetre": ("ouest francilien", "repere", ()),
    "comparatif": ("92036", "comparatif", ("92025", "QN09219N", "95")),
    "experiences": ("95", "experiences", ()),
    "contrat": ("200055655", "contrat", ()),
    "charte": ("92036", "repere", ()),
}


@pytest.fixture
def onglet(navigateur):
    contexte = navigateur.new_context(viewport=BUREAU, locale="fr-FR", reduced_motion="reduce")
    yield Onglet(contexte)
    contexte.close()


def preparer(o, page) -> Fiche:
    recherche, modele, autres = PAGES[page]
    avec = tuple(o.territoire(autre) for autre in autres)
    return rediger(o.territoire(recherche), JOUR, modele, avec, SOMBRE if page == "charte" else None)


def violations(page, *, contrastes=True):
    """Ce qu'axe-core reproche à la page : règle, et premiers éléments en cause.

    Les contrastes, longs à mesurer, ne dépendent pas de la largeur de l'écran.
    """
    # Un dessin est une image : on regarde son équivalent en texte, non ses traits.
    regles = {"color-contrast": {"enabled": contrastes}}
    options = {"runOnly": REGLES, "rules": regles, "resultTypes": ["violations"], "elementRef": False}
    resultat = axe.Axe().run(page, {"exclude": [["svg > *"]]}, options).response
    assert len(resultat["passes"]) > 15, "axe-core n'a rien regardé"
    return {v["id"]: [noeud["html"][:160] for noeud in v["nodes"][:3]] for v in resultat["violations"]}


@pytest.mark.parametrize("nom", PAGES)
def test_une_fiche_est_accessible_et_ne_deborde_ni_a_l_ecran_ni_au_telephone(onglet, o, tmp_path, nom):
    chemin = tmp_path / "fiche.html"
    chemin.write_text(preparer(o, nom).en_html(LIENS), "utf-8")
    page = onglet.ouvrir(chemin)
    for ecran in (BUREAU, TELEPHONE):
        page.set_viewport_size(ecran)
        assert page.evaluate("window.innerWidth") == ecran["width"]
        assert page.locator("h1").is_visible()
        assert debordement(page) <= 0
        assert violations(page, contrastes=ecran is BUREAU) == {}
        largeurs = page.evaluate("[...document.querySelectorAll('figure')].map(f => f.getBoundingClientRect().width)")
        assert len(largeurs) >= 1
        assert all(0 < largeur <= ecran["width"] for largeur in largeurs)
    assert onglet.est_reste_seul(chemin)


def test_axe_voit_une_faute(onglet, o, tmp_path):
    # Le contrôle lui-même peut échouer : un contraste trop faible, un tableau qui ne se fait plus défiler au clavier.
    page_html = preparer(o, "commune").html
    fautive = page_html.replace("</style>", "small { color: #bbb !important; } .defile { width: 90px; }</style>")
    fautive = fautive.replace(' tabindex="0"', "").replace('<html lang="fr">', "<html>")
    chemin = tmp_path / "fautive.html"
    chemin.write_text(fautive, "utf-8")
    trouvees = violations(onglet.ouvrir(chemin))
    assert {"color-contrast", "html-has-lang", "scrollable-region-focusable"} <= set(trouvees)
