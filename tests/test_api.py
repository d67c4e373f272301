"""The package as a library: what a notebook imports, and the lines that the README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

import lmms_robust

README = Path(__file__).parent.parent / "README.md"


def test_the_lines_of_the_readme_do_what_it_says() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 6
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "planted A False\n"


def test_everything_promised_is_there_and_nothing_else() -> None:
    assert set(lmms_robust.__all__) <= set(dir(lmms_robust))
    assert all(getattr(lmms_robust, name) for name in lmms_robust.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lmms_robust.nothing  # noqa: B018


def test_records_become_a_table_with_their_derived_columns() -> None:
    item = lmms_robust.Item(question="Where is the dog?", options={"A": "left", "B": "right"}, answer="B")
    variants = [lmms_robust.build(item, name) for name in ("base", "wrong_think")]
    answers = [
        "<think>It is on the right.</think><answer>B</answer>",
        f"{variants[1].prefill}</think><answer>A</answer>",
    ]
    records = [lmms_robust.score(variant, text) for variant, text in zip(variants, answers, strict=True)]
    frame = pandas.DataFrame(lmms_robust.table(records))
    assert list(frame["outcome"]) == ["right", "planted"]
    assert list(frame["correct_and_consistent"]) == [True, False]
    assert list(frame["injection"]) == ["none", "prefill"]
    assert frame["options"][0] == ["left", "right"]


def test_importing_the_package_loads_neither_torch_nor_numpy() -> None:
    traced = subprocess.run(
        [sys.executable, "-c", "import sys, lmms_robust; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"torch", "numpy", "jinja2", "datasets"} & set(traced.stdout.split())
