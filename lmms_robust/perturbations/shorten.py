"""A chain of thought cut short at quarters, where a sentence or at least a word ends."""

from __future__ import annotations

import re
from bisect import bisect_left

from lmms_robust.reading.sentences import backwards
from lmms_robust.reading.spelling import plain

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of a chain that are kept."""
REACH = 0.125
"""How far from a share, in shares of the chain, a cut may be; so no two cuts meet."""
_BLANK = re.compile(r"\s+")


def shortened(text: str, own: int = 0) -> tuple[str, ...]:
    """The starts of a chain of thought, one for each of :data:`SHARES`.

    Only what the model wrote itself is cut. A cut is where the sentence ends that ends next to the share; where none
    does within :data:`REACH` of it, where the next word ends; else, as in scripts without blanks, at the share.

    Args:
        text: the chain.
        own: offset from which on it is the model's own; what stands before is always kept.

    >>> shortened("One is here. Two is there. Three is far. Four is near.")
    ('', 'One is here.', 'One is here. Two is there.', 'One is here. Two is there. Three is far.', \
'One is here. Two is there. Three is far. Four is near.')
    """
    chain = text[own:]
    sentences = sorted(at for at, _ in backwards(plain(chain)) if at)
    blanks = [match.start() for match in _BLANK.finditer(chain)]
    ends = [_end(chain, share, sentences, blanks) for share in SHARES[1:-1]]
    return tuple((text[:own] + chain[:end]).rstrip() for end in (0, *ends, len(chain)))


def _end(chain: str, share: float, sentences: list[int], blanks: list[int]) -> int:
    wanted, reach = share * len(chain), REACH * len(chain)
    for places in (sentences, blanks):
        at = bisect_left(places, wanted)
        near = [place for place in places[max(at - 1, 0) : at + 1] if abs(place - wanted) < reach]
        if near:
            return min(near, key=lambda place: abs(place - wanted))
    return round(wanted)
