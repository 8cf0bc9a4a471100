"""What a process imports before it can answer: nothing that only drawing labels, or changing databases, needs."""

import gc
import subprocess
import sys

import pytest

from scripts.cli.loading import loading

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


def test_what_was_loaded_is_not_looked_through_for_garbage_again() -> None:
    program = """
import gc
from scripts.cli.loading import loading
walks = []
gc.callbacks.append(lambda phase, found: walks.append(found["generation"]))
with loading():
    import scripts.cli.answering
during = len(walks)
print(during, gc.isenabled(), gc.get_freeze_count() > 50_000)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found == "0 True True\n"


def test_garbage_is_collected_after_loading_that_failed() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("broken")
    assert gc.isenabled()
    gc.unfreeze()
