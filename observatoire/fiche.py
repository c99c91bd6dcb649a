"""La fiche repère d'un territoire : ce qu'elle dit (``composer_contenu``) et l'objet que l'analyste enregistre."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from observatoire import __version__, carte, carte_statique, points, rendu
from observatoire.activites import experiences_et_actions
from observatoire.blocs import Bloc, Chiffre, Chiffres, Colonne, Contenu, Faits, Figure, Tableau, Texte
from observatoire.ecriture import ecrire, extension
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.gabarits import cadre
from observatoire.indicateurs import Valeur
from observatoire.qpv import LIBELLES_STATUTS, Synthese, citer_departements, compter_statuts
from observatoire.tableau import tableau_qpv
from observatoire.territoire import Territoire
from observatoire.themes import (
    agreger_quartiers,
    chiffre_compare,
    definitions,
    portrait_des_quartiers,
    tableaux_thematiques,
)
from observatoire.typographie import INSECABLE, accorder, date_longue, enumerer, nombre, pourcentage, soigner

_SOURCE_QPV = "Insee, populations de référence des QPV 2024 (RP 2020)"
_SOURCE_2020 = "Insee, population municipale 2020"
_SOURCE_2023 = "Insee, population municipale 2023"
_SOURCE_ANCT = "ANCT, géographie prioritaire 2024"
_SOURCE_PASSAGE = (
    "Source : ANCT, table de passage 2015-2024. Un quartier de 2015 est sorti quand aucun quartier de 2024 ne lui "
    "succède."
)
NON_DISPONIBLE = "n.d."
#: Une fiche de QPV ou de commune tient en deux pages, carte comprise : la carte cède la place aux longs tableaux.
_HAUTEUR_CARTE, _HAUTEUR_REDUITE = 285, 215
_QUARTIERS_NOMBREUX = 5


@dataclass(frozen=True)
class Fiche:
    """Une fiche repère, prête à être affichée ou enregistrée.

    Attributes
    ----------
    contenu : Contenu
        Ses blocs, indépendants de tout rendu.
    date : datetime.date
        Date de production.
    """

    contenu: Contenu
    date: dt.date

    @cached_property
    def html(self) -> str:
        """La fiche en une page HTML autonome."""
        return rendu.en_html(self.contenu)

    def en_html(self, liens: tuple[tuple[str, str], ...]) -> str:
        """La même page, précédée de liens (libellé, adresse) vers ses voisines d'un site."""
        return rendu.en_html(self.contenu, liens)

    @cached_property
    def pdf(self) -> bytes:
        """La fiche en PDF/UA-1."""
        return rendu.en_pdf(self.contenu, self.date)

    def enregistrer(self, chemin: str | os.PathLike[str]) -> Path:
        """Écrit la fiche en HTML ou en PDF selon l'extension.

        Returns
        -------
        pathlib.Path
            Le fichier écrit.

        Raises
        ------
        ErreurArgument
            Extension inconnue.
        ErreurEcriture
            Le fichier ne peut être écrit.
        """
        forme = extension(chemin)
        if forme in {".html", ".htm"}:
            return ecrire(chemin, self.html)
        if forme == ".pdf":
            return ecrire(chemin, self.pdf)
        raise ErreurArgument(f"Format {forme!r} inconnu pour une fiche. Que faire : choisissez .html ou .pdf.")

    def _repr_html_(self) -> str:
        return cadre(self.html, self.contenu.titre, 720)

    def __repr__(self) -> str:
        c = self.contenu
        return f"Fiche({c.niveau} {c.code} : {c.nom}, {len(c.blocs)} blocs)"


def rediger(territoire: Territoire, date: dt.date) -> Fiche:
    """Fiche repère d'un territoire de tout niveau.

    Raises
    ------
    ErreurArgument
        Le territoire n'a pas de contour dans les données (hors d'Île-de-France).
    """
    exiger(date, dt.date, "Une date", "datetime.date(2026, 11, 22)")
    t = territoire
    contenu = Contenu(
        titre=f"QPV {t.nom}" if t.niveau == "qpv" else t.nom,
        sous_titre=f"{_niveau(t)} · {t.code}",
        niveau=t.niveau,
        code=t.code,
        nom=t.nom,
        blocs=tuple(_soigner(bloc) for bloc in _blocs(t, date)),
        date=date_longue(date),
        pied=f"{t.nom} ({t.code}) · fiche produite le {date_longue(date)} · observatoire {__version__}",
    )
    return Fiche(contenu, date)


