"""La production en série : un lot de fiches, ou un site hors ligne avec la fiche et la carte de chaque territoire.

Chaque fichier est écrit d'un seul geste, et sa trace notée aussitôt : interrompue, la production reprend où elle en
était ; relancée, elle ne refait que ce qui manque, ce qui a été modifié ou ce dont le contenu change. Un fichier qui
échoue est dit dans le compte rendu et n'arrête pas les autres.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from observatoire import accueil, carte, carte_interactive, points
from observatoire.atelier import Essai, mener
from observatoire.charte import Charte, lire_charte
from observatoire.commande import FORMATS, MODELE_PAR_DEFAUT, Cle, Commande, Liens
from observatoire.controles import verifier_carte
from observatoire.ecriture import preparer_dossier
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.fiche import Fiche, rediger
from observatoire.modeles import MODELES
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE
from observatoire.registre import Piece, Registre, Trace, deplier, empreinte, nettoyer
from observatoire.schemas import NIVEAUX
from observatoire.territoire import Base, Territoire, situer
from observatoire.typographie import accorder, date_longue

#: En deçà, lancer des processus coûte plus que ce qu'ils font gagner.
_SEUIL_PROCESSUS = 20
_COLONNES = ["niveau", "code", "nom", "fichier", "etat", "octets", "erreur"]
ECRIT, A_JOUR, ECHEC = "écrit", "à jour", "échec"
_INDEX = "index.html"
_CARTE = ("carte", "Carte")
#: Le nom interne d'une carte dépend de tout son contenu : pour le comparer, on la dessine à une date fixe.
_SANS_DATE = dt.date(1, 1, 1)
#: Ce qu'on peut demander comme niveau : ceux des territoires, et les deux sortes d'intercommunalités à la fois.
_CHOIX: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {niveau: (niveau,) for niveau in NIVEAUX} | {"intercommunalite": ("epci", "ept")}
)


class Ligne(NamedTuple):
    """Une ligne du compte rendu."""

    niveau: str
    code: str
    nom: str
    fichier: str
    etat: str
    octets: int
    erreur: str


class Resultat(NamedTuple):
    """Un fichier tenu à jour, ou qui a échoué et n'a pas de trace."""

    ligne: Ligne
    trace: Trace | None


# --- ce qu'on produit ---


def territoires_concernes(base: Base) -> list[Territoire]:
    """Périmètre, départements, puis intercommunalités, communes et QPV de la géographie prioritaire.

    Les intercommunalités et les communes y sont quand un QPV au moins les touche.
    """
    qpv = base.repertoire.qpv
    communes = sorted({code for codes in qpv.codes_communes for code in codes})
    groupes = sorted({code for codes in qpv.codes_intercommunalites for code in codes})
    ept = set(base.repertoire.ept.index)
    return [
        situer(base, "perimetre", CODE_PERIMETRE),
        *(situer(base, "departement", code) for code in DEPARTEMENTS_PERIMETRE),
        *(situer(base, "ept" if code in ept else "epci", code) for code in groupes),
        *(situer(base, "commune", code) for code in communes),
        *(situer(base, "qpv", code) for code in qpv.index),
    ]


def choisir(
    base: Base,
    niveaux: str | Iterable[str] | None = None,
    territoires: str | Territoire | Iterable[str | Territoire] | None = None,
) -> list[Territoire]:
    """Les territoires demandés, chacun une fois ; par défaut, ceux de la géographie prioritaire.

    Raises
    ------
    ErreurArgument
        Niveau inconnu.
    TerritoireInconnu, TerritoireAmbigu
        Un nom ne désigne pas un territoire.
    """
    voulus = {niveau for choix in _liste(niveaux, _CHOIX, "Niveau") for niveau in _CHOIX[choix]}
    if territoires is None:
        trouves: Iterable[Territoire] = territoires_concernes(base)
    else:
        demandes = [territoires] if isinstance(territoires, (str, Territoire)) else list(territoires)
        trouves = [d if isinstance(d, Territoire) else base.territoire(d) for d in demandes]
    return [t for t in dict.fromkeys(trouves) if t.niveau in voulus]


