"""Asks a language model for one natural caption per option, and keeps them in a file of JSON lines.

A line stands for one item and is written when all of its captions are accepted; a later run goes on where one stopped.
Items of several benchmarks may stand in one file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from lmms_robust.benchmarks.caption_check import problem
from lmms_robust.errors import RobustError
from lmms_robust.prompts import inert, render
from lmms_robust.schema import Item

TEMPLATE = "caption_request"
ATTEMPTS = 3
"""How often a caption is asked for until one is accepted."""

FIELDS = {"id": str, "benchmark": str, "digest": str, "captions": list, "model": str, "template_hash": str}

Ask = Callable[[str, int], str]
"""Sends a request text to the model; the second argument counts attempts from 0. Returns the reply."""

logger = logging.getLogger(__name__)


class CallFailed(Exception):
    """The server gave no usable reply to one request; other requests may do better."""


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one item, in the order of its options, and where they come from.

    ``digest`` is that of the question and the options that they were written for, see :func:`digest`.
    """

    id: str
    benchmark: str
    digest: str
    captions: tuple[str, ...]
    model: str
    template_hash: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Items found finished, written now, and failed."""

    finished: int
    written: int
    failed: int

    def render(self) -> str:
        """Return the summary as one line."""
        again = "; run the same command again, which asks only for those that have no captions" if self.failed else ""
        return f"captions: {self.written} items written, {self.finished} were there, {self.failed} failed{again}"


def read(path: Path, items: Sequence[Item]) -> dict[str, Captions]:
    """Read the captions that a file has of some items: item id -> captions.

    Raises:
        RobustError: the file is missing, a line is not as :func:`write` writes it, or stands for another question than
            its item asks now, or for other options.
    """
    if not path.is_file():
        raise RobustError(f"captions file {str(path)!r} does not exist; allowed: a file by `lmms-robust captions`")
    return _of(items, _read_lines(path.read_bytes(), path), path)


def digest(item: Item) -> str:
    """Digest of an item's question and options, in their order: captions for others are of no use to it."""
    return sha256(json.dumps([item.question, *item.options]).encode()).hexdigest()[:16]


def _read_lines(content: bytes, path: Path) -> list[Captions]:
    lines = enumerate(content.splitlines(), start=1)
    return [_decoded(line.decode("utf-8", errors="replace"), f"{path} line {number}") for number, line in lines]


def _of(items: Sequence[Item], found: Sequence[Captions], path: Path) -> dict[str, Captions]:
    written = {(one.benchmark, one.id): one for one in found}
    kept = {item.id: one for item in items if (one := written.get((item.benchmark, item.id)))}
    for item in items:
        if item.id in kept:
            _check_fit(kept[item.id], item, path)
    return kept


def _check_fit(written: Captions, item: Item, path: Path) -> None:
    if written.digest != digest(item):
        raise RobustError(
            f"{path}: captions of {item.benchmark} item {item.id!r} are for another question or other options; "
            "allowed: captions of the data as it is now, or another file to write to"
        )
    if len(written.captions) != len(item.options):
        raise RobustError(
            f"{path}: item {item.id!r} has {len(written.captions)} captions; allowed: {len(item.options)}"
        )


def write(items: Sequence[Item], target: Path, model: str, ask: Ask, concurrency: int = 8) -> Summary:
    """Ask for the captions of all items that the file does not have yet, and append them.

    Args:
        items: the items.
        target: the file; lines are appended, each as soon as its item is complete.
        model: the model's name, kept in each line.
        ask: sends one request.
        concurrency: requests under way at a time.

    Raises:
        RobustError: the file holds captions by another model or template, or for another question or other options of
            an item, or cannot be written.
    """
    template = template_hash()
    found, whole = _finished(target, model, template)
    finished = _of(items, found, target)
    wanted = [item for item in items if item.id not in finished]
    failed = 0
    _check_writable(target)
    with ExitStack() as stack:
        file: TextIO | None = None
        for item, outcome in tqdm(_asked(wanted, ask, concurrency), total=len(wanted), desc="captions", disable=None):
            if isinstance(outcome, CallFailed):
                failed += 1
                logger.warning("no captions: item %r: %s", item.id, outcome)
                continue
            line = {
                "id": item.id,
                "benchmark": item.benchmark,
                "digest": digest(item),
                "captions": outcome,
                "model": model,
                "template_hash": template,
            }
            if file is None:  # no line, no file; and what was cut short goes only now that the server answers
                file = stack.enter_context(target.open("a", encoding="utf-8"))
                file.truncate(whole)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
    return Summary(len(items) - len(wanted), len(wanted) - failed, failed)


