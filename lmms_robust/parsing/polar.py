"""Read yes or no out of a statement, by comparing it with the question ("there is no dog" means no)."""

from __future__ import annotations

import re

from lmms_robust.parsing.questions import Reading, aspects, swapped
from lmms_robust.parsing.words import compared, content, contrasts, forms

_YES_NO = re.compile(
    r"(?:^|[\"'(]|\b(?:answer(?: to (?:the|this) question)?(?: is|:|=)?|is|so|be|with|option|choose|select|say|"
    r"[A-J][.):])\s*[:\"'(]*)\s*"
    r"(yes|no|true|false)(?=\s*(?:[.,;:!\"')]|$|because\b|since\b|as\b|it\b|there\b|the\b|to (?:say|claim|state|"
    r"call)\b))",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not(?! only)|no(?! doubt| question)|never|nothing|none|without|cannot|lacks?|lacking|absent|absence|"
    r"missing|neither|nor|"
    r"fails? to|nowhere|devoid|incorrect|false|wrong|hardly|isnt|doesnt|arent|cant|dont|unable)\b|n't\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^\W*(?:(?:so|but|and|therefore|thus|hence|which|actually|in fact|indeed|then|that|because|since|as)\W+)*(?:it|"
    r"they|he|she|this|that|its|their|both|i|we)\b",
    re.IGNORECASE,
)
# Negations that say nothing about the matter ("no, ..." after a pause; "not sure").
_IDLE = re.compile(
    r"\bnot (?:only|just|sure)\b|\b(?:hmm|wait|oh)\W+no\b|\bno,|\bcan'?t help\b|\bno doubt\b|\bno matter\b",
    re.IGNORECASE,
)


_NO_TRACE = re.compile(r"\bno (?:trace|sign|hint) of\b", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:in|within|contains?)\b(?! front)", re.IGNORECASE)
_TURNED = frozenset(compared(word) for word in ("face", "facing", "looking", "turned", "pointing"))


# "So it is.", "She doesn't.", "Nope."
_ELLIPTIC = re.compile(
    r"^\W*(?:(?:so|thus|therefore|hence|and|but|indeed|no|yes|then)\W+)*(?:(?:it|they|he|she|that|there|this|these|"
    r"those)"
    r"(?: really| indeed| clearly| certainly| definitely)? ?(?:is|are|does|do|has|have|was|were|can|did|'s|'re)"
    r"( ?n't| not)?(?: indeed| so| one| any)?|(yep|yup|yeah|indeed|exactly|affirmative)|(nope|nah|not at all|"
    r"negative))\W*$",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:claim|statement|caption|description|sentence|proposition|assertion|condition)(?: therefore| thus|"
    r" clearly| indeed)? (?:(?:is|'s) )?"
    r"(?:(?:really )?(?:holds|true|correct|right|met|satisfied|stands|checks out|works)|(n't|not|fails|false|wrong|"
    r"incorrect|"
    r"untrue|does(?:n't| not)|is(?:n't| not)|violated|refuted))\b",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:is|are|was) there\b|\b(?:show|see|contain|include|feature|any|anyone|anybody|visible)\b", re.I
)
_NONE_FITS = re.compile(
    r"\bno(?:ne|thing|body| one| \w+)?(?: of (?:them|these|those|the \w+))?(?: here| there)? (?:satisf\w+|match\w*|"
    r"meets?|fits?|"
    r"qualif\w+|does|do|is both|has both|combines?)\b|\bnot a soul\b|\bnowhere to be (?:seen|found)\b",
    re.IGNORECASE,
)


def elliptic(text: str) -> str | None:
    """Return ``"yes"`` or ``"no"`` for a sentence that is nothing but a verb or a word of reply ("It isn't.")."""
    match = _ELLIPTIC.match(text)
    return None if match is None else "no" if match[1] or match[3] else "yes"


def claimed(text: str) -> str | None:
    """Return ``"yes"`` or ``"no"`` if the text says that the claim, which is the question's, holds or fails."""
    match = _CLAIM.search(text)
    return None if match is None else "no" if match[1] else "yes"


def spoken(clause: str) -> str | None:
    """Return ``"yes"`` or ``"no"`` if the clause says that very word as an answer."""
    if re.match(r"\s*(?:hmm|wait|oh)\b", clause, re.IGNORECASE):
        return None
    found = None
    for match in _YES_NO.finditer(clause):
        found = match[1].lower()
    return None if found is None else {"true": "yes", "false": "no"}.get(found, found)


def _denials(asked: frozenset[str], present: frozenset[str]) -> tuple[int, int, int]:
    """Count the asked words with an excluding family that are kept, denied, and not spoken of."""
    kept = denied = silent = 0
    for form in asked:
        others = contrasts(form)
        if not others:
            continue
        if form in present:
            kept += 1
        elif others & present:
            denied += 1
        else:
            silent += 1
    return kept, denied, silent


def stated(clause: str, known: Reading) -> bool | None:
    """Return whether the clause affirms what the question asks; None if it speaks of something else.

    >>> from lmms_robust.parsing.questions import reading
    >>> known = reading("Is there a dog in the picture?", ("yes", "no"))
    >>> stated("there is no dog", known), stated("a dog lies on the grass", known), stated("the sky is blue", known)
    (False, True, None)
    """
    if _NONE_FITS.search(clause) and _EXISTS.search(known.question):
        return False
    present = aspects(content(clause)) | (known.asked & {"on"} & frozenset(forms(clause)))
    asked = known.asked
    if not asked:
        return None
    if "insid" in asked and _WITHIN.search(clause):
        present |= {"insid"}
    both = frozenset(form for form in asked if contrasts(form) & asked)  # "is the left one higher than the right one?"
    kept, denied, silent = _denials(asked - known.modifiers - both, present)
    shared = len(asked & present) + denied
    if "away" in present and "away" not in asked and not contrasts("away") & asked and present & asked & _TURNED:
        denied += 1
    speaks_of_it = 1 if _PRONOUN.match(clause) or _NO_TRACE.search(clause) or len(clause.split()) < 3 else 0
    about = (shared > 0 and (shared + speaks_of_it) / len(asked) >= (0.5 if kept + denied else 0.6)) or bool(
        speaks_of_it and kept + denied
    )
    if silent or not about or not ((shared and (asked - _families(asked)) & present) or kept + denied):
        return None
    truth = denied == 0
    if swapped(clause, known) and kept + denied:
        truth = not truth
    if len(_NEGATION.findall(_IDLE.sub(" ", clause))) % 2:
        truth = not truth if denied == 0 else None  # type: ignore[assignment]
    return truth


def _families(asked: frozenset[str]) -> frozenset[str]:
    return frozenset(form for form in asked if contrasts(form))
