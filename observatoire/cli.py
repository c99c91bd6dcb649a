"""La ligne de commande : ``observatoire produire DOSSIER`` et ses compagnes.

Code de sortie : 0 c'est fait ; 2 une erreur expliquée en français ; 1 un défaut du programme.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from observatoire import __version__
from observatoire.erreurs import ErreurArgument, ErreurObservatoire, ErreurSource
from observatoire.notices import FAMILLES

if TYPE_CHECKING:
    import pandas as pd

    from observatoire.choroplethe import Reglages

_ERREUR = 2
#: Au-delà, une liste d'échecs ne se lit plus.
_ECHECS_MONTRES = 10
_AIDE_MODELE = "repere, comparatif, experiences, contrat, ou un dossier de gabarits"
#: Extensions d'une carte à explorer ; les autres s'impriment.
_PAGES = (".html", ".htm")
_TRADUCTIONS = {
    "the following arguments are required: ": "il manque : ",
    "unrecognized arguments: ": "arguments inconnus : ",
    "invalid choice: ": "choix impossible : ",
    "(choose from ": "(choisissez parmi ",
    "expected one argument": "une valeur est attendue",
    "ignored explicit argument ": "valeur inattendue : ",
    "invalid int value: ": "un nombre entier est attendu, et non ",
}


class _Analyseur(argparse.ArgumentParser):
    """``argparse`` en français : aide, titres et erreurs."""

    def __init__(self, **options: object) -> None:
        super().__init__(add_help=False, **options)  # type: ignore[arg-type]
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", "--aide", action="help", help="montrer cette aide")

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", "utilisation :", 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage:", "utilisation :", 1)

    def error(self, message: str) -> NoReturn:
        for anglais, francais in _TRADUCTIONS.items():
            message = message.replace(anglais, francais)
        message = re.sub(r"(?<=\w): ", " : ", message)
        self.exit(_ERREUR, f"Erreur : commande mal formée, {message}\n{self.format_usage()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; rend le code de sortie."""
    for flux in (sys.stdout, sys.stderr):
        # Une console Windows en cp1252 n'a pas l'espace fine : mieux vaut « ? » qu'un plantage.
        if hasattr(flux, "reconfigure"):
            flux.reconfigure(errors="replace")
    choix = _analyseur().parse_args(arguments)
    executer: Callable[[argparse.Namespace], None] = choix.executer
    try:
        executer(choix)
        sys.stdout.flush()
    except BrokenPipeError:
        # Le lecteur (« | head ») en a assez : ce n'est pas une panne. Python ne doit pas réessayer d'écrire en sortant.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ErreurObservatoire as erreur:
        _dire_erreur(f"Erreur : {erreur}")
        return _ERREUR
    except KeyboardInterrupt:
        _dire_erreur("\nErreur : interrompu. Relancez la même commande : ce qui est fait ne sera pas refait.")
        return _ERREUR
    return 0


def _dire_erreur(message: str) -> None:
    # Si plus personne ne lit la sortie d'erreur, le code de sortie suffit.
    with contextlib.suppress(BrokenPipeError):
        print(message, file=sys.stderr, flush=True)


