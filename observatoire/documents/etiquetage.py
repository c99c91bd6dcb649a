"""Ce qu'est chaque bloc d'un rapport d'activité : sommaire, titre, encadré, adresse, texte ou mobilier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from observatoire.documents.blocs import Bloc, ressemble_a_un_titre
from observatoire.documents.encadres import Encadre, lire_encadres
from observatoire.documents.hierarchie import ordonner
from observatoire.documents.table_des_matieres import Sommaire, lire_sommaire
from observatoire.documents.titres import Titre, est_titre, lire_titre

Role = Literal["mobilier", "sommaire", "titre", "encadre", "lieu", "adresse", "texte"]
#: Ce que la mise en page ajoute, et qui ne dit rien d'une action.
_MOBILIER = re.compile(
    r"^\W*(?:©.*|\(c\)\s.*|(?:cr[ée]dits?|photos?|illustrations?)\s*(?::|©|photo).{0,120}|sources? ?:.{0,120}"
    r"|(?:p(?:age)?\.?\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?|(?:exercice |ann[ée]e )?(?:19|20)\d\d"
    r"|zoom(?: sur)?|focus|en bref|[àa] noter|[àa] lire"
    r"|(?:t[ée]l(?:[ée]phone)?\W*)?(?:\+33\s?|0)[1-9](?:[\s.-]?\d\d){4}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:r[ée]dact\S*|conception|maquette|impression|graphisme|mise en page|issn|isbn|d[ée]p[ôo]t l[ée]gal)\b.{0,120}"
    r"|(?:direct\S+|charg[ée]\S*|comit[ée]|responsables?|coordination) (?:de|d'|des|du) ?(?:la |l')?"
    r"(?:publication|r[ée]daction|[ée]dition|communication)s?\s*:.*)\W*$",
    re.IGNORECASE,
)
_POSTALE = re.compile(r"^.{0,80}\b\d{5} [A-ZÀ-Þ][\w' -]*(?:cedex.*)?$", re.IGNORECASE)
_COORDONNEES = re.compile(r"\b\d{5} [A-ZÀ-Þ]|@|(?:\+33\s?|\b0)[1-9](?:[\s.-]?\d\d){4}")
_RENVOI = re.compile(r"\((?:voir|lire|cf\.?)\b[^()]*\)$|^\((?!\d)[^()]*\)\W*$", re.IGNORECASE)
_ADRESSE = re.compile(r"^<?((?:https?://|www\.)[^\s>]+)>?$")
#: Une phrase qui annonce les titres suivants (« Toutes sont en ligne ») n'est pas le texte du titre.
_ANNONCE = re.compile(r"^(?:tou(?:te)?s|ces|celles-ci|ceux-ci|voici|retrouvez|ci-(?:dessous|après))\b", re.IGNORECASE)
_AILLEURS = re.compile(r"^(?:autres?\b|hors\b|ailleurs\b|reste\b|extérieur)", re.IGNORECASE)
_DEVANT_LIEU = r"(?:\b(?:dans|du|des|de la|de|en|à|aux?|sur)(?: les?| la)? |\b(?:de |dans |à )?[ld]')(?=[A-ZÀ-Þ])"
_LONGUEUR_ANNONCE = 140
_LONGUEUR_RENVOI = 200
_MOTS_DE_LIEU = 4
#: Blocs du dos de couverture.
_COLOPHON = 9


@dataclass(frozen=True, slots=True)
class Element:
    """Un bloc et son rôle ; le titre ou l'encadré qu'il porte."""

    bloc: Bloc
    role: Role
    titre: Titre | None = None
    encadre: Encadre | None = None


def adresse(bloc: Bloc) -> str | None:
    """L'adresse d'une page, si un bloc n'est rien d'autre."""
    lue = _ADRESSE.match(bloc.texte)
    return lue[1] if lue else None


def etiqueter(blocs: Sequence[Bloc]) -> list[Element]:
    """Rôle de chaque bloc, dans l'ordre du document, tous les blocs y étant une fois."""
    sommaire = lire_sommaire(blocs)
    lieux = _Lieux(blocs)
    encadres = {e.rangs[0]: lieux.situer(e) for e in lire_encadres(blocs) if not sommaire.rangs & {*e.rangs}}
    pris = {rang for encadre in encadres.values() for rang in encadre.rangs}
    fin = _debut_du_colophon(blocs)
    elements = [
        Element(bloc, "sommaire")
        if rang in sommaire.rangs
        else Element(bloc, "encadre", encadre=encadres.get(rang))
        if rang in pris
        else Element(bloc, "mobilier")
        if rang >= fin
        else _element(blocs, rang)
        for rang, bloc in enumerate(blocs)
    ]
    return _ordonner_les_titres(lieux.annoncer(elements), sommaire)


