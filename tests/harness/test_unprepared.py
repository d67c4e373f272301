import pytest

from lmms_robust.harness import unprepared


@pytest.mark.parametrize("name", ["spatial_mm_multihop__base", "spatial_mm_multihop__suite"])
def test_asking_for_a_function_ends_the_run_in_one_line_that_says_what_to_do(name: str) -> None:
    with pytest.raises(SystemExit, match="benchmark spatial_mm_multihop: no hub has its rows") as caught:
        getattr(unprepared, name)
    said = str(caught.value)
    assert "`lmms-robust prepare spatial_mm`" in said
    assert "`lmms-robust local spatial_mm_multihop`" in said
    assert "\n" not in said


def test_other_names_are_not_there() -> None:
    assert not hasattr(unprepared, "__wrapped__")
