from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import observatoire as obs
from observatoire.lieux import SURE, Gazetier
from observatoire.texte import Texte

ZONES = Path(__file__).parents[1] / "geodata" / "transcriptions" / "zones.csv"


@pytest.fixture(scope="module")
def zones():
    return pd.read_csv(ZONES, dtype=str)


@pytest.fixture(scope="module")
def gazetier(o, zones):
    return Gazetier(o.repertoire, zones)


def codes(mentions):
    return [mention.code for mention in mentions]


def resume(mentions):
    return [(m.code, m.nom, m.origine, m.confiance) for m in mentions]


# --- une ligne de territoire ---


@pytest.mark.parametrize(
    ("lieu", "attendus"),
    [
        ("Gennevilliers, Nanterre et Carrières-sur-Seine", ["92036", "92050", "78124"]),
        ("Saint-Quentin-en-Yvelines", ["200058782"]),
        ("CA SQY", ["200058782"]),
        ("CU GPS&O", ["200059889"]),
        ("CA RT", ["200073344"]),
        ("Grand Paris Seine & Oise", ["200059889"]),
        ("Vallée Sud Grand Paris", ["200057966"]),
        ("Agglomération de Paris-Saclay", ["200056232"]),
        ("Communauté d'agglomération Roissy Pays de France", ["200055655"]),
        ("Communauté de communes Aunis Sud", ["200041614"]),
        ("EPT Plaine Commune", ["200057867"]),
        ("Val d'Oise", ["95"]),
        ("VAL-D'OISE", ["95"]),
        ("Hauts de Seine", ["92"]),
        ("Yvelines / Hauts-de-Seine", ["78", "92"]),
        ("Yvelines, Hauts-de-Seine et Val d'Oise", ["78", "92", "95"]),
        ("Ardèche, Gironde et Nord", ["07", "33", "59"]),
        ("ouest francilien", ["ouest-francilien"]),
        ("Ville de Nanterre", ["92050"]),
        ("VILLES DE TRAPPES, PLAISIR ET LES MUREAUX", ["78621", "78490", "78440"]),
        ("MONTIGNY-LÈS-CORMEILLES", ["95424"]),
        ("Us", ["95625"]),
        ("Paris", ["75056"]),
        ("Lyon", ["69123"]),
        ("Mézin (47)", ["47167"]),
        ("Floirac (33)", ["33167"]),
        ("Floirac (Gironde)", ["33167"]),
        ("Saint-Denis (974)", ["97411"]),
        ("Saint-Denis", ["93066"]),
        ("Château d'Oléron", ["17093"]),
        ("Le Bouscat", ["33069"]),
        ("Nanterre (Hauts-de-Seine)", ["92050"]),
        ("Val Fourré", ["QN07801M"]),
        ("Quartier du Luth, Gennevilliers", ["QN09208M", "92036"]),
        ("Montmagny, quartier Centre Ville", ["95427", "QN09519M"]),
        ("95", ["95"]),
        (" 92036 ", ["92036"]),
        ("qn09201m", ["QN09201M"]),
        ("Ouest-Francilien", ["ouest-francilien"]),
    ],
)
def test_une_ligne_de_territoire_se_resout(gazetier, lieu, attendus):
    mentions = gazetier.resoudre(lieu)
    assert codes(mentions) == attendus
    assert {(m.origine, m.confiance) for m in mentions} == {("titre", 1.0)}


@pytest.mark.parametrize(
    "lieu", ["Est Val d'Oise", "Mission locale Val d'Oise Est", "VAL D'OISE EST", "l'est du Val-d'Oise"]
)
def test_une_partie_de_departement_fait_deduire_l_intercommunalite_d_usage(gazetier, lieu):
    nomme, deduit = gazetier.resoudre(lieu)
    assert (nomme.code, nomme.niveau, nomme.partie, nomme.origine, nomme.confiance) == (
        "95",
        "departement",
        "est",
        "titre",
        1.0,
    )
    assert (deduit.code, deduit.niveau, deduit.partie, deduit.origine, deduit.confiance) == (
        "200055655",
        "epci",
        None,
        "deduit",
        0.5,
    )
    assert (nomme.debut, nomme.fin) == (deduit.debut, deduit.fin)


