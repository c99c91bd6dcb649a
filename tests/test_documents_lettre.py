"""La lettre d'information : rubriques, articles situés, agenda, mouvements, presse ; variantes et dommages."""

from __future__ import annotations

import re
import textwrap
from itertools import chain
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire.documents import lettre
from observatoire.documents.blocs import decouper, en_capitales
from observatoire.documents.breves import (
    abreger,
    lire_article_de_presse,
    lire_date,
    lire_moment,
    lire_mouvement,
    lire_reference,
    titre_de_lecture,
)
from observatoire.documents.lignes_de_lieu import est_lieu
from observatoire.documents.rubriques import lire_rubrique
from observatoire.documents.texte import Ligne, Texte, lire_texte
from observatoire.notices import Depouillement

PHRASE = (
    "Depuis trois ans, les habitant·es du quartier se retrouvent chaque semaine autour d'un projet commun, avec l'aide "
    "des services de la ville, du bailleur et du centre social, qui prêtent les lieux et le matériel nécessaires."
)
EN_TETE = ["Rivages", "Centre des Rives", "n° 42, avril 2022", "12 rue des Lilas 95000 Cergy 01.02.03.04.05"]
ACTU = [
    "L'actu du centre",
    "< Publication >",
    "UN GUIDE POUR LES CONSEILS CITOYENS",
    PHRASE,
    "<https://rives.example/guide/>",
    "< Sondage >",
    "ÉTAT DES LIEUX DES TIERS-LIEUX",
    PHRASE,
    "<https://rives.example/sondage>",
    "< Séminaire des élu.e.s, 11 mai, 17h-19h, visioconférence >",
    "LA SANTÉ MENTALE DANS LES QUARTIERS",
    PHRASE,
    "<https://rives.example/sante>",
    "< Journée thématique, 18 et 20 mai, 10h-12h30 >",
    "L'ALIMENTATION DURABLE POUR TOUTES ET TOUS",
    PHRASE,
]
NATIONAL = [
    "National / Régional",
    "Développement économique",
    "LANCEMENT D'UN PROGRAMME POUR LES COMMERCES",
    PHRASE,
    "www.agence.example/commerces",
    "En bref",
    "- L'état du logement en France, 12ème rapport, Fondation des Toits",
    "www.toits.example/rapport",
    "- Un appel à candidatures pour les quartiers d'été",
    "Crise sanitaire",
    "UNE SÉRIE DE WÉBINAIRES SUR LA PRÉVENTION",
    PHRASE,
]
LOCAL = [
    "Ouest francilien (Hauts-de-Seine / Val d'Oise / Yvelines)",
    "Persan",
    "OUVERTURE D'UNE ANTENNE DE PROXIMITÉ",
    PHRASE,
    "Contact : Ana Dupin, ana@persan.example",
    "Mouvements",
    "- **Ana Dupin**, déléguée du Préfet, Limay, Mantes-la-Ville",
    "- **Paul Roux**, directeur général adjoint, Goussainville",
    "- **Léa Petit**, chargée de développement, DDETS, unité départementale du Val-d'Oise.",
    "Mantes-la-Jolie",
    "UN KIOSQUE POUR L'EMPLOI AU CŒUR DU QUARTIER",
    PHRASE,
    "En savoir plus : www.kiosque.example",
]
EXPERIENCE = [
    "Fiche expérience",
    "Villiers-le-Bel",
    "UNE CELLULE DE VEILLE POUR REPÉRER LES JEUNES EN RUPTURE",
    f"La maison des jeunes a mis en place une cellule de veille. {PHRASE}",
    PHRASE,
    "S'appuyer sur les dispositifs existants",
    PHRASE,
    "Un regard partagé sur le territoire",
    PHRASE,
    "Contact : Léo Brun, ville de Villiers-le-Bel, leo@villiers.example",
]
FIN = [
    "< SITE INTERNET >",
    "UN SITE RESSOURCE SUR LES QUESTIONS URBAINES",
    PHRASE,
    "<https://forum.example/>",
    "< DANS LA PRESSE - DISPONIBLE AU CENTRE >",
    "- « *Les quartiers ont des idées* », Zoé Lam, Le Journal, 12 mars\n<https://journal.example/quartiers>",
    "- « *La ville autrement* », Noé Bel, La Gazette, 14 mars\nhttps://gazette.example/ville",
    "< A LIRE / A VOIR >",
    "LE RÔLE DES VILLES CONTRE LES DISCRIMINATIONS",
    "Ida Sol, Éditions des Rives, 2020, 150 p.",
    PHRASE,
    "<https://editions.example/role>\nExtrait 4ème de couv",
    "LES QUARTIERS EN IMAGES",
    "Max Sand, éd. du Pont, janvier 2021, 176 p.",
    PHRASE,
    "<https://pont.example/images>",
]
LETTRE = [EN_TETE, ACTU, NATIONAL, LOCAL, EXPERIENCE, FIN]
ATTENDUES = [
    ("publication", "UN GUIDE POUR LES CONSEILS CITOYENS", (), "2022-04", "https://rives.example/guide/"),
    ("ressource", "ÉTAT DES LIEUX DES TIERS-LIEUX", (), "2022-04", "https://rives.example/sondage"),
    ("agenda", "LA SANTÉ MENTALE DANS LES QUARTIERS", (), "2022-05-11", "https://rives.example/sante"),
    ("agenda", "L'ALIMENTATION DURABLE POUR TOUTES ET TOUS", (), "2022-05-18/2022-05-20", None),
    ("actualite", "LANCEMENT D'UN PROGRAMME POUR LES COMMERCES", (), "2022-04", "www.agence.example/commerces"),
    (
        "actualite",
        "L'état du logement en France, 12ème rapport, Fondation des Toits",
        (),
        "2022-04",
        "www.toits.example/rapport",
    ),
    ("actualite", "Un appel à candidatures pour les quartiers d'été", (), "2022-04", None),
    ("actualite", "UNE SÉRIE DE WÉBINAIRES SUR LA PRÉVENTION", (), "2022-04", None),
    ("actualite", "OUVERTURE D'UNE ANTENNE DE PROXIMITÉ", ("Persan",), "2022-04", None),
    ("mouvement", "Déléguée du Préfet, Limay, Mantes-la-Ville", ("Limay", "Mantes-la-Ville"), "2022-04", None),
    ("mouvement", "Directeur général adjoint, Goussainville", ("Goussainville",), "2022-04", None),
    (
        "mouvement",
        "Chargée de développement, DDETS, unité départementale du Val-d'Oise",
        ("Val-d'Oise",),
        "2022-04",
        None,
    ),
    (
        "actualite",
        "UN KIOSQUE POUR L'EMPLOI AU CŒUR DU QUARTIER",
        ("Mantes-la-Jolie",),
        "2022-04",
        "www.kiosque.example",
    ),
    (
        "experience",
        "UNE CELLULE DE VEILLE POUR REPÉRER LES JEUNES EN RUPTURE",
        ("Villiers-le-Bel",),
        "2022-04",
        None,
    ),
    ("ressource", "UN SITE RESSOURCE SUR LES QUESTIONS URBAINES", (), "2022-04", "https://forum.example/"),
    ("presse", "« Les quartiers ont des idées »", (), "2022-03-12", "https://journal.example/quartiers"),
    ("presse", "« La ville autrement »", (), "2022-03-14", "https://gazette.example/ville"),
    ("lecture", "LE RÔLE DES VILLES CONTRE LES DISCRIMINATIONS", (), "2020", "https://editions.example/role"),
    ("lecture", "LES QUARTIERS EN IMAGES", (), "2021-01", "https://pont.example/images"),
]


