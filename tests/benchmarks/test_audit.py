import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from datasets import Dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.audit import OWN, UNKNOWN, audit, pattern_of, report, suspects, write
from lmms_robust.statements.state import FALLBACK, Pattern, fallback
from tests.conftest import row, rows

SUSPICIOUS = {
    "doubled word": ["The the dog is red.", "The cat is on on the mat."],
    "two articles": ["The dog is left of a the cat.", "The a cat is red."],
    "a before a vowel": ["There is a apple.", "A umbrella is open.", "It is a old car."],
    "an before a consonant": ["There is an dog.", "An uniform hangs there."],
    "verb of another number": ["There is 3 dogs.", "There is two cats in the image.", "There are 1 dog."],
    "noun of another number": ["There is 1 organs in the image.", "There is one dogs."],
    "no verb": ["The organ labelled C."],
    "no final stop": ["The dog is red", "The dog is"],
    "question mark": ["The dog is red?."],
    "option letter": ["A. yes.", "The answer is (B) red.", "The dog is B) red."],
    "two spaces": ["The dog  is red.", "The dog is red. "],
    "space before a stop": ["The dog is red ."],
    "doubled stop": ["The dog is red..", "The dog is red,."],
    "lower-case start": ["the dog is red."],
    "unbalanced parentheses": ["The dog (red is here.", "The dog) is here."],
}
SOUND = [
    "There is 1 organ in the image.",
    "There are 3 organs in the image.",
    "There is no bus in the image.",
    "There is 1 bus in the image.",
    "The dog is to the left of an SUV.",
    "A uniform and a one-way sign are visible.",
    "It took an hour.",
    "We can make a U-turn here.",
    "The dog is an X-ray dog.",
    "The plate number is A12.",
    'The sign says "stop."',
    "The man said that that dog is his.",
    "The sofa (annotated by the red box) is to the right of the cushion.",
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in SUSPICIOUS.items() for text in texts])
def test_ungrammatical_statements_are_suspects(name: str, text: str) -> None:
    assert name in suspects(text)


@pytest.mark.parametrize("text", SOUND)
def test_sound_statements_are_none(text: str) -> None:
    assert suspects(text) == ()


def test_the_question_that_a_fallback_quotes_is_not_looked_at(item) -> None:
    odd = replace(item, statements=tuple(fallback("what  the the (color?", option) for option in item.options))
    assert suspects(odd.statements[0]) == ()
    assert suspects('The answer to the question "Why?" is: "Who  is the the?".') == ()
    assert suspects('None of the other answers to the question "what  the the?" is right') == ("no final stop",)


def test_two_statements_that_read_the_same_are_suspects(item) -> None:
    same = replace(item, statements=("It is red.", "It is green.", "It is red !", "It is black."))
    found = [one.suspects for one in audit(same, OWN)]
    assert "reads like C" in found[0]
    assert "reads like A" in found[2]
    assert found[1] == found[3] == ()


def test_what_made_the_statements_is_named(item) -> None:
    def colored(found: re.Match[str], option: str, _: object) -> str:
        return f"The {found[1]} is {option}."

    pattern = Pattern("color", re.compile(r"What color is the (\w+)\?"), colored)
    bare, patterned = benchmark("scenes"), replace(benchmark("scenes"), patterns=(pattern,))
    fell = replace(item, statements=tuple(fallback(item.question, option) for option in item.options))
    odd = replace(item, statements=("W.", "X.", "Y.", "Z."))
    assert pattern_of(patterned, item, {}) == "color"
    assert pattern_of(bare, fell, {}) == FALLBACK
    assert pattern_of(bare, odd, {}) == OWN
    assert pattern_of(patterned, odd, {}) == pattern_of(patterned, fell, {}) == UNKNOWN


def mmbench(index: int, question: str, hint: str, options: list[str]) -> dict[str, object]:
    cells = dict(zip("ABCD", [*options, "nan", "nan"], strict=False))
    return {"index": index, "question": question, "hint": hint, "answer": "A", "category": "c", "image": None} | cells


