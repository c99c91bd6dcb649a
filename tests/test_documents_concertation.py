"""Le compte rendu de concertation : défis, atouts et propositions, quelle que soit la façon de les imprimer."""

from __future__ import annotations

import csv
import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.documents import concertation
from observatoire.documents.blocs import Bloc, decouper
from observatoire.documents.enumerations import LigneLue, eclater
from observatoire.documents.intertitres import est_theme_connu, lire_natures
from observatoire.documents.lieux_imprimes import lieu_seul, lieux_imprimes
from observatoire.documents.texte import Texte, lire_texte
from observatoire.notices import Depouillement, Notice

GOLD = Path(__file__).parent / "extraction" / "concertation-quartiers-2030-paris-saclay_actions.csv"

SIMPLE = """Restitution des ateliers du 12 mars 2024
Ville de Trappes

Mobilité
Défis
1. Les bus sont rares le soir
2. Le permis coûte cher
Atouts
1. Un garage solidaire
Propositions / Perspectives
1. Créer une navette
"""


def lire(tmp_path: Path, contenu: str, suffixe: str = ".txt") -> Depouillement:
    fichier = tmp_path / f"concertation{suffixe}"
    fichier.write_text(contenu, encoding="utf-8")
    return depouiller(fichier)


def depouiller(fichier: Path) -> Depouillement:
    texte = lire_texte(fichier)
    return concertation.depouiller(texte, decouper(texte))


def faits(lu: Depouillement) -> list[tuple[str, str, str | None, str]]:
    return [(n.rubrique, n.nature, n.numero, n.titre) for n in lu.notices]


def titres(lu: Depouillement) -> list[str]:
    return [notice.titre for notice in lu.notices]


# --- une liste ---


def test_un_compte_rendu_simple(tmp_path):
    lu = lire(tmp_path, SIMPLE)
    assert faits(lu) == [
        ("Mobilité", "defi", "1", "Les bus sont rares le soir"),
        ("Mobilité", "defi", "2", "Le permis coûte cher"),
        ("Mobilité", "atout", "1", "Un garage solidaire"),
        ("Mobilité", "proposition", "1", "Créer une navette"),
    ]
    assert {n.genre for n in lu.notices} == {"action"}
    assert [n.ligne for n in lu.notices] == [6, 7, 9, 11]
    assert lu.anomalies == ()


def test_la_tete_dit_le_titre_le_territoire_et_la_date(tmp_path):
    lu = lire(tmp_path, SIMPLE)
    assert (lu.famille, lu.titre) == ("concertation", "Restitution des ateliers du 12 mars 2024")
    assert (lu.lieux, lu.annee) == (("Ville de Trappes",), 2024)
    assert {(n.lieux, n.date, n.annee) for n in lu.notices} == {(("Ville de Trappes",), "2024-03-12", 2024)}


def test_un_contrat_de_ville_n_est_pas_un_territoire(tmp_path):
    tete = "Agglomération du Val Fleuri\nContrat de ville Engagements Quartiers 2030\nRestitution du forum\n\n"
    lu = lire(tmp_path, f"{tete}Emploi\nDéfis\n1. Trop peu de bus\nAtouts\n1. Des bénévoles\n")
    assert lu.lieux == ("Agglomération du Val Fleuri",)
    seul = lire(tmp_path, "Concertation du contrat de ville Val Fleuri\n\nEmploi\nDéfis\n1. Trop peu de bus\n")
    assert seul.lieux == ("Val Fleuri",)


def test_un_horizon_n_est_pas_une_date(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("du 12 mars 2024", "Quartiers 2030"))
    assert (lu.annee, {n.date for n in lu.notices}) == (None, {None})


