"""Numbers that a chain works out: sums in words, a count that runs up from one, parts that make up a whole."""

from __future__ import annotations

import re

from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.events import Event, Force, Kind
from lmms_robust.parsing.mentions import lexicon
from lmms_robust.parsing.questions import Reading
from lmms_robust.parsing.vocabulary import NUMBERS, POLYGONS
from lmms_robust.parsing.words import compared, forms

_VALUES = NUMBERS | {"a pair": "2", "a couple": "2", "another": "1"}
_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})\b", re.IGNORECASE)
_N = r"(\d+(?:\.\d+)?)"
# At most a few words stand between a number and the sign that follows it ("3 cats plus 2 dogs").
_GAP = r"(?: [\w'-]+){0,3}?"
_SIGN = r" ?(?:\+|-|−|x|\*|plus|and|minus|less|take away|times|without)(?: (?:the|a further))? ?"
_SUM = re.compile(
    rf"{_N}{_GAP}(?:{_SIGN}{_N}{_GAP})+,? ?(?:=|is|are|make|makes|making|leave|leaves|leaving|equal|equals|give|gives|"
    rf"giving|that's|that is|that makes|so)(?: [a-z]+){{0,2}}? ?{_N}",
    re.IGNORECASE,
)
_SIDES = frozenset(forms("side edge corner vertex vertices angle"))
_PLACE = r"(?:at|in|on|near|behind|under|by|to|inside|above|below|outside|over|along|beside|next)\b"
_PART = re.compile(rf"\b{_N} (?:more |other |further )?((?:[a-z'-]+ ){{0,3}}?){_PLACE}", re.IGNORECASE)


def _digits(text: str) -> str:
    return _WORD.sub(lambda match: _VALUES[match[0].lower()], text)


def _running(text: str) -> str | None:
    """Last number of a count that runs 1, 2, 3, ...; labels may stand after each number."""
    numbers = [int(found) for found in re.findall(r"\b\d{1,2}\b", text)]
    last = numbers[-1] if numbers else 0
    return str(last) if last > 2 and numbers[-last:] == list(range(1, last + 1)) else None


def _figure(sentence: Sentence, known: Reading) -> list[Event]:
    """The polygon that has the number of sides told, or the number of sides of the polygon told."""
    named = {compared(word): number for word, number in POLYGONS.items()}
    if known.counting and known.counted & _SIDES:
        found = [(number, (number,)) for form in forms(sentence.text) if (number := named.get(form))]
    elif _SIDES & set(forms(sentence.text)) and any(
        form in named for option in known.options for form in forms(option)
    ):
        number = _running(sentence.text) or (re.findall(r"\b\d{1,2}\b", _digits(sentence.text)) or [""])[-1]
        found = [(number, (form,)) for form, sides in named.items() if sides == number]
    else:
        return []
    options = {option for _, phrase in found if (option := lexicon(known.options).phrases.get(phrase)) is not None}
    return [Event(Kind.ASSERT, sentence.start, options.pop(), Force.TOPICAL)] if len(options) == 1 else []


def _parts(text: str, known: Reading) -> str | None:
    """Sum of two and more parts in different places: "1 wheel at the front and 2 at the back"."""
    found = list(_PART.finditer(text))
    nouns = [set(forms(match[2])) for match in found]
    if len(found) < 2 or len(found) != len(re.findall(r"\d+", text)) or not nouns[0] or not nouns[0] & known.counted:
        return None
    if any(noun - known.counted for noun in nouns):
        return None
    return str(sum(int(float(match[1])) for match in found))


def total_events(sentence: Sentence, known: Reading) -> list[Event]:
    """Return the assertion of the number that a sentence works out, if there is one and it is an option."""
    if not known.numeric or (known.counting and known.counted & _SIDES):
        figure = _figure(sentence, known)
        if figure or not known.numeric:
            return figure
    text = _digits(sentence.text)
    sums = list(_SUM.finditer(text))
    number, force = (sums[-1][3], Force.CONCLUSIVE) if sums else (_running(text), Force.CONCLUSIVE)
    if number is None and known.counting:
        number, force = _parts(text, known), Force.TOPICAL
    option = lexicon(known.options).phrases.get((number,)) if number else None
    return [] if option is None else [Event(Kind.ASSERT, sentence.start, option, force)]
