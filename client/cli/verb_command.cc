#include "verb_command.h"

#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "enums.h"
#include "fields.h"
#include "hearth/client/error.h"
#include "hearth/client/methods.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "hearth/v1/mail_template.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "hearth/v1/role.pb.h"
#include "names.h"
#include "options.h"
#include "report.h"
#include "token_text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kTarget[] = "target";
constexpr char kRole[] = "role";
constexpr char kRoleArgument[] = "ROLE";
constexpr char kCustom[] = "custom.";
constexpr char kMembership[] = "membership";
constexpr char kShownOnce[] = "\nThe password is shown only once: hand it over now.\n";
constexpr char kUserArgument[] = "user1@forthcoffee.com, directories/…/users/user1, or user1 with --directory";

std::string ArgumentHelp(const Verb& verb) {
  if (verb.argument == "TEMPLATE") {
    return absl::StrCat("one of ", absl::StrJoin(EnumTexts(*v1::MailTemplate_descriptor()), ", "));
  }
  if (verb.argument == "USER") return kUserArgument;
  if (verb.argument == "IDENTIFIER") return "a principal name, or a verified address";
  if (verb.argument == "PRINCIPAL_NAME" || verb.argument == "ADDRESS") return "such as user1@forthcoffee.com";
  return "the name, or the id alone";
}

// Who holds a role is a person, or in commands about groups a group.
v1::Format HolderFormat(const Verb& verb) {
  return verb.argument == "GROUP" ? v1::FORMAT_GROUP_NAME : v1::FORMAT_USER_NAME;
}

std::string SecondArgumentHelp(const Verb& verb) {
  if (verb.second_field == "address") return "the principal name or mail address of who is to redeem";
  if (verb.second_field == kMembership) return "the id of the directory where the person is a guest";
  if (verb.second_argument != kRoleArgument) return kUserArgument;
  return absl::StrCat("custom.{id} for a custom role, or one of ",
                      absl::StrJoin(EnumTexts(*v1::Role_descriptor()), ", "));
}

bool IsOptional(const Verb& verb) { return absl::StartsWith(verb.argument, "["); }

std::string Bare(const std::string& argument) {
  return absl::StartsWith(argument, "[") ? argument.substr(1, argument.size() - 2) : argument;
}

// What the arguments fill in, so that there are no flags for it. A new directory's administrator is a member
// homed in it.
std::set<std::string> Taken(const Verb& verb) {
  std::set<std::string> taken = {verb.field, verb.second_field, "administrator.home", "administrator.user_type"};
  if (verb.second_argument == kRoleArgument) taken.insert("role_assignment.custom_role");
  if (verb.field == kTarget) taken.insert({"name", "user_principal_name"});
  return taken;
}

// What a check with the verdict no exits as: what the deed itself would.
std::optional<absl::StatusCode> RefusalOf(const Message& response) {
  if (response.GetDescriptor() == v1::CheckResetPasswordResponse::descriptor()) {
    const bool allowed = static_cast<const v1::CheckResetPasswordResponse&>(response).allowed();
    if (!allowed) return absl::StatusCode::kPermissionDenied;
  }
  if (response.GetDescriptor() == v1::CheckPasswordResponse::descriptor()) {
    const bool acceptable = static_cast<const v1::CheckPasswordResponse&>(response).acceptable();
    if (!acceptable) return absl::StatusCode::kInvalidArgument;
  }
  return std::nullopt;
}

// What is to be said below a table of the response: how to handle it, or what in it is hard to read.
std::string NoteOn(const Message& response) {
  const auto* password = response.GetDescriptor()->FindFieldByName("generated_password");
  if (password != nullptr && !response.GetReflection()->GetString(response, password).empty()) return kShownOnce;
  std::string note;
  if (response.GetDescriptor() == v1::PollEventsResponse::descriptor()) {
    for (const v1::EventToken& token : static_cast<const v1::PollEventsResponse&>(response).sets()) {
      absl::StrAppend(&note, note.empty() ? "\n" : "", TokenLine(token.jws()), "\n");
    }
  }
  return note;
}

}  // namespace

