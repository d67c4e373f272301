"""What a single English word can be, and its other forms: read from lemminflect's lexicon, which its wheel holds.

A word that the lexicon lacks is taken for a noun whose number its ending tells.
"""

from __future__ import annotations

import re
from functools import cache

from lemminflect import getAllInflections, getAllLemmas

from lmms_robust.statements.vocabulary import MASS, PAIRS, PROPER, UNMARKED

_PEOPLE = {"people": "person", "clothes": "piece of clothing"}  # the lexicon has them as nouns of their own
_INITIALS = 2  # letters of a text in which case may tell: "Ff", "mg"
_TAKES_ES = re.compile(r"(?:s|x|z|ch|sh)$")


@cache
def parts(word: str) -> frozenset[str]:
    """Parts of speech that a word can be: "NOUN", "VERB", "ADJ", "ADV", "AUX"; none for "the", "of" and unknown words.

    >>> sorted(parts("rides")), sorted(parts("sits")), sorted(parts("red")), sorted(parts("qwerty"))
    (['NOUN', 'VERB'], ['VERB'], ['ADJ', 'NOUN'], [])
    """
    return frozenset(getAllLemmas(word.casefold()))


@cache
def _lemmas(word: str, part: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getAllLemmas(word.casefold(), upos=part).get(part, ())
    return found


@cache
def _forms(word: str, tag: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getAllInflections(word.casefold()).get(tag, ())
    return found


def is_base_verb(word: str) -> bool:
    """Whether a word can be a verb in its plain form: "ride", not "rides", "rode", "riding".

    >>> [is_base_verb(word) for word in ("ride", "rides", "riding", "table", "kettle", "be")]
    [True, False, False, True, False, True]
    """
    return word.casefold() == "be" or word.casefold() in _lemmas(word, "VERB")


def is_gerund(word: str) -> bool:
    """Whether a word is the -ing form of a verb: "riding", not "ceiling".

    >>> [is_gerund(word) for word in ("riding", "being", "ceiling", "thing", "ring", "evening")]
    [True, True, False, False, False, True]
    """
    verb = bare(word)
    return verb is not None and word.casefold() in _forms(verb, "VBG")


def bare(word: str) -> str | None:
    """The plain form of a verb, whatever its form is; None if the word is no verb.

    >>> bare("riding"), bare("rides"), bare("stopping"), bare("is"), bare("kettle")
    ('ride', 'ride', 'stop', 'be', None)
    """
    low = word.casefold()
    found = _lemmas(low, "VERB") or _lemmas(low, "AUX")
    for tag in ("VBG", "VBZ", "VBD", "VBN", "VBP"):  # "lying" is a form of "lie" and "lye"
        held = [verb for verb in found if low in _forms(verb, tag)]
        if held:
            return held[0]
    return found[0] if found else None


def third_person(verb: str) -> str:
    """The form of a verb after "it".

    >>> [third_person(verb) for verb in ("have", "carry", "reach", "go", "be", "qwert")]
    ['has', 'carries', 'reaches', 'goes', 'is', 'qwerts']
    """
    forms = ("is",) if verb == "be" else _forms(verb, "VBZ")
    return forms[0] if forms else verb + ("es" if _TAKES_ES.search(verb) else "s")


def past(verb: str) -> str:
    """The past form of a verb.

    >>> past("take"), past("show"), past("qwert")
    ('took', 'showed', 'qwerted')
    """
    forms = _forms(verb, "VBD")
    return forms[0] if forms else f"{verb.removesuffix('e')}ed"


def is_third_person(word: str) -> bool:
    """Whether a word can be a verb after "it": "rides", "is"."""
    return bool(_with_form(word, "VBZ"))


def is_only_past(word: str) -> bool:
    """Whether a word is a verb's past form and no participle: "took", not "held" or "taken".

    >>> is_only_past("took"), is_only_past("held"), is_only_past("taken")
    (True, False, False)
    """
    return parts(word) == {"VERB"} and bool(_with_form(word, "VBD")) and not is_participle(word)


def is_past(word: str) -> bool:
    """Whether a word can be a verb's past form: "took", "parked"."""
    return bool(_with_form(word, "VBD"))


def is_participle(word: str) -> bool:
    """Whether a word can be a past participle: "taken", "parked"."""
    return any(not _forms(verb, "VBN") for verb in _with_form(word, "VBD")) or bool(_with_form(word, "VBN"))


def _with_form(word: str, tag: str) -> list[str]:
    """Verbs that have a word as their form of a kind; where past form and participle are one, only "VBD" has it."""
    return [verb for verb in _lemmas(word, "VERB") if word.casefold() in _forms(verb, tag)]


def is_comparative(word: str) -> bool:
    """Whether an adjective compares: "greater", "more", but not "other"."""
    return any(word in _forms(plain, "JJR") for plain in _lemmas(word, "ADJ"))


def is_plural_word(word: str) -> bool:
    """Whether a single word is a plural.

    >>> [is_plural_word(word) for word in ("dogs", "bus", "grass", "people", "sheep", "men", "Texas", "sits")]
    [True, False, False, True, False, True, False, False]
    """
    low = word.casefold()
    if low in _PEOPLE or low in PAIRS:
        return True
    lemmas = _lemmas(low, "NOUN")
    if lemmas:
        return lemmas[0] != low
    if parts(low) or not re.search(r"[^\W\d_]{2}s$", low) or low.endswith(("ss", "us", "is")):
        return bool(_added_s(low))
    named = low.capitalize() in PROPER  # "christmas"; but "hoodies", "Fridays"
    return (word[:1].islower() and not named) or bool(parts(low[:-1])) or word[:-1] in PROPER


def is_mass(word: str) -> bool:
    """Whether a noun stands without an article and has no plural: "rice", "furniture", "happiness"."""
    low = word.casefold()
    return low in MASS or (_forms(low, "NNS") == (low,) and low not in PAIRS | UNMARKED)


def is_countable(word: str) -> bool:
    """Whether a noun surely takes an article in the singular: "jug", but not "rice" and "stone"."""
    low = word.casefold()
    return (
        not is_mass(low) and bool(_forms(low, "NNS")) and low not in _forms(low, "NNS") and low in _lemmas(low, "NOUN")
    )


def singular_word(word: str) -> str:
    """A noun's singular.

    >>> [singular_word(word) for word in ("dogs", "buses", "bus", "leaves", "hoodies", "scissors", "buss", "knifes")]
    ['dog', 'bus', 'bus', 'leaf', 'hoodie', 'pair of scissors', 'bus', 'knife']
    """
    low = word.casefold()
    if low in PAIRS:
        return f"pair of {word}"
    if _is_verb_with_s(low):
        return bare(low) or word
    if not is_plural_word(word):
        return word
    lemmas = [lemma for lemma in _lemmas(low, "NOUN") if lemma != low]
    one = _PEOPLE.get(low) or _added_s(low)
    if not one and lemmas:  # "leaf" before "leave", whose plural any rule would find
        one = next((lemma for lemma in lemmas if low not in (f"{lemma}s", f"{lemma}es")), lemmas[0])
    if not one:
        one = low[:-2] if re.search(r"(?:ss|x|ch|sh)es$", low) else low[:-1]
    return one if word.islower() or not low.startswith(one[:-1]) else word[: len(one) - 1] + one[-1]


def plural_word(word: str) -> str:
    """A noun's plural; a plural stays as it is.

    >>> [plural_word(word) for word in ("dog", "knife", "person", "ski", "baby", "sheep", "dogs", "Fridays", "stepss")]
    ['dogs', 'knives', 'people', 'skis', 'babies', 'sheep', 'dogs', 'Fridays', 'steps']
    """
    low = word.casefold()
    added = _added_s(low)
    if added:
        return added if added in PAIRS else plural_word(added)
    if is_plural_word(word) or ("NOUN" not in parts(low) and is_participle(low)) or _is_verb_with_s(low):
        return word
    if low == "person":
        return "people"
    if low in UNMARKED:
        return word
    known = _forms(low, "NNS") if low in _lemmas(low, "NOUN") else ()
    if known:
        return word[: len(word) - len(low)] + known[0] if word.islower() else word[:1] + known[0][1:]
    if low.endswith("man"):
        return f"{word[:-3]}men"
    if re.search(r"[^aeiou]y$", low):
        return f"{word[:-1]}ies"
    return f"{word}es" if _TAKES_ES.search(low) else f"{word}s"


def _is_verb_with_s(low: str) -> bool:
    """Whether the lexicon has a noun that got an "s" as a verb's form only: "bars", "perks"."""
    return parts(low) == {"VERB"} and is_third_person(low)


def _added_s(low: str) -> str | None:
    """The singular under a plural that only got an "s": "fox" of "foxs", "knife" of "knifes", "scissors"."""
    one = low.removesuffix("s")
    if one == low or "NOUN" in parts(low) or low in PAIRS or len(one) < 3:
        return None
    if one in PAIRS:
        return one
    if one.endswith("s") and is_plural_word(one):  # "stepss"
        return singular_word(one)
    known = one in _lemmas(one, "NOUN")
    regular = not (known and f"{one}s" in _forms(one, "NNS"))
    return one if known and regular else None


def one_spelling(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but spaces, a full stop, and case that tells nothing.

    Case tells nothing at the start of more than two letters, and in words that the lexicon knows.

    >>> one_spelling("A red car.", "a red Car"), one_spelling("LEFT", "left"), one_spelling("Yes.", "yes")
    (True, True, True)
    >>> one_spelling("Ff", "ff"), one_spelling("AABB", "AaBb"), one_spelling("Mg", "mg"), one_spelling(".", "")
    (False, False, False, False)
    """
    texts = [" ".join(text.split()) for text in (one, other)]
    texts = [text.rstrip(". ") or text for text in texts]
    if texts[0].casefold() != texts[1].casefold():
        return False
    long = len(texts[0]) > _INITIALS
    words = [(text[:1].casefold() + text[1:] if long else text).split() for text in texts]
    return all(word == same or bool(parts(word)) for word, same in zip(*words, strict=True))
