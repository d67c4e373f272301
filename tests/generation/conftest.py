"""Checkpoints, and the same prompts answered in both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from loguru import logger

from lmms_robust.backends.chat import to_prompt
from lmms_robust.backends.checkpoint import load_model, load_processor
from lmms_robust.generation.model import Model
from lmms_robust.generation.prompt import Prompt
from lmms_robust.generation.scheduling import Written
from lmms_robust.harness import lmms_eval as task
from tests.backends.asking import scenes

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
"""Where these tests run: with a GPU, its kernels and graphs are what is tried."""
SIZES = ((112, 112), (150, 90), (64, 160))
VARIANTS = ("base", "wrong_think", "wrong_caption", "abstain_wrong_think")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk, and prompts by picture."""

    folder: Path
    processor: Any
    prompts: list[list[Prompt]]

    def load(self, **settings: object) -> Any:
        """The model in float32, with settings of its generation_config changed."""
        model = load_model(str(self.folder), {"dtype": torch.float32}, DEVICE)
        for name, value in settings.items():
            setattr(model.generation_config, name, value)
        return model


def read(folder: Path) -> Checkpoint:
    """A checkpoint with the variants of some items, each picture in a size of its own but one."""
    processor = load_processor(str(folder), "main")
    docs = scenes(items=len(SIZES))
    items = [docs.select(range(12 * item, 12 * item + 12)) for item in range(len(SIZES))]
    return Checkpoint(folder, processor, [_prompts(processor, *pair) for pair in zip(items, SIZES, strict=True)])


def _prompts(processor: Any, item: Any, size: tuple[int, int]) -> list[Prompt]:
    made = []
    for doc in item:
        if doc["variant"] in VARIANTS:
            messages = task.doc_to_messages(doc, {"injection": "prefill"})
            messages[0]["content"][0]["url"] = messages[0]["content"][0]["url"].resize(size)
            made.append(to_prompt(processor, messages, "tiny"))
    return made


def by_generate(model: Any, checkpoint: Checkpoint, settings: Mapping[str, Any]) -> list[Written]:
    """Answers of transformers' own generate, one prompt at a time."""
    plain = Model(model, checkpoint.processor, fast=False).plain
    return [plain.generate([prompt], settings)[0] for group in checkpoint.prompts for prompt in group]


def by_engine(model: Any, checkpoint: Checkpoint, settings: Mapping[str, Any], max_num_seqs: int) -> list[Written]:
    """Answers of the engine, which has to take every prompt."""
    ours = Model(model, checkpoint.processor, fast=True, max_num_seqs=max_num_seqs)
    assert ours.is_fast(settings)
    number, groups = 0, []
    for prompts in checkpoint.prompts:
        groups += ours.encoder().encode(range(number, number + len(prompts)), prompts)
        number += len(prompts)
    found: dict[int, Written] = {}

    def finished(number: int, written: Written) -> None:
        assert number not in found
        found[number] = written

    ours.scheduler(settings).run(groups, settings["max_new_tokens"], finished)
    return [found[number] for number in range(number)]


def assert_same(found: Sequence[Written], expected: Sequence[Written]) -> None:
    """Same tokens, and the same logits of the letters for each of them."""
    assert [written.tokens for written in found] == [written.tokens for written in expected]
    for one, other in zip(found, expected, strict=True):
        length = len(other.tokens)
        assert min(len(one.letters), len(other.letters)) >= length
        torch.testing.assert_close(one.letters[:length], other.letters[:length], atol=1e-4, rtol=1e-4)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Lines of the log."""
    found: list[str] = []
    handler = logger.add(found.append, format="{message}")
    yield found
    logger.remove(handler)


@pytest.fixture(autouse=True)
def words_for_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """SmolVLM's processor asks for the package num2words, which it needs for videos only."""
    monkeypatch.setattr("transformers.models.smolvlm.processing_smolvlm.num2words", str)
