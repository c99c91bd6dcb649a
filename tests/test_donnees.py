from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import observatoire as obs
from observatoire.donnees import Paquet, dossier_embarque

DESCRIPTION = json.loads((dossier_embarque() / "datapackage.json").read_text(encoding="utf-8"))
TABLES = {ressource["name"]: ressource["path"] for ressource in DESCRIPTION["resources"]}


@pytest.fixture
def copie(tmp_path):
    dossier = tmp_path / "données à moi"
    dossier.mkdir()
    for nom in (*TABLES.values(), "datapackage.json"):
        shutil.copy(dossier_embarque() / nom, dossier / nom)
    return dossier


def remplacer(dossier, nom, octets):
    # Remplace le fichier d'une table et ajuste son empreinte dans la description.
    chemin = dossier / "datapackage.json"
    description = json.loads(chemin.read_text(encoding="utf-8"))
    (ressource,) = (r for r in description["resources"] if r["name"] == nom)
    (dossier / ressource["path"]).write_bytes(octets)
    ressource["hash"] = f"sha256:{hashlib.sha256(octets).hexdigest()}"
    chemin.write_text(json.dumps(description), encoding="utf-8")


def parquet(table):
    tampon = io.BytesIO()
    table.to_parquet(tampon, index=False)
    return tampon.getvalue()


def lire_brut(nom):
    chemin = dossier_embarque() / TABLES[nom]
    return pd.read_parquet(chemin) if nom == "qpv_2015" else gpd.read_parquet(chemin)


# --- ouvrir ---


def test_ouvrir_ne_lit_rien():
    programme = """
import json, sys
lus = []
def noter(evenement, arguments):
    if evenement == "open" and "geodata" in str(arguments[0]):
        lus.append(str(arguments[0]))
import observatoire as obs
import observatoire.observatoire
sys.addaudithook(noter)
o = obs.ouvrir()
apres_ouvrir = list(lus)
o.regions
print(json.dumps([apres_ouvrir, lus]))
"""
    environnement = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1])}
    rendu = subprocess.run(
        [sys.executable, "-c", programme], env=environnement, capture_output=True, check=True, encoding="utf-8"
    )
    apres_ouvrir, apres_lecture = json.loads(rendu.stdout)
    assert apres_ouvrir == []
    assert [Path(chemin).name for chemin in apres_lecture] == ["datapackage.json", "regions.csv"]


@pytest.mark.parametrize("forme", [str, Path])
def test_un_dossier_se_designe_par_un_texte_ou_un_chemin(copie, forme):
    assert len(obs.ouvrir(donnees=forme(copie)).qpv) == 83


def test_un_dossier_copie_donne_les_memes_tables(copie, o):
    autre = obs.ouvrir(donnees=copie)
    assert autre.territoire("GPS&O").code == "200059889"
    for nom in ("communes", "epci", "ept", "departements", "qpv", "qpv_2015", "regions", "contours_departements"):
        obtenue, attendue = getattr(autre, nom), getattr(o, nom)
        assert type(obtenue) is type(attendue)
        pd.testing.assert_frame_equal(pd.DataFrame(obtenue), pd.DataFrame(attendue))
    pd.testing.assert_frame_equal(autre.sources, o.sources)


def test_une_table_n_est_lue_qu_une_fois(copie):
    autre = obs.ouvrir(copie)
    premiere = autre.qpv
    (copie / TABLES["qpv"]).unlink()
    assert autre.qpv is premiere


@pytest.mark.parametrize("cas", ["absent", "vide", "fichier"])
def test_un_dossier_sans_description_est_refuse_des_l_ouverture(tmp_path, cas):
    dossier = tmp_path / "donnees"
    if cas == "vide":
        dossier.mkdir()
    elif cas == "fichier":
        dossier.write_text("un fichier")
    with pytest.raises(obs.ErreurSource, match=r"ne contient pas de datapackage\.json") as erreur:
        obs.ouvrir(donnees=dossier)
    assert str(dossier) in str(erreur.value)
    assert "Que faire : " in str(erreur.value)
    assert "données embarquées" in str(erreur.value)
    assert isinstance(erreur.value, OSError)


# --- fichiers absents ou endommagés ---


