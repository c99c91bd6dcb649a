"""Un document Word : ses balises, ses styles, sa page, ses propriétés, ses octets.

Les styles viennent de ``gabarits/word/styles.xml`` : couleurs et police sont celles de la charte, et qui change un
style dans Word change tout le document. Les mêmes éléments, la même charte et la même date donnent les mêmes octets.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import docx
from docx.image.image import Image
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt, Twips

from observatoire.adresses import adresse_web
from observatoire.gabarits import environnement

if TYPE_CHECKING:
    from observatoire.charte import Charte

#: Un A4, ses marges et la largeur du texte, en vingtièmes de point.
_A4 = (11906, 16838)
MARGE = 1020  # 18 mm
LARGEUR = _A4[0] - 2 * MARGE
HAUTEUR = _A4[1] - 2 * MARGE
_PIED = 480
_LONGUEUR_PROPRIETE = 255  # au-delà, Word refuse une propriété
#: Ce que XML n'admet pas, ou qu'un traitement de texte prendrait pour une mise en forme.
_INTERDITS = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_DEBUT_ZIP = (1980, 1, 1, 0, 0, 0)

#: Bits de ``w:tblLook``.
_ROLES = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80}
_SANS_BANDES = 0x600

#: Une balise Word ; python-docx n'en donne pas de type commun à toutes.
Balise = Any


def propre(texte: str) -> str:
    """Le texte sans les caractères de commande que XML refuse ; les espaces insécables restent."""
    return _INTERDITS.sub(" ", texte)


def balise(nom: str, *enfants: Balise, **attributs: str | int) -> Balise:
    """Une balise ``w:nom`` : ses attributs, puis ses enfants, dans l'ordre donné."""
    element: Balise = OxmlElement(f"w:{nom}")
    for cle, valeur in attributs.items():
        element.set(qn(f"w:{cle}"), propre(str(valeur)))
    element.extend(enfants)
    return element


def suite(texte: str, style: str = "") -> Balise:
    """Du texte d'un seul tenant (``w:r``), dans un style de caractère s'il en faut un."""
    ecrit = balise("t")
    ecrit.text = propre(texte)
    ecrit.set(qn("xml:space"), "preserve")
    return balise("r", *([balise("rPr", balise("rStyle", val=style))] if style else []), ecrit)


def paragraphe(style: str, *contenu: str | Balise, a_droite: bool = False, solidaire: bool = False) -> Balise:
    """Un paragraphe.

    Parameters
    ----------
    style : str
        Identifiant du style.
    contenu
        Textes et balises.
    a_droite : bool
        Aligné à droite.
    solidaire : bool
        Reste sur la page du paragraphe suivant.
    """
    reglages = [balise("pStyle", val=style)]
    reglages += [balise("keepNext")] if solidaire else []
    reglages += [balise("jc", val="right")] if a_droite else []
    suites = (suite(c) if isinstance(c, str) else c for c in contenu)
    return balise("p", balise("pPr", *reglages), *suites)


def cellule(largeur: int, *paragraphes: Balise, colonnes: int = 1) -> Balise:
    """Une case de tableau, sur une colonne ou plusieurs."""
    etendue = [balise("gridSpan", val=colonnes)] if colonnes > 1 else []
    return balise("tc", balise("tcPr", balise("tcW", w=largeur, type="dxa"), *etendue), *paragraphes)


def rangee(*cases: Balise, entete: bool = False) -> Balise:
    """Une ligne de tableau, qui ne se coupe pas ; un en-tête se répète à chaque page."""
    return balise("tr", balise("trPr", balise("cantSplit"), *([balise("tblHeader")] if entete else [])), *cases)


def tableau(
    style: str, titre: str, description: str, largeurs: Sequence[int], rangees: Iterable[Balise], roles: Sequence[str]
) -> Balise:
    """Un tableau de largeur fixe.

    Parameters
    ----------
    style : str
        Identifiant du style de tableau.
    titre, description : str
        Son texte de remplacement.
    largeurs : sequence of int
        Largeur de chaque colonne, en vingtièmes de point.
    rangees : iterable of Balise
        Ses lignes.
    roles : sequence of {"firstRow", "lastRow", "firstColumn"}
        Ce qui n'y est pas du contenu : en-têtes de colonne, total, en-têtes de ligne.
    """
    proprietes = balise(
        "tblPr",
        balise("tblStyle", val=style),
        balise("tblW", w=sum(largeurs), type="dxa"),
        balise("tblLayout", type="fixed"),
        balise("tblLook", val=f"{sum(map(_ROLES.__getitem__, roles)) + _SANS_BANDES:04X}", **_roles(roles)),
        balise("tblCaption", val=titre),
        balise("tblDescription", val=description),
    )
    grille = balise("tblGrid", *(balise("gridCol", w=largeur) for largeur in largeurs))
    return balise("tbl", proprietes, grille, *rangees)


def _roles(roles: Sequence[str]) -> dict[str, int]:
    return {role: int(role in roles) for role in (*_ROLES, "lastColumn")} | {"noHBand": 1, "noVBand": 1}


def champ(instruction: str) -> Balise:
    """Un champ que Word calcule : numéro de page, nombre de pages."""
    return balise("fldSimple", suite("1"), instr=instruction)


