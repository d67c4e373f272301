"""Fills the engine's rows: groups come in as there is room, finished sequences leave, nothing waits for the slowest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import ceil

import torch
from loguru import logger
from torch import Tensor

from lmms_robust.errors import RobustError
from lmms_robust.generation.encoding import Group
from lmms_robust.generation.engine import Engine
from lmms_robust.generation.passes import batches, part, within
from lmms_robust.generation.room import Room
from lmms_robust.generation.seating import Row, seated
from lmms_robust.generation.settings import Stopped, cut
from lmms_robust.schema import MAX_LETTERS

_AHEAD = 32  # groups that wait with their pictures
_END = object()


Finished = Callable[[int, "Written"], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a sequence wrote.

    Attributes:
        tokens: without the one that ended it.
        letters: (tokens, 11), the letters' log-probabilities where each was chosen, on the CPU.
        cut: it stopped at the limit of tokens.
    """

    tokens: list[int]
    letters: Tensor
    cut: bool


def unwritten() -> Written:
    """What a prompt gets that leaves no token of the context."""
    return Written([], torch.empty(0, MAX_LETTERS), True)


class Scheduler:
    """Runs groups of prompts through an engine.

    Args:
        engine: the engine.
        max_num_seqs: most sequences under way at a time; halved when the device's memory runs out.
        ends: ids of tokens that end a sequence.
        stopped: whether the text of new tokens holds a stop text.
        context: most tokens that a prompt and what is written may have together; None for no limit.
    """

    def __init__(
        self,
        engine: Engine,
        max_num_seqs: int,
        ends: Sequence[int],
        stopped: Stopped | None,
        context: int | None = None,
    ) -> None:
        self._engine, self.max_num_seqs, self._context = engine, max_num_seqs, context
        self._ends, self._stopped = frozenset(ends), stopped
        self._steps = 16 if engine.device.type == "cuda" else 4

    def run(
        self, groups: Iterable[Group | None], max_new_tokens: int, finished: Callable[[int, Written], None]
    ) -> None:
        """Answer every prompt.

        Args:
            groups: prompts; taken one after the other as there is room. None says that the next is not there yet.
            max_new_tokens: most tokens that each writes; fewer where the context leaves fewer.
            finished: called with the caller's number of a prompt when it is done.

        Raises:
            RobustError: the device's memory is too small for one sequence.
        """
        self._source, self._waiting = chain(groups, repeat(_END)), deque[Group]()
        self._limit, self._finished = max_new_tokens, finished
        self._room = Room(self._engine, max_new_tokens, self._steps)
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
                self._take_in(group)
            elif group is _END or (self._room.is_made and (self._waiting or self._live)):
                break
        return bool(self._waiting or self._live)

    def _take_in(self, group: Group) -> None:
        """Let those prompts of a group wait that leave room for an answer."""
        places = range(len(group.numbers))
        able = [place for place in places if self._most(group, place) > 0]
        for place in places:
            if place not in able:
                self._finished(group.numbers[place], unwritten())
        if able:
            self._waiting.append(group if len(able) == len(places) else part(group, able))

    def _most(self, group: Group, place: int) -> int:
        """Most tokens that a prompt's answer may have."""
        if self._context is None:
            return self._limit
        return min(self._limit, self._context - len(group.prefix) - len(group.suffixes[place]))

    def _round(self) -> None:
        if not self._room.is_made or not self._live:
            self._make_room()
        if len(self._live) <= 0.75 * self._room.rows.sequences:  # a pass over few new tokens costs nearly that of many
            while self._admit() and self._more():
                pass
        if self._limit > 1:
            self._lengthen()
            for _ in range(min(self._steps, self._limit - 1)):
                self._engine.step(self._bucket(len(self._live)))
        self._release()

    def _make_room(self) -> None:
        """New buffers if the next group does not fit into those at hand; only between sequences."""
        if not (self._room.is_made and self._room.fits(self._waiting[0])):
            self._slots = set(range(self._room.make(self._waiting, self.max_num_seqs)))

    def _lengthen(self) -> None:
        """Make room for the longest sequences; those that have written least make way where memory is short."""
        own = max((len(row.suffix) + len(row.tokens) for row in self._live), default=0)
        if not self._room.is_short(own):
            return
        capacity, sequences = self._room.longer(own, self._limit + max(len(row.suffix) for row in self._live))
        youngest = sorted(range(len(self._live)), key=lambda number: len(self._live[number].tokens))
        back = youngest[: max(0, len(self._live) - sequences)]
        self._put_back([self._live[number] for number in back])
        self._close_up(set(back))
        self._room.resize(capacity, sequences)

    def _put_back(self, rows: Sequence[Row]) -> None:
        """Let prompts wait in front again, as if they had never been taken in."""
        left: dict[int, tuple[Group, list[int]]] = {}
        for row in rows:
            left.setdefault(id(row.group), (row.group, []))[1].append(row.place)
        self._waiting.extendleft([part(group, places) for group, places in reversed(left.values())])

    def _admit(self) -> bool:
        """Take in waiting groups while there is room for them; whether there were any."""
        taken: list[Group] = []
        room = self._room.rows.sequences - len(self._live)
        while self._waiting and len(taken) < len(self._slots):
            group = self._waiting[0]
            if not self._room.fits(group) and (taken or not self._room.grown(group)):
                break  # those taken are started first, and this one is looked at again
            if len(group.numbers) > min(room, self._room.rows.most):
                if len(group.numbers) <= min(self._room.rows.sequences, self._room.rows.most):
                    break
                group = self._split(group, min(self._room.rows.sequences, self._room.rows.most))
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
        self._room.rows.start(first, [row.slot for row in rows], torch.stack([ahead[row.slot] for row in rows]))
        if self._engine.penalty != 1.0:
            self._room.rows.mark(first, [row.group.prefix + row.suffix for row in rows])
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
            self._room.rows.prefix_length[torch.tensor(chosen, device=self._engine.device)] = lengths
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
        counts = self._room.rows.count[: len(self._live)].tolist()
        before = [len(row.tokens) for row in self._live]
        newest = max((count - known for count, known in zip(counts, before, strict=True)), default=0)
        written = self._room.rows.since(before, newest)
        done = {}
        for number, (row, new, count) in enumerate(zip(self._live, written, counts, strict=True)):
            checked = len(row.tokens)
            row.tokens += new[: count - checked]
            end = self._end(row, checked)
            if end is not None:
                done[number] = end
        for number, (length, at_limit) in done.items():
            row = self._live[number]
            letters = self._room.rows.letters[number, : length + 1].to("cpu", copy=True)  # the row is used again
            self._finished(row.number, Written(row.tokens[:length], letters, at_limit))
        self._close_up(set(done))

    def _end(self, row: Row, checked: int) -> tuple[int, bool] | None:
        """Length of what a finished row wrote and whether the limit ended it; None if it goes on."""
        limit = self._most(row.group, row.place)
        new = row.tokens[checked:limit]
        end = next((checked + place for place, token in enumerate(new) if token in self._ends), None)
        stop = cut(row.tokens[: limit if end is None else end], self._stopped, checked) if self._stopped else None
        if stop is not None:
            return stop, False
        if end is not None:
            return end, False
        return (limit, True) if len(row.tokens) >= limit else None

    def _close_up(self, done: set[int]) -> None:
        if not done:
            return
        used = len(self._live) - len(done)
        targets = sorted(number for number in done if number < used)
        sources = [number for number in range(used, len(self._live)) if number not in done]
        slots = {row.slot for row in self._live}
        for source, target in zip(sources, targets, strict=True):
            self._live[target] = self._live[source]
        del self._live[used:]  # before anything that may run out of memory: these are answered
        self._slots |= slots - {row.slot for row in self._live}
        if targets:
            self._room.there.move(sources, targets)
        self._room.rows.move(sources, targets, used)

    def _bucket(self, count: int) -> int:
        """Rows of a step: on CUDA few different numbers, since each needs a graph of its own."""
        if self._engine.device.type != "cuda":
            return count
        rounded = 1 << (count - 1).bit_length() if count <= 32 else ceil(count / 32) * 32
        return min(rounded, self._room.rows.sequences)

    def _halve(self) -> None:
        """Put what was under way back in front, and go on with half as many sequences."""
        before = self._room.rows.sequences if self._room.is_made else self.max_num_seqs
        self._put_back(self._live)
        self._live = []
        self._room.free()
        torch.cuda.empty_cache()
        if before == 1:
            raise RobustError("out of GPU memory with one sequence; allowed: a smaller model, dtype or max_new_tokens")
        self.max_num_seqs = before // 2
        logger.warning(
            f"out of GPU memory with {before} sequences under way; nothing is lost, going on with {self.max_num_seqs}. "
            f"Set max_num_seqs={self.max_num_seqs} in --model_args to start there"
        )
