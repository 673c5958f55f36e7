# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One module of the RTL in Icarus, driven from Python a clock cycle at a time."""

import re
import subprocess

from device import ROOT

RTL = ROOT / "targets/engine/rtl"
HEADER = re.compile(r"^module (\w+)(?:\s*#\((.*?)\n\))?\s*\((.*?)\n\);", re.S | re.M)
PARAMETER = re.compile(r"parameter\s+(?:\w+\s+)?(?:\[[^\]]*\]\s*)?(\w+)\s*=\s*([^,\n]*(?:\([^)]*\))?[^,\n/]*)")
PORT = re.compile(r"^\s*(input|output)\s+logic\s*(?:signed\s*)?(\[[^\]]*\])?\s*([\w\s,]+?),?\s*(?://.*)?$", re.M)


def read_header(path):
    """Parameters (name: default) and ports (direction, range, name) of a module's file."""
    _, parameters, ports = HEADER.search(path.read_text()).groups()
    strip = lambda text: re.sub(r"//[^\n]*", "", text or "")
    found = []
    for direction, width, names in PORT.findall(strip(ports)):
        found += [(direction, width, name.strip()) for name in names.split(",") if name.strip()]
    return dict(PARAMETER.findall(strip(parameters))), found


class Module:
    """`step` settles the inputs, returns the outputs, and clocks. Ports have their names without _i, _o and _no."""

    rtl = RTL

    def __init__(self, work, name, **parameters):
        rtl = self.rtl
        work.mkdir(parents=True, exist_ok=True)
        defaults, ports = read_header(rtl / f"{name}.sv")
        parameters = {**{p: v.strip() for p, v in defaults.items()}, **parameters}
        # clk_i is the bench's own.
        self.inputs = [port for direction, _, port in ports if direction == "input" and port != "clk_i"]
        self.outputs = [port for direction, _, port in ports if direction == "output"]
        declared = "\n".join(f"  logic {width} {port};" for _, width, port in ports)
        bench = f"""
module bench;
{chr(10).join(f"  localparam {p} = {v};" for p, v in parameters.items())}
{declared}
  {name} #({", ".join(f".{p}({p})" for p in parameters)}) dut (.*);
  integer got;
  initial begin
    clk_i = 0;
    forever begin
      got = $fscanf(32'h8000_0000, "{" ".join("%h" for _ in self.inputs)}", {", ".join(self.inputs)});
      if (got != {len(self.inputs)}) $finish;
      #1 $display("{" ".join("%h" for _ in self.outputs)}", {", ".join(self.outputs)});
      $fflush;
      clk_i = 1;
      #1 clk_i = 0;
    end
  end
endmodule
"""
        source, binary = work / f"{name}_bench.sv", work / f"{name}_bench.vvp"
        source.write_text(bench)
        files = [rtl / "engine_pkg.sv", source, *(p for p in sorted(rtl.glob("*.sv")) if p.name != "engine_pkg.sv")]
        built = subprocess.run(["iverilog", "-g2012", "-o", binary, "-s", "bench", *files], capture_output=True, text=True)
        assert built.returncode == 0, built.stderr
        self.process = subprocess.Popen(["vvp", "-n", binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.held = dict.fromkeys(self.inputs, 0)
        if "rst_ni" in self.held:
            for _ in range(3):
                self.step(rst=0)
            self.held["rst_ni"] = 1

    @staticmethod
    def short(port):
        return re.sub(r"_n?[io]$", "", port)

    def step(self, **inputs):
        """Inputs not given stay as they are but for pulses, which the caller gives each time. Unknown outputs are None."""
        for port in self.inputs:
            if (value := inputs.pop(self.short(port), None)) is not None:
                self.held[port] = int(value)
        assert not inputs, f"no such inputs: {inputs}"
        self.process.stdin.write(" ".join(f"{self.held[port]:x}" for port in self.inputs) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        while line.startswith("ERROR"):  # an assertion's
            raise AssertionError(line.strip())
        values = line.split()
        assert len(values) == len(self.outputs), f"the simulation ended: {line!r}"
        return {self.short(port): int(v, 16) if not set(v.lower()) & set("xz") else None
                for port, v in zip(self.outputs, values)}

    def close(self):
        self.process.stdin.close()
        self.process.wait()
