"""Le recueil de fiches expériences : fiches, sommaire, productions ; variantes et dommages."""

from __future__ import annotations

import re
import textwrap
from itertools import chain
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire.documents import recueil
from observatoire.documents.blocs import decouper, en_capitales
from observatoire.documents.lignes_de_lieu import est_lieu, lire_lieux
from observatoire.documents.porteurs import porteur_du_chapeau, porteur_imprime
from observatoire.documents.sommaires import demeler, lire_sommaire
from observatoire.documents.texte import Ligne, Texte, lire_texte
from observatoire.notices import Depouillement

PHRASE = (
    "Depuis trois ans, les habitant·es du quartier se retrouvent chaque semaine autour d'un projet commun, avec l'aide "
    "des services de la ville, du bailleur et du centre social, qui prêtent les lieux et le matériel nécessaires."
)
COUVERTURE = ["RECUEIL DES FICHES EXPÉRIENCES", "2025", "Centre des Rives"]
PREAMBULE = ["PRÉAMBULE", f"Ce recueil réunit les fiches de l'année. {PHRASE}"]
SOMMAIRE = [
    "SOMMAIRE",
    "UN ATELIER VÉLO OUVERT À TOUTES ET TOUS, ASSOCIATION LA ROUE, CERGY - JANVIER/FÉVRIER P.4",
    "DES CAFÉS DES PARENTS, UN LIEN AVEC L'ÉCOLE, VILLES DE SARCELLES ET VILLIERS-LE-BEL - MARS P.6",
    "UNE FERME AU PIED DES TOURS, RÉGIE DE QUARTIER, EST VAL D'OISE - AVRIL P.8",
]
VELO = [
    "Cergy",
    "UN ATELIER VÉLO OUVERT À TOUTES ET TOUS",
    f"L'association La Roue anime un atelier de réparation. {PHRASE}",
    "Une idée née au pied des immeubles",
    PHRASE,
    "Apprendre plutôt que faire à la place",
    PHRASE,
    "CONTACT :",
    "- Contact : Ana Dupin, directrice, association La Roue, ana@roue.example",
]
CAFES = [
    "© La Ville",
    "Sarcelles et Villiers-le-Bel",
    "DES CAFÉS DES PARENTS, UN LIEN AVEC L'ÉCOLE",
    f"Portés par les deux villes, les cafés des parents se tiennent dans dix écoles. {PHRASE}",
    "Parler de l'école et du reste",
    PHRASE,
    "CONTACT :",
    "- Contact : cafes@sarcelles.example",
]
FERME = [
    "Est Val d'Oise",
    "UNE FERME AU PIED DES TOURS",
    f"La régie de quartier (RQ) de l'Est a ouvert une ferme. {PHRASE}",
    "Cultiver et cuisiner ensemble",
    PHRASE,
    "CONTACT :",
    "- Contact : Léo Roux, régie de quartier, 01 02 03 04 05",
]
PRODUCTIONS = [
    "Zoom sur... les productions 2025 du centre",
    "> Des publications",
    "[Actes] Habiter autrement",
    "Ces actes rendent compte d'une rencontre sur l'habitat et sur les usages du quartier.",
    "www.rives.example/habiter-autrement/",
    "> Des podcasts",
    "La parole aux jeunes du quartier",
    "À écouter : une table ronde tenue au printemps avec des jeunes et leurs familles, en deux parties.",
    "www.rives.example/la-parole-aux-jeunes/",
]
FIN = ["Centre des Rives", "12 rue des Lilas - 95000 Cergy", "contact@rives.example"]
FICHES = [VELO, CAFES, FERME]
RECUEIL = [COUVERTURE, PREAMBULE, SOMMAIRE, *FICHES, PRODUCTIONS, FIN]


def markdown(parties: list[list[str]]) -> str:
    return "\n\n\n\n".join("\n\n".join(partie) for partie in parties) + "\n"


def lire(dossier: Path, contenu: str | bytes, nom: str = "recueil-2025.md") -> Depouillement:
    chemin = dossier / nom
    chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
    texte = lire_texte(chemin)
    return recueil.depouiller(texte, decouper(texte))


def fiches(lu: Depouillement) -> list[tuple[str, tuple[str, ...], str | None, int | None, str | None]]:
    return [(n.titre, n.lieux, n.date, n.page, n.porteur) for n in lu.notices if n.genre == "experience"]


ATTENDUES = [
    ("UN ATELIER VÉLO OUVERT À TOUTES ET TOUS", ("Cergy",), "2025-01/2025-02", 4, "Association La Roue"),
    (
        "DES CAFÉS DES PARENTS, UN LIEN AVEC L'ÉCOLE",
        ("Sarcelles", "Villiers-le-Bel"),
        "2025-03",
        6,
        "Villes de Sarcelles et Villiers-le-Bel",
    ),
    ("UNE FERME AU PIED DES TOURS", ("Est Val d'Oise",), "2025-04", 8, "Régie de quartier"),
]


