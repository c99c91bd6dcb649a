"""Le guide d'actions inspirantes : actions, parties, cartouche de repères, quelle que soit la mise en page."""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.documents import actions_inspirantes, guide
from observatoire.documents.blocs import Bloc, decouper
from observatoire.documents.canons import lire_champ, lire_point_de_vue, reconnaitre
from observatoire.documents.guide import rubriques
from observatoire.documents.texte import Texte, lire_texte
from observatoire.notices import Depouillement, Notice

GOLD = Path(__file__).parent / "extraction" / "guide-hcts-annexe3-actions-inspirantes_actions.csv"

GUIDE = """# Guide des actions inspirantes

Réseau des centres de ressources

Action inspirante	Pages	Thème
Un jardin partagé au pied des tours	P.4	Cadre de vie
Des parents ouvrent un café	P.9	Parentalité
« Bus santé » : un accès aux soins	P.12	Santé

# Un jardin partagé au pied des tours

**À Trappes (78), des locataires cultivent ensemble un terrain vague depuis 2019.**

## Le contexte

Le quartier a été construit en 1970. Les espaces verts y étaient peu utilisés et

## REPERES

### → Objectifs de l'action

- Créer des liens entre voisins
- Mieux manger

### → Public

Les habitants des tours

### → Contact

Maison de quartier Plein Soleil
01 02 03 04 05

souvent dégradés, ce dont chacun se plaignait.

## Les enjeux pour le territoire

- rompre l'isolement ;
- embellir le quartier.

## Les actions réalisées

### Avec les enfants

Un potager pédagogique est né.

## L'évaluation de la démarche

Quarante familles participent.

## Les transformations produites

### ➤ Du point de vue des habitants

- Plus d'entraide

### ➤ Du de vue des professionnels

- Des équipes plus présentes

- **Du point de vue des élus**
- Un quartier apaisé

## En quoi cette action est-elle inspirante ?

Elle part des habitants.

## Les perspectives/les ouvertures

Deux suites sont prévues :

- Vendre une partie des légumes ;
- Accueillir des ruches.

## Sources documentaires

<https://jardin.example/trappes>

# Des parents ouvrent un café

**Nom de l'action :** « Le café des Lilas »

La commune de Poissy soutient depuis deux ans ce lieu ouvert par des parents du quartier.

## Le contexte

Peu de lieux accueillent les familles le mercredi.

## Les actions réalisées

Un café ouvre trois fois par semaine.

## Les perspectives/les ouvertures

Les parents veulent ouvrir le samedi.

# Bus santé

## Un accès aux soins pour tous

Le conseil départemental du Val-d'Oise envoie un bus de dépistage dans les quartiers.

## Le contexte

Les médecins y sont rares.

## L'évaluation de la démarche

Six cents personnes ont été reçues.

Réseau des centres de ressources
"""


def lire(tmp_path: Path, contenu: str, suffixe: str = ".md") -> Depouillement:
    fichier = tmp_path / f"guide{suffixe}"
    fichier.write_text(contenu, encoding="utf-8")
    return depouiller(fichier)


def depouiller(fichier: Path) -> Depouillement:
    texte = lire_texte(fichier)
    return guide.depouiller(texte, decouper(texte))


def titres(lu: Depouillement) -> list[str]:
    return [notice.titre for notice in lu.notices]


# --- une action ---


@pytest.fixture(scope="module")
def lu(tmp_path_factory) -> Depouillement:
    return lire(tmp_path_factory.mktemp("guide"), GUIDE)


def test_les_actions_leurs_pages_et_leurs_lieux(lu):
    assert [(n.titre, n.page, n.lieux, n.ligne) for n in lu.notices] == [
        ("Un jardin partagé au pied des tours", 4, ("Trappes (78)",), 10),
        ("Des parents ouvrent un café", 9, ("commune de Poissy",), 79),
        ("Bus santé", 12, ("conseil départemental du Val-d'Oise",), 97),
    ]
    assert {(n.genre, n.nature) for n in lu.notices} == {("action", "action inspirante")}
    assert (lu.famille, lu.titre, lu.anomalies) == ("guide", "Guide des actions inspirantes", ())


