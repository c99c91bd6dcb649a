"""La ligne de commande : codes de sortie, messages en français, rien d'écrit quand ça ne va pas."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from pages import aplatir, donnees_de_carte, lire

import observatoire as obs
from observatoire import cli, production
from observatoire.donnees import dossier_embarque
from observatoire.observatoire import Observatoire

ANGLAIS = re.compile(
    r"\b(usage:|argument error|required|invalid|choose|unrecognized|expected|ignored|ambiguous option|not allowed|"
    r"show|help|exit|positional|optional|Traceback|Error|Exception)\b"
)


@pytest.fixture(autouse=True)
def une_seule_ouverture(o, monkeypatch):
    """La commande réemploie l'observatoire de la session : relire les données à chaque test ne prouverait rien."""
    vraie = obs.observatoire.ouvrir
    monkeypatch.setattr(obs.observatoire, "ouvrir", lambda donnees=None: o if donnees is None else vraie(donnees))


@pytest.fixture
def lancer(capsys):
    """Exécute une commande ; rend code de sortie, sortie, erreur."""

    def _lancer(*arguments):
        try:
            code = cli.main([str(a) for a in arguments])
        except SystemExit as sortie:
            code = sortie.code
        return code, *capsys.readouterr()

    return _lancer


@pytest.fixture
def refuser(lancer, tmp_path):
    """Exécute une commande qui doit échouer : code 2, une erreur en français, rien d'écrit ; rend l'erreur."""

    def _refuser(*arguments):
        avant = sorted(tmp_path.rglob("*"))
        code, sortie, erreur = lancer(*arguments)
        assert code == 2
        assert sortie == ""
        assert erreur.startswith("Erreur : ")
        assert ANGLAIS.findall(erreur) == []
        assert sorted(tmp_path.rglob("*")) == avant
        return erreur

    return _refuser


# --- territoires ---


def test_territoires_liste_l_ouest_francilien(lancer):
    code, sortie, erreur = lancer("territoires")
    lignes = [ligne.split(maxsplit=2) for ligne in sortie.splitlines()]
    niveaux = [niveau for niveau, _, _ in lignes]
    assert (code, erreur) == (0, "")
    assert ["commune", "92036", "Gennevilliers"] in lignes
    assert [niveaux.count(n) for n in ("perimetre", "departement", "commune", "qpv")] == [1, 3, 478, 83]


@pytest.mark.parametrize("motif", ["gennev", "GENNEVILLIERS", "92036"])
def test_territoires_cherche_un_motif(lancer, motif):
    code, sortie, erreur = lancer("territoires", motif)
    assert (code, erreur) == (0, "")
    assert ["commune", "92036", "Gennevilliers"] in [ligne.split(maxsplit=2) for ligne in sortie.splitlines()]


def test_territoires_sans_resultat_propose_des_noms_proches(refuser):
    erreur = refuser("territoires", "Genevillier")
    assert "Aucun territoire ne correspond à « Genevillier »" in erreur
    assert "Gennevilliers (commune 92036)" in erreur


@pytest.mark.parametrize("motif", ["", "-'"])
def test_un_motif_vide_ne_liste_pas_toute_la_france(refuser, motif):
    attendu = f"« {motif} »" if motif else "une recherche vide"
    assert attendu in refuser("territoires", "--", motif)


# --- carte et fiche ---

