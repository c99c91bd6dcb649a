from __future__ import annotations

import math
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.erreurs import Candidat
from observatoire.grammaire import (
    EN_LETTRES,
    H_ASPIRES,
    a,
    de,
    en_lettres,
    le,
    majuscule,
    minuscule,
    ordinal,
    s_elide,
    sur,
)

DEPARTEMENTS = ("78", "92", "95")
# Relus un à un : les communes en H de l'ouest francilien, et celles qui portent un article.
EN_H = {
    "78299": "d'Hardricourt",
    "78300": "d'Hargeville",
    "78305": "d'Herbeville",
    "78307": "d'Hermeray",
    "78310": "de Houdan",
    "78311": "de Houilles",
    "95298": "d'Haravilliers",
    "95301": "de Haute-Isle",
    "95304": "d'Hédouville",
    "95306": "d'Herblay-sur-Seine",
    "95308": "d'Hérouville-en-Vexin",
    "95309": "d'Hodent",
}
AVEC_ARTICLE = {
    "78010": ("des Alluets-le-Roi", "aux Alluets-le-Roi"),
    "78077": ("de La Boissière-École", "à La Boissière-École"),
    "78108": ("des Bréviaires", "aux Bréviaires"),
    "78125": ("de La Celle-les-Bordes", "à La Celle-les-Bordes"),
    "78126": ("de La Celle-Saint-Cloud", "à La Celle-Saint-Cloud"),
    "78158": ("du Chesnay-Rocquencourt", "au Chesnay-Rocquencourt"),
    "78165": ("des Clayes-sous-Bois", "aux Clayes-sous-Bois"),
    "78220": ("des Essarts-le-Roi", "aux Essarts-le-Roi"),
    "78224": ("de L'Étang-la-Ville", "à L'Étang-la-Ville"),
    "78230": ("de La Falaise", "à La Falaise"),
    "78302": ("de La Hauteville", "à La Hauteville"),
    "78343": ("des Loges-en-Josas", "aux Loges-en-Josas"),
    "78396": ("du Mesnil-le-Roi", "au Mesnil-le-Roi"),
    "78397": ("du Mesnil-Saint-Denis", "au Mesnil-Saint-Denis"),
    "78398": ("des Mesnuls", "aux Mesnuls"),
    "78440": ("des Mureaux", "aux Mureaux"),
    "78481": ("du Pecq", "au Pecq"),
    "78486": ("du Perray-en-Yvelines", "au Perray-en-Yvelines"),
    "78502": ("du Port-Marly", "au Port-Marly"),
    "78513": ("de La Queue-les-Yvelines", "à La Queue-les-Yvelines"),
    "78606": ("du Tartre-Gaudran", "au Tartre-Gaudran"),
    "78608": ("du Tertre-Saint-Denis", "au Tertre-Saint-Denis"),
    "78623": ("du Tremblay-sur-Mauldre", "au Tremblay-sur-Mauldre"),
    "78644": ("de La Verrière", "à La Verrière"),
    "78650": ("du Vésinet", "au Vésinet"),
    "78668": ("de La Villeneuve-en-Chevrie", "à La Villeneuve-en-Chevrie"),
    "92035": ("de La Garenne-Colombes", "à La Garenne-Colombes"),
    "92060": ("du Plessis-Robinson", "au Plessis-Robinson"),
    "95054": ("du Bellay-en-Vexin", "au Bellay-en-Vexin"),
    "95139": ("de La Chapelle-en-Vexin", "à La Chapelle-en-Vexin"),
    "95257": ("de La Frette-sur-Seine", "à La Frette-sur-Seine"),
    "95303": ("du Heaulme", "au Heaulme"),
    "95313": ("de L'Isle-Adam", "à L'Isle-Adam"),
    "95395": ("du Mesnil-Aubry", "au Mesnil-Aubry"),
    "95483": ("du Perchay", "au Perchay"),
    "95491": ("du Plessis-Bouchard", "au Plessis-Bouchard"),
    "95492": ("du Plessis-Gassot", "au Plessis-Gassot"),
    "95493": ("du Plessis-Luzarches", "au Plessis-Luzarches"),
    "95523": ("de La Roche-Guyon", "à La Roche-Guyon"),
    "95612": ("du Thillay", "au Thillay"),
}


