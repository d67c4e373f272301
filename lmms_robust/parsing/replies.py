"""Sentences that name no option but reply to the one before: they agree, deny or take back."""

from __future__ import annotations

from lmms_robust.parsing import cues
from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.polar import elliptic
from lmms_robust.parsing.stance import is_reported


def is_retraction(text: str) -> bool:
    """Whether a sentence takes back what was just said."""
    match = cues.RETRACTION.search(text)
    if match is None or is_reported(text):
        return False
    word = match[0].lower()
    if "contradict" in word and cues.NEGATED.search(text[: match.end()].replace("nothing", "no")):
        return False
    return not word.endswith(("right", "correct")) or bool(cues.NEGATED.search(word))


def agreement(sentence: Sentence) -> bool | None:
    """Whether a sentence that names no option agrees (True) or disagrees (False) with what was just said."""
    if sentence.asks or not cues.AFFIRMED.search(sentence.text):
        return None
    return not cues.NEGATED.search(sentence.text)


def reply_to(sentence: Sentence) -> bool | None:
    """Whether a sentence starts with yes (True) or no (False), in reply to a question before it."""
    match = cues.REPLY.match(sentence.text)
    word = elliptic(sentence.text)
    return bool(match[1]) if match else None if word is None else word == "yes"
