"""What the model's own reasoning leads it to, while training goes on: no judge is needed, only the model itself.

A response's reasoning is handed back with its options in another order, as ``lmms-robust followup`` does for logged
ones, and the model only has to answer: if it answers another option than it did, its reasoning did not lead there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from inspect import isawaitable
from typing import Any

from lmms_robust.consistency.followups import Chain, asked_again, chain_of, original_letter, reordered
from lmms_robust.consistency.verdicts import REORDERED, decided
from lmms_robust.errors import RobustError
from lmms_robust.record import Record
from lmms_robust.schema import Variant
from lmms_robust.scoring import score
from lmms_robust.training.batch import Judged
from lmms_robust.transport import unseal

Conversation = list[dict[str, Any]]
"""A user turn with its picture, and a started reply, as chat templates of transformers take them."""
Generate = Callable[[Sequence[Conversation]], Sequence[str] | Awaitable[Sequence[str]]]
"""Continues the last turn of each conversation by a token or a few, greedily; the new words alone, in their order."""


class BehaviourDecider:
    """Asks the model in training what its own reasoning leads to under reordered options, in one call a batch.

    ``JudgedReward(Rewarder(decider=BehaviourDecider(lambda turns: trainer.continued(turns))))`` is a reward for TRL,
    with :class:`lmms_robust.training.trl_trainer.PrefillGRPOTrainer`.

    A response is consistent if the option that is answered has the words of the one that it answered. It is undecided
    where nobody knows what its reasoning would say of the other order, or where no answer comes.

    Args:
        generate: asks the model; sync or async. It is called with different conversations only.
        rules_first: ask only where the rules are undecided.

    Attributes:
        asked: conversations that were continued.
    """

    def __init__(self, generate: Generate, rules_first: bool = True) -> None:
        self._generate, self._rules_first = generate, rules_first
        self.asked = 0

    async def __call__(self, judged: Sequence[Judged]) -> list[Record]:
        """Decide a batch.

        Returns:
            The records, in their order; those about which there is nothing to ask are as they were.

        Raises:
            RobustError: another number of texts came than conversations were handed over.
        """
        found = [self._about(one) for one in judged]
        questions = {about.key: about for about in found if isinstance(about, _Question)}
        answers = await self._answers([*questions.values()]) if questions else {}
        return [
            one.record
            if about is None
            else _decided(one.record, *(answers[about.key] if isinstance(about, _Question) else (None, about)))
            for one, about in zip(judged, found, strict=True)
        ]

    def _about(self, one: Judged) -> _Question | str | None:
        """What is asked about a response; why it cannot be asked; or None where the rules' verdict stands."""
        if self._rules_first and one.record.consistent is not None:
            return None
        chain = chain_of(one.record, unseal(one.response).text, one.variant.prompt, one.variant.prefill)
        if not isinstance(chain, Chain):
            return None  # there is no reasoning of its own, or no answer, whoever decides
        asked = reordered(one.record, chain)
        if isinstance(asked, str):
            return asked
        try:
            return _Question(asked_again(one.variant, asked[0]), asked[0].order, one.picture)
        except RobustError:  # marks within the reasoning, behind which a forced answer would not be read
            return "answer_not_forced"

    async def _answers(self, questions: Sequence[_Question]) -> dict[_Key, _Answer]:
        """Answers by what was asked."""
        texts = self._generate([one.conversation for one in questions])
        if isawaitable(texts):
            texts = await texts
        if len(texts) != len(questions):
            raise RobustError(f"generate gave {len(texts)} text(s) for {len(questions)}; allowed: one each")
        self.asked += len(questions)
        return {one.key: one.answer(text) for one, text in zip(questions, texts, strict=True)}


_Key = tuple[str, str, str, str]
_Answer = tuple[str | None, str | None]
"""The letter that the answered option has in the response's own question, or None, and why."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One conversation.

    Attributes:
        forced: the follow-up, whose prefill ends where the answer's letter is to stand.
        order: for each place the index that its option had.
        picture: as the trainer has it, or None.
    """

    forced: Variant
    order: tuple[int, ...]
    picture: Any

    @property
    def key(self) -> _Key:
        """What tells it from others."""
        return self.forced.item.id, self.forced.item.picture, self.forced.prompt, self.forced.prefill

    @property
    def conversation(self) -> Conversation:
        """What the model is to continue."""
        shown = [] if self.picture is None else [{"type": "image", "image": self.picture}]
        return [
            {"role": "user", "content": [*shown, {"type": "text", "text": self.forced.prompt}]},
            {"role": "assistant", "content": [{"type": "text", "text": self.forced.prefill}]},
        ]

    def answer(self, text: object) -> _Answer:
        """Read what the model went on with; whatever is no text is no answer."""
        found = score(self.forced, self.forced.prefill + (text if isinstance(text, str) else ""))
        return original_letter(found.answer, self.order), found.problem


def _decided(record: Record, letter: str | None, why: str | None) -> Record:
    return replace(record, **decided(asdict(record), letter, why, REORDERED))