def _liste(demandes: str | Iterable[str] | None, choix: Collection[str], quoi: str) -> tuple[str, ...]:
    """Des noms pris dans une liste de choix, chacun une fois ; tous par défaut."""
    if demandes is None:
        return tuple(choix)
    exiger(demandes, Iterable, f"Un {quoi.lower()} ou plusieurs", str(list(choix)[:2]))
    noms = (demandes,) if isinstance(demandes, str) else tuple(dict.fromkeys(demandes))
    for nom in noms:
        if nom not in choix:
            raise ErreurArgument(f"{quoi} {nom!r} inconnu. Que faire : choisissez parmi {', '.join(choix)}.")
    return noms


def preparer(
    base: Base,
    date: dt.date,
    *,
    niveaux: str | Iterable[str] | None = None,
    formats: str | Iterable[str] | None = None,
    territoires: str | Territoire | Iterable[str | Territoire] | None = None,
    site: bool = True,
    charte: str | os.PathLike[str] | Charte | None = None,
    modele: str | os.PathLike[str] = MODELE_PAR_DEFAUT,
) -> Commande:
    """Une commande, ses choix vérifiés.

    Raises
    ------
    ErreurArgument
        Niveau, format ou modèle inconnu ; modèle qui ne vaut pas à l'un de ces niveaux, ou qui compare des
        territoires.
    ErreurSource, ErreurSchema
        La charte ou le modèle ne se lit pas.
    TerritoireInconnu, TerritoireAmbigu
        Un nom ne désigne pas un territoire.
    """
    exiger(date, dt.date, "Une date", "datetime.date(2026, 11, 22)")
    nom = _modele(modele)
    par_defaut = _niveaux_par_defaut(nom) if territoires is None else None
    choisis = choisir(base, par_defaut if niveaux is None else _verifier_niveaux(nom, niveaux), territoires)
    formes = _liste(formats, FORMATS, "Format")
    choisie = lire_charte(charte) if isinstance(charte, (str, os.PathLike)) else charte or Charte()
    cles = tuple((t.niveau, t.code) for t in choisis)
    return Commande(base, date, cles, formes, site, choisie, nom)


def _modele(modele: str | os.PathLike[str]) -> str:
    exiger(modele, (str, os.PathLike), "Un modèle", '"contrat"')
    nom = os.fspath(modele)
    if nom not in MODELES and not (nom and Path(nom).is_dir()):
        raise ErreurArgument(
            f"Modèle {nom!r} inconnu. Que faire : choisissez parmi {', '.join(MODELES)}, ou un dossier de gabarits."
        )
    if nom in MODELES and MODELES[nom].compare:
        raise ErreurArgument(
            f"Le modèle {nom!r} réunit plusieurs territoires : il ne se fait pas en lot. Que faire : écrivez "
            f't.fiche(modele="{nom}", avec=["Colombes", "Nanterre"]).'
        )
    return nom


def _niveaux_par_defaut(modele: str) -> list[str] | None:
    """Les niveaux que couvre un modèle ; tous s'il n'en exclut aucun."""
    return sorted(MODELES[modele].niveaux) or None if modele in MODELES else None


def _verifier_niveaux(modele: str, niveaux: str | Iterable[str]) -> tuple[str, ...]:
    """Les niveaux demandés, si le modèle les couvre tous."""
    demandes = _liste(niveaux, _CHOIX, "Niveau")
    couverts = _niveaux_par_defaut(modele) or NIVEAUX
    possibles = [niveau for niveau in _CHOIX if set(couverts).issuperset(_CHOIX[niveau])]
    refuses = [niveau for niveau in demandes if niveau not in possibles]
    if refuses:
        raise ErreurArgument(
            f"Le modèle {modele!r} ne vaut pas au niveau {refuses[0]!r}. Que faire : choisissez parmi "
            f"{', '.join(possibles)}."
        )
    return demandes


# --- produire ---


