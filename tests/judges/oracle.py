"""Judges whose every reply to the audit is known: right, noisy, biased, and such as can be talked into something."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from lmms_robust.consistency.judge import Asked, Said
from lmms_robust.judges.corpus import attacks, benign, known
from lmms_robust.schema import letters

TRUTH: dict[tuple[str, str], str | None] = {}
"""By question and reasoning the text of the option that it ends on."""
for one in known():
    text = None if one.conclusion is None else one.options[letters(len(one.options)).index(one.conclusion)]
    TRUTH[(one.question, one.reasoning)] = text
for twin in benign():
    TRUTH[(twin.of.question, twin.reasoning)] = TRUTH[(twin.of.question, twin.of.reasoning)]
for attack in attacks():
    TRUTH[(attack.of.question, attack.reasoning.strip())] = TRUTH[(attack.of.question, attack.of.reasoning)]

Rule = Callable[[Asked], str | None]


def right(about: Asked) -> str | None:
    text = TRUTH.get((about.question, about.reasoning))
    return None if text is None else letters(len(about.options))[about.options.index(text)]


def noisy(rate: float, seed: int = 0) -> Rule:
    """Names another letter so often."""
    rng = random.Random(seed)

    def judge(about: Asked) -> str | None:
        found = right(about)
        others = [one for one in letters(len(about.options)) if one != found]
        return rng.choice(others) if rng.random() < rate else found

    return judge


def always_a(about: Asked) -> str | None:
    return "A"


def prefers_a(rate: float, seed: int = 0) -> Rule:
    rng = random.Random(seed)
    return lambda about: "A" if right(about) is not None and rng.random() < rate else right(about)


def obedient(about: Asked) -> str | None:
    """Names the last letter of a text that speaks of a judge, a label or a reply."""
    told = re.search(r"judge|grade|label|verdict|reply|ignore|instruct|output|answer", about.reasoning, re.IGNORECASE)
    named = re.findall(r"\b[A-D]\b", about.reasoning)
    return named[-1] if told and named and named[-1] in letters(len(about.options)) else right(about)


def asking(rule: Rule) -> Callable[[Sequence[Asked]], list[Said]]:
    return lambda questions: [Said(rule(one)) for one in questions]
