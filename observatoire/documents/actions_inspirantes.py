"""Où commence chaque action d'un guide : tableau des actions, force des titres, retour des mêmes intertitres."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

from observatoire.documents.blocs import Bloc, ressemble_a_un_titre
from observatoire.documents.canons import NOM, REPERES
from observatoire.documents.intertitres_de_guide import Role, lire_roles, titres_declares
from observatoire.documents.sommaires import cle, lire_sommaire
from observatoire.notices import Anomalie

#: Ce qui ouvre une action, du plus sûr au moins sûr ; et ce qui la finit.
_OUVERTURES = ("contexte", REPERES, "objectifs", "enjeux", "actions")
_FINS = frozenset(("actions", "evaluation", "demarche", "perspectives", "sources", "transformations"))
#: Titres de pages qui ne sont pas des actions.
_EDITORIAL = re.compile(
    r"(?:sommaire|table des matieres|introduction|avant propos|preface|edito(?:rial)?|remerciements|annexes?|glossaire"
    r"|sigles(?: et acronymes)?|mentions legales|credits|contributeurs|conclusion|qui sommes nous|a propos)\b.*"
)
_LIGNE_DE_TABLEAU = re.compile(r"^(\S.{5,}?)\s[Pp](?:age|\.)\s?(\d{1,3})(?:\s\S.*)?$")
_LONGUEUR_DE_LIGNE = 300
_SOMMAIRE = re.compile(r"(?:sommaire|table des matieres|actions? inspirantes?|pages?)")
_PAGE = re.compile(r"(?:p(?:ages?|g)?\s*\.?\s*)?(\d{1,3})", re.IGNORECASE)
_ACCORD = 82
#: Un titre plus court ne suffit pas à reconnaître une entrée dont il n'est que le début.
_DEBUT_MINIMAL = 6
_VOISINAGE = 12
_REMONTEE = 40
_TITRE_PROCHE = 9
_LONGUEUR_TITRE = 160
#: Une action sans aucun intertitre a au moins tant de signes.
_LONGUEUR_SANS_INTERTITRE = 400
_LONGUEUR_EXTRAIT = 300


@dataclass(frozen=True)
class Action:
    """Une action : son titre, où il est, sa page annoncée, et ses blocs avec leurs rôles."""

    titre: str
    ligne: int
    page: int | None
    blocs: Sequence[Bloc]
    roles: Sequence[Role | None]


@dataclass(frozen=True)
class Plan:
    """Ce qu'un guide contient : son titre, les lignes de sa couverture, ses actions, ce qui ne s'accorde pas."""

    titre: str
    couverture: tuple[str, ...]
    actions: tuple[Action, ...]
    anomalies: tuple[Anomalie, ...]


@dataclass(frozen=True)
class _Entree:
    """Une ligne du tableau des actions."""

    titre: str
    page: int
    rang: int
    ligne: int


@dataclass(frozen=True)
class _Borne:
    """Le début d'une action : rang de son titre, de son texte, son titre, sa page ; ou d'une page éditoriale."""

    rang: int
    texte: int
    titre: str
    page: int | None = None
    action: bool = True


def trouver_actions(blocs: Sequence[Bloc]) -> Plan:
    """Le plan d'un guide ; chaque bloc va à une action, à la couverture, ou dans une anomalie."""
    recherche = _Recherche(blocs)
    bornes = recherche.bornes()
    actions = tuple(recherche.actions(bornes))
    tete = blocs[: bornes[0].rang] if bornes else blocs
    if not actions and any(_se_lit(bloc) for bloc in blocs):
        extrait = " / ".join(bloc.texte for bloc in blocs)[:_LONGUEUR_EXTRAIT]
        recherche.anomalies.append(Anomalie("perte", "aucune action reconnue", blocs[0].ligne, blocs[0].page, extrait))
    couverture = tete[: min(recherche.rangs_du_tableau, default=len(tete))]
    textes = tuple(bloc.texte for bloc in couverture)
    return Plan(_titre(couverture), textes, actions, tuple(recherche.anomalies))


