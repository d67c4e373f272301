"""Captions as sentences, whether or not they have a verb: "a man rides a wave", "a man riding a wave", "two dogs"."""

from __future__ import annotations

import re
from itertools import pairwise

from lmms_robust.statements.grammar import is_plural, mid_sentence, sentence
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.vocabulary import BARE_VERBS, BREAKS, DETERMINERS, DOING, NOT_DOING

FINITE = r"\b(?:is|are|was|were|has|have|had|can|will|would|does|do|did)\b"
# Only after one of these a verb shows its form: "a cat sits", but "cats sit", "a cat and a dog sit".
_ONE = re.compile(r"(?:an?|one|the) (?!(?:group|couple|pair|bunch|crowd|herd|flock|number|lot|row|team)\b)")


def described(caption: str) -> str:
    """Make a sentence of a caption; one that may or may not have a verb is quoted.

    >>> described("a man rides a wave."), described("Two dogs running on grass"), described("A cup on a table")
    ('A man rides a wave.', 'The image shows two dogs running on grass.', 'The image shows a cup on a table.')
    >>> described("Two men stand on a beach")
    'The image fits the caption "Two men stand on a beach".'
    """
    main = re.split(r" (?:that|which|who) ", caption)[0]
    words = re.findall(r"[\w'-]+", main.casefold())
    acting = [place for place, word in enumerate(words) if re.fullmatch(r"\w{2,}ing", word) and word not in NOT_DOING]
    verbs = _in_s(words[: acting[0]] if acting else words)
    if re.search(FINITE, main) or any(map(_is_known, verbs)):
        return sentence(caption)
    alone = _ONE.match(" ".join(words)) and "and" not in main.split(" with ")[0].split()
    named = acting and (words[0] in DETERMINERS or is_plural(" ".join(words[: acting[0]])))  # not "man riding a horse"
    if verbs or not (named or alone):
        return f"The image fits the caption {quoted(caption.strip().rstrip('. '))}."
    return sentence(f"the image shows {mid_sentence(caption)}")


def _in_s(words: list[str]) -> list[str]:
    """Words that may be verbs by their form and place, without the "s": "rides" in "a man rides a wave"."""
    return [
        word[:-1]
        for before, word in pairwise(words)
        if re.fullmatch(r"\w+[^s\W]s", word) and before not in BREAKS | DETERMINERS | {"and"}
    ]


def _is_known(verb: str) -> bool:
    return verb in BARE_VERBS or not DOING.isdisjoint(
        f"{stem}ing" for stem in (verb, verb + verb[-1], verb.removesuffix("e"))
    )
