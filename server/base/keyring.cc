#include "server/base/keyring.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

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

bool IsMadeUp(const Secret& key) {
  const std::string_view bytes = key.Expose();
  const std::set<char> values(bytes.begin(), bytes.end());
  const auto step = [&](size_t i) { return static_cast<unsigned char>(bytes[i + 1] - bytes[i]); };
  bool series = true;
  for (size_t i = 1; i + 1 < bytes.size(); ++i) series = series && step(i) == step(0);
  return series || values.size() <= 16;
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
    std::string id, hex, rest;
    Secret key;
    if (!(words >> id >> hex) || (words >> rest) || !IsKeyId(id) || !DecodeHex(hex, key)) {
      return Problem(path, "a line is not \"<id> <64 hexadecimal digits>\"");
    }
    if (!ring.keys_.emplace(id, key).second) return Problem(path, absl::StrCat("the id ", id, " stands twice"));
    if (ring.made_up_.empty() && IsMadeUp(key)) ring.made_up_ = id;
    if (ring.current_.empty()) ring.current_ = id;
    ring.eldest_ = id;
  }
  if (ring.current_.empty()) return Problem(path, "holds no key");
  return ring;
}

absl::Status Keyring::Generate(const std::string& path) {
  std::array<unsigned char, kKeyBytes> key;
  randombytes_buf(key.data(), key.size());
  std::array<char, kKeyBytes * 2 + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  const std::string text =
      absl::StrCat("# Hearth master keys: <id> <key>; the first is current. Lose them and no password verifies.\nk1 ",
                   hex.data(), "\n");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot create ", path, ": ", std::strerror(errno)));
  }
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  return written ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", path));
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
