"""Counts as sentences, with noun and verb in the number that the count asks for."""

from __future__ import annotations

import re
from itertools import pairwise

from lmms_robust.statements.grammar import head_index, plural, sentence, singular
from lmms_robust.statements.vocabulary import COLOURS, NUMBERS, PAIRS, PROPER
from lmms_robust.statements.words import is_participle, is_plural_word, parts, singular_word

_ONE_DOES = {"are": "is", "were": "was", "have": "has"}
# "wearing hats" is said of several: "1 person wearing hats" would be odd.
_MANY_EACH = re.compile(r"\b\w{2,}ing (?:\w+ )??(?P<things>\w+)(?= (?:in|on|at)\b|$)")


def there_is_are(count: str, noun: str, place: str = "in the image") -> str | None:
    """Say how many there are, with the verb and the noun in the number that the count asks for.

    None if the count is no plain number, or the noun names two kinds ("dogs and cats", "more dogs than cats").

    >>> [there_is_are(count, "organs") for count in ("1", "3", "0")]
    ['There is 1 organ in the image.', 'There are 3 organs in the image.', 'There are 0 organs in the image.']
    >>> there_is_are("None", "people", "on the bench"), there_is_are("12", "of the buses", "")
    ('There are no people on the bench.', 'There are 12 buses.')
    >>> there_is_are("1", "people", "wearing red hats in the image")
    'The number of people wearing red hats in the image is 1.'
    """
    if place and noun.endswith(f" {place}"):  # "boys in the image | are there in the image"
        noun = noun.removesuffix(f" {place}")
    amount = count.strip().rstrip(".").casefold()
    if re.match(r"(?:more|fewer|less)\b", noun, re.IGNORECASE):  # "more dogs than cats"
        return None
    head = noun.split()[: head_index(noun.split()) + 1]
    if not is_count(count) or any(after == "and" and word not in COLOURS for word, after in pairwise(head)):
        return None
    each = _MANY_EACH.search(place)
    if each and is_plural_word(each["things"]):
        return sentence(f"the number of {counted(noun)} {place} is {'zero' if amount == 'none' else amount}")
    if amount == "none":
        amount = "no"
    one = amount in {"1", "one", "a", "an"}
    things = singular(counted(noun)) if one else _pairs(counted(noun))
    if one:  # "1 car in the lane that is parked"
        place = re.sub(r"\b(that|which|who) (are|were|have)\b", lambda it: f"{it[1]} {_ONE_DOES[it[2]]}", place)
    return sentence(f"There {'is' if one else 'are'} {amount} {things} {place}")


def _pairs(noun: str) -> str:
    """Write "2 pairs of scissors"."""
    head = noun.split()[head_index(noun.split())] if noun.split() else ""
    return f"pairs of {noun}" if head.casefold() in PAIRS else noun


def counted(noun: str) -> str:
    """Name things that are counted: in the plural, without the words that "how many of the" leaves.

    >>> counted("of the buses"), counted("red car"), counted("different colors")
    ('buses', 'red cars', 'colors')
    """
    bare = re.sub(r"^(?:(?:of|all|the|these|those|different) )+(?=\S)", "", noun.strip(), flags=re.IGNORECASE)
    common = [bool(parts(word)) and not {word, singular_word(word)} & PROPER for word in bare.split()]
    bare = bare.casefold() if bare.istitle() and all(common) else bare  # "Floor Lamps", but "Fridays"
    return plural(" ".join(word[:-1] if _is_counted_participle(word) else word for word in bare.split()))


def _is_counted_participle(word: str) -> bool:
    """Whether a plural's "s" stands after a participle: "horses being riddens"."""
    return word.endswith("s") and not parts(word) and is_participle(word[:-1]) and "NOUN" not in parts(word[:-1])


def is_count(text: str) -> bool:
    """Whether an option is a plain number, in digits or words.

    >>> is_count("3"), is_count("Two"), is_count("none"), is_count("a few")
    (True, True, True, False)
    """
    text = text.strip().rstrip(".").casefold()
    return bool(re.fullmatch(r"\d+", text)) or text in {*NUMBERS, "none"}
