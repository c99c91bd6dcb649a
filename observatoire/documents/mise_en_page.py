"""Ce que la mise en page dit d'un bloc de recueil ou de lettre : titre, texte, adresse, contact, mobilier de la page.

La forme du bloc et ses voisins le disent. Avant cela, ce que la mise en page a collé est séparé, et ce qu'elle a coupé,
réuni.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from observatoire.documents.adresses_web import URL, est_adresse
from observatoire.documents.blocs import Bloc, en_capitales
from observatoire.documents.lignes_de_lieu import est_lieu

Role = Literal["titre", "texte", "adresse", "contact", "mobilier"]

_COURRIEL = re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<![\d.])(?:\+33\s?|0)[1-9](?:[\s.-]?\d\d){4}(?!\d)")
_CONTACT = re.compile(
    r"^\W*(?:contacts?(?!@)|renseignements?|(?:personnes?|structures?)\s+(?:à\s+contacter|ressources?|référentes?)"
    r"|pour\s+(?:plus\s+d'informations?|en\s+savoir\s+plus|tout\s+renseignement)|plus\s+d'infos?(?:rmations?)?)\b"
    r"(?P<suite>\W*)",
    re.IGNORECASE,
)
#: Ce qu'un document répète ou ajoute, et qui ne dit rien d'une action.
_MOBILIER = re.compile(
    r"^\W*(?:©|\(c\)\s|cr[ée]dits?\b.{0,80}$|(?:photos?|illustrations?|visuels?)\s*(?::|©)|source\s*:\s*\S+$"
    r"|(?:p(?:age)?\.?\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?\W*$"
    r"|(?:r[ée]dact\S*|contribut\S*|conception|maquette|impression|graphisme|mise\s+en\s+page)(?:\s+graphique)?\s*:"
    r"|(?:direct\S+|comit[ée]|charg[ée]\S*|coordination|responsables?|cheff?e?s?)\s*(?:de|d'|des|du)\s*(?:la\s+|l')?"
    r"(?:publication|r[ée]daction|[ée]dition|communication)s?\s*:"
    r"|issn\b|isbn\b|d[ée]p[ôo]t\s+l[ée]gal|tous\s+droits\s+r[ée]serv|tenez-vous\s+inform|(?:suivez|rejoignez)[- ]nous"
    r"|(?:pour\s+)?(?:vous\s+|se\s+)?d[ée]s(?:inscrire|abonner)\b|(?:pour\s+)?(?:vous\s+|s')abonner\b.{0,80}$"
    r"|si\s+vous\s+ne\s+(?:visualisez|voyez)|mentions\s+l[ée]gales"
    r"|extrait\s+(?:de\s+la\s+)?4|quatri[èe]me\s+de\s+couv|avec\s+le\s+soutien|r[ée]publique\s+fran[çc]aise"
    r"|libert[ée]\W+[ée]galit[ée]\W+fraternit[ée]|pr[ée]f[èe]te?\s+d|agence\s+nationale\s+de\s+la\s+coh[ée]sion)",
    re.IGNORECASE,
)
_CARTOUCHE = re.compile(r"\s+[-–—|•]\s+")
#: Ce que ferme une lettre, même imprimé comme un titre.
_PIED_DE_LETTRE = re.compile(
    r"^\W*(?:(?:pour\s+)?(?:vous\s+|se\s+)?d[ée]s(?:inscri|abonn)|issn\b|isbn\b|mentions\s+l[ée]gales|suivez[- ]nous)",
    re.IGNORECASE,
)
_POSTALE = re.compile(r"\b\d{5}\s+[A-ZÀ-Þ]")
_VOIE = re.compile(r"\b(?:rue|avenue|boulevard|place|all[ée]e|quai|chemin|cedex|impasse|cours|bp)\b", re.IGNORECASE)

#: Au-delà, ce n'est plus un titre.
_LONGUEUR_TITRE = 220
_LONGUEUR_TITRE_MINUSCULE = 150
_LIGNES_DE_TITRE = 5
#: Dans un PDF dont les titres sont plus grands que le texte, un intertitre du corps du texte est court.
_LONGUEUR_INTERTITRE = 115
_TITRES_D_UN_PDF = 5
_LONGUEUR_CONTACT = 500
#: Plus long, un paragraphe sans point final a été coupé par la page : ce qui suit le continue.
_PHRASE = 60
#: Tant de lignes vides séparent deux articles, jamais deux morceaux d'une phrase.
_BLANC = 3
EN_SUSPENS = re.compile(
    r"(?:[,«(–-]|(?<![\w-])(?:à|au|aux|avec|ce|cette|ces|chez|dans|de|des|du|en|et|la|le|les|leur|leurs|mais|ne|ou|où|par|pour|puis|que"
    r"|qui|sa|se|ses|son|sous|sur|un|une|l'|d'|qu'|est|sont|ont|entre|sans|vers))$",
    re.IGNORECASE,
)
_FIN_DE_PHRASE = re.compile(r"[.!?;:…»\"”)\]*]\s*$")

#: Un point médian d'écriture inclusive, que la ligne a séparé de son mot d'un seul côté.
_MEDIAN_COUPE = re.compile(r"(?<=[^\W\d_])(?:·\s|\s·)(?=[^\W\d_]{1,7}\b)")
_CONTINUE = re.compile(r"^[^\w«]*[a-zà-ÿ(]|^\W*\d+\W*$|^\W*p\.?\s?\d", re.IGNORECASE)

#: Étiquettes d'un encadré, et le champ qu'elles remplissent.
_CHAMPS: Mapping[str, re.Pattern[str]] = {
    champ: re.compile(rf"^\W*(?:{motif})\s*:\s*(?P<valeur>\S.{{1,250}})$", re.IGNORECASE)
    for champ, motif in {
        "lieux": r"(?:territoires?|lieux?|communes?|villes?|localisation|p[ée]rim[èe]tre)"
        r"(?:\s+concern[ée]e?s?|\s+d'intervention)?",
        "porteur": r"(?:structure\s+)?porteu(?:r|se)\S*(?:\s+d[ue]\s+(?:projet|l'action))?|port[ée]\S*\s+par"
        r"|op[ée]rateur\S*|ma[îi]tr(?:e|ise)\s+d'ouvrage|structure",
        "periode": r"dates?|p[ée]riodes?|mois|calendrier|parution",
        "publics": r"publics?(?:\s+(?:cibles?|vis[ée]s?|concern[ée]s?))?|b[ée]n[ée]ficiaires?",
        "partenaires": r"partenai\S+(?:\s+(?:mobilis[ée]s|associ[ée]s|financiers))?",
    }.items()
}


def lire_champ(texte: str, connus: Mapping[str, str]) -> dict[str, str]:
    """Le champ qu'une ligne étiquette (« Porteur : ... »), s'il n'est pas déjà connu."""
    for champ, motif in _CHAMPS.items():
        if champ not in connus and (lue := motif.match(texte)):
            return {champ: lue["valeur"].strip(" .")}
    return {}