DEBUTS = {"svg": b"<svg", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("forme", ["html", "svg", "png", "pdf"])
def test_carte_ecrit_le_format_demande(lancer, tmp_path, forme):
    cible = tmp_path / "sous-dossier" / f"carte.{forme}"
    code, sortie, erreur = lancer("carte", "QN09502I", "-o", cible)
    assert (code, erreur) == (0, "")
    assert sortie == f"Carte, Justice - Butte Blanche (QN09502I) : {cible}\n"
    assert cible.read_bytes().startswith(DEBUTS[forme])
    assert [f.name for f in cible.parent.iterdir()] == [cible.name]


def test_carte_prend_une_echelle_et_un_format(lancer, tmp_path):
    options = ["--indicateur", "niveau_vie_median", "--echelle", "intercommunalite", "--format", "a4-paysage"]
    sortie = tmp_path / "carte.svg"
    assert lancer("carte", "95", *options, "-o", sortie)[0] == 0
    dessin = sortie.read_text("utf-8")
    assert 'width="842" height="595"' in dessin
    assert "Par intercommunalité" in dessin


def test_un_format_de_page_ne_vaut_pas_pour_une_page_html(refuser, tmp_path):
    assert "--format ne vaut pas" in refuser("carte", "95", "--format", "carre", "-o", tmp_path / "carte.html")


def test_carte_html_porte_le_territoire_et_le_fond_demande(lancer, tmp_path):
    assert (
        lancer("carte", "Gennevilliers", "--niveau", "commune", "--fond", "plan-ign", "-o", tmp_path / "c.html")[0] == 0
    )
    page = (tmp_path / "c.html").read_text("utf-8")
    assert "Gennevilliers" in donnees_de_carte(page)["titre"]
    assert "data.geopf.fr" in donnees_de_carte(page)["fond"]["adresse"]


@pytest.mark.parametrize("forme", ["html", "pdf"])
def test_fiche_ecrit_le_format_demande(lancer, tmp_path, forme):
    cible = tmp_path / f"fiche.{forme}"
    code, sortie, erreur = lancer("fiche", "QN09502I", "--sortie", cible)
    assert (code, erreur) == (0, "")
    assert sortie == f"Fiche, Justice - Butte Blanche (QN09502I) : {cible}\n"
    if forme == "html":
        assert lire(cible.read_text("utf-8")).un("main").attributs["data-code"] == "QN09502I"
    else:
        with pypdf.PdfReader(cible) as lecteur:
            assert "(QN09502I)" in lecteur.metadata.title


@pytest.mark.parametrize("forme", ["svg", "png", "pdf"])
def test_un_fond_ne_vaut_que_pour_une_page(refuser, tmp_path, forme):
    assert "--fond ne vaut que pour une carte .html" in refuser(
        "carte", "92036", "--fond", "plan-ign", "-o", tmp_path / f"c.{forme}"
    )


@pytest.mark.parametrize("commande", ["carte", "fiche"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Genevillier", "-o", "x.pdf"], r"« Genevillier ».*Gennevilliers \(commune 92036\)"),
        (["", "-o", "x.pdf"], "Donnez un nom ou un code"),
        (["Lyon", "--niveau", "commune", "-o", "x.pdf"], r"Lyon \(69123\)"),
        (["92036", "--niveau", "pays", "-o", "x.pdf"], "'pays' n'existe pas"),
        (["Gennevilliers", "--niveau", "qpv", "-o", "x.pdf"], "Aucun territoire"),
        (["92036", "-o", "x.bmp"], r"'\.bmp' inconnu"),
        (["92036", "-o", "x"], "inconnu"),
    ],
)
def test_une_demande_impossible_est_expliquee(refuser, tmp_path, commande, arguments, message):
    *debut, fichier = arguments
    assert re.search(message, refuser(commande, *debut, tmp_path / fichier), re.DOTALL)


def test_un_nom_ambigu_liste_les_candidats(refuser, tmp_path):
    erreur = refuser("carte", "Mantes", "-o", tmp_path / "x.svg")
    assert "« Mantes » désigne 3 territoires" in erreur
    for candidat in ("Mantes-la-Jolie (commune 78361)", "Mantes-la-Ville (commune 78362)", "(commune 78020)"):
        assert candidat in erreur
    assert "Que faire" in erreur


def test_deux_qpv_du_meme_nom_sont_ambigus(refuser, tmp_path):
    erreur = refuser("fiche", "Centre Ville", "--niveau", "qpv", "-o", tmp_path / "x.pdf")
    assert "QN09509M" in erreur
    assert "QN09519M" in erreur


@pytest.mark.parametrize("commande", ["carte", "fiche"])
def test_un_chemin_impossible_est_explique(refuser, tmp_path, commande):
    (tmp_path / "fichier").write_text("à garder", "utf-8")
    (tmp_path / "x.pdf").mkdir()
    assert "Impossible d'écrire" in refuser(commande, "92036", "-o", tmp_path / "fichier" / "x.pdf")
    assert "ce chemin est un dossier" in refuser(commande, "92036", "-o", tmp_path / "x.pdf")
    assert (tmp_path / "fichier").read_text("utf-8") == "à garder"


# --- produire ---


def test_produire_resume_ce_qui_est_fait(lancer, tmp_path, o, monkeypatch):
    monkeypatch.setattr(production, "territoires_concernes", lambda _: [o.territoire("QN09502I")])
    code, sortie, erreur = lancer("produire", tmp_path / "site")
    assert code == 0
    assert aplatir(sortie).startswith("5 fichiers pour 1 territoire,")
    assert re.search(r": 5\sécrits, 0 déjà à jour\.", sortie)
    assert str(tmp_path / "site" / "index.html") in sortie
    assert "Traceback" not in erreur
    assert re.search(r": 0\sécrit, 5 déjà à jour\.", lancer("produire", tmp_path / "site")[1])


def test_produire_refuse_un_fichier(refuser, tmp_path):
    (tmp_path / "site").write_text("à garder", "utf-8")
    assert "un fichier porte déjà ce nom" in refuser("produire", tmp_path / "site")
    assert (tmp_path / "site").read_text("utf-8") == "à garder"


def test_une_interruption_dit_comment_reprendre(lancer, tmp_path, monkeypatch):
    def interrompre(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Observatoire, "produire", interrompre)
    code, sortie, erreur = lancer("produire", tmp_path / "site")
    assert code == 2
    assert sortie == ""
    assert erreur.strip().startswith("Erreur : interrompu. Relancez")


# --- expériences et documents ---

RECUEIL = Path(__file__).parent / "fixtures" / "documents" / "recueil-2025.md"


def test_rechercher_montre_titre_origine_et_extrait(lancer):
    code, sortie, _ = lancer("rechercher", "alimentation durable", "--territoire", "Nanterre", "-n", 1)
    assert code == 0
    titre, origine, extrait = sortie.splitlines()
    assert titre.startswith("Permettre aux habitant·es")
    assert origine.strip().startswith("expérience — 2024 — Gennevilliers, Nanterre, ")
    assert origine.endswith(" — sur place — Recueil des fiches expériences 2024 — p. 14")
    assert "**" in extrait


def test_rechercher_sans_resultat_le_dit(lancer):
    code, sortie, _ = lancer("rechercher", "xylophone")
    assert (code, sortie.strip()) == (0, "Rien ne correspond. Essayez d'autres mots, ou sans filtre.")


@pytest.mark.parametrize(("option", "message"), [("--theme", "éducation"), ("--nature", "formation")])
def test_rechercher_refuse_un_filtre_inconnu(refuser, option, message):
    assert message in refuser("rechercher", "x", option, "licorne")


def test_une_annee_est_un_nombre(refuser):
    assert "un nombre entier est attendu" in refuser("rechercher", "x", "--annee", "hier")


def test_extraire_ecrit_une_relecture_et_garde_ce_qu_on_y_corrige(lancer, tmp_path):
    chemin = tmp_path / "relecture.csv"
    code, sortie, _ = lancer("extraire", RECUEIL, "-o", chemin)
    assert code == 0
    assert f"2 lignes à relire dans {chemin}" in aplatir(sortie)
    corrige = chemin.read_text("utf-8-sig").replace(";à relire;", ";relu;", 1)
    chemin.write_text(corrige, "utf-8")
    assert lancer("extraire", RECUEIL, "-o", chemin)[0] == 0
    assert chemin.read_text("utf-8-sig").count(";relu;") == 1


def test_extraire_sans_extraits_ne_recopie_aucune_phrase(lancer, tmp_path):
    chemin = tmp_path / "relecture.csv"
    lancer("extraire", RECUEIL, "-o", chemin, "--sans-extraits")
    assert "caisse d'outils" not in chemin.read_text("utf-8-sig")
    assert "apprend aux habitant·es" not in chemin.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("nom", "contenu", "sortie", "message"),
    [
        ("absent.md", None, "x.csv", "n'existe pas"),
        ("vide.md", b"", "x.csv", "est vide"),
        ("image.pdf", b"%PDF-1.4 rien", "x.csv", "endommagé"),
        ("courses.txt", b"du pain\ndu beurre\n", "x.csv", "aucune famille"),
        ("courses.txt", b"du pain\n", "x.docx", "s'écrit en CSV"),
    ],
)
def test_un_document_illisible_est_explique(refuser, tmp_path, nom, contenu, sortie, message):
    if contenu is not None:
        (tmp_path / nom).write_bytes(contenu)
    assert message in refuser("extraire", tmp_path / nom, "-o", tmp_path / sortie)