VerbCommand::VerbCommand(Session* session, const Verb& verb)
    : session_(session),
      verb_(verb),
      method_(client::FindMethod(verb.method)),
      command_(session->Command(session->NounOf(verb.noun), verb.verb, verb.summary, verb.examples,
                                [this] { return Run(); })) {
  if (!verb.argument.empty()) {
    argument_ = AddValue(command_, Bare(verb.argument), "", ArgumentHelp(verb))->required(!IsOptional(verb));
  }
  if (!verb.second_argument.empty()) {
    second_ = AddValue(command_, verb.second_argument, "", SecondArgumentHelp(verb))->required();
  }
  if (verb.second_field == kRole) {
    unit_ = AddValue(command_, "--unit", "TEXT", "the role as it is limited to this administrative unit");
  }
  fields_ = std::make_unique<FieldFlags>(command_, *method_->input_type(), Taken(verb));
  secrets_ = std::make_unique<SecretFlags>(command_, *method_->input_type());
  files_ = std::make_unique<FileFlags>(command_, *method_->output_type());
  if (IsList(*method_)) list_ = std::make_unique<ListFlags>(command_);
}

absl::Status VerbCommand::Run() const {
  absl::StatusOr<Settings> settings = session_->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::unique_ptr<Message>> request = Request(*settings);
  if (!request.ok()) return request.status();
  return list_ == nullptr ? RunOnce(*settings, **request) : list_->Run(session_, *settings, *method_, request->get());
}

absl::StatusOr<std::unique_ptr<Message>> VerbCommand::Request(const Settings& settings) const {
  std::unique_ptr<Message> request = NewMessage(method_->input_type());
  if (absl::Status status = FillArguments(settings, request.get()); !status.ok()) return status;
  if (absl::Status status = FillParent(settings, request.get()); !status.ok()) return status;
  if (absl::Status status = fields_->Fill(settings.directory, LookupFor(settings), request.get()); !status.ok())
    return status;
  // Last, so that nobody is asked for a password in vain.
  if (absl::Status status = secrets_->Fill(request.get()); !status.ok()) return status;
  return request;
}

absl::Status VerbCommand::FillArguments(const Settings& settings, Message* request) const {
  if (argument_ == nullptr) return absl::OkStatus();
  std::string given = ValueOf(argument_);
  if (given.empty() && IsOptional(verb_)) given = settings.directory;
  std::string path = verb_.field;
  if (path == kTarget) path = IsPrincipalName(given) ? "user_principal_name" : "name";
  v1::Format format = RulesOf(*FieldAt(*method_->input_type(), path)).format();
  if (format == v1::FORMAT_ROLE_HOLDER_NAME) format = HolderFormat(verb_);

  absl::StatusOr<std::string> value = given;
  if (format == v1::FORMAT_ROLE_ASSIGNMENT_NAME) {
    value = RoleAssignmentName(settings);
  } else if (format == v1::FORMAT_MEMBERSHIP_NAME) {
    value = MembershipName(settings);
  } else if (format == v1::FORMAT_DIRECTORY_NAME && given.empty()) {
    value = DirectoryName(given);
  } else if (IsNameFormat(format)) {
    value = FullName(format, given, settings.directory, LookupFor(settings));
  }
  if (!value.ok()) return value.status();
  if (absl::Status status = SetField(request, path, *value); !status.ok()) return status;
  const bool in_name = verb_.second_field == kRole || verb_.second_field == kMembership;
  return second_ == nullptr || in_name ? absl::OkStatus() : FillSecond(settings, request);
}

