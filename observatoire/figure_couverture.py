"""Rendu SVG d'une couverture, à imprimer : un damier d'intercommunalités et de thèmes, les blancs hachurés.

PNG et PDF viennent du même SVG, par Typst.
"""

from __future__ import annotations

import datetime as dt
import re
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observatoire.dessin import Dessin
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import environnement
from observatoire.typographie import accorder, nombre, soigner

LARGEUR = 860
#: Blanc autour du dessin, qui s'enregistre toujours seul.
MARGE = 18
SOURCE = (
    "catalogue des expériences et des actions ; géographie prioritaire 2024 (ANCT) ; population municipale 2020 des "
    "quartiers prioritaires (Insee)"
)
#: Du clair au sombre, d'une seule teinte : dernier nombre de la classe, fond, encre.
CLASSES = (
    (1, "#d6e4ef", "#1d1b18"),
    (2, "#a9c8de", "#1d1b18"),
    (5, "#6fa3c8", "#1d1b18"),
    (10, "#2f6a9c", "#ffffff"),
    (None, "#143a61", "#ffffff"),
)
_NATURE = re.compile(
    r"^(?:Communauté (?:d'agglomération|urbaine|de communes)|Métropole) (?:(?:de la|de l'|de|du|des|d'|la|le|les) ?)?"
)
_COLONNE_NOMS = 178
_COLONNES_MESURES = (46, 58)
_MARGE_DROITE = 62
_PAS_Y = 21
_HAUT_ENTETES = 46
_HAUTEUR_ENTETES = 118
_CARACTERES_ENTETE = 24
_CARACTERES_NOTE = 215


@dataclass(frozen=True)
class _Damier:
    """Où va chaque chose : une colonne par thème, une ligne par territoire."""

    themes: Sequence[str]

    @property
    def pas_x(self) -> float:
        return (LARGEUR - _COLONNE_NOMS - sum(_COLONNES_MESURES) - _MARGE_DROITE) / max(len(self.themes), 1)

    @property
    def droite(self) -> float:
        return LARGEUR - _MARGE_DROITE

    @property
    def bas_entetes(self) -> float:
        return _HAUT_ENTETES + _HAUTEUR_ENTETES

    def x(self, rang: int) -> float:
        return _COLONNE_NOMS + rang * self.pas_x

    @property
    def mesures(self) -> list[float]:
        """Bord droit de chaque colonne de mesures."""
        return [self.droite - _COLONNES_MESURES[1], self.droite]

    def entetes(self) -> Iterator[dict[str, Any]]:
        for rang, theme in enumerate(self.themes):
            yield {"x": self.x(rang) + self.pas_x / 2, "lignes": _couper(_majuscule(theme)), "mesure": False}
        for x, nom in zip(self.mesures, ("Thèmes renseignés", "Habitants en QPV"), strict=True):
            yield {"x": x - 12, "lignes": [nom], "mesure": True}


def dessiner(
    couverture: pd.DataFrame,
    larges: pd.DataFrame | None = None,
    *,
    titre: str = "Expériences et actions enregistrées, par intercommunalité et par thème",
    source: str = SOURCE,
    date: dt.date | None = None,
) -> Dessin:
    """Dessine un damier : une ligne par territoire, une colonne par thème, le nombre d'enregistrements dans la case.

    Parameters
    ----------
    couverture : pandas.DataFrame
        Résultat de ``couverture.couvrir``.
    larges : pandas.DataFrame, optional
        Résultat de ``couverture.couvrir_larges`` : les départements et l'ouest francilien entiers, dessous.
    titre, source : str
        Ce qu'on imprime en tête, et d'où viennent les chiffres.
    date : datetime.date, optional
        Date du document PDF.

    Raises
    ------
    ErreurArgument
        La couverture est vide : aucun thème n'a été donné.
    """
    if couverture.empty:
        raise ErreurArgument("La couverture est vide. Que faire : donnez au moins un thème à couvrir().")
    damier = _Damier(list(couverture.theme.unique()))
    groupes = list(_grouper(couverture, larges, damier))
    bas = groupes[-1]["bas"] + (16 if groupes[-1]["totaux"] else 0)
    notes = [ligne for note in _noter(source) for ligne in textwrap.wrap(note, _CARACTERES_NOTE)]
    hauteur = round(bas + 36 + 12 * len(notes))
    alternatif = soigner(_decrire(couverture))
    svg = (
        environnement()
        .get_template("couverture.svg")
        .render(
            titre=titre,
            sous_titre=_sous_titre(couverture),
            texte_alternatif=alternatif,
            cle=zlib.crc32(f"{titre}{alternatif}".encode()),
            marge=MARGE,
            largeur=LARGEUR + 2 * MARGE,
            hauteur=hauteur + 2 * MARGE,
            bas_entetes=damier.bas_entetes,
            colonnes=list(damier.entetes()),
            groupes=groupes,
            pas_x=damier.pas_x,
            pas_y=_PAS_Y,
            droite=damier.droite,
            titre_legende="Enregistrements",
            legende=list(_legende()),
            haut_legende=bas + 12,
            haut_notes=bas + 44,
            notes=notes,
        )
    )
    return Dessin(titre, svg, alternatif, LARGEUR + 2 * MARGE, hauteur + 2 * MARGE, date)


