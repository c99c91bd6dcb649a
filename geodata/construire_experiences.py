"""Construit le catalogue des expériences et actions, à partir des relectures de ``transcriptions/relectures/``.

Chaque relecture est le CSV qu'écrit ``observatoire extraire``, corrigé par une personne : des faits (titres, lieux,
dates, chiffres, structures) et un résumé écrit pour le catalogue ; aucun nom de personne, aucune phrase du document.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from observatoire import revue
from observatoire.referentiel import Repertoire
from observatoire.vocabulaire import Vocabulaire

RELECTURES = Path(__file__).parent / "transcriptions" / "relectures"


def tables_experiences(repertoire: Repertoire, dossier: Path = RELECTURES) -> dict[str, pd.DataFrame]:
    """Tables ``experiences``, ``actions`` et ``liens`` de toutes les relectures du dossier.

    Raises
    ------
    ErreurSchema
        Une relecture a une case illisible, ou un code de territoire inconnu.
    SystemExit
        Deux relectures donnent le même identifiant.
    """
    themes = [theme.libelle for theme in Vocabulaire.charger().themes]
    lues = [(fichier.name, fichier.read_text(encoding="utf-8")) for fichier in sorted(dossier.glob("*.csv"))]
    relues = [revue.cataloguer(revue.lire(texte, nom), repertoire.niveau_du_code, nom, themes) for nom, texte in lues]
    tables = {nom: pd.concat([getattr(r, nom) for r in relues], ignore_index=True) for nom in revue.TABLES}
    doubles = [i for i, n in Counter([*tables["experiences"].id, *tables["actions"].id]).items() if n > 1]
    if doubles:
        raise SystemExit(f"Identifiants présents dans deux relectures : {', '.join(doubles)}.")
    return tables
