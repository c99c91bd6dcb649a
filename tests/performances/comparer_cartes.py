"""Nos cartes face à celles que l'analyste ferait sans nous : temps et octets, en rapports d'une même exécution.

Hors de la suite ordinaire (avec l'extra ``performances``) :
``python -m pytest tests/performances/comparer_cartes.py -n 0 -s``.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import time
from collections.abc import Callable

import folium
import geopandas as gpd
import pytest
import shapely

from observatoire import carte_interactive, carte_statique
from observatoire.carte import LAMBERT, Carte, Couche, Entite, decrire

pytest.importorskip("mapclassify")
matplotlib = pytest.importorskip("matplotlib", reason="pip install observatoire[performances]")

JOUR = dt.date(2026, 3, 1)
REPETITIONS = 7


def chronometrer(*faire: Callable[[], str]) -> list[tuple[float, int]]:
    """Durée médiane (s) et octets de chacun, tour à tour : une machine occupée l'est pour tous."""
    durees: list[list[float]] = [[] for _ in faire]
    poids = [len(f().encode()) for f in faire]  # un premier tour pour rien : imports et caches
    for _ in range(REPETITIONS):
        for rang, f in enumerate(faire):
            debut = time.perf_counter()
            f()
            durees[rang].append(time.perf_counter() - debut)
    return [(statistics.median(d), p) for d, p in zip(durees, poids, strict=True)]


def rapporter(titre: str, **mesures: tuple[float, int]) -> None:
    (temps, octets), *_ = mesures.values()
    print(f"\n{titre}")
    for nom, (duree, poids) in mesures.items():
        print(f"  {nom:<22} {duree * 1e3:8.1f} ms ×{duree / temps:5.1f}   {poids / 1e3:8.1f} ko ×{poids / octets:5.1f}")


def bibliotheque() -> int:
    """Octets d'une page vide : Leaflet et notre script, que nos pages portent ; folium demande les siens au réseau."""
    vide = Carte("", "", (), (), (0, 0, 1, 1), (), "", JOUR, "")
    return len(carte_interactive.dessiner(vide).html.encode())


@pytest.fixture(scope="module")
def tables(o):
    """Communes et QPV du périmètre, en tables simples."""
    colonnes = ["nom", "population", "geometry"]
    qpv = o.qpv[["nom", "noms_communes", "population", "statut", "geometry"]]
    return o.territoire("ouest francilien").communes[colonnes], qpv


@pytest.fixture(scope="module")
def nationale(shared):
    table = gpd.read_file(shared / "sources" / "anct" / "qpv2024_national_simplifie.geojson")
    return table[["code_qp", "lib_qp", "lib_com", "geometry"]]


def couche(
    table: gpd.GeoDataFrame, style: str, titre: str, nom: str, autres: dict[str, str], code: str | None = None
) -> Couche:
    """Une couche telle que les tables la donnent : les mêmes attributs que les info-bulles de geopandas."""
    codes = table.index if code is None else table[code]
    valeurs = zip(*(table[colonne].astype(str) for colonne in autres), strict=True)
    quadruplets = zip(codes, table[nom], valeurs, table.geometry, strict=True)
    return Couche(
        style,
        tuple(
            Entite(str(c), n, contour, ((titre, f"{n} ({c})"), *zip(autres.values(), ligne, strict=True)))
            for c, n, ligne, contour in quadruplets
        ),
    )


def carte(*couches: Couche) -> Carte:
    emprise = gpd.GeoSeries([e.geometrie for c in couches for e in c.entites]).total_bounds
    situation = Couche("pays", (Entite("cadre", "Cadre", shapely.box(*emprise)),))
    return Carte("Essai", "Essai", couches, (situation,), tuple(map(float, emprise)), (), "essai", JOUR, "Essai")


def nue(table: gpd.GeoDataFrame, style: str) -> Couche:
    """Une couche sans info-bulles : une carte imprimée n'en a pas, ni celle de geopandas."""
    return Couche(style, tuple(Entite("", "", contour) for contour in table.geometry.to_numpy()))


