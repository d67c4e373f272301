"""Splits are balanced, seeded by name and index alone, and the same in every process."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import astuple

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.scenes.facts import Scene
from lmms_robust.scenes.generate import FAMILIES, draw, generate, more_questions, order_for
from lmms_robust.scenes.render import png, render
from lmms_robust.schema import Item

N = 600


def spread(counts: Counter[object]) -> int:
    return max(counts.values()) - min(counts.values())


def test_there_are_nine_families_balanced_to_within_one() -> None:
    for n in (9, 100, N):
        counts = Counter(order_for(i)[0] for i in range(n))
        assert set(counts) == set(FAMILIES)
        assert len(counts) == 9
        assert spread(counts) <= 1


def test_gold_letters_are_balanced_within_family_and_number_of_options() -> None:
    forms = [(family, order.n_options, order.gold) for family, order in map(order_for, range(N))]
    for family, sizes in ((f, s) for f, (_, s) in FAMILIES.items()):
        assert spread(Counter(n for f, n, _ in forms if f == family)) <= 1
        for size in sizes:
            golds = Counter(g for f, n, g in forms if (f, n) == (family, size))
            assert set(golds) == set(range(size))
            assert spread(golds) <= 1


def test_the_first_items_do_not_share_a_letter() -> None:
    assert len({order.gold for _, order in map(order_for, range(8))}) == 3


@pytest.mark.parametrize(
    ("family", "answers"),
    [
        ("left_right", {"to the left", "to the right"}),
        ("above_below", {"above", "below"}),
        ("existence", {"yes", "no"}),
    ],
)
def test_two_sided_answers_are_balanced(family: str, answers: set[str]) -> None:
    found = [q for _, q in (draw("test", i) for i in range(N) if order_for(i)[0] == family) if len(q.options) == 2]
    counts = Counter(q.options[q.gold] for q in found)
    assert set(counts) == answers
    assert spread(counts) <= 2


def test_counts_and_properties_take_turns() -> None:
    counts = Counter(q.options[q.gold] for _, q in (draw("test", i) for i in range(N) if order_for(i)[0] == "count"))
    assert set(counts) == set("12345")
    assert spread(counts) <= 3
    odd = [draw("test", i)[1].text for i in range(N) if order_for(i)[0] == "odd_one_out"]
    assert spread(Counter(text.split()[-1] for text in odd)) <= 2


def test_an_item_has_all_columns_and_suits_the_schema() -> None:
    item = list(generate("test", 2))[1]
    scene, question = draw("test", 1)
    assert item.id == "scenes-test-0001"
    assert item.image == png(render(scene))
    assert (item.category, item.question) == (question.family, question.text)
    assert item.answer == "ABCD"[question.gold]
    assert Scene.from_dict(json.loads(item.scene)) == scene
    Item(id=item.id, question=item.question, options=item.options, answer=item.answer, statements=item.statements)


def test_items_depend_on_split_and_index_only() -> None:
    long, short = list(generate("train", 12)), list(generate("train", 5))
    assert long[:5] == short
    assert list(generate("train", 2, start=10)) == long[10:]


def test_global_random_state_is_neither_read_nor_changed() -> None:
    random.seed(1)
    state = random.getstate()
    first = draw("train", 3)
    assert random.getstate() == state
    random.seed(2)
    assert draw("train", 3) == first


def test_splits_share_no_scene() -> None:
    test = {draw("test", i)[0] for i in range(N)}
    assert len(test) == N
    assert not test & {draw("train", i)[0] for i in range(3 * N)}


def test_further_questions_are_seeded_by_the_generator_given() -> None:
    scene, question = draw("train", 20)
    asked = [list(more_questions(scene, question.family, random.Random(5))) for _ in range(2)]
    assert asked[0] == asked[1]
    assert asked[0]


def digest() -> str:
    items = hashlib.sha256()
    for item in generate("train", 45):
        items.update(repr(astuple(item)).encode())
    return items.hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_another_hash_seed_gives_the_same_items(hash_seed: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import test_generate as t; print(t.digest())"
    )
    env = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == digest()


def test_unknown_split_and_negative_index_are_refused() -> None:
    with pytest.raises(RobustError, match=r"unknown split 'tset'.*did you mean 'test'.*test, train"):
        next(generate("tset", 1))
    with pytest.raises(RobustError, match="index -1"):
        draw("test", -1)
