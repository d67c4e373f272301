"""Read the option that an answer text gives: by form first, by its words last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from string import ascii_letters, ascii_uppercase
from typing import NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.corrections import correction
from lmms_robust.reading.letters import SEVERAL, first_letter, index_of, is_label, leads, letters_in, names_another
from lmms_robust.reading.options import Names, names
from lmms_robust.reading.sentences import Force, asserted, backwards, read, starts_with
from lmms_robust.reading.spelling import MARKS, folded, tokens

_LABEL = re.compile(
    r"[\s\"'(\[{<_.-]{0,8}(?:[Oo]ption\s)?"
    r"(?:([^\W\d_])(?:\s?[.):\]}]|\s{0,3}(?=\n)|\s(?=[-(=])|,|\s(?=because\b|since\b|as\b|is\b)|(?=[^\x00-\x7f]))|"
    r"([a-z])[.)](?=\s)|\(([a-z])\))"
)
_RUN = re.compile(r"[\s:\"'({\[]{0,6}([A-K]{2,6})(?![A-Za-z0-9])")
_REFUSAL = re.compile(
    r"\b(?:i'?m sorry|i am sorry|i apologi[sz]e|as an ai|(?:i|we) (?:can'?t|cannot|am unable to|'m unable to|won't) "
    r"(?:assist|help|answer|provide|see|view|process|comply|access|give|determine|identify|diagnose))",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]+")
_SHORT = 200
"""Characters up to which a text is an answer rather than a story."""
_VALUE = 160
"""Characters after "the answer is" that are looked at."""
_LAST = 6
"""Sentences at the end of a text in which an answer may stand in words."""
_CAPITALS = re.compile("[A-K]")
_SEVERAL_ALONE = re.compile(r"\W{0,4}[A-K](?:\W{1,4}(?:(?:or|and|to)\W{1,3})?[A-K]){1,10}\W{0,4}")
_JOINS = {"and", "or", "also"}
"""Between two answers these make them several."""


class Choice(NamedTuple):
    """An answer read from text.

    Attributes:
        letter: letter of the option, or None.
        problem: why there is none, else None.
        start: offset in the text from which on the words are an answer statement; -1 where it is all of the text.
        at: offset of the letter that decides; None where words do.
        stated: the answer is stated as such, so that what stands before it is no part of it.
    """

    letter: str | None
    problem: str | None
    start: int = -1
    at: int | None = None
    stated: bool = True


def _denied(text: str) -> bool:
    """Whether what follows a letter says that it is not the answer: "A is wrong", "A: no"."""
    first = re.split(r"[.,;\n(]", text, maxsplit=1)[0].lower()
    return "n't" in first or (len(first) < 60 and not words.DENYING.isdisjoint(first.split()[:4]))


def _choice(index: int, count: int, start: int = -1, at: int | None = None, stated: bool = True) -> Choice:
    if 0 <= index < count:
        return Choice(ascii_uppercase[index], None, start, at, stated)
    return Choice(None, "outside_options", start, at, stated)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One text and what its options are called."""

    text: str
    options: tuple[str, ...]
    known: Names

    @property
    def count(self) -> int:
        return len(self.options)

    def value(self, start: int, text: str) -> Choice | None:
        """The option that stands at the start of ``text``, which is what an answer is said to be."""
        if _RUN.match(text) and _equal(text, self.known) is None:
            return Choice(None, "ambiguous", start)
        found = first_letter(text)
        if found is not None:
            at, index = found
            if names_another(text, at):
                return Choice(None, "ambiguous", start)
            return _choice(index, self.count, start, start + at)
        line = next((line for line in text.split("\n", 2)[:2] if line.strip(MARKS)), "")
        equal = _equal(line, self.known)
        if equal is None:
            equal = starts_with(line, self.known)
        return None if equal is None else _choice(equal, self.count, start)

    def whole(self, text: str, start: int) -> Choice | None:
        """The text is nothing but a letter, or nothing but an option."""
        bare = text.strip(MARKS)
        index = index_of(bare) if len(bare) == 1 and bare in ascii_letters else None
        equal = _equal(text, self.known) if index is None or index >= self.count else None
        if index is not None and equal is None:
            return _choice(index, self.count, start, start + text.index(bare))
        return None if equal is None else _choice(equal, self.count, start)

    def last_statement(self) -> Choice | None:
        """The last sentence in which something is said to be the answer, or what takes it back in a few words."""
        other = replaced = None
        for at, sentence in backwards(self.text):
            found = self._statement(at, at + len(sentence) + 3)
            if found is not None and (found.letter or found.problem == "ambiguous"):
                if replaced is None or found.at is None or found.letter in (None, replaced.letter):
                    return found
                return (
                    replaced._replace(start=found.start) if replaced.stated else Choice(None, "ambiguous", found.start)
                )
            other = other or found
            replaced = replaced or self._instead(at, sentence)
        return other

    def _instead(self, start: int, sentence: str) -> Choice | None:
        """The letter that a sentence puts beside what was answered before it; stated where it takes that back."""
        bare = sentence.strip(MARKS)
        alone = first_letter(sentence) if len(bare) == 1 else None
        if alone is not None and alone[1] < self.count:
            return _choice(alone[1], self.count, start, start + alone[0], stated=False)
        found = correction(sentence)
        return None if found is None else _choice(found[1], self.count, start, start + found[0])

    def _statement(self, start: int, stop: int) -> Choice | None:
        found, last = None, start
        for begin, end in leads(self.text[start:stop]):
            value = self.value(start + end, self.text[start + end : start + end + _VALUE])
            if value is not None and (value.letter or found is None or value.problem == "ambiguous"):
                other = found is not None and found.letter != value.letter
                if other and _JOINS.issuperset(tokens(self.text[last : start + begin])):
                    return Choice(None, "ambiguous", start + begin)
                found = Choice(value.letter, value.problem, start + begin, value.at)
                last = start + end if value.at is None else value.at + 1
        return found

    def label(self, text: str, start: int) -> Choice | None:
        """The text starts with a letter as a label: "B. left", "(B) left", "B: because ..."."""
        match = _LABEL.match(text)
        if match is None:
            return None
        at = match.start(match.lastindex or 1)
        if match[1] and not match[1].isupper():
            return None
        index = index_of(text[at])
        if index >= self.count and text[at + 1 : at + 2] == " ":
            return None
        more = SEVERAL.match(text, at + 1)
        if more and more[1] != text[at]:
            return Choice(None, "ambiguous", start)
        rest = text[match.end() :]
        for begin, sentence in backwards(rest[:_SHORT]):
            if other := correction(sentence):
                return _choice(other[1], self.count, start, start + match.end() + begin + other[0])
        if _denied(rest):
            return None
        if (
            len(rest) < 60
            and "or" in rest.partition("\n")[0].split()
            and {other for _, other in letters_in(rest)} - {index}
        ):
            return Choice(None, "ambiguous", start)
        return _choice(index, self.count, start, start + at)

    def last_line(self) -> Choice | None:
        """The last line, or sentence, is an answer by itself, and no item of a list of options."""
        lines = [(found.start(), found[0]) for found in _LINE.finditer(self.text) if found[0].strip(MARKS)]
        start, line = lines[-1] if lines else (0, "")
        choice = self.whole(line, start) if len(lines) > 1 else None
        if choice is None and len(lines) > 1 and not is_label(lines[-2][1]):
            choice = self._labelled(line, start)
        at, last = next(backwards(line), (0, ""))
        if choice is None and at and len(last.strip(MARKS)) == 1:
            choice = self.whole(last, start + at)
        return choice

    def _labelled(self, line: str, start: int) -> Choice | None:
        """A line is an option with its letter in front."""
        choice = self.label(line, start)
        if choice is None or choice.at is None or _equal(self.text[choice.at + 1 :], self.known) is None:
            return None
        return choice if _equal(self.text[choice.at + 1 :], self.known) == index_of(self.text[choice.at]) else None

    def listed(self) -> Choice | None:
        """A list of options, of which one is said to hold: "A. left - no", then "B. right - yes"."""
        lines = [(found.start(), found[0]) for found in _LINE.finditer(self.text) if is_label(found[0])]
        said = [(at, line, {*tokens(line.lower())}) for at, line in lines]
        if len(said) < 2:
            return None
        held = [(at, line) for at, line, spoken in said if spoken & words.AFFIRMS and spoken.isdisjoint(words.DENYING)]
        return self.label(held[0][1], held[0][0]) if len(held) == 1 else Choice(None, "ambiguous")

    def first_line(self) -> Choice | None:
        """The text starts with its answer."""
        return self.label(self.text, 0)

    def refusal(self) -> Choice | None:
        """The text starts by declining to answer."""
        return Choice(None, "refused") if _REFUSAL.search(self.text[:_SHORT]) else None

    def only_letter(self) -> Choice | None:
        """All letters that can only be options' are the same."""
        found = [*letters_in(self.text, self.known.pointed)]
        if len({index for _, index in found}) != 1:
            return None
        at, index = found[0]
        start, sentence = next(((start, one) for start, one in backwards(self.text) if start <= at), (0, ""))
        if index < self.count and index in asserted(sentence, self.known):
            return _choice(index, self.count, start, at, stated=False)
        return None

    def prose(self) -> Choice | None:
        """One of the last sentences asserts exactly one option."""
        for start, sentence in islice(backwards(self.text), _LAST):
            said = read(sentence, self.known)
            speaks = len(self.text) < _SHORT or said.force >= Force.CONCLUDED or (said.force and said.about)
            found = asserted(sentence, self.known) if speaks else set()
            if len(found) > 1:
                return Choice(None, "ambiguous", start)
            if found:
                option = found.pop()
                at = next((start + at for at, index in letters_in(sentence) if index == option), None)
                stated = said.force == Force.STATED or (said.force == Force.CONCLUDED and at is not None)
                return _choice(option, self.count, start, at, stated)
        return None