def markdown(parties: list[list[str]]) -> str:
    return "\n\n\n".join("\n\n".join(partie) for partie in parties) + "\n"


def lire(dossier: Path, contenu: str | bytes, nom: str = "rivages.md") -> Depouillement:
    chemin = dossier / nom
    chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
    texte = lire_texte(chemin)
    return lettre.depouiller(texte, decouper(texte))


def notices(lu: Depouillement) -> list[tuple[str, str, tuple[str, ...], str | None, str | None]]:
    return [(n.nature, n.titre, n.lieux, n.date, n.url) for n in lu.notices]


@pytest.fixture(name="complete")
def _complete(tmp_path):
    return lire(tmp_path, markdown(LETTRE))


# --- une lettre complète ---


def test_chaque_article_a_sa_nature_son_lieu_sa_date_et_son_adresse(complete):
    assert notices(complete) == ATTENDUES
    assert (complete.famille, complete.annee, complete.titre) == ("lettre", 2022, "Rivages, avril 2022")


def test_une_lettre_complete_ne_laisse_aucune_anomalie(complete):
    assert complete.anomalies == ()


def test_la_rubrique_est_l_intertitre_le_plus_proche(complete):
    assert [notice.rubrique for notice in complete.notices] == [
        "Publication",
        "Sondage",
        "Séminaire des élu.e.s, 11 mai, 17h-19h, visioconférence",
        "Journée thématique, 18 et 20 mai, 10h-12h30",
        "Développement économique",
        "En bref",
        "En bref",
        "Crise sanitaire",
        LOCAL[0],
        "Mouvements",
        "Mouvements",
        "Mouvements",
        LOCAL[0],
        "Fiche expérience",
        "SITE INTERNET",
        "DANS LA PRESSE - DISPONIBLE AU CENTRE",
        "DANS LA PRESSE - DISPONIBLE AU CENTRE",
        "A LIRE / A VOIR",
        "A LIRE / A VOIR",
    ]


