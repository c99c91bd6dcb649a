"""Ce que chaque bloc d'un guide annonce : une partie connue, une sous-partie, ou rien."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from observatoire.documents.blocs import Bloc
from observatoire.documents.canons import CHAMPS, PARTIES, lire_champ, reconnaitre

_LONGUEUR_D_INTERTITRE = 110
_LONGUEUR_D_INTERTITRE_PRECISE = 140
_LONGUEUR_D_ACCROCHE = 90
#: Dans un document dont les titres sont déclarés, une ligne ordinaire n'en est un que si elle est très courte.
_MOTS_D_UN_TITRE_PERDU = 6


@dataclass(frozen=True, slots=True)
class Role:
    """Un intertitre : son canon (None s'il n'est pas connu), son texte, la valeur imprimée sur sa ligne.

    ``puce`` : il n'est un intertitre que dans un cartouche.
    """

    canon: str | None
    titre: str
    valeur: str = ""
    puce: bool = False


def titres_declares(blocs: Sequence[Bloc]) -> bool:
    """Vrai si les intertitres connus du document sont, pour la plupart, des titres déclarés."""
    declares = sum(bloc.genre == "titre" and reconnaitre(bloc.texte) is not None for bloc in blocs)
    nus = sum(_a_l_air_d_un_titre(bloc) and reconnaitre(bloc.texte) is not None for bloc in blocs)
    return declares >= nus and any(bloc.genre == "titre" for bloc in blocs)


def lire_roles(blocs: Sequence[Bloc]) -> list[Role | None]:
    """Le rôle de chaque bloc, None pour un texte."""
    declares = titres_declares(blocs)
    suivants = [*blocs[1:], None][: len(blocs)]
    return [_role(bloc, suivant, declares) for bloc, suivant in zip(blocs, suivants, strict=True)]


def _role(bloc: Bloc, suivant: Bloc | None, declares: bool) -> Role | None:
    if bloc.genre == "rangee":
        return None
    champ = lire_champ(bloc.texte)
    if champ is not None and (bloc.genre != "puce" or champ[0] in CHAMPS):
        titre = bloc.texte[: len(bloc.texte) - len(champ[1])].rstrip(" :")
        return Role(champ[0], titre, champ[1], bloc.genre == "puce")
    if bloc.genre == "titre" or bloc.gras:
        return _role_declare(bloc, suivant)
    court = not declares or len(bloc.texte.split()) <= _MOTS_D_UN_TITRE_PERDU
    if not (court and _a_l_air_d_un_titre(bloc, suivant)) and not _se_precise(bloc):
        return None
    canon = reconnaitre(bloc.texte)
    return Role(canon, bloc.texte) if canon else None


def _role_declare(bloc: Bloc, suivant: Bloc | None) -> Role | None:
    """Un titre, sauf s'il est une phrase ; une ligne en gras, si elle est connue ou ouvre une liste."""
    canon = reconnaitre(bloc.texte)
    if canon is not None:
        return Role(canon, bloc.texte)
    if bloc.genre == "titre":
        phrase = len(bloc.texte) > _LONGUEUR_D_ACCROCHE and bloc.texte.endswith(".")
        return None if phrase else Role(None, bloc.texte)
    liste = suivant is not None and suivant.genre == "puce" and bloc.genre != "puce"
    accroche = len(bloc.texte) <= _LONGUEUR_D_ACCROCHE and (liste or bloc.texte.endswith(":"))
    return Role(None, bloc.texte) if accroche else None


def _se_precise(bloc: Bloc) -> bool:
    """Vrai pour « Les enjeux du territoire : accueillir les nouveaux habitants. », seul dans son paragraphe."""
    debut, _, precision = bloc.texte.partition(":")
    court = len(bloc.texte) <= _LONGUEUR_D_INTERTITRE_PRECISE and len(debut.split()) <= _MOTS_D_UN_TITRE_PERDU
    return bloc.genre == "paragraphe" and court and precision.strip() != "" and reconnaitre(debut) in PARTIES


def _a_l_air_d_un_titre(bloc: Bloc, suivant: Bloc | None = None) -> bool:
    """Vrai pour une ligne courte sans point final ; une puce, si elle est très courte et qu'un paragraphe la suit."""
    texte = bloc.texte
    bref = len(texte.split()) <= _MOTS_D_UN_TITRE_PERDU
    if len(texte) > _LONGUEUR_D_INTERTITRE or re.search(r"[.;,!]$", texte) or (texte.endswith(":") and not bref):
        return False
    seule = bloc.genre == "puce" and bref and suivant is not None and suivant.genre == "paragraphe"
    return (bloc.genre == "paragraphe" or seule) and (texte[:1].isupper() or texte[:1] in '«"')
