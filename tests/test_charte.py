from __future__ import annotations

import base64
import pickle
import re
import struct
import zlib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.charte import (
    CONTRASTE_MINIMAL,
    Charte,
    contraste,
    empreinte,
    lire_charte,
    logo_en_adresse,
    variables_css,
    variables_typst,
)
from observatoire.composition import composer
from observatoire.erreurs import ErreurSchema, ErreurSource, ErreurType
from observatoire.gabarits import lire_gabarit
from observatoire.polices import familles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#0b4f80"/>{}</svg>'


def png(largeur=2, hauteur=2):
    lignes = b"".join(b"\x00" + b"\x0b\x4f\x80" * largeur for _ in range(hauteur))
    return assembler(
        ("IHDR", struct.pack(">IIBBBBB", largeur, hauteur, 8, 2, 0, 0, 0)), ("IDAT", zlib.compress(lignes))
    )


def assembler(*morceaux):
    octets = b"\x89PNG\r\n\x1a\n"
    for nom, corps in (*morceaux, ("IEND", b"")):
        tout = nom.encode() + corps
        octets += struct.pack(">I", len(corps)) + tout + struct.pack(">I", zlib.crc32(tout))
    return octets


@pytest.fixture
def ecrire(tmp_path):
    def _ecrire(texte, **fichiers):
        for nom, octets in fichiers.items():
            (tmp_path / nom).write_bytes(octets if isinstance(octets, bytes) else octets.encode())
        chemin = tmp_path / "charte.toml"
        chemin.write_text(texte, encoding="utf-8")
        return chemin

    return _ecrire


def problemes(chemin):
    with pytest.raises(ErreurSchema) as erreur:
        lire_charte(chemin)
    return erreur.value.problemes


def problemes_du_logo(octets):
    with pytest.raises(ErreurSchema) as erreur:
        Charte(logo=octets, logo_alternatif="Logo")
    return "\n".join(erreur.value.problemes)


# --- le contraste ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("couleur", "autre", "attendu"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#FFFFFF", 8.59),
        ("#000000", "#ff0000", 5.25),
    ],
)
def test_le_contraste_est_celui_du_wcag(couleur, autre, attendu):
    assert round(contraste(couleur, autre), 2) == attendu


COULEURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(COULEURS, COULEURS)
def test_le_contraste_ne_depend_pas_de_l_ordre_et_reste_entre_1_et_21(couleur, autre):
    assert contraste(couleur, autre) == contraste(autre, couleur)
    assert 1 <= contraste(couleur, autre) <= 21


# --- les valeurs par défaut ------------------------------------------------------------------------------------------


def test_le_modele_livre_dit_les_valeurs_par_defaut():
    assert lire_charte(str(files("observatoire.gabarits") / "charte.toml")) == Charte()


def test_le_modele_livre_montre_chaque_cle():
    texte = lire_gabarit("charte.toml")
    decommente = re.sub(r"^# (\w+ = )", r"\1", texte, flags=re.MULTILINE)
    cles = re.findall(r"^(?:\[(\w+)\]|(\w+) =)", decommente, flags=re.MULTILINE)
    assert [section or cle for section, cle in cles] == [
        *("structure", "nom", "logo", "logo_alternatif"),
        *("couleurs", "accent", "encre", "encre_douce", "fond", "trait"),
        *("polices", "nom", "dossier", "pied", "texte"),
    ]


def test_les_couleurs_par_defaut_se_lisent():
    charte = Charte()
    for encre in (charte.accent, charte.encre, charte.encre_douce):
        assert min(contraste(encre, "#ffffff"), contraste(encre, charte.fond)) >= CONTRASTE_MINIMAL


def test_un_fichier_vide_donne_la_charte_par_defaut(ecrire):
    assert lire_charte(ecrire("")) == Charte()


# --- ce qu'une structure change --------------------------------------------------------------------------------------

COMPLETE = """
[structure]
nom = "Pôle d'essai"
logo = "logo.svg"
logo_alternatif = "Logo du Pôle d'essai"
[couleurs]
accent = "#7A1F3D"
[pied]
texte = "Contrat de ville « Engagements Quartiers 2030 »"
"""