def _analyseur() -> _Analyseur:
    racine = _Analyseur(prog="observatoire", description="Observatoire de la politique de la ville, ouest francilien.")
    racine.add_argument("--version", action="version", version=__version__, help="montrer la version")
    racine.add_argument("--donnees", type=Path, metavar="DOSSIER", help="dossier de données (embarquées par défaut)")
    commandes = racine.add_subparsers(title="commandes", required=True, metavar="COMMANDE", parser_class=_Analyseur)

    lister = commandes.add_parser("territoires", help="lister ou chercher des territoires")
    lister.add_argument("motif", nargs="?", metavar="MOTIF", help="partie d'un nom, ou un code")
    lister.set_defaults(executer=_territoires)

    carte = _commande_de_territoire(commandes, "carte", "écrire la carte d'un territoire", "x.html, .svg, .png ou .pdf")
    carte.add_argument("--indicateur", metavar="IDENTIFIANT", help="colorier selon un indicateur du catalogue")
    carte.add_argument("--echelle", choices=["qpv", "commune", "intercommunalite"], help="échelle de l'indicateur")
    carte.add_argument("--ecart", action="store_true", help="colorier l'écart au département")
    carte.add_argument("--format", metavar="PAGE", help="a4-portrait, a4-paysage, 16:9 ou carre (.svg, .png, .pdf)")
    carte.add_argument("--contours-2015", type=Path, metavar="FICHIER", help="QPV de 2015 de l'ANCT, à superposer")
    carte.add_argument("--cote-a-cote", action="store_true", help="2015 à gauche, 2024 à droite (avec --contours-2015)")
    carte.add_argument("--fond", choices=["plan-ign"], help="fond de plan en ligne (carte .html seulement)")
    carte.set_defaults(executer=_carte)

    fiche = _commande_de_territoire(commandes, "fiche", "écrire la fiche d'un territoire", "x.html, .pdf ou .docx")
    fiche.add_argument("--modele", default="repere", metavar="MODELE", help=_AIDE_MODELE)
    fiche.add_argument("--avec", nargs="+", default=[], metavar="TERRITOIRE", help="les autres, pour comparer")
    fiche.add_argument("--charte", type=Path, metavar="FICHIER", help="logo, couleurs, police de la structure (.toml)")
    fiche.set_defaults(executer=_fiche)

    produire = commandes.add_parser("produire", help="écrire toutes les fiches et cartes, avec un index")
    produire.add_argument("dossier", metavar="DOSSIER", type=Path, help="dossier de sortie")
    produire.add_argument("--niveaux", nargs="+", metavar="NIVEAU", help="qpv, commune, intercommunalite... (tous)")
    produire.add_argument("--formats", nargs="+", metavar="FORMAT", help="html, pdf, docx (tous)")
    produire.add_argument("--processus", type=int, metavar="N", help="nombre de processus (2)")
    produire.add_argument("--charte", type=Path, metavar="FICHIER", help="celle de la structure (.toml)")
    produire.set_defaults(executer=_produire)

    chercher = commandes.add_parser("rechercher", help="chercher dans les expériences et les actions")
    chercher.add_argument("texte", metavar="TEXTE", help="mots, ou « expression entre guillemets »")
    chercher.add_argument("--territoire", metavar="TERRITOIRE", help="nom, sigle ou code")
    chercher.add_argument("--theme", metavar="THEME", help="thème de la politique de la ville")
    chercher.add_argument("--nature", metavar="NATURE", help="experience, formation, rencontre, publication...")
    chercher.add_argument("--annee", type=int, metavar="ANNEE", help="année")
    chercher.add_argument("-n", "--limite", type=int, default=10, metavar="N", help="nombre de résultats (10)")
    chercher.set_defaults(executer=_rechercher)

    extraire = commandes.add_parser("extraire", help="lire un document et écrire ce qu'il dit dans un CSV à relire")
    extraire.add_argument("document", metavar="DOCUMENT", type=Path, help="markdown, texte ou PDF")
    extraire.add_argument("-o", "--sortie", required=True, type=Path, metavar="FICHIER", help="x.csv")
    extraire.add_argument("--famille", choices=list(FAMILLES), help="reconnue à la structure par défaut")
    extraire.add_argument("--sans-extraits", action="store_true", help="sans rien du document mot pour mot")
    extraire.set_defaults(executer=_extraire)

    donnees = commandes.add_parser("donnees", help="connaître et vérifier les données")
    donnees.add_argument("action", choices=["etat", "verifier"], help="producteurs et millésimes, ou empreintes")
    donnees.set_defaults(executer=_donnees)
    return racine


def _commande_de_territoire(commandes: object, nom: str, aide: str, formats: str) -> _Analyseur:
    commande: _Analyseur = commandes.add_parser(nom, help=aide)  # type: ignore[attr-defined]
    commande.add_argument("territoire", metavar="TERRITOIRE", help="nom, sigle ou code")
    commande.add_argument("-o", "--sortie", required=True, type=Path, metavar="FICHIER", help=formats)
    commande.add_argument("--niveau", metavar="NIVEAU", help="qpv, commune, epci, ept, departement ou perimetre")
    return commande


