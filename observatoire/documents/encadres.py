"""Les chiffres d'un document : encadrés (« 268 participations ») et phrases qui comptent quelque chose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from observatoire.documents.blocs import Bloc, en_capitales

_NOMBRE = r"\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+(?:,\d+)?"
_AN = r"(?:19|20)\d\d"
_EN_LETTRES = {
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "quinze": 15,
    "vingt": 20,
    "trente": 30,
}
#: Ordres de grandeur (« une cinquantaine de demi-journées ») : toujours arrondis.
_ENVIRON = {
    "dizaine": 10,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
}
#: Ce qu'un rapport compte ; le reste des nombres d'une phrase (années, pages, âges) n'est pas un chiffre d'activité.
_COMPTES = (
    r"demi-?journées|soirées|numéros|participations|présences|demandes|sollicitations|requêtes|publications|réalisations"
    r"|articles|abonn[ée]\S*|followers|vues|visites|visiteu\S+|téléchargements|écoutes|lect(?:eur|rice)\S*|destinataires"
    r"|fiches|podcasts|salarié\S*|bénévoles?|adhérent\S*|adhésions|participant\S*|personnes|habitant\S*|parents|familles"
    r"|jeunes|enfants|élèves|femmes|élu(?:·|-)?e?s\S*|professionnel\S*|act(?:eur|rice)\S*|démarches|actions|projets"
    r"|journées|séances|sessions|ateliers|rencontres|formations|webinaires|séminaires|réunions|cités éducatives|centres"
    r"|territoires|communes|villes|EPCI|EPT|quartiers|QPV|départements|structures|associations"
)
_COMPTE = re.compile(rf"(?<![\d,.#/-])\b({_NOMBRE})\s+({_COMPTES})(?![^\W\d_])", re.IGNORECASE)
_COMPTE_ENVIRON = re.compile(rf"\bune? ({'|'.join(_ENVIRON)}) (?:de |d')({_COMPTES})(?![^\W\d_])", re.IGNORECASE)
#: « 2 villes sortantes, 6 entrantes » : le second nombre compte la même chose.
_ELLIPSE = re.compile(rf"[^,;.()]{{0,40}}?,(?: et)? ({_NOMBRE}) ([a-zéèê·-]+s)\b(?!\s?%)")
_POURCENT = re.compile(rf"({_NOMBRE})\s*%")
_AUTRE_ANNEE = re.compile(rf"(?:\(|\bcontre )({_NOMBRE})\s*%? (?:en|contre|pour) ({_AN})\b")
_AUTRE_ANNEE_SEULE = re.compile(rf"^\((?:{_NOMBRE}) en {_AN}\)$")
_ARRONDI = re.compile(
    r"\b(?:près de|plus de|moins de|environ|autour de|presque|quelque|quasi)\s*(?:les |une? )?$", re.I
)
_FOURCHETTE = re.compile(r"(?:\bà|\bet|-|–)\s*$")
_EVOLUTION = re.compile(r"(?:[+-]|\b(hausse|augmentation|progression|baisse|diminution|recul) de)\s*$")

#: Un encadré : un nombre seul, ou un nombre et ce qu'il compte.
_SEUL = re.compile(rf"^\+?\s*({_NOMBRE})\s*(%?)$")
_AVEC_LIBELLE = re.compile(rf"^(?:([^\d%]{{3,40}}?) )?\+?({_NOMBRE})\s*(%?) (\D.{{3,200}})$")
_ANNEE = re.compile(rf"^{_AN}$")
_LONGUEUR = 200
_LIGNES = 5
#: Un nombre au début d'une ligne courte, qui n'est pas un encadré : une adresse, une date, une durée.
_PAS_UN_ENCADRE = re.compile(
    r"^(?:(?:bis|ter)?,? ?(?:rue|avenue|av|boulevard|bd|place|allée|quai|chemin|impasse|cours|square|route|cedex)\b"
    r"|(?:er )?(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
    r"|h(?:eures?)?\b|ans?\b|€|euros?\b|[-–/.)])",
    re.IGNORECASE,
)
_POSTALE = re.compile(r"\b\d{5} [A-ZÀ-Þ]")
_SANS_TETE = re.compile(r"^(?:c'est |soit |ce sont )?(?:le nombre (?:de |d')|(?:de |des |d')(?=\w))?", re.IGNORECASE)
_PARENTHESE = re.compile(r"\s*\([^()]*\)?")

#: « 4 séances - 63 participations » : une ligne qui ne fait que compter des séances et ceux qui y sont venus.
_PAIRE = (
    rf"(?:{_NOMBRE})\s+(?:demi-?journées?|journées?|séances?|sessions?|ateliers?|rencontres?|réunions?|webinaires?|soirées?"
    r"|participations?|participant\S*|présences?|personnes)(?: [a-zéè·]{3,20})?"
)
_ENTRE_PAIRES = r"\s*(?:[-–—,;/·|+•]|\bet\b)\s*"
_LIGNE_DE_PAIRES = re.compile(rf"{_PAIRE}(?:{_ENTRE_PAIRES}{_PAIRE})*\s*[.;]?", re.IGNORECASE)
_SEPARATION = re.compile(rf"{_ENTRE_PAIRES}(?=\d)")
#: « Répartition : Essonne 48 %, Yvelines 27 % » : chaque part suit le nom de ce dont elle est la part.
_REPARTITION = re.compile(r":[^,;:%]*\d\s*%\s*[,;][^,;:%]*\d\s*%")
_PART_NOMMEE = re.compile(r"(?:[:,;]|\bet)\s*([^\W\d_][^,;:%]{1,60}?)\s*$")
_LIGNE_CHIFFREE = re.compile(rf"^(?:{_NOMBRE})\s+[^\W\d_]")

_PHRASE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀÂÉÈÊÎÔ«\d])")
#: Où finit ce qu'un nombre compte.
_FIN_DE_GROUPE = re.compile(r"[,;:.()«»!?]| [-–] | (?:et|ou|pour|dont|contre|avec|des|de|les) (?=\d)|\s(?=\d)|\bcela\b")
_MOTS_PENDANTS = re.compile(
    r"(?:\s(?:de|des|du|d'|la|le|les|l'|un|une|et|ou|en|à|au|aux|pour|avec|dans|par|sur|issu|près|plus|autour))+$", re.I
)
#: « 80 territoires sont alors concernés » compte des territoires concernés ; « ont participé » n'ajoute rien.
_AUXILIAIRE = re.compile(
    r" (?:(?:ont|a) (?:\w+ )?été|sont|est)(?: (?:ainsi|alors|également|aussi|désormais))* (?=\w+(?:é|i|u|s|t)e?s?\b)"
)
_VERBE_PUIS = re.compile(r" (?:ont|a) (?!(?:\w+ )?été\b).*$")
#: « 42 communes et réuni 900 personnes » : le verbe est celui du compte suivant.
_VERBE_FINAL = re.compile(r" et (?:a |ont )?\w+[éi]s?(?: (?:près|plus|moins) de)?$")
_LONGUEUR_GROUPE = 90
#: Verbes entre ce qui est compté et sa part (« Les associations concentrent 13 % des demandes »).
_VERBE = (
    r"(?:concern|représent|concentr|regroup|constitu|compt|form|rest|port|atteign|attei|baiss|augment|progress|recul|provienn|provien|éman)(?:e|ent|t)"
    r"|sont|ont|est|a"
)
_SUJET = re.compile(
    rf"^(?:[^,]{{1,40}}, )?(?:ce sont )?(?:les? |la |l')?(\S.{{1,120}}?),? (?:{_VERBE})\b", re.IGNORECASE
)
_TOUT = re.compile(r"^\s*(?:de l'ensemble |du total )?(?:de la |de l'|des |du |de |d')([^\W\d_][^\s,;.:()]*)")
#: « 40 % en Essonne » : le territoire suit.
_LIEU_APRES = re.compile(
    r"^\s*(?:en|dans l[ae]s?|dans l'|à|au|aux|sur l[ae]s?) ?"
    r"([A-ZÀ-Þ][\w'-]*(?:(?: d'| de | de la )?[ -]?[A-ZÀ-Þ][\w'-]*)*)"
)
_VERBE_PLURIEL = re.compile(rf"^(?:[a-zéè]+ent|{_VERBE})\b")
_NOM_PROPRE = re.compile(r"(?:^|\s|')([A-ZÀ-Þ][^,;:()]*)$")
_ENTRE_SUJETS = re.compile(r",\s|\bet (?:de la |de l'|du |des |d')?")
_DEBUT_DE_LIEU = re.compile(
    r"^(?:communauté|ville|commune|département|ca|cu|ept|métropole|agglomération|grand|région|pays|conseil)\b", re.I
)
#: « Au sein du Val d'Oise, ... » : le territoire d'une phrase ou d'un paragraphe.
_OUVERTURE = re.compile(
    r"^(?:Dans|Au sein|À l'échelle|A l'échelle|Sur|En|À|A|Pour)(?: l[ae]s?| du| des| de la| de l'| de| d'| l')? ?"
    r"(?:territoire |département )?(?:de la |de l'|du |des |d'|de )?"
    r"([A-ZÀ-Þ][\w'-]*(?: d'[A-ZÀ-Þ][\w-]*| (?:de |la |le |les |sur |en )*[A-ZÀ-Þ][\w'-]*)*), "
)


@dataclass(frozen=True)
class Encadre:
    """Un chiffre mis en avant.

    Attributes
    ----------
    valeur : float
        Le nombre.
    unite : str
        « % », ou ce qu'il compte, en un ou deux mots.
    libelle : str
        Ce qu'en dit l'encadré.
    lieu : str, optional
        Ce que l'encadré imprime au-dessus du nombre : son territoire.
    bloc : Bloc
        Où il est.
    rangs : tuple of int
        Rangs des blocs qu'il occupe.
    """

    valeur: float
    unite: str
    libelle: str
    lieu: str | None
    bloc: Bloc
    rangs: tuple[int, ...]


@dataclass(frozen=True)
class Mesure:
    """Un chiffre et ce qu'il compte, lisible seul.

    Attributes
    ----------
    place : int
        Rang, dans le texte lu, du nombre.
    """

    valeur: float
    unite: str
    libelle: str
    phrase: str
    place: int
    territoire: str | None = None


def lire_nombre(texte: str) -> float:
    """Nombre écrit à la française, en chiffres ou en lettres.

    Examples
    --------
    >>> lire_nombre("4 693"), lire_nombre("8,1"), lire_nombre("deux")
    (4693.0, 8.1, 2.0)
    """
    en_lettres = _EN_LETTRES.get(texte.lower())
    return float(en_lettres if en_lettres else re.sub(r"[ .]", "", texte).replace(",", "."))


#: Un nombre de séances s'écrit souvent en lettres.
NOMBRE_OU_MOT = rf"(?:{_NOMBRE}|{'|'.join(_EN_LETTRES)})"


# --- encadrés ---


def lire_encadres(blocs: Sequence[Bloc]) -> Iterator[Encadre]:
    """Les encadrés d'une suite de blocs : un nombre et son libellé, dans un bloc ou dans deux qui se suivent."""
    fin = 0
    for rang, bloc in enumerate(blocs):
        encadre = _lire_encadre(blocs, rang) if rang >= fin and _tient(bloc) else None
        if encadre:
            fin = encadre.rangs[-1] + 1
            yield encadre


