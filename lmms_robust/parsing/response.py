"""From a response text to reasoning and answer letter. Never raises on any text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.parsing.answer import Choice, read_answer
from lmms_robust.parsing.plain import plain
from lmms_robust.parsing.tags import Blocks, split_blocks
from lmms_robust.schema import MAX_LETTERS, Parsed

# Where the answer starts within the last sentence of a response without tags.
_ANSWER_STARTS = re.compile(
    r"[,;:]?\s*(?:\b(?:and|so|therefore|thus|hence|which (?:is|means|makes|corresponds|matches)|making)\b[\s,]*)*"
    r"(?:\b(?:the|my)\s+)?(?:(?:final|correct|best|right)\s+)*\b(?:answer|option|choice)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r",? (?:so|therefore|thus|hence)\W+\w?\Z", re.IGNORECASE)
# An answer on a line of its own that ends a think block which was never closed.
_OWN_LINE = re.compile(
    r"\n\s*[*#_ ]*(?:the )?(?:final )?answer\s*(?:is|:)[*_ ]*\s*([^\n]{1,80})\s*\Z|\n\s*(\\boxed\{[^\n]{1,80}\})\s*\Z",
    re.IGNORECASE,
)
# An answer that is there before its end is: what follows a letter like that can only explain it.
_LETTER_STANDS = re.compile(r"[\W_]*[A-J](?:[\W_]*\Z|[.):\]])")


def _reasoning(text: str, choice: Choice) -> str | None:
    """The part of a text without tags that stands before its answer."""
    text = plain(text)
    if choice.start <= 0:
        return None
    stop = max((text.rfind(mark, 0, choice.start) for mark in ("\n", ". ", "! ", "? ")), default=-1) + 1
    cue = _ANSWER_STARTS.search(text, stop, choice.start + 1) or _BARE.search(text, stop, choice.start + 1)
    return text[: cue.start() if cue else stop].strip() or None


def _untagged(blocks: Blocks, options: Sequence[str]) -> tuple[str | None, Choice]:
    """No answer tag: the answer is in what follows the reasoning."""
    if blocks.think is None:
        choice = read_answer(blocks.before, options)
        return _reasoning(blocks.before, choice), choice
    if blocks.after:
        return blocks.think, read_answer(blocks.after, options)
    line = _OWN_LINE.search(blocks.think) if blocks.cut else None
    if line:
        return blocks.think[: line.start()].strip() or None, read_answer(line[1] or line[2], options)
    return blocks.think, Choice(None, "truncated" if blocks.cut else "no_answer")


def _is_complete(blocks: Blocks) -> bool:
    """Whether a response that stops at the limit of tokens may hold its answer already.

    That is one in an answer block, or one stated after a closed think block; prose that stops anywhere may have gone on
    to say something else.
    """
    if blocks.answer is not None:
        return blocks.closed or bool(_LETTER_STANDS.match(blocks.answer))
    return blocks.think is not None and not blocks.cut


def parse_response(text: str, options: Sequence[str], cut: bool | None = None) -> Parsed:
    """Split a response into reasoning and answer letter.

    Args:
        text: the whole assistant turn, a continued prefill included.
        options: option texts in order. If empty, the options are not known and the letters A to J are read by form.
        cut: the response is known to stop at the limit of tokens; without a complete answer it is then truncated.

    Returns:
        The reading. ``problem`` is None or one of ``"empty"``, ``"truncated"`` (stops before an answer),
        ``"no_answer"``, ``"ambiguous"`` (several options), ``"outside_options"`` (a letter no option has) and
        ``"refused"``. Text in a think block is never read as the answer.

    >>> parse_response("<think>It is left.</think><answer>A</answer>", ("left", "right"))
    Parsed(think='It is left.', answer='A', problem=None)
    >>> parse_response("It is left. So the answer is A", ("left", "right"), cut=True).problem
    'truncated'
    """
    known = tuple(options) or ("",) * MAX_LETTERS
    if not text.strip():
        return Parsed(None, None, "empty")
    blocks = split_blocks(text)
    if cut and not _is_complete(blocks):
        return Parsed(blocks.think or blocks.before or None, None, "truncated")
    if blocks.answer is None:
        think, choice = _untagged(blocks, known)
    else:
        think, choice = blocks.think or blocks.before or None, read_answer(blocks.answer, known)
    problem = choice.problem
    if problem is not None and (cut or blocks.cut):
        problem = "truncated"
    return Parsed(think, choice.letter, problem)
