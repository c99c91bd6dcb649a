"""Un classeur Excel, pour la bureautique : une feuille par table, des codes en texte, des nombres en nombres.

Les feuilles de territoires se lisent telles quelles : une valeur absente y est remplacée par son signe (« s. »,
« n.d. »...). La feuille « indicateurs » garde la valeur et son statut. Aucun texte n'est jamais une formule.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd
import xlsxwriter

from observatoire.couches import LIBELLES, Couche, Mesure, en_texte
from observatoire.indicateurs import DIFFUSE, SIGNES

_LARGEURS = (9, 60)  # en caractères
_LIGNES_MESUREES = 200
_LARGEURS_NOTICE = (26, 100)
_HAUTEUR = 15  # d'une ligne de texte, en points
_LIGNES_DE_TITRE = 4
_CARACTERES_PAR_PAGE = 180
_A4 = 9


class _Exact(float):
    """Un nombre écrit avec tous ses chiffres : le format par défaut d'un classeur perd le dix-septième."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self).removesuffix(".0")


@dataclass(frozen=True)
class _Colonne:
    titre: str
    cellules: Sequence[object]
    decimales: int | None = None


def en_classeur(couches: Iterable[Couche], notice: pd.DataFrame, date: dt.date) -> bytes:
    """Les octets d'un classeur .xlsx ; les mêmes données et la même date donnent les mêmes octets.

    Parameters
    ----------
    couches : iterable of Couche
        Les tables à écrire, une feuille chacune.
    notice : pandas.DataFrame
        Le « lisez-moi » (``rubrique``, ``texte``), en première feuille.
    date : datetime.date
        Date de production, inscrite dans les propriétés du fichier.
    """
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon, {"in_memory": True}) as classeur:
        classeur.set_properties(
            {"title": "Observatoire de la politique de la ville", "created": dt.datetime.combine(date, dt.time())}
        )
        _Feuille(classeur, "lisez-moi").expliquer(notice)
        for couche in couches:
            _Feuille(classeur, couche.nom).remplir(list(_colonnes(couche)))
    return tampon.getvalue()


def _colonnes(couche: Couche) -> Iterator[_Colonne]:
    table = couche.table.drop(columns="geometry", errors="ignore")
    table = table.reset_index(drop=table.index.name is None)
    lisible = bool(couche.mesures)
    for nom in map(str, table):
        yield _Colonne(LIBELLES.get(nom, nom) if lisible else nom, [en_texte(v) for v in table[nom]])
    yield from (_Colonne(m.titre, _affichees(m), m.decimales) for m in couche.mesures)


def _affichees(mesure: Mesure) -> list[object]:
    """Le nombre, ou le signe de son absence : jamais une cellule vide."""
    paires = zip(mesure.valeurs, mesure.statuts, strict=True)
    return [valeur if statut == DIFFUSE else SIGNES[statut][0] for valeur, statut in paires]


class _Feuille:
    """Une feuille et les formats de ses cellules."""

    def __init__(self, classeur: Any, nom: str) -> None:
        self._classeur = classeur
        self._feuille = classeur.add_worksheet(nom)
        self._entete = classeur.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8E8F4", "bottom": 1}
        )
        self._texte = classeur.add_format({"num_format": "@", "valign": "top"})
        self._paragraphe = classeur.add_format({"text_wrap": True, "valign": "top"})
        self._signe = classeur.add_format({"align": "right", "font_color": "#555555"})

    def remplir(self, colonnes: Sequence[_Colonne]) -> None:
        """Écrit les colonnes ; l'entête reste visible, se filtre et se répète à l'impression."""
        largeurs = [_largeur(colonne) for colonne in colonnes]
        lignes = max(_lignes(colonne.titre, large) for colonne, large in zip(colonnes, largeurs, strict=True))
        self._feuille.set_row(0, lignes * _HAUTEUR)
        for rang, colonne in enumerate(colonnes):
            self._feuille.write_string(0, rang, colonne.titre, self._entete)
            self._ecrire(rang, colonne)
            self._feuille.set_column(rang, rang, largeurs[rang])
        derniere = max(len(colonnes[0].cellules), 1)
        self._feuille.freeze_panes(1, min(2, len(colonnes) - 1))
        self._feuille.autofilter(0, 0, derniere, len(colonnes) - 1)
        self._feuille.ignore_errors({"number_stored_as_text": f"A1:XFD{derniere + 1}"})
        self._feuille.repeat_rows(0)
        self._feuille.repeat_columns(0, min(1, len(colonnes) - 1))
        self._feuille.set_landscape()
        self._imprimer(math.ceil(sum(largeurs) / _CARACTERES_PAR_PAGE))

    def expliquer(self, notice: pd.DataFrame) -> None:
        """Écrit le « lisez-moi » : deux colonnes de texte, qui passe à la ligne."""
        for ligne, (rubrique, texte) in enumerate(zip(notice.rubrique, notice.texte, strict=True)):
            self._feuille.set_row(ligne, _lignes(texte, _LARGEURS_NOTICE[1]) * _HAUTEUR)
            self._feuille.write_string(ligne, 0, rubrique, self._entete)
            self._feuille.write_string(ligne, 1, texte, self._paragraphe)
        self._feuille.set_column(0, 0, _LARGEURS_NOTICE[0])
        self._feuille.set_column(1, 1, _LARGEURS_NOTICE[1])
        self._imprimer(pages=1)

    def _imprimer(self, pages: int) -> None:
        self._feuille.set_paper(_A4)
        self._feuille.fit_to_pages(pages, 0)

    def _ecrire(self, rang: int, colonne: _Colonne) -> None:
        chiffres = self._classeur.add_format({"num_format": _format(colonne.decimales)})
        for ligne, valeur in enumerate(colonne.cellules, 1):
            if isinstance(valeur, Real):
                self._feuille.write_number(ligne, rang, _Exact(valeur), chiffres)
            elif valeur is not None:
                texte = self._texte if colonne.decimales is None else self._signe
                self._feuille.write_string(ligne, rang, str(valeur), texte)


def _format(decimales: int | None) -> str:
    if decimales is None:
        return "General"
    return f"#,##0.{'0' * decimales}" if decimales else "#,##0"


def _largeur(colonne: _Colonne) -> int:
    """Ce qu'il faut à ses valeurs, et à son titre sur quelques lignes."""
    textes = [_longueur(v, colonne.decimales) for v in list(colonne.cellules)[:_LIGNES_MESUREES] if v is not None]
    titre = [math.ceil(len(colonne.titre) / _LIGNES_DE_TITRE), *map(len, colonne.titre.split())]
    voulue = max([*titre, *textes], default=0) + 2
    return min(max(voulue, _LARGEURS[0]), _LARGEURS[1])


def _longueur(valeur: object, decimales: int | None) -> int:
    chiffres = isinstance(valeur, Real) and decimales is not None
    return len(f"{valeur:,.{decimales}f}" if chiffres else str(valeur))


def _lignes(texte: str, largeur: int) -> int:
    return len(textwrap.wrap(texte, largeur)) or 1
