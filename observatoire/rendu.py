"""Rendre le contenu d'une fiche : HTML autonome (Jinja2) ou PDF/UA-1 (Typst). Rien n'est calculé ici."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pypdfium2
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from observatoire.blocs import Chiffre, Contenu, Phrase, Recits
from observatoire.charte import Charte, logo_en_adresse, variables_css, variables_typst
from observatoire.composition import composer
from observatoire.erreurs import ErreurObservatoire
from observatoire.gabarits import environnement, lire_gabarit
from observatoire.tracabilite import en_csv, en_jsonld, tracer

#: Du plus aéré au plus serré : ce qu'on essaie pour tenir dans les pages permises.
_DENSITES = range(6)


def en_html(contexte: Mapping[str, Any]) -> str:
    """Page complète d'un ``contexte`` : style, dessins et données compris, sans aucune requête réseau."""
    return environnement().get_template("fiche.html").render(contexte)


def contexte_html(
    contenu: Contenu, date: dt.date, charte: Charte, liens: tuple[tuple[str, str], ...] = ()
) -> dict[str, Any]:
    """Ce que lit ``fiche.html``, le nôtre ou celui d'un modèle.

    Parameters
    ----------
    contenu : Contenu
        La fiche.
    date : datetime.date
        Date de production.
    charte : Charte
        Couleurs, police, logo et pied de page.
    liens : tuple of (libellé, adresse)
        Liens vers les pages voisines d'un site, en tête de page.

    Returns
    -------
    dict
        ``fiche``, ``charte``, ``logo`` (adresse ``data:``), ``liens``, ``style`` (la feuille de style), ``svg`` (pose
        un dessin), ``jsonld`` (les données, selon schema.org), ``csv`` (les mêmes, en base 64).
    """
    chiffres = tracer(contenu)
    return {
        "fiche": contenu,
        "charte": charte,
        "logo": logo_en_adresse(charte),
        "liens": liens,
        "style": Markup(variables_css(charte) + lire_gabarit("fiche.css")),  # noqa: S704 - la charte est vérifiée
        "svg": Markup,  # un dessin SVG sort de nos gabarits, qui échappent leurs textes
        "jsonld": htmlsafe_json_dumps(en_jsonld(contenu, chiffres, date, charte.nom), ensure_ascii=False),
        "csv": base64.b64encode(en_csv(chiffres)).decode(),
    }


def en_pdf(contenu: Contenu, date: dt.date, charte: Charte) -> bytes:
    """PDF balisé (PDF/UA-1), A4, ses chiffres en pièce jointe ; resserré tant qu'il dépasse les pages permises.

    Raises
    ------
    ErreurObservatoire
        Même resserré, il ne tient pas dans les pages permises.
    """
    donnees = donnees_pdf(contenu, charte)

    def composer_a(densite: int, recits: int) -> bytes:
        return composer("fiche.typ", donnees | {"densite": densite, "recits": recits}, "pdf", date, charte.polices)

    def tient(document: bytes) -> bool:
        return contenu.pages is None or compter_pages(document) <= contenu.pages

    for densite in _DENSITES:
        document = composer_a(densite, 0)
        if tient(document):
            # La place qui reste va aux récits.
            suites = (composer_a(densite, plus) for plus in _recits_de_plus(contenu))
            return next((suite for suite in suites if tient(suite)), document)
    raise ErreurObservatoire(
        f"{contenu.nom} ({contenu.code}), {contenu.genre} : le document ne tient pas en {contenu.pages} pages. "
        "Que faire : signalez-le, avec les données ajoutées à l'observatoire."
    )


def _recits_de_plus(contenu: Contenu) -> range:
    """Récits qu'on peut ajouter à ceux qu'on imprime toujours, du plus au moins."""
    restants = [len(bloc.recits) - bloc.imprimes for bloc in contenu.blocs if isinstance(bloc, Recits)]
    return range(0 if contenu.pages is None else max(restants, default=0), 0, -1)


def donnees_pdf(contenu: Contenu, charte: Charte) -> dict[str, Any]:
    """Ce que lit ``fiche.typ`` : le contenu en textes et en listes, ``charte``, ``csv`` (les chiffres), ``densite``."""
    csv = en_csv(tracer(contenu)).decode("utf-8")
    simple: dict[str, Any] = simplifier(contenu)
    return simple | {"charte": variables_typst(charte), "csv": csv, "densite": 0, "recits": 0}


def compter_pages(document: bytes) -> int:
    """Nombre de pages d'un PDF."""
    with pypdfium2.PdfDocument(document) as pdf:
        return len(pdf)


def simplifier(valeur: Any) -> Any:
    """Un contenu fait de textes, de nombres, de listes et de tables, tel que le veulent JSON et les gabarits."""
    if isinstance(valeur, (Chiffre, Phrase)):
        return str(valeur)
    if isinstance(valeur, tuple):
        return [simplifier(element) for element in valeur]
    if is_dataclass(valeur):
        genre: Mapping[str, str] = {"genre": valeur.genre} if hasattr(valeur, "genre") else {}
        return {**genre, **{champ.name: simplifier(getattr(valeur, champ.name)) for champ in fields(valeur)}}
    return valeur
