"""observatoire : territoires, quartiers prioritaires, cartes et fiches repères de l'ouest francilien.

    import observatoire as obs

    o = obs.ouvrir()
    t = o.territoire("Gennevilliers")
    t.carte()
    t.fiche().enregistrer("gennevilliers.pdf")

Importer la bibliothèque ne lit aucun fichier et ne charge ni pandas ni folium : chaque nom est chargé à son premier
usage (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from observatoire.erreurs import (
        AgregationInterdite,
        DependanceAbsente,
        ErreurArgument,
        ErreurEcriture,
        ErreurObservatoire,
        ErreurSchema,
        ErreurSource,
        ErreurType,
        TerritoireAmbigu,
        TerritoireInconnu,
    )
    from observatoire.extraction import Document
    from observatoire.fiche import Fiche
    from observatoire.indicateurs import Valeur
    from observatoire.lecture import lire_source, sources_connues
    from observatoire.lire import lire_actions, lire_document, lire_experiences
    from observatoire.observatoire import Observatoire, ouvrir
    from observatoire.territoire import Territoire

__version__ = "0.3.0"

#: Où vit chaque nom public ; les autres sont des erreurs.
_MODULES = {
    "Document": "extraction",
    "Fiche": "fiche",
    "Observatoire": "observatoire",
    "Territoire": "territoire",
    "Valeur": "indicateurs",
    "lire_actions": "lire",
    "lire_document": "lire",
    "lire_experiences": "lire",
    "lire_source": "lecture",
    "ouvrir": "observatoire",
    "sources_connues": "lecture",
}

__all__ = [
    "AgregationInterdite",
    "DependanceAbsente",
    "Document",
    "ErreurArgument",
    "ErreurEcriture",
    "ErreurObservatoire",
    "ErreurSchema",
    "ErreurSource",
    "ErreurType",
    "Fiche",
    "Observatoire",
    "Territoire",
    "TerritoireAmbigu",
    "TerritoireInconnu",
    "Valeur",
    "lire_actions",
    "lire_document",
    "lire_experiences",
    "lire_source",
    "ouvrir",
    "sources_connues",
]


def __getattr__(nom: str) -> Any:
    if nom not in __all__:
        raise AttributeError(f"le module observatoire n'a pas de « {nom} »")
    valeur = getattr(import_module(f"observatoire.{_MODULES.get(nom, 'erreurs')}"), nom)
    globals()[nom] = valeur
    return valeur


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
