"""Options that are sentences, and whether they say without the question what they say beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lmms_robust.statements.asked import PICTURE, asked
from lmms_robust.statements.clauses import finite, kind, tokens, verb_after_subject
from lmms_robust.statements.grammar import has_determiner, head_index, is_plural, sentence
from lmms_robust.statements.vocabulary import BE, BREAKS, DETERMINERS, HAVE, MODALS, ORDINAL, PREPOSITIONS, RELATED
from lmms_robust.statements.words import (
    bare,
    is_base_verb,
    is_comparative,
    is_countable,
    is_gerund,
    is_participle,
    parts,
)

# Whom these mean, only a question tells; "this" and "these" are what the picture shows.
_POINTING = frozenset({"it", "he", "she", "they", "them", "him", "his", "her", "its", "their", "those"})
_SPEAKING = frozenset({"i", "we", "you", "me", "us", "my", "our", "your"})
_REASON = re.compile(
    r"\b(?:why|how (?:come|to)|reasons?|causes?|purposes?|goals?|aims?|intend\w*|intent(?:ion)?s?)\b", re.I
)
_WHO = r"((?:the|this|these) [^?,]+?|(?-i:[A-Z])[^?,]*?)"
_ABOUT = re.compile(
    rf"(?:which|what) (?:statement|sentence)s?(?: (?:best|better))? describes? {_WHO}\?"
    rf"|what (?:is|are) {_WHO} doing(?: (?:in|on) (?:the|this) \w+)?\s*\?"
    rf"|where (?:is|are) {_WHO}(?: (?:located|positioned))?(?: (?:in|on) (?:the|this) \w+)?\s*\??"
    rf"|what (?:is|are) the (?:\w+ )?(?:position|location|relation|status)s? (?:of|between) {_WHO}"
    r"(?: in (?:the|this) \w+)?[?.]"
    rf"|what (?:happened|happens) to {_WHO}\?",
    re.IGNORECASE,
)
"""Questions that name who "it" and "they" are in their options."""
# What may be, or will be, is not what is.
_CLOSED = DETERMINERS | BREAKS | PREPOSITIONS | MODALS | BE | HAVE
_POSSIBLE = frozenset({"would", "could", "might", "may", "must", "should", "possible", "possibly", "next"})
# What is there, or happens, is not yet the main thing there, or the earlier one.
_CHIEF = re.compile(
    r"\b(?:most(?! (?:likely|probably|of)\b)|(?:predominant|primary|chief|key|dominant)(?:ly)?|earli(?:er|est)|later"
    rf"|latest|{ORDINAL}|final(?:ly)?|initial(?:ly)?|at the (?:end|start|beginning))\b(?! {PICTURE}\b)",
    re.IGNORECASE,
)
_IN_PICTURE = re.compile(
    rf"(?: (?:shown|visible|seen|depicted))? in (?:the|this) (?:\w+ )?{PICTURE}\b|\b{RELATED}\b", re.IGNORECASE
)
_CASES = frozenset(
    {"if", "when", "unless", "after", "before", "while", "until", "once", "suppose", "assume", "imagine"}
)


def own(option: str, question: str) -> str | None:
    """An option that is a sentence and needs no question beside it, or only the name of its subject; None for others.

    >>> own("The cat sleeps on the mat.", "What is the cat doing?"), own("It is asleep.", "What do you see?")
    ('The cat sleeps on the mat.', None)
    >>> own("They are wet.", "Which statement describes the frogs?")
    'The frogs are wet.'
    >>> own("The dot is closer.", "Which is closer to the camera?"), own("The soup is hot.", "Why does the man wait?")
    (None, None)
    """
    text = " ".join(option.split())
    if kind(text) != "clause":
        return None
    pronoun, _, said = text.partition(" ")
    who = _spoken_of(asked(question))
    if who:
        one, *other = re.split(rf",? {RELATED} ", who, maxsplit=1, flags=re.IGNORECASE)
        known = {"they"} if is_plural(who) else {"it", "he", "she"}
        named = pronoun.casefold() in known and (not other or tokens(other[0])[-1] in tokens(said))  # not "behind it"
        text = f"{one} {said}" if named else _in_full(text, who)
    place = finite(tokens(text))
    subject = text.split()[:place]
    if text[0].islower() and place and is_countable(subject[-1]) and not has_determiner(" ".join(subject)):
        text = f"the {text}"  # "wooden stool was moved"
    return sentence(text) if stands_alone(text, question) else None


def _spoken_of(question: str) -> str | None:
    """Whom a question names as the one that it asks about: "where is | the oar", "what does | the cook | want"."""
    about = _ABOUT.fullmatch(question)
    if about:
        return next((found for found in about.groups() if found), None)
    does = re.fullmatch(r"(?:what|which)(?: \w+)? (?:do|does|did|will) ([^?,]+?)\s*\?", question, re.IGNORECASE)
    words = does[1].split() if does else []
    at = verb_after_subject(words)
    named = at is not None and (words[0].casefold() in {"the", "this", "these"} or words[0][:1].isupper())
    return " ".join(words[:at]) if named else None


def _in_full(option: str, named: str) -> str:
    """An option with what its question says of the things that it names: "the panel" is "the brown panel"."""
    pair = r" (?:and (?=the )|" + RELATED + " )"
    for thing in [named] if " between " in named else re.split(pair, named):
        words = thing.split()
        at = head_index(words)
        follows = words[at + 1] if at + 1 < len(words) else ""
        if words[0] in DETERMINERS and len(words) > 2 and follows not in {"to", "of"}:
            told = "|".join(map(re.escape, sorted(PREPOSITIONS | ({follows} - {""}))))  # not "the panel in the hall"
            bare_noun = rf"\b(?:the|this|these) {re.escape(words[at])}\b(?! (?:{told})\b)"
            option = re.sub(bare_noun, thing.replace("\\", r"\\"), option, flags=re.IGNORECASE)
    return option


def _leaves_out(words: Sequence[str], question: str) -> bool:
    """Whether a thing has less words of its own than in its question: "the man" for "the man holding a drum"."""
    asks = [word for word in tokens(_IN_PICTURE.sub("", question)) if word[0].isalnum()]
    known = {bare(word) for word in words} | set(words)
    for one, noun in pairwise([word for word in words if word != "same"]):
        at = [place for place, word in enumerate(asks) if word == noun]
        lost = [said and said.isdisjoint(known) for said in (_described(asks, place) for place in at)]
        if one in {"the", "this", "these"} and "NOUN" in parts(noun) and lost and all(lost):
            return True
    return False


def _described(asks: Sequence[str], place: int) -> set[str]:
    """What a question says of a noun: the word before it and those after it."""
    before, after = asks[max(place - 1, 0)], asks[place + 1 : place + 6]
    describes = (parts(before) & {"ADJ", "NOUN"} or is_participle(before)) and before not in _CLOSED
    follows = after[:1] and (
        after[0] in (PREPOSITIONS | {"who", "that", "which"}) - {"of", "to"}
        or (is_gerund(after[0]) and not BE & set(asks[max(place - 2, 0) : place]))
        or is_participle(after[0])
    )
    return {before} if describes else set(after[1:]) - _CLOSED if follows else set()


def stands_alone(option: str, question: str) -> bool:
    """Whether a sentence names what it speaks of, and its question asks for no more than it says."""
    words, asks = [[word for word in tokens(text) if word[0].isalnum()] for text in (option, question)]
    if not words or _SPEAKING & set(words) or _REASON.search(question) or _is_pointed(words):
        return False
    aims = {
        verb for one, verb in pairwise([word for word in asks if word != "each"]) if one == "to" and is_base_verb(verb)
    }
    if aims - {"do", "be"} - {bare(word) for word in words}:  # "what can he use to open it?"
        return False
    if _CASES & set(asks) - set(words) or (_CHIEF.search(question) and not _CHIEF.search(option)):
        return False
    if _POSSIBLE & set(asks) and not (_POSSIBLE | MODALS | {"likely", "probably", "gonna", "going"}) & set(words):
        return False
    if _leaves_out(words, question):
        return False
    compared = is_comparative(words[-1])  # "is closer": to what?
    return not (compared and any(one == words[-1] and after in PREPOSITIONS for one, after in pairwise(asks)))


def _is_pointed(words: Sequence[str]) -> bool:
    """Whether the subject is a letter, or starts with a pronoun: "A is …", "It is …", "One of them is …"."""
    subject = words[: finite(words) or 1]
    if len(subject[0]) == 1 and len(subject) == 1 and subject[0] != "i":
        return True
    if any(one == "of" and after in _POINTING for one, after in pairwise(subject)):  # "the edge of its leaf"
        return True
    for word in subject:
        if word.partition("'")[0] in _POINTING:
            return True
        if "NOUN" in parts(word) and word not in DETERMINERS:
            return False
    return subject in (["both"], ["neither"], ["all"])