def separer(blocs: Iterable[Bloc]) -> Iterator[Bloc]:
    """Détache de son paragraphe chaque ligne qui ne fait que compter : un bloc par nombre.

    Examples
    --------
    >>> encadre = Bloc("paragraphe", "4 séances - 63 participations", ("4 séances - 63 participations",), 7)
    >>> [(bloc.texte, bloc.ligne) for bloc in separer([encadre])]
    [('4 séances', 7), ('63 participations', 7)]
    """
    for bloc in blocs:
        comptes = [rang for rang in range(len(bloc.lignes)) if _compte_seulement(bloc, rang)]
        # Une liste de chiffres d'ensemble se lit d'un tenant.
        liste = len(comptes) < len(bloc.lignes) and _LIGNE_CHIFFREE.match(bloc.lignes[0].strip())
        if comptes and not liste and bloc.genre == "paragraphe":
            yield from _morceaux(bloc, comptes)
        else:
            yield bloc


def _compte_seulement(bloc: Bloc, rang: int) -> bool:
    """La ligne n'est que des nombres et ce qu'ils comptent, et n'est pas prise dans une phrase."""
    if not _LIGNE_DE_PAIRES.fullmatch(bloc.lignes[rang].strip()):
        return False
    finie = rang == 0 or re.search(r"[.!?:»)]$|^\d", bloc.lignes[rang - 1].strip()) is not None
    suite = bloc.lignes[rang + 1].lstrip() if rang + 1 < len(bloc.lignes) else ""
    return finie and not suite[:1].islower()


