"""Options that stand inside a question's text: "… (A) red (B) blue", one a line or all in one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_LETTERS, letters


def _mark(name: str, ends: str, bracketed: str = "") -> str:
    return rf"(?:[(（\[]({bracketed or name})[)）\]]|({name})(?:\*\*)?[{ends}](?!\d))"


def _at_line_start(mark: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*(?:[-*•]\s)?(?:\*\*)?{mark}(?:\*\*)?[ \t]*(?=\S)", re.MULTILINE)


_LAST = letters(MAX_LETTERS)[-1]
_LETTER = f"A-{_LAST}Ａ-{chr(ord(_LAST) + ord('Ａ') - ord('A'))}"
_SMALL = f"[{_LETTER}a-{_LAST.lower()}]"
_MARK = _mark(f"[{_LETTER}]", ".:)、．：）", _SMALL)
_LINE = _at_line_start(_mark(_SMALL, ".:)、．：）"))
_NUMBERED = _at_line_start(_mark(r"\d{1,2}", ".)、．）"))  # not "1: 2", which is a ratio
_INLINE = re.compile(rf"(?<![\w(（\[]){_MARK}(?:\s+|(?<=[、．：）])(?=\S))")
# On the last option's line: "(B) blue Please answer directly with the letter."
_INSTRUCTION = re.compile(r"(?<=[\s.?!])(?:Please|Answer|Select|Choose)\s+[a-z].*", re.DOTALL)
_HEADER = re.compile(
    r"(?:(?:\bplease )?\b(?:select|choose|pick|answer)\b[^.?!\n]*\b(?:options?|choices?|answers?)\b[^.?!\n]*[.:]?"
    r"|\b(?:answer |the )?(?:options|choices)(?: are listed below)?|there are several options)\s*:?\s*\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:Hint: Please [^\n]*\n\s*)?Question:\s*")


def split(text: str, where: str = "question") -> tuple[str, tuple[str, ...]]:
    r"""Take the options out of a question's text; what follows the last option's line is dropped.

    Args:
        text: question and options.
        where: names the text in errors.

    Raises:
        RobustError: there are no two options, marked "(A)", "[A]", "A.", "A)", "A:" or "A、" in the letters' order, or
            "(1)", "[1]", "1.", "1)" or "1、" a line each.

    >>> split("Which hand?\n(A) left\n(B) right\nAnswer with the letter.")
    ('Which hand?', ('left', 'right'))
    >>> split("Where is it?\nOptions: A: on the bed, B: under the bed.")
    ('Where is it?', ('on the bed', 'under the bed.'))
    """
    for marker in (_LINE, _INLINE, _NUMBERED):
        run = _run(list(marker.finditer(text)))
        if len(run) > 1:
            options = _options(text, run)
            if marker is _INLINE:
                options[-1] = _INSTRUCTION.sub("", options[-1]).rstrip(",; ")
            return _question(text[: run[0].start()]), tuple(options)
    raise RobustError(
        f"{where}: no options inside {text[:120]!r}; allowed: two or more marked (A), [A], A., A), A: or A、 in order, "
        "or 1. a line each"
    )


def unmarked(options: Sequence[str]) -> tuple[str, ...]:
    """Take "(A)", "B.", "1." and the like away where every option starts with its own letter or number.

    >>> unmarked(["(A) red", "(B) blue"]), unmarked(["A. Lincoln", "G. Washington"])
    (('red', 'blue'), ('A. Lincoln', 'G. Washington'))
    """
    for marker in (_LINE, _NUMBERED):
        found = [match for option in options if (match := marker.match(option))]
        if len(found) == len(options) == len(_run(found)):
            return tuple(option[match.end() :].strip() for option, match in zip(options, found, strict=True))
    return tuple(option.strip() for option in options)


def _run(found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """The longest stretch of markers A, B, C, … or 1, 2, 3, …; the last one if several are as long."""
    best: list[re.Match[str]] = []
    run: list[re.Match[str]] = []
    for match in found:
        name = unicodedata.normalize("NFKC", match[1] or match[2]).upper()
        if name in ("A", "1"):
            run = [match]
        elif name in (letters(len(run) + 1)[-1], str(len(run) + 1)):
            run.append(match)
        best = run if len(run) >= len(best) else best
    return best


def _options(text: str, run: Sequence[re.Match[str]]) -> list[str]:
    ends = [match.start() for match in run[1:]]
    last_line = text.find("\n", run[-1].end())
    ends.append(len(text) if last_line < 0 else last_line)
    pieces = (text[match.end() : end] for match, end in zip(run, ends, strict=True))
    return [" ".join(piece.split()).rstrip(",; ") for piece in pieces]


def _question(text: str) -> str:
    """Without what leads over to the options, and without how to answer and "Question:" in front."""
    asked = _HEADER.sub("", text.strip()).strip()
    label = _LABEL.match(asked)
    return asked[label.end() :] if label else asked
