"""What the options of a question are called in prose, and what the question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lmms_robust.reading import words
from lmms_robust.reading.spelling import NUMBER, WORD, comparing, folded, number, plain, squeeze, tokens
from lmms_robust.schema import letters

UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
"""Scripts without blanks between words."""
_FORMULA = re.compile(r"[\\^=<>{}+√π]|\d\s?[/*]\s?\d|\d[a-z]\b")
POINT = re.compile(r"[L-Z](?<![A-Za-z0-9_][A-Z])(?![A-Za-z0-9_]|['.\-]\w)")
"""A capital letter by itself that labels no option."""
_OWN_LETTER = re.compile(r"\b[B-J]\b|\bA$")
# An option that is a number, with a unit or two.
_COUNT = re.compile(r"[^\w-]{0,4}(-?\d+(?:[.,:/]\d+)*|[a-z]+)(?:\W{0,3}[^\W\d]{1,20}){0,2}\W{0,4}", re.IGNORECASE)
_POLAR = (("yes", "no"), ("true", "false"))
_RELATES = re.compile(
    r"\b(?:where|relati\w{1,6}|positione?d?|located|respect|sides?|direction|facing|left|right|above|below|behind|front)\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:not|except|incorrect|false|never|cannot|wrong|excluded?|lacks?|missing)\b|n't\b|不|错|没有|除了|无关",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_NO = re.compile(r"\bno\b", re.IGNORECASE)
_ASKING = re.compile(r"\b(?:what|which|where|who|whose|how|why|when)\b")
_HYPOTHETICAL = re.compile(r"\b(?:if|when|would|will|suppose|were)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """What the options of one question are called, and what the question asks.

    Attributes:
        words: the words of each option.
        said: all words of question and options.
        spellings: every way to write an option and nothing else, as :func:`folded` and as tokens, to index.
        keys: padded token strings to option index, longest first.
        bags: sets of content words to option index, for options that no key names.
        literal: options in scripts without blanks between words, or told apart by marks alone, to index.
        numbers: value to option index, if the options are numbers.
        given: values that the question has.
        formulas: option without blanks to index, longest first.
        polar: index of the options "yes" and "no" (or "true" and "false"), in this order, or empty.
        own: words one of which stands wherever an option is named by words.
        longest: characters beyond which a text is more than an option.
        count: number of options.
        asked: content words of the question that no option has.
        core: those of its last sentence, from its question word on.
        claim: what its last sentence asks to be so: its words without articles, auxiliaries and the like, in order.
        of_options: words that tell options apart.
        order: content words of the question that are no option, in the order in which they stand last.
        places: words of the question for a place that no option has.
        comparing: words of the question that compare ("taller"): a statement with others answers another question.
        negative: it asks for what does not hold.
        relates: it asks how things stand to each other, so that their order counts.
        hypothetical: it asks what would be, so that "if" is no doubt.
        pointed: each option has its own letter in its text ("A is closer"), so that a letter anywhere means it.
        lettered: option texts have capital letters of their own ("point B"), so that a letter alone may mean those.
        points: options that are a capital letter which labels none, such as P, to index.
    """

    words: tuple[frozenset[str], ...]
    said: frozenset[str]
    spellings: dict[str, int]
    keys: tuple[tuple[str, int], ...]
    bags: tuple[tuple[frozenset[str], int], ...]
    literal: tuple[tuple[str, int], ...]
    numbers: dict[str, int]
    given: frozenset[str]
    formulas: tuple[tuple[str, int], ...]
    polar: dict[str, int]
    own: frozenset[str]
    longest: int
    count: int
    asked: frozenset[str]
    core: frozenset[str]
    claim: tuple[str, ...]
    of_options: frozenset[str]
    order: tuple[str, ...]
    places: frozenset[str]
    comparing: frozenset[str]
    negative: bool
    relates: bool
    hypothetical: bool
    pointed: bool
    lettered: bool
    points: dict[str, int]


@lru_cache(maxsize=4096)
def names(question: str, options: tuple[str, ...]) -> Names:
    """What the options of a question are called; options whose texts are not known ("") have no names."""
    labels, known = _labels([plain(option) for option in options])
    pointed = all(
        re.findall(r"\b[A-K]\b", option) == [letter] for option, letter in zip(known, letters(len(known)), strict=True)
    )
    lettered = not pointed and any(_OWN_LETTER.search(option) for option in known)
    listed = _stripped([tokens(option.lower()) or [""] for option in known], lettered)
    spelled = [f" {' '.join(one)} " for one in listed]
    keys = {key: index for index, key in enumerate(spelled) if spelled.count(key) == 1 and _tells(key)}
    contents = [frozenset(one) - words.FUNCTION for one in listed]
    bags = [(one, index) for index, one in enumerate(_distinctive(contents)) if _tells(" ".join(one))]
    texts = [option.strip().rstrip("。").lower() for option in known]
    literal = {
        text: index
        for index, text in enumerate(texts)
        if text and texts.count(text) == 1 and (UNSPACED.search(text) or spelled.count(spelled[index]) > 1)
    }
    formulas = [(squeeze(option), index) for index, option in enumerate(known) if _FORMULA.search(option)]
    lowered = [" ".join(WORD.findall(option.lower())) for option in known]
    polar = next(({word: lowered.index(word) for word in pair} for pair in _POLAR if {*pair} <= {*lowered}), {})
    sentences = _SENTENCE.split(question.strip())
    last = next((one for one in reversed(sentences) if one.endswith("?")), sentences[-1])
    asking = plain(question).lower()
    content = [word for word in tokens(asking) if word not in words.FUNCTION and len(word) > 2]
    last_placed = [*reversed(dict.fromkeys(reversed(content)))]
    in_all = set(listed[0]).intersection(*listed[1:]) if listed else set()
    of_options = frozenset(word for one in listed for word in one)
    in_some = of_options - in_all
    numbers = _numbers(known)
    return Names(
        words=tuple(frozenset(tokens(option.lower())) for option in known),
        said=frozenset(content).union(*(tokens(option.lower()) for option in known)),
        spellings=_unique(
            [
                [option.strip(), folded(option), label, *([key.strip()] if key in keys else [])]
                for option, label, key in zip(options, labels, spelled, strict=True)
            ]
        ),
        keys=tuple(sorted(keys.items(), key=lambda pair: -len(pair[0]))),
        bags=tuple(bags),
        literal=tuple(literal.items()),
        numbers=numbers,
        given=frozenset(map(number, NUMBER.findall(asking))),
        formulas=tuple(sorted(formulas, key=lambda pair: -len(pair[0]))),
        polar=polar,
        own=frozenset(word for key in keys for word in key.split()).union(*(bag for bag, _ in bags)),
        longest=2 * max(map(len, options), default=0) + 40,  # number words, marks and blanks
        count=len(options),
        asked=frozenset(content) - in_some,
        of_options=of_options,
        order=tuple(
            word for word in last_placed if word not in in_some | words.AUXILIARIES and not _RELATES.match(word)
        ),
        places=frozenset(content) & words.PLACES - of_options,
        claim=claim(plain(last).lower()),
        core=_core(last) - in_some,
        comparing=comparing(last.lower()) - in_some,
        negative=bool(_NEGATIVE.search(last) or (polar and _NO.search(last))),
        relates=bool(_RELATES.search(last)),
        hypothetical=bool(_HYPOTHETICAL.search(last)),
        pointed=pointed,
        lettered=lettered,
        points={option: index for index, option in enumerate(known) if POINT.fullmatch(option)},
    )


def _core(sentence: str) -> frozenset[str]:
    low = plain(sentence).lower()
    asking = _ASKING.search(low)
    found = tokens(low[asking.start() :] if asking else low)
    return frozenset(word for word in found if len(word) > 2) - words.FUNCTION - words.AUXILIARIES


def _unique(spellings: Sequence[Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, several in enumerate(spellings):
        for spelling in {*several} - {""}:
            found[spelling] = -1 if spelling in found else index
    return {spelling: index for spelling, index in found.items() if index >= 0}


_OWN_LABEL = re.compile(r"\(?(\w{1,2})[.:)]\s{1,3}(?=\S)")


def _labels(options: list[str]) -> tuple[list[str], list[str]]:
    """Labels that the options bring along ("0: a cat"), or ``""``, and the options without them."""
    found = [match for option in options if (match := _OWN_LABEL.match(option))]
    labels = [match[1].lower() for match in found]
    if len(found) < len(options) or len({*labels}) < len(labels):
        return [""] * len(options), options
    return labels, [option[match.end() :] for option, match in zip(options, found, strict=True)]


def _tells(key: str) -> bool:
    """Whether words are enough to name an option by: no single letter, and no two of them."""
    return len(key.strip()) > (2 if key.isascii() else 0) or any(one.isdigit() for one in key)


def _distinctive(contents: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Words of each option that no other option has."""
    shared = {word for one in contents for word in one if sum(word in other for other in contents) > 1}
    return [one - shared for one in contents]


