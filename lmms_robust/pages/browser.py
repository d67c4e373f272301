"""The samples of runs as data for the page's browser: an index of all, and chunks of texts that are loaded on demand.

The index has one small number a sample and column, so that a hundred thousand are filtered at once; a chunk has the
texts of some hundred items. Each is JSON, compressed, in base64.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from gzip import compress
from pathlib import Path
from typing import Any

from lmms_robust.consistency.verdicts import beside, read
from lmms_robust.pages import marked
from lmms_robust.pages.chosen import chosen, rows_of
from lmms_robust.pages.thumbnails import Pictures, thumbnails
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.report.columns import codes
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import suite
from lmms_robust.report.responses import Shown, shown

MOST = 100_000
"""Samples that a page shows at most, unless the user says otherwise."""
CHUNK = 1_500
"""Samples of which the texts are in one chunk, about."""
PICTURES = 1_500_000
"""Characters of the pictures in one chunk, about."""
OUTCOMES = ("right", "planted", "other", "abstained", "no_answer")
VERDICTS = ("consistent", "inconsistent", "undecided", "not asked")

Key = tuple[str, int, str, str]
"""Suite, plant seed, id and digest of an item."""


@dataclass(frozen=True, slots=True)
class _One:
    run: int
    shown: Shown
    votes: Sequence[tuple[str, str]]

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands among the samples of its item."""
        record = self.shown.record
        return self.run, record.repeat, list(VARIANTS).index(record.variant)


def browser(named: Sequence[tuple[str, Run]], most: int, pictures: Pictures | None) -> dict[str, str]:
    """Everything that the browser of samples loads, by name: ``index``, ``texts-0``, …, ``pictures-0``, ….

    Args:
        named: the runs, whose logs are read again, with what the page calls them; runs of one name were asked other
            things.
        most: samples at most, see :func:`lmms_robust.pages.chosen.chosen`.
        pictures: where pictures are looked for, see :mod:`lmms_robust.pages.thumbnails`; None where none are wanted.

    Raises:
        RobustError: a log has changed since it was read.
    """
    items: dict[Key, list[_One]] = {}
    runs, names = [run for _, run in named], list(dict.fromkeys(name for name, _ in named))
    masks = chosen(runs, most)
    for (name, run), mask in zip(named, masks, strict=True):
        number, votes = names.index(name), _votes(run)
        for one in shown(rows_of(run, mask)):
            record = one.record
            about = record.item, record.digest, record.variant, record.repeat, one.digest.hex()
            key = suite(run.benchmark, run.probe), run.seed, record.item, record.digest
            items.setdefault(key, []).append(_One(number, one, votes.get(about, ())))
    index = _Index(names, sum(len(run.table) for run in runs))
    found: dict[str, str] = {}
    chunk: list[Any] = []
    for key in sorted(items):
        samples = sorted(items.pop(key), key=lambda one: one.place)
        index.add(key, samples, len(found))
        chunk.append(_texts(samples))
        if index.pending >= CHUNK:
            found[f"texts-{len(found)}"] = packed(chunk)
            chunk, index.pending = [], 0
    if chunk:
        found[f"texts-{len(found)}"] = packed(chunk)
    shown_ = dict(_pictures(index, pictures)) if pictures else {}
    return {"index": packed(index.said()), **found, **shown_}


def _votes(run: Run) -> Mapping[tuple[str, str, str, int, str], Sequence[tuple[str, str]]]:
    """Who says on which letter the reasoning of a response ends, of all that stands beside the logs of a run."""
    found: dict[tuple[str, str, str, int, str], list[tuple[str, str]]] = {}
    for log in codes(run.table["file"])[1]:
        for name, path in beside(Path(log)).items():
            for key, vote in read(path).found.items():
                said = vote.conclusion or vote.failed or "none"
                found.setdefault((*key, vote.response), []).append((name, said))
    return found


