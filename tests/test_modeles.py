"""Les modèles de fiche : ce que dit chacun, à quels niveaux, et la typographie de tous leurs textes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from pages import JOUR, aplatir
from pages_pdf import controler

from observatoire.activites import recenser_recits
from observatoire.blocs import Chiffre, ChiffresCles, Faits, Figure, Phrase, Recits, Tableau, Texte, chiffres_de
from observatoire.comparatif import TERRITOIRES_MAX
from observatoire.erreurs import ErreurArgument
from observatoire.fiche import rediger
from observatoire.modeles import MODELES
from observatoire.phrases import phrases
from observatoire.production import territoires_concernes
from observatoire.reperes import chiffres_cles
from observatoire.schemas import NATURES_RACONTEES

#: Un cas de chaque : territoire, modèle, autres territoires.
CAS = {
    "quartier": ("QN09219N", "repere", ()),
    "quartier sur deux intercommunalités": ("QN09502I", "repere", ()),
    "quartier aux Clayes": ("QN07822N", "repere", ()),
    "quartier d'Argenteuil": ("QN09503I", "repere", ()),
    "commune": ("92036", "repere", ()),
    "commune sans quartier": ("78646", "repere", ()),
    "commune hors des trois départements": ("93048", "repere", ()),
    "epci": ("200055655", "repere", ()),
    "ept": ("200057990", "repere", ()),
    "departement": ("95", "repere", ()),
    "perimetre": ("ouest francilien", "repere", ()),
    "comparatif de communes": ("92025", "comparatif", ("92050", "92063", "92004", "95018", "95127")),
    "comparatif de niveaux": ("92036", "comparatif", ("QN09219N", "200055655", "95")),
    "recueil": ("95", "experiences", ()),
    "recueil d'un quartier": ("QN09208M", "experiences", ()),
    "contrat": ("200055655", "contrat", ()),
    "contrat d'EPT": ("200057990", "contrat", ()),
}
TOUS = pytest.mark.parametrize("cas", CAS)


@pytest.fixture(scope="module")
def fiches(o):
    faites = {}

    def _fiche(cas):
        if cas not in faites:
            recherche, modele, autres = CAS[cas]
            faites[cas] = rediger(o.territoire(recherche), JOUR, modele, tuple(map(o.territoire, autres)))
        return faites[cas]

    return _fiche


def blocs(fiche, genre):
    return [bloc for bloc in fiche.contenu.blocs if isinstance(bloc, genre)]


def titres(fiche):
    return [bloc.titre for bloc in fiche.contenu.blocs]


def textes(valeur) -> Iterator[str]:
    """Tous les textes d'un contenu, tels qu'imprimés ; un dessin n'en est pas un."""
    if isinstance(valeur, str):
        if not valeur.startswith("<svg"):
            yield valeur
    elif isinstance(valeur, (Chiffre, Phrase)):
        yield str(valeur)
    elif isinstance(valeur, tuple):
        for element in valeur:
            yield from textes(element)
    elif is_dataclass(valeur):
        for champ in fields(valeur):
            yield from textes(getattr(valeur, champ.name))


# --- ce que dit chaque modèle ---


@TOUS
def test_une_fiche_dit_son_genre_son_territoire_et_sa_date(fiches, o, cas):
    recherche, modele, autres = CAS[cas]
    contenu, t = fiches(cas).contenu, o.territoire(recherche)
    assert (contenu.niveau, contenu.code, contenu.nom) == (t.niveau, t.code, t.nom)
    assert contenu.genre == MODELES[modele].genre
    for autre in (t, *map(o.territoire, autres)):
        assert autre.nom in contenu.titre
        assert autre.code in contenu.sous_titre
    assert contenu.date == "1er\u00a0mars 2026"
    assert f"{t.nom} ({t.code})" in contenu.pied
    assert f"{contenu.genre} du {contenu.date}" in contenu.pied
    assert contenu.pages == (2 if modele == "repere" and t.niveau in {"qpv", "commune"} else None)


@pytest.mark.parametrize("cas", [cas for cas, (_, modele, _) in CAS.items() if modele != "repere" or " " in cas])
def test_chaque_page_est_bien_composee(fiches, cas):
    assert controler(fiches(cas).pdf) == []


