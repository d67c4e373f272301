"""``lmms-robust augment``: from items to training prompts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from datasets import load_dataset
from PIL import Image

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.reading import load
from lmms_robust.cli import main
from lmms_robust.perturbations import build
from lmms_robust.perturbations.columns import variant_of
from lmms_robust.schema import Item
from lmms_robust.training.guard import EvaluationGuard, Known
from lmms_robust.training.sources import evaluation_items, training_items
from tests.benchmarks.fixture import FIXTURES
from tests.conftest import png

HALF = "wrong_caption=.25,wrong_think=.25"


def augment(source: str, output: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["augment", source, "--output", str(output), *more])


def rows(folder: Path) -> list[dict[str, Any]]:
    if (folder / "train.jsonl").exists():
        return [json.loads(line) for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    return [*load_dataset("parquet", data_files=str(folder / "train.parquet"), split="train")]


def asked(folder: Path) -> list[dict[str, Any]]:
    return [row["asked"] if "asked" in row else row["extra_info"]["asked"] for row in rows(folder)]


def files(folder: Path) -> dict[str, str]:
    return {
        str(one.relative_to(folder)): sha256(one.read_bytes()).hexdigest() for one in folder.rglob("*") if one.is_file()
    }


def pixmo(folder: Path) -> list[str]:
    """PixMo-Count's fixture with pictures of our own, all there but that of the last row, whose file has changed."""
    table = pq.read_table(FIXTURES / "pixmo_count.parquet")
    pictures = [png(size=(32 + number, 24)) for number in range(len(table))]
    digests = [sha256(content).hexdigest() for content in pictures]
    place = table.column_names.index("image_sha256")
    pq.write_table(table.set_column(place, "image_sha256", pa.array(digests)), folder / "rows.parquet")
    (folder / "pictures" / "deep").mkdir(parents=True)
    for number, content in enumerate([*pictures[:-1], png("blue")]):
        (folder / "pictures" / "deep" / f"{number}.png").write_bytes(content)
    return ["--data-files", str(folder / "rows.parquet"), "--images", str(folder / "pictures")]


def options(source: str, folder: Path) -> list[str]:
    if source == "scenes":
        return ["--limit", "20"]
    return pixmo(folder) if source == "pixmo_count" else ["--data-files", str(FIXTURES / f"{source}.parquet")]


@pytest.mark.parametrize("form", ["trl", "verl", "jsonl"])
@pytest.mark.parametrize("source", ["scenes", "sat_v2", "geometry3k", "pixmo_count"])
def test_each_source_in_each_format_byte_for_byte(source: str, form: str, tmp_path: Path) -> None:
    given = [*options(source, tmp_path), "--rates", HALF, "--format", form]
    for name in ("one", "two"):
        result = augment(source, tmp_path / name, *given)
        assert result.exit_code == 0, result.output
    assert files(tmp_path / "one") == files(tmp_path / "two")
    found = asked(tmp_path / "one")
    assert found
    assert {row["benchmark"] for row in found} == {source}
    assert {row["variant"] for row in found} <= {"base", "wrong_caption", "wrong_think"}
    for row in found:
        variant = variant_of(row)
        again = build(variant.item, variant.name)
        # statements do not travel, so that what another item would be told is not compared, but what is asked of it
        assert (variant.planted, again.options) == (again.planted, variant.options)
        assert row["answer"] != row["planted"]


def test_a_row_for_trl_is_a_conversation_with_a_started_reply_and_its_picture(tmp_path: Path) -> None:
    augment("scenes", tmp_path / "out", "--limit", "20", "--rates", HALF)
    found = rows(tmp_path / "out")
    assert {row["asked"]["variant"] for row in found} == {"base", "wrong_caption", "wrong_think"}
    scenes = {item.id: content for item, content in training_items("scenes", limit=20)}
    for row in found:
        roles = [message["role"] for message in row["prompt"]]
        started = row["asked"]["variant"] == "wrong_think"
        assert roles == (["user", "assistant"] if started else ["user"])
        assert row["prompt"][0]["content"] == row["asked"]["prompt"]
        if started:
            assert row["prompt"][1]["content"] == row["asked"]["prefill"] != ""
        expected = Image.open(BytesIO(scenes[row["asked"]["id"]]))
        assert row["image"].tobytes() == expected.convert("RGB").tobytes()


