"""Sentences about checkpoints compare first and last step, and sentences about many models name what misleads them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from tests.pages.made import lmms_robust
from tests.report.samples import line, log, record


def sentences(page: str) -> list[str]:
    return [unescape(one).replace("\N{NO-BREAK SPACE}", " ") for one in re.findall("<li>(.*?)</li>", page)]


def test_sentences_about_checkpoints_compare_the_first_with_the_last(tmp_path: Path) -> None:
    fell = {0: (0, 2), 50: (3, 4), 100: (1, 1)}  # right of four at base, and under wrong_think
    for step, counts in fell.items():
        samples = [
            line(record(f"i{item}", variant, "A" if item < number else "B", True, digest=f"d{item}"))
            for variant, number in zip(("base", "wrong_think"), counts, strict=True)
            for item in range(4)
        ]
        log(tmp_path / "run" / f"t__checkpoint-{step}", f"d{step}", "robustness_scenes", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--checkpoints", "--no-pictures")
    asked, plainly, misled, *_ = sentences((tmp_path / "page" / "index.html").read_text())
    assert asked.startswith("3 checkpoints of one training (step 0 to step 100) were asked 4 ")
    assert asked.endswith("under 2 conditions: the question alone and with words added that mislead.")
    assert re.search(r"right for 0\.0 % \(step 0; .*?\) and 25\.0 % \(step 100; .*?\) of the questions", plainly)
    assert "-50.0 percentage points (step 0; wrong_think: " in misled
    assert "0.0 percentage points (step 100; wrong_think: " in misled
    assert "step 50" not in plainly + misled


def test_what_misleads_most_of_many_models_is_named(tmp_path: Path) -> None:
    for model, variant in (("a", "wrong_think"), ("b", "wrong_caption"), ("c", "wrong_caption")):
        samples = [line(record("w", "base", "A", True)), line(record("w", variant, "B", True))]
        log(tmp_path / "run" / model, f"d{model}", "robustness_scenes", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    asked, _, misled, *_ = sentences((tmp_path / "page" / "index.html").read_text())
    assert asked.startswith("3 models were asked")
    assert "say nothing" not in asked
    assert re.search(r"\(a; wrong_think: .*\) to .*\(c; wrong_caption: ", misled)
