"""`python -m knowledge_base`."""

from knowledge_base.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
