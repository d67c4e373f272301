"""Which wrong options are not planted: those that may hold beside the right one, refusals, and those of another kind.

"0" beside "the image does not feature any", "2" beside "two", "blue" beside "dark blue", "left" beside "top left" may
all hold of one picture; "none of the above" says nothing of it; nobody takes "orange juice" for a colour.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import inf

from lmms_robust.benchmarks.kinds import kind
from lmms_robust.errors import RobustError
from lmms_robust.schema import letters
from lmms_robust.statements.directions import one_place, same_place
from lmms_robust.statements.refusals import leans, refusal, says_absent
from lmms_robust.statements.vocabulary import COLOURS, NUMBERS, SHADES, TURNED
from lmms_robust.statements.words import is_plural_word, one_spelling
from lmms_robust.statements.yes_no import is_yes

_ZERO = frozenset({"0", "no", "none", "nil", "nobody", "nothing"})
_ONE_FORM = {
    "upper": "top", "uppermost": "top", "lower": "bottom", "center": "middle", "centre": "middle", "central": "middle",
    "grey": "gray", "colour": "color",
}  # fmt: skip
_NO_CHOICE = frozenset(["none", "n/a", "na", "-", "other", "others"])
_SHORT = 5  # words; in a sentence, the same words in another order say something else
_EMPTY = frozenset(["the", "a", "an", "and", "area", "corner", "side", "part", "region"])
_PLACES = frozenset(["top", "bottom", "left", "right", "middle", "front", "back"])

_BOUNDS = {
    "": (0, 0), "only": (0, 0), "exactly": (0, 0), "more than": (0.1, inf), "over": (0.1, inf), ">": (0.1, inf),
    "at least": (0, inf), " or more": (0, inf), "less than": (-inf, -0.1), "fewer than": (-inf, -0.1),
    "under": (-inf, -0.1), "<": (-inf, -0.1), "at most": (-inf, 0), " or fewer": (-inf, 0), " or less": (-inf, 0),
}  # fmt: skip
"""Words with a number -> what may be added to it."""


def unplantable(
    question: str, options: Sequence[str], answer: str, beside: Callable[[str, str], bool] | None = None
) -> tuple[str, ...]:
    """Return the letters of the wrong options that are not planted, for all benchmarks.

    The best wrong options are planted: such as cannot hold beside the right one, refuse nothing, and are of its kind.
    Where there are none, options of other kinds are; then refusals; then whatever says something else.

    Args:
        question: the question.
        options: option texts.
        answer: letter of the right one.
        beside: says of a wrong option and the right one whether both may hold, where a benchmark knows more.

    Raises:
        RobustError: every wrong option says the same as the right one.

    >>> unplantable("What color is it?", ("red", "orange juice", "blue", "Not visible"), "A")
    ('B', 'D')
    >>> unplantable("Which are there?", ("dogs", "cats", "All of the above"), "C")
    ()
    """
    told = dict(zip(letters(len(options)), options, strict=True))
    right = told.pop(answer)
    other = [letter for letter, option in told.items() if not says_same(option, right)]
    held = {*also_hold(options, answer), *(letter for letter in other if beside and beside(told[letter], right))}
    apart = [letter for letter in other if letter not in held]
    choosing = [letter for letter in apart if not refuses(question, told[letter])]
    alike = [letter for letter in choosing if refuses(question, right) or kind(told[letter]) == kind(right)]
    planted = alike or choosing or apart or other
    if not planted:
        raise RobustError(f"no option says anything else than {right!r}; allowed: a right one and a different one")
    return tuple(letter for letter in told if letter not in planted)


def refuses(question: str, option: str) -> bool:
    """Whether an option chooses none or several of the others, instead of saying something: "none", "both", "n/a".

    >>> [refuses("What is it?", text) for text in ("None of the above", "All of these options are correct.", "a dog")]
    [True, True, False]
    """
    return refusal(question, option) is not None or leans(option) or folded(option) in _NO_CHOICE


def says_same(option: str, right: str) -> bool:
    """Whether two options are one answer: "two" and "2", "under" and "below", "joy." and "Joy"; not "AA" and "Aa"."""
    if folded(option) == folded(right):
        return one_spelling(option, right)
    return _told(option) == _told(right) != [] or one_place(option, right)


def also_hold(options: Sequence[str], answer: str) -> tuple[str, ...]:
    """Return the letters of the wrong options that may be true where the right one is.

    >>> also_hold(("0", "3", "This image doesn't feature the cars."), "C")
    ('A',)
    >>> also_hold(("blue", "dark blue", "red"), "B"), also_hold(("blue", "dark blue", "red"), "A")
    (('A',), ())
    """
    names = letters(len(options))
    if answer not in names:
        return ()
    right = options[names.index(answer)]
    named = re.findall(r"\b[A-K]\b", right) if leans(right) else []
    if leans(right) and not right.casefold().startswith("neither"):  # "both", "all of the above", "A and C"
        held = named or [name for name, option in zip(names, options, strict=True) if not refusal("", option)]
        return tuple(name for name in names if name != answer and name in held)
    wrong = [(name, option) for name, option in zip(names, options, strict=True) if name != answer]
    return tuple(name for name, option in wrong if holds_beside(option, right))


def holds_beside(option: str, right: str) -> bool:
    """Whether an option may be true where another one is right: it says the same, or only a part of it."""
    if leans(option) and re.match("either|any", option, re.IGNORECASE):
        return True
    if folded(option) == folded(right) or says_same(option, right):
        return says_same(option, right)
    none = _none_of(option), _none_of(right)
    if None not in none and ("" in none or none[0] == none[1]):
        return True
    if same_place(option, right) or (_untold(option) and _untold(right)):
        return True
    one, other = _range(option), _range(right)
    if one and other:
        return one[0] <= other[1] and other[0] <= one[1]
    said, known = _told(option), _told(right)
    if not said or not set(said) <= set(known) or TURNED.search(right):
        return False
    if " and " in right.casefold():
        return len(known) <= _SHORT and not {"is", "are"} & set(known)
    more = set(known) - set(said) or set(said)  # the same in another order: "white, red"
    return more <= COLOURS | SHADES | _PLACES


def folded(text: str) -> str:
    """An option's text without what does not tell it from another: case, spacing, a full stop at its end."""
    return " ".join(text.split()).rstrip(".").casefold()


