"""Options and answers in the cells of other people's data."""

from __future__ import annotations

import pytest

from lmms_robust.benchmarks import Source
from lmms_robust.benchmarks.cells import bare, options
from lmms_robust.benchmarks.inside import split, unmarked
from lmms_robust.benchmarks.mapped import mapped, to_item
from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.errors import RobustError

TWO = ["one", "two"]
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
    "LaTeX in JSON": (r'["$\\frac{1}{2}$", "$\\nu$"]', [r"$\frac{1}{2}$", r"$\nu$"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_options_are_read_from_every_form(form: str) -> None:
    value, wanted = FORMS[form]
    assert [str(one) for one in options(value, "o")] == wanted


@pytest.mark.parametrize(
    "value",
    ["one or two", "", None, 3, "['a'", "[['a'], ['b']]", {"colour": "x", "size": "y"}, "exit()", "[" * 20_000],
)
def test_what_holds_no_options_is_a_line_that_names_the_column(value: object) -> None:
    with pytest.raises(RobustError, match=r"column 'o': .*allowed: a list of options, an object") as raised:
        options(value, "o")
    assert len(str(raised.value)) < 400


ANSWERS = [["A"], ("A",), "['A']", '["A"]', "[A]", "$A$", "Option A", "option: A", "Answer: A", "The answer is A", "Ａ"]


@pytest.mark.parametrize("answer", [*ANSWERS, "(A)", "A.", r"\boxed{A}"])
def test_an_answer_is_read_in_its_marks(answer: object) -> None:
    columns = ColumnMapping("mine", "image", "q", "list", ("o",), "gold", "letter")
    item = to_item(columns, {"q": "Which?", "o": ["red", "blue"], "gold": answer}, 0)
    assert item is not None
    assert item.answer == "A"


def test_an_answer_of_several_is_none() -> None:
    assert bare(["A", "B"]) == ["A", "B"]
    with pytest.raises(RobustError, match="'gold'; allowed: the letter of one of"):
        to_item(
            ColumnMapping("mine", "image", "q", "list", ("o",), "gold", "letter"),
            {"q": "Which?", "o": ["red", "blue"], "gold": ["A", "B"]},
            0,
        )


def test_options_equal_up_to_case_are_different_ones() -> None:
    columns = ColumnMapping("mine", "image", "q", "list", ("o",), "gold", "text")
    item = mapped(columns, Source("x", "y")).item({"q": "Which?", "o": ["AA", "Aa", "aa"], "gold": "Aa"}, 0)
    assert item is not None
    assert (item.options, item.answer, item.plantable) == (("AA", "Aa", "aa"), "B", ("A",))


MARKED = ["A、red\nB、blue", "Ａ．red\nＢ．blue", "(a) red\n(b) blue", "[A] red\n[B] blue", "- A: red\n- B: blue",
          "（A）red\n（B）blue", "* A. red\n* B. blue"]  # fmt: skip


@pytest.mark.parametrize("text", MARKED)
def test_markers_of_options_within_a_text(text: str) -> None:
    assert split(f"Which?\n{text}") == ("Which?", ("red", "blue"))


def test_markers_in_front_of_every_option_are_taken_away() -> None:
    assert unmarked(["A、红", "B、蓝"]) == ("红", "蓝")
    assert unmarked(["[A] red", "[B] blue"]) == ("red", "blue")


def test_options_that_are_pictures_leave_their_row_out() -> None:
    columns = ColumnMapping("mine", "image", "q", "list", ("o",), "gold", "letter")
    with pytest.raises(RobustError, match=r"item 'mine-000003': option '<image 2>' is a picture"):
        to_item(columns, {"q": "<image 1> Which piece fits?", "o": "['<image 2>', '<image 3>']", "gold": "A"}, 3)