def template_hash() -> str:
    """Digest of the template's words, the user's own template included."""
    option = {"letter": "A", "text": "<text>", "statement": "<statement>"}
    values = {"question": "<question>", "options": [option], "asserted": option}
    texts = [render(TEMPLATE, values | {"problem": problem}) for problem in ("", "<problem>")]
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def captions_of(item: Item, ask: Ask) -> list[str]:
    """Ask for one caption per option, each until it is accepted.

    Raises:
        CallFailed: no reply, or none of :data:`ATTEMPTS` replies for some option is accepted.
    """
    return [_accepted(item, place, ask) for place in range(len(item.options))]


def _accepted(item: Item, place: int, ask: Ask) -> str:
    options = [
        {"letter": letter, "text": inert(text), "statement": inert(statement)}
        for letter, text, statement in zip(item.letters, item.options, item.statements, strict=True)
    ]
    values = {"question": inert(item.question), "options": options, "asserted": options[place]}
    wrong: str | None = ""
    for attempt in range(ATTEMPTS):
        caption = ask(render(TEMPLATE, values | {"problem": wrong}), attempt).strip().strip('"“”').strip()
        wrong = problem(caption, [option["text"] for option in options], place)
        if wrong is None:
            return caption
    raise CallFailed(f"option {item.letters[place]}: {wrong}: {caption[:100]!r}")


def _asked(items: Sequence[Item], ask: Ask, concurrency: int) -> Iterator[tuple[Item, list[str] | CallFailed]]:
    """Yield each item's captions as they come, never holding more than twice ``concurrency`` items."""
    waiting = iter(items)
    pending: dict[Future[list[str]], Item] = {}
    pool = ThreadPoolExecutor(concurrency)
    try:
        while True:
            for item in waiting:
                pending[pool.submit(captions_of, item, ask)] = item
                if len(pending) >= 2 * concurrency:
                    break
            if not pending:
                return
            for done in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(done), _outcome(done)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _outcome(done: Future[list[str]]) -> list[str] | CallFailed:
    try:
        return done.result()
    except CallFailed as error:
        return error


def _check_writable(target: Path) -> None:
    """Before the first request, not after its reply; a file that was not there is not left behind."""
    there = target.exists()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.open("a", encoding="utf-8").close()
        if not there:
            target.unlink()
    except OSError as error:
        raise RobustError(f"cannot write {target}: {error.strerror or error}") from error


def _finished(target: Path, model: str, template: str) -> tuple[list[Captions], int]:
    """Lines that the file has, and how many of its bytes are whole lines: behind them is one that was cut short."""
    if not target.is_file():
        return [], 0
    content = target.read_bytes()
    whole = content.rfind(b"\n") + 1
    if content[whole:] and not _is_cut(content[whole:]):
        raise RobustError(
            f"{target}: ends in {content[whole:][:60]!r}; allowed: a file by `lmms-robust captions`, or a new one"
        )
    found = _read_lines(content[:whole], target)
    for one in found:
        if (one.model, one.template_hash) != (model, template):
            raise RobustError(
                f"{target}: holds captions by model {one.model!r}, template {one.template_hash}; this run's are by "
                f"{model!r}, {template}; allowed: the same, or another --output"
            )
    return found, whole


def _is_cut(line: bytes) -> bool:
    """Whether a line is the start of one of ours that an interruption cut off."""
    start = b'{"id": "'
    if not (line.startswith(start) or start.startswith(line)):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False


def _decoded(line: str, where: str) -> Captions:
    allowed = f"allowed: one JSON object a line with {', '.join(FIELDS)}"
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RobustError(f"{where}: not JSON ({error}); {allowed}") from error
    if not isinstance(data, dict) or any(not isinstance(data.get(key), kind) for key, kind in FIELDS.items()):
        raise RobustError(f"{where}: {line.strip()[:80]!r}; {allowed}")
    if not all(isinstance(caption, str) and caption.strip() for caption in data["captions"]):
        raise RobustError(f"{where}: a caption is no text or empty; {allowed}")
    return Captions(**{key: data[key] for key in FIELDS} | {"captions": tuple(data["captions"])})
