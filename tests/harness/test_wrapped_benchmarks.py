"""The README's mappings on rows in the published form of the benchmarks that they are for."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasets import Dataset

from lmms_robust.cli.benchmarks import wrap as command
from lmms_robust.harness import docs, wrapped
from tests.conftest import png

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MUG = (
    "The mug is on the shelf.",
    "The mug is behind the lamp.",
    "The mug is under the chair.",
    "The mug is on the lamp.",
)
MINA = "The passage below describes an experiment.\n\nMina weighed two kinds of seeds before and after soaking them.\n"


@dataclass(frozen=True)
class Case:
    """What the rows of a fixture are: (id, question, options, answer, width of the picture) each, and what is said."""

    items: list[tuple[str, str, tuple[str, ...], str, int]]
    summary: str
    left_out: tuple[str, ...] = ()


CASES = {
    "mmstar": Case(
        [
            ("0", "Which option describe the object relationship in the image correctly?", MUG, "C", 20),
            ("1", "Is the gate in the picture open?", ("Yes", "No"), "B", 21),
            ("2", "Which colors does the flag have?", ("red, white and blue", "red and green", "black, gold"), "A", 22),
            ("3", "What is the length of side MN?", (r"$\frac{3}{2}$", r"$\sqrt{5}$", "2", "4"), "B", 23),
            ("4", "Is the left bar taller than the right bar?", ("Yes", "No"), "B", 24),
        ],
        "5 items from all 6 rows (1 broken); answers are read by letter",
        ("row 5: mmstar item '5', column 'question': option '<image 2>' is a picture; allowed: options in words",),
    ),
    "realworldqa": Case(
        [
            (
                "realworldqa-000000",
                "Which way does the van in front of us turn?",
                ("Left", "Straight", "Right"),
                "C",
                20,
            ),
            (
                "realworldqa-000001",
                "Where is the bin relative to the bench?",
                ("The bin is to the left of the bench.", "The bin is to the right of the bench."),
                "A",
                21,
            ),
            ("realworldqa-000004", "What is the speed limit here?", ("30", "50", "70", "100"), "B", 24),
        ],
        "3 items from all 5 rows (2 broken); answers are read by letter",
        (
            r"row 2: column 'question': no options inside 'How many traffic lights are there?\n",
            "row 3: column 'question': no options inside 'Is the crossing light green? ",
        ),
    ),
    "blink": Case(
        [
            ("val_Counting_0", "How many yellow boats are there?", ("0", "3", "2", "1"), "D", 20),
            (
                "val_Relative_Depth_1",
                "Two points are circled on the image, labeled by A and B beside each circle. "
                "Which point is closer to the camera?",
                ("A is closer", "B is closer"),
                "A",
                21,
            ),
            ("val_Spatial_Relation_3", "Is the ladder behind the goat?", ("yes", "no"), "B", 23),
        ],
        "3 items from all 5 rows (1 broken, 1 without one readable picture); answers are read by letter",
        (
            "row 4: blink item 'val_Counting_4': answer 'hidden' in column 'answer'; allowed: the letter of one of",
            "blink item 'val_Visual_Similarity_2', column 'image_1', 'image_2', 'image_3', 'image_4': 3 pictures; "
            "allowed: one in each row",
        ),
    ),
    "ai2d": Case(
        [
            ("ai2d-000000", "What does the fox eat in this food web?", ("grass", "hares", "owls", "algae"), "B", 20),
            ("ai2d-000001", "Which letter marks the larva?", ("d", "a", "c", "b"), "B", 21),
            ("ai2d-000002", "How many stages are shown in the life cycle?", ("3", "2", "1", "4"), "D", 22),
            (
                "ai2d-000003",
                "What happens if the frogs die out?",
                ("Snakes will decrease", "Snakes will increase"),
                "A",
                23,
            ),
        ],
        "4 items from all 4 rows; answers are read by index",
    ),
    "scienceqa": Case(
        [
            (
                "scienceqa-000000",
                f"{MINA}Which question can Mina's experiment best answer?",
                ("Do beans soak up more water than peas?", "Do beans float?"),
                "A",
                20,
            ),
            (
                "scienceqa-000001",
                "What is the name of the colony shown?",
                ("Maine", "Ohio", "Virginia", "Georgia"),
                "C",
                21,
            ),
            (
                "scienceqa-000003",
                "The magnets below differ in their distance only.\n"
                "Compare the pairs of magnets. In which pair is the force stronger?",
                ("Pair 1.", "Pair 2.", "It is the same in both."),
                "B",
                23,
            ),
        ],
        "3 items from all 4 rows (1 without one readable picture); answers are read by index",
        ("scienceqa item 'scienceqa-000002', column 'image': no picture; allowed: ",),
    ),
    "mathvista": Case(
        [
            ("2", "Is the sum of the two shortest bars greater than the longest bar?", ("Yes", "No"), "B", 21),
            ("4", "What fraction of the disc is shaded?", ("3/11", "8/11", "6/11", "3/5"), "B", 23),
            ("5", "Find the length of the arc.", (r"$\frac{2}{3} \pi$", r"$\pi$", "2", "3"), "A", 24),
        ],
        "3 items from all 5 rows (2 not taken by the mapping's filter); answers are read by text",
    ),
}


def mapping(folder: Path, name: str, text: str = "") -> Path:
    """The mapping of the README, as the file that it is named after."""
    found = re.search(rf"^# {name}\.yaml[^\n]*\n(?:#[^\n]*\n)*((?:[^#`\n][^\n]*\n)+)", README, re.MULTILINE)
    (folder / f"{name}.yaml").write_text(text or found[1])
    return folder / f"{name}.yaml"


def wrap(folder: Path, name: str, file: Path, text: str = "") -> str:
    arguments = ["--dataset-path", "parquet", "--data-files", str(file), "--split", "test", "--name", name]
    arguments += ["--mapping", str(mapping(folder, name, text)), "--output", str(folder / "tasks")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def fixture(name: str) -> Path:
    return ROOT / "tests" / "fixtures" / f"{name}.parquet"


@pytest.mark.parametrize("name", CASES)
def test_a_published_form_is_wrapped_by_the_mapping_in_the_readme(tmp_path: Path, caplog, name: str) -> None:
    case = CASES[name]
    assert case.summary in wrap(tmp_path, name, fixture(name)).splitlines()
    for line in case.left_out:
        assert f"left out: {line}" in caplog.text
    rows = Dataset.from_parquet(str(fixture(name)))
    made = wrapped.docs(tmp_path / "tasks" / name / "mapping.yaml", "base", rows)
    found = [
        (doc["id"], doc["question"], tuple(doc["options"]), doc["answer"], docs.picture(doc).width) for doc in made
    ]
    assert found == case.items
    assert {docs.picture(doc).height for doc in made} == {16}
    for doc in made:
        assert all(
            f"{letter}. {option}" in doc["prompt"] for letter, option in zip("ABCD", doc["options"], strict=False)
        )


def test_what_stands_before_a_question_is_shown_but_states_nothing(tmp_path: Path) -> None:
    wrap(tmp_path, "scienceqa", fixture("scienceqa"))
    rows = Dataset.from_parquet(str(fixture("scienceqa")))
    made = wrapped.docs(tmp_path / "tasks" / "scienceqa" / "mapping.yaml", "correct_caption", rows)
    assert f"{MINA}Which question can Mina's experiment best answer?" in made[0]["prompt"]
    assert "Image caption: The name of the colony shown is Virginia." in made[1]["prompt"]


def test_questions_of_free_form_are_named_where_no_filter_leaves_them_out(tmp_path: Path, caplog) -> None:
    text = "{picture: decoded_image, question: question, options: choices, answer: answer}\n"
    assert "3 items from all 5 rows (2 broken); answers are read by text" in wrap(
        tmp_path, "mathvista", fixture("mathvista"), text
    )
    for number in (0, 2):
        assert f"left out: row {number}: column 'choices': 'None'; allowed: a list of options" in caplog.text


def test_each_question_of_hrbench_is_taken_in_one_order_of_its_options(tmp_path: Path) -> None:
    row = {"image": base64.b64encode(png()).decode(), "question": "Which way?", "A": "left", "B": "right"}
    rows = [row | {"C": None, "D": None, "answer": answer, "cycle_category": n} for n, answer in enumerate("BA")]
    Dataset.from_list(rows).to_parquet(tmp_path / "own.parquet")
    printed = wrap(tmp_path, "hrbench", tmp_path / "own.parquet").splitlines()
    assert "1 items from all 2 rows (1 not taken by the mapping's filter); answers are read by letter" in printed
    assert printed[1:4] == [
        "Which way?",
        '  A. left    -> The answer to the question "Which way?" is: left.',
        '* B. right    -> The answer to the question "Which way?" is: right.',
    ]


@pytest.mark.harness
def test_a_wrapped_benchmark_of_several_picture_columns_runs(lmms_eval, tmp_path: Path) -> None:
    wrap(tmp_path, "blink", fixture("blink"))
    run = lmms_eval("out", "robustness_blink", "--include_path", str(tmp_path / "tasks"))
    assert run.status == 0, run.text
    assert "left out: row 4: blink item 'val_Counting_4': answer 'hidden'" in run.text
    assert "left out: benchmark blink item 'val_Visual_Similarity_2': 3 pictures; allowed: one in each row" in run.text
    records = [sample["record"] for sample in run.samples("robustness_blink")]
    assert len(records) == 3 * 12
    assert [record["item"] for record in records[::12]] == [item[0] for item in CASES["blink"].items]
    assert {record["gold"] for record in records} == {"A", "B", "D"}
    assert {name.split(",")[0] for name in run.results["results"]["robustness_blink"]} >= {"acc_base", "worst_acc"}
