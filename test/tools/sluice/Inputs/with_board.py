# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: with_board.py BOARD COMMAND...: runs a command beside the simulated board BOARD; PORT in it is the serial port."""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "rtl"))
import board

with board.Board(sys.argv[1]) as simulated:
    command = [word.replace("PORT", f"{simulated.path},baud=25000000,timeout=60000") for word in sys.argv[2:]]
    sys.exit(subprocess.run(command).returncode)
