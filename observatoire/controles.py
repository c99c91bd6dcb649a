"""Le contrôle de chaque fichier avant de l'écrire : il porte le nom et le code de son territoire, et de nul autre.

Une boucle qui rendrait partout le dernier territoire serait arrêtée au premier fichier.
"""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ET
import zipfile

from observatoire.erreurs import ErreurObservatoire
from observatoire.territoire import Territoire

_TITRES = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1>", re.DOTALL)
_BALISES = re.compile(r"<[^>]+>")
_TITRE_PDF = re.compile(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", re.DOTALL)
_DC = "{http://purl.org/dc/elements/1.1/}"


def verifier_html(document: bytes, t: Territoire, *, libre: bool = False) -> bytes:
    """Rend la fiche si son titre, son titre de page et son code portent le territoire.

    Notre gabarit met le code en ``data-code`` ; ``libre``, celui de l'analyste, le met où il veut.
    """
    page = document.decode("utf-8")
    titres = _titres(page)
    code = t.code if libre else f'data-code="{t.code}"'
    if code not in page or len(titres) < 2 or not all(_porte(titre, t.nom) for titre in titres[:2]):
        raise _etrangere("fiche HTML", t, " » et « ".join(titres[:2]))
    return document


def verifier_carte(document: bytes, t: Territoire) -> bytes:
    """Rend la carte si son titre porte le territoire et, deux quartiers ayant parfois le même, si son code y est."""
    page = document.decode("utf-8")
    titres = _titres(page)
    if not titres or not _porte(titres[0], t.nom) or (t.niveau == "qpv" and t.code not in page):
        raise _etrangere("carte", t, "".join(titres[:1]))
    return document


def verifier_pdf(document: bytes, t: Territoire) -> bytes:
    """Rend le PDF si le titre de ses métadonnées porte le territoire."""
    trouve = _TITRE_PDF.search(document)
    titre = html.unescape(trouve[1].decode("utf-8")) if trouve else ""
    if not _porte(titre, t.nom) or f"({t.code})" not in titre:
        raise _etrangere("fiche PDF", t, titre)
    return document


def verifier_docx(document: bytes, t: Territoire) -> bytes:
    """Rend le document Word si le titre de ses propriétés porte le nom du territoire, et son texte le code."""
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            proprietes = ET.fromstring(archive.read("docProps/core.xml"))  # noqa: S314 - écrit par notre rendu
            corps = archive.read("word/document.xml")
    except (zipfile.BadZipFile, KeyError, ET.ParseError) as cause:
        raise _etrangere("fiche Word", t, "document illisible") from cause
    titre = proprietes.findtext(f"{_DC}title") or ""
    if not _porte(titre, t.nom) or t.code.encode() not in corps:
        raise _etrangere("fiche Word", t, titre)
    return document


def _titres(page: str) -> list[str]:
    return [html.unescape(_BALISES.sub("", titre)).strip() for _, titre in _TITRES.findall(page)]


def _porte(titre: str, nom: str) -> bool:
    """Le nom est-il dans le titre, aux espaces insécables et à l'apostrophe près ?"""
    return _plat(nom) in _plat(titre)


def _plat(texte: str) -> str:
    return " ".join(texte.replace("’", "'").split())


def _etrangere(quoi: str, t: Territoire, titre: str) -> ErreurObservatoire:
    return ErreurObservatoire(
        f"La {quoi} de {t.nom} ({t.code}) porte un autre titre : « {titre} ». Que faire : dans un modèle à "
        "vous, écrivez-y le nom et le code du territoire ; sinon, signalez ce défaut. Le fichier n'est pas écrit."
    )
