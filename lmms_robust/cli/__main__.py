"""``python -m lmms_robust.cli``."""

from lmms_robust.cli.command import main

main()
