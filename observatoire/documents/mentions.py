"""Ce que le texte d'une action dit d'elle : nature, séances, participations, date, lignes étiquetées."""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatoire.documents.dates import lire_periode
from observatoire.documents.encadres import NOMBRE_OU_MOT, lire_nombre

# --- nature ---

#: Mots qui disent la nature d'une action. Dans un titre, le premier mot l'emporte ; à la même place, le premier motif.
_NATURES: tuple[tuple[str, str], ...] = (
    (
        "formation",
        r"(?:journ[ée]es?|cycles?|sessions?|temps|parcours)(?: \w+)? de (?:sensibilisation|formation|qualification)",
    ),
    ("accompagnement", r"accompagnements?\b|appuis?\b|appui-accompagnement"),
    ("formation", r"formations?\b|formation-action|sensibilisations?\b|moocs?\b"),
    (
        "actualite",
        r"officialisations?\b|(?:nouveaux|nouvelles?) (?:statuts|locaux|[ée]quipe|arriv[ée]\w*)|recrutements?\b"
        r"|nominations?\b|d[ée]m[ée]nagement\b|anniversaire\b",
    ),
    (
        "publication",
        r"\[|recueils?\b|publications?\b|capitalisations?\b|podcasts?\b|dossiers?\b|kits?\b|livrets?\b|guides?\b|[ée]tudes?\b"
        r"|actes\b|replays?\b|synth[èe]ses?\b|fiches?\b|lettres?\b|newsletters?\b|revues?\b|cahiers?\b|d[ée]cryptages?\b"
        r"|documents?\b|vid[ée]os?\b|articles?\b|brochures?\b",
    ),
    (
        "ressource",
        r"services?\b|sites?\b|pages?\b|portails?\b|bases? de donn[ée]es|panoramas?\b|(?:club de )?veille\b"
        r"|outils? (?:coop[ée]ratifs?|num[ée]riques?)|r[ée]seaux sociaux|centre de documentation|plateformes?\b"
        r"|observatoire\b|linkedin\b",
    ),
    (
        "rencontre",
        r"rencontres?\b|journ[ée]es?\b|s[ée]minaires?\b|webinaires?\b|ateliers?\b|cycles?\b|temps\b|conf[ée]rences?\b"
        r"|colloques?\b|regroupements?\b|forums?\b|groupes?\b|r[ée]seaux?\b|clubs?\b|matin[ée]es?\b|visites?\b|assises\b"
        r"|petits?[- ]d[ée]jeuners?\b|tables? rondes?\b|voyages?\b|r[ée]unions?\b",
    ),
    (
        "accompagnement",
        r"anim\w+|d[ée]marches?\b|membres?\b|soutiens?\b|coop[ée]ratives?\b|concertations?\b|conceptions?\b|jurys?\b"
        r"|co-?\w*administrations?\b|[ée]laborations?\b|diagnostics?\b|[ée]valuations?\b|appuy\w+|accompagn\w+|sout[ie]\w+"
        r"|mise en (?:œ|oe)uvre",
    ),
)
_NATURE = tuple((nature, re.compile(rf"(?<![\w'-])(?:l'|d')?(?:{motif})", re.IGNORECASE)) for nature, motif in _NATURES)
#: Un titre à l'infinitif ne dit une nature que par son premier verbe.
_INFINITIF = re.compile(
    r"^(?:co-?)?(accompagner|appuyer|soutenir|conseiller)\b|^(?!ateli|chanti|cahi|dossi|quarti|méti|calendri)[a-zéè]+(?:er|ir)\b"
    r"|^(?:ap|com|entre)?(?:prendre|mettre|promettre|rendre|faire|construire|lire|répondre|permettre|vivre|débattre)\b",
    re.IGNORECASE,
)
_DEBUT_DE_TEXTE = 400

# --- séances, participations ---

