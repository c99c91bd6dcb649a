"""Les noms de lieux tels qu'un texte les imprime.

Ici, rien n'est décidé : ``Toponymes`` tire du référentiel tout ce qui peut désigner un territoire (noms, sigles, formes
courtes, adjectifs, parties de noms de quartiers). Le module ``reperage`` juge ensuite, en contexte, si un nom imprimé
désigne bien un territoire.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import pandas as pd

from observatoire.referentiel import (
    CODE_PERIMETRE,
    NOM_PERIMETRE,
    REGION,
    Repertoire,
    normaliser,
)
from observatoire.schemas import Niveau
from observatoire.texte import LIAISONS, Texte

Genre = Literal["nom", "nu", "court", "sigle", "adjectif", "zone", "base", "partie", "ancien"]

_ARTICLES = ("les ", "le ", "la ", "l ")

_ADJECTIFS: Mapping[str, tuple[str, ...]] = {
    "77": ("seine et marnais", "seine et marnaise", "seine et marnaises"),
    "78": ("yvelinois", "yvelinoise", "yvelinoises"),
    "91": ("essonnien", "essonniens", "essonnienne", "essonniennes"),
    "92": tuple(f"{alto}sequanais{fin}" for alto in ("alto ", "alto") for fin in ("", "e", "es")),
    "93": tuple(f"sequano dionysien{fin}" for fin in ("", "s", "ne", "nes")),
    "94": ("val de marnais", "val de marnaise", "val de marnaises"),
    "95": tuple(f"{val}oisien{fin}" for val in ("val d ", "vald") for fin in ("", "s", "ne", "nes")),
}
_PERIMETRE = tuple(f"ouest francilien{fin}" for fin in ("", "s", "ne", "nes"))

# « Communauté d'agglomération Val d'Europe Agglomération » : on dit « Val d'Europe ».
_NATURE = re.compile(
    r"^(?:ca|cc|cu|communaute d agglomeration|communaute de communes|communaute urbaine|communaute) |^metropole "
    r"|^etablissement public territorial | agglomeration$"
)
_PREPOSITION = re.compile(r"^(?:du|des|de|d) ")
_PREPOSITION_ET_ARTICLE = re.compile(r"^(?:de la|de l|du|des|de|d) ")
_SIGLE_FINAL = re.compile(r"\s*\([^)]*\)$")
# Un quartier se nomme aussi sans sa sorte, ni ce qui le distingue de son voisin : « Val d'Argent », « Musiciens ».
_SORTE_DE_QUARTIER = re.compile(r"^(?:cite|secteur) (?:de la |de l |des |du |de |d )?")
_QUALIFICATIF = re.compile(r" (?:elargie?s?|nord|sud|ii?|\d)$")
_SEPARATEUR_QPV = re.compile(r"\s+-\s+")
_PARTIES_VIDES = frozenset({"centre", "nord", "sud", "est", "ouest"})
# Le nom d'usage d'une commune s'arrête avant « -sur-Seine », « -lès-Gonesse », « -Rocquencourt ».
_USAGE = re.compile(
    r"^((?:le |la |les |l )?(?!grand|saint|vieu|vieille|bois)[a-z]{4,}) (?:(?:sur|sous|les|en|la|le|l) |[a-z]{6,}$)"
)
# Un nom d'usage de quatre lettres (« Évry », « Ivry ») n'est celui que d'une grande ville.
_LETTRES_D_USAGE, _GRANDE_VILLE = 5, 20_000
# « Tours Métropole Val de Loire » : on dit « Tours Métropole ».
_METROPOLE = re.compile(r"^(\w.* metropole) ")
_VOISINAGE = 0.003  # degrés, environ 300 m : deux communes se touchent


class Nom(NamedTuple):
    """Un nom, le territoire qu'il désigne et la façon dont il le désigne.

    ``genre`` : « nom » (officiel ou à imprimer), « nu » (commune sans son article, pour « aux Mureaux »), « court »
    (début du nom d'une commune), « sigle », « adjectif », « zone » (nom d'usage), et pour les quartiers « base » (sans
    sa sorte ou son qualificatif), « partie » (un des noms qu'il réunit), « ancien » (nom de 2015).
    """

    niveau: Niveau
    code: str
    imprime: str
    genre: Genre


class Zone(NamedTuple):
    """Un nom d'usage : sans ``partie``, il fait déduire tous ses codes ; avec, le premier est le département nommé."""

    nom: str
    codes: tuple[str, ...]
    partie: str


@dataclass(frozen=True)
class Toponymes:
    """Tous les noms d'un référentiel, et ce qu'il faut savoir des territoires pour les juger.

    Parameters
    ----------
    repertoire : Repertoire
        Les territoires.
    zones : tuple of Zone
        Les noms d'usage.
    """

    repertoire: Repertoire
    zones: tuple[Zone, ...] = ()

    def a(self, texte: Texte, rang: int) -> Iterator[tuple[int, tuple[Nom, ...]]]:
        """Noms qui peuvent commencer au mot ``rang``, du plus long au plus court, avec leur nombre de mots."""
        for taille in self._longueurs.get(texte.mots[rang], ()):
            noms = self.noms.get(" ".join(texte.mots[rang : rang + taille]))
            if noms and texte.d_un_tenant(rang, taille):
                yield taille, noms

    @cached_property
    def noms(self) -> Mapping[str, tuple[Nom, ...]]:
        """Les noms, rangés par leur clé normalisée."""
        noms: dict[str, tuple[Nom, ...]] = {}
        for cle, nom in _tous(self.repertoire, self.zones):
            connus = noms.get(cle, ())
            if nom not in connus:
                noms[cle] = (*connus, nom)
        return noms

    @cached_property
    def _longueurs(self) -> Mapping[str, tuple[int, ...]]:
        """Nombres de mots à essayer selon le premier."""
        longueurs: defaultdict[str, set[int]] = defaultdict(set)
        for cle in self.noms:
            longueurs[cle.partition(" ")[0]].add(cle.count(" ") + 1)
        return {mot: tuple(sorted(tailles, reverse=True)) for mot, tailles in longueurs.items()}

    @cached_property
    def franciliens(self) -> frozenset[str]:
        """Communes, départements et intercommunalités d'Île-de-France."""
        departements = self.repertoire.departements
        siens = set(departements.index[departements.code_region.eq(REGION)])
        codes = siens | {code for code, departement in self.departement_de.items() if departement in siens}
        for table in (self.repertoire.epci, self.repertoire.ept):
            codes |= {code for code, liste in table.codes_departements.items() if not siens.isdisjoint(liste)}
        return frozenset(codes)

    @cached_property
    def departement_de(self) -> Mapping[str, str]:
        """Le département de chaque commune."""
        table = self.repertoire.communes
        return dict(zip(table.index.tolist(), table.code_departement.tolist(), strict=True))

    @cached_property
    def parties(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Codes que fait déduire une partie de département."""
        return {(zone.codes[0], zone.partie): zone.codes[1:] for zone in self.zones if zone.partie}

    @cached_property
    def groupements(self) -> Mapping[str, Nom]:
        """Intercommunalités d'Île-de-France par leur nom, s'il a au moins deux mots."""
        noms = self._des_niveaux({"epci", "ept"}, {"nom"})
        noms = ((cle, nom) for cle, nom in noms if nom.code in self.franciliens and " " in cle)
        return {cle: nom for cle, nom in noms if not nom.imprime.startswith("Métropole")}

    @cached_property
    def premiers_mots_de_groupements(self) -> frozenset[str]:
        """Par quels mots commencent ces noms."""
        return frozenset(cle.partition(" ")[0] for cle in self.groupements) - LIAISONS

    @cached_property
    def sigles(self) -> Mapping[str, Nom]:
        """Intercommunalités par leur sigle, d'un seul tenant."""
        return {cle.replace(" ", ""): nom for cle, nom in self._des_niveaux({"epci", "ept"}, {"sigle"})}

    @cached_property
    def formes_de_quartiers(self) -> Sequence[tuple[str, Nom]]:
        """Toutes les façons de nommer un quartier de 2024."""
        return list(self._des_niveaux({"qpv"}, {"nom", "base", "partie"}))

    def _des_niveaux(self, niveaux: Collection[str], genres: Collection[str]) -> Iterator[tuple[str, Nom]]:
        for cle, noms in self.noms.items():
            yield from ((cle, nom) for nom in noms if nom.niveau in niveaux and nom.genre in genres)

    def habitants(self, code: str) -> int:
        """Population d'une commune, 0 si elle est inconnue."""
        population = self.repertoire.communes.population.at[code]
        return 0 if pd.isna(population) else int(population)

    def membres(self, nom: Nom) -> frozenset[str]:
        """Codes des communes d'un territoire."""
        return self.repertoire.membres(nom.niveau, nom.code)

    def se_touchent(self, unes: Iterable[str], autres: Iterable[str]) -> bool:
        """Une des premières communes touche-t-elle une des secondes ?"""
        contours = self.repertoire.communes.geometry
        la, ici = (contours.reindex(sorted(codes)).dropna() for codes in (unes, autres))
        return any(a.distance(b) < _VOISINAGE for a in la for b in ici)


def lire_zones(table: pd.DataFrame | None) -> tuple[Zone, ...]:
    """Les noms d'usage d'une table : ``nom`` (colonne ou index), ``codes`` (liste ou texte à « | »), ``partie``."""
    if table is None:
        return ()
    lignes = table.reset_index()
    codes = [tuple(c.split("|") if isinstance(c, str) else c) for c in lignes.codes]
    return tuple(Zone(*ligne) for ligne in zip(lignes.nom, codes, lignes.partie.fillna(""), strict=True))


def _tous(repertoire: Repertoire, zones: Iterable[Zone]) -> Iterator[tuple[str, Nom]]:
    for cle in _PERIMETRE:
        yield cle, Nom("perimetre", CODE_PERIMETRE, NOM_PERIMETRE, "nom")
    yield from _zones(repertoire, zones)
    yield from _intercommunalites(repertoire)
    yield from _departements(repertoire)
    yield from _communes(repertoire)
    yield from _quartiers(repertoire)
    yield from _quartiers_2015(repertoire)


def _zones(repertoire: Repertoire, zones: Iterable[Zone]) -> Iterator[tuple[str, Nom]]:
    """Les noms d'usage ; ceux d'une partie de département se lisent par leur point cardinal, pas ici."""
    for zone in zones:
        for code in () if zone.partie else zone.codes:
            niveau = repertoire.niveau_du_code(code)
            if niveau:
                yield normaliser(zone.nom), Nom(niveau, code, zone.nom, "zone")  # type: ignore[arg-type]


def _intercommunalites(repertoire: Repertoire) -> Iterator[tuple[str, Nom]]:
    niveaux = dict.fromkeys(repertoire.ept.index, "ept") | dict.fromkeys(repertoire.epci.index, "epci")
    for table in (repertoire.epci, repertoire.ept):
        for code, officiel, affiche in zip(table.index, table.nom, table.nom_affiche, strict=True):
            for cle in {cle for nom in (officiel, affiche) for cle in _sans_nature(nom)}:
                yield cle, Nom(niveaux[code], code, affiche, "nom")  # type: ignore[arg-type]
    for code, nom, nature in zip(repertoire.noms.code, repertoire.noms.nom, repertoire.noms.nature, strict=True):
        if code in niveaux and nature != "affiche":
            yield normaliser(nom), Nom(niveaux[code], code, nom, "sigle")  # type: ignore[arg-type]


def _sans_nature(nom: str) -> set[str]:
    """Le nom d'une intercommunalité sans sa sorte, devant ou derrière, ni son sigle : « la Rochelle », « Rochelle »."""
    cle = normaliser(_SIGLE_FINAL.sub("", nom))
    courte = _NATURE.sub("", cle)
    while courte != cle and courte:
        cle, courte = courte, _NATURE.sub("", courte)
    abregee = {metropole[1]} if (metropole := _METROPOLE.match(cle)) else set[str]()
    return {_PREPOSITION.sub("", cle), _PREPOSITION_ET_ARTICLE.sub("", cle)} | abregee


def _departements(repertoire: Repertoire) -> Iterator[tuple[str, Nom]]:
    for code, nom in repertoire.departements.nom.items():
        if code != "75":  # « Paris » est la commune
            yield normaliser(nom), Nom("departement", code, nom, "nom")
        for adjectif in _ADJECTIFS.get(code, ()):
            yield adjectif, Nom("departement", code, nom, "adjectif")


def _communes(repertoire: Repertoire) -> Iterator[tuple[str, Nom]]:
    table = repertoire.communes
    # Des listes : parcourir les colonnes elles-mêmes coûterait autant que normaliser les noms.
    grande = table.population.fillna(0).ge(_GRANDE_VILLE)
    colonnes = (table.index.tolist(), table.nom.tolist(), table.code_region.tolist(), grande.tolist())
    for code, nom, region, grande_ville in zip(*colonnes, strict=True):
        cle = normaliser(nom)
        yield cle, Nom("commune", code, nom, "nom")
        if cle.startswith(("les ", "le ")):
            yield cle.partition(" ")[2], Nom("commune", code, nom, "nu")
        if region == REGION and (usage := _usage(cle, grande_ville=grande_ville)):
            yield usage, Nom("commune", code, nom, "court")


def _usage(cle: str, *, grande_ville: bool) -> str | None:
    """Le nom d'usage d'une commune, assez long ou assez connu pour ne rien désigner d'autre."""
    usage = _USAGE.match(cle)
    if usage is None:
        return None
    return usage[1] if grande_ville or len(usage[1].split()[-1]) >= _LETTRES_D_USAGE else None


def _quartiers(repertoire: Repertoire) -> Iterator[tuple[str, Nom]]:
    table = repertoire.qpv
    for code, officiel, affiche in zip(table.index, table.nom, table.nom_affiche, strict=True):
        for nom in dict.fromkeys((affiche, officiel)):
            for cle, genre in _formes(nom):
                yield cle, Nom("qpv", code, affiche, genre)


def _formes(nom: str) -> Iterator[tuple[str, Genre]]:
    """Les façons de nommer un quartier : son nom, le même sans qualificatif, chacun des noms qu'il réunit."""
    cle = _sans_article(normaliser(nom))
    yield cle, "nom"
    base = _sans_article(_QUALIFICATIF.sub("", _SORTE_DE_QUARTIER.sub("", cle)))
    if base not in {cle, "", *_PARTIES_VIDES}:
        yield base, "base"
    morceaux = _SEPARATEUR_QPV.split(nom) if " - " in nom else nom.split("-")
    for morceau in morceaux if len(morceaux) > 1 else ():
        partie = _sans_article(normaliser(morceau))
        if partie and partie not in _PARTIES_VIDES:
            yield partie, "partie"


def _quartiers_2015(repertoire: Repertoire) -> Iterator[tuple[str, Nom]]:
    """Noms de 2015, pour les quartiers qui ont une suite en 2024 sous un autre nom."""
    for nom, suites in zip(repertoire.qpv_2015.nom, repertoire.qpv_2015.codes_2024, strict=True):
        for code in suites:
            actuelles = dict(_formes(repertoire.nommer("qpv", code)))
            yield from ((cle, Nom("qpv", code, nom, "ancien")) for cle, _ in _formes(nom) if cle not in actuelles)


def _sans_article(cle: str) -> str:
    return next((cle.removeprefix(article) for article in _ARTICLES if cle.startswith(article)), cle)
