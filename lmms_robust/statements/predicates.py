"""Where the predicate starts in "the man in the red shirt | behind the car": the part that a "no" denies.

Told from word lists. None where readers could differ, as in "the man next to the woman wearing a hat".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lmms_robust.statements.openings import CLOSED, Kind, opening
from lmms_robust.statements.vocabulary import (
    ADVERBS,
    ANIMATE,
    DETERMINERS,
    EITHER,
    LIFELESS,
    PARTICLES,
    PHRASES,
    PRONOUNS,
)
from lmms_robust.statements.words import is_plural_word

_ASIDE = re.compile(
    r" (?:(?:shown |visible )?in (?:the|this|that) (?:image|picture|photo|photograph|scene|frame|video)"
    r"|(?:from|form|in) [^,]*\b(?:perspective|viewpoint|view))$",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "all", "some"})
_HAVING = frozenset({"with", "holding", "carrying", "having", "containing", "riding"})


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of words that may be the predicate, or may tell which thing is meant.

    Attributes:
        start: place of its first word.
        kind: what it is.
        word: its first word.
        end: place after its last word.
        whole: whether it ends where its opening words end: no noun in it that a later part could describe.
        compares: whether it goes on with "than".
        lifeless: whether its last noun can do and wear nothing.
        animate: whether it names someone who can.
    """

    start: int
    kind: Kind
    word: str
    end: int
    whole: bool
    compares: bool
    lifeless: bool
    animate: bool


def subject_end(words: Sequence[str]) -> int | None:
    """Return the place at which the predicate starts in "subject predicate", or None if that is open.

    >>> subject_end("the man in the red shirt behind the car".split()), subject_end("the car red".split())
    (6, 2)
    >>> subject_end("the sign above the door red".split())
    5
    >>> subject_end("the man next to the woman wearing a hat".split())
    """
    low = [word if word == "A" else word.casefold() for word in words]  # "point A" has no article
    if not low:
        return None
    if low[0] in PRONOUNS or (
        low[0] in {"this", "that", "these", "those"} and low[1:2] and low[1] in _ARTICLES | PHRASES
    ):
        return 1 if len(low) > 1 else None
    start = 2 if low[0] in DETERMINERS or low[0].endswith(("'s", "’s")) else 1
    same = next((at for at in range(start, len(low)) if low[at - 1 :][1:3] == ["the", "same"]), None)
    if same and low[same - 1] not in CLOSED and not low[same - 1].endswith("ing"):  # "the cups in the photo | the same"
        return same
    aside = _ASIDE.search(" " + " ".join(low))
    for asides in ([aside[0]] if aside else []), []:
        inner = low[: len(low) - sum(len(text.split()) for text in asides)]
        if len(inner) > start:
            parts = _parts(inner, start)
            if parts or not asides:
                numbered = bool(parts) and inner[-1].isdigit()  # "the number on the shirt 7", "the boat at pier 7"
                return None if numbered else _chosen(parts, len(inner)) if parts else _last_word(inner, start)
    return None


def _last_word(words: list[str], start: int) -> int | None:
    """The predicate of a subject without any addition: "the woman | barefoot"."""
    acting = any(word.endswith("ing") for word in words[start:-1])
    open_end = acting or is_plural_word(words[-1]) or words[-1] in CLOSED
    return len(words) - 1 if start < len(words) <= start + 2 and not open_end else None


def _parts(words: list[str], start: int) -> list[_Part]:
    found: list[tuple[int, Kind, int]] = []
    place = start
    while place < len(words):
        kind, length = opening(words, place)
        if kind is None:
            place += 1
            continue
        if not (found and _continues(words, found[-1], place)):
            found.append((place, kind, place + length))
        else:
            found[-1] = (found[-1][0], found[-1][1], max(found[-1][2], place + length))
        place += length
    ends = [begin for begin, _, _ in found[1:]] + [len(words)] * bool(found)
    return [
        _Part(
            begin,
            kind,
            words[begin],
            end,
            whole=opened >= end,
            compares=words[opened : opened + 1] == ["than"],
            lifeless=words[end - 1] in LIFELESS,
            animate=bool(ANIMATE & set(words[opened:end])),
        )
        for (begin, kind, opened), end in zip(found, ends, strict=True)
    ]


def _continues(words: list[str], before: tuple[int, Kind, int], place: int) -> bool:
    """Whether words belong to the part before: "standing behind", "sitting and facing left", "full of"."""
    _, kind, opened = before
    between = words[opened:place]
    if words[place - 1] in {"and", "of", "than", "as"}:
        return True
    return kind != "side" and all(word in PARTICLES | ADVERBS | {"and"} for word in between)


def _chosen(parts: list[_Part], length: int) -> int | None:
    """Choose the part that is asked about; those before it tell which thing is meant."""
    said = [part for part in parts if part.kind in {"state", "noun"}]
    if said:
        return _said(parts, said, length)
    located = [part for part in parts if part.kind == "located"]
    if located:
        return located[0].start if len(located) == 1 else None
    return parts[0].start if len(parts) == 1 else _asked(parts)


def _said(parts: list[_Part], said: list[_Part], length: int) -> int | None:
    """A state or a second noun is the predicate, unless it may belong to the noun of an earlier part."""
    state, before = said[0], parts[: parts.index(said[0])]
    alone = state.kind == "noun" or (state.whole and state.end == length)
    if len(said) > 1 or (before and state.kind == "state" and alone and state.word in EITHER):
        return None
    if (alone and state is parts[-1]) or state.compares:
        return state.start
    return state.start if all(part.whole for part in before) and (state is parts[-1] or not before) else None


def _asked(parts: list[_Part]) -> int | None:
    """The first part that says where a thing is or what it does; what tells which thing is meant stands before it."""
    *before, last = parts
    active = last.kind == "wearing" or last.word.endswith("ing")
    if active and all(part.lifeless or part.kind in {"phrase", "wearing", "side"} for part in before):
        return None if _animate(before) else last.start
    place = next((place for place, part in enumerate(parts) if part.kind in {"place", "doing"}), None)
    if place is not None:
        follow = {"phrase"} if parts[place].kind == "place" else {"phrase", "place", "side"}
        clear = parts[place].kind == "place" or not _animate(parts[:place])
        return parts[place].start if clear and all(part.kind in follow for part in parts[place + 1 :]) else None
    if parts[-1].kind == "side":
        return parts[-1].start
    worn = max((place for place, part in enumerate(parts) if part.kind == "wearing"), default=None)
    if worn is None or _animate(parts[:worn]) or any(part.kind != "phrase" for part in parts[worn + 1 :]):
        return None
    return parts[worn].start


def _animate(parts: Sequence[_Part]) -> bool:
    """Whether a part names someone else, who may do what the next part says: "with a dog | sitting"."""
    return any(part.word in _HAVING and part.animate for part in parts)