def test_sans_zones_seul_le_departement_est_nomme(o):
    (mention,) = Gazetier(o.repertoire).resoudre("Est Val d'Oise")
    assert (mention.code, mention.partie) == ("95", "est")


def test_les_zones_se_lisent_aussi_comme_le_paquet_les_livre(o, zones):
    livrees = zones.assign(codes=zones.codes.str.split("|"), partie=zones.partie.where(zones.partie.notna(), None))
    gazetier = Gazetier(o.repertoire, livrees.set_index("nom"))
    assert codes(gazetier.resoudre("Est Val d'Oise")) == ["95", "200055655"]
    assert codes(gazetier.resoudre("Mission locale Vallée de Montmorency")) == ["200056380", "200058485"]


@pytest.mark.parametrize(
    ("lieu", "attendus"),
    [
        ("CU GPESO", ["200059889"]),
        ("Val Paris", ["200058485"]),
        ("Seine Aval", ["200059889"]),
        ("Vallée de Montmorency", ["200056380", "200058485"]),
    ],
)
def test_un_nom_approche_ou_d_usage_est_deduit(gazetier, lieu, attendus):
    mentions = gazetier.resoudre(lieu)
    assert codes(mentions) == attendus
    assert {(m.origine, m.confiance) for m in mentions} == {("deduit", 0.5)}


def test_un_sigle_mal_lu_ne_gate_pas_le_reste_de_la_ligne(gazetier):
    assert resume(gazetier.resoudre("CACP, CU GPESO, CA SGBS")) == [
        ("249500109", "CACP", "titre", 1.0),
        ("200059889", "GPESO", "deduit", 0.5),
        ("200058519", "SGBS", "titre", 1.0),
    ]


@pytest.mark.parametrize(
    ("lieu", "attendus"),
    [
        ("quartier inconnu à Floirac (33)", [("33167", "Floirac", "titre", 0.9)]),
        ("Le haut pays (département de la Vienne)", [("86", "Vienne", "titre", 0.9)]),
        ("FÉDÉRATION DES CLUBS, VAL D'OISE", [("95", "VAL D'OISE", "titre", 0.9)]),
    ],
)
def test_une_ligne_mal_comprise_garde_ce_qu_elle_nomme(gazetier, lieu, attendus):
    assert resume(gazetier.resoudre(lieu)) == attendus


@pytest.mark.parametrize(
    ("lieu", "attendus"),
    [
        ("EPT Plaine commune", [("200057867", 1.0)]),
        ("cergy-pontoise et Saint Germain boucles de Seine", [("249500109", 1.0), ("200058519", 1.0)]),
        ("Tours métropole", [("243700754", 1.0)]),
        ("Évry et Ivry", [("91228", 0.7), ("94041", 0.7)]),
        ("Évry (89)", [("89162", 1.0)]),
        ("Amiens Nord (Somme)", [("80021", 1.0)]),
        ("Nord", [("59", 1.0)]),
    ],
)
def test_un_homonyme_moins_connu_ne_l_emporte_pas(gazetier, lieu, attendus):
    assert [(m.code, m.confiance) for m in gazetier.resoudre(lieu)] == attendus


@pytest.mark.parametrize(
    ("titre", "attendus"),
    [
        ("Angers ouvre une maison des projets", [("49007", 0.7)]),
        ("À Évry, un jardin sur le toit", [("91228", 0.7)]),
        ("La ville d'Évry ouvre un café", [("91228", 0.7)]),
        ("Tours Nord, en Indre-et-Loire", [("37", 0.9)]),
        ("Tours réhabilitées", []),
        ("Orange et vert", []),
        ("Un projet : Angers le porte", []),
        ("Bois et forêts", []),
    ],
)
def test_une_grande_ville_ouvre_un_titre(gazetier, titre, attendus):
    assert [(m.code, m.confiance) for m in gazetier.relever(titre)] == attendus


@pytest.mark.parametrize(
    "lieu",
    [
        "",
        "   ",
        "Marie Clamart",
        "rue de Versailles",
        "Université Paris Nanterre",
        "Champagne",
        "Justice",
        "Île-de-France",
        "Ville",
        "2024",
        "ici",
    ],
)
def test_une_ligne_sans_territoire_ne_donne_rien(gazetier, lieu):
    assert gazetier.resoudre(lieu) == []


