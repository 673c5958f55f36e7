// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/CodegenTransfers.h"

#include "llvm/Support/MathExtras.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

/// The runs of a box: `nx` in a row, each of `len` bytes.
struct Runs {
  int64_t nx, len;
};

} // namespace

/// One run a row where channels fill whole words and all are moved, pixel after
/// pixel, else one a pixel.
static Runs countRuns(const Transfer &transfer, const Parameters &parameters) {
  const Shape &box = transfer.box.shape;
  int64_t rowBytes = box.w * box.c;
  if (box.c == transfer.shape.c && box.c % parameters.PC == 0 &&
      transfer.box.step.x == 1 && rowBytes <= UINT16_MAX)
    return {1, rowBytes};
  return {box.w, box.c};
}

/// The arena bytes from the box's first row to its last.
static Access arenaRows(const Transfer &transfer, bool write) {
  int64_t rowBytes = transfer.shape.w * transfer.shape.c;
  int64_t begin = transfer.dram + transfer.box.y * rowBytes;
  int64_t rows = (transfer.box.shape.h - 1) * transfer.box.step.y + 1;
  return {Access::Arena, begin, begin + rows * rowBytes, write};
}

static Access actRows(const Transfer &transfer, bool write) {
  const Shape &box = transfer.box.shape;
  int64_t columns = transfer.fold ? transfer.fold->columns : box.w;
  int64_t end = transfer.act + (box.h - 1) * transfer.layout.rowChunks +
                columns * transfer.layout.pixelChunks;
  return {Access::Act, transfer.act, end, write};
}

Step engine::makeLoad(const Transfer &transfer, const Parameters &parameters) {
  const Box &box = transfer.box;
  int64_t channels = transfer.shape.c;
  int64_t rowBytes = transfer.shape.w * channels;
  LoadActFields fields;
  fields.dst = transfer.act;
  fields.base = transfer.isConstant ? 0 : 1;
  fields.offset = transfer.dram + box.y * rowBytes;
  fields.ny = box.shape.h;
  fields.stride_y = box.step.y * rowBytes;
  fields.row_len = rowBytes;
  fields.dst_step_y = box.shape.h > 1 ? transfer.layout.rowChunks : 0;
  if (transfer.fold) {
    fields.fill = transfer.fill;
    fields.nx = transfer.fold->columns;
    fields.len = transfer.fold->runBytes;
    fields.stride_x = transfer.columnStride * channels;
    fields.pos0 = transfer.fold->origin * channels;
  } else {
    Runs runs = countRuns(transfer, parameters);
    fields.nx = runs.nx;
    fields.len = runs.len;
    fields.stride_x = runs.nx > 1 ? box.step.x * channels : 0;
    fields.pos0 = box.x * channels + box.c;
  }
  fields.dst_step_x = fields.nx > 1 ? transfer.layout.pixelChunks : 0;
  Step step;
  step.instruction = {Opcode::LoadAct, {}, fields};
  step.accesses = {actRows(transfer, true)};
  if (!transfer.isConstant)
    step.accesses.push_back(arenaRows(transfer, false));
  return step;
}

Step engine::makeStore(const Transfer &transfer, const Parameters &parameters) {
  const Box &box = transfer.box;
  int64_t channels = transfer.shape.c;
  int64_t rowBytes = transfer.shape.w * channels;
  Runs runs = countRuns(transfer, parameters);
  StoreFields fields;
  fields.src = transfer.act;
  fields.base = 1;
  fields.offset = transfer.dram + box.y * rowBytes + box.x * channels + box.c;
  fields.ny = box.shape.h;
  fields.nx = runs.nx;
  fields.len = runs.len;
  fields.stride_y = box.shape.h > 1 ? box.step.y * rowBytes : 0;
  fields.stride_x = runs.nx > 1 ? box.step.x * channels : 0;
  fields.src_step_y = box.shape.h > 1 ? transfer.layout.rowChunks : 0;
  fields.src_step_x = runs.nx > 1 ? transfer.layout.pixelChunks : 0;
  Step step;
  step.instruction = {Opcode::Store, {}, fields};
  step.accesses = {actRows(transfer, false), arenaRows(transfer, true)};
  return step;
}

llvm::SmallVector<Step> engine::makeWeightStores(int64_t rows, int64_t words,
                                                 int64_t act,
                                                 const Layout &layout,
                                                 int64_t arena,
                                                 const Parameters &parameters) {
  llvm::SmallVector<Step> steps;
  int64_t pc = parameters.PC, pk = parameters.PK;
  // Rows of one word lie one after the other across all chunks of lanes.
  int64_t most = words == 1 ? UINT16_MAX / pk * pk : pk;
  for (int64_t row = 0; row < rows; row += most) {
    StoreFields fields;
    fields.src = act + row * layout.pixelChunks;
    fields.base = 1;
    fields.offset = arena + row * words * pc;
    fields.ny = std::min(most, rows - row);
    fields.nx = words;
    fields.len = pc;
    fields.stride_y = fields.ny > 1 ? pc : 0;
    fields.stride_x = words > 1 ? pk * pc : 0;
    fields.src_step_y = fields.ny > 1 ? layout.pixelChunks : 0;
    fields.src_step_x = words > 1 ? parameters.wordChunks() : 0;
    int64_t lanes = llvm::alignTo(fields.ny, pk);
    Step step;
    step.instruction = {Opcode::Store, {}, fields};
    step.accesses = {{Access::Act, fields.src,
                      fields.src + fields.ny * layout.pixelChunks, false},
                     {Access::Arena, int64_t(fields.offset),
                      fields.offset + lanes * words * pc, true}};
    steps.push_back(std::move(step));
  }
  return steps;
}
