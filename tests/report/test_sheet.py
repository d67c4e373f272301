"""A table of texts on a terminal."""

from io import StringIO

from rich.console import Console

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.sheet import WIDTH, Sheet, percent


def printed(columns: list[str], cells: list[str]) -> list[str]:
    console = Console(width=WIDTH, file=(output := StringIO()))
    console.print(Sheet("title", "about", columns, [cells, cells]).rich())
    return output.getvalue().splitlines()[1:-2]


def test_where_a_table_is_too_wide_its_heads_are_broken_and_its_cells_are_not() -> None:
    heads = ["variant", "area under the curve", *["entropy change from base"] * 7]
    cells = ["wrong_caption_disclaimer", ".75 (.37,1.0)", *["+0.123"] * 7]
    *head, _, first, second = printed(heads, cells)
    assert len(head) > 1
    assert first.split() == second.split() == [cells[0], ".75", "(.37,1.0)", *cells[2:]]
    assert all(len(line) <= WIDTH for line in (*head, first))


def test_where_there_is_room_heads_stand_in_one_line() -> None:
    head, _, *rows = printed(["variant", "right and consistent"], ["base", "1.0"])
    assert head.split() == ["variant", "right", "and", "consistent"]
    assert len(rows) == 2


def test_zero_has_no_sign() -> None:
    assert percent(Estimate(-0.0001, 10, -0.0001, -0.0001, (-0.004, 0.1))) == "0.0 (0,10)"
