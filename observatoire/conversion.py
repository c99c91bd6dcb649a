"""D'un tableau de textes à une table validée : codes, nombres, statuts.

Tous les problèmes sont relevés, dans la liste que chaque fonction reçoit, avant qu'aucun ne soit signalé.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd

from observatoire.descriptions import Colonne, Format, FormeDeCode, normaliser_entete
from observatoire.grilles import Tableau
from observatoire.nombres import STATUTS, lire_cellule, nettoyer_code, rendre_zero
from observatoire.reconnaissance import codes_de, colonne_cle, temoins_contraires
from observatoire.typographie import accorder, enumerer

SUFFIXE_STATUT = "_statut"
_ENTRE_CODES = re.compile(r"[,;|/\s]+")
_EXEMPLES_MONTRES = 5


def exemples(fautes: pd.Series[str], lieu: str) -> str:
    """Montre les premières valeurs fautives et où elles sont : « abc » (ligne 5), « x » (ligne 9)."""
    montres = [f"« {valeur} » ({lieu} {numero})" for numero, valeur in fautes.head(_EXEMPLES_MONTRES).items()]
    reste = len(fautes) - len(montres)
    return ", ".join(montres) + (f", et {accorder(reste, 'autre')}" if reste else "")


def problemes_de_colonnes(tableau: Tableau, format_: Format) -> list[str]:
    """Colonnes indispensables absentes, colonnes en double, colonnes sans nom."""
    problemes = [f"colonne « {nom} » absente" for nom in format_.manquantes(list(tableau.entetes))]
    vus: dict[str, list[str]] = {}
    for entete in tableau.entetes:
        colonne = format_.colonne(entete)
        nom = entete if colonne is None or colonne.motif else colonne.nom
        vus.setdefault(normaliser_entete(nom), []).append(entete)
    problemes.extend(
        f"la même colonne figure {len(entetes)} fois : {enumerer([f'« {entete} »' for entete in entetes])}"
        for entetes in vus.values()
        if len(entetes) > 1
    )
    if format_.forme == "contours" and tableau.geometrie is None:
        problemes.append("le fichier n'a pas de contours")
    return [*tableau.problemes, *problemes]


def lire_codes(tableau: Tableau, format_: Format, problemes: list[str]) -> pd.Series[str]:
    """Rend les codes de territoire, indexés par ligne ; relève ceux qui sont vides ou mal formés."""
    nom = str(colonne_cle(tableau, format_))
    codes = codes_de(tableau, format_)
    bruts = tableau.donnees[nom]
    vides = bruts[bruts.str.strip() == ""]
    if len(vides):
        problemes.append(f"colonne « {nom} » : code absent ({_lignes(vides.index, tableau.lieu)})")
    if not len(codes):
        problemes.append("aucune ligne de données")
    inconnus = codes[~codes.str.fullmatch(format_.cle.motif).astype(bool)]
    if len(inconnus):
        forme = f"on attend des codes comme « {format_.cle.exemple} »"
        problemes.append(f"colonne « {nom} » : {forme}, or on lit {exemples(inconnus, tableau.lieu)}")
    contraires = temoins_contraires(tableau, format_)
    if contraires:
        codes_cites = enumerer([f"« {code} »" for code in contraires[:_EXEMPLES_MONTRES]])
        problemes.append(f"colonne « {format_.libelle_de} » : à ce niveau, le nom ne va pas avec {codes_cites}")
    return codes


def lire_niveaux(
    tableau: Tableau, format_: Format, codes: pd.Series[str], problemes: list[str]
) -> pd.Series[str] | None:
    """Dans une table de plusieurs niveaux, celui de chaque ligne ; relève les codes qui le contredisent."""
    if format_.niveaux is None:
        return None
    noms = format_.niveaux.valeurs
    entetes = {normaliser_entete(entete): entete for entete in tableau.entetes}
    # « niveau » est le nom sous lequel lire_source le rend : ses propres exports se relisent.
    nom = entetes.get(normaliser_entete(format_.niveaux.colonne), entetes.get("niveau"))
    if nom is None:
        return None
    lus: pd.Series[str] = tableau.donnees.loc[codes.index, nom].str.strip()
    niveaux = lus.map(lambda texte: noms.get(texte, texte))
    vides = niveaux[niveaux.eq("")]
    if len(vides):
        problemes.append(f"colonne « {nom} » : niveau absent ({_lignes(vides.index, tableau.lieu)})")
    for niveau, motif in format_.niveaux.motifs.items():
        faux = codes[niveaux.eq(niveau) & ~codes.str.fullmatch(motif)]
        if len(faux):
            problemes.append(f"codes qui ne sont pas de niveau {niveau} : {exemples(faux, tableau.lieu)}")
    return niveaux


def relever_doubles(cle: pd.DataFrame, lieu: str, problemes: list[str]) -> None:
    """Relève les lignes qui portent la même clé."""
    doubles = cle[cle.duplicated(keep=False)]
    groupes = doubles.groupby(list(cle.columns), sort=False, dropna=False)
    messages = [f"« {' '.join(map(str, cles))} » ({_lignes(groupe.index, lieu)})" for cles, groupe in groupes]
    if messages:
        reste = len(messages) - _EXEMPLES_MONTRES
        suite = f", et {accorder(reste, 'autre')}" if reste > 0 else ""
        problemes.append(f"code en double : {', '.join(messages[:_EXEMPLES_MONTRES])}{suite}")


def convertir_colonnes(
    tableau: Tableau, format_: Format, lignes: pd.Index, problemes: list[str]
) -> dict[str, pd.Series]:
    """Convertit les colonnes autres que la clé, dans l'ordre du fichier, chacune suivie de ses statuts."""
    donnees = tableau.donnees.loc[lignes]
    statuts_lus = {e.removesuffix(SUFFIXE_STATUT): e for e in donnees.columns if _est_statut(e, format_)}
    exclues = {colonne_cle(tableau, format_), *statuts_lus.values(), *_ecartees(donnees.columns, format_)}
    resultat: dict[str, pd.Series] = {}
    for entete in donnees.columns:
        if entete in exclues:
            continue
        colonne = format_.colonne(entete)
        nom = entete if colonne is None or colonne.motif else colonne.nom
        if colonne is None or colonne.type == "texte":
            resultat[nom] = _en_texte(donnees[entete])
        elif colonne.type == "note":
            resultat[nom] = _en_notes(donnees[entete], format_, tableau.lieu, problemes)
        elif colonne.code is not None:
            resultat[nom] = _en_codes(donnees[entete], colonne.code, tableau.lieu, problemes)
        else:
            exportes = statuts_lus.get(nom)
            vides = (
                _statuts_des_vides(donnees, colonne, format_)
                if exportes is None
                else _statuts_exportes(donnees[exportes], donnees[entete], tableau.lieu, problemes)
            )
            valeurs, statuts = en_nombres(donnees[entete], vides, format_, tableau.lieu, problemes)
            resultat[nom] = valeurs
            if statuts.ne("diffuse").any():
                resultat[f"{nom}{SUFFIXE_STATUT}"] = statuts
    return resultat


