"""Captions as sentences, whether or not they have a verb: "a man rides a wave", "a man riding a wave", "two dogs"."""

from __future__ import annotations

from lmms_robust.statements.clauses import kind
from lmms_robust.statements.grammar import has_determiner, head_index, indefinite, is_plural, mid_sentence, sentence
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.words import is_countable, is_gerund, is_mass, parts


def described(caption: str) -> str:
    """Make a sentence of a caption; one that may or may not have a verb, or lacks an article, is quoted.

    >>> described("a man rides a wave."), described("Two dogs running on grass"), described("A cup on a table")
    ('A man rides a wave.', 'The image shows two dogs running on grass.', 'The image shows a cup on a table.')
    >>> described("Man riding a horse"), described("The bus stops")
    ('The image shows a man riding a horse.', 'The image fits the caption "The bus stops".')
    """
    found, words = kind(caption), caption.casefold().split()
    if found == "clause":
        return sentence(caption)
    head = next((place for place, word in enumerate(words) if is_gerund(word)), len(words))
    noun = " ".join(words[: head or None])
    shown = mid_sentence(caption)
    last = words[: head or None][head_index(words[: head or None])]
    if found == "phrase" and head and not has_determiner(noun) and not is_plural(noun):
        sure = is_countable(last) or (head > 1 and "ADJ" in parts(words[0]))
        shown = shown if is_mass(last) else indefinite(shown) if sure else ""
    if found == "phrase" and head and shown:
        return sentence(f"the image shows {shown}")
    return f"The image fits the caption {quoted(caption.strip().rstrip('. '))}."