class _Recherche:
    """Une recherche en cours : rôles des blocs, tableau des actions, anomalies."""

    def __init__(self, blocs: Sequence[Bloc]) -> None:
        self._blocs = blocs
        self._roles = lire_roles(blocs)
        self._declares = titres_declares(blocs)
        premier = next((rang for rang, role in enumerate(self._roles) if role and role.canon), len(blocs))
        self._entrees = _lire_tableau(blocs[:premier])
        self.rangs_du_tableau = {entree.rang for entree in self._entrees}
        self._debut = max(self.rangs_du_tableau, default=-1) + 1
        self._ouverture = self._choisir_ouverture()
        self.anomalies: list[Anomalie] = []

    def bornes(self) -> list[_Borne]:
        """Le début de chaque action et de chaque page éditoriale, dans l'ordre."""
        niveau = self._niveau_des_titres()
        annonces = self._apparier()
        connus = {cle(self._blocs[rang].texte): entree for rang, entree in annonces.items()}
        forts = [rang for rang in self._titres() if niveau and 0 < self._blocs[rang].niveau <= niveau]
        rangs = sorted({*forts, *annonces})
        gardees: list[_Borne] = []
        for rang, fin in pairwise([*rangs, len(self._blocs)]):
            entree = annonces.get(rang) or connus.get(cle(self._blocs[rang].texte))
            if (borne := self._juger(rang, fin, entree, bool(gardees))) is not None:
                gardees.append(borne)
        bornes = self._couper_aux_reprises(gardees)
        self._signaler_les_ecarts(bornes, set(annonces.values()), set(connus))
        return bornes

    def actions(self, bornes: Sequence[_Borne]) -> Iterator[Action]:
        """Les blocs de chaque action, sans l'habillage."""
        decor = self._decor(bornes)
        for borne, fin in self._etendues(bornes):
            rangs = [rang for rang in range(borne.texte, fin) if rang not in decor]
            if borne.action:
                tete = self._blocs[borne.rang]
                blocs, roles = [self._blocs[r] for r in rangs], [self._roles[r] for r in rangs]
                yield Action(borne.titre, tete.ligne, borne.page or tete.page, blocs, roles)

    def _etendues(self, bornes: Sequence[_Borne]) -> Iterator[tuple[_Borne, int]]:
        """Chaque borne, et le rang de la suivante."""
        fins = [*(borne.rang for borne in bornes[1:]), len(self._blocs)]
        yield from zip(bornes, fins, strict=False)

    # --- les titres possibles ---

    def _titres(self) -> list[int]:
        """Rangs des titres qui ne sont pas des intertitres connus, après le tableau."""
        rangs = range(self._debut, len(self._blocs))
        if self._declares:
            return [rang for rang in rangs if self._blocs[rang].genre == "titre" and self._est_inconnu(rang)]
        return [rang for rang in rangs if self._est_inconnu(rang) and self._ressemble_a_un_titre(rang)]

    def _est_inconnu(self, rang: int) -> bool:
        role = self._roles[rang]
        return role is None or role.canon is None

    def _ressemble_a_un_titre(self, rang: int) -> bool:
        bloc = self._blocs[rang]
        court = len(bloc.texte) <= _LONGUEUR_TITRE and not re.search(r"[.;:,]$|@|\bt[ée]l\b", bloc.texte, re.IGNORECASE)
        majuscule = bloc.texte[:1].isupper() or bloc.texte[:1] in '«"' or bloc.texte[:1].isdigit()
        return court and majuscule and ressemble_a_un_titre(bloc)

    def _canon(self, rang: int) -> str | None:
        role = self._roles[rang]
        return role.canon if role else None

    def _choisir_ouverture(self) -> str:
        """L'intertitre que chaque action a, et par lequel elle commence."""
        comptes = Counter(role.canon for role in self._roles if role and role.canon)
        return next((canon for canon in _OUVERTURES if comptes[canon]), "")

    def _niveau_des_titres(self) -> int:
        """Force des titres d'actions : celle du titre inconnu le plus proche avant chaque ouverture."""
        voix: Counter[int] = Counter()
        for rang in range(self._debut, len(self._blocs)):
            if self._ouverture and self._canon(rang) == self._ouverture:
                avant = range(rang - 1, max(self._debut, rang - _REMONTEE) - 1, -1)
                niveaux = (self._blocs[r].niveau for r in avant if self._blocs[r].niveau and self._est_inconnu(r))
                voix.update([next(niveaux, 0)])
        del voix[0]
        return max(voix, key=lambda niveau: (voix[niveau], -niveau)) if voix else 0

    # --- le tableau des actions ---

    def _apparier(self) -> dict[int, _Entree]:
        """L'entrée du tableau que reprend chaque titre : à l'identique, puis au plus proche."""
        titres = self._titres() if self._entrees else []
        cles = {rang: cle(self._blocs[rang].texte) for rang in titres}
        avec_suite = {rang: f"{cles[rang]} {cle(self._sous_titre(rang))}".strip() for rang in titres}
        prises: dict[int, _Entree] = {}
        restantes = self._apparier_a_l_identique(cles, prises)
        restantes = [entree for entree in restantes if not _rapprocher(entree, (cles, avec_suite), prises)]
        for entree in restantes:
            _reconnaitre_le_debut(entree, cles, prises)
        return prises

    def _apparier_a_l_identique(self, cles: Mapping[int, str], prises: dict[int, _Entree]) -> list[_Entree]:
        par_cle: dict[str, list[int]] = defaultdict(list)
        for rang, texte in cles.items():
            par_cle[texte].append(rang)
        restantes = []
        for entree in self._entrees:
            libres = [rang for rang in par_cle.get(cle(entree.titre), ()) if rang not in prises]
            if libres:
                prises[min(libres, key=lambda rang: (not self._a_un_intertitre_proche(rang), rang))] = entree
            else:
                restantes.append(entree)
        return restantes

    def _sous_titre(self, rang: int) -> str:
        """Le titre qui suit aussitôt un titre, sans rien entre eux."""
        suivant = rang + 1
        if suivant >= len(self._blocs) or not self._est_inconnu(suivant):
            return ""
        bloc = self._blocs[suivant]
        titre = bloc.genre == "titre" if self._declares else self._ressemble_a_un_titre(suivant)
        return bloc.texte if titre else ""

    def _a_un_intertitre_proche(self, rang: int) -> bool:
        return any(self._canon(r) for r in range(rang + 1, min(rang + _VOISINAGE, len(self._blocs))))

    # --- juger un titre ---

    def _juger(self, rang: int, fin: int, entree: _Entree | None, suit_une_action: bool) -> _Borne | None:
        """Une action, une page éditoriale, ou rien : le titre reste alors dans l'action où il est."""
        titre = self._blocs[rang].texte
        if entree is not None:
            return _Borne(rang, rang + 1, titre, entree.page)
        if _EDITORIAL.fullmatch(cle(titre)):
            return _Borne(rang, rang + 1, titre, action=False) if suit_une_action else None
        canons = {canon for r in range(rang + 1, fin) if (canon := self._canon(r))}
        if canons & {self._ouverture, "contexte", REPERES} or self._raconte(rang, fin, canons, suit_une_action):
            return _Borne(rang, rang + 1, titre)
        if suit_une_action:
            self._douter("titre aussi fort que ceux des actions, rangé dans l'action qui le précède", rang)
        return None

    def _raconte(self, rang: int, fin: int, canons: Iterable[str], suit_une_action: bool) -> bool:
        """Vrai pour une action sans intertitres, quand aucun tableau ne dit le contraire."""
        signes = sum(len(bloc.texte) for bloc in self._blocs[rang + 1 : fin])
        return suit_une_action and not (self._entrees or canons) and signes >= _LONGUEUR_SANS_INTERTITRE

    # --- les reprises ---

    def _couper_aux_reprises(self, bornes: Sequence[_Borne]) -> list[_Borne]:
        """Une ouverture qui revient après la fin d'une action en commence une autre, dont le titre est juste avant."""
        coupees: list[_Borne] = []
        premiere = bornes[0].rang if bornes else len(self._blocs)
        coupees += self._reprises(self._debut, premiere, ouverte=False)
        for borne, fin in self._etendues(bornes):
            coupees += [borne, *(self._reprises(borne.texte, fin, ouverte=True) if borne.action else ())]
        return coupees

    def _reprises(self, debut: int, fin: int, ouverte: bool) -> Iterator[_Borne]:
        finie, vue = not ouverte, False
        for rang in range(debut, fin):
            canon = self._canon(rang)
            if canon == self._ouverture and canon is not None:
                if finie and (vue or not ouverte):
                    yield self._titre_avant(rang, debut)
                finie, vue = False, True
            elif canon is not None and canon.split("_")[0] in _FINS and canon != self._ouverture:
                finie = True

    def _titre_avant(self, rang: int, debut: int) -> _Borne:
        """Le titre le plus proche au-dessus d'une ouverture ; à défaut, l'action commence là, sans titre."""
        for avant in range(rang - 1, max(debut - 1, rang - _TITRE_PROCHE), -1):
            if self._est_inconnu(avant) and (self._blocs[avant].niveau or self._ressemble_a_un_titre(avant)):
                if self._declares and self._blocs[avant].niveau == 0:
                    self._douter("titre d'action reconnu à sa place, et non à sa mise en page", avant)
                return _Borne(avant, avant + 1, self._blocs[avant].texte)
            if self._canon(avant) not in {None, NOM}:
                break
        nom = next(
            (r for r in range(rang - 1, max(debut - 1, rang - _TITRE_PROCHE), -1) if self._canon(r) == NOM), rang
        )
        role = self._roles[nom]
        titre = role.valeur if role is not None and self._canon(nom) == NOM else ""
        self._douter("action dont le titre manque", nom)
        return _Borne(nom, nom, titre or "(sans titre)")

    # --- l'habillage ---

    def _decor(self, bornes: Sequence[_Borne]) -> set[int]:
        """Rangs des renvois à d'autres actions, et des mots de la couverture imprimés de nouveau."""
        tete = self._blocs[: bornes[0].rang] if bornes else []
        couverture = [texte for bloc in tete if (texte := cle(bloc.texte))]
        titres = {cle(borne.titre) for borne in bornes} | {cle(entree.titre) for entree in self._entrees}
        debuts = {borne.rang for borne in bornes}
        repetes = titres | set(couverture)
        decor = {
            rang
            for rang, bloc in enumerate(self._blocs)
            if rang not in debuts and (not _se_lit(bloc) or (bloc.genre == "paragraphe" and cle(bloc.texte) in repetes))
        }
        return decor | self._fin_de_couverture(" ".join(couverture))

    def _fin_de_couverture(self, couverture: str) -> set[int]:
        """Les dernières lignes, si elles reprennent la couverture (« HAUT CONSEIL », « DU TRAVAIL »...)."""
        fin: set[int] = set()
        for rang in range(len(self._blocs) - 1, -1, -1):
            texte = cle(self._blocs[rang].texte)
            if not self._est_inconnu(rang) or not re.search(rf"\b{re.escape(texte)}\b", couverture):
                break
            fin.add(rang)
        return fin

    # --- les anomalies ---

    def _signaler_les_ecarts(self, bornes: Sequence[_Borne], trouvees: set[_Entree], connus: set[str]) -> None:
        for entree in self._entrees:
            if entree not in trouvees:
                probleme = f"action annoncée page {entree.page}, introuvable dans le document"
                self.anomalies.append(Anomalie("perte", probleme, entree.ligne, extrait=entree.titre))
        for borne in bornes:
            if self._entrees and borne.action and cle(borne.titre) not in connus:
                self._douter("action absente du tableau des actions", borne.rang)

    def _douter(self, probleme: str, rang: int) -> None:
        bloc = self._blocs[rang]
        self.anomalies.append(Anomalie("doute", probleme, bloc.ligne, bloc.page, bloc.texte[:_LONGUEUR_EXTRAIT]))


