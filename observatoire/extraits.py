"""Les textes d'une recherche : leurs mots, les termes tapés, et le passage où ils se lisent, marqués."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from observatoire.racines import MOTS_VIDES, Racine, raciner

#: Longueur d'un extrait, en caractères.
LARGEUR = 200
#: Entre deux éléments d'une liste mis bout à bout dans un champ.
JOINT = " · "
#: Jeton qui tient lieu de ``JOINT`` dans l'index : aucune racine ne s'écrit ainsi.
RUPTURE = "_"

_CITATION = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”')
_SEPARATEUR = "\n|\n"
_ENTRE_VOISINS = re.compile(r"[\s\-‐‑]*")

#: Une recherche découpée : chaque terme est un mot, ou les mots d'une expression entre guillemets (leurs racines).
Terme = tuple[str, ...]


@dataclass(frozen=True)
class Champ:
    """Un texte et ses mots."""

    texte: str
    racines: Sequence[Racine]

    @property
    def jetons(self) -> str:
        """Ses racines, avec une rupture entre deux éléments d'une liste : aucune expression ne la franchit."""
        jetons, fin = [], 0
        for racine in self.racines:
            if JOINT in self.texte[fin : racine.debut]:
                jetons.append(RUPTURE)
            jetons.append(jeton(racine.racine))
            fin = racine.fin
        return " ".join(jetons)


def depouiller(textes: Sequence[str]) -> Iterator[Champ]:
    """Les mots de chaque texte, tous découpés d'un coup : une racine ne se calcule qu'une fois par mot différent."""
    racines = raciner(_SEPARATEUR.join(textes))
    debuts = itertools.accumulate((len(texte) + len(_SEPARATEUR) for texte in textes), initial=0)
    rang = 0
    for texte, debut in zip(textes, debuts, strict=False):
        siennes = []
        while rang < len(racines) and racines[rang].debut < debut + len(texte):
            r = racines[rang]
            siennes.append(Racine(r.debut - debut, r.fin - debut, r.mot, r.racine))
            rang += 1
        yield Champ(texte, siennes)


def jeton(racine: str) -> str:
    """Une racine en ASCII, pour que SQLite la garde d'un seul tenant dans toute écriture."""
    return racine if racine.isascii() else f"x{racine.encode().hex()}"


def decouper(texte: str) -> list[Terme]:
    """Les termes d'une recherche, chacun une fois : expressions entre guillemets, puis mots.

    Les mots trop communs (« dans », « les ») ne comptent qu'entre guillemets, ou s'il n'y a rien d'autre.

    Examples
    --------
    >>> decouper('"santé mentale" dans les quartiers')
    [('sant', 'mental'), ('quarti',)]
    """
    expressions = [tuple(r.racine for r in raciner("".join(lue.groups("")))) for lue in _CITATION.finditer(texte)]
    mots = raciner(_CITATION.sub(_SEPARATEUR, texte))
    pleins = [(r.racine,) for r in mots if r.mot not in MOTS_VIDES]
    termes = [*filter(None, expressions), *pleins]
    return list(dict.fromkeys(termes or [(r.racine,) for r in mots]))


def extraire(champs: Iterable[Champ], termes: Sequence[Terme], largeur: int = LARGEUR) -> str:
    """Un passage d'environ ``largeur`` caractères, là où le plus de termes se lisent, marqués par ``**``.

    Parameters
    ----------
    champs : iterable of Champ
        Où chercher le passage, par préférence.
    termes : sequence of tuple of str
        Ce qu'on a cherché (voir ``decouper``) ; sans terme, le début du premier champ.
    largeur : int
        Longueur visée, marques non comprises.

    Examples
    --------
    >>> texte = "Un conseil local de santé mentale ouvre."
    >>> extraire([Champ(texte, raciner(texte))], decouper('"sante mentale"'))
    'Un conseil local de **santé mentale** ouvre.'
    """
    lus = [(champ.texte, _reperer(champ, termes)) for champ in champs if champ.texte]
    if not lus:
        return ""
    texte, reperes = max(lus, key=lambda lu: len(_utiles(lu[1])))
    return _marquer(texte, reperes, *_fenetre(texte, reperes, largeur))


class _Repere(NamedTuple):
    """Où se lit un terme."""

    debut: int
    fin: int
    terme: Terme


def _reperer(champ: Champ, termes: Sequence[Terme]) -> list[_Repere]:
    """Où se lit chaque terme, dans l'ordre du texte."""
    racines = champ.racines
    reperes = []
    for terme in termes:
        for rang, racine in enumerate(racines):
            if racine.racine == terme[0] and tuple(r.racine for r in racines[rang : rang + len(terme)]) == terme:
                reperes.append(_Repere(racine.debut, racines[rang + len(terme) - 1].fin, terme))
    return sorted(repere for repere in reperes if JOINT not in champ.texte[repere.debut : repere.fin])


def _fenetre(texte: str, reperes: Sequence[_Repere], largeur: int) -> tuple[int, int]:
    """La fenêtre où se lisent le plus de termes différents, au plus près les uns des autres."""
    if len(texte) <= largeur:
        return 0, len(texte)
    debuts = [repere.debut for repere in reperes]
    groupes = (_utiles(reperes[i : bisect_right(debuts, debut + largeur)]) for i, debut in enumerate(debuts))
    groupe = max(groupes, key=lambda utiles: (len(utiles), utiles[0].debut - utiles[-1].fin), default=[])
    premier, dernier = (groupe[0].debut, max(repere.fin for repere in groupe)) if groupe else (0, 0)
    marge = max(largeur - (dernier - premier), 0) // 2
    debut = max(min(premier - marge, len(texte) - largeur), 0)
    return _entre_deux_mots(texte, debut, max(dernier, debut + largeur), premier, dernier)


def _utiles(reperes: Iterable[_Repere]) -> list[_Repere]:
    """Le premier repère de chaque terme."""
    premiers: dict[Terme, _Repere] = {}
    for repere in reperes:
        premiers.setdefault(repere.terme, repere)
    return list(premiers.values())


def _entre_deux_mots(texte: str, debut: int, fin: int, premier: int, dernier: int) -> tuple[int, int]:
    """Resserre une fenêtre pour ne couper aucun mot, sans perdre ce qui est trouvé de ``premier`` à ``dernier``."""
    if debut:
        debut = texte.find(" ", debut - 1, premier) + 1 or premier
    if fin < len(texte):
        coupe = texte.rfind(" ", dernier, fin + 1)
        fin = fin if coupe < 0 else coupe
    return debut, fin


def _marquer(texte: str, reperes: Iterable[_Repere], debut: int, fin: int) -> str:
    morceaux, position = [], debut
    for gauche, droite in _fusionner(texte, [r for r in reperes if debut <= r.debut and r.fin <= fin]):
        morceaux += [texte[position:gauche], "**", texte[gauche:droite], "**"]
        position = droite
    avant, apres = "… " if debut else "", " …" if fin < len(texte) else ""
    return f"{avant}{''.join(morceaux)}{texte[position:fin]}{apres}"


def _fusionner(texte: str, reperes: Iterable[_Repere]) -> Iterator[tuple[int, int]]:
    """Réunit les mots trouvés qui se suivent : « **santé mentale** », non « **santé** **mentale** »."""
    courant: tuple[int, int] | None = None
    for gauche, droite, _ in reperes:
        if courant and (gauche <= courant[1] or _ENTRE_VOISINS.fullmatch(texte, courant[1], gauche)):
            courant = courant[0], max(courant[1], droite)
            continue
        if courant:
            yield courant
        courant = gauche, droite
    if courant:
        yield courant
