"""Les ensembles de quartiers auxquels une fiche compare : ceux du territoire, ceux du département."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from observatoire.blocs import Chiffre, Phrase, chiffres_de, phrase
from observatoire.calculs import compter, compter_cases, rapporter
from observatoire.erreurs import AgregationInterdite
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.territoire import Base, Territoire, habitants_de
from observatoire.typographie import INSECABLE, nombre

#: Ce qui précède, dans la source d'une moyenne, l'effectif qui la pondère.
PONDERE = ", pondéré par : "


@dataclass(frozen=True)
class Ensemble:
    """Un ensemble de quartiers : son titre de colonne, son nom dans une phrase, ses codes."""

    titre: str
    nom: str
    territoire: Territoire
    codes: tuple[str, ...]

    def valeur(self, indicateur: str, millesime: int | None = None) -> Valeur | None:
        """Valeur de l'ensemble, exacte, estimée ou minimale ; None si rien n'est publié ou ne s'agrège."""
        if not self.codes or "qpv" not in self.territoire.base.releve.fiche(indicateur).niveaux:
            return None
        try:
            return self.territoire.base.agreger(indicateur, self.codes, millesime=millesime, partiel=True)
        except AgregationInterdite:
            return None


def ses_quartiers(t: Territoire) -> Ensemble | None:
    """Les quartiers d'un territoire plus large qu'eux ; None pour un quartier, ou s'il n'y en a pas."""
    if t.niveau == "qpv" or t.qpv.empty:
        return None
    titre = "Son QPV" if len(t.qpv) == 1 else "Ses QPV"
    nom = "son quartier prioritaire" if len(t.qpv) == 1 else "ses quartiers prioritaires"
    return Ensemble(titre, nom, t, _codes(t))


def lui_meme(t: Territoire) -> Ensemble:
    """Un quartier, comme un ensemble d'un seul."""
    return Ensemble(t.nom, t.nom, t, (t.code,))


def quartiers_de_reference(t: Territoire) -> tuple[Ensemble, ...]:
    """Les quartiers auxquels ceux du territoire se comparent.

    Ceux des départements où il en a ; pour un département, ceux de l'ouest francilien ; pour l'ouest francilien, ceux
    de chacun de ses départements.
    """
    if t.qpv.empty:
        return ()
    if t.niveau == "perimetre":
        return tuple(map(_du_departement, t.departements))
    if t.niveau != "departement":
        return tuple(_du_departement(d) for d in t.departements if t.qpv.code_departement.eq(d.code).any())
    large = next((parent for parent in t.parents if parent.niveau == "perimetre"), None)
    if large is None:
        return ()
    titre = f"QPV de l'ouest{INSECABLE}francilien"
    return (Ensemble(titre, "les quartiers prioritaires de l'ouest francilien", large, _codes(large)),)


def _du_departement(large: Territoire) -> Ensemble:
    titre = f"QPV du{INSECABLE}{large.code}"
    return Ensemble(titre, f"les quartiers prioritaires du {large.code}", large, _codes(large))


def _codes(t: Territoire) -> tuple[str, ...]:
    return tuple(map(str, t.qpv.index))


def nom_court(t: Territoire, nom: str) -> str:
    """Le sigle d'une intercommunalité du territoire, « SQY », ou le nom tel quel."""
    sigles = {i.nom: i.sigle for i in (t, *t.intercommunalites) if i.sigle} if t.niveau != "perimetre" else {}
    return sigles.get(nom) or nom


def sans_ponderation(v: Valeur) -> str:
    """Producteur et millésime ; la pondération d'une estimation se dit à part."""
    return v.reference.partition(PONDERE)[0]


def sources_de(valeurs: Iterable[Valeur | None]) -> tuple[str, ...]:
    """Producteur et millésime de chaque valeur, une fois, dans l'ordre."""
    citees = (sans_ponderation(v) for v in valeurs if v is not None)
    return tuple(dict.fromkeys(source for citee in citees for source in citee.split(" ; ")))


def citer_sources(*ecrits: Any) -> tuple[str, ...]:
    """En note, producteur et millésime de chaque chiffre cité ; rien s'il n'y en a pas."""
    sources = sources_de(chiffre.valeur for chiffre in chiffres_de(ecrits))
    return (f"Source{'s' if len(sources) > 1 else ''} : {' ; '.join(sources)}.",) if sources else ()


def presentes(valeurs: Iterable[Valeur | None]) -> list[Valeur]:
    """Les valeurs que l'on a, publiées ou non, mais dans les données."""
    return [v for v in valeurs if v is not None and v.statut not in {"indisponible", "hors_champ"}]


def ecrire_couverture(base: Base, v: Valeur, codes: Sequence[str]) -> Phrase:
    """« 6 quartiers publiés sur 8 (69,9 % des habitants) » ; la part s'omet si une population manque."""
    publies = [str(base.releve.table.at[case.ligne, "code"]) for case in v.origine.cases]
    source = "ANCT, géographie prioritaire 2024"
    compte = compter_cases("nombre_qpv", v.origine.cases, "Quartiers publiés", v.reference, v.millesime)
    total = compter("qpv", codes, "Quartiers", source, 2024)
    quartiers = "quartier publié" if len(publies) == 1 else "quartiers publiés"
    debut = phrase(_entier(compte), f"{INSECABLE}{quartiers} sur{INSECABLE}", _entier(total))
    habitants = habitants_de(base, publies, entiers=True), habitants_de(base, codes, entiers=True)
    part = rapporter(*habitants, "Part des habitants couverts", "%")
    return phrase(debut, " (", Chiffre(part.affichage, part), " des habitants)") if part.statut == DIFFUSE else debut


def _entier(v: Valeur) -> Chiffre:
    return Chiffre(nombre(v.valeur), v)
