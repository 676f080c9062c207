#include "render.h"

#include <google/protobuf/util/json_util.h>

#include <map>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "fields.h"
#include "hearth/v1/audit_service.pb.h"
#include "hearth/v1/mail_service.pb.h"
#include "hearth/v1/resources.pb.h"
#include "names.h"
#include "text.h"

namespace hearth::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Rows = std::vector<std::vector<std::string>>;

struct Column {
  std::string heading;
  std::string field;
};

// What a list shows; `name` stands for the id in it. Types without an entry show all their plain fields.
const std::vector<Column>* ChosenColumns(const Descriptor& type) {
  static const auto* const chosen = new std::map<const Descriptor*, std::vector<Column>>{
      {v1::User::descriptor(),
       {{"ID", "name"},
        {"PRINCIPAL NAME", "user_principal_name"},
        {"DISPLAY NAME", "display_name"},
        {"TYPE", "user_type"},
        {"HOME", "home"},
        {"STATE", "state"},
        {"LANGUAGE", "preferred_language"},
        {"ROLES", "roles"}}},
      {v1::Directory::descriptor(),
       {{"ID", "name"},
        {"DISPLAY NAME", "display_name"},
        {"PRIMARY DOMAIN", "primary_domain"},
        {"CREATED", "create_time"},
        {"SUSPENDED", "suspend_time"},
        {"DELETED", "delete_time"}}},
      {v1::Domain::descriptor(),
       {{"DOMAIN", "name"}, {"PRIMARY", "primary"}, {"CREATED", "create_time"}, {"DELETED", "delete_time"}}},
      {v1::RoleAssignment::descriptor(),
       {{"ASSIGNMENT", "name"},
        {"ROLE", "role"},
        {"CUSTOM ROLE", "custom_role"},
        {"UNIT", "administrative_unit"},
        {"ASSIGNED", "create_time"}}},
      {v1::Group::descriptor(),
       {{"ID", "name"},
        {"DISPLAY NAME", "display_name"},
        {"ROLE-ASSIGNABLE", "role_assignable"},
        {"CREATED", "create_time"}}},
      {v1::GroupMember::descriptor(),
       {{"USER", "user"},
        {"PRINCIPAL NAME", "user_principal_name"},
        {"DISPLAY NAME", "display_name"},
        {"AS", "relation"},
        {"ADDED", "create_time"}}},
      {v1::CustomRole::descriptor(),
       {{"ID", "name"}, {"DISPLAY NAME", "display_name"}, {"PERMISSIONS", "permissions"}, {"CREATED", "create_time"}}},
      {v1::AdministrativeUnit::descriptor(),
       {{"ID", "name"}, {"DISPLAY NAME", "display_name"}, {"RESTRICTED", "restricted"}, {"CREATED", "create_time"}}},
      {v1::AdministrativeUnitMember::descriptor(),
       {{"USER", "user"},
        {"PRINCIPAL NAME", "user_principal_name"},
        {"DISPLAY NAME", "display_name"},
        {"ADDED", "create_time"}}},
      {v1::TrustedIssuer::descriptor(),
       {{"ID", "name"}, {"ISSUER", "issuer"}, {"AUDIENCE", "audience"}, {"CREATED", "create_time"}}},
      {v1::AuditEvent::descriptor(),
       {{"TIME", "create_time"},
        {"ACTION", "action"},
        {"VERDICT", "verdict"},
        {"REASON", "reason"},
        {"FROM", "actor_directory"},
        {"ACTOR", "personal.actor"},
        {"TARGET", "personal.target"},
        {"EVENT", "name"}}},
      {v1::Mail::descriptor(),
       {{"ID", "name"},
        {"TEMPLATE", "template"},
        {"RECIPIENT", "recipient"},
        {"SET ASIDE", "set_aside_time"},
        {"EXPIRES", "expire_time"},
        {"RETRYABLE", "retryable"},
        {"NOTE", "note"}}},
      {v1::ServiceAccount::descriptor(),
       {{"ID", "name"}, {"DISPLAY NAME", "display_name"}, {"PERMISSIONS", "permissions"}, {"CREATED", "create_time"}}},
  };
  const auto found = chosen->find(&type);
  return found == chosen->end() ? nullptr : &found->second;
}

std::vector<Column> Columns(const Descriptor& type) {
  if (const std::vector<Column>* chosen = ChosenColumns(type); chosen != nullptr) return *chosen;
  std::vector<Column> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string name(type.field(i)->name());
    if (type.field(i)->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      columns.push_back({absl::AsciiStrToUpper(name), name});
    }
  }
  return columns;
}

bool IsShownWhole(const Descriptor& type) {
  return type.file()->package() == "google.protobuf" || &type == v1::Home::descriptor();
}

void AddRows(const Message& message, const std::string& prefix, Rows* rows) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string label = absl::StrCat(prefix, std::string(field.name()));
    const bool nested = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated();
    if (nested && !IsShownWhole(*field.message_type())) {
      if (!message.GetReflection()->HasField(message, &field)) continue;
      AddRows(message.GetReflection()->GetMessage(message, &field), absl::StrCat(label, "."), rows);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.is_repeated()) {
      for (int j = 0; j < message.GetReflection()->FieldSize(message, &field); ++j) {
        rows->push_back({j == 0 ? label : "", ElementText(message, field, j)});
      }
    } else if (const std::string text = FieldText(message, field); !text.empty()) {
      rows->push_back({label, text});
    }
  }
}

// The resource in a response that has nothing else, or the response itself.
const Message* Inner(const Message& response) {
  const Descriptor& type = *response.GetDescriptor();
  const bool wraps = type.field_count() == 1 && !type.field(0)->is_repeated() &&
                     type.field(0)->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!wraps || !response.GetReflection()->HasField(response, type.field(0))) return &response;
  return &response.GetReflection()->GetMessage(response, type.field(0));
}

// The text of a field, or of one of a message that it holds: "personal.actor".
std::string TextAt(const Message& message, const std::string& path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == std::string::npos) return FieldText(message, *field);
  return TextAt(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1));
}

absl::StatusOr<std::string> ToJson(const Message& message, bool lines) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = lines;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(absl::StrCat("Cannot print the response: ", status.ToString()));
  return json;
}

}  // namespace

std::string Details(const Message& response) {
  Rows rows;
  AddRows(*Inner(response), "", &rows);
  return Aligned(rows);
}

std::vector<std::string> Headings(const Descriptor& resource) {
  std::vector<std::string> headings;
  for (const Column& column : Columns(resource)) headings.push_back(column.heading);
  return headings;
}

std::vector<std::string> Cells(const Message& resource) {
  std::vector<std::string> cells;
  for (const Column& column : Columns(*resource.GetDescriptor())) {
    const std::string text = TextAt(resource, column.field);
    cells.push_back(text.empty() ? "-" : column.field == "name" ? IdOf(text) : text);
  }
  return cells;
}

absl::StatusOr<std::string> Json(const Message& message) { return ToJson(message, /*lines=*/true); }

absl::StatusOr<std::string> JsonLine(const Message& message) {
  absl::StatusOr<std::string> json = ToJson(message, /*lines=*/false);
  return json.ok() ? absl::StrCat(*json, "\n") : json;
}

}  // namespace hearth::cli
