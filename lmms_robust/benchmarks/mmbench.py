"""MMBench (English, dev): twenty abilities, open-ended questions, four copies of each with the options rotated.

Families are open: many questions have no pattern. A sentence is only taken from an option, or built with it, where
stating it says that this option is the answer: "Which is not true?" turns that round, and is left to the fallback.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.captioned import FINITE, described
from lmms_robust.statements.counts import there_is_are
from lmms_robust.statements.grammar import indefinite, is_plural, mid_sentence, sentence, value
from lmms_robust.statements.state import Pattern, state
from lmms_robust.statements.vocabulary import PAIRS, SITUATED, TURNED
from lmms_robust.statements.yes_no import stated

NAME = "mmbench"
ROTATED_FROM = 1_000_000
"""A row at or above this index is a copy of the question ``index % ROTATED_FROM`` with the options rotated."""

# A noun phrase does not end like this: "What is the man doing?", "What is the box made of?"
_UNFINISHED = re.compile(
    r"\b(?:doing|wearing|holding|eating|drinking|going|looking|playing|riding|carrying|facing|reading|making|using|trying|"
    r"standing|sitting|saying|thinking|pointing|watching|called|used|made|likely|step|about|like|for|of|in|on|at|to|from|with|"
    r"by)$",
    re.IGNORECASE,
)
_ONE_OF_A_KIND = re.compile(
    r"^(?:\w+ )?(?:animal|bird|insect|object|item|fruit|vegetable|instrument|tool|vehicle|device)"
    r"(?: (?:in|on|of|to|shown)\b.*)?$",
    re.IGNORECASE,
)
# "The relationship is friends", "the position is left", "the outcome is the man falls"
_NO_VALUES = re.compile(
    r"\b(?:relation(?:ship)?|position|outcome|result|consequence|event|reaction)s?\b", re.IGNORECASE
)
# Such an option leans on the others, which its sentence does not show.
_COLLECTIVE = re.compile(r"\b(?:above|both|all of|none of|neither|either)\b", re.IGNORECASE)


def to_item(row: Row, index: int) -> Item | None:
    """Turn a row into an item, the hint before the question; None for a copy with rotated options."""
    number = _index(row.get("index"), index)
    if number >= ROTATED_FROM:
        return None
    where = f"{NAME} item '{number}'"
    question = rows.text(row, "question", where)
    hint = "" if rows.is_missing(row.get("hint")) else rows.text(row, "hint", where)
    options = rows.options(row, "ABCD", where)
    answer = rows.letter(row.get("answer"), where)
    return Item(
        id=str(number),
        benchmark=NAME,
        category=rows.text(row, "category", where),
        question=f"{hint}\n{question}" if hint else question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def _index(value: object, row: int) -> int:
    """Read the index, which some copies of the data hold as text."""
    if not re.fullmatch(r"\d+(?:\.0)?", str(value)):
        raise RobustError(f"{NAME} row {row}: column 'index' is {value!r}; expected: a whole number, 0 and above")
    return int(float(str(value)))


def _caption(_: re.Match[str], option: str, __: Sequence[str]) -> str:
    return described(option)


def _sentence(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    whole = all(text.strip().endswith(".") and len(text.split()) > 2 for text in options)
    verbs = all(re.search(rf"{FINITE}|\b\w+s\b", text) for text in options)
    opened = any(re.match(r"(?:because|to|by|since|so)\b", text.strip(), re.IGNORECASE) for text in options)
    return sentence(option) if whole and verbs and not opened and not TURNED.search(found[0]) else None


def _attribute(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    subject = found["subject"]
    if (
        _UNFINISHED.search(subject)
        or _NO_VALUES.search(subject)
        or TURNED.search(subject)
        or _is_clause(option)
        or _COLLECTIVE.search(option)
    ):
        return None
    text = value(option, subject)
    place = found["place"] or ""
    if text and _ONE_OF_A_KIND.search(subject):
        if is_plural(text) and text.split()[-1] not in PAIRS:
            return None
        text = indefinite(text)
    return text and sentence(f"the {subject}{place} is {text}")


def _is_clause(option: str) -> bool:
    return bool(re.search(rf"{FINITE}|[.?!;:].", option)) or len(option.split()) > 8


def _scene(found: re.Match[str], option: str, _: Sequence[str]) -> str:
    scene = mid_sentence(option.replace("_", " ")).rstrip(".")
    return sentence(f"the scene category of this {found['picture']} is {scene}")


def _count(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    return there_is_are(option, found["things"], found["place"])


def _yes_no(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    return stated(found[0], option)


_PICTURE = r"(?:image|picture|photo|figure)"
PATTERNS = tuple(
    Pattern(name, re.compile(question, re.IGNORECASE), statement)
    for name, question, statement in (
        ("caption", r"Which (?:one )?(?:of the following )?is the correct caption of this image\?", _caption),
        (
            "sentence",
            r"[^?]*\b(?:captions?|statements?|sentences?|descriptions?|descri\w+|true|correct|inferred|concluded|said)\b[^?]*\?",
            _sentence,
        ),
        ("scene", r"Which scene category matches this (?P<picture>image|picture|photo) the best\?", _scene),
        ("attribute", rf"What(?: is|'s) the (?P<subject>[^?]+?)(?P<place> in (?:this|the) {_PICTURE})?\?", _attribute),
        (
            "count",
            rf"How many (?P<things>[^?]+?) (?:are (?:there )?|can (?:be seen|you see) )"
            rf"(?P<place>(?:(?:{SITUATED})\b[^?]* )?in (?:the|this) {_PICTURE})\?",
            _count,
        ),
        ("yes_no", r"(?:Is|Are|Does|Do|Can) [^?]+\?", _yes_no),
    )
)

BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("index", "question", "hint", "A", "B", "C", "D", "answer", "category"),
    to_item=to_item,
    source=Source(
        "lmms-lab-encoder/MMBench",
        "dev",
        config="en",
        data_files={"dev": "en/dev-*"},
        former=("lmms-lab/MMBench",),
    ),
    patterns=PATTERNS,
    stated=lambda row: str(row["question"]),  # without the hint
)
