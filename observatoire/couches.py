"""Ce qu'un export contient : les territoires et leurs derniers indicateurs, la table longue, le catalogue, les sources.

Rien n'est écrit ici : chaque format traduit ces couches à sa façon. Une valeur absente y garde sa raison.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from observatoire import __version__
from observatoire import qpv as geographie
from observatoire.indicateurs import SIGNES
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE
from observatoire.schemas import Niveau
from observatoire.territoire import Base, Territoire, situer
from observatoire.typographie import accorder, date_longue, enumerer, soigner

#: Ce qui sépare les éléments d'une liste dans les formats qui n'en ont pas.
SEPARATEUR = "|"

#: Les colonnes telles qu'on les lit ; un indicateur porte son libellé, son unité et son millésime.
LIBELLES: Mapping[str, str] = MappingProxyType(
    {
        "code": "Code",
        "nom": "Nom officiel",
        "nom_affiche": "Nom",
        "sigle": "Sigle",
        "nature": "Nature",
        "code_departement": "Département",
        "code_region": "Région",
        "code_epci": "EPCI",
        "code_ept": "EPT",
        "codes_anciens": "Anciens codes",
        "codes_departements": "Départements",
        "codes_communes": "Codes des communes",
        "noms_communes": "Communes",
        "codes_intercommunalites": "Intercommunalités",
        "nombre_communes": "Nombre de communes",
        "statut": "Statut en 2024",
        "codes_2015": "QPV de 2015",
        "surface_ha": "Surface (ha)",
    }
)

_SANS_ETENDUE = (
    "Ouest francilien (départements 78, 92 et 95) ; la table « indicateurs » donne aussi le reste de la France."
)
# « Insee (recensement, Filosofi) » et « Insee (populations) » sont un seul producteur.
_PRECISIONS = re.compile(r" \([^)]*\)")


@dataclass(frozen=True)
class Mesure:
    """Un indicateur mis en colonne, à un seul millésime : ses valeurs et leurs statuts, ligne à ligne.

    Attributes
    ----------
    nom : str
        Nom de la colonne ; ``<nom>_statut`` et ``<nom>_millesime`` la suivent.
    libelle, titre : str
        « Taux de pauvreté », et avec son unité et son millésime : « Taux de pauvreté (%, 2021) ».
    definition : str
        Ce que c'est, et la source.
    decimales : int
        Décimales à l'affichage.
    millesime : int or None
        Année ; None quand le producteur ne la dit pas.
    valeurs, statuts : pandas.Series
        NaN si et seulement si le statut n'est pas « diffuse ».
    """

    nom: str
    libelle: str
    titre: str
    definition: str
    decimales: int
    millesime: int | None
    valeurs: pd.Series[float]
    statuts: pd.Series[str]


@dataclass(frozen=True)
class Couche:
    """Une table de l'export : une couche d'un SIG, une feuille d'un classeur.

    Attributes
    ----------
    nom, titre : str
        Identifiant, et ce qu'elle contient.
    table : pandas.DataFrame
        Colonnes propres (contours compris), sans les indicateurs.
    mesures : tuple of Mesure
        Les indicateurs, quand les lignes sont des territoires.
    """

    nom: str
    titre: str
    table: pd.DataFrame
    mesures: tuple[Mesure, ...] = ()

    def large(self) -> pd.DataFrame:
        """La table, chaque indicateur suivi de son statut et de son millésime ; les contours en dernier."""
        ajouts: dict[str, Any] = {}
        for m in self.mesures:
            ajouts[m.nom] = m.valeurs
            ajouts[f"{m.nom}_statut"] = m.statuts
            annee = pd.NA if m.millesime is None else m.millesime
            ajouts[f"{m.nom}_millesime"] = pd.Series(annee, self.table.index, dtype="Int64")
        if not ajouts:
            return self.table
        propres = self.table.drop(columns="geometry")
        complete = pd.concat([propres, pd.DataFrame(ajouts, index=self.table.index)], axis=1)
        return self.table[["geometry"]].join(complete)[[*complete.columns, "geometry"]]


def composer(base: Base, territoire: Territoire | None, table: str | None = None) -> tuple[Couche, ...]:
    """Les couches d'un export, dans l'ordre : les territoires, puis les tables sans contour.

    Parameters
    ----------
    base : Base
        L'observatoire ouvert.
    territoire : Territoire or None
        Restreint à ce qui le compose et à ce qui l'englobe. None : les territoires de l'ouest francilien, et toutes
        les valeurs de la table longue.
    table : str, optional
        Une seule, parmi ``TABLES``.
    """
    voulues = [c for c in _CONTENU if table is None or c.nom == table]
    return tuple(Couche(c.nom, c.titre, *c.extraire(base, territoire)) for c in voulues)


@dataclass(frozen=True)
class _Contenu:
    """Une entrée de l'export : en ajouter une suffit pour que tous les formats la portent."""

    nom: str
    titre: str
    extraire: Callable[[Base, Territoire | None], tuple[pd.DataFrame, tuple[Mesure, ...]]]