def _soigner(valeur: Any) -> Any:
    """La même valeur, espaces insécables posées dans tous ses textes ; un dessin n'est pas un texte."""
    if isinstance(valeur, str):
        return valeur if valeur.startswith("<svg") else soigner(valeur)
    if isinstance(valeur, tuple):
        return tuple(map(_soigner, valeur))
    if is_dataclass(valeur) and not isinstance(valeur, type):
        return replace(valeur, **{champ.name: _soigner(getattr(valeur, champ.name)) for champ in fields(valeur)})
    return valeur


def _niveau(t: Territoire) -> str:
    libelle = t.libelle_niveau
    return libelle[0].upper() + libelle[1:]


def _blocs(t: Territoire, date: dt.date) -> Iterator[Bloc]:
    yield Chiffres("Chiffres clés", tuple(_chiffres(t)))
    yield Faits("Identité", tuple(_identite(t)))
    yield _carte(t, date)
    if t.niveau != "qpv":
        yield _quartiers(t)
        portrait = portrait_des_quartiers(t)
        if portrait:
            yield portrait
        yield from _evolution(t)
    yield from tableaux_thematiques(t)
    yield experiences_et_actions(t)
    if t.niveau in {"qpv", "commune"}:
        yield Texte("Lire ces données", (" ".join(_lecture(t)),), petit=True)
    else:
        yield Texte("Lire ces données", tuple(_lecture(t)), puces=True)
    yield Texte("Définitions", (" ".join(definitions(t)),), petit=True)
    yield Texte("Sources", (" ".join(_sources(t)),), petit=True)


# --- les blocs ---


def _chiffres(t: Territoire) -> Iterator[Chiffre]:
    if t.niveau == "qpv":
        yield from _chiffres_qpv(t)
        return
    synthese = t.synthese_qpv
    yield Chiffre(_habitants(t.population), "habitants", _SOURCE_2023)
    if synthese.departements_absents and not synthese.nombre:
        yield Chiffre(NON_DISPONIBLE, "quartiers prioritaires", _raison(synthese))
        return
    yield Chiffre(
        nombre(synthese.nombre),
        ("quartiers prioritaires" if synthese.nombre > 1 else "quartier prioritaire") + t.reserve_qpv,
        _SOURCE_ANCT,
    )
    yield Chiffre(nombre(t.habitants_quartiers), _libelle_population(t), _SOURCE_QPV)
    if synthese.part is None:
        yield Chiffre(NON_DISPONIBLE, "part des habitants vivant en QPV", _raison(synthese))
    else:
        source = f"{_SOURCE_QPV}, rapportées à la population municipale 2020"
        yield Chiffre(pourcentage(synthese.part), "des habitants vivent en QPV", source)
    if t.niveau == "commune":
        yield from _compares(t)


def _raison(synthese: Synthese) -> str:
    """Pourquoi la part des habitants en QPV ne peut pas être calculée exactement."""
    if synthese.departements_absents:
        du = citer_departements(synthese.departements_absents, "du département", "des départements")
        return f"Non calculée : les QPV {du} ne sont pas embarqués"
    if synthese.debordants:
        return "Non calculable : la répartition des quartiers à cheval n’est pas publiée"
    return "Non calculable : population municipale 2020 non publiée"


def _libelle_population(t: Territoire) -> str:
    return (
        "habitants des quartiers, pris en entier" if t.synthese_qpv.debordants else "habitants en QPV"
    ) + t.reserve_qpv


#: Chiffres clés d'un QPV ou d'une commune, quand ils sont publiés.
_COMPARES = {
    "taux_pauvrete": "taux de pauvreté",
    "taux_emploi": "taux d’emploi des 15-64 ans",
    "niveau_vie_median": "niveau de vie médian",
}


def _chiffres_qpv(t: Territoire) -> Iterator[Chiffre]:
    ligne = t.qpv.iloc[0]
    surface = f"{nombre(ligne.surface_ha, 1)}{INSECABLE}ha"
    if len(t.communes) == 1:
        texte = f"{pourcentage(tableau_qpv(t).part.iloc[0])} des habitants de {t.communes.nom.iloc[0]}"
    else:
        texte = f"sur {accorder(len(t.communes), 'commune')}"
    yield Chiffre(nombre(ligne.population), "habitants", f"{_SOURCE_QPV} ; {_SOURCE_2020}", texte)
    densite = f"{nombre(ligne.population / ligne.surface_ha)} habitants par hectare"
    yield Chiffre(surface, "de surface", f"{_SOURCE_ANCT} (contour, Lambert-93)", densite)
    yield from _compares(t)


def _compares(t: Territoire) -> Iterator[Chiffre]:
    for indicateur, libelle in _COMPARES.items():
        chiffre = chiffre_compare(t, indicateur, libelle)
        if chiffre:
            yield chiffre


def _habitants(population: int | None) -> str:
    return NON_DISPONIBLE if population is None else nombre(population)


