"""Les listes d'une lettre d'information : mouvements, revue de presse, dates, brèves, références de lecture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from observatoire.documents.contacts import est_fonction, lire_contacts, lire_noms
from observatoire.documents.dates import Periode, detacher_periode, lire_periode
from observatoire.documents.lignes_de_lieu import est_lieu, lire_lieux
from observatoire.notices import Contact

_URL = re.compile(r"<?(?:https?://|www\.)[^\s<>]+>?")
_BORDS = " \t,;:.-–—|/<>"
#: Qui est remplacé n'a pas sa place dans un intitulé.
_REMPLACEMENT = re.compile(
    r"\s*[,(]?\s*\b(?:en\s+(?:remplacement|bin[ôo]me|lieu\s+et\s+place)\s+(?:avec|d)|(?:il|elle)?\s*(?:succ[èe]de|remplace)"
    r"|succ[ée]dant|rempla[cç](?:ant|[ée]e?s?\s+par)|[àa]\s+la\s+(?:suite|place)\s+d|aux\s+c[ôo]t[ée]s\s+d"
    r"|qui\s+(?:part|rejoint|quitte))"
    r"[^,;.)]*\)?",
    re.IGNORECASE,
)
_VERBE = re.compile(
    r"^(?:est|sont|a\s+[ée]t[ée]|ont\s+[ée]t[ée]|rejoint|rejoignent|devient|deviennent|prend|occupe|arrive|assure)\b\s*"
    r"(?:nomm[ée]\w*\s*)?(?:en\s+tant\s+que\s+|comme\s+|ses\s+fonctions\s+(?:de\s+)?)?",
    re.IGNORECASE,
)
#: « rejoint la ville de Bezons comme cheffe de projet » : la fonction d'abord.
_COMME = re.compile(
    r"(?:la\s+|le\s+|les\s+|l')?(?P<ou>.+?)\s+(?:comme|en\s+tant\s+que|en\s+qualit[ée]\s+de)\s+(?P<quoi>.+)$"
)
_SIGLE_DEVANT = re.compile(r"^[A-ZÀ-Þ]{2,}\s+(?:de\s+la\s+|de\s+l'|d'|du\s+|des\s+|de\s+)?")
_LIEU_A_LA_FIN = re.compile(r"\b(?:du|de\s+la|de\s+l'|d'|des|de|[àa]|au|aux|en)\s*(?P<lieu>[A-ZÀ-Þ][^,]*)$")
#: « la ville de Bezons comme cheffe de projet », « délégué du préfet à Sarcelles ».
_DANS_LA_PHRASE = re.compile(
    r"\b(?:(?:ville|commune|mairie)\s+(?:de\s+|d'|du\s+|des\s+)|[àa]\s+)"
    r"(?P<lieu>(?:L[ae]s?\s)?[A-ZÀ-Þ][\w'-]*(?:\s(?:la|le|les|sur|en|sous|lès|[A-ZÀ-Þ][\w'-]*))*)"
)
_COLLECTIVITE = re.compile(
    r"\b(?:villes?|communes?|mairie|communaut[ée]|agglom[ée]ration|d[ée]partement)\b", re.IGNORECASE
)
_CITATION = re.compile(r"^\W{0,3}?(?P<titre>«[^«»]{3,}»|“[^“”]{3,}”|\"[^\"]{3,}\")")
_ANNEE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
#: « Auteurs, éditeur, 2020, 150 p. »
_REFERENCE = re.compile(
    r"(?<![^\W_])(?:[ée]d(?:itions?\b|\.)|presses\b|puf\b|coll(?:ection\b|\.)|\d+\s*(?:p(?:ages\b|\.)|min\b)|r[ée]alis)",
    re.IGNORECASE,
)
_MOIS = r"janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
_MOMENT = re.compile(
    r"\b(?:en|depuis|fin|d[ée]but|mi|dès|courant|le|ce)[\s-]+(?:le\s+|fin\s+|d[ée]but\s+|mois\s+de\s+)?"
    rf"(?P<quand>(?:\d{{1,2}}(?:er)?\s+)?(?:{_MOIS}))\b(?!\s+(?:19|20)\d\d)"
    r"(?:\s+(?P<sens>derniers?|prochains?|pass[ée]s?))?",
    re.IGNORECASE,
)
#: Deux mots à capitale qui se suivent, ou une civilité.
_NOM_POSSIBLE = re.compile(
    r"\b[A-ZÀ-Þ][\w'’-]*\.?\s+(?:d[eu]s?\s+|l[ae]\s+|d')?[A-ZÀ-Þ][\w'’-]*|\b(?:M\.|Mmes?\b|Mlle\b)"
)
_HEURE = (
    r"(?:(?:de|d[èe]s|[àa]|[àa]\s+partir\s+de)\s+)?\d{1,2}\s?(?:h|heures?)(?:\s?\d\d)?"
    r"(?:\s*(?:[-–—/]|[àa])\s*\d{1,2}\s?(?:h|heures?)(?:\s?\d\d)?)?(?![^\W_])"
)
_HEURE_DEVANT = re.compile(rf"^\W*{_HEURE}\s*[,;:.–—-]*\s*", re.IGNORECASE)
_HEURE_A_LA_FIN = re.compile(rf"\s*(?:[,;:]|\s[–—-])\s*{_HEURE}\W*$", re.IGNORECASE)
_HEURE_APRES = re.compile(rf"\s+(?=(?:de|d[èe]s|[àa])\s){_HEURE}(?=\s*(?:[,:;]|[-–—]\s|$))", re.IGNORECASE)
_OU_DEVANT = re.compile(r"(?P<ou>[^:–—]{3,60}?)(?:\s*:|\s+[-–—])\s+(?=\S)")
_A_DISTANCE = re.compile(
    r"(?:en\s+)?(?:visio(?:conf[ée]rence)?|w[ée]binaire)|en\s+ligne|[àa]\s+distance", re.IGNORECASE
)
_DEBUT = 300
_LONGUEUR_REFERENCE = 220
_LONGUEUR_TITRE = 220


@dataclass(frozen=True)
class Breve:
    """Un élément de liste : titre, lieux, contacts, date."""

    titre: str
    lieux: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    periode: Periode | None = None
    sure: bool = True


def sans_adresse(texte: str) -> str:
    """Le texte sans ses adresses de pages, ni les signes qui les introduisent."""
    return _URL.sub("", texte).strip().rstrip(" :;–-<>").strip()


def abreger(texte: str) -> str:
    """Un texte pour titre : lui-même s'il est court, sinon sa première phrase, ou ses premiers mots."""
    if len(texte) <= _LONGUEUR_TITRE:
        return texte
    phrase = re.match(rf".{{20,{_LONGUEUR_TITRE}}}?[.!?](?=\s)", texte)
    return phrase[0] if phrase else texte[:_LONGUEUR_TITRE].rsplit(" ", 1)[0] + "…"