def test_a_question_after_a_hint_is_reported_by_what_its_statements_were_made_of(tmp_path: Path) -> None:
    hint = "How many cups are in the image?\nThe passage tells of cups."
    made = [
        mmbench(1, "Why did Ada choose it?", hint, ["wax", "snow"]),
        mmbench(2, "How many dogs are in the image?", hint, ["2", "3"]),
        mmbench(3, "How many dogs are in the image?", "nan", ["2", "3"]),
        mmbench(4, "Why did\nAda choose it?", "nan", ["wax", "snow"]),
    ]
    Dataset.from_list(made).to_parquet(tmp_path / "rows.parquet")
    first = write(benchmark("mmbench"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"])[0]
    assert first == "mmbench: 4 items, their statements 2 (50.0%) by pattern, 2 (50.0%) by fallback"
    with (tmp_path / "audit.csv").open(newline="") as file:
        found = {line["id"]: (line["pattern"], line["statement"], line["suspects"]) for line in csv.DictReader(file)}
    assert found == {
        "1": ("fallback", 'The answer to the question "Why did Ada choose it?" is: snow.', ""),
        "2": ("count", "There are 3 dogs in the image.", ""),
        "3": ("count", "There are 3 dogs in the image.", ""),
        "4": ("fallback", 'The answer to the question "Why did Ada choose it?" is: snow.', ""),
    }


def test_rows_that_make_no_item_are_counted(tmp_path: Path) -> None:
    made = [
        mmbench(number, f"How many dogs are in the image? ({number})", "nan", ["2", "3"]) for number in (1, 1_000_001)
    ]
    Dataset.from_list(made).to_parquet(tmp_path / "rows.parquet")
    said = write(benchmark("mmbench"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"])
    assert said[-1] == "rows that make no item: 1 copied with rotated options"


def test_every_row_that_is_left_out_for_a_fault_is_named_with_it(tmp_path: Path) -> None:
    question = "How many dogs are in the image?"
    made = [mmbench(number, question, "nan", ["2", "3"]) for number in (1, 2, 2)]
    made += [mmbench(3, question, "nan", ["2", "2"]), mmbench(4, question, "nan", ["two", "2"])]
    Dataset.from_list(made).to_parquet(tmp_path / "rows.parquet")
    said = write(benchmark("mmbench"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"])
    assert said[-4:] == [
        "rows that make no item: 2 broken, 1 repeated",
        "  row 2 repeats row 1 (id '2')",
        "  row 3: mmbench item '3': 1 option(s); allowed: 2 to 10 different ones",
        "  row 4: mmbench item '4': no option says anything else than 'two'; allowed: a right one and a different one",
    ]


def test_the_csv_has_a_line_a_statement_and_the_report_the_shares(tmp_path: Path) -> None:
    question = "Where is the red circle relative to the blue square?"
    fell = [fallback(question, option) for option in ("to the left", "to the right")]
    odd = row(2, category="odd", statements=["The the circle is left.", "The circle is right."])
    rows(row(0), row(1, statements=fell), odd).to_parquet(tmp_path / "rows.parquet")
    said = "\n".join(write(benchmark("scenes"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"]))
    assert "scenes: 3 items, their statements 1 (33.3%) by fallback, 2 (66.7%) brought by the data" in said
    assert re.search(r"left_right +fallback +1 50.0%", said)
    assert re.search(r"odd +own +1 100.0%", said)
    assert 'fallbacks: 1\n  scenes-x-0001 A: The answer to the question "Where is' in said
    assert "suspects of 6 statements (doubled word 1, leaves out of the question 2, two articles 1): 2" in said
    with (tmp_path / "audit.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert len(cells) == 6
    assert cells[4] == {
        "id": "scenes-x-0002", "category": "odd", "pattern": "own", "question": question, "letter": "A",
        "option": "to the left", "is_gold": "yes", "statement": "The the circle is left.",
        "suspects": "doubled word; two articles; leaves out of the question: red, blue, square",
    }  # fmt: skip


def test_the_report_has_a_line_an_entry_however_long_names_and_statements_are(item) -> None:
    long = replace(item, id="x", category="c" * 40, statements=(f"It is\n{'red ' * 99}.", "B.", "C.", "D."))
    lines = list(report("b", [audit(long, "p" * 50)[0], *audit(item, "q")]))
    assert lines[1:3] == [f"  {'c' * 40}  {'p' * 50}      1 100.0%", f"  {'color':40}  {'q':50}      1 100.0%"]
    assert lines[-1].startswith("  x A: It is red red red ")
    assert len(lines[-1].split(" [")[0]) < 180
    assert "… [doubled word, space before a stop" in lines[-1]


def test_the_embedded_benchmark_has_no_suspects(tmp_path: Path) -> None:
    assert "suspects of 1929 statements: 0" in write(benchmark("scenes"), tmp_path / "audit.csv")


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    first = row(0, question="=HYPERLINK(1)?", options=["+1", "-1"], statements=["@SUM is it.", "It is -1."])
    rows(first, row(1)).to_parquet(tmp_path / "rows.parquet")
    write(benchmark("scenes"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"])
    with (tmp_path / "audit.csv").open(newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert "'=HYPERLINK(1)?" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
