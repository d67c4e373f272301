"""``robust_vllm``: lmms-eval's own vLLM chat model, which here continues a prefill and gives letter probabilities."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from lmms_eval.api.instance import Instance
from lmms_eval.models.chat.vllm import VLLM

from lmms_robust.backends.arguments import count
from lmms_robust.backends.messages import text_of
from lmms_robust.backends.replies import Question, Reply, response
from lmms_robust.backends.token_probs import Step
from lmms_robust.backends.turns import is_ours
from lmms_robust.errors import RobustError

_ABOUT = "robust"
"""Where a request's parameters carry what its response is about; vLLM is not given it."""

Asked = tuple[list[dict[str, Any]], dict[str, Any]]


class RobustVLLM(VLLM):  # type: ignore[misc]
    """Takes the arguments of lmms-eval's ``vllm``.

    Args:
        top_logprobs: likeliest tokens to ask for, from which letter probabilities are computed; 0 asks for none.
        arguments: those of lmms-eval's model; what it does not know goes on to ``vllm.LLM``. Prefix caching is on
            unless they say otherwise, since the variants of an item share their start.
    """

    def __init__(self, top_logprobs: int | str = 20, **arguments: Any) -> None:
        if find_spec("vllm") is None:
            sys.exit("lmms-robust: robust_vllm: no package vllm; pip install vllm")
        try:
            self._top_logprobs = count("top_logprobs", top_logprobs, least=0)
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        self._checked = False
        super().__init__(**{"enable_prefix_caching": True, **arguments})

    def make_one_request(self, request: Instance) -> Asked:
        """Messages and sampling parameters, with what the response is about among the parameters."""
        messages, params = super().make_one_request(request)
        _, _, _, doc_id, task, split = request.arguments
        doc: Mapping[str, Any] = self.task_dict[task][split][doc_id]
        if is_ours(doc):
            params = {
                **params,
                _ABOUT: {name: doc.get(name) for name in ("options", "variant", "source", "row", "probe")},
            }
            if doc.get("probe"):  # lmms-eval takes its own limit where that is higher
                params["max_tokens"] = 1
            if self._top_logprobs:
                params["logprobs"] = self._top_logprobs
        return messages, params

    def _run_tp_synced(self, local_inputs: list[Asked], run_fn: Callable[[list[Asked]], list[str]]) -> list[str]:
        texts: list[str] = super()._run_tp_synced(local_inputs, self._run_chat)
        return texts

    def _run_chat(self, asked: Sequence[Asked]) -> list[str]:
        """Whole assistant turns; what starts one is continued, which vLLM decides once for all requests of a call."""
        texts = [""] * len(asked)
        for continues in (False, True):
            chosen = [n for n, (messages, _) in enumerate(asked) if (messages[-1]["role"] == "assistant") == continues]
            if chosen:
                for number, text in zip(chosen, self._chat([asked[n] for n in chosen], continues), strict=True):
                    texts[number] = text
        return texts

    def _chat(self, asked: Sequence[Asked], continues: bool) -> list[str]:
        from vllm import SamplingParams

        params = [{name: value for name, value in params.items() if name != _ABOUT} for _, params in asked]
        outputs = self.client.chat(
            messages=[messages for messages, _ in asked],
            sampling_params=[SamplingParams(**one) for one in params],
            chat_template=self.chat_template,
            add_generation_prompt=not continues,
            continue_final_message=continues,
        )
        if continues:
            self._check(outputs[0], text_of(asked[0][0][-1]))
        return [
            response(Question(params.get(_ABOUT, {}), messages, "prefill" if continues else None), _read(output))
            for (messages, params), output in zip(asked, outputs, strict=True)
        ]

    def _check(self, output: Any, prefill: str) -> None:
        """End the run if the chat template rewrites the start of a turn; blanks are no matter."""
        if self._checked:
            return
        self._checked = True
        prompt = "".join(self.client.get_tokenizer().decode(output.prompt_token_ids).split())
        before = prompt.removesuffix("".join(prefill.split()))
        if before == prompt or re.search(r"</?think>\Z", before):
            sys.exit(
                f"lmms-robust: {self.model}: the chat template rewrites a trailing assistant message; sent "
                f"{prefill[:60]!r}, rendered {prompt[-80:]!r}; allowed: a template that keeps it, in chat_template"
            )


def _read(output: Any) -> Reply:
    (written,) = output.outputs
    positions = zip(written.token_ids, written.logprobs or (), strict=False)
    return Reply(written.text, steps=tuple(_step(token, position) for token, position in positions if position))


def _step(token: int, position: Mapping[int, Any]) -> Step:
    top = tuple((entry.decoded_token or "", entry.logprob) for entry in position.values())
    return Step(position[token].decoded_token or "", position[token].logprob, top)
