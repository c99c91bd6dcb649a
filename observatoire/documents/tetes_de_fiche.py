"""Où commence chaque fiche d'un recueil : sa ligne de lieu, son titre, et ce que le sommaire en annonce."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from observatoire.documents.articles import tetes
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.contacts import est_structure
from observatoire.documents.dates import detacher_periode, est_periode
from observatoire.documents.lignes_de_lieu import est_lieu
from observatoire.documents.mise_en_page import Role, lire_champ
from observatoire.documents.sommaires import Entree, apparier

#: Pages qui présentent le recueil.
PREAMBULE = re.compile(
    r"^\W*(?:pr[ée]ambule|avant[\s-]+propos|[ée]dito(?:rial)?|introduction|sommaire|mot\s+d|remerciements?|pr[ée]sentation"
    r"|comit[ée]\s+de|l'[ée]quipe|contacts?\b)",
    re.IGNORECASE,
)
#: « Fiche 3 - », « n° 3 : », « 3. »
NUMERO = re.compile(r"^(?:fiches?\s*)?(?:n\s?[°ºo]\s*)?(\d{1,3})(?:\s?[.):]\s+|\s+[–—-]\s+|$)", re.IGNORECASE)
#: Ouvre les productions de l'année, après la dernière fiche.
CLOTURE = re.compile(
    r"^\W*(?:zoom\s+sur\b|(?:les\s+|nos\s+|des\s+)?(?:autres\s+)?"
    r"(?:productions?|publications?|parutions?|podcasts?|ressources|travaux)\b"
    r"|pour\s+aller\s+plus\s+loin\b|[àa]\s+(?:d[ée]couvrir|consulter|t[ée]l[ée]charger)\b)",
    re.IGNORECASE,
)
#: Une ligne de tête ou de rubrique est courte.
LONGUEUR_RUBRIQUE = 80

_FIN_D_ENTREE = re.compile(r"(?:\bp(?:age|\.)?\s*\.?|\.{2,}|\s)\s*\d{1,3}\W*$", re.IGNORECASE)
#: Une fiche a un texte ; un titre qu'aucun texte ne suit n'en est pas une.
_TEXTE_DE_FICHE = 150
#: Un lieu et un mois, ou un lieu après un contact, annoncent une fiche même si son chapeau est bref.
_CHAPEAU_BREF = 40
_MOTS_DE_TITRE = 3
#: Lignes qui peuvent précéder un titre : rubrique, date, lieu.
_TETE = 3
#: Un encadré et un chapeau tiennent dans les premiers blocs.
_PREMIERS = 10


@dataclass(frozen=True)
class Depart:
    """Où commence une fiche : sa tête (rubrique, lieu, titre, ligne datée), son titre, son texte."""

    debut: int
    titre: int
    corps: int
    lieu: int | None
    datee: int | None = None
    entree: Entree | None = None


def est_isole(texte: str) -> bool:
    """Une ligne de sommaire, un mot seul (« SOMMAIRE ») : rien ne les continue."""
    return est_paginee(texte) or len(texte.split()) < _MOTS_DE_TITRE


def est_paginee(texte: str) -> bool:
    """Vrai pour une ligne finie par un numéro de page."""
    return _FIN_D_ENTREE.search(texte) is not None


def ouvre_les_productions(texte: str) -> bool:
    """Vrai pour une rubrique des productions de l'année (« Des publications »)."""
    return len(texte) < LONGUEUR_RUBRIQUE and CLOTURE.match(texte) is not None


def reperer(
    blocs: Sequence[Bloc], roles: Sequence[Role], entrees: Sequence[Entree]
) -> tuple[list[Depart], list[Entree]]:
    """Les fiches du document, dans l'ordre, et les entrées du sommaire qu'aucune ne reprend."""
    pris = frozenset(rang for entree in entrees for rang in entree.rangs)
    groupes = [groupe for groupe in candidats(blocs, roles, pris) if groupe]
    possibles = {depart.titre: depart for groupe in groupes for depart in groupe}
    titres = {rang: (titre_de_fiche(blocs, depart), ligne_de_lieu(blocs, depart)) for rang, depart in possibles.items()}
    titres = {rang: titre for rang, titre in titres.items() if len(titre[0].split()) >= _MOTS_DE_TITRE}
    annonces, absentes = apparier(titres, entrees)
    situees = [depart for depart in possibles.values() if depart.lieu is not None]
    style = _style(blocs, [possibles[rang] for rang in annonces] or situees)
    departs = []
    for groupe in groupes:
        annoncees = [replace(depart, entree=annonces[depart.titre]) for depart in groupe if depart.titre in annonces]
        departs += annoncees or _sans_sommaire(blocs, roles, groupe, style, annonces=bool(annonces))
    return departs, absentes


