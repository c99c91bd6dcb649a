"""La production en série : un mini-site hors ligne avec la fiche et la carte de chaque territoire concerné.

Chaque fichier est écrit d'un seul geste, et son empreinte notée aussitôt : interrompue, la production reprend où elle
en était ; relancée, elle ne refait que ce qui manque, ce qui a été modifié ou ce que de nouvelles données changent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import html
import json
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from observatoire import __version__, carte, carte_interactive, carte_statique, points
from observatoire.ecriture import ecrire, preparer_dossier
from observatoire.erreurs import ErreurObservatoire
from observatoire.fiche import Fiche, rediger
from observatoire.gabarits import environnement
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, normaliser
from observatoire.schemas import Niveau
from observatoire.territoire import Base, Territoire, situer
from observatoire.typographie import accorder, date_longue

_ETAT = "production.json"
#: En deçà, lancer des processus coûte plus que ce qu'ils font gagner.
_SEUIL_PROCESSUS = 20
#: Titres des groupes de l'index, dans l'ordre de lecture.
_GROUPES = {
    "perimetre": "Ouest francilien",
    "departement": "Départements",
    "intercommunalite": "Intercommunalités",
    "commune": "Communes",
    "qpv": "Quartiers prioritaires",
}


def territoires_concernes(base: Base) -> list[Territoire]:
    """Périmètre, départements, puis intercommunalités, communes et QPV de la géographie prioritaire.

    Les intercommunalités et les communes y sont quand un QPV au moins les touche.
    """
    qpv = base.repertoire.qpv
    communes = sorted({code for codes in qpv.codes_communes for code in codes})
    groupes = sorted({code for codes in qpv.codes_intercommunalites for code in codes})
    ept = set(base.repertoire.ept.index)
    return [
        situer(base, "perimetre", CODE_PERIMETRE),
        *(situer(base, "departement", code) for code in DEPARTEMENTS_PERIMETRE),
        *(situer(base, "ept" if code in ept else "epci", code) for code in groupes),
        *(situer(base, "commune", code) for code in communes),
        *(situer(base, "qpv", code) for code in qpv.index),
    ]


def produire(
    base: Base,
    dossier: str | os.PathLike[str],
    date: dt.date,
    *,
    processus: int | None = None,
    progression: bool = True,
) -> pd.DataFrame:
    """Écrit le mini-site : ``index.html``, une fiche (HTML et PDF) et une carte par territoire concerné.

    Parameters
    ----------
    base : Base
        L'observatoire ouvert.
    dossier : path
        Dossier de sortie, créé au besoin.
    date : datetime.date
        Date de production imprimée.
    processus : int, optional
        Nombre de processus ; par défaut deux, ou un seul sur une machine à un cœur.
    progression : bool
        Montre une barre de progression.

    Returns
    -------
    pandas.DataFrame
        Une ligne par fichier : ``niveau``, ``code``, ``nom``, ``fichier`` (relatif à ``dossier``), ``etat`` (« écrit »
        ou « à jour »), ``octets``.

    Raises
    ------
    ErreurEcriture
        Dossier impossible, disque plein : ce qui est écrit reste valable, la prochaine production continue.
    """
    racine = preparer_dossier(dossier)
    _nettoyer(racine)
    registre = _Registre.ouvrir(racine, _empreinte_des_entrees(base))
    territoires = territoires_concernes(base)
    lignes: list[dict[str, object]] = []
    with contextlib.closing(_taches(base, territoires, registre, date, processus)) as taches:
        for resultats in tqdm(
            taches, total=len(territoires), desc="Fiches et cartes", unit="territoire", disable=not progression
        ):
            lignes += registre.noter(resultats)
    lignes += registre.noter([registre.tenir("index.html", lambda: _index(base, territoires, date), territoires[0])])
    return pd.DataFrame(lignes)


@dataclass(frozen=True)
class _Resultat:
    """Un fichier tenu à jour : sa ligne du compte rendu, et l'empreinte de son contenu."""

    ligne: dict[str, object]
    empreinte: str


def _taches(
    base: Base, territoires: list[Territoire], registre: _Registre, date: dt.date, processus: int | None
) -> Generator[list[_Resultat], None, None]:
    """Produit les territoires, à plusieurs processus s'il reste assez à faire pour que cela en vaille la peine."""
    ouvriers = processus or min(2, os.cpu_count() or 1)
    if ouvriers == 1 or sum(not registre.complet(t) for t in territoires) < _SEUIL_PROCESSUS:
        for t in territoires:
            yield _produire_un(t, registre, date)
        return
    # « spawn » partout : c'est le seul mode de Windows, et le seul sûr avec des bibliothèques à fils d'exécution.
    contexte = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(ouvriers, contexte, _installer, (base, registre, date)) as groupe:
        try:
            with _sans_script():
                resultats = groupe.map(_produire_ici, [(t.niveau, t.code) for t in territoires])
            yield from resultats
        finally:
            groupe.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _sans_script() -> Iterator[None]:
    """Cache le script de l'utilisateur aux ouvriers qui démarrent : ils le rejoueraient du début, exports compris."""
    principal = sys.modules["__main__"]
    fichier = principal.__dict__.pop("__file__", None)
    description, principal.__spec__ = principal.__spec__, None
    try:
        yield
    finally:
        principal.__spec__ = description
        if fichier is not None:
            principal.__file__ = fichier


