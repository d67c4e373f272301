"""Yes/no questions as statements: from "Is X behind Y?" to "X is behind Y." and "X is not behind Y." by the answer.

The two statements of a question are exact opposites. A question whose subject cannot be told from its predicate gives
None, so that the caller falls back rather than write a crooked sentence.
"""

from __future__ import annotations

import re

from lmms_robust.statements.clauses import kind, verb_after_subject
from lmms_robust.statements.grammar import definite, head_index, indefinite, is_plural, sentence, starts_with_vowel
from lmms_robust.statements.predicates import subject_end
from lmms_robust.statements.vocabulary import ADVERBS, BREAKS, DETERMINERS, NUMBERS, PREPOSITIONS, PRONOUNS, QUANTIFIERS
from lmms_robust.statements.words import is_comparative, is_countable, is_mass, is_participle, parts, past, third_person

_QUESTION = re.compile(
    r"(?:(?P<before>[^,?]+(?:,[^,?]+)*),\s*)?(?P<verb>is|are|was|were|does|do|did|can|could|will|would|should)\s+(?P<rest>[^?]+?)\s*\??",
    re.IGNORECASE,
)
_NUMBERS = frozenset({*NUMBERS, *QUANTIFIERS} - {"only", "no"})
_BE = frozenset({"is", "are", "was", "were"})
_THERE = re.compile(r"there\s+(?:(?P<article>a|an|any|some)\s+)?(?P<noun>.+)", re.IGNORECASE)
# What is said of so many is not denied by "no": "there is no lot of people".
_AMOUNT = re.compile(
    r"(?:(?:lot|couple|pair|number|bit|group|bunch|row) of|few|little|enough|much|exactly|at least|at most)\b",
    re.IGNORECASE,
)
# A yes or no to these is not a plain statement and its opposite: "Is there no dog?", "Is the cup half full?"
_UNCLEAR = re.compile(
    r"\b(?:not|no|never|none|neither|(?:any|some|every|no)(?:one|body|thing)|you (?:think|believe|know)|any of|one of"
    r"|(?:more|fewer|less)(?! than [A-Z])|half|either)\b|^any\b|\b(?:on|at|in|of) (?:both|all|every|each(?! other))\b"
    r"|n't\b",
    re.IGNORECASE,
)
# Beside a verb these would move, or be denied with it; "there is only one" is as clear as any.
_MOVING = re.compile(r"\b(?:while|yet|ever|only|still|always|almost|already)\b", re.IGNORECASE)
# With one of these in it, a question has two verbs, and where its subject ends is open.
_SECOND_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|does)\b|\w (?:that|which|who|whose)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(above|below|behind|beneath|underneath|beside|next to|in front of|on top of|away from|(?:left|right) of)"
    r" ([a-z][^(),]*\w)"
)
_ONE = re.compile(r"(?:person|man|woman|child|boy|girl|dog|cat|bird|car|bus|truck|vehicle|sign|tree|building)\b")
_BY_HAND = re.compile(
    r"(?P<subject>.+?) (?:holding|wearing|carrying|using|touching|pointing) .+ (?:left|right) (?:hand|arm)",
    re.IGNORECASE,
)
_THESE = re.compile(r"(?P<subject>(?:this|that|these|those) .*?\w) \w{3,}ing\b.*", re.IGNORECASE)


def is_yes(option: str) -> bool | None:
    """Read an option as yes (True) or no (False); None if it is neither.

    >>> is_yes("Yes."), is_yes("no"), is_yes("left")
    (True, False, None)
    """
    return {"yes": True, "no": False}.get(option.strip().rstrip(".!").casefold())


def answered(question: str, yes: bool) -> str | None:
    """State the answer to a yes/no question; None if the question is not understood.

    >>> answered("Is the airplane directly above the chair?", False)
    'The airplane is not directly above the chair.'
    >>> answered("From the man's perspective, is there a dog on the left?", False)
    "From the man's perspective, there is no dog on the left."
    >>> answered("Does the man wear a hat?", True), answered("Can the boy see the dog?", False)
    ('The man wears a hat.', 'The boy cannot see the dog.')
    """
    found = _QUESTION.fullmatch(" ".join(question.split()))
    if found is None or re.search(r"\bor\b", found["rest"]):
        return None
    asked = _QUESTION.fullmatch(corrected(f"{found['verb']} {found['rest']}"))
    clause = _clause(asked["verb"].casefold(), asked["rest"], yes) if asked else None
    if clause is None:
        return None
    joint = ", and" if found["before"] and kind(found["before"]) == "clause" else ","  # "There are two cars, and …"
    return sentence(f"{found['before']}{joint} {clause}" if found["before"] else clause)


def stated(question: str, option: str) -> str | None:
    """State an option of a yes/no question; None if the option is neither, or the question is not understood.

    >>> stated("Is the door open?", "No."), stated("Is the door open?", "maybe")
    ('The door is not open.', None)
    """
    yes = is_yes(option)
    return None if yes is None else answered(question, yes)


