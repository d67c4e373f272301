"""Cut a chain of thought into sentences and clauses, with what opens each clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from lmms_robust.parsing.plain import plain

# Longer sentences are cut: no prose, and readings of one clause take time in the square of its length.
_LONGEST = 600
# Abbreviations whose full stop ends no sentence.
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|vs|etc|approx|fig|mr|mrs|dr|no(?=\. ?\d))\.(?=[ ,)])", re.IGNORECASE)
_END = re.compile(
    r"(?<=[.!?])[\"')\]]*\s+|(?<=[a-z)][.!?])(?=[A-Z(][a-z]|[A-Z] )|(?<=\.\.\.)(?=\S)|(?<=\])\s+(?=[A-Z])"
)
_BULLET = re.compile(r"^\s*(?:[-*+]\s+|\(?\d{1,2}[.)]\s+(?=\S))+")
_LABEL = re.compile(r"^\s*(?:option\s+)?(?:\(([A-Ja-j])\)[.:]?|([A-J])[.):](?=\s|$))[ \t]*", re.IGNORECASE)
# A short sentence that only says what does not hold.
_DENIAL = re.compile(r"^\W*(?:and |but |so |definitely |certainly )?(?:not|no|neither|never|nor)\b", re.IGNORECASE)
_LEADS = (
    "but|however|whereas|although|even though|though|because|since|while|therefore|thus|hence|which|yet|despite|"
    "in spite of|consequently|(?<!even )if|unless|so(?! (?:far|much|many|close|that|small|big|large|long|high|low|on|"
    "called|clear|clearly|it seems hard)\\b)|"
    "making|meaning|indicating|suggesting|confirming|as (?:it|the|we|there|its|he|she|they|i)\\b|"
    "and (?:so|thus|therefore|the|it|this|that|there|they|he|she|i|we|not|its|his|her)\\b"
)
_CUT = re.compile(
    rf"[;,](?!\s*(?:then|too|though|indeed|after all)\W*$)|\s-+\s|\.\.\.|\s(?=(?:{_LEADS})(?!\w))", re.IGNORECASE
)
_LEAD = re.compile(rf"\s*(?:and )?({_LEADS})\b", re.IGNORECASE)
# Without a verb before it, "and the ..." joins two things and not two statements.
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|seems?|appears?|looks?|stands?|sits?|lies|can|could|see|shows?|says|holds?|"
    r"wears?|comes?|faces?|hangs?|points?|reads?|\w{3,}ing|\w{3,}ed)\b|'(?:s|re|m)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that makes one statement.

    Attributes:
        text: the words.
        lead: the joining word that opens it, lower case, or ``""``.
        start: offset in the plain text.
    """

    text: str
    lead: str
    start: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        text: the words, without bullet and label.
        start: offset in the plain text.
        label: option letter that opens its line as a list label, or None.
        asks: it ends in a question mark.
        last: it is the last one that has words.
        closing: only denials ("Not a cat.") follow it.
    """

    text: str
    start: int
    label: str | None
    asks: bool
    last: bool = False
    closing: bool = False


@lru_cache(maxsize=500)
def _labelled(options: tuple[str, ...]) -> re.Pattern[str] | None:
    """Match an option's label in running text: a letter with full stop before the option's own words."""
    parts = []
    for letter, option in zip("ABCDEFGHIJ", options, strict=False):
        text = plain(option).strip()
        if text:
            parts.append(rf"{letter}[.):]\s*(?={re.escape(text[:60])})")
    return re.compile(rf"(?<![\w(])(?:{'|'.join(parts)})", re.IGNORECASE) if parts else None


def mark_labels(text: str, options: Sequence[str]) -> str:
    """Write labels before their own option's words as ``(B)``, so that their full stop ends no sentence."""
    pattern = _labelled(tuple(options))
    if pattern is None:
        return text
    return pattern.sub(lambda match: f"({match[0][0].upper()}) ", text)


def _line_sentences(line: str, offset: int) -> list[Sentence]:
    bullet = _BULLET.match(line)
    start = bullet.end() if bullet else 0
    label = _LABEL.match(line, start)
    letter = (label[1] or label[2]).upper() if label else None
    start = label.end() if label else start
    found = []
    ends = [start, *(match.end() for match in _END.finditer(line, start)), len(line)]
    pieces = [cut for begin, end in pairwise(ends) for cut in range(begin, max(end, begin + 1), _LONGEST)] + [len(line)]
    for begin, end in pairwise(pieces):
        piece = line[begin:end]
        if piece.strip() or letter:
            found.append(Sentence(piece, offset + begin, letter, piece.rstrip().endswith("?")))
            letter = None
    return found


def sentences(text: str) -> list[Sentence]:
    """Cut plain text into sentences; line breaks and list items end one too."""
    text = _ABBREVIATION.sub(lambda match: match[0][:-1] + " ", text)
    found: list[Sentence] = []
    offset = 0
    for line in text.split("\n"):
        found += _line_sentences(line, offset)
        offset += len(line) + 1
    return _with_end(found)


def _with_end(found: list[Sentence]) -> list[Sentence]:
    """Mark the last sentence, and those before it that only denials follow."""
    closing = len(found)
    for index in range(len(found) - 1, -1, -1):
        closing = index
        if not _DENIAL.match(found[index].text):
            break
    last = len(found) - 1
    return [replace(s, last=index == last, closing=index >= closing) for index, s in enumerate(found)]


def clauses(sentence: Sentence) -> list[Clause]:
    """Cut a sentence into clauses at commas, semicolons, dashes and joining words."""
    text = sentence.text
    cuts = [0, *(match.end() for match in _CUT.finditer(text)), len(text)]
    found: list[Clause] = []
    for begin, end in pairwise(cuts):
        piece = text[begin:end]
        if piece.strip(" ,;-."):
            lead = _LEAD.match(piece)
            if found and lead and lead[1].lower().startswith("and ") and not _VERB.search(found[-1].text):
                previous = found.pop()
                found.append(Clause(previous.text + piece, previous.lead, previous.start))
                continue
            found.append(Clause(piece, lead[1].lower() if lead else "", sentence.start + begin))
    return found


def has_verb(text: str) -> bool:
    """Whether the text has one of the verbs that make a statement of it."""
    return bool(_VERB.search(text))
