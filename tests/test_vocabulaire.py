"""Le vocabulaire contrôlé : ce que disent de vrais titres, ce qu'un mot proche ne dit pas, les fichiers mal formés."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from importlib.resources import as_file, files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.erreurs import ErreurSchema, ErreurSource
from observatoire.lexique import Expression, Lecture, Lexique, Terme
from observatoire.vocabulaire import THEMES_AU_PLUS, Vocabulaire

# Une valeur immuable, lue une fois.
V = Vocabulaire.charger()

THEMES = [
    *("éducation", "emploi-insertion", "santé", "égalité femmes-hommes", "participation", "cadre de vie", "logement"),
    *("accès aux droits", "numérique", "sécurité-prévention", "culture", "sport", "transition écologique"),
    *("alimentation", "parentalité", "jeunesse", "économie sociale et solidaire", "développement économique"),
    *("lien social", "laïcité et lutte contre les discriminations", "ingénierie territoriale"),
]
DISPOSITIFS = {
    *(
        "PRIJ",
        "Cité éducative",
        "PRE",
        "CLS",
        "CLSM",
        "ASV",
        "NPNRU",
        "Cité de l'emploi",
        "CTG",
        "CLSPD",
        "TFPB",
        "GUSP",
    ),
    *(
        "Contrat de ville",
        "Quartiers 2030",
        "France services",
        "Adultes-relais",
        "Conseil citoyen",
        "DLA",
        "PAT",
        "VVV",
    ),
    *("Colos apprenantes", "DEMOS", "CLEA", "Contrat d'engagement jeune", "Quartiers productifs"),
}
TYPES = [
    *("commune", "intercommunalité", "département", "État", "association", "bailleur social", "établissement public"),
    *("entreprise", "centre de ressources", "mission locale", "autre"),
]


def themes(titre: str = "", *, texte: str = "", rubrique: str = "") -> list[str]:
    return V.reconnaitre_themes(texte, titre=titre, rubrique=rubrique)


# --- Les listes -----------------------------------------------------------------------------------------------------


def test_les_libelles_sont_ceux_des_tables() -> None:
    assert [t.libelle for t in V.themes] == THEMES
    assert {t.libelle for t in V.dispositifs} >= DISPOSITIFS
    assert [t.libelle for t in V.types_porteurs] == TYPES


def test_chaque_theme_a_de_quoi_se_dire() -> None:
    for theme in V.themes:
        assert len(theme.expressions) >= 10, theme.libelle
        assert theme.definition.endswith("."), theme.libelle


@pytest.mark.parametrize("theme", V.themes, ids=lambda t: t.libelle)
def test_toute_expression_d_un_theme_suffit_a_un_titre(theme: Terme) -> None:
    mots = [e.texte for e in theme.expressions if e.poids >= 2]
    assert [m for m in (*mots, *theme.sigles) if theme.libelle not in themes(m)] == []
    assert [e.texte for e in theme.sauf if theme.libelle in themes(e.texte)] == []


@pytest.mark.parametrize("dispositif", V.dispositifs, ids=lambda t: t.libelle)
def test_tout_nom_de_dispositif_se_reconnait_et_dit_ses_themes(dispositif: Terme) -> None:
    for nom in (*(e.texte for e in dispositif.expressions), *dispositif.sigles):
        assert dispositif.libelle in V.reconnaitre_dispositifs(nom), nom
        assert set(dispositif.themes) <= set(themes(nom)), nom


def test_tout_mot_d_un_public_ou_d_un_porteur_le_dit() -> None:
    for public in V.publics:
        assert all(public.libelle in V.reconnaitre_publics(e.texte) for e in public.expressions), public.libelle
    for genre in V.types_porteurs:
        assert {V.type_porteur(m) for m in (*(e.texte for e in genre.expressions), *genre.sigles)} == {genre.libelle}


@pytest.mark.parametrize("famille", ["themes", "dispositifs", "publics", "types_porteurs"])
def test_aucune_exclusion_n_est_inutile(famille: str) -> None:
    for terme in getattr(V, famille):
        seul = Lexique([replace(terme, sauf=())])
        assert [e.texte for e in terme.sauf if not seul.trouver(Lecture(e.texte))] == [], terme.libelle


# --- De vrais titres ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titre", "attendus"),
    [
        (
            "UNE FORMATION POUR ACCOMPAGNER LES FEMMES VICTIMES DE VIOLENCES AU SEIN DES CENTRES SOCIAUX",
            ["égalité femmes-hommes"],
        ),
        (
            "COORDONNER LES DISPOSITIFS POUR AMÉLIORER L'INSERTION SOCIOPROFESSIONNELLE DES JEUNES",
            ["emploi-insertion", "jeunesse"],
        ),
        (
            "DÉPLOYER ET SOUTENIR UNE APPROCHE GLOBALE DE PROMOTION DE LA SANTÉ À L'ÉCHELLE INTERCOMMUNALE",
            ["santé"],
        ),
        (
            "PERMETTRE AUX HABITANT·ES DES QUARTIERS POPULAIRES L'ACCÈS À UNE ALIMENTATION SAIN ET DURABLE",
            ["alimentation"],
        ),
        ("UNE SEMAINE CONTRE LES VIOLENCES FAITES AUX FEMMES", ["égalité femmes-hommes"]),
        ("FAIRE DU BESOIN D'ACCOMPAGNEMENT UN LEVIER D'APPRENTISSAGE DU NUMÉRIQUE", ["numérique"]),
        ("LA SANTÉ MENTALE : UN ENJEU INDIVIDUEL ET COLLECTIF DANS LES TERRITOIRES POPULAIRES", ["santé"]),
        ("UN KIOSQUE POUR L'EMPLOI AU COEUR DU QUARTIER PRIORITAIRE DU VAL FOURRÉ", ["emploi-insertion"]),
        (
            "LE RÔLE DE LA VILLE DANS LA LUTTE CONTRE LES DISCRIMINATIONS",
            ["laïcité et lutte contre les discriminations"],
        ),
        ("RÉNOVATION URBAINE : QUEL IMPACT SUR LE LOGEMENT DES PLUS PAUVRES ?", ["cadre de vie", "logement"]),
        ("Rôle et place des figures parentales", ["parentalité"]),
        ("[Actes] Colères et révoltes urbaines : comprendre - voir - agir", ["sécurité-prévention"]),
        ("Développer un réseau départemental pour relever le défi de l'inclusion numérique", ["numérique"]),
        ("Un territoire se donne l'ambition de lutter contre l'isolement des seniors", ["lien social"]),
        ("Social, arts et culture au département de la Gironde", ["culture"]),
        ("Quelle place du sport dans la future contractualisation de la politique de la ville ?", ["sport"]),
        ("LES RÉSEAUX DES PRE DE L'OUEST FRANCILIEN", ["éducation"]),
        ("GROUPE D'ÉCHANGES DES COORDONNATEUR·RICES ASV/CLS/CLSM DU VAL D'OISE", ["santé"]),
        ("L'accompagnement des CTG des Yvelines", ["ingénierie territoriale"]),
        ("UN APPEL À REPERAGE DE FORMATIONS CROISÉES ESS / POLITIQUE DE LA VILLE", ["économie sociale et solidaire"]),
        ("LANCEMENT DU PROGRAMME « QUARTIERS PRODUCTIFS »", ["développement économique"]),
    ],
)
def test_les_themes_d_un_titre(titre: str, attendus: list[str]) -> None:
    assert themes(titre) == attendus


@pytest.mark.parametrize(
    ("titre", "absent"),
    [
        ("Une culture commune entre professionnels", "culture"),
        ("Culture de la coconstruction", "culture"),
        ("La mise en œuvre du contrat", "culture"),
        ("Une concertation d'ampleur", "culture"),
        ("Les transports en commun", "sport"),
        ("Un réseau d'acteurs", "numérique"),
        ("Une formation pour les élus", "éducation"),
        ("Formation des professionnels", "emploi-insertion"),
        ("Mode d'emploi", "emploi-insertion"),
        ("Les mesures liées à la crise sanitaire", "santé"),
        ("Le réseau alimente les réflexions", "alimentation"),
        ("Les participants à la journée", "participation"),
        ("Sécurité sociale et sécurité alimentaire", "sécurité-prévention"),
        ("Agir dès le plus jeune âge", "jeunesse"),
        ("Un environnement familial", "transition écologique"),
        ("Communauté urbaine et développement social urbain", "cadre de vie"),
        ("Un entretien pour voir", "cadre de vie"),
        ("La coopération entre acteurs", "économie sociale et solidaire"),
        ("Égalité des chances", "égalité femmes-hommes"),
        ("Le droit commun", "accès aux droits"),
        ("Le Pré-Saint-Gervais", "éducation"),
    ],
)
def test_un_mot_proche_n_est_pas_le_theme(titre: str, absent: str) -> None:
    assert absent not in themes(titre)


def test_un_titre_sans_mot_de_theme_n_en_a_pas() -> None:
    assert themes("D'un quartier à l'autre") == []
    assert themes() == []


# --- La rubrique ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rubrique", "attendus"),
    [
        ("Sport / Santé", ["sport", "santé"]),
        ("Santé/Sport", ["santé", "sport"]),
        ("Emploi / Insertion", ["emploi-insertion"]),
        ("Habitat cadre de vie", ["logement", "cadre de vie"]),
        ("Accès au droit", ["accès aux droits"]),
        ("Education / parentalité", ["éducation", "parentalité"]),
        ("Culture et lien social", ["culture", "lien social"]),
        ("Sécurité et prévention de la délinquance", ["sécurité-prévention"]),
        ("Développement économique", ["développement économique"]),
        ("Économie Sociale et Solidaire", ["économie sociale et solidaire"]),
        ("Axe 2 : santé", ["santé"]),
        ("Mouvements", []),
    ],
)
def test_une_rubrique_dit_ses_themes_dans_l_ordre_imprime(rubrique: str, attendus: list[str]) -> None:
    assert themes(rubrique=rubrique) == attendus
    assert themes("Une phrase quelconque", rubrique=rubrique) == attendus


@pytest.mark.parametrize(
    ("titre", "rubrique", "attendus"),
    [
        ("Savoir nager", "Sport / Santé", ["sport"]),
        ("Sensibilisation à la santé sexuelle.", "Sport / Santé", ["santé"]),
        ("Accès aux activités physiques pour les filles", "Sport / Santé", ["sport", "égalité femmes-hommes"]),
        ("Les dispositifs Aidant Connect", "Accès au droit", ["accès aux droits", "numérique"]),
        ("Politique de peuplement", "Habitat cadre de vie", ["logement"]),
        ("PRE", "Sécurité et prévention de la délinquance", ["sécurité-prévention", "éducation"]),
        ("Faire vivre le CLSPD toute l'année", "Sécurité et prévention de la délinquance", ["sécurité-prévention"]),
    ],
)
def test_le_theme_imprime_vient_en_premier_s_il_y_en_a_deux_celui_que_dit_le_titre(
    titre: str, rubrique: str, attendus: list[str]
) -> None:
    assert themes(titre, rubrique=rubrique) == attendus


def test_un_chapitre_n_est_pas_une_rubrique() -> None:
    chapitre = "SOUTENIR UN DÉVELOPPEMENT ÉCONOMIQUE ET TERRITORIAL ENDOGÈNE"
    assert themes("Quel impact sur le logement ?", rubrique=chapitre) == ["logement"]
    texte = "L'entrepreneuriat et le logement."
    assert themes("Quel logement ?", texte=texte, rubrique=chapitre) == ["logement", "développement économique"]
    assert themes("Jury Émergence", rubrique=chapitre) == ["développement économique"]


# --- Le texte -------------------------------------------------------------------------------------------------------


def test_un_mot_perdu_dans_un_long_texte_ne_dit_pas_un_theme() -> None:
    phrase = "La commune réunit chaque trimestre des groupes autour de plusieurs questions posées par les services. "
    assert themes(texte=phrase + "Il fut question de santé.") == ["santé"]
    assert "santé" not in themes(texte=phrase * 20 + "Il fut question de santé.")
    assert themes(texte=(phrase + "Il fut question de santé et de soins. ") * 20) == ["santé"]


def test_un_theme_du_titre_precede_ceux_du_texte() -> None:
    texte = "Les élèves de l'école, les enseignants et le collège. " * 5
    assert themes("Un tournoi de football", texte=texte) == ["sport", "éducation"]


def test_un_theme_de_methode_cede_aux_autres_sauf_s_il_est_seul_au_titre() -> None:
    assert themes(texte="Un contrat de ville, son évaluation, sa gouvernance.") == ["ingénierie territoriale"]
    assert themes(texte="Un contrat de ville, son évaluation, le logement.") == ["logement"]
    assert themes("Évaluation du contrat de ville", texte="Le logement.") == ["ingénierie territoriale", "logement"]
    assert themes("Évaluation du contrat de ville : le logement") == ["logement"]


def test_quatre_themes_au_plus() -> None:
    assert len(themes("Santé, sport, culture, logement, numérique, alimentation")) == THEMES_AU_PLUS == 4


# --- Les dispositifs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("en articulation avec le PRIJ et la Cité de l'emploi", ["PRIJ", "Cité de l'emploi"]),
        ("coordonnateur·rices ASV/CLS/CLSM", ["ASV", "CLS", "CLSM"]),
        ("Faire vivre le CLSPD", ["CLSPD"]),
        ("Contrat Local de Sécurité et de Prévention de la Délinquance", ["CLSPD"]),
        ("Plan Régional d'Insertion pour la Jeunesse", ["PRIJ"]),
        ("le programme de réussite éducative, les cités éducatives", ["PRE", "Cité éducative"]),
        ("des contrats locaux de santé", ["CLS"]),
        ("un conseil local de santé mentale", ["CLSM"]),
        ("Dispositifs VVV/Colos apprenantes", ["VVV", "Colos apprenantes"]),
        ("L'A-TFPB", ["TFPB"]),
        ("les Maisons France service", ["France services"]),
        ("des médiateur-rices adultes-relais", ["Adultes-relais"]),
        ("les contrats « engagements quartiers 2030 »", ["Quartiers 2030"]),
        ("les contrats engagements quartiers 2030 (CEQ)", ["Contrat de ville", "Quartiers 2030"]),
        ("Groupe DEMOS, dispositif CLEA", ["DEMOS", "CLEA"]),
        ("Contrat d'Engagement Jeune", ["Contrat d'engagement jeune"]),
        ("PRE, PRE et encore PRE", ["PRE"]),
        ("une prairie, un pré, LE PRÉ", []),
        ("Le Pré-Saint-Gervais, LE PRE-SAINT-GERVAIS", []),
        ("CLSPDX, XPRE, asv, prij", []),
        ("les quartiers ont été rénovés", []),
        ("la cité. Éducative, elle l'est", []),
        ("", []),
    ],
)
def test_les_dispositifs(texte: str, attendus: list[str]) -> None:
    assert V.reconnaitre_dispositifs(texte) == attendus


# --- Les publics ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("habitant·es et élu.e.s", ["habitants", "élus"]),
        ("jeunes filles", ["jeunes", "filles"]),
        ("femmes victimes de violences", ["femmes victimes de violences"]),
        ("les femmes du quartier", ["femmes"]),
        ("allocataires du RSA", ["allocataires du RSA"]),
        ("personnes en situation de handicap", ["personnes en situation de handicap"]),
        ("Personnes âgées de plus de 60 ans", ["seniors"]),
        ("parents, enfants, professionnel-le-s", ["parents", "enfants", "professionnels"]),
        ("jeunes de 16 à 25 ans éloignés de l'emploi", ["jeunes", "demandeurs d'emploi"]),
        ("l'égalité entre les femmes et les hommes", []),
        ("insertion professionnelle et formation professionnelle", []),
        ("dès le plus jeune âge", []),
        ("une aide pour habiter", []),
        ("", []),
    ],
)
def test_les_publics(texte: str, attendus: list[str]) -> None:
    assert V.reconnaitre_publics(texte) == attendus


# --- Les porteurs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("porteur", "attendu"),
    [
        ("VILLE DE NANTERRE", "commune"),
        ("VILLES DE GENNEVILLIERS, NANTERRE, ASNIÈRES-SUR-SEINE ET CARRIÈRES-SUR-SEINE", "commune"),
        ("Mairie des Mureaux", "commune"),
        ("FÉDÉRATION DES CENTRES SOCIAUX", "association"),
        ("ASSOCIATION PIMMS MÉDIATION YVELINES", "association"),
        ("Régie de quartiers", "association"),
        ("MISSION LOCALE VAL D'OISE EST", "mission locale"),
        ("Mission locale de la ville de Cergy", "mission locale"),
        ("ENTREPRISE SOLIDAIRE D'UTILITÉ SOCIALE RÉCIPROCITÉ", "entreprise"),
        ("Groupement d'employeurs Clef Job", "entreprise"),
        ("CA SQY", "intercommunalité"),
        ("Communauté d’agglomération Roissy Pays de France", "intercommunalité"),
        ("CU GPS&O", "intercommunalité"),
        ("Service politique de la ville de l'agglomération", "intercommunalité"),
        ("CAF du Val d'Oise", "établissement public"),
        ("CCAS de la ville de Nanterre", "établissement public"),
        ("Préfecture des Yvelines", "État"),
        ("Conseil départemental du Val-d'Oise", "département"),
        ("Val d'Oise Habitat", "bailleur social"),
        ("Habitat et Humanisme", "association"),
        ("Pôle ressources ville et développement social", "centre de ressources"),
        ("Région Île-de-France", "autre"),
        ("Vers un réseau d'achat commun", None),
        ("INSTITUT DE PROMOTION DE LA SANTÉ", None),
        ("État des lieux", "État"),
        ("état des lieux", None),
        ("Nanterre", None),
        ("", None),
    ],
)
def test_le_type_d_un_porteur(porteur: str, attendu: str | None) -> None:
    assert V.type_porteur(porteur) == attendu


# --- Propriétés -----------------------------------------------------------------------------------------------------

mots_du_champ = st.sampled_from(
    [
        *(e.texte for t in (*V.themes, *V.dispositifs) for e in t.expressions),
        *(s for t in V.dispositifs for s in t.sigles),
    ]
)
textes = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.one_of(mots_du_champ, st.sampled_from([".", ",", "/", "\n\n", "et", "d'", "·es", "(", "12"])), max_size=20
    ).map(" ".join),
)


@given(textes, textes, textes)
def test_tout_texte_donne_des_libelles_connus_sans_doublon(texte: str, titre: str, rubrique: str) -> None:
    lus = V.reconnaitre_themes(texte, titre=titre, rubrique=rubrique)
    assert len(lus) == len(set(lus)) <= THEMES_AU_PLUS
    assert set(lus) <= set(THEMES)
    assert lus == V.reconnaitre_themes(texte, titre=titre, rubrique=rubrique)
    dispositifs, publics = V.reconnaitre_dispositifs(texte), V.reconnaitre_publics(texte)
    assert len(dispositifs) == len(set(dispositifs))
    assert set(dispositifs) <= {t.libelle for t in V.dispositifs}
    assert set(publics) <= {t.libelle for t in V.publics}
    assert V.type_porteur(titre) in {None, *TYPES}


@given(
    st.sampled_from([e.texte for t in V.themes for e in t.expressions]),
    st.sampled_from([str.upper, str.title, str.lower]),
)
def test_la_casse_et_l_entourage_ne_cachent_pas_une_expression(expression: str, casse: object) -> None:
    assert callable(casse)
    nu = expression.removeprefix("=")
    attendus = {t.libelle for t in V.themes if any(e.texte == expression and e.poids >= 2 for e in t.expressions)}
    ecrite = f"« {casse(nu)} »"
    trouves = {t.libelle for t in Lexique(V.themes).trouver(Lecture(ecrite))}
    assert attendus <= trouves


@given(textes)
def test_ce_qui_est_trouve_est_a_sa_place_et_dans_l_ordre(texte: str) -> None:
    trouves = Lexique(V.themes).trouver(Lecture(texte))
    assert [t.debut for t in trouves] == sorted(t.debut for t in trouves)
    assert all(0 <= t.debut < t.fin <= len(texte) for t in trouves)
    for libelle in {t.libelle for t in trouves}:
        du_theme = [t for t in trouves if t.libelle == libelle]
        assert all(un.fin <= autre.debut for un, autre in pairwise(du_theme))


def test_un_vocabulaire_passe_d_un_processus_a_l_autre() -> None:
    copie = pickle.loads(pickle.dumps(V))
    assert copie == V
    assert copie.reconnaitre_dispositifs("Le CLSPD") == ["CLSPD"]


# --- Un autre vocabulaire, et ses défauts ---------------------------------------------------------------------------


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    with as_file(files("observatoire") / "vocabulaires") as source:
        return shutil.copytree(source, tmp_path / "vocabulaires")


def ecrire(dossier: Path, fichier: str, *termes: str) -> None:
    (dossier / fichier).write_text("\n".join(f"[[terme]]\n{terme}" for terme in termes), encoding="utf-8")


def test_on_ajoute_un_theme_sans_code(dossier: Path) -> None:
    with (dossier / "themes.toml").open("a", encoding="utf-8") as flux:
        flux.write('\n[[terme]]\nlibelle = "jeux"\ndefinition = "Les jeux."\nmots = ["échiquier"]\n')
    assert Vocabulaire.charger(dossier).reconnaitre_themes("", titre="Des échiquiers") == ["jeux"]
    assert Vocabulaire.charger(str(dossier)) == Vocabulaire.charger(dossier)


def test_une_expression_peut_dire_deux_themes(dossier: Path) -> None:
    deux = [f'libelle = "{nom}"\ndefinition = "D."\nmots = ["jardin partagé"]' for nom in ("un", "deux")]
    ecrire(dossier, "themes.toml", *deux)
    ecrire(dossier, "dispositifs.toml", 'libelle = "X"\ndefinition = "D."\nsigles = ["X"]')
    assert Vocabulaire.charger(dossier).reconnaitre_themes("", titre="Jardins partagés") == ["un", "deux"]


def test_un_mot_ne_dit_pas_deux_types_de_porteur(dossier: Path) -> None:
    deux = [f'libelle = "{nom}"\ndefinition = "D."\nmots = ["régies"]\nsigles = ["RQ"]' for nom in ("un", "deux")]
    ecrire(dossier, "porteurs.toml", *deux)
    with pytest.raises(ErreurSchema) as erreur:
        Vocabulaire.charger(dossier)
    assert erreur.value.problemes == (
        "« régies » dit à la fois « un » et « deux »",
        "« RQ » dit à la fois « un » et « deux »",
    )


def test_tous_les_problemes_sont_dits_a_la_fois(dossier: Path) -> None:
    ecrire(
        dossier,
        "dispositifs.toml",
        'libelle = "A"\ndefinition = "D."\nmots = ["jardin", "Jardins", "de la"]\n'
        'sauf = ["les jardins"]\nthemes = ["inconnu"]',
        'definition = " "\nmot = ["x"]\nsigles = "PRE"\npar_defaut = 1',
        'libelle = "A"\ndefinition = "D."',
    )
    with pytest.raises(ErreurSchema) as erreur:
        Vocabulaire.charger(dossier)
    assert erreur.value.problemes == (
        "« A » : libellé écrit 2 fois",
        "« A » : « de la » n'a que des mots vides (articles, prépositions)",
        "« A » : « jardin » est à la fois reconnu et exclu",
        "« A » : « Jardins » est à la fois reconnu et exclu",
        "« A » : « Jardins » redit « jardin »",
        "« A » : thème inconnu « inconnu »",
        "terme n° 2 : clé inconnue « mot »",
        "terme n° 2 : « par_defaut » n'est ni true ni false",
        "terme n° 2 : « libelle » manque ou n'est pas un texte",
        "terme n° 2 : « definition » manque ou n'est pas un texte",
        "terme n° 2 : « sigles » n'est pas une liste de textes",
        "« A » : rien à reconnaître : ni certains, ni mots, ni indices, ni sigles",
    )
    assert "dispositifs.toml" in str(erreur.value)
    assert "Que faire" in str(erreur.value)


@pytest.mark.parametrize("contenu", ["", "terme = 3", "terme = []", "terme = [1]", "[terme]\nlibelle = 'x'"])
def test_un_fichier_sans_terme(dossier: Path, contenu: str) -> None:
    (dossier / "publics.toml").write_text(contenu, encoding="utf-8")
    with pytest.raises(ErreurSchema, match=r"publics\.toml : 1 problème\.\n  - aucun \[\[terme\]\]"):
        Vocabulaire.charger(dossier)


def test_un_fichier_qui_n_est_pas_du_toml(dossier: Path) -> None:
    (dossier / "themes.toml").write_text("[[terme]\n", encoding="utf-8")
    with pytest.raises(ErreurSchema, match="ce n'est pas du TOML"):
        Vocabulaire.charger(dossier)


def test_un_fichier_absent_ou_illisible(dossier: Path, tmp_path: Path) -> None:
    (dossier / "porteurs.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ErreurSource, match=r"porteurs\.toml ne se lit pas.*Que faire"):
        Vocabulaire.charger(dossier)
    with pytest.raises(ErreurSource, match=r"themes\.toml ne se lit pas"):
        Vocabulaire.charger(tmp_path / "nulle-part")


def test_une_expression_exacte_ne_vaut_que_pour_elle() -> None:
    lexique = Lexique([Terme("x", "X.", (Expression.lire("=concert", 2),))])
    assert len(lexique.trouver(Lecture("Des concerts, un concert."))) == 2
    assert lexique.trouver(Lecture("La concertation, un conseil")) == []


def test_une_exclusion_ne_cache_que_ce_qu_elle_contient() -> None:
    terme = Terme(
        "x",
        "X.",
        (Expression.lire("droit", 1), Expression.lire("accès au droit", 3)),
        sauf=(Expression.lire("droit commun", 0),),
    )
    trouves = Lexique([terme]).trouver(Lecture("Le droit commun. L'accès au droit commun."))
    assert [t.cle for t in trouves] == ["accès au droit"]


# --- Les documents partagés -----------------------------------------------------------------------------------------


def test_les_fiches_du_recueil_partage_disent_leurs_dispositifs(shared: Path) -> None:
    texte = (shared / "corpus/recueil-fiches-experiences-2024.md").read_text(encoding="utf-8")
    attendus = {
        "PRIJ",
        "Cité de l'emploi",
        "Contrat d'engagement jeune",
        "CLS",
        "Cité éducative",
        "France services",
        "PIMMS",
    }
    assert set(V.reconnaitre_dispositifs(texte)) >= attendus


def test_les_rubriques_de_la_concertation_partagee_sont_des_themes(shared: Path) -> None:
    lignes = (shared / "corpus/concertation-quartiers-2030-paris-saclay.txt").read_text(encoding="utf-8").splitlines()
    rubriques = [avant for avant, apres in pairwise(lignes) if apres.strip() == "Défis"]
    assert [themes(rubrique=r)[0] for r in rubriques] == [
        *("emploi-insertion", "sport", "accès aux droits", "logement", "sécurité-prévention", "éducation")
    ]
