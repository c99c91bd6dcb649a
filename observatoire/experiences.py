"""Des notices d'un document aux tables ``experiences``, ``actions`` et ``liens`` : territoires, thèmes, dispositifs.

Un lien dit comment il a été fait et avec quelle confiance : « titre » quand le document imprime le territoire en tête
ou dans le titre, « texte » quand il le nomme en passant, « deduit » quand il faut raisonner. ``territoires`` ne garde
que les liens sûrs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observatoire.discretion import masquer, personnes
from observatoire.lieux import SURE, Gazetier, Mention
from observatoire.notices import Anomalie, Contact, Depouillement, Notice
from observatoire.portees import eloignement
from observatoire.racines import MOTS_VIDES, raciner
from observatoire.referentiel import normaliser
from observatoire.schemas import NIVEAUX_INDICATEURS, SCHEMAS
from observatoire.typographie import en_capitales
from observatoire.vocabulaire import Vocabulaire

#: Mots du titre que garde un identifiant.
_MOTS_IDENTIFIANT = 6
_LONGUEUR_MOT, _MOTS_GARDES = 4, 60
_PAUVRES = """
ainsi alors apres aupres aussi autour autre autres avant avoir bien cela celle celles celui ceux chaque chacun depuis
dont effet egalement encore ensuite etaient etait ete fait faire faut font grand grande jour lors mieux mise moins
notamment peut peuvent pendant permet permettre plusieurs premier premiere quand sein selon sera seront soit suite tant
telle telles tres via visant vise
"""
#: Mots pliés qui ne font rien retrouver.
_MOTS_PAUVRES = MOTS_VIDES | frozenset(_PAUVRES.split())
_CONTACT = re.compile(r"\s*contacts?\b", re.IGNORECASE)
_LONGUEUR_EXTRAIT = 400
#: Confiance d'un nom exact dans un texte (voir ``lieux``).
_NOM_EXACT = 0.9
#: Au-delà, les territoires nommés par un long texte sont une liste d'exemples.
_LISTE = 4
_TEXTE_COURT = 600
_PHRASE = re.compile(r"(?<=[.!?…])\s+(?=[«\"A-ZÀÂÉÈÊÎÔÛÇ])")

#: Colonnes que la lecture d'un document ajoute à celles du catalogue : de quoi relire et vérifier.
COLONNES_LECTURE = ("contacts", "ligne", "extrait", "sections", "rubriques")


@dataclass(frozen=True)
class Tables:
    """Ce que deviennent les notices d'un document une fois rattachées.

    Attributes
    ----------
    experiences, actions : pandas.DataFrame
        Indexées par ``id``, aux colonnes de ``o.experiences`` et ``o.actions``, plus ``COLONNES_LECTURE``.
    liens : pandas.DataFrame
        Une ligne par notice et territoire : ``id``, ``genre``, ``code``, ``niveau``, ``nom``, ``origine``,
        ``confiance``, ``partie``.
    anomalies : tuple of Anomalie
        Territoires imprimés que rien ne désigne.
    """

    experiences: pd.DataFrame
    actions: pd.DataFrame
    liens: pd.DataFrame
    anomalies: tuple[Anomalie, ...]


@dataclass(frozen=True)
class _Situee:
    """Une notice, son identifiant et ses liens, un par territoire."""

    id: str
    notice: Notice
    liens: tuple[Mention, ...]


def rattacher(
    depouillement: Depouillement, gazetier: Gazetier, vocabulaire: Vocabulaire, *, contacts: bool = False
) -> Tables:
    """Joint les notices d'un document aux territoires, aux thèmes et aux dispositifs.

    Parameters
    ----------
    depouillement : Depouillement
        Ce qu'un document dit.
    gazetier : Gazetier
        Qui reconnaît les territoires.
    vocabulaire : Vocabulaire
        Qui reconnaît thèmes, dispositifs, publics et types de porteur.
    contacts : bool
        Ajoute les noms et adresses des personnes ; sans cela, seules les structures sortent.
    """
    identifiants = _identifier(depouillement)
    situees = [
        _Situee(identifiant, notice, tuple(_lier(notice, depouillement, gazetier)))
        for identifiant, notice in zip(identifiants, depouillement.notices, strict=True)
    ]
    rediger = _Redaction(depouillement, vocabulaire, contacts)
    return Tables(
        _table("experiences", [rediger.experience(s) for s in situees if s.notice.genre == "experience"]),
        _table("actions", [rediger.action(s) for s in situees if s.notice.genre == "action"]),
        _table_liens(situees),
        tuple(_sans_territoire(situees)),
    )


def concernant(table: pd.DataFrame, liens: pd.DataFrame, portees: Mapping[str, str]) -> pd.DataFrame:
    """Les notices qui concernent un territoire, les plus proches puis les plus récentes d'abord.

    Seuls comptent les liens sûrs : un quartier déduit ou approché ne met pas une notice sur sa fiche.

    Parameters
    ----------
    table : pandas.DataFrame
        ``o.experiences`` ou ``o.actions``.
    liens : pandas.DataFrame
        ``o.liens``.
    portees : mapping of str to str
        Portée de chaque code retenu (voir ``portees.portees``).

    Returns
    -------
    pandas.DataFrame
        Les mêmes colonnes, ``codes`` (liste : ce par quoi elle le concerne) et ``portee`` : « sur place »,
        « quartier », « intercommunalité », « département »...
    """
    surs: dict[str, set[str]] = {}
    certains = liens[liens.confiance.ge(SURE) & liens.code.isin(list(portees))]
    for nom, code in zip(certains.id, certains.code, strict=True):
        surs.setdefault(nom, set()).add(code)
    liees = table[table.index.isin(list(surs))]
    codes = [
        [code for code in dict.fromkeys([*territoires, *qpv]) if code in surs[nom]]
        for nom, territoires, qpv in zip(liees.index, liees.territoires, liees.qpv, strict=True)
    ]
    trouvees = [min((portees[code] for code in siens), key=eloignement, default=None) for siens in codes]
    retenues = liees.assign(
        codes=pd.Series(codes, liees.index, dtype=object), portee=pd.Series(trouvees, liees.index, dtype=object)
    )
    retenues = retenues[retenues.portee.notna()]
    rangs = retenues.portee.map(eloignement)
    recence = retenues.date.fillna(retenues.annee.astype("string")).fillna("")
    ordre = pd.DataFrame({"rang": rangs, "recence": recence, "place": range(len(retenues))}, retenues.index)
    return retenues.loc[ordre.sort_values(["rang", "recence", "place"], ascending=[True, False, True]).index]


# --- les territoires ---


def _lier(notice: Notice, depouillement: Depouillement, gazetier: Gazetier) -> Iterator[Mention]:
    """Un lien par territoire : le plus sûr des endroits où il est nommé."""
    meilleurs: dict[str, Mention] = {}
    for mention in _mentions(notice, depouillement, gazetier):
        connue = meilleurs.get(mention.code)
        if connue is None or _force(mention) > _force(connue):
            meilleurs[mention.code] = mention
    yield from sorted(meilleurs.values(), key=_force, reverse=True)


def _force(mention: Mention) -> tuple[int, float]:
    return ("deduit", "texte", "titre").index(mention.origine), mention.confiance


def _mentions(notice: Notice, depouillement: Depouillement, gazetier: Gazetier) -> Iterator[Mention]:
    imprimees = [mention for lieu in notice.lieux for mention in gazetier.resoudre(lieu)]
    du_document = [mention for lieu in depouillement.lieux for mention in gazetier.resoudre(lieu)]
    contexte = [mention.code for mention in imprimees or du_document]
    yield from imprimees
    du_titre = gazetier.relever(notice.titre, contexte)
    yield from du_titre if imprimees or notice.texte.startswith(notice.titre) else _du_titre(du_titre)
    yield from gazetier.relever(notice.texte, contexte)


def _du_titre(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Ce qu'un titre nomme est imprimé aussi nettement qu'une ligne de territoire, si le nom est sûr."""
    for mention in mentions:
        yield mention if mention.confiance < SURE or mention.origine == "deduit" else _en_titre(mention)


