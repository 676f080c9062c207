#include "report.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hearth/client/error.h"
#include "interrupts.h"
#include "terminal.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using client::Error;
using nlohmann::json;

// Whether the change may have happened, or may yet, so that its request_id is of use.
bool WorthRepeating(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

std::string NextStep(const absl::Status& status, const Error& error, const std::string& server) {
  if (IsUsageError(status)) return NextOf(status);
  if (!error.next_step.empty() || !error.reason.empty()) return error.next_step;
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    return absl::StrCat("Check that hearthd runs", server.empty() ? "" : absl::StrCat(" at ", server),
                        ", and --server, --ca (the root of its certificate), --cert and --key.");
  }
  return "";
}

std::string ReasonLine(const Error& error) {
  const std::string variables = absl::StrJoin(error.metadata, ", ", absl::PairFormatter("="));
  return variables.empty() ? error.reason : absl::StrCat(error.reason, " (", variables, ")");
}

void AddLine(const std::string& label, const std::string& text, std::string* out) {
  if (!text.empty()) absl::StrAppend(out, label, ": ", Printable(text), "\n");
}

}  // namespace

const char kExitCodesHelp[] =
    "Exit codes:\n"
    "  0  done                       5  permission denied\n"
    "  1  unexpected, internal       6  not found\n"
    "  2  wrong usage                7  conflict: exists already, changed in between, not now\n"
    "  3  invalid argument           8  unavailable, overloaded, deadline passed\n"
    "  4  not authenticated        130  interrupted\n";

int ExitCode(const absl::Status& status) {
  if (IsUsageError(status)) return 2;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 3;
    case absl::StatusCode::kUnauthenticated:
      return 4;
    case absl::StatusCode::kPermissionDenied:
      return 5;
    case absl::StatusCode::kNotFound:
      return 6;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return 7;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return 8;
    case absl::StatusCode::kCancelled:
      return kInterruptedExit;
    default:
      return 1;
  }
}

std::string FailureText(const absl::Status& status, const std::string& server) {
  const Error error = Error::From(status);
  std::string out;
  AddLine(Bold(STDERR_FILENO, "error"),
          error.message.empty() ? std::string(absl::StatusCodeToString(error.code)) : error.message, &out);
  AddLine("reason", ReasonLine(error), &out);
  for (const auto& violation : error.field_violations) {
    AddLine("field", absl::StrCat(violation.field, violation.field.empty() ? "" : ": ", violation.description), &out);
  }
  if (error.retry_delay.has_value()) AddLine("retry after", absl::FormatDuration(*error.retry_delay), &out);
  for (const auto& link : error.help_links) AddLine("help", absl::StrCat(link.description, " ", link.url), &out);
  if (WorthRepeating(error.code)) AddLine("request id", error.request_id, &out);
  AddLine("call id", error.call_id, &out);
  AddLine("next", NextStep(status, error, server), &out);
  return out;
}

std::string FailureJson(const absl::Status& status) {
  const Error error = Error::From(status);
  json body = {{"code", IsUsageError(status) ? "USAGE" : std::string(absl::StatusCodeToString(error.code))},
               {"message", error.message},
               {"exit_code", ExitCode(status)}};
  if (!error.reason.empty()) body["reason"] = error.reason;
  if (!error.reason.empty()) body["metadata"] = error.metadata;
  for (const auto& violation : error.field_violations) {
    body["field_violations"].push_back({{"field", violation.field}, {"description", violation.description}});
  }
  if (error.retry_delay.has_value()) {
    body["retry_delay"] = absl::StrCat(absl::ToDoubleSeconds(*error.retry_delay), "s");
  }
  for (const auto& link : error.help_links) {
    body["help"].push_back({{"description", link.description}, {"url", link.url}});
  }
  if (!error.request_id.empty()) body["request_id"] = error.request_id;
  if (!error.call_id.empty()) body["call_id"] = error.call_id;
  if (const std::string next = NextStep(status, error, ""); !next.empty()) body["next_step"] = next;
  return json{{"error", body}}.dump(2, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n";
}

}  // namespace hearth::cli
