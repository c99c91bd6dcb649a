"""La production du mini-site : complète, reprise là où elle s'arrête, jamais à moitié écrite."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import JOUR, lire, requetes
from pannes import FichierEnPanne

import observatoire as obs
from observatoire import ecriture, production
from observatoire.erreurs import ErreurEcriture, ErreurObservatoire
from observatoire.fiche import rediger
from observatoire.production import nom_de_fichier, produire, territoires_concernes, verifier_html, verifier_pdf

NIVEAUX = {"perimetre": 1, "departement": 3, "intercommunalite": 11, "commune": 55, "qpv": 83}
RECHERCHES = ("QN09502I", "QN09219N", "92036", "95063")
FICHIERS_PAR_TERRITOIRE = 3


@pytest.fixture(scope="module")
def petite_liste(o):
    return [o.territoire(recherche) for recherche in RECHERCHES]


@pytest.fixture
def reduire(monkeypatch, petite_liste):
    """Ne produit que quatre territoires, et un index vide (le vrai est celui du modèle)."""
    monkeypatch.setattr(production, "territoires_concernes", lambda _: list(petite_liste))
    monkeypatch.setattr(production, "_index", lambda *_: "<html></html>")


@pytest.fixture(scope="module")
def modele(o, petite_liste, tmp_path_factory):
    """Un mini-site déjà produit, et son compte rendu : on le copie, on ne l'abîme pas."""
    dossier = tmp_path_factory.mktemp("modele") / "site"
    with pytest.MonkeyPatch.context() as remplacer:
        remplacer.setattr(production, "territoires_concernes", lambda _: list(petite_liste))
        rapport = produire(o, dossier, JOUR, progression=False)
    return dossier, rapport


@pytest.fixture
def site(modele, tmp_path, reduire):
    """Une copie de ce mini-site."""
    return shutil.copytree(modele[0], tmp_path / "site")


@pytest.fixture
def un_seul(monkeypatch, reduire, petite_liste):
    """Ne produit qu'un territoire : pour ce qui ne regarde que le registre."""
    monkeypatch.setattr(production, "territoires_concernes", lambda _: petite_liste[:1])


def relancer(o, dossier, date=JOUR):
    return produire(o, dossier, date, progression=False)


def fichiers(dossier):
    return sorted(str(f.relative_to(dossier)).replace(os.sep, "/") for f in dossier.rglob("*") if f.is_file())


def restes(dossier):
    return [nom for nom in fichiers(dossier) if nom.endswith(".tmp")]


def entiers(dossier):
    """Chaque fichier du dossier est complet."""
    for nom in fichiers(dossier):
        octets = (dossier / nom).read_bytes()
        if nom.endswith(".html"):
            assert octets.rstrip().endswith(b"</html>"), nom
        elif nom.endswith(".pdf"):
            assert octets.startswith(b"%PDF-"), nom
            assert octets.rstrip().endswith(b"%%EOF"), nom
        else:
            assert nom == "production.json"
            assert json.loads(octets)["fichiers"]
    return True


def attendus(territoires):
    noms = [nom_de_fichier(t) for t in territoires]
    pages = [f"fiches/{nom}.{forme}" for nom in noms for forme in ("html", "pdf")]
    return sorted([*pages, *(f"cartes/{nom}.html" for nom in noms), "index.html", "production.json"])


# --- la liste complète ---


def test_les_153_territoires_concernes_ont_chacun_leur_nom_de_fichier(o):
    territoires = territoires_concernes(o)
    niveaux = ["intercommunalite" if t.niveau in {"epci", "ept"} else t.niveau for t in territoires]
    assert {niveau: niveaux.count(niveau) for niveau in NIVEAUX} == NIVEAUX
    assert len(territoires) == 153 == len({(t.niveau, t.code) for t in territoires})
    noms = [nom_de_fichier(t) for t in territoires]
    # Unique même là où majuscules et minuscules se confondent (Windows, macOS).
    assert len({nom.lower() for nom in noms}) == 153
    assert [nom for nom in noms if not re.fullmatch(r"[A-Za-z0-9-]{1,120}", nom)] == []
    assert all(t.code in nom for t, nom in zip(territoires, noms, strict=True))
    assert "commune-92036-gennevilliers" in noms


# --- une production ---


def test_la_production_ecrit_une_fiche_et_une_carte_par_territoire(modele, petite_liste):
    dossier, rapport = modele
    assert fichiers(dossier) == attendus(petite_liste)
    assert entiers(dossier)
    assert len(rapport) == FICHIERS_PAR_TERRITOIRE * len(petite_liste) + 1


