"""La production en série : complète, reprise là où elle s'arrête, jamais à moitié écrite, échecs dits."""

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
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from pages import JOUR, lire, requetes
from pannes import FichierEnPanne

import observatoire as obs
from observatoire import cli, commande, ecriture, production, registre
from observatoire.atelier import mener
from observatoire.charte import Charte
from observatoire.commande import FORMATS, Commande, nom_de_fichier
from observatoire.erreurs import ErreurArgument, ErreurEcriture, ErreurObservatoire, ErreurType, TerritoireInconnu
from observatoire.production import produire, territoires_concernes

COLONNES = ["niveau", "code", "nom", "fichier", "etat", "octets", "erreur"]
NIVEAUX = {"perimetre": 1, "departement": 3, "intercommunalite": 11, "commune": 55, "qpv": 83}
RECHERCHES = ("QN09502I", "QN09219N", "92036", "95063")
#: Une fiche par format, et la carte.
FICHIERS_PAR_TERRITOIRE = 4
#: Pour les pannes : le Word n'y apprend rien de plus.
DEUX_FORMATS = ("html", "pdf")


@pytest.fixture(scope="module")
def petite_liste(o):
    return [o.territoire(recherche) for recherche in RECHERCHES]


@pytest.fixture
def sans_index(monkeypatch):
    """Un index vide : le vrai est celui du modèle."""
    monkeypatch.setattr(production, "_index", lambda *_: "<html></html>")


@pytest.fixture(scope="module")
def modele(o, petite_liste, tmp_path_factory):
    """Un mini-site déjà produit, et son compte rendu : on le copie, on ne l'abîme pas."""
    dossier = tmp_path_factory.mktemp("modele") / "site"
    return dossier, relancer(o, dossier, petite_liste)


@pytest.fixture
def site(modele, tmp_path):
    """Une copie de ce mini-site."""
    return shutil.copytree(modele[0], tmp_path / "site")


@pytest.fixture(scope="module")
def un_fichier(o, tmp_path_factory):
    """Un lot d'une seule fiche, et son nom : pour ce qui ne regarde que le registre."""
    dossier = tmp_path_factory.mktemp("lot")
    return dossier, lot(o, dossier, territoires="QN09502I", formats="html").fichier[0]


def commander(o, territoires, date=JOUR, **options):
    return Commande(o, date, tuple((t.niveau, t.code) for t in territoires), **options)


def relancer(o, dossier, territoires, date=JOUR, **options):
    return produire(commander(o, territoires, date, **options), dossier, progression=False)


def lot(o, dossier, **options):
    """Un lot de fiches, à la même date."""
    return o.fiches(dossier, date=JOUR, progression=False, **options)


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
        elif nom.endswith(".docx"):
            assert zipfile.ZipFile(dossier / nom).testzip() is None, nom
        else:
            assert nom == "production.json"
            assert json.loads(octets)["fichiers"]
    return True


def attendus(territoires, formats=tuple(FORMATS)):
    noms = [nom_de_fichier(t) for t in territoires]
    pages = [f"fiches/{nom}.{forme}" for nom in noms for forme in formats]
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
    assert list(rapport.columns) == COLONNES
    assert set(rapport.etat) == {"écrit"}
    assert set(rapport.erreur) == {""}
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
        assert len(liens) == 4
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
            f"fiches/{nom_de_fichier(t)}.docx",
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


def test_l_index_n_offre_que_ce_qui_existe(o, modele, petite_liste):
    t = o.territoire("92036")
    presents = [f for f in modele[1].fichier if t.code not in f or f.endswith(".pdf")]
    page = production._index(commander(o, petite_liste), presents)
    (entree,) = (li for li in lire(page).tous("li") if f"({t.code})" in li.texte)
    assert [a.attributs["href"] for a in entree.tous("a")] == [f"fiches/{nom_de_fichier(t)}.pdf"]
    assert entree.un("span", classe="fiche").texte == t.nom
    assert "4\u00a0territoires\u00a0: 2\u00a0communes et 2\u00a0quartiers prioritaires" in lire(page).un("header").texte


# --- un lot de fiches ---


