// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Timing.h"
#include "dialects/Engine/Check.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <deque>

using namespace sluice::engine;
using llvm::divideCeil;

using Cycle = uint64_t;

/// Whether COMPUTE slides a window over the input, as window_plan.sv decides.
static bool slidesWindow(const Instruction &instruction, const WindowFields &f,
                         const WindowPath &path) {
  bool one = f.x_step_ox == f.x_step_kx && f.stride_x == f.dil_x;
  bool two = f.x_step_ox == 2 * f.x_step_kx && f.stride_x == 2 * f.dil_x;
  bool aligned =
      (f.x | f.x_step_kx | f.x_step_ky | f.x_step_oy) % path.span == 0;
  return instruction.opcode == Opcode::Depthwise && !f.flags && f.kh == 3 &&
         f.kw == 3 && (one || two) && aligned;
}

uint64_t ProgramTime::count(Activity activity) const {
  return divideSpans(spans, cycles).front()[static_cast<unsigned>(activity)];
}

/// Chunks of results that an instruction's outputs complete at once.
static uint64_t countChunks(const Instruction &instruction) {
  auto *f = std::get_if<WindowFields>(&instruction.fields);
  return f && f->types == kTypesInt4 ? 2 : 1;
}

/// Whether a pass makes PK results of int16, which are two chunks to write.
static bool writesPairs(const Instruction &instruction) {
  auto *f = std::get_if<WindowFields>(&instruction.fields);
  return instruction.opcode == Opcode::Conv && f && f->types & kTypesInt16Out;
}

/// Cycles between two outputs at least, to requantize and to write them.
static uint64_t getSpacing(const Instruction &instruction,
                           const Parameters &parameters) {
  return std::max<uint64_t>(parameters.RQ_CYCLES * countChunks(instruction),
                            writesPairs(instruction) ? 2 : 1);
}

/// Whether an instruction's results go through a lookup table.
static bool usesTable(const Instruction &instruction) {
  if (auto *f = std::get_if<AddFields>(&instruction.fields))
    return f->t;
  auto *f = std::get_if<WindowFields>(&instruction.fields);
  return f && f->t;
}

/// Work of `outputs` that take `reads` each, one a cycle, and do not follow
/// each other faster than `spacing`.
static ComputeWork spaceOutputs(uint64_t outputs, uint64_t reads,
                                uint64_t spacing) {
  uint64_t rest = spacing > reads ? spacing - reads : 0;
  uint64_t rests = outputs ? (outputs - 1) * rest : 0;
  return {outputs * reads, outputs * reads + rests, rests};
}

ComputeWork sluice::engine::countWork(const Instruction &instruction,
                                      const Parameters &parameters) {
  uint64_t spacing = getSpacing(instruction, parameters);
  if (auto *f = std::get_if<AddFields>(&instruction.fields))
    return spaceOutputs(uint64_t(f->groups) * f->oh * f->ow, 2, spacing);
  auto *f = std::get_if<WindowFields>(&instruction.fields);
  if (!f)
    return {};
  WindowPath path(parameters);
  uint64_t outputs = uint64_t(f->groups) * f->oh * f->ow;
  if (!slidesWindow(instruction, *f, path))
    return spaceOutputs(uint64_t(countPasses(instruction.opcode, *f)) * f->oh *
                            f->ow,
                        uint64_t(f->kh) * f->kw * f->ci, spacing);
  // A column counts as an output. The last output's steps follow the last read.
  uint64_t passes = divideCeil(f->groups, path.span);
  uint64_t last = (f->groups - (passes - 1) * path.span) * path.parts;
  uint64_t reads =
      passes * f->oh * path.countReads(f->ow, f->stride_x / f->dil_x);
  ComputeWork work = spaceOutputs(reads / path.kernel, path.kernel, spacing);
  return {outputs * path.parts, work.cycles + last, work.rests};
}

