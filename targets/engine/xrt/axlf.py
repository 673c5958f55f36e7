# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes xclbin containers ("axlf"). Layout: XRT's public header xclbin.h, structs axlf, axlf_header,
axlf_section_header, mem_topology, connectivity and ip_layout. The same input gives the same bytes."""

import hashlib
import struct
from dataclasses import dataclass

BITSTREAM, EMBEDDED_METADATA, MEM_TOPOLOGY, CONNECTIVITY, IP_LAYOUT = 0, 2, 6, 7, 8
GROUP_TOPOLOGY, GROUP_CONNECTIVITY = 26, 27
MODE_HW_EMU = 4
CONTROL_CHAIN = 1  # ap_ctrl_chain
MEMORY_DDR4, IP_KERNEL = 1, 1

FIRST_SECTION = 456  # where the table of sections begins
SECTION_ENTRY = "<I16s4xQQ"
HEADER = "<QQQHBBHH16s64s16s16sI4x"
XRT_VERSION = (466, 2, 13)  # patch, major, minor: what the sections are laid out for


@dataclass(frozen=True)
class Bank:
    tag: str
    address: int
    size: int  # bytes, a multiple of 1024


@dataclass(frozen=True)
class Ip:
    name: str  # KERNEL:INSTANCE
    address: int
    control: int
    interrupt: int


def memory_topology(banks):
    entries = (struct.pack("<BB6xQQ16s", MEMORY_DDR4, 1, b.size // 1024, b.address, b.tag.encode()) for b in banks)
    return struct.pack("<i4x", len(banks)) + b"".join(entries)


def connectivity(connections):
    """`connections`: (argument, index of the IP, index of the bank)."""
    return struct.pack("<i", len(connections)) + b"".join(struct.pack("<iii", *c) for c in connections)


def ip_layout(ips):
    entries = (
        struct.pack("<IIQ64s", IP_KERNEL, ip.control << 8 | ip.interrupt << 1 | 1, ip.address, ip.name.encode())
        for ip in sorted(ips, key=lambda ip: ip.address)
    )
    return struct.pack("<i4x", len(ips)) + b"".join(entries)


def container(mode, platform, sections):
    """An xclbin of `sections`: (kind, name, bytes). Its UUID is a digest of them."""
    start = FIRST_SECTION + struct.calcsize(SECTION_ENTRY) * len(sections)
    table = body = b""
    for kind, name, data in sections:
        body += bytes(-(start + len(body)) % 8)
        table += struct.pack(SECTION_ENTRY, kind, name.encode(), start + len(body), len(data))
        body += data
    uuid = hashlib.sha256(body).digest()[:16]
    header = struct.pack(
        HEADER, start + len(body), 0, 0, *XRT_VERSION, mode, 0, bytes(16), platform.encode(), uuid, bytes(16),
        len(sections))
    return b"xclbin2\0" + struct.pack("<i", -1) + b"\xff" * 28 + bytes(256) + uuid[:8] + header + table + body
