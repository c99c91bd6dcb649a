"""Les contacts qu'imprime un document : une personne ou une structure, son adresse.

Une structure peut être montrée, une personne non : dans le doute, un nom propre est celui d'une personne.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from observatoire.notices import Contact

_COURRIEL = r"[\w.+'-]+(?:\s?@\s?|\s?[(\[](?:at|à|arobase)[)\]]\s?)[\w-]+(?:\.[\w-]+)*(?:@[\w-]+(?:\.[\w-]+)*)*"
_TELEPHONE = r"(?<![\d.])(?:\+33\s?(?:\(0\)\s?)?|0)[1-9](?:[\s.-]?\d\d){4}(?!\d)"
_ADRESSE = re.compile(rf"(?P<courriel>{_COURRIEL})|{_TELEPHONE}")
_COURRIEL_COUPE = re.compile(r"(@[\w.-]*[.-])\s*\n\s*(?=[a-z])")
_SITE = re.compile(r"<?(?:https?://|www\.)[^\s>]+>?")
_ETIQUETTE = re.compile(
    r"\b(?:contacts?|renseignements?|informations?|inscriptions?|pour en savoir plus|t[ée]l(?:[ée]phone)?s?|mails?"
    r"|e-?mails?|courriels?|port(?:able)?s?|mobiles?|fax)\b\s*\.?\s*(?=:|\x00|/|$)\s*:?",
    re.IGNORECASE | re.MULTILINE,
)

#: Premiers mots du nom d'une structure.
_STRUCTURES = (
    r"f[ée]d[ée]ration|association|asso|villes?|mairies?|communes?|communaut[ée]s?|agglom[ée]ration|m[ée]tropole|intercommunalit[ée]"
    r"|conseil|d[ée]partement|r[ée]gion|pr[ée]fecture|sous-pr[ée]fecture|d[ée]l[ée]gation|direction|rectorat|acad[ée]mie|minist[èe]re"
    r"|centres?|maisons?|missions?\s+locales?|espace|foyer|r[ée]sidence|antenne|agence|office|syndicat|groupement|coop[ée]rative"
    r"|entreprise|soci[ée]t[ée]|soci[ée]t[ée]s|fondation|institut|universit[ée]|[ée]cole|coll[èe]ge|lyc[ée]e|h[ôo]pital|clinique|caisse|union"
    r"|r[ée]seau|comit[ée]|collectif|compagnie|th[ée][âa]tre|m[ée]diath[èe]que|r[ée]gie|conciergerie|ressourcerie|pimms|ch[âa]teau"
    r"|[ée]tablissement|groupe|bailleur|plateforme|cit[ée]\s+de\s+l'emploi|p[ôo]le\s+(?:ressources?|emploi)|france\s+travail|gpv"
)
_SIGLES_DE_STRUCTURE = (
    r"CCAS|CIAS|CAF|CA|CC|CU|EPT|EPCI|DDETS|DRIEETS|ARS|MSA|CPAM|CIDFF|MJC|ESS|ESUS|ESAT|PMI|MDPH|UDAF|SCIC|SCOP|OPH"
)
_TETE_DE_STRUCTURE = rf"(?:(?i:{_STRUCTURES})|{_SIGLES_DE_STRUCTURE})(?![^\W_])"
_STRUCTURE = re.compile(rf"^(?i:l'|le |la |les )?(?P<nom>{_TETE_DE_STRUCTURE}.*)$", re.DOTALL)
#: « Orléans Métropole », « Rives Habitat » : le dernier mot dit que c'est une structure, non une personne.
_STRUCTURE_A_LA_FIN = re.compile(
    r"^[A-ZÀ-ÖØ-Þ].*\s(?:m[ée]tropole|agglom[ée]ration|agglo|communaut[ée]|habitat|am[ée]nagement|logis)$",
    re.IGNORECASE,
)
_SIGLE = re.compile(r"^(?i:l'|le |la |les )?(?P<nom>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ&'.-]{1,9}(?:\s\d{2})?)$")

#: Premiers mots d'une fonction, au masculin, au féminin ou en écriture inclusive.
_FONCTIONS = (
    r"directeur|directrice|d[ée]l[ée]gu[ée]|charg[ée]|chef|responsable|coordin?at|coordonn|r[ée]f[ée]rent|adjoint|[ée]lue?s?\b|maire\b"
    r"|conseill|animat|pr[ée]sident|vice-pr[ée]sident|secr[ée]taire|tr[ée]sori|agent|m[ée]diat|[ée]ducat|assistant|technicien|ing[ée]nieur"
    r"|inspect|principal|proviseur|gestionnaire|intervenant|psycholog|travaill|pilote|sous-pr[ée]f|pr[ée]f[èe]te?\b|gardien|fondat|co-?fondat"
    r"|g[ée]rant|cadre\b|attach[ée]|expert|formateur|formatrice|stagiaire|b[ée]n[ée]vole"
)
_FONCTION = re.compile(rf"^(?i:{_FONCTIONS})", re.IGNORECASE)
_FONCTION_COLLEE = re.compile(rf"\s+(?=(?i:{_FONCTIONS}))")
#: Ce qui relie une fonction à sa structure : « responsable de l'IPS », « chargé de mission à la CA SQY ».
_DE = r"de\s+la|de\s+l'|du|des|de|d'"
_LIEN = rf"(?:{_DE}|[àa]\s+la|[àa]\s+l'|au\s+sein\s+(?:{_DE})|au|aux|chez|pour\s+l[ae'])"
_DANS_FONCTION = re.compile(rf"\b(?i:{_LIEN})\s*(?P<nom>{_TETE_DE_STRUCTURE}.*)$", re.DOTALL)
_NOM_PROPRE = re.compile(rf"\b(?i:{_LIEN})\s*(?P<nom>[A-ZÀ-ÖØ-Þ][\w&'.·-]*(?:\s+[\w&'.·-]+)*)$")
_FIN_EN_SIGLE = re.compile(r"(?<!\w)[a-zà-ÿ]\S*\s(?P<nom>[A-ZÀ-ÖØ-Þ]{3,}(?:\s\d\d)?|[A-Z][a-z]+)$")
#: Un domaine d'activité ou une fonction, avec ou sans capitale, n'est pas une structure.
_DOMAINES = re.compile(
    rf"^(?:projets?|missions?|actions?|services?|politiques?|[ée]ducation|enseignement|culture|sports?|sant[ée]|jeunesse|enfance|familles?"
    r"|d[ée]veloppement|cadre|habitat|logement|urbanisme|emploi|insertion|solidarit[ée]s?|vie|lien|pr[ée]vention|s[ée]curit[ée]|citoyennet[ée]"
    r"|d[ée]mocratie|participation|num[ée]rique|transitions?|renouvellement|coh[ée]sion|secteur|p[ôo]le|quartiers?|contrats?|cit[ée]"
    rf"|affaires?|relations?|droits?|enjeux|dispositifs?|programmes?|accueil|accompagnement|maire|pr[ée]fet|{_FONCTIONS})",
    re.IGNORECASE,
)

_MOT_DE_NOM = r"(?:[A-ZÀ-ÖØ-Þ]\.(?:-?[A-ZÀ-ÖØ-Þ]\.)?|[A-ZÀ-ÖØ-Þ][\w'-]*)"
_PARTICULE = r"(?:de|du|des|la|le|d'|van|von|den|der|ben|bint|el|al|da|dos)"
_CIVILITE = r"(?:M\.|MM\.|Mme|Mlle|Mmes|Dr|Monsieur|Madame)"
_SUITE_DE_NOM = rf"(?:(?:(?<=\.)|\s+){_MOT_DE_NOM}|\s+{_PARTICULE})"
_NOM = rf"(?:{_CIVILITE}\s+)?{_MOT_DE_NOM}{_SUITE_DE_NOM}{{1,6}}"
_PERSONNE = re.compile(rf"^{_NOM}$")
_ARTICLE = re.compile(r"(?:L[ae]s?|L'|Une?|Des?|Du|Au|Aux|En|Ces?|Cette|Nos?|Vos)\b")
#: Ce qui suit un nom de personne : une ponctuation, une fonction, un verbe de mouvement.
_FIN_DE_NOM = re.compile(
    rf"\s*[,:;(]|\s+[-–—]\s+|\s+(?=(?i:{_FONCTIONS}))|\s+(?:est|sont|rejoint|rejoignent|devient|succ[èe]de|prend|prennent|a|ont"
    r"|quitte|quittent|remplace|nomm[ée]\w*|arrive|assure|occupe)\b"
)
_TITRE_CIVIL = re.compile(r"^(?:MM\.|Mme|Mlle|Mmes|Dr|Monsieur|Madame)\s+")  # « M. » est aussi une initiale
_ET_PERSONNE = re.compile(rf"\s+(?:et|&)\s+(?=(?:M\.|Mme|\x00|{_MOT_DE_NOM}(?:\s+{_PARTICULE})?\s+{_MOT_DE_NOM}))")
#: Une parenthèse sépare, sauf autour d'un sigle.
_SEPARATEUR = re.compile(r"(\s*(?:\n|;|,|:|\s[-–—|]\s|\((?![A-ZÀ-ÖØ-Þ\d][^()a-z]*\))|\x00\d+\x00)\s*)")
#: Un retour à la ligne au milieu d'un nom ou d'une fonction.
_LIGNE_COUPEE = re.compile(
    r"(?i:(?<=\bde)|(?<=\bdu)|(?<=\bdes)|(?<=\bla)|(?<=\ble)|(?<=\bles)|(?<=\bet)|(?<=\bà))\s*\n\s*"
    r"|\s*\n\s*(?=(?:de|du|des|la|le|les|et|à|au|aux|en|chargée?s?)\b|[dl]')"
)
_BORDS = " \t\n,;:.-–—|/•*<>"
#: Au-delà, ce n'est plus le nom d'une fonction.
_LONGUEUR_FONCTION = 200

_Sorte = Literal["personne", "fonction", "structure", "adresse", "fin", "autre"]


@dataclass
class _Brouillon:
    """Un contact en cours de lecture."""

    personnes: list[str] = field(default_factory=list)
    structure: str | None = None
    de_fonction: bool = False
    adresses: list[str] = field(default_factory=list)
    suite: bool = False
    fonction: bool = False


def lire_contacts(texte: str) -> tuple[Contact, ...]:
    """Un contact par personne, ou par structure quand aucune personne n'est nommée.

    Parameters
    ----------
    texte : str
        Le texte du contact, de préférence avec ses retours à la ligne.

    Returns
    -------
    tuple of Contact
        ``structure`` est l'organisme nommé, sans la fonction ; ``personne``, le nom ; ``adresse``, courriel et
        téléphone tels qu'imprimés. Une adresse sans nom donne un contact qui n'a qu'elle.

    Examples
    --------
    >>> lire_contacts("Contact : Ana Dupin, directrice de la Mission locale des Rives, a.dupin@rives.example")
    (Contact(structure='Mission locale des Rives', personne='Ana Dupin', adresse='a.dupin@rives.example'),)
    """
    brouillons: list[_Brouillon] = [_Brouillon()]
    precedent = ""
    for sorte, valeur, separateur in _morceaux(texte):
        _noter(brouillons, sorte, valeur, separateur or precedent)
        precedent = separateur
    return tuple(contact for brouillon in brouillons for contact in _contacts(brouillon))


def lire_noms(texte: str) -> tuple[str, ...]:
    """Les noms de personnes par lesquels une ligne commence, comme imprimés.

    Examples
    --------
    >>> lire_noms("Ana Dupin et Paul Roux, chargés de mission, ville des Rives")
    ('Ana Dupin', 'Paul Roux')
    >>> lire_noms("Les Rives, un nouveau quartier")
    ()
    """
    tete = _FIN_DE_NOM.split(texte.strip(_BORDS), maxsplit=1)[0]
    noms = [_nettoyer(nom) for nom in re.split(r"\s+(?:et|&)\s+", tete)]
    tous = all(_PERSONNE.match(nom) and not _STRUCTURE.match(nom) and not _ARTICLE.match(nom) for nom in noms)
    return tuple(noms) if tous else ()


def est_fonction(texte: str) -> bool:
    """Vrai si un texte commence par une fonction (« directrice du CCAS »)."""
    return _FONCTION.match(texte.strip(_BORDS)) is not None


def est_structure(texte: str) -> bool:
    """Vrai pour un nom que son premier ou son dernier mot, ou sa forme de sigle, dit celui d'une structure.

    Examples
    --------
    >>> est_structure("association Les Rives"), est_structure("Rives Métropole"), est_structure("Ana Dupin")
    (True, True, False)
    """
    return any(motif.match(texte) for motif in (_STRUCTURE, _STRUCTURE_A_LA_FIN, _SIGLE))


# --- découper ---


def _morceaux(texte: str) -> Iterator[tuple[_Sorte, str, str]]:
    """Chaque élément : sa sorte, son texte, ce qui le sépare du précédent."""
    adresses: list[str] = []

    def retenir(lue: re.Match[str]) -> str:
        adresses.append(re.sub(r"\s+", "" if lue["courriel"] else " ", lue[0]).strip(".'-"))
        return f"\x00{len(adresses) - 1}\x00"

    propre = _SITE.sub(" ", _COURRIEL_COUPE.sub(r"\1", texte.replace("\x00", " ")))
    marque = _LIGNE_COUPEE.sub(" ", _ETIQUETTE.sub("\n", _ADRESSE.sub(retenir, propre)))
    separateur = ""
    for piece in _SEPARATEUR.split(marque):
        if "\x00" in piece:
            yield "adresse", adresses[int(re.sub(r"[\s\x00]", "", piece))], separateur
            separateur = ""
        elif _SEPARATEUR.fullmatch(piece):
            separateur = piece
            if ";" in piece:
                yield "fin", "", piece
        else:
            yield from _classer_tout(piece, separateur)
            separateur = ""


def _classer_tout(piece: str, separateur: str) -> Iterator[tuple[_Sorte, str, str]]:
    """Les personnes qu'un « et » sépare, les fonctions collées à un nom."""
    liaison = separateur
    for partie in _ET_PERSONNE.split(f" {piece}"):
        for element in _decoller(_nettoyer(_nettoyer(partie).removeprefix("et "))):
            if element:
                yield _sorte(element), element, liaison
            liaison = " "
        liaison = " et "