@pytest.mark.parametrize(
    ("tete", "lieux"),
    [
        ("Concertation de l'Agglomération de Cergy-Pontoise", ("Agglomération de Cergy-Pontoise",)),
        ("Synthèse de la concertation - Sartrouville", ("Sartrouville",)),
        ("Concertation Les Mureaux", ("Les Mureaux",)),
        ("Rencontre des partenaires\nCommune : Poissy", ("Commune : Poissy",)),
        ("Rencontre des partenaires à Mantes-la-Jolie", ("Mantes-la-Jolie",)),
        ("Rencontre\nUne centaine de partenaires du territoire de Plaine Vallée sont venus.", ("Plaine Vallée",)),
        ("Rencontre des partenaires", ()),
    ],
)
def test_le_territoire_de_la_rencontre(tmp_path, tete, lieux):
    lu = lire(tmp_path, f"{tete}\n\nSanté\nDéfis\n1. Des médecins rares\n")
    assert (lu.lieux, lu.notices[0].lieux) == (lieux, lieux)


@pytest.mark.parametrize("signe", [". ", ") ", "- ", " . ", ".", " ) ", "/ ", "° "])
def test_les_signes_de_numerotation(tmp_path, signe):
    contenu = re.sub(r"^(\d)\. ", rf"\1{signe}", SIMPLE, flags=re.MULTILINE)
    assert faits(lire(tmp_path, contenu)) == faits(lire(tmp_path, SIMPLE))


@pytest.mark.parametrize("puce", ["- ", "• ", "* ", "– ", "✓ ", "o "])
def test_les_puces(tmp_path, puce):
    contenu = re.sub(r"^\d\. ", puce, SIMPLE, flags=re.MULTILINE)
    assert [n.numero for n in lire(tmp_path, contenu).notices] == [None] * 4
    assert titres(lire(tmp_path, contenu)) == titres(lire(tmp_path, SIMPLE))


def test_un_element_par_ligne_sans_puce(tmp_path):
    contenu = re.sub(r"^\d\. ", "", SIMPLE, flags=re.MULTILINE)
    lu = lire(tmp_path, contenu)
    assert titres(lu) == titres(lire(tmp_path, SIMPLE))
    assert lu.anomalies == ()


@pytest.mark.parametrize(
    ("ligne", "elements"),
    [
        ("8. Un repas à 1 euro. 9. Accès au sport", [("8", "Un repas à 1 euro."), ("9", "Accès au sport")]),
        ("6.Aller vers les habitants 7.Ouvrir le soir", [("6", "Aller vers les habitants"), ("7", "Ouvrir le soir")]),
        ("1) Un bus 2) Un vélo 3) Une navette", [("1", "Un bus"), ("2", "Un vélo"), ("3", "Une navette")]),
        ("2. Ouvrir ; 3. fermer", [("2", "Ouvrir ;"), ("3", "fermer")]),
        ("1. Passer au moins 2 fois par semaine", [("1", "Passer au moins 2 fois par semaine")]),
        ("1. Des livres + 2 sorties", [("1", "Des livres + 2 sorties")]),
        ("15. Aider les 16-25 ans dès le 1er rendez-vous", [("15", "Aider les 16-25 ans dès le 1er rendez-vous")]),
        ("3. Relire l'article 4. Il est ancien", [("3", "Relire l'article 4. Il est ancien")]),
        ("3. Trois sites 5. Autre chose", [("3", "Trois sites 5. Autre chose")]),
        ("1. Le tarif passe à 2.50 euros", [("1", "Le tarif passe à 2.50 euros")]),
    ],
)
def test_une_ligne_n_est_coupee_qu_a_un_numero_qui_continue(ligne, elements):
    lu = re.match(r"(\d+)([.)])\s*(.*)", ligne)
    assert list(eclater(LigneLue(lu[3], 1, None, numero=lu[1], signe=lu[2]))) == elements


def test_les_points_et_points_virgules_finaux_sont_retires(tmp_path):
    contenu = SIMPLE.replace("soir", "soir.").replace("cher", "cher ;").replace("navette", "navette...")
    assert titres(lire(tmp_path, contenu)) == [
        "Les bus sont rares le soir",
        "Le permis coûte cher",
        "Un garage solidaire",
        "Créer une navette...",
    ]


def test_une_sous_liste_rejoint_l_element_qui_l_annonce(tmp_path):
    contenu = SIMPLE.replace("2. Le permis coûte cher", "2. Des freins :\n- le prix\n- les délais\n3. Le permis")
    lu = lire(tmp_path, contenu)
    assert titres(lu)[1:3] == ["Des freins : - le prix - les délais", "Le permis"]
    assert lu.anomalies == ()


