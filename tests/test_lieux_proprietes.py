"""Une commune nommée est trouvée, une personne ou une rue ne l'est jamais, et rien ne fait échouer une lecture."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.lieux import Gazetier
from observatoire.observatoire import Observatoire
from observatoire.texte import Texte

ZONES = Path(__file__).parents[1] / "geodata" / "transcriptions" / "zones.csv"

NIVEAUX = {"qpv", "commune", "epci", "ept", "departement", "perimetre"}
PRENOMS = ("Aïcha", "Carl", "Élodie", "Inès", "Jean", "Karim", "Lucie", "Mélanie", "Moussa", "Yann")
VOIES = ("rue", "avenue", "boulevard", "place", "allée", "12 rue", "impasse", "square", "quai", "route")
REMPLISSAGE = (
    *("des habitants se réunissent", "pour agir ensemble", "le bilan est bon", "une équipe accueille les jeunes"),
    *("elles et ils apprennent", "l'atelier dure deux heures", "beaucoup reviennent", "la parole circule"),
)
# Ce qui a un sens pour le lecteur : majuscules, séparateurs, marques, et des noms pour qu'il ait à juger.
MORCEAUX = (
    *(
        "Nanterre",
        "Val d'Oise",
        "est",
        "l'",
        "Luth",
        "quartier",
        "prioritaire",
        "QPV",
        "CA",
        "SQY",
        "GPESO",
        "&",
        "Mme",
    ),
    *(
        "de",
        "du",
        "des",
        "à",
        "A",
        "et",
        ",",
        ".",
        "\n",
        "\n\n",
        "-",
        "—",
        "(",
        "47",
        ")",
        "*",
        "**",
        "«",
        "»",
        "Paris",
    ),
    *("Saint", "St", ".", "Les", "Mureaux", "Grésillons", "Gennevilliers", "Plaisir", "Marie", "rue", "95600", "@x.fr"),
    *("\u0301", "\u202f", "·", "http://", "département", "Vienne", "Nord", "ouest", "francilien", "Val", "Fourré"),
)

phrases = st.lists(st.sampled_from(REMPLISSAGE), min_size=1, max_size=4).map(", ".join)
textes = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(MORCEAUX), max_size=40).map(" ".join),
    st.lists(st.sampled_from(MORCEAUX), max_size=40).map("".join),
)
contextes = st.lists(st.sampled_from(["92036", "95", "200055655", "QN09208M", "ouest-francilien", "rien"]), max_size=3)


@pytest.fixture(scope="module")
def gazetier(o: Observatoire) -> Gazetier:
    return Gazetier(o.repertoire, pd.read_csv(ZONES, dtype=str))


@pytest.fixture(scope="module")
def franciliennes(o: Observatoire) -> dict[str, str]:
    """Les communes d'Île-de-France dont aucune autre n'a le nom, par nom."""
    communes = o.communes[o.communes.code_region.eq("11")]
    uniques = communes[~communes.nom.duplicated(keep=False)]
    return dict(zip(uniques.nom, uniques.index, strict=True))


def de(nom: str) -> str:
    """« de Nanterre », « d'Osny », « du Pecq », « des Mureaux »."""
    for article, contracte in (("Le ", "du "), ("Les ", "des ")):
        if nom.startswith(article):
            return contracte + nom.removeprefix(article)
    return f"d'{nom}" if nom[0] in "AEIOUÉÈÎY" else f"de {nom}"


def tirer(donnees: st.DataObject, noms: list[str]) -> str:
    return donnees.draw(st.sampled_from(noms))


# --- rien n'échoue, et chaque mention dit vrai ---


@settings(max_examples=300, deadline=None)
@given(texte=textes, contexte=contextes)
def test_toute_lecture_aboutit_et_dit_ou_elle_a_lu(gazetier: Gazetier, texte: str, contexte: list[str]) -> None:
    mentions = gazetier.relever(texte, contexte)
    for mention in mentions:
        assert texte[mention.debut : mention.fin] == mention.nom
        assert 0 < mention.confiance <= 1
        assert mention.origine in {"texte", "deduit"}
        assert mention.niveau in NIVEAUX
        assert gazetier.repertoire.niveau_du_code(mention.code) == mention.niveau
    empans = sorted({(m.debut, m.fin) for m in mentions})
    assert all(avant[1] <= apres[0] for avant, apres in pairwise(empans))
    assert [m.debut for m in mentions] == sorted(m.debut for m in mentions)
    assert len({(m.debut, m.code) for m in mentions}) == len(mentions)


@settings(max_examples=300, deadline=None)
@given(lieu=textes)
def test_toute_ligne_se_resout_ou_ne_donne_rien(gazetier: Gazetier, lieu: str) -> None:
    for mention in gazetier.resoudre(lieu):
        assert lieu[mention.debut : mention.fin] == mention.nom
        assert mention.origine in {"titre", "deduit"}
        assert mention.confiance >= 0.5


@settings(deadline=None)
@given(texte=textes)
def test_une_lecture_ne_depend_pas_de_la_precedente(gazetier: Gazetier, texte: str) -> None:
    assert gazetier.relever(texte) == gazetier.relever(texte)


