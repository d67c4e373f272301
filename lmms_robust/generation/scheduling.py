"""Fills the engine's rows: groups come in as there is room, finished sequences leave, nothing waits for the slowest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import ceil, inf

import torch
from loguru import logger
from torch import Tensor

from lmms_robust.errors import RobustError
from lmms_robust.generation.cache import SharedPrefixCache
from lmms_robust.generation.encoding import Group
from lmms_robust.generation.engine import Engine
from lmms_robust.generation.passes import batches, part, within
from lmms_robust.generation.rows import Rows
from lmms_robust.generation.seating import Row, seated
from lmms_robust.generation.settings import Stopped, cut

_ROUND = 64  # capacities are multiples of it
_AHEAD = 32  # groups that wait with their pictures
_END = object()


Finished = Callable[[int, "Written"], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a sequence wrote.

    Attributes:
        tokens: without the one that ended it.
        letters: (tokens, 10), letter logits from which each was chosen, on the CPU.
    """

    tokens: list[int]
    letters: Tensor


class Scheduler:
    """Runs groups of prompts through an engine.

    Args:
        engine: the engine.
        max_num_seqs: most sequences under way at a time; halved when the device's memory runs out.
        ends: ids of tokens that end a sequence.
        stopped: whether the text of new tokens holds a stop text.
    """

    def __init__(self, engine: Engine, max_num_seqs: int, ends: Sequence[int], stopped: Stopped | None) -> None:
        self._engine, self.max_num_seqs = engine, max_num_seqs
        self._ends, self._stopped = frozenset(ends), stopped
        self._steps = 16 if engine.device.type == "cuda" else 4

    def run(
        self, groups: Iterable[Group | None], max_new_tokens: int, finished: Callable[[int, Written], None]
    ) -> None:
        """Answer every prompt.

        Args:
            groups: prompts; taken one after the other as there is room. None says that the next is not there yet.
            max_new_tokens: most tokens that each writes.
            finished: called with the caller's number of a prompt when it is done.

        Raises:
            RobustError: the device's memory is too small for one sequence.
        """
        self._source, self._waiting = chain(groups, repeat(_END)), deque[Group]()
        self._limit, self._finished = max_new_tokens, finished
        self._cache: SharedPrefixCache | None = None
        self._live: list[Row] = []
        with torch.inference_mode():
            while self._more():
                try:
                    self._round()
                except torch.OutOfMemoryError:
                    self._halve()

    def _more(self) -> bool:
        """Look at the next groups that are there; whether anything is left to do.

        Before the first ones it waits for more: their sizes tell how much room there has to be.
        """
        while len(self._waiting) < _AHEAD:
            group = next(self._source)
            if isinstance(group, Group):
                self._waiting.append(group)
            elif group is _END or (self._cache and (self._waiting or self._live)):
                break
        return bool(self._waiting or self._live)

    def _round(self) -> None:
        if self._cache is None or not self._live:
            self._make_room()
        if len(self._live) <= 0.75 * self._rows.sequences:  # a pass over few new tokens costs nearly that of many
            while self._admit() and self._more():
                pass
        if self._limit > 1:
            for _ in range(min(self._steps, self._limit - 1)):
                self._engine.step(self._bucket(len(self._live)))
        self._release()

    def _make_room(self) -> None:
        """New buffers if the next group does not fit into those at hand; only between sequences."""
        if self._cache and self._fits(self._waiting[0]):
            return
        needed = [self._needed(group) for group in self._waiting]
        prefix, own = (ceil(max(sizes) / _ROUND) * _ROUND for sizes in zip(*needed, strict=True))
        most = max(len(group.numbers) for group in self._waiting)
        shared_by = sum(len(group.numbers) for group in self._waiting) / len(self._waiting)
        sequences = self._sequences(own + prefix / shared_by)
        prefixes = max(1, ceil(sequences / shared_by))
        self._free()
        self._cache = SharedPrefixCache(prefixes, prefix, sequences, own)
        vocabulary = self._engine.vocabulary if self._engine.penalty != 1.0 else 0
        tokens = self._limit + self._steps
        self._rows = Rows(sequences, prefixes, min(most, sequences), tokens, vocabulary, self._engine.device)
        self._engine.reset(self._rows, self._cache)
        self._slots = set(range(prefixes))

    def _needed(self, group: Group) -> tuple[int, int]:
        """Tokens of a group's prefix, and most own tokens of one of its sequences."""
        return len(group.prefix), max(len(suffix) for suffix in group.suffixes) + self._limit + self._steps

    def _fits(self, group: Group) -> bool:
        assert self._cache is not None
        prefix, own = self._needed(group)
        return prefix <= self._cache.prefix_capacity and own <= self._cache.capacity

    def _grown(self, group: Group) -> bool:
        """Enlarge the buffers for a group while sequences are under way, if there is memory for that."""
        cache = self._cache
        assert cache is not None
        prefix, own = (
            max(there, ceil(max(needed, 1.25 * there) / _ROUND) * _ROUND if needed > there else 0)
            for needed, there in zip(self._needed(group), (cache.prefix_capacity, cache.capacity), strict=True)
        )
        tokens = cache.prefixes * (prefix - cache.prefix_capacity) + cache.sequences * (own - cache.capacity)
        if tokens * self._engine.token_bytes > 0.5 * self._free_memory():
            return False
        cache.grow(prefix, own)
        self._engine.reset(self._rows, cache)
        return True

    def _sequences(self, tokens: float) -> int:
        """How many sequences of that many tokens the device's memory holds."""
        self._free()
        room = 0.8 * self._free_memory() / (tokens * self._engine.token_bytes)  # the rest is for activations
        return int(max(1, min(self.max_num_seqs, room)))

    def _free_memory(self) -> float:
        """Bytes; on the CPU without end, since there ``max_num_seqs`` is small and memory is not known."""
        if self._engine.device.type != "cuda":
            return inf
        torch.cuda.empty_cache()
        free: int = torch.cuda.mem_get_info(self._engine.device)[0]
        return free

    def _free(self) -> None:
        self._cache = None
        self._engine.forget()

    def _admit(self) -> bool:
        """Take in waiting groups while there is room for them; whether there were any."""
        taken: list[Group] = []
        room = self._rows.sequences - len(self._live)
        while self._waiting and len(taken) < len(self._slots):
            group = self._waiting[0]
            if not self._fits(group) and (taken or not self._grown(group)):
                break  # those taken are started first, and this one is looked at again
            if len(group.numbers) > min(room, self._rows.most):
                if len(group.numbers) <= min(self._rows.sequences, self._rows.most):
                    break
                group = self._split(group, min(self._rows.sequences, self._rows.most))
                continue
            taken.append(self._waiting.popleft())
            room -= len(group.numbers)
        if taken:
            self._start(sorted(taken, key=lambda group: len(group.prefix)))
        return bool(taken)

    def _split(self, group: Group, most: int) -> Group:
        """Cut the first waiting group so that its first part has no more than ``most`` prompts."""
        first, rest = part(group, range(most)), part(group, range(most, len(group.numbers)))
        self._waiting.popleft()
        self._waiting.extendleft((rest, first))
        return first

    def _start(self, groups: Sequence[Group]) -> None:
        slots = sorted(self._slots)[: len(groups)]
        self._slots -= set(slots)
        first, seating = len(self._live), seated(groups, slots)
        rows, computed, leaders = seating.rows, seating.computed, len(seating.lengths)
        self._live += rows  # before anything that may run out of memory: nothing else holds these any more
        ahead = self._prefill(groups, slots)
        self._rows.start(first, [row.slot for row in rows], torch.stack([ahead[row.slot] for row in rows]))
        if self._engine.penalty != 1.0:
            self._rows.mark(first, [row.group.prefix + row.suffix for row in rows])
        if leaders:
            heads = [row.suffix[:length] for row, length in zip(rows, seating.lengths, strict=False)]
            self._extend(heads, rows[:leaders], first, write=False)
            targets = range(first + leaders, first + leaders + len(seating.leaders))
            self._engine.branch([first + leader for leader in seating.leaders], targets, max(seating.lengths))
        rest = [row.suffix[length:] for row, length in zip(rows, computed, strict=True)]
        self._extend(rest, rows, first, write=True)

    def _prefill(self, groups: Sequence[Group], slots: Sequence[int]) -> dict[int, Tensor]:
        """Compute prefixes; by slot, what a position is ahead of its place."""
        ahead: dict[int, Tensor] = {}
        left = list(slots)
        for batch in batches(groups):
            chosen, left = left[: len(batch)], left[len(batch) :]
            lengths = torch.tensor([len(group.prefix) for group in batch], device=self._engine.device)
            self._rows.prefix_length[torch.tensor(chosen, device=self._engine.device)] = lengths
            ahead |= dict(zip(chosen, self._engine.prefill(batch, chosen), strict=True))
        return ahead

    def _extend(self, tokens: Sequence[Sequence[int]], rows: Sequence[Row], first: int, write: bool) -> None:
        start = 0
        while start < len(rows):
            stop = within(tokens, start)
            slots = [row.slot for row in rows[start:stop]]
            self._engine.extend(tokens[start:stop], slots, first + start, write)
            start = stop

    def _release(self) -> None:
        """Hand over the sequences that are done and close up the rows."""
        counts = self._rows.count[: len(self._live)].tolist()
        written = self._rows.written[: len(self._live), : max(counts, default=0)].tolist()
        done = {}
        for number, (row, tokens, count) in enumerate(zip(self._live, written, counts, strict=True)):
            length = self._length(row, tokens[: min(count, self._limit)])
            if length is not None:
                done[number] = tokens[:length]
        for number, tokens in done.items():
            row = self._live[number]
            letters = self._rows.letters[number, : len(tokens) + 1].to("cpu", copy=True)  # the row is used again
            self._finished(row.number, Written(tokens, letters))
        self._close_up(set(done))

    def _length(self, row: Row, tokens: list[int]) -> int | None:
        """Length of what a finished row wrote; None if it goes on."""
        new = range(row.checked, len(tokens))
        end = next((place for place in new if tokens[place] in self._ends), None)
        kept = tokens[:end]
        stop = cut(kept, self._stopped, row.checked) if self._stopped else None
        if stop is not None:
            return stop
        if end is not None or len(tokens) >= self._limit:
            return len(kept)
        row.checked = len(tokens)
        return None

    def _close_up(self, done: set[int]) -> None:
        if not done:
            return
        assert self._cache is not None
        used = len(self._live) - len(done)
        targets = sorted(number for number in done if number < used)
        sources = [number for number in range(used, len(self._live)) if number not in done]
        slots = {row.slot for row in self._live}
        for source, target in zip(sources, targets, strict=True):
            self._live[target] = self._live[source]
        del self._live[used:]  # before anything that may run out of memory: these are answered
        self._slots |= slots - {row.slot for row in self._live}
        if targets:
            self._cache.move(sources, targets)
        self._rows.move(sources, targets, used)

    def _bucket(self, count: int) -> int:
        """Rows of a step: on CUDA few different numbers, since each needs a graph of its own."""
        if self._engine.device.type != "cuda":
            return count
        rounded = 1 << (count - 1).bit_length() if count <= 32 else ceil(count / 32) * 32
        return min(rounded, self._rows.sequences)

    def _halve(self) -> None:
        """Put what was under way back in front, and go on with half as many sequences."""
        before = self._rows.sequences if self._cache else self.max_num_seqs
        left: dict[int, tuple[Group, list[int]]] = {}
        for row in self._live:
            left.setdefault(id(row.group), (row.group, []))[1].append(row.place)
        self._live = []
        self._waiting.extendleft([part(group, places) for group, places in reversed(left.values())])
        self._free()
        torch.cuda.empty_cache()
        if before == 1:
            raise RobustError("out of GPU memory with one sequence; allowed: a smaller model, dtype or max_new_tokens")
        self.max_num_seqs = before // 2
        logger.warning(
            f"out of GPU memory with {before} sequences under way; nothing is lost, going on with {self.max_num_seqs}. "
            f"Set max_num_seqs={self.max_num_seqs} in --model_args to start there"
        )
