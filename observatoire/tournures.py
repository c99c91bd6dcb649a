"""Les tournures que les phrases partagent : un effectif, un taux, un rang, « contre », et à quoi l'on compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from observatoire.blocs import Chiffre, Ecrit, Phrase, phrase
from observatoire.calculs import compter
from observatoire.erreurs import AgregationInterdite, Candidat
from observatoire.grammaire import de, en_lettres, sur
from observatoire.indicateurs import DIFFUSE, SIGNES, Valeur
from observatoire.origines import Origine
from observatoire.territoire import Territoire
from observatoire.typographie import enumerer, nombre

_ANCT = "ANCT, géographie prioritaire 2024"
_PASSAGE = "ANCT, table de passage 2015-2024"
#: Le territoire dans une phrase où il a déjà été nommé : sujet, complément.
RAPPELS = {
    "commune": ("la commune", "de la commune"),
    "epci": ("l'intercommunalité", "de l'intercommunalité"),
    "ept": ("l'intercommunalité", "de l'intercommunalité"),
    "departement": ("le département", "du département"),
    "perimetre": ("l'ouest francilien", "de l'ouest francilien"),
}


@dataclass(frozen=True)
class Classement:
    """Le rang d'une valeur, le nombre de valeurs classées, et combien d'autres ont le même rang."""

    rang: Valeur
    effectif: Valeur
    ex_aequo: int


def classer_parmi(t: Territoire, sien: Valeur, cadre: Territoire) -> Classement:
    """Sa place parmi les territoires de son niveau où l'indicateur est publié, au même millésime."""
    officiel = t.rang(sien.indicateur, cadre, sien.millesime)
    pairs = [t.base.releve.exactement(t.niveau, c, sien.indicateur, sien.millesime) for c in cadre.codes(t.niveau)]
    autres = tuple(c for v in pairs if v.statut == DIFFUSE and v.code != t.code for c in v.origine.cases)
    commun = replace(sien, unite="", decimales=0, libelle=f"{sien.libelle}, rang")
    rang = replace(commun, valeur=float(officiel.rang), origine=Origine("rang", sien.origine.cases, autres))
    effectif = replace(
        commun,
        libelle=f"{sien.libelle}, territoires où il est publié",
        valeur=float(officiel.sur),
        origine=Origine("compte", (*sien.origine.cases, *autres)),
    )
    return Classement(rang, effectif, officiel.ex_aequo)


def agreger_quartiers(t: Territoire, indicateur: str, millesime: int | None) -> Valeur | None:
    """Valeur de l'ensemble de ses quartiers, exacte ou estimée ; None si rien n'est publié."""
    try:
        return t.base.agreger(indicateur, t.qpv.index, millesime=millesime, partiel=True)
    except AgregationInterdite:
        return None


@dataclass(frozen=True)
class Repere:
    """Une valeur à laquelle on compare, et où elle vaut."""

    valeur: Valeur
    lieu: str

    @property
    def ecrit(self) -> Phrase:
        """« 34,1 % (estimation) dans les quartiers prioritaires du Val-d'Oise »."""
        return phrase(ecrire_taux(self.valeur), f"{' (estimation)' if self.valeur.estimation else ''} {self.lieu}")


def des_quartiers(large: Territoire, sien: Valeur) -> list[Repere]:
    """Le même indicateur sur l'ensemble des quartiers d'un territoire ; rien s'il n'est pas du même millésime."""
    ensemble = agreger_quartiers(large, sien.indicateur, sien.millesime)
    if ensemble is None or ensemble.statut != DIFFUSE or sien.millesime is None:
        return []
    return [Repere(ensemble, f"dans les quartiers prioritaires {de(large)}")]


def opposer(sien: Valeur, reperes: Sequence[Repere]) -> Phrase:
    """« , contre 28,0 % dans la commune et 34,1 % dans... », ou l'aveu que rien ne se compare."""
    if not reperes:
        return phrase(" ; aucune valeur de même millésime n'est publiée pour comparer")
    if len(reperes) == 1 and reperes[0].valeur.affichage == sien.affichage:
        seul = reperes[0]
        return phrase(
            f", comme {seul.lieu} (", ecrire_taux(seul.valeur), ", estimation)" if seul.valeur.estimation else ")"
        )
    return phrase(", contre ", joindre([repere.ecrit for repere in reperes]))


