"""Ce que dit une fiche comparative : plusieurs territoires côte à côte, au millésime qu'ils partagent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from observatoire.blocs import Bloc, Chiffre, Colonne, Ecrit, Figure, Phrase, Tableau, Texte, ecrire_sans_unite, phrase
from observatoire.calculs import compter
from observatoire.chiffres_cles import SOURCE_ANCT
from observatoire.comparaison import confronter
from observatoire.ensembles import citer_sources, lui_meme, presentes, ses_quartiers
from observatoire.grammaire import majuscule
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.mentions import mentionner
from observatoire.reperes import compter_intercommunalites, dessiner_carte, niveau_imprime
from observatoire.tableaux import Ligne, Vue, tabuler, tracer_barres
from observatoire.territoire import Territoire, annee_des_communes, annee_des_quartiers, habitants_de
from observatoire.themes import AILLEURS, GRAPHIQUES, ORDRE, reserver
from observatoire.typographie import INSECABLE, enumerer, nombre

#: Au-delà, les colonnes d'une page A4 ne se lisent plus.
TERRITOIRES_MAX = 6
_ESSENTIELS = ("part_population_qpv", "taux_pauvrete", "niveau_vie_median", "taux_emploi")


def comparatif(t: Territoire, date: dt.date, avec: Sequence[Territoire]) -> Iterator[Bloc]:
    """Les blocs d'une fiche comparative, dans l'ordre de lecture."""
    tous = (t, *avec)
    themes = _par_theme(tous)
    imprimes = [ligne.indicateur for lignes in themes.values() for ligne in lignes]
    essentiel = tuple(_essentiel(tous))
    if essentiel:
        yield Texte("L'essentiel", essentiel, notes=citer_sources(*essentiel))
    yield _identites(tous)
    noms = _noms(tous)
    vues = [Vue(noms[autre.code], autre.nom, sujet=autre is t) for autre in tous]
    for theme, lignes in themes.items():
        yield tabuler(majuscule(theme), lignes, vues, _graphique(theme, lignes, vues))
    ensembles = [ligne for ligne in map(_ligne_des_quartiers(tous), _de_quartier(t)) if ligne is not None]
    if ensembles:
        reserves = [r for rang, autre in enumerate(tous) for r in _reserves(autre, noms, ensembles, rang)]
        yield tabuler("Dans leurs quartiers prioritaires", ensembles, vues, complements=reserves)
    for autre in tous:
        yield dessiner_carte(autre, date)
    yield from mentionner(t.base, [*imprimes, *(ligne.indicateur for ligne in ensembles)], en_ept=_en_ept(tous))


def _noms(tous: Sequence[Territoire]) -> dict[str, str]:
    """Nom court de chaque territoire, suivi de ses communes ou de son code quand un autre le porte aussi."""
    courts = {t.code: t.sigle or (f"QPV {t.nom}" if t.niveau == "qpv" else t.nom) for t in tous}
    partages = {nom for nom in courts.values() if list(courts.values()).count(nom) > 1}
    precisions = {t.code: enumerer(list(t.communes.nom)) if t.niveau == "qpv" else t.code for t in tous}
    return {code: f"{nom} ({precisions[code]})" if nom in partages else nom for code, nom in courts.items()}


def _reserves(t: Territoire, noms: dict[str, str], lignes: Sequence[Ligne], rang: int) -> Iterator[Ecrit]:
    """Ce que les valeurs de ses quartiers ne disent pas d'elles-mêmes, précédé de son nom."""
    dites = list(reserver(t, [ligne.valeurs[rang] for ligne in lignes]))
    if dites:
        yield phrase(f"{noms[t.code]} : ", dites[0], *(m for dite in dites[1:] for m in (" ", dite)))


def _en_ept(tous: Sequence[Territoire]) -> bool:
    return any(i.niveau == "ept" for t in tous for i in t.intercommunalites)


def _par_theme(tous: Sequence[Territoire]) -> dict[str, list[Ligne]]:
    """Les indicateurs que deux territoires au moins ont en propre, par thème."""
    catalogue = tous[0].base.releve.catalogue
    themes: dict[str, list[Ligne]] = {theme: [] for theme in ORDRE}
    for indicateur, theme in catalogue.theme[~catalogue.index.isin(AILLEURS)].items():
        valeurs = _valeurs(tous, str(indicateur))
        ligne = _ligne(tous[0], str(indicateur), valeurs)
        if ligne is not None and len(presentes(valeurs)) > 1:
            themes.setdefault(str(theme), []).append(ligne)
    return {theme: lignes for theme, lignes in themes.items() if lignes}


def _valeurs(tous: Sequence[Territoire], indicateur: str) -> list[Valeur]:
    """Chacune au dernier millésime que tous partagent ; à défaut, au sien, avec sa date."""
    cibles = [(t.niveau, t.code, t.nom) for t in tous]
    return [regard.valeur for regard in confronter(tous[0].base.releve, cibles, indicateur)]


def _ligne(t: Territoire, indicateur: str, valeurs: Sequence[Valeur | None]) -> Ligne | None:
    menees = presentes(valeurs)
    if not menees:
        return None
    return Ligne(indicateur, str(t.base.releve.fiche(indicateur).libelle), tuple(valeurs), menees[0])


