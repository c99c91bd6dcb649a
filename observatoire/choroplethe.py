"""Colorier une carte selon un indicateur : peu de classes, bornes lisibles, absences hachurées.

Une part, une médiane, un indice ou un ratio se colorient ; un effectif, jamais : la surface tromperait. Une valeur
absente n'est ni basse ni haute : elle est hachurée, avec sa raison en légende.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from observatoire.carte import Carte, Couche, Entite, Style
from observatoire.erreurs import ErreurArgument
from observatoire.indicateurs import DIFFUSE, SIGNES, Valeur, ecrire_valeur, lire_millesime
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, accorder, nombre, soigner

#: Du clair au sombre, d'une seule teinte (ColorBrewer YlGnBu) : l'ordre se lit aussi en noir et blanc.
PALETTE = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
_TRAIT = "#3b3a36"
_EPAISSEUR = 0.6
#: Part des valeurs rondes à partir de laquelle les bornes le sont aussi.
_RONDES = 0.9
_CONTOUR_QPV = Style("Contour de QPV", "#1d1b18", 1.1)


def colorier(carte: Carte, t: Territoire, indicateur: str, millesime: int | str | None = None) -> Carte:
    """La même carte, coloriée selon un indicateur, par QPV s'il y est publié, par commune sinon.

    Parameters
    ----------
    carte : Carte
        La carte des QPV du territoire.
    t : Territoire
        Le territoire.
    indicateur : str
        Identifiant du catalogue.
    millesime : int, optional
        Année ; par défaut la dernière que partagent toutes les entités renseignées.

    Raises
    ------
    ErreurArgument
        L'indicateur est un effectif, ou n'est publié ni par QPV ni par commune sur ce territoire.
    """
    fiche = t.base.releve.fiche(indicateur)
    if fiche.nature == "effectif":
        raise ErreurArgument(
            f"« {fiche.libelle} » est un effectif : colorier des surfaces selon lui tromperait. "
            "Que faire : choisissez une part, un ratio, une médiane ou un indice (colonne nature de o.catalogue)."
        )
    niveau = _niveau(t, indicateur)
    entites = [e for couche in carte.couches if _coloriee(couche, niveau) for e in couche.entites]
    valeurs = _valeurs(t, niveau, [e.code for e in entites], indicateur, lire_millesime(millesime))
    publiees = [v for v in valeurs.values() if v.statut == DIFFUSE]
    if not publiees:
        raise ErreurArgument(
            f"« {fiche.libelle} » n'est publié pour aucun territoire de cette carte ({t.nom}). "
            "Que faire : choisissez un autre indicateur, un autre millésime ou un territoire plus large."
        )
    neuves = [replace(c, quartiers=niveau == "qpv") for c in _couches(entites, valeurs, publiees)]
    return replace(
        carte,
        titre=f"{fiche.libelle}{f' ({fiche.unite})' if fiche.unite else ''}{INSECABLE}: {t.nom}",
        sous_titre=f"Par {'quartier prioritaire' if niveau == 'qpv' else 'commune'}, {publiees[0].reference}",
        couches=tuple(_recomposer(carte.couches, neuves, niveau)),
        sources=soigner(f"{publiees[0].reference} ; {carte.sources}"),
        texte_alternatif=soigner(_texte_alternatif(t, fiche, entites, valeurs, publiees)),
    )


def _niveau(t: Territoire, indicateur: str) -> str:
    releve = t.base.releve
    for niveau, codes in (("qpv", t.qpv.index), ("commune", t.communes.index)):
        if any(releve.millesimes(niveau, code, indicateur) for code in codes):
            return niveau
    raise ErreurArgument(
        f"« {releve.fiche(indicateur).libelle} » n'est dans les données ni par QPV ni par commune de {t.nom}. "
        "Que faire : choisissez un indicateur publié à l'un de ces niveaux."
    )


def _coloriee(couche: Couche, niveau: str) -> bool:
    return couche.style in LIBELLES_STATUTS if niveau == "qpv" else couche.style == "communes"


def _valeurs(
    t: Territoire, niveau: str, codes: Sequence[str], indicateur: str, millesime: int | None
) -> dict[str, Valeur]:
    releve = t.base.releve
    annee = millesime
    if annee is None:
        renseignes = [(niveau, code) for code in codes if releve.millesimes(niveau, code, indicateur)]
        communs = releve.millesimes_communs(renseignes, indicateur)
        annee = communs[0] if communs else None
    return {code: releve.exactement(niveau, code, indicateur, annee) for code in codes}


def _grain(valeurs: Sequence[float], decimales: int) -> int:
    """Décimales des bornes : celles des données, souvent publiées à l'unité ou à la dizaine."""
    for rang in range(-2, decimales):
        rondes = sum(abs(v * 10.0**rang - round(v * 10.0**rang)) < 1e-9 for v in valeurs)
        if rondes >= _RONDES * len(valeurs):
            return rang
    return decimales