def test_la_fiche_experience_a_ses_sections_son_contact_et_son_porteur(complete):
    (fiche,) = (notice for notice in complete.notices if notice.genre == "experience")
    assert [section.titre for section in fiche.sections] == [
        "",
        "S'appuyer sur les dispositifs existants",
        "Un regard partagé sur le territoire",
    ]
    assert [(c.structure, c.personne) for c in fiche.contacts] == [("ville de Villiers-le-Bel", "Léo Brun")]
    assert fiche.porteur == "Maison des jeunes"


def test_un_mouvement_ne_montre_pas_de_nom(complete):
    mouvements = [notice for notice in complete.notices if notice.nature == "mouvement"]
    assert [contact.personne for notice in mouvements for contact in notice.contacts] == [
        "Ana Dupin",
        "Paul Roux",
        "Léa Petit",
    ]
    noms = {"Ana", "Dupin", "Paul", "Roux", "Léa", "Petit"}
    assert not any(nom in notice.titre + notice.texte for notice in mouvements for nom in noms)
    assert [notice.texte for notice in mouvements] == [notice.titre for notice in mouvements]


def test_un_mouvement_imprime_comme_un_article_ne_montre_pas_de_nom(tmp_path):
    partie = ["## Mouvements", "### Ana Dupin", "Déléguée du préfet à Sarcelles."]
    (mouvement,) = lire(tmp_path, markdown([EN_TETE, partie])).notices
    assert (mouvement.titre, mouvement.texte, mouvement.sections) == (
        "Déléguée du préfet à Sarcelles",
        "Déléguée du préfet à Sarcelles",
        (),
    )
    assert (mouvement.lieux, [c.personne for c in mouvement.contacts]) == (("Sarcelles",), ["Ana Dupin"])


def test_un_mouvement_sans_nom_lisible_ne_va_qu_aux_contacts_et_se_signale(tmp_path):
    partie = ["## Mouvements", "- La ville accueille Ana Dupin comme cheffe de projet"]
    lu = lire(tmp_path, markdown([EN_TETE, partie]))
    assert [(n.titre, n.texte) for n in lu.notices] == [("Mouvements", "")]
    assert [c.personne for c in lu.notices[0].contacts] == ["La ville accueille Ana Dupin comme cheffe de projet"]
    assert [(a.gravite, a.ligne) for a in lu.anomalies] == [("doute", lu.notices[0].ligne)]


@pytest.mark.parametrize(
    ("ligne", "titre", "lieux"),
    [
        ("3 mai, 9h30-12h, Cergy – Atelier « Mesurer ensemble »", "Atelier « Mesurer ensemble »", ("Cergy",)),
        ("3 mai, en ligne – Le logement social", "Le logement social", ()),
        ("3 mai : L'eau dans les quartiers (webinaire)", "L'eau dans les quartiers (webinaire)", ()),
        ("Séminaire des élus (en ligne), 3 mai, 17h", "Séminaire des élus (en ligne)", ()),
        ("mardi 3 mai de 14h à 17h : Visite de quartier", "Visite de quartier", ()),
        ("3 mai : Emploi – les clés", "Emploi – les clés", ()),
        ("3 mai : Les 24h du quartier, Limay", "Les 24h du quartier, Limay", ("Limay",)),
    ],
)
def test_le_titre_d_un_rendez_vous_n_a_ni_heure_ni_lieu_devant(ligne, titre, lieux):
    breve = lire_date(ligne, 2022)
    assert (breve.titre, breve.lieux, breve.periode.iso) == (titre, lieux, "2022-05-03")


@pytest.mark.parametrize(
    ("reference", "titre"),
    [
        ("Quartiers, une autre histoire, Ida Sol, éd. du Pont, 2022, 240 p.", "Quartiers, une autre histoire"),
        ("Quartiers, éditions du Pont, 2022", "Quartiers"),
        ("Le quartier en 2022, Fondation Des Toits, 380 p., 2022", "Le quartier en 2022"),
    ],
)
def test_le_titre_d_une_lecture_garde_ses_virgules(reference, titre):
    assert titre_de_lecture(reference) == titre


def test_une_serie_de_titres_ouverts_par_un_lieu_les_situe(tmp_path):
    serie = [LOCAL[0], "### Cergy : Un jardin partagé ouvre", PHRASE, "### Persan : Une antenne s'installe", PHRASE]
    lues = lire(tmp_path, markdown([EN_TETE, serie])).notices
    assert [(n.titre, n.lieux) for n in lues] == [
        ("Un jardin partagé ouvre", ("Cergy",)),
        ("Une antenne s'installe", ("Persan",)),
    ]


def test_l_auteur_et_l_editeur_d_une_lecture_restent_dans_son_texte(complete):
    lecture = complete.notices[-2]
    assert lecture.texte.startswith("Ida Sol, Éditions des Rives, 2020, 150 p.\n")
    assert (lecture.date, lecture.annee) == ("2020", 2020)


