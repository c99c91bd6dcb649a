{% macro script(this, kwargs) %}
(function (carte, donnees) {
  "use strict";

  var LARGE = 700, PROCHE = 34, ZOOM_MAX = 16;
  var petit = carte.getSize().x <= LARGE;

  // --- lire les contours ---

  var valeurs = {};
  donnees.signes.split("").forEach(function (signe, rang) { valeurs[signe] = rang; });

  var troncons = donnees.troncons.map(function (texte) {
    var points = [], lat = 0, lon = 0, entier = 0, bits = 0, premier = null;
    for (var i = 0; i < texte.length; i++) {
      var groupe = valeurs[texte[i]];
      entier += (groupe & 31) * Math.pow(2, bits); bits += 5;
      if (groupe & 32) continue;
      var ecart = entier % 2 ? -(entier + 1) / 2 : entier / 2;
      entier = 0; bits = 0;
      if (premier === null) { premier = ecart; continue; }
      lat += premier; lon += ecart; premier = null;
      points.push([lat / donnees.precision, lon / donnees.precision]);
    }
    return points;
  });

  function anneau(renvois) {
    return renvois.reduce(function (points, renvoi) {
      var troncon = renvoi < 0 ? troncons[~renvoi].slice().reverse() : troncons[renvoi];
      return points.concat(troncon.slice(0, -1));
    }, []);
  }

  function contour(rang) {
    return donnees.formes[rang].map(function (polygone) { return polygone.map(anneau); });
  }

  donnees.couches.forEach(function (couche) {
    couche.entites = couche.entites.map(function (l) {
      var infos = l[4].map(function (texte, rang) { return [donnees.modeles[l[3]][rang], texte === 0 ? l[1] + " (" + l[0] + ")" : texte]; });
      return { code: l[0], nom: l[1], forme: l[2], infos: infos, point: l[5], rayon: l[6], articles: l[7] || [] };
    });
  });

  // --- composer la page ---

  function element(balise, classe, texte) {
    var noeud = document.createElement(balise);
    if (classe) noeud.className = classe;
    if (texte !== undefined) noeud.textContent = texte;
    return noeud;
  }

  function lien(texte, adresse) {
    var noeud = element("a", "", texte);
    noeud.href = adresse;
    return noeud;
  }

  function controle(position, noeud) {
    var c = L.control({ position: position });
    c.onAdd = function () {
      L.DomEvent.disableClickPropagation(noeud);
      L.DomEvent.disableScrollPropagation(noeud);
      return noeud;
    };
    c.addTo(carte);
  }

  function volet(classe, titre) {
    var boite = element("details", "carte-cartouche " + classe), resume = element("summary");
    boite.open = !petit;
    resume.appendChild(element("h2", "", titre));
    boite.appendChild(resume);
    return boite;
  }

  function liste(infos) {
    var noeud = element("dl");
    infos.forEach(function (paire) {
      noeud.appendChild(element("dt", "", paire[0]));
      noeud.appendChild(element("dd", "", paire[1]));
    });
    return noeud;
  }

  function recueil(articles) {
    var noeud = element("ul", "carte-articles");
    articles.forEach(function (article) {
      var ligne = element("li");
      ligne.appendChild(article.lien ? lien(article.titre, article.lien) : element("span", "", article.titre));
      if (article.precisions) ligne.appendChild(element("small", "", article.precisions));
      noeud.appendChild(ligne);
    });
    return noeud;
  }

  // Au survol, l'essentiel ; au clic, aussi les liens.
  function bulle(entite, complete) {
    var boite = element("div", "carte-infos");
    if (entite.infos.length) boite.appendChild(liste(entite.infos));
    if (entite.articles.length && !complete) boite.appendChild(element("p", "", compter(entite.articles.length)));
    if (!complete) return boite;
    if (entite.articles.length) boite.appendChild(recueil(entite.articles));
    var liens = element("p", "carte-liens");
    if (donnees.liens[entite.code]) liens.appendChild(lien("Ouvrir la fiche", donnees.liens[entite.code]));
    liens.appendChild(lien("Lien vers ce lieu", "#" + encodeURIComponent(entite.code)));
    boite.appendChild(liens);
    return boite;
  }

  function compter(nombre) {
    return nombre + (nombre > 1 ? " expériences ou actions" : " expérience ou action");
  }

  // --- dessiner les couches ---

  var lieux = [], groupes = {}, reperables = [], nommables = {};

  function ranger(groupe, montrer) {
    if (!groupe) return;
    (groupes[groupe] = groupes[groupe] || []).push(montrer);
  }

  function afficher(trace, visible) {
    var noeud = trace.getElement();
    if (noeud) noeud.style.display = visible ? "" : "none";
  }

  // Un quartier trop petit à ce zoom pour que son contour se voie est remplacé par un disque.
  function reperer(objet) {
    var petit = false;
    if (objet.repere) {
      var bornes = objet.trace.getBounds(), a = carte.latLngToLayerPoint(bornes.getNorthWest()), b = carte.latLngToLayerPoint(bornes.getSouthEast());
      petit = Math.max(b.x - a.x, b.y - a.y) < donnees.coteVisible;
    }
    afficher(objet.trace, objet.visible && !petit);
    if (objet.repere && petit && objet.visible) objet.repere.addTo(carte);
    else if (objet.repere) objet.repere.remove();
  }

  function accessible(trace, entite) {
    var noeud = trace.getElement();
    if (!noeud) { trace.on("add", function () { accessible(trace, entite); }); return; }
    noeud.setAttribute("tabindex", "0");
    noeud.setAttribute("role", "button");
    noeud.setAttribute("aria-label", entite.nom);
  }

  function raconter(trace, entite) {
    trace.bindTooltip(function () { return bulle(entite, false); }, { sticky: true });
    trace.bindPopup(function () { return bulle(entite, true); }, { maxWidth: 320, minWidth: 180, maxHeight: 280 });
    trace.on("popupopen", function () { trace.closeTooltip(); marquer(entite.code, trace, true); });
    trace.on("popupclose", function () { marquer(null, trace, false); });
  }

  function tracer(couche, entite) {
    var options = Object.assign({ interactive: couche.interactive, smoothFactor: 0.6 }, couche.style);
    if (entite.point) return L.circleMarker(entite.point, Object.assign(options, { radius: entite.rayon }));
    return L.polygon(contour(entite.forme), options);
  }

  donnees.couches.forEach(function (couche) {
    if (couche.grappe) { grappes(couche); return; }
    couche.entites.forEach(function (entite) {
      var trace = tracer(couche, entite).addTo(carte);
      if (trace.getCenter && !nommables[entite.code]) nommables[entite.code] = { nom: entite.nom, centre: trace.getCenter(), quartier: couche.clavier, voisin: !couche.groupe || couche.voisine, dy: couche.clavier ? 14 : 0 };
      var objet = { trace: trace, repere: null, visible: true };
      ranger(couche.groupe, function (visible) { objet.visible = visible; reperer(objet); });
      if (couche.reperee) {
        var rond = Object.assign({}, couche.style, { radius: donnees.rayonRepere, className: "carte-repere", dashArray: null });
        objet.repere = L.circleMarker(trace.getCenter(), rond);
        reperables.push(objet);
      }
      if (!entite.infos.length) return;
      [trace, objet.repere].forEach(function (t) {
        if (!t) return;
        raconter(t, entite);
        if (couche.clavier) accessible(t, entite);
      });
      lieux.push({
        entite: entite, trace: trace, groupe: couche.groupe,
        bornes: trace.getBounds ? trace.getBounds() : L.latLngBounds([entite.point, entite.point])
      });
    });
  });

  // Les noms, du plus important au moins important, sans que deux se couvrent ni débordent de l'écran.
  function noms() {
    var calque = L.layerGroup().addTo(carte), visible = true, mesure = document.createElement("canvas").getContext("2d");
    mesure.font = "600 12px sans-serif";
    var cibles = donnees.noms.map(function (code) { return nommables[code]; }).filter(Boolean);

    function poser() {
      calque.clearLayers();
      if (!visible) return;
      var taille = carte.getSize(), posees = 0;
      // Un nom ne cache ni un autre nom, ni le disque d'un quartier, ni un point : il se décale d'une ligne, ou s'efface.
      var prises = reperables.filter(function (o) { return o.repere && carte.hasLayer(o.repere); }).map(function (o) {
        var p = carte.latLngToContainerPoint(o.repere.getLatLng()), r = donnees.rayonRepere + 1;
        return [p.x - r, p.y - r, p.x + r, p.y + r];
      });
      donnees.couches.filter(function (c) { return c.grappe; }).forEach(function (c) {
        c.entites.forEach(function (e) {
          var p = carte.latLngToContainerPoint(e.point), r = 12;
          prises.push([p.x - r, p.y - r, p.x + r, p.y + r]);
        });
      });

      function libre(boite) {
        return boite[0] > 0 && boite[1] > 0 && boite[2] < taille.x && boite[3] < taille.y && !prises.some(function (q) {
          return boite[0] < q[2] && q[0] < boite[2] && boite[1] < q[3] && q[1] < boite[3];
        });
      }

      cibles.some(function (cible) {
        var p = carte.latLngToContainerPoint(cible.centre), l = mesure.measureText(cible.nom).width / 2 + 6, h = 9;
        var dy = [0, -14, 14, -22, 22].map(function (d) { return cible.dy + d; }).find(function (d) { return libre([p.x - l, p.y + d - h, p.x + l, p.y + d + h]); });
        if (dy === undefined) return false;
        prises.push([p.x - l, p.y + dy - h, p.x + l, p.y + dy + h]);
        var icone = L.divIcon({
          className: "carte-nom" + (cible.quartier ? " carte-nom-quartier" : cible.voisin ? " carte-nom-voisin" : ""),
          iconSize: [0, 0], iconAnchor: [0, -dy], html: element("span", "", cible.nom)
        });
        L.marker(cible.centre, { icon: icone, interactive: false, keyboard: false, pane: "noms" }).addTo(calque);
        posees += 1;
        return posees >= 40;
      });
    }

    carte.createPane("noms").style.pointerEvents = "none";
    carte.getPane("noms").style.zIndex = 450;
    carte.getPane("noms").setAttribute("aria-hidden", "true");
    ranger("Noms", function (v) { visible = v; poser(); });
    carte.on("moveend resize", poser);
    return poser;
  }

  carte.on("zoomend", function () { reperables.forEach(reperer); });
  reperables.forEach(reperer);

  // Un point par territoire ; ceux qui se toucheraient à ce zoom n'en font qu'un, qui en dit la somme.
  function grappes(couche) {
    var calque = L.layerGroup().addTo(carte), visible = true;

    function assembler() {
      var paquets = [];
      couche.entites.slice().sort(function (a, b) { return b.articles.length - a.articles.length; }).forEach(function (e) {
        var place = carte.latLngToLayerPoint(e.point);
        var hote = paquets.find(function (p) { return p.place.distanceTo(place) < PROCHE; });
        if (hote) hote.entites.push(e); else paquets.push({ place: place, entites: [e] });
      });
      return paquets;
    }

    function poser(paquet) {
      var entite = paquet.entites[0], seul = paquet.entites.length === 1;
      var nombre = paquet.entites.reduce(function (somme, e) { return somme + e.articles.length; }, 0);
      var nom = seul ? entite.nom : paquet.entites.length + " lieux";
      var taille = 22 + Math.min(18, 4 * Math.log2(nombre));
      var icone = L.divIcon({
        html: element("span", "", String(nombre)), iconSize: [taille, taille],
        className: "carte-point" + (seul ? "" : " carte-grappe")
      });
      var marqueur = L.marker(entite.point, { icon: icone, alt: nom + ", " + compter(nombre), riseOnHover: true });
      marqueur.addTo(calque);
      marqueur.getElement().setAttribute("aria-label", nom + ", " + compter(nombre));
      if (seul) { raconter(marqueur, entite); return; }
      marqueur.bindTooltip(element("span", "", nom + ", " + compter(nombre)));
      marqueur.on("click keypress", function (e) {
        if (e.originalEvent.type === "keypress" && e.originalEvent.key !== "Enter") return;
        carte.fitBounds(L.latLngBounds(paquet.entites.map(function (x) { return x.point; })), { padding: [60, 60], maxZoom: 18 });
      });
    }

    function dessiner() {
      calque.clearLayers();
      if (visible) assembler().forEach(poser);
    }

    ranger(couche.groupe, function (v) { visible = v; dessiner(); });
    carte.whenReady(function () { carte.on("zoomend", dessiner); dessiner(); });
  }

  // --- choisir un lieu : recherche, lien permanent, clavier ---

  function marquer(code, trace, choisi) {
    var noeud = trace.getElement();
    if (noeud) noeud.classList.toggle("carte-choisi", choisi);
    adresser(choisi ? code : "");
  }

  // Dans un cadre sans adresse (notebook), le lien permanent n'a pas d'objet.
  function adresser(code) {
    if (location.protocol === "about:") return;
    history.replaceState(null, "", code ? "#" + encodeURIComponent(code) : location.pathname + location.search);
  }

  function choisir(lieu) {
    cocher(lieu.groupe);
    carte.fitBounds(lieu.bornes, { paddingTopLeft: [marge(), 40], paddingBottomRight: [40, 40], maxZoom: ZOOM_MAX, animate: false });
    lieu.trace.openPopup(lieu.bornes.getCenter());
  }

  function suivre() {
    // On compare des adresses encodées : en décoder une mal formée lèverait une erreur.
    var cible = location.hash.slice(1);
    var lieu = cible && lieux.find(function (l) { return encodeURIComponent(l.entite.code) === cible; });
    if (lieu) choisir(lieu);
  }

  function reduire(texte) {
    return texte.toLowerCase().replace(/œ/g, "oe").normalize("NFD").replace(/[\u0300-\u036f]/g, "")
      .replace(/[^a-z0-9]+/g, " ").replace(/\bst(e?)\b/g, "saint$1").trim();
  }

  function recherche() {
    var boite = element("div", "carte-cartouche carte-recherche"), champ = element("input"), choix = element("ul");
    var trouves = [], actif = -1;
    champ.type = "search"; champ.placeholder = "Chercher un lieu"; champ.autocomplete = "off"; champ.spellcheck = false;
    choix.id = "carte-choix"; choix.hidden = true;
    [["aria-label", "Chercher un quartier, une commune..."], ["role", "combobox"], ["aria-autocomplete", "list"],
      ["aria-controls", choix.id], ["aria-expanded", "false"]].forEach(function (a) { champ.setAttribute(a[0], a[1]); });
    choix.setAttribute("role", "listbox"); choix.setAttribute("aria-label", "Lieux trouvés");
    boite.appendChild(champ); boite.appendChild(choix);

    function fermer() { choix.hidden = true; actif = -1; champ.setAttribute("aria-expanded", "false"); champ.removeAttribute("aria-activedescendant"); }

    function prendre(lieu) { champ.value = lieu.entite.nom; fermer(); choisir(lieu); }

    function viser(rang) {
      actif = (rang + trouves.length) % trouves.length;
      Array.prototype.forEach.call(choix.children, function (ligne, i) { ligne.setAttribute("aria-selected", String(i === actif)); });
      champ.setAttribute("aria-activedescendant", "carte-choix-" + actif);
      choix.children[actif].scrollIntoView({ block: "nearest" });
    }

    function proposer() {
      var cle = reduire(champ.value);
      trouves = !cle ? [] : lieux.filter(function (l) { return (" " + l.cle).indexOf(" " + cle) >= 0; })
        .sort(function (a, b) { return (b.nom === cle) - (a.nom === cle) || a.nom.indexOf(cle) - b.nom.indexOf(cle) || (a.nom < b.nom ? -1 : 1); }).slice(0, 8);
      choix.textContent = "";
      trouves.forEach(function (lieu, i) {
        var ligne = element("li", "", lieu.entite.nom);
        ligne.id = "carte-choix-" + i; ligne.setAttribute("role", "option"); ligne.setAttribute("aria-selected", "false");
        ligne.appendChild(element("small", "", lieu.entite.infos[0][0]));
        ligne.addEventListener("mousedown", function (e) { e.preventDefault(); prendre(lieu); });
        choix.appendChild(ligne);
      });
      if (cle && !trouves.length) choix.appendChild(element("li", "carte-rien", "Aucun lieu de ce nom sur la carte"));
      choix.hidden = !cle; actif = -1;
      champ.setAttribute("aria-expanded", String(Boolean(cle)));
      champ.removeAttribute("aria-activedescendant");
    }

    champ.addEventListener("input", proposer);
    champ.addEventListener("blur", fermer);
    champ.addEventListener("keydown", function (e) {
      if (e.key === "Escape") { champ.value = ""; fermer(); }
      if (!trouves.length || choix.hidden) return;
      if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); viser(e.key === "ArrowDown" ? actif + 1 : Math.max(actif, 0) - 1); }
      if (e.key === "Enter") { e.preventDefault(); prendre(trouves[Math.max(actif, 0)]); }
    });
    lieux.forEach(function (l) { l.nom = reduire(l.entite.nom); l.cle = l.nom + " " + reduire(l.entite.code); });
    return boite;
  }

  // --- les couches à montrer ou cacher ---

  var cases = {};

  function cocher(groupe) {
    if (cases[groupe] && !cases[groupe].checked) cases[groupe].click();
  }

  function couches() {
    var boite = volet("carte-couches", "Couches"), noms = Object.keys(groupes);
    noms.reverse().forEach(function (nom) {
      var etiquette = element("label"), coche = element("input");
      coche.type = "checkbox"; coche.checked = true;
      coche.addEventListener("change", function () {
        groupes[nom].forEach(function (montrer) { montrer(coche.checked); });
      });
      etiquette.appendChild(coche); etiquette.appendChild(element("span", "", nom));
      boite.appendChild(etiquette);
      cases[nom] = coche;
    });
    return boite;
  }

  if (donnees.fond) {
    var tuiles = L.tileLayer(donnees.fond.adresse, { attribution: element("span", "", donnees.fond.credit).outerHTML, maxZoom: 19 });
    tuiles.addTo(carte);
    ranger(donnees.fond.nom, function (visible) { if (visible) tuiles.addTo(carte); else tuiles.remove(); });
  }

  // --- légende ---

  function pictogramme(style) {
    var ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), r = style.rayon || 0;
    var cote = r ? Math.max(26, 2 * r + 4) : 26, haut = r ? Math.max(16, 2 * r + 4) : 16;
    var forme = document.createElementNS(ns, r ? "circle" : style.fill ? "rect" : "line");
    var attributs = r ? { cx: cote / 2, cy: haut / 2, r: r } : style.fill ? { x: 2, y: 2, width: 22, height: 12 } : { x1: 1, y1: 8, x2: 25, y2: 8 };
    Object.assign(attributs, { stroke: style.color, "stroke-width": style.weight, fill: style.fillColor || "none" });
    if (style.fill) attributs["fill-opacity"] = style.fillOpacity;
    if (style.dashArray) attributs["stroke-dasharray"] = style.dashArray;
    Object.keys(attributs).forEach(function (k) { forme.setAttribute(k, attributs[k]); });
    svg.setAttribute("width", cote); svg.setAttribute("height", haut); svg.setAttribute("aria-hidden", "true");
    svg.appendChild(forme);
    return svg;
  }

  function composerLegende() {
    var boite = volet("carte-legende", "Légende"), lignes = element("ul");
    donnees.legende.forEach(function (entree) {
      var ligne = element("li");
      ligne.appendChild(pictogramme(entree.style));
      ligne.appendChild(element("span", "", entree.libelle + (entree.nombre === null ? "" : " (" + entree.nombre + ")")));
      lignes.appendChild(ligne);
    });
    boite.appendChild(lignes);
    return boite;
  }

  // --- mettre en place ---

  var conteneur = carte.getContainer();
  conteneur.setAttribute("role", "region");
  conteneur.setAttribute("aria-label", "Carte : " + donnees.titre);
  // Leaflet n'écoute le clavier que si la carte elle-même a le focus : ici, ses quartiers l'ont aussi.
  conteneur.addEventListener("keydown", function (e) { if (e.key === "Escape") carte.closePopup(); });

  var titre = element("div", "carte-cartouche carte-titre");
  titre.appendChild(element("h1", "", donnees.titre));
  titre.appendChild(element("p", "", donnees.sousTitre));
  controle("topleft", titre);
  if (lieux.length) controle("topleft", recherche());
  L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(carte);

  var poserNoms = noms(), legende = composerLegende();
  // Sur un petit écran, le titre doit laisser voir la carte : les réserves passent dans la légende.
  donnees.notes.forEach(function (note) { (petit ? legende : titre).appendChild(element("p", "carte-note", note)); });
  controle("bottomleft", legende);
  controle("topright", element("div", "carte-cartouche carte-nord", "N ↑"));
  if (Object.keys(groupes).length) controle("topright", couches());
  L.control.scale({ imperial: false, maxWidth: 140, position: "bottomright" }).addTo(carte);
  carte.attributionControl.setPrefix(false);
  carte.attributionControl.addAttribution(element("span", "", donnees.credit).outerHTML);
  carte.on("popupopen", function (e) {
    var croix = e.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (croix) { croix.setAttribute("aria-label", "Fermer"); croix.title = "Fermer"; }
  });

  // Sur un écran large, le territoire se cadre à droite de la légende plutôt que dessous.
  function marge() { return carte.getSize().x > 900 ? legende.offsetWidth + 24 : 0; }
  carte.fitBounds(donnees.emprise, { animate: false, paddingTopLeft: [marge(), petit ? titre.offsetHeight + 60 : 0] });

  // Les crédits peuvent tenir plusieurs lignes : la légende se pose au-dessus d'eux et défile si elle est trop haute.
  function caler() {
    var credits = carte.attributionControl.getContainer().offsetHeight, hauteur = carte.getSize().y;
    legende.style.marginBottom = credits + 8 + "px";
    legende.style.maxHeight = Math.max(80, hauteur - titre.offsetHeight - credits - 180) + "px";
  }
  carte.on("resize", caler);
  caler();

  // À l'impression, la carte prend la taille de la page et garde son cadrage.
  var avant = null;
  window.addEventListener("beforeprint", function () {
    avant = { centre: carte.getCenter(), zoom: carte.getZoom(), bornes: carte.getBounds(), volet: legende.open };
    document.documentElement.classList.add("carte-impression");
    legende.open = true;
    carte.invalidateSize({ animate: false, pan: false });
    carte.fitBounds(avant.bornes.contains(donnees.emprise) ? donnees.emprise : avant.bornes, { animate: false });
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.classList.remove("carte-impression");
    if (!avant) return;
    legende.open = avant.volet;
    carte.invalidateSize({ animate: false, pan: false });
    carte.setView(avant.centre, avant.zoom, { animate: false });
  });

  poserNoms();
  window.addEventListener("hashchange", suivre);
  carte.whenReady(suivre);
})({{ this._parent.get_name() }}, {{ this.donnees }});
{% endmacro %}
