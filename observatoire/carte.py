"""Ce que montre une carte : couches, styles, légende, sources. Une seule description, deux rendus.

``carte_interactive`` (Leaflet) et ``carte_statique`` (SVG) dessinent la même ``Carte`` : mêmes couches, mêmes couleurs,
même légende, que titre ``titre_legende``. Un ``Diptyque`` en pose deux côte à côte, sous une légende commune.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire.alternatif import decrire_quartiers
from observatoire.erreurs import ErreurArgument
from observatoire.qpv import LIBELLES_STATUTS, citer_departements
from observatoire.referentiel import REGION
from observatoire.territoire import Territoire, annee_des_quartiers, dire_habitants_quartiers
from observatoire.typographie import INSECABLE, accorder, date_longue, enumerer, soigner

LAMBERT = 2154
#: Poids d'étiquette : les quartiers d'abord, puis les communes qui en ont (selon leurs habitants en quartier), puis les
#: autres par population.
POIDS_QUARTIER = 1e12
POIDS_CONCERNEE = 1e9
#: Couches que la légende compte, en plus des QPV.
_COMPTEES = frozenset({"classe", "sans", "absente", "points", "qpv2015", "sorti"})
#: Couches qui disent l'indicateur : en tête de la légende.
_MESUREES = frozenset({"classe", "sans", "absente"})
#: Un QPV plus petit que ce côté (unités du dessin, ou pixels) se montre par un disque de ce rayon.
COTE_VISIBLE, RAYON_REPERE = 10.0, 4.0
_MARGE = 0.06
_EMPRISE_MINIMALE_M = 700
#: Étendue autour d'un QPV, en multiple de la sienne : on reconnaît le quartier dans sa commune.
_CADRE_QPV = 1.0
#: Le fond dépasse le cadre d'au moins 20 km, pour les écrans larges et pour qui déplace la carte.
_AUTOUR_DEGRES = 0.2


@dataclass(frozen=True)
class Style:
    """Dessin d'une couche. La couleur ne dit jamais rien seule : ``tirets`` ou ``epaisseur`` la doublent.

    ``hachures`` est le statut d'une valeur absente : chaque raison a son motif. ``rayon`` est celui du cercle montré
    en légende, en unités du dessin ; 0 pour une surface ou un trait. ``halo`` est la largeur du liseré blanc tracé sous
    un trait, de chaque côté, pour qu'il se voie sur tout fond. ``forme`` est une clé de ``FORMES`` : un repère de
    taille fixe, à la place d'un cercle.
    """

    libelle: str
    trait: str
    epaisseur: float
    remplissage: str | None = None
    opacite: float = 1.0
    tirets: tuple[float, ...] = ()
    hachures: str = ""
    rayon: float = 0
    halo: float = 0
    forme: str = ""

    @property
    def fond(self) -> str | None:
        """Remplissage, tel que SVG et Leaflet l'entendent ; None pour un simple trait."""
        return f"url(#hachures-{self.hachures})" if self.hachures else self.remplissage


@dataclass(frozen=True)
class Forme:
    """Un repère de taille fixe : son tracé SVG, la pointe en (0, 0) sur le lieu, et le centre de son nombre.

    ``boite`` est ce qu'il occupe autour du lieu : gauche, haut, droite, bas.
    """

    trace: str
    centre: tuple[float, float]
    boite: tuple[float, float, float, float]


#: L'épingle se pose au-dessus du lieu : elle montre un petit quartier sans le couvrir.
FORMES: Mapping[str, Forme] = MappingProxyType(
    {
        "epingle": Forme(
            "M0 0C-1.6 -4.4 -8 -7.4 -8 -13.4A8 8 0 1 1 8 -13.4C8 -7.4 1.6 -4.4 0 0Z", (0, -13.4), (-8, -21.4, 8, 0)
        )
    }
)

