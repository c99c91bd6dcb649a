"""La fiche repère : ce qu'elle dit, en HTML et en PDF, à chaque niveau."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import re
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pypdf
import pypdfium2
import pytest
from pages import HOSTILE, JOUR, aplatir, lire, requetes
from pages_pdf import controler

from observatoire.blocs import (
    Chiffre,
    ChiffreCle,
    ChiffresCles,
    Colonne,
    Contenu,
    Faits,
    Figure,
    Recit,
    Recits,
    Tableau,
    Texte,
    phrase,
)
from observatoire.carte import decrire
from observatoire.carte_statique import dessiner
from observatoire.donnees import dossier_embarque
from observatoire.erreurs import ErreurArgument, ErreurEcriture
from observatoire.fiche import Fiche, rediger
from observatoire.tracabilite import en_csv

FINE, INSECABLE = "\u202f", "\u00a0"
PERIMETRE = ("78", "92", "95")
CSV = "data:text/csv;charset=utf-8;base64"
RECHERCHES = (
    "QN09219N",  # quatre communes
    "QN09502I",  # deux intercommunalités
    "QN07821N",  # entré en 2024
    "92036",
    "95018",  # ses quartiers débordent
    "200055655",  # va jusque dans le 77
    "200057990",  # deux départements
    "95",
    "ouest francilien",
)
#: Celles dont on lit aussi le PDF : une par niveau.
IMPRIMEES = tuple(r for r in RECHERCHES if r != "QN07821N")
TOUTES = pytest.mark.parametrize("recherche", RECHERCHES)
PDF = pytest.mark.parametrize("recherche", IMPRIMEES)
LARGES = pytest.mark.parametrize("recherche", [r for r in RECHERCHES if not r.startswith("QN")])


@pytest.fixture(scope="module")
def territoires(o):
    return {recherche: o.territoire(recherche) for recherche in RECHERCHES}


@pytest.fixture(scope="module")
def fiches(territoires):
    return {recherche: rediger(t, JOUR) for recherche, t in territoires.items()}


@pytest.fixture(scope="module")
def arbres(fiches):
    return {recherche: lire(fiche.html) for recherche, fiche in fiches.items()}


@pytest.fixture(scope="module")
def documents(fiches, tmp_path_factory):
    dossier = tmp_path_factory.mktemp("pdf")
    lus = {
        recherche: pypdf.PdfReader(fiches[recherche].enregistrer(dossier / f"{rang}.pdf"))
        for rang, recherche in enumerate(IMPRIMEES)
    }
    yield lus
    for lecteur in lus.values():
        lecteur.close()


@pytest.fixture(scope="module")
def imprimes(fiches):
    """Le texte de chaque PDF, césures et retours à la ligne défaits."""
    return {recherche: lire_pdf(fiches[recherche].pdf) for recherche in IMPRIMEES}


def lire_pdf(octets):
    with pypdfium2.PdfDocument(octets) as document:
        textes = [page.get_textpage().get_text_range() for page in document]
    return aplatir(re.sub("[\u00ad\ufffe\x02]\\s*", "", " ".join(textes)))


# --- les vraies valeurs, lues dans les fichiers sans passer par la bibliothèque ---


@pytest.fixture(scope="module")
def qpv():
    return gpd.read_parquet(dossier_embarque() / "qpv_2024.parquet").set_index("code").drop(columns="geometry")


@pytest.fixture(scope="module")
def communes():
    colonnes = ["code", "nom", "code_departement", "code_epci", "code_ept", "population", "population_2020"]
    return pd.read_parquet(dossier_embarque() / "communes.parquet", columns=colonnes).set_index("code")


@pytest.fixture(scope="module")
def ancrages(qpv, communes):
    """Communes, et QPV qui les touchent, d'un territoire."""

    def _ancrages(t):
        if t.niveau == "perimetre":
            siennes = communes[communes.code_departement.isin(PERIMETRE)]
        elif t.niveau == "commune":
            siennes = communes.loc[[t.code]]
        elif t.niveau == "qpv":
            siennes = communes.loc[list(qpv.codes_communes[t.code])]
        else:
            siennes = communes[communes[f"code_{t.niveau}"] == t.code]
        if t.niveau == "qpv":
            return siennes, qpv.loc[[t.code]]
        return siennes, qpv[[not set(c).isdisjoint(siennes.index) for c in qpv.codes_communes]]

    return _ancrages


