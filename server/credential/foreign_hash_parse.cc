#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/secret_json.h"
#include "server/base/status_macros.h"
#include "server/base/text.h"
#include "server/credential/foreign_hash.h"

namespace hearth {
namespace {

using Parts = std::vector<absl::string_view>;

constexpr size_t kLeastSalt = 4, kMostSalt = 256;  // 32 bits: NIST SP 800-63B-4, 3.1.1.2.
constexpr size_t kLeastTag = 16, kMostTag = 64;
constexpr size_t kLeastArgon2Salt = 8;   // RFC 9106, 3.1; libsodium takes no less.
constexpr size_t kMostArgon2Text = 127;  // What libsodium takes.
// Kratos asks for two a processor, and golang.org/x/crypto takes a byte. They cost nothing: libsodium computes them one after the other.
constexpr uint64_t kMaxArgon2Lanes = 255;
constexpr uint64_t kDefaultCryptRounds = 5000;

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Every comparison would pay for it, in a lane that others wait for.
absl::Status TooCostly(absl::string_view most) {
  return Wrong(absl::StrCat(most, "; the person needs a reset instead"));
}

std::optional<uint64_t> Number(absl::string_view text) {
  uint64_t value = 0;
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return {};
  return absl::SimpleAtoi(text, &value) ? std::optional(value) : std::nullopt;
}

// Base64 with or without padding, of the standard alphabet, of URLs, or of passlib ('.' for '+').
std::optional<Secret> Bytes(absl::string_view text) {
  std::string bytes;
  std::string standard = absl::StrReplaceAll(text, {{".", "+"}, {"-", "+"}, {"_", "/"}});
  const bool whole = absl::Base64Unescape(standard, &bytes);
  std::optional<Secret> taken;
  if (whole) taken.emplace(bytes);
  WipeString(standard);
  WipeString(bytes);
  return taken;
}

Secret Unpadded(std::string_view bytes) {
  std::string base64 = absl::Base64Escape(ToAbsl(bytes));
  Secret unpadded(std::string_view(base64).substr(0, base64.find_last_not_of('=') + 1));
  WipeString(base64);
  return unpadded;
}

// "ln=16,r=8,p=1"
std::map<std::string, uint64_t> Numbers(absl::string_view text) {
  std::map<std::string, uint64_t> numbers;
  for (const absl::string_view one : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> pair = absl::StrSplit(one, '=');
    const auto value = pair.size() == 2 ? Number(pair[1]) : std::nullopt;
    if (value.has_value()) numbers[std::string(pair[0])] = *value;
  }
  return numbers;
}

uint64_t Of(const std::map<std::string, uint64_t>& numbers, const char* name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? 0 : found->second;
}

size_t Length(const Secret& bytes) { return bytes.Expose().size(); }

absl::StatusOr<ForeignHash> Checked(ForeignHash hash, const std::optional<Secret>& salt,
                                    const std::optional<Secret>& tag) {
  if (!salt.has_value() || !tag.has_value()) return Wrong("salt and hash must be base64");
  if (Length(*salt) < kLeastSalt || Length(*salt) > kMostSalt) return Wrong("must have a salt of 4 to 256 bytes");
  if (Length(*tag) < kLeastTag || Length(*tag) > kMostTag) return Wrong("must have a hash of 16 to 64 bytes");
  hash.salt = std::string(salt->Expose());
  hash.tag = *tag;
  return hash;
}

// The alphabet of crypt(3).
bool IsCryptText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '.' || c == '/'; });
}

constexpr absl::string_view kBcryptSaltEnds = ".Oeu", kBcryptHashEnds = ".CGKOSWaeimquy26";

absl::StatusOr<ForeignHash> ParseBcrypt(absl::string_view text, const ForeignBounds& bounds) {
  const auto cost = text.size() == 60 && text[6] == '$' ? Number(text.substr(4, 2)) : std::nullopt;
  if (!cost.has_value() || !IsCryptText(text.substr(7))) return Wrong("must be a bcrypt hash of 60 characters");
  if (*cost < kLeastBcryptCost || *cost > bounds.bcrypt_cost) {
    // Where more can be allowed, by whom.
    const char* more = bounds.bcrypt_cost < kMostBcryptCost ? " (--import-bcrypt-cost of hearthd)" : "";
    return TooCostly(absl::StrCat("the bcrypt cost must be ", kLeastBcryptCost, " to ", bounds.bcrypt_cost, more));
  }
  // 16 bytes of salt end two bits into its last character, 23 of the hash four bits into theirs. libxcrypt writes the rest as zeros, or fails.
  const bool whole = kBcryptSaltEnds.find(text[28]) != absl::string_view::npos &&
                     kBcryptHashEnds.find(text[59]) != absl::string_view::npos;
  if (!whole) return Wrong("must be a bcrypt hash without bits beyond the end of its salt and hash");
  return ForeignHash{.scheme = ForeignScheme::kCrypt, .text = Secret(ToStd(text)), .rounds = *cost};
}