@pytest.mark.parametrize("nom", TABLES)
def test_un_fichier_absent_est_nomme_et_les_autres_restent_lisibles(copie, nom):
    (copie / TABLES[nom]).unlink()
    paquet = Paquet.ouvrir(copie)
    with pytest.raises(obs.ErreurSource, match="est absent") as erreur:
        paquet.lire(nom)
    assert str(copie / TABLES[nom]) in str(erreur.value)
    assert "Que faire : reprenez une copie complète du dossier" in str(erreur.value)
    autre = "regions" if nom != "regions" else "qpv_2015"
    assert len(paquet.lire(autre)) > 10
    etats = paquet.verifier().etat
    assert etats[nom] == "absent"
    assert set(etats.drop(nom)) == {"intact"}


@pytest.mark.parametrize("nom", TABLES)
def test_un_seul_octet_change_est_detecte(copie, nom):
    chemin = copie / TABLES[nom]
    octets = bytearray(chemin.read_bytes())
    octets[len(octets) // 2] ^= 1
    chemin.write_bytes(octets)
    paquet = Paquet.ouvrir(copie)
    with pytest.raises(obs.ErreurSource, match="est endommagé") as erreur:
        paquet.lire(nom)
    assert str(chemin) in str(erreur.value)
    assert "sha256" in str(erreur.value)
    etats = paquet.verifier().etat
    assert etats[nom] == "endommagé"
    assert set(etats.drop(nom)) == {"intact"}


def test_les_donnees_embarquees_sont_intactes(o):
    etats = o.verifier()
    assert len(etats) >= 9
    assert set(etats.etat) == {"intact"}


def test_le_remede_des_donnees_embarquees_est_de_reinstaller(copie, monkeypatch):
    monkeypatch.setattr("observatoire.donnees.dossier_embarque", lambda: copie)
    (copie / TABLES["qpv"]).write_bytes(b"")
    with pytest.raises(obs.ErreurSource, match="Que faire : réinstallez observatoire"):
        obs.ouvrir().qpv  # noqa: B018


def test_un_fichier_tronque_est_endommage(copie):
    chemin = copie / TABLES["qpv"]
    chemin.write_bytes(chemin.read_bytes()[:1000])
    with pytest.raises(obs.ErreurSource, match="est endommagé"):
        obs.ouvrir(copie).territoire("Gennevilliers")


@pytest.mark.parametrize("nom", ["qpv", "qpv_2015"])
def test_un_fichier_qui_n_est_pas_du_parquet_est_endommage(copie, nom):
    remplacer(copie, nom, b"ceci n'est pas du parquet")
    with pytest.raises(obs.ErreurSource, match="est endommagé"):
        Paquet.ouvrir(copie).lire(nom)


# --- la description ---


@pytest.mark.parametrize("longueur", [0, 1, 500, 10_000])
def test_une_description_tronquee_est_une_erreur_de_source(copie, longueur):
    chemin = copie / "datapackage.json"
    chemin.write_bytes(chemin.read_bytes()[:longueur])
    o = obs.ouvrir(copie)
    with pytest.raises(obs.ErreurSource, match=r"datapackage\.json » est endommagé"):
        o.communes  # noqa: B018
    with pytest.raises(obs.ErreurSource, match=r"datapackage\.json » est endommagé"):
        o.sources  # noqa: B018


@pytest.mark.parametrize("texte", ["[]", "{}", "3", '{"resources": 3}', '{"resources": [{}]}', '{"resources": ["a"]}'])
def test_une_description_d_une_autre_forme_est_une_erreur_de_source(copie, texte):
    (copie / "datapackage.json").write_text(texte, encoding="utf-8")
    with pytest.raises(obs.ErreurSource, match=r"datapackage\.json"):
        obs.ouvrir(copie).qpv  # noqa: B018


@pytest.mark.parametrize("cle", ["path", "hash", "format"])
def test_une_ressource_mal_decrite_est_une_erreur_de_source(copie, cle):
    chemin = copie / "datapackage.json"
    description = json.loads(chemin.read_text(encoding="utf-8"))
    for ressource in description["resources"]:
        del ressource[cle]
    chemin.write_text(json.dumps(description), encoding="utf-8")
    with pytest.raises(obs.ErreurSource, match=r"datapackage\.json"):
        obs.ouvrir(copie).qpv  # noqa: B018


def test_une_table_non_decrite_est_une_erreur_de_source(copie):
    chemin = copie / "datapackage.json"
    description = json.loads(chemin.read_text(encoding="utf-8"))
    description["resources"] = [r for r in description["resources"] if r["name"] != "qpv"]
    chemin.write_text(json.dumps(description), encoding="utf-8")
    o = obs.ouvrir(copie)
    with pytest.raises(obs.ErreurSource, match="La table « qpv » n'est pas décrite"):
        o.qpv  # noqa: B018
    assert len(o.ept) == 11


# --- fichiers intacts mais d'une autre forme ---


def erreur_de_schema(dossier, nom):
    with pytest.raises(obs.ErreurSchema) as erreur:
        Paquet.ouvrir(dossier).lire(nom)
    assert str(dossier / TABLES[nom]) in str(erreur.value)
    return erreur.value.problemes


def test_une_table_d_une_autre_forme_dit_tous_ses_problemes(copie):
    table = lire_brut("qpv").drop(columns=["nom", "surface_ha"])
    table.loc[0, "population"] = -5
    table.loc[1, "statut"] = "supprimé"
    table.loc[2, "code"] = "QP092001"
    remplacer(copie, "qpv", parquet(table))
    problemes = erreur_de_schema(copie, "qpv")
    assert len(problemes) == 5
    for extrait in ("« nom » absente", "« surface_ha » absente", "« -5 »", "« supprimé »", "« QP092001 »"):
        assert sum(extrait in probleme for probleme in problemes) == 1, extrait


@pytest.mark.parametrize(
    ("nom", "colonne"),
    [
        ("communes", "code"),
        ("communes", "population"),
        ("communes", "code_ept"),
        ("epci", "sigle"),
        ("qpv", "codes_communes"),
        ("qpv_2015", "codes_2024"),
    ],
)
def test_une_colonne_manquante_est_une_erreur_de_schema(copie, nom, colonne):
    remplacer(copie, nom, parquet(lire_brut(nom).drop(columns=colonne)))
    (probleme,) = erreur_de_schema(copie, nom)
    assert f"« {colonne} » absente" in probleme


@pytest.mark.parametrize("valeur", ["QP092001", 3, None])
def test_une_liste_qui_n_en_est_pas_une_est_une_erreur_de_schema(copie, valeur):
    table = lire_brut("qpv_2015")
    table["codes_2024"] = pd.Series([valeur] * len(table), dtype=object)
    remplacer(copie, "qpv_2015", parquet(table))
    (probleme,) = erreur_de_schema(copie, "qpv_2015")
    assert "« codes_2024 »" in probleme


def test_des_contours_dans_une_autre_projection_sont_une_erreur_de_schema(copie):
    remplacer(copie, "ept", parquet(lire_brut("ept").to_crs(2154)))
    assert any("4326" in probleme for probleme in erreur_de_schema(copie, "ept"))


def test_une_table_geographique_sans_contours_est_une_erreur_de_schema(copie):
    remplacer(copie, "ept", parquet(pd.DataFrame(lire_brut("ept").drop(columns="geometry"))))
    assert any("« geometry » absente" in probleme for probleme in erreur_de_schema(copie, "ept"))


def test_un_csv_d_une_autre_forme_dit_tous_ses_problemes(copie):
    remplacer(copie, "regions", "code,libelle\n11,Île-de-France\n1,?\n11,Île-de-France\n".encode())
    problemes = erreur_de_schema(copie, "regions")
    assert len(problemes) == 3
    assert any("« nom » absente (colonnes lues : code, libelle)" in probleme for probleme in problemes)
    assert any("en double : « 11 »" in probleme for probleme in problemes)
    assert any("« 1 » [rangs 2]" in probleme for probleme in problemes)


def test_une_case_vide_d_un_csv_est_une_erreur_de_schema(copie):
    remplacer(copie, "regions", "code,nom\n11,Île-de-France\n24,\n".encode())
    (probleme,) = erreur_de_schema(copie, "regions")
    assert probleme == "colonne « nom » vide [rangs 2]"


def test_un_csv_vide_est_une_erreur_de_source(copie):
    remplacer(copie, "regions", b"")
    with pytest.raises(obs.ErreurSource, match=r"regions\.csv"):
        Paquet.ouvrir(copie).lire("regions")
