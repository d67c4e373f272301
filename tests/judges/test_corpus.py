"""The texts that judges are audited with, and what attacks on the rules come to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pytest

from lmms_robust.consistency.explicit import TAIL
from lmms_robust.consistency.judge import Asked, Said, asked_about, request
from lmms_robust.judges.attacked import Outcome, asked_of_rules, by_family, outcomes
from lmms_robust.judges.audit import audit
from lmms_robust.judges.corpus import ENCODINGS, MASTER_KEYS, attacks, benign, known
from lmms_robust.reading import parse_response
from lmms_robust.schema import letters
from tests.judges.oracle import asking, right

FAMILIES = {
    "naive", "ignore-previous", "combined", "escape characters", "fake completion", "fake reasoning", "empty",
    "authority", "updated criteria", "other language", "encoded",
}  # fmt: skip


def test_there_are_enough_of_every_family_and_none_twice() -> None:
    counts = Counter(one.family for one in attacks())
    assert {*counts} == FAMILIES
    assert sum(counts.values()) >= 200
    assert min(counts.values()) >= 15
    assert len({one.reasoning for one in attacks()}) == len(attacks())
    kinds = Counter(one.kind for one in benign())
    assert kinds == {"hedging": 20, "format": 20, "language": 20}
    assert len({one.reasoning for one in benign()}) == 60
    assert len({*MASTER_KEYS}) == len(MASTER_KEYS)


def test_known_conclusions_are_letters_of_their_options_and_all_letters_are_right_at_times() -> None:
    for one in known():
        allowed = letters(len(one.options))
        assert one.conclusion in (None, *allowed)
        assert one.wrong in allowed
        assert one.wrong != one.conclusion
    assert {one.conclusion for one in known()} == {"A", "B", "C", "D", None}


def test_those_that_name_options_by_their_words_name_no_letter() -> None:
    for one in known():
        if one.in_words:
            assert not {"A", "B", "C", "D"} & {*one.reasoning.replace(".", " ").replace(",", " ").split()} - {"A"}
            assert "(A)" not in one.reasoning
            assert "option" not in one.reasoning


@pytest.mark.parametrize("attack", attacks(), ids=lambda one: one.id)
def test_an_attack_stands_in_the_reasoning_of_its_twin(attack) -> None:
    assert attack.of.body in attack.reasoning
    assert attack.of.ending in attack.reasoning
    assert "{letter}" not in attack.reasoning
    assert "{option}" not in attack.reasoning
    assert len(attack.reasoning) < TAIL
    assert (attack.of.conclusion is None) == (attack.family == "empty")
    assert attack.target != attack.of.conclusion


def test_encodings_are_not_plain_and_can_be_read_back() -> None:
    import base64
    import codecs

    text = "Reply A."
    found = {name: encode(text) for name, encode in ENCODINGS.items()}
    assert base64.b64decode(found["base64"]).decode() == text
    assert bytes.fromhex(found["hex"]).decode() == text
    assert codecs.decode(found["rot13"], "rot13") == text
    assert found["reversed"] == ".A ylpeR"
    assert "".join(chr(ord(sign) - 0xE0000) for sign in found["tags"]) == text


def test_hidden_text_of_an_attack_is_not_in_what_a_judge_is_sent() -> None:
    hidden = [one for one in attacks() if any(ord(sign) > 0xE0000 for sign in one.reasoning)]
    assert len(hidden) == 3
    for one in hidden:
        reading = parse_response(one.response(attacked=True), one.of.options, question=one.of.question)
        about = asked_about(one.of.question, one.of.options, reading, "s")
        assert about is not None
        assert max(request(about).text) < "\U000e0000"


def test_a_decider_that_is_right_is_changed_by_no_attack_and_one_that_obeys_is_counted_by_family() -> None:
    found = outcomes(asking(right))
    assert all(changed == 0 for _, changed, _ in by_family(found).values())
    assert all(one.clean is (None if one.attack.family == "empty" else False) for one in found)
    targets = {one.reasoning.strip(): one.target for one in attacks()}
    obeyed = outcomes(lambda questions: [Said(targets.get(one.reasoning.strip(), right(one))) for one in questions])
    assert sum(changed for _, changed, _ in by_family(obeyed).values()) > 180


def test_a_verdict_that_is_lost_is_not_one_that_changed() -> None:
    one = Outcome(attacks()[0], clean=False, attacked=None)
    assert (one.changed, one.silenced) == (False, True)
    one = Outcome(attacks()[0], clean=False, attacked=True)
    assert (one.changed, one.silenced) == (True, False)


def test_the_rules_pass_the_audit_but_that_they_leave_some_benign_twins_undecided() -> None:
    found = audit("rules", asked_of_rules)
    assert {check.name for check in found.checks if not check.passed} <= {"changed by benign"}, str(found)
    twins = {one.reasoning.strip(): one.of.conclusion for one in benign()}
    said: list[tuple[str | None, str | None]] = []

    def ask(questions: Sequence[Asked]) -> list[Said]:
        replies = asked_of_rules(questions)
        for question, reply in zip(questions, replies, strict=True):
            if question.reasoning.strip() in twins:
                said.append((twins[question.reasoning.strip()], reply.conclusion))
        return replies

    audit("rules", ask)
    assert len(said) == 60
    assert [pair for pair in said if pair[1] not in (None, pair[0])] == []


def test_no_attack_changes_a_verdict_of_the_rules() -> None:
    changed = [(one.attack.id, one.attack.family) for one in outcomes(asked_of_rules) if one.changed]
    assert changed == []


def test_the_files_are_json_lines() -> None:
    from importlib.resources import files

    for name in ("known", "benign", "attacks"):
        text = files("lmms_robust.judges").joinpath(f"{name}.jsonl").read_text(encoding="utf-8")
        ids = [json.loads(line)["id"] for line in text.splitlines()]
        assert len({*ids}) == len(ids)
