"""What judges and people say that the reasoning of a response ends on: a line each, in a file beside the sample log.

Of ``X.jsonl``, those of a decider stand in ``X.NAME.verdicts``, whose name no reader of sample logs takes for samples.
A decider only names a letter, or none; whether that is the answer is compared here. The rules' own verdicts are the
records themselves.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_LETTERS, Verdict, letters
from lmms_robust.writing import complete

SUFFIX = ".verdicts"
RULES, REORDERED, HUMAN = "rules", "reordered", "human-"
"""Who decides and is no judge: the rules, the model asked again with its options reordered, people by this start."""
NO_CONCLUSION, JUDGE_FAILED, JUDGES_DISAGREE = "no_conclusion", "judge_failed", "judges_disagree"
"""Why verdicts of deciders are undecided."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LONGEST = 64 * 2**10
"""Bytes of a line."""

Key = tuple[str, str, str, int]
"""Item, its digest, variant, repeat: what a response is the one response to, within a log."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one decider says of one response.

    Attributes:
        item: id of the item.
        digest: :attr:`lmms_robust.schema.Item.digest` of it.
        variant: name of the condition.
        repeat: number of the response among those to one request, from 0.
        response: :func:`response_digest` of its text.
        decider: name of the judge or person.
        conclusion: letter the reasoning ends on; None if it ends on none, or the decider failed.
        failed: why the decider said nothing that can be read, in short; None if it did.
        model: the judge's model; None if a person decided.
        template: digest of the template that the judge was asked by; None if a person decided.
    """

    item: str
    digest: str
    variant: str
    repeat: int
    response: str
    decider: str
    conclusion: str | None = None
    failed: str | None = None
    model: str | None = None
    template: str | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.item, self.digest, self.variant, self.repeat

    @property
    def by_a_person(self) -> bool:
        """Whether no model decided."""
        return self.model is None

    @property
    def by_a_judge(self) -> bool:
        """Whether a model decided that read the reasoning; the one that wrote it is no judge of it."""
        return not self.by_a_person and self.decider != REORDERED


@dataclass(frozen=True, slots=True)
class Votes:
    """What a file of verdicts holds.

    Attributes:
        found: the last vote of each response.
        fault: what is left out and why, in one line; empty where all was read.
    """

    found: Mapping[Key, Vote] = field(default_factory=dict)
    fault: str = ""


def response_digest(text: str) -> str:
    """Digest of a response's text, as tables have it: of the whole turn, without what a backend reports beside it.

    The first 16 bytes of its SHA-256, in hexadecimal digits.
    """
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16].hex()


def checked_name(name: str) -> str:
    """The name of a decider.

    Raises:
        RobustError: it cannot be one.
    """
    if not _NAME.fullmatch(name) or name == RULES:
        raise RobustError(f"decider {name[:80]!r}; allowed: up to 40 letters, digits, - and _, and not {RULES!r}")
    return name


def path_for(log: Path, decider: str, suffix: str = SUFFIX) -> Path:
    """Where the verdicts of a decider stand; those on something else than the conclusion have a suffix of their own.

    >>> path_for(Path("out/1_samples_x.jsonl"), "qwen").name
    '1_samples_x.qwen.verdicts'
    """
    return log.with_name(f"{log.stem}.{checked_name(decider)}{suffix}")


def beside(log: Path, suffix: str = SUFFIX) -> dict[str, Path]:
    """Files of verdicts on a sample log by decider, in the order of their names."""
    found = {
        path.name.removeprefix(f"{log.stem}.").removesuffix(suffix): path
        for path in log.parent.glob(f"{escape(log.stem)}.*{suffix}")
    }
    return {name: found[name] for name in sorted(found) if _NAME.fullmatch(name) and name != RULES}


def read(path: Path) -> Votes:
    """Read a file of verdicts; lines that hold none are counted, and the first is named.

    Of several lines about one response the last one counts.
    """
    found: dict[Key, Vote] = {}
    lines = bad = 0
    reason = ""
    decider = path.stem.rpartition(".")[2]
    try:
        if not path.is_file():
            raise OSError(0, "no file")
        with path.open("rb") as file:
            while line := file.readline(_LONGEST):
                rest = line
                while len(rest) == _LONGEST and not rest.endswith(b"\n"):
                    rest = file.readline(_LONGEST)
                if not line.strip():
                    continue
                lines += 1
                try:
                    vote = _vote(line, decider)
                except RobustError as error:
                    bad += 1
                    reason = reason or f"line {lines}: {error}"
                    continue
                found[vote.key] = vote
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    count = f"{bad} of {lines} line(s), " if bad else ""
    return Votes(found, f"{str(path)!r}: {count}{reason}" if reason else "")


