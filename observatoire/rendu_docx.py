"""Rendre le contenu d'une fiche en document Word : des styles, des phrases et des tableaux que l'on corrige dans Word.

Rien n'est calculé ici. Cartes et graphiques y sont des images, avec leur équivalent en texte.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatoire.blocs import (
    Bloc,
    ChiffreCle,
    ChiffresCles,
    Contenu,
    Ecrit,
    Faits,
    Figure,
    Recit,
    Recits,
    Tableau,
    Texte,
)
from observatoire.composition import peindre
from observatoire.graphiques import mesurer
from observatoire.logos import en_svg
from observatoire.word import (
    HAUTEUR,
    LARGEUR,
    Balise,
    DocumentWord,
    cellule,
    champ,
    paragraphe,
    propre,
    rangee,
    tableau,
)

if TYPE_CHECKING:
    from observatoire.charte import Charte

#: Points par unité de SVG : le corps d'un graphique s'imprime comme celui d'un tableau ; une carte remplit la ligne.
_UNITE = 0.85
#: Ce que prend au plus un dessin, un logo, en points ; une carte laisse place à du texte sur sa page.
_BOITE = (LARGEUR / 20, 0.55 * HAUTEUR / 20)
_BOITE_LOGO = (200.0, 40.0)
_PPP, _PPP_LOGO = 180, 300
#: Chiffres clés par ligne ; au-delà, ils passent à la ligne.
_CHIFFRES_PAR_LIGNE = 5
#: Corps d'un tableau et largeurs, en points : libellés d'une identité, texte d'une colonne avant d'aller à la ligne.
_CORPS, _CORPS_FAIT = 9.0, 10.0
_LIBELLE_MAXIMAL, _TEXTE_MAXIMAL = 160.0, 170.0
_PART_DE_TITRE = 0.55
_AISANCE = 1.06  # la police peut manquer, et une autre, plus large, la remplacer
_PETIT_TABLEAU = 12  # lignes
_MARGES = 160  # d'une cellule, en vingtièmes de point


def en_docx(contenu: Contenu, date: dt.date, charte: Charte) -> bytes:
    """Document Word (.docx), A4 ; les mêmes arguments donnent les mêmes octets.

    Parameters
    ----------
    contenu : Contenu
        La fiche.
    date : datetime.date
        Date de production, inscrite dans les propriétés du fichier.
    charte : Charte
        Couleurs, police, logo et bas de page.

    Raises
    ------
    ErreurObservatoire
        Un dessin n'a pu être mis en image.
    """
    document = DocumentWord(charte)
    redaction = _Redaction(document, _peindre(contenu))
    document.ajouter(_tete(contenu, charte, document))
    for rang, bloc in enumerate(contenu.blocs):
        document.ajouter(redaction.rediger(bloc, _style(bloc, rang)))
    document.pied(_pied(contenu, charte))
    return document.octets(
        date,
        title=f"{contenu.titre} ({contenu.code}) · {contenu.genre}",
        subject=contenu.sous_titre,
        author=charte.nom,
        keywords=", ".join(dict.fromkeys((contenu.niveau, contenu.code, contenu.nom, contenu.genre))),
    )


def _peindre(contenu: Contenu) -> dict[str, bytes]:
    """L'image de chaque dessin de la fiche, à la taille où elle s'imprime."""
    figures = [f for bloc in contenu.blocs for f in (bloc, getattr(bloc, "graphique", None)) if isinstance(f, Figure)]
    svgs = list(dict.fromkeys(figure.svg for figure in figures))
    return dict(zip(svgs, _images(svgs, _BOITE, _UNITE, _PPP), strict=True))


def _images(svgs: Sequence[str], boite: tuple[float, float], unite: float, ppp: float) -> list[bytes]:
    if not svgs:
        return []
    donnees = {"dessins": [propre(svg) for svg in svgs], "largeur": boite[0], "hauteur": boite[1], "unite": unite}
    return peindre("dessins.typ", donnees, ppp)


def _tete(contenu: Contenu, charte: Charte, document: DocumentWord) -> Iterator[Balise]:
    if charte.logo:
        yield paragraphe("Logo", _logo(charte, charte.logo, document))
    yield paragraphe("Title", contenu.titre)
    yield paragraphe("Subtitle", contenu.sous_titre)


def _logo(charte: Charte, octets: bytes, document: DocumentWord) -> Balise:
    dessin = en_svg(octets, charte.logo_forme)
    image = _images([dessin], _BOITE_LOGO, _BOITE_LOGO[0], _PPP_LOGO)[0]
    return document.image(image, charte.logo_alternatif, "Logo", _PPP_LOGO, _BOITE_LOGO)


def _pied(contenu: Contenu, charte: Charte) -> Iterator[tuple[str | Balise, ...]]:
    if charte.pied:
        yield (charte.pied,)
    yield (contenu.pied, "\t", "page ", champ("PAGE"), " / ", champ("NUMPAGES"))


def _style(bloc: Bloc, rang: int) -> str:
    """Le style des paragraphes d'un bloc ; ceux qui ouvrent la fiche en disent l'essentiel."""
    if not isinstance(bloc, Texte):
        return "Normal"
    return "Note" if bloc.petit else "Normal" if rang else "Essentiel"


@dataclass(frozen=True)
class _Redaction:
    """Traduit chaque bloc en paragraphes et tableaux ; ``images`` : celle de chaque dessin."""

    document: DocumentWord
    images: Mapping[str, bytes]

    def rediger(self, bloc: Bloc, style: str) -> Iterator[Balise]:
        """Le titre du bloc et ce qu'il contient ; ``style`` est celui de ses paragraphes."""
        if bloc.titre:
            yield paragraphe("Heading1", bloc.titre)
        match bloc:
            case Faits() if bloc.faits:
                yield _faits(bloc)
                yield from _notes(bloc.notes)
            case ChiffresCles() if bloc.chiffres:
                yield _chiffres(bloc)
            case Figure():
                yield from self._figure(bloc)
            case Tableau():
                yield from self._tableau(bloc)
            case Recits():
                yield from self._recits(bloc)
            case Texte():
                yield from (paragraphe(style, str(p)) for p in bloc.paragraphes)
                yield from _notes(bloc.notes)

    def _figure(self, figure: Figure) -> Iterator[Balise]:
        image = self.document.image(self.images[figure.svg], figure.alternatif, figure.titre, _PPP, _BOITE)
        yield paragraphe("Figure", image)
        yield paragraphe("Caption", figure.legende or figure.titre)

    def _tableau(self, bloc: Tableau) -> Iterator[Balise]:
        yield _tableau(bloc)
        yield from _notes(bloc.notes, solidaires=bloc.graphique is not None)
        if bloc.graphique:
            yield from self._figure(bloc.graphique)

    def _recits(self, bloc: Recits) -> Iterator[Balise]:
        for recit in bloc.recits:
            yield paragraphe("Heading2", self.document.lien(recit.titre, recit.url))
            yield from _suite_du_recit(recit)
        yield from _notes(bloc.notes)


