"""What a wrapped task's own module calls: from rows to docs, by the mapping file beside the task."""

from __future__ import annotations

import sys
from pathlib import Path

from datasets import Dataset

from lmms_robust.benchmarks import Source
from lmms_robust.benchmarks import mapping as mappings
from lmms_robust.benchmarks.mapped import mapped
from lmms_robust.benchmarks.reading import with_files
from lmms_robust.errors import RobustError
from lmms_robust.harness.docs import variant_docs
from lmms_robust.harness.rows import classes_of, name_of
from lmms_robust.perturbations import VARIANTS

LOCAL = Source("local", "local")


def docs(mapping: Path, variant: str, dataset: Dataset) -> Dataset:
    """Build the docs of one variant, or of all of them for ``"suite"``; a user's error ends the run in one line.

    Args:
        mapping: file as written by :func:`lmms_robust.harness.wrap.wrap`.
        variant: name of a variant, or ``"suite"``.
        dataset: the rows as the harness loaded them.
    """
    try:
        columns = mappings.read(mapping)
        adapter, rows = mapped(columns, LOCAL), told(columns, dataset)
        return variant_docs(adapter, tuple(VARIANTS) if variant == "suite" else (variant,), rows)
    except RobustError as error:
        sys.exit(f"lmms-robust: {error}")


def told(columns: mappings.ColumnMapping, dataset: Dataset) -> Dataset:
    """The rows, with pictures found where the data names files, and names instead of the numbers of classes."""
    for column, feature in classes_of(dataset.features).items():
        if column in columns.columns:
            names = [name_of(feature, number) for number in dataset[column]]
            dataset = dataset.remove_columns(column).add_column(column, names)
    if columns.images:
        for column in columns.pictures:
            dataset = with_files(dataset, column, columns.images)
    return dataset
