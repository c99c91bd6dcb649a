from __future__ import annotations

import datetime as dt
import io
import os
import pickle
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from observatoire.controle_modele import FICHIERS_MAXIMUM, problemes_typst
from observatoire.erreurs import ErreurArgument, ErreurSchema, ErreurSource, ErreurType
from observatoire.modele_utilisateur import ouvrir_modele

DATE = dt.date(2026, 3, 1)
TETE = '#set document(title: "Essai")\n#set text(lang: "fr")\n#let d = json(bytes(sys.inputs.donnees))\n= #d.nom\n'


@pytest.fixture
def dossier(tmp_path):
    """Un dossier de modèle, à côté d'un secret qu'il ne doit pas lire."""
    (tmp_path / "secret.txt").write_text("SECRET")
    (tmp_path / "modele").mkdir()
    return tmp_path / "modele"


@pytest.fixture
def html(dossier):
    def _html(texte, contexte=None, **autres):
        for nom, contenu in {"fiche.html": texte, **autres}.items():
            (dossier / nom).write_text(contenu, encoding="utf-8")
        return ouvrir_modele(dossier).rendre_html(contexte or {})

    return _html


@pytest.fixture
def pdf(dossier):
    def _pdf(texte, **autres):
        for nom, contenu in {"fiche.typ": texte, **autres}.items():
            (dossier / nom).write_text(contenu, encoding="utf-8")
        return ouvrir_modele(dossier).composer_pdf({"nom": "Cergy"}, DATE)

    return _pdf


def probleme(appel, *args, **kwargs):
    with pytest.raises(ErreurSchema) as erreur:
        appel(*args, **kwargs)
    (seul,) = erreur.value.problemes
    assert erreur.value.origine == "Modèle « modele »"
    return seul


def texte_de(octets):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(octets)).pages)


# --- ouvrir ----------------------------------------------------------------------------------------------------------


def test_les_formes_sont_celles_des_fichiers_presents(dossier):
    (dossier / "fiche.html").write_text("x")
    assert ouvrir_modele(dossier).formes == {"html"}
    (dossier / "fiche.typ").write_text("x")
    assert ouvrir_modele(dossier).formes == {"html", "pdf"}
    assert ouvrir_modele(str(dossier)).nom == "modele"


def test_l_empreinte_suit_les_noms_et_les_contenus_pas_l_endroit(dossier, tmp_path):
    (dossier / "fiche.html").write_text("x")
    avant = ouvrir_modele(dossier).empreinte
    dossier.rename(tmp_path / "ailleurs")
    assert ouvrir_modele(tmp_path / "ailleurs").empreinte == avant
    (tmp_path / "ailleurs" / "logo.svg").write_text("<svg/>")
    avec_logo = ouvrir_modele(tmp_path / "ailleurs").empreinte
    (tmp_path / "ailleurs" / "logo.svg").rename(tmp_path / "ailleurs" / "autre.svg")
    assert len({avant, avec_logo, ouvrir_modele(tmp_path / "ailleurs").empreinte}) == 3


def test_un_modele_passe_d_un_processus_a_l_autre(dossier):
    (dossier / "fiche.html").write_text("{{ nom }}")
    modele = ouvrir_modele(dossier)
    octets = pickle.dumps(modele)
    assert len(octets) < 500 + len(str(dossier))
    copie = pickle.loads(octets)
    assert copie == modele
    assert copie.rendre_html({"nom": "Cergy"}) == "Cergy"


def test_un_modele_change_avant_d_avoir_servi_est_refuse(dossier):
    (dossier / "fiche.html").write_text("avant")
    modele = ouvrir_modele(dossier)
    (dossier / "fiche.html").write_text("après")
    with pytest.raises(ErreurSource, match="a changé depuis son ouverture"):
        modele.rendre_html({})
    assert ouvrir_modele(dossier).rendre_html({}) == "après"


