"""Avec qui une action est faite, et pour qui : partenaires et publics que son texte nomme, tels qu'imprimés.

Chacun est un groupe de noms, coupé avant la première relative, le premier verbe ou le nom suivant. Le nom d'une
personne n'en est jamais un : dans le doute, deux mots à capitale sont ceux d'une personne, sauf si le premier est un
nom commun du document (« Ressources Urbaines »).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from observatoire.documents.blocs import Bloc
from observatoire.racines import plier

_CAP = "A-ZÀ-ÖØ-Þ"
#: Premiers mots du nom commun d'une structure (« préfeture » se lit dans les documents).
_STRUCTURES = (
    r"(?i:associations?|fédérations?|villes?|communes?|mairies?|communautés?|agglomérations?|métropole"
    r"|intercommunalités?|conseils?|départements?|région|préf[eé]c?tures?|sous-préfectures?|délégations?|directions?"
    r"|rectorat|académie|ministère|centres?|maisons?|missions? locales?|agences?|office|syndicat|groupements?"
    r"|coopératives?|entreprises?|sociétés?|fondations?|instituts?|universités?|laboratoire|écoles?|collèges?|lycées?"
    r"|hôpital|caisses?|union|réseaux?|comités?|collectifs?|compagnies?|théâtre|médiathèques?|régies?|observatoires?"
    r"|services|bailleurs?|plateforme|pôles?|club|groupe|cité|éducation nationale|collectivités)"
)
_STRUCTURE = re.compile(rf"^{_STRUCTURES}\b")
#: Premiers mots de ceux à qui une action s'adresse.
_PUBLICS = (
    r"(?i:(?:(?:futur|nouve)[\w·-]* )?(?:professionnel|act(?:eur|rice)|habitant|élue?s?\b|élu·|élu-|agent|jeunes"
    r"|parents|famille|enfants|élève|femmes|hommes|étudiant|coord(?:in|onn)at(?:eur|rice)|chargé|chef|référent(?!i)|responsable"
    r"|médiat(?:eur|rice)|adultes|associations|bailleurs|collectivités|employeu|intervenant|travailleu|équipes|porteu"
    r"|technicien|bénévole|salarié|conseill|citoyen(?!net)|publics|participant|membres|usag|personnes|stagiaire|enseignant"
    r"|éducat(?:eur|rice)|animat(?:eur|rice)|directeu|directrices|troïkas|troikas|demandeu|structures|collectifs|locataire"
    r"|résident|correspondant|administrateu|gardien|seniors|aînés|mineurs|adolescent|collégien|lycéen|apprenant"
    r"|entrepreneu(?:r|se)s?\b))"
)
_PUBLIC = re.compile(rf"^{_PUBLICS}")
_ARTICLE = r"(?:(?:le|la|les|du|des|de la|de|aux?|un|une) |(?:de |à )?l'|d'(?=l'|[A-ZÀ-Þ])|à la )"
_AU_SEIN = (
    r"(?!aux? (?:sein|cours|titre|côtés|niveau|travers|profit)|l'(?:objectif|occasion|issue|échelle)|la (?:suite|fin))"
)
_SUITE_DE_LISTE = rf"{_AU_SEIN}(?:{_ARTICLE}|[{_CAP}]|{_PUBLICS})"

#: Ce qui annonce un partenaire ; « faible » : seulement s'il nomme une structure.
_ANNONCES = tuple(
    (faible, re.compile(rf"{motif} ?(?={_ARTICLE}|[{_CAP}])", re.MULTILINE))
    for faible, motif in (
        (
            False,
            r"\b(?i:en (?:étroite? )?(?:partenariat|collaboration|lien|co-?animation|co-?production|coopération"
            r"|association|articulation)(?: étroite?)? avec)",
        ),
        (
            False,
            r"\b(?i:avec (?:l'appui|le soutien|le concours|la participation|l'aide|la contribution)(?: active)?)"
            r"(?= d[eu'])",
        ),
        (
            False,
            r"\b(?i:à (?:la demande|l'initiative|l'invitation)|aux côtés|(?:réuni|rassemblé)\S* autour)(?= d[eu'])",
        ),
        (
            False,
            r"\b(?i:(?:co-?)?(?:port|organis|pilot|anim|réalis|men|initi|coordonn|propos|élabor)[ée](?:[·.-]?[es]{1,2})*"
            r"(?: [\w'-]+){0,6}? par|(?:co)?(?:conçu|conduit|produit)\S* par)",
        ),
        (
            False,
            r"\b(?i:partenaires\b[^.;:]{0,80}?,? ?(?:comme|à savoir|tels? que|telles? que|dont))",
        ),
        (True, r"\b(?i:(?:organis|anim|constru|prépar|conçu|réalis)\w*[^.;,]{0,60}? avec)"),
        (True, r"\b(?i:a (?:également )?(?:accompagné|appuyé|soutenu|assisté))"),
        (True, r"(?:, avec|^Avec|(?<=[.!?] )Avec|\b(?i:d'échange|relations|ou encore) avec)(?: notamment)?"),
    )
)
#: Ce qui annonce un public.
_DESTINATIONS = re.compile(
    r"\b(?i:à destination|à l'(?:attention|intention)|en direction|auprès|accueil|(?<!dans l')accompagnement)"
    r" ?(?=d[eu'])"
    r"|\b(?i:destiné|dédié|consacré|ouvert|proposé|s'adress)\S* ?(?=à |aux? )"
    r"|\b(?i:réunissant|réunit|rassemblant|rassemble|accompagn(?:e|er)|outiller|sensibiliser|éclairer|former|accueillir)"
    r" ?(?=les |des )"
    rf"|\b(?i:permet|apport|offr|donn|propos)\w*[^.;,]{{0,50}}? ?(?=aux {_PUBLICS})"
)
_LISTE = re.compile(
    r"\s*(?:,\s*(?:et|ou encore|ou|ainsi que|avec|notamment)?|\b(?:et|ou encore|ou|ainsi que)(?: avec)?\b)"
    rf"\s*(?={_SUITE_DE_LISTE})"
)
#: Après « de », ces mots ne sont pas des infinitifs.
_NOMS_EN_ER = (
    "quartier|métier|atelier|chantier|dossier|premier|dernier|cahier|courrier|foyer|hiver|avenir|loisir|mer|plaisir"
)
#: Où finit un groupe de noms : une ponctuation, une relative, une préposition qui n'est pas « de », un verbe.
_FIN = re.compile(
    r"\s*(?:[.;:!?](?=\s|$)|[()«»\"–,]|\s-\s|\b(?:qu|s|n)'"
    r"|\b(?:qui|que|dont|où|lesquel\S+|afin|pour|visant|autour|dans|lors|sur|en (?!charge)|via|par|depuis|selon|comme"
    r"|telles?|tels?|notamment|ainsi|soit|au(?= sein| cours| travers| niveau)|à(?! l')|a|ont|est|sont|se|ayant|étant"
    r"|sous|vers|entre|avec|puis|mais|ne|y|leurs?|tout|quant|particulièrement)(?=\s|$)"
    r"|\b(?:permet|propos|organis|prévu|concern|engagé|impliqué|mobilisé|présent|spécialis|investi|ouvert|rassemblé"
    r"|vis(?=e|ent)|réuni|œuvr|oeuvr|souhait|menant|menés?|participe(?=nt|\s)|accueille|anime(?=nt|\s)"
    r"|rassemble(?=nt|\s)|regroupe|compile|restitue|décrit|donne|offre|aborde|traite|montre|invite|contribue|constitue)[\w·-]*(?=\s|$)"
    r"|\b(?:et|ou) (?:à |de |d')?(?:leurs?|celles?|ceux|celui)\b"
    rf"|\b(?:et )?d(?:e |')(?!(?:{_NOMS_EN_ER})\b)(?=[a-zéè]+(?:er|ir|oir)\b))"
)
#: « et » sépare deux noms s'il précède un article, une capitale, ou le nom commun d'une structure ou d'un public.
_SUIVANT = re.compile(
    rf"\s+(?:et|ou encore|ou|ainsi que)\s+(?:(?:de |avec |à )?(?:la |le |les |l'|aux? )|[{_CAP}]"
    rf"|(?:de la |du |des |de |de l'|d')?(?:{_STRUCTURES}\b|{_PUBLICS}))"
)
#: « Comité Olympique et Sportif du Val d'Oise » : la capitale est celle d'un adjectif du même nom.
_ADJECTIF = re.compile(rf"^\s+et\s+[{_CAP}][\w-]+ (?:du|de la|des|de l'|de)\b")
#: « Direction du travail, de l'emploi et des solidarités » : la virgule est dans le nom.
_ADMINISTRATION = re.compile(r"^(?i:direction|ministère|délégation|agence|service)\b")
_VIRGULE_DE_NOM = re.compile(r", (?=(?:du|des|de la|de l') ?[a-zé])")
_SIGLE = re.compile(rf"\s?\([{_CAP}][\w &-]{{1,12}}\)")
_TETE = re.compile(rf"^\s*(?:d[eu]s? (?=l[ae]s? |l')|d'(?=l')|à (?=l[ae]s? |l')|à )?(?:{_ARTICLE})?")
_QUANTITE = re.compile(
    r"^(?:(?:l')?ensemble des |tou(?:te)?s les |chacun\S* des |(?:près|plus) de |environ |différent\S* |divers\S* "
    r"|plusieurs |quelques |\d[\d ]* )+",
    re.IGNORECASE,
)
_PENDANTS = re.compile(r"(?:\s(?:et|ou|de|du|des|d'|la|le|les|l'|aux?|à|en|par|pour|,))+$")
_VERBE_APRES = re.compile(r"^ (?:a|ont|est|sont|s'est|se sont|peut|peuvent|participe|anime|propose|soutient)\b")
_ASSOCIATION = re.compile(rf"^(?i:associations?) (?=[{_CAP}]|\w+\.\w)")

_APRES_PERSONNE = re.compile(
    r"^\s*[,(]\s*(?:doctorant|sociologue|chercheu|professeu|formateur|formatrice|direct|président|maire\b|psycholog|économiste"
    r"|urbaniste|géographe|historien|philosophe|auteur|autrice|élu|chargé|chef|maître|enseignant|consultant|expert|journaliste"
    r"|responsable|anthropolog|politist|juriste|avocat|médecin)",
    re.IGNORECASE,
)
_DEUX_NOMS = re.compile(rf"^[{_CAP}][a-zà-ÿ'-][\w'-]*(?: (?:de |van |ben |el |le |la )?[{_CAP}][\w'-]+){{1,2}}$")
#: Prénoms qui sont aussi des noms communs.
_PRENOMS = frozenset(
    (
        *(
            "pierre",
            "rose",
            "claire",
            "blanche",
            "olive",
            "marine",
            "aurore",
            "colombe",
            "violette",
            "marguerite",
            "victoire",
        ),
        *(
            "clemence",
            "constance",
            "prudence",
            "aimee",
            "desiree",
            "martin",
            "benjamin",
            "jean",
            "marc",
            "andre",
            "france",
        ),
        *(
            "paris",
            "ange",
            "melodie",
            "harmonie",
            "capucine",
            "jasmine",
            "iris",
            "flore",
            "fleur",
            "perle",
            "reine",
            "noel",
        ),
        *("pascal", "dominique", "celeste", "clement", "vivien", "vincent", "rene", "placide", "modeste", "juste"),
    )
)
#: Un nom de structure peut commencer ainsi, celui d'une personne jamais.
_MOTS_DE_TETE = frozenset({"le", "la", "les", "du", "des", "au", "aux", "en", "un", "une", "a"})
_LONGUEUR_GROUPE = 120
_LONGUEUR_LISTE = 400
#: Début de mot qui suffit à le reconnaître dans un dérivé (« profession », « professionnel »).
_DEBUT = 7
_CHAMPS = {
    "partenaires": re.compile(r"^\W*partenai\w+[^:\n]{0,30}:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE),
    "publics": re.compile(r"^\W*(?:publics?|bénéficiaires)[^:\n]{0,30}:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE),
}
_ENTRE_VALEURS = re.compile(rf"\s*[;,•]\s*|\s+et\s+(?=(?:la |le |les |l')?(?:[{_CAP}]|{_STRUCTURES}\b|{_PUBLICS}))")

_ORGANISME = re.compile(
    rf"\b(?:[Ll]e |[Ll]a |[Ll]')([{_CAP}][\w-]+(?: [a-zéè]{{3,}}| [{_CAP}][\w-]+){{0,3}}?)"
    r" (?:a|est|accompagne|anime|participe|propose|soutient|organise|poursuit)\b"
)
_CITATIONS = 5


@dataclass(frozen=True)
class Contexte:
    """Ce que le document entier apprend.

    Attributes
    ----------
    organisme : str, optional
        La structure dont c'est le rapport : le sujet le plus fréquent de ses phrases.
    communs : frozenset of str
        Ses mots en minuscules, et leurs débuts : un nom propre qui en commence un n'est pas celui d'une personne.
    """

    organisme: str | None
    communs: frozenset[str]

    @classmethod
    def du_document(cls, blocs: Sequence[Bloc]) -> Self:
        """Le contexte que donnent tous les blocs d'un document."""
        texte = "\n".join(bloc.texte for bloc in blocs)
        citations = Counter(lu[1] for lu in _ORGANISME.finditer(texte))
        nom, fois = citations.most_common(1)[0] if citations else (None, 0)
        mots = {plier(mot) for mot in re.findall(r"(?<![\w·-])[a-zà-öø-ÿœ]{3,}\b", texte)} - _PRENOMS
        return cls(nom if fois >= _CITATIONS else None, frozenset(mots | {mot[:_DEBUT] for mot in mots}))

    def est_personne(self, nom: str, suite: str) -> bool:
        """Vrai si un nom est celui d'une personne, ou peut l'être."""
        if not _DEUX_NOMS.match(nom) or _STRUCTURE.match(nom):
            return False
        premier = plier(nom.split()[0])
        connu = (
            premier in _MOTS_DE_TETE
            or premier in self.communs
            or (len(premier) > _DEBUT and premier[:_DEBUT] in self.communs)
        )
        return _APRES_PERSONNE.match(suite) is not None or not connu

    def est_organisme(self, nom: str) -> bool:
        """Vrai si un nom est celui de la structure dont c'est le rapport, sans rien de plus."""
        return self.organisme is not None and plier(nom) == plier(self.organisme)


