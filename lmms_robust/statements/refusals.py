"""Options that choose none of the others: "none of the above", "not visible", "this image doesn't feature it".

Each becomes a statement that is true just if the option is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.clauses import kind
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
    r"|neither(?P<more>; .+)"  # "neither; their sizes are the same"
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
# "It is illegible which …" would be no English.
_WHICH_UNTOLD = {"not available": "is not stated"} | dict.fromkeys(
    ("illegible", "unreadable", "not legible", "not readable"), "cannot be read"
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
    rf"|{_ALL} (?:\w+ ){{1,4}}(?:and|or|nor) .+|.*\b(?:the above|[a-k],? (?:and|or) [a-k])(?: .+)?|{_ALL} [a-k]\b.*",
    re.IGNORECASE,
)


def refusals(question: str, options: Sequence[str], stated: Sequence[str] = ()) -> list[str | None]:
    """State the options that refuse; None for the others, and for "not visible" where "visible" can be chosen.

    Args:
        question: the question.
        options: all options.
        stated: the statements of the options that do not refuse, if they are known.
    """
    known = {_plain(option).casefold() for option in options}
    denials = sum(bool(_SENTENCE.fullmatch(_plain(option))) for option in options)
    told = [None if _denied(option) in known else refusal(question, option, stated) for option in options]
    alike = 2 * denials > len(options)  # among sentences, one that denies something is an option like the others
    return [
        None if alike and _SENTENCE.fullmatch(_plain(option)) else text
        for option, text in zip(options, told, strict=True)
    ]


def refusal(question: str, option: str, stated: Sequence[str] = ()) -> str | None:
    """State an option that chooses none of the others; None for any other option.

    It speaks of the statements of the others where they are known, and else of the question.

    >>> refusal("What color is the car?", "Not visible")
    'The answer to the question "What color is the car?" is not visible.'
    >>> refusal("What color is the car?", "None of the above", ["The car is red.", "The car is blue."])
    'Neither of these statements is true: "The car is red", "The car is blue".'
    >>> refusal("What color is the car?", "The image does not feature the car")
    'The image does not feature the car.'
    """
    text, asked = _plain(option), quoted(question)
    bare = re.sub(r"^it(?: is|'s) ", "", text, flags=re.IGNORECASE).casefold()
    unknown = (
        "cannot be determined"
        if _UNSURE.fullmatch(text)
        else "is not visible"
        if _UNSEEN.fullmatch(bare)
        else f"is {bare}"
        if _UNTOLD.fullmatch(bare)
        else None
    )
    others = ", ".join(quoted(other.rstrip(".")) for other in stated)
    none = _OTHERS.fullmatch(text)
    if none or (others and bare == "not applicable"):
        wrong = f"{'Neither' if len(stated) == 2 else 'None'} of these statements is true: {others}"
        wrong = wrong if others else f"None of the other answers to the question {asked} is right"
        return f"{wrong}{(none and none['more']) or ''}."
    if unknown:
        which = _WHICH_UNTOLD.get(bare, unknown)
        if others:
            return f"It {which} which of these statements is true: {others}."
        return f"The answer to the question {asked} {unknown}."
    if not _SENTENCE.fullmatch(text):
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
    others = re.search(r"\b(?:above|options?|answers?|choices?|[a-k] (?:and|or) [a-k])\b", text, re.IGNORECASE)
    return bool(_LEANING.fullmatch(text)) and not _OTHERS.fullmatch(text) and (bool(others) or kind(text) != "clause")


def points(option: str) -> bool:
    """Whether an option says nothing without the others: "both", "A and C", but not "both the cat and the dog"."""
    spelt = re.fullmatch(
        r"(?:both|either|neither) (?!of\b|[a-k]\b).+ (?:and|or|nor) (?![a-k]\b).+", _plain(option), re.I
    )
    return leans(option) and not (spelt and not re.search(r"\b(?:above|options?|answers?)\b", option, re.IGNORECASE))


def named_by(option: str, options: Sequence[str]) -> list[int] | None:
    """Places of the options that one holds together: "All of the above", "A and C"; None if it is no such option.

    >>> named_by("All of these options are correct.", ["red", "blue", "All of these options are correct."])
    [0, 1]
    >>> named_by("both A,B, and C", ["x", "y", "z"]), named_by("both", ["x", "y", "both"]), named_by("either", ["x"])
    ([0, 1, 2], [0, 1], None)
    """
    text = _plain(option)
    if not leans(option) or re.match("either|any|each|neither", text, re.IGNORECASE):
        return None
    letters = [ord(letter.upper()) - ord("A") for letter in re.findall(r"\b[A-K]\b", text)]
    plain = [place for place, other in enumerate(options) if other != option and not leans(other)]
    whole = re.fullmatch(
        rf"(?:both|all)(?: of)?(?: (?:the|these|those|them|above|other|two|three|{_OPTION}"
        r"|(?:are|is) (?:correct|right|true)))*",
        text,
        re.IGNORECASE,
    )
    if letters:
        return letters if len(letters) > 1 and all(place in plain for place in letters) else None
    return plain if whole and (len(plain) == 2 or not re.match("both", text, re.IGNORECASE)) else None


def quoted(text: str) -> str:
    """Put a text into quotation marks; those in it become single ones."""
    return '"' + text.replace('"', "'") + '"'


def _plain(option: str) -> str:
    return " ".join(option.replace("’", "'").split()).rstrip(".! ")


def _denied(option: str) -> str | None:
    """What an option denies: "visible" for "not visible"."""
    found = re.fullmatch(r"(?:not |un|in)(.+)", _plain(option).casefold())
    return found and found[1]
