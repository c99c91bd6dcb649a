"""Du nom au territoire : codes, noms, sigles, et qui appartient à qui.

La recherche ignore accents, casse, tirets, articles et « St »/« Saint ». Un nom exact l'emporte sur un nom partiel,
un territoire de l'ouest francilien sur un homonyme du reste de la France.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

import geopandas as gpd
import pandas as pd
from rapidfuzz import fuzz, process

from observatoire.erreurs import Candidat, ErreurArgument, TerritoireAmbigu, TerritoireInconnu, exiger
from observatoire.schemas import Niveau

#: Départements de l'ouest francilien, dont les quartiers prioritaires sont embarqués.
DEPARTEMENTS_PERIMETRE = ("78", "92", "95")
#: Région dont les contours communaux sont embarqués.
REGION = "11"
CODE_PERIMETRE = "ouest-francilien"
NOM_PERIMETRE = "Ouest francilien"

#: Les niveaux tels qu'on les nomme à l'utilisateur.
LIBELLES_NIVEAUX: Mapping[str, str] = {
    "qpv": "quartier prioritaire",
    "commune": "commune",
    "epci": "EPCI",
    "ept": "EPT",
    "departement": "département",
    "perimetre": "périmètre",
}

_ALIAS_PERIMETRE = ("périmètre", "78 92 95", "Yvelines, Hauts-de-Seine, Val-d'Oise")
_ARTICLES = frozenset({"l", "le", "la", "les", "d", "de", "du", "des"})
_NATURE = re.compile(
    r"^(?:ca|cc|cu|ept|epci|communaute d agglomeration|communaute de communes|communaute urbaine|metropole"
    r"|etablissement public territorial|agglomeration|departement|commune|ville|qpv|quartier prioritaire|quartier) "
)
_SCORE_MINIMAL = 60
_PROPOSITIONS = 5


def normaliser(texte: str) -> str:
    """Réduit un nom à ses mots : sans accents, casse ni ponctuation, « St » développé, « & » lu « et ».

    Examples
    --------
    >>> normaliser("St-Ouen-l'Aumône")
    'saint ouen l aumone'
    >>> normaliser("GPS&O")
    'gps et o'
    """
    texte = texte.casefold().replace("œ", "oe").replace("æ", "ae").replace("&", " et ")
    if not texte.isascii():  # deux noms sur trois n'ont pas d'accent : les décomposer coûterait pour rien
        texte = "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))
    mots = re.sub(r"[^a-z0-9]+", " ", texte).split()
    return " ".join({"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}.get(m, m) for m in mots)


def _sans_articles(cle: str) -> str:
    """Retire les articles, sauf s'il ne restait rien (une commune s'appelle « Les »...)."""
    return " ".join(mot for mot in cle.split() if mot not in _ARTICLES) or cle


@dataclass(frozen=True, slots=True)
class _Entree:
    """Un nom sous lequel un territoire peut être cherché ; ``entier`` : jamais par un bout de ce nom."""

    niveau: Niveau
    code: str
    affiche: str
    cle: str
    courte: str
    proche: bool
    entier: bool = False

    @property
    def candidat(self) -> Candidat:
        return Candidat(self.niveau, self.code, self.affiche)


#: Les niveaux qui ont une table, dans l'ordre où l'on y cherche un code.
_NIVEAUX_EN_TABLE: tuple[Niveau, ...] = ("commune", "qpv", "epci", "ept", "departement")


@dataclass(frozen=True)
class Repertoire:
    """Tous les territoires, prêts à être cherchés.

    Parameters
    ----------
    communes, epci, ept, departements, qpv : geopandas.GeoDataFrame
        Les tables du référentiel, indexées par ``code``.
    noms : pandas.DataFrame
        Sigles et autres noms : colonnes ``code``, ``nom``, ``nature``.
    qpv_2015, regions : pandas.DataFrame
        Quartiers de 2015 et régions, pour renseigner qui cherche un code périmé ou une région.
    """

    communes: gpd.GeoDataFrame
    epci: gpd.GeoDataFrame
    ept: gpd.GeoDataFrame
    departements: gpd.GeoDataFrame
    qpv: gpd.GeoDataFrame
    noms: pd.DataFrame
    qpv_2015: pd.DataFrame
    regions: pd.DataFrame

    def chercher(self, recherche: str, niveau: str | None = None) -> Candidat:
        """Trouve le territoire désigné par un code, un nom ou un sigle.

        Parameters
        ----------
        recherche : str
            Code Insee, SIREN, code de QPV, numéro de département, nom ou sigle.
        niveau : str, optional
            Restreint la recherche : « qpv », « commune », « epci », « ept », « departement » ou « perimetre ».

        Raises
        ------
        TerritoireInconnu
            Rien ne correspond ; les noms les plus proches sont proposés.
        TerritoireAmbigu
            Plusieurs territoires conviennent également.
        ErreurArgument, ErreurType
            Niveau inexistant ; recherche qui n'est pas un texte.
        """
        _verifier_arguments(recherche, niveau)
        texte = recherche.strip()
        par_code = self._par_code(texte)
        if par_code and niveau in {None, par_code.niveau}:
            return par_code
        entrees = [e for e in self._entrees if niveau in {None, e.niveau}]
        # Un nombre est un code, juste ou faux : le chercher dans les noms trouverait « Pont Du Routoir 2 » pour « 2 ».
        for trouvees in () if texte.isdigit() or self._region(texte, entrees) else _paliers(texte, entrees):
            retenues = _departager(trouvees, normaliser(texte))
            if len(retenues) == 1:
                return retenues[0]
            if retenues:
                raise TerritoireAmbigu(texte, _avec_voisins(texte, retenues, entrees))
        raise TerritoireInconnu(texte, _proches(texte, entrees), self._indication(texte, niveau, par_code))

    def membres(self, niveau: str, code: str) -> frozenset[str]:
        """Codes des communes d'un territoire connu (pour un QPV, celles où il s'étend)."""
        if niveau == "commune":
            return frozenset({code})
        return self._membres[niveau, code]

    @cached_property
    def _membres(self) -> dict[tuple[str, str], frozenset[str]]:
        membres = {("qpv", code): frozenset(codes) for code, codes in self.qpv.codes_communes.items()}
        for niveau in ("epci", "ept", "departement"):
            groupes = self.communes.groupby(f"code_{niveau}").groups
            membres |= {(niveau, code): frozenset(codes) for code, codes in groupes.items()}
        perimetre = frozenset().union(*(membres["departement", code] for code in DEPARTEMENTS_PERIMETRE))
        return membres | {("perimetre", CODE_PERIMETRE): perimetre}

    def _region(self, texte: str, entrees: Sequence[_Entree]) -> str | None:
        """La région de ce nom, si aucun territoire ne le porte exactement (« Martinique » est aussi un département)."""
        cle = normaliser(texte)
        exact = any(e.cle == cle for e in entrees)
        return None if exact else next((nom for nom in self.regions.nom if normaliser(nom) == cle), None)

    def niveau_du_code(self, code: str) -> str | None:
        """Niveau d'un code du référentiel, None s'il est inconnu."""
        trouve = self._par_code(code)
        return trouve.niveau if trouve else None

    def nommer(self, niveau: Niveau, code: str) -> str:
        """Nom à imprimer d'un territoire connu."""
        if niveau == "perimetre":
            return NOM_PERIMETRE
        return self._noms[niveau][code]

    def nommer_code(self, code: str) -> str:
        """Nom à imprimer d'un code ; le code lui-même s'il est inconnu."""
        trouve = self._par_code(code)
        return trouve.nom if trouve else code

    @cached_property
    def _noms(self) -> dict[str, dict[str, str]]:
        """Nom à imprimer de chaque code, par niveau : ``table.at`` à chaque nom coûterait plus que le reste."""
        tables = {niveau: self.table(niveau) for niveau in _NIVEAUX_EN_TABLE}
        colonnes = {n: table["nom_affiche" if "nom_affiche" in table else "nom"] for n, table in tables.items()}
        return {niveau: {str(code): str(nom) for code, nom in noms.items()} for niveau, noms in colonnes.items()}

    def table(self, niveau: Niveau) -> gpd.GeoDataFrame:
        """La table d'un niveau (sauf « perimetre », qui n'en a pas)."""
        tables = {
            "qpv": self.qpv,
            "commune": self.communes,
            "epci": self.epci,
            "ept": self.ept,
            "departement": self.departements,
        }
        return tables[niveau]

    def lister(self, motif: str | None = None) -> pd.DataFrame:
        """Territoires de l'ouest francilien, ou territoires de France dont des mots commencent par ``motif``.

        Returns
        -------
        pandas.DataFrame
            Indexée par ``code`` ; colonnes ``niveau`` et ``nom``. Un territoire n'y est qu'une fois.

        Raises
        ------
        TerritoireInconnu
            Le motif ne contient ni lettre ni chiffre.
        """
        if motif is None:
            trouves = [e for e in self._entrees if e.proche]
        else:
            exiger(motif, str, "Un motif", '"mantes"')
            cle = _sans_articles(normaliser(motif))
            if not cle:
                raise TerritoireInconnu(
                    motif.strip(), (), "Donnez au moins une lettre, ou aucun motif pour tout lister."
                )
            code = motif.strip().upper()
            trouves = [e for e in self._entrees if f" {cle}" in f" {e.courte}" or code == e.code]
        uniques = {(e.niveau, e.code): e.affiche for e in trouves}
        lignes = [{"code": code, "niveau": niveau, "nom": nom} for (niveau, code), nom in uniques.items()]
        return pd.DataFrame(lignes, columns=["code", "niveau", "nom"]).set_index("code")

    def _par_code(self, texte: str) -> Candidat | None:
        code = texte.upper()
        if texte.casefold() == CODE_PERIMETRE:
            return Candidat("perimetre", CODE_PERIMETRE, NOM_PERIMETRE)
        niveau = next((niveau for niveau in _NIVEAUX_EN_TABLE if code in self._noms[niveau]), None)
        return None if niveau is None else Candidat(niveau, code, self._noms[niveau][code])

    def _indication(self, texte: str, niveau: str | None, par_code: Candidat | None) -> str:
        """Ce qu'on peut dire de plus à qui cherche un code périmé, d'un autre niveau ou mal copié."""
        if not texte:
            return "Donnez un nom ou un code, par exemple « Gennevilliers » ou « 92036 »."
        if region := self._region(texte, self._entrees):
            return f"{region} est une région : elle sert aux comparaisons, mais n'a ni carte ni fiche."
        if par_code:
            return f"Ce code est celui d'un autre niveau que « {niveau} » : {par_code}."
        absorbantes = self.communes.index[self.communes.codes_anciens.map(lambda codes: texte.upper() in codes)]
        if len(absorbantes):
            return f"Ce code ancien est devenu {absorbantes[0]} ({self.nommer('commune', absorbantes[0])})."
        if texte.upper() in self.qpv_2015.index:
            ancien: Any = self.qpv_2015.loc[texte.upper()]
            suites = ", ".join(ancien.codes_2024)
            devenir = f"est devenu {suites}" if suites else "est sorti de la géographie prioritaire"
            return f"Ce quartier de 2015 ({ancien.nom}) {devenir} en 2024."
        if texte.isdigit():
            return "Vérifiez les zéros du début ; un code postal n'est pas un code Insee, cherchez plutôt par le nom."
        return ""

    @cached_property
    def _entrees(self) -> list[_Entree]:
        """Tous les noms, territoires de l'ouest francilien d'abord."""
        entrees = [
            *self._entrees_perimetre(),
            *self._entrees_departements(),
            *self._entrees_intercommunalites(),
        ]
        entrees += [*self._entrees_communes(), *self._entrees_qpv()]
        return sorted(entrees, key=lambda e: not e.proche)

    def _entrees_perimetre(self) -> Iterator[_Entree]:
        yield from _entrees("perimetre", CODE_PERIMETRE, NOM_PERIMETRE, _ALIAS_PERIMETRE, proche=True)

    def _entrees_departements(self) -> Iterator[_Entree]:
        for code, nom in self.departements.nom.items():
            yield from _entrees("departement", code, nom, (), proche=code in DEPARTEMENTS_PERIMETRE)

    def _entrees_intercommunalites(self) -> Iterator[_Entree]:
        autres = self.noms.groupby("code").nom.agg(list)
        niveaux: tuple[tuple[Niveau, gpd.GeoDataFrame], ...] = (("epci", self.epci), ("ept", self.ept))
        for niveau, table in niveaux:
            for code, nom, affiche, departements in zip(
                table.index, table.nom, table.nom_affiche, table.codes_departements, strict=True
            ):
                sans_sigle = re.sub(r"\s*\([^)]*\)$", "", nom)
                proche = not set(departements).isdisjoint(DEPARTEMENTS_PERIMETRE)
                yield from _entrees(niveau, code, affiche, [nom, sans_sigle, *autres.get(code, [])], proche=proche)

    def _entrees_communes(self) -> Iterator[_Entree]:
        colonnes = (self.communes.index, self.communes.nom, self.communes.code_departement)
        for code, nom, departement in zip(*colonnes, strict=True):
            yield from _entrees("commune", code, nom, (), proche=departement in DEPARTEMENTS_PERIMETRE)

    def _entrees_qpv(self) -> Iterator[_Entree]:
        for code, nom, affiche, communes in zip(
            self.qpv.index, self.qpv.nom, self.qpv.nom_affiche, self.qpv.noms_communes, strict=True
        ):
            complet = f"{affiche}, {communes}"
            for entree in _entrees("qpv", code, complet, [nom, affiche], proche=True):
                # « Gennevilliers » ne doit pas trouver « Agnettes, Gennevilliers ».
                yield replace(entree, entier=entree.cle == normaliser(complet))


