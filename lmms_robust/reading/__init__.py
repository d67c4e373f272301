"""From a response text to reasoning, answer letter and where it stands.

``response`` puts it together: ``tags`` splits the text, ``plain`` spells it, ``answer`` reads the answer. ``sentences``
and ``options`` tell what a sentence says about the options, for the answer and for a conclusion alike; ``words`` is the
one table of words they rest on.
"""

from __future__ import annotations

from lmms_robust.reading.response import own_start, parse_response

__all__ = ["own_start", "parse_response"]