def _se_lit(bloc: Bloc) -> bool:
    return any(caractere.isalnum() for caractere in bloc.texte)


def _rapprocher(entree: _Entree, formes: Iterable[Mapping[int, str]], prises: dict[int, _Entree]) -> bool:
    """Donne à l'entrée le titre libre qui lui ressemble le plus, seul ou avec son sous-titre."""
    meilleurs = []
    for forme in formes:
        libres = {rang: texte for rang, texte in forme.items() if rang not in prises}
        meilleurs.append(process.extractOne(cle(entree.titre), libres, scorer=fuzz.ratio, score_cutoff=_ACCORD))
    trouves = [(meilleur[1], -meilleur[2]) for meilleur in meilleurs if meilleur is not None]
    if trouves:
        prises[-max(trouves)[1]] = entree
    return bool(trouves)


def _reconnaitre_le_debut(entree: _Entree, cles: Mapping[int, str], prises: dict[int, _Entree]) -> None:
    """Le titre dont l'entrée n'est que le développement, ou l'inverse."""
    texte = cle(entree.titre)
    for rang, titre in cles.items():
        court, long = sorted((titre, texte), key=len)
        if rang not in prises and len(court) >= _DEBUT_MINIMAL and f"{long} ".startswith(f"{court} "):
            prises[rang] = entree
            return


