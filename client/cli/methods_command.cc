#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "enums.h"
#include "hearth/client/methods.h"
#include "terminal.h"
#include "text.h"
#include "tool_commands.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] = "  hearth methods\n  hearth methods -o json\n";

std::vector<std::string> Headings() {
  return {"METHOD", "PERMISSION", "ACCESS", "IDEMPOTENCY", "DEADLINE", "MAXIMUM", "AUDIT"};
}

std::string SpanText(const google::protobuf::Duration& span) {
  return absl::FormatDuration(absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos()));
}

template <class Enum>
std::string Text(const google::protobuf::EnumDescriptor* type, Enum value) {
  const auto* described = type->FindValueByNumber(value);
  return described == nullptr ? absl::StrCat(static_cast<int>(value)) : EnumText(*described);
}

std::vector<std::string> Cells(const google::protobuf::MethodDescriptor& method) {
  const v1::MethodPolicy& policy = client::PolicyOf(method);
  return {absl::StrCat(std::string(method.service()->name()), "/", std::string(method.name())),
          Text(v1::Permission_descriptor(), policy.permission()),
          Text(v1::Access_descriptor(), policy.access()),
          Text(v1::Idempotency_descriptor(), policy.idempotency()),
          SpanText(policy.default_deadline()),
          SpanText(policy.max_deadline()),
          policy.audit_action()};
}

void PrintJson(const std::vector<std::vector<std::string>>& rows) {
  nlohmann::json all = nlohmann::json::array();
  const char* const keys[] = {"method",           "permission",   "access",      "idempotency",
                              "default_deadline", "max_deadline", "audit_action"};
  for (const auto& row : rows) {
    nlohmann::json object;
    for (size_t i = 0; i < row.size(); ++i) object[keys[i]] = row[i];
    all.push_back(object);
  }
  std::cout << all.dump(2) << "\n";
}

void PrintTable(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (std::string& cell : row) {
      if (cell.empty()) cell = "-";
    }
  }
  rows.insert(rows.begin(), Headings());
  const std::string table = Aligned(rows);
  const size_t end = table.find('\n');
  std::cout << Bold(STDOUT_FILENO, table.substr(0, end)) << table.substr(end);
}

absl::Status Run(const Session& session) {
  std::vector<std::vector<std::string>> rows;
  for (const auto* method : client::Methods()) rows.push_back(Cells(*method));
  session.flags().json() ? PrintJson(rows) : PrintTable(rows);
  return absl::OkStatus();
}

}  // namespace

void AddMethods(Session* session) {
  session
      ->Command(&session->app(), "methods", "list all methods: who may call them, and what repeating them does",
                kExamples, [session] { return Run(*session); })
      ->group(kToolGroup);
}

}  // namespace hearth::cli
