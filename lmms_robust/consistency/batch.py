"""Judge a file of responses: one JSON object a line in, one verdict a line out, and a summary.

The output appears whole or, if any line is bad, not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmms_robust.consistency.error import Error
from lmms_robust.consistency.read import read
from lmms_robust.errors import RobustError
from lmms_robust.reading import own_start
from lmms_robust.schema import MAX_LETTERS, Verdict, letters
from lmms_robust.transport import Response, unseal
from lmms_robust.writing import complete

REQUIRED = ("id", "question", "options", "response")
_SHOWN_IDS = 20  # ids of wrong samples that a summary prints


@dataclass(frozen=True, slots=True)
class Row:
    """One checked input line.

    ``injected`` is the start of the response that the model did not write; ``expected`` holds the labels that the line
    carries: answer, conclusion, or none.
    """

    id: str | int
    question: str
    options: tuple[str, ...]
    response: str
    injected: str = ""
    expected: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over one file.

    Attributes:
        samples: lines read.
        consistent: verdicts True.
        inconsistent: verdicts False.
        undecided: verdicts None.
        problems: why they are None, name to count.
        deciders: who gave the verdicts True and False, name to count.
        own: conclusions that stand in the model's own words.
        injected: conclusions that stand in words put in its mouth.
        error: how right it all is, where lines are labelled.
    """

    samples: int
    consistent: int
    inconsistent: int
    undecided: int
    problems: Mapping[str, int]
    deciders: Mapping[str, int]
    own: int
    injected: int
    error: Error

    def render(self) -> str:
        """Return the summary as lines of text."""
        decided = self.consistent + self.inconsistent
        rate = f"{self.consistent / decided:.1%} of {decided} decided" if decided else "none decided"
        lines = [
            f"samples       {self.samples}",
            f"consistent    {self.consistent} ({rate})",
            f"inconsistent  {self.inconsistent}",
            f"decided by    {_counts(self.deciders) or 'nobody'}",
            f"undecided     {self.undecided}" + (f" ({_counts(self.problems)})" if self.problems else ""),
            f"conclusions   {self.own} in own words, {self.injected} in injected words",
        ]
        return "\n".join([*lines, *self.error.lines(), *_shown(self.error.wrong)])


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items()))


def _shown(wrong: Sequence[str]) -> list[str]:
    more = len(wrong) - _SHOWN_IDS
    names = [name.encode("ascii", "backslashreplace").decode() for name in wrong[:_SHOWN_IDS]]
    return [f"  wrong: {', '.join(names)}{f' and {more} more' if more > 0 else ''}"] if wrong else []