def test_un_modele_change_apres_avoir_servi_est_refuse(dossier):
    (dossier / "fiche.html").write_text("avant")
    (dossier / "fiche.typ").write_text(TETE)
    modele = ouvrir_modele(dossier)
    assert modele.rendre_html({}) == "avant"
    assert modele.composer_pdf({"nom": "Cergy"}, DATE).startswith(b"%PDF-")
    (dossier / "fiche.typ").write_text(TETE + "suite")
    for rendre in (lambda: modele.rendre_html({}), lambda: modele.composer_pdf({}, DATE)):
        with pytest.raises(ErreurSource, match="a changé depuis son ouverture"):
            rendre()


def test_ce_qui_n_est_pas_un_dossier_de_modele_est_dit(dossier, tmp_path):
    with pytest.raises(ErreurSource, match="n'est pas un dossier"):
        ouvrir_modele(tmp_path / "absent")
    with pytest.raises(ErreurSource, match="n'est pas un dossier"):
        ouvrir_modele(tmp_path / "secret.txt")
    with pytest.raises(ErreurType):
        ouvrir_modele(3)  # type: ignore[arg-type]
    assert probleme(ouvrir_modele, dossier) == "ni fiche.html ni fiche.typ ; on y trouve un dossier vide"
    (dossier / "Fiche.htm").write_text("x")
    assert "on y trouve Fiche.htm" in probleme(ouvrir_modele, dossier)


def test_une_forme_absente_est_dite(dossier):
    (dossier / "fiche.html").write_text("x")
    with pytest.raises(ErreurArgument, match=r"ne donne pas de PDF : il n'a pas de fiche\.typ.*demandez html"):
        ouvrir_modele(dossier).composer_pdf({}, DATE)


def test_tous_les_defauts_sont_dits_d_un_coup(dossier):
    (dossier / "fiche.html").write_text("ligne 1\n{% if x %}")
    (dossier / "pied.html").write_text("{{ nom | majuscule }}")
    (dossier / "fiche.typ").write_text('#import "@preview/cetz:0.3.1"\n#eval("1")')
    (dossier / "latin.html").write_bytes("été".encode("latin-1"))
    (dossier / "latin.typ").write_bytes("été".encode("latin-1"))
    with pytest.raises(ErreurSchema) as erreur:
        ouvrir_modele(dossier)
    debuts = [p.split(" : ")[0] for p in erreur.value.problemes]
    assert debuts == ["fiche.html, ligne 2", "fiche.typ, ligne 2", "fiche.typ, ligne 1", "latin.html", "latin.typ"]
    assert "fiche.html, ligne 2 : une balise « if » n'est pas fermée" in erreur.value.problemes


@pytest.mark.skipif(os.name == "nt", reason="créer un lien demande des droits sous Windows")
@pytest.mark.parametrize("cible", ["../secret.txt", "..", "/etc/passwd", "/inexistant"])
def test_un_lien_qui_sort_du_dossier_est_refuse(dossier, cible):
    (dossier / "fiche.html").write_text('{% include "lien.txt" %}')
    (dossier / "sous").mkdir()
    (dossier / "sous" / "interne.html").symlink_to("../fiche.html")
    assert ouvrir_modele(dossier).formes == {"html"}
    (dossier / "sous" / "lien.txt").symlink_to(Path(cible) if cible[0] == "/" else dossier / cible)
    assert probleme(ouvrir_modele, dossier).startswith("« sous/lien.txt » est un lien vers l'extérieur du dossier")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pas de tube nommé sous ce système")
def test_un_tube_ne_fait_pas_attendre(dossier):
    (dossier / "fiche.html").write_text("x")
    os.mkfifo(dossier / "tube")
    assert probleme(ouvrir_modele, dossier) == "« tube » n'est ni un fichier ni un dossier : retirez-le"


