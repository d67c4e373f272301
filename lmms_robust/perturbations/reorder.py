"""The same options in another order, and reasoning about them with its letters changed to match.

What a reasoning calls an option by is changed only where a letter surely names one; where any letter may or may not, or
an option is told by its place, nobody knows what the reasoning would say of the other order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from lmms_robust.prompts import inert
from lmms_robust.reading.letters import index_of, is_article, letters_in
from lmms_robust.reading.spelling import plain
from lmms_robust.schema import MAX_LETTERS, letters

# A letter with neither a letter nor a digit beside it; small ones only where no apostrophe makes them part of a word.
_ALONE = re.compile(r"(?<![^\W_])(?:[A-K]|(?<!['\\])[b-k]|(?<!')a(?=\s{0,2}(?:[)\].,;:!?}\"]|\Z)))(?![^\W_])")
_LABEL = re.compile(r"^\W{0,8}([A-K])\s?[.):\]](?=\s|$)", re.MULTILINE)  # of an item of a list
_PLACED = re.compile(
    r"\b(?:first|second|third|last|latter|former|\d{0,2}(?:st|nd|rd|th)|[a-z]{2,6}th)\s(?:option|choice|answer|alternative)"
    r"|\b(?:option|choice|answer|alternative)s?\s(?:number\s|no\.\s?|#\s?)?[\[(]?(?:\d{1,2}|one|two|three|four|i{1,3})\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:the|of)\s(?:above|below|previous|preceding|following)\b|\b(?:both|either|neither)\s[A-K]\b", re.IGNORECASE
)


class Relabelled(NamedTuple):
    """A text for the other order.

    Attributes:
        text: the text with its letters changed; ``""`` where it cannot be told.
        reason: why it cannot, a short name, or None.
    """

    text: str
    reason: str | None = None


def new_order(digest: str, count: int) -> tuple[int, ...]:
    """Draw another order, in which no option keeps its place.

    Args:
        digest: of the item; seeds the draw.
        count: how many options, at least 2.

    Returns:
        For each new place the index of the option that stands there now (Sattolo's algorithm: one cycle).

    >>> new_order("d", 2)
    (1, 0)
    """
    rng, order = Random(f"reordered:{digest}"), [*range(count)]
    for place in range(count - 1, 0, -1):
        other = rng.randrange(place)
        order[place], order[other] = order[other], order[place]
    return tuple(order)


def moved(letter: str, order: Sequence[int]) -> str:
    """The letter that an option has in the new order.

    >>> moved("A", (1, 2, 0))
    'C'
    """
    return letters(MAX_LETTERS)[order.index(index_of(letter))]


def moved_back(letter: str, order: Sequence[int]) -> str:
    """The letter that an option had before.

    >>> moved_back("C", (1, 2, 0))
    'A'
    """
    return letters(MAX_LETTERS)[order[index_of(letter)]]


def fixed_by(question: str, options: Sequence[str]) -> str | None:
    """Why the options of a question cannot be put into another order, or None.

    Options that point at others by letter or place, and questions about things that are called by letters themselves
    ("Is point A above B?"), mean something else then.

    >>> fixed_by("Which?", ("red", "all of the above")), fixed_by("Where is A?", ("left", "right"))
    ('options_refer', 'letters_in_question')
    >>> fixed_by("A dog is where?", ("left", "right"))
    """
    known = len(options)
    if any(_REFERS.search(option) for option in options) or any(_letters(plain(one), known) for one in options):
        return "options_refer"
    return "letters_in_question" if _letters(plain(question), known) else None


def relabel(text: str, order: Sequence[int]) -> Relabelled:
    """Change the option letters of a reasoning to those of the new order.

    Args:
        text: the reasoning.
        order: see :func:`new_order`.

    Returns:
        The changed text; ``"uncertain_letter"`` where a letter may stand for an option or for something else, and
        ``"told_by_place"`` where an option is called by its place.

    >>> relabel("A dog is on the left, which is A. Not (b).", (1, 0)).text
    'A dog is on the left, which is B. Not (a).'
    >>> relabel("Vitamin B is there.", (1, 0)).reason, relabel("The first option fits.", (1, 0)).reason
    ('uncertain_letter', 'told_by_place')
    """
    flat, known = plain(text), len(order)
    if _PLACED.search(flat):
        return Relabelled("", "told_by_place")
    sure = {at for at, index in letters_in(flat) if index < known}
    sure |= {match.start(1) for match in _LABEL.finditer(flat) if index_of(match[1]) < known}
    if any(at not in sure for at in _letters(flat, known)):
        return Relabelled("", "uncertain_letter")
    changed = list(text)
    for at in sure:
        letter = moved(flat[at], order)
        changed[at] = letter if flat[at].isupper() else letter.lower()
    return Relabelled("".join(changed))


def _letters(flat: str, known: int) -> list[int]:
    """Offsets of the letters that may stand for one of so many options: those that are no article or pronoun."""
    found = [match.start() for match in _ALONE.finditer(flat) if index_of(match[0]) < known]
    return [at for at in found if not is_article(flat, at)]


def reordered_prompt(prompt: str, options: Sequence[str], order: Sequence[int]) -> str | None:
    r"""A prompt with its list of options in the new order; None where it does not list them as our template does.

    >>> reordered_prompt("Where?\nA. left\nB. right\n\nThink.", ("left", "right"), (1, 0))
    'Where?\nA. right\nB. left\n\nThink.'
    """
    before, after = (_listed(one) for one in (options, [options[index] for index in order]))
    return prompt.replace(before, after) if prompt.count(before) == 1 else None


def _listed(options: Sequence[str]) -> str:
    return "".join(f"\n{letter}. {inert(text)}" for letter, text in zip(letters(len(options)), options, strict=True))
