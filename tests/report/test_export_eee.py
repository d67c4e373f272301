"""Records of Every Eval Ever: valid, paired across variants, and the same numbers when they are read back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from lmms_robust.consistency import verdicts
from lmms_robust.errors import RobustError
from lmms_robust.record import Record, from_log
from lmms_robust.report.export.eee import Publisher
from lmms_robust.report.export.eee_numbers import read_eee
from lmms_robust.report.export.folder import export
from lmms_robust.report.logs import read_runs
from lmms_robust.report.numbers import numbers
from tests.report.exported import ODD, RECORDS, run, stock

SCHEMAS = Path(__file__).parent.parent / "fixtures" / "every_eval_ever"
NOT_INSTALLED = (
    "every-eval-ever wants Python 3.12 and huggingface-hub < 2; beside ours: "
    "pip install --no-deps --ignore-requires-python every-eval-ever==0.3.0"
)


def written(folder: Path, target: Path, **changes: Any) -> Path:
    export(folder, "eee", target, Publisher(**({"retrieved": 1_700_000_000, "organization": "Lab"} | changes)))
    return target


def aggregates(folder: Path) -> dict[str, dict[str, Any]]:
    """Records by the name of their evaluation."""
    found = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
    return {one["evaluation_results"][0]["evaluation_name"]: one for one in found}


def samples(folder: Path, aggregate: dict[str, Any]) -> list[dict[str, Any]]:
    path = folder / aggregate["detailed_evaluation_results"]["file_path"]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def results_of(aggregate: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["evaluation_result_id"]: one for one in aggregate["evaluation_results"]}


def faults(folder: Path) -> Iterator[str]:
    """What the package's schemas refuse, and what does not fit together."""
    schemas = SCHEMAS.glob("*.schema.json")
    checks = {path.name: Draft7Validator(json.loads(path.read_text())) for path in schemas}
    for path in sorted(folder.rglob("*.json")):
        one = json.loads(path.read_text())
        yield from (f"{path.name} {error.message}" for error in checks["eval.schema.json"].iter_errors(one))
        detail = one.get("detailed_evaluation_results")
        beside = path.with_name(f"{path.stem}_samples.jsonl")
        if beside.exists() != (detail is not None):
            yield f"{path.name} does not know its samples"
        if detail is None:
            continue
        lines = samples(folder, one)
        if detail["file_path"] != str(beside.relative_to(folder)) or detail["total_rows"] != len(lines):
            yield f"{path.name} names other samples"
        if detail["checksum"] != sha256(beside.read_bytes()).hexdigest():
            yield f"{path.name} has another checksum"
        for line in lines:
            yield from (error.message for error in checks["instance_level_eval.schema.json"].iter_errors(line))
            if (line["evaluation_id"], line["model_id"]) != (one["evaluation_id"], one["model_info"]["id"]):
                yield f"{beside.name} is of another record"
            if line.get("evaluation_result_id") not in results_of(one):
                yield f"{beside.name} is of no number"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(stock(run(tmp_path / "logs")), tmp_path / "out")


def test_records_of_our_tasks_and_of_any_other_are_valid(folder: Path) -> None:
    assert list(faults(folder)) == []
    assert set(aggregates(folder)) == {
        *(f"robust_scenes_{one.variant}" for one in RECORDS),
        *("robustness_scenes", "mme", "vqa"),
    }


def test_the_packages_own_validator_passes_them_without_a_warning(folder: Path) -> None:
    core = pytest.importorskip("every_eval_ever.validator.validation_core", reason=NOT_INSTALLED)
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*.json*")}
    for name, path in files.items():
        check = core.validate_aggregate if path.suffix == ".json" else core.validate_instance_file
        report = check(
            path,
            repo_path=name,
            available_files=frozenset(files),
            read_repo_file=lambda name: files[name].read_text(encoding="utf-8"),
            run_semantic_checks=True,
        )
        assert (report.valid, report.errors, report.warnings) == (True, [], []), name


def test_the_schemas_refuse_what_is_wrong(folder: Path) -> None:
    """That the check above can fail."""
    path = next(folder.rglob("*_samples.jsonl"))
    path.write_text(path.read_text().replace('"is_correct"', '"is_right"', 1))
    assert any("is_right" in fault or "is_correct" in fault for fault in faults(folder))
    assert any("checksum" in fault for fault in faults(folder))


