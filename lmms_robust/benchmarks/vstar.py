"""V*-Bench: small details in large pictures. Question, options and an instruction stand in one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, letters
from lmms_robust.statements.generic import PATTERNS as GENERIC
from lmms_robust.statements.grammar import definite, is_are, sentence, value
from lmms_robust.statements.state import Pattern, state

NAME = "vstar"
_OPTION = re.compile(r"^\(([A-D])\)[ \t]*(\S.*)$", re.MULTILINE)


def to_item(row: Row, index: int) -> Item:
    """Turn a row into an item; the instruction after the options is dropped."""
    number = row.get("question_id")
    if rows.is_missing(number):
        raise RobustError(f"{NAME} row {index}: column 'question_id' is {number!r}; expected: a number or a name")
    category = rows.text(row, "category", f"{NAME} row {index}")
    name = f"{category}-{number}"
    where = f"{NAME} item {name!r}"
    question, options = split_text(rows.text(row, "text", where), where)
    answer = rows.letter(row.get("label"), where)
    return Item(
        id=name,
        benchmark=NAME,
        category=category,
        question=question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def split_text(text: str, where: str) -> tuple[str, tuple[str, ...]]:
    r"""Split the text into the question and the options.

    Raises:
        RobustError: the text holds no lines of options lettered from A on, or no question before them.

    >>> split_text("What is the color of the cup?\n(A) red\n(B) blue\nAnswer with a letter.", "row 0")
    ('What is the color of the cup?', ('red', 'blue'))
    """
    text = text.replace("\r\n", "\n")
    found = list(_OPTION.finditer(text))
    question = " ".join(text[: found[0].start()].split()) if found else ""
    if not question or tuple(option[1] for option in found) != letters(len(found)):
        raise RobustError(f"{where}: text {text!r}; expected: a question, then lines '(A) …', '(B) …' in order")
    return question, tuple(option[2].strip() for option in found)


def _attribute(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    if re.fullmatch(r"The \S.* (?:is|are) .+\.", option):  # the official files hold whole sentences
        return sentence(option)
    text, attribute = value(option, found["attribute"]), found["attribute"]
    return text and sentence(f"the {attribute} of {definite(found['thing'])} {is_are(attribute)} {text}")


def _side(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    side = re.fullmatch(
        r"(?:the .+ (?:is|are) )?(?:(?:on|to) )?(?:the )?(left|right)(?: side)?(?: of .+)?\.?", option.casefold()
    )
    thing = definite(found["thing"])
    return side and sentence(f"{thing} {is_are(thing)} on the {side[1]} side of {definite(found['place'])}")


PATTERNS = (
    Pattern(
        "direct_attributes",
        re.compile(r"What (?:is|are) the (?P<attribute>.+?) of (?P<thing>[^?]+)\?", re.IGNORECASE),
        _attribute,
    ),
    Pattern(
        "relative_position",
        re.compile(r"(?:Is|Are) (?P<thing>.+) on the left or right side of (?P<place>[^?]+)\?", re.IGNORECASE),
        _side,
    ),
    *GENERIC,
)

BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("question_id", "category", "text", "label"),
    to_item=to_item,
    source=Source("lmms-lab-encoder/vstar-bench", "test", former=("lmms-lab/vstar-bench",)),
    patterns=PATTERNS,
)
