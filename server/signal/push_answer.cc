#include "server/signal/push_answer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

constexpr long kAccepted = 202;
constexpr long kBadRequest = 400;
constexpr char kInvalidRequest[] = "invalid_request";
// The other codes of RFC 8935, 2.4.
constexpr const char* kNotNow[] = {"invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed",
                                   "access_denied"};

// The answer's `err` when it is a code that is known; else empty.
std::string CodeOf(const std::string& body) {
  const auto parsed = nlohmann::json::parse(body, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return "";
  const auto err = parsed.find("err");
  if (err == parsed.end() || !err->is_string()) return "";
  const auto& code = err->get_ref<const std::string&>();
  if (code == kInvalidRequest) return code;
  for (const char* known : kNotNow) {
    if (code == known) return code;
  }
  return "";
}

}  // namespace

PushAnswer ReadPushAnswer(const absl::StatusOr<HttpsAnswer>& answer) {
  if (!answer.ok()) return {PushVerdict::kFailed, std::string(answer.status().message())};
  if (answer->status == kAccepted) return {PushVerdict::kAccepted, ""};
  std::string problem = absl::StrCat("the receiver answers with status ", answer->status);
  if (answer->status != kBadRequest) return {PushVerdict::kFailed, std::move(problem)};
  const std::string code = CodeOf(answer->body);
  if (code == kInvalidRequest) return {PushVerdict::kRefused, code};
  absl::StrAppend(&problem, code.empty() ? " and no known error" : ": ", code);
  return {PushVerdict::kFailed, std::move(problem)};
}

}  // namespace hearth
