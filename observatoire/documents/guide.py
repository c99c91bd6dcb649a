"""Le guide d'actions inspirantes : chaque action sous son titre, ses parties, son cartouche de repères.

Les actions se reconnaissent au tableau qui les annonce, à la force de leur titre, et au retour des mêmes intertitres.
Le cartouche (objectifs, public, contact) interrompt souvent une autre partie : ce qui le suit retourne à celle-ci.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from observatoire.documents.actions_inspirantes import Action, trouver_actions
from observatoire.documents.blocs import Bloc
from observatoire.documents.canons import CHAMPS, CHAPEAU, NOM, REPERES, TRANSFORMATIONS, lire_point_de_vue, reconnaitre
from observatoire.documents.contacts import lire_contacts
from observatoire.documents.dates import Periode, annee_du_document, lire_annee, lire_periode
from observatoire.documents.intertitres_de_guide import Role, lire_roles
from observatoire.documents.lieux_imprimes import lieu_seul, lieux_imprimes, lieux_possibles
from observatoire.documents.texte import Texte
from observatoire.notices import Depouillement, Notice, Section

#: Ce que chaque intertitre d'un guide apporte à la ressemblance.
_POIDS = {
    REPERES: 0.25,
    TRANSFORMATIONS: 0.15,
    "demarche": 0.15,
    "actions": 0.1,
    "evaluation": 0.05,
    "perspectives": 0.05,
}
_POIDS_DES_POINTS_DE_VUE = 0.25
_URL = re.compile(r"(?:https?://|www\.)[^\s<>«»\"|]+[^\s<>«»\"|.,;:)]")
_ADRESSE = re.compile(r"@|\bt[ée]l\b|(?:\d\d[ .-]?){4}\d\d|www\.|https?://", re.IGNORECASE)
#: « Conseil départemental du Nord : Prénom Nom », même suivi d'un point.
_STRUCTURE_ET_PERSONNE = re.compile(
    r"(?:conseil|d[ée]partement|mairie|ville|commune|m[ée]tropole|r[ée]gion|centre|caisse|caf|ccas|association|f[ée]d[ée]ration"
    r"|maison|mission|service|direction|d[ée]l[ée]gation|antenne|msa|ars)\b[^.:]{0,60}\s:\s",
    re.IGNORECASE,
)
_QUARTIER = re.compile(r"(?:quartiers?|qpv|cit[ée]s?)\b", re.IGNORECASE)
_FIN_DE_PHRASE = re.compile(r"[.:;!?…»]$")
_LONGUEUR_DE_CONTACT = 160
_LONGUEUR_DE_LIEU = 60
_LONGUEUR_DE_VUE = 100
_LONGUEUR_EXTRAIT = 300
#: Où chercher le territoire d'une action quand ni son titre ni son chapeau ne le disent.
_OU_CHERCHER = ("contexte", "enjeux", "projet", "public", "contact")


def ressemblance(blocs: Sequence[Bloc]) -> float:
    """De 0 à 1 : à quel point ces blocs sont ceux d'un guide d'actions inspirantes."""
    roles = lire_roles(blocs)
    vus = {role.canon for role in roles if role is not None and role.canon}
    vues = {vue for bloc in blocs if len(bloc.texte) < _LONGUEUR_DE_VUE and (vue := lire_point_de_vue(bloc.texte))}
    if not vus & {"objectifs", "public"}:
        vus.discard(REPERES)
    note = sum(poids for canon, poids in _POIDS.items() if canon in vus)
    return round(note + _POIDS_DES_POINTS_DE_VUE * (len(vues) > 1), 3)


def depouiller(texte: Texte, blocs: Sequence[Bloc]) -> Depouillement:
    """Actions d'un guide d'actions inspirantes."""
    trouvees = trouver_actions(blocs)
    titre = trouvees.titre or texte.fichier
    return Depouillement(
        fichier=texte.fichier,
        famille="guide",
        titre=titre,
        annee=lire_annee(titre) or annee_du_document(trouvees.couverture, texte.fichier),
        notices=tuple(replace(n, rubriques=rubriques(n)) for n in map(_notice, trouvees.actions)),
        anomalies=trouvees.anomalies,
    )


def rubriques(notice: Notice) -> dict[str, str]:
    """Ce que dit une action, sous des noms communs à toutes.

    Parameters
    ----------
    notice : Notice
        Une action d'un guide.

    Returns
    -------
    dict of str to str
        Par canon, dans l'ordre imprimé : ``chapeau``, ``nom``, ``objectifs``, ``public``, ``contact``, ``contexte``,
        ``enjeux``, ``projet``, ``actions``, ``evaluation``, ``transformations_habitants``,
        ``transformations_professionnels``, ``transformations_elus``, ``transformations_autres``, ``demarche``,
        ``perspectives``, ``sources`` ; plus rarement ``periode``, ``lieu``, ``porteur``, ``partenaires``, ``moyens``.
        Une partie de plusieurs intertitres est réunie, eux compris ; un canon absent n'y est pas.
    """
    reunies: dict[str, list[str]] = {}
    for section in notice.sections:
        canon = f"{TRANSFORMATIONS}_autres" if section.canon == TRANSFORMATIONS else section.canon
        connu = not section.titre or reconnaitre(section.titre) or section.canon.startswith(TRANSFORMATIONS)
        morceaux = [section.texte] if connu else [section.titre, section.texte]
        reunies.setdefault(canon, []).extend(filter(None, morceaux))
    return {canon: "\n".join(morceaux) for canon, morceaux in reunies.items() if canon and morceaux}


# --- une action, de ses blocs à sa notice ---


@dataclass
class _Partie:
    """Une partie d'une action : son intertitre, son canon, ses blocs."""

    titre: str
    canon: str
    blocs: list[Bloc] = field(default_factory=list)
    valeur: str = ""

    @property
    def vide(self) -> bool:
        return not (self.blocs or self.valeur)

    def lignes(self) -> list[str]:
        """Un texte par bloc, puces comprises ; un contact garde ses lignes."""
        lues = [self.valeur] if self.valeur else []
        for bloc in self.blocs:
            if self.canon == "contact":
                lues += bloc.lignes
            else:
                lues.append(f"- {bloc.texte}" if bloc.genre == "puce" else bloc.texte)
        return lues

    def elements(self) -> tuple[str, ...]:
        """Ses puces ; à défaut, ses paragraphes."""
        puces = [bloc.texte for bloc in self.blocs if bloc.genre == "puce"]
        textes = puces or [*([self.valeur] if self.valeur else []), *(bloc.texte for bloc in self.blocs)]
        return tuple(re.sub(r"\s*[;.]$", "", texte) for texte in textes)

    def section(self) -> Section:
        return Section(self.titre, "\n".join(self.lignes()), self.canon)


