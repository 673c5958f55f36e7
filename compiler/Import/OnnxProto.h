// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ONNX file format's messages, in namespace ::onnx. Included by this
// folder's sources only.

#ifndef SLUICE_COMPILER_IMPORT_ONNXPROTO_H
#define SLUICE_COMPILER_IMPORT_ONNXPROTO_H

#include "onnx-ml.pb.h"

#endif // SLUICE_COMPILER_IMPORT_ONNXPROTO_H
