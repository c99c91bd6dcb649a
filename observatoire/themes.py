"""Les indicateurs d'une fiche : un tableau par thème, à côté des territoires englobants, et le portrait des quartiers.

Une valeur d'un autre millésime que celui de la ligne porte sa date ; une valeur absente, le signe de sa raison.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from observatoire.blocs import Chiffre, Colonne, Tableau
from observatoire.comparaison import Regard
from observatoire.erreurs import AgregationInterdite
from observatoire.indicateurs import DIFFUSE, SIGNES, Valeur, ecrire_valeur
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, nombre, pourcentage

#: Indicateurs du portrait des quartiers d'un territoire, dans l'ordre d'impression.
PORTRAIT = (
    "population",
    "nombre_menages",
    "part_menages_1p",
    "part_menages_6pp",
    "logements_sociaux",
    "logements_sociaux_pour_100_menages",
    "taux_emploi",
    "taux_pauvrete",
    "personnes_couvertes_caf",
    "part_couverts_caf",
    "allocataires_caf",
    "rsa_socle",
)
#: Indicateurs déjà imprimés ailleurs dans la fiche, ou qui ne servent qu'à pondérer.
_AILLEURS = {
    "population",
    "nombre_qpv",
    "population_qpv",
    "part_population_qpv",
    "menages_fiscaux",
    "personnes_menages_fiscaux",
}
_NOMS_COURTS = {"qpv": "Quartier", "region": "Île-de-France", "france": "France"}
_SANS_VALEUR = {"indisponible", "hors_champ"}


def definitions(t: Territoire) -> Iterator[str]:
    """Définitions des indicateurs que la fiche imprime, dans l'ordre du catalogue."""
    catalogue = t.base.releve.catalogue
    imprimes = {nom for nom in catalogue.index if nom not in _AILLEURS and _renseigne(t.confronter(nom)[0])}
    if t.niveau != "qpv" and not t.qpv.empty:
        imprimes |= set(PORTRAIT)
    for nom in catalogue.index[catalogue.index.isin(imprimes)]:
        fiche = t.base.releve.fiche(str(nom))
        if fiche.definition:
            yield f"{fiche.libelle} : {_minuscule(fiche.definition)}"


def _minuscule(phrase: str) -> str:
    return phrase[0].lower() + phrase[1:]


def tableaux_thematiques(t: Territoire) -> Iterator[Tableau]:
    """Un tableau par thème où le territoire a au moins un indicateur dans les données."""
    catalogue = t.base.releve.catalogue
    for theme, fiches in catalogue[~catalogue.index.isin(_AILLEURS)].groupby("theme", sort=False):
        regards = [t.confronter(nom) for nom in fiches.index]
        presents = [lignes for lignes in regards if _renseigne(lignes[0])]
        if presents:
            yield _tableau(t, str(theme), presents)


def _renseigne(regard: Regard) -> bool:
    return regard.valeur.statut not in _SANS_VALEUR


def _tableau(t: Territoire, theme: str, lignes: list[list[Regard]]) -> Tableau:
    """Colonnes : le territoire, puis ceux qui ont au moins une valeur dans le thème."""
    utiles = [rang for rang, colonne in enumerate(zip(*lignes, strict=True)) if any(map(_renseigne, colonne))]
    colonnes = (
        Colonne("Indicateur", large=1),
        *(Colonne(_titre(lignes[0][rang], t), nombre=True) for rang in utiles),
        Colonne("Source"),
    )
    corps = tuple(_ligne([ligne[rang] for rang in utiles]) for ligne in lignes)
    return Tableau(theme[0].upper() + theme[1:], colonnes, corps)


def _titre(regard: Regard, t: Territoire) -> str:
    """Titre de colonne : le nom, ou le sigle d'une intercommunalité."""
    sigles = {i.nom: i.sigle for i in (t, *t.intercommunalites) if i.sigle} if t.niveau != "perimetre" else {}
    return sigles.get(regard.nom) or _NOMS_COURTS.get(regard.valeur.niveau, regard.nom)


def _ligne(regards: list[Regard]) -> tuple[str, ...]:
    sienne = regards[0].valeur
    return (_libelle(sienne.libelle, sienne.unite), *(_cellule(r) for r in regards), sienne.reference)


def _libelle(libelle: str, unite: str) -> str:
    """Le libellé, et l'unité quand il ne la dit pas déjà."""
    return f"{libelle} ({unite})" if unite in {"%", "€"} else libelle