def test_une_sous_liste_non_annoncee_est_le_texte_de_l_element(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("2. Le permis coûte cher", "2. Le permis\n- son prix\n- ses délais"))
    assert [(n.titre, n.texte) for n in lu.notices][1] == ("Le permis", "- son prix\n- ses délais")


def test_une_fleche_ouvre_un_element_sauf_sous_une_annonce(tmp_path):
    contenu = "Rencontre\nSécurité\nDéfis\nLe trafic\n-> Se sentir en sécurité\nAgir sur :\n-> le bruit\nLes rodéos\n"
    assert titres(lire(tmp_path, contenu)) == [
        "Le trafic",
        "Se sentir en sécurité",
        "Agir sur : - le bruit",
        "Les rodéos",
    ]


# --- numéros répétés, sautés, perdus ---


def test_les_numeros_sont_gardes_tels_qu_imprimes_et_signales(tmp_path):
    contenu = SIMPLE.replace("2. Le permis coûte cher", "1. Le permis coûte cher\n4. La gare est loin")
    lu = lire(tmp_path, contenu)
    assert [n.numero for n in lu.notices] == ["1", "1", "4", "1", "1"]
    assert [(a.gravite, a.ligne) for a in lu.anomalies] == [("doute", 7), ("doute", 8)]
    assert "numéro 1 imprimé deux fois : « Les bus sont rares le soir »" in lu.anomalies[0].probleme
    assert "passe de 1 à 4" in lu.anomalies[1].probleme


def test_un_element_sans_numero_dans_une_liste_numerotee(tmp_path):
    contenu = SIMPLE.replace("2. Le permis coûte cher", "Le permis coûte cher\n3. La gare est loin")
    lu = lire(tmp_path, contenu)
    assert [(n.numero, n.titre) for n in lu.notices][:3] == [
        ("1", "Les bus sont rares le soir"),
        (None, "Le permis coûte cher"),
        ("3", "La gare est loin"),
    ]
    assert [a.probleme for a in lu.anomalies] == ["élément sans numéro dans une liste numérotée"]


def test_un_texte_sous_un_element_lui_est_rattache_et_signale(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("2. Le permis", "Un tour de table a suivi, et il fut long.\n2. Le permis"))
    assert lu.notices[0].texte == "Un tour de table a suivi, et il fut long."
    assert [(a.gravite, a.extrait) for a in lu.anomalies] == [("doute", "Un tour de table a suivi, et il fut long.")]


def test_un_intertitre_perdu_se_voit_a_la_numerotation(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("Atouts\n", ""))
    assert [n.nature for n in lu.notices] == ["defi", "defi", "defi", "proposition"]
    assert "repart à 1 après 2" in lu.anomalies[0].probleme


# --- intertitres ---


@pytest.mark.parametrize(
    ("texte", "natures"),
    [
        ("Défis", ("defi",)),
        ("DÉFIS :", ("defi",)),
        ("Les enjeux du territoire", ("defi",)),
        ("Freins identifiés", ("defi",)),
        ("Points de vigilance", ("defi",)),
        ("Ce qui ne fonctionne pas", ("defi",)),
        ("Difficultés et besoins exprimés", ("defi",)),
        ("Atouts et ressources", ("atout",)),
        ("Nos points forts", ("atout",)),
        ("Ce qui fonctionne déjà", ("atout",)),
        ("Leviers", ("atout",)),
        ("Propositions / Perspectives", ("proposition",)),
        ("Pistes d'action", ("proposition",)),
        ("Quelles sont vos idées ?", ("proposition",)),
        ("Préconisations pour le futur contrat de ville", ("proposition",)),
        ("Forces / Faiblesses", ("atout", "defi")),
        ("Freins à l'emploi", ()),
        ("Proposition d'accompagnement vers la culture", ()),
        ("propositions", ()),
        ("Défis relevés par les équipes de l'association au printemps", ()),
    ],
)
def test_les_intertitres_de_nature(texte, natures):
    assert lire_natures(texte) == natures


