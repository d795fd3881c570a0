"""`python -m reachapi_emulator`: the command line."""

from reachapi_emulator.cli.serve import main

main()
