#include "server/credential/hasher.h"

#include <sodium.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/foreign_hash.h"
#include "server/credential/import_vault.h"

namespace hearth {
namespace {

constexpr char kPurpose[] = "password";
constexpr uint32_t kMinMemoryKib = 8;  // RFC 9106, 3.1: eight blocks of 1 KiB a lane.
constexpr size_t kSaltDigits = 22;     // 16 bytes in base64 without padding.
constexpr size_t kTagDigits = 43;      // 32 bytes.

// Holds a lane for the length of one hash.
class Lane {
 public:
  static absl::StatusOr<Lane> Take(HashLanes& lanes, absl::Time deadline) {
    RETURN_IF_ERROR(lanes.Take(deadline));
    return Lane(&lanes);
  }
  Lane(Lane&& other) noexcept : lanes_(std::exchange(other.lanes_, nullptr)) {}
  Lane& operator=(Lane&&) = delete;
  ~Lane() {
    if (lanes_ != nullptr) lanes_->Return();
  }

 private:
  explicit Lane(HashLanes* lanes) : lanes_(lanes) {}
  HashLanes* lanes_;
};

// One number of the parameters: "m=47104", in decimal without sign or leading zeros.
std::optional<uint32_t> Number(absl::string_view text, absl::string_view name) {
  uint32_t value = 0;
  if (text.size() < 2 || !absl::SimpleAtoi(text.substr(2), &value)) return std::nullopt;
  if (text != absl::StrCat(name, "=", value)) return std::nullopt;
  return value;
}

bool InRange(const HashParameters& parameters) {
  return parameters.memory_kib >= kMinMemoryKib && parameters.memory_kib <= kMaxHashParameters.memory_kib &&
         parameters.iterations >= 1 && parameters.iterations <= kMaxHashParameters.iterations;
}

// The cost of a stored hash; nullopt when it is not one that Hash makes, or costs more than
// kMaxHashParameters.
std::optional<HashParameters> ReadPhc(const std::string& phc) {
  const std::vector<absl::string_view> parts = absl::StrSplit(phc, '$');
  if (parts.size() != 6 || !parts[0].empty() || parts[1] != "argon2id" || parts[2] != "v=19") return std::nullopt;
  if (parts[4].size() != kSaltDigits || parts[5].size() != kTagDigits) return std::nullopt;
  const std::vector<absl::string_view> numbers = absl::StrSplit(parts[3], ',');
  if (numbers.size() != 3 || numbers[2] != "p=1") return std::nullopt;
  const auto memory = Number(numbers[0], "m");
  const auto iterations = Number(numbers[1], "t");
  if (!memory.has_value() || !iterations.has_value()) return std::nullopt;
  const HashParameters parameters{.memory_kib = *memory, .iterations = *iterations};
  return InRange(parameters) ? std::optional(parameters) : std::nullopt;
}

// Argon2id itself: OK and true or false, or INTERNAL. No bound is checked here.
absl::StatusOr<bool> Matches(const std::string& phc, std::string_view text) {
  errno = 0;
  if (crypto_pwhash_str_verify(phc.c_str(), text.data(), text.size()) == 0) return true;
  // libsodium says EINVAL for another password, and anything else when it could not compute.
  if (errno == EINVAL) return false;
  return absl::InternalError("Argon2id failed, most likely for want of memory");
}

absl::StatusOr<std::string> MakePhc(const Secret& peppered, const HashParameters& parameters) {
  std::array<char, crypto_pwhash_STRBYTES> phc{};
  const std::string_view text = peppered.Expose();
  if (crypto_pwhash_str_alg(phc.data(), text.data(), text.size(), parameters.iterations,
                            size_t{parameters.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::InternalError("Argon2id failed, most likely for want of memory");
  }
  return std::string(phc.data());
}

// What is hashed in place of a password, as 64 hexadecimal digits.
Secret Peppered(const Secret& pepper, const CredentialBinding& binding, const Secret& prepared) {
  std::string digest =
      KeyedDigest(pepper, {binding.directory, binding.user, absl::StrCat(binding.version), prepared.Expose()});
  std::array<char, 65> hex;
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(digest.data()), digest.size());
  Secret peppered(std::string_view(hex.data(), hex.size() - 1));
  sodium_memzero(hex.data(), hex.size());
  WipeString(digest);
  return peppered;
}

// The form is our own, so nobody has published an answer: this one was computed with Python's hashlib.blake2b. With another one, no stored password
// would verify.
absl::Status PepperSelfTest() {
  std::string key(32, '\0');
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(i);
  const CredentialBinding binding{.directory = "forthcoffee", .user = "ada", .version = 7};
  const Secret peppered = Peppered(Secret(key), binding, Secret("correct horse battery staple"));
  if (peppered == Secret("ada67081e24d8a86b43f70a0352b0311f59a87b52a7231778293b71d71e0ca46")) return absl::OkStatus();
  return absl::InternalError("BLAKE2b of pepper and password does not give the known answer");
}

uint64_t Work(const HashParameters& parameters) { return uint64_t{parameters.memory_kib} * parameters.iterations; }

// Of this thread.
absl::Duration ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace

Hasher::Hasher(const Keyring* keyring, HashParameters parameters, int lanes)
    : keyring_(keyring), parameters_(parameters), lanes_(lanes) {
  if (sodium_init() < 0 || !InRange(parameters_)) return;
  std::array<char, 32> random;
  randombytes_buf(random.data(), random.size());
  const absl::Duration before = ProcessorTime();
  absl::StatusOr<PasswordHash> decoy =
      Hash({}, Secret(std::string_view(random.data(), random.size())), absl::InfiniteFuture());
  hash_time_ = ProcessorTime() - before;
  if (decoy.ok()) decoy_ = *std::move(decoy);
}

Secret Hasher::Pepper(const std::string& key_id, const CredentialBinding& binding, const Secret& prepared) const {
  return Peppered(keyring_->Derive(key_id, kPurpose), binding, prepared);
}

absl::Time Hasher::LastStart(absl::Time deadline) const {
  return hash_time_ == absl::InfiniteDuration() ? deadline : deadline - hash_time_;
}

absl::Status Hasher::CheckTime(absl::Time deadline) const {
  return absl::Now() < LastStart(deadline) ? absl::OkStatus() : Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
}

absl::StatusOr<PasswordHash> Hasher::Hash(const CredentialBinding& binding, const Secret& prepared,
                                          absl::Time deadline) {
  if (!InRange(parameters_)) return absl::InternalError("the hash parameters are out of range");
  const Secret peppered = Pepper(keyring_->current(), binding, prepared);
  ASSIGN_OR_RETURN(const Lane lane, Lane::Take(lanes_, LastStart(deadline)));
  ASSIGN_OR_RETURN(std::string phc, MakePhc(peppered, parameters_));
  return PasswordHash{std::move(phc), keyring_->current()};
}

absl::StatusOr<bool> Hasher::Verify(const CredentialBinding& binding, const PasswordHash& hash, const Secret& prepared,
                                    absl::Time deadline) {
  const std::optional<HashParameters> cost = ReadPhc(hash.phc);
  if (!cost.has_value()) {
    return absl::InternalError("a stored password hash is malformed or beyond the accepted cost");
  }
  if (!keyring_->Has(hash.pepper_key_id)) {
    return absl::InternalError("a stored password hash names a key that is not in the key ring");
  }
  const Secret peppered = Pepper(hash.pepper_key_id, binding, prepared);
  ASSIGN_OR_RETURN(const Lane lane, Lane::Take(lanes_, LastStart(deadline)));
  ASSIGN_OR_RETURN(const bool matches, Matches(hash.phc, peppered.Expose()));
  if (!matches) SpendTheRest(Work(*cost));
  return matches;
}

absl::StatusOr<bool> Hasher::VerifyImported(const CredentialBinding& binding, const PasswordHash& hash,
                                            const Secret& given, absl::Time deadline) {
  ASSIGN_OR_RETURN(const Secret text, ImportVault(keyring_).Open(binding, hash));
  const absl::StatusOr<ForeignHash> foreign = ParseForeignHash(text.Expose());
  if (!foreign.ok()) return absl::InternalError("a stored imported password hash is beyond the accepted forms or cost");
  ASSIGN_OR_RETURN(const Lane lane, Lane::Take(lanes_, LastStart(deadline)));
  const absl::Duration before = ProcessorTime();
  ASSIGN_OR_RETURN(const bool matches, VerifyForeignHash(*foreign, given));
  const double share = absl::FDivDuration(ProcessorTime() - before, hash_time_);
  if (!matches && share < 1) SpendTheRest(static_cast<uint64_t>(share * static_cast<double>(Work(parameters_))));
  return matches;
}

void Hasher::SpendTheRest(uint64_t done) const {
  const uint64_t whole = Work(parameters_);
  if (done + kMinMemoryKib > whole) return;
  // As few passes as the memory of a lane allows; the time goes with memory times passes.
  const uint64_t rest = whole - done;
  const uint64_t passes = (rest + parameters_.memory_kib - 1) / parameters_.memory_kib;
  const std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> tag;
  const int unused = crypto_pwhash(tag.data(), tag.size(), "", 0, salt.data(), passes, rest / passes * 1024,
                                   crypto_pwhash_ALG_ARGON2ID13);
  (void)unused;  // Whether it works is of no interest: the verdict stands.
}

absl::StatusOr<bool> Hasher::VerifyDecoy(const Secret& prepared, absl::Time deadline) {
  RETURN_IF_ERROR(Verify({}, decoy_, prepared, deadline).status());
  return false;
}

bool Hasher::NeedsRehash(const PasswordHash& hash) const {
  // Made by a replica where that key is current already, which would make it anew after this one.
  if (!keyring_->next().empty() && hash.pepper_key_id == keyring_->next()) return false;
  const std::optional<HashParameters> stored = ReadPhc(hash.phc);
  return !stored.has_value() || stored->memory_kib < parameters_.memory_kib ||
         stored->iterations < parameters_.iterations || hash.pepper_key_id != keyring_->current();
}

absl::Status Hasher::SelfTest() {
  if (!InRange(parameters_)) {
    return absl::FailedPreconditionError(absl::StrCat("hash parameters must be ", kMinMemoryKib, " to ",
                                                      kMaxHashParameters.memory_kib, " KiB of memory and 1 to ",
                                                      kMaxHashParameters.iterations, " iterations"));
  }
  // The test suite of the reference implementation, github.com/P-H-C/phc-winner-argon2, src/test.c: Argon2id,
  // version 19, two passes over 256 KiB, one lane, password "password", salt "somesalt". The vector of RFC
  // 9106, 5.3, has four lanes and inputs that libsodium cannot take.
  const std::string published = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  const absl::StatusOr<bool> right = Matches(published, "password");
  const absl::StatusOr<bool> wrong = Matches(published, "passwore");
  if (!right.ok() || !*right || !wrong.ok() || *wrong) {
    return absl::InternalError("Argon2id does not give the published answer");
  }
  RETURN_IF_ERROR(PepperSelfTest());
  return VerifyDecoy(Secret("self-test"), absl::InfiniteFuture()).status();
}

}  // namespace hearth
