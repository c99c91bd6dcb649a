"""Une commande de production : quels territoires, quels formats, dans quels fichiers, et de quoi tout cela dépend."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from observatoire import __version__
from observatoire.charte import Charte
from observatoire.charte import empreinte as empreinte_de_la_charte
from observatoire.controles import verifier_docx, verifier_html, verifier_pdf
from observatoire.fiche import Fiche
from observatoire.modele_utilisateur import ouvrir_modele
from observatoire.modeles import MODELES
from observatoire.referentiel import normaliser
from observatoire.registre import empreinte
from observatoire.schemas import Niveau
from observatoire.territoire import Base, Territoire, situer

#: Bibliothèques dont la version change les octets produits.
_RENDUS = ("typst", "jinja2", "python-docx", "folium", "branca", "django-js-lib-leaflet", "font-source-sans-pro")

MODELE_PAR_DEFAUT = "repere"

Cle = tuple[Niveau, str]
Liens = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Format:
    """Un format de fiche : son nom dans l'index, celui du lien en tête de page, son rendu, son contrôle."""

    nom: str
    lien: str
    rendre: Callable[[Fiche, Liens], bytes]
    verifier: Callable[[Fiche, bytes, Territoire], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "html": Format(
            "HTML",
            "Version à lire à l'écran",
            lambda fiche, liens: fiche.en_html(liens).encode(),
            lambda fiche, page, t: verifier_html(page, t, libre=_page_de_l_analyste(fiche)),
        ),
        "pdf": Format(
            "PDF",
            "Version à imprimer (PDF)",
            lambda fiche, _: fiche.pdf,
            lambda _, document, t: verifier_pdf(document, t),
        ),
        "docx": Format(
            "Word",
            "Version à modifier (Word)",
            lambda fiche, _: fiche.docx,
            lambda _, document, t: verifier_docx(document, t),
        ),
    }
)


@dataclass(frozen=True)
class Commande:
    """Ce qu'il faut produire : des fiches en certains formats et, pour un site, les cartes et l'index.

    Attributes
    ----------
    base : Base
        L'observatoire ouvert.
    date : datetime.date
        Date de production imprimée.
    cles : tuple of (niveau, code)
        Les territoires : leur nom seul ; ce qui s'y rattache n'est calculé que le temps de leurs fichiers.
    formats : tuple of str
        Formats de fiche.
    site : bool
        Un site range les fiches dans ``fiches/`` et y ajoute les cartes et l'index ; un lot n'a que des fiches.
    charte : Charte
        Aspect des fiches.
    modele : str
        Modèle des fiches ; son nom précède celui des fichiers si ce n'est pas « repere ».
    """

    base: Base
    date: dt.date
    cles: tuple[Cle, ...]
    formats: tuple[str, ...] = tuple(FORMATS)
    site: bool = True
    charte: Charte = field(default_factory=Charte)
    modele: str = MODELE_PAR_DEFAUT

    @property
    def territoires(self) -> Iterator[Territoire]:
        """Les territoires, un à un, sans en garder aucun."""
        return (situer(self.base, *cle) for cle in self.cles)

    def chemins(self, t: Territoire) -> dict[str, str]:
        """Fichiers d'un territoire, relatifs au dossier de sortie : un par format et, pour un site, la carte."""
        nom = self._prefixe + nom_de_fichier(t)
        dossier = "fiches/" if self.site else ""
        fiches = {forme: f"{dossier}{nom}.{forme}" for forme in self.formats}
        return fiches | ({"carte": f"cartes/{nom}.html"} if self.site else {})

    @property
    def _prefixe(self) -> str:
        if self.modele == MODELE_PAR_DEFAUT:
            return ""
        nom = normaliser(Path(self.modele).resolve().name).replace(" ", "-")[:40]
        return f"{nom or 'modele'}-"

    @property
    def mise_en_forme(self) -> str:
        """Empreinte de ce qui met en forme : programme, gabarits, bibliothèques de rendu, charte, modèle."""
        charte = empreinte_de_la_charte(self.charte)
        return empreinte([__version__, *_versions(), *_sources_du_programme(), charte, *self._gabarits()])

    def _gabarits(self) -> tuple[str, ...]:
        if self.modele in MODELES or not Path(self.modele).is_dir():
            return (self.modele,)
        return (ouvrir_modele(self.modele).empreinte,)

    @property
    def entrees(self) -> str:
        """Empreinte de tout ce dont un fichier peut dépendre, la commande comprise.

        La date n'y est pas : reprise le lendemain, une production interrompue ne refait pas ce qui est fait.
        """
        lieu = json.dumps([self.formats, self.cles if self.site else None])
        return empreinte([self.mise_en_forme, lieu, *_donnees(self.base)])


def nom_de_fichier(t: Territoire) -> str:
    """Nom de fichier sans accent ni espace, lisible et unique : « commune-92036-gennevilliers »."""
    return f"{t.niveau}-{t.code}-{normaliser(t.nom).replace(' ', '-')[:60]}".rstrip("-")


def _page_de_l_analyste(fiche: Fiche) -> bool:
    return fiche.gabarits is not None and "html" in fiche.gabarits.formes


def _versions() -> Iterator[str]:
    for paquet in _RENDUS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield f"{paquet} {metadata.version(paquet)}"


def _sources_du_programme() -> Iterator[bytes]:
    """Modules, gabarits et vocabulaires ; les données embarquées ont leurs propres empreintes."""
    ici = Path(__file__).parent
    for fichier in sorted(ici.rglob("*")):
        if fichier.is_file() and not {"__pycache__", "geodata"} & set(fichier.relative_to(ici).parts):
            yield fichier.read_bytes()


def _donnees(base: Base) -> Iterator[str | bytes]:
    """Données embarquées, indicateurs ajoutés, documents versés."""
    yield from base.sources.empreinte
    yield base.releve.catalogue.to_csv()
    yield pd.util.hash_pandas_object(base.releve.table, index=False).to_numpy().tobytes()
    for table in (base.experiences, base.actions, base.liens):
        yield table.to_csv()
