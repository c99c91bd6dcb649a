"""Les indicateurs d'une fiche, par thème : ce à quoi l'on compare, et le petit graphique de chacun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from observatoire.blocs import Ecrit, Figure, Tableau, phrase
from observatoire.ensembles import ecrire_couverture, nom_court, presentes, quartiers_de_reference, ses_quartiers
from observatoire.grammaire import majuscule, minuscule
from observatoire.graphiques import Barre, composition
from observatoire.indicateurs import DIFFUSE, Couverture, Valeur
from observatoire.tableaux import Ligne, Vue, tabuler, tracer_barres
from observatoire.territoire import Base, Territoire
from observatoire.typographie import enumerer

_T = TypeVar("_T")

#: Indicateurs déjà imprimés ailleurs dans la fiche, ou qui ne servent qu'à pondérer.
AILLEURS = frozenset(
    {
        "population",
        "nombre_qpv",
        "population_qpv",
        "part_population_qpv",
        "menages_fiscaux",
        "personnes_menages_fiscaux",
    }
)
_NOMS_COURTS = {"qpv": "Quartier", "region": "Île-de-France", "france": "France"}
#: L'ordre de lecture ; un thème que l'analyste ajoute vient après.
ORDRE = ("population et ménages", "revenus et pauvreté", "emploi", "logement", "prestations familiales et sociales")
#: Le graphique d'un thème : le premier de ces indicateurs qui se compare.
GRAPHIQUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "revenus et pauvreté": ("taux_pauvrete", "niveau_vie_median"),
        "emploi": ("taux_emploi",),
        "logement": ("logements_sociaux_pour_100_menages",),
        "prestations familiales et sociales": ("part_couverts_caf",),
    }
)
_TAILLES = {
    "part_menages_1p": "1 personne",
    "part_menages_2p": "2 personnes",
    "part_menages_3p": "3 personnes",
    "part_menages_45p": "4 ou 5",
    "part_menages_6pp": "6 et plus",
}
#: Un graphique montre aussi chaque quartier, tant qu'ils se lisent.
_QUARTIERS_LISIBLES = 8


Themes = Mapping[str, Sequence[Ligne]]


def tableaux_thematiques(t: Territoire, themes: Themes) -> Iterator[Tableau]:
    """Un tableau par thème, et son graphique.

    Parameters
    ----------
    t : Territoire
        Le territoire.
    themes : mapping of str to sequence of Ligne
        Ses indicateurs, tels que ``lignes_par_theme`` les rend.
    """
    vues = _vues(t)
    for theme, lignes in themes.items():
        yield tabuler(majuscule(theme), lignes, vues, _graphique(t, theme, lignes, vues), _complements(t, lignes))


def _complements(t: Territoire, lignes: Sequence[Ligne]) -> list[Ecrit]:
    """Ce sur quoi portent les valeurs de ses quartiers, puis celles des quartiers auxquels on les compare."""
    references = quartiers_de_reference(t)
    debut = 1 if t.niveau == "qpv" or ses_quartiers(t) else 0
    dites = list(reserver(t, [ligne.valeurs[0] for ligne in lignes]))
    for rang, ensemble in enumerate(references, start=debut):
        valeurs = [ligne.valeurs[rang] for ligne in lignes]
        dites += _couvertures(t.base, ensemble.codes, valeurs, f"{ensemble.titre}, ")
    return dites


def indicateurs_imprimes(themes: Themes) -> list[str]:
    """Les indicateurs de ces tableaux, dans l'ordre de lecture."""
    return [ligne.indicateur for lignes in themes.values() for ligne in lignes]


def definir(base: Base, imprimes: Sequence[str]) -> Iterator[str]:
    """Définitions de ces indicateurs, quand le catalogue en donne."""
    for nom in dict.fromkeys(imprimes):
        fiche = base.releve.fiche(nom)
        if fiche.definition:
            yield f"{fiche.libelle} : {fiche.definition[0].lower()}{fiche.definition[1:]}"


def lignes_par_theme(t: Territoire) -> Themes:
    """Les indicateurs, par thème, dont le territoire ou l'ensemble de ses quartiers a une valeur."""
    catalogue = t.base.releve.catalogue
    themes: dict[str, list[Ligne]] = {theme: [] for theme in ORDRE}
    for indicateur, theme in catalogue.theme[~catalogue.index.isin(AILLEURS)].items():
        ligne = _ligne(t, str(indicateur))
        if ligne is not None:
            themes.setdefault(str(theme), []).append(ligne)
    return {theme: lignes for theme, lignes in themes.items() if lignes}


def _ligne(t: Territoire, indicateur: str) -> Ligne | None:
    """La ligne d'un indicateur ; None quand ni le territoire ni ses quartiers n'en ont de valeur."""
    sien, *autres = [regard.valeur for regard in t.confronter(indicateur)]
    siens = ses_quartiers(t)
    des_siens = siens.valeur(indicateur) if siens else None
    menees = presentes((sien, des_siens))
    if not menees:
        return None
    de_reference = [ensemble.valeur(indicateur, menees[0].millesime) for ensemble in quartiers_de_reference(t)]
    valeurs = _ordonner(t, sien, autres, [des_siens] if siens else [], de_reference)
    return Ligne(indicateur, str(t.base.releve.fiche(indicateur).libelle), tuple(valeurs), menees[0])


