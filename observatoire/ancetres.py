"""Les QPV de 2015 par-dessus ceux de 2024 : ce qui est entré, sorti, modifié.

Les contours de 2015 ne sont pas embarqués : l'analyste les lit du fichier de l'ANCT (``obs.lire_source``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from observatoire.carte import Carte, Couche, Entite
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire
from observatoire.typographie import accorder, enumerer, soigner

_EXEMPLE = 'obs.lire_source("QP_METROPOLE_LB93.shp", source="anct-qpv-2015")'
_SOURCE = "ANCT, géographie prioritaire 2015"


def superposer(carte: Carte, t: Territoire, contours: gpd.GeoDataFrame) -> Carte:
    """La même carte, avec les contours de 2015 des quartiers du territoire et ce qu'ils sont devenus.

    Parameters
    ----------
    carte : Carte
        La carte du territoire.
    t : Territoire
        Le territoire.
    contours : geopandas.GeoDataFrame
        Contours des QPV de 2015, indexés par ``code``, tels que les rend ``obs.lire_source``.

    Raises
    ------
    ErreurType, ErreurArgument
        Ce n'est pas une table de contours, ou aucun quartier de 2015 du territoire n'y est.
    """
    exiger(contours, gpd.GeoDataFrame, "Les contours de 2015 sont une table géographique", _EXEMPLE)
    anciens = _anciens(t)
    connus = contours[contours.index.isin(anciens.index)].to_crs(4326)
    if anciens.empty:
        return replace(carte, notes=(*carte.notes, "Aucun quartier prioritaire de 2015 dans ce territoire."))
    if connus.empty:
        raise ErreurArgument(
            f"Aucun des {len(anciens)} QPV de 2015 de {t.nom} n'est dans la table de contours (index : "
            f"{', '.join(map(str, contours.index[:3]))}...). Que faire : lisez-la par {_EXEMPLE}."
        )
    sans_contour = len(anciens) - len(connus)
    manque = accorder(sans_contour, "QPV de 2015 est sans contour", "QPV de 2015 sont sans contour")
    return replace(
        carte,
        couches=(*carte.couches, *_couches(t, anciens, connus)),
        notes=(*carte.notes, soigner(f"{manque} dans la table donnée.")) if sans_contour else carte.notes,
        sources=soigner(f"{_SOURCE} ; {carte.sources}"),
        texte_alternatif=soigner(f"{carte.texte_alternatif} {_compter(anciens)}"),
    )


def _anciens(t: Territoire) -> pd.DataFrame:
    """Les quartiers de 2015 du territoire : ceux de ses communes, ou les ancêtres d'un QPV."""
    tous = t.base.qpv_2015
    if t.niveau == "qpv":
        return tous[tous.index.isin(list(t.qpv.codes_2015.iloc[0]))]
    communes = set(t.communes.index)
    return tous[[not communes.isdisjoint(codes) for codes in tous.codes_communes]]


def _couches(t: Territoire, anciens: pd.DataFrame, connus: gpd.GeoDataFrame) -> Iterator[Couche]:
    sortis = set(anciens.index[anciens.codes_2024.map(len).eq(0)])
    entites = [
        Entite(str(code), str(anciens.nom[code]), contour, tuple(_infos(t, anciens, str(code))))
        for code, contour in connus.geometry.items()
    ]
    for style, dehors in (("qpv2015", False), ("sorti", True)):
        siennes = tuple(e for e in entites if (e.code in sortis) is dehors)
        if siennes:
            yield Couche(style, siennes)


def _infos(t: Territoire, anciens: pd.DataFrame, code: str) -> Iterator[tuple[str, str]]:
    qpv, suites = t.base.repertoire.qpv, list(anciens.codes_2024[code])
    yield "Quartier de 2015", f"{anciens.nom[code]} ({code})"
    yield "Communes" if len(anciens.codes_communes[code]) > 1 else "Commune", anciens.noms_communes[code]
    noms = [f"{qpv.nom_affiche[suite]} ({suite}), {LIBELLES_STATUTS[qpv.statut[suite]]}" for suite in suites]
    yield "En 2024", enumerer(noms) if noms else "sorti de la géographie prioritaire"


def _compter(anciens: pd.DataFrame) -> str:
    sortis = int(anciens.codes_2024.map(len).eq(0).sum())
    return (
        f"En pointillé, {accorder(len(anciens), 'quartier', 'quartiers')} de 2015, dont "
        f"{accorder(sortis, 'sorti', 'sortis')} en 2024."
    )
