from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.adresses import adresse_web
from observatoire.blocs import (
    Chiffre,
    ChiffreCle,
    ChiffresCles,
    Colonne,
    Contenu,
    Faits,
    Figure,
    Recit,
    Recits,
    Tableau,
    Texte,
    chiffres_de,
    phrase,
)
from observatoire.charte import Charte
from observatoire.erreurs import ErreurObservatoire
from observatoire.indicateurs import Valeur
from observatoire.rendu_docx import en_docx
from observatoire.word import LARGEUR

DATE = dt.date(2026, 3, 1)
FINE = "\u202f"

#: L'ordre que le format impose aux enfants de chaque balise : Word refuse le fichier s'il est changé.
ORDRES = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind contextualSpacing "
    "jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs color sz szCs u lang",
    "pBdr": "top left bottom right between bar",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tblBorders": "top left bottom right insideH insideV",
    "tcBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "trPr": "cantSplit tblHeader",
    "tr": "trPr tc",
    "tcPr": "tcW gridSpan tcBorders shd noWrap tcMar vAlign",
    "style": "name basedOn next link uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr trPr tcPr tblStylePr",
    "tblStylePr": "pPr rPr tblPr trPr tcPr",
    "docDefaults": "rPrDefault pPrDefault",
    "styles": "docDefaults latentStyles style",
    "sectPr": "headerReference footerReference pgSz pgMar cols titlePg docGrid",
    "lvl": "start numFmt pStyle lvlText lvlJc pPr rPr",
    "abstractNum": "multiLevelType lvl",
    "numbering": "abstractNum num",
    "settings": "zoom defaultTabStop hyphenationZone characterSpacingControl compat themeFontLang clrSchemeMapping "
    "decimalSymbol listSeparator",
    "font": "altName charset family pitch",
}


def chiffre(texte):
    return Chiffre(
        texte, Valeur("taux_pauvrete", "Taux de pauvreté", "qpv", "QN1", 45.0, "diffuse", "%", 2021, "Insee")
    )


def dessin(largeur, hauteur, mot="Dessin"):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largeur} {hauteur}" width="{largeur}" '
        f'height="{hauteur}"><rect width="90" height="20" fill="#0b4f80"/><text x="5" y="40">{mot}</text></svg>'
    )


TABLEAU = Tableau(
    "Emploi",
    (
        Colonne("Indicateur", large=1),
        Colonne("Millésime"),
        Colonne("Quartier", nombre=True),
        Colonne("Ville", nombre=True),
    ),
    (
        ("Taux d'emploi", "2020", chiffre(f"54,1{FINE}%"), chiffre(f"66,2{FINE}%")),
        ("Cadres", "2020", "s.", chiffre(f"12,3{FINE}%")),
    ),
    ("Ensemble", "", chiffre(f"1{FINE}234"), "n.d."),
    (phrase("Source : Insee, sur ", chiffre(f"4{FINE}321"), " habitants."), "s. : secret statistique."),
    Figure("Taux d'emploi", dessin(250, 60, "Barres"), "Deux barres", "Source : Insee, RP 2020."),
)
RECITS = Recits(
    "Expériences",
    (
        Recit(
            "Un café",
            "Chaque mardi.",
            "Ville d'Ici",
            "santé",
            "mars 2024",
            "sur place",
            "Recueil, p. 4",
            "https://exemple.fr/a b",
        ),
        Recit("Un jardin", "", "", "", "2023", "commune", "Lettre, p. 2"),
    ),
    1,
    ("Et 3 autres.",),
)
BLOCS = (
    Texte(
        "L'essentiel",
        (phrase("Ici, ", chiffre(f"45,0{FINE}%"), " des habitants, contre ", chiffre(f"22,1{FINE}%"), "."),),
    ),
    ChiffresCles(
        "Chiffres clés",
        (
            ChiffreCle(
                chiffre(f"2{FINE}515"), "habitants", "Insee, RP 2020", phrase("sur ", chiffre("4"), " communes")
            ),
            ChiffreCle("s.", "niveau de vie médian", "Insee, Filosofi 2021"),
        ),
    ),
    Faits("Identité", (("Statut", "modifié"), ("Surface", chiffre("14,7 ha")))),
    Figure("Carte", dessin(760, 400, "Plan"), "Le quartier et ses abords", "Sources : ANCT."),
    TABLEAU,
    RECITS,
    Texte("Lire", ("Premier.", "Second."), notes=("Source : Insee.",)),
    Texte("Sources", ("Insee.",), petit=True),
    Texte("Suite", ("Paragraphe ordinaire.",)),
)
CONTENU = Contenu(
    titre="QPV Les Blagis",
    sous_titre="Quartier prioritaire · QN09219N",
    niveau="qpv",
    code="QN09219N",
    nom="Les Blagis",
    blocs=BLOCS,
    date="1er mars 2026",
    pied="Les Blagis (QN09219N) · fiche produite le 1er mars 2026",
)


