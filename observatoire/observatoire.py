"""La façade que tient l'analyste : ``obs.ouvrir()``, puis une ligne par question. Elle délègue, ne calcule rien."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack, cast

import geopandas as gpd
import pandas as pd

from observatoire import agregation, ajout
from observatoire.agregation import Partie
from observatoire.donnees import Paquet
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.indicateurs import Releve, Valeur
from observatoire.qpv import synthetiser
from observatoire.referentiel import Repertoire
from observatoire.schemas import Niveau
from observatoire.territoire import Territoire, situer

if TYPE_CHECKING:
    from observatoire.carte import Carte
    from observatoire.carte_interactive import CarteFolium
    from observatoire.carte_statique import CarteStatique
    from observatoire.choroplethe import Reglages
    from observatoire.fiche import Fiche


#: Ce qu'un indicateur ajouté fait relire.
_AJOUTES = ("indicateurs", "catalogue", "releve")


def ouvrir(donnees: str | os.PathLike[str] | None = None) -> Observatoire:
    """Ouvre l'observatoire sur les données embarquées, sans réseau.

    Parameters
    ----------
    donnees : path, optional
        Dossier de données de même forme que ``geodata/`` ; les données embarquées par défaut.

    Returns
    -------
    Observatoire
        Les tables ne sont lues qu'à leur premier usage.

    Raises
    ------
    ErreurSource
        Le dossier n'existe pas ou n'est pas un dossier de données.

    Examples
    --------
    >>> import observatoire as obs
    >>> o = obs.ouvrir()
    >>> o.territoire("GPS&O").code
    '200059889'
    """
    return Observatoire(Paquet.ouvrir(donnees))


class Observatoire:
    """Tables, recherche, cartes et fiches de l'ouest francilien.

    Les tables géographiques sont des GeoDataFrames en EPSG:4326, indexées par ``code`` (texte, zéros gardés). Une
    table rendue est celle de l'observatoire : copiez-la (``.copy()``) avant de la modifier.

    Parameters
    ----------
    paquet : Paquet
        Les données ; on passe d'ordinaire par ``obs.ouvrir()``.
    """

    def __init__(self, paquet: Paquet, ajouts: tuple[tuple[pd.DataFrame, pd.DataFrame], ...] = ()) -> None:
        self._paquet = paquet
        self._ajouts = ajouts

    def __reduce__(self) -> tuple[Any, ...]:
        """Passer d'un processus à l'autre ne transporte pas les tables : l'autre les relit."""
        return Observatoire, (self._paquet, self._ajouts)

    # --- tables ---

    @cached_property
    def communes(self) -> gpd.GeoDataFrame:
        """Communes de France (COG 2026), contour en Île-de-France.

        Colonnes ``nom``, ``code_departement``, ``code_region``, ``code_epci``, ``code_ept`` (None hors Métropole du
        Grand Paris), ``codes_anciens`` (liste), ``population`` (municipale 2023), ``population_2020``, ``geometry``.
        Sources : Insee (COG, populations), DGCL (périmètres), IGN Admin Express par Etalab (contours).
        """
        return self._geographique("communes")

    @cached_property
    def epci(self) -> gpd.GeoDataFrame:
        """EPCI à fiscalité propre, contour en Île-de-France.

        Colonnes ``nom`` (officiel), ``nom_affiche``, ``sigle``, ``nature`` (CA, CC, CU, METRO, MET69),
        ``codes_departements`` (liste), ``nombre_communes``, ``population`` (2023), ``population_2020``, ``geometry``.
        """
        return self._geographique("epci")

    @cached_property
    def ept(self) -> gpd.GeoDataFrame:
        """Établissements publics territoriaux de la Métropole du Grand Paris (colonnes de ``epci``)."""
        return self._geographique("ept")

    @cached_property
    def departements(self) -> gpd.GeoDataFrame:
        """Départements et collectivités, contour en métropole.

        Colonnes ``nom``, ``sigle``, ``code_region``, ``nombre_communes``, ``population`` (2023),
        ``population_2020``, ``geometry``.
        """
        return self._geographique("departements")

    @cached_property
    def qpv(self) -> gpd.GeoDataFrame:
        """Les 83 QPV 2024 des départements 78, 92 et 95.

        Colonnes ``nom`` (officiel), ``nom_affiche``, ``codes_communes`` (liste), ``noms_communes``,
        ``code_departement``, ``codes_intercommunalites`` (liste : EPT dans la Métropole du Grand Paris),
        ``population`` (2020, quartier entier), ``statut`` (nouveau, modifie, inchange), ``codes_2015`` (liste),
        ``surface_ha`` (Lambert-93), ``geometry``. Sources : ANCT (contours, passage), Insee (population).
        """
        return self._geographique("qpv")

    @cached_property
    def qpv_2015(self) -> pd.DataFrame:
        """Les 84 QPV 2015 des trois départements : ``nom``, ``codes_communes``, ``codes_2024`` (vide si sorti)."""
        return self._paquet.lire("qpv_2015")

    @cached_property
    def indicateurs(self) -> pd.DataFrame:
        """Indicateurs, en table longue.

        Colonnes ``niveau`` (qpv, commune, epci, ept, departement, perimetre, region, france), ``code``,
        ``indicateur``, ``millesime`` (année ; vide si le producteur ne la dit pas), ``valeur`` (NaN si et seulement si
        ``statut`` n'est pas « diffuse »), ``statut``, ``source``. Producteurs : Insee, SDES, Cnaf.
        """
        embarques = self._paquet.lire("indicateurs")
        tables = [embarques, *(valeurs.astype(embarques.dtypes) for valeurs, _ in self._ajouts)]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def catalogue(self) -> pd.DataFrame:
        """Catalogue des indicateurs, indexé par ``indicateur``.

        Colonnes ``libelle``, ``unite``, ``decimales``, ``nature`` (effectif, part, mediane, indice, ratio),
        ``numerateur``, ``denominateur``, ``ponderation`` (liste), ``theme``, ``niveaux`` (liste), ``definition``,
        ``producteur``, ``page``, ``licence``, ``millesime_documente``, ``millesimes`` (liste des années présentes).
        """
        catalogue = pd.concat([self._paquet.lire("catalogue"), *(fiche for _, fiche in self._ajouts)])
        annees = self.indicateurs.dropna(subset="millesime").groupby("indicateur").millesime.unique()
        catalogue["millesimes"] = [sorted(map(int, annees.get(nom, []))) for nom in catalogue.index]
        return catalogue

    @cached_property
    def releve(self) -> Releve:
        """Les indicateurs et leur catalogue, prêts à être interrogés."""
        return Releve(self.indicateurs, self.catalogue)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Régions et collectivités : ``nom``."""
        return self._paquet.lire("regions")

    @cached_property
    def contours_departements(self) -> gpd.GeoDataFrame:
        """Contours simplifiés (1,5 km) des 96 départements de métropole, pour situer un territoire."""
        return self._geographique("contours_departements")

    @property
    def sources(self) -> pd.DataFrame:
        """Producteur, licence, millésime, origine, empreinte et date de chaque fichier de données."""
        return self._paquet.sources()

    def verifier(self) -> pd.DataFrame:
        """Contrôle chaque fichier de données contre son empreinte : « intact », « absent » ou « endommagé »."""
        return self._paquet.verifier()

    # --- territoires ---

    @cached_property
    def repertoire(self) -> Repertoire:
        """Le référentiel territorial, qui va des noms aux territoires."""
        noms = self._paquet.lire("noms")
        return Repertoire(
            self.communes, self.epci, self.ept, self.departements, self.qpv, noms, self.qpv_2015, self.regions
        )

    def territoire(self, recherche: str, niveau: str | None = None) -> Territoire:
        """Trouve un territoire par son nom, son sigle ou son code.

        Parameters
        ----------
        recherche : str
            « Gennevilliers », « 92036 », « 200057990 », « QN09201M », « SQY », « Val-d'Oise », « ouest francilien »...
        niveau : {"qpv", "commune", "epci", "ept", "departement", "perimetre"}, optional
            Restreint la recherche à un niveau.

        Raises
        ------
        TerritoireInconnu
            Rien ne correspond ; l'erreur propose les noms les plus proches.
        TerritoireAmbigu
            Plusieurs territoires conviennent ; l'erreur les liste avec leur code.
        ErreurArgument, ErreurType
            Niveau inexistant ; recherche qui n'est pas un texte.
        """
        trouve = self.repertoire.chercher(recherche, niveau)
        return situer(self, cast(Niveau, trouve.niveau), trouve.code)

    def territoires(self, motif: str | None = None) -> pd.DataFrame:
        """Liste des territoires de l'ouest francilien, ou de ceux de France dont un nom contient ``motif``."""
        return self.repertoire.lister(motif)

    # --- indicateurs ---

    def agreger(
        self,
        indicateur: str,
        codes: Iterable[str | Territoire],
        *,
        millesime: int | str | None = None,
        partiel: bool = False,
    ) -> Valeur:
        """Valeur d'un indicateur sur plusieurs territoires disjoints.

        Les effectifs s'ajoutent, les parts et ratios se recalculent de leur numérateur et de leur dénominateur ou, à
        défaut, se pondèrent par l'effectif que nomme le catalogue (le résultat se dit alors « estimation »). Médianes,
        indices, millésimes mêlés, recouvrements et valeurs manquantes sont refusés.

        Parameters
        ----------
        indicateur : str
            Identifiant du catalogue.
        codes : iterable of str
            Codes (ou territoires) à réunir.
        millesime : int, optional
            Année ; par défaut la dernière que toutes les parties partagent.
        partiel : bool
            Accepte une estimation sur les seules parties publiées ; elle porte sa couverture.

        Raises
        ------
        AgregationInterdite
            Le total serait faux ; le message dit pourquoi, et ce qui est possible.

        Examples
        --------
        >>> import observatoire as obs
        >>> o = obs.ouvrir()
        >>> int(o.agreger("population", codes=["92036", "92050"], millesime=2020).valeur)
        145662
        """
        exiger(codes, Iterable, "Des codes", '["92036", "92050"]')
        territoires = [self._territoire(code) for code in ([codes] if isinstance(codes, str) else codes)]
        parties = [Partie(t.niveau, t.code, t.nom, self.repertoire.membres(t.niveau, t.code)) for t in territoires]
        return agregation.agreger(
            self.releve,
            parties,
            indicateur,
            millesime=millesime,
            partiel=partiel,
            synthetiser=lambda communes: synthetiser(self.qpv, self.communes.loc[sorted(communes)]),
        )

    def ajouter_indicateur(self, table: pd.DataFrame, fiche_catalogue: Mapping[str, Any]) -> Observatoire:
        """Un nouvel observatoire, avec un indicateur de plus ; celui-ci ne change pas.

        Parameters
        ----------
        table : pandas.DataFrame
            Colonnes ``code`` (ou index) et ``valeur`` ; facultatives : ``niveau``, ``millesime``, ``statut``,
            ``source``.
        fiche_catalogue : mapping
            Au moins ``indicateur``, ``libelle`` et ``nature`` ; toute autre colonne de ``o.catalogue``.

        Raises
        ------
        ErreurSchema
            Tous les problèmes à la fois ; rien n'est ajouté.
        """
        exiger(table, pd.DataFrame, "Une table", "pandas.read_csv(...)")
        exiger(
            fiche_catalogue, Mapping, "Une fiche de catalogue", '{"indicateur": ..., "libelle": ..., "nature": "part"}'
        )
        catalogue = self.catalogue.drop(columns="millesimes")
        ajoutes = ajout.preparer(table, fiche_catalogue, catalogue, self._niveau_du_code)
        nouveau = Observatoire(self._paquet, (*self._ajouts, ajoutes))
        # Les tables déjà lues restent les mêmes ; seuls les indicateurs changent.
        nouveau.__dict__ |= {nom: lu for nom, lu in self.__dict__.items() if nom not in {*nouveau.__dict__, *_AJOUTES}}
        return nouveau

    def _niveau_du_code(self, code: str) -> str | None:
        return "qpv" if code in self.qpv_2015.index else self.repertoire.niveau_du_code(code)

    # --- cartes et fiches ---

    def carte(
        self,
        territoire: Territoire | str,
        indicateur: str | None = None,
        *,
        millesime: int | str | None = None,
        fond: str | None = None,
        contours_2015: gpd.GeoDataFrame | None = None,
        **reglages: Unpack[Reglages],
    ) -> CarteFolium:
        """Carte interactive d'un territoire ; voir ``Territoire.carte``."""
        from observatoire import carte_interactive

        description = self._decrire(territoire, indicateur, millesime, contours_2015, reglages)
        return carte_interactive.dessiner(description, fond)

    def carte_statique(
        self,
        territoire: Territoire | str,
        indicateur: str | None = None,
        *,
        millesime: int | str | None = None,
        format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
        contours_2015: gpd.GeoDataFrame | None = None,
        **reglages: Unpack[Reglages],
    ) -> CarteStatique:
        """Carte à imprimer d'un territoire ; voir ``Territoire.carte_statique``."""
        from observatoire import carte_statique

        description = self._decrire(territoire, indicateur, millesime, contours_2015, reglages)
        return carte_statique.dessiner(description, format=format)

    def _decrire(
        self,
        territoire: Territoire | str,
        indicateur: str | None,
        millesime: int | str | None,
        contours_2015: gpd.GeoDataFrame | None,
        reglages: Reglages,
    ) -> Carte:
        from observatoire import ancetres, carte, choroplethe

        t = self._territoire(territoire)
        description = carte.decrire(t, dt.date.today())
        if indicateur is not None:
            description = choroplethe.colorier(description, t, indicateur, millesime, **reglages)
        elif reglages or millesime is not None:
            raise ErreurArgument(
                f"{', '.join(reglages) or 'millesime'} ne sert qu'avec un indicateur. "
                'Que faire : écrivez par exemple t.carte("taux_pauvrete", classes=4).'
            )
        return description if contours_2015 is None else ancetres.superposer(description, t, contours_2015)

    def fiche(self, territoire: Territoire | str, *, date: dt.date | None = None) -> Fiche:
        """Fiche repère d'un territoire ; voir ``Territoire.fiche``."""
        from observatoire import fiche

        return fiche.rediger(self._territoire(territoire), date or dt.date.today())

    def presenter(self, territoire: Territoire | str) -> str:
        """Carton d'identité d'un territoire, en HTML, tel que l'affiche un notebook."""
        from observatoire.tableau import carton

        return carton(self._territoire(territoire))

    def produire(self, dossier: str | os.PathLike[str], *, progression: bool = True) -> pd.DataFrame:
        """Écrit le mini-site hors ligne : index, et fiche (HTML, PDF) et carte de chaque territoire concerné.

        Parameters
        ----------
        dossier : path
            Dossier de sortie, créé au besoin ; une production interrompue y reprend où elle en était.
        progression : bool
            Montre une barre de progression.

        Returns
        -------
        pandas.DataFrame
            Une ligne par fichier : ``niveau``, ``code``, ``nom``, ``fichier``, ``etat`` (« écrit », « à jour »),
            ``octets``.

        Raises
        ------
        ErreurEcriture
            Dossier impossible ou disque plein ; rien n'est à moitié écrit.
        """
        from observatoire import production

        return production.produire(self, dossier, dt.date.today(), progression=progression)

    def __repr__(self) -> str:
        return f"Observatoire({self._paquet.dossier})"

    def _repr_html_(self) -> str:
        from observatoire.tableau import presentation

        return presentation(self.repertoire, self.sources)

    def _territoire(self, territoire: Territoire | str) -> Territoire:
        return territoire if isinstance(territoire, Territoire) else self.territoire(territoire)

    def _geographique(self, nom: str) -> gpd.GeoDataFrame:
        return cast(gpd.GeoDataFrame, self._paquet.lire(nom))