class DocumentWord:
    """Un document qui se remplit de haut en bas.

    Parameters
    ----------
    charte : Charte
        Couleurs et police.
    """

    def __init__(self, charte: Charte) -> None:
        self._document = docx.Document()
        self._images = 0
        self._alleger()
        self._habiller(charte)
        self._mettre_en_page()

    def ajouter(self, balises: Iterable[Balise]) -> None:
        """Pose des paragraphes et des tableaux à la suite."""
        fin = self._document.element.body.sectPr
        for element in balises:
            fin.addprevious(element)

    def pied(self, lignes: Iterable[tuple[str | Balise, ...]]) -> None:
        """Écrit le bas de page ; une tabulation, seule, mène à droite."""
        zone = self._document.sections[0].footer
        zone.is_linked_to_previous = False
        racine: Balise = zone._element
        for ancien in list(racine):
            racine.remove(ancien)
        for ligne in lignes:
            racine.append(paragraphe("Footer", *(balise("r", balise("tab")) if c == "\t" else c for c in ligne)))

    def image(self, png: bytes, alternatif: str, titre: str, ppp: float, boite: tuple[float, float]) -> Balise:
        """Une image dans le texte, avec son équivalent, réduite s'il le faut pour tenir dans ``boite`` (en points)."""
        taille = Image.from_blob(png)
        naturelle = (taille.px_width * 72 / ppp, taille.px_height * 72 / ppp)
        echelle = min(1, boite[0] / naturelle[0], boite[1] / naturelle[1])
        cadre: Balise = self._document.part.new_pic_inline(io.BytesIO(png), *(Pt(cote * echelle) for cote in naturelle))
        self._images += 1
        cadre.docPr.set("id", str(self._images))
        for porteur in (cadre.docPr, cadre.graphic.graphicData.pic.nvPicPr.cNvPr):
            porteur.set("name", f"Image {self._images}")
            porteur.set("descr", propre(alternatif))
        cadre.docPr.set("title", propre(titre))
        return balise("r", balise("drawing", cadre))

    def lien(self, texte: str, url: str) -> Balise:
        """Un lien vers une page ; une adresse que Word n'ouvrirait pas reste un simple texte."""
        cible = adresse_web(url)
        if not cible:
            return suite(texte)
        element = balise("hyperlink", suite(texte, "Hyperlink"), history=1)
        element.set(qn("r:id"), self._document.part.relate_to(cible, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return element

    def octets(self, date: dt.date, **proprietes: str) -> bytes:
        """Le fichier ``.docx``, daté de ``date`` ; ``proprietes`` : titre, sujet, auteur, mots-clés."""
        notice = self._document.core_properties
        jour = dt.datetime.combine(date, dt.time())
        auteur = proprietes.get("author", "")
        fixes = {"created": jour, "modified": jour, "last_modified_by": auteur, "comments": "", "language": "fr-FR"}
        for nom, valeur in fixes.items():
            setattr(notice, nom, valeur)
        for nom, texte in proprietes.items():
            setattr(notice, nom, propre(texte)[:_LONGUEUR_PROPRIETE])
        notice.revision = 1
        self._separer_les_tableaux()
        tampon = io.BytesIO()
        self._document.save(tampon)
        return _sans_heure(tampon)

    def _separer_les_tableaux(self) -> None:
        """Word réunit deux tableaux qui se touchent, et ne finit pas un document sur l'un d'eux."""
        for table in list(self._document.element.body.iterchildren(qn("w:tbl"))):
            if table.getnext().tag != qn("w:p"):
                table.addnext(paragraphe("Note"))

    def _alleger(self) -> None:
        """Retire du modèle de python-docx ce qui ne sert pas : vignette, bibliographie, anciens styles."""
        for liens, utiles in (
            (self._document.part.rels, {"styles", "numbering", "settings", "theme"}),
            (self._document.part.package.rels, {"officeDocument", "core-properties"}),
        ):
            for cle in [c for c, lien in liens.items() if lien.reltype.rpartition("/")[2] not in utiles]:
                del liens[cle]

    def _habiller(self, charte: Charte) -> None:
        partie = self._document.part
        styles: Balise = self._document.styles.element
        latents = styles.find(qn("w:latentStyles"))
        _remplacer(styles, "styles.xml", charte)
        styles.insert(1, latents)
        _remplacer(partie.numbering_part.element, "numerotation.xml", charte)
        _remplacer(self._document.settings.element, "reglages.xml", charte)
        nom = PackURI("/word/fontTable.xml")
        polices = Part(nom, CONTENT_TYPE.WML_FONT_TABLE, _rendre("polices.xml", charte).encode(), partie.package)
        partie.relate_to(polices, RELATIONSHIP_TYPE.FONT_TABLE)

    def _mettre_en_page(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = map(Twips, _A4)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGE)
        section.header_distance = section.footer_distance = Twips(_PIED)


def _rendre(gabarit: str, charte: Charte) -> str:
    return environnement().get_template(f"word/{gabarit}").render(charte=charte, largeur=LARGEUR)


def _remplacer(element: Balise, gabarit: str, charte: Charte) -> None:
    """Le contenu du gabarit à la place de celui de l'élément."""
    for ancien in list(element):
        element.remove(ancien)
    nouveau: Balise = parse_xml(_rendre(gabarit, charte))
    element.extend(list(nouveau))


def _sans_heure(source: io.BytesIO) -> bytes:
    """La même archive sans date ni système : une image, déjà comprimée, y va telle quelle."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(source) as lue, zipfile.ZipFile(tampon, "w") as ecrite:
        for nom in lue.namelist():
            fiche = zipfile.ZipInfo(nom, _DEBUT_ZIP)
            fiche.create_system = 0
            fiche.compress_type = zipfile.ZIP_STORED if nom.endswith(".png") else zipfile.ZIP_DEFLATED
            ecrite.writestr(fiche, lue.read(nom))
    return tampon.getvalue()