def rendre(*blocs, charte=None, **champs):
    return en_docx(replace(CONTENU, blocs=blocs or BLOCS, **champs), DATE, charte or Charte())


def ouvrir(octets):
    return docx.Document(io.BytesIO(octets))


def partie(octets, nom):
    return docx.oxml.parse_xml(zipfile.ZipFile(io.BytesIO(octets)).read(nom))


def styles_et_textes(document):
    paragraphes = (Paragraph(p, document) for p in document.element.body.iter(qn("w:p")))
    return [(paragraphe.style.name, paragraphe.text) for paragraphe in paragraphes]


def grille(table):
    """Largeur de chaque colonne, en vingtièmes de point."""
    return [round(colonne.w / 635) for colonne in table._tbl.tblGrid.gridCol_lst]


def tous_les_textes(element):
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in element.iter(qn("w:p"))]


@pytest.fixture(scope="module")
def octets():
    return rendre()


@pytest.fixture(scope="module")
def document(octets):
    return ouvrir(octets)


# --- la structure ---


def test_chaque_bloc_a_ses_styles_dans_l_ordre_de_lecture(document):
    assert styles_et_textes(document)[:20] == [
        ("Title", "QPV Les Blagis"),
        ("Subtitle", "Quartier prioritaire · QN09219N"),
        ("Heading 1", "L'essentiel"),
        ("Essentiel", f"Ici, 45,0{FINE}% des habitants, contre 22,1{FINE}%."),
        ("Heading 1", "Chiffres clés"),
        ("Chiffre clé", f"2{FINE}515"),
        ("Libellé de chiffre clé", "habitants"),
        ("Comparaison", "sur 4 communes"),
        ("Source", "Insee, RP 2020"),
        ("Chiffre clé", "s."),
        ("Libellé de chiffre clé", "niveau de vie médian"),
        ("Source", "Insee, Filosofi 2021"),
        ("Heading 1", "Identité"),
        ("Libellé d'identité", "Statut"),
        ("Valeur d'identité", "modifié"),
        ("Libellé d'identité", "Surface"),
        ("Valeur d'identité", "14,7 ha"),
        ("Heading 1", "Carte"),
        ("Figure", ""),
        ("Caption", "Sources : ANCT."),
    ]


def test_la_suite_des_paragraphes(document):
    assert [(p.style.name, p.text) for p in document.paragraphs][-20:] == [
        ("Heading 1", "Emploi"),
        ("Note", f"Source : Insee, sur 4{FINE}321 habitants."),
        ("Note", "s. : secret statistique."),
        ("Figure", ""),
        ("Caption", "Source : Insee, RP 2020."),
        ("Heading 1", "Expériences"),
        ("Heading 2", "Un café"),
        ("Normal", "Chaque mardi."),
        ("Repères d'une expérience", "Ville d'Ici · santé · mars 2024 · sur place · Recueil, p. 4"),
        ("Heading 2", "Un jardin"),
        ("Repères d'une expérience", "2023 · commune · Lettre, p. 2"),
        ("Note", "Et 3 autres."),
        ("Heading 1", "Lire"),
        ("Normal", "Premier."),
        ("Normal", "Second."),
        ("Note", "Source : Insee."),
        ("Heading 1", "Sources"),
        ("Note", "Insee."),
        ("Heading 1", "Suite"),
        ("Normal", "Paragraphe ordinaire."),
    ]


