"""Audits statements: how many come from a pattern, and which ones a person should look at."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lmms_robust.benchmarks.items import made_of
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import Benchmark, Row
from lmms_robust.schema import Item
from lmms_robust.statements.state import FALLBACK, state
from lmms_robust.writing import as_text, complete

OWN = "own"
"""Stands for a pattern where the benchmark has none and brings its statements itself."""

UNKNOWN = "unknown"
"""Stands for a pattern where no known one, nor the fallback, makes these statements: a fault of the adapter."""

_SORTS = {"": "by pattern", FALLBACK: "by fallback", OWN: "brought by the data", UNKNOWN: "by nothing known"}

COLUMNS = ("id", "category", "pattern", "question", "letter", "option", "is_gold", "statement", "suspects")
SHOWN = 10
_WIDTH = 160  # characters of a statement in the report; the CSV file has all of it

_COUNTED = r"(?:[2-9]|\d{2,}|two|three|four|five|six|seven|eight|nine|ten)"
_SUSPECTS = {
    "doubled word": r"\b(?!(?:that|had)\b)(?i:([^\W\d]+) \1)\b",
    "two articles": r"(?i)\b(?:the|a|an) (?:the|a|an|this|that|these|those|my|his|her|its|their)\b",
    "a before a vowel": r"(?:\ba|^A) (?!(?i:uni(?!n)|use|usu|uten|eu|one\b|once))(?i:[aeiou])",
    "an before a consonant": r"\b[Aa]n (?:(?i:uni[cfqstv]|use|usu|eu|one\b|once)"
    r"|(?!(?i:hour|honest|heir|honou?r)|[FHLMNRSX](?:\b|[A-Z\d-])|8|11\b|18\b)(?i:[^\Waeiou]))",
    "is with a plural": rf"(?i)\bthere is (?:not )?{_COUNTED}\b",
    "are with one": r"(?i)\bthere are (?:not )?(?:1|one|an?)\b",
    "one of many": r"(?i)\bthere is (?:1|one) \w*[^\Wsui]s(?: (?:in|on|at)\b|\.?$)",
    "is and are": r"(?i)^there is\b[^,;]*\bare\b(?! (?:that|which))",
    "no final stop": r"(?s)\A(?!.*[.!][\"')]?\Z)",
    "question mark": r"\?",
    "option letter": r"(?:^|\s)\(?[A-J][.)](?=\s)|\([A-J]\)",
    "two spaces": r"\s{2}|^\s|\s$",
    "space before a stop": r"\s[.,;:!?](?:\s|$)",
    "doubled stop": r"(?<!\.)\.\.(?!\.)|[,;:!?]\.$|,,",
    "lower-case start": r"^[a-z]",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _SUSPECTS.items()}


@dataclass(frozen=True, slots=True)
class Audited:
    """One statement under audit.

    Attributes:
        item: the item.
        place: index of the option.
        pattern: name of the pattern that made it, ``FALLBACK``, :data:`OWN` or :data:`UNKNOWN`.
        suspects: names of what may be wrong with it.
    """

    item: Item
    place: int
    pattern: str
    suspects: tuple[str, ...]


def suspects(statement: str) -> tuple[str, ...]:
    """Name what looks wrong in a sentence; these are hints for a person, some of them false.

    A question or an option that the sentence quotes, as fallbacks do, is not looked at: it stands as the data has it.

    >>> suspects("There is 3 the the dog (a apple")
    ('doubled word', 'two articles', 'a before a vowel', 'is with a plural', 'no final stop', 'unbalanced parentheses')
    >>> suspects("The bus is to the left of an SUV.")
    ()
    """
    seen = re.sub(r'\b(the question|is:) "[^"]*"', r'\1 "…"', statement)
    found = [name for name, pattern in _COMPILED.items() if pattern.search(seen)]
    return tuple(found + (["unbalanced parentheses"] if not _balanced(seen) else []))


def audit(item: Item, pattern: str) -> list[Audited]:
    """Audit the statements of one item, which were made by the pattern of this name."""
    read = [re.sub(r"\W+", " ", statement).strip().casefold() for statement in item.statements]
    audited = []
    for place, statement in enumerate(item.statements):
        twins = [item.letters[other] for other, text in enumerate(read) if other != place and text == read[place]]
        same = tuple(f"reads like {letter}" for letter in twins)
        audited.append(Audited(item, place, pattern, suspects(statement) + same))
    return audited


def pattern_of(adapter: Benchmark, item: Item, row: Row) -> str:
    """Name what made an item's statements: they are made again from the row, and must come out the same."""
    question = adapter.stated(row) if adapter.stated else item.question
    made = state(question, item.options, adapter.patterns)
    if made.texts == item.statements:
        return made.pattern
    return UNKNOWN if adapter.patterns else OWN


