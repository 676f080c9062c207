#include "server/rpc/wire.h"

#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hearth/v1/options.pb.h"
#include "server/base/error.h"
#include "server/base/secret.h"
#include "server/credential/password_rules.h"

namespace hearth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownFieldSet;

constexpr int kDeepest = 16;

// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7).
bool IsUtf8(const std::string& bytes) {
  const auto at = [&](size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0; };
  const auto tail = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  for (size_t i = 0; i < bytes.size();) {
    const unsigned c = at(i), next = at(i + 1);
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xc2 && c <= 0xdf && tail(i + 1)) {
      i += 2;
    } else if (c >= 0xe0 && c <= 0xef && tail(i + 1) && tail(i + 2) && !(c == 0xe0 && next < 0xa0) &&
               !(c == 0xed && next > 0x9f)) {
      i += 3;
    } else if (c >= 0xf0 && c <= 0xf4 && tail(i + 1) && tail(i + 2) && tail(i + 3) && !(c == 0xf0 && next < 0x90) &&
               !(c == 0xf4 && next > 0x8f)) {
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

struct BadText {
  std::string path;
  const FieldDescriptor* field = nullptr;
};

// The first string that is not UTF-8, by walking the bytes without the generated parser, which does not tell; without a field: none.
BadText FindBadText(const Descriptor* message, const UnknownFieldSet& fields, const std::string& prefix, int depth) {
  std::map<int, int> elements;  // Seen so far, of each repeated message.
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& wire = fields.field(i);
    const FieldDescriptor* field = message->FindFieldByNumber(wire.number());
    if (field == nullptr || wire.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string path = absl::StrCat(prefix, std::string(field->name()));
    if (field->is_repeated() && field->type() == FieldDescriptor::TYPE_MESSAGE) {
      absl::StrAppend(&path, "[", elements[wire.number()]++, "]");
    }
    if (field->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(wire.length_delimited())) return {path, field};
    UnknownFieldSet inner;
    if (field->type() != FieldDescriptor::TYPE_MESSAGE || depth == kDeepest ||
        !inner.ParseFromString(wire.length_delimited()))
      continue;
    BadText found = FindBadText(field->message_type(), inner, absl::StrCat(path, "."), depth + 1);
    if (found.field != nullptr) return found;
  }
  return {};
}

// The bytes in one piece. They may hold secrets: wipe after use.
std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

absl::Status Explain(const std::string& bytes, const Descriptor* message) {
  UnknownFieldSet fields;
  if (fields.ParseFromString(bytes)) {
    const BadText bad = FindBadText(message, fields, "", 0);
    if (bad.field != nullptr && bad.field->options().GetExtension(v1::rules).format() == v1::FORMAT_NEW_PASSWORD) {
      return BreaksRule(v1::PASSWORD_RULE_NOT_UTF8);
    }
    if (bad.field != nullptr) return InvalidField(bad.path, "must be UTF-8");
  }
  return InvalidField("(message)", "the bytes are not a message of this type");
}

}  // namespace

absl::Status ParseMessage(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  grpc::Slice slice;
  if (buffer.TrySingleSlice(&slice).ok()) {
    if (message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) return absl::OkStatus();
  }
  std::string bytes = Flatten(buffer);
  const absl::Status status =
      message.ParseFromString(bytes) ? absl::OkStatus() : Explain(bytes, message.GetDescriptor());
  WipeString(bytes);
  return status;
}

grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace hearth