def preparer(
    blocs: Iterable[Bloc], isole: Callable[[str], bool], rubrique: Callable[[str], bool]
) -> tuple[list[Bloc], list[Role]]:
    """Les blocs remis en état, et le rôle de chacun.

    Un lieu, un titre en capitales ou un mot « Contact » que rien ne sépare de ce qui suit en est détaché ; les lignes
    d'un même titre sont réunies, sauf celles dont ``isole`` dit qu'elles se suffisent (lignes de sommaire) ; une ligne
    que ``rubrique`` reconnaît est détachée des titres qui la touchent.
    """
    separes = [morceau for bloc in separer(blocs) for morceau in _detacher(bloc, rubrique)]
    reunis: list[Bloc] = []
    roles: list[Role] = []
    for bloc, role in zip(separes, classer(separes), strict=True):
        if role == "titre" and roles and roles[-1] == "titre" and _suite_de_titre(reunis[-1], bloc, isole):
            texte = f"{reunis[-1].texte} {bloc.texte}"
            reunis[-1] = replace(reunis[-1], texte=texte, lignes=(*reunis[-1].lignes, *bloc.lignes))
        else:
            reunis.append(bloc)
            roles.append(role)
    return reunis, roles


def ranger_les_repetitions(
    blocs: Sequence[Bloc], roles: list[Role], modeles: Iterable[str], debut: int
) -> frozenset[int]:
    """Met au mobilier, à partir de ``debut``, les lignes de couverture que les pages répètent, au numéro près.

    Returns
    -------
    frozenset of int
        Leurs rangs.
    """
    lignes = list(modeles)
    connus = {_sans_numero(partie) for ligne in lignes for partie in (ligne, *_CARTOUCHE.split(ligne))} - {""}
    ranges = set()
    for rang in range(debut, len(blocs)):
        bloc = blocs[rang]
        suivant = roles[rang + 1] if rang + 1 < len(roles) else "texte"
        lieu = suivant == "titre" and est_lieu(bloc.texte)
        if roles[rang] in {"titre", "texte"} and not lieu and _sans_numero(bloc.texte) in connus:
            roles[rang] = "mobilier"
            ranges.add(rang)
    return frozenset(ranges)


