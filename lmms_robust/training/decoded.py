"""The reply in a decoded sequence, for frameworks that hand over prompt and reply as one text with special tokens."""

from __future__ import annotations

from collections.abc import Sequence


def reply_in(sequence: str, prompt: str, opening: str, special: Sequence[str]) -> str:
    """The assistant's last turn of a prompt, its injected start included, and what the model went on with.

    The decoded prompt is not the prompt's text where a picture stands for many tokens, so the turns that it opens are
    counted: a model cannot open another one to be judged by. Special tokens and blanks at the end are taken off.

    Args:
        sequence: the decoded whole.
        prompt: the prompt's text.
        opening: what opens an assistant's turn in the chat template.
        special: of the tokenizer, ``tokenizer.all_special_tokens``.

    >>> reply_in("<u>Which?<a>B<end><pad><pad>", "<u>Which?<a>", "<a>", ["<end>", "<pad>"])
    'B'
    """
    turn = sequence.split(opening, prompt.count(opening))[-1].rstrip()
    while ending := next((token for token in special if token and turn.endswith(token)), None):
        turn = turn.removesuffix(ending).rstrip()
    return turn
