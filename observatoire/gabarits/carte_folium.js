// Ce que les calques de folium attendent de la page, sans rien demander au réseau : un repère, sa couleur, une bulle.
(function () {
  "use strict";

  function repere(couleur) {
    var trace = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 41"><path d="M12.5 1A11.5 11.5 0 0 0 1 12.5C1 22 12.5 40 12.5 40S24 22 24 12.5A11.5 11.5 0 0 0 12.5 1Z" fill="' + couleur + '" stroke="#fff"/><circle cx="12.5" cy="12.5" r="4.5" fill="#fff"/></svg>';
    var adresse = "data:image/svg+xml," + encodeURIComponent(trace);
    return { iconUrl: adresse, iconRetinaUrl: adresse };
  }

  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions(Object.assign(repere("#00527f"), { shadowUrl: "" }));
  L.Marker.mergeOptions({ alt: "Repère" });
  // folium.Icon : la couleur, sans le dessin, qui viendrait d'une police en ligne.
  L.AwesomeMarkers = { icon: function (options) { return new L.Icon.Default(repere(options.markerColor)); } };
  // folium.Popup : un texte HTML en éléments, seul usage qu'il fait de jQuery.
  window.$ = window.$ || function (texte) {
    var boite = document.createElement("template");
    boite.innerHTML = texte.trim();
    return boite.content.children;
  };
})();
