observatoire.dessiner([{{ plans|join(", ") }}], observatoire.degonfler("{{ paquet.texte }}", {{ paquet.taille }}));
