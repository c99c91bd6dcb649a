"""La charte d'une structure : nom, logo, couleurs, police, pied de page ; un seul endroit pour toutes les fiches.

``gabarits/charte.toml`` en dit les valeurs par défaut et sert de modèle. Une charte qui existe est correcte : couleurs
lisibles (WCAG 2.2, niveau AA), police présente, logo sans programme. Ses valeurs vont telles quelles dans un style.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rapidfuzz import process

from observatoire.erreurs import ErreurSchema, ErreurSource, exiger
from observatoire.fichiers import decoder, lire_octets
from observatoire.logos import adresse_du_logo, en_svg, forme_du_logo, problemes_du_logo
from observatoire.polices import POLICE, familles, fichiers_de_police
from observatoire.typographie import nombre

#: Contraste minimal d'un texte courant (WCAG 2.2, critère 1.4.3, niveau AA).
CONTRASTE_MINIMAL = 4.5

#: À l'écran, la première qui s'y trouve : Source Sans a changé de nom d'une version à l'autre.
_REPLIS = ("Source Sans 3", "Source Sans Pro", "Segoe UI")
_BLANC = "#ffffff"
_ENCRES = ("accent", "encre", "encre_douce")
_COULEURS = (*_ENCRES, "fond", "trait")
_COULEUR = re.compile(r"#[0-9a-fA-F]{6}")
_POLICE = re.compile(r"[^\W_][\w .-]{0,63}")
_LONGUEURS: Mapping[str, int] = MappingProxyType({"nom": 120, "logo_alternatif": 250, "pied": 300})
_REMEDE = "corrigez ces lignes ; observatoire/gabarits/charte.toml est un modèle à copier, chaque clé y est expliquée."

#: Chaque section du fichier : ses clés, et le champ de la charte que chacune remplit.
_SECTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "structure": {"nom": "nom", "logo": "logo", "logo_alternatif": "logo_alternatif"},
        "couleurs": {couleur: couleur for couleur in _COULEURS},
        "polices": {"nom": "police", "dossier": "polices"},
        "pied": {"texte": "pied"},
    }
)


@dataclass(frozen=True)
class Charte:
    """Ce qui distingue les fiches d'une structure.

    Attributes
    ----------
    nom : str
        Nom de la structure.
    accent, encre, encre_douce, fond, trait : str
        Couleurs « #rrggbb ».
    police : str
        Famille de caractères ; elle est dans ``polices``, ou livrée avec la bibliothèque.
    polices : pathlib.Path or None
        Dossier de polices de la structure.
    logo : bytes or None
        Un SVG ou un PNG.
    logo_forme : str
        « svg », « png », ou rien ; se déduit du logo.
    logo_alternatif : str
        Ce que dit le logo à qui ne le voit pas.
    pied : str
        Phrase ajoutée au bas de chaque page.

    Raises
    ------
    ErreurSchema
        Une valeur ne convient pas ; tous les problèmes sont dits.
    """

    nom: str = "observatoire"
    accent: str = "#0b4f80"
    encre: str = "#1d1b18"
    encre_douce: str = "#4a463f"
    fond: str = "#f6f3ec"
    trait: str = "#cfcabf"
    police: str = POLICE
    polices: Path | None = None
    logo: bytes | None = None
    logo_forme: str = ""
    logo_alternatif: str = ""
    pied: str = ""

    def __post_init__(self) -> None:
        problemes = [*_problemes({champ.name: getattr(self, champ.name) for champ in fields(self)})]
        if problemes:
            raise ErreurSchema("Charte", problemes, _REMEDE)
        object.__setattr__(self, "logo_forme", forme_du_logo(self.logo) if self.logo else "")


def lire_charte(chemin: str | PathLike[str]) -> Charte:
    """Lit la charte d'une structure ; ce que le fichier ne dit pas garde sa valeur par défaut.

    Parameters
    ----------
    chemin : str or os.PathLike
        Un fichier TOML, fait sur le modèle de ``observatoire/gabarits/charte.toml``. Les chemins qu'il contient partent
        de son dossier.

    Raises
    ------
    ErreurSource
        Fichier absent ou illisible.
    ErreurSchema
        Fichier mal formé : tous les problèmes sont dits d'un coup.
    """
    exiger(chemin, (str, PathLike), "Le chemin d'une charte", '"ma-charte.toml"')
    fichier = Path(chemin).expanduser()
    problemes: list[str] = []
    valeurs = dict(_valeurs(_lire_toml(fichier), problemes))
    _ouvrir_les_chemins(valeurs, fichier.parent, problemes)
    problemes.extend(_problemes({champ.name: champ.default for champ in fields(Charte)} | valeurs))
    if problemes:
        raise ErreurSchema(f"Charte « {fichier} »", dict.fromkeys(problemes), _REMEDE)
    return Charte(**valeurs)


def variables_css(charte: Charte) -> str:
    """Les variables de la feuille de style, à écrire avant elle : couleurs, et ``--police``."""
    couleurs = "".join(f"--{nom.replace('_', '-')}: {getattr(charte, nom)}; " for nom in _COULEURS)
    pile = ", ".join(f'"{police}"' for police in dict.fromkeys((charte.police, *_REPLIS)))
    return f":root {{ {couleurs}--police: {pile}, system-ui, sans-serif; }}\n"


def variables_typst(charte: Charte) -> dict[str, str]:
    """Ce qu'un gabarit Typst reçoit en JSON : des textes ; le logo est un SVG, que lit ``image(bytes(logo))``."""
    textes = ("nom", *_COULEURS, "police", "logo_alternatif", "pied")
    logo = en_svg(charte.logo, charte.logo_forme) if charte.logo else ""
    return {nom: getattr(charte, nom) for nom in textes} | {"logo": logo}


