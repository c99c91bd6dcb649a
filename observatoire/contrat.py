"""Ce que dit une fiche de contrat : une intercommunalité et son contrat de ville « Engagements Quartiers 2030 »."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from observatoire.activites import raconter, recenser_recits
from observatoire.blocs import (
    Bloc,
    Chiffre,
    ChiffresCles,
    Colonne,
    Ecrit,
    Recits,
    Tableau,
    Texte,
    ecrire_sans_unite,
    phrase,
)
from observatoire.calculs import compter
from observatoire.chiffres_cles import SOURCE_ANCT, chiffres_cles
from observatoire.ensembles import citer_sources, presentes, ses_quartiers, sources_de
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.mentions import mentions
from observatoire.recueil import compter_recits, par_theme_premier, sommaire
from observatoire.reperes import commenter, dessiner_carte, essentiel, identite, presenter
from observatoire.table_quartiers import evolution, quartiers
from observatoire.territoire import Territoire, annee_des_quartiers, habitants_de
from observatoire.themes import indicateurs_imprimes, lignes_par_theme, tableaux_thematiques
from observatoire.typographie import enumerer, nombre

#: Dispositifs qui disent qu'un récit parle du contrat lui-même.
_DISPOSITIFS = frozenset({"Contrat de ville", "Quartiers 2030"})
_CADRE = (
    "Les contrats de ville « Engagements Quartiers 2030 » (2024-2030) sont conclus à l'échelle intercommunale, sur la "
    "géographie prioritaire de 2024. Cette fiche réunit ce que l'observatoire sait du territoire d'un contrat ; elle "
    "ne reproduit ni son texte, ni ses financements, ni ses indicateurs propres, qui ne sont pas dans les données. Le "
    "périmètre d'un contrat peut différer de l'intercommunalité : l'annexe signée fait foi."
)
_RECITS = 12
_COLONNES = (
    "QPV",
    "Habitants en QPV ({annee})",
    "Part de ses habitants (%)",
    "Taux de pauvreté de la commune (%)",
    "Taux de pauvreté de ses QPV (%)",
)


def contrat(t: Territoire, date: dt.date) -> Iterator[Bloc]:
    """Les blocs d'une fiche de contrat, dans l'ordre de lecture."""
    recits = recenser_recits(t)
    yield essentiel(t)
    yield ChiffresCles("Chiffres clés", chiffres_cles(t))
    yield presenter("Le territoire du contrat", (*identite(t), ("Communes concernées", _concernees(t))))
    yield dessiner_carte(t, date)
    yield _communes(t)
    yield quartiers(t)
    yield from commenter(evolution(t), t)
    themes = lignes_par_theme(t)
    yield from tableaux_thematiques(t, themes)
    yield from _recits(t, recits)
    yield Texte("Le contrat", (_CADRE,), petit=True)
    yield from mentions(t, indicateurs_imprimes(themes))


def _avec_quartier(t: Territoire) -> list[Territoire]:
    """Les communes du territoire qu'un quartier touche, de la plus peuplée en QPV à la moins peuplée."""
    touchees = {code for codes in t.qpv.codes_communes for code in codes}
    communes = [t.base.territoire(str(code)) for code in t.communes.index if code in touchees]
    return sorted(communes, key=lambda commune: (-commune.habitants_quartiers, commune.nom))


def _concernees(t: Territoire) -> Ecrit:
    communes = _avec_quartier(t)
    compte = compter("communes", [c.code for c in communes], "Communes touchées par un QPV", SOURCE_ANCT, 2024)
    total = compter("communes", t.communes.index, "Communes", "Insee, code officiel géographique", 2026)
    noms = enumerer([commune.nom for commune in communes])
    return phrase(
        Chiffre(nombre(len(communes)), compte), " sur ", Chiffre(nombre(len(t.communes)), total), f" : {noms}"
    )


def _communes(t: Territoire) -> Tableau:
    """Ce que pèsent les quartiers dans chaque commune du contrat."""
    communes = _avec_quartier(t)
    annee = annee_des_quartiers(t.base)
    pauvretes = [v for commune in communes for v in _pauvretes(commune)]
    sources = (f"Insee, populations {annee}", *sources_de(presentes(pauvretes)), SOURCE_ANCT)
    notes = (
        "Un quartier à cheval compte en entier dans chacune de ses communes ; la part n'est alors pas calculable "
        "(n.d.).",
        f"Sources : {' ; '.join(sources)}.",
    )
    colonnes = (Colonne("Commune", large=1), *(Colonne(c.format(annee=annee), nombre=True) for c in _COLONNES))
    return Tableau("Les communes du contrat", colonnes, tuple(map(_ligne, communes)), notes=notes)


def _pauvretes(commune: Territoire) -> tuple[Valeur, Valeur | None]:
    """Le taux de pauvreté d'une commune, et celui de ses quartiers."""
    siens = ses_quartiers(commune)
    return commune.indicateur("taux_pauvrete"), siens.valeur("taux_pauvrete") if siens else None


def _ligne(commune: Territoire) -> tuple[Ecrit, ...]:
    compte = compter("qpv", commune.qpv.index, "Quartiers prioritaires", SOURCE_ANCT, 2024)
    part = commune.indicateur("part_population_qpv", annee_des_quartiers(commune.base))
    return (
        commune.nom,
        Chiffre(nombre(compte.valeur), compte),
        ecrire_sans_unite(habitants_de(commune.base, commune.qpv.index)),
        Chiffre(part.nombre_affiche if part.statut == DIFFUSE else "n.d.", part),
        *map(ecrire_sans_unite, _pauvretes(commune)),
    )


def _recits(t: Territoire, recits: pd.DataFrame) -> Iterator[Bloc]:
    """Ce qui est recensé dans le contrat, par thème, puis les récits qui parlent du contrat ou s'y passent."""
    par_theme = par_theme_premier(t, recits)
    if not par_theme:
        yield Texte("Expériences et actions", ("Aucune expérience ni action n’est recensée ici ni alentour.",))
        return
    compte = compter_recits(recits)
    yield Texte("Ce qui est recensé", (compte,), notes=citer_sources(compte))
    yield sommaire(par_theme)
    du_contrat = recits[[not _DISPOSITIFS.isdisjoint(dispositifs) for dispositifs in recits.dispositifs]]
    choisis = pd.concat([du_contrat, recits.drop(du_contrat.index)]).head(_RECITS)
    yield Recits("Expériences et actions", tuple(map(raconter, choisis.itertuples())), imprimes=_RECITS)
