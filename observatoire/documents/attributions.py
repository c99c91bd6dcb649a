"""À quelle action reviennent un encadré chiffré et une perspective, que la page imprime à côté d'elle."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from observatoire.documents.blocs import Bloc
from observatoire.documents.encadres import Encadre
from observatoire.documents.fiches import Fiche
from observatoire.documents.plan import Partie, Plan, perspectives_et_egares
from observatoire.documents.titres import mots_pleins
from observatoire.notices import Anomalie, Gravite
from observatoire.racines import plier

_PARTICIPATIONS = re.compile(r"\bparticip\w*|\bprésen(?:ces|ts?)\b", re.IGNORECASE)
_SEANCES = re.compile(
    r"(?:demi-?journées?|journées?|séances?|sessions?|ateliers?|rencontres?|réunions?|webinaires?|soirées?|temps)\b",
    re.IGNORECASE,
)
_LISTE_DE_LIEUX = re.compile(r"^[^:]{8,100} : ([^:.;]+(?:, [^:.;]+)+)$")
_SIGLE = re.compile(r"\b[A-Z]{2,3}\b")
#: Parties où chercher, autour d'un encadré, l'action dont il nomme le territoire ou que sa rubrique contient.
_VOISINAGE = 4
#: Poids d'un mot de titre face à un mot de texte, pour dire de quelle action parle une perspective.
_POIDS_TITRE = 2.0
#: Mots de toutes les actions : en partager un ne dit pas de laquelle parle une perspective.
_MOTS_COMMUNS = mots_pleins(
    "journée rencontre réseau atelier action projet démarche professionnel acteur territoire cadre nouveau nouvelle"
    " année travail mettre place ensemble poursuivre organiser organisation animer animation soutenir proposer réaliser"
    " construction événement"
)
_LONGUEUR_EXTRAIT = 200


@dataclass(frozen=True)
class Attributions:
    """Ce qui revient à chaque action.

    Attributes
    ----------
    fiches : tuple of Fiche
        Les actions, situées par leurs encadrés.
    encadres, perspectives : mapping
        Par rang de fiche.
    libres : tuple
        Rang de partie et encadré : ceux qu'aucune action ne prend sont des chiffres d'ensemble.
    anomalies : tuple of Anomalie
        Perspectives que rien ne rattache.
    """

    fiches: tuple[Fiche, ...]
    encadres: Mapping[int, Sequence[Encadre]]
    perspectives: Mapping[int, Sequence[str]]
    libres: tuple[tuple[int, Encadre], ...]
    anomalies: tuple[Anomalie, ...]


def attribuer(plan: Plan, fiches: Sequence[Fiche]) -> Attributions:
    """Donne à chaque action ses encadrés, leurs territoires et ses perspectives."""
    voisinage = _Voisinage(plan, fiches)
    encadres: dict[int, list[Encadre]] = defaultdict(list)
    libres: list[tuple[int, Encadre]] = []
    lieux: dict[int, tuple[str, ...]] = {}
    for rang, partie in enumerate(plan.parties):
        for encadre in partie.encadres:
            fiche = voisinage.destinataire(rang, encadre) if _mesure_une_action(encadre) else None
            if fiche is None or (est_seance(encadre) and any(est_seance(autre) for autre in encadres[fiche])):
                libres.append((rang, encadre))
                fiche = voisinage.premiere(rang)
            else:
                encadres[fiche].append(encadre)
                lieux.setdefault(fiche, (encadre.lieu,) if encadre.lieu else ())
            if fiche is not None and (liste := _LISTE_DE_LIEUX.match(encadre.libelle)):
                lieux[fiche] = tuple(lieu.strip() for lieu in liste[1].split(","))
    situees = [replace(fiche, lieux=fiche.lieux or lieux.get(rang, ())) for rang, fiche in enumerate(fiches)]
    perspectives, anomalies = _attribuer_les_perspectives(plan, situees, voisinage)
    return Attributions(tuple(situees), encadres, perspectives, tuple(libres), tuple(anomalies))


def est_participation(encadre: Encadre) -> bool:
    """Vrai pour un encadré qui compte des participants."""
    return _PARTICIPATIONS.search(encadre.libelle) is not None


def est_seance(encadre: Encadre) -> bool:
    """Vrai pour un encadré qui compte des séances."""
    return not est_participation(encadre) and _SEANCES.match(encadre.libelle) is not None


def _mesure_une_action(encadre: Encadre) -> bool:
    entier = encadre.unite != "%" and encadre.valeur == int(encadre.valeur)
    return entier and (est_participation(encadre) or est_seance(encadre))


def _nomme(fiche: Fiche, lieu: str) -> bool:
    """Vrai si le titre ou les territoires d'une action nomment ce lieu."""
    motif = rf"(?<!\w){re.escape(plier(lieu))}(?!\w)"
    return any(re.search(motif, plier(texte)) for texte in (fiche.titre, *fiche.lieux))


# --- encadrés ---


