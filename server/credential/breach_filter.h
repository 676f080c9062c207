// Whether a password is among those that were breached: a filter in a file, made by `hearthd breached build`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hearth {

// The first 64 bits of the SHA-1 digest of a password in UTF-8: what the public lists of breached passwords are made of.
uint64_t BreachKeyOf(std::string_view password);

// The file, in this order; numbers are little-endian.
//
//   64 bytes                     header
//   4 x (2^bucket_bits + 1)      where each bucket begins among the fingerprints, and where the last one ends
//   3 x entries                  fingerprints, in order
//
// The first bucket_bits bits of a key say its bucket, the 24 that follow are its fingerprint. There are 16 to 32 keys to a bucket, so that an
// entry takes 3.1 to 3.3 bytes, and one password in 500,000 or fewer that was never breached is taken for one that was.
struct BreachFormat {
  static constexpr std::string_view kMagic = "HEARTHBR";
  static constexpr uint32_t kVersion = 1;
  static constexpr size_t kHeaderBytes = 64;
  static constexpr size_t kFingerprintBytes = 3;
  static constexpr size_t kDigestedHeaderBytes = 24;
  static constexpr int kMaxBucketBits = 28;

  uint32_t bucket_bits = 0;
  uint64_t entries = 0;                    // Less than 2^32.
  std::array<unsigned char, 32> digest{};  // BLAKE2b of fingerprints, index, and the first of the header.

  // The fitting number of bucket_bits.
  static uint32_t BucketBits(uint64_t entries);

  std::string Header() const;
  // Fails with a text for the operator.
  static absl::StatusOr<BreachFormat> Parse(std::string_view header);

  size_t index_bytes() const { return ((size_t{1} << bucket_bits) + 1) * sizeof(uint32_t); }
  size_t file_bytes() const { return kHeaderBytes + index_bytes() + entries * kFingerprintBytes; }
  uint64_t BucketOf(uint64_t key) const { return bucket_bits == 0 ? 0 : key >> (64 - bucket_bits); }
  uint32_t FingerprintOf(uint64_t key) const { return static_cast<uint32_t>(key << bucket_bits >> 40); }
};

// A filter that is mapped into memory, so that it takes the memory that is free, and replicas on one machine share it. Replace the file by
// another of the same name (rename), never in place. Immutable, so thread-safe.
class BreachFilter {
 public:
  // Maps the file and reads all of it once, to see that it is whole: some seconds for a billion passwords. Fails with a text for the operator.
  static absl::StatusOr<std::unique_ptr<BreachFilter>> Open(const std::string& path);
  ~BreachFilter();
  BreachFilter(const BreachFilter&) = delete;
  BreachFilter& operator=(const BreachFilter&) = delete;

  // True for every key of the list, and for a few others.
  bool Contains(uint64_t key) const;

  uint64_t entries() const { return format_.entries; }
  // How likely a key that is not in the list is found.
  double false_positive_rate() const;

 private:
  BreachFilter(const unsigned char* bytes, size_t size) : bytes_(bytes), size_(size) {}
  absl::Status Check();
  uint32_t BucketStart(uint64_t bucket) const;
  uint32_t Fingerprint(uint64_t entry) const;

  const unsigned char* const bytes_;
  const size_t size_;
  BreachFormat format_;
  const unsigned char* index_ = nullptr;
  const unsigned char* fingerprints_ = nullptr;
};

}  // namespace hearth
