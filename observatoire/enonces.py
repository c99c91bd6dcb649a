"""Ce qui se dit d'un territoire qui a des quartiers prioritaires : ses habitants, où ils sont, ce qui a changé."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from observatoire.blocs import Chiffre, Ecrit, Phrase, phrase
from observatoire.calculs import compter, rapporter
from observatoire.erreurs import Candidat
from observatoire.grammaire import EN_LETTRES, a, de, en_lettres, le
from observatoire.indicateurs import DIFFUSE, Valeur
from observatoire.origines import Origine
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire, annee_des_quartiers, habitants_de
from observatoire.tournures import (
    RAPPELS,
    Repere,
    absents_de,
    agreger_quartiers,
    cadre_de,
    denombrer,
    departement_de,
    des_quartiers,
    dire_annee,
    dire_fraction,
    dire_raison,
    ecrire_effectif,
    ecrire_taux,
    hors_absents,
    joindre,
    opposer,
    sans_pauvrete,
)
from observatoire.typographie import INSECABLE, enumerer

#: Au-delà de tant de points, un encadrement n'apprend rien.
_LARGE = 25


def avec_quartiers(t: Territoire) -> Iterator[Phrase]:
    """Trois phrases : la part de sa population en quartier, pauvreté ou concentration, et l'évolution depuis 2015."""
    yield _population_en_quartier(t)
    yield _pauvrete_de_la_commune(t) if t.niveau == "commune" else _concentration(t)
    yield _evolution(t)


def _population_en_quartier(t: Territoire) -> Phrase:
    """Ses habitants en quartier prioritaire et leur part, devant celle d'un territoire plus large."""
    if t.synthese_qpv.departements_absents:
        return _hors_departements(t)
    part = _part_du(t)
    if part.statut != DIFFUSE:
        return _sans_part(t)
    siens = habitants_de(t.base, t.qpv.index)
    if siens.statut != DIFFUSE or siens.minimum:
        return phrase(_part_seule(t, part, siens), _part_plus_large(t))
    debut = phrase(
        *(f"{a(t)}, ", ecrire_effectif(siens), f"{INSECABLE}personnes vivent dans "),
        *(_les_quartiers(t), f" en {siens.millesime}, soit ", ecrire_taux(part), " de la population"),
        *dire_fraction(part, " (", ")", "habitant"),
    )
    return phrase(debut, _part_plus_large(t))


def _part_du(t: Territoire) -> Valeur:
    """La part de ses habitants en quartier prioritaire, l'année de la population des quartiers."""
    return t.indicateur("part_population_qpv", annee_des_quartiers(t.base))


def _part_seule(t: Territoire, part: Valeur, siens: Valeur) -> Phrase:
    """La part, quand la population d'un quartier au moins n'est pas publiée."""
    debut = phrase(f"{a(t)}, ", ecrire_taux(part), " de la population vit dans ", _les_quartiers(t))
    if siens.statut == DIFFUSE:
        return phrase(debut, f" en {part.millesime}, soit ", ecrire_effectif(siens), f"{INSECABLE}personnes")
    return phrase(debut, f" en {part.millesime} (leur nombre d'habitants n'est pas publié : {dire_raison(siens)})")


def _les_quartiers(t: Territoire) -> Phrase:
    """« le quartier prioritaire Plateau », « les trois quartiers prioritaires »."""
    if len(t.qpv) == 1:
        return phrase(f"le quartier prioritaire {t.qpv.nom_affiche.iloc[0]}")
    return phrase("les ", denombrer("qpv", t.qpv.index, "Quartiers prioritaires"), " quartiers prioritaires")


