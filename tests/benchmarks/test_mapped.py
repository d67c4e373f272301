from pathlib import Path

import pytest

from lmms_robust.benchmarks import Source
from lmms_robust.benchmarks.inside import split
from lmms_robust.benchmarks.mapped import mapped, read_question, to_item, with_answer_form
from lmms_robust.benchmarks.mapping import ColumnMapping, dump, read
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import build
from lmms_robust.reading import parse_response
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, state

COLOR = "What color is the dog?"


def mapping(tmp_path: Path, text: str) -> ColumnMapping:
    (tmp_path / "mine.yaml").write_text(text)
    return read(tmp_path / "mine.yaml")


def made(layout: str, *options: str, form: str | None = "letter", **more: object) -> ColumnMapping:
    return ColumnMapping("mine", ("image",), "q", layout, options, "gold", form, **more)  # type: ignore[arg-type]


FULL = """\
picture: image
question: question
options: [A, B, C, D]
answer: {letter: gold}
id: index
category: topic
where: {split: test, hop: [1, 2]}
images: pictures
"""


def test_a_mapping_file_is_read_and_written_back(tmp_path: Path) -> None:
    found = mapping(tmp_path, FULL)
    assert found == ColumnMapping(
        "mine", ("image",), "question", "columns", ("A", "B", "C", "D"), "gold", "letter", "index", "topic",
        {"split": ("test",), "hop": ("1", "2")}, tmp_path / "pictures",
    )  # fmt: skip
    assert found.columns == ("question", "A", "B", "C", "D", "gold", "index", "topic", "split", "hop")
    assert mapping(tmp_path, dump(found)) == found


@pytest.mark.parametrize("options", ["options: choices", "options: {inside: question}"])
def test_the_other_layouts_are_written_back(tmp_path: Path, options: str) -> None:
    found = mapping(tmp_path, f"picture: image\nquestion: question\nanswer: a\n{options}\n")
    assert mapping(tmp_path, dump(found)) == found


