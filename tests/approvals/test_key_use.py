"""No person can have a code signed outside of a print job: nothing else in the product reaches for the signature."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path.cwd()
MINTS = {"mint"}
JOB = "api/jobs/parts.py"


def using(path: Path, names: set[str]) -> Iterator[str]:
    """The names among `names` that a module imports or takes from another."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.Attribute) and node.attr in names:
            yield node.attr


def test_codes_are_signed_by_the_part_of_the_print_job_alone() -> None:
    sources = [path for top in ("trace", "api") for path in (ROOT / top).rglob("*.py")]
    minting = {str(path.relative_to(ROOT)) for path in sources if any(using(path, MINTS))}
    assert minting == {JOB}


def test_only_a_job_makes_parts() -> None:
    sources = [path for top in ("trace", "api") for path in (ROOT / top).rglob("*.py")]
    making = {str(path.relative_to(ROOT)) for path in sources if any(using(path, {"make_part"}))}
    assert making == {"api/jobs/printing.py"}
