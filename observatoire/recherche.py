"""Chercher en texte intégral dans les expériences, les actions et les documents qu'un analyste ajoute.

Ni accents, ni casse, ni accords, ni écriture inclusive ne comptent. L'index est une table FTS5 de SQLite, en mémoire :
elle ne reçoit que des racines de mots, jamais le texte tapé, qui ne peut donc rien y commander.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import unicodedata
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any

import pandas as pd

from observatoire.erreurs import DependanceAbsente, ErreurArgument, exiger
from observatoire.extraits import JOINT, RUPTURE, Champ, Terme, decouper, depouiller, extraire, jeton
from observatoire.lignes import Ligne, lire_lignes
from observatoire.portees import eloignement
from observatoire.referentiel import normaliser

TOUS_LES_MOTS, UNE_PARTIE = "tous les mots", "une partie des mots"
#: Ce que compte un mot selon l'endroit où il est trouvé : titre ; thèmes, lieux, porteur ; résumé ; texte ajouté.
POIDS = (10.0, 5.0, 3.0, 1.0)
COLONNES = (
    "genre",
    "nature",
    "titre",
    "annee",
    "date",
    "themes",
    "territoires",
    "portee",
    "extrait",
    "score",
    "correspondance",
    "document",
    "page",
    "url",
)

_GRAS = re.compile(r"\*{2,}")


@dataclass(frozen=True)
class Document:
    """Un document que l'analyste ajoute à la recherche.

    Attributes
    ----------
    titre : str
        Son titre.
    pages : sequence of str
        Le texte de chaque page, dans l'ordre.
    code : str, optional
        Son identifiant dans les résultats ; le titre par défaut.
    annee : int, optional
        Son année.
    themes, territoires : sequence of str
        Libellés des thèmes et codes des territoires dont il traite.
    url : str, optional
        Où le lire.
    """

    titre: str
    pages: Sequence[str]
    code: str | None = None
    annee: int | None = None
    themes: Sequence[str] = ()
    territoires: Sequence[str] = ()
    url: str | None = None


@dataclass(frozen=True)
class _Entree:
    """Ce qui se trouve : une expérience, une action, ou une page d'un document ajouté."""

    code: str
    genre: str
    nature: str
    titre: str
    annee: int | None
    date: str | None
    themes: tuple[str, ...]
    territoires: tuple[str, ...]
    document: str | None
    page: int | None
    url: str | None
    qpv: tuple[str, ...] = ()
    sujets: str = ""
    resume: str = ""
    corps: str = ""

    @property
    def textes(self) -> tuple[str, ...]:
        """Les textes où l'on cherche, dans l'ordre de ``POIDS``."""
        return self.titre, self.sujets, self.resume, self.corps

    @property
    def recence(self) -> str:
        """Clé de tri : fin de la période imprimée, ou année."""
        return (self.date or "").rpartition("/")[2] or str(self.annee or "")


@dataclass(frozen=True)
class _Trouvee:
    """Une entrée retenue : son score et d'où elle vient."""

    entree: _Entree
    champs: Sequence[Champ]
    score: float
    portee: str | None

    def ligne(self, termes: Sequence[Terme], correspondance: str | None) -> dict[str, Any]:
        """Sa ligne de résultat."""
        e = self.entree
        titre, sujets, resume, corps = self.champs
        return {
            "id": e.code,
            "genre": e.genre,
            "nature": e.nature,
            "titre": e.titre,
            "annee": e.annee,
            "date": e.date,
            "themes": list(e.themes),
            "territoires": list(e.territoires),
            "portee": self.portee,
            "extrait": extraire((resume, corps, titre, sujets), termes),
            "score": self.score,
            "correspondance": correspondance,
            "document": e.document,
            "page": e.page,
            "url": e.url,
        }