def _stripped(listed: list[list[str]], lettered: bool) -> list[list[str]]:
    """Token lists without articles in front and without what all of them start and end with, if words are left."""
    whole = listed = listed if lettered else [_bare(one) for one in listed]
    for turned in (1, -1):
        least = min(map(len, listed)) - 1
        same = 0
        while same < least and len({one[::turned][same] for one in listed}) == 1:
            same += 1
        listed = [one[::turned][same:][::turned] for one in listed]
    return listed if all(_tells(" ".join(one)) for one in listed) else whole


def _bare(one: list[str]) -> list[str]:
    return one[1:] if len(one) > 1 and one[0] in words.ARTICLES else one


def _numbers(options: Sequence[str]) -> dict[str, int]:
    """Value to index, where options are numbers, with a unit or two at most; others may stand among them."""
    found: dict[str, int] = {}
    for index, option in enumerate(options):
        match = _COUNT.fullmatch(option)
        value = None
        if match:
            value = number(match[1]) if match[1][-1].isdigit() else words.NUMBERS.get(match[1].lower())
            value = "1" if match[1].lower() == "one" else value
        if (value is None and NUMBER.search(option)) or value in found:
            return {}
        if value is not None:
            found[value] = index
    return found if len(found) > 1 else {}


def named(part: Sequence[str], known: Names) -> set[int]:
    """Indices of the options whose words a part of a sentence has; of names within each other the longest.

    Args:
        part: its :func:`tokens`.
        known: the names.
    """
    if known.own.isdisjoint(part):
        return set()
    text, found = f" {' '.join(part)} ", set()
    for key, index in known.keys:
        if key in text:
            found.add(index)
            text = text.replace(key, " \0 ")
    if not found and known.bags:
        present = set(part)
        touched = [(bag <= present, index) for bag, index in known.bags if not bag.isdisjoint(present)]
        found = {index for whole, index in touched if whole} if all(whole for whole, _ in touched) else set()
        found = found or _mostly(present, known)
    return found


