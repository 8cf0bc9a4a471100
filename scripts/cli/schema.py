"""What every process makes sure of before it serves or does jobs: the database is of this version, and stays so."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.installation import open_installation
from api.occupancy import at_work
from api.settings import Settings
from api.upgrading import check_schema


@contextmanager
def in_service(settings: Settings) -> Iterator[None]:
    """Nobody upgrades, replaces or copies the store until the block ends.

    Raises ConflictError while somebody does, StoreFailedError with the remedy for a database of another version, and
    KeyFileError where there is no installation.
    """
    here = open_installation(settings)
    with at_work(settings.data_dir):
        try:
            check_schema(here)
        finally:
            here.store.engine.dispose()
        yield
