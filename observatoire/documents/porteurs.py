"""Qui porte une action : le nom que le sommaire ou l'article imprime, dans l'écriture de l'article."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from observatoire.documents.blocs import en_capitales

_PETITS_MOTS = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "et", "en", "sur", "sous", "aux", "au", "à"})
#: Entre deux mots d'un nom : un blanc, une apostrophe, ou un sigle entre parenthèses.
_ENTRE_MOTS = r"[\s'’,-]*(?:\([^()]{1,20}\)\s*)?"
_PRECISION = r"(?:\s*\([^()]{1,20}\))?\s*(?:(?:de\s+la|de\s+l'|du|des|de|d'|-)\s*)?"
#: Le porteur est nommé dans les premières lignes.
_CHAPEAU = 900
_LONGUEUR_NOM = 110

#: Ce qui commence le nom d'une structure écrite en minuscules.
_TETES = (
    r"(?:\d{1,2}\s+)?(?:f[ée]d[ée]ration|association|villes?|communes?|municipalit[ée]|mairies?|communaut[ée]s?|agglom[ée]ration"
    r"|m[ée]tropole|conseils?\s+d[ée]partementa\w+|d[ée]partement|pr[ée]fecture|missions?\s+locales?|centres?\s+soci\w+|maison"
    r"|r[ée]gie|bailleur\s+social|bailleurs?|syndicat|groupement|coop[ée]rative|entreprise|soci[ée]t[ée]|fondation|institut"
    r"|universit[ée]|coll[èe]ge|lyc[ée]e|h[ôo]pital|caisse|collectif|compagnie|m[ée]diath[èe]que|ccas|service|club|comit[ée]|r[ée]seau)"
)
_FIN_DE_NOM = (
    r"(?:depuis|dans|afin|pour|avec|qui|que|dont|o[ùu]|a|ont|est|sont|s'est|se|ne|puis|en|par|ainsi|aupr[èe]s|autour|[àa]"
    r"|et\s+(?:son|sa|ses|la|le|les|l'|des|un|une|d')|pr[èe]s|vise\w*|permet\w*|propose\w*|accueill\w+|constitue\w*)\b"
)
_VERBE = (
    r"(?:(?:a|ont)\s+(?:\w+ment\s+)?(?:mis|port[ée]|men[ée]|d[ée]velopp[ée]|cr[ée]{2}|lanc[ée]|initi[ée]|engag[ée]|d[ée]ploy[ée]"
    r"|con[çc]u|mont[ée]|ouvert|organis[ée]|pilot[ée]|souhait[ée]|imagin[ée]|construit|inaugur[ée]|exp[ée]riment[ée]|install[ée])"
    r"|porte(?:nt)?|m[èe]ne(?:nt)?|met(?:tent)?|d[ée]veloppe(?:nt)?|d[ée]ploie(?:nt)?|anime(?:nt)?|pilote(?:nt)?|organise(?:nt)?"
    r"|propose(?:nt)?|œuvre(?:nt)?|joue(?:nt)?|lance(?:nt)?|conduit|conduisent|exp[ée]rimente(?:nt)?|accompagne(?:nt)?)\b"
)
_VERBE_COURT = re.compile(_VERBE)
_NOM = (
    rf"(?P<nom>(?:(?i:{_TETES})|[A-ZÀ-ÖØ-Þ]\w*(?:['’-]\w+)*)"
    rf"(?:\s\([A-ZÀ-ÖØ-Þ][^()]{{1,15}}\)|['’&/·-]|\s(?!{_FIN_DE_NOM}|{_VERBE})|[^\W_])*)"
)
_ARTICLE = r"(?:(?i:la|le|les)\s+|(?i:l)['’])?"
_PASSIF = (
    r"(?i:(?:port|men|pilot|anim|initi|lanc|cr[ée]|d[ée]velopp|coordonn|impuls|d[ée]ploy|organis|mont|g[ée]r)[ée]\S*"
    r"|mis\S*\s+en\s+(?:œuvre|oeuvre|place)|conduit\S*)\s+par\s+"
)
_INITIATIVE = (
    r"(?i:[àa]\s+l['’](?:initiative|invitation)|sous\s+l['’](?:impulsion|[ée]gide))\s+"
    r"(?i:d['’]|de\s+la\s|de\s+l['’]|des?\s|du\s)"
)
_TOURNURES = (
    re.compile(rf"\b{_PASSIF}{_ARTICLE}{_NOM}"),
    re.compile(rf"(?:^|[,;:.]\s+){_ARTICLE}{_NOM}\s+{_VERBE}"),
    re.compile(rf"{_INITIATIVE}{_ARTICLE}{_NOM}"),
)


def porteur_imprime(porteur: str, texte: str, lieux: Sequence[str] = ()) -> str:
    """Le porteur d'un sommaire, dans l'écriture de l'article, complété de son lieu si l'article le fait.

    Examples
    --------
    >>> porteur_imprime("RÉGIE DE QUARTIER", "La régie de quartier (RQ) de Sarcelles ouvre un atelier.", ["Sarcelles"])
    'Régie de quartier (RQ) de Sarcelles'
    """
    entier = _dans_l_article(porteur, texte, lieux)
    if not en_capitales(porteur):
        return _capitale(entier or porteur)
    sorte, _, nom = porteur.partition(" ")
    if entier is None and " " in nom and (propre := _dans_l_article(nom, texte, lieux)):
        entier = f"{_mot_a_mot(sorte, texte)} {propre}"  # l'article l'écrit sans dire que c'est une association
    return _capitale(entier or _mot_a_mot(porteur, " ".join([*lieux, texte])))


def porteur_du_chapeau(chapeau: str, texte: str = "") -> str | None:
    """Le porteur que nomment les premières phrases d'un article (« portée par la régie »), ou None.

    Un sigle est développé si l'article le fait quelque part.

    Examples
    --------
    >>> porteur_du_chapeau("La Mission locale des Rives a mis en œuvre une expérimentation avec ses partenaires.")
    'Mission locale des Rives'
    """
    debut = chapeau[:_CHAPEAU]
    for tournure in _TOURNURES:
        for lue in tournure.finditer(debut):
            nom = " ".join(lue["nom"].split()).strip(" ,-'")
            if 2 < len(nom) <= _LONGUEUR_NOM and not _VERBE_COURT.fullmatch(nom):
                return _capitale(_developper(nom, f"{chapeau}\n{texte}"))
    return None


def _developper(sigle: str, texte: str) -> str:
    """« PRE » -> « Programme de réussite éducative (PRE) », si les initiales s'accordent."""
    if not re.fullmatch(r"[A-ZÀ-ÖØ-Þ]{2,8}", sigle):
        return sigle
    for lue in re.finditer(rf"\(\s*{sigle}\s*\)", texte):
        mots = list(re.finditer(r"[^\W\d_]+", texte[max(0, lue.start() - _LONGUEUR_NOM) : lue.start()]))
        initiales = list(_aplatir(sigle))
        for mot in reversed(mots):
            plat = _aplatir(mot[0])
            if plat not in _PETITS_MOTS and plat[0] != initiales[-1]:
                break
            if plat[0] == initiales[-1]:
                initiales.pop()
            if not initiales:
                return texte[max(0, lue.start() - _LONGUEUR_NOM) + mot.start() : lue.end()]
    return sigle


