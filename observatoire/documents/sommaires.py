"""Le sommaire d'un recueil : ses entrées, et ce que chacune dit (titre, porteur, lieu, mois, page).

Une entrée s'écrit d'un trait, « TITRE, PORTEUR, LIEU - MOIS P. 6 » : la fiche qu'elle annonce dit où s'arrête son titre
et quel est son lieu ; le reste est le porteur.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from rapidfuzz import fuzz

from observatoire.documents.blocs import Bloc
from observatoire.documents.contacts import est_structure
from observatoire.documents.dates import detacher_periode
from observatoire.documents.lignes_de_lieu import est_lieu
from observatoire.racines import plier

_TITRE_DE_SOMMAIRE = re.compile(
    r"^\W*(?:(?:au\s+)?sommaire|table\s+des\s+mati[èe]res|contenu)\b.{0,30}$", re.IGNORECASE
)
_CONDUITE = r"(?:(?:\.\s?){3,}|…+|_{3,}|·{2,}|\||\t)"
_MOT_PAGE = r"(?<![^\W_])p(?:ages?|g|p)?\s*\.?\s*"
_PAGE_SURE = re.compile(
    rf"^(?P<intitule>.{{6,}}?)\s*(?:{_CONDUITE}\s*(?:{_MOT_PAGE})?|[,–—-]?\s*{_MOT_PAGE})(?P<page>\d{{1,3}})\W*$",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_IMPRIMEE = re.compile(rf"{_MOT_PAGE}(?P<page>\d{{1,3}})(?=\s|$)", re.IGNORECASE)
_PAGE_NUE = re.compile(r"^(?P<intitule>.{6,}?)\s+(?P<page>\d{1,3})$", re.DOTALL)
_PAGE_DEVANT = re.compile(
    rf"^{_MOT_PAGE}(?P<page>\d{{1,3}})\s*[.:–—|-]?\s+(?P<intitule>\S.{{6,}})$", re.IGNORECASE | re.DOTALL
)
_PAGE_SEULE = re.compile(rf"^\W*(?:{_MOT_PAGE})?(?P<page>\d{{1,3}})\W*$", re.IGNORECASE)
#: Un bloc plus long, ou fini par un point, n'est pas un morceau d'entrée.
_LONGUEUR_ENTREE = 420
_LONGUEUR_MORCEAU = 220
_MORCEAUX = 4
#: Blocs que peut couvrir un sommaire, après son titre.
_ETENDUE = 400
#: Deux entrées qui se suivent sont proches.
_ECART = 10

#: Ce qui sépare titre, porteur et lieu : un signe, ou le passage d'un bloc à l'autre.
_COUPURE = re.compile(r"\s*[,;|\n]\s*|\s+[-–—:]\s+|\s*[()]\s*")
#: « VILLE DE NANTERRE » est à la fois un porteur et un lieu.
_COLLECTIVITE = re.compile(
    r"^(?:(?:la|les|l)\s+)?(?:villes?|communes?|mairies?|communaute\S*\s+(?:d\s*agglomeration|de\s+communes|urbaine)"
    r"|agglomeration|metropole|departements?|conseils?\s+departementa\S+|ca|cc|cu|ept)\s+(?:(?:de\s+la|de|des|du|d|l)\s+)?"
)
_ARTICLES = re.compile(r"\b(?:et|de|du|des|la|le|les|l|d|en)\b")
_RESSEMBLANCE_DE_TITRE = 78.0
_LIEU_COMMUN = 10.0
_RESSEMBLANCE_DE_LIEU = 88.0
_MOTS_COMMUNS = 0.5


@dataclass(frozen=True)
class Entree:
    """Une ligne du sommaire : ses blocs, son texte sans mois ni page, sa période et sa page imprimées."""

    rangs: tuple[int, ...]
    texte: str
    page: int
    ligne: int
    periode: str = ""


@dataclass(frozen=True)
class Annonce:
    """Ce qu'une entrée dit d'une fiche ; ``ressemblance`` compare son titre à celui de la fiche, de 0 à 100."""

    titre: str
    porteur: str | None
    lieu: str | None
    ressemblance: float


def cle(texte: str) -> str:
    """Forme d'un texte pour comparer : minuscules sans accents ni signes."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plier(texte)).split())