def test_all_variants_of_an_item_share_question_and_hash(folder: Path) -> None:
    variants = ["base", "wrong_think", "abstain_base"]
    found = [samples(folder, aggregates(folder)[f"robust_scenes_{variant}"]) for variant in variants]
    for item, place in (("w", 0), ("x", 1)):
        shown = [lines[place] for lines in found]
        assert {one["sample_id"] for one in shown} == {item}
        assert len({one["sample_hash"] for one in shown}) == 1
        assert len({one["input"]["raw"] for one in shown}) == 1
        assert [one["input"]["formatted"].partition(":")[0] for one in shown] == variants
    first, second = (lines["sample_hash"] for lines in found[0])
    assert first != second
    assert found[0][0]["input"]["raw"] == "[picture p1]\nWhat color?\nA. red\nB. blue"
    assert found[2][0]["input"]["choices"] == ["red", "blue", "I'm not sure"]
    hashed = '{"raw":"[picture p1]\\nWhat color?\\nA. red\\nB. blue","reference":["A"]}'
    assert found[0][0]["sample_hash"] == sha256(hashed.encode()).hexdigest()


def test_a_sample_says_what_was_answered_and_holds_its_record(folder: Path) -> None:
    wrong = samples(folder, aggregates(folder)["robust_scenes_wrong_think"])
    assert wrong[0]["evaluation"] == {"score": 0.0, "is_correct": False}
    assert wrong[0]["answer_attribution"][0]["extracted_value"] == "B"
    assert wrong[0]["output"]["raw"] == [f"w wrong_think B {ODD.replace(chr(0xD800), chr(0xFFFD))}"]
    unread = samples(folder, aggregates(folder)["robust_scenes_abstain_base"])[1]
    assert (unread["answer_attribution"], unread["evaluation"]["is_correct"]) == ([], False)
    ours = [one for name, one in aggregates(folder).items() if name.startswith("robust_")]
    held = [from_log(values(line["metadata"])) for one in ours for line in samples(folder, one)]
    assert sorted(held, key=str) == sorted(RECORDS, key=str)


def values(metadata: dict[str, str]) -> dict[str, Any]:
    """All but texts are JSON."""
    texts = {field.name for field in fields(Record) if "str" in str(field.type) and "tuple" not in str(field.type)}
    return {name: text if name in texts - {"letter_probs"} else json.loads(text) for name, text in metadata.items()}


def test_a_number_says_its_condition_its_interval_and_its_bounds(folder: Path) -> None:
    acc = results_of(aggregates(folder)["robust_scenes_wrong_think"])["acc"]
    assert acc["metric_config"]["metric_parameters"] == {
        "variant": "wrong_think", "injection": "prefill", "caption_source": "", "plant_seed": 0, "probe": False,
    }  # fmt: skip
    assert acc["score_details"]["score"] == 0.5
    interval = acc["score_details"]["uncertainty"]["confidence_interval"]
    assert (round(interval["lower"], 3), round(interval["upper"], 3)) == (0.095, 0.905)  # Wilson, 1 of 2
    assert interval["confidence_level"] == 0.95
    assert acc["score_details"]["uncertainty"]["num_samples"] == 2
    bounded = results_of(aggregates(folder)["robust_scenes_base"])["consistent_acc"]["score_details"]
    assert (bounded["score"], bounded["details"]["low"], bounded["details"]["high"]) == (0.5, "0.5", "1.0")
    drop = results_of(aggregates(folder)["robust_scenes_wrong_think"])["drop"]["metric_config"]
    assert (drop["lower_is_better"], drop["min_score"], drop["max_score"]) == (True, -1, 1)


def test_a_drop_says_its_test_and_the_transitions_behind_it(folder: Path) -> None:
    one = aggregates(folder)["robust_scenes_wrong_think"]
    (drop,) = (found for found in one["evaluation_results"] if found["evaluation_result_id"] == "drop")
    details = {name: json.loads(drop["score_details"]["details"][name]) for name in ("against_base", "transitions")}
    pairs = [(before, after) for before in RECORDS for after in RECORDS
             if (before.variant, after.variant) == ("base", "wrong_think") and before.item == after.item]  # fmt: skip
    counted = Counter((before.outcome, after.outcome) for before, after in pairs)
    assert {(row["base"], row["here"]): row["n"] for row in details["transitions"]} == counted
    lost = sum(before.correct and not after.correct for before, after in pairs)
    assert (details["against_base"]["lost"], details["against_base"]["n"]) == (lost, len(pairs))
    assert set(details["against_base"]) >= {"won", "p", "p_holm", "resolution"}
    assert "Tango" in drop["score_details"]["uncertainty"]["confidence_interval"]["method"]


