"""Une écriture qui tombe en panne à mi-chemin, comme sur un disque plein."""

from __future__ import annotations


class FichierEnPanne:
    """Un fichier qui reçoit la moitié des octets, puis échoue."""

    def __init__(self, fichier, panne):
        self.fichier, self.panne = fichier, panne

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.fichier.close()

    def write(self, octets):
        self.fichier.write(octets[: len(octets) // 2])
        self.fichier.flush()
        raise self.panne
