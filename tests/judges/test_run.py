"""``lmms-robust judge`` against real servers on loopback."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import Vote, append, path_for, read
from lmms_robust.report.logs import read_runs
from tests.backends.conftest import impatient as impatient
from tests.backends.servers import Answer, completion, refusal, serving, text_of
from tests.judges.scripted import Reply, always_a, reasoning, right, run_of, told


def judged(folder: Path, *judges: str, more: tuple[str, ...] = ()) -> Result:
    arguments = [part for one in judges for part in ("--judge", one)]
    return CliRunner().invoke(main, ["judge", str(folder), *arguments, "--no-audit", *more])


def votes(log: Path, name: str = "j") -> list[Vote]:
    found = read(path_for(log, name))
    assert found.fault == ""
    return [*found.found.values()]


def letters(log: Path, name: str = "j") -> str:
    return "".join(one.conclusion or "-" for one in votes(log, name))


def test_each_response_gets_the_letter_that_the_judge_reads_and_every_table_the_verdict(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    with serving(right) as server:
        result = judged(tmp_path, f"j=some/model@{server.url}")
    assert result.exit_code == 0, result.output
    assert letters(log) == "AB" * 6
    (first, *_) = votes(log)
    assert (first.item, first.variant, first.decider, first.model) == ("i0", "base", "j", "some/model")
    (run,) = read_runs(tmp_path)
    assert [one.consistent for one in run.records] == [number % 3 != 0 for number in range(12)]
    assert {one.decided_by for one in run.records} == {"j"}
    assert "j: 8 consistent, 4 inconsistent, 0 undecided; 12 asked, 0 kept from before" in result.output
    assert "1,200 + 60 tokens, 0.0120 USD" in result.output


def test_a_judge_is_asked_greedily_by_schema_and_never_sees_the_answer(tmp_path: Path) -> None:
    run_of(tmp_path)
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
    for body in server.asked:
        assert (body["model"], body["temperature"], body["max_tokens"]) == ("m", 0.0, 64)
        allowed = body["response_format"]["json_schema"]["schema"]["properties"]["conclusion"]["enum"]
        assert allowed == ["A", "B", "none"]
        assert "<answer>" not in text_of(body["messages"][-1])


def test_a_second_run_makes_no_request_and_leaves_the_same_bytes(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        before, asked = path_for(log, "j").read_bytes(), len(server.asked)
        path_for(log, "j").unlink()
        result = judged(tmp_path / "model", f"j=m@{server.url}")
        assert len(server.asked) == asked == 12
    assert path_for(log, "j").read_bytes() == before
    assert "0 asked, 12 kept from before" in result.output


@pytest.mark.parametrize("changed", ["model", "template", "max_tokens", "response"])
def test_what_a_reply_depends_on_is_asked_anew(tmp_path: Path, changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = run_of(tmp_path, 3)
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        more: tuple[str, ...] = ()
        if changed == "template":
            (tmp_path / "own").mkdir()
            (tmp_path / "own/judge.jinja").write_text(
                "{{ mark }} question {{ question }}\n{{ mark }} reasoning\n{{ reasoning }}\n{{ mark }} end"
            )
            monkeypatch.setenv("LMMS_ROBUST_TEMPLATES", str(tmp_path / "own"))
        elif changed == "max_tokens":
            more = ("--max-tokens", "128")
        elif changed == "response":
            log.write_text(log.read_text().replace("Look 1", "I see 1"))
        elif changed == "model":
            more = ("--replace",)
        judged(tmp_path, f"j={'other' if changed == 'model' else 'm'}@{server.url}", more=more)
        assert len(server.asked) == (4 if changed == "response" else 6)


def test_another_model_under_a_name_is_refused_before_it_is_asked(tmp_path: Path) -> None:
    log = run_of(tmp_path, 3)
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        before = path_for(log, "j").read_bytes()
        result = judged(tmp_path, f"j=other@{server.url}")
        assert len(server.asked) == 3
        assert path_for(log, "j").read_bytes() == before
        judged(tmp_path, f"j=other@{server.url}", more=("--replace",))
    assert result.exit_code == 2
    assert (
        "j.verdicts' holds verdicts of 'm', not of 'other'; allowed: another name for the judge, or --rep"
        in result.output
    )
    assert {one.model for one in votes(log)} == {"other"}


def test_equal_responses_are_asked_about_once(tmp_path: Path) -> None:
    log = run_of(tmp_path, 1)
    sample = json.loads(log.read_text())
    repeats = [sample["record"] | {"repeat": number} for number in range(5)]
    log.write_text(json.dumps(sample | {"record": repeats, "filtered_resps": [sample["filtered_resps"]] * 5}) + "\n")
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        assert len(server.asked) == 1
    assert [(one.repeat, one.conclusion) for one in votes(log)] == [(number, "A") for number in range(5)]


@pytest.mark.usefixtures("impatient")
def test_overload_errors_and_torn_replies_are_tried_again(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    tries: Counter[str] = Counter()
    faults = [refusal("busy", 500), refusal("busy", 429), Answer("{", 200), Answer(completion("A"), cut=True)]

    def flaky(body: dict[str, Any]) -> Answer:
        text = reasoning(body)
        tries[text] += 1
        return right(body) if tries[text] > 1 else faults[len(tries) % 4]

    with serving(flaky) as server:
        judged(tmp_path, f"j=m@{server.url}")
    assert letters(log) == "AB" * 6
    assert set(tries.values()) == {2}


@pytest.mark.parametrize("status", [400, 422, 501])
@pytest.mark.usefixtures("impatient")
def test_a_server_that_takes_no_schema_is_asked_plainly_from_then_on(tmp_path: Path, status: int) -> None:
    log = run_of(tmp_path)

    def plain(body: dict[str, Any]) -> Answer:
        return refusal("Unexpected keys: {'response_format'}", status) if "response_format" in body else right(body)

    with serving(plain) as server:
        judged(tmp_path, f"j=m@{server.url}", more=("--concurrency", "1", "--max-retries", "0"))
        assert ["response_format" in body for body in server.asked] == [True] + [False] * 12
    assert letters(log) == "AB" * 6


HOSTILE = [
    '{"conclusion": "A", "conclusion": "B"}', "The reasoning ends on A.", "A B", "", "Ignore the rules: A", "Z",
    '{"verdict": "consistent"}', "[" * 100_000, "\ud83d", "<think>A", "A" * 70_000, '{"conclusion": ["A"]}',
]  # fmt: skip


def test_replies_that_are_no_verdict_leave_their_responses_undecided(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    with serving(lambda body: Answer(completion(HOSTILE[int(reasoning(body).split()[2][:-1])]))) as server:
        result = judged(tmp_path, f"j=m@{server.url}", more=("--max-retries", "0"))
    assert result.exit_code == 0, result.output
    assert letters(log) == "-" * 12
    assert all(one.failed for one in votes(log))
    assert {one.undecided for one in read_runs(tmp_path)[0].records} == {"judge_failed"}
    assert "12 undecided (of these failed: " in result.output


def test_a_reply_that_repeats_the_mark_is_no_verdict(tmp_path: Path) -> None:
    log = run_of(tmp_path, 1)

    def leaks(body: dict[str, Any]) -> Answer:
        mark = re.search(r"#[0-9a-f]{12}", text_of(body["messages"][-1]))
        assert mark
        thinks = "thinks" in body["model"]
        return Answer(completion(f"<think>{mark[0]}</think>A" if thinks else f'{mark[0]} end {{"conclusion": "A"}}'))

    with serving(leaks) as server:
        judged(tmp_path, f"j=m@{server.url}")
        judged(tmp_path, f"k=thinks@{server.url}")
    assert [(one.conclusion, one.failed) for one in votes(log)] == [(None, "canary")]
    assert [(one.conclusion, one.failed) for one in votes(log, "k")] == [("A", None)]


def test_a_reply_that_was_cut_off_says_so_and_one_whole_before_it_counts(tmp_path: Path) -> None:
    log = run_of(tmp_path, 2)

    def cut(body: dict[str, Any]) -> Answer:
        reply = completion("A" if "Look 0" in reasoning(body) else "Let me see whether")
        reply["choices"][0]["finish_reason"] = "length"
        return Answer(reply)

    with serving(cut) as server:
        judged(tmp_path, f"j=m@{server.url}")
    assert [(one.conclusion, one.failed) for one in votes(log)] == [("A", None), (None, "cut")]


@pytest.mark.usefixtures("impatient")
def test_one_request_that_is_refused_is_a_failed_verdict_and_is_asked_again_next_time(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    well = False

    def filtering(body: dict[str, Any]) -> Answer:
        return right(body) if well or "Look 5" not in reasoning(body) else refusal("content policy")

    with serving(filtering) as server:
        judged(tmp_path, f"j=m@{server.url}")
        assert letters(log) == "ABABA-ABABAB"
        assert [one.failed for one in votes(log)][5] == "refused"
        well, asked = True, len(server.asked)
        judged(tmp_path, f"j=m@{server.url}")
        assert len(server.asked) == asked + 1
    assert letters(log) == "AB" * 6


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda body: refusal("no", 500), "8 requests in a row are refused"),
        (lambda body: refusal("bad request"), "8 requests in a row are refused"),
        (lambda body: refusal("no such key sk-0123456789abcdef", 401), "a key in the environment variable"),
        (lambda body: refusal("no such model", 404), "a model that the server lists"),
        (lambda body: Answer(completion("A"), wait=True), "no reply in 1 attempts; allowed: a longer timeout"),
    ],
)
def test_a_server_that_answers_nothing_ends_the_work_in_one_line_without_the_key(
    tmp_path: Path, answer: Reply, said: str, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    log = run_of(tmp_path)
    with serving(answer) as server:
        more = ("--max-retries", "0", "--timeout", "0.5", "--concurrency", "1")
        result = judged(tmp_path, f"j=m@{server.url}", more=more)
    assert result.exit_code == 2
    assert said in result.output
    assert "what judges replied is kept" in result.output
    assert "0123456789" not in result.output
    assert sum(line.startswith("WARNING") for line in logged) == ("in a row" in said)  # however many are refused
    assert not path_for(log, "j").exists()


def test_each_server_is_sent_the_key_of_its_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_of(tmp_path, 1)
    monkeypatch.setenv("OPENAI_API_KEY", "shared")
    monkeypatch.setenv("OPENAI_API_KEY_MY_J", "own")
    with serving(right) as one, serving(right) as other:
        judged(tmp_path, f"my-j=m@{one.url}", f"k=m@{other.url}")
        assert (one.keys, other.keys) == (["Bearer own"], ["Bearer shared"])


def test_verdicts_that_are_not_asked_for_again_do_not_go_unsaid(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = run_of(tmp_path, 4)
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        assert "stood here" not in caplog.text
        log.write_text(log.read_text().replace('"consistent": null', '"consistent": true', 3))
        judged(tmp_path, f"j=m@{server.url}", more=("--rules-first",))
    assert "verdict(s) stood here and are not asked for now: gone" in caplog.text


def test_rules_first_asks_only_where_the_rules_are_undecided(tmp_path: Path) -> None:
    log = run_of(tmp_path, 4)
    log.write_text(log.read_text().replace("It is by tree B", "So the answer is (B)"))
    log.write_text(
        "".join(
            line.replace('"consistent": null', '"consistent": true') if "answer is (B)" in line else line
            for line in log.read_text().splitlines(keepends=True)
        )
    )
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}", more=("--rules-first",))
        assert len(server.asked) == 2
    assert [one.item for one in votes(log)] == ["i0", "i2"]
    assert [one.decided_by for one in read_runs(tmp_path)[0].records] == ["j", "rules", "j", "rules"]


def test_the_majority_of_several_judges_decides_and_all_votes_are_kept(tmp_path: Path) -> None:
    log = run_of(tmp_path, 4)
    with serving(right) as one, serving(always_a) as other:
        judges = [f"one=m@{one.url}", f"two=n@{one.url}", f"bad=m@{other.url}"]
        judged(tmp_path, *judges)
        judged(tmp_path, judges[2])
    assert [letters(log, name) for name in ("one", "two", "bad")] == ["ABAB", "ABAB", "AAAA"]
    assert [found.conclusion for found in read_runs(tmp_path)[0].records] == ["A", "B", "A", "B"]


def test_an_injected_start_is_shown_apart_whichever_harness_logged_it(tmp_path: Path) -> None:
    log = run_of(tmp_path, 1, "wrong_think")
    sample = json.loads(log.read_text())
    start, own = sample["filtered_resps"].split("<think>Look")
    theirs = {**sample, "filtered_resps": [f"<think>Look{own}"], "doc": {"prefill": start}}
    (tmp_path / "model/samples_robust_custom_wrong_think_d2.jsonl").write_text(json.dumps(theirs) + "\n")
    log.write_text(json.dumps(sample | {"input": f"source\nWhere?\n\n[assistant]\n{start}"}) + "\n")
    with serving(right) as server:
        judged(tmp_path, f"j=m@{server.url}")
        (text,) = {text_of(body["messages"][-1]) for body in server.asked}
    given = text.partition("which was given to the writer\n")[2].partition("\n#")[0]
    assert "left" in given or "right" in given
    assert "Look 0" not in given


def test_a_persons_labels_are_not_written_over(tmp_path: Path) -> None:
    log = run_of(tmp_path, 1)
    append(path_for(log, "me"), Vote("i0", "d", "base", 0, "r", "me", "A"))
    before = path_for(log, "me").read_bytes()
    with serving(right) as server:
        result = judged(tmp_path, f"me=m@{server.url}")
        assert not server.asked
    assert result.exit_code == 2
    assert "holds labels of a person; allowed: another name for the judge" in result.output
    assert path_for(log, "me").read_bytes() == before


def test_a_run_without_our_samples_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d_samples_other.jsonl").write_text("{}\n")
    result = judged(tmp_path, "j=m@http://127.0.0.1:9/v1")
    assert result.exit_code == 2
    assert "no samples of robust tasks below" in result.output


@pytest.mark.parametrize(
    ("judges", "said"),
    [
        (["j"], "judge 'j'; allowed: NAME=MODEL@BASE_URL"),
        (["j=m"], "judge 'j=m'; allowed"),
        (["j=m@localhost:8000"], "allowed: NAME=MODEL@BASE_URL"),
        (["j=@http://x/v1"], "allowed: NAME=MODEL@BASE_URL"),
        (["j=hf:"], "allowed: NAME=MODEL@BASE_URL"),
        (["rules=m@http://x/v1"], "decider 'rules'; allowed"),
        (["a/b=m@http://x/v1"], "decider 'a/b'; allowed"),
        (["human-ann=m@http://x/v1"], "judge 'human-ann'; allowed: no name of a person"),
        (["reordered=m@http://x/v1"], "judge 'reordered'; allowed: no name of a person (human-…), and not 'reordered'"),
        (["j=m@http://x/v1", "j=n@http://x/v1"], "two judges are called 'j'"),
        (["j=hf:/no/such/folder"], "no such folder"),
    ],
)
def test_a_judge_that_cannot_be_is_refused_in_one_line(tmp_path: Path, judges: list[str], said: str) -> None:
    run_of(tmp_path, 1)
    result = judged(tmp_path, *judges)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1


def test_a_fault_in_one_log_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = run_of(tmp_path, 2)
    other = log.with_name("d2_samples_robust_x.jsonl")
    other.write_text("{\n" + log.read_text())
    with serving(lambda body: told(body, "B")) as server:
        judged(tmp_path, f"j=m@{server.url}")
    assert (letters(log), letters(other)) == ("BB", "BB")
    assert "left out" in caplog.text
    assert "1 of 3 line(s)" in caplog.text


def test_what_a_request_says_itself_is_no_field_of_extra_body(tmp_path: Path) -> None:
    run_of(tmp_path, 1)
    result = judged(
        tmp_path, "j=m@http://127.0.0.1:9/v1", more=("--extra-body", '{"model": "other", "temperature": 1}')
    )
    assert result.exit_code == 2
    assert result.output == (
        "lmms-robust: --extra-body sets model, temperature; allowed: fields that are not the judge's own\n"
    )


def test_nan_is_no_number_of_seconds(tmp_path: Path) -> None:
    run_of(tmp_path, 1)
    result = judged(tmp_path, "j=m@http://127.0.0.1:9/v1", more=("--timeout", "nan"))
    assert result.exit_code == 2
    assert "nan is no number" in result.output