def lire_mouvement(texte: str) -> Breve:
    """Un mouvement : la fonction, la structure et le lieu ; le nom va aux contacts.

    Sans nom lisible, tout le texte y va s'il peut en contenir un.

    Examples
    --------
    >>> lire_mouvement("Ana Dupin, déléguée du préfet, Limay, Mantes-la-Ville").titre
    'Déléguée du préfet, Limay, Mantes-la-Ville'
    >>> lire_mouvement("Ana Dupin, déléguée du préfet, Limay, Mantes-la-Ville").lieux
    ('Limay', 'Mantes-la-Ville')
    """
    plat = re.sub(r"\s*\(([^()]*)\)", r", \1", texte).strip(_BORDS)
    morceaux = [morceau for morceau in re.split(r"\s*[:;]\s*|\s*,\s*|\s+[-–—]\s+", plat) if morceau]
    rang, noms = next(((n, lus) for n, m in enumerate(morceaux) if (lus := lire_noms(m))), (-1, ()))
    if rang < 0:
        return Breve("", contacts=(Contact(None, plat),) if _NOM_POSSIBLE.search(plat) else (), sure=False)
    reste = _sans_nom(morceaux, rang, noms)
    titre = ", ".join(reste) or "Mouvement"
    structures = [contact.structure for contact in lire_contacts(texte) if contact.structure]
    contacts = tuple(Contact(structures[0] if structures else None, nom) for nom in noms)
    return Breve(titre[:1].upper() + titre[1:], _lieux_de_fin(reste), contacts)


