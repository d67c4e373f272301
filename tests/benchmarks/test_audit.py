import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.audit import OWN, audit, pattern_of, suspects, write
from lmms_robust.benchmarks.statements import FALLBACK, Pattern, fallback
from tests.conftest import row, rows

SUSPICIOUS = {
    "doubled word": ["The the dog is red.", "The cat is on on the mat."],
    "two articles": ["The dog is left of a the cat.", "The a cat is red."],
    "a before a vowel": ["There is a apple.", "A umbrella is open.", "It is a old car."],
    "an before a consonant": ["There is an dog.", "An uniform hangs there."],
    "is with a plural": ["There is 3 dogs.", "There is two cats in the image."],
    "are with one": ["There are 1 dog.", "There are one cat."],
    "one of many": ["There is 1 organs in the image.", "There is one dogs."],
    "is and are": ["There is a dog and cats are here."],
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
    assert suspects(odd.statements[0], quoted_question=True) == ()


def test_two_statements_that_read_the_same_are_suspects(item) -> None:
    same = replace(item, statements=("It is red.", "It is green.", "It is red !", "It is black."))
    found = [one.suspects for one in audit(same, ())]
    assert "reads like C" in found[0]
    assert "reads like A" in found[2]
    assert found[1] == found[3] == ()


def test_what_made_the_statements_is_named(item) -> None:
    def colored(found: re.Match[str], option: str, _: object) -> str:
        return f"The {found[1]} is {option}."

    pattern = Pattern("color", re.compile(r"What color is the (\w+)\?"), colored)
    assert pattern_of(item, [pattern]) == "color"
    assert pattern_of(replace(item, statements=("W.", "X.", "Y.", "Z.")), [pattern]) == OWN
    fell = tuple(fallback(item.question, option) for option in item.options)
    assert pattern_of(replace(item, statements=fell), []) == FALLBACK


def test_the_csv_has_a_line_a_statement_and_the_report_the_shares(tmp_path: Path) -> None:
    question = "Where is the red circle relative to the blue square?"
    fell = [fallback(question, option) for option in ("to the left", "to the right")]
    odd = row(2, category="odd", statements=["The the circle is left.", "The circle is right."])
    rows(row(0), row(1, statements=fell), odd).to_parquet(tmp_path / "rows.parquet")
    report = "\n".join(write(benchmark("scenes"), tmp_path / "audit.csv", [tmp_path / "rows.parquet"]))
    assert "scenes: 3 items, 66.7% by pattern, 1 by fallback" in report
    assert re.search(r"left_right +fallback +1 50.0%", report)
    assert re.search(r"odd +own +1 100.0%", report)
    assert "fallbacks: 1\n  scenes-x-0001: Where is" in report
    assert "suspects of 6 statements (doubled word 1, two articles 1): 1" in report
    with (tmp_path / "audit.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert len(cells) == 6
    assert cells[4] == {
        "id": "scenes-x-0002", "category": "odd", "pattern": "own", "question": question, "letter": "A",
        "option": "to the left", "is_gold": "yes", "statement": "The the circle is left.",
        "suspects": "doubled word; two articles",
    }  # fmt: skip


def test_the_embedded_benchmark_has_no_suspects(tmp_path: Path) -> None:
    assert "suspects of 1929 statements: 0" in write(benchmark("scenes"), tmp_path / "audit.csv")
