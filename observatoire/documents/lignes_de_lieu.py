"""La ligne qui dit, en tête d'un article, de quels territoires il parle.

Sa forme la fait reconnaître : des noms propres et des mots de liaison. Rien n'est rapproché du référentiel ici.
"""

from __future__ import annotations

import re

_LONGUEUR = 160
#: Tout en capitales, un titre court ressemble à un lieu : un nom de lieu a peu de mots.
_MOTS_EN_CAPITALES = 3
_ENTRE_LIEUX = re.compile(r"\s*[,;/|•]\s*|\s+[-–—·]\s+|\s+et\s+(?!d[eu]s?\s|d'|de\s)|\s+&\s+(?=[A-ZÀ-Þ][\w-]*(?:$|,))")
#: Une intercommunalité garde le « et » de son nom.
_INTERCOMMUNALITE = re.compile(
    r"^(?:la\s+|le\s+|l')?(?:communaut[ée]|agglom[ée]ration|m[ée]tropole|grand\b|pays\b|ept\b|c[acu]\b|syndicat|parc\b|vall[ée]e)",
    re.IGNORECASE,
)
_ETIQUETTE_DE_LIEU = re.compile(
    r"^\W*(?:(?:territoires?|lieux?|communes?|villes?|localisation|o[ùu]|p[ée]rim[èe]tre)(?:\s+concern[ée]e?s?)?\s*[:?]\s*)",
    re.IGNORECASE,
)
_PETITS_MOTS = re.compile(r"(?:de|du|des|la|le|les|l|d|en|sur|sous|l[èe][sz]|et|aux?|à|a|ès)$", re.IGNORECASE)
_TETE_DE_LIEU = re.compile(
    r"(?:villes?|communes?|quartiers?|communaut[ée]s?|agglom[ée]rations?|urbaine|m[ée]tropole|d[ée]partements?|r[ée]gion"
    r"|territoires?|intercommunalit[ée]|bassin|canton|vall[ée]e|secteur|qpv|nord|sud|est|ouest|centre|francilien(?:ne)?s?)$",
    re.IGNORECASE,
)
#: Mots des rubriques et des titres : avec eux, une ligne n'est pas un lieu.
_PAS_UN_LIEU = re.compile(
    r"^(?:[ée]conom|social|solidar|solidaire|[ée]ducat|scolair|sant|emploi|insertion|culture|culturel|sports?$|num[ée]r|jeunesse"
    r"|logement|habitat|s[ée]curit|pr[ée]vention|citoyen|participat|[ée]galit|la[ïi]cit|discriminat|environnement|[ée]colog|transition"
    r"|formation|politique|actu|agenda|publication|ressource|mouvement|contact|sommaire|pr[ée]ambule|[ée]dito|introduc|conclu|bilan"
    r"|perspective|objectif|contexte|partenai|zoom|national|r[ée]gional|internation|exp[ée]rience|fiche|recueil|rapport|lettre"
    r"|newsletter|p[ôo]le$|lire$|voir$|bref|br[èe]ve|presse|site|internet|sondage|s[ée]minaire|journ[ée]e|libert|fraternit|covid"
    r"|crise|sanitaire|divers|annonce|portrait|interview|t[ée]moign|dossier|focus|annexe|glossaire|remercie|m[ée]thod|publics?$|moyens"
    r"|r[ée]sultat|frein|levier|actions?$|projets?$|tou(?:s|tes?)$|une?$|nous$|vous$|ils?$|elles?$|pour$|avec$|par$|dans$|qui$|que$"
    r"|son$|ses$|leurs?$|entre$|vers$|chez$|comment$|pourquoi$|quand$|plus$|sans$|parentalit|alimentation|droits?$|cadre$|vie$|lien$"
    r"|mobilit|urbanisme|d[ée]mocratie|association|f[ée]d[ée]ration|mission|centres?$|conseil|directeur|directrice|d[ée]l[ée]gu|charg)",
    re.IGNORECASE,
)


def est_lieu(texte: str) -> bool:
    """Vrai pour une ligne de territoire : noms propres, articles et mots de liaison, rien d'autre.

    Examples
    --------
    >>> est_lieu("Gennevilliers, Nanterre et Carrières-sur-Seine"), est_lieu("Crise sanitaire")
    (True, False)
    """
    nu = _ETIQUETTE_DE_LIEU.sub("", texte).strip(" :📍")
    if not 2 < len(nu) <= _LONGUEUR or re.search(r"[@©<>«»\"!?…=%]|\.{2}|[.;]$|\d{4}", nu):
        return False
    parties = [partie for partie in _ENTRE_LIEUX.split(nu) if partie]
    return bool(parties) and len(parties) <= 30 and all(map(_est_nom_de_lieu, parties))


def _est_nom_de_lieu(partie: str) -> bool:
    mots = re.findall(r"[^\W_]+(?:-[^\W_]+)*", partie)
    if not 0 < len(mots) <= 9 or any(map(_PAS_UN_LIEU.match, mots)):
        return False
    connus = [bool(_PETITS_MOTS.match(mot) or _TETE_DE_LIEU.match(mot) or _est_chiffre(mot)) for mot in mots]
    propres = [mot[0].isupper() and len(mot) > 1 for mot in mots]
    nomme = any(propre and not _PETITS_MOTS.match(mot) for propre, mot in zip(propres, mots, strict=True))
    if partie.isupper() and sum(not connu for connu in connus) > _MOTS_EN_CAPITALES:
        return False
    debute = propres[0] or (connus[0] and mots[0] not in {"de", "du", "des", "d", "et", "à", "a", "en", "sur", "sous"})
    return nomme and debute and all(connu or propre for connu, propre in zip(connus, propres, strict=True))


def _est_chiffre(mot: str) -> bool:
    return re.fullmatch(r"\d{1,3}(?:er|e|[èe]me)?", mot) is not None


def lire_lieux(texte: str) -> tuple[str, ...]:
    """Les territoires d'une ligne, un par un, comme imprimés.

    Examples
    --------
    >>> lire_lieux("Gennevilliers, Nanterre et Carrières-sur-Seine")
    ('Gennevilliers', 'Nanterre', 'Carrières-sur-Seine')
    >>> lire_lieux("Grand Paris Seine et Oise")
    ('Grand Paris Seine et Oise',)
    """
    nu = _ETIQUETTE_DE_LIEU.sub("", texte).strip(" .:;,📍")
    if _INTERCOMMUNALITE.match(nu) and not re.search(r"[,;/|]", nu):
        return (nu,)
    return tuple(dict.fromkeys(partie.strip() for partie in _ENTRE_LIEUX.split(nu) if partie.strip()))