namespace {

/// A run of a LOAD or a STORE: adjacent bytes of DRAM.
struct Run {
  /// Of the bytes that memory holds; none for a run that lies outside its row.
  int64_t address = 0, bytes = 0;
  /// Where in the run they begin, and the length of all of it.
  int64_t first = 0, length = 0;
};

/// The runs of an instruction, one by one.
class RunWalk {
public:
  RunWalk(const Instruction &instruction, const Parameters &parameters);
  bool done() const { return y == ny; }
  Run next();

private:
  int64_t offset = 0, strideY = 0, strideX = 0, pos = 0, length = 0;
  int64_t rowLength = INT64_MAX;
  unsigned ny = 1, nx = 1, y = 0, x = 0;
  bool cut = false;
};

/// The replay: instructions are handed on, taken and ended in time order, as
/// far as the bus makes it matter.
class Replay {
public:
  Replay(llvm::ArrayRef<Instruction> program, const Parameters &parameters,
         const MemoryTiming &memory, const PipelineTiming &pipeline);
  ProgramTime run();

private:
  /// A unit's view of the program: the indices of its instructions, how many of
  /// them the fetch has handed on, and how many it has taken.
  struct Queue {
    std::vector<size_t> instructions;
    size_t handed = 0, taken = 0;
    Cycle lastTake = 0;
  };

  // Each is when its next action can happen; none while it waits for another.
  std::optional<Cycle> fetchTime() const;
  std::optional<Cycle> handTime() const;
  std::optional<Cycle> takeTime(Unit unit) const;
  std::optional<Cycle> burstTime() const;

  void fetch(Cycle now);
  void hand(Cycle now);
  void takeLoad(Cycle now);
  void takeCompute(Cycle now);
  void takeStore(Cycle now);
  void requestBurst(Cycle now);
  void beginRun();
  void endRun(Cycle now);
  size_t take(Unit unit, Cycle now);
  void end(size_t index, Cycle now);
  void note(Activity activity, Cycle begin, Cycle end) {
    if (begin < end)
      result.spans.push_back({activity, begin, end});
  }
  void noteFetchStalls();

  /// Asks for a burst of `beats`; the cycle of the first.
  Cycle readBeats(Cycle now, uint64_t beats);
  /// When the next burst may be asked for.
  Cycle burstFree() const {
    return bursts.size() < pipeline.readBursts ? 0 : bursts.front();
  }
  uint64_t beatCycles(uint64_t beats) const {
    return divideCeil(
        beats * parameters.AXI_BYTES,
        std::min<uint64_t>(memory.bytesPerCycle, parameters.AXI_BYTES));
  }
  uint64_t beatsOf(const Run &run) const {
    int64_t lane = run.address % parameters.AXI_BYTES;
    return run.bytes ? divideCeil(lane + run.bytes, parameters.AXI_BYTES) : 0;
  }
  uint64_t loadCycles(const Run &run) const;

  llvm::ArrayRef<Instruction> program;
  const Parameters &parameters;
  const MemoryTiming &memory;
  const PipelineTiming &pipeline;

  ProgramTime result;
  Queue queues[kNumUnits];
  std::deque<Cycle> tokens[kNumUnits][kNumUnits];
  // The fetch: instructions asked for and handed on; when the first beat of
  // each is there, and the last in its queue.
  size_t fetched = 0, handedOn = 0;
  std::vector<Cycle> arrived, handed;
  Cycle busFree = 0;

  /// When the latest read bursts have ended on the bus.
  std::deque<Cycle> bursts;

  // LOAD: the instruction whose runs are being asked for; of its current run,
  // what is still to be asked for and when its first beat comes; the ends of
  // the latest runs and of the latest instructions.
  std::optional<RunWalk> walk;
  size_t walked = 0;
  Run current;
  uint64_t beatsLeft = 0;
  std::optional<Cycle> firstBeat;
  Cycle nextBurst = 0, runEnd = 0;
  std::deque<Cycle> runEnds, loadEnds;
  Cycle unitEnd[kNumUnits] = {};
};

} // namespace

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

RunWalk::RunWalk(const Instruction &instruction, const Parameters &parameters) {
  if (auto *f = std::get_if<LoadActFields>(&instruction.fields)) {
    offset = f->offset, strideY = f->stride_y, strideX = f->stride_x;
    pos = f->pos0, length = f->len, rowLength = f->row_len;
    ny = f->ny, nx = f->nx, cut = true;
  } else if (auto *f = std::get_if<StoreFields>(&instruction.fields)) {
    offset = f->offset, strideY = f->stride_y, strideX = f->stride_x;
    length = f->len, ny = f->ny, nx = f->nx;
  } else {
    const auto &words = std::get<LoadWordsFields>(instruction.fields);
    int64_t word = wordBytes(instruction.opcode, parameters);
    offset = words.offset, length = words.count * word;
  }
}