# --- données ---


@pytest.fixture
def copie(tmp_path):
    dossier = tmp_path / "données"
    return shutil.copytree(dossier_embarque(), dossier, ignore=shutil.ignore_patterns("transcriptions", ".*", "*.py"))


def test_donnees_etat_cite_producteurs_et_licences(lancer, o):
    code, sortie, erreur = lancer("donnees", "etat")
    assert (code, erreur) == (0, "")
    for fichier in o.sources.fichier:
        assert fichier in sortie
    assert sortie.count("Licence Ouverte") >= len(o.sources)
    assert "ANCT" in sortie
    assert "Insee" in sortie


def test_donnees_verifier_dit_que_tout_est_intact(lancer, o):
    code, sortie, erreur = lancer("donnees", "verifier")
    assert (code, erreur) == (0, "")
    assert [ligne.split() for ligne in sortie.splitlines()] == [["intact", fichier] for fichier in o.sources.fichier]


def test_donnees_verifier_lit_le_dossier_demande(lancer, copie):
    assert lancer("--donnees", copie, "donnees", "verifier")[0] == 0


def test_donnees_verifier_nomme_les_fichiers_abimes(lancer, copie):
    (copie / "qpv_2024.parquet").write_bytes((copie / "qpv_2024.parquet").read_bytes()[:-1])
    (copie / "regions.csv").unlink()
    code, sortie, erreur = lancer("--donnees", copie, "donnees", "verifier")
    etats = dict(reversed(ligne.split()) for ligne in sortie.splitlines())
    assert code == 2
    assert etats.pop("qpv_2024.parquet") == "endommagé"
    assert etats.pop("regions.csv") == "absent"
    assert set(etats.values()) == {"intact"}
    assert erreur.startswith("Erreur : 2\u00a0fichiers à reprendre")
    assert "qpv_2024.parquet" in erreur
    assert "regions.csv" in erreur


