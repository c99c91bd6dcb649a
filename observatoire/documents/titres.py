"""Un titre d'un rapport : ce qu'il dit, sa sorte, sa force ; et ce qui, dans un bloc, en fait un titre.

Un titre a une sorte (action, perspectives, adhérents...) et une force : il range sous lui ceux qui sont moins forts. La
force vient de ce que le document montre : niveau déclaré, numéro, capitales, minuscules, puce.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from observatoire.documents.blocs import Bloc, en_capitales, ressemble_a_un_titre
from observatoire.racines import plier

Sorte = Literal[
    "couverture",
    "liminaire",
    "presentation",
    "equipe",
    "gouvernance",
    "adherents",
    "perspectives",
    "statistiques",
    "interne",
    "action",
]
#: Forces des titres que le document ne déclare pas ; un titre déclaré est plus fort qu'eux tous.
PUCE, MINUSCULES, CAPITALES, NUMERO, CHAPITRE, DECLARE = 0.0, 1.0, 2.0, 3.0, 4.0, 11.0
#: Ce qui dit la sorte d'un titre, en minuscules. Le premier motif qui convient l'emporte ; sinon, c'est une action.
_SORTES: tuple[tuple[Sorte, str], ...] = (
    (
        "couverture",
        r"^(?:rapport|bilan)(?: annuel| moral)?(?: \d{4})? d'activités?|^rapport annuel\b|^bilan annuel\b",
    ),
    (
        "liminaire",
        r"^(?:l'|le |un )?(?:avant[- ]propos|[ée]ditorial|[ée]dito|pr[ée]ambule|introduction|remerciements?|mot d[ue]s?"
        r"|mots? de la|glossaire|sigles|conclusion|mentions l[ée]gales)\b",
    ),
    (
        "adherents",
        r"^(?:(?:nos|les|liste des?|tous les) )?(?:\w+ )?(?:adh[ée]rent\S*|adh[ée]sions?)"
        r"(?: (?:en|de|pour)?\s?20\d\d)?\W*$",
    ),
    ("equipe", r"^(?:notre |l'|une )?[ée]quipe\b|\borganigramme\b|^ressources humaines\b|^(?:les|nos) salari[ée]"),
    (
        "gouvernance",
        r"^(?:(?:nos|les|le|la|notre|l') ?)?(?:administrat(?:eur|rice)\S*|conseil d'administration|gouvernance|bureau"
        r"|partenaires financiers|financeu\S+|soutiens?|instances|assembl[ée]e g[ée]n[ée]rale|vie associative)"
        r"\W*(?:20\d\d)?\W*$",
    ),
    (
        "perspectives",
        r"^(?:\d{4} ?: ?)?(?:les |nos |quelles )?(?:perspectives?\b|projets? (?:pour |en )?20\d\d"
        r"|suites? (?:à donner|envisag)|prochaines [ée]tapes|et (?:demain|apr[èe]s|en 20\d\d|pour 20\d\d)\b"
        r"|pour la suite|[àa] venir|en 20\d\d ?[?…])",
    ),
    (
        "statistiques",
        r"\bpublics? touch[ée]s?\b|\bfaits saillants\b|\billustrations? des (?:demandes|sollicitations)\b"
        r"|\bchiffres[- ]cl[ée]s?\b|\ben (?:quelques )?chiffres\b|^(?:quelques |les )?chiffres\b|\bstatistiques?\b"
        r"|\bbilan (?:chiffr[ée]|quantitatif)|\b(?:donn[ée]es|rep[èe]res) chiffr[ée]\S*",
    ),
    (
        "presentation",
        r"^(?:notre|nos) (?:association|structure|projet|missions?|valeurs|histoire|territoires?|inscription"
        r"|r[ée]seaux?|partenaires?)\b|^qui sommes|^pr[ée]sentation (?:de|du)\b"
        r"|^(?:l'association|la structure)\b(?: en 20\d\d)?\W*$",
    ),
    (
        "interne",
        r"^(?:(?:les|le|la|l'|nos|notre) ?)?(?:objectifs?|contexte|constats?|enjeux|d[ée]roul\w+|m[ée]thod\w+|contenus?"
        r"|bilan|r[ée]sultats?|effets|publics?(?: vis[ée]s?| cibles?| concern[ée]s?)?|partenai\w+|calendrier"
        r"|modalit[ée]s|intervenant\S*|participant\S*|[ée]valuation|points? (?:forts?|d'attention)|difficult[ée]s"
        r"|freins|leviers|r[ée]ussites?|temps forts|mise en (?:œ|oe)uvre|pour aller plus loin|outils|dates?)\W*$",
    ),
)
#: Sortes des titres qui portent le corps du document.
DE_CORPS: frozenset[Sorte] = frozenset({"action", "presentation"})
_CHAMP_CONNU = re.compile(
    r"^(?:partenai|publics?\b|b[ée]n[ée]ficiaires?|territoires?|lieux?|dates?|p[ée]riodes?|nombre|participa|s[ée]ances|contacts?"
    r"|villes?|communes|epci|associations|individuels|objectifs?|intervenant)[^:]{0,40}:",
    re.IGNORECASE,
)
_NUMERO = re.compile(
    r"^(?P<numero>\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\s?[.)–-]|[IVX]{1,4}\s?[.)–-]|[A-H]\s?[.)])\s+(?=\S)"
)
_ETIQUETTE = re.compile(r"^(?:zoom|focus|[àa] noter|en bref)(?: sur)?\s*(?:[^\w\s'\"«(\[]+\s*)+(?=\w)", re.IGNORECASE)
_APARTE = re.compile(r"^(?:zoom|focus)\b", re.IGNORECASE)
_DEBUT_DE_TITRE = re.compile(r"^(?:[\[«\"'(#A-ZÀ-Þ0-9…]|\.\.\.)")
#: Un titre ne finit pas par un mot qui en attend un autre.
_EN_SUSPENS = re.compile(
    r"(?:[,«(]|\b(?:à|au|aux|avec|dans|de|des|du|en|et|la|le|les|ou|par|pour|que|qui|sa|son|sur|un|une|[ld]'))$"
)
_SANS_LETTRE = re.compile(r"^[\W\d_]*$")
_LONGUEUR_TITRE = 160
_LONGUEUR_DECLAREE = 260
_LONGUEUR_SUITE = 120
_LONGUEUR_DETACHEE = 60
_LONGUEUR_COLLEE = 8
_LIGNES_DE_TITRE = 3
_RACINE = 6


@dataclass(frozen=True, slots=True)
class Titre:
    """Un titre : ce qu'il dit, sa sorte, sa force.

    Attributes
    ----------
    texte : str
        Sans numéro ni étiquette (« 2. », « Zoom sur »).
    force : float
        Ce qui range les titres les uns sous les autres.
    brute : float
        La force qu'il montre, avant que ses voisins ne le fassent chapitre ou rubrique.
    chapitre : bool
        De premier rang : le texte qui le suit n'est qu'une introduction.
    vide : bool
        Suivi d'un autre titre, sans texte.
    aparte : bool
        Un encart (« Zoom sur... ») : il ne range rien et n'est rangé sous rien.
    page : int, optional
        Sa page au sommaire.
    """

    bloc: Bloc
    texte: str
    sorte: Sorte
    force: float
    brute: float
    numero: str | None = None
    chapitre: bool = False
    vide: bool = False
    aparte: bool = False
    page: int | None = None


def sorte_de(titre: str) -> Sorte:
    """Sorte d'un titre, d'après ses mots."""
    bas = titre.lower().strip()
    return next((nom for nom, motif in _SORTES if re.search(motif, bas)), "action")


def mots_pleins(texte: str) -> frozenset[str]:
    """Débuts des mots de plus de trois lettres, sans accent ni casse : assez pour comparer deux titres."""
    return frozenset(mot[:_RACINE] for mot in re.findall(r"[a-z0-9]+", plier(texte)) if len(mot) > 3)


def sans_numero(titre: str) -> str:
    """Un titre sans son numéro (« 2. », « IV - »)."""
    return _NUMERO.sub("", titre)


def lire_titre(bloc: Bloc) -> Titre:
    """Le titre que porte un bloc."""
    numero = _NUMERO.match(bloc.texte)
    sans_numero = bloc.texte[numero.end() :] if numero else bloc.texte
    texte = _ETIQUETTE.sub("", sans_numero).strip() or bloc.texte
    force = _force(bloc, texte, numero is not None)
    aparte = _APARTE.match(sans_numero) is not None
    return Titre(bloc, texte, sorte_de(texte), force, force, numero["numero"] if numero else None, aparte=aparte)


def _force(bloc: Bloc, texte: str, numerote: bool) -> float:
    if bloc.niveau:
        return DECLARE - bloc.niveau
    if numerote:
        return NUMERO
    if bloc.genre == "puce":
        return PUCE
    return CAPITALES if en_capitales(texte) else MINUSCULES


# --- reconnaître un titre ---


def est_titre(bloc: Bloc, avant: Bloc | None, apres: Bloc | None) -> bool:
    """Vrai si un bloc est un titre, d'après sa forme et ses voisins."""
    if bloc.genre == "titre":
        return len(bloc.texte) <= _LONGUEUR_DECLAREE
    if bloc.genre == "puce":
        return _puce_titre(bloc, avant, apres)
    if (
        not ressemble_a_un_titre(bloc)
        or not _DEBUT_DE_TITRE.match(bloc.texte)
        or not re.search(r"[^\W\d_]", bloc.texte)
    ):
        return False
    if en_capitales(bloc.texte):
        return True
    if _EN_SUSPENS.search(bloc.texte.lower()) or bloc.texte.count("(") > bloc.texte.count(")"):
        return False
    if apres is not None and apres.texte[:1] in {",", ";", ")"}:
        return False
    annonce = avant is not None and avant.genre != "titre" and avant.texte.endswith((":", ","))
    return len(bloc.texte) <= _LONGUEUR_TITRE and not annonce and not _CHAMP_CONNU.match(bloc.texte)