def _capitale(nom: str) -> str:
    return nom[:1].upper() + nom[1:]


def _aplatir(texte: str) -> str:
    """Minuscules sans accents, un caractère pour un caractère."""
    return "".join(_lettre(caractere) for caractere in texte)


def _lettre(caractere: str) -> str:
    nue = unicodedata.normalize("NFD", caractere)[0].lower()
    return nue if len(nue) == 1 else caractere


def _dans_l_article(porteur: str, texte: str, lieux: Iterable[str]) -> str | None:
    mots = re.findall(r"\w+", _aplatir(porteur))
    if not mots:
        return None
    plat = _aplatir(texte)
    motif = re.compile(rf"\b{_ENTRE_MOTS.join(map(re.escape, mots))}\b")
    trouves = [(lue.start(), _fin(plat, lue.end(), lieux)) for lue in motif.finditer(plat)]
    complets = [(debut, fin) for debut, (fin, complet) in trouves if complet]
    debut_fin = complets or [(debut, fin) for debut, (fin, _) in trouves]
    return " ".join(texte[slice(*debut_fin[0])].split()) if debut_fin else None


def _fin(plat: str, fin: int, lieux: Iterable[str]) -> tuple[int, bool]:
    """Où finit le nom : après son lieu, si le texte le lui donne."""
    for lieu in lieux:
        suite = re.compile(rf"{_PRECISION}{re.escape(_aplatir(lieu))}\b").match(plat, fin)
        if suite:
            return suite.end(), True
    return fin, False


def _mot_a_mot(porteur: str, texte: str) -> str:
    """Chaque mot dans l'écriture la plus courante de l'article ; un mot qu'il n'écrit pas reste en capitales."""
    ecritures: dict[str, Counter[str]] = {}
    for mot in _mots(texte):
        ecritures.setdefault(_aplatir(mot), Counter())[mot] += 1

    def ecrire(lue: re.Match[str]) -> str:
        plat = _aplatir(lue[0])
        if plat in _PETITS_MOTS:
            return lue[0].lower()
        return ecritures[plat].most_common(1)[0][0] if plat in ecritures else lue[0]

    return re.sub(r"[^\W\d_]+", ecrire, porteur)


def _mots(texte: str) -> Iterator[str]:
    return (lue[0] for lue in re.finditer(r"[^\W\d_]+", texte))