@pytest.mark.parametrize(
    "commande", [["territoires", "SQY"], ["carte", "92036", "-o", "x.svg"], ["fiche", "92036", "-o", "x.pdf"]]
)
def test_des_donnees_abimees_arretent_toute_commande(refuser, copie, tmp_path, commande):
    (copie / "communes.parquet").write_bytes(b"PAR1")
    *debut, fin = commande
    fin = tmp_path / fin if "." in fin else fin
    assert "communes.parquet" in refuser("--donnees", copie, *debut, fin)


def test_un_dossier_sans_donnees_est_refuse(refuser, tmp_path):
    assert "n'est pas un dossier de données" in refuser("--donnees", tmp_path, "territoires")
    assert str(tmp_path / "absent") in refuser("--donnees", tmp_path / "absent", "donnees", "etat")


# --- commandes mal formées ---


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "il manque : COMMANDE"),
        (["cartographier"], "choix impossible : 'cartographier'"),
        (["carte"], "il manque : TERRITOIRE, -o/--sortie"),
        (["carte", "92036"], "il manque : -o/--sortie"),
        (["carte", "92036", "-o"], "une valeur est attendue"),
        (["carte", "92036", "-o", "x.html", "--fond", "osm"], "choix impossible : 'osm' (choisissez parmi"),
        (["territoires", "a", "b"], "arguments inconnus : b"),
        (["produire"], "il manque : DOSSIER"),
        (["donnees", "effacer"], "choix impossible : 'effacer'"),
        (["--inconnu", "territoires"], "--inconnu"),
        (["--version=3"], "--version"),
    ],
)
def test_une_commande_mal_formee_est_expliquee_en_francais(refuser, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    erreur = refuser(*arguments)
    assert message in erreur
    assert "utilisation : observatoire" in erreur


def test_version(lancer):
    assert lancer("--version") == (0, f"{obs.__version__}\n", "")


@pytest.mark.parametrize("option", ["--aide", "--help", "-h"])
@pytest.mark.parametrize("commande", ["", "territoires", "carte", "fiche", "produire", "donnees"])
def test_l_aide_est_en_francais(lancer, option, commande):
    code, sortie, erreur = lancer(*commande.split(), option)
    assert (code, erreur) == (0, "")
    assert sortie.startswith("utilisation : observatoire")
    assert "montrer cette aide" in sortie
    assert ANGLAIS.findall(sortie.replace("--help", "")) == []
    if not commande:
        assert {"territoires", "carte", "fiche", "produire", "donnees"} <= set(sortie.split())


# --- dans un vrai processus ---


def executer(*arguments, **environnement):
    env = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1]), **environnement}
    commande = [sys.executable, "-W", "error", "-m", "observatoire", *arguments]
    return subprocess.run(commande, env=env, capture_output=True, check=False, timeout=60)


def test_le_module_s_execute():
    rendu = executer("territoires", "SQY", PYTHONIOENCODING="utf-8")
    assert (rendu.returncode, rendu.stderr) == (0, b"")
    assert rendu.stdout.decode().split(maxsplit=2) == [
        "epci",
        "200058782",
        "Communauté d'agglomération de Saint-Quentin-en-Yvelines\n",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "attendu"),
    [(["territoires", "gennev"], 0, "Gennevilliers"), (["--donnees", "loin\u202f!", "territoires"], 2, "« loin?! »")],
)
def test_une_console_windows_ne_fait_pas_planter(arguments, code, attendu):
    # cp1252 n'a pas l'espace fine : elle devient « ? ».
    rendu = executer(*arguments, PYTHONIOENCODING="cp1252", PYTHONUTF8="0", LC_ALL="C.UTF-8")
    assert rendu.returncode == code
    assert attendu in (rendu.stdout + rendu.stderr).decode("cp1252")
    assert b"Traceback" not in rendu.stderr


def test_un_lecteur_qui_s_arrete_n_est_pas_une_panne():
    # « observatoire territoires | head -1 » : le tube se ferme avant la fin de la liste.
    env = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1])}
    commande = [sys.executable, "-m", "observatoire", "territoires", "saint"]
    with subprocess.Popen(commande, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as processus:
        assert processus.stdout.readline()
        processus.stdout.close()
        erreur = processus.stderr.read()
        processus.wait(timeout=60)
    assert erreur == b""