def test_un_dossier_trop_grand_est_refuse_sans_etre_lu(dossier):
    for numero in range(FICHIERS_MAXIMUM + 1):
        (dossier / f"{numero}.txt").touch()
    assert "plus de 500 fichiers" in probleme(ouvrir_modele, dossier)


# --- HTML : ce qu'un modèle peut faire -------------------------------------------------------------------------------


def test_un_modele_html_recoit_les_donnees_et_echappe_les_textes(html):
    source = (
        "<h1>{{ nom }}</h1>{% for c in codes %}<p>{{ c | upper }}{{ loop.index * 2 }}</p>{% endfor %}{{ svg('<b/>') }}"
    )
    page = html(source, {"nom": "<script>", "codes": ["a", "b"], "svg": Markup})
    assert page == "<h1>&lt;script&gt;</h1><p>A2</p><p>B4</p><b/>"


def test_un_modele_html_inclut_ses_fichiers(html):
    assert html('{% include "pied.html" %}', {"nom": "Cergy"}, **{"pied.html": "Pied de {{ nom }}"}) == "Pied de Cergy"


def test_un_modele_html_reprend_les_gabarits_de_la_bibliotheque(html):
    page = html('{% include "observatoire/cadre.html" %}', {"page": "<p>", "titre": "Carte", "hauteur": 3})
    assert page.startswith('<iframe srcdoc="&lt;p&gt;" title="Carte"')


def test_un_modele_html_appelle_les_methodes_des_valeurs_simples(html):
    page = html(
        "{{ '{} et {}'.format(nom, 1) }} {{ d.items() | list | length }} {{ jour.strftime('%Y') }} {{ '-' * 3 }}",
        {"nom": "Cergy", "d": {"a": 1}, "jour": DATE},
    )
    assert page == "Cergy et 1 1 2026 ---"


# --- HTML : ce qu'il ne peut pas -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Espion:
    chemin: Path

    def ecrire(self):
        self.chemin.write_text("touché")


class Gourmand:
    def __iter__(self):
        raise MemoryError


@pytest.mark.parametrize(
    "attaque",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ nom['__class__'] }}",
        "{{ nom | attr('__class__') }}",
        "{{ '{0.__class__}'.format(nom) }}",
        "{{ '{x.__init__.__globals__}'.format_map({'x': nom}) }}",
        "{{ lipsum.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ range.mro() }}",
        "{{ codes.append('x') }}",
        "{{ table.to_csv(chemin) }}",
        "{{ table.values.tofile(chemin) }}",
        "{{ table.plot() }}",
        "{{ table.from_records([]) }}",
        "{{ ouvrir(chemin, 'w') }}",
        "{{ chemin.write_text('touché') }}",
        "{{ chemin.parent.joinpath('secret.txt').read_text() }}",
        "{{ espion.ecrire() }}",
        "{{ espion.chemin.unlink() }}",
        "{{ [espion] | map(attribute='ecrire') | first | string ~ ([espion] | map(attribute='ecrire') | first)() }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 'x' * 100000000 }}",
        "{{ 100000000 * [1] }}",
        "{{ 2 ** 10000000 }}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{{ 'a'.ljust(9999999999) }}",
        "{{ 'a' | attr('zfill') }}",
        "{{ (1).to_bytes(9999999999, 'big') }}",
        "{{ ('a' * 9000).replace('a', 'b' * 9000) }}",
        "{{ ('a' * 9000) | replace('a', 'b' * 9000) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ '%*d' % (9999999999, 1) }}",
        "{{ '%(a)9999999999d' | format(a=1) }}",
        "{{ '{:>9999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 9999999999) }}",
        "{{ '{a:9999999999}'.format_map({'a': 1}) }}",
        "{{ 'a' | center(9999999999) }}",
        "{{ ['a'] | map('center', width=9999999999) | first }}",
        "{{ 'a' | indent(9999999999, true) }}",
        "{{ [1] | batch(9999999999, 1) | list }}",
        "{{ 1 | round(-9999999999) }}",
        "{{ 1 | dictsort }}",
        "{{ cycler() }}",
        "{{ 'a' | truncate(0) }}",
        "{{ gourmand | list }}",
        "{% set n = namespace(x=9) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}",
        *(
            f"{{% set n = namespace(x='abc') %}}{{% for i in range(60) %}}{{% set n.x = {double} %}}{{% endfor %}}"
            for double in ("n.x ~ n.x", "n.x + n.x", "[n.x, n.x] | join", "''.join([n.x, n.x])")
        ),
        "{% set n = namespace(x='abc') %}{% for i in range(60) %}"
        "{% set x %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x = x %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% for i in [1] recursive %}{% if loop.depth < 30 %}{{ loop(range(9999)) }}{% endif %}{% endfor %}",
        "{% include 'fiche.html' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_une_attaque_est_arretee_et_nommee(html, tmp_path, attaque):
    contexte = {
        "nom": "Cergy",
        "codes": ["a"],
        "table": pd.DataFrame({"a": [1]}),
        "chemin": tmp_path / "ecrit.txt",
        "espion": Espion(tmp_path / "ecrit.txt"),
        "ouvrir": io.FileIO,
        "gourmand": Gourmand(),
    }
    trouve = probleme(html, f"<p>\n{attaque}", contexte)
    assert trouve.startswith("fiche.html, ligne 2 : ")
    assert "Jinja2 dit" not in trouve
    assert not (tmp_path / "ecrit.txt").exists()
    assert contexte["codes"] == ["a"]