def _territoires(choix: argparse.Namespace) -> None:
    from observatoire.observatoire import ouvrir

    table = ouvrir(choix.donnees).territoires(choix.motif)
    if table.empty:
        # La recherche propose les noms proches : on laisse son erreur le dire.
        ouvrir(choix.donnees).territoire(choix.motif)
    for code, ligne in table.iterrows():
        print(f"{ligne.niveau:<12} {code:<16} {ligne.nom}")


def _carte(choix: argparse.Namespace) -> None:
    from observatoire.lecture import lire_source
    from observatoire.observatoire import ouvrir

    forme = choix.sortie.suffix.lower()
    _verifier_carte(choix, forme)
    territoire = ouvrir(choix.donnees).territoire(choix.territoire, choix.niveau)
    contours = None if choix.contours_2015 is None else lire_source(choix.contours_2015, "anct-qpv-2015")
    montrer = {"contours_2015": contours, "cote_a_cote": choix.cote_a_cote, **_reglages(choix)}
    if forme in _PAGES:
        territoire.carte(choix.indicateur, fond=choix.fond, **montrer).enregistrer(choix.sortie)
    else:
        territoire.carte_statique(choix.indicateur, format=choix.format, **montrer).enregistrer(choix.sortie)
    print(f"Carte, {territoire.nom} ({territoire.code}) : {choix.sortie}")


def _verifier_carte(choix: argparse.Namespace, forme: str) -> None:
    """Refuse avant tout travail les options qui ne vont pas avec l'extension."""
    if forme not in {*_PAGES, ".svg", ".png", ".pdf"}:
        raise ErreurArgument(
            f"Format {choix.sortie.suffix!r} inconnu pour une carte. Que faire : choisissez .html, .svg, .png ou .pdf."
        )
    if choix.format and forme in _PAGES:
        raise ErreurArgument("--format ne vaut pas pour une carte .html. Que faire : retirez --format ou changez -o.")
    if choix.fond and forme not in _PAGES:
        raise ErreurArgument("--fond ne vaut que pour une carte .html. Que faire : retirez --fond ou changez -o.")
    if choix.cote_a_cote and choix.contours_2015 is None:
        raise ErreurArgument(
            "--cote-a-cote met en regard 2015 et 2024. Que faire : ajoutez --contours-2015 et le fichier de l'ANCT."
        )


def _reglages(choix: argparse.Namespace) -> Reglages:
    """Les réglages de carte demandés, et eux seuls."""
    reglages: Reglages = {}
    if choix.echelle:
        reglages["echelle"] = choix.echelle
    if choix.ecart:
        reglages["ecart"] = True
    return reglages


def _fiche(choix: argparse.Namespace) -> None:
    from observatoire.observatoire import ouvrir

    territoire = ouvrir(choix.donnees).territoire(choix.territoire, choix.niveau)
    fiche = territoire.fiche(modele=choix.modele, avec=choix.avec, charte=choix.charte)
    fiche.enregistrer(choix.sortie)
    print(f"Fiche, {territoire.nom} ({territoire.code}) : {choix.sortie}")


def _produire(choix: argparse.Namespace) -> None:
    from observatoire.observatoire import ouvrir
    from observatoire.typographie import accorder

    rapport = ouvrir(choix.donnees).produire(
        choix.dossier,
        niveaux=choix.niveaux,
        formats=choix.formats,
        charte=choix.charte,
        processus=choix.processus,
    )
    comptes = rapport.etat.value_counts()
    territoires = rapport.code[rapport.fichier != "index.html"].nunique()
    print(
        f"{accorder(len(rapport), 'fichier')} pour {accorder(territoires, 'territoire')}, "
        f"{rapport.octets.sum() / 1e6:.0f} Mo : {accorder(comptes.get('écrit', 0), 'écrit')}, "
        f"{comptes.get('à jour', 0)} déjà à jour."
    )
    print(f"Ouvrez {choix.dossier / 'index.html'}")
    _dire_echecs(rapport[rapport.etat == "échec"])