def _ordonner(t: Territoire, sien: _T, autres: Sequence[_T], siens: Sequence[_T], references: Sequence[_T]) -> list[_T]:
    """L'ordre des colonnes : pour un quartier, lui d'abord ; ailleurs, l'ensemble de ses quartiers d'abord."""
    if t.niveau == "qpv":
        return [sien, *references, *autres]
    return [*siens, *references, sien, *autres]


def _vues(t: Territoire) -> list[Vue]:
    """Les colonnes, dans l'ordre des valeurs de chaque ligne."""
    siens, references = ses_quartiers(t), quartiers_de_reference(t)
    sienne, *autres = [Vue(_titre(r.valeur.niveau, r.nom, t), r.nom) for r in t.confronter("population")]
    return _ordonner(
        t,
        Vue(sienne.titre, t.nom, sujet=True),
        autres,
        [Vue(siens.titre, siens.nom)] if siens else [],
        [Vue(ensemble.titre, ensemble.nom) for ensemble in references],
    )


def _titre(niveau: str, nom: str, t: Territoire) -> str:
    """Titre de colonne : le nom, ou le sigle d'une intercommunalité."""
    return _NOMS_COURTS.get(niveau) or nom_court(t, nom)


def reserver(t: Territoire, valeurs: Sequence[Valeur | None]) -> Iterator[Ecrit]:
    """Sur combien de ses quartiers porte chaque valeur incomplète, et ce que le compte des quartiers ignore."""
    siens = ses_quartiers(t)
    if siens is None:
        return
    yield from _couvertures(t.base, siens.codes, valeurs)
    if t.synthese_qpv.debordants:
        yield "Les quartiers qui débordent du territoire sont comptés en entier."
    if t.reserve_qpv:
        yield f"Quartiers comptés{t.reserve_qpv}."


def _couvertures(
    base: Base, codes: Sequence[str], valeurs: Sequence[Valeur | None], debut: str = ""
) -> Iterator[Ecrit]:
    """Sur combien de quartiers porte chaque valeur incomplète, ensemble quand elles ont la même couverture."""
    groupes: dict[Couverture, list[Valeur]] = {}
    for v in valeurs:
        if v is not None and v.couverture is not None and v.couverture.publies < v.couverture.total:
            groupes.setdefault(v.couverture, []).append(v)
    for siennes in groupes.values():
        couverture = ecrire_couverture(base, siennes[0], codes)
        noms = enumerer([minuscule(v.libelle) for v in siennes])
        yield phrase(f"{majuscule(debut + noms)} : ", couverture, ".")


def sans_ensemble(t: Territoire) -> list[str]:
    """Libellés des indicateurs publiés par quartier mais qui ne se réunissent pas sur ses quartiers."""
    siens = ses_quartiers(t)
    if siens is None or len(siens.codes) < 2:
        return []
    catalogue, releve = t.base.releve.catalogue, t.base.releve
    publies = [
        str(nom)
        for nom, niveaux in catalogue.niveaux.items()
        if "qpv" in niveaux and any(releve.millesimes("qpv", code, str(nom)) for code in siens.codes)
    ]
    return [str(releve.fiche(nom).libelle) for nom in publies if siens.valeur(nom) is None]


def _graphique(t: Territoire, theme: str, lignes: Sequence[Ligne], vues: Sequence[Vue]) -> Figure | None:
    par_nom = {ligne.indicateur: ligne for ligne in lignes}
    nommees = [Vue(t.nom if vue.titre == _NOMS_COURTS["qpv"] else vue.titre, vue.nom, vue.sujet) for vue in vues]
    if theme == "population et ménages":
        return _tailles(par_nom, nommees)
    for indicateur in GRAPHIQUES.get(theme, ()):
        if indicateur in par_nom:
            dessin = tracer_barres(par_nom[indicateur], nommees, _quartiers(t, indicateur))
            if dessin is not None:
                return dessin
    return None


def _quartiers(t: Territoire, indicateur: str) -> list[Barre]:
    """Chaque quartier du territoire, du plus pauvre au moins pauvre, tant qu'ils se lisent."""
    if indicateur != "taux_pauvrete" or t.niveau == "qpv" or not 1 < len(t.qpv) <= _QUARTIERS_LISIBLES:
        return []
    siens = [(nom, t.base.releve.valeur("qpv", str(code), indicateur)) for code, nom in t.qpv.nom_affiche.items()]
    siens.sort(key=lambda q: (q[1].statut != DIFFUSE, -q[1].valeur if q[1].statut == DIFFUSE else 0, q[0]))
    return [Barre(f"QPV {nom}", v) for nom, v in siens]


def _tailles(par_nom: Mapping[str, Ligne], vues: Sequence[Vue]) -> Figure | None:
    """Les ménages selon leur taille, à côté de ceux des quartiers de référence."""
    lignes = [(libelle, par_nom[nom]) for nom, libelle in _TAILLES.items() if nom in par_nom]
    if len(lignes) < len(_TAILLES):
        return None
    rangs = [rang for rang in range(len(vues)) if all(presentes([ligne.valeurs[rang]]) for _, ligne in lignes)][:2]
    if not rangs:
        return None
    series = [
        [Barre(libelle, v, sujet=True) for libelle, ligne in lignes if (v := ligne.valeurs[rang]) is not None]
        for rang in rangs
    ]
    annee = f", {lignes[0][1].millesime}" if lignes[0][1].millesime else ""
    noms = [vues[rang].titre for rang in rangs]
    return composition(
        f"Ménages selon leur taille (%){annee}",
        series[0],
        series[1] if len(series) > 1 else None,
        nom=noms[0],
        nom_reference=noms[-1],
    )
