"""The values that travel through the package up to a response: Item, Variant, LetterProbs, Reading, Verdict.

All are frozen, hold text and numbers only (never pictures), and know no benchmark's columns. What becomes of them is a
:class:`lmms_robust.record.Record`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from string import ascii_uppercase

from lmms_robust.errors import RobustError

MAX_LETTERS = 11
"""Option letters that are read: A to K."""

MAX_OPTIONS = MAX_LETTERS - 1
"""Options of an item; a variant may offer to abstain as one more."""


def letters(n: int) -> tuple[str, ...]:
    """Return the first ``n`` option letters.

    >>> letters(3)
    ('A', 'B', 'C')
    """
    return tuple(ascii_uppercase[:n])


def option_texts(options: Sequence[str] | Mapping[str, str] | str, where: str = "options") -> tuple[str, ...]:
    """Option texts in the order of their letters, from a list, an object of letter to text, or the JSON of either.

    Raises:
        RobustError: it is something else, or an object whose letters are not A, B, … without a gap.

    >>> option_texts('{"B": "right", "A": "left"}')
    ('left', 'right')
    """
    found: object = options
    if isinstance(options, str):
        try:
            found = json.loads(options)
        except (ValueError, RecursionError):
            found = None
    if isinstance(found, Mapping):
        known = letters(len(found))
        found = [found[letter] for letter in known] if set(found) == set(known) else None
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(one, str) for one in found):
        raise RobustError(
            f"{where}: {str(options)[:80]!r}; allowed: a list of texts, an object of letters from A on to texts, or "
            "the JSON of either"
        )
    return tuple(found)


def same_text(text: str) -> str:
    r"""A text without what the way it was loaded leaves in it: its spaces, and how its accents are stored.

    >>> same_text(" two\n dogs ")
    'two dogs'
    """
    return unicodedata.normalize("NFC", " ".join(text.split()))


def places(options: Sequence[str]) -> list[int]:
    """For each option its place among the different ones; "mg" and "Mg" are two.

    >>> places(["9", "18", " 9", "12"])
    [0, 1, 0, 2]
    """
    texts = [same_text(option) for option in options]
    once = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return [once[text] for text in texts]


def item_digest(benchmark: str, question: str, options: Sequence[str], right: str) -> str:
    """:attr:`Item.digest`, also of what is no item yet.

    Args:
        benchmark: its name.
        question: the question alone.
        options: option texts in any order.
        right: text of the right one.
    """
    told = [benchmark, same_text(question), sorted(map(same_text, options)), same_text(right)]
    content = json.dumps(told, ensure_ascii=False)
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One multiple-choice question about one picture (or several).

    Attributes:
        question: the question alone, without options or instructions.
        options: option texts in order; option ``i`` carries letter ``letters(n)[i]``. See :func:`option_texts` for what
            else is taken. One that stands twice is taken once, so that the letters after it, ``answer`` and
            ``statements`` move up.
        answer: letter of the right option.
        statements: one declarative sentence per option, saying that this option holds; none where they are to be made
            when the item is put into a condition.
        statement_source: what made them: ``"pattern:NAME"``, ``"fallback"``, ``"reviewed"`` or ``"llm:MODEL"``.
        id: unique within the benchmark; by default the digest.
        benchmark: name of the benchmark, e.g. ``"scenes"``.
        category: question family within the benchmark.
        row: index of the benchmark row that holds the picture.
        picture: digest of the picture, where it is known; items about one picture are not independent.
        unplantable: letters of wrong options that may hold of the same picture as the right one; never planted.
    """

    question: str
    options: tuple[str, ...]
    answer: str
    statements: tuple[str, ...] = ()
    statement_source: str = ""
    id: str = ""
    benchmark: str = "custom"
    category: str = "all"
    row: int = 0
    picture: str = ""
    unplantable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"{self.benchmark} item {self.id!r}"
        object.__setattr__(self, "options", option_texts(self.options, f"{where}, options"))
        if isinstance(self.statements, str):
            raise RobustError(f"{where}: statements {self.statements[:80]!r}; allowed: a list of sentences")
        object.__setattr__(self, "statements", tuple(self.statements or ()))
        for part in (self.question, *self.options, *self.statements):
            if not isinstance(part, str) or not part.strip():
                raise RobustError(f"{where}: question, an option or a statement is {part!r}; allowed: non-empty texts")
        count = len(set(map(same_text, self.options)))
        if not 2 <= count <= MAX_OPTIONS:
            raise RobustError(f"{where}: {count} option(s); allowed: 2 to {MAX_OPTIONS} different ones")
        if self.answer not in self.letters:
            raise RobustError(f"{where}: answer {self.answer!r}; allowed: {', '.join(self.letters)}")
        if self.statements and len(self.statements) != len(self.options):
            raise RobustError(
                f"{where}: {len(self.statements)} statements; allowed: one for each of {len(self.options)} options"
            )
        self._take_repeated_once()
        self._spare_equal_statements(where)
        if not self.plantable:
            raise RobustError(f"{where}: every wrong option may hold beside {self.answer}; allowed: one that cannot")
        object.__setattr__(self, "id", (str(self.id).strip() and str(self.id)) or self.digest)

    def _take_repeated_once(self) -> None:
        at = places(self.options)
        kept = [at.index(place) for place in range(max(at) + 1)]
        if len(kept) == len(at):
            return
        moved = {letter: letters(len(kept))[place] for letter, place in zip(self.letters, at, strict=True)}
        object.__setattr__(self, "answer", moved[self.answer])
        object.__setattr__(self, "unplantable", tuple(dict.fromkeys(moved.get(one, one) for one in self.unplantable)))
        object.__setattr__(self, "options", tuple(self.options[place] for place in kept))
        if self.statements:
            object.__setattr__(self, "statements", tuple(self.statements[place] for place in kept))

    def _spare_equal_statements(self, where: str) -> None:
        """Take options whose statement is that of the right one for unplantable, if they differ in its spelling."""
        spelt: dict[str, set[str]] = {}
        for option, statement in zip(self.options, self.statements, strict=False):
            plain = "".join(filter(str.isalnum, option)).casefold()
            spelt.setdefault(same_text(statement), set()).add(plain or option)
        if any(len(options) > 1 for options in spelt.values()):
            raise RobustError(f"{where}: two statements are equal; allowed: distinct ones; got {list(self.statements)}")
        told = dict(zip(self.letters, map(same_text, self.statements), strict=False))
        same = [letter for letter in told if letter != self.answer and told[letter] == told[self.answer]]
        object.__setattr__(self, "unplantable", tuple(dict.fromkeys([*self.unplantable, *same])))

    @property
    def letters(self) -> tuple[str, ...]:
        """Option letters in order."""
        return letters(len(self.options))

    @property
    def plantable(self) -> tuple[str, ...]:
        """Letters of the wrong options whose statements are false of the picture."""
        return tuple(letter for letter in self.letters if letter not in (self.answer, *self.unplantable))

    @property
    def digest(self) -> str:
        """What two honest ways to load the same question agree on: 16 hexadecimal digits.

        Of benchmark, question, sorted options and the right one's text. Every random draw about the item is seeded by
        it, so that neither ids nor the order of options change what is planted.
        """
        return item_digest(self.benchmark, self.question, self.options, self.options[self.letters.index(self.answer)])


