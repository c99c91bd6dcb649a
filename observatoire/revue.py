"""La relecture d'un document : un CSV qu'une personne corrige dans un tableur, et qu'une nouvelle lecture respecte.

Chaque ligne est une notice. La dernière colonne garde l'empreinte de chaque case telle que la lecture l'a écrite : une
case dont l'empreinte a changé a été corrigée à la main, et n'est plus jamais remplacée.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from observatoire.erreurs import ErreurArgument, ErreurSchema
from observatoire.experiences import aux_types, niveau_le_plus_large
from observatoire.referentiel import normaliser
from observatoire.schemas import NATURES_ACTIONS, SCHEMAS

#: États d'une ligne : seules les lignes écartées ne vont pas au catalogue.
ETATS = ("à relire", "relu", "écarté")
#: Remarque d'une ligne que la dernière lecture n'a pas trouvée.
DISPARUE = "absente de la dernière lecture du document"
_LISTES = ("themes", "dispositifs", "territoires", "qpv", "publics", "partenaires", "perspectives", "mots")
#: Ce que la lecture remplit, dans l'ordre où on le relit.
CHAMPS = (
    "genre",
    "nature",
    "titre",
    "numero",
    "date",
    "periode",
    "annee",
    "porteur",
    "type_porteur",
    "themes",
    "dispositifs",
    "lieux",
    "territoires",
    "niveau",
    "qpv",
    "participations",
    "seances",
    "publics",
    "partenaires",
    "perspectives",
    "resume",
    "mots",
    "contact",
    "document",
    "page",
    "url",
    "liens",
    "extrait",
)
COLONNES = ("id", "etat", *CHAMPS, "remarque", "empreintes")
#: Ce que le document dit mot pour mot, et qui ne sort pas d'un catalogue publié.
VERBATIM = ("resume", "extrait", "perspectives")
#: Tables que donne une relecture.
TABLES = ("experiences", "actions", "liens")
_SEPARATEUR = " | "
#: « mars-23 », « janv.-24 » : ce que devient 2023-03 dans un tableur français.
_MOIS_TABLEUR = re.compile(r"([a-zéûA-Z]{3,5})\.?-(\d{2})")
_MOIS = ("janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_DATE = r"(?:\d{4}(?:-\d{2}){0,2}(?:/\d{4}(?:-\d{2}){0,2})?)?"
_ENTIERS = ("annee", "participations", "seances", "page")
_LIGNES_MONTREES = 5


def preparer(
    experiences: pd.DataFrame, actions: pd.DataFrame, liens: pd.DataFrame, *, extraits: bool = True
) -> pd.DataFrame:
    """Table de relecture, tout en texte, d'un document lu.

    Parameters
    ----------
    experiences, actions, liens : pandas.DataFrame
        Tables d'un ``Document``.
    extraits : bool
        Garde ce que le document dit mot pour mot (extrait, première phrase, perspectives).

    Returns
    -------
    pandas.DataFrame
        Colonnes ``COLONNES``, dans l'ordre du document ; listes séparées par « | ».
    """
    communes = [
        experiences.rename_axis("id").reset_index().assign(genre="experience", nature="experience"),
        actions.rename_axis("id").reset_index().rename(columns={"intitule": "titre"}).assign(genre="action"),
    ]
    table = pd.concat([partie.astype(object) for partie in communes], ignore_index=True)
    table = table.sort_values("ligne", kind="stable", ignore_index=True)
    par_id = {str(identifiant): groupe for identifiant, groupe in liens.groupby("id")}
    table["liens"] = [_ecrire_liens(par_id.get(identifiant)) for identifiant in table["id"]]
    if not extraits:
        table[list(VERBATIM)] = None
    textes = table.reindex(columns=list(COLONNES)).map(_en_texte)
    return _signer(textes.assign(etat=ETATS[0]))


def fusionner(ancienne: pd.DataFrame, nouvelle: pd.DataFrame) -> pd.DataFrame:
    """Une nouvelle lecture, corrections de l'ancienne relecture gardées.

    Une case corrigée à la main l'emporte sur la lecture ; une case laissée telle quelle suit la nouvelle lecture. Une
    ligne que la nouvelle lecture ne trouve plus reste, et sa remarque le dit.

    Parameters
    ----------
    ancienne, nouvelle : pandas.DataFrame
        Tables de ``lire`` et de ``preparer``.

    Raises
    ------
    ErreurArgument
        Les deux n'ont aucune ligne en commun : ce sont deux documents.
    """
    if len(ancienne) and set(ancienne["id"]).isdisjoint(nouvelle["id"]):
        raise ErreurArgument(
            "La relecture existante est celle d'un autre document : aucune de ses lignes n'est dans celui-ci. "
            "Que faire : donnez un autre nom de fichier."
        )
    anciennes = {ligne["id"]: ligne for ligne in _lignes(ancienne)}
    fondues = [_fondre(anciennes.get(ligne["id"]), ligne) for ligne in _lignes(nouvelle)]
    vues = set(nouvelle["id"])
    disparues = [{**ligne, "remarque": DISPARUE} for ligne in anciennes.values() if ligne["id"] not in vues]
    return pd.DataFrame([*fondues, *disparues], columns=list(COLONNES))


def corrections(table: pd.DataFrame) -> pd.DataFrame:
    """Vrai pour chaque case corrigée à la main (colonnes ``CHAMPS``)."""
    empreintes = [_lire_empreintes(texte) for texte in table["empreintes"]]
    return pd.DataFrame(
        {
            champ: [_corrigee(valeur, connues, champ) for valeur, connues in zip(table[champ], empreintes, strict=True)]
            for champ in CHAMPS
        },
        index=table.index,
    )


# --- lire et écrire ---


def ecrire(table: pd.DataFrame) -> str:
    """Texte CSV d'une relecture : point-virgule et marque d'ordre, pour s'ouvrir dans un tableur français."""
    return "\ufeff" + table.to_csv(index=False, sep=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)