BAD = {
    "a list": ("- a", "a list; allowed: keys name, picture"),
    "unknown key": ("pictures: image", "unknown key 'pictures'; did you mean 'picture'"),
    "missing key": ("picture: image\nquestion: q", "missing key.s. options, answer; expected: picture, question"),
    "not YAML": ("a: [", "cannot read mapping"),
    "20,000 brackets": ("[" * 20_000, "cannot read mapping"),
    "options": ("picture: i\nquestion: q\nanswer: a\noptions: {within: q}", "options: .*allowed: a column that holds"),
    "one column": ("picture: i\nquestion: q\nanswer: a\noptions: [A]", "options: .*allowed: a column that holds"),
    "answer": (
        "picture: i\nquestion: q\noptions: o\nanswer: {place: a}",
        "answer: .*{letter: column}, {index: column}",
    ),
    "picture": ("picture: 3\nquestion: q\noptions: o\nanswer: a", "picture: 3; allowed: the name of one column"),
    "where": ("picture: i\nquestion: q\noptions: o\nanswer: a\nwhere: test", "where: 'test'; allowed: columns"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_mapping_is_one_line_that_names_the_file(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    with pytest.raises(RobustError, match=message) as raised:
        mapping(tmp_path, text)
    assert "mine.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


ROWS = {
    "list": (made("list", "o"), {"o": ["red", "blue"]}),
    "list with letters": (made("list", "o"), {"o": ["(A) red", "（B） blue"]}),
    "text of a list": (made("list", "o"), {"o": "['red', 'blue']"}),
    "columns": (made("columns", "A", "B", "C", "D"), {"A": "red", "B": "blue", "C": float("nan"), "D": None}),
    "columns with nan": (made("columns", "A", "B", "C"), {"A": "red", "B": "blue", "C": "nan"}),
    "columns with NaN": (made("columns", "A", "B", "C", "D"), {"A": "red", "B": "blue", "C": "NaN", "D": "NAN"}),
    "printed with NaN": (made("list", "o"), {"o": "['red', 'blue', NAN]"}),
    "inside": (made("inside", "q"), {"q": f"{COLOR}\n(A) red\n(B) blue\nAnswer with the letter directly."}),
    "inside another": (made("inside", "o"), {"o": "A. red\nB. blue"}),
    "inside with a missing one": (made("inside", "q"), {"q": f"{COLOR}\nOptions: A: red, B: blue, C: nan, D: nan"}),
    "placeholder": (made("list", "o"), {"q": f"<image>\n{COLOR} <image 1>", "o": ["red", "blue"]}),
}


@pytest.mark.parametrize("case", ROWS)
def test_options_are_read_from_every_layout(case: str) -> None:
    columns, row = ROWS[case]
    item = to_item(columns, {"q": COLOR, "gold": "B"} | row, 7)
    assert item is not None
    assert (item.id, item.benchmark, item.category, item.row) == ("mine-000007", "mine", "all", 7)
    assert (item.question, item.options, item.answer) == (COLOR, ("red", "blue"), "B")
    assert item.statements == ("The dog is red.", "The dog is blue.")


INSIDE = {
    "Which?\nA. x\nB. y": ("Which?", ("x", "y")),
    "Which?\nA) x\nB) y\nC) z\n": ("Which?", ("x", "y", "z")),
    "Which?\nOptions:\n(A) x\n  (B) y z \nPlease answer.": ("Which?", ("x", "y z")),
    "Which?\nChoices:\nA: a long\nline\nB: y": ("Which?", ("a long line", "y")),
    "Which?\nOptions: A: on a., B: under b., C: c": ("Which?", ("on a.", "under b.", "c")),
    "Is it A. or B.? (A) the first (B) the second": ("Is it A. or B.?", ("the first", "the second")),
    "Which? A. left B. right Please answer directly with only the letter.": ("Which?", ("left", "right")),
    "Which? (A) one (B) two. Answer with the letter.": ("Which?", ("one", "two.")),
    "Which? A. the Question B. the Answer": ("Which?", ("the Question", "the Answer")),
    "Which way?\n\nA. Left\nB. Straight\nC. Right\nPlease answer directly with only the letter of the correct option "
    "and nothing else.": ("Which way?", ("Left", "Straight", "Right")),
    "Which?\nSelect from the following choices.\n(A) x\n(B) y": ("Which?", ("x", "y")),
    "Hint: Please answer with the letter, e.g., A, B.\nQuestion: Which?\nChoices:\n(A) x\n(B) y": (
        "Which?",
        ("x", "y"),
    ),
    "Vitamin A. is where?\nA. here\nB. there": ("Vitamin A. is where?", ("here", "there")),
}


@pytest.mark.parametrize("text", INSIDE)
def test_options_inside_a_text(text: str) -> None:
    assert split(text) == INSIDE[text]


@pytest.mark.parametrize("text", ["Which?", "Which?\nA. x", "Which?\nB. x\nC. y", ""])
def test_a_text_without_options_is_an_error(text: str) -> None:
    with pytest.raises(RobustError, match="no options inside"):
        split(text)


ANSWERS = [
    ("letter", "B", "B"), ("letter", "(b).", "B"), ("letter", "B. blue", "B"), ("letter", "B. red", None),
    ("letter", "答案：B", "B"), ("letter", "【B】", "B"), ("letter", "（B）。", "B"), ("letter", "Respuesta: B", "B"),
    ("letter", "D", None), ("letter", "blue", None), ("index", 1, "B"), ("index", 1.0, "B"), ("index", "1", "B"),
    ("index", 3, None), ("index", -1, None), ("number", 1, "A"), ("number", 0, None), ("text", " Blue. ", "B"),
    ("text", "teal", None), ("text", None, None), ("letter", None, None), ("index", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("form", "answer", "letter"), ANSWERS)
def test_answers_are_read_in_the_form_that_the_mapping_says(form: str, answer: object, letter: str | None) -> None:
    row = {"q": COLOR, "o": ["red", "blue", "green"], "gold": answer}
    if letter is None:
        with pytest.raises(
            RobustError, match=f"mine item 'mine-000000': answer .*'gold'; allowed: the {form} of one of"
        ):
            to_item(made("list", "o", form=form), row, 0)
    else:
        item = to_item(made("list", "o", form=form), row, 0)
        assert item is not None
        assert item.answer == letter


FORMS = [
    (["A", "B"], ["red", "blue"], "letter"),
    (["0", "1"], ["red", "blue"], "index"),
    (["1", "2"], ["red", "blue"], "number"),
    (["blue", "red"], ["red", "blue"], "text"),
    (["A", "open-ended"], ["red", "blue"], "letter"),
    (["0", "1"], ["0", "1"], "index"),
]


@pytest.mark.parametrize(("answers", "options", "form"), FORMS)
def test_the_form_of_answers_is_found_out(answers: list[str], options: list[str], form: str) -> None:
    rows = [{"q": COLOR, "o": options, "gold": answer} for answer in answers]
    assert with_answer_form(made("list", "o", form=None), rows).answer_form == form


@pytest.mark.parametrize(("form", "answer"), [("text", "blue"), ("letter", "B"), ("letter", "D"), ("index", 3)])
def test_a_repeated_option_is_one_option_whichever_of_them_the_answer_names(form: str, answer: object) -> None:
    item = to_item(made("list", "o", form=form), {"q": COLOR, "o": ["red", "blue", "red", "blue "], "gold": answer}, 0)
    assert item is not None
    assert (item.options, item.answer, item.statement_source) == (("red", "blue"), "B", "pattern:colour")


@pytest.mark.parametrize(
    ("question", "options", "right", "wrong"),
    [
        (COLOR, ("red.", "red", "Red", "blue"), "The dog is red.", "The dog is blue."),
        ("Is the dog red?", ("Yes.", "Yes", "No"), "The dog is red.", "The dog is not red."),
        ("What is said?", ("Go on.", "Go on", "go on", "Wait"), "", ""),
    ],
)
def test_one_answer_in_two_spellings_leaves_the_row_and_is_not_planted(
    question: str, options: tuple[str, ...], right: str, wrong: str
) -> None:
    names = "ABCD"[: len(options)]
    adapter = mapped(made("columns", *names), Source("x", "test"))
    item = adapter.item({"q": question, "gold": "B", **dict(zip(names, options, strict=True))}, 0)
    assert item is not None
    assert item.options == options
    assert item.plantable == (names[-1],)
    if right:
        assert (item.statements[1], item.statements[-1]) == (right, wrong)
        assert set(item.statements) == {right, wrong}


def test_two_letters_of_another_case_are_two_answers() -> None:
    adapter = mapped(made("columns", *"ABC"), Source("x", "test"))
    item = adapter.item({"q": "Which genotype is it?", "gold": "A", "A": "Ff", "B": "FF", "C": "ff"}, 0)
    assert item is not None
    assert item.plantable == ("B", "C")


def test_ten_options_are_an_item_and_eleven_are_named() -> None:
    texts = [f"thing {number}" for number in range(11)]
    item = to_item(made("list", "o"), {"q": "Which?", "o": texts[:10], "gold": "J"}, 0)
    assert item is not None
    assert (item.options[9], item.answer) == ("thing 9", "J")
    assert build(item, "abstain_base").abstain == "K"
    answers = {letter: parse_response(f"<answer>{letter}</answer>", item.options).answer for letter in "AJ"}
    assert answers == {"A": "A", "J": "J"}
    with pytest.raises(RobustError, match=r"column 'o': 11 different option\(s\) .*; allowed: 2 to 10"):
        to_item(made("list", "o"), {"q": "Which?", "o": texts, "gold": "K"}, 7)


def test_an_empty_option_column_before_a_filled_one_is_named() -> None:
    mapping = made("columns", "A", "B", "C", "D")
    row = {"q": "Which?", "A": "left", "B": "", "C": "right", "D": None}
    with pytest.raises(RobustError, match="column 'B' is empty; allowed: only the last ones empty; got"):
        read_question(mapping, row)
    assert read_question(mapping, row | {"B": "up"})[1] == ("left", "up", "right")


def test_answers_that_can_be_read_in_two_ways_are_an_error() -> None:
    rows = [{"q": "How many?", "o": ["3", "2", "1", "0"], "gold": "2"}]
    with pytest.raises(RobustError, match=r"two ways; say in the mapping: answer: {index: gold} or .*{text: gold}"):
        with_answer_form(made("list", "o", form=None), rows)
    with pytest.raises(RobustError, match=r"column 'gold': answers such as \['x'\]; allowed: letter, index"):
        with_answer_form(made("list", "o", form=None), [rows[0] | {"gold": "x"}])


def test_a_filter_takes_rows_by_their_values() -> None:
    columns = made("list", "o", where={"hop": ("1", "2")})
    row = {"q": COLOR, "o": ["red", "blue"], "gold": "A"}
    assert to_item(columns, row | {"hop": 2.0}, 0) is not None
    assert to_item(columns, row | {"hop": 3}, 0) is None


def test_a_broken_row_is_left_out_with_a_warning(caplog) -> None:
    rows = [{"q": COLOR, "o": ["red", "blue"], "gold": gold} for gold in ("A", "E", "B")]
    benchmark = mapped(made("list", "o"), Source("x", "test"))
    assert [item.row for item in benchmark.items(rows, ["q", "o", "gold", "image"])] == [0, 2]
    assert "row 1: mine item 'mine-000001': answer 'E'" in caplog.text


STATED = [
    ("How many dogs are there in the image?", ("1", "2"),
     ("There is 1 dog in the image.", "There are 2 dogs in the image.")),
    ("How many cups are on the table?", ("3", "4"),
     ("There are 3 cups on the table.", "There are 4 cups on the table.")),
    ("What color are the cars in the picture?", ("Red", "blue"), ("The cars are red.", "The cars are blue.")),
    ("What is the material of the glove?", ("rubber", "kevlar"),
     ("The material of the glove is rubber.", "The material of the glove is kevlar.")),
    ("Where is the cat relative to the sofa?", ("left", "above"),
     ("The cat is to the left of the sofa.", "The cat is above the sofa.")),
    ("Where is the cat in the image?", ("top left", "bottom right"),
     ("The cat is at the top left.", "The cat is at the bottom right.")),
    ("Where is the lamp in relation to the sofa?", ("on the left", "on top"),
     ("The lamp is to the left of the sofa.", "The lamp is on top of the sofa.")),
    ("Which caption describes the image?", ("A dog runs on the green grass.", "Two dogs run on the green grass."),
     ("A dog runs on the green grass.", "Two dogs run on the green grass.")),
    ("Where is the cat?", ("On the TV.", "In The Box"), ("The cat is on the TV.", "The cat is in the box.")),
    ("Where is the cat?", ("on the mat", "in the box"), ("The cat is on the mat.", "The cat is in the box.")),
    ("Is the dog on the left or right side of the tree?", ("right", "left"),
     ("The dog is to the right of the tree.", "The dog is to the left of the tree.")),
    ("Is there a dog in the image?", ("Yes", "No"), ("There is a dog in the image.", "There is no dog in the image.")),
    ("What is the brand of the shoe?", ("Acme", "nike"),
     ("The brand of the shoe is Acme.", "The brand of the shoe is nike.")),
    ("What is the name of the city?", ("Paris", "Springfield"),
     ("The name of the city is Paris.", "The name of the city is Springfield.")),
    ("What color is the scissors?", ("red", "Blue"), ("The scissors are red.", "The scissors are blue.")),
    ("How many dogs can you see in the picture?", ("Zero", "One"),
     ("There are zero dogs in the picture.", "There is one dog in the picture.")),
    ("How many red cars are parked on the street?", ("0", "1"),
     ("There are 0 red cars parked on the street.", "There is 1 red car parked on the street.")),
    ("Is the person in the red shirt on the left or right?", ("left", "right"),
     ("The person in the red shirt is on the left.", "The person in the red shirt is on the right.")),
    ("Is the man on the left of the dog taller?", ("yes", "no"),
     ("The man on the left of the dog is taller.", "The man on the left of the dog is not taller.")),
    ("Is the cat near the window asleep?", ("no", "yes"),
     ("The cat near the window is not asleep.", "The cat near the window is asleep.")),
    ("Which caption describes the image?", ("A man rides a big wave.", "A dog runs on the beach"),
     ("A man rides a big wave.", "A dog runs on the beach.")),
    ("What color is not on the flag?", ("red", "blue"),
     ("The color that is not on the flag is red.", "The color that is not on the flag is blue.")),
    ("What color is used for the text?", ("red", "blue"),
     ("The color that is used for the text is red.", "The color that is used for the text is blue.")),
    ("What color is most common in the image?", ("red", "blue"),
     ("The color that is most common in the image is red.", "The color that is most common in the image is blue.")),
    ("Where is the picture taken?", ("at the beach", "in a city"),
     ("The picture is taken at the beach.", "The picture is taken in a city.")),
    ("Where is the man standing in relation to the car?", ("left", "right"),
     ("The man is standing to the left of the car.", "The man is standing to the right of the car.")),
    ("How many doors are here?", ("There are two doors.", "There are three doors, and one is open."),
     ("There are two doors.", "There are three doors, and one is open.")),
    ("Is Green the minimum?", ("yes", "no"), ("Green is the minimum.", "Green is not the minimum.")),
    ("Is Teal less than Light Steel Blue?", ("yes", "no"),
     ("Teal is less than Light Steel Blue.", "Teal is not less than Light Steel Blue.")),
    ("Do these birds fly or swim?", ("fly", "swim"), ("These birds fly.", "These birds swim.")),
    ("What color is the text 'STOP' written in?", ("white", "red"),
     ("The text 'STOP' is written in white.", "The text 'STOP' is written in red.")),
    ("What sign tells drivers when and where to stop?", ("a stop sign", "a yield sign"),
     ("The stop sign tells drivers when and where to stop.", "The yield sign tells drivers when and where to stop.")),
    ("How much is the price of the apple?", ("$5.99", "$6.99"),
     ("The price of the apple is $5.99.", "The price of the apple is $6.99.")),
    ("How much is the fine?", ("$50", "$60"), ("The fine is $50.", "The fine is $60.")),
    ("How much is the cost?", ("$50", "$60"), ("The cost is $50.", "The cost is $60.")),
    ("How much does the ticket cost?", ("$5.99", "$6.99"), ("The ticket costs $5.99.", "The ticket costs $6.99.")),
    ("Are there at most two dogs?", ("Yes", "No"),
     ("There are at most two dogs.", "It is not the case that there are at most two dogs.")),
    ("Are there only red cars?", ("Yes", "No"),
     ("There are only red cars.", "It is not the case that there are only red cars.")),
    ("Are the two windows open?", ("Yes", "No"), ("The two windows are open.", "The two windows are not open.")),
    ("Which statement about the diagram is right?", ("The larva grows in water", "The pupa seldom moves"),
     ("The larva grows in water.", "The pupa seldom moves.")),
]  # fmt: skip


@pytest.mark.parametrize(("question", "options", "statements"), STATED)
def test_generic_questions_become_statements(question: str, options: tuple, statements: tuple) -> None:
    made = state(question, options, PATTERNS)
    assert made.texts == statements
    assert made.pattern != FALLBACK


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Why is it so?", ("x", "y")),
        ("How many dogs?", ("many", "few")),
        # two questions in one
        ("What color is the car and where is it parked?", ("red", "blue")),
        ("What color is the car and is it parked?", ("red", "blue")),
        ("What is on the table and what is under it?", ("a cup", "a ball")),
        ("What is the name of the dog and who owns it?", ("Bo, Ann", "Ki, Tom")),
        # a number in bounds, of which a yes or no says more than of the things
        *(
            (f"{question}?", ("Yes", "No"))
            for question in (
                "Is at most one window open",
                "Are at least two dogs in the image",
                "Is exactly one window open",
                "Are about ten people sitting",
                "Is only one window open",
                "Do at least two people wear hats",
                "Are fewer than 3 windows open",
                "Can up to two people sit here",
                "Are nearly all windows open",
            )
        ),
        ("Is it?", ("Yes", "maybe")),
        ("x", ("1", "2")),
        ("What color is the car?", ("red", "other")),
        ("What is the shape of the table?", ("round", "none")),
        ("Is the cup next to the plate full of water?", ("yes", "no")),
    ],
)
def test_anything_else_falls_back(question: str, options: tuple) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK
