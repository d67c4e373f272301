"""Questions with what: "What is X?" -> "X is <option>", "What does X do?" -> "X <does> <option>"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.articles import bare_noun_of, lacks_object
from lmms_robust.statements.asking import (
    BE,
    CODE,
    DET,
    WRITTEN,
    Found,
    in_quotes,
    inflected,
    is_noun_phrase,
    is_one,
    is_thing,
    pattern,
    waiting,
    whole_verb,
)
from lmms_robust.statements.clauses import finite, kind, tokens, verb_after_subject
from lmms_robust.statements.complements import complement, head_noun, infinitive, subject
from lmms_robust.statements.grammar import has_determiner, indefinite, is_are, is_plural, mid_sentence, value
from lmms_robust.statements.refusals import quoted
from lmms_robust.statements.vocabulary import CONCRETE, PERSONAL, PREPOSITIONS
from lmms_robust.statements.words import is_base_verb, is_gerund, is_third_person, parts

_MAY_BE = rf"{BE[:-1]}| (?:can|could|may|might|would|will|should) be| (?:seems?|appears?) to be)"
_SIDE = re.compile(r"the (?:left|right|top|bottom) of (?:the|this) \w+$", re.IGNORECASE)
# "the sign for | in the image": what the option takes the place of stood here.
_WAITS = re.compile(r"\b(?:for|with|of|about|to|from|at)(?: (?:in|on|at|under|near)\b|$)", re.IGNORECASE)


def _what_is(found: Found, option: str, options: Sequence[str]) -> str | None:
    asked, verb = re.sub(r" like(?= in | at |$)", "", found["x"]), whole_verb(found["be"])  # "the weather like"
    asked = f"the {asked}" if re.match(r"(?!one )[a-z]+ of ", asked) else asked
    what_for = re.fullmatch(r"(?P<thing>.+ (?P<last>\w+)) for", asked)  # not "the tower famous for", "… used for"
    if (
        what_for
        and verb in {"is", "are", "was", "were"}
        and waiting(tokens(asked)) is None
        and "ADJ" not in parts(what_for["last"])
    ):
        asked, verb = f"the purpose of {what_for['thing']}", {"are": "is", "were": "was"}.get(verb, verb)
    if not is_noun_phrase(asked) or _WAITS.search(asked):
        return None
    head = head_noun(asked)
    if parts(head) and "NOUN" not in parts(head) and not bare_noun_of(head):  # "what is the same"
        return None
    if re.search(r"\brelation(?:ship)?s?\b", head):
        return _relationship(asked, verb, option)
    said = complement(option, asked, options)
    if said and head in {"orientation", "direction"} and _SIDE.match(said):
        said = f"towards {said}"
    if said is None or (verb == "are" and is_plural(asked) and is_one(said)):
        return None
    several = verb == "is" and is_plural(said) and " and " not in said
    if several and is_thing(head) and not _is_whole(head, said, options):
        return None
    return f"{asked} {verb} {said}"


def _is_whole(head: str, said: str, options: Sequence[str]) -> bool:
    """Whether several things can be one: "the feature is the towers"; or all options are several things."""
    return head not in CONCRETE and (said.startswith("the ") or all(map(is_plural, map(mid_sentence, options))))


# Names of what binds, and not of who are bound: "competition", "mutualism".
_BINDS = re.compile(r"(?:[ts]ion|ism|ment|[ae]nce|ity|ship|ing|al)$")


def _relationship(asked: str, verb: str, option: str) -> str | None:
    """What binds people is "that of father and daughter", what binds creatures "a predatory relationship"."""
    text = mid_sentence(option).rstrip(".")
    text = text.casefold() if re.fullmatch(r"[A-Z][a-z]+", text) else text  # no name: "Mutualism"
    last = tokens(text)[-1] if tokens(text) else ""
    if re.search(r"\brelation(?:ship)?s?$", text):
        one = re.sub("s$", "", text)
        return f"{asked} {verb} {indefinite(one[0].lower() + one[1:])}"
    if kind(text) != "phrase" or value(text) is None or text.split()[0] in PREPOSITIONS:
        return None
    adjective = len(tokens(text)) == 1 and "ADJ" in parts(last)
    if adjective:
        return f"{asked} {verb} {text}"
    if " and " not in text and ("NOUN" not in parts(last) or _BINDS.search(last)):
        return None
    return f"{asked} {verb} that of {text if ' and ' in text else indefinite(text)}"


def _written(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Quote what can be read: "The text on the sign is "One way"."."""
    noun = found["x"]
    head = head_noun(noun)
    code = CODE.search(head) and not re.fullmatch(r"[\w ().+-]+", option)
    if not (WRITTEN.search(head) or code) or not (is_noun_phrase(noun) or code):
        return None
    return f"{noun if has_determiner(noun) else f'the {noun}'} {whole_verb(found['be'])} {in_quotes(option)}"