def candidats(blocs: Sequence[Bloc], roles: Sequence[Role], pris: frozenset[int]) -> Iterator[list[Depart]]:
    """Pour chaque suite de titres, les titres de fiche possibles ; les lignes du sommaire n'en sont pas."""
    masques: list[Role] = ["texte" if rang in pris else role for rang, role in enumerate(roles)]
    for debut, fin in tetes([*masques, "texte"]):
        rangs = [rang for rang in range(debut, fin) if roles[rang] == "titre"]
        situees = {place for place in range(len(rangs) - 1) if _est_ligne_de_lieu(blocs[rangs[place]].texte)}
        datees = {place for place, rang in enumerate(rangs) if est_ligne_datee(blocs[rang].texte)}
        places = [place for place in range(len(rangs)) if place not in situees]
        if datees:  # la ligne datée peut être seule à séparer le titre de son lieu
            sans_lieu = [place for place in places if not _est_ligne_de_lieu(blocs[rangs[place]].texte)]
            places = sans_lieu or places
        titres = [place for place in places if place not in datees] or places
        yield [_depart(blocs, rangs, place, datees - {place}) for place in titres]


def ligne_de_lieu(blocs: Sequence[Bloc], depart: Depart) -> str:
    """La ligne de lieu d'une fiche, sans sa date ; vide s'il n'y en a pas."""
    return detacher_periode(blocs[depart.lieu].texte)[0] if depart.lieu is not None else ""


def titre_de_fiche(blocs: Sequence[Bloc], depart: Depart) -> str:
    """Le titre d'une fiche, sans son numéro."""
    return NUMERO.sub("", blocs[depart.titre].texte, count=1) or blocs[depart.titre].texte


def est_ligne_datee(texte: str) -> bool:
    """Vrai pour un mois seul, ou un mois et un porteur ou un lieu (« Mai 2025 - Association Les Rives »)."""
    reste, periode = detacher_periode(texte)
    if len(texte) > LONGUEUR_RUBRIQUE or not periode:
        return len(texte) <= LONGUEUR_RUBRIQUE and est_periode(texte)
    return texte.lstrip().startswith(periode) or est_lieu(reste) or est_structure(reste)


def _depart(blocs: Sequence[Bloc], rangs: Sequence[int], place: int, datees: Set[int]) -> Depart:
    lieu, datee = _lieu_et_mois(blocs, rangs, place, datees)
    tete = place - (lieu is not None and lieu < place)
    while tete and place - tete < _TETE and _est_ligne_de_tete(blocs[rangs[tete - 1]].texte):
        tete -= 1
    corps = max(voisine for voisine in (place, lieu, datee) if voisine is not None)
    rang_du_lieu, rang_date = (None if voisine is None else rangs[voisine] for voisine in (lieu, datee))
    return Depart(rangs[tete], rangs[place], rangs[corps] + 1, rang_du_lieu, rang_date)


def _lieu_et_mois(
    blocs: Sequence[Bloc], rangs: Sequence[int], place: int, datees: Set[int]
) -> tuple[int | None, int | None]:
    """Les places de la ligne de lieu et de la ligne datée : juste avant le titre, sinon juste après."""
    voisines = [*range(place - 1, max(place - 3, -1), -1), *range(place + 1, min(place + 3, len(rangs)))]
    datee = next((v for v in voisines if v in datees and _touche(v, place, datees, rangs, blocs)), None)
    lieux = [v for v in voisines if v != datee and _est_ligne_de_lieu(blocs[rangs[v]].texte)]
    proche = next((v for v in lieux if _touche(v, place, datees, rangs, blocs)), None)
    if proche is None and datee is not None and _est_ligne_de_lieu(blocs[rangs[datee]].texte):
        proche = datee
    return proche, datee


