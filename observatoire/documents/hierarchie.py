"""Ce que les titres d'un rapport disent les uns des autres : titres courants, renvois, chapitres, rubriques."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from observatoire.documents.table_des_matieres import Sommaire
from observatoire.documents.titres import CAPITALES, CHAPITRE, DE_CORPS, MINUSCULES, PUCE, Titre
from observatoire.racines import plier

_PREMIER = re.compile(r"^(?:1|I|A)\W*$")
#: Part de mots communs au-delà de laquelle un titre est une entrée du sommaire ; un chapitre se reformule davantage.
_MEME_TITRE = 0.75
_MEME_CHAPITRE = 0.5


def ordonner(titres: Mapping[int, Titre], sommaire: Sommaire) -> dict[int, Titre]:
    """Les titres d'un document, par rang de bloc, chapitres et rubriques reconnus.

    Ceux qui n'ouvrent rien (titre courant en haut d'une page, renvoi à un autre titre) n'y sont plus.
    """
    renvois = _renvois(titres)
    propres = {rang: titre for rang, titre in titres.items() if rang not in renvois}
    courants, repetes = _titres_courants(propres)
    gardes = {rang: titre for rang, titre in propres.items() if rang not in courants}
    return _en_rubriques(_en_chapitres(gardes, sommaire, repetes))


def _titres_courants(titres: Mapping[int, Titre]) -> tuple[set[int], set[int]]:
    """Rangs des titres répétés en haut des pages de leur chapitre, et de ceux qu'ils répètent.

    Entre deux passages d'un titre courant, aucun autre titre ne se répète.
    """
    cles = {rang: plier(re.sub(r"\W+", " ", titre.texte)) for rang, titre in titres.items() if _peut_courir(titre)}
    comptes = Counter(cles.values())
    repetes = [rang for rang, cle in cles.items() if comptes[cle] > 1]
    paires = [(un, autre) for un, autre in pairwise(repetes) if cles[un] == cles[autre]]
    courants = {autre for _, autre in paires}
    return courants, {un for un, _ in paires} - courants


def _peut_courir(titre: Titre) -> bool:
    return titre.sorte in DE_CORPS and titre.brute >= CAPITALES and titre.numero is None


def _renvois(titres: Mapping[int, Titre]) -> set[int]:
    """Rangs des titres sans texte qui en répètent un autre : ils renvoient à sa page."""
    vus: set[str] = set()
    renvois = set()
    for rang, titre in titres.items():
        cle = plier(re.sub(r"\W+", "", titre.texte))
        if titre.vide and cle in vus and titre.sorte == "action":
            renvois.add(rang)
        vus.add(cle)
    return renvois


def _en_chapitres(titres: Mapping[int, Titre], sommaire: Sommaire, repetes: set[int]) -> dict[int, Titre]:
    """Donne sa page à chaque titre annoncé, et la force d'un chapitre à ceux qui en ouvrent un."""
    entrees = _entrees_des_titres(titres, sommaire)
    detailles, declares = _forces_detaillees(titres, entrees), _niveaux_de_chapitre(titres.values())
    chapitres: dict[int, Titre] = {}
    suivant: int | None = None
    apres: Titre | None = None
    for rang, titre in reversed([*titres.items()]):
        annonce = rang in entrees and titre.brute not in detailles
        seul = titre.vide or (suivant is not None and suivant not in entrees)
        numerote = apres is not None and _PREMIER.match(apres.numero or "") is not None
        page = sommaire.pages.get(entrees.get(rang, frozenset()))
        if _peut_ouvrir(titre) and (rang in repetes or numerote or (annonce and seul)):
            chapitres[rang] = replace(titre, page=page, chapitre=True, force=CHAPITRE + 0.5 * titre.vide)
        else:
            chapitres[rang] = replace(titre, page=page, chapitre=titre.bloc.niveau in declares)
        suivant, apres = rang if titre.sorte in DE_CORPS else suivant, titre
    return dict(reversed([*chapitres.items()]))


def _entrees_des_titres(titres: Mapping[int, Titre], sommaire: Sommaire) -> dict[int, frozenset[str]]:
    """L'entrée du sommaire que reprend chaque titre annoncé : il est de tous celui qui lui ressemble le plus."""
    trouvees = {rang: lue for rang, titre in titres.items() if (lue := _entree(titre, sommaire))}
    meilleures: dict[frozenset[str], float] = {}
    for note, entree in trouvees.values():
        meilleures[entree] = max(note, meilleures.get(entree, 0.0))
    return {rang: entree for rang, (note, entree) in trouvees.items() if note == meilleures[entree]}


def _entree(titre: Titre, sommaire: Sommaire) -> tuple[float, frozenset[str]] | None:
    if titre.sorte in {"perspectives", "statistiques", "interne", "couverture"}:
        return None
    return sommaire.entree(titre.texte, _MEME_CHAPITRE if titre.brute == CAPITALES else _MEME_TITRE)


def _forces_detaillees(titres: Mapping[int, Titre], entrees: Mapping[int, frozenset[str]]) -> set[float]:
    """Forces dont le sommaire liste la plupart des titres : y être ne fait pas d'eux des chapitres."""
    annonces: dict[float, list[bool]] = defaultdict(list)
    for rang, titre in titres.items():
        if titre.numero is None and titre.sorte == "action":
            annonces[titre.brute].append(rang in entrees)
    return {force for force, dits in annonces.items() if sum(dits) > len(dits) / 2}


def _niveaux_de_chapitre(titres: Iterable[Titre]) -> set[int]:
    """Niveau déclaré des chapitres : le premier qui revient, si d'autres titres sont déclarés plus bas."""
    comptes = Counter(titre.bloc.niveau for titre in titres if titre.bloc.niveau and titre.sorte in DE_CORPS)
    premier = min((niveau for niveau, n in comptes.items() if n > 1), default=0)
    return {niveau for niveau in comptes if niveau <= premier} if any(n > premier for n in comptes) else set()


def _peut_ouvrir(titre: Titre) -> bool:
    """Un chapitre non déclaré : ni numéroté, ni en puce, ni en encart."""
    non_declare = titre.numero is None and MINUSCULES <= titre.brute <= CAPITALES
    return non_declare and not titre.aparte and titre.sorte in {*DE_CORPS, "gouvernance"}


def _en_rubriques(titres: Mapping[int, Titre]) -> dict[int, Titre]:
    """Un titre en minuscules sans texte range sous lui ceux qui le suivent, jusqu'à une rubrique ou un numéro."""
    rubriques: dict[int, Titre] = {}
    suivant: Titre | None = None
    for rang, titre in reversed([*titres.items()]):
        if suivant is not None and _range(titre, suivant):
            rubriques[rang] = replace(titre, force=suivant.brute + 0.5)
        else:
            rubriques[rang] = titre
        suivant = rubriques[rang]
    return dict(reversed([*rubriques.items()]))


def _range(titre: Titre, suivant: Titre) -> bool:
    """Vrai si un titre sans texte, à peine moins fort que le suivant, lui sert de rubrique."""
    simple = titre.vide and titre.sorte == "action" and titre.numero is None and not titre.aparte and not titre.chapitre
    ordinaire = suivant.sorte == "action" and suivant.numero is None and not suivant.chapitre
    minuscules = titre.brute != CAPITALES and titre.brute != PUCE
    return simple and ordinaire and minuscules and 0 <= suivant.brute - titre.brute <= 1