def decouper(valeurs: Sequence[float], decimales: int, classes: int = len(PALETTE)) -> list[tuple[float, float]]:
    """Classes d'effectifs voisins (quantiles), aux bornes rondes à ``decimales`` près, sans classe vide.

    Une valeur la plus basse très répandue (zéro habitant en QPV) a sa propre classe, bornes égales.

    Returns
    -------
    list of (bas, haut)
        La borne haute d'une classe est la basse de la suivante, qui la comprend ; la dernière comprend les deux.
    """
    minimum = min(valeurs)
    autres = [v for v in valeurs if v > minimum]
    if not autres or len(valeurs) - len(autres) > len(valeurs) / classes:
        return [(minimum, minimum), *(decouper(autres, decimales, classes - 1) if autres else [])]
    pas = 10.0**-decimales
    quantiles = np.quantile(valeurs, np.linspace(0, 1, classes + 1)) / pas
    bornes = [math.floor(quantiles[0] + 1e-9), *np.rint(quantiles[1:-1]), math.ceil(quantiles[-1] - 1e-9)]
    uniques = [round(float(borne) * pas, decimales) for borne in dict.fromkeys(sorted(bornes))]
    paires = list(itertools.pairwise(uniques)) or [(uniques[0], uniques[0])]
    pleines = [paires[rang] for rang in sorted({ranger(v, paires) for v in valeurs})]
    # Une classe vide retirée laisse sa place à la précédente.
    suites = [*(bas for bas, _ in pleines[1:]), pleines[-1][1]]
    return [(bas, haut) for (bas, _), haut in zip(pleines, suites, strict=True)]


def ranger(valeur: float, classes: Sequence[tuple[float, float]]) -> int:
    """Rang de la classe d'une valeur : celle d'une valeur unique, ou la dernière dont elle atteint la borne basse."""
    uniques = [rang for rang, (bas, haut) in enumerate(classes) if bas == haut == valeur]
    larges = [rang for rang, (bas, haut) in enumerate(classes) if bas < haut] or [0]
    return uniques[0] if uniques else max((r for r in larges if classes[r][0] <= valeur), default=larges[0])


def _teintes(nombre_de_classes: int) -> list[str]:
    """Couleurs réparties sur la palette ; sur peu de classes, les extrêmes exagéreraient l'écart."""
    bords = {1: (2, 2), 2: (1, 3)}.get(nombre_de_classes, (0, len(PALETTE) - 1))
    return [PALETTE[round(rang)] for rang in np.linspace(*bords, nombre_de_classes)]


def _couches(entites: Iterable[Entite], valeurs: dict[str, Valeur], publiees: list[Valeur]) -> Iterator[Couche]:
    """Une couche par raison d'absence, puis une par classe, de la plus haute à la plus basse."""
    nombres = [v.valeur for v in publiees]
    classes = decouper(nombres, _grain(nombres, publiees[0].decimales))
    enrichies = [_enrichir(entite, valeurs[entite.code]) for entite in entites]
    for statut, (signe, raison) in SIGNES.items():
        absentes = tuple(e for e in enrichies if valeurs[e.code].statut == statut)
        if absentes:
            yield Couche(
                "absente", absentes, propre=Style(f"{signe}{INSECABLE}: {raison}", _TRAIT, _EPAISSEUR, hachures=statut)
            )
    rangs = {code: ranger(v.valeur, classes) for code, v in valeurs.items() if v.statut == DIFFUSE}
    for rang, (classe, teinte) in enumerate(zip(classes, _teintes(len(classes)), strict=True)):
        dedans = tuple(e for e in enrichies if rangs.get(e.code) == rang)
        libelle = _libelle(classe, publiees[0], derniere=rang == len(classes) - 1)
        yield Couche("classe", dedans, propre=Style(libelle, _TRAIT, _EPAISSEUR, teinte))


def _enrichir(entite: Entite, valeur: Valeur) -> Entite:
    return replace(entite, infos=(*entite.infos, (valeur.libelle, str(valeur))))


def _libelle(classe: tuple[float, float], modele: Valeur, *, derniere: bool) -> str:
    haut = ecrire_valeur(classe[1], modele.unite, modele.decimales)
    if classe[0] == classe[1]:
        return haut
    return f"de {nombre(classe[0], modele.decimales)} à {'' if derniere else 'moins de '}{haut}"


def _recomposer(couches: Sequence[Couche], neuves: list[Couche], niveau: str) -> Iterator[Couche]:
    """Les couches coloriées à la place de celles qu'elles remplacent ; sur des communes, les QPV en contour."""
    posees = False
    for couche in couches:
        if not _coloriee(couche, niveau):
            quartiers = niveau == "commune" and couche.style in LIBELLES_STATUTS
            yield replace(couche, propre=_CONTOUR_QPV, en_legende=couche.style == "modifie") if quartiers else couche
        elif not posees:
            posees = True
            yield from neuves


def _texte_alternatif(
    t: Territoire, fiche: Any, entites: list[Entite], valeurs: dict[str, Valeur], publiees: list[Valeur]
) -> str:
    noms = {e.code: e.nom for e in entites}
    bas, haut = (choisir(publiees, key=lambda v: v.valeur) for choisir in (min, max))
    texte = (
        f"Carte, {t.nom}, coloriée selon : {fiche.libelle}. Le plus bas : {bas.affichage}, {noms[bas.code]} ; le plus "
        f"haut : {haut.affichage}, {noms[haut.code]}."
    )
    absentes = len(valeurs) - len(publiees)
    return (
        f"{texte} {accorder(absentes, 'valeur absente, hachurée', 'valeurs absentes, hachurées')}."
        if absentes
        else texte
    )
