"""Where the checkpoint that comes with the package lies."""

from importlib.resources import files
from pathlib import Path

TINY_MODEL = Path(str(files("lmms_robust.models") / "tiny"))
"""Folder of the embedded model, for ``from_pretrained``."""