// $5$[rounds=N$]salt$hash
absl::StatusOr<ForeignHash> ParseShaCrypt(absl::string_view text, const ForeignBounds& bounds) {
  Parts parts = absl::StrSplit(text, '$');
  uint64_t taken = kDefaultCryptRounds;
  if (parts.size() == 5) {
    absl::string_view rounds = parts[2];
    const auto number = absl::ConsumePrefix(&rounds, "rounds=") ? Number(rounds) : std::nullopt;
    // libxcrypt takes no leading zeros.
    if (!number.has_value() || rounds[0] == '0' || *number < 1000 || *number > bounds.crypt_rounds) {
      return TooCostly(absl::StrCat("crypt must have 1000 to ", bounds.crypt_rounds, " rounds"));
    }
    taken = *number;
    parts.erase(parts.begin() + 2);
  }
  const size_t length = text[1] == '5' ? 43 : 86;
  if (parts.size() != 4 || parts[2].empty() || parts[2].size() > 16)
    return Wrong("must have a salt of 1 to 16 characters");
  if (!IsCryptText(parts[2]) || !IsCryptText(parts[3]))
    return Wrong("salt and hash must be of letters, digits, '.' and '/'");
  if (parts[3].size() != length) return Wrong(absl::StrCat("must have a hash of ", length, " characters"));
  return ForeignHash{.scheme = ForeignScheme::kCrypt, .text = Secret(ToStd(text)), .rounds = taken};
}

// $argon2id$v=19$m=…,t=…,p=…$salt$tag
absl::StatusOr<ForeignHash> ParseArgon2(absl::string_view text, const ForeignBounds& bounds) {
  const Parts parts = absl::StrSplit(text, '$');
  if (parts.size() != 6 || parts[2] != "v=19") return Wrong("must be a PHC string of Argon2 version 19");
  const auto numbers = Numbers(parts[3]);
  const uint64_t memory = Of(numbers, "m"), passes = Of(numbers, "t"), lanes = Of(numbers, "p");
  const bool bounded = lanes >= 1 && lanes <= kMaxArgon2Lanes && memory >= 8 * lanes &&
                       memory <= bounds.argon2_memory_kib && passes >= 1 && passes <= kMaxHashParameters.iterations;
  if (!bounded || memory * passes > bounds.argon2_work) {
    return TooCostly(absl::StrCat("Argon2 may take up to ", bounds.argon2_memory_kib, " KiB of memory, ",
                                  kMaxHashParameters.iterations, " passes, ", kMaxArgon2Lanes, " lanes, and ",
                                  bounds.argon2_work, " KiB times passes"));
  }
  ASSIGN_OR_RETURN(ForeignHash hash, Checked({.scheme = ForeignScheme::kArgon2, .rounds = passes, .memory_kib = memory},
                                             Bytes(parts[4]), Bytes(parts[5])));
  if (hash.salt.size() < kLeastArgon2Salt) return Wrong("the salt of Argon2 must be of at least 8 bytes");
  // As libsodium takes it, whatever alphabet and order it came in.
  const Secret salt = Unpadded(hash.salt), tag = Unpadded(hash.tag.Expose());
  std::string phc = absl::StrCat("$", parts[1], "$v=19$m=", memory, ",t=", passes, ",p=", lanes, "$",
                                 ToAbsl(salt.Expose()), "$", ToAbsl(tag.Expose()));
  hash.text = Secret(phc);
  WipeString(phc);
  if (Length(hash.text) > kMostArgon2Text) return Wrong("the Argon2 string must be of at most 127 characters");
  return hash;
}

// Iterations in all: a hash that is longer than the digest takes them once for each piece.
uint64_t Pbkdf2Work(const ForeignHash& hash) {
  const uint64_t whole = hash.digest == ForeignDigest::kSha1 ? 20 : hash.digest == ForeignDigest::kSha256 ? 32 : 64;
  return hash.rounds * ((Length(hash.tag) + whole - 1) / whole);
}

