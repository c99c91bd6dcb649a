"""Les adresses venues des documents et des tables : rien qui puisse être un programme ne devient un lien."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

#: Ce qu'une adresse garde tel quel.
_SURS = ":/?#[]@!$&'()*+,;=%~"


def adresse_web(texte: str) -> str:
    """L'adresse http ou https, espaces et accents encodés ; vide si ce n'en est pas une.

    Examples
    --------
    >>> adresse_web("https://exemple.fr/a b"), adresse_web("javascript:alert(1)"), adresse_web("exemple.fr")
    ('https://exemple.fr/a%20b', '', '')
    """
    nette = "".join(c for c in texte.strip() if c.isprintable())
    try:
        parties = urlsplit(nette)
    except ValueError:  # un crochet seul : ce n'est pas une adresse
        return ""
    return quote(nette, safe=_SURS) if parties.scheme.lower() in {"http", "https"} and parties.netloc else ""


def adresse_de_page(texte: str) -> str:
    """Une adresse web, ou le chemin relatif d'un fichier voisin ; vide sinon.

    Examples
    --------
    >>> adresse_de_page("fiches/e1.html"), adresse_de_page(" JavaScript:alert(1)")
    ('fiches/e1.html', '')
    """
    nette = "".join(c for c in texte.strip() if c.isprintable())
    relatif = nette and ":" not in nette.partition("/")[0] and not nette.startswith("//")
    return adresse_web(texte) or (nette if relatif else "")
