"""Les expériences et les actions sur une carte : un point par territoire, qui dit combien il en porte et lesquelles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import shapely

from observatoire.adresses import adresse_de_page
from observatoire.carte import STYLES, Article, Carte, Couche, Entite
from observatoire.erreurs import ErreurArgument
from observatoire.referentiel import LIBELLES_NIVEAUX
from observatoire.schemas import NATURES_RACONTEES
from observatoire.territoire import Territoire
from observatoire.typographie import accorder, soigner

#: Colonnes attendues : une ligne par expérience ou action et par territoire où elle a lieu.
COLONNES = ("id", "genre", "titre", "annee", "porteur", "url", "code", "niveau")
_GENRES = {"experience": ("expérience", "expériences"), "action": ("action", "actions")}
_LUES = ("id", "genre", "titre", "annee", "porteur", "url", "codes", "portee")
#: Un point dit un lieu : une commune ou un quartier, pas le milieu d'un département.
_PLACES = ("commune", "qpv")
#: Portées qui mettent une notice sur la carte d'un territoire.
_SUR_LA_CARTE = ("sur place", "quartier", "dans le territoire")


def recenser(t: Territoire) -> pd.DataFrame:
    """Ce qui peut se placer sur la carte d'un territoire : une ligne par notice et par lieu (``COLONNES``).

    Une notice située dans un quartier ne l'est pas une seconde fois dans la commune de ce quartier.
    """
    actions = t.actions[t.actions.nature.isin(NATURES_RACONTEES)].rename(columns={"intitule": "titre"})
    notices = [t.experiences.assign(genre="experience"), actions.assign(genre="action")]
    table = pd.concat([n.reset_index().reindex(columns=list(_LUES)).astype(object) for n in notices], ignore_index=True)
    table = table[table.portee.isin(_SUR_LA_CARTE)]
    table["code"] = [_lieux(t, codes) for codes in table.codes]
    table = table.explode("code", ignore_index=True)
    table["niveau"] = table.code.map(t.base.repertoire.niveau_du_code)
    return table[list(COLONNES)]


def _lieux(t: Territoire, codes: Sequence[str]) -> list[str]:
    """Ces codes, sans la commune d'un quartier qui y est aussi."""
    repertoire = t.base.repertoire
    quartiers = [code for code in codes if repertoire.niveau_du_code(code) == "qpv"]
    deja = {commune for quartier in quartiers for commune in repertoire.membres("qpv", quartier)}
    return [code for code in codes if code not in deja]


def avec_experiences(carte: Carte, t: Territoire, table: pd.DataFrame) -> Carte:
    """La même carte, avec un point par territoire où quelque chose a eu lieu.

    Parameters
    ----------
    carte : Carte
        La carte du territoire.
    t : Territoire
        Le territoire.
    table : pandas.DataFrame
        ``id``, ``genre`` (« experience » ou « action »), ``titre``, ``annee``, ``porteur``, ``url``, ``code`` et
        ``niveau`` du territoire ; une ligne par territoire, autant de lignes que de territoires.

    Raises
    ------
    ErreurArgument
        Une colonne manque, ou un genre est inconnu.
    """
    _verifier(table)
    cadre = shapely.box(*carte.emprise)
    groupes = [(str(n), str(c), lignes) for (n, c), lignes in table.groupby(["niveau", "code"], sort=True)]
    poses = [(e, len(lignes)) for n, c, lignes in groupes if (e := _point(t, n, c, lignes)) is not None]
    visibles = tuple(e for e, _ in poses if e.geometrie.within(cadre))
    montrees = {str(i) for n, c, lignes in groupes if c in {e.code for e in visibles} for i in lignes.id}
    ailleurs = table.id.astype(str).nunique() - len(montrees)
    return replace(
        carte,
        couches=(*carte.couches, Couche("points", visibles)) if visibles else carte.couches,
        notes=tuple(map(soigner, (*carte.notes, *_notes(ailleurs)))),
        texte_alternatif=soigner(f"{carte.texte_alternatif} {_resumer(len(montrees), len(visibles))}"),
    )


def _verifier(table: pd.DataFrame) -> None:
    manquantes = [nom for nom in COLONNES if nom not in table.columns]
    inconnus = [] if manquantes else sorted(set(table.genre) - set(_GENRES))
    if manquantes or inconnus:
        quoi = f"colonnes absentes : {', '.join(manquantes)}" if manquantes else f"genres inconnus : {inconnus}"
        raise ErreurArgument(
            f"La table des expériences et actions ne se dessine pas : {quoi}. "
            f"Que faire : donnez {', '.join(COLONNES)}, avec pour genre « experience » ou « action »."
        )


def _point(t: Territoire, niveau: str, code: str, lignes: pd.DataFrame) -> Entite | None:
    """Le point d'un territoire, à l'intérieur de son contour ; None s'il est inconnu ou sans contour."""
    tables = {n: t.base.repertoire.table(n) for n in LIBELLES_NIVEAUX if n != "perimetre"}  # type: ignore[arg-type]
    if niveau not in _PLACES or code not in tables[niveau].index:
        return None
    contour = tables[niveau].geometry[code]
    if contour is None or contour.is_empty:
        return None
    nom = t.base.repertoire.nommer(niveau, code)  # type: ignore[arg-type]
    libelle = LIBELLES_NIVEAUX[niveau]
    infos = ((libelle[:1].upper() + libelle[1:], nom),)
    point = shapely.point_on_surface(contour)
    articles = tuple(_article(ligne) for ligne in lignes.sort_values("annee", ascending=False).itertuples())
    return Entite(code, nom, point, infos, rayon=STYLES["points"].rayon, articles=articles)


def _article(ligne: Any) -> Article:
    dits = (_GENRES[ligne.genre][0], None if pd.isna(ligne.annee) else str(int(ligne.annee)), _texte(ligne.porteur))
    return Article(str(ligne.titre), ", ".join(dit for dit in dits if dit), adresse_de_page(_texte(ligne.url)) or None)


def _texte(valeur: Any) -> str:
    return "" if pd.isna(valeur) else str(valeur)


def _notes(ailleurs: int) -> Iterator[str]:
    if ailleurs:
        verbe = "n'est pas placée" if ailleurs == 1 else "ne sont pas placées"
        yield (
            f"{accorder(ailleurs, 'expérience ou action', 'expériences ou actions')} {verbe} : le lieu est plus large "
            "que la carte, hors d'elle ou sans contour."
        )


def _resumer(nombre: int, lieux: int) -> str:
    if not nombre:
        return "Aucune expérience ni action n'y est placée."
    quoi = accorder(nombre, "expérience ou action y est placée", "expériences ou actions y sont placées")
    return f"{quoi}, en {accorder(lieux, 'lieu', 'lieux')}."
