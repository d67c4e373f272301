"""From scripted judges over HTTP to their measured error: judge, label, agreement, correction, and the audit."""

from __future__ import annotations

import csv
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from statsmodels.stats.inter_rater import cohens_kappa

from lmms_robust.cli import main
from lmms_robust.consistency.judge import Asked
from lmms_robust.consistency.verdicts import Vote, path_for, read, write
from tests.backends.conftest import impatient as impatient
from tests.backends.servers import Answer, serving
from tests.judges.oracle import Rule, always_a, noisy, obedient, over_http, right
from tests.judges.scripted import reasoning, run_of, told
from tests.judges.scripted import right as right_of_run

RESPONSES = 400
NOISE = 0.3


def mistaken(body: dict[str, Any]) -> Answer:
    """Names the other letter in three of ten responses, always the same ones."""
    text = reasoning(body)
    letter = text.rstrip(".")[-1]
    share = int(sha256(text.encode()).hexdigest()[:8], 16) / 16**8
    return told(body, {"A": "B", "B": "A"}[letter] if share < NOISE else letter)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_noise_of_a_judge_is_recovered_and_its_rate_corrected(tmp_path: Path) -> None:
    log = run_of(tmp_path, RESPONSES)
    with serving(mistaken) as one, serving(right_of_run) as other:
        run("judge", tmp_path, "--judge", f"bad=m@{one.url}", "--judge", f"good=m@{other.url}", "--no-audit")
    votes = {name: [*read(path_for(log, name)).found.values()] for name in ("bad", "good")}
    labels = [
        Vote(vote.item, vote.digest, vote.variant, vote.repeat, vote.response, "ann", vote.conclusion)
        for vote in votes["good"][: RESPONSES // 2]
    ]
    write(path_for(log, "ann"), labels)
    rows = csv.DictReader(StringIO(run("agreement", tmp_path, "--labels", "ann", "--format", "csv")))
    found = {(row["variant"], row["deciders"], row["name"]): row for row in rows}

    wrong = sum(one.conclusion != other.conclusion for one, other in zip(*votes.values(), strict=True))
    agreed = found[("all", "bad+ann", "raw_agreement")]
    assert float(agreed["interval_low"]) < 1 - NOISE < float(agreed["interval_high"])
    truth = np.array([number % 3 == 0 for number in range(RESPONSES)])  # whether reasoning and answer differ
    said = truth ^ np.array([one.conclusion != other.conclusion for one, other in zip(*votes.values(), strict=True)])
    table = np.zeros((2, 2))
    np.add.at(table, (said.astype(int), truth.astype(int)), 1)
    kappa = float(found[("all", "bad+good", "cohens_kappa")]["value"])
    assert kappa == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-9)
    raw, corrected, classic = (
        found[("all", "bad", f"consistency_{name}")] for name in ("raw", "corrected", "rogan_gladen")
    )
    consistent = 1 - truth.mean()
    assert float(raw["value"]) == pytest.approx(1 - said.mean())
    assert float(raw["interval_high"]) < consistent
    assert wrong == pytest.approx(NOISE * RESPONSES, abs=30)
    for one in (corrected, classic):
        assert float(one["interval_low"]) < consistent < float(one["interval_high"])


@pytest.mark.parametrize(
    ("rule", "more", "said"),
    [
        (right, [], ["audit of j: trust"]),
        (always_a, [], ["do not trust (wrong on known", "letter, not text 52 of 52"]),
        (noisy(0.3), [], ["changed when asked again"]),
        (obedient, [], ["do not trust (changed by some attacks"]),
        (obedient, ["--attacks"], ["changed by attacks"]),
    ],
)
def test_the_audit_tells_over_http_what_a_judge_is_worth(
    tmp_path: Path, rule: Rule, more: list[str], said: list[str]
) -> None:
    run_of(tmp_path)
    with serving(over_http(rule)) as server:
        result = CliRunner().invoke(
            main, ["judge", str(tmp_path), "--judge", f"j=m@{server.url}", "--audit-only", *more]
        )
    assert result.exit_code == (rule is not right)
    for words in said:
        assert words in " ".join(result.output.split()), result.output


def test_what_an_earlier_audit_found_is_said_and_counts(tmp_path: Path) -> None:
    run_of(tmp_path)
    unasked: set[str] = set()

    def cunning(about: Asked) -> str | None:
        """Withstands the attacks that are tried unasked."""
        return right(about) if about.reasoning in unasked else obedient(about)

    def watched(about: Asked) -> str | None:
        unasked.add(about.reasoning)
        return right(about)

    def arguments(name: str, url: str) -> list[str]:
        return ["judge", str(tmp_path), "--judge", f"{name}=m@{url}", "--audit-only"]

    with serving(over_http(watched)) as server:
        assert CliRunner().invoke(main, arguments("other", server.url)).exit_code == 0
    with serving(over_http(cunning)) as server:
        assert CliRunner().invoke(main, [*arguments("j", server.url), "--attacks"]).exit_code == 1
        result = CliRunner().invoke(main, arguments("j", server.url))
    assert "audit of j: trust" in result.output
    assert "before: judge j failed its audit: changed by attacks" in " ".join(result.output.split())
    assert result.exit_code == 1
