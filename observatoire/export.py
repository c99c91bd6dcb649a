"""Exporter les données pour un SIG ou la bureautique : GeoPackage, GeoParquet, classeur Excel."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from observatoire.classeur import en_classeur
from observatoire.couches import TABLES, Couche, composer, lisez_moi
from observatoire.ecriture import ecrire, extension, preparer_dossier
from observatoire.erreurs import ErreurArgument
from observatoire.geopackage import en_geopackage
from observatoire.territoire import Base, Territoire
from observatoire.typographie import enumerer

#: Extension du fichier, et ce qu'on en fait.
FORMATS = {".gpkg": "QGIS et les autres SIG", ".parquet": "GeoParquet, une table", ".xlsx": "Excel et LibreOffice"}
#: La table d'un GeoParquet, qui n'en porte qu'une, quand on ne la nomme pas.
TABLE_PAR_DEFAUT = "qpv"


def exporter(
    base: Base,
    chemin: str | os.PathLike[str],
    date: dt.date,
    territoire: Territoire | None = None,
    table: str | None = None,
) -> Path:
    """Écrit les données dans un fichier dont l'extension dit le format.

    Parameters
    ----------
    base : Base
        L'observatoire ouvert.
    chemin : path
        Fichier à écrire : ``.gpkg``, ``.parquet`` ou ``.xlsx``.
    date : datetime.date
        Date de production, inscrite dans le fichier.
    territoire : Territoire, optional
        Restreint à ce qui le compose et à ce qui l'englobe.
    table : str, optional
        Une seule table, parmi ``TABLES``.

    Returns
    -------
    pathlib.Path
        Le fichier écrit.

    Raises
    ------
    ErreurArgument
        Extension ou table inconnue.
    ErreurEcriture
        Dossier protégé, disque plein, fichier ouvert ailleurs ; l'ancien fichier reste intact.
    """
    forme = extension(chemin)
    if forme not in FORMATS:
        connues = enumerer([f"« {e} » ({usage})" for e, usage in FORMATS.items()])
        raise ErreurArgument(f"« {chemin} » : l'extension « {forme} » n'est pas connue. Que faire : prenez {connues}.")
    voulue = _lire_table(table, forme)
    preparer_dossier(Path(chemin).expanduser().parent)
    couches = composer(base, territoire, voulue)
    if forme == ".parquet":
        return ecrire(chemin, _en_parquet(couches[0]))
    notice = lisez_moi(base, couches, territoire, date)
    return ecrire(chemin, (en_geopackage if forme == ".gpkg" else en_classeur)(couches, notice, date))


def _lire_table(table: str | None, forme: str) -> str | None:
    if table is None:
        return TABLE_PAR_DEFAUT if forme == ".parquet" else None
    if table not in TABLES:
        raise ErreurArgument(f"« {table} » n'est pas une table. Que faire : prenez {enumerer(_cites(TABLES))}.")
    return table


def _cites(noms: Sequence[str]) -> list[str]:
    return [f"« {nom} »" for nom in noms]


def _en_parquet(couche: Couche) -> bytes:
    """Les contours font un GeoParquet, les autres tables un Parquet ordinaire ; les listes y restent des listes."""
    tampon = io.BytesIO()
    table: pd.DataFrame = couche.large()
    table.to_parquet(tampon, index=table.index.name is not None)
    return tampon.getvalue()
