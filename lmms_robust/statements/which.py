"""Questions with which: "Which <noun> <verb> …?" -> "The <noun> that <verb> … is <option>" or "<option> <verb> …".

Where the words do not tell what is the verb and what its subject, the pattern does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.articles import names_several
from lmms_robust.statements.asked import PICTURE
from lmms_robust.statements.asking import (
    CODE,
    DET,
    WRITTEN,
    Found,
    agreeing,
    in_quotes,
    inflected,
    is_noun_phrase,
    is_one,
    is_thing,
    pattern,
    waiting,
)
from lmms_robust.statements.clauses import finite, kind, tokens, verb_after_subject
from lmms_robust.statements.complements import complement, head_noun, subject
from lmms_robust.statements.directions import way
from lmms_robust.statements.grammar import (
    definite,
    has_determiner,
    indefinite,
    is_are,
    is_plural,
    mid_sentence,
    singular,
)
from lmms_robust.statements.vocabulary import (
    ABSTRACT,
    BE,
    BREAKS,
    COLOURS,
    DETERMINERS,
    MODALS,
    NUMBERS,
    PERSONAL,
    PREPOSITIONS,
    PRONOUNS,
)
from lmms_robust.statements.words import (
    is_base_verb,
    is_countable,
    is_gerund,
    is_mass,
    is_participle,
    is_plural_word,
    is_third_person,
    parts,
)

_OPENS = BREAKS | DETERMINERS
_NO_ONE = re.compile(r"(?:the )?(?:neither|either|any|none|all|same|equal|both (?!.* and ))\b", re.IGNORECASE)
_KIND = re.compile(r"(?:kind|type|sort)s? of ", re.IGNORECASE)
_MOST = re.compile(r"(?:the )?(?:\w+ )?(?:\w+est|most|least|same|only)\b")
_POINTED = re.compile(
    r"(?:the )?(?:(?:upper|lower|top|bottom|down|middle|cent(?:er|re)|first|second|third|fourth|last)(?:[ -]"
    r"(?:left|right|middle|one))?|left|right|front|back|leftmost|rightmost)",
    re.IGNORECASE,
)


def _which(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say which thing it is that the rest of the question is true of."""
    words = found["x"].split()
    opens = [word for word in tokens(option) if word not in {"only", "both"}][:1]
    placed = found["to"] and PREPOSITIONS.intersection(opens)
    if _NO_ONE.match(option.strip()) or (placed and words[0].casefold() not in ABSTRACT):  # "in which story: in both"
        return None
    low = [re.sub(r"[,;:]$", "", word.casefold()) for word in words]
    at = _verb_of_which(low)
    if at is None or any(word.endswith((",", ";", ":")) for word in words[:at]) or BE.issuperset(low[at : at + 2]):
        return None
    if not at and re.match(r"what\b", found[0].removeprefix(f"{found['lead']}, "), re.IGNORECASE):
        return None
    noun, verb = words[:at], low[at]
    before = parts(low[at - 1])
    if noun and low[0] != "of" and (low[0] in PREPOSITIONS or (before and "NOUN" not in before)):
        return None
    after = [word for word in low[at + 1 : at + 4] if word not in {"most", "likely", "best", "probably", "also"}][:1]
    named = verb in {"is", "are"} and low[at - 1] in ABSTRACT and words[at + 1 : at + 2] and words[at + 1].istitle()
    asks = (
        named
        or (verb in {"do", "does", "did"} and after != ["not"])
        or (verb in MODALS and not (after and (after == ["not"] or is_base_verb(after[0]))))
    )
    if asks or (verb in {"is", "are", "was", "were"} and _turned_round(low, at)) or found["to"]:
        return _which_object(noun, words[at:], option, options, found["to"])
    return _which_subject(noun, " ".join(words[at:]), option, options)


