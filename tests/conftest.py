from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import observatoire as obs
from observatoire.observatoire import Observatoire

RACINE = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def o() -> Observatoire:
    return obs.ouvrir()


@pytest.fixture(scope="session")
def shared() -> Path:
    dossier = RACINE.parent / "shared"
    if not dossier.is_dir():
        pytest.skip("le dossier ../shared (fichiers des producteurs) est absent")
    return dossier


@pytest.fixture(scope="session")
def navigateur():
    """Un Chromium, le même pour tous les tests d'un processus : Playwright n'en accepte pas deux."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright n'est pas installé")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("aucun Chromium installé (sous Debian : apt install chromium)")
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    options += ["--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as p:
        lance = p.chromium.launch(executable_path=chromium, args=options)
        yield lance
        lance.close()
