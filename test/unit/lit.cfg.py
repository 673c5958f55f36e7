# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The lit suite of the GoogleTest binaries that sluice_add_unittest makes.

import os

import lit.formats

config.name = "sluice-unit"
config.suffixes = []
config.test_exec_root = os.path.join(config.sluice_build_dir, "unittests")
config.test_source_root = config.test_exec_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