#: Ce qu'un processus ouvrier garde d'un territoire à l'autre ; vide dans le processus principal.
_atelier: dict[str, Any] = {}


def _installer(base: Base, registre: _Registre, date: dt.date) -> None:
    """Prépare un processus ouvrier ; l'interruption au clavier ne regarde que le processus principal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_suivre_le_parent, daemon=True).start()
    _atelier.update(base=base, registre=registre, date=date)


def _suivre_le_parent() -> None:
    """Finit avec le processus principal, même tué net : un orphelin écrirait sous les pieds de la reprise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _produire_ici(cle: tuple[Niveau, str]) -> list[_Resultat]:
    return _produire_un(situer(_atelier["base"], *cle), _atelier["registre"], _atelier["date"])


def _produire_un(t: Territoire, registre: _Registre, date: dt.date) -> list[_Resultat]:
    nom = nom_de_fichier(t)
    fiche = _Paresseuse(t, date)
    html, pdf, page = chemins(t)
    return [
        registre.tenir(html, lambda: fiche.html(nom), t),
        registre.tenir(pdf, fiche.pdf, t),
        registre.tenir(page, lambda: _carte(t, date), t),
    ]


def chemins(t: Territoire) -> tuple[str, str, str]:
    """Fichiers d'un territoire, relatifs au dossier de sortie : fiche HTML, fiche PDF, carte."""
    nom = nom_de_fichier(t)
    return f"fiches/{nom}.html", f"fiches/{nom}.pdf", f"cartes/{nom}.html"


def nom_de_fichier(t: Territoire) -> str:
    """Nom de fichier sans accent ni espace, lisible et unique : « commune-92036-gennevilliers »."""
    return f"{t.niveau}-{t.code}-{normaliser(t.nom).replace(' ', '-')[:60]}".rstrip("-")


class _Paresseuse:
    """La fiche d'un territoire, rédigée à la première demande : rien à faire si ses fichiers sont à jour."""

    def __init__(self, territoire: Territoire, date: dt.date) -> None:
        self._territoire = territoire
        self._date = date

    def html(self, nom: str) -> str:
        liens = (
            ("Tous les territoires", "../index.html"),
            ("Carte interactive", f"../cartes/{nom}.html"),
            ("Version à imprimer (PDF)", f"{nom}.pdf"),
        )
        return verifier_html(self._fiche.en_html(liens), self._territoire)

    def pdf(self) -> bytes:
        return verifier_pdf(self._fiche.pdf, self._territoire)

    @cached_property
    def _fiche(self) -> Fiche:
        return rediger(self._territoire, self._date)


def _carte(t: Territoire, date: dt.date) -> str:
    """La carte d'un territoire ; ses bulles ouvrent les fiches du même dossier."""
    liens = {autre.code: f"../{chemins(autre)[0]}" for autre in territoires_concernes(t.base)}
    description = points.avec_experiences(carte.decrire(t, date), t, points.recenser(t))
    return carte_interactive.dessiner(description, liens=liens).html


def verifier_html(page: str, t: Territoire) -> str:
    """Rend la page si elle porte le code et le nom de son territoire, dans son titre et dans son corps."""
    titres = re.findall(r"<(?:title|h1)>(.*?)</", page, re.DOTALL)
    portes = [html.unescape(titre) for titre in titres]
    if f'data-code="{t.code}"' not in page or len(portes) < 2 or not all(t.nom in titre for titre in portes[:2]):
        raise ErreurObservatoire(f"La fiche HTML de {t.nom} ({t.code}) porte un autre titre : {portes[:2]}.")
    return page