def _territoires(niveau: Niveau) -> Callable[[Base, Territoire | None], tuple[pd.DataFrame, tuple[Mesure, ...]]]:
    def extraire(base: Base, territoire: Territoire | None) -> tuple[pd.DataFrame, tuple[Mesure, ...]]:
        etendue = territoire or situer(base, "perimetre", CODE_PERIMETRE)
        lignes = base.repertoire.table(niveau).loc[etendue.codes(niveau)]
        # L'indicateur porte la même population, avec son statut et son millésime.
        propres = lignes.drop(columns=["population", "population_2020"], errors="ignore")
        return propres, tuple(_mesures(base, niveau, propres))

    return extraire


def _indicateurs(base: Base, territoire: Territoire | None) -> tuple[pd.DataFrame, tuple[Mesure, ...]]:
    table = base.releve.table
    if territoire is not None:
        portee = _portee(base, territoire)
        garder = [
            niveau == "france" or (niveau, code) in portee
            for niveau, code in zip(table.niveau, table.code, strict=True)
        ]
        table = table[garder].reset_index(drop=True)
    return table, ()


def _catalogue(base: Base, territoire: Territoire | None) -> tuple[pd.DataFrame, tuple[Mesure, ...]]:
    presents = _indicateurs(base, territoire)[0].indicateur.unique()
    return base.releve.catalogue.loc[lambda c: c.index.isin(presents)], ()


_CONTENU = (
    _Contenu("qpv", "Quartiers prioritaires de 2024 et leurs derniers indicateurs", _territoires("qpv")),
    _Contenu("communes", "Communes et leurs derniers indicateurs", _territoires("commune")),
    _Contenu("epci", "EPCI à fiscalité propre et leurs derniers indicateurs", _territoires("epci")),
    _Contenu("ept", "Établissements publics territoriaux et leurs derniers indicateurs", _territoires("ept")),
    _Contenu("departements", "Départements et leurs derniers indicateurs", _territoires("departement")),
    _Contenu("experiences", "Fiches expériences", lambda base, t: ((t or base).experiences, ())),
    _Contenu("actions", "Actions, publications, défis et propositions", lambda base, t: ((t or base).actions, ())),
    _Contenu("indicateurs", "Toutes les valeurs, une par ligne, avec leur statut et leur source", _indicateurs),
    _Contenu("catalogue", "Ce qu'est chaque indicateur : unité, définition, producteur, millésimes", _catalogue),
    _Contenu("sources", "Producteur, licence et millésime de chaque table", lambda base, _: (base.sources, ())),
)

#: Les tables qu'un export contient, dans l'ordre.
TABLES = tuple(c.nom for c in _CONTENU)


def _portee(base: Base, territoire: Territoire) -> set[tuple[str, str]]:
    """Niveaux et codes de ce qui compose ou englobe un territoire, quartiers de 2015 et région compris."""
    communes = territoire.communes
    niveaux: tuple[Niveau, ...] = ("qpv", "commune", "epci", "ept", "departement")
    portee: set[tuple[str, str]] = {(niveau, code) for niveau in niveaux for code in territoire.codes(niveau)}
    portee |= {("qpv", code) for code in geographie.dans(base.qpv_2015, communes.index).index}
    portee |= {("region", str(code)) for code in communes.code_region}
    if not communes.code_departement.isin(DEPARTEMENTS_PERIMETRE).any():
        return portee
    return portee | {("perimetre", CODE_PERIMETRE)}


def _mesures(base: Base, niveau: Niveau, lignes: pd.DataFrame) -> Iterable[Mesure]:
    longue = base.releve.table
    longue = longue[(longue.niveau == niveau) & longue.code.isin(lignes.index)]
    prises = {str(nom).casefold() for nom in [lignes.index.name, *lignes.columns, "fid", "geom"]}
    par_indicateur = {str(nom): lignes_ for nom, lignes_ in longue.groupby("indicateur")}
    for fiche in base.releve.catalogue.itertuples():
        identifiant = str(fiche.Index)
        if identifiant in par_indicateur:
            nom = _nom_libre(identifiant, prises)
            prises |= {nom, f"{nom}_statut", f"{nom}_millesime"}
            yield _mesure(nom, fiche, niveau, par_indicateur[identifiant], lignes.index)


