"""Spatial-MM from its official json files and a folder of pictures to parquet files with pictures inside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from lmms_robust.benchmarks import kinds, multihop_options
from lmms_robust.benchmarks.picture_folder import Pictures, is_whole
from lmms_robust.benchmarks.spatial_mm_rows import gold, repaired, split_options
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.writing import replacing

OBJ, MULTIHOP = "spatial_mm_obj", "spatial_mm_multihop"
_KEYS = {
    OBJ: ("image_name", "question", "answer", "object1", "object2"),
    MULTIHOP: ("image_name", "question", "answer", "hop"),
}
_MAY_BE_EMPTY = ("object1", "object2")
# Holds the place of a bad row, since rows are named by places; no other row draws a wrong option from a "yes".
_NO_ROW = {"question": "", "answer": "yes"}
_NAMED = 5  # pictures that are missing: how many of them a message names
_BATCH = 64  # rows whose pictures are in memory at a time
Pictured: TypeAlias = "tuple[dict[str, Any], Path]"


@dataclass(slots=True)
class Summary:
    """What became of the rows of the json files.

    Attributes:
        written: file name -> rows in it.
        repaired: rows whose answer's letter named another option than its text; the text was taken.
        dropped: rows that make no valid item, each with the reason.
        missing: rows left out because their picture is not in the folder or cannot be read, as picture names.
    """

    written: dict[str, int] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Describe it, one thing a line; whoever prepares should print all of it."""
        files = [f"{name}: {rows} rows" for name, rows in self.written.items()]
        shown = ", ".join(self.missing[:_NAMED]) + (", …" if len(self.missing) > _NAMED else "")
        return [
            *files,
            f"repaired (letter and text of the answer disagreed; the text was taken): {len(self.repaired)}",
            *(f"  {row}" for row in self.repaired),
            f"dropped (no valid item): {len(self.dropped)}",
            *(f"  {row}" for row in self.dropped),
            f"left out (picture missing or unreadable): {len(self.missing)}{': ' * bool(shown)}{shown}",
        ]


def prepare_spatial_mm(json_files: Sequence[Path], images: Path, output: Path) -> Summary:
    """Write ``spatial_mm_obj.parquet`` and, or, ``spatial_mm_multihop.parquet`` into a folder.

    Args:
        json_files: official files, in any order: one-object, two-object, multihop.
        images: folder that holds the pictures, at any depth.
        output: folder to write to; made if it is not there.

    Raises:
        RobustError: a file or folder that cannot be read or written, wrong columns, a picture's name that stands for
            several pictures, or no row left.
    """
    pictures, summary = Pictures.below(images), Summary()
    if not json_files:
        raise RobustError("no json file; allowed: one or more of Spatial-MM's json files")
    rows: dict[str, list[Pictured]] = {OBJ: [], MULTIHOP: []}
    for path in json_files:
        raw, kind = _read(path)
        made = _obj_rows(path, raw, summary) if kind == OBJ else _multihop_rows(path, raw, summary)
        rows[kind].extend(_pictured(made, path, pictures, summary))
    for name in filter(rows.get, rows):
        _check_ids([row for row, _ in rows[name]])
    if not any(rows.values()):
        raise RobustError(f"no row left of {', '.join(map(str, json_files))}: {'; '.join(summary.lines())}")
    for name in filter(rows.get, rows):
        _write(output / f"{name}.parquet", rows[name])
        summary.written[f"{name}.parquet"] = len(rows[name])
    return summary


def _read(path: Path) -> tuple[list[dict[str, Any]], str]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RobustError(f"{path}: {error}; allowed: a json file of Spatial-MM") from error
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise RobustError(f"{path}: no list of rows; allowed: a json list of objects")
    for kind, keys in _KEYS.items():
        if any(set(keys) <= row.keys() for row in rows):
            return rows, kind
    expected = " or ".join(", ".join(keys) for keys in _KEYS.values())
    raise RobustError(f"{path}: keys {', '.join(sorted(rows[0]))}; expected: {expected}")


