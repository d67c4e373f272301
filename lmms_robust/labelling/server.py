"""Serves the page on which a person labels: to this machine alone, under an address that nobody else can guess."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from secrets import token_urlsafe
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lmms_robust.errors import RobustError
from lmms_robust.labelling.cases import UNSURE, Case, Pictures, labelled
from lmms_robust.schema import letters

HOST = "127.0.0.1"
NONE_KEY, UNSURE_KEY = "N", "U"
_MOST = 1_000
"""Bytes of a request's body."""
_FILES = {
    "": ("page.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Labelling:
    """The cases, and what a person says of them; every verdict is on the disk when its request is answered."""

    def __init__(self, cases: Sequence[Case], pictures: Pictures) -> None:
        self._cases, self._pictures = cases, pictures
        self._lock = Lock()
        self._votes = labelled(cases)

    @property
    def done(self) -> int:
        """How many cases have a verdict."""
        return len(self._votes)

    def state(self, at: int | None = None) -> dict[str, Any]:
        """What the page shows: a case, by default the first without a verdict, and how far the work is.

        Raises:
            RobustError: there is no such case.
        """
        with self._lock:
            return self._state(self._next(0) if at is None else self._checked(at))

    def label(self, at: int, key: str) -> dict[str, Any]:
        """Keep a verdict, and return what the page shows next: the next case without one.

        Args:
            at: number of the case.
            key: letter of an option, N for none, or U for unsure.

        Raises:
            RobustError: there is no such case or key, or the verdict cannot be written.
        """
        with self._lock:
            case = self._cases[self._checked(at)]
            known = letters(len(case.about.options))
            if key not in (*known, NONE_KEY, UNSURE_KEY):
                raise RobustError(f"key {key[:20]!r}; allowed: {', '.join([*known, NONE_KEY, UNSURE_KEY])}")
            conclusion = key if key in known else None
            self._votes[at] = case.kept(conclusion, UNSURE if key == UNSURE_KEY else None)
            return self._state(self._next(at + 1))

    def picture(self, at: int) -> bytes | None:
        """The picture of a case as PNG, or None.

        Raises:
            RobustError: there is no such case, or its picture cannot be read.
        """
        with self._lock:
            case = self._cases[self._checked(at)]
            made = self._pictures.get((case.benchmark, case.vote.item))
            return None if made is None else made()

    def _checked(self, at: int) -> int:
        if not 0 <= at < len(self._cases):
            raise RobustError(f"number {at}; allowed: 0 to {len(self._cases) - 1}")
        return at

    def _next(self, start: int) -> int | None:
        numbers = [*range(start, len(self._cases)), *range(start)]
        return next((number for number in numbers if number not in self._votes), None)

    def _state(self, at: int | None) -> dict[str, Any]:
        progress = {"at": at, "done": self.done, "total": len(self._cases)}
        if at is None:
            return progress
        case, vote = self._cases[at], self._votes.get(at)
        key = None if vote is None else UNSURE_KEY if vote.failed else vote.conclusion or NONE_KEY
        about = case.about
        return progress | {
            "question": about.question, "options": about.options, "given": about.given, "reasoning": about.reasoning,
            "picture": (case.benchmark, case.vote.item) in self._pictures, "label": key,
        }  # fmt: skip


def serve(work: Labelling, port: int = 0) -> tuple[ThreadingHTTPServer, str]:
    """A server, which is to be run, and the address of its page.

    Args:
        work: what is labelled.
        port: of this machine; 0 for any that is free.

    Raises:
        RobustError: the port is taken.
    """
    token = token_urlsafe(24)
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(work, token))
    except OSError as error:
        raise RobustError(f"port {port}: {error.strerror or error}; allowed: one that is free, or 0 for any") from error
    return server, f"http://{HOST}:{server.server_address[1]}/{token}/"


def _handler(work: Labelling, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "lmms-robust", ""

        def do_GET(self) -> None:
            name = self._name()
            if name is None:
                return self._send(404, {"error": "nothing here"})
            if name in _FILES:
                file, kind = _FILES[name]
                return self._give(200, (files(__package__) / file).read_bytes(), f"{kind}; charset=utf-8")
            given = parse_qs(urlsplit(self.path).query).get("at", [None])[0]
            if name == "state":
                return self._try(lambda: work.state(None if given is None else _number(given)))
            if name.startswith("picture/"):
                return self._picture(name.removeprefix("picture/"))
            return self._send(404, {"error": "nothing here"})

        def do_POST(self) -> None:
            if self._name() != "label":
                return self._send(404, {"error": "nothing here"})
            length = self.headers.get("Content-Length", "")
            origin = self.headers.get("Origin")
            if self.headers.get_content_type() != "application/json" or origin not in (None, self._origin()):
                return self._send(403, {"error": "not from this page"})
            if not length.isascii() or not length.isdigit() or int(length) > _MOST:
                return self._send(413, {"error": f"a body of {length[:20]!r} bytes; allowed: up to {_MOST}"})
            try:
                said = json.loads(self.rfile.read(int(length)))
                at, key = said["at"], said["key"]
            except (ValueError, TypeError, KeyError, RecursionError):
                return self._send(400, {"error": "no verdict; allowed: an object with at and key"})
            if type(at) is not int or not isinstance(key, str):
                return self._send(400, {"error": "no verdict; allowed: a number and a text"})
            return self._try(lambda: work.label(at, key))

        def _origin(self) -> str:
            return f"http://{HOST}:{self.connection.getsockname()[1]}"

        def _name(self) -> str | None:
            """What is asked for below the token; None for all else, and for pages that name this machine otherwise."""
            path = urlsplit(self.path).path
            own = f"/{token}/"
            return path.removeprefix(own) if path.startswith(own) and self._host() else None

        def _host(self) -> bool:
            return self.headers.get("Host") == self._origin().removeprefix("http://")

        def _picture(self, number: str) -> None:
            try:
                found = work.picture(_number(number))
            except RobustError as error:
                return self._send(400, {"error": str(error)})
            if found is None:
                return self._send(404, {"error": "no picture"})
            return self._give(200, found, "image/png")

        def _try(self, what: Any) -> None:
            try:
                self._send(200, what())
            except RobustError as error:
                self._send(400, {"error": str(error)})

        def _send(self, status: int, said: dict[str, Any]) -> None:
            self._give(status, json.dumps(said).encode(), "application/json")

        def _give(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in (_HEADERS | {"Content-Type": kind, "Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the terminal has the address and the progress."""

    return Handler


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
