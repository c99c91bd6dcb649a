"""Le modèle de fiche d'une structure : un dossier où ``fiche.html`` (Jinja2) ou ``fiche.typ`` (Typst) met en page.

Il reçoit ce que reçoivent les gabarits de la bibliothèque, et ne lit que son dossier. Un modèle est contrôlé à
l'ouverture, où tous ses défauts sont dits d'un coup.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typst

from observatoire.bac_a_sable import ERREURS, BacASable, expliquer, problemes_de_syntaxe, rendre
from observatoire.controle_modele import (
    empreinte_des_fichiers,
    fichiers_du_modele,
    problemes_du_dossier,
    problemes_typst,
)
from observatoire.erreurs import ErreurArgument, ErreurSchema, ErreurSource, exiger
from observatoire.fichiers import lire_octets
from observatoire.polices import polices, signature

#: Ce que doit contenir le dossier pour donner chaque forme de fiche.
FICHIERS: Mapping[str, str] = MappingProxyType({"html": "fiche.html", "pdf": "fiche.typ"})

_POLICES = "polices"
_REMEDE = (
    "corrigez ces points ; « Écrire un modèle de fiche », dans le guide, dit ce qu'un modèle reçoit et peut faire."
)
_ERREUR_TYPST = re.compile(r"^error: (.+(?:\n(?!\s+[┌=]|\n).+)*)(?:\n\s+┌─ (.+?):(\d+):\d+$)?", re.MULTILINE)
_POLICE_INCONNUE = re.compile(r"unknown font family: (.+)")

# Ce que refuse Typst, en français : les exigences de PDF/UA-1, et les fautes courantes.
_TRADUCTIONS: Mapping[str, str] = MappingProxyType(
    {
        r"missing document title": 'le document n\'a pas de titre : écrivez #set document(title: "...")',
        r"missing alt text": 'une image ou une équation n\'a pas de texte de remplacement : ajoutez alt: "...", ou '
        "placez-la dans pdf.artifact(...) si elle ne fait que décorer",
        r"skipped from heading level (\d) to (\d)": "un titre passe du niveau {} au niveau {} : n'en sautez aucun",
        r"first heading must be": "le premier titre doit être de niveau 1",
        r"heading title is empty": "un titre est vide",
        r"file description is missing": 'une pièce jointe n\'a pas de description : ajoutez description: "..."',
        r"text [`\"]+(.+?)[`\"]+ could not be displayed": "aucune police n'a le caractère « {} » : retirez-le, ou "
        f"ajoutez une police qui l'a dans le dossier « {_POLICES} »",
        r"would escape the project root|absolute paths are not allowed": "un chemin sort du dossier du modèle",
        r"URLs are not allowed": "un dessin appelle le réseau : copiez dans le dossier ce qu'il y cherche",
        r"file not found \(searched at (?:.*[/\\])?(.+?)\)": "le fichier « {} » n'est pas dans le dossier du modèle",
        r"unknown variable: (\S+)": "« {} » n'existe pas",
        r"does not contain key \"(.+?)\"": "les données n'ont pas de « {} »",
        r"loop seems to be infinite|maximum .+ depth exceeded": "une boucle ou un appel ne finit pas",
    }
)


@dataclass(frozen=True)
class ModeleUtilisateur:
    """Un modèle contrôlé. Il ne retient que son chemin et son empreinte : il passe d'un processus à l'autre.

    Attributes
    ----------
    dossier : pathlib.Path
        Chemin complet du dossier.
    empreinte : str
        Empreinte de ses fichiers, où qu'il soit rangé.
    """

    dossier: Path
    empreinte: str

    @property
    def nom(self) -> str:
        """Nom du dossier."""
        return self.dossier.name

    @property
    def formes(self) -> frozenset[str]:
        """Les formes de fiche qu'il met en page : « html », « pdf »."""
        return frozenset(forme for forme, fichier in FICHIERS.items() if (self.dossier / fichier).is_file())

    def rendre_html(self, contexte: Mapping[str, Any]) -> str:
        """La page que donne ``fiche.html``.

        Parameters
        ----------
        contexte : mapping
            Les variables du modèle.

        Raises
        ------
        ErreurSchema
            Le modèle est faux, ou fait ce qui lui est interdit : le message dit où.
        """
        self._exiger("html")
        _verifier(self)
        try:
            return rendre(_bac_a_sable(self), FICHIERS["html"], contexte)
        except ERREURS as cause:
            probleme = expliquer(cause, self.dossier, FICHIERS["html"])
            raise ErreurSchema(_origine(self.dossier), [probleme], _REMEDE) from cause

    def composer_pdf(
        self, donnees: Mapping[str, Any], date: dt.date, polices_de_la_charte: Path | None = None
    ) -> bytes:
        """Le PDF/UA-1 que donne ``fiche.typ``.

        Parameters
        ----------
        donnees : mapping
            Ce que le modèle lit par ``json(bytes(sys.inputs.donnees))``.
        date : datetime.date
            Date inscrite dans les métadonnées.
        polices_de_la_charte : pathlib.Path, optional
            Un dossier de polices, en plus de ``polices/`` dans le dossier du modèle.

        Raises
        ------
        ErreurSchema
            Typst a refusé le document, ou le document n'est pas accessible : le message dit où.
        """
        self._exiger("pdf")
        _verifier(self)
        instant = dt.datetime.combine(date, dt.time(), dt.UTC)
        entrees = {"donnees": json.dumps(donnees, ensure_ascii=False)}
        try:
            resultat, avertissements = _compilateur(self.dossier, polices_de_la_charte).compile_with_warnings(
                format="pdf", pdf_standards="ua-1", timestamp=instant, sys_inputs=entrees
            )
        except typst.TypstError as cause:
            problemes = _problemes_de_composition(cause.diagnostic, self.dossier)
            raise ErreurSchema(_origine(self.dossier), problemes, _REMEDE) from cause
        self._avertir(avertissements)
        return resultat[0] if isinstance(resultat, list) else bytes(resultat or b"")

    def _avertir(self, avertissements: Iterable[typst.TypstWarning]) -> None:
        """Une police absente est remplacée sans que Typst s'arrête : le dire."""
        inconnues = {trouve[1] for a in avertissements if (trouve := _POLICE_INCONNUE.search(a.message))}
        for police in sorted(inconnues):
            warnings.warn(
                f"Modèle « {self.nom} » : la police « {police} » n'est pas là, une autre la remplace. Que faire : "
                f"mettez ses fichiers dans « {self.dossier / _POLICES} », ou choisissez-en une autre.",
                stacklevel=3,
            )

    def _exiger(self, forme: str) -> None:
        if forme not in self.formes:
            raise ErreurArgument(
                f"Le modèle « {self.nom} » ne donne pas de {forme.upper()} : il n'a pas de {FICHIERS[forme]}. "
                f"Que faire : ajoutez ce fichier, ou demandez {' ou '.join(sorted(self.formes)) or 'un autre modèle'}."
            )


