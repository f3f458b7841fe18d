"""`python -m audiobook` does what `audiobook` does."""

from audiobook.cli import main

if __name__ == "__main__":
    main()
