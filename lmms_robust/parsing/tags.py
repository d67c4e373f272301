"""Split a response into its reasoning and its answer text by the think and answer tags, however broken.

Text inside a think block is data only: an answer tag there is never the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf
from typing import Literal

_TAG = re.compile(
    r"[<\u25c1]\s{0,2}(/?)\s{0,2}(think|thinking|thought|reasoning|answer|final_answer|conclusion)\s{0,2}[>\u25b7]",
    re.IGNORECASE,
)
_ANSWER_NAMES = {"answer", "final_answer", "conclusion"}
# A tag that the token limit cut off at the very end, e.g. "</thi".
_HALF_TAG = re.compile(r"<[/a-zA-Z_]{0,14}\Z")


@dataclass(frozen=True, slots=True)
class Blocks:
    """The parts of one response.

    Attributes:
        think: the last non-empty think block, or None if no think tag closes or opens anything.
        before: text outside all blocks that stands before the answer (or the whole text without tags).
        answer: content of the last non-empty answer block, or None.
        after: text after the last think block and outside answer blocks.
        cut: the response stops inside an open block.
        closed: the last answer block, if there is one, is closed.
    """

    think: str | None
    before: str
    answer: str | None
    after: str
    cut: bool
    closed: bool


@dataclass(slots=True)
class _Splitter:
    text: str
    mode: str = "out"
    start: int = 0  # where the present block or outside text starts
    think_end: int = 0  # end of the last closed think block
    thinks: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    outside: list[tuple[int, str]] = field(default_factory=list)
    answered: float = inf  # where the first answer block with content starts

    def leave(self, end: int) -> None:
        """Store what was read in the present mode up to ``end``."""
        piece = self.text[self.start : end]
        if self.mode == "answer":
            if piece.strip():
                self.answered = min(self.answered, self.start)
            self.answers.append(piece)
        elif self.mode == "think":
            self.thinks.append(_TAG.sub(" ", piece))
        else:
            self.outside.append((self.start, piece))

    def switch(self, mode: str, match: re.Match[str]) -> None:
        self.leave(match.start())
        self.mode, self.start = mode, match.end()

    def stray_close(self, match: re.Match[str]) -> None:
        """`</think>` without an opening: all since the last think block was reasoning, answer tags included."""
        previous = self.thinks.pop() + " " if self.thinks else ""
        self.thinks.append(previous + _TAG.sub(" ", self.text[self.think_end : match.start()]))
        self.answers.clear()
        self.answered = inf
        self.outside.clear()
        self.mode, self.start, self.think_end = "out", match.end(), match.end()


def _step(splitter: _Splitter, match: re.Match[str], frees_answer: bool) -> None:
    closing, answer = bool(match[1]), match[2].lower() in _ANSWER_NAMES
    mode = splitter.mode
    if mode == "think":
        if closing and not answer:
            splitter.switch("out", match)
            splitter.think_end = match.end()
        elif answer and not closing and frees_answer:
            splitter.switch("answer", match)
    elif answer and closing:
        splitter.mode = "answer"
        splitter.switch("out", match)
    elif answer:
        splitter.switch("answer", match)
    elif closing:
        splitter.stray_close(match)
    else:
        splitter.switch("think", match)


def _freeing_tag(tags: list[re.Match[str]], text: str) -> int:
    """Start of the answer tag that ends a never-closed think block: the last one, if nothing follows its block."""
    opened = closed = -1
    for match in tags:
        answer = match[2].lower() in _ANSWER_NAMES
        if not answer and match[1]:
            opened = -1
        elif answer and not match[1]:
            opened, closed = match.start(), -1
        elif answer and opened >= 0:
            closed = match.end()
    return opened if closed < 0 or not text[closed:].strip() else -1


def open_thought(text: str) -> str:
    r"""The end of a text from the tag on that opens a thought which nothing closes, or ``""``.

    >>> open_thought("<|assistant|><think>\n"), open_thought("<|assistant|><think></think>")
    ('<think>\n', '')
    """
    tags = _think_tags(text)
    return text[tags[-1].start() :] if tags and not tags[-1][1] else ""


def first_think_tag(text: str) -> Literal["", "opens", "closes"]:
    """What the first think tag of a text does.

    >>> first_think_tag("It is a cat.</think>A"), first_think_tag("<think>It"), first_think_tag("It is")
    ('closes', 'opens', '')
    """
    tags = _think_tags(text)
    if not tags:
        return ""
    return "closes" if tags[0][1] else "opens"


def _think_tags(text: str) -> list[re.Match[str]]:
    return [match for match in _TAG.finditer(text) if match[2].lower() not in _ANSWER_NAMES]


def within_thought(opened: str, start: str) -> str:
    r"""The start of a turn whose thought is open already, without the tag that would open it once more.

    Args:
        opened: as :func:`open_thought` gives it, or ``""``.
        start: what the turn is to begin with.

    >>> within_thought("<think>\n", "<think>Let me"), within_thought("", "<think>Let me")
    ('<think>\nLet me', '<think>Let me')
    """
    tag = _TAG.match(opened)
    if tag is None:
        return opened + start
    rest = start.lstrip().removeprefix(tag[0])
    return opened + (rest.lstrip() if opened[-1].isspace() else rest)


def split_blocks(text: str) -> Blocks:
    """Split ``text`` by its tags; never raises and works in linear time."""
    text = _HALF_TAG.sub("", text)
    tags = list(_TAG.finditer(text))
    freeing = _freeing_tag(tags, text)
    splitter = _Splitter(text)
    for match in tags:
        _step(splitter, match, match.start() == freeing)
    splitter.leave(len(text))
    answers = [piece for piece in splitter.answers if piece.strip()]
    thinks = [piece for piece in splitter.thinks if piece.strip()]
    return Blocks(
        think=thinks[-1].strip() if thinks else None,
        before=" ".join(piece for start, piece in splitter.outside if start < splitter.answered).strip(),
        answer=answers[-1] if answers else None,
        after=" ".join(piece for start, piece in splitter.outside if start >= splitter.think_end).strip(),
        cut=splitter.mode != "out" and not (splitter.mode == "answer" and answers),
        closed=splitter.mode != "answer",
    )
