"""A mapping file: which column of somebody's multiple-choice data is what, in a few lines of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from lmms_robust.errors import RobustError, unknown

KEYS = ("name", "picture", "question", "options", "answer", "context", "id", "category", "where", "images")
REQUIRED = ("picture", "question", "options", "answer")
ANSWER_FORMS = ("letter", "index", "number", "text")
"""How an answer names its option: by letter, counted from 0, counted from 1, by its text."""

Layout = Literal["list", "columns", "inside"]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Columns by their roles.

    Attributes:
        name: name of the benchmark that the data becomes.
        pictures: image feature, base64 text, or file name below ``images``; of several columns, one is filled in a row.
        question: the question's text.
        layout: ``options`` is one column that holds a list, several columns, or the column whose text holds them.
        options: those columns.
        answer: column with the answer.
        answer_form: one of :data:`ANSWER_FORMS`, or None as long as it is to be found out.
        id: column with a unique name of the row, or None: rows are then numbered.
        category: column with a question family, or None: all rows are then of one.
        where: column -> values of the rows that are taken.
        images: folder of pictures, or None.
        context: column with what stands before the question, such as a hint; may be empty; or None.
    """

    name: str
    pictures: tuple[str, ...]
    question: str
    layout: Layout
    options: tuple[str, ...]
    answer: str
    answer_form: str | None = None
    id: str | None = None
    category: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    images: Path | None = None
    context: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns but the pictures', each once."""
        optional = [column for column in (self.context, self.id, self.category) if column]
        return tuple(dict.fromkeys([self.question, *self.options, self.answer, *optional, *self.where]))


def read(path: Path, name: str | None = None) -> ColumnMapping:
    """Read a mapping file.

    Args:
        path: the file.
        name: the benchmark's name, instead of the one in the file.

    Raises:
        RobustError: the file is missing, is not YAML, lacks a key, or has an unknown one or one of the wrong form.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise RobustError(f"cannot read mapping {path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise RobustError(f"mapping {path}: a {type(content).__name__}; allowed: keys {', '.join(KEYS)}")
    for key in content:
        if key not in KEYS:
            raise unknown("key", str(key), KEYS, where=str(path))
    missing = [key for key in REQUIRED if content.get(key) is None]
    if missing:
        raise RobustError(f"mapping {path}: missing key(s) {', '.join(missing)}; expected: {', '.join(REQUIRED)}")
    return _parsed(content, path, name)


def dump(mapping: ColumnMapping) -> str:
    """Write a mapping as the YAML that :func:`read` reads; the folder of pictures becomes absolute."""
    options: Any = {"list": mapping.options[0], "inside": {"inside": mapping.options[0]}}.get(mapping.layout)
    written = asdict(mapping) | {
        "picture": mapping.pictures[0] if len(mapping.pictures) == 1 else list(mapping.pictures),
        "options": options or list(mapping.options),
        "answer": {mapping.answer_form: mapping.answer} if mapping.answer_form else mapping.answer,
        "where": {column: list(values) for column, values in mapping.where.items()},
        "images": str(mapping.images.resolve()) if mapping.images else None,
    }
    chosen = {key: written[key] for key in KEYS if written[key]}
    return yaml.safe_dump(chosen, sort_keys=False, allow_unicode=True)


def _parsed(content: Mapping[str, Any], path: Path, name: str | None) -> ColumnMapping:
    layout, options = _options(content["options"], f"mapping {path}: options")
    answer_form, answer = _answer(content["answer"], f"mapping {path}: answer")
    images = content.get("images")
    return ColumnMapping(
        name=name or str(content.get("name") or path.stem),
        pictures=_pictures(content["picture"], f"mapping {path}: picture"),
        question=_column(content["question"], f"mapping {path}: question"),
        layout=layout,
        options=options,
        answer=answer,
        answer_form=answer_form,
        context=_column(content["context"], f"mapping {path}: context") if content.get("context") else None,
        id=_column(content["id"], f"mapping {path}: id") if content.get("id") else None,
        category=_column(content["category"], f"mapping {path}: category") if content.get("category") else None,
        where=_where(content.get("where") or {}, f"mapping {path}: where"),
        images=path.parent / _column(images, f"mapping {path}: images") if images else None,
    )


def _column(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise RobustError(f"{where}: {value!r}; allowed: the name of one column")
    return value


def _pictures(value: object, where: str) -> tuple[str, ...]:
    columns = value if isinstance(value, list) else [value]
    if not columns or not all(isinstance(column, str) for column in columns):
        raise RobustError(f"{where}: {value!r}; allowed: the name of one column, or a list of them")
    return tuple(columns)


def _options(value: object, where: str) -> tuple[Layout, tuple[str, ...]]:
    if isinstance(value, str):
        return "list", (value,)
    if isinstance(value, list) and len(value) > 1 and all(isinstance(column, str) for column in value):
        return "columns", tuple(value)
    if isinstance(value, dict) and list(value) == ["inside"] and isinstance(value["inside"], str):
        return "inside", (value["inside"],)
    raise RobustError(
        f"{where}: {value!r}; allowed: a column that holds a list, several columns [A, B, C, D], or {{inside: column}}"
    )


def _answer(value: object, where: str) -> tuple[str | None, str]:
    if isinstance(value, str):
        return None, value
    if isinstance(value, dict) and len(value) == 1:
        ((form, column),) = value.items()
        if form in ANSWER_FORMS and isinstance(column, str):
            return form, column
    forms = ", ".join(f"{{{form}: column}}" for form in ANSWER_FORMS)
    raise RobustError(f"{where}: {value!r}; allowed: a column, or one of {forms}")


def _where(value: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not all(isinstance(column, str) for column in value):
        raise RobustError(f"{where}: {value!r}; allowed: columns with the value, or the list of values, to take")
    return {
        column: tuple(str(one) for one in (wanted if isinstance(wanted, list) else [wanted]))
        for column, wanted in value.items()
    }