def ecrire_nombre(valeur, decimales=0):
    return f"{valeur:,.{decimales}f}".replace(",", FINE).replace(".", ",")


def tableau_des_qpv(arbre):
    """Le tableau des quartiers : ses lignes et la dernière, chacune par titre de colonne."""
    (tableau,) = (t for t in arbre.tous("table") if t.un("caption").texte == "Quartiers prioritaires")
    titres = [c.texte for c in tableau.un("thead").tous("th")]
    assert len(titres) == len(set(titres))

    def par_titre(ligne):
        return dict(zip(titres, [c.texte for c in ligne.tous("th", "td")], strict=True))

    lignes = [par_titre(tr) for tr in tableau.un("tbody").tous("tr")]
    return lignes, par_titre(tableau.un("tfoot").un("tr"))


def chiffres_cles(arbre):
    """Les chiffres clés : libellé, valeur."""
    return [
        (aplatir("".join(e for e in li.enfants if isinstance(e, str))), li.un("strong").texte)
        for li in arbre.un("section", classe="chiffres").tous("li")
    ]


def textes_cles(arbre):
    """Les chiffres clés, chacun avec sa comparaison et sa source."""
    return [aplatir(li.texte) for li in arbre.un("section", classe="chiffres").tous("li")]


def identite(arbre):
    """L'identité : libellé, valeur."""
    liste = arbre.un("section", classe="faits").un("dl")
    return dict(zip([n.texte for n in liste.tous("dt")], [n.texte for n in liste.tous("dd")], strict=True))


def section(arbre, titre):
    """La seule section de ce titre."""
    (trouvee,) = (s for s in arbre.tous("section") if s.un("h2").texte == titre)
    return trouvee


# --- la page ---


@TOUTES
def test_la_page_est_accessible(recherche, arbres):
    arbre = arbres[recherche]
    assert arbre.un("html").attributs["lang"] == "fr"
    assert arbre.un("meta", charset="utf-8")
    assert "width=device-width" in arbre.un("meta", name="viewport").attributs["content"]
    titres = [int(n.balise[1]) for n in arbre if re.fullmatch("h[1-6]", n.balise)]
    assert titres[0] == 1
    assert titres.count(1) == 1
    assert all(suivant <= precedent + 1 for precedent, suivant in pairwise(titres))
    assert len(titres) >= 5
    assert len(arbre.tous("main")) == 1


@TOUTES
def test_les_tableaux_ont_leurs_cellules_d_en_tete(recherche, arbres):
    for tableau in arbres[recherche].tous("table"):
        assert tableau.un("caption").texte
        assert all(th.attributs.get("scope") == "col" and th.texte for th in tableau.un("thead").tous("th"))
        colonnes = len(tableau.un("thead").tous("th"))
        for ligne in tableau.un("tbody").tous("tr") + [tr for pied in tableau.tous("tfoot") for tr in pied.tous("tr")]:
            cellules = ligne.tous("th", "td")
            assert len(cellules) == colonnes
            assert cellules[0].balise == "th"
            assert cellules[0].attributs["scope"] == "row"
            assert all(cellule.balise == "td" for cellule in cellules[1:])


@TOUTES
def test_la_carte_a_son_equivalent_en_texte(recherche, arbres, territoires):
    carte = arbres[recherche].un("section", classe="figure")
    dessin = carte.un("svg")
    assert territoires[recherche].nom in dessin.attributs["aria-label"]
    assert "Sources" in carte.un("figcaption").texte


@TOUTES
def test_chaque_dessin_a_son_equivalent_en_texte(recherche, arbres):
    dessins = arbres[recherche].tous("svg")
    assert len(dessins) >= 3
    for dessin in dessins:
        assert dessin.attributs["role"] == "img"
        assert dessin.un("title").texte
        assert dessin.un("desc").texte == dessin.attributs["aria-label"]
    # Deux dessins ne se disent pas de la même façon.
    assert len({dessin.attributs["aria-label"] for dessin in dessins}) == len(dessins)


