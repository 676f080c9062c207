#include "server/credential/breach_filter.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/credential/little_endian.h"

namespace hearth {
namespace {

constexpr size_t kDigestAt = 24;
constexpr int kUsualBucketBits = 4;  // 16 to 32 keys a bucket.

absl::Status Bad(const std::string& what) { return absl::FailedPreconditionError(what); }

}  // namespace

uint64_t BreachKeyOf(std::string_view password) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  // SHA-1 is what the lists are made with; nothing relies on it to be hard to invert or collide.
  EVP_Digest(password.data(), password.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  uint64_t key = 0;
  for (size_t i = 0; i < sizeof key; ++i) key = key << 8 | digest[i];
  sodium_memzero(digest.data(), digest.size());
  return key;
}

uint32_t BreachFormat::BucketBits(uint64_t entries) {
  int bits = 0;
  while (entries >> (bits + kUsualBucketBits + 1) != 0 && bits < kMaxBucketBits) ++bits;
  return static_cast<uint32_t>(bits);
}

std::string BreachFormat::Header() const {
  std::string header(kMagic);
  AppendLittleEndian(kVersion, header);
  AppendLittleEndian(bucket_bits, header);
  AppendLittleEndian(entries, header);
  header.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  header.resize(kHeaderBytes, '\0');
  return header;
}

absl::StatusOr<BreachFormat> BreachFormat::Parse(std::string_view header) {
  if (header.size() < kHeaderBytes || !header.starts_with(kMagic)) return Bad("is not a filter of breached passwords");
  const auto* bytes = reinterpret_cast<const unsigned char*>(header.data());
  const auto version = ReadLittleEndian<uint32_t>(bytes + 8);
  if (version != kVersion) return Bad(absl::StrCat("has version ", version, "; this server reads ", kVersion));
  BreachFormat format;
  format.bucket_bits = ReadLittleEndian<uint32_t>(bytes + 12);
  format.entries = ReadLittleEndian<uint64_t>(bytes + 16);
  std::copy_n(bytes + kDigestAt, format.digest.size(), format.digest.begin());
  if (format.bucket_bits > kMaxBucketBits || format.entries >> 32 != 0)
    return Bad("is damaged: its header makes no sense");
  return format;
}

absl::StatusOr<std::unique_ptr<BreachFilter>> BreachFilter::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (file < 0 || fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    if (file >= 0) close(file);
    return Bad(absl::StrCat(path, " cannot be read"));
  }
  const auto size = static_cast<size_t>(info.st_size);
  void* bytes = size == 0 ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (bytes == MAP_FAILED) return Bad(absl::StrCat(path, size == 0 ? " is empty" : " cannot be mapped into memory"));
  std::unique_ptr<BreachFilter> filter(new BreachFilter(static_cast<const unsigned char*>(bytes), size));
  const absl::Status status = filter->Check();
  if (!status.ok()) {
    return Bad(absl::StrCat(path, " ", status.message(), ". Make it anew with `hearthd breached build`."));
  }
  return filter;
}

BreachFilter::~BreachFilter() { munmap(const_cast<unsigned char*>(bytes_), size_); }

absl::Status BreachFilter::Check() {
  ASSIGN_OR_RETURN(format_, BreachFormat::Parse({reinterpret_cast<const char*>(bytes_), size_}));
  if (size_ != format_.file_bytes()) {
    return Bad(absl::StrCat("is damaged: it has ", size_, " bytes in place of ", format_.file_bytes()));
  }
  index_ = bytes_ + BreachFormat::kHeaderBytes;
  fingerprints_ = index_ + format_.index_bytes();
  madvise(const_cast<unsigned char*>(bytes_), size_, MADV_SEQUENTIAL);
  crypto_generichash_state state;
  std::array<unsigned char, 32> digest{};
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  crypto_generichash_update(&state, fingerprints_, format_.entries * BreachFormat::kFingerprintBytes);
  crypto_generichash_update(&state, index_, format_.index_bytes());
  crypto_generichash_update(&state, bytes_, BreachFormat::kDigestedHeaderBytes);
  crypto_generichash_final(&state, digest.data(), digest.size());
  madvise(const_cast<unsigned char*>(bytes_), size_, MADV_RANDOM);
  if (digest != format_.digest) return Bad("is damaged: its contents are not what was written");
  // Whoever can write the file could make a fitting digest: the index never leads out of it.
  for (uint64_t bucket = 0; bucket < uint64_t{1} << format_.bucket_bits; ++bucket) {
    if (BucketStart(bucket) > BucketStart(bucket + 1)) return Bad("is damaged: its index makes no sense");
  }
  if (BucketStart(uint64_t{1} << format_.bucket_bits) != format_.entries) {
    return Bad("is damaged: its index makes no sense");
  }
  return absl::OkStatus();
}

uint32_t BreachFilter::BucketStart(uint64_t bucket) const {
  return ReadLittleEndian<uint32_t>(index_ + bucket * sizeof(uint32_t));
}

uint32_t BreachFilter::Fingerprint(uint64_t entry) const {
  const unsigned char* at = fingerprints_ + entry * BreachFormat::kFingerprintBytes;
  return uint32_t{at[0]} | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16;
}

bool BreachFilter::Contains(uint64_t key) const {
  const uint64_t bucket = format_.BucketOf(key);
  const uint32_t wanted = format_.FingerprintOf(key);
  uint64_t first = BucketStart(bucket);
  uint64_t last = BucketStart(bucket + 1);
  while (first < last) {
    const uint64_t middle = first + (last - first) / 2;
    if (Fingerprint(middle) < wanted) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first < BucketStart(bucket + 1) && Fingerprint(first) == wanted;
}

double BreachFilter::false_positive_rate() const {
  return static_cast<double>(format_.entries) / static_cast<double>(uint64_t{1} << (format_.bucket_bits + 24));
}

}  // namespace hearth