def du_perimetre(communes: gpd.GeoDataFrame, qpv: gpd.GeoDataFrame) -> Carte:
    siens = {"noms_communes": "Communes", "population": "Population", "statut": "Statut"}
    statuts = [couche(table, str(statut), "QPV", "nom", siens) for statut, table in qpv.groupby("statut")]
    return carte(couche(communes, "communes", "Commune", "nom", {"population": "Population"}), *statuts)


def nationale_en_carte(table: gpd.GeoDataFrame) -> Carte:
    return carte(couche(table, "modifie", "QPV", "lib_qp", {"lib_com": "Commune"}, "code_qp"))


def par_folium(*tables: gpd.GeoDataFrame) -> str:
    page = folium.Map()
    for table in tables:
        champs = [c for c in table.columns if c != "geometry"]
        folium.GeoJson(table, tooltip=folium.GeoJsonTooltip(champs)).add_to(page)
    return page.get_root().render()


def par_explore(*tables: gpd.GeoDataFrame) -> str:
    page = tables[0].explore()
    for table in tables[1:]:
        table.explore(m=page)
    return page.get_root().render()


def test_interactive_perimetre(tables):
    communes, qpv = tables
    nous, explore, simple = chronometrer(
        lambda: carte_interactive.dessiner(du_perimetre(communes, qpv)).html,
        lambda: par_explore(communes, qpv),
        lambda: par_folium(communes, qpv),
    )
    contenu = nous[1] - bibliotheque()
    rapporter("Périmètre, 83 QPV et 478 communes", nous=nous, explore=explore, folium=simple)
    print(f"  contenu seul : {contenu / 1e3:.1f} ko, soit {explore[1] / contenu:.1f} fois moins qu'explore")
    assert explore[0] > 2 * nous[0]
    assert explore[1] > 10 * contenu
    assert explore[1] > 5 * nous[1]


def test_interactive_nationale(nationale):
    assert len(nationale) == 1609
    nous, explore, simple = chronometrer(
        lambda: carte_interactive.dessiner(nationale_en_carte(nationale)).html,
        lambda: par_explore(nationale),
        lambda: par_folium(nationale),
    )
    contenu = nous[1] - bibliotheque()
    rapporter("France, 1 609 QPV", nous=nous, explore=explore, folium=simple)
    print(f"  contenu seul : {contenu / 1e3:.1f} ko, soit {explore[1] / contenu:.1f} fois moins qu'explore")
    assert explore[0] > 2 * nous[0]
    assert explore[1] > 7 * contenu
    assert explore[1] > 5 * nous[1]


def par_matplotlib(*tables: gpd.GeoDataFrame) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 7))
    axes = figure.subplots()
    for rang, table in enumerate(tables):
        table.to_crs(LAMBERT).plot(ax=axes, color=["#fbf9f4", "#0072b2"][rang], edgecolor="#8d8a83", linewidth=0.6)
    sortie = io.StringIO()
    figure.savefig(sortie, format="svg")
    return sortie.getvalue()


def test_statique_perimetre(o, tables):
    complete = decrire(o.territoire("ouest francilien"), JOUR)
    communes, qpv = tables
    simple, entiere, plot = chronometrer(
        lambda: carte_statique.dessiner(carte(nue(communes, "communes"), nue(qpv, "modifie"))).svg,
        lambda: carte_statique.dessiner(complete).svg,
        lambda: par_matplotlib(communes, qpv),
    )
    rapporter("Périmètre, SVG", nous_memes_couches=simple, plot=plot, nous_carte_complete=entiere)
    assert plot[0] > 5 * simple[0]
    assert plot[1] > 4 * simple[1]


def test_statique_nationale(nationale):
    nous, plot = chronometrer(
        lambda: carte_statique.dessiner(carte(nue(nationale, "modifie"))).svg, lambda: par_matplotlib(nationale)
    )
    rapporter("France, 1 609 QPV, SVG", nous=nous, plot=plot)
    assert plot[0] > 5 * nous[0]
    assert plot[1] > 20 * nous[1]
