"""Ce que dit une fiche repère, bloc après bloc, à tous les niveaux."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from observatoire import carte, carte_statique, points
from observatoire.activites import experiences_et_actions
from observatoire.blocs import Bloc, Chiffre, ChiffresCles, Ecrit, Faits, Figure, Texte, phrase
from observatoire.calculs import compter, mesurer_surface, rapporter
from observatoire.chiffres_cles import SOURCE_ANCT, chiffres_cles
from observatoire.ensembles import citer_sources
from observatoire.mentions import mentions
from observatoire.phrases import phrases
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.remarques import remarques
from observatoire.table_quartiers import evolution, quartiers
from observatoire.territoire import Territoire, annee_des_quartiers
from observatoire.themes import indicateurs_imprimes, lignes_par_theme, tableaux_thematiques
from observatoire.typographie import INSECABLE, enumerer, nombre

#: Une fiche de QPV ou de commune tient en deux pages, carte comprise : la carte cède la place aux longs tableaux.
_HAUTEUR_CARTE, _HAUTEUR_REDUITE = 285, 215
_QUARTIERS_NOMBREUX = 5
_COMMUNES_CITEES = 8


def repere(t: Territoire, date: dt.date) -> Iterator[Bloc]:
    """Les blocs d'une fiche repère, dans l'ordre de lecture."""
    yield essentiel(t)
    yield ChiffresCles("Chiffres clés", chiffres_cles(t))
    identites = presenter("Identité", tuple(identite(t)))
    yield replace(identites, notes=(*identites.notes, *remarques(t.qpv.index))) if t.niveau == "qpv" else identites
    yield dessiner_carte(t, date)
    if t.niveau != "qpv":
        yield quartiers(t)
        yield from commenter(evolution(t), t)
    themes = lignes_par_theme(t)
    yield from tableaux_thematiques(t, themes)
    yield experiences_et_actions(t)
    yield from mentions(t, indicateurs_imprimes(themes))


def commenter(blocs: Iterable[Bloc], t: Territoire) -> Iterator[Bloc]:
    """Les mêmes textes, avec ce qu'il faut savoir de la table de passage pour ce territoire."""
    for bloc in blocs:
        yield replace(bloc, notes=(*bloc.notes, *remarques(t.qpv.index))) if isinstance(bloc, Texte) else bloc


def essentiel(t: Territoire) -> Texte:
    """Les phrases de lecture, et leurs sources."""
    dites = phrases(t)
    return Texte("L'essentiel", dites, notes=citer_sources(*dites))


def presenter(titre: str, faits: tuple[tuple[str, Ecrit], ...]) -> Faits:
    """Des faits, et les sources de leurs chiffres."""
    return Faits(titre, faits, notes=citer_sources(faits))


def niveau_imprime(t: Territoire) -> str:
    """« Commune », « Quartier prioritaire »..."""
    libelle = t.libelle_niveau
    return libelle[0].upper() + libelle[1:]


def identite(t: Territoire) -> Iterator[tuple[str, Ecrit]]:
    """Nom officiel, sigle, statut, et à quoi le territoire appartient."""
    if t.nom_officiel != t.nom:
        yield "Nom officiel", t.nom_officiel
    if t.sigle:
        yield "Sigle", t.sigle
    if t.niveau == "qpv":
        yield from _du_quartier(t)
    if t.niveau != "commune":
        yield "Communes" if len(t.communes) > 1 else "Commune", _communes(t)
    if t.niveau in {"qpv", "commune"}:
        yield "Intercommunalité" + ("s" if len(t.intercommunalites) > 1 else ""), _noms(t.intercommunalites)
    if t.niveau in {"departement", "perimetre"}:
        yield "Intercommunalités", compter_intercommunalites(t)
    if t.niveau != "departement":
        yield "Département" + ("s" if len(t.departements) > 1 else ""), _noms(t.departements)


def _du_quartier(t: Territoire) -> Iterator[tuple[str, Ecrit]]:
    ligne = t.qpv.iloc[0]
    surface = mesurer_surface(t.code, float(ligne.surface_ha), f"{SOURCE_ANCT} (contour, Lambert-93)")
    densite = rapporter(
        t.indicateur("population", annee_des_quartiers(t.base)), surface, "Densité", "habitants par hectare", 0
    )
    yield (
        "Surface",
        phrase(Chiffre(surface.affichage, surface), ", ", Chiffre(densite.affichage, densite)),
    )
    yield "Statut en 2024", LIBELLES_STATUTS[ligne.statut]
    if ligne.codes_2015:
        anciens = t.base.qpv_2015.loc[ligne.codes_2015]
        noms = [f"{nom} ({code})" for code, nom in anciens.nom.items()]
        yield "Quartier de 2015" if len(noms) == 1 else "Quartiers de 2015", enumerer(noms)
    else:
        yield "Quartier de 2015", "aucun : le quartier entre dans la géographie prioritaire"


def _communes(t: Territoire) -> Ecrit:
    if len(t.communes) <= _COMMUNES_CITEES:
        return enumerer(list(t.communes.nom))
    compte = compter("communes", t.communes.index, "Communes", "Insee, code officiel géographique", 2026)
    return Chiffre(nombre(compte.valeur), compte)


def compter_intercommunalites(t: Territoire) -> Ecrit:
    """Nombre d'intercommunalités : EPT dans la Métropole du Grand Paris, EPCI ailleurs."""
    source = "DGCL, périmètres des groupements"
    par_niveau = {
        niveau: compter(niveau, [i.code for i in t.intercommunalites if i.niveau == niveau], libelle, source, 2026)
        for niveau, libelle in (("epci", "EPCI"), ("ept", "EPT"))
    }
    cites = [phrase(Chiffre(nombre(v.valeur), v), f"{INSECABLE}{v.libelle}") for v in par_niveau.values() if v.valeur]
    return cites[0] if len(cites) == 1 else phrase(cites[0], " et ", cites[1])


def _noms(territoires: tuple[Territoire, ...]) -> str:
    return enumerer([f"{t.nom} ({t.code})" for t in territoires]) or "aucune"


def dessiner_carte(t: Territoire, date: dt.date) -> Figure:
    """La carte du territoire, ses quartiers et ses expériences, à la taille d'une fiche."""
    courte = _HAUTEUR_REDUITE if len(t.qpv) >= _QUARTIERS_NOMBREUX else _HAUTEUR_CARTE
    hauteur = courte if t.niveau in {"qpv", "commune"} else None
    description = points.avec_experiences(carte.decrire(t, date), t, points.recenser(t))
    dessin = carte_statique.dessiner(description, titre=False, hauteur_max=hauteur)
    legende = " ".join([*dessin.carte.notes, dessin.carte.credit])
    return Figure(dessin.carte.titre, dessin.svg, dessin.texte_alternatif, legende)
