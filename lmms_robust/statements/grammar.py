"""English nouns: number, articles, agreement, case. Pure functions on short texts.

A noun here is a noun phrase as benchmarks write it: "red hats of the person in the back". Its head is the word that
carries number ("hats"). For yes/no questions see :mod:`lmms_robust.statements.yes_no`.
"""

from __future__ import annotations

import re

from lmms_robust.statements.clauses import kind
from lmms_robust.statements.vocabulary import (
    BREAKS,
    CLOSED_CLASS,
    COLOURS,
    DETERMINERS,
    KINDS,
    NAMING,
    NO_VALUE,
    NO_VALUES,
    PRONOUNS,
    PROPER,
    SHADES,
    SHAPES,
    WITH_ARTICLE,
)
from lmms_robust.statements.words import is_gerund, is_participle, is_plural_word, parts, plural_word, singular_word

_MARK = re.compile(r"\s*\((?:annotated|highlighted|marked|outlined) by (?:an?|the) ([^)]*)\)", re.IGNORECASE)


_OWNER = r"[A-Z]\w*['’]s?"


def strip_marks(noun: str) -> str:
    """Take away notes on drawn boxes.

    >>> strip_marks("cushion (annotated by the red box)")
    'cushion'
    """
    return " ".join(_MARK.sub("", noun).split())


def boxed(noun: str) -> str:
    """Turn notes on drawn boxes into words, which keep a noun apart from others of its kind.

    >>> boxed("cushion (annotated by the red box)")
    'cushion in the red box'
    """
    return " ".join(_MARK.sub(r" in the \1", noun).split())