def _morceaux(bloc: Bloc, comptes: Sequence[int]) -> Iterator[Bloc]:
    """Le texte entre les lignes qui comptent, et chacun de leurs nombres."""
    debut = 0
    for rang in (*comptes, len(bloc.lignes)):
        if rang > debut:
            yield _morceau(bloc, debut, bloc.lignes[debut:rang])
        if rang < len(bloc.lignes):
            yield from (_morceau(bloc, rang, (paire,)) for paire in _SEPARATION.split(bloc.lignes[rang].strip()))
        debut = rang + 1


def _morceau(bloc: Bloc, rang: int, lignes: tuple[str, ...]) -> Bloc:
    tout = len(lignes) == len(bloc.lignes) > 1
    texte = bloc.texte if tout else " ".join(ligne.strip() for ligne in lignes)
    return replace(bloc, texte=texte, lignes=lignes, ligne=bloc.ligne + rang, vides=bloc.vides if rang == 0 else 0)


def _tient(bloc: Bloc) -> bool:
    return bloc.genre in {"paragraphe", "titre"} and len(bloc.texte) <= _LONGUEUR and len(bloc.lignes) <= _LIGNES


def _lire_encadre(blocs: Sequence[Bloc], rang: int) -> Encadre | None:
    bloc = blocs[rang]
    seul = _SEUL.match(bloc.texte)
    if seul:
        suivant = blocs[rang + 1] if rang + 1 < len(blocs) else None
        if suivant is None or _ANNEE.match(seul[1]) or not _est_libelle(suivant):
            return None
        return _completer(_encadre(seul[1], seul[2], suivant.texte, None, bloc, (rang, rang + 1)), blocs)
    compose = _AVEC_LIBELLE.match(bloc.texte)
    if compose and bloc.genre == "paragraphe" and _est_compose(bloc, compose):
        return _completer(_encadre(compose[2], compose[3], compose[4], compose[1], bloc, (rang,)), blocs)
    return None