def test_a_judge_stands_with_the_numbers_that_it_decided(folder: Path) -> None:
    wrong = results_of(aggregates(folder)["robust_scenes_wrong_think"])
    judges = wrong["consistency"]["metric_config"]["llm_scoring"]["judges"]
    assert [judge["model_info"]["name"] for judge in judges] == ["judge-7b"]
    assert "llm_scoring" not in wrong["acc"]["metric_config"]
    assert "llm_scoring" not in results_of(aggregates(folder)["robust_scenes_base"])["consistency"]["metric_config"]


def test_a_record_says_model_harness_and_settings_and_no_place_of_this_machine(folder: Path) -> None:
    base = aggregates(folder)["robust_scenes_base"]
    assert base["model_info"]["id"] == "org/one"
    assert base["model_info"]["inference_engine"] == {"name": "transformers"}
    assert base["model_info"]["additional_details"]["dtype"] == "bfloat16"
    assert base["evaluation_timestamp"] == "1795673682"  # 14:14:42 in Singapore is 06:14:42 UTC
    assert (base["eval_library"]["name"], base["eval_library"]["version"]) == ("lmms_eval", "unknown")
    assert base["source_metadata"]["source_organization_name"] == "Lab"
    acc = results_of(base)["acc"]
    assert acc["generation_config"]["generation_args"] == {"temperature": 0.0, "max_tokens": 64}
    assert acc["source_data"] == {
        "dataset_name": "scenes", "source_type": "hf_dataset", "hf_repo": "org/scenes", "hf_split": "test",
    }  # fmt: skip
    assert not [path for path in folder.rglob("*.json*") if "/home/me" in path.read_text()]


def test_numbers_read_back_are_the_same(folder: Path) -> None:
    (found,) = read_runs(folder.parent / "logs" / "org__one")
    assert sorted(read_eee(folder), key=repr) == sorted(numbers(found), key=repr)


