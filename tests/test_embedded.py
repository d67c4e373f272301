"""What comes with the package is what its card says."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.perturbations import VARIANTS
from lmms_robust.scenes.generate import FAMILIES


def test_the_checkpoint_is_small_safe_and_needs_no_code() -> None:
    files = {path.name: path.stat().st_size for path in TINY_MODEL.iterdir()}
    assert sum(files.values()) <= 16_000_000
    assert "model.safetensors" in files
    assert not [name for name in files if name.endswith((".bin", ".pt", ".pkl", ".py"))]


def test_the_card_gives_the_figures_of_every_variant_and_family() -> None:
    metrics = json.loads((TINY_MODEL / "metrics.json").read_text())
    card = (TINY_MODEL / "README.md").read_text()
    assert set(metrics["variants"]) == set(VARIANTS)
    for name, found in metrics["variants"].items():
        assert f"| {name} | {100 * found['accuracy']:.1f} |" in card
        assert set(found["by_family"]) == set(FAMILIES)


def test_the_weights_have_names_that_vllm_knows_and_transformers_reads_every_one_of_them(tmp_path: Path) -> None:
    stored = load_file(TINY_MODEL / "model.safetensors")
    model, report = AutoModelForImageTextToText.from_pretrained(
        TINY_MODEL, dtype=torch.bfloat16, output_loading_info=True
    )
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    model.save_pretrained(tmp_path)
    loaded = load_file(tmp_path / "model.safetensors")
    assert len(loaded) == len(stored)
    for name, tensor in stored.items():
        assert not name.startswith("vision_tower.") or name.startswith("vision_tower.vision_model.")
        written = name if name in loaded else name.replace("vision_model.", "", 1)
        assert tensor.dtype == loaded[written].dtype == torch.bfloat16
        assert torch.equal(tensor.view(torch.int16), loaded[written].view(torch.int16))
