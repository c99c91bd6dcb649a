{% macro script(this, kwargs) %}
(function (carte, donnees) {
  "use strict";

  function decoder(ecarts) {
    var lat = 0, lon = 0, points = [];
    for (var i = 0; i < ecarts.length; i += 2) {
      lat += ecarts[i]; lon += ecarts[i + 1];
      points.push([lat / donnees.precision, lon / donnees.precision]);
    }
    return points;
  }

  function element(balise, classe, texte) {
    var noeud = document.createElement(balise);
    if (classe) noeud.className = classe;
    if (texte !== undefined) noeud.textContent = texte;
    return noeud;
  }

  function bulle(infos) {
    var boite = element("div", "carte-infos"), liste = element("dl");
    infos.forEach(function (paire) {
      liste.appendChild(element("dt", "", paire[0]));
      liste.appendChild(element("dd", "", paire[1]));
    });
    boite.appendChild(liste);
    return boite;
  }

  function controle(position, noeud) {
    var c = L.control({ position: position });
    c.onAdd = function () { L.DomEvent.disableClickPropagation(noeud); return noeud; };
    c.addTo(carte);
  }

  function pictogramme(style) {
    var ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg");
    var forme = document.createElementNS(ns, style.fill ? "rect" : "line");
    var attributs = style.fill ? { x: 2, y: 2, width: 22, height: 12 } : { x1: 1, y1: 8, x2: 25, y2: 8 };
    Object.assign(attributs, { stroke: style.color, "stroke-width": style.weight, fill: style.fillColor || "none" });
    if (style.fill) attributs["fill-opacity"] = style.fillOpacity;
    if (style.dashArray) attributs["stroke-dasharray"] = style.dashArray;
    Object.keys(attributs).forEach(function (k) { forme.setAttribute(k, attributs[k]); });
    svg.setAttribute("width", 26); svg.setAttribute("height", 16); svg.setAttribute("aria-hidden", "true");
    svg.appendChild(forme);
    return svg;
  }

  donnees.couches.forEach(function (couche) {
    couche.entites.forEach(function (entite) {
      var anneaux = entite.polygones.map(function (polygone) { return polygone.map(decoder); });
      var options = Object.assign({ interactive: couche.interactive }, couche.style);
      var trace = L.polygon(anneaux, options).addTo(carte);
      if (entite.infos.length) trace.bindTooltip(bulle(entite.infos), { sticky: true });
    });
  });

  var titre = element("div", "carte-cartouche carte-titre");
  titre.appendChild(element("h1", "", donnees.titre));
  titre.appendChild(element("p", "", donnees.sousTitre));
  donnees.notes.forEach(function (note) { titre.appendChild(element("p", "", note)); });
  controle("topleft", titre);
  L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(carte);

  var legende = element("div", "carte-cartouche carte-legende"), liste = element("ul");
  legende.appendChild(element("h2", "", "Légende"));
  donnees.legende.forEach(function (entree) {
    var ligne = element("li");
    ligne.appendChild(pictogramme(entree.style));
    ligne.appendChild(element("span", "", entree.libelle + (entree.nombre === null ? "" : " (" + entree.nombre + ")")));
    liste.appendChild(ligne);
  });
  legende.appendChild(liste);
  controle("bottomleft", legende);

  controle("topright", element("div", "carte-cartouche carte-nord", "N ↑"));
  L.control.scale({ imperial: false, maxWidth: 140, position: "bottomright" }).addTo(carte);
  carte.attributionControl.setPrefix(false);
  var credit = element("span", "", donnees.credit);
  carte.attributionControl.addAttribution(credit.outerHTML);
  // Sur un écran large, le territoire se cadre à droite de la légende plutôt que dessous.
  var marge = carte.getSize().x > 900 ? legende.offsetWidth + 24 : 0;
  carte.fitBounds(donnees.emprise, { animate: false, paddingTopLeft: [marge, 0] });

  // Les crédits peuvent tenir plusieurs lignes : la légende se pose au-dessus d'eux et défile si elle est trop haute.
  function ranger() {
    var credits = carte.attributionControl.getContainer().offsetHeight, hauteur = carte.getSize().y;
    legende.style.marginBottom = credits + 8 + "px";
    legende.style.maxHeight = Math.max(80, hauteur - titre.offsetHeight - credits - 130) + "px";
  }
  carte.on("resize", ranger);
  ranger();
})({{ this._parent.get_name() }}, {{ this.donnees }});
{% endmacro %}