def _part_plus_large(t: Territoire) -> Phrase:
    """La même part dans un territoire plus large ; pour l'ouest francilien, ce qu'elle est selon le département."""
    cadre = cadre_de(t)
    if cadre is not None:
        part = _part_du(cadre)
        return phrase(", contre ", ecrire_taux(part), f" {a(cadre)}") if part.statut == DIFFUSE else phrase()
    parts = [(part, d) for d in t.departements if (part := _part_du(d)).statut == DIFFUSE]
    if len(parts) < 2:
        return phrase()
    (moindre, premier), *_, (forte, dernier) = sorted(parts, key=lambda couple: couple[0].valeur)
    return phrase(
        " ; cette part va de ", ecrire_taux(moindre), f" {a(premier)} à ", ecrire_taux(forte), f" {a(dernier)}"
    )


def _sans_part(t: Territoire) -> Phrase:
    """La part recalculée, encadrée ou inconnue, et pourquoi : des quartiers débordent, une population manque."""
    encadree = _encadrer(t)
    if encadree is None:
        return _part_inconnue(t)
    annee = annee_des_quartiers(t.base)
    debut = phrase(f"{a(t)}, ", encadree, f" de la population vit en quartier prioritaire en {annee}")
    raison = phrase(" : ", _raison_du_debord(t)) if t.synthese_qpv.debordants else phrase()
    return phrase(debut, _part_plus_large(t), raison)


def _part_inconnue(t: Territoire) -> Phrase:
    annee = annee_des_quartiers(t.base)
    inconnue = phrase(f"{a(t)}, la part de la population en quartier prioritaire est inconnue en {annee}")
    cadre = cadre_de(t)
    if cadre is not None and _part_du(cadre).statut == DIFFUSE:
        inconnue = phrase(inconnue, " (", ecrire_taux(_part_du(cadre)), f" {a(cadre)})")
    return phrase(inconnue, " : ", _raison_du_debord(t))


def _encadrer(t: Territoire) -> Phrase | None:
    """Entre les quartiers contenus en entier et tous ceux qui touchent le territoire ; None si c'est trop large.

    Sans la population de l'un d'eux, seul le minimum se dit ; si aucun ne déborde, les deux bornes n'en font qu'une.
    """
    dehors = set(t.synthese_qpv.debordants)
    entiers = [code for code in t.qpv.index if code not in dehors]
    total = t.indicateur("population", annee_des_quartiers(t.base))
    tous = habitants_de(t.base, t.qpv.index, entiers=True)
    haut = rapporter(tous, total, "Part des habitants en quartier, au plus", "%")
    if not entiers:
        connue = haut.statut == DIFFUSE and haut.valeur < _LARGE
        return phrase("au plus ", ecrire_taux(haut)) if connue else None
    bas = rapporter(habitants_de(t.base, entiers), total, "Part des habitants en quartier, au moins", "%")
    if bas.statut != DIFFUSE:
        return None
    if not dehors or bas.minimum:
        return phrase(ecrire_taux(bas))
    if haut.statut == DIFFUSE and haut.valeur - bas.valeur < _LARGE:
        return phrase("entre ", ecrire_taux(bas), " et ", ecrire_taux(haut))
    return phrase("au moins ", ecrire_taux(bas))


def _raison_du_debord(t: Territoire) -> Phrase:
    """« deux des huit quartiers débordent de la commune, et la répartition de leurs habitants n'est pas publiée »."""
    dehors = t.synthese_qpv.debordants
    complement = RAPPELS[t.niveau][1]
    if not dehors:
        siens = t.indicateur("population", annee_des_quartiers(t.base)).statut != DIFFUSE
        return phrase(f"le nombre d'habitants {complement if siens else 'de ses quartiers'} n'est pas publié")
    seul = len(dehors) == 1
    compte = denombrer("qpv", dehors, "Quartiers qui débordent du territoire")
    if len(t.qpv) == 1:
        sujet = phrase(f"le quartier {t.qpv.nom_affiche.iloc[0]}")
    elif len(dehors) == len(t.qpv):
        sujet = phrase("les ", compte, " quartiers")
    else:
        sujet = phrase("l'" if seul else "", compte, " des ", denombrer("qpv", t.qpv.index, "Quartiers"), " quartiers")
    verbe = f" déborde {complement}" if seul else f" débordent {complement}"
    return phrase(sujet, verbe, f", et la répartition de {'ses' if seul else 'leurs'} habitants n'est pas publiée")


