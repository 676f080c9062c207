#include "server/base/invitation_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kSecretCharacters = 43;  // 32 bytes in base64url (RFC 4648, 5), without padding.

bool IsSecret(std::string_view text) {
  return text.size() == kSecretCharacters && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

}  // namespace

std::optional<InvitationToken> ParseInvitationToken(std::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(token), absl::MaxSplits('.', 3));
  if (parts.size() != 3) return std::nullopt;
  const InvitationToken parsed{ToStd(parts[0]), ToStd(parts[1]), ToStd(parts[2])};
  const bool good = IsResourceId(parsed.directory) && IsResourceId(parsed.user) && IsSecret(parsed.secret);
  return good ? std::optional(parsed) : std::nullopt;
}

}  // namespace hearth
