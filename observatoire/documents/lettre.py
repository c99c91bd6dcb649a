"""La lettre d'information : sa fiche expérience, ses actualités situées, son agenda, ses mouvements, sa presse.

Un article est un titre que suit un texte. Ce qui précède le titre le range : une rubrique (« < Publication > »,
« National / Régional »), un thème, ou un lieu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from observatoire.documents.adresses_web import adresses, legende, lignes_brutes, ouvrir_les_liens, recoller_adresses
from observatoire.documents.articles import Compte, Corps, lignes_de_contact, lire_contacts_et_reste, lire_corps
from observatoire.documents.blocs import Bloc
from observatoire.documents.breves import (
    Breve,
    abreger,
    lire_article_de_presse,
    lire_date,
    lire_moment,
    lire_mouvement,
    lire_reference,
    sans_adresse,
    titre_de_lecture,
)
from observatoire.documents.dates import Periode, annee_du_document, detacher_periode, est_periode, lire_periode
from observatoire.documents.decoupage import (
    Article,
    Decoupage,
    Etat,
    est_isole,
    est_rubrique,
    fin_d_en_tete,
    roles_de_lettre,
)
from observatoire.documents.lignes_de_lieu import est_lieu, lire_lieux
from observatoire.documents.mise_en_page import preparer, ranger_les_repetitions
from observatoire.documents.porteurs import porteur_du_chapeau
from observatoire.documents.rubriques import lire_rubrique
from observatoire.documents.sommaires import cle
from observatoire.documents.texte import Texte
from observatoire.notices import Anomalie, Depouillement, Notice

#: Rubriques qui présentent la lettre.
_PRESENTATION = frozenset({"editorial", "sommaire"})
_NATURES_D_ACTION = frozenset({"publication", "ressource", "agenda", "presse", "lecture", "mouvement", "formation"})
_NOM_DE_LETTRE = re.compile(r"\b(?:lettre|newsletter|bulletin)\b|\b(?:n\s?[°ºo]|num[ée]ro)\s?\d+", re.IGNORECASE)
_AUTRE_DOCUMENT = re.compile(r"\b(?:rapport|recueil|guide|annexe|compte[\s-]rendu|synth[èe]se)\b", re.IGNORECASE)
_LIEU_DEVANT = re.compile(r"(?P<lieu>[^:–—]{3,60}?)(?:\s*:|\s+[-–—])\s+(?=\S)")
_LIEU_DERRIERE = re.compile(r"(?::|,|\s[-–—])\s+(?P<lieu>[^:,–—/]{3,60})$")
_TITRES_D_UNE_SERIE = 2
_EN_TETE = 14
_LONGUEUR_EN_TETE = 130
#: Un article long, à intertitres, est une expérience même si rien ne l'annonce.
_LONGUEUR_EXPERIENCE = 2500
_INTERTITRES = 2
_DEBUT_DE_TEXTE = 300
_JOUR = re.compile(r"\d{4}-\d\d-\d\d")


def ressemblance(blocs: Sequence[Bloc]) -> float:
    """De 0 à 1, à quel point ces blocs sont ceux d'une lettre d'information."""
    separes, roles = preparer(blocs, est_isole, est_rubrique)
    titres = [bloc.texte for bloc, role in zip(separes, roles, strict=True) if role == "titre"]
    rubriques = [rubrique for texte in titres if (rubrique := lire_rubrique(texte)) and rubrique.sure]
    natures = {rubrique.nature for rubrique in rubriques} - {None, "sommaire"}
    encadrees = sum(texte.lstrip()[:1] in "<[" and lire_rubrique(texte) is not None for texte in titres)
    en_tete = " ".join(bloc.texte[:_LONGUEUR_EN_TETE] for bloc in separes[:_EN_TETE])
    note = 0.11 * len(natures) + 0.08 * min(3, encadrees) + 0.12 * len({r.portee for r in rubriques} - {None})
    note += 0.2 * (_NOM_DE_LETTRE.search(en_tete) is not None)
    debut = " ".join(bloc.texte for bloc in separes[:3])
    return min(1.0, note) * (0.3 if _AUTRE_DOCUMENT.search(debut) else 1.0)


def depouiller(texte: Texte, blocs: Sequence[Bloc]) -> Depouillement:
    """Ce qu'une lettre d'information annonce et raconte.

    Parameters
    ----------
    texte : Texte
        Le document ouvert.
    blocs : sequence of Bloc
        Ses blocs.

    Returns
    -------
    Depouillement
        Une expérience par fiche expérience ; une action par article, date, mouvement, article de presse et lecture ; en
        anomalies, ce qui est daté ou classé sans certitude, et ce qui n'est rattaché à rien.
    """
    return _Lettre(texte, blocs).depouiller()


class _Lettre:
    """Une lettre en cours de lecture."""

    def __init__(self, texte: Texte, blocs: Sequence[Bloc]) -> None:
        self.blocs, roles = preparer(ouvrir_les_liens(texte, blocs), est_isole, est_rubrique)
        self.roles = roles_de_lettre(self.blocs, roles)
        self.compte = Compte(self.blocs)
        self._fichier = texte.fichier
        self._bruts = lignes_brutes(texte, self.blocs)
        self._annee = annee_du_document((bloc.texte for bloc in self.blocs), texte.fichier)
        self._anomalies: list[Anomalie] = []

    def depouiller(self) -> Depouillement:
        debut = fin_d_en_tete(self.blocs, self.roles)
        titre, self._parution = self._lire_en_tete(debut)
        ranger_les_repetitions(self.blocs, self.roles, (bloc.texte for bloc in self.blocs[:debut]), debut)
        self._serie = self._est_une_serie()
        articles = Decoupage(self.blocs, self.roles, debut).articles()
        notices = self._dater([notice for article in articles for notice in self._notices(article)])
        self.compte.prendre((rang for rang, role in enumerate(self.roles) if role == "mobilier"), "mobilier")
        return Depouillement(
            fichier=self._fichier,
            famille="lettre",
            titre=titre,
            annee=self._annee,
            notices=tuple(notices),
            anomalies=(*self._anomalies, *self.compte.restes()),
        )

    def _est_une_serie(self) -> bool:
        """Vrai si la lettre ouvre d'habitude ses titres par un lieu (« Cergy : ... »), même s'il n'est pas redit."""
        titres = (bloc.texte for bloc, role in zip(self.blocs, self.roles, strict=True) if role == "titre")
        devant = (lue["lieu"] for titre in titres if (lue := _LIEU_DEVANT.match(titre)) and ":" in lue[0])
        return sum(map(est_lieu, devant)) >= _TITRES_D_UNE_SERIE

    def _lire_en_tete(self, fin: int) -> tuple[str, Periode | None]:
        """Le titre de la lettre, et le mois de ce numéro."""
        rangs = [rang for rang in range(min(fin, _EN_TETE)) if len(self.blocs[rang].texte) <= _LONGUEUR_EN_TETE]
        self.compte.prendre(rangs, "en-tête")
        lignes = [self.blocs[rang].texte for rang in rangs if self.roles[rang] != "mobilier"]
        titre = lignes[0] if lignes else self._fichier
        datees = [li for li in lignes if est_periode(li) or _NOM_DE_LETTRE.search(li) or detacher_periode(li)[1]]
        parution = next((lue for ligne in datees if (lue := lire_periode(ligne, self._annee)) and "-" in lue.iso), None)
        if self._annee is None and parution:
            self._annee = int(parution.iso[:4])
        datant = f", {parution.texte}" if parution else f" {self._annee or ''}".rstrip()
        return titre if datant.strip(" ,") in titre.lower() else titre + datant, parution

    def _dater(self, notices: list[Notice]) -> list[Notice]:
        """Les actualités, datées de ce dont elles parlent quand elles disent un mois proche de celui de la lettre."""
        presse = max((n.date for n in notices if n.nature == "presse" and n.date), default=None)
        agenda = min((n.date for n in notices if n.nature == "agenda" and n.date), default=None)
        reference = self._parution.iso if self._parution else presse or agenda
        if reference is None or len(reference) < len("2021-03"):
            return notices
        lus = ((n, lire_moment(n.texte, reference) if n.nature == "actualite" else None) for n in notices)
        return [replace(n, date=lu.iso, periode=lu.texte, annee=int(lu.iso[:4])) if lu else n for n, lu in lus]

    # --- d'un article à ses notices ---

    def _notices(self, article: Article) -> Iterator[Notice]:
        nature = article.etat.nature
        if nature in _PRESENTATION:
            self.compte.prendre([*article.tete.rangs(), *article.corps], "présentation")
        elif article.tete.titre is not None:
            notice = self._article(article, article.tete.titre)
            yield self._sans_nom(notice) if nature == "mouvement" else notice
        else:
            self.compte.prendre(article.tete.rangs(), "rubrique")
            yield from self._liste(article)

    def _article(self, article: Article, titre: int) -> Notice:
        tete = article.tete
        corps = lire_corps(self.blocs, self.roles, article.corps, self.compte, self._bruts)
        self.compte.prendre(tete.rubriques, "rubrique")
        self.compte.prendre(tete.rangs(), "article")
        bloc = self.blocs[titre]
        nature = self._nature(article.etat, bloc, corps)
        periode = self._periode(article, nature, corps)
        lieux = self._lieux(article, bloc.texte, corps)
        intitule = self._intitule(article, nature, bloc.texte, lieux)
        return Notice(
            genre="experience" if nature == "experience" else "action",
            nature=nature,
            titre=intitule,
            ligne=bloc.ligne,
            page=bloc.page,
            texte=corps.texte,
            lieux=lieux,
            rubrique=article.etat.intitule(),
            date=periode.iso if periode else None,
            periode=periode.texte if periode else None,
            annee=int(periode.iso[:4]) if periode else self._annee,
            porteur=self._porteur(nature, corps),
            sections=corps.sections,
            contacts=corps.contacts,
            url=next(iter(corps.adresses), None),
        )

    def _sans_nom(self, notice: Notice) -> Notice:
        """Un mouvement imprimé comme un article : son nom ne va qu'aux contacts."""
        breve = lire_mouvement(", ".join([notice.titre, *notice.texte.split("\n")]))
        self._signaler_un_mouvement(breve, notice.ligne, notice.page)
        return replace(
            notice,
            titre=abreger(breve.titre) or (notice.rubrique if breve.contacts else notice.titre) or "Mouvement",
            texte=breve.titre if breve.contacts else notice.texte,
            lieux=notice.lieux or breve.lieux,
            sections=() if breve.contacts else notice.sections,
            contacts=(*breve.contacts, *notice.contacts),
        )

    def _nature(self, etat: Etat, bloc: Bloc, corps: Corps) -> str:
        """La nature que dit la rubrique ; sans elle, un jour annonce un rendez-vous, un long article une expérience."""
        nature = etat.nature
        if nature == "experience":
            if self._parution is None:
                probleme = "expérience sans mois : aucun n'est lu dans l'en-tête de la lettre"
                self._anomalies.append(Anomalie("doute", probleme, bloc.ligne, bloc.page, bloc.texte[:200]))
            return nature
        intertitres = sum(section.titre != "" for section in corps.sections)
        if nature is None and len(corps.texte) > _LONGUEUR_EXPERIENCE and intertitres >= _INTERTITRES:
            probleme = "article long lu comme une expérience, sans rubrique qui l'annonce"
            self._anomalies.append(Anomalie("doute", probleme, bloc.ligne, bloc.page, bloc.texte[:200]))
            return "experience"
        jour = lire_periode(etat.theme, self._annee) if nature is None else None
        if jour is not None and _JOUR.search(jour.iso):
            return "agenda"
        return nature if nature in _NATURES_D_ACTION else "actualite"

    def _lieux(self, article: Article, titre: str, corps: Corps) -> tuple[str, ...]:
        """La ligne de lieu ; à défaut l'étiquette d'un encadré, la fin de la rubrique, ou le début du titre."""
        if article.tete.lieu is not None:
            return lire_lieux(self.blocs[article.tete.lieu].texte)
        if "lieux" in corps.champs:
            return lire_lieux(corps.champs["lieux"])
        derriere = _LIEU_DERRIERE.search(article.etat.intitule())
        if derriere and est_lieu(derriere["lieu"]):
            return lire_lieux(derriere["lieu"])
        devant = _LIEU_DEVANT.match(titre)
        if devant is None or not (article.etat.portee == "locale" or article.etat.nature == "experience"):
            return ()
        situes = self._serie or cle(devant["lieu"]) in cle(corps.texte)
        return lire_lieux(devant["lieu"]) if situes and est_lieu(devant["lieu"]) else ()

    def _intitule(self, article: Article, nature: str, titre: str, lieux: tuple[str, ...]) -> str:
        """Le titre d'un article, sans le lieu qui l'ouvre s'il est déjà dit."""
        if nature == "lecture":
            return titre_de_lecture(titre)
        devant = _LIEU_DEVANT.match(titre)
        ouvre = devant is not None and article.tete.lieu is None and bool(lieux) and lire_lieux(devant["lieu"]) == lieux
        return titre[devant.end() :] if devant is not None and ouvre else titre

    def _porteur(self, nature: str, corps: Corps) -> str | None:
        if nature != "experience" or not corps.sections:
            return corps.champs.get("porteur")
        return corps.champs.get("porteur") or porteur_du_chapeau(corps.sections[0].texte, corps.texte)

    def _periode(self, article: Article, nature: str, corps: Corps) -> Periode | None:
        """La date d'un rendez-vous, d'un livre ou d'un article ; sinon le mois de la lettre."""
        tete = article.tete
        if nature == "lecture":
            lignes = [*(self.blocs[rang].texte for rang in tete.rangs()), *corps.texte.split("\n")[:3]]
            return next((lue for ligne in lignes if (lue := lire_reference(ligne))), None)
        if nature in {"agenda", "formation"}:
            imprimees = [
                article.etat.rubrique,
                *(self.blocs[rang].texte for rang in tete.rangs()),
                corps.texte[:_DEBUT_DE_TEXTE],
            ]
            return next((lue for texte in imprimees if (lue := lire_periode(texte, self._annee))), None)
        if nature == "presse":
            return lire_periode(corps.texte[:_DEBUT_DE_TEXTE], self._annee)
        imprimee = lire_periode(self.blocs[tete.date].texte, self._annee) if tete.date is not None else None
        return imprimee or self._parution

    # --- les listes ---

    def _liste(self, article: Article) -> Iterator[Notice]:
        for rangs in self._elements(article.corps):
            for role in ("contact", "adresse"):
                self.compte.prendre((rang for rang in rangs if self.roles[rang] == role), role)
            self.compte.prendre(rangs, "liste")
            bloc = self.blocs[rangs[0]]
            breve = self._breve(article.etat.nature, recoller_adresses(bloc))
            self._signaler_un_mouvement(breve, bloc.ligne, bloc.page)
            yield self._element(article, bloc, rangs, breve)

    def _signaler_un_mouvement(self, breve: Breve, ligne: int, page: int | None) -> None:
        if not breve.sure:
            probleme = "mouvement sans nom lisible : ce qui peut en contenir un n'est donné qu'aux contacts"
            self._anomalies.append(Anomalie("doute", probleme, ligne, page))

    def _elements(self, rangs: Sequence[int]) -> Iterator[list[int]]:
        """Chaque ligne d'une liste, avec l'adresse ou le contact qui la suit."""
        courant: list[int] = []
        for rang in rangs:
            if self.roles[rang] == "texte" and courant:
                yield courant
                courant = []
            if self.roles[rang] == "texte" or (courant and self.roles[rang] in {"adresse", "contact"}):
                courant.append(rang)
        if courant:
            yield courant

    def _lignes(self, rangs: Sequence[int]) -> list[str]:
        """Le texte d'un élément, sans ses adresses, et les légendes qui disent quelque chose."""
        lignes = (
            legende(self.blocs[r]) if self.roles[r] == "adresse" else sans_adresse(recoller_adresses(self.blocs[r]))
            for r in rangs
            if self.roles[r] != "contact"
        )
        return list(filter(None, lignes))

    def _breve(self, nature: str | None, texte: str) -> Breve:
        if nature == "mouvement":
            return lire_mouvement(texte)
        if nature == "presse":
            return lire_article_de_presse(texte, self._annee)
        if nature == "lecture":
            return Breve(titre_de_lecture(sans_adresse(texte)), periode=lire_reference(texte))
        if nature in {"agenda", "formation"}:
            return lire_date(texte, self._annee)
        return Breve(abreger(sans_adresse(texte)))

    def _element(self, article: Article, bloc: Bloc, rangs: Sequence[int], breve: Breve) -> Notice:
        nature = article.etat.nature if article.etat.nature in _NATURES_D_ACTION else "actualite"
        liens = [lien for rang in rangs for lien in adresses(self.blocs[rang], self._bruts[rang])]
        imprimes = (lignes_de_contact(self.blocs[rang]) for rang in rangs if self.roles[rang] == "contact")
        contacts, reste = lire_contacts_et_reste(imprimes)
        periode = breve.periode or (self._parution if nature in {"actualite", "mouvement"} else None)
        nomme = nature == "mouvement" and bool(breve.contacts)
        lignes = [breve.titre, *self._lignes(rangs[1:])] if nomme else [*self._lignes(rangs), *reste]
        return Notice(
            genre="action",
            nature=nature,
            titre=breve.titre or article.etat.rubrique or "Mouvement",
            ligne=bloc.ligne,
            page=bloc.page,
            texte="\n".join(filter(None, [*lignes, *liens[1:]])),
            lieux=breve.lieux,
            rubrique=article.etat.intitule(),
            date=periode.iso if periode else None,
            periode=periode.texte if periode else None,
            annee=int(periode.iso[:4]) if periode else self._annee,
            contacts=(*breve.contacts, *contacts),
            url=next(iter(liens), None),
        )