#: Palette d'Okabe et Ito, lisible par les daltoniens ; contours assez sombres pour trancher sur le fond.
STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "fond": Style("Départements voisins", "#bdb9b0", 0.8, "#ececea"),
        "voisines": Style("Communes voisines", "#c9c5bb", 0.5, "#ececea"),
        "communes": Style("Limite de commune", "#8d8a83", 0.7, "#fbf9f4"),
        "intercommunalites": Style("Limite d'intercommunalité", "#5b5750", 1.3),
        "departements": Style("Limite de département", "#2f2c28", 2.2),
        "territoire": Style("Territoire de la carte", "#1d1b18", 2.4),
        "autre": Style("Autre QPV", "#8a6d7d", 0.9, "#d8c6d0", 0.9, (2, 2)),
        "inchange": Style("QPV inchangé depuis 2015", "#5b2c49", 1.0, "#cc79a7", 0.85),
        "modifie": Style("QPV modifié en 2024", "#003f66", 1.6, "#0072b2", 0.75),
        "nouveau": Style("QPV nouveau en 2024", "#7a3300", 2.0, "#e69f00", 0.9, (5, 2.5)),
        "qpv2015": Style("QPV de 2015", "#1d1b18", 1.5, tirets=(4, 2.5), halo=1.4),
        "sorti": Style("QPV de 2015 sorti en 2024", "#1d1b18", 1.5, "#5f5b55", 0.75, (1.5, 2.5), halo=1.4),
        # Les trois devenirs d'un quartier, quand la carte de 2015 se lit à côté de celle de 2024 : mêmes couleurs.
        "maintenu2015": Style("QPV maintenu à l'identique", "#5b2c49", 1.0, "#cc79a7", 0.85),
        "modifie2015": Style("QPV modifié depuis", "#003f66", 1.6, "#0072b2", 0.75),
        "sorti2015": Style("QPV sorti en 2024", "#1d1b18", 1.5, "#5f5b55", 0.85, (1.5, 2.5)),
        "points": Style("Lieu d'expériences ou d'actions", "#ffffff", 1.2, "#3d1a5b", 1.0, rayon=8, forme="epingle"),
    }
)

QUARTIERS = "Quartiers prioritaires"
#: Ce qui se montre et se cache ensemble à l'écran.
GROUPES: Mapping[str, str] = MappingProxyType(
    {
        "communes": "Communes",
        "voisines": "Communes",
        "intercommunalites": "Intercommunalités",
        "departements": "Départements",
        "qpv2015": "QPV de 2015",
        "sorti": "QPV de 2015",
        **dict.fromkeys(("maintenu2015", "modifie2015", "sorti2015"), "QPV de 2015"),
        "points": "Expériences et actions",
        **dict.fromkeys(("autre", "inchange", "modifie", "nouveau"), QUARTIERS),
    }
)

#: Styles du cartouche de situation.
STYLES_SITUATION: Mapping[str, Style] = MappingProxyType(
    {
        "pays": Style("Départements", "#b0aba0", 0.5, "#f4f2ec"),
        "cible": Style("Territoire", "#b3261e", 0.8, "#b3261e"),
    }
)


@dataclass(frozen=True)
class Article:
    """Une expérience ou une action citée dans la bulle d'un point : son titre, ses précisions, où la lire."""

    titre: str
    precisions: str = ""
    lien: str | None = None


@dataclass(frozen=True)
class Entite:
    """Un objet d'une couche : son contour ou son point (EPSG:4326) et ce qu'on en dit.

    ``poids`` dit qui est étiqueté d'abord quand la place manque ; 0 : jamais. ``rayon`` est celui d'un cercle, en
    unités du dessin, le même sur papier et à l'écran ; ``articles``, ce que compte un point.
    """

    code: str
    nom: str
    geometrie: BaseGeometry
    infos: tuple[tuple[str, str], ...] = ()
    poids: float = 0
    rayon: float = 0
    articles: tuple[Article, ...] = ()


