"""Ouvrir un document : encodages, PDF, colonnes, pieds de page, mots et phrases coupés."""

from __future__ import annotations

import random

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.documents.blocs import decouper, en_capitales, ressemble_a_un_titre, sans_balises
from observatoire.documents.texte import Texte, lire_texte, nettoyer
from observatoire.erreurs import ErreurSource, ErreurType

PHRASE = (
    "Les centres sociaux du territoire offrent un accueil inconditionnel, des espaces d'écoute et de rencontre aux "
    "habitantes et aux habitants, sans distinction, avec une attention particulière aux publics les plus fragiles."
)


def textes(chemin) -> list[str]:
    return [bloc.texte for bloc in decouper(lire_texte(chemin))]


def pdf(dossier, source: str):
    chemin = dossier / "document.pdf"
    chemin.write_bytes(typst.compile(source.encode()))
    return chemin


# --- encodages ---


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_l_encodage_est_reconnu(tmp_path, encodage):
    fichier = tmp_path / "lettre.txt"
    fichier.write_bytes("L'été à Éragny : cœur de quartier\n".encode(encodage))
    assert textes(fichier) == ["L'été à Éragny : cœur de quartier"]


def test_un_texte_encode_deux_fois_est_retabli_et_signale(tmp_path):
    fichier = tmp_path / "lettre.md"
    fichier.write_text("\n\n".join(["Été à Éragny, médiation"] * 4).encode().decode("cp1252"), encoding="utf-8")
    lu = lire_texte(fichier)
    assert {ligne.texte for ligne in lu.lignes} == {"Été à Éragny, médiation"}
    assert [anomalie.gravite for anomalie in lu.anomalies] == ["doute"]


def test_des_caracteres_perdus_sont_signales_avec_leur_ligne(tmp_path):
    fichier = tmp_path / "lettre.md"
    fichier.write_text("Titre\n\nUn texte ab\ufffdmé.\n", encoding="utf-8")
    (anomalie,) = lire_texte(fichier).anomalies
    assert (anomalie.gravite, anomalie.ligne) == ("perte", 3)


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"", "vide"),
        (b"  \n\n ", "vide"),
        (b"<!DOCTYPE html><html></html>", "page web"),
        (random.Random(1).randbytes(5000), "n'est pas un document"),
        (b"%PDF-1.7\n" + bytes(range(200)), "endommagé"),
    ],
)
def test_un_fichier_illisible_donne_une_erreur_claire(tmp_path, contenu, dit):
    fichier = tmp_path / "x.md"
    fichier.write_bytes(contenu)
    with pytest.raises(ErreurSource, match=dit):
        lire_texte(fichier)


def test_un_fichier_absent_un_dossier_et_un_nombre_sont_refuses(tmp_path):
    with pytest.raises(ErreurSource, match="n'existe pas"):
        lire_texte(tmp_path / "absent.md")
    with pytest.raises(ErreurSource, match="est un dossier"):
        lire_texte(tmp_path)
    with pytest.raises(ErreurType):
        lire_texte(3)


def test_un_pdf_sans_texte_est_dit_image(tmp_path):
    with pytest.raises(ErreurSource, match="image numérisée"):
        lire_texte(pdf(tmp_path, "#rect(width: 3cm, height: 2cm)"))


def test_nettoyer_ouvre_les_ligatures_et_unifie_les_espaces():
    assert nettoyer("eﬃcace\u202f: l\u2019aﬀiche\u00ad  ") == "efficace : l'affiche"


# --- recoller ---


def test_un_mot_coupe_entre_deux_colonnes_est_recolle(tmp_path):
    fichier = tmp_path / "recueil.md"
    debut = "une responsabilité partagée par les équipes de tout le territoire, toutes potentielle-"
    fichier.write_text(f"Titre\n\n{debut}\n\nment susceptibles d'accueillir.\n", encoding="utf-8")
    assert textes(fichier)[1].endswith("toutes potentiellement susceptibles d'accueillir.")


def test_une_phrase_coupee_par_la_page_est_reunie(tmp_path):
    fichier = tmp_path / "recueil.md"
    fichier.write_text(
        f"{PHRASE} Elle travaille avec la promotion des Ambassadeurs en\n\nSanté mentale, portée par une fondation.\n",
        encoding="utf-8",
    )
    (seul,) = textes(fichier)
    assert "des Ambassadeurs en Santé mentale" in seul


def test_un_titre_reste_seul(tmp_path):
    fichier = tmp_path / "recueil.md"
    fichier.write_text(f"Des collaborations qui durent\n\n{PHRASE}\n\nwww.exemple.fr/page\n", encoding="utf-8")
    assert textes(fichier) == ["Des collaborations qui durent", PHRASE, "www.exemple.fr/page"]


