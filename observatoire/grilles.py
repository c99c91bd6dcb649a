"""Ouvrir un fichier officiel et en rendre les cellules, en texte, avec leur numéro de ligne.

CSV (séparateur, encodage et marque d'ordre reconnus), classeurs Excel (.xls, .xlsx) et OpenDocument, contours
(shapefile, GeoJSON, GeoPackage). Aucune interprétation ici : ni nombres, ni codes.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import python_calamine

from observatoire import fichiers
from observatoire.erreurs import ErreurSchema, ErreurSource

_DECIMALE = re.compile(r"(?<=\d),(?=\d)")
_SEPARATEURS = (";", ",", "\t", "|")
_EXTENSIONS_CONTOURS = frozenset({".shp", ".geojson", ".json", ".gpkg"})
_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ATTENDU = "un fichier CSV, un classeur ou des contours"
# Les classeurs de l'Insee ont jusqu'à une dizaine de lignes de titre au-dessus de l'entête.
_LIGNES_DE_TETE = 20
_LIGNES_MONTREES = 5
_GUILLEMET = "un guillemet ouvert n'est jamais refermé"
_REPRENDRE = "reprenez le fichier tel que le producteur le publie, sans l'ouvrir dans un tableur."


@dataclass(frozen=True)
class Grille:
    """Des cellules en texte, indexées par leur ligne dans le fichier (leur rang, pour des contours)."""

    origine: str
    cellules: pd.DataFrame
    feuille: str = ""
    lieu: str = "ligne"
    geometrie: gpd.GeoSeries | None = None


def lire_grilles(chemin: Path) -> list[Grille]:
    """Rend les cellules du fichier : une grille, ou une par feuille d'un classeur.

    Raises
    ------
    ErreurSource
        Fichier absent, illisible, ou qui n'est ni un tableau ni des contours.
    ErreurSchema
        Fichier vide, ou dont les lignes n'ont pas toutes le même nombre de cellules.
    """
    octets = fichiers.lire_octets(chemin)
    if not octets.strip():
        raise ErreurSchema(chemin.name, ["le fichier est vide"], "téléchargez-le de nouveau.")
    if chemin.suffix.lower() in _EXTENSIONS_CONTOURS:
        return [_lire_contours(chemin)]
    if octets.startswith((_ZIP, _OLE2)):
        return list(_lire_classeur(chemin, octets))
    try:
        return [_lire_csv(chemin, fichiers.decoder(chemin, octets, _ATTENDU))]
    except csv.Error as cause:
        raise ErreurSchema(chemin.name, [_GUILLEMET], _REPRENDRE) from cause


def _lire_csv(chemin: Path, texte: str) -> Grille:
    tete = texte[:200_000].splitlines()[:_LIGNES_DE_TETE]
    separateur = max(_SEPARATEURS, key=lambda s: _presence(s, tete))
    largeur = max((len(ligne) for ligne in csv.reader(tete, delimiter=separateur)), default=1)
    try:
        cellules = pd.read_csv(
            io.StringIO(texte),
            sep=separateur,
            header=None,
            names=list(range(largeur)),
            dtype=object,  # du texte, deux fois plus vite à parcourir que le type « str » de pandas 3
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as cause:
        raise _erreur_de_forme(chemin, texte, separateur, largeur) from cause
    if _coupe(texte, separateur):
        probleme = f"la ligne {len(cellules)}, la dernière, est incomplète : le fichier a été coupé"
        raise ErreurSchema(chemin.name, [probleme], "téléchargez-le de nouveau, entièrement.")
    cellules.index = cellules.index + 1
    return Grille(chemin.name, cellules.fillna(""))


def _presence(separateur: str, lignes: list[str]) -> tuple[int, int]:
    """Dans combien de lignes il est, et combien de fois au plus ; une virgule entre deux chiffres est décimale."""
    hors_decimales = [_DECIMALE.sub("", ligne) if separateur == "," else ligne for ligne in lignes]
    return sum(separateur in ligne for ligne in lignes), max(ligne.count(separateur) for ligne in hors_decimales)


def _coupe(texte: str, separateur: str) -> bool:
    """Une dernière ligne sans fin de ligne et plus courte que celle qui la précède."""
    if texte.endswith(("\n", "\r")):
        return False
    tailles = [len(ligne) for ligne in csv.reader(texte[-100_000:].splitlines()[-2:], delimiter=separateur)]
    return len(tailles) == 2 and tailles[1] < tailles[0]


def _erreur_de_forme(chemin: Path, texte: str, separateur: str, largeur: int) -> ErreurSchema:
    lecteur = csv.reader(io.StringIO(texte, newline=None), delimiter=separateur)
    longues = [(lecteur.line_num, len(ligne)) for ligne in lecteur if len(ligne) > largeur]
    problemes = [
        f"la ligne {numero} a {taille} cellules, on en attend {largeur}"
        for numero, taille in longues[:_LIGNES_MONTREES]
    ]
    if len(longues) > _LIGNES_MONTREES:
        problemes.append(f"et {len(longues) - _LIGNES_MONTREES} autres lignes trop longues")
    return ErreurSchema(chemin.name, problemes or [_GUILLEMET], _REPRENDRE)


def _lire_classeur(chemin: Path, octets: bytes) -> Iterator[Grille]:
    try:
        classeur = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(octets))
        feuilles = [
            (nom, classeur.get_sheet_by_name(nom).to_python(skip_empty_area=False)) for nom in classeur.sheet_names
        ]
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as cause:
        raise ErreurSource(_message_classeur(chemin, octets)) from cause
    for nom, lignes in feuilles:
        cellules = pd.DataFrame([[_texte(valeur) for valeur in ligne] for ligne in lignes], dtype=object)
        cellules.index = pd.RangeIndex(1, len(cellules) + 1)
        yield Grille(f"{chemin.name}, feuille « {nom} »", cellules, feuille=nom)


def _message_classeur(chemin: Path, octets: bytes) -> str:
    if octets.startswith(_ZIP) and zipfile.is_zipfile(io.BytesIO(octets)):
        membres = zipfile.ZipFile(io.BytesIO(octets)).namelist()
        if not any(membre.startswith(("xl/", "content.xml")) for membre in membres):
            contenu = ", ".join(membres[:_LIGNES_MONTREES])
            return f"« {chemin} » est une archive ({contenu}) : décompressez-la et donnez le fichier voulu."
    return f"Le classeur « {chemin} » est endommagé ou protégé par un mot de passe : téléchargez-le de nouveau."


def _texte(valeur: object) -> str:
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, float):
        return str(int(valeur)) if valeur.is_integer() else repr(valeur)
    return "" if valeur is None else str(valeur)


def _lire_contours(chemin: Path) -> Grille:
    try:
        table = gpd.read_file(chemin)
    except (RuntimeError, ValueError) as cause:  # pyogrio signale ainsi un fichier illisible
        raise ErreurSource(
            f"« {chemin} » n'a pas pu être lu comme des contours : il est endommagé, ou ses compagnons "
            "(.shx, .dbf, .prj) ne sont pas à côté de lui ; téléchargez-le de nouveau, entièrement."
        ) from cause
    if not isinstance(table, gpd.GeoDataFrame):
        raise ErreurSource(f"« {chemin} » ne contient aucune géométrie : donnez un fichier de contours.")
    attributs = pd.DataFrame(table.drop(columns=table.geometry.name))
    valeurs = attributs.to_numpy(dtype=object)
    lignes = [[str(nom) for nom in attributs.columns], *([_attribut(v) for v in ligne] for ligne in valeurs)]
    # La ligne 0 porte les noms : les objets gardent ainsi leur rang à partir de 1.
    return Grille(chemin.name, pd.DataFrame(lignes, dtype=object), lieu="objet", geometrie=table.geometry)


def _attribut(valeur: object) -> str:
    return "" if pd.isna(valeur) else _texte(valeur)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Tableau:
    """Une grille dont l'entête a été trouvé : colonnes nommées, lignes de données, problèmes de forme."""

    origine: str
    donnees: pd.DataFrame
    entetes: tuple[str, ...]
    problemes: tuple[str, ...]
    feuille: str
    lieu: str
    geometrie: gpd.GeoSeries | None


