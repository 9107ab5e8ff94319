"""Every link in every page leads somewhere, and every path and module that a page names exists."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TRACKED = subprocess.run(
    ["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split("\n")
PAGES = sorted(name for name in _TRACKED if name.endswith(".md") and (ROOT / name).exists())
DOCS = [name for name in PAGES if name.startswith("docs/")]
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_TOP = sorted({name.partition("/")[0] for name in _TRACKED if "/" in name})
_PATH = re.compile(rf"^(?:{'|'.join(map(re.escape, _TOP))})/[\w./-]*$")
_MODULE = re.compile(r"^(?:chassis|money)(?:\.\w+)+$")
_MADE = ("build/", "services/gateway/src/gateway/web/")
"""Folders that are made by a build."""


@cache
def text_of(page: str) -> str:
    return _FENCE.sub("", (ROOT / page).read_text("utf-8"))


@cache
def anchors(page: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text_of(page), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = sum(name == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", name) is not None for name in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text_of(page)))


def links(page: str) -> list[tuple[Path, str]]:
    """Return the relative links of a page, each as a path and an anchor."""
    found = []
    for target in _LINK.findall(text_of(page)):
        if not re.match(r"[a-z]+:|/", target):
            path, _sharp, anchor = target.partition("#")
            found.append(((ROOT / page).parent / path if path else ROOT / page, anchor))
    return found


def names(page: str) -> list[str]:
    """Return what a page sets as code, without the line number or section that may follow a path."""
    return [name.rstrip("/") for name in _CODE.findall(text_of(page))]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for path, anchor in links(page):
        assert path.exists(), f"{page} links to {path}"
        if anchor and path.suffix == ".md":
            target = path.resolve().relative_to(ROOT).as_posix()
            assert anchor in anchors(target), f"{page} links to {target}#{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page: str) -> None:
    paths = [name for name in names(page) if _PATH.match(name) and not f"{name}/".startswith(_MADE)]
    assert not [name for name in paths if not (ROOT / name).exists()]


@pytest.mark.parametrize("service", ["auth", "expenses", "budgets", "notifier", "assistant", "gateway"])
def test_a_service_names_files_and_folders_that_it_has(service: str) -> None:
    source = ROOT / "services" / service / "src" / service
    named = [
        name for name in names(f"services/{service}/README.md") if re.fullmatch(r"[a-z][\w/]*\.py", name) and not _PATH.match(name)
    ]
    table = re.findall(r"^\| ((?:`[a-z_/]+/`(?:, )?)+) \|", text_of(f"services/{service}/README.md"), re.MULTILINE)
    named += [name for cell in table for name in re.findall(r"`([a-z_/]+/)`", cell)]
    assert not [name for name in named if not (source / name).exists()]


def exists(name: str) -> bool:
    """Tell whether a dotted name is a module, or something in one."""
    module, inside = name, []
    while module:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            module, _dot, last = module.rpartition(".")
            inside.insert(0, last)
            continue
        for part in inside:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("charts/")])
def test_every_module_that_is_named_exists(page: str) -> None:
    assert not [name for name in names(page) if _MODULE.match(name) and not exists(name)]


def test_the_index_lists_every_page() -> None:
    listed = {path.resolve().relative_to(ROOT).as_posix() for path, _anchor in links("docs/README.md")}
    listed |= {path.resolve().relative_to(ROOT).as_posix() for path, _anchor in links("docs/adr/README.md")}
    assert set(DOCS) - listed <= {"docs/README.md"}


@pytest.mark.parametrize("page", [page for page in DOCS if not page.startswith("docs/adr/")])
def test_a_page_opens_by_saying_whom_it_is_for(page: str) -> None:
    first = text_of(page).split("\n\n")[1]
    assert re.match(r"For [\w ]+", first), f"{page} starts: {first[:80]}"


@pytest.mark.parametrize("page", [page for page in DOCS if re.match(r"docs/adr/\d", page)])
def test_a_decision_is_short_and_has_its_parts(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert len(text.splitlines()) <= 40
    number = Path(page).name[:3]
    assert text.startswith(f"# {number} ")
    positions = [text.find(f"\n**{part}.**") for part in ("Context", "Decision", "Consequences")]
    positions[1] = max(positions[1], text.find("\n**Decision**"))
    assert -1 < positions[0] < positions[1] < positions[2]


def test_the_classes_in_the_glossary_exist() -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", text_of("docs/glossary.md")))
    sources = [ROOT / name for name in _TRACKED if name.endswith(".py") and name.startswith(("libs/", "services/", "outlay/"))]
    defined = {
        match for path in sources if path.exists() for match in re.findall(r"^class (\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) > 20
    assert named <= defined


def defined_in(path: Path) -> set[str]:
    """Return the names of a file's functions and classes, and of their methods as `Class.method`."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {node.name} | {
                f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


def test_the_flows_name_functions_that_exist() -> None:
    rows = re.findall(r"\| `([\w/]+\.py)` \| `([\w.]+)` \|$", text_of("docs/develop/flows.md"), re.MULTILINE)
    assert len(rows) > 12
    assert not [(path, name) for path, name in rows if name not in defined_in(ROOT / path)]
