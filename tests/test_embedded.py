"""What comes with the package is what its card says."""

import json

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
