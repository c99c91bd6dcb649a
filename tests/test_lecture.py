"""Lire les fichiers officiels : les vrais, leurs dérives, et ceux qu'un tableur ou un transfert abîme."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from observatoire.descriptions import charger_formats
from observatoire.erreurs import ErreurArgument, ErreurSchema, ErreurSource
from observatoire.lecture import lire_source, sources_connues
from observatoire.nombres import STATUTS

SOURCES = Path(__file__).parents[2] / "shared" / "sources"
GEODATA = Path(__file__).parents[2] / "shared" / "geodata"
FIXTURES = Path(__file__).parent / "fixtures" / "lecture"

sources_presentes = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="les fichiers des producteurs ne sont pas distribués avec le projet"
)
geodata_present = pytest.mark.skipif(not GEODATA.is_dir(), reason="les transcriptions ne sont pas à côté du projet")

# Chiffres lus à l'œil dans chaque fichier : (fichier, source, lignes, code, {colonne: valeur}).
CHIFFRES = [
    (
        "insee/DEMO_2017.csv",
        "insee-qpv-demographie",
        1345,
        "QP078001",
        {"POP_MUN": 21352, "IND_JEUNE": 3.0, "A": 5040},
    ),
    (
        "insee/DEMO_2022.csv",
        "insee-qpv-demographie",
        1400,
        "QP078001",
        {"POP_MUN": 19940, "TX_F": 49.8, "A": 5548},
    ),
    (
        "insee/REVN_2017.csv",
        "insee-qpv-revenus-2015",
        1345,
        "QP078001",
        {"TP60": 45.0, "DISP_Q2": 12809, "PIMPOT": -8.8},
    ),
    (
        "insee/REVN_2022.csv",
        "insee-qpv-revenus-2015",
        1352,
        "QP078001",
        {"TP60": 44.3, "DISP_Q2": 13790, "PIMPOT": -9.5},
    ),
    (
        "insee/IPRO_2017.csv",
        "insee-qpv-insertion",
        1345,
        "QP078001",
        {"TX_TOT_EMPL": 42.1, "CA": 333, "ABCDE": 3659},
    ),
    (
        "insee/IPRO_2022.csv",
        "insee-qpv-insertion",
        1345,
        "QP078001",
        {"TX_TOT_EMPL": 42.2, "EVOL_CA_N_E": 76.8},
    ),
    (
        "insee/rpls_qpv.csv",
        "insee-rpls-qpv-2015",
        1400,
        "QP078001",
        {"nbLsPls": 5139, "txVac": 1.3, "medLoy": 5.3},
    ),
    ("insee/demographie_2010_qpv.xls", "insee-qpv-demographie-2010", 1292, "QP095041", {"ind_jeune": 1.7}),
    (
        "insee/cc_filosofi_2021_COM.csv",
        "insee-filosofi-communes",
        34909,
        "92036",
        {"MED21": 18380, "TP6021": 28.0},
    ),
    (
        "insee/FILO2019_DISP_COM.csv",
        "insee-filosofi-disp-communes",
        31361,
        "92036",
        {"Q219": 17640, "GI19": 0.266},
    ),
    ("insee/FILO2019_DISP_EPCI.csv", "insee-filosofi-disp-epci", 1240, "200000172", {}),
    (
        "insee/FILO2019_DISP_DEP.csv",
        "insee-filosofi-disp-departements",
        98,
        "78",
        {"Q219": 26970, "NBPERS19": 1460452},
    ),
    (
        "insee/FILO2019_DISP_REG.csv",
        "insee-filosofi-disp-regions",
        15,
        "11",
        {"Q219": 24060, "NBUC19": 8042224.7},
    ),
    (
        "insee/FILO2019_DISP_METROPOLE.csv",
        "insee-filosofi-disp-metropole",
        1,
        "1",
        {"Q219": 21930, "S80S2019": 4.4},
    ),
    (
        "insee/base_cc_comparateur.CSV",
        "insee-comparateur-communes",
        35010,
        "92036",
        {"P18_POP": 47702, "SUPERF": 11.64},
    ),
    ("caf/data_CAF_2020_IRIS.csv", "cnaf-iris", 13444, "920360101", {"A": 403, "PERCOU": 1010, "ARSAS": 75}),
]


def ecrire(dossier: Path, texte: str, nom: str = "fichier.csv", encodage: str = "utf-8") -> Path:
    fichier = dossier / nom
    fichier.write_bytes(texte.encode(encodage))
    return fichier


def verifier_statuts(table: pd.DataFrame) -> None:
    """La valeur est NaN exactement quand le statut n'est pas « diffuse »."""
    nombres = [c for c in table.columns if pd.api.types.is_float_dtype(table[c])]
    for colonne in nombres:
        statut = table.get(f"{colonne}_statut", pd.Series("diffuse", table.index))
        assert set(statut.unique()) <= set(STATUTS), colonne
        assert (table[colonne].isna() == (statut != "diffuse")).all(), colonne


