"""The web UI's files, listed once at the start, so that no request can name any other file."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_FOREVER = "public, max-age=31536000, immutable"
_THEMES = ("auto", "light", "dark")
_NOT_BUILT = "The web UI is not built: run `make run`, or `npm ci && npm run build` in services/gateway/web. The API is at /docs."


class Pages:
    """Serves everything outside /api."""

    def __init__(self, folder: Path) -> None:
        self._files = {"/" + path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        index = self._files.get("/index.html")
        self._index = index.read_text("utf-8") if index else ""

    def respond(self, path: str, headers: Headers, theme: str) -> Response:
        """Return the file at a path, or the page itself for a path that its own router knows."""
        if path == "/docs":
            path = "/docs/index.html"
        if path in self._files and path != "/index.html":
            return self._file(path, headers)
        if "." in path.rsplit("/", 1)[-1] or path.startswith("/assets/"):
            return PlainTextResponse("Nothing is here.", 404)
        return self._page(theme)

    def _page(self, theme: str) -> Response:
        if not self._index:
            return PlainTextResponse(_NOT_BUILT, 503)
        chosen = theme if theme in _THEMES else "auto"
        # The theme is in the page itself, so that the page does not flash in the wrong theme.
        page = self._index.replace('data-theme="auto"', f'data-theme="{chosen}"', 1)
        return HTMLResponse(page, headers={"Cache-Control": "no-cache", "Vary": "Cookie"})

    def _file(self, path: str, headers: Headers) -> Response:
        accepted = headers.get("accept-encoding", "")
        given = {"Cache-Control": _FOREVER if path.startswith("/assets/") else "no-cache", "Vary": "Accept-Encoding"}
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        if path.endswith(".webmanifest"):
            kind = "application/manifest+json"
        for encoding, suffix in _ENCODINGS.items():
            if encoding in accepted and path + suffix in self._files:
                return FileResponse(self._files[path + suffix], media_type=kind, headers={**given, "Content-Encoding": encoding})
        return FileResponse(self._files[path], media_type=kind, headers=given)