def _what_doing(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say what someone is doing, holding, made of, used for, about."""
    words, rest = tokens(found["x"]), found["x"].split()
    if len(words) != len(rest):
        return None
    verb = whole_verb(found["be"])
    if "doing" in words:
        at = words.index("doing")
        return _doing(" ".join(rest[:at]), verb, " ".join(rest[at + 1 :]), option)
    to_do = re.fullmatch(r"(?P<who>.+?) (?P<to>(?:about|going|trying) to) do(?: next)?", found["x"])
    if to_do:
        doing = infinitive(option)
        return (doing and is_noun_phrase(to_do["who"]) and f"{to_do['who']} {verb} {to_do['to']} {doing}") or None
    tail = re.search(
        r"^(?P<inner>.+?)(?P<where> (?:in|on|with|around) (?:the|this|his|her|its|their) (?:\w+ )?(?!\w+ing$)\w+)$",
        " ".join(words),
    )
    tail = tail if words[-1] not in PREPOSITIONS else None
    inner = words[: len(tail["inner"].split())] if tail else words
    last = waiting(inner)
    last = len(words) - 1 if last is None and words[-1] == "about" else last
    if last is None or not is_noun_phrase(" ".join(rest[:last])):
        return None
    likely = re.search(r" ((?:most )?likely|probably|mainly|mostly)$", " ".join(rest[:last]))
    if likely:  # "these people most likely | celebrating"
        verb, rest[last - len(likely[1].split()) : last] = f"{verb} {likely[1]}", []
        last -= len(likely[1].split())
        inner = inner[: len(inner) - len(likely[1].split())]
    who, doing, where = " ".join(rest[:last]), " ".join(rest[last : len(inner)]), " ".join(rest[len(inner) :])
    if words[-1] in {"for", "about"} and tokens(option) and is_gerund(tokens(option)[0]):
        return f"{who} {verb} {doing} {option[0].lower()}{option[1:]}"
    of = inner[-1] in {"of", "for", "with", "about"}
    purpose = inner[-1] == "for" and inner[-2] in {"used", "made", "designed", "meant"}
    about = "purpose" if purpose else "material" if of else "sport" if doing.startswith("playing") else "thing"
    said = "nothing" if option.casefold() == "nothing" else complement(option, about, options)
    if said and said.startswith("to ") and words[-1] in PREPOSITIONS:
        doing = doing.removesuffix(f" {words[-1]}")  # "used to hold water"
        said = said if purpose else None
    return said and f"{who} {verb} {doing} {said} {where}"


def _doing(who: str, verb: str, where: str, option: str) -> str | None:
    text = " ".join(option.split()).rstrip(".")
    first = tokens(text)[0] if tokens(text) else ""
    if (
        not is_gerund(first)
        or kind(text) != "phrase"
        or lacks_object(text)
        or not (is_noun_phrase(who) or who.casefold() in PERSONAL)
    ):
        return None
    if where and not re.fullmatch(r"in (?:the|this) (?:\w+ )?\w+", where):
        return None
    return f"{who} {verb} {text[0].lower()}{text[1:]} {where}"


def _there_is(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say what there is somewhere."""
    where = found["where"]
    said = complement(option, "thing", options)
    if said is None or re.match(r"(?:on|in|at|to|the|this|his|her)\b", said) or tokens(where)[-1] in PREPOSITIONS:
        return None
    return f"there {is_are(said)} {said} {where}"


def _is_shown(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say what is shown or happens: the option is the subject."""
    stands_for = found["shown"].split()[1:2] == ["by"]  # "represented by the red line"
    said = (not stands_for and complement(option, "thing", options)) or subject(option, options)
    if said is None or re.match(r"(?:to|on|in|at)\b", said) or "ADJ" in parts(said):
        return None
    return f"{said} {is_are(said)} {found['shown']}"


def _what_does(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say what someone does, will do, wants: the verb goes after its subject."""
    words, aux = found["x"].split(), found["aux"].casefold()
    bare = [re.sub(r"\W+$", "", word) for word in words]
    low = [word.casefold() for word in bare]
    if "" in low:
        return None
    at = verb_after_subject(bare)
    if at is None:
        return None
    who, verb, rest = " ".join(words[:at]), low[at], " ".join(words[at + 1 :])
    if not (is_noun_phrase(who) or low[0] in {"you", "we", "they", "he", "she", "it"}):
        return None
    if verb == "do" or (verb == "be" and rest.startswith("doing")):
        if verb == "be":
            return _doing(who, f"{aux} be", rest.removeprefix("doing").strip(), option)
        return _will_do(who, aux, rest, option)
    if verb in {"say", "read", "mean", "express", "suggest", "indicate"} and not rest:
        return f"{who} {inflected(verb, aux, who)} {in_quotes(option)}"
    ends = not rest or low[-1] in PREPOSITIONS or (low[at + 1] == "to" and is_base_verb(low[at + 2]))
    if not ends and low[at + 1] not in PREPOSITIONS:
        return None
    said = complement(option, "feeling" if verb in {"feel", "look", "become"} else "thing", options)
    if verb in {"represent", "stand", "symbolize", "denote"}:
        said = subject(option, options)
    if said is None or (verb == "happen") or found.groupdict().get("noun"):
        return None
    acted = inflected(verb, aux, who)
    return f"{who} {acted} {rest} {said}" if ends else f"{who} {acted} {said} {rest}"


def _will_do(who: str, aux: str, rest: str, option: str) -> str | None:
    """Say what someone will do; "when …" goes to the front."""
    doing = infinitive(option)
    if doing is None:
        none = re.fullmatch(r"no \w+", option.strip().rstrip(".").casefold())
        doing = f"show {none[0]}" if none else None
    if doing is None or aux in {"do", "does", "did"}:
        return None
    act = f"{who} {aux} {doing}"
    if not rest:
        return act
    if re.match(r"(?:when|if|after|before|while)\b", rest):
        return f"{rest}, {act}"
    return f"{act} {rest}" if re.fullmatch(r"(?:next|now|first|(?:next )?in (?:the|this) \w+)", rest) else None


def _what_acts(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say what does something: "What eats the worm?"."""
    said, verb = subject(option, options), found["verb"].split()[0].casefold()
    return f"{said} {found['verb']}" if said and not is_plural(said) and is_third_person(verb) else None


def _is_written(found: Found, option: str, _: Sequence[str]) -> str | None:
    return f"{in_quotes(option)} is {found['where']}"


def _order(found: Found, option: str, options: Sequence[str]) -> str | None:
    noun = found["x"]
    if CODE.search(head_noun(noun)) or option.strip().endswith("?"):
        return f"{noun} is {quoted(' '.join(option.split()))}"
    if finite(tokens(noun)) is not None and " that " not in noun:
        return None
    said = complement(option, noun, options)
    return said and f"{noun} {is_are(noun)} {said}"


PATTERNS = (
    pattern("written", rf"what{_MAY_BE} (?P<x>.+?)\s*\??", _written),
    pattern("what_is", rf"what{_MAY_BE} (?P<x>.+?)\s*\??", _what_is),
    pattern("what_is_doing", rf"what{BE} (?P<x>.+?)\s*\??", _what_doing),
    pattern(
        "there_is",
        r"what(?:'s|’s| is| are) (?:there )?(?P<where>(?:in|on|at|under|behind|above|below|beside|near|next to|to the"
        r"|in front of|inside|between) .+?)\s*\?",
        _there_is,
    ),
    pattern(
        "what_acts",
        r"what (?P<verb>(?!is\b|was\b|does\b|has\b)\w+s (?!are|is|were|was|do|does|can|will|has|have).+?)\s*\?",
        _what_acts,
    ),
    pattern("is_written", r"what(?:'s|’s| is) (?P<where>(?:written|printed) .+?)\s*\?", _is_written),
    pattern(
        "is_shown",
        r"what(?:'s|’s| is| are) (?P<shown>(?:shown|depicted|displayed|pictured|featured|missing|represented by"
        r"|indicated by|located|placed|situated) .+?)\s*\?",
        _is_shown,
    ),
    pattern(
        "what_does",
        r"what (?P<aux>does|do|did|can|could|will|would|should|might|may|must) (?P<x>.+?)\s*\?",
        _what_does,
    ),
    pattern(
        "order",
        r"(?:(?:can|could) you )?(?:please )?(?:identify|select|choose|predict|name|determine|pick) "
        rf"(?P<x>{DET} .+?)\s*[.?]?",
        _order,
    ),
)
"""Tried in order."""
