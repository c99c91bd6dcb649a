"""« Lire ces données » : ce que veulent dire les signes, les indicateurs, et d'où ils viennent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observatoire.blocs import Texte
from observatoire.territoire import Base, Territoire, annee_des_communes, annee_des_quartiers
from observatoire.themes import definir, sans_ensemble
from observatoire.typographie import enumerer

_QPV = (
    "QPV : quartier prioritaire de la politique de la ville, au contour fixé par décret. La génération 2024 (décrets "
    "2023-1314 et 2024-806) remplace celle de 2015."
)
_LECTURE = (
    "Statut d’un quartier en 2024, d’après la table de passage de l’ANCT : nouveau (entré), modifié ou inchangé dans "
    "son contour depuis 2015.",
    "Un quartier à cheval sur plusieurs communes figure dans chacune d’elles ; les totaux ne le comptent qu’une fois.",
    "Une valeur absente n’est jamais remplacée par zéro. s. : secret statistique ; n.d. : non diffusé par le "
    "producteur, ou non calculable exactement ; ind. : non disponible dans ces données ; - : sans objet à ce niveau.",
    "≈ : estimation ; ≥ : somme des seuls quartiers publiés. Une date entre parenthèses signale un millésime différent "
    "de celui de la ligne : les deux valeurs ne se comparent qu’avec prudence. "
    "Un écart se calcule sur les valeurs exactes : il peut différer d’un dixième de celui des valeurs imprimées. "
    "Les millésimes du RPLS et de la Cnaf ne "
    "sont pas documentés par le fichier d’origine.",
    "Les limites communales de la carte sont généralisées à 100 mètres environ ; les contours des QPV sont les "
    "contours officiels.",
)
_EPT = "Dans la Métropole du Grand Paris, l’intercommunalité de travail est l’établissement public territorial (EPT)."


def mentions(t: Territoire, indicateurs: Sequence[str]) -> Iterator[Texte]:
    """Mode d'emploi, définitions des indicateurs imprimés et sources d'une fiche, en petit."""
    en_ept = any(intercommunalite.niveau == "ept" for intercommunalite in t.intercommunalites)
    seuls = sans_ensemble(t)
    reserve = f"Publié par quartier, sans valeur d’ensemble possible : {enumerer(seuls)}." if seuls else ""
    yield from mentionner(t.base, indicateurs, en_ept=en_ept, reserve=reserve)


def mentionner(base: Base, indicateurs: Sequence[str], *, en_ept: bool, reserve: str = "") -> Iterator[Texte]:
    """Mode d'emploi, définitions de ces indicateurs et sources, en petit."""
    textes = [_QPV, *_populations(base), *_LECTURE, *([_EPT] if en_ept else []), *([reserve] if reserve else [])]
    yield Texte("Lire ces données", (" ".join(textes),), petit=True)
    definis = " ".join(definir(base, indicateurs))
    if definis:
        yield Texte("Définitions", (definis,), petit=True)
    yield Texte("Sources et licences", (" ".join(sources(base)),), petit=True)


def _populations(base: Base) -> Iterator[str]:
    """De quelle année sont les populations : celles des quartiers, puis les autres si elles sont plus récentes."""
    quartiers, communes = annee_des_quartiers(base), annee_des_communes(base)
    yield (
        f"La population des QPV est celle du recensement de {quartiers} ; les parts la rapportent à la population "
        "municipale de la même année."
    )
    if communes != quartiers:
        yield f"Les autres populations sont celles de {communes}, les dernières publiées."


def sources(base: Base) -> Iterator[str]:
    """Titre, producteur, millésime et licence de chaque table dont la fiche est tirée."""
    tables = base.sources.loc[["qpv", "qpv_2015", "indicateurs", "communes"]]
    colonnes = (tables.titre, tables.producteur, tables.millesime, tables.licence)
    for titre, producteur, millesime, licence in zip(*colonnes, strict=True):
        yield f"{titre}. {producteur}. {millesime[0].upper()}{millesime[1:]}. {licence}."
