"""Wordings that mark a step of a chain of thought: concluding, answering, praising, correcting, giving up."""

from __future__ import annotations

import re

from lmms_robust.parsing.vocabulary import ABSTAIN

CONCLUSIVE = re.compile(
    r"^\W*(?:(?:and|but|okay|ok|alright|yes|well|now|then|wait|hmm|actually)\W+)*(?:so\b(?! (?:far|much|many|that|"
    r"close))|therefore|thus|hence|consequently|accordingly|ultimately|overall|"
    r"finally|in (?:conclusion|summary|total|short|all|the end)|to (?:conclude|sum up|summarize)|as a result|"
    r"(?:this|that|which|it|these)(?: all| clearl?y| strongly)? (?:means?|indicates?|implies|suggests?|confirms?|"
    r"makes?|leaves|shows?|gives|points?)|"
    r"(?:making|meaning|indicating|suggesting|confirming)|"
    r"conclusion|final|(?:we|i) (?:can |would |will |therefore |must )?(?:conclude|infer|deduce)|it follows|"
    r"altogether|putting (?:it|this|that|everything)|"
    r"by (?:process of )?elimination|based on (?:this|that|these|the above|my)|given (?:this|that|these|all)|"
    r"from this|after (?:checking|looking|"
    r"reviewing|considering)|all in all|the verdict)"
    r"|^\s*(?:所以|因此|综上|故|最终)"
    r"|\b(?:must be|has to be|have to be|in total|altogether|total of|in all|total is|total (?:number|count)|makes|"
    r"adds? up to|i(?:'m| am) (?:confident|certain|sure)|"
    r"i count(?:ed)?|my count|count (?:is|of)|comes to|gives|equals|sum is|totals?)\b",
    re.IGNORECASE,
)
CUE = re.compile(
    r"\bwhat (?:remains|is left)\b|"
    r"(?:\bi(?:'ll| will| would| am)? (?:follow(?:ing)?|trust(?:ing)?|rely(?:ing)? on)\b|\b(?:i|we)(?:'d| would|"
    r" will|'ll) say\b)|"
    r"(?:\banswers?(?: to (?:the|this) question)?(?: here| choice| option)?(?: is|'s|:| would| should| must| has|"
    r" will| remains| could only| can only| seems|=|\s*[-,]? so)|\bcorrect (?:option|choice|letter|caption|statement|"
    r"description|one|response)|"
    r"\b(?:right|best|final) (?:option|choice|letter|caption|description|match|answer|fit|one)|\b(?:i|we)(?:'ll|"
    r" will| would|'d| should| can| must|'m| am)?(?: \w+)? (?:choose|choosing|pick|picking|select|selecting|answer|"
    r"conclude|settle on|settle for|stick with|sticking with|"
    r"go with|going with|go for|opt for|say it'?s)|\bgo(?:ing)? with\b|\bgo for\b|\bstick(?:ing)? with|"
    r"\bstay(?:ing)? with|\bsettl(?:e|ing) (?:on|for)|\bopt for|\bchoos(?:e|ing)|\bselect(?:ing)?\b|\bpick(?:ing)?\b|"
    r"\bleaves (?:us |me )?(?:with )?(?:only )?|\bleaving (?:us |me )?(?:with )?(?:only )?|"
    r"\bconclusion|\bverdict|\bcorresponds? to|\bmatch(?:es|ing)?\b|\bi\.?e\.? option|\bthat'?s option|\bwhich (?:is|"
    r"makes it|would be) (?:option|choice|answer)|\bfinal\b|"
    r"\b(?:evidence|clues?|observations?|facts|signs|everything)\b[^,;]{0,20} (?:supports?|favou?rs?|points? to|"
    r"speaks? "
    r"for|backs?)\b|"
    r"\banswer\s*[:=]|\bonly (?:option|choice|remaining)|\bremaining (?:option|choice)|答案|选)",
    re.IGNORECASE,
)
_ADVERBS = (
    r"(?:(?:the|also|clearly|indeed|definitely|most|a|likely|obviously|therefore|thus|my|our|actually|then|still)"
    r"\s+){0,3}"
)
_GOOD = (
    r"(?:correct|right (?:answer|option|choice|one)\b|best\b|accurate|answer\b|valid\b|plausible|appropriate|suitable|"
    r"conclusion|only (?:option|one|choice|answer|possibility)|true\b"
)
# What follows an option that is found right; the copula may stand a few words on ("option B (left) is correct").
PRAISE = re.compile(
    r"^[\s\"')]*(?:\([^)]{0,60}\)\s*)?(?:"
    rf"{_ADVERBS}{_GOOD})"
    r"|(?:[\w'\"-]+\s+){0,6}?(?:is|as|being|be|seems|looks|appears|remains)\s+"
    rf"{_ADVERBS}{_GOOD}|right\s*[.!]?$)"
    r"|(?:[\w'\"-]+\s+){0,3}?(?:fits|matches|holds true)\b|,? it is\W*$)",
    re.IGNORECASE,
)
# The same for letters only: "B stands", "B works".
LETTER_PRAISE = re.compile(
    r"^[\s\"')]*(?:still )?(?:holds|works|remains|wins|stands|it is)\b|^[\s\"')]*(?:describes|captures|expresses|"
    r"says|states) (?:exactly |just )?(?:that|this|it|so)\W*$",
    re.IGNORECASE,
)
LIKEWISE = re.compile(
    r"\b(?:is|are|does|do|has|have)(?: one)? (?:too|as well|also)\W*$|^\W*(?:and )?(?:so|as|neither|nor) (?:is|are|"
    r"does|do|has) ",
    re.I,
)
PAIR = re.compile(r"the (?:former|latter)\b", re.IGNORECASE)
OPTION_IS = re.compile(r"(?:option|choice|answer)\b.* (?:is|be) the ", re.IGNORECASE)
CORRECTION = re.compile(
    r"^\W*(?:(?:but|and|so|oh|hmm+|no|okay|ok|well|now|yet)\W+)*(?:wait|actually|hold on|hmm+|hm\b|on second thought|"
    r"let me (?:re-?\s?check|re-?\s?think|re-?\s?consider|re-?\s?examine|re-?\s?count|re-?\s?read|re-?\s?evaluate|"
    r"re-?\s?assess|double|look|check|verify|see|count|correct)|"
    r"let's (?:re-?\s?check|re-?\s?think|re-?\s?consider|re-?\s?examine|double|look|verify)|"
    r"looking (?:again|closer|more closely|at (?:the|this) (?:actual )?(?:image|picture|photo)|carefully|back)|"
    r"correction|scratch that|my mistake|i was wrong|i made (?:a|an) (?:mistake|error)|on (?:closer|further|careful)|"
    r"upon (?:closer|further|re|careful)|"
    r"re-?examin\w+|re-?check\w*|re-?count\w*|re-?look\w*|double[- ]check\w*|oh\b|oops|sorry|however|but\b|no[,.!]|"
    r"nope|nevertheless|nonetheless|still|in (?:reality|fact|truth|contrast)|that said|on the contrary|"
    r"contrary to|in the (?:actual )?(?:image|picture|photo)|the (?:actual )?(?:image|picture|photo) (?:actually |"
    r"clearly )?(?:shows|contradicts|tells)|now(?: that)? i (?:look|see)|after (?:looking|re)|a (?:closer|second|"
    r"more careful) look|not quite|instead)"
    r"|^\s*(?:等等|不对|但是|其实|不过|然而|再看)"
    r"|\b(?:i (?:now |do )?(?:realize|see now|notice now)|i misread|i misjudged|"
    r"i miscounted|i mixed up|i confused|wait)\b|\bbut i think\b|\bactually\b",
    re.IGNORECASE,
)
RETRACTION = re.compile(
    r"\b(?:that|this|it|the (?:above|previous|initial|earlier|first|planted|given)[\w ]{0,25}|my (?:\w+ )?(?:answer|"
    r"reasoning|reading|count|conclusion|first \w+))(?: is|'s| was| can't be| cannot be| isn't| doesn't seem|"
    r" does not seem| seems| looks)? ?(?:n't|not)? ?(?:clearly |actually |probably |obviously |definitely |simply )?"
    r"(?:wrong|incorrect|not (?:quite )?(?:right|correct|true|accurate|it)|isn't right|a mistake|an error|false|"
    r"inaccurate|mistaken|contradict\w*|right|correct)\b|\bi was (?:wrong|mistaken)\b|\bi (?:made|have made) (?:a|"
    r"an) (?:mistake|error)|\bscratch that\b|\bdoesn't (?:match|fit|add up|make sense)\b|\bdoes not (?:match|fit|"
    r"add up|make sense)\b|不对",
    re.IGNORECASE,
)
AFFIRMED = re.compile(
    r"\b(?:is|'s|seems|looks|was|indeed|still|be) (?:\w+ )?(?:right|correct|true|accurate)\b|\bconfirm\w*|\bagree\w*|"
    r"\bconsistent\b|\bsupport\w*|\bholds\b|\bindeed\b|\bthat(?:'s| is| would be)? (?:matches|fits)|\bmatches\b|"
    r"\byes\b|\bverified\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|no|never|cannot|incorrect|wrong|isn't|doesn't|don't|inconsistent|disagree\w*|contradict\w*)\b|n't\b",
    re.IGNORECASE,
)
ABSTAINS = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in ABSTAIN) + r")\b", re.IGNORECASE)
NOT_FEATURED = re.compile(
    r"\b(?:image|picture|photo|scene) (?:does not|doesn't|do not) (?:\w+ )?(?:feature|show|contain|include|depict)|"
    r"\bnone of the (?:above|options|other|listed)|\b(?:is|are) (?:not|nowhere) "
    r"(?:visible|present|shown|featured|in the image|in the picture|to be found|there)|\bno such\b|\bsee no\b|"
    r"\b(?:can't|cannot|can not) be (?:seen|read|made out|recogni[sz]ed|determined)\b|\b(?:can't|cannot|"
    r"couldn't|could not|can not|don't|do not) (?:\w+ )?(?:find|see|locate|spot)\b",
    re.IGNORECASE,
)
ZERO = re.compile(r"\b(?:no one|nobody|none|empty|nothing)\b()|\b(?:no|any|zero) ((?:\w+ ){0,2}\w+)", re.IGNORECASE)
# A sentence that speaks to whoever grades the response; data, never evidence.
TO_GRADER = re.compile(
    r"\[ ?system\b|\boutput score\b|\b(?:grader|evaluator|scorer|annotator|judge model)\b|\bmark (?:this|it|"
    r"the response) (?:as )?(?:correct|"
    r"consistent)",
    re.IGNORECASE,
)
# The chain speaks of words that were given to it, so that "the claim" is theirs.
TOLD = re.compile(r"\b(?:caption|description|hint|prompt|user|instruction)s?\b", re.IGNORECASE)
IT = re.compile(r"^\W*(?:(?:so|and|but|thus|then|now)\W+)*(?:it|they)\b", re.IGNORECASE)
# "It may be left or right."
EITHER = re.compile(r"\b(?:may|might|could|can)\b[^.;]*\bor\b", re.IGNORECASE)
# "The bronze key fits, but it is too wide."
TAKEN_BACK = re.compile(
    r"^\W*(?:but|however|yet|though|although)\W+(?:it|they|its|their|that|this|he|she|his|her)\b.*(?:\b(?:too|not|"
    r"never|wrong|lacks?|off|hardly)\b|n't\b)",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:it|it's|they|they're|he|he's|she|she's|this|that|that's|its|i)\b",
    re.IGNORECASE,
)
REASON_LEADS = ("because", "since", "as it", "as the", "as we", "as there", "as its", "as he", "as she", "as they")
TOTAL = re.compile(
    r"\b(?:total|altogether|in all|overall|i count(?:ed)?|count is|count of|adds? up|sum|together|equals|makes|"
    r"that'?s|comes to|gives|brings? (?:me|us|it|the \w+)(?: up)? to|stay(?:ing)? at|leav(?:es|ing)|tally|up to|"
    r"(?:i|we)(?: can| do| would)?(?: only| still)? (?:get|reach|arrive at|end up (?:with|at)|land (?:on|at)|"
    r"keep))\b|=",
    re.IGNORECASE,
)
LANDMARK = re.compile(
    r"\b(?:than|of|to|from|behind|beside|near|under|above|below|with|by|on|at|toward|towards|against|over|beyond|after|"
    r"past|between|compared|relative|versus|vs)\s+(?:the |a |an |its |his |her )?(?:[\w-]+ ){0,2}$",
    re.IGNORECASE,
)
SURE_OPENINGS = re.compile(r"(?:,|^)\s*(?:right|correct|isn't it|no|yes|huh)\s*\?\s*$", re.IGNORECASE)
LONE_LETTER = re.compile(r"^[\s\"'(\[-]*([A-J])[\s\"')\].!]*$")
REPLY = re.compile(
    r"^\W*(?:(yes|yeah|correct|indeed|right)\b|(?:no|nope|not|unlikely|incorrect|wrong)\b)", re.IGNORECASE
)
IS_LETTER = re.compile(
    r"\b(?:it's|it is|this is|that is|that's|must be|would be|should be)(?: \w+)? (?:option |choice )?[(\"']?$",
    re.IGNORECASE,
)
# "it is 71": the mention is said of what is asked about.
POINTED = re.compile(r"\b(?:it|this|that)(?:'s| is| was| reads| says| shows)(?: \w+){0,2} [\"'(]?$", re.IGNORECASE)
JOINED = re.compile(r"\b(?:and|or|nor)\b", re.IGNORECASE)
