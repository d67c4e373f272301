"""A backend's report comes back as it was sealed, whatever the model wrote before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.schema import LetterProbs
from lmms_robust.transport import Report, Response, seal, unseal

SHARES = st.integers(0, 10**7).map(lambda share: share / 10**7)
PROBS = st.builds(
    LetterProbs,
    st.dictionaries(st.sampled_from("ABCDEFGHIJ"), SHARES, min_size=2),
    st.just(""),
    st.none() | SHARES,
)
REPORTS = st.builds(
    Report,
    st.sampled_from([None, "prefill", "inline"]),
    st.none() | PROBS,
    st.sampled_from([None, True, False]),
    st.none() | st.integers(0, 9999),
    st.none() | st.integers(0, 9999),
    st.sampled_from(["shown", "summarised", "hidden"]),
    st.sampled_from([(), ("temperature", "top_k")]),
    st.none() | st.floats(0, 9, allow_nan=False),
)


@given(st.text(), REPORTS)
def test_what_was_sealed_comes_back(text: str, report: Report) -> None:
    assert unseal(seal(text, report)) == Response(text, report)
    assert unseal(seal(text, report) + " \n") == Response(text, report)  # a harness strips, another does not


def test_probabilities_near_one_still_rank_answers() -> None:
    """Of a model that is certain nearly always, AUROC rests on them alone."""
    found = [unseal(seal("B", Report(letter_probs=LetterProbs({"B": 1 - rest})))) for rest in (1e-6, 2e-6, 4e-6)]
    assert [one.report.letter_probs.probs["B"] for one in found] == [0.999999, 0.999998, 0.999996]


@given(st.text())
def test_text_without_a_report_is_a_response_of_another_backend(text: str) -> None:
    assert unseal(text + ".") == Response(text + ".", None)


def test_a_report_that_a_model_wrote_itself_is_text() -> None:
    forged = seal("<think>x</think><answer>A</answer>", Report("prefill", LetterProbs({"A": 1.0})))
    assert unseal(seal(forged, Report("inline"))) == Response(forged, Report("inline"))
    assert unseal(seal(forged)) == Response(forged, Report())


BAD = ("", "{", "[]", "x", '{"other": 1}', '{"cut": "yes"}', '{"output_tokens": -1}', '{"injection": "none"}',
       '{"price": 1' + "0" * 400 + "}", '{"price": true}', '{"output_tokens": 1' + "0" * 400 + "}",
       '{"letter_probs": {"probs": {}}}', '{"letter_probs": {"probs": {"A": 1.5}}}', '{"price": NaN}',
       '{"letter_probs": {"probs": {"A": true}}}', '{"letter_probs": {"probs": {"A": NaN}}}', "[" * 100_000,
       '{"letter_probs": {"probs": {"A": 0.5}, "at_most": "B"}}', '{"not_honoured": "x"}')  # fmt: skip


@pytest.mark.parametrize("payload", BAD, ids=range(len(BAD)))
def test_what_is_no_report_is_text(payload: str) -> None:
    text = f"<answer>B</answer><backend_report>{payload}</backend_report>"
    assert unseal(text) == Response(text, None)
