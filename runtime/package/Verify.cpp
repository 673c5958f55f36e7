// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/package/Verify.h"

#include "runtime/package/Package.h"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>

namespace sluice {
namespace {

constexpr uint32_t kVersion = 1;
constexpr uint32_t kMaxBuffers = 16384;
constexpr uint32_t kMaxRegions = 4096;
constexpr uint32_t kMaxRank = 16;
constexpr uint64_t kBufferAlignment = 64;
constexpr uint64_t kCommandSize = 64;
constexpr uint64_t kKernelAlignment = 4096;
constexpr uint32_t kMaxKernelItems = 1024;
constexpr uint32_t kMaxKernelGroups = 1 << 24;
constexpr uint32_t kMaxKernelArguments = 64;

/// True when [offset, offset + size) is inside [0, limit).
bool isInside(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

struct Extent {
  uint64_t offset;
  uint64_t size;
  bool overlaps(const Extent &other) const {
    return size && other.size && offset < other.offset + other.size &&
           other.offset < offset + size;
  }
};

Extent extentOf(const program::Buffer &buffer) {
  return {buffer.offset(), buffer.size()};
}

/// A file's path: parts of [A-Za-z0-9._-] joined by '/', none of them "." or
/// "..".
bool isSafePath(std::string_view path) {
  while (true) {
    size_t end = path.find('/');
    std::string_view part = path.substr(0, end);
    if (part.empty() || part == "." || part == "..")
      return false;
    for (char c : part)
      if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
          !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
        return false;
    if (end == path.npos)
      return true;
    path.remove_prefix(end + 1);
  }
}

class ProgramVerifier {
public:
  ProgramVerifier(const program::Program &program, const char *where,
                  std::vector<bool> &used)
      : program(program), where(where), used(used) {}

  Status verify();

private:
  /// Fails with the program's path, the field and the text.
  [[gnu::format(printf, 3, 4)]] Status bad(const std::string &field,
                                           const char *format, ...);
  Status verifyFiles();
  Status verifyVariant(const program::Variant &variant, std::string at);
  Status verifyBuffer(const program::Buffer &buffer, uint64_t arenaSize,
                      const std::string &at);
  Status verifyIndices(const flatbuffers::Vector<uint32_t> &indices,
                       uint32_t count, const std::string &at);
  Status verifyRegion(const program::Region &region,
                      const program::Variant &variant, const std::string &at);
  Status verifyEngineCode(const program::EngineCode &code, uint64_t arenaSize,
                          const std::string &at);
  Status verifyKernelCode(const program::Region &region, const std::string &at);
  Status verifyLaunch(const program::KernelLaunch &launch,
                      const program::Region &region, const std::string &at);
  Status verifyArgument(const program::KernelArgument &argument,
                        const program::Region &region, const std::string &at);
  Status verifyRange(const program::Range &range, const std::string &at);
  Status verifyFlow(const program::Variant &variant, const std::string &at);

  const program::Program &program;
  const char *where;
  std::vector<bool> &used;
};

std::string element(const std::string &at, uint32_t index) {
  return at + "[" + std::to_string(index) + "]";
}

Status ProgramVerifier::bad(const std::string &field, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return fail(SLUICE_STATUS_INVALID_PACKAGE, "%s: %s: %s", where, field.c_str(),
              text);
}

Status ProgramVerifier::verify() {
  SLUICE_RETURN_IF_ERROR(verifyFiles());
  if (program.variants()->size() == 0)
    return bad("variants", "empty");
  for (uint32_t i = 0; i < program.variants()->size(); ++i)
    SLUICE_RETURN_IF_ERROR(
        verifyVariant(*program.variants()->Get(i), element("variants", i)));
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyFiles() {
  const auto &files = *program.files();
  used.assign(files.size(), false);
  std::set<std::string_view> paths;
  for (uint32_t i = 0; i < files.size(); ++i) {
    std::string at = element("files", i);
    std::string_view path = files[i]->path()->string_view();
    if (!isSafePath(path))
      return bad(at + ".path",
                 "'%.100s' is not a relative path of plain characters",
                 path.data());
    if (!paths.insert(path).second)
      return bad(at + ".path", "'%.100s' stands there twice", path.data());
    if (files[i]->sha256()->size() != 32)
      return bad(at + ".sha256", "has %u bytes, not 32",
                 files[i]->sha256()->size());
  }
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyVariant(const program::Variant &variant,
                                      std::string at) {
  at += '.';
  const auto &buffers = *variant.buffers();
  const auto &regions = *variant.regions();
  if (buffers.size() > kMaxBuffers)
    return bad(at + "buffers", "%u are more than %u", buffers.size(),
               kMaxBuffers);
  if (regions.size() > kMaxRegions)
    return bad(at + "regions", "%u are more than %u", regions.size(),
               kMaxRegions);
  if (variant.outputs()->size() == 0)
    return bad(at + "outputs", "empty");
  for (uint32_t i = 0; i < buffers.size(); ++i)
    SLUICE_RETURN_IF_ERROR(verifyBuffer(*buffers[i], variant.arena_size(),
                                        element(at + "buffers", i)));
  SLUICE_RETURN_IF_ERROR(
      verifyIndices(*variant.inputs(), buffers.size(), at + "inputs"));
  SLUICE_RETURN_IF_ERROR(
      verifyIndices(*variant.outputs(), buffers.size(), at + "outputs"));
  for (uint32_t i = 0; i < regions.size(); ++i)
    SLUICE_RETURN_IF_ERROR(
        verifyRegion(*regions[i], variant, element(at + "regions", i)));
  return verifyFlow(variant, at);
}

Status ProgramVerifier::verifyBuffer(const program::Buffer &buffer,
                                     uint64_t arenaSize,
                                     const std::string &at) {
  uint64_t size = elementSize(buffer.type());
  if (size == 0)
    return bad(at + ".type", "%u is no element type", unsigned(buffer.type()));
  if (buffer.shape()->size() > kMaxRank)
    return bad(at + ".shape", "has rank %u, more than %u",
               buffer.shape()->size(), kMaxRank);
  for (int64_t dimension : *buffer.shape())
    if (dimension < 1 ||
        __builtin_mul_overflow(size, uint64_t(dimension), &size))
      return bad(at + ".shape", "dimension %" PRId64 " is out of range",
                 dimension);
  if (size != buffer.size())
    return bad(at + ".size", "%" PRIu64 " is not the shape's %" PRIu64,
               buffer.size(), size);
  if (buffer.offset() % kBufferAlignment != 0)
    return bad(at + ".offset", "%" PRIu64 " is not a multiple of %" PRIu64,
               buffer.offset(), kBufferAlignment);
  if (!isInside(buffer.offset(), size, arenaSize))
    return bad(at + ".offset",
               "%" PRIu64 " + %" PRIu64 " bytes leave the arena of %" PRIu64,
               buffer.offset(), size, arenaSize);
  return SLUICE_STATUS_OK;
}

Status
ProgramVerifier::verifyIndices(const flatbuffers::Vector<uint32_t> &indices,
                               uint32_t count, const std::string &at) {
  std::vector<bool> seen(count);
  for (uint32_t i = 0; i < indices.size(); ++i) {
    if (indices[i] >= count)
      return bad(element(at, i), "%u is no buffer, there are %u", indices[i],
                 count);
    if (seen[indices[i]])
      return bad(element(at, i), "buffer %u stands there twice", indices[i]);
    seen[indices[i]] = true;
  }
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyRegion(const program::Region &region,
                                     const program::Variant &variant,
                                     const std::string &at) {
  uint32_t buffers = variant.buffers()->size();
  SLUICE_RETURN_IF_ERROR(
      verifyIndices(*region.inputs(), buffers, at + ".inputs"));
  SLUICE_RETURN_IF_ERROR(
      verifyIndices(*region.outputs(), buffers, at + ".outputs"));
  if (region.cpu()->size() == 0)
    return bad(at + ".cpu", "empty: a region has CPU code");
  for (uint32_t i = 0; i < region.cpu()->size(); ++i)
    SLUICE_RETURN_IF_ERROR(verifyRange(*region.cpu()->Get(i)->code(),
                                       element(at + ".cpu", i) + ".code"));
  // Engine commands and kernels are known to this version of the format; all
  // other targets are CPU code.
  bool isEngine = region.target()->string_view() == "engine";
  if (isEngine && !region.engine())
    return bad(at + ".engine", "missing, but its target is 'engine'");
  if (!isEngine && region.engine())
    return bad(at + ".target", "'%.100s' has commands of the engine",
               region.target()->c_str());
  if (region.engine())
    SLUICE_RETURN_IF_ERROR(verifyEngineCode(
        *region.engine(), variant.arena_size(), at + ".engine"));
  if (region.kernels())
    return verifyKernelCode(region, at + ".kernels");
  if (region.target()->string_view() == "opencl")
    return bad(at + ".kernels", "missing, but its target is 'opencl'");
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyKernelCode(const program::Region &region,
                                         const std::string &at) {
  const program::KernelCode &code = *region.kernels();
  SLUICE_RETURN_IF_ERROR(verifyRange(*code.source(), at + ".source"));
  SLUICE_RETURN_IF_ERROR(verifyRange(*code.constants(), at + ".constants"));
  if (code.launches()->size() == 0)
    return bad(at + ".launches", "empty");
  for (uint32_t i = 0; i < code.launches()->size(); ++i)
    SLUICE_RETURN_IF_ERROR(verifyLaunch(*code.launches()->Get(i), region,
                                        element(at + ".launches", i)));
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyLaunch(const program::KernelLaunch &launch,
                                     const program::Region &region,
                                     const std::string &at) {
  if (launch.groups()->size() != 3)
    return bad(at + ".groups", "has %u dimensions, not 3",
               launch.groups()->size());
  uint64_t groups = 1;
  for (uint32_t count : *launch.groups()) {
    groups *= count; // at most kMaxKernelGroups times 2^32
    if (groups == 0 || groups > kMaxKernelGroups)
      return bad(at + ".groups", "not 1 to %u groups", kMaxKernelGroups);
  }
  if (launch.items() == 0 || launch.items() > kMaxKernelItems)
    return bad(at + ".items", "%u is not 1 to %u", launch.items(),
               kMaxKernelItems);
  if (launch.arguments()->size() > kMaxKernelArguments)
    return bad(at + ".arguments", "%u are more than %u",
               launch.arguments()->size(), kMaxKernelArguments);
  for (uint32_t i = 0; i < launch.arguments()->size(); ++i)
    SLUICE_RETURN_IF_ERROR(verifyArgument(*launch.arguments()->Get(i), region,
                                          element(at + ".arguments", i)));
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyArgument(const program::KernelArgument &argument,
                                       const program::Region &region,
                                       const std::string &at) {
  if (argument.space() == program::KernelSpace::tensor) {
    uint64_t tensors =
        uint64_t(region.inputs()->size()) + region.outputs()->size();
    if (argument.offset() >= tensors)
      return bad(at + ".offset",
                 "%" PRIu64 " is no tensor of the region, it has %" PRIu64,
                 argument.offset(), tensors);
    return SLUICE_STATUS_OK;
  }
  const program::KernelCode &code = *region.kernels();
  uint64_t limit;
  switch (argument.space()) {
  case program::KernelSpace::constants:
    limit = code.constants()->size();
    break;
  case program::KernelSpace::scratch:
    limit = code.scratch_size();
    break;
  default:
    return bad(at + ".space", "%u is none", unsigned(argument.space()));
  }
  if (argument.size() == 0 || argument.offset() % kKernelAlignment != 0 ||
      !isInside(argument.offset(), argument.size(), limit))
    return bad(at + ".offset",
               "%" PRIu64 " + %" PRIu64 " bytes: empty, not at a multiple of "
               "%" PRIu64 ", or out of %" PRIu64,
               argument.offset(), argument.size(), kKernelAlignment, limit);
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyEngineCode(const program::EngineCode &code,
                                         uint64_t arenaSize,
                                         const std::string &at) {
  if (!program.engine())
    return bad("engine", "missing, but %s is there", at.c_str());
  SLUICE_RETURN_IF_ERROR(verifyRange(*code.commands(), at + ".commands"));
  SLUICE_RETURN_IF_ERROR(verifyRange(*code.constants(), at + ".constants"));
  uint64_t size = code.commands()->size();
  if (size == 0 || size % kCommandSize != 0 || size > UINT32_MAX)
    return bad(at + ".commands.size",
               "%" PRIu64 " is not a number of %" PRIu64 "-byte commands", size,
               kCommandSize);
  if (code.constants()->size() > UINT32_MAX)
    return bad(at + ".constants.size",
               "%" PRIu64 " is out of the engine's reach",
               code.constants()->size());
  if (arenaSize > UINT32_MAX)
    return bad("variants.arena_size",
               "%" PRIu64 " is out of the engine's reach", arenaSize);
  if (!isInside(code.spill_offset(), code.spill_size(), arenaSize))
    return bad(at + ".spill_offset",
               "%" PRIu64 " + %" PRIu64 " bytes leave the arena of %" PRIu64,
               code.spill_offset(), code.spill_size(), arenaSize);
  return SLUICE_STATUS_OK;
}

Status ProgramVerifier::verifyRange(const program::Range &range,
                                    const std::string &at) {
  if (range.file() >= program.files()->size())
    return bad(at + ".file", "%u is no file, there are %u", range.file(),
               program.files()->size());
  const program::File &file = *program.files()->Get(range.file());
  if (!isInside(range.offset(), range.size(), file.size()))
    return bad(at, "%" PRIu64 " + %" PRIu64 " bytes leave %s of %" PRIu64,
               range.offset(), range.size(), file.path()->c_str(), file.size());
  used[range.file()] = true;
  return SLUICE_STATUS_OK;
}

/// No buffer that `extent` overwrites holds what it should.
void write(const program::Variant &variant, const Extent &extent,
           std::vector<bool> &valid) {
  for (uint32_t i = 0; i < valid.size(); ++i)
    if (valid[i] && extent.overlaps(extentOf(*variant.buffers()->Get(i))))
      valid[i] = false;
}

/// Runs the program on the set of buffers that hold what they should.
Status ProgramVerifier::verifyFlow(const program::Variant &variant,
                                   const std::string &at) {
  const auto &buffers = *variant.buffers();
  std::vector<bool> valid(buffers.size()), made(buffers.size());
  auto produce = [&](const flatbuffers::Vector<uint32_t> &writes,
                     const std::string &field) -> Status {
    for (uint32_t i = 0; i < writes.size(); ++i) {
      uint32_t buffer = writes[i];
      if (made[buffer])
        return bad(element(field, i), "'%.100s' is written a second time",
                   buffers[buffer]->name()->c_str());
      write(variant, extentOf(*buffers[buffer]), valid);
      valid[buffer] = made[buffer] = true;
    }
    return SLUICE_STATUS_OK;
  };
  auto check = [&](const flatbuffers::Vector<uint32_t> &reads,
                   const std::string &field) -> Status {
    for (uint32_t i = 0; i < reads.size(); ++i)
      if (!valid[reads[i]])
        return bad(element(field, i),
                   "'%.100s' is not written before, or overwritten since",
                   buffers[reads[i]]->name()->c_str());
    return SLUICE_STATUS_OK;
  };
  SLUICE_RETURN_IF_ERROR(produce(*variant.inputs(), at + "inputs"));
  SLUICE_RETURN_IF_ERROR(check(*variant.inputs(), at + "inputs"));
  for (uint32_t i = 0; i < variant.regions()->size(); ++i) {
    const program::Region &region = *variant.regions()->Get(i);
    std::string here = element(at + "regions", i);
    SLUICE_RETURN_IF_ERROR(check(*region.inputs(), here + ".inputs"));
    SLUICE_RETURN_IF_ERROR(produce(*region.outputs(), here + ".outputs"));
    if (region.engine())
      write(variant,
            {region.engine()->spill_offset(), region.engine()->spill_size()},
            valid);
    SLUICE_RETURN_IF_ERROR(check(*region.outputs(), here + ".outputs"));
    // Inputs stay, so that the CPU can run the region again.
    SLUICE_RETURN_IF_ERROR(check(*region.inputs(), here + ".inputs"));
  }
  return check(*variant.outputs(), at + "outputs");
}

} // namespace

Status verifyProgram(std::span<const uint8_t> bytes, const char *where,
                     std::vector<bool> &used) {
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  if (bytes.size() < 16 || !program::VerifyProgramBuffer(verifier))
    return fail(SLUICE_STATUS_INVALID_PACKAGE,
                "%s: not a program of a Sluice package, or damaged", where);
  const program::Program &program = *program::GetProgram(bytes.data());
  if (program.version() != kVersion)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: version: %u, this runtime reads %u", where,
                program.version(), kVersion);
  return ProgramVerifier(program, where, used).verify();
}

} // namespace sluice
