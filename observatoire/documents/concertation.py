"""Le compte rendu de concertation : par thème, des défis, des atouts et des propositions.

Un intertitre de nature (« Défis », « Points forts », « Pistes d'action »...) ouvre une liste ; la ligne courte qui le
précède est le thème. Les éléments sont numérotés, ou un par ligne. Une ligne que seule une flèche ouvre (« -> Permettre
de... ») est un élément comme les autres. Sous un élément qui finit par « : », les lignes à puce sont sa sous-liste, et
rejoignent son intitulé.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from observatoire.documents.blocs import Bloc
from observatoire.documents.dates import annee_du_document, lire_periode
from observatoire.documents.enumerations import LigneLue, decoder, eclater, lire_lignes
from observatoire.documents.intertitres import (
    LONGUEUR_INTERTITRE,
    Intertitre,
    annonce_un_theme,
    est_decor,
    est_theme_connu,
    ferme_les_themes,
    lire_colonnes,
    lire_element_annonce,
    lire_intertitre,
    lire_natures,
    sans_numero,
)
from observatoire.documents.lieux_imprimes import lieu_seul, lieux_imprimes, lieux_possibles
from observatoire.documents.sommaires import cle
from observatoire.documents.texte import Texte
from observatoire.notices import Anomalie, Depouillement, Gravite, Notice

#: Ce qui dit qu'une ligne du début est le titre du compte rendu, et non un thème.
_TITRE = re.compile(
    r"\b(?:concertations?|comptes? rendus?|rencontres?|restitutions?|synthese|diagnostic|assises|forum|consultation"
    r"|contrats? de ville|echanges)\b"
)
_DEBUT_DE_TITRE = re.compile(
    r"^(?:(?:les?|la|une?)\s+)?(?:concertation|compte[s-]*\s?rendu|rencontre|restitution|synth[èe]se|diagnostic|atelier)s?"
    r"(?:\s+(?:citoyenne?|locale?|habitante?)s?)?\s+(?:de\s+la\s+(?=[a-z])|de\s+|du\s+|des\s+|d'|à\s+)?",
    re.IGNORECASE,
)
_COLONNE_DES_THEMES = re.compile(r"(?:themes?|thematiques?|ateliers?|axes?|sujets?|rubriques?|volets?|domaines?)")
_FIN_DE_PHRASE = re.compile(r"[.;,?!]$")
_INFINITIF = re.compile(r"^(?:(?:ne pas|mieux|s'|se|faire) ?)?\w{2,}(?:er|ir|re|oir)\b", re.IGNORECASE)
#: Un numéro saute ou se répète ; au-delà de ces signes, l'extrait est coupé.
_LONGUEUR_RAPPEL = 60
_LONGUEUR_EXTRAIT = 300
_LONGUEUR_TITRE = 160
#: Part de la ressemblance que donnent une, deux ou trois natures.
_VARIETE = (0.0, 0.35, 0.8, 1.0)


def ressemblance(blocs: Sequence[Bloc]) -> float:
    """De 0 à 1 : à quel point ces blocs sont ceux d'un compte rendu de concertation.

    C'est la part du document que couvrent des listes de défis, d'atouts et de propositions, thèmes compris, pondérée
    par leur variété ; tout autre titre déclaré ferme la liste.
    """
    vues: set[str] = set()
    couverts, sous, titre = 0, False, False
    for bloc in blocs:
        natures = _natures_du_bloc(bloc)
        vues.update(natures)
        sous = natures != () or (sous and bloc.genre != "titre")
        couverts += sous + (titre and natures != ())
        titre = bloc.genre == "titre" and not sous
    return round(min(1.0, _VARIETE[len(vues)] * couverts / max(len(blocs), 1)), 3)


def _natures_du_bloc(bloc: Bloc) -> tuple[str, ...]:
    """Natures d'un bloc intertitre, ou de la dernière ligne d'un bloc ; celles d'un en-tête de tableau."""
    if bloc.genre == "rangee":
        return tuple(nature for nature in lire_colonnes(bloc.lignes) if nature)
    textes = dict.fromkeys((bloc.texte, *bloc.lignes[-1:]))
    lignes = (LigneLue(texte, bloc.ligne, bloc.page, niveau=bloc.niveau, gras=bloc.gras) for texte in textes)
    lus = (lire_intertitre(ligne) for ligne in lignes if len(ligne.texte) <= LONGUEUR_INTERTITRE)
    return next((lu.natures for lu in lus if lu is not None), ())


