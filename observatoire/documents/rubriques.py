"""Les rubriques d'une lettre d'information.

Une rubrique dit la nature de ce qu'elle range (« Publication », « Dans la presse »), ou sa portée (« National /
Régional »). Un intertitre qui ne dit qu'un thème (« Développement économique ») n'en est pas une.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from observatoire.documents.dates import lire_periode

Portee = Literal["locale", "generale", "editeur"]

#: La nature qu'annonce chaque vocabulaire ; le premier qui convient l'emporte.
_NATURES: Mapping[str, str] = {
    "experience": r"fiches?[\s-]+exp[ée]riences?|retours?\s+d'exp[ée]rience"
    r"|exp[ée]rience\s+(?:du\s+mois|locale|[àa]\s+la\s+une)"
    r"|initiative\s+du\s+mois|zoom\s+sur\s+une\s+(?:exp[ée]rience|initiative|action)",
    "mouvement": r"mouvements?|nominations?|carnet|arriv[ée]es?|d[ée]parts?|prises?\s+de\s+fonctions?"
    r"|(?:ils|elles)\s+.{0,12}boug\w+|du\s+c[ôo]t[ée]\s+des\s+[ée]quipes",
    "presse": r"(?:dans\s+la\s+|revue\s+de\s+|vu\s+dans\s+la\s+|panorama\s+de\s+)?presse",
    "lecture": r"[àa]\s+(?:lire|voir|[ée]couter)|lectures?|vient\s+de\s+para[îi]tre|biblioth[èe]que|livres?|ouvrages?"
    r"|documentation",
    "editorial": r"[ée]dito(?:rial)?|mot\s+d[eu]\b.*",
    "bref": r"en\s+bref|br[èe]ves?|et\s+aussi|flash|[àa]\s+noter",
    "sommaire": r"(?:au\s+)?sommaire|dans\s+ce\s+num[ée]ro",
    "agenda": r"agenda|rendez-vous|calendrier|[ée]v[ée]nements?|s[ée]minaires?|journ[ée]es?|rencontres?|w[ée]binaires?"
    r"|colloques?|conf[ée]rences?|ateliers?|visites?|petits?[- ]d[ée]jeuners?|[àa]\s+venir|dates?\s+[àa]\s+retenir",
    "formation": r"formations?|cycles?\s+de\s+(?:formation|qualification)",
    "publication": r"publications?|parutions?|actes|[ée]tudes?|notes?|rapports?|podcasts?|vid[ée]os?|replays?"
    r"|restitutions?|dossiers?|guides?|capitalisations?|productions?",
    "ressource": r"sondages?|questionnaires?|enqu[êe]tes?|sites?(?:\s+(?:internet|web|ressources?))?|outils?"
    r"|ressources?|plateformes?|appels?\s+[àa]\s+.{3,40}|bo[îi]te\s+[àa]\s+outils",
}
_PORTEES: Mapping[Portee, str] = {
    "generale": r"nationale?s?|r[ée]gionale?s?|international|europe|france|[îi]le[- ]de[- ]france"
    r"|actualit[ée]s?\s+(?:nationales?|r[ée]gionales?)",
    "locale": r"(?:ouest\s+)?francilien(?:ne)?s?|locale?s?|territoires?|actualit[ée]s?\s+(?:locales?|des\s+territoires)"
    r"|pr[èe]s\s+de\s+chez.*|initiatives?\s+locales?|dans\s+(?:les|nos)\s+(?:villes|territoires|quartiers|d[ée]partements)"
    r"|(?:du|des)\s+c[ôo]t[ée]s?\s+des\s+territoires|d[ée]partements?",
    "editeur": r"(?:l'|les\s+)?actu(?:s|alit[ée]s?)?(?:\s+d[ue]\b.*)?|[àa]\s+la\s+une|nos\s+actions"
    r"|vie\s+(?:du|de\s+l['a]).*",
}
_DETERMINANT = r"(?:(?:nos|les|la|le|des|une?|vos|notre|autres?|nouvelles?|nouveaux?)\s+|l')?"
_COMPLEMENT = r"(?:\s+(?:du|de|des|d'|en|pour|de\s+la|de\s+l'|[àa])\b.{0,45})?"
_NATURE = {
    nature: re.compile(rf"^{_DETERMINANT}(?:{motif})(?:\s*(?:[/&,–-]|et\b)\s*(?:\S+\s*){{1,6}}|{_COMPLEMENT})$", re.I)
    for nature, motif in _NATURES.items()
}
_NATURE_NUE = {nature: re.compile(rf"^{_DETERMINANT}(?:{motif})$", re.I) for nature, motif in _NATURES.items()}
_NATURE_DEDANS = {nature: re.compile(rf"\b(?:{motif})\b", re.IGNORECASE) for nature, motif in _NATURES.items()}
_PORTEE = {
    portee: re.compile(rf"^{_DETERMINANT}(?:{motif})(?:\s*(?:[/&,–-]|et)\s*(?:{motif}))*(?:\s*\(.*\))?$", re.IGNORECASE)
    for portee, motif in _PORTEES.items()
}
#: « < Publication > », « [Sondage] », « >> Agenda << ».
_ENCADREE = re.compile(r"^\s*(?:<+|\[+|«\s*<)\s*(?P<dedans>[^<>\[\]]{3,110}?)\s*(?:>+|\]+)\s*$")
_MOTS_AU_PLUS = 7
_LONGUEUR = 110


@dataclass(frozen=True)
class Rubrique:
    """Un intertitre : son texte, ce qu'il annonce ; ``sure`` s'il est encadré (« < ... > ») ou sans complément."""

    texte: str
    nature: str | None = None
    portee: Portee | None = None
    sure: bool = True


def lire_rubrique(texte: str) -> Rubrique | None:
    """La rubrique qu'annonce un intertitre, ou None s'il n'en annonce aucune de connue.

    Examples
    --------
    >>> lire_rubrique("< Publication >")
    Rubrique(texte='Publication', nature='publication', portee=None, sure=True)
    >>> lire_rubrique("National / Régional").portee
    'generale'
    >>> lire_rubrique("UN SITE RESSOURCE SUR LES QUESTIONS URBAINES") is None
    True
    """
    if len(texte) > _LONGUEUR:
        return None
    encadree = _ENCADREE.match(texte)
    nu = (encadree["dedans"] if encadree else texte).strip(" :–-.•")
    if encadree is None and len(nu.split()) > _MOTS_AU_PLUS and "(" not in nu:
        return None
    portee = next((portee for portee, motif in _PORTEE.items() if motif.match(nu)), None)
    nature = next((nature for nature, motif in _NATURE.items() if motif.match(nu)), None) if portee is None else None
    if encadree is not None:
        return Rubrique(nu, nature or _nature_encadree(nu), portee)
    sure = portee is not None or any(motif.match(nu) for motif in _NATURE_NUE.values())
    return Rubrique(nu, nature, portee, sure) if nature or portee else None


def _nature_encadree(nu: str) -> str | None:
    """Entre chevrons, tout est rubrique : le premier mot connu, ou une date, dit laquelle."""
    trouvees = [(lue.start(), nature) for nature, motif in _NATURE_DEDANS.items() if (lue := motif.search(nu))]
    if trouvees:
        return min(trouvees)[1]
    return "agenda" if lire_periode(nu, 2000) else None
