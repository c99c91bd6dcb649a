"""Un petit calculateur, indépendant de la bibliothèque, qui refait un chiffre à partir des cases dont il dit venir."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import pandas as pd

from observatoire.observatoire import Observatoire
from observatoire.origines import Case, Origine


def lire(o: Observatoire, case: Case) -> object:
    """La case, telle qu'elle est dans la table de l'observatoire."""
    return getattr(o, case.table).at[case.ligne, case.colonne]


def recalculer(o: Observatoire, origine: Origine, unite: str) -> float:
    """La valeur que donnent les cases d'une origine ; NaN quand il n'y en a pas, ou que l'une est vide.

    Parameters
    ----------
    o : Observatoire
        L'observatoire dont les tables sont lues.
    origine : Origine
        Les cases et le calcul.
    unite : str
        Unité de la valeur imprimée : elle dit l'échelle d'un rapport.
    """
    if origine.termes:
        return _confronter(o, origine)
    if origine.calcul == "compte":
        assert not any(_vide(o, case) for case in origine.cases), "on compte une case vide"
        return float(len(set(origine.cases)))
    if not origine.cases:
        return math.nan
    cases, references = _nombres(o, origine.cases), _nombres(o, origine.references)
    if origine.calcul == "valeur":
        assert len(cases) == 1, "une valeur lue telle quelle vient d'une seule case"
        return cases[0]
    if origine.calcul == "rang":
        return 1.0 + sum(autre > cases[0] for autre in references)
    if origine.calcul == "somme":
        return math.fsum(cases)
    return _rapporter(origine, cases, references, _echelle(unite))


def _rapporter(origine: Origine, cases: list[float], references: list[float], echelle: int) -> float:
    total = math.fsum(references)
    if not total:
        return math.nan
    if origine.calcul == "rapport":
        return echelle * math.fsum(cases) / total
    assert origine.calcul == "moyenne"
    return math.fsum(c * poids for c, poids in zip(cases, references, strict=True)) / total


def _confronter(o: Observatoire, origine: Origine) -> float:
    """Une différence, ou un écart relatif, entre deux termes refaits chacun de son côté."""
    premier, second = (recalculer(o, terme, "%" if terme.echelle == 100 else "") for terme in origine.termes)
    return premier - second if origine.calcul == "difference" else 100 * premier / second - 100


def _echelle(unite: str) -> int:
    """100 pour « % » ou « pour 100 ménages », 1 sinon."""
    pour = re.match(r"pour (\d+)", unite)
    return 100 if unite == "%" else int(pour[1]) if pour else 1


def _nombres(o: Observatoire, cases: Iterable[Case]) -> list[float]:
    return [math.nan if _vide(o, case) else float(lire(o, case)) for case in cases]  # type: ignore[arg-type]


def _vide(o: Observatoire, case: Case) -> bool:
    valeur = lire(o, case)
    return not isinstance(valeur, list) and bool(pd.isna(valeur))  # type: ignore[call-overload]
