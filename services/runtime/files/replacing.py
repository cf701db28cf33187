"""A file that is there is replaced whole, by what was looked at before, or stays as it is."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from services.runtime.errors import UnavailableError, UsageError


def replace_file(file: Path, content: bytes, look: Callable[[Path], object], *, like: Path | None = None) -> None:
    """Write beside it, with its mode or that of `like`, have it looked at, then put it in the file's place.

    Raises UsageError as `look` does, of the file; UnavailableError where it cannot be written.
    """
    tried: Path | None = None
    try:
        opened, name = tempfile.mkstemp(".tmp", f".{file.name}.", file.parent)
        tried = Path(name)
        with os.fdopen(opened, "wb") as made:
            shutil.copymode(like or file, tried)
            made.write(content)
        look(tried)
        tried.replace(file)
    except UsageError as error:
        raise UsageError(str(error).replace(str(tried), str(file))) from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        if tried is not None:
            tried.unlink(missing_ok=True)