def _dire_echecs(echecs: pd.DataFrame) -> None:
    """Ce qui a échoué, une fois le reste écrit."""
    from observatoire.typographie import accorder

    if echecs.empty:
        return
    montres = [f"  - {ligne.fichier} : {ligne.erreur}" for ligne in echecs.head(_ECHECS_MONTRES).itertuples()]
    autres = len(echecs) - len(montres)
    suite = [f"  - et {accorder(autres, 'autre')}"] if autres else []
    raise ErreurObservatoire(
        "\n".join(
            [
                f"{accorder(len(echecs), 'fichier')} en échec ; tout le reste est écrit.",
                *montres,
                *suite,
                "Que faire : relancez la même commande, eux seuls seront refaits.",
            ]
        )
    )


def _rechercher(choix: argparse.Namespace) -> None:
    from observatoire.observatoire import ouvrir
    from observatoire.schemas import LIBELLES_NATURES

    observatoire = ouvrir(choix.donnees)
    trouves = observatoire.rechercher(
        choix.texte,
        territoire=choix.territoire,
        theme=choix.theme,
        nature=choix.nature,
        annee=choix.annee,
        limite=choix.limite,
    )
    for resultat in trouves.astype(object).where(trouves.notna(), "").to_dict("records"):
        lieux = ", ".join(map(observatoire.repertoire.nommer_code, resultat["territoires"]))
        page = f"p. {resultat['page']}" if resultat["page"] else ""
        nature = LIBELLES_NATURES.get(resultat["nature"], resultat["nature"])
        origine = (nature, resultat["annee"], lieux, resultat["portee"], resultat["document"], page)
        print(f"{resultat['titre']}\n  {' — '.join(str(o) for o in origine if o)}\n  {resultat['extrait']}")
    if trouves.empty:
        print("Rien ne correspond. Essayez d'autres mots, ou sans filtre.")


def _extraire(choix: argparse.Namespace) -> None:
    from observatoire.extraction import extraire
    from observatoire.observatoire import ouvrir
    from observatoire.typographie import accorder

    if choix.sortie.suffix.lower() != ".csv":
        raise ErreurArgument(f"Une relecture s'écrit en CSV, non en {choix.sortie.suffix!r}. Que faire : -o x.csv.")
    document = ouvrir(choix.donnees).lecteur.lire(choix.document, famille=choix.famille)
    table = extraire(document, choix.sortie, extraits=not choix.sans_extraits)
    print(f"{document.titre} : {accorder(len(table), 'ligne')} à relire dans {choix.sortie}")
    for anomalie in document.anomalies.fillna({"ligne": 0}).to_dict("records"):
        lieu = f"ligne {anomalie['ligne']}" if anomalie["ligne"] else "document"
        print(f"  {anomalie['gravite']:<6} {lieu} : {anomalie['probleme']} {anomalie['extrait'][:80]}".rstrip())


def _donnees(choix: argparse.Namespace) -> None:
    from observatoire.observatoire import ouvrir
    from observatoire.typographie import accorder

    observatoire = ouvrir(choix.donnees)
    if choix.action == "etat":
        for source in observatoire.sources.itertuples():
            print(f"{source.fichier}\n  {source.titre}\n  {source.producteur} — {source.millesime} — {source.licence}")
        return
    etats = observatoire.verifier()
    for ligne in etats.itertuples():
        print(f"{ligne.etat:<10} {ligne.fichier}")
    mauvais = etats[etats.etat != "intact"].fichier.tolist()
    if mauvais:
        remede = "réinstallez observatoire" if choix.donnees is None else "reprenez une copie complète du dossier"
        raise ErreurSource(
            f"{accorder(len(mauvais), 'fichier')} à reprendre : {', '.join(mauvais)}. Que faire : {remede}."
        )
