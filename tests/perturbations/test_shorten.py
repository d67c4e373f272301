from itertools import pairwise

import pytest

from lmms_robust.perturbations.shorten import SHARES, shortened


def test_sentences_are_kept_whole_where_one_ends_near() -> None:
    chain = "It is 3.5 m away. So it is far. I see a dog. It is left."
    assert shortened(chain) == (
        "",
        "It is 3.5 m away.",
        "It is 3.5 m away. So it is far.",
        "It is 3.5 m away. So it is far. I see a dog.",
        chain,
    )


def test_words_are_kept_whole_within_a_long_sentence() -> None:
    chain = "one two three four five six seven eight nine ten eleven twelve"
    parts = shortened(chain)
    assert parts == ("", "one two three", " ".join(chain.split()[:7]), " ".join(chain.split()[:10]), chain)


def test_scripts_without_blanks_are_cut_at_the_share() -> None:
    assert [len(part) for part in shortened("红色的圆在左边而蓝色的")] == [0, 3, 6, 8, 11]


def test_an_injected_start_is_always_kept() -> None:
    start = "Let me look. The dog is right."
    parts = shortened(f"{start} No, I see a dog. It is left. It is small. So left.", len(start))
    assert parts[0] == start
    assert parts[1] == f"{start} No, I see a dog."
    assert parts[-1].endswith("So left.")


@pytest.mark.parametrize("chain", ["x", "a b", "\n\n", "é\u0301", "a" * 1000, ". . . .", "a. " * 400])
def test_every_part_is_a_start_of_the_next(chain: str) -> None:
    parts = shortened(chain)
    assert len(parts) == len(SHARES)
    assert all(later.startswith(part) for part, later in pairwise(parts))
    assert parts[-1] == chain.rstrip()
