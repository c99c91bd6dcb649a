"""Les intertitres d'un compte rendu de concertation : natures, thèmes, et habillage à ne pas lire.

Tout se compare en minuscules, sans accents ni signes (``sommaires.cle``) : « l'existant » s'y lit « l existant ».
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from observatoire.documents.enumerations import LigneLue
from observatoire.documents.sommaires import cle

#: Ce qui ouvre une liste de chaque nature.
NATURES: Mapping[str, str] = MappingProxyType(
    {
        "defi": (
            r"defis?|enjeux?|difficultes?|freins?|faiblesses?|obstacles?|problemes?|problematiques?|besoins?|menaces?"
            r"|manques?|limites?|contraintes?|irritants?|constats?"
            r"|points? (?:de vigilance|faibles?|negatifs?|noirs?|a ameliorer)"
            r"|ce qui (?:ne (?:va|marche|fonctionne) pas|manque|bloque|pose probleme|est difficile)"
        ),
        "atout": (
            r"atouts?|forces?|leviers?|ressources?|potentiels?|potentialites?|opportunites?|reussites?|acquis|richesses?"
            r"|points? (?:forts?|positifs?|d appui)|appuis?|existant"
            r"|ce qui (?:va|marche|fonctionne)(?: bien| deja| aujourd hui)?"
        ),
        "proposition": (
            r"propositions?|perspectives?|preconisations?|recommandations?|suggestions?|idees?(?: d actions?)?"
            r"|solutions?|orientations?|souhaits?|attentes?|plan d actions?|axes? d amelioration"
            r"|axes? de (?:travail|progres)"
            r"|pistes?(?: d actions?| de travail| de solutions?| de reflexion| d amelioration)?"
            r"|actions? (?:proposees?|envisagees?|souhaitees?)|actions? a (?:mener|developper|engager|mettre en \w+)"
            r"|ce qu on propose|ce que (?:nous|vous) propos\w+"
        ),
    }
)
#: Mots qui peuvent précéder ou suivre ces termes sans rien y changer.
_AVANT = (
    r"(?:les|le|la|l|nos|vos|leurs|des|du|de|d|quels?|quelles?|sont|principaux|principales|grands?|autres|synthese"
    r"|liste)"
)
_APRES = frozenset(
    mot
    for ligne in (
        "les le la l des du de d au aux et ou en sur pour par dans a avec leurs nos vos qui que sont ont ete",
        "territoire territoires territoriaux territoriales quartier quartiers ville commune agglomeration communes",
        "habitants participants partenaires acteurs groupe groupes atelier table echanges futur future futures",
        "locaux locales local existants existantes existant actuels actuelles principaux principales majeurs majeures",
        "identifies identifiees reperes reperees releves relevees exprimes exprimees evoques evoquees prioritaires",
        "retenus retenues emises formulees faites collectees proposees collectives prochain prochaine nouveau contrat",
        "demain avenir lever traiter relever conforter valoriser renforcer developper suite fin actions action",
        "thematique thematiques theme",
    )
    for mot in ligne.split()
)
#: Mots des thèmes de la politique de la ville : une ligne qui n'a qu'eux est un thème.
_THEMES = re.compile(
    r"emplois?|insertion|formations?|economi\w+|entrepren\w+|commerces?|developpement|sports?|sante|bien|etre"
    r"|prevention|acces|droits?|services?|publics?|habitat|logements?|cadre|vie|urbain\w*|renouvellement|proprete"
    r"|gestion|mobilites?|transports?|cultur\w+|lien|social\w*|sociaux|vivre|ensemble|securite|tranquillite|delinquance"
    r"|justice|education|reussite|educative|ecole|scolaire|parentalite|familles?|petite|enfance|jeunes?|jeunesse|loisirs"
    r"|animation|numerique|inclusion|environnement|transitions?|ecologi\w+|alimentation|egalite|femmes?|hommes?|lutte"
    r"|discriminations?|laicite|valeurs|republique|citoyen\w*|participation|vieillissement|seniors?|handicap"
    r"|solidarites?|cohesion|mediation|associati\w+"
)
_VIDES = frozenset(
    ("et", "ou", "de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "en", "pour", "contre")
)
_ANNONCE = re.compile(
    r"^(?:th[èe]mes?|th[ée]matiques?|ateliers?|axes?|piliers?|tables?(?: rondes?)?|groupes?|volets?)\b"
    r"(?: (?:th[ée]matique|de travail))?\s*(?:n\s?°\s?)?(?:\d{1,2}|[A-Z])?\s*[:.–—-]\s*(?=\S)",
    re.IGNORECASE,
)
#: Parties d'un compte rendu qui ne disent ni défi, ni atout, ni proposition.
_FINS = re.compile(
    r"(?:en )?conclusions?|(?:les )?(?:prochaines etapes|suites?(?: a donner)?)|calendrier|(?:liste des )?participants?"
    r"|presents?|excuses|contacts?|remerciements|annexes?|tour de table|documents?|pour en savoir plus|sources?"
    r"|bilan de la rencontre"
)
#: Habillage d'une page web ou d'une impression, sans ambiguïté.
_DECOR = re.compile(
    r"signaler (?:un|ce|le) contenu\b.*|ce contenu est il inapproprie|copier le lien|mentions legales|plan du site"
    r"|partager(?: (?:sur|cette page|cet article|ce contenu)\b.*)?|imprimer(?: (?:cette|la) page)?"
    r"|(?:retour en )?haut de (?:la )?page|gerer (?:mes|les) cookies|politique de confidentialite"
    r"|laisser un commentaire|suivez nous(?: sur\b.*)?|lire (?:aussi|la suite)|(?:page )?\d{1,3}(?: (?:sur )?\d{1,3})?"
)
#: Ce qui n'est de l'habillage qu'à la toute fin du document.
_DECOR_FINAL = re.compile(
    r"facebook|twitter|x|linkedin|whatsapp|instagram|youtube|courriel|e mail|cookies|accessibilite\b.*|commentaires?"
    r"|j aime|s abonner\b.*|telecharger\b.*|accueil|retour\b.*|(?:article |page )?(?:suivant|precedent)e?|menu"
    r"|rechercher|se connecter|voir aussi|en savoir plus|credits|donnees personnelles|contact(?:ez nous)?"
    r"|tous droits reserves\b.*"
)
_NUMERO_DE_TITRE = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4}|[A-Z])\s?[.)°:/–-]+\s*(?=\S)")
_CONTENU_NUMEROTE = re.compile(r"^(.{3,60}?)[\s:]+(1\s?[.)]\s*\S.*)$")
_ELEMENT_ANNONCE = re.compile(r"^(\w[\w'’ ]{2,25}?)\s*(?:[nN]\s?°\s?)?(\d{1,2})\s*[:.)–—-]\s*(\S.*)$")
_COMPOSE = re.compile(r"^(.{2,90}?)\s*(:|\s[-–—|]\s|[–—|])\s*(\S.*)$")
_ENTRE_PARENTHESES = re.compile(r"\(([^()]+)\)\W*$")
#: Un intertitre est court.
LONGUEUR_INTERTITRE = 90
_MOTS_DE_THEME = 8


@dataclass(frozen=True, slots=True)
class Intertitre:
    """Un intertitre de nature ; ``theme`` et ``contenu`` s'ils sont imprimés sur la même ligne.

    ``suite`` : il reprend une liste qu'une page a coupée (« Défis (suite) ») ; ``sur`` : il ne dit rien d'autre.
    """

    natures: tuple[str, ...]
    theme: str = ""
    contenu: str = ""
    suite: bool = False
    sur: bool = True


_UNE_NATURE = MappingProxyType(
    {nature: re.compile(rf"(?:{_AVANT} )*(?:{termes})(?P<apres>(?: \w+)*)") for nature, termes in NATURES.items()}
)


def lire_natures(texte: str, souple: bool = False) -> tuple[str, ...]:
    """Natures que dit un intertitre, dans l'ordre imprimé ; vide si la ligne dit autre chose.

    Parameters
    ----------
    texte : str
        Une ligne, sans numéro.
    souple : bool
        La ligne est un titre déclaré : il suffit qu'elle commence par l'un des termes.

    Examples
    --------
    >>> lire_natures("Propositions / Perspectives"), lire_natures("Les points forts du quartier :")
    (('proposition',), ('atout',))
    >>> lire_natures("Proposition d'accompagnement vers les lieux culturels")
    ()
    """
    if len(texte) > LONGUEUR_INTERTITRE or not (texte[:1].isupper() or souple):
        return ()
    parties = re.split(r"\s*(?:[/,&+|]|\bet\b|\bou\b)\s*", re.sub(r"\([^()]*\)", " ", texte.rstrip(" :.?")))
    lues = [_une_nature(cle(partie), souple) for partie in parties if cle(partie)]
    reconnues = tuple(dict.fromkeys(lue for lue in lues if lue))
    return reconnues if lues and (all(lues) or (souple and lues[0])) else ()


def _une_nature(plie: str, souple: bool) -> str | None:
    for nature, motif in _UNE_NATURE.items():
        lu = motif.fullmatch(plie)
        if lu and (souple or _APRES.issuperset(lu["apres"].split())):
            return nature
    return None


def lire_element_annonce(texte: str) -> tuple[str, str, str] | None:
    """Nature, numéro et texte d'un élément que sa nature annonce ; None si la ligne n'en est pas un.

    Examples
    --------
    >>> lire_element_annonce("Proposition n° 3 : ouvrir le gymnase le dimanche")
    ('proposition', '3', 'ouvrir le gymnase le dimanche')
    """
    lu = _ELEMENT_ANNONCE.match(texte)
    natures = lire_natures(lu[1]) if lu else ()
    return (natures[0], lu[2], lu[3]) if lu and len(natures) == 1 else None


def lire_intertitre(ligne: LigneLue) -> Intertitre | None:
    """L'intertitre que porte une ligne : seul, avec son thème, ou suivi de son contenu."""
    texte = ligne.texte
    if (ligne.puce and not ligne.gras) or ligne.cellules:
        return None
    if natures := lire_natures(texte):
        suite = re.search(r"\bsuite\b", texte, re.IGNORECASE) is not None
        theme = _theme_entre_parentheses(texte)
        return Intertitre(natures, theme, suite=suite, sur=suite or theme != "" or "(" not in texte)
    if (annonce := lire_element_annonce(texte)) is not None:
        return Intertitre((annonce[0],), contenu=f"{annonce[1]}. {annonce[2]}")
    compose = _composer(texte, ligne.declaree)
    if compose is not None:
        return compose
    natures = lire_natures(texte, souple=True) if ligne.declaree else ()
    return Intertitre(natures, sur=False) if natures else None


