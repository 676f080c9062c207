#include "import_rows.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "csv.h"
#include "google/rpc/error_details.pb.h"
#include "names.h"
#include "report.h"
#include "text.h"

namespace hearth::cli {
namespace {

using Row = v1::ImportCredentialsRequest::Row;

constexpr int kRowsInMessage = 100;  // As the contract allows.
// Well above what the server takes, which then says precisely what is wrong; as many rows of it as a message has fit into the megabyte that a message may be.
constexpr size_t kMostBytes = 8192;
constexpr size_t kMostShown = 256;  // Of a name that is none, in the report.

struct Defect {
  const char* field;
  std::string what;
};

// Whose password the row is, into a row of a message.
absl::Status SetPerson(const ImportRow& from, const std::string& parent, Row* row) {
  if (IsPrincipalName(from.person)) {
    row->set_user_principal_name(from.person);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> name = FullName(v1::FORMAT_USER_NAME, from.person, parent);
  if (name.ok()) row->set_name(*name);
  return name.status();
}

// Makes the row of a message, or says what keeps it from being sent.
std::optional<Defect> MakeRow(const ImportRow& from, const std::string& parent, Row* row) {
  if (from.hash.empty()) return Defect{"password_hash", "must be set: the file has none for this person"};
  if (from.person.empty()) return Defect{"target", "must be set: the file names nobody"};
  if (from.person.size() + from.hash.size() > kMostBytes) {
    const char* field = from.person.size() > from.hash.size() ? "target" : "password_hash";
    return Defect{field, absl::StrCat("name and hash must be at most ", kMostBytes, " bytes")};
  }
  if (!IsUtf8(from.person)) return Defect{"target", "must be UTF-8"};
  if (!IsUtf8(from.hash)) return Defect{"password_hash", "must be UTF-8"};
  if (const absl::Status named = SetPerson(from, parent, row); !named.ok()) {
    return Defect{"name", "must be a principal name, directories/{directory}/users/{user}, or the user's id"};
  }
  row->set_row(from.row);
  row->set_password_hash(from.hash);
  row->set_require_change_at_next_sign_in(from.must_change);
  return std::nullopt;
}

// The refusal that the server would give.
v1::ImportCredentialsResponse::Refusal RefusalOf(int row, const Defect& defect) {
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FIELDS");
  info.set_domain("hearth");
  google::rpc::BadRequest wrong;
  auto& violation = *wrong.add_field_violations();
  violation.set_field(defect.field);
  violation.set_description(defect.what);
  v1::ImportCredentialsResponse::Refusal refusal;
  refusal.set_row(row);
  refusal.mutable_refusal()->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  refusal.mutable_refusal()->set_message(absl::StrCat(defect.field, ": ", defect.what));
  refusal.mutable_refusal()->add_details()->PackFrom(info);
  refusal.mutable_refusal()->add_details()->PackFrom(wrong);
  return refusal;
}

// What is wrong with a row, in words.
std::string MessageOf(const google::rpc::Status& refusal) {
  const auto wrong = DetailOf<google::rpc::BadRequest>(refusal);
  return wrong.field_violations_size() > 0 ? wrong.field_violations(0).description() : refusal.message();
}

}  // namespace

ImportCall MakeImportCall(std::vector<ImportRow>::const_iterator begin, std::vector<ImportRow>::const_iterator end,
                          const ImportTarget& target) {
  ImportCall call;
  for (auto from = begin; from != end; ++from) {
    Row row;
    if (const std::optional<Defect> defect = MakeRow(*from, target.parent, &row); defect.has_value()) {
      *call.kept_back.add_refusals() = RefusalOf(from->row, *defect);
      if (!from->hash.empty()) call.kept_back.set_refused_count(call.kept_back.refused_count() + 1);
      continue;
    }
    if (call.messages.empty() || call.messages.back().rows_size() == kRowsInMessage) {
      call.messages.emplace_back().set_parent(target.parent);
      call.messages.back().set_validate_only(target.dry_run);
    }
    *call.messages.back().add_rows() = std::move(row);
  }
  return call;
}

std::string ReportLines(const v1::ImportCredentialsResponse& response, const std::vector<ImportRow>& rows) {
  std::string lines;
  for (const auto& refused : response.refusals()) {
    const auto row = std::lower_bound(rows.begin(), rows.end(), refused.row(),
                                      [](const ImportRow& a, int64_t number) { return a.row < number; });
    const std::string person = row == rows.end() ? "" : Printable(row->person.substr(0, kMostShown));
    absl::StrAppend(
        &lines, CsvLine({absl::StrCat(refused.row()), person,
                         DetailOf<google::rpc::ErrorInfo>(refused.refusal()).reason(), MessageOf(refused.refusal())}));
  }
  return lines;
}

}  // namespace hearth::cli