@dataclass(frozen=True, eq=False)
class Index:
    """Tout ce qui peut se chercher ; ``Index.construire`` le prépare une fois pour toutes."""

    entrees: tuple[_Entree, ...]
    themes: tuple[str, ...]
    natures: tuple[str, ...]

    @classmethod
    def construire(
        cls,
        experiences: pd.DataFrame,
        actions: pd.DataFrame,
        documents: Iterable[Document] = (),
        nommer: Callable[[str], str] = str,
        themes: Iterable[str] = (),
    ) -> Index:
        """Prépare la recherche.

        Parameters
        ----------
        experiences, actions : pandas.DataFrame
            Les tables du catalogue, indexées par ``id``.
        documents : iterable of Document
            Ce que l'analyste ajoute.
        nommer : callable
            Rend le nom d'un territoire d'après son code : on le trouve alors sous ce nom.
        themes : iterable of str
            Vocabulaire des thèmes permis en filtre, en plus de ceux des tables.
        """
        entrees = (
            *(_entree(e, "experience", "experience", e.texte("titre"), nommer) for e in lire_lignes(experiences)),
            *(_entree(a, "action", a.texte("nature"), a.texte("intitule"), nommer) for a in lire_lignes(actions)),
            *(entree for document in documents for entree in _pages(document, nommer)),
        )
        connus = dict.fromkeys([*themes, *(theme for entree in entrees for theme in entree.themes)])
        natures = dict.fromkeys(entree.nature for entree in entrees if entree.nature)
        return cls(entrees, tuple(connus), tuple(sorted(natures)))

    def chercher(
        self,
        texte: str,
        *,
        territoires: Mapping[str, str] | None = None,
        theme: str | None = None,
        annee: int | None = None,
        nature: str | None = None,
        limite: int | None = None,
    ) -> pd.DataFrame:
        """Cherche des mots ; entre guillemets, une expression exacte aux accords près.

        Ce qui contient tous les mots l'emporte ; à défaut seulement, ce qui en contient une partie est rendu, et la
        colonne ``correspondance`` le dit. Sans texte, tout ce qui passe les filtres est rendu, du plus récent au plus
        ancien.

        Parameters
        ----------
        texte : str
            Ce qu'on cherche : « santé mentale », « "Cité éducative" Gennevilliers »...
        territoires : mapping of str to str, optional
            Portée de chaque code de territoire retenu (voir ``portees``) ; ce qui n'en nomme aucun est écarté.
        theme, nature : str, optional
            Libellé, sans égard aux accents ni à la casse.
        annee : int, optional
            Année.
        limite : int, optional
            Nombre de résultats à ne pas dépasser.

        Returns
        -------
        pandas.DataFrame
            Indexée par ``id``, le meilleur d'abord ; colonnes ``genre`` (experience, action, document), ``nature``,
            ``titre``, ``annee``, ``date``, ``themes`` (liste), ``territoires`` (liste), ``portee`` (None sans filtre de
            territoire), ``extrait`` (mots trouvés entre ``**``), ``score`` (plus il est haut, mieux c'est ; 0 sans
            texte), ``correspondance``, ``document``, ``page``, ``url``. Un document n'y est qu'une fois, à sa
            meilleure page.

        Raises
        ------
        ErreurArgument, ErreurType
            Thème ou nature inexistants, limite nulle, argument d'un autre type.
        """
        exiger(texte, str, "Une recherche", '"santé mentale"')
        _verifier_entier(annee, "Une année", "2024")
        _verifier_entier(limite, "Une limite", "20")
        if limite is not None and limite < 1:
            raise ErreurArgument(f"La limite {limite} ne laisse rien. Que faire : donnez 1 ou plus, ou None pour tout.")
        cle = normaliser(_choisir(theme, self.themes, "thème") or "")
        retenues = dict(self._filtrer(territoires, cle, annee, _choisir(nature, self.natures, "nature")))
        termes = decouper(texte)
        scores, correspondance = (
            self._noter(termes, retenues) if texte.strip() else (dict.fromkeys(retenues, 0.0), None)
        )
        trouvees = [
            _Trouvee(self.entrees[rang], self._champs[rang], score, retenues[rang]) for rang, score in scores.items()
        ]
        lignes = [t.ligne(termes, correspondance) for t in itertools.islice(_classer(trouvees), limite)]
        return _tabler(lignes)

    def _filtrer(
        self, territoires: Mapping[str, str] | None, theme: str, annee: int | None, nature: str | None
    ) -> Iterator[tuple[int, str | None]]:
        """Rangs des entrées qui passent les filtres, et leur portée."""
        for rang, entree in enumerate(self.entrees):
            if (theme and theme not in map(normaliser, entree.themes)) or (nature and nature != entree.nature):
                continue
            if annee is not None and annee != entree.annee:
                continue
            siennes = (
                []
                if territoires is None
                else [territoires[c] for c in (*entree.territoires, *entree.qpv) if c in territoires]
            )
            if territoires is None or siennes:
                yield rang, min(siennes, key=eloignement, default=None)

    def _noter(self, termes: Sequence[Terme], retenues: Mapping[int, object]) -> tuple[dict[int, float], str]:
        """Score des entrées retenues qui contiennent tous les termes ; à défaut, une partie d'entre eux."""
        for liaison, correspondance in ((" AND ", TOUS_LES_MOTS), (" OR ", UNE_PARTIE)):
            scores = {rang: note for rang, note in self._interroger(termes, liaison) if rang in retenues}
            if scores:
                return scores, correspondance
        return {}, TOUS_LES_MOTS

    def _interroger(self, termes: Sequence[Terme], liaison: str) -> Iterator[tuple[int, float]]:
        if not termes:
            return
        demande = liaison.join(f'"{" ".join(map(jeton, terme))}"' for terme in termes)
        poids = ", ".join(map(str, POIDS))
        requete = f"SELECT rowid, -bm25(fiches, {poids}) FROM fiches WHERE fiches MATCH ?"  # noqa: S608 : nos constantes
        yield from self._base.execute(requete, (demande,))

    @cached_property
    def _base(self) -> sqlite3.Connection:
        # L'index n'est que lu : plusieurs fils peuvent l'interroger.
        base = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, base.close)
        try:
            base.execute(
                "CREATE VIRTUAL TABLE fiches USING fts5(titre, sujets, resume, corps, content='', "
                f"tokenize=\"ascii tokenchars '{RUPTURE}'\")"
            )
        except sqlite3.OperationalError as cause:
            raise DependanceAbsente(
                f"Le SQLite de ce Python ne sait pas chercher en texte intégral ({cause}). Que faire : installez un "
                "Python de python.org, de conda ou de votre distribution, dont le SQLite a l'extension FTS5."
            ) from cause
        lignes = ((rang, *(champ.jetons for champ in champs)) for rang, champs in enumerate(self._champs))
        base.executemany("INSERT INTO fiches(rowid, titre, sujets, resume, corps) VALUES (?, ?, ?, ?, ?)", lignes)
        return base

    @cached_property
    def _champs(self) -> list[tuple[Champ, ...]]:
        textes = depouiller([texte for entree in self.entrees for texte in entree.textes])
        return list(zip(*[textes] * len(POIDS), strict=True))

    def __getstate__(self) -> dict[str, Any]:
        # Une base ouverte ne passe pas d'un processus à l'autre : elle se refait à la première recherche.
        return {nom: self.__dict__[nom] for nom in ("entrees", "themes", "natures")}


