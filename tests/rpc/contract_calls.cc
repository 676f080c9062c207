#include "tests/rpc/contract_calls.h"

#include <map>

#include "google/api/field_behavior.pb.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

bool Behaves(const FieldDescriptor* field, google::api::FieldBehavior wanted) {
  for (int i = 0; i < field->options().ExtensionSize(google::api::field_behavior); ++i) {
    if (field->options().GetExtension(google::api::field_behavior, i) == wanted) return true;
  }
  return false;
}

bool IsOurs(const Descriptor* message) { return message != nullptr && message->file()->package() == "hearth.v1"; }

void Collect(const Descriptor* message, const RequestField& parent, std::vector<RequestField>& fields) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    if (Behaves(field, google::api::OUTPUT_ONLY)) continue;
    RequestField found = parent;
    found.path.push_back(field);
    found.name += (parent.name.empty() ? "" : ".") + field->name();
    found.rules = field->options().GetExtension(v1::rules);
    found.required = Behaves(field, google::api::REQUIRED);
    fields.push_back(found);
    if (field->is_repeated() && field->message_type() != nullptr) found.name += "[0]";
    if (IsOurs(field->message_type())) Collect(field->message_type(), found, fields);
  }
}

// The first value that is not "unspecified".
int ValidNumber(const FieldDescriptor* field) { return field->enum_type()->value(1)->number(); }

// The message that a field holds; of a repeated field the first.
Message* Inner(Message* holder, const FieldDescriptor* field) {
  const auto* reflection = holder->GetReflection();
  if (!field->is_repeated()) return reflection->MutableMessage(holder, field);
  if (reflection->FieldSize(*holder, field) == 0) return reflection->AddMessage(holder, field);
  return reflection->MutableRepeatedMessage(holder, field, 0);
}

// Only valid beside a value of another field that is not its first.
bool IsLeftOut(const FieldDescriptor* field) {
  return field->name() == "recipients" || field->full_name() == "hearth.v1.EventReceiver.service_account";
}

void SetValid(const RequestField& field, Message* root) {
  if (IsLeftOut(field.field())) return;
  Message* holder = Holder(field, root);
  const auto* oneof = field.field()->real_containing_oneof();
  if (oneof != nullptr && oneof->field(0) != field.field()) return;
  switch (field.field()->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      SetText(field, ValidText(field.rules.format()), root);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      SetEnum(field, ValidNumber(field.field()), root);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* inner = Inner(holder, field.field());
      if (field.rules.has_min_duration()) inner->CopyFrom(field.rules.min_duration());
      break;
    }
    default:
      break;  // Numbers and flags: their defaults.
  }
}

}  // namespace

std::vector<const MethodDescriptor*> AllMethods(const RpcTable& table) {
  std::vector<const MethodDescriptor*> methods;
  for (const auto& [name, rpc] : table.rows()) methods.push_back(rpc->method);
  return methods;
}

const v1::MethodPolicy& PolicyOf(const MethodDescriptor* method) { return method->options().GetExtension(v1::policy); }

Principal CallerOf(const MethodDescriptor* method) {
  const v1::MethodPolicy& policy = PolicyOf(method);
  if (policy.access() == v1::ACCESS_PLATFORM) return Operator();
  const bool for_services = policy.permission() == v1::PERMISSION_PASSWORDS_VERIFY ||
                            policy.permission() == v1::PERMISSION_RESETS_REQUEST ||
                            policy.permission() == v1::PERMISSION_PASSWORDS_CHECK;
  return for_services ? Principal{kForth, "backend"} : ForthAdmin();
}

std::vector<RequestField> FieldsOf(const Descriptor* request) {
  std::vector<RequestField> fields;
  Collect(request, {}, fields);
  return fields;
}

Message* Holder(const RequestField& field, Message* root) {
  Message* holder = root;
  for (size_t i = 0; i + 1 < field.path.size(); ++i) {
    holder = Inner(holder, field.path[i]);
  }
  return holder;
}

void SetText(const RequestField& field, const std::string& text, Message* root) {
  Message* holder = Holder(field, root);
  const auto* reflection = holder->GetReflection();
  if (field.field()->is_repeated()) {
    reflection->ClearField(holder, field.field());
    reflection->AddString(holder, field.field(), text);
  } else {
    reflection->SetString(holder, field.field(), text);
  }
}

void SetEnum(const RequestField& field, int value, Message* root) {
  Message* holder = Holder(field, root);
  const auto* reflection = holder->GetReflection();
  if (field.field()->is_repeated()) {
    reflection->ClearField(holder, field.field());
    reflection->AddEnumValue(holder, field.field(), value);
  } else {
    reflection->SetEnumValue(holder, field.field(), value);
  }
}

