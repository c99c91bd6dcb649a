"""Les QPV de 2015 et ceux de 2024 : ce qui est entré, sorti, modifié, par-dessus la carte ou côte à côte.

Les contours de 2015 ne sont pas embarqués : l'analyste les lit du fichier de l'ANCT (``obs.lire_source``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from observatoire.alternatif import assembler, presenter
from observatoire.carte import POIDS_QUARTIER, Carte, Couche, Diptyque, Entite
from observatoire.erreurs import ErreurArgument, exiger
from observatoire.qpv import LIBELLES_STATUTS
from observatoire.territoire import Territoire
from observatoire.typographie import INSECABLE, accorder, enumerer, soigner

_EXEMPLE = 'obs.lire_source("QP_METROPOLE_LB93.shp", source="anct-qpv-2015")'
_SOURCE = "ANCT, géographie prioritaire 2015"
_AUCUN = "Aucun quartier prioritaire de 2015 dans ce territoire."
#: Ce que devient un quartier de 2015 : style de sa couche sur la carte de 2015, mots au singulier et au pluriel.
_DEVENIRS = {
    "maintenu2015": ("maintenu à l'identique", "maintenus à l'identique"),
    "modifie2015": ("modifié", "modifiés"),
    "sorti2015": ("sorti", "sortis"),
}
_NOMS = 3


def superposer(carte: Carte, t: Territoire, contours: gpd.GeoDataFrame) -> Carte:
    """La même carte, avec les contours de 2015 des quartiers du territoire et ce qu'ils sont devenus.

    Parameters
    ----------
    carte : Carte
        La carte du territoire.
    t : Territoire
        Le territoire.
    contours : geopandas.GeoDataFrame
        Contours des QPV de 2015, indexés par ``code``, tels que les rend ``obs.lire_source``.

    Raises
    ------
    ErreurType, ErreurArgument
        Ce n'est pas une table de contours, ou aucun quartier de 2015 du territoire n'y est.
    """
    passe = _retrouver(t, contours)
    if passe.vide:
        return replace(carte, notes=(*carte.notes, _AUCUN))
    couches = (passe.couche("qpv2015", "maintenu2015", "modifie2015"), passe.couche("sorti", "sorti2015"))
    return replace(
        carte,
        couches=(*carte.couches, *(couche for couche in couches if couche.entites)),
        notes=(*carte.notes, *passe.notes),
        sources=soigner(f"{_SOURCE} ; {carte.sources}"),
        texte_alternatif=f"{carte.texte_alternatif} {assembler(f'En tirets, {passe.resume}')}",
    )


def juxtaposer(carte: Carte, t: Territoire, contours: gpd.GeoDataFrame) -> Diptyque:
    """Les quartiers de 2015 à gauche, colorés selon ce qu'ils sont devenus ; la carte de 2024 à droite, même emprise.

    Parameters
    ----------
    carte : Carte
        La carte du territoire, sans indicateur.
    t : Territoire
        Le territoire.
    contours : geopandas.GeoDataFrame
        Contours des QPV de 2015, indexés par ``code``, tels que les rend ``obs.lire_source``.

    Raises
    ------
    ErreurType, ErreurArgument
        Ce n'est pas une table de contours, ou aucun quartier de 2015 du territoire n'y est.
    """
    passe = _retrouver(t, contours)
    fond = tuple(couche for couche in carte.couches if not couche.prioritaire and not couche.ponctuelle)
    anciennes = tuple(couche for style in _DEVENIRS if (couche := passe.couche(style, style)).entites)
    alors = f"{len(passe.anciens)} QPV" if not passe.vide else "aucun QPV"
    maintenant = f"{len(t.qpv)} QPV" if len(t.qpv) else "aucun QPV"
    gauche = replace(carte, titre="2015", sous_titre=alors, couches=(*fond, *anciennes), notes=())
    droite = replace(carte, titre="2024", sous_titre=maintenant, notes=())
    return Diptyque(
        titre=f"La géographie prioritaire, de 2015 à 2024{INSECABLE}: {t.nom}",
        sous_titre=_AUCUN if passe.vide else soigner(passe.resume[:1].upper() + passe.resume[1:]),
        gauche=replace(gauche, texte_alternatif=assembler(f"{presenter(t)} : en 2015, {passe.resume}")),
        droite=droite,
        notes=(*carte.notes, *passe.notes),
        sources=soigner(f"{_SOURCE} ; {carte.sources}"),
        date=carte.date,
        texte_alternatif=_texte_alternatif(carte, t, passe),
    )


def _texte_alternatif(carte: Carte, t: Territoire, passe: _Passe) -> str:
    entete = assembler(f"Deux cartes côte à côte, {t.nom} : la géographie prioritaire de 2015 et celle de 2024")
    return f"{entete} {assembler(f'À gauche, {passe.resume}')} {soigner('À droite :')} {carte.texte_alternatif}"


# --- ce qu'on sait de 2015 ---


@dataclass(frozen=True)
class _Passe:
    """Les quartiers de 2015 d'un territoire, leurs contours, leur devenir (une clé de ``_DEVENIRS`` par code)."""

    t: Territoire
    anciens: pd.DataFrame
    connus: gpd.GeoSeries
    devenirs: dict[str, str]

    @property
    def vide(self) -> bool:
        return self.anciens.empty

    @property
    def notes(self) -> tuple[str, ...]:
        """Ceux qui ne se dessinent pas."""
        manquent = len(self.anciens) - len(self.connus)
        dit = accorder(manquent, "QPV de 2015 est sans contour", "QPV de 2015 sont sans contour")
        return (soigner(f"{dit} dans la table donnée."),) if manquent else ()

    @property
    def resume(self) -> str:
        """« 4 quartiers de 2015 : 3 modifiés et 1 sorti en 2024 (Chandon - République) »."""
        if self.vide:
            return "aucun quartier de 2015"
        comptes = {devenir: list(self.devenirs.values()).count(devenir) for devenir in _DEVENIRS}
        dits = enumerer([accorder(n, *_DEVENIRS[devenir]) for devenir, n in comptes.items() if n])
        noms = [str(self.anciens.nom[code]) for code, devenir in self.devenirs.items() if devenir == "sorti2015"]
        cites = f" ({enumerer(noms)})" if 0 < len(noms) <= _NOMS else ""
        return f"{accorder(len(self.anciens), 'quartier', 'quartiers')} de 2015 : {dits} en 2024{cites}"

    def couche(self, style: str, *devenirs: str) -> Couche:
        """Les quartiers de ces devenirs, au style voulu : des quartiers à part entière sur la carte de 2015."""
        seule = style in _DEVENIRS
        poids = POIDS_QUARTIER if seule and self.t.niveau in {"qpv", "commune"} else 0
        entites = tuple(
            Entite(str(code), str(self.anciens.nom[code]), contour, tuple(self._infos(str(code))), poids)
            for code, contour in self.connus.items()
            if self.devenirs[str(code)] in devenirs
        )
        return Couche(style, entites, quartiers=seule)

    def _infos(self, code: str) -> Iterator[tuple[str, str]]:
        qpv, suites = self.t.base.repertoire.qpv, list(self.anciens.codes_2024[code])
        yield "Quartier de 2015", f"{self.anciens.nom[code]} ({code})"
        yield "Communes" if len(self.anciens.codes_communes[code]) > 1 else "Commune", self.anciens.noms_communes[code]
        noms = [f"{qpv.nom_affiche[suite]} ({suite}), {LIBELLES_STATUTS[qpv.statut[suite]]}" for suite in suites]
        yield "En 2024", enumerer(noms) if noms else "sorti de la géographie prioritaire"