def _de_quartier(t: Territoire) -> list[str]:
    catalogue = t.base.releve.catalogue
    return [str(nom) for nom in catalogue.index if "qpv" in catalogue.niveaux[nom]]


def _ligne_des_quartiers(tous: Sequence[Territoire]) -> Callable[[str], Ligne | None]:
    """De quoi faire la ligne d'un indicateur sur l'ensemble des quartiers de chaque territoire."""
    ensembles = [lui_meme(t) if t.niveau == "qpv" else ses_quartiers(t) for t in tous]

    def ligne(indicateur: str) -> Ligne | None:
        return _ligne(tous[0], indicateur, [e.valeur(indicateur) if e else None for e in ensembles])

    return ligne


def _graphique(theme: str, lignes: Sequence[Ligne], vues: Sequence[Vue]) -> Figure | None:
    par_nom = {ligne.indicateur: ligne for ligne in lignes}
    cites = [par_nom[nom] for nom in GRAPHIQUES.get(theme, ()) if nom in par_nom]
    return next((dessin for ligne in cites if (dessin := tracer_barres(ligne, vues)) is not None), None)


# --- l'essentiel et l'identité ---


def _essentiel(tous: Sequence[Territoire]) -> Iterator[Phrase]:
    """Entre quoi varient les indicateurs les plus parlants."""
    for indicateur in _ESSENTIELS:
        valeurs = [v for v in _valeurs(tous, indicateur) if v.statut == DIFFUSE]
        if len(valeurs) > 1 and len({v.millesime for v in valeurs}) == 1:
            yield _etendue(tous, valeurs)


def _etendue(tous: Sequence[Territoire], valeurs: Sequence[Valeur]) -> Phrase:
    noms = _noms(tous)
    bas, haut = min(valeurs, key=lambda v: v.valeur), max(valeurs, key=lambda v: v.valeur)
    annee = f" en {bas.millesime}" if bas.millesime else ""
    if bas.valeur == haut.valeur:
        return phrase(
            f"{bas.libelle}{annee} : ", Chiffre(bas.affichage, bas), ", la même valeur partout où il est publié."
        )
    debut = phrase(f"{bas.libelle}{annee} : de ", Chiffre(bas.affichage, bas), f" ({noms[bas.code]}) à ")
    return phrase(debut, Chiffre(haut.affichage, haut), f" ({noms[haut.code]}).")


def _identites(tous: Sequence[Territoire]) -> Tableau:
    colonnes = (Colonne("Territoire", large=1), *(Colonne(nom, nombre=True) for nom in _noms(tous).values()))
    base = tous[0].base
    annee = annee_des_quartiers(base)
    lignes: list[tuple[Ecrit, ...]] = [
        ("Niveau et code", *(f"{niveau_imprime(t)} {t.code}" for t in tous)),
        ("Intercommunalités", *map(_intercommunalites, tous)),
        (f"Habitants ({annee_des_communes(base)} ; {annee} pour un QPV)", *map(_habitants, tous)),
        ("Quartiers prioritaires", *map(_compter, tous)),
        (f"Habitants en QPV ({annee})", *map(_habitants_qpv, tous)),
        (f"Part des habitants en QPV ({annee})", *map(_part, tous)),
    ]
    entiers = "* Quartiers pris en entier, dont un au moins déborde. " if any(map(_deborde, tous)) else ""
    notes = (f"{entiers}Sources : Insee, populations municipales ; {SOURCE_ANCT}.",)
    return Tableau("Les territoires", colonnes, tuple(lignes), notes=notes)


def _intercommunalites(t: Territoire) -> Ecrit:
    if t.niveau in {"departement", "perimetre"}:
        return compter_intercommunalites(t)
    return enumerer([i.sigle or i.nom for i in t.intercommunalites]) or "-"


def _habitants(t: Territoire) -> Ecrit:
    v = t.indicateur("population", annee_des_quartiers(t.base) if t.niveau == "qpv" else annee_des_communes(t.base))
    return Chiffre(v.nombre_affiche, v)


def _compter(t: Territoire) -> Ecrit:
    if t.niveau == "qpv":
        return "-"
    compte = compter("qpv", t.qpv.index, "Quartiers prioritaires", SOURCE_ANCT, 2024)
    return phrase(Chiffre(nombre(compte.valeur), compte), t.reserve_qpv)


def _habitants_qpv(t: Territoire) -> Ecrit:
    if t.niveau == "qpv" or t.qpv.empty:
        return "-"
    entiers = f"{INSECABLE}*" if _deborde(t) else ""
    return phrase(ecrire_sans_unite(habitants_de(t.base, t.qpv.index)), entiers)


def _deborde(t: Territoire) -> bool:
    return t.niveau != "qpv" and bool(t.synthese_qpv.debordants)


def _part(t: Territoire) -> Ecrit:
    v = t.indicateur("part_population_qpv", annee_des_quartiers(t.base))
    return "-" if t.niveau == "qpv" else Chiffre(v.affichage, v)
