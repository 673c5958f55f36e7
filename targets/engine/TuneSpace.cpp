// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The configurations that `sluice tune` chooses among.

#include "targets/engine/EngineTarget.h"
#include <algorithm>

using namespace sluice;
using namespace sluice::engine;

namespace {

/// Values of a parameter to try: powers of two.
struct Range {
  uint32_t Parameters::*member;
  uint32_t least, greatest;
};

// INT4, INT16, ACT_BANKS and AXI_BYTES stay the board's: the estimate does not
// see conflicts at the banks' ports, and the bus is the shell's.
constexpr Range ranges[] = {{&Parameters::PC, 4, 64},
                            {&Parameters::PK, 4, 32},
                            {&Parameters::ACT_BYTES, 1 << 12, 1 << 20},
                            {&Parameters::WGT_WORDS, 128, 8192},
                            {&Parameters::PRM_WORDS, 32, 1024},
                            {&Parameters::RQ_CYCLES, 1, 8}};

class Enumerator {
public:
  explicit Enumerator(const Configuration &configuration)
      : configuration(configuration) {}

  std::vector<std::string> run() {
    add(configuration);
    enumerate(configuration.parameters(), ranges);
    return std::move(specifications);
  }

private:
  void enumerate(Parameters parameters, llvm::ArrayRef<Range> rest);
  bool isWasteful(const Parameters &parameters) const;
  void add(const Configuration &candidate) {
    std::string text = "engine:" + candidate.description();
    if (!llvm::is_contained(specifications, text))
      specifications.push_back(std::move(text));
  }

  const Configuration &configuration;
  std::vector<std::string> specifications;
};

} // namespace

/// Whether a scratchpad of twice the size takes no more blocks.
bool Enumerator::isWasteful(const Parameters &parameters) const {
  const BlockSizes &sizes = configuration.board().blocks;
  uint64_t blocks = countResources(parameters, sizes).memoryBlocks;
  for (const Range &range : ranges) {
    if (range.member == &Parameters::PC || range.member == &Parameters::PK ||
        range.member == &Parameters::RQ_CYCLES)
      continue;
    Parameters twice = parameters;
    twice.*range.member *= 2;
    if (twice.*range.member <= range.greatest &&
        countResources(twice, sizes).memoryBlocks == blocks)
      return true;
  }
  return false;
}

void Enumerator::enumerate(Parameters parameters, llvm::ArrayRef<Range> rest) {
  if (!rest.empty()) {
    const Range &range = rest.front();
    for (uint32_t value = range.least; value <= range.greatest; value *= 2) {
      parameters.*range.member = value;
      enumerate(parameters, rest.drop_front());
    }
    return;
  }
  std::optional<Configuration> candidate = configuration.with(parameters);
  if (candidate && candidate->findClockMhz() && !isWasteful(parameters))
    add(*candidate);
}

TuneSpace EngineTarget::getTuneSpace() const {
  TuneSpace space;
  space.devices = Enumerator(configuration).run();
  space.schedules.emplace_back();
  TileSchedule usual = configuration.schedule();
  for (uint32_t chunks : {2, 1, 4})
    for (uint32_t bands : {8, 1, 2, 4, 16})
      if (TileSchedule{bands, chunks, usual.start} != usual)
        space.schedules.push_back(
            llvm::formatv(",bands={0},chunks={1}", bands, chunks));
  space.board = configuration.board().text;
  return space;
}
