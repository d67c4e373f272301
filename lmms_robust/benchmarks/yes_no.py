"""Yes/no questions as statements: from "Is X behind Y?" to "X is behind Y." and "X is not behind Y." by the answer.

The two statements of a question are exact opposites. A question whose subject cannot be told from its predicate gives
None, so that the caller falls back rather than write a crooked sentence.
"""

from __future__ import annotations

import re

from lmms_robust.benchmarks.grammar import definite, sentence
from lmms_robust.benchmarks.vocabulary import (
    ATTACHING,
    BARE_VERBS,
    DETERMINERS,
    OPENERS,
    PARTICIPLES,
    PRONOUNS,
    QUANTIFIERS,
    WEAK_OPENERS,
)

_QUESTION = re.compile(
    r"(?:(?P<before>[^,?]+(?:,[^,?]+)*),\s*)?(?P<verb>is|are|was|were|does|do|can|could|will)\s+(?P<rest>[^?]+?)\s*\??",
    re.IGNORECASE,
)
_THERE = re.compile(r"there\s+(?:(?P<article>a|an|any|some)\s+)?(?P<noun>.+)", re.IGNORECASE)
_SIDE = re.compile(
    r"(?:to|on|at|in)\s+the\s+(?:(?:far|upper|lower|top|bottom|very)\s+)*(?:left|right|top|bottom|front|back)\b"
)
_PHRASE = re.compile(r"in\s+front|next\s+to|on\s+top|close\s+to|far\s+away|far\s+from|the\s+same|part\s+of")


def is_yes(option: str) -> bool | None:
    """Read an option as yes (True) or no (False); None if it is neither.

    >>> is_yes("Yes."), is_yes("no"), is_yes("left")
    (True, False, None)
    """
    return {"yes": True, "no": False}.get(option.strip().rstrip(".!").casefold())


def answered(question: str, yes: bool) -> str | None:
    """State the answer to a yes/no question; None if the question is not understood.

    >>> answered("Is the airplane directly above the chair?", False)
    'The airplane is not directly above the chair.'
    >>> answered("From the man's perspective, is there a dog on the left?", False)
    "From the man's perspective, there is no dog on the left."
    >>> answered("Does the man wear a hat?", True), answered("Can the boy see the dog?", False)
    ('The man wears a hat.', 'The boy cannot see the dog.')
    """
    found = _QUESTION.fullmatch(" ".join(question.split()))
    if found is None or re.search(r"\bor\b", found["rest"]):
        return None
    clause = _clause(found["verb"].casefold(), found["rest"], yes)
    if clause is None:
        return None
    return sentence(f"{found['before']}, {clause}" if found["before"] else clause)


# A yes or no to these is not a plain statement and its opposite: "Is there no dog?", "Are any of the cups full?"
_UNCLEAR = re.compile(
    r"\b(?:not|no|never|none|neither|(?:any|some|every)(?:one|body|thing)|any of|one of|more|fewer|less)\b|n't\b",
    re.IGNORECASE,
)


def _clause(verb: str, rest: str, yes: bool) -> str | None:
    if _UNCLEAR.search(rest):
        return None
    there = _THERE.fullmatch(rest)
    if there and verb in {"is", "are", "was", "were"}:
        return None if re.search(r"\band\b", there["noun"]) else _existence(verb, there, yes)
    opens = subject_end(rest.split()) if verb in {"is", "are", "was", "were"} else _verb_place(rest.split())
    if opens is None:
        return None
    words = rest.split()
    if words[opens - 1].casefold() == "and" or (words[opens].casefold() in {"and", "a", "an"} and "and" in words):
        return None
    subject, predicate = definite(" ".join(words[:opens])), words[opens:]
    if words[0].casefold() in QUANTIFIERS and not yes:
        clause = _joined(verb, subject, predicate, True)
        return clause and f"it is not the case that {clause}"
    return _joined(verb, subject, predicate, yes)


def _joined(verb: str, subject: str, predicate: list[str], yes: bool) -> str | None:
    rest = " ".join(predicate)
    if yes and verb in {"do", "does"}:
        return f"{subject} {_third_person(rest) if verb == 'does' else rest}"
    if yes:
        return f"{subject} {verb} {rest}"
    return f"{subject} {'cannot' if verb == 'can' else f'{verb} not'} {rest}"


def _third_person(predicate: str) -> str:
    """Inflect the first word: "wear a hat" becomes "wears a hat"."""
    verb, _, rest = predicate.partition(" ")
    irregular = {"have": "has", "be": "is", "do": "does", "go": "goes"}
    ending = "es" if re.search(r"(s|x|ch|sh)$", verb) else "s"
    inflected = irregular.get(verb) or (f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else verb + ending)
    return f"{inflected} {rest}".strip()


def _existence(verb: str, there: re.Match[str], yes: bool) -> str:
    article, noun = there["article"], there["noun"]
    if article is None and noun.split()[0].casefold() in DETERMINERS | QUANTIFIERS:  # "two dogs", "only", "the dog"
        return f"there {verb} {'' if yes else 'not '}{noun}"
    if not yes:
        return f"there {verb} no {noun}"
    shown = {"any": "some", None: ""}.get(article, article)
    return f"there {verb} {shown} {noun}"


def subject_end(words: list[str]) -> int | None:
    """Return the place at which the predicate starts in "subject predicate", or None.

    Spatial words and most participles open the predicate. "with", "in", "wearing" and the like do so only if nothing
    clearer follows: until then they belong to the subject.

    >>> subject_end("the man in the red shirt behind the car".split()), subject_end("the car red".split())
    (6, 2)
    """
    first = words[0].casefold()
    if first in PRONOUNS or (first in {"this", "that", "these", "those"} and words[1:2] and words[1] in DETERMINERS):
        return 1 if len(words) > 1 else None
    start = 2 if first in DETERMINERS or first.endswith(("'s", "’s")) else 1
    places = range(start, len(words))
    for opens in (_opens, _opens_weakly):
        for place in places:
            if opens(words, place):
                return place
    return len(words) - 1 if len(words) > start else None


def _opens(words: list[str], place: int) -> bool:
    word, rest = words[place].casefold(), " ".join(words[place : place + 6]).casefold()
    following = words[place + 1].casefold() if place + 1 < len(words) else ""
    if word in OPENERS or _SIDE.match(rest) or _PHRASE.match(rest) or following == "than":
        return True
    acting = word.endswith("ing") and word not in ATTACHING and (word in PARTICIPLES or following in DETERMINERS)
    apposed = word in {"a", "an"} and not any(w.casefold() in WEAK_OPENERS | ATTACHING for w in words[:place])
    return acting or apposed


def _opens_weakly(words: list[str], place: int) -> bool:
    word = words[place].casefold()
    return word in WEAK_OPENERS | ATTACHING or (word.endswith("ed") and place + 1 < len(words))


def _verb_place(words: list[str]) -> int | None:
    if words[0].casefold() in PRONOUNS:
        return 1 if len(words) > 1 else None
    return next((place for place, word in enumerate(words) if place and word.casefold() in BARE_VERBS), None)
