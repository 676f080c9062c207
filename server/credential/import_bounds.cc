#include "server/credential/import_bounds.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hearth {
namespace {

absl::Status AtMost(absl::string_view what, uint64_t asked, uint64_t most) {
  if (asked <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " may be at most ", most, " here; the person needs a reset instead"));
}

absl::Status CheckWork(const ForeignHash& hash, const HashParameters& own) {
  switch (hash.scheme) {
    case ForeignScheme::kCrypt:
      return hash.text.Expose()[1] == '2' ? AtMost("the bcrypt cost", hash.rounds, kImportBcryptCost)
                                          : AtMost("the rounds of crypt", hash.rounds, kImportCryptRounds);
    case ForeignScheme::kArgon2:
      return AtMost("KiB times passes of Argon2", hash.memory_kib * hash.rounds,
                    kImportArgon2Work * own.memory_kib * own.iterations);
    case ForeignScheme::kPbkdf2:
      return AtMost("the iterations of PBKDF2 over all of the hash", Pbkdf2Work(hash), kImportPbkdf2Work);
    case ForeignScheme::kScrypt:
    case ForeignScheme::kFirebaseScrypt:
      return AtMost("N times r times p of scrypt", hash.rounds * hash.block_size * hash.parallelism, kImportScryptWork);
    case ForeignScheme::kSaltedDigest:
      return absl::OkStatus();
  }
  return absl::InternalError("a foreign hash of no scheme");
}

}  // namespace

absl::Status CheckImportCost(const ForeignHash& hash, const HashParameters& own) {
  const absl::Status memory = AtMost("the memory of a hash, in KiB,", hash.memory_kib, kImportMemory * own.memory_kib);
  return memory.ok() ? CheckWork(hash, own) : memory;
}

}  // namespace hearth
