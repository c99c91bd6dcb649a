"""Le rapport d'activité : actions sous leur titre, encadrés chiffrés, perspectives, chiffres d'ensemble, adhérents.

Les blocs reçoivent un rôle (``titres``) et sont rangés en parties (``plan``) ; les parties donnent des actions
(``fiches``), qui reçoivent les encadrés et les perspectives imprimés à côté d'elles (``attributions``). Ce module en
fait des notices et des chiffres, et dit ce qui n'a pas été placé.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from observatoire.documents import mentions
from observatoire.documents.adherents import Liste, lire_adherents
from observatoire.documents.attributions import Attributions, attribuer, est_participation, est_seance
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.contacts import lire_contacts
from observatoire.documents.dates import Periode, annee_du_document, lire_periode
from observatoire.documents.encadres import Encadre, Mesure, lire_encadres, mesures_d_encadre, mesures_de_bloc
from observatoire.documents.fiches import Fiche, lire_fiches
from observatoire.documents.partenariats import Contexte, partenaires, publics
from observatoire.documents.plan import ETRANGERES, PERSONNE, Partie, Plan, lire_plan
from observatoire.documents.texte import Texte
from observatoire.documents.titres import NUMERO, sorte_de
from observatoire.notices import Anomalie, Chiffre, Contact, Depouillement, Gravite, Notice

_TITRE_DE_RAPPORT = re.compile(
    r"\b(?:rapport|bilan)(?: annuel| moral)? d'activités?\b|\brapport annuel\b", re.IGNORECASE
)
_CONTACT = re.compile(r"^\W*(?:contacts?|renseignements?|pour en savoir plus)\b", re.IGNORECASE)
#: Parties dont le texte n'est pas celui d'une action, ou est lu autrement.
_SANS_ACTION = ETRANGERES | {"perspectives", "presentation", "statistiques"}
#: Parties dont les phrases ne portent pas de chiffres d'activité.
_SANS_CHIFFRES = ETRANGERES - {"liminaire"} | {"perspectives"}
_LONGUEUR_TITRE = 60
_LONGUEUR_EXTRAIT = 200
_COUVERTURE = 12


def ressemblance(blocs: Sequence[Bloc]) -> float:
    """De 0 à 1 : à quel point ces blocs sont ceux d'un rapport d'activité."""
    tete = " ".join(bloc.texte for bloc in blocs[:_COUVERTURE])
    sortes = {sorte_de(bloc.texte) for bloc in blocs if len(bloc.texte) < _LONGUEUR_TITRE}
    note = 0.7 if _TITRE_DE_RAPPORT.search(tete) else 0.0
    note += 0.15 * ("adherents" in sortes) + 0.15 * ("perspectives" in sortes) + 0.05 * ("gouvernance" in sortes)
    return min(1.0, note + 0.1 * any(est_participation(encadre) for encadre in lire_encadres(blocs)))


def depouiller(texte: Texte, blocs: Sequence[Bloc]) -> Depouillement:
    """Notices, chiffres et adhérents d'un rapport d'activité."""
    plan = lire_plan(blocs)
    attributions = attribuer(plan, list(lire_fiches(plan)))
    annee = annee_du_document((bloc.texte for bloc in blocs[:_COUVERTURE]), texte.fichier)
    redaction = _Redaction(plan, attributions, Contexte.du_document(blocs), annee)
    notices = [redaction.notice(rang) for rang in range(len(attributions.fiches))]
    adherents = [lire_adherents(partie.corps) for partie in plan.parties if partie.sorte == "adherents"]
    return Depouillement(
        fichier=texte.fichier,
        famille="rapport",
        titre=_titre(plan, annee),
        annee=annee,
        notices=tuple(sorted(notices, key=lambda notice: notice.ligne)),
        chiffres=tuple(_chiffres(plan, attributions)),
        adherents=tuple(adherent for liste in adherents for adherent in liste.adherents),
        anomalies=tuple(_anomalies(plan, attributions, adherents)),
    )


def _titre(plan: Plan, annee: int | None) -> str:
    """Titre de la couverture, suivi de l'année s'il ne la dit pas."""
    imprimes = [partie.nom for partie in plan.parties if partie.sorte == "couverture" and partie.titre]
    titre = imprimes[0] if imprimes else "Rapport d'activité"
    titre = titre.capitalize() if en_capitales(titre) else titre
    return titre if annee is None or str(annee) in titre else f"{titre} {annee}"


# --- notices ---


class _Redaction:
    """Écrit une notice par action, avec ce que la rubrique et le document entier en disent."""

    def __init__(self, plan: Plan, attributions: Attributions, contexte: Contexte, annee: int | None) -> None:
        self._plan = plan
        self._attributions = attributions
        self._contexte = contexte
        self._annee = annee
        #: Texte des rubriques qui ne sont ni une action, ni un chapitre.
        self._introductions = {
            id(partie.titre): "\n".join(bloc.texte for bloc in partie.corps)
            for partie in plan.parties
            if partie.sorte == "action" and not partie.action and not partie.chapitre
        }

    def notice(self, rang: int) -> Notice:
        fiche, encadres = self._attributions.fiches[rang], self._attributions.encadres.get(rang, ())
        texte, parents = fiche.texte, self._introduction(fiche)
        periode = self._periode(fiche)
        venus = _participations(encadres, texte)
        return Notice(
            genre="action",
            nature=_nature(fiche, venus),
            titre=fiche.titre,
            ligne=fiche.ligne,
            page=fiche.page,
            texte=texte,
            lieux=fiche.lieux or _lieux_etiquetes(texte),
            rubrique=fiche.rubriques[-1] if fiche.rubriques else "",
            date=periode.iso if periode else mentions.date(fiche.titre, texte, self._annee),
            periode=periode.texte if periode else None,
            annee=self._annee,
            participations=venus,
            seances=_seances(encadres, texte),
            publics=publics(texte, self._contexte) or publics(parents, self._contexte),
            partenaires=self._partenaires(fiche, parents),
            perspectives=(*mentions.perspectives(texte), *self._attributions.perspectives.get(rang, ())),
            sections=fiche.sections,
            contacts=_contacts(fiche),
            url=fiche.adresse,
        )

    def _introduction(self, fiche: Fiche) -> str:
        chemin = self._plan.parties[fiche.partie].chemin
        return "\n".join(filter(None, (self._introductions.get(id(titre)) for titre in chemin)))

    def _periode(self, fiche: Fiche) -> Periode | None:
        """La période d'une ligne étiquetée (« Date : mars 2024 »)."""
        etiquetee = mentions.champ("dates", fiche.texte)
        return lire_periode(etiquetee, self._annee) if etiquetee else None

    def _partenaires(self, fiche: Fiche, parents: str) -> tuple[str, ...]:
        """Ceux de l'action, et ceux de sa rubrique si elle n'est pas d'un territoire particulier."""
        herites = () if fiche.lieux else partenaires(parents, self._contexte)
        return tuple(dict.fromkeys((*partenaires(f"{fiche.titre}\n{fiche.texte}", self._contexte), *herites)))