def _est_libelle(bloc: Bloc) -> bool:
    texte = bloc.texte
    return _tient(bloc) and len(texte) > 2 and not _SEUL.match(texte) and not _PAS_UN_ENCADRE.match(texte)


def _est_compose(bloc: Bloc, compose: re.Match[str]) -> bool:
    """Un nombre seul sur sa ligne, ou en tête d'une ligne courte qui n'est pas une phrase."""
    if _ANNEE.match(compose[2]) or _PAS_UN_ENCADRE.match(compose[4]) or _POSTALE.search(bloc.texte):
        return False
    isole = any(_SEUL.match(ligne) for ligne in bloc.lignes)
    en_tete = not compose[1] and not re.search(r"[.;:,]$", bloc.texte)
    return isole or (en_tete and (len(bloc.texte) <= 60 or en_capitales(compose[4])))


def _encadre(nombre: str, pourcent: str, libelle: str, lieu: str | None, bloc: Bloc, rangs: tuple[int, ...]) -> Encadre:
    propre = libelle.strip(" .:")
    return Encadre(lire_nombre(nombre), pourcent or unite_de(propre), propre, lieu, bloc, rangs)


def _completer(encadre: Encadre, blocs: Sequence[Bloc]) -> Encadre:
    """« (7 en 2022) » sur la ligne suivante appartient à l'encadré."""
    suivant = encadre.rangs[-1] + 1
    if suivant < len(blocs) and _AUTRE_ANNEE_SEULE.match(blocs[suivant].texte):
        libelle = f"{encadre.libelle} {blocs[suivant].texte}"
        return replace(encadre, libelle=libelle, rangs=(*encadre.rangs, suivant))
    return encadre


