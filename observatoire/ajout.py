"""Ajouter un indicateur de l'analyste aux indicateurs embarqués : tout est contrôlé avant, rien n'est deviné."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from observatoire.erreurs import ErreurSchema
from observatoire.indicateurs import DIFFUSE
from observatoire.schemas import NATURES, NIVEAUX_INDICATEURS, SCHEMAS, STATUTS, valider

_DEFAUTS: Mapping[str, Any] = MappingProxyType(
    {
        "unite": "",
        "decimales": 1,
        "numerateur": "",
        "denominateur": "",
        "ponderation": [],
        "theme": "autres indicateurs",
        "niveaux": list(NIVEAUX_INDICATEURS),
        "definition": "",
        "producteur": "source de l'analyste",
        "page": "",
        "licence": "non précisée",
    }
)
_OBLIGATOIRES = ("indicateur", "libelle", "nature")
_REMEDE = "corrigez la table ou la fiche, puis rappelez ajouter_indicateur ; rien n'a été ajouté."


def preparer_fiche(fiche: Mapping[str, Any], catalogue: pd.DataFrame, *, date_connue: bool) -> pd.DataFrame:
    """Ligne de catalogue d'un indicateur ajouté.

    Parameters
    ----------
    fiche : mapping
        Au moins ``indicateur``, ``libelle`` et ``nature`` ; les autres colonnes du catalogue sont facultatives.
    catalogue : pandas.DataFrame
        Le catalogue existant.
    date_connue : bool
        Toutes les valeurs ont-elles un millésime ?

    Raises
    ------
    ErreurSchema
        Tous les problèmes de la fiche.
    """
    origine = f"fiche de l'indicateur « {fiche.get('indicateur', '?')} »"
    problemes = list(_problemes_de_fiche(fiche, catalogue))
    if problemes:
        raise ErreurSchema(origine, problemes, _REMEDE)
    complete = {**_DEFAUTS, **fiche, "millesime_documente": "oui" if date_connue else "non"}
    ligne = pd.DataFrame([complete])[SCHEMAS["catalogue"].colonnes()]
    return valider(ligne, SCHEMAS["catalogue"], origine).set_index("indicateur")


def _problemes_de_fiche(fiche: Mapping[str, Any], catalogue: pd.DataFrame) -> Iterator[str]:
    for cle in _OBLIGATOIRES:
        if not fiche.get(cle):
            yield f"« {cle} » manque"
    for cle in sorted(fiche.keys() - set(SCHEMAS["catalogue"].colonnes())):
        yield f"« {cle} » n'est pas une colonne du catalogue ({', '.join(SCHEMAS['catalogue'].colonnes())})"
    if fiche.get("indicateur") in catalogue.index:
        yield f"l'indicateur « {fiche['indicateur']} » existe déjà"
    if fiche.get("nature") and fiche["nature"] not in NATURES:
        yield f"la nature « {fiche['nature']} » n'existe pas ({', '.join(NATURES)})"
    for cle in ("numerateur", "denominateur"):
        if fiche.get(cle) and fiche[cle] not in catalogue.index:
            yield f"« {cle} » : l'indicateur « {fiche[cle]} » n'est pas dans le catalogue"


def preparer_valeurs(
    table: pd.DataFrame, fiche: Mapping[str, Any], niveau_du_code: Callable[[str], str | None]
) -> pd.DataFrame:
    """Lignes d'un indicateur ajouté, dans la forme de ``o.indicateurs``.

    Parameters
    ----------
    table : pandas.DataFrame
        Colonnes ``code`` (ou index) et ``valeur`` ; facultatives : ``niveau`` (déduit du code sinon), ``millesime``,
        ``statut`` (« diffuse », ou « non_diffuse » pour une case vide, sinon), ``source``.
    fiche : mapping
        Sa fiche de catalogue ; ``producteur`` y sert de source par défaut.
    niveau_du_code : callable
        Niveau d'un code du référentiel, None s'il est inconnu.

    Raises
    ------
    ErreurSchema
        Tous les problèmes de la table : colonnes, codes inconnus ou répétés, textes, statuts contradictoires.
    """
    origine = f"table de l'indicateur « {fiche['indicateur']} »"
    brute = (table if "code" in table.columns else table.rename_axis("code").reset_index()).reset_index(drop=True)
    absentes = [colonne for colonne in ("code", "valeur") if colonne not in brute]
    if absentes:
        raise ErreurSchema(origine, [f"colonne « {c} » absente" for c in absentes], _REMEDE)
    lignes = _completer(brute, fiche, niveau_du_code)
    problemes = list(_problemes_de_table(brute, lignes))
    if problemes:
        raise ErreurSchema(origine, problemes, _REMEDE)
    return valider(lignes, SCHEMAS["indicateurs"], origine)


def _completer(
    brute: pd.DataFrame, fiche: Mapping[str, Any], niveau_du_code: Callable[[str], str | None]
) -> pd.DataFrame:
    valeurs = pd.to_numeric(brute.valeur, errors="coerce").astype(float)
    codes = brute.code.astype(str)
    millesimes = brute.millesime if "millesime" in brute else pd.Series(pd.NA, brute.index)
    statuts = brute.statut if "statut" in brute else pd.Series(None, brute.index, dtype=object)
    return pd.DataFrame(
        {
            "niveau": brute.niveau if "niveau" in brute else codes.map(niveau_du_code),
            "code": codes,
            "indicateur": fiche["indicateur"],
            "millesime": pd.to_numeric(millesimes, errors="coerce").astype("Int64"),
            "valeur": valeurs,
            "statut": statuts.where(statuts.notna(), valeurs.notna().map({True: DIFFUSE, False: "non_diffuse"})),
            "source": brute.source if "source" in brute else str(fiche.get("producteur", _DEFAUTS["producteur"])),
        }
    )


def _problemes_de_table(brute: pd.DataFrame, lignes: pd.DataFrame) -> Iterator[str]:
    fautes = {
        "code inconnu du référentiel (zéro initial perdu ?)": lignes.niveau.isna(),
        "« valeur » n'est pas un nombre": lignes.valeur.isna() & brute.valeur.notna(),
        "ligne répétée (même code, même millésime)": lignes.duplicated(["niveau", "code", "millesime"], keep=False),
        f"statut inconnu ({', '.join(STATUTS)})": ~lignes.statut.isin(STATUTS),
        "statut « diffuse » sans valeur": lignes.statut.eq(DIFFUSE) & brute.valeur.isna(),
        "valeur donnée malgré un statut qui dit qu'elle manque": lignes.statut.ne(DIFFUSE) & lignes.valeur.notna(),
    }
    for message, fautives in fautes.items():
        if fautives.any():
            montrees = lignes[fautives].head(5)
            rangs = [rang + 1 for rang, fautive in enumerate(fautives) if fautive]
            exemples = ", ".join(f"{code} [rang {rang}]" for rang, code in zip(rangs, montrees.code, strict=False))
            suite = f" et {int(fautives.sum()) - 5} autres" if fautives.sum() > 5 else ""
            yield f"{message} : {exemples}{suite}"