_SEANCE = (
    r"(?:demi-journées|journées|séances|sessions|ateliers|rencontres|réunions|webinaires|séminaires|soirées|matinées|visites"
    r"|temps|formations|comités)"
)
_FAIT = r"(?:men|organis|anim|réalis|propos|tenu|conduit|déploy|programm|mis)\w*"
#: Tournures qui comptent les séances de l'action elle-même, et non celles d'une autre ou à venir.
_SEANCES = (
    re.compile(
        rf"\b({NOMBRE_OU_MOT}) ({_SEANCE})\b(?! autres)[^.;:]{{0,60}}? (?:ont|a) (?:ainsi |déjà )?été {_FAIT}", re.I
    ),
    re.compile(rf"\b(?:cycle|série|programme|parcours|total|forme) de ({NOMBRE_OU_MOT}) ({_SEANCE})\b", re.I),
    re.compile(rf"\b(?:au cours de|lors de|réuni\S* lors de) (?:ces |ses )?({NOMBRE_OU_MOT}) ({_SEANCE})\b", re.I),
    re.compile(rf"^(?:ces|les) ({NOMBRE_OU_MOT}) ({_SEANCE})\b", re.I),
    re.compile(
        rf"\b(?:a|ont) (?:ainsi |également )?(?:(?:co)?organisé|animé|proposé|mené|tenu|réuni) ({NOMBRE_OU_MOT})"
        rf" ({_SEANCE})\b",
        re.I,
    ),
    re.compile(rf"\bs'(?:est|est ainsi) réuni\S* ({NOMBRE_OU_MOT}) (fois)\b", re.I),
)
_GENS = (
    r"(?:participant\S*|personnes|professionnel\S*|act(?:eur|rice)\S*|habitant\S*|femmes|hommes|jeunes|enfants|élèves|parents"
    r"|familles|élu\S*|agent\S*|bénévoles?|étudiant\S*|stagiaires|médiat\S*|salarié\S*|associations)"
)
_CHIFFRES = r"(\d{1,3}(?:[ .]\d{3})+|\d+)"
#: Tournures qui comptent ceux qui sont venus.
_PARTICIPATIONS = (
    re.compile(rf"\b{_CHIFFRES} (?:participant|participation|présence)\S*", re.I),
    re.compile(
        rf"\b(?:a|ont|avoir) (?:ainsi |également )?(?:réuni|rassemblé|accueilli|mobilisé|touché|formé) {_CHIFFRES}"
        rf" {_GENS}",
        re.I,
    ),
    re.compile(rf"\b(?:réunissant|rassemblant|accueillant|mobilisant) {_CHIFFRES} {_GENS}", re.I),
    re.compile(
        rf"(?<!de )(?<!que )(?<!d')\b{_CHIFFRES} {_GENS}[^.;]{{0,300}}?"
        r" (?:ont|a) (?:ainsi )?(?:pu )?(?:particip|contribu|suivi|échang)\w*",
        re.I,
    ),
    re.compile(rf"\bauprès de {_CHIFFRES} {_GENS}", re.I),
)
_PHRASE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀÂÉÈÊÎÔ«\d])")
#: Ce qui est à venir, ou d'une autre année, n'est pas un chiffre de l'action.
_PAS_ENCORE = re.compile(r"\b(?:permettra|proposera|seront|sera|devra|pourra|prévu\S*|à venir)\b", re.I)