def _entrees(niveau: Niveau, code: str, affiche: str, autres: Iterable[str], *, proche: bool) -> Iterator[_Entree]:
    cles = {normaliser(nom) for nom in (affiche, *autres)}
    if niveau in {"epci", "ept"}:
        cles |= {_NATURE.sub("", cle) for cle in cles}
    for cle in cles:
        yield _Entree(niveau, code, affiche, cle, _sans_articles(cle), proche)


def _verifier_arguments(recherche: object, niveau: object) -> None:
    exiger(recherche, str, "Un territoire se désigne par un texte, nom ou code entre guillemets", '"92036"')
    if niveau is not None and niveau not in get_args(Niveau):
        raise ErreurArgument(
            f"Le niveau {niveau!r} n'existe pas. Que faire : choisissez parmi {', '.join(get_args(Niveau))}."
        )


def _paliers(texte: str, entrees: Sequence[_Entree]) -> Iterator[list[_Entree]]:
    """Du plus exact au plus large : nom entier, mots entiers dans le nom, débuts de mots."""
    cle = normaliser(texte)
    if not cle:
        return
    cles = dict.fromkeys((_sans_articles(cle), _sans_articles(_NATURE.sub("", cle))))
    for courte in cles:
        yield [e for e in entrees if e.courte == courte]
    for courte in cles:
        yield [e for e in entrees if not e.entier and f" {courte} " in f" {e.courte} "]
    for courte in cles:
        yield [e for e in entrees if not e.entier and f" {courte}" in f" {e.courte}"]


