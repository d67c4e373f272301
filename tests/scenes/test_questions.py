"""Questions are unambiguous: an evaluator that only reads the sentences agrees with every one."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import hypot
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmms_robust.scenes.facts import CANVAS, COLORS, SHAPES, Scene, Shape, above, edge_gap, left_of, nearest, region
from lmms_robust.scenes.generate import FAMILIES, draw, more_questions
from lmms_robust.scenes.questions import Order, Question
from lmms_robust.scenes.reasoning import reasoning
from lmms_robust.scenes.wording import a, plural, series

COLOR, SHAPE = "|".join(COLORS), "|".join(SHAPES)
NAME = rf"(?:{COLOR}) (?:{SHAPE})"
PLURAL = {plural(s): s for s in SHAPES}
TRAIN = st.integers(min_value=0, max_value=10**7)


# --- An evaluator of statements that shares no code with the questions: text and scene facts in, truth out.


def one(scene: Scene, name: str) -> Shape:
    """The object a name stands for, which must be the only one."""
    found = [s for s in scene.shapes if f"{s.color} {s.shape}" == name]
    assert len(found) == 1, f"{name!r} names {len(found)} objects"
    return found[0]


def described(scene: Scene, words: str) -> Shape:
    """The object that "large star", "red object" or "star" stands for."""
    found = [s for s in scene.shapes if set(words.split()) - {"object"} <= {s.size, s.color, s.shape}]
    assert len(found) == 1, f"{words!r} describes {len(found)} objects"
    return found[0]


def counted(scene: Scene, number: str, noun: str) -> bool:
    word = noun.removesuffix(" objects").removesuffix(" object")
    word = PLURAL.get(word, word)
    assert word in SHAPES or word in COLORS
    assert (noun.endswith("objects") or noun in PLURAL) == (number != "1")
    return sum(word in (s.shape, s.color) for s in scene.shapes) == int(number)


def sides(scene: Scene, first: str, phrase: str, second: str) -> bool:
    s, t = one(scene, first), one(scene, second)
    offset = {
        "to the left of": t.x - s.x,
        "to the right of": s.x - t.x,
        "above": t.y - s.y,
        "below": s.y - t.y,
    }[phrase]
    assert abs(offset) >= 60, "a side within the margin"
    assert abs(offset) >= (s.diameter + t.diameter) / 2, "extents overlap along the axis"
    return offset > 0


def is_nearest(scene: Scene, name: str, target_name: str) -> bool:
    target, others = one(scene, target_name), [s for s in scene.shapes if s is not one(scene, target_name)]
    far = sorted((hypot(s.x - target.x, s.y - target.y), i) for i, s in enumerate(others))
    assert far[1][0] >= 1.35 * far[0][0], "two objects about equally near"
    first = others[far[0][1]]
    free = sorted((hypot(s.x - target.x, s.y - target.y) - s.diameter / 2, s is not first) for s in others)
    assert not free[0][1], "another object's edge is nearer"
    return first is one(scene, name)


def compares(scene: Scene, first: str, word: str, second: str) -> bool:
    s, t = one(scene, first).diameter, one(scene, second).diameter
    assert max(s, t) >= 1.6 * min(s, t), "sizes within the margin"
    return s > t if word == "larger" else s < t


def is_extreme(scene: Scene, name: str, word: str) -> bool:
    diameters = sorted((s.diameter for s in scene.shapes), reverse=word == "largest")
    assert max(diameters[:2]) >= 1.6 * min(diameters[:2]), "no clear extreme"
    return one(scene, name).diameter == diameters[0]


def is_odd(scene: Scene, name: str, field: str) -> bool:
    values = [getattr(s, field) for s in scene.shapes]
    assert sorted(values.count(v) for v in set(values)) == [1, len(values) - 1], "not exactly one odd object"
    return values.count(getattr(one(scene, name), field)) == 1


def present(scene: Scene, name: str) -> bool:
    return any(f"{s.color} {s.shape}" == name for s in scene.shapes)


PATTERNS: list[tuple[str, Callable[..., bool]]] = [
    (r"There (?:is|are) (\d+) ([\w ]+) in the picture\.", counted),
    (rf"The ({NAME}) is (to the left of|to the right of|above|below) the ({NAME})\.", sides),
    (rf"The ({NAME}) is the nearest object to the ({NAME})\.", is_nearest),
    (rf"The ({NAME}) is (larger|smaller) than the ({NAME})\.", compares),
    (rf"The ({NAME}) is the (largest|smallest) object in the picture\.", is_extreme),
    (rf"The ({NAME}) differs from all other objects in (shape|color|size)\.", is_odd),
    (rf"There is an? ({NAME}) in the picture\.", present),
    (rf"There is no ({NAME}) in the picture\.", lambda scene, name: not present(scene, name)),
    (rf"The ((?:(?:small|large) )?(?:{SHAPE})) is ({COLOR})\.", lambda scene, x, c: described(scene, x).color == c),
    (rf"The ((?:\w+ )+object) is an? ({SHAPE})\.", lambda scene, x, s: described(scene, x).shape == s),
]


def holds(statement: str, scene: Scene) -> bool:
    found = [(match.groups(), test) for p, test in PATTERNS if (match := re.fullmatch(p, statement))]
    assert len(found) == 1, f"{statement!r} matches {len(found)} patterns"
    groups, test = found[0]
    return test(scene, *groups)


# --- What it finds.


def assert_sound(scene: Scene, question: Question) -> None:
    truths = [holds(statement, scene) for statement in question.statements]
    assert truths == [i == question.gold for i in range(len(question.options))], (question, scene)
    assert 2 <= len(question.options) <= 4
    assert len(set(question.options)) == len(set(question.statements)) == len(question.options)
    assert question.text.endswith("?")
    for statement in question.statements:
        assert not re.search(r"\b(answer|option|letter)\b|\b[A-D]\b(?! \w)", statement)


@pytest.mark.parametrize("index", range(600))
def test_exactly_one_statement_of_a_test_item_is_true(index: int) -> None:
    assert_sound(*draw("test", index))


@settings(max_examples=300)
@given(TRAIN)
def test_exactly_one_statement_of_a_train_item_is_true(index: int) -> None:
    assert_sound(*draw("train", index))


@settings(max_examples=150)
@given(TRAIN)
def test_further_questions_about_a_scene_are_as_sound(index: int) -> None:
    scene, question = draw("train", index)
    for other in more_questions(scene, question.family, Random(f"more:{index}")):
        assert other.family != question.family
        assert_sound(scene, other)


@settings(max_examples=200)
@given(TRAIN)
def test_objects_are_whole_apart_and_of_two_clear_sizes(index: int) -> None:
    shapes = draw("train", index)[0].shapes
    assert 2 <= len(shapes) <= 8
    for i, s in enumerate(shapes):
        radius = s.diameter / 2
        assert radius <= min(s.x, s.y)
        assert max(s.x, s.y) <= CANVAS - radius
        assert s.diameter >= 52
        for t in shapes[:i]:
            gap = max(abs(s.x - t.x), abs(s.y - t.y)) - radius - t.diameter / 2
            assert gap >= 10
            ratio = max(s.diameter, t.diameter) / min(s.diameter, t.diameter)
            assert (ratio == 1) if s.size == t.size else (ratio >= 1.6)


@pytest.mark.parametrize("index", range(0, 600, 7))
def test_a_reasoning_sees_states_the_truth_and_ends_in_the_option(index: int) -> None:
    scene, question = draw("test", index)
    text = reasoning(scene, question)
    seen, _, rest = text.partition(". ")
    assert seen.startswith("I see ")
    assert rest == f"{question.statements[question.gold]} So the answer is {question.options[question.gold]}."
    assert 12 <= len(text.split()) <= 60
    for shape in question.focus:
        assert f"{shape.color} {shape.shape} {region(shape)}" in seen


def shape_at(x: int, y: int, diameter: int = 60, name: str = "red circle") -> Shape:
    color, kind = name.split()
    return Shape(kind, color, "small", diameter, x, y, COLORS[color])


def test_sides_need_a_margin_and_separate_extents() -> None:
    assert left_of(shape_at(100, 0), shape_at(160, 0))
    assert not left_of(shape_at(100, 0), shape_at(159, 0))
    assert not left_of(shape_at(100, 0, 110), shape_at(190, 0, 110))
    assert above(shape_at(0, 100), shape_at(300, 160))
    assert not above(shape_at(0, 160), shape_at(0, 100))


def test_nearest_needs_a_clear_lead_by_centres_and_by_edges() -> None:
    target, near = shape_at(100, 100), shape_at(200, 100)
    assert nearest(target, Scene((0, 0, 0), (target, near))) is None
    assert nearest(target, Scene((0, 0, 0), (target, near, shape_at(100, 236)))) is near
    assert nearest(target, Scene((0, 0, 0), (target, near, shape_at(100, 230)))) is None
    big = shape_at(100, 236, 112)
    assert edge_gap(target, big) > edge_gap(target, near)
    assert nearest(target, Scene((0, 0, 0), (target, near, big))) is None


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (10, 10, "at the top left"),
        (224, 10, "at the top"),
        (440, 10, "at the top right"),
        (10, 224, "on the left"),
        (224, 224, "in the center"),
        (440, 224, "on the right"),
        (224, 440, "at the bottom"),
        (440, 440, "at the bottom right"),
    ],
)
def test_region_names_the_third_of_the_canvas(x: int, y: int, words: str) -> None:
    assert region(shape_at(x, y)) == words


def test_a_scene_without_named_objects_allows_no_question_about_one() -> None:
    twins = Scene((255, 255, 255), tuple(shape_at(x, 100) for x in (60, 200, 340)))
    for family in ("left_right", "above_below", "nearest", "size", "odd_one_out"):
        assert all(FAMILIES[family][0](twins, Order(n, r), Random(r)) is None for n in (2, 3, 4) for r in range(6))


@pytest.mark.parametrize("n_options", [2, 3, 4])
@pytest.mark.parametrize("cases", [2, 3, 5])
def test_every_case_meets_every_gold_letter_equally_often(n_options: int, cases: int) -> None:
    orders = [Order(n_options, rank) for rank in range(n_options * cases)]
    assert len({(order.gold, order.case(cases)) for order in orders}) == n_options * cases


def test_wording() -> None:
    assert [a(n) for n in ("orange star", "red star")] == ["an orange star", "a red star"]
    assert [plural(n) for n in ("red cross", "square")] == ["red crosses", "squares"]
    assert [series(list(s)) for s in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