def _puce_titre(bloc: Bloc, avant: Bloc | None, apres: Bloc | None) -> bool:
    """« 1. Notre association », ou une puce courte et seule qu'un paragraphe développe."""
    if len(bloc.texte) > _LONGUEUR_TITRE or re.search(r"[;,.:]$", bloc.texte):
        return False
    if avant is not None and avant.genre != "titre" and avant.texte.endswith(":"):
        return False
    voisins = [voisin for voisin in (avant, apres) if voisin is not None and voisin.genre == "puce"]
    if _NUMERO.match(bloc.texte):
        return en_capitales(bloc.texte) or not any(_NUMERO.match(voisin.texte) for voisin in voisins)
    return not voisins and apres is not None and apres.genre == "paragraphe" and len(apres.texte) > _LONGUEUR_SUITE


# --- titres que la page a coupés ou collés ---


def preparer(blocs: Sequence[Bloc]) -> list[Bloc]:
    """Recolle les titres coupés, et détache un titre en capitales collé à son texte."""
    prets: list[Bloc] = []
    for bloc in (morceau for entier in blocs for morceau in _detacher(entier)):
        if prets and _continue(prets[-1], bloc):
            avant = prets[-1]
            prets[-1] = replace(avant, texte=f"{avant.texte} {bloc.texte}", lignes=(*avant.lignes, *bloc.lignes))
        else:
            prets.append(bloc)
    return prets


