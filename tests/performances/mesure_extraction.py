"""Imprime la précision et le rappel de la lecture des cinq documents, puis ce que coûte un document plus long.

Un rapport proche de 2 dit une lecture linéaire : deux mille pages se lisent comme vingt, cent fois plus longtemps.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mesures_extraction import CORPUS, DOCUMENTS, mesurer

from observatoire.documents.familles import depouiller

_COPIES = 20


def duree(document: str, copies: int) -> float:
    """Secondes pour dépouiller un document répété, la meilleure de deux fois."""
    source = CORPUS / DOCUMENTS[document]
    with tempfile.TemporaryDirectory() as dossier:
        long = Path(dossier) / source.name
        long.write_text("\n\n".join([source.read_text(encoding="utf-8")] * copies), encoding="utf-8")
        durees = []
        for _ in range(2):
            debut = time.perf_counter()
            depouiller(long)
            durees.append(time.perf_counter() - debut)
    return min(durees)


def main() -> None:
    if not CORPUS.is_dir():
        sys.exit("Les documents ne sont pas là : ce sont ceux d'autrui, ils n'accompagnent pas le projet.")
    for document in DOCUMENTS:
        for mesure in mesurer(document):
            print(mesure)
        simple, double = duree(document, _COPIES), duree(document, 2 * _COPIES)
        print(f"{document[:34]:<34} {2 * _COPIES} copies / {_COPIES} copies : {double / simple:.1f} fois le temps\n")


if __name__ == "__main__":
    main()
