"""Entry point of the `gimark` command. Nothing is imported here that takes time before Ctrl-C is minded."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Do what the command line says. Who interrupts it is shown no traceback, however early."""
    try:
        from scripts.cli.loading import loading

        with loading():
            from scripts.cli.commands import app

        _check_text(sys.argv)
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _check_text(arguments: list[str]) -> None:
    if any("\udc80" <= character <= "\udcff" for argument in arguments for character in argument):
        sys.exit(
            "参数不是 UTF-8 文本，请核对终端编码。 / An argument is not UTF-8 text; check the terminal's encoding."
        )