def _sans_nom(morceaux: list[str], rang: int, noms: tuple[str, ...]) -> list[str]:
    """Les autres morceaux : la fonction d'abord, puis ce qui précédait le nom (« Nanterre : ... »)."""
    colle = morceaux[rang]
    for nom in noms:
        colle = colle.replace(nom, "", 1)
    colle = _VERBE.sub("", re.sub(r"^\W*(?:et\b|&)?\W*", "", colle))
    ici = _COMME.match(colle)
    reste = [*([ici["quoi"], ici["ou"]] if ici else [colle]), *morceaux[rang + 1 :], *morceaux[:rang]]
    propres = (_REMPLACEMENT.sub("", morceau).strip(_BORDS) for morceau in reste)
    suivants = [*morceaux[rang + 1 :], ""][: len(reste)]
    seconds = {m for m, suivant in pairwise(suivants) if lire_noms(m) and est_fonction(suivant)}  # une autre personne
    return sorted((p for p in propres if p and p not in seconds), key=lambda morceau: not est_fonction(morceau))


def _lieux_de_fin(morceaux: list[str]) -> tuple[str, ...]:
    """Les derniers morceaux, s'ils sont des lieux ; à défaut, le nom propre qui finit le dernier."""
    lieux: list[str] = []
    for morceau in reversed(morceaux[1:]):
        nu = _SIGLE_DEVANT.sub("", morceau)
        if not est_lieu(nu) or (nu == morceau and re.match(r"[A-ZÀ-Þ]{2,}\b", morceau) and not morceau.isupper()):
            break
        lieux[:0] = lire_lieux(nu)
    if lieux or not morceaux:
        return tuple(lieux)
    if len(morceaux) == 1 and (nommee := _DANS_LA_PHRASE.search(morceaux[0])) and est_lieu(nommee["lieu"]):
        return (nommee["lieu"],)
    fin = _LIEU_A_LA_FIN.search(morceaux[-1])
    annonce = len(morceaux) > 1 or _COLLECTIVITE.search(morceaux[-1]) is not None
    return (fin["lieu"],) if fin and annonce and est_lieu(fin["lieu"]) else ()


def lire_article_de_presse(texte: str, annee: int | None) -> Breve:
    """Un article de presse : son titre cité, et la date qui suit.

    Examples
    --------
    >>> lire_article_de_presse("« Un quartier change », Le Journal, 12 mars https://journal.example/a", 2021).periode
    Periode(iso='2021-03-12', texte='12 mars 2021')
    """
    nu = sans_adresse(texte)
    citation = _CITATION.match(nu)
    if citation is None:
        return Breve(abreger(nu), periode=lire_periode(nu, annee) if len(nu) < _LONGUEUR_TITRE else None)
    return Breve(citation["titre"], periode=lire_periode(nu[citation.end() :], annee))


def titre_de_lecture(texte: str) -> str:
    """Le titre d'une lecture dont la référence est sur la même ligne : cité, ou ce qui précède l'auteur.

    Examples
    --------
    >>> titre_de_lecture("Petite histoire des grands ensembles, Ida Sol, éditions du Quartier, 2022, 210 p.")
    'Petite histoire des grands ensembles'
    """
    citation = _CITATION.match(texte)
    if citation or lire_reference(texte) is None:
        return citation["titre"] if citation else abreger(texte)
    morceaux = texte.split(",")
    auteur = next((rang for rang, morceau in enumerate(morceaux) if rang and lire_noms(morceau)), len(morceaux))
    fin = next((rang for rang in range(1, auteur) if not _continue_le_titre(morceaux[rang])), auteur)
    return ",".join(morceaux[:fin])


