"""Le recueil annuel de fiches expériences : ses fiches, datées par le sommaire, puis les productions de l'année.

Une fiche commence par une ligne de lieu et un titre, finit par un contact. Le sommaire dit son mois, sa page et son
porteur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile

from observatoire.documents.adresses_web import lignes_brutes, ouvrir_les_liens
from observatoire.documents.articles import Compte, Corps, lire_corps, tetes
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.contacts import est_structure
from observatoire.documents.dates import Periode, annee_du_document, detacher_periode, est_periode, lire_periode
from observatoire.documents.lignes_de_lieu import est_lieu, lire_lieux
from observatoire.documents.mise_en_page import lire_champ, preparer, ranger_les_repetitions
from observatoire.documents.porteurs import porteur_du_chapeau, porteur_imprime
from observatoire.documents.sommaires import Annonce, Entree, cle, demeler, lire_sommaire
from observatoire.documents.tetes_de_fiche import (
    CLOTURE,
    LONGUEUR_RUBRIQUE,
    NUMERO,
    PREAMBULE,
    Depart,
    candidats,
    est_annoncee,
    est_isole,
    est_paginee,
    ligne_de_lieu,
    ouvre_les_productions,
    reperer,
    titre_de_fiche,
)
from observatoire.documents.texte import Texte
from observatoire.notices import Anomalie, Depouillement, Notice
from observatoire.racines import raciner

_NOM = re.compile(
    r"\bfiches?[\s-]+exp[ée]riences?\b|\brecueil\b"
    r"|\b(?:retours?|cahiers?|carnets?|livrets?|catalogues?|r[ée]cits?)\s+d(?:es\s+|e\s+|')exp[ée]riences?\b",
    re.IGNORECASE,
)
_LETTRE = re.compile(
    r"^\W*(?:mouvements|nominations|en\s+bref|br[èe]ves|agenda|dans\s+la\s+presse|revue\s+de\s+presse|fiche\s+exp[ée]rience"
    r"|sondage|[àa]\s+lire(?:\W.*)?)\W*$|^<\s?[^<>]{3,80}>$",
    re.IGNORECASE,
)
_ETIQUETTE = re.compile(r"^\[[^\]]{3,40}\]")
_COUVERTURE = 12
_LONGUEUR_COUVERTURE = 150
_ADRESSE_PROCHE = 10
_FICHES_D_UN_RECUEIL = 3


def ressemblance(blocs: Sequence[Bloc]) -> float:
    """De 0 à 1, à quel point ces blocs sont ceux d'un recueil de fiches expériences."""
    separes, roles = preparer(blocs, est_isole, ouvre_les_productions)
    departs = [depart for groupe in candidats(separes, roles, frozenset()) for depart in groupe]
    departs = [
        d
        for d in departs
        if d.lieu is not None and _est_net(separes[d.titre], annoncee=est_annoncee(separes, roles, d))
    ]
    nomme = any(_NOM.search(bloc.texte) for bloc in separes[:_COUVERTURE])
    sommaire = sum(bool(entree.periode) for entree in lire_sommaire(separes))
    contacts = sum(role == "contact" for role in roles)
    note = 0.4 * nomme + 0.3 * min(1, len(departs) / _FICHES_D_UN_RECUEIL) + 0.2 * min(1, sommaire / 2)
    lettre = sum(_LETTRE.match(bloc.texte) is not None for bloc in separes)
    return (note + 0.1 * min(1, contacts / 2)) * (0.3 if lettre > 2 else 1.0)


def depouiller(texte: Texte, blocs: Sequence[Bloc]) -> Depouillement:
    """Les fiches expériences d'un recueil, et les productions qu'il présente ensuite.

    Parameters
    ----------
    texte : Texte
        Le document ouvert.
    blocs : sequence of Bloc
        Ses blocs.

    Returns
    -------
    Depouillement
        Une expérience par fiche, une action de nature « publication » par production ; en anomalies, les écarts entre
        le sommaire et les fiches, et ce qui n'est rattaché à rien.
    """
    return _Recueil(texte, blocs).depouiller()


