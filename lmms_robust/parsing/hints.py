"""Words that point to one option without naming it, for chains that name none: "wearing 11" for "number 11"."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.events import Event, Force, Kind
from lmms_robust.parsing.mentions import Mention, find_mentions, lexicon
from lmms_robust.parsing.questions import Reading
from lmms_robust.parsing.stance import Stance, stance
from lmms_robust.parsing.words import STOP_FORMS, contrasts, forms, words

# Words that fit any picture, and words of place that a chain uses for other things as well.
_VAGUE = frozenset(
    forms(
        "part side thing object area person man woman one two both none other half kind type number picture image "
        "front back center middle top bottom left right next near far up down inside outside with without behind "
        "under over large small big little long short new old just still first last end start time way"
    )
)
_KINDS = {Stance.ASSERTED: Kind.WEAK, Stance.WEAK: Kind.WEAK, Stance.REJECTED: Kind.REJECT}


@lru_cache(maxsize=2_000)
def _telling(options: tuple[str, ...], asked: frozenset[str]) -> dict[str, int]:
    """Words that stand in one option only and not in the question, to the option's index."""
    full = lexicon(options).full
    counts = Counter(form for phrase in full for form in set(phrase))
    vague = _VAGUE | STOP_FORMS | asked | {form for word in asked for form in contrasts(word)}
    return {
        form: index
        for index, phrase in enumerate(full)
        for form in (phrase if len(phrase) > 3 else phrase[-1:])
        if counts[form] == 1 and form not in vague and (len(form) > 3 or form.isdigit())
    }


def hint_events(sentence: Sentence, known: Reading) -> list[Event]:
    """Return weak events for the options that a sentence points to; nothing for yes-no and number questions."""
    if known.yes is not None or known.numeric:
        return []
    text, telling = sentence.text, _telling(known.options, known.asked)
    found = find_mentions(text, known.options) if sentence.closing else []
    found += [
        Mention(telling[word.form], word.start, word.end)
        for word in words(text)
        if word.form in telling and not text[: word.end].endswith("'s")
    ]
    events = {}
    for mention in found[-12:]:
        kind = _KINDS.get(stance(text, mention.start, mention.end))
        if kind is not None and mention.option != known.abstain:
            events[mention.option] = Event(
                kind, sentence.start + mention.start, mention.option, Force.PASSING, doubtful=sentence.closing
            )
    pointed = [event for event in events.values() if event.kind is Kind.WEAK]
    return list(events.values()) if len(pointed) < 2 else []
