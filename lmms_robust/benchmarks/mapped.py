"""From a mapping of columns to a benchmark, for multiple-choice data without an adapter of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from lmms_robust.benchmarks import cells
from lmms_robust.benchmarks.inside import split, unmarked
from lmms_robust.benchmarks.mapping import ANSWER_FORMS, ColumnMapping
from lmms_robust.benchmarks.overlap import folded
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.benchmarks.rows import is_missing
from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_OPTIONS, Item, letters, same_text
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import state

_PLACEHOLDER = re.compile(r"<image(?:[ _]?\d+)?>\s*")
_LETTER = re.compile(r"[(【「]?([A-Za-z])[)】」]?[.:)。]?(?:\s+(?P<text>\S.*))?", re.DOTALL)


def mapped(mapping: ColumnMapping, source: Source) -> Benchmark:
    """Make a benchmark of data by the mapping of its columns; ``mapping.answer_form`` must be known."""
    return Benchmark(
        name=mapping.name,
        image=mapping.pictures[0],
        more_images=mapping.pictures[1:],
        columns=mapping.columns,
        to_item=lambda row, index: to_item(mapping, row, index),
        source=source,
        patterns=PATTERNS,
        repeats="refuse",  # the user's word alone says that the column holds ids
    )


def with_answer_form(mapping: ColumnMapping, rows: Iterable[Row]) -> ColumnMapping:
    """Find out how the data's answers name their options: the one form that fits more rows than any other.

    Raises:
        RobustError: no row has options, no form fits any row, or two that fit as many rows read some row differently.
    """
    if mapping.answer_form:
        return mapping
    answers, faults = [], []
    for row in rows:
        try:
            answers += [(row[mapping.answer], read_question(mapping, row)[1])] if taken(mapping, row) else []
        except RobustError as error:
            faults.append(error)
    if faults and not answers:
        raise RobustError(f"none of {len(faults)} row(s) has options; the first: {faults[0]}") from faults[0]
    read = {form: [_read(form, answer, options) for answer, options in answers] for form in ANSWER_FORMS}
    fits = {form: sum(letter is not None for letter in found) for form, found in read.items()}
    most = max(fits.values())
    best = [form for form in ANSWER_FORMS if fits[form] == most]
    column = mapping.answer
    if not most:
        got = [_text(answer) for answer, _ in answers[:3]]
        raise RobustError(f"column {column!r}: answers such as {got}; allowed: {', '.join(ANSWER_FORMS)} of an option")
    if any(read[form] != read[best[0]] for form in best[1:]):
        forms = " or ".join(f"{{{form}: {column}}}" for form in best)
        raise RobustError(f"column {column!r}: answers can be read in two ways; say in the mapping: answer: {forms}")
    return replace(mapping, answer_form=best[0])


def to_item(mapping: ColumnMapping, row: Row, index: int) -> Item | None:
    """Turn a row into an item; None if the mapping's filter does not take it.

    Raises:
        RobustError: the row has no two options, or its answer names none of them.
    """
    if not taken(mapping, row):
        return None
    id = _text(row[mapping.id]) if mapping.id else f"{mapping.name}-{index:06}"
    question, options = read_question(mapping, row)
    context = _in_words(row, mapping.context) if mapping.context else ""
    where = f"{mapping.name} item {id!r}"
    if unsent := [option for option in options if _PLACEHOLDER.fullmatch(option)]:
        columns = ", ".join(map(repr, mapping.options))
        raise RobustError(f"{where}, column {columns}: option {unsent[0]!r} is a picture; allowed: options in words")
    answer = _read(mapping.answer_form or "letter", row[mapping.answer], options)
    if answer is None:
        raise RobustError(
            f"{where}: answer {_text(row[mapping.answer])!r} in column {mapping.answer!r}; "
            f"allowed: the {mapping.answer_form} of one of {list(options)}"
        )
    return Item(
        id=id,
        benchmark=mapping.name,
        category=_text(row[mapping.category]) if mapping.category else "all",
        question=f"{context}\n{question}" if context else question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def taken(mapping: ColumnMapping, row: Row) -> bool:
    """Whether the mapping's filter takes a row."""
    return all(_text(row[column]) in values for column, values in mapping.where.items())