@dataclass(frozen=True)
class Couche:
    """Des entités de même style, dessinées ensemble ; l'ordre des couches est celui du dessin.

    ``style`` est une clé de ``STYLES``, à moins que la couche n'ait un style ``propre``. ``groupe`` est le nom sous
    lequel on la montre ou la cache à l'écran.
    """

    style: str
    entites: tuple[Entite, ...]
    en_legende: bool = True
    propre: Style | None = None
    quartiers: bool = False
    groupe: str = ""

    @property
    def dessin(self) -> Style:
        """Style de la couche."""
        return self.propre or STYLES.get(self.style) or STYLES_SITUATION[self.style]

    @property
    def comptee(self) -> bool:
        """La légende dit-elle combien elle a d'entités ?"""
        return self.style in _COMPTEES or (self.prioritaire and self.propre is None)

    @property
    def prioritaire(self) -> bool:
        """Est-ce une couche de QPV ?"""
        return self.quartiers or self.style in LIBELLES_STATUTS or self.style == "autre"

    @property
    def interactive(self) -> bool:
        """Ses entités portent-elles des informations à montrer ?"""
        return any(entite.infos or entite.articles for entite in self.entites)

    @property
    def ponctuelle(self) -> bool:
        """Est-elle faite de points ou de cercles ?"""
        return any(entite.rayon for entite in self.entites)

    @property
    def reperee(self) -> bool:
        """Ses entités se réduisent-elles à un repère rond quand leur contour ne se verrait pas ?"""
        ancienne = self.style in {"qpv2015", "sorti"}
        return ancienne or (self.prioritaire and self.style != "autre" and self.dessin.fond is not None)

    @property
    def rayon_repere(self) -> float:
        """Rayon de ce repère ; le contour de 2015 entoure le disque de 2024 au lieu de le cacher."""
        return RAYON_REPERE if self.dessin.fond is not None else RAYON_REPERE + 2.5

    @property
    def tiroir(self) -> str:
        """Groupe sous lequel on la montre ou la cache ; vide pour le fond, toujours là."""
        return self.groupe or GROUPES.get(self.style, "")


#: Une ligne de légende : son symbole et, s'il y a lieu, le nombre d'entités qu'il montre.
Entree = tuple[Style, int | None]


@dataclass(frozen=True)
class Carte:
    """Une carte complète, indépendante de tout rendu.

    Attributes
    ----------
    titre, sous_titre : str
        Ce que l'on voit, et où.
    couches : tuple of Couche
        Du fond vers le dessus.
    situation : tuple of Couche
        Le petit cartouche qui situe le territoire dans la région ou le pays.
    emprise : tuple of float
        Ouest, sud, est, nord (degrés, EPSG:4326).
    notes : tuple of str
        Réserves à imprimer sous la carte.
    sources : str
        Producteurs et millésimes.
    date : datetime.date
        Date de production.
    texte_alternatif : str
        Ce que voit qui ne peut pas voir la carte.
    cles : tuple of Style
        Entrées de légende qui ne sont pas des couches : les tailles de cercle.
    titre_legende : str
        Ligne de tête de la légende : ce que disent ses classes et leur unité (« Taux de pauvreté (%) »), que les
        entrées ne répètent pas.
    """

    titre: str
    sous_titre: str
    couches: tuple[Couche, ...]
    situation: tuple[Couche, ...]
    emprise: tuple[float, float, float, float]
    notes: tuple[str, ...]
    sources: str
    date: dt.date
    texte_alternatif: str
    cles: tuple[Style, ...] = ()
    titre_legende: str = "Légende"

    @property
    def legende(self) -> tuple[Entree, ...]:
        """Tailles de cercle, classes, puis les autres styles ; le nombre d'entités pour les QPV, classes et points."""
        montrees = [couche for couche in reversed(self.couches) if couche.en_legende]
        montrees.sort(key=lambda couche: couche.style not in _MESUREES)
        couches = ((couche.dessin, len(couche.entites) if couche.comptee else None) for couche in montrees)
        return (*((style, None) for style in self.cles), *couches)

    @property
    def credit(self) -> str:
        """Sources et date, en une ligne."""
        return _crediter(self.sources, self.date)

    @property
    def cartes(self) -> tuple[Carte, ...]:
        """Elle seule, comme un diptyque rend les deux siennes."""
        return (self,)

    @property
    def legendes(self) -> tuple[tuple[str, tuple[Entree, ...]], ...]:
        """Sa légende et le titre de celle-ci, comme un diptyque rend les trois siennes."""
        return ((self.titre_legende, self.legende),)