def test_une_boucle_sur_une_suite_sans_longueur_est_comptee(html, monkeypatch):
    monkeypatch.setattr("observatoire.bac_a_sable.TOURS_MAXIMUM", 100)
    assert html("{% for i in range(60) | map('abs') %}{{ loop.index if loop.last }}{% endfor %}") == "60"
    deux_fois = "{% for i in range(60) | map('abs') %}{% endfor %}" * 2
    assert probleme(html, deux_fois).endswith("trop de tours de boucle ou d'appels : le modèle ne finit pas")


def test_chaque_page_a_tous_ses_tours(dossier, monkeypatch):
    monkeypatch.setattr("observatoire.bac_a_sable.TOURS_MAXIMUM", 100)
    (dossier / "fiche.html").write_text("{% for i in range(60) %}{% endfor %}fin")
    modele = ouvrir_modele(dossier)
    assert [modele.rendre_html({}) for _ in range(3)] == ["fin"] * 3


def test_ce_qui_reste_raisonnable_est_permis(html):
    page = html(
        "{{ n | round(1) }} {{ '%d' | format(n) }} {{ '%.1f%%' % 3.2 }} {{ '{:,.2f}'.format(n) }} "
        "{{ nom.replace('C', 'c') }} {{ nom | replace('C', '<') }} {{ '%s' | safe | format('<') }} {{ gras ~ nom }} "
        "{{ 'a' | center(3) }} {% for k, v in {'a': 1}.items() recursive %}{{ k }}{{ loop.length }}{% endfor %}",
        {"n": 2_000_000, "nom": "Cergy", "gras": Markup("<b/>")},
    )
    assert page == "2000000 2000000 3.2% 2,000,000.00 cergy &lt;ergy &lt; <b/>Cergy  a  a1"


def test_une_page_sans_fin_est_arretee(html):
    sans_fin = "{% for i in range(90000) %}{% for j in range(90000) %}{{ 'x' * 9000 }}{% endfor %}{% endfor %}"
    assert probleme(html, sans_fin) == "fiche.html : la page dépasse 50 Mo : une boucle ne finit pas"


