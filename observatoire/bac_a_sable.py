"""Le bac à sable où s'exécute le modèle HTML d'un utilisateur : Jinja2, sans rien qui sorte de son dossier.

Un modèle lit ce qu'on lui donne et les gabarits de la bibliothèque (``{% extends "observatoire/fiche.html" %}``). Il
n'appelle que les méthodes des textes, des nombres et des listes : un objet qui saurait écrire un fichier reste inerte.

Ce qui précède vaut contre toute malveillance. Le temps et la mémoire ne sont gardés que contre l'erreur : page, tours
de boucle, appels, largeurs, textes assemblés et nombres ont une limite. Qui voudrait épuiser la machine le pourrait
encore (des listes emboîtées à dessein, par exemple) : n'ouvrez que les modèles d'un auteur connu.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any, cast

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
    nodes,
    pass_context,
)
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import process

#: Ce par quoi un modèle nomme les gabarits de la bibliothèque.
PREFIXE = "observatoire"
#: Ce qu'une page peut peser : une boucle qui écrit sans fin s'arrête là.
PAGE_MAXIMALE = 50_000_000
#: Ce qu'une page peut compter de tours de boucle, toutes boucles confondues ; un appel vaut cinq tours.
TOURS_MAXIMUM = 1_000_000
_PRIX_D_UN_APPEL = 5
#: Ce que ses expressions peuvent assembler de caractères (et d'éléments de listes), en tout.
CARACTERES_MAXIMUM = 100_000_000
_REPETITIONS = 10_000
_LARGEUR_MAXIMALE = 999
_BITS_MAXIMUM = 10_000

#: Ce qu'un modèle faux peut lever pendant qu'il s'exécute.
ERREURS = (
    *(TemplateError, TypeError, ValueError, ArithmeticError, LookupError),
    *(AttributeError, RuntimeError, AssertionError, MemoryError),
)

#: Les méthodes des textes et des nombres qu'un modèle appelle : aucune ne fabrique un résultat de la taille qu'on veut
#: (« replace » est contrôlée à part).
_METHODES = frozenset(
    {"capitalize", "casefold", "count", "endswith", "find", "format", "format_map", "index", "join", "lower", "lstrip"}
    | {"partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip"}
    | {"split", "splitlines", "startswith", "strip", "swapcase", "title", "upper"}
    | {"is_integer", *(nom for nom in dir(str) if nom.startswith("is"))}
)
_SIMPLES = (str, bytes, int, float)
#: Les filtres qui allongent : leurs largeurs et leurs nombres sont bornés, leur résultat mesuré.
_FILTRES_BORNES = frozenset({"batch", "center", "indent", "join", "round", "slice", "tojson", "truncate", "wordwrap"})
_COMPTER = "compter les tours"
_LARGEUR_POURCENT = re.compile(r"%(?:\(.*\))?[-#0 +.\d]*?(?:\*|\d{4})", re.DOTALL)

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
        r"^MemoryError$": "un résultat ne tient pas en mémoire",
        r"expected length >= (\d+), got (-?\d+)": "« truncate » demande une longueur d'au moins {}, on lit {}",
        r"at least one item has to be": "« cycler » demande au moins une valeur",
        r"^'(.+?)' object has no attribute '(.+)'": "une valeur de type {} ne convient pas : elle n'a pas de « {} »",
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


class _Generateur(CodeGenerator):
    """Le programme que Jinja2 tire d'un modèle, où chaque ``~`` est mesuré."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - nom imposé par Jinja2
        self.write("environment.mesurer(")
        super().visit_Concat(node, frame)
        self.write(")")