# --- ce qu'un texte nomme ---

OSNY_A_VIENNE = [("95476", "Osny", 0.9), ("38544", "Vienne", 0.8)]
NOMMES = [
    # communes d'Île-de-France
    ("Les habitants de Persan se retrouvent à Osny.", [("95487", "Persan", 0.9), ("95476", "Osny", 0.9)]),
    ("Nanterre ouvre un lieu.", [("92050", "Nanterre", 0.9)]),
    ("Une antenne aux Mureaux, au Pecq et à l'Isle-Adam", ["78440", "78481", "95313"]),
    ("le maire des Mureaux et la Verrière", [("78440", "Mureaux", 0.9), ("78644", "la Verrière", 0.9)]),
    ("UN FORUM À GARGES-LÈS-GONESSE", [("95268", "GARGES-LÈS-GONESSE", 0.9)]),
    ("La ville de VILLIERS-LE-BEL participe", ["95680"]),
    ("St-Ouen-l'Aumône, Saint Ouen l’Aumône et St. Germain en Laye", ["95572", "95572", "78551"]),
    ("Au **Vésinet**, le projet *Nanterre* avance", ["78650", "92050"]),
    ("Paris 18e et Paris (75)", ["75056", "75056"]),
    ("Les élu.e.s d'Osny et habitant·es de Persan", ["95476", "95487"]),
    ("Deux villes (Bezons, Argenteuil)", ["95063", "95018"]),
    ("Les berges d'E\u0301couen", ["95205"]),
    # mots courants
    ("Un atelier à Plaisir, pour la ville de Fosses", [("78490", "Plaisir", 0.9), ("95250", "Fosses", 0.9)]),
    ("Trappes, Plaisir et Saint-Cyr-l'École", ["78621", "78490", "78545"]),
    ("PLAISIR, TRAPPES ET POISSY", ["78490", "78621", "78498"]),
    ("Le service jeunesse Plaisir", [("78490", "Plaisir", 0.6)]),
    ("Il a lu Alfred de Vigny", [("95658", "Vigny", 0.6)]),
    ("Sarcelles\tGonesse\tFosses", ["95585", "95277", "95250"]),
    ("| Fosses | 12 |\n| Gonesse | 3 |", ["95277"]),
    # ailleurs en France
    ("À Mézin (47), puis à Saint-Denis (974).", [("47167", "Mézin", 0.9), ("97411", "Saint-Denis", 0.9)]),
    ("La mairie du Château d'Oléron", [("17093", "Château d'Oléron", 0.9)]),
    ("Une rencontre à Montpellier, une autre à Auray", [("34172", "Montpellier", 0.8), ("56007", "Auray", 0.7)]),
    ("Dans le Morbihan, un concert à Elven", [("56", "Morbihan", 0.9), ("56053", "Elven", 0.9)]),
    ("La ville de Floirac, en Gironde", [("33167", "Floirac", 0.9), ("33", "Gironde", 0.9)]),
    ("L'atelier de Mézin (47). Le village de Mézin", [("47167", "Mézin", 0.9)] * 2),
    # intercommunalités
    ("La CACP, SQY et GPS&O", [("249500109", "CACP", 0.7), ("200058782", "SQY", 0.7), ("200059889", "GPS&O", 0.7)]),
    ("la CA SQY et la communauté urbaine GPS&O", [("200058782", "SQY", 0.9), ("200059889", "GPS&O", 0.9)]),
    ("Dans Cergy-Pontoise comme à Cergy", ["249500109", "95127"]),
    ("la communauté d'agglomération Roissy Pays de France et Plaine Vallée", ["200055655", "200056380"]),
    ("Val Paris et la CU GPESO", [("200058485", "Val Paris", 0.5), ("200059889", "GPESO", 0.5)]),
    ("la Métropole du Grand Paris", ["200054781"]),
    ("la métropole de Lyon", ["200046977"]),
    ("sur Paris-Saclay et Paris Saclay", ["200056232", "200056232"]),
    ("université de Cergy-Pontoise", [("249500109", "Cergy-Pontoise", 0.4)]),
    # départements et périmètre
    ("dans le Val d'Oise, le Val-de-Marne et les Hauts de Seine", ["95", "94", "92"]),
    ("les QPV yvelinois, une association val-d'oisienne", [("78", "yvelinois", 0.7), ("95", "val-d'oisienne", 0.7)]),
    ("le département de la Vienne, la Haute-Garonne", ["86", "31"]),
    ("Les départements alentour (Oise, Eure-et-Loir, Eure)", ["60", "28", "27"]),
    ("Trois conseils départementaux : Ardèche, Gironde et Nord", ["07", "33", "59"]),
    ("L'ouest francilien et l'échelle ouest-francilienne", ["ouest-francilien"] * 2),
    ("Le PIMMS Yvelines", [("78", "Yvelines", 0.6)]),
    # lieux accessoires
    ("La gare de Poissy, le commissariat d'Ermont", [("78498", "Poissy", 0.4), ("95219", "Ermont", 0.4)]),
    ("1 place du Marché - 95600 Eaubonne", [("95203", "Eaubonne", 0.4)]),
    ("Rendez-vous à Nanterre Préfecture", [("92050", "Nanterre", 0.4)]),
    ("La CAF Nanterre", [("92050", "Nanterre", 0.6)]),
    # un verbe n'est pas une préposition
    ("Gonesse a Vienne pour jumelle, Osny est à Vienne", [("95277", "Gonesse", 0.9), *OSNY_A_VIENNE]),
    # formes courtes
    ("à Garges et dans l'usine de Flins", [("95268", "Garges", 0.7)]),
    ("À Asnières-sur-Seine. Asnières avance.", [("92004", "Asnières-sur-Seine", 0.9), ("92004", "Asnières", 0.7)]),
]


