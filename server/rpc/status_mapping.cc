#include "server/rpc/status_mapping.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hearth/v1/password_policy.pb.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/credential/rule_texts.h"
#include "server/mail/language.h"
#include "server/rpc/reason_texts.h"

namespace hearth {
namespace {

// The rule that a password breaks, as a sentence for the person who chooses; the code where there is none.
std::string RuleSentence(const absl::Status& failure, const std::string& language) {
  const ErrorMetadata metadata = MetadataOf(failure);
  const auto code = metadata.find("rule"), least = metadata.find("min_length");
  if (code == metadata.end()) return "";
  v1::PasswordRule rule = v1::PASSWORD_RULE_UNSPECIFIED;
  v1::PasswordRule_Parse(absl::StrCat("PASSWORD_RULE_", code->second), &rule);
  int min_length = 0;
  if (least != metadata.end() && !absl::SimpleAtoi(least->second, &min_length)) return code->second;
  const std::string sentence = RuleText(rule, language, min_length);
  // The message around it ends the sentence.
  return sentence.empty() ? code->second : sentence.substr(0, sentence.size() - 1);
}

// The message of the reason, and in it what has words of its own.
std::string TextOf(v1::ErrorReason reason, const absl::Status& failure, const std::string& language) {
  const std::string text = ReasonText(reason, language);
  if (reason != v1::ERROR_REASON_PASSWORD_POLICY) return text;
  return absl::StrReplaceAll(text, {{"{rule}", RuleSentence(failure, language)}});
}

// By reason and metadata alone, so that answers that are equal are equal in every language.
absl::Status Localized(absl::Status failure, const std::string& accept_language) {
  const auto reason = ReasonOf(failure);
  if (accept_language.empty() || !reason.has_value()) return failure;
  const std::string language = ChooseLanguageOf(accept_language);
  const std::string text = TextOf(*reason, failure, language);
  if (!text.empty()) AddLocalizedMessage(failure, language, text);
  return failure;
}

}  // namespace

absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || ReasonOf(status).has_value()) return status;
  const std::string incident = NewUuid4();
  Log(LogLevel::kError, "unexpected failure", {{"incident", incident}, {"detail", std::string(status.message())}});
  return Refuse(v1::ERROR_REASON_INTERNAL, {{"incident", incident}});
}

std::string AcceptLanguageOf(const grpc::CallbackServerContext& context) {
  const auto entry = context.client_metadata().find("accept-language");
  return entry == context.client_metadata().end() ? "" : std::string(entry->second.data(), entry->second.size());
}

grpc::Status ToGrpc(const absl::Status& failure, const std::string& accept_language) {
  if (failure.ok()) return grpc::Status::OK;
  const google::rpc::Status rich = ToRpcStatus(Localized(WithReason(failure), accept_language));
  return {static_cast<grpc::StatusCode>(rich.code()), rich.message(), rich.SerializeAsString()};
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload.has_value() || !retry.ParseFromString(std::string(*payload))) return std::nullopt;
  return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

}  // namespace hearth
