from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from pannes import FichierEnPanne

from observatoire import ecriture
from observatoire.ecriture import ecrire, preparer_dossier
from observatoire.erreurs import ErreurEcriture, ErreurObservatoire

RACINE_SYSTEME = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def provoquer(monkeypatch):
    ouvrir = os.fdopen

    def _provoquer(panne):
        monkeypatch.setattr(ecriture.os, "fdopen", lambda *args: FichierEnPanne(ouvrir(*args), panne))

    return _provoquer


def test_un_texte_est_ecrit_en_utf_8(tmp_path):
    chemin = ecrire(tmp_path / "a.txt", "été\n")
    assert chemin == tmp_path / "a.txt"
    assert chemin.read_bytes() == "été\n".encode()


def test_des_octets_sont_ecrits_tels_quels(tmp_path):
    assert ecrire(str(tmp_path / "a.bin"), b"\x00\r\n\xff").read_bytes() == b"\x00\r\n\xff"


def test_les_dossiers_manquants_sont_crees(tmp_path):
    assert ecrire(tmp_path / "un" / "deux" / "a.txt", "a").is_file()


def test_un_fichier_existant_est_remplace_sans_laisser_de_reste(tmp_path):
    cible = tmp_path / "a.txt"
    cible.write_text("un texte plus long que le suivant")
    ecrire(cible, "neuf")
    assert cible.read_text() == "neuf"
    assert list(tmp_path.iterdir()) == [cible]


def test_le_tilde_designe_le_dossier_personnel(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert ecrire("~/a.txt", "a") == tmp_path / "a.txt"
    assert preparer_dossier("~/b") == tmp_path / "b"


@pytest.mark.parametrize("ancien", [None, b"ancien"])
@pytest.mark.parametrize(
    ("numero", "explication"),
    [
        (errno.ENOSPC, "le disque est plein"),
        (errno.EDQUOT, "votre quota de disque est atteint"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_une_ecriture_qui_echoue_laisse_l_ancien_fichier_et_rien_d_autre(
    tmp_path, provoquer, ancien, numero, explication
):
    cible = tmp_path / "fiche.html"
    if ancien is not None:
        cible.write_bytes(ancien)
    provoquer(OSError(numero, os.strerror(numero)))
    with pytest.raises(ErreurEcriture, match=explication) as erreur:
        ecrire(cible, b"nouveau contenu")
    assert str(cible) in str(erreur.value)
    assert {fichier.name: fichier.read_bytes() for fichier in tmp_path.iterdir()} == (
        {} if ancien is None else {"fiche.html": ancien}
    )


def test_une_interruption_laisse_l_ancien_fichier_et_rien_d_autre(tmp_path, provoquer):
    cible = tmp_path / "fiche.html"
    cible.write_bytes(b"ancien")
    provoquer(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        ecrire(cible, b"nouveau contenu")
    assert {fichier.name: fichier.read_bytes() for fichier in tmp_path.iterdir()} == {"fiche.html": b"ancien"}


def test_un_deplacement_refuse_laisse_l_ancien_fichier_et_rien_d_autre(tmp_path, monkeypatch):
    def _refuser(_self, _cible):
        raise PermissionError(errno.EPERM, "refusé")

    cible = tmp_path / "fiche.html"
    cible.write_bytes(b"ancien")
    monkeypatch.setattr(Path, "replace", _refuser)
    with pytest.raises(ErreurEcriture, match="fermez le fichier s'il est ouvert ailleurs"):
        ecrire(cible, b"nouveau")
    assert {fichier.name: fichier.read_bytes() for fichier in tmp_path.iterdir()} == {"fiche.html": b"ancien"}


def test_l_ecriture_suivante_reprend_apres_une_panne(tmp_path, provoquer, monkeypatch):
    provoquer(OSError(errno.ENOSPC, ""))
    with pytest.raises(ErreurEcriture):
        ecrire(tmp_path / "a.txt", "contenu")
    monkeypatch.undo()
    assert ecrire(tmp_path / "a.txt", "contenu").read_text() == "contenu"


def test_ecrire_dans_un_dossier_est_refuse(tmp_path):
    with pytest.raises(ErreurEcriture, match="ce chemin est un dossier ; donnez un nom de fichier"):
        ecrire(tmp_path, "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suite", ["a.txt", "dossier/a.txt"])
def test_ecrire_sous_un_fichier_est_refuse(tmp_path, suite):
    (tmp_path / "fichier").write_bytes(b"intact")
    with pytest.raises(ErreurEcriture, match=r"une partie du chemin est un fichier|un fichier porte déjà ce nom"):
        ecrire(tmp_path / "fichier" / suite, "a")
    assert (tmp_path / "fichier").read_bytes() == b"intact"


def test_un_nom_trop_long_est_refuse(tmp_path):
    with pytest.raises(ErreurEcriture, match="le chemin est trop long"):
        ecrire(tmp_path / ("é" * 300 + ".html"), "a")
    assert list(tmp_path.iterdir()) == []


def test_un_nom_de_200_lettres_est_accepte(tmp_path):
    assert ecrire(tmp_path / ("a" * 200 + ".html"), "a").read_text() == "a"


def test_preparer_un_dossier_le_cree_et_n_y_laisse_rien(tmp_path):
    dossier = preparer_dossier(tmp_path / "un" / "deux")
    assert dossier == tmp_path / "un" / "deux"
    assert list(dossier.iterdir()) == []
    assert preparer_dossier(dossier) == dossier


def test_preparer_un_dossier_qui_est_un_fichier_est_refuse(tmp_path):
    (tmp_path / "sortie").write_bytes(b"intact")
    with pytest.raises(ErreurEcriture, match="un fichier porte déjà ce nom"):
        preparer_dossier(tmp_path / "sortie")
    with pytest.raises(ErreurEcriture, match="une partie du chemin est un fichier"):
        preparer_dossier(tmp_path / "sortie" / "dedans")
    assert (tmp_path / "sortie").read_bytes() == b"intact"


def test_preparer_un_dossier_sur_un_disque_plein_est_refuse(tmp_path, monkeypatch):
    def _plein(**_options):
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(ecriture.tempfile, "TemporaryFile", _plein)
    with pytest.raises(ErreurEcriture, match="le disque est plein"):
        preparer_dossier(tmp_path)


@pytest.mark.skipif(RACINE_SYSTEME, reason="l'administrateur du système écrit partout : les droits ne l'arrêtent pas")
def test_un_dossier_sans_droit_d_ecriture_est_refuse(tmp_path):
    ferme = tmp_path / "fermé"
    ferme.mkdir(mode=0o500)
    for ecriture_refusee in (lambda: ecrire(ferme / "a.txt", "a"), lambda: preparer_dossier(ferme)):
        with pytest.raises(ErreurEcriture, match="l'écriture y est refusée"):
            ecriture_refusee()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="ce système n'a pas de /proc")
def test_un_support_ou_l_on_ne_cree_rien_est_refuse():
    with pytest.raises(ErreurEcriture, match="Impossible d'écrire « /proc/self/") as erreur:
        ecrire("/proc/self/a.txt", "a")
    assert isinstance(erreur.value.__cause__, OSError)
    with pytest.raises(ErreurEcriture, match="Impossible d'écrire « /proc/self/observatoire »"):
        preparer_dossier("/proc/self/observatoire")


def test_une_erreur_d_ecriture_est_une_oserror():
    assert issubclass(ErreurEcriture, OSError)
    assert issubclass(ErreurEcriture, ErreurObservatoire)
