"""Rendu Leaflet d'une ``Carte`` : une page autonome, sans aucune requête réseau.

Leaflet est incorporé depuis un paquet installé ; folium ne sert que d'enveloppe (``save``, affichage dans Jupyter).
Les textes passent en JSON et sont posés comme du texte : rien de ce qui vient des données n'est interprété.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import folium
import numpy as np
import shapely
from branca.element import Element, MacroElement
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from observatoire.carte import Carte, Couche, Style
from observatoire.ecriture import ecrire
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import cadre, environnement, lire_gabarit

#: 1e-5 degré, soit un mètre : plus fin que le pixel au plus fort zoom utile.
_PRECISION = 100_000
_LEAFLET = "js_lib_leaflet"
#: Fonds de plan en ligne : adresse des tuiles, crédit.
FONDS = {
    "plan-ign": (
        "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=normal&FORMAT=image/png"
        "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        "Plan IGN, Géoplateforme",
    )
}


class CarteFolium(folium.Map):
    """Une ``folium.Map`` sans dépendance à un serveur : ni CDN, ni police, ni tuile.

    Parameters
    ----------
    carte : Carte
        Ce que la page montre.
    fond : {"plan-ign"}, optional
        Fond de plan en ligne ; aucun par défaut.
    """

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, carte: Carte, fond: str | None = None) -> None:
        ouest, sud, est, nord = carte.emprise
        super().__init__(location=[(sud + nord) / 2, (ouest + est) / 2], tiles=None)
        couches = _Couches(carte)
        # Le nom que folium tire au sort changerait la page à chaque fois : celui-ci ne dépend que de son contenu.
        self._id = hashlib.sha256(couches.donnees.encode()).hexdigest()[:32]
        self._template = environnement().get_template("carte_leaflet.html")
        self.titre = carte.titre
        racine = cast(Any, self.get_root())
        racine.title = carte.titre
        racine.texte_alternatif = carte.texte_alternatif
        racine._template = environnement().get_template("page_carte.html")
        racine.header.add_child(_Brut(_entete()), name="leaflet")
        if fond is not None:
            adresse, credit = FONDS[fond]
            folium.TileLayer(adresse, attr=credit, max_zoom=19, control=False).add_to(self)
        self.add_child(couches)

    def __repr__(self) -> str:
        return f"CarteFolium({self.titre})"

    @property
    def html(self) -> str:
        """La page complète."""
        return str(self.get_root().render())

    def enregistrer(self, chemin: str | os.PathLike[str]) -> Path:
        """Écrit la page d'un seul geste (``save()`` de folium écrit aussi la même page, sans cette garantie).

        Raises
        ------
        ErreurEcriture
            Le fichier ne peut être écrit.
        """
        return ecrire(chemin, self.html)

    def _repr_html_(self, **_: Any) -> str:
        """Cadre autonome pour Jupyter : toute la page est dans l'attribut ``srcdoc``."""
        return cadre(self.html, self.titre, 560)


class _Brut(Element):
    """Un morceau de page tel quel : le gabarit d'un ``Element`` ordinaire serait le texte lui-même, donc du code."""

    def __init__(self, contenu: str) -> None:
        super().__init__(template="{{ this.contenu }}")
        self._name = "Brut"
        self.contenu = contenu


class _Couches(MacroElement):
    """Le script qui dessine couches, légende, échelle et crédits à partir du JSON."""

    def __init__(self, carte: Carte) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca ne type pas tout
        self._name = "Couches"
        # branca relit le script rendu comme un gabarit : aucune accolade des données ne doit y en ouvrir un.
        json = htmlsafe_json_dumps(_donnees(carte))
        self.donnees = Markup(re.sub(r"\{(?=[{%#])", r"\\u007b", json))  # noqa: S704 - JSON échappé à la ligne d'avant
        self._template = environnement().get_template("carte.js")


def dessiner(carte: Carte, fond: str | None = None) -> CarteFolium:
    """Carte interactive autonome.

    Raises
    ------
    ErreurArgument
        Le fond demandé n'existe pas.
    """
    if fond is not None and fond not in FONDS:
        raise ErreurArgument(f"Le fond {fond!r} n'existe pas. Que faire : choisissez parmi {', '.join(FONDS)}.")
    return CarteFolium(carte, fond)


def _donnees(carte: Carte) -> dict[str, Any]:
    ouest, sud, est, nord = carte.emprise
    return {
        "titre": carte.titre,
        "sousTitre": carte.sous_titre,
        "credit": carte.credit,
        "notes": list(carte.notes),
        "emprise": [[sud, ouest], [nord, est]],
        "couches": [_couche(couche) for couche in carte.couches],
        "legende": [{"style": _style(s), "libelle": s.libelle, "nombre": n} for s, n in carte.legende],
        "precision": _PRECISION,
    }


def _couche(couche: Couche) -> dict[str, Any]:
    entites = [
        {"nom": e.nom, "infos": [list(paire) for paire in e.infos], "polygones": encoder(e.geometrie)}
        for e in couche.entites
    ]
    return {"style": _style(couche.dessin), "interactive": couche.interactive, "entites": entites}


def _style(style: Style) -> dict[str, Any]:
    """Options de tracé de Leaflet."""
    return {
        "color": style.trait,
        "weight": style.epaisseur,
        "fill": style.fond is not None,
        "fillColor": style.fond,
        "fillOpacity": style.opacite,
        "dashArray": " ".join(f"{tiret:g}" for tiret in style.tirets) or None,
    }


def encoder(geometrie: Any) -> list[list[list[int]]]:
    """Polygones -> anneaux -> suite d'écarts entiers (lat, lon, lat, lon...) : trois fois plus léger que GeoJSON."""
    return [
        [_ecarts(anneau) for anneau in (polygone.exterior, *polygone.interiors)]
        for polygone in shapely.get_parts(geometrie)
    ]


def _ecarts(anneau: Any) -> list[int]:
    points = np.rint(shapely.get_coordinates(anneau)[:, ::-1] * _PRECISION).astype(int)
    bouge = np.ones(len(points), dtype=bool)
    bouge[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    plats: list[int] = np.diff(points[bouge], axis=0, prepend=0).ravel().tolist()
    return plats


@cache
def _entete() -> str:
    """Leaflet et son style, images comprises, prêts à être placés dans la page."""
    ressources = files(_LEAFLET) / "static" / _LEAFLET
    style = re.sub(
        r"url\((images/[^)]+)\)",
        lambda m: f"url(data:image/png;base64,{base64.b64encode((ressources / m[1]).read_bytes()).decode()})",
        (ressources / "leaflet.css").read_text("utf-8"),
    )
    script = (ressources / "leaflet.js").read_text("utf-8").replace("//# sourceMappingURL=leaflet.js.map", "")
    return f"<style>{style}\n{lire_gabarit('carte.css')}</style>\n<script>{script}</script>"
