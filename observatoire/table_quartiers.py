"""Le tableau des quartiers prioritaires d'un territoire, et ce qu'ils sont devenus depuis 2015."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from observatoire.blocs import Bloc, Chiffre, Colonne, Ecrit, Phrase, Tableau, Texte, ecrire_sans_unite, phrase
from observatoire.calculs import compter, rapporter
from observatoire.chiffres_cles import NON_DISPONIBLE, SOURCE_ANCT
from observatoire.ensembles import ecrire_couverture, presentes, ses_quartiers, sources_de
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.qpv import LIBELLES_STATUTS, citer_departements, compter_statuts
from observatoire.tableau import tableau_qpv
from observatoire.territoire import Territoire, annee_des_quartiers, habitants_de
from observatoire.typographie import INSECABLE, enumerer, nombre

_SOURCE_PASSAGE = (
    "Source : ANCT, table de passage 2015-2024. Un quartier de 2015 est sorti quand aucun quartier de 2024 ne lui "
    "succède."
)


def quartiers(t: Territoire) -> Bloc:
    """Les quartiers du territoire, du plus peuplé au moins peuplé, et leur ensemble."""
    table = tableau_qpv(t)
    if table.empty:
        return Texte("Quartiers prioritaires", (_sans_quartier(t),))
    siens = ses_quartiers(t)
    pauvrete = siens.valeur("taux_pauvrete") if siens else None
    lignes = tuple(_ligne(t, str(code), ligne) for code, ligne in table.iterrows())
    notes = tuple(_notes(t, pauvrete))
    return Tableau("Quartiers prioritaires", _colonnes(annee_des_quartiers(t.base)), lignes, _total(t, pauvrete), notes)


def _colonnes(annee: int) -> tuple[Colonne, ...]:
    return (
        Colonne("Quartier prioritaire", large=1),
        Colonne("Code"),
        Colonne("Communes", large=1),
        Colonne(f"Habitants ({annee})", nombre=True),
        Colonne("Part dans ses communes", nombre=True),
        Colonne("Taux de pauvreté (%)", nombre=True),
        Colonne("Statut 2024"),
    )


def _ligne(t: Territoire, code: str, ligne: Any) -> tuple[Ecrit, ...]:
    releve = t.base.releve
    habitants = releve.exactement("qpv", code, "population", annee_des_quartiers(t.base))
    return (
        ligne.nom + (f"{INSECABLE}*" if ligne.deborde else ""),
        code,
        ligne.communes,
        Chiffre(habitants.nombre_affiche, habitants),
        _part(t, habitants, t.base.repertoire.qpv.at[code, "codes_communes"]),
        ecrire_sans_unite(releve.valeur("qpv", code, "taux_pauvrete")),
        LIBELLES_STATUTS[ligne.statut],
    )


def _part(t: Territoire, habitants: Valeur, communes: list[str]) -> Ecrit:
    """Part des habitants de ses communes qui vivent dans le quartier."""
    populations = habitants_de(t.base, communes, entiers=True)
    part = rapporter(habitants, populations, "Part des habitants de ses communes", "%")
    return Chiffre(part.affichage, part) if populations.statut == DIFFUSE else NON_DISPONIBLE


def _total(t: Territoire, pauvrete: Valeur | None) -> tuple[Ecrit, ...]:
    part = t.indicateur("part_population_qpv", annee_des_quartiers(t.base))
    compte = compter("qpv", t.qpv.index, "Quartiers prioritaires", SOURCE_ANCT, 2024)
    quartiers = f"{INSECABLE}quartier" if len(t.qpv) == 1 else f"{INSECABLE}quartiers"
    return (
        phrase("Ensemble (", Chiffre(nombre(len(t.qpv)), compte), quartiers, ")"),
        "",
        "",
        ecrire_sans_unite(habitants_de(t.base, t.qpv.index)),
        Chiffre(part.affichage if part.statut == DIFFUSE else NON_DISPONIBLE, part),
        NON_DISPONIBLE if pauvrete is None else ecrire_sans_unite(pauvrete),
        "",
    )


def _sans_quartier(t: Territoire) -> str:
    absents = t.synthese_qpv.departements_absents
    if absents:
        du = citer_departements(absents, "du département", "des départements")
        return f"Les quartiers prioritaires {du} ne sont pas dans les données embarquées."
    return "Aucun quartier prioritaire ne touche ce territoire dans la géographie de 2024."


def _notes(t: Territoire, pauvrete: Valeur | None) -> Iterator[Ecrit]:
    yield (
        "Part dans ses communes : part des habitants de la commune, ou de toutes les communes citées, qui vivent dans "
        "le quartier ; dernière ligne : part des habitants du territoire."
    )
    if t.synthese_qpv.debordants:
        yield (
            "* Quartier qui s’étend aussi hors du territoire : sa population est celle du quartier entier ; la part "
            "qui revient au territoire n’est pas publiée."
        )
    if pauvrete and pauvrete.estimation:
        yield _estimation(t, pauvrete)
    absents = t.synthese_qpv.departements_absents
    if absents and t.synthese_qpv.nombre:
        les = citer_departements(absents, "le département", "les départements")
        yield (
            f"Le territoire s’étend sur {les}, dont les quartiers prioritaires ne sont "
            "pas dans les données embarquées : l’ensemble ne les compte pas, et sa part n’est pas calculée (n.d.)."
        )
    yield f"Sources : {' ; '.join([*_sources(t), SOURCE_ANCT])}."


def _sources(t: Territoire) -> Iterator[str]:
    """D'où viennent les colonnes : les populations rapportées l'une à l'autre, puis les taux de pauvreté."""
    lire, annee = t.base.releve.exactement, annee_des_quartiers(t.base)
    yield from sources_de(presentes(lire("qpv", str(code), "population", annee) for code in t.qpv.index))
    communes = dict.fromkeys(code for codes in t.qpv.codes_communes for code in codes)
    yield from sources_de(presentes(lire("commune", code, "population", annee) for code in communes))
    taux = presentes(t.base.releve.valeur("qpv", str(code), "taux_pauvrete") for code in t.qpv.index)
    yield from (f"{source} (pauvreté)" for source in sources_de(taux))


