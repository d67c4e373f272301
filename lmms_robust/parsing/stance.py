"""How a clause stands to something it names: asserts, rejects, reports, leaves open or merely allows it."""

from __future__ import annotations

import re
from enum import Enum

# Characters looked at on each side of a mention; bounds the work for endless clauses.
_WINDOW = 100


class Stance(Enum):
    """Stance of a clause towards an option that it names."""

    ASSERTED = "asserted"
    REJECTED = "rejected"
    REPORTED = "reported"
    OPEN = "open"
    WEAK = "weak"


_NOT_BEFORE = re.compile(
    r"(?:\b(?:not(?! only| just| sure| certain)|never|neither|nor|cannot|rather than|instead of|unlike|exclud\w+|"
    r"(?<!by )(?<!process of )eliminat\w+|rul\w+ out|"
    r"(?:as )?opposed to|other than|than|except(?: for)?|without|reject\w*|discard\w*|dismiss\w*|lacks?|"
    r"disagrees? with|"
    r"contradict\w*|inconsistent with|compared (?:to|with)|no(?! doubt| question|\w)|nothing|none|fails? to|wrong to|"
    r"incorrect(?:ly)?|mistaken(?:ly)?|false that|far from|hardly|anything but|versus|against|isnt|doesnt|dont|arent|"
    r"cant)\b|n't\b"
    r"|不是|并非|没有|不在|排除|而非)",
    re.IGNORECASE,
)
# Words after which an earlier negation no longer holds.
_SCOPE_END = re.compile(
    r":|\b(?:but|only|just|until|that'?s|is(?! it)|are|was|instead|rather(?! than)|because)\b",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(
    r"^[\s\"')]*(?:\([^)]{0,40}\)\s*)?(?:(?:\"[^\"]{0,60}\"|[\w'-]+)\s+){0,5}?"
    r"(?:(?:is|are|was|were|be|being|seems?|looks?|appears?|does|do|did|would|could|can|has|have)\s*"
    r"(?:clearly |definitely |also |simply |just |really |therefore |obviously |actually |likely |probably |"
    r"almost certainly )?"
    r"(?:not\b|n't\b|never\b|nowhere)|(?:is|are|isn|aren|doesn|don|can|cannot|won|wouldn|couldn|wasn|seems?|looks?|"
    r"appears?|as|being|was|be|[:-])?\s*"
    r"(?:\bn't|\b't|(?:clearly |definitely |also |simply |likely |therefore |thus |obviously )?"
    r"\b(?:incorrect|wrong|ruled out|eliminated|excluded|crossed out|struck (?:out|through)|none|out\b(?! of|"
    r" front)|false|unlikely|impossible|invalid|"
    r"inaccurate|implausible|"
    r"discarded|rejected|dismissed|misleading|absent|missing|nowhere|inconsistent|incompatible|contradicted|"
    r"too(?! ?[.,;!]| ?$))\b))"
    r"|^[\s\"')]*(?:cannot|can't|isn't|aren't|doesn't|don't|won't|wouldn't|wasn't|contradicts?)\b",
    re.IGNORECASE,
)
_OPEN_BEFORE = re.compile(
    r"\b(?:whether|(?<!even )if|either|between|asks?|asked|asking|options? (?:are|include|given|listed)|"
    r"choices? (?:are|include)|"
    r"(?:options|choices|candidates|possibilities)\s*:?|choose (?:between|from|among)|(?:need|have|want|try|trying|"
    r"going) to (?:find|determine|decide|figure|"
    r"check|identify|see|compare|know|look)|to (?:determine|decide|figure out|check|see|find out|identify|verify|"
    r"tell)|let me (?:check|see|verify|compare|look)|"
    r"let's (?:check|see|verify|compare|look)|consider(?:ing)?|assum\w+|suppose|imagine|unless|depends?|"
    r"i (?:should|need to|will) (?:check|look|verify)|checking|compare|comparing|the question (?:is|mentions)|"
    r"confus\w+)\b",
    re.IGNORECASE,
)
_CORRECT_FIRST = re.compile(
    r"\bas if\b|\bdetermined? that\b|\bto (?:see|find|check) that\b|\bconsidering (?:all|that|this)\b",
    re.IGNORECASE,
)
_OR_AFTER = re.compile(r"^[\s\"')]*(?:\w+\s+){0,3}?(?:or|versus|vs)\b", re.IGNORECASE)
_OR_BEFORE = re.compile(r"\b(?:or|versus|vs)\s+(?:[\w(\"']+\s+){0,3}[(\"']?$", re.IGNORECASE)
_REPORT = re.compile(
    r"\b(?:caption|description|hint|prompt|user|claim|statement|context|given text|text above|note|"
    r"previous reasoning|someone|"
    r"somebody|instruction|sentence|passage|grader|premise|assertion)\w{0,2}\b[^.]{0,50}?\b(?:says?|said|saying|"
    r"states?|stated|claim\w*|suggest\w*|mention\w*|"
    r"describ\w*|indicat\w*|assert\w*|impl\w+|tells?|told|puts?|wants?|reads?|insists?|writes?|wrote|has it|notes?|"
    r"places?|hints?|is that|about|of)\b"
    r"|\b(?:i|we) (?:initially|first|originally|previously|wrongly|mistakenly|had) (?:\w+ )?(?:thought|said|assumed|"
    r"believed|guessed|concluded|wrote|read|counted|saw)"
    r"|\b(?:at first(?! glance it is)|initially|originally|first impression|previous(?:ly)?|earlier|first glance|"
    r"contrary to|"
    r"(?:caption|description|hint)'s (?:claim|statement|assertion)|supposed(?:ly)?|allegedly|grader|mark this)\b"
    r"|\b(?:one|you|people|some|someone) (?:might|may|could|would) (?:\w+ )?(?:think|assume|say|expect|believe|guess|"
    r"argue)\b"
    r"|\bi (?:thought|assumed)\b|\b(?:might|may|could|would) (?:seem|appear|look) (?:to be |as if |like )?|"
    r"\bdespite\b|\bin spite of\b|\bnotwithstanding\b",
    re.IGNORECASE,
)
_TRUE_CAPTION = re.compile(
    r"\b(?:caption|description|statement) (?:is|was|seems) (?:\w+ )?(?:right|correct|true|accurate)|\b(?:correct|"
    r"right|best|matching) (?:caption|description|statement)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:might|may|could|maybe|perhaps|possibly|possible|potentially|can be|can also be|wonder|guess it could|"
    r"not sure|unsure|not certain|would (?:make|need|require|have|mean))\b",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(r"\w+")


def _rejected_before(prefix: str) -> bool:
    found = None
    for match in _NOT_BEFORE.finditer(prefix):
        found = match
    if found is None:
        return False
    gap = prefix[found.end() :]
    return len(_LIST_GAP.findall(gap)) <= 6 and not _SCOPE_END.search(gap)


def is_reported(clause: str) -> bool:
    """Whether the clause tells what somebody else, or an earlier thought, says."""
    return bool(_REPORT.search(clause[: 3 * _WINDOW])) and not _TRUE_CAPTION.search(clause[: 3 * _WINDOW])


def stance(clause: str, start: int, end: int, lead: str = "") -> Stance:
    """Return how ``clause`` stands to its part from ``start`` to ``end``.

    Args:
        clause: the whole clause.
        start: first character of the mention.
        end: character after the mention.
        lead: joining word that opens the clause.

    >>> stance("it is not on the left", 17, 21).name
    'REJECTED'
    >>> stance("the caption says left", 17, 21).name
    'REPORTED'
    """
    prefix, suffix = clause[max(0, start - _WINDOW) : start], clause[end : end + _WINDOW]
    if _rejected_before(prefix) or _NOT_AFTER.search(suffix):
        return Stance.REJECTED
    if is_reported(prefix[-_WINDOW:]) or lead in ("although", "even though", "though", "despite", "in spite of"):
        return Stance.REPORTED
    if lead in ("if", "unless") or (_OPEN_BEFORE.search(prefix) and not _CORRECT_FIRST.search(prefix)):
        return Stance.OPEN
    if _OR_AFTER.search(suffix) or _OR_BEFORE.search(prefix):
        return Stance.OPEN
    return Stance.WEAK if _WEAK.search(prefix) else Stance.ASSERTED
