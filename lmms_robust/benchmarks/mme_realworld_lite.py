"""MME-RealWorld-Lite: five options "(A) …" to "(E) …", the last one saying that the picture does not show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.benchmarks.grammar import definite, is_are, is_count, mid_sentence, plural, sentence, there_is_are
from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.benchmarks.statements import FALLBACK, Pattern, fallback, state
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, letters

NAME = "mme_realworld_lite"
OPTIONS = "multi-choice options"
_PREFIX = re.compile(r"\s*[(（]?\s*([A-E])\s*[)）.:：]\s*")
_NONE = re.compile(
    r"(?:(?:the|this) (?:image|picture|photo|video|table|chart|diagram|figure)|none of|all (?:of )?the above|all the"
    r"|(?:it )?can ?not be|there is no|not )\b.*",
    re.IGNORECASE,
)
_SHOWN = (
    r"(?: (?:shown |displayed |visible |seen )?(?:in|on) (?:the|this) (?:picture|image|photo|figure|diagram|chart))?"
)
_ATTRIBUTE = (
    r"(?P<x>(?:license )?plate number|number|contact(?: (?:number|information))?|phone(?: number)?"
    r"|telephone(?: number)?|name|address|price|text|content|word|words|slogan|brand|title|website|email"
    r"|route number|bus number|date|time"
    r"|year|speed limit|data|value|material|shape|type|status|size|direction|position|location)"
)
Make = Callable[[re.Match[str], str], str | None]


def _pattern(name: str, question: str, make: Make) -> Pattern:
    """Make a pattern whose last option may be a sentence of its own."""

    def statement(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
        if _denies(option):
            return _denial(option)
        clause = make(found, option.rstrip("."))
        return None if clause is None else sentence(clause)

    return Pattern(name, re.compile(rf"(?:{question})\s*[?.]*", re.IGNORECASE), statement)


def _denies(option: str) -> bool:
    """Whether an option is a sentence that the picture shows none of the others: "This image doesn't feature it."."""
    text = option.replace("’", "'")
    verb = re.search(r"\b(?:not|n't|doesn't|don't|isn't|wrong|incorrect|none|no)\b", text, re.IGNORECASE)
    return bool(_NONE.fullmatch(text.strip()) and verb and len(text.split()) > 2)


def _denial(option: str) -> str:
    bare = re.fullmatch(r"none of (?:the above|the (?:other )?options|them)\.?", option, re.IGNORECASE)
    return "None of the other answers is right." if bare else sentence(option)


def _position(found: re.Match[str], option: str) -> str | None:
    noun = definite(found["x"])
    where = mid_sentence(option)
    if not re.match(r"(?:in|on|at|to|above|below|behind|near|next|under|between|left|right)\b", where):
        return None
    if re.fullmatch(r"(?:upper|lower|top|bottom|left|right|middle|center)\b.*", where):
        where = f"in the {where}"
    return f"{noun} {is_are(noun)} {where}"


def _colour(found: re.Match[str], option: str) -> str | None:
    return f"the color of {definite(found['x'])} is {mid_sentence(option)}"


def _count(found: re.Match[str], option: str) -> str | None:
    things = found["x"]
    if is_count(option):
        return there_is_are(option, things, found["where"] or "in the image")
    return f"the number of {plural(things)} is {mid_sentence(option)}"


def _attribute(found: re.Match[str], option: str) -> str | None:
    verb = "are" if found["x"].casefold() == "words" else "is"
    return f"the {found['x'].casefold()} {found['of']} {definite(found['y'])} {verb} {option}"


def _cell(found: re.Match[str], option: str) -> str | None:
    return f"the data of {found['x']} in {found['y']} in the table is {option}"


def _extreme(found: re.Match[str], option: str) -> str | None:
    return f"{option} has the {found['degree']} {found['y']}"


def _otherwise(found: re.Match[str], option: str, options: Sequence[str]) -> str:
    """The fallback, but for the last option, which is a sentence already."""
    return _denial(option) if _denies(option) else fallback(found[0], option)


PATTERNS = (
    _pattern("position", rf"where (?:is|are) (?P<x>.+?)(?: located)?{_SHOWN}", _position),
    _pattern("colour", rf"what(?:'s|’s| is| are) the colou?rs? of (?P<x>.+?){_SHOWN}", _colour),
    _pattern("colour", rf"what colou?r (?:is|are) (?P<x>.+?){_SHOWN}", _colour),
    _pattern(
        "count", r"how many (?P<x>.+?) (?:are|is) (?:there )?(?P<where>(?:in|on|at|near|under|behind) .+?)?", _count
    ),
    _pattern("count", r"how many (?P<x>.+?) (?:are|is) there(?P<where>)", _count),
    _pattern(
        "count", r"what(?:'s|’s| is) the (?:total )?number of (?P<x>.+?) (?P<where>(?:in|on) (?:the|this) .+?)", _count
    ),
    _pattern("cell", r"what(?:'s|’s| is) the data of (?P<x>.+) in (?P<y>.+) in the table", _cell),
    _pattern(
        "attribute",
        rf"what(?:'s|’s| is| are) the {_ATTRIBUTE} (?P<of>of|on|for|written on|shown on) (?P<y>.+?){_SHOWN}",
        _attribute,
    ),
    _pattern(
        "extreme",
        rf"(?:which|what) .+? (?:has|have|had) the (?P<degree>highest|largest|lowest|smallest|most|least|biggest) "
        rf"(?P<y>.+?){_SHOWN}",
        _extreme,
    ),
    Pattern(FALLBACK, re.compile(".+"), _otherwise),
)


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item.

    Raises:
        RobustError: an option without its letter, letters out of order, or an answer that is none of them.
    """
    item_id = str(row["index"])
    options = tuple(_without_letter(text, name, item_id) for name, text in zip(letters(10), row[OPTIONS], strict=False))
    question = " ".join(row["question"].split())
    return Item(
        id=item_id,
        benchmark=NAME,
        category=row["l2-category"] or row["category"],
        question=question,
        options=options,
        answer=row["answer"].strip().strip("()（）. "),
        statements=state(question, options, PATTERNS).texts,
        row=index,
    )


def _without_letter(text: str, letter: str, item_id: str) -> str:
    found = _PREFIX.match(text)
    if found is None or found[1] != letter:
        raise RobustError(f"{NAME} item {item_id!r}: option {text!r}; allowed: an option that starts with ({letter})")
    return text[found.end() :].strip()


BENCHMARK = Benchmark(
    name=NAME,
    image="bytes",
    columns=("index", "question", OPTIONS, "answer", "category", "l2-category"),
    to_item=to_item,
    source=Source("yifanzhang114/MME-RealWorld-lite-lmms-eval", "train"),
    patterns=PATTERNS,
)