Run RunWalk::next() {
  int64_t begin = pos + x * strideX, first = 0, last = length;
  if (cut) {
    first = std::clamp<int64_t>(-begin, 0, length);
    last = std::clamp<int64_t>(rowLength - begin, first, length);
  }
  Run run = {offset + y * strideY + begin + first, last - first, first, length};
  if (++x == nx) {
    x = 0;
    ++y;
  }
  return run;
}

//===----------------------------------------------------------------------===//
// Fetch
//===----------------------------------------------------------------------===//

Replay::Replay(llvm::ArrayRef<Instruction> program,
               const Parameters &parameters, const MemoryTiming &memory,
               const PipelineTiming &pipeline)
    : program(program), parameters(parameters), memory(memory),
      pipeline(pipeline), arrived(program.size()), handed(program.size()) {
  result.instructions.resize(program.size() - 1);
  for (size_t i = 0; i < program.size(); ++i)
    if (std::optional<Unit> unit = unitOf(program[i].opcode))
      queues[unsigned(*unit)].instructions.push_back(i);
}

Cycle Replay::readBeats(Cycle now, uint64_t beats) {
  Cycle due = now + pipeline.readRequest + memory.latency;
  Cycle first = std::max(due, busFree);
  busFree = first + beatCycles(beats);
  bursts.push_back(busFree);
  if (bursts.size() > pipeline.readBursts)
    bursts.pop_front();
  result.bytesRead += beats * parameters.AXI_BYTES;
  return first;
}

std::optional<Cycle> Replay::fetchTime() const {
  if (fetched == program.size() || fetched == handedOn + pipeline.fetchAhead)
    return std::nullopt;
  Cycle time = fetched < pipeline.fetchAhead
                   ? pipeline.start + fetched
                   : handed[fetched - pipeline.fetchAhead];
  return std::max(time, burstFree());
}

void Replay::fetch(Cycle now) {
  arrived[fetched++] =
      readBeats(now, kInstructionBytes / parameters.AXI_BYTES) +
      pipeline.readData + pipeline.fetchCheck;
}

/// When the beats of the oldest instruction begin to go to its queue; those
/// after it wait for it.
std::optional<Cycle> Replay::handTime() const {
  if (handedOn == fetched)
    return std::nullopt;
  Cycle time = std::max(arrived[handedOn], handedOn ? handed[handedOn - 1] : 0);
  if (std::optional<Unit> unit = unitOf(program[handedOn].opcode)) {
    const Queue &queue = queues[unsigned(*unit)];
    if (queue.handed == queue.taken + pipeline.queueDepth)
      return std::nullopt;
    if (queue.handed + 1 == queue.taken + pipeline.queueDepth)
      time = std::max(time, queue.lastTake + 1);
  }
  return time;
}