def test_un_lot_range_ses_fiches_dans_le_dossier_lui_meme(o, tmp_path):
    rapport = lot(o, tmp_path, niveaux=["qpv", "commune"], territoires=["Gennevilliers", "QN09502I"], formats="html")
    assert list(rapport.columns) == COLONNES
    assert list(zip(rapport.niveau, rapport.code, rapport.etat, strict=True)) == [
        ("commune", "92036", "écrit"),
        ("qpv", "QN09502I", "écrit"),
    ]
    assert fichiers(tmp_path) == sorted([*rapport.fichier, "production.json"])
    assert rapport.fichier.tolist()[0] == "commune-92036-gennevilliers.html"
    # Ni index ni carte : la page n'y renvoie pas.
    assert lire((tmp_path / rapport.fichier[0]).read_text("utf-8")).tous("nav") == []


def test_un_lot_a_par_defaut_tous_les_formats(o, tmp_path):
    t = o.territoire("QN09502I")
    rapport = lot(o, tmp_path, territoires=t)
    assert [Path(f).suffix for f in rapport.fichier] == [".html", ".pdf", ".docx"]
    assert entiers(tmp_path)
    page = lire((tmp_path / rapport.fichier[0]).read_text("utf-8"))
    assert [a.attributs["href"] for a in page.un("nav").tous("a")] == rapport.fichier[1:].tolist()


@pytest.mark.parametrize(
    ("niveaux", "attendu"),
    [
        (None, 153),
        ("qpv", 83),
        (["qpv", "commune"], 138),
        ("intercommunalite", 11),
        (["ept", "intercommunalite"], 11),
        ([], 0),
    ],
)
def test_les_niveaux_choisissent_les_territoires(o, niveaux, attendu):
    assert len(production.choisir(o, niveaux)) == attendu


def test_les_territoires_demandes_ne_viennent_qu_une_fois_et_dans_l_ordre(o):
    demandes = ["SQY", "Gennevilliers", o.territoire("92036"), "200058782", "QN09502I"]
    assert [t.code for t in production.choisir(o, None, demandes)] == ["200058782", "92036", "QN09502I"]
    assert [t.code for t in production.choisir(o, "commune", demandes)] == ["92036"]


def test_un_lot_vide_a_ses_colonnes(o, tmp_path):
    rapport = lot(o, tmp_path, territoires=[])
    assert (list(rapport.columns), len(rapport)) == (COLONNES, 0)


@pytest.mark.parametrize(
    ("options", "erreur", "message"),
    [
        ({"niveaux": ["quartier"]}, ErreurArgument, "Niveau 'quartier' inconnu.*qpv, commune, epci"),
        ({"modele": "tableau"}, ErreurArgument, "Modèle 'tableau' inconnu.*repere, "),
        ({"modele": ""}, ErreurArgument, "Modèle '' inconnu"),
        ({"modele": None}, ErreurType, 'Un modèle.*par exemple "contrat"'),
        ({"modele": "comparatif"}, ErreurArgument, r't\.fiche\(modele="comparatif", avec='),
        (
            {"modele": "contrat", "niveaux": ["ept", "qpv"]},
            ErreurArgument,
            "'contrat' ne vaut pas au niveau 'qpv'.*parmi epci, ept, intercommunalite",
        ),
        ({"modele": "contrat", "niveaux": "quartier"}, ErreurArgument, "Niveau 'quartier' inconnu"),
        ({"formats": "odt"}, ErreurArgument, "Format 'odt' inconnu.*html, pdf, docx"),
        ({"processus": 0}, ErreurArgument, "donnez 1 ou plus"),
        ({"processus": "deux"}, ErreurType, "par exemple 2"),
        ({"niveaux": 3}, ErreurType, "Un niveau ou plusieurs"),
        ({"territoires": ["Atlantis"]}, TerritoireInconnu, "Atlantis"),
    ],
)
def test_un_choix_impossible_est_refuse_avant_d_ecrire(o, tmp_path, options, erreur, message):
    with pytest.raises(erreur, match=message):
        lot(o, tmp_path / "sortie", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("seuil", "attendu"), [(1, 2), (5, 1)])
def test_deux_processus_des_que_cela_en_vaut_la_peine(o, tmp_path, petite_liste, monkeypatch, seuil, attendu):
    monkeypatch.setattr(production, "_SEUIL_PROCESSUS", seuil)
    monkeypatch.setattr(production.os, "cpu_count", lambda: 8)
    ouvriers = []
    monkeypatch.setattr(production, "mener", lambda *args: ouvriers.append(args[2]) or (r for r in ()))
    relancer(o, tmp_path, petite_liste, site=False)
    assert ouvriers == [attendu]