def _composer(texte: str, declaree: bool) -> Intertitre | None:
    """« Emploi - Défis », « Défis - Emploi », « Atouts : le PRE, la maison de quartier », « Défis 1. Se déplacer »."""
    if (coupe := _CONTENU_NUMEROTE.match(texte)) and (natures := lire_natures(coupe[1])):
        return Intertitre(natures, contenu=coupe[2])
    coupe = _COMPOSE.match(texte)
    if coupe is None:
        return None
    gauche, signe, droite = coupe[1], coupe[2].strip(), coupe[3]
    if (dedans := _composer(droite, declaree)) and not dedans.theme:
        return replace(dedans, theme=sans_numero(gauche))
    if natures := lire_natures(droite):
        return Intertitre(natures, theme=sans_numero(gauche))
    natures = lire_natures(gauche)
    if natures and est_theme_connu(droite) and (signe != ":" or declaree):
        return Intertitre(natures, theme=droite)
    return Intertitre(natures, contenu=droite) if natures else None


def _theme_entre_parentheses(texte: str) -> str:
    lu = _ENTRE_PARENTHESES.search(texte)
    return lu[1] if lu and est_theme_connu(lu[1]) else ""


def lire_colonnes(cellules: Sequence[str]) -> tuple[str | None, ...]:
    """Nature de chaque colonne d'un en-tête de tableau (None pour celle du thème) ; vide si ce n'en est pas un."""
    natures = [next(iter(lire_natures(cellule)), None) for cellule in cellules]
    sans = natures.count(None)
    return tuple(natures) if len(natures) - sans >= 2 and sans <= 1 else ()


