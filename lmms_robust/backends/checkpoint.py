"""Loads a transformers checkpoint: no remote code, safetensors only, errors in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor, AutoTokenizer
from transformers.utils import cached_file

from lmms_robust.errors import RobustError, unknown

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

_CHECKPOINT = "a folder or hub id of a checkpoint"
_SAMPLE = 64
"""Bytes of a tensor that are looked at in each place."""
_FILES = {".safetensors", ".json", ".jinja", ".model", ".txt"}


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


def load_processor(pretrained: str, revision: str, trust_remote_code: bool = False) -> Any:
    """Return the processor, padding on the left.

    Args:
        pretrained: folder or hub id.
        revision: branch, tag or commit on the hub.
        trust_remote_code: run code that comes with the checkpoint.

    Raises:
        RobustError: nothing there to load, or a package that it needs is missing.
    """
    processor = _loaded(AutoProcessor, pretrained, revision, trust_remote_code)
    processor.tokenizer.padding_side = "left"
    _give_padding(processor.tokenizer)
    return processor


def load_tokenizer(pretrained: str, revision: str) -> Any:
    """Return the tokenizer of a text model, with a token to pad with.

    Raises:
        RobustError: nothing there to load, or a package that it needs is missing.
    """
    tokenizer = _loaded(AutoTokenizer, pretrained, revision, trust_remote_code=False)
    _give_padding(tokenizer)
    return tokenizer


def _loaded(kind: Any, pretrained: str, revision: str, trust_remote_code: bool) -> Any:
    _look(pretrained, revision)
    try:
        return kind.from_pretrained(pretrained, revision=revision, trust_remote_code=trust_remote_code)
    except (OSError, ValueError, ImportError) as error:
        raise _refused(pretrained, error, _CHECKPOINT) from error


def _give_padding(tokenizer: Any) -> None:
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token


def _look(pretrained: str, revision: str) -> None:
    """Fetch one file first: without a network each takes half a minute of tries."""
    if not Path(pretrained).is_dir():
        _refuse_no_id(pretrained)
        version(pretrained, revision)


def load_model(
    pretrained: str, loading: Mapping[str, Any], device: torch.device, kind: Any = AutoModelForImageTextToText
) -> Any:
    """Return the model, ready to answer.

    Args:
        pretrained: folder or hub id.
        loading: passed to transformers; where it has a ``device_map``, the model stays where that puts it.
        device: where else it goes.
        kind: class of transformers that loads it.

    Raises:
        RobustError: nothing there to load, no safetensors weights, or no room for them.
    """
    chosen = {name: value for name, value in loading.items() if value is not None}
    try:
        model = kind.from_pretrained(pretrained, trust_remote_code=False, use_safetensors=True, **chosen)
        if "device_map" not in chosen:
            model.to(device)
    except torch.OutOfMemoryError as error:
        raise RobustError(
            f"pretrained={pretrained!r}: out of GPU memory while it was loaded; allowed: device_map=auto over several "
            "GPUs, a dtype of half the size, or a smaller model"
        ) from error
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        asked = ", ".join(f"{name}={chosen[name]}" for name in ("attn_implementation", "device_map") if name in chosen)
        wanted = f", and values of {asked} that transformers takes" if asked else ""
        raise _refused(pretrained, error, f"a checkpoint with whole safetensors weights{wanted}") from error
    return model.eval()


def dtype_as_run(pretrained: str, revision: str, chosen: Any) -> str:
    """Name of the dtype that a checkpoint is loaded in.

    Args:
        pretrained: folder or hub id, whose processor was loaded.
        revision: branch, tag or commit on the hub.
        chosen: what :func:`resolve_dtype` returned.

    Raises:
        RobustError: no ``config.json`` that can be read.
    """
    if chosen == "auto":
        try:
            config = AutoConfig.from_pretrained(pretrained, revision=revision, trust_remote_code=False)
        except (OSError, ValueError, ImportError) as error:
            raise _refused(pretrained, error, _CHECKPOINT) from error
        chosen = config.dtype or config.get_text_config().dtype or chosen
    return str(chosen).removeprefix("torch.")


def version(pretrained: str, revision: str) -> list[object]:
    """What tells a checkpoint from another under the same name.

    Of a folder the digest of each file. Of weights, which are large, that is taken over the header, which names every
    tensor with its shape, and of each tensor over 64 bytes at its start, in its middle and at its end: a training step
    changes nearly every number of a tensor. From the hub it is the commit.

    Args:
        pretrained: folder or hub id, whose processor was loaded.
        revision: branch, tag or commit on the hub.

    Raises:
        RobustError: no ``config.json``, or a file that cannot be read.
    """
    folder = Path(pretrained)
    try:
        if folder.is_dir():
            paths = sorted(path for path in folder.iterdir() if path.suffix in _FILES)
            return [(path.name, _digest(path)) for path in paths]
        return [Path(cached_file(pretrained, "config.json", revision=revision)).parent.name]
    except (OSError, ValueError) as error:
        raise _refused(pretrained, error, _CHECKPOINT) from error


def _refuse_no_id(pretrained: str) -> None:
    """Refuse what is no folder and cannot be a hub id, such as a name with two slashes."""
    if Path(pretrained).is_file():
        raise RobustError(f"pretrained={pretrained!r}: a file; allowed: {_CHECKPOINT}")
    try:
        validate_repo_id(pretrained)
    except HFValidationError as error:
        raise RobustError(f"pretrained={pretrained!r}: no such folder; allowed: {_CHECKPOINT}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        if path.suffix != ".safetensors":
            return file_digest(file, "sha256").hexdigest()
        size = int.from_bytes(file.read(8), "little")
        header = file.read(min(size, path.stat().st_size))
        digest = sha256(header)
        for start in sorted(
            place for begin, end in _tensors(header) for place in (begin, (begin + end) // 2, end - 64)
        ):
            file.seek(8 + size + max(0, start))
            digest.update(file.read(64))
        return digest.hexdigest()


def _tensors(header: bytes) -> list[tuple[int, int]]:
    """Begin and end of each tensor, in bytes after the header; none where it is broken, which loading will say."""
    try:
        entries = json.loads(header)
        return [tuple(entry["data_offsets"]) for name, entry in entries.items() if name != "__metadata__"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return []


def _refused(pretrained: str, error: Exception, allowed: str) -> RobustError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    if not Path(pretrained).is_dir():
        reason = f"no such folder, and as a hub id it cannot be loaded: {reason}"
    return RobustError(f"pretrained={pretrained!r}: {reason}; allowed: {allowed}")