@sources_presentes
@pytest.mark.parametrize(("chemin", "source", "lignes", "code", "attendus"), CHIFFRES)
def test_les_fichiers_des_producteurs(
    chemin: str, source: str, lignes: int, code: str, attendus: dict[str, float]
) -> None:
    table = lire_source(SOURCES / chemin)
    assert len(table) == lignes
    assert table.index.name == "code"
    assert table.index.is_unique
    assert {nom: table.at[code, nom] for nom in attendus} == attendus
    verifier_statuts(table)
    # Reconnu ou nommé, le fichier donne la même table.
    if lignes < 1300:
        pd.testing.assert_frame_equal(table, lire_source(SOURCES / chemin, source))


@sources_presentes
def test_secret_et_non_diffuse_ne_se_confondent_pas() -> None:
    table = lire_source(SOURCES / "insee/cc_filosofi_2021_COM.csv", "insee-filosofi-communes")
    comptes = table["TP6021_statut"].value_counts().to_dict()
    assert comptes == {"secret": 30500, "diffuse": 4397, "non_diffuse": 12}
    assert table.at["09304", "MED21_statut"] == "non_diffuse"
    assert table.at["01001", "TP6021_statut"] == "secret"
    assert table.at["2A004", "NBMENFISC21"] == 25864


@sources_presentes
def test_la_ligne_ensemble_n_est_pas_un_territoire() -> None:
    table = lire_source(SOURCES / "insee/DEMO_2017.csv")
    assert table["POP_MUN"].max() < 200_000
    assert "POP_MUN_statut" not in table.columns  # toutes diffusées : rien à expliquer
    assert (table.loc[table["NOTE_CNAF"].eq("5"), "A_statut"] == "non_diffuse").all()


@sources_presentes
def test_les_contours_sans_code_epsg_sont_en_lambert_93() -> None:
    table = lire_source(SOURCES / "anct/QP_METROPOLE_LB93.shp")
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs.to_epsg() == 4326
    brut = gpd.read_file(SOURCES / "anct/QP_METROPOLE_LB93.shp").set_crs(2154, allow_override=True)
    attendu = brut.set_index("CODE_QP").to_crs(4326).at["QP095041", "geometry"]
    assert table.at["QP095041", "geometry"].distance(attendu) < 1e-9
    assert table.at["QP044012", "NOM_QP"] == "Le Ranzay"


@sources_presentes
def test_les_contours_2024_de_tout_le_pays() -> None:
    table = lire_source(SOURCES / "anct/qpv2024_national_simplifie.geojson")
    assert len(table) == 1609
    assert table.at["QN00101M", "lib_com"] == "Bourg-en-Bresse"
    assert "fid" not in table.columns


@geodata_present
def test_les_transcriptions_du_projet() -> None:
    indicateurs = lire_source(GEODATA / "indicateurs_qpv_2024.csv")
    assert indicateurs.at["QN07801M", "taux_pauvrete"] == 45.0
    assert indicateurs.at["QN09541N", "taux_pauvrete"] == 35.0
    assert indicateurs.at["QN09541N", "indice_jeunesse_statut"] == "non_diffuse"
    disp = lire_source(GEODATA / "filosofi_disp_2019.csv")
    assert disp.groupby("niveau").size().to_dict() == {"departement": 8, "epci": 21, "france": 1, "region": 1}
    assert lire_source(GEODATA / "filosofi_communes_2021.csv").at["78005", "TP6021"] == 14.0
    passage = lire_source(GEODATA / "passage_qp2015_qp2024.csv")
    assert passage.loc["QN07801M", "qp2015"] == "QP078001"
    assert len(passage) == 85
    assert lire_source(GEODATA / "qpv_2024.geojson").crs.to_epsg() == 4326


