"""Un petit catalogue inventé, sur de vrais territoires, dans la forme des tables ``experiences`` et ``actions``."""

from __future__ import annotations

from typing import Any

import pandas as pd

GENNEVILLIERS, ARGENTEUIL, BEZONS, MANTES, LES_MUREAUX = "92036", "95018", "95063", "78361", "78440"
TRAPPES, SARCELLES, GARGES, CERGY, PERSAN, BAGNEUX = "78621", "95585", "95268", "95127", "95487", "92007"
VERSAILLES, MITRY, LILLE = "78646", "77294", "59350"
VAL_FOURRE, LUTH, JUSTICE = "QN07801M", "QN09208M", "QN09502I"
BOUCLE_NORD, GPSEO, CARPF, SQY, CACP, SEINE_BOUCLES = (
    "200057990",
    "200059889",
    "200055655",
    "200058782",
    "249500109",
    "200058519",
)
VERSAILLES_GRAND_PARC, METROPOLE, OUEST = "247800584", "200054781", "ouest-francilien"

THEMES = (
    "éducation",
    "emploi-insertion",
    "santé",
    "égalité femmes-hommes",
    "participation",
    "cadre de vie",
    "logement",
    "accès aux droits",
    "numérique",
    "sécurité-prévention",
    "culture",
    "sport",
    "transition écologique",
    "alimentation",
    "parentalité",
    "jeunesse",
    "économie sociale et solidaire",
    "développement économique",
    "lien social",
    "laïcité et lutte contre les discriminations",
    "ingénierie territoriale",
)

_TEXTES_EXPERIENCE = ("date", "periode", "porteur", "type_porteur", "lieux", "niveau", "resume", "contact", "url")
_LISTES_EXPERIENCE = ("themes", "dispositifs", "territoires", "qpv")
_TEXTES_ACTION = ("date", "numero", "lieux", "niveau", "resume", "contact", "url")
_LISTES_ACTION = ("themes", "territoires", "qpv", "dispositifs", "publics", "partenaires", "perspectives")

