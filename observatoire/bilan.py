"""L'activité d'une année : actions, participations et séances, par département, par thème, par nature et en tout.

Un chiffre que le document n'imprime pas n'est pas un zéro : il reste vide, et son statut le dit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import pandas as pd

from observatoire.erreurs import ErreurArgument, exiger
from observatoire.lignes import Ligne, lire_lignes
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, NOM_PERIMETRE, Repertoire
from observatoire.schemas import NATURES_ACTIONS
from observatoire.typographie import enumerer

#: Natures qui ne sont pas l'activité du Pôle : ce que disent d'autres, ce qui s'annonce, ce qui reste à faire.
NATURES_HORS_ACTIVITE = frozenset(NATURES_ACTIONS) - {"accompagnement", "rencontre", "formation", "publication"}
AXES = ("ensemble", "département", "thème", "nature")
#: Ce qu'on sait d'une figure : toutes les actions l'impriment, certaines, aucune.
COMPLET, PARTIEL, NON_IMPRIME = "complet", "partiel", "non imprimé"
FIGURES = ("participations", "seances")
COLONNES = (
    "axe",
    "modalite",
    "code",
    "actions",
    "partagees",
    "participations",
    "participations_renseignees",
    "statut_participations",
    "seances",
    "seances_renseignees",
    "statut_seances",
)
AILLEURS, SANS_TERRITOIRE, NON_PRECISE = "autre territoire", "territoire non imprimé", "non précisé"
_ENTIERS = ("actions", "partagees", *(f"{f}{suffixe}" for f in FIGURES for suffixe in ("", "_renseignees")))

#: Une ligne du bilan : son libellé, et le code du territoire s'il y en a un.
Modalite = tuple[str, str | None]


def dresser(actions: pd.DataFrame, annee: int, repertoire: Repertoire) -> pd.DataFrame:
    """Dresse le bilan d'une année.

    Parameters
    ----------
    actions : pandas.DataFrame
        La table des actions, indexée par ``id``. Celles dont la nature est dans ``NATURES_HORS_ACTIVITE``, et celles
        dont l'année n'est pas imprimée, n'y comptent pas.
    annee : int
        Année du bilan.
    repertoire : Repertoire
        Le référentiel.

    Returns
    -------
    pandas.DataFrame
        ``axe`` (ensemble, département, thème, nature), ``modalite``, ``code`` (département ou périmètre), ``actions``,
        ``partagees`` (celles qui comptent aussi dans une autre ligne du même axe), et pour ``participations`` et
        ``seances`` : le total imprimé (vide si aucune action ne l'imprime), ``..._renseignees`` (nombre d'actions qui
        l'impriment) et ``statut_...`` (complet, partiel, non imprimé).

        Une action compte dans chaque département que touchent ses territoires (une intercommunalité à cheval, dans
        deux), et une fois dans « ensemble » : les lignes de cet axe ne s'additionnent pas. Ce qui porte sur tout
        l'ouest francilien a sa ligne, et n'est dans aucun département. Une action ne compte que dans son thème
        principal.

    Raises
    ------
    ErreurArgument
        Aucune action n'est datée de cette année.
    """
    exiger(annee, Integral, "Une année", "2023")
    activite = [a for a in map(_Action, lire_lignes(actions)) if a.nature not in NATURES_HORS_ACTIVITE]
    siennes = [action for action in activite if action.annee == annee]
    if not siennes:
        connues = enumerer([str(a) for a in sorted({a.annee for a in activite if a.annee is not None})]) or "aucune"
        raise ErreurArgument(
            f"Aucune action n'est datée de {annee}. Que faire : choisissez une année parmi celles du catalogue "
            f"({connues})."
        )
    departements = _Departements(repertoire)
    lignes = [
        *_axe("ensemble", siennes, lambda _: [("ensemble", None)], ()),
        *_axe("département", siennes, departements.modalites, departements.attendues),
        *_axe("thème", siennes, lambda action: [(action.theme, None)], ()),
        *_axe("nature", siennes, lambda action: [(action.nature, None)], ()),
    ]
    return pd.DataFrame(lignes, columns=list(COLONNES), dtype=object).astype(dict.fromkeys(_ENTIERS, "Int64"))


@dataclass(frozen=True)
class _Action:
    """Une action, telle qu'un bilan la compte."""

    ligne: Ligne

    @property
    def annee(self) -> int | None:
        return self.ligne.entier("annee")

    @property
    def nature(self) -> str:
        return self.ligne.texte("nature") or NON_PRECISE

    @property
    def theme(self) -> str:
        return next(iter(self.ligne.themes), NON_PRECISE)


@dataclass(frozen=True)
class _Departements:
    """Dans quelles lignes de l'axe « département » compte une action."""

    repertoire: Repertoire

    @property
    def attendues(self) -> tuple[Modalite, ...]:
        """Les lignes présentes même sans action."""
        return tuple((self.repertoire.nommer("departement", code), code) for code in DEPARTEMENTS_PERIMETRE)

    def modalites(self, action: _Action) -> list[Modalite]:
        trouvees = dict.fromkeys(m for code in action.ligne.territoires for m in self._du_code(code))
        if action.ligne.au_dela and not trouvees:
            return [(AILLEURS, None)]
        return list(trouvees) or [(SANS_TERRITOIRE, None)]

    def _du_code(self, code: str) -> Iterator[Modalite]:
        if code == CODE_PERIMETRE:
            yield NOM_PERIMETRE, CODE_PERIMETRE
            return
        niveau = self.repertoire.niveau_du_code(code)
        communes = self.repertoire.membres(niveau, code) if niveau else frozenset[str]()
        touches = [
            m for m in self.attendues if not communes.isdisjoint(self.repertoire.membres("departement", m[1] or ""))
        ]
        yield from touches or [(AILLEURS, None)]


def _axe(
    axe: str,
    actions: Sequence[_Action],
    modaliser: Callable[[_Action], list[Modalite]],
    attendues: Sequence[Modalite],
) -> Iterator[dict[str, Any]]:
    """Les lignes d'un axe : les attendues, puis les autres de la plus fournie à la moins fournie."""
    siennes: dict[Modalite, list[_Action]] = {modalite: [] for modalite in attendues}
    partagees: Counter[Modalite] = Counter()
    for action in actions:
        modalites = modaliser(action)
        partagees.update(modalites if len(modalites) > 1 else ())
        for modalite in modalites:
            siennes.setdefault(modalite, []).append(action)
    autres = sorted(siennes.keys() - set(attendues), key=lambda m: (-len(siennes[m]), m[0]))
    for libelle, code in (*attendues, *autres):
        du_groupe = siennes[libelle, code]
        yield {
            "axe": axe,
            "modalite": libelle,
            "code": code,
            "actions": len(du_groupe),
            "partagees": partagees[libelle, code],
            **_figure(du_groupe, "participations"),
            **_figure(du_groupe, "seances"),
        }


def _figure(actions: Sequence[_Action], nom: str) -> dict[str, Any]:
    imprimees = [valeur for action in actions if (valeur := action.ligne.entier(nom)) is not None]
    statut = COMPLET if imprimees and len(imprimees) == len(actions) else PARTIEL if imprimees else NON_IMPRIME
    return {
        nom: sum(imprimees) if imprimees else pd.NA,
        f"{nom}_renseignees": len(imprimees),
        f"statut_{nom}": statut,
    }