def test_seules_les_cles_presentes_changent(ecrire):
    charte = lire_charte(ecrire(COMPLETE, **{"logo.svg": SVG}))
    assert charte == Charte(
        nom="Pôle d'essai",
        accent="#7A1F3D",
        logo=SVG.encode(),
        logo_alternatif="Logo du Pôle d'essai",
        pied="Contrat de ville « Engagements Quartiers 2030 »",
    )
    assert charte.logo_forme == "svg"


def test_les_chemins_partent_du_dossier_du_fichier(ecrire, monkeypatch, tmp_path):
    chemin = ecrire(COMPLETE, **{"logo.svg": png()})
    ailleurs = tmp_path / "ailleurs"
    ailleurs.mkdir()
    monkeypatch.chdir(ailleurs)
    # L'extension ment : c'est le contenu qui dit la forme.
    assert lire_charte(chemin).logo_forme == "png"


def test_un_fichier_de_windows_se_lit(tmp_path):
    chemin = tmp_path / "charte.toml"
    chemin.write_bytes('[structure]\r\nnom = "Pôle"\r\n'.encode("cp1252"))
    assert lire_charte(chemin).nom == "Pôle"


def rebaptiser(dossier, nom):
    """Range dans ``dossier`` une police du paquet, sous un autre nom de même longueur."""
    octets = (files("font_source_sans_pro") / "files" / "SourceSansPro-Bold.ttf").read_bytes()
    ancien = "Source Sans Pro"
    assert len(nom) == len(ancien)
    for codage in ("utf-16-be", "ascii"):
        octets = octets.replace(ancien.encode(codage), nom.encode(codage))
    dossier.mkdir(exist_ok=True)
    (dossier / "a.ttf").write_bytes(octets)


def test_une_police_apportee_est_trouvee_des_qu_elle_arrive(ecrire, tmp_path):
    chemin = ecrire('[polices]\nnom = "Maison d Ouest1"\ndossier = "polices"')
    (tmp_path / "polices").mkdir()
    assert "la police « Maison d Ouest1 » est introuvable" in problemes(chemin)[0]
    rebaptiser(tmp_path / "polices", "Maison d Ouest1")
    charte = lire_charte(chemin)
    assert charte.polices == (tmp_path / "polices").resolve()
    assert "Maison d Ouest1" in familles(charte.polices)
    assert "Source Sans Pro" in familles(charte.polices)


def test_une_charte_passe_d_un_processus_a_l_autre(ecrire):
    charte = lire_charte(ecrire(COMPLETE, **{"logo.svg": SVG}))
    copie = pickle.loads(pickle.dumps(charte))
    assert copie == charte
    assert hash(copie) == hash(charte)
    assert empreinte(copie) == empreinte(charte)


# --- les refus -------------------------------------------------------------------------------------------------------


def test_tous_les_problemes_sont_dits_d_un_coup(ecrire):
    chemin = ecrire(
        """
        [structures]
        nom = "x"
        [couleurs]
        accant = "#000000"
        encre = "rouge"
        encre_douce = "#999999"
        [structure]
        nom = 3
        logo = "absent.svg"
        [polices]
        dossier = "nulle-part"
        [pied]
        texte = "sur\\ndeux lignes"
        """
    )
    trouves = "\n".join(problemes(chemin))
    assert "la section « [structures] » n'existe pas : vouliez-vous « [structure] » ?" in trouves
    assert "dans [couleurs], la clé « accant » n'existe pas : vouliez-vous « accent » ?" in trouves
    assert "la couleur « encre » vaut « rouge »" in trouves
    assert "encre_douce (#999999) se lit mal sur le blanc (#ffffff) : contraste de 2,84, il en faut 4,5" in trouves
    assert "encre_douce (#999999) se lit mal sur le fond (#f6f3ec)" in trouves
    assert "dans [structure], « nom » doit être un texte entre guillemets ; on lit 3" in trouves
    assert "absent.svg" in trouves
    assert "nulle-part » n'existe pas" in trouves
    assert "« pied » doit tenir sur une ligne" in trouves
    assert len(problemes(chemin)) == 9


def test_un_contraste_juste_trop_faible_n_est_pas_arrondi_a_la_limite():
    with pytest.raises(ErreurSchema, match="contraste de 4,47, il en faut 4,5"):
        Charte(encre_douce="#777777", fond="#ffffff")


