"""Les lignes d'un document qui énumère : puces, numéros, éléments coupés à la ligne ou imprimés côte à côte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from observatoire.documents.blocs import Bloc, joindre, lexique
from observatoire.documents.texte import Texte

_OUVERTURE = r"[^\W\d_]|[«\"(]"
_PUCE = re.compile(rf"^\s*(->|=>|[-–—*•▪◦‣●■□✓✔➢➤](?=\s|{_OUVERTURE})|o(?=\s))\s*")
_PUCE_INTERNE = re.compile(r"\s+[•▪◦‣●■□✓✔➢➤]\s*(?=\S)")
_NUMERO = re.compile(
    rf"^\s*(?:[Nn]\s?°\s?)?(?P<n>\d{{1,3}})\s?(?P<d>[.)°/]|[-–—:](?=\s|[^\W\d_]))(?:\s+|(?={_OUVERTURE}))(?=\S)"
    r"|^\s*(?P<lettre>[a-z])(?P<dl>\))\s*(?=\S)"
)
_NUMERO_INTERNE = re.compile(rf"(?<=\S)\s+(?P<n>\d{{1,3}})\s?(?P<d>[.)°/-])\s*(?={_OUVERTURE})")
#: Après ces mots, un nombre renvoie à autre chose.
_RENVOI = re.compile(
    r"(?:\bn\s?°|\b(?:article|axe|fiche|page|p\.|phase|point|proposition|niveau|lot|zone|quartier|et|à|ou|de|les))\s*$",
    re.IGNORECASE,
)
_SUSPENS = re.compile(
    r"(?:[,(«/&]|[^\W\d_]-|\s[=+]|\b(?:à|au|aux|avec|dans|de|des|du|en|et|la|le|les|ou|par|pour|que|qui|sur|un|une|l'|d'))$"
)
_MINUSCULE = re.compile(r"[,;)»(]|[^\W\d_A-ZÀ-ÖØ-Þ]")
#: La fin d'une parenthèse ouverte plus haut.
_FERMANTE = re.compile(r"[^()]{1,60}\)")
_FIN_DE_PHRASE = re.compile(r"[.!?:;…]$")
#: Plus large, un texte n'est pas coupé à la ligne.
_LARGEUR_MAXIMALE = 140
#: Une ligne coupée plus tôt n'est pas une phrase que la page interrompt.
_LONGUEUR_PHRASE = 60
#: Rang de la largeur parmi les longueurs de lignes ; dans un PDF, des mots recollés en allongent certaines.
_RANG, _RANG_PDF = 0.98, 0.75


@dataclass(frozen=True, slots=True)
class LigneLue:
    """Une ligne d'un document, sa puce et son numéro mis à part.

    Attributes
    ----------
    texte : str
        Sans puce ni numéro.
    ligne, page : int
        Où elle est.
    puce, numero, signe : str
        « - », « 4 », « ) » ; vides si elle n'en a pas.
    niveau, gras, vides
        Ceux de son bloc.
    tete : bool
        Elle ouvre son bloc.
    longueur : int
        Signes de sa dernière ligne imprimée.
    cellules : tuple of str
        Celles d'une rangée de tableau.
    """

    texte: str
    ligne: int
    page: int | None
    puce: str = ""
    numero: str = ""
    signe: str = ""
    niveau: int = 0
    gras: bool = False
    tete: bool = True
    vides: int = 0
    longueur: int = 0
    cellules: tuple[str, ...] = ()

    @property
    def marquee(self) -> bool:
        """Vrai si une puce ou un numéro l'ouvre."""
        return bool(self.puce or self.numero)

    @property
    def listee(self) -> bool:
        """Vrai si elle est d'une liste à puces ou à numéros : une flèche peut ouvrir une ligne entre d'autres."""
        return self.numero != "" or self.puce not in {"", "->", "=>"}

    @property
    def declaree(self) -> bool:
        """Vrai si le document la donne pour un titre, ou la met en valeur."""
        return self.niveau > 0 or self.gras