def ouvrir_modele(dossier: str | PathLike[str]) -> ModeleUtilisateur:
    """Ouvre et contrôle un dossier de modèle.

    Parameters
    ----------
    dossier : str or os.PathLike
        Un dossier qui contient ``fiche.html``, ``fiche.typ``, ou les deux, et ce qu'ils appellent : images, autres
        modèles, et des polices dans ``polices/``.

    Raises
    ------
    ErreurSource
        Le dossier n'existe pas.
    ErreurSchema
        Il ne convient pas : liens vers l'extérieur, paquets à télécharger, syntaxe... Tout est dit d'un coup.
    """
    exiger(dossier, (str, PathLike), "Le dossier d'un modèle", '"mon-modele/"')
    chemin = Path(dossier).expanduser().resolve()
    if not chemin.is_dir():
        raise ErreurSource(f"« {dossier} » n'est pas un dossier. Que faire : vérifiez le chemin de votre modèle.")
    fichiers = fichiers_du_modele(chemin)
    problemes = [*problemes_du_dossier(chemin, fichiers)] or [*_problemes_du_contenu(chemin, fichiers)]
    if problemes:
        raise ErreurSchema(_origine(chemin), problemes, _REMEDE)
    return ModeleUtilisateur(chemin, empreinte_des_fichiers(chemin, fichiers))


