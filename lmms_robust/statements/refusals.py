"""Options that choose none of the others: "none of the above", "not visible", "this image doesn't feature it".

Each becomes a statement that is true just if the option is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.vocabulary import TURNED

_OPTION = r"(?:answers?|options?|choices?|ones?)"
_WRONG = r"(?:is|are) (?:wrong|incorrect|false|not (?:correct|right|true))"
_PICTURE = (
    r"(?:image|picture|photo|photograph|video|scene|table|chart|graph|diagram|figure|map|text|question|passage|answer)"
)
_OTHERS = re.compile(
    rf"(?:none|neither|not any) of(?: (?:the|these|those|them|other|above|listed|given|following|{_OPTION}))+"
    r"(?: (?:is|are) (?:correct|right|true))?"
    rf"|(?:all|any|both) (?:of )?(?:the )?(?:above|other)(?: {_OPTION})? {_WRONG}"
    rf"|(?:there is )?no (?:correct|right) {_OPTION}|not listed(?: above)?",
    re.IGNORECASE,
)
_DENYING = (
    r"(?:(?:does|do|did|is|are|has|can|could) not|(?:does|do|did|is|are|has|ca|could)n't|doesnt|cannot|has no"
    r"|contains no|shows no)"
)
_SENTENCE = re.compile(
    rf"(?:(?:the|this) (?:given |provided )?{_PICTURE}|it) {_DENYING}\b.+|there (?:is|are)(?: not| no|n't) .+",
    re.IGNORECASE,
)
# Options of these are sentences, and one that denies something is an option like the others.
_ON_SENTENCES = re.compile(
    r"\b(?:captions?|statements?|sentences?|descriptions?|describes?|true|correct|inferred|concluded)\b", re.IGNORECASE
)
_UNSEEN = re.compile(
    r"(?:not (?:visible|shown|seen|present|featured|depicted|pictured|there)|invisible)"
    rf"(?: in (?:the|this) {_PICTURE})?|not in (?:the|this) {_PICTURE}",
    re.IGNORECASE,
)
_UNTOLD = re.compile(
    r"not (?:mentioned|given|stated|specified|provided|available|known|clear|determined|applicable|legible|readable)"
    r"|unknown|unclear|undetermined|unspecified|illegible|unreadable",
    re.IGNORECASE,
)
_TOLD = r"(?:determined?|seen?|told|tell|identified|identify|inferred?|answered|read|known|concluded|judged?|said|say)"
_UNSURE = re.compile(
    rf"(?:it )?(?:cannot|can't|can not|could not|couldn't) (?:be )?{_TOLD}\b.*"
    rf"|(?:it is |it's )?(?:unable|impossible|hard|difficult|not possible) to {_TOLD}\b.*|no idea"
    r"|(?:i am |i'm )?(?:not sure|unsure)|i (?:do not|don't|cannot|can't) (?:know|tell|say|see)\b.*"
    r"|(?:there is )?(?:not enough|insufficient|no) (?:information|data|context)\b.*",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:not|\w+n't|doesnt) (?:\w+ )?(?:feature|show|contain|include|depict|have|exist|present|visible|shown|in)"
    r"(?:ed)?\b|\b(?:has|contains|shows|is|are) no (?!way\b|information\b|correct\b|right\b)"
    r"|\b(?:not|can't|cannot) be (?:seen|found)\b",
    re.IGNORECASE,
)
# "both", "all of the above", "either the cat or the dog", "A and B"
_ALL = r"(?:all|both|either|neither|any|each)"
_LEANING = re.compile(
    rf"{_ALL}(?: (?:of )?(?:the )?(?:above|two|three|them|these|those|{_OPTION}).*)?"
    rf"|{_ALL} (?:\w+ ){{1,4}}(?:and|or|nor) .+|.*\b(?:the above|[a-k] (?:and|or) [a-k])",
    re.IGNORECASE,
)


def refusals(question: str, options: Sequence[str]) -> list[str | None]:
    """State the options that refuse; None for the others, and for "not visible" where "visible" can be chosen."""
    known = {_plain(option).casefold() for option in options}
    return [None if _denied(option) in known else refusal(question, option) for option in options]


def refusal(question: str, option: str) -> str | None:
    """State an option that chooses none of the others; None for any other option.

    >>> refusal("What color is the car?", "Not visible")
    'The answer to the question "What color is the car?" is not visible.'
    >>> refusal("What color is the car?", "The image does not feature the car")
    'The image does not feature the car.'
    """
    text, asked = _plain(option), quoted(question)
    if _OTHERS.fullmatch(text):
        return f"None of the other answers to the question {asked} is right."
    if _UNSURE.fullmatch(text):
        return f"The answer to the question {asked} cannot be determined."
    bare = re.sub(r"^it(?: is|'s) ", "", text, flags=re.IGNORECASE)
    if _UNSEEN.fullmatch(bare):
        return f"The answer to the question {asked} is not visible."
    if _UNTOLD.fullmatch(bare):
        return f"The answer to the question {asked} is {bare.casefold()}."
    if _ON_SENTENCES.search(question) or not _SENTENCE.fullmatch(text):
        return None
    if TURNED.search(question) and not re.match(rf"(?:the|this) (?:\w+ )?{_PICTURE}\b", text, re.IGNORECASE):
        return None
    whole = " ".join(option.split()).rstrip(".! ")
    return f"{whole[:1].upper()}{whole[1:]}."


def says_absent(option: str) -> bool:
    """Whether an option says that what is asked about is not there to be seen.

    >>> [says_absent(text) for text in ("This image doesn't feature the cars.", "not visible", "None of the above")]
    [True, True, False]
    """
    text = _plain(option)
    if _UNSEEN.fullmatch(text):
        return True
    return bool((_SENTENCE.fullmatch(text) or _UNSURE.fullmatch(text)) and _ABSENT.search(text))


def leans(option: str) -> bool:
    """Whether an option is true beside others, and says nothing without them: "both", "all of the above", "A and B"."""
    text = _plain(option)
    return bool(_LEANING.fullmatch(text)) and not _OTHERS.fullmatch(text)


def quoted(text: str) -> str:
    """Put a text into quotation marks; those in it become single ones."""
    return '"' + text.replace('"', "'") + '"'


def _plain(option: str) -> str:
    return " ".join(option.replace("’", "'").split()).rstrip(".! ")


def _denied(option: str) -> str | None:
    """What an option denies: "visible" for "not visible"."""
    found = re.fullmatch(r"(?:not |un|in)(.+)", _plain(option).casefold())
    return found and found[1]