def depouiller(texte: Texte, blocs: Sequence[Bloc]) -> Depouillement:
    """Défis, atouts et propositions d'un compte rendu de concertation."""
    lecture = _Lecture(lire_lignes(texte, blocs, _isolee, _ouvre_un_theme))
    tete = [ligne for ligne in lecture.tete() if not est_decor(ligne)]
    titre = _titre(tete) or texte.fichier
    lieux = _lieux(titre, tete)
    lecture.lire(lieux)
    base = _base(tete, texte.fichier)
    return Depouillement(
        fichier=texte.fichier,
        famille="concertation",
        titre=titre,
        annee=base.annee,
        lieux=lieux,
        notices=tuple(element.notice(base) for element in lecture.elements),
        anomalies=tuple(lecture.anomalies),
    )


def _isolee(ligne: LigneLue) -> bool:
    return est_decor(ligne) or lire_natures(ligne.texte) != ()


def _ouvre_un_theme(ligne: LigneLue) -> bool:
    """Vrai pour une ligne que seuls les mots des thèmes remplissent, capitale devant et sans point final."""
    return ligne.texte[:1].isupper() and not _FIN_DE_PHRASE.search(ligne.texte) and est_theme_connu(ligne.texte)


@dataclass
class _Element:
    """Un défi, un atout ou une proposition en cours de lecture : sa sous-liste, le texte qui le suit."""

    nature: str
    rubrique: str
    lieux: tuple[str, ...]
    texte: str
    ligne: LigneLue
    numero: str | None = None
    sous: list[str] = field(default_factory=list)
    suites: list[str] = field(default_factory=list)

    @property
    def annonce(self) -> bool:
        """Vrai s'il annonce une sous-liste."""
        return self.texte.rstrip().endswith(":")

    def notice(self, base: Notice) -> Notice:
        """Sa notice ; la sous-liste qu'il annonce rejoint son intitulé."""
        sous = [f"- {texte}" for texte in self.sous]
        titre = " ".join([self.texte, *sous]) if self.annonce else self.texte
        return replace(
            base,
            nature=self.nature,
            titre=_net(titre),
            ligne=self.ligne.ligne,
            page=self.ligne.page,
            texte="\n".join(self.suites if self.annonce else [*sous, *self.suites]),
            lieux=self.lieux,
            rubrique=self.rubrique,
            numero=self.numero,
        )


def _net(texte: str) -> str:
    """Sur une ligne, sans le point ou le point-virgule final."""
    return re.sub(r"(?<![.…])(?<!etc)\s*[.;]$", "", " ".join(texte.split()))


