"""How far two runs of the same tasks agree, response by response and metric by metric.

Each folder is an --output_path of lmms-eval, run with --log_samples:

python -m benchmarks.same_results out/one_process out/two_processes
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any


def responses(folder: Path) -> dict[tuple[str, int], str]:
    """Responses by task and number of the doc."""
    found: dict[tuple[str, int], str] = {}
    for path in folder.rglob("*_samples_*.jsonl"):
        task = path.stem.partition("_samples_")[2]
        for line in path.read_text(encoding="utf-8").splitlines():
            sample = json.loads(line)
            key = task, sample["doc_id"]
            if key in found:
                raise SystemExit(f"{folder}: two runs of {task}; allowed: the logs of one")
            found[key] = str(sample["filtered_resps"])
    return found


def metrics(folder: Path) -> dict[tuple[str, str], Any]:
    """Metrics by task and name."""
    (path,) = folder.rglob("*_results.json")
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    return {(task, name): value for task, values in results.items() for name, value in values.items()}


def words(response: str) -> str:
    """A response without the probabilities of its letters."""
    return re.sub("<backend_report>.*?</backend_report>", "", response)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs=2)
    one, two = parser.parse_args().folders
    mine, other = responses(one), responses(two)
    shared = mine.keys() & other.keys()
    print(f"{len(mine)} and {len(other)} responses, {len(shared)} to the same docs")
    print(f"the same to the last digit of the letter probabilities: {sum(mine[key] == other[key] for key in shared)}")
    print(f"the same words: {sum(words(mine[key]) == words(other[key]) for key in shared)}")
    first, second = metrics(one), metrics(two)
    differ = [key for key in first if repr(first[key]) != repr(second.get(key))]
    print(f"{len(first)} metrics, of which {len(differ)} differ")
    for task, name in differ:
        print(f"{task} {name}: {first[task, name]} {second.get((task, name))}")


if __name__ == "__main__":
    main()