def produire(
    commande: Commande,
    dossier: str | os.PathLike[str],
    *,
    processus: int | None = None,
    progression: bool = True,
) -> pd.DataFrame:
    """Tient à jour les fichiers d'une commande.

    Parameters
    ----------
    commande : Commande
        Ce qu'il faut produire.
    dossier : path
        Dossier de sortie, créé au besoin.
    processus : int, optional
        Nombre de processus ; par défaut deux, ou un seul sur une machine à un cœur ou pour peu de territoires.
    progression : bool
        Montre une barre de progression.

    Returns
    -------
    pandas.DataFrame
        Une ligne par fichier : ``niveau``, ``code``, ``nom``, ``fichier`` (relatif à ``dossier``), ``etat`` (« écrit »,
        « à jour » ou « échec »), ``octets`` (0 s'il a échoué), ``erreur`` (vide s'il n'a pas échoué).

    Raises
    ------
    ErreurArgument
        Nombre de processus impossible.
    ErreurEcriture
        Dossier impossible, disque plein : ce qui est écrit reste valable, la prochaine production continue.
    ErreurObservatoire
        Un processus s'est arrêté net ; de même.
    """
    _verifier_processus(processus)
    racine = preparer_dossier(dossier)
    dossiers = [preparer_dossier(racine / nom) for nom in ("fiches", "cartes")] if commande.site else []
    nettoyer([racine, *dossiers])
    travail = _Travail(commande, Registre.ouvrir(racine), commande.mise_en_forme, commande.entrees)
    lignes: list[Ligne] = []
    fruits = mener(travail, commande.cles, _ouvriers(travail, processus))
    with contextlib.closing(fruits), _barre(commande, progression=progression) as barre:
        for resultats in fruits:
            lignes += travail.noter(resultats)
            _avancer(barre, lignes)
    if commande.site:
        lignes += travail.noter([_tenir_index(travail, lignes)])
    return pd.DataFrame(lignes, columns=_COLONNES)


def _barre(commande: Commande, *, progression: bool) -> Any:
    quoi = "Fiches et cartes" if commande.site else "Fiches"
    return tqdm(total=len(commande.cles), desc=quoi, unit="territoire", disable=not progression)


def _avancer(barre: Any, lignes: Sequence[Ligne]) -> None:
    barre.update()
    echecs = sum(ligne.etat == ECHEC for ligne in lignes)
    if echecs:
        barre.set_postfix_str(accorder(echecs, "échec"))


def _verifier_processus(processus: int | None) -> None:
    if processus is not None:
        exiger(processus, int, "Un nombre de processus", "2")
        if processus < 1:
            raise ErreurArgument(f"Nombre de processus : {processus}. Que faire : donnez 1 ou plus.")


def _ouvriers(travail: _Travail, processus: int | None) -> int:
    """Le nombre demandé ; sinon deux processus, s'il reste assez à faire pour que cela en vaille la peine."""
    if processus is not None:
        return processus
    a_faire = sum(map(travail.incomplet, travail.commande.territoires))
    return min(2, os.cpu_count() or 1) if a_faire >= _SEUIL_PROCESSUS else 1


@dataclass
class _Travail:
    """Produit un territoire ; un processus ouvrier en garde un d'un territoire à l'autre.

    ``mise_en_forme`` et ``entrees`` sont les empreintes de la commande, calculées une fois.
    """

    commande: Commande
    registre: Registre
    mise_en_forme: str
    entrees: str

    def __call__(self, cle: Cle) -> list[Resultat]:
        t = situer(self.commande.base, *cle)
        return [self.tenir(piece, t) for piece in self._pieces(t)]

    def tenir(self, piece: Piece, t: Territoire) -> Resultat:
        with Essai() as essai:
            ecrit, octets, trace = self.registre.tenir(piece)
            ligne = Ligne(t.niveau, t.code, t.nom, piece.chemin, ECRIT if ecrit else A_JOUR, octets, "")
            return Resultat(ligne, trace)
        return Resultat(Ligne(t.niveau, t.code, t.nom, piece.chemin, ECHEC, 0, essai.echec), None)

    def noter(self, resultats: Sequence[Resultat]) -> list[Ligne]:
        """Inscrit au registre ce qui a réussi ; ce qui a échoué garde son ancienne trace, et sera retenté."""
        self.registre.noter((r.ligne.fichier, r.trace) for r in resultats if r.trace)
        return [resultat.ligne for resultat in resultats]

    def incomplet(self, t: Territoire) -> bool:
        chemins = self.commande.chemins(t).values()
        return any(self.registre.a_faire(chemin, self.entrees) for chemin in chemins)

    def _pieces(self, t: Territoire) -> Iterator[Piece]:
        chemins = self.commande.chemins(t)
        fiche = _Paresseuse(t, self.commande)
        for forme in self.commande.formats:
            yield self._fiche(fiche, forme, chemins)
        if self.commande.site:
            description = cache(lambda: self._decrire(t))
            yield Piece(
                chemins["carte"],
                self.entrees,
                lambda: self.signer(self._carte(replace(description(), date=_SANS_DATE))),
                lambda: verifier_carte(self._carte(description()).encode(), t),
            )

    def _fiche(self, fiche: _Paresseuse, forme: str, chemins: Mapping[str, str]) -> Piece:
        liens = _liens(chemins, forme, site=self.commande.site) if forme == "html" else ()
        return Piece(
            chemins[forme],
            self.entrees,
            lambda: self.signer(fiche.texte, json.dumps(liens)),
            lambda: self._rendre(fiche, forme, liens),
        )

    def _rendre(self, fiche: _Paresseuse, forme: str, liens: Liens) -> bytes:
        document = FORMATS[forme].rendre(fiche.fiche, liens)
        return FORMATS[forme].verifier(fiche.fiche, document, fiche.territoire)

    def signer(self, *textes: str) -> str:
        """Empreinte d'un contenu et du programme ; la date n'y est pas : refaire demain ne changerait qu'elle."""
        jour = date_longue(self.commande.date)
        return empreinte([self.mise_en_forme, *(texte.replace(jour, "") for texte in textes)])

    def _decrire(self, t: Territoire) -> carte.Carte:
        return points.avec_experiences(carte.decrire(t, self.commande.date), t, points.recenser(t))

    def _carte(self, description: carte.Carte) -> str:
        return carte_interactive.dessiner(description, liens=self._fiches_voisines).html

    @cached_property
    def _fiches_voisines(self) -> dict[str, str]:
        """Ce qu'ouvrent les bulles des cartes : les fiches du même site, dans leur premier format."""
        if not self.commande.formats:
            return {}
        premier = self.commande.formats[0]
        return {t.code: f"../{self.commande.chemins(t)[premier]}" for t in self.commande.territoires}


