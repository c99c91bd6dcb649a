"""Les intertitres d'un guide d'actions inspirantes, et le nom commun de ce qu'ils annoncent.

Les guides varient d'un intertitre à l'autre (« Le contexte », « Constat de départ ») ; un canon est le nom commun :
``contexte``, ``enjeux``, ``projet``, ``actions``, ``evaluation``, ``transformations_*`` par point de vue, ``demarche``,
``perspectives``, ``sources`` ; et les champs du cartouche de repères : ``objectifs``, ``public``, ``contact``...
Tout se compare en minuscules, sans accents ni signes (``sommaires.cle``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from observatoire.documents.sommaires import cle

#: Le cartouche de repères, qui interrompt souvent une autre partie.
REPERES = "reperes"
#: Le début d'une action, avant tout intertitre ; son nom, quand son titre ne le dit pas.
CHAPEAU, NOM = "chapeau", "nom"
TRANSFORMATIONS = "transformations"

_SUITE = r"(?: .*)?"
#: Champs du cartouche ; « periode », « lieu », « porteur », « partenaires » et « moyens » sont plus rares.
CHAMPS: Mapping[str, str] = MappingProxyType(
    {
        "objectifs": r"(?:objectifs?|finalites?|buts?)(?: (?:de l|de la|du|des)(?: \w+){1,2})?"
        r"(?: (?:vises?|poursuivis|generaux|principaux|operationnels))?",
        "public": r"publics?(?: (?:vises?|concernes?|cibles?|accueillis?|touches?|destinataires?))*"
        r"|beneficiaires?|destinataires?|personnes concernees|a qui s adresse l action",
        "contact": r"contacts?(?: utiles?)?|personnes? (?:ressources?|contacts?|a contacter|referentes?)"
        r"|coordonnees|pour (?:nous )?contacter",
        "periode": r"(?:debut|date|annee|periode|duree|calendrier|demarrage|lancement|mise en place)s?"
        r"(?: (?:de|du|d)\b(?: \w+){1,3})?",
        "lieu": r"(?:lieux?|territoires?|localisation|communes?|villes?|departements?)(?: concernee?s?)?",
        "porteur": r"porteurs?(?: (?:du|de l) \w+)?|(?:structures?|organismes?) porteu(?:rs?|ses?)|pilotes?|porte par",
        "partenaires": r"partenaires?(?: (?:du|de l|associes|mobilises|principaux)(?: \w+)?)?|partenariats?",
        "moyens": r"moyens(?: \w+){0,3}|budget|financements?|financeurs?|couts?(?: \w+){0,3}",
    }
)
_CARTOUCHE = (
    r"reperes?|points? de reperes?|fiche (?:d identite|signaletique|reperes?)|carte d identite|en bref|l essentiel"
)
_NOM = r"(?:nom|intitule|titre)(?: (?:de l action|du projet|de la demarche))"
#: Parties du récit, de la première à la dernière.
PARTIES: Mapping[str, str] = MappingProxyType(
    {
        "contexte": rf"(?:contexte|constats?|origines?|genese|(?:point|situation) de depart|etat des lieux){_SUITE}"
        r"|pourquoi cette action",
        "enjeux": rf"(?:enjeux?|diagnostic|problematiques?|besoins){_SUITE}",
        "projet": rf"(?:projet|presentation|description|mise en oeuvre|principes?|points? cles?){_SUITE}"
        r"|modalites de mise en oeuvre|demarche(?: (?:engagee|mise en oeuvre|de projet))?",
        "actions": rf"actions?(?: (?:realisees?|menees?|conduites?|mises? en oeuvre|engagees?|concretes?){_SUITE})?"
        rf"|(?:realisations?|deroulement){_SUITE}|ce qui a ete (?:fait|realise)",
        "evaluation": rf"(?:evaluations?|(?:criteres?|modalites?|indicateurs?|methodes?) d evaluation|impacts?"
        rf"|resultats?|bilans?){_SUITE}",
        TRANSFORMATIONS: rf"(?:transformations?|changements?|plus values?|ce que (?:ca|cela) (?:a )?change){_SUITE}"
        r"|ce qui a change",
        "demarche": rf"en quoi{_SUITE}|(?:caractere|aspects?|points?) (?:inspirants?|innovants?|remarquables?){_SUITE}",
        "perspectives": rf"(?:perspectives?|ouvertures?|suites?|prolongements?){_SUITE}"
        r"|et (?:apres|demain|maintenant)|pour la suite",
        "sources": rf"(?:sources?|references?|bibliographie|documentation|liens utiles?){_SUITE}|documents"
        r"|pour (?:en savoir plus|aller plus loin)|en savoir plus|ressources documentaires",
    }
)
_ARTICLE = r"(?:(?:les?|la|l|un|une|des|quelles?|quels?|nos|sont) ){0,2}"
_MOTIFS = tuple(
    (canon, re.compile(rf"{_ARTICLE}(?:{motif})"))
    for canon, motif in ((NOM, _NOM), (REPERES, _CARTOUCHE), *CHAMPS.items(), *PARTIES.items())
)
#: De qui vient un point de vue ; le premier nom imprimé l'emporte.
_POINTS_DE_VUE: Mapping[str, str] = MappingProxyType(
    {
        "habitants": r"habitante?s?|usagers?|usageres?|personnes|beneficiaires?|familles?|parents|jeunes|enfants"
        r"|locataires|allocataires|participants?|publics?|citoyens?|patients?",
        "professionnels": r"professionnel\w*|travailleu\w+|intervenants?|agents?|equipes?|salaries?|encadrants?",
        "elus": r"elue?s?|collectivites?|communes?|municipalites?|institutions?|decideurs?|politiques?",
        "autres": r"partenaires?|acteurs?|associations?|benevoles?|ensemble|entreprises?|bailleurs?|parties prenantes",
    }
)
_GROUPES = {groupe: re.compile(rf"\b(?:{motif})\b") for groupe, motif in _POINTS_DE_VUE.items()}
#: « Du de vue des professionnels » : le mot « point » manque parfois.
_POINT_DE_VUE = re.compile(r"(?:du |le )?(?:point )?(?:de )?vue (?:des?|du|d|de l|de la) .{3,80}")
_POUR = re.compile(r"(?:pour|chez|selon|cote) (?:les? |la |l |des? )?.{3,60}")
_MOTS_DE_GROUPE = 5
#: Plus long, un intertitre est une phrase, sauf s'il se précise après deux-points.
_MOTS_D_INTERTITRE = 14
_CHAMP_SUR_LA_LIGNE = re.compile(r"^([^:]{3,40}?)\s*:\s*(\S.*)$", re.DOTALL)


def reconnaitre(texte: str) -> str | None:
    """Le canon qu'annonce un intertitre, ou None.

    Examples
    --------
    >>> reconnaitre("Un diagnostic : trois enjeux forts"), reconnaitre("Les perspectives/les ouvertures")
    ('enjeux', 'perspectives')
    >>> reconnaitre("Place des élus") is None
    True
    """
    plie = cle(texte)
    if len(plie.split()) > _MOTS_D_INTERTITRE:
        debut, deux_points, _ = texte.partition(":")
        return reconnaitre(debut) if deux_points else None
    return next((canon for canon, motif in _MOTIFS if motif.fullmatch(plie)), None)


def lire_champ(texte: str) -> tuple[str, str] | None:
    """Champ du cartouche, ou nom de l'action, imprimé devant sa valeur (« Public : les parents ») ; None sinon."""
    lu = _CHAMP_SUR_LA_LIGNE.match(texte)
    canon = reconnaitre(lu[1]) if lu else None
    return (canon, lu[2]) if lu and canon is not None and (canon in CHAMPS or canon == NOM) else None


def lire_point_de_vue(texte: str, sous_les_transformations: bool = False, declare: bool = False) -> str | None:
    """Canon d'un point de vue (« Du point de vue des élus » : « transformations_elus »), ou None.

    Sous l'intertitre des transformations, « Pour les habitants » en est un aussi ; le seul nom d'un groupe, s'il est
    un titre déclaré.
    """
    plie = cle(texte)
    vu = _POINT_DE_VUE.fullmatch(plie) is not None
    vise = sous_les_transformations and (_POUR.fullmatch(plie) or (declare and len(plie.split()) <= _MOTS_DE_GROUPE))
    places = [(lu.start(), groupe) for groupe, motif in _GROUPES.items() if (lu := motif.search(plie))]
    if places and (vu or vise):
        return f"{TRANSFORMATIONS}_{min(places)[1]}"
    return f"{TRANSFORMATIONS}_autres" if vu else None
