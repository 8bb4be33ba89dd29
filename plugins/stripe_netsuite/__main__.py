"""`python -m stripe_netsuite`: see `cli`."""

from stripe_netsuite.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
