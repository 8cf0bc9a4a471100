"""Loading a program: what stays for the life of a process is not looked through for garbage.

Modules, routes and models are 200,000 objects that refer to one another. Python's collector would walk them several
times while they are made, a tenth of a start, and again whenever it walks everything, in the middle of an answer.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Collect nothing meanwhile, and from then on leave out what is there at the end (`gc.freeze`)."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
