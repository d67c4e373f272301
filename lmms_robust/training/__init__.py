"""Reinforcement learning: the tasks' perturbations as augmentation of prompts, and their checks as rewards."""

from lmms_robust.training.rewards import Parts, Recipe, parts, reward

__all__ = ["Parts", "Recipe", "parts", "reward"]