def _cellule(regard: Regard) -> str:
    """La valeur sans son unité, suivie de sa date si ce n'est pas celle de la ligne."""
    v = regard.valeur
    datee = v.statut == DIFFUSE and not regard.comparable
    return f"{v.nombre_affiche} ({v.millesime or 'année inconnue'})" if datee else v.nombre_affiche


def portrait_des_quartiers(t: Territoire) -> Tableau | None:
    """Ce que valent les indicateurs sur l'ensemble des quartiers du territoire, exacts ou estimés."""
    if t.niveau == "qpv" or t.qpv.empty:
        return None
    colonnes = (
        Colonne("Indicateur", large=2),
        Colonne("Ensemble", nombre=True),
        Colonne("Calcul et source", large=4),
    )
    lignes = tuple(_ligne_portrait(t, indicateur) for indicateur in PORTRAIT)
    quartiers = "du quartier" if len(t.qpv) == 1 else f"des {len(t.qpv)} quartiers"
    return Tableau(f"Les habitants {quartiers}{t.reserve_qpv}", colonnes, lignes, (), tuple(_notes(t)))


def _notes(t: Territoire) -> Iterator[str]:
    yield (
        "« Au moins » : somme des seuls quartiers où l'indicateur est publié. Estimation : moyenne des taux publiés, "
        "pondérée par l'effectif que dit la source, ou rapport des seuls quartiers complets."
    )
    if t.synthese_qpv.debordants:
        yield "Les quartiers qui débordent du territoire sont comptés en entier."


def agreger_quartiers(t: Territoire, indicateur: str) -> Valeur | None:
    """Valeur d'un indicateur sur l'ensemble des quartiers du territoire ; None si aucun n'est publié."""
    try:
        return t.base.agreger(indicateur, t.qpv.index, partiel=True)
    except AgregationInterdite:
        return None


def _ligne_portrait(t: Territoire, indicateur: str) -> tuple[str, ...]:
    v = agreger_quartiers(t, indicateur)
    if v is None:
        fiche = t.base.releve.fiche(indicateur)
        return (_libelle(fiche.libelle, fiche.unite), SIGNES["non_diffuse"][0], f"non calculable ; {fiche.producteur}")
    nature = str(t.base.releve.fiche(indicateur).nature)
    return (_libelle(v.libelle, v.unite), v.nombre_affiche, f"{_qualite(v, nature)} ; {v.reference}")


def _qualite(v: Valeur, nature: str) -> str:
    """D'où vient la valeur : du seul quartier, d'une somme, d'un rapport, d'une estimation ; et sur quels quartiers."""
    if v.niveau == "qpv":
        return "valeur du quartier"
    sorte = "somme" if nature == "effectif" else "estimation" if v.estimation else "rapport de deux sommes"
    if v.couverture is None or v.couverture.publies == v.couverture.total:
        return sorte
    part = "" if v.couverture.part_habitants is None else f" ({pourcentage(v.couverture.part_habitants)} des habitants)"
    return f"{sorte} sur {nombre(v.couverture.publies)} quartiers publiés{part}"


def chiffre_compare(t: Territoire, indicateur: str, libelle: str) -> Chiffre | None:
    """Chiffre clé d'un territoire, avec sa comparaison au premier parent publié au même millésime."""
    sien, *autres = t.confronter(indicateur)
    if not _renseigne(sien):
        return None
    if t.niveau == "qpv" and len(t.communes) > 1:
        texte = _fourchette([autre for autre in autres if autre.valeur.niveau == "commune"])
    else:
        decimales = sien.valeur.decimales
        texte = next((_phrase(autre, decimales) for autre in autres if not math.isnan(autre.ecart)), "")
    return Chiffre(sien.valeur.affichage, libelle, sien.valeur.reference, texte)


def _fourchette(communes: list[Regard]) -> str:
    """Un quartier à cheval ne se compare à aucune de ses communes en particulier : on dit entre quoi elles varient."""
    if any(commune.valeur.statut != DIFFUSE or not commune.comparable for commune in communes):
        return ""
    valeurs = sorted((commune.valeur for commune in communes), key=lambda v: v.valeur)
    return f"de {valeurs[0].nombre_affiche} à {valeurs[-1].affichage} dans ses {len(communes)} communes"


def _phrase(autre: Regard, decimales: int) -> str:
    signe = "+" if autre.ecart > 0 else ""
    ecart = ecrire_valeur(autre.ecart, autre.unite_ecart, 0 if autre.unite_ecart == "%" else decimales)
    return f"{autre.nom}{INSECABLE}: {autre.valeur.affichage} (écart{INSECABLE}: {signe}{ecart})"
