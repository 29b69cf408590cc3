"""Write a command's output, and its errors as sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from premium.errors import AppError


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Print an error of the input as a sentence and exit with 1.

    It goes to standard error. A reader that has enough of a pipe is no error.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # click ends for it, silently
    except AppError as error:
        raise click.ClickException(_sentences(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def _sentences(error: AppError) -> str:
    """The message, or each wrong line of a file where the error names them."""
    details = error.details or {}
    lines, count = details.get("errors"), details.get("count")
    if not isinstance(lines, list) or not isinstance(count, int) or count < 2:
        return error.message
    files = [f"{each['file']}, " if each.get("file") else "" for each in lines]
    named = [
        f"  {file}line {each['line']}, column {each['field']}: {each['reason']}"
        for file, each in zip(files, lines, strict=True)
    ]
    more = [f"  and {count - len(lines)} more"] if count > len(lines) else []
    return "\n".join([f"{count} lines cannot be read; nothing was done:", *named, *more])


@contextmanager
def opened(output: str) -> Iterator[IO[str]]:
    """Open a file that appears whole or not at all, or standard output for `-`.

    A pipe or a device is written to, and stays what it is.
    """
    if output == "-":
        yield sys.stdout
        return
    path = Path(output).resolve()
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, output) from None
    finally:
        partial.unlink(missing_ok=True)