def test_un_fond_sombre_est_refuse_avec_les_encres_par_defaut():
    with pytest.raises(ErreurSchema) as erreur:
        Charte(fond="#333333")
    assert len(erreur.value.problemes) == 3
    assert all("le fond (#333333)" in probleme for probleme in erreur.value.problemes)


@pytest.mark.parametrize("valeur", ["red", "#abc", "#0b4f8g", "#0b4f80;}", "#0b4f80\n", "url(x)", "#0b4f8000", ""])
def test_une_couleur_mal_ecrite_est_refusee(valeur):
    with pytest.raises(ErreurSchema, match="écrivez-la « #rrggbb »"):
        Charte(trait=valeur)


@pytest.mark.parametrize("valeur", ['x"; } body { display: none', "x</style>", "", "a\nb", "_x", "é" * 70])
def test_un_nom_de_police_ne_peut_pas_sortir_de_ses_guillemets(valeur):
    with pytest.raises(ErreurSchema, match="un nom de police n'a que"):
        Charte(police=valeur)


def test_une_police_absente_est_refusee_avec_celles_qui_sont_la(tmp_path):
    with pytest.raises(
        ErreurSchema, match=r"aucun dossier de polices n'est indiqué ; polices présentes : .*Source Sans Pro"
    ):
        Charte(police="Marianne")
    with pytest.raises(ErreurSchema, match="ne la contient pas"):
        Charte(police="Marianne", polices=tmp_path)


def test_un_toml_mal_forme_dit_sa_ligne(ecrire):
    assert problemes(ecrire("[structure]\nnom = Pôle"))[0].startswith("à la ligne 2, ce n'est pas du TOML")
    assert problemes(ecrire('[structure]\nnom = "Pôle'))[0].startswith("à la fin du fichier")


def test_une_section_ecrite_comme_une_cle_est_refusee(ecrire):
    assert problemes(ecrire('couleurs = "bleu"')) == (
        "« couleurs » doit être une section : écrivez [couleurs] seul sur sa ligne",
    )


def test_un_fichier_absent_ou_un_mauvais_argument_est_dit(tmp_path):
    with pytest.raises(ErreurSource, match="n'existe pas"):
        lire_charte(tmp_path / "absente.toml")
    with pytest.raises(ErreurType):
        lire_charte(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"nom": "  "}, "le nom de la structure est vide"),
        ({"nom": "x" * 121}, "« nom » a 121 caractères ; 120 au plus"),
        ({"pied": "a\tb"}, "« pied » doit tenir sur une ligne, sans tabulation"),
    ],
)
def test_un_texte_vide_trop_long_ou_sur_plusieurs_lignes_est_refuse(champs, attendu):
    with pytest.raises(ErreurSchema) as erreur:
        Charte(**champs)
    assert erreur.value.problemes == (attendu,)


def test_un_champ_du_mauvais_type_est_refuse():
    with pytest.raises(ErreurSchema, match=r"« polices » doit être un pathlib\.Path"):
        Charte(polices="polices")  # type: ignore[arg-type]


# --- le logo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dedans", "attendu"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<g onclick="alert(1)"/>', "« onclick »"),
        ('<image href="https://exemple.org/x.png"/>', "https://exemple.org/x.png"),
        ('<image xmlns:x="http://www.w3.org/1999/xlink" x:href="/etc/passwd"/>', "/etc/passwd"),
        ('<a href="javascript:alert(1)"/>', "javascript:alert(1)"),
        ('<use href="autre.svg#x"/>', "autre.svg#x"),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', "data:image/svg+xml"),
        ('<rect style="fill: url( &quot;http://exemple.org/x&quot;)"/>', "« style »"),
        ('<rect fill="url(http://exemple.org/x)"/>', "« fill »"),
        ("<style>@import 'x.css';</style>", "style du logo"),
        ("<style>rect { background: url(//exemple.org) }</style>", "style du logo"),
        ("<foreignObject><p/></foreignObject>", "<foreignObject>"),
        ('<set attributeName="href" to="x"/>', "<set>"),
    ],
)
def test_un_svg_actif_ou_qui_sort_de_lui_meme_est_refuse(dedans, attendu):
    assert attendu in problemes_du_logo(SVG.format(dedans).encode())