class _Voisinage:
    """Les actions de chaque partie, et de celles qui l'entourent."""

    def __init__(self, plan: Plan, fiches: Sequence[Fiche]) -> None:
        self.parties = plan.parties
        self._fiches = fiches
        self._actions = {id(partie.titre) for partie in plan.parties if partie.action}
        self._par_partie: dict[int, list[int]] = defaultdict(list)
        for rang, fiche in enumerate(fiches):
            if not fiche.puce:
                self._par_partie[fiche.partie].append(rang)

    def premiere(self, rang: int) -> int | None:
        """La première action d'une partie."""
        return next(iter(self._par_partie.get(rang, ())), None)

    def destinataire(self, rang: int, encadre: Encadre) -> int | None:
        """L'action d'un encadré : celle qui nomme son territoire, celle où il est, ou la première de sa rubrique."""
        partie = self.parties[rang]
        if partie.sorte != "action" or partie.chapitre:
            return None
        nommee = self._qui_nomme(rang, encadre.lieu) if encadre.lieu else None
        if nommee is not None or partie.action:
            return nommee if nommee is not None else self.premiere(rang)
        return self._premiere_dessous(rang) if encadre.lieu is None else None

    def _premiere_dessous(self, rang: int) -> int | None:
        titre = self.parties[rang].titre
        suivants = range(rang + 1, min(rang + 1 + _VOISINAGE, len(self.parties)))
        dessous = (self.premiere(suivant) for suivant in suivants if titre in self.parties[suivant].chemin)
        return next((fiche for fiche in dessous if fiche is not None), None)

    def _qui_nomme(self, rang: int, lieu: str) -> int | None:
        voisins = sorted(range(rang - _VOISINAGE, rang + _VOISINAGE + 1), key=lambda voisin: abs(voisin - rang))
        fiches = (fiche for voisin in voisins for fiche in self._par_partie.get(voisin, ()))
        return next((fiche for fiche in fiches if _nomme(self._fiches[fiche], lieu)), None)

    def de_la_rubrique(self, partie: Partie, rangs: Iterable[int]) -> list[int]:
        """Les actions de parties qui sont sous le même titre qu'une autre ; à défaut, la dernière."""
        parent = next((titre for titre in reversed(partie.chemin) if id(titre) not in self._actions), None)
        proches = [rang for rang in rangs if self._par_partie.get(rang)]
        sous = [
            rang
            for rang in proches
            if parent is None or parent in (*self.parties[rang].chemin, self.parties[rang].titre)
        ]
        return [fiche for rang in sous or proches[-1:] for fiche in self._par_partie[rang]]


# --- perspectives ---


def _attribuer_les_perspectives(
    plan: Plan, fiches: Sequence[Fiche], voisinage: _Voisinage
) -> tuple[dict[int, list[str]], list[Anomalie]]:
    """Chaque perspective à l'action de sa rubrique qui en parle le plus, depuis les perspectives précédentes."""
    lexique = _Lexique(fiches)
    perspectives: dict[int, list[str]] = defaultdict(list)
    anomalies: list[Anomalie] = []
    debut = 0
    for rang, partie in enumerate(plan.parties):
        if partie.sorte != "perspectives":
            continue
        candidates = voisinage.de_la_rubrique(partie, range(debut, rang))
        debut = rang + 1
        blocs, egares = perspectives_et_egares(partie)
        perdus = egares if candidates else partie.corps
        anomalies += [_anomalie("perte", "texte sans titre, après des perspectives", perdus[0])] if perdus else []
        for bloc, etiquette in _etiqueter(blocs) if candidates else ():
            nommees = [fiche for fiche in candidates if etiquette and _nomme(fiches[fiche], etiquette)]
            cible, sure = lexique.choisir(bloc.texte, nommees or candidates)
            perspectives[cible].append(bloc.texte.rstrip(" ,;."))
            anomalies += [] if sure else [_anomalie("doute", _sans_action(fiches[cible]), bloc)]
    return perspectives, anomalies


def _etiqueter(blocs: Iterable[Bloc]) -> Iterator[tuple[Bloc, str]]:
    """Chaque perspective, et l'étiquette qui la précède (« Yvelines : »)."""
    etiquette = ""
    for bloc in blocs:
        if bloc.texte.endswith(":"):
            etiquette = bloc.texte.rstrip(" :")
        else:
            yield bloc, etiquette


def _sans_action(fiche: Fiche) -> str:
    return f"perspective rangée avec « {fiche.titre[:80]} », faute d'une action qu'elle nomme"


def _anomalie(gravite: Gravite, probleme: str, bloc: Bloc) -> Anomalie:
    return Anomalie(gravite, probleme, bloc.ligne, bloc.page, bloc.texte[:_LONGUEUR_EXTRAIT])


class _Lexique:
    """Les mots de chaque action, et le nombre d'actions qui ont chacun."""

    def __init__(self, fiches: Sequence[Fiche]) -> None:
        self._titres = [_mots_parlants(fiche.titre) for fiche in fiches]
        self._textes = [_mots_parlants(f"{''.join(fiche.rubriques[-1:])} {fiche.texte}") for fiche in fiches]
        self._presences = Counter(
            mot for paire in zip(self._titres, self._textes, strict=True) for mot in paire[0] | paire[1]
        )

    def choisir(self, texte: str, candidates: Sequence[int]) -> tuple[int, bool]:
        """L'action qui parle le plus d'un texte (à égalité, la dernière), et si l'on peut en être sûr."""
        mots = _mots_parlants(texte)
        notes = [(self._note(mots, fiche), fiche) for fiche in candidates]
        note, cible = max(notes)
        return cible, note > 0 or len(candidates) == 1

    def _note(self, mots: frozenset[str], fiche: int) -> float:
        """Mots communs, d'autant plus parlants qu'ils sont rares."""
        titre = self._titres[fiche]
        communs = (titre | self._textes[fiche]) & mots
        return sum((_POIDS_TITRE if mot in titre else 1.0) / self._presences[mot] for mot in sorted(communs))


def _mots_parlants(texte: str) -> frozenset[str]:
    """Mots pleins et sigles, sauf ceux de toutes les actions."""
    return (mots_pleins(texte) | {sigle.lower() for sigle in _SIGLE.findall(texte)}) - _MOTS_COMMUNS