def en_nombres(
    textes: pd.Series[str], vides: pd.Series[str], format_: Format, lieu: str, problemes: list[str]
) -> tuple[pd.Series[float], pd.Series[str]]:
    """Lit une colonne de nombres, valeurs et statuts ; relève ce qui n'est ni nombre, ni code, ni vide."""
    # Une base nationale répète beaucoup ses valeurs : chaque texte n'est lu qu'une fois.
    rangs, uniques = pd.factorize(textes)
    lues = [lire_cellule(texte, format_.codes, vide="") for texte in uniques.tolist()]
    valeurs = np.array([np.nan if lue is None else lue.valeur for lue in lues], dtype=float)[rangs]
    statuts = np.array(["" if lue is None else lue.statut for lue in lues], dtype=object)[rangs]
    illisibles = textes[np.array([lue is None for lue in lues], dtype=bool)[rangs]]
    if len(illisibles):
        problemes.append(f"colonne « {textes.name} » : on attend un nombre, or on lit {exemples(illisibles, lieu)}")
    complets = np.where(statuts == "", vides.to_numpy(dtype=object), statuts)
    return pd.Series(valeurs, textes.index), pd.Series(complets.tolist(), textes.index)


def _est_statut(entete: str, format_: Format) -> bool:
    colonne = format_.colonne(entete.removesuffix(SUFFIXE_STATUT))
    return entete.endswith(SUFFIXE_STATUT) and colonne is not None and colonne.type == "nombre"


