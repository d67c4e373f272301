"""Whether claims about objects hold of a scene: true, false, or not to be told.

What the scene graph calls unclear (margins of :mod:`lmms_robust.scenes.facts`) is neither true nor false. A claim about
an object that is not there is false; one about several objects at once, of which it holds for some, cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lmms_robust.consistency.claims import Claim, Phrase
from lmms_robust.scenes.facts import CANVAS, NEAR_RATIO, Scene, Shape, above, distance, larger, left_of, nearest

MARGIN = 24
"""Pixels on both sides of a border between the thirds of a picture in which a place is unclear."""

Truth = bool | None


def truth(claim: Claim, scene: Scene) -> Truth:
    """Whether a claim holds; None where it cannot be told.

    Args:
        claim: the claim.
        scene: what is in the picture.
    """
    found = _holds(claim, scene)
    return found if found is None or not claim.denied else not found


def matching(phrase: Phrase, scene: Scene) -> list[Shape]:
    """The objects that words pick out."""
    return [
        shape
        for shape in scene.shapes
        if phrase.shape in (None, shape.shape)
        and phrase.color in (None, shape.color)
        and phrase.size in (None, shape.size)
    ]


def _holds(claim: Claim, scene: Scene) -> Truth:
    found = matching(claim.subject, scene)
    if claim.says == "there":
        return bool(found)
    if claim.kind == "count":
        return len(found) == int(claim.says)
    if not found:
        return claim.denied  # what is said of nothing is false, whether it is said to be so or not
    if claim.says == "differs":
        return _each((_alone(one, claim.kind, scene) for one in found), claim.subject)
    if claim.says == "others":
        return _of_others(claim, found, scene)
    if claim.other is None:
        return _each((_is(one, claim, scene) for one in found), claim.subject)
    others = matching(claim.other, scene)
    if not others:
        return claim.denied
    pairs = [_RELATIONS[claim.says](one, other, scene) for one in found for other in others if one is not other]
    return _each(pairs, claim.subject) if pairs else claim.denied


def _each(values: Iterable[Truth], subject: Phrase) -> Truth:
    """Of several objects: of "a star" one is enough; of "the star" all that may be meant have to agree."""
    found = [*values]
    if subject.which == "some" and True in found:
        return True
    if subject.which == "every" and False in found:
        return False
    first = found[0]
    return first if all(value is first for value in found) else None


def _is(one: Shape, claim: Claim, scene: Scene) -> Truth:
    if claim.kind == "place":
        return _at(one, claim.says)
    if claim.says in ("largest", "smallest"):
        rest = [shape for shape in scene.shapes if shape is not one]
        ahead = [_larger(one, other, scene) for other in rest]
        wanted = claim.says == "largest"
        return False if (not wanted) in ahead else None if None in ahead else True
    value: str = getattr(one, claim.kind)
    return value == claim.says


def _alone(one: Shape, field: str, scene: Scene) -> bool:
    return all(getattr(other, field) != getattr(one, field) for other in scene.shapes if other is not one)


def _of_others(claim: Claim, found: list[Shape], scene: Scene) -> Truth:
    assert claim.other is not None
    if len(found) > 1:
        return None
    alike = matching(claim.other, scene)
    return all(shape in alike for shape in scene.shapes if shape is not found[0])


def _at(one: Shape, place: str) -> Truth:
    """Whether an object is in a place, such as ``"top left"``; "on the left" leaves the height open."""
    if place in ("center", "middle"):
        return _both(_within(one.x, 1), _within(one.y, 1))
    columns, rows = {"left": 0, "right": 2}, {"top": 0, "bottom": 2}
    parts = [_within(one.x, columns[word]) for word in place.split() if word in columns]
    parts += [_within(one.y, rows[word]) for word in place.split() if word in rows]
    return _both(*parts)


def _within(at: int, third: int) -> Truth:
    """Whether a coordinate is in a third of the canvas; what is near its border, or short of the middle, is unclear."""
    if 3 * at // CANVAS == third:
        return True
    if third == 1:
        near = min(abs(at - CANVAS / 3), abs(at - 2 * CANVAS / 3)) < MARGIN
    else:
        near = at < CANVAS / 2 if third == 0 else at > CANVAS / 2
    return None if near else False


def _both(*values: Truth) -> Truth:
    return False if False in values else None if None in values else True


def _directed(holds: Callable[[Shape, Shape], bool]) -> Callable[[Shape, Shape, Scene], Truth]:
    """A relation that is unclear where neither it nor its converse holds."""
    return lambda one, other, scene: True if holds(one, other) else False if holds(other, one) else None


def _turned(relation: Callable[[Shape, Shape, Scene], Truth]) -> Callable[[Shape, Shape, Scene], Truth]:
    return lambda one, other, scene: relation(other, one, scene)


def _nearest(one: Shape, other: Shape, scene: Scene) -> Truth:
    found = nearest(other, scene)
    if found is not None:
        return found is one
    least = min(distance(shape, other) for shape in scene.shapes if shape is not other)
    return False if distance(one, other) > NEAR_RATIO * least else None


_larger = _directed(larger)
_RELATIONS: dict[str, Callable[[Shape, Shape, Scene], Truth]] = {
    "left": _directed(left_of),
    "right": _turned(_directed(left_of)),
    "above": _directed(above),
    "below": _turned(_directed(above)),
    "larger": _larger,
    "smaller": _turned(_larger),
    "nearest": _nearest,
}
