# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: interrupt.py FOLDER COMMAND...: sends Ctrl-C to a running command.

Fails unless it ends with 130 and one line, and leaves FOLDER and the temporary folder as they were.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

folder, command = sys.argv[1], sys.argv[2:]
with tempfile.TemporaryDirectory() as temporary:
    before = sorted(os.listdir(folder))
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                               env={**os.environ, "TMPDIR": temporary})
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    left = sorted(set(os.listdir(folder)) - set(before)) + os.listdir(temporary)
if (process.returncode, errors.strip(), left) != (130, "sluice: interrupted", []):
    sys.exit(f"exit code {process.returncode}, left behind {left}, standard error:\n{errors}")