def _decoded(line: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RobustError(f"{where}: not JSON ({error}); allowed: one JSON object per line") from error
    if not isinstance(data, dict):
        raise RobustError(f"{where}: a JSON {type(data).__name__}; allowed: one JSON object per line")
    return data


def _checked_options(options: object, where: str) -> tuple[str, ...]:
    allowed = f"allowed: a list of 2 to {MAX_LETTERS} distinct non-empty texts"
    if not isinstance(options, list) or not all(isinstance(o, str) and o.strip() for o in options):
        raise RobustError(f"{where}: options {str(options)[:80]!r}; {allowed}")
    folded = {" ".join(option.split()).casefold() for option in options}
    if not 2 <= len(options) <= MAX_LETTERS or len(folded) < len(options):
        raise RobustError(f"{where}: options {str(options)[:80]!r}; {allowed}")
    return tuple(options)


def _checked_labels(labels: object, count: int, where: str) -> dict[str, str | None]:
    known = letters(count)
    if not isinstance(labels, dict) or not labels.keys() <= {"answer", "conclusion", "concluded_in"}:
        raise RobustError(f"{where}: expected {str(labels)[:80]!r}; allowed: an object with answer and conclusion")
    if labels.get("concluded_in") not in (None, "own", "injected"):
        raise RobustError(f"{where}: expected concluded_in {labels['concluded_in']!r}; allowed: own, injected, null")
    labels = {name: label for name, label in labels.items() if name != "concluded_in"}
    for name, label in labels.items():
        if label is not None and label not in known:
            raise RobustError(f"{where}: expected {name} {label!r}; allowed: null, {', '.join(known)}")
    return dict(labels)


def _checked(data: Mapping[str, Any], where: str) -> Row:
    missing = [key for key in REQUIRED if key not in data]
    if missing:
        raise RobustError(f"{where}: no {', '.join(map(repr, missing))}; required: {', '.join(REQUIRED)}")
    for key in ("question", "response"):
        if not isinstance(data[key], str):
            raise RobustError(f"{where}: {key} is a {type(data[key]).__name__}; allowed: a text")
    if not isinstance(data["id"], str | int) or isinstance(data["id"], bool):
        raise RobustError(f"{where}: id {data['id']!r}; allowed: a text or an integer")
    options = _checked_options(data["options"], where)
    labels = {} if data.get("expected") is None else _checked_labels(data["expected"], len(options), where)
    return Row(data["id"], data["question"], options, data["response"], _checked_injected(data, where), labels)


def _checked_injected(data: Mapping[str, Any], where: str) -> str:
    injected = data.get("injected")
    if injected is None:
        return ""
    if not isinstance(injected, str) or own_start(data["response"], injected) < 0:
        raise RobustError(f"{where}: injected {str(injected)[:80]!r}; allowed: null, or what the response starts with")
    return injected


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{path}:{number}", line
    except UnicodeDecodeError as error:
        raise RobustError(f"{path}: not UTF-8 ({error.reason}); allowed: JSON lines in UTF-8") from error
    except OSError as error:
        raise RobustError(f"{path}: cannot be read ({error.strerror})") from error


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the checked rows of a JSON-lines file, one at a time.

    Raises:
        RobustError: a line is not JSON, lacks a key, or holds wrong values or an id for the second time; the message
            names file and line.
    """
    seen: dict[str, str] = {}
    for where, line in _lines(path):
        row = _checked(_decoded(line, where), where)
        name = str(row.id)
        if name in seen:
            raise RobustError(f"{where}: id {row.id!r} again (first {seen[name]}); allowed: each id once")
        seen[name] = where
        yield row


def decide(row: Row) -> tuple[str | None, Verdict]:
    """Return the answer letter and the verdict for one row."""
    reading, verdict = read(row.question, row.options, Response(unseal(row.response).text, None), injected=row.injected)
    return reading.answer, verdict


@dataclass(slots=True)
class _Tally:
    verdicts: Counter[bool | None] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    deciders: Counter[str] = field(default_factory=Counter)
    concluded: Counter[str | None] = field(default_factory=Counter)
    error: Error = field(default_factory=Error)

    def add(self, row: Row, answer: str | None, verdict: Verdict) -> None:
        self.verdicts[verdict.consistent] += 1
        self.concluded[verdict.concluded_in] += 1
        if verdict.problem is not None:
            self.problems[verdict.problem] += 1
        if verdict.consistent is not None:
            self.deciders[verdict.decided_by] += 1
        if row.expected:
            self.error.add(str(row.id), row.expected, answer, verdict)

    def summary(self) -> Summary:
        return Summary(
            samples=self.verdicts.total(),
            consistent=self.verdicts[True],
            inconsistent=self.verdicts[False],
            undecided=self.verdicts[None],
            problems=dict(self.problems),
            deciders=dict(self.deciders),
            own=self.concluded["own"],
            injected=self.concluded["injected"],
            error=self.error,
        )


def _line_out(row: Row, answer: str | None, verdict: Verdict) -> str:
    out = {
        "id": row.id,
        "answer": answer,
        "conclusion": verdict.conclusion,
        "consistent": verdict.consistent,
        "concluded_in": verdict.concluded_in,
        "decided_by": verdict.decided_by,
        "problem": verdict.problem,
    }
    return json.dumps(out) + "\n"


def run(input: Path, output: Path) -> Summary:
    """Judge every line of ``input`` and write the verdicts to ``output``.

    One pass, so that a pipe can be read.

    Raises:
        RobustError: a bad line, an unreadable input, or an output that cannot be written. ``output`` is then untouched.
    """
    tally = _Tally()
    with complete(output) as file:
        for row in read_rows(input):
            answer, verdict = decide(row)
            tally.add(row, answer, verdict)
            file.write(_line_out(row, answer, verdict))
    return tally.summary()