def _suite_du_recit(recit: Recit) -> Iterator[Balise]:
    if recit.resume:
        yield paragraphe("Normal", recit.resume, solidaire=True)
    parties = (recit.porteur, recit.themes, recit.date, recit.portee, recit.reference)
    yield paragraphe("Reperes", " · ".join(filter(None, parties)))


def _notes(notes: Sequence[Ecrit], *, solidaires: bool = False) -> Iterator[Balise]:
    """Des notes ; ``solidaires`` du dessin qui suit."""
    return (paragraphe("Note", str(note), solidaire=solidaires) for note in notes)


def _faits(bloc: Faits) -> Balise:
    libelles = [mesurer(libelle, _CORPS_FAIT) for libelle, _ in bloc.faits]
    premiere = _en_vingtiemes(min(max(libelles, default=0.0), _LIBELLE_MAXIMAL))
    largeurs = (premiere, LARGEUR - premiere)
    rangees = [
        rangee(
            cellule(largeurs[0], paragraphe("LibelleFait", libelle)),
            cellule(largeurs[1], paragraphe("ValeurFait", str(valeur))),
        )
        for libelle, valeur in bloc.faits
    ]
    description = "Deux colonnes : ce dont il s'agit, ce qu'il en est."
    return tableau("TableauIdentite", bloc.titre, description, largeurs, rangees, ("firstColumn",))


def _chiffres(bloc: ChiffresCles) -> Balise:
    """Une grille ; la dernière case de la dernière ligne prend la place qui reste."""
    nombre = len(bloc.chiffres)
    lignes = math.ceil(nombre / _CHIFFRES_PAR_LIGNE)
    colonnes = math.ceil(nombre / max(lignes, 1))
    largeurs = _partager(LARGEUR, [1] * colonnes)
    rangees = [_rangee_de_chiffres(bloc.chiffres[i : i + colonnes], largeurs) for i in range(0, nombre, colonnes)]
    description = "Dans chaque case : le chiffre, ce qu'il compte, à quoi il se compare, sa source."
    return tableau("TableauChiffres", bloc.titre, description, largeurs, rangees, ())


def _rangee_de_chiffres(chiffres: Sequence[ChiffreCle], largeurs: Sequence[int]) -> Balise:
    reste = len(largeurs) - len(chiffres) + 1
    cases = [cellule(largeurs[i], *_case_de_chiffre(chiffre)) for i, chiffre in enumerate(chiffres[:-1])]
    derniere = _case_de_chiffre(chiffres[-1])
    return rangee(*cases, cellule(sum(largeurs[len(cases) :]), *derniere, colonnes=reste))


