#include "server/credential/foreign_hash.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr size_t kBcryptBytes = 72;
constexpr size_t kCryptBytes = CRYPT_MAX_PASSPHRASE_SIZE - 1;
constexpr size_t kBlock = 16;  // Of AES.

const unsigned char* Data(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Data(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

absl::Status Failed() {
  return absl::InternalError("a foreign hash could not be computed, most likely for want of memory");
}

bool Same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The same, and wipes what was made of a password.
bool SameThenWiped(std::string& made, const Secret& stored) {
  const bool same = Same(made, stored.Expose());
  WipeString(made);
  return same;
}

const EVP_MD* AlgorithmOf(ForeignDigest digest) {
  switch (digest) {
    case ForeignDigest::kSha1:
      return EVP_sha1();
    case ForeignDigest::kSha512:
      return EVP_sha512();
    default:
      return EVP_sha256();
  }
}

absl::StatusOr<bool> VerifyCrypt(const ForeignHash& hash, const Secret& password) {
  // What these forms cannot tell apart, or cannot take, is not the password.
  const size_t most = hash.text.Expose()[1] == '2' ? kBcryptBytes : kCryptBytes;
  if (password.Expose().size() > most || password.Expose().find('\0') != std::string_view::npos) return false;
  const auto data = std::make_unique<crypt_data>();
  const char* made = crypt_rn(password.ExposeC(), hash.text.ExposeC(), data.get(), sizeof(crypt_data));
  const bool same = made != nullptr && Same(made, hash.text.Expose());
  const bool failed = made == nullptr;
  sodium_memzero(data.get(), sizeof(crypt_data));
  if (failed) return Failed();
  return same;
}

absl::StatusOr<bool> VerifyArgon2(const ForeignHash& hash, const Secret& password) {
  const std::string_view text = password.Expose();
  errno = 0;
  if (crypto_pwhash_str_verify(hash.text.ExposeC(), text.data(), text.size()) == 0) return true;
  if (errno == EINVAL) return false;
  return Failed();
}

absl::StatusOr<bool> VerifyPbkdf2(const ForeignHash& hash, const Secret& password) {
  const std::string_view text = password.Expose();
  std::string tag(hash.tag.Expose().size(), '\0');
  const bool made = PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), Data(std::string_view(hash.salt)),
                                      static_cast<int>(hash.salt.size()), static_cast<int>(hash.rounds),
                                      AlgorithmOf(hash.digest), static_cast<int>(tag.size()), Data(tag)) == 1;
  const bool same = SameThenWiped(tag, hash.tag);
  if (!made) return Failed();
  return same;
}

// scrypt of the password, of `length` bytes.
absl::StatusOr<Secret> DeriveScrypt(const ForeignHash& hash, const Secret& password, size_t length) {
  const std::string_view text = password.Expose();
  std::string key(length, '\0');
  // OpenSSL refuses what takes more than it is told; a little is needed besides the blocks.
  constexpr uint64_t kMemory = (kMostForeignBounds.scrypt_memory_kib << 10) + (8u << 20);
  if (EVP_PBE_scrypt(text.data(), text.size(), Data(std::string_view(hash.salt)), hash.salt.size(), hash.rounds,
                     hash.block_size, hash.parallelism, kMemory, Data(key), key.size()) != 1) {
    return Failed();
  }
  Secret derived(key);
  WipeString(key);
  return derived;
}

absl::StatusOr<bool> VerifyScrypt(const ForeignHash& hash, const Secret& password) {
  ASSIGN_OR_RETURN(const Secret tag, DeriveScrypt(hash, password, hash.tag.Expose().size()));
  return tag == hash.tag;
}

