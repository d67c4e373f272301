"""What a question and its options say about how to read a chain: yes/no, counting, comparing, who relates to whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lmms_robust.parsing.mentions import lexicon
from lmms_robust.parsing.plain import plain
from lmms_robust.parsing.roles import PIVOTS, modifiers, opposites, plain_places, roles
from lmms_robust.parsing.vocabulary import ABSTAIN
from lmms_robust.parsing.words import compared, content, contrasts, forms, words

_ABSTAIN = re.compile("|".join(re.escape(phrase) for phrase in ABSTAIN), re.IGNORECASE)
_NOT_SHOWN = re.compile(
    r"(?:does not|doesn't|do not|don't|not|isn't) (?:feature|show|contain|include|mention|depict|present|exist|"
    r"visible)|none of the above|"
    r"all (?:of )?the above (?:answers|options) are wrong|other\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:how many|number of|count (?:of )?(?:the )?)\s+(?:different |total |visible )?((?:[\w-]+\s*){1,5})",
    re.IGNORECASE,
)
_COUNT_END = re.compile(
    r"\b(?:are|is|do|does|can|in|on|at|have|has|there|visible|shown|appear|were|you|with|that|who|which)\b.*",
    re.IGNORECASE,
)
# Words of place that answer a question about distance or height.
_ASPECTS = {
    compared(word): compared(aspect)
    for aspect, told in (
        ("closer", "near foreground front close adjacent"),
        ("farther", "far background behind distant away"),
        ("higher", "above top up"),
        ("lower", "below bottom down"),
        ("larger", "big large huge"),
        ("smaller", "small little tiny"),
        ("taller", "tall"),
        ("shorter", "short"),
    )
    for word in told.split()
}
_NONE = forms("none")
_ABSENT = re.compile(
    r"\b(?:which|what|who)\b.*(?:\b(?:not|missing|absent|lacks?|lacking|without|never)\b|n't\b)", re.IGNORECASE
)
_FRAME = frozenset(forms("image picture view perspective"))
# Words that count as persons when persons are counted.
_PERSONS = frozenset(forms("person man woman child boy girl adult pedestrian guy individual"))
# What stands before the matter of a question: "If I turn left, will I ...".
_CONDITION = re.compile(
    r"^\s*(?:if|when|after|consider\w*|assum\w*|suppose|given|based on|in|from|according to|looking)\b[^,]{0,200},\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known about one question before its chain is read.

    Attributes:
        question: the question alone.
        options: option texts.
        yes: index of the option that says yes (or true), or None.
        no: index of the option that says no (or false), or None.
        abstain: index of an option that declines to choose, or None.
        numeric: all other options are numbers.
        counting: all other options are numbers and the question asks how many.
        zero: index of the option 0, or None.
        counted: compared forms of the things that are counted.
        topic: telling words of the question that are no option.
        asked: all telling words of the question.
        modifiers: words that only say which thing is meant.
        plain_places: options that are one preposition, to their index.
        target: words only of the thing asked about.
        landmark: words only of the thing it is related to.
        absent: the question asks what is not there or does not hold.
        opposite: per option, index of the option that holds if the two things change places, or None.
        told: the chain speaks of a caption or the like.
    """

    question: str
    options: tuple[str, ...]
    yes: int | None
    no: int | None
    abstain: int | None
    numeric: bool
    counting: bool
    zero: int | None
    counted: frozenset[str]
    topic: frozenset[str]
    asked: frozenset[str]
    modifiers: frozenset[str]
    plain_places: Mapping[str, int]
    target: frozenset[str]
    landmark: frozenset[str]
    absent: bool
    opposite: tuple[int | None, ...]
    told: bool = False


def _first_word(options: Sequence[tuple[str, ...]], names: tuple[str, ...]) -> int | None:
    found = [index for index, option in enumerate(options) if option and option[0] in names]
    return found[0] if len(found) == 1 else None


def _declines(option: str) -> bool:
    return bool(_ABSTAIN.search(option) or _NOT_SHOWN.search(option))


def _counted(question: str) -> frozenset[str]:
    match = _COUNTED.search(question)
    if match is None:
        return frozenset()
    nouns = frozenset(forms(_COUNT_END.sub("", match[1])))
    return nouns | _PERSONS if "person" in nouns else nouns


@lru_cache(maxsize=2_000)
def reading(question: str, options: tuple[str, ...]) -> Reading:
    """Work out how chains about this question are to be read."""
    question = plain(question)
    full = lexicon(options).full
    yes, no = _first_word(full, forms("yes true")), _first_word(full, forms("no false"))
    polar = yes is not None and no is not None
    abstaining = [index for index, option in enumerate(options) if _declines(plain(option))]
    abstain = abstaining[0] if len(abstaining) == 1 and len(options) > 2 else None
    numbers = [
        bool(phrase) and (phrase[0][:1].isdigit() or phrase == _NONE) for i, phrase in enumerate(full) if i != abstain
    ]
    target, landmark = roles(question)
    asked = content(_CONDITION.sub("", question)) - _FRAME
    if re.search(r"\bon\W*$", question):
        asked |= {"on"}  # "Is the lamp on?": a state and no place
    return Reading(
        question=question,
        options=options,
        yes=yes if polar else None,
        no=no if polar else None,
        abstain=abstain,
        numeric=all(numbers),
        counting=all(numbers) and bool(_COUNTED.search(question)),
        zero=next((i for i, phrase in enumerate(full) if phrase in (("0",), _NONE)), None),
        counted=_counted(question),
        topic=asked - frozenset(form for phrase in full for form in phrase),
        asked=asked,
        modifiers=modifiers(question),
        plain_places=plain_places(full),
        target=target,
        landmark=landmark,
        absent=not polar and bool(_ABSENT.search(question[:600])),
        opposite=opposites(options),
    )


def aspects(present: frozenset[str]) -> frozenset[str]:
    """Add what place words say about distance and height: the foreground is closer, the top is higher."""
    return present | {_ASPECTS[form] for form in present & _ASPECTS.keys()}


def swapped(clause: str, known: Reading) -> bool:
    """Whether a clause relates the landmark to the target, while the question asks about the target."""
    if not (known.target and known.landmark):
        return False
    found = [word.form for word in words(clause)]
    places = [index for index, form in enumerate(found) if form in PIVOTS]
    if not places:
        return False
    before, after = set(found[: places[0]]), set(found[places[0] + 1 :])
    reverse = before & known.landmark and after & known.target
    return bool(reverse) and not (before & known.target or after & known.landmark)


def opposes_question(clause: str, known: Reading) -> bool:
    """Whether a clause states the contrary of the property that the question asks for ("farther" for "closer")."""
    present = aspects(frozenset(forms(clause)))
    wanted = [form for form in known.topic - known.modifiers if contrasts(form)]
    return any(contrasts(form) & present and form not in present for form in wanted) and not any(
        form in present for form in wanted
    )