def lire_lignes(
    texte: Texte, blocs: Sequence[Bloc], isolee: Callable[[LigneLue], bool], ouvre: Callable[[LigneLue], bool]
) -> list[LigneLue]:
    """Les lignes du document, celles qu'un retour à la ligne a coupées recollées.

    Parameters
    ----------
    texte, blocs
        Le document ouvert, et ses blocs.
    isolee : callable
        Vrai pour une ligne qui n'en continue jamais une autre, et que rien ne continue (habillage, intertitre sûr).
    ouvre : callable
        Vrai pour une ligne qui n'en continue jamais une autre.
    """
    imprimees = list(_imprimees(texte, blocs))
    pli = _Pli.mesurer(imprimees, pdf=texte.forme == "pdf")
    suites: list[list[LigneLue]] = []
    fermee = True
    for ligne in imprimees:
        seule = isolee(ligne)
        if fermee or seule or ouvre(ligne) or not pli.continue_(suites[-1], ligne):
            suites.append([ligne])
        else:
            suites[-1].append(ligne)
        fermee = seule
    mots = lexique(bloc.texte for bloc in blocs)
    return [_reunir(suite, mots) for suite in suites]


def decoder(brute: str, ligne: int, page: int | None) -> list[LigneLue]:
    """Les éléments d'un texte isolé, une cellule de tableau par exemple."""
    return list(_decoder(brute, Bloc("paragraphe", brute, (brute,), ligne, page), ligne, page, tete=True))


def eclater(ligne: LigneLue) -> Iterator[tuple[str, str]]:
    """Numéro et texte de chaque élément d'une ligne numérotée.

    Elle n'est coupée qu'à un numéro qui continue la suite et qui ouvre un élément : « 3 sorties », « 1er »,
    « 16-25 ans » ou « la fiche 9. » ne coupent rien.

    Examples
    --------
    >>> list(eclater(LigneLue("Un repas à 1 euro. 9. Accès au sport", 12, None, numero="8", signe=".")))
    [('8', 'Un repas à 1 euro.'), ('9', 'Accès au sport')]
    """
    numero, debut = ligne.numero, 0
    for lu in _NUMERO_INTERNE.finditer(ligne.texte):
        suivant = numero.isdigit() and int(lu["n"]) == int(numero) + 1 and lu["d"] == ligne.signe
        if suivant and _ouvre_un_element(ligne.texte, lu):
            yield numero, ligne.texte[debut : lu.start()].strip()
            numero, debut = lu["n"], lu.end()
    yield numero, ligne.texte[debut:].strip()


def _ouvre_un_element(texte: str, lu: re.Match[str]) -> bool:
    """Vrai si ce numéro est suivi d'une capitale, ou suit une phrase finie ; et si aucun mot n'y renvoie."""
    if _RENVOI.search(texte, max(0, lu.start() - 20), lu.start()):
        return False
    suite = texte[lu.end() : lu.end() + 1]
    return suite.isupper() or suite in '«"(' or texte[lu.start() - 1] in ".;:!?)»…"


# --- des blocs aux lignes ---


def _imprimees(texte: Texte, blocs: Sequence[Bloc]) -> Iterator[LigneLue]:
    places = {ligne.numero: rang for rang, ligne in enumerate(texte.lignes)}
    for bloc in blocs:
        if bloc.genre == "rangee":
            yield LigneLue(bloc.texte, bloc.ligne, bloc.page, vides=bloc.vides, cellules=bloc.lignes)
            continue
        rang = places.get(bloc.ligne, len(texte.lignes))
        for decalage, brute in enumerate(_brutes(bloc)):
            imprimee = texte.lignes[rang + decalage] if rang + decalage < len(texte.lignes) else bloc
            numero = imprimee.ligne if isinstance(imprimee, Bloc) else imprimee.numero
            yield from _decoder(brute, bloc, numero, imprimee.page, tete=decalage == 0)


def _brutes(bloc: Bloc) -> Sequence[str]:
    """Les lignes imprimées d'un bloc, puce comprise."""
    if bloc.niveau or len(bloc.lignes) < 2:
        puce = _PUCE.match(bloc.lignes[0]) if bloc.genre == "puce" and bloc.lignes else None
        return [f"{puce[1]} {bloc.texte}" if puce else bloc.texte]
    return bloc.lignes