def partenaires(texte: str, contexte: Contexte) -> tuple[str, ...]:
    """Structures avec qui une action est faite.

    Examples
    --------
    >>> partenaires("Avec la CAF du Val d'Oise et l'association Terra, dont...", Contexte(None, frozenset()))
    ("CAF du Val d'Oise", 'Terra')
    """
    trouves = [(0, nom) for nom in _du_champ("partenaires", texte)]
    for faible, motif in _ANNONCES:
        for lu in motif.finditer(texte):
            trouves += [(lu.start(), nom) for nom in _structures(_groupes(texte, lu.end(), contexte), faible)]
    trouves += _avec_l_organisme(texte, contexte)
    return _sans_double(nom for _, nom in sorted(trouves, key=lambda trouve: trouve[0]))


def publics(texte: str, contexte: Contexte) -> tuple[str, ...]:
    """Ceux à qui une action s'adresse.

    Examples
    --------
    >>> publics("Un atelier à destination des habitant·es qui arrivent et des élu·es.", Contexte(None, frozenset()))
    ('habitant·es',)
    """
    trouves = list(_du_champ("publics", texte))
    for lu in _DESTINATIONS.finditer(texte):
        trouves += [nom for nom in _groupes(texte, lu.end(), contexte) if _PUBLIC.match(nom)]
    return _sans_double(trouves)


