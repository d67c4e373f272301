"""Training texts: what the model is asked about a scene, and what it learns to answer.

Prompts come from the package's own templates, so training and evaluation share every word. No
sample contains a false statement about its picture: wrong captions and wrong thoughts are never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lmms_robust.perturbations import VARIANTS, Condition, inject
from lmms_robust.scenes.attributes import reading_order
from lmms_robust.scenes.facts import Scene, region
from lmms_robust.scenes.generate import FAMILIES, draw, more_questions
from lmms_robust.scenes.questions import Question
from lmms_robust.scenes.reasoning import reasoning
from lmms_robust.scenes.wording import a, series
from lmms_robust.schema import Item, letters

MIX = {
    "base": 0.44,
    "correct_caption": 0.11,
    "correct_caption_disclaimer": 0.04,
    "correct_think": 0.09,
    "correct_think_but": 0.05,
    "stop_think": 0.12,
    "abstain_base": 0.08,
    "irrelevant_caption": 0.07,
}
"""Share of each prompt condition among the questions."""

CONDITIONS = VARIANTS | {
    "correct_caption_disclaimer": Condition("right caption with a doubt", "correct", "caption_disclaimer"),
    "correct_think_but": Condition("right reasoning that ends in a repair cue", "correct", think="think_but"),
}
"""The variants, and right forms of two of them, so that every template's words are known to the model."""

DESCRIBE = "describe"
DESCRIBE_PROMPT = "Describe the picture."
GROUPS = (*FAMILIES, DESCRIBE)
"""Kinds of samples, drawn equally often in training."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation: user text, the given start of the reply, and the rest, which is learnt."""

    group: str
    prompt: str
    prefill: str
    target: str


def item_of(question: Question, name: str) -> Item:
    """Wrap a question as the package's general item."""
    gold = letters(len(question.options))[question.gold]
    return Item(
        id=name,
        benchmark="scenes",
        category=question.family,
        question=question.text,
        options=question.options,
        answer=gold,
        statements=question.statements,
    )


def ask(scene: Scene, question: Question, condition: str, name: str) -> Sample:
    """Put a question into a prompt condition and write the reply to learn."""
    variant = inject(item_of(question, name), condition, CONDITIONS[condition])
    chain = f"{reasoning(scene, question)}</think>"
    starts = {
        "stop_think": "",
        "correct_think": f" {chain}",
        "correct_think_but": f" I should look again. {chain}",
    }
    start = starts.get(condition, f"<think>{chain}")
    return Sample(question.family, variant.prompt, variant.prefill, f"{start}<answer>{variant.item.answer}</answer>")


def describe(scene: Scene) -> Sample:
    """Ask for all objects and their places: dense supervision for the vision tower."""
    objects = [f"{a(f'{s.size} {s.name}')} {region(s)}" for s in reading_order(scene.shapes)]
    return Sample(DESCRIBE, DESCRIBE_PROMPT, "", f"I see {series(objects)}.")


def samples_of(index: int, questions: int) -> tuple[Scene, list[Sample]]:
    """Make all samples about the scene of one train item: its description and some questions.

    Args:
        index: index of the item in the train split.
        questions: most questions to ask, the item's own one first.
    """
    scene, own = draw("train", index)
    rng = Random(f"tiny-model:{index}")
    more = list(more_questions(scene, own.family, rng))
    asked = [own, *rng.sample(more, min(len(more), questions - 1))]
    conditions = rng.choices(tuple(MIX), weights=tuple(MIX.values()), k=len(asked))
    pairs = zip(asked, conditions, strict=True)
    return scene, [describe(scene), *(ask(scene, q, c, f"train-{index}-{q.family}") for q, c in pairs)]


def texts(n: int) -> Iterator[str]:
    """All words of the first ``n`` scenes' samples, for the tokenizer."""
    for index in range(n):
        for sample in samples_of(index, len(FAMILIES))[1]:
            yield f"{sample.prompt}\n{sample.prefill}{sample.target}"
