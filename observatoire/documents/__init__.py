"""Lire les documents que publie le champ : recueils, rapports, lettres, concertations, guides."""
