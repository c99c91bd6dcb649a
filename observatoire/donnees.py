"""Lire les données embarquées (``geodata/``) ou un dossier de même forme, empreintes vérifiées.

Le seul module, avec ``lecture`` et ``documents``, qui ouvre des fichiers de données.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from observatoire.erreurs import ErreurSource, exiger
from observatoire.schemas import SCHEMAS, Schema, valider

_DESCRIPTION = "datapackage.json"
#: Ce qu'on attend de la description de chaque fichier.
_CLES = ("path", "title", "format", "bytes", "hash", "licenses", "contributors", "sources", "millesime", "date")
_REMEDE_EMBARQUE = (
    "réinstallez observatoire depuis son dossier d'origine (python -m pip install --force-reinstall --no-deps .)"
)


def dossier_embarque() -> Path:
    """Dossier des données livrées avec la bibliothèque (dans la roue, ou à côté du code source)."""
    ici = Path(__file__).parent
    candidats = (ici / "geodata", ici.parent / "geodata")
    return next((d for d in candidats if (d / _DESCRIPTION).is_file()), candidats[0])


@dataclass(frozen=True)
class Paquet:
    """Un dossier de données et sa description ``datapackage.json``.

    Parameters
    ----------
    dossier : pathlib.Path
        Le dossier qui contient ``datapackage.json`` et les fichiers qu'il décrit.
    """

    dossier: Path

    @classmethod
    def ouvrir(cls, dossier: str | os.PathLike[str] | None = None) -> Paquet:
        """Ouvre un dossier, ou les données embarquées ; ne lit encore rien.

        Raises
        ------
        ErreurSource
            Le dossier n'existe pas ou ne contient pas de ``datapackage.json``.
        """
        if dossier is not None:
            exiger(dossier, (str, os.PathLike), "Un dossier de données", '"mes-donnees"')
        chemin = dossier_embarque() if dossier is None else Path(dossier).expanduser()
        paquet = cls(chemin)
        if not (chemin / _DESCRIPTION).is_file():
            raise ErreurSource(
                f"Le dossier « {chemin} » ne contient pas de {_DESCRIPTION} : ce n'est pas un dossier de données. "
                f"Que faire : {paquet._remede}."
            )
        return paquet

    @property
    def _remede(self) -> str:
        if self.dossier == dossier_embarque():
            return _REMEDE_EMBARQUE
        return "reprenez une copie complète du dossier, ou n'en donnez aucun : les données embarquées serviront"

    @cached_property
    def ressources(self) -> dict[str, dict[str, Any]]:
        """Descriptions des tables, par nom."""
        try:
            description = json.loads(self._octets(_DESCRIPTION))
            return {r["name"]: {cle: r[cle] for cle in _CLES} for r in description["resources"]}
        except (ValueError, KeyError, TypeError) as cause:
            raise self._endommage(_DESCRIPTION) from cause

    def lire(self, nom: str) -> pd.DataFrame:
        """Lit une table, indexée par sa clé ; GeoDataFrame en EPSG:4326 si elle porte des contours.

        Parameters
        ----------
        nom : str
            Nom de la table dans ``datapackage.json`` (« communes », « qpv »...).

        Raises
        ------
        ErreurSource
            Fichier absent, endommagé (empreinte différente) ou illisible.
        ErreurSchema
            Fichier intact mais d'une autre forme que celle attendue.
        """
        if nom not in self.ressources:
            raise ErreurSource(
                f"La table « {nom} » n'est pas décrite dans « {self.dossier / _DESCRIPTION} ». "
                f"Que faire : {self._remede}."
            )
        octets = self._verifies(nom)
        try:
            table = _decoder(octets, nom, self.ressources[nom]["format"])
        except (ValueError, pa.ArrowException) as cause:
            raise self._endommage(self.ressources[nom]["path"]) from cause
        schema = SCHEMAS[nom]
        if self.dossier != dossier_embarque():
            # Les tables embarquées sont validées à leur construction, et l'empreinte prouve que ce sont elles.
            valider(table, schema, str(self.dossier / self.ressources[nom]["path"]))
        return table.set_index(list(schema.cle)) if len(schema.cle) == 1 else table

    def sources(self) -> pd.DataFrame:
        """Producteur, licence, millésime, empreinte et date de chaque fichier.

        Returns
        -------
        pandas.DataFrame
            Indexée par ``table`` ; colonnes ``fichier``, ``titre``, ``producteur``, ``licence``, ``millesime``,
            ``origine``, ``empreinte`` (sha256), ``date`` (construction), ``taille_octets``.
        """
        lignes = [
            {
                "table": nom,
                "fichier": r["path"],
                "titre": r["title"],
                "producteur": " ; ".join(c["title"] for c in r["contributors"]),
                "licence": " ; ".join(licence["title"] for licence in r["licenses"]),
                "millesime": r["millesime"],
                "origine": " ; ".join(source["title"] for source in r["sources"]),
                "empreinte": r["hash"],
                "date": r["date"],
                "taille_octets": r["bytes"],
            }
            for nom, r in self.ressources.items()
        ]
        return pd.DataFrame(lignes).set_index("table")

    def verifier(self) -> pd.DataFrame:
        """Contrôle chaque fichier contre son empreinte.

        Returns
        -------
        pandas.DataFrame
            Indexée par ``table`` ; colonnes ``fichier`` et ``etat`` (« intact », « absent », « endommagé »).
        """
        etats = {nom: self._etat(r) for nom, r in self.ressources.items()}
        fichiers = {nom: r["path"] for nom, r in self.ressources.items()}
        return pd.DataFrame({"fichier": fichiers, "etat": etats}).rename_axis("table")

    def _etat(self, ressource: dict[str, Any]) -> str:
        chemin = self.dossier / ressource["path"]
        if not chemin.is_file():
            return "absent"
        return "intact" if _empreinte(chemin.read_bytes()) == ressource["hash"] else "endommagé"

    def _verifies(self, nom: str) -> bytes:
        ressource = self.ressources[nom]
        octets = self._octets(ressource["path"])
        if _empreinte(octets) != ressource["hash"]:
            raise self._endommage(ressource["path"])
        return octets

    def _octets(self, fichier: str) -> bytes:
        chemin = self.dossier / fichier
        try:
            return chemin.read_bytes()
        except OSError as cause:
            etat = "absent" if isinstance(cause, FileNotFoundError) else "illisible"
            raise ErreurSource(f"Le fichier de données « {chemin} » est {etat}. Que faire : {self._remede}.") from cause

    def _endommage(self, fichier: str) -> ErreurSource:
        return ErreurSource(
            f"Le fichier de données « {self.dossier / fichier} » est endommagé : son contenu n'est pas celui qui a "
            f"été publié (empreinte sha256). Que faire : {self._remede}."
        )


def _empreinte(octets: bytes) -> str:
    return f"sha256:{hashlib.sha256(octets).hexdigest()}"


def _decoder(octets: bytes, nom: str, forme: str) -> pd.DataFrame:
    schema = SCHEMAS[nom]
    tampon = io.BytesIO(octets)
    if forme == "csv":
        return _decoder_csv(tampon, schema)
    metadonnees = pq.read_schema(tampon).metadata or {}
    table = gpd.read_parquet(tampon) if b"geo" in metadonnees else pd.read_parquet(tampon)
    for champ in schema.champs:
        if champ.nom not in table:
            continue
        if champ.type == "list":
            valeurs = [v.tolist() if isinstance(v, np.ndarray) else v for v in table[champ.nom]]
            table[champ.nom] = pd.Series(valeurs, table.index, dtype=object)
        elif champ.type == "string" and not champ.obligatoire:
            # Un texte facultatif absent est None, quelle que soit la version de pandas (NaN ou pd.NA sinon).
            table[champ.nom] = table[champ.nom].astype(object).where(table[champ.nom].notna(), None)
    return table


def _decoder_csv(tampon: io.BytesIO, schema: Schema) -> pd.DataFrame:
    """Un CSV dont le schéma dit les types ; les listes y sont séparées par des barres."""
    table = pd.read_csv(tampon, dtype=str, keep_default_na=False)
    for champ in schema.champs:
        if champ.nom not in table:
            continue
        if champ.type == "list":
            listes = [v.split("|") if v else [] for v in table[champ.nom]]
            table[champ.nom] = pd.Series(listes, table.index, dtype=object)
        elif champ.type == "integer":
            entiers = [int(v) if v.isdecimal() else v for v in table[champ.nom]]
            table[champ.nom] = pd.Series(entiers, table.index, dtype=None if table.empty else object).infer_objects()
        elif champ.obligatoire:
            table[champ.nom] = table[champ.nom].astype(object).where(table[champ.nom] != "", None)
    return table
