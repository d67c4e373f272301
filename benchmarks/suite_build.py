"""How long the twelve-variant suite of a large benchmark takes to build, and how much memory beyond its pictures.

The rows are those of a benchmark's small fixture again and again under ids of their own, so that question patterns run.

python benchmarks/suite_build.py --benchmark mmbench --rows 10000
"""

from __future__ import annotations

import argparse
import platform
import resource
import tempfile
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from datasets import Dataset, Image
from PIL import Image as PillowImage

from lmms_robust.benchmarks import Benchmark, benchmark
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.reading import load
from lmms_robust.harness.docs import variant_docs
from lmms_robust.perturbations import VARIANTS

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
IDS = {
    "3dsrbench": lambda number: {"index": f"R{number}", "qid": f"R{number}"},
    "cv_bench": lambda number: {"idx": number},
    "mmbench": lambda number: {"index": number},
    "mme_realworld_lite": lambda number: {"index": str(number)},
    "spatial_mm_multihop": lambda number: {"index": number},
    "spatial_mm_obj": lambda number: {},  # numbers of rows
    "vstar": lambda number: {"question_id": str(number)},
    "whatsup": lambda number: {"subset": "COCO_QA_two_obj"},  # numbers of rows
}
"""Benchmark -> the columns by which a row gets an id of its own."""


def picture() -> bytes:
    """A small picture, so that reading pictures is a small part of what is measured."""
    buffer = BytesIO()
    PillowImage.new("RGB", (64, 64), "red").save(buffer, format="PNG")
    return buffer.getvalue()


def write_rows(path: Path, adapter: Benchmark, count: int) -> None:
    """Write so many rows that each make an item, in the benchmark's own schema."""
    found = load(adapter, [FIXTURES / f"{adapter.name}.parquet"])
    kept = found.select([item.row for item in items_of(adapter, found)]).remove_columns(adapter.image)
    image = {"bytes": picture(), "path": None}

    def rows() -> Iterator[dict[str, Any]]:
        for number, row in enumerate(islice(cycle(list(kept)), count)):
            ids = {name: value for name, value in IDS[adapter.name](number).items() if name in row}
            yield row | ids | {adapter.image: image}

    Dataset.from_list(list(rows())).cast_column(adapter.image, Image()).to_parquet(path)


def main() -> None:
    """Write, load, build, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", choices=sorted(IDS), default="mmbench")
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    adapter = benchmark(options.benchmark)
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder) / "rows.parquet", adapter, options.rows)
        dataset = Dataset.from_parquet(str(Path(folder) / "rows.parquet"), cache_dir=folder)
        started = perf_counter()
        items = items_of(adapter, dataset)
        stated = perf_counter() - started
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = perf_counter()
        docs = variant_docs(adapter, tuple(VARIANTS), dataset)
        seconds = perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print(f"{adapter.name}: {options.rows} rows make {len(items)} items, statements included, in {stated:.1f} s")
    print(f"{len(items)} items x {len(VARIANTS)} variants = {len(docs)} docs in {seconds:.1f} s, those included")
    print(f"peak memory grew by {(after - before) / 1024:.0f} MiB; docs are {docs.data.nbytes / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
