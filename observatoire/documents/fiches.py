"""Des parties d'un rapport aux actions : une par titre, par territoire d'un même titre, ou par puce énumérée."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from observatoire.documents.blocs import Bloc
from observatoire.documents.encadres import ouverture
from observatoire.documents.plan import Partie, Plan
from observatoire.documents.titres import Titre
from observatoire.notices import Section

#: Une phrase qui annonce ce qui a été fait : chaque puce qui la suit et nomme une action en est une.
_ANNONCE = re.compile(
    r"\b(?:a|ont|avons)\b[^:]{0,60}?\b(?:organis|réalis|men|anim|produi|propos|condui|rédig|publi|accompagn|lanc)"
    r"(?:é|t)\w*[^:]*:$|\bse sont traduit\w*[^:]*:$"
    r"|\bont été (?:organis|men|réalis|anim|propos|condui|produi)\w*[^:]*:$",
    re.IGNORECASE,
)
_ACTION_EN_PUCE = re.compile(
    r"^(?:l'|la |le |les |une? |des |deux |trois |\d+ )?(?:nouve\w+ |premi\w+ |deuxième |grande? )?"
    r"(?:rencontre|journée|séminaire|webinaire|atelier|formation|cycle|temps fort|conférence|colloque|forum|fiche"
    r"|publication|guide|podcast|étude|recueil|dossier|(?:co-?)?animation|(?:co-?)?conception|co-?administration"
    r"|(?:co-?)?organisation|(?:co-?)?réalisation|élaboration|appui|accompagnement|création|mise en place|mise en œuvre"
    r"|diagnostic|évaluation|visite|voyage|intervention|rédaction|production)s?\b",
    re.IGNORECASE,
)
_RENVOI = re.compile(r"\((?:voir|lire|cf)\b", re.IGNORECASE)
_NOM_FINAL = re.compile(r"[,:] (?:\"|« ?)([^\"«»]{4,80}?)(?:\"| ?»)$")
_ETIQUETTE = re.compile(r"^[^:]{3,40} ?: \S")
#: « À Cergy, ... » peut ouvrir une phrase d'un récit ; « Dans le Val d'Oise, ... » ouvre ce qui s'y est fait.
_RECIT = re.compile(r"^[ÀA] ")
_LONGUEUR_INTITULE = 160
_DEBUT_INTITULE = 40


@dataclass(frozen=True)
class Fiche:
    """Une action, avant qu'on lui donne ses encadrés et ses perspectives.

    Attributes
    ----------
    partie : int
        Rang de sa partie.
    blocs : tuple of Bloc
        Son texte.
    rubriques : tuple of str
        Titres sous lesquels elle est rangée, du plus fort au plus proche.
    puce : bool
        Une puce d'une énumération, et non un titre.
    """

    partie: int
    titre: str
    ligne: int
    page: int | None
    blocs: tuple[Bloc, ...]
    rubriques: tuple[str, ...]
    sections: tuple[Section, ...]
    lieux: tuple[str, ...] = ()
    adresse: str | None = None
    puce: bool = False

    @property
    def texte(self) -> str:
        """Son texte, intertitres compris."""
        parties = (f"{section.titre}\n{section.texte}" if section.titre else section.texte for section in self.sections)
        return "\n".join(partie for partie in parties if partie)


def lire_fiches(plan: Plan) -> Iterator[Fiche]:
    """Les actions d'un rapport, dans l'ordre de ses parties."""
    actions = {id(partie.titre) for partie in plan.parties if partie.action}
    for rang, partie in enumerate(plan.parties):
        rubriques = tuple(titre.texte for titre in partie.chemin if id(titre) not in actions)
        if partie.action and partie.titre:
            yield from _par_territoire(_fiche(rang, partie, partie.titre, rubriques), partie)
        if partie.sorte in {"action", "presentation"}:
            yield from _en_puces(rang, partie, (*rubriques, partie.nom))


def _fiche(rang: int, partie: Partie, titre: Titre, rubriques: tuple[str, ...]) -> Fiche:
    sections = (_section(interne.texte if interne else "", blocs) for interne, blocs in partie.sections)
    return Fiche(
        rang,
        titre.texte,
        titre.bloc.ligne,
        titre.bloc.page or titre.page,
        tuple(partie.corps),
        rubriques,
        tuple(section for section in sections if section.titre or section.texte),
        adresse=partie.adresses[0] if partie.adresses else None,
    )


def _section(titre: str, blocs: Iterable[Bloc]) -> Section:
    return Section(titre, "\n".join(_texte(bloc) for bloc in blocs))


def _texte(bloc: Bloc) -> str:
    """Le texte d'un bloc ; des lignes étiquetées (« Partenaires : ... ») restent chacune la leur."""
    etiquettes = sum(_ETIQUETTE.match(ligne) is not None for ligne in bloc.lignes)
    return "\n".join(bloc.lignes) if etiquettes > 1 else bloc.texte


def _par_territoire(fiche: Fiche, partie: Partie) -> Iterator[Fiche]:
    """Une fiche par territoire, si plusieurs paragraphes s'ouvrent chacun sur le sien (« Dans les Yvelines, ... »)."""
    corps = partie.corps
    ouverts = [(rang, lieu) for rang, bloc in enumerate(corps) if (lieu := _territoire(bloc))]
    if len({lieu for _, lieu in ouverts}) < 2 or len(partie.sections) > 1:
        yield fiche
        return
    fins = [rang for rang, _ in ouverts[1:]] + [len(corps)]
    for (debut, lieu), fin in zip(ouverts, fins, strict=True):
        blocs = (*corps[: ouverts[0][0]], *corps[debut:fin])
        yield replace(fiche, ligne=corps[debut].ligne, blocs=blocs, sections=(_section("", blocs),), lieux=(lieu,))


def _territoire(bloc: Bloc) -> str | None:
    return None if bloc.genre != "paragraphe" or _RECIT.match(bloc.texte) else ouverture(bloc.texte)


def _en_puces(rang: int, partie: Partie, rubriques: tuple[str, ...]) -> Iterator[Fiche]:
    """Les actions qu'une phrase annonce et que des puces énumèrent ; un renvoi est décrit ailleurs."""
    annoncees = False
    for bloc in partie.corps:
        if bloc.genre != "puce":
            annoncees = _ANNONCE.search(bloc.texte) is not None
        elif annoncees and _ACTION_EN_PUCE.match(bloc.texte) and not _RENVOI.search(bloc.texte):
            titre, sections = _intitule(bloc.texte), (_section("", [bloc]),)
            yield Fiche(rang, titre, bloc.ligne, bloc.page, (bloc,), rubriques, sections, puce=True)


def _intitule(texte: str) -> str:
    """Une puce entière, ou son début si elle est longue ; un nom entre guillemets à sa fin est celui de l'action."""
    propre = texte.rstrip(" .;,")
    if nom := _NOM_FINAL.search(propre):
        return nom[1]
    if len(propre) <= _LONGUEUR_INTITULE:
        return propre
    debut = propre[:_LONGUEUR_INTITULE]
    bornes = [lu.start() for lu in re.finditer(r"\s*[,;:(]|\.\s", debut) if lu.start() > _DEBUT_INTITULE]
    return propre[: bornes[-1]] if bornes else debut.rsplit(" ", 1)[0]
