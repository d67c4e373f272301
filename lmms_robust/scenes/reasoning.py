"""The chain of thought behind a right answer: what is seen and where, what follows, the option.

Kept to about fifteen to fifty words: it is what a tiny model learns to write, token by token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lmms_robust.scenes.facts import Scene, Shape, region
from lmms_robust.scenes.questions import Question
from lmms_robust.scenes.wording import a, plural, series


def reasoning(scene: Scene, question: Question) -> str:
    """Name the objects that matter with their places, state the truth, and give the option's text."""
    seen = _OBSERVATIONS.get(question.family, _observe)(scene, question)
    return f"{seen} {question.statements[question.gold]} So the answer is {question.options[question.gold]}."


def _place(shape: Shape, sized: bool = False) -> str:
    name = f"{shape.size} {shape.name}" if sized else shape.name
    return f"{a(name)} {region(shape)}"


def _listed(shapes: Sequence[Shape], sized: bool = False) -> str:
    return series([_place(s, sized) for s in shapes])


def _observe(scene: Scene, question: Question) -> str:
    return f"I see {_listed(question.focus)}."


def _observe_sized(scene: Scene, question: Question) -> str:
    if len(question.focus) == 1:
        return _observe_odd_size(scene, question)
    return f"I see {_listed(question.focus, sized=True)}."


def _observe_referent(scene: Scene, question: Question) -> str:
    """Size is named where the question needs it to tell two objects apart."""
    target = question.focus[0]
    return f"I see {_listed([target], sized=f' {target.size} ' in question.text)}."


def _observe_presence(scene: Scene, question: Question) -> str:
    if question.options[question.gold] != "no":
        return _observe(scene, question)
    missing = question.statements[question.gold].removeprefix("There is ").removesuffix(" in the picture.")
    if not question.focus:
        color, shape = missing.split()[1:]
        return f"I see nothing {color} and no {shape}."
    return f"I see {_listed(question.focus)}, but {missing}."


def _observe_odd_size(scene: Scene, question: Question) -> str:
    target = question.focus[0]
    rest = "small" if target.size == "large" else "large"
    return f"I see {_place(target, sized=True)}, and all other objects are {rest}."


def _observe_odd(scene: Scene, question: Question) -> str:
    target = question.focus[0]
    field = question.text.removesuffix("?").split()[-1]
    if field == "size":
        return _observe_odd_size(scene, question)
    rest = next(s for s in scene.shapes if s is not target)
    common = plural(rest.shape) if field == "shape" else rest.color
    return f"I see {_place(target)}, and all other objects are {common}."


_OBSERVATIONS: dict[str, Callable[[Scene, Question], str]] = {
    "color": _observe_referent,
    "shape": _observe_referent,
    "size": _observe_sized,
    "existence": _observe_presence,
    "odd_one_out": _observe_odd,
}