#: Adresses que la page cite sans les demander : celle d'un format, d'un vocabulaire, d'une licence.
NOMMEES = {
    "http://www.w3.org/2000/svg",
    "https://schema.org",
    "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


@TOUTES
def test_la_page_ne_demande_rien_au_reseau(recherche, fiches, arbres):
    arbre, contenu = arbres[recherche], fiches[recherche].contenu
    assert requetes(fiches[recherche].html) == []
    assert arbre.tous("link", "img", "iframe", "object", "embed") == []
    # Des données, pas de programme.
    assert [script.attributs for script in arbre.tous("script")] == [{"type": "application/ld+json"}]
    liens = {recit.url for bloc in contenu.blocs if isinstance(bloc, Recits) for recit in bloc.recits} - {""}
    citees = {adresse.rstrip(",") for adresse in re.findall(r"https?://[^\s\"'<]+", fiches[recherche].html)}
    assert citees <= NOMMEES | liens
    assert {a.attributs["href"].partition(",")[0] for a in arbre.tous("a")} <= liens | {CSV}


@TOUTES
def test_la_page_porte_ses_donnees(recherche, fiches, arbres, territoires):
    arbre, fiche, t = arbres[recherche], fiches[recherche], territoires[recherche]
    donnees = json.loads(arbre.un("script").texte)
    assert donnees["@type"] == "Dataset"
    assert donnees["spatialCoverage"] == {"@type": "Place", "name": t.nom, "identifier": t.code}
    chiffres = fiche.chiffres()
    assert [v["name"] for v in donnees["variableMeasured"]] == chiffres.libelle.tolist()
    (lien,) = (a for a in arbre.tous("a") if a.attributs["href"].startswith(CSV))
    assert lien.attributs["download"] == f"{t.niveau}-{t.code}-chiffres.csv"
    assert base64.b64decode(lien.attributs["href"].partition(",")[2]) == en_csv(chiffres)


@TOUTES
def test_les_identifiants_de_la_page_sont_uniques(recherche, arbres):
    identifiants = [n.attributs["id"] for n in arbres[recherche] if "id" in n.attributs]
    assert identifiants
    assert len(identifiants) == len(set(identifiants))


@TOUTES
def test_la_page_porte_le_code_et_le_nom_du_territoire(recherche, arbres, territoires):
    arbre, t = arbres[recherche], territoires[recherche]
    assert t.nom in arbre.un("h1").texte
    assert t.nom in arbre.un("head").un("title").texte
    assert f"({t.code})" in arbre.un("head").un("title").texte
    assert arbre.un("main").attributs == {"data-niveau": t.niveau, "data-code": t.code}
    assert t.code in arbre.un("header").texte
    assert f"{t.nom} ({t.code})" in arbre.un("footer").texte
    assert "1er mars 2026" in aplatir(arbre.un("footer").texte)


# --- les chiffres ---

NOM, CODE, COMMUNES, HABITANTS, PART, STATUT = (
    "Quartier prioritaire",
    "Code",
    "Communes",
    "Habitants (2020)",
    "Part dans ses communes",
    "Statut 2024",
)


@LARGES
def test_le_tableau_a_une_ligne_par_quartier_chacun_une_fois(recherche, arbres, territoires, ancrages):
    _, siens = ancrages(territoires[recherche])
    lignes, _ = tableau_des_qpv(arbres[recherche])
    assert sorted(ligne[CODE] for ligne in lignes) == sorted(siens.index)
    for ligne in lignes:
        quartier = siens.loc[ligne[CODE]]
        assert ligne[NOM].removesuffix("\u00a0*") == quartier.nom_affiche
        assert ligne[COMMUNES] == quartier.noms_communes
        assert ligne[HABITANTS] == ecrire_nombre(quartier.population)
        assert ligne[STATUT] == {"nouveau": "nouveau", "modifie": "modifié", "inchange": "inchangé"}[quartier.statut]
    populations = [siens.population[ligne[CODE]] for ligne in lignes]
    assert populations == sorted(populations, reverse=True)


@LARGES
def test_le_total_est_la_somme_des_quartiers_comptes_une_fois(recherche, arbres, territoires, ancrages):
    siennes, siens = ancrages(territoires[recherche])
    lignes, total = tableau_des_qpv(arbres[recherche])
    habitants = siens.population.sum()
    assert aplatir(total[NOM]) == f"Ensemble ({len(siens)} quartiers)"
    assert total[HABITANTS] == ecrire_nombre(habitants)
    assert sum(int(ligne[HABITANTS].replace(FINE, "")) for ligne in lignes) == habitants
    chiffres = dict(chiffres_cles(arbres[recherche]))
    assert chiffres["habitants"] == ecrire_nombre(siennes.population.sum())
    comptes = {libelle: valeur for libelle, valeur in chiffres.items() if libelle.startswith("quartiers prioritaires")}
    assert list(comptes.values()) == [str(len(siens))]
    (texte,) = (t for t in textes_cles(arbres[recherche]) if next(iter(comptes)) in t)
    assert f"{aplatir(ecrire_nombre(habitants))} habitants en 2020" in texte
    debordent = any(not set(codes) <= set(siennes.index) for codes in siens.codes_communes)
    assert ("pris en entier" in texte) is debordent


@LARGES
def test_la_part_en_qpv_n_est_donnee_que_si_elle_est_exacte(recherche, arbres, territoires, ancrages):
    siennes, siens = ancrages(territoires[recherche])
    _, total = tableau_des_qpv(arbres[recherche])
    (cle,) = (
        (libelle, valeur)
        for libelle, valeur in chiffres_cles(arbres[recherche])
        if "vivant en QPV" in libelle or "vivent en QPV" in libelle
    )
    (texte,) = (t for t in textes_cles(arbres[recherche]) if cle[0] in t)
    deborde = any(not set(codes) <= set(siennes.index) for codes in siens.codes_communes)
    if deborde or not set(siennes.code_departement) <= set(PERIMETRE):
        assert total[PART] == cle[1] == "n.d."
        assert "Non calcul" in texte
    else:
        part = 100 * siens.population.sum() / siennes.population_2020.sum()
        assert total[PART] == cle[1] == f"{ecrire_nombre(part, 1)}{FINE}%"
        assert "2020" in texte


@LARGES
def test_la_part_de_chaque_quartier_se_rapporte_a_ses_communes(recherche, arbres, territoires, ancrages, communes):
    _, siens = ancrages(territoires[recherche])
    lignes, _ = tableau_des_qpv(arbres[recherche])
    assert lignes
    for ligne in lignes:
        quartier = siens.loc[ligne[CODE]]
        part = 100 * quartier.population / communes.population_2020.loc[list(quartier.codes_communes)].sum()
        assert ligne[PART] == f"{ecrire_nombre(part, 1)}{FINE}%"


@LARGES
def test_un_quartier_qui_deborde_est_signale_et_lui_seul(recherche, arbres, territoires, ancrages):
    siennes, siens = ancrages(territoires[recherche])
    lignes, _ = tableau_des_qpv(arbres[recherche])
    signales = {ligne[CODE] for ligne in lignes if ligne[NOM].endswith("\u00a0*")}
    assert signales == {code for code, codes in siens.codes_communes.items() if not set(codes) <= set(siennes.index)}
    notes = [n.texte for n in arbres[recherche].tous("p", classe="notes")]
    assert any(note.startswith("* ") for note in notes) is bool(signales)


@pytest.mark.parametrize(
    ("recherche", "quartiers", "habitants"),
    [("95", 42, 231_521), ("92", 19, 99_350), ("78", 22, 106_524)],
)
def test_les_totaux_des_departements_sont_ceux_que_publie_l_insee(o, recherche, quartiers, habitants):
    lignes, total = tableau_des_qpv(lire(rediger(o.territoire(recherche), JOUR).html))
    assert len(lignes) == quartiers
    assert total[HABITANTS] == ecrire_nombre(habitants)


def test_un_quartier_a_cheval_sur_deux_intercommunalites_est_dans_chacune_et_une_fois_au_perimetre(arbres, o):
    compte = {}
    for recherche in ("200057990", "200058519", "95018", "95063", "ouest francilien"):
        arbre = arbres.get(recherche) or lire(rediger(o.territoire(recherche), JOUR).html)
        compte[recherche] = [ligne[CODE] for ligne in tableau_des_qpv(arbre)[0]].count("QN09502I")
    assert compte == {"200057990": 1, "200058519": 1, "95018": 1, "95063": 1, "ouest francilien": 1}


def test_la_fiche_de_carpf_dit_que_le_77_manque(arbres, imprimes):
    (raison,) = (t for t in textes_cles(arbres["200055655"]) if "Non calculée" in t)
    assert raison.startswith("n.d.")
    assert "département 77" in raison
    notes = " ".join(n.texte for n in arbres["200055655"].tous("p", classe="notes"))
    assert "département 77" in notes
    assert "n.d." in notes
    assert "département 77" in imprimes["200055655"]


@pytest.mark.parametrize("recherche", ["QN09219N", "QN09502I", "QN07821N"])
def test_les_chiffres_d_un_quartier(recherche, arbres, territoires, ancrages):
    siennes, siens = ancrages(territoires[recherche])
    ligne = siens.iloc[0]
    chiffres, textes = dict(chiffres_cles(arbres[recherche])), " ".join(textes_cles(arbres[recherche]))
    assert chiffres["habitants"] == ecrire_nombre(ligne.population)
    surface, densite = identite(arbres[recherche])["Surface"].split(", ")
    assert surface == f"{ecrire_nombre(ligne.surface_ha, 1)}{INSECABLE}ha"
    assert densite == f"{ecrire_nombre(round(ligne.population / ligne.surface_ha))}{INSECABLE}habitants par hectare"
    if len(siennes) == 1:
        part = 100 * ligne.population / siennes.population_2020.sum()
        assert f"{ecrire_nombre(part, 1)} % des habitants de {siennes.nom.iloc[0]}" in textes
    else:
        assert "des habitants de" not in textes


@pytest.mark.parametrize(
    ("recherche", "attendus"),
    [
        (
            "QN09219N",
            {
                "Communes": "Bagneux, Bourg-la-Reine, Fontenay-aux-Roses et Sceaux",
                "Statut en 2024": "modifié",
                "Quartier de 2015": "Tertres-Cuverons (QP092009)",
                "Surface": f"14,7{INSECABLE}ha, 171{INSECABLE}habitants par hectare",
            },
        ),
        ("QN09502I", {"Communes": "Argenteuil et Bezons", "Statut en 2024": "inchangé"}),
        ("QN07821N", {"Commune": "Coignières", "Statut en 2024": "nouveau"}),
        ("200055655", {"Sigle": "CARPF", "Communes": "42"}),
        ("200057990", {"Sigle": "BNS", "Département": None}),
        ("92036", {"Commune": None, "Département": "Hauts-de-Seine (92)"}),
    ],
)
def test_l_identite(recherche, attendus, arbres):
    faits = identite(arbres[recherche])
    assert {nom: faits.get(nom) for nom in attendus} == attendus
    assert all(faits.values())


@pytest.mark.parametrize(
    ("recherche", "sous_titre"),
    [
        ("QN09219N", "Fiche repère · Quartier prioritaire QN09219N"),
        ("92036", "Fiche repère · Commune 92036"),
        ("200055655", "Fiche repère · EPCI 200055655"),
        ("200057990", "Fiche repère · EPT 200057990"),
        ("95", "Fiche repère · Département 95"),
    ],
)
def test_le_sous_titre_dit_le_niveau_et_le_code(recherche, sous_titre, arbres):
    assert arbres[recherche].un("header").un("p").texte == sous_titre


def test_un_quartier_sur_deux_intercommunalites_les_nomme_toutes_deux(arbres):
    faits = identite(arbres["QN09502I"])
    assert "(200057990)" in faits["Intercommunalités"]
    assert "(200058519)" in faits["Intercommunalités"]


def test_l_evolution_compte_entrees_et_sorties(arbres):
    texte = aplatir(section(arbres["ouest francilien"], "Évolution de la géographie prioritaire, 2015-2024").texte)
    assert "6 quartiers entrés" in texte
    assert "5 quartiers de 2015 sortis" in texte
    for code in ("QP078004", "QP078016", "QP092001", "QP092014", "QP092017"):
        assert texte.count(f"({code})") == 1


def test_une_commune_sans_quartier_le_dit(o):
    arbre = lire(rediger(o.territoire("Versailles", "commune"), JOUR).html)
    quartiers = section(arbre, "Quartiers prioritaires")
    assert "Aucun quartier prioritaire" in quartiers.texte
    assert quartiers.tous("table") == []
    assert ("quartier prioritaire", "0") in chiffres_cles(arbre)


def test_une_commune_hors_des_trois_departements_ne_pretend_pas_n_avoir_aucun_quartier(o):
    arbre = lire(rediger(o.territoire("93048"), JOUR).html)
    texte = aplatir(arbre.un("main").texte)
    assert "Aucun quartier prioritaire ne touche" not in texte
    assert "département 93" in texte
    assert "0" not in dict(chiffres_cles(arbre)).values()


def test_chaque_fiche_cite_ses_sources_et_definit_ses_termes(arbres):
    for arbre in arbres.values():
        sections = {s.un("h2").texte: s.texte for s in arbre.tous("section")}
        assert {"Lire ces données", "Définitions", "Sources et licences"} <= set(sections)
        assert {"ANCT", "Insee", "Licence Ouverte"} <= set(
            re.findall(r"ANCT|Insee|Licence Ouverte", sections["Sources et licences"])
        )
        assert "n.d." in sections["Lire ces données"]
        assert all(li.un("small").texte for li in arbre.un("section", classe="chiffres").tous("li"))


# --- la typographie ---

NOMBRE = re.compile(
    rf"([≈≥]{INSECABLE})?−?\d{{1,3}}({FINE}\d{{3}})*(,\d+)?([{FINE}{INSECABLE}](%|ha|€|km))?( \(\d{{4}}\))?"
    r"|n\.d\.|s\.|ind\.|-"
)


@TOUTES
def test_les_nombres_des_tableaux_et_des_chiffres_cles_sont_ecrits_en_francais(recherche, arbres):
    valeurs = [valeur for _, valeur in chiffres_cles(arbres[recherche])]
    valeurs += [c.texte for c in arbres[recherche].tous("td", classe="nombre")]
    assert len(valeurs) >= 3
    assert [v for v in valeurs if not NOMBRE.fullmatch(v)] == []


@TOUTES
def test_les_textes_suivent_les_usages_francais(recherche, arbres):
    # Un numéro de version (de la bibliothèque, de la licence) garde son point.
    textes = [re.sub(r"(observatoire|Ouverte) \d+\.\d+(\.\d+)?", r"\1", t) for t in arbres[recherche].textes()]
    assert len(textes) > 30
    fautes = {
        "deux espaces de suite": r"[ \u00a0\u202f]{2}",
        "pour cent sans espace fine": r"[^\u202f(]%",
        "milliers mal séparés": r"\d[ \u00a0.]\d{3}(?![\d,])|[1-9]\d*,\d{3}(?!\d)",
        "milliers non séparés": r"(?<![\w./-])(?!(?:19|20)\d\d\b)\d{4}(?=\s(?:habitants|communes|quartiers|hectares))",
        "décimale à l'anglaise": r"\d\.\d",
        "mot de programme": r"\b(?:None|nan|NaN|NaT|True|False|null|undefined|inf|Markup)\b|&(?:amp|lt|gt|#\d+);",
        "guillemets droits": r'"',
    }
    trouvees = {nom: [t for t in textes if re.search(motif, t)] for nom, motif in fautes.items()}
    assert {nom: liste for nom, liste in trouvees.items() if liste} == {}


@TOUTES
def test_aucune_espace_secable_ne_precede_une_ponctuation_haute(recherche, arbres):
    textes = arbres[recherche].textes()
    assert any(";" in t for t in textes)
    assert [t for t in textes if re.search(r" [;:!?»%]|« ", t)] == []


# --- le PDF ---


@PDF
def test_le_pdf_est_balise_et_annonce_pdf_ua_1(recherche, documents, territoires):
    lecteur, t = documents[recherche], territoires[recherche]
    catalogue = lecteur.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert catalogue["/Lang"].lower().startswith("fr")
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    xmp = catalogue["/Metadata"].get_object().get_data().decode("utf-8")
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>|pdfuaid:part=\"1\"", xmp)
    assert t.nom in lecteur.metadata.title
    assert f"({t.code})" in lecteur.metadata.title


