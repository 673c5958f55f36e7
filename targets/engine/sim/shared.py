# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the engine's scripts share: how they end, run tools and write files. Exit codes: docs/spec/command.md."""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

INTERRUPTED = 130
ROOM = "make room or give access there"


class Failure(Exception):
    """Ends a script with an exit code and one line."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


# ------------------------------------------------------------------------------
# Beginning and end
# ------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message):
        raise Failure(2, f"{message}; see {self.prog} --help")


def whole_from(least):
    """The type of an argument that is a whole number from `least` to what 31 bits hold."""

    def convert(text):
        if not re.fullmatch("[0-9]{1,10}", text) or not least <= int(text) < 1 << 31:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least} on")
        return int(text)

    return convert


class Interruption:
    """Ends the script at once, but for the moment in which a tool is started whose process is not known yet."""

    def __init__(self):
        self.came = self.waits = False

    def handle(self, *_):
        if not self.came:
            self.came = True
            if not self.waits:
                raise KeyboardInterrupt

    def let_come(self):
        self.waits = False
        if self.came:
            raise KeyboardInterrupt


interruption = Interruption()


def main(name, body, is_quiet=False):
    """Has `body` run and ends the process with the exit code that it returns, or with a failure's and its line. When
    interrupted all tools end, what is temporary goes, and unless `is_quiet` a line says so."""
    signal.signal(signal.SIGINT, interruption.handle)
    signal.signal(signal.SIGTERM, interruption.handle)
    # Tools, in sessions of their own, do not see that the terminal goes; under nohup all goes on then.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, interruption.handle)
    try:
        code, line = body() or 0, ""
        print(end="", flush=True)
    except Failure as failure:
        code, line = failure.code, f"{name}: {failure}"
    except OSError as error:
        code, line = 5, f"{name}: {error.filename2 or error.filename or 'standard output'}: {error.strerror or error}; {ROOM}"
        # So that Python, which ends by flushing it once more, has nothing to add.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        code, line = INTERRUPTED, "" if is_quiet else "sluice: interrupted"
    if line:
        print(line, file=sys.stderr)
    sys.exit(code)


# ------------------------------------------------------------------------------
# Tools
# ------------------------------------------------------------------------------


def find_tool(name, remedy, path=None):
    found = shutil.which(name, path=path)
    if not found:
        raise Failure(3, f"{name} is not on the path: {remedy}")
    return found


def first_error(text):
    """The line of a tool's output that says what is wrong, or nothing."""
    return next((f": {line.strip()}" for line in text.splitlines() if re.search("Error|ERROR|error:", line)), "")


def end_group(process):
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start(command, stream, **options):
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT,
                                start_new_session=True, **options)
    except OSError as error:
        raise Failure(3, f"{command[0]}: {error.strerror}; install it anew") from None


def run(command, log, watch=lambda log: None, where="", launcher=(), **options):
    """Runs a tool, by way of `launcher`, in a session of its own, all of which ends when the script is interrupted. What
    it prints is added to the file `log`; `watch` is called with that now and then, and what it raises ends the tool,
    too. If it fails, one line has its first error and `where`."""
    process = None
    with open(log, "a") as stream:
        interruption.waits = True
        try:
            process = start([*launcher, *command], stream, **options)
            interruption.let_come()
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(2)
                watch(log)
        finally:
            interruption.waits = False
            if process:
                end_group(process)
    if process.returncode:
        raise describe_failure(Path(command[0]).name, process.returncode, Path(log), where)


def describe_failure(name, code, log, where):
    if shutil.disk_usage(log.parent).free < 1 << 20:
        return Failure(5, f"{log.parent}: No space left on device, says {name}; {ROOM}")
    how = f"ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return Failure(3, f"{name} {how}{first_error(log.read_text(errors='replace'))}{where}")


def ask(command):
    """What a tool prints."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        run(command, log)
        return log.read_text(errors="replace")


# ------------------------------------------------------------------------------
# Files
# ------------------------------------------------------------------------------


def cache_folder(name):
    """Where the user keeps what is made once, as `userCacheFolder` of the runtime has it: XDG_CACHE_HOME is absolute."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return Path(root if root.startswith("/") else Path.home() / ".cache") / "sluice" / name
    except RuntimeError:
        raise Failure(5, "there is no home folder to keep things in; set XDG_CACHE_HOME") from None


@contextlib.contextmanager
def used(folder):
    """Makes a folder of the cache where it is missing. What the file system refuses in the block is a Failure."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as error:
        raise Failure(5, f"{folder}: {error.strerror or error}; {ROOM}, or set XDG_CACHE_HOME to another folder") from None


def is_special(path):
    """Whether it is a device or a pipe: written to where it is, never replaced."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextlib.contextmanager
def partial_file(path):
    """A file beside `path` that is gone after the block."""
    partial = Path(f"{path}.{os.getpid()}.tmp")
    try:
        yield partial
    except OSError as error:
        remedy = ROOM if path.parent.is_dir() else f"make the folder {path.parent}"
        raise Failure(5, f"{path}: {error.strerror}; {remedy}, or name another file") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def notes_path(output):
    """Of the file that says what `output` is."""
    return output.with_name(f"{output.name}.json")


def check_output(output):
    """Fails, before much is done for it, where `output` or its notes could not be written."""
    if is_special(output):
        return
    for path in (output, notes_path(output)) if output.name else (output,):
        if path.is_dir():
            raise Failure(2, f"{path}: is a folder; name a file")
        with partial_file(path) as partial:
            partial.touch()


def write(path, data):
    """As tools/sluice/Output.cpp does: the file appears whole or not at all, a device or pipe is written to."""
    data = data if isinstance(data, bytes) else data.encode()
    with partial_file(path) as partial:
        target = path if is_special(path) else partial
        target.write_bytes(data)
        if target == partial:
            os.replace(partial, path)


def write_with_notes(output, data, notes):
    """What was asked for, and beside it what it is."""
    write(output, data)
    if not is_special(output):
        write(notes_path(output), json.dumps(notes, indent=2) + "\n")
