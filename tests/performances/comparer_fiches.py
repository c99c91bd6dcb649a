"""Nos fiches face au notebook paramétré qu'on exécute pour chaque territoire : temps par fiche, en rapport.

Le notebook est celui qu'un analyste écrirait avec pandas, geopandas et matplotlib : mêmes chiffres clés, même tableau
de quartiers, mêmes tableaux par thème, mêmes graphiques, même carte ; papermill l'exécute, nbconvert en fait une page.

Hors de la suite ordinaire (avec l'extra ``performances``) :
``python -m pytest tests/performances/comparer_fiches.py -n 0 -s``.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
from pathlib import Path

import nbformat
import pytest

from observatoire.donnees import dossier_embarque
from observatoire.fiche import rediger

papermill = pytest.importorskip("papermill", reason="pip install observatoire[performances]")
pytest.importorskip("matplotlib", reason="pip install observatoire[performances]")
from nbconvert import HTMLExporter

JOUR = dt.date(2026, 3, 1)
COMMUNES = ("92036", "95018", "78361", "92050")

CELLULES = (
    """
import geopandas as gpd
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

communes = gpd.read_parquet(f"{dossier}/communes.parquet").set_index("code")
qpv = gpd.read_parquet(f"{dossier}/qpv_2024.parquet").set_index("code")
indicateurs = pd.read_parquet(f"{dossier}/indicateurs.parquet")
catalogue = pd.read_csv(f"{dossier}/catalogue.csv").set_index("indicateur")
commune = communes.loc[code]
siens = qpv[[code in codes for codes in qpv.codes_communes]].sort_values("population", ascending=False)
derniers = indicateurs.sort_values("millesime").groupby(["niveau", "code", "indicateur"]).tail(1)
""",
    """
display(Markdown(f"# {commune.nom} ({code})"))
habitants = siens.population.sum()
display(Markdown(
    f"{commune.population:,.0f} habitants, {len(siens)} QPV, {habitants:,.0f} habitants en QPV, "
    f"{100 * habitants / commune.population_2020:.1f} %"
))
""",
    """
pauvrete = derniers[derniers.indicateur == "taux_pauvrete"].set_index("code").valeur
tableau = siens[["nom", "noms_communes", "population", "statut"]].assign(pauvrete=pauvrete)
display(tableau)
""",
    """
voisines = communes[communes.code_departement == commune.code_departement]
ax = voisines.plot(color="#f6f3ec", edgecolor="#999", figsize=(8, 5))
gpd.GeoSeries([commune.geometry]).plot(ax=ax, color="none", edgecolor="black", linewidth=2)
siens.plot(ax=ax, column="statut", legend=True)
ouest, sud, est, nord = commune.geometry.bounds
ax.set_xlim(ouest - 0.02, est + 0.02)
ax.set_ylim(sud - 0.02, nord + 0.02)
ax.set_axis_off()
plt.show()
""",
    """
codes = [code, *siens.index, commune.code_departement, "11", "metropole"]
for theme, noms in catalogue.groupby("theme").groups.items():
    lignes = derniers[derniers.indicateur.isin(noms) & derniers.code.isin(codes)]
    if lignes.empty:
        continue
    display(Markdown(f"## {theme}"))
    display(lignes.pivot_table(index="indicateur", columns="code", values="valeur"))
    premier = lignes.groupby("indicateur").size().idxmax()
    lignes[lignes.indicateur == premier].set_index("code").valeur.plot.barh(figsize=(4, 2), title=premier)
    plt.show()
""",
)


def notebook(chemin: Path) -> Path:
    carnet = nbformat.v4.new_notebook()
    parametres = nbformat.v4.new_code_cell('code = ""\ndossier = ""', metadata={"tags": ["parameters"]})
    carnet.cells = [parametres, *(nbformat.v4.new_code_cell(cellule.strip()) for cellule in CELLULES)]
    carnet.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(carnet, chemin)
    return chemin


def par_papermill(modele: Path, code: str, dossier: Path) -> str:
    sortie = dossier / f"{code}.ipynb"
    parametres = {"code": code, "dossier": str(dossier_embarque())}
    papermill.execute_notebook(str(modele), str(sortie), parametres, progress_bar=False, log_output=False)
    page, _ = HTMLExporter(exclude_input=True).from_filename(str(sortie))
    (dossier / f"{code}.html").write_text(page, "utf-8")
    return page


def par_nous(o, code: str, dossier: Path) -> str:
    fiche = rediger(o.territoire(code), JOUR)
    return fiche.enregistrer(dossier / f"nous-{code}.html").read_text("utf-8")


@pytest.mark.filterwarnings("ignore")
def test_une_fiche_face_a_un_notebook_parametre(o, tmp_path):
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    modele = notebook(tmp_path / "modele.ipynb")
    par_nous(o, COMMUNES[0], tmp_path)  # tables lues, comme le reste du lot
    durees: dict[str, list[float]] = {"nous": [], "papermill": []}
    for code in COMMUNES:
        for nom, faire in (
            ("papermill", lambda c: par_papermill(modele, c, tmp_path)),
            ("nous", lambda c: par_nous(o, c, tmp_path)),
        ):
            debut = time.perf_counter()
            page = faire(code)
            durees[nom].append(time.perf_counter() - debut)
            assert o.communes.nom[code] in page
    mediane = {nom: statistics.median(temps) for nom, temps in durees.items()}
    rapport = mediane["papermill"] / mediane["nous"]
    print(
        f"\nUne fiche de commune en HTML : nous {mediane['nous'] * 1e3:.0f} ms, papermill et nbconvert "
        f"{mediane['papermill'] * 1e3:.0f} ms, soit {rapport:.0f} fois plus"
    )
    assert rapport > 30
