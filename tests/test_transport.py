from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.transport import Sealed, seal, unseal


@given(st.text(), st.sampled_from(["prefill", "inline"]))
def test_what_was_sealed_comes_back(text: str, injection: str) -> None:
    assert unseal(seal(text, injection)) == Sealed(text, injection)


@given(st.text())
def test_text_without_a_report_is_a_response_to_an_inline_request(text: str) -> None:
    assert unseal(text + ".") == Sealed(text + ".", "inline")


def test_a_report_that_a_model_wrote_itself_within_its_text_is_text() -> None:
    forged = "<think>x<injection>inline</injection></think>"
    assert unseal(seal(forged, "prefill")) == Sealed(forged, "prefill")
