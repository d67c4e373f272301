"""Sample logs as the harnesses write them, with records that are made by hand."""

from __future__ import annotations

import json
from pathlib import Path

from lmms_robust.record import Record, to_log

FIXED = {
    "digest": "d", "benchmark": "scenes", "category": "color", "question": "What color?", "options": ("red", "blue"),
    "gold": "A", "planted": "B",
}  # fmt: skip


def record(item: str, variant: str, answer: str | None, consistent: bool | None = None, **changes: object) -> Record:
    return Record(item=item, variant=variant, answer=answer, consistent=consistent, **(FIXED | changes))


def line(found: Record, text: str = "") -> str:
    said = text or f"{found.item} {found.variant} {found.answer}"
    return json.dumps({"doc_id": 0, "filtered_resps": said, "record": to_log(found)})


def log(folder: Path, date: str, task: str, *lines: str, config: dict | None = None) -> Path:
    """A log of lmms-eval, beside it the results with the run's arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{date}_samples_{task}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    if config is not None:
        (folder / f"{date}_results.json").write_text(json.dumps({"config": config}))
    return path
