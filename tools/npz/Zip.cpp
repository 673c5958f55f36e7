// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/npz/Zip.h"

#include <cstring>
#include <zlib.h>

namespace sluice {
namespace {

constexpr uint32_t kLocalMagic = 0x04034b50;
constexpr uint32_t kCentralMagic = 0x02014b50;
constexpr uint32_t kEndMagic = 0x06054b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint32_t kIn64 = 0xffffffff; // the value stands in the zip64 field
constexpr uint64_t kMaxEntrySize = uint64_t(1) << 32;

class Reader {
public:
  Reader(std::span<const uint8_t> bytes, std::string &error)
      : bytes(bytes), error(error) {}

  bool read(std::vector<ZipEntry> &entries);

private:
  struct Central {
    std::string name;
    uint16_t flags, method;
    uint32_t crc;
    uint64_t packed, unpacked, offset;
  };
  bool bad(const std::string &text) {
    error = text;
    return false;
  }
  bool isInside(uint64_t offset, uint64_t size) const {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  }
  uint64_t get(size_t at, size_t size) const {
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value |= uint64_t(bytes[at + i]) << (8 * i);
    return value;
  }
  bool findEnd(size_t &end) const;
  bool readCentral(size_t &at, Central &entry);
  void readZip64(size_t at, size_t size, Central &entry) const;
  bool unpack(const Central &entry, std::vector<uint8_t> &data);

  std::span<const uint8_t> bytes;
  std::string &error;
};

/// The end record lies before a comment of at most 64 KiB.
bool Reader::findEnd(size_t &end) const {
  for (size_t comment = 0; comment <= 0xffff; ++comment) {
    if (comment + kEndSize > bytes.size())
      return false;
    end = bytes.size() - kEndSize - comment;
    if (get(end, 4) == kEndMagic && get(end + 20, 2) == comment)
      return true;
  }
  return false;
}

bool Reader::read(std::vector<ZipEntry> &entries) {
  size_t end;
  if (!findEnd(end))
    return bad("not a zip file, or truncated");
  size_t count = get(end + 10, 2), at = get(end + 16, 4);
  for (size_t i = 0; i < count; ++i) {
    Central central;
    if (!readCentral(at, central))
      return false;
    ZipEntry entry = {central.name, {}};
    if (!unpack(central, entry.data))
      return bad("'" + central.name + "': " + error);
    entries.push_back(std::move(entry));
  }
  return true;
}

bool Reader::readCentral(size_t &at, Central &entry) {
  if (!isInside(at, kCentralSize) || get(at, 4) != kCentralMagic)
    return bad("its directory is damaged");
  entry.flags = get(at + 8, 2);
  entry.method = get(at + 10, 2);
  entry.crc = get(at + 16, 4);
  entry.packed = get(at + 20, 4);
  entry.unpacked = get(at + 24, 4);
  entry.offset = get(at + 42, 4);
  size_t name = get(at + 28, 2), extra = get(at + 30, 2),
         comment = get(at + 32, 2);
  if (!isInside(at + kCentralSize, name + extra + comment))
    return bad("its directory is damaged");
  entry.name.assign(
      reinterpret_cast<const char *>(bytes.data()) + at + kCentralSize, name);
  readZip64(at + kCentralSize + name, extra, entry);
  at += kCentralSize + name + extra + comment;
  return true;
}

/// Takes the sizes that are too large for their own field from extra field 1.
void Reader::readZip64(size_t at, size_t size, Central &entry) const {
  size_t end = at + size;
  while (at + 4 <= end) {
    size_t id = get(at, 2), length = get(at + 2, 2);
    at += 4;
    if (length > end - at)
      return;
    if (id == 1) {
      size_t field = at;
      for (uint64_t *value : {&entry.unpacked, &entry.packed, &entry.offset})
        if (*value == kIn64 && field + 8 <= at + length) {
          *value = get(field, 8);
          field += 8;
        }
      return;
    }
    at += length;
  }
}

bool Reader::unpack(const Central &entry, std::vector<uint8_t> &data) {
  if (entry.flags & 1)
    return bad("is encrypted");
  if (!isInside(entry.offset, kLocalSize) ||
      get(entry.offset, 4) != kLocalMagic)
    return bad("is not where the directory says");
  uint64_t begin = entry.offset + kLocalSize + get(entry.offset + 26, 2) +
                   get(entry.offset + 28, 2);
  if (!isInside(begin, entry.packed))
    return bad("is truncated");
  // Deflate packs at most about 1030 to 1: more is a lie.
  if (entry.unpacked > kMaxEntrySize ||
      entry.unpacked / 1100 > entry.packed + 1)
    return bad("has an impossible size");
  const uint8_t *packed = bytes.data() + begin;
  data.resize(entry.unpacked);
  if (entry.method == kStored) {
    if (entry.packed != entry.unpacked)
      return bad("is truncated");
    if (!data.empty())
      memcpy(data.data(), packed, data.size());
  } else if (entry.method == kDeflated) {
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      return bad("no memory to unpack it");
    stream.next_in = const_cast<Bytef *>(packed);
    stream.avail_in = uInt(entry.packed);
    stream.next_out = data.data();
    stream.avail_out = uInt(data.size());
    int result = inflate(&stream, Z_FINISH);
    bool whole = result == Z_STREAM_END && stream.total_out == data.size();
    inflateEnd(&stream);
    if (!whole)
      return bad("is damaged");
  } else {
    return bad("is packed by an unknown method");
  }
  if (crc32_z(0, data.data(), data.size()) != entry.crc)
    return bad("is damaged (its CRC differs)");
  return true;
}

void put(std::vector<uint8_t> &out, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i)
    out.push_back(uint8_t(value >> (8 * i)));
}

/// The fields that the local and the central header share.
void putCommon(std::vector<uint8_t> &out, const ZipEntry &entry) {
  constexpr uint16_t kVersion = 20, kFirstOfJanuary1980 = 0x21;
  put(out, kVersion, 2);
  put(out, 0, 2); // flags
  put(out, kStored, 2);
  put(out, 0, 2); // midnight
  put(out, kFirstOfJanuary1980, 2);
  put(out, crc32_z(0, entry.data.data(), entry.data.size()), 4);
  put(out, entry.data.size(), 4);
  put(out, entry.data.size(), 4);
  put(out, entry.name.size(), 2);
  put(out, 0, 2); // extra fields
}

} // namespace

bool readZip(std::span<const uint8_t> bytes, std::vector<ZipEntry> &entries,
             std::string &error) {
  return Reader(bytes, error).read(entries);
}

std::vector<uint8_t> writeZip(const std::vector<ZipEntry> &entries) {
  std::vector<uint8_t> out, directory;
  for (const ZipEntry &entry : entries) {
    size_t offset = out.size();
    put(out, kLocalMagic, 4);
    putCommon(out, entry);
    out.insert(out.end(), entry.name.begin(), entry.name.end());
    out.insert(out.end(), entry.data.begin(), entry.data.end());

    put(directory, kCentralMagic, 4);
    put(directory, 20, 2); // version made by
    putCommon(directory, entry);
    put(directory, 0, 4); // comment, disk
    put(directory, 0, 6); // attributes
    put(directory, offset, 4);
    directory.insert(directory.end(), entry.name.begin(), entry.name.end());
  }
  size_t at = out.size();
  out.insert(out.end(), directory.begin(), directory.end());
  put(out, kEndMagic, 4);
  put(out, 0, 4); // disks
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2); // comment
  return out;
}

} // namespace sluice
