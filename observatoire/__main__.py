"""``python -m observatoire`` : la ligne de commande, même quand son script n'est pas dans le chemin."""

from observatoire.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
