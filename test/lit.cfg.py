# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The lit suite of everything under test/ but the GoogleTest binaries (see unit/).

import glob
import os

import lit.formats

source = config.sluice_source_dir
build = config.sluice_build_dir

config.name = "sluice"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".s"]
config.excludes = ["Inputs", "unit"]
config.test_source_root = os.path.join(source, "test")
config.test_exec_root = os.path.join(build, "test")

path = [os.path.join(build, "bin"), config.llvm_tools_dir, os.environ["PATH"]]
config.environment["PATH"] = os.pathsep.join(path)
# What is built for a device once serves all later runs.
config.environment["SLUICE_CACHE"] = os.path.join(build, "cache")
for name in ("HOME", "SOURCE_DATE_EPOCH", "ASAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# %shared may be missing; a test that uses it says REQUIRES: shared.
shared = os.path.join(os.path.dirname(source), "shared")
if os.path.isdir(os.path.join(shared, "models")):
    config.available_features.add("shared")
# --debug-only exists only where assertions do.
if config.sluice_build_type == "Dev":
    config.available_features.add("assertions")
# An OpenCL device, as PoCL is one, is found through these files.
if glob.glob("/etc/OpenCL/vendors/*.icd"):
    config.available_features.add("opencl")
# Tests too long for every change say REQUIRES: long; tools/dev test --all runs them.
if lit_config.params.get("long"):
    config.available_features.add("long")

config.substitutions += [
    ("%src", source),
    ("%build", build),
    ("%shared", shared),
    ("%python", config.sluice_python),
    # What a program that links libsluice.so must be compiled with here.
    ("%sanitize", "-fsanitize=address,undefined" if config.sluice_sanitize else ""),
]