def structure(noeud):
    """Les éléments de l'arbre de structure d'un PDF, dans l'ordre de lecture : (type, équivalent en texte)."""
    noeud = noeud.get_object()
    if isinstance(noeud, list):
        return [e for enfant in noeud for e in structure(enfant)]
    if not isinstance(noeud, dict):
        return []
    siens = [(noeud["/S"], noeud.get("/Alt"))] if "/S" in noeud else []
    return siens + (structure(noeud["/K"]) if "/K" in noeud else [])


@PDF
def test_le_pdf_a_titres_tableaux_et_figure_balises(recherche, documents, fiches):
    elements = structure(documents[recherche].trailer["/Root"]["/StructTreeRoot"])
    genres = [genre for genre, _ in elements]
    blocs = fiches[recherche].contenu.blocs
    assert genres.count("/H1") == 1
    assert genres.count("/H2") == len(blocs)
    assert genres.index("/H1") < genres.index("/H2")
    dessins = [b for b in blocs if b.genre == "figure"]
    dessins += [b.graphique for b in blocs if b.genre == "tableau" and b.graphique]
    assert len(dessins) >= 3
    assert sorted(alt for genre, alt in elements if genre == "/Figure") == sorted(d.alternatif for d in dessins)
    tableaux = [b for b in blocs if b.genre == "tableau"]
    assert genres.count("/TH") == sum(len(b.colonnes) for b in tableaux)
    assert genres.count("/THead") == len(tableaux)
    assert genres.count("/TR") >= sum(len(b.lignes) + 1 + bool(b.total) for b in tableaux)
    assert genres.count("/Table") >= len(tableaux)


