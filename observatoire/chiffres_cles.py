"""Les chiffres clés d'une fiche : de quatre à six, chacun avec ce à quoi il se compare."""

from __future__ import annotations

import math
from collections.abc import Iterator

from observatoire.blocs import Chiffre, ChiffreCle, Ecrit, Phrase, phrase
from observatoire.calculs import compter, ecarter, rapporter
from observatoire.comparaison import Regard
from observatoire.ensembles import nom_court, presentes, quartiers_de_reference, sans_ponderation, ses_quartiers
from observatoire.grammaire import de
from observatoire.indicateurs import DIFFUSE, Valeur, ecrire_valeur
from observatoire.qpv import citer_departements
from observatoire.territoire import Territoire, annee_des_quartiers, habitants_de
from observatoire.typographie import INSECABLE, nombre

SOURCE_ANCT = "ANCT, géographie prioritaire 2024"
NON_DISPONIBLE = "n.d."
#: Indicateurs comparés, quand ils sont dans les données, et ce qui s'imprime sous le chiffre.
_COMPARES = {
    "taux_pauvrete": "taux de pauvreté",
    "niveau_vie_median": "niveau de vie médian",
    "taux_emploi": "taux d'emploi des 15-64 ans",
    "part_couverts_caf": "personnes couvertes par la Caf, pour 100 habitants",
    "logements_sociaux_pour_100_menages": "logements sociaux pour 100 ménages",
}
_LIMITE = 6


def chiffres_cles(t: Territoire) -> tuple[ChiffreCle, ...]:
    """Les chiffres clés d'un territoire, six au plus."""
    premiers = list(_du_quartier(t) if t.niveau == "qpv" else _du_territoire(t))
    compares = [c for nom, libelle in _COMPARES.items() if (c := _compare(t, nom, libelle)) is not None]
    compares += [c for nom, libelle in _COMPARES.items() if (c := _des_quartiers(t, nom, libelle)) is not None]
    return tuple([*premiers, *compares][:_LIMITE])


def _du_quartier(t: Territoire) -> Iterator[ChiffreCle]:
    annee = annee_des_quartiers(t.base)
    habitants = t.indicateur("population", annee)
    texte: Ecrit = phrase("sur ", _nombre_de_communes(t), " communes")
    if len(t.communes) == 1:
        commune = t.parents[0].indicateur("population", annee)
        part = rapporter(habitants, commune, "Part des habitants de la commune", "%")
        texte = phrase(Chiffre(part.affichage, part), f" des habitants {de(t.parents[0])}")
        texte = texte if part.statut == DIFFUSE else f"Part non calculable : population {annee} non publiée"
    yield ChiffreCle(_nombre(habitants), "habitants", habitants.reference, texte)


def _du_territoire(t: Territoire) -> Iterator[ChiffreCle]:
    habitants = t.indicateur("population")
    ancienne = t.indicateur("population", annee_des_quartiers(t.base))
    yield ChiffreCle(_nombre(habitants), "habitants", habitants.reference, _evolution(habitants, ancienne))
    synthese = t.synthese_qpv
    if synthese.departements_absents and not synthese.nombre:
        yield ChiffreCle(NON_DISPONIBLE, "quartiers prioritaires", _raison(t))
        return
    quartiers = compter("qpv", synthese.codes, "Quartiers prioritaires", SOURCE_ANCT, 2024)
    libelle = "quartiers prioritaires" if synthese.nombre > 1 else "quartier prioritaire"
    yield ChiffreCle(Chiffre(nombre(synthese.nombre), quartiers), libelle + t.reserve_qpv, SOURCE_ANCT, _habitants(t))
    yield _part(t)


def _evolution(habitants: Valeur, ancienne: Valeur) -> Ecrit:
    if habitants.statut != DIFFUSE or ancienne.statut != DIFFUSE or ancienne.millesime == habitants.millesime:
        return ""
    return phrase(Chiffre(ecrire_valeur(ancienne.valeur, "", 0), ancienne), f" en {ancienne.millesime}")


