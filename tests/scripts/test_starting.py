"""What a process imports before it can answer: nothing that only drawing labels, or changing databases, needs."""

import subprocess
import sys

import pytest

DRAWING = {"alembic", "fontTools.ttLib", "fontTools.subset", "pypdf", "jsonschema"}


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("scripts.cli.commands", {"rich.table", "sqlalchemy", "pydantic", "structlog"}),
        ("scripts.cli.serving", {"sqlalchemy", "fastapi", "cryptography", "numpy", "jinja2"}),
        ("scripts.cli.answering", DRAWING | {"PIL", "fastapi", "prometheus_client", "api.v1"}),
        ("api.main", DRAWING),
    ],
    ids=["the command", "the parent", "look-ups", "a web process"],
)
def test_it_starts_without(module: str, without: set[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert module in found
    assert without.isdisjoint(found), sorted(without & set(found))
