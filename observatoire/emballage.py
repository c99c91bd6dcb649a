"""Un texte comprimé qu'une page décomprime elle-même, d'un coup, sans rien demander (``gabarits/degonfler.js``)."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import numpy as np

#: Au-delà, on attend trois fois plus pour un centième d'octets.
_NIVEAU = 6
#: La base 85 de Git, dont les signes qu'une page HTML échapperait sont remplacés par trois qui ne le sont pas.
SIGNES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~"
_OCTETS = np.frombuffer(SIGNES.encode(), dtype=np.uint8)


@dataclass(frozen=True)
class Paquet:
    """Un texte comprimé, écrit en base 85, et sa taille en octets une fois décomprimé."""

    texte: str
    taille: int


def emballer(texte: str, nombres: str = "") -> Paquet:
    """Flux « deflate » nu : sans date ni nom, une même version de zlib en fait toujours les mêmes octets.

    Parameters
    ----------
    texte : str
        Ce qui se répète : mots, noms de champs.
    nombres : str
        Ce qui le suit et ne se répète pas : le code de Huffman y suffit, vingt fois plus vite.
    """
    suite = texte.encode(), nombres.encode()
    premier = zlib.compressobj(_NIVEAU, zlib.DEFLATED, -zlib.MAX_WBITS)
    second = zlib.compressobj(_NIVEAU, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    # Une fin de flux entière remet à zéro : le second n'a pas à connaître le premier.
    octets = premier.compress(suite[0]) + premier.flush(zlib.Z_FULL_FLUSH)
    octets += second.compress(suite[1]) + second.flush()
    return Paquet(en_base_85(octets), len(suite[0]) + len(suite[1]))


def en_base_85(octets: bytes) -> str:
    """Quatre octets en cinq signes, dont aucun ne s'échappe dans une page ; ceux de trop, à la fin, s'ôtent."""
    manque = -len(octets) % 4
    mots = np.frombuffer(octets + bytes(manque), dtype=">u4").astype(np.int64)
    signes = bytes(_OCTETS[mots[:, None] // 85 ** np.arange(4, -1, -1) % 85]).decode("ascii")
    return signes[: len(signes) - manque]


def resserrer(programme: str) -> str:
    """Un programme JavaScript sans ses marges ni ses lignes de commentaire."""
    return re.sub(r"(?m)^\s*//.*\n|^\s+", "", programme)