@dataclass
class _Lecture:
    """L'état d'une lecture, ligne après ligne : chaque ligne va à une place, et une seule."""

    lignes: Sequence[LigneLue]
    elements: list[_Element] = field(default_factory=list)
    anomalies: list[Anomalie] = field(default_factory=list)
    lieux: tuple[str, ...] = ()
    rubrique: str = ""
    nature: str = ""
    #: Natures déjà vues sous le thème : les revoir annonce un autre thème.
    vues: set[str] = field(default_factory=set)
    #: La nature d'abord, les thèmes dessous.
    par_nature: bool = False
    #: Dernier élément de la liste, son numéro, et si cette liste n'a ni puces ni numéros.
    courant: _Element | None = None
    precedent: int | None = None
    nue: bool = False
    niveau_theme: int = 0
    #: Ligne du thème en cours, et nombre d'éléments lus avant lui.
    tete_du_theme: LigneLue | None = None
    avant_le_theme: int = 0
    colonnes: tuple[str | None, ...] = ()
    hors: list[LigneLue] = field(default_factory=list)
    ouverte: bool = False

    def __post_init__(self) -> None:
        fin = len(self.lignes)
        while fin and est_decor(self.lignes[fin - 1], finale=True):
            fin -= 1
        self.fin = fin
        self._prochaines = _prochaines(self.lignes, fin)
        self.debut = next((rang for rang in range(fin) if self._ouvre(rang)), fin)

    def tete(self) -> Sequence[LigneLue]:
        """Les lignes de présentation, avant le premier intertitre."""
        return self.lignes[: self.debut]

    def lire(self, lieux: tuple[str, ...]) -> None:
        """Lit tout ce qui suit la tête du document."""
        self.lieux = lieux
        self._verifier_tete()
        for rang in range(self.debut, self.fin):
            if not est_decor(self.lignes[rang]):
                self._placer(rang)
        self._clore_liste()
        self._poser_theme("", None)

    def _verifier_tete(self) -> None:
        """Des éléments avant le premier intertitre sont perdus ; sans aucun intertitre, tout l'est."""
        sans_intertitre = self.debut == self.fin
        perdues = [ligne for ligne in self.tete() if sans_intertitre or ligne.marquee or ligne.cellules]
        self.hors = [ligne for ligne in perdues if not est_decor(ligne)]
        quoi = "aucun intertitre de défis, d'atouts ou de propositions" if sans_intertitre else "avant tout intertitre"
        self._vider_hors(quoi)

    # --- où va une ligne ---

    def _placer(self, rang: int) -> None:
        ligne = self.lignes[rang]
        if ligne.cellules:
            self._lire_rangee(ligne)
        elif (annonce := lire_element_annonce(ligne.texte)) is not None:
            self._lire_element_annonce(ligne, *annonce)
        elif self._est_theme(rang):
            self._ouvrir_theme(ligne, self._suivante(rang))
        elif (intertitre := self._intertitre(ligne)) is not None:
            self._ouvrir_liste(intertitre, ligne)
        elif self._est_lieu(rang):
            self._clore_liste()
            self.lieux = (sans_numero(ligne.texte),)
        elif ferme_les_themes(ligne):
            self._fermer(ligne)
        elif ligne.niveau:
            self._lire_sous_titre(ligne)
        else:
            self._lire_ligne(ligne, self._suivante(rang))

    def _lire_element_annonce(self, ligne: LigneLue, nature: str, numero: str, texte: str) -> None:
        """« Proposition 3 : ouvrir le gymnase » : sa nature ouvre une liste, si elle n'est pas celle en cours."""
        if nature != self.nature:
            self._ouvrir_liste(Intertitre((nature,)), ligne)
        self._ajouter_numerotes(replace(ligne, texte=texte, puce="", numero=numero, signe=":"))

    def _lire_ligne(self, ligne: LigneLue, suivante: LigneLue | None) -> None:
        """Une ligne ordinaire : un élément, ou ce qui le complète."""
        if not self.ouverte or not (self.nature or ligne.marquee):
            self.hors.append(ligne)
        elif ligne.numero:
            self._ajouter_numerotes(ligne)
        elif ligne.puce and self.courant is not None and self._est_sous_element(ligne, self.courant):
            self.courant.sous.append(ligne.texte)
        elif ligne.puce:
            self._ajouter(ligne, ligne.texte)
        else:
            self._lire_nue(ligne, suivante)

    def _est_sous_element(self, ligne: LigneLue, courant: _Element) -> bool:
        """Une puce sous un numéro ; ailleurs, une autre puce ou une minuscule sous un élément qui l'annonce."""
        if courant.numero is not None:
            return True
        return courant.annonce and (ligne.puce != courant.ligne.puce or ligne.texte[:1].islower())

    def _lire_nue(self, ligne: LigneLue, suivante: LigneLue | None) -> None:
        """Une ligne sans puce ni numéro : un élément, sauf dans une liste qui en a."""
        if self._a_perdu_son_numero(suivante):
            self._ajouter(ligne, ligne.texte)
            self.precedent = (self.precedent or 0) + 1
            self._douter("élément sans numéro dans une liste numérotée", ligne)
        elif self.courant is None and _introduit(ligne, suivante):
            self.hors.append(ligne)
        elif self.courant is None or self.nue:
            self._ajouter(ligne, ligne.texte)
        elif self.courant.annonce:
            self.courant.sous.append(ligne.texte)
        else:
            self.courant.suites.append(ligne.texte)
            self._douter(f"texte rattaché à l'élément « {self.courant.texte[:_LONGUEUR_RAPPEL]} »", ligne)

    def _a_perdu_son_numero(self, suivante: LigneLue | None) -> bool:
        """Vrai si le numéro suivant en saute un."""
        prochain = suivante.numero if suivante is not None else ""
        return not self.nue and prochain.isdigit() and int(prochain) == (self.precedent or 0) + 2

    # --- les éléments ---

    def _ajouter(self, ligne: LigneLue, texte: str, numero: str | None = None) -> None:
        self._vider_hors()
        if self.courant is None:
            self.nue = not ligne.marquee
        self.courant = _Element(self.nature, self.rubrique, self.lieux, texte, ligne, numero)
        self.elements.append(self.courant)

    def _ajouter_numerotes(self, ligne: LigneLue) -> None:
        """Les éléments d'une ligne : un, ou plusieurs si la numérotation s'y poursuit."""
        for numero, texte in eclater(ligne):
            if numero.isdigit():
                self._verifier_suite(int(numero), texte, ligne)
            self._ajouter(ligne, texte, numero)

    def _ajouter_contenu(self, texte: str, ligne: LigneLue) -> None:
        """Les éléments d'un texte imprimé à côté de son intertitre, ou dans une cellule."""
        for morceau in decoder(texte, ligne.ligne, ligne.page):
            if morceau.numero:
                self._ajouter_numerotes(morceau)
            else:
                self._ajouter(morceau, morceau.texte)

    def _verifier_suite(self, numero: int, texte: str, ligne: LigneLue) -> None:
        """Signale un numéro répété, un saut, une liste qui repart."""
        avant, self.precedent = self.precedent, numero
        if numero == (avant or 0) + 1:
            return
        if avant is None:
            probleme = f"la liste commence au numéro {numero}"
        elif numero == avant:
            premier = self.courant.texte[:_LONGUEUR_RAPPEL] if self.courant else ""
            probleme = f"numéro {numero} imprimé deux fois : « {premier} », puis « {texte[:_LONGUEUR_RAPPEL]} »"
        elif numero == 1:
            probleme = f"la numérotation repart à 1 après {avant} : un intertitre manque peut-être"
        else:
            probleme = f"la numérotation passe de {avant} à {numero}"
        self._douter(f"{probleme} ({self._ou()})", replace(ligne, texte=texte))

    def _ou(self) -> str:
        return " > ".join(filter(None, (self.rubrique or "sans thème", self.nature)))

    # --- les intertitres ---

    def _ouvre(self, rang: int) -> bool:
        """Vrai si cette ligne finit la tête du document."""
        ligne = self.lignes[rang]
        if ligne.cellules:
            return lire_colonnes(ligne.cellules) != ()
        return not est_decor(ligne) and (self._est_theme(rang) or lire_intertitre(ligne) is not None)

    def _intertitre(self, ligne: LigneLue) -> Intertitre | None:
        """L'intertitre d'une ligne, sauf si elle n'est que le prochain élément de la liste."""
        lu = lire_intertitre(ligne)
        if lu is None or (lu.contenu and lu.natures == (self.nature,)):
            return None
        element = ligne.numero.isdigit() and self.precedent is not None and int(ligne.numero) == self.precedent + 1
        return None if element else lu

    def _est_theme(self, rang: int) -> bool:
        ligne, suivante = self.lignes[rang], self._suivante(rang)
        if not _peut_etre_un_theme(ligne):
            return False
        suivi = lire_intertitre(suivante) if suivante is not None else None
        if suivi is not None and not suivi.theme:
            return self._est_theme_devant(ligne, suivi)
        return self._est_theme_seul(ligne, suivante)

    def _est_theme_devant(self, ligne: LigneLue, suivi: Intertitre) -> bool:
        """Une ligne devant un intertitre de nature : un thème, ou le dernier élément de la liste d'avant."""
        if ligne.declaree or annonce_un_theme(ligne.texte) or est_theme_connu(ligne.texte):
            return self.ouverte or not _TITRE.search(cle(ligne.texte))
        if ligne.numero or suivi.suite:
            return False
        if not self.ouverte:
            return not _TITRE.search(cle(ligne.texte))
        revue = not self.vues.isdisjoint(suivi.natures)
        numerotee = self.courant is not None and self.courant.numero is not None
        return revue or (numerotee and not ligne.texte[:1].islower())

    def _est_theme_seul(self, ligne: LigneLue, suivante: LigneLue | None) -> bool:
        """Un thème sans intertitre de nature après lui : titre déclaré, annonce, mots des thèmes devant une liste."""
        connu = est_theme_connu(ligne.texte)
        if annonce_un_theme(ligne.texte) and not ligne.numero:
            return True
        if ligne.niveau and (connu or ligne.niveau == self.niveau_theme):
            return True
        ouvre_une_liste = self.courant is None and self.nature != ""
        numerotee = self.courant is not None and self.courant.numero is not None
        devant = suivante is not None and suivante.numero == "1" and not ligne.numero
        return connu and devant and (numerotee or ouvre_une_liste or not self.ouverte)

    def _ouvrir_theme(self, ligne: LigneLue, suivante: LigneLue | None) -> None:
        if self._theme_douteux(ligne):
            self._douter("ligne prise pour un thème", ligne)
        seul = suivante is None or lire_intertitre(suivante) is None
        self.par_nature = seul and (self.par_nature or (self.nature != "" and self.courant is None))
        nature = self.nature if self.par_nature else ""
        self._clore_liste()
        self._poser_theme(sans_numero(ligne.texte), ligne)
        self.nature, self.ouverte = nature, True
        self.niveau_theme = ligne.niveau or self.niveau_theme

    def _poser_theme(self, theme: str, ligne: LigneLue | None) -> None:
        """Change de thème ; celui qu'on quitte est signalé s'il n'a aucun élément."""
        if self.tete_du_theme is not None and len(self.elements) == self.avant_le_theme:
            self._douter(f"thème sans défi, atout ni proposition : « {self.rubrique} »", self.tete_du_theme)
        self.rubrique, self.tete_du_theme, self.avant_le_theme = theme, ligne, len(self.elements)
        self.vues.clear()

    def _theme_douteux(self, ligne: LigneLue) -> bool:
        """Dans une liste sans numéros, rien ne distingue un thème de mots inconnus d'un élément."""
        ambigu = self.nue and self.courant is not None and not ligne.declaree
        return ambigu and not (annonce_un_theme(ligne.texte) or est_theme_connu(ligne.texte))

    def _ouvrir_liste(self, lu: Intertitre, ligne: LigneLue) -> None:
        self._clore_liste()
        nature = lu.natures[0]
        if lu.theme and lu.theme != self.rubrique:
            self._poser_theme(lu.theme, ligne)
        elif nature in self.vues and not lu.suite:
            self._poser_theme("", None)
            self._douter(f"intertitre « {ligne.texte} » répété, sans thème au-dessus de lui", ligne)
        self.nature, self.ouverte = nature, True
        self.vues.update(lu.natures)
        if len(lu.natures) > 1 or not lu.sur:
            quoi = "de plusieurs natures" if len(lu.natures) > 1 else "aux mots inconnus"
            self._douter(f"intertitre {quoi}, lu comme « {nature} »", ligne)
        self._ajouter_contenu(lu.contenu, ligne) if lu.contenu else None

    def _fermer(self, ligne: LigneLue) -> None:
        """Une conclusion, une liste de participants : plus rien n'est lu jusqu'au thème suivant."""
        self._clore_liste()
        self._poser_theme("", None)
        self.nature, self.ouverte = "", False
        self.hors.append(ligne)

    def _lire_sous_titre(self, ligne: LigneLue) -> None:
        """Un titre qui n'est ni un thème ni une nature : ce qui le suit reste sous le thème."""
        if not self.nature:
            self.hors.append(ligne)
            return
        self.courant, self.precedent = None, None
        self._douter(f"intertitre sans nature, rangé sous {self._ou()}", ligne)

    def _est_lieu(self, rang: int) -> bool:
        """Vrai pour une ligne qui n'est que le nom d'un territoire, devant un thème."""
        ligne, prochaine = self.lignes[rang], self._prochaines[rang]
        if ligne.marquee or prochaine >= self.fin or not (lieu_seul(ligne.texte) and lieux_imprimes(ligne.texte)):
            return False
        return self._est_theme(prochaine)

    def _suivante(self, rang: int) -> LigneLue | None:
        prochaine = self._prochaines[rang]
        return self.lignes[prochaine] if prochaine < self.fin else None

    # --- les tableaux ---

    def _lire_rangee(self, ligne: LigneLue) -> None:
        """Une rangée : l'en-tête « Défis | Atouts | Propositions », ou les éléments de chaque colonne."""
        if colonnes := lire_colonnes(ligne.cellules):
            self._clore_liste()
            self.colonnes, self.ouverte = colonnes, True
            self._verifier_colonne_des_themes(ligne)
        elif self.colonnes and len(self.colonnes) == len(ligne.cellules):
            for colonne, cellule in zip(self.colonnes, ligne.cellules, strict=True):
                self._lire_cellule(colonne, cellule, ligne)
        elif self.colonnes and len(ligne.cellules) == 1 and est_theme_connu(ligne.texte):
            self._poser_theme(sans_numero(ligne.texte), ligne)
        elif len(ligne.cellules) == 2 and (natures := lire_natures(ligne.cellules[0])):
            self._lire_cellule(natures[0], ligne.cellules[1], ligne)
        else:
            self.hors.append(ligne)

    def _verifier_colonne_des_themes(self, ligne: LigneLue) -> None:
        for colonne, cellule in zip(self.colonnes, ligne.cellules, strict=True):
            if colonne is None and not _COLONNE_DES_THEMES.fullmatch(cle(cellule)):
                self._douter("colonne sans nature, lue comme celle des thèmes", replace(ligne, texte=cellule))

    def _lire_cellule(self, colonne: str | None, cellule: str, ligne: LigneLue) -> None:
        if colonne is None:
            self._poser_theme(sans_numero(cellule), ligne)
            return
        self.nature, self.precedent, self.courant = colonne, None, None
        self._ajouter_contenu(cellule, ligne)

    # --- ce qui manque, ce qui est douteux ---

    def _clore_liste(self) -> None:
        """Donne leur nature aux éléments d'une liste dont l'intertitre manquait."""
        orphelins = list(self._orphelins())
        if orphelins:
            infinitifs = sum(_INFINITIF.match(element.texte) is not None for element in orphelins)
            nature = "proposition" if 2 * infinitifs > len(orphelins) else "defi"
            for element in orphelins:
                element.nature = nature
            sans = f"éléments sans intertitre de nature ({self._ou()}), lus comme « {nature} »"
            self._douter(f"{sans} : {len(orphelins)}", orphelins[-1].ligne)
        self.courant, self.precedent = None, None
        self._vider_hors()

    def _orphelins(self) -> Iterator[_Element]:
        for element in reversed(self.elements):
            if element.nature:
                return
            yield element

    def _vider_hors(self, ou: str = "sous aucun intertitre de défis, d'atouts ou de propositions") -> None:
        if self.hors:
            pluriel = f", {len(self.hors)} lignes" if len(self.hors) > 1 else ""
            extrait = " / ".join(ligne.texte for ligne in self.hors)
            self._signaler("perte", f"texte non rangé ({ou}{pluriel})", self.hors[0], extrait)
            self.hors = []

    def _douter(self, probleme: str, ligne: LigneLue) -> None:
        self._signaler("doute", probleme, ligne, ligne.texte)

    def _signaler(self, gravite: Gravite, probleme: str, ligne: LigneLue, extrait: str) -> None:
        self.anomalies.append(Anomalie(gravite, probleme, ligne.ligne, ligne.page, extrait[:_LONGUEUR_EXTRAIT]))


