// Fields of messages, by descriptor: how they are declared, and how they are set and shown as text.
#ifndef HEARTH_CLIENT_CLI_FIELDS_H_
#define HEARTH_CLIENT_CLI_FIELDS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/message.h"
#include "hearth/v1/options.pb.h"

namespace hearth::cli {

// What the contract says about a field.
const v1::FieldRules& RulesOf(const google::protobuf::FieldDescriptor& field);
bool Is(google::api::FieldBehavior behavior, const google::protobuf::FieldDescriptor& field);

// The field at a path such as "user.display_name"; null if there is none.
const google::protobuf::FieldDescriptor* FieldAt(const google::protobuf::Descriptor& type, const std::string& path);

// Sets, or for repeated fields adds to, the field at `path`, which exists, from text. A usage error for text
// that the field cannot hold.
absl::Status SetField(google::protobuf::Message* message, const std::string& path, const std::string& text);

// The field as text for a table: enums and times as people write them, homes in short; empty when it is
// unset.
std::string FieldText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

// The same for one element of a repeated field.
std::string ElementText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                        int index);

// A new, empty message of a generated type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_FIELDS_H_