@pytest.mark.parametrize(("texte", "attendus"), NOMMES, ids=[texte for texte, _ in NOMMES])
def test_les_territoires_nommes_sont_releves(gazetier, texte, attendus):
    mentions = gazetier.relever(texte)
    if isinstance(attendus[0], str):
        assert codes(mentions) == attendus
    else:
        assert [(m.code, m.nom, m.confiance) for m in mentions] == attendus


@pytest.mark.parametrize(
    "texte",
    [
        # rues et bâtiments
        "rue de Versailles, avenue de Paris, place de Clichy, 12 boulevard de Clichy",
        "Le rond-point de Paris et le pont de Sèvres",
        "le lycée Marly, le collège Vernouillet, la salle Clamart, la résidence Sarcelles, le centre social Clichy",
        "rue du Val d'Oise",
        # personnes
        "Marie Clamart, Jean Plaisir et Carl Gonesse",
        "Mme Limay, M. Persan, le docteur Fosses, Mme de Sèvres et J. Clamart",
        "**Lisa PERSAN**, cheffe de projet",
        "CONTACT : LISA PERSAN",
        "Antony Dupont et Marie Saint-Prix",
        # institutions
        "CY Cergy Paris Université",
        "Sciences Po Saint-Germain-en-Laye / Université Paris Saclay",
        "L'Institut Paris Région et la Fondation Versailles",
        "Val d'Oise Habitat, Hauts-de-Seine Habitat et Nanterre Habitat",
        "Université Paris 8, Paris 2024, la Société du Grand Paris et le Grand Paris Express",
        "le FC Nanterre",
        # mots courants
        "Plaisir de lire. Vert et bleu. Marines en vue. Fosses septiques. Chars à voile. Moisson de projets.",
        "Le Plaisir d'apprendre, un Vert soutenu, du Vert",
        "UN MOMENT DE PLAISIR ET DE PARTAGE",
        "Les Fossés du château",
        "Garde des Sceaux",
        # mots composés, adresses
        "Cergy-Saint-Christophe, Nanterre-Université, Vieux-Persan et Orly-Choisy",
        "contact@ville-nanterre.fr, www.poissy.fr/Poissy, https://persan.fr/a-Persan et nanterre.fr",
        "persan, plaisir, les mureaux et nanterre en minuscules",
        # ailleurs en France, sans appui
        "Floirac, la Vienne, les rives de l'Oise, la Marne, le Lot",
        "à Vue, à Marie, à Montigny et à Rennes 2",
        "le T2, la RT 2012 et la Métropole Européenne",
        "nord-ouest francilien",
        "",
        "   \n\n",
    ],
)  # fmt: skip
def test_ce_qui_n_est_pas_un_territoire_est_laisse(gazetier, texte):
    assert gazetier.relever(texte) == []