def unite_de(libelle: str) -> str:
    """Ce que compte un libellé, en un ou deux mots.

    Examples
    --------
    >>> unite_de("c'est le nombre de followers en décembre 2023"), unite_de("nouvelles personnes dans le réseau")
    ('followers', 'personnes')
    """
    propre = _SANS_TETE.sub("", libelle)
    if connue := re.search(rf"(?<![\w-])(?:{_COMPTES})(?![^\W\d_])", propre, re.IGNORECASE):
        return connue[0].lower()
    mots = re.findall(r"[^\W\d_][\w'·-]*", propre)
    return mots[0].lower() if mots else ""


def mesures_d_encadre(encadre: Encadre, tout: str) -> Iterator[Mesure]:
    """Le chiffre d'un encadré, et celui d'une autre année s'il le rappelle.

    Parameters
    ----------
    tout : str
        Ce dont un pourcentage est la part (« demandes »), s'il ne le dit pas.
    """
    libelle, territoire = _SANS_TETE.sub("", _PARENTHESE.sub("", encadre.libelle)).strip(" ,"), encadre.lieu
    if encadre.unite == "%":
        libelle, territoire = _libelle_de_part(encadre.libelle, tout), territoire
    elif repete := re.search(rf"\b{encadre.valeur:.0f} (\D{{3,}})", libelle):
        libelle = _groupe(repete[1])
    yield Mesure(encadre.valeur, encadre.unite, libelle, encadre.bloc.texte, 0, territoire)
    for autre in _AUTRE_ANNEE.finditer(encadre.libelle):
        rappel = f"{encadre.unite if encadre.unite != '%' else libelle} en {autre[2]}"
        yield Mesure(lire_nombre(autre[1]), encadre.unite, rappel, encadre.bloc.texte, 0, territoire)


def _libelle_de_part(libelle: str, tout: str) -> str:
    """« de demandes proviennent de Paris » -> « part des demandes qui proviennent de Paris »."""
    propre = _PARENTHESE.sub("", libelle).strip(" .,")
    dit = _TOUT.match(propre)
    if not dit:
        return _part_de(tout, propre)
    reste = propre[dit.end() :].strip()
    return f"part des {dit[1]} {'qui ' if _VERBE_PLURIEL.match(reste) else ''}{reste}".strip()


def _part_de(tout: str, objet: str) -> str:
    """Libellé d'une part : « part des demandes : associations »."""
    return " : ".join(filter(None, (f"part des {tout}" if tout else "part", objet)))


# --- phrases ---