def _nettoyer(piece: str) -> str:
    propre = piece.strip(_BORDS)
    return propre.rstrip(")" + _BORDS) if propre.count(")") > propre.count("(") else propre


def _decoller(partie: str) -> list[str]:
    collee = _FONCTION_COLLEE.search(partie)
    if collee and _PERSONNE.match(partie[: collee.start()]):
        return [partie[: collee.start()], partie[collee.end() :]]
    return [partie]


def _sorte(element: str) -> _Sorte:
    if _FONCTION.match(element):
        return "fonction"
    if est_structure(element):
        return "structure"
    return "personne" if _PERSONNE.match(element) else "autre"


# --- assembler ---


def _noter(brouillons: list[_Brouillon], sorte: _Sorte, valeur: str, separateur: str) -> None:
    courant = brouillons[-1]
    if sorte == "fin":
        brouillons.append(_Brouillon())
    elif sorte == "adresse":
        _noter_adresse(brouillons, valeur)
    elif sorte == "personne":
        _noter_personne(brouillons, _TITRE_CIVIL.sub("", valeur), separateur)
    elif sorte == "fonction":
        _noter_fonction(brouillons, _structure_de_fonction(valeur[:_LONGUEUR_FONCTION]), separateur)
    elif sorte == "structure":
        _noter_structure(brouillons, _nom_de_structure(valeur), separateur, de_fonction=False)
    elif courant.structure and not courant.personnes and not courant.adresses and "\n" in separateur:
        courant.structure = f"{courant.structure}, {valeur}"  # le nom d'une structure, sur plusieurs lignes


