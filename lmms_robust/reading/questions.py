"""What a question asks for: by contrast, by place, by comparison, or whether something is so."""

from __future__ import annotations

import re

from lmms_robust.reading import words
from lmms_robust.reading.spelling import tokens

_COMPARES = re.compile(
    r"\b(?:\w{2,12}er(?=\s(?:to|than|from)\b)|(?<=is )\w{2,12}er|(?<=are )\w{2,12}er|(?<=the )\w{2,9}er(?= \w)|"
    r"(?<=the )\w{2,12}est|(?<=is )\w{2,12}est|more|less|fewer|most|least)\b",
    re.IGNORECASE,
)
_RELATES = re.compile(
    r"\b(?:where|relati\w{1,6}|positione?d?|located|respect|sides?|direction|facing|left|right|above|below|behind|front)\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:not|except|incorrect|false|least|never|cannot|wrong|excluded?|lacks?|missing)\b|n't\b|不|错|没有|除了|无关",
    re.IGNORECASE,
)
_NO = re.compile(r"\bno\b", re.IGNORECASE)
_HYPOTHETICAL = re.compile(r"\b(?:if|when|would|will|suppose|were)\b", re.IGNORECASE)


def claim(low: str) -> tuple[str, ...]:
    """The words of a question or clause that make it true or false, in order."""
    return tuple(word for word in tokens(low) if word not in words.LIGHT)


def comparing(question: str) -> frozenset[str]:
    """The words with which it compares, such as "taller"."""
    return frozenset(word for found in _COMPARES.findall(question) for word in tokens(found.lower()))


def is_negative(question: str, polar: bool) -> bool:
    """Whether it asks for what does not hold; of a question for yes or no, whether it has a no of its own."""
    return bool(_NEGATIVE.search(question)) or (polar and bool(_NO.search(question)))


def relates(question: str) -> bool:
    """Whether it asks how things stand to each other, so that their order counts."""
    return bool(_RELATES.search(question))


def is_hypothetical(question: str) -> bool:
    """Whether it asks what would be, so that an "if" is no doubt."""
    return bool(_HYPOTHETICAL.search(question))
