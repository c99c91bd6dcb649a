"""Agréger sans mentir : les effectifs s'ajoutent, les parts se recalculent, les médianes se refusent.

Tout total imprimé sur une carte ou une fiche passe par ici.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observatoire.erreurs import AgregationInterdite, ErreurArgument
from observatoire.indicateurs import DIFFUSE, SIGNES, Couverture, Releve, Valeur, lire_millesime
from observatoire.origines import Case, Origine
from observatoire.qpv import Synthese
from observatoire.typographie import accorder, enumerer

_MONTRES = 5
#: Indicateurs tirés de la géographie prioritaire : ils se recomptent sur l'ensemble, quartier par quartier.
_GEOGRAPHIE = {"nombre_qpv": "nombre", "population_qpv": "population", "part_population_qpv": "part"}


@dataclass(frozen=True)
class Partie:
    """Un territoire à agréger : son niveau, son code, et les communes où il s'étend."""

    niveau: str
    code: str
    nom: str
    communes: frozenset[str]

    @property
    def cle(self) -> tuple[str, str]:
        """Ce qui l'identifie dans les tables."""
        return self.niveau, self.code


def agreger(
    releve: Releve,
    parties: Sequence[Partie],
    indicateur: str,
    *,
    millesime: int | str | None = None,
    partiel: bool = False,
    synthetiser: Callable[[frozenset[str]], Synthese],
) -> Valeur:
    """Valeur d'un indicateur sur un ensemble de territoires disjoints.

    Parameters
    ----------
    releve : Releve
        Indicateurs et catalogue.
    parties : sequence of Partie
        Territoires à réunir ; un territoire répété n'est compté qu'une fois.
    indicateur : str
        Identifiant du catalogue.
    millesime : int, optional
        Année ; par défaut la dernière que toutes les parties partagent.
    partiel : bool
        Accepte une estimation sur les seules parties publiées, avec sa couverture.
    synthetiser : callable
        Synthèse des QPV d'un ensemble de communes : la géographie prioritaire ne s'additionne pas, elle se recompte.

    Raises
    ------
    AgregationInterdite
        Parties qui se recouvrent, médiane ou indice, millésimes différents, valeur manquante sans ``partiel``.
    """
    fiche = releve.fiche(indicateur)
    uniques = list(dict.fromkeys(parties))
    if not uniques:
        raise ErreurArgument("Aucun territoire à agréger. Que faire : donnez au moins un code.")
    _refuser_recouvrement(uniques)
    if len(uniques) == 1:
        return releve.valeur(*uniques[0].cle, indicateur, millesime)
    if indicateur in _GEOGRAPHIE and all(p.niveau != "qpv" for p in uniques):
        return _recompter(releve, uniques, indicateur, lire_millesime(millesime), synthetiser)
    if fiche.nature in {"mediane", "indice"}:
        raise AgregationInterdite(
            f"« {fiche.libelle} » ne s'agrège pas : c'est {_NATURES[fiche.nature]}, que les valeurs des parties ne "
            f"suffisent pas à retrouver. {_recours(indicateur)}"
        )
    voulu = lire_millesime(millesime)
    calcul = _Calcul(releve, uniques, indicateur, fiche, partiel)
    if fiche.numerateur and fiche.denominateur:
        return calcul.rapport(voulu)
    retenu = calcul.millesime(indicateur, voulu)
    return calcul.somme(retenu) if fiche.nature == "effectif" else calcul.moyenne(retenu)


_NATURES = {"mediane": "une médiane ou un quantile", "indice": "un indice"}


def _recours(indicateur: str) -> str:
    return (
        "Que faire : prenez la valeur officielle du territoire qui les contient tous, "
        f'par exemple o.territoire("92").indicateur("{indicateur}").'
    )


def _refuser_recouvrement(parties: Sequence[Partie]) -> None:
    """Deux territoires qui partagent une commune se recouvrent, sauf deux QPV, toujours disjoints."""
    larges = Counter(commune for p in parties if p.niveau != "qpv" for commune in p.communes)
    communes_qpv = {commune for p in parties if p.niveau == "qpv" for commune in p.communes}
    communes = {c for c, n in larges.items() if n > 1} | (communes_qpv & larges.keys())
    if communes:
        fautifs = [f"{p.nom} ({p.niveau} {p.code})" for p in parties if not communes.isdisjoint(p.communes)]
        raise AgregationInterdite(
            f"Ces territoires se recouvrent, leurs habitants seraient comptés deux fois : "
            f"{enumerer(fautifs[:_MONTRES])}. Que faire : donnez des territoires disjoints, d'un même niveau de "
            "préférence."
        )