def test_le_compte_rendu_decrit_chaque_fichier(modele, petite_liste):
    dossier, rapport = modele
    assert list(rapport.columns) == ["niveau", "code", "nom", "fichier", "etat", "octets"]
    assert set(rapport.etat) == {"écrit"}
    assert sorted([*rapport.fichier, "production.json"]) == fichiers(dossier)
    assert [(dossier / f).stat().st_size for f in rapport.fichier] == rapport.octets.tolist()
    comptes = rapport[rapport.fichier != "index.html"].groupby("code").size().to_dict()
    assert comptes == {t.code: FICHIERS_PAR_TERRITOIRE for t in petite_liste}


def test_chaque_fichier_porte_son_territoire(modele, petite_liste):
    dossier, _ = modele
    for t in petite_liste:
        nom = nom_de_fichier(t)
        fiche = lire((dossier / f"fiches/{nom}.html").read_text("utf-8"))
        assert fiche.un("main").attributs["data-code"] == t.code
        assert t.nom in fiche.un("h1").texte
        assert f"({t.code})".encode() in (dossier / f"fiches/{nom}.pdf").read_bytes()
        assert t.nom in lire((dossier / f"cartes/{nom}.html").read_text("utf-8")).un("title").texte


def test_les_liens_d_une_fiche_menent_a_des_fichiers_du_site(modele, petite_liste):
    dossier, _ = modele
    for t in petite_liste:
        chemin = dossier / f"fiches/{nom_de_fichier(t)}.html"
        liens = [a.attributs["href"] for a in lire(chemin.read_text("utf-8")).un("nav").tous("a")]
        assert len(liens) == 3
        assert all((chemin.parent / lien).resolve().is_file() for lien in liens)


def test_l_index_liste_chaque_territoire_avec_des_liens_qui_existent(modele, petite_liste):
    dossier, _ = modele
    page = (dossier / "index.html").read_text("utf-8")
    entrees = [li for li in lire(page).tous("li") if "data-cle" in li.attributs]
    assert len(entrees) == len(petite_liste)
    for t in petite_liste:
        (entree,) = (li for li in entrees if t.code in li.texte)
        assert entree.un("a", classe="fiche").texte == t.nom
        liens = [a.attributs["href"] for a in entree.tous("a")]
        assert liens == [
            f"fiches/{nom_de_fichier(t)}.html",
            f"fiches/{nom_de_fichier(t)}.pdf",
            f"cartes/{nom_de_fichier(t)}.html",
        ]
        assert all((dossier / lien).is_file() for lien in liens)
        assert t.code.lower() in entree.attributs["data-cle"]


def test_l_index_est_autonome_accessible_et_date(modele):
    page = (modele[0] / "index.html").read_text("utf-8")
    arbre = lire(page)
    assert requetes(page) == []
    assert arbre.un("html").attributs["lang"] == "fr"
    titres = [int(n.balise[1]) for n in arbre if re.fullmatch("h[1-6]", n.balise)]
    assert titres[0] == 1
    assert titres.count(1) == 1
    assert set(titres[1:]) == {2}
    assert arbre.un("label").attributs["for"] == arbre.un("input").attributs["id"]
    assert arbre.un("svg").attributs["role"] == "img"
    assert "1er\u00a0mars 2026" in arbre.un("footer").texte


# --- reprendre ---


def test_relancee_elle_ne_refait_rien(o, site):
    avant = {nom: ((site / nom).read_bytes(), (site / nom).stat().st_mtime_ns) for nom in fichiers(site)}
    rapport = relancer(o, site)
    assert set(rapport.etat) == {"à jour"}
    apres = {nom: ((site / nom).read_bytes(), (site / nom).stat().st_mtime_ns) for nom in fichiers(site)}
    del avant["production.json"], apres["production.json"]
    assert apres == avant


def test_relancee_le_lendemain_elle_ne_refait_rien(o, site):
    assert set(relancer(o, site, JOUR + dt.timedelta(days=1)).etat) == {"à jour"}


def test_seuls_les_fichiers_retires_ou_modifies_sont_refaits(o, site, modele, petite_liste):
    absent = f"fiches/{nom_de_fichier(petite_liste[0])}.pdf"
    abime = f"cartes/{nom_de_fichier(petite_liste[2])}.html"
    vide = f"fiches/{nom_de_fichier(petite_liste[3])}.html"
    (site / absent).unlink()
    (site / abime).write_bytes((site / abime).read_bytes()[:1000])
    (site / vide).write_bytes(b"")
    rapport = relancer(o, site)
    assert set(rapport.fichier[rapport.etat == "écrit"]) == {absent, abime, vide}
    assert entiers(site)
    for nom in (absent, vide):  # le nom interne d'une carte folium change à chaque fois
        assert (site / nom).read_bytes() == (modele[0] / nom).read_bytes()


