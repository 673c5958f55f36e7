# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: journal.py COMMAND...: runs a command with a standard error that $JOURNAL_STREAM names, then with another; prints
the first line of each."""

import os
import subprocess
import sys

for named in (True, False):
    reader, writer = os.pipe()
    status = os.fstat(writer)
    stream = f"{status.st_dev}:{status.st_ino + (not named)}"
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=writer, env={**os.environ, "JOURNAL_STREAM": stream})
    os.close(writer)
    with open(reader) as lines:
        print("journal:" if named else "other:", lines.readline(), end="")