@pytest.mark.parametrize("nom", ["../secret.txt", "/etc/passwd", "sous/../../secret.txt", "observatoire/../secret.txt"])
@pytest.mark.parametrize("balise", ["include", "import", "extends"])
def test_un_fichier_hors_du_dossier_n_existe_pas(html, nom, balise):
    suite = " as x" if balise == "import" else ""
    trouve = probleme(html, f'{{% {balise} "{nom}"{suite} %}}')
    assert trouve == f"fiche.html, ligne 1 : le fichier « {nom} » n'est pas dans le dossier du modèle"


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("{{ nm }}", "fiche.html, ligne 1 : « nm » n'existe pas"),
        ("\n{{ espion.chemain }}", "fiche.html, ligne 2 : « chemain » n'existe pas : vouliez-vous « chemin » ?"),
        ("{{ d.nomm }}", "fiche.html, ligne 1 : « nomm » n'existe pas : vouliez-vous « nom » ?"),
        ("{{ nom | majuscule }}", "fiche.html, ligne 1 : le filtre « majuscule » n'existe pas"),
        ("{% si x %}", "fiche.html, ligne 1 : la balise « si » n'existe pas, ou n'est pas à sa place"),
        ("{% for x in d %}", "fiche.html, ligne 1 : une balise « for » n'est pas fermée"),
        ("{{ nom }", "fiche.html, ligne 1 : « } » n'est pas à sa place"),
        ("{{ 1 / 0 }}", "fiche.html, ligne 1 : division par zéro"),
        ('\n\n{% include "pied.html" %}', "pied.html, ligne 2 : « rien » n'existe pas"),
    ],
)
def test_une_faute_est_dite_en_francais_avec_sa_ligne(html, texte, attendu):
    contexte = {"nom": "Cergy", "d": {"nom": 1}, "espion": Espion(Path())}
    assert probleme(html, texte, contexte, **{"pied.html": "\n{{ rien }}"}) == attendu


# --- Typst : ce qu'un modèle peut faire ------------------------------------------------------------------------------


def test_un_modele_typst_recoit_les_donnees_et_ses_fichiers(pdf):
    octets = pdf(
        TETE + '#import "mise/../style.typ": gras as fort\n#fort[Bonjour]\n#include "pied.typ"\n\n#read("note.txt")',
        **{"style.typ": "#let gras(x) = strong(x)", "pied.typ": "Pied", "note.txt": "Note"},
    )
    assert texte_de(octets).split() == ["Cergy", "Bonjour", "Pied", "Note"]


def test_le_pdf_est_balise_date_et_toujours_le_meme(dossier, pdf):
    octets = pdf(TETE)
    lu = PdfReader(io.BytesIO(octets))
    assert lu.trailer["/Root"]["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert b"pdfuaid" in lu.trailer["/Root"]["/Metadata"].get_object().get_data()
    assert lu.metadata is not None
    assert lu.metadata.creation_date == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert ouvrir_modele(dossier).composer_pdf({"nom": "Cergy"}, DATE) == octets


def test_les_donnees_ne_sont_pas_du_code(dossier):
    (dossier / "fiche.typ").write_text(TETE)
    octets = ouvrir_modele(dossier).composer_pdf({"nom": '#read("secret.txt") *x*'}, DATE)
    assert '#read("secret.txt") *x*' in texte_de(octets)


def test_les_polices_du_dossier_et_de_la_charte_servent(dossier, pdf, tmp_path):
    octets = (files("font_source_sans_pro") / "files" / "SourceSansPro-Bold.ttf").read_bytes()
    for codage in ("utf-16-be", "ascii"):
        octets = octets.replace("Source Sans Pro".encode(codage), "Maison d Ouest1".encode(codage))
    source = TETE + '#set text(font: "Maison d Ouest1")\nx'
    with pytest.warns(UserWarning, match="la police « maison d ouest1 » n'est pas là"):
        pdf(source)
    charte = tmp_path / "charte"
    charte.mkdir()
    (charte / "maison.ttf").write_bytes(octets)
    # Un avertissement serait ici une erreur : la police est bien celle qu'on demande.
    avec_la_charte = ouvrir_modele(dossier).composer_pdf({"nom": "Cergy"}, DATE, charte)
    charte.rename(dossier / "polices")
    assert pdf(source) == avec_la_charte


# --- Typst : ce qu'il ne peut pas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "attendu"),
    [
        ('#read("../secret.txt")', "fiche.typ, ligne 5 : un chemin sort du dossier du modèle"),
        ('#read("/etc/passwd")', "fiche.typ, ligne 5 : le fichier « passwd » n'est pas dans le dossier du modèle"),
        ('#include "../dehors.typ"', "fiche.typ, ligne 5 : un chemin sort du dossier du modèle"),
        ('#image("x.svg", alt: "x")', "fiche.typ, ligne 5 : le fichier « x.svg » n'est pas dans le dossier du modèle"),
        ("#nm", "fiche.typ, ligne 5 : « nm » n'existe pas"),
        ("#d.nomm", "fiche.typ, ligne 5 : les données n'ont pas de « nomm »"),
        ("#let n = 1\n#while n > 0 { n += 1 }", "fiche.typ, ligne 6 : une boucle ou un appel ne finit pas"),
        ("#let f(n) = f(n + 1)\n#f(0)", "fiche.typ, ligne 5 : une boucle ou un appel ne finit pas"),
        ("=== Trop bas", "fiche.typ, ligne 5 : un titre passe du niveau 1 au niveau 3 : n'en sautez aucun"),
        ("== ", "fiche.typ, ligne 5 : un titre est vide"),
    ],
)
def test_typst_refuse_et_le_message_dit_ou(pdf, source, attendu):
    assert probleme(pdf, TETE + source) == attendu