def _avec_l_organisme(texte: str, contexte: Contexte) -> Iterator[tuple[int, str]]:
    """« Le Pôle et la Fédération ont proposé », « entre la CAF et le Pôle » : l'autre est un partenaire."""
    if contexte.organisme is None:
        return
    nom = re.escape(contexte.organisme)
    for lu in re.finditer(rf"\b[Ll](?:e |a |'){nom} et (?=[^.;]{{3,90}}?,? ont )", texte):
        groupes = _groupes(texte, lu.end(), contexte, sujets=True)[:1]
        yield from ((lu.start(), groupe) for groupe in groupes if _est_structure(groupe, False))


def _structures(noms: Sequence[str], faible: bool) -> Iterator[str]:
    """Les structures d'une énumération ; la première rend sûres celles qui la suivent."""
    sure = not faible or (bool(noms) and _est_structure(noms[0], faible))
    yield from (nom for rang, nom in enumerate(noms) if _est_structure(nom, faible and (rang == 0 or not sure)))


def _est_structure(nom: str, faible: bool) -> bool:
    if _STRUCTURE.match(nom):
        return len(nom.split()) > 1 and (not faible or re.search(rf"[{_CAP}]", nom) is not None or len(nom.split()) > 2)
    if _PUBLIC.match(nom):
        return False
    return re.match(rf"[{_CAP}]{{2}}" if faible else rf"[{_CAP}]|\w+[.'-][\w-]*[{_CAP}]", nom) is not None


