// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/RaceDetector.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cassert>

using namespace sluice::engine;

static constexpr llvm::StringLiteral placeNames[] = {
    "ACT chunk", "WGT word", "PRM word", "LUT table", "arena byte"};

RaceDetector::RaceDetector(const Parameters &parameters, size_t arenaBytes) {
  const size_t sizes[] = {parameters.actChunks(), parameters.WGT_WORDS,
                          parameters.PRM_WORDS, kTables, arenaBytes};
  for (unsigned memory = 0; memory < places.size(); ++memory)
    places[memory].resize(sizes[memory]);
}

void RaceDetector::begin(const Instruction &instruction) {
  std::optional<Unit> unit = unitOf(instruction.opcode);
  assert(unit && "END accesses nothing");
  auto self = static_cast<unsigned>(*unit);
  now = ends[self];
  past.push_back({instruction.opcode, *unit, now[self] + 1});
  signal = instruction.tokens.signal;
  // The n-th wait on a counter needs the n-th signal, and one unit gives all.
  for (unsigned src = 0; src < kNumUnits; ++src) {
    if (!(instruction.tokens.wait >> src & 1))
      continue;
    const Clock &sent = tokens[src][self].front();
    for (unsigned i = 0; i < kNumUnits; ++i)
      now[i] = std::max(now[i], sent[i]);
    tokens[src][self].pop_front();
  }
}

void RaceDetector::end() {
  auto self = static_cast<unsigned>(past.back().unit);
  now[self] = past.back().count;
  ends[self] = now;
  for (unsigned dst = 0; dst < kNumUnits; ++dst)
    if (signal >> dst & 1)
      tokens[self][dst].push_back(now);
}

void RaceDetector::read(Memory memory, size_t place) {
  Place &cell = places[static_cast<unsigned>(memory)][place];
  expectOrdered(cell.write, "writes", "reads", memory, place);
  cell.reads[static_cast<unsigned>(past.back().unit)] = past.size();
}

void RaceDetector::write(Memory memory, size_t place) {
  Place &cell = places[static_cast<unsigned>(memory)][place];
  expectOrdered(cell.write, "writes", "writes", memory, place);
  for (Event event : cell.reads)
    expectOrdered(event, "reads", "writes", memory, place);
  cell.write = past.size();
}

void RaceDetector::expectOrdered(Event event, const char *did, const char *does,
                                 Memory memory, size_t place) {
  if (!event || !message.empty())
    return;
  const Past &then = past[event - 1], &current = past.back();
  if (then.unit == current.unit ||
      then.count <= now[static_cast<unsigned>(then.unit)])
    return;
  message = llvm::formatv(
      "{0} {1} {2}, which instruction {3} ({4}) {5}, and no token orders them",
      does, placeNames[static_cast<unsigned>(memory)], place, event - 1,
      stringifyOpcode(then.opcode), did);
}
