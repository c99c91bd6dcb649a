from __future__ import annotations

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
