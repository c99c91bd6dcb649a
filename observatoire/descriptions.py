"""Les sources que la bibliothèque sait lire, décrites dans ``observatoire/formats/*.toml``.

Ajouter une source, c'est ajouter un de ces fichiers, un petit fichier d'exemple et un test : aucun code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

Forme = Literal["tableau", "long", "contours"]
TypeColonne = Literal["nombre", "texte", "note", "code"]

_ESPACES = re.compile(r"\s+")


def normaliser_entete(entete: str) -> str:
    """Rend deux entêtes comparables : la casse et les espaces autour ne comptent pas.

    Examples
    --------
    >>> normaliser_entete("EVOL_CA_N_E ") == normaliser_entete("evol_ca_n_e")
    True
    """
    return _ESPACES.sub(" ", entete.replace("\ufeff", "")).strip().casefold()


@dataclass(frozen=True)
class FormeDeCode:
    """La forme d'un code de territoire : motif, exemple, longueur quand un zéro initial peut manquer."""

    motif: str
    exemple: str
    longueur: int | None = None


@dataclass(frozen=True)
class Colonne:
    r"""Une colonne d'une source, ou une famille de colonnes quand ``motif`` est vrai (``MED\d\d``).

    Une colonne de type « code » porte un code de territoire, ou plusieurs, de la forme ``code``.
    """

    nom: str
    sens: str
    type: TypeColonne = "nombre"
    unite: str = ""
    motif: bool = False
    note: str | None = None
    indicateur: str | None = None
    alias: tuple[str, ...] = ()
    signature: bool = False
    code: FormeDeCode | None = None

    def convient(self, entete: str) -> bool:
        """Cette colonne est-elle celle qui porte cet entête ?"""
        if self.motif:
            return re.fullmatch(self.nom, entete.strip(), re.IGNORECASE) is not None
        return normaliser_entete(entete) in map(normaliser_entete, (self.nom, *self.alias))

    def nom_lisible(self) -> str:
        r"""Le nom à montrer : ``MED..`` plutôt que ``MED\d\d``, ``pop…QPV`` plutôt que ``pop\w*QPV``."""
        return self.nom.replace(r"\d", ".").replace(r"\w*", "…") if self.motif else self.nom


@dataclass(frozen=True)
class Cle:
    """La colonne des codes : ses noms, la forme d'un code, ce qui s'ajoute au code pour être unique."""

    noms: tuple[str, ...]
    motif: str
    exemple: str
    longueur: int | None = None
    avec: tuple[str, ...] = ()

    def convient(self, entete: str) -> bool:
        """Cet entête est-il l'un des noms de la clé ?"""
        return normaliser_entete(entete) in map(normaliser_entete, self.noms)

    def valide(self, code: str) -> bool:
        """Ce code a-t-il la forme attendue ?"""
        return re.fullmatch(self.motif, code) is not None


@dataclass(frozen=True)
class Niveaux:
    """Une table de plusieurs niveaux : la colonne qui les dit et la forme des codes de chacun."""

    colonne: str
    valeurs: Mapping[str, str]
    motifs: Mapping[str, str]


@dataclass(frozen=True)
class Longue:
    """Une table longue (une ligne par valeur), au format SDMX."""

    mesure: str
    valeur: str
    millesime: str
    multiplicateur: str
    statuts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Format:
    """La description complète d'une source ; ``generique`` : elle prend toute colonne, sans dire ce qu'elle est."""

    identifiant: str
    libelle: str
    producteur: str
    millesimes: tuple[str, ...]
    niveau: str
    licence: str
    page: str
    cle: Cle
    colonnes: tuple[Colonne, ...]
    forme: Forme = "tableau"
    ignorees: tuple[str, ...] = ()
    feuilles: tuple[str, ...] = ()
    hors_territoire: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    libelle_de: str | None = None
    temoins: Mapping[str, str] = field(default_factory=dict)
    niveaux: Niveaux | None = None
    longue: Longue | None = None
    epsg: int | None = None
    generique: bool = False

    def colonne(self, entete: str) -> Colonne | None:
        """La colonne qui porte cet entête ; un nom exact l'emporte sur une famille."""
        trouvees = sorted((c for c in self.colonnes if c.convient(entete)), key=lambda c: c.motif)
        return trouvees[0] if trouvees else None

    def signature(self) -> list[Colonne]:
        """Les colonnes auxquelles on reconnaît la source, et sans lesquelles on ne la lit pas."""
        return [colonne for colonne in self.colonnes if colonne.signature]

    def manquantes(self, entetes: list[str]) -> list[str]:
        """Les noms des colonnes indispensables qu'aucun de ces entêtes ne porte."""
        absentes = [c.nom_lisible() for c in self.signature() if not any(c.convient(e) for e in entetes)]
        return absentes if any(map(self.cle.convient, entetes)) else [self.cle.noms[0], *absentes]


