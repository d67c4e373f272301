"""From a mapping of columns to a benchmark, for multiple-choice data without an adapter of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from lmms_robust.benchmarks import cells
from lmms_robust.benchmarks.inside import split, unmarked
from lmms_robust.benchmarks.mapping import ANSWER_FORMS, ColumnMapping
from lmms_robust.benchmarks.overlap import folded
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_OPTIONS, Item, letters, same_text
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import state

_PLACEHOLDER = re.compile(r"<image(?:[ _]?\d+)?>\s*")
_LETTER = re.compile(r"[(（]?([A-Ka-k])[)）]?[.:)]?(?:\s+(?P<text>\S.*))?", re.DOTALL)


def mapped(mapping: ColumnMapping, source: Source) -> Benchmark:
    """Make a benchmark of data by the mapping of its columns; ``mapping.answer_form`` must be known."""
    return Benchmark(
        name=mapping.name,
        image=mapping.picture,
        columns=mapping.columns,
        to_item=lambda row, index: to_item(mapping, row, index),
        source=source,
        patterns=PATTERNS,
        repeats="refuse",  # the user's word alone says that the column holds ids
    )


def with_answer_form(mapping: ColumnMapping, rows: Iterable[Row]) -> ColumnMapping:
    """Find out how the data's answers name their options: the one form that fits more rows than any other.

    Raises:
        RobustError: no form fits any row, or two that fit as many rows read some row differently.
    """
    if mapping.answer_form:
        return mapping
    answers = [(row[mapping.answer], options) for row in rows if (options := _known_options(mapping, row))]
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
    if unsent := [option for option in options if _PLACEHOLDER.fullmatch(option)]:
        raise RobustError(f"{mapping.name} item {id!r}: option {unsent[0]!r} is a picture; allowed: options in words")
    answer = _read(mapping.answer_form or "letter", row[mapping.answer], options)
    if answer is None:
        raise RobustError(
            f"{mapping.name} item {id!r}: answer {_text(row[mapping.answer])!r} in column {mapping.answer!r}; "
            f"allowed: the {mapping.answer_form} of one of {list(options)}"
        )
    return Item(
        id=id,
        benchmark=mapping.name,
        category=_text(row[mapping.category]) if mapping.category else "all",
        question=question,
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
        RobustError: the options are not there in the way that the mapping says.
    """
    question = _PLACEHOLDER.sub("", _text(row[mapping.question])).strip()
    if mapping.layout == "inside":
        stem, found = split(_PLACEHOLDER.sub("", _text(row[mapping.options[0]])))
        options = tuple(_without_missing([_text(option) for option in found]))
        return (stem if mapping.options[0] == mapping.question else question), options
    if mapping.layout == "list":
        return question, unmarked(
            [_text(option) for option in cells.options(row[mapping.options[0]], mapping.options[0])]
        )
    texts = _without_missing([_text(row[column]) for column in mapping.options])
    if "" in texts:
        empty, filled = mapping.options[texts.index("")], mapping.options[len(texts) - 1]
        raise RobustError(f"option column {empty!r} is empty but {filled!r} is not; allowed: only the last ones empty")
    return question, unmarked(texts)


def _without_missing(texts: list[str]) -> list[str]:
    """Option texts without the empty ones at their end, such as "D: nan"."""
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _known_options(mapping: ColumnMapping, row: Row) -> tuple[str, ...]:
    try:
        options = read_question(mapping, row)[1] if taken(mapping, row) else ()
    except RobustError:
        return ()
    return options if 2 <= len(set(options)) <= MAX_OPTIONS else ()


def _read(form: str, answer: object, options: Sequence[str]) -> str | None:
    """Letter of the option that an answer names in a certain form, or None."""
    known, text = letters(len(options)), _text(answer)
    if form == "text":
        for spell in (str.strip, folded):
            named = [place for place, option in enumerate(options) if spell(option) == spell(text)]
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
    place = int(text) - (form == "number") if re.fullmatch(r"\d{1,3}", text) else -1
    return known[place] if 0 <= place < len(known) else None


def _text(value: Any) -> str:
    """A cell as text; whole floats lose their ".0", and the forms of "missing" become empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return "" if text == "nan" else text