def test_les_rubriques_d_une_action(lu):
    assert rubriques(lu.notices[0]) == {
        "chapeau": "À Trappes (78), des locataires cultivent ensemble un terrain vague depuis 2019.",
        "contexte": "Le quartier a été construit en 1970. Les espaces verts y étaient peu utilisés et souvent "
        "dégradés, ce dont chacun se plaignait.",
        "objectifs": "- Créer des liens entre voisins\n- Mieux manger",
        "public": "Les habitants des tours",
        "contact": "Maison de quartier Plein Soleil\n01 02 03 04 05",
        "enjeux": "- rompre l'isolement ;\n- embellir le quartier.",
        "actions": "Avec les enfants\nUn potager pédagogique est né.",
        "evaluation": "Quarante familles participent.",
        "transformations_habitants": "- Plus d'entraide",
        "transformations_professionnels": "- Des équipes plus présentes",
        "transformations_elus": "- Un quartier apaisé",
        "demarche": "Elle part des habitants.",
        "perspectives": "Deux suites sont prévues :\n- Vendre une partie des légumes ;\n- Accueillir des ruches.",
        "sources": "<https://jardin.example/trappes>",
    }


def test_les_sections_gardent_les_intertitres_imprimes(lu):
    assert [section.titre for section in lu.notices[0].sections][:6] == [
        "",
        "Le contexte",
        "REPERES",
        "Objectifs de l'action",
        "Public",
        "Contact",
    ]
    assert [s.titre for s in lu.notices[0].sections if s.canon.startswith("transformations_")] == [
        "Du point de vue des habitants",
        "Du de vue des professionnels",
        "Du point de vue des élus",
    ]


def test_les_champs_d_une_action(lu):
    jardin, cafe, _ = lu.notices
    assert jardin.publics == ("Les habitants des tours",)
    assert jardin.perspectives == ("Vendre une partie des légumes", "Accueillir des ruches")
    assert cafe.perspectives == ("Les parents veulent ouvrir le samedi",)
    assert jardin.url == "https://jardin.example/trappes"
    assert [(c.structure, c.adresse) for c in jardin.contacts] == [
        ("Maison de quartier Plein Soleil", "01 02 03 04 05")
    ]


def test_le_nom_de_l_action_et_son_chapeau(lu):
    dites = rubriques(lu.notices[1])
    assert dites["nom"] == "« Le café des Lilas »"
    assert dites["chapeau"].startswith("La commune de Poissy soutient")


def test_un_sous_titre_aide_a_reconnaitre_l_entree_du_tableau(lu):
    assert (lu.notices[2].titre, lu.notices[2].sections[0].titre) == ("Bus santé", "Un accès aux soins pour tous")


def test_la_couverture_reprise_a_la_fin_n_est_pas_lue(lu):
    assert "Réseau" not in lu.notices[-1].texte


def test_tout_le_texte_d_une_action_est_garde(lu):
    for phrase in ("Un potager pédagogique est né.", "Avec les enfants", "souvent dégradés", "01 02 03 04 05"):
        assert phrase in lu.notices[0].texte


# --- le cartouche ---


CARTOUCHE = """# Une action

À Trappes (78), une action.

## Le contexte

Un début de contexte.

{cartouche}

La suite du contexte, en une phrase assez longue pour ne pas être un contact.

## Les actions réalisées

Des ateliers.
"""


@pytest.mark.parametrize(
    "cartouche",
    [
        "## Repères\n\n### Public\n\nDes parents\n\n### Contact\n\nMairie de Trappes",
        "### Objectifs\n\n- Agir\n\n### Public visé\n\nDes parents\n\n### Contacts\n\nMairie de Trappes",
        "## REPERES\n\n- Public : des parents\n- Contact : Mairie de Trappes",
        "**Public concerné : des parents**\n\n**Contact : Mairie de Trappes**",
        "## Fiche d'identité\n\nPublic : des parents\n\nContact : Mairie de Trappes, tél : 01 02 03 04 05",
        "## Repères\n\n### Bénéficiaires\n\n- des parents\n\n### Contact\n\n- Mairie de Trappes\n- 01 02 03 04 05",
    ],
)
def test_le_texte_interrompu_retourne_a_sa_partie(tmp_path, cartouche):
    (action,) = lire(tmp_path, CARTOUCHE.format(cartouche=cartouche)).notices
    dites = rubriques(action)
    assert dites["contexte"] == (
        "Un début de contexte.\nLa suite du contexte, en une phrase assez longue pour ne pas être un contact."
    )
    assert [public.lower() for public in action.publics] == ["des parents"]
    assert "Mairie de Trappes" in dites["contact"]
    assert action.contacts[0].structure == "Mairie de Trappes"