# --- reprendre ---


def test_relancee_elle_ne_refait_rien(o, site, petite_liste, monkeypatch):
    avant = {nom: ((site / nom).read_bytes(), (site / nom).stat().st_mtime_ns) for nom in fichiers(site)}
    monkeypatch.setattr(production, "rediger", None)  # rien n'est même rédigé
    rapport = relancer(o, site, petite_liste)
    assert set(rapport.etat) == {"à jour"}
    apres = {nom: ((site / nom).read_bytes(), (site / nom).stat().st_mtime_ns) for nom in fichiers(site)}
    del avant["production.json"], apres["production.json"]
    assert apres == avant


def test_relancee_le_lendemain_elle_ne_refait_rien(o, site, petite_liste):
    assert set(relancer(o, site, petite_liste, JOUR + dt.timedelta(days=1)).etat) == {"à jour"}


def test_seuls_les_fichiers_retires_ou_modifies_sont_refaits(o, site, modele, petite_liste):
    absent = f"fiches/{nom_de_fichier(petite_liste[0])}.pdf"
    abime = f"cartes/{nom_de_fichier(petite_liste[2])}.html"
    vide = f"fiches/{nom_de_fichier(petite_liste[3])}.html"
    (site / absent).unlink()
    (site / abime).write_bytes((site / abime).read_bytes()[:1000])
    (site / vide).write_bytes(b"")
    rapport = relancer(o, site, petite_liste)
    assert set(rapport.fichier[rapport.etat == "écrit"]) == {absent, abime, vide}
    assert entiers(site)
    for nom in (absent, abime, vide):
        assert (site / nom).read_bytes() == (modele[0] / nom).read_bytes()


def ajouter(o, code):
    """Un observatoire où un seul territoire a une valeur de plus."""
    table = pd.DataFrame({"code": [code], "valeur": [12.0], "millesime": [2024]}).set_index("code")
    fiche = {"indicateur": "projets", "libelle": "Projets soutenus", "nature": "effectif", "producteur": "Pôle"}
    return o.ajouter_indicateur(table, fiche)


def test_une_valeur_de_plus_ne_refait_que_les_fiches_qui_la_montrent(o, site, petite_liste, monkeypatch):
    plus, demain = ajouter(o, "92036"), JOUR + dt.timedelta(days=1)
    rapport = relancer(plus, site, petite_liste, demain)
    refaits = rapport[rapport.etat == "écrit"]
    assert set(refaits.code) == {"92036"}
    assert [Path(f).suffix for f in refaits.fichier] == [".html", ".pdf", ".docx"]  # la carte ne la montre pas
    assert "Projets soutenus" in (site / refaits.fichier.iloc[0]).read_text("utf-8")
    monkeypatch.setattr(production, "rediger", None)
    assert set(relancer(plus, site, petite_liste, demain).etat) == {"à jour"}


def test_un_format_de_plus_ne_refait_que_les_pages_qui_y_renvoient(o, tmp_path):
    lot(o, tmp_path, territoires="QN09502I", formats=["html", "pdf"])
    rapport = lot(o, tmp_path, territoires="QN09502I")
    assert rapport.etat.tolist() == ["écrit", "à jour", "écrit"]


def test_le_registre_ne_retient_que_ce_qui_se_voit_et_tout_ce_qui_se_voit(o):
    valeur = o.territoire("92036").indicateur("taux_pauvrete")
    assert registre.deplier(valeur) == registre.deplier(dataclasses.replace(valeur))
    for champ in dataclasses.fields(valeur):
        autre = dataclasses.replace(valeur)
        object.__setattr__(autre, champ.name, "autre")
        assert registre.deplier(autre) != registre.deplier(valeur), champ.name


def test_une_autre_version_du_programme_refait_tout(o, tmp_path, sans_index, petite_liste, monkeypatch):
    site, un = tmp_path / "site", petite_liste[:1]
    relancer(o, site, un)
    monkeypatch.setattr(commande, "__version__", "999.0")
    assert set(relancer(o, site, un).etat) == {"écrit"}
    assert set(relancer(o, site, un).etat) == {"à jour"}