def _prochaines(lignes: Sequence[LigneLue], fin: int) -> list[int]:
    """Pour chaque ligne, le rang de la suivante qui n'est pas de l'habillage."""
    prochaines, prochaine = [fin] * fin, fin
    for rang in range(fin - 1, -1, -1):
        prochaines[rang] = prochaine
        if not est_decor(lignes[rang]):
            prochaine = rang
    return prochaines


def _peut_etre_un_theme(ligne: LigneLue) -> bool:
    texte = ligne.texte
    if ligne.puce or ligne.cellules or len(texte) > LONGUEUR_INTERTITRE or not texte[:1].isalnum():
        return False
    if _FIN_DE_PHRASE.search(texte) or ferme_les_themes(ligne):
        return False
    return lire_intertitre(ligne) is None


def _introduit(ligne: LigneLue, suivante: LigneLue | None) -> bool:
    """Vrai pour la phrase qui annonce une liste à numéros ou à puces."""
    if suivante is None or not suivante.marquee:
        return False
    return suivante.numero == "1" or ligne.texte.endswith(":")


# --- la tête du document ---


def _titre(tete: Sequence[LigneLue]) -> str:
    """La ligne qui dit le mieux ce qu'est le document : titre déclaré, mots d'une concertation, territoire."""
    courtes = [ligne for ligne in tete if 3 < len(ligne.texte) <= _LONGUEUR_TITRE]
    courtes = [ligne for ligne in courtes if not (ligne.marquee or re.search(r"[.;,:]$", ligne.texte))]
    return max(courtes, key=_poids_du_titre).texte if courtes else ""