_EXPERIENCES: dict[str, dict[str, Any]] = {
    "exp-01": {
        "titre": "Une maison des aidants au pied des tours",
        "date": "2024-03",
        "annee": 2024,
        "porteur": "Ville de Gennevilliers",
        "type_porteur": "commune",
        "themes": ["santé", "lien social"],
        "dispositifs": ["CLS"],
        "territoires": [GENNEVILLIERS],
        "lieux": "Gennevilliers",
        "niveau": "commune",
        "qpv": [LUTH],
        "resume": "Les habitant·es qui soutiennent un proche malade y trouvent écoute et relais en santé mentale.",
        "page": 6,
    },
    "exp-02": {
        "titre": "Le potager des écoles",
        "date": "2024-01/2024-02",
        "annee": 2024,
        "porteur": "Association Les Jeunes Pousses",
        "type_porteur": "autre",
        "themes": ["alimentation", "éducation", "transition écologique"],
        "dispositifs": ["Cité éducative"],
        "territoires": [MANTES],
        "lieux": "Mantes-la-Jolie, Val Fourré",
        "niveau": "commune",
        "qpv": [VAL_FOURRE],
        "resume": "Des élèves du Val Fourré cultivent, cuisinent et vendent leurs légumes avec leurs parents.",
        "page": 9,
    },
    "exp-03": {
        "titre": "Des référentes de parcours pour les jeunes décrocheurs",
        "date": "2023-11",
        "annee": 2023,
        "porteur": "Mission locale des Boucles",
        "type_porteur": "mission locale",
        "themes": ["jeunesse", "emploi-insertion"],
        "dispositifs": ["PRIJ"],
        "territoires": [BOUCLE_NORD],
        "lieux": "Boucle Nord de Seine",
        "niveau": "ept",
        "resume": "Une équipe va vers les 16-25 ans sans emploi ni formation et les suit jusqu'à l'embauche.",
        "page": 12,
    },
    "exp-04": {
        "titre": "Un bus de l'accès aux droits",
        "date": "2023-05",
        "annee": 2023,
        "porteur": "Département du Val-d'Oise",
        "type_porteur": "département",
        "themes": ["accès aux droits", "numérique"],
        "dispositifs": ["France services"],
        "territoires": ["95"],
        "lieux": "Val d'Oise",
        "niveau": "departement",
        "resume": "Un véhicule équipé accompagne les démarches en ligne, de marché en marché.",
        "page": 15,
    },
    "exp-05": {
        "titre": "Marches exploratoires de femmes",
        "date": "2022-10",
        "annee": 2022,
        "porteur": "Ville de Sarcelles",
        "type_porteur": "commune",
        "themes": ["égalité femmes-hommes", "cadre de vie", "sécurité-prévention"],
        "dispositifs": ["GUSP"],
        "territoires": [SARCELLES, GARGES],
        "lieux": "Sarcelles et Garges-lès-Gonesse",
        "niveau": "commune",
        "resume": "Des habitantes relèvent ce qui, dans la rue, gêne leur passage, puis en parlent aux élus.",
        "page": 18,
    },
    "exp-06": {
        "titre": "La fabrique des quartiers, budget participatif",
        "date": "2024-06",
        "annee": 2024,
        "porteur": "Communauté d'agglomération de Saint-Quentin-en-Yvelines",
        "type_porteur": "intercommunalité",
        "themes": ["participation"],
        "dispositifs": ["Contrat de ville", "Quartiers 2030"],
        "territoires": [SQY],
        "lieux": "Saint-Quentin-en-Yvelines",
        "niveau": "epci",
        "resume": "Chaque conseil citoyen choisit et suit trois projets d'équipement.",
        "page": 21,
    },
    "exp-07": {
        "titre": "Une régie de quartier à cheval sur deux villes",
        "date": "2021-05-11",
        "annee": 2021,
        "porteur": "Régie Justice",
        "type_porteur": "entreprise",
        "themes": ["économie sociale et solidaire", "emploi-insertion"],
        "territoires": [JUSTICE],
        "lieux": "Argenteuil et Bezons",
        "niveau": "qpv",
        "qpv": [JUSTICE],
        "resume": "Le nettoyage des halls donne un premier contrat aux habitants du quartier.",
        "page": 24,
    },
    "exp-08": {
        "titre": "Journées franciliennes de la laïcité",
        "date": "2023-12",
        "annee": 2023,
        "porteur": "Réseau des centres de ressources",
        "type_porteur": "centre de ressources",
        "themes": ["laïcité et lutte contre les discriminations"],
        "territoires": [OUEST],
        "lieux": "Ouest francilien",
        "niveau": "perimetre",
        "resume": "Trois journées d'échanges entre professionnel-le-s de terrain.",
        "page": 27,
    },
    "exp-09": {
        "titre": "L'orchestre du lycée",
        "annee": 2022,
        "porteur": "Ville de Mitry-Mory",
        "type_porteur": "commune",
        "themes": ["culture"],
        "dispositifs": ["DEMOS"],
        "territoires": [MITRY],
        "lieux": "Mitry-Mory",
        "niveau": "commune",
        "resume": "Les cordes répètent au cœur du quartier.",
    },
    "exp-10": {
        "titre": "Sans lieu imprimé",
        "annee": 2022,
        "themes": ["sport"],
        "resume": "Une action sportive dont le document ne dit pas où elle se passe.",
    },
    "exp-11": {
        "titre": "Un conseil local de santé mentale",
        "date": "2023-02",
        "annee": 2023,
        "porteur": "Ville de Bagneux",
        "type_porteur": "commune",
        "themes": ["santé"],
        "dispositifs": ["CLSM"],
        "territoires": [BAGNEUX],
        "lieux": "Bagneux",
        "niveau": "commune",
        "resume": "Soignants, bailleurs et élus se réunissent chaque mois pour prévenir les ruptures de soin.",
        "page": 30,
    },
    "exp-12": {
        "titre": "Versailles fait de la place aux jeunes",
        "date": "2023-09",
        "annee": 2023,
        "porteur": "Ville de Versailles",
        "type_porteur": "commune",
        "themes": ["jeunesse"],
        "territoires": [VERSAILLES],
        "lieux": "Versailles",
        "niveau": "commune",
        "resume": "Un lieu d'accueil ouvert en soirée.",
        "page": 33,
    },
}


