"""Le petit graphique d'un thème : des barres à comparer, une composition, une série.

Rien n'y est calculé que des longueurs, toutes depuis zéro. Ce qui manque n'a pas de barre : son signe et sa raison en
tiennent lieu. Le territoire de la fiche est plein et sombre, les autres clairs et cernés : rien ne se dit par la seule
couleur. Aucun élément ne porte d'identifiant : une page peut en réunir autant qu'elle veut.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from observatoire.blocs import Chiffre, Figure, ecrire_sans_unite
from observatoire.erreurs import ErreurArgument
from observatoire.gabarits import environnement
from observatoire.indicateurs import DIFFUSE, SIGNES, Valeur
from observatoire.typographie import INSECABLE, soigner

LARGEUR = 250
#: Imprimé dans une colonne de 62 mm, ce corps fait 7,7 points.
CORPS = 11.0
#: Encre, encre douce, barre du territoire, barre des autres (fond, cerne), axe.
TEINTES: Mapping[str, str] = MappingProxyType(
    {
        "encre": "#1d1b18",
        "douce": "#4a463f",
        "sombre": "#0b4f80",
        "clair": "#e4ebf1",
        "cerne": "#5b7488",
        "axe": "#6b675f",
    }
)
_LIBELLE_MAX, _LIGNES_LIBELLE = 104.0, 2
_VALEUR_MAX = 92.0
_ECART = 5.0
_PUCE = 14.0
_INTERLIGNE, _ENTRE_RANGS = 12.0, 8.0
_EPAISSEUR = 11.0
_LOSANGE = 4.5
#: Largeur d'un caractère, en fraction du corps : la plus grande de Source Sans et d'Arial, que le navigateur peut lui
#: substituer. Un caractère absent compte pour un cadratin.
_CHASSES: Mapping[str, float] = MappingProxyType(
    {
        caractere: chasse
        for chasse, caracteres in (
            (0.28, "ijl.,'|I \u00a0\u202f"),
            (0.36, "!;:f()[]-t/r"),
            (0.5, "cksvxyzJ"),
            (0.56, '0123456789abdeghnopqu≈≥«»–?"€_*'),
            (0.73, "ABCDEFHKLNPRSTUVXYZ&w+−"),
            (0.78, "GOQ"),
            (0.84, "mM"),
        )
        for caractere in caracteres
    }
)
_GRAS = 1.1


@dataclass(frozen=True)
class Barre:
    """Une barre : son libellé, sa valeur, et si c'est celle du territoire de la fiche."""

    libelle: str
    valeur: Valeur
    sujet: bool = False


#: Une barre, et la date que sa valeur doit porter (vide quand c'est celle de tout le graphique).
Datee = tuple[Barre, str]


@dataclass(frozen=True)
class _Rang:
    """Une ligne du graphique, textes déjà coupés ; ``valeur`` est NaN quand il n'y a pas de barre."""

    libelles: tuple[str, ...]
    textes: tuple[str, ...]
    valeur: float
    sombre: bool
    gras: bool
    repere: float = math.nan
    note: str = ""

    @property
    def hauteur(self) -> float:
        return max(len(self.libelles), len(self.textes)) * _INTERLIGNE + _ENTRE_RANGS

    @property
    def grandeurs(self) -> list[float]:
        return [v for v in (self.valeur, self.repere) if not math.isnan(v)]

    @property
    def marge(self) -> float:
        """Ce que prennent, au bout de la barre, le repère et la valeur."""
        largeur = max(mesurer(texte, gras=self.gras) for texte in self.textes)
        return largeur + _ECART + (0 if math.isnan(self.repere) else _LOSANGE)


