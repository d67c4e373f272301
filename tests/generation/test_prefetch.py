from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Event, current_thread
from typing import Any

import pytest

from lmms_robust.generation.prefetch import prefetched


def there(results: Iterable[Any]) -> list[Any]:
    """The results without the places where there was none yet."""
    return [result for result in results if result is not None]


def nothing() -> None:
    pass


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order(workers: int) -> None:
    assert there(prefetched(lambda n: n * n, range(1, 20), workers, 4, nothing)) == [n * n for n in range(1, 20)]


def test_an_exception_stands_where_its_result_would_have_been() -> None:
    found: list[Any] = []
    with pytest.raises(ZeroDivisionError):
        found.extend(prefetched(lambda n: 6 / n, [1, 2, 0, 3], 2, 4, nothing))
    assert there(found) == [6, 3]


def test_tasks_are_taken_as_there_is_room() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for number in range(1, 100):
            taken.append(number)
            yield number

    results = prefetched(lambda n: n, tasks(), 1, 5, nothing)
    assert taken == []
    first = next(result for result in results if result is not None)
    assert first == 1
    assert taken == [1, 2, 3, 4, 5]
    results.close()
    assert taken == [1, 2, 3, 4, 5]


def test_without_a_result_there_is_none_yet() -> None:
    go = Event()
    results = prefetched(lambda n: go.wait() and n, [1, 2], 1, 2, nothing)
    assert next(results) is None
    go.set()
    assert there(results) == [1, 2]


def test_each_thread_is_prepared_once() -> None:
    prepared = []

    def work(_: int) -> bool:
        return current_thread() in prepared

    assert all(there(prefetched(work, range(9), 3, 9, lambda: prepared.append(current_thread()))))
    assert len(prepared) == len(set(prepared)) <= 3
