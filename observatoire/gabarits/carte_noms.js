// Les noms, du plus important au moins important. Une grille de petites cases dit ce que la carte porte déjà : un nom n'en
// couvre pas un autre, ni un panneau ni une épingle ; il évite les disques, puis les limites épaisses.
observatoire.nommer = function (plan, objets, reglages) {
  "use strict";
  var PAS = 4, PRIS = 1, DISQUE = 2, LIMITE = 4, QUARTIER = 8, EPINGLE = 16, TOLERE = 150;
  var calque = L.layerGroup().addTo(plan), visible = true, mesure = document.createElement("canvas").getContext("2d");
  var petit = reglages.petit, cibles = reglages.cibles.filter(function (cible) { return cible.nom; });
  var police = (petit ? " 11px " : " 12px ") + getComputedStyle(plan.getContainer()).fontFamily;

  function demiLargeur(cible) {
    mesure.font = (cible.quartier && !cible.voisin ? 600 : 400) + police;
    return mesure.measureText(cible.nom).width / 2 + 3;
  }

  function poser() {
    calque.clearLayers();
    if (!visible) return;
    var taille = plan.getSize(), colonnes = Math.ceil(taille.x / PAS), grille = new Uint8Array(colonnes * Math.ceil(taille.y / PAS));
    var ecran = L.bounds([0, 0], taille.subtract([1, 1])), maximum = Math.min(60, Math.max(20, taille.x * taille.y / 17000)), poses = 0;

    function parcourir(b, faire) {
      var g = Math.max(0, Math.floor(b[0] / PAS)), d = Math.min(colonnes, Math.ceil(b[2] / PAS)), bas = Math.min(taille.y, b[3]);
      for (var j = Math.max(0, Math.floor(b[1] / PAS)); j * PAS < bas; j++) for (var i = g; i < d; i++) faire(j * colonnes + i);
    }

    function couvrir(boite, quoi) { parcourir(boite, function (rang) { grille[rang] |= quoi; }); }

    function suivreTrait(a, b, faire) {
      var bout = L.LineUtil.clipSegment(a, b, ecran, false, true);
      if (!bout) return;
      var pas = Math.ceil(bout[0].distanceTo(bout[1]) / PAS) || 1, ecart = bout[1].subtract(bout[0]).divideBy(pas);
      for (var i = 0; i <= pas; i++) faire(Math.floor((bout[0].y + i * ecart.y) / PAS) * colonnes + Math.floor((bout[0].x + i * ecart.x) / PAS));
    }

    function longer(anneau, quoi) {
      if (!(anneau[0] instanceof L.LatLng)) { anneau.forEach(function (a) { longer(a, quoi); }); return; }
      var points = anneau.map(function (p) { return plan.latLngToContainerPoint(p); });
      points.forEach(function (p, rang) { suivreTrait(p, points[(rang + 1) % points.length], function (c) { grille[c] |= quoi; }); });
    }

    // Ce que coûte un trait de rappel : il ne raye ni un nom ni, s'il se peut, un disque.
    function barre(debut, cible) {
      var total = 0;
      suivreTrait(debut, plan.latLngToContainerPoint(cible.centre), function (c) { total += grille[c] & PRIS ? 15 : grille[c] & DISQUE ? 2 : grille[c] ? 1 : 0; });
      return total;
    }

    function cout(b) {
      if (b[0] < 0 || b[1] < 0 || b[2] > taille.x || b[3] > taille.y) return Infinity;
      var total = 0;
      parcourir(b, function (rang) {
        var c = grille[rang];
        total += c & (PRIS | EPINGLE) ? Infinity : (c & DISQUE ? 6 : 0) + (c & LIMITE ? 5 : 0) + (c & QUARTIER ? 1 : 0);
      });
      return total;
    }

    reglages.obstacles(plan).forEach(function (b) { couvrir(b, PRIS); });
    objets.epingles.forEach(function (e) {
      var p = plan.latLngToContainerPoint(e.point), b = e.boite;
      couvrir([p.x + b[0], p.y + b[1], p.x + b[2], p.y + b[3]], EPINGLE);
    });
    objets.reperables.forEach(function (o) {
      if (!o.visible) return;
      var p = plan.latLngToContainerPoint(o.repere.getLatLng()), r = reglages.rayonRepere;
      if (o.petit) couvrir([p.x - r, p.y - r, p.x + r, p.y + r], DISQUE);
      else if (observatoire.cadre(plan, o.trace).intersects(ecran)) longer(o.trace.getLatLngs(), QUARTIER);
    });
    objets.cercles.forEach(function (o) {
      var p = plan.latLngToContainerPoint(o.trace.getLatLng()), r = 0.8 * o.trace.getRadius();
      if (o.visible) couvrir([p.x - r, p.y - r, p.x + r, p.y + r], QUARTIER);
    });
    objets.limites.forEach(function (o) { if (o.visible) longer(o.trace.getLatLngs(), LIMITE); });

    cibles.some(function (cible) {
      if (cible.quartier && (!cible.objet.visible || cible.objet.petit)) return false;
      var boite = observatoire.cadre(plan, cible.objet.trace), l = demiLargeur(cible), h = petit ? 7 : 8;
      // Un nom qui déborde de beaucoup son lieu attend qu'on zoome.
      if (!boite.intersects(ecran) || !cible.fort && boite.getSize().x < (cible.quartier ? 0.5 : 2) * l) return false;
      var meilleur = null, moindre = cible.fort ? TOLERE : 9;
      places(cible, boite, l, h).forEach(function (p) {
        if (p[2] >= moindre) return;
        var prix = p[2] + cout([p[0] - l, p[1] - h, p[0] + l, p[1] + h]) + (p[3] ? barre(bord(p, l, h, cible), cible) : 0);
        if (prix < moindre) { moindre = prix; meilleur = p; }
      });
      if (!meilleur) return false;
      couvrir([meilleur[0] - l, meilleur[1] - h, meilleur[0] + l, meilleur[1] + h], PRIS);
      ecrire(cible, meilleur, l, h);
      poses += 1;
      return poses >= maximum;
    });
  }

  // Où un nom peut aller, et ce que coûte de l'éloigner : sur son quartier ou contre lui ; dans sa commune, ou tout près.
  function places(cible, boite, l, h) {
    var c = plan.latLngToContainerPoint(cible.centre), a = boite.min, b = boite.max;
    if (cible.quartier) {
      var dessus = a.y - h - 2, dessous = b.y + h + 2, droite = b.x + l + 2, gauche = a.x - l - 2;
      return [[c.x, c.y, 0], [c.x, dessous, 1], [c.x, dessus, 1], [droite, c.y, 2], [gauche, c.y, 2],
        [droite, dessous, 5], [droite, dessus, 5], [gauche, dessous, 5], [gauche, dessus, 5]].concat(cible.fort ? couronne(c, b.subtract(a).divideBy(2), l, h) : []);
    }
    var trouvees = [[c.x, c.y, 0]], x = [Math.max(a.x, l), Math.min(b.x, plan.getSize().x - l)], y = [Math.max(a.y, h), Math.min(b.y, plan.getSize().y - h)];
    for (var i = 0; i <= 6; i++) for (var j = 0; j <= 8; j++) {
      var px = x[0] + (x[1] - x[0]) * i / 6, py = y[0] + (y[1] - y[0]) * j / 8;
      if (dedans(plan.containerPointToLatLng([px, py]), cible.objet.trace)) trouvees.push([px, py, Math.hypot(px - c.x, py - c.y) / 12]);
    }
    // Une commune trop petite pour son nom : il se pose autour d'elle.
    return cible.fort && b.x - a.x < 2 * l + 20 ? trouvees.concat(couronne(c, L.point(0, 0), l, h)) : trouvees;
  }

  // Autour d'un lieu, de plus en plus loin ; au-delà d'un certain écart, au bout d'un trait.
  function couronne(c, rayons, l, h) {
    var trouvees = [], droite = plan.getSize().x - l;
    [14, 22, 30, 40, 52].forEach(function (ecart) {
      for (var angle = 0; angle < 2 * Math.PI; angle += Math.PI / 8) {
        var x = Math.cos(angle), y = Math.sin(angle), px = c.x + x * (rayons.x + ecart + l * Math.abs(x));
        trouvees.push([Math.max(l, Math.min(droite, px)), c.y + y * (rayons.y + ecart - 6 + h * Math.abs(y)), ecart / 3, ecart > 25]);
      }
    });
    return trouvees;
  }

  function dedans(lieu, trace) {
    return trace.getLatLngs().some(function (polygone) {
      var anneau = Array.isArray(polygone[0]) ? polygone[0] : polygone, pairs = false;
      anneau.forEach(function (p, rang) {
        var q = anneau[(rang || anneau.length) - 1];
        if (p.lat > lieu.lat !== q.lat > lieu.lat && lieu.lng < (q.lng - p.lng) * (lieu.lat - p.lat) / (q.lat - p.lat) + p.lng) pairs = !pairs;
      });
      return pairs;
    });
  }

  // D'où part le trait : le bord du nom le plus proche de sa commune.
  function bord(place, l, h, cible) {
    var c = plan.latLngToContainerPoint(cible.centre);
    return L.point(Math.max(place[0] - l, Math.min(place[0] + l, c.x)), Math.max(place[1] - h, Math.min(place[1] + h, c.y)));
  }

  function ecrire(cible, place, l, h) {
    if (place[3]) {
      L.polyline([plan.containerPointToLatLng(bord(place, l, h, cible)), cible.centre], { pane: "noms", color: "#2b2823", weight: 1, interactive: false }).addTo(calque);
    }
    var texte = document.createElement("span");
    texte.textContent = cible.nom;
    var icone = L.divIcon({
      className: "carte-nom" + (cible.voisin ? " carte-nom-voisin" : cible.quartier ? " carte-nom-quartier" : ""),
      iconSize: [0, 0], html: texte
    });
    L.marker(plan.containerPointToLatLng([place[0], place[1]]), { icon: icone, interactive: false, keyboard: false, pane: "noms" }).addTo(calque);
  }

  plan.createPane("noms").style.pointerEvents = "none";
  plan.getPane("noms").style.zIndex = 450;
  plan.getPane("noms").setAttribute("aria-hidden", "true");
  return { poser: poser, montrer: function (v) { visible = v; poser(); } };
};

// Ce qu'un tracé occupe à l'écran.
observatoire.cadre = function (plan, trace) {
  "use strict";
  var bornes = trace.getBounds();
  return L.bounds(plan.latLngToContainerPoint(bornes.getNorthWest()), plan.latLngToContainerPoint(bornes.getSouthEast()));
};
