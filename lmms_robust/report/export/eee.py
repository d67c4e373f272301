"""Every Eval Ever, schema 0.3.0 (PyPI ``every-eval-ever`` 0.3.0): a folder ready for a pull request to its datastore.

``data/COLLECTION/DEVELOPER/MODEL/UUID.json`` holds the numbers of one model, benchmark and variant, and
``UUID_samples.jsonl`` beside it the responses; of what holds under several variants at once there are numbers alone.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any, BinaryIO

from lmms_robust import __version__
from lmms_robust.errors import RobustError
from lmms_robust.report.export.harness_run import HarnessRun

SCHEMA_VERSION = "0.3.0"
RELATIONSHIPS = ("first_party", "third_party", "collaborative", "other")


@dataclass(frozen=True, slots=True)
class Publisher:
    """What no log says.

    Attributes:
        retrieved: when the records are made, in seconds since 1970.
        organization: who ran the evaluation; may be empty.
        relationship: of the evaluator to the model, one of :data:`RELATIONSHIPS`.
        model: hub id of the model, where a log only names a folder.
    """

    retrieved: int
    organization: str = ""
    relationship: str = "third_party"
    model: str = ""


@dataclass(slots=True)
class Entry:
    """One record while it is written: first its samples, then the numbers.

    Attributes:
        name: of the evaluation.
        collection: folder of the datastore.
        model: ``DEVELOPER/MODEL``.
        identity: texts that no other record has all of, from which its file names are drawn.
        publisher: what no log says.
        rows: samples so far.
    """

    name: str
    collection: str
    model: str
    identity: tuple[str, ...]
    publisher: Publisher
    rows: int = 0
    _digest: Any = field(default_factory=sha256)
    _file: BinaryIO | None = None

    @property
    def uuid(self) -> str:
        """Version 4 in form; the same however often the run is exported."""
        drawn = sha256(json.dumps([self.collection, self.model, *self.identity]).encode()).digest()
        return str(uuid.UUID(bytes=drawn[:16], version=4))

    @property
    def id(self) -> str:
        """Name, model and time, as the schema advises, and what tells runs of one second apart."""
        return f"{self.name}/{self.model}/{self.publisher.retrieved}_{self.uuid[:8]}"

    @property
    def path(self) -> str:
        """Of its files, without their endings."""
        return "/".join(
            ("data", *(_portable(part) for part in (self.collection, *self.model.split("/", 1))), self.uuid)
        )

    def add(self, sample: Mapping[str, Any], root: Path, files: ExitStack) -> None:
        """Write one sample; what all of them hold is added.

        Args:
            sample: the rest of it.
            root: folder of the export.
            files: what closes the file.
        """
        if self._file is None:
            path = root / f"{self.path}_samples.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = files.enter_context(path.open("xb"))
        shared = {
            "schema_version": SCHEMA_VERSION,
            "evaluation_id": self.id,
            "model_id": self.model,
            "evaluation_name": self.name,
            "interaction_type": "single_turn",
        }
        line = dumped({**shared, **sample}) + b"\n"
        self._file.write(line)
        self._digest.update(line)
        self.rows += 1

    def close(self, aggregate: Mapping[str, Any], root: Path) -> None:
        """Write the numbers, with what they have in common added."""
        shared = {
            "schema_version": SCHEMA_VERSION,
            "evaluation_id": self.id,
            "retrieved_timestamp": str(self.publisher.retrieved),
        }
        samples = {
            "detailed_evaluation_results": {
                "format": "jsonl",
                "file_path": f"{self.path}_samples.jsonl",
                "hash_algorithm": "sha256",
                "checksum": self._digest.hexdigest(),
                "total_rows": self.rows,
            }
        }
        path = root / f"{self.path}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(dumped({**shared, **aggregate, **(samples if self.rows else {})}, indent=2) + b"\n")


def model_of(folder: str, publisher: Publisher, harness: HarnessRun) -> str:
    """``DEVELOPER/MODEL`` of a run's model: its id on the hub, as the run's arguments name it, or as the user does.

    The folder that a harness makes for a model is named after the last two parts of its path, and tells no id.

    Args:
        folder: that the harness made for the model.
        publisher: what no log says.
        harness: what stands beside its logs.

    Raises:
        RobustError: the arguments name no id, but a folder or a name on a server, or there are none.
    """
    named = publisher.model or harness.model_name
    parts = named.split("/")
    known = len(parts) == 2 and all(map(_ID.fullmatch, parts)) and "unknown" not in map(str.lower, parts)
    if known and "data" not in parts and (publisher.model or not Path(named).exists()):
        return named
    told = (
        f"its results name {named!r}, which is no id on the hub" if named else "no results beside its samples name it"
    )
    told = f"{named!r} is no DEVELOPER/MODEL" if publisher.model else f"model {folder!r}: {told}"
    raise RobustError(f"{told}; allowed: --model-id DEVELOPER/MODEL with the model's id on the hub")


def source(publisher: Publisher, run: str) -> dict[str, Any]:
    """Who says what a record says.

    Args:
        publisher: what no log says.
        run: date of the run, as the harness writes it.
    """
    return {
        "source_name": "lmms-robust",
        "source_type": "evaluation_run",
        "source_organization_name": publisher.organization,
        "evaluator_relationship": publisher.relationship,
        "additional_details": {"run": run},
    }


def library(harness: HarnessRun) -> dict[str, Any]:
    """What evaluated."""
    ours = {"lmms_robust": __version__}
    return {"name": harness.harness, "version": harness.version, "additional_details": ours}


def model_info(model: str, folder: str, harness: HarnessRun) -> dict[str, Any]:
    """What was evaluated.

    Args:
        model: ``DEVELOPER/MODEL``.
        folder: that the harness made for it.
        harness: what stands beside its logs.
    """
    engine = {"inference_engine": {"name": harness.engine}} if harness.engine else {}
    details = {**harness.model_details, "folder": folder}
    return {"name": model, "id": model, "developer": model.split("/")[0], **engine, "additional_details": details}


def bounds(span: tuple[float, float]) -> dict[str, Any]:
    """Range of a number; JSON has no infinity."""
    names = {inf: "Infinity", -inf: "-Infinity"}
    low, high = (names.get(end, end) for end in span)
    return {"score_type": "continuous", "min_score": low, "max_score": high}


def sample_hash(raw: str, reference: Sequence[str]) -> str:
    """As the package's own adapters make it, so that samples of one question pair across sources."""
    return sha256(
        json.dumps({"raw": raw, "reference": reference}, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def dumped(value: Any, indent: int | None = None) -> bytes:
    """JSON; half a pair of surrogates is replaced, and what ends a line in some readers' eyes escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").translate(_LINE_ENDS)
    return text.encode()


_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNPORTABLE = re.compile(r'[<>:"\\|?*\x00-\x1f/]')


def _portable(name: str) -> str:
    """A name that every file system takes."""
    return _UNPORTABLE.sub("_", name).rstrip(". ") or "_"
