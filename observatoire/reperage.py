"""Juger, en contexte, si un nom imprimé désigne un territoire : départements, intercommunalités, communes.

Les noms sont jugés du plus large au plus fin : un département nommé aide à reconnaître une commune, une commune sûre
ses voisines de liste. Le module ``quartiers`` prend la suite.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from observatoire import abords
from observatoire.abords import Abord, aborder
from observatoire.referentiel import DEPARTEMENTS_PERIMETRE
from observatoire.texte import LIAISONS, Texte
from observatoire.toponymes import Nom, Toponymes

Origine = Literal["titre", "texte", "deduit"]

#: Les confiances, de la plus haute à la plus basse ; l'en-tête de ``lieux`` dit ce que chacune fonde.
IMPRIME, EXACT, PARTIEL, INDIRECT, ACCOLE, DEDUIT, ACCESSOIRE = 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4

_ALENTOUR = 1500  # caractères : un département nommé à cette distance situe une commune
_PETITE_VILLE, _GRANDE_VILLE = 2000, 20_000  # habitants
_RESSEMBLANCE, _MOTS_APPROCHES = 88, 6
_NATURES, _SIGLE_MINIMAL = {"CA", "CC", "CU", "EPT"}, 4

_ESSONNE = "91"  # le département, et sa rivière

_PARENTHESE = re.compile(r"\s*\(\s*")
_CODE_POSTAL = re.compile(r"\d{5}")
_ENTRE_LISTE = re.compile(
    r"[\s,;/&*_•|+()–—-]*(?:(?:et|ou|à|a|aux?|de|d['’]|des|du|villes?|communes?|puis|la|le|les)(?:[\s*_]+|(?<=['’]))){0,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Groupe:
    """Des mots du texte, de ``debut`` à ``fin`` exclu, et les noms qu'ils peuvent former."""

    debut: int
    fin: int
    noms: tuple[Nom, ...]


@dataclass(frozen=True)
class Avis:
    """Un nom retenu : où, avec quelle confiance. ``attente`` : il ne vaut que dans la liste d'un nom sûr."""

    debut: int
    fin: int
    nom: Nom
    confiance: float
    origine: Origine = "texte"
    partie: str | None = None
    attente: bool = False

    def couvre(self, autre: Avis | Groupe) -> bool:
        """Les deux ont un mot en commun."""
        return self.debut < autre.fin and autre.debut < self.fin


@dataclass(frozen=True)
class Contexte:
    """Le territoire déjà connu : ses codes, les communes nommées, toutes ses communes, ses départements."""

    codes: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    larges: frozenset[str] = frozenset()
    departements: frozenset[str] = frozenset()


def sans_recouvrement(avis: Iterable[Avis]) -> list[Avis]:
    """Le nom le plus long l'emporte ; plusieurs territoires désignés par les mêmes mots restent ensemble."""
    pris: dict[int, Avis] = {}
    retenus = []
    for a in sorted(avis, key=lambda a: a.debut - a.fin):
        occupants = (pris[rang] for rang in range(a.debut, a.fin) if rang in pris)
        if all(_meme_nom(a, b) for b in occupants):
            retenus.append(a)
            pris |= dict.fromkeys(range(a.debut, a.fin), a)
    return retenus


def _meme_nom(un: Avis, autre: Avis) -> bool:
    return (un.debut, un.fin, un.nom.niveau, un.origine) == (autre.debut, autre.fin, autre.nom.niveau, autre.origine)