@dataclass(frozen=True)
class _Echelle:
    """Où se pose une valeur : ``zero`` est l'abscisse de zéro, ``longueur`` celle de ``maximum``."""

    zero: float
    maximum: float
    longueur: float

    @classmethod
    def cadrer(cls, rangs: Sequence[_Rang], gauche: float, droite: float) -> _Echelle:
        """La plus grande échelle où chaque valeur tient après sa barre."""
        grandeurs = [v for rang in rangs for v in rang.grandeurs]
        maximum = max(map(abs, grandeurs), default=0) or 1.0
        recul = max((0.0, *(-v / maximum for v in grandeurs)))
        parts = [(recul + max((0.0, *(v / maximum for v in rang.grandeurs))), rang.marge) for rang in rangs]
        longueur = max(0.0, min(((droite - gauche - marge) / part for part, marge in parts if part), default=0.0))
        return cls(gauche + recul * longueur, maximum, longueur)

    def x(self, valeur: float) -> float:
        return self.zero + valeur / self.maximum * self.longueur


def barres(titre: str, barres: Sequence[Barre]) -> Figure:
    """Des barres horizontales, une par territoire, dans l'ordre donné.

    Parameters
    ----------
    titre : str
        Ce qu'on mesure ; l'unité y est ajoutée s'il ne la dit pas.
    barres : sequence of Barre
        Une valeur d'un autre millésime que celle du territoire porte sa date.

    Returns
    -------
    Figure
        Un SVG de 250 unités de large, et le même propos en texte.

    Raises
    ------
    ErreurArgument
        Aucune barre, ou des unités différentes.
    """
    _verifier(titre, barres)
    annee = _annee_commune(barres)
    return _comparer(_intituler(titre, barres), [(barre, _dater(barre.valeur, annee)) for barre in barres])


def serie(titre: str, valeurs: Sequence[Valeur]) -> Figure:
    """Les millésimes d'un indicateur, du plus ancien au plus récent ; le dernier est plein et sombre.

    Raises
    ------
    ErreurArgument
        Aucune valeur, ou des unités différentes.
    """
    rangees = sorted(valeurs, key=lambda v: (v.millesime is not None, v.millesime or 0))
    suite = [Barre(_annee(v), v, sujet=v is rangees[-1]) for v in rangees]
    _verifier(titre, suite)
    return _comparer(_intituler(titre, suite), _sans_date(suite))


def composition(
    titre: str,
    parts: Sequence[Barre],
    reference: Sequence[Barre] | None = None,
    *,
    nom: str = "",
    nom_reference: str = "référence",
) -> Figure:
    """Une barre par catégorie, et un losange là où serait le territoire de référence.

    Parameters
    ----------
    titre : str
        Ce qu'on décompose ; l'unité y est ajoutée s'il ne la dit pas.
    parts : sequence of Barre
        Les catégories, dans l'ordre.
    reference : sequence of Barre, optional
        Les mêmes catégories ailleurs, rapprochées par leur libellé.
    nom, nom_reference : str
        Les deux territoires, nommés dans la clé.

    Raises
    ------
    ErreurArgument
        Aucune catégorie, des unités différentes, ou d'autres catégories dans la référence.
    """
    autres = {barre.libelle: barre for barre in reference or ()}
    _verifier(titre, [*parts, *autres.values()])
    if autres and sorted(autres) != sorted(barre.libelle for barre in parts):
        raise ErreurArgument(
            f"« {titre} » : les catégories de la référence ({', '.join(autres)}) ne sont pas celles du "
            f"territoire ({', '.join(barre.libelle for barre in parts)}). Que faire : donnez les mêmes libellés."
        )
    intitule = _intituler(titre, parts)
    rangees = [autres[barre.libelle] for barre in parts] if autres else []
    repere = f"{nom_reference}{_dates(rangees, parts)}"
    alternatif = _alternatif(intitule, ((nom, _sans_date(parts)), (repere, _sans_date(rangees))))
    rangs = [_rang_compose(barre, autres.get(barre.libelle)) for barre in parts]
    return Figure(
        titre=intitule,
        svg=_dessiner(intitule, alternatif, rangs, (nom, repere) if autres else None),
        alternatif=alternatif,
        legende=_legende([*parts, *rangees], signes=True),
        chiffres=_chiffres([*parts, *rangees]),
    )