def _action(nature: str, theme: str, territoires: list[str], niveau: str | None, **reste: Any) -> dict[str, Any]:
    return {"nature": nature, "theme": theme, "territoires": territoires, "niveau": niveau, **reste}


_ACTIONS: dict[str, dict[str, Any]] = {
    "act-01": _action(
        "accompagnement",
        "éducation",
        ["95"],
        "departement",
        intitule="Réseau des coordinatrices et coordinateurs de réussite éducative",
        annee=2023,
        participations=120,
        seances=6,
        dispositifs=["PRE"],
        publics=["professionnels"],
        partenaires=["Préfecture du Val-d'Oise"],
        perspectives=["Ouvrir le réseau aux acteur.rice.s de la protection de l'enfance."],
        resume="Six rencontres entre pairs.",
    ),
    "act-02": _action(
        "accompagnement",
        "éducation",
        ["78", "95"],
        "departement",
        intitule="Conventions territoriales globales",
        annee=2023,
        participations=80,
        dispositifs=["CTG"],
        partenaires=["CAF des Yvelines", "CAF du Val-d'Oise"],
        resume="Appui aux chargés de coopération.",
    ),
    "act-03": _action(
        "rencontre",
        "santé",
        [OUEST],
        "perimetre",
        themes=["santé", "participation"],
        intitule="Santé mentale : le rôle des élus",
        annee=2023,
        participations=45,
        seances=1,
        resume="Un séminaire en soirée.",
    ),
    "act-04": _action(
        "formation",
        "participation",
        [OUEST],
        "perimetre",
        intitule="Animer un groupe de travail",
        annee=2023,
        seances=2,
        resume="Deux jours pour apprendre à conduire une réunion.",
    ),
    "act-05": _action(
        "publication",
        "logement",
        [],
        None,
        intitule="Dossier : habiter le logement social",
        annee=2023,
        resume="Repères et entretiens.",
    ),
    "act-06": _action(
        "accompagnement",
        "cadre de vie",
        [GENNEVILLIERS],
        "commune",
        intitule="Gestion urbaine au Luth",
        annee=2023,
        participations=14,
        seances=3,
        qpv=[LUTH],
        dispositifs=["GUSP"],
        resume="Trois séances de diagnostic en marchant.",
    ),
    "act-07": _action(
        "rencontre",
        "transition écologique",
        [BOUCLE_NORD],
        "ept",
        intitule="Sobriété et quartiers populaires",
        annee=2023,
        participations=60,
        resume="Une journée d'initiatives.",
    ),
    "act-08": _action(
        "accompagnement",
        "jeunesse",
        [MANTES, LES_MUREAUX],
        "commune",
        intitule="Prévenir les rixes entre jeunes",
        annee=2024,
        participations=33,
        seances=4,
        resume="Appui aux équipes éducatives.",
    ),
    "act-09": _action(
        "defi",
        "logement",
        [SQY],
        "epci",
        intitule="Rénover les passoires thermiques",
        annee=2024,
        numero="1",
    ),
    "act-10": _action(
        "atout",
        "sport",
        [SQY],
        "epci",
        intitule="Des équipements sportifs nombreux",
        annee=2024,
        numero="2",
    ),
    "act-11": _action(
        "proposition",
        "santé",
        [SQY],
        "epci",
        intitule="Ouvrir une maison de santé",
        annee=2024,
        numero="3",
    ),
    "act-12": _action(
        "action inspirante",
        "santé",
        [LILLE],
        "commune",
        intitule="Des médiatrices santé au marché",
        annee=2022,
        resume="Elles vont au-devant des habitants éloignés du soin.",
    ),
    "act-13": _action(
        "action inspirante",
        "santé",
        [CERGY],
        "commune",
        intitule="Un centre de santé participatif",
        annee=2022,
        resume="Les usagers siègent au conseil.",
    ),
    "act-14": _action(
        "actualite",
        "culture",
        [PERSAN],
        "commune",
        intitule="Une micro-folie ouvre au Village",
        annee=2021,
        date="2021-05",
        resume="Un musée numérique dans la médiathèque.",
    ),
    "act-15": _action(
        "agenda",
        "numérique",
        [],
        "france",
        intitule="Rencontres nationales de l'inclusion numérique",
        annee=2021,
        date="2021-06-03",
    ),
    "act-16": _action(
        "presse",
        "sécurité-prévention",
        [],
        "france",
        intitule="Revue de presse de la prévention",
        annee=2021,
    ),
    "act-17": _action(
        "mouvement",
        "ingénierie territoriale",
        [TRAPPES],
        "commune",
        intitule="Une nouvelle cheffe de projet à Trappes",
        annee=2021,
    ),
    "act-18": _action(
        "accompagnement",
        "ingénierie territoriale",
        [VERSAILLES_GRAND_PARC],
        "epci",
        intitule="Diagnostic du contrat de ville",
        annee=2023,
        participations=9,
        resume="Un atelier.",
    ),
    "act-19": _action(
        "rencontre",
        "développement économique",
        [METROPOLE],
        "epci",
        intitule="Entreprendre dans les quartiers de la métropole",
        annee=2023,
        participations=70,
        seances=1,
        resume="Une matinée.",
    ),
    "act-20": _action(
        "accompagnement",
        "emploi-insertion",
        [CACP],
        "epci",
        intitule="Cité de l'emploi de Cergy-Pontoise",
        annee=2023,
        dispositifs=["Cité de l'emploi"],
        resume="Appui au référent unique.",
    ),
}


