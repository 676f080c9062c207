#include "request_id.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "google/protobuf/descriptor.h"

namespace hearth::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  const bool usable = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return usable ? field : nullptr;
}

}  // namespace

std::string NewRequestId() {
  std::string bytes(16, '\0');
  if (getentropy(bytes.data(), bytes.size()) != 0) {
    std::perror("hearth::client: the system gives no random numbers");
    std::abort();
  }
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // Version 4.
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // The variant of RFC 9562.
  std::string text = absl::BytesToHexString(bytes);
  for (const size_t hyphen : {20, 16, 12, 8}) text.insert(hyphen, 1, '-');
  return text;
}

std::string RequestIdOf(const Message& request) {
  const FieldDescriptor* field = FieldOf(request);
  return field == nullptr ? "" : request.GetReflection()->GetString(request, field);
}

std::unique_ptr<Message> WithNewRequestId(const Message& request) {
  const FieldDescriptor* field = FieldOf(request);
  if (field == nullptr) return nullptr;
  std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  copy->GetReflection()->SetString(copy.get(), field, NewRequestId());
  return copy;
}

}  // namespace hearth::client
