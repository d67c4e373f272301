"""A variant as a row of training data, in the columns that a framework reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets import Features, Image, List, Value

from lmms_robust.perturbations.columns import to_columns
from lmms_robust.schema import Variant
from lmms_robust.training.batch import ASKED

FORMATS = ("trl", "verl", "jsonl")
AGENT = "prefill_agent"
AGENT_FILE = "agent.yaml"
AGENT_YAML = f"- name: {AGENT}\n  _target_: lmms_robust.training.verl_agent.PrefillAgentLoop\n"

_TEXT, _NUMBER = Value("string"), Value("int64")
_ASKED = {
    "id": _TEXT, "benchmark": _TEXT, "category": _TEXT, "question": _TEXT, "options": List(_TEXT), "answer": _TEXT,
    "statement_source": _TEXT, "variant": _TEXT, "planted": _TEXT, "seed": _NUMBER, "abstain": _TEXT,
    "caption_source": _TEXT, "prompt": _TEXT, "prefill": _TEXT, "probe": Value("bool"), "templates": _TEXT,
    "row": _NUMBER, "picture": _TEXT,
}  # fmt: skip
_MESSAGES = List({"role": _TEXT, "content": _TEXT})


@dataclass(frozen=True, slots=True)
class Row:
    """One training prompt.

    Attributes:
        variant: what is asked.
        number: of the row, from 0.
        epoch: for which its treatment was drawn, from 0.
        picture: ``{"bytes", "path"}`` of the encoded picture; in JSON lines its file's name alone.
    """

    variant: Variant
    number: int
    epoch: int
    picture: Mapping[str, Any] | str

    @property
    def turns(self) -> list[dict[str, str]]:
        """The user's turn, and the start of the reply where the variant has one."""
        asked = [{"role": "user", "content": self.variant.prompt}]
        started = [{"role": "assistant", "content": self.variant.prefill}] if self.variant.prefill else []
        return asked + started


def trl_row(row: Row) -> dict[str, Any]:
    """Columns for TRL: a conversation whose last turn may be a started reply, and its picture."""
    return {"prompt": row.turns, "image": row.picture, ASKED: to_columns(row.variant), "epoch": row.epoch}


def verl_row(row: Row) -> dict[str, Any]:
    """Columns for verl: the picture's place is marked in the text, and the start of the reply is in ``extra_info``."""
    return {
        "data_source": row.variant.item.benchmark,
        "prompt": [{"role": "user", "content": f"<image>{row.variant.prompt}"}],
        "images": [row.picture],
        "ability": "visual multiple choice",
        "reward_model": {"style": "rule", "ground_truth": row.variant.item.answer},
        "extra_info": {"index": row.number, "split": "train", "epoch": row.epoch, ASKED: to_columns(row.variant)},
        "agent_name": AGENT,
    }


ROWS = {"trl": trl_row, "verl": verl_row, "jsonl": trl_row}
FEATURES = {
    "trl": Features({"prompt": _MESSAGES, "image": Image(), ASKED: _ASKED, "epoch": _NUMBER}),
    "verl": Features(
        {
            "data_source": _TEXT,
            "prompt": _MESSAGES,
            "images": List(Image()),
            "ability": _TEXT,
            "reward_model": {"style": _TEXT, "ground_truth": _TEXT},
            "extra_info": {"index": _NUMBER, "split": _TEXT, "epoch": _NUMBER, ASKED: _ASKED},
            "agent_name": _TEXT,
        }
    ),
}