void Replay::hand(Cycle now) {
  handed[handedOn] = now + beatCycles(kInstructionBytes / parameters.AXI_BYTES);
  if (std::optional<Unit> unit = unitOf(program[handedOn].opcode))
    ++queues[unsigned(*unit)].handed;
  ++handedOn;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

std::optional<Cycle> Replay::takeTime(Unit unit) const {
  auto self = unsigned(unit);
  const Queue &queue = queues[self];
  if (queue.taken == queue.handed)
    return std::nullopt;
  size_t index = queue.instructions[queue.taken];
  Cycle time = handed[index] + pipeline.queueRead;
  if (queue.taken)
    time = std::max(time, queue.lastTake + pipeline.nextInstruction);
  if (unit == Unit::Load) {
    if (walk)
      return std::nullopt;
    time = std::max(time, nextBurst + pipeline.loadNext);
    if (loadEnds.size() >= pipeline.loadInstructions)
      time = std::max(time, loadEnds.front());
  } else {
    time = std::max(time, unitEnd[self] + 1);
  }
  for (unsigned src = 0; src < kNumUnits; ++src)
    if (program[index].tokens.wait >> src & 1) {
      if (tokens[src][self].empty())
        return std::nullopt;
      time = std::max(time, tokens[src][self].front());
    }
  return time;
}

size_t Replay::take(Unit unit, Cycle now) {
  auto self = unsigned(unit);
  Queue &queue = queues[self];
  size_t index = queue.instructions[queue.taken];
  result.instructions[index].begin = now;
  // A wait for tokens begins when the instruction is at hand and, but for LOAD,
  // which overlaps its own, when the unit is free.
  Cycle ready = handed[index] + pipeline.queueRead, granted = 0;
  if (queue.taken)
    ready = std::max(ready, queue.lastTake + pipeline.nextInstruction);
  if (unit != Unit::Load)
    ready = std::max(ready, unitEnd[self] + 1);
  for (unsigned src = 0; src < kNumUnits; ++src)
    if (program[index].tokens.wait >> src & 1) {
      granted = std::max(granted, tokens[src][self].front());
      tokens[src][self].pop_front();
    }
  static constexpr Activity token[] = {
      Activity::LoadToken, Activity::ComputeToken, Activity::StoreToken};
  note(token[self], ready, granted);
  ++queue.taken;
  queue.lastTake = now;
  return index;
}

void Replay::end(size_t index, Cycle now) {
  auto self = unsigned(*unitOf(program[index].opcode));
  result.instructions[index].end = now;
  for (unsigned dst = 0; dst < kNumUnits; ++dst)
    if (program[index].tokens.signal >> dst & 1)
      tokens[self][dst].push_back(now + pipeline.token[self]);
  static constexpr Activity busy[] = {Activity::LoadBusy, Activity::ComputeBusy,
                                      Activity::StoreBusy};
  note(busy[self], std::max(result.instructions[index].begin, unitEnd[self]),
       now);
  unitEnd[self] = now;
}

void Replay::takeCompute(Cycle now) {
  size_t index = take(Unit::Compute, now);
  ComputeWork work = countWork(program[index], parameters);
  Cycle rests = now + work.cycles - work.rests;
  note(Activity::MacCycles, now, now + work.steps);
  note(Activity::ComputePort, now + work.steps, rests);
  note(Activity::ComputeRequant, rests, now + work.cycles);
  Cycle drain =
      pipeline.computeDrain + llvm::Log2_64(parameters.PC) + parameters.INT16;
  if (writesPairs(program[index]) && parameters.RQ_CYCLES == 1)
    ++drain;
  // A last chunk may be alone.
  if (parameters.RQ_CYCLES > 1 || parameters.INT4) {
    auto *f = std::get_if<WindowFields>(&program[index].fields);
    bool alone = !f || f->groups % 2;
    drain += parameters.RQ_CYCLES * (alone ? 1 : countChunks(program[index]));
  }
  if (usesTable(program[index]))
    drain += pipeline.tableDrain;
  end(index, now + work.cycles + drain);
}

void Replay::takeLoad(Cycle now) {
  walked = take(Unit::Load, now);
  walk.emplace(program[walked], parameters);
  beginRun();
  nextBurst = now + pipeline.loadRequest;
  if (loadEnds.size() >= pipeline.loadInstructions)
    loadEnds.pop_front();
}

void Replay::beginRun() {
  current = walk->next();
  beatsLeft = beatsOf(current);
  firstBeat.reset();
}

std::optional<Cycle> Replay::burstTime() const {
  if (!walk)
    return std::nullopt;
  Cycle time = nextBurst;
  if (beatsLeft)
    time = std::max(time, burstFree());
  if (!firstBeat && runEnds.size() >= pipeline.loadRuns)
    time = std::max(time, runEnds.front());
  return time;
}

/// Cycles the data side of LOAD works on a run: a block or, where it is
/// shorter, a word a cycle.
uint64_t Replay::loadCycles(const Run &run) const {
  uint64_t bus = parameters.AXI_BYTES;
  uint64_t blocks = divideCeil(run.length, bus), words = 0;
  if (program[walked].opcode == Opcode::LoadAct) {
    words = divideCeil(run.length, parameters.PC);
    blocks = divideCeil(words * parameters.PC, bus);
  }
  // A first block that straddles two beats takes one ahead.
  bool straddles =
      run.bytes && uint64_t(run.address) % bus > uint64_t(run.first) % bus;
  return std::max({blocks + straddles, words, beatCycles(beatsOf(run))});
}

void Replay::requestBurst(Cycle now) {
  if (beatsLeft) {
    uint64_t end = (current.address + current.bytes - 1) / parameters.AXI_BYTES;
    uint64_t next = end + 1 - beatsLeft;
    uint64_t beats = std::min<uint64_t>(
        beatsLeft, pipeline.burstBeats - next % pipeline.burstBeats);
    Cycle first = readBeats(now, beats);
    result.instructions[walked].bytes += beats * parameters.AXI_BYTES;
    if (!firstBeat)
      firstBeat = first;
    beatsLeft -= beats;
  }
  nextBurst = now + 1;
  if (!beatsLeft)
    endRun(now);
}

/// All of the current run is asked for.
void Replay::endRun(Cycle now) {
  uint64_t cycles = loadCycles(current);
  if (runEnds.size() >= pipeline.loadRuns)
    runEnds.pop_front();
  // The data side follows the beats, or fills without any.
  Cycle begin = firstBeat ? *firstBeat + pipeline.readData : now;
  Cycle free = std::max(runEnd, now);
  runEnd = std::max(runEnd, begin) + cycles;
  if (firstBeat)
    runEnd = std::max(runEnd, busFree + pipeline.readData);
  if (firstBeat && runEnd > free + cycles)
    note(Activity::LoadMemory, free, runEnd - cycles);
  runEnds.push_back(runEnd);
  if (!walk->done())
    return beginRun();
  walk.reset();
  // The last word of ACT passes a queue in two cycles.
  bool act = program[walked].opcode == Opcode::LoadAct;
  end(walked, runEnd + pipeline.loadEnd + (act ? 2 : 0));
  loadEnds.push_back(runEnd);
}

void Replay::takeStore(Cycle now) {
  size_t index = take(Unit::Store, now);
  Cycle time = now + pipeline.storeRequest;
  std::deque<Cycle> responses;
  for (RunWalk walk(program[index], parameters); !walk.done();) {
    Run run = walk.next();
    uint64_t beats = beatsOf(run);
    if (responses.size() == pipeline.storeBursts) {
      time = std::max(time, responses.front());
      responses.pop_front();
    }
    uint64_t words = divideCeil(run.length, parameters.PC);
    time += std::max<uint64_t>(words, beatCycles(beats));
    responses.push_back(time + memory.latency + pipeline.storeNext);
    result.instructions[index].bytes += run.bytes;
  }
  result.bytesWritten += result.instructions[index].bytes;
  Cycle last = time + memory.latency + pipeline.storeEnd;
  note(Activity::StoreMemory, time, last);
  end(index, last);
}

/// A unit is idle and its queue empty, while the program goes on.
void Replay::noteFetchStalls() {
  std::vector<std::pair<Cycle, Cycle>> idle;
  for (const Queue &queue : queues) {
    Cycle last = 0;
    for (size_t index : queue.instructions) {
      idle.emplace_back(last, handed[index]);
      last = std::max(last, result.instructions[index].end);
    }
    idle.emplace_back(last, handed.back());
  }
  llvm::sort(idle);
  Cycle covered = 0;
  for (auto [begin, end] : idle) {
    note(Activity::FetchStall, std::max(begin, covered), end);
    covered = std::max(covered, end);
  }
}

ProgramTime Replay::run() {
  using Action = void (Replay::*)(Cycle);
  while (true) {
    const std::pair<std::optional<Cycle>, Action> candidates[] = {
        {fetchTime(), &Replay::fetch},
        {handTime(), &Replay::hand},
        {burstTime(), &Replay::requestBurst},
        {takeTime(Unit::Load), &Replay::takeLoad},
        {takeTime(Unit::Compute), &Replay::takeCompute},
        {takeTime(Unit::Store), &Replay::takeStore},
    };
    std::optional<Cycle> best;
    Action action = nullptr;
    for (const auto &[time, candidate] : candidates)
      if (time && (!best || *time < *best)) {
        best = time;
        action = candidate;
      }
    if (!action)
      break;
    (this->*action)(*best);
  }
  Cycle last = *std::max_element(unitEnd, unitEnd + kNumUnits);
  result.cycles = std::max(last, handed.back()) + pipeline.finish;
  noteFetchStalls();
  return std::move(result);
}

ProgramTime sluice::engine::estimateTime(llvm::ArrayRef<Instruction> program,
                                         const Parameters &parameters,
                                         const MemoryTiming &memory,
                                         const PipelineTiming &pipeline) {
  assert(!program.empty() && program.back().opcode == Opcode::End);
  return Replay(program, parameters, memory, pipeline).run();
}