def test_les_champs_plus_rares_du_cartouche(tmp_path):
    cartouche = (
        "## Repères\n\n### Territoire\n\nQuartier de la Noé, Chanteloup-les-Vignes\n\n"
        "### Porteur\n\nAssociation Les Pousses\n\n"
        "### Partenaires\n\n- La CAF\n- Le collège\n\n### Début de l'action : 2021\n\n### Budget\n\n3 000 euros"
    )
    (action,) = lire(tmp_path, CARTOUCHE.format(cartouche=cartouche)).notices
    assert action.lieux == ("Quartier de la Noé, Chanteloup-les-Vignes",)
    assert (action.porteur, action.partenaires) == ("Association Les Pousses", ("La CAF", "Le collège"))
    assert (action.annee, action.date, action.periode) == (2021, "2021", "2021")
    assert rubriques(action)["moyens"] == "3 000 euros"


# --- les intertitres ---


@pytest.mark.parametrize(
    ("intertitre", "canon"),
    [
        ("Le contexte : des parents peu présents", "contexte"),
        ("Constats de départ", "contexte"),
        ("Un diagnostic : trois enjeux forts pour le territoire", "enjeux"),
        ("Un projet de développement du territoire", "projet"),
        ("LES ACTIONS MENÉES", "actions"),
        ("Déroulement de l'action", "actions"),
        ("Les critères d'évaluation de la démarche", "evaluation"),
        ("L'impact de la démarche", "evaluation"),
        ("Les transformations produites", "transformations"),
        ("Ce qui a changé", "transformations"),
        ("En quoi cette action est-elle inspirante ?", "demarche"),
        ("Les perspectives/les ouvertures", "perspectives"),
        ("Et après ?", "perspectives"),
        ("Pour en savoir plus", "sources"),
        ("REPÈRES", "reperes"),
        ("Objectif de l'action", "objectifs"),
        ("Publics visés", "public"),
        ("Contacts", "contact"),
        ("Place des élus", None),
        ("Transversalité", None),
        ("L'action menée par les voisins les a conduits à ouvrir eux-mêmes un local dans leur rue", None),
    ],
)
def test_les_intertitres_connus(intertitre, canon):
    assert reconnaitre(intertitre) == canon


@pytest.mark.parametrize(
    ("texte", "dessous", "canon"),
    [
        ("Du point de vue des habitants", False, "transformations_habitants"),
        ("Du point de vue des personnes accompagnées", False, "transformations_habitants"),
        ("Du de vue des professionnels", False, "transformations_professionnels"),
        ("Du point de vue des élus et de la dynamique du territoire", False, "transformations_elus"),
        ("Du point de vue des acteurs culturels", False, "transformations_autres"),
        ("Du point de vue du voisinage", False, "transformations_autres"),
        ("Pour les travailleurs sociaux", True, "transformations_professionnels"),
        ("Pour les partenaires culturels", True, "transformations_autres"),
        ("Pour l'ensemble des parties-prenantes", True, "transformations_autres"),
        ("Pour les habitants", False, None),
        ("Pour commencer", True, None),
    ],
)
def test_les_points_de_vue(texte, dessous, canon):
    assert lire_point_de_vue(texte, dessous) == canon


@pytest.mark.parametrize(
    ("texte", "champ"),
    [
        ("Public : les parents", ("public", "les parents")),
        ("Début de l'action : 2004", ("periode", "2004")),
        ("Nom de l'action : « Le café »", ("nom", "« Le café »")),
        ("Le contexte : un quartier enclavé", None),
        ("Contact :", None),
        ("Les habitants : une force", None),
    ],
)
def test_les_champs_sur_une_ligne(texte, champ):
    assert lire_champ(texte) == champ


# --- d'autres mises en page ---


