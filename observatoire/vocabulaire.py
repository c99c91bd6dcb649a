"""Le vocabulaire contrôlé de la politique de la ville : thèmes, dispositifs, publics et types de porteur.

Les mots sont des données, dans ``observatoire/vocabulaires/*.toml`` : en ajouter un ne demande aucun code. Une même
expression peut dire deux thèmes (« violences intrafamiliales »), pas deux types de porteur.
"""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

from observatoire.erreurs import ErreurSchema, ErreurSource
from observatoire.lexique import Expression, Lecture, Lexique, Terme, Trouve

#: Le poids d'une expression, selon la liste du fichier où elle est écrite.
POIDS: Mapping[str, float] = {"certains": 3, "mots": 2, "indices": 0.5}
#: Au-delà, un texte est de tous les thèmes, donc d'aucun.
THEMES_AU_PLUS = 4

_LISTES = (*POIDS, "sigles", "sauf", "themes")
_CLES = frozenset({"libelle", "definition", "par_defaut", *_LISTES})
# Un mot ordinaire suffit à un titre, ou à un texte court (en mots pleins).
_POIDS_SUFFISANT = 2
_TEXTE_COURT = 40
# Dans un texte long : poids pour cent mots pleins, et part du thème le plus dense.
_DENSITE_MINIMALE = 3.0
_PART_DU_PREMIER = 0.4
# D'où l'on tient un thème, du plus sûr au moins sûr.
_RUBRIQUE, _TITRE, _TEXTE, _CHAPITRE = range(4)


@dataclass(frozen=True)
class Vocabulaire:
    """Le vocabulaire contrôlé ; une valeur, chargée une fois par qui s'en sert (``Vocabulaire.charger()``).

    Attributes
    ----------
    themes, dispositifs, publics, types_porteurs : tuple of Terme
        Les termes, dans l'ordre de leurs fichiers.

    Examples
    --------
    >>> v = Vocabulaire.charger()
    >>> v.reconnaitre_themes("", titre="Une semaine contre les violences faites aux femmes")
    ['égalité femmes-hommes']
    >>> v.reconnaitre_dispositifs("Le CLSPD et le Programme de réussite éducative")
    ['CLSPD', 'PRE']
    >>> v.type_porteur("VILLE DE NANTERRE")
    'commune'
    """

    themes: tuple[Terme, ...]
    dispositifs: tuple[Terme, ...]
    publics: tuple[Terme, ...]
    types_porteurs: tuple[Terme, ...]
    _lexiques: dict[str, Lexique] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lexiques = {
            "themes": Lexique(_avec_dispositifs(theme, self.dispositifs) for theme in self.themes),
            "dispositifs": Lexique(self.dispositifs),
            "publics": Lexique(self.publics),
            "porteurs": Lexique(self.types_porteurs),
        }
        object.__setattr__(self, "_lexiques", lexiques)

    @classmethod
    def charger(cls, dossier: str | os.PathLike[str] | None = None) -> Self:
        """Lit et contrôle les quatre fichiers du vocabulaire.

        Parameters
        ----------
        dossier : path, optional
            Un autre vocabulaire : un dossier qui contient ``themes.toml``, ``dispositifs.toml``, ``publics.toml`` et
            ``porteurs.toml``. Par défaut, celui de la bibliothèque.

        Raises
        ------
        ErreurSource
            Un fichier manque ou ne se lit pas.
        ErreurSchema
            Un fichier est mal formé : tous ses problèmes sont donnés à la fois.
        """
        source: Traversable = Path(dossier) if dossier else files("observatoire") / "vocabulaires"
        themes = _lire(source, "themes.toml")
        return cls(
            themes,
            _lire(source, "dispositifs.toml", themes_connus=[t.libelle for t in themes]),
            _lire(source, "publics.toml"),
            _lire(source, "porteurs.toml", partage=False),
        )

    def reconnaitre_themes(self, texte: str, *, titre: str = "", rubrique: str = "") -> list[str]:
        """Les thèmes d'une notice, du plus sûr au moins sûr, quatre au plus.

        Parameters
        ----------
        texte : str
            Le corps de la notice ; un thème doit y être assez dense : un mot ordinaire pour soixante mots pleins, et au
            moins deux fois sur cinq ce qu'est le premier.
        titre : str, optional
            Son titre : un mot ordinaire y suffit.
        rubrique : str, optional
            L'intertitre sous lequel elle est imprimée. S'il ne dit que des thèmes (« Sport / Santé »), ils viennent en
            premier : ceux que la notice dit elle-même, ou tous si elle n'en dit aucun. Sinon c'est un chapitre
            (« Soutenir un développement économique endogène ») : son thème compte s'il se retrouve dans le texte, ou à
            défaut de tout autre.

        Returns
        -------
        list of str
            Des libellés de ``themes`` ; vide si rien n'est assez sûr.
        """
        lexique = self._lexiques["themes"]
        rubrique_lue, titre_lu, texte_lu = map(Lecture, (rubrique, titre, texte))
        au_titre, au_texte = lexique.peser(titre_lu), lexique.peser(texte_lu)
        denses = _denses(au_texte, len(texte_lu.mots))
        rangs = {**dict.fromkeys(denses, _TEXTE), **dict.fromkeys(_suffisants(au_titre), _TITRE)}
        imprimes = _suffisants(lexique.peser(rubrique_lue))
        if lexique.couvre(rubrique_lue):
            rangs |= dict.fromkeys([t for t in imprimes if t in rangs] or imprimes, _RUBRIQUE)
        else:
            rangs = {**dict.fromkeys([t for t in imprimes if t in _suffisants(au_texte)], _TEXTE), **rangs}
        rangs = self._sans_methode(rangs) or dict.fromkeys(imprimes, _CHAPITRE)
        ordre = dict.fromkeys([*imprimes, *(t.libelle for t in self.themes)])
        certitudes = {t: (rangs[t], -10 * au_titre.get(t, 0) - denses.get(t, 0)) for t in ordre if t in rangs}
        return sorted(certitudes, key=certitudes.__getitem__)[:THEMES_AU_PLUS]

    def reconnaitre_dispositifs(self, texte: str) -> list[str]:
        """Les dispositifs nommés, par leur sigle ou leur nom, dans l'ordre où ils apparaissent."""
        return self._reconnaitre("dispositifs", texte)

    def reconnaitre_publics(self, texte: str) -> list[str]:
        """Les publics nommés (habitants, jeunes, parents...), dans l'ordre où ils apparaissent."""
        return self._reconnaitre("publics", texte)

    def type_porteur(self, porteur: str) -> str | None:
        """Le type d'une structure d'après son nom ; None si le nom ne le dit pas.

        Le premier mot sûr l'emporte : « Mission locale de la ville » est une mission locale.
        """
        trouves = self._lexiques["porteurs"].trouver(Lecture(porteur))
        premier = min(trouves, key=lambda t: (-t.poids, t.debut, -t.fin), default=None)
        return premier.libelle if premier else None

    def _sans_methode(self, rangs: Mapping[str, int]) -> dict[str, int]:
        """Un thème de méthode ne reste qu'imprimé en rubrique, ou dit plus sûrement que tout autre."""
        methode = {t.libelle for t in self.themes if t.par_defaut}
        premier = min((rang for t, rang in rangs.items() if t not in methode), default=_CHAPITRE)
        return {t: rang for t, rang in rangs.items() if t not in methode or rang == _RUBRIQUE or rang < premier}

    def _reconnaitre(self, famille: str, texte: str) -> list[str]:
        return list(dict.fromkeys(t.libelle for t in _les_plus_longs(self._lexiques[famille].trouver(Lecture(texte)))))