@pytest.mark.parametrize(
    ("texte", "partie", "deduit"),
    [
        ("le nord des Hauts-de-Seine", "nord", "200057990"),
        ("les habitants de l'est Val d'Oise", "est", "200055655"),
        ("NUTRITION DE L'EST DU VAL D'OISE", "est", "200055655"),
        ("le Sud-Yvelines", "sud", "200073344"),
        ("le nord-est du Val d'Oise", "nord-est", None),
        ("Le plus jeune est val-d'oisien", None, None),
        ("Le Val d'Oise est un département", None, None),
        ("LE VAL D'OISE EST UN DÉPARTEMENT", None, None),
    ],
)
def test_la_partie_d_un_departement_est_dite(gazetier, texte, partie, deduit):
    mentions = gazetier.relever(texte)
    assert [m.partie for m in mentions] == [partie, *([None] if deduit else [])]
    assert codes(mentions)[1:] == ([deduit] if deduit else [])


# --- les quartiers ---

QUARTIERS = [
    ("le quartier du Luth à Gennevilliers", (), [("QN09208M", "Luth", "texte", 0.8)]),
    ("le Luth", ("92036",), []),
    ("Les Agnettes", ("92036",), [("QN09211M", "Agnettes", "texte", 0.9)]),
    (
        "Le quartier des Agnettes ou des Grésillons",
        ("92036",),
        [("QN09211M", "Agnettes", "texte", 0.9), ("QN09214M", "Grésillons", "texte", 0.9)],
    ),
    ("le Val fourré", ("78361",), [("QN07801M", "Val fourré", "texte", 0.9)]),
    ("LE VAL FOURRÉ", ("78361",), [("QN07801M", "VAL FOURRÉ", "texte", 0.9)]),
    ("le quartier du Val-Fourré", (), [("QN07801M", "Val-Fourré", "texte", 0.7)]),
    ("au Val Fourré", (), [("QN07801M", "Val Fourré", "texte", 0.6)]),
    ("quartier prioritaire le Village", ("95487",), [("QN09538M", "Village", "texte", 0.9)]),
    ("le QPV « Le Village »", ("95487",), [("QN09538M", "Village", "texte", 0.9)]),
    ("le Village olympique", ("95487",), []),
    ("le quartier Centre Ville", (), []),
    ("le quartier Centre Ville", ("95427",), [("QN09519M", "Centre Ville", "texte", 0.9)]),
    ("quartier des Musiciens", ("92025",), [("QN09217M", "Musiciens", "texte", 0.8)]),
    ("quartier des Musiciens", ("92007",), [("QN09216M", "Musiciens", "texte", 0.9)]),
    ("quartier prioritaire des Francs", ("95424",), [("QN09523M", "Francs", "deduit", 0.5)]),
    ("quartier prioritaire des Francs", ("95127",), []),
    ("quartier prioritaire des Grésillons", ("92004",), [("QN09214M", "Grésillons", "deduit", 0.5)]),
    ("quartier prioritaire des Grésillons", ("95127",), []),
    ("quartier des Grésillons", ("200057990",), [("QN09214M", "Grésillons", "texte", 0.8)]),
    ("Le Petit-Nanterre", ("92050",), [("QN09213M", "Petit-Nanterre", "texte", 0.9)]),
    ("Le Val d'Argent Nord", ("95018",), [("QN09505M", "Val d'Argent Nord", "texte", 0.9)]),
    (
        "quartier du Val d'Argent",
        ("95018",),
        [("QN09505M", "Val d'Argent", "deduit", 0.5), ("QN09506M", "Val d'Argent", "deduit", 0.5)],
    ),
    ("quartier de la Dame Blanche", ("95268",), [("QN09530M", "Dame Blanche", "deduit", 0.6)]),
    ("rue des Grésillons", ("92036",), []),
]


