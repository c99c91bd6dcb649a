"""Gabarits Jinja2 et Typst, feuilles de style et scripts : tout ce qui n'est pas du Python."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def lire_gabarit(nom: str) -> str:
    """Texte d'un fichier de ce dossier."""
    return (files("observatoire.gabarits") / nom).read_text("utf-8")


@cache
def environnement() -> Environment:
    """Environnement Jinja2 : tout est échappé, toute variable absente est une erreur."""
    return Environment(
        loader=PackageLoader("observatoire", "gabarits"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def cadre(page: str, titre: str, hauteur: int) -> str:
    """Une page entière dans un cadre de notebook : elle tient dans l'attribut ``srcdoc``, sans aucune requête."""
    return environnement().get_template("cadre.html").render(page=page, titre=titre, hauteur=hauteur)