@PDF
def test_le_pdf_joint_ses_chiffres(recherche, documents, fiches):
    (jointe,) = documents[recherche].attachments.items()
    assert jointe == ("chiffres.csv", [en_csv(fiches[recherche].chiffres())])


@PDF
def test_chaque_page_du_pdf_est_bien_composee(recherche, fiches):
    assert controler(fiches[recherche].pdf) == []


@PDF
def test_le_pdf_porte_le_nom_le_code_et_les_chiffres(recherche, imprimes, territoires, arbres):
    t, texte = territoires[recherche], imprimes[recherche]
    assert aplatir(t.nom) in texte
    assert t.code in texte
    for _, valeur in chiffres_cles(arbres[recherche]):
        assert aplatir(valeur) in texte
    assert "1er mars 2026" in texte


@pytest.mark.parametrize("recherche", [r for r in IMPRIMEES if not r.startswith("QN")])
def test_le_pdf_nomme_chaque_quartier(recherche, imprimes, territoires, ancrages):
    _, siens = ancrages(territoires[recherche])
    assert [code for code in siens.index if code not in imprimes[recherche]] == []
    assert aplatir(ecrire_nombre(siens.population.sum())) in imprimes[recherche]


@pytest.mark.parametrize("recherche", ["QN09219N", "QN09502I", "92036", "95018"])
def test_la_fiche_d_un_quartier_ou_d_une_commune_tient_en_deux_pages_a4(recherche, documents):
    pages = documents[recherche].pages
    assert 1 <= len(pages) <= 2
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in pages} == {(595, 842)}


