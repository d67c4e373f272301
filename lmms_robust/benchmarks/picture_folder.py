"""The pictures below a folder, found by the names that rows give them; one name may stand in several places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path, PurePosixPath

from lmms_robust.benchmarks.pictures import FORMATS
from lmms_robust.errors import RobustError


@dataclass(frozen=True, slots=True)
class Pictures:
    """Every file below a folder.

    Attributes:
        root: the folder.
        paths: file name -> every file of this name.
    """

    root: Path
    paths: Mapping[str, Sequence[Path]]

    @classmethod
    def below(cls, root: Path) -> Pictures:
        """Look at every file below a folder, at any depth.

        Raises:
            RobustError: there is no such folder.
        """
        if not root.is_dir():
            raise RobustError(f"pictures: no folder {root}; allowed: the folder that holds Spatial-MM's pictures")
        paths: dict[str, list[Path]] = {}
        whole = root.resolve()
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            if path.resolve().is_relative_to(whole):  # no link that leads outside
                paths.setdefault(path.name, []).append(path)
        return cls(root, paths)

    def find(self, name: str, where: str) -> Path | None:
        """The file of a name, or of the end of a path; None if there is none. Copies of one picture are one.

        Raises:
            RobustError: several files of this name hold different pictures.
        """
        named = self.paths.get(PurePosixPath(name).name, ())
        found = [path for path in named if f"/{path.relative_to(self.root).as_posix()}".endswith(f"/{name}")]
        exact = [path for path in found if path == self.root / name]
        chosen = exact or found
        if any(not cmp(chosen[0], other, shallow=False) for other in chosen[1:]):
            places = ", ".join(str(path.relative_to(self.root)) for path in chosen)
            raise RobustError(
                f"{where}: picture {name!r} is several files below {self.root}: {places}; allowed: --images with the "
                "folder of one of them, or image_name with its folder"
            )
        return chosen[0] if chosen else None


def below(folder: Path, name: str, where: str) -> Path:
    """Resolve a file name that a row gives against a folder.

    Raises:
        RobustError: the name leads outside the folder, by "..", as an absolute path or through a link.
    """
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise RobustError(f"{where}: picture {name[:80]!r}: {error}; allowed: a file name below {folder}") from error
    if not path.is_relative_to(root):
        raise RobustError(f"{where}: picture {name[:80]!r} leads outside {folder}; allowed: a file name below it")
    return path


def is_whole(path: Path) -> bool:
    """Whether a file is a picture that was not cut off, as far as its format tells without decoding it."""
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as image:
            image.verify()
    except Exception:  # whatever broken data leads Pillow to
        return False
    return True
