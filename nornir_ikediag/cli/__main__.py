"""`python -m nornir_ikediag.cli`, where the script is not on the path."""

from nornir_ikediag.cli import main

main()