absl::Status VerbCommand::FillSecond(const Settings& settings, Message* request) const {
  std::string path = verb_.second_field;
  absl::StatusOr<std::string> value = ValueOf(second_);
  if (verb_.second_argument == kRoleArgument && absl::StartsWith(*value, kCustom)) {
    path = "role_assignment.custom_role";
    value = value->substr(std::string(kCustom).size());
  }
  const v1::Format format = RulesOf(*FieldAt(*method_->input_type(), path)).format();
  if (IsNameFormat(format)) value = FullName(format, *value, settings.directory, LookupFor(settings));
  if (!value.ok()) return value.status();
  return SetField(request, path, *value);
}

absl::StatusOr<std::string> VerbCommand::RoleAssignmentName(const Settings& settings) const {
  absl::StatusOr<std::string> holder =
      FullName(HolderFormat(verb_), ValueOf(argument_), settings.directory, LookupFor(settings));
  if (!holder.ok()) return holder.status();
  std::string role = ValueOf(second_);
  if (!absl::StartsWith(role, kCustom)) {
    absl::StatusOr<int> number = ParseEnum(*v1::Role_descriptor(), role);
    if (!number.ok()) return number.status();
    role = EnumText(*v1::Role_descriptor()->FindValueByNumber(*number));
  }
  const std::string unit = ValueOf(unit_);
  return absl::StrCat(*holder, "/roleAssignments/", role, unit.empty() ? "" : "@", IdOf(unit));
}

absl::StatusOr<std::string> VerbCommand::MembershipName(const Settings& settings) const {
  absl::StatusOr<std::string> user =
      FullName(v1::FORMAT_USER_NAME, ValueOf(argument_), settings.directory, LookupFor(settings));
  if (!user.ok()) return user.status();
  return absl::StrCat(*user, "/memberships/", IdOf(ValueOf(second_)));
}

// The method that takes every person's principal name and says who it is, whatever its verdict.
Lookup VerbCommand::LookupFor(const Settings& settings) const {
  return [this, settings](const std::string& principal_name) -> absl::StatusOr<std::string> {
    absl::StatusOr<client::Client> client = session_->Connect(settings);
    if (!client.ok()) return client.status();
    v1::CheckResetPasswordRequest request;
    v1::CheckResetPasswordResponse response;
    request.set_user_principal_name(principal_name);
    const absl::Status status =
        session_->Invoke(*client, *client::FindMethod("CheckResetPassword"), request, &response);
    if (client::Error::From(status).reason == "PERMISSION_MISSING") {
      return UsageError(absl::StrCat("To find \"", principal_name, "\" by that name, the caller lacks resets.perform."),
                        "Give directories/{directory}/users/{user}, or the id with --directory.");
    }
    if (!status.ok()) return status;
    return response.name();
  };
}

absl::Status VerbCommand::FillParent(const Settings& settings, Message* request) const {
  const FieldDescriptor* parent = method_->input_type()->FindFieldByName("parent");
  if (parent == nullptr || verb_.field == "parent") return absl::OkStatus();
  if (settings.directory.empty() && !Is(google::api::REQUIRED, *parent)) return absl::OkStatus();
  absl::StatusOr<std::string> name = DirectoryName(settings.directory);
  if (!name.ok()) return name.status();
  return SetField(request, "parent", *name);
}

absl::Status VerbCommand::RunOnce(const Settings& settings, const Message& request) const {
  absl::StatusOr<client::Client> client = session_->Connect(settings);
  if (!client.ok()) return client.status();
  const std::unique_ptr<Message> response = NewMessage(method_->output_type());
  absl::Status status = session_->Invoke(*client, *method_, request, response.get());
  if (!status.ok()) return status;
  if (status = files_->Save(response.get()); !status.ok()) return status;
  if (const auto code = RefusalOf(*response)) session_->ExitWith(ExitCode(absl::Status(*code, "")));
  return session_->Print(*response, NoteOn(*response));
}

void AddVerbs(Session* session) {
  for (const Noun& noun : Nouns()) session->AddNoun(noun.name, noun.summary, noun.group);
  for (const Verb& verb : Verbs()) session->Keep(std::make_shared<VerbCommand>(session, verb));
}

}  // namespace hearth::cli
