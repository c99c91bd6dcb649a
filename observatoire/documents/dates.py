"""Les dates qu'un document imprime : mois, jours, intervalles, trimestres, et l'année du document lui-même."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

#: Chaque mois : son nom entier, puis ses abréviations (suivies d'un point, ou d'une année).
_MOIS: tuple[tuple[str, str], ...] = (
    ("janvier", "janv?"),
    ("f[ée]vrier", "f[ée]vr?"),
    ("mars", ""),
    ("avril", "avr"),
    ("mai", ""),
    ("juin", ""),
    ("juillet", "juil"),
    ("ao[ûu]t", ""),
    ("septembre", "sept?"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("d[ée]cembre", "d[ée]c"),
)
_ANNEE = r"(?<![\d./-])(?:19[5-9]\d|20\d\d)(?!\d|[./-]\d)"
_NOM_DE_MOIS = "|".join(f"{nom}|(?:{court})(?:\\.|(?=\\s+{_ANNEE}))" if court else nom for nom, court in _MOIS)
_JOUR_SEMAINE = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\s+)?"
_JOUR = r"\d{1,2}(?:er)?(?!\d)"
_ENTRE_JOURS = rf"\s*(?:[/,&–—-]|\bet\b|\bau\b|\bà\b|\bou\b|\bpuis\b)\s*(?:le\s+|les\s+)?{_JOUR_SEMAINE}"
_DATE = re.compile(
    rf"(?<!\d){_JOUR_SEMAINE}(?:(?P<jours>{_JOUR}(?:{_ENTRE_JOURS}{_JOUR})*)\s+)?"
    rf"\b(?P<mois>{_NOM_DE_MOIS})(?![^\W\d_])(?:\s+(?P<annee>{_ANNEE}))?",
    re.IGNORECASE,
)
#: Entre deux dates d'une même période.
_LIAISON = re.compile(
    r"\s*(?:[/,&;–—-]|\bet\b|\bau\b|\bà\b|\ba\b|\bou\b|\bpuis\b)?\s*(?:les?\s+|du\s+)?", re.IGNORECASE
)
_OUVERTURE = re.compile(r"\b(?:du|de|entre(?:\s+le)?|les)\s+$|\bd'$", re.IGNORECASE)
#: « rue du 8 mai 1945 » est une adresse, « n° 12 avril » un numéro suivi d'un mois.
_ODONYME = re.compile(
    r"\b(?:rue|avenue|av\.|place|boulevard|bd|square|all[ée]e|cit[ée]|quai|r[ée]sidence|cours|quartier|[ée]cole|coll[èe]ge)"
    r"\s+(?:du|de la|le)?\s*$",
    re.IGNORECASE,
)
_NUMERO = re.compile(r"(?:\bn\s?[°ºo]|\bnum[ée]ro|#)\s*$", re.IGNORECASE)

_CHIFFREE = re.compile(
    r"(?<![\d./-])(?:(?P<iso>(?:19|20)\d\d)-(?P<iso_mois>\d\d)(?:-(?P<iso_jour>\d\d))?"
    r"|(?P<jour>\d{1,2})(?P<sep>[./-])(?P<mois>\d{1,2})(?P=sep)(?P<annee>(?:19|20)\d\d)"
    r"|(?P<jour_court>\d{1,2})/(?P<mois_court>\d{1,2})/(?P<annee_courte>\d\d)"
    r"|(?P<mois_seul>\d{1,2})/(?P<annee_seule>(?:19|20)\d\d))(?![\d/-]|\.\d)"
)
_RANGS = {"1": 1, "premier": 1, "2": 2, "deuxi": 2, "second": 2, "3": 3, "troisi": 3, "4": 4, "quatri": 4}
_PARTIE = re.compile(
    r"\b(?P<rang>1er|premier|2n?de?|2i?[eè]me|2e|deuxi[eè]me|seconde?|3i?[eè]me|3e|troisi[eè]me|4i?[eè]me|4e|quatri[eè]me)"
    rf"\s+(?P<partie>trimestre|semestre)(?:\s+(?:de\s+)?(?P<annee>{_ANNEE}))?",
    re.IGNORECASE,
)
#: Saisons et moments de l'année, avec leurs mois ; ils ne datent qu'accompagnés d'une année imprimée.
_MOMENTS: tuple[tuple[str, int, int], ...] = (
    (r"printemps", 3, 5),
    (r"[ée]t[ée]", 6, 8),
    (r"automne", 9, 11),
    (r"rentr[ée]e(?:\s+scolaire)?", 9, 9),
)
_MOMENT = re.compile(rf"\b(?P<nom>{'|'.join(nom for nom, _, _ in _MOMENTS)})\s+(?:de\s+)?(?P<annee>{_ANNEE})", re.I)
_INTERVALLE = re.compile(
    r"(?<![\d./-])(20\d\d|19[5-9]\d)\s*(?:-|–|—|/|à|et|au)\s*(20\d\d|19[5-9]\d|\d\d)(?!\d|[./-]\d)"
)
_SCOLAIRE = re.compile(rf"\b(?:ann[ée]e|saison)\s+scolaire\s+{_INTERVALLE.pattern}", re.IGNORECASE)
_HIVER = re.compile(rf"\bhiver\s+{_INTERVALLE.pattern}", re.IGNORECASE)
_ANNEE_SEULE = re.compile(rf"^\W*(?:(?:en|ann[ée]e|depuis|pour)\s+)?({_ANNEE})\W*$", re.IGNORECASE)
_ANNEES_SEULES = re.compile(rf"^\W*(?:(?:en|ann[ée]es?|de|saison)\s+)?{_INTERVALLE.pattern}\W*$", re.IGNORECASE)

#: Années qui sont un horizon ou le nom d'un programme, non la date du document.
_HORIZON = re.compile(
    r"\b(?:quartiers?|engagements?|horizons?|agenda|objectifs?|ceq|jop?)[\s_-]+20\d\d\b(?:\s*[-–/]\s*20\d\d)?"
    r"|\bcontrats?[\s_-]+de[\s_-]+(?:ville|quartiers?)[\s_-]+20\d\d\s*[-–/]\s*20\d\d",
    re.IGNORECASE,
)
#: Mots qui annoncent l'année du document, du plus sûr au moins sûr.
_ANNONCES: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"\b(?:rapport|recueil|bilan|compte[\s_-]+rendu|annuaire|[ée]dition|mill[ée]sime|fiches?[\s_-]+exp[ée]riences?)\b"
        rf"[^\n.;]{{0,60}}?({_ANNEE})",
        re.IGNORECASE,
    ),
    re.compile(rf"\bn\s?[°ºo]\s?\d+\b[^\n]{{0,30}}?({_ANNEE})", re.IGNORECASE),
    re.compile(rf"\b(?:{_NOM_DE_MOIS})\s+({_ANNEE})", re.IGNORECASE),
    re.compile(rf"\b(?:en|ann[ée]e|exercice)\s+({_ANNEE})", re.IGNORECASE),
)
_ANNEE_DE_FICHIER = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")
_NUMERO_DE_LETTRE = re.compile(
    r"^\W*(?:(?:lettre|num[ée]ro|[ée]dition|parution|publi[ée]\S*)\b\W*)*(?:n\s?[°ºo]\s?\d+)?\W*(?:le|en|de)?\s*",
    re.IGNORECASE,
)
#: N'importe laquelle, pour reconnaître une date imprimée sans la sienne.
_UNE_ANNEE = 2000
#: Lignes du début où un document dit son année.
_COUVERTURE = 12
_VOISINAGE = 40
_NUMERO_A_LA_FIN = re.compile(r"\W+(?:n\s?[°ºo]|num[ée]ro)\s?\d+\W*$", re.IGNORECASE)
_BORDS = " \t.,;:()[]|·•-–—"
_FIN_DETACHEE = re.compile(r"(?:[,;:(|\[\n]|\s[-–—·•])\s*$")
_DEBUT_DETACHE = re.compile(r"\s*(?:[,;:)|\]]|[-–—·•]\s)")
_LONGUEUR_COUVERTURE = 120


@dataclass(frozen=True)
class Periode:
    """Une date ou un intervalle.

    Attributes
    ----------
    iso : str
        ISO 8601 : « 2024-03 », « 2021-05-11 », ou un intervalle « 2024-01/2024-02 ».
    texte : str
        Comme imprimé, en minuscules, l'année ajoutée si elle ne l'est pas.
    """

    iso: str
    texte: str


@dataclass(frozen=True)
class _Morceau:
    """Un mois, ou des jours d'un mois."""

    mois: int
    jours: tuple[int, ...]
    annee: int | None