@pytest.mark.parametrize(("texte", "contexte", "attendus"), QUARTIERS)
def test_les_quartiers_demandent_leur_commune(gazetier, texte, contexte, attendus):
    mentions = [m for m in gazetier.relever(texte, contexte) if m.niveau == "qpv"]
    assert resume(mentions) == attendus


def test_un_quartier_nomme_clairement_se_rappelle_plus_loin(gazetier):
    texte = (
        "Le quartier du Val Fourré à Mantes-la-Jolie. " + "Il se passe bien des choses ici. " * 20 + "Au Val Fourré."
    )
    assert [(m.code, m.confiance) for m in gazetier.relever(texte)] == [
        ("QN07801M", 0.9),
        ("78361", 0.9),
        ("QN07801M", 0.9),
    ]


# --- le contexte ---


@pytest.mark.parametrize(
    ("texte", "contexte", "attendus"),
    [
        ("La ville de Blandy", (), []),
        ("La ville de Mondreville", (), ["78413"]),
        ("La ville de Mondreville", ("77",), ["77297"]),
        ("La ville de Blandy", ("91",), ["91067"]),
        ("La ville de Blandy", ("77034",), ["77034"]),
        ("Montigny a changé", (), []),
        ("Montigny a changé", ("95424",), ["95424"]),
        ("Plaisir accueille", ("78490",), ["78490"]),
        ("Plaisir accueille", ("92050",), []),
        ("dans les locaux de Bègles", (), []),
        ("dans les locaux de Bègles", ("33",), ["33039"]),
        ("à Nanterre", ("inconnu",), ["92050"]),
    ],
)
def test_le_contexte_departage(gazetier, texte, contexte, attendus):
    assert codes(gazetier.relever(texte, contexte)) == attendus


def test_le_contexte_peut_etre_tout_le_perimetre(gazetier):
    assert codes(gazetier.relever("à Nanterre et à Lyon", ["ouest-francilien"])) == ["92050", "69123"]


# --- les promesses ---


def test_une_mention_dit_sa_place_dans_le_texte(gazetier):
    texte = "Une rencontre à **Villiers-le-Bel**,\npuis dans le Val\nd'Oise."
    assert [texte[m.debut : m.fin] for m in gazetier.relever(texte)] == ["Villiers-le-Bel", "Val\nd'Oise"]


def test_est_sur_ce_qui_est_nomme_exactement(gazetier):
    mentions = gazetier.relever("À Nanterre, près de la gare de Poissy, une association yvelinoise")
    assert [(m.code, m.confiance >= SURE) for m in mentions] == [("92050", True), ("78498", False), ("78", False)]


@pytest.mark.parametrize("appel", ["resoudre", "relever"])
def test_un_argument_qui_n_est_pas_un_texte_est_refuse(gazetier, appel):
    with pytest.raises(obs.erreurs.ErreurType, match="Que faire"):
        getattr(gazetier, appel)(95)


def test_un_contexte_est_une_liste_de_codes(gazetier):
    with pytest.raises(obs.erreurs.ErreurType, match="liste de codes"):
        gazetier.relever("à Nanterre", "92050")


def test_les_tables_recues_ne_changent_pas(o, zones):
    avant = zones.copy()
    Gazetier(o.repertoire, zones).relever("Est Val d'Oise, Nanterre", ["92050"])
    pd.testing.assert_frame_equal(zones, avant)


def test_un_long_texte_se_lit_en_entier(gazetier):
    phrase = (
        "À Gennevilliers, dans le quartier du Luth, Marie Clamart et la ville de Nanterre ouvrent un lieu partagé. "
    )
    assert len(gazetier.relever(phrase * 900)) == 3 * 900


def test_des_adresses_sans_fin_ne_nomment_rien(gazetier):
    assert gazetier.relever("a" * 50_000 + " " + "a." * 50_000 + " " + "a-" * 50_000) == []


# --- les mots du texte ---


def test_les_mots_du_texte_sont_normalises_et_situes():
    texte = Texte("L'**Haÿ**-les-Roses & contact@x.fr St")
    assert texte.mots == ["l", "hay", "les", "roses", "et", "saint"]
    assert texte.extrait(0, 4) == "L'**Haÿ**-les-Roses"
    assert not texte.d_un_tenant(0, 4)
    assert texte.d_un_tenant(1, 1)
    assert texte.souple(1)


