#include "server/base/keyring.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr char kNext[] = "next";
// Of 32 random bytes, 30 are different on average; fewer than this are in one random key of ten milliards.
constexpr size_t kLeastDistinct = 16;
// Counters take the same step from each byte to the next.
constexpr size_t kLeastSteps = 10;

constexpr size_t kKeyBytes = crypto_kdf_KEYBYTES;
static_assert(kKeyBytes == 32);

absl::Status Problem(const std::string& path, absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("keys file ", path, ": ", what, ". Make one with `hearthd keys generate --keys-file ", path, "`."));
}

bool IsKeyId(const std::string& id) {
  if (id.empty() || id.size() > 32) return false;
  for (const unsigned char c : id) {
    if (!std::isalnum(c)) return false;
  }
  return true;
}

bool LooksRandom(std::string_view key) {
  const std::set<char> distinct(key.begin(), key.end());
  std::set<unsigned char> steps;
  for (size_t i = 1; i < key.size(); ++i) steps.insert(static_cast<unsigned char>(key[i] - key[i - 1]));
  return distinct.size() >= kLeastDistinct && steps.size() >= kLeastSteps;
}

std::string NewKeyInHex() {
  std::array<unsigned char, kKeyBytes> key;
  randombytes_buf(key.data(), key.size());
  std::array<char, kKeyBytes * 2 + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  sodium_memzero(key.data(), key.size());
  return hex.data();
}

absl::Status WriteNew(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot create ", path, ": ", std::strerror(errno)));
  }
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  return written ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", path));
}

// Readers find the old file or the new one.
absl::Status Rewrite(const std::string& path, const std::string& text) {
  const std::string fresh = absl::StrCat(path, ".new");
  RETURN_IF_ERROR(WriteNew(fresh, text));
  if (rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  unlink(fresh.c_str());
  return absl::FailedPreconditionError(absl::StrCat("cannot replace ", path, ": ", std::strerror(errno)));
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool DecodeHex(const std::string& hex, Secret& key) {
  std::array<unsigned char, kKeyBytes> bytes;
  size_t length = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), hex.size(), nullptr, &length, &end) != 0) return false;
  if (length != bytes.size() || end != hex.data() + hex.size()) return false;
  key = Secret(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  sodium_memzero(bytes.data(), bytes.size());
  return true;
}

}  // namespace

absl::StatusOr<Keyring> Keyring::Load(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return Problem(path, "cannot be read");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("keys file ", path, " is readable by others. Run `chmod 600 ", path, "`."));
  }
  Keyring ring;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string id, hex, mark, rest;
    Secret key;
    const bool marked = (words >> id >> hex) && (words >> mark);
    if ((marked && (mark != kNext || (words >> rest))) || !IsKeyId(id) || !DecodeHex(hex, key)) {
      return Problem(path, "a line is not \"<id> <64 hexadecimal digits>\", or that and \"next\"");
    }
    if (!ring.keys_.emplace(id, key).second) return Problem(path, absl::StrCat("the id ", id, " stands twice"));
    if (marked) {
      ring.next_ = id;
      if (!ring.current_.empty()) return Problem(path, "the key that is next does not stand first");
      continue;
    }
    if (ring.current_.empty()) ring.current_ = id;
    ring.eldest_ = id;
  }
  if (ring.current_.empty()) return Problem(path, "holds no key that is current");
  return ring;
}

absl::Status Keyring::Generate(const std::string& path) {
  return WriteNew(path,
                  absl::StrCat("# Hearth master keys: <id> <key>; the first is current, or next. Lose them and no "
                               "password verifies.\nk1 ",
                               NewKeyInHex(), "\n"));
}

absl::StatusOr<std::string> Keyring::Add(const std::string& path) {
  ASSIGN_OR_RETURN(const Keyring ring, Load(path));
  if (!ring.next_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("keys file ", path, ": the key ", ring.next_, " is next already; promote it first"));
  }
  int number = 1;
  while (ring.Has(absl::StrCat("k", number))) ++number;
  const std::string id = absl::StrCat("k", number);
  RETURN_IF_ERROR(Rewrite(path, absl::StrCat(id, " ", NewKeyInHex(), " ", kNext, "\n", ReadText(path))));
  return id;
}

absl::StatusOr<std::string> Keyring::Promote(const std::string& path) {
  ASSIGN_OR_RETURN(const Keyring ring, Load(path));
  if (ring.next_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("keys file ", path, ": no key is next; add one with `hearthd keys add`"));
  }
  std::istringstream lines(ReadText(path));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string id, hex;
    words >> id >> hex;
    absl::StrAppend(&text, id == ring.next_ ? absl::StrCat(id, " ", hex) : line, "\n");
  }
  RETURN_IF_ERROR(Rewrite(path, text));
  return ring.next_;
}

absl::Status Keyring::CheckRandom() const {
  for (const auto& [id, key] : keys_) {
    if (LooksRandom(key.Expose())) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("the key ", id,
                     " of the keys file is a sample, or no random key: whoever reads the documentation "
                     "knows it. Make one with `hearthd keys generate`."));
  }
  return absl::OkStatus();
}

std::vector<std::string> Keyring::Ids() const {
  std::vector<std::string> ids = {current_};
  for (const auto& [id, key] : keys_) {
    if (id != current_) ids.push_back(id);
  }
  return ids;
}

Secret Keyring::Derive(const std::string& id, std::string_view purpose) const {
  std::array<unsigned char, kKeyBytes> subkey;
  std::array<char, crypto_kdf_CONTEXTBYTES> context{};
  std::memcpy(context.data(), purpose.data(), std::min(purpose.size(), context.size()));
  crypto_kdf_derive_from_key(subkey.data(), subkey.size(), 1, context.data(),
                             reinterpret_cast<const unsigned char*>(keys_.at(id).Expose().data()));
  Secret derived(std::string_view(reinterpret_cast<const char*>(subkey.data()), subkey.size()));
  sodium_memzero(subkey.data(), subkey.size());
  return derived;
}

std::string KeyedDigest(const Secret& key, std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  const std::string_view bytes = key.Expose();
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), 32);
  for (const std::string_view part : parts) {
    const uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  std::string digest(32, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(digest.data()), digest.size());
  sodium_memzero(&state, sizeof state);
  return digest;
}

}  // namespace hearth
