"""Ce qu'une carte mesure : la valeur de chaque entité à l'échelle voulue, ou son écart à son département."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from observatoire.carte import Carte, Couche, Entite
from observatoire.comparaison import confronter
from observatoire.erreurs import ErreurArgument
from observatoire.indicateurs import DIFFUSE, Valeur, ecrire_valeur
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire

Echelle = Literal["qpv", "commune", "intercommunalite"]
#: À quelle échelle une carte se colorie, et comment elle se nomme.
ECHELLES = {"qpv": "quartier prioritaire", "commune": "commune", "intercommunalite": "intercommunalité"}
PLURIELS = {"qpv": "quartiers prioritaires", "commune": "communes", "intercommunalite": "intercommunalités"}
#: Ce que valent zéro les territoires sans quartier : ils ne sont pas bas, ils ne sont pas concernés.
_DES_QUARTIERS = frozenset({"nombre_qpv", "population_qpv", "part_population_qpv"})
#: Une étiquette dit le nom d'une intercommunalité sans sa nature ; la bulle la dit.
_NATURE = re.compile(r"^Communauté (?:d'agglomération|de communes|urbaine) (?:du |de (?:la )?)?")


@dataclass(frozen=True)
class Mesure:
    """Une entité et sa valeur : celle de l'indicateur, ou son écart à son département (NaN s'il manque)."""

    entite: Entite
    valeur: Valeur
    nombre: float
    unite: str
    departement: Valeur | None = None

    @property
    def statut(self) -> str:
        """Statut de ce qui est montré : un écart sans l'un de ses deux termes est indisponible."""
        if self.valeur.statut == DIFFUSE and math.isnan(self.nombre):
            return "indisponible"
        return self.valeur.statut

    @property
    def sans_quartier(self) -> bool:
        """N'a-t-il aucun quartier prioritaire, d'un indicateur qui ne parle que d'eux ?"""
        return self.valeur.indicateur in _DES_QUARTIERS and self.valeur.valeur == 0

    @property
    def affichage(self) -> str:
        """Le nombre montré, tel qu'on l'imprime, unité accordée ; un écart porte son signe."""
        texte = ecrire_valeur(self.nombre, self._unite, self.decimales)
        return f"+{texte}" if self.departement is not None and self.nombre > 0 else texte

    @property
    def _unite(self) -> str:
        """« 1 quartier », « 1,5 point » ; « pour 100 ménages » ne s'accorde pas."""
        seul = " " not in self.unite and abs(round(self.nombre, self.decimales)) < 2
        return self.unite.removesuffix("s") if seul else self.unite

    @property
    def decimales(self) -> int:
        """Décimales à l'affichage ; un écart relatif en a une."""
        return 1 if self.departement is not None and self.unite == "%" else self.valeur.decimales

    @property
    def enrichie(self) -> Entite:
        """L'entité, sa valeur ajoutée à sa bulle."""
        infos = [(self.valeur.libelle, str(self.valeur))]
        if self.departement is not None:
            ecart = "non calculable" if math.isnan(self.nombre) else self.affichage
            infos += [("Département", str(self.departement)), ("Écart", ecart)]
        return replace(self.entite, infos=(*self.entite.infos, *infos))


def choisir_echelle(t: Territoire, indicateur: str, voulue: str | None) -> str:
    """L'échelle demandée si l'indicateur y est, sinon une erreur ; à défaut de demande, la première où il est."""
    if voulue not in {None, *ECHELLES}:
        raise ErreurArgument(f"L'échelle {voulue!r} n'existe pas. Que faire : choisissez parmi {', '.join(ECHELLES)}.")
    releve = t.base.releve
    for echelle in ECHELLES if voulue is None else (voulue,):
        if any(releve.millesimes(niveau, code, indicateur) for niveau, code in _cibles(t, echelle)):
            return echelle
    ou = f"pas par {ECHELLES[voulue]}" if voulue else "ni par QPV, ni par commune, ni par intercommunalité"
    raise ErreurArgument(
        f"« {releve.fiche(indicateur).libelle} » n'est {ou} dans les données de {t.nom}. "
        "Que faire : choisissez un indicateur publié à cette échelle (colonne niveaux de o.catalogue)."
    )