def test_un_autre_modele_a_ses_propres_fichiers(o, tmp_path):
    lot(o, tmp_path, territoires="BNS", formats="html")
    rapport = lot(o, tmp_path, territoires=["BNS", "92036"], formats="html", modele="contrat")
    assert rapport.fichier[0].startswith("contrat-ept-200057990-")
    # Un contrat est celui d'une intercommunalité : ce qu'on a nommé n'est pas écarté sans rien dire.
    assert rapport.etat.tolist() == ["écrit", "échec"]
    assert "ne vaut que pour epci ou ept, et Gennevilliers est de niveau commune" in rapport.erreur[1]
    assert len(list(tmp_path.glob("*.html"))) == 2


def test_un_modele_se_limite_aux_niveaux_qu_il_couvre(o):
    def niveaux(**options):
        return Counter(niveau for niveau, _ in production.preparer(o, JOUR, modele="contrat", **options).cles)

    assert niveaux() == {"epci": 8, "ept": 3}
    assert niveaux(niveaux="intercommunalite") == {"epci": 8, "ept": 3}
    assert niveaux(niveaux=["ept"]) == {"ept": 3}
    assert niveaux(niveaux=[]) == {}


@pytest.fixture
def mon_modele(tmp_path):
    """Un dossier de modèle qui ne reprend rien des gabarits de la bibliothèque."""
    dossier = tmp_path / "Mon modèle"
    dossier.mkdir()
    titre = "{{ fiche.titre }} ({{ fiche.code }})"
    (dossier / "fiche.html").write_text(f"<title>{titre}</title><h1>{titre}</h1>", encoding="utf-8")
    return dossier


def test_un_lot_suit_un_dossier_de_modele(o, tmp_path, mon_modele, monkeypatch):
    options = {"territoires": "92036", "formats": "html", "modele": mon_modele}
    rapport = lot(o, tmp_path / "lot", **options)
    assert rapport.fichier.tolist() == ["mon-modele-commune-92036-gennevilliers.html"]
    assert rapport.etat.tolist() == ["écrit"]
    page = (tmp_path / "lot" / rapport.fichier[0]).read_text("utf-8")
    assert page == "<title>Gennevilliers (92036)</title><h1>Gennevilliers (92036)</h1>"
    assert lot(o, tmp_path / "lot", **options).etat.tolist() == ["à jour"]
    # Le même dossier, nommé d'où l'on est ; un modèle qui change fait tout refaire.
    monkeypatch.chdir(mon_modele)
    (mon_modele / "fiche.html").write_text(page.replace("<h1>", "<h1>Fiche de "), encoding="utf-8")
    rapport = lot(o, tmp_path / "lot", **{**options, "modele": "."})
    assert list(zip(rapport.fichier, rapport.etat, strict=True)) == [
        ("mon-modele-commune-92036-gennevilliers.html", "écrit")
    ]


def test_un_modele_qui_prolonge_notre_gabarit_sans_rien_y_changer_donne_la_meme_page(o, mon_modele):
    (mon_modele / "fiche.html").write_text('{% extends "observatoire/fiche.html" %}', encoding="utf-8")
    assert o.fiche("92036", date=JOUR, modele=mon_modele).html == o.fiche("92036", date=JOUR).html


def test_un_modele_qui_ne_dit_pas_son_territoire_est_refuse(o, tmp_path, mon_modele):
    (mon_modele / "fiche.html").write_text("<title>Fiche</title><h1>Fiche</h1>", encoding="utf-8")
    rapport = lot(o, tmp_path / "lot", territoires="92036", formats="html", modele=mon_modele)
    assert rapport.etat.tolist() == ["échec"]
    assert "dans un modèle à vous, écrivez-y le nom et le code du territoire" in rapport.erreur[0]


def test_un_modele_trop_gourmand_n_arrete_pas_le_lot(o, tmp_path, mon_modele):
    (mon_modele / "fiche.html").write_text(
        "{% if fiche.code == '92036' %}{{ 'a' | center(10000000000) }}{% endif %}"
        "<title>{{ fiche.titre }} {{ fiche.code }}</title><h1>{{ fiche.titre }}</h1>",
        encoding="utf-8",
    )
    rapport = lot(o, tmp_path / "lot", territoires=["92036", "95018"], formats="html", modele=mon_modele)
    assert rapport.etat.tolist() == ["échec", "écrit"]
    assert "« center » donnerait un résultat trop grand" in rapport.erreur[0]