@pytest.mark.parametrize("recherche", ["QN09219N", "200057990"])
def test_deux_fiches_du_meme_jour_ont_les_memes_octets(recherche, fiches, territoires):
    seconde = rediger(territoires[recherche], JOUR)
    assert seconde.html == fiches[recherche].html
    assert seconde.pdf == fiches[recherche].pdf


def test_la_date_change_la_fiche_et_rien_d_autre(o):
    t = o.territoire("QN09502I")
    mars, avril = rediger(t, dt.date(2026, 3, 1)), rediger(t, dt.date(2026, 4, 2))
    assert mars.html != avril.html
    refaite = mars.html.replace(f"1er{INSECABLE}mars", f"2{INSECABLE}avril").replace("2026-03-01", "2026-04-02")
    assert refaite == avril.html


# --- les fichiers et l'affichage ---


def test_la_fiche_s_enregistre_en_html_et_en_pdf(fiches, tmp_path):
    fiche = fiches["92036"]
    assert fiche.enregistrer(tmp_path / "f.html").read_text("utf-8") == fiche.html
    assert fiche.enregistrer(tmp_path / "F.PDF").read_bytes() == fiche.pdf
    assert fiche.pdf.startswith(b"%PDF-")
    assert fiche.pdf.rstrip().endswith(b"%%EOF")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["F.PDF", "f.html"]


