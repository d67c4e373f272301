"""Read the option letter out of the text of an answer, by form first and by meaning last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from lmms_robust.parsing.clauses import mark_labels
from lmms_robust.parsing.conclude import Conclusion, conclude
from lmms_robust.parsing.events import Force
from lmms_robust.parsing.letters import find_letters
from lmms_robust.parsing.mentions import find_mentions, names_exactly
from lmms_robust.parsing.plain import plain

_SPACE = r"[\s\"'`.,:;!(\[{<>)\]}*_-]*"
_LEAD_IN = (
    r"(?:(?:所以|因此|so|therefore|thus|hence|ok(?:ay)?|sure|yes|well)[\s,]*)?(?:(?:the|my|your|our)\s+)?(?:(?:final|"
    r"correct|best|right|most likely|single)\s+)*"
    r"(?:answers?|option|choice|letter|response|选项|答案|选择|选)?(?:\s+(?:choice|option|letter))?\s*(?:is|would be|"
    r"should be|must be|is:|:|=|是|为|选)*\s*(?:the )?(?:option|choice|letter)?"
)
_LETTER_ONLY = re.compile(rf"{_SPACE}{_LEAD_IN}{_SPACE}([A-Za-z]){_SPACE}\Z", re.IGNORECASE)
_LABEL = re.compile(
    rf"{_SPACE}{_LEAD_IN}{_SPACE}(?:\(\s?([A-Za-z])\s?\)|([A-Z])\s?[.):\]]|([A-Z])(?=\s+-+\s|\s*[=,\n]|\s+because\b|"
    rf"\s+since\b|\s+\()|([a-z])[.)](?=\s))[\s:.)-]*",
    re.IGNORECASE,
)
_TWO = re.compile(
    r"^[\s\"'(\[]*([A-J])[\s\"')\].]*(?:,|/|&|\bor\b|\band\b|\+|;|\s)[\s\"'(\[]*([A-J])[\s\"')\].]*(?:$|[,/&]|or\b|"
    r"and\b)",
)
_JSON = re.compile(
    r"[\"'](?:final_?|correct_?)?(?:answer|choice|option|letter)[\"']\s*:\s*(?:\[\s*)?(?:\"([^\"\n]{0,300})\"|"
    r"'([^'\n]{0,300})'|([\w.]{1,20}))",
    re.IGNORECASE,
)
_OWN_LABEL = re.compile(r"\(([A-J])\) (?=\S)")
_LETTER_FIRST = re.compile(r"\W*[A-J]\s?[.):\]]\s")
_DENIAL = re.compile(r"\bn(?:o|ot|ever|either)\b|n't\b", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(?:i'?m sorry|i am sorry|i apologi[sz]e|i (?:can'?t|cannot|am unable to|'m unable to|won't) (?:assist|help|"
    r"answer|provide|see|view|process|comply|access)|as an ai)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer read from text.

    Attributes:
        letter: letter of the option, or None.
        problem: why there is none, else None.
        start: offset of the deciding words in the plain text; -1 if the whole text is the answer.
    """

    letter: str | None
    problem: str | None
    start: int = -1


def _place(letter: str) -> int:
    """Index of the option with a letter; far beyond all of them for letters that only look like one, such as "İ"."""
    return ord(letter.upper()[0]) - ord("A")


def _named(index: int, count: int, start: int = -1) -> Choice:
    if index < count:
        return Choice(ascii_uppercase[index], None, start)
    return Choice(None, "outside_options", start)


def _unfolded(text: str, options: Sequence[str]) -> Choice | None:
    """An answer given as a JSON value."""
    found = None
    for match in _JSON.finditer(text):
        found = match
    if found is None:
        return None
    return read_answer(next(group for group in found.groups() if group is not None), options)


def _whole(text: str, options: Sequence[str]) -> Choice | None:
    """The text is nothing but a letter, or nothing but an option."""
    match = _LETTER_ONLY.fullmatch(text) if len(text) < 200 else None
    letter = _place(match[1]) if match else len(options)
    if letter < len(options):
        return _named(letter, len(options))
    literal = [index for index, option in enumerate(options) if _folded(option) == _folded(text)]
    if len(literal) == 1:
        return _named(literal[0], len(options))
    if match:
        return _named(letter, len(options))
    if len(text) > 2_000 or _LETTER_FIRST.match(text):
        return None
    option = names_exactly(text, options)
    return None if option is None else _named(option, len(options))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().strip(" .\"'")


