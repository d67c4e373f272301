"""A judge that decides while a run goes on, through lmms-eval's own judges, against a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.harness import docs, judging, lm_eval, lmms_eval
from lmms_robust.harness.judging import FEWEST_FAILURES, HELLO
from lmms_robust.harness.lm_eval import CONTINUES
from lmms_robust.harness.settings import JUDGE_VARIABLE
from lmms_robust.report.logs import read_runs
from lmms_robust.report.process import evaluate
from tests.backends.servers import Answer, Server, completion, refusal, serving, text_of
from tests.conftest import row, rows
from tests.harness.samples import Doc, made
from tests.judges.scripted import reasoning, told

RESPONSE = "<think>By the tree, as I see it.</think><answer>A</answer>"
EXPLICIT = "<think>So the answer is (B).</think><answer>A</answer>"


def doc(variant: str = "base") -> Doc:
    return next(found for found in made() if found["variant"] == variant)


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that makes a server the judge of lmms-eval."""

    def use(server: Server, judge: str = "j=some-model") -> None:
        made()  # before there is a judge, which is tried where docs are made
        monkeypatch.setenv("OPENAI_API_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
        monkeypatch.setenv("API_TYPE", "openai")
        monkeypatch.setenv(JUDGE_VARIABLE, judge)
        monkeypatch.setattr("time.sleep", lambda seconds: None)  # between the tries of lmms-eval
        judging._judge.cache_clear()

    yield use
    judging._judge.cache_clear()


@pytest.mark.parametrize(("letter", "consistent"), [("A", True), ("B", False), ("none", None)])
def test_the_judges_letter_decides_metrics_and_record(asking: Any, letter: str, consistent: bool | None) -> None:
    with serving(lambda body: told(body, letter)) as server:
        asking(server)
        values = lmms_eval.process_results(doc(), [RESPONSE])
    record = values["record"]
    assert (record["consistent"], record["decided_by"]) == (consistent, "j")
    assert values["consistency"] == (None if consistent is None else float(consistent))
    assert values["undecided"] == float(consistent is None)
    (body,) = server.asked
    assert (body["model"], body["temperature"]) == ("some-model", 0.0)
    assert reasoning(body) == "> By the tree, as I see it."
    assert "answer>" not in text_of(body["messages"][0])


def test_equal_requests_are_sent_once_and_what_is_not_applicable_not_at_all(asking: Any) -> None:
    with serving(lambda body: told(body, "A")) as server:
        asking(server)
        lmms_eval.process_results(doc(), [RESPONSE] * 3)
        lmms_eval.process_results(doc("stop_think"), [doc("stop_think")["prefill"] + "<answer>A</answer>"])
        assert len(server.asked) == 1


def test_rules_first_asks_only_where_they_are_undecided(asking: Any) -> None:
    with serving(lambda body: told(body, "A")) as server:
        asking(server, "rules,j=m")
        found = [lmms_eval.process_results(doc(), [text])["record"] for text in (EXPLICIT, RESPONSE)]
    assert [one.get("decided_by", "rules") for one in found] == ["rules", "j"]
    assert [one["consistent"] for one in found] == [False, True]


def test_lm_eval_is_judged_by_the_same_with_the_injected_start_apart(asking: Any) -> None:
    with serving(lambda body: told(body, "B")) as server:
        asking(server)
        found = lm_eval.process_results(doc("wrong_think") | {CONTINUES: True}, [" I see a tree.</think>A"])
    assert found["record"]["consistent"] is False
    (body,) = server.asked
    assert reasoning(body) == "> I see a tree."
    assert "which was given to the writer" in text_of(body["messages"][0])


@pytest.mark.parametrize(
    "answer", [refusal("no", 500), Answer("{"), Answer(completion(None)), Answer(completion("A B"))]
)
def test_a_judge_that_fails_leaves_the_sample_undecided(asking: Any, answer: Answer) -> None:
    with serving(lambda body: answer) as server:
        asking(server)
        record = lmms_eval.process_results(doc(), [RESPONSE])["record"]
    assert (record["consistent"], record["undecided"], record["decided_by"]) == (None, "judge_failed", "j")


def test_a_judge_that_fails_again_and_again_is_not_asked_any_more(asking: Any, logged: list[str]) -> None:
    with serving(lambda body: refusal("no such key sk-0123456789abcdef", 401)) as server:
        asking(server)
        for number in range(FEWEST_FAILURES):
            lmms_eval.process_results(doc(), [RESPONSE.replace("tree", f"tree {number}")])
        asked = len(server.asked)
        lmms_eval.process_results(doc(), [RESPONSE])
        assert len(server.asked) == asked
    ours = [line for line in logged if "judge j" in line]
    assert any("not asked any more" in line for line in ours)
    assert "0123456789" not in "".join(ours)


@pytest.mark.parametrize("hanging", [{"wait": True}, {"trickle": True}])
def test_a_judge_that_hangs_leaves_the_sample_undecided(
    asking: Any, hanging: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "PATIENCE", 0.1)
    with serving(lambda body: Answer(completion("A"), **hanging)) as server:
        asking(server)
        records = [
            lmms_eval.process_results(doc(), [RESPONSE.replace("tree", f"tree {number}")])["record"]
            for number in range(FEWEST_FAILURES + 1)
        ]
        assert len(server.asked) == FEWEST_FAILURES
        judging._judge.cache_clear()
        with pytest.raises(RobustError, match=r"judge j does not reply \(TimeoutError\)"):
            docs.variant_docs("scenes", ("base",), rows(row(0)))
    assert {(one["undecided"], one["decided_by"]) for one in records} == {("judge_failed", "j")}


@pytest.mark.parametrize(
    ("judge", "kind", "key", "said"),
    [
        ("m", "openai", "k", "LMMS_ROBUST_JUDGE: 'm'; allowed: NAME=MODEL"),
        ("a.b=m", "openai", "k", r"decider 'a\.b'; allowed"),
        ("j=m", "opnai", "k", "API_TYPE 'opnai'.*allowed: .*openai"),
        ("j=m", "openai", "", "API_TYPE 'openai': .*(?i:api_key|no key)"),
    ],
)
def test_a_judge_that_cannot_be_asked_is_refused_before_docs_are_made(
    judge: str, kind: str, key: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging._judge.cache_clear()
    for name, value in ((JUDGE_VARIABLE, judge), ("API_TYPE", kind), ("OPENAI_API_KEY", key)):
        monkeypatch.setenv(name, value)
    with pytest.raises(RobustError, match=said):
        docs.variant_docs("scenes", ("base",), rows(row(0)))


def test_a_judge_that_does_not_reply_ends_the_run_before_it_begins_after_one_try(asking: Any) -> None:
    with serving(lambda body: refusal("no such key sk-0123456789abcdef", 401)) as server:
        asking(server)
        with pytest.raises(RobustError, match=r"LMMS_ROBUST_JUDGE: judge j does not reply \(") as error:
            docs.variant_docs("scenes", ("base",), rows(row(0)))
        assert len(server.asked) == 1
    assert "0123456789" not in str(error.value)


def test_a_judge_is_tried_once_before_the_run(asking: Any) -> None:
    with serving(lambda body: told(body, "A")) as server:
        asking(server)
        for _ in range(2):
            docs.variant_docs("scenes", ("base",), rows(row(0)))
        assert [text_of(body["messages"][0]) for body in server.asked] == [HELLO]


@pytest.mark.harness
def test_a_run_of_lmms_eval_is_judged_and_its_logs_judged_again_agree(tmp_path: Path) -> None:
    with serving(lambda body: told(body, "B")) as server:
        settings = {
            JUDGE_VARIABLE: "j=some-model", "API_TYPE": "openai", "OPENAI_API_URL": server.url, "OPENAI_API_KEY": "k",
        }  # fmt: skip
        limit = ("--limit", "12", "--gen_kwargs", "max_new_tokens=96")
        options = ("--model", "robust_hf", "--model_args", f"pretrained={TINY_MODEL}", "--tasks", "robustness_scenes")
        evaluate([*options, *limit, "--batch_size", "16"], tmp_path, environment=settings)
        (run,) = read_runs(tmp_path)
        during = {text_of(body["messages"][0]) for body in server.asked} - {HELLO}
        server.asked.clear()
        CliRunner().invoke(main, ["judge", str(tmp_path), "--no-audit", "--judge", f"j=some-model@{server.url}"])
        after = {text_of(body["messages"][0]) for body in server.asked}
    assert {one.decided_by for one in run.records if one.applicable and one.answer} == {"j"}
    assert {one.conclusion for one in run.records if one.applicable and one.answer} == {"B"}
    assert any("which was given to the writer" in text for text in during)
    assert during == after  # what was injected is told from the log as it is from the task
