from dataclasses import replace
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS, build
from lmms_robust.perturbations.probe import force_answer
from lmms_robust.prompts import TEMPLATES_VARIABLE
from lmms_robust.reading import parse_response
from lmms_robust.schema import Item


@pytest.mark.parametrize("name", VARIANTS)
def test_the_next_letter_is_the_answer_and_nothing_else_changes(item: Item, name: str) -> None:
    variant = build(item, name)
    forced = force_answer(variant)
    assert replace(forced, prefill=variant.prefill, probe=False) == variant
    assert forced.prefill.startswith(variant.prefill)
    assert forced.prefill.endswith("</think><answer>")
    assert forced.prefill.count("<think>") == forced.prefill.count("</think>") == 1
    for letter in "ABCD":
        assert parse_response(f"{forced.prefill}{letter}</answer>", forced.options).answer == letter


def test_reasoning_is_closed_where_it_is_open_and_that_of_stop_think_where_there_is_none(item: Item) -> None:
    forced = {name: force_answer(build(item, name)).prefill for name in VARIANTS}
    assert forced["base"] == forced["wrong_caption"] == forced["abstain_base"] == forced["stop_think"]
    assert forced["stop_think"] == "<think>Okay let's see. This should be the final answer.</think><answer>"
    assert forced["wrong_think"].endswith('".</think><answer>')
    assert forced["wrong_think_but"].endswith('", but I think</think><answer>')


BAD = ("<think></think><answer>", "{{ prefill }}", "{{ prefill }}</think>So", "{{ prefill }}<answer>A</answer>", "")


@pytest.mark.parametrize("text", BAD)
def test_a_template_that_does_not_force_the_answer_is_refused(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "probe.jinja").write_text(text)
    monkeypatch.setenv(TEMPLATES_VARIABLE, str(tmp_path))
    with pytest.raises(
        RobustError, match=r"template probe\.jinja: scenes item 'scenes-x-0001', wrong_think: gives"
    ) as raised:
        force_answer(build(item, "wrong_think"))
    assert "\n" not in str(raised.value)
