"""Options that speak of none, of all or of equality, and the sentences that mean them without their words."""

from __future__ import annotations

import re

from lmms_robust.parsing import cues
from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.events import Event, Force, Kind
from lmms_robust.parsing.questions import Reading
from lmms_robust.parsing.stance import is_reported
from lmms_robust.parsing.words import content, forms

_EQUAL_OPTION = re.compile(
    r"\b(?:equal(?:ly)?|same|tied?|draw|identical|even|no difference|neither (?:is|has|of)|as \w+ as)\b", re.IGNORECASE
)
_EQUAL = re.compile(
    r"\b(?:tied?|equal(?:ly|s)?|draw|(?:all|dead)?[ -]?even|level|identical|alike|no difference|indistinguishable|"
    r"(?:just )?as (?:many|much|tall|big|far|old|high|long) as|the same|neither (?:is|has|one|of them))\b",
    re.IGNORECASE,
)
_BOTH_OPTION = re.compile(r"^\W*(?:both|the two)\b", re.IGNORECASE)
_BOTH = re.compile(
    r"\b(?:both(?! the| images)|each (?:of them|one|of the two)|the two of them|not (?:just|only) (?:the )?one|"
    r"as does the other|"
    r"so does the other|so is the other|and so (?:is|does|has) the)\b",
    re.IGNORECASE,
)
_NONE_OPTION = re.compile(r"^\W*(?:none|neither|nobody|no one|nothing|no)\b(?! (?:sure|idea))", re.IGNORECASE)
_NONE = re.compile(
    r"(?:\b|(?=n't))(?:nobody|no one|none|neither|nothing|(?:not|n't) (?:\w+ ){1,2}any(?:thing|one|body)?|"
    r"not (?:a single|one|any|even one)|no \w+ (?:is|are|has|have|in sight|at all))\b",
    re.IGNORECASE,
)
_KINDS = ((_EQUAL_OPTION, _EQUAL), (_BOTH_OPTION, _BOTH), (_NONE_OPTION, _NONE))


def _meant(text: str, known: Reading) -> tuple[int, int] | None:
    """Option and offset of the one collective option that ``text`` means."""
    for is_option, says in _KINDS:
        found = [i for i, option in enumerate(known.options) if i != known.abstain and is_option.search(option)]
        match = says.search(text) if len(found) == 1 and found[0] not in (known.yes, known.no) else None
        if match:
            return found[0], match.start()
    return None


def _is_to_the_point(sentence: Sentence, known: Reading) -> bool:
    return (
        sentence.closing
        or bool(cues.CONCLUSIVE.search(sentence.text))
        or bool(content(sentence.text) & known.topic)
        or len(sentence.text.split()) <= 4
    )


def collective_events(sentence: Sentence, known: Reading) -> list[Event]:
    """Read "nobody is seated" as "none of them", "tied" as "a draw", and "there are no people" as 0."""
    if is_reported(sentence.text):
        return []
    if known.counting:
        return _zero(sentence, known)
    meant = _meant(sentence.text, known)
    if meant is None or not _is_to_the_point(sentence, known):
        return []
    closing = sentence.closing or cues.CONCLUSIVE.search(sentence.text)
    force = Force.CONCLUSIVE if closing else Force.TOPICAL
    return [Event(Kind.ASSERT, sentence.start + meant[1], meant[0], force)]


def _zero(sentence: Sentence, known: Reading) -> list[Event]:
    match = cues.ZERO.search(sentence.text)
    if known.zero is None or match is None or (match[2] and not known.counted & set(forms(match[2]))):
        return []
    return [Event(Kind.ASSERT, sentence.start + match.start(), known.zero, Force.TOPICAL)]