def _en_titre(mention: Mention) -> Mention:
    return Mention(
        mention.code,
        mention.niveau,
        mention.nom,
        "titre",
        mention.confiance,
        mention.debut,
        mention.fin,
        mention.partie,
    )


def _surs(liens: Sequence[Mention], texte: str) -> list[str]:
    """Codes sûrs : ceux que le document imprime en tête, ou à défaut ceux que son texte nomme sans doute."""
    imprimes = [lien.code for lien in liens if lien.origine == "titre" and lien.confiance >= SURE]
    nommes = [
        lien for lien in liens if lien.origine == "texte" and lien.confiance >= _NOM_EXACT and lien.niveau != "qpv"
    ]
    if len(nommes) > _LISTE and len(texte) > _TEXTE_COURT:
        # Une longue liste d'exemples ne dit pas où l'action s'est tenue ; le département qui les contient, si.
        nommes = [lien for lien in nommes if lien.niveau in {"departement", "perimetre"}]
    return imprimes or [lien.code for lien in nommes]


def niveau_le_plus_large(niveaux: Iterable[str]) -> str | None:
    """Le plus large de ces niveaux ; None s'il n'y en a pas."""
    return max(niveaux, key=NIVEAUX_INDICATEURS.index, default=None)


def _sans_territoire(situees: Iterable[_Situee]) -> Iterator[Anomalie]:
    for situee in situees:
        notice = situee.notice
        if notice.lieux and not any(lien.origine == "titre" for lien in situee.liens):
            probleme = f"territoire non reconnu : « {', '.join(notice.lieux)} »"
            yield Anomalie("perte", probleme, notice.ligne, notice.page, notice.titre[:_LONGUEUR_EXTRAIT])


