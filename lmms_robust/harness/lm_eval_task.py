"""The class of our lm-eval tasks: lm-eval's own, which also looks at the model that it asks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from lm_eval.api.task import ConfigurableTask

from lmms_robust.harness.lm_eval import CONTINUES

CONTINUING = ("HFMultimodalLM", "VLLM_VLM")
"""lm-eval's models that are known to continue ``gen_prefix``: they pass ``continue_final_message`` to the template."""

logger = logging.getLogger(__name__)


class VariantTask(ConfigurableTask):  # type: ignore[misc]
    """Knows the model from the method with which it applies its chat template, which a run gives to its tasks."""

    continues = False
    """Whether the model is known to go on from a prefill."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """As lm-eval's, which does not know the key that names this class."""
        super().__init__(config={name: value for name, value in config.items() if name != "class"})

    def build_all_requests(self, *args: Any, **kwargs: Any) -> None:
        """As lm-eval does, with no more new tokens than leave room for the prompt.

        lm-eval cuts a prompt to the model's context less the new tokens asked for; where that is less than nothing,
        nothing is left of the prompt. So half of a short context is the prompt's.
        """
        model = getattr(kwargs.get("chat_template"), "__self__", None)
        self.continues = type(model).__name__ in CONTINUING
        context, settings = getattr(model, "max_length", None), self.config.generation_kwargs
        wanted = int(settings.get("max_gen_toks", 0))
        if isinstance(context, int) and wanted > context // 2:
            logger.warning(
                "%s: %d new tokens, not %d: the model's context has %d", self.config.task, context // 2, wanted, context
            )
            settings["max_gen_toks"] = context // 2
        super().build_all_requests(*args, **kwargs)

    def process_results(self, doc: Mapping[str, Any], results: Sequence[Any]) -> Any:
        """Metrics of one sample, and its records."""
        return super().process_results({**doc, CONTINUES: self.continues}, results)
