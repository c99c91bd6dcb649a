"""Les adhérents d'une association, tels qu'un rapport les énumère ; les personnes n'y sont que comptées."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from observatoire.documents.blocs import Bloc
from observatoire.notices import Adherent

#: Types d'adhérents, et ce par quoi un document annonce leur liste. « collectivité » n'est pas assez précis pour
#: dire commune ou intercommunalité : les listes qui suivent le disent.
_TYPES = (
    ("association", r"(?:associations?|structures? associatives?|secteur associatif|centres? socia(?:l|ux))"),
    (
        "individuel",
        r"(?:adhérent\S* |membres? )?(?:individuel\S*|personnes? physiques?|particuliers|habitant\S*|à titre)",
    ),
    ("commune", r"(?:villes?|communes?|municipalités?|mairies?)"),
    ("epci", r"(?:epci|ept|intercommunalités?|agglomérations?|communautés? (?:d'agglomération|urbaine|de communes))"),
    ("département", r"(?:départements?|conseils? départementa\S+)"),
    ("bailleur social", r"(?:bailleurs?|organismes? (?:hlm|de logement))"),
    ("collectivité", r"collectivités?"),
    ("institution", r"(?:institution\S*|établissements?|organismes?|administrations?|partenaires? institutionnels?)"),
)
#: « Associations », « Nos villes adhérentes (12) », « Membres individuels : ... ».
_ANNONCE = re.compile(
    r"^(?:(?:nos|les|liste des?|collège des?|membres?)\s+)*(?P<type>[^:;]{2,45}?)\s*"
    r"(?:adhérent\S*|membres?|territoriales|locales|sociaux)*\s*(?:\(\d+\))?\s*(?::\s*(?P<liste>.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_TERRITOIRES = frozenset({"commune", "epci", "département"})
_ENTRE = re.compile(r"\s*[;•·|]\s+|\n")
_ENTRE_TERRITOIRES = re.compile(r"\s*,\s*|\s+et\s+|\s*[;•·|]\s+")
_COMMUNE_ENTRE_PARENTHESES = re.compile(r"^(?P<nom>.+?)\s*\((?P<commune>[A-ZÀ-Þ][\w' -]+)\)$")
_COMMUNE_APRES = re.compile(r"^(?P<nom>.+?)(?:,\s+|\s+[-–—]\s+)(?P<commune>(?:L[ae]s?\s|L')?[A-ZÀ-Þ][\w' -]+)$")
#: Une association peut être d'un département : ce n'est pas une commune.
_PAS_UNE_COMMUNE = re.compile(
    r"^(?:(?:le |les |la |l')?(?:val[ -]d'oise|yvelines|hauts[ -]de[ -]seine|seine[ -]saint[ -]denis|val[ -]de[ -]marne"
    r"|essonne|seine[ -]et[ -]marne|île[ -]de[ -]france|ile[ -]de[ -]france|france))$",
    re.IGNORECASE,
)
#: Parmi des collectivités, ce qui n'est pas une commune le dit.
_AUTRE_COLLECTIVITE = re.compile(
    r"\b(?:agglo\w*|c\.?[acu]\.?|cc|ept|epci|syndicat|d[ée]partement\w*|r[ée]gion\w*|communaut[ée]|m[ée]tropole|grand|pays"
    r"|conseil|ccas|territoire|[ée]tablissement)\b|[(,]| [-–—] ",
    re.IGNORECASE,
)
_NOMBRE = re.compile(r"^\W*\d{1,4}\W*$")
_NOM_DE_PERSONNE = re.compile(r"^(?:M\.|Mme)?\s*[A-ZÀ-Þ][\w'.-]*(?:\s+[\w'.-]+){1,4}\W*$")
_PERSONNES = re.compile(r"\s*(?:[;,•·|]|\bet\b|\n)\s*")
_BORDS = " .;,-–•"
#: Une phrase d'introduction est plus longue que le nom d'un adhérent, et finit par un point.
_LONGUEUR_NOM = 90


@dataclass
class Liste:
    """Ce que la partie des adhérents énumère, et les blocs qui n'énumèrent rien."""

    adherents: list[Adherent] = field(default_factory=list)
    phrases: list[Bloc] = field(default_factory=list)
    inconnus: list[Bloc] = field(default_factory=list)


def type_adherent(texte: str) -> str | None:
    """Type d'adhérents qu'annonce un texte court, ou None.

    Examples
    --------
    >>> [type_adherent(texte) for texte in ("Nos villes adhérentes (12)", "Collectivités territoriales", "Bilan")]
    ['commune', 'collectivité', None]
    """
    lue = _ANNONCE.match(texte.strip())
    nom = lue["type"] if lue else ""
    return next((genre for genre, motif in _TYPES if re.fullmatch(motif, nom, re.IGNORECASE)), None)


