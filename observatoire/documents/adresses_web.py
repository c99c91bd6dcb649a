"""Les adresses de pages qu'imprime un document : seules sur leur ligne, dans un texte, coupées par la mise en page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from observatoire.documents.blocs import Bloc
from observatoire.documents.texte import Texte

#: Deux adresses que rien ne sépare sont deux adresses.
URL = re.compile(r"(?:https?://|www\.)(?:(?!https?://)[^\s<>«»\"|])+")
_FIN_EN_ADRESSE = re.compile(rf"{URL.pattern}$")
_SUITE_D_ADRESSE = re.compile(r"(?!https?:|www\.)(?=\S*[-/_.=?&\d])[^\s<«»]+>?")
_LIEN_MARKDOWN = re.compile(r"\]\(((?:https?://|www\.)[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)")
_LIEN_SEUL = re.compile(r"\W*\[[^\]]{1,45}\]\((?P<adresse>(?:https?://|www\.)[^\s()]+)\)\W*")
_LEGENDE_ADRESSE = 45
_LEGENDE = re.compile(
    r"(?:(?:pour\s+)?en\s+savoir\s+\+?(?:plus)?|plus\s+d'infos?\w*|(?:le\s+)?liens?|(?:le\s+)?site(?:\s+internet|\s+web)?|t[ée]l[ée]charge\w*"
    r"|consulte\w*|(?:[àa]\s+)?lire(?:\s+la\s+suite)?|(?:[àa]\s+)?voir|inscriptions?|s'inscrire|ici|renseignements?|extrait\s+(?:de\s+la\s+)?4\W?\w*"
    r"(?:\s+de\s+couv\w*)?|source|url|web|retrouve\w*\s.{0,25}|suite)(?:\s+(?:sur|ici|[àa]|en|le|la|l'article|le\s+document))*\W*$",
    re.IGNORECASE,
)


def est_adresse(bloc: Bloc) -> bool:
    """Vrai pour un bloc qui n'est qu'une adresse, et au plus quelques mots qui l'annoncent."""
    if not URL.search(bloc.texte):
        return False
    reste = bloc.texte if not _adresse_coupee(bloc) else ""
    return len(URL.sub("", reste).strip(" <>()[]:.,;-–")) <= _LEGENDE_ADRESSE


def _adresse_coupee(bloc: Bloc) -> bool:
    """Une adresse que la mise en page a mise sur plusieurs lignes."""
    lignes = [ligne.strip("<>") for ligne in bloc.lignes]
    entieres = all(ligne and " " not in ligne for ligne in lignes)
    return len(lignes) > 1 and entieres and URL.match(lignes[0]) is not None and not any(map(URL.match, lignes[1:]))


def adresses(bloc: Bloc, brut: str = "") -> tuple[str, ...]:
    """Les adresses de pages d'un bloc, et celles des liens de ses lignes brutes."""
    texte = recoller_adresses(bloc)
    trouvees = [lue.rstrip(".,;:)'*_") if "(" not in lue else lue for lue in URL.findall(texte)]
    return tuple(dict.fromkeys([*_LIEN_MARKDOWN.findall(brut), *trouvees]))


def recoller_adresses(bloc: Bloc) -> str:
    """Le texte d'un bloc, où les adresses que la ligne a coupées sont réunies."""
    if _adresse_coupee(bloc):
        return "".join(ligne.strip("<>") for ligne in bloc.lignes)
    morceaux: list[str] = []
    for ligne in bloc.lignes:
        if morceaux and _FIN_EN_ADRESSE.search(morceaux[-1]) and _SUITE_D_ADRESSE.fullmatch(ligne):
            morceaux[-1] += ligne
        else:
            morceaux.append(ligne)
    return re.sub(r"^[-*•]\s+", "", " ".join(morceaux)) if len(morceaux) < len(bloc.lignes) else bloc.texte


def legende(bloc: Bloc) -> str:
    """Ce qui accompagne une adresse, si cela dit plus que « En savoir plus »."""
    autour = URL.sub(" ", recoller_adresses(bloc)).strip(" <>()[]:.,;-–")
    return "" if _LEGENDE.match(autour) or not re.search(r"\w", autour) else " ".join(autour.split())


def ouvrir_les_liens(texte: Texte, blocs: Sequence[Bloc]) -> list[Bloc]:
    """Les blocs, où un lien seul sur sa ligne (« [S'inscrire](https://...) ») montre son adresse."""
    ouverts = []
    for bloc, brut in zip(blocs, lignes_brutes(texte, blocs), strict=True):
        lien = _LIEN_SEUL.fullmatch(brut)
        if lien is not None and lien["adresse"] not in bloc.texte:
            ligne = f"{bloc.texte} : {lien['adresse']}"
            bloc = replace(bloc, texte=ligne, lignes=(ligne,))
        ouverts.append(bloc)
    return ouverts


def lignes_brutes(texte: Texte, blocs: Sequence[Bloc]) -> list[str]:
    """Pour chaque bloc, ses lignes telles que le fichier les porte."""
    par_numero = {ligne.numero: ligne.texte for ligne in texte.lignes}
    bornes = [*(bloc.ligne for bloc in blocs), max(par_numero, default=0) + 1]
    return [
        "\n".join(par_numero.get(n, "") for n in range(debut, min(max(fin, debut + 1), debut + 50)))
        for debut, fin in pairwise(bornes)
    ]