def lire_periode(texte: str, annee: int | None = None) -> Periode | None:
    """La première date qu'imprime un texte, ou None s'il n'y en a pas, ou si rien n'en dit l'année.

    Plusieurs jours ou mois qui se suivent font un intervalle, du premier au dernier.

    Parameters
    ----------
    texte : str
        Une ligne ou quelques mots ; dans un texte suivi, la première date n'est pas toujours la bonne.
    annee : int, optional
        Année du document, pour les dates imprimées sans la leur.

    Examples
    --------
    >>> lire_periode("JANVIER/FÉVRIER", 2024)
    Periode(iso='2024-01/2024-02', texte='janvier/février 2024')
    >>> lire_periode("Journée thématique, 18 et 20 mai, 10h-12h30", 2021).iso
    '2021-05-18/2021-05-20'
    >>> lire_periode("Libération, 12/03/2021").iso
    '2021-03-12'
    """
    lues = (_en_lettres(texte, annee), _en_chiffres(texte), _partie_d_annee(texte, annee), _moment(texte))
    placees = [lue for lue in lues if lue is not None]
    if placees:
        return min(placees, key=lambda lue: lue[0])[1]
    return _annees_seules(texte)


def lire_annee(texte: str) -> int | None:
    """Année d'un document, d'après sa couverture, son cartouche ou le nom de son fichier.

    Un horizon (« Quartiers 2030 », « Contrat de ville 2024-2030 ») n'est pas une année de document.

    Examples
    --------
    >>> lire_annee("RAPPORT D'ACTIVITÉ 2023"), lire_annee("n° 231, avril 2021"), lire_annee("resonances-2021.md")
    (2023, 2021, 2021)
    >>> lire_annee("concertation-quartiers-2030.txt") is None
    True
    """
    propre = _HORIZON.sub(" ", texte)
    for ligne in propre.splitlines():
        if seule := _ANNEE_SEULE.match(ligne):
            return int(seule[1])
    for annonce in _ANNONCES:
        if lue := annonce.search(propre):
            return _derniere(propre, lue)
    restante = _ANNEE_DE_FICHIER.search(propre)
    return _derniere(propre, restante) if restante else None