def sans_marques(contenu: str) -> str:
    """Le même guide en texte : sans dièses, gras ni flèches."""
    return re.sub(r"^#+ |\*\*|→ |➤ ", "", contenu, flags=re.MULTILINE)


def memes_actions(lu: Depouillement, attendu: Depouillement) -> None:
    assert [(n.titre, n.page, n.lieux, n.url) for n in lu.notices] == [
        (n.titre, n.page, n.lieux, n.url) for n in attendu.notices
    ]
    for notice, attendue in zip(lu.notices, attendu.notices, strict=True):
        assert comparables(notice) == comparables(attendue)


def comparables(notice: Notice) -> dict[str, str]:
    return {canon: re.sub(r"\W+", "", texte).casefold() for canon, texte in rubriques(notice).items()}


def test_en_texte_sans_marques(tmp_path, lu):
    memes_actions(lire(tmp_path, sans_marques(GUIDE), ".txt"), lu)


def test_en_texte_coupe_a_la_ligne(tmp_path, lu):
    lignes = [morceau for ligne in sans_marques(GUIDE).split("\n") for morceau in textwrap.wrap(ligne, 60) or [""]]
    memes_actions(lire(tmp_path, "\n".join(lignes), ".txt"), lu)


TABLEAU = GUIDE[GUIDE.index("Action inspirante") : GUIDE.index("# Un jardin")]
ENTREES = [
    ("Un jardin partagé au pied des tours", 4),
    ("Des parents ouvrent un café", 9),
    ("« Bus santé » : un accès aux soins", 12),
]


@pytest.mark.parametrize(
    "tableau",
    [
        "\n\n".join(f"{titre} ........ {page}" for titre, page in ENTREES),
        "\n".join(f"{titre}, page {page}" for titre, page in ENTREES),
        "Sommaire\n\n" + "\n\n".join(f"{titre} P. {page}" for titre, page in ENTREES),
        "| Actions | Pages |\n|---|---|\n" + "\n".join(f"| {titre} | {page} |" for titre, page in ENTREES),
        "\n".join(f"| p. {page} | {titre} |" for titre, page in ENTREES),
    ],
)
def test_le_tableau_des_actions(tmp_path, tableau):
    autre = lire(tmp_path, GUIDE.replace(TABLEAU, f"{tableau}\n\n"))
    assert [n.page for n in autre.notices] == [4, 9, 12]
    assert autre.anomalies == ()


def test_sans_tableau_ni_pages(tmp_path, lu):
    autre = lire(tmp_path, GUIDE.replace(TABLEAU, ""))
    assert titres(autre) == titres(lu)
    assert [n.page for n in autre.notices] == [None, None, None]
    assert autre.anomalies == ()


def test_sans_tableau_ni_marques(tmp_path, lu):
    autre = lire(tmp_path, sans_marques(GUIDE.replace(TABLEAU, "")), ".txt")
    assert titres(autre)[:2] == titres(lu)[:2]
    assert len(autre.notices) == 3


def test_les_titres_a_un_autre_niveau(tmp_path, lu):
    contenu = "# Guide\n\n# Première partie\n\n" + re.sub(
        r"^#(?=#* )", "##", GUIDE[GUIDE.index("# Un jardin") :], flags=re.M
    )
    assert titres(lire(tmp_path, contenu)) == titres(lu)


def test_une_action_annoncee_mais_absente(tmp_path):
    contenu = GUIDE.replace("P.4	Cadre", "P.4	Cadre").replace(
        "Des parents ouvrent un café	P.9",
        "Une ludothèque itinérante	P.7	Jeux\nDes parents ouvrent un café	P.9",
    )
    (perte,) = lire(tmp_path, contenu).anomalies
    assert (perte.gravite, perte.extrait) == ("perte", "Une ludothèque itinérante")
    assert "page 7" in perte.probleme


def test_une_action_absente_du_tableau(tmp_path, lu):
    autre = lire(tmp_path, GUIDE.replace("Des parents ouvrent un café	P.9	Parentalité\n", ""))
    assert titres(autre) == titres(lu)
    assert [(a.gravite, a.probleme, a.extrait) for a in autre.anomalies] == [
        ("doute", "action absente du tableau des actions", "Des parents ouvrent un café")
    ]