def read_question(mapping: ColumnMapping, row: Row) -> tuple[str, tuple[str, ...]]:
    """Read question and options of a row.

    Raises:
        RobustError: they are not there in the way that the mapping says, or there are too few options or too many.
    """
    question, column = _in_words(row, mapping.question), mapping.options[0]
    if mapping.layout == "inside":
        stem, found = split(_told(row, column), f"column {column!r}")
        question = _without_pictures(stem) if column == mapping.question else question
        options = _kept(found, mapping.options)
    elif mapping.layout == "columns":
        options = unmarked(_kept([_told(row, column) for column in mapping.options], mapping.options))
    else:
        marked = _marked(cells.alone(row[column]))
        options = unmarked(_kept(marked or cells.options(row[column], column), mapping.options))
    if not question:
        raise RobustError(f"column {mapping.question!r}: no question in {str(row[mapping.question])[:80]!r}")
    if not 2 <= len(set(options)) <= MAX_OPTIONS:
        named, count = ", ".join(map(repr, mapping.options)), len(set(options))
        raise RobustError(
            f"column {named}: {count} different option(s) in {str(options)[:80]}; allowed: 2 to {MAX_OPTIONS}"
        )
    return question, options


def _marked(cell: object) -> tuple[str, ...]:
    """Options of a text that is nothing but marked options."""
    try:
        stem, options = split(_text(cell)) if isinstance(cell, str | bytes) else ("", ())
    except RobustError:
        return ()
    return () if stem else options


def _in_words(row: Row, column: str) -> str:
    """A cell's text without what stands for a picture in it."""
    return _without_pictures(_told(row, column))


def _without_pictures(text: str) -> str:
    return _PLACEHOLDER.sub("", text).strip()


def _told(row: Row, column: str) -> str:
    """The text of a cell that holds one."""
    cell = cells.alone(row[column])
    if not isinstance(cell, str | bytes | int | float | None):
        raise RobustError(f"column {column!r}: {str(row[column])[:80]!r}; allowed: a text")
    return _text(cell)


def _kept(options: Sequence[object], columns: Sequence[str]) -> tuple[str, ...]:
    """Texts of options without the empty ones at their end, such as "D: nan".

    Raises:
        RobustError: another one is empty.
    """
    for option in options:
        if not isinstance(option, str | bytes | int | float | None):
            raise RobustError(
                f"column {columns[0]!r}: an option is a {type(option).__name__}; allowed: options in words"
            )
    texts = [_text(option) for option in options]
    while texts and not texts[-1]:
        texts.pop()
    if "" in texts:
        place = texts.index("")
        named = f"column {columns[place]!r}" if len(columns) > 1 else f"option {place + 1} in column {columns[0]!r}"
        raise RobustError(f"{named} is empty; allowed: only the last ones empty; got {str(texts)[:80]}")
    return tuple(texts)


def _read(form: str, answer: object, options: Sequence[str]) -> str | None:
    """Letter of the option that an answer names in a certain form, or None."""
    known, text = letters(len(options)), _text(cells.alone(answer))
    if form == "text":
        for spell, told in ((str.strip, text), (_alike, text), (_alike, _text(cells.bare(answer)))):
            named = [place for place, option in enumerate(options) if spell(option) == spell(told)]
            if len({same_text(options[place]) for place in named}) == 1:  # a repeated option is one option
                return known[named[0]]
        return None
    texts, text = [folded(option) for option in options], _text(cells.bare(answer))
    if form == "letter":
        found = _LETTER.fullmatch(text)
        letter = found[1].upper() if found else ""
        fits = letter in known and (
            not found or not found["text"] or folded(found["text"]) == texts[known.index(letter)]
        )
        return letter if fits else None
    place = int(text.removesuffix(".0")) - (form == "number") if re.fullmatch(r"\d{1,3}(?:\.0)?", text) else -1
    return known[place] if 0 <= place < len(known) else None


def _alike(text: str) -> str:
    """What of a text tells it from others, however it is spelt in Unicode."""
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return folded(shown)


def _text(value: Any) -> str:
    """A cell as text; whole floats lose their ".0", and the forms of "missing" become empty."""
    value = cells.decoded(value)
    if is_missing(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