@dataclass(frozen=True)
class Diptyque:
    """Deux cartes de même emprise, côte à côte : une légende, des notes et un crédit pour les deux.

    Attributes
    ----------
    titre, sous_titre : str
        Ce que montre l'ensemble.
    gauche, droite : Carte
        Les deux cartes ; leur ``titre`` (« 2015 », « 2024 ») et leur ``sous_titre`` s'impriment au-dessus de chacune.
    notes : tuple of str
        Réserves communes : celles des deux cartes sont vides.
    sources : str
        Producteurs et millésimes des deux.
    date : datetime.date
        Date de production.
    texte_alternatif : str
        Ce que voit qui ne peut pas voir l'ensemble.
    """

    titre: str
    sous_titre: str
    gauche: Carte
    droite: Carte
    notes: tuple[str, ...]
    sources: str
    date: dt.date
    texte_alternatif: str

    @property
    def cartes(self) -> tuple[Carte, ...]:
        """De gauche à droite."""
        return (self.gauche, self.droite)

    @property
    def emprise(self) -> tuple[float, float, float, float]:
        """Ouest, sud, est, nord des deux cartes."""
        return self.gauche.emprise

    @property
    def situation(self) -> tuple[Couche, ...]:
        """Le cartouche qui situe le territoire."""
        return self.droite.situation

    @property
    def credit(self) -> str:
        """Sources et date, en une ligne."""
        return _crediter(self.sources, self.date)

    @property
    def legendes(self) -> tuple[tuple[str, tuple[Entree, ...]], ...]:
        """Trois légendes, chacune avec son titre : ce qui est propre à la gauche, à la droite, puis commun aux deux."""
        gauche, droite = dict(self.gauche.legende), dict(self.droite.legende)
        communs = {style: n for style, n in droite.items() if style in gauche}
        propres = (
            (carte.titre, {s: n for s, n in siens.items() if s not in communs})
            for carte, siens in ((self.gauche, gauche), (self.droite, droite))
        )
        return tuple((t, tuple(e.items())) for t, e in (*propres, ("Sur les deux cartes", communs)) if e)


def _crediter(sources: str, date: dt.date) -> str:
    return f"Sources{INSECABLE}: {sources}. Carte produite le {date_longue(date)}."


SOURCES = (
    "ANCT, géographie prioritaire 2024 ; Insee, populations municipales {annee} ; "
    "IGN Admin Express (contours généralisés), COG 2026"
)


def decrire(territoire: Territoire, date: dt.date) -> Carte:
    """Carte des QPV d'un territoire sur ses limites communales.

    Parameters
    ----------
    territoire : Territoire
        Tout niveau, pourvu que son contour soit connu.
    date : datetime.date
        Date imprimée sur la carte.

    Raises
    ------
    ErreurArgument
        Le territoire n'a pas de contour dans les données (hors d'Île-de-France).
    """
    if territoire.geometrie is None:
        raise ErreurArgument(
            f"Pas de carte, donc pas de fiche, pour {territoire.nom} ({territoire.code}) : les contours embarqués "
            "s'arrêtent à l'Île-de-France. Que faire : choisissez un territoire d'Île-de-France."
        )
    emprise = _emprise(territoire)
    couches = tuple(couche for couche in _couches(territoire, emprise) if couche.entites)
    return Carte(
        titre=_titre(territoire),
        sous_titre=_sous_titre(territoire),
        couches=couches,
        situation=tuple(_situation(territoire)),
        emprise=emprise,
        notes=tuple(map(soigner, _notes(territoire))),
        sources=soigner(SOURCES.format(annee=annee_des_quartiers(territoire.base))),
        date=date,
        texte_alternatif=decrire_quartiers(territoire),
    )


