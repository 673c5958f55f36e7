// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Engines on boards at a serial port: docs/targets/ulx3s.md.

#ifndef SLUICE_RUNTIME_DRIVERS_UART_UARTDRIVER_H
#define SLUICE_RUNTIME_DRIVERS_UART_UARTDRIVER_H

#include "runtime/hal/Driver.h"

namespace sluice {

Driver *uartDriver();

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_UART_UARTDRIVER_H