def _sans_numero(texte: str) -> str:
    """Une ligne répétée se reconnaît sans son numéro de page."""
    nu = re.sub(r"\b(?:pages?|p|n)\b\W*(?=\d)|\d+", " ", texte.lower()) if len(texte) <= _LONGUEUR_TITRE else ""
    return " ".join(re.findall(r"[^\W\d_]+", nu))


def _detacher(bloc: Bloc, rubrique: Callable[[str], bool]) -> Iterator[Bloc]:
    """Un titre de plusieurs lignes, coupé autour de celles qui sont des rubriques."""
    titre = 1 < len(bloc.lignes) <= _LIGNES_DE_TITRE and len(bloc.texte) <= _LONGUEUR_TITRE
    seules = [rang for rang, ligne in enumerate(bloc.lignes) if titre and rubrique(ligne)]
    seules = [rang for rang in seules if not _coupe_une_phrase(bloc.lignes, rang)]
    bornes = sorted({0, *seules, *(rang + 1 for rang in seules), len(bloc.lignes)}) if seules else []
    for debut, fin in pairwise(bornes):
        lignes = bloc.lignes[debut:fin]
        yield replace(bloc, texte=" ".join(lignes), lignes=lignes, ligne=bloc.ligne + debut)
    if not seules:
        yield bloc


def _coupe_une_phrase(lignes: Sequence[str], rang: int) -> bool:
    avant, apres = lignes[rang - 1] if rang else "", lignes[rang + 1] if rang + 1 < len(lignes) else ""
    minuscules = any(re.match(r"[a-zà-ÿ]", ligne) for ligne in (lignes[rang], apres))
    return minuscules or EN_SUSPENS.search(avant) is not None


def _suite_de_titre(avant: Bloc, apres: Bloc, isole: Callable[[str], bool]) -> bool:
    """Vrai si un titre continue le précédent : capitales qui se suivent sans blanc, ou phrase que la ligne a coupée."""
    if len(avant.texte) + len(apres.texte) >= _LONGUEUR_TITRE or isole(avant.texte) or est_lieu(avant.texte):
        return False
    hautes = en_capitales(avant.texte) and en_capitales(apres.texte)
    if avant.page is not None and avant.niveau and avant.niveau == apres.niveau:
        coupe = EN_SUSPENS.search(avant.texte) is not None or re.match(r"[a-zà-ÿ]", apres.texte) is not None
        return hautes or coupe
    if isole(apres.texte) or not hautes:
        return False
    return not apres.vides or (apres.vides == 1 and EN_SUSPENS.search(avant.texte) is not None)


def separer(blocs: Iterable[Bloc]) -> list[Bloc]:
    """Détache un lieu, un titre en capitales ou un mot « Contact » que rien ne sépare de ce qui suit."""
    return [morceau for bloc in blocs for morceau in _separer(_sans_coupure(bloc))]


def _sans_coupure(bloc: Bloc) -> Bloc:
    """Recolle l'écriture inclusive que la ligne a coupée à son point médian (« habitant· es »)."""
    texte = _MEDIAN_COUPE.sub("·", bloc.texte)
    return replace(bloc, texte=texte) if texte != bloc.texte else bloc