def test_un_titre_a_peine_different_du_tableau(tmp_path):
    autre = lire(tmp_path, GUIDE.replace("# Des parents ouvrent un café", "# Les parents ouvrent un « café »"))
    assert [(n.titre, n.page) for n in autre.notices][1] == ("Les parents ouvrent un « café »", 9)


def test_un_titre_perdu_est_retrouve_au_retour_du_contexte(tmp_path, lu):
    autre = lire(
        tmp_path, GUIDE.replace("# Des parents ouvrent un café", "Des parents ouvrent leur café").replace(TABLEAU, "")
    )
    assert titres(autre) == ["Un jardin partagé au pied des tours", "Des parents ouvrent leur café", "Bus santé"]
    assert [a.gravite for a in autre.anomalies] == ["doute"]


def test_une_action_dont_le_titre_manque(tmp_path):
    autre = lire(tmp_path, GUIDE.replace("# Des parents ouvrent un café\n", "").replace(TABLEAU, ""))
    assert titres(autre)[1] == "« Le café des Lilas »"
    assert "titre manque" in autre.anomalies[0].probleme


def test_un_titre_trop_fort_reste_dans_son_action(tmp_path, lu):
    autre = lire(tmp_path, GUIDE.replace("### Avec les enfants", "# Avec les enfants"))
    assert titres(autre) == titres(lu)
    assert rubriques(autre.notices[0])["actions"] == "Avec les enfants\nUn potager pédagogique est né."
    assert [a.extrait for a in autre.anomalies] == ["Avec les enfants"]


def test_une_page_de_remerciements_n_est_pas_une_action(tmp_path, lu):
    autre = lire(tmp_path, GUIDE + "\n# Remerciements\n\nMerci aux équipes.\n")
    assert titres(autre) == titres(lu)
    assert "Merci" not in autre.notices[-1].texte


def test_une_action_sans_intertitres(tmp_path):
    recit = "Dans ce film, des habitants racontent leur quartier. " * 12
    contenu = GUIDE.replace(TABLEAU, "").replace("# Bus santé", f"# Un film de quartier\n\n{recit}\n\n# Bus santé")
    autre = lire(tmp_path, contenu)
    assert titres(autre)[2] == "Un film de quartier"
    assert rubriques(autre.notices[2]) == {"chapeau": recit.strip()}


@pytest.mark.parametrize(
    ("chapeau", "lieux"),
    [
        ("Trappes (78)", ("Trappes (78)",)),
        ("Val-d'Oise", ("Val-d'Oise",)),
        ("Le département de l'Essonne et la ville de Massy agissent.", ("département de l'Essonne", "ville de Massy")),
        ("Une action menée avec des familles.", ()),
    ],
)
def test_le_lieu_d_une_action(tmp_path, chapeau, lieux):
    contenu = (
        f"# Une action pour tous\n\n{chapeau}\n\n## Le contexte\n\nPeu de lieux.\n\n## Les actions menées\n\nUn café.\n"
    )
    assert lire(tmp_path, contenu).notices[0].lieux == lieux


@pytest.mark.parametrize("lieu", ["Vierzon (Cher)", "Vierzon"])
@pytest.mark.parametrize("titre", ["Une action pour tous", "Un four à pain au quartier du Moulin"])
def test_la_ligne_de_lieu_passe_avant_un_quartier_du_texte(tmp_path, lieu, titre):
    recit = "Depuis deux ans, le quartier du Moulin se retrouve autour d'un four à pain."
    contenu = f"# {titre}\n\n{lieu}\n\n{recit}\n\n## Le contexte\n\nLe quartier du Moulin est loin de tout.\n"
    attendu = ("quartier du Moulin",) if "quartier" in titre and "(" not in lieu else (lieu,)
    assert lire(tmp_path, contenu).notices[0].lieux == attendu


@pytest.mark.parametrize("annee", ["Édition 2019", "Mars 2019", "2019"])
def test_l_annee_de_la_couverture(tmp_path, annee):
    couverture = GUIDE.replace("Réseau des centres de ressources", f"{annee}\n\nRéseau des centres de ressources", 1)
    assert lire(tmp_path, couverture).annee == 2019
    assert lire(tmp_path, GUIDE).annee is None


