"""A variant as flat columns and back: rows of a harness and rows of training data hold one as these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.schema import Item, Variant


def to_columns(variant: Variant) -> dict[str, Any]:
    """All of a variant but its statements: those are in the words that are sent."""
    item = variant.item
    return {
        "id": item.id,
        "benchmark": item.benchmark,
        "category": item.category,
        "question": item.question,
        "options": list(variant.options),
        "answer": item.answer,
        "statement_source": item.statement_source,
        "variant": variant.name,
        "planted": variant.planted,
        "seed": variant.seed,
        "abstain": variant.abstain or "",
        "caption_source": variant.caption_source,
        "prompt": variant.prompt,
        "prefill": variant.prefill,
        "probe": variant.probe,
        "templates": variant.templates,
        "row": item.row,
        "picture": item.picture,
    }


def variant_of(columns: Mapping[str, Any]) -> Variant:
    """The variant that a row holds."""
    options = tuple(columns["options"])
    item = Item(
        id=columns["id"],
        benchmark=columns["benchmark"],
        category=columns["category"],
        question=columns["question"],
        options=options[:-1] if columns["abstain"] else options,
        answer=columns["answer"],
        statement_source=columns["statement_source"],
        row=columns["row"],
        picture=columns["picture"],
    )
    return Variant(
        item, columns["variant"], columns["planted"], options, columns["prompt"], columns["prefill"], columns["seed"],
        columns["caption_source"], columns["probe"], columns["templates"],
    )  # fmt: skip
