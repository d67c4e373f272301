"""What patterns of questions share: noun phrases, words that wait for the option, forms of verbs, quoted words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lmms_robust.statements.alone import own
from lmms_robust.statements.clauses import finite, tokens
from lmms_robust.statements.grammar import has_determiner, is_plural, sentence
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.vocabulary import (
    ABSTRACT,
    CONCRETE,
    DETERMINERS,
    MODALS,
    NUMBERS,
    PERSONAL,
    PREPOSITIONS,
    PRONOUNS,
    TURNED,
)
from lmms_robust.statements.words import bare, is_countable, is_gerund, is_participle, parts, past, third_person

Found = re.Match[str]

BE = r"(?P<be>'s|’s| is| are| was| were)"
IN = r"(?: (?:shown |displayed |visible |seen |depicted )?in (?:the|this|that) (?:image|picture|photo|figure|scene))"
DET = r"(?:the|this|that|these|those|his|her|its|their|my|your|an?)"
WRITTEN = re.compile(r"\b(?:text|texts|contents?|words?|letters|slogan|title|sentence|inscription|message|line)$")
CODE = re.compile(r"\b(?:code|command|formula|equation|expression|question|sentence|hypothesis)s?\b", re.IGNORECASE)
QUOTES = re.compile(
    r"\b(?:says?|reads?|texts?|tweet|twitter|quotes?|slogan|titles?|lyrics|contents?|words?|lines?|speaking|question"
    r"|means?|hypothesis|sentence)\b",
    re.IGNORECASE,
)
"""Options of such questions are words to be read: "What does the sign say?", "Which text was posted?"."""
# What is asked for stands within these: "the man wearing on his head", "about to do", "going to do".
_DANGLING = re.compile(
    r"\b(?:doing|(?:wear|hold|carry|eat|drink|us|hav|mak|say|play|read|do)ing "
    r"(?:in|on|at|with|to|for|from|by|under|around)"
    r"|(?:about|going|trying|likely|supposed) to \w+)\b",
    re.IGNORECASE,
)


_LEFT_OVER = re.compile(r"[,:](?! ?[\dA-Z])|;| or ")
"""A second clause, an aside or a list of alternatives would be left over in the middle of a statement."""


def pattern(name: str, question: str, make: Callable[[Found, str, Sequence[str]], str | None]) -> Pattern:
    """Make a pattern; an option that is a sentence is its own statement beside others that are not.

    Args:
        name: the pattern's name.
        question: regular expression of the question, without "In nature, " and the like before it.
        make: makes a clause for an option, or None.
    """

    def statement(found: Found, option: str, options: Sequence[str]) -> str | None:
        asked = found[0][len(found["lead"] or "") :].removeprefix(", ").rstrip("? ")
        if "?" in asked or _LEFT_OVER.search(re.sub(r"\([^()]*\)|[\"'‘“][^\"'’”]*[\"'’”]", "", asked)):
            return None
        if re.search(r"\n|\\n", option.strip()) or ('"' in option and CODE.search(asked)):  # code would be changed
            return None
        alone = None if QUOTES.search(found[0]) or TURNED.search(found[0]) else own(option, found[0])
        sentences = sum(own(text, found[0]) is not None for text in options)
        made = alone or (make(found, option, options) if 2 * sentences < len(options) else None)
        if not made or alone:
            return made
        return sentence(f"{found['lead']}, {made}" if found["lead"] else made)

    return Pattern(
        name,
        re.compile(rf"(?:(?P<lead>(?:in|on|at|during|for|if|when|after|before) [^,?]+), )?{question}", re.IGNORECASE),
        statement,
    )


def is_noun_phrase(text: str) -> bool:
    """Whether words are surely a noun phrase: no verb, and nothing that waits for its object at the end."""
    words = tokens(text)
    ends = (
        words[-1:]
        and "that" not in words
        and words[-1] in PREPOSITIONS - {"below", "above"} | {"is", "are", "was", "were"}
    )
    if not words or finite(words) is not None or ends or words[0] in PREPOSITIONS:
        return False
    inner = words[:-1] if len(words) > 3 and "ADV" in parts(words[-1]) else words  # "the school teaching | today"
    dangling = _DANGLING.search(re.split(r"\b(?:that|which|who)\b", text)[0])
    if waiting(words) is not None or waiting(inner) is not None or dangling:
        return False
    if words[0] in PERSONAL and len(words) > 1:
        return False
    return has_determiner(text) or words[0] in DETERMINERS | PRONOUNS or text[:1].isupper() or is_plural(text)


def waiting(words: Sequence[str]) -> int | None:
    """Place of a participle that ends a phrase: "the man | doing", "the table | made of", "it | called"."""
    end = len(words)
    while end > 1 and words[end - 1] in PREPOSITIONS | {"next"}:
        end -= 1
    last = words[end - 1]
    if end < 2 or words[end - 2] in DETERMINERS - {*NUMBERS[2:]} | PREPOSITIONS or {"that", "which", "who"} & {*words}:
        return None
    waits = (
        is_gerund(last) or (end < len(words) and is_participle(last)) or last in {"called", "named", "made", "likely"}
    )
    described = parts(words[end - 2]) and parts(words[end - 2]) <= {"ADJ", "ADV"}
    described = described or (end > 2 and words[end - 3] in DETERMINERS and "ADJ" in parts(words[end - 2]))
    noun = "NOUN" in parts(last) and described and words[end - 2] not in {"likely", "probably", *NUMBERS}
    noun = noun or (end > 2 and words[end - 3] in {"of", "with", "to"} and "ADJ" in parts(words[end - 2]))
    return end - 1 if waits and not noun else None


def whole_verb(verb: str) -> str:
    """A form of "to be" as a word: "is" for "'s"."""
    return {"'s": "is", "’s": "is"}.get(verb.casefold().strip(), verb.casefold().strip())


def is_thing(noun: str) -> bool:
    """Whether a noun is surely one of several things, so that no plural can be it: "factor", but not "name"."""
    return noun in CONCRETE or (is_countable(noun) and noun not in ABSTRACT)


def in_quotes(option: str) -> str:
    """An option as words that can be read: without line ends, final stop and quotation marks of its own."""
    text = re.sub(r"^[\"“]([^\"“”]+)[\"”]\.?$", r"\1", " ".join(option.split()))
    return quoted(re.sub(r"\s*(?<!\.)\.$", "", text))


def is_one(said: str) -> bool:
    """Whether what is said is one thing or some stuff, and cannot be said of several: "a cup", "good memory"."""
    last = tokens(said)[-1]
    noun = "NOUN" in parts(last) and "ADJ" not in parts(last) and not is_plural(said)
    return " and " not in said and (bool(re.match(r"an? ", said)) or (noun and not said[:1].isupper()))


def inflected(verb: str, aux: str, who: str) -> str:
    """A verb after its subject, in the form that its auxiliary had: "did" and "like" are "liked"."""
    if aux in {"do", "does"}:
        plain = aux == "do" or is_plural(who) or tokens(who)[0] in {"you", "we", "they", "i"}
        return verb if plain else third_person(verb)
    return past(verb) if aux == "did" else f"{aux} {verb}"


def agreeing(verb: str, said: str) -> str | None:
    """The verb in the number of its subject."""
    first, _, rest = verb.partition(" ")
    many, low = is_plural(said), first.casefold()
    forms = {"is": "are", "was": "were", "has": "have", "does": "do", "doesn't": "don't"}
    backward = {plural: one for one, plural in forms.items()}
    if low in forms or low in backward:
        return f"{forms.get(low, low) if many else backward.get(low, low)} {rest}".strip()
    if low in MODALS or low == "had":
        return verb
    if low in {"best", "better", "most", "also"}:
        inner = agreeing(rest, said)
        return inner and f"{first} {inner}"
    plain = bare(low)
    if plain is None or low not in {plain, third_person(plain)}:
        return verb if plain else None
    return f"{plain if many else third_person(plain)} {rest}".strip()
