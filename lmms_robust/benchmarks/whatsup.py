"""What'sUp: controlled pictures A and B, COCO-spatial and GQA-spatial. A caption is itself the statement.

The data has no questions and always lists the right caption first. Its six subsets are splits of one repository, read
as one. Rows do not say which they are from: the split does, or the file's name, or the place among all rows.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import PART, Benchmark, Row, Source
from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.grammar import capitalize, indefinite, is_are
from lmms_robust.statements.state import Pattern, state

NAME = "whatsup"
QUESTION = "Which caption correctly describes the image?"


@dataclass(frozen=True, slots=True)
class Subset:
    """One split of the repository: its category, how many rows it has, and what its captions look like."""

    category: str
    rows: int
    kind: str


SUBSETS = {
    "Controlled_Images_A": Subset("controlled_a", 412, "controlled_a"),
    "Controlled_Images_B": Subset("controlled_b", 408, "controlled_b"),
    "COCO_QA_one_obj": Subset("coco_one", 2247, "one_object"),
    "COCO_QA_two_obj": Subset("coco_two", 440, "two_objects"),
    "VG_QA_one_obj": Subset("gqa_one", 1160, "one_object"),
    "VG_QA_two_obj": Subset("gqa_two", 291, "two_objects"),
}
"""Splits in the order in which their rows are read; pictures of GQA are from Visual Genome."""

_EXPECTED = (
    f"in this order {', '.join(f'{name} {subset.rows}' for name, subset in SUBSETS.items())}; if the splits have other "
    "names by now: `lmms-robust local whatsup --output DIR` reads them one by one"
)
_HINT = f"allowed: files named after their split, such as {next(iter(SUBSETS))}-00000-of-00001.parquet"

logger = logging.getLogger(__name__)
_THING = r"(?:A photo of )?(?P<thing>.+?)"
_SIDES = r"left|right|front|behind|top|bottom"
_RELATED = re.compile(
    rf"{_THING} (?P<how>(?:to|on|at|in) (?:the )?(?:{_SIDES}) of|in front of|on|under|behind|above|below) "
    r"(?P<other>.+)",
    re.IGNORECASE,
)
_PLACED = re.compile(rf"{_THING} (?P<how>(?:on|at|to|in) the (?:{_SIDES}))", re.IGNORECASE)
_PLAIN = {"front": "in front of", "behind": "behind", "top": "above", "bottom": "below"}


def _two_objects(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Turn "A photo of a cart to the front of green trees" into "A cart is in front of green trees."."""
    parts = _RELATED.fullmatch(option.rstrip("."))
    if parts is None:
        return None
    how = re.sub(r"^to the (front|behind|top|bottom) of$", lambda side: _PLAIN[side[1]], parts["how"])
    return _says(parts["thing"], f"{how} {_with_article(parts['other'])}")


def _one_object(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Turn "A photo of a table on the bottom" into "A table is at the bottom."."""
    parts = _PLACED.fullmatch(option.rstrip("."))
    if parts is None:
        return None
    return _says(parts["thing"], re.sub(r"^\w+ the (top|bottom)$", r"at the \1", parts["how"]))


def _says(thing: str, where: str) -> str:
    noun = _with_article(thing)
    return f"{capitalize(noun)} {is_are(noun)} {where}."


def _with_article(noun: str) -> str:
    """Correct "a armchair", "a scissors" and "A apples"."""
    bare = re.sub(r"^an? ", "", noun, flags=re.IGNORECASE)
    return indefinite(bare) if bare != noun else noun


PATTERNS = (
    Pattern("one_object", re.compile(re.escape(QUESTION)), _one_object),
    Pattern("two_objects", re.compile(re.escape(QUESTION)), _two_objects),
)


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item, its captions in a seeded order.

    Raises:
        RobustError: the captions are no list of two or four, or an unknown subset is named.
    """
    item_id = f"{NAME}-{index:05}"
    captions = rows.choices(row, "caption_options", f"{NAME} item {item_id!r}")
    if len(captions) not in (2, 4):
        raise RobustError(
            f"{NAME} item {item_id!r}: caption_options {list(captions)!r}; allowed: a list of 2 or 4 captions"
        )
    subset = row.get(PART) or ""
    if subset and subset not in SUBSETS:
        raise RobustError(f"{NAME} item {item_id!r}: {PART} {subset!r}; allowed: {', '.join(SUBSETS)}")
    category = SUBSETS[subset].category if subset else _kind(captions)
    options, answer = shuffled(NAME, QUESTION, captions[0], captions[1:])
    return Item(
        id=item_id,
        benchmark=NAME,
        category=category,
        question=QUESTION,
        options=options,
        answer=answer,
        **state(QUESTION, options, PATTERNS).fields,
        row=index,
    )


def told_apart(found: Sequence[Row]) -> Sequence[Row]:
    """Say of every row which subset it is from, where no loader has said so: by its place among all rows.

    A harness loads the splits as one and leaves out in silence those that it does not find, so all is checked.

    Raises:
        RobustError: rows without a word of their subset that are not all six subsets in order.
    """
    if any(PART in row for row in found):
        unknown = sum(not row.get(PART) for row in found)
        if unknown:
            logger.warning(
                "%s: COCO and GQA are not told apart in %d row(s) of no known subset; %s", NAME, unknown, _HINT
            )
        return found
    places = [name for name, subset in SUBSETS.items() for _ in range(subset.rows)]
    if len(found) != len(places):
        raise RobustError(f"{NAME}: found {len(found)} rows; expected {len(places)}, {_EXPECTED}")
    for name, subset in SUBSETS.items():
        kind = _kind_of_most(row for row, place in zip(found, places, strict=True) if place == name)
        if kind != subset.kind:
            raise RobustError(f"{NAME}: found rows of {kind} in the place of {name}; expected {_EXPECTED}")
    return [dict(row) | {PART: name} for row, name in zip(found, places, strict=True)]


def _kind_of_most(found: Iterable[Row]) -> str:
    listed = [row["caption_options"] for row in found if isinstance(row["caption_options"], list)]
    kinds = Counter(_kind(captions) for captions in listed if all(isinstance(caption, str) for caption in captions))
    return max(kinds, key=kinds.__getitem__, default="no captions")


def _kind(captions: Sequence[str]) -> str:
    """Tell A and B by their prepositions; COCO and GQA rows by the number of objects, all that a row shows."""
    if len(captions) == 4:
        text = " ".join(captions)
        return "controlled_a" if re.search(r"\b(?:on|under) an? ", text) else "controlled_b"
    return "one_object" if all(_PLACED.fullmatch(caption.rstrip(".")) for caption in captions) else "two_objects"


BENCHMARK = Benchmark(
    name=NAME,
    image="image_options",
    columns=("caption_options",),
    to_item=to_item,
    source=Source("ServiceNow/whatsup_all", "test", parts={name: f"data/{name}-*" for name in SUBSETS}),
    optional=(PART,),
    patterns=PATTERNS,
    whole=told_apart,
)
