"""The copy of a checkpoint with noise: how much of it, and that it loads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.embedded import TINY_MODEL
from scripts.noisy_copy import main, noisy


def test_noise_is_a_share_of_each_tensors_own_spread_and_follows_the_seed() -> None:
    generator = torch.Generator().manual_seed(7)
    weights = {name: spread * torch.randn(20_000, generator=generator) for name, spread in (("wide", 10.0), ("b", 0.1))}
    kept = {"count": torch.arange(3), "one": torch.tensor(2.0)}
    copy = noisy(weights | kept, 0.3, seed=1)
    for name, tensor in weights.items():
        assert float((copy[name] - tensor).std() / tensor.std()) == pytest.approx(0.3, rel=0.03)
    assert all(torch.equal(copy[name], tensor) for name, tensor in kept.items())
    assert torch.equal(noisy(weights, 0.3, seed=1)["b"], copy["b"])
    assert not torch.equal(noisy(weights, 0.3, seed=2)["b"], copy["b"])


def test_the_copy_loads_and_leaves_the_card_and_figures_of_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "noisy"
    monkeypatch.setattr(sys, "argv", ["noisy_copy", "--output", str(folder)])
    main()
    found, own = load_file(folder / "model.safetensors"), load_file(TINY_MODEL / "model.safetensors")
    assert {name: (tensor.shape, tensor.dtype) for name, tensor in found.items()} == {
        name: (tensor.shape, tensor.dtype) for name, tensor in own.items()
    }
    spread = [name for name, tensor in own.items() if tensor.is_floating_point() and len(tensor.unique()) > 1]
    assert spread
    assert not any(torch.equal(found[name], own[name]) for name in spread)
    AutoModelForImageTextToText.from_pretrained(folder)
    AutoProcessor.from_pretrained(folder)
    assert not {path.name for path in folder.iterdir()} & {"README.md", "metrics.json"}