def _recompter(
    releve: Releve,
    parties: Sequence[Partie],
    indicateur: str,
    voulu: int | None,
    synthetiser: Callable[[frozenset[str]], Synthese],
) -> Valeur:
    """Géographie prioritaire de l'ensemble : un quartier à cheval sur deux parties n'y est qu'une fois."""
    modele = releve.valeur(*parties[0].cle, indicateur)
    communes = frozenset().union(*(p.communes for p in parties))
    synthese = synthetiser(communes)
    if voulu not in {None, modele.millesime}:
        raison = f"il n'est dans les données qu'en {modele.millesime}, pas en {voulu}"
    elif synthese.departements_absents:
        raison = f"les QPV du département {enumerer(synthese.departements_absents)} ne sont pas dans les données"
    elif synthese.debordants and indicateur != "nombre_qpv":
        raison = f"la répartition des quartiers à cheval ({enumerer(synthese.debordants)}) n'est pas publiée"
    else:
        valeur = float(getattr(synthese, _GEOGRAPHIE[indicateur]))
        origine = _origine_recomptee(indicateur, synthese.codes, communes)
        return replace(modele, **_ensemble(parties), valeur=valeur, statut=DIFFUSE, origine=origine)
    raise AgregationInterdite(
        f"« {modele.libelle} » ne se recompte pas sur cet ensemble : {raison}. "
        "Que faire : choisissez un autre millésime, ou un ensemble de communes qui contient ces quartiers en entier."
    )


def _origine_recomptee(indicateur: str, quartiers: Iterable[str], communes: Iterable[str]) -> Origine:
    cases = tuple(Case("qpv", code, "population") for code in quartiers)
    if indicateur == "part_population_qpv":
        habitants = tuple(Case("communes", code, "population_2020") for code in sorted(communes))
        return Origine("rapport", cases, habitants, 100)
    return Origine("compte" if indicateur == "nombre_qpv" else "somme", cases)


def _echelle(unite: str) -> int:
    """Ce qui multiplie le quotient : 100 pour « % » et « pour 100 ménages », 1 quand l'unité n'en dit rien."""
    trouve = re.match(r"pour (\d+)", unite)
    return 100 if unite == "%" else int(trouve[1]) if trouve else 1


def _ensemble(parties: Sequence[Partie]) -> dict[str, Any]:
    codes = "+".join(p.code for p in parties[:_MONTRES]) + ("+..." if len(parties) > _MONTRES else "")
    return {"niveau": "ensemble", "code": codes}


def _cases(valeurs: Iterable[Valeur]) -> tuple[Case, ...]:
    return tuple(case for v in valeurs for case in v.origine.cases)