def _equal(text: str, known: Names) -> int | None:
    """Index of the one option that a text is, up to case, marks, articles and the way numbers are written."""
    exact = text.strip(MARKS)
    if not 0 < len(exact) <= known.longest:
        return None
    if exact in known.spellings:
        return known.spellings[exact]
    if (bare := folded(text)) in known.spellings:
        return known.spellings[bare]
    return known.spellings.get(" ".join(tokens(text.lower())))


def read_answer(text: str, options: Sequence[str], question: str = "") -> Choice:
    r"""Return the option that an answer text gives.

    Where letter and words disagree ("B. right" although B is left) the letter counts: the letter is what the format
    asks for and what every other scorer of these benchmarks reads. A correction replaces what stands before it.

    Args:
        text: the answer, :func:`lmms_robust.reading.spelling.plain`.
        options: option texts; all empty if they are not known.
        question: the question, if known.

    >>> read_answer("Answer: A. Wait, it is blue. Answer: B", ("red", "blue")).letter
    'B'
    """
    if not text.strip():
        return Choice(None, "empty")
    known = names(question, tuple(options))
    reader = _Reader(text, tuple(options), known)
    found = reader.whole(text, 0)
    if found is None and _SEVERAL_ALONE.fullmatch(text) and len({*_CAPITALS.findall(text)}) > 1:
        found = Choice(None, "ambiguous")
    if found is not None:
        return found
    for step in (
        reader.last_statement,
        reader.last_line,
        reader.listed,
        reader.first_line,
        reader.refusal,
        reader.only_letter,
        reader.prose,
    ):
        found = step()
        if found is not None:
            return found
    return Choice(None, "no_answer")
