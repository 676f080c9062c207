#include "server/event/resume_token.h"

#include <sodium.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"

namespace hearth {
namespace {

constexpr size_t kDigestBytes = 16;

}  // namespace

std::string ResumeTokens::Digest(const std::string& directory, const std::string& place) const {
  return KeyedDigest(key_, {directory, place}).substr(0, kDigestBytes);
}

std::string ResumeTokens::Make(const std::string& directory, const StreamPlace& place) const {
  const std::string text = absl::StrCat(place.sequence, "/", place.event_id);
  return absl::WebSafeBase64Escape(Digest(directory, text) + text);
}

absl::StatusOr<StreamPlace> ResumeTokens::Read(const std::string& directory, const std::string& token) const {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() <= kDigestBytes) {
    return Refuse(v1::ERROR_REASON_RESUME_TOKEN_INVALID);
  }
  const std::string text = bytes.substr(kDigestBytes);
  const std::string digest = Digest(directory, text);
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  StreamPlace place{.event_id = parts.second};
  if (sodium_memcmp(digest.data(), bytes.data(), kDigestBytes) != 0 ||
      !absl::SimpleAtoi(parts.first, &place.sequence)) {
    return Refuse(v1::ERROR_REASON_RESUME_TOKEN_INVALID);
  }
  return place;
}

}  // namespace hearth
