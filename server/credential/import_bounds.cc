#include "server/credential/import_bounds.h"

#include <algorithm>

namespace hearth {

ForeignBounds ImportBounds(const HashParameters& own, int bcrypt_cost) {
  constexpr ForeignBounds kMost = kMostForeignBounds;
  const uint64_t memory_kib = kImportMemory * own.memory_kib;
  return {.bcrypt_cost = static_cast<uint64_t>(std::clamp(bcrypt_cost, kLeastBcryptCost, kMostBcryptCost)),
          .crypt_rounds = kImportCryptRounds,
          .pbkdf2_iterations = kImportPbkdf2Work,
          .pbkdf2_work = kImportPbkdf2Work,
          .argon2_memory_kib = std::min(memory_kib, kMost.argon2_memory_kib),
          .argon2_work = std::min(kImportArgon2Work * own.memory_kib * own.iterations, kMost.argon2_work),
          .scrypt_memory_kib = std::min(memory_kib, kMost.scrypt_memory_kib),
          .scrypt_work = kImportScryptWork};
}

}  // namespace hearth