@TOUS
def test_un_titre_ne_nomme_qu_un_bloc_et_aucun_bloc_n_est_vide(fiches, cas):
    fiche = fiches(cas)
    assert len(titres(fiche)) == len(set(titres(fiche)))
    assert all(titres(fiche))
    for tableau in blocs(fiche, Tableau):
        assert tableau.lignes, tableau.titre
        assert {len(ligne) for ligne in (*tableau.lignes, tableau.total or tableau.lignes[0])} == {
            len(tableau.colonnes)
        }
        assert all(str(case) for ligne in tableau.lignes for case in ligne), tableau.titre
        assert tableau.notes, tableau.titre
        noms = [colonne.titre for colonne in tableau.colonnes]
        assert len(noms) == len(set(noms))
    for texte in blocs(fiche, Texte):
        assert all(map(str, texte.paragraphes))
        assert texte.paragraphes
    for figure in blocs(fiche, Figure):
        assert figure.svg.startswith("<svg")
        assert figure.alternatif


@pytest.mark.parametrize("cas", [cas for cas, (_, modele, _) in CAS.items() if modele == "repere"])
def test_une_fiche_repere_suit_son_plan(fiches, cas):
    fiche = fiches(cas)
    siens = titres(fiche)
    # Hors des trois départements, les données n'ont que des populations.
    themes = cas != "commune hors des trois départements"
    plan = ["L'essentiel", "Chiffres clés", "Identité", *(["Revenus et pauvreté"] if themes else [])]
    plan += ["Expériences et actions", "Lire ces données", *(["Définitions"] if themes else []), "Sources et licences"]
    assert [titre for titre in siens if titre in plan] == plan
    (carte,) = blocs(fiche, Figure)
    assert siens.index("Identité") + 1 == siens.index(carte.titre)
    (essentiel, *_) = blocs(fiche, Texte)
    assert 2 <= len(essentiel.paragraphes) <= 3
    (cles,) = blocs(fiche, ChiffresCles)
    assert (4 if themes else 2) <= len(cles.chiffres) <= 6
    assert all(cle.source and cle.libelle for cle in cles.chiffres)
    assert ("Quartiers prioritaires" in siens) is (fiche.contenu.niveau != "qpv")


@pytest.mark.parametrize("cas", ["comparatif de communes", "comparatif de niveaux"])
def test_une_fiche_comparative_met_ses_territoires_en_colonnes(fiches, o, cas):
    fiche = fiches(cas)
    recherche, _, autres = CAS[cas]
    tous = [o.territoire(nom) for nom in (recherche, *autres)]
    identites = blocs(fiche, Tableau)[0]
    assert len(identites.colonnes) == 1 + len(tous)
    for colonne, t in zip(identites.colonnes[1:], tous, strict=True):
        assert colonne.titre in {t.sigle, t.nom, f"QPV {t.nom}"}
    assert len(blocs(fiche, Figure)) == len(tous)
    codes = {chiffre.valeur.code for chiffre in chiffres_de(fiche.contenu.blocs)}
    assert {t.code for t in tous} <= codes


def test_un_recueil_range_chaque_recit_sous_un_seul_theme(fiches, o):
    fiche = fiches("recueil")
    recits = [recit for bloc in blocs(fiche, Recits) for recit in bloc.recits]
    t = o.territoire("95")
    assert len(recits) == len({(recit.titre, recit.reference, recit.date) for recit in recits}) > 20
    titres_recenses = {*t.experiences.titre, *t.actions.intitule[t.actions.nature.isin(NATURES_RACONTEES)]}
    assert {aplatir(recit.titre) for recit in recits} == set(map(aplatir, titres_recenses))
    (par_theme,) = (bloc for bloc in blocs(fiche, Tableau) if bloc.titre == "Par thème")
    assert [ligne[0] for ligne in par_theme.lignes] == [bloc.titre for bloc in blocs(fiche, Recits)]
    assert [int(str(ligne[1])) for ligne in par_theme.lignes] == [len(b.recits) for b in blocs(fiche, Recits)]
    # Tous s'impriment : un recueil n'a pas de suite ailleurs.
    assert all(bloc.imprimes == len(bloc.recits) for bloc in blocs(fiche, Recits))
    documents = {recit.reference.partition(", p.")[0] for recit in recits}
    (cites,) = (bloc for bloc in blocs(fiche, Texte) if bloc.titre == "Documents")
    assert all(document in str(cites.paragraphes[0]) for document in documents)


