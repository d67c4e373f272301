"""From a response text to reasoning and answer. Never raises on any text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.reading.answer import Choice, read_answer
from lmms_robust.reading.sentences import backwards
from lmms_robust.reading.spelling import MARKS, plain
from lmms_robust.reading.tags import Blocks, Span, split_blocks
from lmms_robust.schema import MAX_LETTERS, Reading

# An answer on a line of its own that ends a thought which nothing closes.
_OWN_LINE = re.compile(
    r"\n[ \t*#_]{0,8}(?:the )?(?:final )?answer[ \t*]{0,3}(?:is|:)?[ \t*]{0,3}\n?[^\n]{1,80}\Z|"
    r"\n[ \t]{0,8}\\boxed\{[^\n]{1,80}\}[ \t.$]{0,8}\Z",
    re.IGNORECASE,
)
# An answer that is there before its end is: what follows a letter like that can only explain it.
_LETTER_STANDS = re.compile(r"[\W_]{0,8}[A-K](?:[\W_]{0,8}\Z|[.):\]])")
# A further turn, or question, that a model makes up after its answer.
_RUNS_ON = re.compile(r"\n[ \t]{0,3}(?:#{1,6}[ \t])?(?:User|USER|Human|Question|问题)\s?[:：]")
_JOINS = re.compile(
    r"[,;:]?\s{0,3}\b(?:and|so|therefore|thus|hence|which|making|the|my|final|correct)\b[\s,]{0,3}", re.IGNORECASE
)


def own_start(text: str, injected: str) -> int:
    r"""Offset from which on a turn is the model's own: behind what was put in its mouth; -1 if it does not start so.

    A chat template that opens a thought may put white space behind its tag.

    >>> own_start("<think>\nLet me see. No.", "<think>Let me see."), own_start("No.", "<think>Let me see.")
    (19, -1)
    """
    turn = text.lstrip().removeprefix("<think>").lstrip()
    start = injected.lstrip().removeprefix("<think>").lstrip()
    return len(text) - len(turn) + len(start) if turn.startswith(start) else -1


_SENTENCE_END = re.compile(r"[.!?](?=\s|\Z)|[\n。]")
_ANSWER_LINE = re.compile(
    r"\W{0,6}(?:(?:so|therefore|thus|hence)\W{1,3})?(?:the |my )?(?:final |correct )?(?:answer|答案)\W[^\n]{0,40}",
    re.IGNORECASE,
)


_LONGEST_LINE = 200
_MOST_ANSWER_LINES = 4


def _before(text: str, choice: Choice) -> str:
    """What stands before the sentence or clause that states the answer, without earlier lines that state it too."""
    stop = max((text.rfind(mark, 0, choice.start) for mark in ("\n", ". ", "! ", "? ", "。")), default=-1) + 1
    clause = text.rfind(",", stop, choice.start)
    joined = _JOINS.search(text, clause if clause > 0 else stop, choice.start + 1)
    end = joined.start() if joined and clause > 0 else stop
    for _ in range(_MOST_ANSWER_LINES):
        head = text[max(0, end - _LONGEST_LINE) : end].rstrip()
        line = head[head.rfind("\n") + 1 :]
        if not _ANSWER_LINE.fullmatch(line.strip()):
            break
        end -= len(text[max(0, end - _LONGEST_LINE) : end]) - len(head) + len(line)
    return text[:end]


def _after(text: str, choice: Choice) -> int:
    """Where the text goes on behind the sentence that states the answer."""
    end = _SENTENCE_END.search(text, max(choice.start, choice.at or 0) + 2)
    return end.end() if end else len(text)


def _untagged(text: str, choice: Choice) -> tuple[Span | None, bool]:
    """Where the reasoning of a text without tags stands, and whether the answer is no part of it.

    It is what stands before a stated answer, or the reasons given after it, whichever is longer.
    """
    if choice.letter is None:
        return ((0, len(text)) if choice.problem != "refused" else None), False
    if not choice.stated:
        return ((0, len(text)) if sum(1 for _ in backwards(text)) > 1 else None), False
    if choice.start < 0:
        return None, False
    before, after = len(_before(text, choice)), _after(text, choice)
    reasons = len(text[after:].strip()) > len(text[:before].strip())
    start, end = (after, len(text)) if reasons else (0, before)
    return ((start, end), True) if text[start:end].strip() else (None, False)


def _is_complete(text: str, blocks: Blocks) -> bool:
    """Whether a response that stops at the limit of tokens may hold its answer already.

    That is one in an answer block, or one stated after a closed block of reasoning; prose that stops anywhere may have
    gone on to say something else.
    """
    if blocks.form == "block" and not blocks.cut:
        return blocks.closed or bool(_LETTER_STANDS.match(text[slice(*blocks.answer)]))
    return blocks.form == "after"


def parse_response(
    text: str, options: Sequence[str], cut: bool | None = None, injected: str = "", question: str = ""
) -> Reading:
    """Split a response into reasoning and answer letter.

    Args:
        text: the whole assistant turn, a continued prefill included.
        options: option texts in order. If empty, the options are not known and the letters A to K are read by form.
        cut: the response is known to stop at the limit of tokens; without a complete answer it is then truncated.
        injected: the start of the turn that the model did not write.
        question: the question, if known.

    Returns:
        The reading. ``problem`` is None or one of ``"empty"``, ``"truncated"`` (stops before an answer),
        ``"no_answer"``, ``"ambiguous"`` (several options), ``"outside_options"`` (a letter no option has) and
        ``"refused"``. Text in a block of reasoning is never read as the answer.

    >>> found = parse_response("<think>It is left.</think><answer>A</answer>", ("left", "right"))
    >>> found.think, found.answer, found.at
    ('It is left.', 'A', 34)
    >>> parse_response("It is left. So the answer is A", ("left", "right"), cut=True).problem
    'truncated'
    """
    known = tuple(options) or ("",) * MAX_LETTERS
    if not text.strip():
        return Reading(None, None, "empty")
    own = max(own_start(text, injected), 0) if injected else 0
    made_up = _RUNS_ON.search(text, own + 1)
    if made_up:
        found = _read(text[: made_up.start()], known, cut, own, question)
        if found.answer is not None:
            return found
    return _read(text, known, cut, own, question)


def _read(text: str, options: Sequence[str], cut: bool | None, own: int, question: str) -> Reading:
    blocks = split_blocks(text)
    think, area, separable = blocks.think, blocks.answer, True
    if cut and not _is_complete(text, blocks):
        return _parsed(text, think or (0, area[1]), own, Choice(None, "truncated"))
    if blocks.cut:
        return _unclosed(text, think, own, options, question)
    flat = plain(text[slice(*area)])
    choice = read_answer(flat, options, question)
    if choice.problem == "empty" and think is not None:
        choice = Choice(None, "no_answer")
    if blocks.form == "whole":
        think, separable = _untagged(flat, choice)
        think = think and (area[0] + think[0], area[0] + think[1])
    if choice.problem is not None and cut:
        choice = Choice(None, "truncated")
    return _parsed(text, think, own, choice, separable, area[0])


def _unclosed(text: str, think: Span | None, own: int, options: Sequence[str], question: str) -> Reading:
    """A response that stops within its thought: its answer may be the thought's last line, or stand before it."""
    line = _OWN_LINE.search(text, *think) if think else None
    if think and line:
        choice = read_answer(plain(text[line.start() : think[1]]), options, question)
        return _parsed(text, (think[0], line.start()), own, choice, offset=line.start())
    opening = plain(text[: max(text.find("<", 0, 20), 0)])
    choice = read_answer(opening, options, question)
    if choice.letter is not None and opening.strip(MARKS) == choice.letter:
        return _parsed(text, think, own, choice)
    return _parsed(text, think, own, Choice(None, "truncated"))


def _parsed(
    text: str, think: Span | None, own: int, choice: Choice, separable: bool = True, offset: int = 0
) -> Reading:
    words = text[slice(*think)] if think else ""
    stripped = words.strip()
    start = think[0] + len(words) - len(words.lstrip()) if think else 0
    return Reading(
        stripped or None,
        choice.letter,
        choice.problem,
        separable,
        start,
        min(max(own - start, 0), len(stripped)),
        None if choice.at is None or choice.letter is None else offset + choice.at,
    )