def _du_champ(nom: str, texte: str) -> Iterator[str]:
    """Les valeurs d'une ligne étiquetée (« Partenaires : a, b et c »)."""
    for lu in _CHAMPS[nom].finditer(texte):
        for valeur in _ENTRE_VALEURS.split(lu[1]):
            propre = re.sub(r"^(?:la |le |les |l')", "", valeur.strip(" .;"))
            if propre:
                yield propre


def _sans_double(noms: Iterable[str]) -> tuple[str, ...]:
    """Chaque nom une fois ; « CAF » ne redit pas « CAF du Val d'Oise »."""
    uniques = list({plier(nom): nom for nom in reversed(list(noms))}.values())[::-1]
    plies = [f" {plier(nom)} " for nom in uniques]
    return tuple(
        nom
        for rang, nom in enumerate(uniques)
        if not any(autre != rang and plie.startswith(plies[rang]) for autre, plie in enumerate(plies))
    )


# --- groupes de noms ---


def _groupes(texte: str, place: int, contexte: Contexte, *, sujets: bool = False) -> list[str]:
    """Les groupes de noms de l'énumération qui commence à ``place``, sans personne ni la structure qui parle."""
    groupes: list[str] = []
    reste = texte[place : place + _LONGUEUR_LISTE].partition("\n")[0]
    while reste:
        nom, reste = _premier_groupe(reste)
        suit_un_verbe = not sujets and _VERBE_APRES.match(reste) is not None
        if not nom or contexte.est_personne(nom, reste):
            break
        if not contexte.est_organisme(nom) and not suit_un_verbe:
            groupes.append(nom)
        liaison = _LISTE.match(reste)
        if liaison is None or suit_un_verbe:
            break
        reste = reste[liaison.end() :]
    return groupes


