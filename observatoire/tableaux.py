"""Un tableau d'indicateurs : une ligne chacun, une colonne par territoire comparé, et l'origine de tout en note.

Une valeur d'un autre millésime que celui de sa ligne porte sa date ; une valeur absente, le signe de sa raison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observatoire.blocs import Colonne, Ecrit, Figure, Tableau, ecrire_sans_unite, phrase
from observatoire.ensembles import PONDERE, presentes, sans_ponderation
from observatoire.graphiques import Barre, barres
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.typographie import INSECABLE, enumerer

_EXPOSANTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Vue:
    """Une colonne : son titre, le nom de ce qu'elle montre, et si c'est le sujet de la fiche."""

    titre: str
    nom: str
    sujet: bool = False


@dataclass(frozen=True)
class Ligne:
    """Un indicateur, son libellé, sa valeur dans chaque vue ; ``meneuse`` est celle à quoi les autres se comparent."""

    indicateur: str
    libelle: str
    valeurs: tuple[Valeur | None, ...]
    meneuse: Valeur

    @property
    def millesime(self) -> int | None:
        """Année de la ligne."""
        return self.meneuse.millesime

    @property
    def source(self) -> str:
        """Producteur et millésime de la meneuse."""
        return sans_ponderation(self.meneuse)

    @property
    def intitule(self) -> str:
        """Le libellé, et l'unité quand il ne la dit pas déjà."""
        return f"{self.libelle} ({self.meneuse.unite})" if self.meneuse.unite in {"%", "€"} else self.libelle

    @property
    def intitule_date(self) -> str:
        """L'intitulé et l'année, pour un graphique."""
        return f"{self.intitule}, {self.millesime}" if self.millesime else self.intitule


def tabuler(
    titre: str,
    lignes: Sequence[Ligne],
    vues: Sequence[Vue],
    graphique: Figure | None = None,
    complements: Sequence[Ecrit] = (),
) -> Tableau:
    """Le tableau de ces lignes ; une colonne où rien n'est dans les données disparaît.

    Parameters
    ----------
    titre : str
        Titre du bloc.
    lignes : sequence of Ligne
        Les indicateurs, dans l'ordre.
    vues : sequence of Vue
        Les colonnes, dans l'ordre des valeurs de chaque ligne.
    graphique : Figure, optional
        Le dessin qui l'accompagne.
    complements : sequence of Ecrit
        Ce que les notes disent de plus.
    """
    utiles = [rang for rang in range(len(vues)) if any(presentes([ligne.valeurs[rang]]) for ligne in lignes)]
    annees = {rang: _annee_de_colonne(lignes, rang) for rang in utiles}
    colonnes = (
        Colonne("Indicateur", large=1),
        *(Colonne(vues[rang].titre + _date(annees[rang]), nombre=True) for rang in utiles),
    )
    sources = list(dict.fromkeys(ligne.source for ligne in lignes))
    corps = tuple(
        (
            ligne.intitule + (_exposant(sources, ligne) if len(sources) > 1 else ""),
            *(_case(ligne, rang, datee=annees[rang] is not None) for rang in utiles),
        )
        for ligne in lignes
    )
    notes = (_origines(lignes, sources, utiles), *_signes(lignes, complements))
    return Tableau(titre, colonnes, corps, notes=notes, graphique=graphique)


def _annee_de_colonne(lignes: Sequence[Ligne], rang: int) -> int | None:
    """L'année d'une colonne tout entière d'un autre millésime que ses lignes ; None sinon."""
    couples = [(ligne.valeurs[rang], ligne.millesime) for ligne in lignes]
    publiees = [(v.millesime, annee) for v, annee in couples if v is not None and v.statut == DIFFUSE]
    annees = {millesime for millesime, _ in publiees}
    return annees.pop() if len(annees) == 1 and all(m != annee for m, annee in publiees) else None


def _date(annee: int | None) -> str:
    return "" if annee is None else f" ({annee})"


def _exposant(sources: Sequence[str], ligne: Ligne) -> str:
    return INSECABLE + _en_exposant(sources.index(ligne.source))


def _en_exposant(rang: int) -> str:
    return str(rang + 1).translate(_EXPOSANTS)


def _case(ligne: Ligne, rang: int, *, datee: bool) -> Ecrit:
    """La valeur, et sa date si ce n'est ni celle de la ligne ni celle de la colonne."""
    v = ligne.valeurs[rang]
    ecrit = ecrire_sans_unite(v)
    if v is None or v.statut != DIFFUSE or v.millesime == ligne.millesime or datee:
        return ecrit
    return phrase(ecrit, f" ({v.millesime or 'année inconnue'})")


def _origines(lignes: Sequence[Ligne], sources: Sequence[str], utiles: Sequence[int]) -> str:
    """Producteur et millésime de chaque ligne, et des valeurs d'une autre année."""
    if len(sources) == 1:
        propres = f"Source : {sources[0]}."
    else:
        propres = " ".join(f"{_en_exposant(rang)}{INSECABLE}{source}." for rang, source in enumerate(sources))
    autres = {
        (v.millesime, v.source)
        for ligne in lignes
        for v in presentes(ligne.valeurs[rang] for rang in utiles)
        if v.statut == DIFFUSE and not v.estimation and v.millesime != ligne.millesime
    }
    datees = [
        f"Valeurs {f'de {annee}' if annee else 'd’année inconnue'} : {source}, à comparer avec prudence."
        for annee, source in sorted(autres, key=str)
    ]
    return " ".join([propres, *datees])


def _signes(lignes: Sequence[Ligne], complements: Sequence[Ecrit]) -> Iterator[Ecrit]:
    """Ce que veulent dire ``≈`` et ``≥`` dans ce tableau, puis ce que les notes disent de plus."""
    valeurs = [v for ligne in lignes for v in ligne.valeurs if v is not None]
    morceaux = [*_signes_presents(valeurs), *complements]
    if morceaux:
        yield phrase(morceaux[0], *(m for morceau in morceaux[1:] for m in (" ", morceau)))


def _signes_presents(valeurs: Sequence[Valeur]) -> Iterator[str]:
    estimees = [v for v in valeurs if v.estimation and not v.minimum]
    if estimees:
        poids = dict.fromkeys(v.source.partition(PONDERE)[2] for v in estimees)
        pesees = enumerer([p for p in poids if p])
        moyenne = f"moyenne des quartiers publiés, pondérée par : {pesees}" if pesees else ""
        rapport = "rapport sur les seuls quartiers complets" if "" in poids else ""
        yield f"≈{INSECABLE}estimation ({' ; '.join(filter(None, (moyenne, rapport)))})."
    if any(v.minimum for v in valeurs):
        yield f"≥{INSECABLE}somme des seuls quartiers publiés."


def tracer_barres(ligne: Ligne, vues: Sequence[Vue], supplements: Sequence[Barre] = ()) -> Figure | None:
    """Les valeurs du même millésime que la meneuse, en barres ; None s'il n'y en a pas deux à comparer."""
    montrees = [
        Barre(vue.titre, v, sujet=vue.sujet)
        for vue, v in zip(vues, ligne.valeurs, strict=True)
        if v is not None and presentes([v]) and v.millesime == ligne.millesime
    ]
    if not any(barre.sujet for barre in montrees):
        montrees = [Barre(b.libelle, b.valeur, sujet=b.valeur is ligne.meneuse) for b in montrees]
    siennes = [*sorted(montrees, key=lambda barre: not barre.sujet), *supplements]
    if sum(barre.valeur.statut == DIFFUSE for barre in siennes) < 2:
        return None
    return barres(ligne.intitule_date, siennes)