def corrected(question: str) -> str:
    """Correct what data often gets wrong: "is there the brush", "the woman on left", "do these ducks facing".

    >>> corrected("is there the brush on left"), corrected("Is there stones on the its left")
    ('is there a brush on the left', 'are there stones on its left')
    """
    there = re.fullmatch(r"(is|are) there (?:the|th) (.+)", question, re.IGNORECASE)
    if there:
        question = f"{there[1]} there {indefinite(there[2])}"
    some = re.fullmatch(r"(?:is|are) there (?:(an?)|(any |some )?)\b ?(\w+ .+)", question, re.IGNORECASE)
    if some and some[3].split()[0].casefold() not in DETERMINERS | QUANTIFIERS and not _AMOUNT.match(some[3]):
        if is_plural(some[3]):
            question = f"are there {some[2] or ''}{some[3]}"
        elif some[1]:
            question = f"is there {some[1]} {some[3]}"
    question = _BESIDE.sub(lambda found: f"{found[1]} {_the(found[2])}", question)
    question = re.sub(r"\b(on|to|in) (?:the )?(?=its\b|his\b|her\b|their\b)", r"\1 ", question)
    question = re.sub(r"\b(on|to|towards?) (left|right)\b(?! (?:hand|arm|leg|foot|top)\b)", r"\1 the \2", question)
    question = re.sub(r"\b(on|in|with) (left|right) (?=(?:hand|arm|leg|foot)\b)", r"\1 the \2 ", question)
    question = re.sub(r"\bto the (left|right) side\b", r"on the \1 side", question)
    question = re.sub(r"\btowards? camera\b", "towards the camera", question)
    return re.sub(r"^do (?=(?:these|those|the) \w+ \w+ing\b)", "are ", question, flags=re.IGNORECASE)


def _the(noun: str) -> str:
    """A thing with its article; several things, stuff and names as they are."""
    head = noun.split()[head_index(noun.split())]
    return definite(noun) if is_countable(head) and "ADJ" not in parts(head) else noun


def _clause(verb: str, rest: str, yes: bool) -> str | None:
    if _UNCLEAR.search(rest):
        return None
    there = _THERE.fullmatch(rest)
    if there and verb in _BE:
        return None if re.search(r"\band\b", there["noun"]) else _existence(verb, there, yes)
    words = rest.split()
    if _MOVING.search(rest) or _bounded(words):  # "at most one window is not open" is no opposite
        return None
    done = _passive(words) if verb in {"was", "were"} else None
    opens = done or _predicate(rest) if verb in _BE else verb_after_subject(words)
    if opens is None or words[opens - 1].casefold() == "and":
        return None
    subject, predicate = " ".join(words[:opens]), " ".join(words[opens:])
    if re.match(r"in (?:the|this) (?:image|picture|photo|scene) \w", predicate):  # "the sky in the photo | overcast"
        return None
    if predicate.casefold().startswith(("and ", "a ", "an ")) and " and " in f" {rest.casefold()} ":
        return None
    if verb in _BE and words[0].casefold() in {"a", "an"}:
        return _unnamed(verb, subject, predicate, yes)
    if verb in _BE and _name_length(rest) is None:
        verb = _agreeing(verb, subject)
    named = _without_article(words[:opens], predicate)
    if words[0].casefold() in QUANTIFIERS and not yes:
        return f"it is not the case that {_joined(verb, named, predicate, True)}"
    return _joined(verb, named, predicate, yes)


def _bounded(words: list[str]) -> bool:
    """Whether a text opens with a number in bounds: "at most one window", "about ten people"; not "the two dogs"."""
    number = next((n for n, word in enumerate(words) if word.casefold() in _NUMBERS or word.isdigit()), 0)
    before = [] if words[0][0].isupper() or words[0].casefold() in DETERMINERS else words[:number]
    return bool(before) and all(not parts(word) or parts(word) & {"ADJ", "ADV"} for word in before)


def _agreeing(verb: str, subject: str) -> str:
    """The verb in the number of its subject, where that is sure: "are the crate of melons", but "are the sheep"."""
    if is_plural(subject) or (verb in {"are", "were"} and " and " in subject):  # "the man with a bag and the dog"
        return {"is": "are", "was": "were"}.get(verb, verb)
    words = subject.split()
    return {"are": "is", "were": "was"}.get(verb, verb) if is_countable(words[head_index(words)]) else verb


def _without_article(words: list[str], predicate: str) -> str:
    """A subject as it stands in a sentence: "the salt is wet", but "salt is a mineral"."""
    subject = " ".join(words)
    kinds = re.match(r"an? ", predicate) and words[0].islower() and words[0] not in DETERMINERS and len(words) < 4
    kinds = kinds or is_plural(subject)  # "squirrels have tails"
    return subject if kinds or _name_length(f"{subject} {predicate}") == len(words) else definite(subject)