def _separer(bloc: Bloc) -> Iterator[Bloc]:
    rang = _lignes_de_tete(bloc)
    tete = " ".join(bloc.lignes[:rang])
    if not rang or bloc.genre != "paragraphe" or not bloc.texte.startswith(tete):
        yield bloc
        return
    yield replace(bloc, texte=tete, lignes=bloc.lignes[:rang])
    reste = bloc.texte[len(tete) :].strip()
    if reste:
        suite = replace(bloc, texte=reste, lignes=bloc.lignes[rang:], ligne=bloc.ligne + rang, vides=0)
        yield from _separer(suite)


def _lignes_de_tete(bloc: Bloc) -> int:
    """Combien de lignes, au début du bloc, sont d'une autre nature que les suivantes."""
    if len(bloc.lignes) < 2:
        return 0
    premiere, seconde = bloc.lignes[0], bloc.lignes[1]
    if en_capitales(premiere):
        hautes = next((n for n, ligne in enumerate(bloc.lignes) if not en_capitales(ligne)), 0)
        return 0 if _CONTINUE.match(bloc.lignes[hautes]) else hautes
    lieu = est_lieu(premiere) and en_capitales(seconde) and not en_capitales(premiere)
    return int(lieu or re.fullmatch(r"\W*contacts?\W*", premiere, re.IGNORECASE) is not None)


def classer(blocs: Sequence[Bloc]) -> list[Role]:
    """Le rôle de chaque bloc."""
    hierarchise = sum(bloc.niveau > 0 and bloc.page is not None for bloc in blocs) >= _TITRES_D_UN_PDF
    limite = _LONGUEUR_INTERTITRE if hierarchise else _LONGUEUR_TITRE_MINUSCULE
    roles: list[Role] = [_role(blocs, rang, limite) for rang in range(len(blocs))]
    for rang, bloc in enumerate(blocs):
        if roles[rang] == "contact":
            _etendre_contact(blocs, roles, rang)
        elif roles[rang] == "mobilier" and _POSTALE.search(bloc.texte):
            _etendre_coordonnees(blocs, roles, rang)
    return roles


def _role(blocs: Sequence[Bloc], rang: int, limite: int) -> Role:
    bloc = blocs[rang]
    if est_mobilier(bloc):
        return "mobilier"
    if _est_contact(bloc.texte):
        return "contact"
    if est_adresse(bloc):
        return "adresse"
    etiquetee = next(iter(lire_champ(bloc.texte, {})), None)
    if etiquetee and not (etiquetee == "lieux" and _devant_un_titre(blocs, rang)):
        return "texte"
    return "titre" if _est_titre(blocs, rang, limite) else "texte"


def _devant_un_titre(blocs: Sequence[Bloc], rang: int) -> bool:
    """« Territoire : Persan » au-dessus du titre est une ligne de lieu ; dans un encadré, un champ."""
    suivant = blocs[rang + 1] if rang + 1 < len(blocs) else None
    return suivant is not None and (suivant.genre == "titre" or en_capitales(suivant.texte))


def est_mobilier(bloc: Bloc) -> bool:
    """Vrai pour un crédit, un folio, une mention légale, l'adresse postale de l'éditeur."""
    texte = bloc.texte
    if bloc.genre == "titre" and len(texte) > 8:
        return _PIED_DE_LETTRE.match(texte) is not None
    postale = len(texte) < _LONGUEUR_TITRE and _POSTALE.search(texte) is not None
    coordonnees = postale and (_VOIE.search(texte) or _COURRIEL.search(texte) or _TELEPHONE.search(texte))
    return bool(coordonnees) or (len(texte) <= 400 and _MOBILIER.match(texte) is not None)


def _est_contact(texte: str) -> bool:
    if len(texte) > _LONGUEUR_CONTACT:
        return False
    joignable = _COURRIEL.search(texte) is not None or _TELEPHONE.search(texte) is not None
    annonce = _CONTACT.match(texte)
    if annonce:
        return joignable or (":" in annonce["suite"] and not URL.search(texte)) or annonce.end() == len(texte)
    return joignable and len(texte) <= _LONGUEUR_TITRE and not URL.search(texte) and not texte.endswith(".")


