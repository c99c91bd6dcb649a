from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import observatoire as obs

LOURDS = ("pandas", "geopandas", "folium", "shapely", "numpy", "jinja2", "typst", "rapidfuzz", "pyarrow")

MESURE = """
import json, sys
import observatoire
print(json.dumps(sorted(sys.modules)))
"""


def executer(programme):
    environnement = {**os.environ, "PYTHONPATH": str(Path(obs.__file__).parents[1])}
    rendu = subprocess.run(
        [sys.executable, "-c", programme],
        env=environnement,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(rendu.stdout)


@pytest.fixture(scope="module")
def charges():
    return executer(MESURE)


def test_importer_ne_charge_aucune_bibliotheque_lourde(charges):
    assert "observatoire" in charges
    assert set(charges).isdisjoint(LOURDS)
    assert not [module for module in charges if module.startswith("observatoire.")]


def test_importer_une_erreur_ne_charge_pas_pandas():
    charges = executer(
        "import json, sys, observatoire\nobservatoire.ErreurSource\nprint(json.dumps(sorted(sys.modules)))"
    )
    assert "observatoire.erreurs" in charges
    assert set(charges).isdisjoint(LOURDS)


def test_dir_montre_les_noms_publics():
    assert dir(obs) == sorted(dir(obs))
    assert {"ouvrir", "Observatoire", "Territoire", "ErreurObservatoire", "__version__"} <= set(dir(obs))
    assert set(obs.__all__) <= set(dir(obs))


@pytest.mark.parametrize("nom", obs.__all__)
def test_chaque_nom_public_se_charge_et_s_appelle_ainsi(nom):
    assert getattr(obs, nom).__name__ == nom
    assert getattr(obs, nom).__module__.startswith("observatoire.")


def test_un_nom_inconnu_est_une_erreur_d_attribut():
    with pytest.raises(AttributeError, match="observatoire n'a pas de « cartographier »"):
        obs.cartographier  # noqa: B018
    assert not hasattr(obs, "cartographier")


def test_la_version_est_celle_du_projet():
    projet = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{obs.__version__}"' in projet


@pytest.mark.parametrize(
    ("nom", "native"),
    [
        ("AgregationInterdite", ValueError),
        ("DependanceAbsente", ImportError),
        ("ErreurArgument", ValueError),
        ("ErreurEcriture", OSError),
        ("ErreurSchema", ValueError),
        ("ErreurSource", OSError),
        ("ErreurType", TypeError),
        ("TerritoireAmbigu", LookupError),
        ("TerritoireInconnu", LookupError),
    ],
)
def test_une_erreur_s_attrape_comme_l_exception_native_ou_par_la_racine(nom, native):
    assert issubclass(getattr(obs, nom), native)
    assert issubclass(getattr(obs, nom), obs.ErreurObservatoire)
