"""Rendu Leaflet d'une ``Carte`` : une page autonome, sans aucune requête réseau.

Leaflet est incorporé depuis un paquet installé ; folium ne sert que d'enveloppe (``save``, affichage dans Jupyter).
Les textes passent en JSON et sont posés comme du texte : rien de ce qui vient des données n'est interprété.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, MacroElement
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from observatoire.carte import COTE_VISIBLE, RAYON_REPERE, Carte, Couche, Entite, Style
from observatoire.ecriture import ecrire
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import cadre, environnement, lire_gabarit
from observatoire.topologie import SIGNES, encoder

#: Pas de la grille des contours : un mètre, ou deux sur une carte de plus d'un demi-degré ; moins d'un pixel ou deux au
#: plus fort zoom où mène la recherche.
_PRECISION, _PRECISION_LARGE, _ETENDUE = 100_000, 50_000, 0.5
_LEAFLET = "js_lib_leaflet"
#: Aplats qui laissent voir le fond de plan : ceux qui ne portent aucune information.
_TRANSPARENTES = frozenset({"fond", "voisines", "communes"})
_VOILE = 0.7
#: Fonds de plan en ligne : adresse des tuiles, crédit, nom.
FONDS = {
    "plan-ign": (
        "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=normal&FORMAT=image/png"
        "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        "Plan IGN, Géoplateforme",
        "Plan IGN",
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
    liens : mapping of str to str, optional
        Adresse, relative à la page, de la fiche de chaque code qui en a une.
    """

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, carte: Carte, fond: str | None = None, liens: Mapping[str, str] | None = None) -> None:
        ouest, sud, est, nord = carte.emprise
        super().__init__(location=[(sud + nord) / 2, (ouest + est) / 2], tiles=None)
        couches = _Couches(carte, fond, liens or {})
        # Le nom que folium tire au sort changerait la page à chaque fois : celui-ci ne dépend que de son contenu.
        self._id = hashlib.sha256(couches.donnees.encode()).hexdigest()[:32]
        self._template = environnement().get_template("carte_leaflet.html")
        self.titre = carte.titre
        racine = cast(Any, self.get_root())
        racine.title = carte.titre
        racine.texte_alternatif = carte.texte_alternatif
        racine._template = environnement().get_template("page_carte.html")
        racine.header.add_child(_Brut(_entete()), name="leaflet")
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
        super().__init__()
        self._name = "Brut"
        self._template = environnement().get_template("brut.html")
        self.contenu = contenu


class _Couches(MacroElement):
    """Le script qui dessine couches, légende, échelle et crédits à partir du JSON."""

    def __init__(self, carte: Carte, fond: str | None, liens: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca ne type pas tout
        self._name = "Couches"
        self.donnees = Markup(htmlsafe_json_dumps(_donnees(carte, fond, liens), dumps=_compact))  # noqa: S704 - échappé
        self._template = environnement().get_template("carte.js")

    def render(self, **kwargs: Any) -> str:
        """Pose le script dans la page ; branca le relirait comme un gabarit, où ``{{`` serait du code."""
        script = self._template.module.script(self, kwargs)
        cast(Any, self.get_root()).script.add_child(_Brut(script), name=self.get_name())
        return ""


def dessiner(carte: Carte, fond: str | None = None, liens: Mapping[str, str] | None = None) -> CarteFolium:
    """Carte interactive autonome.

    Parameters
    ----------
    carte : Carte
        Ce qu'elle montre.
    fond : {"plan-ign"}, optional
        Fond de plan en ligne ; aucun par défaut.
    liens : mapping of str to str, optional
        Adresse, relative à la page, de la fiche de chaque code qui en a une : les bulles y renvoient.

    Raises
    ------
    ErreurArgument
        Le fond demandé n'existe pas.
    """
    if fond is not None and fond not in FONDS:
        raise ErreurArgument(f"Le fond {fond!r} n'existe pas. Que faire : choisissez parmi {', '.join(FONDS)}.")
    return CarteFolium(carte, fond, liens)


def _compact(objet: object, **options: Any) -> str:
    return json.dumps(objet, ensure_ascii=False, separators=(",", ":"), **options)


def _donnees(carte: Carte, fond: str | None, liens: Mapping[str, str]) -> dict[str, Any]:
    ouest, sud, est, nord = carte.emprise
    surfaces = [e for couche in carte.couches if not couche.ponctuelle for e in couche.entites]
    # Une géométrie citée deux fois (un quartier et le territoire de la carte) n'est écrite qu'une fois.
    rangs = {cle: rang for rang, cle in enumerate(dict.fromkeys(id(e.geometrie) for e in surfaces))}
    uniques = {id(e.geometrie): e.geometrie for e in surfaces}
    precision = _PRECISION if est - ouest < _ETENDUE else _PRECISION_LARGE
    topologie = encoder(list(uniques.values()), precision)
    modeles: dict[tuple[str, ...], int] = {}
    nommees = sorted((e for c in carte.couches for e in c.entites if e.poids), key=lambda e: (-e.poids, e.nom))
    return {
        "titre": carte.titre,
        "sousTitre": carte.sous_titre,
        "credit": carte.credit,
        "notes": list(carte.notes),
        "emprise": [[sud, ouest], [nord, est]],
        "couches": [_couche(couche, rangs, modeles, voilee=fond is not None) for couche in carte.couches],
        "modeles": [list(modele) for modele in modeles],
        "noms": [e.code for e in nommees],
        "legende": [{"style": _style(s), "libelle": s.libelle, "nombre": n} for s, n in carte.legende],
        "precision": precision,
        "coteVisible": COTE_VISIBLE,
        "rayonRepere": RAYON_REPERE,
        "signes": SIGNES,
        "troncons": topologie.troncons,
        "formes": topologie.formes,
        "liens": {e.code: liens[e.code] for c in carte.couches for e in c.entites if e.code in liens},
        "fond": None if fond is None else dict(zip(("adresse", "credit", "nom"), FONDS[fond], strict=True)),
    }


def _couche(
    couche: Couche, rangs: Mapping[int, int], modeles: dict[tuple[str, ...], int], *, voilee: bool
) -> dict[str, Any]:
    style = _style(couche.dessin)
    if voilee:
        style["fillOpacity"] = 0 if couche.style in _TRANSPARENTES else _VOILE * couche.dessin.opacite
    return {
        "style": style,
        "interactive": couche.interactive,
        "groupe": couche.tiroir,
        "clavier": couche.prioritaire or couche.ponctuelle,
        "reperee": couche.reperee,
        "voisine": couche.style == "voisines",
        "grappe": couche.style == "points",
        "entites": [_entite(e, rangs, modeles) for e in couche.entites],
    }


def _entite(entite: Entite, rangs: Mapping[int, int], modeles: dict[tuple[str, ...], int]) -> list[Any]:
    """Une entité en ligne : code, nom, forme, modèle de libellés, textes ; puis point, rayon, articles d'un point.

    Le texte « nom (code) », que presque toutes portent, s'écrit 0.
    """
    modele = modeles.setdefault(tuple(libelle for libelle, _ in entite.infos), len(modeles))
    identite = f"{entite.nom} ({entite.code})"
    textes = [0 if texte == identite else texte for _, texte in entite.infos]
    if not entite.rayon:
        return [entite.code, entite.nom, rangs[id(entite.geometrie)], modele, textes]
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
        **({"rayon": style.rayon} if style.rayon else {}),
    }


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