def _decoder(brute: str, bloc: Bloc, numero: int, page: int | None, tete: bool) -> Iterator[LigneLue]:
    """Une ligne, ou plusieurs si des puces la coupent."""
    bornes = [0, *(lue.start() + 1 for lue in _PUCE_INTERNE.finditer(brute)), len(brute)]
    for debut, fin in pairwise(bornes):
        morceau = brute[debut:fin].strip()
        premier = tete and debut == 0
        puce = _PUCE.match(morceau)
        reste = morceau[puce.end() :] if puce else morceau
        lu = _NUMERO.match(reste)
        yield LigneLue(
            reste[lu.end() :] if lu else reste,
            numero,
            page,
            puce=puce[1] if puce else "",
            numero=(lu["n"] or lu["lettre"]) if lu else "",
            signe=(lu["d"] or lu["dl"]) if lu else "",
            niveau=bloc.niveau,
            gras=bloc.gras,
            tete=premier,
            vides=bloc.vides if premier else 0,
            longueur=len(morceau),
        )


# --- des lignes imprimées aux lignes entières ---


@dataclass(frozen=True, slots=True)
class _Pli:
    """Comment le document va à la ligne : la largeur de ses lignes, 0 s'il n'est pas coupé ; et si c'est un PDF."""

    largeur: int
    pdf: bool

    @classmethod
    def mesurer(cls, lignes: Sequence[LigneLue], pdf: bool) -> _Pli:
        """Un texte coupé à la ligne a des lignes de même longueur, et beaucoup qui commencent par une minuscule."""
        longueurs = sorted(ligne.longueur for ligne in lignes if not ligne.niveau and ligne.longueur)
        courantes = [ligne for ligne in lignes if not (ligne.marquee or ligne.niveau or ligne.vides or ligne.cellules)]
        basses = sum(ligne.texte[:1].islower() for ligne in courantes)
        if not longueurs or basses < 3 or basses < 0.15 * len(courantes):
            return cls(0, pdf)
        largeur = longueurs[int((_RANG_PDF if pdf else _RANG) * (len(longueurs) - 1))]
        return cls(largeur if largeur <= _LARGEUR_MAXIMALE else 0, pdf)

    def continue_(self, suite: Sequence[LigneLue], apres: LigneLue) -> bool:
        """Vrai si une ligne continue celles qui la précèdent."""
        avant = suite[-1]
        if apres.marquee or apres.niveau or avant.niveau or apres.cellules or avant.cellules or not apres.texte:
            return False
        if _coupee(avant.texte) or _FERMANTE.match(apres.texte):
            return not apres.vides or _MINUSCULE.match(apres.texte) is not None
        if _MINUSCULE.match(apres.texte):
            return self._reprend(avant, apres)
        # Une capitale : dans une liste à puces ou à numéros, un nouvel élément aurait la sienne.
        return suite[0].listee and not apres.vides and self._est_pleine(avant, apres)

    def _reprend(self, avant: LigneLue, apres: LigneLue) -> bool:
        """Vrai si une minuscule reprend la ligne d'avant, dans le bloc ou par-dessus un saut de page."""
        if not apres.tete:
            return True
        if apres.vides:
            longue = avant.longueur > min(_LONGUEUR_PHRASE, 0.75 * self.largeur or _LONGUEUR_PHRASE)
            return longue and not _FIN_DE_PHRASE.search(avant.texte)
        return avant.longueur > 0.6 * self.largeur > 0

    def _est_pleine(self, avant: LigneLue, apres: LigneLue) -> bool:
        """Vrai si le premier mot ne tenait plus au bout de la ligne ; dans un PDF, les blancs séparent déjà."""
        mot = apres.texte.split(maxsplit=1)[0]
        return self.pdf or avant.longueur + 1 + len(mot) > self.largeur > 0


def _coupee(texte: str) -> bool:
    return _SUSPENS.search(texte) is not None


def _reunir(suite: Sequence[LigneLue], mots: frozenset[str]) -> LigneLue:
    if len(suite) == 1:
        return suite[0]
    return replace(suite[0], texte=joindre([ligne.texte for ligne in suite], mots), longueur=suite[-1].longueur)