def lire_mesures(texte: str, tout: str = "") -> Iterator[Mesure]:
    """Les chiffres d'un paragraphe, dans l'ordre de ses phrases.

    Parameters
    ----------
    texte : str
        Un paragraphe.
    tout : str
        Ce dont un pourcentage est la part, s'il ne le dit pas.

    Examples
    --------
    >>> [(m.valeur, m.libelle) for m in lire_mesures("Les associations concentrent 13 % des demandes.")]
    [(13.0, 'part des demandes : associations')]
    >>> [(m.valeur, m.libelle) for m in lire_mesures("En 2023, 112 demandes ont été traitées (116 en 2022).")]
    [(112.0, 'demandes traitées'), (116.0, 'demandes en 2022')]
    """
    place = 0
    for phrase in _PHRASE.split(texte):
        debut = texte.index(phrase, place)
        place = debut + len(phrase)
        territoire = ouverture(phrase)
        for mesure in (*_comptes(phrase), *_parts(phrase, tout)):
            yield replace(mesure, place=debut + mesure.place, territoire=mesure.territoire or territoire)


def mesures_de_bloc(bloc: Bloc, tout: str = "") -> Iterator[Mesure]:
    """Les chiffres d'un bloc ; dans une liste, chaque ligne se lit seule, après ce que compte celle d'avant."""
    chiffrees = sum(_LIGNE_CHIFFREE.match(ligne.strip()) is not None for ligne in bloc.lignes)
    if chiffrees < 2 or any(ligne.lstrip()[:1].islower() for ligne in bloc.lignes):
        yield from lire_mesures(bloc.texte, tout)
        return
    for ligne in bloc.lignes:
        lues = [*lire_mesures(ligne.strip(), tout)]
        yield from lues
        tout = next((lue.unite for lue in lues if lue.unite != "%"), tout)


def ouverture(phrase: str) -> str | None:
    """Le territoire sur lequel s'ouvre une phrase.

    Examples
    --------
    >>> ouverture("Au sein du Val d'Oise, 80 communes ont signé."), ouverture("En 2023, le réseau s'est réuni.")
    ("Val d'Oise", None)
    """
    lue = _OUVERTURE.match(phrase)
    return lue[1] if lue else None


def _comptes(phrase: str) -> Iterator[Mesure]:
    for lu in _COMPTE.finditer(phrase):
        if _FOURCHETTE.search(phrase[: lu.start()]) and re.search(r"\d\s*\S+\s*$", phrase[: lu.start()]):
            continue
        valeur, unite = lire_nombre(lu[1]), lu[2].rstrip(".,;:")
        groupe = _groupe(phrase[lu.start(2) :])
        yield Mesure(valeur, unite, groupe + _arrondi(phrase, lu.start()), phrase, lu.start())
        yield from _memes_choses(phrase, lu, unite)
    for lu in _COMPTE_ENVIRON.finditer(phrase):
        valeur, unite = float(_ENVIRON[lu[1].lower()]), lu[2].rstrip(".,;:")
        yield Mesure(valeur, unite, f"{_groupe(phrase[lu.start(2) :])} (environ)", phrase, lu.start())


def _memes_choses(phrase: str, lu: re.Match[str], unite: str) -> Iterator[Mesure]:
    """Ce qui suit un compte et compte la même chose : une autre année, un autre adjectif."""
    suite = phrase[lu.end() : lu.end() + 80]
    if autre := _AUTRE_ANNEE.search(suite):
        place = lu.end() + autre.start(1)
        yield Mesure(lire_nombre(autre[1]), unite, f"{unite} en {autre[2]}", phrase, place)
    autre = _ELLIPSE.match(suite)
    if autre and not re.fullmatch(_COMPTES, autre[2], re.IGNORECASE):
        place = lu.end() + autre.start(1)
        yield Mesure(lire_nombre(autre[1]), unite, f"{unite} {autre[2]}", phrase, place)


def _parts(phrase: str, tout: str) -> Iterator[Mesure]:
    for lu in _POURCENT.finditer(phrase):
        avant = phrase[: lu.start()]
        if _FOURCHETTE.search(avant) and re.search(r"\d\s*%?\s*\S+\s*$", avant):
            continue
        valeur = lire_nombre(lu[1])
        if _EVOLUTION.search(avant):
            yield _evolution(phrase, lu, valeur)
        else:
            yield _part(phrase, lu, valeur, tout)