def test_a_row_for_verl_has_its_columns_and_the_agent_that_goes_on(tmp_path: Path) -> None:
    augment("scenes", tmp_path / "out", "--limit", "12", "--rates", HALF, "--format", "verl")
    for number, row in enumerate(rows(tmp_path / "out")):
        assert set(row) == {"data_source", "prompt", "images", "ability", "reward_model", "extra_info", "agent_name"}
        (turn,) = row["prompt"]
        assert turn["content"] == "<image>" + row["extra_info"]["asked"]["prompt"]
        assert len(row["images"]) == turn["content"].count("<image>") == 1
        assert row["reward_model"] == {"style": "rule", "ground_truth": row["extra_info"]["asked"]["answer"]}
        assert row["extra_info"]["index"] == number
        assert f"- name: {row['agent_name']}\n" in (tmp_path / "out" / "agent.yaml").read_text()


def test_pictures_of_json_lines_are_files(tmp_path: Path) -> None:
    augment("scenes", tmp_path / "out", "--limit", "5", "--format", "jsonl", "--fresh-epochs", "2")
    found = rows(tmp_path / "out")
    named = {row["image"] for row in found}
    assert len(found) == 10
    assert len(named) == 5
    assert named == {f"pictures/{path.name}" for path in (tmp_path / "out" / "pictures").iterdir()}


def test_the_card_tells_shares_and_source(tmp_path: Path) -> None:
    result = augment("scenes", tmp_path / "out", "--limit", "40", "--rates", "wrong_think=.5", "--seed", "3")
    card = (tmp_path / "out" / "README.md").read_text()
    count = Counter(row["variant"] for row in asked(tmp_path / "out"))
    assert f"| wrong_think | {count['wrong_think']} | {100 * count['wrong_think'] / 40:.1f} | 50.0 |" in card
    assert f"| base | {count['base']} |" in card
    assert "40 prompts about 40 items" in card
    assert "with seed 3" in card
    assert "scenes (600 items)" in card  # the evaluation split that was looked at
    assert "scenes: 40 items, 40 rows, 40 pictures" in result.output


def test_fresh_epochs_draw_anew_and_one_epoch_is_the_first_of_several(tmp_path: Path) -> None:
    augment("scenes", tmp_path / "one", "--limit", "30", "--rates", HALF)
    augment("scenes", tmp_path / "two", "--limit", "30", "--rates", HALF, "--fresh-epochs", "2")
    both = rows(tmp_path / "two")
    first, second = ([row["asked"]["variant"] for row in both if row["epoch"] == epoch] for epoch in (0, 1))
    assert first == [row["variant"] for row in asked(tmp_path / "one")]
    assert len(second) == 30
    assert first != second


def test_a_picture_is_kept_once_however_many_epochs_there_are(tmp_path: Path) -> None:
    sizes = []
    for epochs in (1, 2, 4):
        folder = tmp_path / str(epochs)
        augment("scenes", folder, "--limit", "30", "--fresh-epochs", str(epochs))
        sizes.append((folder / "train.parquet").stat().st_size)
    pictures = sum(len(content) for _, content in training_items("scenes", limit=30))
    assert sizes[0] > 0.9 * pictures
    assert sizes[2] - sizes[0] < 0.5 * pictures


def test_pictures_of_addresses_are_told_by_their_content(tmp_path: Path) -> None:
    result = augment("pixmo_count", tmp_path / "out", *pixmo(tmp_path))
    assert result.exit_code == 0, result.output
    total = pq.read_metadata(FIXTURES / "pixmo_count.parquet").num_rows
    found = rows(tmp_path / "out")
    assert [row["image"].width for row in found] == [32 + row["asked"]["row"] for row in found]
    assert len(found) == total - 1
    assert "left out: 1 without a picture" in result.output


def test_addresses_without_a_folder_are_refused_before_work_starts(tmp_path: Path) -> None:
    result = augment("pixmo_count", tmp_path / "out", "--data-files", str(FIXTURES / "pixmo_count.parquet"))
    assert result.exit_code != 0
    assert "its rows hold addresses of pictures; allowed: with --images DIR" in result.output
    assert not (tmp_path / "out").exists()


def planted(folder: Path, content: bytes, **changes: Any) -> list[str]:
    """Rows of somebody's own: a test item of scenes among two that are none."""
    adapter = benchmark("scenes")
    row = load(adapter).select_columns(["question", "options", "answer"])[7]
    own = {"q": "Where is the cat?", "o": ["left", "right", "above"], "a": "A"}
    table = [
        own | {"i": {"bytes": png(), "path": "a.png"}},
        {"q": row["question"], "o": row["options"], "a": row["answer"], "i": {"bytes": content, "path": "b.png"}}
        | changes,
        own | {"i": {"bytes": png("blue"), "path": "c.png"}},
    ]
    pq.write_table(pa.Table.from_pylist(table), folder / "own.parquet")
    (folder / "own.yaml").write_text("{picture: i, question: q, options: o, answer: a}\n")
    return ["--data-files", str(folder / "own.parquet")]