@pytest.fixture(name="complet")
def _complet(tmp_path):
    return lire(tmp_path, markdown(RECUEIL))


# --- un recueil complet ---


def test_chaque_fiche_a_son_titre_son_lieu_sa_date_sa_page_et_son_porteur(complet):
    assert fiches(complet) == ATTENDUES
    assert (complet.famille, complet.annee, complet.titre) == ("recueil", 2025, "RECUEIL DES FICHES EXPÉRIENCES 2025")
    assert [notice.periode for notice in complet.notices[:3]] == ["janvier/février 2025", "mars 2025", "avril 2025"]


def test_le_chapeau_ouvre_les_sections_et_les_intertitres_les_nomment(complet):
    velo = complet.notices[0]
    assert [section.titre for section in velo.sections] == [
        "",
        "Une idée née au pied des immeubles",
        "Apprendre plutôt que faire à la place",
    ]
    assert velo.sections[0].texte.startswith("L'association La Roue anime")
    assert velo.texte.count(PHRASE) == 3
    assert "ana@roue.example" not in velo.texte


def test_les_contacts_separent_structure_et_personne(complet):
    velo, cafes, ferme = (notice.contacts for notice in complet.notices[:3])
    assert [(c.structure, c.personne) for c in velo] == [("association La Roue", "Ana Dupin")]
    assert [(c.structure, c.personne, c.adresse) for c in cafes] == [(None, None, "cafes@sarcelles.example")]
    assert [(c.structure, c.adresse) for c in ferme] == [("régie de quartier", "01 02 03 04 05")]


def test_les_productions_de_l_annee_sont_des_publications(complet):
    lues = [(n.nature, n.titre, n.rubrique, n.url, n.annee) for n in complet.notices if n.genre == "action"]
    assert lues == [
        ("publication", "[Actes] Habiter autrement", "Des publications", "www.rives.example/habiter-autrement/", 2025),
        (
            "publication",
            "La parole aux jeunes du quartier",
            "Des podcasts",
            "www.rives.example/la-parole-aux-jeunes/",
            2025,
        ),
    ]


def test_un_recueil_complet_ne_laisse_aucune_anomalie(complet):
    assert complet.anomalies == ()


def test_la_ligne_est_celle_du_titre(tmp_path):
    contenu = markdown(RECUEIL)
    lignes = contenu.splitlines()
    for notice in lire(tmp_path, contenu).notices:
        assert lignes[notice.ligne - 1].endswith(notice.titre)


# --- le sommaire et les fiches ne disent pas la même chose ---


def test_une_fiche_annoncee_mais_absente_est_une_perte(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, VELO, FERME, FIN]))
    pertes = [a for a in lu.anomalies if a.gravite == "perte"]
    assert [a.probleme for a in pertes if "absente du document" in a.probleme] == [
        "fiche annoncée au sommaire (page 6), absente du document"
    ]
    assert fiches(lu) == [ATTENDUES[0], ATTENDUES[2]]


def test_une_fiche_absente_du_sommaire_est_un_doute(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, [*SOMMAIRE[:2], SOMMAIRE[3]], *FICHES, PRODUCTIONS, FIN]))
    assert [(a.gravite, a.probleme) for a in lu.anomalies] == [
        ("doute", "fiche absente du sommaire : ni mois ni page imprimés")
    ]
    titre, lieux, date, page, _ = fiches(lu)[1]
    assert (titre, lieux, date, page) == (CAFES[2], ("Sarcelles", "Villiers-le-Bel"), None, None)
    assert lu.notices[1].annee == 2025


def test_un_titre_autre_au_sommaire_garde_celui_de_la_fiche(tmp_path):
    autre = [
        SOMMAIRE[0],
        SOMMAIRE[1].replace("OUVERT À TOUTES ET TOUS", "SOLIDAIRE OUVERT À TOUTES ET TOUS"),
        *SOMMAIRE[2:],
    ]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, autre, *FICHES]))
    assert fiches(lu) == ATTENDUES
    assert [a.probleme for a in lu.anomalies] == [
        "titre différent au sommaire : « UN ATELIER VÉLO SOLIDAIRE OUVERT À TOUTES ET TOUS »"
    ]


def test_un_pluriel_n_est_pas_une_difference(tmp_path):
    autre = [line.replace("CAFÉS DES PARENTS", "CAFÉ DES PARENTS") for line in SOMMAIRE]
    assert lire(tmp_path, markdown([COUVERTURE, PREAMBULE, autre, *FICHES])).anomalies == ()


def test_deux_publications_a_la_meme_adresse_sont_signalees(tmp_path):
    copie = [ligne.replace("la-parole-aux-jeunes", "habiter-autrement") for ligne in PRODUCTIONS]
    (doute,) = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *FICHES, copie, FIN])).anomalies
    assert (doute.gravite, doute.probleme) == ("doute", "même adresse que « [Actes] Habiter autrement »")