@geodata_present
@pytest.mark.parametrize("nom", ["filosofi_disp_2019.csv", "passage_qp2015_qp2024.csv", "indicateurs_qpv_2024.csv"])
def test_un_export_se_relit_a_l_identique(nom: str, tmp_path: Path) -> None:
    table = lire_source(GEODATA / nom)
    table.to_csv(tmp_path / nom, sep=";", decimal=",", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(lire_source(tmp_path / nom), table)


def test_population_des_qpv_2024() -> None:
    table = lire_source(FIXTURES / "pop_QPV24.csv", source="insee-qpv-population")
    assert table["popMuniQPV"].to_dict() == {"QN09201M": 8123.0, "QN02A01M": 1050.0}


def test_estimations_des_qpv_2024_sont_reconnues() -> None:
    table = lire_source(FIXTURES / "estimations_QPV2024.csv")
    assert table.at["QN07801M", "partMen6pp"] == 12.2
    assert table.at["QN09541N", "partMen1p_statut"] == "non_diffuse"
    assert table.at["QN07801M", "codeReg"] == "11"


def test_forme_longue_de_filosofi() -> None:
    table = lire_source(FIXTURES / "DS_FILOSOFI_CC_2021_data.csv")
    assert table.columns.to_list() == [
        "niveau",
        "millesime",
        "MED_SL",
        "MED_SL_statut",
        "PR_MD60",
        "PR_MD60_statut",
    ]
    assert table.loc["92036", ["MED_SL", "PR_MD60"]].to_list() == [18380.0, 28.0]
    # La valeur confidentielle que porte le fichier n'est pas rendue.
    assert math.isnan(table.at["78001", "MED_SL"])
    assert table.loc["78001", ["MED_SL_statut", "PR_MD60_statut"]].to_list() == ["secret", "secret"]
    assert table.at["55039", "MED_SL_statut"] == "non_diffuse"
    assert table.loc["11"].set_index("niveau")["MED_SL"].to_dict() == {
        "region": 24490.0,
        "departement": 20560.0,
    }
    assert table.at["FM", "MED_SL_statut"] == "non_diffuse"
    assert table.at["0061", "niveau"] == "ZE2020"
    assert set(table["millesime"]) == {2021}
    verifier_statuts(table)


def test_forme_longue_abimee(tmp_path: Path) -> None:
    texte = (FIXTURES / "DS_FILOSOFI_CC_2021_data.csv").read_text(encoding="utf-8")
    lignes = [
        *texte.splitlines(),
        '"92036";"COM";"MED_SL";"EUR_YR";"0";"F";"A";"2021";"1"',
        '"92050";"COM";"MED_SL";"EUR_YR";"3";"X";"A";"vingt";"2"',
    ]
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(ecrire(tmp_path, "\n".join(lignes) + "\n"))
    message = str(erreur.value)
    for attendu in (
        "« 92036 commune 2021 MED_SL » (ligne 11)",
        "CONF_STATUS",
        "« X » (ligne 12)",
        "« vingt »",
        "« 3 »",
    ):
        assert attendu in message


TABLE = [
    ["CODGEO", "LIBGEO", "NBMENFISC21", "NBPERSMENFISC21", "MED21", "TP6021"],
    ["01004", "Ambérieu", "6 640", "14 228", "21460,5", "17,0"],
    ["2A004", "Ajaccio", "25 864", "49 179", "23320", "s"],
    ["92036", "Gennevilliers", "17 953", "46 022", "18380", ""],
]


@pytest.mark.parametrize("separateur", [";", "\t", ","])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("fin", ["\n", "\r\n"])
def test_separateurs_et_encodages(tmp_path: Path, separateur: str, encodage: str, fin: str) -> None:
    texte = fin.join(separateur.join(f'"{cellule}"' for cellule in ligne) for ligne in TABLE) + fin
    table = lire_source(ecrire(tmp_path, texte, encodage=encodage))
    assert table["MED21"].to_list() == [21460.5, 23320.0, 18380.0]
    assert table["TP6021_statut"].to_list() == ["diffuse", "secret", "non_diffuse"]
    assert table.at["01004", "LIBGEO"] == "Ambérieu"


@pytest.mark.parametrize("espace", [" ", "\u00a0", "\u202f"])
def test_espaces_de_milliers_et_colonnes_vides(tmp_path: Path, espace: str) -> None:
    lignes = [";".join(cellule.replace(" ", espace) for cellule in ligne) + ";" * 300 for ligne in TABLE]
    table = lire_source(ecrire(tmp_path, "\r\n".join(lignes)))
    assert table["NBPERSMENFISC21"].to_list() == [14228.0, 49179.0, 46022.0]
    assert not [c for c in table.columns if not c or c.startswith("Unnamed")]


def test_entete_d_une_autre_casse_et_espace_finale(tmp_path: Path) -> None:
    texte = "codgeo;TX_TOT_EMPL ;abcde;ABC;CA;EVOL_CA_N_E \nQP078001;42,2;10;9;8;76,8\n"
    table = lire_source(ecrire(tmp_path, texte))
    assert table.columns.to_list() == ["TX_TOT_EMPL", "ABCDE", "ABC", "CA", "EVOL_CA_N_E"]


@pytest.mark.parametrize(
    ("lus", "rendus"),
    [(["1004", "92036", "2A004"], ["01004", "92036", "2A004"]), (["1004.0", "92036.0"], ["01004", "92036"])],
)
def test_le_zero_initial_est_rendu(tmp_path: Path, lus: list[str], rendus: list[str]) -> None:
    corps = "".join(f"{code};1;2;3;4\n" for code in lus)
    table = lire_source(ecrire(tmp_path, "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n" + corps))
    assert table.index.to_list() == rendus


def test_le_zero_n_est_pas_rendu_quand_d_autres_codes_l_ont_garde() -> None:
    with pytest.raises(ErreurSchema, match=r"« 9203 » \(ligne 4\)"):
        lire_source(FIXTURES / "filosofi_abimee.csv")


def test_tous_les_problemes_a_la_fois() -> None:
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(FIXTURES / "filosofi_abimee.csv", "insee-filosofi-communes")
    assert erreur.value.origine == "filosofi_abimee.csv (source « insee-filosofi-communes »)"
    message = str(erreur.value)
    for attendu in (
        "code absent (ligne 8)",
        "on attend des codes comme « 92036 », or on lit « 9203 » (ligne 4), « ABCDE » (ligne 5)",
        "code en double : « 92036 » (lignes 2 et 3)",
        "colonne « NBMENFISC21 » : on attend un nombre, or on lit « beaucoup » (ligne 6)",
        "colonne « MED21 » : on attend un nombre, or on lit « 12 34 » (ligne 6), « 1,234.5 » (ligne 7)",
        "Que faire : corrigez le fichier à ces endroits",
    ):
        assert attendu in message
    assert len(erreur.value.problemes) == 5


def test_colonnes_manquantes_et_source_voisine(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path, "CODGEO;MED21;PIMP21\n92036;18380;x\n")
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(fichier, "insee-filosofi-communes")
    assert "colonne « TP60.. » absente" in str(erreur.value)
    assert "« x » (ligne 2)" in str(erreur.value)
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(fichier)
    assert "plus proche : « insee-filosofi-communes », mais il manque les colonnes" in str(erreur.value)
    assert "« MED21 »" in str(erreur.value)


def test_fichier_d_un_autre_genre(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path, "prenom,age\nAda,36\n")
    for source in (None, "insee-qpv-demographie"):
        with pytest.raises(ErreurSchema, match=r"CODGEO|prenom"):
            lire_source(fichier, source)


def test_un_autre_niveau_que_celui_qu_on_demande(tmp_path: Path) -> None:
    colonnes = "CODGEO;LIBGEO;NBMEN19;NBPERS19;Q219;S80S2019;GI19\n"
    fichier = ecrire(tmp_path, colonnes + "11;Île-de-France;1;2;3;4;0,3\n75;Nouvelle-Aquitaine;1;2;3;4;0,3\n")
    assert lire_source(fichier).at["11", "LIBGEO"] == "Île-de-France"
    with pytest.raises(ErreurSchema, match="le nom ne va pas avec « 11 » et « 75 »"):
        lire_source(fichier, "insee-filosofi-disp-departements")


def test_plusieurs_sources_possibles(tmp_path: Path) -> None:
    # Sans nom de territoire, « 11 » est une région aussi bien qu'un département.
    fichier = ecrire(tmp_path, "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n11;1;2;3;4\n")
    with pytest.raises(ErreurSchema, match="« insee-filosofi-departements » et « insee-filosofi-regions »"):
        lire_source(fichier)
    assert lire_source(fichier, "insee-filosofi-regions").index.to_list() == ["11"]


def test_note_inconnue() -> None:
    with pytest.raises(ErreurSchema, match=r"on attend une note parmi 0, 1, 2, 3, 4, 5, or on lit « 9 » \(ligne 3\)"):
        lire_source(FIXTURES / "caf_note_inconnue.csv")


def test_colonne_en_double_et_sans_nom(tmp_path: Path) -> None:
    texte = "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;med21;TP6021;\n92036;1;2;3;3;4;reste\n"
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(ecrire(tmp_path, texte))
    assert "la même colonne figure 2 fois : « MED21 » et « med21 »" in str(erreur.value)
    assert "la colonne 7 contient des valeurs mais n'a pas de nom" in str(erreur.value)


def test_la_cle_deux_fois(tmp_path: Path) -> None:
    texte = "CODGEO;CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n92036;92036;1;2;3;4\n"
    with pytest.raises(ErreurSchema, match="la même colonne figure 2 fois : « CODGEO » et « CODGEO »"):
        lire_source(ecrire(tmp_path, texte))


def test_ligne_trop_longue(tmp_path: Path) -> None:
    lignes = [
        "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021",
        *(f"{n};1;2;3;4" for n in range(78001, 78040)),
    ]
    lignes[30] += ";5;6"
    with pytest.raises(ErreurSchema, match="la ligne 31 a 7 cellules, on en attend 5"):
        lire_source(ecrire(tmp_path, "\n".join(lignes)))


def test_guillemet_jamais_referme(tmp_path: Path) -> None:
    texte = 'CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n78001;1;"2;3;4\n' + "78002;1;2;3;4\n" * 20_000
    with pytest.raises(ErreurSchema, match="guillemet ouvert"):
        lire_source(ecrire(tmp_path, texte))


def test_fichier_coupe(tmp_path: Path) -> None:
    texte = "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n78001;1;2;3;4\n78002;1;2"
    with pytest.raises(ErreurSchema, match="la ligne 3, la dernière, est incomplète"):
        lire_source(ecrire(tmp_path, texte))


@pytest.mark.parametrize("texte", ["", "\n\n  \n"])
def test_fichier_vide(tmp_path: Path, texte: str) -> None:
    with pytest.raises(ErreurSchema, match="le fichier est vide"):
        lire_source(ecrire(tmp_path, texte))


def test_entete_seul(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path, "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021\n")
    with pytest.raises(ErreurSchema, match="aucune ligne de données"):
        lire_source(fichier, "insee-filosofi-communes")


def test_fichiers_illisibles(tmp_path: Path) -> None:
    with pytest.raises(ErreurSource, match="n'existe pas"):
        lire_source(tmp_path / "absent.csv")
    with pytest.raises(ErreurSource, match="est un dossier"):
        lire_source(tmp_path)
    (tmp_path / "hasard.csv").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(ErreurSource, match="n'est pas un fichier CSV, un classeur ou des contours"):
        lire_source(tmp_path / "hasard.csv")
    (tmp_path / "faux.xlsx").write_bytes(b"PK\x03\x04" + b"abc" * 50)
    with pytest.raises(ErreurSource, match="endommagé"):
        lire_source(tmp_path / "faux.xlsx")
    (tmp_path / "faux.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"abc" * 50)
    with pytest.raises(ErreurSource, match="endommagé"):
        lire_source(tmp_path / "faux.xls")
    with zipfile.ZipFile(tmp_path / "base.zip", "w") as archive:
        archive.writestr("cc_filosofi_2021_COM.csv", "CODGEO\n")
    with pytest.raises(ErreurSource, match=r"archive \(cc_filosofi_2021_COM\.csv\) : décompressez-la"):
        lire_source(tmp_path / "base.zip")
    with pytest.raises(ErreurSource, match="page web"):
        lire_source(ecrire(tmp_path, "<!DOCTYPE html><html><body>404</body></html>"))
    with pytest.raises(ErreurSource, match="contours"):
        lire_source(ecrire(tmp_path, '{"type": "FeatureCollection", "feat', nom="x.geojson"))


def test_source_inconnue() -> None:
    with pytest.raises(ErreurArgument, match="insee-qpv-population"):
        lire_source(FIXTURES / "pop_QPV24.csv", "insee-qpv-populations")


def classeur(fichier: Path, lignes: list[list[str | float]]) -> Path:
    """Écrit un classeur minimal : le format .xlsx est une archive de XML."""

    def cellule(valeur: str | float) -> str:
        if isinstance(valeur, str):
            return f'<c t="inlineStr"><is><t>{valeur}</t></is></c>'
        return f"<c><v>{valeur}</v></c>"

    corps = "".join(f"<row>{''.join(map(cellule, ligne))}</row>" for ligne in lignes)
    espace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(fichier, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{types}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{espace}" xmlns:r="{types}"><sheets><sheet name="QP" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{types}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{espace}"><sheetData>{corps}</sheetData></worksheet>',
        )
    return fichier


def test_classeur_avec_lignes_de_titre(tmp_path: Path) -> None:
    fichier = classeur(
        tmp_path / "base.xlsx",
        [
            ["Filosofi, chiffres clés", "", "", "", ""],
            ["", "", "", "", ""],
            ["CODGEO", "NBMENFISC21", "NBPERSMENFISC21", "MED21", "TP6021"],
            [1004.0, 6640.0, 14228.0, 21460.5, "s"],
            ["92036", 17953.0, 46022.0, 18380.0, "beaucoup"],
        ],
    )
    with pytest.raises(ErreurSchema, match=r"base\.xlsx, feuille « QP ».*\n.*« beaucoup » \(ligne 5\)"):
        lire_source(fichier)


def test_classeur(tmp_path: Path) -> None:
    lignes: list[list[str | float]] = [
        ["CODGEO", "NBMENFISC21", "NBPERSMENFISC21", "MED21", "TP6021"],
        [1004.0, 6640.0, 14228.0, 21460.5, "s"],
    ]
    table = lire_source(classeur(tmp_path / "base.xlsx", lignes))
    assert table.loc["01004", ["MED21", "TP6021_statut"]].to_list() == [21460.5, "secret"]


def test_contours_abimes(tmp_path: Path) -> None:
    attributs = {"code_qp": ["QN07801M", "QN07801M"], "lib_qp": "x", "insee_com": "78361", "lib_com": "y"}
    table = gpd.GeoDataFrame({**attributs, "siren_epci": "200059889"}, geometry=[Point(1.7, 48.9), None], crs=4326)
    fichier = tmp_path / "qpv.gpkg"
    table.to_file(fichier)
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(fichier)
    assert "contour absent pour « QN07801M »" in str(erreur.value)
    assert "(objets 1 et 2)" in str(erreur.value)
    table.assign(code_qp=["QN07801M", "QN07802M"], geometry=[Point(600_000, 6_860_000)] * 2).to_file(fichier)
    with pytest.raises(ErreurSchema, match="hors du globe"):
        lire_source(fichier)


def test_sources_connues() -> None:
    table = sources_connues()
    assert table.index.name == "source"
    assert table.columns.to_list() == ["libelle", "producteur", "millesimes", "niveau", "licence", "page"]
    assert {"insee-qpv-population", "insee-filosofi-communes", "anct-qpv-2024", "cnaf-iris"} <= set(table.index)
    assert table.index.is_unique
    assert not table.isna().any(axis=None)
    assert table["page"].str.startswith("https://").all()


@pytest.mark.parametrize("format_", charger_formats(), ids=lambda f: f.identifiant)
def test_chaque_description_se_tient(format_, o) -> None:  # type: ignore[no-untyped-def]
    assert format_.signature()
    assert format_.cle.valide(format_.cle.exemple)
    assert set(format_.codes.values()) | set(format_.notes.values()) <= set(STATUTS) - {"diffuse"}
    assert {c.indicateur for c in format_.colonnes} - {None} <= set(o.catalogue.index)
    notes = {c.nom for c in format_.colonnes if c.type == "note"}
    assert {c.note for c in format_.colonnes} - {None} <= notes
    assert all(c.sens for c in format_.colonnes)
    assert all(c.unite for c in format_.colonnes if c.type == "nombre")


BASE_QPV_2024 = """codeQPV;libQPV;listeDepcom;nbDEFM_ABC;partDEFM_F
QN09201M;Université I;92050;120;45,5
QN09202I;Université II;92050;1 210;s
QN09203M;Noyer Doré;92002;nd;
ENSEMBLE;;;1 330;44,0
"""


def test_une_base_par_quartier_de_2024_se_lit_sans_que_ses_colonnes_soient_decrites(tmp_path: Path) -> None:
    fichier = tmp_path / "DEFM_QP24.csv"
    fichier.write_text(BASE_QPV_2024, "utf-8")
    table = lire_source(fichier)
    assert table.index.to_list() == ["QN09201M", "QN09202I", "QN09203M"]
    assert table["nbDEFM_ABC"].to_list()[:2] == [120.0, 1210.0]
    assert table["nbDEFM_ABC_statut"].to_list() == ["diffuse", "diffuse", "non_diffuse"]
    assert table["partDEFM_F_statut"].to_list() == ["diffuse", "secret", "non_diffuse"]
    assert table["listeDepcom"].to_list() == ["92050", "92050", "92002"]


def test_une_base_par_quartier_decrite_en_propre_l_emporte_sur_la_description_generale(tmp_path: Path) -> None:
    fichier = tmp_path / "pop.csv"
    fichier.write_text("codeQPV;libQPV;POP_MUN\nQN09201M;Université I;815\n", "utf-8")
    assert lire_source(fichier).columns.to_list() == ["libQPV", "popMuniQPV"]


def test_une_base_par_quartier_de_2024_refuse_doubles_et_textes(tmp_path: Path) -> None:
    fichier = tmp_path / "DEFM_QP24.csv"
    fichier.write_text("codeQPV;nb\nQN09201M;815\nQN09201M;abc\n", "utf-8")
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(fichier, source="insee-qpv-2024")
    assert "« abc »" in str(erreur.value)
    assert "QN09201M" in str(erreur.value)


def test_population_par_quartier_et_par_commune() -> None:
    table = lire_source(FIXTURES / "population_QPV24_communes.csv")
    assert table.index.to_list() == ["QN09502I", "QN09502I", "QN00101M"]
    assert table["depcom"].to_list() == ["95063", "95351", "01053"]
    assert table["popMuniQPV"].to_list()[:2] == [1200.0, 300.0]
    assert table["popMuniQPV_statut"].to_list() == ["diffuse", "diffuse", "secret"]
    verifier_statuts(table)


def test_population_par_quartier_et_par_commune_refuse_un_couple_en_double(tmp_path: Path) -> None:
    texte = "codeQPV;depcom;popMuniQPV\nQN09502I;95063;1\nQN09502I;95063;2\nQN09503M;950;3\n"
    with pytest.raises(ErreurSchema) as erreur:
        lire_source(ecrire(tmp_path, texte))
    assert "code en double : « QN09502I 95063 » (lignes 2 et 3)" in str(erreur.value)
    assert "colonne « depcom » : on attend des codes comme « 92036 », or on lit « 950 » (ligne 4)" in str(erreur.value)


def test_population_des_communes_en_quartier_prioritaire() -> None:
    table = lire_source(FIXTURES / "pop_reference_communales_QPV24.csv")
    assert table.index.to_list() == ["01053", "92036"]
    assert table["popMuniCom"].to_list() == [40_000.0, 50_000.0]
    assert table["popMuniQPV_statut"].to_list() == ["diffuse", "non_diffuse"]


def test_revenus_des_quartiers_de_2024(tmp_path: Path) -> None:
    table = lire_source(FIXTURES / "revenu-disponible-qp24-2021_QP.csv")
    assert table.index.to_list() == ["QN07801M", "QN07802M"]
    assert table.loc["QN07801M", ["DISP_MED_A21", "DISP_TP60_A21", "DISP_PIMPOT_A21"]].to_list() == [13_000, 45.1, -8.8]
    statuts = ["DISP_MED_A21_statut", "DISP_TP60_A21_statut", "DISP_RD_A21_statut", "DISP_GI_A21_statut"]
    assert table.loc["QN07802M", statuts].to_list() == ["non_diffuse", "secret", "non_diffuse", "non_diffuse"]
    verifier_statuts(table)
    # Les mêmes colonnes, pour les quartiers de 2015 et des éditions antérieures.
    anciens = "codgeo;libgeo;disp_q2_a17;disp_tp60_a17\nQP078001;Val Fourré;12809;45,0\n"
    assert lire_source(ecrire(tmp_path, anciens)).at["QP078001", "disp_tp60_a17"] == 45.0


def test_revenus_declares_des_quartiers() -> None:
    table = lire_source(FIXTURES / "revenu-declare-qp24-2021_QP.csv")
    assert table.loc["QN07801M", ["DEC_MED_A21", "DEC_PIMP_A21", "DEC_D9_A21_statut"]].to_list() == [9500, 21, "secret"]


def test_liste_des_quartiers_rend_le_zero_des_codes() -> None:
    table = lire_source(FIXTURES / "listeqp2024-cog2024.csv")
    assert table["insee_com"].to_dict() == {"QN00101M": "01053", "QN09517M": "95323, 95637"}
    assert table["insee_dep"].to_list() == ["01", "95"]
    assert not [colonne for colonne in table if not colonne.strip()]


def test_correspondance_entre_les_deux_geographies() -> None:
    table = lire_source(FIXTURES / "liste-correspondance-qp2024-qp2015.csv")
    assert table.loc["QN09219N", ["Statut", "QP2015_1", "QP2015_2"]].to_list() == ["MODIFIE", "QP092001", "QP092002"]
    assert table.loc["QN09220N", ["QP2015_1", "QP2015_2"]].isna().all()


@pytest.mark.parametrize(
    "nom",
    [
        "population_QPV24_communes.csv",
        "pop_reference_communales_QPV24.csv",
        "revenu-disponible-qp24-2021_QP.csv",
        "listeqp2024-cog2024.csv",
        "liste-correspondance-qp2024-qp2015.csv",
        "estimations_QPV2024.csv",
    ],
)
def test_ce_qui_est_lu_puis_ecrit_se_relit_a_l_identique(nom: str, tmp_path: Path) -> None:
    table = lire_source(FIXTURES / nom)
    table.to_csv(tmp_path / nom, sep=";", decimal=",", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(lire_source(tmp_path / nom), table)


def test_un_nombre_dont_le_nom_commence_comme_un_libelle_reste_un_nombre(tmp_path: Path) -> None:
    texte = "codeQPV;nomQuartier;nombreDE;nbDE\nQN09201M;Université I;120;x\n"
    with pytest.raises(ErreurSchema, match="colonne « nbDE » : on attend un nombre"):
        lire_source(ecrire(tmp_path, texte))
    table = lire_source(ecrire(tmp_path, texte.replace("x", "7")))
    assert table.loc["QN09201M", ["nomQuartier", "nombreDE"]].to_list() == ["Université I", 120.0]
