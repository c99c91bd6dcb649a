"""Ajouter un indicateur de l'analyste aux indicateurs embarqués : tout est contrôlé avant, rien n'est deviné."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from observatoire.comparaison import ENGLOBANTS
from observatoire.erreurs import ErreurSchema
from observatoire.indicateurs import DIFFUSE
from observatoire.referentiel import CODE_PERIMETRE
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
#: Territoires qui ne sont pas au référentiel : (niveau, code) de la région et de la France.
_HORS_REFERENTIEL = [(niveau, code) for niveau, code, _ in ENGLOBANTS]
_OBLIGATOIRES = ("indicateur", "libelle", "nature")
_REMEDE = "corrigez la table ou la fiche, puis rappelez ajouter_indicateur ; rien n'a été ajouté."


def preparer(
    table: pd.DataFrame,
    fiche: Mapping[str, Any],
    catalogue: pd.DataFrame,
    niveau_du_code: Callable[[str], str | None],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lignes et fiche d'un indicateur à ajouter, dans la forme de ``o.indicateurs`` et de ``o.catalogue``.

    Parameters
    ----------
    table : pandas.DataFrame
        Colonnes ``code`` (ou index) et ``valeur`` ; facultatives : ``niveau`` (déduit du code sinon), ``millesime``,
        ``statut`` (« diffuse », ou « non_diffuse » pour une case vide, sinon), ``source``.
    fiche : mapping
        Au moins ``indicateur``, ``libelle`` et ``nature`` ; les autres colonnes du catalogue sont facultatives.
    catalogue : pandas.DataFrame
        Le catalogue existant.
    niveau_du_code : callable
        Niveau d'un code du référentiel, None s'il est inconnu.

    Raises
    ------
    ErreurSchema
        Tous les problèmes à la fois : fiche incomplète, colonnes absentes, codes inconnus ou répétés, textes dans les
        nombres, statuts contradictoires.
    """
    origine = f"indicateur « {fiche.get('indicateur', '?')} »"
    brute = (table if "code" in table.columns else table.rename_axis("code").reset_index()).reset_index(drop=True)
    problemes = list(_problemes_de_fiche(fiche, catalogue))
    if "valeur" not in brute:
        raise ErreurSchema(origine, [*problemes, "colonne « valeur » absente de la table"], _REMEDE)
    valeurs = _completer(brute, fiche, niveau_du_code)
    problemes += _problemes_de_table(brute, valeurs, niveau_du_code)
    if problemes:
        raise ErreurSchema(origine, problemes, _REMEDE)
    datee = "oui" if valeurs.millesime.notna().all() else "non"
    entiers = {"decimales": 0} if fiche.get("nature") == "effectif" else {}
    complete = {**_DEFAUTS, **entiers, **fiche, "millesime_documente": datee}
    ligne = pd.DataFrame([complete])[SCHEMAS["catalogue"].colonnes()]
    valider(ligne, SCHEMAS["catalogue"], origine)
    return valider(valeurs, SCHEMAS["indicateurs"], origine), ligne.set_index("indicateur")


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
    yield from _problemes_de_calcul(fiche, catalogue)


def _problemes_de_calcul(fiche: Mapping[str, Any], catalogue: pd.DataFrame) -> Iterator[str]:
    """Les indicateurs que la fiche cite pour s'agréger doivent exister."""
    if not isinstance(fiche.get("ponderation", []), list):
        yield f"« ponderation » est une liste d'indicateurs, or on lit {fiche['ponderation']!r}"
        return
    cites = [(cle, fiche[cle]) for cle in ("numerateur", "denominateur") if fiche.get(cle)]
    for cle, cite in [*cites, *(("ponderation", poids) for poids in fiche.get("ponderation", ()))]:
        if cite not in catalogue.index:
            yield f"« {cle} » : l'indicateur « {cite} » n'est pas dans le catalogue"


def _completer(
    brute: pd.DataFrame, fiche: Mapping[str, Any], niveau_du_code: Callable[[str], str | None]
) -> pd.DataFrame:
    valeurs = pd.to_numeric(brute.valeur, errors="coerce").astype(float)
    codes = brute.code.map(lambda code: _canonique(str(code).strip(), niveau_du_code))
    millesimes = brute.millesime if "millesime" in brute else pd.Series(pd.NA, brute.index)
    statuts = brute.statut if "statut" in brute else pd.Series(None, brute.index, dtype=object)
    return pd.DataFrame(
        {
            "niveau": brute.niveau if "niveau" in brute else codes.map(niveau_du_code),
            "code": codes,
            "indicateur": fiche.get("indicateur", "?"),
            "millesime": pd.array([_annee(m) for m in millesimes], "Int64"),
            "valeur": valeurs,
            "statut": statuts.where(statuts.notna(), valeurs.notna().map({True: DIFFUSE, False: "non_diffuse"})),
            "source": brute.source if "source" in brute else str(fiche.get("producteur", _DEFAUTS["producteur"])),
        }
    )


def _canonique(code: str, niveau_du_code: Callable[[str], str | None]) -> str:
    """Le code tel que l'écrit le référentiel : « qn07801m » y est « QN07801M »."""
    niveau = niveau_du_code(code)
    return code if niveau is None else CODE_PERIMETRE if niveau == "perimetre" else code.upper()


def _annee(millesime: object) -> int | None:
    """L'année, ou None si ce n'en est pas une (2021,5, « hier »...)."""
    texte = str(millesime).removesuffix(".0")
    return int(texte) if texte.isdecimal() else None


def _problemes_de_table(
    brute: pd.DataFrame, lignes: pd.DataFrame, niveau_du_code: Callable[[str], str | None]
) -> Iterator[str]:
    millesimes = brute.get("millesime", pd.Series(pd.NA, brute.index))
    attendus = lignes.code.map(niveau_du_code)
    ailleurs = pd.Series(list(zip(lignes.niveau, lignes.code, strict=True)), lignes.index).isin(_HORS_REFERENTIEL)
    fautes = {
        "code inconnu du référentiel (zéro initial perdu ?)": attendus.isna() & ~ailleurs,
        "code d'un autre niveau que celui donné": attendus.notna() & attendus.ne(lignes.niveau) & ~ailleurs,
        f"niveau inconnu ({', '.join(NIVEAUX_INDICATEURS)})": ~lignes.niveau.isin(NIVEAUX_INDICATEURS),
        "« valeur » n'est pas un nombre fini": (lignes.valeur.isna() & brute.valeur.notna())
        | np.isinf(lignes.valeur)
        | brute.valeur.map(lambda v: isinstance(v, bool)),
        "« millesime » n'est pas une année": lignes.millesime.isna() & millesimes.notna(),
        "ligne répétée (même code, même millésime)": lignes.duplicated(["niveau", "code", "millesime"], keep=False),
        f"statut inconnu ({', '.join(STATUTS)})": ~lignes.statut.isin(STATUTS),
        "statut « diffuse » sans valeur": lignes.statut.eq(DIFFUSE) & brute.valeur.isna(),
        "valeur donnée malgré un statut qui dit qu'elle manque": lignes.statut.ne(DIFFUSE) & lignes.valeur.notna(),
    }
    for message, fautives in fautes.items():
        rangs = [rang for rang, fautive in enumerate(fautives.fillna(False)) if fautive]
        if rangs:
            exemples = ", ".join(f"{brute.code.iloc[rang]} [rang {rang + 1}]" for rang in rangs[:5])
            yield f"{message} : {exemples}" + (f" et {len(rangs) - 5} autres" if len(rangs) > 5 else "")
