"""From a response text to reasoning, answer letter and where it stands.

``response`` puts it together: ``tags`` splits the text, ``answer`` reads the answer. For the answer and for a
conclusion alike, ``sentences`` tells what a sentence says about the options, by its ``parts``; ``letters`` and
``options`` how options are named and what is asked, ``polar`` what says yes or no, ``spelling`` what is equal,
``words`` what function words do.
"""

from __future__ import annotations

from lmms_robust.reading.response import own_start, parse_response

__all__ = ["own_start", "parse_response"]
