#include "server/rpc/message_plan.h"

#include <utility>

#include "google/api/field_behavior.pb.h"

namespace hearth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

FieldPlan MakeFieldPlan(const FieldDescriptor* field) {
  FieldPlan plan{.field = field, .rules = field->options().GetExtension(v1::rules), .message = {}};
  for (int i = 0; i < field->options().ExtensionSize(google::api::field_behavior); ++i) {
    const auto behavior = field->options().GetExtension(google::api::field_behavior, i);
    plan.required = plan.required || behavior == google::api::REQUIRED;
    plan.output_only = plan.output_only || behavior == google::api::OUTPUT_ONLY;
  }
  const Descriptor* message = field->message_type();
  if (message != nullptr && message->file()->package() == "hearth.v1") plan.message = MakePlan(message);
  return plan;
}

}  // namespace

MessagePlan MakePlan(const Descriptor* message) {
  MessagePlan plan;
  for (int i = 0; i < message->field_count(); ++i) {
    FieldPlan field = MakeFieldPlan(message->field(i));
    plan.holds_secrets = plan.holds_secrets || field.rules.sensitive() || field.message.holds_secrets;
    plan.fields.push_back(std::move(field));
  }
  for (int i = 0; i < message->real_oneof_decl_count(); ++i) {
    const OneofDescriptor* oneof = message->oneof_decl(i);
    if (oneof->options().GetExtension(v1::required)) plan.required_oneofs.push_back(oneof);
  }
  return plan;
}

bool IsResourceName(v1::Format format) {
  return (format >= v1::FORMAT_DIRECTORY_NAME && format <= v1::FORMAT_SERVICE_ACCOUNT_NAME) ||
         (format >= v1::FORMAT_ADMINISTRATIVE_UNIT_NAME && format <= v1::FORMAT_ROLE_HOLDER_NAME) ||
         format == v1::FORMAT_MAIL_SETTINGS_NAME || format == v1::FORMAT_GUEST_POLICY_NAME ||
         format == v1::FORMAT_MEMBERSHIP_NAME || format == v1::FORMAT_USER_NAME_OR_ALL ||
         format == v1::FORMAT_RESET_POLICY_NAME || format == v1::FORMAT_RESET_REQUEST_NAME ||
         format == v1::FORMAT_PASSWORD_POLICY_NAME || format == v1::FORMAT_SIGN_IN_POLICY_NAME ||
         format == v1::FORMAT_AUDIT_POLICY_NAME || format == v1::FORMAT_EVENT_RECEIVER_NAME ||
         format == v1::FORMAT_MAIL_NAME;
}

}  // namespace hearth