def _habitants(t: Territoire) -> Ecrit:
    if not t.synthese_qpv.nombre:
        return ""
    total = habitants_de(t.base, t.qpv.index)
    if total.statut != DIFFUSE:
        return f"Nombre d'habitants non publié en {annee_des_quartiers(t.base)}"
    entiers = ", quartiers pris en entier" if t.synthese_qpv.debordants else ""
    habitants = "habitant" if total.valeur < 2 else "habitants"
    return phrase(Chiffre(total.nombre_affiche, total), f"{INSECABLE}{habitants} en {total.millesime}{entiers}")


def _part(t: Territoire) -> ChiffreCle:
    """Part des habitants en QPV ; la raison quand elle ne se calcule pas."""
    part = t.indicateur("part_population_qpv")
    libelle = "des habitants vivent en QPV"
    if part.statut != DIFFUSE:
        return ChiffreCle(Chiffre(NON_DISPONIBLE, part), "part des habitants vivant en QPV", _raison(t))
    if t.niveau == "perimetre":
        texte = _entre([(d.nom, d.indicateur("part_population_qpv")) for d in t.departements])
    else:
        autres = [regard for regard in t.confronter("part_population_qpv")[1:] if regard.comparable]
        texte = next((_phrase(t, part, autre) for autre in autres if autre.valeur.statut == DIFFUSE), Phrase(()))
    return ChiffreCle(Chiffre(part.affichage, part), libelle, part.reference, texte)


def _raison(t: Territoire) -> str:
    """Pourquoi la part des habitants en QPV ne peut pas être calculée exactement."""
    synthese = t.synthese_qpv
    if synthese.departements_absents:
        du = citer_departements(synthese.departements_absents, "du département", "des départements")
        return f"Non calculée : les QPV {du} ne sont pas embarqués"
    if synthese.debordants:
        return "Non calculable : la répartition des quartiers à cheval n’est pas publiée"
    annee = annee_des_quartiers(t.base)
    sienne = t.indicateur("population", annee).statut == DIFFUSE
    return f"Non calculable : population {f'{annee} d’un quartier' if sienne else f'municipale {annee}'} non publiée"


def _nombre(v: Valeur) -> Chiffre:
    return Chiffre(v.nombre_affiche, v)


def _compare(t: Territoire, indicateur: str, libelle: str) -> ChiffreCle | None:
    """Un indicateur et sa comparaison : même millésime d'abord, puis les quartiers, puis une autre année, datée."""
    sien, *autres = t.confronter(indicateur)
    if not presentes([sien.valeur]):
        return None
    v = sien.valeur
    return ChiffreCle(_affiche(v), libelle, v.reference, _comparaison(t, indicateur, v, autres))


def _des_quartiers(t: Territoire, indicateur: str, libelle: str) -> ChiffreCle | None:
    """À défaut de valeur du territoire lui-même, celle de l'ensemble de ses quartiers, à côté d'autres quartiers."""
    siens = ses_quartiers(t)
    v = siens.valeur(indicateur) if siens else None
    if siens is None or v is None or presentes([t.indicateur(indicateur)]):
        return None
    autres = [(e.titre, e.valeur(indicateur, v.millesime)) for e in quartiers_de_reference(t)]
    publiees = [(titre, autre) for titre, autre in autres if autre is not None]
    comparaison: Ecrit = ""
    if len(publiees) == 1:
        comparaison = _citer(t, publiees[0][0], v, publiees[0][1])
    elif publiees:
        comparaison = _entre(publiees)
    quartiers = "de son QPV" if siens.titre == "Son QPV" else "de ses QPV"
    nom, virgule, suite = libelle.partition(",")
    return ChiffreCle(_affiche(v), f"{nom} {quartiers}{virgule}{suite}", sans_ponderation(v), comparaison)


def _entre(publiees: list[tuple[str, Valeur]]) -> Phrase:
    """« QPV du 92 : 34,2 % ; QPV du 95 : 38,2 % », de la plus basse à la plus haute."""
    (nom_bas, bas), *_, (nom_haut, haut) = sorted(publiees, key=lambda couple: couple[1].valeur)
    return phrase(f"{nom_bas}{INSECABLE}: ", _affiche(bas), f" ; {nom_haut}{INSECABLE}: ", _affiche(haut))


