"""MME-RealWorld-Lite: five options "(A) …" to "(E) …", the last one saying that the picture does not show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, letters
from lmms_robust.statements.counts import counted, is_count, there_is_are
from lmms_robust.statements.grammar import definite, is_are, is_plural, mid_sentence, sentence, value
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.state import Pattern, state
from lmms_robust.statements.vocabulary import COLOURS, SITUATED, WITH_ARTICLE

NAME = "mme_realworld_lite"
OPTIONS = "multi-choice options"
_PREFIX = re.compile(r"\s*[(（]?\s*([A-E])\s*[)）.:：]\s*")
_PLACE_WORDS = re.compile(
    r"\b(?:The|In|On|At|Of|Upper|Lower|Top|Bottom|Left|Right|Middle|Cent(?:er|re)|Corner|Side|Area|Part|Picture|Image)\b"
)
_RELATIVE = re.compile(
    r"\b(?:relative to|in (?:the )?relation to|with respect to|compared (?:to|with))\b", re.IGNORECASE
)
_WRITTEN = re.compile(r"text|content|words?|slogan", re.IGNORECASE)
# Parts of a chart, and things, are named with an article; what a chart is about is not: "Coal has the least share".
_DRAWN = re.compile(
    r"\b(?:line|curve|bar|column|row|sector|slice|segment|dot|point|part|area|car|vehicle|building|ship|person)s?$",
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
    def statement(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
        clause = make(found, option.rstrip("."))
        return None if clause is None else sentence(clause)

    return Pattern(name, re.compile(rf"(?:{question})\s*[?.]*", re.IGNORECASE), statement)


def _position(found: re.Match[str], option: str) -> str | None:
    if _RELATIVE.search(found["x"]):  # "the car relative to the bus"
        return None
    noun, where = definite(found["x"]), _PLACE_WORDS.sub(lambda word: word[0].casefold(), mid_sentence(option))
    if re.match(r"(?:the )?(?:upper|lower|top|bottom|left|right|middle|cent(?:er|re))\b", where):
        sided = re.fullmatch(r"(?:the )?(?:left|right|.+ side(?: of .+)?)", where)
        where = f"{'on' if sided else 'in'} {definite(where)}"
    where = re.sub(r"^in (?=the (?:top|bottom)(?: of\b|$))", "at ", where)
    if not re.match(
        r"(?:in|on|at|to|above|below|behind|near|next|under|between|beside|inside|outside|along|across|around|by)\b",
        where,
    ):
        return None
    return f"{noun} {is_are(noun)} {where}"


def _colour(found: re.Match[str], option: str) -> str | None:
    color = value(option, "color")
    return color and f"the color of {definite(found['x'])} is {color}"


def _count(found: re.Match[str], option: str) -> str | None:
    things = found["x"]
    if is_count(option):
        return there_is_are(option, things, found["where"] or "in the image")
    amount = value(option)
    if not amount or not re.search(r"\d", amount):  # "many"
        return None
    return f"the number of {counted(things)} {found['where'] or 'in the image'} is {amount}"


def _number(found: re.Match[str], option: str) -> str | None:
    """State a count: "the number of the buses" counts them, but "the number of the bus" is written on it."""
    return _count(found, option) if is_plural(found["x"]) else None


def _attribute(found: re.Match[str], option: str) -> str | None:
    verb = "are" if found["x"].casefold() == "words" else "is"
    text = quoted(option) if _WRITTEN.fullmatch(found["x"]) else value(option, found["x"])
    return text and f"the {found['x'].casefold()} {found['of']} {definite(found['y'])} {verb} {text}"


def _cell(found: re.Match[str], option: str) -> str | None:
    text = value(option, "content")
    return text and f"the data of {found['x']} in {found['y']} in the table is {text}"


def _extreme(found: re.Match[str], option: str) -> str | None:
    text = value(option, "name")
    if text is None or re.match(r"(?:in|on|at|from|by)\b", text, re.IGNORECASE):
        return None
    drawn, colored = _DRAWN.search(text), text.split()[0].casefold() in COLOURS
    if drawn:
        thing = definite(text.casefold() if colored else mid_sentence(text))
    else:
        thing = definite(text) if WITH_ARTICLE.fullmatch(text) else text
    if is_plural(text) and not (drawn or WITH_ARTICLE.fullmatch(text)):
        return None  # "Texas has", but "Women have"
    verb = "had" if found["verb"].casefold() == "had" else "have" if drawn and is_plural(text) else "has"
    return f"{thing} {verb} the {found['degree']} {found['y']}"


PATTERNS = (
    _pattern("position", rf"where (?:is|are) (?P<x>.+?)(?: located)?{_SHOWN}", _position),
    _pattern("colour", rf"what(?:'s|’s| is| are) the colou?rs? of (?P<x>.+?){_SHOWN}", _colour),
    _pattern("colour", rf"what colou?r (?:is|are) (?P<x>.+?){_SHOWN}", _colour),
    _pattern(
        "count",
        r"how many (?P<x>.+?) (?:are|is|can be seen|can you see) (?:there )?"
        rf"(?P<where>(?:{SITUATED}).*?)?",
        _count,
    ),
    _pattern("count", r"how many (?P<x>.+?) (?:are|is) there(?P<where>)", _count),
    _pattern(
        "count", r"what(?:'s|’s| is) the (?:total )?number of (?P<x>.+?) (?P<where>(?:in|on) (?:the|this) .+?)", _number
    ),
    _pattern("cell", r"what(?:'s|’s| is) the data of (?P<x>.+) in (?P<y>.+) in the table", _cell),
    _pattern(
        "attribute",
        rf"what(?:'s|’s| is| are) the {_ATTRIBUTE} (?P<of>of|on|for|written on|shown on) (?P<y>.+?){_SHOWN}",
        _attribute,
    ),
    _pattern(
        "extreme",
        rf"(?:which|what) .+? (?P<verb>has|have|had) the "
        r"(?P<degree>\w+est|most|least) "
        rf"(?P<y>.+?){_SHOWN}",
        _extreme,
    ),
)


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item.

    Raises:
        RobustError: an empty cell, an option without its letter, letters out of order, or an answer that is none of
            them.
    """
    if rows.is_missing(row.get("index")):
        raise RobustError(f"{NAME} row {index}: column 'index' is {row.get('index')!r}; expected: a number or a name")
    item_id = str(row["index"])
    where = f"{NAME} item {item_id!r}"
    lettered = zip(letters(10), rows.texts(row, OPTIONS, where), strict=False)
    options = tuple(_without_letter(text, name, item_id) for name, text in lettered)
    question = " ".join(rows.text(row, "question", where).split())
    answer = rows.letter(row.get("answer"), where)
    return Item(
        id=item_id,
        benchmark=NAME,
        category=rows.text(row, "category" if rows.is_missing(row.get("l2-category")) else "l2-category", where),
        question=question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
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
