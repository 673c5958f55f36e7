// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Boards.h"

#include "tools/sluice/Failure.h"
#include "tools/sluice/Process.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sluice {

bool Board::carries(const EngineCapabilities &engine) const {
  // What a board's file leaves out is what engines had before there was
  // another.
  const auto plain = EngineCapabilities().parameters();
  const auto own = engine.parameters();
  for (size_t i = 0; i < own.size(); ++i) {
    auto given = std::find_if(
        parameters.begin(), parameters.end(),
        [&](const auto &parameter) { return parameter.first == own[i].name; });
    if (own[i].value !=
        (given == parameters.end() ? plain[i].value : given->second))
      return false;
  }
  return true;
}

Board readBoard(const std::string &file) {
  try {
    std::ifstream stream(file);
    auto json = nlohmann::json::parse(stream);
    Board board = {json.at("name"),
                   json.at("description"),
                   json.at("device"),
                   json.at("shell"),
                   json.at("clock_mhz"),
                   {},
                   file};
    for (const auto &[name, value] : json.at("parameters").items())
      board.parameters.emplace_back(name, value.get<uint32_t>());
    return board;
  } catch (const nlohmann::json::exception &error) {
    throw Failure{kBadInput,
                  fmt::format("{}: no board file: {}", file, error.what())};
  }
}

std::vector<Board> readBoards() {
  std::vector<Board> boards;
  std::error_code missing;
  // In a tree that this executable was built in, or installed beside it.
  for (const char *place :
       {"../../../targets/engine/boards", "../share/sluice/engine/boards"})
    for (const auto &entry : std::filesystem::directory_iterator(
             executableFolder() + place, missing))
      if (entry.path().extension() == ".json")
        boards.push_back(readBoard(entry.path()));
  std::sort(boards.begin(), boards.end(),
            [](const Board &a, const Board &b) { return a.name < b.name; });
  return boards;
}

} // namespace sluice