def _lire_tableau(blocs: Sequence[Bloc]) -> list[_Entree]:
    """Le tableau des actions : des rangées qui ont une page, ou un sommaire."""
    rangees = [entree for rang, bloc in enumerate(blocs) if (entree := _lire_rangee(rang, bloc))]
    if len(rangees) > 1:
        return rangees
    lues = [_Entree(lue.texte, lue.page, lue.rangs[-1], lue.ligne) for lue in lire_sommaire(blocs)]
    return lues or _lire_colonnes(blocs)


def _lire_colonnes(blocs: Sequence[Bloc]) -> list[_Entree]:
    """Un tableau en texte, « Titre  P. 4  Thème » : des lignes qui ont une page, et dont les pages se suivent."""
    lues = [
        _Entree(lue[1], int(lue[2]), rang, bloc.ligne)
        for rang, bloc in enumerate(blocs)
        for ligne in bloc.lignes
        if len(ligne) <= _LONGUEUR_DE_LIGNE and (lue := _LIGNE_DE_TABLEAU.match(ligne))
    ]
    suivies = all(avant.page < apres.page for avant, apres in pairwise(lues))
    return lues if len(lues) > 1 and suivies else []


def _lire_rangee(rang: int, bloc: Bloc) -> _Entree | None:
    """« Titre | P. 4 | Thème » : le titre est devant la page, ou derrière si elle ouvre la rangée."""
    places = [place for place, cellule in enumerate(bloc.lignes) if _PAGE.fullmatch(cellule.strip(" .|"))]
    if bloc.genre != "rangee" or not places or len(bloc.lignes) < 2:
        return None
    place = places[0]
    page = _PAGE.fullmatch(bloc.lignes[place].strip(" .|"))
    titre = bloc.lignes[place - 1] if place else bloc.lignes[1]
    return _Entree(titre, int(page[1]), rang, bloc.ligne) if page else None


def _titre(couverture: Sequence[Bloc]) -> str:
    """Titre du guide : les titres de sa couverture, ou sa première ligne."""
    titres = [bloc.texte for bloc in couverture if bloc.genre == "titre" and not _SOMMAIRE.fullmatch(cle(bloc.texte))]
    courtes = [bloc.texte for bloc in couverture if bloc.genre != "rangee" and len(bloc.texte) <= _LONGUEUR_TITRE]
    return " - ".join(titres[:2]) or next(iter(courtes), "")
