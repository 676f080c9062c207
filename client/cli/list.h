// Lists: all pages as one table or one JSON object.
#ifndef HEARTH_CLIENT_CLI_LIST_H_
#define HEARTH_CLIENT_CLI_LIST_H_

#include "session.h"

namespace hearth::cli {

// Whether a method answers in pages.
bool IsList(const google::protobuf::MethodDescriptor& method);

// --page-size and --limit, and what they do.
class ListFlags {
 public:
  explicit ListFlags(CLI::App* command);

  // Calls page by page and prints. Stops at --limit.
  absl::Status Run(Session* session, const Settings& settings, const google::protobuf::MethodDescriptor& method,
                   google::protobuf::Message* request) const;

 private:
  CLI::Option* page_size_;
  CLI::Option* limit_;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_LIST_H_
