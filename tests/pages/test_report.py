"""The page says what `lmms-robust summary` does, of a model whose outcomes are planted; texts in it stay texts."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import altair as alt
import pytest
from pyarrow import parquet

from lmms_robust.pages.verdict import verdict
from lmms_robust.report.export.flat import read_numbers
from tests.pages.made import beside, inside, lmms_robust, refused, specs, values
from tests.report.samples import line, log, record
from tests.report.test_estimates import GROUPS, RUN, count, right

Numbers = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 310 items."""
    place = tmp_path_factory.mktemp("run")
    log(place / "org__model", "d1", "robustness_scenes", *map(line, RUN))
    return place


@pytest.fixture(scope="module")
def report(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pages") / "report"
    assert f"report: {target / 'index.html'}" in lmms_robust("report", folder, "--output", target, "--no-pictures")
    return target


@pytest.fixture(scope="module")
def page(report: Path) -> str:
    return (report / "index.html").read_text()


@pytest.fixture(scope="module")
def numbers(folder: Path) -> Numbers:
    found: list[Numbers] = json.loads(lmms_robust("summary", folder, "--format", "json"))
    return found[0]


def test_the_files_beside_the_page_are_what_summary_prints(folder: Path, report: Path) -> None:
    by_category = ("--by", "category")
    assert (report / "numbers.json").read_text() == lmms_robust("summary", folder, "--format", "json", *by_category)
    assert (report / "numbers.csv").read_text() == lmms_robust("summary", folder, "--format", "csv", *by_category)
    assert (report / "summary.md").read_text().split() == lmms_robust(
        "summary", folder, "--format", "md", *by_category
    ).split()  # fmt: skip
    rows = parquet.read_table(report / "numbers.parquet").num_rows
    assert rows == len(read_numbers(report / "numbers.csv")) == len(read_numbers(report / "numbers.parquet"))


def test_accuracy_is_drawn_from_the_numbers_with_its_intervals(page: str, numbers: Numbers) -> None:
    drawn = {row["row"]: (row["value"], row["from"], row["to"], row["n"]) for row in values(specs(page)["accuracy"])}
    said = {row["variant"]: row["estimates"]["acc"] for row in numbers["variants"]}
    assert drawn == {
        name: (*(round(100 * one[end], 3) for end in ("value", "interval_low", "interval_high")), one["n"])
        for name, one in said.items()
    }


def test_the_planted_transitions_are_the_ribbons(page: str) -> None:
    drawn = {(row["from"], row["to"]): row["n"] for row in values(specs(page)["flows"]) if row["row"] == "wrong_think"}
    outcome = {"R": "right", "P": "planted", "O": "other", "N": "no answer", "T": "no answer"}
    planted: Counter[tuple[str, str]] = Counter()
    for number, cells in GROUPS:
        base, here = cells.split()[:2]
        if "." not in (base, here):
            planted[outcome[base[0]], outcome[here[0]]] += number
    assert drawn == planted


def test_the_planted_quadrants_are_the_bars(page: str) -> None:
    drawn = {row["part"]: row["n"] for row in values(specs(page)["quadrants"]) if row["row"] == "wrong_think"}
    wanted = {
        f"{'right' if is_right else 'wrong'}, {said}": count(
            lambda cell, is_right=is_right, verdict=verdict: right(cell) is is_right and cell[1] == verdict,
            "wrong_think",
        )
        for is_right in (True, False)
        for verdict, said in (("+", "consistent"), ("-", "inconsistent"), ("?", "not known"))
    }
    assert drawn == {name: n for name, n in wanted.items() if n}


def test_deciders_and_what_is_open_make_up_all_responses(page: str, numbers: Numbers) -> None:
    row = next(row for row in numbers["variants"] if row["variant"] == "wrong_think")
    drawn = {one["part"]: one["n"] for one in values(specs(page)["deciders"]) if one["row"] == "wrong_think"}
    assert sum(drawn.values()) == row["responses"] == count(lambda cell: True, "wrong_think")
    assert drawn["by judge"] == row["decided_by"]["judge"]


def test_categories_joint_rates_and_certainty_are_drawn_from_the_numbers(tmp_path: Path) -> None:
    places = {item: place for place, item in enumerate(dict.fromkeys(one.item for one in RUN))}
    samples = [
        line(replace(one, category="kind " + "ab"[places[one.item] % 2], letter_probs={"A": p, "B": 1 - p}))
        for one in RUN
        for p in [0.05 + places[one.item] % 7 / 10 + (one.variant == "base") / 5]
    ]
    log(tmp_path / "run" / "m", "d1", "robustness_scenes", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    told = json.loads(lmms_robust("summary", tmp_path / "run", "--format", "json", "--by", "category"))
    drawn = specs((tmp_path / "page" / "index.html").read_text())

    def percents(one: Numbers, *ends: str) -> tuple[float | None, ...]:
        return tuple(None if one[end] is None else round(100 * one[end], 3) for end in ends)

    ends = "value", "interval_low", "interval_high"
    accuracies = {
        (part["category"], row["variant"]): (*percents(row["estimates"]["acc"], *ends), row["estimates"]["acc"]["n"])
        for part in told[1:]
        for row in part["variants"]
    }
    cells = {(row["category"], row["row"]): tuple(row[name] for name in ("value", "from", "to", "n"))
             for row in values(drawn["categories"])}  # fmt: skip
    assert cells == accuracies
    joint = told[0]["joint"]["estimates"]
    assert [(row["value"], row["from"], row["to"], row["n"]) for row in values(drawn["joint"])] == [
        (*percents(one, *ends), one["n"]) for one in joint.values()
    ]
    titles = {row["row"] for row in values(drawn["confidence"])}
    changes = {row["variant"]: row["estimates"].get("p_correct_change") for row in told[0]["variants"]}
    said = {
        f"{name}|{one['value']:+z.2f} ({one['interval_low']:+z.2f}, {one['interval_high']:+z.2f})"
        for name, one in changes.items()
        if one
    }
    assert titles == said
    areas = {row["variant"]: row["auroc"].get("p_correct") for row in told[0]["variants"]}
    assert {(row["row"], row["still"], row["n"]) for row in values(drawn["auroc"])} == {
        (f"{name}|{area['value']:.2f} ({area['interval_low']:.2f}, {area['interval_high']:.2f})", area["survived"],
         area["survived"] + area["fell"])
        for name, area in areas.items()
        if area and area["value"] is not None
    }  # fmt: skip


def test_each_figure_says_what_it_rests_on(page: str) -> None:
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert len(captions) == len(re.findall("<figure ", page)) >= 5
    assert all("n = " in one and re.search(r"Injected words|No words were put into", one) for one in captions)
    assert all("interval" in one for one in captions)


def test_figures_are_valid_vega_lite(page: str) -> None:
    for spec in specs(page).values():
        alt.Chart.from_dict(spec, validate=True)


def test_five_sentences_say_it(page: str, numbers: Numbers) -> None:
    said = verdict([numbers])
    assert len(said) == 5
    assert all(one.endswith(".") and "{" not in one for one in said)
    items = count(lambda cell: True, "base")
    share = 100 * count(right, "base") / items
    assert f"{share:.1f} %" in said[1]
    worst = count(lambda *cells: all(map(right, cells)), *WRONG) / count(lambda *cells: True, *WRONG)
    assert f"{100 * worst:.1f} % of the items are answered right" in said[3]
    assert page.count('<ol class="verdict">') == 1


WRONG = ("wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")


def test_every_sample_is_there_with_its_outcome(page: str) -> None:
    data = inside(page)
    columns, known = data["index"]["columns"], data["index"]["known"]
    assert len(columns["item"]) == len(RUN)
    found = Counter(
        (known["variant"][variant], known["outcome"][outcome], known["verdict"][said])
        for variant, outcome, said in zip(columns["variant"], columns["outcome"], columns["verdict"], strict=True)
    )
    words = {True: "consistent", False: "inconsistent", None: "undecided"}
    assert found == Counter((one.variant, one.outcome, words[one.consistent]) for one in RUN)
    assert sum(len(item["samples"]) for name, part in data.items() if name != "index" for item in part) == len(RUN)


def test_the_page_reaches_nothing_outside(page: str) -> None:
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    outside = re.findall(r"""<[a-z]+[^>]*\s(?:src|href|action|data|poster)\s*=\s*["']?([^"'\s>]+)""", markup)
    assert {link for link in outside if not link.startswith("#")} <= {
        "summary.md", "numbers.csv", "numbers.parquet", "numbers.json",
    }  # fmt: skip
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    said = unescape(policy[1])
    assert said.startswith("default-src 'none';")
    scripts = said.partition("script-src ")[2].partition(";")[0].split()
    assert len(scripts) == 4
    assert all(one.startswith("'sha256-") for one in scripts)


HOSTILE = "<think><script>alert(1)</script></script><img src=x onerror=alert(2)>{{7*7}}</think><answer>A</answer>"


def hostile() -> Iterator[str]:
    changes = {"question": "<b>Which</b>?", "category": "<i>c</i>", "options": ("</script>", "blue")}
    for item in "vw":
        yield line(record(f"{item}</script><h1>", "base", "A", True, **changes), HOSTILE)
        yield line(record(f"{item}</script><h1>", "wrong_think", "B", True, **changes), HOSTILE)
    yield line(record("x", "base", "A", True, category="<i>d</i>"), HOSTILE)


def test_texts_of_models_and_datasets_are_never_markup(tmp_path: Path) -> None:
    log(tmp_path / "run" / "a<h2>b", "d1", "robustness_scenes", *hostile())
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    page = (tmp_path / "page" / "index.html").read_text()
    ours = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"<(?:h1>.*<h1|h2>b|i>|b>|img|h1>c)|alert\(|7\*7", ours)
    assert "a&lt;h2&gt;b" in ours
    assert page.count("<script") == page.count("</script>")
    data = inside(page)
    (item, *_) = data["texts-0"]
    pieces = item["samples"][0]["response"]
    assert "".join(text for _, text in pieces) == HOSTILE
    assert item["options"] == ["</script>", "blue"]


def test_too_many_samples_are_an_even_share_of_items(tmp_path: Path, folder: Path) -> None:
    lmms_robust("report", folder, "--output", tmp_path / "page", "--no-pictures", "--samples", 400)
    index = inside((tmp_path / "page" / "index.html").read_text())["index"]
    assert index["total"] == len(RUN)
    shown = len(index["columns"]["item"])
    assert 370 <= shown <= 400
    per_item = Counter(index["columns"]["item"])
    assert set(per_item.values()) <= {7, 6, 4, 3, 2}  # whole items: as many as the run has of them
    lmms_robust("report", folder, "--output", tmp_path / "page", "--no-pictures", "--samples", 400)
    assert inside((tmp_path / "page" / "index.html").read_text())["index"] == index


def test_large_samples_are_files_beside_the_page(
    tmp_path: Path, folder: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lmms_robust.pages.report.INSIDE", 1000)
    lmms_robust("report", folder, "--output", tmp_path / "page", "--no-pictures")
    assert beside(tmp_path / "page") == inside(page)
    assert not inside((tmp_path / "page" / "index.html").read_text())


def test_a_report_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    log(tmp_path / "run" / "m", "d1", "robust_scenes_base", line(record("w", "base", "A", True)))
    target = tmp_path / "page"
    lmms_robust("report", tmp_path / "run", "--output", target)
    (target / "data").mkdir()
    (target / "data" / "texts-9.js").write_text("old")
    lmms_robust("report", tmp_path / "run", "--output", target)
    assert not (target / "data").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years")
    assert "no report" in refused("report", tmp_path / "run", "--output", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years"


def test_names_of_what_was_run_are_explained_below_the_first_figure(tmp_path: Path) -> None:
    sure = {"A": 0.75, "B": 0.25}
    samples = [
        line(record("w", "base", "A", True, injection="none", letter_probs=sure)),
        line(record("w", "wrong_think", "A", True, injection="inline", letter_probs=sure)),
    ]
    log(tmp_path / "run" / "m", "d1", "robustness_scenes", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    page = (tmp_path / "page" / "index.html").read_text()
    told = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert list(told) == ["base", "wrong_think", "inline", "p right"]
    assert told["wrong_think"] == "the reply starts with reasoning for a wrong option"
    assert told["inline"] == "the added words stand at the end of the question"
    assert page.index('data-name="accuracy"') < page.index("<dt>") < page.index('data-name="confidence"')


@pytest.mark.parametrize("place", ["x__checkpoint-{}", "step-{}/x"])
def test_checkpoints_stand_in_the_order_of_their_steps(tmp_path: Path, place: str) -> None:
    for step, answer in ((1000, "A"), (50, "B"), (200, "A")):
        samples = line(record("w", "base", answer, True))
        log(tmp_path / "run" / place.format(step), "d1", "robust_scenes_base", samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--checkpoints", "--no-pictures")
    drawn = values(specs((tmp_path / "page" / "index.html").read_text())["checkpoints"])
    assert [(one["step"], one["accuracy"], one["faithfulness"]) for one in drawn] == [
        (50, 0, 100), (200, 100, 100), (1000, 100, 100),
    ]  # fmt: skip


def test_runs_without_a_step_are_left_out_with_a_line_that_says_how_to_name_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for place in ("start", "t__checkpoint-50", "t__checkpoint-100", "t__checkpoint-200"):
        log(tmp_path / "run" / place, place, "robust_scenes_base", line(record("w", "base", "A", True)))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--checkpoints", "--no-pictures")
    assert [one.getMessage() for one in caplog.records if "'start'" in one.getMessage()] == [
        "no training step in the names 'start'; a step is read from the name of the run's folder: "
        "call the one of the start step-0"
    ]
    page = (tmp_path / "page" / "index.html").read_text()
    assert "Left out, since no step is in their names: start (a step is read from" in page
    assert "call the folder of the start step-0" in " ".join(lmms_robust("report", "--help").split())
    chart = specs(page)["checkpoints"]
    labels = [one["transform"] for one in chart["layer"] if one["mark"]["type"] == "text"]
    assert labels == [[{"filter": "datum.step == 50"}], [{"filter": "datum.step == 200"}]]


def test_each_training_has_a_figure_and_tables_go_by_step(tmp_path: Path) -> None:
    for place, day in (("one__checkpoint-50", "d1"), ("one__checkpoint-0", "d2"), ("two__checkpoint-50", "d3")):
        log(tmp_path / "run" / place, day, "robust_scenes_base", line(record("w", "base", "A", True)))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--checkpoints", "--no-pictures")
    page = (tmp_path / "page" / "index.html").read_text()
    found = specs(page)
    assert [one["step"] for one in values(found["checkpoints"])] == [0, 50]
    assert [one["step"] for one in values(found["checkpoints1"])] == [50]
    assert "over the steps of the training one" in page
    assert "over the steps of the training two" in page
    tables = page[page.rindex("checkpoints1") :]
    assert tables.index("one__checkpoint-0") < tables.index("one__checkpoint-50") < tables.index("two__checkpoint-50")


def test_one_model_on_two_benchmarks_is_one_model_of_the_browser(tmp_path: Path) -> None:
    for name in ("scenes", "vstar"):
        log(tmp_path / "run" / "m", "d1", f"robustness_{name}", line(record("w", "base", "A", True, benchmark=name)))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    index = inside((tmp_path / "page" / "index.html").read_text())["index"]
    assert index["known"]["run"] == ["m"]
    assert index["known"]["suite"] == ["robustness_scenes", "robustness_vstar"]
    assert index["columns"]["run"] == [0, 0]


def test_numbers_of_several_models_are_what_summary_prints_too(tmp_path: Path) -> None:
    for name in ("z", "a"):
        log(tmp_path / "run" / name, "d1", "robustness_scenes", line(record("w", "base", "A", True)))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    told = lmms_robust("summary", tmp_path / "run", "--format", "json", "--by", "category")
    assert (tmp_path / "page" / "numbers.json").read_text() == told


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it; graphics need 3."""

    def luminance(color: str) -> float:
        shares = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_probabilities_are_drawn_before_and_here(tmp_path: Path) -> None:
    sure = {"A": 0.95, "B": 0.05}
    told = [
        (sure, "A", sure),
        (sure, "B", {"A": 0.15, "B": 0.85}),
        ({"A": 0.55, "B": 0.45}, "B", {"A": 0.25, "B": 0.75}),
    ]
    samples = []
    for number, (before, answer, here) in enumerate(told):
        about = {"digest": f"d{number}", "picture": f"p{number}"}
        samples.append(line(record(f"i{number}", "base", "A", True, letter_probs=before, **about)))
        samples.append(line(record(f"i{number}", "wrong_caption", answer, True, letter_probs=here, **about)))
    log(tmp_path / "run" / "m", "d1", "robustness_scenes", *samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    page = (tmp_path / "page" / "index.html").read_text()
    drawn = specs(page)
    grounds = re.findall(r"--panel: (#\w{6});", page)
    assert len(grounds) == 2
    assert all(contrast(drawn["confidence"]["spec"]["mark"]["stroke"], ground) >= 3 for ground in grounds)
    cells = {(one["x"], one["y"]): one["responses"] for one in values(drawn["confidence"])}
    assert cells == {(0.9, 0.9): 1, (0.9, 0.1): 1, (0.5, 0.2): 1}
    curve = [(one["fell"], one["survived"]) for one in values(drawn["auroc"])]
    assert curve == [(0, 0), (0.5, 1), (1, 1)]  # one that fell was as sure as the one that stayed


ODD = {
    "a probe": [
        record("w", name, "A", injection="probe", undecided="not_applicable") for name in ("base", "wrong_think")
    ],
    "no base": [record("w", "wrong_think", "B", False, injection="inline")],
    "no answers": [
        record("w", name, None, undecided="no_answer", problem="truncated") for name in ("base", "wrong_caption")
    ],
    "two ways": [
        record(item, "wrong_think", "A", True, digest=item, injection=way)
        for item, way in (("w", "prefill"), ("x", "inline"))
    ],
    "two seeds": [record("w", "base", "A", True, seed=seed) for seed in (0, 1)],
    "repeats": [record("w", "base", answer, True, repeat=number) for number, answer in enumerate("AB")],
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_was_run_has_a_report(tmp_path: Path, name: str) -> None:
    log(tmp_path / "run" / "m", "d1", "robustness_scenes", *map(line, ODD[name]))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures", "--checkpoints")
    page = (tmp_path / "page" / "index.html").read_text()
    for spec in specs(page).values():
        alt.Chart.from_dict(spec, validate=True)
    assert len(re.findall(r"<li>", page.partition("</ol>")[0])) == 5
    assert len(inside(page)["index"]["columns"]["item"]) == len(ODD[name])


def test_without_the_extra_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmms_robust.cli.pages.find_spec", lambda name: None if name == "altair" else sys)
    assert "not installed: altair; allowed: pip install 'lmms-robust[report]'" in refused(
        "report", tmp_path, "--output", tmp_path / "page"
    )


def test_twenty_models_are_told_apart_by_color_and_shape(tmp_path: Path) -> None:
    for number in range(20):
        samples = line(record("w", "base", "A", True))
        log(tmp_path / "run" / f"m{number:02}", f"d{number:02}", "robust_scenes_base", samples)
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page", "--no-pictures")
    told = {"color": set(), "shape": set()}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for name in told:
                if isinstance(node.get(name), dict) and node[name].get("field") == "model":
                    told[name].add(tuple(node[name]["scale"]["range"]))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(specs((tmp_path / "page" / "index.html").read_text())["accuracy"])
    (colors,), (shapes,) = told.values()
    assert len({*zip(colors, shapes, strict=True)}) == 20
