"""Montrer un indicateur sur une carte : aplats de couleur, écarts à un département, ou cercles pour un effectif.

Une part, une médiane, un indice ou un ratio se colorient ; un effectif, jamais : la surface tromperait. Il se dessine
en cercles (``cercles``). Une valeur absente n'est ni basse ni haute : elle est hachurée, avec sa raison en légende.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from observatoire import classes as classement
from observatoire.alternatif import absences, assembler, extremes, presenter
from observatoire.carte import QUARTIERS, Carte, Couche, Entite, Style
from observatoire.cercles import encercler
from observatoire.classes import Classe, ranger
from observatoire.erreurs import ErreurArgument
from observatoire.indicateurs import DIFFUSE, SIGNES, lire_millesime
from observatoire.mesures import ECHELLES, PLURIELS, Echelle, Mesure, choisir_echelle, est_coloriee, mesurer
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, accorder, nombre, soigner

FIGURES = ("aplats", "cercles")
_TRAIT = "#3b3a36"
_EPAISSEUR = 0.6
#: Des écarts de cette taille se découpent en unités entières : le dixième de point n'aide plus à lire.
_GRAND_ECART = 5
_SANS_QUARTIER = "sans quartier prioritaire"
_CONTOUR_QPV = Style("Contour de QPV", "#1d1b18", 0.6)
_CONTOUR_COMMUNE = Style("Limite de commune", "#8d8a83", 0.5)


class Reglages(TypedDict, total=False):
    """Les réglages de ``colorier``, tels que les passent ``Territoire.carte`` et ``Territoire.carte_statique``."""

    echelle: Echelle | None
    methode: str
    classes: int
    bornes: Sequence[float] | None
    ecart: bool
    figure: str | None


@dataclass(frozen=True)
class _Classement:
    """Comment découper : méthode et nombre de classes, ou bornes de l'analyste ; autour de zéro pour des écarts."""

    methode: str
    classes: int
    bornes: Sequence[float] | None
    ecart: bool

    def appliquer(self, valeurs: Sequence[float], decimales: int) -> tuple[list[Classe], list[str], int]:
        """Classes, leur couleur, et les décimales de leurs bornes."""
        fines = classement.grain(self.bornes or valeurs, decimales)
        if self.ecart and self.bornes is None and max(map(abs, valeurs)) >= _GRAND_ECART:
            fines = min(fines, 0)
        decoupage: Callable[..., list[Classe]] = classement.decouper_ecarts if self.ecart else classement.decouper
        if self.bornes is not None:
            trouvees = classement.encadrer(self.bornes)
        else:
            trouvees = decoupage(valeurs, fines, self.classes, self.methode)
        teintes = classement.teinter_ecarts(trouvees) if self.ecart else classement.teinter(len(trouvees))
        return trouvees, teintes, max(fines, 0)