class _Paresseuse:
    """La fiche d'un territoire, rédigée à la première demande : rien à faire si ses fichiers sont à jour."""

    def __init__(self, territoire: Territoire, commande: Commande) -> None:
        self.territoire = territoire
        self._commande = commande

    @cached_property
    def fiche(self) -> Fiche:
        c = self._commande
        return rediger(self.territoire, c.date, c.modele, charte=c.charte)

    @cached_property
    def texte(self) -> str:
        """Tout ce que dit la fiche, en un texte."""
        return json.dumps(deplier(self.fiche.contenu), ensure_ascii=False, default=str)


def _liens(chemins: Mapping[str, str], forme: str, *, site: bool) -> Liens:
    """D'une fiche à ses voisines : l'index, la carte, les autres formats."""
    autres = [(FORMATS[f].lien, Path(chemins[f]).name) for f in FORMATS if f in chemins and f != forme]
    if not site:
        return tuple(autres)
    return (("Tous les territoires", f"../{_INDEX}"), ("Carte interactive", f"../{chemins['carte']}"), *autres)


# --- l'index ---


def _tenir_index(travail: _Travail, lignes: Iterable[Ligne]) -> Resultat:
    """L'index, une fois connus les fichiers qui existent."""
    commande = travail.commande
    existants = [ligne.fichier for ligne in lignes if ligne.etat != ECHEC]
    page = cache(lambda: _index(commande, existants))
    entrees = empreinte([travail.entrees, *existants])
    piece = Piece(_INDEX, entrees, lambda: travail.signer(page()), lambda: page().encode())
    return travail.tenir(piece, situer(commande.base, "perimetre", CODE_PERIMETRE))


def _index(commande: Commande, existants: Collection[str]) -> str:
    presents = frozenset(existants)
    entrees = [_entree(t, commande.chemins(t), presents) for t in commande.territoires]
    return accueil.dessiner(commande.base, entrees, commande.date, commande.charte)


def _entree(t: Territoire, chemins: Mapping[str, str], presents: Collection[str]) -> accueil.Entree:
    """Un territoire et les seuls de ses fichiers qui existent."""
    existants = {sorte: chemin for sorte, chemin in chemins.items() if chemin in presents}
    page = existants.pop("html", "")
    noms = {forme: (FORMATS[forme].nom, f"Fiche {FORMATS[forme].nom}") for forme in FORMATS} | {"carte": _CARTE}
    return accueil.presenter(t, page, [(*noms[sorte], chemin) for sorte, chemin in existants.items()])
