// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Schedule.h"

#include "dialects/Engine/Check.h"
#include "gtest/gtest.h"

#include <array>
#include <deque>
#include <random>

using namespace sluice::engine;

namespace {

/// An instruction of which only unit and accesses matter; `layer` numbers it.
Step makeStep(Opcode opcode, std::initializer_list<Access> accesses,
              unsigned number) {
  Step step;
  step.instruction = Instruction::makeDefault(opcode);
  step.accesses = accesses;
  step.layer = number;
  return step;
}

Access act(int64_t begin, int64_t end, bool write) {
  return {Access::Act, begin, end, write};
}

std::vector<unsigned> orderOf(const std::vector<Step> &steps) {
  std::vector<unsigned> order;
  for (const Step &step : steps)
    order.push_back(step.layer);
  return order;
}

TEST(Schedule, LoadsMoveAheadOfOtherWork) {
  std::vector<Step> steps = schedule({
      makeStep(Opcode::LoadAct, {act(0, 4, true)}, 0),
      makeStep(Opcode::Conv, {act(0, 4, false), act(8, 12, true)}, 1),
      makeStep(Opcode::LoadAct, {act(4, 8, true)}, 2),
      makeStep(Opcode::Conv, {act(4, 8, false), act(12, 16, true)}, 3),
      makeStep(Opcode::Store, {act(8, 16, false)}, 4),
  });
  EXPECT_EQ(orderOf(steps), (std::vector<unsigned>{0, 2, 1, 3, 4}));
  UnitMask load = maskOf(Unit::Load), compute = maskOf(Unit::Compute),
           store = maskOf(Unit::Store);
  EXPECT_EQ(steps[0].instruction.tokens, (Tokens{0, compute}));
  EXPECT_EQ(steps[1].instruction.tokens, (Tokens{0, compute}));
  EXPECT_EQ(steps[2].instruction.tokens, (Tokens{load, 0}));
  // One token orders both results before the store: units work in order.
  EXPECT_EQ(steps[3].instruction.tokens, (Tokens{load, store}));
  EXPECT_EQ(steps[4].instruction.tokens, (Tokens{compute, 0}));
}

TEST(Schedule, LoadWaitsForTheLastReaderOfItsPlace) {
  std::vector<Step> steps = schedule({
      makeStep(Opcode::LoadAct, {act(0, 4, true)}, 0),
      makeStep(Opcode::Conv, {act(0, 4, false), act(8, 12, true)}, 1),
      makeStep(Opcode::LoadAct, {act(2, 6, true)}, 2),
  });
  EXPECT_EQ(orderOf(steps), (std::vector<unsigned>{0, 1, 2}));
  EXPECT_EQ(steps[1].instruction.tokens.signal, maskOf(Unit::Load));
  EXPECT_EQ(steps[2].instruction.tokens.wait, maskOf(Unit::Compute));
}

TEST(Schedule, MemoriesDoNotMix) {
  std::vector<Step> steps = schedule({
      makeStep(Opcode::Conv, {act(0, 4, false)}, 0),
      makeStep(Opcode::LoadWgt, {{Access::Wgt, 0, 4, true}}, 1),
  });
  EXPECT_EQ(orderOf(steps), (std::vector<unsigned>{1, 0}));
  for (const Step &step : steps)
    EXPECT_EQ(step.instruction.tokens, Tokens());
}

/// For each step of a schedule, the steps of each unit that have ended for
/// certain when it begins, as the tokens say at any timing.
class Clocks {
public:
  explicit Clocks(const std::vector<Step> &steps) {
    std::array<Clock, kNumUnits> ends = {};
    std::deque<Clock> tokens[kNumUnits][kNumUnits];
    for (const Step &step : steps) {
      unsigned self = unsigned(step.unit());
      Clock clock = ends[self];
      for (unsigned unit = 0; unit < kNumUnits; ++unit)
        if (step.instruction.tokens.wait >> unit & 1) {
          join(clock, tokens[unit][self].front());
          tokens[unit][self].pop_front();
        }
      begins.push_back(clock);
      ++clock[self];
      numbers.push_back(clock[self]);
      ends[self] = clock;
      for (unsigned unit = 0; unit < kNumUnits; ++unit)
        if (step.instruction.tokens.signal >> unit & 1)
          tokens[self][unit].push_back(clock);
    }
  }

  bool isBefore(const std::vector<Step> &steps, size_t a, size_t b) const {
    return begins[b][unsigned(steps[a].unit())] >= numbers[a];
  }

private:
  using Clock = std::array<unsigned, kNumUnits>;
  static void join(Clock &clock, const Clock &other) {
    for (unsigned unit = 0; unit < kNumUnits; ++unit)
      clock[unit] = std::max(clock[unit], other[unit]);
  }

  std::vector<Clock> begins;
  /// How many of its unit's steps have ended when a step has.
  std::vector<unsigned> numbers;
};

bool conflict(const Step &a, const Step &b) {
  for (const Access &x : a.accesses)
    for (const Access &y : b.accesses)
      if (x.conflictsWith(y))
        return true;
  return false;
}

std::vector<Step> makeRandomSteps(uint32_t seed, int64_t places) {
  std::mt19937 random(seed);
  auto draw = [&](int64_t most) { return int64_t(random() % (most + 1)); };
  std::vector<Step> steps;
  for (unsigned number = 0; number < 120; ++number) {
    Opcode opcodes[] = {Opcode::LoadAct, Opcode::Conv, Opcode::Store};
    Step step = makeStep(opcodes[draw(2)], {}, number);
    for (int64_t i = draw(2); i >= 0; --i) {
      int64_t begin = draw(places - 1);
      step.accesses.push_back(act(begin, begin + 1 + draw(1), draw(1)));
    }
    steps.push_back(step);
  }
  return steps;
}

TEST(Schedule, OrdersAllConflictsAtAnyTiming) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<Step> given = makeRandomSteps(seed, 4 + seed);
    std::vector<Step> steps = schedule(given);
    ASSERT_EQ(steps.size(), given.size());
    TokenCounters counters;
    for (const Step &step : steps)
      ASSERT_EQ(counters.step(step.instruction), "");
    ASSERT_EQ(counters.finish(), "");
    Clocks clocks(steps);
    for (size_t a = 0; a < steps.size(); ++a)
      for (size_t b = 0; b < steps.size(); ++b)
        if (steps[a].layer < steps[b].layer && conflict(steps[a], steps[b])) {
          ASSERT_LT(a, b);
          ASSERT_TRUE(clocks.isBefore(steps, a, b))
              << steps[a].layer << " and " << steps[b].layer;
        }
  }
}

TEST(Schedule, ManyLoadsForOneReaderKeepFewTokens) {
  std::vector<Step> given;
  for (unsigned i = 0; i < 40; ++i)
    given.push_back(makeStep(Opcode::LoadAct, {act(i, i + 1, true)}, i));
  for (unsigned i = 0; i < 40; ++i)
    given.push_back(makeStep(Opcode::Conv, {act(i, i + 1, false)}, 40 + i));
  std::vector<Step> steps = schedule(given);
  unsigned outstanding = 0;
  for (const Step &step : steps) {
    outstanding += step.instruction.tokens.signal != 0;
    outstanding -= step.instruction.tokens.wait != 0;
    EXPECT_LE(outstanding, kMaxOutstandingTokens);
  }
  EXPECT_EQ(outstanding, 0u);
}

} // namespace