def experiences() -> pd.DataFrame:
    """Douze expériences."""
    return _tabler(_EXPERIENCES, ("titre", *_TEXTES_EXPERIENCE), _LISTES_EXPERIENCE, ("annee", "page"))


def actions() -> pd.DataFrame:
    """Vingt actions, une au moins de presque chaque nature."""
    entiers = ("annee", "participations", "seances", "page")
    return _tabler(_ACTIONS, ("intitule", "theme", "nature", *_TEXTES_ACTION), _LISTES_ACTION, entiers)


def tabler_experiences(lignes: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Des expériences quelconques, les colonnes qu'elles ne disent pas laissées vides."""
    return _tabler(lignes, ("titre", *_TEXTES_EXPERIENCE), _LISTES_EXPERIENCE, ("annee", "page"))


def tabler_actions(lignes: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Des actions quelconques, les colonnes qu'elles ne disent pas laissées vides."""
    entiers = ("annee", "participations", "seances", "page")
    return _tabler(lignes, ("intitule", "theme", "nature", *_TEXTES_ACTION), _LISTES_ACTION, entiers)


def _tabler(
    lignes: dict[str, dict[str, Any]], textes: tuple[str, ...], listes: tuple[str, ...], entiers: tuple[str, ...]
) -> pd.DataFrame:
    colonnes: dict[str, Any] = {nom: [ligne.get(nom) for ligne in lignes.values()] for nom in textes}
    colonnes["document"] = ["Document inventé"] * len(lignes)
    table = pd.DataFrame(colonnes, index=pd.Index(list(lignes), name="id", dtype=object), dtype=object)
    for nom in listes:
        table[nom] = pd.Series([list(_liste(ligne, nom)) for ligne in lignes.values()], table.index, dtype=object)
    for nom in entiers:
        table[nom] = pd.array([ligne.get(nom, pd.NA) for ligne in lignes.values()], dtype="Int64")
    return table


def _liste(ligne: dict[str, Any], nom: str) -> list[str]:
    if nom == "themes" and "themes" not in ligne and ligne.get("theme"):
        return [ligne["theme"]]
    return list(ligne.get(nom, []))