def _avec_dispositifs(theme: Terme, dispositifs: Iterable[Terme]) -> Terme:
    """Le thème, augmenté des noms et sigles des dispositifs qui le disent."""
    lies = [d for d in dispositifs if theme.libelle in d.themes]
    return replace(
        theme,
        expressions=(*theme.expressions, *(e for d in lies for e in d.expressions)),
        sigles=(*theme.sigles, *(s for d in lies for s in d.sigles)),
        sauf=(*theme.sauf, *(e for d in lies for e in d.sauf)),
    )


def _denses(poids: Mapping[str, float], longueur: int) -> dict[str, float]:
    """La densité des thèmes assez présents dans un texte : dits vraiment, souvent, et pas loin derrière le premier."""
    densites = {libelle: 100 * total / max(longueur, _TEXTE_COURT) for libelle, total in poids.items()}
    seuil = max(_DENSITE_MINIMALE, _PART_DU_PREMIER * max(densites.values(), default=0))
    return {libelle: densites[libelle] for libelle in _suffisants(poids) if densites[libelle] >= seuil}


def _suffisants(poids: Mapping[str, float]) -> list[str]:
    """Les thèmes que dit au moins un mot ordinaire."""
    return [libelle for libelle, total in poids.items() if total >= _POIDS_SUFFISANT]


def _les_plus_longs(trouves: Iterable[Trouve]) -> Iterator[Trouve]:
    """Retire ce qui est dit à l'intérieur d'un nom plus long : un CLSM n'est pas aussi un CLS."""
    debut, fin = 0, 0
    for trouve in trouves:  # dans l'ordre, le plus long d'abord
        if trouve.fin > fin or (trouve.debut, trouve.fin) == (debut, fin):
            debut, fin = trouve.debut, trouve.fin
            yield trouve