def lire(texte: str, origine: str) -> pd.DataFrame:
    """Table de relecture d'un CSV, tel que l'enregistre un tableur.

    Parameters
    ----------
    texte : str
        Contenu du fichier.
    origine : str
        Son nom, pour l'erreur.

    Raises
    ------
    ErreurSchema
        Colonnes absentes, identifiants vides ou répétés, états, natures, nombres ou listes illisibles : tout à la fois.
    """
    tete = texte.removeprefix("\ufeff").split("\n", 1)[0]
    separateur = max(";,\t", key=tete.count)
    brute = pd.read_csv(
        io.StringIO(texte.removeprefix("\ufeff")), sep=separateur, dtype=str, keep_default_na=False, on_bad_lines="skip"
    )
    brute = _normaliser(brute)
    problemes = list(_problemes(brute))
    if problemes:
        raise ErreurSchema(
            origine, problemes, "corrigez ces cases dans le tableur, puis enregistrez de nouveau en CSV."
        )
    return brute.reindex(columns=list(COLONNES), fill_value="").map(str.strip)


def _normaliser(brute: pd.DataFrame) -> pd.DataFrame:
    """Ce qu'un tableur ou une main pressée a récrit : « mars-23 » pour 2023-03, « RELU » pour « relu »."""
    etats = {normaliser(etat): etat for etat in ETATS}
    refaites: dict[str, Callable[[str], str]] = {
        "etat": lambda texte: etats.get(normaliser(texte), texte.strip()),
        "date": _date_iso,
    }
    return brute.assign(**{nom: brute[nom].map(refaire) for nom, refaire in refaites.items() if nom in brute})


def _date_iso(texte: str) -> str:
    """Date ISO d'une case qu'un tableur a mise à sa façon ; la case elle-même sinon."""
    if (mois := _MOIS_TABLEUR.fullmatch(texte.strip())) and (nom := normaliser(mois[1])[:4]) in _MOIS:
        return f"20{mois[2]}-{_MOIS.index(nom) + 1:02d}"
    if jour := re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", texte.strip()):
        return f"{jour[3]}-{jour[2]}-{jour[1]}"
    return texte.strip()


def _problemes(brute: pd.DataFrame) -> Iterator[str]:
    absentes = [nom for nom in ("id", "etat", "genre", "titre", "territoires") if nom not in brute.columns]
    if absentes:
        yield f"colonnes absentes : {', '.join(absentes)} (colonnes lues : {', '.join(map(str, brute.columns[:8]))}...)"
        return
    yield from _lignes_fautives(brute, "id", brute["id"].str.strip().eq(""), "vide")
    yield from _lignes_fautives(brute, "id", brute["id"].duplicated(keep=False), "répété")
    yield from _hors_liste(brute, "etat", ETATS)
    yield from _hors_liste(brute, "nature", (*NATURES_ACTIONS, "experience"))
    if "date" in brute:
        fautes = ~brute["date"].str.fullmatch(_DATE)
        yield from _lignes_fautives(brute, "date", fautes, "n'est pas une date (2024, 2024-03, 2024-03-11)")
    for nom in _ENTIERS:
        if nom in brute:
            fautes = ~brute[nom].str.strip().str.fullmatch(r"\d*")
            yield from _lignes_fautives(brute, nom, fautes, "n'est pas un nombre entier")