def test_la_ligne_est_celle_du_titre(tmp_path):
    contenu = markdown(LETTRE)
    lignes = contenu.splitlines()
    for notice in lire(tmp_path, contenu).notices:
        assert notice.titre.split()[-1].strip("».") in lignes[notice.ligne - 1]


# --- le mois de la lettre ---


def test_sans_mois_la_fiche_experience_est_un_doute(tmp_path):
    sans = [["Rivages", "Centre des Rives"], *LETTRE[1:]]
    lu = lire(tmp_path, markdown(sans), "rivages-2022.md")
    (fiche,) = (notice for notice in lu.notices if notice.genre == "experience")
    assert (fiche.date, fiche.annee, lu.titre) == (None, 2022, "Rivages 2022")
    assert [(a.gravite, a.probleme) for a in lu.anomalies] == [
        ("doute", "expérience sans mois : aucun n'est lu dans l'en-tête de la lettre")
    ]


@pytest.mark.parametrize(
    "numero",
    [
        "Avril 2022 · numéro 42",
        "Avril 2022 - n° 42",
        "Parution : avril 2022",
        "Avril 2022",
        "N°42 - Avril 2022",
        "Lettre n° 42 | avril 2022",
        "AVRIL/MAI 2022",
    ],
)
def test_le_mois_s_imprime_de_bien_des_facons(tmp_path, numero):
    lu = lire(tmp_path, markdown([["Rivages", numero], *LETTRE[1:]]))
    (fiche,) = (notice for notice in lu.notices if notice.genre == "experience")
    assert fiche.date in {"2022-04", "2022-04/2022-05"}


# --- d'autres mises en page ---


def _minuscules(ligne: str) -> str:
    return ligne[:1] + ligne[1:].lower() if en_capitales(ligne) and "<" not in ligne else ligne


def _sans_casse(lues: list[tuple[str, str, tuple[str, ...], str | None, str | None]]) -> list[tuple[object, ...]]:
    return [(nature, titre.lower(), lieux, date, url) for nature, titre, lieux, date, url in lues]


def test_les_titres_en_minuscules_se_lisent(tmp_path):
    lu = lire(tmp_path, markdown([[_minuscules(ligne) for ligne in partie] for partie in LETTRE]))
    assert _sans_casse(notices(lu)) == _sans_casse(ATTENDUES)


def test_les_titres_declares_en_markdown_se_lisent(tmp_path):
    def declarer(ligne: str) -> str:
        titre = not re.search(r"[.<]|https?|www|^-|Contact", ligne)
        rang = "##" if en_capitales(ligne) else "###"
        return f"{rang} {ligne}" if titre else ligne

    lu = lire(tmp_path, markdown([EN_TETE, *([declarer(ligne) for ligne in partie] for partie in LETTRE[1:])]))
    assert notices(lu) == ATTENDUES


@pytest.mark.parametrize("cadre", ["[{}]", "<< {} >>", "**< {} >**"])
def test_les_rubriques_s_encadrent_de_bien_des_facons(tmp_path, cadre):
    autres = [[re.sub(r"^< (.+) >$", lambda lue: cadre.format(lue[1]), ligne) for ligne in partie] for partie in LETTRE]
    assert notices(lire(tmp_path, markdown(autres))) == ATTENDUES


def test_les_rubriques_peuvent_n_etre_que_des_mots(tmp_path):
    nues = [
        "Publications",
        *ACTU[2:5],
        "Agenda",
        "- 11 mai : séminaire sur la santé mentale",
        "- 18 mai : visite de quartier",
    ]
    lu = lire(tmp_path, markdown([EN_TETE, nues, LOCAL]))
    assert notices(lu)[:3] == [
        ATTENDUES[0],
        ("agenda", "séminaire sur la santé mentale", (), "2022-05-11", None),
        ("agenda", "visite de quartier", (), "2022-05-18", None),
    ]
    assert notices(lu)[3:] == ATTENDUES[8:13]


def test_des_mouvements_sans_puces_se_lisent(tmp_path):
    sans_puces = [re.sub(r"^- \*\*(.+)\*\*", r"\1", ligne) for ligne in LOCAL]
    assert notices(lire(tmp_path, markdown([EN_TETE, sans_puces]))) == ATTENDUES[8:13]