def _lire(
    dossier: Traversable, fichier: str, *, themes_connus: Iterable[str] = (), partage: bool = True
) -> tuple[Terme, ...]:
    """Un fichier du vocabulaire, contrôlé ; sans ``partage``, une expression n'y dit qu'un terme."""
    bruts = _lire_toml(dossier, fichier)
    termes, problemes = [], list(_libelles_repetes(bruts))
    for numero, brut in enumerate(bruts, 1):
        nom = f"« {brut['libelle']} »" if isinstance(brut.get("libelle"), str) else f"terme n° {numero}"
        mal_dits = list(_problemes_de_forme(brut))
        if not mal_dits:
            termes.append(_terme(brut))
            mal_dits = list(_problemes_de_fond(termes[-1], frozenset(themes_connus)))
        problemes += [f"{nom} : {probleme}" for probleme in mal_dits]
    problemes += [] if partage else _partages(termes)
    if problemes:
        raise _mal_forme(fichier, problemes)
    return tuple(termes)


def _lire_toml(dossier: Traversable, fichier: str) -> list[dict[str, Any]]:
    try:
        bruts = tomllib.loads((dossier / fichier).read_text(encoding="utf-8")).get("terme")
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurSource(
            f"Vocabulaire : le fichier {fichier} ne se lit pas dans {dossier} ({erreur}). Que faire : donnez un "
            "dossier de quatre fichiers TOML en UTF-8, par exemple une copie modifiée d'observatoire/vocabulaires."
        ) from erreur
    except tomllib.TOMLDecodeError as erreur:
        raise _mal_forme(fichier, [f"ce n'est pas du TOML : {erreur}"]) from erreur
    if not isinstance(bruts, list) or not bruts or not all(isinstance(brut, dict) for brut in bruts):
        raise _mal_forme(fichier, ["aucun [[terme]]"])
    return bruts


def _mal_forme(fichier: str, problemes: Iterable[str]) -> ErreurSchema:
    remede = "corrigez ces lignes ; l'entête des fichiers d'observatoire/vocabulaires dit ce que chaque clé attend."
    return ErreurSchema(f"Vocabulaire, fichier {fichier}", problemes, remede)


def _terme(brut: Mapping[str, Any]) -> Terme:
    return Terme(
        brut["libelle"],
        brut["definition"],
        tuple(Expression.lire(texte, poids) for liste, poids in POIDS.items() for texte in brut.get(liste, ())),
        tuple(brut.get("sigles", ())),
        tuple(Expression.lire(texte, 0) for texte in brut.get("sauf", ())),
        tuple(brut.get("themes", ())),
        brut.get("par_defaut", False),
    )


def _libelles_repetes(bruts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    libelles = Counter(brut["libelle"] for brut in bruts if isinstance(brut.get("libelle"), str))
    yield from (f"« {libelle} » : libellé écrit {nombre} fois" for libelle, nombre in libelles.items() if nombre > 1)


def _problemes_de_forme(brut: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"clé inconnue « {cle} »" for cle in brut if cle not in _CLES)
    if not isinstance(brut.get("par_defaut", False), bool):
        yield "« par_defaut » n'est ni true ni false"
    for cle in ("libelle", "definition"):
        if not isinstance(brut.get(cle), str) or not brut[cle].strip():
            yield f"« {cle} » manque ou n'est pas un texte"
    for cle in _LISTES:
        liste = brut.get(cle, [])
        if not isinstance(liste, list) or not all(isinstance(texte, str) and texte.strip() for texte in liste):
            yield f"« {cle} » n'est pas une liste de textes"


def _problemes_de_fond(terme: Terme, themes_connus: frozenset[str]) -> Iterator[str]:
    if not terme.expressions and not terme.sigles:
        yield "rien à reconnaître : ni certains, ni mots, ni indices, ni sigles"
    toutes = (*terme.expressions, *terme.sauf)
    yield from (f"« {e.texte} » n'a que des mots vides (articles, prépositions)" for e in toutes if not e.racines)
    exclues = {e.racines for e in terme.sauf}
    yield from (f"« {e.texte} » est à la fois reconnu et exclu" for e in terme.expressions if e.racines in exclues)
    premieres: dict[tuple[str, ...], str] = {}
    for e in terme.expressions:
        if premieres.setdefault(e.racines, e.texte) is not e.texte:
            yield f"« {e.texte} » redit « {premieres[e.racines]} »"
    yield from (f"thème inconnu « {theme} »" for theme in terme.themes if theme not in themes_connus)


def _partages(termes: Iterable[Terme]) -> Iterator[str]:
    """Les mots écrits dans deux termes, là où un nom ne peut en dire qu'un."""
    vus: dict[tuple[str, ...], str] = {}
    for terme in termes:
        cles = {e.racines: e.texte for e in terme.expressions} | {(sigle,): sigle for sigle in terme.sigles}
        for cle, texte in cles.items():
            if vus.setdefault(cle, terme.libelle) != terme.libelle:
                yield f"« {texte} » dit à la fois « {vus[cle]} » et « {terme.libelle} »"
