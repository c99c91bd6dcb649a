"""Où l'on a enregistré des expériences et des actions, thème par thème, et où l'on n'a rien.

Un zéro compte des enregistrements : il dit « rien d'enregistré », jamais « rien n'existe ».
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd

from observatoire.figure_couverture import dessiner as dessiner
from observatoire.lignes import CODE_REGION, Ligne, lire_lignes
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, Repertoire
from observatoire.schemas import NATURES_ACTIONS, NATURES_RACONTEES, Niveau

#: Natures d'actions qui ne disent pas que quelque chose s'est fait quelque part : besoins, projets, annonces, lectures.
NATURES_NON_COMPTEES = frozenset(NATURES_ACTIONS) - NATURES_RACONTEES
COLONNES = (
    "code",
    "nom",
    "niveau",
    "theme",
    "experiences",
    "actions",
    "departementales",
    "derniere_annee",
    "habitants_qpv",
    "part_habitants_qpv",
    "habitants_qpv_total",
    "territoires",
    "communes_sans",
    "blanc",
)
_ENTIERS = ("experiences", "actions", "departementales", "derniere_annee", "habitants_qpv", "habitants_qpv_total")

#: Pourquoi un enregistrement n'est dans aucune ligne.
MOTIFS: Mapping[str, str] = MappingProxyType(
    {
        "nature": "nature qui n'est pas comptée",
        "theme": "aucun thème de la liste",
        "sans_lieu": "sans territoire, ou national",
        "large": "plus large que l'ouest francilien",
        "sans_qpv": "intercommunalité sans quartier prioritaire",
        "dehors": "hors de l'ouest francilien",
    }
)


@dataclass(frozen=True)
class _Fait:
    """Une expérience ou une action, réduite à ce qui se compte."""

    id: str
    genre: str
    titre: str
    nature: str
    annee: int | None
    themes: tuple[str, ...]
    territoires: frozenset[str]

    @classmethod
    def lire(cls, ligne: Ligne, genre: str) -> _Fait:
        return cls(
            ligne.id,
            genre,
            ligne.texte("titre") or ligne.texte("intitule"),
            ligne.texte("nature") or genre,
            ligne.entier("annee"),
            ligne.themes,
            frozenset(ligne.territoires),
        )


@dataclass(frozen=True)
class _Zonage:
    """Dans quelles lignes du tableau tombe un code de territoire, et quels QPV il concerne."""

    repertoire: Repertoire

    @cached_property
    def intercommunalites(self) -> tuple[str, ...]:
        """Celles qui ont un QPV : par département principal, puis par nom."""
        codes = {code for liste in self.repertoire.qpv.codes_intercommunalites for code in liste}
        return tuple(sorted(codes, key=lambda code: (self._departements(code)[0], self.nommer(code))))

    @cached_property
    def par_commune(self) -> dict[str, str]:
        """Intercommunalité de chaque commune : EPT dans la Métropole du Grand Paris, EPCI ailleurs."""
        communes = self.repertoire.communes
        return dict(communes.code_ept.fillna(communes.code_epci).dropna())

    @cached_property
    def metropoles(self) -> frozenset[str]:
        """EPCI dont les communes ont un EPT."""
        communes = self.repertoire.communes
        return frozenset(communes.code_epci[communes.code_ept.notna()])

    @cached_property
    def quartiers(self) -> dict[str, frozenset[str]]:
        """QPV que concerne chaque territoire qui en a, du quartier lui-même à l'ouest francilien."""
        quartiers: dict[str, set[str]] = {}
        for code, qpv in self.repertoire.qpv.iterrows():
            larges = (qpv.code_departement, CODE_PERIMETRE)
            for territoire in (code, *qpv.codes_communes, *qpv.codes_intercommunalites, *larges):
                quartiers.setdefault(str(territoire), set()).add(str(code))
        return {code: frozenset(siens) for code, siens in quartiers.items()}

    def rattacher(self, code: str) -> frozenset[str]:
        """Lignes où se compte ce qui nomme ce territoire : les siennes, jamais celles d'un territoire plus petit."""
        niveau = self.niveau(code)
        if niveau == "qpv":
            return frozenset(self.repertoire.qpv.at[code, "codes_intercommunalites"])
        if niveau == "commune":
            return frozenset({self.par_commune.get(code, "")} & set(self.intercommunalites))
        return frozenset({code} & {*self.intercommunalites, *DEPARTEMENTS_PERIMETRE, CODE_PERIMETRE})

    def englobants(self, code: str) -> frozenset[str]:
        """Territoires plus larges qu'une ligne et qui la contiennent ou la touchent."""
        if code == CODE_PERIMETRE:
            return frozenset({CODE_REGION})
        if code in DEPARTEMENTS_PERIMETRE:
            return frozenset({CODE_PERIMETRE, CODE_REGION})
        communes = self.repertoire.communes.loc[sorted(self._membres(code))]
        larges = {*communes.code_departement, *communes.code_epci, CODE_PERIMETRE, CODE_REGION}
        return frozenset(larges - {code})

    def communes_en_qpv(self, code: str) -> dict[str, frozenset[str]]:
        """Communes d'une intercommunalité qui ont un QPV, et tout ce qui, nommé, les concerne."""
        siennes = {commune for commune in self._membres(code) if commune in self.quartiers}
        return {commune: self.quartiers[commune] | {commune, code} for commune in sorted(siennes)}

    def niveau(self, code: str) -> Niveau | None:
        return self.repertoire.niveau_du_code(code)  # type: ignore[return-value]

    def nommer(self, code: str) -> str:
        return self.repertoire.nommer(self.niveau(code) or "perimetre", code)

    def habitants(self, quartiers: Collection[str]) -> int:
        """Habitants (2020) de quartiers entiers."""
        return int(self.repertoire.qpv.population.loc[sorted(quartiers)].sum())

    def _membres(self, code: str) -> frozenset[str]:
        return self.repertoire.membres(self.niveau(code) or "perimetre", code)

    def _departements(self, code: str) -> list[str]:
        return list(self.repertoire.table(self.niveau(code) or "epci").at[code, "codes_departements"])


