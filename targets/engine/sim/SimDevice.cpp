// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// The Verilated engine and its memory behind runtime/include/sluice/sim_abi.h.
/// CONFIGURATION_HASH names the configuration that `Engine` was made for.

#include "AxiMemory.h"
#include "Engine.h"
#include "Trace.h"
#include "sluice/sim_abi.h"

#include <new>

using namespace sluice::engine;

struct sluice_sim {
  VerilatedContext context;
  Engine engine{&context};
  std::unique_ptr<AxiMemory> memory;
  Trace trace;
  uint64_t cycles = 0;

  /// A model's scopes leave the context that is the thread's, whichever that
  /// is.
  ~sluice_sim() { Verilated::threadContextp(&context); }

  void cycle();
  void reset();
  int readRegister(uint32_t address, uint32_t &value);
  int writeRegister(uint32_t address, uint32_t value);
};

/// One clock cycle: settle with the memory's outputs, sample the engine's,
/// tick.
void sluice_sim::cycle() {
  const AxiSlave &out = memory->outputs();
  engine.m_axi_arready_i = out.readAddressReady;
  engine.m_axi_awready_i = out.writeAddressReady;
  engine.m_axi_wready_i = out.writeDataReady;
  engine.m_axi_rvalid_i = out.readValid;
  engine.m_axi_rdata_i = out.readData;
  engine.m_axi_rresp_i = out.readResponse;
  engine.m_axi_rlast_i = out.readLast;
  engine.m_axi_bvalid_i = out.responseValid;
  engine.m_axi_bresp_i = out.response;
  engine.clk_i = 0;
  engine.eval();

  AxiMaster in;
  in.read = {bool(engine.m_axi_arvalid_o), engine.m_axi_araddr_o,
             engine.m_axi_arlen_o, engine.m_axi_arsize_o,
             engine.m_axi_arburst_o};
  in.write = {bool(engine.m_axi_awvalid_o), engine.m_axi_awaddr_o,
              engine.m_axi_awlen_o, engine.m_axi_awsize_o,
              engine.m_axi_awburst_o};
  in.data = {bool(engine.m_axi_wvalid_o), engine.m_axi_wdata_o,
             engine.m_axi_wstrb_o, bool(engine.m_axi_wlast_o)};
  in.readReady = engine.m_axi_rready_o;
  in.responseReady = engine.m_axi_bready_o;
  trace.cycle(*engine.rootp);
  engine.clk_i = 1;
  engine.eval();
  memory->clock(in);
  ++cycles;
}

void sluice_sim::reset() {
  engine.rst_ni = 0;
  for (int i = 0; i < 4; ++i)
    cycle();
  engine.rst_ni = 1;
}

/// An AXI4-Lite access that takes longer has failed.
constexpr int kRegisterTimeout = 1000;

int sluice_sim::readRegister(uint32_t address, uint32_t &value) {
  engine.s_axi_araddr_i = address & 0xfff;
  engine.s_axi_arvalid_i = 1;
  engine.s_axi_rready_i = 1;
  bool done = false;
  for (int i = 0; i < kRegisterTimeout && !done; ++i) {
    engine.clk_i = 0;
    engine.eval();
    bool accepted = engine.s_axi_arvalid_i && engine.s_axi_arready_o;
    done = engine.s_axi_rvalid_o;
    value = engine.s_axi_rdata_o;
    cycle();
    if (accepted)
      engine.s_axi_arvalid_i = 0;
  }
  engine.s_axi_arvalid_i = 0;
  engine.s_axi_rready_i = 0;
  return done && engine.s_axi_rresp_o == 0 ? 0 : 1;
}

int sluice_sim::writeRegister(uint32_t address, uint32_t value) {
  engine.s_axi_awaddr_i = address & 0xfff;
  engine.s_axi_wdata_i = value;
  engine.s_axi_wstrb_i = 0xf;
  engine.s_axi_awvalid_i = engine.s_axi_wvalid_i = 1;
  engine.s_axi_bready_i = 1;
  bool done = false;
  for (int i = 0; i < kRegisterTimeout && !done; ++i) {
    engine.clk_i = 0;
    engine.eval();
    bool addressTaken = engine.s_axi_awvalid_i && engine.s_axi_awready_o;
    bool dataTaken = engine.s_axi_wvalid_i && engine.s_axi_wready_o;
    done = engine.s_axi_bvalid_o;
    cycle();
    if (addressTaken)
      engine.s_axi_awvalid_i = 0;
    if (dataTaken)
      engine.s_axi_wvalid_i = 0;
  }
  engine.s_axi_awvalid_i = engine.s_axi_wvalid_i = 0;
  engine.s_axi_bready_i = 0;
  return done && engine.s_axi_bresp_o == 0 ? 0 : 1;
}

namespace {

constexpr uint32_t kMaxLatency = 100000;

sluice_sim *create(const sluice_sim_options *options) {
  if (options->bytes_per_cycle < 1 ||
      options->bytes_per_cycle > AxiMemory::kBusBytes ||
      options->latency > kMaxLatency || !options->memory_size ||
      options->memory_size % 4096)
    return nullptr;
  std::unique_ptr<sluice_sim> sim(new (std::nothrow) sluice_sim);
  if (!sim)
    return nullptr;
  sim->memory =
      AxiMemory::create(options->memory_size, options->latency,
                        options->bytes_per_cycle, options->stall_seed);
  if (!sim->memory)
    return nullptr;
  sim->reset();
  return sim.release();
}

uint64_t run(sluice_sim *sim, uint64_t maxCycles) {
  uint64_t begin = sim->cycles;
  while (!sim->engine.interrupt_o && sim->cycles - begin < maxCycles)
    sim->cycle();
  return sim->cycles - begin;
}

const sluice_sim_api kApi = {
    SLUICE_SIM_ABI_VERSION,
    CONFIGURATION_HASH,
    create,
    [](sluice_sim *sim) { delete sim; },
    [](sluice_sim *sim, uint32_t address, uint32_t *value) {
      return sim->readRegister(address, *value);
    },
    [](sluice_sim *sim, uint32_t address, uint32_t value) {
      return sim->writeRegister(address, value);
    },
    [](sluice_sim *sim) { return sim->memory->bytes(); },
    run,
    [](const sluice_sim *sim) { return sim->cycles; },
    [](const sluice_sim *sim) -> const char * {
      const std::string &violation = sim->memory->violation();
      return violation.empty() ? nullptr : violation.c_str();
    },
    [](sluice_sim *sim, sluice_sim_mark *marks, size_t capacity) {
      sim->trace = Trace(marks, capacity);
    },
    [](const sluice_sim *sim) { return sim->trace.count(); },
};

} // namespace

extern "C" __attribute__((visibility("default"))) const sluice_sim_api *
sluice_sim_query(uint32_t abiVersion) {
  return abiVersion == SLUICE_SIM_ABI_VERSION ? &kApi : nullptr;
}