# --- lire les entrées ---


def lire_sommaire(blocs: Sequence[Bloc], exclus: Container[int] = ()) -> list[Entree]:
    """Les entrées du sommaire, dans l'ordre ; une ligne seule finie par un numéro n'en est pas une.

    Parameters
    ----------
    blocs : sequence of Bloc
        Le document.
    exclus : container of int
        Rangs des blocs à passer : titres courants, qui portent aussi une page.
    """
    lecture = _Lecture(blocs)
    for rang in range(len(blocs)):
        if rang not in exclus:
            lecture.lire(rang)
    voisines = [(avant.rangs[-1], apres.rangs[0]) for avant, apres in pairwise(lecture.entrees)]
    proches = {rang for paire in voisines for rang in paire if paire[1] - paire[0] <= _ECART}
    return [entree for entree in lecture.entrees if not proches.isdisjoint(entree.rangs)]


class _Lecture:
    """Un sommaire en cours de lecture : les lignes qui attendent leur page, les entrées faites."""

    def __init__(self, blocs: Sequence[Bloc]) -> None:
        self._blocs = blocs
        self._ouvert = -_ETENDUE
        self._attente: list[int] = []
        self.entrees: list[Entree] = []

    def lire(self, rang: int) -> None:
        bloc = self._blocs[rang]
        if _TITRE_DE_SOMMAIRE.match(bloc.texte):
            self._ouvert, self._attente = rang, []
        elif _PAGE_SEULE.match(bloc.texte) and self._dedans(rang):
            self._noter_pages(rang)
        elif self._noter_lignes(rang) or len(bloc.texte) > _LONGUEUR_MORCEAU or bloc.texte.endswith("."):
            self._attente = []
        elif self._dedans(rang):
            self._attente.append(rang)

    def _dedans(self, rang: int) -> bool:
        return 0 < rang - self._ouvert < _ETENDUE

    def _noter_pages(self, rang: int) -> None:
        """Une page va aux lignes qui la précèdent ; autant de pages que de lignes se répartissent dans l'ordre."""
        attente, self._attente = self._attente, []
        suite = takewhile(lambda suivant: _PAGE_SEULE.match(self._blocs[suivant].texte), range(rang, len(self._blocs)))
        rangs = list(islice(suite, len(attente) + 1))
        if len(rangs) == len(attente) > 1:
            for morceau, seule in zip(attente, rangs, strict=True):
                self._ajouter((morceau, seule), "", self._page_seule(seule))
        elif attente:
            self._ajouter((*attente[-_MORCEAUX:], rang), "", self._page_seule(rang))

    def _page_seule(self, rang: int) -> int:
        return int(re.sub(r"\D", "", self._blocs[rang].texte))

    def _noter_lignes(self, rang: int) -> bool:
        """Les entrées d'un bloc : une, ou une par ligne finie par sa page."""
        bloc = self._blocs[rang]
        par_ligne = [self._page(ligne, rang) for ligne in bloc.lignes] if bloc.genre != "rangee" else []
        if sum(lue is not None for lue in par_ligne) > 1:
            self._noter_une_a_une(rang, par_ligne)
            return True
        collees = self._collees(bloc.texte)
        for intitule, page in collees:
            self._ajouter((rang,), intitule, page)
        if collees:
            return True
        lue = self._page(bloc.texte, rang) if len(bloc.texte) <= _LONGUEUR_ENTREE else None
        if lue is not None:
            self._ajouter((*self._attente[-_MORCEAUX:], rang), *lue)
        return lue is not None

    def _collees(self, texte: str) -> list[tuple[str, int]]:
        """Les entrées que la mise en page a réunies dans un bloc, s'il y en a plusieurs et rien d'autre."""
        pages = list(_PAGE_IMPRIMEE.finditer(texte)) if len(texte) <= _LONGUEUR_ENTREE * _MORCEAUX else []
        if len(pages) < 2 or pages[-1].end() != len(texte.rstrip()):
            return []
        debuts = [0, *(page.end() for page in pages)]
        intitules = (texte[debut : page.start()].strip(" .…_|,–—-") for debut, page in zip(debuts, pages, strict=False))
        return [(intitule, int(page["page"])) for intitule, page in zip(intitules, pages, strict=True) if intitule]

    def _noter_une_a_une(self, rang: int, par_ligne: Sequence[tuple[str, int] | None]) -> None:
        debut = ""
        for ligne, lue in zip(self._blocs[rang].lignes, par_ligne, strict=True):
            debut = f"{debut} {lue[0] if lue else ligne}".strip()
            if lue:
                self._ajouter((rang,), debut, lue[1])
                debut = ""

    def _page(self, texte: str, rang: int) -> tuple[str, int] | None:
        sure = _PAGE_SURE.match(texte) or _PAGE_DEVANT.match(texte)
        lue = sure or (_PAGE_NUE.match(texte) if self._dedans(rang) else None)
        if lue is None or (sure is None and self.entrees and int(lue["page"]) < self.entrees[-1].page):
            return None
        return lue["intitule"].strip(" .…_|"), int(lue["page"])

    def _ajouter(self, rangs: tuple[int, ...], fin: str, page: int) -> None:
        tetes = [self._blocs[rang].texte for rang in rangs[:-1]]
        texte, periode = detacher_periode("\n".join([*tetes, fin] if fin else tetes))
        self.entrees.append(Entree(rangs, texte, page, self._blocs[rangs[0]].ligne, periode))


