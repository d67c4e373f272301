"""A variant as flat columns, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lmms_robust.perturbations import VARIANTS, build
from lmms_robust.perturbations.columns import to_columns, variant_of
from lmms_robust.schema import Item
from lmms_robust.scoring import score

ITEM = Item(
    question="Where is the dog?", options=("left", "right", "above"), answer="B", id="x", benchmark="b", category="c",
    row=4, picture="0123456789abcdef",
)  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_what_comes_back_is_asked_and_judged_alike(name: str) -> None:
    variant = build(ITEM, name, 3)
    back = variant_of(json.loads(json.dumps(to_columns(variant))))
    assert replace(back, item=variant.item) == variant
    assert replace(back.item, statements=variant.item.statements) == variant.item
    for letter in "ABCD":
        text = f"{variant.prefill}<think>It is B.</think><answer>{letter}</answer>"
        assert score(back, text) == score(variant, text)
