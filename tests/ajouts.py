"""Un seul observatoire augmenté pour tous les tests : chaque ajout en ouvre un nouveau, qui relit ses tables."""

from __future__ import annotations

from functools import cache

import pandas as pd
from transcriptions import COMMUNES, serie

from observatoire.observatoire import Observatoire

ABLIS, ADAINVILLE, GENNEVILLIERS, NANTERRE = "78003", "78006", "92036", "92050"
_COMMUNES = [GENNEVILLIERS, NANTERRE, ADAINVILLE, ABLIS]
_STATUTS = ["diffuse", "diffuse", "secret", "diffuse"]


def _communes(*valeurs: float | None, statuts: list[str] = _STATUTS) -> pd.DataFrame:
    return pd.DataFrame({"code": _COMMUNES, "niveau": "commune", "valeur": valeurs, "statut": statuts})


def _ratio() -> pd.DataFrame:
    menages, personnes = serie(COMMUNES, "menages_fiscaux"), serie(COMMUNES, "personnes_menages_fiscaux")
    return pd.DataFrame(
        {
            "code": [GENNEVILLIERS, NANTERRE],
            "niveau": "commune",
            "valeur": [menages[c] / personnes[c] for c in (GENNEVILLIERS, NANTERRE)],
        }
    )


#: Un quartier modifié (Val Fourré), un qui l'est et vient de deux, un inchangé, chacun avec ses codes de 2015.
QUARTIERS = pd.DataFrame(
    [
        ("QP078001", 2015, 40.0, "diffuse"),
        ("QP078001", 2018, None, "secret"),
        ("QN07801M", 2024, 45.0, "diffuse"),
        ("QP095011", 2015, 20.0, "diffuse"),
        ("QP095012", 2015, 30.0, "diffuse"),
        ("QN09511M", 2024, 25.0, "diffuse"),
        ("QP095002", 2015, 31.0, "diffuse"),
        ("QN09502I", 2024, 33.0, "diffuse"),
    ],
    columns=["code", "millesime", "valeur", "statut"],
).assign(niveau="qpv")

#: Mêmes communes, à des dates inégalement dites.
DATES_MELEES = pd.DataFrame(
    {
        "code": [GENNEVILLIERS, GENNEVILLIERS, NANTERRE],
        "niveau": "commune",
        "valeur": [1, 2, 10],
        "millesime": [2020, None, None],
    }
)

AJOUTS: tuple[tuple[pd.DataFrame, dict[str, object]], ...] = (
    (
        _communes(3.0, 7.0, None, 5.0),
        {"indicateur": "permanences", "libelle": "Permanences", "nature": "effectif", "producteur": "enquête"},
    ),
    (
        _communes(30.0, 70.0, None, 30.0),
        {
            "indicateur": "taux_accueil",
            "libelle": "Taux d'accueil",
            "nature": "part",
            "unite": "%",
            "ponderation": ["population"],
        },
    ),
    (_communes(3.0, 7.0, None, 5.0), {"indicateur": "age_median", "libelle": "Âge médian", "nature": "mediane"}),
    (
        _ratio(),
        {
            "indicateur": "menages_par_personne",
            "libelle": "Ménages par personne",
            "nature": "ratio",
            "numerateur": "menages_fiscaux",
            "denominateur": "personnes_menages_fiscaux",
        },
    ),
    (QUARTIERS, {"indicateur": "taux_suivi", "libelle": "Taux suivi", "nature": "part", "unite": "%"}),
    (DATES_MELEES, {"indicateur": "essai", "libelle": "Essai", "nature": "effectif"}),
)


@cache
def augmenter(o: Observatoire) -> Observatoire:
    """L'observatoire et tous les indicateurs d'``AJOUTS``."""
    for table, fiche in AJOUTS:
        o = o.ajouter_indicateur(table, fiche)
    return o
