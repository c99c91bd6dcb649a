"""Combien coûte une recherche, à côté de ``pandas.Series.str.contains`` sur les mêmes lignes.

``python tests/performances/bench_recherche.py [LIGNES]`` : les deux se mesurent dans le même passage, seul leur rapport
se compare d'une machine à l'autre. Le catalogue de l'essai est répété, ses résumés mêlés entre eux.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
import catalogue_essai as essai

from observatoire.recherche import Index

RECHERCHES = ("santé mentale", "habitants quartier", "coordinatrice", '"cité éducative"', "jeunes emploi formation")
REPETITIONS = 7


def grossir(table: pd.DataFrame, lignes: int, titre: str) -> pd.DataFrame:
    """La même table, répétée jusqu'à ``lignes``, les résumés tirés de plusieurs lignes."""
    hasard = random.Random(lignes)
    resumes = [resume for resume in table.resume if resume]
    grande = pd.concat([table] * (lignes // len(table) + 1)).iloc[:lignes]
    grande.index = pd.Index([f"{titre}-{rang}" for rang in range(lignes)], name="id")
    return grande.assign(resume=[" ".join(hasard.sample(resumes, 3)) for _ in range(lignes)])


def contient(textes: pd.Series, recherche: str) -> pd.Series:
    """Ce qu'un analyste écrirait : tous les mots, sans la casse."""
    mots = [recherche.strip('"')] if recherche.startswith('"') else recherche.split()
    garde = pd.Series(True, textes.index)
    for mot in mots:
        garde &= textes.str.contains(mot, case=False, regex=False)
    return garde


def chronometrer(faire: Callable[[], object]) -> float:
    """Durée médiane, en millisecondes."""
    durees = []
    for _ in range(REPETITIONS):
        debut = time.perf_counter()
        faire()
        durees.append(1000 * (time.perf_counter() - debut))
    return statistics.median(durees)


def main(lignes: int) -> None:
    """Imprime une ligne par recherche : durées, rapport, et ce que chacune trouve."""
    experiences = grossir(essai.experiences(), lignes // 2, "exp")
    actions = grossir(essai.actions(), lignes - lignes // 2, "act")
    tables = (experiences.rename(columns={"titre": "intitule"}), actions)
    colonnes = ("intitule", "themes", "dispositifs", "lieux", "resume")
    textes = pd.concat([t[list(colonnes)].fillna("").astype(str).agg(" ".join, axis=1) for t in tables])
    debut = time.perf_counter()
    index = Index.construire(experiences, actions, nommer=lambda code: code)
    index.chercher("santé", limite=1)
    print(f"{lignes} lignes ; index construit en {time.perf_counter() - debut:.2f} s")
    for recherche in RECHERCHES:
        trouvees, brutes = len(index.chercher(recherche)), int(contient(textes, recherche).sum())
        bref = chronometrer(lambda: index.chercher(recherche, limite=20))  # noqa: B023 : appelée aussitôt
        brut = chronometrer(lambda: contient(textes, recherche))  # noqa: B023
        print(
            f"{recherche:26} index {bref:6.1f} ms (20 premiers, classés, extraits) ; str.contains {brut:6.1f} ms ; "
            f"rapport {brut / bref:4.1f} ; trouvés {trouvees} contre {brutes}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
