"""Gives each process whole groups of requests, since the harness deals an item's variants out to all of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accelerate import Accelerator
from accelerate.utils import gather_object
from lmms_eval.api.instance import GenerationResult, Instance, TokenCounts
from lmms_eval.caching.response_cache import ResponseCache

Answers = Callable[[Sequence[Instance]], list[GenerationResult]]
GroupKey = Callable[[Instance], tuple[object, ...]]


def is_whole() -> bool:
    """Whether every process is asked at the same time, so that they can exchange their requests.

    The harness's response cache leaves out a process whose responses it all has, which then waits for the others
    elsewhere; whether there is a cache is nowhere said, so the caller is looked at.
    """
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == ResponseCache.__module__:
            return False
        frame = frame.f_back
    return True


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A request as another process can rebuild it, which has the same tasks and docs."""

    rank: int
    number: int
    group: tuple[object, ...]
    settings: dict[str, Any]
    doc_id: int
    task: str
    split: str


def exchange(
    requests: Sequence[Instance], accelerator: Accelerator, group_key: GroupKey, answers: Answers
) -> list[GenerationResult]:
    """Answer all processes' requests together, whole groups by one process each.

    Args:
        requests: of this process.
        accelerator: of this process.
        group_key: equal for requests that share work.
        answers: answers requests on this process.

    Returns:
        The results of this process's requests, in order.
    """
    rank, processes = accelerator.process_index, accelerator.num_processes
    mine = [_ticket(rank, number, request, group_key(request)) for number, request in enumerate(requests)]
    tickets: list[_Ticket] = gather_object(mine)
    known: list[set[str]] = gather_object([{ticket.task for ticket in mine}])
    chosen = [
        ticket for ticket, owner in zip(tickets, _owners(tickets, known, processes), strict=True) if owner == rank
    ]
    by_task = {ticket.task: request for ticket, request in zip(mine, requests, strict=True)}
    results = answers([_rebuilt(ticket, by_task[ticket.task]) for ticket in chosen])
    done = {(ticket.rank, ticket.number): _plain(result) for ticket, result in zip(chosen, results, strict=True)}
    everything: Mapping[tuple[int, int], tuple[str, int | None]] = {
        key: value for part in gather_object([done]) for key, value in part.items()
    }
    return [_result(everything[rank, number]) for number in range(len(requests))]


def _owners(tickets: Sequence[_Ticket], known: Sequence[set[str]], processes: int) -> list[int]:
    """The process of each request: that of its group, the least busy one that knows the group's tasks."""
    members: dict[tuple[object, ...], list[int]] = {}
    for place, ticket in enumerate(tickets):
        members.setdefault(ticket.group, []).append(place)
    load, owners = [0] * processes, [ticket.rank for ticket in tickets]
    for places in members.values():
        tasks = {tickets[place].task for place in places}
        able = [rank for rank in range(processes) if tasks <= known[rank]]
        if able:
            owner = min(able, key=lambda rank: load[rank])
            for place in places:
                owners[place] = owner
        for place in places:
            load[owners[place]] += 1
    return owners


def _ticket(rank: int, number: int, request: Instance, group: tuple[object, ...]) -> _Ticket:
    _, _, settings, doc_id, task, split = request.args
    return _Ticket(rank, number, group, dict(settings), doc_id, task, split)


def _rebuilt(ticket: _Ticket, like: Instance) -> Instance:
    """The request of a ticket, from one of the same task."""
    arguments = (like.args[0], like.args[1], ticket.settings, ticket.doc_id, ticket.task, ticket.split)
    return Instance(like.request_type, arguments, 0, like.metadata)


def _plain(result: GenerationResult) -> tuple[str, int | None]:
    return result.text, result.token_counts.output_tokens if result.token_counts else None


def _result(value: tuple[str, int | None]) -> GenerationResult:
    text, tokens = value
    return GenerationResult(text=text, token_counts=None if tokens is None else TokenCounts(output_tokens=tokens))