// firebase.google.com and github.com/firebase/scrypt: the derived key encrypts the project's signer key.
absl::StatusOr<bool> VerifyFirebase(const ForeignHash& hash, const Secret& password) {
  ASSIGN_OR_RETURN(const Secret key, DeriveScrypt(hash, password, 32));
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               &EVP_CIPHER_CTX_free);
  const std::array<unsigned char, kBlock> counter{};
  const std::string_view signer_key = hash.signer_key.Expose();
  std::string tag(signer_key.size() + kBlock, '\0');
  int length = 0;
  const bool made =
      cipher != nullptr &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_ctr(), nullptr, Data(key.Expose()), counter.data()) == 1 &&
      EVP_EncryptUpdate(cipher.get(), Data(tag), &length, Data(signer_key), static_cast<int>(signer_key.size())) == 1;
  // In this mode as long as what is encrypted; nothing is in the rest.
  tag.resize(static_cast<size_t>(length));
  const bool same = SameThenWiped(tag, hash.tag);
  if (!made) return Failed();
  return same;
}

absl::StatusOr<bool> VerifySalted(const ForeignHash& hash, const Secret& password) {
  const std::string_view text = password.Expose();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> tag;
  unsigned length = 0;
  if (context == nullptr || EVP_DigestInit_ex(context.get(), AlgorithmOf(hash.digest), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
      EVP_DigestUpdate(context.get(), hash.salt.data(), hash.salt.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), tag.data(), &length) != 1) {
    return Failed();
  }
  const bool same = Same({reinterpret_cast<const char*>(tag.data()), length}, hash.tag.Expose());
  sodium_memzero(tag.data(), tag.size());
  return same;
}

}  // namespace

absl::StatusOr<bool> VerifyForeignHash(const ForeignHash& hash, const Secret& password) {
  switch (hash.scheme) {
    case ForeignScheme::kCrypt:
      return VerifyCrypt(hash, password);
    case ForeignScheme::kArgon2:
      return VerifyArgon2(hash, password);
    case ForeignScheme::kPbkdf2:
      return VerifyPbkdf2(hash, password);
    case ForeignScheme::kScrypt:
      return VerifyScrypt(hash, password);
    case ForeignScheme::kFirebaseScrypt:
      return VerifyFirebase(hash, password);
    case ForeignScheme::kSaltedDigest:
      return VerifySalted(hash, password);
  }
  return absl::InternalError("a foreign hash of no scheme");
}

absl::Status ForeignSelfTest() {
  struct KnownAnswer {
    const char* password;
    const char* hash;
  };
  // crypt_blowfish's wrapper.c (Openwall); U. Drepper, "Unix crypt using SHA-256 and SHA-512"; src/test.c of github.com/P-H-C/phc-winner-argon2 (of
  // Argon2id the hasher makes sure itself); RFC 6070 and RFC 7914, 12, in our forms; the README of github.com/firebase/scrypt; the tests of passlib
  // 1.7.4 (PBKDF2 of SHA-256 and SHA-512, and salted digests).
  constexpr KnownAnswer kAnswers[] = {
      {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
      {"Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"},
      {"Hello world!",
       "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"},
      {"password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"},
      {"password", "$pbkdf2-sha1$4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"},
      {"password", "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"},
      {"password",
       "$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI."
       "BzY/YTNJOiKc5gBYFYGww"},
      {"pleaseletmein",
       "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/"
       "2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1l"
       "HkDfzwF7RVdYhw"},
      {"user1password",
       "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/"
       "qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjL"
       "NmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="},
      {"testing123", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr"},
      {"password", "{SSHA256}x1tymSTVjozxQ2PtT46ysrzhZxbcskK0o2f8hEFx7fAQQmhtDSEkJA=="},
      {"toomanysecrets",
       "{SSHA512}wExp4xjiCHS0zidJDC4UJq9EEeIebAQPJ1PWSwfhxWjfutI9XiiKuHm2AE41cEFfK+8HyI8bh+"
       "ztbczUGsvVFIgICWWPt7qu"},
  };
  for (const KnownAnswer& answer : kAnswers) {
    ASSIGN_OR_RETURN(const ForeignHash hash, ParseForeignHash(answer.hash));
    ASSIGN_OR_RETURN(const bool right, VerifyForeignHash(hash, Secret(answer.password)));
    if (!right) return absl::InternalError("an imported kind of password hash does not give the published answer");
  }
  return absl::OkStatus();
}

}  // namespace hearth
