"""The tables of a run, cell by cell, from records made by hand."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from lmms_robust.record import Record
from lmms_robust.report.columns import table_of
from lmms_robust.report.logs import Run, read_runs
from lmms_robust.report.numbers import Part, parts
from lmms_robust.report.sheet import WIDTH
from lmms_robust.report.table import sentences, sheets
from tests.report.samples import line, log, record

# The example of the conventions: right consistent; right undecided · right consistent; unread · right undecided;
# planted · wrong; wrong.
EXAMPLE = [
    record("w", "base", "A", True, concluded_in="own"),
    record("w", "wrong_think", "A", undecided="no_conclusion", injection="prefill"),
    record("x", "base", "A", True, concluded_in="own"),
    record("x", "wrong_think", None, problem="no_answer", undecided="no_answer", injection="prefill"),
    record("y", "base", "A", undecided="no_conclusion"),
    record("y", "wrong_think", "B", False, injection="prefill", concluded_in="own", decided_by="judge"),
    record("z", "base", "C", True, options=("red", "blue", "green"), concluded_in="own"),
    record("z", "wrong_think", "C", True, options=("red", "blue", "green"), injection="prefill",
           concluded_in="injected"),
]  # fmt: skip


def run(*records: Record, **changes: object) -> Run:
    return Run("model", "d1", "scenes", False, 0, table_of(records), **changes)


def whole(found: Run) -> Part:
    return next(parts([found]))


def cells(found: Run) -> list[dict[str, dict[str, str]]]:
    """Per table: variant -> column -> cell."""
    made = sheets(whole(found))
    return [{row[0]: dict(zip(sheet.columns[1:], row[1:], strict=True)) for row in sheet.rows} for sheet in made]


def test_the_example_of_the_conventions() -> None:
    answers, outcomes, reasoning = cells(run(*EXAMPLE))
    # Wilson's intervals of 3 and 1 of 4, by hand: (0.301, 0.954) and (0.046, 0.699)
    assert answers["base"] == {
        "items": "4", "accuracy": "75.0 (30,95)", "drop": "", "survival": "", "followed": "0.0 (0,49)", "p": "",
    }  # fmt: skip
    wrong = answers["wrong_think"]
    assert (wrong["items"], wrong["accuracy"], wrong["followed"]) == ("4", "25.0 (5,70)", "25.0 (5,70)")
    assert (wrong["drop"].split()[0], wrong["survival"].split()[0], wrong["p"]) == ("50.0", "33.3", "0.500")
    assert outcomes["base"] == {"of answered": "75.0", "followed more": "", "no answer": "0.0", "truncated": "0.0",
                                "of wrong": "", "own words": "100.0"}  # fmt: skip
    # of the wrong answers one has a single wrong option to take; the other two, of which it took the one not planted
    assert outcomes["wrong_think"] == {"of answered": "33.3", "followed more": "25.0", "no answer": "25.0",
                                       "truncated": "0.0", "of wrong": "-50.0", "own words": "50.0"}  # fmt: skip
    assert reasoning["base"] == {
        "consistent": "100.0 (44,100)", "yes+no": "3+0", "by": "rules 3", "undecided": "1 (25.0)",
        "right and consistent": "[50.0,75.0]\n(15,95)", "its drop": "",
    }  # fmt: skip
    drop, interval = reasoning["wrong_think"].pop("its drop").splitlines()
    assert (drop, interval[0], interval[-1]) == ("[25.0,75.0]", "(", ")")
    assert reasoning["wrong_think"] == {
        "consistent": "50.0 (9,91)", "yes+no": "1+1", "by": "judge 1\nrules 1", "undecided": "2 (50.0)",
        "right and consistent": "[0.0,25.0]\n(0,70)",
    }  # fmt: skip


def test_abstaining_variants_are_compared_with_their_own_base_and_show_who_abstained() -> None:
    shown = {"options": ("red", "blue", "I'm not sure"), "abstain": "C"}
    found = run(
        record("w", "base", "A", True), record("w", "abstain_base", "C", True, **shown),
        record("w", "abstain_wrong_caption", "C", True, **shown),
    )  # fmt: skip
    answers, outcomes, _ = cells(found)
    assert [outcomes[name]["abstained"] for name in outcomes] == ["", "100.0", "100.0"]
    assert [answers[name]["drop"].split()[:1] for name in answers] == [[], ["100.0"], ["0.0"]]


def test_what_must_not_be_mixed_has_rows_of_its_own() -> None:
    found = run(
        record("w", "wrong_think", "A", True, injection="prefill"),
        record("x", "wrong_think", "A", True, injection="inline"),
        record("w", "wrong_caption", "A", True, caption_source="llm:m h"),
        record("x", "wrong_caption", "A", True, caption_source="statements"),
    )
    assert list(cells(found)[0]) == [
        "wrong_think (inline)", "wrong_think (prefill)",
        "wrong_caption (none, captions by llm:m h)", "wrong_caption (none, captions by statements)",
    ]  # fmt: skip
    said = list(sentences(replace(whole(found), joint=None)))
    assert said == [
        "injected words, by responses: inline 1, prefill 1",
        "captions by llm:m h",
    ]


def test_the_share_of_fallback_sentences_is_shown_where_there_are_any() -> None:
    asserted = [record("w", "wrong_caption", "A", True, statement_source="fallback"),
                record("x", "wrong_caption", "A", True, statement_source="pattern:p")]  # fmt: skip
    outcomes = cells(run(record("w", "base", "A", True, statement_source="fallback"), *asserted))[1]
    assert (outcomes["base"]["fallback"], outcomes["wrong_caption"]["fallback"]) == ("", "50.0")
    assert "fallback" not in cells(run(asserted[1]))[1]["wrong_caption"]


def test_reasoning_that_is_not_the_models_own_is_a_dash() -> None:
    *_, reasoning = cells(
        run(record("w", "base", "A", True), record("w", "stop_think", "A", undecided="not_applicable"))
    )
    assert set(reasoning["stop_think"].values()) == {"–"}


def test_a_probe_has_no_table_of_reasoning(tmp_path: Path) -> None:
    probed = record("w", "base", "A", undecided="not_applicable", injection="probe")
    log(tmp_path / "one", "d1", "robustprobe_scenes", line(probed))
    (found,) = read_runs(tmp_path)
    assert [sheet.title.split(" ·")[0] for sheet in sheets(whole(found))] == ["answers", "outcomes"]
    assert next(sheets(whole(found))).title == "answers · scenes (probe) · one · d1"


def test_joint_rates_torn_items_and_what_was_cut_stand_below_the_tables() -> None:
    wrong = ("wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")
    complete = [record("w", name, "A", None if name == "wrong_caption" else True) for name in ("base", *wrong)]
    torn = [record("x", name, None, problem="truncated", truncated=True) for name in wrong]
    found = whole(run(*complete, *torn, notes=("a note",)))
    joint = found.joint
    assert joint is not None
    assert (joint.worst_acc.value, joint.torn, joint.without_base) == (0.5, 0, 1)
    assert (joint.joint_acc.low, joint.joint_acc.high, joint.joint_acc.n) == (0.0, 1.0, 1)
    said = list(sentences(found))
    assert said[0].startswith("right under all four wrong_*: 50.0 (")
    assert said[0].endswith("(worst_acc, 2 items)")
    assert "[0.0,100.0] (0,100) (joint_acc, 1 items)" in said[2]
    assert said[3] == "1 item(s) have these four and lack base: they are not in joint_acc"
    assert said[4] == "warning: 4 of 9 responses stopped at the limit of tokens; allow more new tokens"
    assert said[-1] == "a note"


def test_bounds_are_printed_as_they_are_and_tables_fit_the_width() -> None:
    console = Console(width=WIDTH, record=True, file=StringIO())
    for sheet in sheets(whole(run(*EXAMPLE))):
        console.print(sheet.rich())
    text = console.export_text()
    assert "[25.0,75.0]" in text
    assert "[a,b]" in text
    assert max(map(len, text.splitlines())) <= 100


def test_captions_tell_of_columns_that_are_there() -> None:
    captions = [sheet.about for sheet in sheets(whole(run(*EXAMPLE)))]
    assert "own words: of the conclusions" in captions[1]
    assert not any(name in captions[1] for name in ("fallback", "abstained", "majority"))


def test_texts_of_logs_are_printed_and_never_read_as_markup() -> None:
    found = run(record("w", "wrong_caption", "A", True, benchmark="[/b]", injection="[/i]", caption_source="llm:[/m]"))
    output = StringIO()
    for sheet in sheets(whole(Run("[bold]model", "d1", "[/b]", False, 0, found.table))):
        Console(file=output, width=200).print(sheet.rich())
        assert "\\[/b\\] · \\[bold\\]model · d1" in sheet.markdown()
    assert "[/b] · [bold]model · d1" in output.getvalue()
    said = list(sentences(replace(whole(found), joint=None)))
    assert said == [
        "injected words, by responses: [/i] 1",
        "captions by llm:[/m]",
    ]


def test_repeats_have_their_majority_and_pass_at_k_and_single_responses_none() -> None:
    said = {"w": "AAB", "x": "BBB"}
    several = [
        record(item, "base", answer, True, digest=item, repeat=number)
        for item, letters in said.items()
        for number, answer in enumerate(letters)
    ]
    shown = cells(run(*several))[1]["base"]
    assert (shown["majority"], shown["pass@k"]) == ("50.0", "50.0")
    wrong = cells(run(*several[3:]))[1]["base"]
    assert (wrong["majority"], wrong["pass@k"]) == ("0.0", "0.0")
    assert not {"majority", "pass@k"} & set(cells(run(several[0]))[1]["base"])
