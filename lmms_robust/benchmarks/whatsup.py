"""What'sUp: controlled pictures A and B, COCO-spatial and GQA-spatial. A caption is itself the statement.

The data has no questions and always lists the right caption first. The six subsets are read as one; a row does not say
which it is from, so the category is told from the captions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.benchmarks.grammar import capitalize, indefinite, is_are
from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.benchmarks.statements import Pattern, state
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item

NAME = "whatsup"
QUESTION = "Which caption correctly describes the image?"
SUBSETS = (
    "Controlled_Images_A",
    "Controlled_Images_B",
    "COCO_QA_one_obj",
    "COCO_QA_two_obj",
    "VG_QA_one_obj",
    "VG_QA_two_obj",
)
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
        RobustError: the captions are no list of two or four.
    """
    captions = row["caption_options"]
    item_id = f"{NAME}-{index:05}"
    if not isinstance(captions, (list, tuple)) or len(captions) not in (2, 4):
        raise RobustError(f"{NAME} item {item_id!r}: caption_options {captions!r}; allowed: a list of 2 or 4 captions")
    options, answer = shuffled(NAME, item_id, captions[0], captions[1:])
    return Item(
        item_id, NAME, _category(captions), QUESTION, options, answer, state(QUESTION, options, PATTERNS).texts, index
    )


def _category(captions: Sequence[str]) -> str:
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
    source=Source("ServiceNow/whatsup_all", "test", data_files={"test": [f"data/{name}-*" for name in SUBSETS]}),
    patterns=PATTERNS,
)
