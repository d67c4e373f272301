"""Loads a transformers checkpoint: no remote code, safetensors only, errors in one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import try_to_load_from_cache
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.errors import RobustError, unknown

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def resolve_dtype(name: str, device: torch.device) -> Any:
    """Return the dtype to load with; ``"auto"`` is the checkpoint's own on CUDA and float32 on the CPU.

    Raises:
        RobustError: no such dtype.
    """
    if name not in (*DTYPES, "auto"):
        raise unknown("dtype", str(name), [*DTYPES, "auto"], where="model_args")
    if name == "auto":
        return torch.float32 if device.type == "cpu" else "auto"
    return DTYPES[name]


def load_processor(pretrained: str, revision: str) -> Any:
    """Return the processor, padding on the left.

    Raises:
        RobustError: nothing there to load, or a package that it needs is missing.
    """
    if not Path(pretrained).is_dir() and pretrained.startswith(("/", ".", "~")):
        raise RobustError(f"pretrained={pretrained!r}: no such folder; allowed: a folder or hub id of a checkpoint")
    try:
        processor = AutoProcessor.from_pretrained(pretrained, revision=revision, trust_remote_code=False)
    except (OSError, ValueError, ImportError) as error:
        raise _refused(pretrained, error, "a folder or hub id of a checkpoint") from error
    processor.tokenizer.padding_side = "left"
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    return processor


def load_model(pretrained: str, loading: Mapping[str, Any], device: torch.device) -> Any:
    """Return the model, ready to answer.

    Args:
        pretrained: folder or hub id.
        loading: passed to transformers; where it has a ``device_map``, the model stays where that puts it.
        device: where else it goes.

    Raises:
        RobustError: nothing there to load, or no safetensors weights.
    """
    chosen = {name: value for name, value in loading.items() if value is not None}
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            pretrained, trust_remote_code=False, use_safetensors=True, **chosen
        )
    except (OSError, ValueError, ImportError) as error:
        raise _refused(pretrained, error, "a checkpoint with safetensors weights") from error
    if "device_map" not in chosen:
        model.to(device)
    return model.eval()


def weights(pretrained: str, revision: str) -> list[object]:
    """What tells a checkpoint's weights from others under the same name: size and time of files, or the commit.

    Args:
        pretrained: folder or hub id, whose processor was loaded.
        revision: branch, tag or commit on the hub.
    """
    folder = Path(pretrained)
    if folder.is_dir():
        files = [(path.name, path.stat()) for path in sorted(folder.glob("*.safetensors"))]
        return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in files]
    kept = try_to_load_from_cache(pretrained, "tokenizer_config.json", revision=revision)
    return [Path(kept).parent.name] if isinstance(kept, str) else []


def _refused(pretrained: str, error: Exception, allowed: str) -> RobustError:
    reason = str(error).strip().splitlines()[0]
    return RobustError(f"pretrained={pretrained!r}: {reason}; allowed: {allowed}")