def test_le_lieu_peut_suivre_le_titre_ou_l_ouvrir(tmp_path):
    suivi = [
        LOCAL[0],
        LOCAL[2],
        LOCAL[1],
        PHRASE,
        LOCAL[10],
        LOCAL[9],
        PHRASE,
        "Cergy : un jardin partagé ouvre",
        PHRASE,
    ]
    assert [(n.titre, n.lieux) for n in lire(tmp_path, markdown([EN_TETE, suivi])).notices[:2]] == [
        (LOCAL[2], ("Persan",)),
        (LOCAL[10], ("Mantes-la-Jolie",)),
    ]
    devant = [LOCAL[0], "PERSAN : UNE ANTENNE OUVRE", f"À Persan, {PHRASE}", "CERGY - UN JARDIN", f"À Cergy, {PHRASE}"]
    assert [n.lieux for n in lire(tmp_path, markdown([EN_TETE, devant])).notices] == [("PERSAN",), ("CERGY",)]


def test_un_long_article_a_intertitres_est_une_experience_a_verifier(tmp_path):
    article = [*EXPERIENCE[1:5], PHRASE * 5, EXPERIENCE[5], PHRASE * 5, EXPERIENCE[7], PHRASE * 3]
    lu = lire(tmp_path, markdown([EN_TETE, [*LOCAL, *article]]))
    assert [n.nature for n in lu.notices][-1] == "experience"
    assert "sans rubrique qui l'annonce" in " ".join(a.probleme for a in lu.anomalies)


AUTRE_LETTRE = """\
**La lettre des Rives** | n°12 - Janvier 2023

## Edito

Chères lectrices, chers lecteurs, l'équipe vous souhaite une belle année, pleine de projets et de rencontres utiles.

## A la une

### Mardi 24 janvier, 14h - 17h, Cergy

### Rencontre : agir contre le non-recours aux droits

Cette rencontre réunira professionnel·les et élu·es autour des expériences menées dans les quartiers prioritaires.

[S'inscrire](https://rives.example/inscription)

## Actualités des territoires

### Argenteuil

**Un bus santé dans les quartiers**

La ville et le centre hospitalier lancent un bus qui propose dépistages et consultations au pied des immeubles.

Contact : Service santé, ville d'Argenteuil, 01 34 23 41 00

La lettre des Rives | page 2

## Fiche expérience - Trappes

### Des ambassadrices du sport dans les quartiers

Dix habitantes formées animent chaque semaine des séances gratuites au pied des immeubles, avec le service des sports.

#### Lever les freins à la pratique

L'action part d'un constat partagé : les femmes pratiquent moins que les hommes, faute de temps et de créneaux adaptés.

Contact : Sofia Alami, présidente de Sport Pour Elles, sofia@sport.example

## Nominations

**Julie Bernard** rejoint la ville de Bezons comme cheffe de projet politique de la ville

**Karim Ouali** est nommé délégué du préfet à Sarcelles

## Agenda

- 31 janvier : webinaire sur la laïcité
- 9 et 10 février : formation « animer un conseil citoyen », Nanterre

## À lire

**Petite histoire des grands ensembles**, Jeanne Dubois, éditions du Quartier, 2022, 210 p.

## Pour vous désabonner, cliquez ici
"""


def test_une_lettre_d_une_autre_maison_se_lit(tmp_path):
    lu = lire(tmp_path, AUTRE_LETTRE)
    assert [(n.nature, n.titre, n.lieux, n.date) for n in lu.notices] == [
        ("agenda", "Rencontre : agir contre le non-recours aux droits", ("Cergy",), "2023-01-24"),
        ("actualite", "Un bus santé dans les quartiers", ("Argenteuil",), "2023-01"),
        ("experience", "Des ambassadrices du sport dans les quartiers", ("Trappes",), "2023-01"),
        ("mouvement", "Cheffe de projet politique de la ville, ville de Bezons", ("ville de Bezons",), "2023-01"),
        ("mouvement", "Délégué du préfet à Sarcelles", ("Sarcelles",), "2023-01"),
        ("agenda", "webinaire sur la laïcité", (), "2023-01-31"),
        ("agenda", "formation « animer un conseil citoyen », Nanterre", ("Nanterre",), "2023-02-09/2023-02-10"),
        ("lecture", "Petite histoire des grands ensembles", (), "2022"),
    ]
    assert lu.notices[0].url == "https://rives.example/inscription"
    assert lu.anomalies == ()


def test_un_editorial_n_est_pas_une_action(tmp_path):
    edito = ["Édito", "Un printemps de projets", PHRASE, PHRASE]
    lu = lire(tmp_path, markdown([EN_TETE, edito, *LETTRE[1:]]))
    assert notices(lu) == ATTENDUES
    assert lu.anomalies == ()


def test_un_texte_brut_coupe_a_80_signes_donne_les_memes_notices(tmp_path):
    def couper(ligne: str) -> str:
        longue = "http" not in ligne and "www" not in ligne
        return "\n".join(textwrap.wrap(ligne, 80, break_on_hyphens=False)) if longue else ligne

    lu = lire(tmp_path, markdown([[couper(ligne) for ligne in partie] for partie in LETTRE]), "rivages.txt")
    assert notices(lu) == ATTENDUES


