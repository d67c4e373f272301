"""Split a response into its reasoning and its answer by tags, whatever family they are of and however broken.

Text inside a block of reasoning is data only: an answer tag there is never the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

# <think>, </answer>, ◁think▷, [THINK], <seed:think>, <|begin_of_thought|>, <|channel|>analysis<|message|>, <|end|>,
# <|channel>thought, <channel|>.
_TAG = re.compile(
    r"[<\[\u25c1](?:\|(channel\|?>\s?[a-z]{3,12}(?:<\|message\|>)?|[A-Za-z_]{3,24}\|>)|"
    r"\s{0,2}(/?)\s{0,2}([A-Za-z_:]{3,24})\s{0,2}(?:[>\]\u25b7]|\|>))"
)
_SOLID = re.compile(r"\S")
# A tag that the token limit cut off at the very end, e.g. "</thi".
_HALF_TAG = re.compile(r"<[/a-zA-Z_]{0,14}\Z")
_END_TOKEN = re.compile(r"<\|?/?(?:[a-z]{0,3}_?end_?[a-z_]{0,12}|im_end|turn|endoftext|return|eo[a-z]|s)\|?>")
_MOST_END_TOKENS = 20
_LONGEST_TOKEN = 40

Act = Literal["open think", "close think", "open answer", "close answer", "end think", ""]
Span = tuple[int, int]


@lru_cache(maxsize=1024)
def _act(token: str, slash: str, name: str) -> Act:
    """What a tag does."""
    named = (name or token).lower()
    closes = bool(slash) or named.startswith("end_")
    if named.startswith(("end|", "eom|")):
        return "end think"
    if name == "channel" and not slash:
        return "close think"
    if any(word in named for word in ("think", "thought", "reason", "analysis", "rationale", "reflect", "scratchpad")):
        return "close think" if closes else "open think"
    if any(word in named for word in ("answer", "conclusion", "_of_box")):
        return "close answer" if closes else "open answer"
    if not closes and any(word in named for word in ("final", "solution", "response")):
        return "end think"
    return ""


def _tags(text: str) -> list[tuple[int, int, Act]]:
    found = ((match, _act(match[1] or "", match[2] or "", match[3] or "")) for match in _TAG.finditer(text))
    return [(match.start(), match.end(), act) for match, act in found if act]


class Blocks(NamedTuple):
    """Where the parts of one response stand, as offsets.

    Attributes:
        think: the last block of reasoning that is not empty, or else the text before an answer block; None if there is
            neither.
        answer: where the answer is looked for: the last answer block that is not empty, else what follows the
            reasoning, else all.
        form: ``"block"`` for an answer block, ``"after"`` for what follows a block of reasoning, ``"whole"`` if there
            is neither.
        cut: the response stops inside an open block, before an answer.
        closed: the answer block is closed.
    """

    think: Span | None
    answer: Span
    form: Literal["block", "after", "whole"]
    cut: bool
    closed: bool


@dataclass(slots=True)
class _Splitter:
    text: str
    mode: Literal["out", "think", "answer"] = "out"
    opened: int = 0  # where the tag stands that opened the present block
    start: int = 0
    think_end: int = 0
    answered: int = -1  # where the first answer block opens that is not empty
    thinks: list[Span] = field(default_factory=list)
    answers: list[Span] = field(default_factory=list)

    def leave(self, end: int) -> None:
        """Keep what was read in the present mode up to ``end``, if it is anything."""
        if self.mode == "out" or not _SOLID.search(self.text, self.start, end):
            return
        if self.mode == "think":
            self.thinks.append((self.start, end))
            return
        if not self.answers:
            self.answered = self.opened
        self.answers.append((self.start, end))

    def switch(self, mode: Literal["out", "think", "answer"], start: int, end: int) -> None:
        self.leave(start)
        if self.mode == "think":
            self.think_end = end if mode == "out" else start
        self.mode, self.opened, self.start = mode, start, end

    def stray_close(self, start: int, end: int) -> None:
        """A thought that nothing opened: all since the last one was reasoning, answer blocks included."""
        if self.answers and self.thinks:
            return
        first = self.thinks.pop()[0] if self.thinks else self.think_end
        self.answers.clear()
        self.mode, self.start = "think", first
        self.switch("out", start, end)

    def stray_answer(self, start: int, end: int, stop: int) -> None:
        """A thought that an answer's end closes: the answer follows, or it is the last line before."""
        if _SOLID.search(self.text, end, stop):
            self.switch("out", start, end)
            return
        line = self.text.rstrip()[:start].rstrip().rfind("\n") + 1
        if line <= self.start:
            line = start
        self.switch("out", line, line)
        self.mode = "answer"
        self.switch("out", start, end)

    def step(self, start: int, end: int, act: Act, frees: bool, stop: int) -> None:
        if self.mode == "think":
            if act in ("close think", "end think"):
                self.switch("out", start, end)
            elif act == "open answer" and frees:
                self.switch("answer", start, end)
            elif act == "close answer" and frees:
                self.stray_answer(start, end, stop)
        elif act == "open think":
            self.switch("think", start, end)
        elif act == "close think":
            self.stray_close(start, end)
        elif act == "open answer":
            self.switch("answer", start, end)
        elif act == "close answer":
            if self.mode == "out" and not self.answers:
                self.mode = "answer"
            self.switch("out", start, end)