def _detacher(bloc: Bloc) -> tuple[Bloc, ...]:
    if bloc.genre != "paragraphe" or len(bloc.lignes) < 2 or en_capitales(bloc.texte):
        return (bloc,)
    tete = len([*takewhile(lambda ligne: en_capitales(ligne) and not _SANS_LETTRE.match(ligne), bloc.lignes)])
    titre, texte = " ".join(bloc.lignes[:tete]), " ".join(bloc.lignes[tete:])
    if not 0 < tete <= _LIGNES_DE_TITRE or len(texte) < _LONGUEUR_DETACHEE or len(titre) < _LONGUEUR_COLLEE:
        return (bloc,)
    debut = replace(bloc, texte=titre, lignes=bloc.lignes[:tete])
    return debut, replace(bloc, texte=texte, lignes=bloc.lignes[tete:], ligne=bloc.ligne + tete, vides=0)


def _continue(avant: Bloc, bloc: Bloc) -> bool:
    """Vrai si un titre attend la suite que lui donne le bloc suivant, imprimé comme lui."""
    if (avant.genre, avant.niveau) != (bloc.genre, bloc.niveau) or avant.genre not in {"titre", "paragraphe"}:
        return False
    if len(avant.texte) + len(bloc.texte) > _LONGUEUR_DECLAREE or en_capitales(avant.texte) != en_capitales(bloc.texte):
        return False
    ouvert = avant.texte.count("«") > avant.texte.count("»")
    coupe = ouvert or _EN_SUSPENS.search(avant.texte.lower()) is not None or bloc.texte[:1].islower()
    return coupe and (avant.genre == "titre" or en_capitales(avant.texte))