def _estimation(t: Territoire, pauvrete: Valeur) -> Phrase:
    """Sur quoi porte la moyenne des taux de pauvreté."""
    _, _, poids = pauvrete.source.partition("pondéré par : ")
    couverture = ecrire_couverture(t.base, pauvrete, list(map(str, t.qpv.index)))
    return phrase(f"≈{INSECABLE}moyenne pondérée par : {poids} ; ", couverture, ".")


# --- depuis 2015 ---

_MOUVEMENTS = {
    "nouveau": ("quartier entré", "quartiers entrés"),
    "modifie": ("quartier modifié", "quartiers modifiés"),
    "inchange": ("quartier inchangé", "quartiers inchangés"),
    "sorti": ("quartier de 2015 sorti", "quartiers de 2015 sortis"),
}


def evolution(t: Territoire) -> Iterator[Bloc]:
    """Ce que la géographie prioritaire du territoire est devenue entre 2015 et 2024."""
    table = t.evolution_qpv
    if table.empty:
        return
    comptes = compter_statuts(table.statut)
    cites = [_compter(table, statut, *noms) for statut, noms in _MOUVEMENTS.items() if comptes[statut]]
    *debut, fin = cites
    separes = [m for cite in debut[:-1] for m in (cite, ", ")] + debut[-1:] + ([" et "] if debut else [])
    resume = phrase("En 2024 : ", *separes, fin, ".")
    titres = {"nouveau": "Entrés", "sorti": "Sortis"}
    details = [_detail(table, statut, titre) for statut, titre in titres.items() if comptes[statut]]
    suites = [f"{titre} : {' ; '.join(cas)}." for titre, cas in (("Réunis", _reunis(t)), ("Partis", _partis(t))) if cas]
    textes: tuple[Ecrit, ...] = (resume, *details, *suites)
    yield Texte("Évolution de la géographie prioritaire, 2015-2024", textes, notes=(_SOURCE_PASSAGE,))


def _reunis(t: Territoire) -> list[str]:
    """Les quartiers de 2015 qu'un seul de 2024 réunit : sans eux, les comptes ne se suivraient pas."""
    ancetres = {str(code): list(codes) for code, codes in t.qpv.codes_2015.items() if len(codes) > 1}
    return [f"{_anciens(t, codes)} en {t.qpv.nom_affiche[code]} ({code})" for code, codes in ancetres.items()]


def _partis(t: Territoire) -> list[str]:
    """Les quartiers de 2015 dont la suite ne s'étend plus sur le territoire."""
    communes, siens = set(t.communes.index), set(t.qpv.index)
    lieux = t.base.repertoire.qpv.noms_communes.to_dict()
    anciens = t.base.qpv_2015
    return [
        f"{_anciens(t, [str(code)])}, dont la suite est dans {enumerer([lieux[suite] for suite in suites])}"
        for code, siennes, tous in zip(anciens.index, anciens.codes_communes, anciens.codes_2024, strict=True)
        if not communes.isdisjoint(siennes) and siens.isdisjoint(tous) and (suites := [c for c in tous if c in lieux])
    ]


def _anciens(t: Territoire, codes: Sequence[str]) -> str:
    return enumerer([f"{t.base.qpv_2015.nom[code]} ({code})" for code in codes])


def _compter(table: pd.DataFrame, statut: str, singulier: str, pluriel: str) -> Phrase:
    codes = table.index[table.statut == statut]
    source = "qpv_2015" if statut == "sorti" else "qpv"
    compte = compter(source, codes, pluriel.capitalize(), SOURCE_ANCT, 2024)
    nom = singulier if len(codes) < 2 else pluriel
    return phrase(Chiffre(nombre(len(codes)), compte), f"{INSECABLE}{nom}")


def _detail(table: pd.DataFrame, statut: str, libelle: str) -> str:
    lignes = table[table.statut == statut]
    return f"{libelle} : " + " ; ".join(f"{x.nom}, {x.noms_communes} ({code})" for code, x in lignes.iterrows()) + "."