def test_sans_sommaire_les_fiches_se_lisent_sans_mois(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, *FICHES, PRODUCTIONS, FIN]))
    assert [(titre, lieux, date) for titre, lieux, date, _, _ in fiches(lu)] == [
        (titre, lieux, None) for titre, lieux, _, _, _ in ATTENDUES
    ]
    assert [n.porteur for n in lu.notices[:3]] == [
        "Association La Roue",
        None,
        "Régie de quartier (RQ) de l'Est",
    ]
    assert {n.annee for n in lu.notices} == {2025}


# --- le mois et le porteur sur une ligne, sans sommaire ---

CAHIER = [
    ["Centre des Rives", "Cahier des expériences 2025"],
    [
        "Cergy",
        "Un atelier vélo ouvert à toutes et tous",
        "Janvier-février 2025 - Association La Roue",
        "Chaque samedi, des habitants réparent leurs vélos au pied des tours.",
        "Une idée née au pied des immeubles",
        PHRASE,
        "Contact : Ana Dupin, directrice, association La Roue, ana@roue.example",
    ],
    [
        "Sarcelles et Villiers-le-Bel",
        "Des cafés des parents pour parler de l'école",
        "Mars 2025 – Ville de Sarcelles",
        "Les cafés des parents se tiennent dans dix écoles.",
        "Parler de l'école et du reste",
        PHRASE,
        "Contact : cafes@sarcelles.example",
    ],
    [
        "Est Val d'Oise",
        "Une ferme au pied des tours",
        "Avril 2025 - Rives Habitat",
        "Le bailleur a ouvert une ferme de quartier.",
        "Cultiver et cuisiner ensemble",
        PHRASE,
        "Contact : Léo Roux, régie de quartier, 01 02 03 04 05",
    ],
]
DU_CAHIER = [
    ("Un atelier vélo ouvert à toutes et tous", ("Cergy",), "2025-01/2025-02", None, "Association La Roue"),
    (
        "Des cafés des parents pour parler de l'école",
        ("Sarcelles", "Villiers-le-Bel"),
        "2025-03",
        None,
        "Ville de Sarcelles",
    ),
    ("Une ferme au pied des tours", ("Est Val d'Oise",), "2025-04", None, "Rives Habitat"),
]


def _deplacer(fiche: list[str], ordre: tuple[int, ...]) -> list[str]:
    return [*(fiche[place] for place in ordre), *fiche[3:]] if len(fiche) > 3 else fiche


@pytest.mark.parametrize("ordre", [(0, 1, 2), (0, 2, 1), (2, 0, 1), (1, 0, 2), (1, 2, 0)])
@pytest.mark.parametrize("nom", ["cahier.md", "cahier.txt"])
def test_un_recueil_en_minuscules_sans_sommaire_se_reconnait_et_se_lit(tmp_path, ordre, nom):
    contenu = markdown([_deplacer(fiche, ordre) for fiche in CAHIER])
    lu = lire(tmp_path, contenu, nom)
    assert (fiches(lu), lu.anomalies) == (DU_CAHIER, ())
    assert recueil.ressemblance(decouper(lire_texte(tmp_path / nom))) > 0.6


def test_les_titres_de_markdown_font_reconnaitre_un_recueil_sans_sommaire(tmp_path):
    declares = [[f"## {ligne}" if rang == 1 else ligne for rang, ligne in enumerate(fiche)] for fiche in CAHIER]
    assert fiches(lire(tmp_path, markdown(declares), "cahier.md")) == DU_CAHIER
    assert recueil.ressemblance(decouper(lire_texte(tmp_path / "cahier.md"))) > 0.6


def test_le_contact_d_une_fiche_annonce_la_suivante(tmp_path):
    sans_mois = [[ligne for rang, ligne in enumerate(fiche) if rang != 2] for fiche in CAHIER[1:]]
    contenu = markdown([["Centre des Rives", "Nos récits d'expériences"], *sans_mois])
    assert recueil.ressemblance(decouper(Texte("r.md", "markdown", _lignes(contenu)))) >= 0.3


def _lignes(contenu: str) -> tuple[Ligne, ...]:
    lues = [(rang, ligne) for rang, ligne in enumerate(contenu.splitlines(), 1) if ligne]
    return tuple(Ligne(rang, ligne, vides=1) for rang, ligne in lues)


def test_une_fiche_sans_lieu_est_annoncee_par_son_porteur_et_son_mois(tmp_path):
    lu = lire(tmp_path, markdown([CAHIER[0], *(fiche[1:] for fiche in CAHIER[1:])]), "cahier.md")
    assert [(n.titre, n.lieux, n.date, n.porteur) for n in lu.notices] == [
        (DU_CAHIER[0][0], (), "2025-01/2025-02", "Association La Roue"),
        (DU_CAHIER[1][0], ("Ville de Sarcelles",), "2025-03", "Ville de Sarcelles"),
        (DU_CAHIER[2][0], (), "2025-04", "Rives Habitat"),
    ]
    assert [a.probleme for a in lu.anomalies] == ["fiche sans territoire imprimé"] * 2