def _continue_le_titre(morceau: str) -> bool:
    """« Banlieues, une histoire » : une minuscule continue le titre, un éditeur ou une date le finit."""
    return re.match(r"\s*[a-zà-ÿ]", morceau) is not None and not _REFERENCE.search(morceau)


def lire_date(texte: str, annee: int | None) -> Breve:
    """Une ligne d'agenda : sa date, son lieu, et le reste pour titre ; l'heure n'y est pas.

    Examples
    --------
    >>> lire_date("11 mai : séminaire sur la santé mentale", 2021).titre
    'séminaire sur la santé mentale'
    >>> lire_date("11 mai, 9h-12h, Cergy – Séminaire sur la santé mentale", 2021).titre
    'Séminaire sur la santé mentale'
    """
    nu = _HEURE_APRES.sub("", sans_adresse(texte))
    reste, imprimee = detacher_periode(nu)
    periode = lire_periode(imprimee or nu, annee)
    devant, titre = _separer_le_lieu(_sans_heure(reste) or nu)
    fin = titre.rpartition(", ")[2]
    derriere = fin if fin != titre and est_lieu(fin) else ""
    return Breve(abreger(titre), lire_lieux(devant or derriere) if devant or derriere else (), periode=periode)


def _sans_heure(texte: str) -> str:
    return _HEURE_A_LA_FIN.sub("", _HEURE_DEVANT.sub("", texte)).strip()


def _separer_le_lieu(texte: str) -> tuple[str, str]:
    """« Bobigny – Atelier » : où se tient un rendez-vous, et son titre ; à distance, il ne se tient nulle part."""
    lue = _OU_DEVANT.match(texte)
    if lue is None:
        return "", texte
    if _A_DISTANCE.fullmatch(lue["ou"]):
        return "", texte[lue.end() :]
    return (lue["ou"], texte[lue.end() :]) if est_lieu(lue["ou"]) else ("", texte)


def lire_moment(texte: str, reference: str) -> Periode | None:
    """Le mois dont parle une actualité sans dire l'année (« depuis septembre dernier », « ouvre fin mai »).

    Parameters
    ----------
    texte : str
        Ses premières phrases ; un mois suivi d'une année parle d'autre chose que de l'actualité.
    reference : str
        Date ISO proche de celle de la lettre.

    Examples
    --------
    >>> lire_moment("Ouvert depuis septembre dernier, le kiosque accueille", "2021-03-12")
    Periode(iso='2020-09', texte='septembre 2020')
    """
    lue = _MOMENT.search(texte[:_DEBUT])
    if lue is None:
        return None
    an, rang = int(reference[:4]), int(reference[5:7])
    proches = [p for annee in (an - 1, an, an + 1) if (p := lire_periode(lue["quand"], annee))]
    if not proches:
        return None
    ecarts = {p: 12 * (int(p.iso[:4]) - an) + int(p.iso[5:7]) - rang for p in proches}
    sens = (lue["sens"] or "").lower()
    permis = [p for p in proches if not sens or (ecarts[p] <= 0) == sens.startswith(("dernier", "pass"))]
    return min(permis or proches, key=lambda p: abs(ecarts[p]))


def lire_reference(texte: str) -> Periode | None:
    """La date de parution qu'imprime une référence (« Éditions des Rives, janvier 2021, 176 p. »), ou None."""
    if len(texte) > _LONGUEUR_REFERENCE or not _REFERENCE.search(texte):
        return None
    annee = _ANNEE.search(texte)
    return lire_periode(texte) or (Periode(annee[1], annee[1]) if annee else None)