def write(adapter: Benchmark, target: Path, files: Sequence[Path] = (), images: Path | None = None) -> list[str]:
    """Audit a benchmark: write a CSV with one line per statement, and return the report's lines.

    Raises:
        RobustError: the rows cannot be loaded or make no items.
    """
    dataset = load(adapter, files, images)
    made = made_of(adapter, dataset)
    rows = dataset.select_columns(adapter.read_columns(dataset.column_names))
    audited = [one for item in made.items for one in audit(item, pattern_of(adapter, item, rows[item.row]))]
    with complete(target) as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(map(_cells, audited))
    left_out = [f"rows that make no item: {made.said()}"] if made.said() else []
    return [*report(adapter.name, audited), *left_out]


def report(name: str, audited: Sequence[Audited]) -> Iterator[str]:
    """Describe an audit: share of items per pattern and category, fallbacks, suspects, one line each."""
    patterns = {one.item.id: one.pattern for one in audited}
    categories = {one.item.id: one.item.category for one in audited}
    total = len(patterns)
    sorts = Counter(pattern if pattern in _SORTS else "" for pattern in patterns.values())
    made = [f"{sorts[sort]} ({_share(sorts[sort], total)}) {said}" for sort, said in _SORTS.items() if sorts[sort]]
    yield f"{name}: {total} items, their statements {', '.join(made)}"
    per_category = Counter(categories.values())
    wide, high = (max(map(len, names.values()), default=0) for names in (categories, patterns))
    for (category, pattern), count in sorted(Counter((categories[id], patterns[id]) for id in patterns).items()):
        yield f"  {category:{wide}}  {pattern:{high}} {count:6} {_share(count, per_category[category])}"
    fallbacks = [one for one in audited if one.pattern == FALLBACK and one.place == 0]
    yield from _first("fallbacks", [_entry(one) for one in fallbacks])
    doubtful = [one for one in audited if one.suspects]
    counts = Counter(re.sub(r" [A-J]$", " another", suspect) for one in doubtful for suspect in one.suspects)
    named = ", ".join(f"{suspect} {count}" for suspect, count in sorted(counts.items()))
    lines = [f"{_entry(one)} [{', '.join(one.suspects)}]" for one in doubtful]
    yield from _first(f"suspects of {len(audited)} statements" + (f" ({named})" if named else ""), lines)


def _first(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{title}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more, in the CSV file"


def _cells(one: Audited) -> tuple[object, ...]:
    item = one.item
    gold = "yes" if _letter(one) == item.answer else "no"
    texts = (item.question, _letter(one), item.options[one.place], gold, _statement(one), "; ".join(one.suspects))
    return tuple(map(as_text, (item.id, item.category, one.pattern, *texts)))


def _letter(one: Audited) -> str:
    return one.item.letters[one.place]


def _statement(one: Audited) -> str:
    return one.item.statements[one.place]


def _entry(one: Audited) -> str:
    text = " ".join(_statement(one).split())
    return f"{one.item.id} {_letter(one)}: {text if len(text) <= _WIDTH else f'{text[: _WIDTH - 1]}…'}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0