def est_theme_connu(texte: str) -> bool:
    """Vrai si tous les mots pleins d'une ligne courte sont ceux des thèmes.

    Examples
    --------
    >>> est_theme_connu("Sécurité et prévention de la délinquance"), est_theme_connu("Prévention spécialisée")
    (True, False)
    """
    pleins = [mot for mot in cle(texte[: LONGUEUR_INTERTITRE + 1]).split() if mot not in _VIDES]
    court = len(texte) <= LONGUEUR_INTERTITRE and 0 < len(pleins) <= _MOTS_DE_THEME
    return court and all(map(_THEMES.fullmatch, pleins))


def annonce_un_theme(texte: str) -> bool:
    """Vrai pour « Atelier 2 : l'école », « Thématique : emploi »."""
    return len(texte) <= LONGUEUR_INTERTITRE and _ANNONCE.match(texte) is not None


def ferme_les_themes(ligne: LigneLue) -> bool:
    """Vrai pour l'intertitre d'une partie qui ne dit ni défi, ni atout, ni proposition (« Conclusion »)."""
    return not ligne.marquee and len(ligne.texte) <= LONGUEUR_INTERTITRE and bool(_FINS.fullmatch(cle(ligne.texte)))


def est_decor(ligne: LigneLue, finale: bool = False) -> bool:
    """Vrai pour l'habillage d'une page : liens de partage, numéros de page, filets.

    ``finale`` : la ligne est parmi les dernières du document, où un mot de menu n'est plus ambigu.
    """
    if not any(caractere.isalnum() for caractere in ligne.texte):
        return not ligne.numero
    if ligne.numero or ligne.cellules or len(ligne.texte) > LONGUEUR_INTERTITRE:
        return False
    plie = cle(ligne.texte)
    return bool(_DECOR.fullmatch(plie) or (finale and _DECOR_FINAL.fullmatch(plie)))


def sans_numero(texte: str) -> str:
    """Un intertitre sans sa numérotation ni ses deux-points (« 2. Sport / Santé : »)."""
    return _NUMERO_DE_TITRE.sub("", texte).strip(" :")
