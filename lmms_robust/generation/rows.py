"""The sequences under way: what each has written, on the device, so that a step needs no word from the host."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lmms_robust.schema import MAX_LETTERS

_STATE = ("token", "own", "ahead", "prefix", "count", "written", "letters", "seen")


class Rows:
    """State of a fixed number of sequences and prefixes; sequences under way stand first.

    Args:
        sequences: how many there is room for.
        prefixes: how many there is room for.
        most: most sequences that share a prefix.
        tokens: most tokens that one writes.
        vocabulary: number of logits, or 0 if no choice depends on tokens before it.
        device: where the model is.

    Attributes:
        token: (sequences), the last token written; its keys are not computed yet.
        own: (sequences), own tokens computed.
        ahead: (sequences), what a position is ahead of a place in the sequence.
        prefix: (sequences), number of the prefix; ``prefixes`` in rows not in use.
        count: (sequences), tokens written.
        written: (sequences, tokens), the tokens.
        letters: (sequences, tokens, 11), the letters' log-probabilities where each token was chosen.
        seen: (sequences, vocabulary), whether a token is in the sequence.
        prefix_length: (prefixes + 1), tokens of each prefix.
    """

    def __init__(
        self, sequences: int, prefixes: int, most: int, tokens: int, vocabulary: int, device: torch.device
    ) -> None:
        self.sequences, self.prefixes, self.most, self.tokens = sequences, prefixes, most, tokens
        self.token, self.own, self.ahead, self.count = (
            torch.zeros(sequences, dtype=torch.long, device=device) for _ in range(4)
        )
        self.prefix = torch.full((sequences,), prefixes, dtype=torch.long, device=device)
        self.prefix_length = torch.zeros(prefixes + 1, dtype=torch.long, device=device)
        self.written = torch.zeros(sequences, tokens, dtype=torch.long, device=device)
        self.letters = torch.zeros(sequences, tokens, MAX_LETTERS, device=device)
        self.seen = torch.zeros(sequences, vocabulary, dtype=torch.bool, device=device)

    def start(self, first: int, prefixes: Sequence[int], ahead: Tensor) -> None:
        """Put new sequences of given prefixes into the rows from ``first`` on."""
        rows = slice(first, first + len(prefixes))
        self.prefix[rows] = torch.tensor(prefixes, device=self.prefix.device)
        self.ahead[rows] = ahead
        self.own[rows] = self.count[rows] = 0
        self.seen[rows] = False

    def mark(self, first: int, prompts: Sequence[Sequence[int]]) -> None:
        """Mark the tokens of prompts as seen."""
        for row, tokens in enumerate(prompts, start=first):
            self.seen[row, torch.tensor(tokens, device=self.seen.device)] = True

    def note(self, rows: slice, letters: Tensor, token: Tensor) -> None:
        """Note the next token of some rows, and the letters' log-probabilities where it was chosen."""
        row = torch.arange(rows.start, rows.stop, device=token.device)
        count = self.count[rows]
        self.written[row, count] = token
        self.letters[row, count] = letters
        self.token[rows] = token
        if self.seen.shape[1]:
            # Not "seen[row, token] = True", whose value a CUDA graph would have to fetch from the host.
            self.seen[rows].scatter_(1, token.view(-1, 1), True)
        count.add_(1).clamp_(max=self.tokens - 1)

    def since(self, places: Sequence[int], most: int) -> list[list[int]]:
        """Of the first rows, what each has written from a place on: ``most`` tokens, the last of them perhaps none."""
        start = torch.tensor(places, dtype=torch.long, device=self.written.device).view(-1, 1)
        wanted = (start + torch.arange(most, device=start.device)).clamp_(max=self.tokens - 1)
        found: list[list[int]] = self.written[: len(places)].gather(1, wanted).tolist()
        return found

    def by_prefix(self, count: int) -> tuple[Tensor, Tensor]:
        """The first ``count`` rows sorted by prefix, and the bounds (prefixes + 1) of each prefix there."""
        prefix, order = self.prefix[:count].sort(stable=True)
        wanted = torch.arange(self.prefixes + 1, device=prefix.device)
        return order, torch.searchsorted(prefix, wanted).int()

    def move(self, sources: Sequence[int], targets: Sequence[int], used: int) -> None:
        """Move rows, and mark those from ``used`` on as not in use."""
        for name in _STATE:
            state: Tensor = getattr(self, name)
            state[list(targets)] = state[list(sources)]
        self.prefix[used:] = self.prefixes

    def copy(self) -> dict[str, Tensor]:
        """The present state, to be given to :meth:`restore`."""
        return {name: getattr(self, name).clone() for name in _STATE}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Return to a state, within the same tensors."""
        for name, value in state.items():
            getattr(self, name).copy_(value)