def test_une_cesure_au_milieu_d_une_ligne_est_recollee_si_le_mot_existe_ailleurs(tmp_path):
    fichier = tmp_path / "recueil.md"
    fichier.write_text(
        "L'an-crage du projet\n\nUn ancrage durable, des habitant-es et des bien-être, un non-dit.\n", encoding="utf-8"
    )
    titre, suite = textes(fichier)
    assert titre == "L'ancrage du projet"
    assert "habitant-es" in suite
    assert "bien-être" in suite


def test_un_texte_brut_sans_lignes_vides_va_a_la_ligne_a_chaque_element(tmp_path):
    fichier = tmp_path / "compte-rendu.txt"
    fichier.write_text("Sport\nDéfis\n1. Savoir nager\n2. Accès\n", encoding="utf-8")
    assert textes(fichier) == ["Sport", "Défis", "1. Savoir nager", "2. Accès"]


def test_le_markdown_donne_titres_puces_et_rangees(tmp_path):
    fichier = tmp_path / "guide.md"
    fichier.write_text(
        "# Un **titre**\n\n- une puce\n- une autre\n\nAction\tPages\n\n*Il a fallu du temps*, dit-elle.\n",
        encoding="utf-8",
    )
    blocs = decouper(lire_texte(fichier))
    assert [(b.genre, b.texte, b.niveau) for b in blocs] == [
        ("titre", "Un titre", 1),
        ("puce", "une puce", 0),
        ("puce", "une autre", 0),
        ("rangee", "Action | Pages", 0),
        ("paragraphe", "Il a fallu du temps, dit-elle.", 0),
    ]


def test_un_pied_de_page_repete_est_retire_mais_pas_un_lien(tmp_path):
    fichier = tmp_path / "recueil.md"
    pied = "Pôle ressources - 39 rue des Bussys - 95600 Eaubonne"
    lien = "www.exemple.fr/une-page"
    fichier.write_text(f"Un\n\n{pied}\n\nDeux\n\n{lien}\n\n{pied}\n\n{lien}\n", encoding="utf-8")
    assert textes(fichier) == ["Un", "Deux", lien, lien]


# --- PDF ---


def test_un_pdf_rend_ses_pages_ses_titres_et_ses_paragraphes(tmp_path):
    source = f"= Grand titre\n{PHRASE} {PHRASE}\n\n{PHRASE}\n#pagebreak()\n= Autre titre\n{PHRASE}"
    blocs = decouper(lire_texte(pdf(tmp_path, source)))
    assert [(b.genre, b.page) for b in blocs] == [
        ("titre", 1),
        ("paragraphe", 1),
        ("paragraphe", 1),
        ("titre", 2),
        ("paragraphe", 2),
    ]
    assert blocs[1].texte == f"{PHRASE} {PHRASE}"


def test_les_cesures_d_un_pdf_justifie_sont_defaites(tmp_path):
    reglages = '#set page(width: 7cm, height: auto)\n#set text(lang: "fr", hyphenate: true)\n#set par(justify: true)\n'
    source = reglages + PHRASE
    assert textes(pdf(tmp_path, source)) == [PHRASE]


def test_les_en_tetes_et_pieds_de_page_d_un_pdf_sont_retires(tmp_path):
    contenus = [
        "Une première partie parle de santé.",
        "Une autre traite du sport.",
        "La culture.",
        "L'accès aux droits.",
    ]
    source = (
        "#set page(header: [Rapport annuel], footer: context [Page #counter(page).display()])\n"
        + "#pagebreak()\n".join(f"{contenu}\n" for contenu in contenus)
    )
    assert textes(pdf(tmp_path, source)) == contenus


def test_une_page_ecrite_a_travers_ses_colonnes_se_lit_colonne_apres_colonne(tmp_path):
    gauche = [f"gauche numéro {n} de la colonne" for n in range(8)]
    droite = [f"droite numéro {n} de la colonne" for n in range(8)]
    cases = ", ".join(f"[{a}], [{b}]" for a, b in zip(gauche, droite, strict=True))
    source = f"#grid(columns: (200pt, 200pt), column-gutter: 30pt, row-gutter: 4pt, {cases})"
    lu = " ".join(textes(pdf(tmp_path, source)))
    assert lu == " ".join([*gauche, *droite])


def test_une_page_sans_texte_est_signalee(tmp_path):
    source = "Du texte.\n#pagebreak()\n#rect()\n#pagebreak()\nEncore du texte."
    (anomalie,) = lire_texte(pdf(tmp_path, source)).anomalies
    assert "la page 2 n'a pas de texte" in anomalie.probleme


BREVES = [
    (
        "Un verger derrière la gare",
        "Douze familles ont planté des pommiers, des poiriers et deux cognassiers sur la friche.",
    ),
    ("Le club de robotique recrute", "Chaque mercredi, « les bricoleuses » accueillent les élèves du collège voisin."),
    ("Permanence du soir", f"{PHRASE}"),
    ("Le cinéma de plein air revient", "(Sous réserve de beau temps.) Trois films sont prévus cet été."),
]