_CHAMPS = {
    champ: re.compile(rf"^\W*(?:{motif})[^:\n]{{0,30}}:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE)
    for champ, motif in {
        "lieux": r"territoires?|lieux?|où|communes? concernée?s?|villes? concernées?|localisation",
        "dates": r"dates?|périodes?|calendrier",
        "participations": r"(?:nombre (?:de |d'))?(?:participa\w+|présences)",
        "seances": r"(?:nombre (?:de |d'))?(?:séances|sessions|rencontres|ateliers|demi-journées|réunions)",
        "perspectives": r"perspectives?|suites?(?: à donner| envisagées?| prévues?)?|prochaines étapes",
    }.items()
}
_DATE_D_ACTION = re.compile(
    r"\b(?:organis|réuni|tenu|lancé|mené|débuté|restitution|journée|rencontre|séminaire|webinaires?|ateliers?|édition|officialis)",
    re.IGNORECASE,
)
_D_AUTRE_CHOSE = re.compile(
    r"\b(?:suite|depuis|après|avant|mort|décès|révoltes|violences|initié|parution|loi|créé|issu)", re.IGNORECASE
)


# --- nature ---


def nature(titre: str, rubriques: Sequence[str], texte: str, *, adresse: bool, participations: bool) -> str:
    """Nature d'une action : ce que dit son titre, sinon une rubrique de publications, sinon le début de son texte.

    Examples
    --------
    >>> nature("Journée de sensibilisation aux discriminations", (), "", adresse=False, participations=False)
    'formation'
    >>> nature("Économie circulaire", ("Podcasts",), "Ce webinaire...", adresse=True, participations=False)
    'publication'
    """
    dite = _nature_du_titre(titre)
    if dite is None and any(_premiere_nature(rubrique) == "publication" for rubrique in rubriques):
        return "publication"
    if dite is None and adresse:
        return "publication"
    if dite is None and participations:
        return "rencontre"
    return dite or _premiere_nature(re.sub(r"\([^()]*\)", "", texte[:_DEBUT_DE_TEXTE])) or "accompagnement"


def _nature_du_titre(titre: str) -> str | None:
    infinitif = _INFINITIF.match(titre)
    if infinitif:
        return "accompagnement" if infinitif[1] else None
    return _premiere_nature(titre)


def _premiere_nature(texte: str) -> str | None:
    trouvees = [(lu.start(), rang) for rang, (_, motif) in enumerate(_NATURE) if (lu := motif.search(texte))]
    return _NATURE[min(trouvees)[1]][0] if trouvees else None


# --- chiffres de l'action ---


def seances(texte: str) -> int | None:
    """Nombre de séances que le texte d'une action compte pour elle.

    Examples
    --------
    >>> seances("Le groupe a mené un cycle de quatre webinaires.")
    4
    >>> seances("La journée s'est conclue par quatre ateliers.") is None
    True
    """
    for phrase in _PHRASE.split(texte):
        lues = [lu for motif in _SEANCES if (lu := motif.search(phrase))]
        if lues and not a_venir(phrase):
            return int(lire_nombre(lues[0][1]))
    return None


def participations(texte: str) -> int | None:
    """Nombre de personnes venues ; un ordre de grandeur (« plus de 200 ») n'en est pas un.

    Examples
    --------
    >>> participations("Les 73 participant·es ont débattu."), participations("Plus de 200 personnes ont participé.")
    (73, None)
    """
    for phrase in _PHRASE.split(texte):
        for motif in _PARTICIPATIONS:
            lu = motif.search(phrase)
            if lu and not a_venir(phrase) and not re.search(r"(?:de|environ|d')\s*$", phrase[: lu.start(1)], re.I):
                return int(lire_nombre(lu[1]))
    return None


def a_venir(phrase: str) -> bool:
    """Vrai si une phrase annonce ce qui n'est pas encore fait."""
    return _PAS_ENCORE.search(phrase) is not None


def date(titre: str, texte: str, annee: int | None) -> str | None:
    """Date que le texte donne à l'action, de la première à la dernière, si elle est de l'année du document."""
    if annee is None:
        return None
    phrases = [p for p in (titre, *_PHRASE.split(texte)) if _DATE_D_ACTION.search(p) and not _D_AUTRE_CHOSE.search(p)]
    periodes = [periode.iso for phrase in phrases if (periode := lire_periode(phrase, annee))]
    bornes = sorted({borne for iso in periodes if iso.startswith(str(annee)) for borne in iso.split("/")})
    return "/".join(bornes[:1] + bornes[1:][-1:]) or None


def champ(nom: str, texte: str) -> str | None:
    """Valeur d'une ligne étiquetée (« Partenaires : ... »)."""
    lu = _CHAMPS[nom].search(texte)
    return lu[1].strip(" .") if lu else None


def perspectives(texte: str) -> tuple[str, ...]:
    r"""Ce qu'une action annonce dans son propre texte.

    Examples
    --------
    >>> perspectives("Le réseau a écrit une charte.\nPerspectives : la signer ; ouvrir le réseau aux lycées.")
    ('la signer', 'ouvrir le réseau aux lycées')
    """
    return tuple(dite.strip() for dite in (champ("perspectives", texte) or "").split(";") if dite.strip())