def _verb_of_which(low: Sequence[str]) -> int | None:
    """Place of the verb in what follows "which": "ocean | is highlighted", "of these states | is", "| is larger"."""
    be = {"is", "are", "was", "were", "has", "have", "had", "does", "do", "did", "doesn't"} | MODALS
    if low[0] in be:
        return 0
    noted = re.match(rf"[\w-]+(?: [\w-]+)? (?:in|on) (?:the|this) (?:'[^']+' )?(?:\w+ )?{PICTURE}\b", " ".join(low))
    shown = len(noted[0].split()) - 1 if noted else 0  # "object in the picture | is"
    listed = 3 if low[1:3] == ["the", "following"] else 2
    start = shown + 1 if low[0] != "of" else listed + (low[listed : listed + 1] != [] and is_plural_word(low[listed]))
    for at in range(start, len(low)):
        if low[0] in NUMBERS[2:] and not is_plural_word(low[at - 1]):  # "two puzzle pieces | form"
            continue
        best = low[at - 1] in {"best", "better", "most", "also"} or parts(low[at - 1]) == {"ADV"}
        if low[at] in be or (best and low[at].endswith("s") and "VERB" in parts(low[at])):
            return at - (best and low[at] not in be)
        acted = is_participle(low[at]) and low[at + 1 : at + 2] and low[at + 1] in DETERMINERS
        does = is_third_person(low[at]) and "NOUN" in parts(low[at - 1]) and not is_plural_word(low[at - 1])
        if acted or (does and not be & set(low[at:])) or finite(["the", *low[: at + 2]]) == at + 1:
            return at - (at > 1 and parts(low[at - 1]) == {"ADV"})
        if low[at] in PREPOSITIONS and low[0] != "of" and low[at] != "of":
            return None
    return None


def _turned_round(low: Sequence[str], at: int) -> bool:
    """Whether the subject follows the verb: "direction is | the bear facing", not "image is | the brightest one"."""
    rest = re.sub(r" in (?:the|this) \w+$", "", " ".join(low[at + 1 :])).split()
    if not rest or low[:1] == ["of"] or not at:
        return False
    waits = waiting(rest) is not None or rest[-1] in PREPOSITIONS or rest[-2:] == ["to", "do"]
    opens = rest[0] in DETERMINERS | PRONOUNS
    waits = waits or rest[0] == "it" or rest in (["this"], ["that"], ["these"], ["those"], ["they"])
    most = _MOST.match(" ".join(rest))
    return waits or (opens and not most and low[at - 1] in ABSTRACT)


def _is_turned(words: Sequence[str], is_kind: bool) -> bool:
    """Whether a noun follows "is" that is its subject or may be: "corner is | the apple", "kind of cup is | glass"."""
    if words[0].casefold() not in {"is", "are", "was", "were"} or len(words) < 2:
        return False
    low = [word.casefold() for word in words[1:]]
    if low[0] in DETERMINERS | PRONOUNS - {"a", "an", "both", "all", "one"}:
        return not _MOST.match(" ".join(low))
    short = len(low) < 3 and "NOUN" in parts(low[-1]) and not is_participle(low[-1]) and not PREPOSITIONS & set(low)
    return words[1][:1].isupper() or (short and (is_kind or parts(low[-1]) == {"NOUN"}))


def _which_subject(noun: Sequence[str], verb: str, option: str, options: Sequence[str]) -> str | None:
    name = " ".join(noun)
    of = re.match(r"(?:one )?of (?:the following|these|those|the)(?: (?P<things>.+))?", name, re.IGNORECASE)
    if tokens(verb)[-1] in PREPOSITIONS or (noun and not of and _is_turned(verb.split(), bool(_KIND.match(name)))):
        return None
    best = re.fullmatch(r"best (?:describes|describe|characterizes) (?P<what>.+)", verb)
    if best and (of or not noun):
        said = mid_sentence(option).rstrip(".")
        short = kind(said) == "phrase" and len(said.split()) < 13
        return f"{best['what']} is best described as {said}" if short else None
    whole = re.fullmatch(rf"(?P<be>is|are) (?P<what>{DET} .+)", verb)
    if not noun and whole and "NOUN" in parts(head_noun(whole["what"])) and head_noun(whole["what"]) in ABSTRACT:
        value = complement(option, whole["what"], options)
        return value and f"{whole['what']} {whole['be']} {value}"
    if of or name.casefold() in {"", "one"}:
        chosen = subject(option, options)
        things = (of and of["things"]) or ""
        if chosen is None or re.match(
            r"(?:statement|sentence|claim|fact|conclusion)s\b", things
        ):  # options are sentences
            return None
        agrees = agreeing(verb, chosen)
        if _lacks_article(verb.casefold().split()):
            return None
        named = things and is_plural(things) and not re.fullmatch(r"(?:options|choices|answers|ones)", things)
        opening = f"of these {things}, " if named else ""
        return agrees and f"{opening}{chosen} {agrees}"
    repeats = (
        head_noun(name) in tokens(option) and kind(option) == "phrase" and len(tokens(option)) <= 8
    )  # "Solution A"
    if repeats or _POINTED.fullmatch(option.strip().rstrip(".")):
        said = re.sub("^an? ", "the ", mid_sentence(option).rstrip(".").removesuffix(" one"))
        said = said if " - " in said else definite(said)  # "LS4 - Lease D" is a label
        said = said if head_noun(name) in tokens(said) else f"{said} {name}"
        agrees = agreeing(verb, said)
        return agrees and f"{said} {agrees}"
    return _the_one(name, f"that {verb}", option, options)