def known() -> bytes:
    from datasets import Image as Feature

    content: bytes = load(benchmark("scenes")).cast_column("image", Feature(decode=False))[7]["image"]["bytes"]
    return content


def encoded_anew(content: bytes) -> bytes:
    written = BytesIO()
    Image.open(BytesIO(content)).save(written, "BMP")
    return written.getvalue()


@pytest.mark.parametrize("same", ["bytes", "pixels", "words in another order"])
def test_an_item_of_an_evaluation_split_is_refused_and_named(same: str, tmp_path: Path) -> None:
    content = encoded_anew(known()) if same == "pixels" else known()
    changes: dict[str, Any] = {}
    if same == "words in another order":
        row = load(benchmark("scenes"))[7]
        changes = {"o": row["options"][::-1], "q": "  " + row["question"].upper()}
        changes["a"] = "ABCD"[len(row["options"]) - 1 - "ABCD".index(row["answer"])]
    result = augment(str(tmp_path / "own.yaml"), tmp_path / "out", *planted(tmp_path, content, **changes))
    assert result.exit_code == 0, result.output
    assert "refused as items of an evaluation split: 1; looked at: scenes (600)" in result.output
    assert [row["question"] for row in asked(tmp_path / "out")] == ["Where is the cat?"] * 2
    name = load(benchmark("scenes"))[7]["id"]
    assert f"is scenes {name!r}" in result.output


def test_another_picture_or_another_question_is_no_item_of_it(tmp_path: Path) -> None:
    result = augment(str(tmp_path / "own.yaml"), tmp_path / "out", *planted(tmp_path, png("green")))
    assert "refused as items of an evaluation split: 0" in result.output
    other = planted(tmp_path, known(), q="Is this a drawing?", o=["yes", "no"], a="A")
    result = augment(str(tmp_path / "own.yaml"), tmp_path / "other", *other)
    assert "refused as items of an evaluation split: 0" in result.output


def asking(*pictures: str, question: str = "Where is it?", options: tuple[str, ...] = ("left", "right")) -> list[Any]:
    item = Item(question=question, options=options, answer="A", benchmark="b")
    return [(replace(item, id=str(number)), partial(png, picture)) for number, picture in enumerate(pictures)]


SAME = [
    ("Where is it?", ("left", "right")), ("Where  is it", ("Right.", "Left.")), ("WHERE IS IT ?", ("right", "left")),
    ("Where\u200b is it?", ("le\u200dft", "right")), ("Ｗhere is it?", ("left", "right")),
]  # fmt: skip


@pytest.mark.parametrize(("question", "options"), SAME)
def test_words_are_compared_by_letters_and_digits(question: str, options: tuple[str, ...]) -> None:
    guard = EvaluationGuard()
    guard.add("b", asking("red"))
    item = Item(question=question, options=options, answer="A")
    assert guard.known(item, png("red")) == Known("b '0'", same_pixels=True, template=False)
    scaled = guard.known(item, png("blue"))
    assert scaled == Known("b '0'", same_pixels=False, template=False)
    assert scaled.refused


@pytest.mark.parametrize(
    ("question", "options"),
    [("Where is he?", ("left", "right")), ("Where is it?", ("left", "top")), ("Where is it?", ("left", "right", "up")),
     ("Where is it?", ("+", "-"))],
)  # fmt: skip
def test_other_words_are_no_item_of_the_split(question: str, options: tuple[str, ...]) -> None:
    guard = EvaluationGuard()
    guard.add("b", [*asking("red"), *asking("red", options=("+", "/"))])
    assert guard.known(Item(question=question, options=options, answer="A"), png("red")) is None


def test_words_that_a_split_asks_of_several_pictures_tell_nothing_alone() -> None:
    guard = EvaluationGuard()
    guard.add("b", asking("red", "red", "blue"))
    (item, _), *_ = asking("green")
    other, same = guard.known(item, png("green")), guard.known(item, png("blue"))
    assert other is not None
    assert not other.refused
    assert same == Known("b '2'", same_pixels=True, template=True)
    assert same.refused
    once, drawn = EvaluationGuard(), EvaluationGuard()
    once.add("b", asking("red", "red"))
    drawn.add("b", asking("red"), drawn=True)
    assert [one.known(item, png("green")).refused for one in (once, drawn)] == [True, False]  # type: ignore[union-attr]


