# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The engine as an XRT kernel: one description, and the texts that are made from it.

The kernel's arguments are the engine's registers from 0x10 on (docs/spec/engine-isa.md). XRT writes every word
from the first argument to the end of the last before it writes START, so that ABORT, which follows, is no argument.
Formats: AMD UG1393, "Packaging RTL Kernels" (kernel.xml, package_xo) and "v++ Command" (configuration file).
"""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

NAME = "sluice_engine"
INSTANCE = f"{NAME}_1"
VLNV = f"sluice:kernel:{NAME}:1.0"
CONTROL, MEMORY = "s_axi_control", "m_axi_gmem"
REGISTER_BYTES = 0x1000


@dataclass(frozen=True)
class Argument:
    name: str
    offset: int
    is_pointer: bool  # into global memory: 8 bytes, else 4


ARGUMENTS = [
    Argument("program", 0x10, True),
    Argument("program_size", 0x18, False),
    Argument("constants", 0x20, True),
    Argument("constants_size", 0x28, False),
    Argument("arena", 0x30, True),
    Argument("arena_size", 0x38, False),
    Argument("watchdog", 0x40, False),
]


def kernel_element(parent, axi_bytes, with_lists):
    """The kernel, its ports and arguments. kernel.xml has its ports and arguments in lists, an xclbin's metadata
    has them bare."""
    kernel = ElementTree.SubElement(
        parent, "kernel", name=NAME, language="ip_c", vlnv=VLNV, attributes="",
        preferredWorkGroupSizeMultiple="0", workGroupSize="1", interrupt="true", hwControlProtocol="ap_ctrl_chain")
    ports = ElementTree.SubElement(kernel, "ports") if with_lists else kernel
    ElementTree.SubElement(
        ports, "port", name=MEMORY, mode="master", range="0xFFFFFFFFFFFFFFFF", dataWidth=str(8 * axi_bytes),
        portType="addressable", base="0x0")
    ElementTree.SubElement(
        ports, "port", name=CONTROL, mode="slave", range=hex(REGISTER_BYTES), dataWidth="32",
        portType="addressable", base="0x0")
    arguments = ElementTree.SubElement(kernel, "args") if with_lists else kernel
    for index, argument in enumerate(ARGUMENTS):
        size = "0x8" if argument.is_pointer else "0x4"
        ElementTree.SubElement(
            arguments, "arg", name=argument.name, addressQualifier=str(int(argument.is_pointer)), id=str(index),
            port=MEMORY if argument.is_pointer else CONTROL, size=size, offset=f"0x{argument.offset:03X}",
            hostOffset="0x0", hostSize=size, type="void*" if argument.is_pointer else "uint")
    return kernel


def to_text(root):
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def kernel_xml(board):
    """What package_xo reads."""
    root = ElementTree.Element("root", versionMajor="1", versionMinor="6")
    kernel_element(root, board["parameters"]["AXI_BYTES"], with_lists=True)
    return to_text(root)


def metadata_xml(board, platform, address):
    """The EMBEDDED_METADATA of an emulation's xclbin, its one compute unit at `address`."""
    project = ElementTree.Element("project", name=NAME)
    frame = ElementTree.SubElement(
        project, "platform", vendor="sluice", boardid=board["name"], name="emulation", featureRomTime="0")
    ElementTree.SubElement(frame, "version", major="1", minor="0")
    ElementTree.SubElement(frame, "board", name=board["name"], vendor="sluice", fpga=board["device"])
    device = ElementTree.SubElement(frame, "device", name=platform, fpgaDevice=board["device"], addrWidth="0")
    core = ElementTree.SubElement(
        device, "core", name="OCL_REGION_0", target="hw_em", type="clc_region", clockFreq="0MHz",
        numComputeUnits="1")
    clocks = ElementTree.SubElement(core, "kernelClocks")
    ElementTree.SubElement(clocks, "clock", port="KERNEL_CLK", frequency=f"{board['clock_mhz']}MHz")
    kernel = kernel_element(core, board["parameters"]["AXI_BYTES"], with_lists=False)
    instance = ElementTree.SubElement(kernel, "instance", name=INSTANCE)
    ElementTree.SubElement(
        instance, "addrRemap", base=hex(address), range=hex(REGISTER_BYTES), port=CONTROL)
    return to_text(project)


def package_tcl(board, sources):
    """What Vivado runs in the folder of all these files to make NAME.xo."""
    files = "\n".join(f"  {{{source}}}" for source in sources)
    return f"""# Packages the engine for {board['description']} as {NAME}.xo: vivado -mode batch -source package.tcl
create_project -force {NAME} ./project -part {board['xrt']['part']}
add_files -norecurse [list \\
{files}
]
add_files -fileset constrs_1 -norecurse ./timing.xdc
set_property USED_IN {{synthesis out_of_context}} [get_files ./timing.xdc]
set_property top {NAME} [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir ./ip -vendor sluice -library kernel -taxonomy /KernelIP \\
  -import_files -set_current true
set core [ipx::current_core]
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
# v++ gives the platform's clock and reset; the parameters are those of {NAME}.v.
foreach parameter [ipx::get_user_parameters -of_objects $core] {{
  ipx::remove_user_parameter [get_property NAME $parameter] $core
}}
foreach bus {{{MEMORY} {CONTROL}}} {{
  ipx::associate_bus_interfaces -busif $bus -clock ap_clk $core
}}
ipx::associate_bus_interfaces -clock ap_clk -reset ap_rst_n $core
set_property supported_families {{}} $core
set_property auto_family_support_level level_2 $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project -delete

package_xo -force -xo_path ./{NAME}.xo -kernel_name {NAME} -ip_directory ./ip -kernel_xml ./kernel.xml
"""


def link_configuration(board, platform):
    """v++'s configuration file. Alveo platforms have a clock to set, the others name one by its frequency."""
    xrt, clock = board["xrt"], board["clock_mhz"]
    lines = [f"platform={platform}", "target=hw"]
    if xrt["clock"] == "kernel_frequency":
        lines.append(f"kernel_frequency={clock}")
    lines += ["", "[connectivity]", f"nk={NAME}:1:{INSTANCE}"]
    if xrt.get("memory"):
        lines.append(f"sp={INSTANCE}.{MEMORY}:{xrt['memory']}")
    if xrt.get("slr"):
        lines.append(f"slr={INSTANCE}:{xrt['slr']}")
    if xrt["clock"] == "freqHz":
        lines += ["", "[clock]", f"freqHz={round(clock * 1e6)}:{INSTANCE}.ap_clk"]
    # Placement after timing is what the engine's wide scratchpad buses ask for.
    lines += ["", "[vivado]", "prop=run.impl_1.STEPS.PHYS_OPT_DESIGN.IS_ENABLED=true",
              "prop=run.impl_1.STEPS.PHYS_OPT_DESIGN.ARGS.DIRECTIVE=AggressiveExplore"]
    return "\n".join(lines) + "\n"


def constraints(board):
    """For synthesis of the kernel by itself; when linked, the platform's clock constrains it."""
    period = 1000 / board["clock_mhz"]
    return f"create_clock -name ap_clk -period {period:.3f} [get_ports ap_clk]\n"


def top(template, board):
    """The Verilog top of `template` with the board's parameters for values."""
    lines = []
    for line in template.splitlines():
        words = line.split()
        if words[:1] == ["parameter"] and words[1] in board['parameters']:
            comma = "," if line.rstrip().endswith(",") else ""
            line = f"  parameter {words[1]} = {board['parameters'][words[1]]}{comma}"
        lines.append(line)
    return "\n".join(lines) + "\n"
