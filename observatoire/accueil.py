"""La page d'accueil d'un site : sa carte, et chaque territoire avec les fichiers qu'il a vraiment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from observatoire import __version__, carte, carte_statique
from observatoire.charte import Charte, logo_en_adresse, variables_css
from observatoire.gabarits import environnement, lire_gabarit
from observatoire.referentiel import CODE_PERIMETRE, normaliser
from observatoire.territoire import Base, Territoire, dire_habitants_quartiers, situer
from observatoire.typographie import accorder, date_longue, enumerer

#: Groupes de la page, dans l'ordre de lecture : titre, puis au singulier et au pluriel.
_GROUPES: Mapping[str, tuple[str, str, str]] = {
    "perimetre": ("Ouest francilien", "périmètre", "périmètres"),
    "departement": ("Départements", "département", "départements"),
    "intercommunalite": ("Intercommunalités", "intercommunalité", "intercommunalités"),
    "commune": ("Communes", "commune", "communes"),
    "qpv": ("Quartiers prioritaires", "quartier prioritaire", "quartiers prioritaires"),
}


@dataclass(frozen=True)
class Lien:
    """Un fichier d'un territoire : ce qu'on lit, ce qu'entend une synthèse vocale, où il est."""

    texte: str
    complet: str
    adresse: str


@dataclass(frozen=True)
class Entree:
    """Un territoire de la page ; ``cle`` est ce que la recherche compare, ``page`` sa fiche HTML, s'il en a une."""

    groupe: str
    nom: str
    code: str
    detail: str
    cle: str
    page: str
    liens: tuple[Lien, ...]


def presenter(t: Territoire, page: str, liens: Iterable[tuple[str, str, str]]) -> Entree:
    """L'entrée d'un territoire.

    Parameters
    ----------
    t : Territoire
        Le territoire.
    page : str
        Sa fiche HTML ; vide s'il n'en a pas.
    liens : iterable of (texte, sorte, adresse)
        Ses autres fichiers : « PDF », « Fiche PDF », « fiches/x.pdf ».
    """
    detail = ", ".join(t.communes.nom) if t.niveau == "qpv" else accorder(t.synthese_qpv.nombre, "QPV", "QPV")
    return Entree(
        groupe="intercommunalite" if t.niveau in {"epci", "ept"} else t.niveau,
        nom=t.nom,
        code=f"{t.sigle} · {t.code}" if t.sigle else t.code,
        detail=f"{detail} · {_habitants(t)}",
        cle=normaliser(f"{t.nom} {t.code} {t.sigle or ''} {detail if t.niveau == 'qpv' else ''}"),
        page=page,
        liens=tuple(Lien(texte, f"{sorte} de {t.nom}", adresse) for texte, sorte, adresse in liens),
    )


def _habitants(t: Territoire) -> str:
    if t.niveau == "qpv":
        return accorder(int(t.qpv.population.iloc[0]), "habitant")
    precision = " (quartiers entiers)" if t.synthese_qpv.debordants else " en QPV"
    return dire_habitants_quartiers(t) + precision + t.reserve_qpv


def dessiner(base: Base, entrees: Sequence[Entree], date: dt.date, charte: Charte) -> str:
    """La page, autonome."""
    description = carte.decrire(situer(base, "perimetre", CODE_PERIMETRE), date)
    return (
        environnement()
        .get_template("index.html")
        .render(
            titre="Les quartiers prioritaires de l’ouest francilien",
            compte=_compter(entrees),
            groupes=[(nom, titre, _du_groupe(entrees, nom)) for nom, (titre, *_) in _presents(entrees)],
            dessin=carte_statique.dessiner(description, titre=False).svg,
            carte=description,
            date=date_longue(date),
            version=__version__,
            charte=charte,
            logo=logo_en_adresse(charte),
            style=Markup(variables_css(charte) + lire_gabarit("fiche.css")),  # noqa: S704 - variables vérifiées par la charte
        )
    )


def _presents(entrees: Sequence[Entree]) -> list[tuple[str, tuple[str, str, str]]]:
    presents = {e.groupe for e in entrees}
    return [(nom, titres) for nom, titres in _GROUPES.items() if nom in presents]


def _du_groupe(entrees: Sequence[Entree], nom: str) -> list[Entree]:
    return sorted((e for e in entrees if e.groupe == nom), key=lambda e: e.cle)


def _compter(entrees: Sequence[Entree]) -> str:
    """« 153 territoires : 1 périmètre, 3 départements... »."""
    parts = [
        accorder(len(_du_groupe(entrees, nom)), singulier, pluriel)
        for nom, (_, singulier, pluriel) in _presents(entrees)
    ]
    total = accorder(len(entrees), "territoire")
    return f"{total}\u00a0: {enumerer(parts)}" if parts else total