def _premier_groupe(texte: str) -> tuple[str, str]:
    """Le premier groupe de noms, sans article ni quantité, et ce qui le suit."""
    tete = _TETE.match(texte)
    place = tete.end() if tete else 0
    quantite = _QUANTITE.match(texte[place:])
    place += quantite.end() if quantite else 0
    fin = place + _longueur(texte[place:])
    nom = _ASSOCIATION.sub("", _PENDANTS.sub("", texte[place:fin].strip(" ,'")))
    return (nom if 1 < len(nom) <= _LONGUEUR_GROUPE else ""), texte[fin:]


def _longueur(texte: str) -> int:
    masque = _SIGLE.sub(lambda lu: "x" * len(lu[0]), texte)
    if _ADMINISTRATION.match(masque):
        masque = _VIRGULE_DE_NOM.sub("xx", masque)
    fin = _FIN.search(masque)
    arret = fin.start() if fin else len(masque)
    structure = _STRUCTURE.match(masque) is not None
    for lu in _SUIVANT.finditer(masque, 1, arret):
        adjectif = _ADJECTIF.match(masque[lu.start() :])
        dans_le_nom = structure and adjectif and not _STRUCTURE.match(masque[lu.start() :].split(None, 1)[1])
        if not dans_le_nom:
            return lu.start()
    return arret
