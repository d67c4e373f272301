"""A judge that decides consistency while a run goes on: ``LMMS_ROBUST_JUDGE=NAME=MODEL lmms-eval …``.

It is asked through lmms-eval's own judges, with their settings: ``API_TYPE`` (``openai`` by default), and for that
``OPENAI_API_URL`` and ``OPENAI_API_KEY``. ``LMMS_ROBUST_JUDGE=rules,NAME=MODEL`` asks only where the rules are
undecided. Request and reading are those of ``lmms-robust judge``; responses are judged one by one, after the last one
is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from threading import Thread
from typing import Any

from loguru import logger

from lmms_robust.consistency.judge import asked, read_reply, request
from lmms_robust.consistency.verdicts import JUDGE_FAILED, NO_CONCLUSION, RULES, checked_name, decided
from lmms_robust.errors import RobustError
from lmms_robust.harness.settings import JUDGE_VARIABLE
from lmms_robust.record import Record

FEWEST_FAILURES = 3
"""A judge that fails at so many responses in a row, each tried several times, is not asked any more."""
HELLO = "Reply with A."
TRIES, PAUSE = 3, 5.0
"""How often lmms-eval asks about one response, and seconds between."""
PATIENCE = 60.0
"""Seconds that a try may take, as lmms-eval's judges have it; its client waits for ten minutes, or for ever where bytes
trickle."""


@dataclass(slots=True)
class _Judge:
    """The judge of a run.

    Attributes:
        name: what its verdicts are called by.
        rules_first: ask only where the rules are undecided.
        ask: gives the reply to a text, after so many tries at most.
        replies: what was replied to which text.
        in_a_row: failures without a reply between them.
        reached: it replied before the run.
    """

    name: str
    rules_first: bool
    ask: Callable[[str, int], str]
    replies: dict[str, str] = field(default_factory=dict)
    in_a_row: int = 0
    reached: bool = False

    def reach(self) -> None:
        """Ask it something once, unless that was done.

        Raises:
            RobustError: it does not reply.
        """
        if not self.reached:
            try:
                self.ask(HELLO, 1)
            except Exception as error:  # whatever a provider of lmms-eval raises; its words may hold the key
                raise RobustError(
                    f"{JUDGE_VARIABLE}: judge {self.name} does not reply ({type(error).__name__}); allowed: one that "
                    "lmms-eval reaches (OPENAI_API_URL)"
                ) from None
            self.reached = True

    def reply(self, text: str) -> str | None:
        """The reply to a request; None where the judge fails."""
        if text not in self.replies:
            if self.in_a_row >= FEWEST_FAILURES:
                return None
            try:
                self.replies[text] = self.ask(text, TRIES)
            except Exception as error:  # whatever a provider raises: the run's responses are not lost for it
                self.in_a_row += 1
                logger.warning(f"judge {self.name} fails: {type(error).__name__}")  # its words may hold the key
                if self.in_a_row == FEWEST_FAILURES:
                    logger.warning(f"judge {self.name} failed {FEWEST_FAILURES} times in a row: not asked any more")
                return None
            self.in_a_row = 0
        return self.replies[text]


def check() -> None:
    """Find out whether the judge that the user names can be asked and replies, before any model is loaded.

    Raises:
        RobustError: it is none, lmms-eval has no such kind, or no key for it, or it does not reply.
    """
    judge = _judge(os.environ.get(JUDGE_VARIABLE, ""))
    if judge is not None:
        judge.reach()


def judged(record: Record, turn: str, prefill: str) -> Record:
    """A record as the run's judge has it; as it is where there is no judge, or nothing to ask.

    Args:
        record: as the rules have it.
        turn: the whole turn.
        prefill: what it was started with.
    """
    judge = _judge(os.environ.get(JUDGE_VARIABLE, ""))
    if judge is None or (judge.rules_first and record.consistent is not None):
        return record
    about = asked(record, turn, prefill)
    if about is None:
        return record
    sent = request(about)
    reply = judge.reply(sent.text)
    said = read_reply(reply, sent) if reply is not None else None
    why = JUDGE_FAILED if said is None or said.failed else NO_CONCLUSION
    return replace(record, **decided(asdict(record), said.conclusion if said else None, why, judge.name))


@lru_cache(maxsize=1)
def _judge(given: str) -> _Judge | None:
    if not given:
        return None
    rules_first = given.startswith(f"{RULES},")
    name, _, model = given.removeprefix(f"{RULES},").partition("=")
    if not model:
        raise RobustError(f"{JUDGE_VARIABLE}: {given!r}; allowed: NAME=MODEL, or {RULES},NAME=MODEL")
    return _Judge(checked_name(name), rules_first, _connected(model))


def _connected(model: str) -> Callable[[str, int], str]:
    """A function that asks a model through lmms-eval."""
    from lmms_eval.llm_judge import ProviderFactory, Request, ServerConfig, get_server

    kind = os.environ.get("API_TYPE", "openai").lower()
    config = ServerConfig(model_name=model, temperature=0.0)
    try:
        server: Any = get_server(kind, config)
    except Exception as error:  # whatever a provider of lmms-eval raises where it lacks a package, a key or an address
        known = ", ".join(sorted(ProviderFactory._provider_classes))
        reason = " ".join(str(error).split())[:200]
        raise RobustError(f"{JUDGE_VARIABLE}: API_TYPE {kind!r}: {reason}; allowed: {known}") from error
    if not server.is_available():
        raise RobustError(f"{JUDGE_VARIABLE}: API_TYPE {kind!r}: no key; allowed: one, as lmms-eval's judges have it")

    def ask(text: str, tries: int) -> str:
        patient = replace(config, num_retries=tries, retry_delay=PAUSE)
        sent = Request(messages=[{"role": "user", "content": text}], config=patient)
        reply = _within(tries * PATIENCE, lambda: server.evaluate(sent))
        if not reply.success or not isinstance(reply.content, str):
            raise RobustError("no reply")
        return str(reply.content)

    return ask


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """What a call returns; one that takes longer is left behind, in a thread that no process waits for.

    Raises:
        TimeoutError: it takes longer.
    """
    found: Future[Any] = Future()

    def work() -> None:
        try:
            found.set_result(call())
        except BaseException as error:  # handed on, whatever it is
            found.set_exception(error)

    Thread(target=work, daemon=True).start()
    return found.result(seconds)
