#include "server/trail/audit_filter.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/filter.h"

namespace hearth {
namespace {

constexpr char kTime[] = "create_time";

// The member of an AuditFilter that each field is compared in.
const std::map<std::string, std::string AuditFilter::*>& Members() {
  static const auto* const members = new std::map<std::string, std::string AuditFilter::*>{
      {"action", &AuditFilter::action},    {"verdict", &AuditFilter::verdict},
      {"reason", &AuditFilter::reason},    {"service", &AuditFilter::through_service},
      {"actor", &AuditFilter::actor},      {"actor_directory", &AuditFilter::actor_directory},
      {"target", &AuditFilter::target},    {"target_principal_name", &AuditFilter::target_principal_name},
      {"event_id", &AuditFilter::event_id}};
  return *members;
}

// A UUID, in lower case as rows have it.
bool IsEventId(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto letter = static_cast<unsigned char>(text[i]);
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(letter) || absl::ascii_isupper(letter)) return false;
  }
  return true;
}

absl::Status NarrowTime(const Comparison& comparison, AuditFilter& filter) {
  absl::Time time;
  std::string problem;
  if (!absl::ParseTime(absl::RFC3339_full, comparison.value, &time, &problem)) {
    return InvalidField("filter", "create_time is an RFC 3339 time in quotes, such as \"2026-11-01T00:00:00Z\"");
  }
  if (time < absl::UnixEpoch() || time > absl::UnixEpoch() + absl::Hours(24 * 365 * 200)) {
    return InvalidField("filter", "create_time is between 1970 and 2169");
  }
  // Times are whole microseconds.
  const absl::Duration tick = absl::Microseconds(1);
  const std::string& op = comparison.op;
  if (op == "=" || op == ">=") filter.from = std::max(filter.from, time);
  if (op == ">") filter.from = std::max(filter.from, time + tick);
  if (op == "=" || op == "<=") filter.before = std::min(filter.before, time + tick);
  if (op == "<") filter.before = std::min(filter.before, time);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AuditFilter> ParseAuditFilter(const std::string& filter) {
  std::set<std::string> fields = {kTime};
  for (const auto& [field, member] : Members()) fields.insert(field);
  ASSIGN_OR_RETURN(const auto comparisons, ParseComparisons(filter, fields, {kTime}));
  AuditFilter parsed;
  for (const Comparison& comparison : comparisons) {
    if (comparison.field == kTime) {
      RETURN_IF_ERROR(NarrowTime(comparison, parsed));
    } else {
      parsed.*Members().at(comparison.field) = comparison.value;
    }
  }
  if (!parsed.event_id.empty() && !IsEventId(parsed.event_id)) {
    return InvalidField("filter", "event_id is the id of a call, such as 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  }
  if (parsed.verdict.empty()) return parsed;
  parsed.verdict = absl::AsciiStrToLower(parsed.verdict);
  if (parsed.verdict != "allowed" && parsed.verdict != "refused" && parsed.verdict != "failed") {
    return InvalidField("filter", "verdict is ALLOWED, REFUSED or FAILED");
  }
  return parsed;
}

}  // namespace hearth
