# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: debian.py FOLDER: makes the Debian packages, installs them in a new minimal Debian below FOLDER, which holds
digits.sluice, digits_heldout.npz and their output here.npz, and runs the model there as nobody.

Needs root and the mirror that apt uses; without them it says so in a line and is content.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).resolve().parents[4]
PACKAGES = SOURCE / "build/package/debian"


def output(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{result.stdout}")
    return result.stdout


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(0)


def find_mirror():
    """Where apt has Debian 12 from."""
    found = re.search(r"(https?://\S+) bookworm/main", output("apt-cache", "policy"))
    return found[1] if found else skip("apt has no mirror of Debian 12")


def in_new_namespace():
    """What is mounted below goes with this process."""
    if "--apart" not in sys.argv:
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv, "--apart"])


def check_run(root, folder):
    """The same bytes as outside, by one who is not root."""
    for name in ("digits.sluice", "digits_heldout.npz"):
        output("cp", "-r", folder / name, root / "srv")
    inside = ["chroot", "--userspec=nobody", root]
    print(output(*inside, "sluice", "device", "list"))
    print(output(*inside, "sluice", "run", "/srv/digits.sluice", "--input", "/srv/digits_heldout.npz", "--output",
                 "/tmp/there.npz"))
    here, there = np.load(folder / "here.npz"), np.load(root / "tmp/there.npz")
    assert set(here) == set(there) and all((here[name] == there[name]).all() for name in here)
    # The library by a program of another's.
    output("cp", SOURCE / "build/dev/unittests/c-example", root / "srv")
    output("cp", "-r", folder / "test-package", root / "srv")
    assert "255 254 253" in output(*inside, "/srv/c-example", "/srv/test-package")


def main():
    if os.geteuid() != 0:
        skip("a new Debian can be made by root only")
    in_new_namespace()
    folder = Path(sys.argv[1])
    root = folder / "debian"
    mirror = find_mirror()
    shutil.rmtree(PACKAGES, ignore_errors=True)
    output(SOURCE / "tools/dev", "package")
    output("debootstrap", "--variant=minbase", "--include=udev", "bookworm", root, mirror)
    for file in ("proc", "sys"):
        output("mount", "--bind", f"/{file}", root / file)
    output(SOURCE / "build/dev/unittests/make-test-package", folder / "test-package")
    debs = sorted(PACKAGES.glob("libsluice0_*.deb")) + sorted(PACKAGES.glob("sluice-runtime_*.deb"))
    assert len(debs) == 2, debs
    for deb in debs:
        shutil.copy(deb, root / "tmp")
    output("chroot", root, "dpkg", "-i", *(f"/tmp/{deb.name}" for deb in debs))
    names = [path.name for path in root.glob("usr/lib/**/*.so*")]
    assert not [name for name in names if re.match(r"lib(LLVM|MLIR|clang|protobuf)", name)]
    check_run(root, folder)
    # udev finds no fault with the rules; the group that they name is there.
    assert output("chroot", root, "getent", "group", "sluice").startswith("sluice:")
    tested = output("chroot", root, "udevadm", "test", "--action=add", "/sys/devices/virtual/mem/null")
    assert [line for line in tested.splitlines() if "60-sluice" in line] == [
        "Reading rules file: /usr/lib/udev/rules.d/60-sluice.rules"], tested
    output("chroot", root, "dpkg", "--purge", "sluice-runtime", "libsluice0")
    left = [path for path in root.glob("usr/**/*sluice*")]
    assert not left, left
    print("the packages install, run as nobody and go again")


if __name__ == "__main__":
    main()
