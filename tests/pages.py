"""Lire ce que produisent les rendus : arbre HTML, requêtes qu'une page ferait, description d'une carte Leaflet."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from observatoire.carte import Carte

JOUR = dt.date(2026, 3, 1)

#: Ce qu'un nom ou un titre pourrait contenir de pire, en HTML, en script, en SVG, en Jinja et en Typst.
HOSTILE = '</script><script>alert(1)</script> <b>&amp;"\' {{ 7*7 }} {% fin %} ]]> <!-- #panic("x") *gras* $x$ @ref'
HOSTILE_COURT = "<b>&\"'"

#: L'alphabet des contours, tel que la page le donne à son script.
SIGNES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VIDES = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FINES = re.compile(r"\s+")


@dataclass
class Noeud:
    """Un élément d'une page, ses attributs et ses enfants (éléments ou textes)."""

    balise: str
    attributs: dict[str, str] = field(default_factory=dict)
    enfants: list[Noeud | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Noeud]:
        yield self
        for enfant in self.enfants:
            if isinstance(enfant, Noeud):
                yield from enfant

    def tous(self, *balises: str, **attributs: str) -> list[Noeud]:
        """Descendants de ces balises (``classe=`` pour l'attribut ``class``), dans l'ordre de lecture."""
        voulus = {"class" if nom == "classe" else nom: valeur for nom, valeur in attributs.items()}
        return [n for n in self if n.balise in balises and voulus.items() <= n.attributs.items()]

    def un(self, *balises: str, **attributs: str) -> Noeud:
        """Le seul descendant de cette balise."""
        (trouve,) = self.tous(*balises, **attributs)
        return trouve

    @property
    def texte(self) -> str:
        """Tout le texte, espaces de mise en page ôtées aux bords."""
        return "".join(e if isinstance(e, str) else e.texte for e in self.enfants).strip()

    def textes(self) -> list[str]:
        """Chaque morceau de texte visible ou lu par une synthèse vocale, styles et scripts exclus."""
        if self.balise in {"style", "script"}:
            return []
        attributs = [
            self.attributs[nom] for nom in ("aria-label", "alt", "title", "placeholder") if nom in self.attributs
        ]
        return attributs + [
            t
            for enfant in self.enfants
            for t in ([enfant.strip()] if isinstance(enfant, str) else enfant.textes())
            if t
        ]


class _Lecteur(HTMLParser):
    """Construit l'arbre ; refuse une balise mal fermée."""

    def __init__(self) -> None:
        super().__init__()
        self.racine = Noeud("#page")
        self.pile = [self.racine]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        noeud = Noeud(tag, {nom: valeur or "" for nom, valeur in attrs})
        assert len(noeud.attributs) == len(attrs), f"attribut répété dans <{tag}>"
        self.pile[-1].enfants.append(noeud)
        if tag not in _VIDES:
            self.pile.append(noeud)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VIDES:
            self.pile.pop()

    def handle_endtag(self, tag: str) -> None:
        ouvert = self.pile.pop()
        assert ouvert.balise == tag, f"</{tag}> ferme <{ouvert.balise}>"

    def handle_data(self, data: str) -> None:
        self.pile[-1].enfants.append(data)


def lire(page: str) -> Noeud:
    """Arbre d'une page ou d'un morceau de page dont toutes les balises se ferment dans l'ordre."""
    lecteur = _Lecteur()
    lecteur.feed(page)
    lecteur.close()
    assert lecteur.pile == [lecteur.racine], f"balises non fermées : {[n.balise for n in lecteur.pile[1:]]}"
    return lecteur.racine