def est_periode(texte: str) -> bool:
    """Vrai pour une ligne qui n'est qu'une date ou un numéro daté (« n° 231, avril 2021 »)."""
    nu = _NUMERO_A_LA_FIN.sub("", _NUMERO_DE_LETTRE.sub("", texte))
    lue = lire_periode(nu, _UNE_ANNEE)
    if lue is None:
        return False
    reste = " ".join(nu.lower().split()).replace(lue.texte.removesuffix(f" {_UNE_ANNEE}"), "", 1)
    return re.search(r"\w{2}", reste) is None


def detacher_periode(texte: str) -> tuple[str, str]:
    """Sépare ce qu'une ligne dit de sa période, quand des signes la détachent du reste.

    Examples
    --------
    >>> detacher_periode("DES JARDINS PARTAGÉS, SARCELLES - NOVEMBRE/DÉCEMBRE")
    ('DES JARDINS PARTAGÉS, SARCELLES', 'NOVEMBRE/DÉCEMBRE')
    """
    for suite in _suites(texte):
        debut = _debut(texte, suite[0].start(), True)
        avant, apres = texte[:debut], texte[suite[-1].end() :]
        if _FIN_DETACHEE.search(avant) and not apres.strip(_BORDS):
            return _finir(avant), texte[debut : suite[-1].end()].strip(_BORDS)
        if not avant.strip(_BORDS) and _DEBUT_DETACHE.match(apres):
            return _finir(apres.lstrip(_BORDS)), texte[debut : suite[-1].end()].strip(_BORDS)
        if _FIN_DETACHEE.search(avant) and _DEBUT_DETACHE.match(apres):
            reste = f"{_finir(avant)}, {apres.lstrip(_BORDS)}"
            return reste, texte[debut : suite[-1].end()].strip(_BORDS)
    return texte, ""