def test_une_autre_charte_refait_les_fiches(o, tmp_path):
    lot(o, tmp_path, territoires="QN09502I", formats="html")
    rapport = lot(o, tmp_path, territoires="QN09502I", formats="html", charte=Charte(accent="#7a3300"))
    assert rapport.etat.tolist() == ["écrit"]
    assert "#7a3300" in (tmp_path / rapport.fichier[0]).read_text("utf-8")


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"fichiers": {}}',
        b'{"fichiers": null}',
        b'{"fichiers": [1, 2]}',
        b'{"fichiers": {"FICHIER": "d41d8"}}',
        b'{"fichiers": {"FICHIER": ["a", "b", "c"]}}',
        b'{"entrees": "autre"}',
    ],
)
def test_un_registre_abime_fait_tout_refaire(o, tmp_path, un_fichier, contenu):
    dossier, nom = un_fichier
    shutil.copytree(dossier, tmp_path, dirs_exist_ok=True)
    (tmp_path / "production.json").write_bytes(contenu.replace(b"FICHIER", nom.encode()))
    assert set(lot(o, tmp_path, territoires="QN09502I", formats="html").etat) == {"écrit"}
    assert (tmp_path / "production.json").read_bytes() == (dossier / "production.json").read_bytes()


def test_les_restes_d_un_arret_brutal_sont_retires(o, site, petite_liste):
    laisses = [site / ".index.html.a1b2.tmp", site / "fiches" / ".x.tmp", site / "cartes" / ".x.tmp"]
    for reste in laisses:
        reste.write_bytes(b"<html>")
    (site / "notes.txt").write_text("à moi", "utf-8")
    relancer(o, site, petite_liste)
    assert restes(site) == []
    assert (site / "notes.txt").read_text("utf-8") == "à moi"


# --- les pannes ---


@pytest.mark.usefixtures("sans_index")
def test_interrompue_elle_reprend_ou_elle_en_etait(o, tmp_path, petite_liste, monkeypatch):
    site, trois = tmp_path / "site", petite_liste[:3]
    vraie = production.rediger

    def interrompre(t, *args, **options):
        if t == trois[2]:
            raise KeyboardInterrupt
        return vraie(t, *args, **options)

    with monkeypatch.context() as remplacer:
        remplacer.setattr(production, "rediger", interrompre)
        with pytest.raises(KeyboardInterrupt):
            relancer(o, site, trois, formats=DEUX_FORMATS)
    assert restes(site) == []
    assert fichiers(site) == sorted({*attendus(trois[:2], DEUX_FORMATS)} - {"index.html"})
    assert entiers(site)
    rapport = relancer(o, site, trois, formats=DEUX_FORMATS)
    faits = rapport.code.isin([t.code for t in trois[:2]]) & (rapport.fichier != "index.html")
    assert set(rapport.etat[faits]) == {"à jour"}
    assert faits.sum() == 2 * 3
    assert set(rapport.etat[~faits]) == {"écrit"}
    assert fichiers(site) == attendus(trois, DEUX_FORMATS)
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


@pytest.mark.usefixtures("sans_index")
@pytest.mark.parametrize(
    ("panne", "attrapee", "message", "rang"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ErreurEcriture, "le disque est plein", 6),
        (KeyboardInterrupt(), KeyboardInterrupt, None, 1),
    ],
)
def test_une_panne_en_pleine_ecriture_ne_laisse_rien_a_moitie_ecrit(
    o, tmp_path, petite_liste, monkeypatch, tomber_en_panne, panne, attrapee, message, rang
):
    site = tmp_path / "site"
    tomber_en_panne(panne, rang)
    with pytest.raises(attrapee, match=message):
        relancer(o, site, petite_liste, formats=DEUX_FORMATS)
    ecrits = fichiers(site)
    assert restes(site) == []
    assert len(ecrits) == rang - 1
    assert entiers(site)
    monkeypatch.undo()
    monkeypatch.setattr(production, "_index", lambda *_: "<html></html>")
    # Les bulles des cartes ne mènent plus qu'à deux fiches : la carte déjà écrite est refaite, pas ses fiches.
    rapport = relancer(o, site, petite_liste[:2], formats=DEUX_FORMATS)
    deja = 2 if rang > 4 else 0  # trois fichiers, puis le registre qui les note
    assert (rapport.etat == "à jour").sum() == deja
    assert fichiers(site) == attendus(petite_liste[:2], DEUX_FORMATS)
    assert entiers(site)