def test_une_fiche_sans_mois_est_un_doute_et_l_annee_de_couverture_n_en_est_pas_un(tmp_path):
    couverture = ["RECUEIL DES FICHES EXPÉRIENCES", "Centre des Rives", "2025"]
    lu = lire(tmp_path, markdown([couverture, *FICHES]))
    assert [n.date for n in lu.notices] == [None, None, None]
    assert [(a.gravite, a.probleme) for a in lu.anomalies] == [("doute", "fiche sans mois imprimé")] * 3


def test_une_fiche_datee_absente_du_sommaire_ne_perd_que_sa_page(tmp_path):
    datee = ["Persan", "UN JARDIN POUR TOUTES LES ÉCOLES", "Mai 2025 - Ville de Persan", *VELO[2:]]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *FICHES, datee]))
    assert (lu.notices[3].date, lu.notices[3].porteur) == ("2025-05", "Ville de Persan")
    assert [a.probleme for a in lu.anomalies] == ["fiche absente du sommaire : sa page n'est pas imprimée"]


# --- d'autres mises en page ---


def _sommaire(*lignes: str) -> list[str]:
    return ["SOMMAIRE", *lignes]


@pytest.mark.parametrize(
    "sommaire",
    [
        [ligne.replace(" P.", " page ") for ligne in SOMMAIRE],
        [re.sub(r" P\.(\d)", r" ..................... \1", ligne) for ligne in SOMMAIRE],
        [re.sub(r" P\.(\d)", r"\t\1", ligne) for ligne in SOMMAIRE],
        [re.sub(r" P\.(\d)", r" \1", ligne) for ligne in SOMMAIRE],
        [re.sub(r"(.*) P\.(\d)$", r"P. \2 - \1", ligne) for ligne in SOMMAIRE],
        [re.sub(r"(.*) - ([A-ZÉ/]+) (P\.\d)$", r"\2 - \1 \3", ligne) for ligne in SOMMAIRE],
        [re.sub(r"(.*) - ([A-ZÉ/]+) (P\.\d)$", r"\1 (\2) \3", ligne) for ligne in SOMMAIRE],
        _sommaire(
            "| Un atelier vélo ouvert à toutes et tous | Association La Roue | Cergy | Janvier/février | 4 |",
            "| Des cafés des parents, un lien avec l'école | Villes de Sarcelles et Villiers-le-Bel | Mars | 6 |",
            "| Une ferme au pied des tours | Régie de quartier | Est Val d'Oise | Avril | 8 |",
        ),
        _sommaire(
            "UN ATELIER VÉLO OUVERT À TOUTES ET TOUS - JANVIER/FÉVRIER - ASSOCIATION LA ROUE, CERGY P.4",
            "DES CAFÉS DES PARENTS, UN LIEN AVEC L'ÉCOLE - MARS - VILLES DE SARCELLES ET VILLIERS-LE-BEL P.6",
            "UNE FERME AU PIED DES TOURS - AVRIL - RÉGIE DE QUARTIER, EST VAL D'OISE P.8",
        ),
        _sommaire(
            "Un atelier vélo ouvert à toutes et tous",
            "Association La Roue, Cergy - Janvier/février P.4",
            "Des cafés des parents, un lien avec l'école",
            "Villes de Sarcelles et Villiers-le-Bel - Mars P.6",
            "Une ferme au pied des tours",
            "Régie de quartier, Est Val d'Oise - Avril P.8",
        ),
    ],
    ids=[
        "page",
        "points",
        "tabulation",
        "nombre",
        "page-devant",
        "mois-devant",
        "mois-parentheses",
        "tableau",
        "mois-milieu",
        "deux-lignes",
    ],
)
def test_le_sommaire_s_ecrit_de_bien_des_facons(tmp_path, sommaire):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, sommaire, *FICHES, PRODUCTIONS, FIN]))
    assert fiches(lu) == ATTENDUES
    assert lu.anomalies == ()


def _minuscules(ligne: str) -> str:
    return ligne[:1] + ligne[1:].lower() if en_capitales(ligne) and len(ligne.split()) > 2 else ligne


def test_les_titres_en_minuscules_se_lisent_avec_ou_sans_sommaire(tmp_path):
    fiches_minuscules = [[_minuscules(ligne) for ligne in fiche] for fiche in FICHES]
    for sommaire in ([SOMMAIRE], []):
        lu = lire(tmp_path, markdown([COUVERTURE, *sommaire, *fiches_minuscules, PRODUCTIONS, FIN]))
        assert [(titre, lieux) for titre, lieux, *_ in fiches(lu)] == [
            (_minuscules(titre), lieux) for titre, lieux, *_ in ATTENDUES
        ]


