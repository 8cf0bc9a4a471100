"""`python -m scripts.cli`, for processes that the command line starts itself."""

from scripts.cli.app import main

main()
