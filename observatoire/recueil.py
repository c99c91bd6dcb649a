"""Ce que dit un recueil d'expériences : ce qui est recensé sur un territoire, rangé par thème."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import pandas as pd

from observatoire.activites import raconter, recenser_recits
from observatoire.blocs import Bloc, Chiffre, Colonne, Phrase, Recits, Tableau, Texte, phrase
from observatoire.calculs import compter_cases
from observatoire.ensembles import citer_sources
from observatoire.grammaire import majuscule
from observatoire.origines import Case
from observatoire.reperes import dessiner_carte, identite, presenter
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, enumerer, nombre

SOURCE_CATALOGUE = "Catalogue des expériences et actions du Pôle ressources et de son réseau"
#: Portées qui disent que l'on est bien dans le territoire.
SUR_PLACE = ("sur place", "quartier", "commune", "dans le territoire")
_THEMES_CITES = 3
_SANS_THEME = "sans thème"
_LECTURE = (
    "Un récit qui touche plusieurs thèmes est rangé sous le premier que son document nomme. La portée dit à quel titre "
    "il concerne le territoire : sur place, dans son intercommunalité, son département, ou tout l'ouest francilien. Un "
    "thème sans récit dit que rien n'est recensé, non que rien ne se fait. Le catalogue recense des documents "
    "publics ; les résumés sont de l'observatoire, le document cité fait foi.",
)


def recueil(t: Territoire, date: dt.date) -> Iterator[Bloc]:
    """Les blocs d'un recueil : l'essentiel, la carte, le sommaire par thème, puis les récits."""
    recits = recenser_recits(t)
    par_theme = par_theme_premier(t, recits)
    compte = compter_recits(recits)
    yield Texte("L'essentiel", (compte, _couvrir(t, par_theme)), notes=citer_sources(compte))
    yield presenter("Le territoire", tuple(identite(t)))
    yield dessiner_carte(t, date)
    if par_theme:
        yield sommaire(par_theme)
    for theme, siens in par_theme.items():
        lignes = tuple(raconter(ligne, themes=None) for ligne in siens.itertuples())
        yield Recits(majuscule(theme), lignes, imprimes=len(lignes))
    yield Texte("Lire ce recueil", _LECTURE, petit=True)
    documents = sorted({str(document) for document in recits.document})
    yield Texte("Documents", (" ; ".join(documents) + "." if documents else "Aucun.",), petit=True)


def par_theme_premier(t: Territoire, recits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Les récits rangés sous leur premier thème, dans l'ordre du vocabulaire, les plus proches d'abord."""
    premiers = recits.themes.map(lambda themes: themes[0] if len(themes) else _SANS_THEME)
    ordre = [*t.base.themes, _SANS_THEME]
    return {theme: recits[premiers == theme] for theme in ordre if premiers.eq(theme).any()}


def _compte(libelle: str, recits: pd.DataFrame, annee: int | None) -> Chiffre:
    """Combien de récits, et lesquels ; ``annee`` est celle du plus récent de tous."""
    cases = [Case(str(table), str(code), "document") for code, table in recits.table.items()]
    return Chiffre(nombre(len(recits)), compter_cases("nombre_recits", cases, libelle, SOURCE_CATALOGUE, annee))


def _derniere(recits: Iterable[pd.DataFrame]) -> int | None:
    annees = [int(annee) for table in recits for annee in table.annee.dropna()]
    return max(annees, default=None)


def compter_recits(recits: pd.DataFrame) -> Phrase:
    """« Recensées ici ou alentour : 4 expériences et 21 actions, dont 3 sur place »."""
    experiences, actions = recits[recits.table == "experiences"], recits[recits.table == "actions"]
    proches = recits[recits.portee.isin(SUR_PLACE)]
    annee = _derniere([recits])
    return phrase(
        "Recensées ici ou alentour : ",
        _nommer(_compte("Expériences", experiences, annee), len(experiences), "expérience"),
        " et ",
        _nommer(_compte("Actions", actions, annee), len(actions), "action"),
        ", dont ",
        _compte("Récits sur place", proches, annee),
        " sur place.",
    )


def _nommer(compte: Chiffre, effectif: int, nom: str) -> Phrase:
    return phrase(compte, f"{INSECABLE}{nom}" + ("s" if effectif > 1 else ""))


def _couvrir(t: Territoire, par_theme: dict[str, pd.DataFrame]) -> str:
    """Les thèmes les mieux documentés, et ceux où rien n'est recensé."""
    tous = {theme for siens in par_theme.values() for themes in siens.themes for theme in themes}
    blancs = [theme for theme in t.base.themes if theme not in tous]
    fournis = sorted(par_theme, key=lambda theme: -len(par_theme[theme]))[:_THEMES_CITES]
    cites = f"Les thèmes les plus documentés : {enumerer(fournis)}." if fournis else "Rien n'est recensé."
    manque = f" Sans rien de recensé : {enumerer(blancs)}." if blancs else ""
    return cites + manque


def sommaire(par_theme: dict[str, pd.DataFrame]) -> Tableau:
    """Nombre de récits par thème, et l'année du plus récent."""
    colonnes = (
        Colonne("Thème", large=1),
        Colonne("Récits", nombre=True),
        Colonne("Sur place", nombre=True),
        Colonne("Le plus récent", nombre=True),
    )
    annee = _derniere(par_theme.values())
    lignes = tuple(
        (
            majuscule(theme),
            _compte("Récits", siens, annee),
            _compte("Récits sur place", siens[siens.portee.isin(SUR_PLACE)], annee),
            str(_derniere([siens]) or "n.d."),
        )
        for theme, siens in par_theme.items()
    )
    return Tableau("Par thème", colonnes, lignes, notes=(f"Source : {SOURCE_CATALOGUE}.",))