def test_une_fiche_de_contrat_compte_ses_communes(fiches, o):
    t = o.territoire("200055655")
    touchees = {code for codes in t.qpv.codes_communes for code in codes} & set(t.communes.index)
    (communes,) = (bloc for bloc in blocs(fiches("contrat"), Tableau) if bloc.titre == "Les communes du contrat")
    assert [ligne[0] for ligne in communes.lignes] == sorted(
        t.communes.nom[sorted(touchees)], key=lambda nom: (-o.territoire(nom, "commune").habitants_quartiers, nom)
    )
    (faits,) = blocs(fiches("contrat"), Faits)
    assert aplatir(str(dict(faits.faits)["Communes concernées"])).startswith(f"{len(touchees)} sur 42 : Sarcelles")
    assert "l'annexe signée fait foi" in " ".join(textes(fiches("contrat").contenu))


# --- ce qui se refuse ---


@pytest.mark.parametrize(
    ("recherche", "modele", "autres", "attendu"),
    [
        ("92036", "inconnu", (), "choisissez parmi repere, comparatif, experiences, contrat"),
        ("92036", "contrat", (), "prenez l'un de ses territoires t.intercommunalites"),
        ("QN09219N", "contrat", (), "ne vaut que pour epci ou ept"),
        ("92036", "repere", ("92025",), "retirez avec="),
        ("92036", "comparatif", (), f"de 2 à {TERRITOIRES_MAX} territoires différents"),
        ("92036", "comparatif", ("92036",), "territoires différents"),
        ("92036", "comparatif", ("92025", "92025"), "territoires différents"),
        ("92036", "comparatif", ("92025", "92050", "92063", "92004", "95018", "95127"), "de 2 à 6"),
    ],
)
def test_un_modele_qui_ne_convient_pas_est_refuse(o, recherche, modele, autres, attendu):
    with pytest.raises(ErreurArgument, match=re.escape(attendu)):
        rediger(o.territoire(recherche), JOUR, modele, tuple(map(o.territoire, autres)))


# --- deux fiches ne se mêlent pas ---


def test_dans_une_boucle_chaque_fiche_est_celle_de_son_territoire(o):
    # L'erreur classique : toutes les fiches d'une boucle montrent le dernier territoire.
    choisis = [o.territoire(nom) for nom in ("QN09219N", "92036", "95", "QN09219N")]
    faites = [rediger(t, JOUR) for t in choisis]
    for t, fiche in zip(choisis, faites, strict=True):
        assert (fiche.contenu.code, fiche.contenu.niveau) == (t.code, t.niveau)
        assert f'data-code="{t.code}"' in fiche.html
        assert {c.valeur.code for c in chiffres_de(fiche.contenu.blocs)} >= {t.code}
    assert faites[0].contenu == faites[3].contenu
    assert faites[0].pdf == faites[3].pdf
    assert len({fiche.contenu.blocs for fiche in faites[:3]}) == 3


def test_les_153_territoires_ont_chacun_leurs_chiffres_et_leurs_phrases(o):
    concernes = territoires_concernes(o)
    dits = {t: (tuple(map(str, phrases(t))), tuple(textes(chiffres_cles(t)))) for t in concernes}
    assert len(dits) == 153
    assert len(set(dits.values())) == 153
    for t, (siennes, _) in dits.items():
        # L'article se contracte (« aux Clayes-sous-Bois »), la nature d'une intercommunalité s'écrit en minuscules.
        nom = re.sub(r"^(?:les?|la|communauté (?:d'agglomération|urbaine)) ", "", t.nom.lower())
        assert any(nom in phrase.lower() for phrase in siennes), t


# --- la typographie ---

FAUTES = {
    "deux espaces de suite": r"[ \u00a0\u202f]{2}",
    "espace sécable avant une ponctuation haute": r" [;:!?»%€]|« |\d (?:%|€|ha|km)\b",
    "ponctuation haute sans espace": r"[^\W\d_][;!?%»](?:\s|$)|[^\W\d_]:\s|«\S(?<!\u202f|\u00a0)",
    "espace avant une virgule ou un point": r"\s[,.](?!\.)",
    "milliers mal séparés": r"\d[ \u00a0.]\d{3}(?![\d,])",
    "décimale à l'anglaise": r"\d\.\d",
    "signe moins tapé": r"(?<![\w-])-\d",
    "guillemets droits": r'"',
    "apostrophes mêlées": r"’",
    "date en chiffres": r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}/\d{1,2}/\d{4}\b",
    "mot de programme": r"\b(?:None|nan|NaN|NaT|True|False|null|undefined|inf)\b",
    "mot anglais": r"\b(?:the|of|and|with|from|January|March|December)\b",
    "contraction oubliée": r"\b(?:de|à) (?:les?|Le|Les) (?!plus|moins)",
    "élision oubliée": r"\b(?:de|que) [AEIOUÀÉÈÊÎÔ][a-zéèê]",
    "phrase vide": r"\(\s*\)|\s\.\s|, ,|;\s*;|\.\.(?!\.)",
}