def _ecartees(entetes: Iterable[str], format_: Format) -> list[str]:
    ecartees = {normaliser_entete(nom) for nom in format_.ignorees}
    if format_.niveaux is not None:
        ecartees |= {normaliser_entete(format_.niveaux.colonne), "niveau"}
    return [entete for entete in entetes if normaliser_entete(entete) in ecartees]


def _en_texte(textes: pd.Series[str]) -> pd.Series:
    propres = textes.str.strip()
    return pd.Series([texte or None for texte in propres], textes.index)


def _en_notes(textes: pd.Series[str], format_: Format, lieu: str, problemes: list[str]) -> pd.Series:
    notes = textes.map(nettoyer_code)
    inconnues = notes[notes.ne("") & ~notes.isin(list(format_.notes))]
    if len(inconnues):
        connues = ", ".join(format_.notes)
        problemes.append(
            f"colonne « {textes.name} » : on attend une note parmi {connues}, or on lit {exemples(inconnues, lieu)}"
        )
    return pd.Series([note or None for note in notes], textes.index)


def _en_codes(textes: pd.Series[str], forme: FormeDeCode, lieu: str, problemes: list[str]) -> pd.Series:
    """Les codes de chaque cellule, leur zéro rendu, séparés par des virgules ; relève les mal formés."""
    listes = [[nettoyer_code(code) for code in _ENTRE_CODES.split(texte) if code] for texte in textes]
    zeros = {} if forme.longueur is None else rendre_zero((c for codes in listes for c in codes), forme.longueur)
    codes = pd.Series([[zeros.get(code, code) for code in liste] for liste in listes], textes.index)
    faux = textes[[not all(re.fullmatch(forme.motif, code) for code in liste) for liste in codes]]
    if len(faux):
        attendu = f"on attend des codes comme « {forme.exemple} »"
        problemes.append(f"colonne « {textes.name} » : {attendu}, or on lit {exemples(faux, lieu)}")
    return pd.Series([", ".join(liste) or None for liste in codes], textes.index)


def _statuts_des_vides(donnees: pd.DataFrame, colonne: Colonne, format_: Format) -> pd.Series[str]:
    """Le statut que prend chaque cellule si elle est vide : celui de sa note, sinon « non diffusé »."""
    statuts = pd.Series("non_diffuse", donnees.index)
    entetes = {normaliser_entete(entete): entete for entete in donnees.columns}
    note = entetes.get(normaliser_entete(colonne.note)) if colonne.note else None
    return statuts if note is None else donnees[note].str.strip().map(format_.notes).fillna(statuts)


def _statuts_exportes(
    statuts: pd.Series[str], textes: pd.Series[str], lieu: str, problemes: list[str]
) -> pd.Series[str]:
    """Les statuts d'une table que lire_source a déjà rendue ; relève ceux qui contredisent les valeurs."""
    statuts = statuts.str.strip()
    inconnus = statuts[~statuts.isin(STATUTS)]
    if len(inconnus):
        problemes.append(f"colonne « {statuts.name} » : statut inconnu {exemples(inconnus, lieu)}")
    contraires = statuts[statuts.isin(STATUTS) & statuts.eq("diffuse").eq(textes.str.strip().eq(""))]
    if len(contraires):
        problemes.append(f"colonne « {statuts.name} » : le statut contredit la valeur, {exemples(contraires, lieu)}")
    return statuts


def _lignes(index: Iterable[Hashable], lieu: str) -> str:
    numeros = [str(numero) for numero in index]
    montres: Sequence[str] = numeros[:_EXEMPLES_MONTRES]
    if len(numeros) == 1:
        return f"{lieu} {numeros[0]}"
    if len(numeros) > _EXEMPLES_MONTRES:
        return f"{lieu}s {', '.join(montres)} et {accorder(len(numeros) - _EXEMPLES_MONTRES, 'autre')}"
    return f"{lieu}s {enumerer(montres)}"