class _Index:
    """Columns of numbers, and what the numbers stand for."""

    def __init__(self, names: Sequence[str], total: int) -> None:
        self.pending = 0
        self.pictures: dict[str, dict[str, int]] = {}  # benchmark -> digest -> chunk, -1 where there is none
        self._total = total
        self._known: dict[str, dict[str, int]] = {
            "run": {name: place for place, name in enumerate(names)},
            "variant": {name: place for place, name in enumerate(VARIANTS)},
            "outcome": {name: place for place, name in enumerate(OUTCOMES)},
            "verdict": {name: place for place, name in enumerate(VERDICTS)},
            "category": {}, "decider": {}, "suite": {},
        }  # fmt: skip
        self._items: list[list[Any]] = []
        self._columns: dict[str, list[int]] = {
            name: [] for name in ("item", "run", "variant", "outcome", "before", "verdict", "decider", "repeat")
        }

    def add(self, key: Key, samples: Sequence[_One], chunk: int) -> None:
        """Add an item with its samples, in their order."""
        first = samples[0].shown.record
        if first.picture:
            self.pictures.setdefault(first.benchmark, {})[first.picture] = -1
        suite_, category = self._code("suite", key[0]), self._code("category", first.category)
        start = len(self._columns["item"])
        self._items.append([suite_, category, key[2], first.question, chunk, start, len(samples), first.picture])
        outcomes = {(one.run, one.shown.record.repeat, one.shown.record.variant): one.shown.record.outcome
                    for one in samples}  # fmt: skip
        for one in samples:
            record = one.shown.record
            before = outcomes.get((one.run, record.repeat, base_of(record.variant)))
            values = {
                "item": len(self._items) - 1, "run": one.run, "variant": self._code("variant", record.variant),
                "outcome": self._code("outcome", record.outcome),
                "before": -1 if before is None or record.variant == "base" else self._code("outcome", before),
                "verdict": self._code("verdict", _verdict(one.shown)),
                "decider": self._code("decider", record.decided_by), "repeat": record.repeat,
            }  # fmt: skip
            for name, value in values.items():
                self._columns[name].append(value)
        self.pending += len(samples)

    def said(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "known": {name: list(values) for name, values in self._known.items()},
            "base": [self._known["variant"][base_of(name)] for name in VARIANTS],
            "items": self._items, "columns": self._columns, "total": self._total,
            "pictures": {digest: chunk for found in self.pictures.values() for digest, chunk in found.items()
                         if chunk >= 0},
        }  # fmt: skip

    def _code(self, column: str, value: str) -> int:
        known = self._known[column]
        return known.setdefault(value, len(known))


def _verdict(one: Shown) -> str:
    record = one.record
    if record.consistent is None:
        return "undecided" if record.applicable else "not asked"
    return "consistent" if record.consistent else "inconsistent"


def _texts(samples: Sequence[_One]) -> dict[str, Any]:
    """What the page shows of an item and its samples."""
    first = min((one.shown.record for one in samples), key=lambda record: len(record.options))
    prompts = {(one.run, one.shown.record.repeat, one.shown.record.variant): one.shown.prompt for one in samples}
    return {
        "options": list(first.options), "gold": first.gold, "planted": first.planted,
        "samples": [_text(one, prompts) for one in samples],
    }  # fmt: skip


def _text(one: _One, prompts: Mapping[tuple[int, int, str], str]) -> dict[str, Any]:
    record, base = one.shown.record, base_of(one.shown.record.variant)
    before = "" if record.variant == base else prompts.get((one.run, record.repeat, base), "")
    prompt = marked.prompt(one.shown.prompt, before)
    started = one.shown.prefill if record.injection == "prefill" else ""
    facts = {
        "answer": record.answer, "conclusion": record.conclusion, "in": record.concluded_in, "by": record.decided_by,
        "open": record.undecided, "problem": record.problem, "injection": record.injection,
        "truncated": record.truncated, "p": record.p_correct, "tokens": record.output_tokens,
        "abstain": [record.abstain, record.options[-1]] if record.abstain else None, "votes": one.votes or None,
    }  # fmt: skip
    pieces = marked.response(one.shown.turn, record.options, record.truncated, started, record.question)
    return {
        **{name: value for name, value in facts.items() if value is not None and value is not False},
        "prompt": prompt,
        "response": pieces,
    }


def _pictures(index: _Index, pictures: Pictures) -> Iterator[tuple[str, str]]:
    """Chunks of pictures; the index learns in which one each is that was found."""
    number, size = 0, 0
    chunk: dict[str, str] = {}
    for benchmark, wanted in index.pictures.items():
        for digest, picture in thumbnails(benchmark, list(wanted), pictures):
            wanted[digest] = number
            chunk[digest] = picture
            size += len(picture)
            if size >= PICTURES:
                yield f"pictures-{number}", packed(chunk)
                number, size, chunk = number + 1, 0, {}
    if chunk:
        yield f"pictures-{number}", packed(chunk)


def packed(value: Any) -> str:
    """JSON, compressed, in base64: whatever texts it holds, it is no markup and no code."""
    return b64encode(compress(json.dumps(value, separators=(",", ":")).encode(), 6, mtime=0)).decode()
