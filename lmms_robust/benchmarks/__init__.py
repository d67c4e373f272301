"""One file a benchmark: rows -> Items. Nothing after it knows a benchmark's columns."""

from lmms_robust.benchmarks.registry import MODULES, Benchmark, Source, benchmark

__all__ = ["MODULES", "Benchmark", "Source", "benchmark"]