def _noter_adresse(brouillons: list[_Brouillon], adresse: str) -> None:
    courant = brouillons[-1]
    if courant.adresses and not courant.personnes and "@" in adresse and "@" in courant.adresses[-1]:
        brouillons.append(_Brouillon(structure=courant.structure))
    brouillons[-1].adresses.append(adresse)


def _noter_personne(brouillons: list[_Brouillon], nom: str, separateur: str) -> None:
    courant = brouillons[-1]
    ensemble = " et " in separateur
    if courant.fonction and not courant.adresses and separateur.strip() == ",":
        return  # après une fonction, c'est une structure ou une autre personne : le texte la garde, rien ne la montre
    if courant.adresses or (courant.personnes and not ensemble):
        brouillons.append(_Brouillon(suite=ensemble))
    brouillons[-1].personnes.append(nom)


def _noter_fonction(brouillons: list[_Brouillon], structure: str | None, separateur: str) -> None:
    brouillons[-1].fonction = True
    if structure and not (brouillons[-1].structure and brouillons[-1].personnes):
        _noter_structure(brouillons, structure, separateur, de_fonction=True)


def _noter_structure(brouillons: list[_Brouillon], nom: str, separateur: str, *, de_fonction: bool) -> None:
    courant = brouillons[-1]
    if courant.structure and not courant.de_fonction and not courant.personnes and not courant.adresses:
        liaison = " - " if re.search(r"[-–—]", separateur) else ", "
        courant.structure = f"{courant.structure}{liaison}{nom}"
        return
    if courant.structure and not (courant.de_fonction and not de_fonction and "\n" not in separateur):
        brouillons.append(_Brouillon(structure=nom, de_fonction=de_fonction))
        return
    _donner(brouillons, nom, de_fonction)