def _notice(action: Action) -> Notice:
    parties = _Lecture(action).lire()
    par_canon = {canon: [p for p in parties if p.canon == canon] for canon in {p.canon for p in parties}}

    def elements(canon: str) -> tuple[str, ...]:
        return tuple(element for partie in par_canon.get(canon, ()) for element in partie.elements())

    sections = tuple(partie.section() for partie in parties if partie.titre or not partie.vide)
    periode = _periode(elements("periode"))
    return Notice(
        genre="action",
        nature="action inspirante",
        titre=action.titre,
        ligne=action.ligne,
        page=action.page,
        texte="\n".join(ligne for section in sections for ligne in (section.titre, section.texte) if ligne),
        lieux=_lieux(action.titre, parties),
        date=periode.iso if periode else None,
        periode=periode.texte if periode else None,
        annee=int(periode.iso[:4]) if periode else None,
        porteur=next(iter(elements("porteur")), None),
        publics=elements("public"),
        partenaires=elements("partenaires"),
        perspectives=elements("perspectives"),
        sections=sections,
        contacts=lire_contacts("\n".join(ligne for p in par_canon.get("contact", ()) for ligne in p.lignes())),
        url=_url(par_canon.get("sources", []), parties),
    )


def _periode(elements: Sequence[str]) -> Periode | None:
    return next((lue for element in elements if (lue := lire_periode(element))), None)