def mesurer(texte: str, corps: float = CORPS, *, gras: bool = False) -> float:
    """Largeur d'un texte, par excès : le navigateur n'a pas toujours la police du PDF."""
    lettres = (c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))
    return sum(_CHASSES.get(c, 1.0) for c in lettres) * corps * (_GRAS if gras else 1)


# --- ce qui s'écrit ---


def _verifier(titre: str, barres: Sequence[Barre]) -> None:
    unites = list(dict.fromkeys(barre.valeur.unite for barre in barres))
    if not unites:
        raise ErreurArgument(f"« {titre} » : aucune valeur à dessiner. Que faire : donnez au moins une barre.")
    if len(unites) > 1:
        raise ErreurArgument(
            f"« {titre} » : des unités différentes sur un même axe ({', '.join(u or 'sans unité' for u in unites)}). "
            "Que faire : faites un graphique par unité."
        )


def _intituler(titre: str, barres: Sequence[Barre]) -> str:
    """Le titre, et l'unité s'il ne la dit pas déjà."""
    unite = barres[0].valeur.unite
    return soigner(f"{titre} ({unite})" if unite and unite.casefold() not in titre.casefold() else titre)


def _annee_commune(barres: Sequence[Barre]) -> int | None:
    """Le millésime qu'on ne répète pas : celui du territoire, ou de la première barre publiée."""
    ordre = sorted(barres, key=lambda barre: (barre.valeur.statut != DIFFUSE, not barre.sujet))
    return ordre[0].valeur.millesime


def _annee(valeur: Valeur) -> str:
    return f"année{INSECABLE}inconnue" if valeur.millesime is None else str(valeur.millesime)


def _dater(valeur: Valeur, annee: int | None) -> str:
    return f" ({_annee(valeur)})" if valeur.statut == DIFFUSE and valeur.millesime != annee else ""


def _dates(autres: Sequence[Barre], parts: Sequence[Barre]) -> str:
    """Les millésimes de la référence, quand ce ne sont pas ceux du territoire."""
    siens, leurs = ({_annee(b.valeur) for b in groupe if b.valeur.statut == DIFFUSE} for groupe in (parts, autres))
    return f" ({', '.join(sorted(leurs))})" if siens and leurs and siens != leurs else ""


def _estimee(valeur: Valeur) -> bool:
    """Une somme partielle a son propre signe."""
    return valeur.estimation and not valeur.minimum


def _avec_raison(valeur: Valeur, date: str) -> str:
    return (
        f"{ecrire_sans_unite(valeur)}{date}" if valeur.statut == DIFFUSE else "{} ({})".format(*SIGNES[valeur.statut])
    )


def _chiffres(barres: Iterable[Barre]) -> tuple[Chiffre, ...]:
    return tuple(Chiffre(str(ecrire_sans_unite(barre.valeur)), barre.valeur) for barre in barres)


def _sans_date(barres: Iterable[Barre]) -> list[Datee]:
    return [(barre, "") for barre in barres]


def _alternatif(titre: str, groupes: Iterable[tuple[str, Sequence[Datee]]]) -> str:
    """« Taux de pauvreté (%) : Les Grésillons 37,0 ; Gennevilliers 28,0 ; secret statistique : Asnières. »"""
    phrases = [f"{f'{nom} : ' if nom else ''}{' ; '.join(_enoncer(barres))}" for nom, barres in groupes if barres]
    return soigner(f"{titre} : {'. '.join(phrases)}.")


