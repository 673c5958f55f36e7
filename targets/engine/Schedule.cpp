// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Schedule.h"

#include <array>
#include <cassert>
#include <deque>

using namespace sluice::engine;

namespace {

constexpr unsigned loadUnit = static_cast<unsigned>(Unit::Load);
constexpr int none = -1;

unsigned indexOf(const Step &step) {
  return static_cast<unsigned>(step.unit());
}

/// For each step and unit: the latest earlier step of that unit that it must
/// come after and that no earlier step of its own unit came after; or none.
using Sources = std::array<int, kNumUnits>;

bool conflict(const Step &a, const Step &b) {
  for (const Access &x : a.accesses)
    for (const Access &y : b.accesses)
      if (x.conflictsWith(y))
        return true;
  return false;
}

std::vector<Sources> findSources(const std::vector<Step> &steps) {
  std::vector<Sources> result(steps.size(), Sources{none, none, none});
  // The latest source that a unit is known to come after.
  int known[kNumUnits][kNumUnits];
  for (auto &row : known)
    std::fill(std::begin(row), std::end(row), none);
  std::array<std::vector<int>, kNumUnits> stepsOf;
  for (int i = 0, e = steps.size(); i < e; ++i) {
    unsigned self = indexOf(steps[i]);
    for (unsigned unit = 0; unit < kNumUnits; ++unit) {
      if (unit == self)
        continue;
      for (auto it = stepsOf[unit].rbegin();
           it != stepsOf[unit].rend() && *it > known[unit][self]; ++it)
        if (conflict(steps[*it], steps[i])) {
          result[i][unit] = known[unit][self] = *it;
          break;
        }
    }
    stepsOf[self].push_back(i);
  }
  return result;
}

/// Builds the program order: loads as early as their sources and the number of
/// outstanding tokens allow, all else in the order given.
class Emitter {
public:
  Emitter(const std::vector<Step> &steps, const std::vector<Sources> &sources)
      : sources(sources), emitted(steps.size()), signalsFromLoad(steps.size()) {
    for (int i = 0, e = steps.size(); i < e; ++i) {
      (indexOf(steps[i]) == loadUnit ? loads : others).push_back(i);
      if (sources[i][loadUnit] != none)
        ++signalsFromLoad[sources[i][loadUnit]];
    }
  }

  std::vector<int> run() {
    while (!loads.empty() || !others.empty()) {
      if (!loads.empty() && isReady(loads.front()) &&
          outstanding < kMaxOutstandingTokens)
        emit(loads);
      else if (!others.empty() && isReady(others.front()))
        emit(others);
      else
        emit(loads);
    }
    return std::move(order);
  }

private:
  bool isReady(int step) const {
    for (int source : sources[step])
      if (source != none && !emitted[source])
        return false;
    return true;
  }

  void emit(std::deque<int> &queue) {
    int step = queue.front();
    queue.pop_front();
    assert(isReady(step) && "the given order is sequential");
    emitted[step] = true;
    order.push_back(step);
    outstanding += signalsFromLoad[step];
    outstanding -= sources[step][loadUnit] != none;
  }

  const std::vector<Sources> &sources;
  std::deque<int> loads, others;
  std::vector<bool> emitted;
  std::vector<unsigned> signalsFromLoad;
  std::vector<int> order;
  unsigned outstanding = 0;
};

/// Sets the tokens from `from` to `to`. When too many are outstanding, the
/// newest moves to the later source and the last waiter goes without: the
/// waiters before it then wait for at least as much as they must.
class TokenChain {
public:
  TokenChain(std::vector<Step> &steps, Unit from, Unit to)
      : steps(steps), from(from), to(to) {}

  void signal(int step) {
    if (outstanding == kMaxOutstandingTokens)
      steps[newest].instruction.tokens.signal &= ~maskOf(to);
    else
      ++outstanding;
    newest = step;
    steps[step].instruction.tokens.signal |= maskOf(to);
  }

  void wait(int step) {
    if (!outstanding)
      return;
    --outstanding;
    steps[step].instruction.tokens.wait |= maskOf(from);
  }

private:
  std::vector<Step> &steps;
  Unit from, to;
  unsigned outstanding = 0;
  int newest = none;
};

} // namespace

/// Sets all tokens of `steps`, where `sources[i]` are those of steps[i].
static void setTokens(std::vector<Step> &steps,
                      const std::vector<Sources> &sources) {
  for (Unit from : {Unit::Load, Unit::Compute, Unit::Store})
    for (Unit to : {Unit::Load, Unit::Compute, Unit::Store}) {
      unsigned source = static_cast<unsigned>(from);
      std::vector<bool> signals(steps.size());
      for (size_t i = 0; i < steps.size(); ++i)
        if (steps[i].unit() == to && sources[i][source] != none)
          signals[sources[i][source]] = true;
      TokenChain chain(steps, from, to);
      for (size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].unit() == to && sources[i][source] != none)
          chain.wait(i);
        if (signals[i])
          chain.signal(i);
      }
    }
}

std::vector<Step> sluice::engine::schedule(std::vector<Step> steps) {
  std::vector<Sources> sources = findSources(steps);
  std::vector<int> order = Emitter(steps, sources).run();
  std::vector<int> placeOf(steps.size());
  for (int place = 0, e = order.size(); place < e; ++place)
    placeOf[order[place]] = place;
  std::vector<Step> result;
  std::vector<Sources> newSources;
  for (int step : order) {
    result.push_back(std::move(steps[step]));
    result.back().instruction.tokens = {};
    newSources.push_back(sources[step]);
    for (int &source : newSources.back())
      if (source != none)
        source = placeOf[source];
  }
  setTokens(result, newSources);
  return result;
}