def _finir(texte: str) -> str:
    """Sans ses signes de fin, sauf la parenthèse qui en ferme une."""
    nu = texte.rstrip(_BORDS)
    fermee = texte[len(nu) :].startswith(")") and nu.count("(") > nu.count(")")
    return f"{nu})" if fermee else nu


def annee_du_document(lignes: Iterable[str], fichier: str) -> int | None:
    """Année d'un document : celle de ses premières lignes courtes, à défaut celle du nom de son fichier."""
    couverture: list[str] = []
    for ligne in lignes:
        if len(couverture) == _COUVERTURE:
            break
        couverture.append(ligne[:_LONGUEUR_COUVERTURE] if len(ligne) <= _LONGUEUR_COUVERTURE else "")
    return lire_annee("\n".join(couverture)) or lire_annee(fichier)


# --- années ---


def _derniere(texte: str, lue: re.Match[str]) -> int:
    """La seconde année d'un intervalle (« 2022-2023 »), sinon celle qui est lue."""
    intervalle = _INTERVALLE.match(texte, lue.start(1))
    return _borne(intervalle[1], intervalle[2]) if intervalle else int(lue[1])


def _borne(debut: str, fin: str) -> int:
    """« 2023-24 » finit en 2024."""
    return int(fin) if len(fin) == 4 else int(debut[:2] + fin)


def _annees_seules(texte: str) -> Periode | None:
    """Un texte qui n'est qu'une année, ou un intervalle d'années."""
    propre = " ".join(texte.lower().split()).strip(" .,;:()[]")
    if seule := _ANNEE_SEULE.match(texte):
        return Periode(seule[1], propre)
    if plusieurs := _ANNEES_SEULES.match(texte):
        fin = _borne(plusieurs[1], plusieurs[2])
        return Periode(f"{plusieurs[1]}/{fin}", propre) if int(plusieurs[1]) < fin else None
    return None


# --- dates en chiffres, parties d'année ---


def _en_chiffres(texte: str) -> tuple[int, Periode] | None:
    for lue in _CHIFFREE.finditer(texte):
        champs = (lue["iso"], lue["iso_mois"], lue["iso_jour"])
        if lue["annee"]:
            champs = (lue["annee"], lue["mois"], lue["jour"])
        elif lue["annee_courte"]:
            champs = (f"20{lue['annee_courte']}", lue["mois_court"], lue["jour_court"])
        elif lue["annee_seule"]:
            champs = (lue["annee_seule"], lue["mois_seul"], None)
        if iso := _iso(int(champs[0]), int(champs[1]), int(champs[2]) if champs[2] else None):
            return lue.start(), Periode(iso, lue[0])
    return None


def _partie_d_annee(texte: str, annee: int | None) -> tuple[int, Periode] | None:
    lue = _PARTIE.search(texte)
    if lue is None:
        return None
    an = int(lue["annee"]) if lue["annee"] else annee
    rang = next((n for debut, n in _RANGS.items() if lue["rang"].lower().startswith(debut)), 0)
    duree = 3 if lue["partie"].lower() == "trimestre" else 6
    if an is None or not 1 <= rang <= 12 // duree:
        return None
    iso = f"{an}-{(rang - 1) * duree + 1:02}/{an}-{rang * duree:02}"
    return lue.start(), Periode(iso, _imprimer(lue[0], an, lue["annee"] is not None))


def _moment(texte: str) -> tuple[int, Periode] | None:
    """« rentrée 2021 », « printemps 2024 », « hiver 2023-2024 », « année scolaire 2023-2024 »."""
    for motif, premier, dernier in ((_SCOLAIRE, 9, 6), (_HIVER, 12, 2)):
        if lue := motif.search(texte):
            iso = f"{lue[1]}-{premier:02}/{_borne(lue[1], lue[2])}-{dernier:02}"
            return lue.start(), Periode(iso, _imprimer(lue[0], 0, True))
    lue = _MOMENT.search(texte)
    if lue is None:
        return None
    debut, fin = next((d, f) for nom, d, f in _MOMENTS if re.fullmatch(nom, lue["nom"], re.IGNORECASE))
    an = lue["annee"]
    iso = f"{an}-{debut:02}" if debut == fin else f"{an}-{debut:02}/{an}-{fin:02}"
    return lue.start(), Periode(iso, _imprimer(lue[0], 0, True))