def _evolution(phrase: str, lu: re.Match[str], valeur: float) -> Mesure:
    avant = phrase[: lu.start()]
    comptes = list(_COMPTE.finditer(avant))
    objet = _groupe(avant[comptes[-1].start(2) :]) if comptes else _sujet(avant)
    signe = -1 if re.search(r"(?:-|baisse de|diminution de|recul de)\s*$", avant) else 1
    suite = _groupe(phrase[lu.end() :], f"{_AN}")
    return Mesure(signe * valeur, "%", f"évolution : {objet} {suite}".strip(), phrase, lu.start())


def _part(phrase: str, lu: re.Match[str], valeur: float, tout: str) -> Mesure:
    avant, apres = phrase[: lu.start()], phrase[lu.end() :]
    if _REPARTITION.search(phrase) and (nommee := _PART_NOMMEE.search(avant[-_LONGUEUR_GROUPE:])):
        lieu = nommee[1] if nommee[1][0].isupper() else None
        return Mesure(valeur, "%", _part_de(tout, nommee[1]), phrase, lu.start(), lieu)
    dit, compte = _TOUT.match(apres), [*_COMPTE.finditer(avant)][-1:]
    quoi = dit[1] if dit else compte[0][2] if compte else tout
    ailleurs = _LIEU_APRES.match(apres)
    nomme = _entre_parentheses(avant)
    objet = (
        nomme or ("" if compte else _sujet(avant)) or ("" if ailleurs else _groupe(apres[dit.end() if dit else 0 :]))
    )
    annee = re.match(rf"\s*(?:\S+ ){{0,2}}en ({_AN})\b", apres)
    libelle = _part_de(quoi, objet) + (f" en {annee[1]}" if annee else "") + _arrondi(phrase, lu.start())
    territoire = ailleurs[1] if ailleurs else nomme if nomme and _DEBUT_DE_LIEU.match(nomme) else None
    return Mesure(valeur, "%", libelle, phrase, lu.start(), territoire)


def _entre_parentheses(avant: str) -> str | None:
    """« l'agglomération de Cergy (8,1 %) » : le nom propre devant la parenthèse."""
    if avant.rfind("(") <= avant.rfind(")"):
        return None
    morceau = re.sub(r"^Ce sont ", "", _ENTRE_SUJETS.split(avant[: avant.rfind("(")].rstrip())[-1])
    nom = _NOM_PROPRE.search(morceau)
    return nom[1].strip() if nom and (nom.start(1) > 0 or _DEBUT_DE_LIEU.match(nom[1])) else None


def _sujet(avant: str) -> str:
    """Le sujet de la phrase que finit ``avant``."""
    propre = _PARENTHESE.sub("", avant)
    lu = _SUJET.match(propre)
    return lu[1] if lu else _groupe(re.sub(r"^(?:les? |la |l')", "", propre, flags=re.IGNORECASE))


def _groupe(texte: str, garder: str = "") -> str:
    """Le groupe de mots en tête d'un texte : jusqu'à une ponctuation ou un autre nombre."""
    masque = re.sub(garder, lambda lu: "x" * len(lu[0]), texte) if garder else texte
    fin = _FIN_DE_GROUPE.search(masque)
    groupe = texte[: fin.start()] if fin else texte
    if fin and texte[fin.start() :].lstrip()[:1].isdigit():
        groupe = _VERBE_FINAL.sub("", groupe)
    if len(groupe) > _LONGUEUR_GROUPE:
        groupe = groupe[:_LONGUEUR_GROUPE].rsplit(" ", 1)[0]
    return _MOTS_PENDANTS.sub("", _AUXILIAIRE.sub(" ", _VERBE_PUIS.sub("", groupe.strip()))).strip()


def _arrondi(phrase: str, place: int) -> str:
    return " (environ)" if _ARRONDI.search(phrase[:place]) else ""