def test_les_bombes_d_entites_sont_refusees_avant_d_etre_lues():
    bombe = (
        '<!DOCTYPE svg [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">]>' + SVG.format("&b;" * 1000)
    )
    assert "entités" in problemes_du_logo(bombe.encode())
    cache = '<!DOCTYPE svg [<!ATTLIST svg onload CDATA "alert(1)">]>' + SVG.format("")
    assert "entités" in problemes_du_logo(cache.encode())


@pytest.mark.parametrize(
    "dedans", ['<use href="#a"/>', '<rect fill="url(#degrade)"/>', "<style>rect { fill: url(#a) }</style>"]
)
def test_un_svg_qui_ne_renvoie_qu_a_lui_meme_est_accepte(dedans):
    assert Charte(logo=SVG.format(dedans).encode(), logo_alternatif="Logo").logo_forme == "svg"


@pytest.mark.parametrize(
    "octets",
    [b"", b"GIF89a", b"<html><body/></html>", b"<svg/>", b"<svg", SVG.encode("utf-16"), b"\xff\xd8\xff\xe0JFIF"],
)
def test_ce_qui_n_est_ni_svg_ni_png_est_refuse(octets):
    assert problemes_du_logo(octets) == "le logo n'est ni un dessin SVG en UTF-8, ni une image PNG"


def test_un_png_tronque_abime_ou_demesure_est_refuse():
    assert "tronqué" in problemes_du_logo(png()[:-6])
    abime = bytearray(png())
    abime[45] ^= 1
    assert "endommagé" in problemes_du_logo(bytes(abime))
    enorme = assembler(("IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)), ("IDAT", b"x"))
    assert "50000 × 50000 pixels" in problemes_du_logo(enorme)


def test_un_logo_trop_lourd_est_refuse():
    assert (
        problemes_du_logo(SVG.format("<!--" + "x" * 400_000 + "-->").encode()) == "le logo pèse 400 ko ; 300 ko au plus"
    )


def test_un_logo_sans_texte_de_remplacement_est_refuse(ecrire):
    trouves = problemes(ecrire('[structure]\nlogo = "logo.svg"', **{"logo.svg": SVG}))
    assert len(trouves) == 1
    assert "texte de remplacement" in trouves[0]


# --- ce qu'en tirent les rendus --------------------------------------------------------------------------------------


def test_les_variables_css():
    assert variables_css(Charte()) == (
        ":root { --accent: #0b4f80; --encre: #1d1b18; --encre-douce: #4a463f; --fond: #f6f3ec; --trait: #cfcabf; "
        '--police: "Source Sans Pro", "Source Sans 3", "Segoe UI", system-ui, sans-serif; }\n'
    )


def test_le_logo_en_adresse():
    assert logo_en_adresse(Charte()) == ""
    adresse = logo_en_adresse(Charte(logo=png(), logo_alternatif="Logo"))
    assert adresse.startswith("data:image/png;base64,")
    assert base64.b64decode(adresse.partition(",")[2]) == png()


@pytest.mark.parametrize("logo", [SVG.encode(), b"\xef\xbb\xbf" + SVG.encode(), png(3, 2)])
def test_typst_imprime_le_logo(logo, monkeypatch):
    source = """
        #let v = json(bytes(sys.inputs.donnees))
        #set document(title: v.nom)
        #set text(font: v.police, fill: rgb(v.encre))
        #image(bytes(v.logo), format: "svg", alt: v.logo_alternatif)
    """
    monkeypatch.setattr("observatoire.composition.lire_gabarit", lambda _: source)
    charte = Charte(logo=logo, logo_alternatif="Logo d'essai")
    assert composer("essai.typ", variables_typst(charte), "pdf").startswith(b"%PDF-")


def test_l_empreinte_change_avec_ce_qui_se_voit_et_seulement_avec_cela(tmp_path):
    empreintes = [
        empreinte(charte)
        for charte in (
            Charte(),
            Charte(pied="Bonjour"),
            Charte(accent="#7a1f3d"),
            Charte(logo=SVG.encode(), logo_alternatif="Logo"),
            Charte(logo=png(), logo_alternatif="Logo"),
        )
    ]
    assert len(set(empreintes)) == 5
    assert empreinte(Charte(polices=tmp_path)) == empreintes[0]
    (tmp_path / "a.ttf").write_bytes(b"police")
    assert empreinte(Charte(polices=tmp_path)) != empreintes[0]