def test_le_lieu_peut_suivre_le_titre(tmp_path):
    retournees = [[fiche[-len(fiche) + 1 :][0], fiche[0], *fiche[2:]] for fiche in (VELO, CAFES[1:], FERME)]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *retournees, PRODUCTIONS, FIN]))
    assert fiches(lu) == ATTENDUES


def test_les_titres_declares_en_markdown_se_lisent(tmp_path):
    def declarer(ligne: str) -> str:
        if est_lieu(ligne):
            return f"### {ligne}"
        return f"## {ligne}" if en_capitales(ligne) and len(ligne) > 20 and not ligne.startswith("CONTACT") else ligne

    declarees = [[declarer(ligne) for ligne in fiche] for fiche in FICHES]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *declarees, PRODUCTIONS, FIN]))
    assert fiches(lu) == ATTENDUES


def test_un_encadre_donne_porteur_lieu_date_et_publics(tmp_path):
    encadree = [
        "UNE CONCIERGERIE DANS LE QUARTIER",
        "Territoire : Nanterre, quartier du Parc Sud",
        "Porteur : Association Les Voisins",
        "Date : mai 2025",
        "Publics : familles, seniors",
        f"La conciergerie rend service. {PHRASE}",
    ]
    lu = lire(tmp_path, markdown([COUVERTURE, encadree, VELO]))
    notice = lu.notices[0]
    assert (notice.titre, notice.porteur) == ("UNE CONCIERGERIE DANS LE QUARTIER", "Association Les Voisins")
    assert (notice.lieux, notice.date, notice.publics) == (
        ("Nanterre", "quartier du Parc Sud"),
        "2025-05",
        ("familles", "seniors"),
    )


def test_les_fiches_numerotees_gardent_leur_numero_a_part(tmp_path):
    numerotees = [
        [fiche[0], f"{rang}. {fiche[1]}", *fiche[2:]] for rang, fiche in enumerate((VELO, CAFES[1:], FERME), 1)
    ]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *numerotees]))
    assert fiches(lu) == ATTENDUES
    assert [notice.numero for notice in lu.notices] == ["1", "2", "3"]


AUTRE_RECUEIL = """\
# Fiches expériences 2022

Centre des Rives

## Sommaire

- **Emploi**
- Une coopérative jeunesse de services — Trappes ........ p. 4
- Un garage solidaire pour lever les freins à la mobilité — Les Mureaux ........ p. 6
- **Santé**
- Des médiatrices santé au pied des immeubles — Argenteuil et Bezons ........ p. 8

## Emploi

### Fiche 1 : Une coopérative jeunesse de services

Trappes (78)

**Porteur :** Association Jeunes Coop

**Partenaires :** ville de Trappes, CAF des Yvelines, mission locale

#### Contexte

Dans le quartier, de nombreux jeunes cherchent une première expérience de travail pendant l'été, sans toujours y
parvenir, faute de réseau et de proposition adaptée à leur âge.

#### Actions

- Recruter deux animateurs
- Former quinze jeunes à la coopération

**Contact :** Jeanne Morel, coordinatrice, 01 02 03 04 05

### Fiche 2 : Un garage solidaire pour lever les freins à la mobilité

Les Mureaux (78)

#### Contexte

La mobilité est le premier frein à l'emploi cité par les habitants accompagnés, dans un territoire où les zones
d'activité sont mal desservies par les transports.

## Santé

### Fiche 3 : Des médiatrices santé au pied des immeubles

Argenteuil, Bezons (95)

#### Contexte

Le renoncement aux soins progresse dans les quartiers, et les campagnes de dépistage y touchent peu de monde, malgré
l'offre de proximité déployée par les deux villes.
"""


@pytest.mark.parametrize("sommaire", [True, False])
def test_un_recueil_d_une_autre_maison_se_lit(tmp_path, sommaire):
    sans = re.sub(r"## Sommaire.*?(?=## Emploi)", "", AUTRE_RECUEIL, flags=re.DOTALL)
    lu = lire(tmp_path, AUTRE_RECUEIL if sommaire else sans)
    assert [(n.numero, n.titre, n.lieux, n.page, n.rubrique) for n in lu.notices] == [
        ("1", "Une coopérative jeunesse de services", ("Trappes (78)",), 4 if sommaire else None, "Emploi"),
        (
            "2",
            "Un garage solidaire pour lever les freins à la mobilité",
            ("Les Mureaux (78)",),
            6 if sommaire else None,
            "",
        ),
        (
            "3",
            "Des médiatrices santé au pied des immeubles",
            ("Argenteuil", "Bezons (95)"),
            8 if sommaire else None,
            "Santé",
        ),
    ]
    coop = lu.notices[0]
    assert (coop.porteur, coop.partenaires) == (
        "Association Jeunes Coop",
        ("ville de Trappes", "CAF des Yvelines", "mission locale"),
    )
    assert [section.titre for section in coop.sections] == ["", "Contexte", "Actions"]
    assert [a for a in lu.anomalies if a.gravite == "perte"] == []


