"""Vérifier un logo : un dessin SVG sans programme ni lien vers l'extérieur, ou une image PNG entière.

Un logo part dans chaque fiche : ce qu'il contient s'ouvrirait chez ceux qui la lisent. Le contenu décide, et non
l'extension du fichier.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from observatoire.gabarits import environnement

#: Poids permis : un logo est recopié dans chaque fiche.
POIDS_MAXIMAL = 300_000
#: Côté permis d'un PNG, en pixels : au-delà, une image légère peut occuper des gigaoctets une fois ouverte.
COTE_MAXIMAL = 4000

_SVG = "http://www.w3.org/2000/svg"
_SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
_ELEMENTS_INTERDITS = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener"}
    | {"animate", "set", "animatetransform", "animatemotion"}
)
_LIENS = frozenset({"href", "src", "base"})
_LIEN_PERMIS = re.compile(r"\s*(#|data:image/(png|jpeg|gif|webp)[;,])", re.IGNORECASE)
_ADRESSE_CSS = re.compile(
    r"url\(\s*['\"]?\s*(?!#|['\"]?\s*data:image/(?:png|jpeg|gif|webp)[;,])|@import", re.IGNORECASE
)
# Une entité peut en cacher une autre, et une déclaration donner un attribut que la balise ne montre pas.
_DECLARATIONS = re.compile(r"<!(?:ENTITY|ATTLIST)|<\?xml-stylesheet", re.IGNORECASE)


def forme_du_logo(octets: bytes) -> str:
    """Ce qu'est un logo d'après son contenu : « png », « svg », ou rien."""
    if octets.startswith(_SIGNATURE_PNG):
        return "png"
    return "svg" if _racine_svg(octets) is not None else ""


def problemes_du_logo(octets: bytes) -> tuple[str, ...]:
    """Tout ce qui empêche d'imprimer un logo ; rien s'il convient."""
    if len(octets) > POIDS_MAXIMAL:
        return (f"le logo pèse {len(octets) // 1000} ko ; {POIDS_MAXIMAL // 1000} ko au plus",)
    if octets.startswith(_SIGNATURE_PNG):
        return tuple(_problemes_png(octets))
    if _DECLARATIONS.search(octets.decode("utf-8-sig", errors="replace")):
        return ("le logo SVG déclare des entités ou une feuille de style : exportez-le en « SVG simple »",)
    racine = _racine_svg(octets)
    if racine is None:
        return ("le logo n'est ni un dessin SVG en UTF-8, ni une image PNG",)
    return tuple(dict.fromkeys(probleme for element in racine.iter() for probleme in _problemes_d_un_element(element)))


def adresse_du_logo(octets: bytes, forme: str) -> str:
    """Le logo en adresse « data: », pour l'attribut ``src`` d'une image : rien n'est demandé au réseau."""
    nature = "image/svg+xml" if forme == "svg" else "image/png"
    return f"data:{nature};base64,{base64.b64encode(octets).decode('ascii')}"


def en_svg(octets: bytes, forme: str) -> str:
    """Le logo en texte SVG, tel que Typst le reçoit en JSON ; un PNG y est enveloppé."""
    if forme == "svg":
        return octets.decode("utf-8-sig")
    largeur, hauteur = _dimensions(octets)
    gabarit = environnement().get_template("logo.svg")
    return gabarit.render(largeur=largeur, hauteur=hauteur, adresse=adresse_du_logo(octets, forme))


def _racine_svg(octets: bytes) -> ElementTree.Element | None:
    """L'élément racine d'un SVG ; None si ce n'en est pas un, ou s'il faudrait développer ses entités pour le lire."""
    try:
        texte = octets.decode("utf-8-sig")
        racine = None if _DECLARATIONS.search(texte) else ElementTree.fromstring(texte)  # noqa: S314 - sans entités
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None
    return racine if racine is not None and racine.tag == f"{{{_SVG}}}svg" else None


def _problemes_d_un_element(element: ElementTree.Element) -> Iterator[str]:
    nom = _local(element.tag)
    if nom.lower() in _ELEMENTS_INTERDITS:
        yield f"le logo SVG contient un élément <{nom}>, interdit : un dessin ne doit ni s'exécuter, ni bouger"
    if nom.lower() == "style" and _ADRESSE_CSS.search("".join(element.itertext())):
        yield "le style du logo SVG appelle un fichier extérieur"
    for attribut, valeur in element.attrib.items():
        yield from _problemes_d_un_attribut(_local(attribut), valeur)


def _problemes_d_un_attribut(attribut: str, valeur: str) -> Iterator[str]:
    if attribut.lower().startswith("on"):
        yield f"le logo SVG contient un attribut « {attribut} », qui exécute un programme"
    if attribut.lower() in _LIENS and not _LIEN_PERMIS.match(valeur):
        yield f"le logo SVG renvoie à « {valeur[:60]} » : il doit tenir dans un seul fichier"
    if _ADRESSE_CSS.search(valeur):
        yield f"l'attribut « {attribut} » du logo SVG appelle un fichier extérieur"


def _local(nom: object) -> str:
    return str(nom).rpartition("}")[2]


def _problemes_png(octets: bytes) -> Iterator[str]:
    if not _png_entier(octets):
        yield "le logo PNG est tronqué ou endommagé"
    elif max(_dimensions(octets)) > COTE_MAXIMAL or min(_dimensions(octets)) == 0:
        largeur, hauteur = _dimensions(octets)
        yield f"le logo PNG fait {largeur} × {hauteur} pixels ; {COTE_MAXIMAL} au plus de chaque côté"


def _dimensions(octets: bytes) -> tuple[int, int]:
    largeur, hauteur = struct.unpack(">II", octets[16:24])
    return largeur, hauteur


def _png_entier(octets: bytes) -> bool:
    """Vrai si les morceaux du PNG se suivent, de l'entête à la fin, chacun avec sa somme de contrôle."""
    noms, position = [], len(_SIGNATURE_PNG)
    while position + 12 <= len(octets):
        (taille,) = struct.unpack(">I", octets[position : position + 4])
        corps = octets[position + 4 : position + 8 + taille]
        somme = octets[position + 8 + taille : position + 12 + taille]
        if len(somme) < 4 or zlib.crc32(corps) != struct.unpack(">I", somme)[0]:
            return False
        noms.append(corps[:4])
        position += 12 + taille
    return noms[:1] == [b"IHDR"] and noms[-1:] == [b"IEND"] and b"IDAT" in noms
