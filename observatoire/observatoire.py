"""La façade que tient l'analyste : ``obs.ouvrir()``, puis une ligne par question. Elle délègue, ne calcule rien."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

import geopandas as gpd
import pandas as pd

from observatoire import agregation, ajout, bilan, couverture, recherche, versement
from observatoire.agregation import Partie
from observatoire.donnees import Paquet
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.indicateurs import Releve, Valeur, lire_millesime
from observatoire.lieux import Gazetier
from observatoire.qpv import synthetiser
from observatoire.referentiel import Repertoire
from observatoire.schemas import Niveau
from observatoire.territoire import Territoire, situer
from observatoire.versement import Versement
from observatoire.vocabulaire import Vocabulaire

if TYPE_CHECKING:
    from observatoire.carte import Carte, Diptyque
    from observatoire.carte_interactive import CarteFolium
    from observatoire.carte_statique import CarteStatique
    from observatoire.charte import Charte
    from observatoire.choroplethe import Reglages
    from observatoire.dessin import Dessin
    from observatoire.extraction import Document as DocumentLu
    from observatoire.extraction import Lecteur
    from observatoire.fiche import Fiche


#: Ce qu'un ajout fait recalculer.
_DES_INDICATEURS = ("indicateurs", "catalogue", "releve", "_agregats")
_DES_DOCUMENTS = ("experiences", "actions", "liens", "index")


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

    def __init__(
        self,
        paquet: Paquet,
        ajouts: tuple[tuple[pd.DataFrame, pd.DataFrame], ...] = (),
        documents: tuple[Versement, ...] = (),
    ) -> None:
        self._paquet = paquet
        self._ajouts = ajouts
        self._documents = documents

    def __reduce__(self) -> tuple[Any, ...]:
        """Passer d'un processus à l'autre ne transporte pas les tables : l'autre les relit."""
        return Observatoire, (self._paquet, self._ajouts, self._documents)

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
    def experiences(self) -> pd.DataFrame:
        """Fiches expériences du catalogue et des documents ajoutés, indexées par ``id``.

        Colonnes ``titre``, ``date`` (ISO 8601 : mois ou intervalle), ``periode``, ``annee``, ``porteur``,
        ``type_porteur``, ``themes`` (liste), ``dispositifs`` (liste), ``territoires`` (liste de codes sûrs), ``lieux``
        (tels qu'imprimés), ``niveau``, ``qpv`` (liste), ``resume``, ``contact`` (structure), ``document``, ``page``,
        ``url``. Source : les documents que nomme ``document``.
        """
        return self._du_catalogue("experiences")

    @cached_property
    def actions(self) -> pd.DataFrame:
        """Actions, publications, défis, atouts et propositions du catalogue et des documents ajoutés.

        Indexée par ``id``. Colonnes ``intitule``, ``date``, ``annee``, ``theme``, ``nature``, ``numero``,
        ``participations``, ``seances`` (vides si non imprimées), ``publics``, ``partenaires``, ``perspectives``
        (listes), puis celles d'``experiences``, de ``themes`` à ``url``.
        """
        return self._du_catalogue("actions")

    @cached_property
    def liens(self) -> pd.DataFrame:
        """Territoires de chaque notice, et comment chacun a été trouvé.

        Colonnes ``id``, ``genre`` (experience, action), ``code``, ``niveau``, ``nom`` (tel qu'imprimé), ``origine``
        (titre, texte, deduit), ``confiance`` (0 à 1 ; sûr à partir de 0,8), ``partie`` (« est »).
        """
        return self._du_catalogue("liens")

    def _du_catalogue(self, nom: str) -> pd.DataFrame:
        return versement.joindre(self._paquet.lire(nom), [getattr(d, nom) for d in self._documents])

    @cached_property
    def gazetier(self) -> Gazetier:
        """Qui reconnaît les territoires dans un texte."""
        return Gazetier(self.repertoire, self._paquet.lire("zones"))

    @cached_property
    def index(self) -> recherche.Index:
        """L'index de recherche, construit à la première question."""
        documents = [d.texte for d in self._documents if d.texte is not None]
        return recherche.Index.construire(
            self.experiences, self.actions, documents, self.repertoire.nommer_code, self.themes
        )

    @cached_property
    def vocabulaire(self) -> Vocabulaire:
        """Thèmes, dispositifs, publics et types de porteur de la politique de la ville."""
        return Vocabulaire.charger()

    @cached_property
    def lecteur(self) -> Lecteur:
        """Qui lit un document et le rattache à ce référentiel."""
        from observatoire.extraction import Lecteur

        return Lecteur(self.gazetier, self.vocabulaire)

    @property
    def themes(self) -> list[str]:
        """Les thèmes de la politique de la ville, tels qu'ils se filtrent et se comptent."""
        return [theme.libelle for theme in self.vocabulaire.themes]

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
        demandes = [codes] if isinstance(codes, (str, Territoire)) else list(codes)
        cibles = tuple((t.niveau, t.code) for t in map(self._territoire, demandes))
        cle = (str(indicateur), cibles, lire_millesime(millesime), bool(partiel))
        if cle not in self._agregats:
            self._agregats[cle] = self._agreger(indicateur, cibles, millesime=cle[2], partiel=cle[3])
        return self._agregats[cle]

    @cached_property
    def _agregats(self) -> dict[tuple[Any, ...], Valeur]:
        """Ce qui est déjà agrégé : les fiches d'un même département se comparent toutes aux mêmes quartiers."""
        return {}

    def _agreger(
        self, indicateur: str, cibles: Sequence[tuple[Niveau, str]], *, millesime: int | None, partiel: bool
    ) -> Valeur:
        parties = [
            Partie(niveau, code, self.repertoire.nommer(niveau, code), self.repertoire.membres(niveau, code))
            for niveau, code in cibles
        ]
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
        return self._deriver(Observatoire(self._paquet, (*self._ajouts, ajoutes), self._documents), _DES_INDICATEURS)

    def _deriver(self, nouveau: Observatoire, a_refaire: Sequence[str]) -> Observatoire:
        """Passe au nouvel observatoire les tables déjà lues, sauf celles que l'ajout change."""
        nouveau.__dict__ |= {nom: lu for nom, lu in self.__dict__.items() if nom not in {*nouveau.__dict__, *a_refaire}}
        return nouveau

    # --- expériences et actions ---

    def ajouter_document(
        self, document: str | os.PathLike[str] | DocumentLu, famille: str | None = None
    ) -> Observatoire:
        """Un nouvel observatoire, qui connaît aussi ce que dit un document ; celui-ci ne change pas.

        Ses expériences et ses actions rejoignent ``o.experiences`` et ``o.actions`` ; son texte entier se cherche.

        Parameters
        ----------
        document : path or Document
            Un document en markdown, en texte ou en PDF, une relecture (le CSV d'``observatoire extraire``, corrigé),
            ou le résultat de ``obs.lire_document``.
        famille : str, optional
            Famille du document, reconnue par défaut ; « autre » pour n'en garder que le texte.

        Raises
        ------
        ErreurSource, ErreurSchema
            Document illisible ou d'aucune famille connue ; relecture fautive.
        """
        from observatoire import extraction

        verse = extraction.verser(document, self.lecteur, self.repertoire.niveau_du_code, famille)
        return self._deriver(Observatoire(self._paquet, self._ajouts, (*self._documents, verse)), _DES_DOCUMENTS)

    def rechercher(
        self,
        texte: str,
        *,
        territoire: Territoire | str | None = None,
        theme: str | None = None,
        annee: int | None = None,
        nature: str | None = None,
        limite: int | None = None,
    ) -> pd.DataFrame:
        """Cherche dans les expériences, les actions et les documents ajoutés ; voir ``recherche.Index.chercher``.

        Parameters
        ----------
        texte : str
            Mots, ou expression entre guillemets ; vide pour tout lister.
        territoire : Territoire or str, optional
            Garde ce qui touche ce territoire, ses parties et ceux qui l'englobent : la colonne ``portee`` le dit.
        theme, nature : str, optional
            Libellés, sans égard aux accents ni à la casse ; « experience » est aussi une nature.
        annee, limite : int, optional
            Année ; nombre de résultats.

        Returns
        -------
        pandas.DataFrame
            Indexée par ``id``, le meilleur d'abord ; mots trouvés entre ``**`` dans ``extrait``.

        Examples
        --------
        >>> import observatoire as obs
        >>> trouves = obs.ouvrir().rechercher("alimentation durable", territoire="Nanterre", nature="experience")
        >>> trouves.portee.iloc[0]
        'sur place'
        """
        t = None if territoire is None else self._territoire(territoire)
        territoires = None if t is None else t.portees
        return self.index.chercher(
            texte, territoires=territoires, theme=theme, annee=annee, nature=nature, limite=limite
        )

    def couverture(self) -> pd.DataFrame:
        """Ce qui est enregistré par intercommunalité et thème, blancs compris ; voir ``couverture.couvrir``."""
        return couverture.couvrir(self.experiences, self.actions, self.repertoire, self.themes)

    def carte_couverture(self, *, date: dt.date | None = None) -> Dessin:
        """La couverture en grille : une ligne par intercommunalité, une colonne par thème, blancs hachurés.

        Returns
        -------
        Dessin
            Un dessin : ``.enregistrer("x.svg")``, ``.png`` ou ``.pdf``.
        """
        tables = self.experiences, self.actions, self.repertoire, self.themes
        return couverture.dessiner(
            couverture.couvrir(*tables), couverture.couvrir_larges(*tables), date=date or dt.date.today()
        )

    def bilan(self, annee: int) -> pd.DataFrame:
        """Actions, participations et séances d'une année, par département, thème et nature ; voir ``bilan.dresser``."""
        return bilan.dresser(self.actions, annee, self.repertoire)

    def _niveau_du_code(self, code: str) -> str | None:
        return "qpv" if code in self.qpv_2015.index else self.repertoire.niveau_du_code(code)

    # --- cartes et fiches ---

    def carte(
        self,
        territoire: Territoire | str,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        fond: str | None = None,
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteFolium:
        """Carte interactive d'un territoire ; voir ``Territoire.carte``."""
        from observatoire import carte_interactive

        description = self._decrire(
            territoire, indicateur, millesime, contours_2015, reglages, experiences, cote_a_cote=cote_a_cote
        )
        return carte_interactive.dessiner(description, fond)

    def carte_statique(
        self,
        territoire: Territoire | str,
        indicateur: str | None = None,
        *,
        experiences: bool | None = None,
        millesime: int | str | None = None,
        format: str | None = None,  # noqa: A002 - le mot que tape l'analyste
        contours_2015: gpd.GeoDataFrame | None = None,
        cote_a_cote: bool = False,
        **reglages: Unpack[Reglages],
    ) -> CarteStatique:
        """Carte à imprimer d'un territoire ; voir ``Territoire.carte_statique``."""
        from observatoire import carte_statique

        description = self._decrire(
            territoire, indicateur, millesime, contours_2015, reglages, experiences, cote_a_cote=cote_a_cote
        )
        return carte_statique.dessiner(description, format=format)

    def _decrire(
        self,
        territoire: Territoire | str,
        indicateur: str | None,
        millesime: int | str | None,
        contours_2015: gpd.GeoDataFrame | None,
        reglages: Reglages,
        experiences: bool | None,
        *,
        cote_a_cote: bool,
    ) -> Carte | Diptyque:
        from observatoire import ancetres, carte, choroplethe, points

        t = self._territoire(territoire)
        description = carte.decrire(t, dt.date.today())
        if indicateur is not None:
            description = choroplethe.colorier(description, t, indicateur, millesime, **reglages)
        elif reglages or millesime is not None:
            raise ErreurArgument(
                f"{', '.join(reglages) or 'millesime'} ne sert qu'avec un indicateur. "
                'Que faire : écrivez par exemple t.carte("taux_pauvrete", classes=4).'
            )
        # Deux cartes se comparent d'abord par leurs quartiers : pas de points dessus, à moins qu'on les demande.
        placer = indicateur is None and not cote_a_cote if experiences is None else experiences
        if contours_2015 is not None and not cote_a_cote:
            description = ancetres.superposer(description, t, contours_2015)
        if placer:
            description = points.avec_experiences(description, t, points.recenser(t))
        if not cote_a_cote:
            return description
        if contours_2015 is None or indicateur is not None:
            raise ErreurArgument(
                "cote_a_cote met en regard les quartiers de 2015 et ceux de 2024 : il demande contours_2015=, et pas "
                "d'indicateur. Que faire : écrivez t.carte(contours_2015=contours, cote_a_cote=True)."
            )
        return ancetres.juxtaposer(description, t, contours_2015)

    def fiche(
        self,
        territoire: Territoire | str,
        *,
        modele: str | os.PathLike[str] = "repere",
        avec: Iterable[Territoire | str] = (),
        date: dt.date | None = None,
        charte: str | os.PathLike[str] | Charte | None = None,
    ) -> Fiche:
        """Fiche d'un territoire ; voir ``Territoire.fiche``."""
        from observatoire import fiche
        from observatoire.charte import Charte, lire_charte

        exiger(modele, (str, os.PathLike), "Un modèle", '"comparatif"')
        exiger(avec, Iterable, "D'autres territoires", '["Colombes", "Nanterre"]')
        autres = tuple(map(self._territoire, [avec] if isinstance(avec, str) else avec))
        jour = date or dt.date.today()
        choisie = charte if charte is None or isinstance(charte, Charte) else lire_charte(charte)
        return fiche.rediger(self._territoire(territoire), jour, os.fspath(modele), autres, choisie)

    def presenter(self, territoire: Territoire | str) -> str:
        """Carton d'identité d'un territoire, en HTML, tel que l'affiche un notebook."""
        from observatoire.tableau import carton

        return carton(self._territoire(territoire))

    def fiches(
        self,
        dossier: str | os.PathLike[str],
        *,
        niveaux: str | Iterable[str] | None = None,
        formats: str | Iterable[str] | None = None,
        territoires: str | Territoire | Iterable[str | Territoire] | None = None,
        modele: str | os.PathLike[str] = "repere",
        date: dt.date | None = None,
        charte: str | os.PathLike[str] | Charte | None = None,
        processus: int | None = None,
        progression: bool = True,
    ) -> pd.DataFrame:
        """Écrit un lot de fiches : un fichier par territoire et par format, dans ``dossier``.

        Relancé, un lot ne refait que les fiches dont le contenu change. Une fiche qui échoue n'arrête pas les autres.

        Parameters
        ----------
        dossier : path
            Dossier de sortie, créé au besoin.
        niveaux : str or iterable of str, optional
            « qpv », « commune », « epci », « ept », « intercommunalite » (les deux), « departement », « perimetre » ;
            par défaut, tous ceux que couvre le modèle.
        formats : str or iterable of str, optional
            « html », « pdf », « docx » ; tous par défaut.
        territoires : str, Territoire or iterable, optional
            Noms, sigles, codes ou territoires ; par défaut, tous ceux de la géographie prioritaire. ``niveaux`` les
            restreint.
        modele : str or path
            Modèle des fiches ; voir ``Territoire.fiche``. Son nom précède celui des fichiers.
        date : datetime.date, optional
            Date de production imprimée ; celle du jour par défaut. Elle seule ne fait rien refaire.
        charte : path or Charte, optional
            Couleurs, police, logo et pied de page d'une structure ; voir ``Territoire.fiche``.
        processus : int, optional
            Nombre de processus ; par défaut deux, ou un seul sur une machine à un cœur ou pour peu de territoires.
        progression : bool
            Montre une barre de progression.

        Returns
        -------
        pandas.DataFrame
            Une ligne par fichier : ``niveau``, ``code``, ``nom``, ``fichier`` (relatif à ``dossier``), ``etat``
            (« écrit », « à jour », « échec »), ``octets``, ``erreur`` (vide, ou ce qui a échoué).

        Raises
        ------
        ErreurArgument
            Niveau, format, modèle ou nombre de processus impossible.
        TerritoireInconnu, TerritoireAmbigu
            Un nom ne désigne pas un territoire.
        ErreurEcriture
            Dossier impossible ou disque plein ; rien n'est à moitié écrit.
        """
        from observatoire import production

        commande = production.preparer(
            self,
            date or dt.date.today(),
            niveaux=niveaux,
            formats=formats,
            territoires=territoires,
            site=False,
            charte=charte,
            modele=modele,
        )
        return production.produire(commande, dossier, processus=processus, progression=progression)

    def produire(
        self,
        dossier: str | os.PathLike[str],
        *,
        niveaux: str | Iterable[str] | None = None,
        formats: str | Iterable[str] | None = None,
        date: dt.date | None = None,
        charte: str | os.PathLike[str] | Charte | None = None,
        processus: int | None = None,
        progression: bool = True,
    ) -> pd.DataFrame:
        """Écrit le site hors ligne : index, et fiche et carte de chaque territoire de la géographie prioritaire.

        Parameters
        ----------
        dossier : path
            Dossier de sortie, créé au besoin ; une production interrompue y reprend où elle en était.
        niveaux, formats, date, charte, processus, progression
            Ceux de ``fiches``.

        Returns
        -------
        pandas.DataFrame
            Celui de ``fiches`` ; une ligne par fiche, par carte, et une pour l'index.

        Raises
        ------
        ErreurArgument
            Niveau, format ou nombre de processus impossible.
        ErreurEcriture
            Dossier impossible ou disque plein ; rien n'est à moitié écrit.
        """
        from observatoire import production

        commande = production.preparer(self, date or dt.date.today(), niveaux=niveaux, formats=formats, charte=charte)
        return production.produire(commande, dossier, processus=processus, progression=progression)

    def exporter(
        self,
        chemin: str | os.PathLike[str],
        *,
        territoire: Territoire | str | None = None,
        table: str | None = None,
        date: dt.date | None = None,
    ) -> Path:
        """Écrit les données pour un SIG ou la bureautique ; l'extension dit le format.

        ``.gpkg`` (QGIS) : une couche par niveau, chaque indicateur à son dernier millésime suivi de son statut, et
        les tables ``experiences``, ``actions``, ``indicateurs`` (toutes les valeurs), ``catalogue``, ``sources`` et
        ``lisez_moi``. ``.xlsx`` (Excel, LibreOffice) : les mêmes en feuilles, où une valeur absente est imprimée par
        son signe. ``.parquet`` : une table, contours compris.

        Parameters
        ----------
        chemin : path
            Fichier à écrire, remplacé s'il existe.
        territoire : Territoire or str, optional
            Restreint à ce qui compose ce territoire et à ce qui l'englobe. Par défaut, les territoires de l'ouest
            francilien, et toutes les valeurs (France entière) dans ``indicateurs``.
        table : str, optional
            Une seule table, « communes » par exemple ; « qpv » par défaut en ``.parquet``, toutes ailleurs.
        date : datetime.date, optional
            Date de production inscrite dans le fichier ; aujourd'hui par défaut.

        Returns
        -------
        pathlib.Path
            Le fichier écrit.

        Raises
        ------
        ErreurArgument
            Extension ou table inconnue.
        ErreurEcriture
            Dossier protégé, disque plein, fichier ouvert ailleurs ; l'ancien fichier reste intact.

        Examples
        --------
        >>> import tempfile
        >>> import geopandas as gpd
        >>> import observatoire as obs
        >>> o = obs.ouvrir()
        >>> fichier = o.exporter(tempfile.mkdtemp() + "/a.parquet", territoire="Adainville", table="communes")
        >>> gpd.read_parquet(fichier).at["78006", "taux_pauvrete_statut"]
        'secret'
        """
        from observatoire import export

        t = None if territoire is None else self._territoire(territoire)
        return export.exporter(self, chemin, date or dt.date.today(), t, table)

    def __repr__(self) -> str:
        return f"Observatoire({self._paquet.dossier})"

    def _repr_html_(self) -> str:
        from observatoire.tableau import presentation

        return presentation(self.repertoire, self.sources)

    def _territoire(self, territoire: Territoire | str) -> Territoire:
        return territoire if isinstance(territoire, Territoire) else self.territoire(territoire)

    def _geographique(self, nom: str) -> gpd.GeoDataFrame:
        return cast(gpd.GeoDataFrame, self._paquet.lire(nom))