def _affiche(v: Valeur) -> Chiffre:
    """La valeur et son unité si elle est courte ; ``≈`` devant une estimation."""
    marque = f"≈{INSECABLE}" if v.estimation else ""
    return Chiffre(marque + (v.affichage if v.unite in {"%", "€"} else v.nombre_affiche), v)


def _comparaison(t: Territoire, indicateur: str, v: Valeur, autres: list[Regard]) -> Ecrit:
    if t.niveau == "qpv" and len(t.communes) > 1:
        fourchette = _fourchette(t, [autre for autre in autres if autre.valeur.niveau == "commune"])
        if fourchette:
            return fourchette
    else:
        compare = next((autre for autre in autres if not math.isnan(autre.ecart)), None)
        if compare:
            return _phrase(t, v, compare)
    ensemble = next(iter(quartiers_de_reference(t)), None) if t.niveau == "qpv" else ses_quartiers(t)
    reunie = ensemble.valeur(indicateur, v.millesime) if ensemble else None
    if ensemble and reunie:
        return _citer(t, ensemble.titre, v, reunie, "écart" if t.niveau == "qpv" else t.libelle_niveau)
    datee = next((autre for autre in autres if autre.valeur.statut == DIFFUSE), None)
    if datee is None:
        return ""
    affichee = Chiffre(datee.valeur.affichage, datee.valeur)
    return phrase(f"{nom_court(t, datee.nom)}{INSECABLE}: ", affichee, f" en {datee.valeur.millesime}")


def _nombre_de_communes(t: Territoire) -> Chiffre:
    compte = compter("communes", t.communes.index, "Communes", "Insee, code officiel géographique", 2026)
    return Chiffre(nombre(compte.valeur), compte)


def _fourchette(t: Territoire, communes: list[Regard]) -> Ecrit:
    """Un quartier à cheval ne se compare à aucune de ses communes en particulier : on dit entre quoi elles varient."""
    if any(commune.valeur.statut != DIFFUSE or not commune.comparable for commune in communes):
        return ""
    valeurs = sorted((commune.valeur for commune in communes), key=lambda v: v.valeur)
    bas, haut = _nombre(valeurs[0]), Chiffre(valeurs[-1].affichage, valeurs[-1])
    if valeurs[0].valeur == valeurs[-1].valeur:
        return phrase(haut, " dans ses ", _nombre_de_communes(t), " communes")
    return phrase("de ", bas, " à ", haut, " dans ses ", _nombre_de_communes(t), " communes")


def _phrase(t: Territoire, v: Valeur, autre: Regard) -> Phrase:
    return _citer(t, nom_court(t, autre.nom), v, autre.valeur)


def _citer(t: Territoire, nom: str, v: Valeur, autre: Valeur, ecart_de: str = "écart") -> Phrase:
    """« Val-d'Oise : 17,3 % (écart : +10,7 points) » ; une estimation porte son signe.

    ``ecart_de`` dit de qui est l'écart, quand l'autre valeur est celle d'une partie du territoire.
    """
    debut = phrase(f"{nom}{INSECABLE}: ", _affiche(autre))
    ecart = ecarter(v, autre, str(t.base.releve.fiche(v.indicateur).nature))
    if ecart is None:
        return debut
    signe = (f"≈{INSECABLE}" if ecart.estimation else "") + ("+" if ecart.valeur > 0 else "")
    if round(ecart.valeur, ecart.decimales) == 0:
        return phrase(debut, " (écart ", Chiffre("nul", ecart), ")")
    unite = "point" if ecart.unite == "points" and abs(ecart.valeur) < 2 else ecart.unite
    texte = signe + ecrire_valeur(ecart.valeur, unite, ecart.decimales)
    return phrase(debut, f" ({ecart_de}{INSECABLE}: ", Chiffre(texte, ecart), ")")
