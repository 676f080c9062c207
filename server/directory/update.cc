#include "server/directory/update.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"

namespace hearth {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsSet(const Message& resource, const std::string& field) {
  const auto* descriptor = resource.GetDescriptor()->FindFieldByName(field);
  const auto* reflection = resource.GetReflection();
  return descriptor->is_repeated() ? reflection->FieldSize(resource, descriptor) > 0
                                   : reflection->HasField(resource, descriptor);
}

void CopyField(const FieldDescriptor* field, const Message& from, Message& to) {
  const auto* reflection = from.GetReflection();
  if (field->is_repeated()) {
    // Of texts, so far.
    reflection->ClearField(&to, field);
    for (int i = 0; i < reflection->FieldSize(from, field); ++i) {
      reflection->AddString(&to, field, reflection->GetRepeatedString(from, field, i));
    }
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&to, field, reflection->GetEnumValue(from, field));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(&to, field, reflection->GetInt32(from, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(&to, field, reflection->GetBool(from, field));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(&to, field, reflection->GetString(from, field));
    default:
      if (!reflection->HasField(from, field)) return reflection->ClearField(&to, field);
      return reflection->MutableMessage(&to, field)->CopyFrom(reflection->GetMessage(from, field));
  }
}

}  // namespace

absl::StatusOr<std::set<std::string>> FieldsToUpdate(const google::protobuf::Message& resource,
                                                     const google::protobuf::FieldMask& mask,
                                                     const std::vector<std::string>& changeable) {
  std::set<std::string> fields;
  for (const std::string& path : mask.paths()) {
    if (std::find(changeable.begin(), changeable.end(), path) == changeable.end()) {
      return InvalidField("update_mask", absl::StrCat("only these can be changed: ", absl::StrJoin(changeable, ", ")));
    }
    fields.insert(path);
  }
  if (!fields.empty()) return fields;
  std::copy_if(changeable.begin(), changeable.end(), std::inserter(fields, fields.end()),
               [&](const std::string& field) { return IsSet(resource, field); });
  return fields;
}

void TakeField(const std::string& path, const Message& wanted, const Message& by_default, Message& to) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = wanted.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == std::string::npos) {
    CopyField(field, IsSet(wanted, std::string(field->name())) ? wanted : by_default, to);
  } else {
    TakeField(path.substr(dot + 1), wanted.GetReflection()->GetMessage(wanted, field),
              by_default.GetReflection()->GetMessage(by_default, field),
              *to.GetReflection()->MutableMessage(&to, field));
  }
}

absl::Status CheckEtag(const std::string& etag, int64_t revision, const std::string& resource_type) {
  if (etag.empty() || etag == std::to_string(revision)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_ETAG_MISMATCH, {{"resource_type", resource_type}});
}

}  // namespace hearth
