"""Les notebooks s'exécutent tels qu'un analyste les reçoit, pour le territoire d'origine et pour un autre."""

from __future__ import annotations

import os
import re

import nbformat
import pytest
from conftest import RACINE
from nbclient import NotebookClient

NOTEBOOKS = sorted((RACINE / "notebooks").glob("*.ipynb"))
DEFAUT = "Gennevilliers"

pytestmark = [
    # Sous Windows, zmq dit qu'il ajoute un fil d'exécution à la boucle asyncio du système : rien à y faire.
    pytest.mark.filterwarnings("ignore:Proactor event loop does not implement add_reader:RuntimeWarning"),
]


def lire(chemin):
    return nbformat.read(chemin, as_version=4)


def cellules_de_code(notebook):
    return [cellule for cellule in notebook.cells if cellule.cell_type == "code"]


def parametres(notebook):
    return [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]


@pytest.fixture
def executer(tmp_path, monkeypatch):
    """Exécute un notebook dans un dossier vide, avec la bibliothèque de ce dépôt."""
    # Le noyau est un autre processus : il ne connaît ni le dossier ni les chemins de celui-ci.
    chemins = [str(RACINE), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(chemins))
    # Ses avertissements sont ceux que verrait une analyste, pas ceux des tests.
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))

    def executer(notebook):
        NotebookClient(
            notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
        return notebook

    return executer


def textes(notebook, genre):
    sorties = [sortie for cellule in cellules_de_code(notebook) for sortie in cellule.outputs]
    return [sortie.data[genre] for sortie in sorties if genre in sortie.get("data", {})]


def sans_faute(notebook):
    sorties = [sortie for cellule in cellules_de_code(notebook) for sortie in cellule.outputs]
    # Un avertissement s'écrit sur la sortie d'erreur : une analyste ne doit pas en voir.
    return [s for s in sorties if s.output_type == "error" or s.get("name") == "stderr"] == []


@pytest.mark.parametrize("chemin", NOTEBOOKS, ids=lambda chemin: chemin.stem)
class TestForme:
    def test_est_valide_et_porte_des_identifiants(self, chemin):
        notebook = lire(chemin)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert len({cellule.id for cellule in notebook.cells}) == len(notebook.cells)

    def test_est_court(self, chemin):
        assert 5 <= len(lire(chemin).cells) <= 9

    def test_na_pas_de_sortie_dans_le_depot(self, chemin):
        for cellule in cellules_de_code(lire(chemin)):
            assert cellule.outputs == []
            assert cellule.execution_count is None

    def test_ne_definit_aucune_fonction(self, chemin):
        for cellule in cellules_de_code(lire(chemin)):
            assert not re.search(r"\b(def|class|lambda)\b", cellule.source)

    def test_a_une_seule_cellule_de_parametres(self, chemin):
        (cellule,) = parametres(lire(chemin))
        assert cellule.source == f'territoire = "{DEFAUT}"'

    def test_demande_python_3(self, chemin):
        assert lire(chemin).metadata.kernelspec.name == "python3"


def test_les_quatre_notebooks_sont_la():
    assert [n.stem for n in NOTEBOOKS] == [
        "01-prise-en-main",
        "02-carte-d-un-territoire",
        "03-fiche-repere",
        "04-experiences-et-actions",
    ]


def test_experiences_et_actions(executer):
    notebook = executer(lire(NOTEBOOKS[3]))
    assert sans_faute(notebook)
    html = "\n".join(textes(notebook, "text/html"))
    assert "sur place" in html
    assert "Comment s'assurer de l'accès" in html or "Permettre aux habitant·es" in html
    (grille,) = textes(notebook, "image/svg+xml")
    assert "Boucle Nord de Seine" in grille


def test_prise_en_main(executer):
    notebook = executer(lire(NOTEBOOKS[0]))
    assert sans_faute(notebook)
    html = "\n".join(textes(notebook, "text/html"))
    assert DEFAUT in html
    assert "Luth-Fossé" in html
    assert "Mantes-la-Jolie" in html
    assert "Licence Ouverte 2.0" in html
    (codes,) = [texte for texte in textes(notebook, "text/plain") if "QN09201M" in texte]
    assert "92036" in codes
    assert "200058782" in codes


def test_carte(executer, tmp_path):
    notebook = executer(lire(NOTEBOOKS[1]))
    assert sans_faute(notebook)
    assert any("<iframe" in html and DEFAUT in html for html in textes(notebook, "text/html"))
    (svg,) = textes(notebook, "image/svg+xml")
    assert DEFAUT in svg
    assert (tmp_path / "sortie" / "carte-92036.html").read_text("utf-8").count("</html>") == 1
    assert (tmp_path / "sortie" / "carte-92036.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("territoire", [DEFAUT, "Saint-Ouen-l'Aumône"])
def test_fiche_de_lun_puis_de_lautre(executer, tmp_path, territoire):
    notebook = lire(NOTEBOOKS[2])
    parametres(notebook)[0].source = f'territoire = "{territoire}"'
    executer(notebook)
    assert sans_faute(notebook)
    page = (tmp_path / "sortie" / "fiche.html").read_text("utf-8")
    assert territoire in page.replace("&#39;", "'")
    assert (territoire == DEFAUT) == (DEFAUT in page)
    assert (tmp_path / "sortie" / "fiche.pdf").read_bytes().startswith(b"%PDF")
