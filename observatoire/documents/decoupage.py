"""Une lettre d'information, découpée en articles et en listes d'après ce qui précède chaque titre."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from observatoire.documents.articles import tetes
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.breves import lire_date
from observatoire.documents.contacts import lire_noms
from observatoire.documents.dates import est_periode
from observatoire.documents.lignes_de_lieu import est_lieu
from observatoire.documents.mise_en_page import Role
from observatoire.documents.rubriques import Portee, Rubrique, lire_rubrique

#: Natures qui ne valent que pour l'article qui suit leur rubrique.
_D_UN_ARTICLE = frozenset({"experience", "bref", "mouvement", "editorial", "sommaire"})
_TITRES_D_UN_STYLE = 3
#: Une ligne de mouvement dit une fonction après un nom.
_FONCTION_COURTE = 6
_EN_TETE = 14
_LONGUEUR_EN_TETE = 130


@dataclass
class Etat:
    """Ce que les dernières rubriques ont dit."""

    portee: Portee | None = None
    principale: str = ""
    nature: str | None = None
    rubrique: str = ""
    theme: str = ""

    def intitule(self) -> str:
        """La rubrique et le thème imprimés, à défaut la partie de la lettre."""
        return " / ".join(filter(None, (self.rubrique, self.theme))) or self.principale


@dataclass(frozen=True)
class Tete:
    """Ce qui ouvre un article ou une liste : rubriques, thème, lieu, date, titre."""

    rubriques: dict[int, Rubrique]
    titre: int | None = None
    lieu: int | None = None
    date: int | None = None
    theme: int | None = None

    def rangs(self) -> list[int]:
        """Les blocs dont la tête est faite."""
        autres = (self.lieu, self.date, self.theme, self.titre)
        return [*self.rubriques, *(rang for rang in autres if rang is not None)]


@dataclass
class Article:
    """Un article ou une liste, et l'état où il a commencé."""

    tete: Tete
    etat: Etat
    corps: list[int] = field(default_factory=list)


class Decoupage:
    """Parcourt les suites de titres : chacune ouvre un article, ou appartient à celui qu'on lit."""

    def __init__(self, blocs: Sequence[Bloc], roles: Sequence[Role], debut: int) -> None:
        self._blocs = blocs
        self._roles = roles
        self._suites = [(debut + d, debut + f) for d, f in tetes([*roles[debut:], "texte"])]
        self._style = _style(blocs, roles, self._suites)

    def articles(self) -> Iterator[Article]:
        """Les articles, dans l'ordre ; ce qui précède le premier n'est à personne."""
        etat = Etat()
        courant: Article | None = None
        bornes = [*(debut for debut, _ in self._suites[1:]), len(self._blocs)]
        for (debut, fin), suivante in zip(self._suites, bornes, strict=False):
            rangs = [rang for rang in range(debut, fin) if self._roles[rang] == "titre"]
            if courant is not None and self._interne(rangs, courant):
                courant.corps.extend(range(debut, suivante))
                continue
            if courant is not None:
                yield courant
            tete = self._tete(rangs)
            etat = self._suivre(etat, tete)
            suite = [rang for rang in rangs if tete.titre is not None and rang > tete.titre and rang != tete.lieu]
            courant = Article(tete, etat, [*suite, *range(fin, suivante)])
        if courant is not None:
            yield courant

    def _interne(self, rangs: Sequence[int], courant: Article) -> bool:
        """Vrai si ces titres sont des intertitres de l'article qu'on lit."""
        if any(self._rubrique(rang, rangs) for rang in rangs):
            return False
        situee = any(est_lieu(self._blocs[rang].texte) for rang in rangs[:-1])
        if courant.etat.nature == "editorial":
            return not situee
        if self._style != (0, False):
            return not situee and not any(self._du_style(self._blocs[rang]) for rang in rangs)
        fini = any(self._roles[rang] == "contact" for rang in courant.corps)
        return courant.etat.nature == "experience" and not fini and not situee

    def _du_style(self, bloc: Bloc) -> bool:
        niveau, capitales = self._style
        grand = niveau > 0 and 0 < bloc.niveau <= niveau
        return grand or (capitales and en_capitales(bloc.texte))

    def _rubrique(self, rang: int, rangs: Sequence[int]) -> Rubrique | None:
        """La rubrique qu'est ce titre ; une rubrique incertaine devant un texte est plutôt son titre."""
        rubrique = lire_rubrique(self._blocs[rang].texte)
        if rubrique is None or rubrique.sure or rang != rangs[-1]:
            return rubrique
        suivant = rang + 1
        return rubrique if suivant < len(self._blocs) and self._blocs[suivant].genre == "puce" else None

    def _tete(self, rangs: Sequence[int]) -> Tete:
        lues = {rang: rubrique for rang in rangs if (rubrique := self._rubrique(rang, rangs))}
        derniere = max(lues, default=-1)
        restants = [rang for rang in rangs if rang > derniere]
        if not restants:
            return Tete(lues)
        place = self._place_du_titre(restants)
        avant = restants[:place]
        lieu = next((rang for rang in reversed(avant) if est_lieu(self._blocs[rang].texte)), None)
        apres = restants[place + 1 :]
        if lieu is None and apres and est_lieu(self._blocs[apres[0]].texte):
            lieu = apres[0]
        date = next((rang for rang in avant if rang != lieu and est_periode(self._blocs[rang].texte)), None)
        theme = next((rang for rang in reversed(avant) if rang not in {lieu, date}), None)
        return Tete(lues, restants[place], lieu, date, theme)

    def _place_du_titre(self, rangs: Sequence[int]) -> int:
        """Le dernier titre du style des autres ; à défaut le dernier, ou l'avant-dernier devant un lieu."""
        du_style = [
            n for n, rang in enumerate(rangs) if self._style != (0, False) and self._du_style(self._blocs[rang])
        ]
        if du_style:
            return du_style[-1]
        lieu = len(rangs) > 1 and est_lieu(self._blocs[rangs[-1]].texte) and not est_lieu(self._blocs[rangs[-2]].texte)
        return len(rangs) - 2 if lieu else len(rangs) - 1

    def _suivre(self, etat: Etat, tete: Tete) -> Etat:
        """L'état après cette tête : une portée remet la nature à zéro, une rubrique remplace la précédente."""
        suivant = replace(etat, nature=None, rubrique="") if etat.nature in _D_UN_ARTICLE else replace(etat)
        for rubrique in tete.rubriques.values():
            if rubrique.portee is not None:
                suivant = Etat(rubrique.portee, rubrique.texte)
            else:
                suivant = replace(suivant, nature=rubrique.nature, rubrique=rubrique.texte, theme="")
        if tete.theme is not None:
            suivant = replace(suivant, theme=self._blocs[tete.theme].texte)
        elif tete.lieu is not None:
            suivant = replace(suivant, theme="")
        return suivant