def _identite(t: Territoire) -> Iterator[tuple[str, str]]:
    yield "Niveau", _niveau(t)
    yield ("Code du quartier" if t.niveau == "qpv" else "Code", t.code)
    if t.nom_officiel != t.nom:
        yield "Nom officiel", t.nom_officiel
    if t.sigle:
        yield "Sigle", t.sigle
    if t.niveau == "qpv":
        yield from _identite_qpv(t)
    if t.niveau != "commune":
        yield "Communes" if len(t.communes) > 1 else "Commune", _communes(t)
    if t.niveau in {"qpv", "commune"}:
        yield "Intercommunalité" + ("s" if len(t.intercommunalites) > 1 else ""), _noms(t.intercommunalites)
    if t.niveau in {"departement", "perimetre"}:
        yield "Intercommunalités", nombre(len(t.intercommunalites))
    if t.niveau != "departement":
        yield "Département" + ("s" if len(t.departements) > 1 else ""), _noms(t.departements)


def _identite_qpv(t: Territoire) -> Iterator[tuple[str, str]]:
    ligne = t.qpv.iloc[0]
    yield "Statut en 2024", LIBELLES_STATUTS[ligne.statut]
    if ligne.codes_2015:
        anciens = t.base.qpv_2015.loc[ligne.codes_2015]
        noms = [f"{nom} ({code})" for code, nom in anciens.nom.items()]
        yield "Quartier de 2015" if len(noms) == 1 else "Quartiers de 2015", enumerer(noms)
    else:
        yield "Quartier de 2015", "aucun : le quartier entre dans la géographie prioritaire"


def _communes(t: Territoire) -> str:
    noms = list(t.communes.nom)
    return enumerer(noms) if len(noms) <= 8 else nombre(len(noms))


def _noms(territoires: tuple[Territoire, ...]) -> str:
    return enumerer([f"{t.nom} ({t.code})" for t in territoires]) or "aucune"


def _carte(t: Territoire, date: dt.date) -> Figure:
    courte = _HAUTEUR_REDUITE if len(t.qpv) >= _QUARTIERS_NOMBREUX else _HAUTEUR_CARTE
    hauteur = courte if t.niveau in {"qpv", "commune"} else None
    description = points.avec_experiences(carte.decrire(t, date), t, points.recenser(t))
    dessin = carte_statique.dessiner(description, titre=False, hauteur_max=hauteur)
    legende = " ".join([*dessin.carte.notes, dessin.carte.credit])
    return Figure(dessin.carte.titre, dessin.svg, dessin.texte_alternatif, legende)


_COLONNES_QPV = (
    Colonne("Quartier prioritaire", large=1),
    Colonne("Code"),
    Colonne("Communes", large=1),
    Colonne("Habitants (2020)", nombre=True),
    Colonne("Part dans ses communes", nombre=True),
    Colonne("Taux de pauvreté", nombre=True),
    Colonne("Statut 2024"),
)


def _quartiers(t: Territoire) -> Bloc:
    table = tableau_qpv(t)
    if table.empty:
        return Texte("Quartiers prioritaires", (_sans_quartier(t),))
    pauvrete = agreger_quartiers(t, "taux_pauvrete")
    lignes = tuple(_ligne_qpv(str(code), ligne) for code, ligne in table.iterrows())
    notes = tuple(_notes_tableau(t, pauvrete))
    return Tableau("Quartiers prioritaires", _COLONNES_QPV, lignes, _total(t, pauvrete), notes)


def _total(t: Territoire, pauvrete: Valeur | None) -> tuple[str, ...]:
    part = t.synthese_qpv.part
    taux = NON_DISPONIBLE if pauvrete is None else pauvrete.affichage + (" **" if pauvrete.estimation else "")
    return (
        f"Ensemble ({accorder(len(t.qpv), 'quartier')})",
        "",
        "",
        nombre(t.habitants_quartiers),
        NON_DISPONIBLE if part is None else pourcentage(part),
        taux,
        "",
    )


def _ligne_qpv(code: str, ligne: Any) -> tuple[str, ...]:
    return (
        ligne.nom + (f"{INSECABLE}*" if ligne.deborde else ""),
        code,
        ligne.communes,
        nombre(ligne.population),
        NON_DISPONIBLE if pd.isna(ligne.part) else pourcentage(ligne.part),
        ligne.taux_pauvrete,
        LIBELLES_STATUTS[ligne.statut],
    )


def _sans_quartier(t: Territoire) -> str:
    absents = t.synthese_qpv.departements_absents
    if absents:
        du = citer_departements(absents, "du département", "des départements")
        return f"Les quartiers prioritaires {du} ne sont pas dans les données embarquées."
    return "Aucun quartier prioritaire ne touche ce territoire dans la géographie de 2024."


