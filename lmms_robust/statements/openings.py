"""What may open a predicate within the words of a question: "standing", "to the left", "behind", "red", "a dog"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from lmms_robust.statements.vocabulary import (
    ADVERBS,
    ATTACHING,
    BREAKS,
    COLOURS,
    DETERMINERS,
    DOING,
    DONE,
    EITHER,
    LIGHTS,
    LOCATED,
    NOT_DOING,
    PARTICLES,
    PHRASES,
    PLACES,
    SHADES,
    STATES,
)
from lmms_robust.statements.words import bare, is_comparative, is_participle, parts

Kind = Literal["located", "place", "side", "phrase", "doing", "wearing", "state", "noun"]

_SIDE = re.compile(
    r"(?:to|on|at|in|towards?) the (?:(?:far|immediate|upper|lower|top|bottom|very|left|right|front|back) )*"
    r"(?:left|right|top|bottom|front|back|rear|middle|cent(?:er|re)|background|foreground|corner|distance)"
    r"(?:[ -]hand)?(?: (?:side|corner|part|half|edge|area))?(?= |$)(?! (?:hand|arm|leg|foot|eye|ear|wing|paw)\b)"
)
_PHRASE = re.compile(
    r"(?:in front|on top|next|close|far(?: away)?|away|across|opposite|apart)(?: (?:of|to|from))?(?= |$)"
    r"|(?:left|right) of "
)
_LIKE = re.compile(
    r"(?:the same|(?:full|covered|made|part|capable|aware) of|(?:about|able|unable|ready|likely) to|brand new"
    r"|upside down|stainless steel|back to back|side by side|face to face|hand in hand)(?= |$)"
)
CLOSED = (
    {"like", "unlike", "not"}
    | BREAKS
    | PLACES
    | PHRASES
    | LOCATED
    | ATTACHING
    | ADVERBS
    | PARTICLES
    | DETERMINERS
    | {"and", "or", "as", "than"}
)


def opening(words: Sequence[str], place: int) -> tuple[Kind | None, int]:
    """What opens at a place, and with how many words."""
    skipped = place
    while skipped < len(words) - 1 and words[skipped] in ADVERBS:
        skipped += 1
    for read in (_place, _doing, _state, _noun):
        kind, length = read(words, skipped)
        if kind is not None:
            return kind, skipped - place + length
    return None, 1


def _place(words: Sequence[str], place: int) -> tuple[Kind | None, int]:
    word, rest = words[place], " ".join(words[place : place + 8])
    last = place == len(words) - 1
    side = _SIDE.match(rest)
    if side:
        length = len(side[0].split())
        after = words[place + length : place + length + 1]
        bare = not after or after[0] in CLOSED or opening(words, place + length)[0] is not None
        if after == ["of"] or after == ["from"]:
            return "place", length + 1
        return ("side", length) if bare else ("phrase", 2)
    phrase = _PHRASE.match(rest)
    if phrase and (" " in phrase[0] or last):
        return "side" if phrase[0] == "in front" else "place", len(phrase[0].split())
    if word in PLACES:
        return "place", 1
    if word in PHRASES | {"off"} and word != "to":
        return ("state" if last else "phrase"), 1
    return ("phrase", 1) if word == "to" and not last else (None, 1)


def _doing(words: Sequence[str], place: int) -> tuple[Kind | None, int]:
    word = words[place]
    if word in LOCATED:
        return "located", 1
    if word in ATTACHING:
        return "wearing", 1
    if word in DOING:
        return "doing", 1
    noun_before = _ends_noun(words, place - 1)
    after = words[place + 1] if place < len(words) - 1 else ""
    named = word in NOT_DOING and after not in DETERMINERS  # "the man in the building", but "the man building a wall"
    if word.endswith("ing") and len(word) > 4 and noun_before and not named:
        return "doing", 1
    done = word.endswith("ed") and _is_done(word)
    if noun_before and (word in DONE or (done and after in CLOSED)):
        return "doing", 1
    return None, 1


def _state(words: Sequence[str], place: int) -> tuple[Kind | None, int]:
    """An adjective after its noun: at the end, or before "of", "in", "than" and the like."""
    if not _ends_noun(words, place - 1):
        return None, 1
    last = place == len(words) - 1
    if last and words[place] in {"up", "down", "off", "out", "alone", "together", "still"}:
        return "state", 1
    like = _LIKE.match(" ".join(words[place : place + 3]))
    if like:
        return "state", len(like[0].split())
    end = place
    while end < len(words) and (_describes(words, end) or (end > place and words[end] in ADVERBS | {"and"})):
        end += 1
    closed = end == len(words) or words[end] in PHRASES | PLACES | {"of", "than", "as", "enough"}
    return ("state", end - place) if end > place and closed else (None, 1)


def _is_done(word: str) -> bool:
    """Whether a word is a participle, or none that a lexicon has: "parked", "curly-haired"; not "bed" and "shed"."""
    return not parts(word) or (is_participle(word) and bare(word) != word)


def _describes(words: Sequence[str], place: int) -> bool:
    word = words[place]
    if word in SHADES and words[place + 1 : place + 2] and words[place + 1] in COLOURS:
        return words[place - 1] not in LIGHTS
    ending = word.endswith(("less", "ous", "shaped", "colored", "coloured")) and len(word) > 6
    done = word.endswith("ed") and _is_done(word)
    return word in STATES | COLOURS or is_comparative(word) or ending or done


def _noun(words: Sequence[str], place: int) -> tuple[Kind | None, int]:
    """A second noun after the first: "the animal in the picture | a dog"."""
    before = words[place - 1]
    verb = before.endswith(("ing", "ed")) or is_comparative(before) or words[place - 2 : place - 1] == ["to"]
    opens = words[place] in {"a", "an", "the"} and _ends_noun(words, place - 1) and not verb
    return ("noun", 1) if opens else (None, 1)


def _ends_noun(words: Sequence[str], place: int) -> bool:
    """Whether a word may be the last one of a noun: "the man on the left | tall", "in black | tall"."""
    word, before = words[place], words[place - 1] if place else ""
    if word in {"left", "right", "back"} and before in DETERMINERS | ADVERBS:
        return True
    if word in ADVERBS and place:  # "the room well | lit"
        return _ends_noun(words, place - 1)
    if word in STATES | COLOURS:
        return before == "in" or (word in EITHER and before in DETERMINERS)
    return word not in CLOSED and not word.endswith("'s")
