"""Fonts made ready in the background, once somebody sits down where labels are shown. What is read: drawing_ahead."""

import threading

from api.installation import Installation


class Readying:
    """Makes the fonts of one process ready, once."""

    def __init__(self, here: Installation) -> None:
        self._here = here
        self._may_begin = threading.Lock()
        self._is_ending = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin, unless it was begun before; returns at once."""
        with self._may_begin:
            if self._thread is None and not self._is_ending.is_set():
                self._thread = threading.Thread(target=self._run, name="fonts", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Wait until what was begun is done."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Leave off after the font that is being read."""
        with self._may_begin:
            self._is_ending.set()
        self.wait()

    def _run(self) -> None:
        # Drawing takes long to import, and look-ups, which draw nothing, do not wait for it.
        from api.jobs.drawing_ahead import draw_ahead

        draw_ahead(self._here, self._is_ending.is_set)
