#include "server/reset/reset_keys.h"

#include <sodium.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kCodeDigits = 8;

std::string Base64(std::string_view bytes) { return absl::WebSafeBase64Escape(ToAbsl(bytes)); }

}  // namespace

std::string ResetKeys::Handle(std::string_view directory, std::string_view actor, std::string_view request_id) const {
  if (request_id.empty()) return std::string(NewToken().Expose());
  return Base64(KeyedDigest(key_, {"new handle", directory, actor, request_id}));
}

Secret ResetKeys::NewToken() {
  std::array<char, kTokenBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::string text = Base64({bytes.data(), bytes.size()});
  sodium_memzero(bytes.data(), bytes.size());
  Secret token(text);
  WipeString(text);
  return token;
}

Secret ResetKeys::NewCode(Random& random) {
  std::string digits(kCodeDigits, '0');
  for (char& digit : digits) digit = static_cast<char>('0' + random.Uniform(10));
  Secret code(digits);
  WipeString(digits);
  return code;
}

std::string ResetKeys::OfHandle(std::string_view directory, std::string_view handle) const {
  return KeyedDigest(key_, {"handle", directory, handle});
}

std::string ResetKeys::OfLink(std::string_view directory, std::string_view token) const {
  return KeyedDigest(key_, {"link", directory, token});
}

std::string ResetKeys::OfVerified(std::string_view directory, std::string_view token) const {
  return KeyedDigest(key_, {"verified", directory, token});
}

std::string ResetKeys::OfCode(std::string_view directory, std::string_view user, std::string_view row,
                              std::string_view code) const {
  return KeyedDigest(key_, {"code", directory, user, row, code});
}

std::string ResetKeys::OfIdentifier(std::string_view directory, std::string_view identifier) const {
  return KeyedDigest(key_, {"identifier", directory, identifier});
}

std::string ResetKeys::OfPerson(std::string_view directory, std::string_view user) const {
  return KeyedDigest(key_, {"person", directory, user});
}

std::string ResetKeys::OfState(const User& user, int64_t credential_version) const {
  const std::string state = user.deleted() ? "deleted" : user.disabled ? "disabled" : "active";
  const std::string roles =
      absl::StrJoin(user.roles, ",", [](std::string* out, const HeldRole& role) { *out += role.id + "@" + role.unit; });
  return KeyedDigest(key_, {"state", user.directory, user.id, user.user_principal_name, user.mail,
                            absl::StrJoin(user.alternate_mails, " "), user.home.directory, state, roles,
                            user.privileged_group ? "privileged" : "", std::to_string(credential_version)});
}

std::string ResetKeys::OfRequest(std::string_view bytes) const { return KeyedDigest(key_, {"request", bytes}); }

}  // namespace hearth
