"""Lire les tracés d'un SVG : chaque anneau part d'un point absolu et va d'écart en écart."""

from __future__ import annotations

import re

import numpy as np

_NOMBRE = re.compile(r"-?\d*\.?\d+")


def anneaux(chemin: str) -> list[np.ndarray]:
    """Sommets de chaque anneau d'un attribut ``d``, sans sa fermeture."""
    assert re.fullmatch(r"(M[^Mlz]+l[^Mlz]+z)+", chemin), chemin
    ecarts = (np.array(_NOMBRE.findall(anneau), dtype=float).reshape(-1, 2) for anneau in chemin.split("z")[:-1])
    return [sauts.cumsum(axis=0) for sauts in ecarts]