@dataclass(frozen=True)
class _Calcul:
    """Une agrégation en cours : mêmes parties, même indicateur, même tolérance."""

    releve: Releve
    parties: Sequence[Partie]
    indicateur: str
    fiche: Any
    partiel: bool

    def somme(self, millesime: int | None) -> Valeur:
        """Somme d'un effectif ; sur les seules parties publiées, elle est un minimum, et se dit tel."""
        valeurs = self._valeurs(self.indicateur, millesime)
        publiees = self._publiees(valeurs)
        partielle = len(publiees) < len(valeurs)
        total = math.fsum(v.valeur for v in publiees.values())
        origine = Origine("somme", _cases(publiees.values()))
        return replace(self._resultat(publiees, total, partielle), minimum=partielle, origine=origine)

    def rapport(self, voulu: int | None) -> Valeur:
        """Part ou ratio recalculé de son numérateur et de son dénominateur, au même millésime s'ils en ont un."""
        haut, bas = str(self.fiche.numerateur), str(self.fiche.denominateur)
        annee = self.millesime(haut, voulu)
        numerateurs = self._valeurs(haut, annee)
        denominateurs = self._valeurs(bas, self._millesime_associe(bas, annee))
        complets = self._publiees(numerateurs).keys() & self._publiees(denominateurs).keys()
        retenus = {p: numerateurs[p] for p in self.parties if p in complets}
        total = math.fsum(denominateurs[p].valeur for p in retenus)
        if not total:
            raise AgregationInterdite(
                f"« {self.fiche.libelle} » : aucun territoire n'a à la fois le numérateur et le dénominateur. "
                "Que faire : donnez d'autres territoires."
            )
        echelle = _echelle(str(self.fiche.unite))
        valeur = echelle * math.fsum(v.valeur for v in retenus.values()) / total
        origine = Origine("rapport", _cases(retenus.values()), _cases(denominateurs[p] for p in retenus), echelle)
        return replace(self._resultat(retenus, valeur, len(retenus) < len(self.parties)), origine=origine)

    def moyenne(self, millesime: int | None) -> Valeur:
        """Moyenne d'une part, pondérée par un effectif que le catalogue nomme : toujours une estimation."""
        publiees = self._publiees(self._valeurs(self.indicateur, millesime))
        poids = self._poids(publiees, millesime)
        pesees = {partie: publiees[partie] for partie in poids}
        total = math.fsum(p.valeur for p in poids.values())
        valeur = math.fsum(v.valeur * poids[partie].valeur for partie, v in pesees.items()) / total
        ponderation = next(iter(poids.values()))
        resultat = self._resultat(pesees, valeur, estimation=True)
        poids_dit = f"{ponderation.libelle.lower()} {ponderation.millesime or '(année non documentée)'}"
        origine = Origine("moyenne", _cases(pesees.values()), _cases(poids.values()))
        return replace(resultat, source=f"{resultat.source}, pondéré par : {poids_dit}", origine=origine)

    def millesime(self, indicateur: str, voulu: int | None = None) -> int | None:
        """Millésime demandé, ou dernier commun à toutes les parties qui en ont un."""
        presentes = [p for p in self.parties if self.releve.millesimes(*p.cle, indicateur)]
        if voulu is not None or not presentes:
            return voulu
        communs = self.releve.millesimes_communs([p.cle for p in presentes], indicateur)
        if not communs:
            details = [f"{p.nom} : {self._annees(p, indicateur)}" for p in presentes[:_MONTRES]]
            raise AgregationInterdite(
                f"« {self.fiche.libelle} » : les parties n'ont aucun millésime en commun ({' ; '.join(details)}). "
                "Que faire : agrégez des territoires d'un même niveau."
            )
        return communs[0]

    def _annees(self, partie: Partie, indicateur: str) -> str:
        annees = self.releve.millesimes(*partie.cle, indicateur)
        return ", ".join("non documenté" if annee is None else str(annee) for annee in annees)

    def _millesime_associe(self, indicateur: str, annee: int | None) -> int | None:
        """Le même millésime si toutes les parties l'ont, sinon le dernier qu'elles partagent."""
        communs = self.releve.millesimes_communs([p.cle for p in self.parties], indicateur)
        return annee if annee in communs else (communs[0] if communs else None)

    def _valeurs(self, indicateur: str, millesime: int | None) -> dict[Partie, Valeur]:
        return {p: self.releve.exactement(*p.cle, indicateur, millesime) for p in self.parties}

    def _publiees(self, valeurs: dict[Partie, Valeur]) -> dict[Partie, Valeur]:
        """Les valeurs diffusées ; une seule qui manque suffit à refuser, sauf ``partiel``."""
        absentes = {p: v for p, v in valeurs.items() if v.statut != DIFFUSE}
        publiees = {p: v for p, v in valeurs.items() if v.statut == DIFFUSE}
        if absentes and (not self.partiel or not publiees):
            raise self._refus(absentes, publiees)
        return publiees

    def _refus(self, absentes: dict[Partie, Valeur], publiees: dict[Partie, Valeur]) -> AgregationInterdite:
        exemples = [f"{p.nom} ({p.code}) : {SIGNES[v.statut][1]}" for p, v in list(absentes.items())[:_MONTRES]]
        suite = f" et {len(absentes) - _MONTRES} autres" if len(absentes) > _MONTRES else ""
        recours = (
            "Que faire : partiel=True donne une estimation sur "
            f"{accorder(len(publiees), 'territoire publié', 'territoires publiés')}, avec sa couverture ; ou "
            "prenez la valeur officielle du territoire qui les contient tous."
            if publiees
            else _recours(self.indicateur)
        )
        return AgregationInterdite(
            f"« {self.fiche.libelle} » manque pour {accorder(len(absentes), 'territoire')} sur {len(self.parties)} : "
            f"{' ; '.join(exemples)}{suite}. {recours}"
        )

    def _poids(self, publiees: dict[Partie, Valeur], millesime: int | None) -> dict[Partie, Valeur]:
        """Poids de chaque partie publiée ; avec ``partiel``, des seules parties dont le poids est publié aussi."""
        for indicateur in self.fiche.ponderation:
            annee = self._millesime_associe(indicateur, millesime)
            tous = {p: self.releve.exactement(*p.cle, indicateur, annee) for p in publiees}
            poids = {p: v for p, v in tous.items() if v.statut == DIFFUSE}
            if any(v.valeur > 0 for v in poids.values()) and (self.partiel or len(poids) == len(publiees)):
                return poids
        raise AgregationInterdite(
            f"« {self.fiche.libelle} » ne s'agrège pas ici : l'effectif qui pondérerait "
            f"({enumerer(list(self.fiche.ponderation)) or 'aucun au catalogue'}) manque pour une partie au moins. "
            f"{_recours(self.indicateur)}"
        )

    def _resultat(self, publiees: dict[Partie, Valeur], valeur: float, estimation: bool) -> Valeur:
        annee = next(iter(publiees.values())).millesime
        modele = self.releve.exactement(*next(iter(publiees)).cle, self.indicateur, annee)
        sources = dict.fromkeys(v.source for v in publiees.values())
        return replace(
            modele,
            **_ensemble(self.parties),
            valeur=valeur,
            statut=DIFFUSE,
            millesime=annee,
            source=modele.source if modele.statut == DIFFUSE else " ; ".join(sources),
            estimation=estimation,
            couverture=self._couverture(publiees) if estimation else None,
        )

    def _couverture(self, publiees: dict[Partie, Valeur]) -> Couverture:
        annee = self._millesime_associe("population", None)
        habitants = {p: self.releve.exactement(*p.cle, "population", annee) for p in self.parties}
        part = None
        if all(v.statut == DIFFUSE for v in habitants.values()):
            total = math.fsum(v.valeur for v in habitants.values())
            part = 100 * math.fsum(habitants[p].valeur for p in publiees) / total if total else None
        return Couverture(len(publiees), len(self.parties), part)