@TOUS
def test_tous_les_textes_suivent_les_usages_francais(fiches, cas):
    # Un numéro de version (de la bibliothèque, de la licence) garde son point.
    siens = [re.sub(r"(observatoire|Ouverte) \d+\.\d+(\.\d+)?", r"\1", t) for t in textes(fiches(cas).contenu)]
    assert len(siens) > 60
    trouvees = {nom: sorted({t for t in siens if re.search(motif, t)}) for nom, motif in FAUTES.items()}
    assert {nom: liste for nom, liste in trouvees.items() if liste} == {}


@pytest.mark.parametrize(
    ("texte", "nom"),
    [
        ("12  communes", "deux espaces de suite"),
        ("12,5 %", "espace sécable avant une ponctuation haute"),
        ("Sources: Insee", "ponctuation haute sans espace"),
        ("12 345 habitants", "milliers mal séparés"),
        ("un taux de 12.5", "décimale à l'anglaise"),
        ("l’ouest", "apostrophes mêlées"),
        ("le 2026-03-01", "date en chiffres"),
        ("valeur : nan", "mot de programme"),
        ("un écart de -3 points", "signe moins tapé"),
        ("les habitants de Les Mureaux", "contraction oubliée"),
        ("les habitants de Argenteuil", "élision oubliée"),
    ],
)
def test_une_faute_est_vue(texte, nom):
    assert re.search(FAUTES[nom], texte)


def test_deux_quartiers_du_meme_nom_se_distinguent(o):
    homonymes = o.qpv[o.qpv.nom_affiche == "Centre Ville"].index
    assert len(homonymes) > 1
    premier, second = (o.territoire(code) for code in homonymes[:2])
    identites = rediger(premier, JOUR, "comparatif", (second,)).contenu.blocs[1]
    titres = [colonne.titre for colonne in identites.colonnes[1:]]
    assert len(set(titres)) == 2
    assert all(titre.startswith("QPV Centre Ville (") for titre in titres)


@pytest.mark.parametrize(("recherche", "attendu"), [("95018", True), ("92036", False)])
def test_un_comparatif_ne_signale_que_les_quartiers_qui_debordent(o, recherche, attendu):
    blocs = rediger(o.territoire(recherche), JOUR, "comparatif", (o.territoire("92025"),)).contenu.blocs
    identites = next(bloc for bloc in blocs if bloc.titre == "Les territoires")
    assert any("*" in str(case) for ligne in identites.lignes for case in ligne) is attendu
    assert ("* Quartiers" in str(identites.notes[0])) is attendu
    ensembles = next(bloc for bloc in blocs if bloc.titre == "Dans leurs quartiers prioritaires")
    assert any("débordent" in str(note) for note in ensembles.notes) is attendu


def test_un_contrat_montre_d_abord_ce_qui_parle_de_contrat(o):
    t = o.territoire("CACP")
    tous = recenser_recits(t)
    dits = {aplatir(r.titre) for r in tous.itertuples() if {"Contrat de ville", "Quartiers 2030"} & set(r.dispositifs)}
    recits = next(bloc for bloc in rediger(t, JOUR, "contrat").contenu.blocs if bloc.genre == "recits")
    du_contrat = [aplatir(recit.titre) in dits for recit in recits.recits]
    assert any(du_contrat)
    assert du_contrat == sorted(du_contrat, reverse=True)


def test_ce_qui_ne_se_reunit_pas_est_dit(o):
    blocs = rediger(o.territoire("92036"), JOUR).contenu.blocs
    textes = [aplatir(str(p)) for bloc in blocs if bloc.genre == "texte" for p in bloc.paragraphes]
    assert any("sans valeur d'ensemble possible : Indice de jeunesse" in texte for texte in textes)
