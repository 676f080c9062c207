// Turns passwords into hashes that can be stored, and compares.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"
#include "server/credential/hash_lanes.h"

namespace hearth {

// Cost of one Argon2id hash (RFC 9106), one thread each. The default is the first choice of OWASP's Password
// Storage Cheat Sheet: 46 MiB and one pass, about 45 ms on a core of 2020.
struct HashParameters {
  uint32_t memory_kib = 47104;
  uint32_t iterations = 1;
};

// The most that is ever spent on one hash; what lies above is refused, in the configuration and in stored
// hashes alike.
inline constexpr HashParameters kMaxHashParameters{.memory_kib = 256 * 1024, .iterations = 16};

// What a password hash is bound to. A hash that is copied to another directory, user or version verifies no
// password.
struct CredentialBinding {
  std::string directory;  // Id of the home directory.
  std::string user;       // Id of the user.
  int64_t version = 0;    // Version of the credential.
};

// A hash as it is stored.
struct PasswordHash {
  std::string phc;            // $argon2id$v=19$m=…,t=…,p=1$<16 bytes of salt>$<32 bytes of tag>
  std::string pepper_key_id;  // The key of the ring that is mixed in; without it no password verifies.
};

// Hashes and verifies passwords: Argon2id, through libsodium, of BLAKE2b(pepper; directory, user, version,
// password). The pepper is derived from the key ring for this one purpose, so that a copy of the database
// alone is of no use for guessing. At most `lanes` hashes run at once; the others wait their turn until their
// deadline, on the machine's clock, less the time of a hash. Thread-safe.
class Hasher {
 public:
  // Keeps `keyring`, which is not null and outlives the hasher. `parameters` are at most kMaxHashParameters
  // and at least 8 KiB and one pass; `lanes` is at least 1. Makes one hash, the decoy; whether all of this
  // worked is said by SelfTest.
  Hasher(const Keyring* keyring, HashParameters parameters, int lanes);
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  // A new hash, with a random salt, the current pepper and the current parameters. `prepared` comes from
  // PreparePassword. Takes no lock and no connection, so call it outside of transactions. Fails with
  // DEADLINE_PASSED, or with INTERNAL when memory is short.
  absl::StatusOr<PasswordHash> Hash(const CredentialBinding& binding, const Secret& prepared, absl::Time deadline);

  // True when `hash` is of this password and this binding. False takes as long for a hash with cheaper parameters as for one with the current
  // ones, so that nobody learns whose hash is old. Fails with DEADLINE_PASSED; with INTERNAL when the
  // stored hash is not one that Hash makes, when it asks for more than kMaxHashParameters (nothing is
  // allocated then), when its pepper is not in the ring, or when memory is short: never false in place of a
  // failure. The messages are for the log; they hold nothing of the hash.
  absl::StatusOr<bool> Verify(const CredentialBinding& binding, const PasswordHash& hash, const Secret& prepared,
                              absl::Time deadline);

  // As Verify, for a hash of another system, sealed by an ImportVault: `given` is the password as it was typed. False takes at least as long as for a
  // hash of our own; longer, where the other system's takes longer. Holds a lane, and in it the memory that the hash asks for (see import_bounds.h).
  absl::StatusOr<bool> VerifyImported(const CredentialBinding& binding, const PasswordHash& hash, const Secret& given,
                                      absl::Time deadline);

  // The same work as Verify against a hash with the current parameters, and never true: for people who do not
  // exist or have no password.
  absl::StatusOr<bool> VerifyDecoy(const Secret& prepared, absl::Time deadline);

  // DEADLINE_PASSED when less than one hash's time is left: then each of the above would refuse. For calls that leave a trace before they hash.
  absl::Status CheckTime(absl::Time deadline) const;

  // True when the hash has less memory or fewer passes than the current parameters, or an older pepper than
  // the current one: then replace it at the next sign-in. False for a pepper that is next here, and so is current on another replica already, which
  // would take the replacement for old: of two that differ in their keys only one replaces.
  bool NeedsRehash(const PasswordHash& hash) const;

  // Compares Argon2id with a published answer and the pepper's digest with a known one, and makes sure that the parameters are in range and the decoy
  // was made. Call at start, and do not serve when it fails; its message is for the operator. Takes one
  // hash's time.
  absl::Status SelfTest();

  // What one hash with the current parameters takes of a processor, as measured at start; infinite when none could be made.
  absl::Duration hash_time() const { return hash_time_; }

 private:
  // Makes up for what a hash that cost `spent` KiB times passes did not cost. In a lane.
  void SpendTheRest(uint64_t spent) const;

  // A hash that begins later would be made for nobody.
  absl::Time LastStart(absl::Time deadline) const;

  // The bytes that are hashed, as 64 hexadecimal digits.
  Secret Pepper(const std::string& key_id, const CredentialBinding& binding, const Secret& prepared) const;

  const Keyring* keyring_;
  HashParameters parameters_;
  HashLanes lanes_;
  PasswordHash decoy_;
  absl::Duration hash_time_ = absl::InfiniteDuration();  // Processor time of one hash, as the decoy took it.
};

}  // namespace hearth