class _Recueil:
    """Un recueil en cours de lecture."""

    def __init__(self, texte: Texte, blocs: Sequence[Bloc]) -> None:
        self.blocs, self.roles = preparer(ouvrir_les_liens(texte, blocs), est_isole, ouvre_les_productions)
        self.compte = Compte(self.blocs)
        self._fichier = texte.fichier
        self._bruts = lignes_brutes(texte, self.blocs)
        self._annee = annee_du_document((bloc.texte for bloc in self.blocs), texte.fichier)
        self._anomalies: list[Anomalie] = []

    def depouiller(self) -> Depouillement:
        couverture = list(takewhile(_est_de_couverture, (bloc.texte for bloc in self.blocs[:_COUVERTURE])))
        repetees = ranger_les_repetitions(self.blocs, self.roles, couverture, len(couverture))
        entrees = lire_sommaire(self.blocs, repetees)
        departs, absentes = reperer(self.blocs, self.roles, entrees)
        premier = departs[0].debut if departs else len(self.blocs)
        self.compte.prendre((rang for entree in entrees for rang in entree.rangs), "sommaire")
        self._signaler_le_sommaire(absentes)
        fins = [*(depart.debut for depart in departs), len(self.blocs)][1:]
        parties = zip(departs, fins, strict=True)
        notices = [notice for depart, fin in parties for notice in self._partie(depart, fin, bool(entrees))]
        self._signaler_les_adresses(notices)
        self._ranger_le_mobilier(
            premier, {frozenset(cle(titre).split()) for titre in couverture}, complet=bool(entrees) and not absentes
        )
        return Depouillement(
            fichier=self._fichier,
            famille="recueil",
            titre=self._titre(premier),
            annee=self._annee,
            notices=tuple(notices),
            anomalies=(*self._anomalies, *self.compte.restes()),
        )

    # --- la couverture et les pages sans fiche ---

    def _titre(self, premier: int) -> str:
        """Le titre imprimé en couverture, avec l'année si elle y est sur une autre ligne."""
        couverture = [bloc.texte for bloc in self.blocs[: min(premier, _COUVERTURE)]]
        titre = next((ligne for ligne in couverture if _NOM.search(ligne) and len(ligne) < _LONGUEUR_COUVERTURE), "")
        titre = titre or next(iter(couverture), self._fichier)[:_LONGUEUR_COUVERTURE]
        return titre if not self._annee or str(self._annee) in titre else f"{titre} {self._annee}"

    def _ranger_le_mobilier(self, premier: int, couverture: set[frozenset[str]], *, complet: bool) -> None:
        """Ce qui précède la première fiche présente le recueil, si le sommaire prouve qu'aucune fiche ne manque."""
        for rang, bloc in enumerate(self.blocs):
            court = self.compte.emplois[rang] is None and len(bloc.texte) < LONGUEUR_RUBRIQUE * 2
            repete = court and any(set(cle(bloc.texte).split()) <= mots for mots in couverture)
            if self.roles[rang] == "mobilier" or repete:
                self.compte.prendre([rang], "mobilier")
        editorial = complet
        for rang in range(premier):
            editorial = complet or (editorial and self.roles[rang] == "texte") or _est_preambule(self.blocs[rang])
            if editorial or (rang < _COUVERTURE and len(self.blocs[rang].texte) < LONGUEUR_RUBRIQUE):
                self.compte.prendre([rang], "présentation")

    def _signaler_le_sommaire(self, absentes: Iterable[Entree]) -> None:
        for entree in absentes:
            probleme = f"fiche annoncée au sommaire (page {entree.page}), absente du document"
            self._anomalies.append(Anomalie("perte", probleme, entree.ligne, extrait=entree.texte[:200]))

    def _signaler_les_adresses(self, notices: Iterable[Notice]) -> None:
        """Une même adresse imprimée pour deux publications : l'une des deux est fausse."""
        premieres: dict[str, str] = {}
        for notice in notices:
            if notice.url and premieres.setdefault(notice.url, notice.titre) != notice.titre:
                probleme = f"même adresse que « {premieres[notice.url]} »"
                self._anomalies.append(Anomalie("doute", probleme, notice.ligne, notice.page, notice.url))

    # --- une fiche ---

    def _partie(self, depart: Depart, fin: int, sommaire: bool) -> Iterator[Notice]:
        """La fiche, puis les productions qui la suivent."""
        cloture = self._cloture(depart.corps, fin)
        corps = lire_corps(self.blocs, self.roles, range(depart.corps, cloture), self.compte, self._bruts)
        self.compte.prendre(self._tete(depart), "fiche")
        yield self._fiche(depart, corps, sommaire)
        yield from self._productions(cloture, fin)

    def _fiche(self, depart: Depart, corps: Corps, sommaire: bool) -> Notice:
        bloc = self.blocs[depart.titre]
        titre = titre_de_fiche(self.blocs, depart)
        imprime = ligne_de_lieu(self.blocs, depart) or corps.champs.get("lieux", "")
        annonce = demeler(depart.entree.texte, titre, imprime) if depart.entree else Annonce("", None, None, 0.0)
        lieux = lire_lieux(imprime or annonce.lieu or "")
        periode, brute = self._periode(depart, corps)
        rubrique = self._rubrique(depart)
        datee = periode is not None and "-" in periode.iso
        self._signaler(depart, annonce, sommaire=sommaire, datee=datee)
        self._signaler_les_manques(depart, situee=bool(lieux), redigee=bool(corps.texte))
        return Notice(
            genre="experience",
            nature="experience",
            titre=titre,
            ligne=bloc.ligne,
            page=depart.entree.page if depart.entree else bloc.page,
            texte=corps.texte,
            lieux=lieux,
            rubrique="" if rubrique is None else self.blocs[rubrique].texte,
            numero=self._numero(depart),
            date=periode.iso if periode else None,
            periode=periode.texte if periode else brute.lower() or None,
            annee=int(periode.iso[:4]) if periode else self._annee,
            porteur=_porteur(corps, annonce, self._porteur_de_tete(depart), lieux),
            publics=_enumerer(corps.champs.get("publics", "")),
            partenaires=_enumerer(corps.champs.get("partenaires", "")),
            sections=corps.sections,
            contacts=corps.contacts,
            url=next(iter(corps.adresses), None),
        )

    def _periode(self, depart: Depart, corps: Corps) -> tuple[Periode | None, str]:
        """La période du sommaire, de la tête de la fiche ou de son encadré ; une année seule est celle du recueil."""
        tete = [self.blocs[rang].texte for rang in range(depart.debut, depart.corps) if rang != depart.titre]
        mois = [texte for texte in tete if est_periode(texte) and not re.fullmatch(r"[\d\s/–-]+", texte)]
        dites = [
            detacher_periode(self.blocs[rang].texte)[1] for rang in (depart.lieu, depart.datee) if rang is not None
        ]
        imprimees = [depart.entree.periode if depart.entree else "", *dites, *mois]
        brute = next(filter(None, [*imprimees, corps.champs.get("periode", "")]), "")
        return lire_periode(brute, self._annee), brute

    def _porteur_de_tete(self, depart: Depart) -> str:
        """Ce que la ligne datée dit du porteur ; un nom de lieu n'en est un que si le lieu est imprimé ailleurs."""
        reste = detacher_periode(self.blocs[depart.datee].texte)[0] if depart.datee is not None else ""
        if depart.datee is None or est_periode(self.blocs[depart.datee].texte):
            return ""
        return reste if depart.lieu != depart.datee or (" " in reste and est_structure(reste)) else ""

    def _tete(self, depart: Depart) -> list[int]:
        """Ce que la tête d'une fiche dit : titre, lieu, dates, numéro, et la rubrique s'il y en a une."""
        rangs = [rang for rang in range(depart.debut, depart.corps) if self.roles[rang] == "titre"]
        rubrique = self._rubrique(depart)
        dits = {depart.titre, depart.lieu, depart.datee, rubrique}
        return [rang for rang in rangs if rang in dits or self._date_ou_numero(rang)]

    def _date_ou_numero(self, rang: int) -> bool:
        texte = self.blocs[rang].texte
        return est_periode(texte) or NUMERO.fullmatch(texte) is not None

    def _rubrique(self, depart: Depart) -> int | None:
        """La dernière ligne de tête qui n'est ni le lieu, ni une date, ni un numéro."""
        dits = {depart.lieu, depart.datee}
        rangs = [rang for rang in range(depart.debut, depart.titre) if self.roles[rang] == "titre" and rang not in dits]
        return next((rang for rang in reversed(rangs) if not self._date_ou_numero(rang)), None)

    def _numero(self, depart: Depart) -> str | None:
        lues = [NUMERO.match(self.blocs[rang].texte) for rang in range(depart.debut, depart.titre + 1)]
        return next((lue[1] for lue in lues if lue), None)

    def _signaler(self, depart: Depart, annonce: Annonce, *, sommaire: bool, datee: bool) -> None:
        if depart.entree is None and sommaire:
            manque = "sa page n'est pas imprimée" if datee else "ni mois ni page imprimés"
            self._douter(depart, f"fiche absente du sommaire : {manque}")
        elif not datee:
            self._douter(depart, "fiche sans mois imprimé")
        if depart.entree is not None and _differents(annonce.titre, titre_de_fiche(self.blocs, depart)):
            self._douter(depart, f"titre différent au sommaire : « {annonce.titre} »")

    def _signaler_les_manques(self, depart: Depart, *, situee: bool, redigee: bool) -> None:
        if not situee:
            self._douter(depart, "fiche sans territoire imprimé")
        if not redigee:
            self._douter(depart, "fiche sans texte sous son titre")

    def _douter(self, depart: Depart, probleme: str) -> None:
        bloc = self.blocs[depart.titre]
        self._anomalies.append(Anomalie("doute", probleme, bloc.ligne, bloc.page, bloc.texte[:200]))

    # --- les productions de l'année ---

    def _cloture(self, debut: int, fin: int) -> int:
        """Où finit la fiche : au titre qui ouvre les productions, après un contact, un grand blanc ou une page."""
        for rang in range(debut, fin):
            bloc = self.blocs[rang]
            if self.roles[rang] != "titre" or not CLOTURE.match(bloc.texte):
                continue
            avant = next(
                (self.roles[r] for r in range(rang - 1, debut - 1, -1) if self.roles[r] != "mobilier"), "titre"
            )
            proches = range(rang + 1, min(rang + _ADRESSE_PROCHE, fin))
            annonce = any(self.roles[r] == "adresse" or _ETIQUETTE.match(self.blocs[r].texte) for r in proches)
            detachee = bloc.vides > 1 or (rang > 0 and bloc.page != self.blocs[rang - 1].page)
            if annonce and (avant in {"contact", "adresse"} or detachee):
                return rang
        return fin

    def _productions(self, debut: int, fin: int) -> Iterator[Notice]:
        """Une notice par publication : le dernier titre avant un texte ; ceux qui le précèdent sont des rubriques."""
        suites = [(debut + d, debut + f) for d, f in tetes([*self.roles[debut:fin], "texte"])]
        suites = [(d, f) for d, f in suites if f < fin and self.roles[f] in {"texte", "adresse"}]
        rubrique = ""
        for (premier, texte), (suivante, _) in pairwise([*suites, (fin, fin)]):
            titres = [rang for rang in range(premier, texte) if self.roles[rang] == "titre"]
            rubrique = self.blocs[titres[-2]].texte if len(titres) > 1 else rubrique
            corps = lire_corps(self.blocs, self.roles, range(texte, suivante), self.compte, self._bruts)
            self.compte.prendre(titres, "production")
            yield self._production(self.blocs[titres[-1]], rubrique, corps)

    def _production(self, bloc: Bloc, rubrique: str, corps: Corps) -> Notice:
        return Notice(
            genre="action",
            nature="publication",
            titre=bloc.texte,
            ligne=bloc.ligne,
            page=bloc.page,
            texte=corps.texte,
            rubrique=rubrique,
            date=str(self._annee) if self._annee else None,
            annee=self._annee,
            sections=corps.sections,
            contacts=corps.contacts,
            url=next(iter(corps.adresses), None),
        )