@pytest.mark.usefixtures("sans_index")
def test_un_disque_plein_garde_l_ancien_fichier(o, site, petite_liste, tomber_en_panne):
    cible = site / f"fiches/{nom_de_fichier(petite_liste[1])}.html"
    ancien = cible.read_bytes() + b"<!-- modifiee -->"
    cible.write_bytes(ancien)
    tomber_en_panne(OSError(errno.ENOSPC, "No space left on device"), 2)  # la première écriture est celle du registre
    with pytest.raises(ErreurEcriture):
        relancer(o, site, petite_liste)
    assert cible.read_bytes() == ancien
    assert restes(site) == []


@pytest.mark.usefixtures("sans_index")
def test_un_fichier_n_est_pas_un_dossier_de_sortie(o, tmp_path, petite_liste):
    fichier = tmp_path / "sortie"
    fichier.write_text("à garder", "utf-8")
    with pytest.raises(ErreurEcriture, match="un fichier porte déjà ce nom"):
        relancer(o, fichier, petite_liste)
    with pytest.raises(ErreurEcriture, match="pas un dossier"):
        relancer(o, fichier / "site", petite_liste)
    assert fichier.read_text("utf-8") == "à garder"
    assert [p.name for p in tmp_path.iterdir()] == ["sortie"]


@pytest.mark.usefixtures("sans_index")
def test_un_fichier_a_la_place_de_fiches_est_explique(o, tmp_path, petite_liste):
    (tmp_path / "fiches").write_text("à garder", "utf-8")
    with pytest.raises(ErreurEcriture, match="fiches"):
        relancer(o, tmp_path, petite_liste)
    assert (tmp_path / "fiches").read_text("utf-8") == "à garder"
    assert restes(tmp_path) == []


def test_la_progression_s_affiche_sur_la_sortie_d_erreur(o, site, petite_liste, capsys):
    produire(commander(o, petite_liste), site)
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert "Fiches et cartes" in sortie.err
    assert "4/4" in sortie.err


# --- un fichier qui échoue n'arrête pas les autres ---


def echecs(rapport):
    return rapport[rapport.etat == "échec"]


@pytest.mark.usefixtures("sans_index")
def test_un_defaut_dans_une_fiche_est_dit_et_n_arrete_pas_les_autres(o, tmp_path, petite_liste, monkeypatch):
    vraie, trois = production.rediger, petite_liste[:3]

    def deraper(t, *args, **options):
        if t == trois[1]:
            raise KeyError("revenu")
        return vraie(t, *args, **options)

    with monkeypatch.context() as remplacer:
        remplacer.setattr(production, "rediger", deraper)
        rapport = relancer(o, tmp_path, trois, formats=DEUX_FORMATS)
    rates = echecs(rapport)
    assert list(zip(rates.code, rates.octets, strict=True)) == [(trois[1].code, 0)] * 2
    assert all("KeyError : 'revenu' (test_production.py, ligne" in erreur for erreur in rates.erreur)
    assert set(rapport.erreur[rapport.etat == "écrit"]) == {""}
    assert (tmp_path / f"cartes/{nom_de_fichier(trois[1])}.html").is_file()
    assert not (tmp_path / f"fiches/{nom_de_fichier(trois[1])}.pdf").exists()
    reprise = relancer(o, tmp_path, trois, formats=DEUX_FORMATS)
    assert set(reprise.fichier[reprise.etat == "écrit"]) == {*rates.fichier}
    assert entiers(tmp_path)


def test_un_format_qui_echoue_laisse_les_autres_et_quitte_l_index(o, tmp_path, petite_liste, monkeypatch):
    def casser(*_):
        raise ErreurArgument("Le Word ne se fait pas. Que faire : attendre.")

    formats = {**FORMATS, "docx": dataclasses.replace(FORMATS["docx"], rendre=casser)}
    monkeypatch.setattr(production, "FORMATS", formats)
    rapport = relancer(o, tmp_path, petite_liste[:1])
    assert rapport.etat.tolist() == ["écrit", "écrit", "échec", "écrit", "écrit"]
    assert rapport.erreur[2] == "Le Word ne se fait pas. Que faire : attendre."
    liens = [a.attributs["href"] for a in lire((tmp_path / "index.html").read_text("utf-8")).tous("a")]
    assert [Path(lien).suffix for lien in liens] == [".html", ".pdf", ".html"]
    monkeypatch.undo()
    assert relancer(o, tmp_path, petite_liste[:1]).etat.tolist() == ["à jour", "à jour", "écrit", "à jour", "écrit"]