def couvrir(
    experiences: pd.DataFrame,
    actions: pd.DataFrame,
    repertoire: Repertoire,
    themes: Sequence[str],
    *,
    natures_exclues: Collection[str] = NATURES_NON_COMPTEES,
) -> pd.DataFrame:
    """Compte les expériences et les actions par intercommunalité et par thème, lignes vides comprises.

    Ce qui se passe dans une commune ou un QPV compte pour son intercommunalité, et pour deux si le QPV est à cheval. Ce
    qui porte sur un département entier ou plus n'est pas local : ``departementales`` le compte à part, et
    ``couvrir_larges`` en fait des lignes. Ce qui n'entre nulle part est dans ``hors_couverture``.

    Parameters
    ----------
    experiences, actions : pandas.DataFrame
        Les tables du catalogue, indexées par ``id``.
    repertoire : Repertoire
        Le référentiel.
    themes : sequence of str
        Libellés des thèmes, dans l'ordre voulu ; un enregistrement compte une fois dans chacun des siens.
    natures_exclues : collection of str
        Natures d'actions à ne pas compter.

    Returns
    -------
    pandas.DataFrame
        Une ligne par intercommunalité ayant un QPV (EPT dans la Métropole du Grand Paris) et par thème, triée par
        département, intercommunalité et thème : ``code``, ``nom``, ``niveau``, ``theme`` ; ``experiences``, ``actions``
        (nombres d'enregistrements : zéro veut dire « rien d'enregistré ») ; ``departementales`` (enregistrements d'un
        département entier ou plus, qui la touchent) ; ``derniere_annee`` ; ``habitants_qpv`` (habitants 2020 des QPV de
        l'intercommunalité que touchent ces enregistrements : ceux des communes nommées, chacun une fois, quartiers
        entiers), ``part_habitants_qpv`` (0 à 100) et ``habitants_qpv_total``, pour les QPV des trois départements ;
        ``territoires`` (codes nommés) ; ``communes_sans`` (communes ayant un QPV que rien ne nomme) ; ``blanc``.
    """
    zonage, faits = _Zonage(repertoire), _retenir(experiences, actions, natures_exclues)
    return _compter(zonage, zonage.intercommunalites, themes, faits)


def couvrir_larges(
    experiences: pd.DataFrame,
    actions: pd.DataFrame,
    repertoire: Repertoire,
    themes: Sequence[str],
    *,
    natures_exclues: Collection[str] = NATURES_NON_COMPTEES,
) -> pd.DataFrame:
    """Compte de même ce qui porte sur un département entier, ou sur tout l'ouest francilien.

    Returns
    -------
    pandas.DataFrame
        Les colonnes de ``couvrir``, une ligne par département puis l'ouest francilien, et par thème.
    """
    faits = _retenir(experiences, actions, natures_exclues)
    return _compter(_Zonage(repertoire), (*DEPARTEMENTS_PERIMETRE, CODE_PERIMETRE), themes, faits)


