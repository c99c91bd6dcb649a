"""Les fichiers transcrits, relus avec le seul module ``csv`` : l'attendu des tests ne vient pas de la bibliothèque."""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

DOSSIER = Path(__file__).parents[1] / "geodata" / "transcriptions"
QPV, COMMUNES, DISP = "indicateurs_qpv_2024.csv", "filosofi_communes_2021.csv", "filosofi_disp_2019.csv"

#: Colonne -> (indicateur, millésime) ; None : le producteur ne dit pas l'année.
COLONNES: dict[str, dict[str, tuple[str, int | None]]] = {
    QPV: {
        "population": ("population", 2020),
        "indice_jeunesse": ("indice_jeunesse", 2020),
        "part_menages_1p": ("part_menages_1p", 2020),
        "part_menages_2p": ("part_menages_2p", 2020),
        "part_menages_3p": ("part_menages_3p", 2020),
        "part_menages_45p": ("part_menages_45p", 2020),
        "part_menages_6pp": ("part_menages_6pp", 2020),
        "nombre_menages": ("nombre_menages", 2020),
        "logements_sociaux": ("logements_sociaux", None),
        "taux_emploi": ("taux_emploi", 2020),
        "taux_pauvrete": ("taux_pauvrete", 2021),
        "personnes_couvertes_caf": ("personnes_couvertes_caf", None),
        "allocataires_caf": ("allocataires_caf", None),
        "rsa_socle": ("rsa_socle", None),
    },
    COMMUNES: {
        "NBMENFISC21": ("menages_fiscaux", 2021),
        "NBPERSMENFISC21": ("personnes_menages_fiscaux", 2021),
        "MED21": ("niveau_vie_median", 2021),
        "PIMP21": ("part_menages_imposes", 2021),
        "TP6021": ("taux_pauvrete", 2021),
        "D121": ("premier_decile", 2021),
        "D921": ("neuvieme_decile", 2021),
        "RD21": ("rapport_interdecile", 2021),
    },
    DISP: {
        "NBMEN19": ("menages_fiscaux", 2019),
        "NBPERS19": ("personnes_menages_fiscaux", 2019),
        "Q119": ("premier_quartile", 2019),
        "Q219": ("niveau_vie_median", 2019),
        "Q319": ("troisieme_quartile", 2019),
        "D119": ("premier_decile", 2019),
        "D919": ("neuvieme_decile", 2019),
        "RD": ("rapport_interdecile", 2019),
        "S80S2019": ("rapport_s80_s20", 2019),
        "GI19": ("indice_gini", 2019),
        "PPMINI19": ("part_minima_sociaux", 2019),
    },
}
_NIVEAUX = {"EPCI": "epci", "DEP": "departement", "REG": "region", "FRM": "france"}
_ABSENCES = {"": "non_diffuse", "s": "secret"}


class Case(NamedTuple):
    """Une case transcrite et où elle doit se retrouver."""

    niveau: str
    code: str
    indicateur: str
    millesime: int | None
    valeur: float
    statut: str

    @property
    def cle(self) -> tuple[str, str, str, int | None]:
        return self[:4]


@cache
def lignes(fichier: str) -> tuple[dict[str, str], ...]:
    with (DOSSIER / fichier).open(encoding="utf-8", newline="") as flux:
        virgule = "," in flux.readline()
        flux.seek(0)
        return tuple(csv.DictReader(flux, delimiter="," if virgule else ";"))


@cache
def cases(fichier: str) -> tuple[Case, ...]:
    return tuple(
        Case(*_territoire(fichier, ligne), *cible, *_lire(ligne[colonne]))
        for ligne in lignes(fichier)
        for colonne, cible in COLONNES[fichier].items()
    )


def _territoire(fichier: str, ligne: dict[str, str]) -> tuple[str, str]:
    if fichier == QPV:
        return "qpv", ligne["code_qp"]
    if fichier == COMMUNES:
        return "commune", ligne["CODGEO"]
    niveau = _NIVEAUX[ligne["NIVEAU"]]
    return niveau, "metropole" if niveau == "france" else ligne["CODGEO"]


def _lire(texte: str) -> tuple[float, str]:
    if texte in _ABSENCES:
        return math.nan, _ABSENCES[texte]
    return float(texte.replace(",", ".")), "diffuse"


@cache
def serie(fichier: str, indicateur: str) -> dict[str, float]:
    """Valeurs d'un indicateur par code, NaN quand la case est vide ou secrète."""
    return {case.code: case.valeur for case in cases(fichier) if case.indicateur == indicateur}


@cache
def communes_du_qpv(code: str) -> frozenset[str]:
    (ligne,) = [ligne for ligne in lignes(QPV) if ligne["code_qp"] == code]
    return frozenset(ligne["codes_communes"].split("|"))


def somme_publiee(fichier: str, indicateur: str, codes: list[str]) -> float:
    """Somme des valeurs publiées d'un indicateur sur ces codes, sans la bibliothèque."""
    valeurs = serie(fichier, indicateur)
    return math.fsum(valeurs[code] for code in codes if not math.isnan(valeurs[code]))
