"""Le bac à sable où s'exécute le modèle HTML d'un utilisateur : Jinja2, sans rien qui sorte de son dossier.

Un modèle lit ce qu'on lui donne et les gabarits de la bibliothèque (``{% extends "observatoire/fiche.html" %}``). Il
n'appelle que les méthodes des textes, des nombres et des listes : un objet qui saurait écrire un fichier reste inerte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import process

#: Ce par quoi un modèle nomme les gabarits de la bibliothèque.
PREFIXE = "observatoire"
#: Ce qu'une page peut peser : une boucle qui écrit sans fin s'arrête là.
PAGE_MAXIMALE = 50_000_000
_REPETITIONS = 10_000

#: Ce qu'un modèle faux peut lever pendant qu'il s'exécute.
ERREURS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)

_MODULES_SURS = ("builtins", "datetime", "jinja2", "markupsafe", "observatoire.blocs")

_TRADUCTIONS: Mapping[str, str] = MappingProxyType(
    {
        r"No filter named '(.+)'": "le filtre « {} » n'existe pas",
        r"No test named '(.+)'": "le test « {} » n'existe pas",
        r"Encountered unknown tag '(.+?)'": "la balise « {} » n'existe pas, ou n'est pas à sa place",
        r"innermost block that needs to be closed is '(.+?)'": "une balise « {} » n'est pas fermée",
        r"[Uu]nexpected '(.+)'": "« {} » n'est pas à sa place",
        r"expected token '(.+?)', got '(.+?)'": "on attend « {} », on lit « {} »",
        r"^(.+) is not safely callable": "un modèle n'a pas le droit d'appeler cette fonction",
        r"Range too big": "une boucle compte plus de 100 000 tours",
        r"recursion": "le modèle s'appelle lui-même sans fin",
        r"division by zero": "division par zéro",
    }
)


class Refus(SecurityError):
    """Ce que le bac à sable interdit ; son message est en français."""


class _Absent(StrictUndefined):
    """Une variable ou un attribut qui n'existe pas : toujours une erreur, et en français."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            ecrit_ici = issubclass(self._undefined_exception, Refus)
            return self._undefined_hint if ecrit_ici else f"Jinja2 dit : {self._undefined_hint}"
        objet, nom = self._undefined_obj, str(self._undefined_name)
        proche = process.extractOne(nom, _noms(objet), score_cutoff=60)
        return f"« {nom} » n'existe pas" + (f" : vouliez-vous « {proche[0]} » ?" if proche else "")


class BacASable(ImmutableSandboxedEnvironment):
    """Environnement Jinja2 qui ne lit que ``dossier`` et les gabarits de la bibliothèque."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, dossier: Path) -> None:
        super().__init__(
            loader=ChoiceLoader(
                [PrefixLoader({PREFIXE: PackageLoader("observatoire", "gabarits")}), FileSystemLoader(dossier)]
            ),
            autoescape=True,
            undefined=_Absent,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def join_path(self, template: str, parent: str) -> str:
        """Un gabarit de la bibliothèque nomme les autres sans préfixe."""
        entre_nous = parent.startswith(f"{PREFIXE}/") and not template.startswith(f"{PREFIXE}/")
        return f"{PREFIXE}/{template}" if entre_nous else template

    def is_safe_callable(self, obj: Any) -> bool:
        """Une fonction qu'on lui a donnée, ou une méthode d'un texte, d'un nombre, d'une liste, d'une date."""
        proprietaire = getattr(obj, "__self__", None)
        appele = obj if proprietaire is None else proprietaire
        classe = appele if isinstance(appele, type) else type(appele)
        return super().is_safe_callable(obj) and classe.__module__.startswith(_MODULES_SURS)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """Le refus d'un attribut qui donnerait accès au programme."""
        return self.undefined(f"« {attribute} » est interdit à un modèle", obj, attribute, Refus)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse ce qui remplirait la mémoire : ``"x" * 10 ** 10``."""
        if operator == "**" or (not _nombres(left, right) and _taille(left) * _taille(right) > _REPETITIONS):
            raise Refus(f"« {operator} » donnerait un résultat trop grand")
        return super().call_binop(context, operator, left, right)


def rendre(bac: BacASable, nom: str, contexte: Mapping[str, Any]) -> str:
    """Le texte du modèle ``nom``.

    Raises
    ------
    jinja2.TemplateError, ValueError, TypeError...
        Une des ``ERREURS`` : ``expliquer`` la traduit.
    """
    morceaux, poids = [], 0
    for morceau in bac.get_template(nom).generate(contexte):
        morceaux.append(morceau)
        poids += len(morceau)
        if poids > PAGE_MAXIMALE:
            raise Refus(f"la page dépasse {PAGE_MAXIMALE // 1_000_000} Mo : une boucle ne finit pas")
    return "".join(morceaux)


def problemes_de_syntaxe(bac: BacASable, nom: str, texte: str) -> Iterator[str]:
    """Ce qui empêche de lire un modèle, avant toute donnée."""
    try:
        bac.parse(texte, name=nom)
    except TemplateSyntaxError as erreur:
        yield f"{nom}, ligne {erreur.lineno} : {_traduire(str(erreur.message))}"


def expliquer(erreur: BaseException, dossier: Path, nom: str) -> str:
    """Où le modèle est faux, et en quoi, en français.

    Parameters
    ----------
    erreur : BaseException
        Une des ``ERREURS``.
    dossier : pathlib.Path
        Le dossier du modèle.
    nom : str
        Le fichier qu'on rendait.
    """
    if isinstance(erreur, TemplateSyntaxError):
        return f"{erreur.name or nom}, ligne {erreur.lineno} : {_traduire(str(erreur.message))}"
    lieu = _lieu(erreur, dossier) or nom
    if isinstance(erreur, TemplateNotFound):
        return f"{lieu} : le fichier « {erreur.name} » n'est pas dans le dossier du modèle"
    return f"{lieu} : {erreur if isinstance(erreur, (Refus, UndefinedError)) else _traduire(str(erreur))}"


def _lieu(erreur: BaseException, dossier: Path) -> str:
    """Le dernier fichier du dossier par où l'erreur est passée, et sa ligne."""
    lieu, trace = "", erreur.__traceback__
    while trace is not None:
        fichier = Path(trace.tb_frame.f_code.co_filename)
        if fichier.is_relative_to(dossier):
            lieu = f"{fichier.relative_to(dossier).as_posix()}, ligne {trace.tb_lineno}"
        trace = trace.tb_next
    return lieu


def _traduire(message: str) -> str:
    for motif, traduction in _TRADUCTIONS.items():
        trouve = re.search(motif, message, re.DOTALL)
        if trouve:
            return traduction.format(*trouve.groups())
    return f"Jinja2 dit : {message}"


def _noms(objet: Any) -> list[str]:
    """Ce qu'on aurait pu écrire : les champs d'une valeur, les clés d'une table."""
    if is_dataclass(objet):
        return [champ.name for champ in fields(objet)]
    return [str(cle) for cle in objet] if isinstance(objet, Mapping) else []


def _nombres(*valeurs: Any) -> bool:
    return all(isinstance(valeur, (int, float)) for valeur in valeurs)


def _taille(valeur: Any) -> int:
    return valeur if isinstance(valeur, int) else len(valeur) if hasattr(valeur, "__len__") else 1