def _enoncer(barres: Sequence[Datee]) -> Iterator[str]:
    for barre, date in barres:
        if barre.valeur.statut == DIFFUSE:
            precision = " (estimation)" if _estimee(barre.valeur) else ""
            yield f"{barre.libelle} {barre.valeur.nombre_affiche}{precision}{date}"
    for statut, (_, raison) in SIGNES.items():
        absents = [barre.libelle for barre, _ in barres if barre.valeur.statut == statut]
        if absents:
            yield f"{raison} : {', '.join(absents)}"


def _legende(barres: Sequence[Barre], *, signes: bool = False) -> str:
    """Ce que veulent dire les signes, et d'où viennent les chiffres."""
    marques = [("≈", "estimation", _estimee), ("≥", "somme partielle", lambda valeur: valeur.minimum)]
    sens = [f"{signe} : {mot}" for signe, mot, marquee in marques if any(marquee(b.valeur) for b in barres)]
    statuts = {barre.valeur.statut for barre in barres} if signes else set()
    sens += [f"{signe} : {raison}" for statut, (signe, raison) in SIGNES.items() if statut in statuts]
    publiees = [barre for barre in barres if barre.valeur.statut == DIFFUSE] or barres
    sources = list(dict.fromkeys(barre.valeur.reference for barre in publiees))
    source = f"Source{'s' if len(sources) > 1 else ''} : {' ; '.join(sources)}."
    return soigner(f"{' ; '.join(sens)}. {source}" if sens else source)


# --- ce qui se dessine ---


def _comparer(titre: str, barres: Sequence[Datee]) -> Figure:
    """Des barres, chacune avec la date qu'elle doit porter."""
    seules = [barre for barre, _ in barres]
    alternatif = _alternatif(titre, (("", barres),))
    svg = _dessiner(titre, alternatif, [_rang_compare(barre, date) for barre, date in barres])
    return Figure(titre, svg, alternatif, _legende(seules), _chiffres(seules))


def _rang_compare(barre: Barre, date: str) -> _Rang:
    return _Rang(
        _libeller(barre.libelle, gras=barre.sujet),
        _couper_valeur(_avec_raison(barre.valeur, date), barre),
        barre.valeur.valeur,
        sombre=barre.sujet,
        gras=barre.sujet,
    )


def _couper_valeur(texte: str, barre: Barre) -> tuple[str, ...]:
    """Sans barre, la raison de l'absence a toute la place."""
    place = _VALEUR_MAX if barre.valeur.statut == DIFFUSE else LARGEUR - _LIBELLE_MAX - 2 * _ECART
    return tuple(ligne.strip(" ") for ligne in _plier(texte, place, gras=barre.sujet))


def _rang_compose(barre: Barre, autre: Barre | None) -> _Rang:
    return _Rang(
        _libeller(barre.libelle, gras=False),
        (str(ecrire_sans_unite(barre.valeur)),),
        barre.valeur.valeur,
        sombre=True,
        gras=False,
        repere=math.nan if autre is None else autre.valeur.valeur,
        note="" if autre is None else str(ecrire_sans_unite(autre.valeur)),
    )


def _libeller(libelle: str, *, gras: bool) -> tuple[str, ...]:
    """Un libellé en deux lignes au plus ; ce qui dépasse finit en « … »."""
    lignes = _plier(soigner(libelle), _LIBELLE_MAX, gras=gras)
    reste = "".join(lignes[_LIGNES_LIBELLE - 1 :])
    gardees = [*lignes[: _LIGNES_LIBELLE - 1], *([reste] if reste else [])]
    return tuple(_abreger(ligne.strip(), _LIBELLE_MAX, gras=gras) for ligne in gardees) or ("",)


def _plier(texte: str, largeur: float, corps: float = CORPS, *, gras: bool = False) -> list[str]:
    """Coupe un texte aux espaces, ou aux traits d'union d'un mot plus large que la place."""
    lignes: list[str] = []
    for mot in re.findall(r"[^ ]+ ?", texte):
        seul = mesurer(mot.rstrip(" "), corps, gras=gras) <= largeur
        for morceau in [mot] if seul else re.findall(r"[^-]*-|[^-]+", mot):
            if lignes and mesurer(f"{lignes[-1]}{morceau}".rstrip(" "), corps, gras=gras) <= largeur:
                lignes[-1] += morceau
            else:
                lignes.append(morceau)
    return lignes