def _flaw(row: Mapping[str, Any], kind: str) -> str | None:
    """What is wrong with a row's cells: null, of another type than the official ones, or empty where none is."""
    for key in _KEYS[kind]:
        value = row.get(key)
        if key == "hop":
            if isinstance(value, bool) or not re.fullmatch(r"\d+", str(value)):
                return f"hop is {value!r}; allowed: a whole number"
        elif not isinstance(value, str) or not (value.strip() or key in _MAY_BE_EMPTY):
            return f"{key} is {value!r}; allowed: text"
    return None


def _obj_rows(path: Path, raw: Sequence[Mapping[str, Any]], summary: Summary) -> Iterator[dict[str, Any]]:
    for index, row in enumerate(raw):
        where = f"{path.name} row {index}"
        try:
            if flaw := _flaw(row, OBJ):
                raise RobustError(flaw)
            category = obj_category(row, path.stem)
            question, options = split_options(row["question"])
            made = _checked(where, category, question, options, gold(options, row["answer"]))
        except RobustError as error:
            summary.dropped.append(f"{where}: {error}")
            continue
        if repaired(options, row["answer"]):
            summary.repaired.append(f"{where}: {row['answer']!r} is {made['answer']}")
        yield made | {
            "index": index,
            "image_name": row["image_name"],
            "object1": row["object1"],
            "object2": row["object2"],
        }


def obj_category(row: Mapping[str, Any], file: str = "") -> str:
    """Whether a row is about one object or two: by the file's name, else by the second object."""
    named = next((name for name in ("one_obj", "two_obj") if name in file), None)
    return named or ("two_obj" if row["object2"].strip() else "one_obj")


def _multihop_rows(path: Path, raw: Sequence[Mapping[str, Any]], summary: Summary) -> Iterator[dict[str, Any]]:
    flaws = {index: flaw for index, row in enumerate(raw) if (flaw := _flaw(row, MULTIHOP))}
    sound = [_NO_ROW if index in flaws else row for index, row in enumerate(raw)]
    for index, row in enumerate(sound):
        where = f"{path.name} row {index}"
        try:
            if index in flaws:
                raise RobustError(flaws[index])
            kind = kinds.kind(row["answer"].strip())
            options, letter = multihop_options.options(sound, index)
            made = _checked(where, kind, " ".join(row["question"].split()), options, letter)
        except RobustError as error:
            summary.dropped.append(f"{where}: {error}")
            continue
        kept = {"index": index, "image_name": row["image_name"], "answer_type": kind, "hop": int(row["hop"])}
        yield made | kept | {"reasoning": str(row.get("reasoning") or "")}


def _checked(where: str, category: str, question: str, options: Sequence[str], answer: str) -> dict[str, Any]:
    Item(
        id=where, benchmark="spatial_mm", question=question, options=tuple(options), answer=answer
    )  # raises if it is none
    return {"category": category, "question": question, "options": list(options), "answer": answer}


def _check_ids(rows: Sequence[Mapping[str, Any]]) -> None:
    seen: set[tuple[str, int]] = set()
    for row in rows:
        key = (row["category"] if "object1" in row else MULTIHOP, row["index"])
        if key in seen:
            raise RobustError(f"two json files hold {key[0]} row {key[1]}; allowed: each of Spatial-MM's files once")
        seen.add(key)


def _pictured(rows: Iterable[dict[str, Any]], file: Path, pictures: Pictures, summary: Summary) -> Iterator[Pictured]:
    """The rows whose picture is there and whole, each with its file."""
    for row in rows:
        path = pictures.find(row["image_name"], f"{file.name} row {row['index']}")
        if path is not None and is_whole(path):
            yield row, path
        else:
            summary.missing.append(row["image_name"])


def _write(target: Path, rows: Sequence[Pictured]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import Features, Image, Value
    from datasets import Sequence as Listed

    kinds = {str: Value("string"), int: Value("int64"), list: Listed(Value("string"))}
    first, _ = rows[0]
    features = Features({"image": Image()} | {name: kinds[type(value)] for name, value in first.items()})
    with replacing(target) as part, pq.ParquetWriter(part, features.arrow_schema) as writer:
        for start in range(0, len(rows), _BATCH):
            batch = [row | {"image": _encoded(path)} for row, path in rows[start : start + _BATCH]]
            writer.write_table(pa.Table.from_pylist(batch, schema=features.arrow_schema))


def _encoded(path: Path) -> dict[str, Any]:
    return {"bytes": path.read_bytes(), "path": path.name}
