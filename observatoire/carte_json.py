"""Une ``Carte`` ou un ``Diptyque`` en JSON, telle que ``gabarits/carte.js`` la dessine.

Une géométrie, une suite de libellés citées deux fois ne s'écrivent qu'une ; les contours partagent leurs limites.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.carte import (
    COTE_VISIBLE,
    FORMES,
    POIDS_CONCERNEE,
    RAYON_REPERE,
    Carte,
    Couche,
    Diptyque,
    Entite,
    Entree,
    Style,
)
from observatoire.topologie import SIGNES, encoder

#: Pas de la grille des contours : un mètre, ou deux sur une carte de plus d'un demi-degré ; moins d'un pixel ou deux au
#: plus fort zoom où mène la recherche.
_PRECISION, _PRECISION_LARGE, _ETENDUE = 100_000, 50_000, 0.5
#: Pas de la grille du cartouche de situation, en parts de sa hauteur (un demi-pixel) ; ce qui s'y voit, en pas.
_FINESSE_SITUATION, _COTE_SITUATION = 220, 10
#: Aplats qui laissent voir le fond de plan : ceux qui ne portent aucune information.
_TRANSPARENTES = frozenset({"fond", "voisines", "communes"})
_VOILE = 0.7
#: Traits épais, que les noms évitent de couper.
_LIMITES = frozenset({"intercommunalites", "departements", "territoire"})


def ecrire_en_json(
    carte: Carte | Diptyque, fond: Mapping[str, str] | None, liens: Mapping[str, str]
) -> tuple[str, str]:
    """La description d'une carte, et ses contours à part : du nombre pur, qui se comprime autrement.

    Parameters
    ----------
    carte : Carte or Diptyque
        Ce que la page montre.
    fond : mapping of str to str, optional
        Adresse, crédit et nom d'un fond de plan.
    liens : mapping of str to str
        Adresse de la fiche de chaque code qui en a une.
    """
    donnees = _donnees(carte, fond, liens)
    troncons = donnees.pop("troncons")
    return json.dumps(donnees, ensure_ascii=False, separators=(",", ":")), ",".join(troncons)


def _donnees(carte: Carte | Diptyque, fond: Mapping[str, str] | None, liens: Mapping[str, str]) -> dict[str, Any]:
    cartes = (carte.gauche, carte.droite) if isinstance(carte, Diptyque) else (carte,)
    ouest, sud, est, nord = carte.emprise
    contours = _Contours(_PRECISION if est - ouest < _ETENDUE else _PRECISION_LARGE)
    entites = [e for plan in cartes for couche in plan.couches for e in couche.entites]
    return {
        "titre": carte.titre,
        "sousTitre": carte.sous_titre,
        "credit": carte.credit,
        "notes": list(carte.notes),
        "emprise": [[sud, ouest], [nord, est]],
        "cartes": [_plan(plan, contours, voilee=fond is not None) for plan in cartes],
        "modeles": [list(modele) for modele in contours.modeles],
        "legendes": [{"titre": titre, "entrees": list(map(_entree, entrees))} for titre, entrees in _legendes(carte)],
        "reperes": dict(_reperes(carte, cartes)),
        "situation": _situation(carte.situation),
        "coteVisible": COTE_VISIBLE,
        "rayonRepere": RAYON_REPERE,
        "signes": SIGNES,
        **contours.encoder(),
        "liens": {e.code: liens[e.code] for e in entites if e.code in liens},
        "fond": None if fond is None else dict(fond),
    }


def _legendes(carte: Carte | Diptyque) -> tuple[tuple[str, tuple[Entree, ...]], ...]:
    """Chaque bloc de légende et son titre."""
    return carte.legendes if isinstance(carte, Diptyque) else ((carte.titre_legende, carte.legende),)


def _reperes(carte: Carte | Diptyque, cartes: Sequence[Carte]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Le dessin de chaque forme citée."""
    styles = [style for _, entrees in _legendes(carte) for style, _ in entrees]
    styles += [couche.dessin for plan in cartes for couche in plan.couches]
    for forme in {style.forme: None for style in styles if style.forme}:
        repere = FORMES[forme]
        yield forme, {"trace": repere.trace, "centre": repere.centre, "boite": repere.boite}


@dataclass
class _Contours:
    """Ce que les couches citent sans le répéter : contours, à la précision voulue, et modèles de libellés."""

    precision: int
    geometries: list[BaseGeometry] = field(default_factory=list)
    rangs: dict[int, int] = field(default_factory=dict)
    modeles: dict[tuple[str, ...], int] = field(default_factory=dict)

    def citer(self, geometrie: BaseGeometry) -> int:
        """Rang d'un contour : cité deux fois (un quartier et le territoire de la carte), il n'est écrit qu'une fois."""
        rang = self.rangs.setdefault(id(geometrie), len(self.geometries))
        if rang == len(self.geometries):
            self.geometries.append(geometrie)
        return rang

    def modele(self, libelles: Iterable[str]) -> int:
        """Rang d'une suite de libellés."""
        return self.modeles.setdefault(tuple(libelles), len(self.modeles))

    def encoder(self) -> dict[str, Any]:
        """Les contours cités, limites communes partagées."""
        topologie = encoder(self.geometries, self.precision)
        return {"precision": self.precision, "troncons": topologie.troncons, "formes": topologie.formes}