def _hors_departements(t: Territoire) -> Phrase:
    """Ce qui se sait quand les quartiers d'un des départements du territoire ne sont pas dans les données."""
    siens = habitants_de(t.base, t.qpv.index)
    cadre = cadre_de(t)
    debut = phrase(
        *(f"{le(t)} compte, {hors_absents(t)}, ", denombrer("qpv", t.qpv.index, "Quartiers prioritaires")),
        " quartier prioritaire" if len(t.qpv) == 1 else " quartiers prioritaires",
    )
    if siens.statut != DIFFUSE:
        return phrase(debut, f", dont le nombre d'habitants n'est pas publié ({dire_raison(siens)})")
    debut = phrase(debut, ", où vivent ", ecrire_effectif(siens), f"{INSECABLE}habitants en {siens.millesime}")
    if cadre is None:
        return debut
    tous = cadre.indicateur("population_qpv", siens.millesime)
    part = rapporter(siens, tous, "Part des habitants des quartiers prioritaires", "%")
    if part.statut != DIFFUSE:
        return debut
    return phrase(debut, ", soit ", ecrire_taux(part), f" des habitants des quartiers prioritaires {de(cadre)}")


def _pauvrete_de_la_commune(t: Territoire) -> Phrase:
    """Le taux de pauvreté de ses quartiers devant celui de la commune entière."""
    sien = t.indicateur("taux_pauvrete")
    autres = [Repere(sien, "dans l'ensemble de la commune")] if sien.statut == DIFFUSE else []
    quartiers = agreger_quartiers(t, "taux_pauvrete", sien.millesime)
    lieu = "son quartier prioritaire" if len(t.qpv) == 1 else "ses quartiers prioritaires"
    if t.synthese_qpv.debordants:
        lieu += ", pris en entier"
    if quartiers is None or quartiers.statut != DIFFUSE:
        lus = [t.base.releve.exactement("qpv", str(code), "taux_pauvrete", sien.millesime) for code in t.qpv.index]
        manquant = quartiers or next((v for v in lus if v.statut != DIFFUSE), lus[0])
        return sans_pauvrete(t, manquant, f"n'est pas publié dans {lieu}", autres)
    debut = phrase(f"dans {lieu}, le taux de pauvreté est de ", ecrire_taux(quartiers), dire_annee(sien))
    reperes = autres or des_quartiers(departement_de(t), sien)
    return phrase(debut, *_estimation(t, quartiers), opposer(quartiers, reperes))


def _estimation(t: Territoire, v: Valeur) -> tuple[Ecrit, ...]:
    """« (estimation) », « (estimation sur cinq de ses six quartiers) », ou rien."""
    if not v.estimation:
        return ()
    if v.couverture is None or v.couverture.publies == v.couverture.total:
        return (" (estimation)",)
    publies = replace(
        compter("qpv", (), "Quartiers publiés", v.source, v.millesime),
        valeur=float(len(v.origine.cases)),
        origine=Origine("compte", v.origine.cases),
    )
    lus = [t.base.releve.exactement("qpv", str(code), v.indicateur, v.millesime) for code in t.qpv.index]
    publie = "publié" if sum(lu.statut == DIFFUSE for lu in lus) == publies.valeur else "que l'on sache pondérer"
    lesquels = f"seul {publie}" if publies.valeur == 1 else f"seuls {publie}{'s' if publie == 'publié' else ''}"
    effectif = Chiffre(en_lettres(int(publies.valeur)), publies)
    total = denombrer("qpv", t.qpv.index, "Quartiers prioritaires")
    return (" (estimation sur ", effectif, " des ", total, f", {lesquels})")


