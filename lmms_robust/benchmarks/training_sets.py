"""Training sets as items: SAT-v2, PixMo-Count, Geometry3K. Question patterns are in :mod:`training_patterns`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.benchmarks.training_patterns import COUNT_PATTERNS, GEOMETRY_PATTERNS, SAT_PATTERNS
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, item_digest
from lmms_robust.statements.grammar import plural
from lmms_robust.statements.state import state

WRONG_COUNTS = 3


def sat_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a SAT-v2 row into an item; the letter of its right answer is not stored, so its answers are shuffled.

    Raises:
        RobustError: the right answer is none of the answers.
    """
    item_id, right = f"sat_v2-{index:06}", row["correct_answer"].strip()
    answers = [answer.strip() for answer in row["answers"]]
    if right not in answers:
        raise RobustError(f"sat_v2 item {item_id!r}: correct_answer {right!r}; allowed: one of {answers}")
    question = " ".join(row["question"].replace("<image>", " ").split())
    options, answer = shuffled("sat_v2", question, right, [text for text in dict.fromkeys(answers) if text != right])
    return Item(
        id=item_id,
        benchmark="sat_v2",
        category=row["question_type"],
        question=question,
        options=options,
        answer=answer,
        **state(question, options, SAT_PATTERNS).fields,
        row=index,
    )


def pixmo_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a PixMo-Count row into an item: the count among others at most two away.

    Raises:
        RobustError: no count, a negative one, or no label.
    """
    item_id, count, label = f"pixmo_count-{index:06}", row["count"], (row["label"] or "").strip()
    if not isinstance(count, int) or count < 0 or not label:
        raise RobustError(f"pixmo_count item {item_id!r}: count {count!r} of {label!r}; allowed: a count >= 0, a label")
    question = f"How many {plural(label)} are there in the image?"
    options, answer = shuffled("pixmo_count", question, str(count), wrong_counts(count, label))
    return Item(
        id=item_id,
        benchmark="pixmo_count",
        category="count",
        question=question,
        options=options,
        answer=answer,
        **state(question, options, COUNT_PATTERNS).fields,
        row=index,
    )


def wrong_counts(count: int, label: str) -> list[str]:
    """Draw up to three counts that are one or two away from the right one and not negative.

    Args:
        count: the right one.
        label: what is counted; the draw depends on it.

    >>> sorted(wrong_counts(0, "a")), len(set(wrong_counts(5, "a")))
    (['1', '2'], 3)
    """
    near = [count + step for step in (-2, -1, 1, 2) if count + step >= 0]
    seed = f"wrong:{item_digest('pixmo_count', label, [str(count)], str(count))}"
    return [str(number) for number in Random(seed).sample(near, min(WRONG_COUNTS, len(near)))]


def geometry_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a Geometry3K row into an item; its right answer is the letter ``ground_truth``.

    Raises:
        RobustError: choices or letter that make no item.
    """
    problem = " ".join(re.sub(r"<image>", " ", row["problem"]).split())
    options, answer = rows.distinct([choice.strip() for choice in row["choices"]], row["ground_truth"].strip())
    return Item(
        id=f"geometry3k-{row['id']}",
        benchmark="geometry3k",
        category="geometry",
        question=problem,
        options=options,
        answer=answer,
        **state(problem, options, GEOMETRY_PATTERNS).fields,
        row=index,
    )


SAT_V2 = Benchmark(
    name="sat_v2",
    image="images",
    columns=("question", "answers", "correct_answer", "question_type"),
    to_item=sat_item,
    source=Source("array/SAT-v2", "train"),
    patterns=SAT_PATTERNS,
)
PIXMO_COUNT = Benchmark(
    name="pixmo_count",
    image="image_url",
    image_digest="image_sha256",
    columns=("count", "label"),
    to_item=pixmo_item,
    source=Source("allenai/pixmo-count", "train"),
    patterns=COUNT_PATTERNS,
)
"""Rows hold addresses of pictures only, some of them dead; their digests tell which files are these pictures."""

GEOMETRY3K = Benchmark(
    name="geometry3k",
    image="images",
    columns=("problem", "id", "choices", "ground_truth"),
    to_item=geometry_item,
    source=Source("hiyouga/geometry3k", "train"),
    patterns=GEOMETRY_PATTERNS,
)
TRAINING_SETS = {training_set.name: training_set for training_set in (SAT_V2, PIXMO_COUNT, GEOMETRY3K)}