def capitalize(text: str) -> str:
    """Upper-case the first character and nothing else.

    >>> capitalize("the SUV is red.")
    'The SUV is red.'
    """
    text = text.strip()
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Make one sentence of a clause: single spaces, first letter upper-case, a full stop.

    >>> sentence("the  dog is  red")
    'The dog is red.'
    """
    text = " ".join(text.split())
    return capitalize(text if text.endswith((".", "!")) else f"{text.rstrip('?,;: ')}.")


def mid_sentence(text: str, asked: str = "") -> str:
    """Lower-case the first letter unless the text starts with a name, an acronym, a letter or "I".

    Args:
        text: an option or a clause.
        asked: what the text is the answer to. Where that asks for a name or for words as they are written, all
            capitals stay. Elsewhere a single capitalised word is taken for a common word if it is not a known name.

    >>> [mid_sentence(text) for text in ("Red", "SUV", "Big Ben", "Africa", "A dog", "T-shirt", "Dark Blue and Red")]
    ['red', 'SUV', 'Big Ben', 'Africa', 'a dog', 'T-shirt', 'dark blue and red']
    >>> mid_sentence("Acme", "brand of the shoe"), mid_sentence("Gold", "color of the brand")
    ('Acme', 'gold')
    """
    text = " ".join(text.split())
    words = re.findall(r"[\w'-]+", text)
    if not words or (asks_for_name(asked) and not re.match(r"(?:An?|The) [a-z]", text)):
        return text
    with_article = re.fullmatch(r"(?:[Aa]n?|The|[Ss]ome) ([A-Z][a-z]+)", text)
    if with_article and with_article[1] not in PROPER:
        return text.casefold()
    owner = re.fullmatch(r"(\w+)'s", words[0])  # "Women's", but "Mark's"
    known = (
        any(map(parts, words[0].split("-")))
        or words[0].casefold() in DETERMINERS | BREAKS | PRONOUNS | CLOSED_CLASS
        or bool(owner and is_plural_word(owner[1]))
    )
    numbered = re.match(r"[A-Z][a-z]+ \d", text) and "NOUN" in parts(words[0])  # "Highway 280", not "About 5"
    if not text[0].isupper() or words[0] in PROPER or not known or (numbered and words[0].casefold() not in BREAKS):
        return text
    if all(word.casefold() in COLOURS | SHADES | {"and"} for word in words):
        return text.casefold()
    if words[0] != "A" or len(words) == 1:
        if re.fullmatch(r"I|\w(?:-.*)?|\w.*[A-Z\d].*", words[0]):
            return text
        opens = words[0].casefold() in DETERMINERS | BREAKS
        if re.match(r"[\w'-]+[ /][A-Z]", text) and not opens:
            return text
    return text[0].lower() + text[1:]


def asks_for_name(asked: str) -> bool:
    """Whether a question asks for a name or for words as they are written."""
    head = re.split(r" (?:of|on|in|for|from|shown|written|highlighted|that|which)\b| (?:[A-Z]|\d+)$", asked.strip())[0]
    kind = re.fullmatch(r"(?:the )?name of (?:the|this|that|an?) (?:\w+ )?(\w+)(?: .*)?", asked.strip(), re.IGNORECASE)
    if kind and kind[1].casefold() in KINDS:
        return False
    return bool(NAMING.search(head)) and not re.match(r".*\bstate of\b", asked)


def value(option: str, asked: str = "") -> str | None:
    """An option as it stands after "is"; None if it is no value, such as "none", "other" or a clause of its own.

    >>> value("Red."), value("Acme", "brand"), value("Circle", "shape"), value("None"), value("It is red")
    ('red', 'Acme', 'a circle', None, None)
    """
    text = " ".join(option.split()).rstrip(".")
    named = asks_for_name(asked)
    if not text or text.casefold() in NO_VALUES or re.search(r"[?!;]$|[?!;:] ", text):
        return None
    if (NO_VALUE.search(text) or kind(text) == "clause") and not named:
        return None
    text = mid_sentence(text, asked)
    return indefinite(text) if text in SHAPES and re.search(r"\bshape\b", asked) else text


def head_index(words: list[str]) -> int:
    """Return the place of the head, the word that carries number.

    >>> head_index("wine glasses on the dining table".split())
    1
    """
    for place, word in enumerate(words[1:], start=1):
        following = words[place + 1].casefold() if place + 1 < len(words) else ""
        acts = is_gerund(word) and "NOUN" in parts(words[place - 1]) and "ADJ" not in parts(words[place - 1])
        ends = is_gerund(word) or word.endswith("ed") or (is_participle(word) and "NOUN" not in parts(word))
        noun = words[place - 1].casefold() in DETERMINERS or (
            "NOUN" in parts(word) and "ADJ" in parts(words[place - 1])  # "the main feeling in"
        )
        participle = ends and following in DETERMINERS | BREAKS and not noun
        participle = participle or bool(acts and following)
        if word.startswith("(") or word.casefold().strip(",") in BREAKS or participle:
            return place - 1
    return len(words) - 1


def _on_head(noun: str, *, plural: bool) -> str:
    words = noun.split()
    place = head_index(words)
    words[place] = plural_word(words[place]) if plural else singular_word(words[place])
    return " ".join(words)


def is_plural(noun: str) -> bool:
    """Whether a noun takes "are": a plural head, or two heads joined by "and".

    >>> [is_plural(noun) for noun in ("the dogs on the mat", "a dog and a cat", "black and white cat", "man with skis")]
    [True, True, False, False]
    """
    words = noun.split()
    if not words:
        return False
    if words[0].casefold() in {"they", "we", "you", "these", "those"}:
        return True
    head = words[: head_index(words) + 1]
    joined = [i for i, word in enumerate(head) if word == "and" and i and head[i - 1].casefold() not in COLOURS]
    return bool(joined) or (is_plural_word(head[-1].strip(",.")) and words[0].casefold() not in {"a", "an", "one", "1"})


def plural(noun: str) -> str:
    """Put a noun in the plural; a plural stays as it is.

    >>> [plural(noun) for noun in ("person", "box", "knife on the table", "sheep", "baby", "dogs")]
    ['people', 'boxes', 'knives on the table', 'sheep', 'babies', 'dogs']
    """
    return _on_head(noun, plural=True)


def singular(noun: str) -> str:
    """Put a noun in the singular; a singular stays as it is.

    >>> [singular(noun) for noun in ("people", "boxes", "wine glasses", "horses", "scissors", "bus", "buses", "shoes")]
    ['person', 'box', 'wine glass', 'horse', 'pair of scissors', 'bus', 'bus', 'shoe']
    """
    return _on_head(noun, plural=False)


def is_are(noun: str) -> str:
    """The form of "to be" that agrees with a noun.

    >>> is_are("the dogs"), is_are("the dog"), is_are("I")
    ('are', 'is', 'am')
    """
    return "am" if noun.strip() == "I" else "are" if is_plural(noun) else "is"


def has_determiner(noun: str) -> bool:
    """Whether a noun needs no article: it has a determiner or a possessive, or is a pronoun or a name.

    >>> [has_determiner(noun) for noun in ("my dog", "the man's hat", "woman's hat", "her", "Big Ben", "SUV")]
    [True, True, False, True, True, False]
    """
    words = noun.split()
    quoted = re.fullmatch(r"[\"'“‘].+[\"'”’]", noun.strip())
    lettered = re.fullmatch(
        r"(?:(?!\w+ed )[A-Za-z]+ ){0,2}(?:[A-Z]|\d+)|[a-z]+ [A-Z]{2,4}", noun.strip()
    )  # "X", "point A", "leaf type B"
    if (
        not words
        or quoted
        or lettered
        or words[0].casefold() in DETERMINERS | PRONOUNS
        or re.fullmatch(_OWNER, words[0])
    ):
        return True
    core = words[: head_index(words) + 1]
    shouted = len(core) > 1 and noun.isupper()
    return shouted or all(re.fullmatch(r"[A-Z][a-z'’.]+", word) for word in core)


def definite(noun: str) -> str:
    """Put "the" before a noun that has no determiner.

    >>> [definite(noun) for noun in ("dog", "the dog", "his dog", "woman's hat", "it", "Big Ben", "SUV")]
    ['the dog', 'the dog', 'his dog', "the woman's hat", 'it', 'Big Ben', 'the SUV']
    """
    noun = re.sub(r"^thr? ", "the ", " ".join(noun.split()))
    return noun if has_determiner(noun) and not WITH_ARTICLE.fullmatch(noun) else f"the {noun}"


def indefinite(noun: str) -> str:
    """Put "a" or "an" before a singular noun that has no determiner.

    >>> [indefinite(noun) for noun in ("dog", "apple", "hour", "uniform", "SUV", "dogs", "the dog", "X-ray")]
    ['a dog', 'an apple', 'an hour', 'a uniform', 'an SUV', 'dogs', 'the dog', 'an X-ray']
    """
    noun = " ".join(noun.split())
    if has_determiner(noun) or is_plural(noun):
        return noun
    return f"{'an' if starts_with_vowel(noun) else 'a'} {noun}"


def starts_with_vowel(text: str) -> bool:
    """Whether the text starts with a vowel sound: by the letter's name for acronyms and single letters."""
    word = re.split(r"[\s-]", text.strip())[0]
    if re.fullmatch(r"[A-Z]{1,4}\d*", word):
        return word[0] in "AEFHILMNORSX"
    silent_h = re.match(r"hour|honest|heir|honou?r", word, re.IGNORECASE)
    consonant = re.match(r"uni(?!n)|use|usu|uten|eu|one\b|once", word, re.IGNORECASE)
    return bool(silent_h or (re.match(r"[aeiou]|8|11\b|18\b", word, re.IGNORECASE) and not consonant))
