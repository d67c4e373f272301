"""One file a benchmark: rows -> Items. Nothing after it knows a benchmark's columns."""

from lmms_robust.benchmarks.registry import MODULES, Benchmark, benchmark

__all__ = ["MODULES", "Benchmark", "benchmark"]