def _titre(t: Territoire) -> str:
    if t.niveau == "qpv":
        return f"QPV {t.nom} ({t.code})"
    if t.qpv.empty and t.synthese_qpv.departements_absents:
        return t.nom
    if t.qpv.empty:
        return f"{t.nom}{INSECABLE}: aucun quartier prioritaire"
    return f"Les quartiers prioritaires{INSECABLE}: {t.nom}"


def _sous_titre(t: Territoire) -> str:
    if t.niveau == "qpv":
        return f"{enumerer(list(t.communes.nom))}, {accorder(t.population or 0, 'habitant')} en 2020"
    synthese = t.synthese_qpv
    if not synthese.nombre:
        return "Géographie prioritaire 2024"
    return (
        f"Géographie prioritaire 2024{INSECABLE}: {synthese.nombre} QPV, "
        f"{dire_habitants_quartiers(t)} en {annee_des_quartiers(t.base)}{t.reserve_qpv}"
    )


def _notes(t: Territoire) -> Iterator[str]:
    absents = t.synthese_qpv.departements_absents
    if absents:
        du = citer_departements(absents, "du département", "des départements")
        yield f"Les QPV {du}, absents des données embarquées, ne sont pas dessinés."
    if t.niveau != "qpv" and t.synthese_qpv.debordants:
        n = len(t.synthese_qpv.debordants)
        leur = "sa population est celle" if n == 1 else "leur population est celle"
        yield f"{accorder(n, 'QPV s’étend', 'QPV s’étendent')} aussi hors du territoire : {leur} du quartier entier."


def _emprise(t: Territoire) -> tuple[float, float, float, float]:
    """Cadre autour du territoire, élargi pour un QPV ou un territoire minuscule (calcul en Lambert-93)."""
    ouest, sud, est, nord = gpd.GeoSeries([t.geometrie], crs=4326).to_crs(LAMBERT).total_bounds
    cote = max(est - ouest, nord - sud)
    marge = max(cote * (_CADRE_QPV if t.niveau == "qpv" else _MARGE), (_EMPRISE_MINIMALE_M - cote) / 2)
    cadre = shapely.box(ouest - marge, sud - marge, est + marge, nord + marge)
    ouest, sud, est, nord = gpd.GeoSeries([cadre], crs=LAMBERT).to_crs(4326).total_bounds
    return float(ouest), float(sud), float(est), float(nord)


def _couches(t: Territoire, emprise: tuple[float, float, float, float]) -> Iterator[Couche]:
    cadre = shapely.box(*emprise)
    yield from _couches_fond(t, cadre)
    yield Couche("communes", tuple(_communes(t.communes[t.communes.geometry.notna()], t.qpv)))
    if t.niveau in {"departement", "perimetre"}:
        yield Couche("intercommunalites", tuple(_contours(t.intercommunalites, t.geometrie)))
    if t.niveau == "perimetre":
        yield Couche("departements", tuple(_contours(t.departements)))
    elif t.niveau != "qpv":
        yield Couche("territoire", tuple(_contours((t,))))
    qpv = t.base.repertoire.qpv
    yield Couche("autre", tuple(_quartiers(qpv[qpv.intersects(cadre)].drop(t.qpv.index, errors="ignore"))))
    for statut in ("inchange", "modifie", "nouveau"):
        siens = t.qpv[t.qpv.statut == statut]
        yield Couche(statut, tuple(_quartiers(siens, etiquettes=t.niveau in {"qpv", "commune"})))