def poser_entete(grille: Grille, est_cle: frozenset[str]) -> Tableau:
    """Trouve l'entête (la première ligne qui porte un nom de clé, sinon la première non vide) et le pose.

    Parameters
    ----------
    grille : Grille
        Les cellules du fichier.
    est_cle : frozenset of str
        Les noms, normalisés, que la colonne des codes peut porter.
    """
    cellules = grille.cellules
    rang = _rang_entete(cellules, est_cle)
    # Les colonnes sans nom et sans valeur sont le reste d'une sélection trop large dans un tableur.
    entetes = [str(nom).replace("\ufeff", "").strip() for nom in cellules.iloc[rang]] if len(cellules) else []
    corps = cellules.iloc[rang + 1 :]
    pleines = corps.to_numpy(dtype=object) != ""
    corps = corps[pleines.any(axis=1)]
    nommees = [i for i, nom in enumerate(entetes) if nom]
    problemes = [
        f"la colonne {i + 1} contient des valeurs mais n'a pas de nom"
        for i, nom in enumerate(entetes)
        if not nom and pleines[:, i].any() and (corps.iloc[:, i].str.strip() != "").any()
    ]
    donnees = corps.iloc[:, nommees].set_axis([entetes[i] for i in nommees], axis=1)
    # De deux colonnes de même nom, la seconde n'est gardée que dans la liste des entêtes, qui la dénonce.
    donnees = donnees.loc[:, ~donnees.columns.duplicated()]
    return Tableau(
        grille.origine,
        donnees,
        tuple(entetes[i] for i in nommees),
        tuple(problemes),
        grille.feuille,
        grille.lieu,
        grille.geometrie,
    )


def _rang_entete(cellules: pd.DataFrame, est_cle: frozenset[str]) -> int:
    tete = cellules.head(_LIGNES_DE_TETE)
    pleines = 0
    for rang, ligne in enumerate(tete.itertuples(index=False)):
        textes = [str(valeur).replace("\ufeff", "").strip().casefold() for valeur in ligne]
        if est_cle.intersection(textes):
            return rang
        if not any(textes) and rang == pleines:
            pleines = rang + 1
    return min(pleines, max(len(tete) - 1, 0))
