#include "server/rpc/request_validator.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "server/base/error.h"
#include "server/base/secret.h"
#include "server/mail/language.h"
#include "server/rpc/formats.h"

namespace hearth {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kDefaultMaxItems = 100;

// Wide enough for any seconds that a caller may send.
__extension__ using Int128 = __int128;
Int128 Nanos(const Duration& duration) { return Int128{duration.seconds()} * 1'000'000'000 + duration.nanos(); }

// As people read it: "14 days". Bounds are whole seconds.
std::string SpanText(const Duration& duration) {
  return FormatDuration({.text = "en", .locale = "en"}, absl::Seconds(duration.seconds()));
}

class Validation {
 public:
  Validation(bool update, Rows rows) : update_(update), rows_(rows) {}

  void Check(const MessagePlan& plan, const Message& message, const std::string& prefix) {
    for (const auto* oneof : plan.required_oneofs) {
      if (!message.GetReflection()->HasOneof(message, oneof))
        Add(prefix + oneof->name(), "one of its alternatives must be set");
    }
    for (const FieldPlan& field : plan.fields) {
      if (!field.output_only) CheckField(field, message, prefix + field.field->name(), /*nested=*/!prefix.empty());
    }
  }

  absl::Status Result() const { return violations_.empty() ? absl::OkStatus() : InvalidFields(violations_, more_); }

 private:
  void Add(const std::string& field, const std::string& description) {
    if (violations_.size() < kMostViolations) {
      violations_.push_back({field, description});
    } else {
      ++more_;
    }
  }

  void CheckField(const FieldPlan& plan, const Message& message, const std::string& path, bool nested) {
    const auto* reflection = message.GetReflection();
    // The rules for passwords refuse it by their names, an empty one too; they bound their work.
    if (plan.rules.format() == v1::FORMAT_NEW_PASSWORD) return;
    if (plan.field->is_repeated()) {
      CheckRepeated(plan, message, path, nested);
      return;
    }
    const bool present = plan.field->has_presence() || plan.field->cpp_type() != FieldDescriptor::CPPTYPE_STRING
                             ? reflection->HasField(message, plan.field)
                             : !reflection->GetString(message, plan.field).empty();
    if (!present) {
      if (plan.required && !(update_ && nested)) Add(path, "must be set");
      return;
    }
    switch (plan.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        CheckText(plan, reflection->GetString(message, plan.field), path);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        CheckEnum(plan, reflection->GetEnumValue(message, plan.field), path);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        CheckMessage(plan, reflection->GetMessage(message, plan.field), path);
        break;
      default:
        break;
    }
  }

  void CheckRepeated(const FieldPlan& plan, const Message& message, const std::string& path, bool nested) {
    const auto* reflection = message.GetReflection();
    const int size = reflection->FieldSize(message, plan.field);
    const int most = plan.rules.max_items() == 0 ? kDefaultMaxItems : static_cast<int>(plan.rules.max_items());
    if (plan.required && size == 0 && !(update_ && nested)) Add(path, "must not be empty");
    if (size > most) Add(path, absl::StrCat("must have at most ", most, " elements"));
    if (rows_ == Rows::kApart && !nested && plan.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return;
    for (int i = 0; i < std::min(size, most); ++i) {
      const std::string element = absl::StrCat(path, "[", i, "]");
      if (plan.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        CheckText(plan, reflection->GetRepeatedString(message, plan.field, i), element);
      } else if (plan.field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        CheckEnum(plan, reflection->GetRepeatedEnumValue(message, plan.field, i), element);
      } else if (plan.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckMessage(plan, reflection->GetRepeatedMessage(message, plan.field, i), element);
      }
    }
  }

  void CheckText(const FieldPlan& plan, const std::string& text, const std::string& path) {
    if (text.empty()) {
      if (plan.field->has_presence() || plan.field->is_repeated()) Add(path, "must not be empty");
      return;
    }
    const std::string defect = FormatDefect(plan.rules.format(), text, plan.rules.max_code_points());
    if (!defect.empty()) Add(path, defect);
  }

  void CheckEnum(const FieldPlan& plan, int value, const std::string& path) {
    if (plan.field->enum_type()->FindValueByNumber(value) == nullptr)
      Add(path, "is not a value of this version of the contract");
  }

  void CheckMessage(const FieldPlan& plan, const Message& message, const std::string& path) {
    if (const auto* duration = dynamic_cast<const Duration*>(&message)) {
      const bool low = plan.rules.has_min_duration() && Nanos(*duration) < Nanos(plan.rules.min_duration());
      const bool high = plan.rules.has_max_duration() && Nanos(*duration) > Nanos(plan.rules.max_duration());
      if (low || high) {
        Add(path, absl::StrCat("must be between ", SpanText(plan.rules.min_duration()), " and ",
                               SpanText(plan.rules.max_duration())));
      }
      return;
    }
    Check(plan.message, message, path + ".");
  }

  const bool update_;
  const Rows rows_;
  std::vector<FieldViolation> violations_;
  size_t more_ = 0;  // Further ones.
};

// Calls `visit` with the messages that a field holds: none, one, or each of a repeated one.
void ForEachMessage(const FieldPlan& field, Message& message, const std::function<void(Message&)>& visit) {
  const auto* reflection = message.GetReflection();
  if (field.field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(message, field.field); ++i) {
      visit(*reflection->MutableRepeatedMessage(&message, field.field, i));
    }
  } else if (reflection->HasField(message, field.field)) {
    visit(*reflection->MutableMessage(&message, field.field));
  }
}

}  // namespace

absl::Status ValidateRequest(const MessagePlan& plan, const Message& request, Rows rows) {
  Validation validation(absl::StartsWith(request.GetDescriptor()->name(), "Update"), rows);
  validation.Check(plan, request, "");
  return validation.Result();
}

std::vector<absl::Status> ValidateRows(const MessagePlan& plan, const Message& request) {
  std::vector<absl::Status> verdicts;
  const auto* reflection = request.GetReflection();
  for (const FieldPlan& field : plan.fields) {
    if (!field.field->is_repeated() || field.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < reflection->FieldSize(request, field.field); ++i) {
      Validation validation(/*update=*/false, Rows::kWithin);
      validation.Check(field.message, reflection->GetRepeatedMessage(request, field.field, i), "");
      verdicts.push_back(validation.Result());
    }
  }
  return verdicts;
}

void ClearOutputOnly(const MessagePlan& plan, Message& request) {
  for (const FieldPlan& field : plan.fields) {
    if (field.output_only) {
      request.GetReflection()->ClearField(&request, field.field);
    } else if (!field.message.fields.empty()) {
      ForEachMessage(field, request, [&field](Message& inner) { ClearOutputOnly(field.message, inner); });
    }
  }
}

void WipeSecrets(const MessagePlan& plan, Message& message) {
  if (!plan.holds_secrets) return;
  const auto* reflection = message.GetReflection();
  for (const FieldPlan& field : plan.fields) {
    if (field.rules.sensitive() && !field.field->is_repeated() && reflection->HasField(message, field.field)) {
      std::string scratch;
      // The reference is to the message's own string, which is ours to change before the message dies.
      WipeString(const_cast<std::string&>(reflection->GetStringReference(message, field.field, &scratch)));
    } else if (field.message.holds_secrets) {
      ForEachMessage(field, message, [&field](Message& inner) { WipeSecrets(field.message, inner); });
    }
  }
}

}  // namespace hearth
