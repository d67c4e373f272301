"""Option letters in prose, told from articles, pronouns and vitamins; and what is said to be the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase

from lmms_robust.reading import words
from lmms_robust.reading.spelling import has_any

# Starts with the character itself, so that all other places of a text are passed over fast.
_CAPITAL = r"[A-K](?<![A-Za-z0-9_.\-/\\°∠△⊙][A-K])(?<!\w'[A-K])(?<![°\d] [A-K])(?![A-Za-z0-9_]|['.\-]\w)"
_LETTER = re.compile(_CAPITAL)
_ANY_CASE = re.compile(_CAPITAL + r"|\((?=[a-k]\))|[a-k]\b(?<=option [a-k])")
_FIRST = re.compile(r"[\s:\"'({\[<.-]{0,6}(?:([A-Z])(?![A-Za-z0-9_]|['.-]\w)|([a-k])(?=\s{0,3}(?:[)\].,}\"']|$)))")
SEVERAL = re.compile(
    r"(?:\s?\([^()\n]{2,60}\))?[\s)\]}\"'.]{0,3}(?:[,/&;+、]|\s(?:and|or)\b|和|或|及)\s{0,2}"
    r"(?:(?:and|or)\s)?(?:(?:also|rather)\s)?[(\[{\"']{0,2}([A-K])"
    r"(?=[\s)\]}\"'.,/&;、]|$)(?!\s(?!and\b|or\b|because\b|since\b|as\b)[a-z]{2,20}\s)"
)
"""One more letter after a letter: several answers."""
_LABEL = re.compile(r"[\s\-(\[]{0,8}(?:[Oo]ption\s)?[A-K]\s?[).:\]](?=\s|$)")
_BEFORE = words.LETTER_AFTER | words.PRONOUNS
_VERB = re.compile(
    r"\s(?:is|are|was|fits|matches|seems|looks|does|doesn't|isn't|can|cannot|would|must|says|states|describes|and|or|"
    r"because|since|as)\b"
)
_WORD_BEFORE = re.compile(r"([A-Za-z']+|\S)\s?\Z")

_FILL = (
    r"[\s:=\"'(\[{>-]{0,6}(?:(?:the|indeed|therefore|thus|definitely|clearly|likely|most|also|still|simply|only|option|"
    r"choice|letter|answer|correct|one|labeled|with|选项|选)[\s:\"'({\[]{0,4}){0,5}"
)
_ABROAD = tuple("|".join(word for word in words.ANSWER_ABROAD if word[0].isascii() == latin) for latin in (True, False))
_ITS_LETTER = r"[^\n.!?。]{0,40}?(?=[^\n.!?A-Za-z0-9。](?-i:[A-K])(?![A-Za-z0-9]))"
_BEST = ("closest", "correct", "right", "best", "final", "appropriate", "suitable", "accurate", "my", "likely")
_LEAD = re.compile(
    r"(?:\b(?:"  # most places of a text are no start of a word, and are passed over fast
    r"(?:answers?(?!\s(?:choices|options)\b)|(?:" + "|".join(_BEST) + r")\s"
    r"(?:option|choice|one|letter|statement))\b"
    r"(?:[^.;?\n]{0,60}?\b(?:is|be|are|as)\b|\W{0,3}[:=\n(-]|(?=\s{1,3}\(?(?-i:[A-K])\b))"
    r"|(?:i|we|i'll|i'd|i'm)\s(?:would\s|will\s|should\s|am\s)?(?:choose|select|pick|go with|going with)\b"
    r"|(?:it|this|that)(?:'?s|\sis|\smust be)\b(?=\s(?:option\s)?\(?(?-i:[A-K])\b)"
    r"|is\b(?=\s(?:option|choice)\s\(?(?-i:[A-K])\b)"
    r"|(?:which|this|that)\s(?:is|matches|corresponds to)\b(?=\s(?:option|choice|answer)\b)"
    rf"|(?:{_ABROAD[0]}){_ITS_LETTER})"
    r"|\\boxed\s?\{"
    r"|(?=[^\x00-\x7f])(?:答案[^。\n]{0,12}?(?:[是为选:]|\))|(?:应选|故选|选择|应该选|选(?=[A-K]))"
    rf"|(?:{_ABROAD[1]}){_ITS_LETTER}))" + _FILL,
    re.IGNORECASE,
)
# Without one of these in small letters, or a letter behind "it is", there is no lead: a quick look that misses none.
# Each starts with a character, so that others are passed over fast.
_MAY_LEAD = re.compile(
    "|".join(rf"{which}\s(?:one|letter|statement)" for which in _BEST)
    + "|answer|option|choice|choose|select|pick|go with|going with|boxed|选|"
    + "|".join(words.ANSWER_ABROAD)
)
_IS = re.compile(r"t(?:'?s| is| must be) \(?[A-K]\b")


def index_of(letter: str) -> int:
    """Place of a letter's option; no place of any option for a letter that only looks like one."""
    return ascii_uppercase.find(letter.upper())


