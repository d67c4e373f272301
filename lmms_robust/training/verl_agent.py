"""verl's agent loop for rows whose reply is started: the model goes on from there, and that start carries no loss.

Rows name it as ``agent_name: prefill_agent``. verl finds it by a YAML file, which ``lmms-robust augment --format verl``
writes, named in ``actor_rollout_ref.rollout.agent.agent_loop_config_path``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verl.experimental.agent_loop.agent_loop import AgentLoopOutput
from verl.experimental.agent_loop.single_turn_agent_loop import SingleTurnAgentLoop

from lmms_robust.training.batch import ASKED


class _Continuing:
    """A server that goes on from a started turn: the start's tokens follow those of the prompt."""

    def __init__(self, server: Any, start: Sequence[int]) -> None:
        self._server, self._start = server, list(start)

    async def generate(self, *, prompt_ids: Sequence[int], **others: Any) -> Any:
        """Generate from prompt and start."""
        return await self._server.generate(prompt_ids=[*prompt_ids, *self._start], **others)


class PrefillAgentLoop(SingleTurnAgentLoop):  # type: ignore[misc]
    """A single turn that may be started; verl makes a loop of its own for each response."""

    async def run(self, sampling_params: dict[str, Any], priority: int = 0, **kwargs: Any) -> AgentLoopOutput:
        """Generate one response.

        Args:
            sampling_params: as verl has them.
            priority: as verl has it.
            kwargs: the row's columns; ``extra_info["asked"]["prefill"]`` is the start, or ``""``.

        Returns:
            The response with its start, whose tokens have mask 0 and log probability 0; cut at ``response_length``.
        """
        prefill = kwargs["extra_info"][ASKED]["prefill"]
        start = self.tokenizer.encode(prefill, add_special_tokens=False) if prefill else []
        if not start:
            return await super().run(sampling_params, priority, **kwargs)
        self.server_manager: Any = _Continuing(self.server_manager, start)
        output = await super().run(sampling_params, priority, **kwargs)
        limit = self.response_length
        output.response_ids = [*start, *output.response_ids][:limit]
        output.response_mask = [*([0] * len(start)), *output.response_mask][:limit]
        if output.response_logprobs is not None:
            output.response_logprobs = [*([0.0] * len(start)), *output.response_logprobs][:limit]
        if output.routed_experts is not None:
            output.routed_experts = output.routed_experts[: len(output.prompt_ids) + limit]
        return output