def _abreger(texte: str, largeur: float, corps: float = CORPS, *, gras: bool = False) -> str:
    if mesurer(texte, corps, gras=gras) <= largeur:
        return texte
    debuts = (f"{texte[:fin].rstrip(' -')}…" for fin in range(len(texte) - 1, 0, -1))
    return next((debut for debut in debuts if mesurer(debut, corps, gras=gras) <= largeur), "…")


def _dessiner(titre: str, alternatif: str, rangs: Sequence[_Rang], cle: tuple[str, str] | None = None) -> str:
    titres = [_abreger(ligne.strip(), LARGEUR, gras=True) for ligne in _plier(titre, LARGEUR, gras=True)]
    entrees, haut = _poser_cle(cle, len(titres) * 14.0 + 4)
    notes = max(mesurer(rang.note) for rang in rangs)
    echelle = _Echelle.cadrer(rangs, _colonne(rangs), LARGEUR - 1 - (notes + 2 * _ECART if notes else 0))
    lignes, bas = _poser(rangs, echelle, haut)
    donnees = {"titre": titre, "alternatif": alternatif, "titres": titres, "cle": entrees, "lignes": lignes}
    mesures = {"zero": echelle.zero, "haut": haut, "bas": bas, "largeur": LARGEUR, "hauteur": math.ceil(bas + 2)}
    formes = {"interligne": _INTERLIGNE, "epaisseur": _EPAISSEUR, "losange": _LOSANGE, "puce": _PUCE}
    gabarit = environnement().get_template("graphique.svg")
    return gabarit.render(**donnees, **mesures, **formes, corps=CORPS, teintes=TEINTES).strip()


def _colonne(rangs: Sequence[_Rang]) -> float:
    """Où commence la place des barres : après les libellés, et un demi-repère posé à zéro."""
    libelles = max(mesurer(ligne, gras=rang.gras) for rang in rangs for ligne in rang.libelles)
    return libelles + _ECART + (0 if all(math.isnan(rang.repere) for rang in rangs) else _LOSANGE)


def _poser_cle(cle: tuple[str, str] | None, haut: float) -> tuple[list[dict[str, Any]], float]:
    """La clé : le territoire à gauche, la référence à droite, au-dessus de ses chiffres ; sur deux lignes au besoin."""
    if cle is None:
        return [], haut
    noms = [_abreger(soigner(nom), LARGEUR - _PUCE) for nom in cle]
    pas = 0 if sum(mesurer(nom) + _PUCE for nom in noms) + _ECART <= LARGEUR or not noms[0] else 14
    entrees = [{"texte": nom, "y": haut + 8 + rang * pas, "repere": bool(rang)} for rang, nom in enumerate(noms) if nom]
    return entrees, haut + 18 + pas


def _poser(rangs: Sequence[_Rang], echelle: _Echelle, haut: float) -> tuple[list[dict[str, Any]], float]:
    """Chaque rang à sa place, et l'ordonnée du bas."""
    lignes = []
    for rang in rangs:
        barre = None if math.isnan(rang.valeur) else sorted((echelle.zero, echelle.x(rang.valeur)))
        repere = None if math.isnan(rang.repere) else echelle.x(rang.repere)
        fins = (echelle.zero, *(barre or ()), *(() if repere is None else (repere + _LOSANGE,)))
        milieu = haut + rang.hauteur / 2
        lignes.append({"rang": rang, "milieu": milieu, "barre": barre, "repere": repere, "x": max(fins) + _ECART})
        haut += rang.hauteur
    return lignes, haut