def letters_in(text: str, anywhere: bool = False) -> Iterator[tuple[int, int]]:
    """Offset and index of each letter of a text that can only be an option's: no article, pronoun or vitamin C.

    Args:
        text: the text, plain.
        anywhere: a letter behind any word is one, such as that of "point B".
    """
    pattern = _ANY_CASE if "(" in text or "option " in text else _LETTER
    for match in pattern.finditer(text):
        at = match.start() + (match[0] == "(")
        if is_article(text, at):
            continue
        before = _WORD_BEFORE.search(text, max(0, at - 24), at)
        word = before[1].lower() if before else ""
        if anywhere or not word[:1].isalpha() or not word.isascii() or word in _BEFORE:
            yield at, index_of(text[at])


def first_letter(text: str) -> tuple[int, int] | None:
    """Offset and index of the letter that a text starts with, if it can only be an option's."""
    match = _FIRST.match(text)
    if match is None:
        return None
    at = match.start(match.lastindex or 1)
    return None if is_article(text, at) else (at, index_of(text[at]))


def names_another(text: str, at: int) -> bool:
    """Whether another letter is named beside the one at an offset: several answers."""
    more = SEVERAL.match(text, at + 1)
    return more is not None and more[1] != text[at].upper()


def is_article(text: str, at: int) -> bool:
    """Whether a letter, found by its place in a text, is the word "a" or "I"."""
    follows = text[at + 1 : at + 12]
    return text[at] in "AI" and follows[:1].isspace() and follows.lstrip()[:1].islower() and not _VERB.match(follows)


def leads(text: str) -> Iterator[tuple[int, int]]:
    r"""Start and end of the words after which an answer stands, such as "the answer is" or "\boxed{".

    Not of those that deny it, or give somebody else's: "the wrong answer is", "the caption says that the answer is".
    """
    low = text.lower()
    if _MAY_LEAD.search(low) or _IS.search(text):
        for match in _LEAD.finditer(text):
            if _sound(low, *match.span()):
                yield match.span()


def _sound(low: str, start: int, end: int) -> bool:
    """Whether the clause of a lead neither denies it nor gives somebody else's."""
    first = max(0, start - _CLAUSE)
    begins = max(low.rfind(mark, first, start) for mark in ",;:.\n") + 1
    clause = low[max(begins, first) : end]
    supposed = "would be" in clause and "if " in low[first:start]
    return (
        not supposed
        and "n't" not in clause
        and "'s answer" not in clause
        and _UNSOUND.isdisjoint(_WORD.findall(clause))
        and (clause.isascii() or not has_any(clause, words.CHINESE_DENIES))
    )


_CLAUSE = 120
"""Characters before a lead that are looked at for what it is worth."""
_UNSOUND = (words.NEGATES | words.DENIES | words.REPORTS | words.LACKS) - {"thought"}  # "on second thought"
_WORD = re.compile(r"[a-z]+")


def is_label(text: str) -> bool:
    """Whether a sentence starts as an item of a list of options does: "B. left", "(B) left", "Option B: left"."""
    return _LABEL.match(text) is not None
