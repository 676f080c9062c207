#include "server/event/resume_token.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace hearth {
namespace {

constexpr size_t kDigestBytes = 16;

}  // namespace

std::string ResumeTokens::Digest(const std::string& directory, const std::string& place) const {
  return KeyedDigest(key_, {directory, place}).substr(0, kDigestBytes);
}

std::string ResumeTokens::Make(const std::string& directory, int64_t sequence) const {
  const std::string place = absl::StrCat(sequence);
  return absl::WebSafeBase64Escape(Digest(directory, place) + place);
}

absl::StatusOr<int64_t> ResumeTokens::Read(const std::string& directory, const std::string& token) const {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() <= kDigestBytes) {
    return Refuse(v1::ERROR_REASON_RESUME_TOKEN_INVALID);
  }
  const std::string place = bytes.substr(kDigestBytes);
  const std::string digest = Digest(directory, place);
  int64_t sequence = 0;
  if (sodium_memcmp(digest.data(), bytes.data(), kDigestBytes) != 0 || !absl::SimpleAtoi(place, &sequence)) {
    return Refuse(v1::ERROR_REASON_RESUME_TOKEN_INVALID);
  }
  return sequence;
}

}  // namespace hearth