class BacASable(ImmutableSandboxedEnvironment):
    """Environnement Jinja2 qui ne lit que ``dossier`` et les gabarits de la bibliothèque.

    Attributes
    ----------
    tours, caracteres : int
        Ce que la page en cours a dépensé ; ``rendre`` les remet à zéro.
    """

    intercepted_binops = frozenset({"*", "**", "+", "%"})
    code_generator_class = _Generateur

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
        self.tours = self.caracteres = 0
        self.concat = lambda morceaux: self.mesurer("".join(morceaux))  # type: ignore[method-assign]
        self.filters |= {nom: _borner(self, nom) for nom in _FILTRES_BORNES}
        self.filters |= {_COMPTER: _compter, "format": _formater(self.filters["format"])}
        self.filters["replace"] = _remplacer(self.filters["replace"])
        del self.globals["lipsum"]

    def mesurer(self, resultat: Any) -> Any:
        """Rend un texte, une liste ou un nombre, s'il n'est pas démesuré."""
        if isinstance(resultat, int) and resultat.bit_length() > _BITS_MAXIMUM:
            raise Refus("un nombre est trop grand")
        self.caracteres += len(resultat) if isinstance(resultat, (str, bytes, list, tuple)) else 0
        if self.caracteres > CARACTERES_MAXIMUM:
            raise Refus(f"le modèle assemble plus de {CARACTERES_MAXIMUM // 1_000_000} millions de caractères")
        return resultat

    def avancer(self, tours: int = 1) -> None:
        """Compte des tours de boucle."""
        self.tours += tours
        if self.tours > TOURS_MAXIMUM:
            raise Refus("trop de tours de boucle ou d'appels : le modèle ne finit pas")

    def join_path(self, template: str, parent: str) -> str:
        """Un gabarit de la bibliothèque nomme les autres sans préfixe ; chaque appel d'un fichier compte."""
        self.avancer()
        entre_nous = parent.startswith(f"{PREFIXE}/") and not template.startswith(f"{PREFIXE}/")
        return f"{PREFIXE}/{template}" if entre_nous else template

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Aux règles de Jinja2 s'ajoute une liste : les méthodes permises des textes et des nombres."""
        permis = attr in _METHODES or not any(isinstance(obj, t) and hasattr(t, attr) for t in _SIMPLES)
        return permis and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Une fonction qu'on lui a donnée, ou une méthode d'un texte, d'un nombre, d'une liste, d'une date."""
        proprietaire = getattr(obj, "__self__", None)
        appele = obj if proprietaire is None else proprietaire
        classe = appele if isinstance(appele, type) else type(appele)
        return super().is_safe_callable(obj) and classe.__module__.startswith(_MODULES_SURS)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """Le refus d'un attribut qui donnerait accès au programme."""
        return self.undefined(f"« {attribute} » est interdit à un modèle", obj, attribute, Refus)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """La méthode ``format`` d'un texte, si aucune de ses largeurs n'est démesurée ou calculée."""
        appel = super().wrap_str_format(value)
        if appel is not None:
            precisions = [precision or "" for _, _, precision, _ in Formatter().parse(value.__self__)]
            _refuser_si(any(re.search(r"\{|\d{4}", precision) for precision in precisions), "format")
        return appel

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse ce qui remplirait la mémoire : ``"x" * 10 ** 10``."""
        if operator == "**" or (
            operator == "*" and not _nombres(left, right) and _taille(left) * _taille(right) > _REPETITIONS
        ):
            raise Refus(f"« {operator} » donnerait un résultat trop grand")
        if operator == "%" and isinstance(left, (str, bytes)):
            _refuser_si(_LARGEUR_POURCENT.search(str(left)), "%")
        return self.mesurer(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja2
        """Appelle une fonction permise, et compte cet appel."""
        __self.avancer(_PRIX_D_UN_APPEL)
        if isinstance(__obj, LoopContext):
            args = tuple(_compter(__context, suite) for suite in args)
        texte = getattr(__obj, "__self__", None)
        if isinstance(texte, str) and __obj.__name__ == "replace":
            _verifier_remplacement(texte, *args, **kwargs)
        return __self.mesurer(super().call(__context, __obj, *args, **kwargs))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        arbre = super()._parse(source, name, filename)
        for boucle in arbre.find_all(nodes.For):
            boucle.iter = nodes.Filter(
                boucle.iter, _COMPTER, [], [], None, None, lineno=boucle.lineno, environment=self
            )
        return arbre


def _borner(bac: BacASable, nom: str) -> Callable[..., Any]:
    """Le filtre, qui refuse une largeur démesurée ; sa valeur, elle, peut être un grand nombre."""
    filtre = bac.filters[nom]

    @wraps(filtre)
    def borne(*args: Any, **options: Any) -> Any:
        suite = args[2:] if hasattr(filtre, "jinja_pass_arg") else args[1:]
        nombres = [n for n in (*suite, *options.values()) if isinstance(n, (int, float))]
        _refuser_si(any(abs(n) > _LARGEUR_MAXIMALE for n in nombres), nom)
        return bac.mesurer(filtre(*args, **options))

    return borne


def _remplacer(filtre: Callable[..., Any]) -> Callable[..., Any]:
    """Le filtre ``replace``, qui reçoit d'abord le contexte d'échappement."""

    @wraps(filtre)
    def remplacer(eval_ctx: Any, s: Any, old: Any, new: Any, count: int | None = None) -> Any:
        _verifier_remplacement(str(s), str(old), str(new))
        return filtre(eval_ctx, s, old, new, count)

    return remplacer


def _verifier_remplacement(texte: str, old: str = "", new: str = "", count: int = -1) -> None:  # noqa: ARG001 - str.replace
    _refuser_si(len(str(new)) * (texte.count(str(old)) or 1) > PAGE_MAXIMALE, "replace")


def _formater(filtre: Callable[..., Any]) -> Callable[..., Any]:
    """Le filtre ``format``, sans largeur démesurée ou calculée."""

    @wraps(filtre)
    def formater(value: Any, *args: Any, **kwargs: Any) -> Any:
        _refuser_si(_LARGEUR_POURCENT.search(str(value)), "format")
        return filtre(value, *args, **kwargs)

    return formater


@pass_context
def _compter(context: Context, suite: Iterable[Any]) -> Iterable[Any]:
    """Ce que parcourt une boucle, chaque tour compté."""
    bac = cast("BacASable", context.environment)
    if isinstance(suite, Sized):
        bac.avancer(len(suite))
        return suite
    return _compter_un_a_un(bac, suite)


def _compter_un_a_un(bac: BacASable, suite: Iterable[Any]) -> Iterator[Any]:
    for element in suite:
        bac.avancer()
        yield element


def _refuser_si(demesure: object, nom: str) -> None:
    if demesure:
        raise Refus(f"« {nom} » donnerait un résultat trop grand")


def rendre(bac: BacASable, nom: str, contexte: Mapping[str, Any]) -> str:
    """Le texte du modèle ``nom``.

    Raises
    ------
    jinja2.TemplateError, ValueError, TypeError...
        Une des ``ERREURS`` : ``expliquer`` la traduit.
    """
    morceaux, poids = [], 0
    bac.tours = bac.caracteres = 0
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
    message = str(erreur) or type(erreur).__name__
    return f"{lieu} : {message if isinstance(erreur, (Refus, UndefinedError)) else _traduire(message)}"


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
