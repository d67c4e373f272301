"""Small pieces of English for questions, statements and reasonings."""

from __future__ import annotations

from collections.abc import Sequence


def a(noun: str) -> str:
    """Put the indefinite article before a noun phrase.

    >>> a("orange star"), a("red star")
    ('an orange star', 'a red star')
    """
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def plural(noun: str) -> str:
    """Return the plural of a noun phrase.

    >>> plural("red cross"), plural("circle")
    ('red crosses', 'circles')
    """
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def series(parts: Sequence[str]) -> str:
    """Join phrases as a list in a sentence.

    >>> series(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