_CHARGEURS = ("src", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href")
_CSS = re.compile(r"""url\(\s*["']?([^"')]*)|@import\s+["']?([^"';]+)""")


def requetes(page: str) -> list[str]:
    """Adresses qu'un navigateur demanderait pour ouvrir la page : ni ``data:``, ni renvois internes, ni liens."""
    adresses = []
    for noeud in lire(page):
        adresses += [valeur for nom, valeur in noeud.attributs.items() if nom in _CHARGEURS]
        if noeud.balise != "a" and "href" in noeud.attributs:
            adresses.append(noeud.attributs["href"])
        feuilles = [
            v for nom, v in noeud.attributs.items() if nom in {"style", "fill", "stroke", "clip-path", "filter"}
        ]
        feuilles += [noeud.texte] if noeud.balise == "style" else []
        adresses += [a or b for feuille in feuilles for a, b in _CSS.findall(feuille)]
    return [adresse for adresse in adresses if not adresse.startswith(("data:", "#"))]


_PAQUET = r'observatoire\.degonfler\("([^"\\]+)", (\d+)\)'


def _decomprimer(texte: str, taille: str) -> str:
    octets = zlib.decompress(base64.b85decode(texte.translate(str.maketrans(",./", "&<>"))), -zlib.MAX_WBITS)
    assert len(octets) == int(taille), "la page annonce une autre taille"
    return octets.decode()


def programme_de_carte(page: str) -> tuple[str, str]:
    """La feuille de style et le script qu'une page de carte décomprime en s'ouvrant."""
    (paquet,) = re.findall(rf"var textes = {_PAQUET}", lire(page).tous("script")[0].texte)
    style, script = _decomprimer(*paquet).split("\0")
    return style, script


def donnees_de_carte(page: str) -> dict[str, Any]:
    """La description JSON qu'une page de carte donne à son script ; d'une seule carte, ses couches et sa légende."""
    (paquet,) = re.findall(rf"observatoire\.dessiner\(\[[\w, ]+\], {_PAQUET}\)", lire(page).tous("script")[-1].texte)
    description, troncons = _decomprimer(*paquet).split("\0")
    donnees: dict[str, Any] = {**json.loads(description), "troncons": troncons.split(",")}
    for couche in (couche for carte in donnees["cartes"] for couche in carte["couches"]):
        couche["entites"] = [_lire_entite(donnees["modeles"], *ligne) for ligne in couche["entites"]]
    if len(donnees["cartes"]) == 1:
        donnees = {**donnees["cartes"][0], **donnees, "legende": donnees["legendes"][0]["entrees"]}
    return donnees


def _lire_entite(
    modeles: list[list[str]], code: str, nom: str, forme: int | None, modele: int, textes: list[Any], *reste: Any
) -> dict[str, Any]:
    return {
        "code": code,
        "nom": nom,
        "forme": forme,
        "infos": [
            [libelle, texte or f"{nom} ({code})"] for libelle, texte in zip(modeles[modele], textes, strict=True)
        ],
        **dict(zip(("point", "rayon", "articles"), reste, strict=False)),
    }


def contours_de(donnees: dict[str, Any], entite: dict[str, Any]) -> list[list[list[tuple[float, float]]]]:
    """Polygones, anneaux et points (longitude, latitude) d'une entité d'une page de carte."""
    return refaire(donnees["troncons"], donnees["formes"][entite["forme"]], donnees["precision"])


def refaire(troncons: list[str], forme: list[list[list[int]]], precision: int) -> list[list[list[tuple[float, float]]]]:
    """Polygones d'une forme, ses tronçons remis bout à bout."""
    lignes, fin = [], (0, 0)
    for texte in troncons:
        ecarts = lire_entiers(texte)
        lignes.append(decoder(ecarts, precision, fin))
        fin = (fin[0] + sum(ecarts[::2]), fin[1] + sum(ecarts[1::2]))
    sens = {renvoi: lignes[renvoi] if renvoi >= 0 else lignes[~renvoi][::-1] for p in forme for a in p for renvoi in a}
    return [[[point for renvoi in anneau for point in sens[renvoi][:-1]] for anneau in polygone] for polygone in forme]


def lire_entiers(texte: str) -> list[int]:
    """Entiers d'un texte compact : cinq bits par signe, le sixième dit que le nombre continue, le signe est en tête."""
    entiers, entier, bits = [], 0, 0
    for signe in texte:
        groupe = SIGNES.index(signe)
        entier, bits = entier | (groupe & 31) << bits, bits + 5
        if not groupe & 32:
            entiers.append(~(entier >> 1) if entier & 1 else entier >> 1)
            entier, bits = 0, 0
    assert bits == 0, "un nombre est coupé"
    return entiers


def decoder(ecarts: list[int], precision: int, debut: tuple[int, int] = (0, 0)) -> list[tuple[float, float]]:
    """Anneau (longitude, latitude) d'une suite d'écarts (lat, lon, lat, lon...), comptés depuis ``debut``."""
    points, (lat, lon) = [], debut
    for ecart_lat, ecart_lon in zip(ecarts[::2], ecarts[1::2], strict=True):
        lat, lon = lat + ecart_lat, lon + ecart_lon
        points.append((lon / precision, lat / precision))
    return points


def attributs_svg(dessin: ET.Element) -> dict[str, Any]:
    """Style d'un tracé SVG, dans les termes de Leaflet."""
    rempli = dessin.get("fill") != "none"
    return {
        "color": dessin.get("stroke"),
        "weight": float(dessin.get("stroke-width", 0)),
        "fill": rempli,
        "fillColor": dessin.get("fill") if rempli else None,
        "fillOpacity": float(dessin.get("fill-opacity", 1)),
        "dashArray": " ".join(f"{float(t):g}" for t in dessin.get("stroke-dasharray", "").split()) or None,
    }


def rendre_hostile(carte: Carte) -> Carte:
    """La même carte, dont chaque texte venu des données est une tentative d'injection."""
    couches = tuple(
        replace(
            couche,
            entites=tuple(
                replace(e, nom=HOSTILE_COURT, code=HOSTILE_COURT, infos=((HOSTILE, HOSTILE),) if e.infos else ())
                for e in couche.entites
            ),
        )
        for couche in carte.couches
    )
    return replace(
        carte,
        titre=HOSTILE,
        sous_titre=HOSTILE,
        couches=couches,
        notes=(HOSTILE,),
        sources=HOSTILE,
        texte_alternatif=HOSTILE,
    )


def aplatir(texte: str) -> str:
    """Texte dont toute suite d'espaces, insécables comprises, est une seule espace."""
    return _FINES.sub(" ", texte).strip()


__all__ = [
    "HOSTILE",
    "HOSTILE_COURT",
    "JOUR",
    "Noeud",
    "aplatir",
    "attributs_svg",
    "contours_de",
    "decoder",
    "donnees_de_carte",
    "lire",
    "lire_entiers",
    "programme_de_carte",
    "refaire",
    "rendre_hostile",
    "requetes",
]
