"""La documentation dit vrai : liens, commandes, exemples et tables y sont vérifiés."""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
from pathlib import Path

import pytest
from conftest import RACINE

import observatoire as obs
from observatoire import cli, erreurs, production
from observatoire.donnees import Paquet
from observatoire.schemas import SCHEMAS
from observatoire.typographie import nombre

PAGES = [RACINE / nom for nom in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "geodata/LICENCE-DONNEES.md")]
PAGES += sorted((RACINE / "docs").glob("*.md"))
TEXTES = {page.relative_to(RACINE).as_posix(): page.read_text("utf-8") for page in PAGES}
TYPES = {
    "string": "texte",
    "integer": "entier",
    "number": "nombre",
    "list": "liste",
    "boolean": "oui ou non",
    "geometry": "contour",
}
TABLES = list(Paquet.ouvrir().ressources)
INSTALLER_ET_PRODUIRE = "python -m pip install . && python -m observatoire produire sortie"
INSTALLER_ET_TESTER = 'python -m pip install -e ".[tests]" && python -m pytest'

avec_chaque_page = pytest.mark.parametrize("page", TEXTES)


def blocs(page, *langages):
    """Le contenu des blocs de code d'une page, écrits dans l'un de ces langages."""
    trouves = re.findall(r"^```(\w+)\n(.*?)^```$", TEXTES[page], re.MULTILINE | re.DOTALL)
    return [contenu for langage, contenu in trouves if langage in langages]


def commandes(page):
    """Les commandes ``observatoire`` d'une page : dans ses blocs, et en ligne dans le texte."""
    lignes = [ligne for bloc in blocs(page, "bash") for ligne in bloc.splitlines()]
    hors_blocs = re.sub(r"^```.*?^```$", "", TEXTES[page], flags=re.MULTILINE | re.DOTALL)
    lignes += re.findall(r"`([^`\n]+)`", hors_blocs)
    parties = [partie.strip() for ligne in lignes for partie in ligne.split("&&")]
    appels = [re.match(r"(?:python -m )?observatoire (.+)", partie) for partie in parties]
    return [appel[1] for appel in appels if appel]


# --- liens et images ---


@avec_chaque_page
def test_les_liens_relatifs_menent_quelque_part(page):
    liens = re.findall(r"\]\(([^)\s]+)\)", TEXTES[page])
    locaux = [lien for lien in liens if not re.match(r"https?://|mailto:", lien)]
    dossier = (RACINE / page).parent
    assert [lien for lien in locaux if not (dossier / lien.split("#")[0]).exists()] == []


def test_les_images_sont_legeres_montrees_et_decrites():
    images = sorted((RACINE / "docs" / "images").iterdir())
    assert images
    assert [image.name for image in images if image.stat().st_size >= 150_000] == []
    montrees = dict(re.findall(r"!\[([^\]]*)\]\(docs/images/([^)]+)\)", TEXTES["README.md"]))
    assert sorted(montrees.values()) == [image.name for image in images]
    assert all(len(alternatif) > 30 for alternatif in montrees)


def test_toutes_les_pages_se_trouvent_depuis_le_readme_ou_lindex():
    liens = re.findall(r"\]\(([^)\s#]+)", TEXTES["README.md"] + TEXTES["docs/index.md"])
    noms = {Path(lien).name for lien in liens}
    assert {page.name for page in PAGES} - noms == {"README.md", "index.md"}


# --- commandes ---


@avec_chaque_page
def test_les_commandes_montrees_existent(page, capsys):
    for commande in commandes(page):
        code = 0
        try:
            cli._analyseur().parse_args(shlex.split(commande, comments=True))
        except SystemExit as sortie:
            # --version et --aide affichent puis sortent ; une commande mal formée sort avec le code 2.
            code = sortie.code
        assert code == 0, f"{page} : observatoire {commande}\n{capsys.readouterr().err}"


def test_les_commandes_du_guide_sont_bien_reconnues():
    assert len(commandes("docs/guide.md")) > 10
    assert {commande.split()[0] for commande in commandes("README.md")} >= {"produire", "carte", "fiche"}