@dataclass(frozen=True, slots=True)
class Variant:
    """One item in one prompt condition: everything that is sent, apart from the picture.

    Attributes:
        item: the unchanged item.
        name: the condition, e.g. ``"wrong_caption"``.
        planted: letter of the wrong option drawn for this item; the same in every variant, so that
            ``followed`` has a baseline where nothing is planted.
        options: option texts shown, which may end in an extra one (abstain).
        prompt: user turn without injected reasoning.
        prefill: start of the assistant turn, or ``""``.
        seed: the seed with which ``planted`` was drawn.
        caption_source: what wrote the caption: ``"statements"``, or a model and the hash of its template; ``""`` if
            the variant has no caption about an option.
        probe: the prefill goes up to the answer letter, so that nothing is the model's own but that letter.
        templates: digest of the user's own templates, ``""`` where the packaged ones wrote all words.
    """

    item: Item
    name: str
    planted: str
    options: tuple[str, ...]
    prompt: str
    prefill: str
    seed: int = 0
    caption_source: str = ""
    probe: bool = False
    templates: str = ""

    @property
    def abstain(self) -> str | None:
        """Letter of the option to abstain, or None if it is not offered."""
        offered = len(self.options) > len(self.item.options)
        return letters(len(self.options))[-1] if offered else None


@dataclass(frozen=True, slots=True)
class LetterProbs:
    """Probability of each option letter at the first token of the answer letter, among the item's letters.

    Attributes:
        probs: letter -> probability, 0 to 1; they sum to 1, or to more where some are bounds.
        at_most: letters of which the backend knew only an upper bound, as one text such as ``"CD"``. Their entries are
            upper bounds, and those of the others lower bounds.
        mass: share of all probability that the letters had before it was normalised, 0 to 1; None where not known.
    """

    probs: Mapping[str, float]
    at_most: str = ""
    mass: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a response text says, by form alone.

    Attributes:
        think: text inside the think block (all of the reasoning before the answer if the tags are
            missing), or None if there is no reasoning at all.
        answer: letter of the option given as final answer, or None.
        problem: why ``answer`` is None, a short name such as ``"no_answer"``; None if it is not.
        separable: the answer is no part of the reasoning: it stands in a block, or in a statement, of its own.
        start: offset of ``think`` in the response.
        own: offset in ``think`` from which on the words are the model's own; what stands before it was injected.
        at: offset in the response of the letter that is the answer; None where words are, or there is none.
    """

    think: str | None
    answer: str | None
    problem: str | None
    separable: bool = True
    start: int = 0
    own: int = 0
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the reasoning and the answer of one response agree.

    Attributes:
        conclusion: letter the reasoning ends on, or None if that cannot be decided.
        consistent: ``conclusion == answer``; None if either is None.
        decided_by: ``"rules"`` or the judge's name.
        problem: why ``consistent`` is None, a short name such as ``"no_conclusion"``; else None.
        concluded_in: ``"own"`` if the conclusion stands in the model's own words, ``"injected"`` if in those that were
            put in its mouth and that it left standing; None without a conclusion.
    """

    conclusion: str | None
    consistent: bool | None
    decided_by: str
    problem: str | None
    concluded_in: str | None = None