def test_une_autre_version_du_programme_refait_tout(o, site, monkeypatch):
    monkeypatch.setattr(production, "__version__", "999.0")
    assert set(relancer(o, site).etat) == {"écrit"}
    assert set(relancer(o, site).etat) == {"à jour"}


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"entrees": "autre", "fichiers": {}}',
        b'{"fichiers": {}}',
        '{"entrees": "ENTREES", "fichiers": null}',
        '{"entrees": "ENTREES", "fichiers": [1, 2]}',
        '{"entrees": "ENTREES"}',
    ],
)
def test_un_registre_abime_fait_tout_refaire(o, tmp_path, un_seul, contenu):
    site = tmp_path / "site"
    relancer(o, site)
    registre = site / "production.json"
    entrees = json.loads(registre.read_text("utf-8"))["entrees"]
    registre.write_bytes(contenu if isinstance(contenu, bytes) else contenu.replace("ENTREES", entrees).encode())
    assert set(relancer(o, site).etat) == {"écrit"}
    assert json.loads(registre.read_text("utf-8"))["entrees"] == entrees
    assert set(relancer(o, site).etat) == {"à jour"}


def test_les_restes_d_un_arret_brutal_sont_retires(o, site):
    laisses = [site / ".index.html.a1b2.tmp", site / "fiches" / ".x.tmp", site / "cartes" / ".x.tmp"]
    for reste in laisses:
        reste.write_bytes(b"<html>")
    (site / "notes.txt").write_text("à moi", "utf-8")
    relancer(o, site)
    assert restes(site) == []
    assert (site / "notes.txt").read_text("utf-8") == "à moi"


# --- les pannes ---


@pytest.mark.usefixtures("reduire")
def test_interrompue_elle_reprend_ou_elle_en_etait(o, tmp_path, petite_liste, monkeypatch):
    site = tmp_path / "site"
    vraie = production.rediger

    def interrompre(t, date):
        if t == petite_liste[2]:
            raise KeyboardInterrupt
        return vraie(t, date)

    with monkeypatch.context() as remplacer:
        remplacer.setattr(production, "rediger", interrompre)
        with pytest.raises(KeyboardInterrupt):
            relancer(o, site)
    assert restes(site) == []
    assert fichiers(site) == sorted({*attendus(petite_liste[:2])} - {"index.html"})
    assert entiers(site)
    rapport = relancer(o, site)
    faits = rapport.code.isin([t.code for t in petite_liste[:2]]) & (rapport.fichier != "index.html")
    assert set(rapport.etat[faits]) == {"à jour"}
    assert faits.sum() == 2 * FICHIERS_PAR_TERRITOIRE
    assert set(rapport.etat[~faits]) == {"écrit"}
    assert fichiers(site) == attendus(petite_liste)
    assert entiers(site)


@pytest.fixture
def tomber_en_panne(monkeypatch):
    """À partir de la n-ième écriture, l'écriture échoue à moitié."""
    ouvrir = os.fdopen

    def _tomber(panne, rang):
        appels = []

        def fdopen(*args, **options):
            appels.append(args)
            fichier = ouvrir(*args, **options)
            return FichierEnPanne(fichier, panne) if len(appels) >= rang else fichier

        monkeypatch.setattr(ecriture.os, "fdopen", fdopen)

    return _tomber


@pytest.mark.usefixtures("reduire")
@pytest.mark.parametrize("rang", [1, 4, 6])
@pytest.mark.parametrize(
    ("panne", "attrapee", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ErreurEcriture, "le disque est plein"),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
    ],
)
def test_une_panne_en_pleine_ecriture_ne_laisse_rien_a_moitie_ecrit(
    o, tmp_path, petite_liste, monkeypatch, tomber_en_panne, panne, attrapee, message, rang
):
    site = tmp_path / "site"
    tomber_en_panne(panne, rang)
    with pytest.raises(attrapee, match=message):
        relancer(o, site)
    ecrits = fichiers(site)
    assert restes(site) == []
    assert len(ecrits) == rang - 1
    assert entiers(site)
    monkeypatch.undo()
    monkeypatch.setattr(production, "territoires_concernes", lambda _: petite_liste[:2])
    monkeypatch.setattr(production, "_index", lambda *_: "<html></html>")
    rapport = relancer(o, site)
    deja = 3 if rang > 4 else 0  # trois fichiers, puis le registre qui les note
    assert (rapport.etat == "à jour").sum() == deja
    assert fichiers(site) == attendus(petite_liste[:2])
    assert entiers(site)


@pytest.mark.usefixtures("reduire")
def test_un_disque_plein_garde_l_ancien_fichier(o, site, petite_liste, tomber_en_panne):
    cible = site / f"fiches/{nom_de_fichier(petite_liste[1])}.html"
    ancien = cible.read_bytes() + b"<!-- modifiee -->"
    cible.write_bytes(ancien)
    tomber_en_panne(OSError(errno.ENOSPC, "No space left on device"), 2)  # la première écriture est celle du registre
    with pytest.raises(ErreurEcriture):
        relancer(o, site)
    assert cible.read_bytes() == ancien
    assert restes(site) == []