def colorier(
    carte: Carte,
    t: Territoire,
    indicateur: str,
    millesime: int | str | None = None,
    *,
    echelle: Echelle | None = None,
    methode: str = "quantiles",
    classes: int = 5,
    bornes: Sequence[float] | None = None,
    ecart: bool = False,
    figure: str | None = None,
) -> Carte:
    """La même carte, selon un indicateur.

    Parameters
    ----------
    carte : Carte
        La carte des QPV du territoire.
    t : Territoire
        Le territoire.
    indicateur : str
        Identifiant du catalogue.
    millesime : int, optional
        Année ; par défaut la dernière que partagent toutes les entités renseignées.
    echelle : {"qpv", "commune", "intercommunalite"}, optional
        Par défaut, la première de ces échelles où l'indicateur est dans les données.
    methode : {"quantiles", "jenks", "egales"}
        Comment découper en classes.
    classes : int
        Nombre de classes, de 2 à 7.
    bornes : sequence of float, optional
        Bornes choisies, à la place d'une méthode : ``[20, 30]`` fait trois classes.
    ecart : bool
        Colorie l'écart au département de chaque entité, de part et d'autre de zéro.
    figure : {"aplats", "cercles"}, optional
        Cercles pour un effectif, aplats pour le reste ; demander des aplats pour un effectif avertit et fait des
        cercles.

    Raises
    ------
    ErreurArgument
        Réglage inconnu ; indicateur publié nulle part sur cette carte ; écart sans millésime commun.

    Warns
    -----
    UserWarning
        Des aplats étaient demandés pour un effectif.
    """
    classement.verifier(classes, methode)
    fiche = t.base.releve.fiche(indicateur)
    en_cercles = _en_cercles(fiche, figure, ecart=ecart)
    niveau = choisir_echelle(t, indicateur, echelle)
    mesures = mesurer(carte, t, niveau, indicateur, lire_millesime(millesime), ecart=ecart)
    publiees = [m for m in mesures if m.statut == DIFFUSE]
    if not publiees:
        raise _rien_a_montrer(fiche, t, ecart=ecart and any(m.valeur.statut == DIFFUSE for m in mesures))
    neuve = _titrer(carte, t, fiche, niveau, publiees)
    if en_cercles:
        fonds = tuple(_recomposer(carte.couches, [], niveau))
        trios = [(m.enrichie, m.nombre if m.statut == DIFFUSE else None, m.statut) for m in mesures]
        neuve = encercler(replace(neuve, couches=fonds), trios, fiche.libelle, _zeros(mesures, niveau))
    else:
        couches = list(_couches(mesures, _Classement(methode, classes, bornes, ecart), fiche.libelle, niveau))
        neuve = replace(neuve, couches=tuple(_recomposer(carte.couches, couches, niveau)))
    return replace(neuve, texte_alternatif=_texte_alternatif(neuve, t, mesures, niveau))


def _en_cercles(fiche: Any, figure: str | None, *, ecart: bool) -> bool:
    """Faut-il des cercles ? Un effectif n'a ni aplat ni écart ; le reste ne s'additionne pas, donc pas de cercle."""
    if figure not in {None, *FIGURES}:
        raise ErreurArgument(f"La figure {figure!r} n'existe pas. Que faire : choisissez parmi {', '.join(FIGURES)}.")
    if fiche.nature != "effectif":
        if figure == "cercles":
            raise ErreurArgument(
                f"« {fiche.libelle} » n'est pas un effectif : la surface d'un cercle n'aurait pas de sens. "
                'Que faire : retirez figure="cercles".'
            )
        return False
    if ecart:
        raise ErreurArgument(
            f"« {fiche.libelle} » est un effectif : son écart à celui d'un département n'a pas de sens. "
            "Que faire : choisissez une part, un ratio, une médiane ou un indice (colonne nature de o.catalogue)."
        )
    if figure == "aplats":
        warnings.warn(
            f"« {fiche.libelle} » est un effectif : colorier des surfaces selon lui tromperait, les plus grandes "
            "paraîtraient les plus chargées. La carte le montre en cercles proportionnels.",
            stacklevel=2,
        )
    return True


def _rien_a_montrer(fiche: Any, t: Territoire, *, ecart: bool) -> ErreurArgument:
    if ecart:
        return ErreurArgument(
            f"L'écart de « {fiche.libelle} » au département ne se calcule pour aucun territoire de cette carte "
            f"({t.nom}) : la valeur du département manque, ou n'a pas le même millésime. Que faire : retirez "
            "ecart=True, ou choisissez un autre indicateur ou une autre échelle."
        )
    return ErreurArgument(
        f"« {fiche.libelle} » n'est publié pour aucun territoire de cette carte ({t.nom}). "
        "Que faire : choisissez un autre indicateur, un autre millésime ou un territoire plus large."
    )


# --- couches et légende ---


