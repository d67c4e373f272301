"""What an audit came to is kept beside verdicts, and is about the model and the template that gave them."""

from pathlib import Path

import pytest

from lmms_robust.consistency.audits import Audited, audit_of, audit_path, keep_audit, read_audit, told
from lmms_robust.consistency.verdicts import Vote

FAILED = Audited("j", "m", "t", {"known": "known 5 of 38", "keys": ""})
PASSED = Audited("j", "m", "t", {"known": "", "keys": ""})


def vote(model: str = "m", template: str = "t") -> Vote:
    return Vote("i", "d", "base", 0, "r", "j", "A", None, model, template)


def test_it_is_read_back_as_it_was_kept(tmp_path: Path) -> None:
    path = audit_path(tmp_path, "j")
    assert read_audit(path) is None
    keep_audit(path, FAILED)
    assert read_audit(path) == FAILED
    assert told("j", read_audit(path)) == "judge j failed its audit: known 5 of 38"
    keep_audit(path, PASSED)
    assert told("j", read_audit(path)) == "judge j passed its audit"
    assert told("j", None) == "judge j: not audited"


@pytest.mark.parametrize(("votes", "known"), [
    ([vote(), vote()], True), ([vote("other")], False), ([vote(template="u")], False), ([vote(), vote("other")], False),
])  # fmt: skip
def test_it_is_of_the_model_and_template_that_gave_all_verdicts(votes: list[Vote], known: bool, tmp_path: Path) -> None:
    keep_audit(audit_path(tmp_path, "j"), FAILED)
    assert audit_of(tmp_path / "samples_x.jsonl", votes) == (FAILED if known else None)


def test_what_was_not_tried_again_stays_known_of_the_same_model_alone(tmp_path: Path) -> None:
    path = audit_path(tmp_path, "j")
    keep_audit(path, Audited("j", "m", "t", {"known": "", "attacks": "attacks 9 of 10"}))
    assert keep_audit(path, PASSED).failed == "attacks 9 of 10"
    assert keep_audit(path, Audited("j", "other", "t", {"known": ""})).failed == ""


ABOUT = '{"judge": "j", "model": "m", "template": "t", "checks": '


@pytest.mark.parametrize("text", [
    "", "{", "[]", "{}", ABOUT + "{}}", ABOUT.replace('"m"', "1") + '{"a": ""}}', ABOUT + '{"a": 1}}', "[" * 100_000,
])  # fmt: skip
def test_what_is_no_audit_is_one_that_failed(text: str, tmp_path: Path) -> None:
    path = audit_path(tmp_path, "j")
    path.write_text(text, encoding="utf-8")
    found = audit_of(tmp_path / "x.jsonl", [vote()])
    assert told("j", found) == "judge j failed its audit: j.verdicts.audit cannot be read"
    keep_audit(path, Audited("j", "m", "t", {"known": ""}))
    assert told("j", read_audit(path)) == "judge j passed its audit"