def lire_adherents(blocs: Iterable[Bloc]) -> Liste:
    """Lit les listes d'adhérents : « Villes : a ; b », ou un titre de type puis sa liste, d'un trait ou par puces."""
    liste, genre = Liste(), None
    for bloc in _recoller(blocs):
        annonce = _ANNONCE.match(bloc.texte)
        annonce_de = type_adherent(bloc.texte)
        genre = annonce_de or genre
        contenu = (annonce["liste"] or "") if annonce and annonce_de else bloc.texte
        if contenu:
            _ranger(liste, bloc, contenu, genre)
    return liste


def _recoller(blocs: Iterable[Bloc]) -> list[Bloc]:
    """Réunit une énumération que la colonne a coupée : elle ne finit pas par un point, et rien n'annonce la suite."""
    recolles: list[Bloc] = []
    for bloc in blocs:
        avant = recolles[-1] if recolles else None
        if avant and _ENTRE.search(avant.texte) and avant.genre == bloc.genre == "paragraphe" and _suit(avant, bloc):
            recolles[-1] = replace(avant, texte=f"{avant.texte} {bloc.texte}", lignes=(*avant.lignes, *bloc.lignes))
        else:
            recolles.append(bloc)
    return recolles


def _suit(avant: Bloc, bloc: Bloc) -> bool:
    return not avant.texte.endswith(".") and type_adherent(bloc.texte) is None


def _ranger(liste: Liste, bloc: Bloc, contenu: str, genre: str | None) -> None:
    """Ce qu'énumère un bloc ; une phrase n'énumère rien, une liste sans type est signalée."""
    nombre = _compter(contenu, genre)
    if genre is not None and nombre:
        _noter_nombre(liste, genre, bloc.ligne, nombre)
        return
    elements = list(_elements(bloc, contenu, genre))
    if len(elements) == 1 and _est_phrase(bloc):
        liste.phrases.append(bloc)
    elif genre is None:
        liste.inconnus.append(bloc)
    else:
        liste.adherents.extend(_adherent(element, genre, bloc.ligne) for element in elements)


def _elements(bloc: Bloc, contenu: str, genre: str | None) -> Iterator[str]:
    """Les noms d'une liste ; les virgules ne séparent que des territoires, une association a sa commune derrière."""
    if bloc.genre == "rangee":
        yield ", ".join(bloc.lignes)
        return
    separateur = _ENTRE_TERRITOIRES if genre in _TERRITOIRES and ";" not in contenu else _ENTRE
    yield from (propre for element in separateur.split(contenu) if (propre := element.strip(_BORDS)))


def _est_phrase(bloc: Bloc) -> bool:
    return bloc.genre == "paragraphe" and (len(bloc.texte) > _LONGUEUR_NOM or bloc.texte.endswith((".", ":")))


def _compter(contenu: str, genre: str | None) -> int:
    """Le nombre imprimé à la place d'une liste, ou celui des personnes que la liste nomme."""
    if _NOMBRE.match(contenu):
        return int(re.sub(r"\D", "", contenu))
    morceaux = _PERSONNES.split(contenu) if genre == "individuel" else []
    return sum(_NOM_DE_PERSONNE.match(morceau) is not None for morceau in morceaux)


def _noter_nombre(liste: Liste, genre: str, ligne: int, nombre: int) -> None:
    """Une liste d'un nom par ligne fait un seul nombre."""
    dernier = liste.adherents[-1] if liste.adherents else None
    if dernier and dernier.nom is None and dernier.type == genre:
        liste.adherents[-1] = replace(dernier, nombre=dernier.nombre + nombre)
    else:
        liste.adherents.append(Adherent(None, genre, ligne, nombre=nombre))


def _adherent(element: str, genre: str, ligne: int) -> Adherent:
    if genre in _TERRITOIRES or (genre == "collectivité" and _sa_commune(element, genre)):
        return Adherent(element, genre, ligne, _sa_commune(element, genre))
    lu = _COMMUNE_ENTRE_PARENTHESES.match(element) or _COMMUNE_APRES.match(element)
    if lu is None:
        return Adherent(element, genre, ligne)
    commune = None if _PAS_UNE_COMMUNE.match(lu["commune"]) else lu["commune"]
    return Adherent(lu["nom"], genre, ligne, commune)


def _sa_commune(element: str, genre: str) -> str | None:
    """Une commune est sa propre commune ; parmi des collectivités, c'est un nom qu'aucune sorte ne précède."""
    if genre == "commune":
        return element
    autre = _AUTRE_COLLECTIVITE.search(element) or _PAS_UNE_COMMUNE.match(element)
    return None if genre != "collectivité" or autre else element
