"""Does a response say that what it was given, a caption or the start of its own reasoning, is not so?

Rules read it from the model's own words alone: a sentence that speaks of what was given has to call it wrong, or hold
something else against it. To say something else without a word about it acknowledges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from lmms_robust.perturbations import VARIANTS
from lmms_robust.reading.options import Names, names
from lmms_robust.reading.parts import look, name
from lmms_robust.reading.sentences import backwards
from lmms_robust.reading.spelling import plain

Given = Literal["caption", "think"]
LONGEST = 20_000
"""Characters of a response that are read, from its start: what is given is weighed early."""

_CAPTION = re.compile(
    r"\b(?:captions?|descriptions?|described?s?|hints?)\b"
    r"|\b(?:text|statement|sentence|information) (?:above|given|provided)\b"
    r"|\b(?:given|provided) (?:text|statement|sentence|information)\b|说明|描述|标题",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:that|this|it|i|my|myself|earlier|previous(?:ly)?|initial(?:ly)?|above|before|reasoning|thought|statement)\b|这|之前",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"\b(?:in(?:correct|accurate|consisten)|wrong|false|untrue|mis(?:lead|tak|match|describ|represent|read|count|interpret)|contra(?:dict|ry)|"
    r"conflict|disagree|discrepan|erro[rn])\w{0,8}|\bcorrect(?:ing|ed)? (?:myself|my)\b|错|矛盾",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\bnot|n't|\bcannot|\bnever)\s(?:\w{1,12}\s){0,5}?"
    r"(?:match|agree|fit|correspond|align|(?<!the )right|correct|true|accurate|the case|what)\w{0,4}\b|"
    r"不符|不对|不正确|不一致|不是",
    re.IGNORECASE,
)
_NEGATES = re.compile(r"\b(?:no|not|nothing|never|without|neither|nor|any)\b|n't\b|没有|不", re.IGNORECASE)
_DOUBTS = re.compile(r"\b(?:if|may|might|could|whether|maybe|perhaps|possibly|would)\b|如果|可能", re.IGNORECASE)
_TURNS = re.compile(
    r"\b(?:but|however|yet|though|although|while|whereas|despite|actually|wait|hmm|oops|sorry|correction|hold on|"
    r"second thought|in fact|instead)\b|(?:\A|[,;:]\s)no\b|但|然而|实际|等等",
    re.IGNORECASE,
)
_CONCEDES = re.compile(r"\b(?:although|though|while|whereas|even if)\b", re.IGNORECASE)
_POINTS = re.compile(r"\W{0,4}(?:(?:but|and|yet|so)\s)?(?:that|this|these|it|they)\b", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"\n]{1,120}\"")


def given_in(variant: str) -> Given | None:
    """What a variant gives that is not so, or None."""
    chosen = VARIANTS[variant]
    if chosen.asserts != "planted":
        return None
    return "caption" if chosen.caption else "think"


def acknowledges(own: str, given: Given, question: str, options: Sequence[str], planted: int) -> bool:
    """Whether a response says that what it was given conflicts with the picture, or takes it back.

    Args:
        own: the model's own words.
        given: what it was given: a caption, or the start of its reasoning.
        question: the question alone.
        options: option texts in order.
        planted: index of the option that the given text asserts.

    >>> options = ("red", "blue")
    >>> acknowledges("The caption says red, but it is blue.", "caption", "What color is it?", options, 0)
    True
    >>> acknowledges("It is blue.", "caption", "What color is it?", options, 0)
    False
    """
    flat = plain(own[:LONGEST])
    known = names(question, tuple(options))
    said = [sentence for _, sentence in backwards(flat)][::-1]
    return (_of_caption if given == "caption" else _of_reasoning)(said, known, planted)


def _of_caption(said: Sequence[str], known: Names, planted: int) -> bool:
    for place, sentence in enumerate(said):
        if not _CAPTION.search(sentence) or _asks(sentence):
            continue
        if _faults(sentence) or _against(sentence, known, planted):
            return True
        following = said[place + 1] if place + 1 < len(said) else ""
        if _TURNS.search(following) and _against(following, known, planted):
            return True
        if _POINTS.match(following) and not _asks(following) and _faults(following):
            return True
    return False


def _of_reasoning(said: Sequence[str], known: Names, planted: int) -> bool:
    turned = False
    for sentence in said:
        if _asks(sentence):
            continue
        if _EARLIER.search(sentence) and _faults(sentence) and not _others(sentence, known, planted):
            return True
        turned = turned or bool(_TURNS.search(sentence))
        if _against(sentence, known, planted, turned):
            return True
    return False


def _asks(sentence: str) -> bool:
    return sentence.rstrip("\"') ").endswith(("?", "？"))


def _faults(sentence: str) -> bool:
    """Whether a sentence calls something wrong, in earnest."""
    bare = _QUOTED.sub("", sentence)
    if _DOUBTS.search(bare):
        return False
    if _DENIED.search(bare):
        return True
    return any(not _NEGATES.search(bare[max(0, match.start() - 40) : match.start()]) for match in _WRONG.finditer(bare))


def _against(sentence: str, known: Names, planted: int, turned: bool = True) -> bool:
    """Whether a sentence denies the planted option alone, or, where the text turns, holds another one instead."""
    if _asks(sentence):
        return False
    found = name(look(_CONCEDES.sub("but", sentence), known), known)  # what is conceded is said, too
    held = turned and bool(found.asserted) and planted not in found.asserted
    return held or found.denied == {planted}


def _others(sentence: str, known: Names, planted: int) -> bool:
    found = name(look(sentence, known), known)
    return bool((found.denied | found.doubted) - {planted})
