// Every RPC, by its descriptor: who may call it in the world, a request of right form, and its fields. Tests of what holds for all RPCs
// walk over these, so that a new RPC is tested from its first day.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "hearth/v1/options.pb.h"
#include "server/authz/principal.h"
#include "server/rpc/rpc_table.h"

namespace hearth::test {

// All methods that the server has.
std::vector<const google::protobuf::MethodDescriptor*> AllMethods(const RpcTable& table);

const v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor* method);

// Somebody who holds what the method needs: Forth Coffee's administrator or service, or the platform's operator.
Principal CallerOf(const google::protobuf::MethodDescriptor* method);

// A field of a request, here or deeper, that is not output only. Messages of other packages (Duration, FieldMask) are fields, too.
struct RequestField {
  std::vector<const google::protobuf::FieldDescriptor*> path;  // The field is the last.
  std::string name;                                            // "user.mail"
  v1::FieldRules rules;
  bool required = false;

  const google::protobuf::FieldDescriptor* field() const { return path.back(); }
};
std::vector<RequestField> FieldsOf(const google::protobuf::Descriptor* request);

// The message of `root` that the field is in, made if absent.
google::protobuf::Message* Holder(const RequestField& field, google::protobuf::Message* root);
// Sets the field, or adds the one element of a repeated field.
void SetText(const RequestField& field, const std::string& text, google::protobuf::Message* root);
void SetEnum(const RequestField& field, int value, google::protobuf::Message* root);

// A text of the form, which names what is in Forth Coffee.
std::string ValidText(v1::Format format);

// A request in which every field is set and of right form; of alternatives the first.
std::unique_ptr<google::protobuf::Message> ValidRequest(const google::protobuf::MethodDescriptor* method);

}  // namespace hearth::test