def charger_formats() -> tuple[Format, ...]:
    """Lit toutes les descriptions, dans l'ordre de leurs identifiants."""
    bruts = dict(_lire_descriptions())
    commun = bruts.pop("_commun")
    return tuple(_format(_heriter(brut, bruts), commun) for _, brut in sorted(bruts.items()))


def _lire_descriptions() -> Iterator[tuple[str, dict[str, Any]]]:
    dossier: Traversable = files("observatoire") / "formats"
    for fichier in dossier.iterdir():
        if fichier.name.endswith(".toml"):
            yield fichier.name.removesuffix(".toml"), tomllib.loads(fichier.read_text(encoding="utf-8"))


def _heriter(brut: dict[str, Any], bruts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Complète une description par celle dont elle hérite ; ses colonnes s'ajoutent à celles du parent."""
    if "herite" not in brut:
        return brut
    parent = _heriter(bruts[brut["herite"]], bruts)
    return {**parent, **brut, "colonnes": [*brut.get("colonnes", ()), *parent["colonnes"]]}


def _format(brut: dict[str, Any], commun: dict[str, Any]) -> Format:
    lignes = brut.get("lignes", {})
    libelles = brut.get("libelles", {})
    return Format(
        **{nom: brut[nom] for nom in ("identifiant", "libelle", "producteur", "niveau", "licence", "page")},
        millesimes=tuple(brut["millesimes"]),
        cle=_cle(brut["cle"], commun),
        colonnes=tuple(_colonnes(brut, commun)),
        forme=brut.get("forme", "tableau"),
        ignorees=tuple(brut.get("ignorees", ())),
        feuilles=tuple(brut.get("feuilles", ())),
        hors_territoire=tuple(lignes.get("hors_territoire", ())),
        codes={**commun["codes"], **brut.get("codes", {})},
        notes=brut.get("notes", {}),
        libelle_de=libelles.get("colonne"),
        temoins=libelles.get("temoins", {}),
        niveaux=_niveaux(brut.get("niveaux"), commun),
        longue=Longue(**brut["longue"]) if "longue" in brut else None,
        epsg=brut.get("epsg"),
        generique=brut.get("generique", False),
    )


def _cle(brut: dict[str, Any], commun: dict[str, Any]) -> Cle:
    forme = FormeDeCode(**commun["motifs"][brut["forme"]])
    return Cle(
        # « code » est le nom sous lequel lire_source rend la clé : ses propres exports se relisent.
        noms=(*brut["noms"], "code"),
        motif=forme.motif,
        exemple=forme.exemple,
        longueur=forme.longueur,
        avec=tuple(brut.get("avec", ())),
    )


def _niveaux(brut: dict[str, Any] | None, commun: dict[str, Any]) -> Niveaux | None:
    if brut is None:
        return None
    motifs = {niveau: commun["motifs"][forme]["motif"] for niveau, forme in brut["formes"].items()}
    return Niveaux(brut["colonne"], brut["valeurs"], motifs)


def _colonnes(brut: dict[str, Any], commun: dict[str, Any]) -> Iterator[Colonne]:
    signature = set(brut.get("signature", ()))
    alias = brut.get("alias", {})
    indicateurs = brut.get("indicateurs", {})
    for groupe in brut["colonnes"]:
        communs = {cle: groupe[cle] for cle in ("type", "unite", "motif", "note") if cle in groupe}
        if "forme" in groupe:
            communs |= {"type": "code", "code": FormeDeCode(**commun["motifs"][groupe["forme"]])}
        for nom, sens in groupe["sens"].items():
            yield Colonne(
                nom=nom,
                sens=sens,
                indicateur=indicateurs.get(nom),
                alias=tuple(alias.get(nom, ())),
                signature=nom in signature,
                **communs,
            )
