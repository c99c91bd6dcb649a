"""Reconnaître les quartiers prioritaires : leurs noms sont souvent des mots courants, partiels ou partagés.

Un nom fait d'un mot courant (« le Village ») demande « quartier » devant et sa commune à côté ; un nom distinctif
(« Val Fourré ») peut s'en passer. La commune est celle du contexte, ou une commune nommée dans les lignes voisines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from observatoire import abords
from observatoire.reperage import (
    ACCOLE,
    DEDUIT,
    EXACT,
    INDIRECT,
    PARTIEL,
    Avis,
    Groupe,
    Lecture,
)
from observatoire.toponymes import Nom

_PROCHE = 400  # caractères : une commune nommée à cette distance situe un quartier
_RESSEMBLANCE, _MOTS_APPROCHES, _LETTRES_APPROCHEES = 85, 4, 5
_ENTRE = re.compile(
    r"[\s,;/&*_»«\"“”]*(?:(?:et|ou|de|d['’]|des|du|la|le|les|l['’]|à|quartiers?)(?:[\s*_«\"“]+|(?<=['’]))){0,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quartiers:
    """Les quartiers d'un texte, une fois ses communes reconnues.

    Parameters
    ----------
    lecture : Lecture
        La lecture du texte.
    communes : sequence of tuple of (int, str)
        Place et code des communes nommées.
    """

    lecture: Lecture
    communes: Sequence[tuple[int, str]]

    def reperer(self) -> list[Avis]:
        """Les quartiers nommés ; celui qui l'est clairement une fois n'a plus ensuite à dire sa commune."""
        retenus: list[Avis] = []
        annonce = ""
        for groupe in self._balayer():
            if any(a.couvre(groupe) for a in retenus[-2:]):
                continue
            suite = retenus and _ENTRE.fullmatch(self.lecture.entre(retenus[-1], groupe))
            annonce = abords.quartier_annonce(self.lecture.texte, groupe.debut) or (annonce if suite else "")
            retenus += self._juger(groupe, annonce)
        clairs = {a.nom.code for a in retenus if a.confiance == EXACT}
        return [replace(a, confiance=EXACT) if _rappele(a, clairs) else a for a in retenus]

    def _balayer(self) -> list[Groupe]:
        """Les noms possibles, le plus long d'abord à chaque place."""
        texte, groupes = self.lecture.texte, []
        for rang in range(len(texte)):
            for taille, noms in self.lecture.toponymes.a(texte, rang):
                quartiers = tuple(nom for nom in noms if nom.niveau == "qpv")
                if quartiers and texte.nom_propre(rang, taille, souple=True):
                    groupes.append(Groupe(rang, rang + taille, quartiers))
        return groupes

    def _juger(self, groupe: Groupe, annonce: str) -> list[Avis]:
        if not self.lecture.isole(groupe.debut, groupe.fin):
            return []
        cle = self.lecture.cle(groupe)
        if cle in abords.GENERIQUES and not annonce:
            return []
        ici = self._ici(groupe.debut)
        dedans = [nom for nom in groupe.noms if not ici.isdisjoint(self.lecture.toponymes.membres(nom))]
        if dedans:
            return self._d_ici(groupe, dedans, annonce)
        ailleurs = None if cle in abords.GENERIQUES else self._d_ailleurs(groupe, annonce, ici)
        return [ailleurs] if ailleurs else []

    def _ici(self, debut: int) -> frozenset[str]:
        """Communes du contexte, ou nommées à côté."""
        place = self.lecture.texte.debuts[debut]
        proches = (code for la, code in self.communes if abs(la - place) <= _PROCHE)
        return self.lecture.contexte.communes.union(proches)

    def _d_ici(self, groupe: Groupe, noms: Sequence[Nom], annonce: str) -> list[Avis]:
        """Un quartier d'une commune d'ici ; de la plus proche s'il y en a plusieurs."""
        exacts = [nom for nom in noms if nom.genre == "nom"] or noms
        distances = {nom: self._distance(nom, groupe.debut) for nom in exacts}
        retenus = [nom for nom in exacts if distances[nom] == min(distances.values())]
        if len({nom.code for nom in retenus}) > 1:
            bases = all(nom.genre == "base" for nom in retenus)
            return [Avis(groupe.debut, groupe.fin, nom, DEDUIT, "deduit") for nom in retenus if bases]
        return [_avis_d_ici(groupe, retenus[0], annonce)]

    def _distance(self, nom: Nom, debut: int) -> int:
        """Distance à la plus proche mention d'une de ses communes ; le contexte compte comme loin, mais sûr."""
        place, siennes = self.lecture.texte.debuts[debut], self.lecture.toponymes.membres(nom)
        return min((abs(la - place) for la, code in self.communes if code in siennes), default=_PROCHE)

    def _d_ailleurs(self, groupe: Groupe, annonce: str, ici: frozenset[str]) -> Avis | None:
        """Un quartier au nom distinctif, dont la commune n'est pas nommée."""
        if len({nom.code for nom in groupe.noms}) > 1:
            return None
        nom = groupe.noms[0]
        siennes = self.lecture.toponymes.membres(nom)
        if annonce and not siennes.isdisjoint(self.lecture.contexte.larges):
            return Avis(groupe.debut, groupe.fin, nom, PARTIEL)
        if annonce == "prioritaire" and self.lecture.toponymes.se_touchent(siennes, ici):
            return Avis(groupe.debut, groupe.fin, nom, DEDUIT, "deduit")
        seul_mot = groupe.fin - groupe.debut == 1
        if self.lecture.contexte.communes or nom.genre not in {"nom", "base"} or (seul_mot and not annonce):
            return None
        return Avis(groupe.debut, groupe.fin, nom, INDIRECT if annonce else ACCOLE)

    def approcher(self, avis: Sequence[Avis]) -> list[Avis]:
        """« quartier prioritaire des Francs », à Montigny-lès-Cormeilles, pour Les Frances."""
        texte = self.lecture.texte
        pris = {rang for a in avis for rang in range(a.debut, a.fin)}
        trouves: list[Avis] = []
        for rang in range(1, len(texte)):
            if rang not in pris and texte.initiale(rang) and abords.quartier_annonce(texte, rang):
                approche = self._approche(rang, pris)
                trouves += [approche] if approche else []
        return sans_doublon(trouves)

    def _approche(self, debut: int, pris: set[int]) -> Avis | None:
        texte, ici = self.lecture.texte, self._ici(debut)
        formes = {
            cle: nom
            for cle, nom in self.lecture.toponymes.formes_de_quartiers
            if cle not in abords.GENERIQUES and not ici.isdisjoint(self.lecture.toponymes.membres(nom))
        }
        for taille in range(_MOTS_APPROCHES, 0, -1):
            fin = debut + taille
            if not texte.d_un_tenant(debut, taille) or not pris.isdisjoint(range(debut, fin)):
                continue
            cle = " ".join(texte.mots[debut:fin])
            proche = process.extractOne(cle, formes.keys(), scorer=fuzz.ratio, score_cutoff=_RESSEMBLANCE)
            if proche and len(cle) >= _LETTRES_APPROCHEES and texte.nom_propre(debut, taille):
                return Avis(debut, fin, formes[proche[0]], DEDUIT, "deduit")
        return None


def sans_doublon(avis: Sequence[Avis]) -> list[Avis]:
    """Écarte les noms qui en recouvrent un précédent."""
    retenus: list[Avis] = []
    for a in avis:
        if not retenus or not retenus[-1].couvre(a):
            retenus.append(a)
    return retenus


def _avis_d_ici(groupe: Groupe, nom: Nom, annonce: str) -> Avis:
    if nom.genre == "ancien":
        return Avis(groupe.debut, groupe.fin, nom, ACCOLE, "deduit")
    if nom.genre == "partie":
        return Avis(groupe.debut, groupe.fin, nom, PARTIEL if annonce else INDIRECT)
    return Avis(groupe.debut, groupe.fin, nom, EXACT)


def _rappele(avis: Avis, clairs: set[str]) -> bool:
    return avis.nom.code in clairs and avis.origine == "texte" and avis.nom.genre in {"nom", "base"}
