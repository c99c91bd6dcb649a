"""Le contrôle des pages lui-même : il laisse passer une bonne page, et voit chaque défaut d'une mauvaise."""

from __future__ import annotations

import pytest
import typst
from pages_pdf import controler

from observatoire.polices import polices

CADRE = """
#set document(title: "Essai")
#set text(lang: "fr", font: "Source Sans Pro", size: 9pt)
#set page(paper: "a4", margin: (x: 17mm, top: 12mm, bottom: 15mm),
  footer: context [Essai #h(1fr) #counter(page).display("1 / 1", both: true)])
#show heading.where(level: 2): it => block(sticky: STICKY, text(size: 12pt, it.body))
#let lignes(n) = for i in range(n) [Une ligne de texte, la #i. \\ ]
"""
IMAGE = (
    '#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"40\\" height=\\"40\\">'
    '<text y=\\"20\\">Un mot</text></svg>"), format: "svg", alt: "Un mot")'
)


def composer(corps, *, sticky=True):
    source = CADRE.replace("STICKY", "true" if sticky else "false") + corps
    compilateur = typst.Compiler(font_paths=polices(), ignore_system_fonts=True)
    return bytes(compilateur.compile(source.encode(), format="pdf", pdf_standards="ua-1"))


@pytest.mark.parametrize(
    "corps",
    [
        "= Un\n== Deux\n#lignes(10)",
        "= Un\n== Deux\n#lignes(80)\n== Trois\n#lignes(20)",
        "= Élan\n== Deux\n" + IMAGE,
        "= Un\n#grid(columns: 2, column-gutter: 9pt, [== Deux\n#lignes(9)], [== Trois\n#lignes(5)])",
        "= Un\n== Deux\n#table(columns: 3, table.header([A], [B], [C]), ..range(60).map(i => [#i]))",
    ],
)
def test_une_bonne_page_n_a_rien_a_redire(corps):
    assert controler(composer(corps)) == []


@pytest.mark.parametrize(
    ("corps", "attendu"),
    [
        ("= Un\n#v(246mm)\n== Seul\n#pagebreak()\n#lignes(30)", "page 1 : le titre 'Seul' est seul au pied de la page"),
        ("= Un\n#v(244mm)\n== Presque\n#lignes(30)", "page 1 : le titre 'Presque' est seul au pied de la page"),
        ("= Un\n== Deux\n#move(dx: 160mm)[Un texte qui sort de la page]", "page 1 : hors des marges"),
        ("= Un\n== Deux\n#move(dx: -10mm)[Dehors]", "page 1 : hors des marges : 'Dehors'"),
        ("= Un\n== Deux\n#block(breakable: false, lignes(90))", "page 2 : hors des marges"),
        ("= Un\n== Deux\n#box(width: 20mm)[Illisible] #h(-22mm) Couvert", "page 1 : deux textes se recouvrent"),
        ("= Un\n== Deux\n#block(height: 4pt)[#lignes(1)]\n#v(-9pt)\nPar-dessus tout", "se recouvrent"),
        ("= Un\n#lignes(30)\n#pagebreak()\n#lignes(2)", "page 2 : presque vide (3 % de sa hauteur)"),
        (
            "= Un\n#lignes(30)\n#pagebreak()\n#lignes(20)\n#place(bottom, dy: 7mm)[Jusque dans le pied]",
            "déborde dans le pied de page",
        ),
    ],
)
def test_chaque_defaut_est_dit(corps, attendu):
    problemes = controler(composer(corps, sticky=False))
    assert [p for p in problemes if attendu in p], problemes


def test_un_mot_trop_long_pour_sa_colonne_est_vu():
    # Deux en-têtes l'un sur l'autre, sans que rien ne sorte des marges.
    table = "#set text(hyphenate: false)\n#table(columns: (90mm, 12mm, 12mm), align: right, [A], [Ses QPV], "
    problemes = controler(composer("= Un\n== Deux\n" + table + "[l'ouest~francilien])"))
    assert problemes
    assert all("se recouvrent" in probleme for probleme in problemes)


def test_une_image_hors_de_la_page_est_vue():
    octets = (
        "(137,80,78,71,13,10,26,10,0,0,0,13,73,72,68,82,0,0,0,1,0,0,0,1,8,2,0,0,0,144,119,83,222,0,0,0,12,73,68,65,"
    )
    octets += "84,120,156,99,248,207,192,0,0,3,1,1,0,201,254,146,239,0,0,0,0,73,69,78,68,174,66,96,130)"
    image = f'#move(dx: 150mm, image(bytes({octets}), format: "png", width: 40mm, alt: "Un point"))'
    assert controler(composer("= Un\n== Deux\nDu texte.\n" + image)) == ["page 1 : hors des marges : 'une image'"]