def test_un_intertitre_de_deux_natures_est_signale(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("Défis", "Défis et atouts"))
    assert lu.notices[0].nature == "defi"
    assert lu.anomalies[0].probleme == "intertitre de plusieurs natures, lu comme « defi »"


@pytest.mark.parametrize(
    "theme", ["Emploi / Insertion", "Sport / Santé", "Habitat cadre de vie", "Accès au droit", "Culture et lien social"]
)
def test_les_mots_des_themes(theme):
    assert est_theme_connu(theme)


@pytest.mark.parametrize("texte", ["Jardins partagés", "PRE", "Mixité", "Prévention spécialisée", "", "et"])
def test_ce_qui_n_est_pas_un_theme(texte):
    assert not est_theme_connu(texte)


def test_un_theme_aux_mots_inconnus_se_reconnait_a_ce_qui_le_suit(tmp_path):
    contenu = SIMPLE + "Vivre à la Cerisaie\nDéfis\n1. Le bruit\n"
    assert faits(lire(tmp_path, contenu))[-1] == ("Vivre à la Cerisaie", "defi", "1", "Le bruit")


def test_le_dernier_element_d_une_liste_n_est_pas_un_theme(tmp_path):
    contenu = "Rencontre\nSport\nDéfis\nDes salles chauffées\nColos apprenantes\nAtouts\nDes clubs\n"
    assert faits(lire(tmp_path, contenu)) == [
        ("Sport", "defi", None, "Des salles chauffées"),
        ("Sport", "defi", None, "Colos apprenantes"),
        ("Sport", "atout", None, "Des clubs"),
    ]


def test_un_theme_perdu_n_est_pas_remplace_par_le_precedent(tmp_path):
    lu = lire(tmp_path, SIMPLE + "Défis\n1. Peu de médecins\n")
    assert faits(lu)[-1] == ("", "defi", "1", "Peu de médecins")
    assert "sans thème au-dessus de lui" in lu.anomalies[-1].probleme


def test_un_intertitre_repris_apres_une_page_garde_son_theme(tmp_path):
    lu = lire(tmp_path, SIMPLE + "Propositions (suite)\n2. Prêter des vélos\n")
    assert faits(lu)[-1][:2] == ("Mobilité", "proposition")


def test_une_nature_manquante_est_deduite_et_signalee(tmp_path):
    contenu = "Rencontre\nEmploi\n1. Développer les stages\n2. Créer un forum\nSanté\n1. Peu de médecins\n"
    lu = lire(tmp_path, contenu)
    assert [(n.rubrique, n.nature) for n in lu.notices] == [
        ("Emploi", "proposition"),
        ("Emploi", "proposition"),
        ("Santé", "defi"),
    ]
    assert [a.ligne for a in lu.anomalies] == [3, 6]


def test_la_nature_d_abord_les_themes_dessous(tmp_path):
    contenu = "Rencontre\nDéfis\nEmploi\n1. Un stage\nSanté\n1. Un médecin\nAtouts\nEmploi\n1. La mission locale\n"
    assert faits(lire(tmp_path, contenu)) == [
        ("Emploi", "defi", "1", "Un stage"),
        ("Santé", "defi", "1", "Un médecin"),
        ("Emploi", "atout", "1", "La mission locale"),
    ]


def test_theme_et_nature_sur_la_meme_ligne(tmp_path):
    contenu = (
        "Rencontre\nEmploi – Défis\nSe déplacer\nEmploi – Atouts\nLe PRIJ\n"
        "Santé – Défis : des soins rares\nPropositions - Santé\nOuvrir un centre\nAtouts : le PRE\n"
    )
    assert faits(lire(tmp_path, contenu)) == [
        ("Emploi", "defi", None, "Se déplacer"),
        ("Emploi", "atout", None, "Le PRIJ"),
        ("Santé", "defi", None, "des soins rares"),
        ("Santé", "proposition", None, "Ouvrir un centre"),
        ("Santé", "atout", None, "le PRE"),
    ]