def _couches_fond(t: Territoire, cadre: BaseGeometry) -> Iterator[Couche]:
    """Ce qui entoure le territoire : départements entiers, et communes voisines quand l'échelle le permet."""
    repertoire = t.base.repertoire
    ouest, _, est, _ = cadre.bounds
    autour = shapely.buffer(cadre, max(_AUTOUR_DEGRES, 1.2 * (est - ouest)), join_style="mitre")
    departements = repertoire.departements[repertoire.departements.intersects(autour)]
    rognes = zip(departements.index, departements.nom, departements.geometry.intersection(autour), strict=True)
    large = t.niveau in {"departement", "perimetre"}
    yield Couche("fond", tuple(Entite(code, nom, _surfaces(contour)) for code, nom, contour in rognes), large)
    if not large:
        visibles = repertoire.communes[repertoire.communes.intersects(cadre)]
        yield Couche("voisines", tuple(_communes(visibles.drop(t.communes.index, errors="ignore"), poids=1e-6)))


def _communes(communes: gpd.GeoDataFrame, qpv: gpd.GeoDataFrame | None = None, poids: float = 1.0) -> Iterator[Entite]:
    """Communes ; celles qui ont un QPV sont étiquetées d'abord, selon ses habitants, puis les plus peuplées."""
    quartiers = {} if qpv is None else _habitants_des_quartiers(qpv)
    for code, nom, population, geometrie in zip(
        communes.index, communes.nom, communes.population, communes.geometry, strict=True
    ):
        siens = quartiers.get(code)
        rang = poids * float(population) if siens is None else POIDS_CONCERNEE + siens
        yield Entite(code, nom, geometrie, (("Commune", f"{nom} ({code})"),), rang)


def _habitants_des_quartiers(qpv: gpd.GeoDataFrame) -> dict[str, float]:
    """Habitants des QPV de chaque commune ; ceux d'un quartier à cheval comptent dans chacune : ce n'est qu'un rang."""
    eclates = qpv[["codes_communes", "population"]].explode("codes_communes")
    return {str(code): float(n) for code, n in eclates.groupby("codes_communes").population.sum().items()}


def _contours(territoires: tuple[Territoire, ...], limite: BaseGeometry | None = None) -> Iterator[Entite]:
    """Contours de territoires, rognés à ``limite`` : on ne dessine pas le 77 sur la carte du 95."""
    for t in territoires:
        if t.geometrie is not None:
            contour = t.geometrie if limite is None else shapely.intersection(t.geometrie, limite)
            yield Entite(t.code, t.nom, _surfaces(contour))


def _surfaces(geometrie: BaseGeometry) -> BaseGeometry:
    """Les polygones d'une intersection, sans les lignes et points où l'on ne fait que se toucher."""
    return shapely.MultiPolygon([p for p in shapely.get_parts(geometrie) if p.geom_type == "Polygon"])


def _quartiers(qpv: gpd.GeoDataFrame, *, etiquettes: bool = False) -> Iterator[Entite]:
    for code, ligne in qpv.iterrows():
        poids = float(ligne.population) + POIDS_QUARTIER if etiquettes else 0
        yield Entite(str(code), ligne.nom_affiche, ligne.geometry, _infos_qpv(str(code), ligne), poids)


def _infos_qpv(code: str, ligne: Any) -> tuple[tuple[str, str], ...]:
    pluriel = "s" if len(ligne.codes_communes) > 1 else ""
    return (
        ("Quartier prioritaire", f"{ligne.nom_affiche} ({code})"),
        (f"Commune{pluriel}", ligne.noms_communes),
        ("Population 2020", accorder(int(ligne.population), "habitant")),
        ("Statut", LIBELLES_STATUTS[ligne.statut]),
    )


def _situation(t: Territoire) -> Iterator[Couche]:
    """Le territoire dans la région ; un département ou le périmètre, dans le pays."""
    contours = t.base.contours_departements
    if t.niveau not in {"departement", "perimetre"}:
        region = t.base.repertoire.departements.code_region == REGION
        contours = contours[contours.index.isin(region.index[region])]
    yield Couche("pays", tuple(Entite(code, code, contour) for code, contour in contours.geometry.items()))
    yield Couche("cible", tuple(_contours((t,))))