def _cibles(t: Territoire, echelle: str) -> list[tuple[str, str]]:
    if echelle == "intercommunalite":
        return [(i.niveau, i.code) for i in t.intercommunalites]
    return [(echelle, str(code)) for code in (t.qpv if echelle == "qpv" else t.communes).index]


def _entites(carte: Carte, t: Territoire, echelle: str) -> list[Entite]:
    """Ce que la carte colorie : ses QPV ou ses communes, ou des intercommunalités rognées au territoire."""
    if echelle != "intercommunalite":
        return [e for couche in carte.couches if est_coloriee(couche, echelle) for e in couche.entites]
    limites = {e.code: e for c in carte.couches if c.style == "intercommunalites" for e in c.entites}
    return [
        replace(
            limites.get(i.code) or Entite(i.code, i.nom, i.geometrie),
            nom=_NATURE.sub("", i.nom),
            infos=(("Intercommunalité", f"{i.nom} ({i.code})"),),
            poids=float(i.population or 1),
        )
        for i in t.intercommunalites
        if i.geometrie is not None
    ]


def est_coloriee(couche: Couche, echelle: str) -> bool:
    """Une couche de la carte de base que l'indicateur recouvre : ses QPV, ou ses communes."""
    return couche.style in LIBELLES_STATUTS if echelle == "qpv" else couche.style == "communes"


def mesurer(
    carte: Carte, t: Territoire, echelle: str, indicateur: str, millesime: int | None, *, ecart: bool
) -> list[Mesure]:
    """Une mesure par entité de cette échelle, au millésime voulu ou au dernier qu'elles partagent."""
    niveaux = {code: niveau for niveau, code in _cibles(t, echelle)}
    entites = [e for e in _entites(carte, t, echelle) if e.code in niveaux]
    parents = {e.code: _departement(t, niveaux[e.code], e.code) for e in entites} if ecart else {}
    siennes = [(niveaux[e.code], e.code) for e in entites]
    references = [("departement", code) for code in set(parents.values())]
    annee = millesime
    if annee is None:
        # Sans millésime partagé avec le département, celui des entités : leur écart est alors incalculable, et se dit.
        communs = _communs(t, [*siennes, *references], indicateur) or _communs(t, siennes, indicateur)
        annee = communs[0] if communs else None
    return [_mesure(t, e, niveaux[e.code], indicateur, annee, parents.get(e.code)) for e in entites]


def _communs(t: Territoire, cibles: Sequence[tuple[str, str]], indicateur: str) -> tuple[int | None, ...]:
    """Millésimes que partagent celles de ces cibles qui sont renseignées."""
    releve = t.base.releve
    return releve.millesimes_communs([c for c in cibles if releve.millesimes(*c, indicateur)], indicateur)


def _mesure(
    t: Territoire, entite: Entite, niveau: str, indicateur: str, annee: int | None, departement: str | None
) -> Mesure:
    releve = t.base.releve
    valeur = releve.exactement(niveau, entite.code, indicateur, annee)
    if departement is None:
        return Mesure(entite, valeur, valeur.valeur, valeur.unite)
    cibles = ((niveau, entite.code, entite.nom), ("departement", departement, departement))
    if annee is None:
        return Mesure(entite, valeur, math.nan, "", releve.valeur(*cibles[1][:2], indicateur))
    regard = confronter(releve, cibles, indicateur, annee)[1]
    return Mesure(entite, valeur, regard.ecart, regard.unite_ecart, regard.valeur)


def _departement(t: Territoire, niveau: str, code: str) -> str:
    """Département d'une entité : celui de la plus grande part de ses habitants pour une intercommunalité."""
    if niveau in {"qpv", "commune"}:
        return str(t.base.repertoire.table(niveau).code_departement[code])  # type: ignore[arg-type]
    return next(i for i in t.intercommunalites if i.code == code).departements[0].code
