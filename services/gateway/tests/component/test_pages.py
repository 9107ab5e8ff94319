"""The web UI's pages and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from gateway.pages import Pages
from support.asgi import call


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<html data-theme="auto">hello</html>')
    (tmp_path / "assets" / "app-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "app-1a2b.js.br").write_text("small")
    return Pages(tmp_path)


def answered(pages: Pages, path: str, theme: str = "auto", **headers: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await pages.respond(path, Headers(headers), theme)(scope, receive, send)

    return call(app, "GET", path, base="http://outlay.test")


def test_every_path_of_the_ui_gets_the_page_in_the_chosen_theme(pages) -> None:
    assert 'data-theme="dark"' in answered(pages, "/budgets", "dark").text
    assert 'data-theme="auto"' in answered(pages, "/", '"><script>').text
    assert answered(pages, "/").headers["cache-control"] == "no-cache"


def test_assets_are_served_compressed_and_cached_forever(pages) -> None:
    answer = answered(pages, "/assets/app-1a2b.js", **{"accept-encoding": "gzip, br"})
    assert (answer.headers["content-encoding"], answer.headers["cache-control"]) == ("br", "public, max-age=31536000, immutable")
    assert answered(pages, "/assets/app-1a2b.js").text == "plain"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/../secret.txt", "/favicon.ico", "/assets/../index.html.bak"])
def test_files_that_were_not_built_are_not_found(pages, path) -> None:
    assert answered(pages, path).status_code == 404