def _hors_liste(brute: pd.DataFrame, nom: str, valeurs: Sequence[str]) -> Iterator[str]:
    if nom in brute:
        fautes = ~brute[nom].str.strip().isin(valeurs)
        yield from _lignes_fautives(brute, nom, fautes, f"n'est pas l'une de : {', '.join(valeurs)}")


def _lignes_fautives(brute: pd.DataFrame, nom: str, fautes: pd.Series, defaut: str) -> Iterator[str]:
    rangs = [rang + 2 for rang, faute in enumerate(fautes) if faute]
    if rangs:
        lues = ", ".join(f"« {valeur} »" for valeur in brute.loc[fautes, nom].unique()[:_LIGNES_MONTREES])
        lignes = ", ".join(map(str, rangs[:_LIGNES_MONTREES]))
        suite = f" et {len(rangs) - _LIGNES_MONTREES} autres" if len(rangs) > _LIGNES_MONTREES else ""
        yield f"colonne « {nom} » : {lues} {defaut} [lignes {lignes}{suite}]"


# --- vers le catalogue ---


@dataclass(frozen=True)
class Relues:
    """Les tables d'une relecture, aux colonnes de ``o.experiences``, ``o.actions`` et des liens."""

    experiences: pd.DataFrame
    actions: pd.DataFrame
    liens: pd.DataFrame


def cataloguer(
    table: pd.DataFrame, niveau_du_code: Callable[[str], str | None], origine: str, themes: Collection[str] = ()
) -> Relues:
    """Tables du catalogue d'une relecture ; les lignes écartées n'y sont pas.

    Parameters
    ----------
    table : pandas.DataFrame
        Table de ``lire``.
    niveau_du_code : callable
        Niveau d'un code du référentiel, None s'il est inconnu.
    origine : str
        Nom du fichier, pour l'erreur.
    themes : collection of str
        Thèmes permis ; vide pour n'en contrôler aucun.

    Raises
    ------
    ErreurSchema
        Codes de territoires ou thèmes inconnus, avec leurs lignes.
    """
    inconnus = [
        *_inconnus(table, ("territoires", "qpv"), lambda code: niveau_du_code(code) is not None),
        *_inconnus(table, ("themes",) if themes else (), lambda theme: theme in themes),
    ]
    if inconnus:
        raise ErreurSchema(origine, inconnus, "corrigez ces cases dans le tableur, puis enregistrez de nouveau en CSV.")
    lignes = [_typer_ligne(ligne) for ligne in _lignes(table[table["etat"] != "écarté"])]
    liens = [lien for ligne in lignes for lien in _liens_de(ligne)]
    table_liens = pd.DataFrame(liens, columns=SCHEMAS["liens"].colonnes())
    table_liens["niveau"] = table_liens["code"].map(niveau_du_code)
    niveaux = {
        ligne["id"]: niveau_le_plus_large(filter(None, map(niveau_du_code, ligne["territoires"]))) for ligne in lignes
    }
    completes = [{**ligne, "niveau": niveaux[ligne["id"]] or ligne["niveau"]} for ligne in lignes]
    return Relues(
        _table("experiences", [ligne for ligne in completes if ligne["genre"] == "experience"]),
        _table("actions", [_en_action(ligne) for ligne in completes if ligne["genre"] == "action"]),
        aux_types(table_liens, "liens"),
    )


def _inconnus(table: pd.DataFrame, colonnes: Iterable[str], connu: Callable[[str], bool]) -> Iterator[str]:
    for nom in colonnes:
        fautes = table[nom].map(lambda texte: not all(map(connu, _elements(texte))))
        yield from _lignes_fautives(table.reset_index(drop=True), nom, fautes.reset_index(drop=True), "inconnu")


def _elements(texte: str) -> list[str]:
    return [element.strip() for element in texte.split("|") if element.strip()]


