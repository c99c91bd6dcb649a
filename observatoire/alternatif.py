"""Dire une carte à qui ne la voit pas : ce qu'elle montre, les extrêmes, ce qui manque. Aucun chiffre sans unité."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from observatoire.indicateurs import SIGNES
from observatoire.qpv import LIBELLES_STATUTS, citer_departements, compter_statuts
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, accorder, enumerer, soigner

#: Au-delà, des noms à égalité se comptent.
_NOMS = 3
_QUARTIER = ("quartier prioritaire", "quartiers prioritaires")
GEOGRAPHIE = "géographie prioritaire 2024"

#: Une valeur à dire : le nombre qui la classe, son écriture avec son unité, le nom de ce qui la porte.
Dite = tuple[float, str, str]


def presenter(t: Territoire) -> str:
    """Début de toute description : « Carte, Gennevilliers (commune 92036) »."""
    return f"Carte, {t.nom} ({t.libelle_niveau} {t.code})"


def extremes(valeurs: Sequence[Dite], noms: tuple[str, str]) -> str:
    """La plus basse et la plus haute, avec qui les porte ; ``noms`` est le singulier et le pluriel de ce qu'on compte.

    Deux valeurs qui s'impriment de même sont à égalité : le lecteur ne peut pas les départager.
    """
    bas, haut = (f"{ecrite} ({_porteurs(valeurs, ecrite, noms)})" for _, ecrite, _ in (min(valeurs), max(valeurs)))
    return bas if bas == haut else f"au plus bas {bas}, au plus haut {haut}"


def _porteurs(valeurs: Sequence[Dite], ecriture: str, noms: tuple[str, str]) -> str:
    siens = sorted({nom for _, sienne, nom in valeurs if sienne == ecriture})
    portent = sum(sienne == ecriture for _, sienne, _ in valeurs)
    if portent == 1:
        return siens[0]
    if portent > _NOMS or portent > len(siens):
        cites = siens[: _NOMS - 1]
        autres = portent - len(cites)
        return f"{', '.join(cites)} et {accorder(autres, f'autre {noms[0]}', f'autres {noms[1]}')}, à égalité"
    return f"{enumerer(siens)}, à égalité"


def absences(statuts: Mapping[str, int], noms: tuple[str, str]) -> str:
    """Ce qui n'a pas de valeur, par raison ; vide si rien ne manque."""
    dites = [f"{accorder(n, *noms)} ({SIGNES[statut][1]})" for statut, n in statuts.items() if n]
    return f"Sans valeur, {enumerer(dites)}" if dites else ""


def assembler(*phrases: str) -> str:
    """Les phrases qui disent quelque chose, ponctuées."""
    return soigner(" ".join(f"{phrase}." for phrase in phrases if phrase))


# --- la carte des quartiers ---


def decrire_quartiers(t: Territoire) -> str:
    """La carte des QPV d'un territoire : combien, de quel statut, les extrêmes en population."""
    return assembler(*(_un_quartier(t) if t.niveau == "qpv" else _des_quartiers(t)))


def _un_quartier(t: Territoire) -> Iterator[str]:
    statut = LIBELLES_STATUTS[t.qpv.statut.iloc[0]]
    yield f"{presenter(t)} : contour du quartier prioritaire, {GEOGRAPHIE}, statut « {statut} »"
    yield f"{accorder(t.population or 0, 'habitant')} en 2020, dans {enumerer(list(t.communes.nom))}"


def _des_quartiers(t: Territoire) -> Iterator[str]:
    absents = t.synthese_qpv.departements_absents
    communes = accorder(int(t.communes.geometry.notna().sum()), "commune")
    if t.qpv.empty:
        aucun = "" if absents else ", aucun quartier prioritaire"
        yield f"{presenter(t)} : limites de {communes}, {GEOGRAPHIE}{aucun}"
    else:
        yield f"{presenter(t)} : quartiers prioritaires, {GEOGRAPHIE}, sur {communes}"
        yield f"{accorder(len(t.qpv), *_QUARTIER)}{_statuts(t.qpv)}"
        yield f"Population de 2020 : {extremes(_peuplements(t.qpv), _QUARTIER)}"
    if absents:
        yield f"Les quartiers {citer_departements(absents, 'du département', 'des départements')} n'y sont pas"


def _statuts(qpv: pd.DataFrame) -> str:
    """Combien de quartiers de chaque statut, s'ils sont plusieurs."""
    comptes = compter_statuts(qpv.statut)
    accords = (("inchange", "inchangé"), ("modifie", "modifié"), ("nouveau", "nouveau"))
    pluriels = {"nouveau": "nouveaux"}
    dits = [accorder(comptes[cle], mot, pluriels.get(cle)) for cle, mot in accords if comptes[cle]]
    if len(dits) == 1:
        tous = f"tous {dits[0].split(INSECABLE)[1]}" if len(qpv) > 1 else LIBELLES_STATUTS[qpv.statut.iloc[0]]
        return f", {tous} depuis 2015"
    return f" : {enumerer(dits)} depuis 2015"


def _peuplements(qpv: pd.DataFrame) -> list[Dite]:
    noms = [f"{nom}, {communes}" for nom, communes in zip(qpv.nom_affiche, qpv.noms_communes, strict=True)]
    ecrits = [(float(n), accorder(int(n), "habitant")) for n in qpv.population]
    return [(n, ecrit, nom) for (n, ecrit), nom in zip(ecrits, noms, strict=True)]
