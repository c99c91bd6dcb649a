"""Les fiches des cas limites : douze quartiers, des noms de quatre-vingts lettres, aucune valeur, aucun récit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypdfium2
import pytest
from pages import JOUR, lire
from pages_pdf import controler
from test_donnees import TABLES, lire_brut, parquet, remplacer

import observatoire as obs
from observatoire.blocs import Recits, Tableau, Texte
from observatoire.donnees import dossier_embarque
from observatoire.fiche import rediger
from observatoire.rendu import compter_pages

ARGENTEUIL = "95018"
LONG = "Quartier du Faubourg-Saint-Germain-en-Haut - L'Épinette-Prolongée - Les Œillets "
#: Un mot qui ne se coupe pas, et que rien ne peut couper.
D_UN_BLOC = "Chargoggagoggmanchauggagoggchaubunagungamaugg"


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    """De quoi faire un dossier de données où des tables sont remplacées."""

    def _dossier(**tables):
        copie = tmp_path_factory.mktemp("donnees")
        for nom in (*TABLES.values(), "datapackage.json"):
            if nom == "datapackage.json" or nom in {TABLES[t] for t in tables}:
                (copie / nom).write_bytes((dossier_embarque() / nom).read_bytes())
            else:
                (copie / nom).symlink_to(dossier_embarque() / nom)
        for nom, table in tables.items():
            remplacer(copie, nom, parquet(table))
        return obs.ouvrir(copie)

    return _dossier


def douze_quartiers():
    """Argenteuil et douze quartiers, tous au nom interminable."""
    qpv = lire_brut("qpv")
    siens = qpv.code_departement.eq("95") & qpv.codes_communes.map(lambda codes: len(codes) == 1)
    choisis = qpv.index[siens & qpv.codes_communes.map(lambda codes: ARGENTEUIL in codes)].tolist()
    choisis += [rang for rang in qpv.index[siens] if rang not in choisis][: 12 - len(choisis)]
    for numero, rang in enumerate(choisis):
        qpv.at[rang, "codes_communes"] = [ARGENTEUIL]
        qpv.at[rang, "noms_communes"] = "Argenteuil"
        qpv.at[rang, "codes_intercommunalites"] = ["200057990"]
        qpv.loc[rang, ["nom", "nom_affiche"]] = LONG + (D_UN_BLOC if numero == 3 else str(numero))
    # Plus aucun quartier à cheval sur Argenteuil : il y en a douze, pas un de plus.
    a_cheval = qpv.codes_communes.map(lambda codes: ARGENTEUIL in codes) & ~qpv.index.isin(choisis)
    return qpv[~a_cheval], qpv.code[choisis].tolist()


@pytest.fixture(scope="module")
def nombreux(dossier):
    qpv, codes = douze_quartiers()
    communes = lire_brut("communes")
    communes.loc[communes.code == ARGENTEUIL, "nom"] = LONG + "Argenteuil"
    return dossier(qpv=qpv, communes=communes), codes


@pytest.fixture(scope="module")
def muet(dossier):
    """Aucune valeur hors les populations, et rien au catalogue."""
    indicateurs = pd.read_parquet(dossier_embarque() / TABLES["indicateurs"])
    tues = indicateurs.indicateur != "population"
    indicateurs.loc[tues, "valeur"] = np.nan
    indicateurs.loc[tues, "statut"] = "secret"
    vides = {nom: pd.read_parquet(dossier_embarque() / TABLES[nom]).iloc[:0] for nom in ("experiences", "actions")}
    liens = pd.read_parquet(dossier_embarque() / TABLES["liens"]).iloc[:0]
    return dossier(indicateurs=indicateurs, liens=liens, **vides)


def verifier(fiche):
    """Deux pages, rien qui sorte, se recouvre ou reste seul ; la page HTML se lit."""
    assert compter_pages(fiche.pdf) <= 2
    assert controler(fiche.pdf) == []
    assert lire(fiche.html).un("h1").texte == fiche.contenu.titre


def test_une_commune_de_douze_quartiers_aux_noms_interminables(nombreux):
    o, codes = nombreux
    t = o.territoire(ARGENTEUIL)
    fiche = rediger(t, JOUR)
    assert len(t.qpv) == len(codes) == 12
    assert len(t.nom) >= 80
    verifier(fiche)
    with pypdfium2.PdfDocument(fiche.pdf) as document:
        texte = " ".join(page.get_textpage().get_text_range() for page in document)
    assert [code for code in codes if code not in texte] == []


def test_un_quartier_au_nom_interminable(nombreux):
    o, codes = nombreux
    verifier(rediger(o.territoire(codes[3]), JOUR))


@pytest.mark.parametrize("recherche", [ARGENTEUIL, "QN09219N", "QN09502I", "78646"])
def test_une_fiche_ou_tout_manque_le_dit(muet, recherche):
    fiche = rediger(muet.territoire(recherche), JOUR)
    verifier(fiche)
    blocs = {bloc.titre: bloc for bloc in fiche.contenu.blocs}
    assert isinstance(blocs["Expériences et actions"], Texte)
    assert not any(isinstance(bloc, Recits) for bloc in blocs.values())
    cases = [str(case) for bloc in blocs.values() if isinstance(bloc, Tableau) for li in bloc.lignes for case in li[1:]]
    assert "s." in cases
    assert "" not in cases
    # Rien de secret ne devient un zéro.
    assert "0" not in cases
    assert "0,0" not in cases
