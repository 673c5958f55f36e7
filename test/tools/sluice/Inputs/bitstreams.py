# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: bitstreams.py FOLDER HASHFILE: bitstreams, some of the engine with that hash, as ecppack writes them, as far as `device program` reads them, and others."""
import hashlib
import json
import struct
import sys
from pathlib import Path

folder = Path(sys.argv[1])


def ecp5(part, idcode, before=b""):
    """Comment, preamble, dummies, LSC_RESET_CRC, VERIFY_ID, LSC_PROG_CNTRL0, some of a frame."""
    return (
        b"\xff\x00Part: " + part.encode() + b"\x00\xff" + b"\xff\xff\xbd\xb3" + b"\xff" * 4 + before + b"\x3b\0\0\0"
        + b"\xe2\0\0\0" + struct.pack(">I", idcode) + b"\x22\0\0\0\x40\0\0\0" + b"\x46\0\0\0" + bytes(range(256))
    )


def xclbin(mode):
    header = bytearray(456)
    header[:8] = b"xclbin2\0"
    header[332] = mode
    header[352:363] = b"xilinx_u50_"
    header[304:312] = struct.pack("<Q", len(header))
    return bytes(header)


files = {
    "85f.bit": ecp5("LFE5U-85F-6CABGA381", 0x41113043, b"\x79\x49\0\0"),
    "25f.bit": ecp5("LFE5U-25F-6CABGA381", 0x41111043),
    "45f.bit": ecp5("LFE5U-45F-6CABGA381", 0x41112043),
    "broken.bit": ecp5("LFE5U-85F-6CABGA381", 0x41113043),
    "cut.bit": ecp5("LFE5U-85F-6CABGA381", 0x41113043)[:45],
    "other.bit": ecp5("LFE5U-85F-6CABGA381", 0x41113043, b"\x99"),
    "text.bit": b"no bitstream\n",
    "emulation.xclbin": xclbin(4),
    "card.xclbin": xclbin(0),
    "cut.xclbin": xclbin(0)[:400],
}
for name, data in files.items():
    (folder / name).write_bytes(data)

# What `sluice bitstream` writes beside a bitstream.
digest = hashlib.sha256(files["85f.bit"]).hexdigest()
known = {"sha256": digest, "hash": Path(sys.argv[2]).read_text().strip(), "board": "ulx3s-85f"}
for name, notes in (("known", known), ("another", {"sha256": digest, "hash": "1"}),
                    ("stale", {"sha256": "0" * 64, "hash": "1"}), ("bare", {"board": "ulx3s-85f"}),
                    ("odd", {"sha256": digest, "hash": "xyz"})):
    (folder / f"{name}.bit").write_bytes(files["85f.bit"])
    (folder / f"{name}.bit.json").write_text(json.dumps(notes))