# --- ce qui entre dans l'index ---


def _entree(ligne: Ligne, genre: str, nature: str, titre: str, nommer: Callable[[str], str]) -> _Entree:
    return _Entree(
        code=ligne.id,
        genre=genre,
        nature=nature,
        titre=_propre(titre),
        annee=ligne.entier("annee"),
        date=ligne.texte("date") or None,
        themes=ligne.themes,
        territoires=ligne.liste("territoires"),
        qpv=ligne.liste("qpv"),
        document=ligne.texte("document") or None,
        page=ligne.entier("page"),
        url=ligne.texte("url") or None,
        sujets=_joindre(_sujets(ligne, nommer)),
        resume=_joindre((ligne.texte("resume"), *ligne.liste("perspectives"))),
        corps=f"Mots du document : {' · '.join(mots)}." if (mots := ligne.liste("mots")) else "",
    )


def _sujets(ligne: Ligne, nommer: Callable[[str], str]) -> Iterator[str]:
    """De quoi, où et avec qui."""
    yield from ligne.themes
    yield from map(ligne.texte, ("porteur", "type_porteur", "lieux"))
    yield from map(nommer, (*ligne.liste("territoires"), *ligne.liste("qpv")))
    for nom in ("dispositifs", "partenaires", "publics"):
        yield from ligne.liste(nom)


def _pages(document: Document, nommer: Callable[[str], str]) -> Iterator[_Entree]:
    titre = _propre(document.titre)
    sujets = _joindre((*document.themes, *map(nommer, document.territoires)))
    for numero, page in enumerate(document.pages, start=1):
        if corps := _propre(page):
            yield _Entree(
                code=document.code or titre,
                genre="document",
                nature="document",
                titre=titre,
                annee=document.annee,
                date=None,
                themes=tuple(document.themes),
                territoires=tuple(document.territoires),
                document=titre,
                page=numero if len(document.pages) > 1 else None,
                url=document.url,
                sujets=sujets,
                corps=corps,
            )


def _propre(texte: str) -> str:
    """Le texte sur une ligne, composé (NFC), sans les ``**`` qui se confondraient avec les nôtres."""
    return " ".join(_GRAS.sub("", unicodedata.normalize("NFC", texte)).split())


def _joindre(elements: Iterable[str]) -> str:
    return JOINT.join(dict.fromkeys(filter(None, map(_propre, elements))))


def _choisir(demande: str | None, permis: Sequence[str], quoi: str) -> str | None:
    """Le libellé qu'on a voulu dire, sans égard aux accents ni à la casse."""
    if demande is None:
        return None
    exiger(demande, str, f"Un filtre ({quoi})", f'{quoi}="{permis[0] if permis else "santé"}"'.replace("è", "e"))
    trouve = next((libelle for libelle in permis if normaliser(libelle) == normaliser(demande)), None)
    if trouve is None:
        liste = ", ".join(permis) or "aucune valeur : le catalogue est vide"
        raise ErreurArgument(f"« {demande} » n'existe pas comme {quoi}. Que faire : choisissez parmi {liste}.")
    return trouve


def _verifier_entier(valeur: object, quoi: str, exemple: str) -> None:
    if valeur is not None:
        exiger(valeur, Integral, quoi, exemple)


# --- les résultats ---


def _classer(trouvees: Iterable[_Trouvee]) -> Iterator[_Trouvee]:
    """Du meilleur score au moins bon, puis du plus récent, puis du plus proche ; un document une seule fois."""
    ordre = sorted(trouvees, key=lambda t: eloignement(t.portee or ""))
    ordre = sorted(ordre, key=lambda t: (t.score, t.entree.recence), reverse=True)
    vus: set[tuple[str, str]] = set()
    for trouvee in ordre:
        cle = trouvee.entree.genre, trouvee.entree.code
        if cle not in vus:
            vus.add(cle)
            yield trouvee


def _tabler(lignes: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(lignes, columns=["id", *COLONNES], dtype=object).set_index("id")
    entiers = dict.fromkeys(("annee", "page"), "Int64")
    return table.astype({**entiers, "score": "float64"})
