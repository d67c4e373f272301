"""How long the twelve-variant suite of a large benchmark takes to build, and how much memory beyond its pictures.

python benchmarks/suite_build.py --rows 10000
"""

from __future__ import annotations

import argparse
import platform
import resource
import tempfile
from io import BytesIO
from pathlib import Path
from time import perf_counter

from datasets import Dataset, Features, Image, Sequence, Value
from PIL import Image as PillowImage

from lmms_robust.harness.docs import variant_docs
from lmms_robust.perturbations import VARIANTS

FEATURES = Features(
    {
        **{name: Value("string") for name in ("id", "category", "question", "answer")},
        **{name: Sequence(Value("string")) for name in ("options", "statements")},
        "image": Image(),
    }
)


def picture() -> bytes:
    """A small picture, so that reading pictures is a small part of what is measured."""
    buffer = BytesIO()
    PillowImage.new("RGB", (64, 64), "red").save(buffer, format="PNG")
    return buffer.getvalue()


def write_rows(path: Path, count: int) -> None:
    """Write a benchmark in the schema of ``scenes``."""
    colors = ["red", "green", "blue", "black"]
    image = {"bytes": picture(), "path": None}
    rows = [
        {
            "id": f"row-{number}",
            "category": "color",
            "question": f"What color is object {number} in the picture?",
            "answer": "ABCD"[number % 4],
            "options": colors,
            "statements": [f"Object {number} is {color}." for color in colors],
            "image": image,
        }
        for number in range(count)
    ]
    Dataset.from_list(rows, features=FEATURES).to_parquet(path)


def main() -> None:
    """Write, load, build, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder) / "rows.parquet", options.rows)
        dataset = Dataset.from_parquet(str(Path(folder) / "rows.parquet"), cache_dir=folder)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = perf_counter()
        docs = variant_docs("scenes", tuple(VARIANTS), dataset)
        seconds = perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print(f"{options.rows} rows x {len(VARIANTS)} variants = {len(docs)} docs in {seconds:.1f} s")
    print(f"peak memory grew by {(after - before) / 1024:.0f} MiB; docs are {docs.data.nbytes / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
