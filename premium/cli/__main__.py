"""`python -m premium.cli …`, where the command `premium` is not installed: in the worker image."""

from premium.cli.main import main

if __name__ == "__main__":
    main()