def dire_annee(v: Valeur) -> str:
    """« en 2021 », ou que le millésime n'est pas documenté ; une espace devant."""
    return f" en {v.millesime}" if v.millesime else " (millésime non documenté)"


def joindre(ecrits: Sequence[Phrase]) -> Phrase:
    """Joint des phrases : « A », « A et B », « A, B et C »."""
    *debut, fin = ecrits
    morceaux: list[Ecrit] = []
    for rang, ecrit in enumerate(debut):
        morceaux += [", ", ecrit] if rang else [ecrit]
    return phrase(*morceaux, *([" et "] if debut else []), fin)


def communes_de(t: Territoire) -> list[Territoire]:
    """Les communes d'un quartier."""
    return [parent for parent in t.parents if parent.niveau == "commune"]


def departement_de(t: Territoire) -> Territoire:
    """Son département, le plus peuplé s'il s'étend sur plusieurs."""
    return t.departements[0]


def cadre_de(t: Territoire) -> Territoire | None:
    """Le plus petit territoire plus large qui contient tous ses quartiers connus : son département, ou le périmètre."""
    absents = t.synthese_qpv.departements_absents
    connus = [d for d in t.parents if d.niveau == "departement" and d.code not in absents]
    if len(connus) == 1:
        return connus[0]
    return next((parent for parent in t.parents if parent.niveau == "perimetre"), None)


def englobant_de(t: Territoire) -> Territoire | None:
    """Le plus petit territoire plus large qui le contient tout entier, ou None."""
    if t.niveau != "departement" and len(t.departements) == 1:
        return t.departements[0]
    return None if t.synthese_qpv.departements_absents else cadre_de(t)


def denombrer(table: str, codes: Iterable[str], libelle: str, *, lettres: bool = True) -> Chiffre:
    """Un nombre de quartiers ou de communes, en lettres s'il est petit."""
    source, annee = (_PASSAGE, 2015) if table == "qpv_2015" else (_ANCT, 2024)
    v = compter(table, map(str, codes), libelle, source, annee)
    return Chiffre(en_lettres(int(v.valeur)) if lettres else nombre(v.valeur), v)


def ecrire_effectif(v: Valeur) -> Chiffre:
    """Un effectif, sans son unité : « 20 724 », « au moins 20 724 », ou le signe de son absence."""
    return Chiffre(v.nombre_affiche, v)


def ecrire_taux(v: Valeur) -> Chiffre:
    """Une valeur et son unité : « 45,0 % », « 22 940 € »."""
    return Chiffre(v.affichage, v)


def dire_fraction(part: Valeur, avant: str, apres: str, nom: str = "") -> tuple[Ecrit, ...]:
    """La part dite en fraction, entre deux signes ; rien si aucune n'est proche, ou si la part n'est pas entière."""
    dite = None if part.minimum else sur(part.valeur, nom)
    return (avant, Chiffre(dite, part), apres) if dite else ()


def dire_raison(v: Valeur) -> str:
    """Pourquoi une valeur manque, en toutes lettres ; une valeur publiée ne manque qu'à un ensemble, faute de poids."""
    return SIGNES[v.statut][1] if v.statut != DIFFUSE else "effectif de pondération non publié"


def sans_pauvrete(t: Territoire, sien: Valeur, absence: str, autres: Sequence[Repere]) -> Phrase:
    """Pourquoi le taux manque, et ce qu'il est dans la commune et les quartiers du département."""
    connus = [phrase("de ", repere.ecrit) for repere in (*autres, *des_quartiers(departement_de(t), sien))]
    debut = phrase(f"le taux de pauvreté {absence} ({dire_raison(sien)})")
    return phrase(debut, f" ; {dire_annee(sien).strip()}, il est ", joindre(connus)) if connus else debut


def absents_de(t: Territoire) -> list[Candidat]:
    """Ses départements dont les quartiers ne sont pas dans les données."""
    nommer = t.base.repertoire.nommer
    return [Candidat("departement", c, nommer("departement", c)) for c in t.synthese_qpv.departements_absents]


def hors_absents(t: Territoire) -> str:
    """« hors Seine-et-Marne, dont les quartiers ne sont pas dans les données »."""
    return f"hors {enumerer([d.nom for d in absents_de(t)])}, dont les quartiers ne sont pas dans les données"