def _lacks_article(verb: Sequence[str]) -> bool:
    """Whether one thing or several are said of another without an article: "is lobed leaf", "was colonies"."""
    noun = singular(verb[-1])
    thing = "NOUN" in parts(noun) and not {"ADJ", "ADV"} & parts(noun) and not is_mass(noun)
    return verb[0] in BE and thing and not _OPENS.intersection(verb[1:])


def _the_one(noun: str, clause: str, option: str, options: Sequence[str]) -> str | None:
    """Name the thing that a clause tells: "The ocean that is highlighted is …"."""
    coloured = re.fullmatch(r"colou?r(?:ed)? (?!of\b)(?P<noun>.+)", noun)  # "What color car is parked?"
    if coloured:
        noun = coloured["noun"]
        return _the_one(noun, clause, option, options) if COLOURS & set(tokens(option)) else None
    kinds = re.fullmatch(rf"{_KIND.pattern}(?P<noun>.+)", noun, re.IGNORECASE)
    placed = re.match(r"that (?:is|are) (?P<where>(?:on|in|at|under|behind|above|below|near|next to)\b.+)", clause)
    repeated = kinds and any(head_noun(kinds["noun"]) in tokens(text) for text in options)  # "stop sign", "no entry"
    if kinds and placed and not repeated:
        noun, clause = kinds["noun"], placed["where"]
    whose = re.fullmatch(r"(?P<who>.+?)['’]s (?P<part>.+)", noun)
    if whose and clause.startswith("that ") and not PREPOSITIONS & set(tokens(whose["who"])):
        noun, clause = whose["who"], f"whose {whose['part']} {clause.removeprefix('that ')}"
    if WRITTEN.search(head_noun(noun)) or CODE.search(head_noun(noun)):
        return f"the {noun} {clause} {is_are(noun)} {in_quotes(option)}"
    sided = clause.startswith("from which") and head_noun(noun) != "direction"  # "the angle … is the front"
    pointed = not sided and _POINTED.fullmatch(option.strip().rstrip("."))
    if pointed and head_noun(noun) not in {"direction", "way", "position", "place"}:
        said: str | None = f"{definite(mid_sentence(option).rstrip('.').removesuffix(' one'))} {head_noun(noun)}"
    else:
        of_kind = head_noun(kinds["noun"]) if kinds else ""
        of_kind = "kind" if repeated else of_kind
        about = "kind" if of_kind in ABSTRACT else of_kind or head_noun(noun)
        turned = way(option) if about in {"direction", "way"} else None  # "behind" is "backward"
        said = turned or complement(option, about, options)
        if re.match("relation(?:ship)?$", of_kind) and said and "NOUN" in parts(tokens(said)[-1]):
            said = f"that of {said if ' and ' in said else indefinite(said)}"
    said = definite(said) if said and sided and len(said.split()) == 1 and "NOUN" in parts(said) else said
    if said is None or clause.startswith("that is the one") or said.split()[0] == clause.split()[-1]:
        return None
    bare_plural = is_plural(said) and not has_determiner(said) and " and " not in said
    one_of_many = is_plural(noun) and (is_one(said) or not (is_plural(said) or " and " in said))
    several = names_several(said) or (bare_plural and is_thing(head_noun(noun)))
    if one_of_many or (several and not is_plural(noun)):
        return None
    clause = re.sub(r"^that are there ", "", clause)
    noun = noun.casefold() if noun.istitle() and is_countable(noun.casefold()) else noun
    be = "are" if re.match(r"that (?:are|were|have)\b", clause) else is_are(noun)  # "species that are"
    return f"{f'the {noun}' if noun.split()[0].casefold() in NUMBERS else definite(noun)} {clause} {be} {said}"


