"""Lire un fichier officiel (Insee, Cnaf, ANCT) tel que publié, et n'en rendre que ce qu'il dit.

Les sources connues sont décrites dans ``observatoire/formats/``. Rien n'est deviné ni remplacé par zéro.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from observatoire.conversion import (
    convertir_colonnes,
    lire_codes,
    lire_niveaux,
    problemes_de_colonnes,
    relever_doubles,
)
from observatoire.descriptions import Format, charger_formats
from observatoire.erreurs import ErreurArgument, ErreurSchema, exiger
from observatoire.grilles import Tableau, lire_grilles
from observatoire.reconnaissance import Choix, choisir, colonne_cle, reconnaitre
from observatoire.tables_longues import deplier
from observatoire.typographie import enumerer

_WGS84 = 4326
_REMEDE = "corrigez le fichier à ces endroits, ou reprenez celui qu'a publié le producteur ({page})."


def lire_source(chemin: str | os.PathLike[str], source: str | None = None) -> pd.DataFrame:
    r"""Lit un fichier officiel et rend une table validée.

    Séparateur, encodage, décimales (virgule ou point), espaces de milliers, colonnes vides en surnombre,
    lignes de titre et totaux « Ensemble » sont reconnus ; les codes de communes qu'un tableur a privés de
    leur zéro initial le retrouvent.

    Parameters
    ----------
    chemin : str or os.PathLike
        Un CSV, un classeur (.xls, .xlsx, .ods) ou des contours (.shp, .geojson, .gpkg).
    source : str, optional
        L'identifiant de la source, pris dans ``sources_connues()``. Sans lui, le fichier est reconnu à ses
        colonnes et à la forme de ses codes.

    Returns
    -------
    pandas.DataFrame
        Une ligne par territoire, indexée par ``code`` (texte, zéros initiaux gardés). Les colonnes portent
        leur nom officiel, le même d'une édition à l'autre ; leur unité est celle du producteur (``%`` de
        0 à 100, euros par an...). Les nombres sont des ``float``. Une colonne dont une valeur au moins manque
        est suivie d'une colonne ``<nom>_statut`` : ``diffuse``, ``secret``, ``non_diffuse``, ``hors_champ``
        ou ``indisponible`` ; la valeur est NaN exactement quand ce statut n'est pas ``diffuse``. Une cellule
        vide est ``non_diffuse``. Les colonnes que la description ne connaît pas restent en texte.

        Une base par quartier et par commune a une ligne par partie de quartier : ``code`` s'y répète, et la colonne
        ``depcom`` dit la commune. Un code de commune à qui manquait son zéro l'a retrouvé.

        Les tables de plusieurs niveaux ont une colonne ``niveau`` (un même code peut y désigner une région
        et un département) ; les tables longues, dépliées, ont aussi une colonne ``millesime``. Les contours
        donnent une ``geopandas.GeoDataFrame`` en EPSG:4326.

    Raises
    ------
    ErreurSource
        Le fichier est absent, illisible, ou n'est pas un fichier de données.
    ErreurSchema
        Le fichier n'a pas la forme attendue : tous les problèmes à la fois, avec la colonne et les premières
        lignes (numérotées comme dans le fichier, l'entête étant la ligne 1) ; ou aucune source ne convient.
    ErreurArgument
        ``source`` n'est pas une source connue.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> fichier = Path(tempfile.mkdtemp(), "cc_filosofi_2021_COM.csv")
    >>> lignes = "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n1001;346;895;25820;s\n"
    >>> _ = fichier.write_text(lignes, encoding="utf-8")
    >>> lire_source(fichier)[["MED21", "TP6021", "TP6021_statut"]]
             MED21  TP6021 TP6021_statut
    code
    01001  25820.0     NaN        secret
    """
    formats = charger_formats()
    voulu = None if source is None else _format_nomme(source, formats)
    exiger(chemin, (str, os.PathLike), "Un fichier", '"pop_QPV24.csv"')
    fichier = Path(chemin).expanduser()
    grilles = lire_grilles(fichier)
    choix = reconnaitre(grilles, formats, fichier.name) if voulu is None else choisir(grilles, voulu)
    return _construire(choix)


def sources_connues() -> pd.DataFrame:
    """Liste les sources que ``lire_source`` sait lire.

    Returns
    -------
    pandas.DataFrame
        Indexée par ``source`` (l'identifiant à donner à ``lire_source``) : ``libelle``, ``producteur``,
        ``millesimes`` (éditions décrites), ``niveau`` (territoires des lignes), ``licence``, ``page``
        (adresse chez le producteur).

    Examples
    --------
    >>> sources_connues().loc["cnaf-iris", "niveau"]
    'iris'
    """
    lignes = {
        f.identifiant: {
            "libelle": f.libelle,
            "producteur": f.producteur,
            "millesimes": ", ".join(f.millesimes),
            "niveau": f.niveau,
            "licence": f.licence,
            "page": f.page,
        }
        for f in charger_formats()
    }
    return pd.DataFrame.from_dict(lignes, orient="index").rename_axis("source")


def _format_nomme(source: str, formats: Sequence[Format]) -> Format:
    par_nom = {f.identifiant: f for f in formats}
    if source in par_nom:
        return par_nom[source]
    proches = difflib.get_close_matches(str(source).casefold(), par_nom, n=3, cutoff=0.4)
    conseil = f"Les plus proches : {enumerer([f'« {nom} »' for nom in proches])}. " if proches else ""
    raise ErreurArgument(f"« {source} » n'est pas une source connue. {conseil}Voyez sources_connues().")


def _construire(choix: Choix) -> pd.DataFrame:
    tableau, format_ = choix
    problemes = problemes_de_colonnes(tableau, format_)
    if colonne_cle(tableau, format_) is None:
        raise _erreur(tableau, format_, problemes)
    codes = lire_codes(tableau, format_, problemes)
    contours = _contours(tableau, format_, codes, problemes)
    niveaux = lire_niveaux(tableau, format_, codes, problemes)
    if format_.longue is not None and niveaux is not None and not format_.manquantes(list(tableau.entetes)):
        table = deplier(tableau, format_, format_.longue, codes, niveaux, problemes)
    else:
        table = _table_large(tableau, format_, codes, niveaux, problemes)
    if problemes:
        raise _erreur(tableau, format_, problemes)
    return table if contours is None else gpd.GeoDataFrame(table, geometry=contours.set_axis(table.index))


def _table_large(
    tableau: Tableau,
    format_: Format,
    codes: pd.Series[str],
    niveaux: pd.Series[str] | None,
    problemes: list[str],
) -> pd.DataFrame:
    colonnes = convertir_colonnes(tableau, format_, codes.index, problemes)
    if niveaux is not None:
        colonnes = {"niveau": niveaux, **colonnes}
    complements = [nom for nom in ("niveau", *format_.cle.avec) if nom in colonnes]
    cle = pd.DataFrame({"code": codes, **{nom: colonnes[nom] for nom in complements}})
    relever_doubles(cle, tableau.lieu, problemes)
    table = pd.DataFrame(colonnes, index=codes.index)
    return table.set_axis(pd.Index(codes.to_list(), name="code"), axis=0)


def _contours(tableau: Tableau, format_: Format, codes: pd.Series[str], problemes: list[str]) -> gpd.GeoSeries | None:
    """Les contours des lignes gardées, en EPSG:4326 ; relève ceux qui manquent ou tombent hors du globe."""
    if tableau.geometrie is None:
        return None
    contours = tableau.geometrie.iloc[codes.index.to_numpy() - 1]
    if contours.crs is None:
        contours = contours.set_crs(format_.epsg or _WGS84)
    contours = contours.to_crs(_WGS84)
    vides = codes[(contours.isna() | contours.is_empty).to_numpy()]
    if len(vides):
        problemes.append(f"contour absent pour {enumerer([f'« {code} »' for code in vides.head(5)])}")
    bornes = contours.total_bounds
    if len(vides) < len(contours) and not (abs(bornes) <= [180, 90, 180, 90]).all():
        problemes.append("contours hors du globe : leur système de coordonnées n'est pas celui qui est déclaré")
    return contours


def _erreur(tableau: Tableau, format_: Format, problemes: Sequence[str]) -> ErreurSchema:
    origine = f"{tableau.origine} (source « {format_.identifiant} »)"
    return ErreurSchema(origine, problemes, _REMEDE.format(page=format_.page))
