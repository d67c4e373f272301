"""`lmms-robust agreement` on runs with planted votes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from statsmodels.stats.inter_rater import cohens_kappa

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import Vote, path_for, response_digest, write
from tests.report.samples import line, log, record

ITEMS = 200
OPTIONS = {"options": ("red", "blue", "green"), "gold": "A", "planted": "B"}
VARIANTS = ("base", "wrong_think")


def truth(item: int) -> str | None:
    """What the reasoning of an item ends on: its answer "A" for three of four."""
    return "B" if item % 4 == 3 else "A"


def said(noise: float, seed: int, **more: float) -> dict[tuple[int, str], str | None]:
    """What a decider says of each response that is wrong so often, or says none so often."""
    rng = np.random.default_rng(seed)
    found = {}
    for item in range(ITEMS):
        for variant in VARIANTS:
            letter = truth(item)
            if rng.random() < noise:
                letter = "B" if letter == "A" else "A"
            found[(item, variant)] = None if rng.random() < more.get("none", 0) else letter
    return found


def judged(path: Path, name: str, votes: Mapping[tuple[int, str], str | None], person: bool = False) -> None:
    by = {"model": None, "template": None} if person else {"model": "m", "template": "t"}
    write(
        path_for(path, name),
        [
            Vote(str(item), "d", variant, 0, response_digest(f"{item} {variant} A"), name, letter, **by)
            for (item, variant), letter in votes.items()
        ],
    )


RULES = said(0.05, 1, none=0.3)
GOOD = said(0.1, 2)
ANN = {key: truth(key[0]) for key in list(GOOD)[:160]}


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    records = [
        record(
            str(item), variant, "A", None if letter is None else letter == "A", conclusion=letter,
            undecided="no_conclusion" if letter is None else None, **OPTIONS,
        )
        for (item, variant), letter in RULES.items()
    ]  # fmt: skip
    path = log(tmp_path / "one", "d1", "robustness_scenes", *map(line, records))
    judged(path, "good", GOOD)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["agreement", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def numbers(folder: Path, *more: str) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = csv.DictReader(StringIO(run(folder, "--format", "csv", *more)))
    return {(row["variant"], row["deciders"], row["name"]): row for row in rows}


def verdicts(votes: Mapping[tuple[int, str], str | None]) -> list[int]:
    return [2 if letter is None else int(letter == "B") for letter in votes.values()]


def table(one: list[int], other: list[int]) -> np.ndarray:
    found = np.zeros((3, 3))
    np.add.at(found, (one, other), 1)
    return found


def test_kappa_of_rules_and_a_judge_is_that_of_statsmodels(samples: Path) -> None:
    found = numbers(samples.parent)
    whole = found[("all", "rules+good", "cohens_kappa")]
    counts = table(verdicts(RULES), verdicts(GOOD))
    assert float(whole["value"]) == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-9)
    assert int(whole["n"]) == 400
    decided = found[("all", "rules+good", "cohens_kappa_decided")]
    assert float(decided["value"]) == pytest.approx(cohens_kappa(counts[:2, :2], return_results=False), abs=1e-9)
    assert int(decided["n"]) == counts[:2].sum()
    raw = found[("all", "rules+good", "raw_agreement")]
    assert float(raw["value"]) == pytest.approx(np.trace(counts) / 400)
    base = [place for place, (_, variant) in enumerate(RULES) if variant == "base"]
    counts = table(*([verdicts(one)[place] for place in base] for one in (RULES, GOOD)))
    at_base = float(found[("base", "rules+good", "cohens_kappa")]["value"])
    assert at_base == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-9)


def test_several_judges_have_a_majority_that_the_rules_are_held_against(samples: Path) -> None:
    judged(samples, "b", said(0.1, 3))
    judged(samples, "c", said(0.1, 4, none=0.5))
    (found,) = json.loads(run(samples.parent, "--format", "json"))
    assert found["deciders"] == ["rules", "b", "c", "good"]
    assert {row["name"] for row in found["numbers"] if row["variant"] == "base"} == {
        "krippendorffs_alpha", "fleiss_kappa", "raw_agreement",
    }  # fmt: skip
    others = zip(*(list(one.values()) for one in (said(0.1, 3), said(0.1, 4, none=0.5), GOOD)), strict=True)
    expected = {one: dict.fromkeys(("consistent", "inconsistent", "undecided"), 0) for one in
                ("consistent", "inconsistent", "undecided")}  # fmt: skip
    word = {"A": "consistent", "B": "inconsistent", None: "undecided"}
    for mine, votes in zip(RULES.values(), others, strict=True):
        most = next((one for one in ("A", "B", None) if votes.count(one) > 1), None)
        expected[word[mine]][word[most]] += 1
    assert found["rules_against_majority"] == expected


def test_a_persons_labels_correct_a_rate_and_say_what_verdicts_are_worth(samples: Path) -> None:
    judged(samples, "ann", ANN, person=True)
    found = numbers(samples.parent, "--labels", "ann")
    rows = [found[("all", "good", f"consistency_{kind}")] for kind in ("raw", "corrected", "rogan_gladen")]
    ends = ("value", "interval_low", "interval_high")
    raw, corrected, classic = ({name: float(row[name]) for name in ends} for row in rows)
    assert raw["value"] == pytest.approx(list(GOOD.values()).count("A") / 400)
    assert raw["value"] < 0.72
    for one in (corrected, classic):
        assert one["interval_low"] < 0.75 < one["interval_high"]
        assert abs(one["value"] - 0.75) < abs(raw["value"] - 0.75)
    # Rogan and Gladen's by hand, each label counted by the responses of its variant and verdict of the rules.
    strata = [(variant, RULES[(item, variant)]) for item, variant in GOOD]
    drawn = [(variant, RULES[(item, variant)]) for item, variant in ANN]
    told: dict[tuple[str | None, str | None], float] = {}
    for (item, variant), stratum in zip(ANN, drawn, strict=True):
        pair = truth(item), GOOD[(item, variant)]
        told[pair] = told.get(pair, 0) + strata.count(stratum) / drawn.count(stratum)
    tpr = told["A", "A"] / (told["A", "A"] + told["A", "B"])
    tnr = told["B", "B"] / (told["B", "B"] + told["B", "A"])
    assert classic["value"] == pytest.approx((raw["value"] + tnr - 1) / (tpr + tnr - 1))
    text = run(samples.parent, "--labels", "ann")
    assert "corrected by ann" in text
    assert "no Rogan-Gladen for rules:" in text
    assert ("all", "rules+ann", "cohens_kappa") in found


def test_a_person_is_named_as_for_labelling_and_a_model_asked_again_is_no_judge(samples: Path) -> None:
    judged(samples, "human-ann", ANN, person=True)
    before = numbers(samples.parent, "--labels", "ann")
    assert before == numbers(samples.parent, "--labels", "human-ann")
    (whole,) = json.loads(run(samples.parent, "--format", "json"))
    judged(samples, "reordered", dict.fromkeys(GOOD, "B"))
    (found,) = json.loads(run(samples.parent, "--format", "json"))
    assert found["rules_against_majority"] == whole["rules_against_majority"]
    assert "reordered" in found["deciders"]


def test_the_model_asked_again_counts_among_all_only_where_it_is_named(samples: Path) -> None:
    judged(samples, "reordered", said(0.1, 5))
    found = numbers(samples.parent)
    assert ("all", "rules+good", "krippendorffs_alpha") in found
    assert ("all", "rules+reordered", "cohens_kappa") in found  # in pairs
    assert not [key for key in found if key[1].count("+") > 1]
    named = numbers(samples.parent, "--deciders", "rules,reordered")
    assert {deciders for _, deciders, _ in named} == {"rules+reordered"}
    assert ("base", "rules+reordered", "krippendorffs_alpha") in named
    refused = CliRunner().invoke(main, ["agreement", str(samples.parent), "--deciders", "god"])
    assert refused.output.startswith("lmms-robust: unknown decider 'god'")


def test_after_rules_first_the_table_says_what_agreement_rests_on(samples: Path) -> None:
    asked = {key: letter for key, letter in GOOD.items() if RULES[key] is None}
    judged(samples, "good", asked)
    told = " ".join(run(samples.parent).split())
    assert "rules · good (of the undecided)" in told
    assert f"good was asked only where the rules are undecided: its {len(asked)} verdict(s) say nothing of" in told
    judged(samples, "good", GOOD)
    assert "of the undecided" not in run(samples.parent)


def test_the_disagreeing_responses_are_written_with_all_votes(samples: Path, tmp_path: Path) -> None:
    judged(samples, "ann", ANN, person=True)
    target = tmp_path / "d.jsonl"
    assert f"response(s): {target}" in run(samples.parent, "--disagreements", target)
    rows = [json.loads(one) for one in target.read_text().splitlines()]
    votes = [[one.get(key, "missing") for one in (RULES, GOOD, ANN)] for key in RULES]
    assert len(rows) == sum(len({one for one in three if one != "missing"}) > 1 for three in votes)
    row = next(one for one in rows if (int(one["item"]), one["variant"]) not in ANN)
    key = int(row["item"]), row["variant"]
    assert row["conclusion_good"] == GOOD[key]
    assert row["verdict_rules"] == {"A": "consistent", "B": "inconsistent", None: "undecided"}[RULES[key]]
    assert row["conclusion_ann"] is row["verdict_ann"] is None
    assert row["response"] == f"{key[0]} {key[1]} A"


def test_several_runs_are_also_taken_together(samples: Path, tmp_path: Path) -> None:
    records = [record(str(item), "base", "A", True, conclusion="A", **OPTIONS) for item in range(20)]
    other = log(tmp_path / "two", "d1", "robustness_scenes", *map(line, records))
    judged(other, "third", {(item, "base"): "A" for item in range(20)})
    found = json.loads(run(samples.parent, other.parent, "--format", "json"))
    assert [(one["model"], one["deciders"]) for one in found] == [
        ("one", ["rules", "good"]), ("two", ["rules", "third"]), ("all", ["rules", "good", "third"]),
    ]  # fmt: skip
    assert "agreement · all runs" in run(samples.parent, other.parent)


def test_verdicts_on_other_responses_and_failed_ones_are_no_votes(samples: Path) -> None:
    stale = [Vote(str(item), "d", "base", 0, response_digest("old"), "old", "A", None, "m", "t") for item in range(3)]
    good = [Vote("7", "d", "base", 0, response_digest("7 base A"), "old", None, "empty", "m", "t"),
            Vote("8", "d", "base", 0, response_digest("8 base A"), "old", "A", None, "m", "t")]  # fmt: skip
    write(path_for(samples, "old"), stale + good)
    (found,) = json.loads(run(samples.parent, "--format", "json"))
    counted = {(row["variant"], row["deciders"], row["name"]): row["n"] for row in found["numbers"]}
    assert counted[("all", "rules+old", "raw_agreement")] == 1
    assert found["notes"] == [
        "judge good: not audited",
        "judge old: not audited",
        "3 verdict(s) of old on other responses than the sample logs have now, or on no option",
    ]


def test_a_judge_that_decided_while_the_run_went_on_is_a_decider_and_the_rules_are_none_there(tmp_path: Path) -> None:
    records = [
        record(
            str(item), "base", "A", item % 2 == 0, conclusion="AB"[item % 2],
            decided_by="rules" if item < 10 else "inside", **OPTIONS,
        )
        for item in range(30)
    ]  # fmt: skip
    failed = record("30", "base", "A", None, undecided="judge_failed", decided_by="inside", **OPTIONS)
    path = log(tmp_path / "one", "d1", "robustness_scenes", *map(line, [*records, failed]))
    judged(path, "ann", {(item, "base"): "AB"[item % 2] for item in range(31)}, person=True)
    (found,) = json.loads(run(path.parent, "--labels", "ann", "--format", "json"))
    assert (found["deciders"], found["people"]) == (["rules", "inside", "ann"], ["ann"])
    raw = {
        row["deciders"]: row for row in found["numbers"] if row["name"] == "raw_agreement" and "+" in row["deciders"]
    }
    assert {name: (row["n"], row["value"]) for name, row in raw.items() if row["variant"] == "all"} == {
        "rules+ann": (10, 1.0), "inside+ann": (20, 1.0), "rules+inside+ann": (30, 1.0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--labels", "ann"], "--labels 'ann': nobody has labelled these runs; allowed: `lmms-robust label` first"),
        (["--disagreements", "x.txt"], "'x.txt'; allowed: a name that ends in .jsonl or .csv"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(samples: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["agreement", str(samples.parent), *arguments])
    assert (result.exit_code, result.output) == (2, f"lmms-robust: {said}\n")


def test_a_run_that_only_the_rules_decided_is_refused(tmp_path: Path) -> None:
    path = log(tmp_path / "one", "d1", "robust_scenes", line(record("x", "base", "A", True, conclusion="A")))
    result = CliRunner().invoke(main, ["agreement", str(path.parent)])
    assert (result.exit_code, result.output) == (
        2, "lmms-robust: no verdicts beside the logs; allowed: runs that `lmms-robust judge` or `label` has been at\n"
    )  # fmt: skip