@pytest.mark.parametrize("nom", ["fiche.odt", "fiche", "fiche.pdf.txt", ".pdf"])
def test_une_extension_inconnue_est_refusee_sans_rien_ecrire(fiches, tmp_path, nom):
    with pytest.raises(ErreurArgument, match=r"\.html.*\.pdf"):
        fiches["92036"].enregistrer(tmp_path / nom)
    assert list(tmp_path.iterdir()) == []


def test_un_dossier_n_est_pas_un_fichier(fiches, tmp_path):
    (tmp_path / "f.html").mkdir()
    with pytest.raises(ErreurEcriture, match="ce chemin est un dossier"):
        fiches["92036"].enregistrer(tmp_path / "f.html")


def test_pas_de_fiche_sans_contour(o):
    with pytest.raises(ErreurArgument, match=r"Lyon \(69123\)"):
        o.territoire("Lyon", "commune").fiche()


def test_jupyter_recoit_la_fiche_dans_un_cadre(fiches):
    (cadre,) = lire(fiches["92036"]._repr_html_()).enfants
    assert cadre.balise == "iframe"
    assert cadre.attributs["srcdoc"] == fiches["92036"].html
    assert cadre.attributs["title"] == "Gennevilliers"
    assert "92036" in repr(fiches["92036"])


