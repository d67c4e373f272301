"""A run's responses together with what the logs say beside them: the prompt and the text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmms_robust.errors import RobustError
from lmms_robust.record import Record
from lmms_robust.report.columns import NAME, codes, record_of
from lmms_robust.report.sample_log import prompt, responses, samples, turn

CHUNK = 2_000
"""Rows that are Python's values at a time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One response.

    Attributes:
        record: what became of it, as the table has it.
        prompt: the text that the model was sent; ``""`` where the log lacks it.
        text: as logged, without what the backend reports beside it.
        digest: of it, as the table has it.
        turn: the whole turn, what it was started with included.
        prefill: what it was started with, or ``""``.
    """

    record: Record
    prompt: str
    text: str
    digest: bytes
    turn: str
    prefill: str


def shown(table: pa.Table) -> Iterator[Shown]:
    """Yield a run's responses log by log, each log read once.

    Args:
        table: a run's table, see :class:`lmms_robust.report.logs.Run`.

    Raises:
        RobustError: a log cannot be opened any more, or has changed.
    """
    file, known = codes(table["file"])
    lines = np.asarray(table["line"])
    order = np.lexsort((np.asarray(table["repeat"]), lines, file))
    for path, rows in groupby(_values(table, order), key=itemgetter("file")):
        log = samples(Path(path), frozenset(lines[file == known.index(path)].tolist()))
        line, sample = 0, dict[str, Any]()
        for row in rows:
            while line < row["line"]:
                line, sample = next(log, (sys.maxsize, {}))
            if line != row["line"]:
                raise RobustError(f"{path!r} has no line {row['line']} any more: it was changed while it was read")
            texts = responses(sample)
            record = record_of(row)
            text = texts[record.repeat] if record.repeat < len(texts) else ""
            yield Shown(record, prompt(sample), text, row["response"], *turn(sample, text))


def _values(table: pa.Table, order: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(order), CHUNK):
        chunk = table.take(order[start : start + CHUNK])
        plain = [pc.cast(one, pa.string()) if one.type == NAME else one for one in chunk.columns]  # thrice as fast
        yield from pa.Table.from_arrays(plain, chunk.column_names).to_pylist()