# --- reconnaître une fiche dans le sommaire ---


def apparier(
    titres: Mapping[int, tuple[str, str]], entrees: Sequence[Entree]
) -> tuple[dict[int, Entree], list[Entree]]:
    """Rapproche les titres du document et les entrées du sommaire, du plus ressemblant au moins ressemblant.

    Parameters
    ----------
    titres : mapping of int to (str, str)
        Par rang : un titre possible, et la ligne de lieu imprimée près de lui (vide s'il n'y en a pas).
    entrees : sequence of Entree
        Le sommaire.

    Returns
    -------
    dict, list
        L'entrée de chaque titre annoncé ; les entrées qu'aucun titre ne reprend.
    """
    libres: dict[str, deque[Entree]] = defaultdict(deque)
    for entree in entrees:
        libres[cle(entree.texte)].append(entree)
    paires = sorted(_paires(titres, libres), key=lambda paire: (-paire[0], paire[1]))
    annonces: dict[int, Entree] = {}
    for _, rang, texte in paires:
        if rang not in annonces and libres[texte]:
            annonces[rang] = libres[texte].popleft()
    return annonces, [entree for restantes in libres.values() for entree in restantes]


def _paires(
    titres: Mapping[int, tuple[str, str]], libres: Mapping[str, deque[Entree]]
) -> Iterator[tuple[float, int, str]]:
    """Chaque titre et chaque entrée assez ressemblants ; un lieu commun compte pour le titre."""
    index: dict[str, list[str]] = defaultdict(list)
    for texte in libres:
        for mot in _mots(texte):
            index[mot].append(texte)
    connues: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for rang, paire in titres.items():
        if paire not in connues:
            connues[paire] = [(_mesurer(libres[texte][0].texte, *paire), texte) for texte in _proches(paire[0], index)]
        yield from ((mesure, rang, texte) for mesure, texte in connues[paire] if mesure >= _RESSEMBLANCE_DE_TITRE)


def _proches(titre: str, index: Mapping[str, list[str]]) -> list[str]:
    """Les entrées qui partagent assez de mots avec ce titre."""
    mots = _mots(cle(titre))
    communs = Counter(texte for mot in mots for texte in index.get(mot, ()))
    return [texte for texte, n in communs.items() if n >= _MOTS_COMMUNS * len(mots)]