def test_une_erreur_dans_un_fichier_importe_est_situee_chez_lui(pdf):
    trouve = probleme(pdf, TETE + '#include "pied.typ"', **{"pied.typ": "\n\n#rien"})
    assert trouve == "pied.typ, ligne 3 : « rien » n'existe pas"


def test_un_document_sans_titre_n_est_pas_accessible(pdf):
    assert probleme(pdf, "= x").startswith("fiche.typ : le document n'a pas de titre : écrivez #set document(title:")


def test_une_image_sans_alternative_n_est_pas_accessible(pdf):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    trouve = probleme(pdf, TETE + '#image("x.svg")', **{"x.svg": svg})
    assert trouve.startswith("fiche.typ, ligne 5 : une image ou une équation n'a pas de texte de remplacement")
    assert pdf(TETE + '#image("x.svg", alt: "x")', **{"x.svg": svg}).startswith(b"%PDF-")


def test_un_caractere_sans_police_est_nomme(pdf):
    assert "aucune police n'a le caractère « 中 »" in probleme(pdf, TETE + "中")


@pytest.mark.parametrize(
    ("lien", "attendu"),
    [
        ("/etc/passwd", "un chemin sort du dossier du modèle"),
        ("../secret.png", "un chemin sort du dossier du modèle"),
        ("https://exemple.org/x.png", "un dessin appelle le réseau : copiez dans le dossier ce qu'il y cherche"),
    ],
)
def test_un_dessin_ne_lit_rien_hors_du_dossier(pdf, lien, attendu):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{lien}"/></svg>'
    assert probleme(pdf, TETE + '#image("x.svg", alt: "x")', **{"x.svg": svg}) == f"x.svg, ligne 1 : {attendu}"


PAQUET = '"@preview/cetz:0.3.1"'


