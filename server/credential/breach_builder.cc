#include "server/credential/breach_builder.h"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/credential/breach_filter.h"
#include "server/credential/little_endian.h"

namespace hearth {
namespace {

constexpr size_t kChunk = 1 << 20;

// Passes keys on, each once.
absl::Status EachOnce(const BreachKeys& keys, const std::function<void(uint64_t key)>& each) {
  std::optional<uint64_t> last;
  return keys([&](uint64_t key) -> absl::Status {
    if (last.has_value() && key < *last) return absl::FailedPreconditionError("the list is out of order");
    if (last != key) each(key);
    last = key;
    return absl::OkStatus();
  });
}

// A file that is written from its fingerprints on; index and header come last.
class Writer {
 public:
  Writer(const std::string& path, const BreachFormat& format)
      : format_(format), file_(path, std::ios::binary | std::ios::trunc), ends_(size_t{1} << format.bucket_bits) {
    crypto_generichash_init(&state_, nullptr, 0, format_.digest.size());
    file_.seekp(static_cast<std::streamoff>(BreachFormat::kHeaderBytes + format_.index_bytes()));
  }

  void Add(uint64_t key) {
    const uint32_t fingerprint = format_.FingerprintOf(key);
    for (int shift = 0; shift < 24; shift += 8) chunk_.push_back(static_cast<char>(fingerprint >> shift & 0xFF));
    ends_[format_.BucketOf(key)] = static_cast<uint32_t>(++written_);
    if (chunk_.size() >= kChunk) Flush();
  }

  uint64_t written() const { return written_; }

  // Whether all of it is on its way to the disk.
  bool Finish() {
    Flush();
    file_.seekp(static_cast<std::streamoff>(BreachFormat::kHeaderBytes));
    AppendLittleEndian(uint32_t{0}, chunk_);
    uint32_t end = 0;
    for (const uint32_t bucket_end : ends_) {
      if (bucket_end != 0) end = bucket_end;  // 0: nothing fell into the bucket.
      AppendLittleEndian(end, chunk_);
      if (chunk_.size() >= kChunk) Flush();
    }
    Flush();
    Digest(format_.Header().substr(0, BreachFormat::kDigestedHeaderBytes));
    crypto_generichash_final(&state_, format_.digest.data(), format_.digest.size());
    file_.seekp(0);
    const std::string header = format_.Header();
    file_.write(header.data(), static_cast<std::streamsize>(header.size()));
    file_.close();
    return !file_.fail();
  }

 private:
  void Digest(const std::string& bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  void Flush() {
    Digest(chunk_);
    file_.write(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
    chunk_.clear();
  }

  BreachFormat format_;
  std::ofstream file_;
  std::vector<uint32_t> ends_;  // Of each bucket.
  uint64_t written_ = 0;
  std::string chunk_;
  crypto_generichash_state state_;
};

}  // namespace

absl::StatusOr<BuiltFilter> BuildBreachFilter(const std::string& path, const BreachKeys& keys) {
  BreachFormat format;
  RETURN_IF_ERROR(EachOnce(keys, [&](uint64_t) { ++format.entries; }));
  if (format.entries == 0) return absl::FailedPreconditionError("the list is empty");
  if (format.entries >> 32 != 0) return absl::FailedPreconditionError("the list has more than 4,294,967,295 passwords");
  format.bucket_bits = BreachFormat::BucketBits(format.entries);
  const std::string unfinished = absl::StrCat(path, ".unfinished");
  Writer writer(unfinished, format);
  absl::Status status = EachOnce(keys, [&](uint64_t key) { writer.Add(key); });
  if (status.ok() && writer.written() != format.entries) {
    status = absl::FailedPreconditionError("the list changed while it was read");
  }
  if (status.ok() && (!writer.Finish() || std::rename(unfinished.c_str(), path.c_str()) != 0)) {
    status = absl::FailedPreconditionError(absl::StrCat(path, " cannot be written"));
  }
  if (!status.ok()) {
    std::remove(unfinished.c_str());
    return status;
  }
  return BuiltFilter{format.entries, format.file_bytes()};
}

}  // namespace hearth