def test_un_guide_en_pdf_dont_les_reperes_ne_sont_qu_en_gras(tmp_path):
    """Une colonne, des paragraphes courts : le corps des repères est celui du texte."""
    actions = [
        ("Un four à pain pour tous", "Vierzon (Cher)", "Cuire et manger ensemble", "Les familles du Moulin"),
        ("Des vélos remis en selle", "Bourges (Cher)", "Apprendre à réparer", "Les collégiens"),
    ]
    pages = [
        f"#text(17pt)[*{titre}*]\n\n{lieu}\n\n*Repères*\n\n*Objectifs*\n\n- {objectif}\n- Se rencontrer\n\n"
        f"*Public*\n\n{public}\n\n*Contact*\n\nMaison du Moulin\n\n#text(13pt)[*Le contexte*]\n\nLe quartier du Moulin "
        "est loin de tout, et les commerces y ont fermé l'un après l'autre, de la boulangerie au bureau de poste.\n\n"
        "#text(13pt)[*Les actions menées*]\n\n- Un atelier\n- Une fête\n"
        for titre, lieu, objectif, public in actions
    ]
    fichier = tmp_path / "guide.pdf"
    source = '#set text(lang: "fr", size: 10.5pt)\n#text(24pt)[Vivre ici]\n\nÉdition 2019\n#pagebreak()\n'
    typst.compile((source + "#pagebreak()\n".join(pages)).encode(), output=str(fichier))
    lu = depouiller(fichier)
    assert lu.annee == 2019
    assert [(n.titre, n.lieux, n.publics) for n in lu.notices] == [(t, (lieu,), (p,)) for t, lieu, _, p in actions]
    assert [n.rubriques["objectifs"] for n in lu.notices] == [f"- {o}\n- Se rencontrer" for _, _, o, _ in actions]
    parties = [{section.titre: section.texte for section in n.sections} for n in lu.notices]
    assert [partie["Contact"] for partie in parties] == ["Maison du Moulin"] * 2


def test_le_lieu_du_titre_l_emporte(tmp_path):
    contenu = "# Agir au département de la Gironde\n\nLa ville de Bègles en est.\n\n## Le contexte\n\nTexte.\n"
    assert lire(tmp_path, contenu).notices[0].lieux == ("département de la Gironde",)


# --- le document réel ---


@pytest.fixture(scope="module")
def fichier_reel(shared) -> Path:
    return shared / "corpus" / "guide-hcts-annexe3-actions-inspirantes.md"


@pytest.fixture(scope="module")
def reel(fichier_reel) -> Depouillement:
    return depouiller(fichier_reel)


def gold() -> list[dict[str, str]]:
    with GOLD.open(encoding="utf-8") as fichier:
        return list(csv.DictReader(fichier))


def simple(texte: str) -> str:
    """Sans le mot du niveau ni l'article : « commune du Bouscat » et « Le Bouscat » disent le même lieu."""
    sans = re.sub(
        r"^(?:commune|d[ée]partement|conseil d[ée]partemental) (?:de la |du |des |de )|^le ", "", texte, flags=re.I
    )
    return re.sub(r"\W+", "", sans).casefold()


def test_les_actions_du_document_reel(reel):
    assert [(n.titre, n.page, n.ligne, n.url or "") for n in reel.notices] == [
        (a["intitule"], int(a["page"]), int(a["ligne"]), a["url"]) for a in gold()
    ]
    assert [(a.gravite, a.probleme) for a in reel.anomalies] == []


def test_les_lieux_du_document_reel(reel):
    lus = [[simple(lieu) for lieu in n.lieux] for n in reel.notices]
    assert lus == [[simple(lieu) for lieu in re.split(r", | et ", a["lieux"])] for a in gold()]


def test_les_intertitres_du_document_reel(reel):
    for notice, attendue in zip(reel.notices, gold(), strict=True):
        attendus = filter(None, f"{attendue['titres_sections']}|{attendue['sous_titres']}".split("|"))
        lus = {simple(section.titre) for section in notice.sections}
        assert {simple(re.sub(r"^(Début de l'action) : .*", r"\1", titre)) for titre in attendus} <= lus


