"""« Lire ces données » : ce que veulent dire les signes, les indicateurs, et d'où ils viennent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observatoire.blocs import Texte
from observatoire.territoire import Base, Territoire
from observatoire.themes import definir

_LECTURE = (
    "QPV : quartier prioritaire de la politique de la ville, au contour fixé par décret. La génération 2024 (décrets "
    "2023-1314 et 2024-806) remplace celle de 2015.",
    "La population des QPV est celle du recensement de 2020 ; les parts la rapportent à la population municipale de la "
    "même année. Les autres populations sont celles de 2023, les dernières publiées.",
    "Statut d’un quartier en 2024, d’après la table de passage de l’ANCT : nouveau (entré), modifié ou inchangé dans "
    "son contour depuis 2015.",
    "Un quartier à cheval sur plusieurs communes figure dans chacune d’elles ; les totaux ne le comptent qu’une fois.",
    "Une valeur absente n’est jamais remplacée par zéro. s. : secret statistique ; n.d. : non diffusé par le "
    "producteur, ou non calculable exactement ; ind. : non disponible dans ces données ; - : sans objet à ce niveau.",
    "≈ : estimation ; ≥ : somme des seuls quartiers publiés. Une date entre parenthèses signale un millésime différent "
    "de celui de la ligne : les deux valeurs ne se comparent qu’avec prudence. Les millésimes du RPLS et de la Cnaf ne "
    "sont pas documentés par le fichier d’origine.",
    "Les limites communales de la carte sont généralisées à 100 mètres environ ; les contours des QPV sont les "
    "contours officiels.",
)
_EPT = "Dans la Métropole du Grand Paris, l’intercommunalité de travail est l’établissement public territorial (EPT)."


def mentions(t: Territoire, indicateurs: Sequence[str]) -> Iterator[Texte]:
    """Mode d'emploi, définitions des indicateurs imprimés et sources d'une fiche, en petit."""
    en_ept = any(intercommunalite.niveau == "ept" for intercommunalite in t.intercommunalites)
    yield from mentionner(t.base, indicateurs, en_ept=en_ept)


def mentionner(base: Base, indicateurs: Sequence[str], *, en_ept: bool) -> Iterator[Texte]:
    """Mode d'emploi, définitions de ces indicateurs et sources, en petit."""
    yield Texte("Lire ces données", (" ".join([*_LECTURE, *([_EPT] if en_ept else [])]),), petit=True)
    definis = " ".join(definir(base, indicateurs))
    if definis:
        yield Texte("Définitions", (definis,), petit=True)
    yield Texte("Sources et licences", (" ".join(sources(base)),), petit=True)


def sources(base: Base) -> Iterator[str]:
    """Titre, producteur, millésime et licence de chaque table dont la fiche est tirée."""
    tables = base.sources.loc[["qpv", "qpv_2015", "indicateurs", "communes"]]
    colonnes = (tables.titre, tables.producteur, tables.millesime, tables.licence)
    for titre, producteur, millesime, licence in zip(*colonnes, strict=True):
        yield f"{titre}. {producteur}. {millesime[0].upper()}{millesime[1:]}. {licence}."
