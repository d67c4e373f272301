"""The table of words that reading prose rests on: function words of English and Chinese, by what they do."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INFERS = _words(
    "so therefore thus hence consequently accordingly conclude concludes concluding conclusion overall ultimately "
    "finally summary confirming means making makes "
    "donc conséquent folglich demnach somit daher portanto dunque quindi pertanto dus daarom luego tanto следовательно "
    "поэтому итак значит więc zatem vậy jadi dolayısıyla したがって よって 따라서 그러므로 لذلك إذن इसलिए अतः"
)
"""What follows is a conclusion, also in the other languages whose answers are read."""
CHOOSES = _words("choose choosing chosen select selecting selected pick picking")
ANSWERS = CHOOSES | _words(
    "answer answers correct best match matches matching corresponds corresponding final align aligns consistent fits"
)
"""An option is being answered."""
DENIES = _words(
    "incorrect inconsistent wrong false inaccurate eliminate eliminates eliminated eliminating exclude excludes "
    "excluded excluding reject rejected ruled ruling discard discarded unlikely mismatch contradicts irrelevant"
)
"""What this is said of does not hold."""
NEGATES = _words(
    "not no never neither nor none nothing nobody cannot "
    "pas aucun aucune nicht kein keine keinen non não nem niet geen не нет nie değil không tidak bukan ليس ليست لا नहीं"
)
"""What follows does not hold; words in "n't" do the same."""
LETTER_AFTER = _words(
    "option options choice choices answer letter is are be was so therefore thus hence or and not as to than with "
    "choose select pick only both between either neither nor matches match for of that means say says eliminates "
    "eliminate excludes"
)
"""After these a single capital letter is an option's."""
LACKS = _words("missing least except absent lacks lacking excluded exception")
"""What a question asks for by what does not hold."""
DOUBTS = _words(
    "doubt might may could possible maybe perhaps possibly either unless unsure unclear suppose supposing "
    "hypothetically"
)
"""What this is said of is not asserted."""
PLANS = _words("need needs let let's lets determine figure whether asks asked asking task goal")
"""The writer plans or repeats the question."""
ASKS = PLANS | _words("question options choices")
"""The same, where nothing is concluded."""
REPORTS = _words(
    "caption description hint claim claims claimed claiming statement prompt suggestion premise initially thought "
    "assumed supposed supposedly misleading earlier previous previously said told according user someone everyone "
    "people others initial tempting mistake"
)
"""Somebody else's words, or a thought given up."""
SUBORDINATE = _words(
    "while whereas although though than rather instead unlike because since despite unless if compared besides"
)
"""Starts a part of a sentence that asserts less than the rest."""
PREPOSITIONS = _words("of in on at to by with from behind near under beside above below")
VERBS = _words("is are was were there there's it's")
"""A part with one of these says something by itself."""
AUXILIARIES = _words("is are was were does do did can could would should will has have")
"""A "not" behind one of these denies what stands before it."""
INEXACT = _words("more most less fewer minus twice half dozen pair than before after least")
"""With one of these a number is not what a sentence comes to."""
CORRECTS = _words("wait hmm actually correction oops sorry no")
"""Starts a sentence that takes back what stands before, or weighs it."""
PLACES = _words(
    "left right above below front behind top bottom foreground background inside outside over under first last"
)
"""Where things are; a statement with another of them than the question answers another question."""
RETRACTS = _words(
    "wait hmm however error mistake mistaken unsure unclear contradiction contradicts contradictory alternatively "
    "recheck impossible reconsider discard doubt confusing oops unfortunately cannot guess"
)
"""A sentence that names no option and leaves what was concluded open."""
AFFIRMS = _words(
    "yes correct fits matches match confirm confirms confirmed consistent agree agrees sense indeed supports "
    "certain sure confident"
)
"""A sentence that names no option and stands by what was concluded."""
CONNECTS = _words("but however instead and ok okay yes then well clearly now alright overall again also looking")
"""Stands in front of a sentence and changes nothing."""
SUBJECTS = _words("it its it's this that they these those he she his her their he's she's that's they're")
"""Subjects that stand for what was asked about."""
FIRST_PERSON = _words("i we i'd i'll i'm let's")
PRONOUNS = SUBJECTS | _words("there there's i we")
FUNCTION = _words(
    "a an the of in on at to is are was were be been do does did has have had and or for by with from as what "
    "which who whom whose how many much where when why there that this these those it its image picture photo "
    "photograph shown following given based can you any above below best most one see question option options "
    "answer choose select please describe according"
)
"""Words of a question that say nothing about what was asked."""
_FROM_TWO = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
NUMBERS = {"zero": "0"} | {word: str(value) for value, word in enumerate(_FROM_TWO.split(), start=2)}
"""Number words; "one" mostly stands for a thing and is looked at by itself."""

CHINESE_INFERS = ("因此", "所以", "综上", "故", "∴", "答案", "应选", "选择", "最终", "结论", "可知")
CHINESE_ANSWERS = ("正确", "符合")
CHINESE_DENIES = ("不", "没", "非", "错", "排除", "无法", "ない", "ません", "않", "아니")
CHINESE_DOUBTS = ("可能", "如果", "也许", "或", "吗", "是否", "哪", "假设", "说明文字", "描述说", "标题", "也")
ANSWER_ABROAD = (
    *("respuesta", "réponse", "risposta", "resposta", "antwort", "jawaban", "ответ", "đáp án", "答え", "正解", "答案"),
    *("정답", "답은", "الإجابة", "उत्तर", "cevap", "odpowiedź", "antwoord"),
)
"""The word for "answer" in other languages: after it a letter is read, and nothing else of them."""
LEADS = _words("answer answers option choice one letter statement boxed choose select pick go going") | {
    word for word in ANSWER_ABROAD if word.isascii()
}
"""One of these stands where something is said to be the answer, if neither a letter does nor another script."""
ARTICLES = _words("a an the")
LIGHT = (
    ARTICLES
    | AUXILIARIES
    | VERBS
    | INFERS
    | CONNECTS
    | NEGATES
    | _words("be been being any some that it's image picture")
)
"""Words that make a clause no truer and no falser."""
CAPITALS = frozenset("ABCDEFGHIJK")
IF = _words("if unless")
STATEMENTS = _words("statement claim assertion")
"""What a question for yes or no may be called."""
DENYING = NEGATES | DENIES
DENYING_OR_LACKING = DENYING | LACKS
TURNS = CORRECTS | RETRACTS | {"but", "not"}
"""A sentence that starts with one of these turns against what stands before it."""
WEIGHTY = DENYING | DOUBTS | REPORTS | {"would"}
"""Without one of these a sentence asserts all that is not subordinate in it."""
OPENINGS = INFERS | CORRECTS | CONNECTS
SPLITS = SUBORDINATE | NEGATES | {"but"}
COMMON = FUNCTION | CONNECTS | VERBS | INFERS | ANSWERS | SUBORDINATE | CORRECTS | AFFIRMS | PRONOUNS | NEGATES
"""Words that say nothing of their own."""
TABLE = frozenset().union(*(value for value in vars().values() if isinstance(value, frozenset)))
"""All of them; no plural is taken off."""
