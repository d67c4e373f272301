"""Response text to answer letter and reasoning, and the reading of prose that this and consistency share.

``response`` puts it together: ``tags`` splits the text, ``answer`` reads the answer, ``conclude``
follows the ``evidence`` in prose, clause by clause.
"""

from __future__ import annotations

from lmms_robust.parsing.response import parse_response

__all__ = ["parse_response"]
