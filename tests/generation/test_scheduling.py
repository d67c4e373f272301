"""Memory that runs out costs nothing but time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.generation import room
from lmms_robust.generation.cache import SharedPrefixCache
from lmms_robust.generation.engine import Engine
from lmms_robust.generation.model import Model
from tests.generation.conftest import Checkpoint, assert_same, by_engine, by_generate, read

SETTINGS = {"max_new_tokens": 8, "temperature": 0}


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return read(TINY_MODEL)


@pytest.fixture(scope="module")
def expected(checkpoint: Checkpoint) -> list:
    return by_generate(checkpoint.load(), checkpoint, SETTINGS)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Let a method run out of memory at some of its calls."""

    def fail(owner: type, name: str, at: Callable[[int], bool]) -> list[int]:
        original, calls = getattr(owner, name), []

        def method(*arguments: Any, **named: Any) -> Any:
            calls.append(len(calls))
            if at(calls[-1]):
                raise torch.OutOfMemoryError("CUDA out of memory")
            return original(*arguments, **named)

        monkeypatch.setattr(owner, name, method)
        return calls

    return fail


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (Engine, "prefill"), (Engine, "extend"), (Engine, "branch"), (Engine, "step"),
        (SharedPrefixCache, "move"), (SharedPrefixCache, "store_prefix"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", [(0,), (0, 1), (1, 2)])
def test_nothing_is_lost_and_nothing_answered_twice(
    checkpoint: Checkpoint, expected: list, said: list, failing, owner: type, method: str, at: tuple[int, ...]
) -> None:
    calls = failing(owner, method, lambda call: call in at)
    assert_same(by_engine(checkpoint.load(), checkpoint, SETTINGS, 8), expected)
    assert len(calls) > len(at) or method == "move"
    assert len(said) == sum(call in at for call in calls)
    if said:
        assert said[0].startswith("out of GPU memory with 8 sequences under way; nothing is lost, going on with 4.")
        assert "Set max_num_seqs=4 in --model_args to start there" in said[0]


def test_one_sequence_that_does_not_fit_is_an_error_in_one_line(checkpoint: Checkpoint, said: list, failing) -> None:
    failing(Engine, "step", lambda call: True)
    with pytest.raises(RobustError, match="out of GPU memory with one sequence; allowed: a smaller model") as raised:
        by_engine(checkpoint.load(), checkpoint, SETTINGS, 4)
    assert "\n" not in str(raised.value)
    assert len(said) == 2  # to two, and to one


@pytest.mark.parametrize("tokens", [1, 2, 5])
def test_no_more_tokens_than_asked_for(checkpoint: Checkpoint, expected: list, tokens: int) -> None:
    written = by_engine(checkpoint.load(), checkpoint, SETTINGS | {"max_new_tokens": tokens}, 5)
    assert [one.tokens for one in written] == [one.tokens[:tokens] for one in expected]


def test_groups_may_come_late_and_grow(checkpoint: Checkpoint, expected: list) -> None:
    """None stands for a group that is not encoded yet; the shortest prompts come first, so room is made anew."""
    model = Model(checkpoint.load(), checkpoint.processor, max_num_seqs=2)
    prompts = [prompt for group in checkpoint.prompts for prompt in group]
    order = sorted(range(len(prompts)), key=lambda number: len(prompts[number].text))
    groups = (group for number in order for group in (None, *model.encoder().encode([number], [prompts[number]]), None))
    found = {}
    model.scheduler(SETTINGS).run(groups, SETTINGS["max_new_tokens"], found.__setitem__)
    assert_same([found[number] for number in range(len(prompts))], expected)


def test_prompts_without_a_picture_go_beside_those_with_one(checkpoint: Checkpoint, expected: list) -> None:
    bare = [
        type(prompt)(prompt.text.replace(checkpoint.processor.image_token, ""), (), prompt.prefill)
        for prompt in checkpoint.prompts[0]
    ]
    mixed = Checkpoint(checkpoint.folder, checkpoint.processor, [bare, *checkpoint.prompts])
    answers = by_generate(checkpoint.load(), mixed, SETTINGS)
    assert_same(answers[len(bare) :], expected)
    assert_same(by_engine(checkpoint.load(), mixed, SETTINGS, 64), answers)


def test_two_pictures_in_one_prompt(checkpoint: Checkpoint) -> None:
    pictures = tuple(prompts[0].pictures[0] for prompts in checkpoint.prompts[:2])
    token = checkpoint.processor.image_token
    two = [type(p)(p.text.replace(token, token * 2), pictures, p.prefill) for p in checkpoint.prompts[0]]
    asked = Checkpoint(checkpoint.folder, checkpoint.processor, [two])
    assert_same(by_engine(checkpoint.load(), asked, SETTINGS, 64), by_generate(checkpoint.load(), asked, SETTINGS))


def test_what_stops_at_the_limit_is_told_from_what_ends(checkpoint: Checkpoint) -> None:
    for settings in (SETTINGS, {"max_new_tokens": 64, "temperature": 0}):
        answers = by_generate(checkpoint.load(), checkpoint, settings)
        assert [one.cut for one in answers] == [len(one.tokens) == settings["max_new_tokens"] for one in answers]
        assert [one.cut for one in by_engine(checkpoint.load(), checkpoint, settings, 5)] == [o.cut for o in answers]


def lengths(checkpoint: Checkpoint) -> list[int]:
    """Tokens of each prompt, pictures included."""
    encoder = Model(checkpoint.load(), checkpoint.processor).encoder()
    return [
        len(group.prefix) + len(group.suffixes[0])
        for prompts in checkpoint.prompts
        for prompt in prompts
        for group in encoder.encode([0], [prompt])
    ]


def with_context(checkpoint: Checkpoint, tokens: int) -> Any:
    model = checkpoint.load()
    model.config.get_text_config().max_position_embeddings = tokens
    return model


@pytest.mark.parametrize("fast", [True, False])
def test_an_answer_has_the_tokens_that_the_context_leaves(checkpoint: Checkpoint, expected: list, fast: bool) -> None:
    """Of some prompts nothing is left, of some fewer than are asked for, and of some as many."""
    counts = lengths(checkpoint)
    context = sorted(counts)[len(counts) // 2] + 3
    left = [max(0, min(SETTINGS["max_new_tokens"], context - count)) for count in counts]
    assert len({0, 3, 8} & set(left)) == 3
    model = with_context(checkpoint, context)
    if fast:
        found = by_engine(model, checkpoint, SETTINGS, 5)
    else:
        plain = Model(model, checkpoint.processor, fast=False).plain
        found = plain.generate([prompt for prompts in checkpoint.prompts for prompt in prompts], SETTINGS)
    assert [one.tokens for one in found] == [one.tokens[:n] for one, n in zip(expected, left, strict=True)]
    assert all(one.cut for one, n in zip(found, left, strict=True) if n < 8)
    assert all(len(one.letters) >= n for one, n in zip(found, left, strict=True))


LONG = {"max_new_tokens": 48, "temperature": 0}


@pytest.mark.parametrize("rows", [12, 5])
@pytest.mark.parametrize("memory", [float("inf"), 0.0])
def test_room_grows_with_what_is_written_and_fewer_have_it_where_memory_is_short(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, memory: float, rows: int
) -> None:
    expected = by_generate(checkpoint.load(), checkpoint, LONG)
    seen: list[tuple[int, int]] = []
    resize = SharedPrefixCache.resize

    def noted(cache: SharedPrefixCache, capacity: int, sequences: int) -> None:
        seen.append((cache.sequences, sequences))
        resize(cache, capacity, sequences)
        if memory == 0.0:
            monkeypatch.setattr(room.Room, "_free_memory", lambda _: float("inf"))

    def free(made: room.Room) -> float:
        return memory if made.is_made else float("inf")

    monkeypatch.setattr(room, "FIRST_TOKENS", 2)
    monkeypatch.setattr(room, "_ROUND", 1)
    monkeypatch.setattr(room.Room, "_free_memory", free)
    monkeypatch.setattr(SharedPrefixCache, "resize", noted)
    assert_same(by_engine(checkpoint.load(), checkpoint, LONG, rows), expected)
    assert seen
    assert all((before > after) == (memory == 0.0) for before, after in seen[:1]), seen