@pytest.mark.parametrize("forme", ["{} {} : ", "{} n° {} - ", "{} {}. "])
def test_elements_annonces_par_leur_nature(tmp_path, forme):
    elements = [("Défi", 1, "se déplacer"), ("Défi", 2, "se loger"), ("Proposition", 1, "créer une navette")]
    lignes = [forme.format(nature, n) + texte for nature, n, texte in elements]
    contenu = "\n".join(["Rencontre", "Mobilité", *lignes, "Santé", "Défi 1 : se soigner"])
    assert faits(lire(tmp_path, contenu)) == [
        ("Mobilité", "defi", "1", "se déplacer"),
        ("Mobilité", "defi", "2", "se loger"),
        ("Mobilité", "proposition", "1", "créer une navette"),
        ("Santé", "defi", "1", "se soigner"),
    ]


def test_themes_annonces_et_numerotes(tmp_path):
    contenu = SIMPLE.replace("Mobilité", "Atelier n° 2 : Aller et venir") + "3. Santé\nDéfis\n1. Peu de médecins\n"
    assert [n.rubrique for n in lire(tmp_path, contenu).notices][::4] == ["Atelier n° 2 : Aller et venir", "Santé"]


def test_plusieurs_villes_dans_un_compte_rendu(tmp_path):
    contenu = SIMPLE + "Ville d'Élancourt\nSanté\nDéfis\n1. Peu de médecins\n"
    assert [n.lieux for n in lire(tmp_path, contenu).notices][3:] == [("Ville de Trappes",), ("Ville d'Élancourt",)]


# --- formes ---


MARKDOWN = """# Compte rendu de la rencontre partenaires

**Argenteuil, quartier du Val d'Argent** - 4 avril 2023

Une trentaine de partenaires ont participé.

## Logement

### Points faibles

- Charges élevées
- Isolation :
  - fenêtres
  - murs

### Points forts

- Amicale de locataires active

## Jeunesse

### Idées

1. Ouvrir le gymnase
   le dimanche

## Conclusion

La prochaine rencontre aura lieu en juin.
"""


def test_markdown(tmp_path):
    lu = lire(tmp_path, MARKDOWN, ".md")
    assert lu.lieux == ("quartier du Val d'Argent",)
    assert faits(lu) == [
        ("Logement", "defi", None, "Charges élevées"),
        ("Logement", "defi", None, "Isolation : - fenêtres - murs"),
        ("Logement", "atout", None, "Amicale de locataires active"),
        ("Jeunesse", "proposition", "1", "Ouvrir le gymnase le dimanche"),
    ]
    assert {n.date for n in lu.notices} == {"2023-04-04"}


def test_ce_qui_n_est_sous_aucun_theme_est_signale(tmp_path):
    (perte,) = lire(tmp_path, MARKDOWN, ".md").anomalies
    assert (perte.gravite, perte.extrait) == ("perte", "Conclusion / La prochaine rencontre aura lieu en juin.")


def test_des_elements_avant_tout_intertitre_sont_signales(tmp_path):
    lu = lire(tmp_path, SIMPLE.replace("Mobilité\nDéfis\n", ""))
    assert [n.nature for n in lu.notices] == ["atout", "proposition"]
    assert lu.anomalies[0].gravite == "perte"
    assert lu.anomalies[0].extrait == "Les bus sont rares le soir / Le permis coûte cher"


TABLEAU = """# Concertation à Cergy

| Thème | Défis | Atouts | Pistes d'action |
|---|---|---|---|
| Emploi | 1. Trouver un stage 2. Oser postuler | Mission locale | Créer un forum |
| Sport | Des créneaux rares | Des clubs | Ouvrir le stade |
| Culture | Le prix |
"""


def test_tableau(tmp_path):
    lu = lire(tmp_path, TABLEAU, ".md")
    assert faits(lu) == [
        ("Emploi", "defi", "1", "Trouver un stage"),
        ("Emploi", "defi", "2", "Oser postuler"),
        ("Emploi", "atout", None, "Mission locale"),
        ("Emploi", "proposition", None, "Créer un forum"),
        ("Sport", "defi", None, "Des créneaux rares"),
        ("Sport", "atout", None, "Des clubs"),
        ("Sport", "proposition", None, "Ouvrir le stade"),
    ]
    assert [(a.gravite, a.ligne, a.extrait) for a in lu.anomalies] == [("perte", 7, "Culture | Le prix")]


