// Dessine une carte, ou deux côte à côte, et ses panneaux, à partir de la description que donne Python.
observatoire.dessiner = function (plans, texte) {
  "use strict";
  var morceaux = texte.split("\0"), donnees = JSON.parse(morceaux[0]);
  donnees.troncons = morceaux[1].split(",");

  var PETIT = 700, ECART = 22, ZOOM_MAX = 16, SVG = "http://www.w3.org/2000/svg";
  var petit = window.innerWidth <= PETIT, double = plans.length > 1;
  var premier = plans[0], dernier = plans[plans.length - 1];

  // --- lire les contours ---

  var valeurs = {};
  donnees.signes.split("").forEach(function (signe, rang) { valeurs[signe] = rang; });

  // Chaque point s'écrit par son écart au précédent, fût-il du tronçon d'avant.
  function lireTroncons(textes, precision) {
    var lat = 0, lon = 0;
    return textes.map(function (texte) {
      var points = [], entier = 0, bits = 0, moitie = null;
      for (var i = 0; i < texte.length; i++) {
        var groupe = valeurs[texte[i]];
        entier += (groupe & 31) * Math.pow(2, bits); bits += 5;
        if (groupe & 32) continue;
        var ecart = entier % 2 ? -(entier + 1) / 2 : entier / 2;
        entier = 0; bits = 0;
        if (moitie === null) { moitie = ecart; continue; }
        lat += moitie; lon += ecart; moitie = null;
        points.push([lat / precision, lon / precision]);
      }
      return points;
    });
  }

  function lireContours(topologie) {
    var troncons = lireTroncons(topologie.troncons, topologie.precision);
    function anneau(renvois) {
      return renvois.reduce(function (points, renvoi) {
        var troncon = renvoi < 0 ? troncons[~renvoi].slice().reverse() : troncons[renvoi];
        return points.concat(troncon.slice(0, -1));
      }, []);
    }
    return topologie.formes.map(function (forme) { return forme.map(function (polygone) { return polygone.map(anneau); }); });
  }

  var contours = lireContours(donnees);

  donnees.cartes.forEach(function (description) {
    description.couches.forEach(function (couche) {
      couche.entites = couche.entites.map(function (l) {
        var infos = l[4].map(function (texte, rang) { return [donnees.modeles[l[3]][rang], texte === 0 ? l[1] + " (" + l[0] + ")" : texte]; });
        return { code: l[0], nom: l[1], forme: l[2], infos: infos, point: l[5], rayon: l[6], articles: l[7] || [] };
      });
    });
  });

  // --- composer la page ---

  function element(balise, classe, texte) {
    var noeud = document.createElement(balise);
    if (classe) noeud.className = classe;
    if (texte !== undefined) noeud.textContent = texte;
    return noeud;
  }

  function dessin(balise, attributs, contenu) {
    var noeud = document.createElementNS(SVG, balise);
    Object.keys(attributs).forEach(function (nom) { noeud.setAttribute(nom, attributs[nom]); });
    (contenu || []).forEach(function (enfant) { noeud.appendChild(enfant); });
    return noeud;
  }

  function lien(texte, adresse) {
    var noeud = element("a", "", texte);
    noeud.href = adresse;
    return noeud;
  }

  function controle(plan, position, noeud) {
    var c = L.control({ position: position });
    c.onAdd = function () {
      L.DomEvent.disableClickPropagation(noeud);
      L.DomEvent.disableScrollPropagation(noeud);
      return noeud;
    };
    c.addTo(plan);
  }

  // Un panneau flotte sur la carte ; de deux cartes, il est au-dessus ou au-dessous.
  function installer(position, noeud) {
    if (!double) { controle(premier, position, noeud); return; }
    document.querySelector(position[0] === "t" ? ".carte-haut" : ".carte-bas").appendChild(noeud);
  }

  function volet(classe, titre, ouvert) {
    var boite = element("details", "carte-cartouche " + classe), resume = element("summary");
    boite.open = ouvert;
    resume.appendChild(element("h2", "", titre));
    boite.appendChild(resume);
    // Sur un petit écran, un volet ouvert ferme l'autre : ils se couvriraient.
    boite.addEventListener("toggle", function () {
      if (boite.open && petit) document.querySelectorAll("details.carte-cartouche").forEach(function (autre) { autre.open = autre === boite; });
    });
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

  // --- ce qui se montre et se cache, ce qui se cherche ---

  var lieux = [], groupes = {}, cases = {};

  function ranger(groupe, montrer) {
    if (groupe) (groupes[groupe] = groupes[groupe] || []).push(montrer);
  }

  function cocher(groupe) {
    if (cases[groupe] && !cases[groupe].checked) cases[groupe].click();
  }

  // --- dessiner les couches d'un plan ; rend ce qui en pose les noms ---

  function dessinerPlan(plan, description) {
    // Ce que la carte porte, et que ses noms évitent.
    var objets = { reperables: [], limites: [], cercles: [], epingles: [] }, nommables = {};

    function afficher(trace, visible) {
      var noeud = trace.getElement();
      if (noeud) noeud.style.display = visible ? "" : "none";
    }

    // Un quartier trop petit à ce zoom pour que son contour se voie est remplacé par un disque.
    function reperer(objet) {
      var cotes = objet.repere && observatoire.cadre(plan, objet.trace).getSize();
      objet.petit = Boolean(cotes) && Math.max(cotes.x, cotes.y) < donnees.coteVisible;
      afficher(objet.trace, objet.visible && !objet.petit);
      if (objet.dessous) afficher(objet.dessous, objet.visible && !objet.petit);
      if (objet.petit && objet.visible) objet.repere.addTo(plan);
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
      trace.bindPopup(function () { return bulle(entite, true); }, { maxWidth: Math.min(320, window.innerWidth - 90), minWidth: 180, maxHeight: 260 });
      trace.on("popupopen", function (e) { trace.closeTooltip(); marquer(entite.code, trace, true); entrer(e.popup, trace); });
      trace.on("popupclose", function () { marquer(null, trace, false); });
    }

    // Une bulle ouverte au clavier se lit et se parcourt aussitôt ; la fermer rend sa place au clavier.
    function entrer(popup, trace) {
      var noeud = trace.getElement(), contenu = popup.getElement().querySelector(".leaflet-popup-content");
      if (!noeud || !noeud.matches(":focus-visible")) return;
      contenu.tabIndex = -1;
      contenu.focus({ preventScroll: true });
      trace.once("popupclose", function () { noeud.focus({ preventScroll: true }); });
    }

    function tracer(couche, entite) {
      var options = Object.assign({ interactive: couche.interactive, smoothFactor: 0.6 }, couche.style);
      if (entite.point) return L.circleMarker(entite.point, Object.assign(options, { radius: entite.rayon }));
      return L.polygon(contours[entite.forme], options);
    }

    // Un liseré blanc, sous un trait qui doit se voir sur tout fond.
    function border(couche, entite) {
      if (!couche.style.halo) return null;
      var options = { color: "#fff", weight: couche.style.weight + 2 * couche.style.halo, fill: false, interactive: false, smoothFactor: 0.6 };
      return L.polygon(contours[entite.forme], options).addTo(plan);
    }

    description.couches.forEach(function (couche) {
      if (couche.style.forme) { grappes(couche); return; }
      couche.entites.forEach(function (entite) {
        var dessous = border(couche, entite), trace = tracer(couche, entite).addTo(plan);
        var objet = { trace: trace, dessous: dessous, repere: null, visible: true, petit: false };
        ranger(couche.groupe, function (visible) { objet.visible = visible; reperer(objet); });
        if (couche.limite) objets.limites.push(objet);
        if (entite.point) objets.cercles.push(objet);
        if (couche.reperee) {
          var rond = Object.assign({}, couche.style, { radius: donnees.rayonRepere, className: "carte-repere", dashArray: null });
          objet.repere = L.circleMarker(trace.getCenter(), rond);
          objets.reperables.push(objet);
        }
        if (trace.getCenter && !nommables[entite.code]) {
          nommables[entite.code] = { nom: entite.nom, objet: objet, centre: trace.getCenter(), quartier: couche.quartiers, voisin: !couche.groupe || couche.voisine };
        }
        if (!entite.infos.length) return;
        [trace, objet.repere].forEach(function (t) {
          if (!t) return;
          raconter(t, entite);
          if (couche.clavier) accessible(t, entite);
        });
        lieux.push({
          entite: entite, trace: trace, groupe: couche.groupe, plan: plan,
          bornes: trace.getBounds ? trace.getBounds() : L.latLngBounds([entite.point, entite.point])
        });
      });
    });

    plan.on("zoomend", function () { objets.reperables.forEach(reperer); });
    objets.reperables.forEach(reperer);

    // Une épingle par territoire ; celles qui se toucheraient à ce zoom n'en font qu'une, qui en dit la somme.
    function grappes(couche) {
      var calque = L.layerGroup().addTo(plan), visible = true, forme = donnees.reperes[couche.style.forme];

      function assembler() {
        var paquets = [];
        couche.entites.slice().sort(function (a, b) { return b.articles.length - a.articles.length; }).forEach(function (e) {
          var place = plan.latLngToLayerPoint(e.point);
          var hote = paquets.find(function (p) { return p.place.distanceTo(place) < ECART; });
          if (hote) hote.entites.push(e); else paquets.push({ place: place, entites: [e] });
        });
        return paquets;
      }

      function poser(paquet) {
        var entite = paquet.entites[0], seul = paquet.entites.length === 1, boite = forme.boite;
        var nombre = paquet.entites.reduce(function (somme, e) { return somme + e.articles.length; }, 0);
        var dit = (seul ? entite.nom : paquet.entites.length + " lieux") + ", " + compter(nombre);
        var icone = L.divIcon({
          html: symbole(couche.style, nombre), className: "carte-point" + (seul ? "" : " carte-grappe"),
          iconSize: [boite[2] - boite[0], boite[3] - boite[1]], iconAnchor: [-boite[0], -boite[1]], popupAnchor: [0, boite[1]]
        });
        var marqueur = L.marker(entite.point, { icon: icone, alt: dit, riseOnHover: true }).addTo(calque);
        marqueur.getElement().setAttribute("aria-label", dit);
        if (seul) { raconter(marqueur, entite); return; }
        marqueur.bindTooltip(element("span", "", dit));
        marqueur.on("click keypress", function (e) {
          if (e.originalEvent.type === "keypress" && e.originalEvent.key !== "Enter") return;
          plan.fitBounds(L.latLngBounds(paquet.entites.map(function (x) { return x.point; })), { padding: [60, 60], maxZoom: 18 });
        });
      }

      function dessiner() {
        calque.clearLayers();
        var paquets = visible ? assembler() : [];
        paquets.forEach(poser);
        objets.epingles = paquets.map(function (p) { return { point: p.entites[0].point, boite: forme.boite }; });
      }

      ranger(couche.groupe, function (v) { visible = v; dessiner(); });
      plan.on("zoomend", dessiner);
      dessiner();
    }

    var noms = observatoire.nommer(plan, objets, {
      petit: petit, rayonRepere: donnees.rayonRepere, obstacles: obstacles,
      cibles: description.noms.map(function (code, rang) { return Object.assign({ fort: rang < description.forts }, nommables[code]); })
    });
    ranger("Noms", noms.montrer);
    return noms.poser;
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
    cadrer(lieu.plan, lieu.bornes, ZOOM_MAX);
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
    var trouves = [], actif = -1, codes = {};
    // De deux cartes, un même lieu ne se propose qu'une fois : celui de la seconde.
    var cherches = lieux.slice().reverse().filter(function (l) { return codes[l.entite.code + l.entite.infos[0][0]] ? false : codes[l.entite.code + l.entite.infos[0][0]] = true; });
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
      trouves = !cle ? [] : cherches.filter(function (l) { return (" " + l.cle).indexOf(" " + cle) >= 0; })
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
    cherches.forEach(function (l) { l.nom = reduire(l.entite.nom); l.cle = l.nom + " " + reduire(l.entite.code); });
    return boite;
  }

  // --- les couches à montrer ou cacher ---

  function couches() {
    var boite = volet("carte-couches", "Couches", !petit && !double), noms = Object.keys(groupes), cadre = element("div");
    noms.reverse().forEach(function (nom) {
      var etiquette = element("label"), coche = element("input");
      coche.type = "checkbox"; coche.checked = true;
      coche.addEventListener("change", function () {
        groupes[nom].forEach(function (montrer) { montrer(coche.checked); });
        plans.forEach(function (plan) { plan.fire("moveend"); });
      });
      etiquette.appendChild(coche); etiquette.appendChild(element("span", "", nom));
      cadre.appendChild(etiquette);
      cases[nom] = coche;
    });
    boite.appendChild(cadre);
    return boite;
  }

  function ajouterFond(fond) {
    plans.forEach(function (plan) {
      var tuiles = L.tileLayer(fond.adresse, { attribution: element("span", "", fond.credit).outerHTML, maxZoom: 19 });
      tuiles.addTo(plan);
      ranger(fond.nom, function (visible) { if (visible) tuiles.addTo(plan); else tuiles.remove(); });
    });
  }

  // --- légende et situation ---

  function peindre(style) {
    var attributs = { stroke: style.color, "stroke-width": style.weight, "stroke-linejoin": "round", fill: style.fillColor || "none" };
    if (style.fill) attributs["fill-opacity"] = style.fillOpacity;
    if (style.dashArray) attributs["stroke-dasharray"] = style.dashArray;
    return attributs;
  }

  // Le repère d'un style à forme, avec son nombre.
  function symbole(style, nombre) {
    var forme = donnees.reperes[style.forme], b = forme.boite, marge = style.weight;
    var contenu = [dessin("path", Object.assign(peindre(style), { d: forme.trace }))];
    if (nombre) {
      var texte = dessin("text", { x: forme.centre[0], y: forme.centre[1] + 3.2, "text-anchor": "middle" });
      texte.textContent = nombre;
      contenu.push(texte);
    }
    var largeur = b[2] - b[0] + 2 * marge, hauteur = b[3] - b[1] + 2 * marge;
    return dessin("svg", { viewBox: [b[0] - marge, b[1] - marge, largeur, hauteur].join(" "), width: largeur, height: hauteur, "aria-hidden": "true" }, contenu);
  }

  function pictogramme(style) {
    if (style.forme) return symbole(style);
    var r = style.rayon || 0, cote = r ? Math.max(26, 2 * r + 4) : 26, haut = r ? Math.max(16, 2 * r + 4) : 16;
    var attributs = r ? { cx: cote / 2, cy: haut / 2, r: r } : style.fill ? { x: 2, y: 2, width: 22, height: 12 } : { x1: 1, y1: 8, x2: 25, y2: 8 };
    var forme = dessin(r ? "circle" : style.fill ? "rect" : "line", Object.assign(peindre(style), attributs));
    return dessin("svg", { width: cote, height: haut, "aria-hidden": "true" }, [forme]);
  }

  function composerLegende() {
    var boite = volet("carte-legende", "Légende", !petit);
    donnees.legendes.forEach(function (bloc) {
      var section = element("section"), lignes = element("ul");
      if (bloc.titre !== "Légende") section.appendChild(element("h3", "", bloc.titre));
      bloc.entrees.forEach(function (entree) {
        var ligne = element("li"), image = element("span", "carte-image");
        image.appendChild(pictogramme(entree.style));
        ligne.appendChild(image);
        ligne.appendChild(element("span", "", entree.libelle + (entree.nombre === null ? "" : " (" + entree.nombre + ")")));
        lignes.appendChild(ligne);
      });
      section.appendChild(lignes);
      boite.appendChild(section);
    });
    return boite;
  }

  // Le petit cartouche qui situe le territoire : un dessin, pas une carte.
  function situer(situation) {
    var formes = lireContours(situation), aplatir = Math.cos((situation.sud + situation.nord) * Math.PI / 360), hauteur = 110;
    var echelle = hauteur / (situation.nord - situation.sud), largeur = Math.round((situation.est - situation.ouest) * aplatir * echelle);
    var calques = situation.couches.map(function (couche) {
      return dessin("g", peindre(couche.style), couche.formes.map(function (rang) {
        // Un rang, ou le milieu d'un territoire trop petit pour que son contour se voie.
        if (typeof rang !== "number") return dessin("circle", { cx: projeter(rang)[0], cy: projeter(rang)[1], r: 5, fill: "none", "stroke-width": 2 });
        return dessin("path", { d: [].concat.apply([], formes[rang]).filter(function (a) { return a.length > 2; }).map(trait).join("") });
      }));
    });
    function trait(anneau) { return "M" + anneau.map(function (p) { return projeter(p).map(arrondir).join(" "); }).join("L") + "Z"; }
    function projeter(p) { return [(p[1] - situation.ouest) * aplatir * echelle, (situation.nord - p[0]) * echelle]; }
    function arrondir(x) { return Math.round(x * 10) / 10; }
    var boite = element("div", "carte-cartouche carte-situation");
    boite.appendChild(dessin("svg", { viewBox: "-2 -2 " + (largeur + 4) + " " + (hauteur + 4), width: largeur + 4, height: hauteur + 4, role: "img", "aria-label": "Situation du territoire" }, calques));
    return boite;
  }

  // --- cadrer sans que les panneaux couvrent le territoire ---

  // Les panneaux d'un plan, ou de l'autre, qui doit montrer le même endroit : gauche, haut, droite, bas, en pixels.
  function obstacles(plan) {
    var trouves = [];
    (plan ? [plan] : plans).forEach(function (p) {
      var o = p.getContainer().getBoundingClientRect();
      p.getContainer().querySelectorAll(".leaflet-control").forEach(function (noeud) {
        var b = noeud.getBoundingClientRect();
        if (b.width) trouves.push([b.left - o.left - 6, b.top - o.top - 6, b.right - o.left + 6, b.bottom - o.top + 6]);
      });
    });
    return trouves;
  }

  // Le cadre libre de tout panneau où des bornes se montrent le plus grand.
  function cadreLibre(plan, bornes) {
    var taille = plan.getSize(), gene = obstacles(), nord = plan.project(bornes.getNorthWest(), 10), sud = plan.project(bornes.getSouthEast(), 10);
    var large = Math.max(1e-9, sud.x - nord.x), haut = Math.max(1e-9, sud.y - nord.y), meilleur = [0, 0, taille.x, taille.y], record = 0;
    function bords(debut, rang) { return [debut].concat(gene.map(function (b) { return b[rang]; })); }
    bords(0, 2).forEach(function (g) { bords(0, 3).forEach(function (h) { bords(taille.x, 0).forEach(function (d) { bords(taille.y, 1).forEach(function (b) {
      var score = Math.min((d - g) / large, (b - h) / haut) + 1e-6 * (d - g) * (b - h) / (large * haut);
      if (d - g < 80 || b - h < 80 || score <= record) return;
      if (gene.some(function (o) { return o[0] < d && g < o[2] && o[1] < b && h < o[3]; })) return;
      record = score; meilleur = [g, h, d, b];
    }); }); }); });
    return meilleur;
  }

  function cadrer(plan, bornes, zoomMax) {
    var taille = plan.getSize(), c = cadreLibre(plan, bornes), marge = zoomMax ? 24 : 0;
    plan.fitBounds(bornes, {
      paddingTopLeft: [c[0] + marge, c[1] + marge], paddingBottomRight: [taille.x - c[2] + marge, taille.y - c[3] + marge],
      maxZoom: zoomMax, animate: false
    });
  }

  // --- mettre en place ---

  if (donnees.fond) ajouterFond(donnees.fond);
  plans.forEach(function (plan) { plan.fitBounds(donnees.emprise, { animate: false }); });
  var poserNoms = plans.map(function (plan, rang) { return dessinerPlan(plan, donnees.cartes[rang]); });

  plans.forEach(function (plan, rang) {
    var titre = double ? donnees.cartes[rang].titre : donnees.titre, conteneur = plan.getContainer();
    conteneur.setAttribute("role", "region");
    conteneur.setAttribute("aria-label", "Carte : " + (double ? donnees.titre + ", " : "") + titre);
    conteneur.setAttribute("aria-describedby", "carte-description");
    if (double) controle(plan, "topleft", element("h2", "carte-cartouche carte-date", titre));
  });
  // Leaflet n'écoute le clavier que si la carte elle-même a le focus : ici, ses quartiers l'ont aussi.
  document.addEventListener("keydown", function (e) { if (e.key === "Escape") plans.forEach(function (plan) { plan.closePopup(); }); });

  var titre = element("div", "carte-cartouche carte-titre"), legende = composerLegende();
  titre.appendChild(element("h1", "", donnees.titre));
  titre.appendChild(element("p", "", donnees.sousTitre));
  // Sur un petit écran, le titre doit laisser voir la carte : les réserves passent dans la légende.
  donnees.notes.forEach(function (note) { (petit || double ? legende : titre).appendChild(element("p", "carte-note", note)); });
  installer("topleft", titre);
  if (lieux.length) installer("topleft", recherche());
  L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(premier);
  installer("bottomleft", legende);
  if (!double && !petit) installer("topright", element("div", "carte-cartouche carte-nord", "N ↑"));
  if (!petit) L.control.scale({ imperial: false, maxWidth: 140, position: "bottomright" }).addTo(dernier);
  if (donnees.situation && !petit && !double) controle(dernier, "bottomright", situer(donnees.situation));
  if (Object.keys(groupes).length) installer(petit && !double ? "bottomright" : "topright", couches());
  plans.forEach(function (plan) { plan.attributionControl.setPrefix(false); });
  if (double) document.querySelector(".carte-bas").appendChild(element("p", "carte-credit", donnees.credit));
  else premier.attributionControl.addAttribution(element("span", "", donnees.credit).outerHTML);
  plans.forEach(function (plan) {
    plan.on("popupopen", function (e) {
      var croix = e.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (croix) { croix.setAttribute("aria-label", "Fermer"); croix.title = "Fermer"; }
    });
  });

  // Les crédits peuvent tenir plusieurs lignes : la légende se pose au-dessus d'eux et défile si elle est trop haute.
  function caler() {
    if (double) return;
    var credits = premier.attributionControl.getContainer().offsetHeight, hauteur = premier.getSize().y;
    legende.style.marginBottom = credits + 8 + "px";
    legende.style.maxHeight = Math.max(80, hauteur - titre.offsetHeight - credits - 180) + "px";
  }
  premier.on("resize", caler);
  caler();
  plans.forEach(function (plan, rang) {
    plan.invalidateSize({ animate: false, pan: false });
    cadrer(plan, L.latLngBounds(donnees.emprise));
    plan.on("moveend resize", poserNoms[rang]);
    poserNoms[rang]();
  });

  // Deux cartes montrent toujours le même endroit.
  var occupe = false;
  function suivreLAutre(plan) {
    plans.forEach(function (autre) {
      if (autre !== plan && !occupe) {
        occupe = true;
        autre.setView(plan.getCenter(), plan.getZoom(), { animate: false });
        occupe = false;
      }
    });
  }
  if (double) plans.forEach(function (plan) {
    plan.on("move", function () { if (!occupe) suivreLAutre(plan); });
    new ResizeObserver(function () { plan.invalidateSize({ animate: false }); }).observe(plan.getContainer());
  });

  // À l'impression, la carte prend la taille de la page et garde son cadrage.
  var avant = null;
  window.addEventListener("beforeprint", function () {
    avant = { centre: premier.getCenter(), zoom: premier.getZoom(), bornes: premier.getBounds(), volet: legende.open };
    document.documentElement.classList.add("carte-impression");
    legende.open = true;
    caler();
    plans.forEach(function (plan) {
      plan.invalidateSize({ animate: false, pan: false });
      if (avant.bornes.contains(donnees.emprise)) cadrer(plan, L.latLngBounds(donnees.emprise));
      else plan.fitBounds(avant.bornes, { animate: false });
    });
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.classList.remove("carte-impression");
    if (!avant) return;
    legende.open = avant.volet;
    plans.forEach(function (plan) {
      plan.invalidateSize({ animate: false, pan: false });
      plan.setView(avant.centre, avant.zoom, { animate: false });
    });
  });

  observatoire.dessinee = true;
  window.addEventListener("hashchange", suivre);
  premier.whenReady(suivre);
};