absl::StatusOr<ForeignHash> Pbkdf2(ForeignDigest digest, std::optional<uint64_t> iterations,
                                   const std::optional<Secret>& salt, const std::optional<Secret>& tag,
                                   const ForeignBounds& bounds) {
  if (!iterations.has_value() || *iterations < 1 || *iterations > bounds.pbkdf2_iterations) {
    return TooCostly(absl::StrCat("PBKDF2 must have 1 to ", bounds.pbkdf2_iterations, " iterations"));
  }
  ASSIGN_OR_RETURN(ForeignHash hash,
                   Checked({.scheme = ForeignScheme::kPbkdf2, .digest = digest, .rounds = *iterations}, salt, tag));
  if (Pbkdf2Work(hash) > bounds.pbkdf2_work) {
    return TooCostly(absl::StrCat("PBKDF2 may take up to ", bounds.pbkdf2_work,
                                  " iterations over all of a hash that is longer than its digest"));
  }
  return hash;
}

std::optional<ForeignDigest> DigestOf(absl::string_view name) {
  if (name == "pbkdf2" || name == "pbkdf2-sha1" || name == "pbkdf2_sha1") return ForeignDigest::kSha1;
  if (name == "pbkdf2-sha256" || name == "pbkdf2_sha256") return ForeignDigest::kSha256;
  if (name == "pbkdf2-sha512" || name == "pbkdf2_sha512") return ForeignDigest::kSha512;
  return std::nullopt;
}

// $pbkdf2-sha256$…$salt$tag, and Django's, which begins without $ and has the salt as text.
absl::StatusOr<ForeignHash> ParsePbkdf2(absl::string_view text, const ForeignBounds& bounds) {
  const bool django = !absl::ConsumePrefix(&text, "$");
  const Parts parts = absl::StrSplit(text, '$');
  const auto digest = parts.size() == 4 ? DigestOf(parts[0]) : std::nullopt;
  if (!digest.has_value()) return Wrong("must be PBKDF2 with SHA-1, SHA-256 or SHA-512: iterations, salt, hash");
  const auto numbers = Numbers(parts[1]);
  const auto iterations = numbers.contains("i") ? std::optional(Of(numbers, "i")) : Number(parts[1]);
  return Pbkdf2(*digest, iterations, django ? std::optional(Secret(ToStd(parts[2]))) : Bytes(parts[2]), Bytes(parts[3]),
                bounds);
}

absl::StatusOr<ForeignHash> Scrypt(ForeignScheme scheme, absl::string_view parameters,
                                   const std::optional<Secret>& salt, const std::optional<Secret>& tag,
                                   const ForeignBounds& bounds) {
  const auto numbers = Numbers(parameters);
  const uint64_t ln = Of(numbers, "ln"), r = Of(numbers, "r"), p = Of(numbers, "p");
  // Kratos writes N itself where everybody else writes its logarithm.
  const uint64_t n = ln < 32 ? uint64_t{1} << ln : ln;
  const bool power = n >= 2 && n <= bounds.scrypt_work && (n & (n - 1)) == 0;
  const bool sane = power && r >= 1 && r <= 64 && p >= 1 && p <= 64 && (r > 1 || n < (1u << 16));  // RFC 7914, 2.
  const uint64_t memory_kib = sane ? (n * r + 7) / 8 : 0;
  if (!sane || memory_kib > bounds.scrypt_memory_kib || n * r * p > bounds.scrypt_work) {
    return TooCostly(absl::StrCat("scrypt must be of the form ln=…,r=…,p=… and may take up to ",
                                  bounds.scrypt_memory_kib, " KiB of memory, and ", bounds.scrypt_work,
                                  " for N times r times p"));
  }
  return Checked({.scheme = scheme, .rounds = n, .block_size = r, .parallelism = p, .memory_kib = memory_kib}, salt,
                 tag);
}

absl::StatusOr<ForeignHash> ParseScrypt(absl::string_view text, const ForeignBounds& bounds) {
  const Parts parts = absl::StrSplit(text, '$');
  if (parts.size() != 5) return Wrong("must be of the form $scrypt$ln=…,r=…,p=…$salt$hash");
  return Scrypt(ForeignScheme::kScrypt, parts[2], Bytes(parts[3]), Bytes(parts[4]), bounds);
}

absl::StatusOr<ForeignHash> ParseFirebase(absl::string_view text, const ForeignBounds& bounds) {
  const Parts parts = absl::StrSplit(text, '$');
  if (parts.size() != 7) return Wrong("must be of the form $firescrypt$ln=…,r=…,p=…$salt$hash$separator$signer key");
  const auto separator = Bytes(parts[5]), signer = Bytes(parts[6]);
  if (!separator.has_value() || !signer.has_value()) return Wrong("separator and signer key must be base64");
  ASSIGN_OR_RETURN(ForeignHash hash,
                   Scrypt(ForeignScheme::kFirebaseScrypt, parts[2], Bytes(parts[3]), Bytes(parts[4]), bounds));
  if (Length(*signer) != Length(hash.tag)) return Wrong("signer key and hash must be of the same length");
  hash.salt += separator->Expose();
  hash.signer_key = *signer;
  return hash;
}

