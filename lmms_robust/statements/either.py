"""Questions that name the options themselves: "Is it green or white?", "Which is closer, the tram or the kiosk?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.alone import own
from lmms_robust.statements.asking import IN, waiting
from lmms_robust.statements.clauses import tokens
from lmms_robust.statements.grammar import definite, is_are, is_plural, mid_sentence, sentence
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.words import is_base_verb, is_gerund, is_participle, parts
from lmms_robust.statements.yes_no import answered

_LEAD = r"(?:to the |on the |at the |in the |the |an? |to |on )?"
_COMPARES = re.compile(r"\b(?:\w{2,}er|more|less|further|farther|closer|better|worse)\b", re.IGNORECASE)


def _either(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Ask for one of the two alone, and say yes to it."""
    alone = _one_of_two(found[0], _plain(option), [_plain(text) for text in options])
    made = alone and answered(alone, yes=True)
    torn = made and _plain(option) not in made.casefold() and not is_base_verb(tokens(option)[0])  # "laid is flat"
    return own(option, found[0]) or (None if torn else made)


def _plain(option: str) -> str:
    text = option.strip().rstrip(".").casefold()
    return re.sub(rf"^{_LEAD}(?=\w)", "", text) if " " in text else text


def _one_of_two(question: str, option: str, options: Sequence[str]) -> str | None:
    """The question with one of its two alternatives: "Is it green?" of "Is it green or white?"."""
    others = [text for text in options if text != option]
    for other in others:
        for first, second in ((option, other), (other, option)):
            two = re.search(
                rf"(?P<first>\b{_LEAD}{re.escape(first)}(?: (?:side|one))?),? or "
                rf"(?P<second>{_LEAD}{re.escape(second)}\b)(?P<away> away\b)?",
                question,
                re.IGNORECASE,
            )
            if two:
                opens = [tokens(two["second"])[0], tokens(two["first"])[0], tokens(question[: two.start()])[-1]]
                acts = [is_gerund(word) or (is_participle(word) and parts(word) == {"VERB"}) for word in opens]
                more = re.sub(IN, "", question[two.end() :], flags=re.IGNORECASE).strip(" ?")
                if acts[0] and (more or acts[1:] == [False, True]):
                    return None  # "laid | flat or standing up", "holding hands or leaning against | each other"
                chosen = two["first"] if first == option else two["second"] + (two["away"] or "")
                lead, bare = (re.match(_LEAD, two[name], re.IGNORECASE) for name in ("first", "second"))
                if first != option and lead and bare and not bare[0] and not acts[0]:  # "to the left or right"
                    chosen = lead[0] + chosen
                return f"{question[: two.start()]}{chosen}{question[two.end() :]}"
    return None


def _compared(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Name the thing that a comparison holds for, and the other one."""
    if waiting(tokens(found["how"])) is not None:  # "Which one is | the bench facing, …"
        return None
    first, second = (_bare(found[name]) for name in ("first", "second"))
    both = re.fullmatch(r"they (?P<are>are|have) (?P<alike>.+)", option.strip(), re.IGNORECASE)
    if both:
        return sentence(f"{definite(first)} and {definite(second)} {both['are']} {both['alike']}")
    chosen = _bare(option.rstrip("."))
    names = {_key(first): (first, second), _key(second): (second, first)}
    one, other = names.get(_key(chosen), ("", ""))
    if not one or len(names) < 2:
        return None
    one, other = (text if re.fullmatch(r"(?i:point) \w", text) else definite(text) for text in (one, other))
    verb = found["verb"].casefold()
    verb = {"is": is_are(one), "has": "have" if is_plural(one) else "has"}.get(verb, verb)
    target = re.fullmatch(r"(?P<way>.+\b(?:to|from)) (?P<other>.+)", found["how"])
    how = f"{target['way']} {definite(target['other'])}" if target else found["how"]
    than = f" than {other}" if _COMPARES.search(found["how"]) else ""
    return sentence(f"{mid_sentence(one)} {verb} {how}{than}")


def _bare(noun: str) -> str:
    return re.sub(r"^(?:the|an?) (?=\w)", "", noun.strip(), flags=re.IGNORECASE)


def _key(noun: str) -> str:
    """What an option is known by: "point A" and "A" are one."""
    return re.sub(r"^(?:point|object|image|solution|box) (?=\w$)", "", noun.casefold())


PATTERNS = (
    Pattern(
        "compared",
        re.compile(
            r"(?:estimate .+?\. )?(?:which|who)(?: (?:one|object|point|person|thing|of them|item|image))? "
            r"(?P<verb>is|has) (?P<how>.+?)[,:] "
            r"(?P<first>[^,?]+?),? or (?P<second>[^,?]+?)\s*\?",
            re.IGNORECASE,
        ),
        _compared,
    ),
    Pattern(
        "either",
        re.compile(r"(?:[^?]+, )?(?:is|are|was|were|does|do|did|will|would|can) [^?]+ or [^?]+\?", re.IGNORECASE),
        _either,
    ),
)