def test_un_titre_courant_repete_ne_coupe_pas_les_fiches(tmp_path):
    courant = ["Centre des Rives - page 5"]
    coupee = [*VELO[:4], *courant, *VELO[4:]]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, coupee, *FICHES[1:]]))
    assert fiches(lu) == ATTENDUES
    assert len(lu.notices[0].sections) == 3
    assert lu.anomalies == ()


def test_sans_contact_la_fiche_suivante_commence_a_son_lieu(tmp_path):
    muettes = [[ligne for ligne in fiche if "ontact" not in ligne and "CONTACT" not in ligne] for fiche in FICHES]
    assert fiches(lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *muettes]))) == ATTENDUES


def test_un_texte_brut_coupe_a_80_signes_donne_les_memes_fiches(tmp_path, complet):
    coupees = [["\n".join(textwrap.wrap(ligne, 80, break_on_hyphens=False)) for ligne in partie] for partie in RECUEIL]
    lu = lire(tmp_path, markdown(coupees), "recueil-2025.txt")
    assert fiches(lu) == ATTENDUES
    assert [[s.titre for s in n.sections] for n in lu.notices] == [
        [s.titre for s in n.sections] for n in complet.notices
    ]


def test_un_texte_brut_sans_lignes_vides_donne_les_memes_fiches(tmp_path):
    assert fiches(lire(tmp_path, "\n".join(chain.from_iterable(RECUEIL)), "recueil-2025.txt")) == ATTENDUES


def _typst(parties: list[list[str]], colonnes: int) -> bytes:
    def bloc(ligne: str) -> str:
        texte = re.sub(r"([\\#$*_`<>@\[\]~=+/-])", r"\\\1", ligne)
        titre = en_capitales(ligne) and len(ligne) > 20
        corps = 13 if titre and "P." not in ligne else 10 if est_lieu(ligne) else 9
        return f"#block(above: 1.6em, text(size: {corps}pt)[{texte}])\n"

    pages = "\n#pagebreak()\n".join("\n".join(map(bloc, partie)) for partie in parties)
    reglages = '#set page(height: 24cm, width: 18cm)\n#set text(lang: "fr", hyphenate: false)\n'
    return typst.compile(f"{reglages}#set page(columns: {colonnes})\n{pages}".encode())


@pytest.mark.parametrize("colonnes", [1, 2])
def test_un_pdf_donne_les_memes_fiches(tmp_path, colonnes):
    lu = lire(tmp_path, _typst(RECUEIL, colonnes), "recueil-2025.pdf")
    assert [fiche[:4] for fiche in fiches(lu)] == [fiche[:4] for fiche in ATTENDUES]
    assert [_lettres(porteur) for *_, porteur in fiches(lu)] == [_lettres(porteur) for *_, porteur in ATTENDUES]
    publications = [n.titre for n in lu.notices if n.genre == "action"]
    assert publications == ["[Actes] Habiter autrement", "La parole aux jeunes du quartier"]


def _lettres(porteur: str | None) -> str:
    """Ses lettres : une colonne étroite peut couper un nom composé à son trait d'union."""
    return "".join(filter(str.isalpha, (porteur or "").lower()))


# --- dommages ---


def test_une_fiche_coupee_au_milieu_garde_ce_qu_elle_a(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, VELO, CAFES[:3]]))
    assert [titre for titre, *_ in fiches(lu)] == [VELO[1], CAFES[2]]
    assert "fiche sans texte sous son titre" in [a.probleme for a in lu.anomalies]


def test_les_lignes_inconnues_sont_signalees_et_rien_d_autre_ne_bouge(tmp_path):
    orpheline = ["Zzz qqq !", "Xxx, yyy ;"]
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *FICHES, orpheline]))
    assert fiches(lu) == ATTENDUES
    dit = " ".join(a.extrait for a in lu.anomalies) + " ".join(n.texte for n in lu.notices)
    assert all(ligne in dit for ligne in orpheline)


def test_les_fiches_dans_le_desordre_gardent_leur_mois(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, FERME, VELO, CAFES]))
    assert sorted(fiches(lu), key=lambda fiche: fiche[3]) == ATTENDUES


@pytest.mark.parametrize("contenu", ["x", "SOMMAIRE", "CONTACT :", "2025", "P.4\n\nP.6", "Cergy\n\nUN TITRE"])
def test_un_document_presque_vide_ne_fait_rien_echouer(tmp_path, contenu):
    lu = lire(tmp_path, contenu)
    assert all(notice.titre for notice in lu.notices)