def est_isole(texte: str) -> bool:
    """Une rubrique : le titre qui la suit ne la continue pas."""
    return lire_rubrique(texte) is not None


def est_rubrique(texte: str) -> bool:
    """Une rubrique certaine, à détacher des titres que la page lui a collés."""
    rubrique = lire_rubrique(texte)
    return rubrique is not None and rubrique.sure and (texte[:1] in "<[" or not en_capitales(texte))


def roles_de_lettre(blocs: Sequence[Bloc], lus: Iterable[Role]) -> list[Role]:
    """Les rôles, où les lignes d'une liste de mouvements ou de presse ne sont pas des titres."""
    roles = list(lus)
    nature: str | None = None
    for rang, bloc in enumerate(blocs):
        rubrique = lire_rubrique(bloc.texte) if roles[rang] == "titre" else None
        if rubrique:
            nature = rubrique.nature
        elif roles[rang] == "titre" and _est_ligne_de_liste(bloc, nature):
            roles[rang] = "texte"
        elif roles[rang] == "titre":
            nature = None
    return roles


def _est_ligne_de_liste(bloc: Bloc, nature: str | None) -> bool:
    if nature == "mouvement":
        return len(bloc.texte) > len(" et ".join(lire_noms(bloc.texte)) or bloc.texte) + _FONCTION_COURTE
    if nature == "presse":
        return re.match(r"\W{0,3}[«“\"]", bloc.texte) is not None
    return nature == "agenda" and bool(lire_date(bloc.texte, 2000).periode) and not est_periode(bloc.texte)


def fin_d_en_tete(blocs: Sequence[Bloc], roles: Sequence[Role]) -> int:
    """Où finit le cartouche : à la première rubrique, ou au premier titre qu'un texte suit, avec ce qui le range."""
    for debut, fin in tetes([*roles, "texte"]):
        rangs = [rang for rang in range(debut, fin) if roles[rang] == "titre"]
        rubrique = next((rang for rang in rangs if lire_rubrique(blocs[rang].texte)), None)
        if rubrique is not None:
            return rubrique
        if fin < len(blocs) and len(blocs[fin].texte) > _LONGUEUR_EN_TETE:
            situe = len(rangs) > 2 and est_lieu(blocs[rangs[-2]].texte)
            return rangs[-2] if situe else rangs[-1]
        if fin > _EN_TETE:
            return debut
    return 0


def _style(blocs: Sequence[Bloc], roles: Sequence[Role], suites: Sequence[tuple[int, int]]) -> tuple[int, bool]:
    """Rang et casse des titres qui suivent une rubrique ou un lieu ; (0, False) s'ils n'ont rien de net."""
    styles: Counter[tuple[int, bool]] = Counter()
    for debut, fin in suites:
        rangs = [rang for rang in range(debut, fin) if roles[rang] == "titre"]
        if len(rangs) < 2 or lire_rubrique(blocs[rangs[-1]].texte):
            continue
        avant = blocs[rangs[-2]].texte
        if lire_rubrique(avant) or est_lieu(avant):
            styles[blocs[rangs[-1]].niveau, en_capitales(blocs[rangs[-1]].texte)] += 1
    style, nombre = styles.most_common(1)[0] if styles else ((0, False), 0)
    return style if nombre >= _TITRES_D_UN_STYLE and 2 * nombre > styles.total() else (0, False)