def _url(sources: Sequence[_Partie], parties: Sequence[_Partie]) -> str | None:
    """La première adresse des sources ; à défaut, la première de l'action."""
    adresses = (_URL.search(ligne) for partie in (*sources, *parties) for ligne in partie.lignes())
    return next((adresse[0] for adresse in adresses if adresse), None)


def _lieux(titre: str, parties: Sequence[_Partie]) -> tuple[str, ...]:
    """Territoire de l'action : son champ, sa ligne de lieu, son titre, son nom, son chapeau, puis le reste."""
    textes = {canon: [ligne for p in parties if p.canon == canon for ligne in p.lignes()] for canon in _canons(parties)}
    if champ := tuple(re.sub(r"^- ", "", ligne) for ligne in textes.get("lieu", [])):
        return champ
    nom, chapeau = textes.get(NOM, []), textes.get(CHAPEAU, [])
    seuls = tuple(ligne for ligne in chapeau[:1] if len(ligne) <= _LONGUEUR_DE_LIEU and lieu_seul(ligne))
    precises = tuple(ligne for ligne in seuls if ligne.endswith(")"))
    surs = (precises, *(lieux_imprimes(ligne) for ligne in (titre, *nom)))
    dits = lieux_imprimes("\n".join(chapeau))
    # Un quartier ne se comprend que dans sa commune : la ligne de lieu passe avant lui.
    chapeaux = (seuls, dits) if all(_QUARTIER.match(lieu) for lieu in dits) else (dits, seuls)
    possibles = (lieux_possibles(ligne) for ligne in (titre, *nom))
    ailleurs = (lieux_imprimes("\n".join(textes.get(canon, []))) for canon in (*_OU_CHERCHER, *sorted(textes)))
    candidats = (*surs, *chapeaux, *possibles, *ailleurs)
    return next(filter(None, candidats), ())


def _canons(parties: Sequence[_Partie]) -> list[str]:
    return list(dict.fromkeys(partie.canon for partie in parties))


# --- lire les parties ---