def _grouper(couverture: pd.DataFrame, larges: pd.DataFrame | None, damier: _Damier) -> Iterator[dict[str, Any]]:
    titre = ["Intercommunalités", "ayant un quartier prioritaire"]
    haut = damier.bas_entetes + 8
    groupe = _groupe(couverture, damier, titre, haut)
    yield {**groupe, "totaux": list(_totaux(couverture, damier))}
    if larges is not None:
        haut = groupe["bas"] + 42
        yield {**_groupe(larges, damier, ["Sur tout un département, ou tout l'ouest francilien"], haut), "totaux": []}


def _groupe(table: pd.DataFrame, damier: _Damier, titre: Sequence[str], haut: float) -> dict[str, Any]:
    codes = list(table.code.unique())
    lignes = [
        _ligne(table[table.code == code].set_index("theme"), damier, haut + rang * _PAS_Y)
        for rang, code in enumerate(codes)
    ]
    return {"titre": titre, "y": haut, "bas": haut + len(codes) * _PAS_Y, "lignes": lignes}


def _ligne(lignes: pd.DataFrame, damier: _Damier, y: float) -> dict[str, Any]:
    effectifs = (lignes.experiences + lignes.actions).reindex(list(damier.themes), fill_value=0)
    renseignes = int((effectifs > 0).sum())
    mesures = (f"{renseignes} sur {len(damier.themes)}", nombre(int(lignes.habitants_qpv_total.iloc[0])))
    return {
        "nom": _abreger(str(lignes.nom.iloc[0])),
        "y": y,
        "cases": [_case(int(effectif), damier.x(rang)) for rang, effectif in enumerate(effectifs)],
        "mesures": [{"x": x, "texte": texte} for x, texte in zip(damier.mesures, mesures, strict=True)],
    }


def _case(effectif: int, x: float) -> dict[str, Any]:
    if not effectif:
        return {"x": x, "texte": ""}
    _, fond, encre = next(classe for classe in CLASSES if classe[0] is None or effectif <= classe[0])
    return {"x": x, "texte": nombre(effectif), "fond": fond, "encre": encre}


def _totaux(couverture: pd.DataFrame, damier: _Damier) -> Iterator[dict[str, Any]]:
    yield {"x": 2, "texte": "Intercommunalités sans rien d'enregistré"}
    blancs = couverture.groupby("theme").blanc.sum()
    for rang, theme in enumerate(damier.themes):
        yield {"x": damier.x(rang) + damier.pas_x / 2 - 1, "texte": nombre(int(blancs[theme]))}


def _legende() -> Iterator[dict[str, Any]]:
    debut, x = 1, 100.0
    for fin, fond, _ in CLASSES:
        libelle = f"plus de {debut - 1}" if fin is None else str(fin) if fin == debut else f"{debut} à {fin}"
        yield {"x": x, "fond": fond, "libelle": libelle}
        debut, x = (fin or 0) + 1, x + 45 + 5 * len(libelle)
    yield {"x": x + 10, "fond": None, "libelle": "rien d'enregistré"}


def _noter(source: str) -> Iterator[str]:
    yield soigner(
        "Lecture : une case compte les expériences et les actions enregistrées qui portent sur l'intercommunalité, sur "
        "une de ses communes ou sur un de ses quartiers. Un enregistrement qui a plusieurs thèmes, ou qui touche "
        "plusieurs intercommunalités, compte dans chaque case."
    )
    yield soigner(
        "Une case hachurée veut dire que rien n'y est enregistré dans les documents dépouillés ; elle ne veut pas dire "
        "que rien n'y existe. Habitants : ceux des quartiers des Yvelines, des Hauts-de-Seine et du Val-d'Oise."
    )
    yield soigner(f"Sources : {source}.")


def _sous_titre(couverture: pd.DataFrame) -> str:
    derniere = couverture.derniere_annee.max()
    jusqua = "" if pd.isna(derniere) else f" ; dernière année enregistrée : {derniere}"
    return soigner(f"Quartiers prioritaires de l'ouest francilien{jusqua}")


def _decrire(couverture: pd.DataFrame) -> str:
    themes, blancs = couverture.theme.nunique(), int(couverture.blanc.sum())
    lignes = [
        f"{_abreger(str(nom))} : {nombre(int((~siennes.blanc).sum()))}"
        for nom, siennes in couverture.groupby("nom", sort=False)
    ]
    return (
        f"Tableau de {accorder(couverture.code.nunique(), 'intercommunalité')} et de {accorder(themes, 'thème')}. "
        f"Rien n'est enregistré dans {nombre(blancs)} cases sur {nombre(len(couverture))}. "
        f"Nombre de thèmes renseignés par intercommunalité : {' ; '.join(lignes)}."
    )


def _abreger(nom: str) -> str:
    """Le nom d'une intercommunalité sans sa nature : « Cergy-Pontoise »."""
    court = _NATURE.sub("", nom)
    return _majuscule(court) if court else nom


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _couper(texte: str) -> list[str]:
    """Un en-tête en deux lignes au plus, de longueurs voisines."""
    if len(texte) <= _CARACTERES_ENTETE:
        return [texte]
    return textwrap.wrap(texte, max(_CARACTERES_ENTETE, len(texte) // 2 + 4))[:2]
