"""The one place that talks to an OpenAI-compatible server; the package ``openai`` is needed for captions alone."""

from __future__ import annotations

import os

from lmms_robust.benchmarks.captions import Ask, CallFailed
from lmms_robust.errors import RobustError
from lmms_robust.servers import UNPACKED, bound, in_a_line

RETRIES = 5
TIMEOUT = 120.0
MAX_TOKENS = 200
KEY_VARIABLE = "OPENAI_API_KEY"


def connect(model: str, base_url: str, retries: int = RETRIES) -> Ask:
    """Return a function that sends one request to a chat model.

    Overload, server errors and lost connections are tried again, with growing pauses or those that the server asks for.
    The first attempt at a caption is greedy; later ones are sampled, since the same words would come again.

    Args:
        model: the model's name on the server.
        base_url: address of the server, up to and with ``/v1``.
        retries: how often one request is tried again.

    Raises:
        RobustError: the package ``openai`` is missing. From the returned function: the server cannot be reached, or
            refuses every request (wrong key, unknown model).
    """
    try:
        import openai
    except ImportError as error:
        raise RobustError("captions need the package openai: pip install openai") from error

    key = os.environ.get(KEY_VARIABLE, "none")
    transport = openai.DefaultHttpxClient(event_hooks={"response": [bound]}, headers=UNPACKED)
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=retries, timeout=TIMEOUT, http_client=transport)

    def ask(text: str, attempt: int) -> str:
        try:
            reply = client.chat.completions.create(
                model=model,
                messages=[{"role": "user", "content": text}],
                temperature=0.7 if attempt else 0.0,
                max_tokens=MAX_TOKENS,
            )
        except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
            raise RobustError(f"{base_url} refuses model {model!r}: {in_a_line(str(error), key)}") from error
        except openai.APIConnectionError as error:
            reason = in_a_line(str(error.__cause__ or error), key)
            raise RobustError(f"cannot reach {base_url}: {reason}; finished captions are kept, run again") from error
        except (openai.OpenAIError, ValueError, RecursionError) as error:
            # The last two: a body that is not JSON, or too deep.
            raise CallFailed(in_a_line(str(error), key)) from error
        return _content(reply, key)

    return ask


def _content(reply: object, key: str) -> str:
    """The reply's text; servers send bodies of any shape, and the client does not check them."""
    choices = getattr(reply, "choices", None)
    message = getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
    content = getattr(message, "content", None)
    if not isinstance(content, str):
        raise CallFailed(f"the server's reply holds no text: {in_a_line(str(reply), key, 80)!r}")
    return content