# --- dates en lettres ---


def _en_lettres(texte: str, annee: int | None) -> tuple[int, Periode] | None:
    """La première suite de mois ou de jours, avec sa place."""
    suite = next(_suites(texte), [])
    morceaux = _dater([_morceau(lue, texte) for lue in suite], annee)
    if not morceaux:
        return None
    depart = suite[0].start() if morceaux[0].jours else suite[0].start("mois")
    debut = _debut(texte, depart, len(suite) > 1 or len(morceaux[0].jours) > 1)
    imprimee = any(lue["annee"] for lue in suite[-1:])
    brut = texte[debut : suite[-1].end()]
    return debut, Periode(_intervalle(morceaux), _imprimer(brut, morceaux[-1].annee or 0, imprimee))


def _suites(texte: str) -> Iterator[list[re.Match[str]]]:
    """Les mois et les jours qui se suivent font une même période."""
    suite: list[re.Match[str]] = []
    for lue in _DATE.finditer(texte):
        if suite and not _LIAISON.fullmatch(texte, suite[-1].end(), lue.start()):
            yield suite
            suite = []
        if suite or not _precede(_ODONYME, texte, lue.start()):
            suite.append(lue)
    if suite:
        yield suite


def _morceau(lue: re.Match[str], texte: str) -> _Morceau:
    numero = _precede(_NUMERO, texte, lue.start())
    jours = () if numero else tuple(int(jour) for jour in re.findall(r"\d+", lue["jours"] or ""))
    nom = lue["mois"].rstrip(".")
    mois = next(n for n, noms in enumerate(_MOIS, 1) if any(f and re.fullmatch(f, nom, re.IGNORECASE) for f in noms))
    return _Morceau(mois, jours, int(lue["annee"]) if lue["annee"] else None)


def _dater(morceaux: Sequence[_Morceau], annee: int | None) -> list[_Morceau]:
    """Donne son année à chaque morceau : celle qui est imprimée après lui, sinon avant lui, sinon celle du document."""
    dates = list(morceaux)
    for rang in range(len(dates) - 2, -1, -1):
        suivant = dates[rang + 1]
        if dates[rang].annee is None and suivant.annee is not None:
            dates[rang] = replace(dates[rang], annee=suivant.annee - (dates[rang].mois > suivant.mois))
    courante, precedent = annee, 0
    for rang, morceau in enumerate(dates):
        if morceau.annee is None and courante is not None:
            courante += morceau.mois < precedent
            dates[rang] = replace(morceau, annee=courante)
        courante, precedent = dates[rang].annee, morceau.mois
    return [morceau for morceau in dates if morceau.annee is not None]


def _intervalle(morceaux: Sequence[_Morceau]) -> str:
    bornes = sorted({iso for morceau in morceaux for iso in _isos(morceau)})
    return bornes[0] if len(bornes) == 1 else f"{bornes[0]}/{bornes[-1]}"


def _isos(morceau: _Morceau) -> list[str]:
    """Les jours du calendrier, ou le mois."""
    an = morceau.annee or 0
    jours = [iso for jour in morceau.jours if (iso := _iso(an, morceau.mois, jour))]
    return jours or [f"{an}-{morceau.mois:02}"]


def _iso(annee: int, mois: int, jour: int | None) -> str | None:
    try:
        lue = date(annee, mois, jour or 1)
    except ValueError:
        return None
    return lue.isoformat() if jour else lue.isoformat()[:7]


def _debut(texte: str, depart: int, intervalle: bool) -> int:
    """Place de la période, « du » ou « de » compris devant un intervalle."""
    ouverture = _precede(_OUVERTURE, texte, depart) if intervalle else None
    return ouverture.start() if ouverture else depart


def _precede(motif: re.Pattern[str], texte: str, place: int) -> re.Match[str] | None:
    """Ce motif juste avant cette place : le voisinage suffit, et garde un long texte rapide à lire."""
    return motif.search(texte, max(0, place - _VOISINAGE), place)


def _imprimer(brut: str, annee: int, imprimee: bool) -> str:
    propre = " ".join(brut.split()).lower().rstrip(" .,")
    return propre if imprimee else f"{propre} {annee}"