def _departager(trouvees: list[_Entree], cle: str) -> list[Candidat]:
    """Garde l'ouest francilien s'il y est, puis les noms identiques jusqu'aux articles."""
    restantes = [e for e in trouvees if e.proche] or trouvees
    restantes = [e for e in restantes if e.cle == cle] or restantes
    return list(dict.fromkeys(e.candidat for e in restantes))


def _avec_voisins(texte: str, exacts: list[Candidat], entrees: Sequence[_Entree]) -> list[Candidat]:
    """Ajoute en tête d'homonymes lointains les territoires de l'ouest francilien dont le nom commence ainsi."""
    debut = f"{_sans_articles(_NATURE.sub('', normaliser(texte)))} "
    partiels = (e for palier in _paliers(texte, entrees) for e in palier if e.proche)
    proches = [e.candidat for e in partiels if f"{_sans_articles(_NATURE.sub('', e.cle))} ".startswith(debut)]
    return exacts if any(c in proches for c in exacts) else list(dict.fromkeys([*proches, *exacts]))


def _proches(texte: str, entrees: Sequence[_Entree]) -> list[Candidat]:
    cle = _sans_articles(normaliser(texte))
    if not cle:
        return []
    trouves = process.extract(
        cle, [e.courte for e in entrees], scorer=fuzz.token_sort_ratio, score_cutoff=_SCORE_MINIMAL, limit=40
    )
    tries = sorted(trouves, key=lambda t: (-t[1] - (5 if entrees[t[2]].proche else 0), t[2]))
    return list(dict.fromkeys(entrees[rang].candidat for _, _, rang in tries))[:_PROPOSITIONS]
