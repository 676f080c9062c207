#include <unistd.h>

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "csv.h"
#include "fields.h"
#include "hearth/client/error.h"
#include "hearth/client/methods.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "names.h"
#include "options.h"
#include "report.h"
#include "text.h"
#include "text_file.h"
#include "tool_commands.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::FieldDescriptor;

constexpr char kExamples[] =
    "  hearth guest invite-all guests.csv\n"
    "The first line names the columns: address, and any of display_name, user_id, home_issuer, language, message,\n"
    "redirect_uri, user_type. Who is a guest already stays one, so the same file can be given again.\n";

// The columns of a file, as fields of the request.
absl::StatusOr<std::vector<std::string>> Columns(const CsvRecord& heading) {
  bool address = false;
  for (const std::string& name : heading.fields) {
    const FieldDescriptor* field = v1::InviteGuestUserRequest::descriptor()->FindFieldByName(name);
    const bool text =
        field != nullptr && !field->is_repeated() &&
        (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING || field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM);
    if (!text || name == "parent" || name == "request_id") {
      return UsageError(absl::StrCat("\"", name, "\" is no column."),
                        "See hearth guest invite-all --help for the columns.");
    }
    address = address || name == "address";
  }
  if (!address) return UsageError("The first line names no column address.");
  return heading.fields;
}

// The requests of a file, in its order; a mistake anywhere is told before anybody is invited.
absl::StatusOr<std::vector<v1::InviteGuestUserRequest>> Requests(const std::string& text, const std::string& parent) {
  absl::StatusOr<std::vector<CsvRecord>> records = ParseCsv(text);
  if (!records.ok()) return records.status();
  if (records->empty()) return UsageError("The file is empty.");
  absl::StatusOr<std::vector<std::string>> columns = Columns(records->front());
  if (!columns.ok()) return columns.status();
  std::vector<v1::InviteGuestUserRequest> requests;
  for (auto record = std::next(records->begin()); record != records->end(); ++record) {
    if (record->fields.size() != columns->size()) {
      return UsageError(absl::StrCat("Line ", record->line, ": has ", record->fields.size(), " columns instead of ",
                                     columns->size(), "."));
    }
    v1::InviteGuestUserRequest& request = requests.emplace_back();
    request.set_parent(parent);
    for (size_t i = 0; i < columns->size(); ++i) {
      if (record->fields[i].empty()) continue;
      if (absl::Status status = SetField(&request, (*columns)[i], record->fields[i]); !status.ok()) return status;
    }
  }
  return requests;
}

// What became of one line.
std::string Outcome(const absl::StatusOr<v1::InviteGuestUserResponse>& response) {
  if (response.ok() && !response->has_guest_user()) return "asked for";  // What came of it, such inviters are not told.
  if (response.ok()) return response->mail_sent() ? "invited, by mail" : "invited";
  const client::Error error = client::Error::From(response.status());
  if (error.reason == "ALREADY_EXISTS") return "is there already";
  const std::string field = error.field_violations.empty() ? ""
                                                           : absl::StrCat(" (", error.field_violations[0].field, ": ",
                                                                          error.field_violations[0].description, ")");
  return absl::StrCat("failed: ", error.reason.empty() ? error.message : error.reason, field);
}

absl::Status InviteAll(Session* session, const std::string& path) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::string> parent = DirectoryName(settings->directory);
  if (!parent.ok()) return parent.status();
  absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<v1::InviteGuestUserRequest>> requests = Requests(*text, *parent);
  if (!requests.ok()) return requests.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();

  size_t done = 0;
  absl::Status first_failure;
  for (const v1::InviteGuestUserRequest& request : *requests) {
    v1::InviteGuestUserResponse response;
    const absl::Status status = session->Invoke(*client, *client::FindMethod("InviteGuestUser"), request, &response);
    const auto result = status.ok() ? absl::StatusOr<v1::InviteGuestUserResponse>(response) : status;
    std::cout << Printable(request.address()) << "  " << Printable(Outcome(result)) << std::endl;
    if (isatty(STDERR_FILENO)) std::cerr << ++done << " of " << requests->size() << "\r" << std::flush;
    if (absl::IsCancelled(status)) return status;
    if (!status.ok() && !absl::IsAlreadyExists(status) && first_failure.ok()) first_failure = status;
  }
  if (!first_failure.ok()) session->ExitWith(ExitCode(first_failure));
  return absl::OkStatus();
}

}  // namespace

void AddInviteAll(Session* session) {
  auto path = std::make_shared<CLI::Option*>(nullptr);
  CLI::App* command =
      session->Command(session->NounOf("guest"), "invite-all", "invite everybody of a CSV file, and report on each",
                       kExamples, [session, path] { return InviteAll(session, ValueOf(*path)); });
  *path = AddValue(command, "FILE", "", "comma-separated values, the first line names the columns; - is standard input")
              ->required();
}

}  // namespace hearth::cli
