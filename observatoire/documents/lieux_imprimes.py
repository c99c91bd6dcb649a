"""Les territoires qu'un titre ou un chapeau imprime, à la lettre : « Mézin (47) », « commune du Bouscat ».

Rien n'est rapproché du référentiel ici : c'est la forme qui dit qu'un nom propre est celui d'un territoire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CAPITALE = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒ"
#: Mots qui ne commencent pas un nom propre, même imprimés en capitales.
_VIDES = (
    "ET|DE|DU|DES|LA|LE|LES|AU|AUX|EN|À|A|POUR|PAR|SUR|DANS|UN|UNE|AVEC|QUI|QUE|OU|SON|SA|SES"
    "|En|Et|Dans|Pour|Par|Un|Une|Avec|Au|Aux|Cette|Ces?|Ils?|Elles?|Nous|Vous|Depuis|Lors"
    "|Mme|Mlle|Monsieur|Madame|T[ée]l"
)
_MOT = rf"(?!(?:{_VIDES})\b)(?:[LD]['’])?[{_CAPITALE}]\w+(?:-(?:[dl]['’])?\w+)*"
#: Un nom tient sur sa ligne : seule l'espace en sépare les mots.
_TENON = r"(?:(?i:d['’]|l['’]|de[ ]+la[ ]|de[ ]+l['’]|des?[ ]|du[ ]|la[ ]|les?[ ]|sur[ ]|sous[ ]|en[ ]|lès[ ]|aux?[ ]))"
_POINT_CARDINAL = r"(?:[ ](?:nord|sud|est|ouest|centre|amont|aval)\b)?"
_NOM = rf"(?:(?:L[ae]s?|LES?|LA)[ ])?{_MOT}(?:[ ]{_TENON}?{_MOT})*{_POINT_CARDINAL}"
_ARTICLE = r"(?:(?i:de[ ]+la[ ]|de[ ]+l['’]|des?[ ]|du[ ]|d['’]|la[ ]|le[ ]|les[ ]|l['’]))?"
_DE = rf"(?:[ ]*:)?[ ]+{_ARTICLE}"
#: Ce qui porte un niveau : le mot reste dans le lieu, il dit de quoi il s'agit.
_NIVEAUX = (
    r"(?i:communaut[ée][ ]+(?:d['’]agglom[ée]ration|de[ ]+communes|urbaine)|agglom[ée]rations?|agglo|m[ée]tropole"
    r"|[ée]tablissement[ ]+public[ ]+territorial|ept|villes?|communes?|canton"
    r"|conseil[ ]+(?:d[ée]partemental|g[ée]n[ée]ral|r[ée]gional)|d[ée]partement|r[ée]gion|quartiers?|qpv|cit[ée])"
)
#: Ce qui ne fait qu'annoncer un nom.
_ANNONCES = r"(?i:territoires?|bassin(?:[ ]+de[ ]+vie|[ ]+d['’]emploi)?|mairie|pays|secteur|ccas)"
#: Une antenne n'est pas un territoire, mais son nom dit où elle est : le mot reste.
_ANTENNES = r"(?i:antenne)"
_PLURIELS = r"(?i:communes|villes|d[ée]partements|conseils\s+d[ée]partementaux|r[ée]gions|quartiers|agglom[ée]rations)"
_PRECISION = rf"\s*\((?:\d{{2,3}}|2[AB]|(?:{_NIVEAUX}{_DE})?{_NOM})\)"
_NUMERO = r"\s*\((?:\d{2,3}|2[AB])\)"
#: Ce qu'un mot de niveau annonce sans que ce soit un nom de lieu.
_FAUX = re.compile(
    r"^(?:politiques?|prioritaires?|populaires?|france\s+services?|fleuries?|internet|acteurs?|apprenants?|[ée]ducatives?"
    r"|madame|monsieur|m\b|mme|jeunes|objectifs?|contacts?|public|rep[èe]res|engagements?|nouve(?:au|lle)s?)\b",
    re.IGNORECASE,
)
#: « contrat de ville », « politique de la ville » : la ville n'y est pas un niveau, et le nom qui suit, un programme.
_LOCUTION = re.compile(
    r"\b(?:contrats?|politiques?|conseils?|services?|quartiers?|centres?|projets?)\s+de\s+(?:la\s+)?$", re.IGNORECASE
)
_VILLE_NUE = re.compile(rf"^(?i:villes?)[ ]+(?=[{_CAPITALE}])")

_QUARTIER_ET_VILLE = re.compile(
    rf"\b(?i:quartiers?|qpv|cit[ée])\s+{_TENON}?[«\"]?\s?{_NOM}\s?[»\"]?\s+[àa]\s+{_NOM}(?:{_NUMERO})?"
)
_AVEC_NUMERO = re.compile(rf"\b(?:{_NIVEAUX}{_DE})?{_NOM}{_NUMERO}")
_AVEC_NIVEAU = re.compile(
    rf"\b{_NIVEAUX}{_DE}(?P<nom>{_NOM})(?:{_PRECISION})?|\b(?i:conseil\s+d[ée]partemental|d[ée]partement)\s+\d{{2,3}}\b"
)
_ANNONCE = re.compile(rf"\b{_ANNONCES}{_DE}(?P<nom>{_NOM}(?:{_PRECISION})?)|\b(?P<antenne>{_ANTENNES}{_DE}{_NOM})")
_ENUMERATION = re.compile(
    rf"\b{_PLURIELS}(?:\s*:\s*|\s+(?=[dD]))(?P<noms>{_ARTICLE}{_NOM}(?:,\s*{_ARTICLE}{_NOM})*\s+et\s+{_ARTICLE}{_NOM})"
)
_FAIBLE = re.compile(
    rf"\b(?i:à|en|dans\s+l[ae]s?|dans\s+l['’]|contrat\s+de\s+ville)\s+(?P<nom>{_NOM}(?:{_PRECISION})?)"
)
_SEUL = re.compile(rf"^\W*(?P<nom>(?:{_NIVEAUX}{_DE})?{_NOM}(?:{_PRECISION})?)\W*$")


def lieux_imprimes(texte: str) -> tuple[str, ...]:
    """Les territoires qu'un mot ou un numéro de département désigne sans doute possible, dans l'ordre imprimé.

    Examples
    --------
    >>> lieux_imprimes("Un atelier à Mézin (47), avec le conseil départemental de la Haute-Garonne")
    ('Mézin (47)', 'conseil départemental de la Haute-Garonne')
    >>> lieux_imprimes("des écoles des communes de Trappes, La Verrière et Plaisir")
    ('Trappes', 'La Verrière', 'Plaisir')
    >>> lieux_imprimes("Le contrat de ville Quartiers 2030 de la commune de Plaisir")
    ('commune de Plaisir',)
    """
    pris: list[tuple[int, int, tuple[str, ...]]] = []
    for debut, fin, lieux in _reperer(texte):
        if not any(d < fin and debut < f for d, f, _ in pris):
            pris.append((debut, fin, lieux))
    return tuple(dict.fromkeys(_net(lieu) for _, _, lieux in sorted(pris) for lieu in lieux))


def lieux_possibles(texte: str) -> tuple[str, ...]:
    """Les noms propres que seul « à », « en » ou « contrat de ville » annonce : à ne lire que dans un titre.

    Examples
    --------
    >>> lieux_possibles("Vivre mieux en Haute-Garonne")
    ('Haute-Garonne',)
    """
    return tuple(dict.fromkeys(_net(lu["nom"]) for lu in _FAIBLE.finditer(texte) if not _FAUX.match(lu["nom"])))


def lieu_seul(texte: str) -> str | None:
    """Le lieu, si une ligne courte n'est rien d'autre qu'un nom propre (« Trappes (78) », « Val-d'Oise »)."""
    lu = _SEUL.match(texte) if len(texte) <= 80 else None
    return _net(lu["nom"]) if lu and not _FAUX.match(lu["nom"]) else None


def _reperer(texte: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Chaque lieu et sa place, du motif le plus précis au moins précis."""
    for lu in _ENUMERATION.finditer(texte):
        yield *lu.span(), tuple(re.findall(_NOM, lu["noms"]))
    for motif in (_QUARTIER_ET_VILLE, _AVEC_NUMERO):
        for lu in motif.finditer(texte):
            yield *lu.span(), (lu[0],)
    for lu in _ANNONCE.finditer(texte):
        if not _FAUX.match(lu["nom"] or ""):
            yield *lu.span(), (lu["nom"] or lu["antenne"],)
    for lu in _AVEC_NIVEAU.finditer(texte):
        if not _FAUX.match(lu["nom"] or "") and not _dans_une_locution(texte, lu):
            yield *lu.span(), (lu[0],)


def _dans_une_locution(texte: str, lu: re.Match[str]) -> bool:
    """« contrat de ville Quartiers 2030 », mais non « contrat de ville de Poissy »."""
    return _VILLE_NUE.match(lu[0]) is not None and _LOCUTION.search(texte[: lu.start()]) is not None


def _net(lieu: str) -> str:
    return re.sub(r"\s+", " ", lieu).strip(' «»"')
