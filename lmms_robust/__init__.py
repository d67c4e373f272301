"""Robustness and chain-of-thought consistency of vision-language models, as tasks of the standard harnesses."""

__version__ = "0.1.0"
