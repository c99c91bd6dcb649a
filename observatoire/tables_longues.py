"""Les tables longues de l'Insee (SDMX, ``DS_*``) : une ligne par valeur, à remettre en colonnes."""

from __future__ import annotations

import pandas as pd

from observatoire.conversion import SUFFIXE_STATUT, en_nombres, exemples
from observatoire.descriptions import Format, Longue, normaliser_entete
from observatoire.grilles import Tableau


def deplier(
    tableau: Tableau,
    format_: Format,
    longue: Longue,
    codes: pd.Series[str],
    niveaux: pd.Series[str],
    problemes: list[str],
) -> pd.DataFrame:
    """Rend une ligne par territoire et millésime, une colonne par mesure (et ses statuts s'il en manque).

    Une mesure que le fichier ne donne pas pour un territoire y est « non diffusée ».
    """
    lignes = _colonnes_utiles(tableau, longue).loc[codes.index]
    valeurs, statuts = _valeurs_et_statuts(lignes, longue, format_, tableau.lieu, problemes)
    _verifier(lignes, longue, tableau.lieu, problemes)
    cle = pd.DataFrame({"code": codes, "niveau": niveaux, "millesime": lignes[longue.millesime]})
    cle["mesure"] = lignes[longue.mesure]
    _relever_doubles(cle, tableau.lieu, problemes)
    if problemes:
        return cle
    cle["millesime"] = cle["millesime"].astype(int)
    return _en_colonnes(cle, valeurs, statuts)


def _colonnes_utiles(tableau: Tableau, longue: Longue) -> pd.DataFrame:
    attendues = [longue.mesure, longue.valeur, longue.millesime, longue.multiplicateur, *longue.statuts]
    lues = {normaliser_entete(entete): entete for entete in tableau.entetes}
    vide = pd.Series("", tableau.donnees.index)
    colonnes = {
        nom: tableau.donnees[lues[normaliser_entete(nom)]].str.strip() if normaliser_entete(nom) in lues else vide
        for nom in attendues
    }
    return pd.DataFrame(colonnes)


def _valeurs_et_statuts(
    lignes: pd.DataFrame, longue: Longue, format_: Format, lieu: str, problemes: list[str]
) -> tuple[pd.Series[float], pd.Series[str]]:
    vides = pd.Series("non_diffuse", lignes.index)
    valeurs, statuts = en_nombres(lignes[longue.valeur], vides, format_, lieu, problemes)
    # La confidentialité l'emporte : une valeur confidentielle n'est pas rendue, même si le fichier la porte.
    for colonne, sens in reversed(list(longue.statuts.items())):
        declares = lignes[colonne].map(sens)
        inconnus = lignes.loc[declares.isna() & lignes[colonne].ne(""), colonne]
        if len(inconnus):
            problemes.append(f"colonne « {colonne} » : code inconnu {exemples(inconnus, lieu)}")
        statuts = declares.where(declares.notna() & declares.ne("diffuse"), statuts)
    return valeurs.where(statuts.eq("diffuse")), statuts


def _verifier(lignes: pd.DataFrame, longue: Longue, lieu: str, problemes: list[str]) -> None:
    puissances = lignes[longue.multiplicateur]
    autres = puissances[~puissances.isin(["", "0"])]
    if len(autres):
        problemes.append(f"colonne « {autres.name} » : seul 0 est prévu, or on lit {exemples(autres, lieu)}")
    annees = lignes[longue.millesime]
    fausses = annees[~annees.str.fullmatch(r"\d{4}")]
    if len(fausses):
        problemes.append(f"colonne « {annees.name} » : on attend une année, or on lit {exemples(fausses, lieu)}")
    sans_mesure = lignes.loc[lignes[longue.mesure].eq(""), longue.valeur]
    if len(sans_mesure):
        problemes.append(f"colonne « {longue.mesure} » : mesure absente pour {exemples(sans_mesure, lieu)}")


def _relever_doubles(cle: pd.DataFrame, lieu: str, problemes: list[str]) -> None:
    doubles = cle[cle.duplicated()]
    if len(doubles):
        textes = doubles.astype(str).agg(" ".join, axis=1)
        problemes.append(f"valeur donnée deux fois : {exemples(textes, lieu)}")


def _en_colonnes(cle: pd.DataFrame, valeurs: pd.Series[float], statuts: pd.Series[str]) -> pd.DataFrame:
    longues = cle.assign(valeur=valeurs, statut=statuts).set_index(["code", "niveau", "millesime", "mesure"])
    larges = longues["valeur"].unstack("mesure")
    raisons = longues["statut"].unstack("mesure").reindex(larges.index)
    colonnes: dict[str, pd.Series] = {}
    for mesure in cle["mesure"].unique():
        statuts_mesure = raisons[mesure].fillna("non_diffuse")
        colonnes[mesure] = larges[mesure]
        if statuts_mesure.ne("diffuse").any():
            colonnes[f"{mesure}{SUFFIXE_STATUT}"] = statuts_mesure
    return pd.DataFrame(colonnes).reset_index(["niveau", "millesime"])
