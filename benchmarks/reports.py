"""How long `summary` and `compare` take on many records, and how much memory.

python -m benchmarks.reports 1000000 out/reports

Writes two runs of half as many records each, of a scripted model on 12 variants, and reads them in other processes.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import click

from lmms_robust.perturbations import VARIANTS
from lmms_robust.record import Record, to_log

WORDS = "The dog is to the left of the table, so the answer should be the one that says so. " * 6


def write(folder: Path, items: int, seed: int) -> None:
    """A run of the scripted model; its log lines are about as long as real ones."""
    folder.mkdir(parents=True)
    random_ = random.Random(seed)
    with (folder / "20260101_000000_samples_robustness_scripted.jsonl").open("w") as file:
        for item in range(items):
            asked = random.Random(item)
            options = [f"{word} {asked.randrange(90)}" for word in ("left", "right", "above", "below")]
            gold, planted = asked.sample("ABCD", 2)
            for variant in VARIANTS:
                answer = gold if random_.random() < (0.8 if variant == "base" else 0.6) else random_.choice("ABCD")
                consistent = random_.choice([True, True, True, False, None])
                record = Record(
                    item=f"item-{item}", digest=f"{item:016x}", benchmark="scripted", category=f"kind {item % 20}",
                    question=f"Where is the dog of picture {item // 2}?", options=tuple(options), variant=variant,
                    gold=gold, planted=planted, answer=answer, conclusion=answer, consistent=consistent,
                    concluded_in="own", undecided=None if consistent is not None else "no_conclusion",
                    letter_probs={"A": 0.4, "B": 0.3, "C": 0.2, "D": 0.1}, mass=0.99, output_tokens=200,
                    statement_source="pattern:place", picture=f"{item // 2:016x}",
                )  # fmt: skip
                sample = {"doc_id": item, "filtered_resps": f"<think>{WORDS}</think><answer>{answer}</answer>"}
                file.write(json.dumps(sample | {"record": to_log(record)}) + "\n")
    config = {"config": {"model": "scripted", "model_args": f"pretrained={seed}"}}
    (folder / "20260101_000000_results.json").write_text(json.dumps(config))


def _cpu() -> float:
    """Seconds of the processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@click.command()
@click.argument("records", type=int)
@click.argument("folder", type=click.Path(path_type=Path))
def main(records: int, folder: Path) -> None:
    """Time both commands on RECORDS records below FOLDER."""
    runs = [folder / name / name for name in ("one", "other")]
    for seed, run in enumerate(runs):
        if not run.exists():
            write(run, records // len(VARIANTS) // 2, seed)
    size = sum(path.stat().st_size for run in runs for path in run.iterdir())
    click.echo(f"{records} records, {size / 1e9:.2f} GB")
    for arguments in (["summary", str(folder)], ["compare", *(str(run.parent) for run in runs)]):
        start = time.perf_counter()
        before = _cpu()
        subprocess.run([sys.executable, "-m", "lmms_robust.cli", *arguments], check=True, stdout=subprocess.DEVNULL)
        told = f"{time.perf_counter() - start:.1f} s, {_cpu() - before:.1f} s of CPU in all its processes"
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        click.echo(f"{arguments[0]}: {told}, the largest with at most {largest:.2f} GB so far")


if __name__ == "__main__":
    main()