def _retrouver(t: Territoire, contours: gpd.GeoDataFrame) -> _Passe:
    exiger(contours, gpd.GeoDataFrame, "Les contours de 2015 sont une table géographique", _EXEMPLE)
    anciens = _anciens(t)
    connus = contours[contours.index.isin(anciens.index)].to_crs(4326)
    if connus.empty and not anciens.empty:
        raise ErreurArgument(
            f"Aucun des {len(anciens)} QPV de 2015 de {t.nom} n'est dans la table de contours (index : "
            f"{', '.join(map(str, contours.index[:3]))}...). Que faire : lisez-la par {_EXEMPLE}."
        )
    statuts = t.base.repertoire.qpv.statut
    return _Passe(t, anciens, connus.geometry, {str(c): _devenir(s, statuts) for c, s in anciens.codes_2024.items()})


def _anciens(t: Territoire) -> pd.DataFrame:
    """Les quartiers de 2015 du territoire : ceux de ses communes, ou les ancêtres d'un QPV."""
    tous = t.base.qpv_2015
    if t.niveau == "qpv":
        return tous[tous.index.isin(list(t.qpv.codes_2015.iloc[0]))]
    communes = set(t.communes.index)
    return tous[[not communes.isdisjoint(codes) for codes in tous.codes_communes]]


def _devenir(suites: list[str], statuts: pd.Series[str]) -> str:
    if not len(suites):
        return "sorti2015"
    return "maintenu2015" if any(statuts[suite] == "inchange" for suite in suites) else "modifie2015"
