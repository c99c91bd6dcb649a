"""Rendre le contenu d'une fiche : HTML autonome (Jinja2) ou PDF/UA-1 (Typst). Rien n'est calculé ici."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from observatoire.blocs import Bloc, Contenu
from observatoire.composition import composer
from observatoire.gabarits import environnement, lire_gabarit


def en_html(contenu: Contenu, liens: tuple[tuple[str, str], ...] = ()) -> str:
    """Page complète : style et dessins compris, sans aucune requête réseau.

    Parameters
    ----------
    contenu : Contenu
        La fiche.
    liens : tuple of (libellé, adresse)
        Liens vers les pages voisines d'un site, en tête de page.
    """
    return (
        environnement()
        .get_template("fiche.html")
        .render(
            fiche=contenu,
            liens=liens,
            style=Markup(lire_gabarit("fiche.css")),  # noqa: S704 - feuille de style de la bibliothèque
            svg=Markup,  # un dessin SVG sort de carte_statique, qui échappe ses textes
        )
    )


def en_pdf(contenu: Contenu, date: dt.date) -> bytes:
    """PDF balisé (PDF/UA-1), A4."""
    donnees = asdict(contenu) | {"blocs": [_simple(bloc) for bloc in contenu.blocs]}
    return composer("fiche.typ", donnees, "pdf", date)


def _simple(bloc: Bloc) -> dict[str, Any]:
    return asdict(bloc) | {"genre": bloc.genre}
