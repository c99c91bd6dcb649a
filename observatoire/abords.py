"""Ce qui entoure un nom de lieu dans une phrase, et ce que cela en dit : ville, rue, établissement, personne.

De simples questions posées à un ``Texte`` ; les mots qui y répondent sont rassemblés ici.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from observatoire.referentiel import normaliser
from observatoire.texte import LIAISONS, Texte
from observatoire.toponymes import Nom


def _mots(liste: str) -> frozenset[str]:
    return frozenset(liste.split())


def _noms(liste: str) -> frozenset[str]:
    return frozenset(liste.split("|"))


#: Mots qui annoncent une commune, une intercommunalité, un quartier.
COMMUNE = _mots("a au aux commune communes mairie mairies maire maires municipalite ville villes")
INTERCOMMUNALITE = _mots(
    "agglo agglomeration agglomerations ca cc communaute communes cu ept metropole territorial urbaine"
)
QUARTIER = _mots("cite cites prioritaire prioritaires qp qpv quartier quartiers")
PRIORITAIRE = _mots("prioritaire prioritaires qp qpv")
DIRECTIONS = _mots("nord sud est ouest")

#: Dans une ligne de territoire, ces mots accompagnent les noms sans rien y ajouter.
NEUTRES = LIAISONS.union(COMMUNE, INTERCOMMUNALITE, QUARTIER, DIRECTIONS) | _mots(
    "antenne departement departements en epci et etablissement locale locales mission missions ou par pays public "
    "secteur sur territoire territoires"
)

#: Une rue n'est pas dans la commune dont elle porte le nom.
VOIES = _mots(
    "allee allees av ave avenue avenues bd bld boulevard boulevards carrefour chaussee chemin cours esplanade faubourg "
    "impasse mail passage place placette point pont porte promenade quai quais route routes rue rues ruelle sente "
    "sentier square villa voie voies"
)
#: Avec « de », un établissement situe (« lycée de Sarcelles ») ; sans, il porte un nom (« lycée Marly »).
ETABLISSEMENTS = _mots(
    "agence bibliotheque centre cinema clinique college colleges creche ecole ecoles ehpad espace fondation foyer "
    "groupe gymnase institut jardin loi lycee lycees maison mediatheque musee parc piscine po residence residences "
    "salle scolaire social socioculturel stade theatre tour universite universites"
)
#: Ceux-là ne disent que l'adresse d'un service qui déborde la commune, ou un paysage.
ACCESSOIRES = _mots(
    "academie aeroport appel arret bassin bois campus canton cathedrale chateau chu circonscription commissariat "
    "commissariats diocese evechat fac faculte foret forets gare gares gendarmerie hippodrome hopital hopitaux ile "
    "iut plaine plateau port prefecture prison rectorat sortie station stations tribunal universite universites usine "
    "usines vallee"
)
#: Noms de communes qui sont aussi des mots courants, des prénoms ou des personnages.
MOTS_COURANTS = _noms(
    "argentieres|avon|baby|barbey|beauvoir|bellefontaine|bellot|bourdonne|bullion|chars|collegien|courances|doue|forges|"
    "fosses|fresnes|grandchamp|guerard|la falaise|la rochette|la tombe|le pin|les lilas|les molieres|longueville|lilas|"
    "marines|messy|moisson|molieres|mours|pin|plaisir|presles|recloses|richebourg|sablonnieres|salins|us|vert|vigny|"
    "villette"
)
#: Grandes villes dont le nom est aussi un mot ou un prénom : en tête d'un titre, rien ne les en distingue.
VILLES_MOTS = _noms(
    "agde|alencon|ales|cannes|castres|florence|grasse|laval|lens|lourdes|nice|orange|sens|tours|valence|vannes"
)
#: Départements qui sont aussi des cours d'eau, des reliefs ou des mots : il leur faut « département » ou une liste.
DEPARTEMENTS_HOMONYMES = _noms(
    "ain|aisne|allier|ardeche|ardennes|ariege|aube|aude|aveyron|charente|cher|correze|creuse|dordogne|doubs|drome|eure|"
    "gard|gers|herault|indre|isere|jura|landes|la reunion|loire|loiret|lot|manche|marne|mayenne|meuse|moselle|nievre|"
    "nord|oise|orne|rhone|saint barthelemy|saint martin|sarthe|savoie|somme|tarn|var|vaucluse|vendee|vienne|vosges|"
    "yonne"
)
#: Noms de quartiers faits d'un mot courant ou d'une personne : il leur faut « quartier » et leur commune.
GENERIQUES = _noms(
    "abbe gregoire|acacias|alouettes|anatole france|avre|beauregard|bon temps|carreaux|centre sud|centre ville|"
    "champagne|chenes|cite du parc|cite jardins|clos du roi|dame blanche|entree de ville|fleurs|fosse|friches|"
    "gabriel peri|henri barbusse|horloge|jardins|jean bouin|jean mace|joliot curie|justice|levriers|lincoln|luth|"
    "marronniers|merisiers|mirabeau|mozart|musiciens|noe|oiseaux|parc|pins|plateau|pole gare|renault|saint exupery|"
    "terroir|universite|universite i|universite ii|vieux pays|village"
)

#: Noms de communes qu'une capitale ou un nombre accolé change en autre chose : « Paris Région », « Paris 2024 ».
PRENOMS = _mots("antony baby paris")

_CIVILITES = _mots(
    "abbe dr docteur frere m madame maitre mademoiselle me melle mgr mlle mme monseigneur monsieur mr pere pr "
    "professeur soeur"
)
# Ce qui suit un nom de lieu dans celui d'un organisme.
_SUFFIXES = _mots(
    "amenagement basket express fc football habitat handball logement match region sportif tourisme universite"
)
OUTILS = LIAISONS | _mots(
    "a ainsi au aussi aux avec car ce cette chez comme contre dans depuis dont en enfin entre est et ex hors mais "
    "notamment ou par plus pour pres puis que qui sans sauf selon si soit sous sur tout toute toutes tous vers via"
)
# Accolé à ces mots, un nom de lieu n'est pas celui d'une personne.
ORGANISMES = _mots(
    "antenne association associations caisse citoyen citoyenne collectif conseil delegation departement direction "
    "educative emploi federation jeunesse locale local mediation municipal municipale prefecture projet reseau secteur "
    "service services site social sociale sociaux territoire"
)
#: Accolé à ceux-là, un département est bien leur territoire : « Mission locale Val d'Oise Est ».
RESSORTS = _mots(
    "antenne delegation departement departementale federation locale locales prefecture secteur territoire"
)
_CLUBS = _mots("as cy fc rc sc us")
_EPITHETES = _mots("dit dits nomme populaire populaires sensible sensibles")
_ARTICLES = _mots("au aux ce ces cette des du l la le les leur notre son un une votre")
_CONTRACTIONS = {"les": ("des", "aux"), "le": ("du", "au")}
_SIGLE_MAXIMAL = 6

Voisin = Literal["libre", "organisme", "propre"]


@dataclass(frozen=True)
class Abord:
    """Ce qui précède un nom : le premier mot plein, sa place, et les articles et prépositions qui l'en séparent."""

    mot: str
    rang: int
    liaisons: tuple[str, ...]


