"""Signs of collapse in a batch of responses: chains that get short, end on nothing, or are one template.

Faithfulness can be bought by saying little: a chain of one fixed sentence agrees with its answer. These are the numbers
that show it, to be logged at every step, and a penalty on the responses that they are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log

from lmms_robust.errors import check_number
from lmms_robust.record import Record
from lmms_robust.training.rewards import MOST

LEAST_SHARED = 4
"""Fewer reasonings, or answers, show no sign that lies in how many are alike: one is always all of one template."""
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Signs:
    """A batch of responses in numbers.

    Attributes:
        words: mean words of reasoning that a model wrote itself, where it is to reason; falls in a collapse.
        conclusion_free: share, 0 to 1, of the responses with reasoning of their own that end on no option.
        template_share: share, 0 to 1, of the most frequent template among these reasonings; 1 if all are one. None of
            fewer than :data:`LEAST_SHARED` (4) reasonings.
        answer_entropy: entropy in nats of the letters answered; 0 if all are one letter. None of fewer than 4 answers.
        no_answer: share without a readable answer.
    """

    words: float
    conclusion_free: float
    template_share: float | None
    answer_entropy: float | None
    no_answer: float

    def metrics(self) -> dict[str, float]:
        """The numbers by name, for a log; those that are None are left out."""
        return {f"collapse/{name}": value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Guard:
    """When a batch counts as collapsed, and what the responses that show it lose.

    A response loses once, however many signs it shows. Those whose thought was closed for them (stop_think) show
    nothing and lose nothing. Shares are of what is rewarded at once: in a batch about one question alone, equal answers
    and templates are no sign of anything, so that the thresholds must be as wide as that allows. Of fewer than
    :data:`LEAST_SHARED` (4) reasonings or answers no share counts, so that where a framework has responses rewarded one
    at a time, only :attr:`least_words` costs anything.

    Attributes:
        penalty: what is taken from the reward of each such response; 0 takes nothing.
        template_share: above this share of one template, the responses of that template lose; 1 for never.
        least_words: responses with fewer words of reasoning lose; 0 for none.
        conclusion_free: above this share of reasonings that end on no option, these lose; 1 for never.
        answer_entropy: below this entropy of the answers, in nats, those with the most frequent letter lose; 0 for
            never, the default, since a group's right answers are one letter.

    Raises:
        RobustError: a share that is no number from 0 to 1, words that are none to 10,000, or another that is none to
            :data:`lmms_robust.training.rewards.MOST`.
    """

    penalty: float = 0.0
    template_share: float = 0.5
    least_words: int = 3
    conclusion_free: float = 0.5
    answer_entropy: float = 0.0

    def __post_init__(self) -> None:
        for name in ("template_share", "conclusion_free"):
            check_number(f"guard {name}", getattr(self, name), 1)
        for name in ("penalty", "answer_entropy"):
            check_number(f"guard {name}", getattr(self, name), MOST)
        check_number("guard least_words", self.least_words, 10_000)

    def penalties(self, reasonings: Sequence[str], records: Sequence[Record]) -> list[float]:
        """What each response loses, 0 or :attr:`penalty`.

        Args:
            reasonings: per response the words of reasoning that the model wrote itself.
            records: per response what was made of it.
        """
        templates = _templates(reasonings, records)
        frequent, share = _most_frequent(templates)
        found = signs(reasonings, records)
        letter = _most_frequent([record.answer for record in records])[0]
        shared = found.template_share is not None
        templated = shared and share > self.template_share
        inconclusive = shared and found.conclusion_free > self.conclusion_free
        narrow = found.answer_entropy is not None and found.answer_entropy < self.answer_entropy
        return [
            self.penalty
            if record.applicable
            and (
                (templated and shape == frequent)
                or len(_WORD.findall(text)) < self.least_words
                or (inconclusive and record.conclusion is None)
                or (narrow and record.answer == letter)
            )
            else 0.0
            for text, shape, record in zip(reasonings, templates, records, strict=True)
        ]


def template(reasoning: str, options: Sequence[str]) -> str:
    """What of a reasoning stays the same from one question to the next: options, letters and numbers are blanks.

    >>> template("So the dog is on the left: A.", ["left", "right"])
    'so the dog is on the _ : _ .'
    """
    text = reasoning
    for option in sorted(options, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(option)}(?!\w)", " \0 ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b[A-K]\b|\d+", " \0 ", text)
    return " ".join(part if part != "\0" else "_" for part in re.findall(r"\0|\w+|[^\w\s]", text.casefold()))


def signs(reasonings: Sequence[str], records: Sequence[Record]) -> Signs:
    """Measure a batch.

    Args:
        reasonings: per response the words of reasoning that the model wrote itself.
        records: per response what was made of it.
    """
    own = [record for record in records if record.applicable]
    words = [len(_WORD.findall(text)) for text, record in zip(reasonings, records, strict=True) if record.applicable]
    free = sum(record.conclusion is None for record in own)
    letters = Counter(record.answer for record in records if record.answer is not None)
    answered = sum(letters.values())
    shares = [count / answered for count in letters.values()]
    _, share = _most_frequent(_templates(reasonings, records))
    return Signs(
        words=sum(words) / len(words) if words else 0.0,
        conclusion_free=free / len(own) if own else 0.0,
        template_share=share if len(own) >= LEAST_SHARED else None,
        answer_entropy=sum(-share * log(share) for share in shares) if answered >= LEAST_SHARED else None,
        no_answer=sum(record.answer is None for record in records) / max(1, len(records)),
    )


def _templates(reasonings: Sequence[str], records: Sequence[Record]) -> list[str | None]:
    """Template per response; None where the reasoning is not the model's own."""
    return [
        template(text, record.options) if record.applicable else None
        for text, record in zip(reasonings, records, strict=True)
    ]


def _most_frequent(templates: Sequence[str | None]) -> tuple[str, float]:
    own = [one for one in templates if one is not None]
    if not own:
        return "", 0.0
    (name, count), *_ = Counter(own).most_common(1)
    return name, count / len(own)
