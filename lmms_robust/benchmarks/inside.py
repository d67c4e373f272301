"""Options that stand inside a question's text: "… (A) red (B) blue", one a line or all in one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from lmms_robust.errors import RobustError
from lmms_robust.schema import letters

_MARK = r"(?:[(（\[]([A-Ka-kＡ-Ｋ])[)）\]]|([A-KＡ-Ｋ])[.:)、．：）])"
_LINE = re.compile(rf"^[ \t]*(?:[-*•]\s)?{_MARK}[ \t]*(?=\S)", re.MULTILINE)
_INLINE = re.compile(rf"(?<![\w(（\[]){_MARK}(?:\s+|(?<=[、．：）])(?=\S))")
# On the last option's line: "(B) blue Please answer directly with the letter."
_INSTRUCTION = re.compile(r"(?<=[\s.?!])(?:Please|Answer|Select|Choose)\s+[a-z].*", re.DOTALL)
_HEADER = re.compile(
    r"(?:\b(?:answer |the )?(?:options|choices)(?: are listed below)?|there are several options)\s*:?\s*\Z",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Take the options out of a question's text; what follows the last option's line is dropped.

    Raises:
        RobustError: there are no two options, marked "(A)", "[A]", "A.", "A)", "A:" or "A、", in the letters' order.

    >>> split("Which hand?\n(A) left\n(B) right\nAnswer with the letter.")
    ('Which hand?', ('left', 'right'))
    >>> split("Where is it?\nOptions: A: on the bed, B: under the bed.")
    ('Where is it?', ('on the bed', 'under the bed.'))
    """
    for marker in (_LINE, _INLINE):
        run = _run(list(marker.finditer(text)))
        if len(run) > 1:
            options = _options(text, run)
            if marker is _INLINE:
                options[-1] = _INSTRUCTION.sub("", options[-1]).rstrip(",; ")
            return _question(text[: run[0].start()]), tuple(options)
    raise RobustError(
        f"no options inside {text[:120]!r}; allowed: two or more marked (A), [A], A., A), A: or A、 in order"
    )


def unmarked(options: Sequence[str]) -> tuple[str, ...]:
    """Take "(A)", "B." and the like away where every option starts with its own letter.

    >>> unmarked(["(A) red", "(B) blue"]), unmarked(["A. Lincoln", "G. Washington"])
    (('red', 'blue'), ('A. Lincoln', 'G. Washington'))
    """
    found = [_LINE.match(option) for option in options]
    marks = tuple(_letter(match) if match else "" for match in found)
    if marks != letters(len(options)):
        return tuple(option.strip() for option in options)
    return tuple(option[match.end() :].strip() for option, match in zip(options, found, strict=True) if match)


def _run(found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """The longest stretch of markers A, B, C, …; the last one if several are as long."""
    best: list[re.Match[str]] = []
    run: list[re.Match[str]] = []
    for match in found:
        letter = _letter(match)
        if letter == "A":
            run = [match]
        elif letter == letters(len(run) + 1)[-1]:
            run.append(match)
        best = run if len(run) >= len(best) else best
    return best


def _letter(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[1] or match[2]).upper()


def _options(text: str, run: Sequence[re.Match[str]]) -> list[str]:
    ends = [match.start() for match in run[1:]]
    last_line = text.find("\n", run[-1].end())
    ends.append(len(text) if last_line < 0 else last_line)
    pieces = (text[match.end() : end] for match, end in zip(run, ends, strict=True))
    return [" ".join(piece.split()).rstrip(",; ") for piece in pieces]


def _question(text: str) -> str:
    return _HEADER.sub("", text.strip()).strip()