def _nature(fiche: Fiche, participations: int | None) -> str:
    return mentions.nature(
        fiche.titre,
        fiche.rubriques,
        fiche.texte,
        adresse=fiche.adresse is not None,
        participations=participations is not None,
    )


def _contacts(fiche: Fiche) -> tuple[Contact, ...]:
    lignes = [bloc.texte for bloc in fiche.blocs if _CONTACT.match(bloc.texte)]
    return tuple(contact for ligne in lignes for contact in lire_contacts(ligne))


def _lieux_etiquetes(texte: str) -> tuple[str, ...]:
    valeur = mentions.champ("lieux", texte) or ""
    return tuple(lieu.strip() for lieu in re.split(r"\s*[,;/]\s*|\s+et\s+", valeur) if lieu.strip())


def _participations(encadres: Sequence[Encadre], texte: str) -> int | None:
    en_encadre = [int(encadre.valeur) for encadre in encadres if est_participation(encadre)]
    if en_encadre:
        return sum(en_encadre)
    return _etiquete("participations", texte) or mentions.participations(texte)


def _seances(encadres: Sequence[Encadre], texte: str) -> int | None:
    en_encadre = next((int(encadre.valeur) for encadre in encadres if est_seance(encadre)), None)
    return en_encadre or _etiquete("seances", texte) or mentions.seances(texte)


def _etiquete(nom: str, texte: str) -> int | None:
    nombre = re.match(r"(\d{1,3}(?: \d{3})+|\d+)\b", mentions.champ(nom, texte) or "")
    return int(nombre[1].replace(" ", "")) if nombre else None


# --- chiffres ---


def _chiffres(plan: Plan, attributions: Attributions) -> Iterator[Chiffre]:
    """Chiffres d'ensemble et chiffres des actions, dans l'ordre du document, chacun une fois."""
    libres: dict[int, list[Encadre]] = defaultdict(list)
    for rang, encadre in attributions.libres:
        libres[rang].append(encadre)
    pris = _deja_dits(attributions)
    lus = [
        (partie, chiffre)
        for rang, partie in enumerate(plan.parties)
        for chiffre in _de_la_partie(partie, libres.get(rang, ()), pris.get(rang, frozenset()))
    ]
    vus: set[tuple[object, ...]] = set()
    for partie, chiffre in sorted(lus, key=lambda paire: paire[1].ligne):
        distinction = chiffre.libelle if chiffre.unite == "%" else _suffixe(partie)
        cle = (chiffre.valeur, chiffre.unite, chiffre.territoire, distinction)
        if cle not in vus:
            vus.add(cle)
            yield chiffre