def test_un_texte_brut_sans_lignes_vides_donne_les_memes_notices(tmp_path):
    contenu = "\n".join(ligne.replace("\n", " ") for ligne in chain.from_iterable(LETTRE))
    assert notices(lire(tmp_path, contenu, "rivages.txt")) == ATTENDUES


def _typst(lignes: list[str], colonnes: int) -> bytes:
    def bloc(ligne: str) -> str:
        texte = re.sub(r"([\\#$*_`<>@\[\]~=+/-])", r"\\\1", re.sub(r"\*|^- ", "", ligne)).replace("\n", " \\ ")
        capitales = en_capitales(ligne) and not ligne.startswith("<")
        corps = 13 if capitales else 10 if est_lieu(ligne) or lire_rubrique(ligne) else 9
        puce = "#sym.bullet " if ligne.startswith("- ") else ""
        return f"#block(above: 1.6em, text(size: {corps}pt)[{puce}{texte}])\n"

    reglages = f'#set page(height: 24cm, width: 18cm, columns: {colonnes})\n#set text(lang: "fr", hyphenate: false)\n'
    return typst.compile((reglages + "\n".join(map(bloc, lignes))).encode())


@pytest.mark.parametrize("colonnes", [1, 2])
def test_un_pdf_donne_les_memes_notices(tmp_path, colonnes):
    lu = lire(tmp_path, _typst(list(chain.from_iterable(LETTRE)), colonnes), "rivages.pdf")
    lues, attendues = (
        [(n.nature, _lettres(n.titre), _lettres(" ".join(n.lieux)), n.date) for n in lu.notices],
        [(nature, _lettres(titre), _lettres(" ".join(lieux)), date) for nature, titre, lieux, date, _ in ATTENDUES],
    )
    assert lues == attendues


def _lettres(titre: str) -> str:
    """Ses lettres : une colonne étroite peut couper un nom composé à son trait d'union."""
    return "".join(filter(str.isalpha, titre.lower()))


# --- dommages ---


def test_une_lettre_coupee_au_milieu_garde_ce_qu_elle_a(tmp_path):
    entiere = markdown(LETTRE)
    coupee = entiere[: entiere.index("Un regard partagé")]
    lu = lire(tmp_path, coupee)
    assert notices(lu) == ATTENDUES[:14]


def test_des_rubriques_vides_ne_font_rien_echouer(tmp_path):
    lu = lire(tmp_path, markdown([EN_TETE, ["< Publication >", "Mouvements", "En bref", "< A LIRE / A VOIR >"]]))
    assert lu.notices == ()


def test_des_parties_dans_le_desordre_donnent_les_memes_notices(tmp_path):
    lu = lire(tmp_path, markdown([EN_TETE, FIN, LOCAL, EXPERIENCE, ACTU, NATIONAL]))
    assert sorted(notices(lu), key=str) == sorted(ATTENDUES, key=str)


def test_deux_adresses_collees_donnent_la_premiere_et_gardent_l_autre(tmp_path):
    collees = [*ACTU[:4], "www.rives.example/guide/https://autre.example/page", *ACTU[5:]]
    lu = lire(tmp_path, markdown([EN_TETE, collees]))
    assert lu.notices[0].url == "www.rives.example/guide/"


@pytest.mark.parametrize("contenu", ["x", "< Publication >", "Mouvements\n\n- x", "12 mars", "Persan\n\nUN TITRE"])
def test_un_document_presque_vide_ne_fait_rien_echouer(tmp_path, contenu):
    assert all(notice.titre for notice in lire(tmp_path, contenu).notices)


def test_une_tres_longue_lettre_se_lit_en_entier(tmp_path):
    lu = lire(tmp_path, markdown(LETTRE * 60))
    assert sum(notice.genre == "experience" for notice in lu.notices) == 60


# --- propriétés ---

MOTS = st.sampled_from(
    re.findall(
        r"\S+",
        "ville jardin atelier femmes Nanterre Persan école santé 2025 mars Contact Agenda Mouvements Publication de la "
        "www.x.fr/a a@b.fr < > , . : « » - © [Actes] En bref Fiche expérience Ana Dupin directrice",
    )
)
PHRASES = st.lists(MOTS, min_size=1, max_size=14).map(" ".join)
LIGNES = st.one_of(
    PHRASES,
    PHRASES.map(str.upper),
    PHRASES.map(lambda ligne: f"{ligne}."),
    st.lists(MOTS, min_size=60, max_size=80).map(" ".join),
    st.sampled_from([ligne.replace("\n", " ") for ligne in chain.from_iterable(LETTRE)]),
)
RANGES = {"mobilier", "présentation", "en-tête", "rubrique", "contact", "adresse"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(LIGNES, st.integers(0, 4)), max_size=30), st.sampled_from(["markdown", "texte"]))
def test_chaque_bloc_est_rendu_range_ou_signale(lignes, forme):
    numero, lues = 0, []
    for texte, vides in lignes:
        numero += 1 + vides
        lues.append(Ligne(numero, texte, vides=vides))
    texte = Texte("rivages-2022.md", forme, tuple(lues))
    lecture = lettre._Lettre(texte, decouper(texte))
    lu = lecture.depouiller()
    rendus = set(re.findall(r"\w+", repr(lu.notices).replace("\\n", " ").lower()))
    for bloc, emploi in zip(lecture.blocs, lecture.compte.emplois, strict=True):
        if emploi is None:
            assert any(a.gravite == "perte" and a.ligne is not None and a.ligne <= bloc.ligne for a in lu.anomalies)
        elif emploi not in RANGES:
            assert set(re.findall(r"\w{3,}", bloc.texte.lower())) <= rendus
    assert 0 <= lettre.ressemblance(decouper(texte)) <= 1