@pytest.fixture(scope="session")
def communes(o):
    siennes = o.communes[o.communes.code_departement.isin(DEPARTEMENTS)]
    return [Candidat("commune", code, nom) for code, nom in siennes.nom.items()]


def sans_accent(texte):
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


# --- les communes ---


def test_toutes_les_communes_en_h_sont_relues(communes):
    assert {c.code: de(c) for c in communes if c.nom.startswith("H")} == EN_H


def test_toutes_les_communes_a_article_sont_relues(communes):
    trouvees = {c.code: (de(c), a(c)) for c in communes if re.match(r"(Les?|La) |L'", c.nom)}
    assert trouvees == AVEC_ARTICLE


def test_les_478_communes_s_elident_devant_une_voyelle_et_elle_seule(communes):
    assert len(communes) == 478
    for c in communes:
        assert le(c) == c.nom
        if c.code in AVEC_ARTICLE or c.code in EN_H:
            continue
        voyelle = sans_accent(c.nom)[0] in "AEIOUY"
        assert de(c) == (f"d'{c.nom}" if voyelle else f"de {c.nom}")
        assert a(c) == f"à {c.nom}"


def test_les_h_aspires_sont_des_communes_de_l_ouest_francilien(communes):
    assert {c.nom for c in communes} >= H_ASPIRES


# --- les autres territoires ---


@pytest.mark.parametrize(
    ("code", "avec_le", "avec_de", "avec_a"),
    [
        ("75", "Paris", "de Paris", "à Paris"),
        ("77", "Seine-et-Marne", "de Seine-et-Marne", "en Seine-et-Marne"),
        ("78", "les Yvelines", "des Yvelines", "dans les Yvelines"),
        ("91", "l'Essonne", "de l'Essonne", "dans l'Essonne"),
        ("92", "les Hauts-de-Seine", "des Hauts-de-Seine", "dans les Hauts-de-Seine"),
        ("93", "la Seine-Saint-Denis", "de la Seine-Saint-Denis", "en Seine-Saint-Denis"),
        ("94", "le Val-de-Marne", "du Val-de-Marne", "dans le Val-de-Marne"),
        ("95", "le Val-d'Oise", "du Val-d'Oise", "dans le Val-d'Oise"),
        ("28", "Eure-et-Loir", "d'Eure-et-Loir", "en Eure-et-Loir"),
        ("974", "La Réunion", "de La Réunion", "à La Réunion"),
    ],
)
def test_les_departements(o, code, avec_le, avec_de, avec_a):
    lieu = Candidat("departement", code, str(o.departements.at[code, "nom"]))
    assert (le(lieu), de(lieu), a(lieu)) == (avec_le, avec_de, avec_a)


@pytest.mark.parametrize(
    ("recherche", "avec_le", "avec_de", "avec_a"),
    [
        (
            "249500109",
            "la communauté d'agglomération de Cergy-Pontoise",
            "de la communauté d'agglomération de Cergy-Pontoise",
            "dans la communauté d'agglomération de Cergy-Pontoise",
        ),
        (
            "200059889",
            "la communauté urbaine Grand Paris Seine et Oise",
            "de la communauté urbaine Grand Paris Seine et Oise",
            "dans la communauté urbaine Grand Paris Seine et Oise",
        ),
        (
            "200054781",
            "la Métropole du Grand Paris",
            "de la Métropole du Grand Paris",
            "dans la Métropole du Grand Paris",
        ),
        (
            "200057990",
            "l'établissement public territorial Boucle Nord de Seine",
            "de l'établissement public territorial Boucle Nord de Seine",
            "dans l'établissement public territorial Boucle Nord de Seine",
        ),
        ("ouest francilien", "l'ouest francilien", "de l'ouest francilien", "dans l'ouest francilien"),
        ("QN09214M", "le quartier Les Grésillons", "du quartier Les Grésillons", "dans le quartier Les Grésillons"),
    ],
)
def test_les_autres_niveaux(o, recherche, avec_le, avec_de, avec_a):
    t = o.territoire(recherche)
    assert (le(t), de(t), a(t)) == (avec_le, avec_de, avec_a)