def _table(nom: str, lignes: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return aux_types(pd.DataFrame(list(lignes), columns=SCHEMAS[nom].colonnes()), nom)


def _en_action(ligne: Mapping[str, Any]) -> dict[str, Any]:
    themes = ligne["themes"]
    return {**ligne, "intitule": ligne["titre"], "theme": themes[0] if themes else None}


def _typer_ligne(ligne: Mapping[str, str]) -> dict[str, Any]:
    def typer(nom: str, texte: str) -> Any:
        if nom in _LISTES:
            return _elements(texte)
        if nom in _ENTIERS:
            return int(texte) if texte else None
        return texte or None

    return {nom: typer(nom, texte) for nom, texte in ligne.items()}


def _liens_de(ligne: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Les liens lus que la relecture n'a pas retirés, et ceux qu'elle a ajoutés."""
    lus = {lien["code"]: lien for lien in _lire_liens(ligne["liens"] or "")}
    retenus = dict.fromkeys([*ligne["territoires"], *ligne["qpv"]])
    for code in retenus:
        lu = lus.get(code, {"nom": ligne["lieux"] or code, "origine": "titre", "confiance": 1.0, "partie": None})
        yield {"id": ligne["id"], "genre": ligne["genre"], "code": code, **{n: lu[n] for n in _ATTRIBUTS}}
    for code, lu in lus.items():
        if code not in retenus and lu["origine"] != "titre":
            yield {"id": ligne["id"], "genre": ligne["genre"], "code": code, **{n: lu[n] for n in _ATTRIBUTS}}


_ATTRIBUTS = ("nom", "origine", "confiance", "partie")


# --- les cases ---


def _lignes(table: pd.DataFrame) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", table.to_dict("records"))


def _en_texte(valeur: Any) -> str:
    if isinstance(valeur, list):
        return _SEPARATEUR.join(map(str, valeur))
    if valeur is None or valeur is pd.NA or (isinstance(valeur, float) and pd.isna(valeur)):
        return ""
    return " ".join(str(valeur).split())


def _ecrire_liens(liens: pd.DataFrame | None) -> str:
    """« Nanterre:92050:texte:0.9: » par lien : de quoi retrouver comment il a été fait."""
    if liens is None:
        return ""
    colonnes = (liens.nom, liens.code, liens.origine, liens.confiance, liens.partie)
    return _SEPARATEUR.join(
        f"{nom.replace(':', ' ').replace('|', ' ')}:{code}:{origine}:{confiance:g}:{partie or ''}"
        for nom, code, origine, confiance, partie in zip(*colonnes, strict=True)
    )


def _lire_liens(texte: str) -> Iterator[dict[str, Any]]:
    for morceau in filter(None, map(str.strip, texte.split("|"))):
        nom, code, origine, confiance, partie = morceau.split(":")
        yield {
            "nom": nom,
            "code": code,
            "origine": origine,
            "confiance": float(confiance),
            "partie": partie or None,
        }


def _signer(table: pd.DataFrame) -> pd.DataFrame:
    empreintes = [" ".join(f"{champ}={_empreinte(ligne[champ])}" for champ in CHAMPS) for ligne in _lignes(table)]
    return table.assign(empreintes=empreintes)


def _empreinte(texte: str) -> str:
    """Empreinte d'une case, insensible à ce qu'un tableur change en l'enregistrant (espaces, fins de ligne)."""
    return hashlib.sha256(" ".join(texte.split()).encode()).hexdigest()[:6]


def _lire_empreintes(texte: str) -> dict[str, str]:
    return dict(paire.split("=", 1) for paire in texte.split() if "=" in paire)


def _corrigee(valeur: str, empreintes: Mapping[str, str], champ: str) -> bool:
    return champ in empreintes and _empreinte(valeur) != empreintes[champ]


def _fondre(ancienne: Mapping[str, str] | None, nouvelle: Mapping[str, str]) -> dict[str, str]:
    if ancienne is None:
        return dict(nouvelle)
    connues = _lire_empreintes(ancienne["empreintes"])
    gardees = {champ: ancienne[champ] for champ in CHAMPS if _corrigee(ancienne[champ], connues, champ)}
    remarque = "" if ancienne["remarque"] == DISPARUE else ancienne["remarque"]
    return {**nouvelle, **gardees, "etat": ancienne["etat"], "remarque": remarque}
