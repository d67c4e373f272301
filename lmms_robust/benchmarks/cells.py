r"""What a cell of somebody's data holds: options as a list, an object, or the text of either; an answer in its marks.

Texts are read as data, never as Python: a backslash of LaTeX stays one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress

from lmms_robust.errors import RobustError

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\'\"])")
_ARRAY = re.compile(r"\s*(?:array\()?(\[.*\])(?:,\s*dtype=\w+)?\)?\s*", re.DOTALL)
_TEXT_KEYS = ("text", "value", "content", "option")
_ANSWER = re.compile(r"(?:(?:the )?(?:correct |final )?(?:answer|option|choice)(?: is)?\s*[:：]?\s*)", re.IGNORECASE)
_MARKS = re.compile(r"\[\s*(.*?)\s*\]|\$(.*?)\$|\"(.*?)\"|'(.*?)'|\\boxed\{(.*?)\}", re.DOTALL)

LONGEST = 100_000
"""Characters of a cell that are looked at."""


def options(value: object, column: str) -> list[object]:
    r"""The options that a cell holds, in order.

    Args:
        value: a list of texts or of objects with a text, an object of label to text, ``{"text": […], "label": […]}``,
            or any of these as text: JSON, a list of Python or an array of numpy as they are printed.
        column: its name, for errors.

    Raises:
        RobustError: it holds none.

    >>> options({"A": "one", "B": "two"}, "o"), options("['one' 'two']", "o"), options(r'["\frac{1}{2}", "1"]', "o")
    (['one', 'two'], ['one', 'two'], ['\\frac{1}{2}', '1'])
    """
    found = _parsed(value[:LONGEST]) if isinstance(value, str) else value
    if isinstance(found, Mapping):
        found = _of_object(found)
    if isinstance(found, list | tuple):
        texts = [_text_of(one) for one in found]
        if all(not isinstance(one, Mapping | list | tuple) for one in texts):
            return texts
    raise RobustError(
        f"column {column!r}: {str(value)[:80]!r}; allowed: a list of options, an object of label to option, or either "
        "as text"
    )


def bare(answer: object) -> object:
    """An answer without what stands around it: the list it is alone in, brackets, quotes, ``$``, the word "option".

    >>> bare(["A"]), bare("['B']"), bare("$C$"), bare("Option D"), bare("Ａ")
    ('A', 'B', 'C', 'D', 'A')
    """
    if isinstance(answer, list | tuple) and len(answer) == 1:
        answer = answer[0]
    if not isinstance(answer, str) or len(answer) > LONGEST:
        return answer
    text = unicodedata.normalize("NFKC", answer).strip()
    while text and (match := _MARKS.fullmatch(text)):
        text = next(group for group in match.groups() if group is not None).strip()
    match = _ANSWER.match(text)
    return text[match.end() :].strip() or text if match else text


def _parsed(text: str) -> object:
    """JSON, or the quoted texts of a printed list, with or without commas; else the text itself."""
    with suppress(ValueError, RecursionError):
        if "\\" not in text:  # JSON of LaTeX is as often written without the second backslash
            return json.loads(text)
    match = _ARRAY.fullmatch(text)
    inner = match[1][1:-1] if match else ""
    found = [next(group for group in one.groups() if group is not None) for one in _QUOTED.finditer(inner)]
    if found and not _QUOTED.sub("", inner).strip(" \t\r\n,"):
        return [_ESCAPED.sub(r"\1", one) for one in found]
    if match and not found and inner.strip() and not re.search(r"[{}\[\]]", inner):
        return inner.replace(",", " ").split()
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return text


def _of_object(value: Mapping[str, object]) -> object:
    texts = value.get("text")
    if isinstance(texts, list | tuple):
        return texts
    kept = {str(key): one for key, one in value.items() if one is not None}
    labels = [key.strip("().:").upper() for key in kept]
    if all(re.fullmatch(r"[A-Z]|\d{1,2}", label) for label in labels):
        return [one for _, one in sorted(zip(labels, kept.values(), strict=True), key=lambda pair: pair[0].zfill(2))]
    return value


def _text_of(one: object) -> object:
    if not isinstance(one, Mapping):
        return one
    named = [one[key] for key in _TEXT_KEYS if one.get(key) is not None]
    if named:
        return named[0]
    values: Sequence[object] = [value for value in one.values() if value is not None]
    return values[0] if len(values) == 1 else one