@pytest.mark.usefixtures("reduire")
def test_un_fichier_n_est_pas_un_dossier_de_sortie(o, tmp_path):
    fichier = tmp_path / "sortie"
    fichier.write_text("à garder", "utf-8")
    with pytest.raises(ErreurEcriture, match="un fichier porte déjà ce nom"):
        relancer(o, fichier)
    with pytest.raises(ErreurEcriture, match="pas un dossier"):
        relancer(o, fichier / "site")
    assert fichier.read_text("utf-8") == "à garder"
    assert [p.name for p in tmp_path.iterdir()] == ["sortie"]


@pytest.mark.usefixtures("reduire")
def test_un_fichier_a_la_place_de_fiches_est_explique(o, tmp_path):
    (tmp_path / "fiches").write_text("à garder", "utf-8")
    with pytest.raises(ErreurEcriture, match="fiches"):
        relancer(o, tmp_path)
    assert (tmp_path / "fiches").read_text("utf-8") == "à garder"
    assert restes(tmp_path) == []


def test_la_progression_s_affiche_sur_la_sortie_d_erreur(o, site, capsys):
    produire(o, site, JOUR)
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert "Fiches et cartes" in sortie.err
    assert "4/4" in sortie.err


# --- la vérification des fiches ---


def test_une_fiche_est_acceptee_pour_son_territoire(o, petite_liste):
    for t in petite_liste:
        fiche = rediger(t, JOUR)
        assert verifier_html(fiche.html, t) == fiche.html
        assert verifier_pdf(fiche.pdf, t) == fiche.pdf


@pytest.mark.parametrize(("sienne", "autre"), [("92036", "95063"), ("QN09509M", "QN09519M"), ("QN09502I", "95018")])
def test_une_fiche_est_refusee_pour_un_autre_territoire(o, sienne, autre):
    fiche, t = rediger(o.territoire(sienne), JOUR), o.territoire(autre)
    with pytest.raises(ErreurObservatoire, match=t.code):
        verifier_html(fiche.html, t)
    with pytest.raises(ErreurObservatoire, match=t.code):
        verifier_pdf(fiche.pdf, t)


def test_une_fiche_au_bon_code_mais_a_un_autre_nom_est_refusee(o):
    t = o.territoire("92036")
    fiche = rediger(dataclasses.replace(t, nom="Nanterre"), JOUR)
    with pytest.raises(ErreurObservatoire, match="Nanterre"):
        verifier_html(fiche.html, t)
    with pytest.raises(ErreurObservatoire, match="Nanterre"):
        verifier_pdf(fiche.pdf, t)


@pytest.mark.parametrize("page", ["", "<html></html>"])
def test_une_page_vide_est_refusee(o, page):
    with pytest.raises(ErreurObservatoire):
        verifier_html(page, o.territoire("92036"))
    with pytest.raises(ErreurObservatoire):
        verifier_pdf(page.encode(), o.territoire("92036"))


@pytest.mark.usefixtures("reduire")
def test_une_fiche_refusee_n_est_pas_ecrite(o, tmp_path, petite_liste, monkeypatch):
    autre = rediger(petite_liste[0], JOUR)
    monkeypatch.setattr(production, "rediger", lambda *_: autre)
    with pytest.raises(ErreurObservatoire, match=petite_liste[1].code):
        relancer(o, tmp_path)
    assert [nom for nom in fichiers(tmp_path) if petite_liste[1].code in nom] == []


def test_un_nom_avec_une_apostrophe_ou_un_e_commercial_est_reconnu(o):
    for recherche in ("95", "QN09516M"):
        t = dataclasses.replace(o.territoire(recherche), nom="Val-d'Oise & <Cie> « L’Âge »")
        fiche = rediger(t, JOUR)
        assert verifier_html(fiche.html, t)
        assert verifier_pdf(fiche.pdf, t)


def test_un_simple_script_produit_sans_se_rejouer_dans_les_ouvriers(tmp_path):
    script = tmp_path / "mon_script.py"
    script.write_text(
        "import pathlib\n"
        "import observatoire as obs\n"
        "from observatoire import production\n"
        'pathlib.Path("passages.txt").open("a").write("x")\n'
        "tous = production.territoires_concernes\n"
        "production.territoires_concernes = lambda base: tous(base)[-(production._SEUIL_PROCESSUS + 2):]\n"
        'obs.ouvrir().produire("site", progression=False)\n',
        encoding="utf-8",
    )
    environnement = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1])}
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=environnement, check=True)
    assert (tmp_path / "passages.txt").read_text() == "x"
    assert (tmp_path / "site" / "index.html").is_file()