def _poids_du_titre(ligne: LigneLue) -> int:
    declare = 3 if ligne.niveau == 1 else int(ligne.declaree)
    return declare + 2 * bool(_TITRE.search(cle(ligne.texte))) + 2 * bool(lieux_imprimes(ligne.texte))


def _lieux(titre: str, tete: Sequence[LigneLue]) -> tuple[str, ...]:
    """Territoire de la rencontre : dans le titre, puis une ligne courte, puis la présentation."""
    courtes = [titre, *(ligne.texte for ligne in tete if len(ligne.texte) <= _LONGUEUR_TITRE)]
    bouts = [bout for courte in courtes for bout in re.split(r"\s+[-–—]\s+|\s*[:|,]\s+", courte)]
    nus = [nu for bout in bouts if (nu := _sans_mots_du_titre(bout)) and not est_theme_connu(nu)]
    seul = next(filter(None, map(lieu_seul, nus)), None)
    for lieux in (*map(lieux_imprimes, courtes), (seul,) if seul else (), lieux_possibles(titre)):
        if lieux:
            return lieux
    return next((lieux for ligne in tete if (lieux := lieux_imprimes(ligne.texte))), ())


def _sans_mots_du_titre(texte: str) -> str:
    """« Concertation de Poissy » : « Poissy » ; rien si ces mots ne sont pas au début."""
    return "" if _TITRE.search(cle(reste := _DEBUT_DE_TITRE.sub("", texte))) else reste


def _base(tete: Sequence[LigneLue], fichier: str) -> Notice:
    """Ce que toutes les notices ont en commun : la date de la rencontre, si elle est imprimée."""
    courtes = [ligne.texte for ligne in tete if len(ligne.texte) <= _LONGUEUR_TITRE]
    annee = annee_du_document(courtes, fichier)
    periode = next((lue for courte in courtes if (lue := lire_periode(courte, annee))), None)
    if periode is None:
        return Notice("action", "", "", 0, annee=annee)
    return Notice("action", "", "", 0, annee=annee or int(periode.iso[:4]), date=periode.iso, periode=periode.texte)