def test_un_tres_long_recueil_se_lit_en_entier(tmp_path):
    lu = lire(tmp_path, markdown([COUVERTURE, PREAMBULE, SOMMAIRE, *(FICHES * 100)]))
    assert len(fiches(lu)) == 300


# --- propriétés ---

MOTS = st.sampled_from(
    re.findall(
        r"\S+",
        "ville jardin atelier femmes Nanterre Persan école santé 2025 mars Contact SOMMAIRE P.6 www.x.fr/a a@b.fr de "
        "< > , . : « » - © [Actes] Zoom sur Fiche",
    )
)
PHRASES = st.lists(MOTS, min_size=1, max_size=14).map(" ".join)
LIGNES = st.one_of(
    PHRASES,
    PHRASES.map(str.upper),
    PHRASES.map(lambda ligne: f"{ligne}."),
    st.lists(MOTS, min_size=60, max_size=80).map(" ".join),
    st.sampled_from(list(chain.from_iterable(RECUEIL))),
)
RANGES = {"mobilier", "sommaire", "présentation", "contact", "adresse"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(LIGNES, st.integers(0, 4)), max_size=30), st.sampled_from(["markdown", "texte"]))
def test_chaque_bloc_est_rendu_range_ou_signale(lignes, forme):
    numero, lues = 0, []
    for texte, vides in lignes:
        numero += 1 + vides
        lues.append(Ligne(numero, texte, vides=vides))
    texte = Texte("recueil-2025.md", forme, tuple(lues))
    lecture = recueil._Recueil(texte, decouper(texte))
    lu = lecture.depouiller()
    rendus = set(re.findall(r"\w+", repr(lu.notices).replace("\\n", " ").lower()))
    for bloc, emploi in zip(lecture.blocs, lecture.compte.emplois, strict=True):
        if emploi is None:
            assert any(a.gravite == "perte" and a.ligne is not None and a.ligne <= bloc.ligne for a in lu.anomalies)
        elif emploi not in RANGES:
            assert set(re.findall(r"\w{3,}", bloc.texte.lower())) <= rendus
    assert 0 <= recueil.ressemblance(decouper(texte)) <= 1


# --- les pièces ---


@pytest.mark.parametrize(
    ("texte", "lieux"),
    [
        ("Gennevilliers, Nanterre, Asnières-sur-Seine et Carrières-sur-Seine", 4),
        ("Est Val d'Oise", 1),
        ("Saint-Quentin-en-Yvelines", 1),
        ("Grand Paris Seine et Oise", 1),
        ("Communauté d'agglomération Roissy Pays de France", 1),
        ("Territoire : Persan, quartier Le Village", 2),
        ("Val d'Oise / Yvelines", 2),
        ("VILLIERS-LE-BEL", 1),
        ("Paris 18e", 1),
    ],
)
def test_une_ligne_de_lieu_se_reconnait_et_se_decoupe(texte, lieux):
    assert est_lieu(texte)
    assert len(lire_lieux(texte)) == lieux


@pytest.mark.parametrize(
    "texte",
    [
        "Crise sanitaire",
        "Économie Sociale et Solidaire",
        "Développement économique",
        "Une idée née au pied des immeubles",
        "© Réciprocité",
        "« Tous aux échecs »",
        "UN ATELIER VÉLO OUVERT À TOUTES ET TOUS",
        "National / Régional",
        "Mouvements",
        "Persan.",
        "contact@persan.example",
        "",
    ],
)
def test_ce_qui_n_est_pas_un_lieu(texte):
    assert not est_lieu(texte)


@pytest.mark.parametrize(
    ("entree", "titre", "lieu", "porteur"),
    [
        ("LA FERME, MISSION LOCALE VAL D'OISE EST", "LA FERME", "Est Val d'Oise", "MISSION LOCALE VAL D'OISE EST"),
        ("LA FERME, UN LIEN, VILLE DE NANTERRE", "La ferme, un lien", "Nanterre", "VILLE DE NANTERRE"),
        ("LA FERME, PRE, VILLE DE NANTERRE", "LA FERME", "Nanterre", "PRE, VILLE DE NANTERRE"),
        ("LA FERME, LES AMIS, VAL D'OISE", "LA FERME", "Est Val d'Oise", "LES AMIS"),
        ("LA FERME, SARCELLES", "LA FERME", "Sarcelles", None),
        ("Une ferme, Rives Métropole", "Une ferme", "Rives Métropole", "Rives Métropole"),
        ("LA FERME, LES AMIS, SARCELLES", "LA FERME", "", "LES AMIS"),
        ("LA FERME (LES AMIS) - SARCELLES", "LA FERME", "Sarcelles", "LES AMIS"),
        ("LA FERME", "LA FERME", "Sarcelles", None),
    ],
)
def test_le_porteur_est_ce_qui_n_est_ni_titre_ni_lieu(entree, titre, lieu, porteur):
    assert demeler(entree, titre, lieu).porteur == porteur


