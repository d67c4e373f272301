"""A labelling server that runs in a thread, over a few responses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from lmms_robust.labelling.cases import Case, draw
from lmms_robust.labelling.server import Labelling, serve
from lmms_robust.report.logs import read_runs
from tests.conftest import png
from tests.report.samples import line, log, record

HOSTILE = "It is <b>red</b><script>document.title = 'taken'</script> & \"done\".\nSo the answer is red. " + "long " * 40


def cases(folder: Path, count: int = 6) -> list[Case]:
    if not folder.exists():
        lines = [
            line(record(f"item {number}", "base", "A", True, conclusion="A"),
                 f"<think>Number {number}. {HOSTILE}</think><answer>A</answer>")
            for number in range(count)
        ]  # fmt: skip
        log(folder / "model", "d1", "robust_scenes_base", *lines)
    return draw(read_runs(folder), "human-ann", count)


@contextmanager
def serving(found: list[Case]) -> Iterator[str]:
    pictures = {("scenes", case.vote.item): lambda: png("blue", (64, 48)) for case in found[:-1]}
    server, address = serve(Labelling(found, pictures))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