def _which_object(
    noun: Sequence[str], rest: Sequence[str], option: str, options: Sequence[str], to: str | None
) -> str | None:
    """Say of the option what someone does with it: "fruit | did the kids like", "direction | is the bear facing"."""
    aux, low, name = rest[0].casefold(), [word.casefold() for word in rest[1:]], " ".join(noun)
    these = re.match(r"of (?:the following|these|those)\b", name, re.IGNORECASE)
    that = f"{to.casefold()} which" if to else "that"
    if not low or (these and aux not in MODALS):
        return None
    if aux in {"is", "are", "was", "were"}:
        where = re.search(r" in (?:the|this) \w+$", " ".join(low))
        inner = low[: -3 if where else None]
        cut = waiting(inner)
        to_do = re.search(r" (?:most )?likely to do$", " ".join(inner))  # "job is the man | most likely to do"
        cut = len(inner) - len(to_do[0].split()) if to_do else cut
        if cut is None and to and inner and (is_participle(inner[-1]) or is_gerund(inner[-1])):
            cut = len(inner) - 1  # "in which year was it | founded", "from which side is the light | coming"
        end = cut if cut is not None else len(inner) - (inner[-1] in PREPOSITIONS)
        who, tail = " ".join(rest[1 : end + 1]), " ".join(rest[end + 1 :])
        if cut is None and tail and any(map(is_gerund, inner[1:end])):  # "the man taking part | in"
            return None
        if not name or not (is_noun_phrase(who) or who.casefold() in PERSONAL):
            return None
        if cut is None and end == len(inner):
            return _property(name, " ".join(rest[1:]), aux, option, options)
        aux = "are" if aux == "is" and is_plural(who) else aux  # "is the people facing"
        return _the_one(name, f"{that} {who} {aux} {tail}", option, options)
    at = verb_after_subject(rest[1:])
    if at is None or aux in {"has", "have", "had"}:  # "in what drink has the rubber duck?"
        return None
    who = " ".join(rest[1 : at + 1])
    act = f"{inflected(low[at], aux, who)} {' '.join(rest[at + 2 :])}".strip()
    if not (is_noun_phrase(who) or low[0] in PERSONAL) or low[at] in {"do", "be"}:
        return None
    if these:
        clause = re.match(r"(?:if|how|whether|which)\b", option)
        said = mid_sentence(option).rstrip(".") if clause else complement(option, "thing", options)
        return said and f"{who} {act} {said}"
    return _the_one(name, f"{that} {who} {act}", option, options) if name else None


def _property(name: str, who: str, aux: str, option: str, options: Sequence[str]) -> str | None:
    """Name a property, as in "What brand is this car?"; "What kind of dog is this?" asks what this is."""
    kinds = _KIND.match(name)
    said = complement(option, "thing" if kinds else name, options)
    first, _, rest = who.partition(" ")
    pointed = first.casefold() in PERSONAL or who.casefold() in {"this", "that", "these", "those"}
    when = re.match(r"(?:time|day|season|month|year|weather)\b", name)
    if said is None or (
        not pointed
        and (head_noun(name) not in ABSTRACT or (name != "direction" and who[:1].isupper() and " in " in who))
    ):
        return None
    if pointed and (kinds or when or is_thing(head_noun(name))):
        return f"{first} {aux} {said} {rest}"
    be = is_are(name) if aux in {"is", "are"} else aux
    return f"the {name} {be} {said} {rest}" if first.casefold() == "it" else f"the {name} of {who} {be} {said}"


PATTERNS = (
    pattern("which", r"(?:(?P<to>in|on|at|to|from|with|for|of|by|under) )?(?:which|what) (?P<x>.+?)\s*\??", _which),
)
"""Tried in order."""