def logo_en_adresse(charte: Charte) -> str:
    """Le logo pour l'attribut ``src`` d'une image ; vide sans logo."""
    return adresse_du_logo(charte.logo, charte.logo_forme) if charte.logo else ""


def empreinte(charte: Charte) -> str:
    """Empreinte de ce qui se voit : deux chartes de même empreinte donnent les mêmes fiches, où qu'elles soient."""
    condense = hashlib.sha256(json.dumps(variables_typst(charte), sort_keys=True).encode())
    for chemin in fichiers_de_police(charte.polices) if charte.polices else ():
        condense.update(chemin.name.encode() + hashlib.sha256(chemin.read_bytes()).digest())
    return condense.hexdigest()


def contraste(couleur: str, autre: str) -> float:
    """Rapport de contraste de deux couleurs « #rrggbb », de 1 à 21 (WCAG 2.2).

    Examples
    --------
    >>> contraste("#000000", "#ffffff")
    21.0
    >>> round(contraste("#777777", "#ffffff"), 2)
    4.48
    """
    clair, sombre = sorted((_luminance(couleur), _luminance(autre)), reverse=True)
    return (clair + 0.05) / (sombre + 0.05)


def _luminance(couleur: str) -> float:
    rouge, vert, bleu = (_lineaire(int(couleur[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def _lineaire(composante: float) -> float:
    return composante / 12.92 if composante <= 0.04045 else ((composante + 0.055) / 1.055) ** 2.4


def _lire_toml(fichier: Path) -> Mapping[str, Any]:
    texte = decoder(fichier, lire_octets(fichier), "une charte au format TOML")
    try:
        return tomllib.loads(texte)
    except tomllib.TOMLDecodeError as cause:
        lieu = re.search(r"line (\d+)", str(cause))
        ou = f"à la ligne {lieu[1]}" if lieu else "à la fin du fichier"
        probleme = (
            f"{ou}, ce n'est pas du TOML : un texte s'écrit entre guillemets droits, comme nom = \"Ma structure\""
        )
        raise ErreurSchema(f"Charte « {fichier} »", [probleme], _REMEDE) from cause


def _valeurs(brut: Mapping[str, Any], problemes: list[str]) -> Iterator[tuple[str, Any]]:
    """Les champs que le fichier change ; relève sections et clés inconnues, et ce qui n'est pas un texte."""
    for nom, section in brut.items():
        if nom not in _SECTIONS:
            problemes.append(_inconnu("la section", f"[{nom}]", [f"[{connue}]" for connue in _SECTIONS]))
        elif not isinstance(section, dict):
            problemes.append(f"« {nom} » doit être une section : écrivez [{nom}] seul sur sa ligne")
        else:
            yield from _valeurs_d_une_section(nom, section, problemes)


def _valeurs_d_une_section(nom: str, section: Mapping[str, Any], problemes: list[str]) -> Iterator[tuple[str, Any]]:
    for cle, valeur in section.items():
        if cle not in _SECTIONS[nom]:
            problemes.append(_inconnu(f"dans [{nom}], la clé", cle, _SECTIONS[nom]))
        elif not isinstance(valeur, str):
            problemes.append(f"dans [{nom}], « {cle} » doit être un texte entre guillemets ; on lit {valeur!r}")
        else:
            yield _SECTIONS[nom][cle], valeur


def _inconnu(quoi: str, nom: str, connus: Iterable[str]) -> str:
    connus = list(connus)
    proche = process.extractOne(nom, connus, score_cutoff=60)
    suite = f"vouliez-vous « {proche[0]} » ?" if proche else f"on peut écrire {', '.join(connus)}"
    return f"{quoi} « {nom} » n'existe pas : {suite}"


def _ouvrir_les_chemins(valeurs: dict[str, Any], dossier: Path, problemes: list[str]) -> None:
    """Remplace le chemin du logo par ses octets, et celui des polices par un chemin complet."""
    if "polices" in valeurs:
        valeurs["polices"] = (dossier / valeurs["polices"]).resolve()
    if "logo" in valeurs:
        try:
            valeurs["logo"] = lire_octets(dossier / valeurs["logo"])
        except ErreurSource as cause:
            problemes.append(f"logo : {cause}")
            del valeurs["logo"]


def _problemes(valeurs: Mapping[str, Any]) -> Iterator[str]:
    """Tout ce qui ne convient pas dans les champs d'une charte."""
    mal_types = [*_problemes_de_type(valeurs)]
    if mal_types:
        yield from mal_types
        return
    yield from _problemes_des_textes(valeurs)
    yield from _problemes_des_couleurs({nom: valeurs[nom] for nom in _COULEURS})
    yield from _problemes_de_la_police(valeurs["police"], valeurs["polices"])
    if valeurs["logo"] is not None:
        yield from problemes_du_logo(valeurs["logo"])
        if not valeurs["logo_alternatif"].strip():
            yield 'le logo n\'a pas de texte de remplacement : écrivez logo_alternatif = "Logo de ..." dans [structure]'


def _problemes_de_type(valeurs: Mapping[str, Any]) -> Iterator[str]:
    attendus: Mapping[str, tuple[tuple[type, ...], str]] = {
        "polices": ((Path, type(None)), "un pathlib.Path"),
        "logo": ((bytes, type(None)), "des octets"),
    }
    for champ, valeur in valeurs.items():
        types, quoi = attendus.get(champ, ((str,), "un texte"))
        if not isinstance(valeur, types):
            yield f"« {champ} » doit être {quoi} ; on lit {valeur!r}"


def _problemes_des_textes(valeurs: Mapping[str, Any]) -> Iterator[str]:
    if not valeurs["nom"].strip():
        yield "le nom de la structure est vide"
    for champ, maximum in _LONGUEURS.items():
        if len(valeurs[champ]) > maximum:
            yield f"« {champ} » a {len(valeurs[champ])} caractères ; {maximum} au plus"
        if any(ord(lettre) < 32 for lettre in valeurs[champ]):
            yield f"« {champ} » doit tenir sur une ligne, sans tabulation"


def _problemes_des_couleurs(couleurs: Mapping[str, str]) -> Iterator[str]:
    justes = {nom: valeur for nom, valeur in couleurs.items() if _COULEUR.fullmatch(valeur)}
    for nom in (nom for nom in couleurs if nom not in justes):
        yield f"la couleur « {nom} » vaut « {couleurs[nom]} » : écrivez-la « #rrggbb », par exemple « #0b4f80 »"
    fonds = {"le blanc": _BLANC} | ({"le fond": justes["fond"]} if "fond" in justes else {})
    for encre in (nom for nom in _ENCRES if nom in justes):
        for fond, valeur in fonds.items():
            mesure = contraste(justes[encre], valeur)
            if mesure < CONTRASTE_MINIMAL:
                yield _trop_pale(f"{encre} ({justes[encre]})", f"{fond} ({valeur})", mesure)


def _trop_pale(encre: str, fond: str, mesure: float) -> str:
    # Arrondi vers le bas : 4,496 ne doit pas se lire 4,5.
    lu, minimum = nombre(int(mesure * 100) / 100, 2), nombre(CONTRASTE_MINIMAL, 1)
    return f"la couleur {encre} se lit mal sur {fond} : contraste de {lu}, il en faut {minimum} (WCAG 2.2 AA)"


def _problemes_de_la_police(police: str, dossier: Path | None) -> Iterator[str]:
    if dossier is None and police == POLICE:
        return
    if dossier is not None and not dossier.is_dir():
        yield f"le dossier de polices « {dossier} » n'existe pas"
        return
    if not _POLICE.fullmatch(police):
        yield f"la police « {police} » : un nom de police n'a que lettres, chiffres, espaces, points et traits d'union"
        return
    presentes = familles(dossier)
    if police not in presentes:
        ou = f"le dossier « {dossier} » ne la contient pas" if dossier else "aucun dossier de polices n'est indiqué"
        yield f"la police « {police} » est introuvable : {ou} ; polices présentes : {', '.join(presentes)}"