def _concentration(t: Territoire) -> Phrase:
    """Les communes où vivent le plus d'habitants de ses quartiers, devant leur part de la population."""
    communes = _communes_prioritaires(t)
    if len(communes) == 1:
        return _une_seule_commune(t, communes[0])
    retenues = communes[: 3 if len(communes) > 7 else 2 if len(communes) > 3 else 1]
    part = _part_des_quartiers(t, retenues)
    if part.statut != DIFFUSE:
        complement, annee = RAPPELS[t.niveau][1], annee_des_quartiers(t.base)
        debut = f"comment les habitants des quartiers prioritaires {complement} se répartissent entre ses communes"
        return phrase(f"{debut} n'est pas connu en {annee} : la population d'un quartier au moins n'est pas publiée")
    reserves = [f"hors {enumerer([d.nom for d in absents_de(t)])}"] if absents_de(t) else []
    reserves += ["sans ceux des quartiers à cheval"] if part.minimum else []
    noms = enumerer([t.base.repertoire.nommer("commune", code) for code in retenues])
    return phrase(
        *(f"{noms} {'réunissent' if len(retenues) > 1 else 'réunit'} ", ecrire_taux(part)),
        f" des habitants des quartiers prioritaires {RAPPELS[t.niveau][1]}",
        f" ({' ; '.join(reserves)})" if reserves else "",
        *_devant_la_population(_part_des_communes(t, retenues)),
    )


def _devant_la_population(part: Valeur) -> tuple[Ecrit, ...]:
    """« et 35,0 % de la population », ou pourquoi on ne le sait pas."""
    if part.statut == DIFFUSE:
        return " et ", ecrire_taux(part), " de la population"
    return (f" ; leur part de la population n'est pas publiée ({dire_raison(part)})",)


def _part_des_quartiers(t: Territoire, communes: Sequence[str]) -> Valeur:
    """Part des habitants de ses quartiers qui vivent dans ces communes ; un minimum si l'un d'eux en déborde."""
    retenues = set(communes)
    dedans = [str(code) for code, siennes in t.qpv.codes_communes.items() if retenues.issuperset(siennes)]
    touchent = [code for code, siennes in t.qpv.codes_communes.items() if not retenues.isdisjoint(siennes)]
    siens, tous = habitants_de(t.base, dedans), habitants_de(t.base, t.qpv.index, entiers=True)
    part = rapporter(siens, tous, "Part des habitants des quartiers prioritaires", "%")
    return replace(part, minimum=len(dedans) < len(touchent))


def _une_seule_commune(t: Territoire, code: str) -> Phrase:
    commune = Candidat("commune", code, t.base.repertoire.nommer("commune", code))
    sujet = "ce quartier se trouve" if len(t.qpv) == 1 else "ces quartiers se trouvent tous"
    part = _part_des_communes(t, [code])
    complement = RAPPELS[t.niveau][1]
    if part.statut != DIFFUSE:
        return phrase(f"{sujet} {a(commune)}, dont la part des habitants {complement} n'est pas publiée")
    return phrase(f"{sujet} {a(commune)}, où vivent ", ecrire_taux(part), f" des habitants {complement}")


def _communes_prioritaires(t: Territoire) -> list[str]:
    """Ses communes qui ont un quartier, de la plus à la moins peuplée des seuls quartiers qui y tiennent en entier."""
    habitants = {code: 0 for codes in t.qpv.codes_communes for code in codes if code in t.communes.index}
    annee = annee_des_quartiers(t.base)
    for quartier, codes in t.qpv.codes_communes.items():
        siens = t.base.releve.exactement("qpv", str(quartier), "population", annee)
        if len(codes) == 1 and siens.statut == DIFFUSE:
            habitants[codes[0]] += int(siens.valeur)
    return sorted(habitants, key=lambda code: (-habitants[code], code))


def _part_des_communes(t: Territoire, codes: Sequence[str]) -> Valeur:
    communes = habitants_de(t.base, codes, entiers=True)
    tous = t.indicateur("population", annee_des_quartiers(t.base))
    return rapporter(communes, tous, "Part de la population du territoire", "%")


