"""Options and answers in the cells of other people's data."""

from __future__ import annotations

import json

import pytest

from lmms_robust.benchmarks import Source
from lmms_robust.benchmarks.cells import bare, options
from lmms_robust.benchmarks.inside import split, unmarked
from lmms_robust.benchmarks.mapped import mapped, read_question, to_item, with_answer_form
from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.errors import RobustError

TWO = ["one", "two"]
COLUMNS = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter")
FORMS = {
    "list": (TWO, TWO),
    "object": ({"A": "one", "B": "two"}, TWO),
    "object in another order": ({"B": "two", "A": "one"}, TWO),
    "object with an empty place": ({"A": "one", "B": "two", "C": None}, TWO),
    "object of numbers": ({str(n): f"o{n}" for n in (10, 2, 1)}, ["o1", "o2", "o10"]),
    "texts and labels": ({"text": TWO, "label": ["A", "B"]}, TWO),
    "objects": ([{"label": "A", "text": "one"}, {"label": "B", "text": "two"}], TWO),
    "objects of one": ([{"A": "one"}, {"B": "two"}], TWO),
    "JSON of a list": ('["one", "two"]', TWO),
    "JSON of an object": ('{"A": "one", "B": "two"}', TWO),
    "JSON of objects": ('[{"label": "A", "text": "one"}, {"label": "B", "text": "two"}]', TWO),
    "printed list": ("['one', \"two\"]", TWO),
    "printed array": ("['one' 'two']", TWO),
    "printed array in lines": ("['one'\n 'two']", TWO),
    "printed array with its type": ("array(['one', 'two'], dtype=object)", TWO),
    "printed numbers": ("[0.5 1 2]", ["0.5", "1", "2"]),
    "a comma within": ("['one, two', 'three']", ["one, two", "three"]),
    "an apostrophe": (r"['it\'s', 'no']", ["it's", "no"]),
    "LaTeX as written": (r"['$\frac{1}{2}$', '$\theta$', '$\nu$']", [r"$\frac{1}{2}$", r"$\theta$", r"$\nu$"]),
    "LaTeX as printed": (r"['$\\frac{1}{2}$', '$\\theta$']", [r"$\frac{1}{2}$", r"$\theta$"]),
    "labels in another order": ({"text": ["two", "one"], "label": ["B", "A"]}, TWO),
    "objects in another order": ([{"label": "B", "text": "two"}, {"label": "A", "text": "one"}], TWO),
    "keys and values": ([{"key": "A", "value": "one"}, {"key": "B", "value": "two"}], TWO),
    "marks of another kind": ([{"text": "one", "is_correct": False}, {"text": "two", "is_correct": True}], TWO),
    "pairs": ([["B", "two"], ["A", "one"]], TWO),
    "object of named labels": ({"option_b": "two", "option_a": "one"}, TWO),
    "object of labels in brackets": ({"(A)": "one", "(B)": "two"}, TWO),
    "object of full-width labels": ({"Ａ": "one", "Ｂ": "two"}, TWO),
    "object of objects as JSON": ('{"A": {"text": "one"}, "B": {"text": "two"}}', TWO),
    "printed object": ("{'B': 'two', 'A': 'one'}", TWO),
    "printed objects": ("[{'label': 'A', 'text': 'one'}, {'label': 'B', 'text': 'two'}]", TWO),
    "printed object of arrays": (
        "{'text': array(['one', 'two'], dtype=object), 'label': array(['A', 'B'], dtype=object)}",
        TWO,
    ),
    "printed tuple": ("('one', 'two')", TWO),
    "JSON twice": (json.dumps(json.dumps(TWO)), TWO),
    "bytes": (b'["one", "two"]', TWO),
    "words without quotes": ("[one, two]", TWO),
    "numbers as they are written": ("[0.50, 10, 1e3]", ["0.50", "10", "1e3"]),
    "JSON with escapes": (json.dumps(["café", "日本", "😀"]), ["café", "日本", "😀"]),
    "printed with escapes": (r"['a\xa0b', 'caf\xe9']", ["a\xa0b", "café"]),
    "LaTeX in JSON": (r'["$\\frac{1}{2}$", "$\\nu$"]', [r"$\frac{1}{2}$", r"$\nu$"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_options_are_read_from_every_form(form: str) -> None:
    value, wanted = FORMS[form]
    assert [str(one) for one in options(value, "o")] == wanted


@pytest.mark.parametrize(
    "value",
    [
        "one or two",
        "",
        None,
        3,
        "['a'",
        "[['a'], ['b']]",
        {"colour": "x", "size": "y"},
        "exit()",
        "[" * 20_000,
        "'\\" * 30_000,
        "[on the left, on the right]",
        "['it's', 'no']",
        "['one' 'two' ... 'ten']",
        "{'one', 'two'}",
        {"A": "x", "C": "z"},
        {"A": "x", "B": None, "C": "z"},
        {"A": "x", "a": "y"},
        [{"x": 1, "y": 2}],
        {"text": ["x", "y"], "label": ["A"]},
        {"text": ["x", "y"], "label": ["A", "C"]},
    ],
)
def test_what_holds_no_options_is_a_line_that_names_the_column(value: object) -> None:
    with pytest.raises(RobustError, match=r"column 'o': .*allowed: a list of options, an object") as raised:
        options(value, "o")
    assert len(str(raised.value)) < 400


ANSWERS = [["A"], ("A",), "['A']", '["A"]', "[A]", "$A$", "Option A", "option: A", "Answer: A", "The answer is A", "Ａ"]


@pytest.mark.parametrize("answer", [*ANSWERS, "(A)", "A.", r"\boxed{A}"])
def test_an_answer_is_read_in_its_marks(answer: object) -> None:
    columns = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter")
    item = to_item(columns, {"q": "Which?", "o": ["red", "blue"], "gold": answer}, 0)
    assert item is not None
    assert item.answer == "A"


def test_an_answer_of_several_is_none() -> None:
    assert bare(["A", "B"]) == ["A", "B"]
    with pytest.raises(RobustError, match="'gold'; allowed: the letter of one of"):
        to_item(
            ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter"),
            {"q": "Which?", "o": ["red", "blue"], "gold": ["A", "B"]},
            0,
        )


def test_options_equal_up_to_case_are_different_ones() -> None:
    columns = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "text")
    item = mapped(columns, Source("x", "y")).item({"q": "Which?", "o": ["AA", "Aa", "aa"], "gold": "Aa"}, 0)
    assert item is not None
    assert (item.options, item.answer, item.plantable) == (("AA", "Aa", "aa"), "B", ("A", "C"))


MARKED = ["A、red\nB、blue", "Ａ．red\nＢ．blue", "(a) red\n(b) blue", "[A] red\n[B] blue", "- A: red\n- B: blue",
          "（A）red\n（B）blue", "* A. red\n* B. blue", "1. red\n2. blue", "(1) red\n(2) blue", "１．red\n２．blue",
          "a) red\nb) blue", "a. red\nb. blue", "**A.** red\n**B.** blue", "**A**. red\r\n**B**. blue"]  # fmt: skip


@pytest.mark.parametrize("text", MARKED)
def test_markers_of_options_within_a_text(text: str) -> None:
    assert split(f"Which?\n{text}") == ("Which?", ("red", "blue"))


def test_markers_in_front_of_every_option_are_taken_away() -> None:
    assert unmarked(["A、红", "B、蓝"]) == ("红", "蓝")
    assert unmarked(["[A] red", "[B] blue"]) == ("red", "blue")
    assert unmarked(["1. red", "2. blue"]) == ("red", "blue")


@pytest.mark.parametrize(
    "options", [("1.5", "2.5"), ("1: 2", "2: 3"), ("(1)", "(2)"), ("1. red", "3. blue"), ("A", "B")]
)
def test_numbers_that_are_no_markers_stay(options: tuple[str, ...]) -> None:
    assert unmarked(options) == options


def test_options_that_are_pictures_leave_their_row_out() -> None:
    columns = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter")
    with pytest.raises(RobustError, match=r"item 'mine-000003', column 'o': option '<image 2>' is a picture"):
        to_item(columns, {"q": "<image 1> Which piece fits?", "o": "['<image 2>', '<image 3>']", "gold": "A"}, 3)


EMPTY_AT_THE_END = [["one", "two", None], ["one", "two", "", " "], ["one", "two", "nan"], '["one", "two", null]',
                    {"A": "one", "B": "two", "C": "", "D": None}]  # fmt: skip


@pytest.mark.parametrize("value", EMPTY_AT_THE_END)
def test_options_that_are_empty_at_the_end_are_none(value: object) -> None:
    assert read_question(COLUMNS, {"q": "Which?", "o": value}) == ("Which?", ("one", "two"))


NAMED = {
    "an empty one between": (["one", None, "two"], "option 2 in column 'o' is empty; .*got .'one', '', 'two'"),
    "an object without text": ([{"label": "A", "text": None}, {"label": "B", "text": "x"}], "option 1 in column 'o'"),
    "none": ([], "column 'o': 0 different option.s. in .*allowed: 2 to 10"),
    "one": (["one"], "column 'o': 1 different option.s. in .'one',.; allowed: 2 to 10"),
    "eleven": ([f"o{n}" for n in range(11)], "column 'o': 11 different option.s. in .'o0', 'o1'.*; allowed: 2 to 10"),
    "a picture": ([object(), object()], "column 'o': an option is a object; allowed: options in words"),
}


@pytest.mark.parametrize("case", NAMED)
def test_options_that_cannot_be_taken_are_named_with_their_column(case: str) -> None:
    value, message = NAMED[case]
    with pytest.raises(RobustError, match=message):
        read_question(COLUMNS, {"q": "Which?", "o": value})


@pytest.mark.parametrize(("question", "message"), [(None, "column 'q': no question in 'None'"),
                                                   ({"a": 1}, "column 'q': .*'a': 1.*allowed: a text")])  # fmt: skip
def test_a_question_that_is_none_is_named_with_its_column(question: object, message: str) -> None:
    with pytest.raises(RobustError, match=message):
        read_question(COLUMNS, {"q": question, "o": TWO})


@pytest.mark.parametrize("question", ["Which?", b"Which?", ["Which?"], " Which?\n"])
def test_a_question_may_be_bytes_or_alone_in_a_list(question: object) -> None:
    assert read_question(COLUMNS, {"q": question, "o": TWO})[0] == "Which?"


@pytest.mark.parametrize("value", ["A. one\nB. two", ["(A) one (B) two"], b"1. one\n2. two"])
def test_a_text_of_nothing_but_marked_options_is_read(value: object) -> None:
    assert read_question(COLUMNS, {"q": "Which?", "o": value})[1] == ("one", "two")


def test_no_row_with_options_is_a_line_about_the_options() -> None:
    rows = [{"q": "Which?", "o": "one or two", "gold": "A"}] * 2
    message = "none of 2 row.s. has options; the first: column 'o': 'one or two'; allowed: a list of options"
    with pytest.raises(RobustError, match=message):
        with_answer_form(ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold"), rows)


SPELT = [("café", "cafe\u0301"), ("AB", "ＡＢ"), ("two", "two\u200b"), ("two", ["Two."]), ("two", '["two"]'),
         ("two", "The answer is two"), ("2", 2.0), ("two", b"two")]  # fmt: skip


@pytest.mark.parametrize(("option", "answer"), SPELT)
def test_an_answer_in_words_is_read_however_it_is_spelt(option: str, answer: object) -> None:
    columns = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "text")
    item = to_item(columns, {"q": "Which?", "o": ["other", option], "gold": answer}, 0)
    assert item is not None
    assert item.answer == "B"


REFUSED = ["$" * 50_000, "B,C", "BC", "B and C", "", [], [["A", "B"]], {"answer": "A"}, "В", "D", "K", True, "A. two"]


@pytest.mark.parametrize("answer", REFUSED)
def test_an_answer_that_names_no_one_option_is_a_line_about_its_column(answer: object) -> None:
    columns = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter")
    with pytest.raises(RobustError, match=r"answer .* in column 'gold'; allowed: the letter of one of \['one', 'two"):
        to_item(columns, {"q": "Which?", "o": ["one", "two", "three"], "gold": answer}, 0)