def _element(blocs: Sequence[Bloc], rang: int) -> Element:
    bloc = blocs[rang]
    if _est_mobilier(bloc):
        return Element(bloc, "mobilier")
    if adresse(bloc):
        return Element(bloc, "adresse")
    avant = blocs[rang - 1] if rang else None
    apres = blocs[rang + 1] if rang + 1 < len(blocs) else None
    if not est_titre(bloc, avant, apres):
        return Element(bloc, "texte")
    return Element(bloc, "titre", lire_titre(bloc))


def _est_mobilier(bloc: Bloc) -> bool:
    if _MOBILIER.match(bloc.texte) or _POSTALE.match(bloc.texte):
        return True
    return bloc.genre != "puce" and len(bloc.texte) <= _LONGUEUR_RENVOI and _RENVOI.search(bloc.texte) is not None


def _debut_du_colophon(blocs: Sequence[Bloc]) -> int:
    """Rang des coordonnées imprimées au dos, et du nom qui les précède."""
    debut = len(blocs)
    for rang in range(len(blocs) - 1, max(len(blocs) - _COLOPHON, 0), -1):
        if _COORDONNEES.search(blocs[rang].texte) and len(blocs[rang].texte) <= _LONGUEUR_RENVOI:
            debut = rang
        elif not (adresse(blocs[rang]) or _est_mobilier(blocs[rang])):
            break
    nomme = 0 < debut < len(blocs) and ressemble_a_un_titre(blocs[debut - 1]) and not _est_mobilier(blocs[debut - 1])
    return debut - 1 if nomme else debut


def _ordonner_les_titres(elements: Sequence[Element], sommaire: Sommaire) -> list[Element]:
    """Titres courants et renvois écartés, chapitres et rubriques reconnus."""
    vides = _sans_texte(elements)
    titres = {rang: replace(e.titre, vide=rang in vides) for rang, e in enumerate(elements) if e.titre}
    gardes = ordonner(titres, sommaire)
    return [
        replace(element, role="mobilier", titre=None)
        if rang in titres and rang not in gardes
        else replace(element, titre=gardes.get(rang))
        for rang, element in enumerate(elements)
    ]


def _sans_texte(elements: Sequence[Element]) -> set[int]:
    """Rangs des titres qu'aucun texte ne suit avant le titre suivant."""
    vides, attente = set(), True
    for rang in range(len(elements) - 1, -1, -1):
        element = elements[rang]
        if element.titre:
            vides |= {rang} if attente else set()
            attente = element.titre.sorte != "interne"  # « Objectifs » commence le texte du titre qui le précède
        elif element.role in {"texte", "adresse"} and not (attente and _est_annonce(element.bloc)):
            attente = False
    return vides


def _est_annonce(bloc: Bloc) -> bool:
    return len(bloc.texte) <= _LONGUEUR_ANNONCE and _ANNONCE.match(bloc.texte) is not None


# --- lieux des encadrés ---


class _Lieux:
    """Ce qui, dans un document, se lit comme un lieu : le document le dit lui-même (« dans les Yvelines »)."""

    def __init__(self, blocs: Sequence[Bloc]) -> None:
        self._texte = "\n".join(bloc.texte for bloc in blocs if bloc.genre != "titre")
        self._connus: dict[str, bool] = {}

    def situer(self, encadre: Encadre) -> Encadre:
        """Le libellé d'un pourcentage peut être son territoire (« 46 % Val d'Oise »)."""
        nom = encadre.libelle
        if encadre.unite == "%" and (_AILLEURS.match(nom) or self._est_lieu(nom)):
            return replace(encadre, lieu=nom, libelle="")
        return encadre

    def annoncer(self, elements: Iterable[Element]) -> list[Element]:
        """Un nom de lieu seul au-dessus d'un encadré lui appartient."""
        situes: list[Element] = []
        for element in elements:
            avant = situes[-1] if situes else None
            libre = element.encadre is not None and element.encadre.lieu is None and element.encadre.unite != "%"
            if libre and element.encadre and avant and avant.role == "titre" and self._est_lieu(avant.bloc.texte):
                situes[-1] = replace(avant, role="lieu", titre=None)
                situes.append(replace(element, encadre=replace(element.encadre, lieu=avant.bloc.texte)))
            else:
                situes.append(element)
        return situes

    def _est_lieu(self, nom: str) -> bool:
        if not nom or len(nom.split()) > _MOTS_DE_LIEU or re.search(r"[\d:?!]", nom):
            return False
        if nom not in self._connus:
            motif = rf"{_DEVANT_LIEU}(?i:{re.escape(nom)})(?!\w)"
            self._connus[nom] = re.search(motif, self._texte) is not None
        return self._connus[nom]