# --- l'évolution de la géographie prioritaire ---

#: Au singulier, au pluriel, quand le quartier est seul, quand tous le sont.
_DEVENIRS = {
    "nouveau": ("nouveau", "nouveaux", "il est nouveau", "tous sont nouveaux"),
    "modifie": ("au contour modifié", "au contour modifié", "son contour a été modifié", "tous ont changé de contour"),
    "inchange": ("inchangé", "inchangés", "son contour est inchangé", "tous sont inchangés"),
}
_ARRIVE = "le quartier, au contour modifié depuis, ne s'y étendait pas"


def _evolution(t: Territoire) -> Phrase:
    """Combien de quartiers en 2024, combien en 2015, et ce qu'ils sont devenus."""
    anciens = _quartiers_de_2015(t)
    actuels = t.evolution_qpv.index[t.evolution_qpv.statut != "sorti"]
    lettres = max(len(anciens), len(actuels)) <= EN_LETTRES
    compte = denombrer("qpv", actuels, "Quartiers prioritaires", lettres=lettres)
    quartiers = "quartier prioritaire" if len(actuels) == 1 else "quartiers prioritaires"
    debut = phrase(f"{RAPPELS[t.niveau][0]} compte ", compte, f" {quartiers} en 2024{_reserve(t)}, ")
    return phrase(debut, _avant(anciens, len(actuels), lettres), " : ", _devenirs(t, anciens, lettres))


def _quartiers_de_2015(t: Territoire) -> list[str]:
    communes = set(t.communes.index)
    return [str(c) for c, siennes in t.base.qpv_2015.codes_communes.items() if not communes.isdisjoint(siennes)]


def _reserve(t: Territoire) -> str:
    absents = absents_de(t)
    return f" (hors {enumerer([d.nom for d in absents])})" if absents else ""


def _avant(anciens: Sequence[str], actuels: int, lettres: bool) -> Phrase:
    if not anciens:
        return phrase("contre aucun en 2015")
    if len(anciens) == actuels:
        return phrase("comme en 2015")
    compte = denombrer("qpv_2015", anciens, "Quartiers prioritaires de 2015", lettres=lettres)
    return phrase("contre ", compte, " en 2015")


def _devenirs(t: Territoire, anciens: Sequence[str], lettres: bool) -> Phrase:
    """« deux nouveaux et un au contour modifié ; un quartier de 2015 est sorti de la géographie prioritaire »."""
    statuts = t.evolution_qpv.statut
    groupes = {statut: statuts.index[statuts == statut] for statut in (*_DEVENIRS, "sorti")}
    sortis = groupes.pop("sorti")
    present = _presents({statut: codes for statut, codes in groupes.items() if len(codes)}, lettres)
    if not anciens and len(groupes["modifie"]) == len(statuts) == 1:
        present = phrase(_ARRIVE)
    if sortis.empty:
        return present
    sont = "quartier de 2015 est sorti" if len(sortis) == 1 else "quartiers de 2015 sont sortis"
    compte = denombrer("qpv_2015", sortis, "Quartiers sortis de la géographie prioritaire", lettres=lettres)
    return phrase(present, " ; ", compte, f" {sont} de la géographie prioritaire")


def _presents(groupes: Mapping[str, pd.Index], lettres: bool) -> Phrase:
    """Les quartiers de 2024 selon leur statut."""
    if len(groupes) == 1:
        ((statut, codes),) = groupes.items()
        return phrase(_DEVENIRS[statut][2 if len(codes) == 1 else 3])
    return joindre(
        [
            phrase(
                denombrer("qpv", codes, f"Quartiers de statut {LIBELLES_STATUTS[statut]}", lettres=lettres),
                f" {_DEVENIRS[statut][0 if len(codes) == 1 else 1]}",
            )
            for statut, codes in groupes.items()
        ]
    )
