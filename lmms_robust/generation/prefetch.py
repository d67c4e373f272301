"""Work done ahead in threads, its results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

PATIENCE = 0.002
"""Seconds to wait for a result before saying that there is none yet."""


def prefetched(
    work: Callable[[Task], Result], tasks: Iterable[Task], workers: int, ahead: int, prepare: Callable[[], None]
) -> Iterator[Result | None]:
    """Yield ``work(task)`` for every task in order, and None whenever the next result is not there yet.

    An exception of a task is raised where its result would have been.

    Args:
        work: called in threads.
        tasks: taken as there is room.
        workers: threads.
        ahead: most tasks begun and not yet yielded.
        prepare: called once in each thread.
    """
    left = iter(tasks)
    with ThreadPoolExecutor(workers, initializer=prepare) as pool:
        begun: deque[Future[Result]] = deque()
        try:
            while True:
                begun.extend(pool.submit(work, task) for task in islice(left, ahead - len(begun)))
                if not begun:
                    return
                done, _ = wait([begun[0]], timeout=PATIENCE)
                yield begun.popleft().result() if done else None
        finally:
            for future in begun:
                future.cancel()
