"""Imprime la précision et le rappel de la lecture des cinq documents du champ."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mesures_extraction import CORPUS, DOCUMENTS, mesurer


def main() -> None:
    if not CORPUS.is_dir():
        sys.exit("Les documents ne sont pas là : ce sont ceux d'autrui, ils n'accompagnent pas le projet.")
    for document in DOCUMENTS:
        debut = time.perf_counter()
        for mesure in mesurer(document):
            print(mesure)
        print(f"{document[:34]:<34} lu et mesuré en {time.perf_counter() - debut:.1f} s\n")


if __name__ == "__main__":
    main()
