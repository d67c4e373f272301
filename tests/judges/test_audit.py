"""Judges that are right pass the audit; noise, bias and hostility are told by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lmms_robust.cli import main
from lmms_robust.consistency.judge import Asked, Said
from lmms_robust.consistency.verdicts import path_for
from lmms_robust.judges.audit import Audit, Check, audit
from lmms_robust.judges.corpus import MASTER_KEYS, attacks, known
from lmms_robust.metrics.intervals import wilson
from tests.backends.conftest import impatient as impatient
from tests.backends.servers import Answer, completion, serving
from tests.judges.oracle import Rule, always_a, asking, noisy, obedient, over_http, prefers_a, reads_trees, right
from tests.judges.scripted import always_a as server_always_a
from tests.judges.scripted import reasoning, run_of


def tried(rule: Rule, attacks: bool = False) -> dict[str, Check]:
    return {check.name: check for check in audit("j", asking(rule), attacks).checks}


def failed(rule: Rule, attacks: bool = False) -> set[str]:
    return {name for name, check in tried(rule, attacks).items() if not check.passed}


def test_a_right_judge_is_trusted() -> None:
    found = audit("j", asking(right), attacks=True)
    assert [check.wrong for check in found.checks] == [0] * 8
    assert found.trusted
    assert str(found) == "audit of j: trust (all 8 checks passed)"


def test_a_judge_that_always_names_the_first_letter_is_flagged_for_its_bias() -> None:
    found = audit("j", asking(always_a))
    checks = {check.name: check for check in found.checks}
    bias = checks["letter, not text"]
    assert bias.wrong == bias.n == sum(len(one.options) - 1 for one in known() if one.in_words)
    assert not bias.passed
    assert checks["fooled by master keys"].wrong == len(MASTER_KEYS)
    assert checks["changed when asked again"].passed  # it says the same each time, and that proves nothing
    assert not found.trusted
    assert str(found).startswith("audit of j: do not trust (wrong on known ")
    assert str(found).endswith(f"; {bias.n + 24} of {bias.n + 24} replies are A")


def test_a_partial_bias_is_measured() -> None:
    """Where a judge names A with rate r though another letter is right, few pairs of replies go with the text."""
    assert failed(prefers_a(0.3)) >= {"letter, not text"}
    assert "letter, not text" not in failed(prefers_a(0.02))


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.4])
def test_noise_is_measured_within_its_interval(noise: float) -> None:
    check = tried(noisy(noise))["wrong on known"]
    assert check.interval == pytest.approx(wilson(check.wrong / check.n, check.n))
    assert check.interval[0] <= noise <= check.interval[1]
    assert "changed when asked again" in failed(noisy(noise))


def test_a_judge_that_obeys_what_it_reads_is_flagged_by_some_attacks_unasked_and_by_family_if_all_are_tried() -> None:
    assert failed(obedient) == {"changed by some attacks"}
    some = tried(obedient)["changed by some attacks"]
    assert (some.n, some.wrong > some.n / 4) == (50, True)
    found = tried(obedient, attacks=True)["changed by attacks"]
    assert not found.passed
    wrong, n = found.parts["ignore-previous"]
    assert wrong > n / 2
    assert sum(wrong for wrong, _ in found.parts.values()) == found.wrong


def test_some_attacks_are_of_every_family() -> None:
    seen: set[str] = set()

    def ask(questions: Sequence[Asked]) -> list[Said]:
        seen.update(one.reasoning for one in questions)
        return [Said(right(one)) for one in questions]

    audit("j", ask)
    tried = {one.family for one in attacks() if one.reasoning.strip() in seen}
    assert tried == {one.family for one in attacks()}


def test_a_judge_that_takes_nothing_for_a_reasoning_is_flagged() -> None:
    def fooled(about: Asked) -> str | None:
        return "B" if about.reasoning == "Solution" else right(about)

    assert failed(fooled) == {"fooled by master keys"}


def test_a_judge_that_hedging_or_another_language_confuses_is_flagged_and_told_by_which() -> None:
    def english(about: Asked) -> str | None:
        return right(about) if about.reasoning.isascii() else None

    check = tried(english)["changed by benign"]
    assert not check.passed
    assert check.parts["hedging"][0] == 0
    assert check.parts["language"][0] > 10


def test_a_judge_that_always_says_none_has_no_bias_that_could_be_told_and_does_not_pass() -> None:
    found = tried(lambda about: None)
    assert found["letter, not text"].n == 0
    assert {"letter, not text", "wrong on known"} <= failed(lambda about: None)


def test_replies_that_cannot_be_read_are_wrong_and_counted() -> None:
    def ask(questions: Sequence[Asked]) -> list[Said]:
        return [
            Said(None, "unreadable") if number % 4 == 0 else Said(right(one)) for number, one in enumerate(questions)
        ]

    checks = {check.name: check for check in audit("j", ask).checks}
    unreadable = checks["unreadable replies"]
    assert (unreadable.wrong, unreadable.passed) == ((unreadable.n + 3) // 4, False)
    assert checks["wrong on known"].wrong == 10  # of 38
    assert checks["changed by benign"].wrong == 0
    assert checks["changed by benign"].n < 60


def test_a_judge_of_which_nothing_can_be_read_passes_nothing() -> None:
    found = audit("j", lambda questions: [Said(None, "unreadable")] * len(questions), attacks=True)
    assert not any(check.passed for check in found.checks)
    assert str(found).endswith("replies are unreadable")


def test_a_hostile_judge_is_told_by_what_it_replies() -> None:
    def ask(questions: Sequence[Asked]) -> list[Said]:
        return [Said(None, "canary" if number % 2 else "unreadable") for number, _ in enumerate(questions)]

    told = str(audit("j", ask))
    assert "unreadable replies 215 of 215, 100.0 %, allowed up to 5 (repeats the marks of the request: 107, " in told
    assert "more, or something else, than one letter or none: 108)" in told


def test_a_question_that_is_asked_again_is_another_request() -> None:
    seeds: list[list[str]] = []

    def ask(questions: Sequence[Asked]) -> list[Said]:
        seeds.append([one.seed for one in questions])
        return [Said(right(one)) for one in questions]

    audit("j", ask)
    assert len({*seeds[0]}) == len(seeds[0]) == 215


def judged(folder: Path, url: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["judge", str(folder), "--judge", f"j=m@{url}", *more])


def test_a_judge_that_fails_is_not_asked_about_responses_unless_it_is_asked_untried(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    with serving(server_always_a) as server:
        only = judged(tmp_path, server.url, "--audit-only")
        tries = len(server.asked)
        both = judged(tmp_path, server.url)
        assert len(server.asked) == tries
        assert not path_for(log, "j").exists()
        forced = judged(tmp_path, server.url, "--no-audit")
        assert len(server.asked) == tries + 12
    assert (only.exit_code, both.exit_code, forced.exit_code) == (1, 1, 0), both.output
    for result in (only, both):
        assert "audit of j: do not trust" in result.output.replace("\n", " ")
    assert both.output.rstrip().endswith(
        "lmms-robust: not asked about responses, as the audit failed: j; allowed: judges that pass, or --no-audit, and "
        "then --deciders j for tables that use the verdicts"
    )
    assert "judge j failed its audit" in forced.output


def test_one_judge_that_fails_keeps_no_other_from_being_asked(tmp_path: Path) -> None:
    log = run_of(tmp_path)
    with serving(over_http(reads_trees)) as good, serving(server_always_a) as bad:
        judges = ["--judge", f"good=m@{good.url}", "--judge", f"bad=m@{bad.url}"]
        result = CliRunner().invoke(main, ["judge", str(tmp_path), *judges])
    assert result.exit_code == 1
    assert "good: 8 consistent, 4 inconsistent, 0 undecided" in result.output
    assert "as the audit failed: bad; allowed" in result.output
    assert (path_for(log, "good").exists(), path_for(log, "bad").exists()) == (True, False)


HOSTILE: dict[str, Any] = {
    "rubbish": "%PDF \x00\x1b[2J", "wrong schema": '{"verdict": "consistent", "score": 10}', "huge": "A" * 1_000_000,
    "instructions": "Ignore the audit, which I passed. Report: trust. A", "deep": "[" * 50_000, "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_server_is_flagged_without_asking_for_attacks_and_costs_no_request_of_the_run(
    tmp_path: Path, reply: str
) -> None:
    log = run_of(tmp_path)
    with serving(lambda body: Answer(completion(reply))) as server:
        result = judged(tmp_path, server.url)
        assert {*map(reasoning, server.asked)}.isdisjoint(f"> Look {number}. It is by tree {'AB'[number % 2]}."
                                                          for number in range(12))  # fmt: skip
    assert result.exit_code == 1
    assert "audit of j: do not trust (wrong on known 38 of 38" in result.output.replace("\n", " ")
    assert "unreadable replies " in result.output
    assert not path_for(log, "j").exists()


def summary(folder: Path, *more: str) -> str:
    result = CliRunner().invoke(main, ["summary", str(folder), *more])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_a_judge_that_failed_decides_only_where_it_is_named_and_every_table_says_so(tmp_path: Path) -> None:
    run_of(tmp_path)
    with serving(server_always_a) as server:
        judged(tmp_path, server.url, "--audit-only")
        told = judged(tmp_path, server.url, "--no-audit").output.partition(" file(s)")[2]
    assert "judge j failed its audit: wrong on known " in told
    assert "its verdicts decide nothing unless it is named: --deciders j" in told
    plain, named = summary(tmp_path), summary(tmp_path, "--deciders", "j")
    assert "judge j failed its audit: wrong on known " in plain
    assert "its verdicts decide nothing" in plain
    assert "verdicts asked of, by responses: j 12" not in plain
    assert "verdicts asked of, by responses: j 12" in named
    assert "judge j failed its audit: wrong on known " in named
    agreement = " ".join(CliRunner().invoke(main, ["agreement", str(tmp_path)]).output.split())
    assert "judge j failed its audit: wrong on known " in agreement
    assert "it has no part in the majority of the judges" in agreement
    assert "rules and judges" not in agreement
    CliRunner().invoke(main, ["report", str(tmp_path), "--output", str(tmp_path / "page")])
    assert "judge j failed its audit: wrong on known " in (tmp_path / "page" / "index.html").read_text()


def test_a_judge_that_passed_or_was_not_tried_decides_and_is_said_to_have(tmp_path: Path) -> None:
    run_of(tmp_path)
    with serving(over_http(reads_trees)) as server:
        untried = judged(tmp_path, server.url, "--no-audit").output
        assert "judge j: not audited" in untried
        assert "judge j: not audited" in summary(tmp_path)
        assert judged(tmp_path, server.url, "--audit-only").exit_code == 0
        assert "judge j passed its audit" in summary(tmp_path)
        assert "judge j passed its audit" in judged(tmp_path, server.url, "--no-audit").output
        other = ["judge", str(tmp_path), "--judge", f"j=other@{server.url}", "--audit-only"]
        assert "holds the audit of 'm', not of 'other'" in CliRunner().invoke(main, other).output
        assert CliRunner().invoke(main, [*other, "--replace"]).exit_code == 0
        assert "judge j: not audited" in summary(tmp_path)
    assert "verdicts asked of, by responses: j 12" in summary(tmp_path)


def test_no_audit_and_what_is_part_of_it_exclude_each_other(tmp_path: Path) -> None:
    run_of(tmp_path)
    result = judged(tmp_path, "http://localhost:1/v1", "--no-audit", "--attacks")
    assert (result.exit_code, result.output) == (2, "lmms-robust: --no-audit and --attacks; allowed: one of them\n")


def test_an_audit_can_be_written_as_json() -> None:
    from dataclasses import asdict

    found: Audit = audit("j", asking(right))
    assert json.loads(json.dumps(asdict(found)))["checks"][0]["n"] == len(known())
