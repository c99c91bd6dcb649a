"""Le contrôle de chaque fichier produit : il porte son territoire, et nul autre."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import pytest
from pages import JOUR

from observatoire import carte, carte_interactive
from observatoire.controles import verifier_carte, verifier_docx, verifier_html, verifier_pdf
from observatoire.erreurs import ErreurObservatoire
from observatoire.fiche import rediger

VERIFIER = {"html": verifier_html, "pdf": verifier_pdf, "docx": verifier_docx, "carte": verifier_carte}
PAIRES = [("92036", "95063"), ("QN09509M", "QN09519M"), ("QN09502I", "95018")]


@pytest.fixture(scope="module")
def documents(o):
    """Les quatre fichiers d'un territoire, faits une fois."""
    faits = {}

    def _documents(t):
        if (t.code, t.nom) not in faits:
            fiche = rediger(t, JOUR)
            page = carte_interactive.dessiner(carte.decrire(t, JOUR)).html.encode()
            textes = {"html": fiche.html.encode(), "pdf": fiche.pdf, "docx": fiche.docx, "carte": page}
            faits[t.code, t.nom] = textes
        return faits[t.code, t.nom]

    return _documents


@pytest.mark.parametrize("sorte", VERIFIER)
@pytest.mark.parametrize(("sienne", "autre"), PAIRES)
def test_un_fichier_n_est_accepte_que_pour_son_territoire(o, documents, sienne, autre, sorte):
    document = documents(o.territoire(sienne))[sorte]
    assert VERIFIER[sorte](document, o.territoire(sienne)) == document
    with pytest.raises(ErreurObservatoire, match=autre):
        VERIFIER[sorte](document, o.territoire(autre))


@pytest.mark.parametrize("sorte", VERIFIER)
def test_un_bon_code_sous_un_autre_nom_est_refuse(o, documents, sorte):
    t = o.territoire("92036")
    document = documents(dataclasses.replace(t, nom="Nanterre"))[sorte]
    with pytest.raises(ErreurObservatoire, match="porte un autre titre"):
        VERIFIER[sorte](document, t)


@pytest.mark.parametrize("sorte", VERIFIER)
@pytest.mark.parametrize("document", [b"", b"<html></html>", b"PK\x03\x04"])
def test_un_fichier_vide_ou_illisible_est_refuse(o, sorte, document):
    with pytest.raises(ErreurObservatoire, match="92036"):
        VERIFIER[sorte](document, o.territoire("92036"))


def test_un_document_word_sans_proprietes_est_refuse(o):
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("word/document.xml", "Gennevilliers 92036")
    with pytest.raises(ErreurObservatoire, match="illisible"):
        verifier_docx(tampon.getvalue(), o.territoire("92036"))


def test_notre_gabarit_met_le_code_a_sa_place_celui_de_l_analyste_ou_il_veut(o):
    t = o.territoire("92036")
    page = b"<title>Gennevilliers</title><h1>Gennevilliers</h1><p>92036</p>"
    assert verifier_html(page, t, libre=True) == page
    with pytest.raises(ErreurObservatoire, match="porte un autre titre"):
        verifier_html(page, t)
    with pytest.raises(ErreurObservatoire, match="porte un autre titre"):
        verifier_html(page.replace(b"92036", b"Ville"), t, libre=True)


@pytest.mark.parametrize("recherche", ["95", "QN09516M"])
@pytest.mark.parametrize("sorte", VERIFIER)
def test_une_apostrophe_ou_un_e_commercial_n_y_changent_rien(o, documents, recherche, sorte):
    t = dataclasses.replace(o.territoire(recherche), nom="Val-d'Oise & <Cie> « L’Âge »")
    document = documents(t)[sorte]
    assert VERIFIER[sorte](document, t) == document