def _freeing(tags: list[tuple[int, int, Act]], text: str) -> int:
    """Start of the answer tag that ends a thought which nothing closes: the last one, if nothing follows its block."""
    opened = closed = stray = -1
    for start, end, act in tags:
        if act in ("close think", "end think"):
            opened = stray = -1
        elif act == "open answer":
            opened, closed, stray = start, -1, -1
        elif act == "close answer":
            if opened >= 0:
                closed = end
            else:
                stray = start
    if opened < 0:
        return stray
    return opened if closed < 0 or not _SOLID.search(text, closed) else -1


def split_blocks(text: str) -> Blocks:
    """Split ``text`` by its tags; never raises and works in linear time."""
    text = text.rstrip()
    if half := _HALF_TAG.search(text, max(0, len(text) - 20)):
        text = text[: half.start()].rstrip()
    for _ in range(_MOST_END_TOKENS):
        last = text.rfind("<", max(0, len(text) - _LONGEST_TOKEN))
        if last < 0 or not _END_TOKEN.fullmatch(text, last):
            break
        text = text[:last].rstrip()
    stop, tags = len(text), _tags(text)
    if not tags:
        return Blocks(None, (0, stop), "whole", False, True)
    frees = _freeing(tags, text)
    splitter = _Splitter(text)
    for start, end, act in tags:
        splitter.step(start, end, act, start == frees, stop)
    splitter.leave(stop)
    mode, answers, thinks = splitter.mode, splitter.answers, splitter.thinks
    think = thinks[-1] if thinks else None
    if answers:
        before = _some(text, splitter.think_end, splitter.answered)
        return Blocks(think or before, answers[-1], "block", False, mode != "answer")
    if mode != "out":
        return Blocks(think or _some(text, 0, splitter.opened), (stop, stop), "block", True, False)
    return Blocks(think, (splitter.think_end, stop), "after" if think else "whole", False, True)


def _some(text: str, start: int, end: int) -> Span | None:
    return (start, end) if _SOLID.search(text, start, end) else None


def opens_thought(token: str) -> bool:
    """Whether a special token by itself opens a thought, perhaps with its name after it: "[THINK]", "<|channel>"."""
    return any(act == "open think" for _, _, act in _tags(f"{token}thought"))


def parts_turn(token: str) -> bool:
    """Whether a special token by itself tells reasoning and answer apart.

    >>> parts_turn("<|channel>"), parts_turn("[/THINK]"), parts_turn("<|im_end|>")
    (True, True, False)
    """
    return "message" in token or bool(_tags(f"{token}thought"))


def open_thought(text: str) -> str:
    r"""The end of a text from the tag on that opens a thought which nothing closes, or ``""``.

    >>> open_thought("<|assistant|><think>\n"), open_thought("<|assistant|><think></think>")
    ('<think>\n', '')
    """
    tags = [tag for tag in _tags(text) if tag[2] in ("open think", "close think")]
    return text[tags[-1][0] :] if tags and tags[-1][2] == "open think" else ""


def first_think_tag(text: str) -> Literal["", "opens", "closes"]:
    """What the first think tag of a text does.

    >>> first_think_tag("It is a cat.</think>A"), first_think_tag("<think>It"), first_think_tag("It is")
    ('closes', 'opens', '')
    """
    for _, _, act in _tags(text):
        if act in ("open think", "close think"):
            return "opens" if act == "open think" else "closes"
    return ""


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