def verifier_pdf(document: bytes, t: Territoire) -> bytes:
    """Rend le PDF si le titre de ses métadonnées est celui de son territoire."""
    trouve = re.search(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", document, re.DOTALL)
    titre = html.unescape(trouve[1].decode("utf-8")) if trouve else ""
    if t.nom not in titre or f"({t.code})" not in titre:
        raise ErreurObservatoire(f"La fiche PDF de {t.nom} ({t.code}) porte un autre titre : « {titre} ».")
    return document


# --- l'index ---


def _index(base: Base, territoires: Iterable[Territoire], date: dt.date) -> str:
    groupes: dict[str, list[dict[str, object]]] = {groupe: [] for groupe in _GROUPES}
    for t in territoires:
        groupes["intercommunalite" if t.niveau in {"epci", "ept"} else t.niveau].append(_entree(t))
    perimetre = situer(base, "perimetre", CODE_PERIMETRE)
    description = carte.decrire(perimetre, date)
    return (
        environnement()
        .get_template("index.html")
        .render(
            titre="Les quartiers prioritaires de l’ouest francilien",
            groupes=[
                (_GROUPES[groupe], sorted(entrees, key=lambda e: str(e["cle"]))) for groupe, entrees in groupes.items()
            ],
            dessin=carte_statique.dessiner(description, titre=False).svg,
            carte=description,
            date=date_longue(date),
            version=__version__,
        )
    )


def _entree(t: Territoire) -> dict[str, object]:
    synthese = t.synthese_qpv
    detail = ", ".join(t.communes.nom) if t.niveau == "qpv" else accorder(synthese.nombre, "QPV", "QPV")
    if t.niveau == "qpv":
        habitants = accorder(int(t.qpv.population.iloc[0]), "habitant")
    else:
        precision = " (quartiers entiers)" if synthese.debordants else " en QPV"
        habitants = accorder(t.habitants_quartiers, "habitant") + precision + t.reserve_qpv
    return {
        "nom": t.nom,
        "code": f"{t.sigle} · {t.code}" if t.sigle else t.code,
        "fichier": nom_de_fichier(t),
        "detail": f"{detail} · {habitants}",
        "cle": normaliser(f"{t.nom} {t.code} {t.sigle or ''} {detail if t.niveau == 'qpv' else ''}"),
    }


# --- ce qui est déjà fait ---


@dataclass
class _Registre:
    """Fichiers déjà produits : leur empreinte, et celle des données et du programme dont ils viennent."""

    racine: Path
    entrees: str
    fichiers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def ouvrir(cls, racine: Path, entrees: str) -> _Registre:
        """Reprend le registre du dossier s'il vient des mêmes données et du même programme."""
        # Registre absent ou abîmé : on refait tout, ce qui est toujours juste.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            lu = json.loads((racine / _ETAT).read_text("utf-8"))
            if lu["entrees"] == entrees:
                return cls(racine, entrees, dict(lu["fichiers"]))
        return cls(racine, entrees)

    def tenir(self, chemin: str, faire: Callable[[], str | bytes], t: Territoire) -> _Resultat:
        """Écrit ``chemin`` s'il n'est pas déjà là, intact."""
        etat = "à jour"
        if not self._intact(chemin):
            ecrire(self.racine / chemin, faire())
            etat = "écrit"
        contenu = (self.racine / chemin).read_bytes()
        ligne = {"niveau": t.niveau, "code": t.code, "nom": t.nom, "fichier": chemin, "etat": etat}
        return _Resultat({**ligne, "octets": len(contenu)}, hashlib.sha256(contenu).hexdigest())

    def complet(self, t: Territoire) -> bool:
        """Tous les fichiers d'un territoire sont-ils déjà là, intacts ?"""
        return all(self._intact(chemin) for chemin in chemins(t))

    def noter(self, resultats: Sequence[_Resultat]) -> list[dict[str, object]]:
        """Inscrit des fichiers et rend leurs lignes : dès lors, une interruption ne les fera pas refaire."""
        lignes = [resultat.ligne for resultat in resultats]
        self.fichiers.update({str(r.ligne["fichier"]): r.empreinte for r in resultats})
        contenu = {"entrees": self.entrees, "fichiers": self.fichiers}
        ecrire(self.racine / _ETAT, json.dumps(contenu, ensure_ascii=False, indent=0))
        return lignes

    def _intact(self, chemin: str) -> bool:
        cible, attendue = self.racine / chemin, self.fichiers.get(chemin)
        return attendue is not None and cible.is_file() and _sha256(cible) == attendue


def _sha256(chemin: Path) -> str:
    return hashlib.sha256(chemin.read_bytes()).hexdigest()


def _empreinte_des_entrees(base: Base) -> str:
    """Ce dont dépend tout fichier produit : programme, gabarits, données, indicateurs ajoutés.

    La date n'y est pas : reprise le lendemain, une production interrompue ne refait pas ce qui est fait.
    """
    ici = Path(__file__).parent
    programme = [_sha256(f) for f in sorted([*ici.glob("*.py"), *(ici / "gabarits").iterdir()]) if f.is_file()]
    ajouts = pd.util.hash_pandas_object(base.releve.table, index=False).to_numpy().tobytes()
    catalogue = base.releve.catalogue.to_csv()
    textes = "".join([__version__, *programme, *base.sources.empreinte, catalogue])
    return hashlib.sha256(textes.encode() + ajouts).hexdigest()


def _nettoyer(racine: Path) -> None:
    """Retire les fichiers temporaires qu'un arrêt brutal aurait laissés."""
    for dossier in (racine, racine / "fiches", racine / "cartes"):
        for reste in dossier.glob(".*.tmp"):
            reste.unlink(missing_ok=True)
