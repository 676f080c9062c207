// What the contract's field options say about a message, gathered once so that each call only walks a list.
#pragma once

#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "hearth/v1/options.pb.h"

namespace hearth {

struct FieldPlan;

// The rules of a message.
struct MessagePlan {
  std::vector<FieldPlan> fields;
  std::vector<const google::protobuf::OneofDescriptor*> required_oneofs;
  bool holds_secrets = false;  // Some field, here or deeper, is sensitive.
};

// The rules of a field.
struct FieldPlan {
  const google::protobuf::FieldDescriptor* field;
  v1::FieldRules rules;
  bool required = false;     // google.api.field_behavior REQUIRED.
  bool output_only = false;  // OUTPUT_ONLY: what callers send is dropped (AIP-203).
  MessagePlan message;       // Of message fields of this contract; else empty.
};

// Reads the options of the message and, for fields of the package hearth.v1, of the messages within. Those do not nest without end.
MessagePlan MakePlan(const google::protobuf::Descriptor* message);

// True for the forms of resource names.
bool IsResourceName(v1::Format format);

}  // namespace hearth
