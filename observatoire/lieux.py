"""Reconnaître les territoires dans du texte français : une ligne de territoire, ou un texte courant.

La précision passe avant tout : une rue, une personne ou une institution qui porte un nom de commune n'est pas un
territoire. La **confiance** d'une mention dit ce qui la fonde :

- 1,0 : imprimé comme le territoire du document ou de la notice ;
- 0,9 : nom exact, ou sigle précédé de sa nature (« CA SQY ») ;
- 0,8 : un des noms d'un quartier composé, dans sa commune (« quartier du Luth ») ; grande ville hors d'Île-de-France ;
- 0,7 : sigle seul, adjectif (« yvelinois »), forme courte (« Flins »), commune hors d'Île-de-France après « à » ou dans
  son département, grande ville qui ouvre le texte, quartier annoncé par « quartier » mais dont rien ne dit la commune ;
- 0,6 : nom accolé à celui d'un organisme (« CAF Nanterre »), nom de 2015 d'un quartier, nom de quartier que rien
  n'annonce, nom de commune qui est aussi un mot courant et que rien n'appuie ;
- 0,5 : déduit ou approché (« Val Paris », un nom d'usage, le quartier voisin) ;
- 0,4 : lieu seulement accessoire (« gare de Poissy », « commissariat d'Ermont », adresse postale).

Une mention est sûre à partir de ``SURE``. Un nom imprimé qui désigne plusieurs territoires (« Est Val d'Oise », « Val
d'Argent ») donne plusieurs mentions de même empan ; sinon, les empans ne se recouvrent jamais.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from observatoire import abords
from observatoire.erreurs import exiger
from observatoire.quartiers import Quartiers
from observatoire.referentiel import CODE_PERIMETRE, DEPARTEMENTS_PERIMETRE, Repertoire
from observatoire.reperage import (
    ACCOLE,
    DEDUIT,
    IMPRIME,
    INDIRECT,
    PARTIEL,
    Avis,
    Contexte,
    Groupe,
    Lecture,
    Origine,
    sans_recouvrement,
)
from observatoire.schemas import NIVEAUX
from observatoire.texte import Texte
from observatoire.toponymes import Genre, Nom, Toponymes, lire_zones

#: Confiance à partir de laquelle une mention est tenue pour sûre.
SURE = PARTIEL


@dataclass(frozen=True)
class Mention:
    """Un territoire nommé dans un texte.

    Attributes
    ----------
    code, niveau : str
        Le territoire du référentiel.
    nom : str
        Le nom tel qu'imprimé : ``texte[debut:fin]``.
    origine : {"titre", "texte", "deduit"}
        Imprimé comme territoire, nommé dans le texte, ou déduit (adjectif, nom d'usage, nom approché).
    confiance : float
        De 0 à 1 ; voir l'en-tête du module.
    debut, fin : int
        Place dans le texte donné.
    partie : str, optional
        La partie nommée d'un département : « est » pour « Est Val d'Oise ».
    """

    code: str
    niveau: str
    nom: str
    origine: Origine
    confiance: float
    debut: int
    fin: int
    partie: str | None = None


@dataclass(frozen=True)
class Gazetier:
    """Reconnaît les territoires d'un référentiel dans du texte.

    Parameters
    ----------
    repertoire : Repertoire
        Les territoires.
    zones : pandas.DataFrame, optional
        Noms d'usage : colonnes ``nom``, ``codes`` (liste, ou séparés par « | »), ``partie``, ``note``. Sans
        ``partie``, le nom fait déduire tous ses codes ; avec, le premier code est le département nommé, et les suivants
        ce que cette partie du département fait déduire.

    Examples
    --------
    >>> import observatoire as obs
    >>> gazetier = Gazetier(obs.ouvrir().repertoire)
    >>> [(mention.code, mention.nom) for mention in gazetier.resoudre("Gennevilliers et Nanterre")]
    [('92036', 'Gennevilliers'), ('92050', 'Nanterre')]
    >>> [(mention.code, mention.confiance) for mention in gazetier.relever("Rendez-vous à la gare de Poissy.")]
    [('78498', 0.4)]
    """

    repertoire: Repertoire
    zones: pd.DataFrame | None = None

    def resoudre(self, lieu: str) -> list[Mention]:
        """Les territoires d'une ligne de territoire, telle que les documents l'impriment.

        Parameters
        ----------
        lieu : str
            « Gennevilliers, Nanterre et Persan », « CA SQY », « Est Val d'Oise », « Mézin (47) », ou un code.

        Returns
        -------
        list of Mention
            Dans l'ordre imprimé ; vide si rien n'est reconnu.

        Raises
        ------
        ErreurType
            ``lieu`` n'est pas un texte.
        """
        exiger(lieu, str, "Une ligne de territoire", '"Val d\'Oise"')
        lecture = Lecture(self._toponymes, Texte(lieu), Contexte())
        avis = self._par_code(lieu.strip()) or _Ligne(lecture).resoudre()
        if not avis:
            avis = [_en_titre(a) for a in _reperer(lecture) if a.confiance >= DEDUIT]
        return [_mention(lecture.texte, a) for a in avis]

    def relever(self, texte: str, contexte: Sequence[str] = ()) -> list[Mention]:
        """Tous les territoires nommés dans un texte courant, dans l'ordre.

        Parameters
        ----------
        texte : str
            Texte brut ou Markdown.
        contexte : sequence of str, optional
            Codes déjà connus comme territoires du document ou de la notice : ils départagent homonymes et quartiers. Un
            code inconnu est ignoré.

        Raises
        ------
        ErreurType
            ``texte`` n'est pas un texte, ou ``contexte`` en est un.
        """
        exiger(texte, str, "Un texte à lire", '"à Nanterre"')
        exiger(contexte, (list, tuple, set, frozenset), "Un contexte est une liste de codes", '["92036"]')
        lecture = Lecture(self._toponymes, Texte(texte), self._situer(contexte))
        return [_mention(lecture.texte, a) for a in _reperer(lecture)]

    @cached_property
    def _toponymes(self) -> Toponymes:
        return Toponymes(self.repertoire, lire_zones(self.zones))

    def _par_code(self, texte: str) -> list[Avis]:
        """La ligne n'est qu'un code."""
        code = CODE_PERIMETRE if texte.casefold() == CODE_PERIMETRE else texte.upper()
        niveau = self.repertoire.niveau_du_code(code)
        return [Avis(0, len(Texte(texte)), Nom(niveau, code, code, "nom"), IMPRIME, "titre")] if niveau else []  # type: ignore[arg-type]

    def _situer(self, contexte: Iterable[str]) -> Contexte:
        niveaux = {code: niveau for code in contexte if (niveau := self.repertoire.niveau_du_code(code))}
        membres = {code: self.repertoire.membres(niveau, code) for code, niveau in niveaux.items()}
        fins = (membres[code] for code, niveau in niveaux.items() if niveau in {"commune", "qpv"})
        larges = frozenset[str]().union(*membres.values())
        departements = frozenset(self._toponymes.departement_de[code] for code in larges)
        return Contexte(frozenset(niveaux), frozenset[str]().union(*fins), larges, departements)


def _reperer(lecture: Lecture) -> list[Avis]:
    """Tous les territoires d'un texte, quartiers compris, dans l'ordre."""
    lieux = lecture.lieux()
    communes = [a for a in lieux if a.nom.niveau == "commune" and a.confiance >= ACCOLE]
    quartiers = Quartiers(lecture, [(lecture.texte.debuts[a.debut], a.nom.code) for a in communes])
    avis = sans_recouvrement([*quartiers.reperer(), *lieux])
    avis += quartiers.approcher(avis)
    return sorted([*avis, *lecture.deduits(avis)], key=lambda a: a.debut)


def _en_titre(avis: Avis) -> Avis:
    return avis if avis.origine == "deduit" else replace(avis, origine="titre")


def _mention(texte: Texte, avis: Avis) -> Mention:
    return Mention(
        avis.nom.code,
        avis.nom.niveau,
        texte.extrait(avis.debut, avis.fin),
        avis.origine,
        avis.confiance,
        texte.debuts[avis.debut],
        texte.fins[avis.fin - 1],
        avis.partie,
    )


# --- une ligne de territoire ---

_NIVEAUX_ANNONCES = (
    (abords.COMMUNE - {"a", "au", "aux"}, {"commune"}),
    (abords.INTERCOMMUNALITE, {"epci", "ept"}),
    (abords.QUARTIER, {"qpv"}),
    ({"departement", "departements"}, {"departement"}),
)
# Confiance et origine d'un nom qui n'est pas celui du territoire.
_INDIRECTS: dict[Genre, tuple[float, Origine]] = {
    "court": (INDIRECT, "deduit"),
    "adjectif": (INDIRECT, "deduit"),
    "ancien": (ACCOLE, "deduit"),
    "zone": (DEDUIT, "deduit"),
}


@dataclass(frozen=True)
class _Ligne:
    """Une ligne de territoire : résolue si tous ses mots sont des noms de territoires, des liaisons ou des natures."""

    lecture: Lecture

    def resoudre(self) -> list[Avis]:
        """Ce que dit la ligne, ou rien si un de ses mots n'est pas compris."""
        groupes = self._decouper()
        communes = frozenset(nom.code for g in groupes for nom in g.noms if nom.niveau == "commune")
        choix = [self._choisir(groupe, communes) for groupe in groupes]
        avis = [a for choisis in choix for a in choisis]
        if not avis or not all(choix) or not self._directions_comprises(avis):
            return []
        avis = self._sans_precision(avis)
        return [*avis, *self.lecture.deduits(avis)]

    def _decouper(self) -> list[Groupe]:
        """Les noms de la ligne ; aucun si un mot est étranger, ou si deux noms se suivent sans rien entre eux."""
        groupes, rang = list[Groupe](), 0
        while rang < len(self.lecture.texte):
            groupe = self._groupe(rang)
            if self._passe(rang, groupe):
                rang += 1
            elif groupe is None or self._accole(rang, groupes[-1].fin if groupes else 0):
                return []
            else:
                groupes.append(groupe)
                rang = groupe.fin
        return groupes

    def _accole(self, rang: int, fin: int) -> bool:
        """Un tiret ou une simple espace lie le nom à un autre, sans que ce soit « Sud-Yvelines »."""
        texte = self.lecture.texte
        if texte.tiret_avant(rang):
            return texte.mots[rang - 1] not in abords.DIRECTIONS
        return fin == rang and texte.serre(rang)

    def _groupe(self, rang: int) -> Groupe | None:
        """Le plus long nom qui commence là, quartiers compris ; à défaut, une intercommunalité mal orthographiée."""
        texte, toponymes = self.lecture.texte, self.lecture.toponymes
        for taille, noms in toponymes.a(texte, rang):
            if ecrits := tuple(nom for nom in noms if self._bien_ecrit(rang, taille, nom)):
                return Groupe(rang, rang + taille, ecrits)
        approche = self.lecture.approcher(rang)
        return Groupe(rang, approche.fin, (approche.nom._replace(genre="zone"),)) if approche else None

    def _bien_ecrit(self, rang: int, taille: int, nom: Nom) -> bool:
        """Le nom entier d'une intercommunalité se reconnaît sans ses capitales (« Plaine commune »)."""
        entier = nom.niveau in {"epci", "ept"} and nom.genre == "nom" and taille > 1
        return entier or self.lecture.bien_ecrit(rang, taille, nom)

    def _passe(self, rang: int, groupe: Groupe | None) -> bool:
        """Le mot accompagne un nom : seul, ou article d'un nom plus long (« la » de « la Vallée de l'Oise »)."""
        if not self._neutre(rang) or self._nord(rang):
            return False
        suivant = self._groupe(rang + 1) if rang + 1 < len(self.lecture.texte) else None
        return groupe is None or groupe.fin == rang + 1 or (suivant is not None and suivant.fin > groupe.fin)

    def _neutre(self, rang: int) -> bool:
        mot = self.lecture.texte.mots[rang]
        return mot in abords.NEUTRES or mot.upper() in self.lecture.toponymes.repertoire.departements.index

    def _nord(self, rang: int) -> bool:
        """« Nord » seul entre deux séparateurs est le département."""
        texte = self.lecture.texte
        return (
            texte.mots[rang] == "nord" and not texte.serre(rang + 1) and abords.aborder(texte, rang).mot in {"", "et"}
        )

    def _choisir(self, groupe: Groupe, communes: frozenset[str]) -> list[Avis]:
        """Le territoire le plus attendu parmi ceux qui portent ce nom."""
        niveaux = self._niveaux(groupe)
        for noms in self._preferences(groupe, communes):
            retenus = {nom.code: nom for nom in noms if nom.niveau in niveaux}
            if len(retenus) == 1 or all(nom.genre == "zone" for nom in noms):
                return [self._avis(groupe, nom) for nom in retenus.values()]
        return []

    def _preferences(self, groupe: Groupe, communes: frozenset[str]) -> Iterator[list[Nom]]:
        """Les noms à essayer, du plus sûr au moins sûr."""
        toponymes, numero = self.lecture.toponymes, self.lecture.numero(groupe.fin)
        noms = [nom for nom in groupe.noms if nom.genre in {"nom", "nu", "sigle"} and nom.niveau != "qpv"]
        ici = [nom for nom in noms if nom.code in toponymes.franciliens or nom.niveau == "perimetre"]
        quartiers = [nom for nom in groupe.noms if nom.niveau == "qpv"]
        essais = [
            [nom for nom in noms if numero and numero in {nom.code, toponymes.departement_de.get(nom.code)}],
            [nom for nom in ici if nom.niveau in {"commune", "perimetre"}],
            [nom for nom in ici if toponymes.departement_de.get(nom.code) in DEPARTEMENTS_PERIMETRE],
            ici,
            [nom for nom in groupe.noms if nom.genre == "court" and self.lecture.eclipse(nom, noms)],
            *(
                [nom for nom in noms if nom.niveau in niveaux]
                for niveaux in ({"departement"}, {"commune"}, {"epci", "ept"})
            ),
            [nom for nom in quartiers if not communes.isdisjoint(toponymes.membres(nom))],
            [nom for nom in quartiers if nom.genre == "nom" and not self._generique(groupe)],
            *([nom for nom in groupe.noms if nom.genre in genres] for genres in ({"court", "adjectif"}, {"zone"})),
        ]
        yield from filter(None, essais)

    def _generique(self, groupe: Groupe) -> bool:
        """« Champagne » n'est un quartier qu'avec sa commune."""
        return self.lecture.cle(groupe) in abords.GENERIQUES

    def _niveaux(self, groupe: Groupe) -> frozenset[str]:
        """Ce que permet le mot qui précède : « ville de », « CA », « quartier », « département de »."""
        mots, abord = self.lecture.texte.mots, abords.aborder(self.lecture.texte, groupe.debut)
        mot = "communaute" if "communaute" in mots[max(0, abord.rang - 2) : abord.rang + 1] else abord.mot
        permis = {niveau for mots, niveaux in _NIVEAUX_ANNONCES if mot in mots for niveau in niveaux}
        return frozenset(permis) or frozenset(NIVEAUX)

    def _avis(self, groupe: Groupe, nom: Nom) -> Avis:
        debut, fin, partie = groupe.debut, groupe.fin, None
        if nom.niveau == "departement":
            debut, fin, partie = self.lecture.partie(groupe, nom)
        confiance, origine = _INDIRECTS.get(nom.genre, (IMPRIME, "titre"))
        return Avis(debut, fin, nom, confiance, origine, partie)

    def _directions_comprises(self, avis: Sequence[Avis]) -> bool:
        """Chaque point cardinal de la ligne est celui d'un département, ou d'une commune (« Tours Nord »)."""
        couverts = {rang for a in avis for rang in range(a.debut, a.fin)}
        couverts |= {a.fin for a in avis if a.nom.niveau == "commune" and self.lecture.texte.serre(a.fin)}
        mots = enumerate(self.lecture.texte.mots)
        return all(rang in couverts for rang, mot in mots if mot in abords.DIRECTIONS)

    def _sans_precision(self, avis: list[Avis]) -> list[Avis]:
        """« Nanterre (Hauts-de-Seine) » : le département ne fait que situer la commune."""
        *devant, dernier = avis
        situes = {self.lecture.toponymes.departement_de.get(a.nom.code) for a in devant}
        return devant if situes == {dernier.nom.code} else avis
