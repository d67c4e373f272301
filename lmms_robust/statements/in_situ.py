"""Questions whose question word stands where its answer belongs: "The roof has what shape?"."""

from __future__ import annotations

from collections.abc import Sequence

from lmms_robust.statements.asking import Found, is_noun_phrase, pattern
from lmms_robust.statements.clauses import kind
from lmms_robust.statements.complements import complement, head_noun, subject
from lmms_robust.statements.grammar import has_determiner, is_are, mid_sentence
from lmms_robust.statements.vocabulary import ABSTRACT
from lmms_robust.statements.words import is_countable, is_participle, parts


def _is_what(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Name a property: "The cup is what colour?"; with "is", what is said may have clauses of its own."""
    who, noun = mid_sentence(found["x"]), found["noun"]
    sure = is_noun_phrase(who) or (has_determiner(who) and " that " in who)
    said = complement(option, noun, options) if sure and noun in ABSTRACT else None
    return said and f"the {noun} of {who} is {said}"


def _of_which(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say of what a part or a measure is: "The volume of which body can be found so?"."""
    who = subject(option, options)
    alone = who and who[0].islower() and head_noun(found["noun"]) in {"object", "figure", "shape", "body", "thing"}
    return f"{found['x']} of {who} {found['rest']}" if alone else None


def _described(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say how something is best described: "How would you describe the wall?"."""
    said, who = mid_sentence(option).rstrip("."), found["x"]
    last = said.split()[-1] if said else ""
    noun = is_countable(last) and not has_determiner(said) and "ADJ" not in parts(last) and not is_participle(last)
    if noun or not is_noun_phrase(who) or kind(said) != "phrase" or len(said.split()) > 12:
        return None
    return f"{who} {is_are(who)} best described as {said}"


PATTERNS = (
    pattern("is_what", r"(?P<x>(?:the|this|that) [^?]+?) (?:is|has) what (?P<noun>\w+)\s*\?", _is_what),
    pattern("of_which", r"(?P<x>the \w+) of which (?P<noun>\w+) (?P<rest>(?:can|is|was|has) [^?]+?)\s*\?", _of_which),
    pattern("described", r"how (?:would|can|could|do) you (?:best )?describe (?P<x>[^?]+?)\s*\?", _described),
)
"""Tried in order."""