def _name_length(rest: str) -> int | None:
    """How many words of a name open a text: "Dark Slate Gray | is"; None if it opens with none, or runs on."""
    words = rest.split()
    length = next((n for n, word in enumerate(words) if not re.match("[A-Z]", word)), len(words))
    if not length or words[0].casefold() in DETERMINERS | PRONOUNS or length == len(words):
        return None
    short = words[length] in BREAKS | DETERMINERS | ADVERBS
    unknown = not parts(words[length]) and not short and len(words) > length + 1
    length += unknown  # "Chaetodon ephippium"
    return None if words[length] in {"and", "or", "of"} or words[length].startswith("(") else length


def _passive(words: list[str]) -> int | None:
    """Place of a participle after a short subject: "was this photo | taken at night"."""
    for place, word in enumerate(words[:-1]):
        if place and word in BREAKS | PREPOSITIONS:
            return None
        if place > 1 and words[0].casefold() in DETERMINERS and is_participle(word) and parts(word) == {"VERB"}:
            return place
    return None


def _predicate(rest: str) -> int | None:
    """Where the predicate of a question with "is" starts."""
    if _SECOND_VERB.search(rest):
        return None
    name = _name_length(rest)
    if name is not None:
        return name
    bare = re.match(r"(?P<subject>[a-z]+(?: [a-z]+)?) an? ", rest)
    if bare and not (DETERMINERS | BREAKS | PRONOUNS).intersection(bare["subject"].split()):  # "salt | a metal"
        return len(bare["subject"].split())
    acting = _BY_HAND.fullmatch(rest) or _THESE.fullmatch(rest)
    end = len(acting["subject"].split()) if acting else subject_end(rest.split())
    return None if _compares_late(rest.split()[end:]) else end


def _compares_late(predicate: list[str]) -> bool:
    """Whether a comparison follows another thing, of which it may be said: "behind the red ball | less than"."""
    at = next((place for place, word in enumerate(predicate) if is_comparative(word) or word == "as"), len(predicate))
    behind = DETERMINERS.intersection(predicate[:at]) and predicate[at - 1] not in DETERMINERS
    return bool(behind and {"than", "as"}.intersection(predicate[at + 1 :])) or "than" in predicate[:at]


def _unnamed(verb: str, subject: str, predicate: str, yes: bool) -> str | None:
    """State whether there is such a thing: "a lamp post is not on the right" would be no opposite."""
    there = _THERE.fullmatch(f"there {subject} {predicate}")
    placed = re.match(r"(?:located|placed|positioned|on|in|at|to|under|above|below|behind|near|next)\b", predicate)
    return _existence(verb, there, yes) if there and placed and " and " not in subject else None


def _joined(verb: str, subject: str, predicate: str, yes: bool) -> str:
    adverb = subject.split()[-1]
    if verb in {"do", "does", "did"} and parts(adverb) == {"ADV"}:  # "does not clearly say"
        subject = subject.removesuffix(f" {adverb}")
        clause = _joined(verb, subject, predicate, yes)
        at = len(subject) + (0 if yes else len(f" {verb} not"))
        return f"{clause[:at]} {adverb}{clause[at:]}"
    if yes:
        predicate = _without_any(predicate)
    if yes and verb in {"do", "does", "did"}:
        first, _, rest = predicate.partition(" ")
        form = {"do": first, "does": third_person(first), "did": past(first)}[verb]
        return f"{subject} {form} {rest}".strip()
    if yes:
        return f"{subject} {verb} {predicate}"
    return f"{subject} {'cannot' if verb == 'can' else f'{verb} not'} {predicate}"


def _without_any(predicate: str) -> str:
    """A predicate that says yes: "have a hat" for "have any hat"."""

    def some(found: re.Match[str]) -> str:
        words = found[1].split()
        return found[1] if is_mass(words[head_index(words)]) else indefinite(found[1])

    return re.sub(r"\bany (\w.*)", some, predicate)


def _existence(verb: str, there: re.Match[str], yes: bool) -> str:
    article, noun = there["article"], there["noun"]
    counted = noun.split()[0].casefold() in DETERMINERS | QUANTIFIERS  # "two dogs", "only", "the dog"
    if (article is None and counted) or (_AMOUNT.match(noun) and article not in {"any", "some"}):
        if not yes and (noun.casefold().startswith("only ") or _bounded(noun.split())):
            return f"it is not the case that there {verb} {article or ''} {noun}"
        return f"there {verb} {'' if yes else 'not '}{article or ''} {noun}"
    if not yes:
        return f"there {verb} no {noun}"
    if article == "any" and verb in {"is", "was"} and _ONE.match(noun):
        article = "a"
    shown = {"any": "some", "some": "some", None: ""}.get(article, "an" if starts_with_vowel(noun) else "a")
    return f"there {verb} {shown} {noun}"
