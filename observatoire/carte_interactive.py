"""Rendu Leaflet d'une ``Carte`` ou d'un ``Diptyque`` : une page autonome, sans aucune requête réseau.

Leaflet est incorporé depuis un paquet installé ; folium ne sert que d'enveloppe (``save``, affichage dans Jupyter).
Les textes passent en JSON et sont posés comme du texte : rien de ce qui vient des données n'est interprété. Programme
et données sont comprimés ; la page les décomprime elle-même, d'un coup, avant que rien d'autre ne s'exécute.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, MacroElement

from observatoire.carte import Carte, Diptyque
from observatoire.carte_json import ecrire_en_json
from observatoire.ecriture import ecrire
from observatoire.emballage import Paquet, emballer, resserrer
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import cadre, environnement, lire_gabarit

_LEAFLET = "js_lib_leaflet"
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
    carte : Carte or Diptyque
        Ce que la page montre ; d'un diptyque, ce qu'on y ajoute ensuite par folium va sur la carte de gauche.
    fond : {"plan-ign"}, optional
        Fond de plan en ligne ; aucun par défaut.
    liens : mapping of str to str, optional
        Adresse, relative à la page, de la fiche de chaque code qui en a une.

    Attributes
    ----------
    titre, texte_alternatif : str
        Ceux de la carte.
    plans : list of str
        Nom, dans la page, de chaque carte Leaflet.
    """

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(
        self, carte: Carte | Diptyque, fond: str | None = None, liens: Mapping[str, str] | None = None
    ) -> None:
        ouest, sud, est, nord = carte.emprise
        super().__init__(location=[(sud + nord) / 2, (ouest + est) / 2], tiles=None)
        en_ligne = None if fond is None else dict(zip(("adresse", "credit", "nom"), FONDS[fond], strict=True))
        description, troncons = ecrire_en_json(carte, en_ligne, liens or {})
        # Le nom que folium tire au sort changerait la page à chaque fois : celui-ci ne dépend que de son contenu.
        self._id = hashlib.sha256(f"{description}{troncons}".encode()).hexdigest()[:32]
        self._template = environnement().get_template("carte_leaflet.html")
        self.titre, self.texte_alternatif = carte.titre, carte.texte_alternatif
        self.hachures = "url(#hachures" in description
        self.plans = [self.get_name(), *([f"{self.get_name()}_droite"] if isinstance(carte, Diptyque) else [])]
        racine = cast(Any, self.get_root())
        racine.title = carte.titre
        racine.texte_alternatif = carte.texte_alternatif
        racine._template = environnement().get_template("page_carte.html")
        racine.header.add_child(_Brut(_programme()), name="leaflet")
        self.add_child(_Appel(self.plans, emballer(f"{description}\0", troncons)))

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


class _Appel(MacroElement):
    """Le script qui dessine tout à partir du JSON."""

    def __init__(self, plans: Sequence[str], paquet: Paquet) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca ne type pas tout
        self._name = "Appel"
        gabarit = environnement().get_template("carte_appel.js")
        self.script = gabarit.render(plans=plans, paquet=paquet)

    def render(self, **_: Any) -> str:
        """Pose le script dans la page."""
        cast(Any, self.get_root()).script.add_child(_Brut(self.script), name=self.get_name())
        return ""


def dessiner(carte: Carte | Diptyque, fond: str | None = None, liens: Mapping[str, str] | None = None) -> CarteFolium:
    """Carte interactive autonome ; d'un diptyque, deux cartes côte à côte qui montrent toujours le même endroit.

    Parameters
    ----------
    carte : Carte or Diptyque
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


@cache
def _programme() -> str:
    """Feuille de style, Leaflet et notre programme, comprimés, et ce qui les décomprime, à placer dans la page."""
    ressources = files(_LEAFLET) / "static" / _LEAFLET
    # Les images de Leaflet ne sont pas embarquées : les nôtres, en SVG, les remplacent.
    style = re.sub(r"\s*[\w-]+:\s*url\([^)]*\);", "", (ressources / "leaflet.css").read_text("utf-8"))
    leaflet = (ressources / "leaflet.js").read_text("utf-8").replace("//# sourceMappingURL=leaflet.js.map", "")
    notres = "\n".join(resserrer(lire_gabarit(nom)) for nom in ("carte_noms.js", "carte.js", "carte_folium.js"))
    textes = (f"{style}\n{lire_gabarit('carte.css')}", f"{leaflet}\n{notres}")
    licence = re.sub(r"\W*\n\W*", ". ", leaflet[: leaflet.index("*/")]).removeprefix("/* @preserve. ").strip()
    return (
        environnement()
        .get_template("carte_programme.html")
        .render(
            licence=licence,
            degonfleur=resserrer(lire_gabarit("degonfler.js")),
            paquet=emballer("\0".join(textes)),
        )
    )