def _problemes_du_contenu(dossier: Path, fichiers: tuple[Path, ...]) -> Iterator[str]:
    if not any((dossier / nom).is_file() for nom in FICHIERS.values()):
        noms = ", ".join(sorted(chemin.name for chemin in fichiers)[:10])
        yield f"ni fiche.html ni fiche.typ ; on y trouve {noms or 'un dossier vide'}"
    bac = BacASable(dossier)
    for chemin in fichiers:
        nom = chemin.relative_to(dossier).as_posix()
        if chemin.suffix.lower() == ".typ":
            yield from problemes_typst(nom, lire_octets(chemin))
        elif chemin.suffix.lower() == ".html":
            yield from _problemes_html(bac, nom, lire_octets(chemin))


def _problemes_html(bac: BacASable, nom: str, octets: bytes) -> Iterator[str]:
    try:
        yield from problemes_de_syntaxe(bac, nom, octets.decode("utf-8"))
    except UnicodeDecodeError:
        yield f"{nom} : ce fichier n'est pas en UTF-8 ; enregistrez-le de nouveau dans cet encodage"


def _verifier(modele: ModeleUtilisateur) -> None:
    """Le dossier est bien celui qu'on a ouvert et contrôlé ; il n'est relu que si ses fichiers ont changé."""
    _comparer(modele, signature(fichiers_du_modele(modele.dossier)))


@lru_cache(maxsize=8)
def _comparer(modele: ModeleUtilisateur, etat: tuple[tuple[str, int, int], ...]) -> None:  # noqa: ARG001 - date le cache
    if ouvrir_modele(modele.dossier) != modele:
        raise ErreurSource(
            f"Le modèle « {modele.nom} » a changé depuis son ouverture. Que faire : rouvrez-le, puis recommencez."
        )


@lru_cache(maxsize=8)
def _bac_a_sable(modele: ModeleUtilisateur) -> BacASable:
    """Un environnement par modèle : ses fichiers n'y sont compilés qu'une fois."""
    return BacASable(modele.dossier)


def _compilateur(dossier: Path, polices_de_la_charte: Path | None) -> typst.Compiler:
    apportees = dossier / _POLICES
    return typst.Compiler(
        str(dossier / FICHIERS["pdf"]),
        root=str(dossier),
        font_paths=polices(apportees if apportees.is_dir() else None, polices_de_la_charte),
        ignore_system_fonts=True,
    )


def _origine(dossier: Path) -> str:
    return f"Modèle « {dossier.name} »"


def _problemes_de_composition(diagnostic: str, dossier: Path) -> list[str]:
    """Les erreurs de Typst, chacune avec son fichier et sa ligne."""
    problemes = []
    for message, fichier, ligne in _ERREUR_TYPST.findall(diagnostic):
        lieu = f"{_nom_relatif(fichier, dossier)}, ligne {ligne}" if fichier else FICHIERS["pdf"]
        problemes.append(f"{lieu} : {_traduire(message)}")
    return problemes or [f"{FICHIERS['pdf']} : Typst dit : {diagnostic.strip()}"]


def _nom_relatif(fichier: str, dossier: Path) -> str:
    chemin = Path(fichier).absolute().resolve()
    return chemin.relative_to(dossier).as_posix() if chemin.is_relative_to(dossier) else chemin.name


def _traduire(message: str) -> str:
    for motif, traduction in _TRADUCTIONS.items():
        trouve = re.search(motif, message)
        if trouve:
            return traduction.format(*trouve.groups())
    return f"Typst dit : {message}"
