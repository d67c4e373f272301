"""Phrases with a word of place or number that say nothing about a place or number."""

from __future__ import annotations

import re

# "right", "left", "back" and "above" in phrases where they say nothing about a place.
_FALSE_FRIEND = re.compile(
    r"\b(?:that'?s|that is|you'?re|i'?m|all|quite|exactly|about|got it|seems about) right\b(?! (?:side|of|hand))"
    r"|(?:^|[,.;!?] ?)right ?(?=[,?!])|\bright (?:now|away|next|there|here|in front|behind|above|below|under|beside|"
    r"before|after|at|on|by|answer|option|choice|one\b(?! ?(?:'s|has|looks|wears|stands|shows|does|holds|seems))|"
    r"angle|direction|conclusion|thing|up)\b"
    r"|\b(?:is|am|are|was|were|be|been|being) left with\b|\bleft (?:over|out|behind|only)\b|\bwhat'?s left\b"
    r"|\b(?:option|options|choice|choices|candidate|candidates|nothing|only one|one) (?:is |are |that is |"
    r"that's )?left\b"
    r"|\b(?:go|going|come|coming|get|getting|look|looking|step|think|thinking|referring|refer) back\b|\bback (?:to|"
    r"at) the\b"
    r"|\b(?:the|mentioned|stated|noted|described|listed|see|as) above\b(?! the)|\babove(?:-mentioned| mentioned|"
    r" options| all)"
    r"|\bover (?:all|and over|again|there|here|it again|to)\b|\b(?:go|going|think|thinking|look|looking|check|"
    r"started?) (?:it |this |that )?over\b"
    r"|\bunder (?:the assumption|these|this|such|consideration|inspection)\b|\bred herring\b|\btop of (?:that|this)\b"
    r"|\bbottom line\b|\bat first glance\b|\bin front of me\b|\bback and forth\b|\bright and left\b|\bleft and right\b"
    r"|\b(?:left|right)[ -]to[ -](?:left|right)\b|\bon the one hand\b|\bon the other hand\b|\bone by one\b|\bno one\b"
    r"|\b(?:this|that|(?<!just )(?<!only )the|each|every|another|other|which|last|first|second|third|the only|"
    r"correct) one\b|\bone (?:of|"
    r"more|thing)\b"
    r"|\b(?:top|front|back|bottom)[ -](?:down|left most|facing camera)\b"
    r"|\b(?:pick|end|make|made|show|set|come|sum|add|break|broke|narrow|wr[io]t|cut|wrap|close|built|build|dress|"
    r"light|lit|calm|sit|lie|"
    r"lay|lies|settle|line|hold|held|clean|zoom|speed|slow)\w{0,3} (?:up|down)\b|\bup to\b|\bup close\b"
    r"|\bfrom (?:left|right|top|bottom|front|back) (?:to|and)\b(?: (?:left|right|top|bottom|front|back)\b)?",
    re.IGNORECASE,
)


def false_friends(text: str) -> list[tuple[int, int]]:
    """Return the stretches of ``text`` in which such a word is no mention of an option."""
    return [match.span() for match in _FALSE_FRIEND.finditer(text)]