def _touche(v: int, place: int, datees: Set[int], rangs: Sequence[int], blocs: Sequence[Bloc]) -> bool:
    """Vrai si rien d'autre qu'un lieu ou une date ne sépare ces lignes du titre."""
    entre = range(min(v, place) + 1, max(v, place))
    return all(e in datees or _est_ligne_de_lieu(blocs[rangs[e]].texte) for e in entre)


def _est_ligne_de_tete(texte: str) -> bool:
    return len(texte) <= LONGUEUR_RUBRIQUE and not PREAMBULE.match(texte)


def _est_ligne_de_lieu(texte: str) -> bool:
    return est_lieu(detacher_periode(texte)[0])


def _style(blocs: Sequence[Bloc], departs: Iterable[Depart]) -> tuple[int, bool]:
    """Rang et casse les plus courants des titres de fiche."""
    styles = Counter(_style_de(blocs, depart) for depart in departs)
    return styles.most_common(1)[0][0] if styles else (0, True)


def _style_de(blocs: Sequence[Bloc], depart: Depart) -> tuple[int, bool]:
    return blocs[depart.titre].niveau, en_capitales(blocs[depart.titre].texte)


def _sans_sommaire(
    blocs: Sequence[Bloc], roles: Sequence[Role], groupe: Sequence[Depart], style: tuple[int, bool], *, annonces: bool
) -> list[Depart]:
    """La fiche que la forme seule annonce : un titre du style des autres, près d'un lieu, d'un encadré ou d'une fin."""
    du_style = [depart for depart in groupe if _style_de(blocs, depart) == style]
    if not du_style:
        return []
    depart = max(du_style, key=lambda d: (d.lieu is not None and d.lieu < d.titre, d.lieu is not None, d.titre))
    titre = titre_de_fiche(blocs, depart)
    debut = list(_premiers(blocs, roles, depart.corps, style))
    requis = _CHAPEAU_BREF if est_annoncee(blocs, roles, depart) else _TEXTE_DE_FICHE
    if len(titre.split()) < _MOTS_DE_TITRE or max(map(len, debut), default=0) < requis:
        return []
    net = style != (0, False)
    if CLOTURE.match(titre) or PREAMBULE.match(titre):
        return []
    encadree = any(champ in {"lieux", "porteur"} for texte in debut for champ in lire_champ(texte, {}))
    situee = (depart.lieu is not None or _est_portee(blocs, depart) or encadree) and (net or not annonces)
    return [depart] if situee or (net and _suit_un_contact(roles, depart)) else []


def est_annoncee(blocs: Sequence[Bloc], roles: Sequence[Role], depart: Depart) -> bool:
    """Vrai pour un titre que disent son porteur et son mois, ou son lieu et un mois, ou son lieu après un contact."""
    situee = depart.lieu is not None and (depart.datee is not None or _suit_un_contact(roles, depart))
    return situee or _est_portee(blocs, depart)


def _est_portee(blocs: Sequence[Bloc], depart: Depart) -> bool:
    """Vrai si la ligne datée dit plus qu'un mois."""
    return depart.datee is not None and not est_periode(blocs[depart.datee].texte)


def _suit_un_contact(roles: Sequence[Role], depart: Depart) -> bool:
    avant = next((roles[rang] for rang in range(depart.debut - 1, -1, -1) if roles[rang] != "mobilier"), "mobilier")
    return avant in {"contact", "adresse"}


def _premiers(blocs: Sequence[Bloc], roles: Sequence[Role], debut: int, style: tuple[int, bool]) -> Iterator[str]:
    """Les premiers textes d'une fiche, intertitres passés, jusqu'à un titre du style des fiches."""
    for rang in range(debut, min(debut + _PREMIERS, len(roles))):
        if roles[rang] == "titre" and (blocs[rang].niveau, en_capitales(blocs[rang].texte)) == style:
            return
        if roles[rang] == "texte":
            yield blocs[rang].texte