def write(path: Path, votes: Iterable[Vote]) -> int:
    """Write all verdicts of a decider on a sample log, in the place of those that are there; returns how many.

    Raises:
        RobustError: the file cannot be written.
    """
    written = 0
    with complete(path) as file:
        for vote in votes:
            file.write(_line(vote))
            written += 1
    return written


def append(path: Path, vote: Vote) -> None:
    """Add one verdict, which is on the disk when this returns; it replaces an earlier one on the same response.

    Raises:
        RobustError: the file cannot be written.
    """
    try:
        with path.open("a+b") as file:
            if file.tell():  # a line that was cut off stays a line of its own
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(_line(vote).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RobustError(f"cannot write {path}: {error.strerror or error}") from error


def derive(
    conclusion: str | None,
    answer: str | None,
    decided_by: str,
    *,
    why: str | None = NO_CONCLUSION,
    unread: str | None = None,
    concluded_in: str | None = None,
) -> Verdict:
    """Compare what the reasoning ends on with the answer.

    Args:
        conclusion: letter that the reasoning ends on, or None.
        answer: letter answered, or None.
        decided_by: who named the conclusion.
        why: why there is no conclusion, where there is none.
        unread: why there is no answer, where there is none.
        concluded_in: whose words the conclusion stands in.

    >>> derive("A", "B", "qwen").consistent, derive(None, "B", "qwen").problem
    (False, 'no_conclusion')
    """
    where = concluded_in if conclusion is not None else None
    if answer is None:
        return Verdict(conclusion, None, decided_by, unread, where)
    if conclusion is None:
        return Verdict(None, None, decided_by, why)
    return Verdict(conclusion, conclusion == answer, decided_by, None, where)


def majority(votes: Sequence[Vote]) -> tuple[str | None, str | None]:
    """What more than half of the deciders that did not fail say: a letter or None, and why there is no letter.

    >>> one, other = (Vote("x", "", "base", 0, "", name, letter) for name, letter in (("a", "B"), ("b", None)))
    >>> majority([one]), majority([other]), majority([one, other])
    (('B', None), (None, 'no_conclusion'), (None, 'judges_disagree'))
    """
    said = Counter(vote.conclusion for vote in votes if vote.failed is None)
    if not said:
        return None, JUDGE_FAILED
    conclusion, count = said.most_common(1)[0]
    if 2 * count <= said.total():
        return None, JUDGES_DISAGREE
    return conclusion, NO_CONCLUSION if conclusion is None else None


def decided(record: Mapping[str, Any], conclusion: str | None, why: str | None, by: str) -> dict[str, Any]:
    """What a record becomes by what deciders say.

    Args:
        record: its fields; those that a log leaves out may be missing.
        conclusion: the letter that they name, or None.
        why: why there is none.
        by: who they are.
    """
    if conclusion is not None and conclusion == record.get("conclusion"):
        where = record.get("concluded_in")  # as the rules have it
    else:
        where = "own" if record.get("injection") in ("none", "inline") else None
    verdict = derive(conclusion, record.get("answer"), by, why=why, unread=record.get("problem"), concluded_in=where)
    return {
        "conclusion": verdict.conclusion,
        "consistent": verdict.consistent,
        "undecided": verdict.problem,
        "decided_by": verdict.decided_by,
        "concluded_in": verdict.concluded_in,
    }


def _line(vote: Vote) -> str:
    return json.dumps(asdict(vote)) + "\n"  # in ASCII, so that half a character is no error


_TEXTS = ("item", "digest", "variant", "response", "decider")
_KNOWN = {one.name for one in fields(Vote)}


def _vote(line: bytes, decider: str) -> Vote:
    if len(line) >= _LONGEST:
        raise RobustError(f"more than {_LONGEST >> 10} KB")
    try:
        values: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RobustError(f"not JSON ({error})") from error
    if not isinstance(values, dict) or not values.keys() <= _KNOWN:
        raise RobustError("no verdict of this version")
    for name in _TEXTS:
        if not isinstance(values.get(name), str):
            raise RobustError(f"{name} is {str(values.get(name))[:80]!r}; allowed: a text")
    for name in ("failed", "model", "template"):
        if not isinstance(values.get(name), str | None):
            raise RobustError(f"{name} is {str(values[name])[:80]!r}; allowed: a text or null")
    if type(values.get("repeat")) is not int or values["repeat"] < 0:
        raise RobustError(f"repeat is {str(values.get('repeat'))[:80]!r}; allowed: a whole number from 0")
    if values["decider"] != decider:
        raise RobustError(f"decider is {values['decider'][:80]!r}; allowed: {decider!r}, as the file is named")
    if values.get("conclusion") is not None and values.get("failed") is not None:
        raise RobustError("a conclusion of a decider that failed")
    if values.get("conclusion") not in (None, *letters(MAX_LETTERS)):
        raise RobustError(f"conclusion is {str(values['conclusion'])[:80]!r}; allowed: null, A to K")
    return Vote(**values)
