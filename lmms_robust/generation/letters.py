"""The option letters in a model's vocabulary, and their probabilities at the answer letter of a response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lmms_robust.generation.decoding import decode
from lmms_robust.reading.locate import LONGEST_TOKEN, answer_letter_span, fold, letter_token
from lmms_robust.schema import MAX_LETTERS, LetterProbs, letters

_ALL = letters(MAX_LETTERS)
# A mark that a vocabulary joins with a letter after it: ">", ": (", "**".
_LONGEST_MARK = 4


class LetterTokens:
    """Every token that is an option letter, and nothing else, in a tokenizer's vocabulary.

    Args:
        tokenizer: of the model.
        vocabulary: number of the model's logits.
    """

    def __init__(self, tokenizer: Any, vocabulary: int) -> None:
        found: dict[str, list[int]] = {letter: [] for letter in _ALL}
        special = set(tokenizer.all_special_ids)
        for token, number in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1]):
            if len(token) > LONGEST_TOKEN or number in special or number >= vocabulary:
                continue
            letter = letter_token(tokenizer.convert_tokens_to_string([token]))
            if letter:
                found[letter].append(number)
        self.tokenizer, self.ids = tokenizer, found
        longest = max(1, *(len(numbers) for numbers in found.values()))
        rows = [numbers + [0] * (longest - len(numbers)) for numbers in found.values()]
        self._numbers = torch.tensor(rows)
        self._missing = torch.tensor([[i >= len(numbers) for i in range(longest)] for numbers in found.values()])

    def to(self, device: torch.device) -> LetterTokens:
        """Move to the device of the logits."""
        self._numbers, self._missing = self._numbers.to(device), self._missing.to(device)
        return self

    def logprobs(self, logits: Tensor) -> Tensor:
        """Log-probability of each letter A to K, over all of its tokens: (…, vocabulary) -> (…, 11), float32."""
        chosen = logits.log_softmax(-1, dtype=torch.float32)[..., self._numbers]
        return chosen.masked_fill(self._missing, float("-inf")).logsumexp(-1)


def normalised(logprobs: Tensor, options: int) -> LetterProbs | None:
    """Probabilities among the first letters from their log-probabilities (10); None if none has a token of its own."""
    chosen = logprobs[:options].double()
    probs = chosen.softmax(-1)
    if bool(probs.isnan().any()):
        return None
    mass = min(1.0, float(chosen.logsumexp(-1).exp()))
    return LetterProbs(dict(zip(letters(options), probs.tolist(), strict=True)), mass=mass)


def at_the_answer(
    known: LetterTokens,
    prefill: str,
    tokens: Sequence[int],
    logprobs: Tensor,
    options: Sequence[str],
    cut: bool | None = None,
) -> LetterProbs | None:
    """Probabilities where a response gives its answer letter.

    Args:
        known: the model's letter tokens.
        prefill: start of the turn that was given.
        tokens: what the model wrote after it.
        logprobs: (number of tokens, 11), the letters' log-probabilities where each token was chosen.
        options: option texts.
        cut: the model stopped at the limit of tokens.

    Returns:
        None if no answer letter can be read, if it stands in the prefill, or if its token is none of the letter's: a
        small letter, or one joined with other text.
    """
    number = answer_token(known, prefill, tokens, options, cut)
    return None if number is None or number >= len(logprobs) else normalised(logprobs[number], len(options))


def answer_token(
    known: LetterTokens, prefill: str, tokens: Sequence[int], options: Sequence[str], cut: bool | None = None
) -> int | None:
    """Number of the token that is a response's answer letter; arguments and None as in :func:`at_the_answer`."""
    tokenizer = known.tokenizer
    text = decode(tokenizer, tokens)
    span = answer_letter_span(prefill + text, options, cut)
    if span is None or span[0] < len(prefill):
        return None
    number = _token_at(tokenizer, tokens, span[0] - len(prefill))
    letter = fold((prefill + text)[span[0] : span[1]])
    return number if tokens[number] in known.ids[letter] else None


def before_the_letter(tokenizer: Any, text: str, options: int) -> str:
    """A text that ends where an answer letter is to follow, without the marks that would be one token with it.

    A vocabulary may hold ">A" as one token: after "<answer>" a model that was trained on "<answer>A" then hardly
    expects a letter, and after "<answer" it does.
    """
    tail = text[-64:]
    wholes = [_ids(tokenizer, tail + letter) for letter in letters(options)]
    for marks in range(_LONGEST_MARK + 1):
        start = _ids(tokenizer, tail[: len(tail) - marks])
        if all(whole[: len(start)] == start for whole in wholes):
            return text[: len(text) - marks]
    return text


def _ids(tokenizer: Any, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def _token_at(tokenizer: Any, tokens: Sequence[int], offset: int) -> int:
    """Number of the token that writes the character at an offset of the text."""
    low, high = 0, len(tokens) - 1
    while low < high:
        middle = (low + high) // 2
        if len(decode(tokenizer, tokens[: middle + 1])) > offset:
            high = middle
        else:
            low = middle + 1
    return low