@pytest.mark.parametrize(
    "source",
    [
        f"#import {PAQUET}",
        f"#import {PAQUET}: *",
        f"#import\n  {PAQUET}",
        f"#include {PAQUET}",
        '#import "@local/moi:1.0.0"',
        '#import "\\u{40}preview/cetz:0.3.1"',
        '#import "@preview" + "/cetz:0.3.1"',
        '#import "" + "@preview/cetz:0.3.1"',
        "#import chemin",
        '#import ("@preview/cetz:0.3.1")',
        "#import `@preview/cetz:0.3.1`.text",
        f"#import/* x */{PAQUET}",
        f"#(include {PAQUET})",
        f"#{{ return import {PAQUET} }}",
        f"#context include {PAQUET}",
        f"#{{ let a = not include {PAQUET} }}",
        f"#{{ -include {PAQUET} }}",
        f"#{{ 1em-include {PAQUET} }}",
        f"#{{ /* mot */import {PAQUET} }}",
        f"#{{ // mot\nimport {PAQUET} }}",
        f"#{{ x\u2028import {PAQUET} }}",
        f"#import include {PAQUET}",
        f"L'import de données : #import {PAQUET}",
        '#import "a.typ".replace("a.typ", "@preview/cetz:0.3.1")',
        '#import "a.typ"\n  .replace("a.typ", "@preview/cetz:0.3.1")',
        '#import "a.typ" // x\n  .replace("a.typ", "@preview/cetz:0.3.1")',
        '#import "a.typ"/* x */.replace("a.typ", "@preview/cetz:0.3.1")',
        '#(include "a.typ"\n * 0 + "@preview/cetz:0.3.1")',
        '#(include "a.typ"\n + "/../b.txt")',
        '#import "code.txt": *',
        '#eval("import " + p)',
        "#let e = eval",
        '#dictionary(std).at("ev" + "al")("1")',
        '#plugin("a.wasm")',
    ],
)
def test_une_importation_du_reseau_ou_calculee_est_refusee_avant_typst(source):
    assert [p.partition(" : ")[0] for p in problemes_typst("a.typ", f"\n{source}".encode())]


@pytest.mark.parametrize(
    "source",
    [
        '#import "a.typ"',
        '#import "a.typ": *\n= Titre',
        '#import "a.typ" as a\n',
        '#import "sous/a.typ": b, c // @preview\n',
        '#import "a.typ"\n// un commentaire\n#a.b',
        '#{ import "a.typ"; a.b }',
        '#box(include "a.typ")',
        '#include "a.typ"\n- une liste',
        "L'import de données, un import, ces imports, Import.",
        "#let evaluer = 1\n#let importer = 2\n#evaluer standard plugins",
        "adresse@exemple.org et @reference",
    ],
)
def test_un_code_honnete_est_accepte(source):
    assert [*problemes_typst("a.typ", source.encode())] == []


def test_les_gabarits_de_la_bibliotheque_sont_de_bons_points_de_depart():
    gabarits = [g for g in files("observatoire.gabarits").iterdir() if g.name.endswith(".typ")]
    assert gabarits
    assert [p for g in gabarits for p in problemes_typst(g.name, g.read_bytes())] == []


MOTS = ("import", "include", PAQUET, '"a.typ"', " ", "\n", "mot", "#", "{", "}", "(", ")", ":", ";", "//", "/*", "*/")
SIGNES = ("'", "-", "return", "context", '"', "[", "]", "=", "$", "`", "+", ".replace", ",")


@given(source=st.lists(st.sampled_from(MOTS + SIGNES), max_size=12).map("".join))
def test_aucun_assemblage_accepte_ne_va_sur_le_reseau(tmp_path_factory, source):
    """Ce que le contrôle accepte est donné à Typst : il ne doit jamais chercher de paquet."""
    if [*problemes_typst("fiche.typ", source.encode())]:
        return
    dossier = tmp_path_factory.mktemp("m")
    (dossier / "fiche.typ").write_text(source, encoding="utf-8")
    (dossier / "a.typ").write_text("")
    with suppress(ErreurSchema), pytest.MonkeyPatch.context() as pieces:
        pieces.setattr("observatoire.modele_utilisateur._problemes_de_composition", sans_paquet)
        ouvrir_modele(dossier).composer_pdf({}, DATE)


def sans_paquet(diagnostic, dossier):
    assert "package" not in diagnostic
    return ["refus de Typst"]