def test_les_reperes_du_document_reel(reel):
    for notice, attendue in zip(reel.notices, gold(), strict=True):
        dites = rubriques(notice)
        assert bool(notice.publics) == (attendue["public"] == "oui")
        assert len(re.findall(r"^- ", dites.get("objectifs", ""), re.M)) >= int(attendue["objectifs"]) - 1
        assert ("objectifs" in dites) == (attendue["objectifs"] != "0")
        assert simple(dites.get("nom", "")) == simple(attendue["nom_action"])
        assert ("contact" in dites) == ("Contact" in attendue["sous_titres"])


def test_les_points_de_vue_du_document_reel(reel):
    for notice, attendue in zip(reel.notices, gold(), strict=True):
        vues = [s for s in notice.sections if s.canon.startswith("transformations_")]
        attendues = list(filter(None, attendue["points_de_vue"].split("|")))
        assert [simple(vue) in simple(s.titre) for vue, s in zip(attendues, vues, strict=True)] == [True] * len(vues)


def test_le_texte_que_le_cartouche_coupe_est_recolle(reel):
    rillieux = next(n for n in reel.notices if n.lieux == ("Rillieux-la-Pape (69)",))
    assert re.findall(r"^[a-zà-ÿ].*", rubriques(rillieux)["enjeux"], re.MULTILINE) == []
    assert rubriques(rillieux)["contact"].count("\n") == 1


def imprime(blocs: Sequence[Bloc], largeur: int | None) -> str:
    lignes: list[str] = []
    contact = False
    for bloc in blocs:
        contact = reconnaitre(bloc.texte) == "contact" or (contact and bloc.genre != "titre")
        if bloc.genre == "rangee":
            lignes.append("\t".join(bloc.lignes))
            continue
        texte = f"{'- ' if bloc.genre == 'puce' else ''}{bloc.texte}"
        coupees = textwrap.wrap(texte, largeur, break_on_hyphens=False) if largeur else [texte]
        court = contact and bloc.genre == "paragraphe" and len(bloc.lignes) < 5
        lignes += [*([""] if bloc.vides else []), *(bloc.lignes if court else coupees)]
    return "\n".join(lignes)


@pytest.mark.parametrize("largeur", [None, 90])
def test_le_document_reel_en_texte(fichier_reel, reel, tmp_path, largeur):
    contenu = imprime(decouper(lire_texte(fichier_reel)), largeur)
    memes_actions(lire(tmp_path, contenu, ".txt"), reel)


@pytest.mark.parametrize("colonnes", [1, 2])
def test_le_document_reel_en_pdf(fichier_reel, reel, tmp_path, colonnes):
    source = [f"#set page(margin: 2cm, columns: {colonnes})", '#set text(size: 9pt, lang: "fr", hyphenate: false)']
    source += ["#set par(spacing: 12pt, leading: 5pt)"]
    for bloc in decouper(lire_texte(fichier_reel)):
        corps = {0: 9, 1: 18, 2: 14, 3: 12}.get(bloc.niveau, 10.5)
        texte = " ..... ".join(bloc.lignes[:2]) if bloc.genre == "rangee" else bloc.texte
        source.append(f"#block(text({corps}pt, {_chaine(('• ' if bloc.genre == 'puce' else '') + texte)}))\n")
    fichier = tmp_path / "guide.pdf"
    typst.compile("\n".join(source).encode(), output=str(fichier))
    lu = depouiller(fichier)
    assert [(simple(n.titre), n.page, n.lieux) for n in lu.notices] == [
        (simple(n.titre), n.page, n.lieux) for n in reel.notices
    ]
    assert lu.anomalies == ()
    for notice, attendue in zip(lu.notices, reel.notices, strict=True):
        lues, attendues = comparables(notice), comparables(attendue)
        assert {c for c in attendues if c != "contact" and lues.get(c) != attendues[c]} <= {"sources"}


def _chaine(texte: str) -> str:
    propre = texte.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{propre}"'


# --- ressemblance ---


def test_un_guide_se_reconnait(tmp_path):
    fichier = tmp_path / "guide.md"
    for contenu in (GUIDE, sans_marques(GUIDE)):
        fichier.write_text(contenu, encoding="utf-8")
        assert guide.ressemblance(decouper(lire_texte(fichier))) > 0.8


