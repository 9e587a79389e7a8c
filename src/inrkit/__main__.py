"""`python -m inrkit`: the same as `inrkit`, for launchers that start modules."""

from inrkit.cli import main

if __name__ == "__main__":
    main()
