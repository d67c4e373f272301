"""3DSRBench: places and orientations in space, twelve families of questions, with mirrored pictures.

Ids: ``VIN6MS3J`` is a base row, ``VIN6MS3J-flip`` its mirrored picture (kept, an item of its own), ``VIN6MS3J-1`` and
``VIN6MS3J-flip-1`` are the same questions with the options rotated (left out).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.grammar import definite, is_are, is_plural, mid_sentence, sentence
from lmms_robust.statements.state import Pattern, state
from lmms_robust.statements.vocabulary import COLOURS
from lmms_robust.statements.yes_no import is_yes

NAME = "3dsrbench"
_ID = re.compile(r"(?P<base>[A-Za-z0-9]+)(?P<flip>-flip)?(?P<rotation>-\d+)?")
_OPENING = (
    r"(?:Consider the real-world 3D (?:locations? and orientations?|locations?|orientations?) of the objects\.\s*)?"
)
_VIEW = re.compile(r"(?:(in front)(?: of)?|(behind)|(?:(?:on|to) the )?(left|right)(?: side)?(?: of)?)(?: me)?")
_SIDES = r"front|left|back|right|top|bottom"


def to_item(row: Row, index: int) -> Item | None:
    """Turn a row into an item; None for a row with rotated options."""
    name = row.get("qid") if not rows.is_missing(row.get("qid")) else row.get("index")
    found = _ID.fullmatch(str(name))
    if found is None:
        raise RobustError(f"{NAME} row {index}: index {name!r}; expected: an id such as 'VIN6MS3J' or 'VIN6MS3J-flip'")
    if found["rotation"]:
        return None
    where = f"{NAME} item {found[0]!r}"
    question = rows.text(row, "question", where)
    options = rows.options(row, "ABCD", where)
    return Item(
        id=found[0],
        benchmark=NAME,
        category=rows.text(row, "category", where),
        question=question,
        options=options,
        answer=rows.letter(row.get("answer"), where),
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def _named(option: str) -> str:
    noun = mid_sentence(option)
    return f"the {noun}" if noun.startswith("no ") else definite(noun)  # "no smoking sign"


def _other(option: str, options: Sequence[str]) -> str | None:
    """The option that is not this one, where there are two."""
    others = [text for text in options if text.strip() != option]
    return _named(others[0]) if len(options) == 2 and others else None


def _compared(option: str, options: Sequence[str], verb: str, comparison: str) -> str | None:
    other = _other(option, options)
    return other and sentence(f"{_named(option)} {verb} {comparison} than {other}")


def _height(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    verb = "have" if is_plural(option) else "has"
    return _compared(option, options, verb, f"a {found['way'].lower()} location")


def _camera(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    return _compared(option, options, is_are(option), f"{found['way'].lower()} the camera")


def _closer(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    return _compared(option, options, is_are(option), f"{found['way'].lower()} {definite(found['place'])}")


def _above(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    yes = is_yes(option)
    if yes is None:
        return None
    thing = definite(found["thing"])
    denial = "" if yes else "not "
    return sentence(f"{thing} {is_are(thing)} {denial}directly {found['way'].lower()} {definite(found['place'])}")


def _seen_from(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    way = _VIEW.fullmatch(option.lower())
    if way is None:
        return None
    viewer, thing = definite(found["viewer"]), definite(found["thing"])
    place = "in front of" if way[1] else way[2] or f"on the {way[3]} of"
    opening = f"seen from the position and facing direction of {viewer},"
    return sentence(f"{opening} {thing} {is_are(thing)} {place} {viewer}")


def _side(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    side = re.fullmatch(rf"(?:the )?({_SIDES})(?: side)?", option.lower())
    return side and sentence(f"the {side[1]} side of {definite(found['thing'])} is facing {definite(found['place'])}")


def _facing(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    thing = definite(found["thing"])
    return sentence(f"{thing} {is_are(thing)} facing towards {_named(option)}")


def _both(things: str) -> str:
    """Give both of two things an article: "the man in blue and the dog"."""
    first, _, second = things.partition(" and ")
    if not second or " and " in second or {first.split()[-1], second.split()[0]} <= COLOURS:
        return definite(things)
    return f"{definite(first)} and {definite(second)}"


def _next_to(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    way = re.fullmatch(r"(next to|far away from)(?: each other)?", option.lower())
    return way and sentence(f"{_both(found['things'])} are {way[1]} each other")


def _parallel(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    way = re.fullmatch(r"(parallel|perpendicular)(?: to each other)?", option.lower())
    return way and sentence(f"the orientations of {_both(found['things'])} are {way[1]} to each other")


def _same(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    way = re.fullmatch(r"(?:the )?(same or similar|very different) directions?", option.lower())
    if way is None:
        return None
    article = "the " if way[1].startswith("same") else ""
    return sentence(f"{_both(found['things'])} are facing {article}{way[1]} directions")


_STAND = (
    r"If I stand at (?P<viewer>.+?)['’]s? position,? facing where (?:it|he|she) is facing, (?:is|are) (?P<thing>.+) "
)
_CLOSER = r"Which (?:object )?is (?P<way>closer to|further (?:away )?from|farther (?:away )?from) "

PATTERNS = tuple(
    Pattern(name, re.compile(_OPENING + question, re.IGNORECASE), statement)
    for name, question, statement in (
        ("height_higher", r"Which object has a (?P<way>higher|lower) location\?", _height),
        (
            "location_above",
            r"(?:Is|Are) (?P<thing>.+) directly (?P<way>above|underneath|below|under) (?P<place>.+)\?",
            _above,
        ),
        ("location_closer_to_camera", _CLOSER + r"the camera\?", _camera),
        ("location_next_to", r"Are (?P<things>.+) next to each other or far away from each other\?", _next_to),
        ("orientation_in_front_of", _STAND + r"in front of me or behind me\?", _seen_from),
        ("orientation_on_the_left", _STAND + r"on the left or (?:on the )?right of me\?", _seen_from),
        ("orientation_viewpoint", r"Which side of (?P<thing>.+) is facing (?P<place>the camera)\?", _side),
        ("multi_object_closer_to", _CLOSER + r"(?P<place>.+), .+ or .+\?", _closer),
        ("multi_object_facing", r"Which object is (?P<thing>.+) facing towards, .+ or .+\?", _facing),
        ("multi_object_viewpoint_towards_object", r"Which side of (?P<thing>.+) is facing (?P<place>.+)\?", _side),
        (
            "multi_object_parallel",
            r"What is the relationship between the orientations of (?P<things>.+), "
            r"parallel o[fr] perpendicular to each other\?",
            _parallel,
        ),
        (
            "multi_object_same_direction",
            r"Are (?P<things>.+) facing (?:the )?same or similar directions, or very different directions\?",
            _same,
        ),
    )
)

BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("index", "question", "A", "B", "C", "D", "answer", "category"),
    optional=("qid",),
    to_item=to_item,
    source=Source("oscarqjh/3DSRBench_lmmseval", "test", config="3dsr"),
    patterns=PATTERNS,
)