def test_toutes_les_intercommunalites_de_l_ouest_francilien_sont_feminines(o):
    communes = o.communes[o.communes.code_departement.isin(DEPARTEMENTS)]
    for code in communes.code_epci.unique():
        lieu = Candidat("epci", code, str(o.epci.at[code, "nom_affiche"]))
        assert de(lieu).startswith(("de la communauté d", "de la communauté urbaine ", "de la Métropole "))


def test_la_region_et_la_france():
    region, france = Candidat("region", "11", "Île-de-France"), Candidat("france", "metropole", "France métropolitaine")
    assert (le(region), de(region), a(region)) == ("l'Île-de-France", "de l'Île-de-France", "en Île-de-France")
    assert (de(france), a(france)) == ("de la France métropolitaine", "en France métropolitaine")


def test_une_metropole_sans_article():
    assert de(Candidat("epci", "243300316", "Bordeaux Métropole")) == "de Bordeaux Métropole"


# --- les nombres ---


@pytest.mark.parametrize(
    ("part", "dite"),
    [
        (50, "un habitant sur deux"),
        (33.4, "un habitant sur trois"),
        (32, "près d'un habitant sur trois"),
        (34.5, "plus d'un habitant sur trois"),
        (24, "près d'un habitant sur quatre"),
        (28, None),
        (63.8, "près de deux habitants sur trois"),
        (78.1, "plus de trois habitants sur quatre"),
        (75, "trois habitants sur quatre"),
        (10.1, "un habitant sur dix"),
        (3, None),
        (0, None),
        (100, None),
        (math.nan, None),
    ],
)
def test_une_part_dite_en_fraction(part, dite):
    assert sur(part, "habitant") == dite


def test_une_fraction_sans_nom():
    assert (sur(19.2), sur(66), sur(50)) == ("près d'un sur cinq", "deux sur trois", "un sur deux")


@given(st.floats(0, 100))
def test_une_fraction_ne_ment_jamais(part):
    dite = sur(part, "habitant")
    if dite is None:
        return
    trouve = re.fullmatch(r"(près d'|plus d'|près de |plus de )?(\w+) habitants? sur (\w+)", dite)
    assert trouve is not None
    mots = {en_lettres(n): n for n in range(1, 11)}
    exacte = 100 * mots[trouve[2]] / mots[trouve[3]]
    assert abs(part / exacte - 1) <= 0.065
    if trouve[1]:
        assert (part < exacte) == trouve[1].startswith("près")
    else:
        assert abs(part / exacte - 1) <= 0.015


@pytest.mark.parametrize(
    ("effectif", "ecrit"), [(0, "aucun"), (1, "un"), (16, "seize"), (17, "17"), (1234, "1\u202f234")]
)
def test_un_effectif_en_lettres(effectif, ecrit):
    assert EN_LETTRES == 16
    assert en_lettres(effectif) == ecrit


@pytest.mark.parametrize(("rang", "ecrit"), [(1, "1er"), (2, "2e"), (21, "21e"), (1000, "1\u202f000e")])
def test_un_rang(rang, ecrit):
    assert ordinal(rang) == ecrit


@pytest.mark.parametrize(
    ("texte", "en_capitale"), [("à Cergy", "À Cergy"), ("éragny", "Éragny"), ("L'Isle", "L'Isle"), ("", "")]
)
def test_la_capitale_ne_change_que_la_premiere_lettre(texte, en_capitale):
    assert majuscule(texte) == en_capitale
    assert minuscule("Ouest francilien") == "ouest francilien"


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1))
def test_l_elision_ne_depend_ni_des_accents_ni_de_la_casse(nom):
    if sans_accent(nom)[0].upper() in "AEIOUY":
        assert s_elide(nom)
