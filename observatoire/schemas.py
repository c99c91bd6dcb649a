"""Ce que chaque table doit être : colonnes, types, sens, unités ; et ``valider()`` qui le vérifie à la frontière.

Ces descriptions servent trois fois : à valider une table lue, à écrire ``geodata/datapackage.json`` et à
renseigner l'utilisateur. Elles ne se répètent donc nulle part ailleurs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import pandas as pd
from shapely.geometry.base import BaseGeometry

from observatoire.erreurs import ErreurSchema

#: Niveaux de territoire, du plus petit au plus grand.
NIVEAUX = ("qpv", "commune", "epci", "ept", "departement", "perimetre")

#: Les mêmes, et les niveaux qui ne servent qu'à comparer.
NIVEAUX_INDICATEURS = (*NIVEAUX, "region", "france")

#: Pourquoi une valeur est là, ou manque.
STATUTS = ("diffuse", "secret", "non_diffuse", "hors_champ", "indisponible")

#: Nature d'un indicateur (« mediane » vaut pour tout quantile).
NATURES = ("effectif", "part", "mediane", "indice", "ratio")

#: Sortes d'actions qu'un document peut décrire.
NATURES_ACTIONS = (
    "accompagnement",
    "rencontre",
    "formation",
    "publication",
    "defi",
    "atout",
    "proposition",
    "action inspirante",
    "actualite",
    "agenda",
    "mouvement",
    "ressource",
    "lecture",
    "presse",
)

#: Leur nom en toutes lettres, quand l'identifiant n'en a pas les accents.
LIBELLES_NATURES: Mapping[str, str] = MappingProxyType(
    {"experience": "expérience", "defi": "défi", "actualite": "actualité"}
)
#: Celles qui racontent ce qui s'est fait ; les autres disent un besoin, une idée, une annonce, une lecture.
NATURES_RACONTEES = frozenset(
    {"accompagnement", "rencontre", "formation", "publication", "action inspirante", "actualite"}
)

Niveau = Literal["qpv", "commune", "epci", "ept", "departement", "perimetre"]
TypeChamp = Literal["string", "integer", "number", "list", "boolean", "geometry"]

#: Système de coordonnées de toute table géographique.
EPSG = 4326

Table = TypeVar("Table", bound=pd.DataFrame)

_LIGNES_MONTREES = 5

_TYPES: Mapping[TypeChamp, tuple[type | tuple[type, ...], str]] = MappingProxyType(
    {
        "string": (str, "un texte"),
        "integer": (Integral, "un nombre entier"),
        "number": (Real, "un nombre"),
        "boolean": (bool, "vrai ou faux"),
        "list": (list, "une liste"),
        "geometry": (BaseGeometry, "une géométrie"),
    }
)


@dataclass(frozen=True)
class Champ:
    """Une colonne : son nom, son type (au sens des Data Packages), son sens."""

    nom: str
    type: TypeChamp
    sens: str
    obligatoire: bool = True
    motif: str | None = None
    valeurs: tuple[str, ...] = ()
    minimum: float | None = None


@dataclass(frozen=True)
class Schema:
    """Une table : sa clé et ses colonnes."""

    nom: str
    cle: tuple[str, ...]
    champs: tuple[Champ, ...]

    def colonnes(self, *types: TypeChamp) -> list[str]:
        """Noms des colonnes de ces types (toutes sans argument)."""
        return [champ.nom for champ in self.champs if not types or champ.type in types]


_COMMUNE = r"(?:\d{2}|2[AB])\d{3}"
_SIREN = r"\d{9}"
_DEPARTEMENT = r"\d{2}|2[AB]|9[78]\d"
_QPV = r"QN(?:\d{3}|02[AB])\d{2}[NMI]"
_QPV_2015 = r"QP(?:\d{3}|02[AB])\d{3}"


def _code(motif: str, sens: str) -> Champ:
    return Champ("code", "string", sens, motif=motif)


_NOM = Champ("nom", "string", "Nom officiel, tel que l'imprime le producteur")
_NOM_AFFICHE = Champ("nom_affiche", "string", "Nom à imprimer : coquilles du nom officiel corrigées, sigles développés")
_SIGLE = Champ("sigle", "string", "Sigle d'usage", obligatoire=False)
_POPULATION = Champ("population", "integer", "Population municipale 2023 (habitants)", obligatoire=False, minimum=0)
_POPULATION_2020 = Champ(
    "population_2020",
    "integer",
    "Population municipale 2020 (habitants), millésime des populations de QPV ; vide si la commune a été recomposée",
    obligatoire=False,
    minimum=0,
)
_GEOMETRIE_IDF = Champ("geometry", "geometry", "Contour (EPSG:4326), en Île-de-France seulement", obligatoire=False)
_DEPARTEMENTS_MEMBRES = Champ(
    "codes_departements", "list", "Départements des communes membres, du plus peuplé au moins"
)
_NOMBRE_COMMUNES = Champ("nombre_communes", "integer", "Nombre de communes membres", minimum=1)

_ID = Champ("id", "string", "Identifiant stable de la notice", motif=r"[a-z0-9-]+")
_DATE = Champ("date", "string", "Date ISO 8601 : mois, jour, ou intervalle", obligatoire=False, motif=r"[\d/-]+")
_ANNEE = Champ("annee", "integer", "Année de la notice ou du document", obligatoire=False, minimum=1900)
#: Ce qu'une expérience et une action disent toutes deux.
_DESCRIPTION = (
    Champ("themes", "list", "Thèmes de la politique de la ville, le principal d'abord"),
    Champ("dispositifs", "list", "Dispositifs nommés (PRIJ, Cité éducative...)"),
    Champ("territoires", "list", "Codes des territoires sûrs"),
    Champ("lieux", "string", "Territoire tel que le document l'imprime", obligatoire=False),
    Champ("niveau", "string", "Niveau le plus large de ces territoires", False, valeurs=NIVEAUX_INDICATEURS),
    Champ("qpv", "list", "Codes des quartiers prioritaires nommés"),
    Champ("resume", "string", "Résumé en une phrase", obligatoire=False),
    Champ("mots", "list", "Mots du document, dans l'ordre alphabétique : de quoi chercher, pas de quoi citer"),
    Champ("contact", "string", "Structure à contacter ; jamais une personne", obligatoire=False),
    Champ("document", "string", "Titre du document"),
    Champ("page", "integer", "Page imprimée", obligatoire=False, minimum=1),
    Champ("url", "string", "Adresse imprimée", obligatoire=False),
)

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        schema.nom: schema
        for schema in (
            Schema(
                "communes",
                ("code",),
                (
                    _code(_COMMUNE, "Code Insee de la commune (COG 2026)"),
                    _NOM,
                    Champ("code_departement", "string", "Département ou collectivité", motif=_DEPARTEMENT),
                    Champ("code_region", "string", "Région", motif=r"\d{2,3}"),
                    Champ(
                        "code_epci",
                        "string",
                        "EPCI à fiscalité propre (SIREN)",
                        obligatoire=False,
                        motif=_SIREN,
                    ),
                    Champ(
                        "code_ept",
                        "string",
                        "Établissement public territorial (SIREN), dans la Métropole du Grand Paris",
                        obligatoire=False,
                        motif=_SIREN,
                    ),
                    Champ(
                        "codes_anciens", "list", "Autres codes portés par la commune ou par celles qu'elle a absorbées"
                    ),
                    _POPULATION,
                    _POPULATION_2020,
                    _GEOMETRIE_IDF,
                ),
            ),
            *(
                Schema(
                    nom,
                    ("code",),
                    (
                        _code(_SIREN, "SIREN"),
                        _NOM,
                        _NOM_AFFICHE,
                        _SIGLE,
                        Champ("nature", "string", "Nature juridique", valeurs=natures),
                        _DEPARTEMENTS_MEMBRES,
                        _NOMBRE_COMMUNES,
                        _POPULATION,
                        _POPULATION_2020,
                        _GEOMETRIE_IDF,
                    ),
                )
                for nom, natures in (("epci", ("CA", "CC", "CU", "METRO", "MET69")), ("ept", ("EPT",)))
            ),
            Schema(
                "departements",
                ("code",),
                (
                    _code(_DEPARTEMENT, "Code Insee du département ou de la collectivité"),
                    _NOM,
                    _SIGLE,
                    Champ("code_region", "string", "Région", motif=r"\d{2,3}"),
                    _NOMBRE_COMMUNES,
                    _POPULATION,
                    _POPULATION_2020,
                    Champ("geometry", "geometry", "Contour (EPSG:4326), en métropole", obligatoire=False),
                ),
            ),
            Schema(
                "regions",
                ("code",),
                (_code(r"\d{2,3}", "Code Insee de la région"), _NOM),
            ),
            Schema(
                "contours_departements",
                ("code",),
                (
                    _code(_DEPARTEMENT, "Code Insee du département"),
                    Champ("geometry", "geometry", "Contour simplifié à 1,5 km (EPSG:4326), pour situer"),
                ),
            ),
            Schema(
                "qpv",
                ("code",),
                (
                    _code(_QPV, "Code du quartier prioritaire (génération 2024)"),
                    _NOM,
                    _NOM_AFFICHE,
                    Champ("codes_communes", "list", "Communes où s'étend le quartier (codes Insee)"),
                    Champ("noms_communes", "string", "Noms de ces communes, séparés par des virgules"),
                    Champ("code_departement", "string", "Département", motif=_DEPARTEMENT),
                    Champ(
                        "codes_intercommunalites",
                        "list",
                        "Intercommunalités du quartier : EPT dans la Métropole du Grand Paris, EPCI ailleurs",
                    ),
                    Champ(
                        "population",
                        "integer",
                        "Population municipale 2020 du quartier entier (habitants)",
                        minimum=0,
                    ),
                    Champ(
                        "statut",
                        "string",
                        "Sort du quartier en 2024 selon la table de passage, non selon la lettre du code",
                        valeurs=("nouveau", "modifie", "inchange"),
                    ),
                    Champ("codes_2015", "list", "Quartiers de 2015 dont il provient"),
                    Champ("surface_ha", "number", "Surface du contour en Lambert-93 (hectares)", minimum=0),
                    Champ("geometry", "geometry", "Contour officiel (EPSG:4326)"),
                ),
            ),
            Schema(
                "qpv_2015",
                ("code",),
                (
                    _code(_QPV_2015, "Code du quartier prioritaire (génération 2015)"),
                    _NOM,
                    Champ("codes_communes", "list", "Communes où s'étendait le quartier (codes Insee)"),
                    Champ("noms_communes", "string", "Noms de ces communes, séparés par des virgules"),
                    Champ("code_departement", "string", "Département", motif=_DEPARTEMENT),
                    Champ("codes_2024", "list", "Quartiers de 2024 qui lui succèdent ; vide s'il est sorti"),
                ),
            ),
            Schema(
                "indicateurs",
                ("niveau", "code", "indicateur", "millesime"),
                (
                    Champ("niveau", "string", "Niveau du territoire", valeurs=NIVEAUX_INDICATEURS),
                    Champ("code", "string", "Code du territoire"),
                    Champ("indicateur", "string", "Identifiant dans le catalogue"),
                    Champ("millesime", "integer", "Année ; vide si elle n'est pas documentée", obligatoire=False),
                    Champ("valeur", "number", "Valeur, vide si et seulement si le statut n'est pas diffuse", False),
                    Champ("statut", "string", "Pourquoi la valeur est là ou manque", valeurs=STATUTS),
                    Champ("source", "string", "Producteur et opération"),
                ),
            ),
            Schema(
                "catalogue",
                ("indicateur",),
                (
                    Champ("indicateur", "string", "Identifiant", motif=r"[a-z][a-z0-9_]*"),
                    Champ("libelle", "string", "Nom à imprimer"),
                    Champ("unite", "string", "Unité, vide pour un indice", obligatoire=False),
                    Champ("decimales", "integer", "Décimales à l'affichage", minimum=0),
                    Champ("nature", "string", "Ce qui dit comment il s'agrège", valeurs=NATURES),
                    Champ("numerateur", "string", "Indicateur au numérateur, s'il existe", obligatoire=False),
                    Champ("denominateur", "string", "Indicateur au dénominateur, s'il existe", obligatoire=False),
                    Champ("ponderation", "list", "Indicateurs qui peuvent pondérer une estimation, par préférence"),
                    Champ("theme", "string", "Thème"),
                    Champ("niveaux", "list", "Niveaux où l'indicateur a un sens"),
                    Champ("definition", "string", "Définition en une phrase"),
                    Champ("producteur", "string", "Producteur"),
                    Champ("page", "string", "Page du producteur", obligatoire=False),
                    Champ("licence", "string", "Licence"),
                    Champ("millesime_documente", "string", "Le producteur dit-il l'année ?", valeurs=("oui", "non")),
                ),
            ),
            Schema(
                "experiences",
                ("id",),
                (
                    _ID,
                    Champ("titre", "string", "Titre imprimé de la fiche expérience"),
                    _DATE,
                    Champ("periode", "string", "Mois imprimés, en toutes lettres", obligatoire=False),
                    _ANNEE,
                    Champ("porteur", "string", "Structure qui porte l'expérience", obligatoire=False),
                    Champ("type_porteur", "string", "Sorte de structure", obligatoire=False),
                    *_DESCRIPTION,
                ),
            ),
            Schema(
                "actions",
                ("id",),
                (
                    _ID,
                    Champ("intitule", "string", "Intitulé imprimé, ou reformulé s'il est une phrase"),
                    _DATE,
                    _ANNEE,
                    Champ("theme", "string", "Thème principal", obligatoire=False),
                    Champ("nature", "string", "Sorte d'action", valeurs=NATURES_ACTIONS),
                    Champ("numero", "string", "Numéro imprimé", obligatoire=False),
                    Champ("participations", "integer", "Participations imprimées", obligatoire=False, minimum=0),
                    Champ("seances", "integer", "Séances ou demi-journées imprimées", obligatoire=False, minimum=0),
                    Champ("publics", "list", "Publics"),
                    Champ("partenaires", "list", "Partenaires imprimés"),
                    Champ("perspectives", "list", "Suites annoncées"),
                    *_DESCRIPTION,
                ),
            ),
            Schema(
                "liens",
                ("id", "code"),
                (
                    _ID,
                    Champ("genre", "string", "Table de la notice", valeurs=("experience", "action")),
                    Champ("code", "string", "Code du territoire"),
                    Champ("niveau", "string", "Niveau du territoire", valeurs=NIVEAUX_INDICATEURS),
                    Champ("nom", "string", "Nom du territoire tel que le document l'imprime"),
                    Champ(
                        "origine",
                        "string",
                        "Imprimé en tête ou dans le titre, nommé dans le texte, ou déduit",
                        valeurs=("titre", "texte", "deduit"),
                    ),
                    Champ("confiance", "number", "De 0 à 1 ; sûr à partir de 0,8", minimum=0),
                    Champ(
                        "partie", "string", "Partie du territoire que le document nomme (« est »)", obligatoire=False
                    ),
                ),
            ),
            Schema(
                "zones",
                ("nom",),
                (
                    Champ("nom", "string", "Nom d'usage d'une zone qui n'est pas un territoire du référentiel"),
                    Champ("codes", "list", "Territoires que l'usage désigne ainsi"),
                    Champ("partie", "string", "Partie du premier territoire (« est »)", obligatoire=False),
                    Champ("note", "string", "Sur quoi s'appuie ce rapprochement"),
                ),
            ),
            Schema(
                "noms",
                ("code", "nom"),
                (
                    Champ("code", "string", "SIREN ou code de QPV"),
                    Champ("nom", "string", "Autre nom ou sigle sous lequel on cherche ce territoire"),
                    Champ("nature", "string", "À quoi sert ce nom", valeurs=("affiche", "sigle", "autre")),
                ),
            ),
        )
    }
)


def valider(table: Table, schema: Schema, origine: str) -> Table:
    """Vérifie qu'une table (clé en colonnes) suit ``schema`` et la rend telle quelle.

    Parameters
    ----------
    table : pandas.DataFrame
        La table à vérifier, sa clé dans les colonnes.
    schema : Schema
        La forme attendue.
    origine : str
        Ce que le message d'erreur nommera : un fichier, de préférence.

    Raises
    ------
    ErreurSchema
        Tous les problèmes à la fois : colonnes absentes, clés en double, valeurs vides ou hors du domaine.
    """
    problemes = [*_colonnes_absentes(table, schema), *_cles_en_double(table, schema), *_projection(table)]
    for champ in schema.champs:
        if champ.nom in table.columns:
            problemes.extend(_problemes_du_champ(table[champ.nom], champ))
    if problemes:
        raise ErreurSchema(origine, problemes, "corrigez le fichier ou reprenez celui qu'a publié le producteur.")
    return table


def _colonnes_absentes(table: pd.DataFrame, schema: Schema) -> Iterator[str]:
    for nom in schema.colonnes():
        if nom not in table.columns:
            yield f"colonne « {nom} » absente (colonnes lues : {', '.join(map(str, table.columns))})"


def _projection(table: pd.DataFrame) -> Iterator[str]:
    projection = getattr(table, "crs", None)
    if projection is not None and projection.to_epsg() != EPSG:
        yield f"projection {projection.to_string()[:40]}, or on attend EPSG:{EPSG} (longitude, latitude)"


def _cles_en_double(table: pd.DataFrame, schema: Schema) -> Iterator[str]:
    cle = list(schema.cle)
    if set(cle) <= set(table.columns):
        doubles = table[table.duplicated(cle, keep=False)]
        if len(doubles):
            exemples = doubles[cle].astype(str).agg(" ".join, axis=1).unique()
            yield f"clé {' + '.join(cle)} en double : {_extrait(exemples)}"


def _problemes_du_champ(colonne: pd.Series, champ: Champ) -> Iterator[str]:
    # En objets : une colonne Int64 à trous passerait par des réels en traversant map() (pandas 3.0).
    colonne = colonne.astype(object)
    vides = colonne.isna()
    if champ.obligatoire and vides.any():
        yield f"colonne « {champ.nom} » vide {_lignes(vides)}"
    for faute, message in _controles(champ):
        mauvaises = ~vides & ~colonne.map(faute, na_action="ignore").eq(True)
        if mauvaises.any():
            exemples = _extrait(colonne[mauvaises].map(str).unique())
            yield f"colonne « {champ.nom} » : {message}, or on lit {exemples} {_lignes(mauvaises)}"


def _controles(champ: Champ) -> Iterator[tuple[Callable[[Any], bool], str]]:
    attendus, libelle = _TYPES[champ.type]
    # Pour Python, True est un entier : pas pour une table.
    yield lambda v: isinstance(v, attendus) and isinstance(v, bool) == (champ.type == "boolean"), f"on attend {libelle}"
    if champ.motif:
        motif = re.compile(champ.motif)
        yield lambda v: isinstance(v, str) and bool(motif.fullmatch(v)), f"on attend la forme {champ.motif}"
    if champ.valeurs:
        yield lambda v: v in champ.valeurs, f"on attend {', '.join(champ.valeurs)}"
    if champ.minimum is not None:
        minimum = champ.minimum
        yield lambda v: isinstance(v, Real) and float(v) >= minimum, f"on attend au moins {minimum:g}"


def _extrait(exemples: Iterable[object]) -> str:
    valeurs = [str(exemple) for exemple in exemples]
    debut = ", ".join(f"« {v} »" for v in valeurs[:_LIGNES_MONTREES])
    return debut + (f" (et {len(valeurs) - _LIGNES_MONTREES} autres)" if len(valeurs) > _LIGNES_MONTREES else "")


def _lignes(fautes: pd.Series) -> str:
    rangs = [str(rang + 1) for rang, faute in enumerate(fautes) if faute]
    suite = f" (et {len(rangs) - _LIGNES_MONTREES} autres)" if len(rangs) > _LIGNES_MONTREES else ""
    return f"[rangs {', '.join(rangs[:_LIGNES_MONTREES])}{suite}]"