def test_items_with_an_evaluation_items_words_are_refused_or_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known, read = next(iter(evaluation_items("vstar", [FIXTURES / "vstar.parquet"]).unread))
    scaled = Image.open(BytesIO(read())).convert("RGB").resize((20, 20))
    written = BytesIO()
    scaled.save(written, "PNG")
    own = {"q": "Where is the cat?", "o": ["left", "right", "above"], "a": "A", "i": {"bytes": png(), "path": "a.png"}}
    leaked = {"q": known.question, "o": list(known.options), "a": known.answer,
              "i": {"bytes": written.getvalue(), "path": "b.png"}}  # fmt: skip
    pq.write_table(pa.Table.from_pylist([own, leaked]), tmp_path / "own.parquet")
    (tmp_path / "own.yaml").write_text("{picture: i, question: q, options: o, answer: a}\n")
    more = ["--data-files", str(tmp_path / "own.parquet"), "--guard", f"vstar={FIXTURES / 'vstar.parquet'}"]
    result = augment(str(tmp_path / "own.yaml"), tmp_path / "out", *more)
    assert result.exit_code == 0, result.output
    assert "refused as items of an evaluation split: 1" in result.output
    assert f"is vstar {known.id!r} (same words, other pixels)" in result.output
    assert "1 item(s) refused that have the same words as an evaluation item, and other pixels" in caplog.text
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "1 of them by question and options alone" in card
    assert "0 of the items taken share question and options" in card


def test_a_further_split_is_looked_at_where_it_is_named(tmp_path: Path) -> None:
    source = str(FIXTURES / "whatsup.parquet")
    result = augment("scenes", tmp_path / "out", "--limit", "3", "--guard", f"whatsup={source}")
    assert result.exit_code == 0, result.output
    assert "looked at: scenes (600), whatsup (" in result.output
    again = augment("scenes", tmp_path / "other", "--limit", "3", "--guard", "whatsup", "--guard", "whatsup")
    assert "whatsup stands twice" in again.output


def test_a_seed_that_no_file_can_hold_is_refused_at_the_option(tmp_path: Path) -> None:
    result = augment("scenes", tmp_path / "out", "--limit", "3", "--seed", str(2**63))
    assert result.exit_code == 2
    assert "9223372036854775808 is not in the range" in result.output


def test_scenes_may_be_named_too_though_it_always_is_looked_at(tmp_path: Path) -> None:
    named = augment("scenes", tmp_path / "out", "--limit", "3", "--guard", "scenes")
    assert "looked at: scenes (600)\n" in named.output
    other = augment("scenes", tmp_path / "other", "--limit", "3", "--guard", "scenes=own.parquet")
    assert "--guard 'scenes=own.parquet': its split is drawn" in other.output


def test_rows_with_two_pictures_are_left_out_by_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = pq.read_table(FIXTURES / "sat_v2.parquet").slice(0, 6)
    pictures = [[{"bytes": png(), "path": None}] * count for count in (1, 2, 1)]
    pictures += [[{"bytes": png(), "path": None}] * 2, [], [{"bytes": b"text", "path": None}]]
    place, field = table.column_names.index("images"), table.schema.field("images")
    pq.write_table(table.set_column(place, field, pa.array(pictures, field.type)), tmp_path / "two.parquet")
    result = augment("sat_v2", tmp_path / "out", "--data-files", str(tmp_path / "two.parquet"))
    assert "sat_v2: 2 items" in result.output
    said = "2 with several pictures, 1 without a picture, 1 with an unreadable picture"
    assert f"left out: {said}\n" in result.output
    assert f"Left out: {said}.\n" in (tmp_path / "out" / "README.md").read_text()
    assert "sat_v2 item 'sat_v2-000001'" in caplog.text
    assert "2 pictures; allowed: one in each row" in caplog.text


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert augment("scenes", tmp_path / "out", "--limit", "3").exit_code != 0
    assert not any((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["scene"],
            "unknown training source 'scene'; did you mean 'scenes'? allowed: scenes, sat_v2, pixmo_count, geometry3k, "
            "or a mapping file MAPPING.yaml",
        ),
        (["scenes", "--rates", "wrong=.1"], "wrong"),
        (["scenes", "--data-files", str(FIXTURES / "sat_v2.parquet")], "scenes are drawn"),
        (["own.yaml"], "no rows; allowed: with --data-files"),
    ],
)
def test_what_cannot_work_is_refused_in_a_line(given: list[str], said: str, tmp_path: Path) -> None:
    result = augment(given[0], tmp_path / "out", *given[1:])
    assert result.exit_code != 0
    assert said in result.output
    assert not (tmp_path / "out").exists()