# --- les identifiants ---


def _identifier(depouillement: Depouillement) -> list[str]:
    """Identifiants stables : la famille, l'année et les premiers mots du titre, numérotés s'ils se répètent."""
    vus: Counter[str] = Counter()
    identifiants = []
    for notice in depouillement.notices:
        base = _base_identifiant(notice, depouillement)
        vus[base] += 1
        identifiants.append(base if vus[base] == 1 else f"{base}-{vus[base]}")
    return identifiants


def _base_identifiant(notice: Notice, depouillement: Depouillement) -> str:
    numerotee = notice.numero is not None or notice.nature in {"defi", "atout", "proposition"}
    precision = [notice.rubrique, notice.nature, notice.numero or ""] if numerotee else []
    mots = normaliser(" ".join([*precision, notice.titre])).split()
    longueur = _MOTS_IDENTIFIANT + (3 if numerotee else 0)
    annee = depouillement.annee or notice.annee
    return "-".join([depouillement.famille, *([str(annee)] if annee else []), *mots[:longueur]])


# --- les lignes ---


@dataclass(frozen=True)
class _Redaction:
    """Écrit une ligne de table par notice."""

    depouillement: Depouillement
    vocabulaire: Vocabulaire
    contacts: bool

    def experience(self, situee: _Situee) -> dict[str, Any]:
        notice = situee.notice
        return {
            **self._commun(situee),
            "titre": notice.titre,
            "periode": notice.periode,
            "porteur": notice.porteur,
            "type_porteur": self._type_porteur(notice),
        }

    def _type_porteur(self, notice: Notice) -> str | None:
        """Ce que dit le nom du porteur ; à défaut, le même suivi de son territoire (« Institut..., Trappes »)."""
        if not notice.porteur:
            return None
        complet = ", ".join([notice.porteur, *notice.lieux])
        return self.vocabulaire.type_porteur(notice.porteur) or self.vocabulaire.type_porteur(complet)

    def action(self, situee: _Situee) -> dict[str, Any]:
        notice = situee.notice
        ligne = self._commun(situee)
        themes = ligne["themes"]
        return {
            **ligne,
            "intitule": notice.titre,
            "theme": themes[0] if themes else None,
            "nature": notice.nature,
            "numero": notice.numero,
            "participations": notice.participations,
            "seances": notice.seances,
            "publics": list(notice.publics) or self.vocabulaire.reconnaitre_publics(notice.titre),
            "partenaires": list(notice.partenaires),
            "perspectives": list(notice.perspectives),
        }

    def _commun(self, situee: _Situee) -> dict[str, Any]:
        notice, liens = situee.notice, situee.liens
        codes = _surs(liens, notice.texte)
        themes = self.vocabulaire.reconnaitre_themes(notice.texte, titre=notice.titre, rubrique=notice.rubrique)
        return {
            "id": situee.id,
            "date": notice.date,
            "annee": notice.annee or self.depouillement.annee,
            "themes": themes,
            "dispositifs": self.vocabulaire.reconnaitre_dispositifs(f"{notice.titre}. {notice.texte}"),
            "territoires": codes,
            "lieux": ", ".join(notice.lieux) or None,
            "niveau": niveau_le_plus_large(lien.niveau for lien in liens if lien.code in codes),
            "qpv": sorted(lien.code for lien in liens if lien.niveau == "qpv"),
            "resume": self._discret(_premiere_phrase(notice), notice),
            "mots": _mots(notice),
            "contact": _structures(notice.contacts, notice.porteur),
            "document": self.depouillement.titre,
            "page": notice.page,
            "url": notice.url,
            "contacts": _personnes(notice.contacts) if self.contacts else None,
            "ligne": notice.ligne,
            "extrait": self._discret(notice.texte[:_LONGUEUR_EXTRAIT] or None, notice),
            "sections": self._sections(notice),
            "rubriques": {
                nom: self._discret(texte, notice)
                for nom, texte in notice.rubriques.items()
                if self.contacts or nom != "contact"
            },
        }

    def _discret(self, texte: str | None, notice: Notice) -> str | None:
        """Le texte, sans les personnes si on ne les a pas demandées."""
        return texte if texte is None or self.contacts else masquer(texte, personnes(notice.contacts))

    def _sections(self, notice: Notice) -> dict[str, str]:
        """Texte de chaque intertitre, réuni s'il revient ; la partie des contacts ne sort que sur demande."""
        textes: dict[str, list[str]] = {}
        for section in notice.sections:
            if self.contacts or not _CONTACT.match(section.canon or section.titre):
                textes.setdefault(section.titre, []).append(self._discret(section.texte, notice) or "")
        return {titre: "\n".join(morceaux) for titre, morceaux in textes.items()}


