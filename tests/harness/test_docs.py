import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from datasets import Dataset
from PIL import Image as PillowImage
from PIL import ImageFile

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.captions import digest
from lmms_robust.errors import RobustError
from lmms_robust.harness import docs
from lmms_robust.harness.settings import CAPTIONS_VARIABLE
from lmms_robust.perturbations import VARIANTS
from tests.conftest import cut, png, row, rows


def test_all_variants_of_an_item_are_adjacent_rows() -> None:
    made = docs.variant_docs("scenes", tuple(VARIANTS), rows(row(0), row(1)))
    assert [doc["variant"] for doc in made] == list(VARIANTS) * 2
    assert [doc["id"] for doc in made] == ["scenes-x-0000"] * 12 + ["scenes-x-0001"] * 12


def test_a_doc_finds_the_picture_of_its_own_row() -> None:
    pictured = rows(*(row(n, image={"bytes": png(color), "path": None}) for n, color in enumerate(("red", "blue"))))
    made = docs.variant_docs("scenes", ("base", "wrong_think"), pictured)
    assert [docs.picture(doc).getpixel((0, 0)) for doc in made] == [(255, 0, 0)] * 2 + [(0, 0, 255)] * 2
    assert all(docs.picture(doc).mode == "RGB" for doc in made)


def test_a_probe_has_the_same_docs_with_the_reply_forced_up_to_the_answer() -> None:
    plain, probe = (docs.variant_docs("scenes", tuple(VARIANTS), rows(row(0)), probe=probe) for probe in (False, True))
    assert plain["probe"] == [False] * 12
    assert probe["probe"] == [True] * 12
    assert probe["prefill"] != plain["prefill"]
    rest = [name for name in plain.column_names if name not in ("prefill", "probe")]
    assert probe.select_columns(rest).to_list() == plain.select_columns(rest).to_list()
    for before, after in zip(plain["prefill"], probe["prefill"], strict=True):
        assert after.startswith(before)
        assert after.endswith("</think><answer>")


def test_pictures_are_read_by_several_threads_at_once(monkeypatch) -> None:
    colors = [f"#0000{n:02x}" for n in range(60)]
    pictured = rows(*(row(n, image={"bytes": png(color), "path": None}) for n, color in enumerate(colors)))
    made = docs.variant_docs("scenes", ("base",), pictured)
    monkeypatch.setattr(docs, "_MOST_PIXELS", 50 * 32 * 24)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(docs.picture, [made[n] for n in range(60)] * 20))
    finally:
        sys.setswitchinterval(interval)
    assert [image.getpixel((0, 0)) for image in found] == [(0, 0, n) for n in range(60)] * 20


def test_docs_hold_text_only_and_pictures_are_neither_copied_nor_encoded_again(tmp_path) -> None:
    noise = PillowImage.effect_noise((900, 900), 90).convert("RGB")
    noise.save(tmp_path / "noise.png")
    content = (tmp_path / "noise.png").read_bytes()
    source = rows(*(row(n, image={"bytes": content, "path": None}) for n in range(8)))
    source.to_parquet(tmp_path / "rows.parquet")
    loaded = Dataset.from_parquet(str(tmp_path / "rows.parquet"), cache_dir=str(tmp_path / "cache"))
    before = sorted(path for path in (tmp_path / "cache").rglob("*") if path.suffix == ".arrow")
    made = docs.variant_docs("scenes", tuple(VARIANTS), loaded)
    after = sorted(path for path in (tmp_path / "cache").rglob("*") if path.suffix == ".arrow")
    assert before == after
    assert len(content) > 500_000
    assert made.data.nbytes < 12 * 8 * 3_000
    source = docs._SOURCES[made[0]["source"]]
    kept = source.rows.data.column("image")[0].as_py()["bytes"]
    assert hashlib.sha256(kept).digest() == hashlib.sha256(content).digest()