def _donner(brouillons: list[_Brouillon], nom: str, de_fonction: bool) -> None:
    """La structure de celui qu'on lit, et de ceux qu'un « et » lui joint."""
    for brouillon in reversed(brouillons):
        brouillon.structure, brouillon.de_fonction = nom, de_fonction
        if not brouillon.suite:
            return


def _structure_de_fonction(fonction: str) -> str | None:
    """L'organisme que nomme une fonction : « directrice de la Mission locale » ; pas un domaine ni un service."""
    if lue := _DANS_FONCTION.search(fonction):
        return _nom_de_structure(lue["nom"])
    for debut in range(len(fonction)):
        lue = _NOM_PROPRE.match(fonction, debut)
        if lue and not _DOMAINES.match(lue["nom"]):
            return _nom_de_structure(lue["nom"])
    lue = _FIN_EN_SIGLE.search(fonction)
    return lue["nom"] if lue and not _DOMAINES.match(lue["nom"]) else None


def _nom_de_structure(valeur: str) -> str:
    lue = _STRUCTURE.match(valeur) or _SIGLE.match(valeur)
    return _nettoyer(" ".join((lue["nom"] if lue else valeur).split()))


def _contacts(brouillon: _Brouillon) -> Iterator[Contact]:
    """Un contact par personne ; autant d'adresses que de personnes se répartissent dans l'ordre."""
    adresses, personnes = brouillon.adresses, brouillon.personnes
    if len(personnes) > 1 and len(adresses) == len(personnes):
        for personne, adresse in zip(personnes, adresses, strict=True):
            yield Contact(brouillon.structure, personne, adresse)
        return
    toutes = ", ".join(adresses) or None
    for personne in personnes:
        yield Contact(brouillon.structure, personne, toutes)
    if not personnes and (brouillon.structure or toutes):
        yield Contact(brouillon.structure, None, toutes)
