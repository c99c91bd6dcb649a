"""Un GeoPackage : une couche par niveau de territoire et des tables sans contour, pour QGIS.

Les alias et descriptions des colonnes suivent l'extension « schema » du format : QGIS montre « Taux de pauvreté
(%, 2021) » au lieu de ``taux_pauvrete``. La date vient de l'appelant : les mêmes données donnent les mêmes octets.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyogrio

from observatoire.couches import LIBELLES, Couche, sans_listes
from observatoire.erreurs import ErreurEcriture

_COLONNES_DE_DATE = (("gpkg_contents", "last_change"), ("gpkg_metadata_reference", "timestamp"))
_SCHEMA = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
    max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
INSERT INTO gpkg_extensions VALUES
    ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
    ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema',
     'read-write');
"""
_INSCRIRE = "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)"


def en_geopackage(couches: Iterable[Couche], notice: pd.DataFrame, date: dt.date) -> bytes:
    """Les octets d'un GeoPackage.

    Parameters
    ----------
    couches : iterable of Couche
        Les tables à écrire, dans l'ordre.
    notice : pandas.DataFrame
        Le « lisez-moi » (``rubrique``, ``texte``), écrit dans une table ``lisez_moi``.
    date : datetime.date
        Date de production, inscrite dans le fichier.

    Raises
    ------
    ErreurEcriture
        Le dossier temporaire du système est plein ou protégé.
    """
    toutes = [*couches, Couche("lisez_moi", "Étendue, date, licence, signes : à lire d'abord", notice)]
    try:
        with tempfile.TemporaryDirectory() as dossier:
            fichier = Path(dossier, "export.gpkg")
            for couche in toutes:
                _ecrire_couche(fichier, couche)
            return _completer(fichier, toutes, date).read_bytes()
    except (OSError, sqlite3.OperationalError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as cause:
        raise ErreurEcriture(
            f"Impossible de préparer le GeoPackage dans « {tempfile.gettempdir()} » : {cause}. "
            "Que faire : libérez de la place sur ce disque, puis relancez."
        ) from cause


def _ecrire_couche(fichier: Path, couche: Couche) -> None:
    table = sans_listes(couche.large())
    # Un index sans nom ne désigne rien ; les autres (code, indicateur, table) sont des colonnes.
    table = table.reset_index(drop=table.index.name is None)
    geographique = "geometry" in table.columns
    pyogrio.write_dataframe(
        table,
        fichier,
        layer=couche.nom,
        driver="GPKG",
        geometry_type="MultiPolygon" if geographique else None,
        promote_to_multi=geographique or None,
        layer_options={"IDENTIFIER": couche.nom, "DESCRIPTION": couche.titre},
    )


def _completer(fichier: Path, couches: Iterable[Couche], date: dt.date) -> Path:
    net = fichier.with_name("net.gpkg")
    with contextlib.closing(sqlite3.connect(fichier)) as base:
        _decrire(base, couches, date)
        base.commit()
        # Recopiée, la base ne garde pas trace du nombre d'écritures, qui change d'une fois à l'autre.
        base.execute("VACUUM INTO ?", (str(net),))
    return net


def _decrire(base: sqlite3.Connection, couches: Iterable[Couche], date: dt.date) -> None:
    lignes = [ligne for couche in couches for ligne in _colonnes(couche)]
    if lignes:
        base.executescript(_SCHEMA)
        base.executemany(_INSCRIRE, lignes)
    presentes = {nom for (nom,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table, colonne in _COLONNES_DE_DATE:
        if table in presentes:
            base.execute(f"UPDATE {table} SET {colonne} = ?", (f"{date.isoformat()}T00:00:00.000Z",))  # noqa: S608


def _colonnes(couche: Couche) -> Iterator[tuple[str, str, str, str, str]]:
    """Table, colonne, alias, titre et description ; l'alias est unique dans la table, le format l'exige."""
    vus: set[str] = set()
    for colonne, titre, description in _descriptions(couche):
        alias = titre if titre not in vus else f"{titre} [{colonne}]"
        vus.add(alias)
        yield couche.nom, colonne, alias, titre, description


def _descriptions(couche: Couche) -> Iterator[tuple[str, str, str]]:
    if not couche.mesures:
        return
    propres = [couche.table.index.name, *couche.table.columns]
    yield from ((str(c), LIBELLES[c], "") for c in propres if c in LIBELLES)
    for m in couche.mesures:
        yield m.nom, m.titre, m.definition
        yield f"{m.nom}_statut", f"{m.libelle} : statut", "Pourquoi la valeur est là ou manque"
        yield f"{m.nom}_millesime", f"{m.libelle} : millésime", "Année ; vide si le producteur ne la dit pas"