def test_des_liens_precedent_la_page_dans_un_site(fiches):
    liens = (("Tous les territoires", "../index.html"), ("A & B", "x.html?a=1&b=2"))
    nav = lire(fiches["92036"].en_html(liens)).un("nav")
    assert [(a.texte, a.attributs["href"]) for a in nav.tous("a")] == list(liens)
    assert nav.attributs["aria-label"]
    assert lire(fiches["92036"].html).tous("nav") == []


# --- textes hostiles ---


@pytest.fixture(scope="module")
def hostile(o):
    dessin = dessiner(decrire(o.territoire("QN09502I"), JOUR), titre=False)
    dessin_hostile = Figure(HOSTILE, dessin.svg, HOSTILE, HOSTILE)
    recit = Recit(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    chiffre = Chiffre(HOSTILE, dataclasses.replace(o.territoire("92036").indicateur("population"), libelle=HOSTILE))
    blocs = (
        Texte(HOSTILE, (HOSTILE,)),
        ChiffresCles(HOSTILE, (ChiffreCle(chiffre, HOSTILE, HOSTILE, phrase(HOSTILE, chiffre)),)),
        Faits(HOSTILE, ((HOSTILE, HOSTILE),)),
        dessin_hostile,
        Tableau(HOSTILE, (Colonne(HOSTILE, large=1),), ((HOSTILE,),), (HOSTILE,), (HOSTILE,), dessin_hostile),
        Recits(HOSTILE, (recit,), 1, (HOSTILE,)),
        Texte(HOSTILE, (HOSTILE,), notes=(HOSTILE,)),
        Texte(HOSTILE, (HOSTILE,), petit=True),
    )
    contenu = Contenu(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, blocs, HOSTILE, HOSTILE)
    return Fiche(contenu, JOUR)


def test_la_page_n_interprete_aucun_texte(hostile):
    page = hostile.en_html(((HOSTILE, HOSTILE),))
    arbre = lire(page)
    assert arbre.tous("b") == []
    assert json.loads(arbre.un("script").texte)["variableMeasured"][0]["name"] == HOSTILE
    assert arbre.un("h1").texte == HOSTILE
    assert arbre.un("main").attributs == {"data-niveau": HOSTILE, "data-code": HOSTILE}
    assert arbre.un("nav").un("a").attributs["href"] == HOSTILE
    vus = [t for t in arbre.textes() if t == HOSTILE]
    assert len(vus) >= 20
    assert "alert(1)</script>" not in page


def test_le_pdf_n_interprete_aucun_texte(hostile, tmp_path):
    with pypdf.PdfReader(hostile.enregistrer(tmp_path / "f.pdf")) as lecteur:
        texte = aplatir(" ".join(page.extract_text() for page in lecteur.pages))
        assert HOSTILE in lecteur.metadata.title
        genres = [genre for genre, _ in structure(lecteur.trailer["/Root"]["/StructTreeRoot"])]
    for morceau in ('#panic("x")', "*gras*", "$x$", "@ref", "<b>&amp;", "{{ 7*7 }}", "alert(1)"):
        assert texte.count(morceau) >= 8, morceau
    assert "/Formula" not in genres


def test_un_nom_hostile_est_inerte_de_bout_en_bout(o, tmp_path):
    t = dataclasses.replace(o.territoire("92036"), nom="<script>alert('Gennevilliers')</script> *& Cie*")
    fiche = rediger(t, JOUR)
    arbre = lire(fiche.html)
    assert arbre.un("h1").texte == t.nom
    assert json.loads(arbre.un("script").texte)["spatialCoverage"]["name"] == t.nom
    assert t.nom in arbre.un("section", classe="figure").un("svg").attributs["aria-label"]
    with pypdf.PdfReader(fiche.enregistrer(tmp_path / "f.pdf")) as lecteur:
        assert t.nom in lecteur.metadata.title
        assert "*& Cie*" in aplatir(lecteur.pages[0].extract_text())