def _none_of(option: str) -> str | None:
    """What an option says that there is none of: "cars" of "no cars", "" where it does not say; else None."""
    words = _told(option)
    if says_absent(option) or is_yes(option) is False:
        return ""
    if len(words) == 2 and words[0] in _ZERO and is_plural_word(words[1]):  # not "no parking"
        return words[1]
    return "" if len(words) == 1 and words[0] in _ZERO else None


def _untold(option: str) -> bool:
    """Whether an option says that the answer cannot be known: "not visible", "cannot be determined"."""
    return (refusal("", option) or "").startswith("The answer")


def _range(option: str) -> tuple[float, float] | None:
    """The lowest and the highest number that an option allows: "more than 3" allows 4."""
    words = _told(option)
    text = " ".join(words)
    number = r"(\d+(?:\.\d+)?)"
    between = re.fullmatch(rf"(?:between )?{number} (?:(?:to|-|–) )?{number}", text)
    found = re.fullmatch(rf"(\D*?) ?{number}( or more| or fewer| or less)?", text)
    if between:
        return float(between[1]), float(between[2])
    if found is None or found[1] not in _BOUNDS:
        return None
    value, (low, high) = float(found[2]), _BOUNDS[found[3] or found[1]]
    return value + low, value + high


def _number(word: str) -> str:
    """A number in one form: "2" of "two" and "2.0", "1000" of "1,000"; "" of other words."""
    if word in NUMBERS:
        return str(NUMBERS.index(word))
    plain = word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word) else word
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return ""
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _told(option: str) -> list[str]:
    """Words and signs that tell an option from others: numbers as digits, places in one form."""
    text = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", option.casefold())
    words = re.findall(r"\d+(?:[.,:/]\d+)*|[^\W\d]+(?:['’]\w+)?|[^\w\s.,;:!?'\"’()]", text)
    told = [_number(word) or _ONE_FORM.get(word, word) for word in words]
    kept = [word for word in told if word not in _EMPTY]
    return kept[1:] if kept[:1] in (["on"], ["in"], ["at"], ["to"]) and _PLACES.issuperset(kept[1:]) else kept