def _plan(carte: Carte, contours: _Contours, *, voilee: bool) -> dict[str, Any]:
    """Une carte : ses couches, et qui y est nommé, du plus important au moins important ; les ``forts`` d'abord."""
    noms = [(_rang(e, couche), e.code) for couche in carte.couches for e in couche.entites if _est_nommee(e, couche)]
    noms.sort(key=lambda n: (-n[0][0], -n[0][1], n[1]))
    return {
        "titre": carte.titre,
        "couches": [_couche(couche, contours, voilee=voilee) for couche in carte.couches],
        "noms": list(dict.fromkeys(code for _, code in noms)),
        "forts": len({code for (poids, _), code in noms if poids >= POIDS_CONCERNEE}),
    }


def _est_nommee(entite: Entite, couche: Couche) -> bool:
    """Porte-t-elle un nom à l'écran ? Un quartier en porte toujours un, que le zoom révèle."""
    return bool(entite.poids) or (couche.prioritaire and bool(entite.infos))


def _rang(entite: Entite, couche: Couche) -> tuple[float, float]:
    """Importance d'un nom : son poids ; un quartier sans poids vient juste après les communes qui en ont, par surface.

    Les quartiers d'à côté viennent en dernier.
    """
    if entite.poids or not couche.prioritaire:
        return entite.poids, 0
    return 0 if couche.style == "autre" else POIDS_CONCERNEE - 1, entite.geometrie.area


def _couche(couche: Couche, contours: _Contours, *, voilee: bool) -> dict[str, Any]:
    style = _style(couche.dessin)
    if voilee:
        style["fillOpacity"] = 0 if couche.style in _TRANSPARENTES else _VOILE * couche.dessin.opacite
    return {
        "style": style,
        "interactive": couche.interactive,
        "groupe": couche.tiroir,
        "clavier": couche.prioritaire or couche.ponctuelle,
        "quartiers": couche.prioritaire,
        "reperee": couche.reperee,
        "voisine": couche.style in {"voisines", "autre"},
        "limite": couche.style in _LIMITES,
        "entites": [_entite(e, contours) for e in couche.entites],
    }


def _entite(entite: Entite, contours: _Contours) -> list[Any]:
    """Une entité en ligne : code, nom, forme, modèle de libellés, textes ; puis point, rayon, articles d'un point.

    Le texte « nom (code) », que presque toutes portent, s'écrit 0.
    """
    modele = contours.modele(libelle for libelle, _ in entite.infos)
    identite = f"{entite.nom} ({entite.code})"
    textes = [0 if texte == identite else texte for _, texte in entite.infos]
    if not entite.rayon:
        return [entite.code, entite.nom, contours.citer(entite.geometrie), modele, textes]
    point = [round(entite.geometrie.y, 5), round(entite.geometrie.x, 5)]
    articles = [{"titre": a.titre, "precisions": a.precisions, "lien": a.lien} for a in entite.articles]
    return [entite.code, entite.nom, None, modele, textes, point, entite.rayon, articles]


def _style(style: Style) -> dict[str, Any]:
    """Options de tracé de Leaflet."""
    return {
        "color": style.trait,
        "weight": style.epaisseur,
        "fill": style.fond is not None,
        "fillColor": style.fond,
        "fillOpacity": style.opacite,
        "dashArray": " ".join(f"{tiret:g}" for tiret in style.tirets) or None,
        **{nom: valeur for nom in ("rayon", "halo", "forme") if (valeur := getattr(style, nom))},
    }


def _entree(entree: Entree) -> dict[str, Any]:
    style, nombre = entree
    return {"style": _style(style), "libelle": style.libelle, "nombre": nombre}


def _situation(couches: Sequence[Couche]) -> dict[str, Any] | None:
    """Le cartouche de situation, sur une grille à la mesure de ce petit dessin."""
    entites = [e for couche in couches for e in couche.entites]
    if not entites:
        return None
    ouest, sud, est, nord = map(float, shapely.total_bounds([e.geometrie for e in entites]))
    contours = _Contours(max(1, round(_FINESSE_SITUATION / (nord - sud))))
    return {
        **dict(zip(("ouest", "sud", "est", "nord"), (ouest, sud, est, nord), strict=True)),
        "couches": [_couche_de_situation(couche, contours) for couche in couches],
        **contours.encoder(),
    }


def _couche_de_situation(couche: Couche, contours: _Contours) -> dict[str, Any]:
    cible = couche.style == "cible"
    return {
        "style": _style(couche.dessin),
        "formes": [_situer(e.geometrie, contours, repere=cible) for e in couche.entites],
    }


def _situer(geometrie: BaseGeometry, contours: _Contours, *, repere: bool) -> int | list[float]:
    """Rang d'un contour sans ses îles invisibles ; le milieu d'une cible trop petite pour que le sien se voie."""
    parties = shapely.get_parts(geometrie)
    ouest, sud, est, nord = shapely.bounds(parties).T
    cotes = np.maximum(est - ouest, nord - sud) * contours.precision
    if repere and cotes.max() < _COTE_SITUATION:
        milieu = shapely.point_on_surface(geometrie)
        return [round(milieu.y, 4), round(milieu.x, 4)]
    visibles = parties[cotes >= min(_COTE_SITUATION, cotes.max())]
    return contours.citer(shapely.MultiPolygon(visibles.tolist()))