def test_les_titres_se_suivent_sans_saut(document):
    niveaux = [int(p.style.name[-1]) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert niveaux[0] == 1
    assert all(suivant - niveau <= 1 for niveau, suivant in itertools.pairwise(niveaux))


@pytest.mark.parametrize("nom", ["Heading 1", "Heading 2", "En-tête de tableau", "Figure", "Title"])
def test_un_titre_et_une_image_restent_avec_ce_qui_suit(document, nom):
    assert document.styles[nom].paragraph_format.keep_with_next


def test_tout_chiffre_du_contenu_est_imprime_tel_quel(octets):
    textes = " ".join(tous_les_textes(partie(octets, "word/document.xml")))
    imprimes = [c.texte for c in chiffres_de(BLOCS)]
    assert len(imprimes) == 10
    assert [texte for texte in imprimes if texte not in textes] == []


def test_un_style_employe_est_defini_et_nomme(octets):
    styles = partie(octets, "word/styles.xml")
    connus = {style.get(qn("w:styleId")) for style in styles.iter(qn("w:style"))}
    for nom in ("word/document.xml", "word/footer1.xml", "word/numbering.xml", "word/styles.xml"):
        balises = partie(octets, nom).iter(*map(qn, ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next")))
        assert {balise.get(qn("w:val")) for balise in balises} <= connus
    noms = [nom.get(qn("w:val")) for nom in styles.iter(qn("w:name"))]
    assert len(noms) == len(set(noms))


def test_aucune_mise_en_forme_directe_hors_alignement_et_enchainement(octets):
    document = partie(octets, "word/document.xml")
    reglages = {enfant.tag for bloc in document.iter(qn("w:pPr")) for enfant in bloc}
    assert reglages == {qn("w:pStyle"), qn("w:keepNext"), qn("w:jc")}
    assert {enfant.tag for bloc in document.iter(qn("w:rPr")) for enfant in bloc} == {qn("w:rStyle")}


@pytest.mark.parametrize(
    "nom", ["document", "styles", "numbering", "settings", "fontTable", "footer1"], ids=lambda nom: nom
)
def test_les_balises_sont_dans_l_ordre_du_format(octets, nom):
    vues = 0
    for element in partie(octets, f"word/{nom}.xml").iter(*(qn(f"w:{parent}") for parent in ORDRES)):
        attendu = ORDRES[element.tag.partition("}")[2]].split()
        rangs = [attendu.index(enfant.tag.partition("}")[2]) for enfant in element]
        assert rangs == sorted(rangs)
        vues += 1
    assert vues


# --- les tableaux ---


def test_un_tableau_repete_son_entete_et_ne_coupe_aucune_ligne(document):
    rangees = document.tables[2]._tbl.tr_lst
    assert [rangee.find(f".//{qn('w:tblHeader')}") is not None for rangee in rangees] == [True, False, False, False]
    for table in document.tables:
        assert all(rangee.find(f".//{qn('w:cantSplit')}") is not None for rangee in table._tbl.tr_lst)


def test_les_cases_d_un_tableau(document):
    lignes = [[case.text for case in rangee.cells] for rangee in document.tables[2].rows]
    assert lignes == [
        ["Indicateur", "Millésime", "Quartier", "Ville"],
        ["Taux d'emploi", "2020", f"54,1{FINE}%", f"66,2{FINE}%"],
        ["Cadres", "2020", "s.", f"12,3{FINE}%"],
        ["Ensemble", "", f"1{FINE}234", "n.d."],
    ]


def test_les_nombres_s_alignent_a_droite(document):
    for rangee in document.tables[2].rows:
        assert [case.paragraphs[0].alignment for case in rangee.cells] == [None, None, 2, 2]


@pytest.mark.parametrize(
    ("rang", "titre", "roles"),
    [(0, "Chiffres clés", "0600"), (1, "Identité", "0680"), (2, "Emploi", "06E0")],
)
def test_un_tableau_dit_son_titre_et_ou_sont_ses_entetes(document, rang, titre, roles):
    proprietes = document.tables[rang]._tbl.tblPr
    assert proprietes.find(qn("w:tblCaption")).get(qn("w:val")) == titre
    assert proprietes.find(qn("w:tblDescription")).get(qn("w:val"))
    assert proprietes.find(qn("w:tblLook")).get(qn("w:val")) == roles


def test_un_petit_tableau_ne_se_coupe_pas(document):
    solidaires = [rangee.cells[0].paragraphs[0].paragraph_format.keep_with_next for rangee in document.tables[2].rows]
    assert solidaires == [None, True, True, True]  # l'en-tête l'est par son style


def test_un_tableau_garde_ses_notes_avec_son_graphique(document):
    depart = next(i for i, p in enumerate(document.paragraphs) if p.text == "Emploi")
    notes = document.paragraphs[depart + 1 : depart + 3]
    assert [(note.style.name, note.paragraph_format.keep_with_next) for note in notes] == [("Note", True)] * 2
    sans = ouvrir(rendre(replace(TABLEAU, graphique=None)))
    assert [p.paragraph_format.keep_with_next for p in sans.paragraphs if p.style.name == "Note"] == [None] * 2


def test_un_grand_tableau_garde_son_total_avec_sa_derniere_ligne_et_sa_note():
    lignes = tuple((f"Ligne {i}", "1") for i in range(30))
    grand = Tableau(
        "Grand", (Colonne("Nom", large=1), Colonne("Nombre", nombre=True)), lignes, ("Total", "30"), ("Note.",)
    )
    for bloc, attendu in (
        (grand, [29, 30]),
        (replace(grand, notes=()), [29]),
        (replace(grand, notes=(), total=()), [28]),
    ):
        (table,) = ouvrir(rendre(bloc)).tables
        corps = list(table.rows)[1:]
        solidaires = [i for i, r in enumerate(corps) if r.cells[0].paragraphs[0].paragraph_format.keep_with_next]
        assert solidaires == attendu


@pytest.mark.parametrize(
    ("nombre", "formes"), [(1, [1]), (4, [4]), (5, [5]), (6, [3, 3]), (7, [4, 3]), (11, [4, 4, 3])]
)
def test_les_chiffres_cles_passent_a_la_ligne(nombre, formes):
    chiffres = tuple(ChiffreCle(str(i), "habitants", "Insee") for i in range(nombre))
    (table,) = ouvrir(rendre(ChiffresCles("Chiffres", chiffres))).tables
    assert [len(rangee.tc_lst) for rangee in table._tbl.tr_lst] == formes
    for rangee in table._tbl.tr_lst:
        assert sum(case.grid_span for case in rangee.tc_lst) == max(formes)
        assert sum(case.tcPr.tcW.w for case in rangee.tc_lst) == LARGEUR
    assert [p.text for p in table._cells[0].paragraphs] == ["0", "habitants", "Insee"]


def test_un_code_ou_un_nombre_ne_se_coupe_jamais():
    colonnes = (Colonne("Quartier prioritaire", large=1), Colonne("Code"), Colonne("Communes", large=1))
    colonnes += tuple(Colonne(f"Part dans ses communes {i}", nombre=True) for i in range(4))
    longue = "Village - Le Puits La Marlière - Derrière Les Murs De Monseigneur, " * 3
    lignes = ((longue, "QN09536M", longue, *["37 146".replace(" ", FINE)] * 4),)
    (table,) = ouvrir(rendre(Tableau("Quartiers", colonnes, lignes))).tables
    largeurs = grille(table)
    assert sum(largeurs) == LARGEUR
    assert largeurs[1] > 20 * 9 * 8 * 0.6  # huit caractères de corps 9
    assert min(largeurs[3:]) > 20 * 9 * 6 * 0.5


@given(
    st.lists(
        st.builds(Colonne, st.text("ab c", max_size=30), st.booleans(), st.integers(0, 3)), min_size=1, max_size=9
    ),
    st.lists(st.text("ab cM ", max_size=120), min_size=9, max_size=9),
)
@settings(max_examples=25, deadline=None)
def test_les_colonnes_remplissent_toujours_la_largeur(colonnes, textes):
    bloc = Tableau("T", tuple(colonnes), (tuple(textes[: len(colonnes)]),))
    (table,) = ouvrir(rendre(bloc)).tables
    largeurs = grille(table)
    assert sum(largeurs) == LARGEUR
    assert min(largeurs) > 0


def test_deux_tableaux_ne_se_touchent_jamais():
    blocs = (Faits("", (("a", "b"),)), Faits("", (("c", "d"),)), Tableau("", (Colonne("x"),), (("1",),)))
    corps = ouvrir(rendre(*blocs)).element.body
    noms = [enfant.tag.partition("}")[2] for enfant in corps]
    assert noms == ["p", "p", "tbl", "p", "tbl", "p", "tbl", "p", "sectPr"]


def test_un_bloc_vide_n_ecrit_pas_de_tableau_vide():
    document = ouvrir(rendre(Faits("Identité", ()), ChiffresCles("Chiffres", ()), Recits("Expériences", (), 0)))
    assert document.tables == []
    assert [p.text for p in document.paragraphs][2:] == ["Identité", "Chiffres", "Expériences"]


# --- les images ---


def test_chaque_image_a_son_equivalent_et_son_titre(document):
    images = list(document.element.body.iter(qn("wp:docPr")))
    assert [(i.get("id"), i.get("title"), i.get("descr")) for i in images] == [
        ("1", "Carte", "Le quartier et ses abords"),
        ("2", "Taux d'emploi", "Deux barres"),
    ]


def test_une_carte_prend_toute_la_largeur_et_un_graphique_garde_son_echelle(document):
    carte, graphique = document.inline_shapes
    assert carte.width.mm == pytest.approx(174, abs=0.3)
    assert carte.height / carte.width == pytest.approx(400 / 760, rel=0.01)
    assert graphique.width.pt == pytest.approx(250 * 0.85, abs=0.5)
    assert graphique.height.pt == pytest.approx(60 * 0.85, abs=0.5)


def test_un_dessin_tout_en_hauteur_laisse_de_la_place_sur_sa_page():
    (haute,) = ouvrir(rendre(Figure("Haute", dessin(400, 4000), "Un dessin"))).inline_shapes
    assert haute.height.mm == pytest.approx(0.55 * (297 - 36), abs=0.5)
    assert haute.height / haute.width == pytest.approx(10, rel=0.02)


def test_une_figure_sans_legende_est_legendee_de_son_titre():
    document = ouvrir(rendre(Figure("Le plan", dessin(400, 200), "Un dessin")))
    assert (document.paragraphs[-1].style.name, document.paragraphs[-1].text) == ("Caption", "Le plan")


def test_un_dessin_illisible_est_une_erreur_claire():
    with pytest.raises(ErreurObservatoire, match=r"dessins\.typ"):
        rendre(Figure("Cassée", "<svg", "Un dessin"))


# --- liens, pied, langue, propriétés ---


def test_le_titre_d_une_experience_est_un_lien_quand_elle_a_une_adresse(document):
    (lien,) = document.element.body.iter(qn("w:hyperlink"))
    assert lien.getparent().style == "Heading2"
    assert [suite.style for suite in lien.iter(qn("w:r"))] == ["Hyperlink"]
    relation = document.part.rels[lien.get(qn("r:id"))]
    assert (relation.is_external, relation.target_ref) == (True, "https://exemple.fr/a%20b")


@pytest.mark.parametrize(
    ("url", "attendu"),
    [
        ("https://exemple.fr/a?b=1&c=%C3%A9#d", "https://exemple.fr/a?b=1&c=%C3%A9#d"),
        (" https://exemple.fr/é ", "https://exemple.fr/%C3%A9"),
        ('https://exemple.fr/"<>', "https://exemple.fr/%22%3C%3E"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://[exemple", ""),
        ("exemple.fr", ""),
        ("", ""),
    ],
)
def test_seule_une_page_du_web_devient_un_lien(url, attendu):
    assert adresse_web(url) == attendu


def test_le_pied_numerote_les_pages(octets):
    pied = partie(octets, "word/footer1.xml")
    assert tous_les_textes(pied) == ["Les Blagis (QN09219N) · fiche produite le 1er mars 2026page 1 / 1"]
    assert [champ.get(qn("w:instr")) for champ in pied.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert [p.style for p in pied.iter(qn("w:p"))] == ["Footer"]


def test_la_langue_est_le_francais(octets):
    defauts = partie(octets, "word/styles.xml").find(qn("w:docDefaults"))
    assert next(defauts.iter(qn("w:lang"))).get(qn("w:val")) == "fr-FR"
    reglages = partie(octets, "word/settings.xml")
    assert reglages.find(qn("w:themeFontLang")).get(qn("w:val")) == "fr-FR"
    assert next(reglages.iter(qn("w:compatSetting"))).get(qn("w:val")) == "15"


def test_la_page_est_un_a4_aux_marges_de_18_mm(document):
    section = document.sections[0]
    assert section.page_width == pytest.approx(Mm(210), abs=700)
    assert section.page_height == pytest.approx(Mm(297), abs=700)
    for marge in (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin):
        assert marge == pytest.approx(Mm(18), abs=700)


def test_les_proprietes_viennent_du_contenu_et_de_la_date(document):
    notice = document.core_properties
    assert notice.title == "QPV Les Blagis (QN09219N) · fiche repère"
    assert notice.author == notice.last_modified_by == "observatoire"
    assert notice.subject == "Quartier prioritaire · QN09219N"
    assert notice.keywords == "qpv, QN09219N, Les Blagis, fiche repère"
    assert notice.created.date() == notice.modified.date() == DATE
    assert notice.language == "fr-FR"


def test_une_propriete_trop_longue_est_abregee():
    assert len(ouvrir(rendre(Texte("a", ("b",)), titre="Commune " * 60)).core_properties.title) == 255


def test_aucune_piece_du_modele_ne_traine(octets):
    noms = set(zipfile.ZipFile(io.BytesIO(octets)).namelist())
    assert not [nom for nom in noms if re.search(r"thumbnail|customXml|stylesWithEffects|app\.xml", nom)]
    assert {"word/media/image1.png", "word/media/image2.png", "word/fontTable.xml"} <= noms


# --- la charte ---


def test_les_couleurs_et_la_police_de_la_charte_sont_dans_les_styles():
    octets = rendre(
        charte=Charte(nom="Pôle", accent="#7a1f5c", encre="#101010", fond="#f0f0f0", police="Libertinus Serif")
    )
    styles = ouvrir(octets).styles
    assert str(styles["Heading 1"].font.color.rgb) == "7A1F5C"
    assert str(styles["Hyperlink"].font.color.rgb) == "7A1F5C"
    assert str(styles["Normal"].font.color.rgb) == "101010"
    polices = partie(octets, "word/styles.xml").find(qn("w:docDefaults")).find(f".//{qn('w:rFonts')}")
    assert {polices.get(qn(f"w:{usage}")) for usage in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Libertinus Serif"}
    assert partie(octets, "word/fontTable.xml")[0].get(qn("w:name")) == "Libertinus Serif"
    assert ouvrir(octets).core_properties.author == "Pôle"
    texte = zipfile.ZipFile(io.BytesIO(octets)).read("word/styles.xml").decode()
    assert "0b4f80" not in texte
    assert "Theme=" not in texte


def test_le_logo_ouvre_la_fiche_et_la_phrase_de_la_charte_ouvre_le_pied():
    charte = Charte(logo=dessin(300, 100, "Logo").encode(), logo_alternatif="Logo du Pôle", pied="12, rue d'Ici")
    octets = rendre(Texte("a", ("b",)), charte=charte)
    document = ouvrir(octets)
    assert document.paragraphs[0].style.name == "Logo"
    (logo,) = document.inline_shapes
    assert (logo.width.pt, logo.height.pt) == pytest.approx((120, 40), abs=0.5)
    assert next(document.element.body.iter(qn("wp:docPr"))).get("descr") == "Logo du Pôle"
    assert tous_les_textes(partie(octets, "word/footer1.xml"))[0] == "12, rue d'Ici"


# --- octets et caractères ---


def test_deux_rendus_ont_les_memes_octets(octets):
    assert rendre() == octets
    archive = zipfile.ZipFile(io.BytesIO(octets))
    assert {(fiche.date_time, fiche.create_system) for fiche in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}
    assert archive.testzip() is None


def test_une_autre_date_ne_change_que_les_proprietes(octets):
    autres = en_docx(CONTENU, dt.date(2026, 3, 2), Charte())
    avant, apres = (zipfile.ZipFile(io.BytesIO(o)) for o in (octets, autres))
    assert [nom for nom in avant.namelist() if avant.read(nom) != apres.read(nom)] == ["docProps/core.xml"]


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=40, deadline=None)
def test_aucun_texte_ne_casse_le_document(texte):
    blocs = (
        Texte(texte, (texte,)),
        Faits("Identité", ((texte, texte),)),
        Tableau("T", (Colonne(texte),), ((texte,),)),
        Recits("R", (Recit(texte, texte, texte, texte, texte, texte, texte, f"https://exemple.fr/{texte}"),), 1),
    )
    document = ouvrir(rendre(*blocs, titre=texte, pied=texte))
    attendu = re.sub("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+", " ", texte)
    assert document.paragraphs[0].text == attendu
    assert document.tables[0].rows[0].cells[1].text == attendu


def test_un_caractere_de_commande_devient_une_espace():
    document = ouvrir(rendre(Texte("a", ("un\x0bdeux\x00\x1ftrois & <quatre>",))))
    assert document.paragraphs[-1].text == "un deux trois & <quatre>"


# --- une vraie fiche ---


def chiffres_ecrits(bloc):
    """Les chiffres d'un bloc, sans ceux que seul un dessin imprime."""
    if isinstance(bloc, Figure):
        return []
    return chiffres_de(replace(bloc, graphique=None) if isinstance(bloc, Tableau) else bloc)


def test_une_vraie_fiche_imprime_tous_ses_chiffres_et_ses_images(o):
    fiche = o.territoire("Gennevilliers").fiche()
    octets = en_docx(fiche.contenu, fiche.date, fiche.charte)
    racine = partie(octets, "word/document.xml")
    textes = " ".join(tous_les_textes(racine))
    hors_dessins = [chiffre.texte for bloc in fiche.contenu.blocs for chiffre in chiffres_ecrits(bloc)]
    assert len(hors_dessins) > 50
    assert [texte for texte in hors_dessins if texte not in textes] == []
    assert all(image.get("descr") for image in racine.iter(qn("wp:docPr")))
    titres = [p.text for p in ouvrir(octets).paragraphs if p.style.name == "Heading 1"]
    assert titres == [bloc.titre for bloc in fiche.contenu.blocs]