def _notes_tableau(t: Territoire, pauvrete: Valeur | None) -> Iterator[str]:
    yield (
        "Part dans ses communes : part des habitants de la commune, ou de toutes les communes citées, qui vivent dans "
        "le quartier. La dernière ligne donne la part des habitants du territoire."
    )
    if t.synthese_qpv.debordants:
        yield (
            "* Quartier qui s’étend aussi hors du territoire : sa population est celle du quartier entier ; la part "
            "qui revient au territoire n’est pas publiée."
        )
    if pauvrete and pauvrete.couverture:
        complete = pauvrete.couverture.publies == pauvrete.couverture.total
        portee = "moyenne pondérée" if complete else f"estimation sur {pauvrete.couverture}"
        yield f"** {portee[0].upper()}{portee[1:]} ; {pauvrete.reference}."
    absents = t.synthese_qpv.departements_absents
    if absents and t.synthese_qpv.nombre:
        les = citer_departements(absents, "le département", "les départements")
        yield (
            f"Le territoire s’étend sur {les}, dont les quartiers prioritaires ne sont "
            "pas dans les données embarquées : l’ensemble ne les compte pas, et sa part n’est pas calculée (n.d.)."
        )
    yield f"Sources : {_SOURCE_QPV} ; {_SOURCE_2020} ; Insee, Filosofi 2021 (pauvreté) ; {_SOURCE_ANCT}."


def _evolution(t: Territoire) -> Iterator[Bloc]:
    evolution = t.evolution_qpv
    if evolution.empty:
        return
    comptes = compter_statuts(evolution.statut)
    phrases = (
        (comptes["nouveau"], "quartier entré", "quartiers entrés"),
        (comptes["modifie"], "quartier modifié", "quartiers modifiés"),
        (comptes["inchange"], "quartier inchangé", "quartiers inchangés"),
        (comptes["sorti"], "quartier de 2015 sorti", "quartiers de 2015 sortis"),
    )
    resume = f"En 2024 : {enumerer([accorder(n, s, p) for n, s, p in phrases if n])}."
    titres = {"nouveau": "Entrés", "sorti": "Sortis"}
    details = tuple(_detail(evolution, statut, titre) for statut, titre in titres.items() if comptes[statut])
    yield Texte("Évolution de la géographie prioritaire, 2015-2024", (resume, *details, _SOURCE_PASSAGE))


def _detail(evolution: pd.DataFrame, statut: str, libelle: str) -> str:
    lignes = evolution[evolution.statut == statut]
    return f"{libelle} : " + " ; ".join(f"{x.nom}, {x.noms_communes} ({code})" for code, x in lignes.iterrows()) + "."


_DEFINITIONS = (
    "QPV : quartier prioritaire de la politique de la ville, au contour fixé par décret. La génération 2024 (décrets "
    "2023-1314 et 2024-806) remplace celle de 2015.",
    "La population des QPV est celle du recensement de 2020 ; les parts la rapportent à la population municipale de la "
    "même année. Les autres populations sont celles de 2023, les dernières publiées.",
    "Statut d’un quartier en 2024, d’après la table de passage de l’ANCT : nouveau (entré), modifié ou inchangé dans "
    "son contour depuis 2015.",
    "Un quartier à cheval sur plusieurs communes figure dans chacune d’elles ; les totaux ne le comptent qu’une fois.",
    "Une valeur absente n’est jamais remplacée par zéro. s. : secret statistique ; n.d. : non diffusé par le "
    "producteur, ou non calculable exactement ; ind. : non disponible dans ces données ; - : sans objet à ce niveau.",
    "Une date entre parenthèses signale un millésime différent de celui de la ligne : les deux valeurs ne se comparent "
    "qu’avec prudence. Les millésimes du RPLS et de la Cnaf ne sont pas documentés par le fichier d’origine.",
    "Les limites communales de la carte sont généralisées à 100 mètres environ ; les contours des QPV sont les "
    "contours officiels.",
)
_DEFINITION_EPT = (
    "Dans la Métropole du Grand Paris, l’intercommunalité de travail est l’établissement public territorial (EPT)."
)


def _lecture(t: Territoire) -> Iterator[str]:
    yield from _DEFINITIONS
    if any(intercommunalite.niveau == "ept" for intercommunalite in t.intercommunalites):
        yield _DEFINITION_EPT


def _sources(t: Territoire) -> Iterator[str]:
    sources = t.base.sources.loc[["qpv", "qpv_2015", "indicateurs", "communes"]]
    colonnes = (sources.titre, sources.producteur, sources.millesime, sources.licence)
    for titre, producteur, millesime, licence in zip(*colonnes, strict=True):
        yield f"{titre}. {producteur}. {millesime[0].upper()}{millesime[1:]}. {licence}."
