"""The HTML of a page: one file that runs no code but ours, reaches no network, and takes every text for a text."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

WEB = files("lmms_robust.pages") / "web"


def rendered(template: str, scripts: Sequence[str], beside: bool, values: Mapping[str, Any]) -> str:
    """A page from a template of ours.

    Texts are escaped. The page's policy lets no script run whose digest is not named in it, so that markup which
    slipped through would still do nothing.

    Args:
        template: its name.
        scripts: what runs at the end of the page, in this order.
        beside: whether scripts in files beside the page, which hold data, may be loaded.
        values: for the template.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["json"] = in_script
    sources = ["'self'", "file:"] if beside else []
    sources += [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    policy = "; ".join(
        ["default-src 'none'", f"script-src {' '.join(sources)}", "style-src 'unsafe-inline'", "img-src data:",
         "base-uri 'none'", "form-action 'none'"]
    )  # fmt: skip
    return environment.from_string(read(template)).render(
        **values, policy=policy, style=read("page.css"), scripts=scripts
    )


def read(name: str) -> str:
    """A file of the page."""
    return (WEB / name).read_text(encoding="utf-8")


def in_script(value: Any) -> str:
    """JSON that stands in a script element: no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def vega() -> str:
    """Vega, Vega-Lite and vega-embed in one script, with the interpreter that needs no ``unsafe-eval``."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets the default
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")
