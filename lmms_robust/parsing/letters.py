"""Find option letters in prose, and tell them from articles, pronouns, vitamins and points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9_'(.-])(\(\s?)?([\"'])?([A-J])\2?(\s?\))?(?![A-Za-z0-9_]|'\w|-\w|\.\w)|\(([a-j])\)",
)
_LOWER = re.compile(
    r"\b(?:options?|choices?|letter|answer(?: is|:)?(?: option)?)\s*:?\s*[\"'(]?([a-j])(?=[\"').,;:!]|\s*$|\s+(?:is|"
    r"because|since)\b)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|last) (?:option|choice|caption|statement|answer choice|description)\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
_NUMBERED = re.compile(
    r"\b(?:option|choice|answer) (?:number |no\. ?|#)?(one|two|three|four|five|six|[1-6])\b(?! (?:is not|of))|"
    r"\b(?:option|choice|answer)\b[^.,;]{0,12}? (?:is|would be|must be) the (first|second|third|fourth|fifth|sixth|"
    r"last)"
    r"(?: one)?(?=\W*$)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"\bthe (former|latter)\b", re.IGNORECASE)
_PLACES |= {word: index for index, word in enumerate(("one", "two", "three", "four", "five", "six"))}
_PLACES |= {str(index + 1): index for index in range(6)} | {"former": 0, "latter": 1}
_AFTER_CUE = re.compile(
    r"(?:^|\b(?:so|therefore|thus|hence|is|be|was|are|answers?|options?|choices?|choose|choosing|chose|pick|picking|"
    r"select|"
    r"selecting|with|not|either|or|nor|neither|and|than|eliminat\w+|exclud\w+|reject\w*|discard\w*|rul\w+ out|to|"
    r"it's|that's|for|only|letter|"
    r"both|leaves|leaving|as|say|out|like|of|unlike|means|answered|mark|marked|candidate|between|definitely|clearly|"
    r"likely|probably|"
    r"conclude|conclusion|being|go|case|because|favors?|supports?|indicates|hence|caption|statement)|[:=,(\"'-]|答案|选|"
    r"是|为|项|择)\s*[\"'(]?$",
    re.IGNORECASE,
)
_SURE_AFTER = re.compile(
    r"^\s*(?:$|[.,;:!?)\"'\]]|(?:is|are|was|because|since|and|or|over|rather|instead|not|as|with|seems|fits|matches|"
    r"-|here|then|too)\b|[-=])",
)
_VERB_AFTER = re.compile(
    r"^\s*(?:and [A-J]\b|or [A-J]\b|is|isn't|are|was|seems?|fits|matches|doesn't|does|cannot|can't|can|must|should|"
    r"would|has|says|describes|"
    r"states|looks|appears|remains|works|wins|it is)\b",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that names an option: the capital, and where it stands."""

    letter: str
    start: int
    end: int


def _names_option(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 20]
    if match[1] and match[4]:
        return True
    if match[3] in "AI" and not _SURE_AFTER.match(after):
        return False
    if not before.strip():
        return not after.strip(" .,;:!?\"')") or bool(_VERB_AFTER.match(after)) or after.lstrip()[:1] in ",.:;)/"
    return bool(_AFTER_CUE.search(before)) and not (match[3] == "I" and not after.strip(" .,)"))


def find_letters(text: str, count: int = 0) -> list[Letter]:
    """Return the option letters A to J that ``text`` names, in order.

    Args:
        text: the text.
        count: number of options, for "the last option" and the like; 0 leaves such words alone.

    >>> [found.letter for found in find_letters("A man takes Vitamin C, so the answer is B")]
    ['B']
    """
    found = {}
    for match in _CANDIDATE.finditer(text):
        if match[5]:
            found[match.start(5)] = Letter(match[5].upper(), match.start(), match.end())
        elif _names_option(text, match):
            found[match.start(3)] = Letter(match[3], match.start(), match.end())
    ordinals = [*_ORDINAL.finditer(text), *_NUMBERED.finditer(text), *(_PAIR.finditer(text) if count == 2 else ())]
    for match in ordinals:
        place = _PLACES[match[match.lastindex or 1].lower()]
        index = count - 1 if place < 0 else place
        if 0 <= index < count:
            found[match.start()] = Letter(ascii_uppercase[index], match.start(), match.end())
    for match in _LOWER.finditer(text):
        found.setdefault(match.start(1), Letter(match[1].upper(), match.start(1), match.end(1)))
    return [found[position] for position in sorted(found)]
