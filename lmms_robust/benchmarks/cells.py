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
from lmms_robust.reading.words import ANSWER_ABROAD

_QUOTED = re.compile(r"(?P<mark>['\"])(?P<text>(?:(?!(?P=mark))[^\\]|\\.|\\\Z)*+)(?P<end>(?P=mark)?)", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:([\\'\"])|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_PRINTED = (
    (re.compile(r"\barray\(|,\s*dtype=\w+(?=\s*\))"), ""),
    (re.compile(r"(?<=\])\s*\)"), ""),
    (re.compile(r"\b(?:None|(?i:nan))\b"), "null"),
    (re.compile(r"\bTrue\b"), "true"),
    (re.compile(r"\bFalse\b"), "false"),
    (re.compile(r"(\d)\.(?!\d)"), r"\1"),
    (re.compile(r"(?<=[\d\]}])\s+(?=[-+\d\[{])"), ", "),
)
"""How Python and numpy print what JSON writes in another way, outside of quotes."""
_WORDS = re.compile(r"\[\s*([\w.+/%°-]+(?:\s*,\s*[\w.+/%°-]+)+)\s*\]")
_TEXT_KEYS = ("text", "value", "content", "option")
_LABEL_KEYS = ("label", "key", "letter", "id")
_LABEL = re.compile(r"(?:(?:OPTION|CHOICE|ANSWER)[\s_-]*)?[(\[]?([A-Z]|\d{1,2})[)\].:]*")
_ANSWER = re.compile(
    rf"(?:the )?(?:correct |final )?(?:answer|option|choice|{'|'.join(ANSWER_ABROAD)})(?: is)?\s*:?\s*", re.IGNORECASE
)
_MARKS = re.compile(r"\[\s*(.*?)\s*\]|\$(.*?)\$|\"(.*?)\"|'(.*?)'|\*\*(.*?)\*\*|<(.*?)>|\\boxed\{(.*?)\}", re.DOTALL)

_DEPTH = 8
"""Of marks around an answer; each costs a reading of it."""

LONGEST = 100_000
"""Characters of a cell that are looked at."""

Labelled = Sequence[tuple[object, object]]


def options(value: object, column: str) -> list[object]:
    r"""The options that a cell holds, in the order of their labels, or as they stand where they have none.

    Args:
        value: a list of texts or of objects with a text, an object of label to text, ``{"text": […], "label": […]}``,
            or any of these as text: JSON, a list of Python or an array of numpy as they are printed.
        column: its name, for errors.

    Raises:
        RobustError: it holds none, or labels that leave out a letter.

    >>> options({"A": "one", "B": "two"}, "o"), options("['one' 'two']", "o"), options(r'["\frac{1}{2}", "1"]', "o")
    (['one', 'two'], ['one', 'two'], ['\\frac{1}{2}', '1'])
    """
    found = _parsed(decoded(value))
    if isinstance(found, list | tuple) and len(found) == 1 and isinstance(found[0], str):
        found = _parsed(found[0]) if found[0] != value else found
        found = found if isinstance(found, list | tuple | Mapping) else [found]
    texts = _of_object(found) if isinstance(found, Mapping) else _of_list(found)
    if texts is None or any(isinstance(one, Mapping | list | tuple) for one in texts):
        raise RobustError(
            f"column {column!r}: {str(value)[:80]!r}; allowed: a list of options, an object of label to option without "
            "a gap, or either as text"
        )
    return texts


def bare(answer: object) -> object:
    """An answer without what stands around it: the list it is alone in, brackets, quotes, ``$``, the word "option".

    >>> bare(["A"]), bare("['B']"), bare("$C$"), bare("Option D"), bare("Ａ")
    ('A', 'B', 'C', 'D', 'A')
    """
    answer = decoded(alone(answer))
    if not isinstance(answer, str) or len(answer) > LONGEST:
        return answer
    text = unicodedata.normalize("NFKC", answer).strip()
    for _ in range(_DEPTH):
        if (match := _MARKS.fullmatch(text)) is None:
            break
        text = next(group for group in match.groups() if group is not None).strip()
    match = _ANSWER.match(text)
    return text[match.end() :].strip() or text if match else text


def alone(value: object) -> object:
    """What a list holds that holds one thing; anything else as it is."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return value


def decoded(value: object) -> object:
    """Bytes as the text that they are; anything else as it is."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _parsed(value: object) -> object:
    """What a text says as JSON, or as Python and numpy print it; else the text itself."""
    if not isinstance(value, str):
        return value
    text = value[:LONGEST].strip()
    if words := _WORDS.fullmatch(text):
        return [word.strip() for word in words[1].split(",")]
    # JSON of LaTeX is as often written without the second backslash: then its texts are taken as they stand
    for spelt in (text, _as_json(text)) if "\\" not in text else (_as_json(text), text):
        with suppress(ValueError, RecursionError):
            found = json.loads(spelt, parse_float=str, parse_int=str)
            return _parsed(found) if isinstance(found, str) and found != value and found[:1] in "[{" else found
    return value


def _as_json(text: str) -> str:
    if text.startswith("(") and text.endswith(")"):
        text = f"[{text[1:-1]}]"
    parts, end = [], 0
    for quoted in _QUOTED.finditer(text):
        between = text[end : quoted.start()]
        parts += ["," if end and between.isspace() else _printed(between)]
        parts += [json.dumps(_unescaped(quoted["text"])) if quoted["end"] else "…"]  # which is no JSON
        end = quoted.end()
    return "".join([*parts, _printed(text[end:])])


def _printed(between: str) -> str:
    for pattern, written in _PRINTED:
        between = pattern.sub(written, between)
    return between


def _unescaped(text: str) -> str:
    plain = _ESCAPED.sub(lambda match: match[1] or chr(int(match[2] or match[3], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _of_object(value: Mapping[object, object]) -> list[object] | None:
    texts = value.get("text")
    if isinstance(texts, list | tuple):
        labels = value.get("label", value.get("labels"))
        if not isinstance(labels, list | tuple):
            return list(texts)
        return _ordered(list(zip(labels, texts, strict=True))) if len(labels) == len(texts) else None
    filled = [(key, _text_of(one)) for key, one in value.items() if one is not None]
    return _ordered(filled) if all(_label(key) for key, _ in filled) else None


def _of_list(value: object) -> list[object] | None:
    if not isinstance(value, list | tuple):
        return None
    pairs = [one for one in value if isinstance(one, list | tuple) and len(one) == 2]
    if pairs and len(pairs) == len(value):
        return _ordered([(label, text) for label, text in pairs]) if all(_label(label) for label, _ in pairs) else None
    if not all(isinstance(one, Mapping) for one in value):
        return [_text_of(one) for one in value]
    return _ordered([(_label_of(one), _text_of(one)) for one in value])


def _ordered(pairs: Labelled) -> list[object] | None:
    """Texts in the order of their labels, or as they stand where these are none; None where a letter is missing."""
    labels = [_label(label) for label, _ in pairs]
    texts = [text for _, text in pairs]
    if not all(labels):
        return texts
    order = sorted(range(len(labels)), key=lambda place: labels[place].zfill(2))
    if labels and all(label.isalpha() for label in labels):
        whole = [labels[place] for place in order] == [chr(ord("A") + place) for place in range(len(labels))]
        return [texts[place] for place in order] if whole else None
    return [texts[place] for place in order] if len(set(labels)) == len(labels) else None


def _label(key: object) -> str:
    """A letter, or a number as digits; "" for whatever is no label."""
    match = _LABEL.fullmatch(unicodedata.normalize("NFKC", str(key)).strip().upper())
    return match[1] if match else ""


def _label_of(one: Mapping[object, object]) -> object:
    filled = [key for key, text in one.items() if text is not None]
    named = [one[key] for key in _LABEL_KEYS if key in one]
    return named[0] if named else filled[0] if len(filled) == 1 and filled[0] not in _TEXT_KEYS else None


def _text_of(one: object) -> object:
    """The text of an object; None where it is empty; the object itself where nothing says which of its values it is."""
    if not isinstance(one, Mapping):
        return one
    named = [one[key] for key in _TEXT_KEYS if key in one]
    if named:
        return named[0]
    values: Sequence[object] = [value for value in one.values() if value is not None]
    return values[0] if len(values) == 1 else one