def _etendre_contact(blocs: Sequence[Bloc], roles: list[Role], rang: int) -> None:
    """Ce qui suit le mot « Contact » seul, tant que ce sont des noms et des adresses."""
    if re.search(r"\w", blocs[rang].texte[_fin_d_annonce(blocs[rang].texte) :]):
        return
    for suivant in range(rang + 1, min(rang + 5, len(blocs))):
        texte = blocs[suivant].texte
        joignable = _est_contact(texte) or _COURRIEL.search(texte) or _TELEPHONE.search(texte)
        premier = (
            suivant == rang + 1 and roles[suivant] != "mobilier" and not en_capitales(texte) and not est_lieu(texte)
        )
        if len(texte) > _LONGUEUR_CONTACT or not (joignable or premier) or roles[suivant] == "mobilier":
            return
        roles[suivant] = "contact"


def _fin_d_annonce(texte: str) -> int:
    annonce = _CONTACT.match(texte)
    return annonce.end() if annonce else 0


def _etendre_coordonnees(blocs: Sequence[Bloc], roles: list[Role], rang: int) -> None:
    """Le courriel et le site qui suivent l'adresse postale de l'éditeur sont les siens."""
    for suivant in range(rang + 1, min(rang + 4, len(blocs))):
        texte = blocs[suivant].texte
        nu = _TELEPHONE.sub("", URL.sub("", _COURRIEL.sub("", texte))).strip(" -–|:.<>/")
        if roles[suivant] not in {"contact", "adresse", "mobilier"} or len(nu) > 8:
            return
        roles[suivant] = "mobilier"


def _est_titre(blocs: Sequence[Bloc], rang: int, limite: int) -> bool:
    bloc = blocs[rang]
    texte = bloc.texte
    if len(texte) > _LONGUEUR_TITRE or bloc.genre == "rangee":
        return False
    if bloc.genre != "titre" and len(bloc.lignes) > _LIGNES_DE_TITRE:
        return False
    if bloc.genre == "titre":
        return len(texte) < 100 or not re.search(r"[.;,]$", texte) or en_capitales(texte)
    if en_capitales(texte):
        return bloc.genre != "puce" or re.match(r"\d", texte) is not None
    possible = bloc.genre == "paragraphe" and len(texte) <= limite and _en_minuscules(bloc)
    return possible and not _suite_de_phrase(blocs, rang)


def _en_minuscules(bloc: Bloc) -> bool:
    """Un titre en minuscules : court, sans point final, une seule phrase."""
    texte = bloc.texte
    if re.match(r"[^\w«<\[(“\"]*[a-zà-ÿ(,]", texte) or EN_SUSPENS.search(texte):
        return False
    phrases = re.search(r"[a-zà-ÿ][.;]\s+[A-ZÀ-Þ]", texte) is not None
    ouvert = re.search(r"[.;:,…]$", texte) is not None and not texte.endswith("...")
    return (
        (bloc.gras or not ouvert) and not (phrases and len(texte) > 90) and re.search(r"[^\W\d_]{2}", texte) is not None
    )


def _suite_de_phrase(blocs: Sequence[Bloc], rang: int) -> bool:
    """Un morceau de phrase : ce qui précède n'est pas fini, ou ce qui suit commence au milieu d'une phrase."""
    suivant = blocs[rang + 1].texte if rang + 1 < len(blocs) else ""
    if re.match(r"(?!https?:|www\.)[a-zà-ÿ]", suivant) and not _COURRIEL.match(suivant) and not blocs[rang].gras:
        return True
    precedent = blocs[rang - 1] if rang and blocs[rang].vides < _BLANC else None
    if precedent is None or precedent.genre != "paragraphe" or en_capitales(precedent.texte):
        return False
    if _COURRIEL.search(precedent.texte) or URL.search(precedent.texte):
        return False
    inacheve = len(precedent.texte) > _LONGUEUR_TITRE_MINUSCULE or EN_SUSPENS.search(precedent.texte) is not None
    serre = blocs[rang].vides == 0 and len(precedent.texte) > _PHRASE
    return (inacheve or serre) and not _FIN_DE_PHRASE.search(precedent.texte)