# --- ce que dit une fiche ---


def _est_net(bloc: Bloc, *, annoncee: bool) -> bool:
    """Vrai pour un titre que sa casse distingue, ou que son mois ou le contact qui le précède annonce."""
    return annoncee or en_capitales(bloc.texte)


def _porteur(corps: Corps, annonce: Annonce, de_tete: str, lieux: Sequence[str]) -> str | None:
    """Le porteur de l'encadré, sinon de la tête de la fiche, sinon du sommaire, sinon du chapeau."""
    if "porteur" in corps.champs:
        return corps.champs["porteur"]
    if de_tete:
        return de_tete
    if annonce.porteur:
        return porteur_imprime(annonce.porteur, corps.texte, lieux)
    chapeau = corps.sections[0] if corps.sections else None
    return porteur_du_chapeau(chapeau.texte, corps.texte) if chapeau and not chapeau.titre else None


def _differents(annonce: str, titre: str) -> bool:
    """Vrai si deux titres n'ont pas les mêmes mots, accords mis à part."""
    un, autre = ({racine.racine for racine in raciner(texte) if len(racine.mot) > 2} for texte in (annonce, titre))
    return un != autre


def _enumerer(texte: str) -> tuple[str, ...]:
    return tuple(partie.strip(" .") for partie in re.split(r"[,;]", texte) if partie.strip(" ."))


def _est_de_couverture(texte: str) -> bool:
    """Faux dès le sommaire, le premier texte, ou le premier signe d'une fiche : un lieu, un numéro, un encadré."""
    fiche = est_lieu(texte) or NUMERO.match(texte) is not None or bool(lire_champ(texte, {}))
    suite = PREAMBULE.match(texte) is not None or est_paginee(texte)
    return len(texte) < _LONGUEUR_COUVERTURE and not fiche and not suite


def _est_preambule(bloc: Bloc) -> bool:
    return PREAMBULE.match(bloc.texte) is not None and len(bloc.texte) < LONGUEUR_RUBRIQUE