def _nom_libre(nom: str, pris: set[str]) -> str:
    """Un indicateur ajouté peut porter le nom d'une colonne : il en change, plutôt que de la remplacer."""
    while not pris.isdisjoint({nom, f"{nom}_statut", f"{nom}_millesime"}):
        nom += "_"
    return nom


def _mesure(nom: str, fiche: Any, niveau: Niveau, longue: pd.DataFrame, codes: pd.Index) -> Mesure:
    """Un seul millésime par colonne, le dernier : deux dates ne se comparent pas d'une ligne à l'autre."""
    dernier = longue.millesime.max()
    millesime = None if pd.isna(dernier) else int(dernier)
    retenues = longue[longue.millesime.isna() if millesime is None else longue.millesime.eq(millesime).fillna(False)]
    retenues = retenues.set_index("code")
    absence = "indisponible" if niveau in fiche.niveaux else "hors_champ"
    sources = enumerer(sorted(set(retenues.source)))
    return Mesure(
        nom=nom,
        libelle=str(fiche.libelle),
        titre=f"{fiche.libelle} ({', '.join(filter(None, [fiche.unite, _annee(millesime)]))})",
        definition=f"{fiche.definition} Source : {sources}.",
        decimales=int(fiche.decimales),
        millesime=millesime,
        valeurs=retenues.valeur.reindex(codes),
        statuts=retenues.statut.reindex(codes, fill_value=absence),
    )


def _annee(millesime: int | None) -> str:
    return "millésime non documenté" if millesime is None else str(millesime)


def en_texte(valeur: object) -> object:
    """Une liste devient « a|b », une liste vide une cellule vide ; le reste ne change pas."""
    if isinstance(valeur, (list, tuple)):
        return SEPARATEUR.join(map(str, valeur)) or None
    absente = valeur is None or valeur is pd.NA or (isinstance(valeur, float) and math.isnan(valeur))
    return None if absente else valeur


def sans_listes(table: pd.DataFrame) -> pd.DataFrame:
    """La même table, ses colonnes de listes en texte."""
    listes = [str(c) for c in table if any(isinstance(v, (list, tuple)) for v in table[c])]
    return table.assign(**{c: pd.Series([en_texte(v) for v in table[c]], table.index, dtype=object) for c in listes})


def lisez_moi(base: Base, couches: Iterable[Couche], territoire: Territoire | None, date: dt.date) -> pd.DataFrame:
    """Ce qu'il faut savoir avant de s'en servir : étendue, date, licence, tables, signes (``rubrique``, ``texte``)."""
    sources = base.sources
    producteurs = dict.fromkeys(_PRECISIONS.sub("", p) for ligne in sources.producteur for p in ligne.split(" ; "))
    licences = enumerer(list(dict.fromkeys(sources.licence)))
    etendue = _SANS_ETENDUE if territoire is None else f"{territoire.nom} ({territoire.code})"
    lignes = [
        ("Objet", "Données de l'observatoire de la politique de la ville dans l'ouest francilien."),
        ("Étendue", etendue),
        ("Produit le", f"{date_longue(date)}, avec observatoire {__version__}"),
        ("Licence", f"{licences} : réutilisation libre, à condition de citer le producteur et le millésime."),
        ("Producteurs", " ; ".join(producteurs)),
        *((f"Table « {c.nom} »", f"{c.titre} ({accorder(len(c.table), 'ligne')})") for c in couches),
        *((f"Signe « {signe} »", f"{sens} (statut {statut})") for statut, (signe, sens) in SIGNES.items()),
        *_A_SAVOIR,
    ]
    return pd.DataFrame([(soigner(a), soigner(b)) for a, b in lignes], columns=["rubrique", "texte"])


_A_SAVOIR = (
    ("Valeurs absentes", "Une valeur absente n'est jamais zéro : son statut dit pourquoi elle manque."),
    (
        "Millésimes",
        "Une colonne d'indicateur n'a qu'un millésime, le dernier ; tous sont dans la table « indicateurs ».",
    ),
    (
        "Totaux",
        "N'additionnez ni médianes, ni parts, ni indices ; un quartier à cheval sur deux communes compte une fois.",
    ),
    ("Codes", f"Les codes sont des textes et gardent leurs zéros. Les listes sont séparées par « {SEPARATEUR} »."),
)
