"""Prompt conditions: what each variant of an item adds to the question, and nothing else."""

from lmms_robust.perturbations.registry import (
    ADVERSARIAL,
    VARIANTS,
    Condition,
    base_of,
    build,
    condition,
    inject,
    plant,
)

__all__ = ["ADVERSARIAL", "VARIANTS", "Condition", "base_of", "build", "condition", "inject", "plant"]
