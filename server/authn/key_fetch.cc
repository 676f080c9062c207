#include "server/authn/key_fetch.h"

#include "absl/strings/str_cat.h"
#include "server/authn/jwks.h"

namespace hearth {
namespace {

constexpr long kOk = 200;

absl::Status Failed(absl::string_view why) { return absl::UnavailableError(why); }

}  // namespace

absl::StatusOr<std::string> FetchKeys(const std::string& uri, const KeyFetchOptions& options) {
  const auto answer = CallHttps(uri, options);
  if (!answer.ok()) return answer.status();
  if (answer->status != kOk) return Failed(absl::StrCat("the server answers with status ", answer->status));
  auto keys = UsableKeys(answer->body);
  if (!keys.ok()) return Failed(keys.status().message());
  return keys;
}

}  // namespace hearth