std::string ValidText(v1::Format format) {
  static const auto* const texts = new std::map<v1::Format, std::string>{
      {v1::FORMAT_UNSPECIFIED, "some text"},
      {v1::FORMAT_DIRECTORY_NAME, "directories/forthcoffee"},
      {v1::FORMAT_USER_NAME, "directories/forthcoffee/users/user1"},
      {v1::FORMAT_DOMAIN_NAME, "directories/forthcoffee/domains/forthcoffee.com"},
      {v1::FORMAT_ROLE_ASSIGNMENT_NAME, "directories/forthcoffee/users/user1/roleAssignments/helpdesk_administrator"},
      {v1::FORMAT_ADMINISTRATIVE_UNIT_NAME, "directories/forthcoffee/administrativeUnits/north"},
      {v1::FORMAT_GROUP_NAME, "directories/forthcoffee/groups/baristas"},
      {v1::FORMAT_CUSTOM_ROLE_NAME, "directories/forthcoffee/customRoles/auditor"},
      {v1::FORMAT_ROLE_HOLDER_NAME, "directories/forthcoffee/users/user1"},
      {v1::FORMAT_TRUSTED_ISSUER_NAME, "directories/forthcoffee/trustedIssuers/primary"},
      {v1::FORMAT_SERVICE_ACCOUNT_NAME, "directories/forthcoffee/serviceAccounts/backend"},
      {v1::FORMAT_RESOURCE_ID, "good-idea"},
      {v1::FORMAT_USER_PRINCIPAL_NAME, "somebody@forthcoffee.com"},
      {v1::FORMAT_DOMAIN, "roastery.example"},
      {v1::FORMAT_UUID4, "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10"},
      {v1::FORMAT_DISPLAY_NAME, "Somebody to know"},
      {v1::FORMAT_HTTPS_URI, "https://help.roastery.example/password"},
      {v1::FORMAT_ISSUER, "https://issuer.roastery.example/oidc"},
      {v1::FORMAT_MAIL, "somebody@roastery.example"},
      {v1::FORMAT_PASSWORD, "a good long password"},
      {v1::FORMAT_NEW_PASSWORD, "a good long password"},
      {v1::FORMAT_JWKS, KeySetOf(kForth)},
      {v1::FORMAT_TOKEN, "opaque"},
      {v1::FORMAT_IDENTIFIER, "https://hearth.example/api"},
      {v1::FORMAT_CERTIFICATE_IDENTITY, "spiffe://forthcoffee.com/portal"},
      {v1::FORMAT_LANGUAGE, "nl-BE"},
      {v1::FORMAT_MAIL_SETTINGS_NAME, "directories/forthcoffee/mailSettings"},
      {v1::FORMAT_MAIL_NAME, "directories/forthcoffee/mails/6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10"},
      {v1::FORMAT_COLOR, "#00aa7f"},
      {v1::FORMAT_TIME_ZONE, "Europe/London"},
      {v1::FORMAT_GUEST_POLICY_NAME, "directories/forthcoffee/guestPolicy"},
      {v1::FORMAT_MEMBERSHIP_NAME, "directories/forthcoffee/users/user1/memberships/somewhere"},
      {v1::FORMAT_INVITATION_TOKEN, "contoso.good-idea.ooooooooooooooooooooooooooooooooooooooooooo"},
      {v1::FORMAT_USER_NAME_OR_ALL, "directories/forthcoffee/users/user1"},
      {v1::FORMAT_FILTER, "home_domain = forthcoffee.com"},
      {v1::FORMAT_RESET_POLICY_NAME, "directories/forthcoffee/resetPolicy"},
      {v1::FORMAT_PASSWORD_POLICY_NAME, "directories/forthcoffee/passwordPolicy"},
      {v1::FORMAT_BANNED_TERM, "espresso bar"},
      {v1::FORMAT_SIGN_IN_POLICY_NAME, "directories/forthcoffee/signInPolicy"},
      {v1::FORMAT_PASSWORD_HASH, "{SSHA}NkbUAN0WIN+y6otpB/l3ooXnKg6oN6Hq"},
      {v1::FORMAT_RESET_REQUEST_NAME, "directories/forthcoffee/resetRequests/6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10"},
      {v1::FORMAT_COMPARISONS, "action = password.reset"},
      {v1::FORMAT_AUDIT_POLICY_NAME, "directories/forthcoffee/auditPolicy"},
      {v1::FORMAT_EVENT_RECEIVER_NAME, "directories/forthcoffee/eventReceivers/portal"},
      {v1::FORMAT_DIGEST, std::string(64, '0')},
      {v1::FORMAT_RESET_CODE, "01234567"},
      {v1::FORMAT_RESET_TOKEN, std::string(43, 'o')},
  };
  return texts->at(format);
}

std::unique_ptr<Message> ValidRequest(const MethodDescriptor* method) {
  const Message* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type());
  std::unique_ptr<Message> request(prototype->New());
  for (const RequestField& field : FieldsOf(method->input_type())) SetValid(field, request.get());
  return request;
}

}  // namespace hearth::test
