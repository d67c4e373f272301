"""Say which options a clause names and how it stands to each, after weighing them against the question."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lmms_robust.parsing import cues
from lmms_robust.parsing.clauses import Clause
from lmms_robust.parsing.letters import find_letters
from lmms_robust.parsing.mentions import Mention, find_mentions, lexicon, trimmed
from lmms_robust.parsing.questions import Reading, aspects, opposes_question, swapped
from lmms_robust.parsing.roles import PIVOTS
from lmms_robust.parsing.stance import Stance, stance
from lmms_robust.parsing.words import content, forms, words

_ABSENCE = re.compile(r"\b(?:no|not|none|never|missing|absent|lacks?|without|gone|nowhere)\b|n't\b", re.IGNORECASE)
_PRESENCE = re.compile(
    r"\b(?:see|seen|there(?:'s| is| are)|is|are|has|have|shows?|appears?|visible|present|yes|found|spot|wears?|"
    r"contains?|"
    r"includes?|holds?)\b|'(?:s|re)\b",
    re.IGNORECASE,
)
_SAID_OF_ANSWER = re.compile(
    r"^\W*(?:(?:so|then|thus|hence|therefore|and|but)\W+)*(?:it|that|this|not)\b|\b(?:odd|missing|absent|only|"
    r"lacking) one\b",
    re.IGNORECASE,
)
_MOST = 12  # mentions read per clause, the last ones; more is a list or a loop and no statement


@dataclass(frozen=True, slots=True)
class Named:
    """An option that a clause names: characters ``start`` to ``end``, how it stands to it, by letter or by words."""

    option: int
    start: int
    end: int
    stance: Stance
    by_letter: bool


def letter_option(letter: str) -> int:
    """Return the index of the option with this letter."""
    return ord(letter) - ord("A")


def _all_mentions(text: str, known: Reading) -> list[Mention | tuple[int, int, int]]:
    """Letters as plain triples, words as Mentions, in order; words that follow their own letter are one with it."""
    letters = [(letter_option(f.letter), f.start, f.end) for f in find_letters(text, len(known.options))]
    spans = [(start, end) for _, start, end in letters]
    named: list[Mention | tuple[int, int, int]] = list(letters)
    for mention in find_mentions(text, known.options):
        if any(s < mention.end and mention.start < e for s, e in spans):
            continue
        if any(o == mention.option and e <= mention.start <= e + 4 for o, _, e in letters):
            continue
        if _possessive(text, mention, known):
            continue
        if known.yes is not None and mention.option in (known.yes, known.no):
            continue
        named.append(mention)
    named += _placed(text, known)
    return sorted(named, key=lambda m: m.start if isinstance(m, Mention) else m[1])


def _placed(text: str, known: Reading) -> list[Mention]:
    """Options that are a mere "on" or "in", found before the thing that the question relates to."""
    if not known.landmark or not known.plain_places:
        return []
    found = words(text)
    return [
        Mention(known.plain_places[word.form], word.start, word.end)
        for index, word in enumerate(found)
        if word.form in known.plain_places
        and not known.landmark.isdisjoint(near.form for near in found[index + 1 : index + 4])
        and not (index + 1 < len(found) and found[index + 1].form in ("left", "right", "other", "front"))
    ]


def _possessive(text: str, mention: Mention, known: Reading) -> bool:
    """Whether the option only owns what is spoken of ("the man's head")."""
    if text[mention.end - 2 : mention.end] != "'s" or len(forms(text[mention.start : mention.end])) > 1:
        return False
    after = forms(text[mention.end : mention.end + 40])[:2]
    return bool(after) and known.topic.isdisjoint(after)


def _counts_something(clause: str, mention: Mention, known: Reading) -> bool:
    """Whether a number is the count that is asked for and no pronoun, ordinal or count of something else."""
    after = clause[mention.end : mention.end + 60]
    nouns = forms(after)[:4]
    if re.match(r"\s*(?:[.!;:)\"']|$|=|, (?:then|not|so|which)\b)", after) or re.match(
        r"\s*(?:of them|in total|in all|altogether|total|such|visible|are|is)\b", after
    ):
        return True
    if nouns and nouns[0] in known.topic - PIVOTS:
        return True  # "two green" where green bottles are counted
    return not known.counted or bool(known.counted & set(nouns)) or bool(cues.TOTAL.search(clause))


def _named(clause: Clause, known: Reading) -> list[Named]:
    found = []
    flip = swapped(clause.text, known)
    for mention in _all_mentions(clause.text, known)[-_MOST:]:
        by_letter = not isinstance(mention, Mention)
        option, start, end = (
            mention if not isinstance(mention, Mention) else (mention.option, mention.start, mention.end)
        )
        if isinstance(mention, Mention) and known.counting and not _counts_something(clause.text, mention, known):
            continue
        view = stance(clause.text, start, end, clause.lead)
        other = known.opposite[option] if option < len(known.opposite) else None
        if flip and not by_letter and other is not None:
            option = other
        found.append(Named(option, start, end, view, by_letter))
    return found


def _contrary(clause: str, named: list[Named], known: Reading) -> list[Named]:
    """Read "the table is farther" as a word against the table where the question asks what is closer."""
    if known.yes is not None or known.numeric or not opposes_question(clause, known):
        return named
    turned = {Stance.ASSERTED: Stance.REJECTED, Stance.REJECTED: Stance.ASSERTED}
    than = clause.find(" than ")
    return [
        n if n.by_letter else Named(n.option, n.start, n.end, turned.get(n.stance, n.stance), False)
        for index, n in enumerate(named)
        if index == 0 or 0 < than < n.start
    ]


def _single(clause: str, named: list[Named], known: Reading) -> list[Named]:
    """Reduce several asserted options of one clause to the one that the clause is about, if there is one."""
    asserted = [n for n in named if n.stance in (Stance.ASSERTED, Stance.WEAK)]
    if len({n.option for n in asserted}) < 2:
        return named
    letters = [n for n in asserted if n.by_letter]
    whole = [n for n in asserted if not n.by_letter and _is_whole(clause, n, known)]
    if not letters and len({n.option for n in whole}) == 1:
        return [*(n for n in named if n not in asserted), *whole]
    rest = [n for n in named if n not in asserted]
    if len({n.option for n in letters}) == 1:
        return [*rest, *letters]
    if known.counting and not letters:
        total = [n for n in asserted if cues.TOTAL.search(clause[: n.start])]
        return [*rest, *total[-1:]]
    near = _beside_topic(clause, asserted, known)
    if near:
        return [*rest, *near]
    subjects = [n for n in asserted if not cues.LANDMARK.search(clause[max(0, n.start - 40) : n.start])]
    return [*rest, *subjects] if len({n.option for n in subjects}) == 1 else rest


def _is_whole(clause: str, name: Named, known: Reading) -> bool:
    """Whether an option of several words is named by all of them."""
    found = forms(clause[name.start : name.end])
    return len(found) > 1 and trimmed(found) == trimmed(lexicon(known.options).full[name.option])


def _turned_by_absence(clause: str, named: list[Named], known: Reading) -> list[Named]:
    """Where the question asks what is missing, what is seen is out and what is not seen is the answer."""
    if not known.absent or cues.CUE.search(clause) or _SAID_OF_ANSWER.search(clause):
        return named
    turned = {Stance.REJECTED: Stance.ASSERTED}
    if not _ABSENCE.search(clause) and _PRESENCE.search(clause):
        turned[Stance.ASSERTED] = Stance.REJECTED
    return [n if n.by_letter else replace(n, stance=turned.get(n.stance, n.stance)) for n in named]


def _beside_topic(clause: str, asserted: list[Named], known: Reading) -> list[Named]:
    """The one option whose own stretch of the clause, from the option before it, names what is asked about."""
    starts = [0, *(n.end for n in asserted)]
    near = [
        n for n, start in zip(asserted, starts, strict=False) if aspects(content(clause[start : n.start])) & known.topic
    ]
    return near if len(near) == 1 else []


def named_options(clause: Clause, known: Reading, denied: bool = False) -> list[Named]:
    """Return the options that a clause names, each with the clause's stance towards it.

    Args:
        clause: the clause.
        known: the question.
        denied: the clause goes on with a list that is rejected, so that all its options are.
    """
    if denied:
        return [replace(name, stance=Stance.REJECTED) for name in _named(clause, known)]
    named = _turned_by_absence(clause.text, _contrary(clause.text, _named(clause, known), known), known)
    return _single(clause.text, named, known)
