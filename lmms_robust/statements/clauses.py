"""Whether a text is a sentence: where its finite verb stands, by word forms and what stands beside them.

A verb is only sure where no noun can be read in its place: "sits", "rides a wave" after "a man", "stand" after "men".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from lmms_robust.statements.vocabulary import (
    BE,
    BREAKS,
    DETERMINERS,
    HAVE,
    MODALS,
    NUMBERS,
    PERSONAL,
    PRONOUNS,
    SAYING,
    SUBORDINATORS,
)
from lmms_robust.statements.words import (
    bare,
    is_base_verb,
    is_countable,
    is_gerund,
    is_only_past,
    is_participle,
    is_past,
    is_plural_word,
    is_third_person,
    parts,
)

Kind = Literal["clause", "phrase"]

_SINGLE = frozenset({"a", "an", "one", "this", "that", "each", "every", "it", "he", "she"})
_SUBJECTS = PERSONAL | {"this", "that", "these", "those", "there", "who", "someone", "everyone", "somebody"}
_AND = frozenset({"and", "or", "nor"})
_NO_SUBJECT = DETERMINERS - _SUBJECTS | BREAKS - BE - HAVE | _AND | {"not", "very", "to"}
_OPENS_NOUN = DETERMINERS | PRONOUNS | {"itself", "themselves", "each"}


def tokens(text: str) -> list[str]:
    """Words and marks of a text, in lower case.

    >>> tokens("The dog's bowl, a (red) one.")
    ['the', "dog's", 'bowl', ',', 'a', '(', 'red', ')', 'one', '.']
    """
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]", text.casefold().replace("’", "'"))


def kind(text: str) -> Kind | None:
    """Tell sentences from phrases; None where a word may or may not be a verb.

    >>> kind("A man rides a horse."), kind("A man riding a horse"), kind("Two wine glasses on a table")
    ('clause', 'phrase', 'phrase')
    >>> kind("Has a high melting point"), kind("keep going straight"), kind("The bus stops")
    ('phrase', 'phrase', None)
    """
    if _is_name(text):
        return "phrase"
    found = [_kind(tokens(part)) for part in re.split(r"(?<=[.!])\s+(?=[A-Z\"'])", text.strip()) if part.strip()]
    if not found or text.rstrip().endswith("?"):
        return None if found else "phrase"
    return found[0] if len(set(found)) == 1 else None


def _is_name(text: str) -> bool:
    """Whether every word has a capital: "Steve Jobs", "Golden Noodle"; a title with a verb is left open."""
    words = text.split()
    titled = 1 < len(words) < 5 and all(re.fullmatch(r"[A-Z][\w.'’-]*", word) for word in words)
    return titled and not (BE | HAVE | MODALS).intersection(tokens(text))


def verb_after_subject(words: Sequence[str]) -> int | None:
    """Place of the plain verb after its subject in "the stop sign mean", "you see on the table"; None if it is open.

    >>> verb_after_subject("the stop sign mean".split()), verb_after_subject("you see on the table".split())
    (3, 1)
    >>> verb_after_subject("the girl on the right side of the image do next".split())
    9
    """
    if not words:
        return None
    named = {n for n, word in enumerate(words) if n and word[:1].isupper()}  # "Sergeant March | stand"
    words = [word.casefold() for word in words]
    if words[0] in PERSONAL:
        return 1 if len(words) > 1 and is_base_verb(words[1]) else None
    start = 2 if words[0] in DETERMINERS else 1
    blocked = DETERMINERS | BREAKS | _AND | {"to", "about", "like", "as", "during", "of"}
    found = [n for n in range(start, len(words)) if is_base_verb(words[n]) and words[n - 1] not in blocked]
    found = [n for n in found if n not in named]
    found = [n for n in found if words[n] not in BREAKS - {"have"} and (n - 1 in named or not _described(words, n))]
    found = [n for n in found if words[n] != "like" or n - 1 not in found]  # "look like"
    sure = [n for n in found if parts(words[n]) == {"VERB"} or words[n] in {"do", "have", "be", "say"}]
    if sure:
        return sure[-1] if words[sure[-1]] == "do" else sure[0]
    if len(found) > 1 and found[-1] != len(words) - 1:
        after = words[found[0] + 1]
        return found[0] if after in DETERMINERS and words[start - 1] not in DETERMINERS else None
    return found[-1] if found else None


def _described(words: Sequence[str], place: int) -> bool:
    """Whether an adjective makes a noun of a word: "his right | hand", but "in red | hold"."""
    before = words[place - 1]
    bare_colour = place > 1 and words[place - 2] == "in"
    return "ADJ" in parts(before) and "NOUN" in parts(words[place]) and not bare_colour


def _kind(words: Sequence[str]) -> Kind | None:
    if not words:
        return "phrase"
    acting = words[0] == "to" and words[1:2] and is_base_verb(words[1])
    if words[0] in SUBORDINATORS or acting:
        return None
    if words[0].partition("'")[0] in _SUBJECTS and "'" in words[0]:  # "it's"
        return "clause"
    place = finite(words)
    if place is None:
        return "phrase" if sure_phrase(words) else None
    return None if words[0] in BREAKS and words[0] != "there" else "clause"


def finite(words: Sequence[str]) -> int | None:
    """Place of the first verb that is surely finite, outside of relative and other clauses within a noun phrase.

    >>> finite("the man in the red coat holds a bag".split()), finite("a sign saying the road is closed".split())
    (6, None)
    """
    for place in range(1, len(words)):
        if _ends_noun_phrase(words, place):
            return None
        if _reads(words, place):
            return place
    return None


def sure_phrase(words: Sequence[str]) -> bool:
    """Whether no word of a text without a sure finite verb could be one."""
    for place in range(1, len(words)):
        if _ends_noun_phrase(words, place):
            return not (words[place] in {"that", "which", "who"} and _second_verb(words[place + 1 :]))
        if _reads(words, place) is None:
            return False
    return True


def _ends_noun_phrase(words: Sequence[str], place: int) -> bool:
    """Whether a clause of its own starts here: "that is …", "while the man …", "saying the road is …"."""
    word = words[place]
    said = is_gerund(word) and bare(word) in SAYING
    return (word in SUBORDINATORS or word in {";", ":", '"'} or said) and word != "that's"


def _second_verb(words: Sequence[str]) -> bool:
    """Whether a relative clause is followed by the verb of the sentence: "who is waiting | looks"."""
    verbs = [place for place in range(1, len(words)) if _reads([*words], place) is not False]
    first = 0 if (words and words[0] in BE | HAVE | MODALS) or (words and is_third_person(words[0])) else None
    return len(verbs) > (0 if first == 0 else 1) and any(_reads(words, place) for place in verbs[first is None :])


def _reads(words: Sequence[str], place: int) -> bool | None:
    """Whether a word is a finite verb: True, False, or None where it may be a noun as well."""
    word, before = words[place], words[place - 1]
    after = words[place + 1] if place + 1 < len(words) else ""
    if before in _NO_SUBJECT and word not in BE and not (before == "one" and place > 1):  # "the left one has"
        return False
    if word in BE or word in HAVE:
        return before not in {"to", "an"} and (before != "a" or place == 1)  # "A is closer"
    if word in MODALS:
        verb = words[place + 2] if after in {"not", "also", "always", "only"} and place + 2 < len(words) else after
        return is_base_verb(verb) and verb not in BREAKS | {"near"}
    if "VERB" not in parts(word) or word in BREAKS or (is_gerund(words[0]) and {"NOUN", "ADJ"} & parts(word)):
        return False
    return _main_verb(words, place, before, after)


def _main_verb(words: Sequence[str], place: int, before: str, after: str) -> bool | None:
    word = words[place]
    noun = bool({"NOUN", "ADJ"} & parts(word))
    subject = before in _SUBJECTS and not (noun and before in DETERMINERS)  # "this shows", but "these states"
    if "ADV" in parts(before) and place > 1 and not subject:  # "a man quickly | runs"
        before = words[place - 2]
    if is_third_person(word) and word not in BE:
        between = set(words[1:place])
        many = words[0] in NUMBERS[2:] or words[0] in {"several", "many", "some", "few", "these", "those"}
        if noun and many and not any(map(is_plural_word, between)):  # "two wine | glasses standing"
            return False
        if subject or not noun or after in _OPENS_NOUN or is_gerund(after):
            return True
        acting = any(is_gerund(word) or is_participle(word) for word in between)
        alone = words[0] in _SINGLE and not acting and not between & (BREAKS | _AND)
        if place == 1 and not after and is_countable(before) and before not in _SUBJECTS:  # "license | plates"
            return False
        maybe = not acting and ("NOUN" in parts(before) or not parts(before))
        return True if alone else None if maybe else False
    if is_base_verb(word):
        many = is_plural_word(before) or before in PERSONAL or (subject and before in {"these", "those"})
        fell = is_past(word) and not is_participle(word)
        if not many:
            return (
                None
                if fell or (_AND.intersection(words[:place]) and (not noun or after in _OPENS_NOUN | BREAKS))
                else False
            )
        if noun and not subject and is_gerund(after):  # "people ice skating"
            return None
        return True if subject or words[0] not in _SINGLE or BREAKS.intersection(words[:place]) else None
    if is_only_past(word) or (before in PERSONAL and is_past(word)):
        return True
    return None if is_participle(word) and after in _OPENS_NOUN else False
