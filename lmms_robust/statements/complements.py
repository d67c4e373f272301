"""An option as a part of a sentence: after "is", as its subject, or as what someone does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.articles import (
    FIGURES,
    QUALITIES,
    are_latin,
    are_teams,
    bare_noun_of,
    beside_things,
    is_quality,
    lacks_articles,
    lacks_object,
    tidy,
    with_article,
)
from lmms_robust.statements.clauses import kind, tokens
from lmms_robust.statements.grammar import asks_for_name, definite, has_determiner, head_index, mid_sentence, value
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.vocabulary import (
    ABSTRACT,
    ACTS,
    BREAKS,
    CONCRETE,
    DETERMINERS,
    MODALS,
    ORDINAL,
    PARTICLES,
    PLACES,
    PRONOUNS,
    PROPER,
    SUBORDINATORS,
)
from lmms_robust.statements.words import (
    bare,
    is_base_verb,
    is_countable,
    is_gerund,
    is_mass,
    is_plural_word,
    is_third_person,
    parts,
    singular_word,
)

_FINITE = frozenset({"is", "are", "was", "were", "has", "does"})
_GOING_ON = frozenset({"keep", "continue", "start", "stop", "go"})
_AFTER_NOUN = frozenset({"in", "on", "at", "for", "with", "from", "by", "and", "or"})
_LONG = 24  # words
_QUOTED = re.compile(r"[\"'“‘].+[\"'”’]")
_ONLY_ONE = re.compile(rf"{ORDINAL} [a-z]", re.IGNORECASE)
"""Of these there is one: "the 3rd quarter", "the last step"."""
_NOMINAL = re.compile(r"^\w+ \w+(?:[ts]ion|ment|ance|ence|ity|ing|age)$", re.IGNORECASE)  # "water purification"
_REASON = re.compile(r"(?:because|since|so|in order|due|as)\b", re.IGNORECASE)
_AFTER_VERB = DETERMINERS | PRONOUNS | PARTICLES | PLACES | (BREAKS - {"of"}) | {"it", "them", "to", "away", "quietly"}


def complement(option: str, subject: str, options: Sequence[str]) -> str | None:
    """An option as it stands after "subject is"; None if it is a clause, or may be one, or lacks a sure article.

    Args:
        option: the option.
        subject: what it is said of.
        options: all options that do not refuse.

    >>> complement("jug", "object in this picture", ["jug", "kettle"])
    'a jug'
    >>> complement("Glue paper", "function of it", ["Glue paper"]), complement("Happiness", "emotion", ["Happiness"])
    ('to glue paper', 'happiness')
    """
    text = tidy(option)
    if not text or len(text.split()) > _LONG or _REASON.match(text):
        return None
    if re.match(r"to \w+", text, re.IGNORECASE) and is_base_verb(text.split()[1]):
        return f"t{text[1:]}"
    if _ONLY_ONE.match(text):
        return definite(mid_sentence(text)) if kind(text) == "phrase" else None
    if FIGURES.match(text) or _QUOTED.fullmatch(text):
        return None if re.search(r"[.;:] [A-Z]", text) else text
    head = head_noun(subject)
    if are_latin(options):
        return text
    named = asks_for_name(subject)
    if acts(subject, options) and not named:
        firsts = [tokens(other)[0] for other in options if tokens(other)]
        verbs = sum(is_base_verb(first) or is_gerund(first) for first in firsts)
        sure = _surely_acts(tokens(text)) or 2 * verbs >= len(options)  # "cut paper", but "ticket office"
        doing = infinitive(text) if sure and is_base_verb(text.split()[0]) else None
        if doing and not _NOMINAL.search(text):
            return None if lacks_object(doing) else f"to {doing}"
    names = " ".join(map(tidy, options)).split()
    titled = all(map(str.istitle, names)) and len(names) > len(options) and is_countable(text)
    if titled and not all(map(parts, names)) and head not in CONCRETE | ABSTRACT:  # "Superman" beside "Darth Vader"
        return None
    text = _lowered(text, subject, options)
    words = tokens(text)
    if not words or predicates(text) or not _is_phrase(text, options) or re.search(r"[?!]|[.;:] ", text):
        return None
    adverb = len(words) == 1 and parts(words[0]) == {"ADV"} and not text.isupper()  # "horizontally"
    if adverb or (singular_word(head) in QUALITIES and len(words) > 1 and any(map(is_gerund, words[:2]))):
        return None
    order = is_base_verb(words[0].removesuffix("n't")) and any(
        re.match("do(?: not|n.t) ", one, re.I) for one in options
    )
    if order or (words[0] == "no" and head in {"kind", "type", "sort", "sign"}):  # "do not enter", "no left turn"
        return quoted(tidy(option))
    if is_gerund(words[0]) and len(words) > 1:
        return None if lacks_object(text) else text[0].lower() + text[1:]
    if are_teams(head, options) or (words[0] == "the" and is_quality(words)) or words[0] == "same":  # "the green" what?
        return None
    if words[0] == "no" and head in CONCRETE:  # a "no entry sign" is no denial
        return None
    said = value(text, subject)
    does = len(words) > 1 and parts(words[0]) == {"VERB"}  # "deliver parcels", but "pan"
    acting = not named and _surely_acts(words) and (does or not (bare_noun_of(head) or head in CONCRETE))
    if said is None or acting:
        return None
    return with_article(said, head, options)


def _is_phrase(text: str, options: Sequence[str]) -> bool:
    """Whether a text is no sentence; what may be one is none among others: "a girl in polka dot dresses"."""
    kinds = [kind(option) for option in options]
    among = "clause" not in kinds and 2 * kinds.count("phrase") > len(kinds) and re.match(r"(?:an?|the)\b", text, re.I)
    return kind(text) == "phrase" or (kind(text) is None and bool(among))


def _lowered(text: str, subject: str, options: Sequence[str]) -> str:
    """A text without capitals where other options tell that these are no name: "Mutualism", "Red Carpet"."""
    plainly = [tidy(option) for option in options]
    alone = [option for option in plainly if re.fullmatch(r"[A-Z][a-z]+", option)]
    known = sum(bool(parts(option)) for option in alone)
    several = [option for option in plainly if " " in option]
    plain = sum(bool(re.match(r"[A-Z][a-z]+ [a-z]", option)) for option in several)  # "Soccer ball"
    phrases = 0 < len(several) <= 2 * plain
    common = (phrases or 2 * known >= len(alone)) if text in alone else phrases and text.istitle()
    name = asks_for_name(subject) or any(word in PROPER or not (text in alone or parts(word)) for word in text.split())
    return text.casefold() if common and not name else text


def head_noun(subject: str) -> str:
    """The noun that a phrase is about: "function" of "the function of the object".

    >>> head_noun("the main color of the two cars"), head_noun("this")
    ('color', 'this')
    """
    words = [word for word in tokens(subject) if word[0].isalnum()]
    return words[head_index(words)] if words else ""


def acts(subject: str, options: Sequence[str]) -> bool:
    """Whether what is asked for is something done, so that "cut paper" is a verb and its object."""
    head = head_noun(subject)
    sure = sum(_surely_acts(tokens(tidy(option))) for option in options)
    return head in ACTS or (head not in CONCRETE and not bare_noun_of(head) and 2 * sure > len(options))


def _surely_acts(words: Sequence[str]) -> bool:
    """Whether words are surely a verb with what follows: "sew", "go straight", "hold water", "turn left"."""
    if not words or not is_base_verb(words[0]):
        return False
    if parts(words[0]) == {"VERB"}:
        return True
    going_on = words[0] in _GOING_ON and is_gerund(words[1]) if len(words) > 1 else False
    return going_on or (len(words) > 1 and words[1] in _AFTER_VERB - _AFTER_NOUN)


def infinitive(text: str) -> str | None:
    """What someone does, in the plain form of its verb; None if no verb opens the text.

    >>> infinitive("Turn left"), infinitive("slowing down"), infinitive("Riding a bike"), infinitive("a bike")
    ('turn left', 'slow down', 'ride a bike', None)
    """
    text = tidy(text)
    first, _, rest = text.removeprefix("to ").partition(" ")
    words = tokens(first.partition("/")[0])
    if len(words) != 1 or re.search(r"[.?!;:]", text):
        return None
    verb = words[0] if is_base_verb(words[0]) else bare(words[0]) if is_gerund(words[0]) else None
    second = bare(first.partition("/")[2])  # "slowing/braking down"
    if verb is None or kind(text) == "clause" or ("/" in first and not second):
        return None
    verb = f"{verb}/{second}" if second else verb
    other = re.sub(r"^(and|or) (\w+ing)\b", lambda found: f"{found[1]} {bare(found[2]) or found[2]}", rest)
    return f"{verb} {other if is_gerund(words[0]) else rest}".strip()


def predicates(text: str) -> bool:
    """Whether a text opens with a finite verb and needs a subject: "Is a liquid", "Has a high melting point"."""
    words = tokens(text)
    if not words:
        return False
    first = words[0]
    if first in MODALS:
        return len(words) > 1 and is_base_verb(words[1])
    return first in _FINITE or (is_third_person(first) and "NOUN" not in parts(first))


def subject(option: str, options: Sequence[str]) -> str | None:
    """An option as the subject of a sentence, with "the" where it has no article; None if it is no noun phrase.

    >>> subject("red tram", ["kiosk"]), subject("Ohio", ["Maine"]), subject("a cat", []), subject("riding a bike", [])
    ('the red tram', 'Ohio', 'a cat', 'riding a bike')
    """
    text = tidy(option)
    words = tokens(text)
    if (
        not text
        or not words
        or words[-1] in {"other", "others"}
        or kind(text) != "phrase"
        or predicates(text)
        or re.search(r"[?!;:]|\. ", text)
    ):
        return None
    if is_gerund(words[0]) and len(words) > 1:
        return text[0].lower() + text[1:]
    if len(words) > _LONG or _REASON.match(text) or words[0] in BREAKS | SUBORDINATORS | {"to", "if", "no"}:
        return None
    if FIGURES.match(text) or _QUOTED.fullmatch(text):
        return text
    if _surely_acts(words) or (
        "NOUN" not in parts(words[-1]) and parts(words[-1]) & {"ADJ", "ADV"} and len(words) == 1
    ):
        return None
    adjectives = sum(len(tidy(other).split()) == 1 and "ADJ" in parts(tidy(other)) for other in options)
    if len(words) == 1 and "ADJ" in parts(text) and adjectives > 1:  # "round" beside "oblong"
        return None
    said = mid_sentence(text)
    if lacks_articles(said):
        return None
    noun = words[head_index(words)]
    kind_of_thing = len(words) > 1 and words[-1] in said.split() and parts(words[-1])  # "Arctic fox"
    if (said[0].isupper() and not kind_of_thing) or has_determiner(said) or is_plural_word(noun) or is_mass(noun):
        return said
    return definite(said) if is_countable(noun) or beside_things(said, noun, options) else None