def _couches(mesures: Sequence[Mesure], reglage: _Classement, groupe: str, echelle: str) -> Iterator[Couche]:
    """Une couche par raison d'absence, puis une par classe, de la plus haute à la plus basse."""
    quartiers = echelle == "qpv"
    publiees = [m for m in mesures if m.statut == DIFFUSE]
    for statut, style in styles_d_absence().items():
        absentes = tuple(m.enrichie for m in mesures if m.statut == statut)
        if absentes:
            yield Couche("absente", absentes, propre=style, quartiers=quartiers, groupe=groupe)
    sans = tuple(m.enrichie for m in mesures if m.sans_quartier)
    if sans:
        gris = classement.SANS_ECART if reglage.ecart else classement.SANS
        yield Couche("sans", sans, propre=Style(_SANS_QUARTIER, _TRAIT, _EPAISSEUR, gris), groupe=groupe)
    for style, dedans in _classer([m for m in publiees if not m.sans_quartier], reglage):
        yield Couche("classe", dedans, propre=style, quartiers=quartiers, groupe=groupe)


def _classer(publiees: Sequence[Mesure], reglage: _Classement) -> Iterator[tuple[Style, tuple[Entite, ...]]]:
    """Chaque classe et ce qui y tombe, de la plus basse à la plus haute."""
    if not publiees:
        return
    trouvees, teintes, decimales = reglage.appliquer([m.nombre for m in publiees], publiees[0].decimales)
    rangs = [ranger(m.nombre, trouvees) for m in publiees]
    for rang, (classe, teinte) in enumerate(zip(trouvees, teintes, strict=True)):
        dedans = tuple(m.enrichie for m, sien in zip(publiees, rangs, strict=True) if sien == rang)
        libelle = _libelle(classe, decimales, derniere=rang == len(trouvees) - 1)
        yield Style(libelle, _TRAIT, _EPAISSEUR, teinte), dedans


def styles_d_absence() -> dict[str, Style]:
    """Un motif par raison de manquer, avec le signe qu'on imprime à la place de la valeur."""
    return {
        statut: Style(f"{signe}{INSECABLE}: {raison}", _TRAIT, _EPAISSEUR, hachures=statut)
        for statut, (signe, raison) in SIGNES.items()
    }


def _libelle(classe: Classe, decimales: int, *, derniere: bool) -> str:
    """Bornes d'une classe ; leur unité est dite une fois, en titre de la légende."""
    bas, haut = classe
    if math.isinf(bas):
        return "toutes les valeurs" if math.isinf(haut) else f"moins de {nombre(haut, decimales)}"
    if math.isinf(haut):
        return f"{nombre(bas, decimales)} et plus"
    fin = nombre(haut, decimales)
    return fin if bas == haut else f"de {nombre(bas, decimales)} à {'' if derniere else 'moins de '}{fin}"


def _recomposer(couches: Sequence[Couche], neuves: Sequence[Couche], echelle: str) -> Iterator[Couche]:
    """Les couches coloriées à la place de celles qu'elles remplacent ; les QPV au-dessus ne sont plus qu'un contour.

    Sans couche neuve, les entités restent, muettes, sous les cercles.
    """
    posees = nommees = False
    for couche in couches:
        if est_coloriee(couche, echelle):
            yield from () if posees else neuves
            posees = True
            yield from _dessous(couche, echelle, aplats=bool(neuves))
        elif couche.style in LIBELLES_STATUTS:
            yield replace(couche, propre=_CONTOUR_QPV, en_legende=not nommees)
            nommees = True
        else:
            yield couche


def _dessous(couche: Couche, echelle: str, *, aplats: bool) -> Iterator[Couche]:
    """Ce qui reste d'une couche sous ce qui la remplace."""
    muettes = echelle == "intercommunalite"
    nues = tuple(replace(e, infos=(), poids=0 if muettes else e.poids) for e in couche.entites)
    if muettes and aplats:
        yield replace(couche, entites=nues, propre=_CONTOUR_COMMUNE)
    elif not aplats and echelle == "qpv":
        yield replace(couche, entites=nues, propre=_CONTOUR_QPV, en_legende=False, groupe=QUARTIERS)
    elif not aplats:
        yield replace(couche, entites=nues)