def test_les_autres_documents_n_en_sont_pas(shared):
    notes = {f.name: guide.ressemblance(decouper(lire_texte(f))) for f in (shared / "corpus").iterdir()}
    assert notes.pop("guide-hcts-annexe3-actions-inspirantes.md") == 1.0
    assert max(notes.values()) < 0.3


def test_sans_blocs_rien_ne_ressemble():
    assert guide.ressemblance([]) == 0.0
    assert guide.depouiller(Texte("x.md", "markdown", ()), []).notices == ()


# --- rien ne se perd ---


MOTS = [
    "Le contexte",
    "REPERES",
    "Public",
    "Contact",
    "Les actions réalisées",
    "Du point de vue des élus",
    "Les perspectives",
]
LIGNES = st.one_of(
    st.sampled_from(MOTS),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    st.sampled_from(
        ["Une action P.4", "Public : les parents", "Nom de l'action : x", "Remerciements", "01 02 03 04 05"]
    ),
)
BLOCS = st.lists(
    st.builds(
        lambda genre, lignes, niveau, gras, vides: Bloc(
            genre, " ".join(lignes), tuple(lignes), 1, None, niveau if genre == "titre" else 0, gras, vides
        ),
        st.sampled_from(["titre", "paragraphe", "puce", "rangee"]),
        st.lists(LIGNES, min_size=1, max_size=3),
        st.integers(1, 4),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=15,
)


def avec_mots_uniques(blocs: Sequence[Bloc]) -> list[Bloc]:
    """Chaque ligne reçoit un mot à elle, sauf les intertitres."""
    marques, rang = [], 0
    for numero, bloc in enumerate(blocs, start=1):
        lignes = []
        for ligne in bloc.lignes:
            rang += 1
            lignes.append(ligne if ligne in MOTS else f"{ligne} motunique{rang}x")
        marques.append(replace(bloc, texte=" ".join(lignes), lignes=tuple(lignes), ligne=numero))
    return marques


@settings(max_examples=200, deadline=None)
@given(BLOCS)
def test_rien_ne_leve_d_exception_ni_ne_se_perd(blocs):
    titre = Bloc("titre", "Une action", ("Une action",), 1, None, 1)
    contexte = Bloc("titre", "Le contexte", ("Le contexte",), 2, None, 2)
    marques = [titre, contexte, *avec_mots_uniques(blocs)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions_inspirantes, "_LONGUEUR_EXTRAIT", 1_000_000)
        lu = guide.depouiller(Texte("x.md", "markdown", ()), marques)
    rendu = " ".join(f"{n.titre} {n.texte}" for n in lu.notices) + " ".join(a.extrait for a in lu.anomalies)
    remerciements = any(bloc.texte.startswith("Remerciements") for bloc in marques)
    perdus = [mot for mot in re.findall(r"motunique\d+x", " ".join(b.texte for b in marques)) if mot not in rendu]
    assert lu.notices or lu.anomalies
    assert remerciements or perdus == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=600))
def test_n_importe_quel_texte_se_lit(tmp_path_factory, contenu):
    fichier = tmp_path_factory.mktemp("texte") / "x.md"
    fichier.write_bytes(f"# Une action\n\n## Le contexte\n\n{contenu}".encode("utf-8", "replace"))
    try:
        texte = lire_texte(fichier)
    except OSError:
        return
    assert guide.depouiller(texte, decouper(texte)).famille == "guide"


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_un_document_coupe_au_milieu(fichier_reel, reel, tmp_path, part):
    entier = fichier_reel.read_text(encoding="utf-8")
    coupe = lire(tmp_path, entier[: int(len(entier) * part)])
    assert titres(coupe) == titres(reel)[: len(coupe.notices)]
    assert len(coupe.notices) >= int(12 * part) - 1
    assert len([a for a in coupe.anomalies if a.gravite == "perte"]) == 12 - len(coupe.notices)


def test_un_tres_long_guide_se_lit_en_entier(fichier_reel, tmp_path):
    entier = fichier_reel.read_text(encoding="utf-8")
    actions = entier[entier.index("# Un ESAT") :]
    assert len(lire(tmp_path, entier + actions * 9).notices) == 12 * 10