def test_l_habillage_d_une_page_n_est_pas_lu(tmp_path):
    contenu = SIMPLE.replace("Atouts", "Page 2 / 4\nAtouts") + "Signaler un contenu inapproprié\nPartager :\nFacebook\n"
    lu = lire(tmp_path, contenu)
    assert faits(lu) == faits(lire(tmp_path, SIMPLE))
    assert lu.anomalies == ()


def test_partager_peut_ouvrir_un_element(tmp_path):
    lu = lire(tmp_path, "Rencontre\nSécurité\nDéfis\nPartager plus souvent le sujet\nAccueil\nMenu\n")
    assert titres(lu) == ["Partager plus souvent le sujet"]


LONGUES = [
    "Renforcer la présence des médiateurs aux abords des collèges du quartier et de la gare en fin de journée",
    "Ouvrir les équipements sportifs le dimanche (gymnase de la Plaine, stade Jean Bouin) avec des bénévoles",
    "Aider les familles à trouver une place en crèche, et les assistantes maternelles à se former",
]


@pytest.mark.parametrize("largeur", [50, 72, 100])
@pytest.mark.parametrize("marque", ["numéros", "puces", "rien"])
@pytest.mark.parametrize("aere", [True, False])
def test_un_texte_coupe_a_la_ligne(tmp_path, largeur, marque, aere):
    lignes = ["Rencontre de la Ville de Poissy", "", "Sécurité et prévention", "Propositions", ""]
    for rang, element in enumerate(LONGUES * 2, start=1):
        puce = {"numéros": f"{rang}. ", "puces": "- ", "rien": ""}[marque]
        lignes += [*textwrap.wrap(puce + element, largeur), *([""] if aere else [])]
    assert titres(lire(tmp_path, "\n".join(lignes))) == LONGUES * 2


def test_un_mot_coupe_en_fin_de_ligne_est_recolle(tmp_path):
    contenu = SIMPLE.replace(
        "1. Créer une navette", "1. Créer une na-\nvette de quartier pour les habitants\net la gare"
    )
    assert titres(lire(tmp_path, contenu))[-1] == "Créer une navette de quartier pour les habitants et la gare"


# --- le document réel ---


@pytest.fixture(scope="module")
def reel(shared) -> Path:
    return shared / "corpus" / "concertation-quartiers-2030-paris-saclay.txt"


def compact(texte: str) -> str:
    return re.sub(r"\W+", "", texte).casefold()


def identites(notices: Sequence[Notice]) -> Counter[tuple[str, str, str | None, str]]:
    return Counter((n.rubrique, n.nature, n.numero, compact(n.titre)) for n in notices)


def test_le_document_reel_est_lu_en_entier(reel):
    lu = depouiller(reel)
    with GOLD.open(encoding="utf-8") as fichier:
        attendus = list(csv.DictReader(fichier))
    lus = [(n.nature, n.numero or "", n.rubrique, n.ligne) for n in lu.notices]
    assert lus == [(a["nature"], a["numero"], a["theme_imprime"], int(a["ligne"])) for a in attendus]
    differents = [
        (n.titre, a["intitule"])
        for n, a in zip(lu.notices, attendus, strict=True)
        if not compact(n.titre).startswith(compact(a["intitule"]))
    ]
    assert differents == []


def test_le_document_reel_dit_son_territoire_et_ses_numeros_douteux(reel):
    lu = depouiller(reel)
    assert lu.lieux == ("Agglomération de Paris-Saclay",)
    assert lu.titre.endswith("Agglomération de Paris-Saclay")
    assert [(a.gravite, a.ligne) for a in lu.anomalies] == [("doute", 66), ("doute", 184), ("doute", 187)]


def themes_et_natures(reel: Path) -> tuple[list[str], set[str], set[str]]:
    lignes = [ligne.texte for ligne in lire_texte(reel).lignes]
    themes = {notice.rubrique for notice in depouiller(reel).notices}
    return lignes, themes, {ligne for ligne in lignes if lire_natures(ligne)}