def test_the_source_names_the_pictures_not_the_machine() -> None:
    one = docs.variant_docs("scenes", ("base",), rows(row(0)))[0]["source"]
    same = docs.variant_docs("scenes", ("base",), rows(row(0)))[0]["source"]
    other = docs.variant_docs("scenes", ("base",), rows(row(0, image={"bytes": png("green"), "path": None})))
    assert one == same != other[0]["source"]


BAD = {
    "missing picture": (row(1, image=None), "item 'scenes-x-0001': no picture"),
    "corrupt picture": (row(1, image={"bytes": png()[:50], "path": None}), "item 'scenes-x-0001': unreadable picture"),
    "cut JPEG": (row(1, image={"bytes": cut("JPEG"), "path": None}), "item 'scenes-x-0001': unreadable picture"),
    "cut BMP": (row(1, image={"bytes": cut("BMP"), "path": None}), "item 'scenes-x-0001': unreadable picture"),
    "cut WEBP": (row(1, image={"bytes": cut("WEBP"), "path": None}), "item 'scenes-x-0001': unreadable picture"),
    "no picture at all": (row(1, image={"bytes": b"text", "path": None}), "item 'scenes-x-0001': unreadable picture"),
    "picture file missing": (
        row(1, image={"bytes": None, "path": "/nowhere.png"}),
        "path '/nowhere.png' without a folder",
    ),
    "one option": (row(1, options=["x"], statements=["X."]), "1 option(s); allowed: 2 to 10"),
    "equal options": (row(1, options=["left", "left "]), "1 option(s); allowed: 2 to 10"),
    "answer that is no option": (row(1, answer="C"), "answer 'C'; allowed: A, B"),
    "no options": (row(1, options=None), "1': 0 option(s); allowed: 2 to 10"),
    "an option that is null": (row(1, options=[None, "b"]), "allowed: a list of texts"),
    "no statements": (row(1, statements=None), "no statements; allowed: one for each"),
    "no question": (row(1, question=None), "question, an option or a statement is None"),
    "an id twice": (row(0), "rows 0 and 1 share the id 'scenes-x-0000'"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_refused_in_one_line_that_names_it(case: str) -> None:
    bad, message = BAD[case]
    with pytest.raises(RobustError) as raised:
        docs.variant_docs("scenes", ("base",), rows(row(0), bad))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_cut_picture_is_found_though_the_harness_has_pillow_fill_pictures_up(monkeypatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(RobustError, match="unreadable picture"):
        docs.variant_docs("scenes", ("base",), rows(row(0, image={"bytes": cut("JPEG"), "path": None})))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_a_picture_whose_decoder_fails_in_its_own_way_is_one_line(monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("Failed to decode image: Missing or empty image item")

    source = rows(row(4711))
    monkeypatch.setattr("PIL.Image.Image.load", fails)  # as for AVIF pictures that are broken
    with pytest.raises(RobustError, match=r"unreadable picture \(Failed to decode image"):
        docs.variant_docs("scenes", ("base",), source)


def test_a_missing_column_is_named_with_those_found() -> None:
    with pytest.raises(RobustError, match=r"missing column\(s\) answer; found: category, id, image"):
        docs.variant_docs("scenes", ("base",), rows(row(0)).remove_columns("answer"))


def test_no_rows_is_an_error() -> None:
    with pytest.raises(RobustError, match="no rows"):
        docs.variant_docs("scenes", ("base",), rows(row(0)).select([]))


def test_unknown_names_are_errors() -> None:
    with pytest.raises(RobustError, match="unknown benchmark 'scene'; did you mean 'scenes'"):
        docs.variant_docs("scene", ("base",), rows(row(0)))
    with pytest.raises(RobustError, match="unknown variant 'bas'; did you mean 'base'"):
        docs.variant_docs("scenes", ("bas",), rows(row(0)))


def test_captions_of_a_named_file_stand_in_captions_only_and_say_where_they_come_from(tmp_path, monkeypatch) -> None:
    line = {
        "id": "scenes-x-0000",
        "benchmark": "scenes",
        "digest": digest(benchmark("scenes").to_item(row(0), 0)),
        "captions": ["Red, then blue.", "Blue, then red."],
        "model": "m",
        "template_hash": "h",
    }
    (tmp_path / "captions.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setenv(CAPTIONS_VARIABLE, str(tmp_path / "captions.jsonl"))
    variants = ("base", "wrong_caption", "correct_caption", "wrong_think")
    made = {doc["variant"]: doc for doc in docs.variant_docs("scenes", variants, rows(row(0)))}
    assert "Image caption: Blue, then red." in made["wrong_caption"]["prompt"]
    assert "Image caption: Red, then blue." in made["correct_caption"]["prompt"]
    assert "The red circle is to the right of the blue square." in made["wrong_think"]["prefill"]
    sources = {variant: doc["caption_source"] for variant, doc in made.items()}
    assert sources == {"base": "", "wrong_caption": "llm:m h", "correct_caption": "llm:m h", "wrong_think": ""}


def test_a_file_without_captions_for_the_benchmark_is_refused(tmp_path, monkeypatch) -> None:
    line = {"id": "scenes-x-0000", "benchmark": "vstar", "digest": "", "captions": ["1."], "model": "m",
            "template_hash": "h"}  # fmt: skip
    (tmp_path / "captions.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setenv(CAPTIONS_VARIABLE, str(tmp_path / "captions.jsonl"))
    with pytest.raises(RobustError, match="no captions for any of 1 items of benchmark scenes; allowed: ") as raised:
        docs.variant_docs("scenes", ("wrong_caption",), rows(row(0)))
    assert "`lmms-robust captions scenes`" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_items_without_captions_keep_their_statements_and_are_counted(tmp_path, monkeypatch, caplog) -> None:
    line = {"id": "scenes-x-0000", "benchmark": "scenes", "captions": ["1.", "2."], "model": "m", "template_hash": "h",
            "digest": digest(benchmark("scenes").to_item(row(0), 0))}  # fmt: skip
    (tmp_path / "captions.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setenv(CAPTIONS_VARIABLE, str(tmp_path / "captions.jsonl"))
    made = docs.variant_docs("scenes", ("wrong_caption",), rows(row(0), row(1)))
    assert list(made["caption_source"]) == ["llm:m h", "statements"]
    assert "no captions for 1 of 2 items; their statements are used" in caplog.text


def test_captions_that_do_not_fit_the_options_are_refused(tmp_path, monkeypatch) -> None:
    line = {"id": "scenes-x-0000", "benchmark": "scenes", "captions": ["One."], "model": "m", "template_hash": "h",
            "digest": digest(benchmark("scenes").to_item(row(0), 0))}  # fmt: skip
    (tmp_path / "captions.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setenv(CAPTIONS_VARIABLE, str(tmp_path / "captions.jsonl"))
    with pytest.raises(RobustError, match="item 'scenes-x-0000' has 1 captions; allowed: 2"):
        docs.variant_docs("scenes", ("base",), rows(row(0)))


def test_captions_for_another_question_are_refused(tmp_path, monkeypatch) -> None:
    line = {"id": "scenes-x-0000", "benchmark": "scenes", "captions": ["1.", "2."], "model": "m", "template_hash": "h",
            "digest": digest(benchmark("scenes").to_item(row(0, question="Where is the blue square?"), 0))}  # fmt: skip
    (tmp_path / "captions.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setenv(CAPTIONS_VARIABLE, str(tmp_path / "captions.jsonl"))
    with pytest.raises(
        RobustError, match="captions of scenes item 'scenes-x-0000' are for another question or other op"
    ):
        docs.variant_docs("scenes", ("base",), rows(row(0)))
