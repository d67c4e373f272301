"""A run of two items under six variants, logged by hand, and a run of other tasks."""

from __future__ import annotations

import json
from pathlib import Path

from lmms_robust.record import Record, to_log
from tests.report.samples import log, record

CONFIG = {
    "model": "robust_hf",
    "model_args": "pretrained=org/one,dtype=bfloat16,token=/home/me/secret",
    "gen_kwargs": {"max_new_tokens": 64},
    "resolved_cli_args": {"timezone": "Asia/Singapore"},
}
DATE = "20261126_141442"
ODD = "line\u2028end \ud800 =1+1"
"""A text with what ends a line in some readers' eyes, and with half a pair of surrogates."""

ABSTAIN = {"abstain": "C", "options": ("red", "blue", "I'm not sure")}
RECORDS = [
    record("w", "base", "A", True, picture="p1", injection="none"),
    record("w", "wrong_think", "B", False, picture="p1", injection="prefill", conclusion="A", decided_by="judge-7b"),
    record("w", "abstain_base", "C", True, picture="p1", injection="none", **ABSTAIN),
    record("x", "base", "A", None, picture="p2", injection="none", undecided="no_conclusion", question="=1+1"),
    record("x", "wrong_think", "A", True, picture="p2", injection="prefill", question="=1+1"),
    record("x", "abstain_base", None, None, picture="p2", injection="none", undecided="no_answer", question="=1+1",
           problem="truncated", truncated=True, **ABSTAIN),
    *(
        record(item, variant, "A", True, picture=picture, injection="none", question=question)
        for variant in ("wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")
        for item, picture, question in (("w", "p1", "What color?"), ("x", "p2", "=1+1"))
    ),
]  # fmt: skip


def sample(one: Record) -> str:
    said = f"{one.item} {one.variant} {one.answer} {ODD}"
    return json.dumps(
        {
            "doc_id": 0,
            "target": one.gold,
            "filtered_resps": said,
            "record": to_log(one),
            "input": f"{one.variant}: {one.question}",
        }
    )


def run(folder: Path, model: str = "org__one") -> Path:
    """The run of our own; returns the folder."""
    log(folder / model, DATE, "robustness_scenes", *map(sample, RECORDS))
    task = {"dataset_path": "org/scenes", "test_split": "test", "generation_kwargs": {"temperature": 0, "until": []}}
    said = {"config": CONFIG, "configs": {"robustness_scenes": task}, "lmms_eval_version": "main@12345"}
    (folder / model / f"{DATE}_results.json").write_text(json.dumps(said))
    return folder


def stock(folder: Path, model: str = "org__one", date: str = "20261127_000000") -> Path:
    """A run of tasks that know nothing of us; returns the folder."""
    place = folder / model
    place.mkdir(parents=True, exist_ok=True)
    said = {
        "results": {
            "mme": {"alias": "mme", "mme_score,none": 1500.5, "mme_score_stderr,none": "N/A", "samples": 3},
            "vqa": {
                "alias": "vqa",
                "exact_match,none": 0.5,
                "exact_match_stderr,none": "N/A",
                "exact_match_stderr_clt,none": 0.25,
                "anls,flexible": 0.75,
                "broken,none": float("nan"),
                "record,none": [],
            },
            "family": {"alias": " - family", " ": " "},
        },
        "higher_is_better": {"vqa": {"exact_match": True, "anls": False}},
        "n-samples": {"vqa": {"original": 9, "effective": 2}},
        "configs": {"vqa": {"dataset_path": "lmms-lab/VQA", "validation_split": "val"}},
        "config": {"model": "qwen2_5_vl", "model_args": "pretrained=org/one"},
        "lmms_eval_version": "0.7.3",
    }
    (place / f"{date}_results.json").write_text(json.dumps(said))
    vqa = [
        {"doc_id": number, "target": "red", "filtered_resps": answer, "input": "What color?", "doc_hash": "h",
         "exact_match": float(answer == "red"), "anls": {"score": 0.75, "id": 1}}
        for number, answer in enumerate(["red", "blue"])
    ]  # fmt: skip
    (place / f"{date}_samples_vqa.jsonl").write_text("".join(json.dumps(one) + "\n" for one in vqa))
    mme = {"doc_id": 0, "target": "Yes", "filtered_resps": "No", "input": "Is it?", "mme_score": {"category": "ocr"}}
    (place / f"{date}_samples_mme.jsonl").write_text(json.dumps(mme) + "\n")
    return folder