# --- les pièces ---


@pytest.mark.parametrize(
    ("texte", "nature", "portee"),
    [
        ("< Publication >", "publication", None),
        ("Nos publications", "publication", None),
        ("< Séminaire des élu.e.s, 11 mai >", "agenda", None),
        ("< Formation, 3 juin >", "formation", None),
        ("[Sondage]", "ressource", None),
        ("< 12 juin, salle des fêtes >", "agenda", None),
        ("Mouvements", "mouvement", None),
        ("Fiche expérience", "experience", None),
        ("À lire, à voir", "lecture", None),
        ("En bref", "bref", None),
        ("National / Régional", None, "generale"),
        ("Ouest francilien (Hauts-de-Seine / Val d'Oise / Yvelines)", None, "locale"),
        ("L'actu du Pôle", None, "editeur"),
    ],
)
def test_les_rubriques_se_reconnaissent(texte, nature, portee):
    rubrique = lire_rubrique(texte)
    assert (rubrique.nature, rubrique.portee) == (nature, portee)


@pytest.mark.parametrize(
    "texte", ["UN SITE RESSOURCE SUR LES QUESTIONS URBAINES", "Développement économique", "Nanterre", "", "x" * 300]
)
def test_ce_qui_n_est_pas_une_rubrique(texte):
    assert lire_rubrique(texte) is None


@pytest.mark.parametrize(
    ("texte", "titre", "lieux", "noms"),
    [
        ("Ana Dupin, déléguée du Préfet, Nanterre", "Déléguée du Préfet, Nanterre", ("Nanterre",), ["Ana Dupin"]),
        ("Nanterre : Ana Dupin, déléguée du préfet", "Déléguée du préfet, Nanterre", ("Nanterre",), ["Ana Dupin"]),
        ("Ana Dupin, directrice, CCAS de Persan", "Directrice, CCAS de Persan", ("Persan",), ["Ana Dupin"]),
        (
            "Ana Dupin rejoint la ville de Persan, en remplacement de Paul Roux",
            "La ville de Persan",
            ("Persan",),
            ["Ana Dupin"],
        ),
        (
            "Ana Dupin et Paul Roux, chargés de mission, ville de Cergy",
            "Chargés de mission, ville de Cergy",
            ("ville de Cergy",),
            ["Ana Dupin", "Paul Roux"],
        ),
        (
            "Ana Dupin rejoint la ville de Bezons comme cheffe de projet",
            "Cheffe de projet, ville de Bezons",
            ("ville de Bezons",),
            ["Ana Dupin"],
        ),
        (
            "**Ana Dupin** est nommée déléguée du préfet à Sarcelles".replace("*", ""),
            "Déléguée du préfet à Sarcelles",
            ("Sarcelles",),
            ["Ana Dupin"],
        ),
        ("Ana Dupin, adjointe à Limay, remplacée par Paul Roux", "Adjointe à Limay", ("Limay",), ["Ana Dupin"]),
        ("Ana Dupin (Limay), adjointe", "Adjointe, Limay", ("Limay",), ["Ana Dupin"]),
    ],
)
def test_un_mouvement_se_lit(texte, titre, lieux, noms):
    breve = lire_mouvement(texte)
    assert (breve.titre, breve.lieux, [contact.personne for contact in breve.contacts]) == (titre, lieux, noms)


def test_un_mouvement_sans_nom_lisible_n_affiche_rien():
    assert (lire_mouvement("un départ à la retraite").titre, lire_mouvement("un départ").sure) == ("", False)


def test_les_pieces_d_une_revue_de_presse():
    citee = lire_article_de_presse("« Un quartier change », Ida Sol, Le Journal, 12 mars https://j.example/a", 2021)
    assert (citee.titre, citee.periode.iso) == ("« Un quartier change »", "2021-03-12")
    libre = lire_article_de_presse("Le panorama quotidien : <https://scoop.example/>", 2021)
    assert (libre.titre, libre.periode) == ("Le panorama quotidien", None)