def _deja_dits(attributions: Attributions) -> Mapping[int, frozenset[int]]:
    """Par partie, les participations et séances que son texte a données à ses actions."""
    pris: dict[int, frozenset[int]] = defaultdict(frozenset)
    for rang, fiche in enumerate(attributions.fiches):
        if not fiche.puce:
            encadres = attributions.encadres.get(rang, ())
            nombres = (_participations(encadres, fiche.texte), _seances(encadres, fiche.texte))
            en_encadre = {int(encadre.valeur) for encadre in encadres}
            pris[fiche.partie] |= {nombre for nombre in nombres if nombre and nombre not in en_encadre}
    return pris


def _de_la_partie(partie: Partie, libres: Sequence[Encadre], pris: frozenset[int]) -> Iterator[Chiffre]:
    if partie.sorte == "equipe":
        yield from _effectif(partie)
    tout = next((encadre.unite for encadre in partie.encadres if encadre.unite != "%"), "")
    for encadre in libres:
        yield from (_chiffre(mesure, encadre.bloc, partie) for mesure in mesures_d_encadre(encadre, tout))
    if partie.sorte in _SANS_CHIFFRES:
        return
    for bloc in (*([partie.titre.bloc] if partie.titre and _suffixe(partie) else []), *partie.corps):
        for mesure in mesures_de_bloc(bloc, tout):
            if mesure.valeur not in pris and not mentions.a_venir(mesure.phrase):
                yield _chiffre(mesure, bloc, partie)


def _effectif(partie: Partie) -> Iterator[Chiffre]:
    """Les personnes de l'équipe ne sont que comptées."""
    nombre = sum(PERSONNE.match(ligne) is not None for bloc in partie.corps for ligne in bloc.lignes)
    if nombre and partie.titre:
        bloc = partie.titre.bloc
        yield Chiffre("personnes de l'équipe", nombre, "personnes", bloc.ligne, bloc.page, extrait=bloc.texte)


def _chiffre(mesure: Mesure, bloc: Bloc, partie: Partie) -> Chiffre:
    libelle = " – ".join(filter(None, (mesure.libelle, _suffixe(partie))))
    territoire, extrait = mesure.territoire, mesure.phrase
    return Chiffre(libelle, mesure.valeur, mesure.unite, bloc.ligne, bloc.page, territoire, extrait=extrait)


def _suffixe(partie: Partie) -> str:
    """Le titre sans lequel un chiffre ne se comprend pas ; ceux d'un chapitre sont d'ensemble."""
    if partie.titre is None or partie.sorte != "action" or partie.chapitre:
        return ""
    return "" if partie.titre.vide and partie.titre.force >= NUMERO else partie.nom


# --- anomalies ---


def _anomalies(plan: Plan, attributions: Attributions, adherents: Iterable[Liste]) -> Iterator[Anomalie]:
    """Ce qui n'a trouvé place nulle part, ou sans certitude."""
    lues = [*attributions.anomalies, *_des_parties(plan), *_des_titres_deplaces(plan)]
    lues += [_anomalie("doute", "adhérents sans type", bloc) for liste in adherents for bloc in liste.inconnus]
    if not attributions.fiches:
        lues.append(Anomalie("perte", "aucune action reconnue : ni titre suivi de texte, ni rubrique connue"))
    yield from sorted(lues, key=lambda anomalie: anomalie.ligne or 0)


def _des_parties(plan: Plan) -> Iterator[Anomalie]:
    """Textes qui ne sont ni d'une action, ni d'une partie où l'on n'en attend pas."""
    parents = {id(titre) for partie in plan.parties for titre in partie.chemin}
    for partie in plan.parties:
        if partie.action or partie.chapitre or partie.sorte in _SANS_ACTION or partie.titre is None:
            continue
        rubrique = id(partie.titre) in parents
        if rubrique and not partie.titre.vide:
            bloc = next(iter(partie.corps), partie.titre.bloc)
            yield _anomalie("doute", "introduction d'une rubrique, reprise dans aucune action", bloc)
        elif not rubrique and (_hors_statistiques(partie) or not partie.encadres):
            yield _anomalie("perte", "titre sans texte, ou suivi d'une légende", partie.blocs[0])


def _hors_statistiques(partie: Partie) -> bool:
    """Vrai si une partie a d'autres textes que le commentaire de ses chiffres."""
    return any(blocs for titre, blocs in partie.sections if titre is None or titre.sorte != "statistiques")


def _des_titres_deplaces(plan: Plan) -> Iterator[Anomalie]:
    probleme = "titre imprimé loin de son texte : il ouvre le texte qui suit les perspectives"
    for titre in plan.deplaces:
        yield _anomalie("doute", probleme, titre.bloc)


def _anomalie(gravite: Gravite, probleme: str, bloc: Bloc) -> Anomalie:
    return Anomalie(gravite, probleme, bloc.ligne, bloc.page, bloc.texte[:_LONGUEUR_EXTRAIT])
