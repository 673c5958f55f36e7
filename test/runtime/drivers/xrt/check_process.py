# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What becomes of driver xrt's device process when something around it is not as it should be.

usage: check_process.py BUILD WORK
"""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import numpy as np

NOBODY = 65534
LIMIT = 60  # seconds for any command


def expect(holds, message):
    if not holds:
        sys.exit(f"FAILED {message}")


def wait_until(holds, message, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, message)
        time.sleep(0.02)


def commands_of(group):
    """The command names of all processes of a process group that still run."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = file.read_text().rsplit(")", 1)
        except OSError:
            continue  # has just ended
        state, _, process_group = fields.split()[:3]
        if int(process_group) == group and state != "Z":
            found.append(name.split("(", 1)[1])
    return sorted(found)


class Machine:
    """A package, its input and the emulated card, in a folder that anyone may read."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.xclbin = build / "lib/sluice/xrt/ulx3s-85f.xclbin"
        subprocess.run([build / "unittests/make-test-package", folder / "package"], check=True)
        self.input = np.arange(256).astype(np.int8).reshape(1, 4, 4, 16)
        np.savez(folder / "in.npz", x=self.input)

    def command(self, output, device):
        return [self.build / "bin/sluice", "run", self.folder / "package", "--input", self.folder / "in.npz",
                "--output", output, "--device", device]

    def run_command(self, command, output, environment={}, **options):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={**os.environ, **environment}, timeout=LIMIT, **options)
        if done.returncode == 0:
            with np.load(output) as arrays:
                expect((arrays["y"] == ~self.input).all(), f"wrong bytes from {command}")
        return done

    def run(self, device, environment={}, **options):
        output = self.folder / "out.npz"
        return self.run_command(self.command(output, device), output, environment, **options)


def check_missing_library(machine):
    """The loader finds no libxrt: one line, and what to install. Its name in a copy of the server is made another."""
    drivers = machine.folder / "drivers"
    shutil.copytree(machine.build / "lib/sluice/drivers", drivers)
    server = drivers / "sluice-xrt-server"
    library = b"libxrt_coreutil.so"
    expect(library in server.read_bytes(), "the server does not link libxrt_coreutil")
    server.write_bytes(server.read_bytes().replace(library, b"libxrt_nonesuch.so"))
    done = machine.run(f"xrt:xclbin={machine.xclbin}", environment={"SLUICE_DRIVER_PATH": str(drivers)})
    expect(done.returncode == 3 and done.stderr.count("\n") == 1, f"without libxrt: {done.returncode} {done.stderr}")
    expect("needs XRT's libraries (Debian: libxrt1)" in done.stderr, done.stderr)
    server.unlink()
    done = machine.run(f"xrt:xclbin={machine.xclbin}", environment={"SLUICE_DRIVER_PATH": str(drivers)})
    expect(done.returncode == 3 and "sluice-xrt-server: No such file" in done.stderr, done.stderr)


def check_nobody(machine):
    """Who is not root can run it too. A test that is not root has shown that already."""
    if os.geteuid() != 0:
        return
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    with tempfile.TemporaryDirectory(dir="/tmp") as home:  # TMPDIR may be closed to others
        os.chown(home, NOBODY, NOBODY)
        command = machine.command(f"{home}/out.npz", f"xrt:xclbin={machine.xclbin}")
        if not os.stat("/dev/null").st_mode & stat.S_IWOTH:  # as in some containers
            done = machine.run_command(become + command, None)
            expect(done.returncode == 3 and "/dev/null: Permission denied" in done.stderr, done.stderr)
            node = f"{home}/null"
            os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            os.chmod(node, 0o666)
            become = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /dev/null && exec "$@"', node] + become
        done = machine.run_command(become + command, f"{home}/out.npz", {"HOME": home})
    expect(done.returncode == 0, f"as nobody: {done.stderr}")


def check_killed_host(machine):
    """The host is killed while its device hangs: the server, the simulator and their folder go too."""
    host = subprocess.Popen(machine.command(machine.folder / "killed.npz", f"xrt:xclbin={machine.xclbin}"),
                            env={**os.environ, "SLUICE_EMULATION_FAULT": "hang@0"}, start_new_session=True)
    children = pathlib.Path(f"/proc/{host.pid}/task/{host.pid}/children")
    wait_until(lambda: children.read_text().split(), "no device process")
    server = int(children.read_text().split()[0])
    wait_until(lambda: "emulator" in commands_of(server), "no simulator")
    folder = os.readlink(f"/proc/{server}/cwd")
    expect(folder.startswith("/tmp/sluice-xrt-"), f"the server works in {folder}")
    host.send_signal(signal.SIGKILL)
    host.wait()
    wait_until(lambda: not commands_of(server), "processes outlive the host")
    wait_until(lambda: not os.path.exists(folder), f"{folder} is left")


def check_relative_path(machine):
    shutil.copy(machine.xclbin, machine.folder / "engine.xclbin")
    done = machine.run("xrt", environment={"SLUICE_XCLBIN": "engine.xclbin"}, cwd=machine.folder)
    expect(done.returncode == 0, f"a relative path: {done.stderr}")


def check_broken_xclbin(machine):
    """An xclbin that is cut short or holds nonsense ends in one line, whatever libxrt makes of it."""
    whole = machine.xclbin.read_bytes()
    broken = machine.folder / "broken.xclbin"
    for name, data, told in (("cut", whole[: len(whole) // 2], "is not whole"),
                             ("header only", whole[:456], "is not whole"),
                             ("no sections", whole[:448] + bytes(len(whole) - 448), "xrt: "),
                             ("another kernel", whole.replace(b"sluice_engine", b"somebody_else"), "xrt: ")):
        broken.write_bytes(data)
        done = machine.run(f"xrt:xclbin={broken}")
        expect(done.returncode in (2, 3, 4) and done.stderr.count("\n") == 1 and told in done.stderr,
               f"{name}: exit code {done.returncode}, {done.stderr}")
        print(f"  {name}: {done.stderr.strip()}")


def main():
    build, work = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    machine = Machine(build.resolve(), work.resolve())
    for check in (check_missing_library, check_nobody, check_killed_host, check_relative_path, check_broken_xclbin):
        begin = time.monotonic()
        check(machine)
        print(f"{check.__name__}: {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    main()