def _mots(texte: str) -> set[str]:
    return {mot for mot in texte.split() if len(mot) > 3}


def _mesurer(texte: str, titre: str, lieu: str) -> float:
    ressemblance = max((mesure for _, _, mesure in _decoupes(texte, titre)), default=0.0)
    mots = set(_mots_de_lieu(lieu))
    return ressemblance + (_LIEU_COMMUN if mots and mots <= set(cle(texte).split()) else 0.0)


def _decoupes(texte: str, titre: str) -> Iterator[tuple[int, int, float]]:
    """Chaque suite de morceaux de l'entrée qui peut être le titre, et sa ressemblance."""
    bornes = _bornes(texte)
    attendu = cle(titre)
    for debut in bornes[: min(2, len(bornes) - 1)]:  # une rubrique du sommaire peut précéder le titre
        for fin in bornes[1:]:
            if debut[1] < fin[0]:
                yield debut[1], fin[0], fuzz.ratio(cle(texte[debut[1] : fin[0]]), attendu)


def _bornes(texte: str) -> list[tuple[int, int]]:
    """Début et fin de chaque séparateur, bouts du texte compris."""
    return [(0, 0), *(lue.span() for lue in _COUPURE.finditer(texte)), (len(texte), len(texte))]


def demeler(texte: str, titre: str, lieu: str = "") -> Annonce:
    """Ce que dit une entrée, une fois connus le titre et la ligne de lieu de sa fiche.

    Examples
    --------
    >>> demeler("DES JARDINS, UN LIEN, VILLE DE SARCELLES", "Des jardins, un lien", "Sarcelles").porteur
    'VILLE DE SARCELLES'
    >>> demeler("DES JARDINS, UN LIEN, ASSOCIATION LES POUSSES, SARCELLES", "Des jardins, un lien", "Sarcelles").porteur
    'ASSOCIATION LES POUSSES'
    """
    debut, fin, ressemblance = max(_decoupes(texte, titre), key=lambda decoupe: decoupe[2], default=(0, 0, 0.0))
    reste = _COUPURE.sub("", texte[fin:], count=1) if texte[fin:] else ""
    porteur, ou = _porteur_et_lieu(reste.strip(" ,;-–|()"), lieu)
    return Annonce(_ligne(texte[debut:fin]), _ligne(porteur) or None, _ligne(ou) or None, ressemblance)


def _ligne(texte: str) -> str:
    return " ".join(texte.split())


def _porteur_et_lieu(reste: str, lieu: str) -> tuple[str, str]:
    bornes = _bornes(reste)
    debuts = [suivant for _, suivant in bornes[:-1]]
    if not reste:
        return "", ""
    candidats = [(_accord(reste[debut:], lieu), -debut) for debut in debuts]
    accord, depart = max(candidats)
    if accord < _RESSEMBLANCE_DE_LIEU:
        return reste, ""
    ou, avant = reste[-depart:], reste[: bornes[debuts.index(-depart)][0]].strip()
    seule = not avant and " " in ou and est_structure(ou)  # « Orléans Métropole » dit qui porte, et où
    if seule or _COLLECTIVITE.match(cle(ou)):
        return reste, ou
    return avant, ou


def _accord(morceau: str, lieu: str) -> float:
    """À quel point un morceau est le lieu de la fiche, ou une partie ; sans lieu connu, s'il a l'air d'en être un."""
    mots = _mots_de_lieu(morceau)
    if not lieu:
        return 100.0 if est_lieu(morceau) and _COUPURE.search(morceau) is None else 0.0
    attendus = _mots_de_lieu(lieu)
    if not mots:
        return 0.0
    part = _RESSEMBLANCE_DE_LIEU if set(mots) <= set(attendus) else 0.0
    return max(part, fuzz.ratio(" ".join(sorted(mots)), " ".join(sorted(attendus))))


def _mots_de_lieu(texte: str) -> list[str]:
    return _ARTICLES.sub(" ", _COLLECTIVITE.sub("", cle(texte))).split()
