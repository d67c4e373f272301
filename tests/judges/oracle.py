"""Judges whose every reply to the audit is known: right, noisy, biased, and such as can be talked into something."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from lmms_robust.consistency.judge import Asked, Said
from lmms_robust.judges.corpus import attacks, benign, known
from lmms_robust.schema import letters
from tests.backends.servers import Answer, text_of
from tests.judges.scripted import told

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


def over_http(rule: Rule) -> Any:
    """A server that decides by what it is sent, as a model would."""

    def reply(body: dict[str, Any]) -> Answer:
        text = text_of(body["messages"][-1])
        mark = next(line for line in text.splitlines() if line.startswith("#")).split()[0]
        parts = dict(
            part.strip().partition("\n")[::2] for part in text.split(f"\n{mark} ") if part.strip().partition("\n")[2]
        )
        quoted = {
            name: "\n".join(line.removeprefix("> ") for line in some.splitlines()) for name, some in parts.items()
        }
        options = tuple(line.partition(". ")[2] for line in quoted["options"].splitlines())
        return told(body, rule(Asked(quoted["question"], options, "", quoted["reasoning"], "")) or "none")

    return reply


def reads_trees(about: Asked) -> str | None:
    """Right about the audit, and about the responses of :func:`tests.judges.scripted.run_of`."""
    found = re.search(r"by tree ([A-K])\.", about.reasoning)
    return found[1] if found else right(about)
