"""Deux ou trois phrases qui disent l'essentiel d'un territoire : chacune compare, ou dit pourquoi elle ne le peut pas.

Elles décrivent sans expliquer ni juger. Deux valeurs ne se comparent qu'au même millésime, toujours dit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from observatoire.blocs import Chiffre, Phrase, phrase
from observatoire.calculs import rapporter
from observatoire.enonces import avec_quartiers
from observatoire.erreurs import Candidat
from observatoire.grammaire import a, de, le, majuscule, ordinal
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.territoire import Territoire, annee_des_quartiers, habitants_de
from observatoire.tournures import (
    Repere,
    absents_de,
    cadre_de,
    classer_parmi,
    communes_de,
    denombrer,
    departement_de,
    des_quartiers,
    dire_annee,
    dire_fraction,
    dire_raison,
    ecrire_effectif,
    ecrire_taux,
    englobant_de,
    hors_absents,
    opposer,
    sans_pauvrete,
)
from observatoire.typographie import INSECABLE, enumerer, nombre, soigner

#: Un rang ne se dit que parmi les premiers : au-delà, la comparaison à l'ensemble en dit plus.
_PREMIERS = 5


def phrases(t: Territoire) -> tuple[Phrase, ...]:
    """Deux ou trois phrases de lecture d'un territoire de tout niveau.

    Parameters
    ----------
    t : Territoire
        Le territoire.

    Returns
    -------
    tuple of Phrase
        Des phrases entières, espaces insécables posées ; chaque chiffre garde la valeur dont il vient.
    """
    if t.niveau == "qpv":
        enonces = _du_quartier(t)
    elif t.qpv.empty:
        enonces = _sans_quartier(t)
    else:
        enonces = avec_quartiers(t)
    return tuple(_achever(enonce) for enonce in enonces)


def _achever(enonce: Phrase) -> Phrase:
    """La phrase, sa capitale, son point et ses espaces insécables."""
    premier, *suite = _lier(phrase(enonce, ".").morceaux)
    return Phrase((majuscule(premier) if isinstance(premier, str) else premier, *suite))


def _lier(morceaux: Iterable[str | Chiffre]) -> Iterator[str | Chiffre]:
    """Les morceaux, un nombre attaché au mot qui le suit."""
    apres_un_nombre = False
    for morceau in morceaux:
        if isinstance(morceau, Chiffre):
            yield morceau
            apres_un_nombre = morceau.texte[-1].isdigit()
            continue
        texte = soigner(morceau)
        yield INSECABLE + texte[1:] if apres_un_nombre and texte.startswith(" ") else texte
        apres_un_nombre = False


# --- un quartier prioritaire ---


def _du_quartier(t: Territoire) -> Iterator[Phrase]:
    yield _habitants_du_quartier(t)
    yield _pauvrete_du_quartier(t)
    yield _emploi_du_quartier(t)


def _habitants_du_quartier(t: Territoire) -> Phrase:
    """Ses habitants, et leur part dans sa commune ou dans toutes celles où il s'étend ; ou pourquoi cela manque."""
    annee = annee_des_quartiers(t.base)
    siens = t.indicateur("population", annee)
    if siens.statut != DIFFUSE:
        return phrase(f"le nombre d'habitants {de(t)} n'est pas publié en {annee} ({dire_raison(siens)})")
    ensemble = habitants_de(t.base, t.communes.index, entiers=True)
    part = rapporter(siens, ensemble, "Part des habitants de la commune ou des communes réunies", "%")
    debut = phrase(f"{le(t)} compte ", ecrire_effectif(siens), f"{INSECABLE}habitants en {annee}")
    if part.statut != DIFFUSE:
        return phrase(debut, " ; ", _part_inconnue(t, part))
    communes = communes_de(t)
    debut = phrase(debut, ", soit ", ecrire_taux(part))
    if len(communes) == 1:
        return phrase(debut, f" de ceux {de(communes[0])}", *dire_fraction(part, ", ", ""))
    effectif = denombrer("communes", t.communes.index, "Communes où s'étend le quartier")
    noms = enumerer([commune.nom for commune in communes])
    suite = f" communes où il s'étend ({noms}) ; leur répartition entre elles n'est pas publiée"
    return phrase(debut, " de ceux des ", effectif, suite)


def _part_inconnue(t: Territoire, part: Valeur) -> str:
    """Que l'on ne sait pas ce que ses habitants pèsent dans ses communes : l'une d'elles n'en publie pas le nombre."""
    noms = enumerer([de(commune) for commune in communes_de(t)])
    laquelle = "la commune" if len(t.communes) == 1 else "l'une au moins de ces communes"
    raison = f"la population de {laquelle} n'est pas publiée pour cette année ({dire_raison(part)})"
    return f"leur part parmi ceux {noms} n'est pas connue : {raison}"


def _pauvrete_du_quartier(t: Territoire) -> Phrase:
    """Son taux devant celui de sa commune et des quartiers du département, ou son rang s'il est des premiers."""
    sien = t.indicateur("taux_pauvrete")
    communes = [c.indicateur("taux_pauvrete", sien.millesime) for c in communes_de(t)]
    autres = [Repere(v, "dans la commune") for v in communes if v.statut == DIFFUSE and len(communes) == 1]
    if sien.statut != DIFFUSE:
        return sans_pauvrete(t, sien, "n'y est pas publié", autres)
    debut = phrase("le taux de pauvreté y est de ", ecrire_taux(sien), dire_annee(sien))
    rang = _rang_du_quartier(t, sien)
    if rang:
        return phrase(debut, opposer(sien, autres) if autres else "", " : c'est ", rang)
    return phrase(debut, opposer(sien, [*autres, *des_quartiers(departement_de(t), sien)]))


