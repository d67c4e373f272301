"""Copy a checkpoint with noise on its weights: a model that is a little worse in a known way, to compare with.

    python scripts/noisy_copy.py --output out/noisy
    lmms-eval --model robust_hf --model_args pretrained=out/noisy --tasks robustness_scenes --output_path out/runs \
        --log_samples
    lmms-robust compare out/runs/… out/runs/…

Each tensor of floats gets Gaussian noise whose standard deviation is ``--noise`` times its own. The same seed gives the
same weights. The card and the figures of the original stay behind, for they are not the copy's.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from lmms_robust.embedded import TINY_MODEL

WEIGHTS = "model.safetensors"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=TINY_MODEL, help=f"folder with {WEIGHTS}; the embedded model")
    parser.add_argument("--output", type=Path, required=True, help="folder of the copy; must not exist")
    parser.add_argument("--noise", type=float, default=0.3, help="of each tensor's standard deviation; 0.3")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def noisy(weights: dict[str, torch.Tensor], noise: float, seed: int) -> dict[str, torch.Tensor]:
    """Add noise to every tensor of floats, in the order of their names; the others stay as they are.

    Args:
        weights: by name.
        noise: standard deviation of the noise, as a share of the tensor's own, 0 or more.
        seed: of the noise.
    """
    generator, copy = torch.Generator().manual_seed(seed), dict(sorted(weights.items()))
    for name, tensor in copy.items():
        if tensor.is_floating_point() and tensor.numel() > 1:
            values = tensor.float()
            added = noise * values.std() * torch.randn(tensor.shape, generator=generator)
            copy[name] = (values + added).to(tensor.dtype)
    return copy


def main() -> None:
    """Write the copy's folder."""
    options = arguments()
    shutil.copytree(options.model, options.output, ignore=shutil.ignore_patterns("README.md", "metrics.json"))
    weights = noisy(load_file(options.output / WEIGHTS), options.noise, options.seed)
    save_file(weights, options.output / WEIGHTS, metadata={"format": "pt"})
    print(f"{options.output}: {len(weights)} tensors, noise {options.noise}, seed {options.seed}")


if __name__ == "__main__":
    main()