@pytest.mark.parametrize("gras", [True, False])
def test_un_titre_du_meme_corps_ne_se_colle_pas_a_son_texte(tmp_path, gras):
    """Des paragraphes courts ont plus de blancs que d'interlignes."""
    source = "\n\n".join(f"*{titre}*\n\n{texte}" if gras else f"{titre}\n\n{texte}" for titre, texte in BREVES)
    blocs = decouper(lire_texte(pdf(tmp_path, source)))
    assert [bloc.texte for bloc in blocs] == [texte for breve in BREVES for texte in breve]
    assert [bloc.gras for bloc in blocs] == [gras, False] * len(BREVES)


def test_le_gras_seul_separe_un_titre_de_son_texte(tmp_path):
    """Sans aucun blanc entre eux : la graisse change pour toute la ligne."""
    source = "\n\n".join(f"*{titre}* \\\n{texte}" for titre, texte in BREVES)
    blocs = decouper(lire_texte(pdf(tmp_path, source)))
    assert [bloc.texte for bloc in blocs] == [texte for breve in BREVES for texte in breve]


def test_un_passage_en_gras_ne_coupe_pas_son_paragraphe(tmp_path):
    reglages = '#set page(width: 9cm, height: auto)\n#set text(lang: "fr")\n'
    debut, milieu, fin = PHRASE[:60], PHRASE[60:170], PHRASE[170:]
    (seul,) = decouper(lire_texte(pdf(tmp_path, f"{reglages}{debut}#strong[{milieu}]{fin}")))
    assert (seul.texte, seul.gras) == (PHRASE, False)


def test_un_document_tout_en_gras_n_a_rien_en_gras(tmp_path):
    blocs = decouper(lire_texte(pdf(tmp_path, f'#set text(weight: "bold")\n{PHRASE}\n\n{PHRASE}')))
    assert [(bloc.texte, bloc.gras) for bloc in blocs] == [(PHRASE, False)] * 2


@pytest.mark.parametrize("interligne", ["0.5em", "1.2em", "1.6em"])
def test_un_paragraphe_reste_entier_quel_que_soit_l_interligne(tmp_path, interligne):
    long = f"{PHRASE} {PHRASE} {PHRASE}"
    source = f"#set par(leading: {interligne}, spacing: 3.2em)\n{long}\n\n{long}\n\n{long}"
    assert textes(pdf(tmp_path, source)) == [long] * 3


# --- adresses coupées ---


@pytest.mark.parametrize(
    "adresse", ["ecrire@atelier-riveverte.fr", "https://www.exemple.org/quartier-vivant", "atelier-riveverte.fr"]
)
def test_une_adresse_coupee_a_son_trait_d_union_le_garde(tmp_path, adresse):
    debut, fin = adresse.split("-")
    fichier = tmp_path / "lettre.md"
    fichier.write_text(f"Pour en savoir plus, une seule adresse : {debut}-\n{fin}, tous les jours.\n", encoding="utf-8")
    assert adresse in textes(fichier)[0]
    imprimee = f"Adresse : {debut}-" + "\\\n" + fin
    (lu,) = textes(pdf(tmp_path, imprimee.replace("@", "\\@").replace("//", "\\/\\/")))
    assert lu == f"Adresse : {adresse}"


# --- propriétés ---


@given(st.text(max_size=300))
def test_nettoyer_et_sans_balises_sont_stables(texte):
    assert nettoyer(nettoyer(texte)) == nettoyer(texte)
    assert "\n" not in sans_balises(texte)


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80), max_size=30))
def test_decouper_ne_perd_aucun_mot(lignes):
    from observatoire.documents.texte import Ligne

    mots = [" ".join(filter(str.isalpha, ligne)) for ligne in lignes]
    gardees = tuple(Ligne(n, mot, vides=n % 3) for n, mot in enumerate(mots, 1) if mot.strip())
    blocs = decouper(Texte("essai.md", "markdown", gardees))
    assert "".join("".join(b.texte.split()) for b in blocs) == "".join(
        "".join(ligne.texte.split()) for ligne in gardees
    )


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [("HABITANT·ES DES QPV", True), ("L'ACCÈS AUX DROITS", True), ("Ville de Nanterre", False), ("12", False)],
)
def test_en_capitales(texte, attendu):
    assert en_capitales(texte) is attendu


def test_une_phrase_n_est_pas_un_titre(tmp_path):
    fichier = tmp_path / "x.md"
    fichier.write_text(f"Un intertitre\n\n{PHRASE}\n", encoding="utf-8")
    assert [ressemble_a_un_titre(b) for b in decouper(lire_texte(fichier))] == [True, False]


def test_un_mot_compose_coupe_en_fin_de_ligne_garde_son_trait_d_union(tmp_path):
    reglages = '#set page(width: 6cm, height: auto)\n#set text(lang: "fr", hyphenate: true)\n'
    phrase = (
        "La ville de Mantes-la-Jolie et le dispositif Enfance-Jeunesse accompagnent les professionnels du territoire."
    )
    assert textes(pdf(tmp_path, f"{reglages}{phrase}\n\n{phrase}")) == [phrase, phrase]