// {SSHA}base64(digest, salt)
absl::StatusOr<ForeignHash> ParseSalted(absl::string_view text, ForeignDigest digest, size_t length) {
  const auto bytes = Bytes(text);
  if (!bytes.has_value() || Length(*bytes) < length + kLeastSalt) return Wrong("must be base64 of a hash and its salt");
  return Checked({.scheme = ForeignScheme::kSaltedDigest, .digest = digest}, Secret(bytes->Expose().substr(length)),
                 Secret(bytes->Expose().substr(0, length)));
}

// Keycloak keeps JSON in strings within JSON.
SecretJson Inner(const SecretJson& outer, const char* name) {
  const auto found = outer.find(name);
  if (found == outer.end()) return {};
  return found->is_string() ? ParseSecretJson(found->get_ref<const WipedText&>()) : *found;
}

WipedText Text(const SecretJson& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) return "";
  if (found->is_array() && found->size() == 1 && (*found)[0].is_string())
    return (*found)[0].get_ref<const WipedText&>();
  if (found->is_number_unsigned()) return WipedText(absl::StrCat(found->get<uint64_t>()));
  return found->is_string() ? found->get_ref<const WipedText&>() : WipedText();
}

absl::StatusOr<ForeignHash> ParseKeycloak(absl::string_view text, const ForeignBounds& bounds) {
  const SecretJson all = ParseSecretJson(ToStd(text));
  if (!all.is_object()) return Wrong("must be JSON with secretData and credentialData");
  const SecretJson secret = Inner(all, "secretData"), credential = Inner(all, "credentialData");
  const WipedText algorithm = Text(credential, "algorithm");
  const WipedText salt = Text(secret, "salt"), tag = Text(secret, "value");
  const auto iterations = Number(Text(credential, "hashIterations"));
  if (const auto digest = DigestOf(algorithm)) return Pbkdf2(*digest, iterations, Bytes(salt), Bytes(tag), bounds);
  if (algorithm != "argon2" || !iterations.has_value()) return Wrong("the algorithm must be pbkdf2… or argon2");
  const SecretJson more = Inner(credential, "additionalParameters");
  if (Text(more, "version") != "1.3") return Wrong("must be Argon2 version 1.3");
  const WipedText type = Text(more, "type");
  if (type != "i" && type != "id") return Wrong("the type of Argon2 must be i or id");
  std::string phc = absl::StrCat("$argon2", type, "$v=19$m=", Text(more, "memory"), ",t=", *iterations,
                                 ",p=", Text(more, "parallelism"), "$", salt, "$", tag);
  auto hash = ParseArgon2(phc, bounds);
  WipeString(phc);
  return hash;
}

}  // namespace

absl::StatusOr<ForeignHash> ParseForeignHash(std::string_view given, const ForeignBounds& bounds) {
  absl::string_view rest = ToAbsl(given);
  if (absl::ConsumePrefix(&rest, "{SSHA}")) return ParseSalted(rest, ForeignDigest::kSha1, 20);
  if (absl::ConsumePrefix(&rest, "{SSHA256}")) return ParseSalted(rest, ForeignDigest::kSha256, 32);
  if (absl::ConsumePrefix(&rest, "{SSHA512}")) return ParseSalted(rest, ForeignDigest::kSha512, 64);
  (void)(absl::ConsumePrefix(&rest, "{CRYPT}") || absl::ConsumePrefix(&rest, "{ARGON2}"));
  const absl::string_view text = rest;
  for (const char* prefix : {"$2a$", "$2b$", "$2y$"}) {
    if (absl::StartsWith(text, prefix)) return ParseBcrypt(text, bounds);
  }
  if (absl::StartsWith(text, "$5$") || absl::StartsWith(text, "$6$")) return ParseShaCrypt(text, bounds);
  if (absl::StartsWith(text, "$argon2id$") || absl::StartsWith(text, "$argon2i$")) return ParseArgon2(text, bounds);
  if (absl::StartsWith(text, "$pbkdf2") || absl::StartsWith(text, "pbkdf2_")) return ParsePbkdf2(text, bounds);
  if (absl::StartsWith(text, "$scrypt$")) return ParseScrypt(text, bounds);
  if (absl::StartsWith(text, "$firescrypt$")) return ParseFirebase(text, bounds);
  if (absl::StartsWith(text, "{\"")) return ParseKeycloak(text, bounds);
  return Wrong("is of no form that can be imported; see ImportCredentials for those that can");
}

}  // namespace hearth