def test_les_pieces_d_un_agenda_et_d_une_lecture():
    assert (lire_date("11 mai : séminaire", 2021).titre, lire_date("11 mai : séminaire", 2021).periode.iso) == (
        "séminaire",
        "2021-05-11",
    )
    assert lire_reference("Ida Sol, Éditions des Rives, 2020, 150 p.").iso == "2020"
    assert lire_reference("Max Sand, éd. du Pont, janvier 2021, 176 p.").iso == "2021-01"
    assert lire_reference("Une phrase de 2020 sans éditeur.") is None


@pytest.mark.parametrize(
    ("texte", "iso"),
    [
        ("Lancé en mars dernier, le programme soutient les commerces.", "2021-03"),
        ("La ville ouvre fin mai une antenne de proximité.", "2021-05"),
        ("Le quartier dispose, depuis septembre dernier, d'un kiosque.", "2020-09"),
        ("Un forum se tiendra en février prochain.", "2022-02"),
        ("Le 2 avril, la maison du projet a été inaugurée.", "2021-04-02"),
        ("Labellisée en septembre 2019, la cité éducative s'étend.", None),
        ("Une action sans date, mais avec des mars et des avril.", None),
    ],
)
def test_une_actualite_dit_un_mois_proche(texte, iso):
    lue = lire_moment(texte, "2021-03-12")
    assert (lue.iso if lue else None) == iso


def test_une_actualite_est_datee_de_ce_dont_elle_parle(tmp_path):
    local = [LOCAL[0], LOCAL[1], LOCAL[2], f"La ville ouvre fin mai une antenne. {PHRASE}"]
    lu = lire(tmp_path, markdown([EN_TETE, local]))
    assert [(n.date, n.periode) for n in lu.notices] == [("2022-05", "mai 2022")]


def test_un_titre_trop_long_s_abrege_a_sa_premiere_phrase():
    assert abreger(f"Une première phrase assez longue. {PHRASE}") == "Une première phrase assez longue."
    assert abreger("mot " * 100).endswith("mot…")
    assert abreger("court") == "court"


# --- le document réel ---


@pytest.fixture(name="reelle", scope="module")
def _reelle(shared):
    texte = lire_texte(shared / "corpus" / "resonances-2021.md")
    return lettre.depouiller(texte, decouper(texte)), lettre.ressemblance(decouper(texte))


def test_la_lettre_de_2021_rend_ses_vingt_trois_notices(reelle):
    lu, note = reelle
    assert note > 0.9
    assert [n.nature for n in lu.notices] == [
        *["publication", "publication", "ressource", "agenda", "agenda"],
        *["actualite"] * 5,
        *["mouvement"] * 5,
        *["actualite", "experience", "ressource", "presse", "presse", "presse", "lecture", "lecture"],
    ]
    situees = {n.lieux for n in lu.notices if n.lieux and n.nature in {"actualite", "experience"}}
    assert situees == {("Persan",), ("Mantes-la-Jolie",), ("Villiers-le-Bel",)}
    assert [n.date for n in lu.notices if n.nature == "agenda"] == ["2021-05-11", "2021-05-18/2021-05-20"]
    assert [a.gravite for a in lu.anomalies] == ["doute"]


@pytest.mark.parametrize("forme", ["texte", "lignes", "pdf", "colonnes"])
def test_la_lettre_de_2021_donne_les_memes_notices_dans_toute_forme(reelle, shared, tmp_path, forme):
    blocs = decouper(lire_texte(shared / "corpus" / "resonances-2021.md"))
    lignes = [f"- {bloc.texte}" if bloc.genre == "puce" else bloc.texte for bloc in blocs]
    if forme == "texte":
        coupees = [
            "\n".join(textwrap.wrap(ligne, 90, break_on_hyphens=False, break_long_words=False)) for ligne in lignes
        ]
        lu = lire(tmp_path, "\n\n".join(coupees), "resonances-2021.txt")
    elif forme == "lignes":
        lu = lire(tmp_path, "\n".join(lignes), "resonances-2021.txt")
    else:
        lu = lire(tmp_path, _typst(lignes, 1 + (forme == "colonnes")), "resonances-2021.pdf")

    def cles(notices):
        return [(n.nature, _lettres(n.titre)[:60], _lettres(" ".join(n.lieux)), n.date) for n in notices]

    assert cles(lu.notices) == cles(reelle[0].notices)


def test_les_autres_documents_ne_ressemblent_pas_a_une_lettre(shared):
    autres = [chemin for chemin in (shared / "corpus").iterdir() if not chemin.name.startswith("resonances")]
    assert len(autres) == 4
    assert all(lettre.ressemblance(decouper(lire_texte(chemin))) < 0.3 for chemin in autres)
