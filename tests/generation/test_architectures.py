"""Every architecture that the engine takes, against transformers' own generate: same tokens, same letters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from transformers import AutoConfig

from lmms_robust.backends.checkpoint import load_processor
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.generation.engine import ARCHITECTURES
from lmms_robust.generation.model import Model
from tests.generation import checkpoints
from tests.generation.conftest import Checkpoint, assert_same, by_engine, by_generate, read

SETTINGS = {"max_new_tokens": 12, "temperature": 0}
MADE = {"LLaVA": lambda folder: TINY_MODEL} | checkpoints.KNOWN


@pytest.fixture(scope="module", params=MADE)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transformers.models.smolvlm.processing_smolvlm.num2words", str)
        return read(MADE[request.param](tmp_path_factory.mktemp("checkpoint") / "tiny"))


@pytest.fixture(scope="module")
def expected(checkpoint: Checkpoint) -> list:
    return by_generate(checkpoint.load(), checkpoint, SETTINGS)


def test_the_tests_see_differences(checkpoint: Checkpoint, expected: list) -> None:
    """Answers depend on the prompt and, for one prompt, on the picture."""
    assert len({tuple(written.tokens) for written in expected}) >= len(expected) // 2
    if checkpoint.folder == TINY_MODEL:
        return
    prompt, *_ = checkpoint.prompts[0]
    other = type(prompt)(prompt.text, (prompt.pictures[0].rotate(180),), prompt.prefill)
    asked = Checkpoint(checkpoint.folder, checkpoint.processor, [[prompt], [other]])
    one, two = by_generate(checkpoint.load(), asked, SETTINGS | {"max_new_tokens": 1})
    assert (one.letters - two.letters).abs().max() > 1e-3


@pytest.mark.parametrize("max_num_seqs", [64, 3], ids=["all together", "three at a time"])
def test_tokens_and_letters_are_those_of_generate(checkpoint: Checkpoint, expected: list, max_num_seqs: int) -> None:
    assert_same(by_engine(checkpoint.load(), checkpoint, SETTINGS, max_num_seqs), expected)


def test_so_they_are_with_a_repetition_penalty_and_several_ends(checkpoint: Checkpoint, expected: list) -> None:
    """One of the ends is a token that most answers would hold, at different places."""
    written = Counter(token for answer in expected for token in set(answer.tokens[1:]))
    changes = {"repetition_penalty": 1.3, "eos_token_id": [checkpoint.processor.tokenizer.eos_token_id]}
    changes["eos_token_id"] += [token for token, _ in written.most_common(3)]
    found = by_generate(checkpoint.load(**changes), checkpoint, SETTINGS)
    assert len({len(answer.tokens) for answer in found}) > 1
    assert_same(by_engine(checkpoint.load(**changes), checkpoint, SETTINGS, 4), found)


def test_so_they_are_with_stop_texts(checkpoint: Checkpoint, expected: list) -> None:
    decode = checkpoint.processor.tokenizer.decode
    texts = [decode(answer.tokens[1:], skip_special_tokens=True) for answer in expected]
    letters = Counter(
        letter for text in texts for letter in sorted(set(text)) if letter.isascii() and letter.isprintable()
    )
    settings = SETTINGS | {"until": [letter for letter, _ in letters.most_common(3)]}
    found = by_generate(checkpoint.load(), checkpoint, settings)
    assert len({len(answer.tokens) for answer in found}) > 1
    assert_same(by_engine(checkpoint.load(), checkpoint, settings, 64), found)


def test_beams_of_a_checkpoint_are_the_task_s_to_choose() -> None:
    checkpoint = read(TINY_MODEL)
    expected = by_generate(checkpoint.load(), checkpoint, SETTINGS)
    assert_same(by_engine(checkpoint.load(num_beams=3), checkpoint, SETTINGS, 64), expected)
    assert_same(by_generate(checkpoint.load(num_beams=3), checkpoint, SETTINGS), expected)


def test_a_checkpoint_s_own_stop_texts_are_obeyed() -> None:
    checkpoint = read(TINY_MODEL)
    (expected, *_) = by_generate(checkpoint.load(), checkpoint, SETTINGS)
    decode = checkpoint.processor.tokenizer.decode
    stop = decode(expected.tokens[2:4])
    model = checkpoint.load(stop_strings=[stop])
    assert not Model(model, checkpoint.processor, fast=True).is_fast(SETTINGS)
    (found, *_) = by_generate(model, checkpoint, SETTINGS)
    assert stop in decode(found.tokens)
    assert len(found.tokens) < len(expected.tokens)


def test_every_architecture_is_tried(tmp_path: Path) -> None:
    folders = [make(tmp_path / str(number)) for number, make in enumerate(MADE.values())]
    kinds = {AutoConfig.from_pretrained(folder).model_type for folder in folders}
    assert kinds == ARCHITECTURES


def test_another_architecture_goes_through_generate_and_says_so_once(tmp_path: Path, said: list[str]) -> None:
    checkpoint = read(checkpoints.mistral3(tmp_path))
    model = Model(checkpoint.load(), checkpoint.processor, fast=True)
    assert not model.is_fast(SETTINGS)
    written = [model.plain.generate(prompts, SETTINGS) for prompts in checkpoint.prompts]
    assert said == ["plain generation, architecture mistral3 has not been tried: every prompt is computed by itself\n"]
    assert_same(
        [answer for answers in written for answer in answers], by_generate(checkpoint.load(), checkpoint, SETTINGS)
    )


def test_a_package_that_a_processor_wants_is_named_in_one_line(
    tmp_path: Path, words_for_numbers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoints.smolvlm(tmp_path)
    monkeypatch.setattr("transformers.models.smolvlm.processing_smolvlm.num2words", None)
    with pytest.raises(RobustError, match="num2words") as raised:
        load_processor(str(folder), "main")
    assert "\n" not in str(raised.value)
