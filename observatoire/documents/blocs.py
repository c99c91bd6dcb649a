"""Des lignes aux blocs : titres, paragraphes, puces et rangées de tableau, mots et phrases recollés.

Un bloc est ce qu'un lecteur voit d'un tenant. Les paragraphes qu'une colonne ou une page a coupés sont réunis, les mots
qu'un trait d'union a coupés en fin de ligne aussi.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from observatoire.documents.texte import Ligne, Texte, dans_une_adresse
from observatoire.typographie import en_capitales as en_capitales

Genre = Literal["titre", "paragraphe", "puce", "rangee"]

_TITRE = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_PUCE = re.compile(r"^\s*(?:[-*•▪◦‣●■✓✔➢]|->|\d{1,2}\s?[.)](?=\s|[A-ZÀ-Ý«]))\s*(?=\S)")
_PUCE_NUE = re.compile(r"^\s*(?:[-*•▪◦‣●■✓✔➢]|->)\s*")
_RANGEE = re.compile(r"\t|^\s*\|.*\|")
_BALISE = re.compile(r"<(?!https?://)/?[a-zA-Z][^>\n]*>|!\[[^\]]*\]\([^)]*\)")
_LIEN = re.compile(r"\[([^\]]+)\]\(([^)]*)\)")
_ECHAPPE = re.compile(r"\\([_*#\[\]()<>&+.!-])")
_EMPHASE = re.compile(r"(\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w))")
#: Pictogrammes et flèches que la mise en page ajoute devant un titre.
_ORNEMENT = re.compile(r"^(?:[\U0001F000-\U0001FAFF\u2190-\u21ff\u25a0-\u27bf\u2b00-\u2bff»›>]\ufe0f?\s*)+(?=\S)")
_ORNEMENT_FINAL = re.compile(r"(?:\s*[\U0001F000-\U0001FAFF\u2600-\u27bf]\ufe0f?)+$")
_FIN_DE_PHRASE = re.compile(r"[.!?:;…»\"”)\]]\s*$")
_MOT_COUPE = re.compile(r"(?<=[^\W\d_])-$")
_SUITE = re.compile(r"^(?!https?:|www\.)[a-zàâäçéèêëîïôöùûüœ(,;«]")
#: Un mot qui ne finit jamais une phrase : la suite commence, même par une capitale.
_EN_SUSPENS = re.compile(
    r"(?:«|\(|,|\b(?:à|au|aux|avec|ce|cette|chez|dans|de|des|du|en|et|la|le|les|ou|par|pour|que|qui|sa|son|sur|un|une))$"
)
_TIRET_INTERNE = re.compile(r"\b([^\W\d_]{2,})-([^\W\d_]{2,})\b")
#: Préfixes et petits mots qu'un trait d'union suit à bon droit.
_PREFIXES = re.compile(
    r"^(?:co|re|pré|anti|inter|sous|non|mi|demi|éco|socio|auto|ex|post|multi|pluri|mini|sur|vice|contre|quasi|semi|bien"
    r"|mal|au|par|peut|vis|là|ce|celui|celle|ceux|moi|toi|soi|lui|elle|eux|nous|vous|est)$"
)
#: Terminaisons d'écriture inclusive, qu'il ne faut pas recoller à leur mot.
_INCLUSIVES = re.compile(
    r"^(?:e|s|es|ne|nes|le|les|ve|ves|se|ses|ices?|rices?|trices?|euses?|ères?|elles?|ales?|fs|teuses?|ière?s?|tes?)$"
)
#: Plus courte, une ligne sans point final est un titre ou une légende plutôt qu'une phrase coupée.
_LONGUEUR_PHRASE = 60
#: Au-dessous de cette part de lignes précédées d'un blanc, un texte brut va à la ligne à chaque élément.
_PART_AEREE = 0.05
#: Un titre imprimé est court.
_LONGUEUR_TITRE = 220


@dataclass(frozen=True, slots=True)
class Bloc:
    """Ce qu'un lecteur voit d'un tenant.

    Attributes
    ----------
    genre : {"titre", "paragraphe", "puce", "rangee"}
        « titre » si le document le dit (markdown, ou corps plus grand d'un PDF).
    texte : str
        Son texte sur une ligne, sans balises ni puce.
    lignes : tuple of str
        Ses lignes imprimées ; les cellules, pour une rangée de tableau.
    ligne, page : int
        Où il commence.
    niveau : int
        Rang d'un titre (1 est le plus grand) ; 0 sinon.
    gras : bool
        Tout entier mis en valeur.
    vides : int
        Lignes vides qui le précèdent.
    """

    genre: Genre
    texte: str
    lignes: tuple[str, ...]
    ligne: int
    page: int | None = None
    niveau: int = 0
    gras: bool = False
    vides: int = 0


def decouper(texte: Texte) -> list[Bloc]:
    """Blocs d'un document, dans l'ordre de lecture."""
    mots = lexique(ligne.texte for ligne in texte.lignes)
    rangs = _rangs_de_corps(texte.lignes)
    blocs = [_bloc(groupe, rangs, mots) for groupe in _grouper(texte)]
    recolles = _recoller([bloc for bloc in blocs if bloc.texte], mots)
    return [replace(bloc, texte=_sans_cesures(bloc.texte, mots)) for bloc in recolles]


def ressemble_a_un_titre(bloc: Bloc) -> bool:
    """Vrai pour un titre déclaré, et pour une ligne courte et isolée qui ne finit pas une phrase."""
    if bloc.genre == "titre":
        return True
    if bloc.genre != "paragraphe" or len(bloc.texte) > _LONGUEUR_TITRE or len(bloc.lignes) > 3:
        return False
    return en_capitales(bloc.texte) or not re.search(r"[.;:,…]$", bloc.texte) or bloc.gras


def sans_balises(texte: str) -> str:
    """Texte sans balises HTML, liens, emphases markdown ni ornements.

    Examples
    --------
    >>> sans_balises("▶ **Les [actions](x.html)** <b>réalisées</b>")
    'Les actions réalisées'
    """
    texte = html.unescape(_BALISE.sub("", _ECHAPPE.sub(r"\1", texte)))
    texte = _EMPHASE.sub("", _LIEN.sub(_texte_du_lien, texte))
    texte = _ORNEMENT_FINAL.sub("", _ORNEMENT.sub("", texte.strip()))
    return re.sub(r"\s+", " ", texte).strip()


def _texte_du_lien(lien: re.Match[str]) -> str:
    """Le texte d'un lien ; sa cible, que rien n'abîme, si ce texte est une adresse."""
    return lien[2] if re.match(r"https?://", lien[1]) and lien[2] else lien[1]


# --- grouper les lignes ---


def _grouper(texte: Texte) -> Iterator[list[Ligne]]:
    """Les lignes d'un même bloc ; dans un texte brut sans lignes vides, chaque ligne en est un."""
    seules = texte.forme == "texte" and sum(ligne.vides > 0 for ligne in texte.lignes) < _PART_AEREE * len(texte.lignes)
    groupe: list[Ligne] = []
    for ligne in texte.lignes:
        if groupe and (seules or _commence(ligne, groupe[-1])):
            yield groupe
            groupe = []
        groupe.append(ligne)
    if groupe:
        yield groupe


def _commence(ligne: Ligne, precedente: Ligne) -> bool:
    puce = _PUCE.match(ligne.texte) is not None and not _emphase(ligne.texte)
    seules = (ligne.texte, precedente.texte)
    return ligne.vides > 0 or puce or any(_TITRE.match(t) or _RANGEE.search(t) for t in seules)


def _bloc(groupe: Sequence[Ligne], rangs: dict[int, int], mots: frozenset[str]) -> Bloc:
    tete = groupe[0]
    brut = joindre([ligne.texte.strip() for ligne in groupe], mots)
    titre = _TITRE.match(tete.texte)
    niveau = len(titre[1]) if titre else rangs.get(round(tete.corps), 0)
    contenu = titre[2] if titre else _PUCE_NUE.sub("", brut, count=1)
    rangee = not titre and ("\t" in tete.texte or _rangee_markdown(brut))
    puce = not titre and not niveau and not rangee and _PUCE.match(tete.texte) is not None and not _emphase(brut)
    genre: Genre = "titre" if niveau else "rangee" if rangee else "puce" if puce else "paragraphe"
    lignes = _cellules(brut) if rangee else tuple(sans_balises(ligne.texte) for ligne in groupe)
    texte = " | ".join(lignes) if rangee else sans_balises(contenu if titre or puce else brut)
    gras = _tout_gras(contenu) or all(ligne.gras for ligne in groupe)
    return Bloc(genre, texte, lignes, tete.numero, tete.page, niveau, gras, tete.vides)


def _emphase(brut: str) -> bool:
    """Une ligne qui s'ouvre sur une emphase (« *Il a fallu...* ») n'est pas une puce."""
    return re.match(r"^\s*\*{1,3}\S", brut) is not None


def _rangee_markdown(brut: str) -> bool:
    return brut.lstrip().startswith("|") and brut.count("|") > 2


def _cellules(brut: str) -> tuple[str, ...]:
    cellules = re.split(r"\t+|\|", brut.strip().strip("|"))
    return tuple(propre for cellule in cellules if (propre := sans_balises(cellule)))


def _tout_gras(contenu: str) -> bool:
    return re.fullmatch(r"\W*\*\*[^*]+\*\*\W*|\W*<b>[^<]+</b>\W*", contenu.strip()) is not None


def _rangs_de_corps(lignes: Iterable[Ligne]) -> dict[int, int]:
    """Dans un PDF, rang de titre de chaque corps nettement plus grand que celui du texte."""
    signes: dict[int, int] = {}
    for ligne in lignes:
        if ligne.corps:
            signes[round(ligne.corps)] = signes.get(round(ligne.corps), 0) + len(ligne.texte)
    if not signes:
        return {}
    courant = max(signes, key=lambda corps: signes[corps])
    grands = sorted((corps for corps in signes if corps > courant * 1.08), reverse=True)
    return {corps: min(rang, 6) for rang, corps in enumerate(grands, start=1)}


# --- recoller ce que la page a coupé ---


def _recoller(blocs: Iterable[Bloc], mots: frozenset[str]) -> list[Bloc]:
    morceaux: list[list[Bloc]] = []
    for bloc in blocs:
        if morceaux and _est_suite(morceaux[-1], bloc):
            morceaux[-1].append(bloc)
        else:
            morceaux.append([bloc])
    return [_reunir(suite, mots) for suite in morceaux]


def _est_suite(avant: Sequence[Bloc], apres: Bloc) -> bool:
    if apres.genre != "paragraphe" or avant[0].genre not in {"paragraphe", "puce"}:
        return False
    fin = avant[-1].texte
    long = sum(len(bloc.texte) + 1 for bloc in avant[-_LONGUEUR_PHRASE:]) - 1 > _LONGUEUR_PHRASE
    if not _SUITE.match(apres.texte):
        return long and _EN_SUSPENS.search(fin) is not None and not en_capitales(apres.texte)
    if avant[-1].gras and not apres.gras and not apres.texte[:1].isalpha():
        return False  # « ou ( ouvrent aussi le texte qui suit un titre en gras
    coupe = _MOT_COUPE.search(fin) is not None
    return coupe or (long and not _FIN_DE_PHRASE.search(fin))


def _reunir(suite: Sequence[Bloc], mots: frozenset[str]) -> Bloc:
    texte = joindre([bloc.texte for bloc in suite], mots)
    return replace(suite[0], texte=texte, lignes=tuple(ligne for bloc in suite for ligne in bloc.lignes))


def joindre(lignes: Sequence[str], mots: frozenset[str]) -> str:
    """Met bout à bout des lignes ; un mot que l'une coupe est recollé, selon le ``lexique`` du document.

    Examples
    --------
    >>> joindre(["le dévelop-", "pement social"], frozenset({"développement"}))
    'le développement social'
    """
    return "".join([*(_amorce(avant, apres, mots) for avant, apres in pairwise(lignes)), *lignes[-1:]])


def _amorce(avant: str, apres: str, mots: frozenset[str]) -> str:
    """Une ligne, telle que la suivante peut lui être accolée."""
    if not _MOT_COUPE.search(avant):
        return f"{avant} "
    debut, suite = re.split(r"[\W_]", avant[:-1])[-1], re.split(r"[\W_]", apres)[0]
    ecrit = f"{debut}-{suite}".casefold() in mots and f"{debut}{suite}".casefold() not in mots
    adresse = dans_une_adresse(f"{avant}{apres}", len(avant))
    return avant if ecrit or adresse or suite[:1].isupper() else avant[:-1]


def lexique(lignes: Iterable[str]) -> frozenset[str]:
    """Mots du document, traits d'union compris : ils disent comment recoller ceux que la mise en page a coupés."""
    return frozenset(mot.casefold() for ligne in lignes for mot in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", ligne))


def _sans_cesures(texte: str, mots: frozenset[str]) -> str:
    """Recolle les mots restés coupés dans une ligne (« l'an-crage »), si le document les écrit ailleurs entiers."""

    def recoller(coupe: re.Match[str]) -> str:
        debut, fin = coupe[1], coupe[2]
        legitime = _PREFIXES.match(debut.casefold()) or _INCLUSIVES.match(fin.casefold()) or not fin.islower()
        return coupe[0] if legitime or f"{debut}{fin}".casefold() not in mots else debut + fin

    return _TIRET_INTERNE.sub(recoller, texte) if "-" in texte else texte
