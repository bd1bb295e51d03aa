"""`python -m psoas_rules`: the command line."""

from psoas_rules.cli import main

if __name__ == "__main__":
    main()