def _labelled(text: str, options: Sequence[str]) -> Choice | None:
    """The text starts with a letter as a label: "B. left", "(B) left", "B: because ..."."""
    pair = _TWO.match(text)
    if pair:
        return _named(ord(pair[1]) - 65, len(options)) if pair[1] == pair[2] else Choice(None, "ambiguous")
    match = _LABEL.match(text)
    if match is None:
        return None
    letter = next(group for group in match.groups() if group).upper()
    rest = text[match.end() :]
    other = re.search(r"(?:^|[\s,;/(])(?:or|and|/|&)\s*\(?([A-J])(?:[).:]|\s*$)", rest[:200])
    if other and other[1] != letter:
        return Choice(None, "ambiguous")
    listed = {match[1] for match in _OWN_LABEL.finditer(mark_labels(rest, options))} - {letter}
    if listed:
        return Choice(None, "ambiguous")
    return _named(_place(letter), len(options), match.start())


def _lines(text: str) -> list[tuple[int, str]]:
    found, offset = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((offset, line))
        offset += len(line) + 1
    return found


def _last_line(text: str, options: Sequence[str]) -> Choice | None:
    """The last line is an answer by itself, and no item of a list of options."""
    lines = _lines(text)
    start, line = lines[-1]
    choice = _whole(line, options)
    if choice is None and (label := _labelled(line, options)) is not None and _is_own(line, label, options):
        choice = (
            None if len(lines) > 1 and _LABEL.match(lines[-2][1]) and not re.search("answer", line, re.I) else label
        )
    return None if choice is None else Choice(choice.letter, choice.problem, start)


def _is_own(line: str, label: Choice, options: Sequence[str]) -> bool:
    """Whether the words after a label are that option's and short, so that the line is an answer and not prose."""
    match = _LABEL.match(line)
    if match is None or label.letter is None:
        return False
    option = names_exactly(line[match.end() :], options)
    return option == _place(label.letter) or bool(re.match(r"\s*(?:final )?answer", line, re.IGNORECASE))


def _by_meaning(text: str, options: Sequence[str], found: Conclusion) -> Choice:
    if found.option is not None:
        return _named(found.option, len(options), found.start)
    if _REFUSAL.search(text[:400]):
        return Choice(None, "refused")
    return Choice(None, "ambiguous" if found.problem == "ambiguous" else "no_answer")


def _only_letter(text: str, options: Sequence[str]) -> Choice | None:
    """A short answer that names one letter and no other."""
    if len(text) > 200 or _DENIAL.search(text):
        return None
    found = {letter.letter for letter in find_letters(text)}
    return _named(ord(found.pop()) - 65, len(options)) if len(found) == 1 else None


def _named_once(text: str, options: Sequence[str]) -> Choice | None:
    """A short answer that names one option and no other."""
    if len(text) > 120 or _DENIAL.search(text) or re.search(r"[.!?]\s+\S", text.strip()):
        return None
    found = {mention.option for mention in find_mentions(text, options)}
    return _named(found.pop(), len(options)) if len(found) == 1 else None


def read_answer(text: str, options: Sequence[str], question: str = "") -> Choice:
    r"""Return the letter that an answer text gives.

    Where letter and words disagree ("B. right" although B is left) the letter counts: the letter is what the format
    asks for and what every other scorer of these benchmarks reads.

    Args:
        text: content of the answer block, or all text if there is none.
        options: option texts; all empty if they are not known.
        question: the question, if known.

    >>> read_answer("\\boxed{\\text{B}}", ("left", "right")).letter
    'B'
    """
    text = plain(text)
    if not text.strip():
        return Choice(None, "empty")
    for read in (_unfolded, _whole):
        choice = read(text, options)
        if choice is not None:
            return choice
    return _read_prose(text, options, question)


def _read_prose(text: str, options: Sequence[str], question: str) -> Choice:
    last = _last_line(text, options)
    if last is not None and len(_lines(text)) > 1:
        return last
    found = conclude(text, options, question)
    if found.option is not None and found.force == Force.EXPLICIT:
        leading = _labelled(text, options)
        if leading is None or leading.letter is None or not _is_short(text):
            return _named(found.option, len(options), found.start)
    for read in (_labelled, _only_letter, _named_once):
        choice = read(text, options)
        if choice is not None:
            return choice
    return _by_meaning(text, options, found)


def _is_short(text: str) -> bool:
    return len(text) < 80 and "\n" not in text.strip()
