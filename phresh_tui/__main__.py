"""Lets ``python -m phresh_tui`` do what ``phresh`` does."""

from phresh_tui.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
