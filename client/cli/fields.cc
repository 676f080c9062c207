#include "fields.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "enums.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "hearth/v1/password_policy.pb.h"
#include "hearth/v1/resources.pb.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

absl::Status SetSpan(const std::string& text, Message* message) {
  absl::StatusOr<absl::Duration> span = ParseSpan(text);
  if (!span.ok()) return span.status();
  absl::Duration rest;
  Duration& duration = static_cast<Duration&>(*message);
  duration.set_seconds(absl::IDivDuration(*span, absl::Seconds(1), &rest));
  duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return absl::OkStatus();
}

absl::Status SetEnum(const FieldDescriptor& field, const std::string& text, Message* message) {
  absl::StatusOr<int> value = ParseEnum(*field.enum_type(), text);
  if (!value.ok()) return value.status();
  const Reflection& reflection = *message->GetReflection();
  if (field.is_repeated()) {
    reflection.AddEnumValue(message, &field, *value);
  } else {
    reflection.SetEnumValue(message, &field, *value);
  }
  return absl::OkStatus();
}

absl::Status SetLeaf(const FieldDescriptor& field, const std::string& text, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  int32_t number = 0;
  int64_t large = 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, text, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(message, &field, text == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32:
      if (!absl::SimpleAtoi(text, &number)) return UsageError(absl::StrCat("\"", text, "\" is not a number."));
      reflection.SetInt32(message, &field, number);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT64:
      if (!absl::SimpleAtoi(text, &large)) return UsageError(absl::StrCat("\"", text, "\" is not a number."));
      reflection.SetInt64(message, &field, large);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_STRING:
      field.is_repeated() ? reflection.AddString(message, &field, text) : reflection.SetString(message, &field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field.message_type() == Duration::descriptor())
        return SetSpan(text, reflection.MutableMessage(message, &field));
      break;
    default:
      break;
  }
  return UsageError(absl::StrCat("The field ", std::string(field.name()), " cannot be given as a flag."),
                    "Use `hearth call`.");
}

std::string HomeText(const v1::Home& home) {
  switch (home.kind()) {
    case v1::Home::KIND_OTHER_DIRECTORY:
      return home.domain();
    case v1::Home::KIND_EXTERNAL_ISSUER:
      return home.issuer();
    default:
      return home.domain().empty() ? "here" : absl::StrCat("here (", home.domain(), ")");
  }
}

std::string MessageText(const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  if (type == Timestamp::descriptor()) {
    const auto& time = static_cast<const Timestamp&>(message);
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
  }
  if (type == Duration::descriptor()) {
    const auto& span = static_cast<const Duration&>(message);
    return absl::FormatDuration(absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos()));
  }
  if (type == v1::Home::descriptor()) return HomeText(static_cast<const v1::Home&>(message));
  if (type == v1::PasswordVerdict::descriptor()) {
    const auto& verdict = static_cast<const v1::PasswordVerdict&>(message);
    return absl::StrCat(verdict.passed() ? "kept:   " : "broken: ", verdict.text());
  }
  return message.ShortDebugString();
}

std::string EnumNumberText(const FieldDescriptor& field, int number) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  return value == nullptr ? absl::StrCat(number) : EnumText(*value);
}

std::string RepeatedText(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> texts;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    texts.push_back(ElementText(message, field, i));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace

const v1::FieldRules& RulesOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::rules); }

bool Is(google::api::FieldBehavior behavior, const FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == behavior) return true;
  }
  return false;
}

const FieldDescriptor* FieldAt(const Descriptor& type, const std::string& path) {
  const Descriptor* in = &type;
  const FieldDescriptor* field = nullptr;
  for (const std::string& name : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    field = in == nullptr ? nullptr : in->FindFieldByName(name);
    if (field == nullptr) return nullptr;
    in = field->message_type();
  }
  return field;
}

absl::Status SetField(Message* message, const std::string& path, const std::string& text) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == std::string::npos) return SetLeaf(*field, text, message);
  return SetField(message->GetReflection()->MutableMessage(message, field), path.substr(dot + 1), text);
}

std::string ElementText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumNumberText(field, reflection.GetRepeatedEnumValue(message, &field, index));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(reflection.GetRepeatedMessage(message, &field, index));
    default:
      return "";
  }
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return RepeatedText(message, field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumNumberText(field, reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection.HasField(message, &field) ? MessageText(reflection.GetMessage(message, &field)) : "";
    default:
      return "";
  }
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

}  // namespace hearth::cli