def test_un_fichier_qu_on_ne_peut_remplacer_est_dit(o, tmp_path):
    occupe = tmp_path / "qpv-QN09502I-justice-butte-blanche.pdf"
    occupe.mkdir()
    rapport = lot(o, tmp_path, territoires="QN09502I", formats=DEUX_FORMATS)
    assert rapport.etat.tolist() == ["écrit", "échec"]
    assert "ce chemin est un dossier" in rapport.erreur[1]
    assert occupe.is_dir()


@pytest.mark.usefixtures("sans_index")
def test_une_boucle_qui_rendrait_toujours_le_meme_territoire_echoue_partout_ailleurs(
    o, tmp_path, petite_liste, monkeypatch
):
    derniere = production.rediger(petite_liste[2], JOUR)
    monkeypatch.setattr(production, "rediger", lambda *_, **__: derniere)
    rapport = relancer(o, tmp_path, petite_liste[:3])
    rates = echecs(rapport)
    assert [Path(f).suffix for f in rates.fichier] == [".html", ".pdf", ".docx"] * 2
    assert set(rates.code) == {t.code for t in petite_liste[:2]}
    assert all(ligne.code in ligne.erreur and "porte un autre titre" in ligne.erreur for ligne in rates.itertuples())
    assert [f for f in fichiers(tmp_path) if f in set(rates.fichier)] == []


@pytest.mark.usefixtures("sans_index")
def test_la_commande_finit_le_reste_puis_dit_les_echecs(o, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        production, "territoires_concernes", lambda b: [b.territoire("QN09502I"), b.territoire("92036")]
    )
    vraie = production.rediger

    def deraper(t, *args, **options):
        return vraie(t, *args, **options) if t.niveau == "qpv" else 1 / 0

    monkeypatch.setattr(production, "rediger", deraper)
    arguments = ["produire", str(tmp_path / "site"), "--formats", "html", "--niveaux", "qpv", "commune"]
    assert cli.main(arguments) == 2
    sortie = capsys.readouterr()
    assert "5 fichiers pour 2 territoires".replace(" ", "") in "".join(sortie.out.split())
    assert "1\u00a0fichier en échec ; tout le reste est écrit." in sortie.err
    assert "fiches/commune-92036-gennevilliers.html : Défaut du programme : ZeroDivisionError" in sortie.err
    assert "Traceback" not in sortie.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--niveaux", "quartier"], "Niveau 'quartier' inconnu"),
        (["--formats", "odt"], "Format 'odt' inconnu"),
        (["--processus", "0"], "donnez 1 ou plus"),
    ],
)
def test_la_commande_refuse_un_choix_impossible(tmp_path, capsys, options, message):
    assert cli.main(["produire", str(tmp_path / "site"), *options]) == 2
    assert message in capsys.readouterr().err


def test_un_processus_arrete_net_est_explique():
    with pytest.raises(ErreurObservatoire, match="s'est arrêté net pendant la production de « 3 »"):
        list(mener(os._exit, [3, 3, 3], 2))


def test_un_script_a_deux_processus_donne_les_memes_octets_sans_se_rejouer(modele, petite_liste, tmp_path):
    script = tmp_path / "mon_script.py"
    script.write_text(
        "import datetime, pathlib\n"
        "import observatoire as obs\n"
        "from observatoire import commande, production\n"
        'pathlib.Path("passages.txt").open("a").write("x")\n'
        f"cles = {tuple((t.niveau, t.code) for t in petite_liste)!r}\n"
        f"voulue = commande.Commande(obs.ouvrir(), {JOUR!r}, cles)\n"
        'production.produire(voulue, "site", processus=2, progression=False)\n',
        encoding="utf-8",
    )
    environnement = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1])}
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=environnement, check=True)
    assert (tmp_path / "passages.txt").read_text() == "x"
    site = tmp_path / "site"
    assert fichiers(site) == fichiers(modele[0])
    assert [nom for nom in fichiers(site) if (site / nom).read_bytes() != (modele[0] / nom).read_bytes()] == []