def test_what_cannot_be_read_back_is_named_and_hides_no_other(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = len(read_eee(folder))
    for path in folder.rglob("*.json"):
        one = json.loads(path.read_text())
        if one["evaluation_results"][0]["evaluation_name"] == "robust_scenes_base":
            lost = len(one["evaluation_results"])
            one["evaluation_results"][1]["score_details"]["score"] = "high"
            path.write_text(json.dumps(one))
    (folder / "data" / "other.json").write_text("[")
    assert len(read_eee(folder)) == whole - lost
    assert "score is 'high'; allowed: a number" in caplog.text
    assert "other.json" in caplog.text


def test_other_tasks_have_the_harness_numbers_and_their_own_samples(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vqa = aggregates(folder)["vqa"]
    found = results_of(vqa)
    assert set(found) == {"exact_match", "anls:flexible"}
    assert found["exact_match"]["score_details"] == {
        "score": 0.5,
        "uncertainty": {"num_samples": 2, "standard_error": {"value": 0.25, "method": "analytic"}},
    }
    assert (found["exact_match"]["metric_config"]["lower_is_better"], vqa["eval_library"]["version"]) == (
        False,
        "0.7.3",
    )
    assert found["anls:flexible"]["metric_config"]["lower_is_better"]
    lines = samples(folder, vqa)
    assert [(one["sample_id"], one["evaluation_result_id"], one["evaluation"]["score"]) for one in lines] == [
        ("0", "exact_match", 1), ("0", "anls:flexible", 0.75), ("1", "exact_match", 0), ("1", "anls:flexible", 0.75),
    ]  # fmt: skip
    assert lines[0]["input"] == {"raw": "What color?", "reference": ["red"]}
    mme = aggregates(folder)["mme"]
    assert results_of(mme)["mme_score"]["score_details"]["score"] == 1500.5
    assert "detailed_evaluation_results" not in mme


def test_a_folder_of_other_tasks_alone_needs_no_run_of_ours(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = written(stock(tmp_path / "logs"), tmp_path / "out")
    assert set(aggregates(folder)) == {"vqa", "mme"}
    assert "samples_mme.jsonl: 1 sample(s) left out: they have no number of their own" in caplog.text
    assert "vqa" not in caplog.text
    with pytest.raises(RobustError, match="no results of lmms-eval below"):
        written(tmp_path / "out" / "data", tmp_path / "again")


def test_two_exports_differ_in_their_time_alone(tmp_path: Path) -> None:
    run(tmp_path / "logs")
    one, other = (written(tmp_path / "logs", tmp_path / f"out{time}", retrieved=time) for time in (1, 2))
    names = [[str(path.relative_to(folder)) for path in sorted(folder.rglob("*.json*"))] for folder in (one, other)]
    assert names[0] == names[1]
    again = written(tmp_path / "logs", tmp_path / "again", retrieved=1)
    for name in names[0]:
        assert (again / name).read_bytes() == (one / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("pretrained=/runs/mine/checkpoint-500", "its results name '/runs/mine/checkpoint-500', which is no id"),
        ("pretrained=checkpoint-500", "its results name 'checkpoint-500', which is no id"),
        ("model=gpt-x,base_url=http://h/v1", "its results name 'gpt-x', which is no id"),
        ("", "no results beside its samples name it"),
    ],
)
def test_a_model_whose_id_the_arguments_do_not_tell_gets_it_from_the_user(
    tmp_path: Path, arguments: str, said: str
) -> None:
    named(run(tmp_path / "logs", "mine__checkpoint-500"), arguments)
    with pytest.raises(RobustError, match=f"model 'mine__checkpoint-500': {said}.*; allowed: --model-id"):
        written(tmp_path / "logs", tmp_path / "out")
    found = aggregates(written(tmp_path / "logs", tmp_path / "out", model="org/one"))
    assert found["robust_scenes_base"]["model_info"]["id"] == "org/one"


def test_a_folder_that_looks_like_an_id_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named(run(tmp_path / "logs", "mine__checkpoint-500"), "pretrained=mine/checkpoint-500")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine" / "checkpoint-500").mkdir(parents=True)
    with pytest.raises(RobustError, match="its results name 'mine/checkpoint-500', which is no id on the hub"):
        written(tmp_path / "logs", tmp_path / "out")


def test_one_id_is_for_one_model(tmp_path: Path) -> None:
    run(tmp_path / "logs", "checkpoint-500")
    run(tmp_path / "logs", "checkpoint-600")
    with pytest.raises(RobustError, match=r"--model-id 'org/one' for 2 models: checkpoint-500, checkpoint-600"):
        written(tmp_path / "logs", tmp_path / "both", model="org/one")


def named(folder: Path, arguments: str) -> None:
    """Change what the results say of the model."""
    for path in folder.rglob("*_results.json"):
        said = json.loads(path.read_text())
        said["config"]["model_args"] = arguments
        path.write_text(json.dumps(said))


def test_a_log_of_ours_without_records_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = stock(run(tmp_path / "logs"))
    (old,) = folder.rglob("*_samples_robustness_scenes.jsonl")
    lines = [json.loads(line) for line in old.read_text().splitlines()]
    old.write_text("".join(json.dumps({name: one[name] for name in one if name != "record"}) + "\n" for one in lines))
    written(folder, tmp_path / "out")
    assert "its samples of our task robustness_scenes hold no records, as of an older version" in caplog.text
    assert str(old) in caplog.text


def test_a_judges_model_and_template_are_told_where_verdicts_beside_the_log_name_them(tmp_path: Path) -> None:
    folder = run(tmp_path / "logs")
    unknown = named_metric(written(folder, tmp_path / "before"))
    assert unknown["input_prompt"] == "not known: no verdicts beside the logs name its template"
    (found,) = read_runs(folder)
    (log,) = folder.rglob("*_samples_robustness_scenes.jsonl")
    row = next(one for one in found.table.to_pylist() if one["decided_by"] == "judge-7b")
    vote = verdicts.Vote(row["item"], row["digest"], row["variant"], 0, row["response"].hex(), "judge-7b", "A",
                         model="org/Judge-7B", template="ab12")  # fmt: skip
    verdicts.write(verdicts.path_for(log, "judge-7b"), [vote])
    known = named_metric(written(folder, tmp_path / "after"))
    assert known["input_prompt"] == "judge.jinja of lmms-robust, digest ab12"
    (judge,) = known["judges"]
    assert (judge["model_info"]["name"], judge["model_info"]["id"]) == ("judge-7b", "org/Judge-7B")
    assert judge["additional_details"] == {"model": "org/Judge-7B", "template": "ab12"}
    assert list(faults(tmp_path / "after")) == []


def named_metric(folder: Path) -> dict[str, Any]:
    """How consistency under wrong_think was judged."""
    for one in aggregates(folder)["robust_scenes_wrong_think"]["evaluation_results"]:
        if one["evaluation_result_id"] == "consistency":
            return one["metric_config"]["llm_scoring"]
    raise AssertionError