def _rang_du_quartier(t: Territoire, sien: Valeur) -> Phrase | None:
    """« le 3e taux le plus élevé des 36 quartiers du département où il est publié » ; None s'il n'est pas parlant."""
    classement = classer_parmi(t, sien, departement_de(t))
    if classement.rang.valeur > _PREMIERS or classement.ex_aequo:
        return None
    place = Chiffre(_superlatif(int(classement.rang.valeur)), classement.rang)
    effectif = Chiffre(nombre(classement.effectif.valeur), classement.effectif)
    return phrase(place, " des ", effectif, f" quartiers prioritaires {de(departement_de(t))} où il est publié")


def _superlatif(rang: int) -> str:
    return "le taux le plus élevé" if rang == 1 else f"le {ordinal(rang)}{INSECABLE}taux le plus élevé"


def _emploi_du_quartier(t: Territoire) -> Phrase:
    """Son taux d'emploi devant celui des quartiers du département."""
    return _devant_les_quartiers(t, "taux_emploi", "le taux d'emploi des 15-64 ans")


def _devant_les_quartiers(t: Territoire, indicateur: str, nom: str) -> Phrase:
    """Un taux du territoire devant celui des quartiers du département, ou pourquoi il n'est pas publié."""
    sien = t.indicateur(indicateur)
    if sien.statut != DIFFUSE:
        return phrase(f"{nom} n'y est pas publié ({dire_raison(sien)})")
    debut = phrase(f"{nom} y est de ", ecrire_taux(sien), dire_annee(sien))
    return phrase(debut, opposer(sien, des_quartiers(departement_de(t), sien)))


# --- un territoire sans quartier ---


def _sans_quartier(t: Territoire) -> Iterator[Phrase]:
    yield _aucun_quartier(t)
    if t.niveau == "commune" and not t.synthese_qpv.departements_absents:
        yield _devant_les_quartiers(t, "taux_pauvrete", "le taux de pauvreté")
    else:
        yield from _poids(t)
    if t.evolution_qpv.empty:
        yield from _niveau_de_vie(t)
    else:
        yield _sorties(t.evolution_qpv.nom)


def _aucun_quartier(t: Territoire) -> Phrase:
    """Qu'aucun quartier ne le touche, devant la part d'un territoire plus large ; ou qu'on ne le sait pas."""
    cadre = cadre_de(t)
    if len(absents_de(t)) == len(t.departements):
        return phrase(
            f"les quartiers prioritaires {enumerer([de(d) for d in absents_de(t)])} ne sont pas dans les données"
        )
    aucun = phrase(f"aucun quartier prioritaire ne touche {le(t)} dans la géographie de 2024")
    if absents_de(t) or cadre is None:
        return phrase(aucun, f", {hors_absents(t)}" if absents_de(t) else "")
    part = cadre.indicateur("part_population_qpv")
    if part.statut != DIFFUSE:
        return aucun
    fin = f" des habitants vivent en quartier prioritaire ({part.millesime})"
    return phrase(aucun, f" ; {a(cadre)}, ", ecrire_taux(part), fin)


def _sorties(noms: Iterable[str]) -> Phrase:
    cites = [f"« {nom} »" for nom in noms]
    if len(cites) == 1:
        return phrase(f"le quartier {cites[0]}, prioritaire en 2015, ne l'est plus en 2024")
    return phrase(f"les quartiers {enumerer(cites)}, prioritaires en 2015, ne le sont plus en 2024")


def _poids(t: Territoire) -> Iterator[Phrase]:
    """Ses habitants, et leur part dans un territoire qui le contient ; rien s'il n'y en a pas."""
    large = englobant_de(t)
    if large is None:
        return
    siens = t.indicateur("population")
    tous = large.indicateur("population", siens.millesime)
    part = rapporter(siens, tous, f"Part des habitants {de(large)}", "%")
    if part.statut == DIFFUSE:
        debut = phrase(f"{le(t)} compte ", ecrire_effectif(siens), f"{INSECABLE}habitants en {siens.millesime}, soit ")
        yield phrase(debut, ecrire_taux(part), f" de ceux {de(large)}")


def _niveau_de_vie(t: Territoire) -> Iterator[Phrase]:
    """Le niveau de vie médian devant celui d'un territoire plus large, au même millésime ; à défaut son rang."""
    sien, *autres = t.confronter("niveau_vie_median")
    if sien.valeur.statut in {"secret", "non_diffuse"}:
        yield phrase(f"le niveau de vie médian n'y est pas publié ({dire_raison(sien.valeur)})")
    if sien.valeur.statut != DIFFUSE:
        return
    debut = phrase("le niveau de vie médian y est de ", ecrire_taux(sien.valeur), " par an", dire_annee(sien.valeur))
    comparables = [r for r in autres if r.comparable and r.valeur.statut == DIFFUSE and r.valeur.niveau != "epci"]
    if comparables:
        large = comparables[0]
        lieu = Candidat(large.valeur.niveau, large.valeur.code, large.nom)
        yield phrase(debut, opposer(sien.valeur, [Repere(large.valeur, a(lieu))]))
    elif t.niveau == "commune":
        yield phrase(debut, ", au ", _place(t, sien.valeur))


def _place(t: Territoire, sien: Valeur) -> Phrase:
    """« 45e rang (du plus élevé au plus bas) des 256 communes des Yvelines où il est publié »."""
    classement = classer_parmi(t, sien, departement_de(t))
    place = Chiffre(ordinal(int(classement.rang.valeur)), classement.rang)
    rang = phrase(
        place, f"{INSECABLE}rang", " ex aequo" if classement.ex_aequo else "", " (du plus élevé au plus bas) des "
    )
    return phrase(rang, ecrire_effectif(classement.effectif), f" communes {de(departement_de(t))} où il est publié")
