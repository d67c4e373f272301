import base64
import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasets import ClassLabel, Dataset, Features, Image, List, Value
from PIL import Image as Pillow

from lmms_robust.cli.benchmarks import wrap as command
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.harness import docs, wrapped
from lmms_robust.harness.reading import task_paths
from lmms_robust.harness.rows import Rows
from lmms_robust.harness.show import show
from lmms_robust.harness.wrap import wrap
from lmms_robust.perturbations import VARIANTS
from tests.conftest import png
from tests.harness import forked
from tests.harness.conftest import environment
from tests.pages.made import inside, lmms_robust
from tests.report.samples import line, log, record

MAPPING = """\
picture: image
question: question
options: {inside: question}
answer: answer
category: kind
where: {kind: [color, place]}
"""
SAME = ("item", "question", "options", "variant", "injection", "gold", "planted", "answer", "conclusion", "consistent")
"""What a record holds in either harness."""

QUESTION = "What color is the dog?\n(A) red\n(B) blue\nAnswer with the letter."


def own(number: int = 0, **changes: object) -> dict:
    return {
        "question": QUESTION, "answer": "AB"[number % 2], "kind": "color", "image": {"bytes": png(), "path": None},
    } | changes  # fmt: skip


def data(folder: Path, *made: dict) -> Path:
    features = Features({name: Value("string") for name in ("question", "answer", "kind")} | {"image": Image()})
    Dataset.from_list(list(made), features=features).to_parquet(folder / "own.parquet")
    return folder / "own.parquet"


def mapping(folder: Path, text: str = MAPPING) -> Path:
    (folder / "own.yaml").write_text(text)
    return folder / "own.yaml"


def made(folder: Path, *rows: dict, text: str = MAPPING, harness: str = "lmms_eval") -> Path:
    source = Rows("parquet", "test", files=(data(folder, *rows),))
    return wrap(source, mapping(folder, text), "mybench", folder / "tasks", harness).folder / "mybench"