def _case_de_chiffre(chiffre: ChiffreCle) -> Iterator[Balise]:
    yield paragraphe("ChiffreCle", str(chiffre.valeur))
    yield paragraphe("LibelleChiffre", chiffre.libelle)
    if str(chiffre.comparaison):
        yield paragraphe("Comparaison", str(chiffre.comparaison))
    yield paragraphe("Source", chiffre.source)


def _tableau(bloc: Tableau) -> Balise:
    largeurs = _largeurs(bloc)
    lignes = [("Cellule", ligne) for ligne in bloc.lignes] + ([("Total", bloc.total)] if bloc.total else [])
    # Un petit tableau ne se coupe pas ; un grand garde ses deux dernières lignes ensemble, et avec leur note.
    premiere = 0 if len(lignes) <= _PETIT_TABLEAU else len(lignes) - 2
    derniere = len(lignes) - (0 if bloc.notes or bloc.graphique else 1)
    corps = [
        _rangee(style, ligne, bloc, largeurs, solidaire=premiere <= rang < derniere)
        for rang, (style, ligne) in enumerate(lignes)
    ]
    entete = _rangee("EnTete", [colonne.titre for colonne in bloc.colonnes], bloc, largeurs)
    description = f"Colonnes : {', '.join(colonne.titre for colonne in bloc.colonnes if colonne.titre)}."
    roles = ("firstRow", "firstColumn", *(["lastRow"] if bloc.total else []))
    return tableau("TableauFiche", bloc.titre, description, largeurs, [entete, *corps], roles)


def _rangee(
    style: str, cases: Sequence[Ecrit], bloc: Tableau, largeurs: Sequence[int], *, solidaire: bool = False
) -> Balise:
    return rangee(
        *(
            cellule(large, paragraphe(style, str(case), a_droite=colonne.nombre, solidaire=solidaire))
            for case, colonne, large in zip(cases, bloc.colonnes, largeurs, strict=True)
        ),
        entete=style == "EnTete",
    )


def _largeurs(bloc: Tableau) -> list[int]:
    """Chaque colonne a la place de son texte ; s'il en reste, elle va aux colonnes larges et à celles de nombres."""
    minima, besoins = zip(*(_place(rang, bloc) for rang in range(len(bloc.colonnes))), strict=True)
    if sum(minima) > LARGEUR:
        return _partager(LARGEUR, minima)
    if sum(besoins) > LARGEUR:
        souplesses = [besoin - minimum for minimum, besoin in zip(minima, besoins, strict=True)]
        return _ajouter(minima, _partager(LARGEUR - sum(minima), souplesses))
    parts = [colonne.large or int(colonne.nombre) for colonne in bloc.colonnes]
    return _ajouter(besoins, _partager(LARGEUR - sum(besoins), parts if any(parts) else [1] * len(parts)))


def _place(rang: int, bloc: Tableau) -> tuple[int, int]:
    """Ce qu'il faut à une colonne : son plus long mot ; une case entière, un titre sur deux lignes."""
    titre, nombre = bloc.colonnes[rang].titre, bloc.colonnes[rang].nombre
    cases = [str(ligne[rang]) for ligne in bloc.lignes]
    totaux = [str(bloc.total[rang])] if bloc.total else []
    mots = [mesurer(mot, _CORPS) for case in cases for mot in case.split(" ")]
    mots += [mesurer(mot, _CORPS, gras=True) for texte in (titre, *totaux) for mot in texte.split(" ")]
    entieres = [min(mesurer(case, _CORPS), _TEXTE_MAXIMAL) for case in cases]
    entieres += [mesurer(total, _CORPS, gras=True) for total in totaux if nombre]
    demi_titre = _PART_DE_TITRE * mesurer(titre, _CORPS, gras=True)
    return _en_vingtiemes(max(mots)), _en_vingtiemes(max(demi_titre, *mots, *entieres))


def _ajouter(largeurs: Sequence[int], plus: Sequence[int]) -> list[int]:
    return [largeur + un_peu for largeur, un_peu in zip(largeurs, plus, strict=True)]


def _en_vingtiemes(largeur: float) -> int:
    """Largeur d'une colonne dont le texte a cette largeur, en points."""
    return math.ceil(20 * largeur * _AISANCE) + _MARGES


def _partager(total: int, parts: Sequence[int]) -> list[int]:
    """``total`` réparti selon ``parts``, sans reste."""
    cumuls = [total * sum(parts[: i + 1]) // max(sum(parts), 1) for i in range(len(parts))]
    return [fin - debut for debut, fin in zip([0, *cumuls], cumuls, strict=False)]
