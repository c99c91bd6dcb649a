"""Contrôler un dossier de modèle avant de s'en servir : rien n'y mène ailleurs, rien n'y appelle le réseau.

Typst télécharge seul un paquet importé, et son nom peut se calculer ; aucun réglage ne l'en empêche. On n'accepte
donc que des importations écrites en toutes lettres, d'un fichier ``.typ`` du dossier. La lecture est prudente : elle ne
distingue pas les commentaires, qu'un modèle malveillant saurait imiter, et peut refuser une tournure inoffensive.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from observatoire.fichiers import lire_octets

#: Au-delà, ce n'est plus un modèle : on aura donné le mauvais dossier.
FICHIERS_MAXIMUM = 500
POIDS_MAXIMAL = 100_000_000

_FINS_DE_LIGNE = "\n\v\f\r\x85\u2028\u2029"
_IMPORTATION = re.compile(r"(?<!\w)(import|include)(?![\w-])")
_CHEMIN = re.compile(r'\s*"([^"\\]*)"')
_ENTRE_DEUX = re.compile(rf"(?:\s|//[^{_FINS_DE_LIGNE}]*)*")
_DERNIER_MOT = re.compile(r"[\w'’]+\Z")
# Ce qui peut précéder une importation dans du code ; après tout autre mot, « import » est un mot du texte.
_MOTS_CLES = frozenset(
    {"not", "and", "or", "let", "set", "show", "context", "if", "else", "for", "in", "while"}
    | {"break", "continue", "return", "import", "include", "as", "none", "auto"}
)
_MOTS_INTERDITS = re.compile(r"(?<!\w)(eval|std|plugin)(?![\w-])")
_RAISONS: Mapping[str, str] = MappingProxyType(
    {
        "eval": "« eval » exécute un texte qu'on ne peut pas contrôler : écrivez le code lui-même",
        "std": "« std » donne accès à « eval » : appelez les fonctions par leur seul nom",
        "plugin": "« plugin » exécute un programme : un modèle ne fait que mettre en page",
    }
)


def fichiers_du_modele(dossier: Path) -> tuple[Path, ...]:
    """Les fichiers du dossier et de ses sous-dossiers, toujours dans le même ordre ; un de trop au plus."""
    trouves = []
    for racine, dossiers, noms in os.walk(dossier):
        dossiers.sort()
        trouves += [Path(racine, nom) for nom in sorted(noms)]
        if len(trouves) > FICHIERS_MAXIMUM:
            break
    return tuple(trouves[: FICHIERS_MAXIMUM + 1])


def problemes_du_dossier(dossier: Path, fichiers: tuple[Path, ...]) -> Iterator[str]:
    """Ce qui empêche de se servir du dossier : trop grand, ou des liens qui en sortent."""
    if len(fichiers) > FICHIERS_MAXIMUM:
        yield f"plus de {FICHIERS_MAXIMUM} fichiers : donnez le dossier qui ne contient que le modèle"
        return
    entrees = dict.fromkeys([*_dossiers(dossier), *fichiers])
    for chemin in entrees:
        yield from _problemes_d_une_entree(dossier, chemin)
    if sum(chemin.stat().st_size for chemin in fichiers if chemin.is_file()) > POIDS_MAXIMAL:
        yield f"plus de {POIDS_MAXIMAL // 1_000_000} Mo : donnez le dossier qui ne contient que le modèle"


def empreinte_des_fichiers(dossier: Path, fichiers: tuple[Path, ...]) -> str:
    """Empreinte des noms et des contenus : elle ne dépend pas de l'endroit où le dossier est rangé."""
    condense = hashlib.sha256()
    for chemin in fichiers:
        condense.update(hashlib.sha256(chemin.relative_to(dossier).as_posix().encode()).digest())
        condense.update(hashlib.sha256(lire_octets(chemin)).digest())
    return condense.hexdigest()


def problemes_typst(nom: str, octets: bytes) -> Iterator[str]:
    """Ce qu'un fichier Typst n'a pas le droit de faire, avec sa ligne.

    Parameters
    ----------
    nom : str
        Le fichier, tel qu'on le nomme dans le message.
    octets : bytes
        Son contenu.
    """
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield f"{nom} : ce fichier n'est pas en UTF-8 ; enregistrez-le de nouveau dans cet encodage"
        return
    for mot in _MOTS_INTERDITS.finditer(texte):
        yield f"{_lieu(nom, texte, mot.start())} : {_RAISONS[mot[1]]}"
    for mot in _IMPORTATION.finditer(texte):
        refus = "" if _en_prose(texte, mot.start()) else _refus(texte, mot.end())
        if refus:
            yield f"{_lieu(nom, texte, mot.start())} : {refus}"


def _dossiers(dossier: Path) -> list[Path]:
    return [Path(racine, nom) for racine, dossiers, _ in os.walk(dossier) for nom in dossiers]


def _problemes_d_une_entree(dossier: Path, chemin: Path) -> Iterator[str]:
    nom = chemin.relative_to(dossier).as_posix()
    if not chemin.resolve().is_relative_to(dossier):
        yield f"« {nom} » est un lien vers l'extérieur du dossier : copiez ici ce qu'il désigne"
    elif not chemin.is_file() and not chemin.is_dir():
        yield f"« {nom} » n'est ni un fichier ni un dossier : retirez-le"


def _lieu(nom: str, texte: str, position: int) -> str:
    return f"{nom}, ligne {texte.count(chr(10), 0, position) + 1}"


def _en_prose(texte: str, position: int) -> bool:
    """Vrai si le mot qui précède, sur la même ligne, montre qu'on lit du texte : « l'import », « un import »."""
    dernier = _DERNIER_MOT.search(texte[max(0, position - 80) : position].rstrip(" \t"))
    return dernier is not None and dernier[0] not in _MOTS_CLES


def _refus(texte: str, position: int) -> str:
    """Pourquoi refuser l'importation dont le mot-clé finit à ``position`` ; rien si elle convient."""
    chemin = _CHEMIN.match(texte, position)
    if chemin is None:
        return 'une importation doit nommer son fichier : #import "fichier.typ"'
    if chemin[1].startswith("@"):
        return (
            f"« {chemin[1]} » est un paquet, que Typst irait chercher sur le réseau : copiez ses fichiers dans le "
            'dossier et importez-les par leur chemin, #import "fichier.typ"'
        )
    if not chemin[1].lower().endswith(".typ"):
        return f"« {chemin[1]} » n'est pas un fichier .typ : un modèle n'importe que des fichiers .typ de son dossier"
    if not _finit_bien(texte, chemin.end()):
        return f"après « {chemin[1]} », allez à la ligne ou écrivez « ; » : un chemin ne se calcule pas"
    return ""


def _finit_bien(texte: str, position: int) -> bool:
    """Vrai si rien, après le chemin, ne peut le changer (``"a.typ".replace(...)``, ``"a.typ" * 0 + "@..."``)."""
    entre_deux = _ENTRE_DEUX.match(texte, position)
    suite = texte[entre_deux.end() if entre_deux else position :][:3]
    if not suite or suite[0] in ":;,)]}" or re.match(r"as\s", suite):
        return True
    a_la_ligne = entre_deux is not None and any(fin in entre_deux[0] for fin in _FINS_DE_LIGNE)
    return a_la_ligne and suite[0] not in ".*/+"