def test_a_report_shows_the_pictures_of_wrapped_rows(tmp_path: Path) -> None:
    pictures = [png("red"), png("blue")]
    folder = made(tmp_path, *(own(n, image={"bytes": one, "path": None}) for n, one in enumerate(pictures)))
    digests = [sha256(one).hexdigest()[:16] for one in pictures]
    samples = [
        line(record(f"{digest}-{n}", "base", "A", True, benchmark="mybench", digest=f"{digest}-{n}", picture=digest))
        for digest in digests
        for n in range(2)
    ]
    log(tmp_path / "run" / "m", "d1", "robustness_mybench", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--include-path", folder.parent)
    data = inside((tmp_path / "page" / "index.html").read_text())
    assert data["index"]["pictures"] == dict.fromkeys(digests, 0)
    assert sorted(data["pictures-0"]) == sorted(digests)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page")
    assert inside((tmp_path / "page" / "index.html").read_text())["index"]["pictures"] == {}


def test_every_variant_and_the_suite_become_tasks(tmp_path: Path) -> None:
    folder = made(tmp_path, own(0), own(1))
    expected = {f"robust_mybench_{variant}" for variant in VARIANTS} | {"robustness_mybench"}
    assert set(task_paths(folder)) == expected
    assert (
        "process_docs: !function mybench_docs.wrong_think\n" in (folder / "robust_mybench_wrong_think.yaml").read_text()
    )
    assert str(tmp_path / "own.parquet") in (folder / "_default_template_yaml").read_text()
    assert "answer:\n  letter: answer" in (folder / "mapping.yaml").read_text()


def test_the_tasks_of_the_other_harness_name_its_functions(tmp_path: Path) -> None:
    folder = made(tmp_path, own(0), harness="lm_eval")
    leaf = (folder / "robust_mybench_wrong_think.yaml").read_text()
    assert "process_docs: !function mybench_docs.wrong_think\n" in leaf
    assert "process_results: !function lmms_robust.harness.lm_eval.process_results\n" in leaf
    assert "gen_prefix: prefill" in (folder / "_default_template_yaml").read_text()
    assert not any("harness.lmms_eval" in path.read_text() for path in folder.iterdir())


def test_the_written_functions_make_docs(tmp_path: Path) -> None:
    folder = made(tmp_path, own(0), own(1, kind="other"), own(1))
    namespace: dict = {"__file__": str(folder / "mybench_docs.py")}
    exec((folder / "mybench_docs.py").read_text(), namespace)
    rows = Dataset.from_parquet(str(tmp_path / "own.parquet"))
    found = namespace["wrong_caption"](rows)
    assert found["id"] == ["mybench-000000", "mybench-000002"]
    assert "Image caption: The dog is blue." in found[0]["prompt"]
    assert [docs.picture(doc).size for doc in found] == [(32, 24)] * 2
    assert len(namespace["suite"](rows)) == 2 * len(VARIANTS)


def test_pictures_as_base64_and_as_file_names_are_found(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(png(size=(6, 3)))
    stored = {"base64": base64.b64encode(png(size=(6, 3))).decode(), "named": "a.png"}
    for kind, value in stored.items():
        (tmp_path / f"{kind}.json").write_text(json.dumps([own(0, image=value)]))
        text = MAPPING + ("images: pictures\n" if kind == "named" else "")
        result = wrap(
            Rows("json", "test", files=(tmp_path / f"{kind}.json",)), mapping(tmp_path, text), kind, tmp_path / "t"
        )
        assert result.shown[0][1] == (6, 3)
        rows = Dataset.from_json(str(tmp_path / f"{kind}.json"))
        (doc,) = wrapped.docs(tmp_path / "t" / kind / "mapping.yaml", "base", rows)
        assert docs.picture(doc).size == (6, 3)


def test_tables_of_text_are_copied_so_that_the_harness_reads_the_same_cells(tmp_path: Path) -> None:
    picture = base64.b64encode(png()).decode()
    lines = ["id\timage\tquestion\tA\tB\tgold", f"7\t{picture}\tHow high is it?\t3.0\tNone\tB"]
    (tmp_path / "own.tsv").write_text("\n".join(lines))
    text = "picture: image\nquestion: question\noptions: [A, B]\nanswer: {letter: gold}\nid: id\n"
    result = wrap(Rows("csv", "dev", files=(tmp_path / "own.tsv",)), mapping(tmp_path, text), "mybench", tmp_path / "t")
    item = result.shown[0][0]
    assert (item.id, item.options, item.answer) == ("7", ("3.0", "None"), "B")
    copied = Dataset.from_parquet(str(tmp_path / "t" / "mybench" / "rows.parquet"))
    assert copied[0]["A"] == "3.0"
    assert (
        str(tmp_path / "t" / "mybench" / "rows.parquet")
        in (tmp_path / "t" / "mybench" / "_default_template_yaml").read_text()
    )


BAD = {
    "column": (MAPPING.replace("kind", "sort"), [own()], "no column 'sort' in the data; found: question, answer, kind"),
    "picture column": (
        MAPPING.replace("picture: image", "picture: img"),
        [own()],
        "no column 'img' in the data; found:",
    ),
    "no options": (
        MAPPING,
        [own(question="Why?")],
        "none of 1 row.s. has options; the first: column 'question': no options inside 'Why",
    ),
    "no answer": (MAPPING, [own(answer="red and blue")], r"answers such as \['red and blue'\]; allowed: letter, index"),
    "no picture": (MAPPING, [own(image=None)], "mybench item 'mybench-000000', column 'image': no picture"),
    "filter": (
        MAPPING.replace("[color, place]", "none"),
        [own(), own(1, kind="place")],
        r"where {'kind': \['none'\]} takes none of 2 row\(s\); found, to begin with: kind 'color', 'place'; allowed: ",
    ),
    "id twice": (MAPPING + "id: kind\n", [own(), own()], "rows 0 and 1 share the id 'color'"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mapping_that_does_not_fit_is_one_line_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    text, rows, message = BAD[case]
    with pytest.raises(RobustError, match=message) as raised:
        made(tmp_path, *rows, text=text)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "tasks").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [("My-Bench", "allowed: lower-case letters"), ("a__b", "lower-case"), ("scenes", "is a benchmark of lmms-robust")],
)
def test_a_bad_name_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(RobustError, match=message):
        wrap(Rows("parquet", "test", files=(data(tmp_path, own()),)), mapping(tmp_path), name, tmp_path)


def test_tasks_that_exist_are_not_overwritten(tmp_path: Path) -> None:
    made(tmp_path, own())
    with pytest.raises(RobustError, match="mybench exists; remove it"):
        made(tmp_path, own())


def test_files_and_their_format_must_agree(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="'json' with parquet files; allowed: parquet"):
        wrap(Rows("json", "test", files=(data(tmp_path, own()),)), mapping(tmp_path), "m", tmp_path)
    with pytest.raises(RobustError, match="'parquet' without files; allowed: with --data-files"):
        wrap(Rows("parquet", "test"), mapping(tmp_path), "m", tmp_path)


def test_show_says_that_the_file_of_a_task_is_gone(tmp_path: Path) -> None:
    folder = made(tmp_path, own())
    (tmp_path / "own.parquet").unlink()
    with pytest.raises(RobustError, match=r"own.parquet.*allowed: the files where they were when the task was written"):
        list(show("robust_mybench_base", folder, 1, "inline"))


def test_only_the_first_rows_are_looked_at(tmp_path: Path, caplog) -> None:
    source = Rows("parquet", "test", files=(data(tmp_path, own(0), own(1, kind="other"), own(2), own(3, answer="?")),))
    result = wrap(source, mapping(tmp_path), "mybench", tmp_path / "tasks", check_rows=2)
    assert (result.rows, result.items, result.whole) == (3, 2, False)
    assert [item.id for item, _ in result.shown] == ["mybench-000000", "mybench-000002"]
    lines = list(result.render())
    assert "2 items from the first 3 rows (1 not taken by the mapping's filter); answers are read by letter" in lines
    assert "rows after these are read when a task starts; broken ones are then named, counted" in str(
        [*result.render()]
    )
    assert caplog.text == ""
    assert len(wrapped.docs(tmp_path / "tasks" / "mybench" / "mapping.yaml", "base", rows_of(tmp_path))) == 2
    assert "left out: row 3: mybench item 'mybench-000003': answer '?' in column 'answer'" in caplog.text
    assert "left out 1 row(s) (1 broken)" in caplog.text


def rows_of(folder: Path) -> Dataset:
    return Dataset.from_parquet(str(folder / "own.parquet"))


def not_a_number() -> bytes:
    """A float picture, of one pixel that is no brightness."""
    Pillow.new("F", (1, 1), float("nan")).save(out := BytesIO(), "TIFF")
    return out.getvalue()


@pytest.mark.parametrize("picture", [png()[:40], not_a_number()])
def test_a_picture_that_cannot_be_shown_is_named_and_left_out(tmp_path: Path, caplog, picture: bytes) -> None:
    broken = own(0, image={"bytes": picture, "path": None})
    source = Rows("parquet", "test", files=(data(tmp_path, broken, own(1)),))
    result = wrap(source, mapping(tmp_path), "mybench", tmp_path / "tasks")
    assert (result.items, [item.id for item, _ in result.shown]) == (1, ["mybench-000001"])
    assert "left out: mybench item 'mybench-000000', column 'image': unreadable picture" in caplog.text


def test_one_picture_in_a_list_is_taken_and_a_row_with_more_is_left_out_by_name(tmp_path: Path, caplog) -> None:
    features = Features({name: Value("string") for name in ("question", "answer", "kind")} | {"image": List(Image())})
    one = {"bytes": png(), "path": None}
    rows = [own(0, image=[one]), own(1, image=[one, one])]
    Dataset.from_list(rows, features=features).to_parquet(tmp_path / "own.parquet")
    data = Rows("parquet", "test", files=(tmp_path / "own.parquet",))
    assert wrap(data, mapping(tmp_path), "mybench", tmp_path / "t").items == 1
    assert "2 pictures; allowed: one in each row" in caplog.text


def test_a_row_gives_no_orders_to_a_terminal(tmp_path: Path) -> None:
    asked = own(0, question="What color is the dog?\x1b]0;title\x07\n(A) red\x1b[2J\n(B) blue")
    result = wrap(Rows("parquet", "test", files=(data(tmp_path, asked),)), mapping(tmp_path), "mybench", tmp_path / "t")
    printed = "\n".join(result.render())
    assert r"dog?\x1b]0;title\x07" in printed
    assert "\x1b" not in printed


def test_numbers_of_classes_are_read_by_their_names(tmp_path: Path) -> None:
    features = Features(
        {
            "question": Value("string"), "image": Image(), "options": List(Value("string")),
            "answer": ClassLabel(names=["cat", "dog"]), "kind": ClassLabel(names=["color", "place"]),
        }
    )  # fmt: skip
    made = [own(0, options=["dog", "cat"], answer=0, kind=1), own(1, options=["dog", "cat"], answer=0, kind=0)]
    Dataset.from_list(made, features=features).to_parquet(tmp_path / "own.parquet")
    text = (
        "{picture: image, question: question, options: options, answer: answer, category: kind, where: {kind: place}}"
    )
    source = Rows("parquet", "test", files=(tmp_path / "own.parquet",))
    item = wrap(source, mapping(tmp_path, text), "mybench", tmp_path / "t").shown[0][0]
    assert (item.options, item.answer, item.category) == (("dog", "cat"), "B", "place")
    (doc,) = wrapped.docs(tmp_path / "t" / "mybench" / "mapping.yaml", "base", rows_of(tmp_path))
    assert (doc["answer"], doc["category"]) == ("B", "place")


def test_the_command_prints_two_items_and_how_to_run(tmp_path: Path) -> None:
    rows = data(tmp_path, own(0), own(1), own(0), own(0, answer="E"))
    arguments = ["--dataset-path", "parquet", "--data-files", rows, "--split", "test", "--mapping", mapping(tmp_path)]
    arguments += ["--name", "mybench", "--output", tmp_path / "tasks"]
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("=== mybench-") == 2
    assert "* A. red    -> The dog is red." in result.stdout
    assert "3 items from all 4 rows (1 broken); answers are read by letter" in result.stdout
    assert f"--include_path {tmp_path / 'tasks'}" in result.stdout


@pytest.mark.harness
def test_a_wrapped_task_runs_in_both_harnesses_with_the_same_answers(lmms_eval, tmp_path: Path) -> None:
    broken = own(0, image={"bytes": b"no picture", "path": None})
    made(tmp_path, own(0), broken, own(1), own(0, answer="?"), own(0))
    (tmp_path / "tasks").rename(tmp_path / "lmms_tasks")
    made(tmp_path, own(0), broken, own(1), own(0, answer="?"), own(0), harness="lm_eval")
    tasks = ("robust_mybench_wrong_think", "robust_mybench_wrong_caption")
    more = ("--include_path", str(tmp_path / "lmms_tasks"), "--gen_kwargs", "max_new_tokens=48")
    run = lmms_eval("out", ",".join(tasks), *more)
    assert run.status == 0, run.text
    assert set(run.results["results"]) == set(tasks)
    given = [
        *("run", "--model", "hf-multimodal", "--device", "cpu"),
        *("--model_args", f"pretrained={TINY_MODEL},dtype=float32", "--tasks", ",".join(tasks)),
        *("--include_path", str(tmp_path / "tasks"), "--apply_chat_template", "--batch_size", "16"),
        *("--gen_kwargs", "max_gen_toks=48", "--output_path", str(tmp_path / "lm"), "--log_samples"),
    ]
    done = forked.run("lm_eval", given, tmp_path, environment())
    assert done.returncode == 0, done.stderr
    for text in (run.text, done.stdout + done.stderr):
        assert "left out: row 3: mybench item 'mybench-000003': answer '?'" in text
        assert "left out: benchmark mybench item 'mybench-000001': unreadable picture" in text
    for task in tasks:
        (log,) = (tmp_path / "lm").rglob(f"samples_{task}_*.jsonl")
        theirs = [json.loads(line)["record"] for line in log.read_text().splitlines()]
        mine = [sample["record"] for sample in run.samples(task)]
        assert [record["item"] for record in mine] == [f"mybench-00000{n}" for n in (0, 2, 4)]
        assert [{key: record[key] for key in SAME} for record in theirs] == [
            {key: record[key] for key in SAME} for record in mine
        ]
        assert {record["injection"] for record in mine} == {"prefill" if task.endswith("think") else "none"}
    responses = [sample["filtered_resps"] for sample in run.samples("robust_mybench_wrong_think")]
    assert all("The dog is" in response for response in responses)
