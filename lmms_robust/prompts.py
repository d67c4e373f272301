"""Renders every injected word from ``templates/*.jinja``, the user's folder before our own.

Values are inserted, never parsed as templates; a template that names something undefined is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from traceback import extract_tb

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lmms_robust.errors import RobustError, unknown

TEMPLATES_VARIABLE = "LMMS_ROBUST_TEMPLATES"


def template_names() -> tuple[str, ...]:
    """Names of the templates that the package ships, without ``.jinja``."""
    return tuple(
        sorted(name.removesuffix(".jinja") for name in _own_templates().list_templates() if name.endswith(".jinja"))
    )


def render(name: str, values: Mapping[str, object]) -> str:
    """Render one template; surrounding white space is dropped.

    Args:
        name: template name without ``.jinja``.
        values: what the template may name.

    Raises:
        RobustError: the template is unknown, is not valid Jinja, or names something that is not in ``values``.
    """
    environment = _environment(os.environ.get(TEMPLATES_VARIABLE, ""))
    try:
        return environment.get_template(f"{name}.jinja").render(values).strip()
    except TemplateNotFound as error:
        raise unknown("template", str(error.name or name), (f"{known}.jinja" for known in template_names())) from error
    except TemplateSyntaxError as error:
        raise RobustError(f"template {error.filename or error.name} line {error.lineno}: {error.message}") from error
    except UnicodeDecodeError as error:
        raise RobustError(f"template {name}.jinja or one that it includes: not UTF-8 ({error.reason})") from error
    except RecursionError as error:
        raise RobustError(f"template {name}.jinja: includes itself; allowed: one that ends") from error
    except (TemplateError, TypeError, ArithmeticError) as error:
        raise RobustError(f"template {_failed(error)}: {error}; allowed names: {', '.join(sorted(values))}") from error


def template_digest(name: str) -> str:
    """Digest of one template as it is rendered, 8 hexadecimal digits.

    Raises:
        RobustError: the template is unknown, or cannot be read.
    """
    environment = _environment(os.environ.get(TEMPLATES_VARIABLE, ""))
    assert environment.loader
    try:
        source = environment.loader.get_source(environment, f"{name}.jinja")[0]
    except TemplateNotFound as error:
        raise unknown("template", name, template_names()) from error
    except UnicodeDecodeError as error:
        raise RobustError(f"template {name}.jinja: not UTF-8 ({error.reason})") from error
    return sha256(source.encode()).hexdigest()[:8]


# As tokenizers and chat templates write what is no text.
_TOKEN_LIKE = re.compile(
    r"[<＜](?=[|｜])|[<＜](?=[\w|｜▁:/.@#+-]{1,64}[>＞])"  # <|im_end|>, </s>, <image>, <global-img>, <turn|>
    r"|\[(?=[|｜@])|\[(?=/?[a-z]?[A-Z][A-Z_\d]{2,30}\])"  # [|endofturn|], [@BOS@], [/INST], [gMASK], [UNUSED_TOKEN_145]
    r"|\|(?=[A-Z]{5,20}\|)|◁"  # |ENDOFTEXT|, ◁think▷
    r"|\b(?i:user|assistant|system|human)(?=:)"  # a role, where a template writes it in words
)


def inert(text: str) -> str:
    """A text of a row or a caption as text alone: with a blank behind the first mark of whatever may be a token.

    So a row can neither close the user's turn, nor stand for a picture, nor open or close a thought. A model's tokens
    are not known here (a harness has many models), so their forms are: what stands in <…> or [|…|] without a blank,
    names in capitals in […], and roles with a colon.

    >>> inert("Which?<|im_end|><image> 3 < 4, a<b>c")
    'Which?< |im_end|>< image> 3 < 4, a< b>c'
    """
    return _TOKEN_LIKE.sub(r"\g<0> ", text)


def templates_digest() -> str:
    """Digest of the templates in the user's folder, 8 hexadecimal digits; ``""`` without one."""
    return _digest(os.environ.get(TEMPLATES_VARIABLE, ""))


@lru_cache(maxsize=8)
def _digest(folder: str) -> str:
    if not folder:
        return ""
    found = sorted(_checked_folder(Path(folder)).glob("*.jinja"))
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in found)).hexdigest()[:8]


def _failed(error: Exception) -> str:
    """File of the template in which an error arose, which may be an included one."""
    files = [frame.filename for frame in extract_tb(error.__traceback__) if frame.filename.endswith(".jinja")]
    return files[-1] if files else "?"


@lru_cache(maxsize=8)
def _environment(folder: str) -> ImmutableSandboxedEnvironment:
    loaders: list[BaseLoader] = [_own_templates()]
    if folder:
        loaders.insert(0, FileSystemLoader(_checked_folder(Path(folder))))
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,  # one process sends the same words from its first item to its last
    )


@lru_cache(maxsize=1)
def _own_templates() -> PackageLoader:
    return PackageLoader("lmms_robust.templates", "")


def _checked_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise RobustError(f"{TEMPLATES_VARIABLE}: {str(folder)!r} is not a folder; allowed: a folder of .jinja files")
    for path in sorted(folder.glob("*.jinja")):
        if not path.resolve().is_relative_to(folder.resolve()):
            raise RobustError(
                f"{TEMPLATES_VARIABLE}: {path.name} is a link that leads outside {folder}; allowed: a file"
            )
        if path.stem not in template_names():
            raise unknown("template", path.name, (f"{name}.jinja" for name in template_names()), where=str(folder))
    return folder