def test_le_document_reel_en_markdown(reel, tmp_path):
    lignes, themes, natures = themes_et_natures(reel)
    corps = [f"\n## {x}\n" if x in themes else f"\n### {x}\n" if x in natures else x for x in lignes]
    assert faits(lire(tmp_path, "\n".join(corps), ".md")) == faits(depouiller(reel))


@pytest.mark.parametrize(("largeur", "minimum"), [(72, 200), (100, 199)])
@pytest.mark.parametrize("aere", ["themes", "natures", "tout"])
def test_le_document_reel_coupe_a_la_ligne(reel, tmp_path, largeur, minimum, aere):
    lignes, themes, natures = themes_et_natures(reel)
    blancs = {"themes": themes, "natures": themes | natures, "tout": set(lignes)}[aere]
    corps = []
    for ligne in lignes:
        corps += [*([""] if ligne in blancs else []), *textwrap.wrap(ligne, largeur, break_on_hyphens=False)]
    lu = lire(tmp_path, "\n".join(corps))
    assert (identites(lu.notices) & identites(depouiller(reel).notices)).total() >= minimum
    assert len(lu.notices) <= 201


@pytest.mark.parametrize(("colonnes", "minimum"), [(1, 200), (2, 199)])
def test_le_document_reel_en_pdf(reel, tmp_path, colonnes, minimum):
    lignes, themes, natures = themes_et_natures(reel)
    corps = {**dict.fromkeys(themes, 15), **dict.fromkeys(natures, 12)}
    source = [f"#set page(margin: 2cm, columns: {colonnes})", '#set text(size: 10pt, lang: "fr")']
    source += [f"#text({corps.get(ligne, 10)}pt, {_chaine(ligne)})\n" for ligne in lignes]
    fichier = tmp_path / "concertation.pdf"
    typst.compile("\n".join(source).encode(), output=str(fichier))
    lu = depouiller(fichier)
    assert (identites(lu.notices) & identites(depouiller(reel).notices)).total() >= minimum
    assert len(lu.notices) <= 201
    assert {n.page for n in lu.notices} >= {1, 2, 3}


def _chaine(texte: str) -> str:
    propre = texte.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{propre}"'


# --- ressemblance ---


@pytest.mark.parametrize("contenu", [SIMPLE, MARKDOWN, TABLEAU])
def test_un_compte_rendu_se_reconnait(tmp_path, contenu):
    fichier = tmp_path / "x.md"
    fichier.write_text(contenu, encoding="utf-8")
    assert concertation.ressemblance(decouper(lire_texte(fichier))) > 0.6


def test_les_autres_documents_n_en_sont_pas(shared):
    notes = {f.name: concertation.ressemblance(decouper(lire_texte(f))) for f in (shared / "corpus").iterdir()}
    assert notes.pop("concertation-quartiers-2030-paris-saclay.txt") > 0.9
    assert max(notes.values()) < 0.2


def test_sans_blocs_rien_ne_ressemble():
    assert concertation.ressemblance([]) == 0.0


# --- rien ne se perd ---


MOTS = [
    "Défis",
    "Atouts :",
    "Propositions",
    "Emploi",
    "Sport / Santé",
    "Conclusion",
    "Partager :",
    "Ville de Poissy",
    "Freins",
]
LIGNES = st.one_of(
    st.sampled_from(MOTS),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    st.builds("{}. item {}".format, st.integers(0, 20), st.integers(0, 99)),
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
    max_size=12,
)


def avec_mots_uniques(blocs: Sequence[Bloc]) -> list[Bloc]:
    """Chaque ligne ordinaire reçoit un mot à elle, pour la retrouver dans ce qui est rendu."""
    marques, rang = [], 0
    for numero, bloc in enumerate(blocs, start=1):
        lignes = []
        for ligne in bloc.lignes:
            rang += 1
            lignes.append(ligne if ligne in MOTS else f"{ligne} motunique{rang}x")
        marques.append(replace(bloc, texte=" ".join(lignes), lignes=tuple(lignes), ligne=numero))
    return marques