def aborder(texte: Texte, debut: int) -> Abord:
    """Remonte du nom qui commence au mot ``debut`` jusqu'au premier mot plein de la même phrase."""
    rang, liaisons = debut, list[str]()
    while len(liaisons) < 4 and texte.souple(rang) and texte.mots[rang - 1] in LIAISONS:
        rang -= 1
        liaisons.insert(0, texte.mots[rang])
    mot = texte.mots[rang - 1] if texte.souple(rang) else ""
    if mot == "a" and texte.extrait(rang - 1, rang) == "a":
        mot = "avoir"  # « Gonesse a Sarcelles pour voisine » : un verbe, pas « à »
    return Abord(mot, rang - 1, tuple(liaisons))


def quartier_annonce(texte: Texte, debut: int) -> Literal["", "quartier", "prioritaire"]:
    """« quartier du ... », « quartier prioritaire ... », « QPV ... » précède-t-il le nom ?"""
    abord = aborder(texte, debut)
    while abord.mot in _EPITHETES:
        abord = aborder(texte, abord.rang)
    if abord.mot in PRIORITAIRE:
        return "prioritaire"
    return "quartier" if abord.mot in QUARTIER else ""


def a_gauche(texte: Texte, debut: int) -> Voisin:
    """Le mot accolé devant le nom : rien d'inquiétant, un organisme, ou un autre nom propre (prénom, enseigne)."""
    if not texte.serre(debut):
        return "libre"
    voisin = debut - 1
    mot = texte.mots[voisin]
    if mot in OUTILS or mot in COMMUNE or mot in INTERCOMMUNALITE or mot in QUARTIER or mot.isdigit():
        return "libre"
    if mot in ORGANISMES and (texte.initiale(voisin) or texte.en_capitales(debut)):
        return "organisme"
    if texte.en_capitales(debut):
        return "propre"
    return _enseigne(texte, voisin)