@pytest.mark.parametrize(
    ("brut", "rang", "attendu"),
    [
        ("Une phrase. Une autre", 2, True),
        ("Une phrase, une autre", 2, False),
        ("- élément", 0, True),
        ("a\nb", 1, True),
    ],
)
def test_le_debut_d_une_phrase_se_reconnait(brut, rang, attendu):
    assert Texte(brut).debut_de_phrase(rang) is attendu


# --- les zones livrées ---


def test_chaque_zone_designe_des_territoires_et_se_justifie(o, zones):
    assert list(zones.columns) == ["nom", "codes", "partie", "note"]
    assert zones.nom.is_unique
    assert zones.note.str.len().gt(20).all()
    inconnus = {c for liste in zones.codes for c in liste.split("|") if o.repertoire.niveau_du_code(c) is None}
    assert inconnus == set()


def test_l_intercommunalite_d_une_partie_touche_le_departement(o, zones):
    for liste in zones.codes[zones.partie.notna()]:
        departement, *autres = liste.split("|")
        siennes = o.repertoire.membres("departement", departement)
        for code in autres:
            assert o.repertoire.membres(o.repertoire.niveau_du_code(code), code) & siennes


# --- sur les documents ---


@pytest.fixture(scope="module")
def corpus(shared):
    return {chemin.name.split("-")[0]: chemin.read_text(encoding="utf-8") for chemin in (shared / "corpus").iterdir()}


def sures(mentions, niveau):
    return {m.code for m in mentions if m.niveau == niveau and m.confiance >= SURE}


def test_le_recueil(gazetier, corpus):
    mentions = gazetier.relever(corpus["recueil"])
    assert sures(mentions, "qpv") == {"QN09208M", "QN09211M", "QN09214M"}
    assert sures(mentions, "commune") == {
        *("69123", "78124", "78440", "78490", "78498", "78545", "78621", "78643", "78646"),
        *("92004", "92036", "92050", "95424"),
    }
    assert sures(mentions, "epci") == {"200055655", "200058782", "200059889"}
    assert sures(mentions, "departement") == {"27", "28", "60", "78", "92", "95"}
    assert {m.code for m in mentions if m.confiance < 0.5} == {"95203", "95219"}
    situes = gazetier.relever(corpus["recueil"], ["95424"])
    assert ("QN09523M", "deduit", 0.5) in {(m.code, m.origine, m.confiance) for m in situes}


def test_la_lettre(gazetier, corpus):
    mentions = gazetier.relever(corpus["resonances"])
    assert sures(mentions, "qpv") == {"QN07801M", "QN09538M"}
    assert sures(mentions, "commune") == {
        *("75056", "78123", "78138", "78335", "78361", "78362", "78643"),
        *("92050", "95277", "95280", "95424", "95487", "95680"),
    }
    assert sures(mentions, "ept") == {"200057867", "200057875"}


def test_le_rapport(gazetier, corpus):
    mentions = gazetier.relever(corpus["rapport"])
    assert sures(mentions, "commune") >= {"93053", "95052", "95250", "78490", "34172"}
    assert sures(mentions, "ept") == {"200057966"}
    assert sures(mentions, "epci") == {"249500109", "200055655", "200059889", "200056380", "200058782", "200058519"}
    assert {(m.nom, m.code) for m in mentions if m.confiance == 0.5 and m.origine == "deduit"} >= {
        ("Val Paris", "200058485"),
        ("GPESO", "200059889"),
        ("EST DU VAL D'OISE", "200055655"),
    }


def test_la_concertation(gazetier, corpus):
    mentions = gazetier.relever(corpus["concertation"], ["200056232"])
    assert {(m.code, m.confiance) for m in mentions} == {
        ("200056232", 0.9),
        ("78", 0.9),
        *((code, 0.9) for code in ("91161", "91345", "91377", "91692")),
    }


def test_le_guide_hors_d_ile_de_france(gazetier, corpus):
    mentions = gazetier.relever(corpus["guide"])
    assert sures(mentions, "departement") == {"07", "31", "33", "56", "59", "86"}
    assert sures(mentions, "commune") == {"17093", "33069", "33167", "47167", "56260", "69286"}