def _mostly(present: set[str], known: Names) -> set[int]:
    """The option of whose own words at least half, and two, are there, and of all others at most one."""
    shared = sorted((len(bag & present), index) for bag, index in known.bags)
    most, option = shared[-1]
    enough = most > 1 and 2 * most >= len(next(bag for bag, index in known.bags if index == option))
    return {option} if enough and all(other < 2 for other, _ in shared[:-1]) else set()


def may_name(low: str, present: frozenset[str], known: Names) -> bool:
    """Whether a sentence can name an option otherwise than by letter; a quick look that never misses one.

    Args:
        low: the sentence, plain, in lower case.
        present: its :func:`tokens`.
        known: the names.
    """
    if known.formulas or not known.own.isdisjoint(present) or any(text in low for text, _ in known.literal):
        return True
    if known.numbers and any(word[0].isdigit() or word == "one" for word in present):
        return True
    asks = len(known.core & present) + 1 >= len(known.core)
    return bool(known.polar) and (asks or not _POLAR_WORDS.isdisjoint(present))


def formulas_in(text: str, known: Names) -> set[int]:
    """Options by the formula that a sentence comes to: what stands behind its last equals sign, or all it has."""
    tail = squeeze(_APPROXIMATES.split(text)[0]).rpartition("=")[2]
    found = set()
    for formula, index in known.formulas:
        if formula in tail:
            found.add(index)
            tail = tail.replace(formula, " ")
    return found


_POLAR_WORDS = frozenset(word for pair in _POLAR for word in pair) | words.STATEMENTS | words.SUBJECTS
_APPROXIMATES = re.compile(r"≈|\\approx")
_WITHIN = re.compile(r"\bin (?:the|this) (?:image|picture|photo|scene)\b")


def claim(low: str) -> tuple[str, ...]:
    """The words of a question or clause that make it true or false, in order."""
    return tuple(word for word in tokens(_WITHIN.sub("", low)) if word not in words.LIGHT)
