"""Reports of runs that are logged by hand."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from lmms_robust.cli import main


def lmms_robust(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 2
    return str(result.exception) + result.output


def specs(page: str) -> dict[str, Any]:
    """Specifications of the figures by name; of figures of several runs, the last one's."""
    names = re.findall(r'<figure data-name="([a-z0-9-]+)">', page)
    found = re.findall(r'<script type="application/json" class="spec">(.*?)</script>', page, re.DOTALL)
    return dict(zip(names, map(json.loads, found), strict=True))


def values(spec: Any) -> list[dict[str, Any]]:
    """The rows that a figure draws, of the largest of its data."""
    return max(spec["datasets"].values(), key=len) if "datasets" in spec else _inline(spec)


def _inline(spec: Any) -> list[dict[str, Any]]:
    found = [spec["data"]["values"]] if "values" in spec.get("data", {}) else []
    for part in spec.get("layer", []):
        found.append(_inline(part))
    return max(found, key=len, default=[])


def inside(page: str) -> dict[str, Any]:
    """What the browser of samples in a page loads."""
    return {name: unpacked(text) for name, text in re.findall(r'id="data-([a-z0-9-]+)">([^<]*)<', page)}


def beside(folder: Path) -> dict[str, Any]:
    """The same, of files beside the page."""
    taken = re.compile(r'lmmsRobust\.take\("([a-z0-9-]+)", "([A-Za-z0-9+/=]*)"\);\n')
    found = [taken.fullmatch(path.read_text()) for path in (folder / "data").iterdir()]
    return {one[1]: unpacked(one[2]) for one in found if one}


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text)))
