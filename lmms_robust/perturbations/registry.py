"""The twelve conditions and the one function that puts an item into a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from random import Random
from typing import Literal

from lmms_robust.errors import RobustError, unknown
from lmms_robust.perturbations.irrelevant import irrelevant_caption
from lmms_robust.prompts import inert, render, templates_digest
from lmms_robust.schema import Item, Variant, letters, same_text
from lmms_robust.statements import state
from lmms_robust.statements.generic import PATTERNS

Target = Literal["planted", "correct"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a variant injects.

    Attributes:
        asserts: which option the injected text supports; None if it supports none.
        caption: template of the caption before the question, or None. One that asserts no option is a list of neutral
            sentences, of which some are chosen.
        think: template of the start of the assistant turn, or None.
        abstain: whether an extra option to abstain is offered.
        own_reasoning: whether the model is left to reason, so that consistency can be asked for.
        about: one sentence for people.
    """

    about: str
    asserts: Target | None = None
    caption: str | None = None
    think: str | None = None
    abstain: bool = False
    own_reasoning: bool = True

    @property
    def adversarial(self) -> bool:
        """Whether a wrong option is asserted and no way out is offered."""
        return self.asserts == "planted" and not self.abstain


VARIANTS: dict[str, Condition] = {
    "base": Condition("question, options and format instruction only"),
    "stop_think": Condition(
        "the reply starts with a think block that is closed without any reasoning",
        think="think_stop",
        own_reasoning=False,
    ),
    "wrong_think": Condition("the reply starts with reasoning for a wrong option", "planted", think="think"),
    "wrong_think_but": Condition("wrong_think, ending in 'but I think'", "planted", think="think_but"),
    "correct_think": Condition("wrong_think's form with the right option (control)", "correct", think="think"),
    "wrong_caption": Condition("a caption that states a wrong option stands before the question", "planted", "caption"),
    "wrong_caption_disclaimer": Condition(
        "wrong_caption, followed by 'but I could be wrong'", "planted", "caption_disclaimer"
    ),
    "correct_caption": Condition("wrong_caption's form with the right option (control)", "correct", "caption"),
    "irrelevant_caption": Condition(
        "a caption that says nothing about any option (control)", caption="caption_irrelevant"
    ),
    "abstain_base": Condition("base with an extra option to abstain", abstain=True),
    "abstain_wrong_caption": Condition(
        "wrong_caption with an extra option to abstain", "planted", "caption", abstain=True
    ),
    "abstain_wrong_think": Condition(
        "wrong_think with an extra option to abstain", "planted", think="think", abstain=True
    ),
}


ADVERSARIAL = tuple(name for name, chosen in VARIANTS.items() if chosen.adversarial)
"""The variants that joint rates are about."""


def condition(name: str) -> Condition:
    """Look a variant up by name.

    Raises:
        RobustError: no variant has this name.
    """
    if name not in VARIANTS:
        raise unknown("variant", name, VARIANTS)
    return VARIANTS[name]


def base_of(name: str) -> str:
    """The variant that a variant is compared with: one that offers to abstain with its own base.

    >>> base_of("wrong_think"), base_of("abstain_wrong_think"), base_of("abstain_base")
    ('base', 'abstain_base', 'base')
    """
    return "abstain_base" if condition(name).abstain and name != "abstain_base" else "base"


def plant(item: Item, seed: int = 0) -> str:
    """Draw the wrong option to plant: the same for every variant of an item, whatever its id and its options' order.

    Returns:
        One of ``item.plantable``.
    """
    texts = {same_text(item.options[item.letters.index(letter)]): letter for letter in item.plantable}
    return texts[Random(f"{seed}:{item.digest}").choice(sorted(texts))]


def build(
    item: Item, name: str, seed: int = 0, captions: Sequence[str] = (), caption_source: str = "statements"
) -> Variant:
    """Put an item into one of the twelve conditions.

    Args:
        item: the item; it is not changed, but for statements where it has none.
        name: variant name, a key of :data:`VARIANTS`.
        seed: draws another planted option for the whole run.
        captions: one sentence per option for captions, in place of the item's statements.
        caption_source: what wrote them.

    Raises:
        RobustError: unknown variant, or a template that cannot be rendered.
    """
    return inject(item, name, condition(name), seed, captions, caption_source)


def inject(
    item: Item, name: str, chosen: Condition, seed: int = 0, captions: Sequence[str] = (),
    caption_source: str = "statements",
) -> Variant:  # fmt: skip
    """Put an item into any condition, such as one for training that is no variant.

    Templates may name ``question``, ``options`` (each with ``letter``, ``text``, ``statement``), ``asserted`` (such an
    option; only where the condition asserts one) and, in the prompt, ``caption``.

    Raises:
        RobustError: a template cannot be rendered.
    """
    item = item if item.statements else replace(item, **state(item.question, item.options, PATTERNS).fields)
    planted = plant(item, seed)
    options = item.options + ((_words("abstain_option", {}),) if chosen.abstain else ())
    asserted = {"planted": planted, "correct": item.answer}.get(chosen.asserts or "")
    values: dict[str, object] = {"question": inert(item.question), "options": _shown(options, item.statements)}
    said = item.statements if not captions else tuple(captions)
    if isinstance(captions, str) or len(said) != len(item.options):
        raise RobustError(
            f"{item.benchmark} item {item.id!r}: captions {str(captions)[:80]!r}; allowed: one for each option"
        )
    captioned = dict(values)
    if asserted is not None:
        place = item.letters.index(asserted)
        values["asserted"] = _shown(item.options, item.statements)[place]
        captioned["asserted"] = _shown(item.options, said)[place]
    caption = _words(chosen.caption, captioned) if chosen.caption else ""
    if caption and asserted is None:
        compared = said[item.letters.index(planted)]
        caption = irrelevant_caption([line for line in caption.splitlines() if line.strip()], options, len(compared))
    prefill = _words(chosen.think, values) if chosen.think else ""
    prompt = _words("prompt", values | {"caption": caption})
    for part in (caption, inert(item.question), *map(inert, options)):
        if part not in prompt and " ".join(part.split()) not in " ".join(prompt.split()):
            raise RobustError(
                f"template prompt.jinja: leaves out {part[:80]!r}; allowed: caption, question, all options"
            )
    source = caption_source if chosen.caption and asserted is not None else ""
    return Variant(item, name, planted, options, prompt, prefill, seed, source, templates=templates_digest())


def _words(template: str, values: Mapping[str, object]) -> str:
    text = render(template, values)
    if not text:
        raise RobustError(f"template {template}.jinja: renders to nothing; allowed: some words")
    return text


def _shown(options: Sequence[str], statements: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"letter": letter, "text": inert(text), "statement": inert(statement)}
        for letter, text, statement in zip_longest(letters(len(options)), options, statements, fillvalue="")
    ]