class _Lecture:
    """Les parties d'une action en cours de lecture ; ``cartouche`` : on est dans les repères."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._suivants = _suivants(action.roles)
        self._parties = [_Partie("", CHAPEAU)]
        self._courante = self._parties[0]
        self._avant = self._parties[0]
        self._cartouche = False

    def lire(self) -> list[_Partie]:
        """Ses parties, dans l'ordre de leur début."""
        for rang, bloc in enumerate(self._action.blocs):
            role = self._role(rang, bloc)
            if role is None:
                self._ajouter(rang, bloc)
            elif role.canon is None:
                self._ouvrir_sous_partie(rang, role)
            elif role.canon == REPERES or self._est_un_champ(rang, role.canon):
                self._ouvrir_champ(role, role.canon)
            else:
                self._cartouche = False
                self._ouvrir(role.titre, role.canon, role.valeur)
                self._courante = self._parties[0] if role.canon == NOM and role.valeur else self._courante
        return self._parties

    def _role(self, rang: int, bloc: Bloc) -> Role | None:
        """Son rôle ; sous les transformations, un groupe nommé est un point de vue."""
        role = self._action.roles[rang]
        dessous = self._courante.canon.startswith(TRANSFORMATIONS)
        if role is not None and role.canon is not None and not (dessous and role.canon in CHAMPS):
            return role if not role.puce or self._cartouche else None
        vue = lire_point_de_vue(bloc.texte, dessous, role is not None) if _peut_etre_une_vue(bloc, role) else None
        return Role(vue, bloc.texte) if vue else role

    def _est_un_champ(self, rang: int, canon: str) -> bool:
        """Vrai dans le cartouche ; hors de lui, des objectifs n'en ouvrent un que si un autre champ les suit."""
        return canon in CHAMPS and (self._cartouche or canon != "objectifs" or self._champ_suit(rang))

    def _champ_suit(self, rang: int) -> bool:
        """Vrai si le prochain intertitre connu est un champ du cartouche."""
        return self._suivants[rang] in CHAMPS

    def _ouvrir(self, titre: str, canon: str, valeur: str = "") -> None:
        self._courante = _Partie(titre, canon, valeur=valeur)
        self._parties.append(self._courante)

    def _ouvrir_champ(self, role: Role, canon: str) -> None:
        if not self._cartouche:
            self._avant, self._cartouche = self._courante, True
        self._ouvrir(role.titre, canon, role.valeur)

    def _ouvrir_sous_partie(self, rang: int, role: Role) -> None:
        """Un intertitre qu'on ne connaît pas précise la partie où il est."""
        if self._cartouche and not self._champ_suit(rang):
            self._cartouche, self._courante = False, self._avant
        self._ouvrir(role.titre, self._courante.canon)

    def _ajouter(self, rang: int, bloc: Bloc) -> None:
        if self._cartouche and not self._reste_dans_le_champ(rang, bloc):
            self._cartouche, self._courante = False, self._avant
            self._reprendre(bloc)
        elif self._courante.canon == NOM and not self._courante.vide:
            self._courante = self._parties[0]
            self._courante.blocs.append(bloc)
        else:
            self._courante.blocs.append(bloc)

    def _reste_dans_le_champ(self, rang: int, bloc: Bloc) -> bool:
        """Vrai tant que le cartouche dure ; son dernier champ n'a qu'un bloc, une liste ou des coordonnées."""
        champ = self._courante
        if self._champ_suit(rang) or champ.canon == REPERES or champ.vide:
            return True
        if champ.canon == "contact":
            return _ressemble_a_un_contact(bloc)
        return bloc.genre == "puce" and bool(champ.blocs) and champ.blocs[-1].genre == "puce"

    def _reprendre(self, bloc: Bloc) -> None:
        """Rend à sa partie le texte que le cartouche a interrompu, recollé s'il a coupé une phrase."""
        blocs = self._courante.blocs
        coupe = blocs and bloc.texte[:1].islower() and not _FIN_DE_PHRASE.search(blocs[-1].texte)
        if coupe and bloc.genre == "paragraphe":
            blocs[-1] = _recoller(blocs[-1], bloc)
        else:
            blocs.append(bloc)


def _suivants(roles: Sequence[Role | None]) -> list[str]:
    """Pour chaque rang, le canon du prochain intertitre connu ; vide s'il n'y en a plus."""
    suivants, prochain = [""] * len(roles), ""
    for rang in range(len(roles) - 1, -1, -1):
        suivants[rang] = prochain
        role = roles[rang]
        prochain = role.canon if role is not None and role.canon else prochain
    return suivants


def _peut_etre_une_vue(bloc: Bloc, role: Role | None) -> bool:
    court = len(bloc.texte) < _LONGUEUR_DE_VUE and not re.search(r"[.;,]$", bloc.texte)
    return role is not None or (court and bloc.genre in {"puce", "paragraphe"})


def _recoller(avant: Bloc, apres: Bloc) -> Bloc:
    texte, lignes = f"{avant.texte} {apres.texte}", (*avant.lignes, *apres.lignes)
    return Bloc(avant.genre, texte, lignes, avant.ligne, avant.page, avant.niveau, avant.gras, avant.vides)


def _ressemble_a_un_contact(bloc: Bloc) -> bool:
    """Vrai pour des coordonnées, ou une ligne courte qui n'est pas une phrase."""
    if _ADRESSE.search(bloc.texte) or _STRUCTURE_ET_PERSONNE.match(bloc.texte):
        return True
    court = len(bloc.texte) <= _LONGUEUR_DE_CONTACT and not bloc.texte[:1].islower()
    return court and not _FIN_DE_PHRASE.search(bloc.texte)
