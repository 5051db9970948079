"""A tree of files as the house rules read it: the repository itself, or a planted one."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Tree:
    """Files below a folder, by their path from it with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """What is, or would be, committed; everything where there is no repository."""
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=self.root,
                capture_output=True,
                check=True,
                text=True,
            ).stdout.split("\0")
        else:
            listed = [str(each.relative_to(self.root)) for each in self.root.rglob("*")]
        return tuple(sorted(name for name in listed if name and (self.root / name).is_file()))

    def python(self, *below: str) -> tuple[str, ...]:
        """Python files, of the named folders only when some are named."""
        return tuple(
            name
            for name in self.files
            if name.endswith(".py") and (not below or name.partition("/")[0] in below)
        )

    def text(self, name: str) -> str:
        """A file's text; empty when it is not text."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return ""

    @functools.cache  # noqa: B019 - trees live as long as the test run
    def parsed(self, name: str) -> ast.Module:
        """A Python file as syntax."""
        return ast.parse(self.text(name), name)

    def file_of(self, module: str) -> str | None:
        """The file of a dotted name, or None when it is no module of this tree."""
        path = module.replace(".", "/")
        for name in (f"{path}.py", f"{path}/__init__.py"):
            if (self.root / name).is_file():
                return name
        return None

    def imports(self, name: str) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every import, those inside functions included."""
        for node in ast.walk(self.parsed(name)):
            match node:
                case ast.Import():
                    yield from ((node.lineno, alias.name) for alias in node.names)
                case ast.ImportFrom(level=level) if level:
                    yield node.lineno, "." * level
                case ast.ImportFrom(module=str(module)):
                    inner = [f"{module}.{alias.name}" for alias in node.names]
                    found = [each if self.file_of(each) else module for each in inner]
                    yield from ((node.lineno, each) for each in dict.fromkeys(found))


REPOSITORY = Tree(ROOT)
