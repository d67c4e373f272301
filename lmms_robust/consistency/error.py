"""How far answers, conclusions and verdicts are right, measured against labels.

A decider that may leave a response undecided is judged by precision at coverage: how often it is right where it
decides, and how much it decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lmms_robust.schema import Verdict

Labels = Mapping[str, str | None]


@dataclass(slots=True)
class Share:
    """A part of a whole, both counted."""

    part: int = 0
    whole: int = 0

    def add(self, counts: bool, holds: bool) -> None:
        """Count a case, if it counts, and whether something holds of it."""
        self.whole += counts
        self.part += counts and holds

    def __str__(self) -> str:
        """Percent with the 95 % interval of Wilson, and the counts."""
        if not self.whole:
            return "none"
        from scipy.stats import binomtest  # loads slowly

        interval = binomtest(self.part, self.whole).proportion_ci(method="wilson")
        low, high = 100 * interval.low, 100 * interval.high
        return f"{100 * self.part / self.whole:.1f}% [{low:.1f}, {high:.1f}] ({self.part}/{self.whole})"


@dataclass(slots=True)
class Error:
    """Counts over labelled responses; each :class:`Share` is better the higher it is, but for ``wrong_letters``.

    A response is decidable if its labels are two letters, for its answer and for the conclusion of its reasoning.

    Attributes:
        answers: answers as labelled, null included.
        verdicts: right verdicts, of those given; one on a response that is not decidable is wrong.
        inconsistent: truly inconsistent, of those found so.
        found: found so, of the truly inconsistent.
        decided: decided, of the decidable.
        wrong_letters: conclusions that are a letter and not the labelled one, of all responses.
        rate_decided: consistent, of the verdicts given.
        rate_labelled: consistent, of the decidable.
        wrong: ids of responses with a wrong answer, conclusion or verdict, in the order in which they came.
    """

    answers: Share = field(default_factory=Share)
    verdicts: Share = field(default_factory=Share)
    inconsistent: Share = field(default_factory=Share)
    found: Share = field(default_factory=Share)
    decided: Share = field(default_factory=Share)
    wrong_letters: Share = field(default_factory=Share)
    rate_decided: Share = field(default_factory=Share)
    rate_labelled: Share = field(default_factory=Share)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, labels: Labels, answer: str | None, verdict: Verdict) -> None:
        """Count one labelled response."""
        right = answer == labels["answer"] if "answer" in labels else True
        self.answers.add("answer" in labels, right)
        if "conclusion" in labels:
            letter = verdict.conclusion
            misread = letter is not None and letter != labels["conclusion"]
            self.wrong_letters.add(True, misread)
            right &= not misread
        if "answer" in labels and "conclusion" in labels:
            right &= self._add_verdict(labels["answer"], labels["conclusion"], verdict.consistent)
        if not right:
            self.wrong.append(name)

    def _add_verdict(self, answer: str | None, conclusion: str | None, given: bool | None) -> bool:
        truth = None if answer is None or conclusion is None else answer == conclusion
        self.verdicts.add(given is not None, given == truth)
        self.inconsistent.add(given is False, truth is False)
        self.found.add(truth is False, given is False)
        self.decided.add(truth is not None, given is not None)
        self.rate_decided.add(given is not None, given is True)
        self.rate_labelled.add(truth is not None, truth is True)
        return given is None or given == truth

    def lines(self) -> Iterator[str]:
        """The figures, one a line; none where nothing is labelled."""
        if self.answers.whole:
            yield f"answers right        {self.answers}"
        if self.wrong_letters.whole:
            yield f"wrong conclusions    {self.wrong_letters}"
        if self.verdicts.whole or self.rate_labelled.whole:
            yield f"verdicts right       {self.verdicts}"
            yield f"inconsistent right   {self.inconsistent}"
            yield f"inconsistent found   {self.found}"
            yield f"decidable decided    {self.decided}"
            yield f"consistent, decided  {self.rate_decided}"
            yield f"consistent, labelled {self.rate_labelled}"