@settings(deadline=None)
@given(texte=st.one_of(textes, phrases))
def test_les_mots_couvrent_le_texte_dans_l_ordre(texte: str) -> None:
    lu = Texte(texte)
    assert len(lu.mots) == len(lu.debuts) == len(lu.fins)
    assert all(debut < fin for debut, fin in zip(lu.debuts, lu.fins, strict=True))
    assert all(fin <= debut for fin, debut in zip(lu.fins, lu.debuts[1:], strict=False))


# --- ce qui est nommé est trouvé ---


@settings(max_examples=200, deadline=None)
@given(donnees=st.data(), avant=phrases, apres=phrases)
def test_une_mairie_nomme_sa_commune(
    gazetier: Gazetier, franciliennes: dict[str, str], donnees: st.DataObject, avant: str, apres: str
) -> None:
    nom = tirer(donnees, list(franciliennes))
    texte = f"Ici, {avant}, à la mairie {de(nom)}, {apres}."
    assert [(m.code, m.confiance) for m in gazetier.relever(texte)] == [(franciliennes[nom], 0.9)]
    assert [m.code for m in gazetier.relever(texte.upper())] == [franciliennes[nom]]


@settings(max_examples=200, deadline=None)
@given(donnees=st.data(), emphase=st.sampled_from(["", "*", "**", "_"]))
def test_une_ligne_se_lit_quelle_que_soit_sa_typographie(
    gazetier: Gazetier, franciliennes: dict[str, str], donnees: st.DataObject, emphase: str
) -> None:
    choisis = donnees.draw(st.lists(st.sampled_from(list(franciliennes)), min_size=1, max_size=5, unique=True))
    attendus = [franciliennes[nom] for nom in choisis]
    for separateur in (", ", " / ", " et ", " ; ", ",\n"):
        ligne = separateur.join(f"{emphase}{nom}{emphase}" for nom in choisis)
        assert [m.code for m in gazetier.resoudre(ligne)] == attendus
        assert [m.code for m in gazetier.resoudre(ligne.upper())] == attendus
        assert [m.code for m in gazetier.resoudre(ligne.replace("'", "’"))] == attendus


def test_chaque_territoire_de_l_ouest_francilien_se_resout_par_son_nom(gazetier: Gazetier) -> None:
    liste = gazetier.repertoire.lister()
    for niveau in ("commune", "epci", "ept", "departement", "perimetre"):
        for code in liste.index[liste.niveau.eq(niveau)]:
            nom = gazetier.repertoire.nommer(niveau, code)  # type: ignore[arg-type]
            assert [(m.code, m.confiance) for m in gazetier.resoudre(nom)] == [(code, 1.0)], nom


def test_chaque_quartier_se_reconnait_dans_sa_commune(gazetier: Gazetier) -> None:
    qpv = gazetier.repertoire.qpv
    for code, nom, communes in zip(qpv.index, qpv.nom_affiche, qpv.codes_communes, strict=True):
        for texte in (f"dans le quartier {nom}", f"QUARTIER PRIORITAIRE {nom.upper()}"):
            mentions = gazetier.relever(texte, communes)
            assert [(m.code, m.confiance) for m in mentions] == [(code, 0.9)], nom


# --- ce qui n'est pas un territoire ne l'est jamais ---


@settings(max_examples=200, deadline=None)
@given(donnees=st.data(), prenom=st.sampled_from(PRENOMS), avant=phrases)
def test_une_personne_n_est_pas_une_commune(
    gazetier: Gazetier, franciliennes: dict[str, str], donnees: st.DataObject, prenom: str, avant: str
) -> None:
    nom = tirer(donnees, [nom for nom in franciliennes if len(Texte(nom)) == 1])
    for personne in (f"{prenom} {nom}", f"{prenom} {nom.upper()}", f"Mme {nom}", f"{prenom[0]}. {nom}"):
        assert gazetier.relever(f"Ici, {avant}, avec {personne}, responsable.") == []
        assert gazetier.relever(f"{personne} anime, {avant}.") == []


@settings(max_examples=200, deadline=None)
@given(donnees=st.data(), voie=st.sampled_from(VOIES), avant=phrases)
def test_une_rue_n_est_pas_une_commune(
    gazetier: Gazetier, franciliennes: dict[str, str], donnees: st.DataObject, voie: str, avant: str
) -> None:
    nom = tirer(donnees, list(franciliennes))
    assert gazetier.relever(f"Ici, {avant}, {voie} {de(nom)}, à midi.") == []


@settings(deadline=None)
@given(donnees=st.data())
def test_une_adresse_de_page_n_est_pas_un_lieu(
    gazetier: Gazetier, franciliennes: dict[str, str], donnees: st.DataObject
) -> None:
    nom = tirer(donnees, [nom for nom in franciliennes if " " not in nom])
    assert (
        gazetier.relever(f"Voir https://www.exemple.fr/{nom}/page, écrire à {nom}@exemple.fr ou Ville-{nom}.fr.") == []
    )