def test_une_seule_ligne_paginee_n_est_pas_un_sommaire(tmp_path):
    (tmp_path / "x.md").write_text("UN TITRE - MARS P.6\n\nAutre chose.\n", encoding="utf-8")
    assert lire_sommaire(decouper(lire_texte(tmp_path / "x.md"))) == []


@pytest.mark.parametrize(
    ("chapeau", "porteur"),
    [
        ("Portée par Solidarités Neuves depuis 2019, la maison accueille.", "Solidarités Neuves"),
        ("La Mission locale des Rives a mis en œuvre une démarche.", "Mission locale des Rives"),
        ("Depuis 2019, la commune de Persan porte une démarche.", "Commune de Persan"),
        ("Dans ce cadre, Nanterre porte un vaste projet.", "Nanterre"),
        (
            "Réunis à l'invitation du PRE. Le Programme de réussite éducative (PRE) suit des enfants.",
            "Programme de réussite éducative (PRE)",
        ),
        ("Les habitants se retrouvent chaque semaine.", None),
        ("", None),
    ],
)
def test_le_porteur_se_lit_dans_le_chapeau(chapeau, porteur):
    assert porteur_du_chapeau(chapeau) == porteur


def test_le_porteur_prend_l_ecriture_de_l_article():
    texte = "L'Entreprise Solidaire (ES) Neuve, à Cergy. Les villes de Cergy et de Persan."
    assert porteur_imprime("ENTREPRISE SOLIDAIRE NEUVE", texte) == "Entreprise Solidaire (ES) Neuve"
    assert porteur_imprime("VILLES DE PERSAN, CERGY", texte) == "Villes de Persan, Cergy"
    assert porteur_imprime("GROUPEMENT XYZ", texte) == "GROUPEMENT XYZ"


# --- le document réel ---


@pytest.fixture(name="reel", scope="module")
def _reel(shared):
    texte = lire_texte(shared / "corpus" / "recueil-fiches-experiences-2024.md")
    return recueil.depouiller(texte, decouper(texte)), recueil.ressemblance(decouper(texte))


def test_le_recueil_2024_rend_ses_huit_fiches_et_ses_six_publications(reel):
    lu, note = reel
    assert note > 0.9
    assert [(n.lieux, n.date, n.page) for n in lu.notices if n.genre == "experience"] == [
        (("Val d'Oise",), "2024-01/2024-02", 6),
        (("Est Val d'Oise",), "2024-03", 8),
        (("Asnières-sur-Seine",), "2024-04", 10),
        (("Saint-Quentin-en-Yvelines",), "2024-05", 12),
        (("Gennevilliers", "Nanterre", "Asnières-sur-Seine", "Carrières-sur-Seine"), "2024-06/2024-07", 14),
        (("Montigny-lès-Cormeilles",), "2024-09", 16),
        (("Nanterre",), "2024-10", 18),
        (("Les Mureaux",), "2024-11/2024-12", 20),
    ]
    assert [n.nature for n in lu.notices if n.genre == "action"] == ["publication"] * 6
    assert {a.gravite for a in lu.anomalies} == {"doute"}


@pytest.mark.parametrize("forme", ["texte", "lignes", "pdf", "colonnes"])
def test_le_recueil_2024_donne_les_memes_fiches_dans_toute_forme(reel, shared, tmp_path, forme):
    blocs = decouper(lire_texte(shared / "corpus" / "recueil-fiches-experiences-2024.md"))
    lignes = [f"- {bloc.texte}" if bloc.genre == "puce" else bloc.texte for bloc in blocs]
    if forme == "texte":
        coupees = ["\n".join(textwrap.wrap(ligne, 90, break_on_hyphens=False)) for ligne in lignes]
        lu = lire(tmp_path, "\n\n".join(coupees), "recueil-2024.txt")
    elif forme == "lignes":
        lu = lire(tmp_path, "\n".join(lignes), "recueil-2024.txt")
    else:
        lu = lire(tmp_path, _typst([lignes], 1 + (forme == "colonnes")), "recueil-2024.pdf")
    attendues = [n for n in reel[0].notices if n.genre == "experience"]
    lues = [n for n in lu.notices if n.genre == "experience"]
    assert [_lettres(n.titre) for n in lues] == [_lettres(n.titre) for n in attendues]
    assert [_lettres(" ".join(n.lieux)) for n in lues] == [_lettres(" ".join(n.lieux)) for n in attendues]
    assert [(n.date, n.page, len(n.sections)) for n in lues] == [(n.date, n.page, len(n.sections)) for n in attendues]


def test_les_autres_documents_ne_ressemblent_pas_a_un_recueil(shared):
    for nom in ("rapport-activite-2023.md", "resonances-2021.md", "guide-hcts-annexe3-actions-inspirantes.md"):
        assert recueil.ressemblance(decouper(lire_texte(shared / "corpus" / nom))) < 0.3