def _premiere_phrase(notice: Notice) -> str | None:
    """La première phrase du texte : un résumé provisoire, à réécrire à la relecture."""
    return _PHRASE.split(notice.texte, maxsplit=1)[0] or None


def _mots(notice: Notice) -> list[str]:
    """Les mots que la notice emploie le plus, sans ordre ni nom propre : on la retrouve par eux sans la recopier."""
    titre = notice.titre.lower() if en_capitales(notice.titre) else notice.titre
    texte = f"{titre} . {notice.texte}"
    formes: dict[str, str] = {}
    comptes: Counter[str] = Counter()
    for racine in raciner(texte):
        imprime = texte[racine.debut : racine.fin]
        if len(racine.mot) >= _LONGUEUR_MOT and imprime.islower() and racine.mot not in _MOTS_PAUVRES:
            formes.setdefault(racine.racine, imprime)
            comptes[racine.racine] += 1
    return sorted(formes[racine] for racine, _ in comptes.most_common(_MOTS_GARDES))


def _structures(contacts: Iterable[Contact], porteur: str | None) -> str | None:
    structures = dict.fromkeys(contact.structure for contact in contacts if contact.structure)
    return " ; ".join(structures) or porteur


def _personnes(contacts: Iterable[Contact]) -> str | None:
    lignes = [", ".join(filter(None, (c.personne, c.structure, c.adresse))) for c in contacts]
    return " ; ".join(filter(None, lignes)) or None


# --- les tables ---


def _table(nom: str, lignes: Sequence[dict[str, Any]]) -> pd.DataFrame:
    schema = SCHEMAS[nom]
    table = pd.DataFrame(lignes, columns=[*schema.colonnes(), *COLONNES_LECTURE])
    return aux_types(table, nom).set_index("id")


def _table_liens(situees: Iterable[_Situee]) -> pd.DataFrame:
    lignes = [
        {
            "id": situee.id,
            "genre": situee.notice.genre,
            "code": lien.code,
            "niveau": lien.niveau,
            "nom": lien.nom,
            "origine": lien.origine,
            "confiance": lien.confiance,
            "partie": lien.partie,
        }
        for situee in situees
        for lien in situee.liens
    ]
    return aux_types(pd.DataFrame(lignes, columns=SCHEMAS["liens"].colonnes()), "liens")


def aux_types(table: pd.DataFrame, nom: str) -> pd.DataFrame:
    """La même table, aux types de son schéma : entiers à trous, textes absents à None, listes."""
    schema = SCHEMAS[nom]
    convertir: dict[str, Callable[[pd.Series], pd.Series]] = {
        "integer": lambda colonne: pd.to_numeric(colonne).astype("Int64"),
        "number": lambda colonne: pd.to_numeric(colonne).astype("float64"),
        "string": lambda colonne: colonne.astype(object).where(colonne.notna(), None),
    }
    typees = {
        champ.nom: convertir[champ.type](table[champ.nom])
        for champ in schema.champs
        if champ.nom in table and champ.type in convertir
    }
    ligne = {"ligne": convertir["integer"](table["ligne"])} if "ligne" in table else {}
    return table.assign(**typees, **ligne)