def _enseigne(texte: Texte, rang: int) -> Voisin:
    """Un sigle est un organisme, un mot à capitale une personne ou une marque."""
    if not texte.initiale(rang):
        return "libre"
    mot = texte.mots[rang]
    sigle = texte.en_majuscules(rang) and len(mot) <= _SIGLE_MAXIMAL and mot not in _CLUBS
    return "organisme" if sigle else "propre"


def a_droite(texte: Texte, fin: int) -> Voisin:
    """Le mot accolé derrière le nom : « Habitat » en fait un organisme, une capitale un autre nom propre."""
    if not texte.serre(fin):
        return "libre"
    mot = texte.mots[fin]
    if mot in _SUFFIXES and texte.initiale(fin):
        return "organisme"
    capitale = texte.initiale(fin) and not texte.en_capitales(fin)
    return "propre" if capitale and mot not in OUTILS else "libre"


def personne(texte: Texte, debut: int, abord: Abord) -> bool:
    """« Mme Limay », « docteur Fosses », « M. de Poissy », « J. Clamart »."""
    if abord.mot in _CIVILITES and set(abord.liaisons) <= {"de", "d"}:
        return True
    rang = debut - len(abord.liaisons)
    if rang < 1 or not re.match(r"\.[^\S\n]?", texte.avant(rang)) or "\n" in texte.avant(rang):
        return False
    devant = texte.extrait(rang - 1, rang)
    initiale = len(devant) == 1 and devant.isupper() and not abord.liaisons
    return initiale or texte.mots[rang - 1] in _CIVILITES


def article_de_trop(texte: Texte, debut: int, nom: Nom) -> bool:
    """« Le Plaisir » n'est pas Plaisir ; « aux Mureaux » est Les Mureaux, « Mureaux » seul non."""
    devant = texte.mots[debut - 1] if texte.souple(debut) else ""
    if nom.genre == "nu":
        return devant not in _CONTRACTIONS[normaliser(nom.imprime).split(" ", 1)[0]]
    return devant in _ARTICLES and texte.mots[debut] not in _ARTICLES


def accent_etranger(texte: Texte, debut: int, fin: int, nom: Nom) -> bool:
    """« Fossés » n'est pas Fosses : un accent peut manquer à un nom, pas s'y ajouter."""
    imprime = unicodedata.normalize("NFC", texte.extrait(debut, fin))
    return fin - debut == 1 and not imprime.isascii() and imprime.casefold() not in nom.imprime.casefold()
