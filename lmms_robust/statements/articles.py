"""Whether a noun phrase takes "a" or "the", told by the lexicon, by what it is said of, and by the other options."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.clauses import tokens
from lmms_robust.statements.grammar import asks_for_name, definite, has_determiner, head_index, indefinite, is_plural
from lmms_robust.statements.vocabulary import (
    ABSTRACT,
    ACTS,
    BREAKS,
    COLOURS,
    CONCRETE,
    DETERMINERS,
    MASS,
    ONE_EACH,
    PROPER,
    SHAPES,
    SIDES,
    STUFF,
    SUBORDINATORS,
    WITH_ARTICLE,
)
from lmms_robust.statements.words import (
    bare,
    is_base_verb,
    is_countable,
    is_gerund,
    is_mass,
    is_participle,
    is_plural_word,
    parts,
)

QUALITIES = frozenset({"property", "quality", "characteristic", "feature", "trait", "attribute"})
_SHOWN = frozenset({"theme", "topic"})  # things or stuff, but no labels: "a boat race", "music"
_QUALITY = frozenset({"ADJ", "ADV"})
_INITIALISM = re.compile(r"[A-Z]{2,4}")  # "SUV"; where no name is asked for, a thing like the others
_DONE = re.compile(r"(?:[ts]ion|ment|[ae]nce|ity|ing|age|al|sis)$")  # "storage", but "ticket office"
FIGURES = re.compile(r"[^\w\s]*\d|[$€£¥%(−-]")


def tidy(option: str) -> str:
    """An option with single spaces and without its final stop, which stays after an initial: "group A."."""
    text = " ".join(option.split())
    return text if re.search(r"\b\w\.$", text) and len(text.split()) > 1 else text.rstrip(".")


def with_article(said: str, head: str, options: Sequence[str]) -> str | None:
    """Add "a" where a noun needs it; None where that is open."""
    words = tokens(said)
    thing = len(words) > 1 or is_countable(words[-1])
    if head in ACTS and thing and _is_bare_noun(said) and not _DONE.search(words[head_index(words)]):
        return None
    if head in _SHOWN and _is_bare_noun(said) and not is_mass(words[head_index(words)]):
        return None
    if head in ACTS or (head in ABSTRACT - {"shape", "subject"} and not re.match("The ", said)):
        return said
    if head in QUALITIES and is_quality(words) and not has_determiner(said):
        return f"being {said}"  # "the property is fragile" would say something of the property
    shouted = said.isupper() and all(text.isupper() for text in options)
    if head in {"name", "title"} or (said.isupper() and asks_for_name(head)) or (shouted and head not in CONCRETE):
        return said
    if re.match(r"The [A-Z]", said) or WITH_ARTICLE.fullmatch(said):
        return f"the {said.removeprefix('The ')}"
    if not _is_bare_noun(said):
        return None if lacks_articles(said) else said
    noun = words[head_index(words)]
    adjectives = [text for text in options if _QUALITY & parts(tidy(text))]
    if len(words) == 1 and _QUALITY & parts(noun) and 2 * len(adjectives) >= len(options) and head not in CONCRETE:
        return said
    if is_mass(noun):  # a "ceiling light" is a thing
        thing = noun in MASS and len(words) > 1 and "NOUN" in parts(words[-2]) and beside_things(said, noun, options)
        return None if thing else said
    only = noun == head and re.match(rf"{SIDES}|\w+est ", said)  # "the left lane", but "a stop sign"
    if only or (head in ONE_EACH and "NOUN" in parts(noun)):  # "the part is the stem"
        return definite(said)
    if head == "shape":
        shapes = [text for text in options if text.casefold().rstrip(".") in SHAPES or is_countable(text)]
        return indefinite(said) if shapes and parts(noun) != {"ADJ"} else said
    beside = beside_things(said, noun, options)
    if is_countable(noun) or (beside and noun not in COLOURS):
        return indefinite(said)
    if parts(noun) and ("NOUN" not in parts(noun) or "ADJ" in parts(noun)):
        return None if head == "thing" and "NOUN" in parts(noun) and noun not in COLOURS else said
    sure = beside or (parts(noun) and head in CONCRETE - STUFF)
    return indefinite(said) if sure else None


def are_latin(options: Sequence[str]) -> bool:
    """Whether options are names of species: "Castor fiber" beside "Goura scheepmakeri"."""
    found = [re.fullmatch(r"([A-Z][a-z]+) ([a-z]+)", tidy(option)) for option in options]
    plain = any(is_gerund(one[1]) or "ADJ" in parts(one[1]) for one in found if one)  # "Full moon"
    return all(found) and not plain and 2 * sum(not parts(one[2]) for one in found if one) >= len(found)


def is_quality(words: Sequence[str]) -> bool:
    """Whether the last word is no noun, or a colour: "the green", "fragile"; but "the tallest", "the orange"."""
    last = words[-1]
    adjective = "ADJ" in parts(last) and "NOUN" not in parts(last) and not last.endswith("est")
    return adjective or (len(words) < 3 and last in COLOURS)


def lacks_articles(said: str) -> bool:
    """Whether things are joined without their articles: "player and coach"."""
    pair = said.split(" and ")
    nouns = [text.split()[-1] for text in pair if text and text.islower() and _is_bare_noun(text)]
    return len(nouns) == len(pair) > 1 and any(map(is_countable, nouns)) and not any(map(is_mass, nouns))


def names_several(said: str) -> bool:
    """Whether names are joined that also stand alone: "July and August", but "Trinidad and Tobago"."""
    names = re.split(r",? and |, ", said)
    return len(names) > 1 and PROPER.issuperset(names)


def lacks_object(doing: str) -> bool:
    """Whether what is done is done to a thing without its article: "pushing cart", but "playing chess"."""
    verb, _, rest = doing.partition(" ")
    if not rest or not (is_gerund(verb) or is_base_verb(verb)) or bare(verb) == "play" or not _is_bare_noun(rest):
        return False
    words = tokens(rest)
    return is_countable(words[-1]) and not _QUALITY & parts(words[-1]) and not (DETERMINERS | BREAKS) & set(words)


def are_teams(head: str, options: Sequence[str]) -> bool:
    """Whether names are those of teams of which some take "the": "Cork Rovers"."""
    return head == "team" and any(is_plural_word(tidy(text).split()[-1]) for text in options)


def beside_things(said: str, noun: str, options: Sequence[str]) -> bool:
    """Whether the other options tell that a noun is a thing and no stuff: "fish" beside "cat", not beside "rice"."""
    others = [tokens(text) for text in map(tidy, options) if not _INITIALISM.fullmatch(text)]
    others = [words for words in others if words != tokens(said)]
    nouns = [words[head_index(words)] for words in others if words]
    sure = [other for other in nouns if is_countable(other)]
    if parts(noun) or _INITIALISM.fullmatch(said):  # the lexicon has "fish" and "iron" as things and as stuff
        return bool(sure) and not any(is_mass(other) or is_gerund(other) or not parts(other) for other in nouns)
    return bool(sure) and len(sure) == len(nouns)


def bare_noun_of(head: str) -> bool:
    """Whether what is asked about is only pointed at: "What is this?"."""
    return head in {"this", "that", "it", "he", "she"}


def _is_bare_noun(said: str) -> bool:
    """Whether a text is a singular common noun without an article."""
    words = tokens(said)
    if has_determiner(said) or is_plural(said) or words[0] in BREAKS | SUBORDINATORS or FIGURES.match(said):
        return False
    if said[0].isupper() and words[-1] in said.split() and parts(words[-1]):  # "Arctic fox"
        return True
    if said[0].isupper():  # "LED lamp", but "LED Lamps Inc"
        return bool(_INITIALISM.fullmatch(said.split()[0])) and not re.search(r" [A-Z]", said)
    noun = words[head_index(words)].rpartition("-")[2]  # "heart-shaped"
    if noun in COLOURS or (len(words) == 1 and parts(noun) - {"VERB"} and "NOUN" not in parts(noun)):
        return False
    return not (is_participle(noun) and "NOUN" not in parts(noun)) and words[0] not in {"very", "more", "less", "not"}
