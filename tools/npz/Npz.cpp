// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/npz/Npz.h"

#include "tools/npz/Zip.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace sluice {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = 6;
constexpr size_t kMaxRank = 32;
constexpr char kWanted[] = "; a .npz file by numpy.savez is wanted";

struct TypeName {
  const char *type;
  const char *descr; ///< in a .npy header, little endian
  size_t size;
};
constexpr TypeName kTypes[] = {
    {"int8", "|i1", 1},    {"uint8", "|u1", 1},   {"bool", "|b1", 1},
    {"int16", "<i2", 2},   {"uint16", "<u2", 2},  {"int32", "<i4", 4},
    {"uint32", "<u4", 4},  {"int64", "<i8", 8},   {"uint64", "<u8", 8},
    {"float16", "<f2", 2}, {"float32", "<f4", 4}, {"float64", "<f8", 8}};

/// Reads the Python dictionary of a .npy header:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderReader {
public:
  HeaderReader(std::string_view text, NpzArray &array)
      : rest(text), array(array) {}

  /// Null, or what is wrong.
  const char *read() {
    constexpr const char *kMalformed = "its header is malformed";
    if (!take("{"))
      return kMalformed;
    while (!take("}")) {
      std::string_view key;
      if (!readString(key) || !take(":"))
        return kMalformed;
      if (key == "descr") {
        std::string_view descr;
        if (!readString(descr))
          return "records are not supported";
        if (const char *error = setType(descr))
          return error;
      } else if (key == "fortran_order") {
        if (take("True"))
          return "is in Fortran order; save it by numpy.ascontiguousarray";
        if (!take("False"))
          return kMalformed;
      } else if (key == "shape") {
        if (!readShape())
          return kMalformed;
        hasShape = true;
      } else {
        return kMalformed;
      }
      take(",");
    }
    return hasShape && !array.type.empty() ? nullptr : kMalformed;
  }

private:
  bool take(std::string_view token) {
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\n'))
      rest.remove_prefix(1);
    if (!rest.starts_with(token))
      return false;
    rest.remove_prefix(token.size());
    return true;
  }
  bool readString(std::string_view &value) {
    if (!take("'"))
      return false;
    size_t end = rest.find('\'');
    if (end == rest.npos)
      return false;
    value = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return true;
  }
  bool readShape() {
    if (!take("("))
      return false;
    while (!take(")")) {
      take(" ");
      int64_t value;
      auto [end, error] =
          std::from_chars(rest.data(), rest.data() + rest.size(), value);
      if (error != std::errc() || value < 0 || array.shape.size() == kMaxRank)
        return false;
      rest.remove_prefix(end - rest.data());
      array.shape.push_back(value);
      take(",");
    }
    return true;
  }
  const char *setType(std::string_view descr) {
    for (const TypeName &name : kTypes)
      if (descr == name.descr)
        array.type = name.type;
    if (!array.type.empty())
      return nullptr;
    return descr.starts_with(">") ? "is big-endian" : "has an unknown type";
  }

  std::string_view rest;
  NpzArray &array;
  bool hasShape = false;
};

/// Null, or what is wrong.
const char *decodeNpy(const std::vector<uint8_t> &bytes, NpzArray &array) {
  if (bytes.size() < 10 || memcmp(bytes.data(), kMagic, kMagicSize) != 0)
    return "is not a .npy array";
  size_t field = bytes[6] == 1 ? 2 : 4; // of the header's length, by version
  if (bytes[6] < 1 || bytes[6] > 3 || bytes.size() < 8 + field)
    return "is of an unknown .npy version";
  size_t length = 0;
  for (size_t i = 0; i < field; ++i)
    length |= size_t(bytes[8 + i]) << (8 * i);
  size_t begin = 8 + field;
  if (length > bytes.size() - begin)
    return "is truncated";
  std::string_view header(reinterpret_cast<const char *>(bytes.data()) + begin,
                          length);
  if (const char *error = HeaderReader(header, array).read())
    return error;
  uint64_t size = npzElementSize(array.type);
  for (int64_t dimension : array.shape)
    if (__builtin_mul_overflow(size, uint64_t(dimension), &size))
      return "has an impossible shape";
  if (size != bytes.size() - begin - length)
    return "has more or fewer bytes than its shape says";
  array.data.assign(bytes.begin() + begin + length, bytes.end());
  return nullptr;
}

std::vector<uint8_t> encodeNpy(const NpzArray &array) {
  std::string header = "{'descr': '";
  for (const TypeName &name : kTypes)
    if (array.type == name.type)
      header += name.descr;
  header += "', 'fortran_order': False, 'shape': (";
  for (int64_t dimension : array.shape)
    header += std::to_string(dimension) + ", ";
  header += "), }";
  // Padded so that the data begin on a multiple of 64 bytes.
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::vector<uint8_t> bytes(kMagic, kMagic + kMagicSize);
  bytes.insert(bytes.end(),
               {1, 0, uint8_t(header.size()), uint8_t(header.size() >> 8)});
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return bytes;
}

NpzStatus readAll(const std::string &path, std::vector<uint8_t> &bytes,
                  std::string &error) {
  FILE *file = fopen(path.c_str(), "rb");
  if (!file) {
    error = path + ": " + strerror(errno);
    return errno == ENOENT || errno == ENOTDIR ? NpzStatus::Missing
                                               : NpzStatus::SystemError;
  }
  uint8_t block[1 << 16];
  while (size_t count = fread(block, 1, sizeof(block), file))
    bytes.insert(bytes.end(), block, block + count);
  NpzStatus status = NpzStatus::Ok;
  if (ferror(file)) {
    error = path + ": " + strerror(errno);
    status = NpzStatus::SystemError;
    if (errno == EISDIR) {
      error += kWanted;
      status = NpzStatus::Malformed;
    }
  }
  fclose(file);
  return status;
}

} // namespace

int64_t NpzArray::elementCount() const {
  int64_t count = 1;
  for (int64_t dimension : shape)
    count *= dimension;
  return count;
}

size_t npzElementSize(std::string_view type) {
  for (const TypeName &name : kTypes)
    if (type == name.type)
      return name.size;
  return 0;
}

NpzStatus readNpz(const std::string &path, std::vector<NpzArray> &arrays,
                  std::string &error) {
  std::vector<uint8_t> bytes;
  if (NpzStatus status = readAll(path, bytes, error); status != NpzStatus::Ok)
    return status;
  std::vector<ZipEntry> entries;
  if (!readZip(bytes, entries, error)) {
    error = path + ": " + error + kWanted;
    return NpzStatus::Malformed;
  }
  for (const ZipEntry &entry : entries) {
    NpzArray array;
    array.name = entry.name;
    if (array.name.ends_with(".npy"))
      array.name.resize(array.name.size() - 4);
    if (const char *problem = decodeNpy(entry.data, array)) {
      error = path + ": array '" + array.name + "' " + problem;
      return NpzStatus::Malformed;
    }
    arrays.push_back(std::move(array));
  }
  return NpzStatus::Ok;
}

std::vector<uint8_t> encodeNpz(const std::vector<NpzArray> &arrays) {
  std::vector<ZipEntry> entries;
  for (const NpzArray &array : arrays)
    entries.push_back({array.name + ".npy", encodeNpy(array)});
  return writeZip(entries);
}

} // namespace sluice