def _titrer(carte: Carte, t: Territoire, fiche: Any, echelle: str, publiees: Sequence[Mesure]) -> Carte:
    """Titre, sous-titre, titre de légende, notes et sources d'une carte d'indicateur."""
    premiere = publiees[0]
    quoi = legende = _unifier(fiche.libelle, fiche.unite)
    notes = list(carte.notes)
    if premiere.departement is not None:
        legende = _unifier("Écart au département", premiere.unite)
        quoi = f"{fiche.libelle}, {legende[:1].lower()}{legende[1:]}"
        notes.append(_note_departements(publiees))
    if echelle == "intercommunalite" and t.niveau in {"departement", "perimetre"}:
        notes.append("La valeur d'une intercommunalité vaut pour elle tout entière, même hors du territoire dessiné.")
    return replace(
        carte,
        titre=f"{quoi}{INSECABLE}: {t.nom}",
        sous_titre=f"Par {ECHELLES[echelle]}, {premiere.valeur.reference}",
        titre_legende=soigner(legende),
        notes=tuple(map(soigner, notes)),
        sources=soigner(f"{premiere.valeur.reference} ; {carte.sources}"),
    )


def _unifier(libelle: str, unite: str) -> str:
    """« Taux de pauvreté (%) » ; un libellé qui dit déjà son unité (« Habitants en quartier prioritaire ») suffit."""
    return libelle if not unite or unite.casefold() in libelle.casefold() else f"{libelle} ({unite})"


def _note_departements(publiees: Sequence[Mesure]) -> str:
    valeurs = {m.departement.code: m.departement.affichage for m in publiees if m.departement is not None}
    return f"Valeur de référence : {', '.join(f'{v} (département {code})' for code, v in sorted(valeurs.items()))}."


def _zeros(mesures: Sequence[Mesure], echelle: str) -> str:
    """Pourquoi certains n'ont pas de cercle."""
    sans = sum(m.sans_quartier for m in mesures)
    nuls = sum(m.nombre == 0 for m in mesures) - sans
    if sans:
        qui = accorder(sans, f"{ECHELLES[echelle]} n'a", f"{PLURIELS[echelle]} n'ont")
        return f"{qui} pas de quartier prioritaire, donc pas de cercle."
    qui = accorder(nuls, f"{ECHELLES[echelle]} vaut", f"{PLURIELS[echelle]} valent")
    return f"{qui} zéro : sans cercle." if nuls else ""


def _texte_alternatif(carte: Carte, t: Territoire, mesures: Sequence[Mesure], echelle: str) -> str:
    """Ce que montre la carte, son millésime, combien de territoires, les extrêmes, ce qui manque et pourquoi."""
    noms = (ECHELLES[echelle], PLURIELS[echelle])
    montrees = [m for m in mesures if m.statut == DIFFUSE and not m.sans_quartier]
    classes = sum(couche.style == "classe" for couche in carte.couches)
    cercles = ", en cercles de surface proportionnelle" if carte.cles else ""
    figure = f", en {accorder(classes, 'classe')} de couleur" if classes else cercles
    sans = [m for m in mesures if m.sans_quartier]
    dites = [(m.nombre, _dire(m), m.entite.nom) for m in montrees]
    statuts = Counter(m.statut for m in mesures if m.statut != DIFFUSE)
    return assembler(
        f"{presenter(t)} : {carte.titre.removesuffix(f'{INSECABLE}: {t.nom}')}, {_dater(mesures)}{figure}",
        f"{accorder(len(montrees), *noms)} : {extremes(dites, noms)}" if montrees else "",
        f"{accorder(len(sans), *noms)} sans quartier prioritaire" if sans else "",
        absences(statuts, noms),
    )


def _dire(mesure: Mesure) -> str:
    """Son chiffre et son unité ; un indice, qui n'en a pas, se dit tel."""
    indice = "un indice" if mesure.departement is None else "un écart d'indice"
    return mesure.affichage if mesure.unite else f"{indice} de {mesure.affichage}"


def _dater(mesures: Sequence[Mesure]) -> str:
    """Source et millésime de ce qui est montré."""
    valeur = next(m.valeur for m in mesures if m.statut == DIFFUSE)
    annee = "" if valeur.millesime is None or str(valeur.millesime) in valeur.reference else f" ({valeur.millesime})"
    return f"{valeur.reference}{annee}"