@dataclass
class Lecture:
    """Une lecture d'un texte.

    Parameters
    ----------
    toponymes : Toponymes
        Les noms à y chercher.
    texte : Texte
        Le texte découpé.
    contexte : Contexte
        Ce qu'on sait déjà du territoire.
    """

    toponymes: Toponymes
    texte: Texte
    contexte: Contexte
    departements: list[tuple[int, str]] = field(default_factory=list)

    def lieux(self) -> list[Avis]:
        """Tous les territoires nommés, sauf les quartiers."""
        groupes = self._balayer()
        larges = self._en_listes([a for g in groupes if (a := self._departement(g))])
        self.departements = [(self.texte.debuts[a.debut], a.nom.code) for a in larges]
        pris = {rang for a in larges for rang in range(a.debut, a.fin)}
        autres = [g for g in groupes if pris.isdisjoint(range(g.debut, g.fin))]
        avis = self._en_listes([*larges, *(a for g in autres for a in self._lieu(g))])
        avis += self._repetees(avis, autres)
        return [*avis, *self._approches(avis)]

    def _balayer(self) -> list[Groupe]:
        """Tous les noms possibles, sans recouvrement : le plus long l'emporte, article non compris."""
        possibles = [g for rang in range(len(self.texte)) if (g := self.plus_long(rang))]
        pris: set[int] = set()
        retenus = []
        for groupe in sorted(possibles, key=lambda g: (-self._poids(g), g.debut)):
            if pris.isdisjoint(range(groupe.debut, groupe.fin)):
                retenus.append(groupe)
                pris.update(range(groupe.debut, groupe.fin))
        return sorted(retenus, key=lambda g: g.debut)

    def plus_long(self, rang: int) -> Groupe | None:
        """Le plus long nom, hors quartiers, qui commence à ce mot avec les capitales qu'il faut."""
        for taille, noms in self.toponymes.a(self.texte, rang):
            ecrits = tuple(nom for nom in noms if nom.niveau != "qpv" and self.bien_ecrit(rang, taille, nom))
            if ecrits:
                return Groupe(rang, rang + taille, ecrits)
        return None

    def _poids(self, groupe: Groupe) -> int:
        return groupe.fin - groupe.debut - (self.texte.mots[groupe.debut] in LIAISONS)

    def bien_ecrit(self, rang: int, taille: int, nom: Nom) -> bool:
        """Les capitales sont celles d'un nom de ce genre."""
        if nom.genre == "adjectif" or nom.niveau == "perimetre":
            return True
        if nom.genre == "sigle":
            return self.texte.extrait(rang, rang + taille).isupper()
        if nom.genre == "zone" and taille > 1 and self.texte.nom_propre(rang + 1, taille - 1):
            return True
        return self.texte.nom_propre(rang, taille)

    def isole(self, debut: int, fin: int) -> bool:
        """Ni morceau d'un mot composé, ni nom de rue, ni partie du nom d'un organisme."""
        if self.texte.tiret_avant(debut) or self.texte.tiret_apres(fin - 1):
            return False
        return aborder(self.texte, debut).mot not in abords.VOIES and abords.a_droite(self.texte, fin) != "organisme"

    def numero(self, fin: int) -> str | None:
        """Le département donné entre parenthèses juste après : « (47) », « (Gironde) »."""
        if fin >= len(self.texte) or not _PARENTHESE.fullmatch(self.texte.avant(fin)):
            return None
        mot = self.texte.extrait(fin, fin + 1).upper()
        if mot in self.toponymes.repertoire.departements.index:
            return mot
        noms = (nom for _, trouves in self.toponymes.a(self.texte, fin) for nom in trouves)
        return next((nom.code for nom in noms if nom.niveau == "departement" and nom.genre == "nom"), None)

    def entre(self, premier: Avis | Groupe, second: Avis | Groupe) -> str:
        """Ce que le texte imprime entre deux noms."""
        return self.texte.brut[self.texte.fins[premier.fin - 1] : self.texte.debuts[second.debut]]

    def _alentour(self, debut: int) -> set[str]:
        """Départements du contexte, ou nommés aux alentours."""
        place = self.texte.debuts[debut]
        return {code for la, code in self.departements if abs(la - place) <= _ALENTOUR} | self.contexte.departements

    def cle(self, groupe: Groupe | Avis) -> str:
        """La clé normalisée de ses mots."""
        return " ".join(self.texte.mots[groupe.debut : groupe.fin])

    # --- les départements ---

    def _departement(self, groupe: Groupe) -> Avis | None:
        nom = next((nom for nom in groupe.noms if nom.niveau == "departement"), None)
        if nom is None:
            return None
        debut, fin, partie = self.partie(groupe, nom)
        if not self.isole(debut, fin) or self._partie_de_ville(groupe):
            return None
        if nom.genre == "adjectif":
            return Avis(debut, fin, nom, INDIRECT, "deduit", partie)
        voisins = {abords.a_gauche(self.texte, debut), abords.a_droite(self.texte, fin)}
        de_son_ressort = self.texte.serre(debut) and self.texte.mots[debut - 1] in abords.RESSORTS
        confiance = EXACT if de_son_ressort or voisins == {"libre"} else ACCOLE
        return Avis(debut, fin, nom, confiance, partie=partie, attente=not self._departement_clair(groupe, nom))

    def _partie_de_ville(self, groupe: Groupe) -> bool:
        """« Tours Nord » n'est pas le département du Nord."""
        cardinal = self.cle(groupe) in abords.DIRECTIONS
        return cardinal and abords.a_gauche(self.texte, groupe.debut) == "propre"

    def _departement_clair(self, groupe: Groupe, nom: Nom) -> bool:
        """« Gironde » se dit « de la Gironde » ; « Vienne », qui est aussi une ville et une rivière, demande plus."""
        if nom.code in self.toponymes.franciliens and nom.code != _ESSONNE:
            return True
        abord = aborder(self.texte, groupe.debut)
        if self._departement_annonce(abord) or self.numero(groupe.fin) == nom.code:
            return True
        if self.cle(groupe) in abords.DEPARTEMENTS_HOMONYMES or self.texte.en_capitales(groupe.debut):
            return False
        seul = self.texte.avant(groupe.debut).endswith("(") and self.texte.avant(groupe.fin).startswith(")")
        return groupe.fin - groupe.debut > 1 or bool(abord.liaisons) or abord.mot in {"en", "dans"} or seul

    def _departement_annonce(self, abord: Abord) -> bool:
        """« département de la Vienne », « Conseils départementaux : Ardèche »."""
        if abord.rang < 0 or not self.texte.mots[abord.rang].startswith("departement"):
            return False
        return bool(abord.mot) or ":" in self.texte.avant(abord.rang + 1)

    def partie(self, groupe: Groupe, nom: Nom) -> tuple[int, int, str | None]:
        """Étend un département d'Île-de-France au point cardinal voisin : « l'est du Val d'Oise », « Yvelines Sud »."""
        if nom.code not in self.toponymes.franciliens:
            return groupe.debut, groupe.fin, None
        abord = aborder(self.texte, groupe.debut)
        rang = groupe.debut - 1 if self.texte.tiret_avant(groupe.debut) else abord.rang
        if rang >= 0 and (abord.mot or rang == groupe.debut - 1) and self._cardinal(rang):
            premier = rang - self._double(rang)
            return premier, groupe.fin, "-".join(self.texte.mots[premier : rang + 1])
        if self._suivi_d_un_cardinal(groupe.fin):
            return groupe.debut, groupe.fin + 1, self.texte.mots[groupe.fin]
        return groupe.debut, groupe.fin, None

    def _double(self, rang: int) -> bool:
        """« est » et « ouest » peuvent suivre « nord » ou « sud »."""
        mots = self.texte.mots
        if rang == 0 or mots[rang] not in {"est", "ouest"} or mots[rang - 1] not in {"nord", "sud"}:
            return False
        return self.texte.d_un_tenant(rang - 1, 2)

    def _suivi_d_un_cardinal(self, fin: int) -> bool:
        if fin >= len(self.texte) or not (self.texte.serre(fin) or self.texte.tiret_apres(fin - 1)):
            return False
        return self.texte.initiale(fin) and self._cardinal(fin)

    def _cardinal(self, rang: int) -> bool:
        """Un point cardinal ; « est » peut n'être que le verbe."""
        mot = self.texte.mots[rang]
        if mot != "est" or self._double(rang):
            return mot in abords.DIRECTIONS
        apres_article = self.texte.souple(rang) and self.texte.mots[rang - 1] == "l"
        if self.texte.en_capitales(rang):
            return apres_article or self.texte.debut_de_phrase(rang) or not self.texte.souple(rang + 1)
        return apres_article or self.texte.initiale(rang)

    def deduits(self, avis: Iterable[Avis]) -> Iterator[Avis]:
        """Ce que fait déduire la partie nommée d'un département."""
        for a in avis:
            for code in self.toponymes.parties.get((a.nom.code, a.partie or ""), ()):
                niveau = self.toponymes.repertoire.niveau_du_code(code)
                if niveau:
                    nom = Nom(niveau, code, a.nom.imprime, "zone")  # type: ignore[arg-type]
                    yield Avis(a.debut, a.fin, nom, DEDUIT, "deduit")

    # --- les intercommunalités, le périmètre et les noms d'usage ---

    def _lieu(self, groupe: Groupe) -> list[Avis]:
        if not self.isole(groupe.debut, groupe.fin):
            return []
        avis = self._groupement(groupe) or self._perimetre(groupe) or self._commune(groupe)
        zones = [nom for nom in groupe.noms if nom.genre == "zone"]
        return [avis] if avis else [Avis(groupe.debut, groupe.fin, nom, DEDUIT, "deduit") for nom in zones]

    def _perimetre(self, groupe: Groupe) -> Avis | None:
        nom = next((nom for nom in groupe.noms if nom.niveau == "perimetre" and nom.genre == "nom"), None)
        return Avis(groupe.debut, groupe.fin, nom, EXACT) if nom else None

    def _groupement(self, groupe: Groupe) -> Avis | None:
        abord = aborder(self.texte, groupe.debut)
        for nom in groupe.noms:
            if nom.niveau in {"epci", "ept"} and nom.genre != "zone" and self._groupement_clair(groupe, nom, abord):
                confiance = self._confiance_groupement(groupe, nom, abord)
                return Avis(groupe.debut, groupe.fin, nom, confiance) if confiance else None
        return None

    def _groupement_clair(self, groupe: Groupe, nom: Nom, abord: Abord) -> bool:
        """Hors d'Île-de-France, ou d'un seul mot, un nom d'intercommunalité demande « communauté », « CC »..."""
        if nom.imprime.startswith("Métropole"):
            return abord.mot == "metropole"
        if abord.mot in abords.INTERCOMMUNALITE or nom.code in self.contexte.codes:
            return True
        if nom.genre == "sigle":
            return groupe.fin - groupe.debut > 1 or len(self.texte.mots[groupe.debut]) > 2
        return nom.code in self.toponymes.franciliens and groupe.fin - groupe.debut > 1

    def _confiance_groupement(self, groupe: Groupe, nom: Nom, abord: Abord) -> float | None:
        if abord.mot in abords.INTERCOMMUNALITE or self.texte.mots[groupe.debut] in abords.INTERCOMMUNALITE:
            return EXACT
        if abord.mot in abords.ETABLISSEMENTS and not abord.liaisons:
            return None
        if abord.mot in abords.ACCESSOIRES:
            return ACCESSOIRE
        return INDIRECT if nom.genre == "sigle" else EXACT

    # --- les communes ---

    def _commune(self, groupe: Groupe) -> Avis | None:
        nom = self._departager(groupe)
        abord = aborder(self.texte, groupe.debut)
        if nom is None or self._pas_une_commune(groupe, nom, abord):
            return None
        confiance = self._confiance_commune(groupe, nom, abord)
        if confiance is None:
            return None
        if nom.genre == "court":
            return Avis(groupe.debut, groupe.fin, nom, min(confiance, INDIRECT), "deduit")
        return self._peut_etre_un_mot(Avis(groupe.debut, groupe.fin, nom, confiance), abord)

    def _departager(self, groupe: Groupe) -> Nom | None:
        """Parmi des homonymes, la commune que désignent le numéro, le contexte, la région ou les alentours."""
        tous = [nom for nom in groupe.noms if nom.niveau == "commune" and nom.genre != "zone"]
        noms = [nom for nom in tous if nom.genre != "court"] or tous
        departement, numero = self.toponymes.departement_de, self.numero(groupe.fin)
        franciliens = [nom for nom in noms if nom.code in self.toponymes.franciliens]
        usuelles = [nom for nom in tous if nom.genre == "court" and self.eclipse(nom, noms)]
        for choix in (
            [nom for nom in noms if departement[nom.code] == numero],
            [nom for nom in tous if nom.code in self.contexte.communes],
            franciliens,
            usuelles,
            [nom for nom in franciliens if nom.code in self.contexte.larges],
            [nom for nom in franciliens if nom.genre != "court" and departement[nom.code] in DEPARTEMENTS_PERIMETRE],
            noms,
            [nom for nom in noms if departement[nom.code] in self._alentour(groupe.debut)],
        ):
            if len(choix) == 1:
                return choix[0]
        return None

    def eclipse(self, usuel: Nom, noms: Iterable[Nom]) -> bool:
        """« Évry » est la grande ville d'Île-de-France, non le village de l'Yonne."""
        communes = [self.toponymes.habitants(nom.code) for nom in noms if nom.niveau == "commune" and nom != usuel]
        petites = communes and max(communes) < _PETITE_VILLE
        return bool(petites) and self.toponymes.habitants(usuel.code) >= _GRANDE_VILLE

    def _pas_une_commune(self, groupe: Groupe, nom: Nom, abord: Abord) -> bool:
        """Une personne, un mot précédé d'un article, le nom d'un établissement."""
        texte, debut, fin = self.texte, groupe.debut, groupe.fin
        if abord.mot in abords.ETABLISSEMENTS and not abord.liaisons:
            return True
        if abords.article_de_trop(texte, debut, nom) or abords.accent_etranger(texte, debut, fin, nom):
            return True
        return abords.personne(texte, debut, abord) or self._nom_de_famille(groupe, nom, abord)

    def _nom_de_famille(self, groupe: Groupe, nom: Nom, abord: Abord) -> bool:
        """« Marie Clamart », « Lisa PERSAN », « Antony Dupont », « Paris 2024 » ; pas « Paris 18e »."""
        texte, debut, fin = self.texte, groupe.debut, groupe.fin
        seul = fin - debut == 1
        if abords.a_gauche(texte, debut) == "propre" and (seul or texte.en_capitales(debut) or _est_saint(nom)):
            return True
        if seul and texte.mots[debut] in abords.PRENOMS and texte.serre(fin):
            return texte.mots[fin].isdigit() or abords.a_droite(texte, fin) == "propre"
        if seul and texte.en_majuscules(debut) and not texte.en_capitales(debut):
            return not (abord.liaisons or abord.mot in abords.COMMUNE)
        return False

    def _confiance_commune(self, groupe: Groupe, nom: Nom, abord: Abord) -> float | None:
        texte, debut, fin = self.texte, groupe.debut, groupe.fin
        confiance = self._confiance_du_nom(groupe, nom, abord)
        if confiance is None:
            return None
        adresse = texte.serre(debut) and _CODE_POSTAL.fullmatch(texte.mots[debut - 1]) is not None
        if adresse or abord.mot in abords.ACCESSOIRES or abords.a_droite(texte, fin) == "propre":
            return None if nom.genre == "court" else ACCESSOIRE
        return min(confiance, ACCOLE) if abords.a_gauche(texte, debut) == "organisme" else confiance

    def _confiance_du_nom(self, groupe: Groupe, nom: Nom, abord: Abord) -> float | None:
        if nom.code in self.contexte.codes:
            return EXACT
        if nom.code not in self.toponymes.franciliens:
            return self._confiance_ailleurs(groupe, nom, abord)
        appui = nom.genre != "court" or abord.mot in abords.COMMUNE or abord.liaisons[-1:] in {("de",), ("d",)}
        return EXACT if appui else None

    def _confiance_ailleurs(self, groupe: Groupe, nom: Nom, abord: Abord) -> float | None:
        """Hors d'Île-de-France, il faut un numéro, « ville de », « à », ou que le département soit nommé."""
        if self.texte.serre(groupe.fin) and self.texte.mots[groupe.fin].isdigit():
            return None  # « Rennes 2 » est une université
        departement = self.toponymes.departement_de[nom.code]
        situe = abord.mot in {"a", "au", "aux"}
        if self.numero(groupe.fin) == departement or (abord.mot in abords.COMMUNE and not situe):
            return EXACT
        if self.texte.en_capitales(groupe.debut):
            return None
        if departement in self._alentour(groupe.debut):
            return self._confiance_alentour(groupe, departement, abord)
        habitants = self.toponymes.habitants(nom.code)
        if self._sujet(groupe) and habitants >= _GRANDE_VILLE:
            return INDIRECT
        if not situe or habitants < _PETITE_VILLE:
            return None
        return PARTIEL if habitants >= _GRANDE_VILLE else INDIRECT

    def _sujet(self, groupe: Groupe) -> bool:
        """Le nom ouvre le texte, et n'est pas un mot : « Orléans lance... », non « Tours réhabilitées »."""
        texte, fin = self.texte, groupe.fin
        if groupe.debut or not texte.serre(fin) or texte.initiale(fin) or texte.mots[fin] in abords.OUTILS:
            return False
        return self.cle(groupe) not in abords.VILLES_MOTS

    def _confiance_alentour(self, groupe: Groupe, departement: str, abord: Abord) -> float | None:
        """Le département est nommé : une préposition suffit ; si c'est celui du contexte, une capitale."""
        if abord.mot in {"a", "au", "aux"}:
            return EXACT
        dans_la_phrase = not self.texte.debut_de_phrase(groupe.debut) and departement in self.contexte.departements
        return INDIRECT if abord.liaisons or abord.mot in abords.OUTILS or dans_la_phrase else None

    def _peut_etre_un_mot(self, avis: Avis, abord: Abord) -> Avis:
        """Retient « à Plaisir » ; met en attente « Plaisir » en début de phrase ou en capitales."""
        connu = avis.nom.code in self.contexte.communes or self.numero(avis.fin) is not None
        if self.cle(avis) not in abords.MOTS_COURANTS or connu or abord.mot in abords.COMMUNE:
            return avis
        capitales = self.texte.en_capitales(avis.debut)
        particule = abord.liaisons[-1:] in {("de",), ("d",)}
        if particule and not capitales and (abord.rang < 0 or not self.texte.initiale(abord.rang)):
            return avis
        if capitales or self.texte.debut_de_phrase(avis.debut) or avis.nom.genre == "nu":
            return replace(avis, attente=True)
        return replace(avis, confiance=min(avis.confiance, ACCOLE))

    # --- les listes et les répétitions ---

    def _en_listes(self, avis: list[Avis]) -> list[Avis]:
        """Un nom sûr entraîne ses voisins de liste qui seraient douteux seuls ; ceux qui attendent encore tombent."""
        lus = sorted(avis, key=lambda a: a.debut)
        for pas in (1, -1):
            for rang in range(len(lus))[::pas][1:]:
                if self._entraine(lus[rang - pas], lus[rang]):
                    lus[rang] = replace(lus[rang], attente=False, confiance=EXACT)
        return [a for a in lus if not a.attente]

    def _entraine(self, sur: Avis, douteux: Avis) -> bool:
        mot_courant = douteux.confiance == ACCOLE and self.cle(douteux) in abords.MOTS_COURANTS
        if sur.attente or sur.confiance < EXACT or sur.nom.niveau != douteux.nom.niveau:
            return False
        if not (douteux.attente or mot_courant):
            return False
        premier, second = sorted((sur, douteux), key=lambda a: a.debut)
        entre = self.entre(premier, second)
        return ("\t" in entre or not entre.isspace()) and _ENTRE_LISTE.fullmatch(entre) is not None

    def _repetees(self, avis: Sequence[Avis], groupes: Sequence[Groupe]) -> list[Avis]:
        """Une commune clairement nommée se reconnaît ailleurs dans le texte, même loin ou abrégée."""
        pris = {a.debut for a in avis}
        claires = {a.nom.code for a in avis if a.nom.niveau == "commune" and a.confiance == EXACT}
        restes = (groupe for groupe in groupes if groupe.debut not in pris)
        return [a for groupe in restes if (a := self._repetee(groupe, claires))]

    def _repetee(self, groupe: Groupe, claires: set[str]) -> Avis | None:
        ailleurs = claires - self.toponymes.franciliens
        noms = [nom for nom in groupe.noms if nom.code in (claires if nom.genre == "court" else ailleurs)]
        abord = aborder(self.texte, groupe.debut)
        if len(noms) != 1 or not self.isole(groupe.debut, groupe.fin) or self._pas_une_commune(groupe, noms[0], abord):
            return None
        if abord.mot in abords.ACCESSOIRES or abords.a_droite(self.texte, groupe.fin) == "propre":
            return None
        court = noms[0].genre == "court"
        return Avis(groupe.debut, groupe.fin, noms[0], INDIRECT if court else EXACT, "deduit" if court else "texte")

    # --- les intercommunalités mal orthographiées ---

    def _approches(self, avis: Sequence[Avis]) -> list[Avis]:
        """« Val Paris » pour Val Parisis, « CU GPESO » pour GPSEO."""
        pris = {rang for a in avis for rang in range(a.debut, a.fin)}
        trouves: list[Avis] = []
        for rang in range(len(self.texte)):
            approche = self.approcher(rang) if rang not in pris else None
            if approche and pris.isdisjoint(range(approche.debut, approche.fin)):
                trouves.append(approche)
                pris.update(range(approche.debut, approche.fin))
        return trouves

    def approcher(self, rang: int) -> Avis | None:
        """Une intercommunalité d'Île-de-France dont le nom ou le sigle ressemble à ce qui est imprimé là."""
        if not self.texte.initiale(rang):
            return None
        premiers = self.toponymes.premiers_mots_de_groupements
        return self._nom_approche(rang) if self.texte.mots[rang] in premiers else self._sigle_approche(rang)

    def _nom_approche(self, debut: int) -> Avis | None:
        noms = self.toponymes.groupements
        for taille in range(_MOTS_APPROCHES, 1, -1):
            fin = debut + taille
            if not (self.texte.d_un_tenant(debut, taille) and self.texte.nom_propre(debut, taille)):
                continue
            cle = " ".join(self.texte.mots[debut:fin])
            proche = process.extractOne(cle, noms.keys(), scorer=fuzz.ratio, score_cutoff=_RESSEMBLANCE)
            if proche and cle not in self.toponymes.noms and self.isole(debut, fin):
                return Avis(debut, fin, noms[proche[0]], DEDUIT, "deduit")
        return None

    def _sigle_approche(self, rang: int) -> Avis | None:
        """Un sigle à une lettre près, après sa nature : « CA », « CC », « CU » ou « EPT »."""
        nature = self.texte.mots[rang - 1].upper() if self.texte.serre(rang) else ""
        mot = self.texte.mots[rang]
        if nature not in _NATURES or not self.texte.en_majuscules(rang) or len(mot) < _SIGLE_MINIMAL:
            return None
        natures = self.toponymes.repertoire.epci.nature
        noms = {
            nom.code: nom
            for sigle, nom in self.toponymes.sigles.items()
            if OSA.distance(mot, sigle) == 1 and ("EPT" if nom.niveau == "ept" else natures[nom.code]) == nature
        }
        return Avis(rang, rang + 1, next(iter(noms.values())), DEDUIT, "deduit") if len(noms) == 1 else None


def _est_saint(nom: Nom) -> bool:
    """« Saint-Prix » peut être un nom de famille, « Saint-Ouen-l'Aumône » non."""
    return re.fullmatch(r"Sainte?-\w+", nom.imprime) is not None