def test_deux_commandes_installent_tout():
    seules = [bloc.strip() for bloc in blocs("README.md", "bash")]
    assert INSTALLER_ET_PRODUIRE in seules
    assert INSTALLER_ET_TESTER in seules


def test_lintegration_continue_lance_la_seconde():
    script = RACINE / ".ci" / "run"
    if not script.is_file():
        pytest.skip("le dossier .ci n'accompagne pas cette copie du projet")
    assert re.search(rf"^{re.escape(INSTALLER_ET_TESTER)}( |$)", script.read_text("utf-8"), re.MULTILINE)


# --- exemples ---


@pytest.fixture
def production_courte(monkeypatch):
    """Réduit la production à deux territoires : ici, on vérifie que l'exemple marche, pas qu'il produit tout."""
    tous = production.territoires_concernes
    monkeypatch.setattr(production, "territoires_concernes", lambda base: tous(base)[-2:])


@pytest.mark.parametrize("page", [page for page in TEXTES if blocs(page, "python") and page != "README.md"])
def test_les_exemples_en_python_sexecutent(page, tmp_path, monkeypatch, production_courte):
    monkeypatch.chdir(tmp_path)
    # Le guide lit un fichier tel que l'Insee le publie, et un recueil.
    shutil.copy(RACINE / "tests" / "fixtures" / "lecture" / "pop_QPV24.csv", tmp_path)
    shutil.copy(RACINE / "tests" / "fixtures" / "documents" / "recueil-2025.md", tmp_path)
    espace = {}
    for bloc in blocs(page, "python"):
        exec(compile(bloc, page, "exec"), espace)


def test_lexemple_du_readme_ecrit_une_carte_et_une_fiche(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (exemple,) = blocs("README.md", "python")
    exec(compile(exemple, "README.md", "exec"), {})
    assert {fichier.name for fichier in (tmp_path / "sortie").iterdir()} == {"carte.html", "fiche.pdf"}


# --- données, modules, erreurs ---


@pytest.mark.parametrize("nom", TABLES)
def test_chaque_table_est_decrite_colonne_par_colonne(nom):
    titre = rf"^### `{nom}`.*?(?=^#|\Z)"
    section = re.search(titre, TEXTES["docs/donnees.md"], re.MULTILINE | re.DOTALL)
    assert section, f"docs/donnees.md n'a pas de section « ### `{nom}` »"
    attendues = [f"| `{c.nom}` | {TYPES[c.type]} | {c.sens} |" for c in SCHEMAS[nom].champs]
    assert re.findall(r"^\| `.*\|$", section[0], re.MULTILINE) == attendues
    assert f"{nombre(len(Paquet.ouvrir().lire(nom)))} lignes" in section[0]
    assert f"`{Paquet.ouvrir().ressources[nom]['path']}`" in section[0]


def test_aucune_autre_table_nest_decrite():
    decrites = re.findall(r"^### `(\w+)`", TEXTES["docs/donnees.md"], re.MULTILINE)
    assert decrites == TABLES


def test_larchitecture_dit_a_quoi_sert_chaque_module():
    modules = {m.stem for m in (RACINE / "observatoire").glob("*.py")}
    cites = set(re.findall(r"`(\w+)\.py`", TEXTES["docs/architecture.md"]))
    assert modules - cites == set()
    assert cites - modules == set()


def test_le_depannage_explique_chaque_erreur_levee():
    levables = {nom for nom, objet in vars(erreurs).items() if inspect.isclass(objet) and issubclass(objet, Exception)}
    code = "\n".join(m.read_text("utf-8") for m in (RACINE / "observatoire").glob("*.py") if m.stem != "erreurs")
    levees = {nom for nom in levables if f"{nom}(" in code}
    expliquees = set(re.findall(r"^\*\*`(\w+)`\*\*", TEXTES["docs/depannage.md"], re.MULTILINE))
    assert levees <= expliquees
    assert expliquees <= levables


def test_le_journal_commence_par_la_version_presente():
    versions = re.findall(r"^## \[([\d.]+)\] - \d{4}-\d{2}-\d{2}$", TEXTES["CHANGELOG.md"], re.MULTILINE)
    assert versions[0] == obs.__version__