def tout_ce_qui_est_rendu(lu: Depouillement) -> str:
    notices = " ".join(f"{n.titre} {n.texte} {n.rubrique} {' '.join(n.lieux)}" for n in lu.notices)
    anomalies = " ".join(f"{a.probleme} {a.extrait}" for a in lu.anomalies)
    return f"{lu.titre} {' '.join(lu.lieux)} {notices} {anomalies}"


@settings(max_examples=200, deadline=None)
@given(BLOCS)
def test_rien_ne_leve_d_exception_ni_ne_se_perd(blocs):
    marques = [Bloc("paragraphe", "Défis", ("Défis",), 1), *avec_mots_uniques(blocs)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(concertation, "_LONGUEUR_EXTRAIT", 1_000_000)
        lu = concertation.depouiller(Texte("x.txt", "texte", ()), marques)
    imprimes = re.findall(r"motunique\d+x", " ".join(bloc.texte for bloc in marques))
    rendu = tout_ce_qui_est_rendu(lu)
    assert [mot for mot in imprimes if mot not in rendu] == []
    assert all(a.gravite in {"perte", "doute"} and a.ligne is not None for a in lu.anomalies)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=600))
def test_n_importe_quel_texte_se_lit(tmp_path_factory, contenu):
    fichier = tmp_path_factory.mktemp("texte") / "x.txt"
    fichier.write_bytes(f"Défis\n{contenu}".encode("utf-8", "replace"))
    try:
        texte = lire_texte(fichier)
    except OSError:
        return
    assert concertation.depouiller(texte, decouper(texte)).famille == "concertation"


def test_un_document_coupe_au_milieu(reel, tmp_path):
    entier = reel.read_text(encoding="utf-8")
    lu = lire(tmp_path, entier[: len(entier) // 2])
    complet = identites(depouiller(reel).notices)
    assert len(lu.notices) > 80
    assert (identites(lu.notices) & complet).total() >= len(lu.notices) - 1


def test_un_tres_long_compte_rendu_se_lit_en_entier(tmp_path):
    themes = [SIMPLE.replace("Mobilité", f"Thème {n} : mobilité") for n in range(1_000)]
    assert len(lire(tmp_path, "\n".join(themes)).notices) == 4 * 1_000


# --- les lieux imprimés ---


@pytest.mark.parametrize(
    ("texte", "lieux"),
    [
        ("un café ouvert à Mézin (47) par des voisins", ("Mézin (47)",)),
        ("le territoire de Saint-Priest (69) et ses écoles", ("Saint-Priest (69)",)),
        (
            "le territoire du Montmorillonnais (département de la Vienne)",
            ("Montmorillonnais (département de la Vienne)",),
        ),
        ("le conseil départemental des Hauts-de-Seine finance", ("conseil départemental des Hauts-de-Seine",)),
        ("des ateliers dans la commune du Val d'Oise.", ("commune du Val d'Oise",)),
        ("un local du quartier Dravemont à Floirac (33)", ("quartier Dravemont à Floirac (33)",)),
        ("des écoles du territoire du Morbihan.", ("Morbihan",)),
        ("les conseils départementaux : Ardèche, Gironde et Nord.", ("Ardèche", "Gironde", "Nord")),
        ("les villes de Trappes, La Verrière et Guyancourt", ("Trappes", "La Verrière", "Guyancourt")),
        ("des quartiers prioritaires de la politique de la ville", ()),
        ("la Ville et le Département ont financé", ()),
        ("le quartier Politique de la Ville", ()),
        ("Contrat de ville Quartiers 2030", ()),
        ("Le conseil de la ville Avenir des Jeunes", ()),
        ("Contrat de ville de Poissy", ("ville de Poissy",)),
        ("le contrat de ville Horizon Commun de la commune de Plaisir", ("commune de Plaisir",)),
        ("la ville Les Mureaux", ("ville Les Mureaux",)),
    ],
)
def test_les_lieux_d_un_texte(texte, lieux):
    assert lieux_imprimes(texte) == lieux


@pytest.mark.parametrize(
    ("texte", "lieu"), [("Trappes (78)", "Trappes (78)"), ("Une action collective", None), ("", None)]
)
def test_un_lieu_seul(texte, lieu):
    assert lieu_seul(texte) == lieu
