"""Un territoire et tout ce qui s'y rattache : une valeur immuable que l'analyste tient en main."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Unpack

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from observatoire import comparaison
from observatoire import experiences as recits
from observatoire import qpv as geographie
from observatoire.comparaison import Rang, Regard
from observatoire.erreurs import AgregationInterdite, Candidat, TerritoireAmbigu, exiger
from observatoire.indicateurs import DIFFUSE, Releve, Valeur
from observatoire.portees import portees
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, LIBELLES_NIVEAUX, REGION, Repertoire
from observatoire.schemas import Niveau
from observatoire.typographie import accorder

if TYPE_CHECKING:
    from observatoire.carte_interactive import CarteFolium
    from observatoire.carte_statique import CarteStatique
    from observatoire.charte import Charte
    from observatoire.choroplethe import Reglages
    from observatoire.fiche import Fiche

#: Année de la colonne ``population`` de ``o.qpv``, quand la table des indicateurs n'en donne aucune.
_ANNEE_DE_LA_TABLE = 2020


class Base(Protocol):
    """Ce qu'un territoire attend de l'observatoire qui l'a ouvert : des tables, et de quoi se montrer."""

    @property
    def repertoire(self) -> Repertoire:
        """Le référentiel territorial."""

    @property
    def releve(self) -> Releve:
        """Les indicateurs et leur catalogue."""

    def territoire(self, recherche: str) -> Territoire:
        """Un territoire, par son nom ou son code."""

    @property
    def qpv_2015(self) -> pd.DataFrame:
        """Les quartiers de 2015 et leur devenir."""

    @property
    def experiences(self) -> pd.DataFrame:
        """Les fiches expériences du catalogue."""

    @property
    def actions(self) -> pd.DataFrame:
        """Les actions du catalogue."""

    @property
    def liens(self) -> pd.DataFrame:
        """Les territoires de chaque notice, et la confiance de chaque lien."""

    @property
    def themes(self) -> Sequence[str]:
        """Les thèmes de la politique de la ville."""

    @property
    def contours_departements(self) -> gpd.GeoDataFrame:
        """Contours simplifiés des départements de métropole."""

    @property
    def sources(self) -> pd.DataFrame:
        """Producteur, licence et millésime de chaque table."""

    def agreger(
        self, indicateur: str, codes: Iterable[str], *, millesime: int | str | None = None, partiel: bool = False
    ) -> Valeur:
        """Valeur d'un indicateur sur un ensemble de territoires."""

    def presenter(self, territoire: Territoire) -> str:
        """Carton d'identité en HTML."""

    def carte(
        self,
        territoire: Territoire,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        fond: str | None = None,
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteFolium:
        """Carte interactive."""

    def carte_statique(
        self,
        territoire: Territoire,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteStatique:
        """Carte à imprimer."""

    def fiche(
        self,
        territoire: Territoire,
        *,
        modele: str | os.PathLike[str] = "repere",
        avec: Iterable[Territoire | str] = (),
        date: dt.date | None = None,
        charte: str | os.PathLike[str] | Charte | None = None,
    ) -> Fiche:
        """Fiche d'un modèle."""


@dataclass(frozen=True)
class Territoire:
    """Un QPV, une commune, un EPCI, un EPT, un département ou l'ouest francilien.

    On l'obtient par ``o.territoire("Gennevilliers")``. Deux territoires de même niveau et de même code sont égaux.

    Attributes
    ----------
    niveau : str
        « qpv », « commune », « epci », « ept », « departement » ou « perimetre ».
    code : str
        Code du QPV, code Insee, SIREN, numéro du département, ou « ouest-francilien ».
    nom : str
        Nom à imprimer (coquilles corrigées, nature de l'intercommunalité développée).
    """

    niveau: Niveau
    code: str
    nom: str
    base: Base = field(repr=False, compare=False)

    # --- ce qui compose le territoire ---

    @cached_property
    def communes(self) -> gpd.GeoDataFrame:
        """Communes du territoire (pour un QPV, celles où il s'étend), même hors des trois départements."""
        communes = self._repertoire.communes
        if self.niveau == "commune":
            return communes.loc[[self.code]]
        if self.niveau == "qpv":
            return communes.loc[self._ligne.codes_communes]
        if self.niveau == "perimetre":
            return communes[communes.code_departement.isin(DEPARTEMENTS_PERIMETRE)]
        return communes[communes[f"code_{self.niveau}"] == self.code]

    @cached_property
    def qpv(self) -> gpd.GeoDataFrame:
        """QPV qui touchent le territoire, chacun une fois ; pour un QPV, lui-même."""
        if self.niveau == "qpv":
            return self._repertoire.qpv.loc[[self.code]]
        return geographie.dans(self._repertoire.qpv, self.communes.index)

    @cached_property
    def geometrie(self) -> BaseGeometry | None:
        """Contour (EPSG:4326) ; None hors d'Île-de-France pour une commune ou une intercommunalité."""
        if self.niveau == "perimetre":
            departements = self._repertoire.departements.loc[list(DEPARTEMENTS_PERIMETRE)]
            return shapely.coverage_union_all(departements.geometry.values)
        geometrie: BaseGeometry | None = self._ligne.geometry
        return geometrie

    @cached_property
    def synthese_qpv(self) -> geographie.Synthese:
        """Nombre, habitants et part des QPV du territoire ; pour un QPV, lui seul, sans part."""
        if self.niveau == "qpv":
            return geographie.Synthese(1, int(self._ligne.population), (), None, None, (), (self.code,))
        return geographie.synthetiser(self._repertoire.qpv, self.communes)

    @cached_property
    def habitants_quartiers(self) -> int:
        """Habitants de ses QPV, quartiers entiers, chacun compté une fois ; 0 si aucun n'est publié."""
        if self.qpv.empty:
            return 0
        habitants = habitants_de(self.base, self.qpv.index)
        return int(habitants.valeur) if habitants.statut == DIFFUSE else 0

    @property
    def reserve_qpv(self) -> str:
        """Ce qu'il faut ajouter à tout compte de ses QPV s'il s'étend là où ils ne sont pas embarqués, sinon rien."""
        absents = self.synthese_qpv.departements_absents
        return f", hors {geographie.citer_departements(absents)}" if absents else ""

    @cached_property
    def evolution_qpv(self) -> pd.DataFrame:
        """Quartiers entrés, sortis, modifiés ou inchangés entre 2015 et 2024 (voir ``qpv.evolution``)."""
        if self.niveau == "qpv":
            return pd.DataFrame(self.qpv[["nom", "noms_communes", "statut", "codes_2015"]])
        return geographie.evolution(self._repertoire.qpv, self.base.qpv_2015, self.communes.index)

    # --- identité ---

    @property
    def nom_officiel(self) -> str:
        """Nom tel que l'imprime le producteur."""
        return self.nom if self.niveau == "perimetre" else str(self._ligne.nom)

    @property
    def sigle(self) -> str | None:
        """Sigle d'usage d'une intercommunalité (« SQY »), ou None."""
        return self._ligne.sigle if self.niveau in {"epci", "ept"} else None

    @property
    def population(self) -> int | None:
        """Habitants : population municipale 2023, ou 2020 pour un QPV ; None si elle n'est pas publiée."""
        if self.niveau == "qpv":
            return int(self._ligne.population)
        populations = self.communes.population
        return None if populations.isna().any() else int(populations.sum())

    @property
    def libelle_niveau(self) -> str:
        """Niveau en toutes lettres : « quartier prioritaire », « commune », « EPCI »..."""
        return LIBELLES_NIVEAUX[self.niveau]

    # --- à quoi il appartient ---

    @cached_property
    def departements(self) -> tuple[Territoire, ...]:
        """Départements où s'étend le territoire, du plus peuplé au moins peuplé de ses communes."""
        if self.niveau == "departement":
            return (self,)
        if self.niveau == "perimetre":
            return tuple(self._situer("departement", code) for code in DEPARTEMENTS_PERIMETRE)
        habitants = self.communes.groupby("code_departement").population.sum().sort_values(ascending=False)
        return tuple(self._situer("departement", code) for code in habitants.index)

    @cached_property
    def intercommunalites(self) -> tuple[Territoire, ...]:
        """Intercommunalités du territoire : EPT dans la Métropole du Grand Paris, EPCI ailleurs."""
        if self.niveau in {"epci", "ept"}:
            return (self,)
        paires = zip(self.communes.code_ept, self.communes.code_epci, strict=True)
        codes = dict.fromkeys(("ept", ept) if ept else ("epci", epci) for ept, epci in paires if ept or epci)
        return tuple(self._situer(niveau, code) for niveau, code in codes)  # type: ignore[arg-type]

    @property
    def intercommunalite(self) -> Territoire | None:
        """L'intercommunalité d'une commune ou d'un QPV : EPT dans la Métropole du Grand Paris, EPCI ailleurs.

        None pour un département, le périmètre, ou une commune qui n'est membre d'aucune.

        Raises
        ------
        TerritoireAmbigu
            Le QPV s'étend sur deux intercommunalités : voir ``intercommunalites``.
        """
        if self.niveau in {"departement", "perimetre"} or not self.intercommunalites:
            return None
        if len(self.intercommunalites) > 1:
            candidats = [Candidat(t.niveau, t.code, t.nom) for t in self.intercommunalites]
            remede = "prenez l'une d'elles dans t.intercommunalites."
            raise TerritoireAmbigu(f"intercommunalité de {self.nom}", candidats, remede)
        return self.intercommunalites[0]

    @cached_property
    def parents(self) -> tuple[Territoire, ...]:
        """Territoires qui l'englobent ou le portent, du plus proche au plus large."""
        parents: list[Territoire] = []
        if self.niveau == "qpv":
            parents += [self._situer("commune", code) for code in self.communes.index]
        if self.niveau in {"qpv", "commune"}:
            parents += self.intercommunalites
        if self.niveau == "ept":
            parents += [self._situer("epci", code) for code in self.communes.code_epci.unique()]
        if self.niveau not in {"departement", "perimetre"}:
            parents += self.departements
        if self.niveau != "perimetre" and any(d.code in DEPARTEMENTS_PERIMETRE for d in self.departements):
            parents.append(self._situer("perimetre", CODE_PERIMETRE))
        return tuple(parents)

    # --- ses indicateurs ---

    @cached_property
    def indicateurs(self) -> pd.DataFrame:
        """Lignes de ``o.indicateurs`` qui concernent le territoire."""
        table = self.base.releve.table
        return table[(table.niveau == self.niveau) & (table.code == self.code)]

    def indicateur(self, indicateur: str, millesime: int | str | None = None) -> Valeur:
        """Valeur d'un indicateur, au millésime demandé ou au dernier présent.

        Une valeur absente a un statut qui dit pourquoi, et ``valeur`` vaut alors NaN.

        Parameters
        ----------
        indicateur : str
            Identifiant du catalogue (``o.catalogue``).
        millesime : int, optional
            Année.

        Raises
        ------
        ErreurArgument
            Indicateur ou millésime inexistant.
        """
        return self.base.releve.valeur(self.niveau, self.code, indicateur, millesime)

    def comparer(self, indicateurs: Iterable[str] | str, millesime: int | str | None = None) -> pd.DataFrame:
        """Le territoire à côté de ses parents, de la région et de la France ; voir ``comparaison.comparer``."""
        exiger(indicateurs, Iterable, "Des indicateurs", '["taux_pauvrete", "taux_emploi"]')
        demandes = [indicateurs] if isinstance(indicateurs, str) else list(indicateurs)
        return comparaison.comparer(self.base.releve, self._cibles, demandes, millesime)

    def confronter(self, indicateur: str) -> list[Regard]:
        """Une comparaison, valeur par valeur : le territoire d'abord, puis ceux qui l'englobent."""
        return comparaison.confronter(self.base.releve, self._cibles, indicateur)

    @cached_property
    def _cibles(self) -> list[comparaison.Cible]:
        cibles: list[comparaison.Cible] = [(t.niveau, t.code, t.nom) for t in (self, *self.parents)]
        return cibles + [cible for cible in comparaison.ENGLOBANTS if self.communes.code_region.eq(REGION).any()]

    def rang(self, indicateur: str, parmi: Territoire | str | None = None, millesime: int | str | None = None) -> Rang:
        """Place du territoire, de la plus haute valeur à la plus basse, parmi ceux de son niveau.

        Parameters
        ----------
        indicateur : str
            Identifiant du catalogue.
        parmi : Territoire, optional
            Où prendre les pairs ; par défaut le premier département du territoire, ou l'ouest francilien pour une
            intercommunalité ou un département.
        millesime : int, optional
            Année ; la dernière du territoire par défaut.

        Raises
        ------
        ErreurArgument
            La valeur du territoire n'est pas publiée.
        """
        large = self.niveau in {"epci", "ept", "departement", "perimetre"}
        if isinstance(parmi, str):
            parmi = self.base.territoire(parmi)
        cadre = parmi or (self._situer("perimetre", CODE_PERIMETRE) if large else self.departements[0])
        valeur = self.indicateur(indicateur, millesime)
        return comparaison.situer_rang(self.base.releve, valeur, cadre.codes(self.niveau))

    def codes(self, niveau: Niveau) -> list[str]:
        """Codes des territoires d'un niveau qui touchent celui-ci."""
        if niveau == self.niveau:
            return [self.code]
        if niveau == "qpv":
            return list(self.qpv.index)
        if niveau == "commune":
            return list(self.communes.index)
        if niveau == "perimetre":
            return [CODE_PERIMETRE]
        return sorted(self.communes[f"code_{niveau}"].dropna().unique())

    def hors_qpv(self, indicateur: str = "population") -> Valeur:
        """Effectif du territoire hors de ses quartiers prioritaires, s'il se calcule exactement.

        Raises
        ------
        AgregationInterdite
            L'indicateur n'est pas un effectif, un quartier déborde du territoire, ou une valeur manque.
        """
        synthese = self.synthese_qpv
        incomplete = self.niveau == "qpv" or synthese.debordants or synthese.departements_absents
        if incomplete or self.base.releve.fiche(indicateur).nature != "effectif":
            raise AgregationInterdite(
                f"« {indicateur} » hors QPV ne se calcule pas exactement pour {self.nom} : il faut un effectif, et "
                "des quartiers tout entiers dans le territoire. Que faire : prenez un territoire qui les contient."
            )
        cibles = [(self.niveau, self.code), *(("qpv", code) for code in self.qpv.index)]
        communs = self.base.releve.millesimes_communs(cibles, indicateur)
        sienne = self.indicateur(indicateur, communs[0] if communs else None)
        if self.qpv.empty:
            return replace(sienne, libelle=f"{sienne.libelle} hors QPV")
        return comparaison.hors_quartiers(
            sienne, self.base.agreger(indicateur, self.qpv.index, millesime=sienne.millesime)
        )

    def serie(self, indicateur: str, *, meme_si_contour_modifie: bool = False) -> pd.DataFrame:
        """Valeurs d'un indicateur au fil des millésimes ; pour un QPV, ses quartiers de 2015 compris.

        Parameters
        ----------
        indicateur : str
            Identifiant du catalogue.
        meme_si_contour_modifie : bool
            Accepte de mettre côte à côte deux contours différents ; la colonne ``contour_modifie`` le marque.

        Returns
        -------
        pandas.DataFrame
            ``millesime``, ``code``, ``valeur``, ``statut``, ``source``, ``affichage``, ``contour_modifie``.

        Raises
        ------
        AgregationInterdite
            La série traverse un contour modifié.
        """
        modifie = self.niveau == "qpv" and self._ligne.statut != "inchange"
        anciens = list(self._ligne.codes_2015) if self.niveau == "qpv" else []
        etapes = [*((code, modifie) for code in anciens), (self.code, False)]
        table = comparaison.serie(self.base.releve, self.niveau, etapes, indicateur)
        if table.contour_modifie.any() and not meme_si_contour_modifie:
            raise AgregationInterdite(
                f"Le contour de {self.nom} ({self.code}) a changé en 2024 : ses valeurs d'avant ({', '.join(anciens)}) "
                "ne se suivent pas. Que faire : meme_si_contour_modifie=True les donne, marquées."
            )
        return table

    # --- ce qui s'y fait ---

    @cached_property
    def portees(self) -> Mapping[str, str]:
        """Les territoires dont les expériences et actions le concernent, et à quel titre (``portees.portees``)."""
        return portees(self.niveau, self.code, self._repertoire)

    @cached_property
    def experiences(self) -> pd.DataFrame:
        """Fiches expériences du territoire, de ses parties et de ceux qui l'englobent.

        Colonnes d'``o.experiences``, ``codes`` (ce par quoi elle le concerne) et ``portee`` : « sur place »,
        « quartier », « dans le territoire », « intercommunalité », « département »... Les plus proches puis les plus
        récentes d'abord ; seuls comptent les liens sûrs d'``o.liens``.
        """
        return recits.concernant(self.base.experiences, self.base.liens, self.portees)

    @cached_property
    def actions(self) -> pd.DataFrame:
        """Actions, dans le même ordre : colonnes d'``o.actions``, ``codes`` et ``portee``."""
        return recits.concernant(self.base.actions, self.base.liens, self.portees)

    # --- se montrer ---

    def carte(
        self,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        fond: str | None = None,
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteFolium:
        """Carte interactive des QPV du territoire sur ses limites communales, sans aucune requête réseau.

        Parameters
        ----------
        indicateur : str, optional
            Montre cet indicateur par QPV, à défaut par commune, à défaut par intercommunalité ; les valeurs absentes
            sont hachurées. Un effectif se dessine en cercles proportionnels, le reste en aplats de couleur.
        experiences : bool, optional
            Place les expériences et actions du catalogue, un point par commune ou quartier ; par défaut, seulement sans
            indicateur, dont les points cacheraient les couleurs.
        millesime : int, optional
            Année de l'indicateur ; la dernière partagée par défaut.
        fond : {"plan-ign"}, optional
            Ajoute le Plan IGN sous la carte (demande le réseau à l'affichage).
        contours_2015 : geopandas.GeoDataFrame, optional
            Contours des QPV de 2015, tels que les rend ``obs.lire_source`` : ajoute ceux du territoire, et ce qu'ils
            sont devenus.
        cote_a_cote : bool
            Avec ``contours_2015`` et sans indicateur : la carte de 2015 à gauche, celle de 2024 à droite, plutôt que
            l'une sur l'autre.
        **reglages
            ``echelle`` (« qpv », « commune », « intercommunalite »), ``methode`` (« quantiles », « jenks »,
            « egales »), ``classes`` (de 2 à 7), ``bornes`` (les siennes), ``ecart`` (True : écart au département),
            ``figure`` (« aplats », « cercles ») ; voir ``choroplethe.colorier``.

        Returns
        -------
        CarteFolium
            Une ``folium.Map`` ; ``.save("carte.html")`` écrit une page autonome.
        """
        return self.base.carte(
            self,
            indicateur,
            experiences=experiences,
            millesime=millesime,
            fond=fond,
            contours_2015=contours_2015,
            cote_a_cote=cote_a_cote,
            **reglages,
        )

    def carte_statique(
        self,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteStatique:
        """La même carte, à imprimer : SVG, PNG ou PDF.

        Parameters
        ----------
        indicateur, experiences, millesime, contours_2015, cote_a_cote, **reglages
            Ceux de ``carte``.
        format : {"a4-portrait", "a4-paysage", "16:9", "carre"}, optional
            Taille de la page ; par défaut, celle qu'il faut au territoire.
        """
        return self.base.carte_statique(
            self,
            indicateur,
            experiences=experiences,
            millesime=millesime,
            format=format,
            contours_2015=contours_2015,
            cote_a_cote=cote_a_cote,
            **reglages,
        )

    def fiche(
        self,
        *,
        modele: str | os.PathLike[str] = "repere",
        avec: Iterable[Territoire | str] = (),
        date: dt.date | None = None,
        charte: str | os.PathLike[str] | Charte | None = None,
    ) -> Fiche:
        """Fiche du territoire, à afficher ou à enregistrer en HTML, PDF ou Word.

        Parameters
        ----------
        modele : str
            « repere » (fiche repère, par défaut), « comparatif » (plusieurs territoires côte à côte), « experiences »
            (recueil par thème), « contrat » (intercommunalité et contrat de ville) ; ou un dossier de gabarits.
        avec : iterable of Territoire or str
            Les autres territoires d'une fiche comparative.
        date : datetime.date, optional
            Date de production imprimée ; celle du jour par défaut.
        charte : path, optional
            Fichier TOML de la charte de votre structure : logo, couleurs, police, pied de page.

        Raises
        ------
        ErreurArgument
            Modèle inconnu, ou qui ne vaut pas à ce niveau.
        ErreurSchema
            Charte fautive.
        """
        return self.base.fiche(self, modele=modele, avec=avec, date=date, charte=charte)

    def __repr__(self) -> str:
        return f"Territoire({self.niveau} {self.code} : {self.nom})"

    def _repr_html_(self) -> str:
        return self.base.presenter(self)

    @property
    def _repertoire(self) -> Repertoire:
        return self.base.repertoire

    @property
    def _ligne(self) -> Any:
        return self._repertoire.table(self.niveau).loc[self.code]

    def _situer(self, niveau: Niveau, code: str) -> Territoire:
        return situer(self.base, niveau, code)


def situer(base: Base, niveau: Niveau, code: str) -> Territoire:
    """Le territoire d'un niveau et d'un code connus."""
    return Territoire(niveau, code, base.repertoire.nommer(niveau, code), base)


def annee_des_quartiers(base: Base) -> int:
    """Dernière année où la population est donnée pour les quartiers et leurs communes ; à défaut, les seuls quartiers.

    C'est elle que l'on rapporte à la population municipale : deux années ne se mêlent pas dans une part.
    """
    quartiers, communes = _annees(base, "qpv"), _annees(base, "commune")
    return max(quartiers & communes or quartiers or communes, default=_ANNEE_DE_LA_TABLE)


def annee_des_communes(base: Base) -> int:
    """Dernière année où la population des communes est donnée."""
    return max(_annees(base, "commune"), default=_ANNEE_DE_LA_TABLE)


def _annees(base: Base, niveau: str) -> set[int]:
    """Années où un quartier au moins, ou l'une de leurs communes, a une ligne de population."""
    qpv = base.repertoire.qpv
    codes = set(qpv.index) if niveau == "qpv" else {code for codes in qpv.codes_communes for code in codes}
    annees = {annee for code in codes for annee in base.releve.millesimes(niveau, code, "population")}
    return {annee for annee in annees if annee is not None}


def habitants_de(base: Base, codes: Iterable[str], *, entiers: bool = False) -> Valeur:
    """Habitants de quartiers ou de communes disjoints, chacun compté une fois, l'année des quartiers.

    Parameters
    ----------
    base : Base
        L'observatoire.
    codes : iterable of str
        Quartiers ou communes, un au moins.
    entiers : bool
        N'accepte pas de somme partielle : il en manque un, le total manque.

    Returns
    -------
    Valeur
        Le total ; la somme des seuls publiés (``minimum``) ; ou, si rien n'est publié, la raison de l'absence.
    """
    siens, annee = tuple(map(str, codes)), annee_des_quartiers(base)
    niveau = base.territoire(siens[0]).niveau
    lues = [base.releve.exactement(niveau, code, "population", annee) for code in siens]
    absents = [v for v in lues if v.statut != DIFFUSE]
    if absents and (entiers or len(absents) == len(lues)):
        return replace(absents[0], niveau="ensemble", code="+".join(siens[:5])) if len(lues) > 1 else absents[0]
    return base.agreger("population", siens, millesime=annee, partiel=True)


def dire_habitants_quartiers(t: Territoire) -> str:
    """« 20 724 habitants », « au moins 20 724 habitants », ou que leur nombre n'est pas publié."""
    if t.qpv.empty:
        return accorder(0, "habitant")
    siens = habitants_de(t.base, t.qpv.index)
    if siens.statut != DIFFUSE:
        return "nombre d'habitants non publié"
    return f"{'au moins ' if siens.minimum else ''}{accorder(int(siens.valeur), 'habitant')}"