def hors_couverture(
    experiences: pd.DataFrame,
    actions: pd.DataFrame,
    repertoire: Repertoire,
    themes: Sequence[str],
    *,
    natures_exclues: Collection[str] = NATURES_NON_COMPTEES,
) -> pd.DataFrame:
    """Ce que ne compte aucune ligne de ``couvrir`` ni de ``couvrir_larges``, et pourquoi.

    Returns
    -------
    pandas.DataFrame
        Indexée par ``id`` ; colonnes ``genre``, ``titre``, ``motif`` (voir ``MOTIFS``).
    """
    zonage, faits = _Zonage(repertoire), _retenir(experiences, actions, frozenset())
    lignes = [
        {"id": fait.id, "genre": fait.genre, "titre": fait.titre, "motif": MOTIFS[motif]}
        for fait in faits
        if (motif := _motif(fait, zonage, themes, natures_exclues))
    ]
    return pd.DataFrame(lignes, columns=["id", "genre", "titre", "motif"], dtype=object).set_index("id")


def _retenir(experiences: pd.DataFrame, actions: pd.DataFrame, natures_exclues: Collection[str]) -> list[_Fait]:
    faits = [_Fait.lire(ligne, "experience") for ligne in lire_lignes(experiences)]
    faits += [_Fait.lire(ligne, "action") for ligne in lire_lignes(actions)]
    return [fait for fait in faits if fait.nature not in natures_exclues]


def _motif(fait: _Fait, zonage: _Zonage, themes: Collection[str], natures_exclues: Collection[str]) -> str | None:
    """Pourquoi un enregistrement n'est compté nulle part ; None s'il l'est."""
    if fait.nature in natures_exclues:
        return "nature"
    if set(themes).isdisjoint(fait.themes):
        return "theme"
    if not fait.territoires:
        return "sans_lieu"
    if any(map(zonage.rattacher, fait.territoires)):
        return None
    return _motif_du_lieu(fait.territoires, zonage)


def _motif_du_lieu(territoires: Iterable[str], zonage: _Zonage) -> str:
    dedans = zonage.repertoire.membres("perimetre", CODE_PERIMETRE)
    for code in territoires:
        if code == CODE_REGION or code in zonage.metropoles:
            return "large"
        niveau = zonage.niveau(code)
        if niveau and not dedans.isdisjoint(zonage.repertoire.membres(niveau, code)):
            return "sans_qpv"
    return "dehors"


def _compter(zonage: _Zonage, codes: Sequence[str], themes: Sequence[str], faits: Sequence[_Fait]) -> pd.DataFrame:
    rattachements = {code: zonage.rattacher(code) for fait in faits for code in fait.territoires}
    lignes = []
    for code in codes:
        siens = frozenset(t for t, cibles in rattachements.items() if code in cibles)
        cadre = _Cadre(zonage, code, siens)
        lignes += [cadre.ligne(theme, [fait for fait in faits if theme in fait.themes]) for theme in themes]
    table = pd.DataFrame(lignes, columns=list(COLONNES), dtype=object)
    return table.astype({**dict.fromkeys(_ENTIERS, "Int64"), "part_habitants_qpv": "float64", "blanc": "bool"})


@dataclass(frozen=True)
class _Cadre:
    """Un territoire du tableau, et les codes nommés qui comptent pour lui."""

    zonage: _Zonage
    code: str
    siens: frozenset[str]

    def ligne(self, theme: str, faits: Sequence[_Fait]) -> dict[str, Any]:
        locaux = [fait for fait in faits if not self.siens.isdisjoint(fait.territoires)]
        larges = [f for f in faits if self.siens.isdisjoint(f.territoires) and self.englobants & f.territoires]
        touches = sorted(self.siens & frozenset[str]().union(*(fait.territoires for fait in locaux)))
        return {
            **self.identite,
            "theme": theme,
            **_denombrer(locaux),
            "departementales": len(larges),
            **self._habitants(touches),
            "territoires": touches,
            "communes_sans": [c for c, noms in self.communes.items() if noms.isdisjoint(touches)],
        }

    @cached_property
    def identite(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "nom": self.zonage.nommer(self.code),
            "niveau": self.zonage.niveau(self.code),
        }

    @cached_property
    def englobants(self) -> frozenset[str]:
        return self.zonage.englobants(self.code)

    @cached_property
    def communes(self) -> dict[str, frozenset[str]]:
        return self.zonage.communes_en_qpv(self.code)

    def _habitants(self, touches: Iterable[str]) -> dict[str, Any]:
        quartiers = self.zonage.quartiers
        siens = quartiers[self.code]
        concernes = siens & frozenset[str]().union(*(quartiers.get(t, frozenset()) for t in touches))
        habitants, total = self.zonage.habitants(concernes), self.zonage.habitants(siens)
        return {
            "habitants_qpv": habitants,
            "part_habitants_qpv": 100 * habitants / total,
            "habitants_qpv_total": total,
        }


def _denombrer(faits: Sequence[_Fait]) -> dict[str, Any]:
    experiences = sum(fait.genre == "experience" for fait in faits)
    return {
        "experiences": experiences,
        "actions": len(faits) - experiences,
        "derniere_annee": max((fait.annee for fait in faits if fait.annee is not None), default=pd.NA),
        "blanc": not faits,
    }
