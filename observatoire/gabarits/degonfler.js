// Rend le texte d'un flux « deflate » (RFC 1951) écrit en base 85. Synchrone, pour que les calques ajoutés par
// l'analyste trouvent Leaflet prêt, et sans rien demander au navigateur qu'il n'ait depuis dix ans.
var observatoire = {};
observatoire.degonfler = function (base85, taille) {
  "use strict";
  var source = lireBase85(), place = 0, reserve = 0, bits = 0, sortie = new Uint8Array(taille), ecrits = 0;
  var ORDRE = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  // Cinq signes pour quatre octets. L'alphabet est celui de Git, sans les signes qui s'échappent en HTML.
  function lireBase85() {
    var SIGNES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~", valeurs = {}, octets = [];
    SIGNES.split("").forEach(function (signe, rang) { valeurs[signe] = rang; });
    for (var i = 0; i < base85.length; i += 5) {
      var mot = 0, reste = Math.min(4, base85.length - i - 1);
      for (var j = 0; j < 5; j++) mot = mot * 85 + (i + j < base85.length ? valeurs[base85[i + j]] : 84);
      for (j = 0; j < reste; j++) octets.push(Math.floor(mot / Math.pow(256, 3 - j)) % 256);
    }
    return octets;
  }

  function abandonner() {
    throw new Error("cette page est abîmée");
  }

  function lire(nombre) {
    while (bits < nombre) {
      if (place >= source.length) abandonner();
      reserve |= source[place++] << bits;
      bits += 8;
    }
    var valeur = reserve & (1 << nombre) - 1;
    reserve >>>= nombre;
    bits -= nombre;
    return valeur;
  }

  // Code de Huffman canonique : combien de symboles par longueur, et les symboles dans l'ordre de leurs codes.
  function coder(longueurs) {
    var nombres = new Uint16Array(16), debuts = new Uint16Array(17), symboles = [];
    longueurs.forEach(function (l) { nombres[l] += 1; });
    nombres[0] = 0;
    for (var l = 1; l <= 16; l++) debuts[l] = debuts[l - 1] + nombres[l - 1];
    longueurs.forEach(function (l, symbole) { if (l) symboles[debuts[l]++] = symbole; });
    return { nombres: nombres, symboles: symboles };
  }

  function decoder(code) {
    var lu = 0, premier = 0, rang = 0;
    for (var l = 1; l < 16; l++) {
      lu |= lire(1);
      var nombre = code.nombres[l];
      if (lu < premier + nombre) return code.symboles[rang + lu - premier];
      rang += nombre;
      premier = premier + nombre << 1;
      lu <<= 1;
    }
    return abandonner();
  }

  function repeter(nombre, valeur) {
    return new Array(nombre).fill(valeur);
  }

  function codes(genre) {
    if (genre === 1) return [coder(repeter(144, 8).concat(repeter(112, 9), repeter(24, 7), repeter(8, 8))), coder(repeter(30, 5))];
    var litteraux = lire(5) + 257, distances = lire(5) + 1, nombre = lire(4) + 4, courtes = repeter(19, 0), longueurs = [];
    for (var i = 0; i < nombre; i++) courtes[ORDRE[i]] = lire(3);
    var code = coder(courtes);
    while (longueurs.length < litteraux + distances) {
      var s = decoder(code);
      if (s < 16) longueurs.push(s);
      else if (s === 16) longueurs = longueurs.concat(repeter(3 + lire(2), longueurs[longueurs.length - 1]));
      else longueurs = longueurs.concat(repeter(s === 17 ? 3 + lire(3) : 11 + lire(7), 0));
    }
    return [coder(longueurs.slice(0, litteraux)), coder(longueurs.slice(litteraux))];
  }

  // Longueur ou distance d'un rappel : les codes avancent par paliers, dont chacun a un bit de plus.
  function palier(rang, parPalier, debut) {
    if (rang < 2 * parPalier) return rang + debut;
    var supplement = Math.floor(rang / parPalier) - 1;
    return (parPalier + rang % parPalier << supplement) + debut + lire(supplement);
  }

  function bloc(paire) {
    for (var s = decoder(paire[0]); s !== 256; s = decoder(paire[0])) {
      if (s < 256) { sortie[ecrits++] = s; continue; }
      var longueur = s === 285 ? 258 : palier(s - 257, 4, 3), distance = palier(decoder(paire[1]), 2, 1);
      for (; longueur; longueur--, ecrits++) sortie[ecrits] = sortie[ecrits - distance];
    }
  }

  function copier() {
    lire(bits % 8);
    var longueur = lire(16);
    for (lire(16); longueur; longueur--) sortie[ecrits++] = lire(8);
  }

  for (var dernier = 0; !dernier;) {
    dernier = lire(1);
    var genre = lire(2);
    if (genre) bloc(codes(genre)); else copier();
  }
  return new TextDecoder().decode(sortie);
};
